//! The official examples of 2026-07-28 and the messages of the specification pages of every revision, as
//! the core reads them.

use std::{collections::BTreeMap, fs, path::Path, path::PathBuf};

use mcpico_core::client::{Call, Client, Event, Response};
use mcpico_core::inbox::Inbox;
use mcpico_core::json::{self, Kind, parse};
use mcpico_core::jsonrpc::{Id, Message};
use mcpico_core::mcp::{
    AcknowledgedFilter, CacheHint, CacheScope, Cancelled, ClientInfo, LogMessage, Method, Page,
    Progress, Refusal, ResultType, Revision, ToolResult,
};
use serde_json::{Value, json};

const INFO: ClientInfo = ClientInfo { name: "test", version: "1" };

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpora/mcp")
}

/// The examples with the name of their type.
fn examples() -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for kind in fs::read_dir(folder().join("2026-07-28/examples")).unwrap() {
        let kind = kind.unwrap();
        let name = kind.file_name().into_string().unwrap();
        for file in fs::read_dir(kind.path()).unwrap() {
            all.push((name.clone(), fs::read(file.unwrap().path()).unwrap()));
        }
    }
    all.sort();
    all
}

/// The messages of the pages of one revision.
fn messages(revision: Revision) -> Vec<Value> {
    let file = folder().join("doc-examples").join(format!("{}.jsonl", revision.name()));
    let lines =
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let blocks = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    blocks
        .filter(|block| block["kind"] == "message")
        .map(|mut block| block["json"].take())
        .collect()
}

/// What the core sees in a value, for comparison with another reader.
fn seen(value: json::Value<'_>) -> Value {
    let text = |text: json::Str<'_>| text.chars().collect::<String>();
    match value.kind() {
        Kind::Object => {
            let members = value.entries().map(|(name, value)| (text(name), seen(value)));
            Value::Object(members.collect())
        }
        Kind::Array => value.items().map(seen).collect(),
        Kind::String => text(value.as_str().unwrap()).into(),
        Kind::Number => number(value.as_number().unwrap()),
        Kind::Bool => value.as_bool().unwrap().into(),
        Kind::Null => Value::Null,
    }
}

fn number(number: json::Number<'_>) -> Value {
    serde_json::from_str(number.text()).unwrap()
}

fn same_id(id: Id<'_>, expected: &Value) -> bool {
    match id {
        Id::Number(number) => *expected == json!(number),
        Id::String(text) => *expected == Value::String(text.chars().collect()),
    }
}

/// Reads a message, compares it with what another reader sees, and every start of it too.
fn check_message(text: &[u8], expected: &Value) -> &'static str {
    for end in 0..text.trim_ascii_end().len() {
        let error = Message::parse(&text[..end]).expect_err("a part of a message is none");
        assert!(error.is_incomplete(), "{expected}, up to {end}: {error}");
    }
    match Message::parse(text).unwrap() {
        Message::Request { id, method, params } => {
            assert!(same_id(id, &expected["id"]), "{expected}");
            assert!(method == *expected["method"].as_str().unwrap(), "{expected}");
            assert_eq!(params.map_or(Value::Null, seen), expected["params"]);
            assert!(expected.get("result").or(expected.get("error")).is_none(), "{expected}");
            "request"
        }
        Message::Notification { method, params } => {
            assert!(method == *expected["method"].as_str().unwrap(), "{expected}");
            assert_eq!(params.map_or(Value::Null, seen), expected["params"]);
            assert_eq!(expected.get("id"), None, "{expected}");
            "notification"
        }
        Message::Result { id, result } => {
            assert!(same_id(id, &expected["id"]), "{expected}");
            assert_eq!(seen(result), expected["result"]);
            "result"
        }
        Message::Error { id, error } => {
            match id {
                Some(id) => assert!(same_id(id, &expected["id"]), "{expected}"),
                None => assert!(expected["id"].is_null(), "{expected}"),
            }
            assert_eq!(error.code, expected["error"]["code"].as_i64().unwrap());
            assert!(error.message == *expected["error"]["message"].as_str().unwrap());
            assert_eq!(error.data.map_or(Value::Null, seen), expected["error"]["data"]);
            "error"
        }
    }
}

