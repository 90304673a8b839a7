//! `mcpico record`, and `mcpico test` with what it wrote.

use std::fs;

use serde_json::{Value, json};

use crate::house::{House, Reply, Report, Request, file, run, secret_file};
use crate::wire::{self, Server};

/// Records that endpoint, with these arguments, into a new file.
fn record(arguments: &[&str]) -> String {
    let path = wire::scratch("recorded.yaml").to_str().unwrap().to_owned();
    let recorded = run(&[&["record", "--output", &path], arguments].concat());
    assert_eq!(recorded.code, 0, "{recorded:?}");
    path
}

fn test(arguments: &[&str]) -> Report {
    let text = run(&[&["test"], arguments].concat());
    Report::new(text, &run(&[&["test", "--format", "json"], arguments].concat()))
}

#[test]
fn what_is_recorded_of_the_demo_server_passes() {
    let server = Server::with(&[]);
    let url = format!("http://{}/mcp", server.address);
    let secret = secret_file();
    for revision in ["2026-07-28", "2025-06-18"] {
        let here = [&url, "--secret-file", &secret, "--revision", revision];
        let path = record(&here);
        let report = test(&[&here[..], &["--config", &path]].concat());
        assert_eq!((report.code, report.ids("skipped")), (0, vec![]), "{}", report.text);
        let ran = report.ids("passed").into_iter().filter(|id| id.contains('/')).count();
        assert_eq!(ran, 7 + 3 + 1, "{}", report.text);
        // The tool that fails by its nature is not recorded, and coverage says so.
        let report = test(&[&here[..], &["--config", &path, "--validate-coverage"]].concat());
        assert_eq!(report.ids("failed"), ["coverage"], "{}", report.text);
        assert_eq!(report.note("coverage"), "fail: no case and no loop calls it");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("#   tool fail: isError is true"), "{text}");
        assert!(text.contains("id: anvil"), "the completed value: {text}");
    }
    // Over stdio, and what is printed.
    let program = env!("CARGO_BIN_EXE_mcpico");
    let printed = run(&["record", "--", program, "serve", "--stdio"]);
    assert_eq!(printed.code, 0, "{printed:?}");
    let config = file("printed.yaml", &printed.out);
    let report = test(&["--config", &config, "--", program, "serve", "--stdio"]);
    assert_eq!(report.code, 0, "{}", report.text);
}

/// A server whose answers are those of `offer`.
fn offering(offer: Value) -> House {
    House::new(move |request: &Request| {
        if !request.token().is_good() {
            return Reply::challenge(401, "Bearer");
        }
        let params = &request.body["params"];
        let list = |member: &str| request.result(&json!({member: offer[member]}));
        let found = |answers: &Value, key: &str| match answers.get(params[key].as_str().unwrap()) {
            Some(answer) => request.result(answer),
            None => request.error(200, -32602, "unknown"),
        };
        match request.method() {
            "tools/list" => list("tools"),
            "resources/list" => list("resources"),
            "resources/templates/list" => request.result(&json!({"resourceTemplates": []})),
            "prompts/list" => list("prompts"),
            "tools/call" => found(&offer["calls"], "name"),
            "resources/read" => found(&offer["reads"], "uri"),
            "prompts/get" => found(&offer["gets"], "name"),
            _ => request.honest(),
        }
    })
}

