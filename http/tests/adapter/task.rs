//! Tasks, from the answer that makes one to their end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mcpico_core::mcp::{Capabilities, Elicitation, Method, ResultError, Revision, TaskStatus};
use mcpico_core::{Error as CoreError, PeerError};
use mcpico_http::std::{Input, Options, Outcome, RpcError, Session, SessionError, TaskEnd};
use mcpico_http::{Deadline, Error};
use serde_json::{Value, json};

use crate::ask::{INFO, PATIENT};
use crate::peer::{Peer, whole};

const CALL: Method<'static> = Method::CallTool { name: "t", arguments: None, input_schema: None };
const ID: &str = "786512e2-9e0d-44bd-8f29-789f320fe840";
const LIMIT: Duration = Duration::from_mins(1);

/// A server whose task goes through these states, one for each question; the last one stays.
fn server(states: Vec<Value>) -> Peer {
    let asked = AtomicUsize::new(0);
    Peer::new(move |mut link| {
        while let Some(request) = link.request() {
            link.send(match &*request.method() {
                "tools/call" => request.result(&state("task", &json!({"status": "working"}))),
                "tasks/get" => {
                    let at = asked.fetch_add(1, Ordering::Relaxed).min(states.len() - 1);
                    request.result(&state("complete", &states[at]))
                }
                _ => request.result(&json!({"resultType": "complete"})),
            });
        }
    })
}

/// A task of the form that the page of the extension has.
fn state(kind: &str, more: &Value) -> Value {
    let mut task = json!({"resultType": kind, "taskId": ID, "createdAt": "2025-11-25T10:30:00Z",
        "lastUpdatedAt": "2025-11-25T10:50:00Z", "ttlMs": 3_600_000, "pollIntervalMs": 1});
    task.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    task
}

fn session(peer: &Peer, forms: bool) -> Session {
    let elicitation = Elicitation { form: forms, url: false };
    let options = Options {
        oldest: Revision::LATEST,
        capabilities: Capabilities { elicitation, tasks: true, ..Capabilities::NONE },
        deadlines: PATIENT,
        ..Options::new(INFO)
    };
    Session::new(&peer.url(), options).unwrap()
}

/// Calls, and waits for the end; what was seen on the way.
async fn finish(session: &mut Session) -> (Vec<TaskStatus>, Result<TaskEnd, SessionError>) {
    let Ok(Outcome::Task(task)) = session.call(CALL, &mut |_| {}).await else { panic!() };
    let mut seen = Vec::new();
    let ended = session.finish_task(&task, LIMIT, &mut |task| seen.push(task.status)).await;
    (seen, ended)
}

#[tokio::test]
async fn a_task_is_asked_after_until_it_ends() {
    let result = json!({"content": [{"type": "text", "text": "Hello, Luca!"}], "isError": false});
    let working = json!({"status": "working"});
    let error = json!({"code": -32603, "message": "API rate limit exceeded"});
    for (last, expected) in [
        (json!({"status": "completed", "result": result}), TaskEnd::Result(result.to_string())),
        (json!({"status": "cancelled"}), TaskEnd::Cancelled),
        (
            json!({"status": "failed", "error": error}),
            TaskEnd::Error(RpcError {
                code: -32603,
                message: "API rate limit exceeded".into(),
                data: None,
                status: 200,
            }),
        ),
    ] {
        let peer = server(vec![working.clone(), working.clone(), last]);
        let (seen, ended) = finish(&mut session(&peer, false)).await;
        assert_eq!(seen[..3], [TaskStatus::Working; 3]);
        assert_eq!((seen.len(), ended), (4, Ok(expected)));
        let requests = peer.requests();
        assert_eq!(peer.methods(), ["tools/call", "tasks/get", "tasks/get", "tasks/get"]);
        assert_eq!(requests[1].header("mcp-name"), Some(ID));
        assert_eq!(requests[1].json()["params"]["taskId"], ID);
        let declared = &requests[1].json()["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"]
            ["extensions"];
        assert_eq!(*declared, json!({"io.modelcontextprotocol/tasks": {}}));
    }
}

