//! Exchanges that last or run beside others: subscriptions, cancellation, tasks, several in flight.

use mcpico_core::client::{Call, Client, Event, Exchange, Response, Subscription, Update, Verb};
use mcpico_core::inbox::Inbox;
use mcpico_core::json::parse;
use mcpico_core::mcp::{
    Cancelled, Capabilities, ClientInfo, LogLevel, Method, ResultError, Revision,
    SubscriptionFilter, Task, TaskOutcome, TraceContext,
};
use mcpico_core::{Error, PeerError};
use serde_json::{Value, json};

const INFO: ClientInfo = ClientInfo { name: "test", version: "1.2.3" };
const TOOL: Method<'static> = Method::CallTool { name: "t", arguments: None, input_schema: None };

fn modern() -> Client {
    Client::with_revisions(INFO, Revision::LATEST, Revision::LATEST)
}

/// A client that has shaken hands; the next id is 2.
fn legacy(revision: Revision) -> Client {
    let mut client = Client::with_revisions(INFO, Revision::V2024_11_05, revision);
    let result = json!({"protocolVersion": revision.name(), "capabilities": {},
        "serverInfo": {"name": "s", "version": "1"}});
    let answer = json!({"jsonrpc": "2.0", "id": 1, "result": result});
    for (status, body) in [(200, answer.to_string()), (202, String::new())] {
        let mut out = [0; 512];
        let (_, mut exchange) = client.connect(None, &mut out).unwrap().unwrap();
        let mut stream = Stream::new(&mut client, &mut exchange, status, "application/json");
        stream.receive(&body);
        stream.end();
        stream.event(&mut exchange, |event| assert_ne!(*event, Event::NeedData));
        client.settle(&exchange).unwrap();
    }
    assert_eq!(client.revision(), Some(revision));
    client
}

/// Sends a request; what was sent, and the exchange.
fn send(client: &mut Client, call: &Call<'_>) -> (Value, Exchange) {
    let mut out = [0; 4096];
    let (post, exchange) = client.request(call, &mut out).unwrap();
    (serde_json::from_slice(post.body()).unwrap(), exchange)
}

/// The body of an answer as it comes in.
struct Stream {
    storage: Vec<u8>,
    filled: usize,
    ended: bool,
}

impl Stream {
    fn new(client: &mut Client, exchange: &mut Exchange, status: u16, media: &str) -> Self {
        exchange.on_status(status);
        exchange.on_header(client, "Content-Type", media.as_bytes()).unwrap();
        Self { storage: Vec::new(), filled: 0, ended: false }
    }

    fn events(client: &mut Client, exchange: &mut Exchange) -> Self {
        Self::new(client, exchange, 200, "text/event-stream")
    }

    fn receive(&mut self, text: &str) {
        self.storage.extend(text.as_bytes());
    }

    /// As an event.
    fn tell(&mut self, message: &Value) {
        self.receive(&format!("data: {message}\n\n"));
    }

    fn end(&mut self) {
        self.ended = true;
    }

    /// Reads everything that has come; each event is handed to `each`, and so is the end of them.
    fn event(&mut self, exchange: &mut Exchange, mut each: impl FnMut(&Event<'_>)) {
        let mut storage = vec![0; 4096];
        let mut inbox = Inbox::new(&mut storage);
        let text = &self.storage[self.filled..];
        inbox.spare()[..text.len()].copy_from_slice(text);
        inbox.commit(text.len());
        self.filled = self.storage.len();
        if self.ended {
            inbox.close();
        }
        while !exchange.needs_data(&mut inbox).unwrap_or(false) {
            match exchange.next_event(&mut inbox) {
                Ok(Event::Closed) => return,
                Ok(event) => each(&event),
                Err(error) => panic!("{error}"),
            }
        }
    }

    fn shown(&mut self, exchange: &mut Exchange) -> Vec<String> {
        let mut shown = Vec::new();
        self.event(exchange, |event| {
            shown.push(match event {
                Event::Response(Response::Result(result)) => format!("result {}", result.text()),
                Event::Response(Response::Task(task)) => format!("task {}", task.text()),
                Event::Unsolicited { id } => format!("unsolicited {id:?}"),
                Event::Notification(note) => format!("notification {}", note.method),
                other => format!("{other:?}"),
            });
        });
        shown
    }
}

fn result(id: &Value, result: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "result": result})
}

