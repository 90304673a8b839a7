//! Servers that put into their texts what a terminal obeys, and those that send secrets back.
//!
//! That nothing of it is printed is looked after in every run, see `house`.

use serde_json::{Value, json};

use crate::house::{House, Reply, Request, file, run, run_command, secret_file};
use crate::wire::{self, SECRET};

const CORPUS: &str = include_str!("../corpora/terminal/strings.json");

/// Every string of the corpus, and one that would begin a line of its own.
fn strings() -> Vec<String> {
    let corpus: Value = serde_json::from_str(CORPUS).unwrap();
    let strings = corpus["strings"].as_object().unwrap().values();
    let mut strings: Vec<_> = strings.map(|text| text.as_str().unwrap().to_owned()).collect();
    println!("{} strings", strings.len());
    assert_eq!(strings.len(), 31);
    strings.push("a\nfake line\r\nfake line\u{2028}fake line\u{85}fake line".to_owned());
    strings
}

/// A server that says `text` wherever it can.
fn house(text: &str) -> House {
    let text = text.to_owned();
    House::new(
        move |request| {
            if request.token().is_good() { speak(request, &text) } else { denied(&text) }
        },
    )
}

fn denied(text: &str) -> Reply {
    let challenge =
        format!("Bearer error=\"invalid_token\", error_description=\"{text}\", scope=\"{text}\"");
    Reply::challenge(401, &challenge)
}

fn speak(request: &Request, text: &str) -> Reply {
    let result = match request.method() {
        "tools/list" => json!({"tools": [
            {
                "name": format!("one{text}"), "title": text, "description": text,
                "inputSchema": {"type": "object"},
            },
            {
                "name": "two", "description": text, "inputSchema": {"type": "object"},
                "outputSchema": {"type": "object", "required": [text], "title": text},
            },
        ]}),
        "tools/call" => return progress(request, text),
        "resources/list" => json!({"resources": [{"uri": text, "name": text}]}),
        "resources/templates/list" => {
            json!({"resourceTemplates": [{"uriTemplate": text, "name": "x", "description": text}]})
        }
        "resources/read" => json!({"contents": [
            {"uri": text, "text": text}, {"uri": text, "mimeType": text, "blob": text},
        ]}),
        "prompts/list" => json!({"prompts": [{"name": text, "title": text}]}),
        "prompts/get" => json!({"messages": [
            {"role": text, "content": {"type": text, "mimeType": text, "data": text}},
            {"role": "user", "content": {"type": "text", "text": text}},
        ]}),
        _ => return request.honest(),
    };
    request.result(&result)
}

/// A result behind notifications.
fn progress(request: &Request, text: &str) -> Reply {
    let progress = json!({"jsonrpc": "2.0", "method": "notifications/progress", "params": {
        "progressToken": request.body["id"], "progress": 1, "message": text,
    }});
    let other = json!({"jsonrpc": "2.0", "method": text, "params": {"data": text}});
    let content = json!([{"type": "text", "text": text}, {"type": text, "mimeType": text}]);
    let result =
        json!({"content": content, "structuredContent": {text: [text]}, "_meta": {text: 1}});
    let result = json!({"jsonrpc": "2.0", "id": request.body["id"], "result": result});
    let body = [progress, other, result].map(|message| format!("data: {message}\n\n")).concat();
    Reply::status(200, &body).with("Content-Type", "text/event-stream")
}

#[test]
fn hostile_texts_are_shown_not_obeyed() {
    for text in strings() {
        let house = house(&text);
        let commands = [
            &["list", "tools"][..],
            &["list", "resources"],
            &["list", "prompts"],
            &["call", "two"],
            &["read", "a:b"],
            &["prompt", "p"],
        ];
        for command in commands {
            for verbose in [&[][..], &["--verbose", "--format", "json"]] {
                let run = house.run_friend(&[command, verbose].concat());
                // The structured content of `two` lacks what its schema wants, which is found out.
                let code = i32::from(command[0] == "call" && run.err.contains("does not fit"));
                assert_eq!(run.code, code, "{text:?}: {run:?}");
                if !verbose.is_empty() {
                    let printed: Value = serde_json::from_str(&run.out).unwrap();
                    assert!(printed.is_object(), "{run:?}");
                }
                let is_text = verbose.is_empty() && !["list", "call"].contains(&command[0]);
                let fakes = run.out.lines().chain(run.err.lines());
                let fakes = fakes.filter(|line| line.starts_with("fake line")).count();
                // The lines of a text that was asked for are its own.
                assert!(fakes == 0 || is_text || command[0] == "call", "{text:?}: {run:?}");
            }
        }
        let report = house.test(&["--secret-file", &secret_file()]);
        assert!(!report.text.lines().any(|line| line.starts_with("fake")), "{}", report.text);
        assert!(!report.err.lines().any(|line| line.starts_with("fake")), "{}", report.err);
    }
}

