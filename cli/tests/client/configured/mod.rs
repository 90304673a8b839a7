//! `mcpico test --config` against a server whose tools answer what they are told to.

mod demo;
mod errors;
mod loops;
mod reports;
mod resources;
mod selection;
mod tools;

use std::sync::Mutex;

use serde_json::{Value, json};

use crate::house::{House, Reply, Report, Request, file, secret_file};

/// A server behind a good guard that gives what the caller asks for.
///
/// The tools `t` and its like answer by what their arguments say: `give` is the result, `error` the code of
/// a JSON-RPC error, `status` an HTTP status, `silence` no answer; `times` is how often the last two
/// happen before `give` does. Resources give what `read` says, prompts what `prompt` says.
pub(crate) fn obedient() -> House {
    let sent = Mutex::new(Vec::new());
    House::new(move |request| {
        if request.token().is_good() {
            obey(request, &sent)
        } else {
            Reply::challenge(401, "Bearer")
        }
    })
}

fn obey(request: &Request, sent: &Mutex<Vec<Value>>) -> Reply {
    let params = &request.body["params"];
    match request.method() {
        "tools/list" => request.result(&tools()),
        "resources/list" => request.result(&json!({"resources": [
            {"uri": "r://text", "name": "text", "mimeType": "text/plain"},
            {"uri": "r://empty", "name": "empty"},
            {"uri": "r://two", "name": "two"},
            {"uri": "r://json", "name": "json", "mimeType": "application/json"},
            {"uri": "r://lying", "name": "lying", "mimeType": "application/json"},
            {"uri": "r://blob", "name": "blob"},
            {"uri": "r://broken", "name": "broken"},
            {"uri": "r://failing", "name": "failing"},
            {"uri": "r://gone", "name": "gone"},
        ]})),
        "resources/templates/list" => request.result(&json!({"resourceTemplates": [
            {"uriTemplate": "r://items/{id}", "name": "item", "mimeType": "application/json"},
            {"uriTemplate": "r://files{/path*}{?v}", "name": "file"},
        ]})),
        "resources/read" => read(request, params["uri"].as_str().unwrap()),
        "prompts/list" => request.result(&json!({"prompts": [
            {"name": "good"}, {"name": "silent"}, {"name": "odd"}, {"name": "failing"},
        ]})),
        "prompts/get" => prompt(request, &params["name"]),
        "tools/call" => {
            let arguments = &params["arguments"];
            let mut sent = sent.lock().unwrap();
            let before = sent.iter().filter(|other| *other == arguments).count() as u64;
            sent.push(arguments.clone());
            let again = arguments["times"].as_u64().is_none_or(|times| before < times);
            if let (Some(status), true) = (arguments["status"].as_u64(), again) {
                return Reply::status(u16::try_from(status).unwrap(), "not now");
            }
            if arguments["silence"] == true && again {
                return Reply::Silence;
            }
            match arguments["error"].as_i64() {
                Some(code) => request.error(200, code, "as asked"),
                None => request.result(&arguments["give"]),
            }
        }
        _ => request.honest(),
    }
}

fn tools() -> Value {
    let any = json!({"type": "object"});
    let output =
        json!({"type": "object", "properties": {"sum": {"type": "integer"}}, "required": ["sum"]});
    json!({"tools": [
        {"name": "t", "inputSchema": any},
        {"name": "typed", "inputSchema": any, "outputSchema": output},
        {"name": "reads", "inputSchema": any, "annotations": {"readOnlyHint": true}},
        {"name": "writes", "inputSchema": any},
    ]})
}

fn read(request: &Request, uri: &str) -> Reply {
    let text = |mime: &str, text: &str| json!({"uri": uri, "mimeType": mime, "text": text});
    let contents = match uri {
        "r://text" => json!([text("text/plain; charset=utf-8", "hello")]),
        "r://empty" => json!([]),
        "r://two" => json!([text("text/plain", "fine"), text("text/html", "<p>")]),
        "r://json" => json!([text("application/json", r#"{"id":"x"}"#)]),
        "r://lying" => json!([text("text/html", "{}")]),
        "r://blob" => json!([{"uri": uri, "blob": "AAEC"}]),
        "r://broken" => json!([{"uri": uri, "blob": "A=A"}]),
        "r://failing" => json!([text("text/plain", r#"{"error":"no such user"}"#)]),
        "r://items/b%20c" | "r://files/a/b%2Fc?v=1" => {
            json!([text("application/json", r#"{"ok":true}"#)])
        }
        _ => return request.error(200, -32002, "resource not found"),
    };
    request.result(&json!({"contents": contents}))
}

fn prompt(request: &Request, name: &Value) -> Reply {
    let message = json!({"role": "user", "content": {"type": "text", "text": "hello"}});
    request.result(&match name.as_str().unwrap() {
        "good" => json!({"messages": [message]}),
        "silent" => json!({"messages": []}),
        "odd" => json!({"messages": [message, {"role": "robot", "content": {"type": "text"}}]}),
        _ => return request.error(200, -32602, "as asked"),
    })
}

/// Runs `test` with that configuration.
pub(crate) fn test(house: &House, configuration: &str, arguments: &[&str]) -> Report {
    let config = file("config.yaml", configuration);
    let secret = secret_file();
    house.test(&[&["--config", &config, "--secret-file", &secret], arguments].concat())
}

/// Runs cases, each with what its verdict has to be; in a note of `failed` stands the second word.
fn verdicts(configuration: &str, category: &str, expected: &[(&str, &str, &str)]) -> Report {
    let report = test(&obedient(), configuration, &["--timeout", "5"]);
    for (key, verdict, why) in expected {
        let id = format!("{category}/{key}");
        assert!(
            report.ids(verdict).contains(&id.as_str()),
            "{id} is not {verdict}: {}",
            report.text
        );
        assert!(report.note(&id).contains(why), "{id}: {}", report.text);
    }
    let checks = report.json["checks"].as_array().unwrap();
    let of = checks.iter().filter(|check| check["category"] == category).count();
    assert_eq!(of, expected.len(), "{}", report.text);
    report
}
