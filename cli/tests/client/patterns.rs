//! What goes beyond one request and its answer: `listen`, tasks, log messages, trace context, forms.

use serde_json::{Value, json};

use crate::house::{House, Reply, Request};

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";
const CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
const TASKS: &str = "io.modelcontextprotocol/tasks";

/// An event stream of these messages.
fn stream(messages: &[Value]) -> Reply {
    let events: Vec<_> = messages.iter().map(|message| format!("data: {message}\n\n")).collect();
    Reply::status(200, &events.concat()).with("Content-Type", "text/event-stream")
}

fn note(request: &Request, method: &str, more: &Value) -> Value {
    let name = "io.modelcontextprotocol/subscriptionId";
    let mut params = json!({"_meta": {name: request.body["id"]}});
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"jsonrpc": "2.0", "method": format!("notifications/{method}"), "params": params})
}

/// A server that tells of tools and of a resource, and grants what is given.
fn telling(granted: Value) -> House {
    House::answering("subscriptions/listen", move |request| {
        stream(&[
            note(request, "subscriptions/acknowledged", &json!({"notifications": granted})),
            note(request, "tools/list_changed", &json!({})),
            note(request, "resources/updated", &json!({"uri": "file:///a\u{1b}[2J"})),
            note(request, "news", &json!({})),
        ])
    })
}

#[test]
fn each_thing_that_is_told_is_a_line() {
    let house = telling(json!({"toolsListChanged": true, "resourceSubscriptions": ["file:///a"]}));
    let wanted = ["listen", "--tools", "--uri", "file:///a", "--count", "3"];
    let run = house.run_friend(&wanted);
    let lines = "the list of tools has changed\nfile:///a\\u{1b}[2J has changed\nnotification notifications/news\n";
    assert_eq!((run.code, &*run.out, &*run.err), (0, lines, ""), "{run:?}");
    let run = house.run_friend(&[&wanted[..], &["--format", "json"]].concat());
    let lines: Vec<Value> =
        run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told = [
        json!({"changed": "tools"}),
        json!({"updated": "file:///a\u{1b}[2J"}),
        json!({"notification": "notifications/news"}),
    ];
    assert_eq!(lines, told);
    let filter = json!({"toolsListChanged": true, "resourceSubscriptions": ["file:///a"]});
    let requests = house.requests();
    let asked = requests.iter().find(|request| request.method() == "subscriptions/listen").unwrap();
    assert_eq!(asked.body["params"]["notifications"], filter);
}

#[test]
fn without_a_choice_it_is_every_list_and_less_is_said() {
    let house = telling(json!({"toolsListChanged": true}));
    let run = house.run_friend(&["listen", "--count", "1"]);
    assert_eq!((run.code, &*run.out), (0, "the list of tools has changed\n"), "{run:?}");
    assert!(run.err.contains("does not tell everything"), "{run:?}");
    let requests = house.requests();
    let asked = requests.iter().find(|request| request.method() == "subscriptions/listen").unwrap();
    assert_eq!(
        asked.body["params"]["notifications"],
        json!({"promptsListChanged": true, "resourcesListChanged": true, "toolsListChanged": true})
    );
}

