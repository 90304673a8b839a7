//! What the token says, and under which secret it is signed.

use mcpico_core::jwt::dangerous::short_key;
use mcpico_core::jwt::{Claims, Hs256Key, UnverifiedToken, VerifyError};
use zeroize::Zeroizing;

use super::Candidate;
use super::finding::{Report, State};
use crate::token::date::{Span, utc};
use crate::token::policy::Expectations;
use crate::token::reading::Reading;

/// Clocks that differ by no more are taken for right, in seconds.
const SKEW: i64 = 2;

/// What was seen of a token.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Default)]
pub(super) struct Seen {
    /// The structure is that of an HS256 token.
    pub(super) is_well_formed: bool,
    /// A secret was given, and it is the one that the token is signed with; `None` without a secret.
    pub(super) is_signed: Option<bool>,
    /// It holds at the time of the server.
    pub(super) holds: bool,
    /// It has an audience.
    pub(super) has_audience: bool,
    pub(super) has_scope: bool,
    pub(super) has_kid: bool,
}

/// Looks at a token; `clock` is the time of the server.
pub(super) fn look(
    report: &mut Report,
    token: &str,
    secrets: &[Candidate],
    expected: &Expectations,
    clock: Option<i64>,
) -> Seen {
    let mut seen = Seen::default();
    let mut scratch = Zeroizing::new(vec![0; token.len()]);
    let parsed = match UnverifiedToken::parse(token.as_bytes(), &mut scratch) {
        Ok(parsed) => parsed,
        Err(error) => {
            report.add("structure", State::Wrong, error.to_string());
            slips(report, token);
            return seen;
        }
    };
    structure(report, &parsed, &mut seen);
    seen.is_signed = signature(report, &parsed, secrets);
    let local = expected.now();
    clocks(report, local, clock);
    match parsed.claims() {
        Ok(claims) => {
            seen.holds = times(report, &parsed, &claims, expected, clock.unwrap_or(local));
            let has = |named: &str| claims.entries().any(|(name, _)| name == *named);
            seen.has_audience = has("aud");
            seen.has_scope = has("scope") || has("scp");
            policy(report, &parsed, &claims, expected);
        }
        Err(error) => report.add("claims", State::Wrong, error.to_string()),
    }
    seen
}

/// What people do to tokens on the way.
fn slips(report: &mut Report, token: &str) {
    let lower = token.to_ascii_lowercase();
    let hint = if lower.starts_with("bearer ") || lower.starts_with("authorization") {
        "give the token alone, without Authorization or Bearer before it"
    } else if token.starts_with(['"', '\'']) {
        "take the quotes away"
    } else if token.trim() != token || token.contains(char::is_whitespace) {
        "take spaces and line breaks out of it: a token is one word"
    } else if token.starts_with('{') {
        "this is JSON: give the member of it that holds the token"
    } else if token.ends_with("...") || token.contains("...") || token.contains('\u{2026}') {
        "this is a shortened token, made for people to look at: copy the whole one"
    } else if token.matches('.').count() == 4 {
        "five parts are an encrypted token (JWE), which is for others than its holder to read"
    } else if token.matches('.').count() != 2 {
        "an opaque token cannot be looked into: ask the one who issued it (token introspection)"
    } else {
        "compare it, character by character, with what the issuer has sent"
    };
    report.hint(hint);
}

fn structure(report: &mut Report, parsed: &UnverifiedToken<'_, '_>, seen: &mut Seen) {
    let header = parsed.header().ok();
    let text = |value: Option<mcpico_core::json::Str<'_>>| value.map(|text| text.to_string());
    let alg = header.and_then(|header| text(header.alg()));
    let kid = header.and_then(|header| text(header.kid()));
    seen.has_kid = kid.is_some();
    match parsed.check_structure() {
        Ok(()) => {
            seen.is_well_formed = true;
            report.add("structure", State::Fine, "three parts, HS256");
        }
        Err(VerifyError::Alg) => {
            let alg = alg.unwrap_or_default();
            report.add("structure", State::Wrong, format!("the algorithm is {alg:?}, not HS256"));
            report.hint("a token of an identity provider is signed with its private key, and no secret makes or checks it");
        }
        Err(error) => {
            report.add("structure", State::Wrong, error.to_string());
            report.hint("have the issuer make another one: no server that is careful reads this");
        }
    }
    let kid = match kid {
        Some(kid) => format!("{kid:?}: the server needs a key of that name"),
        None => "none: the server has to know its key without".into(),
    };
    report.add("kid", State::Fine, kid);
}