#[test]
fn json_is_the_same_value() {
    for text in strings() {
        let house = house(&text);
        let json = |arguments: &[&str]| -> Value {
            let run = house.run_friend(&[arguments, &["--format", "json"]].concat());
            serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{run:?}"))
        };
        let tools = json(&["list", "tools"]);
        assert_eq!(tools["tools"][0]["name"], format!("one{text}"));
        assert_eq!(tools["tools"][0]["description"], text);
        assert_eq!(tools["tools"][1]["outputSchema"]["required"], json!([text]));
        assert_eq!(json(&["call", "two"])["structuredContent"], json!({&text: [text]}));
        assert_eq!(json(&["read", "a:b"])["contents"][0], json!({"uri": text, "text": text}));
        assert_eq!(json(&["prompt", "p"])["messages"][0]["role"], text);
        assert_eq!(json(&["list", "prompts"]), json!({"prompts": [{"name": text, "title": text}]}));
    }
}

#[test]
fn hostile_errors_are_shown_not_obeyed() {
    type Answer = fn(&Request, &str) -> Reply;
    let all = strings().join(" ");
    let answers: [(&str, Answer); 7] = [
        ("a JSON-RPC error", |request, text| request.error(200, -32000, text)),
        ("a JSON-RPC error in 400", |request, text| request.error(400, -32000, text)),
        ("a page", |_, text| Reply::status(503, text)),
        ("a page of 404", |_, text| Reply::status(404, text)),
        ("a challenge", |_, text| denied(&text.replace(['\n', '\r', '\0'], " "))),
        ("a version", |request, text| {
            request.result(&json!({"supportedVersions": [text], "protocolVersion": text}))
        }),
        ("names that stand twice", |request, text| {
            let tool = json!({"name": text});
            match request.method() {
                "tools/list" => request.result(&json!({"tools": [tool, tool]})),
                _ => request.honest(),
            }
        }),
    ];
    for (name, answer) in answers {
        let text = all.clone();
        let house = House::new(move |request| answer(request, &text));
        for command in
            [&["call", "one"][..], &["list", "tools"], &["read", "a:b"], &["prompt", "p"]]
        {
            let run = house.run_friend(&[command, &["--verbose"]].concat());
            let fine = name == "names that stand twice" && !["call", "list"].contains(&command[0]);
            assert!(run.code != 0 || fine, "{name}: {run:?}");
            let mut lines = run.err.lines();
            let known = |line: &str| line.starts_with("mcpico: ") || line.starts_with("  try: ");
            assert!(lines.all(known), "{name}: {run:?}");
        }
        let report = house.test(&["--secret-file", &secret_file()]);
        assert_ne!(report.code, 0, "{name}: {}", report.text);
        assert!(!report.text.lines().any(|line| line.starts_with("fake")), "{}", report.text);
    }
}

#[test]
fn hostile_claims_are_shown_not_obeyed() {
    for text in strings() {
        let claim = format!("x={}", json!(text));
        let run = run(&["call", "whoami", "--claim", &claim, "--format", "json"]);
        assert_eq!(run.code, 0, "{run:?}");
        let result: Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!(result["structuredContent"]["x"], text);
        let run = crate::house::run(&["call", "whoami", "--claim", &claim]);
        assert_eq!(run.code, 0, "{run:?}");
        let run = crate::house::run(&["test", "--claim", &claim]);
        assert_eq!(run.code, 0, "{run:?}");
    }
}

