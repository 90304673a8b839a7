//! Secrets that servers send back in a way that hides them from a search.

use std::fmt::Write;
use std::fs;

use base64ct::{Base64, Encoding};
use serde_json::json;

use crate::house::{House, Reply, Request, file};
use crate::wire::{self, SECRET};

/// What the reports in all formats say.
fn reports(house: &House, arguments: &[&str]) -> Vec<(&'static str, String)> {
    let [junit, markdown, html] = ["r.xml", "r.md", "r.html"].map(|name| file(name, ""));
    let files = ["--junit", &junit, "--markdown", &markdown, "--html", &html];
    let report = house.test(&[arguments, &files].concat());
    let read = |path: &str| fs::read_to_string(path).unwrap();
    vec![
        ("text", report.text),
        ("json", report.json.to_string()),
        ("error", report.err),
        ("junit", read(&junit)),
        ("markdown", read(&markdown)),
        ("html", read(&html)),
    ]
}

/// A report as its reader sees it.
fn rendered(text: &str) -> String {
    let mut text = text.replace('\\', "");
    for (entity, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, character);
    }
    text
}

#[test]
fn a_token_is_masked_however_a_format_spells_it() {
    // In Base64 there is a `_`, which Markdown does not leave alone.
    let claims = json!({"sub": "???????", "exp": wire::now() + 60});
    let token = wire::token(SECRET, &json!({"alg": "HS256"}), &claims);
    assert!(token.split('.').nth(1).unwrap().contains('_'));
    let house = House::new(|request: &Request| {
        let token = request.bearer().unwrap_or_default();
        Reply::challenge(401, &format!("Bearer error=\"x\", error_description=\"bad {token}\""))
    });
    let path = file("token", &token);
    for (format, report) in reports(&house, &["--jwt-token-file", &path]) {
        for word in rendered(&report).split("eyJ").skip(1) {
            let in_a_token = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
            // The mask shows eleven characters.
            assert!(word.chars().take_while(in_a_token).count() <= 8, "{format}: {report}");
        }
    }
}

#[test]
fn a_secret_is_masked_in_every_format_encoding_and_part() {
    let secret = "<a secret & with \"marks\" of 40 bytes...>";
    let encoded = Base64::encode_string(format!("id:{secret}").as_bytes());
    let mut hexadecimal = String::new();
    for byte in secret.bytes() {
        write!(hexadecimal, "{byte:02x}").unwrap();
    }
    for body in [
        format!("bad key {secret}"),
        format!("bad key {encoded}"),
        format!("bad key {hexadecimal}"),
        // What is shown of a body ends in the middle of it.
        format!("{}{secret}", "x".repeat(175)),
        format!("{}{hexadecimal}", "x".repeat(150)),
    ] {
        let sent = body.clone();
        let house = House::new(move |_| Reply::status(500, &sent));
        let path = file("other-secret", secret);
        for (format, report) in reports(&house, &["--secret-file", &path]) {
            let shown = rendered(&report);
            for part in [&secret[..16], &encoded[8..24], &hexadecimal[..16]] {
                assert!(!shown.contains(part), "{format}: {part} of {body}: {report}");
            }
        }
    }
}