fn notification(method: &str, params: &Value) -> Value {
    json!({"jsonrpc": "2.0", "method": method, "params": params})
}

const TOOLS_AND_FILE: SubscriptionFilter<'static> = SubscriptionFilter {
    tools: true,
    resource_uris: &["file:///project/config.json"],
    prompts: false,
    resources: false,
    task_ids: &[],
};

/// A subscription that has been asked for.
fn subscribed(client: &mut Client) -> (Value, Exchange, Subscription, Stream) {
    let mut room = [0; 256];
    let method = Method::subscribe(&TOOLS_AND_FILE, &mut room).unwrap();
    let (sent, mut exchange) = send(client, &Call::new(method));
    let stream = Stream::events(client, &mut exchange);
    let subscription = Subscription::new(&exchange);
    (sent, exchange, subscription, stream)
}

/// What the updates say.
fn updates(
    stream: &mut Stream,
    exchange: &mut Exchange,
    subscription: &mut Subscription,
) -> Vec<Result<String, ResultError>> {
    let mut all = Vec::new();
    stream.event(exchange, |event| {
        all.push(subscription.read(event).map(|update| match update {
            Update::Acknowledged(granted) => {
                format!("acknowledged {}", TOOLS_AND_FILE.is_granted(&granted))
            }
            Update::ResourceUpdated { uri } => format!("updated {uri}"),
            Update::Task(task) => format!("task {} {:?}", task.id, task.status),
            Update::Unknown { method } => format!("unknown {method}"),
            other => format!("{other:?}"),
        }));
    });
    all
}

// The messages are the official examples of the schema of 2026-07-28, under the id of our request.
#[test]
fn a_subscription_is_acknowledged_tells_and_ends_in_good_order() {
    let mut client = modern();
    let (sent, mut exchange, mut subscription, mut stream) = subscribed(&mut client);
    let folder = "tests/corpora/mcp/2026-07-28/examples/SubscriptionsListenRequest";
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let example = std::fs::read(folder.join("listen-for-list-changes.json")).unwrap();
    let example: Value = serde_json::from_slice(&example).unwrap();
    assert_eq!(sent["method"], example["method"]);
    assert_eq!(sent["params"]["notifications"], example["params"]["notifications"]);

    let meta = json!({"io.modelcontextprotocol/subscriptionId": exchange.id()});
    let granted = &example["params"]["notifications"];
    stream.tell(&notification(
        "notifications/subscriptions/acknowledged",
        &json!({"_meta": meta, "notifications": granted}),
    ));
    let mut read = |stream: &mut Stream| updates(stream, &mut exchange, &mut subscription);
    assert_eq!(read(&mut stream), [Ok("acknowledged true".into())]);
    stream.tell(&notification(
        "notifications/resources/updated",
        &json!({"_meta": meta, "uri": "file:///project/src/main.rs"}),
    ));
    stream.tell(&notification("notifications/tools/list_changed", &json!({"_meta": meta})));
    stream.tell(&notification("notifications/prompts/list_changed", &json!({"_meta": meta})));
    stream.tell(&notification("notifications/resources/list_changed", &json!({"_meta": meta})));
    stream.tell(&notification("notifications/x", &json!({"_meta": meta})));
    stream.receive(": still here\n\n");
    let told = [
        "updated file:///project/src/main.rs",
        "ToolsChanged",
        "PromptsChanged",
        "ResourcesChanged",
        "unknown notifications/x",
    ];
    assert_eq!(read(&mut stream), told.map(|text| Ok(text.to_owned())));
    let closed = json!({"resultType": "complete", "_meta": meta});
    stream.tell(&result(&sent["id"], &closed));
    assert_eq!(read(&mut stream), [Ok("Ended(Completed)".into())]);
    assert!(subscription.is_acknowledged());
}

