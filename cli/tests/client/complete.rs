//! `complete`, and `list templates`.

use serde_json::{Value, json};

use crate::house::{House, Request, run};

#[test]
fn values_are_printed_a_line_each() {
    let completion = json!({"values": ["Ada", "Al\nan"], "total": 9, "hasMore": true});
    let house = House::with("completion/complete", json!({"completion": completion}));
    let run = house.run_friend(&["complete", "prompt", "greet", "name", "-A"]);
    assert_eq!((run.code, &run.out[..]), (0, "Ada\nAl\\u{a}an\n"), "{run:?}");
    assert!(run.err.contains("more values"), "{run:?}");
    let asked = house.requests().pop().unwrap();
    assert_eq!(asked.body["params"]["ref"], json!({"type": "ref/prompt", "name": "greet"}));
    assert_eq!(asked.body["params"]["argument"], json!({"name": "name", "value": "-A"}));
    assert_eq!(asked.body["params"]["context"], Value::Null);
    let known = r#"{"of":"x"}"#;
    let run = house
        .run_friend(&["complete", "template", "a:{id}", "id", "--args", known, "--format", "json"]);
    assert_eq!(run.code, 0, "{run:?}");
    let result: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(result, json!({"completion": completion}));
    let asked = house.requests().pop().unwrap();
    assert_eq!(asked.body["params"]["ref"], json!({"type": "ref/resource", "uri": "a:{id}"}));
    assert_eq!(asked.body["params"]["argument"], json!({"name": "id", "value": ""}));
    assert_eq!(asked.body["params"]["context"], json!({"arguments": {"of": "x"}}));
    let run = house.run_friend(&["complete", "prompt", "greet", "name", "--args", "[]"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("--args is not a JSON object"), "{run:?}");
}

#[test]
fn completions_that_are_none_are_failures() {
    for result in [
        json!({}),
        json!({"completion": []}),
        json!({"completion": {"values": "Ada"}}),
        json!({"completion": {"values": ["Ada", 7]}}),
    ] {
        let house = House::with("completion/complete", result);
        let run = house.run_friend(&["complete", "prompt", "greet", "name"]);
        assert_eq!((run.code, &run.out[..]), (1, ""), "{run:?}");
        assert!(run.err.contains("completion.values"), "{run:?}");
    }
    let house = House::answering("prompts/get", Request::honest);
    let run = house.run_friend(&["complete", "prompt", "greet", "name"]);
    assert_eq!((run.code, &run.out[..]), (1, ""), "{run:?}");
    assert!(run.err.contains("does not have this method"), "{run:?}");
}

#[test]
fn the_demo_server_completes_and_has_a_template() {
    let all = run(&["complete", "template", "demo://items/{id}", "id", "an"]);
    assert_eq!((all.code, &all.out[..]), (0, "anvil\nantenna\n"), "{all:?}");
    let listed = run(&["list", "templates", "--format", "json"]);
    assert_eq!(listed.code, 0, "{listed:?}");
    let listed: Value = serde_json::from_str(&listed.out).unwrap();
    assert_eq!(listed.as_object().unwrap().len(), 1);
    assert_eq!(listed["resourceTemplates"][0]["uriTemplate"], "demo://items/{id}");
    // Asked for alone they may not be missing.
    let house = House::with("resources/list", json!({"resources": []}));
    let run = house.run_friend(&["list", "templates"]);
    assert_eq!((run.code, &run.out[..]), (1, ""), "{run:?}");
}
