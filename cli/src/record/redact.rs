//! Examples without credentials, and short.

use std::sync::LazyLock;

use mcpico_core::auth::Redactor;
use regex::Regex;
use serde_json::{Map, Value};

/// What stands for a credential.
const HIDDEN: &str = "***";

/// Items of an array that an example shows.
const MAX_ITEMS: usize = 3;

/// Longest text of an example, in characters.
const MAX_TEXT: usize = 200;

/// Longest example, in bytes of JSON.
const MAX_EXAMPLE: usize = 1_000;

/// Addresses whose query gives access to whoever has it.
static SIGNED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)([a-z][a-z0-9+.-]*://[^\s"'<>?]*)\?[^\s"'<>]*\b(?:x-amz-|x-goog-|x-ms-)?(?:sig|signature|token|security-token|credential|awsaccesskeyid|key-pair-id|policy|key|apikey|api_key|access_key|password|secret)=[^\s"'<>]*"#,
    )
    .expect("it is fixed")
});

/// Keys that tell by their form whose they are, and what is too long and too random for a word.
static KEYS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        -----BEGIN[\ A-Z]*PRIVATE\ KEY-----[\s\S]*?(?:-----END[\ A-Z]*PRIVATE\ KEY-----|\z)
        | \b(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{16}\b
        | \bgh[pousr]_[0-9A-Za-z]{20,} | \bgithub_pat_[0-9A-Za-z_]{20,} | \bglpat-[0-9A-Za-z_-]{16,}
        | \bsk[-_](?:live[-_]|test[-_]|ant[-_]|proj[-_])?[0-9A-Za-z_-]{16,} | \bxox[abeoprs]-[0-9A-Za-z-]{10,}
        | \bAIza[0-9A-Za-z_-]{35} | \bya29\.[0-9A-Za-z_-]{20,} | \bnpm_[0-9A-Za-z]{30,}
        | \b[0-9a-f]{32,}\b | \b[0-9A-F]{32,}\b",
    )
    .expect("it is fixed")
});

/// Words that may be keys of an unknown form.
static WORDS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[0-9A-Za-z+/_-]{32,}={0,2}").expect("it is fixed"));

/// `text` without what looks like a credential.
pub(super) fn text(text: &str) -> String {
    let pieces: Vec<u8> = Redactor::new(&[]).pieces(text.as_bytes()).flatten().copied().collect();
    let shown = String::from_utf8_lossy(&pieces).into_owned();
    let shown = SIGNED.replace_all(&shown, format!("${{1}}?{HIDDEN}"));
    let shown = KEYS.replace_all(&shown, HIDDEN);
    let shown = WORDS.replace_all(&shown, |found: &regex::Captures<'_>| {
        if is_random(&found[0]) { HIDDEN.to_owned() } else { found[0].to_owned() }
    });
    shown.into_owned()
}

/// Whether a word has the letters and digits of a key: all kinds of them, in no order.
fn is_random(word: &str) -> bool {
    let kinds = [
        word.bytes().filter(u8::is_ascii_lowercase).count(),
        word.bytes().filter(u8::is_ascii_uppercase).count(),
        word.bytes().filter(u8::is_ascii_digit).count(),
    ];
    let changes = word.as_bytes().windows(2).filter(|pair| kind(pair[0]) != kind(pair[1])).count();
    kinds.iter().all(|count| *count >= 1) && changes * 4 >= word.len()
}

const fn kind(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    }
}

