//! The client against scripted servers: transcripts of every revision, and hostile ones.

use mcpico_core::auth::Bearer;
use mcpico_core::client::{
    Answer, Call, Client, DEFAULT_RETRY, Event, Exchange, MAX_NEGOTIATION, MAX_RETRY, MIN_RETRY,
    Response, ServerRequest, Verb,
};
use mcpico_core::inbox::Inbox;
use mcpico_core::json::parse;
use mcpico_core::jsonrpc::Id;
use mcpico_core::mcp::{Capabilities, ClientInfo, Elicitation, Method, Revision};
use mcpico_core::writer::OutputTooSmall;
use mcpico_core::{Error, Misuse, PeerError};
use proptest::prelude::*;
use serde_json::{Value, json};

const INFO: ClientInfo = ClientInfo { name: "test", version: "1.2.3" };
const LIST: Call<'static> = Call::new(Method::ListTools { cursor: None });

/// What was sent, as a server sees it.
#[derive(Debug)]
struct Sent {
    verb: Verb,
    headers: Vec<(String, String)>,
    body: Value,
}

impl Sent {
    fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|header| header.0 == name);
        let value = values.next().map(|header| &*header.1);
        assert!(values.next().is_none(), "{name} twice");
        value
    }
}

fn sent(post: &mcpico_core::client::Post<'_>) -> Sent {
    let headers = post.headers().map(|(name, value)| (name.into(), value.into())).collect();
    let body = if post.body().is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(post.body()).unwrap()
    };
    Sent { verb: post.verb(), headers, body }
}

/// A scripted answer.
#[derive(Clone, Copy)]
struct Reply<'a> {
    status: u16,
    headers: &'a [(&'a str, &'a str)],
    body: &'a str,
}

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];
const STREAM: &[(&str, &str)] = &[("Content-Type", "text/event-stream; charset=utf-8")];

fn json_reply(body: &str) -> Reply<'_> {
    Reply { status: 200, headers: JSON, body }
}

/// Everything that comes out of an exchange, as text.
fn read(client: &mut Client, exchange: &mut Exchange, reply: Reply<'_>) -> Vec<String> {
    let mut storage = vec![0; 4096];
    let mut inbox = Inbox::new(&mut storage);
    exchange.on_status(reply.status);
    let mut events = Vec::new();
    for (name, value) in reply.headers {
        if let Err(error) = exchange.on_header(client, name, value.as_bytes()) {
            return vec![error.to_string()];
        }
    }
    let mut rest = reply.body.as_bytes();
    if rest.is_empty() {
        inbox.close();
    }
    loop {
        match exchange.next_event(&mut inbox) {
            Ok(Event::NeedData) if rest.is_empty() => inbox.close(),
            Ok(Event::NeedData) => {
                let count = rest.len().min(inbox.spare().len());
                inbox.spare()[..count].copy_from_slice(&rest[..count]);
                inbox.commit(count);
                rest = &rest[count..];
            }
            Ok(Event::Closed) => break,
            Ok(event) => events.push(match event {
                Event::Response(Response::Result(result)) => format!("result {}", result.text()),
                Event::Response(Response::Error(error)) => format!("error {}", error.code),
                Event::Response(Response::InputRequired(_)) => "input".into(),
                Event::Response(Response::Task(task)) => format!("task {}", task.text()),
                Event::Notification(note) => match note.progress() {
                    Some(progress) => format!("progress {}", progress.progress),
                    None => format!("notification {}", note.method),
                },
                Event::ServerRequest(request) => format!("request {}", request.method),
                Event::Rejected { status, body } => {
                    format!("rejected {status} {}", String::from_utf8_lossy(body))
                }
                Event::Unsolicited { id } => format!("unsolicited {id:?}"),
                other => format!("{other:?}"),
            }),
            Err(error) => {
                assert_eq!(exchange.next_event(&mut inbox), Err(error), "errors are repeated");
                events.push(error.to_string());
                break;
            }
        }
    }
    if let Err(error) = client.settle(exchange) {
        events.push(error.to_string());
    }
    events
}

/// One step of the handshake: what was sent and what came of it.
fn step(client: &mut Client, reply: Reply<'_>) -> (Sent, Vec<String>) {
    let mut out = [0; 1024];
    let (post, mut exchange) = client.connect(None, &mut out).unwrap().unwrap();
    let sent = sent(&post);
    (sent, read(client, &mut exchange, reply))
}

fn call(client: &mut Client, call: &Call<'_>, reply: Reply<'_>) -> (Sent, Vec<String>) {
    let mut out = [0; 4096];
    let (post, mut exchange) = client.request(call, &mut out).unwrap();
    let sent = sent(&post);
    (sent, read(client, &mut exchange, reply))
}

fn modern() -> Client {
    Client::with_revisions(INFO, Revision::LATEST, Revision::LATEST)
}