#[test]
fn a_subscription_ends_in_other_ways_too() {
    let cancelled = notification("notifications/cancelled", &json!({"requestId": 1}));
    let refused = json!({"jsonrpc": "2.0", "id": 1, "error": {"code": -32601, "message": "m"}});
    for (message, expected) in [
        (Some(cancelled), "Ended(Cancelled)"),
        (Some(refused), "Ended(Refused)"),
        (None, "Ended(Interrupted)"),
    ] {
        let (_, mut exchange, mut subscription, mut stream) = subscribed(&mut modern());
        match message {
            Some(message) => stream.tell(&message),
            None => stream.end(),
        }
        let read = updates(&mut stream, &mut exchange, &mut subscription);
        assert_eq!(read, [Ok(expected.into())]);
    }
    let mut client = modern();
    let mut room = [0; 256];
    let method = Method::subscribe(&TOOLS_AND_FILE, &mut room).unwrap();
    let (_, mut exchange) = send(&mut client, &Call::new(method));
    let mut subscription = Subscription::new(&exchange);
    let mut page = Stream::new(&mut client, &mut exchange, 503, "text/plain");
    page.end();
    let read = updates(&mut page, &mut exchange, &mut subscription);
    assert_eq!(read, [Ok("Ended(Refused)".into())]);
}

/// A new subscription has an id of its own, so that what comes late for the old one is not taken for it.
#[test]
fn a_subscription_that_broke_is_begun_anew() {
    let mut client = modern();
    let (first, mut exchange, mut subscription, mut stream) = subscribed(&mut client);
    stream.end();
    updates(&mut stream, &mut exchange, &mut subscription);
    assert_eq!(exchange.retry(), None, "nothing is resumed in the modern era");
    client.settle(&exchange).unwrap();
    let (second, mut exchange, mut subscription, mut stream) = subscribed(&mut client);
    assert_ne!(first["id"], second["id"]);
    assert_eq!(first["params"], second["params"]);
    let acknowledged = |id: &Value| {
        let meta = json!({"io.modelcontextprotocol/subscriptionId": id});
        notification(
            "notifications/subscriptions/acknowledged",
            &json!({"_meta": meta, "notifications": {}}),
        )
    };
    stream.tell(&acknowledged(&first["id"]));
    stream.tell(&result(&first["id"], &json!({})));
    stream.tell(&acknowledged(&second["id"]));
    let read = updates(&mut stream, &mut exchange, &mut subscription);
    assert_eq!(read, ["Stray", "Stray", "acknowledged false"].map(|text| Ok(text.to_owned())));
}

