//! `--output`: a result that goes into a file while it comes.

use std::fs;

use serde_json::{Value, json};

use crate::house::{House, file, run};

/// Far more than is held.
const SIZE: usize = 1 << 20;

/// A file that is not there yet, and what it is called before it is whole.
fn target(name: &str) -> (String, String) {
    let path = file(name, "old");
    (path.clone(), format!("{path}.part"))
}

fn read(path: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn there(path: &str) -> bool {
    fs::exists(path).unwrap()
}

#[test]
fn a_large_result_goes_into_a_file_as_it_is() {
    let result = json!({
        "content": [{"type": "text", "text": "é\u{1b}\"\\\n".repeat(SIZE / 8)}, {"n": [1, -2.5, null, true]}],
        "isError": false,
    });
    for size in ["large", "small"] {
        let mut result = result.clone();
        if size == "small" {
            result["content"][0]["text"] = "few".into();
        }
        let house = House::with("tools/call", result.clone());
        let (path, unfinished) = target(&format!("{size}-result"));
        let run = house.run_friend(&["call", "one", "--output", &path]);
        assert_eq!((run.code, &*run.out, &*run.err), (0, "", ""), "{run:?}");
        assert_eq!(read(&path), result, "{size}");
        assert!(!there(&unfinished));
    }
}

#[test]
fn secrets_in_it_are_masked_wherever_they_stand() {
    for padding in [0, 1, 65_500, 65_536, 100_000] {
        let house = House::answering("tools/call", move |request| {
            let token = request.bearer().unwrap();
            let text = format!("{}{token}{}{token}", "x".repeat(padding), "y".repeat(SIZE));
            request.result(&json!({"content": [{"type": "text", "text": text}]}))
        });
        let (path, _) = target("masked");
        let run = house.run_friend(&["call", "one", "--output", &path]);
        assert_eq!(run.code, 0, "{run:?}");
        let token = house.requests().iter().find_map(|request| Some(request.bearer()?.to_owned()));
        let (token, text) = (token.unwrap(), fs::read_to_string(&path).unwrap());
        let (_, signature) = token.rsplit_once('.').unwrap();
        assert!(!text.contains(&token) && !text.contains(signature), "{padding}");
        assert_eq!(text.matches("eyJ").count(), 2, "two masks, {padding}");
    }
}

#[test]
fn an_error_of_the_tool_is_told_by_the_exit_code() {
    for size in [10, SIZE] {
        let text = "e".repeat(size);
        let result = json!({"isError": true, "content": [{"type": "text", "text": text}]});
        let house = House::with("tools/call", result.clone());
        let (path, _) = target("tool-error");
        let run = house.run_friend(&["call", "one", "--output", &path]);
        assert_eq!(run.code, 5, "{run:?}");
        assert!(run.err.contains("the tool reported an error"), "{run:?}");
        assert_eq!(read(&path), result);
    }
}

#[test]
fn half_a_result_is_no_file() {
    let house = House::answering("resources/read", |request| {
        let id = &request.body["id"];
        let text = format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"a":"{}"#, "x".repeat(SIZE));
        crate::house::Reply::status(200, &text).with("Content-Type", "application/json")
    });
    let (path, unfinished) = target("half");
    let run = house.run_friend(&["read", "demo://a", "--output", &path]);
    assert_eq!(run.code, 4, "{run:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert!(!there(&unfinished));
    let nowhere = run_nowhere();
    assert_eq!(nowhere.code, 2, "{nowhere:?}");
    assert!(nowhere.err.contains("--output"), "{nowhere:?}");
}

fn run_nowhere() -> crate::house::Run {
    run(&["read", "demo://greeting", "--output", "/nowhere/at/all"])
}