/// A client that has shaken hands in `revision`; the next id is 2.
fn legacy(revision: Revision, session: bool) -> Client {
    let mut client = Client::with_revisions(INFO, Revision::V2024_11_05, revision);
    let body = json!({"result": {"protocolVersion": revision.name(), "capabilities": {},
        "serverInfo": {"name": "s", "version": "1"}}, "jsonrpc": "2.0", "id": 1});
    let headers: &[_] = &[JSON[0], ("Mcp-Session-Id", "abc-123")];
    let headers = if session { headers } else { JSON };
    let (sent, _) = step(&mut client, Reply { status: 200, headers, body: &body.to_string() });
    assert_eq!(
        sent.body,
        json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": revision.name(), "capabilities": {},
            "clientInfo": {"name": "test", "version": "1.2.3"}}})
    );
    assert_eq!(sent.header("MCP-Protocol-Version"), None);
    let (sent, events) = step(&mut client, Reply { status: 202, headers: &[], body: "" });
    assert_eq!(sent.body, json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
    assert_eq!(sent.header("Mcp-Session-Id"), session.then_some("abc-123"));
    assert_eq!(events, ["Accepted"]);
    assert_eq!(client.revision(), Some(revision));
    client
}

#[test]
fn a_modern_server_is_discovered() {
    let mut client = Client::new(INFO);
    let mut out = [0; 1024];
    assert_eq!(client.request(&LIST, &mut out).unwrap_err(), Error::Misuse(Misuse::NotReady));
    // The shapes are those of the specification's example of server/discover.
    let body = r#"{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete",
        "supportedVersions":["2026-07-28"],"capabilities":{"tools":{},"resources":{}},
        "ttlMs":3600000,"cacheScope":"public"}}"#;
    let (sent, events) = step(&mut client, json_reply(body));
    let meta = json!({"io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1.2.3"},
        "io.modelcontextprotocol/clientCapabilities": {}});
    assert_eq!(
        sent.body,
        json!({"jsonrpc": "2.0", "id": 1, "method": "server/discover", "params": {"_meta": meta}})
    );
    assert_eq!(sent.header("Mcp-Method"), Some("server/discover"));
    assert!(events[0].starts_with("result"));
    assert_eq!(client.revision(), Some(Revision::V2026_07_28));
    assert!(client.connect(None, &mut out).unwrap().is_none());

    let arguments = parse(br#"{"location":"New York"}"#).unwrap();
    let weather = Call::new(Method::CallTool {
        name: "get_weather",
        arguments: Some(arguments),
        input_schema: None,
    })
    .bearer(Some(Bearer::new("to.ke.n").unwrap()))
    .progress();
    let body = "event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\
        \"params\":{\"progressToken\":2,\"progress\":50,\"total\":100}}\n\n: keep-alive\n\n\
        data: {\"result\":{\"content\":[]},\ndata: \"jsonrpc\":\"2.0\",\"id\":2}\n\n";
    let reply = Reply { status: 200, headers: STREAM, body };
    let (sent, events) = call(&mut client, &weather, reply);
    let mut meta = meta;
    meta["progressToken"] = json!(2);
    assert_eq!(
        sent.body,
        json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {
            "name": "get_weather", "arguments": {"location": "New York"}, "_meta": meta}})
    );
    assert_eq!(sent.header("Accept"), Some("application/json, text/event-stream"));
    assert_eq!(sent.header("Content-Type"), Some("application/json"));
    assert_eq!(sent.header("MCP-Protocol-Version"), Some("2026-07-28"));
    assert_eq!(sent.header("Mcp-Method"), Some("tools/call"));
    assert_eq!(sent.header("Mcp-Name"), Some("get_weather"));
    assert_eq!(sent.header("Authorization"), Some("Bearer to.ke.n"));
    assert_eq!(events, ["progress 50", r#"result {"content":[]}"#]);
}

#[test]
fn anything_but_a_denial_or_a_modern_error_is_legacy() {
    let bad_session = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"no"}}"#;
    let unknown = r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}"#;
    for (status, body, legacy) in [
        (400, "", true),
        (400, bad_session, true),
        (404, unknown, true),
        (200, unknown, true),
        (404, "<html>", true),
        (405, "", true),
        (401, "", false),
        (401, unknown, false),
        (403, bad_session, false),
        (500, unknown, false),
        (503, "", false),
        (302, "", false),
    ] {
        let mut client = Client::new(INFO);
        let (_, events) = step(&mut client, Reply { status, headers: JSON, body });
        assert_eq!(events.len(), 1, "{events:?}");
        let mut out = [0; 512];
        let (post, _) = client.connect(None, &mut out).unwrap().unwrap();
        let method = if legacy { "initialize" } else { "server/discover" };
        assert_eq!(sent(&post).body["method"], method, "{status} {body}");
    }
}

