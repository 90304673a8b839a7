//! Every message that the client writes is one by the JSON schema of its revision, and is what the official
//! examples of that message are.

mod official;

use std::{fs, path::Path, path::PathBuf};

use jsonschema::Validator;
use mcpico_core::client::{Answer, Call, Client, Exchange, Post, ServerRequest};
use mcpico_core::inbox::Inbox;
use mcpico_core::json::parse;
use mcpico_core::jsonrpc::Id;
use mcpico_core::mcp::{
    Capabilities, ClientInfo, CompletionReference, LogLevel, Method, Revision, SubscriptionFilter,
    TraceContext,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const INFO: ClientInfo = ClientInfo { name: "test \"x\"", version: "1.2.3" };

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core/tests/corpora/mcp")
}

fn read(path: &Path) -> Value {
    let text = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).unwrap()
}

/// The types of one revision.
struct Schema {
    revision: Revision,
    whole: Value,
}

impl Schema {
    fn of(revision: Revision) -> Self {
        Self { revision, whole: read(&folder().join(revision.name()).join("schema.json")) }
    }

    fn has(&self, name: &str) -> bool {
        self.whole[self.section()].get(name).is_some()
    }

    fn validator(&self, name: &str) -> Validator {
        assert!(self.has(name), "{}: {name}", self.revision);
        let mut root = self.whole.clone();
        root["$ref"] = format!("#/{}/{name}", self.section()).into();
        jsonschema::validator_for(&root).unwrap()
    }

    fn section(&self) -> &'static str {
        if self.whole.get("$defs").is_some() { "$defs" } else { "definitions" }
    }

    /// The type of any request; that of a result has two names over the years.
    fn check(&self, name: &str, message: &Value) {
        for name in [name, "JSONRPCMessage"] {
            let faults: Vec<_> =
                self.validator(name).iter_errors(message).map(|fault| fault.to_string()).collect();
            assert!(faults.is_empty(), "{} {name}: {faults:?} in {message}", self.revision);
        }
    }
}

fn body(post: &Post<'_>) -> Value {
    serde_json::from_slice(post.body()).unwrap()
}

/// Lets the client read `answer`.
fn answer(client: &mut Client, exchange: &mut Exchange, status: u16, answer: &Value) {
    let text = if answer.is_null() { String::new() } else { answer.to_string() };
    let mut storage = vec![0; 1024];
    let mut inbox = Inbox::new(&mut storage);
    exchange.on_status(status);
    exchange.on_header(client, "Content-Type", b"application/json").unwrap();
    inbox.spare()[..text.len()].copy_from_slice(text.as_bytes());
    inbox.commit(text.len());
    inbox.close();
    exchange.next_event(&mut inbox).unwrap();
    client.settle(exchange).unwrap();
}

/// A client that is ready in `revision`, and what it wrote to become so, with the names of the types.
fn ready(revision: Revision) -> (Client, Vec<(&'static str, Value)>) {
    let mut out = [0; 2048];
    let mut written = Vec::new();
    if revision.is_modern() {
        let mut client = Client::new(INFO);
        let (post, mut exchange) = client.connect(None, &mut out).unwrap().unwrap();
        written.push(("DiscoverRequest", body(&post)));
        let offer = json!({"jsonrpc": "2.0", "id": 1, "result": {"resultType": "complete",
            "supportedVersions": [revision.name()], "capabilities": {}, "ttlMs": 0,
            "cacheScope": "private"}});
        answer(&mut client, &mut exchange, 200, &offer);
        assert_eq!(client.revision(), Some(revision));
        return (client, written);
    }
    let mut client = Client::with_revisions(INFO, Revision::V2024_11_05, revision);
    let (post, mut exchange) = client.connect(None, &mut out).unwrap().unwrap();
    written.push(("InitializeRequest", body(&post)));
    let accepted = json!({"jsonrpc": "2.0", "id": 1, "result": {"protocolVersion": revision.name(),
        "capabilities": {}, "serverInfo": {"name": "s", "version": "1"}}});
    answer(&mut client, &mut exchange, 200, &accepted);
    let (post, mut exchange) = client.connect(None, &mut out).unwrap().unwrap();
    written.push(("InitializedNotification", body(&post)));
    answer(&mut client, &mut exchange, 202, &Value::Null);
    assert_eq!(client.revision(), Some(revision));
    (client, written)
}

fn write(client: &mut Client, call: &Call<'_>) -> Value {
    let mut out = vec![0; 64 * 1024];
    let (post, _) = client.request(call, &mut out).unwrap();
    body(&post)
}

/// The type of what the client writes by its method.
fn type_of(method: &str) -> Option<&'static str> {
    Some(match method {
        "completion/complete" => "CompleteRequest",
        "initialize" => "InitializeRequest",
        "logging/setLevel" => "SetLevelRequest",
        "notifications/cancelled" => "CancelledNotification",
        "notifications/initialized" => "InitializedNotification",
        "ping" => "PingRequest",
        "prompts/get" => "GetPromptRequest",
        "prompts/list" => "ListPromptsRequest",
        "resources/list" => "ListResourcesRequest",
        "resources/read" => "ReadResourceRequest",
        "resources/subscribe" => "SubscribeRequest",
        "resources/templates/list" => "ListResourceTemplatesRequest",
        "server/discover" => "DiscoverRequest",
        "subscriptions/listen" => "SubscriptionsListenRequest",
        "tools/call" => "CallToolRequest",
        "tools/list" => "ListToolsRequest",
        _ => return None,
    })
}