/// Reads a result by its type, as a caller would.
fn check_result(kind: &str, text: &[u8], expected: &Value) -> &'static str {
    let result = parse(text).unwrap();
    let whole = match ResultType::from_result(result).unwrap() {
        ResultType::Complete(whole) => whole,
        ResultType::InputRequired(input) => {
            assert_eq!(expected["resultType"], "input_required", "{kind}");
            assert_eq!(input.requests.map_or(Value::Null, seen), expected["inputRequests"]);
            let state = input.state.map(|state| state.chars().collect::<String>());
            assert_eq!(state.as_deref(), expected["requestState"].as_str());
            return "input required";
        }
    };
    assert_ne!(expected["resultType"], "input_required", "{kind}");
    assert_eq!(seen(whole), *expected);
    let list = match kind {
        "ListToolsResult" => "tools",
        "ListResourcesResult" => "resources",
        "ListResourceTemplatesResult" => "resourceTemplates",
        "ListPromptsResult" => "prompts",
        "CallToolResult" => {
            let read = ToolResult::from_result(whole).unwrap();
            assert_eq!(read.is_error, expected["isError"] == json!(true));
            assert_eq!(read.content.map_or(Value::Null, seen), expected["content"]);
            let structured = read.structured_content.map_or(Value::Null, seen);
            assert_eq!(structured, expected["structuredContent"]);
            let content = expected["content"].as_array().unwrap();
            let texts = content.iter().filter(|item| item["type"] == "text");
            let texts: Vec<_> = texts.map(|item| item["text"].as_str().unwrap()).collect();
            let read: Vec<String> = read.texts().map(|text| text.chars().collect()).collect();
            assert_eq!(read, texts);
            return "tool result";
        }
        _ => return "other result",
    };
    let page = Page::from_result(whole, list).unwrap();
    assert_eq!(page.items.clone().map(seen).collect::<Value>(), expected[list]);
    let cursor = page.next_cursor.map(|cursor| cursor.chars().collect::<String>());
    assert_eq!(cursor.as_deref(), expected["nextCursor"].as_str());
    "page"
}

/// What the client of `revision` makes of `message` as the answer to its call of `method`. A response
/// gets the id of that call.
fn receive(revision: Revision, method: Method<'_>, message: &Value) -> String {
    let mut message = message.clone();
    let mut client = Client::with_revisions(INFO, Revision::V2024_11_05, revision);
    let mut out = [0; 1024];
    let mut storage = vec![0; 64 * 1024];
    if revision.is_modern() {
        client = Client::with_revisions(INFO, revision, revision);
    } else {
        let answer = json!({"jsonrpc": "2.0", "id": 1,
            "result": {"protocolVersion": revision.name(), "capabilities": {},
                "serverInfo": {"name": "s", "version": "1"}}});
        for (status, answer) in [(200, answer.to_string()), (202, String::new())] {
            let (_, mut exchange) = client.connect(None, &mut out).unwrap().unwrap();
            exchange.on_status(status);
            exchange.on_header(&mut client, "Content-Type", b"application/json").unwrap();
            let mut inbox = Inbox::new(&mut storage);
            inbox.spare()[..answer.len()].copy_from_slice(answer.as_bytes());
            inbox.commit(answer.len());
            inbox.close();
            exchange.next_event(&mut inbox).unwrap();
            client.settle(&exchange).unwrap();
        }
    }
    let (_, mut exchange) = client.request(&Call::new(method), &mut out).unwrap();
    if message.get("method").is_none() && !message["id"].is_null() {
        message["id"] = exchange.id().into();
    }
    let lines: String = serde_json::to_string_pretty(&message).unwrap();
    let stream = format!("data: {}\n", lines.replace('\n', "\ndata: "));
    exchange.on_status(200);
    exchange.on_header(&mut client, "Content-Type", b"text/event-stream").unwrap();
    let mut inbox = Inbox::new(&mut storage);
    inbox.spare()[..stream.len()].copy_from_slice(stream.as_bytes());
    inbox.commit(stream.len());
    inbox.spare()[0] = b'\n';
    inbox.commit(1);
    match exchange.next_event(&mut inbox).unwrap() {
        Event::Response(Response::Result(result)) => {
            assert_eq!(seen(result), message["result"]);
            "result".into()
        }
        Event::Response(Response::Error(error)) => {
            assert_eq!(json!(error.code), message["error"]["code"]);
            "error".into()
        }
        Event::Response(Response::InputRequired(input)) => {
            let requests = input.requests.map_or(Value::Null, seen);
            assert_eq!(requests, message["result"]["inputRequests"]);
            "input required".into()
        }
        Event::Notification(notification) => {
            assert_eq!(notification.params.map_or(Value::Null, seen), message["params"]);
            if notification.method == *"notifications/progress" {
                assert!(notification.progress().is_some(), "{message}");
            }
            "notification".into()
        }
        Event::ServerRequest(request) => {
            assert!(request.method == *message["method"].as_str().unwrap());
            assert!(same_id(request.id, &message["id"]));
            "request".into()
        }
        Event::Unsolicited { .. } => "unsolicited".into(),
        other => panic!("{message}: {other:?}"),
    }
}