/// `value` without what looks like a credential, in its strings and by the names of its members.
pub(super) fn value(value: &Value) -> Value {
    match value {
        Value::String(shown) => match serde_json::from_str::<Value>(shown) {
            // JSON in a string has names, too.
            Ok(inner @ (Value::Object(_) | Value::Array(_))) => {
                let clean = self::value(&inner);
                if clean == inner { text(shown).into() } else { clean.to_string().into() }
            }
            _ => text(shown).into(),
        },
        Value::Array(items) => items.iter().map(self::value).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, member)| {
                let hidden = member.is_string() && is_secret(name);
                (text(name), if hidden { HIDDEN.into() } else { self::value(member) })
            });
            Value::Object(members.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

/// Whether the redactor of the library takes what stands behind that name for a credential.
fn is_secret(name: &str) -> bool {
    let line = format!("{{\"{name}\":\"value\"}}");
    Redactor::new(&[]).pieces(line.as_bytes()).flatten().copied().ne(line.bytes())
}

/// A result as an example: without credentials, then short.
pub(super) fn example(result: &Value) -> Value {
    let clean = value(result);
    let mut shown = trimmed(&clean, MAX_ITEMS, MAX_TEXT);
    for (items, text) in [(2, 100), (1, 50), (1, 20)] {
        if shown.to_string().len() <= MAX_EXAMPLE {
            return shown;
        }
        shown = trimmed(&clean, items, text);
    }
    if shown.to_string().len() > MAX_EXAMPLE { "…".into() } else { shown }
}

fn trimmed(value: &Value, items: usize, characters: usize) -> Value {
    match value {
        Value::String(text) => match text.char_indices().nth(characters) {
            Some((end, _)) => format!("{}…", &text[..end]).into(),
            None => text.as_str().into(),
        },
        Value::Array(all) => {
            all.iter().take(items).map(|item| trimmed(item, items, characters)).collect()
        }
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, value)| (name.clone(), trimmed(value, items, characters)));
            Value::Object(members.collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Forms that their issuers document; the keys are the examples of their documentation or made up.
    #[test]
    fn credentials_are_not_kept() {
        for (shown, secret) in [
            ("key AKIAIOSFODNN7EXAMPLE here", "AKIAIOSFODNN7EXAMPLE"),
            ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalr"),
            ("ghp_0123456789abcdefABCDEF0123456789abcd", "ghp_0"),
            ("sk-ant-api03-abcdefghijklmnop", "api03"),
            ("sk_live_0123456789abcdef", "0123456789abcdef"),
            ("xoxb-123456789012-abcdefABCDEF", "xoxb-1"),
            ("-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----", "MIIB"),
            ("d41d8cd98f00b204e9800998ecf8427e", "d41d8"),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlLW9mLXRoZS10ZXN0", "c2lnbmF0"),
            ("Authorization: Bearer abcdef.ghi", "abcdef.ghi"),
            (
                "https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Security-Token=Fwo&X-Amz-Signature=99ab",
                "99ab",
            ),
            ("see https://x.blob.core.windows.net/c/f?sv=2024&sig=Zm9v%3D now", "Zm9v"),
            ("https://storage.googleapis.com/b/o?X-Goog-Signature=aa11", "aa11"),
            ("https://d1.cloudfront.net/f?Policy=xy&Signature=qq&Key-Pair-Id=K1", "qq"),
            ("https://api.example.com/v1?key=abc123", "abc123"),
        ] {
            assert!(shown.contains(secret));
            let clean = text(shown);
            assert!(!clean.contains(secret), "{clean}");
        }
        let value = json!({
            "password": "hunter2", "nested": [{"apiKey": "k-1"}],
            "text": "{\"client_secret\":\"s-1\",\"n\":1}",
        });
        let clean = super::value(&value).to_string();
        for secret in ["hunter2", "k-1", "s-1"] {
            assert!(!clean.contains(secret), "{clean}");
        }
        assert!(clean.contains("client_secret"), "{clean}");
    }

    #[test]
    fn what_is_none_stays() {
        for shown in [
            "plain words, and numbers 1234567890",
            "https://example.com/a/b?page=2&limit=10",
            "3caa49a9-3752-486e-b979-51a369d6df69",
            "a_rather_long_name_of_something_in_snake_case",
            "/a/rather/long/path/to/something/on/this/machine",
            "AbstractSingletonProxyFactoryBeanConfigurer",
            "2026-11-25T22:10:00Z",
            "München — 世界",
        ] {
            assert_eq!(text(shown), shown);
        }
        let value = json!({"keys": ["a"], "progressToken": "1", "n": 1.5, "x": null});
        assert_eq!(super::value(&value), value);
    }

    #[test]
    fn examples_are_short() {
        let long = json!({"content": (0..50).map(|n| json!({"n": n, "text": "x".repeat(5_000)})).collect::<Value>()});
        let shown = example(&long);
        assert!(shown.to_string().len() <= MAX_EXAMPLE);
        assert_eq!(shown["content"].as_array().unwrap().len(), MAX_ITEMS);
        let wide: Map<_, _> = (0..2_000).map(|n| (format!("member{n}"), json!(n))).collect();
        assert_eq!(example(&wide.into()), "…");
    }
}
