//! `mcpico test` against the real demo server.

use serde_json::json;

use crate::house::{Report, file, run, run_command, secret_file};
use crate::wire::{self, SECRET, Server};

const OTHER: &str = "another secret of forty-eight bytes, 0123456789";

const GUARD: [&str; 6] =
    ["reachable", "no-token", "malformed-token", "wrong-secret", "expired-token", "valid-token"];

const LISTS: [&str; 4] = ["tools-list", "resources-list", "templates-list", "prompts-list"];

const CALLS: [&str; 10] = [
    "tool-echo",
    "tool-add",
    "tool-whoami",
    "tool-slow",
    "tool-fail",
    "tool-big",
    "tool-route",
    "resource",
    "template",
    "prompt",
];

/// Tests in both formats.
fn test(arguments: &[&str]) -> Report {
    let arguments = [&["test"], arguments].concat();
    let text = run(&arguments);
    Report::new(text, &run(&[&arguments[..], &["--format", "json"]].concat()))
}

fn url(server: &Server) -> String {
    format!("http://{}/mcp", server.address)
}

fn token(claims: &serde_json::Value) -> String {
    file("token", &wire::token(SECRET, &json!({"alg": "HS256", "typ": "JWT"}), claims))
}

#[test]
fn the_embedded_server_passes_everything() {
    for arguments in [&[][..], &["--iss", "me", "--aud", "you", "--sub", "ada", "--scope", "a b"]] {
        let report = test(arguments);
        assert_eq!(report.code, 0, "{}", report.text);
        let session = ["era", "session-without-token", "after-valid-token"];
        let all = [&GUARD[..], &session, &LISTS, &CALLS].concat();
        assert_eq!(report.ids("passed"), all);
        assert_eq!(report.json["not_tested"], json!([]));
        assert_eq!(report.reached("execution"), "7 tools were called and their results compared");
        assert!(report.reached("claims").contains("the claims of the token arrived"));
        assert!(report.reached("credential exchange").starts_with("not tested"));
    }
}

#[test]
fn every_revision_passes() {
    for revision in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"] {
        let report = test(&["--revision", revision]);
        assert_eq!(report.code, 0, "{}", report.text);
        assert_eq!(report.json["revision"], revision);
        assert_eq!(report.ids("skipped"), [""; 0]);
        let modern = revision == "2026-07-28";
        assert_ne!(report.ids("passed").contains(&"session-without-token"), modern);
    }
}