/// A call whose result may be of the type `kind`.
fn call_for(kind: &str) -> Method<'static> {
    match kind {
        "CallToolResult" | "InputRequiredResult" => {
            Method::CallTool { name: "t", arguments: None, input_schema: None }
        }
        "ReadResourceResult" => Method::ReadResource { uri: "a:b" },
        "GetPromptResult" => Method::GetPrompt { name: "p", arguments: None },
        _ => Method::ListTools { cursor: None },
    }
}

#[test]
fn every_official_example_is_read() {
    let mut counts = BTreeMap::<&str, usize>::new();
    let mut exchanged = 0;
    let examples = examples();
    for (kind, text) in &examples {
        let expected: Value = serde_json::from_slice(text).unwrap();
        assert_eq!(seen(parse(text).unwrap()), expected, "{kind}");
        let class = if expected.get("jsonrpc").is_some() {
            let class = check_message(text, &expected);
            let result = kind.strip_suffix("Response").unwrap_or(kind);
            let event = receive(Revision::LATEST, call_for(result), &expected);
            assert!(
                event == class
                    || class == "request" && event == "unsolicited"
                    || expected["result"]["resultType"] == "input_required",
                "{kind}: {event}"
            );
            exchanged += 1;
            if class == "result" {
                let inner = expected["result"].to_string();
                check_result(result, inner.as_bytes(), &expected["result"]);
            }
            class
        } else if kind.ends_with("Error") {
            let message = json!({"jsonrpc": "2.0", "id": 1, "error": expected});
            check_message(message.to_string().as_bytes(), &message)
        } else if kind == "ProgressNotificationParams" {
            let progress = Progress::from_params(Some(parse(text).unwrap())).unwrap();
            assert!(same_id(progress.token, &expected["progressToken"]));
            assert_eq!(number(progress.progress), expected["progress"]);
            assert_eq!(progress.total.map_or(Value::Null, number), expected["total"]);
            let message = progress.message.map(|text| text.chars().collect::<String>());
            assert_eq!(message.as_deref(), expected["message"].as_str());
            "progress"
        } else if kind.ends_with("Result") {
            let class = check_result(kind, text, &expected);
            let response = json!({"jsonrpc": "2.0", "id": 1, "result": expected});
            let event = receive(Revision::LATEST, call_for(kind), &response);
            let complete = if class == "input required" { class } else { "result" };
            assert_eq!(event, complete, "{kind}");
            exchanged += 1;
            class
        } else {
            "value"
        };
        *counts.entry(class).or_default() += 1;
    }
    println!("cases: {} {counts:?}, {exchanged} of them by the client", examples.len());
    assert_eq!(examples.len(), 129);
    // Each way of reading has cases: a file that is sorted wrongly would be read as a bare value.
    for class in ["error", "input required", "notification", "page", "progress", "request"] {
        assert!(counts[class] > 0, "{class}");
    }
    // 32 messages, and 24 results that stand alone.
    assert_eq!((counts["result"], counts["tool result"], exchanged), (11, 4, 56));
}

