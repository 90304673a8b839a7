//! Each lie is caught, by its own name and no other.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::thread;

use serde_json::Value;

use crate::wire::{self, SECRET, Server};
use crate::{Audited, WAITING, audit, with_secret};

/// What has to be said of a lie.
pub(crate) struct Case {
    pub(crate) lie: &'static str,
    /// The diagnoses of `audit`.
    pub(crate) audit: &'static [&'static str],
    /// What `serve` demands beside the secret.
    serve: &'static [&'static str],
    /// What `audit` is given beside the secret.
    given: &'static [&'static str],
    /// The server speaks both eras, because the lie is about sessions or doors.
    both: bool,
    /// The first check of `test` that fails, and what it says; empty when `test` sees nothing.
    pub(crate) test: &'static str,
    says: &'static str,
}

const fn case(lie: &'static str, audit: &'static [&'static str]) -> Case {
    Case { lie, audit, serve: &[], given: &[], both: false, test: "", says: "" }
}

impl Case {
    const fn both(self) -> Self {
        Self { both: true, ..self }
    }

    const fn tested(self, test: &'static str, says: &'static str) -> Self {
        Self { test, says, ..self }
    }

    const fn with(self, serve: &'static [&'static str], given: &'static [&'static str]) -> Self {
        Self { serve, given, ..self }
    }
}

pub(crate) const CASES: &[Case] = &[
    case("always-open", &["no-authentication"]).tested("no-token", "accepted"),
    case("presence-only", &["header-presence-only"]).tested("malformed-token", "accepted"),
    case("any-bearer", &["accepts-any-bearer"]).tested("malformed-token", "accepted"),
    case("shape-only", &["pass-through-unverified"]).tested("wrong-secret", "accepted"),
    case("any-scheme", &["scheme-ignored"]),
    case("repeated-header", &["repeated-header"]),
    case("query-token", &["token-in-query"]),
    case("skips-signature", &["signature-unchecked"]).tested("wrong-secret", "accepted"),
    case("signature-prefix", &["signature-partly-compared"]),
    case("ignores-algorithm", &["algorithm-ignored"]),
    case("accepts-none", &["accepts-alg-none"]),
    case("ignores-crit", &["crit-ignored"]),
    case("empty-key", &["accepts-empty-key"]).with(&[], &["--guess-keys"]),
    case("weak-secret", &["guessable-secret"]).with(&[], &["--guess-keys"]),
    case("follows-kid", &["kid-followed"]),
    case("lenient-base64", &["lenient-structure"]),
    case("skips-expiry", &["expiry-unchecked"]).tested("expired-token", "accepted"),
    case("skips-not-before", &["not-before-unchecked"]),
    case("expiry-optional", &["expiry-optional"]),
    case("expiry-text", &["expiry-of-wrong-type"]),
    case("takes-duplicates", &["duplicate-claims"]),
    case("ignores-audience", &["audience-unchecked"]),
    case("ignores-issuer", &["issuer-unchecked"])
        .with(&["--issuer", "https://issuer.example"], &["--iss", "https://issuer.example"]),
    case("ignores-required", &["required-claim-unchecked"]).with(
        &["--require-claim", "team"],
        &["--claim", "team=\"mcp\"", "--require-claim", "team"],
    ),
    case("ignores-scope", &["scope-unchecked"]).with(&["--scope", "tools"], &["--scope", "tools"]),
    case("open-discover", &["one-method-class-open"]).both(),
    case("open-list", &["one-method-class-open"]).both().tested("no-token", "accepted"),
    case("open-call", &["lists-guarded-calls-open"]).both().tested("no-token", "tools/call"),
    case("open-read", &["one-method-class-open"]).both().tested("no-token", "resources/read"),
    case("open-prompt", &["one-method-class-open"]).both().tested("no-token", "prompts/get"),
    case("open-stream", &["one-method-class-open"]).both(),
    case("open-delete", &["one-method-class-open"]).both(),
    case("guards-execution-only", &["authenticates-at-execution-only"])
        .both()
        .tested("no-token", "accepted"),
    case("session-without-token", &["session-instead-of-token"])
        .both()
        .tested("session-without-token", "accepted"),
    case("cross-session", &["cross-session"]).both(),
    case("session-outlives-end", &["session-outlives-its-end"]).both(),
    case("caches-token", &["caches-token-past-expiry"]),
    case("mixes-identities", &["identities-mixed"]).both(),
    case("error-in-result", &["error-in-200"]).tested("no-token", "no refusal"),
    case("error-in-200", &["error-in-200"]).tested("no-token", "status 200 instead of 401"),
    case("forbidden", &["403-for-401"]),
    case("unauthorized-for-scope", &["401-for-403"])
        .with(&["--scope", "tools"], &["--scope", "tools"]),
    case("server-error", &["server-error"]).tested("no-token", "500"),
    case("redirects", &["redirects"]).tested("no-token", "302"),
    case("html-body", &["html-refusal"]),
    case("no-challenge", &["no-challenge"]),
    case("foreign-challenge", &["foreign-challenge"]),
    case("resets", &["drops-connection"]).tested("no-token", "dropped the connection"),
    case("hangs", &["hangs"]).tested("no-token", "time limit"),
    case("slow", &["slow-refusal"]).tested("no-token", "time limit"),
    case("leaks-signature", &["leaks-signature"]),
    case("leaks-trace", &["leaks-trace"]),
    case("leaks-key-length", &["leaks-secret-length"]),
    case("refuses-everybody", &["refuses-good-token"]).tested("valid-token", "401"),
    // What is answered to those who are let in is no matter of authentication.
    case("error-text", &[]).tested("tools/echo", "content/0 has an error"),
    case("success-false", &[]).tested("tools/echo", "success: false"),
    case("is-error", &[]).tested("tools/echo", "isError is true"),
    case("second-content", &[]).tested("tools/echo", "content/1 has an error"),
    case("uncallable-tool", &[]).tested("tools/add", "-32602"),
    case("empty-lists", &[]).tested("tools/echo", "does not list the tool echo"),
    case("wrong-mime", &[]).tested(
        "resources/demo://greeting",
        "MIME type is application/octet-stream instead of text/plain",
    ),
    case("vanishing-resource", &[])
        .tested("resources/demo://greeting", "does not list the resource"),
];