#[test]
fn what_does_not_belong_to_a_subscription_is_stray_or_an_error() {
    let told = |params: &Value| notification("notifications/tools/list_changed", params);
    let name = "io.modelcontextprotocol/subscriptionId";
    let ours = json!({"_meta": {name: 1}});
    let acknowledged = notification(
        "notifications/subscriptions/acknowledged",
        &json!({"_meta": {name: 1}, "notifications": {}}),
    );
    let stray = Ok("Stray".to_owned());
    for (before, message, expected) in [
        (false, told(&ours), stray.clone()),
        (true, acknowledged.clone(), stray.clone()),
        (true, told(&json!({})), stray.clone()),
        (true, told(&json!({"_meta": {}})), stray.clone()),
        (true, told(&json!({"_meta": {name: 2}})), stray.clone()),
        (true, told(&json!({"_meta": {name: "1"}})), stray.clone()),
        (
            true,
            json!({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}),
            stray.clone(),
        ),
        (true, notification("notifications/cancelled", &json!({"requestId": "1"})), stray.clone()),
        (true, notification("notifications/cancelled", &json!({"requestId": 2})), stray),
        (
            true,
            notification("notifications/cancelled", &json!({})),
            Err(ResultError::Missing("requestId")),
        ),
        (true, told(&json!({"_meta": {name: 1.5}})), Err(ResultError::WrongType(name))),
        (
            false,
            notification("notifications/subscriptions/acknowledged", &ours),
            Err(ResultError::Missing("notifications")),
        ),
        (
            true,
            notification("notifications/resources/updated", &ours),
            Err(ResultError::Missing("uri")),
        ),
        (
            true,
            notification("notifications/resources/updated", &json!({"_meta": {name: 1}, "uri": 1})),
            Err(ResultError::WrongType("uri")),
        ),
        (true, notification("notifications/tasks", &ours), Err(ResultError::Missing("status"))),
    ] {
        let (_, mut exchange, mut subscription, mut stream) = subscribed(&mut modern());
        if before {
            stream.tell(&acknowledged);
        }
        stream.tell(&message);
        let read = updates(&mut stream, &mut exchange, &mut subscription);
        assert_eq!(read.last(), Some(&expected), "{message}");
        assert_eq!(subscription.is_acknowledged(), before);
    }
}

// The notification is that on the page of the tasks extension.
#[test]
fn a_subscription_tells_where_tasks_stand() {
    let (_, mut exchange, mut subscription, mut stream) = subscribed(&mut modern());
    let meta = json!({"io.modelcontextprotocol/subscriptionId": 1});
    stream.tell(&notification(
        "notifications/subscriptions/acknowledged",
        &json!({"_meta": meta, "notifications": {"taskIds": ["786512e2"]}}),
    ));
    stream.tell(&notification(
        "notifications/tasks",
        &json!({"_meta": meta, "taskId": "786512e2", "status": "completed",
            "createdAt": "2025-11-25T10:30:00Z", "lastUpdatedAt": "2025-11-25T10:50:00Z",
            "ttlMs": 60000, "pollIntervalMs": 5000, "result": {"content": [
            {"type": "text", "text": "Operation completed successfully."}], "isError": false}}),
    ));
    let read = updates(&mut stream, &mut exchange, &mut subscription);
    assert_eq!(read[1], Ok("task 786512e2 Completed".into()));
}

#[test]
fn a_request_of_the_legacy_era_is_cancelled_by_its_id() {
    for (revision, header) in [(Revision::V2025_11_25, true), (Revision::V2024_11_05, false)] {
        let mut client = legacy(revision);
        let (sent, mut exchange) = send(&mut client, &Call::new(TOOL));
        let mut out = [0; 512];
        let (post, consent) =
            client.cancel(&exchange, Some("of \"no\" use"), None, &mut out).unwrap().unwrap();
        assert_eq!(post.verb(), Verb::Post);
        let named = post.headers().any(|header| header == ("MCP-Protocol-Version", "2025-11-25"));
        assert_eq!(named, header);
        let body: Value = serde_json::from_slice(post.body()).unwrap();
        let params = json!({"requestId": sent["id"], "reason": "of \"no\" use"});
        assert_eq!(body, notification("notifications/cancelled", &params));
        // The server reads it as this core would.
        let params = params.to_string();
        let read = Cancelled::from_params(parse(params.as_bytes()).unwrap()).unwrap();
        assert_eq!(read.request, mcpico_core::jsonrpc::Id::Number(2));
        // It is a notification, so it takes no id and wants no response.
        let mut consent = consent;
        let mut answer = Stream::new(&mut client, &mut consent, 202, "text/plain");
        answer.end();
        assert_eq!(answer.shown(&mut consent), ["Accepted"]);
        assert_eq!(send(&mut client, &Call::new(TOOL)).0["id"], 3);
        // What comes all the same is still matched, and then there is nothing left to cancel.
        let mut late = Stream::new(&mut client, &mut exchange, 200, "application/json");
        late.receive(&result(&sent["id"], &json!({})).to_string());
        late.end();
        assert_eq!(late.shown(&mut exchange), ["result {}"]);
        assert!(client.cancel(&exchange, None, None, &mut out).unwrap().is_none());
        assert!(client.cancel(&consent, None, None, &mut out).unwrap().is_none());
    }
}

