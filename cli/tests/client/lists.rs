//! Lists that do not end, do not fit or hide something.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::house::{House, secret_file};

#[test]
fn broken_lists_are_found_out() {
    let tool = json!({"name": "one", "inputSchema": {"type": "object"}});
    let cases = [
        ("a cursor that repeats", json!({"tools": [], "nextCursor": "again"}), "has no end"),
        ("the same name twice", json!({"tools": [tool, tool]}), "one stands twice"),
        ("no name", json!({"tools": [{"title": "nameless"}]}), "no name"),
        ("a name that is none", json!({"tools": [{"name": 7}]}), "no name"),
        ("an entry that is none", json!({"tools": ["one"]}), "no name"),
        ("no list", json!({}), "no array tools"),
        ("another list", json!({"tools": {"one": tool}}), "no array tools"),
        ("a cursor that is none", json!({"tools": [], "nextCursor": 2}), "nextCursor"),
    ];
    for (name, list, why) in cases {
        let house = House::with("tools/list", list);
        let report = house.test(&["--secret-file", &secret_file()]);
        assert_eq!(report.code, 1, "{name}: {}", report.text);
        assert_eq!(report.ids("failed"), ["tools-list"], "{name}: {}", report.text);
        assert!(report.note("tools-list").contains(why), "{name}: {}", report.note("tools-list"));
        let run = house.run_friend(&["list", "tools"]);
        assert_eq!((run.code, &run.out[..]), (1, ""), "{name}: {run:?}");
        assert!(run.err.contains(why), "{name}: {run:?}");
    }
}

#[test]
fn a_list_with_new_cursors_for_ever_is_given_up() {
    let page = AtomicUsize::new(0);
    let house = House::answering("tools/list", move |request| {
        let page = page.fetch_add(1, Ordering::Relaxed);
        request.result(&json!({"tools": [], "nextCursor": page.to_string()}))
    });
    let run = house.run_friend(&["list", "tools"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains("more than 1000 pages"), "{run:?}");
}

#[test]
fn all_pages_are_read() {
    let house = House::answering("prompts/list", |request| {
        let cursor = request.body["params"]["cursor"].as_str();
        request.result(&match cursor {
            None => json!({"prompts": [{"name": "a"}], "nextCursor": ""}),
            Some("") => json!({"prompts": [{"name": "b", "description": "second\nline"}]}),
            Some(_) => json!({"prompts": [{"name": "wrong"}]}),
        })
    });
    let run = house.run_friend(&["list", "prompts"]);
    assert_eq!((run.code, &run.out[..]), (0, "a\nb  second\n"), "{run:?}");
    let run = house.run_friend(&["list", "prompts", "--format", "json"]);
    let listed: Value = serde_json::from_str(&run.out).unwrap();
    let prompts = json!([{"name": "a"}, {"name": "b", "description": "second\nline"}]);
    assert_eq!(listed, json!({"prompts": prompts}));
    let report = house.test(&["--secret-file", &secret_file()]);
    assert_eq!(report.note("prompts-list"), "1 on 1 pages".replace('1', "2"));
}

#[test]
fn what_a_server_does_not_have_is_no_failure() {
    let house = House::answering("resources/list", |request| request.error(200, -32601, "no"));
    let report = house.test(&["--secret-file", &secret_file()]);
    assert_eq!(report.code, 0, "{}", report.text);
    assert_eq!(report.ids("skipped"), ["resources-list", "templates-list"]);
    let run = house.run_friend(&["list", "resources"]);
    assert_eq!(run.code, 1, "{run:?}");
    // Templates alone may be missing.
    let house = House::with("resources/list", json!({"resources": [{"uri": "a:b", "name": "x"}]}));
    let run = house.run_friend(&["list", "resources"]);
    assert_eq!((run.code, &run.out[..]), (0, "a:b\n"), "{run:?}");
}

#[test]
fn tools_with_invalid_headers_are_left_out_and_named() {
    let annotated = |name: &str, header: &str| {
        let region = json!({"type": "string", "x-mcp-header": header});
        json!({"name": name, "inputSchema": {"type": "object", "properties": {"region": region}}})
    };
    let house = House::with(
        "tools/list",
        json!({"tools": [annotated("good", "Region"), annotated("bad", "not a token")]}),
    );
    let run = house.run_friend(&["list", "tools"]);
    assert_eq!((run.code, &run.out[..]), (0, "good\n"), "{run:?}");
    assert!(run.err.contains("bad"), "{run:?}");
    let run = house.run_friend(&["call", "bad"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("cannot be used"), "{run:?}");
    let run = house.run_friend(&["call", "good", "--args", r#"{"region": "a b"}"#]);
    assert_eq!(run.code, 0, "{run:?}");
    let requests = house.requests();
    let call = requests.iter().find(|request| request.method() == "tools/call").unwrap();
    assert_eq!(call.header("mcp-param-region"), Some("a b"));
    assert_eq!(call.header("mcp-name"), Some("good"));
    assert_eq!(call.body["params"]["arguments"], json!({"region": "a b"}));
}
