//! Credentials as they stand in URLs, commands and logs, and what only looks like them.

use mcpico_core::auth::{Challenges, Denial, Guard, Reason, Redactor};
use mcpico_core::jwt::{Hs256Key, Policy, VerifyError};
use mcpico_core::writer::emit;

fn redact(text: &str) -> String {
    let mut out = vec![0; 2 * text.len() + 16];
    let redactor = Redactor::new(&[]);
    String::from_utf8(emit(&mut out, |w| redactor.redact(text.as_bytes(), w)).unwrap().to_vec())
        .unwrap()
}

#[test]
fn a_token_behind_its_scheme_goes_however_the_gap_is_coded() {
    let secret = "aGVsbG8gd29ybGQ1";
    for text in [
        format!("got Bearer {secret} here"),
        format!("got Bearer+{secret} here"),
        format!("got Bearer%20{secret} here"),
        format!("got Bearer {secret}= here"),
        format!("got Bearer ABC_{secret}= here"),
        format!("token '{secret}' here"),
        format!("token \"{secret}\" here"),
        format!("run --token {secret} here"),
        format!("see https://token={secret}:@host.example here"),
        format!("got [\"cookie\",\"{secret}\"] here"),
        format!("got [\"x\", \"cookie\", '{secret}'] here"),
    ] {
        let shown = redact(&text);
        assert!(!shown.contains(secret), "{text}: {shown}");
        assert!(shown.ends_with(" here"), "{text}: {shown}");
    }
}

#[test]
fn what_is_no_credential_stays() {
    for text in [
        "see https://@host.example/path",
        "see https://user:@host.example/path",
        "the Bearer realm_name= of it",
        "a bearer of news",
        // The letter A, and so another word.
        "Bearer%41aGVsbG8gd29ybGQ1",
        r#"["cookie",12345,"x"]"#,
        "token expired",
    ] {
        assert_eq!(redact(text), text);
    }
}

#[test]
fn a_challenge_has_its_single_value() {
    let mut challenges = Challenges::parse(b"Negotiate abc+/==, Basic realm=\"x\"").unwrap();
    let negotiate = challenges.next().unwrap();
    assert_eq!((negotiate.scheme(), negotiate.token68()), ("Negotiate", Some("abc+/==")));
    let basic = challenges.next().unwrap();
    assert_eq!((basic.scheme(), basic.token68()), ("Basic", None));
    assert!(challenges.next().is_none());
}

#[test]
fn a_denial_reads_as_its_reason() {
    let key = Hs256Key::new(&[7; 32]).unwrap();
    let policy = Policy::new();
    let guard = Guard::new(&key, &policy);
    let mut texts = Vec::new();
    for reason in [
        Reason::MissingToken,
        Reason::UnsupportedScheme,
        Reason::MalformedHeader,
        Reason::RepeatedHeader,
        Reason::Token(VerifyError::Expired),
        Reason::InsufficientScope,
    ] {
        let denial: Denial<'_> = guard.deny(reason);
        let text = denial.to_string();
        assert_eq!(text, reason.to_string());
        assert!(text.len() > 10 && !texts.contains(&text), "{text}");
        texts.push(text);
    }
    assert!(texts[4].contains(&VerifyError::Expired.to_string()), "{}", texts[4]);
}