#[test]
fn who_tells_nothing_is_a_failure() {
    let house = House::answering("GET", |_| Reply::status(405, ""));
    let run = house.run_friend(&["listen", "--revision", "2025-11-25"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains("tells nothing of its own accord"), "{run:?}");
    let house = House::answering("subscriptions/listen", |request| {
        request.error(200, -32601, "method not found")
    });
    let run = house.run_friend(&["listen"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains("tells nothing of its own accord"), "{run:?}");
    assert!(run.err.contains("-32601"), "{run:?}");
}

/// What a request declares.
fn declared(house: &House, method: &str) -> Value {
    let requests = house.requests();
    let request = requests.iter().rev().find(|request| request.method() == method).unwrap();
    request.body["params"]["_meta"][CAPABILITIES].clone()
}

#[test]
fn a_task_is_made_only_where_it_is_asked_for() {
    let task = |status: &str| {
        json!({"resultType": if status == "working" { "task" } else { "complete" }, "taskId": "t-1",
            "status": status, "createdAt": "2025-11-25T10:30:00Z", "pollIntervalMs": 1,
            "lastUpdatedAt": "2025-11-25T10:50:00Z", "ttlMs": null})
    };
    let house = House::new(move |request| {
        let mut ended = task("completed");
        ended["result"] = json!({"content": [{"type": "text", "text": "at last"}]});
        match (request.token().is_good(), request.method()) {
            (false, _) => Reply::challenge(401, "Bearer"),
            (true, "tools/call") => request.result(&task("working")),
            (true, "tasks/get") => request.result(&ended),
            (true, _) => request.honest(),
        }
    });
    let run = house.run_friend(&["call", "one", "--task", "--verbose"]);
    assert_eq!((run.code, &*run.out), (0, "at last\n"), "{run:?}");
    assert!(run.err.contains("task t-1, Completed"), "{run:?}");
    assert!(!declared(&house, "tools/call")["extensions"][TASKS].is_null());
    let run = house.run_friend(&["call", "one"]);
    assert_eq!((run.code, &*run.out), (4, ""), "{run:?}");
    assert_eq!(declared(&house, "tools/call"), json!({}));
    // The other shape: the answer itself.
    let house = House::with("tools/call", json!({"content": [{"type": "text", "text": "soon"}]}));
    let run = house.run_friend(&["call", "one", "--task"]);
    assert_eq!((run.code, &*run.out), (0, "soon\n"), "{run:?}");
}

#[test]
fn a_task_that_fails_says_why() {
    for (status, more, why) in [
        ("failed", json!({"error": {"code": -32603, "message": "on fire"}}), "on fire"),
        ("cancelled", json!({}), "has cancelled the task"),
        (
            "input_required",
            json!({"inputRequests": {"a": {"method": "roots/list"}}}),
            "needs input",
        ),
    ] {
        let house = House::new(move |request| {
            let mut task = json!({"resultType": "task", "taskId": "t", "status": "working",
                "createdAt": "2025-11-25T10:30:00Z", "lastUpdatedAt": "2025-11-25T10:30:00Z",
                "ttlMs": null, "pollIntervalMs": 1});
            match (request.token().is_good(), request.method()) {
                (false, _) => Reply::challenge(401, "Bearer"),
                (true, "tools/call") => request.result(&task),
                (true, "tasks/get") => {
                    task["resultType"] = "complete".into();
                    task["status"] = status.into();
                    task.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                    request.result(&task)
                }
                (true, _) => request.honest(),
            }
        });
        let run = house.run_friend(&["call", "one", "--task"]);
        assert_eq!((run.code, &*run.out), (1, ""), "{run:?}");
        assert!(run.err.contains(why), "{run:?}");
    }
}

#[test]
fn forms_are_filled_only_where_it_is_asked_for() {
    let form = json!({"method": "elicitation/create", "params": {"message": "who?",
        "requestedSchema": {"type": "object", "properties":
            {"name": {"type": "string", "default": "Ada"}}}}});
    let house = House::answering("tools/call", move |request| {
        let name = &request.body["params"]["inputResponses"]["who"]["content"]["name"];
        if name.is_null() {
            let required = json!({"resultType": "input_required", "inputRequests": {"who": form}});
            return request.result(&required);
        }
        request.result(&json!({"content": [{"type": "text", "text": name}]}))
    });
    let run = house.run_friend(&["call", "one", "--form-defaults"]);
    assert_eq!((run.code, &*run.out), (0, "Ada\n"), "{run:?}");
    let run = house.run_friend(&["call", "one"]);
    assert_eq!((run.code, &*run.out), (1, ""), "{run:?}");
}

#[test]
fn log_messages_are_asked_for_and_shown() {
    let house = House::answering("tools/call", |request| {
        let log = json!({"level": "warning", "logger": "disk", "data": "full \u{1b}[31m"});
        let log = json!({"jsonrpc": "2.0", "method": "notifications/message", "params": log});
        let result = json!({"content": [{"type": "text", "text": "done"}]});
        stream(&[log, json!({"jsonrpc": "2.0", "id": request.body["id"], "result": result})])
    });
    let wanted = ["call", "one", "--log-level", "notice", "--traceparent", TRACE];
    let run = house.run_friend(&wanted);
    assert_eq!((run.code, &*run.out), (0, "done\n"), "{run:?}");
    assert_eq!(run.err, "mcpico: log warning: disk: \"full \\u001b[31m\"\n");
    for request in house.requests() {
        let meta = &request.body["params"]["_meta"];
        let sent = request.bearer().is_some() && request.method() != "server/discover";
        assert_eq!(meta["io.modelcontextprotocol/logLevel"] == "notice", sent, "{}", request.body);
        assert_eq!(meta["traceparent"] == TRACE, sent, "{}", request.body);
    }
    // Without, nothing is asked for, and nothing shown.
    let run = house.run_friend(&["call", "one"]);
    assert_eq!((run.code, &*run.err), (0, ""), "{run:?}");

    let run = house.run_friend(&[&wanted[..], &["--revision", "2025-11-25"]].concat());
    assert_eq!(run.code, 0, "{run:?}");
    let requests = house.requests();
    let set = requests.iter().find(|request| request.method() == "logging/setLevel").unwrap();
    assert_eq!(set.body["params"]["level"], "notice");
    let call = requests.last().unwrap();
    assert_eq!(
        (call.method(), &call.body["params"]["_meta"]["traceparent"]),
        ("tools/call", &TRACE.into())
    );
}
