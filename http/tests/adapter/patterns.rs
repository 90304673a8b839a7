//! What a session does beside the one request: it corrects headers, gives up, asks again, subscribes.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mcpico_core::client::{Event, Update};
use mcpico_core::json;
use mcpico_core::mcp::{Method, ResultError, Revision, SubscriptionFilter};
use mcpico_http::std::{
    Ended, MAX_ATTEMPTS, Options, Outcome, Refused, Rejection, RpcError, Session, SessionError,
};
use mcpico_http::{ConnectError, Deadline, Deadlines, Error};
use serde_json::{Value, json};

use crate::ask::{FIRST_BYTE, INFO, PATIENT};
use crate::peer::{Link, Peer, Request, chunk, whole};

const LIST: Method<'static> = Method::ListTools { cursor: None };
const CALL: Method<'static> = Method::CallTool { name: "t", arguments: None, input_schema: None };
const STREAM: &str =
    "HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
const CONSENT: &str = "HTTP/1.1 202 X\r\nContent-Length: 0\r\n\r\n";

fn session(peer: &Peer, newest: Revision, deadlines: Deadlines) -> Session {
    let oldest = if newest.is_modern() { newest } else { Revision::V2024_11_05 };
    let options = Options { oldest, newest, deadlines, ..Options::new(INFO) };
    Session::new(&peer.url(), options).unwrap()
}

fn error(request: &Request, code: i64, data: &Value) -> Vec<u8> {
    let error = json!({"code": code, "message": "m", "data": data});
    let body = json!({"jsonrpc": "2.0", "id": request.json()["id"], "error": error});
    whole(400, "", &body.to_string())
}

/// Shakes hands, and leaves the rest to `script`.
fn legacy(script: impl Fn(&mut Link, &Request) + Send + Sync + 'static) -> Peer {
    Peer::new(move |mut link| {
        while let Some(request) = link.request() {
            match &*request.method() {
                "initialize" => {
                    link.send(request.result(&json!({"capabilities": {},
                        "protocolVersion": "2025-11-25",
                        "serverInfo": {"name": "s", "version": "1"}})));
                }
                "notifications/initialized" => {
                    link.send(CONSENT);
                }
                _ => script(&mut link, &request),
            }
        }
    })
}

/// A tool whose argument `region` goes into the header `name`.
fn tool(name: &str) -> Value {
    json!({"name": "t", "inputSchema": {"type": "object", "properties": {
        "region": {"type": "string", "x-mcp-header": name}}}})
}

/// A server that wants the argument in `Mcp-Param-New`, and lists the tool on the second page.
fn renamed(content: bool) -> Peer {
    Peer::new(move |mut link| {
        while let Some(request) = link.request() {
            let cursor = request.json()["params"]["cursor"].clone();
            link.send(match &*request.method() {
                "tools/list" if cursor == "" => request.result(&json!({"tools": [tool("New")]})),
                "tools/list" => request.result(&json!({"tools": [], "nextCursor": ""})),
                _ if content && request.header("mcp-param-new") == Some("eu") => {
                    request.result(&json!({"content": []}))
                }
                _ => error(&request, -32020, &Value::Null),
            });
        }
    })
}