fn offer() -> Value {
    let harmless = json!({"readOnlyHint": true});
    let text = |text: &str| json!({"content": [{"type": "text", "text": text}]});
    json!({
        "tools": [
            {"name": "rows", "inputSchema": {"type": "object"}, "annotations": harmless},
            {"name": "words", "inputSchema": {"type": "object"}, "annotations": harmless},
            {"name": "quiet", "inputSchema": {"type": "object"}},
            {"name": "drop", "inputSchema": {"type": "object"}, "annotations": {"readOnlyHint": true, "destructiveHint": true}},
        ],
        "calls": {
            "rows": text(r#"{"rows":[{"id":1,"name":"x"}],"next":null}"#),
            "words": {"content": [{"type": "text", "text": "w"}], "structuredContent": {"n": 1}},
            "quiet": text("done"), "drop": text("dropped"),
        },
        "resources": [{"uri": "r://a", "name": "a", "mimeType": "application/json"}, {"uri": "r://b", "name": "b"}],
        "reads": {
            "r://a": {"contents": [{"uri": "r://a", "mimeType": "application/json", "text": "{\"v\":1}"}]},
            "r://b": {"contents": [{"uri": "r://b", "blob": "AAEC"}]},
        },
        "prompts": [{"name": "p"}],
        "gets": {"p": {"messages": [{"role": "user", "content": {"type": "text", "text": "hello"}}]}},
    })
}

/// The check that fails, why, and what has changed.
type Change = (&'static str, &'static str, fn(&mut Value));

#[test]
fn a_server_that_has_changed_is_caught() {
    let secret = secret_file();
    let house = offering(offer());
    let path = record(&[&house.url, "--secret-file", &secret]);
    let here = ["--secret-file", &secret, "--config", &path];
    let report = house.test(&here);
    assert_eq!(report.code, 0, "{}", report.text);
    let changes: [Change; 11] = [
        ("tools/rows", "does not list", |offer| offer["tools"][0]["name"] = "sows".into()),
        ("tools/rows", "isError", |offer| offer["calls"]["rows"]["isError"] = true.into()),
        ("tools/rows", "/content/0/text/rows", |offer| {
            offer["calls"]["rows"]["content"][0]["text"] = r#"{"rows":"none","next":null}"#.into();
        }),
        ("tools/rows", "/content/0/text/rows: there is nothing", |offer| {
            offer["calls"]["rows"]["content"][0]["text"] = r#"{"lines":[]}"#.into();
        }),
        ("tools/words", "response_schema", |offer| {
            offer["calls"]["words"]["structuredContent"] = json!({"n": "1"});
        }),
        ("tools/words", "response_schema", |offer| {
            offer["calls"]["words"]["content"] = json!([]);
        }),
        ("resources/r://a", "does not list", |offer| offer["resources"][0]["uri"] = "r://c".into()),
        ("resources/r://a", "MIME type", |offer| {
            offer["reads"]["r://a"]["contents"][0]["mimeType"] = "text/html".into();
        }),
        ("resources/r://a", "\"v\" is a required property", |offer| {
            offer["reads"]["r://a"]["contents"][0]["text"] = "{}".into();
        }),
        ("resources/r://b", "it is text and no blob", |offer| {
            offer["reads"]["r://b"]["contents"][0] = json!({"uri": "r://b", "text": "x"});
        }),
        ("prompts/p", "the length is 2", |offer| {
            let message = offer["gets"]["p"]["messages"][0].clone();
            offer["gets"]["p"]["messages"] = json!([message, message]);
        }),
    ];
    for (id, why, change) in changes {
        let mut other = offer();
        change(&mut other);
        let report = offering(other).test(&here);
        assert_eq!((report.code, report.ids("failed")), (1, vec![id]), "{}", report.text);
        assert!(report.note(id).contains(why), "{}", report.text);
    }
}

#[test]
fn only_what_is_declared_harmless_is_called() {
    let house = offering(offer());
    let called = |house: &House| {
        let requests = house.requests();
        let calls = requests.iter().filter(|request| request.method() == "tools/call");
        calls.map(|request| request.body["params"]["name"].as_str().unwrap().to_owned()).collect()
    };
    let secret = secret_file();
    let path = record(&[&house.url, "--secret-file", &secret]);
    let names: Vec<_> = called(&house);
    assert_eq!(names, ["rows", "words"]);
    let text = fs::read_to_string(&path).unwrap();
    for name in ["quiet", "drop"] {
        assert!(text.contains(&format!("#   tool {name}: it is not declared harmless")), "{text}");
    }
    let house = offering(offer());
    let arguments = [
        &house.url,
        "--secret-file",
        &secret,
        "--call",
        "quiet",
        "--skip",
        "rows",
        "--args",
        "quiet={\"a\":1}",
    ];
    let path = record(&arguments);
    let names: Vec<_> = called(&house);
    assert_eq!(names, ["words", "quiet"]);
    // Nobody has said what it changes, so it is not called again before somebody does.
    let report = house.test(&["--secret-file", &secret, "--config", &path]);
    assert_eq!(report.ids("skipped"), ["tools/quiet"], "{}", report.text);
    for (arguments, why) in [
        (&["--call", "none"][..], "the server has no tool none"),
        (&["--args", "quiet"], "no = between"),
        (&["--args", "quiet=[]"], "no JSON object"),
        (&["--force"], "--output"),
    ] {
        let run = run(&[&["record", &house.url, "--secret-file", &secret], arguments].concat());
        assert!(run.code == 2 && run.err.contains(why), "{run:?}");
    }
}

#[test]
fn no_credential_of_an_answer_is_recorded() {
    let mut leaking = offer();
    let said = "AKIAIOSFODNN7EXAMPLE https://b.s3.amazonaws.com/k?X-Amz-Signature=99abcd";
    leaking["calls"]["rows"] = json!({"content": [
        {"type": "text", "text": said},
        {"type": "text", "text": "{\"password\":\"hunter2\",\"api_key\":\"k-123\"}"},
    ]});
    let house = offering(leaking);
    let path = record(&[&house.url, "--secret-file", &secret_file()]);
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("password") && text.contains("https://b.s3.amazonaws.com/k?***"),
        "{text}"
    );
    for secret in ["AKIAIOSFODNN7EXAMPLE", "99abcd", "hunter2", "k-123"] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn a_file_is_not_written_over_by_accident() {
    let there = file("there.yaml", "kept");
    let refused = run(&["record", "--output", &there]);
    assert!(refused.code == 2 && refused.err.contains("is there already"), "{refused:?}");
    assert_eq!(fs::read_to_string(&there).unwrap(), "kept");
    let forced = run(&["record", "--output", &there, "--force"]);
    assert_eq!(forced.code, 0, "{forced:?}");
    assert!(fs::read_to_string(&there).unwrap().contains("test_tools"));
}

/// A whole recording would be lost at its end.
#[test]
fn a_file_that_cannot_be_is_told_before_the_server_is_asked() {
    let house = offering(json!({"tools": []}));
    let file = format!("{}/not-there/x.yaml", env!("CARGO_TARGET_TMPDIR"));
    let run = run(&["record", &house.url, "--secret-file", &secret_file(), "--output", &file]);
    assert!(run.code == 2 && run.err.contains("no directory"), "{run:?}");
    assert!(house.requests().is_empty());
}

#[test]
fn nothing_to_record_is_a_failure() {
    let house = House::with(
        "tools/list",
        json!({"tools": [{"name": "one", "inputSchema": {"type": "object"}}]}),
    );
    let refused = run(&["record", &house.url, "--secret-file", &secret_file()]);
    assert_eq!((refused.code, &*refused.out), (1, ""), "{refused:?}");
    assert!(refused.err.contains("tool one: it is not declared harmless"), "{refused:?}");
    let stranger = run(&["record", &house.url]);
    assert_eq!(stranger.code, 3, "{stranger:?}");
}