/// The lies that `serve` knows, with what they say of themselves.
pub(crate) fn lies() -> Vec<(String, String)> {
    let output = wire::ended(wire::mcpico().args(["serve", "--help"]));
    let help = String::from_utf8(output.stdout).unwrap();
    let (_, list) = help.split_once("--lie <KIND>").unwrap();
    let lines = list.lines().filter_map(|line| line.trim_start().strip_prefix("- "));
    let pairs = lines.filter_map(|line| line.split_once(':'));
    pairs.map(|(name, about)| (name.trim().to_owned(), about.trim().to_owned())).collect()
}

fn run(index: usize, case: &Case) -> Audited {
    let mut serve = vec!["--lie", case.lie];
    serve.extend(case.serve);
    if !case.both {
        serve.extend(["--revision", ["2026-07-28", "2025-11-25"][index % 2]]);
    }
    let server = Server::with(&serve);
    let mut given = vec!["--patience", if case.lie == "hangs" { "2" } else { "20" }];
    if case.lie != "caches-token" {
        given.extend(["--skip", WAITING]);
    }
    given.extend(case.given);
    audit(&server, &given, with_secret)
}

#[test]
fn every_lie_has_a_case() {
    let cases: BTreeSet<&str> = CASES.iter().map(|case| case.lie).collect();
    let lies = lies();
    assert_eq!(cases, lies.iter().map(|(name, _)| name.as_str()).collect());
    assert!(cases.len() == CASES.len() && cases.len() >= 24);
}

/// Runs every case, some at a time.
fn each(run: impl Fn(usize, &Case) + Sync) {
    let queue = Mutex::new(CASES.iter().enumerate());
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap().next();
                    let Some((index, case)) = next else { break };
                    run(index, case);
                }
            });
        }
    });
}

