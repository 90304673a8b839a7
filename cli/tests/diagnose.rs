//! `mcpico diagnose` and `mcpico token compare-secrets`.

mod wire;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};
use wire::{SECRET, Server, claims, mcpico, now, scratch, token};

fn file(content: &[u8]) -> String {
    let path: PathBuf = scratch("secret");
    fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

fn text(output: &Output) -> String {
    let both = [output.stdout.clone(), output.stderr.clone()].concat();
    String::from_utf8(both).unwrap()
}

fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

fn signed(claims: &Value) -> String {
    token(SECRET, &json!({"alg": "HS256", "typ": "JWT"}), claims)
}

/// Diagnoses a token; what is said about each thing.
struct Diagnosis {
    code: i32,
    report: Value,
}

impl Diagnosis {
    fn of(token: &str, arguments: &[&str]) -> Self {
        let mut command = mcpico();
        command.arg("diagnose").args(arguments).args(["--format", "json"]);
        let output = run(command.env("MCP_JWT_TOKEN", token));
        assert!(!text(&output).contains(SECRET), "the secret is shown: {}", text(&output));
        assert!(token.len() < 40 || !text(&output).contains(token), "the token is shown");
        let report: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
        assert_eq!(report["schema"], "mcpico-diagnose/1");
        let code = output.status.code().unwrap();
        assert_eq!(report["exit_code"], code);
        Self { code, report }
    }

    fn states(&self) -> Vec<(&str, &str)> {
        let findings = self.report["findings"].as_array().unwrap().iter();
        findings
            .map(|found| (found["about"].as_str().unwrap(), found["state"].as_str().unwrap()))
            .collect()
    }

    fn find(&self, about: &str) -> &Value {
        let mut findings = self.report["findings"].as_array().unwrap().iter();
        findings.find(|found| found["about"] == about).unwrap_or_else(|| panic!("{}", self.report))
    }

    fn says(&self, about: &str, part: &str) -> bool {
        let found = self.find(about);
        let what = found["what"].as_str().unwrap();
        what.contains(part) || found["try"].to_string().contains(part)
    }
}

#[test]
fn a_good_token_of_a_good_server_is_fine() {
    let server = Server::with(&["--audience", "demo"]);
    let url = format!("http://{}/mcp", server.address);
    let mut claims = claims();
    claims["aud"] = json!("demo");
    let secret = file(SECRET.as_bytes());
    let found = Diagnosis::of(&signed(&claims), &[&url, "--secret-file", &secret, "--aud", "demo"]);
    assert_eq!(found.code, 0, "{}", found.report);
    let fine = ["structure", "kid", "signature", "clock", "time", "claims", "no token", "server"];
    assert_eq!(found.states(), fine.map(|about| (about, "ok")));
}

#[test]
fn every_fault_is_told_with_what_to_do() {
    let server = Server::with(&[]);
    let url = format!("http://{}/mcp", server.address);
    let secret = file(SECRET.as_bytes());
    let with = |name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        signed(&claims)
    };
    let good = signed(&claims());
    let cut = good.rsplit_once('.').unwrap().0.to_owned();
    for (token, about, state, part) in [
        (with("exp", json!(now() - 90)), "time", "wrong", "expired 1 minute ago"),
        (with("nbf", json!(now() + 30)), "time", "wrong", "not valid before"),
        (with("exp", json!("soon")), "structure", "wrong", "have the issuer"),
        (with("aud", json!("demo")), "server", "wrong", "is it the name that the server goes by"),
        (format!("Bearer {good}"), "structure", "wrong", "give the token alone"),
        (format!("\"{good}\""), "structure", "wrong", "take the quotes away"),
        (cut, "structure", "wrong", "opaque token"),
        ("eyJh...abcd".into(), "structure", "wrong", "shortened token"),
        (
            token(&SECRET.to_uppercase(), &json!({"alg": "HS256"}), &claims()),
            "signature",
            "wrong",
            "not signed",
        ),
        (token(SECRET, &json!({"alg": "RS256"}), &claims()), "structure", "wrong", "RS256"),
    ] {
        let found = Diagnosis::of(&token, &[&url, "--secret-file", &secret]);
        assert_eq!(found.code, 1, "{part}: {}", found.report);
        let all = found.report["findings"].as_array().unwrap();
        let told = all.iter().any(|found| {
            found["about"] == about && found["state"] == state && found.to_string().contains(part)
        });
        assert!(told, "{about} {part}: {:#}", found.report);
    }
}

#[test]
fn the_secret_is_tried_in_every_reading() {
    let encoded = Base64::encode_string(SECRET.as_bytes());
    let good = signed(&claims());
    for (content, state, part) in [
        (SECRET.to_owned(), "ok", "signed with the secret of"),
        (format!("{SECRET}\n"), "ok", "signed with the secret of"),
        (encoded, "wrong", "decoded from base64"),
        (format!(" {SECRET} "), "wrong", "without the white space"),
        (format!("'{SECRET}'"), "wrong", "without the quotes"),
        ("quite another secret of some length".to_owned(), "wrong", "not signed with"),
    ] {
        let found = Diagnosis::of(&good, &["--secret-file", &file(content.as_bytes())]);
        assert_eq!(found.find("signature")["state"], state, "{part}: {}", found.report);
        assert!(found.says("signature", part), "{}", found.report);
        assert_eq!(found.code, i32::from(state != "ok"));
    }
    // A file whose line end counts elsewhere.
    let with_end = token(&format!("{SECRET}\n"), &json!({"alg": "HS256"}), &claims());
    let found =
        Diagnosis::of(&with_end, &["--secret-file", &file(format!("{SECRET}\n").as_bytes())]);
    assert_eq!(found.find("signature")["state"], "wrong");
    assert!(found.says("signature", "as it stands"), "{}", found.report);
    // Of several, one is enough.
    let (wrong, right) = (file(b"quite another secret of some length"), file(SECRET.as_bytes()));
    let found = Diagnosis::of(&good, &["--secret-file", &wrong, "--secret-file", &right]);
    assert_eq!(found.code, 0, "{}", found.report);
}