#[tokio::test]
async fn a_header_mismatch_is_corrected_once_with_the_schema_of_now() {
    for content in [true, false] {
        let peer = renamed(content);
        let mut session = session(&peer, Revision::LATEST, PATIENT);
        let old = tool("Old")["inputSchema"].to_string();
        let method = Method::CallTool {
            name: "t",
            arguments: Some(json::parse(br#"{"region":"eu"}"#).unwrap()),
            input_schema: Some(json::parse(old.as_bytes()).unwrap()),
        };
        let outcome = session.call(method, &mut |_| {}).await.unwrap();
        assert_eq!(peer.methods(), ["tools/call", "tools/list", "tools/list", "tools/call"]);
        let requests = peer.requests();
        assert_eq!(requests[0].header("mcp-param-old"), Some("eu"));
        assert_eq!(requests[3].header("mcp-param-old"), None);
        assert_eq!(requests[3].header("mcp-param-new"), Some("eu"));
        assert_ne!(requests[0].json()["id"], requests[3].json()["id"]);
        if content {
            assert_eq!(outcome, Outcome::Result(r#"{"content":[]}"#.into()));
        } else {
            let Outcome::Error(error) = outcome else { panic!("{outcome:?}") };
            assert_eq!((error.code, error.status), (-32020, 400));
            assert_eq!(error.refusal(), Ok(Some(Refused::HeaderMismatch)));
        }
    }
}

#[tokio::test]
async fn a_header_mismatch_of_a_tool_that_is_not_listed_stays() {
    let peer = Peer::new(|mut link| {
        while let Some(request) = link.request() {
            link.send(match &*request.method() {
                "tools/list" => request.result(&json!({"tools": []})),
                _ => error(&request, -32020, &Value::Null),
            });
        }
    });
    let mut session = session(&peer, Revision::LATEST, PATIENT);
    let outcome = session.call(CALL, &mut |_| {}).await;
    assert!(matches!(outcome, Ok(Outcome::Error(RpcError { code: -32020, .. }))));
    assert_eq!(peer.methods(), ["tools/call", "tools/list"]);
    // Another method has no schema that could be old.
    let outcome = session.call(Method::ReadResource { uri: "a:b" }, &mut |_| {}).await;
    assert!(matches!(outcome, Ok(Outcome::Error(_))));
    assert_eq!(peer.requests().len(), 3);
}

// The data are those of the official examples.
#[tokio::test]
async fn refusals_say_what_they_ask_for() {
    for (code, data, expected) in [
        (
            -32021,
            json!({"requiredCapabilities": {"elicitation": {}}}),
            Ok(Some(Refused::MissingCapability { required: r#"{"elicitation":{}}"#.into() })),
        ),
        (
            -32022,
            json!({"supported": ["2026-07-28", "2025-11-25"], "requested": "1900-01-01"}),
            Ok(Some(Refused::UnsupportedRevision {
                supported: vec!["2026-07-28".into(), "2025-11-25".into()],
                requested: Some("1900-01-01".into()),
            })),
        ),
        (-32021, json!({}), Err(ResultError::Missing("requiredCapabilities"))),
        (-32603, json!({"supported": 1}), Ok(None)),
    ] {
        let peer = Peer::new(move |mut link| {
            while let Some(request) = link.request() {
                link.send(error(&request, code, &data));
            }
        });
        let outcome = session(&peer, Revision::LATEST, PATIENT).call(CALL, &mut |_| {}).await;
        let Ok(Outcome::Error(error)) = outcome else { panic!("{outcome:?}") };
        assert_eq!(error.refusal(), expected, "{code}");
        // A request of a revision that the server says it speaks is sent once more, and no more often.
        assert_eq!(peer.requests().len(), if code == -32022 { 2 } else { 1 });
    }
}

#[tokio::test]
async fn a_broken_stream_of_the_modern_era_is_asked_for_anew_unless_it_acts() {
    let served = AtomicUsize::new(0);
    let peer = Peer::new(move |mut link| {
        while let Some(request) = link.request() {
            if served.fetch_add(1, Ordering::Relaxed) == 1 {
                link.send(request.result(&json!({"tools": []})));
            } else {
                link.send(STREAM);
                link.send(chunk(": wait\n\n") + "0\r\n\r\n");
            }
        }
    });
    let mut session = session(&peer, Revision::LATEST, PATIENT);
    let outcome = session.call(LIST, &mut |_| {}).await;
    assert_eq!(outcome, Ok(Outcome::Result(r#"{"tools":[]}"#.into())));
    let ids: Vec<Value> = peer.requests().iter().map(|sent| sent.json()["id"].clone()).collect();
    assert_eq!(ids, [1, 2]);
    // Once is enough, and what acts may have acted.
    for (method, requests) in [(LIST, 4), (CALL, 5)] {
        assert_eq!(session.call(method, &mut |_| {}).await, Err(SessionError::Interrupted));
        assert_eq!(peer.requests().len(), requests);
    }
}

/// A call whose future is dropped before the answer.
async fn drop_a_call(session: &mut Session, peer: &Peer) {
    let observe = &mut |_: &Event<'_>| {};
    tokio::select! {
        outcome = session.call(CALL, observe) => panic!("{outcome:?}"),
        () = async {
            while !peer.methods().iter().any(|method| method == "tools/call") {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        } => {}
    }
}

#[tokio::test]
async fn a_legacy_server_is_told_of_a_request_that_was_given_up() {
    let peer = legacy(|link, request| {
        if request.method() == "notifications/cancelled" {
            link.send(CONSENT);
        } else {
            link.wait_for_close();
        }
    });
    let mut session = session(&peer, Revision::LATEST_LEGACY, PATIENT);
    drop_a_call(&mut session, &peer).await;
    session.cancel(Some("no use")).await;
    let requests = peer.requests();
    let id = requests.iter().find(|sent| sent.method() == "tools/call").unwrap().json();
    let told = requests.last().unwrap();
    assert_eq!(told.method(), "notifications/cancelled");
    assert_eq!(told.json()["params"], json!({"requestId": id["id"], "reason": "no use"}));
    // Once only.
    session.cancel(None).await;
    assert_eq!(peer.requests().len(), requests.len());
}

#[tokio::test]
async fn a_modern_server_sees_the_connection_closed() {
    let peer = Peer::new(|mut link| {
        link.request();
        link.wait_for_close();
    });
    let mut session = session(&peer, Revision::LATEST, PATIENT);
    drop_a_call(&mut session, &peer).await;
    session.cancel(Some("no use")).await;
    peer.closed(1);
    assert_eq!(peer.methods(), ["tools/call"]);
}

#[tokio::test]
async fn a_legacy_server_is_told_of_a_request_that_took_too_long() {
    let peer = legacy(|link, request| {
        if request.method() == "notifications/cancelled" {
            link.send(CONSENT);
        } else {
            link.wait_for_close();
        }
    });
    let mut session = session(&peer, Revision::LATEST_LEGACY, FIRST_BYTE);
    let outcome = session.call(CALL, &mut |_| {}).await;
    let limit = FIRST_BYTE.first_byte;
    let expected = Error::Deadline(Deadline::FirstByte, limit);
    assert_eq!(outcome, Err(SessionError::Transport(expected)));
    assert_eq!(peer.methods().last().unwrap(), "notifications/cancelled");
    // What has ended cannot be given up.
    session.cancel(None).await;
    assert_eq!(peer.methods().len(), 4);
}

const TOOLS: SubscriptionFilter<'static> = SubscriptionFilter {
    tools: true,
    prompts: false,
    resources: false,
    resource_uris: &[],
    task_ids: &[],
};

fn event(message: &Value) -> String {
    chunk(&format!("data: {message}\n\n"))
}

fn about(request: &Request, method: &str, more: &Value) -> String {
    let name = "io.modelcontextprotocol/subscriptionId";
    let mut params = json!({"_meta": {name: request.json()["id"]}});
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    event(&json!({"jsonrpc": "2.0", "method": format!("notifications/{method}"), "params": params}))
}

fn acknowledge(link: &mut Link, request: &Request) {
    link.send(STREAM);
    let granted = json!({"notifications": {"toolsListChanged": true}});
    link.send(about(request, "subscriptions/acknowledged", &granted));
}

/// Runs a subscription with pauses that are none; what was told, and the end.
async fn subscribe(
    session: &mut Session,
    stop: usize,
) -> (Vec<String>, Result<Ended, SessionError>) {
    let mut subscription = match session.subscribe(&TOOLS).await {
        Ok(subscription) => subscription.pauses(Duration::ZERO, Duration::ZERO),
        Err(error) => return (Vec::new(), Err(error)),
    };
    let mut told = Vec::new();
    let ended = subscription
        .run(&mut |update| {
            told.push(match update {
                Update::Acknowledged(granted) => format!("granted {}", TOOLS.is_granted(granted)),
                other => format!("{other:?}"),
            });
            if told.len() == stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .await;
    (told, ended)
}

#[tokio::test]
async fn a_subscription_begins_anew_when_it_breaks_and_ends_as_the_server_ends_it() {
    // More often than it is tried in vain: a stream that was acknowledged makes up for those before.
    const BROKEN: usize = MAX_ATTEMPTS as usize + 1;
    for cancels in [false, true] {
        let peer = Peer::new(move |mut link| {
            while let Some(request) = link.request() {
                if request.method() != "subscriptions/listen" {
                    link.send(request.result(&json!({})));
                    continue;
                }
                acknowledge(&mut link, &request);
                link.send(about(&request, "tools/list_changed", &json!({})));
                if request.connection < BROKEN {
                    // The chunked body is cut off.
                    return;
                }
                let id = &request.json()["id"];
                link.send(event(&if cancels {
                    json!({"jsonrpc": "2.0", "method": "notifications/cancelled",
                        "params": {"requestId": id}})
                } else {
                    let meta = json!({"io.modelcontextprotocol/subscriptionId": id});
                    json!({"jsonrpc": "2.0", "id": id,
                        "result": {"resultType": "complete", "_meta": meta}})
                }));
                link.wait_for_close();
            }
        });
        let mut session = session(&peer, Revision::LATEST, PATIENT);
        let (told, ended) = subscribe(&mut session, 0).await;
        assert_eq!(told, ["granted true", "ToolsChanged"].repeat(BROKEN + 1));
        assert_eq!(ended, Ok(if cancels { Ended::Cancelled } else { Ended::Completed }));
        // The session has gone on beside it, and no id was used twice.
        session.call(LIST, &mut |_| {}).await.unwrap();
        let mut ids: Vec<_> =
            peer.requests().iter().map(|sent| sent.json()["id"].as_u64().unwrap()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), BROKEN + 2);
    }
}

#[tokio::test]
async fn the_pauses_of_a_subscription_take_their_randomness_from_the_caller() {
    let peer = Peer::new(|mut link| {
        link.request();
        link.send(STREAM);
        link.send("0\r\n\r\n");
    });
    let asked = Arc::new(AtomicUsize::new(0));
    let counting = asked.clone();
    let mut session = session(&peer, Revision::LATEST, PATIENT);
    let subscription = session.subscribe(&TOOLS).await.unwrap();
    let mut subscription = subscription
        .pauses(Duration::from_millis(1), Duration::from_millis(1))
        .random(move || counting.fetch_add(1, Ordering::Relaxed) as u64);
    let ended = subscription.run(&mut |_| ControlFlow::Continue(())).await;
    assert_eq!(ended, Err(SessionError::Interrupted));
    // One for each pause between the attempts.
    assert_eq!(asked.load(Ordering::Relaxed) + 1, usize::try_from(MAX_ATTEMPTS).unwrap());
}

#[tokio::test]
async fn a_subscription_that_nobody_wants_any_more_is_closed() {
    let peer = Peer::new(|mut link| {
        let Some(request) = link.request() else { return };
        acknowledge(&mut link, &request);
        link.send(about(&request, "tools/list_changed", &json!({})));
        link.wait_for_close();
    });
    let mut session = session(&peer, Revision::LATEST, PATIENT);
    let (told, ended) = subscribe(&mut session, 2).await;
    assert_eq!((told.len(), ended), (2, Ok(Ended::Stopped)));
    peer.closed(1);
    assert_eq!(peer.methods(), ["subscriptions/listen"]);
}

#[tokio::test]
async fn a_subscription_is_not_asked_for_again_and_again() {
    // A refusal is final.
    let peer = Peer::new(|mut link| {
        while let Some(request) = link.request() {
            link.send(error(&request, -32601, &Value::Null));
        }
    });
    let (told, ended) = subscribe(&mut session(&peer, Revision::LATEST, PATIENT), 0).await;
    assert!(told.is_empty());
    assert!(matches!(ended, Ok(Ended::Refused(RpcError { code: -32601, .. }))));
    assert_eq!(peer.requests().len(), 1);
    let peer = Peer::new(|mut link| {
        link.request();
        link.send(whole(401, "WWW-Authenticate: Bearer\r\n", "{}"));
    });
    let (_, ended) = subscribe(&mut session(&peer, Revision::LATEST, PATIENT), 0).await;
    let Err(SessionError::Rejected(rejection)) = ended else { panic!("{ended:?}") };
    assert_eq!((rejection.status, &*rejection.challenges), (401, &["Bearer".to_owned()][..]));
    // One that is not there for the moment is asked again, as often as one that cannot be reached.
    for status in [429, 502, 503, 504] {
        let peer = Peer::keeping_alive(whole(status, "", "{}"));
        let (_, ended) = subscribe(&mut session(&peer, Revision::LATEST, PATIENT), 0).await;
        assert!(
            matches!(ended, Err(SessionError::Rejected(Rejection { status: s, .. })) if s == status)
        );
        assert_eq!(peer.requests().len(), usize::try_from(MAX_ATTEMPTS).unwrap(), "{status}");
    }
    // A server that acknowledges nothing is given up after some attempts.
    let seen = AtomicUsize::new(0);
    let peer = Peer::new(move |mut link| {
        link.request();
        link.send(STREAM);
        if seen.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
            link.send("0\r\n\r\n");
        }
    });
    let (told, ended) = subscribe(&mut session(&peer, Revision::LATEST, PATIENT), 0).await;
    assert!(told.is_empty() && ended.is_err());
    assert_eq!(peer.requests().len(), usize::try_from(MAX_ATTEMPTS).unwrap());
    // Nor is there one in the legacy era.
    let peer = legacy(|link, request| {
        link.send(request.result(&json!({})));
    });
    let (_, ended) = subscribe(&mut session(&peer, Revision::LATEST_LEGACY, PATIENT), 0).await;
    assert_eq!(ended, Err(SessionError::NoSubscriptions));
    // And none without a server.
    let mut session = Session::new(
        "http://127.0.0.1:1/",
        Options { oldest: Revision::LATEST, deadlines: PATIENT, ..Options::new(INFO) },
    )
    .unwrap();
    let (_, ended) = subscribe(&mut session, 0).await;
    let refused = SessionError::Transport(Error::Connect(ConnectError::Refused));
    assert_eq!(ended, Err(refused));
}
