//! `call`, `read` and `prompt`.

use serde_json::{Value, json};

use crate::house::{House, Reply, run, secret_file};

/// A server with one tool of that output schema, which gives `result`.
fn tool(schema: Value, result: Value) -> House {
    House::new(move |request| match (request.token().is_good(), request.method()) {
        (false, _) => Reply::challenge(401, "Bearer"),
        (true, "tools/list") => {
            let mut tool = json!({"name": "one", "inputSchema": {"type": "object"}});
            if !schema.is_null() {
                tool["outputSchema"] = schema.clone();
            }
            request.result(&json!({"tools": [tool]}))
        }
        (true, "tools/call") => request.result(&result),
        (true, _) => request.honest(),
    })
}

#[test]
fn a_result_is_printed_as_it_is() {
    let result = json!({
        "content": [
            {"type": "text", "text": "two\nlines"},
            {"type": "image", "data": "AAAA", "mimeType": "image/png"},
            {"type": "resource", "resource": {"uri": "a:b", "text": "inside"}},
        ],
        "structuredContent": {"a": [1, -2.5, 18_446_744_073_709_551_615_u64, null]},
        "_meta": {"x": "y"},
    });
    let house = tool(Value::Null, result.clone());
    let run = house.run_friend(&["call", "one"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.out.starts_with("two\nlines\n[image, image/png, 4 characters of Base64]\ninside\n{")
    );
    let run = house.run_friend(&["call", "one", "--format", "json"]);
    assert_eq!(serde_json::from_str::<Value>(&run.out).unwrap(), result);
    let run = house.run_friend(&["call", "one", "--raw"]);
    assert!(run.out.starts_with("two\nlines[image"), "{run:?}");
}

#[test]
fn numbers_come_out_as_they_went_in() {
    for number in [
        "0.1",
        "5e-324",
        "1.7976931348623157e308",
        "123456789.123456789",
        "31.245270191439438",
        "2.2250738585072014e-308",
        "7.2057594037927933e16",
        "9007199254740993",
        "-9223372036854775808",
        "18446744073709551615",
    ] {
        let house = House::answering("tools/call", move |request| {
            let id = &request.body["id"];
            let result = format!(r#"{{"content":[],"structuredContent":{{"n":{number}}}}}"#);
            let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#);
            Reply::status(200, &body).with("Content-Type", "application/json")
        });
        let run = house.run_friend(&["call", "one", "--format", "json"]);
        let (_, printed) = run.out.split_once(r#""n": "#).unwrap_or_else(|| panic!("{run:?}"));
        let printed = printed.split_whitespace().next().unwrap();
        // Rust's own parser rounds correctly.
        assert_eq!(printed.parse::<f64>(), number.parse::<f64>(), "{number}");
        if number.parse::<i128>().is_ok() {
            assert_eq!(printed, number);
        }
    }
}

#[test]
fn a_tool_may_say_that_it_failed() {
    let content = json!([{"type": "text", "text": "no such city"}]);
    let house = tool(json!({"type": "object"}), json!({"isError": true, "content": content}));
    let run = house.run_friend(&["call", "one"]);
    assert_eq!((run.code, &run.out[..]), (5, "no such city\n"), "{run:?}");
    assert!(run.err.contains("the tool reported an error"), "{run:?}");
    let run = house.run_friend(&["call", "one", "--format", "json"]);
    assert_eq!(run.code, 5, "{run:?}");
    assert_eq!(serde_json::from_str::<Value>(&run.out).unwrap()["isError"], true);
}

#[test]
fn malformed_results_are_failures() {
    let cases = [
        ("isError is a string", json!({"isError": "false", "content": []})),
        ("isError is a number", json!({"isError": 0, "content": []})),
        ("isError is null", json!({"isError": null, "content": []})),
        ("content is an object", json!({"content": {"type": "text", "text": "x"}})),
        ("an unknown kind of result", json!({"resultType": "later", "content": []})),
        ("input that nobody gives", json!({"resultType": "input_required", "inputRequests": {}})),
        ("no object", json!([1])),
    ];
    for (name, result) in cases {
        let run = tool(Value::Null, result).run_friend(&["call", "one"]);
        let unread = ["an unknown kind of result", "no object"].contains(&name);
        assert_eq!(run.code, if unread { 4 } else { 1 }, "{name}: {run:?}");
        assert!(run.err.starts_with("mcpico: "), "{name}: {run:?}");
        assert_eq!(run.out, "", "{name}");
    }
    let house = House::answering("tools/call", |request| request.error(200, -32602, "bad city"));
    let run = house.run_friend(&["call", "one"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains("JSON-RPC error -32602: bad city"), "{run:?}");
}

#[test]
fn structured_content_has_to_fit_the_schema() {
    let schema = json!({
        "type": "object", "properties": {"sum": {"type": "integer"}}, "required": ["sum"],
    });
    let call = |schema: &Value, result: Value| {
        tool(schema.clone(), result).run_friend(&["call", "one", "--format", "json"])
    };
    let fits = json!({"content": [], "structuredContent": {"sum": 3}});
    assert_eq!(call(&schema, fits.clone()).code, 0);
    for (why, result) in [
        ("does not fit", json!({"content": [], "structuredContent": {"sum": "3"}})),
        ("does not fit", json!({"content": [], "structuredContent": {}})),
        ("missing", json!({"content": []})),
    ] {
        let run = call(&schema, result.clone());
        assert_eq!(run.code, 1, "{run:?}");
        assert!(run.err.contains(why), "{run:?}");
        assert_eq!(serde_json::from_str::<Value>(&run.out).unwrap(), result);
    }
    let run = call(&json!({"type": "nonsense"}), fits);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.contains("output schema is invalid"), "{run:?}");
    // What failed need not fit.
    let run = call(&schema, json!({"isError": true, "content": []}));
    assert_eq!(run.code, 5, "{run:?}");
}

#[test]
fn resources_and_prompts_are_printed() {
    let contents = json!([
        {"uri": "a:b", "text": "first\nsecond"},
        {"uri": "a:c", "blob": "AAAA", "mimeType": "application/zip"},
    ]);
    let house = House::with("resources/read", json!({"contents": contents}));
    let run = house.run_friend(&["read", "a:b"]);
    let shown = "first\nsecond\n[blob, application/zip, 4 characters of Base64]\n";
    assert_eq!((run.code, &run.out[..]), (0, shown), "{run:?}");
    let read = house.requests().pop().unwrap();
    assert_eq!(read.body["params"]["uri"], "a:b");
    let messages = json!([{"role": "user", "content": {"type": "text", "text": "hello"}}]);
    let house = House::with("prompts/get", json!({"messages": messages}));
    let run = house.run_friend(&["prompt", "p", "--args", r#"{"name": "Ada"}"#]);
    assert_eq!((run.code, &run.out[..]), (0, "user:\nhello\n"), "{run:?}");
    let get = house.requests().pop().unwrap();
    assert_eq!(get.body["params"]["arguments"], json!({"name": "Ada"}));
    let run = house.run_friend(&["prompt", "p", "--format", "json"]);
    assert_eq!(serde_json::from_str::<Value>(&run.out).unwrap(), json!({"messages": messages}));
}

#[test]
fn failures_name_cause_token_and_cure() {
    type Answer = fn() -> Reply;
    let cases: [(&str, Answer, i32, &[&str]); 6] = [
        (
            "401",
            || Reply::challenge(401, "Bearer error=\"invalid_token\""),
            3,
            &["rejected", "invalid_token"],
        ),
        ("403", || Reply::status(403, ""), 3, &["permission denied", "scope"]),
        ("reset", || Reply::Reset, 4, &["reset the connection", "instead of answering 401"]),
        ("close", || Reply::Close, 4, &["closed the connection", "instead of answering 401"]),
        ("404", || Reply::status(404, "nothing"), 4, &["404", "nothing", "path"]),
        ("302", || Reply::status(302, ""), 4, &["redirects are not followed"]),
    ];
    for (name, answer, code, texts) in cases {
        let house = House::new(move |_| answer());
        for command in
            [&["call", "one"][..], &["list", "tools"], &["read", "a:b"], &["prompt", "p"]]
        {
            let friend = house.run_friend(&[command, &["--verbose"]].concat());
            let stranger = house.run(command);
            for run in [&friend, &stranger] {
                assert_eq!((run.code, &run.out[..]), (code, ""), "{name}: {run:?}");
                assert!(run.err.contains("\n  try: "), "{name}: {run:?}");
            }
            for text in texts {
                assert!(friend.err.contains(text), "{name}: {friend:?}");
            }
            assert!(friend.err.contains("eyJh..."), "{name}: {friend:?}");
            if code == 3 || ["reset", "close"].contains(&name) {
                assert!(stranger.err.contains("--jwt-token-file"), "{name}: {stranger:?}");
            }
        }
    }
}

#[test]
fn what_cannot_be_called_is_a_usage_error() {
    let house = tool(Value::Null, json!({"content": []}));
    for (arguments, why) in [
        (&["call", "two"][..], "the server has no tool two"),
        (&["call", "one", "--args", "{"], "--args is not JSON"),
        (&["call", "one", "--args", "[]"], "--args is not a JSON object"),
        (&["prompt", "p", "--args", "7"], "--args is not a JSON object"),
        (&["call", "one", "--no-such-flag"], "--no-such-flag"),
    ] {
        let run = house.run_friend(arguments);
        assert_eq!((run.code, &run.out[..]), (2, ""), "{run:?}");
        assert!(run.err.contains(why), "{run:?}");
    }
}

#[test]
fn without_an_endpoint_the_demo_server_is_used() {
    let run = run(&["call", "add", "--args", r#"{"a": 40, "b": 2}"#, "--format", "json"]);
    assert_eq!(run.code, 0, "{run:?}");
    let result: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(result["structuredContent"], json!({"sum": 42}));
    let fail = ["call", "fail", "--args", r#"{"message": "as asked"}"#];
    let run = crate::house::run(&fail);
    assert_eq!((run.code, &run.out[..]), (5, "as asked\n"), "{run:?}");
    let run =
        crate::house::run(&["call", "whoami", "--secret-file", &secret_file(), "--sub", "ada"]);
    assert!(run.out.contains(r#""sub": "ada""#), "{run:?}");
    let run = crate::house::run(&["read", "demo://greeting"]);
    assert_eq!((run.code, &run.out[..]), (0, "Hello from the mcpico demo server.\n\n"), "{run:?}");
}
