//! What a session does by itself when the server asks for something or cuts a stream.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use mcpico_core::mcp::{Capabilities, Elicitation, Method, Revision};
use mcpico_http::std::{Answers, Input, MAX_ROUNDS, Options, Outcome, Session, SessionError};
use serde_json::{Value, json};

use crate::ask::{INFO, PATIENT};
use crate::peer::{Link, Peer, Request, chunk, pause, whole};

const CALL: Method<'static> = Method::CallTool { name: "t", arguments: None, input_schema: None };

fn forms() -> Capabilities {
    let elicitation = Elicitation { form: true, url: false };
    Capabilities { elicitation, ..Capabilities::NONE }
}

fn session(peer: &Peer, newest: Revision, capabilities: Capabilities) -> Session {
    let oldest = if newest.is_modern() { newest } else { Revision::V2024_11_05 };
    let options =
        Options { oldest, newest, capabilities, deadlines: PATIENT, ..Options::new(INFO) };
    Session::new(&peer.url(), options).unwrap()
}

fn form() -> Value {
    json!({"method": "elicitation/create", "params": {"message": "m", "requestedSchema": {
        "type": "object", "properties": {"age": {"type": "integer", "default": 30}}}}})
}

/// Asks for a form until the state that comes back has `rounds` marks.
fn asking(rounds: usize) -> Peer {
    Peer::new(move |mut link| {
        while let Some(request) = link.request() {
            let state = request.json()["params"]["requestState"].as_str().unwrap_or("").to_owned();
            link.send(if state.len() < rounds {
                let state = format!("{state}/");
                // The escape is not needed, and has to come back all the same.
                let body = json!({"jsonrpc": "2.0", "id": request.json()["id"], "result": {
                    "resultType": "input_required", "inputRequests": {"f": form()},
                    "requestState": state}});
                whole(200, "", &body.to_string().replace(&state, &state.replace('/', "\\/")))
            } else {
                request.result(&json!({"content": []}))
            });
        }
    })
}