#[test]
fn the_list_of_supported_revisions_decides() {
    let reply = |supported: &[&str]| {
        json!({"jsonrpc": "2.0", "id": 1, "error": {"code": -32022, "message": "unsupported",
            "data": {"supported": supported, "requested": "2026-07-28"}}})
        .to_string()
    };
    let next = |body: &str| {
        let mut client = Client::new(INFO);
        let (_, events) = step(&mut client, Reply { status: 400, headers: JSON, body });
        let mut out = [0; 512];
        match client.connect(None, &mut out).unwrap() {
            Some((post, _)) => (sent(&post).body["params"]["protocolVersion"].clone(), events),
            None => (json!("ready"), events),
        }
    };
    // Even a server that refuses the revision that it then names is asked again in it.
    assert_eq!(next(&reply(&["2026-07-28", "2025-11-25"])).0, "ready");
    assert_eq!(next(&reply(&["2025-03-26", "2025-06-18"])).0, "2025-06-18");
    let (_, events) = next(&reply(&["1999-01-01"]));
    assert_eq!(events[1], PeerError::NoCommonRevision.to_string());

    // A server that discovers to legacy revisions only is spoken to in the best of them.
    let mut client = Client::new(INFO);
    let body = r#"{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2025-03-26"]}}"#;
    step(&mut client, json_reply(body));
    let mut out = [0; 512];
    let (post, _) = client.connect(None, &mut out).unwrap().unwrap();
    assert_eq!(sent(&post).body["params"]["protocolVersion"], "2025-03-26");
}

#[test]
fn every_legacy_revision_shakes_hands() {
    for revision in Revision::ALL.into_iter().filter(|revision| !revision.is_modern()) {
        for session in [false, true] {
            let mut client = legacy(revision, session);
            let body = r#"{"jsonrpc":"2.0","id":2,"result":{"tools":[]}}"#;
            let (sent, events) = call(&mut client, &LIST, json_reply(body));
            assert_eq!(sent.body, json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}));
            let version = (revision >= Revision::V2025_06_18).then_some(revision.name());
            assert_eq!(sent.header("MCP-Protocol-Version"), version);
            assert_eq!(sent.header("Mcp-Session-Id"), session.then_some("abc-123"));
            assert_eq!(sent.header("Mcp-Method"), None);
            assert_eq!(events, [r#"result {"tools":[]}"#]);
        }
    }
}

#[test]
fn an_older_answer_to_initialize_is_taken_and_an_unknown_one_is_not() {
    for (version, accepted) in [("2024-11-05", true), ("2026-07-28", false), ("2030-01-01", false)]
    {
        let mut client = Client::with_revisions(INFO, Revision::V2024_11_05, Revision::V2025_11_25);
        let body = json!({"jsonrpc": "2.0", "id": 1, "result": {"protocolVersion": version}});
        let (_, events) = step(&mut client, json_reply(&body.to_string()));
        let refused = events.contains(&PeerError::NoCommonRevision.to_string());
        assert_eq!(refused, !accepted, "{version}: {events:?}");
    }
}

#[test]
fn a_lost_session_starts_again() {
    let mut client = legacy(Revision::V2025_11_25, true);
    let gone =
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session not found"}}"#;
    for body in ["", gone] {
        let mut client = client.clone();
        let (_, events) = call(&mut client, &LIST, Reply { status: 404, headers: JSON, body });
        assert_eq!(events.len(), 1);
        assert!(!client.has_session() && client.revision().is_none());
        let mut out = [0; 512];
        let (post, _) = client.connect(None, &mut out).unwrap().unwrap();
        let sent = sent(&post);
        assert_eq!(
            (&sent.body["method"], sent.header("Mcp-Session-Id")),
            (&json!("initialize"), None)
        );
    }
    // Without a session a 404 says nothing.
    let mut other = legacy(Revision::V2025_11_25, false);
    call(&mut other, &LIST, Reply { status: 404, headers: JSON, body: "" });
    assert_eq!(other.revision(), Some(Revision::V2025_11_25));

    let mut out = [0; 512];
    let (post, _) = client.end(None, &mut out).unwrap().unwrap();
    let sent = sent(&post);
    assert_eq!((sent.verb, sent.header("Mcp-Session-Id")), (Verb::Delete, Some("abc-123")));
    assert!(client.end(None, &mut out).unwrap().is_none());
}

/// An id in any other answer may be that of somebody else's session.
#[test]
fn a_session_is_opened_by_a_good_answer_to_initialize_alone() {
    let headers = [JSON[0], ("Mcp-Session-Id", "other")];
    let body = r#"{"jsonrpc":"2.0","id":2,"result":{"tools":[]}}"#;
    let mut client = legacy(Revision::V2025_11_25, true);
    call(&mut client, &LIST, Reply { status: 200, headers: &headers, body });
    let (sent, _) = call(&mut client, &LIST, json_reply("{}"));
    assert_eq!(sent.header("Mcp-Session-Id"), Some("abc-123"));
    for status in [401, 503] {
        let mut client = Client::with_revisions(INFO, Revision::V2024_11_05, Revision::V2025_11_25);
        step(&mut client, Reply { status, headers: &headers, body: "" });
        assert!(!client.has_session(), "{status}");
    }
}

