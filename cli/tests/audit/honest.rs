//! An honest server gives no false alarm, in whatever way it is set up and whatever is given.

use std::process::Command;

use serde_json::json;

use crate::wire::{self, SECRET, Server};
use crate::{Audited, WAITING, audit, with_secret};

const REVISIONS: [&str; 5] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"];

fn is_clean(audited: &Audited, what: &str) {
    assert_eq!(audited.code, 0, "{what}: {} {}", audited.report, audited.err);
    for kind in ["accepted", "wrong_refusals", "inconclusive"] {
        assert_eq!(audited.count(kind), 0, "{what}: {kind}");
    }
    assert!(audited.ids().is_empty(), "{what}: {:?}", audited.ids());
}

#[test]
fn in_every_revision() {
    for revision in REVISIONS {
        let server = Server::with(&["--revision", revision]);
        let audited = audit(&server, &["--skip", WAITING], with_secret);
        is_clean(&audited, revision);
        let session = revision != "2026-07-28";
        assert_eq!(audited.report["revisions"], json!([{"name": revision, "session": session}]));
        for layer in ["transport", "presence", "structure", "signature", "claims", "execution"] {
            assert_eq!(audited.state(layer), "proved", "{revision}: {layer}");
        }
    }
}

#[test]
fn in_both_eras_with_everything_given() {
    let demands = [
        "--issuer",
        "https://issuer.example",
        "--audience",
        "demo",
        "--scope",
        "a",
        "--scope",
        "b",
        "--require-claim",
        "team",
        "--always-stream",
    ];
    let server = Server::with(&demands);
    let given = [
        "--iss",
        "https://issuer.example",
        "--aud",
        "demo",
        "--scope",
        "a b",
        "--claim",
        "team=\"mcp\"",
        "--require-claim",
        "team",
        "--guess-keys",
        "--tool",
        "whoami",
        "--require",
        "claims,audience,authorization,execution",
    ];
    let audited = audit(&server, &given, with_secret);
    is_clean(&audited, "everything");
    for layer in ["claims", "audience", "authorization", "execution"] {
        assert_eq!(audited.state(layer), "proved", "{layer}");
    }
    for probe in ["used-then-expired", "expired-one-second"] {
        assert_eq!(audited.verdicts(probe), ["refused", "refused"], "{probe}");
    }
    for probe in ["identity-arrives", "identities-apart"] {
        assert_eq!(audited.verdicts(probe), ["proved"], "{probe}");
    }
    for probe in ["cross-session", "ended-session"] {
        assert_eq!(audited.verdicts(probe), ["refused"], "{probe}");
    }
    assert_eq!(audited.report["revisions"].as_array().unwrap().len(), 2);
}

#[test]
fn with_short_and_with_long_secrets() {
    let long = "x".repeat(4_096);
    for secret in ["k", "short", "an example secret of 32 bytes...", &long] {
        let mut command = wire::mcpico();
        command.env("MCP_JWT_SECRET", secret).args(["serve", "--allow-short-secret"]);
        let server = Server::start(command.args(["--revision", "2026-07-28"]));
        let given = ["--skip", WAITING, "--allow-short-secret"];
        let audited = audit(&server, &given, |command| {
            command.env("MCP_JWT_SECRET", secret);
        });
        is_clean(&audited, &format!("{} bytes", secret.len()));
    }
}

fn token(name: &str) -> String {
    let claims = json!({"sub": name, "exp": wire::now() + 60});
    wire::token(SECRET, &json!({"alg": "HS256", "typ": "JWT"}), &claims)
}

#[test]
fn with_two_tokens_and_no_secret() {
    let server = Server::with(&[]);
    let audited = audit(&server, &[], |command| {
        command.env("MCP_JWT_TOKEN", token("ada-of-tests"));
        command.env("MCP_OTHER_JWT_TOKEN", token("alan-of-tests"));
    });
    is_clean(&audited, "two tokens");
    assert_eq!(audited.verdicts("cross-session"), ["refused"]);
    assert_eq!(audited.verdicts("identities-apart"), ["proved"]);
    assert_eq!(audited.verdicts("signature-stripped").len(), 14);
    assert_eq!(audited.state("claims"), "not-tested");
    assert!(audited.report["conclusion"].as_str().unwrap().contains("one good token"));
}

#[test]
fn with_nothing_but_its_address() {
    for revision in ["2025-11-25", "2026-07-28"] {
        let server = Server::with(&["--revision", revision]);
        let audited = audit(&server, &[], |_: &mut Command| {});
        is_clean(&audited, revision);
        // A server that refuses everything would look the same.
        assert_eq!(audited.state("presence"), "not-shown");
        assert_eq!(audited.state("signature"), "not-shown");
        assert!(audited.report["conclusion"].as_str().unwrap().contains("strangers"));
    }
}

#[test]
fn a_harmless_tool_is_called_and_no_other() {
    let server = Server::with(&["--revision", "2026-07-28"]);
    let audited = audit(&server, &["--skip", WAITING], with_secret);
    assert_eq!(audited.report["tool"], "whoami");
    let named = audit(&server, &["--skip", WAITING, "--tool", "echo"], with_secret);
    assert_eq!(named.report["tool"], "echo");
    assert_eq!(named.verdicts("identity-arrives"), ["inconclusive"]);
    assert_eq!(named.code, 0);
}
