//! The tables of docs/audit.md are those of the command and of the tests.
//!
//! `MCPICO_WRITE_DOCS=1 cargo test -p mcpico-cli --test audit page` writes them.

use std::env;
use std::fmt::Write;
use std::fs;

use serde_json::Value;

use crate::lies::{CASES, lies};
use crate::wire;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/audit.md");

/// What stands between the two comments of that name.
fn between<'p>(page: &'p str, name: &str) -> (&'p str, &'p str, &'p str) {
    let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->\n"));
    let (before, rest) = page.split_once(&start).unwrap_or_else(|| panic!("no {start} in {PAGE}"));
    let (table, after) = rest.split_once(&end).unwrap_or_else(|| panic!("no {end} in {PAGE}"));
    (&page[..before.len() + start.len()], table, &page[page.len() - after.len() - end.len()..])
}

fn is_in_the_page(name: &str, expected: &str) {
    let page = fs::read_to_string(PAGE).unwrap();
    let (before, table, after) = between(&page, name);
    if table == expected {
        return;
    }
    if env::var_os("MCPICO_WRITE_DOCS").is_some() {
        fs::write(PAGE, format!("{before}{expected}{after}")).unwrap();
        return;
    }
    panic!(
        "{name} of docs/audit.md are not as they are (MCPICO_WRITE_DOCS=1 writes them):\n{expected}"
    );
}

#[test]
fn the_tables_are_true() {
    let mut table = String::from(
        "| lie | what the server does | `audit` says | `test` fails at |\n|---|---|---|---|\n",
    );
    let about = lies();
    for case in CASES {
        let (_, about) = about.iter().find(|(name, _)| name == case.lie).unwrap();
        let code = |ids: &[&str]| match ids {
            [] => "-".to_owned(),
            ids => ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", "),
        };
        let test = if case.test.is_empty() { vec![] } else { vec![case.test] };
        writeln!(table, "| `{}` | {about} | {} | {} |", case.lie, code(case.audit), code(&test))
            .unwrap();
    }
    is_in_the_page("lies", &table);

    let output = wire::ended(wire::mcpico().args(["audit", "--list", "--format", "json"]));
    let list: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or("see below").to_owned();
    let mut table = String::from("| probe | layer | is | right answer |\n|---|---|---|---|\n");
    for probe in list["probes"].as_array().unwrap() {
        let [id, layer, title, expects] =
            ["id", "layer", "title", "expects"].map(|name| text(&probe[name]));
        writeln!(table, "| `{id}` | {layer} | {title} | {expects} |").unwrap();
    }
    is_in_the_page("probes", &table);

    let mut table = String::from("| diagnosis | the server | what to do |\n|---|---|---|\n");
    for diagnosis in list["diagnoses"].as_array().unwrap() {
        let [id, what, advice] = ["id", "what", "advice"].map(|name| text(&diagnosis[name]));
        writeln!(table, "| `{id}` | {what} | {advice} |").unwrap();
    }
    is_in_the_page("diagnoses", &table);
}

/// What is diagnosed somewhere in the tests, so that no name is there for nothing.
#[test]
fn most_diagnoses_have_a_lie() {
    let output = wire::ended(wire::mcpico().args(["audit", "--list", "--format", "json"]));
    let list: Value = serde_json::from_slice(&output.stdout).unwrap();
    let told: Vec<&str> = CASES.iter().flat_map(|case| case.audit).copied().collect();
    let named = list["diagnoses"].as_array().unwrap().iter();
    let named: Vec<&str> = named.map(|diagnosis| diagnosis["id"].as_str().unwrap()).collect();
    let without: Vec<_> = named.iter().filter(|id| !told.contains(id)).collect();
    // These have no server that tells them as a lie of its own; some have one that is scripted.
    let known = [
        "some-method-classes-open",
        "connection-instead-of-token",
        "other-doors-open",
        "caches-by-id",
        "scheme-case-sensitive",
        "credentials-without-identity",
        "success-without-result",
        "good-token-lost",
        "rate-limited",
        "malformed-body",
        "leaks-secret",
        "malformed-response",
        "other-status",
    ];
    assert_eq!(without, known.iter().collect::<Vec<_>>());
    assert!(told.iter().all(|id| named.contains(id)));
}