/// Who knows the id can use the session.
#[test]
fn a_session_is_shown_without_its_id() {
    let shown = format!("{:?}", legacy(Revision::V2025_11_25, true));
    assert!(shown.contains("SessionId(..)") && !shown.contains("abc-123"), "{shown}");
}

#[test]
fn a_session_id_that_is_no_header_value_is_refused() {
    for id in ["", "a b", "a\u{e9}", &"x".repeat(129)] {
        let mut client = Client::with_revisions(INFO, Revision::V2024_11_05, Revision::V2025_11_25);
        let headers = [JSON[0], ("Mcp-Session-Id", id)];
        let (_, events) = step(&mut client, Reply { status: 200, headers: &headers, body: "{}" });
        assert_eq!(events, [PeerError::SessionId { limit: 128 }.to_string()]);
    }
}

#[test]
fn requests_of_the_server_are_answered_in_the_legacy_era_only() {
    let body = "data: {\"jsonrpc\":\"2.0\",\"id\":\"123\",\"method\":\"ping\"}\n\n\
        data: {\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"roots/list\"}\n\n\
        data: {\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}\n\n";
    let reply = Reply { status: 200, headers: STREAM, body };
    let (_, events) = call(&mut legacy(Revision::V2025_06_18, false), &LIST, reply);
    assert_eq!(events, ["request ping", "request roots/list", "result {}"]);
    let mut client = modern();
    let mut out = [0; 512];
    let (_, mut exchange) = client.request(&LIST, &mut out).unwrap();
    let events = read(&mut client, &mut exchange, Reply { status: 200, headers: STREAM, body });
    assert!(events[0].starts_with("unsolicited") && events[2].starts_with("unsolicited"));

    let mut client = legacy(Revision::V2025_06_18, true);
    let request = |id, method| ServerRequest { id, method, params: None };
    let [ping, roots, id] = ["\"ping\"", "\"roots/list\"", "\"123\""]
        .map(|text| parse(text.as_bytes()).unwrap().as_str().unwrap());
    for (request, needed, expected) in [
        (request(Id::String(id), ping), 7, json!({"jsonrpc": "2.0", "id": "123", "result": {}})),
        (
            request(Id::Number(9), roots),
            10,
            json!({"jsonrpc": "2.0", "id": 9,
                "error": {"code": -32601, "message": "method not found"}}),
        ),
    ] {
        let mut room = [0; 16];
        let copy = ServerRequest { params: parse(b"{}").ok(), ..request };
        let copy = copy.without_params(&mut room).unwrap();
        assert_eq!(
            (copy, request.without_params(&mut [])),
            (request, Err(OutputTooSmall { needed }))
        );
        let answer = Answer::default_for(&copy);
        let (post, mut exchange) = client.answer(&copy, answer, None, &mut out).unwrap();
        let sent = sent(&post);
        assert_eq!(sent.body, expected);
        assert_eq!(sent.header("Mcp-Session-Id"), Some("abc-123"));
        let reply = Reply { status: 202, headers: &[], body: "" };
        assert_eq!(read(&mut client, &mut exchange, reply), ["Accepted"]);
    }
}

#[test]
fn a_response_is_matched_by_type_and_value_and_only_once() {
    let body = "data: {\"jsonrpc\":\"2.0\",\"id\":\"1\",\"result\":{}}\n\n\
        data: {\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":1,\"message\":\"\"}}\n\n\
        data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n\
        data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"again\":true}}\n\n";
    let (_, events) = call(&mut modern(), &LIST, Reply { status: 200, headers: STREAM, body });
    assert_eq!(
        events,
        [
            "unsolicited Some(Id(Str(1 bytes)))",
            "unsolicited Some(Id(7))",
            "result {}",
            "unsolicited Some(Id(1))"
        ]
    );
}

#[test]
fn batches_are_read_in_the_one_revision_that_has_them() {
    let batch = r#" [{"jsonrpc":"2.0","method":"notifications/message"},
        {"jsonrpc":"2.0","id":2,"result":{}},{"jsonrpc":"2.0","id":3,"method":"ping"}]"#;
    let read = |revision, body: &str| call(&mut legacy(revision, false), &LIST, json_reply(body)).1;
    let expected = ["notification notifications/message", "result {}", "request ping"];
    assert_eq!(read(Revision::V2025_03_26, batch), expected);
    assert_eq!(read(Revision::V2025_06_18, batch).len(), 1);
    assert!(read(Revision::V2025_06_18, batch)[0].contains("array of messages"));
    assert!(read(Revision::V2025_03_26, "[]")[0].contains("not a JSON object"));
    let large = format!("[{}0]", "0,".repeat(256));
    assert!(read(Revision::V2025_03_26, &large)[0].contains("256"));
}