#[test]
fn a_server_that_takes_too_much_is_told() {
    for (lie, token, about, part) in [
        ("always-open", signed(&claims()), "no token", "answers without a token"),
        (
            "skips-signature",
            token(
                "another secret of enough bytes, 0123456789",
                &json!({"alg": "HS256"}),
                &claims(),
            ),
            "server",
            "does not look at the signature",
        ),
        ("resets", signed(&json!({"exp": now() - 10})), "server", "server's log"),
        ("forbidden", signed(&json!({"exp": now() - 10})), "server", "no scope"),
    ] {
        let server = Server::with(&["--lie", lie]);
        let url = format!("http://{}/mcp", server.address);
        let found = Diagnosis::of(&token, &[&url, "--secret-file", &file(SECRET.as_bytes())]);
        assert_eq!(found.code, 1, "{lie}: {}", found.report);
        let all = found.report["findings"].as_array().unwrap();
        let told =
            all.iter().any(|found| found["about"] == about && found.to_string().contains(part));
        assert!(told, "{lie}: {:#}", found.report);
    }
}

#[test]
fn nobody_there_is_unreachable() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}/mcp");
    // What can be said of the token is said all the same.
    let expired = signed(&json!({"sub": "a", "exp": now() - 60}));
    let found = Diagnosis::of(&expired, &[&url]);
    assert_eq!(found.code, 4, "{}", found.report);
    for about in ["time", "server"] {
        assert!(found.states().contains(&(about, "wrong")), "{}", found.report);
    }
    let output = run(mcpico().arg("diagnose"));
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

fn compare(first: &[u8], second: &[u8], arguments: &[&str]) -> Output {
    let mut command = mcpico();
    command.args(["token", "compare-secrets", &file(first), &file(second)]).args(arguments);
    run(&mut command)
}

#[test]
fn secrets_are_compared_and_not_shown() {
    let encoded = Base64::encode_string(SECRET.as_bytes());
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap();
    let hexadecimal: String =
        SECRET.bytes().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
    for (first, second, code, part) in [
        (SECRET.to_owned(), SECRET.to_owned(), 0, "equal"),
        (SECRET.to_owned(), format!("{SECRET}\n"), 1, "line end"),
        (format!("{SECRET}\r\n"), SECRET.to_owned(), 1, "CR LF"),
        (encoded.clone(), SECRET.to_owned(), 1, "the second is the first decoded from base64"),
        (
            SECRET.to_owned(),
            hexadecimal.clone(),
            1,
            "the first is the second decoded from hexadecimal",
        ),
        (encoded, hexadecimal, 1, "decoded from"),
        (format!("  {SECRET}"), SECRET.to_owned(), 1, "2 before"),
        (format!("\"{SECRET}\""), SECRET.to_owned(), 1, "without the quotes"),
        (SECRET.to_owned(), SECRET.to_uppercase(), 1, "upper and lower case"),
        (SECRET.to_owned(), "something else that is long".to_owned(), 1, "different"),
    ] {
        for format in ["text", "json"] {
            let output = compare(first.as_bytes(), second.as_bytes(), &["--format", format]);
            let shown = text(&output);
            assert_eq!(output.status.code(), Some(code), "{part}: {shown}");
            for secret in [&first, &second] {
                assert!(!shown.contains(secret.trim()), "a secret is shown: {shown}");
            }
            if format == "text" {
                assert!(shown.contains(part), "{part}: {shown}");
            } else {
                let report: Value = serde_json::from_str(&shown).unwrap();
                assert_eq!(report["equal"], code == 0);
                let prints = ["first", "second"].map(|one| report[one]["fingerprint"].clone());
                assert_eq!(prints[0] == prints[1], code == 0);
                assert_eq!(report["first"]["bytes"], first.len());
            }
        }
    }
}

/// The first 16 digits of `hmac.new(b"a shared key", b"an example secret", hashlib.sha256)` by Python.
#[test]
fn fingerprints_of_a_shared_key_are_the_same_on_every_machine() {
    let key = file(b"a shared key\n");
    let mut command = mcpico();
    command.args([
        "token",
        "compare-secrets",
        &file(b"an example secret"),
        "--fingerprint-key",
        &key,
    ]);
    let output = run(&mut command);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(text(&output).contains("30ed1b3afde1908a"), "{}", text(&output));
    // Without one, each run has its own.
    let print = || {
        let output = compare(b"one", b"one", &["--format", "json"]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        report["first"]["fingerprint"].clone()
    };
    assert_ne!(print(), print());
}

/// A secret that is given by mistake is not repeated.
#[test]
fn a_secret_on_the_command_line_is_not_repeated() {
    let output = run(mcpico().args(["token", "compare-secrets", SECRET, "env:NO_SUCH_VARIABLE"]));
    assert_eq!(output.status.code(), Some(2));
    assert!(!text(&output).contains(SECRET), "{}", text(&output));
    assert!(text(&output).contains("never stands on the command line"), "{}", text(&output));
}
