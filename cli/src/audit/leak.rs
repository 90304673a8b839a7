//! What a refusal gives away.

use std::fmt::Write;

use mcpico_core::jwt::{Hs256Key, base64url};

use super::answer::Http;
use crate::mint;

/// What must not be in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leak {
    Signature,
    Secret,
    SecretLength,
    Trace,
}

/// What an answer is searched for.
#[derive(Default)]
pub(super) struct Known {
    pub(super) key: Option<Hs256Key>,
    pub(super) secret: Option<Vec<u8>>,
    /// Tokens with a right signature.
    pub(super) tokens: Vec<String>,
}

impl Known {
    /// What the answer to a request with `sent` gives away.
    pub(super) fn find(&self, http: &Http, sent: Option<&str>) -> Option<Leak> {
        let text = format!("{}{}", http.header_text, http.text());
        if self.secret_in(&text) {
            return Some(Leak::Secret);
        }
        if sent.is_some_and(|sent| self.signature_in(&text, sent)) {
            return Some(Leak::Signature);
        }
        if has_trace(&text) {
            return Some(Leak::Trace);
        }
        has_length(&text, self.secret.as_ref().map(Vec::len)).then_some(Leak::SecretLength)
    }

    fn secret_in(&self, text: &str) -> bool {
        let secret = self.secret.as_deref().and_then(|secret| str::from_utf8(secret).ok());
        // Words are as short.
        secret.is_some_and(|secret| secret.len() >= 8 && text.contains(secret))
    }

    /// Whether the right signature of a token that had a wrong one is in `text`.
    fn signature_in(&self, text: &str, sent: &str) -> bool {
        let made = self.key.as_ref().and_then(|key| mint::signature_under(key, sent));
        let signed = |token: &str| token.rsplit_once('.').map(|(signed, _)| signed.to_owned());
        let known = self.tokens.iter().find(|token| signed(token) == signed(sent));
        let known = known.and_then(|token| token.rsplit_once('.')).map(|(_, tag)| tag.to_owned());
        let Some(right) = made.or(known) else { return false };
        // A server that sends our own token back gives nothing away.
        if sent.contains(&right) {
            return false;
        }
        let mut bytes = vec![0; right.len()];
        let Ok(bytes) = base64url::decode(right.as_bytes(), &mut bytes) else { return false };
        let mut hexadecimal = String::new();
        for byte in bytes.iter() {
            let _ = write!(hexadecimal, "{byte:02x}");
        }
        let standard = right.replace('-', "+").replace('_', "/");
        text.contains(&right)
            || text.contains(&standard)
            || text.to_ascii_lowercase().contains(&hexadecimal)
    }
}

/// Starts of the traces that common languages print.
const TRACES: [&str; 8] = [
    "Traceback (most recent call last)",
    "panicked at",
    "goroutine 1 [running]",
    "\tat java.",
    "Exception in thread",
    "node:internal/",
    "/site-packages/",
    "stack backtrace:",
];

fn has_trace(text: &str) -> bool {
    // A line of a JavaScript or Java trace, as it stands in text and in JSON.
    let frame = |line: &str| {
        let line = line.trim_start();
        let place = line.strip_prefix("at ").and_then(|rest| rest.rsplit_once(':'));
        place.is_some_and(|(_, after)| after.starts_with(|c: char| c.is_ascii_digit()))
    };
    TRACES.iter().any(|start| text.contains(start))
        || text.replace("\\n", "\n").lines().filter(|line| frame(line)).count() > 1
}

/// Whether the text tells how long the secret is: a number of bytes, characters or bits in a sentence with
/// the word secret or key; when the length is known, that number.
fn has_length(text: &str, length: Option<usize>) -> bool {
    let text = text.to_ascii_lowercase();
    if !(text.contains("secret") || text.contains("key")) {
        return false;
    }
    let words: Vec<&str> =
        text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_unit = |word: &str| {
        ["byte", "bytes", "bit", "bits", "char", "chars", "character", "characters"].contains(&word)
    };
    words.windows(2).any(|pair| {
        let (Ok(number), true) = (pair[0].parse::<usize>(), is_unit(pair[1])) else { return false };
        match length {
            Some(length) => number == length || number == length.saturating_mul(8),
            // A demand on secrets in general is no leak.
            None => !(text.contains("at least") || text.contains("must be")),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_and_lengths_are_told_from_plain_refusals() {
        for (text, trace, length) in [
            (
                r#"{"error":"invalid_token","error_description":"The access token expired"}"#,
                false,
                false,
            ),
            ("Traceback (most recent call last):\n  File \"a.py\", line 1", true, false),
            (
                r#"{"m":"Error: x\n    at verify (/app/a.js:1:2)\n    at next (/app/b.js:3:4)"}"#,
                true,
                false,
            ),
            ("meet at noon (room: 4)", false, false),
            ("the secret has 12 bytes", false, true),
            ("HMAC key of 96 bits", false, true),
            ("wait for 12 bytes", false, false),
            ("the key must be at least 32 bytes", false, false),
        ] {
            assert_eq!(has_trace(text), trace, "{text}");
            assert_eq!(has_length(text, Some(12)), length, "{text}");
        }
        assert!(has_length("a secret of 31 characters", None));
        assert!(!has_length("the key must be at least 32 bytes", None));
    }

    #[test]
    fn the_signature_of_a_stripped_token_is_found_in_every_spelling() {
        // RFC 7515, appendix A.1
        let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let known = Known { tokens: vec![token.into()], ..Known::default() };
        let (signed, tag) = token.rsplit_once('.').unwrap();
        let stripped = format!("{signed}.");
        let says = |body: &str| Http { body: body.as_bytes().to_vec(), ..Http::default() };
        let hexadecimal =
            "7418dfb49799e0254ffa607dd8adbbba16d4254d69d6bff05b5805585384 8d79".replace(' ', "");
        let standard = "dBjftJeZ4CVP+mB92K27uhbUJU1p1r/wW1gFWFOEjXk=";
        for body in [tag, &hexadecimal, standard] {
            assert_eq!(known.find(&says(body), Some(&stripped)), Some(Leak::Signature), "{body}");
        }
        assert_eq!(known.find(&says("invalid signature"), Some(&stripped)), None);
        assert_eq!(known.find(&says(token), Some(token)), None);
        assert_eq!(known.find(&says(tag), Some("a.b.")), None);
    }
}