#[test]
fn results_are_judged_by_their_type() {
    let read = |method, result: &str| {
        let body = format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{result}}}");
        call(&mut modern(), &Call::new(method), json_reply(&body)).1.remove(0)
    };
    let tool = Method::CallTool { name: "t", arguments: None, input_schema: None };
    let input = r#"{"resultType":"input_required","requestState":"s"}"#;
    assert_eq!(read(tool, input), "input");
    assert!(read(Method::ListTools { cursor: None }, input).contains("resultType"));
    assert!(read(tool, r#"{"resultType":"task"}"#).contains("resultType"));
    assert!(read(tool, "[]").contains("not an object"));
    assert!(read(tool, r#"{"resultType":"complete"}"#).starts_with("result"));
}

const TOOL: Method<'static> = Method::CallTool { name: "t", arguments: None, input_schema: None };

#[test]
fn input_goes_back_with_the_same_request_and_its_state_byte_for_byte() {
    // The state has escapes that a parser and writer would not write the same way.
    let body = r#"{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","inputRequests":{
        "login":{"method":"elicitation/create","params":{"requestedSchema":{}}}},
        "requestState":"e\u0079\/J\"\u00e9 \ud83d\ude00"}}"#;
    let mut client = modern();
    let mut out = vec![0; 4096];
    let (_, mut exchange) = client.request(&Call::new(TOOL), &mut out).unwrap();
    let mut storage = vec![0; 1024];
    let mut inbox = Inbox::new(&mut storage);
    exchange.on_status(200);
    exchange.on_header(&mut client, "Content-Type", b"application/json").unwrap();
    inbox.spare()[..body.len()].copy_from_slice(body.as_bytes());
    inbox.commit(body.len());
    inbox.close();
    let Ok(Event::Response(Response::InputRequired(input))) = exchange.next_event(&mut inbox)
    else {
        panic!()
    };
    let (key, request) = input.entries().next().unwrap();
    assert!(key == *"login" && request.method == *"elicitation/create");
    let responses =
        parse(br#"{"login":{"action":"accept","content":{"name":"octocat"}}}"#).unwrap();

    let again = Call::new(TOOL).input(Some(responses), input.state);
    let (post, second) = client.request(&again, &mut out).unwrap();
    assert_eq!(second.id(), 2, "another id");
    let text = core::str::from_utf8(post.body()).unwrap();
    assert!(text.contains(r#""requestState":"e\u0079\/J\"\u00e9 \ud83d\ude00""#), "{text}");
    let params = &sent(&post).body["params"];
    assert_eq!(params["name"], "t");
    assert_eq!(
        params["inputResponses"],
        json!({"login": {"action": "accept", "content": {"name": "octocat"}}})
    );
    // What the server has not sent, and what belongs to another request, stays out.
    let without = Call::new(TOOL).input(Some(responses), None);
    assert_eq!(
        sent(&client.request(&without, &mut out).unwrap().0).body["params"].get("requestState"),
        None
    );
    let other = sent(&client.request(&Call::new(TOOL), &mut out).unwrap().0).body["params"].clone();
    assert_eq!((other.get("inputResponses"), other.get("requestState")), (None, None));
}

#[test]
fn input_is_for_three_methods_of_the_modern_era() {
    let mut out = vec![0; 4096];
    let object = parse(b"{}").unwrap();
    let state = parse(b"\"s\"").unwrap().as_str();
    for (method, takes) in [
        (TOOL, true),
        (Method::GetPrompt { name: "p", arguments: None }, true),
        (Method::ReadResource { uri: "file:///x" }, true),
        (Method::ListTools { cursor: None }, false),
        (Method::Other { name: "x/y", params: None, mcp_name: None }, false),
    ] {
        for call in
            [Call::new(method).input(Some(object), None), Call::new(method).input(None, state)]
        {
            assert_eq!(modern().request(&call, &mut out).is_ok(), takes, "{method:?}");
            let mut client = legacy(Revision::V2025_11_25, false);
            assert_eq!(client.request(&call, &mut out).unwrap_err(), Error::Misuse(Misuse::Input));
        }
    }
    let array = parse(b"[]").unwrap();
    let call = Call::new(TOOL).input(Some(array), None);
    assert_eq!(modern().request(&call, &mut out).unwrap_err(), Error::Misuse(Misuse::Input));
}

#[test]
fn capabilities_are_declared_where_each_era_wants_them() {
    let elicitation = Elicitation { form: true, url: false };
    let capabilities = Capabilities { elicitation, ..Capabilities::NONE };
    let mut client = modern().declare(capabilities);
    let (sent, _) = call(&mut client, &LIST, json_reply(""));
    let meta = &sent.body["params"]["_meta"];
    let declared = json!({"elicitation": {"form": {}}});
    assert_eq!(meta["io.modelcontextprotocol/clientCapabilities"], declared);
    let newest = Revision::LATEST_LEGACY;
    let client = Client::with_revisions(INFO, Revision::V2024_11_05, newest);
    let (sent, _) = step(&mut client.declare(capabilities), json_reply(""));
    assert_eq!(sent.body["params"]["capabilities"], declared);
    // Elicitation came with 2025-06-18 and its modes with 2025-11-25, by the changelogs of the specification.
    let elicitation = Elicitation { form: true, url: true };
    let all = Capabilities { elicitation, roots: true, sampling: true, tasks: true };
    let before = json!({"roots": {}, "sampling": {}});
    let without_modes = json!({"elicitation": {}, "roots": {}, "sampling": {}});
    for (newest, declared) in [
        (Revision::V2024_11_05, &before),
        (Revision::V2025_03_26, &before),
        (Revision::V2025_06_18, &without_modes),
    ] {
        let client = Client::with_revisions(INFO, Revision::V2024_11_05, newest);
        let (sent, _) = step(&mut client.declare(all), json_reply(""));
        assert_eq!(&sent.body["params"]["capabilities"], declared, "{newest}");
    }
}

/// A call in the legacy era whose event stream is `body`, and how it is resumed.
fn cut(revision: Revision, body: &str) -> (Client, Exchange) {
    let mut client = legacy(revision, true);
    let mut out = [0; 1024];
    let (_, mut exchange) = client.request(&Call::new(TOOL), &mut out).unwrap();
    read(&mut client, &mut exchange, Reply { status: 200, headers: STREAM, body });
    (client, exchange)
}

#[test]
fn a_cut_stream_is_resumed_from_its_last_event() {
    let (client, exchange) =
        cut(Revision::V2025_11_25, "id: e-1\nretry: 2500\ndata: \n\nid: e-2\n");
    assert_eq!(exchange.retry(), Some(2500));
    let mut out = [0; 512];
    let bearer = Some(Bearer::new("to.ke.n").unwrap());
    let (post, mut next) = client.resume(&exchange, bearer, &mut out).unwrap().unwrap();
    let get = sent(&post);
    assert_eq!((get.verb, &get.body), (Verb::Get, &Value::Null));
    assert_eq!(get.header("Accept"), Some("text/event-stream"));
    assert_eq!(get.header("Last-Event-ID"), Some("e-1"));
    assert_eq!(get.header("Mcp-Session-Id"), Some("abc-123"));
    assert_eq!(get.header("MCP-Protocol-Version"), Some("2025-11-25"));
    assert_eq!(get.header("Authorization"), Some("Bearer to.ke.n"));
    // A stream that brings nothing leaves id and time as they were.
    let mut client = client;
    let mut idle = next.clone();
    let reply = Reply { status: 200, headers: STREAM, body: ": nothing\n\n" };
    assert_eq!(read(&mut client, &mut idle, reply), ["Interrupted"]);
    assert_eq!(idle.retry(), Some(2500));
    let (post, _) = client.resume(&idle, None, &mut out).unwrap().unwrap();
    assert_eq!(sent(&post).header("Last-Event-ID"), Some("e-1"));
    let body = "id: e-2\ndata: {\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}\n\n";
    assert_eq!(
        read(&mut client, &mut next, Reply { status: 200, headers: STREAM, body }),
        ["result {}"]
    );
    assert_eq!(next.retry(), None, "an answered exchange is not resumed");
    // A server that refuses has said so, whatever its page looks like.
    let (_, mut refused) = client.resume(&exchange, None, &mut out).unwrap().unwrap();
    let reply = Reply { status: 405, headers: &[], body: "id: 1\ndata: {}\n\n" };
    assert_eq!(read(&mut client, &mut refused, reply), [format!("rejected 405 {}", reply.body)]);
    assert_eq!(refused.retry(), None);
}

#[test]
fn the_time_before_resuming_has_limits() {
    let retry =
        |line: &str| cut(Revision::V2025_11_25, &format!("id: 1\n{line}data:\n\n")).1.retry();
    assert_eq!(retry(""), Some(DEFAULT_RETRY));
    assert_eq!(retry("retry: 0\n"), Some(MIN_RETRY));
    assert_eq!(retry(&format!("retry: {MAX_RETRY}\n")), Some(MAX_RETRY));
    assert_eq!(retry(&format!("retry: {}\n", MAX_RETRY + 1)), None);
    assert_eq!(retry("retry: 99999999999999999999999\n"), None);
}

#[test]
fn only_a_cut_stream_with_an_id_is_resumed() {
    let resumable = |revision, body: &str| {
        let (client, exchange) = cut(revision, body);
        let resumed = client.resume(&exchange, None, &mut [0; 512]).unwrap().is_some();
        assert_eq!(exchange.retry().is_some(), resumed);
        resumed
    };
    assert!(resumable(Revision::V2025_03_26, "id: 1\ndata:\n\n"));
    let long = format!("id: {}\ndata:\n\n", "x".repeat(129));
    for body in
        ["", "data:\n\n", "id\ndata:\n\n", "id: \u{e9}\ndata:\n\n", "id:  a\ndata:\n\n", &long]
    {
        assert!(!resumable(Revision::V2025_11_25, body), "{body}");
    }
    assert!(!resumable(Revision::V2025_11_25, "id: 1\ndata: {\n\n"), "a malformed message");
    // The modern era has no resuming.
    let mut client = modern();
    let mut out = [0; 1024];
    let (_, mut exchange) = client.request(&LIST, &mut out).unwrap();
    let reply = Reply { status: 200, headers: STREAM, body: "id: 1\ndata:\n\n" };
    assert_eq!(read(&mut client, &mut exchange, reply), ["Interrupted"]);
    assert!(client.resume(&exchange, None, &mut out).unwrap().is_none());
    // Nor can a session that is over be resumed.
    let (mut client, exchange) = cut(Revision::V2025_11_25, "id: 1\ndata:\n\n");
    client.end(None, &mut out).unwrap().unwrap();
    assert_eq!(
        client.resume(&exchange, None, &mut out).unwrap_err(),
        Error::Misuse(Misuse::NotReady)
    );
}

#[test]
fn a_server_may_speak_unasked_on_a_stream_of_its_own() {
    let mut client = legacy(Revision::V2025_11_25, true);
    let mut out = [0; 512];
    let (post, mut exchange) = client.listen(None, &mut out).unwrap();
    let get = sent(&post);
    assert_eq!((get.verb, get.header("Accept")), (Verb::Get, Some("text/event-stream")));
    assert_eq!(get.header("Mcp-Session-Id"), Some("abc-123"));
    assert_eq!(get.header("Last-Event-ID"), None);
    // No response is due, whatever its id.
    let body = "id: 7\ndata: {\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"elicitation/create\"}\n\n\
        data: {\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{}}\n\n\
        data: {\"jsonrpc\":\"2.0\",\"error\":{\"code\":1,\"message\":\"\"}}\n\n";
    let events = read(&mut client, &mut exchange, Reply { status: 200, headers: STREAM, body });
    assert_eq!(
        events,
        ["request elicitation/create", "unsolicited Some(Id(0))", "unsolicited None"]
    );
    assert_eq!(exchange.retry(), Some(DEFAULT_RETRY));
    let (post, mut next) = client.resume(&exchange, None, &mut out).unwrap().unwrap();
    assert_eq!(sent(&post).header("Last-Event-ID"), Some("7"));
    let reply = Reply { status: 405, headers: JSON, body: "" };
    assert_eq!(read(&mut client, &mut next, reply), ["rejected 405 "]);
    assert_eq!(modern().listen(None, &mut out).unwrap_err(), Error::Misuse(Misuse::NotReady));
    assert!(client.revision().is_some());
}

#[test]
fn failures_are_told_apart() {
    let events = |reply| call(&mut modern(), &LIST, reply).1.remove(0);
    let html: &[_] = &[("Content-Type", "text/html")];
    let reply = |status, headers, body| events(Reply { status, headers, body });
    assert!(reply(200, html, "<html>").contains("neither application/json"));
    assert!(reply(200, JSON, "<html>").contains("no JSON-RPC message"));
    assert!(reply(200, JSON, "").contains("no response"));
    assert!(reply(200, JSON, "{}").contains("jsonrpc is not"));
    assert_eq!(reply(200, STREAM, ": nothing\n\n"), "Interrupted");
    assert_eq!(reply(502, html, "<html>"), "rejected 502 <html>");
    assert_eq!(reply(307, html, ""), "rejected 307 ");
    let denied = r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32001,"message":"x"}}"#;
    assert_eq!(reply(401, JSON, denied), format!("rejected 401 {denied}"));
    assert_eq!(reply(400, JSON, denied), "error -32001");
    // A success cannot hide in an error status.
    let result = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
    assert_eq!(reply(500, JSON, result), format!("rejected 500 {result}"));
    let page = "x".repeat(10_000);
    assert_eq!(reply(500, html, &page), format!("rejected 500 {}", &page[..4096]));
    assert!(reply(200, JSON, &page).contains("4096"));
}

#[test]
fn too_small_a_buffer_changes_nothing() {
    let mut client = modern();
    let Err(Error::OutputTooSmall { needed }) = client.request(&LIST, &mut []) else { panic!() };
    let mut out = vec![7; needed - 1];
    assert_eq!(client.request(&LIST, &mut out).unwrap_err(), Error::OutputTooSmall { needed });
    assert!(out.iter().all(|byte| *byte == 7));
    let mut out = vec![0; needed];
    let (post, exchange) = client.request(&LIST, &mut out).unwrap();
    assert_eq!((sent(&post).body["id"].as_u64(), exchange.id()), (Some(1), 1));
}

#[test]
fn arguments_go_into_headers_as_the_schema_says() {
    let schema = br#"{"type":"object","properties":{
        "region":{"type":"string","x-mcp-header":"Region"},
        "o":{"type":"object","properties":{"n":{"type":"integer","x-mcp-header":"N"}}},
        "flag":{"type":"boolean","x-mcp-header":"Flag"},
        "none":{"type":"string","x-mcp-header":"None"},"plain":{"type":"string"}}}"#;
    let arguments =
        br#"{"region":"M\u00fcnchen\r\n","o":{"n":-7},"flag":true,"none":null,"plain":"x"}"#;
    let tool = |arguments| {
        Call::new(Method::CallTool {
            name: "\u{e9}",
            arguments: Some(parse(arguments).unwrap()),
            input_schema: Some(parse(schema).unwrap()),
        })
    };
    let body = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
    let (sent, _) = call(&mut modern(), &tool(arguments), json_reply(body));
    assert_eq!(sent.header("Mcp-Param-Region"), Some("=?base64?TcO8bmNoZW4NCg==?="));
    assert_eq!(sent.header("Mcp-Param-N"), Some("-7"));
    assert_eq!(sent.header("Mcp-Param-Flag"), Some("true"));
    assert_eq!(sent.header("Mcp-Param-None"), None);
    assert_eq!(sent.header("Mcp-Name"), Some("=?base64?w6k=?="));
    // Python reads `-0` as the integer 0, and JavaScript writes it so.
    let (zero, _) = call(&mut modern(), &tool(br#"{"o":{"n":-0}}"#), json_reply(body));
    assert_eq!(zero.header("Mcp-Param-N"), Some("0"));
    assert_eq!(sent.headers.len(), 8);
    let mut out = [0; 2048];
    for bad in
        [&br#"{"region":[1]}"#[..], br#"{"o":{"n":9007199254740992}}"#, br#"{"o":{"n":1.5}}"#]
    {
        let error = modern().request(&tool(bad), &mut out).unwrap_err();
        assert!(matches!(error, Error::Misuse(Misuse::ParamHeader(_))), "{error}");
    }
}

#[test]
fn a_session_is_kept_while_there_is_no_room_to_ask_for_another() {
    let mut client = Client::with_revisions(INFO, Revision::V2025_11_25, Revision::V2025_11_25);
    let body = r#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"1999-01-01"}}"#;
    let headers: &[_] = &[JSON[0], ("Mcp-Session-Id", "abc-123")];
    step(&mut client, Reply { status: 200, headers, body });
    assert!(client.has_session());
    let Err(Error::OutputTooSmall { needed }) = client.connect(None, &mut []) else {
        panic!("there is no room");
    };
    assert!(client.has_session());
    assert!(client.connect(None, &mut vec![0; needed]).unwrap().is_some());
    assert!(!client.has_session());
}

/// Answers of any shape, most of them nearly right.
fn any_reply() -> impl Strategy<Value = (u16, usize, String)> {
    let version =
        prop_oneof![Just("2026-07-28"), Just("2025-11-25"), Just("2024-11-05"), Just("1999-01-01")];
    let body = (version, 0..8_u8, 0..4_i64).prop_map(|(version, shape, id)| match shape {
        0 => json!({"jsonrpc": "2.0", "id": id, "result": {"protocolVersion": version}}),
        1 => json!({"jsonrpc": "2.0", "id": id, "result": {"supportedVersions": [version]}}),
        2 => json!({"jsonrpc": "2.0", "id": id, "error": {"code": -32022, "message": "",
            "data": {"supported": [version]}}}),
        3 => json!({"jsonrpc": "2.0", "id": id, "error": {"code": -32022, "message": ""}}),
        4 => json!({"jsonrpc": "2.0", "id": null, "error": {"code": -32601, "message": ""}}),
        5 => json!({"jsonrpc": "2.0", "id": id, "error": {"code": -32602, "message": "",
            "data": {"supported": [version]}}}),
        6 => json!({"jsonrpc": "2.0", "method": "x"}),
        _ => json!(null),
    });
    let status = proptest::sample::select(vec![200, 200, 200, 200, 202, 400, 401, 404, 500]);
    (status, 0..3_usize, body.prop_map(|body| body.to_string()))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn finding_the_era_ends_for_every_server(
        replies in proptest::collection::vec((any_reply(), proptest::bool::weighted(0.2)), 20),
        ends in (0..Revision::ALL.len(), 0..Revision::ALL.len()),
    ) {
        // The revisions that we speak, from the oldest to the newest.
        let mut range = [Revision::ALL[ends.0], Revision::ALL[ends.1]];
        range.sort_unstable();
        let mut client = Client::with_revisions(INFO, range[0], range[1]);
        let mut exchanges = 0;
        for ((status, kind, body), lost) in &replies {
            let mut out = [0; 1024];
            match client.connect(None, &mut out) {
                Ok(None) => {
                    let revision = client.revision();
                    prop_assert!(revision.is_some_and(|one| range[0] <= one && one <= range[1]));
                    break;
                }
                // The connection broke, and the caller asks again.
                Ok(Some(_)) if *lost => exchanges += 1,
                Ok(Some((_, mut exchange))) => {
                    exchanges += 1;
                    let headers = [JSON, STREAM, &[]][*kind];
                    read(&mut client, &mut exchange, Reply { status: *status, headers, body });
                }
                Err(error) => {
                    prop_assert_eq!(error, PeerError::Negotiation { limit: MAX_NEGOTIATION }.into());
                    break;
                }
            }
        }
        prop_assert!(exchanges <= MAX_NEGOTIATION);
    }
}