#[test]
fn a_request_of_the_modern_era_and_a_handshake_are_not_cancelled_by_a_message() {
    let mut out = [0; 1024];
    let mut client = modern();
    let (sent, exchange) = send(&mut client, &Call::new(TOOL));
    assert!(client.cancel(&exchange, None, None, &mut out).unwrap().is_none());
    // Over stdio it is.
    let (post, _) = client.cancel_line(&exchange, None, None, &mut out).unwrap().unwrap();
    let body: Value = serde_json::from_slice(post.body()).unwrap();
    assert_eq!(body, notification("notifications/cancelled", &json!({"requestId": sent["id"]})));
    let mut client = Client::with_revisions(INFO, Revision::V2024_11_05, Revision::V2025_11_25);
    let (_, exchange) = client.connect(None, &mut out).unwrap().unwrap();
    assert!(client.cancel(&exchange, None, None, &mut out).unwrap().is_none());
    let mut client = legacy(Revision::V2025_11_25);
    let (_, exchange) = client.listen(None, &mut out).unwrap();
    assert!(client.cancel(&exchange, None, None, &mut out).unwrap().is_none());
    let (_, exchange) = send(&mut client, &Call::new(TOOL));
    let too_small = client.cancel(&exchange, None, None, &mut []).map(|_| ());
    assert!(matches!(too_small, Err(Error::OutputTooSmall { .. })));
}

// The levels and their place are those of `RequestMetaObject` in the schema of 2026-07-28.
#[test]
fn log_messages_are_asked_for_as_each_era_has_it() {
    let call = Call::new(TOOL).log(LogLevel::Warning);
    let name = "io.modelcontextprotocol/logLevel";
    let (sent, mut exchange) = send(&mut modern(), &call);
    assert_eq!(sent["params"]["_meta"][name], "warning");
    assert_eq!(send(&mut modern(), &Call::new(TOOL)).0["params"]["_meta"].get(name), None);
    let mut client = legacy(Revision::V2025_11_25);
    assert_eq!(send(&mut client, &call).0["params"].get("_meta"), None);
    let mut room = [0; 32];
    let method = Method::set_log_level(LogLevel::Error, &mut room).unwrap();
    let (sent, _) = send(&mut client, &Call::new(method));
    assert_eq!(
        (&sent["method"], &sent["params"]),
        (&json!("logging/setLevel"), &json!({"level": "error"}))
    );
    for (uri, subscribe) in [("file:///a\"b", true), ("file:///a\"b", false)] {
        let mut room = [0; 32];
        let (method, name) = if subscribe {
            (Method::subscribe_resource(uri, &mut room), "resources/subscribe")
        } else {
            (Method::unsubscribe_resource(uri, &mut room), "resources/unsubscribe")
        };
        let (sent, _) = send(&mut client, &Call::new(method.unwrap()));
        assert_eq!((&sent["method"], &sent["params"]), (&json!(name), &json!({"uri": uri})));
    }
    let mut client = modern();
    let mut stream = Stream::events(&mut client, &mut exchange);
    stream
        .tell(&notification("notifications/message", &json!({"level": "error", "data": {"x": 1}})));
    stream
        .tell(&notification("notifications/message", &json!({"level": "worse", "data": {"x": 1}})));
    stream.tell(&notification("notifications/other", &json!({"level": "error", "data": {"x": 1}})));
    let mut logs = Vec::new();
    stream.event(&mut exchange, |event| {
        let Event::Notification(note) = event else { panic!("{event:?}") };
        logs.push(note.log().map(|log| (log.level, log.data.text().to_owned())));
    });
    assert_eq!(logs, [Some((LogLevel::Error, "{\"x\":1}".into())), None, None]);
}