/// Every method with a type of its own, made of three texts and an object.
fn methods<'a>(
    [name, value, cursor]: [&'a str; 3],
    arguments: mcpico_core::json::Value<'a>,
    revision: Revision,
) -> Vec<Method<'a>> {
    let mut methods = vec![
        Method::Complete {
            reference: CompletionReference::Prompt(name),
            argument: name,
            value,
            arguments: None,
        },
        Method::Complete {
            reference: CompletionReference::ResourceTemplate("file:///{path}"),
            argument: name,
            value,
            arguments: Some(arguments),
        },
        Method::GetPrompt { name, arguments: None },
        Method::GetPrompt { name, arguments: Some(arguments) },
        Method::ReadResource { uri: "file:///a%20b" },
        Method::CallTool { name, arguments: None, input_schema: None },
        Method::CallTool { name, arguments: Some(arguments), input_schema: None },
    ];
    for cursor in [None, Some(cursor), Some("")] {
        methods.extend([
            Method::ListPrompts { cursor },
            Method::ListResources { cursor },
            Method::ListResourceTemplates { cursor },
            Method::ListTools { cursor },
        ]);
    }
    methods.push(if revision.is_modern() { Method::Discover } else { Method::Ping });
    methods
}

#[test]
fn every_message_of_every_revision_is_one_by_its_schema() {
    for revision in Revision::ALL {
        let schema = Schema::of(revision);
        let (mut client, mut written) = ready(revision);
        let arguments = parse(br#"{"a":"b"}"#).unwrap();
        for method in methods(["n", "v\"", "c"], arguments, revision) {
            for call in [Call::new(method), Call::new(method).progress()] {
                written.push((type_of(method.name()).unwrap(), write(&mut client, &call)));
            }
        }
        let mut types: Vec<_> = written.iter().map(|(name, _)| *name).collect();
        for (name, message) in &written {
            schema.check(name, message);
        }
        types.sort_unstable();
        types.dedup();
        println!("{revision}: {} messages of {} types", written.len(), types.len());
        assert_eq!(types.len(), if revision.is_modern() { 9 } else { 11 });
    }
}

/// The client has no capabilities, so what it answers is a pong or that there is no such method.
#[test]
fn every_answer_is_one_by_its_schema() {
    let mut ran = 0;
    for revision in Revision::ALL.into_iter().filter(|revision| !revision.is_modern()) {
        let schema = Schema::of(revision);
        let named = |new: &'static str, old| if schema.has(new) { new } else { old };
        let (mut client, _) = ready(revision);
        let text = |text: &'static str| parse(text.as_bytes()).unwrap().as_str().unwrap();
        for id in [Id::Number(-7), Id::String(text("\"a\\u0000\\\"\""))] {
            for (method, name) in [
                ("\"ping\"", named("JSONRPCResultResponse", "JSONRPCResponse")),
                ("\"roots/list\"", named("JSONRPCErrorResponse", "JSONRPCError")),
            ] {
                let request = ServerRequest { id, method: text(method), params: None };
                let answer = Answer::default_for(&request);
                let mut out = [0; 512];
                let (post, _) = client.answer(&request, answer, None, &mut out).unwrap();
                let message = body(&post);
                schema.check(name, &message);
                if method == "\"ping\"" {
                    assert!(schema.validator("EmptyResult").is_valid(&message["result"]));
                }
                ran += 1;
            }
        }
    }
    println!("cases: {ran}");
    assert_eq!(ran, 16);
}

/// What one era alone has: subscriptions, log levels, cancellation, and what goes along in `_meta`.
#[test]
fn what_one_era_alone_has_is_by_its_schema() {
    let parent = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";
    let context = TraceContext::new(parent).unwrap().state("a=1").unwrap();
    let context = context.baggage("b=\"2\"").unwrap();
    let tool = Method::CallTool { name: "n", arguments: None, input_schema: None };
    let mut written = Vec::new();
    for revision in Revision::ALL {
        let (mut client, _) = ready(revision);
        for level in LogLevel::ALL {
            let call = Call::new(tool).log(level).trace(&context).progress();
            let message = write(&mut client, &call);
            assert_eq!(message["params"]["_meta"]["traceparent"], parent);
            written.push((revision, "CallToolRequest", message));
            if !revision.is_modern() {
                let mut room = [0; 64];
                let call = Call::new(Method::set_log_level(level, &mut room).unwrap());
                written.push((revision, "SetLevelRequest", write(&mut client, &call)));
            }
        }
        let mut room = [0; 512];
        if revision.is_modern() {
            for filter in [
                SubscriptionFilter::default(),
                SubscriptionFilter {
                    prompts: true,
                    resources: true,
                    tools: true,
                    resource_uris: &["file:///a\"b", ""],
                    task_ids: &["t"],
                },
            ] {
                let call = Call::new(Method::subscribe(&filter, &mut room).unwrap());
                written.push((revision, "SubscriptionsListenRequest", write(&mut client, &call)));
            }
            let mut client = client.declare(Capabilities { tasks: true, ..Capabilities::NONE });
            written.push((revision, "CallToolRequest", write(&mut client, &Call::new(tool))));
            continue;
        }
        for (method, name) in [
            (Method::subscribe_resource("file:///a", &mut [0; 64]), "SubscribeRequest"),
            (Method::unsubscribe_resource("file:///a", &mut [0; 64]), "UnsubscribeRequest"),
        ] {
            written.push((revision, name, write(&mut client, &Call::new(method.unwrap()))));
        }
        let (_, exchange) = client.request(&Call::new(tool), &mut room).unwrap();
        for reason in [None, Some("no \"use\"")] {
            let mut out = [0; 512];
            let cancelled = client.cancel(&exchange, reason, None, &mut out).unwrap();
            written.push((revision, "CancelledNotification", body(&cancelled.unwrap().0)));
        }
    }
    for (revision, name, message) in &written {
        Schema::of(*revision).check(name, message);
        // The schemas are about what is in a message, and these could stand in any.
        let method = message["method"].as_str().unwrap();
        let schema = Schema::of(*revision);
        let of = &schema.whole[schema.section()][*name]["properties"]["method"];
        assert_eq!(of["const"], method, "{revision} {name}");
    }
    println!("cases: {}", written.len());
    assert_eq!(written.len(), 11 + 4 * 20);
}

/// A schema that lets everything pass would prove nothing.
#[test]
fn the_schemas_refuse_what_is_wrong() {
    let mut refused = 0;
    for revision in Revision::ALL {
        let schema = Schema::of(revision);
        let (mut client, mut written) = ready(revision);
        let call = Call::new(Method::CallTool { name: "n", arguments: None, input_schema: None });
        written.push(("CallToolRequest", write(&mut client, &call)));
        for (name, message) in written {
            let validator = schema.validator(name);
            assert!(validator.is_valid(&message));
            for spoilt in ["method", "params"] {
                let mut other = message.clone();
                if other.get(spoilt).is_some() {
                    other[spoilt] = json!(1);
                    assert!(!validator.is_valid(&other), "{revision} {name} {spoilt}");
                    refused += 1;
                }
            }
            for required in ["protocolVersion", "name", "_meta"] {
                let mut other = message.clone();
                let params = other.get_mut("params").and_then(Value::as_object_mut);
                let needed = required != "_meta" || revision.is_modern();
                if needed && params.is_some_and(|params| params.remove(required).is_some()) {
                    assert!(!validator.is_valid(&other), "{revision} {name} {required}");
                    refused += 1;
                }
            }
        }
    }
    println!("refused: {refused}");
    assert!(refused > 25, "{refused}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_texts_give_messages_by_the_schema(
        texts in [any::<String>(), any::<String>(), any::<String>()],
        argument: String,
    ) {
        let arguments = json!({argument.clone(): argument}).to_string();
        let [name, value, cursor] = texts.each_ref().map(String::as_str);
        for revision in Revision::ALL {
            let schema = Schema::of(revision);
            let (mut client, _) = ready(revision);
            for method in methods([name, value, cursor], parse(arguments.as_bytes()).unwrap(), revision) {
                let message = write(&mut client, &Call::new(method).progress());
                let validator = schema.validator(type_of(method.name()).unwrap());
                prop_assert!(validator.is_valid(&message), "{} {}", revision, message);
            }
        }
    }
}
