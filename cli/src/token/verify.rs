//! The `token verify` command.

use mcpico_core::jwt::{UnverifiedToken, VerifiedToken, VerifyError, verify};
use zeroize::Zeroizing;

use super::args::{Format, Verify};
use super::date::{self, Span};
use super::{key_of, print, print_json, token_of};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::terminal::{Style, Tone, escape, escape_json};

/// Judges a token and tells the verdict.
pub(super) fn run(arguments: &Verify) -> Result<Exit, Failure> {
    let token = token_of(&arguments.token, &arguments.secret)?;
    let key = key_of(&arguments.secret)?;
    let mut scratch = Zeroizing::new(vec![0; token.as_bytes().len()]);
    let verdict = arguments.expected.apply(|policy, now| {
        let policy = policy.max_token_len(arguments.max_len);
        verify(&key, token.as_bytes(), &policy, now, &mut scratch)
    });
    match verdict {
        Ok(token) => {
            accept(&token, arguments)?;
            Ok(Exit::Passed)
        }
        Err(error) => {
            refuse(error, token.as_bytes(), arguments)?;
            Ok(Exit::Failed)
        }
    }
}

fn accept(token: &VerifiedToken<'_>, arguments: &Verify) -> Result<(), Failure> {
    let (header, claims) = (token.header().object(), token.claims().object());
    // Verification has read it.
    let exp = token.claims().exp().unwrap_or_default();
    match arguments.format {
        Format::Json => print_json(|object| {
            object.bool("valid", true);
            object.value("header", header);
            object.value("claims", claims);
            if let Some(date) = exp.and_then(date::utc) {
                object.str("expires_at", &date);
            }
        }),
        Format::Text => {
            let valid = Style::of_stdout().paint(Tone::Good, "valid");
            let end = exp.map_or_else(
                || "does not expire".to_owned(),
                |exp| match exp.saturating_sub(arguments.expected.now()) {
                    left @ 0.. => format!("expires in {}", Span(left.unsigned_abs())),
                    past => format!("expired {} ago, within the leeway", Span(past.unsigned_abs())),
                },
            );
            print(format_args!("{valid}: {end}\n{}", escape_json(claims.text())))
        }
    }
}

fn refuse(error: VerifyError, token: &[u8], arguments: &Verify) -> Result<(), Failure> {
    let mut scratch = vec![0; token.len()];
    let parsed = UnverifiedToken::parse(token, &mut scratch).and_then(|token| token.claims());
    let reason = arguments.expected.explain(error, parsed.ok().as_ref());
    let class = error.class();
    match arguments.format {
        Format::Json => print_json(|object| {
            object.bool("valid", false);
            object.str("class", class.code());
            object.str("reason", &reason);
        }),
        Format::Text => {
            let refused = Style::of_stdout().paint(Tone::Bad, "refused");
            print(format_args!("{refused} ({class}): {}", escape(&reason)))
        }
    }
}