/// Under which secret, read in which way, the token is signed.
fn signature(
    report: &mut Report,
    parsed: &UnverifiedToken<'_, '_>,
    secrets: &[Candidate],
) -> Option<bool> {
    if secrets.is_empty() {
        report.add("signature", State::Unknown, "no secret was given");
        report.hint("--secret-file, --secret-env or MCP_JWT_SECRET name secrets to try");
        return None;
    }
    let mut any = false;
    for Candidate { name, bytes } in secrets {
        let signs = |reading: &Reading| {
            let key = reading.of(bytes).and_then(|secret| short_key(&secret).ok());
            key.is_some_and(|key| parsed.check_signature(&key).is_ok())
        };
        // A line end at the end of a file is no part of the secret, here as in the other commands.
        let usual = [Reading::WithoutLineEnd, Reading::AsItStands];
        let usual = usual.iter().find(|reading| reading.of(bytes).is_some()).copied();
        match Reading::ALL.iter().find(|reading| signs(reading)) {
            Some(reading) if Some(*reading) == usual => {
                any = true;
                let length = reading.of(bytes).map_or(0, |secret| secret.len());
                if length < Hs256Key::MIN_SECRET {
                    let what = format!(
                        "signed with the secret of {name}, which has {length} bytes: it can be guessed \
                         from one token (RFC 7518 section 3.2)"
                    );
                    report.add("signature", State::Doubtful, what);
                    report.hint("use 32 random bytes or more; many libraries refuse fewer");
                } else {
                    report.add(
                        "signature",
                        State::Fine,
                        format!("signed with the secret of {name}"),
                    );
                }
            }
            Some(reading) => {
                any = true;
                let what = format!("signed with the secret of {name} only {}", reading.title());
                report.add("signature", State::Wrong, what);
                report.hint(
                    "issuer and server have to read the secret alike: compare them with `mcpico token \
                     compare-secrets`",
                );
            }
            None => {
                let what =
                    format!("not signed with the secret of {name}, in whatever way it is read");
                let state = if secrets.len() > 1 { State::Doubtful } else { State::Wrong };
                report.add("signature", state, what);
            }
        }
    }
    if !any {
        report.add("signature", State::Wrong, "no secret that was given has made this signature");
        report.hint(
            "find out which secret the issuer has; `mcpico token compare-secrets` compares two",
        );
    }
    Some(any)
}

fn clocks(report: &mut Report, local: i64, server: Option<i64>) {
    let Some(server) = server else {
        report.add(
            "clock",
            State::Unknown,
            "the server's clock is not known; times are judged by this one",
        );
        return;
    };
    let apart = local.saturating_sub(server);
    let away = Span(apart.unsigned_abs());
    if apart.abs() <= SKEW {
        report.add("clock", State::Fine, "this clock and the server's say the same");
    } else {
        let which = if apart > 0 { "behind" } else { "ahead of" };
        report.add(
            "clock",
            State::Doubtful,
            format!("the server's clock is {away} {which} this one"),
        );
        report.hint("set both clocks by NTP: tokens are judged by the server's");
    }
}

fn times(
    report: &mut Report,
    parsed: &UnverifiedToken<'_, '_>,
    claims: &Claims<'_>,
    expected: &Expectations,
    now: i64,
) -> bool {
    let checked = expected.apply(|policy, _| parsed.check_times(policy, now));
    let date = |seconds: i64| utc(seconds).unwrap_or_else(|| seconds.to_string());
    let exp = claims.exp().ok().flatten();
    match (checked, exp) {
        (Ok(()), Some(exp)) => {
            let left = Span(exp.saturating_sub(now).unsigned_abs());
            report.add("time", State::Fine, format!("holds for {left}, until {}", date(exp)));
        }
        (Ok(()), None) => report.add("time", State::Doubtful, "holds for ever: it has no exp"),
        (Err(VerifyError::Expired), Some(exp)) => {
            let past = Span(now.saturating_sub(exp).unsigned_abs());
            report.add("time", State::Wrong, format!("expired {past} ago, at {}", date(exp)));
            report.hint(
                "get a new one; `mcpico token sign --expires-in 1h` makes one with the secret",
            );
        }
        (Err(VerifyError::NotYetValid), _) => {
            let nbf = claims.nbf().ok().flatten().unwrap_or_default();
            report.add("time", State::Wrong, format!("not valid before {} (nbf)", date(nbf)));
            report.hint("is the clock of the issuer ahead?");
        }
        (Err(VerifyError::IssuedInFuture), _) => {
            report.add("time", State::Wrong, "issued in the future (iat)");
            report.hint("is the clock of the issuer ahead?");
        }
        (Err(error), _) => {
            report.add("time", State::Wrong, error.to_string());
            report.hint("exp, nbf and iat are numbers of seconds since 1970 (RFC 7519 section 2)");
        }
    }
    checked.is_ok()
}

fn policy(
    report: &mut Report,
    parsed: &UnverifiedToken<'_, '_>,
    claims: &Claims<'_>,
    expected: &Expectations,
) {
    let names: Vec<String> = claims.entries().map(|(name, _)| name.to_string()).collect();
    let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    if expected.is_empty() {
        report.add(
            "claims",
            State::Unknown,
            format!("nothing is expected of them; there are {names}"),
        );
        report.hint("--iss, --aud, --require and --allow-only say what the server demands");
        return;
    }
    let lenient = expected.clone().or_any_audience();
    match lenient.apply(|policy, _| parsed.check_claims(policy)) {
        Ok(()) => report.add("claims", State::Fine, format!("what is expected; there are {names}")),
        Err(error) => {
            let why = expected.explain(error, Some(claims));
            report.add("claims", State::Wrong, format!("{why}; there are {names}"));
            report.hint("have the issuer set what the server demands");
        }
    }
}