/// A server that gives back what it was shown and tells its secret, wherever it can.
fn gossip() -> House {
    House::new(|request| {
        let bearer = request.bearer().unwrap_or("none");
        let signature = bearer.rsplit('.').next().unwrap();
        let said = format!("{SECRET} {bearer} {signature} Bearer {bearer}");
        if request.token().is_good() { speak(request, &said) } else { denied(&said) }
    })
}

#[test]
fn secrets_that_come_back_are_masked() {
    let house = gossip();
    for command in [
        &["list", "tools"][..],
        &["list", "resources"],
        &["list", "prompts"],
        &["call", "two"],
        &["call", "two", "--raw"],
        &["read", "a:b"],
        &["read", "a:b", "--raw"],
        &["prompt", "p"],
    ] {
        for format in ["text", "json"] {
            let run = house.run_friend(&[command, &["--verbose", "--format", format]].concat());
            assert!(run.out.contains("eyJh..."), "{command:?} {run:?}");
            if format == "json" {
                assert!(serde_json::from_str::<Value>(&run.out).is_ok(), "{run:?}");
            }
        }
    }
    let report = house.test(&["--secret-file", &secret_file()]);
    assert!(report.note("wrong-secret").contains("eyJh..."), "{}", report.text);
}

#[test]
fn secrets_that_come_back_in_errors_are_masked() {
    type Answer = fn(&Request, &str) -> Reply;
    let answers: [Answer; 5] = [
        |request, text| request.error(200, -32000, text),
        |_, text| Reply::status(500, text),
        |_, text| Reply::status(404, text),
        |_, text| denied(text),
        |_, text| Reply::challenge(403, &format!("Bearer error_description=\"{text}\"")),
    ];
    let header = json!({"alg": "HS256", "typ": "JWT"});
    let claims = json!({"sub": "ada", "exp": wire::now() + 60});
    let tokens = [
        wire::token(SECRET, &header, &claims),
        wire::token("another secret of at least 32 bytes", &header, &claims),
        // Opaque, and so is its end.
        "0123456789abcdefghijABCDEFGHIJ.0123456789-abcdefgh".to_owned(),
    ];
    for answer in answers {
        let house = House::new(move |request| answer(request, request.bearer().unwrap_or("none")));
        for token in &tokens {
            let path = file("token", token);
            for command in
                [&["call", "one"][..], &["list", "tools"], &["read", "a:b"], &["prompt", "p"]]
            {
                let shown = [command, &["--verbose", "--jwt-token-file", &path]].concat();
                let run = house.run(&shown);
                assert_ne!(run.code, 0, "{run:?}");
                assert!(run.err.contains(&format!("{}...", &token[..4])), "{run:?}");
            }
            let report = house.test_with(&["--jwt-token-file", &path], &[token]);
            assert_ne!(report.code, 0, "{}", report.text);
        }
    }
}

#[test]
fn a_token_that_is_none_is_masked_too() {
    let house = House::new(Request::honest);
    for token in [
        "a b-0123456789-0123456789",
        "\u{1b}[2J-0123456789-0123456789\u{202e}",
        "0123456789-\u{e9}-0123456789-",
        "quo\"ted-0123456789",
    ] {
        let run =
            house.run(&["list", "tools", "--verbose", "--jwt-token-file", &file("token", token)]);
        assert_eq!((run.code, &run.out[..]), (2, ""), "{run:?}");
        assert!(!run.err.contains(token), "{run:?}");
        assert!(run.err.contains("RFC 6750") && run.err.contains("try:"), "{run:?}");
        let run =
            crate::house::run(&["test", &house.url, "--jwt-token-file", &file("token", token)]);
        assert_eq!((run.code, &run.out[..]), (2, ""), "{run:?}");
    }
    assert!(house.requests().is_empty());
}

#[test]
fn colours_are_for_terminals() {
    for (name, value) in [("NO_COLOR", "1"), ("TERM", "xterm-256color"), ("CLICOLOR_FORCE", "1")] {
        let run = run_command(wire::mcpico().arg("test").env(name, value));
        assert_eq!(run.code, 0, "{run:?}");
        let run = run_command(wire::mcpico().args(["test", "--no-such-flag"]).env(name, value));
        assert_eq!(run.code, 2, "{run:?}");
    }
}