#[test]
fn a_server_is_tested_with_its_secret() {
    let server = Server::with(&[]);
    let report = test(&[&url(&server), "--secret-file", &secret_file()]);
    assert_eq!(report.code, 0, "{}", report.text);
    assert_eq!(report.ids("failed").len() + report.ids("skipped").len(), 0);
    assert!(report.reached("signature").starts_with("checked"));
    assert!(report.reached("execution").starts_with("not tested"));
    assert_eq!(report.json["not_tested"].as_array().unwrap().len(), 1);
    let run =
        run_command(wire::mcpico().env("MCP_JWT_SECRET", SECRET).args(["test", &url(&server)]));
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn a_server_is_tested_with_a_token_only() {
    let path = wire::scratch("minted");
    let server = Server::with(&["--token-file", path.to_str().unwrap()]);
    let report = test(&[&url(&server), "--jwt-token-file", path.to_str().unwrap()]);
    assert_eq!(report.code, 0, "{}", report.text);
    assert_eq!(report.ids("skipped"), ["expired-token"]);
    assert!(report.note("expired-token").contains("no secret was given"));
    assert!(report.reached("signature").starts_with("checked"));
    assert!(report.reached("claims").starts_with("not shown"));
}

#[test]
fn nothing_to_show_is_not_enough() {
    let server = Server::with(&[]);
    let report = test(&[&url(&server)]);
    assert_eq!(report.code, 3, "{}", report.text);
    assert_eq!(report.ids("passed"), ["reachable", "no-token", "malformed-token"]);
    assert_eq!(report.ids("skipped"), ["wrong-secret", "expired-token", "valid-token"]);
    assert!(report.reached("signature").starts_with("not shown"));
}

#[test]
fn another_secret_proves_nothing() {
    let server = Server::with(&[]);
    let other = file("other", OTHER);
    for pinned in [&[][..], &["--revision", "2025-11-25"], &["--revision", "2026-07-28"]] {
        let report = test(&[&[&url(&server)[..], "--secret-file", &other], pinned].concat());
        assert_eq!(report.code, 3, "{}", report.text);
        assert_eq!(report.ids("failed"), ["valid-token"], "{}", report.text);
        assert!(report.note("valid-token").contains("401 to the token eyJh..."));
        for layer in ["signature", "claims"] {
            assert!(report.reached(layer).starts_with("not shown"), "{}", report.text);
        }
    }
    for command in
        [&["call", "add"][..], &["list", "tools"], &["read", "a:b"], &["prompt", "greet"]]
    {
        let server = ["--endpoint", &url(&server), "--secret-file", &other];
        let run = run(&[command, &server].concat());
        assert_eq!((run.code, &run.out[..]), (3, ""), "{run:?}");
        assert!(run.err.contains("eyJh..."), "{run:?}");
    }
}

#[test]
fn claims_that_are_demanded() {
    let server = Server::with(&["--issuer", "https://issuer.example", "--audience", "demo"]);
    let (url, secret) = (url(&server), secret_file());
    let with = |claims: &[&str]| test(&[&[&url[..], "--secret-file", &secret], claims].concat());
    let report = with(&["--iss", "https://issuer.example", "--aud", "demo"]);
    assert_eq!(report.code, 0, "{}", report.text);
    assert_eq!(report.ids("skipped"), [""; 0]);
    for claims in [
        &[][..],
        &["--iss", "https://issuer.example"],
        &["--aud", "demo"],
        &["--iss", "https://issuer.example", "--aud", "other"],
    ] {
        let report = with(claims);
        assert_eq!(report.code, 3, "{}", report.text);
        assert_eq!(report.ids("failed"), ["valid-token"]);
    }
}

#[test]
fn the_expired_token_differs_in_its_times_only() {
    let server = Server::with(&["--issuer", "https://issuer.example", "--audience", "demo"]);
    let claims = json!({
        "iss": "https://issuer.example", "aud": ["demo"], "iat": wire::now(), "nbf": wire::now(),
        "exp": wire::now() + 60,
    });
    let (url, given) = (url(&server), token(&claims));
    // The claims come from the token, whatever would be minted.
    let report = test(&[&url, "--jwt-token-file", &given, "--secret-file", &secret_file()]);
    assert_eq!(report.code, 0, "{}", report.text);
    assert!(report.note("expired-token").contains("expired"), "{}", report.note("expired-token"));
    assert!(report.reached("claims").starts_with("checked"));
    // With another secret no expired token can be made that proves anything.
    let other = file("other", OTHER);
    let report = test(&[&url, "--jwt-token-file", &given, "--secret-file", &other]);
    assert_eq!(report.code, 0, "{}", report.text);
    assert_eq!(report.ids("skipped"), ["expired-token"]);
    assert!(report.note("expired-token").contains("another secret"));
    assert!(report.reached("claims").starts_with("not shown"));
}

#[test]
fn a_token_that_has_expired_is_rejected() {
    let server = Server::with(&[]);
    let given = token(&json!({"sub": "ada", "exp": wire::now() - 60}));
    let report = test(&[&url(&server), "--jwt-token-file", &given]);
    assert_eq!(report.code, 3, "{}", report.text);
    assert!(report.note("valid-token").contains("mcpico token inspect"));
    let opaque = file("token", "opaque-0123456789");
    let report = test(&[&url(&server), "--jwt-token-file", &opaque]);
    assert_eq!(report.code, 3, "{}", report.text);
    assert!(report.note("wrong-secret").contains("no JWT"), "{}", report.note("wrong-secret"));
}

#[test]
fn servers_of_one_era() {
    let secret = secret_file();
    for (era, revision) in [("legacy", "2025-11-25"), ("modern", "2026-07-28")] {
        let server = Server::with(&["--era", era]);
        let report = test(&[&url(&server), "--secret-file", &secret]);
        assert_eq!(report.code, 0, "{}", report.text);
        assert_eq!(report.json["revision"], revision);
        assert!(report.note("era").contains(era), "{}", report.note("era"));
        let sessions = report.ids("passed").contains(&"session-without-token");
        assert_eq!(sessions, era == "legacy");
        let other = if era == "legacy" { "2026-07-28" } else { "2025-11-25" };
        let report = test(&[&url(&server), "--secret-file", &secret, "--revision", other]);
        assert_eq!(report.code, 1, "{}", report.text);
        assert_eq!(report.ids("failed"), ["valid-token"]);
        assert!(!report.note("valid-token").contains("401"), "{}", report.text);
    }
    let server = Server::with(&["--always-stream"]);
    let report = test(&[&url(&server), "--secret-file", &secret]);
    assert_eq!(report.code, 0, "{}", report.text);
}

#[test]
fn a_missing_scope_is_no_failure_of_the_guard() {
    let server = Server::with(&["--scope", "tools"]);
    let (url, secret) = (url(&server), secret_file());
    let report = test(&[&url, "--secret-file", &secret]);
    assert_eq!(report.code, 3, "{}", report.text);
    assert!(report.note("valid-token").contains("insufficient_scope"), "{}", report.text);
    let report = test(&[&url, "--secret-file", &secret, "--scope", "tools"]);
    assert_eq!(report.code, 0, "{}", report.text);
}

#[test]
fn a_token_for_another_server_is_not_shown_to_the_embedded_one() {
    let given = token(&json!({"sub": "ada", "exp": wire::now() + 60}));
    let run = run(&["test", "--jwt-token-file", &given]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.err.contains("the token is not used"), "{run:?}");
    // With its secret it is one for the embedded server.
    let report = test(&["--jwt-token-file", &given, "--secret-file", &secret_file()]);
    assert_eq!(report.code, 0, "{}", report.text);
    assert!(report.text.contains("(given)"), "{}", report.text);
    assert!(report.ids("passed").contains(&"tool-whoami"));
}