#[test]
fn every_lie_is_caught_by_its_name() {
    let wrong = Mutex::new(Vec::new());
    each(|index, case| {
        let audited = run(index, case);
        let expected = match (case.audit, case.lie) {
            (_, "refuses-everybody") => 3,
            ([], _) => 0,
            _ => 1,
        };
        if audited.ids() != case.audit || audited.code != expected {
            let told = format!("{}: {} {:?}", case.lie, audited.code, audited.ids());
            wrong.lock().unwrap().push(told);
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What expires says nothing more at a door that is open anyway.
#[test]
fn an_open_door_is_no_cache() {
    for (lie, diagnosis) in
        [("open-list", "one-method-class-open"), ("skips-expiry", "expiry-unchecked")]
    {
        let server = Server::with(&["--lie", lie, "--revision", "2026-07-28"]);
        let audited = audit(&server, &[], with_secret);
        assert_eq!(audited.verdicts("used-then-expired"), ["accepted"], "{lie}");
        assert_eq!(audited.ids(), [diagnosis], "{lie}");
    }
}

/// The layers in which a lie shows.
#[test]
fn a_broken_layer_is_said_to_be_broken() {
    for (lie, layer, state) in [
        ("skips-expiry", "claims", "broken"),
        ("accepts-none", "signature", "broken"),
        ("resets", "presence", "wrong-refusals"),
        ("query-token", "transport", "broken"),
    ] {
        let server = Server::with(&["--lie", lie, "--revision", "2026-07-28"]);
        let audited = audit(&server, &["--skip", WAITING], with_secret);
        assert_eq!(audited.state(layer), state, "{lie}");
        assert_eq!(audited.state("exchange"), "not-tested");
    }
}

/// A token without the secret is enough for the faults that need no other token.
#[test]
fn a_token_alone_finds_what_can_be_made_of_it() {
    let claims = wire::claims();
    for (lie, diagnosis) in [
        ("signature-prefix", "signature-partly-compared"),
        ("accepts-none", "accepts-alg-none"),
        ("skips-signature", "signature-unchecked"),
        ("leaks-signature", "leaks-signature"),
        ("any-scheme", "scheme-ignored"),
    ] {
        let server = Server::with(&["--lie", lie, "--revision", "2026-07-28"]);
        let audited = audit(&server, &[], |command| {
            let header = serde_json::json!({"alg": "HS256", "typ": "JWT"});
            command.env("MCP_JWT_TOKEN", wire::token(SECRET, &header, &claims));
        });
        assert_eq!(audited.ids(), [diagnosis], "{lie}");
        assert_eq!(audited.verdicts("expired"), ["not-tested"]);
    }
}

/// Nothing given still tells the worst.
#[test]
fn an_address_alone_finds_open_doors() {
    for (lie, diagnosis) in [
        ("always-open", "no-authentication"),
        ("presence-only", "header-presence-only"),
        ("shape-only", "pass-through-unverified"),
        ("open-list", "one-method-class-open"),
        ("no-challenge", "no-challenge"),
        ("server-error", "server-error"),
    ] {
        let server = Server::with(&["--lie", lie, "--revision", "2026-07-28"]);
        let audited = audit(&server, &[], |_| {});
        assert_eq!(audited.ids(), [diagnosis], "{lie}");
        assert_eq!(audited.code, 1, "{lie}");
    }
}

#[test]
fn evidence_names_probe_and_door() {
    let server = Server::with(&["--lie", "open-read", "--revision", "2026-07-28"]);
    let audited = audit(&server, &["--skip", WAITING], with_secret);
    let evidence: &Value = &audited.report["diagnoses"][0]["evidence"];
    assert_eq!(evidence, "no-header: resources/read (2026-07-28)");
}

/// `mcpico test` with the configuration of the demo server: the first check that fails, and why.
fn test(case: &Case) -> (i32, String, String) {
    let mut serve = vec!["--lie", case.lie];
    serve.extend(case.serve);
    let server = Server::with(&serve);
    let configuration =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/test-configuration/demo.yaml");
    let mut command = wire::mcpico();
    command.args(["test", &format!("http://{}/mcp", server.address), "--config", configuration]);
    // What audit alone knows is no claim of the token.
    let claims = case.given.iter().filter(|argument| **argument != "--guess-keys");
    let claims: Vec<_> = claims.take_while(|argument| **argument != "--require-claim").collect();
    // Those that do not answer in time are waited for, again and again.
    let limit = if matches!(case.lie, "hangs" | "slow") { "1" } else { "10" };
    command.args(claims).args(["--timeout", limit, "--format", "json"]);
    with_secret(&mut command);
    let output = wire::ended(&mut command);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut checks = report["checks"].as_array().unwrap().iter();
    let failed = checks.find(|check| check["verdict"] == "failed");
    let text = |name: &str| {
        let value = failed.and_then(|check| check[name].as_str());
        value.unwrap_or_default().to_owned()
    };
    (output.status.code().unwrap(), text("id"), text("note"))
}

#[test]
fn what_test_sees_of_a_lie_is_told_by_its_name() {
    let wrong = Mutex::new(Vec::new());
    each(|_, case| {
        let (code, id, note) = test(case);
        let expected = match (case.test, case.lie) {
            (_, "refuses-everybody") => 3,
            ("", _) => 0,
            _ => 1,
        };
        if code != expected || id != case.test || !note.contains(case.says) {
            wrong.lock().unwrap().push(format!("{}: {code} {id}: {note}", case.lie));
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Nothing that `serve` can do wrong is seen by neither.
#[test]
fn every_lie_is_seen_by_one_of_them() {
    let unseen: Vec<_> =
        CASES.iter().filter(|case| case.audit.is_empty() && case.test.is_empty()).collect();
    assert!(unseen.is_empty());
}