#[tokio::test]
async fn forms_are_filled_with_their_defaults_until_the_server_is_content() {
    let peer = asking(2);
    let outcome = session(&peer, Revision::LATEST, forms()).call(CALL, &mut |_| {}).await;
    assert_eq!(outcome, Ok(Outcome::Result(r#"{"content":[]}"#.into())));
    let requests = peer.requests();
    assert_eq!(requests.len(), 3);
    let params = requests[2].json()["params"].clone();
    assert_eq!(
        params["inputResponses"],
        json!({"f": {"action": "accept", "content": {"age": 30}}})
    );
    assert!(String::from_utf8_lossy(&requests[2].body).contains(r#""requestState":"\/\/""#));
    assert_eq!(requests[0].json()["params"].get("inputResponses"), None);
    let mut ids: Vec<_> = requests.iter().map(|request| request.json()["id"].as_u64()).collect();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn input_that_nobody_has_is_the_outcome_and_can_be_given() {
    let peer = asking(1);
    let mut session = session(&peer, Revision::LATEST, Capabilities::NONE);
    let Ok(Outcome::InputRequired(Input { requests, state })) =
        session.call(CALL, &mut |_| {}).await
    else {
        panic!()
    };
    assert_eq!(serde_json::from_str::<Value>(&requests.unwrap()).unwrap(), json!({"f": form()}));
    assert_eq!(state.as_deref(), Some(r#""\/""#));
    let answers = Answers { responses: Some(r#"{"f":{"action":"decline"}}"#.into()), state };
    let outcome = session.call_with_input(CALL, &answers, &mut |_| {}).await;
    assert!(matches!(outcome, Ok(Outcome::Result(_))));
    for (responses, state) in [("{", "\"\""), ("[]", "\"\""), ("{}", "1"), ("{}", "\"\" \"\"")] {
        let answers = Answers { responses: Some(responses.into()), state: Some(state.into()) };
        let outcome = session.call_with_input(CALL, &answers, &mut |_| {}).await;
        assert!(outcome.unwrap_err().is_misuse());
    }
    assert_eq!(peer.requests().len(), 2);
}

#[tokio::test]
async fn a_server_that_is_never_content_is_given_up() {
    let peer = asking(usize::MAX);
    let outcome = session(&peer, Revision::LATEST, forms()).call(CALL, &mut |_| {}).await;
    assert!(matches!(outcome, Ok(Outcome::InputRequired(_))));
    assert_eq!(peer.requests().len(), MAX_ROUNDS + 1);
}

const STREAM: &str =
    "HTTP/1.1 200 X\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

fn is_get(request: &Request) -> bool {
    request.head.starts_with("GET ")
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
                    link.send("HTTP/1.1 202 X\r\nContent-Length: 0\r\n\r\n");
                }
                _ => script(&mut link, &request),
            }
        }
    })
}

#[tokio::test]
async fn a_cut_stream_is_resumed_after_the_time_that_the_server_wants() {
    for abrupt in [false, true] {
        let closed = Arc::new(Mutex::new(None));
        let came = Arc::new(Mutex::new(None));
        let gets = AtomicUsize::new(0);
        let (closing, coming) = (closed.clone(), came.clone());
        let peer = legacy(move |link, request| {
            if !is_get(request) {
                link.send(STREAM);
                link.send(chunk("id: e-1\nretry: 300\ndata: \n\n"));
                *closing.lock().unwrap() = Some(Instant::now());
                if abrupt {
                    link.finish();
                } else {
                    link.send(chunk(""));
                }
                return;
            }
            coming.lock().unwrap().get_or_insert_with(Instant::now);
            link.send(STREAM);
            if gets.fetch_add(1, Ordering::Relaxed) == 0 {
                // A second cut, with nothing new.
                link.finish();
                return;
            }
            let body = json!({"jsonrpc": "2.0", "id": 2, "result": {"late": true}});
            link.send(chunk(&format!("id: e-2\ndata: {body}\n\n")));
            link.send(chunk(""));
        });
        let mut session = session(&peer, Revision::V2025_11_25, Capabilities::NONE);
        let outcome = session.call(CALL, &mut |_| {}).await;
        assert_eq!(outcome, Ok(Outcome::Result(r#"{"late":true}"#.into())));
        let waited = came.lock().unwrap().unwrap() - closed.lock().unwrap().unwrap();
        assert!(waited >= Duration::from_millis(300), "{waited:?}");
        let requests = peer.requests();
        assert_eq!(requests.iter().filter(|request| request.method() == "tools/call").count(), 1);
        let gets: Vec<_> = requests.iter().filter(|request| is_get(request)).collect();
        assert_eq!(gets.len(), 2);
        for get in gets {
            assert_eq!(get.header("last-event-id"), Some("e-1"));
            assert_eq!(get.header("mcp-protocol-version"), Some("2025-11-25"));
            assert_eq!(get.header("accept"), Some("text/event-stream"));
        }
    }
}

#[tokio::test]
async fn a_stream_that_the_server_does_not_resume_is_interrupted() {
    let peer = legacy(|link, request| {
        if is_get(request) {
            link.send(whole(405, "", "no"));
        } else {
            link.send(STREAM);
            link.send(chunk("id: e-1\nretry: 1\ndata:\n\n") + &chunk(""));
        }
    });
    let mut session = session(&peer, Revision::V2025_11_25, Capabilities::NONE);
    assert_eq!(session.call(CALL, &mut |_| {}).await, Err(SessionError::Interrupted));
    assert_eq!(peer.requests().iter().filter(|request| is_get(request)).count(), 1);
    // Without an id there is nothing to go on with.
    let peer = legacy(|link, _| {
        link.send(STREAM);
        link.send(chunk("data:\n\n") + &chunk(""));
    });
    let mut session = self::session(&peer, Revision::V2025_11_25, Capabilities::NONE);
    assert_eq!(session.call(CALL, &mut |_| {}).await, Err(SessionError::Interrupted));
    assert!(!peer.requests().iter().any(is_get));
}

#[tokio::test]
async fn a_stream_that_is_cut_for_ever_ends_with_the_total_deadline() {
    let peer = legacy(|link, _| {
        link.send(STREAM);
        link.send(chunk("id: e-1\nretry: 200\ndata:\n\n") + &chunk(""));
    });
    let mut options = Options { newest: Revision::V2025_11_25, ..Options::new(INFO) };
    options.deadlines.total = Duration::from_millis(700);
    let mut session = Session::new(&peer.url(), options).unwrap();
    assert_eq!(session.call(CALL, &mut |_| {}).await, Err(SessionError::Interrupted));
    let gets = peer.requests().iter().filter(|request| is_get(request)).count();
    assert!((1..=3).contains(&gets), "{gets}");
}

#[tokio::test]
async fn what_a_legacy_server_asks_is_answered_on_either_stream() {
    for on_its_own_stream in [false, true] {
        let answers = Arc::new(Mutex::new(Vec::new()));
        let taken = answers.clone();
        let asked = Arc::new(AtomicUsize::new(0));
        let peer = legacy(move |link, request| {
            let mut form = form();
            form["jsonrpc"] = json!("2.0");
            form["id"] = json!("ask");
            let event = chunk(&format!("data: {form}\n\n"));
            if is_get(request) {
                link.send(STREAM);
                // The request waits for the call, and the call for the answer.
                while asked.load(Ordering::Relaxed) == 0 {
                    pause(5);
                }
                if on_its_own_stream {
                    link.send(event);
                }
                link.wait_for_close();
            } else if request.method() == "tools/call" {
                link.send(STREAM);
                if !on_its_own_stream {
                    link.send(event);
                }
                asked.store(1, Ordering::Relaxed);
                while taken.lock().unwrap().is_empty() {
                    pause(5);
                }
                let body = json!({"jsonrpc": "2.0", "id": 2, "result": {}});
                link.send(chunk(&format!("data: {body}\n\n")) + &chunk(""));
            } else {
                taken.lock().unwrap().push(request.json());
                link.send("HTTP/1.1 202 X\r\nContent-Length: 0\r\n\r\n");
            }
        });
        let mut session = session(&peer, Revision::V2025_11_25, forms());
        assert_eq!(session.call(CALL, &mut |_| {}).await, Ok(Outcome::Result("{}".into())));
        assert_eq!(
            *answers.lock().unwrap(),
            [json!({"jsonrpc": "2.0", "id": "ask",
                "result": {"action": "accept", "content": {"age": 30}}})]
        );
    }
}

#[tokio::test]
async fn what_was_not_declared_does_not_exist() {
    let answers = Arc::new(Mutex::new(Vec::new()));
    let taken = answers.clone();
    let peer = legacy(move |link, request| {
        if request.method() == "tools/call" {
            let ask = json!({"jsonrpc": "2.0", "id": 7, "method": "elicitation/create",
                "params": form()["params"]});
            let done = json!({"jsonrpc": "2.0", "id": 2, "result": {}});
            link.send(STREAM);
            link.send(chunk(&format!("data: {ask}\n\ndata: {done}\n\n")) + &chunk(""));
        } else {
            taken.lock().unwrap().push(request.json());
            link.send("HTTP/1.1 202 X\r\nContent-Length: 0\r\n\r\n");
        }
    });
    let mut session = session(&peer, Revision::V2025_11_25, Capabilities::NONE);
    assert_eq!(session.call(CALL, &mut |_| {}).await, Ok(Outcome::Result("{}".into())));
    assert_eq!(answers.lock().unwrap()[0]["error"]["code"], -32601);
    assert!(!peer.requests().iter().any(is_get), "nobody listens who has nothing to answer");
}
