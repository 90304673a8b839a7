//! What the client refuses before it sends, and what it makes of heads and late answers.

use mcpico_core::auth::Bearer;
use mcpico_core::client::{
    Answer, Call, Client, Event, Exchange, Lines, Response, Subscription, Update,
};
use mcpico_core::http1::HttpError;
use mcpico_core::inbox::Inbox;
use mcpico_core::json::parse;
use mcpico_core::jsonrpc::MessageError;
use mcpico_core::mcp::{
    Capabilities, ClientInfo, CompletionReference, Elicitation, Method, ParamHeaderError, Revision,
};
use mcpico_core::{Error, Misuse, PeerError};
use serde_json::{Value, json};

const INFO: ClientInfo = ClientInfo { name: "test", version: "1" };
const LIST: Call<'static> = Call::new(Method::ListTools { cursor: None });

fn modern() -> Client {
    Client::with_revisions(INFO, Revision::LATEST, Revision::LATEST)
}

/// A client of the legacy era in the middle of the handshake with what was sent.
fn initialize(client: &mut Client) -> Exchange {
    client.connect(None, &mut [0; 1024]).unwrap().unwrap().1
}

/// Lets `exchange` read `body` as the answer, and gives the first event as text.
fn answer(client: &mut Client, exchange: &mut Exchange, kind: &str, body: &str) -> String {
    let mut storage = vec![0; 1024];
    let mut inbox = Inbox::new(&mut storage);
    inbox.spare()[..body.len()].copy_from_slice(body.as_bytes());
    inbox.commit(body.len());
    inbox.close();
    exchange.on_status(200);
    exchange.on_header(client, "Content-Type", kind.as_bytes()).unwrap();
    match exchange.next_event(&mut inbox).unwrap() {
        Event::Response(Response::Result(result)) => result.text().to_owned(),
        other => format!("{other:?}"),
    }
}

/// A client that speaks the newest legacy revision; the next id is 2.
fn legacy() -> Client {
    let mut client = Client::with_revisions(INFO, Revision::V2024_11_05, Revision::LATEST_LEGACY);
    let mut exchange = initialize(&mut client);
    let body = json!({"jsonrpc": "2.0", "id": 1,
        "result": {"protocolVersion": Revision::LATEST_LEGACY.name()}})
    .to_string();
    answer(&mut client, &mut exchange, "application/json", &body);
    assert!(client.settle(&exchange).unwrap());
    let mut initialized = initialize(&mut client);
    initialized.on_status(202);
    let mut storage = [0; 8];
    let mut inbox = Inbox::new(&mut storage);
    inbox.close();
    assert_eq!(initialized.next_event(&mut inbox), Ok(Event::Accepted));
    assert!(client.settle(&initialized).unwrap());
    assert_eq!(client.revision(), Some(Revision::LATEST_LEGACY));
    client
}

