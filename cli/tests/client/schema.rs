//! The schema of reports, which every report of these tests is held against.

use serde_json::{Value, json};

const SCHEMA: &str = include_str!("../../../docs/report.schema.json");

/// The schema with nothing left open: what is not in it may be added, but not without a word about it.
fn closed() -> Value {
    fn close(schema: &mut Value) {
        match schema {
            Value::Array(items) => items.iter_mut().for_each(close),
            Value::Object(members) => {
                members.values_mut().for_each(close);
                let describes = members.get("properties").is_some_and(Value::is_object);
                if describes && members.contains_key("type") {
                    members.entry("additionalProperties").or_insert(Value::Bool(false));
                }
            }
            _ => {}
        }
    }
    let mut schema = serde_json::from_str(SCHEMA).unwrap();
    close(&mut schema);
    schema
}

/// The report has exactly what the documentation says.
pub(crate) fn check(report: &Value) {
    let schema = closed();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let faults: Vec<_> = validator
        .iter_errors(report)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{faults:?}\n{report:#}");
}

/// A schema that takes everything would prove nothing.
#[test]
fn what_is_no_report_does_not_fit() {
    let schema = serde_json::from_str(SCHEMA).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let counts = json!({"passed": 0, "failed": 0, "known": 0, "skipped": 0});
    let report = json!({
        "schema": "mcpico-test/1", "mcpico": "1", "started": "2026-11-25T00:00:00Z",
        "duration_ms": 1, "endpoint": "x", "token": "(none)", "revision": null, "checks": [],
        "categories": {"tools": counts}, "not_tested": [], "left_out": {}, "not_run": [],
        "reached": {"signature": "", "claims": "", "execution": "", "credential exchange": ""},
        "summary": counts, "exit_code": 1,
    });
    assert!(validator.is_valid(&report));
    // Members of a later version are nothing to a reader of this one.
    let mut later = report.clone();
    later["later"] = json!(1);
    later["summary"]["later"] = json!(1);
    assert!(validator.is_valid(&later));
    assert!(!jsonschema::is_valid(&closed(), &later) && jsonschema::is_valid(&closed(), &report));
    for (pointer, wrong) in [
        ("/schema", json!("mcpico-test/2")),
        ("/exit_code", json!(2)),
        ("/checks", json!([{}])),
        ("/categories", json!({"others": counts})),
        ("/summary", json!({})),
    ] {
        let mut report = report.clone();
        *report.pointer_mut(pointer).unwrap() = wrong;
        assert!(!validator.is_valid(&report), "{pointer}");
    }
}
