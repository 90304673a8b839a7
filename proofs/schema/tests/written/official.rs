//! The official examples of what a client writes, written by ours.

use std::fs;

use mcpico_core::client::{Call, Client};
use mcpico_core::json::{self, parse};
use mcpico_core::mcp::{CompletionReference, LogLevel, Method, Revision, SubscriptionFilter};
use serde_json::Value;

use super::{Schema, body, folder, read, ready, type_of, write};

/// What the client writes, too, among the official examples and on the pages, with its revision.
fn official_messages() -> Vec<(Revision, Value)> {
    let mut all = Vec::new();
    for kind in fs::read_dir(folder().join("2026-07-28/examples")).unwrap() {
        for file in fs::read_dir(kind.unwrap().path()).unwrap() {
            all.push((Revision::LATEST, read(&file.unwrap().path())));
        }
    }
    for revision in Revision::ALL {
        let file = folder().join("doc-examples").join(format!("{}.jsonl", revision.name()));
        for line in fs::read_to_string(file).unwrap().lines() {
            let mut block: Value = serde_json::from_str(line).unwrap();
            if block["kind"] == "message" {
                all.push((revision, block["json"].take()));
            }
        }
    }
    all.retain(|(_, message)| message["method"].as_str().and_then(type_of).is_some());
    all
}

fn without_meta(mut params: Value) -> Value {
    if let Some(params) = params.as_object_mut() {
        params.remove("_meta");
    }
    if params.as_object().is_some_and(serde_json::Map::is_empty) { Value::Null } else { params }
}

/// Parameters that the methods and calls of the client have a place for.
const KNOWN: [&str; 13] = [
    "argument",
    "arguments",
    "context",
    "cursor",
    "inputResponses",
    "level",
    "name",
    "notifications",
    "reason",
    "ref",
    "requestId",
    "requestState",
    "uri",
];

/// The method `name` with what `params` say, as a caller would make it.
fn method<'a>(
    name: &str,
    params: &'a Value,
    arguments: Option<json::Value<'a>>,
    room: &'a mut [u8],
) -> Method<'a> {
    let text = |name: &str| params[name].as_str().unwrap();
    let cursor = params.get("cursor").and_then(Value::as_str);
    match name {
        "completion/complete" => {
            let reference = &params["ref"];
            let part = |name: &str| reference[name].as_str().unwrap();
            let argument = &params["argument"];
            Method::Complete {
                reference: match part("type") {
                    "ref/prompt" => CompletionReference::Prompt(part("name")),
                    _ => CompletionReference::ResourceTemplate(part("uri")),
                },
                argument: argument["name"].as_str().unwrap(),
                value: argument["value"].as_str().unwrap(),
                arguments,
            }
        }
        "logging/setLevel" => {
            let level = LogLevel::ALL.into_iter().find(|level| level.name() == text("level"));
            Method::set_log_level(level.unwrap(), room).unwrap()
        }
        "ping" => Method::Ping,
        "prompts/get" => Method::GetPrompt { name: text("name"), arguments },
        "prompts/list" => Method::ListPrompts { cursor },
        "resources/list" => Method::ListResources { cursor },
        "resources/read" => Method::ReadResource { uri: text("uri") },
        "resources/subscribe" => Method::subscribe_resource(text("uri"), room).unwrap(),
        "resources/templates/list" => Method::ListResourceTemplates { cursor },
        "server/discover" => Method::Discover,
        "subscriptions/listen" => {
            let asked = &params["notifications"];
            let uris = asked["resourceSubscriptions"].as_array().into_iter().flatten();
            let uris: Vec<&str> = uris.map(|uri| uri.as_str().unwrap()).collect();
            let filter = SubscriptionFilter {
                prompts: asked["promptsListChanged"] == true,
                resources: asked["resourcesListChanged"] == true,
                tools: asked["toolsListChanged"] == true,
                resource_uris: &uris,
                ..SubscriptionFilter::default()
            };
            Method::subscribe(&filter, room).unwrap()
        }
        "tools/call" => Method::CallTool { name: text("name"), arguments, input_schema: None },
        "tools/list" => Method::ListTools { cursor },
        other => panic!("{other}"),
    }
}

/// The cancellation of a request, under the id that the page has made up.
fn cancellation(client: &mut Client, params: &Value) -> Value {
    let mut out = [0; 1024];
    let tool = Method::CallTool { name: "n", arguments: None, input_schema: None };
    let (_, exchange) = client.request(&Call::new(tool), &mut out).unwrap();
    let reason = params["reason"].as_str();
    let cancelled = client.cancel_line(&exchange, reason, None, &mut out).unwrap();
    let mut written = body(&cancelled.unwrap().0);
    assert_eq!(written["params"]["requestId"], exchange.id());
    written["params"]["requestId"] = params["requestId"].clone();
    written
}

/// The client, given what an official message says, writes that message: the same method and the same
/// parameters, but for `_meta`, for who the client is and for the id that a cancellation names.
#[test]
fn official_messages_are_what_the_client_writes() {
    let (mut ran, mut beyond) = (0, 0);
    for (revision, official) in official_messages() {
        let schema = Schema::of(revision);
        let (mut client, handshake) = ready(revision);
        let name = official["method"].as_str().unwrap();
        let kind = type_of(name).unwrap();
        let params = &without_meta(official["params"].clone());
        let member = |name: &str| params.get(name).map(Value::to_string);
        let mut texts = ["arguments", "inputResponses", "requestState"].map(member);
        if let Some(arguments) = params.pointer("/context/arguments") {
            texts[0] = Some(arguments.to_string());
        }
        let [arguments, responses, state] =
            texts.each_ref().map(|text| text.as_ref().map(|text| parse(text.as_bytes()).unwrap()));
        let whole = params.to_string();
        let is_beyond = |key: &String| !KNOWN.contains(&&**key);
        let mut room = [0; 512];
        let written = match name {
            "initialize" | "notifications/initialized" => {
                handshake.into_iter().find(|(other, _)| *other == kind).unwrap().1
            }
            "notifications/cancelled" => cancellation(&mut client, params),
            // What is beyond the methods goes by the way that is open for extensions.
            _ if params.as_object().is_some_and(|all| all.keys().any(is_beyond)) => {
                beyond += 1;
                let mcp_name = params["name"].as_str();
                let params = Some(parse(whole.as_bytes()).unwrap());
                write(&mut client, &Call::new(Method::Other { name, params, mcp_name }))
            }
            _ => {
                let state = state.map(|state| state.as_str().unwrap());
                let call = Call::new(method(name, params, arguments, &mut room));
                write(&mut client, &call.input(responses, state))
            }
        };
        schema.check(kind, &written);
        assert_eq!(written["method"], official["method"]);
        if name == "initialize" {
            // The pages ask for the revision that they are about.
            assert_eq!(written["params"]["protocolVersion"], official["params"]["protocolVersion"]);
        } else {
            assert_eq!(without_meta(written["params"].clone()), *params, "{revision}");
        }
        ran += 1;
    }
    println!("cases: {ran}, {beyond} of them with parameters that only Method::Other writes");
    // 11 examples; 20, 20, 21, 22 and 20 messages of the pages.
    assert_eq!((ran, beyond), (114, 1));
}