/// The names and parameters are those of the schemas of revision 2026-07-28.
#[test]
fn every_method_is_written_as_the_schema_names_it() {
    let arguments = parse(br#"{"a":1}"#).unwrap();
    let own = parse(br#"{"q":[1]}"#).unwrap();
    let cursor = Some("next");
    let cases: Vec<(Method<'_>, &str, Value, Option<&str>)> = vec![
        (
            Method::Complete {
                reference: CompletionReference::Prompt("p"),
                argument: "a",
                value: "v",
                arguments: None,
            },
            "completion/complete",
            json!({"ref": {"type": "ref/prompt", "name": "p"},
                "argument": {"name": "a", "value": "v"}}),
            None,
        ),
        (
            Method::Complete {
                reference: CompletionReference::ResourceTemplate("file:///{x}"),
                argument: "a",
                value: "v",
                arguments: Some(arguments),
            },
            "completion/complete",
            json!({"ref": {"type": "ref/resource", "uri": "file:///{x}"},
                "argument": {"name": "a", "value": "v"}, "context": {"arguments": {"a": 1}}}),
            None,
        ),
        (Method::Discover, "server/discover", json!({}), None),
        (Method::Ping, "ping", json!({}), None),
        (
            Method::GetPrompt { name: "p", arguments: Some(arguments) },
            "prompts/get",
            json!({"name": "p", "arguments": {"a": 1}}),
            Some("p"),
        ),
        (Method::ListPrompts { cursor }, "prompts/list", json!({"cursor": "next"}), None),
        (Method::ListPrompts { cursor: None }, "prompts/list", json!({}), None),
        (Method::ListResources { cursor }, "resources/list", json!({"cursor": "next"}), None),
        (
            Method::ListResourceTemplates { cursor },
            "resources/templates/list",
            json!({"cursor": "next"}),
            None,
        ),
        (
            Method::ReadResource { uri: "file:///x" },
            "resources/read",
            json!({"uri": "file:///x"}),
            Some("file:///x"),
        ),
        (
            Method::CallTool { name: "t", arguments: Some(arguments), input_schema: None },
            "tools/call",
            json!({"name": "t", "arguments": {"a": 1}}),
            Some("t"),
        ),
        (Method::ListTools { cursor }, "tools/list", json!({"cursor": "next"}), None),
        (
            Method::Other { name: "x/y", params: Some(own), mcp_name: Some("n") },
            "x/y",
            json!({"q": [1]}),
            Some("n"),
        ),
    ];
    for (method, name, params, mcp_name) in cases {
        assert_eq!(method.name(), name);
        let mut out = [0; 1024];
        let mut client = modern();
        let (post, exchange) = client.request(&Call::new(method), &mut out).unwrap();
        let mut body: Value = serde_json::from_slice(post.body()).unwrap();
        let written = body["params"].as_object_mut().unwrap();
        assert!(written.remove("_meta").is_some(), "{name}");
        assert_eq!((&body["method"], &body["params"]), (&json!(name), &params));
        assert_eq!(body["id"], exchange.id());
        let header = post.headers().find(|header| header.0 == "Mcp-Name");
        assert_eq!(header.map(|header| header.1), mcp_name, "{name}");
    }
}

#[test]
fn what_is_no_call_is_refused_before_it_is_sent() {
    let object = parse(br#"{"a":1}"#).unwrap();
    let array = parse(b"[1]").unwrap();
    let meta = parse(br#"{"a":1,"_meta":{}}"#).unwrap();
    let twice = parse(br#"{"_meta":1,"\u005fmeta":2}"#).unwrap();
    let other = |name, params| Method::Other { name, params, mcp_name: None };
    let tool = |arguments| Method::CallTool { name: "t", arguments, input_schema: None };
    for (method, expected) in [
        (tool(Some(object)), None),
        (tool(Some(array)), Some(Misuse::Arguments)),
        (Method::GetPrompt { name: "p", arguments: Some(array) }, Some(Misuse::Arguments)),
        (other("x/y", Some(object)), None),
        (other("x/y", None), None),
        (other("x/y", Some(array)), Some(Misuse::Arguments)),
        (other("x/y", Some(meta)), Some(Misuse::Arguments)),
        (other("x/y", Some(twice)), Some(Misuse::Arguments)),
        (other("", None), Some(Misuse::Method)),
        (other("x y", None), Some(Misuse::Method)),
        (other("x\r\ny", None), Some(Misuse::Method)),
        (other("x\u{7f}", None), Some(Misuse::Method)),
        (other("\u{e9}", None), Some(Misuse::Method)),
    ] {
        for mut client in [modern(), legacy()] {
            let result = client.request(&Call::new(method), &mut [0; 2048]).map(|_| ());
            assert_eq!(result.err(), expected.map(Error::Misuse), "{method:?}");
        }
    }
}

/// Equal or not, as for a content type: a proxy before the client may have taken the other one.
#[test]
fn a_session_id_stands_once() {
    for second in ["one", "two"] {
        let mut client =
            Client::with_revisions(INFO, Revision::V2024_11_05, Revision::LATEST_LEGACY);
        let mut exchange = initialize(&mut client);
        exchange.on_status(200);
        exchange.on_header(&mut client, "Mcp-Session-Id", b"one").unwrap();
        let error = exchange.on_header(&mut client, "mcp-session-id", second.as_bytes());
        let repeated = PeerError::Http(HttpError::RepeatedHeader { name: "Mcp-Session-Id" });
        assert_eq!(error, Err(repeated.into()));
        // The exchange is over with it.
        let mut storage = [0; 16];
        let mut inbox = Inbox::new(&mut storage);
        assert_eq!(exchange.next_event(&mut inbox), Err(repeated.into()));
    }
}

#[test]
fn a_content_type_stands_once_and_is_well_formed_in_a_success() {
    let json = b"application/json";
    let repeated = PeerError::Http(HttpError::RepeatedHeader { name: "Content-Type" });
    let start = || {
        let mut client = modern();
        let (_, exchange) = client.request(&LIST, &mut [0; 1024]).unwrap();
        (client, exchange)
    };
    for status in [200, 400] {
        let (mut client, mut exchange) = start();
        exchange.on_status(status);
        assert_eq!(exchange.status(), status);
        exchange.on_header(&mut client, "content-type", json).unwrap();
        let error = exchange.on_header(&mut client, "CONTENT-TYPE", json).unwrap_err();
        assert_eq!(error, repeated.into());
        // The exchange is over with it.
        let mut storage = [0; 16];
        assert_eq!(exchange.next_event(&mut Inbox::new(&mut storage)), Err(error));
    }
    // A page may say of itself what it wants: its status is what counts.
    for (status, refused) in [(200, true), (404, false)] {
        let (mut client, mut exchange) = start();
        exchange.on_status(status);
        let result = exchange.on_header(&mut client, "Content-Type", b"no media type");
        let expected = PeerError::Http(HttpError::ContentType);
        assert_eq!(result.err(), refused.then_some(expected.into()), "{status}");
    }
}

#[test]
fn a_resumed_stream_may_be_answered_by_one_document() {
    let mut client = legacy();
    let mut out = [0; 1024];
    let call = Call::new(Method::CallTool { name: "t", arguments: None, input_schema: None });
    let (_, mut exchange) = client.request(&call, &mut out).unwrap();
    assert!(!exchange.is_answered());
    answer(&mut client, &mut exchange, "text/event-stream", "id: 1\ndata:\n\n");
    assert!(exchange.is_stream() && !exchange.is_answered());
    let (_, mut next) = client.resume(&exchange, None, &mut out).unwrap().unwrap();
    assert!(next.is_stream());
    let body = r#"{"jsonrpc":"2.0","id":2,"result":{"content":[]}}"#;
    let result = answer(&mut client, &mut next, "application/json", body);
    assert_eq!(result, r#"{"content":[]}"#);
    assert!(next.is_answered() && !next.is_stream());
}

#[test]
fn an_answer_to_a_handshake_that_is_over_teaches_nothing() {
    let mut client = Client::with_revisions(INFO, Revision::V2024_11_05, Revision::LATEST_LEGACY);
    let (mut first, mut second) = (initialize(&mut client), initialize(&mut client));
    let body = |id: u32, revision: Revision| {
        json!({"jsonrpc": "2.0", "id": id, "result": {"protocolVersion": revision.name()}})
            .to_string()
    };
    let kind = "application/json";
    let newest = body(second.id(), Revision::LATEST_LEGACY);
    answer(&mut client, &mut second, kind, &newest);
    assert!(client.settle(&second).unwrap());
    let mut initialized = initialize(&mut client);
    initialized.on_status(202);
    let mut storage = [0; 8];
    let mut inbox = Inbox::new(&mut storage);
    inbox.close();
    assert_eq!(initialized.next_event(&mut inbox), Ok(Event::Accepted));
    assert!(client.settle(&initialized).unwrap());
    // The one that was overtaken names another revision.
    let oldest = body(first.id(), Revision::V2024_11_05);
    answer(&mut client, &mut first, kind, &oldest);
    assert!(!client.settle(&first).unwrap());
    assert_eq!(client.revision(), Some(Revision::LATEST_LEGACY));
}

#[test]
fn what_was_given_can_be_asked_for() {
    let elicitation = Elicitation { form: true, url: false };
    let capabilities = Capabilities { elicitation, ..Capabilities::NONE };
    assert_eq!(modern().declare(capabilities).capabilities(), capabilities);
    assert_eq!(modern().capabilities(), Capabilities::NONE);
    let bearer = Bearer::new("to.ke.n").unwrap();
    assert_eq!(
        LIST.bearer(Some(bearer)).bearer_token().map(|bearer| bearer.token()),
        Some("to.ke.n")
    );
    assert!(LIST.bearer_token().is_none());

    let mut client = legacy();
    let mut out = [0; 1024];
    let (_, mut exchange) = client.request(&LIST, &mut out).unwrap();
    let body = r#"{"jsonrpc":"2.0","id":7,"method":"elicitation/create","params":{"mode":"form"}}"#;
    let mut storage = [0; 256];
    let mut inbox = Inbox::new(&mut storage);
    let body = format!("data: {body}\n\n");
    inbox.spare()[..body.len()].copy_from_slice(body.as_bytes());
    inbox.commit(body.len());
    exchange.on_status(200);
    exchange.on_header(&mut client, "Content-Type", b"text/event-stream").unwrap();
    let Ok(Event::ServerRequest(request)) = exchange.next_event(&mut inbox) else { panic!() };
    let input = request.input();
    assert!(input.method == *"elicitation/create");
    assert_eq!(input.params.unwrap().raw(), br#"{"mode":"form"}"#);
}

#[test]
fn an_argument_for_a_header_stands_once() {
    let schema = br#"{"properties":{"a":{"type":"string","x-mcp-header":"A"},
        "o":{"properties":{"b":{"type":"string","x-mcp-header":"B"}}}}}"#;
    let schema = Some(parse(schema).unwrap());
    for (arguments, refused) in [
        (&br#"{"a":"1","o":{"b":"2"}}"#[..], false),
        (br#"{"c":"1","c":"2"}"#, false),
        (br#"{"a":"1","\u0061":"2"}"#, true),
        (br#"{"o":{"b":"1"},"o":{"b":"1"}}"#, true),
        (br#"{"o":{"b":"1","b":"1"}}"#, true),
    ] {
        let arguments = Some(parse(arguments).unwrap());
        let method = Method::CallTool { name: "t", arguments, input_schema: schema };
        let result = modern().request(&Call::new(method), &mut [0; 2048]).map(|_| ());
        let expected = Error::Misuse(Misuse::ParamHeader(ParamHeaderError::Duplicate));
        assert_eq!(result.err(), refused.then_some(expected), "{arguments:?}");
    }
}

/// The answer to `initialize` in the specification of revision 2024-11-05, "Error Handling".
#[test]
fn a_server_may_refuse_a_revision_with_what_it_supports() {
    let mut client = Client::with_revisions(INFO, Revision::V2024_11_05, Revision::LATEST_LEGACY);
    let mut exchange = initialize(&mut client);
    let body = r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Unsupported protocol version",
        "data":{"supported":["2024-11-05"],"requested":"1.0.0"}}}"#;
    answer(&mut client, &mut exchange, "application/json", body);
    assert!(client.settle(&exchange).unwrap());
    let mut out = [0; 1024];
    let (post, _) = client.connect(None, &mut out).unwrap().unwrap();
    let body: Value = serde_json::from_slice(post.body()).unwrap();
    assert_eq!(body["method"], "initialize");
    assert_eq!(body["params"]["protocolVersion"], "2024-11-05");
}

#[test]
fn a_batch_that_is_no_json_ends_the_exchange() {
    let batches = Revision::V2025_03_26;
    let mut client = Client::with_revisions(INFO, batches, batches);
    let mut exchange = initialize(&mut client);
    let body = r#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-03-26"}}"#;
    answer(&mut client, &mut exchange, "application/json", body);
    client.settle(&exchange).unwrap();
    let mut initialized = initialize(&mut client);
    initialized.on_status(202);
    let mut storage = [0; 64];
    let mut inbox = Inbox::new(&mut storage);
    inbox.close();
    initialized.next_event(&mut inbox).unwrap();
    client.settle(&initialized).unwrap();
    for body in ["[", "[{]", "[1,]", "[1}"] {
        let (_, mut exchange) = client.request(&LIST, &mut [0; 1024]).unwrap();
        let mut inbox = Inbox::new(&mut storage);
        inbox.spare()[..body.len()].copy_from_slice(body.as_bytes());
        inbox.commit(body.len());
        inbox.close();
        exchange.on_status(200);
        exchange.on_header(&mut client, "Content-Type", b"application/json").unwrap();
        let error = exchange.next_event(&mut inbox).unwrap_err();
        assert!(matches!(error, Error::Peer(PeerError::Message(MessageError::Json(_)))), "{error}");
        assert_eq!(exchange.next_event(&mut inbox), Err(error));
    }
}

#[test]
fn nothing_has_come_over_a_line_that_is_quiet() {
    let client = modern();
    let mut storage = [0; 16];
    let mut inbox = Inbox::new(&mut storage);
    for mut lines in [Lines::new(), Lines::default()] {
        let arrival = lines.next_arrival::<Exchange>(&client, &mut [], &mut inbox);
        assert_eq!((arrival.exchange, arrival.text), (None, &b""[..]));
        assert_eq!(arrival.event, Ok(Event::NeedData));
    }
    let mut client = modern();
    let (_, exchange) = client.request(&LIST, &mut [0; 1024]).unwrap();
    let update = Subscription::new(&exchange).read(&Event::NeedData);
    assert_eq!(update, Ok(Update::Nothing));
}

#[test]
fn an_exchange_says_what_it_is_for_and_whether_it_is_over() {
    let mut client = Client::new(INFO);
    let mut probe = initialize(&mut client);
    assert!(probe.is_probe() && !probe.is_over());
    let body = r#"{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2026-07-28"]}}"#;
    answer(&mut client, &mut probe, "application/json", body);
    assert!(probe.is_over());
    client.settle(&probe).unwrap();
    let (_, exchange) = client.request(&LIST, &mut [0; 1024]).unwrap();
    assert!(!exchange.is_probe() && !exchange.is_over());
    let mut client = Client::with_revisions(INFO, Revision::V2024_11_05, Revision::LATEST_LEGACY);
    assert!(!initialize(&mut client).is_probe());
}

/// Revision 2025-11-25, initialization: a server may send a ping before `notifications/initialized`, and a ping has to
/// be answered.
#[test]
fn a_ping_in_the_middle_of_the_handshake_can_be_answered() {
    let ping = r#"{"jsonrpc":"2.0","id":"p","method":"ping"}"#;
    for over_http in [true, false] {
        let mut client =
            Client::with_revisions(INFO, Revision::V2024_11_05, Revision::LATEST_LEGACY);
        let mut exchange = initialize(&mut client);
        let mut storage = [0; 128];
        let mut inbox = Inbox::new(&mut storage);
        let text = if over_http { format!("data: {ping}\n\n") } else { format!("{ping}\n") };
        inbox.spare()[..text.len()].copy_from_slice(text.as_bytes());
        inbox.commit(text.len());
        let event = if over_http {
            exchange.on_status(200);
            exchange.on_header(&mut client, "Content-Type", b"text/event-stream").unwrap();
            exchange.next_event(&mut inbox)
        } else {
            exchange.on_line_sent();
            Lines::new().next_arrival(&client, &mut [&mut exchange], &mut inbox).event
        };
        let Ok(Event::ServerRequest(request)) = event else { panic!("{event:?}") };
        let mut out = [0; 512];
        let (post, _) =
            client.answer(&request, Answer::default_for(&request), None, &mut out).unwrap();
        let body: Value = serde_json::from_slice(post.body()).unwrap();
        assert_eq!(body, json!({"jsonrpc": "2.0", "id": "p", "result": {}}));
        // The handshake goes on.
        assert!(client.is_initializing());
    }
}