#[test]
fn every_message_of_the_pages_is_read() {
    let mut total = 0;
    for (revision, count) in [
        (Revision::V2024_11_05, 52),
        (Revision::V2025_03_26, 52),
        (Revision::V2025_06_18, 61),
        (Revision::V2025_11_25, 83),
        (Revision::V2026_07_28, 53),
    ] {
        let mut counts = BTreeMap::<String, usize>::new();
        let messages = messages(revision);
        for message in &messages {
            let class = check_message(message.to_string().as_bytes(), message);
            let tool = call_for("CallToolResult");
            let event = receive(revision, tool, message);
            let expected = match class {
                "request" if revision.is_modern() => "unsolicited",
                "result" if message["result"]["resultType"] == "input_required" => "input required",
                class => class,
            };
            assert_eq!(event, expected, "{message}");
            *counts.entry(event).or_default() += 1;
        }
        println!("{revision}: {} cases: {counts:?}", messages.len());
        assert_eq!(messages.len(), count);
        total += count;
    }
    assert_eq!(total, 301);
}

/// What stands beside the results: notices, hints about keeping, refusals with what they ask for.
#[test]
fn every_official_notice_hint_and_refusal_is_read() {
    let mut counts = BTreeMap::<&str, usize>::new();
    for (kind, text) in &examples() {
        let expected: Value = serde_json::from_slice(text).unwrap();
        let params = &expected[if expected.get("method").is_some() { "params" } else { "" }];
        let params = if params.is_null() { &expected } else { params };
        let written = params.to_string();
        let value = parse(written.as_bytes()).unwrap();
        let string = |text: json::Str<'_>| Value::String(text.chars().collect());
        let class = match kind.strip_suffix("Params").unwrap_or(kind) {
            "LoggingMessageNotification" => {
                let log = LogMessage::from_params(value).unwrap();
                assert_eq!(params["level"], log.level.name());
                assert_eq!(params["logger"], log.logger.map_or(Value::Null, string));
                assert_eq!(params["data"], seen(log.data));
                "log"
            }
            "CancelledNotification" => {
                let cancelled = Cancelled::from_params(value).unwrap();
                assert!(same_id(cancelled.request, &params["requestId"]));
                assert_eq!(params["reason"], cancelled.reason.map_or(Value::Null, string));
                "cancelled"
            }
            "SubscriptionsAcknowledgedNotification" => {
                let granted = AcknowledgedFilter::from_params(value).unwrap();
                let asked = &params["notifications"];
                for (read, name) in [
                    (granted.prompts(), "promptsListChanged"),
                    (granted.resources(), "resourcesListChanged"),
                    (granted.tools(), "toolsListChanged"),
                ] {
                    assert_eq!(read, asked[name] == true, "{name}");
                }
                let uris: Vec<Value> = granted.resource_uris().map(string).collect();
                assert_eq!(Value::from(uris), asked["resourceSubscriptions"]);
                "acknowledged"
            }
            _ if expected.get("ttlMs").is_some() => {
                let hint = CacheHint::from_result(value).unwrap();
                assert_eq!(expected["ttlMs"], hint.ttl);
                let scope = if expected["cacheScope"] == "public" {
                    CacheScope::Public
                } else {
                    CacheScope::Private
                };
                assert_eq!(hint.scope, scope, "{expected}");
                "hint"
            }
            _ if expected.get("error").is_some() => {
                let Ok(Message::Error { error, .. }) = Message::parse(text) else { panic!() };
                let data = &expected["error"]["data"];
                match (Refusal::from_error(&error).unwrap().unwrap(), error.code) {
                    (Refusal::HeaderMismatch, -32020) => {}
                    (Refusal::MissingCapability { required }, -32021) => {
                        assert_eq!(seen(required), data["requiredCapabilities"]);
                    }
                    (Refusal::UnsupportedRevision { supported, requested }, -32022) => {
                        assert_eq!(supported.map(seen).collect::<Value>(), data["supported"]);
                        assert_eq!(requested.map_or(Value::Null, string), data["requested"]);
                    }
                    other => panic!("{other:?}"),
                }
                "refusal"
            }
            _ => continue,
        };
        *counts.entry(class).or_default() += 1;
    }
    println!("cases: {counts:?}");
    let expected = [("acknowledged", 1), ("cancelled", 2), ("hint", 6), ("log", 2), ("refusal", 3)];
    assert_eq!(counts, BTreeMap::from(expected));
}