fn asking(keys: &[&str]) -> Value {
    let form = json!({"method": "elicitation/create", "params": {"mode": "form", "message": "m",
        "requestedSchema": {"type": "object",
            "properties": {"name": {"type": "string", "default": "Luca"}}}}});
    let requests: serde_json::Map<_, _> =
        keys.iter().map(|key| ((*key).to_owned(), form.clone())).collect();
    json!({"status": "input_required", "inputRequests": requests})
}

#[tokio::test]
async fn what_a_task_asks_for_is_brought_once() {
    let done = json!({"status": "completed", "result": {"content": []}});
    // The server asks again before it has seen the answer, then for one thing more.
    let states = vec![asking(&["a"]), asking(&["a"]), asking(&["a", "b"]), done];
    let peer = server(states);
    let (_, ended) = finish(&mut session(&peer, true)).await;
    assert_eq!(ended, Ok(TaskEnd::Result(r#"{"content":[]}"#.into())));
    let updates: Vec<_> = peer
        .requests()
        .iter()
        .filter(|request| request.method() == "tasks/update")
        .map(|request| {
            assert_eq!(request.header("mcp-name"), Some(ID));
            request.json()["params"]["inputResponses"].clone()
        })
        .collect();
    let answer = json!({"action": "accept", "content": {"name": "Luca"}});
    assert_eq!(updates, [json!({"a": answer}), json!({"b": answer})]);
}

#[tokio::test]
async fn what_nobody_answers_is_handed_out() {
    let peer = server(vec![asking(&["a"])]);
    let mut session = session(&peer, false);
    let (_, ended) = finish(&mut session).await;
    let Ok(TaskEnd::InputRequired(Input { requests: Some(requests), state: None })) = ended else {
        panic!("{ended:?}")
    };
    let requests: Value = serde_json::from_str(&requests).unwrap();
    assert_eq!(requests, asking(&["a"])["inputRequests"]);
    assert!(matches!(session.cancel_task(ID).await, Ok(Outcome::Result(_))));
    let last = peer.requests().pop().unwrap();
    assert_eq!((&*last.method(), last.header("mcp-name")), ("tasks/cancel", Some(ID)));
}

#[tokio::test]
async fn a_task_that_does_not_end_or_is_none_is_an_error() {
    let peer = server(vec![json!({"status": "working"})]);
    let mut session = session(&peer, false);
    let task = state("task", &json!({"status": "working"})).to_string();
    let limit = Duration::from_millis(300);
    let ended = session.finish_task(&task, limit, &mut |_| {}).await;
    let expected = Error::Deadline(Deadline::Total, limit);
    assert_eq!(ended, Err(SessionError::Transport(expected)));
    for (state, error) in [
        (json!({"status": "done"}), ResultError::WrongType("status")),
        (json!({"status": "completed"}), ResultError::Missing("result")),
    ] {
        let peer = server(vec![state]);
        let (_, ended) = finish(&mut self::session(&peer, false)).await;
        let error = Error::Client(CoreError::Peer(PeerError::Result(error)));
        assert_eq!(ended, Err(SessionError::Transport(error)));
    }
    // One that the server does not know any more: the example on the page of the extension.
    let gone =
        Arc::new(json!({"code": -32602, "message": "Failed to retrieve task: Task not found"}));
    let peer = Peer::new(move |mut link| {
        while let Some(request) = link.request() {
            let id = &request.json()["id"];
            let body = json!({"jsonrpc": "2.0", "id": id, "error": *gone});
            link.send(whole(400, "", &body.to_string()));
        }
    });
    let mut session = self::session(&peer, false);
    let ended = session.finish_task(&task, LIMIT, &mut |_| {}).await;
    assert!(matches!(ended, Ok(TaskEnd::Error(RpcError { code: -32602, .. }))), "{ended:?}");
    assert!(session.finish_task("[]", LIMIT, &mut |_| {}).await.is_err());
}