// The page `_meta` of 2026-07-28 has such a `traceparent`; the others are examples of W3C.
#[test]
fn the_trace_context_goes_along_in_both_eras() {
    let parent = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";
    let context = TraceContext::new(parent).unwrap();
    let all = context
        .state("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE")
        .unwrap()
        .baggage("userId=\"alice\\\",isProduction=false")
        .unwrap();
    for mut client in [modern(), legacy(Revision::V2025_11_25)] {
        let meta = |client: &mut Client, context| {
            send(client, &Call::new(TOOL).trace(context)).0["params"]["_meta"].clone()
        };
        let sent = meta(&mut client, &context);
        assert_eq!(sent["traceparent"], parent);
        assert!(sent.get("tracestate").or(sent.get("baggage")).is_none());
        let sent = meta(&mut client, &all);
        assert_eq!(sent["traceparent"], parent);
        assert_eq!(sent["tracestate"], "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE");
        assert_eq!(sent["baggage"], "userId=\"alice\\\",isProduction=false");
        assert_eq!(sent.get("progressToken"), None);
    }
}

/// The answer to a call: at once, or a task where tasks are declared.
#[test]
fn a_task_is_taken_only_where_it_is_declared() {
    let task = json!({"resultType": "task", "taskId": "786512e2-9e0d-44bd-8f29-789f320fe840",
        "status": "working", "statusMessage": "The operation is now in progress.",
        "createdAt": "2025-11-25T10:30:00Z", "lastUpdatedAt": "2025-11-25T10:40:00Z",
        "ttlMs": 60000, "pollIntervalMs": 5000});
    let complete = json!({"resultType": "complete", "content": []});
    let declared = Capabilities { tasks: true, ..Capabilities::NONE };
    let answer = |client: &mut Client, method, answer: &Value| {
        let (sent, mut exchange) = send(client, &Call::new(method));
        let mut stream = Stream::events(client, &mut exchange);
        stream.tell(&result(&sent["id"], answer));
        let mut storage = stream.storage;
        storage.resize(4096, b' ');
        let mut inbox = Inbox::new(&mut storage);
        inbox.commit(4096);
        inbox.close();
        exchange.next_event(&mut inbox).map(|event| match event {
            Event::Response(Response::Task(task)) => {
                let task = Task::from_value(task).unwrap();
                assert_eq!(task.outcome(), Ok(TaskOutcome::Working));
                format!("task {}", task.id)
            }
            Event::Response(Response::Result(_)) => "result".into(),
            other => format!("{other:?}"),
        })
    };
    let none = Err(Error::Peer(PeerError::Result(ResultError::UnknownResultType)));
    let mut with = modern().declare(declared);
    let id = "task 786512e2-9e0d-44bd-8f29-789f320fe840".to_owned();
    assert_eq!(answer(&mut with, TOOL, &task), Ok(id));
    assert_eq!(answer(&mut with, TOOL, &complete), Ok("result".into()));
    assert_eq!(answer(&mut with, Method::ReadResource { uri: "a:b" }, &task), none);
    assert_eq!(answer(&mut with, Method::GetPrompt { name: "p", arguments: None }, &task), none);
    assert_eq!(answer(&mut with, Method::ListTools { cursor: None }, &task), none);
    assert_eq!(answer(&mut modern(), TOOL, &task), none);
    // No revision of the legacy era has this extension, and a result there has no type.
    let mut client = legacy(Revision::V2025_11_25).declare(declared);
    assert_eq!(answer(&mut client, TOOL, &task), Ok("result".into()));
    let (sent, _) = send(&mut with, &Call::new(TOOL));
    let name = "io.modelcontextprotocol/clientCapabilities";
    let expected = json!({"extensions": {"io.modelcontextprotocol/tasks": {}}});
    assert_eq!(sent["params"]["_meta"][name], expected);
}

