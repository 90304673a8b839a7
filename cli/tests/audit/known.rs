//! Faults of a server that are known.

use std::fs;

use serde_json::{Map, Value, json};

use crate::wire::{self, Server};
use crate::{Audited, WAITING, audit, with_secret};

/// Audits a server that tells `lie`, with a list of known faults.
fn knowing(lie: Option<&str>, baseline: &str) -> Audited {
    let file = wire::scratch("baseline.yaml");
    fs::write(&file, baseline).unwrap();
    let mut serve = vec!["--revision", "2026-07-28"];
    serve.extend(lie.iter().flat_map(|lie| ["--lie", lie]));
    let server = Server::with(&serve);
    audit(&server, &["--skip", WAITING, "--baseline", file.to_str().unwrap()], with_secret)
}

/// A list with these probes in it; JSON is YAML, too.
fn listing(ids: &[&str]) -> String {
    let reasons: Map<String, Value> =
        ids.iter().map(|id| ((*id).to_owned(), json!("issue 12"))).collect();
    json!({"known_failures": reasons}).to_string()
}

fn member(audited: &Audited, list: &str, id: &str, name: &str) -> Vec<Value> {
    let entries = audited.report[list].as_array().unwrap().iter();
    entries.filter(|entry| entry["id"] == id).map(|entry| entry[name].clone()).collect()
}

#[test]
fn a_fault_that_is_known_is_told_and_fails_nothing() {
    let audited = knowing(Some("expiry-optional"), "known_failures: {no-exp: issue 12}");
    assert_eq!(audited.code, 0, "{}", audited.report);
    assert_eq!(audited.ids(), ["expiry-optional"]);
    assert_eq!(member(&audited, "diagnoses", "expiry-optional", "known"), [json!(true)]);
    let known = member(&audited, "probes", "no-exp", "known");
    assert!(known.contains(&json!("issue 12")), "{known:?}");
    assert_eq!(audited.state("claims"), "known");
    assert_eq!(audited.count("known"), audited.count("accepted"));
    let conclusion = audited.report["conclusion"].as_str().unwrap();
    assert!(conclusion.contains("does not hold for what is known to be wrong: no-exp."));
}

#[test]
fn another_fault_is_as_bad_as_ever() {
    let audited = knowing(Some("skips-not-before"), "known_failures: {no-exp: issue 12}");
    assert_eq!(audited.code, 1);
    assert_eq!(member(&audited, "diagnoses", "not-before-unchecked", "known"), [json!(false)]);
    assert_eq!(audited.state("claims"), "broken");
    assert_eq!(audited.count("known"), 0);
}

#[test]
fn a_refusal_that_is_known_to_be_wrong_fails_nothing_where_all_of_its_probes_are_listed() {
    let lie = Some("forbidden");
    let unlisted = knowing(lie, "known_failures: {expired: issue 12}");
    assert_eq!(unlisted.code, 1);
    let probes = unlisted.report["probes"].as_array().unwrap().iter();
    let wrong = probes.filter(|probe| probe["verdict"] == "wrong-refusal");
    let ids: Vec<&str> = wrong.map(|probe| probe["id"].as_str().unwrap()).collect();
    assert_eq!(knowing(lie, &listing(&ids)).code, 0);
}

#[test]
fn a_fault_that_is_not_there_any_more_has_to_leave_the_list() {
    let audited = knowing(None, "known_failures: {no-exp: issue 12}");
    assert_eq!(audited.code, 1);
    assert_eq!(audited.report["known_and_not_seen"], json!(["no-exp"]));
}

#[test]
fn a_probe_that_was_left_out_may_stay_in_the_list() {
    let audited = knowing(None, "known_failures: {used-then-expired: issue 12}");
    assert_eq!(audited.code, 0);
    assert_eq!(audited.report["known_and_not_seen"], json!([]));
}

#[test]
fn of_a_server_that_verifies_nothing_nothing_is_known() {
    for lie in ["always-open", "skips-signature"] {
        let probes = wire::ended(wire::mcpico().args(["audit", "--list", "--format", "json"]));
        let probes: Value = serde_json::from_slice(&probes.stdout).unwrap();
        let probes = probes["probes"].as_array().unwrap().iter();
        let ids: Vec<&str> = probes.map(|probe| probe["id"].as_str().unwrap()).collect();
        let audited = knowing(Some(lie), &listing(&ids));
        assert_eq!(audited.code, 1, "{lie}");
        assert_eq!(audited.count("known"), 0, "{lie}");
    }
}

#[test]
fn what_is_no_probe_is_no_known_fault() {
    let file = wire::scratch("no-probe.yaml");
    for (list, says) in [
        ("known_failures: {no-expiry: issue 12}", "no-expiry: no such probe; there are no-header"),
        ("known_failures: {no-exp: ''}", "the known failure no-exp has no reason"),
        ("known: {}", "known"),
    ] {
        fs::write(&file, list).unwrap();
        let output = wire::ended(wire::mcpico().args(["audit", "--baseline"]).arg(&file));
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(says) && error.contains("no-probe.yaml"), "{error}");
    }
}
