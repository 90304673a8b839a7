//! The `token sign` command.

use mcpico_core::jwt::{Header, Policy, SignError, UnverifiedToken, sign};
use mcpico_core::writer::OutputTooSmall;
use zeroize::Zeroizing;

use super::args::{Format, Sign};
use super::claims::ClaimsSet;
use super::{date, key_of, print, print_json};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{clock, terminal};

/// Signs claims and prints the token.
pub(super) fn run(arguments: &Sign) -> Result<Exit, Failure> {
    let claims = ClaimsSet::of(arguments, clock::now())?;
    let key = key_of(&arguments.secret)?;
    let header = Header { typ: Some(&arguments.typ), kid: arguments.kid.as_deref() };
    let mut out = Zeroizing::new(Vec::new());
    let token = claims
        .apply(|claims| {
            if let Err(SignError::OutputTooSmall(OutputTooSmall { needed })) =
                sign(&key, &header, claims, &mut out)
            {
                out.resize(needed, 0);
            }
            sign(&key, &header, claims, &mut out)
        })
        .map_err(|error| Failure::usage(format!("the token cannot be made: {error}")))?;
    if token.len() > Policy::DEFAULT_MAX_TOKEN_LEN {
        let (len, max) = (token.len(), Policy::DEFAULT_MAX_TOKEN_LEN);
        terminal::warn(&format!("the token has {len} bytes; many servers read {max} at most"));
    }
    match arguments.format {
        Format::Text => print(token)?,
        Format::Json => print_with_claims(token)?,
    }
    Ok(Exit::Passed)
}

fn print_with_claims(token: &str) -> Result<(), Failure> {
    let mut scratch = vec![0; token.len()];
    let parsed = UnverifiedToken::parse(token.as_bytes(), &mut scratch);
    // What was just signed can be read.
    let claims = parsed.and_then(|parsed| parsed.claims()).ok();
    let exp = claims.and_then(|claims| claims.exp().ok().flatten());
    print_json(|object| {
        object.str("token", token);
        if let Some(claims) = claims {
            object.value("claims", claims.object());
        }
        match exp.and_then(date::utc) {
            Some(date) => object.str("expires_at", &date),
            None => object.key("expires_at").str("null"),
        }
    })
}