/// Several requests of one client are under way. Each takes its own response once, on its own stream and
/// in any order; what is for another, or for none, is reported and dropped.
#[test]
fn exchanges_in_flight_take_their_own_response_once() {
    for mut client in [modern(), legacy(Revision::V2025_06_18)] {
        let mut flights: Vec<_> = (0..3)
            .map(|_| {
                let (sent, mut exchange) = send(&mut client, &Call::new(TOOL));
                let stream = Stream::events(&mut client, &mut exchange);
                (sent["id"].clone(), exchange, stream)
            })
            .collect();
        let ids: Vec<Value> = flights.iter().map(|flight| flight.0.clone()).collect();
        assert_eq!(ids.iter().collect::<std::collections::HashSet<_>>().len(), 3);
        for at in [2, 0, 1] {
            let (id, exchange, stream) = &mut flights[at];
            for other in ids.iter().filter(|other| *other != id) {
                stream.tell(&result(other, &json!({"of": "another"})));
            }
            stream.tell(&result(&json!(id.to_string()), &json!({"of": "the same digits"})));
            stream.tell(&result(id, &json!({"at": at})));
            stream.tell(&result(id, &json!({"at": "again"})));
            let shown = stream.shown(exchange);
            let last = shown.len() - 2;
            assert_eq!(shown[last], format!("result {{\"at\":{at}}}"));
            let rest = shown.iter().enumerate().filter(|(index, _)| *index != last);
            assert!(rest.map(|(_, text)| text).all(|text| text.starts_with("unsolicited ")));
            assert_eq!(shown.len(), 5);
        }
    }
}

#[test]
fn a_client_beside_another_has_ids_of_its_own() {
    let mut client = modern();
    let mut other = client.beside(3);
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(send(&mut other, &Call::new(TOOL)).1.id());
        ids.push(send(&mut client, &Call::new(TOOL)).1.id());
    }
    assert_eq!(ids, [1, 4, 2, 5, 3, 6]);
}

/// Threat R5: two clients, whose ids are the same, take turns on one connection and in one buffer.
/// Neither sees a byte of what came for the other.
#[test]
fn two_clients_over_one_transport_see_only_what_is_theirs() {
    let mut storage = vec![0; 512];
    let mut clients = [modern(), modern()];
    for turn in 0..8 {
        let at = turn % 2;
        let (sent, mut exchange) = send(&mut clients[at], &Call::new(TOOL));
        assert_eq!(sent["id"], turn / 2 + 1);
        exchange.on_status(200);
        exchange.on_header(&mut clients[at], "Content-Type", b"application/json").unwrap();
        let secret = format!("for client {at}, turn {turn}");
        // Every other answer is cut off, so that the buffer holds the start of a response with our id.
        let cut = turn % 4 < 2;
        let answer = result(&sent["id"], &json!({"secret": secret})).to_string();
        let answer = &answer[..if cut { answer.len() - 2 } else { answer.len() }];
        let mut inbox = Inbox::new(&mut storage);
        assert!(inbox.unread().is_empty());
        inbox.spare()[..answer.len()].copy_from_slice(answer.as_bytes());
        inbox.commit(answer.len());
        inbox.close();
        match exchange.next_event(&mut inbox) {
            Ok(Event::Response(Response::Result(result))) => {
                assert!(!cut);
                assert_eq!(result.text(), json!({"secret": secret}).to_string());
            }
            Err(Error::Peer(PeerError::Message(error))) => {
                assert!(cut && error.is_incomplete());
            }
            other => panic!("{other:?}"),
        }
    }
    // An exchange of one client is nothing to the other: what it has learnt is about the revision only.
    let (_, exchange) = send(&mut clients[0], &Call::new(TOOL));
    let before = format!("{:?}", clients[1]);
    assert_eq!(clients[1].settle(&exchange), Ok(false));
    assert_eq!(format!("{:?}", clients[1]), before);
}
