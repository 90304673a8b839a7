//! `mcpico serve` over TCP, as a client sees it.

mod wire;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Instant;

use serde_json::{Value, json};
use wire::{Answer, SECRET, Server, TIMEOUT, bearer, claims, ended, mcpico, now, scratch, token};

const LEGACY: &str = "2025-11-25";
const MODERN: &str = "2026-07-28";

#[test]
fn health_needs_no_token() {
    let server = Server::with(&[]);
    let answer = server.request("GET", "/health", &[]);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.body, r#"{"status":"ok"}"#);
}

#[test]
fn without_a_token_there_is_a_bare_challenge() {
    let server = Server::with(&[]);
    for method in ["POST", "GET", "DELETE", "OPTIONS", "PUT"] {
        let answer = server.request(method, "/mcp", &[]);
        assert_eq!(answer.status, 401, "{method}");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("Bearer"), "{challenge}");
        assert!(!challenge.contains("error"), "{challenge}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.json()["code"], "missing_token");
    }
}

#[test]
fn bad_tokens_are_refused() {
    let server = Server::with(&["--issuer", "https://issuer.example", "--audience", "demo"]);
    let header = json!({"alg": "HS256", "typ": "JWT"});
    let good = json!({
        "iss": "https://issuer.example", "aud": "demo", "sub": "ada", "exp": now() + 60,
    });
    let with = |name: &str, value: Value| {
        let mut changed = good.clone();
        changed[name] = value;
        token(SECRET, &header, &changed)
    };
    let without = |name: &str| {
        let mut changed = good.clone();
        changed.as_object_mut().unwrap().remove(name);
        token(SECRET, &header, &changed)
    };
    let fine = token(SECRET, &header, &good);
    let (signed, tag) = fine.rsplit_once('.').unwrap();
    let flipped = if tag.starts_with('A') { "B" } else { "A" };
    for (what, token) in [
        ("other secret", token(&SECRET.to_uppercase(), &header, &good)),
        ("no algorithm", token(SECRET, &json!({"alg": "none"}), &good)),
        ("other algorithm", token(SECRET, &json!({"alg": "HS512"}), &good)),
        ("no tag", format!("{signed}.")),
        ("one byte of the tag", format!("{signed}.{flipped}{}", &tag[1..])),
        ("expired", with("exp", json!(now() - 1))),
        ("no expiry", without("exp")),
        ("expiry is a string", with("exp", json!("9999999999"))),
        ("not yet", with("nbf", json!(now() + 30))),
        ("other issuer", with("iss", json!("https://other.example"))),
        ("no issuer", without("iss")),
        ("other audience", with("aud", json!(["a", "b"]))),
        ("no audience", without("aud")),
        ("not a token", "x.y.z".to_owned()),
        ("two parts", signed.to_owned()),
    ] {
        let answer = discover(&server, &format!("Bearer {token}"));
        assert_eq!(answer.status, 401, "{what}");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.contains(r#"error="invalid_token""#), "{what}: {challenge}");
        assert!(answer.json()["code"].is_string(), "{what}");
        assert!(!answer.body.contains(&token), "{what}");
    }
    for value in ["Basic YTpi", "Bearer", "Bearer ", "Bearer a b", fine.as_str()] {
        assert_eq!(discover(&server, value).status, 401, "{value}");
    }
    let twice = [("Authorization", "Bearer x"), ("Authorization", &format!("Bearer {fine}"))];
    assert_eq!(server.request("POST", "/mcp", &twice).status, 401);
    assert_eq!(discover(&server, &format!("Bearer {fine}")).status, 200);
    assert_eq!(discover(&server, &format!("bearer {fine}")).status, 200);
}

#[test]
fn a_missing_scope_is_forbidden() {
    let server = Server::with(&["--scope", "tools:read", "--scope", "tools:call"]);
    let with_scope = |scope: &str| {
        let mut claims = claims();
        claims["scope"] = json!(scope);
        discover(&server, &bearer(&claims))
    };
    for scope in ["", "tools:read", "tools:call tools:reads", "tools:call,tools:read"] {
        let answer = with_scope(scope);
        assert_eq!(answer.status, 403, "{scope}");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.contains(r#"error="insufficient_scope""#), "{challenge}");
        assert!(challenge.contains(r#"scope="tools:read tools:call""#), "{challenge}");
    }
    assert_eq!(discover(&server, &bearer(&claims())).status, 403);
    assert_eq!(with_scope("other tools:call tools:read").status, 200);
}

#[test]
fn a_legacy_session_from_initialize_to_delete() {
    let server = Server::with(&[]);
    let claims = json!({
        "sub": "ada", "exp": now() + 60, "big": 9_007_199_254_740_993_u64, "x": ["\u{e9}\"", null],
    });
    let session = Session::open(&server, &bearer(&claims), LEGACY);
    assert_eq!(session.revision, LEGACY);
    assert_eq!(session.notify("notifications/initialized").status, 202);

    let mut names = Vec::new();
    let mut cursor = Value::Null;
    let mut pages = 0;
    loop {
        let params = if cursor.is_null() { json!({}) } else { json!({"cursor": cursor}) };
        let result = session.call("tools/list", &params).result();
        assert!(result.get("resultType").is_none());
        let tools = result["tools"].as_array().unwrap();
        assert!(tools.len() <= 3);
        names.extend(tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()));
        pages += 1;
        match result.get("nextCursor") {
            Some(next) => cursor = next.clone(),
            None => break,
        }
    }
    assert_eq!(names, ["echo", "add", "whoami", "slow", "cancellations", "fail", "big", "route"]);
    assert_eq!(pages, 3);
    assert_eq!(session.call("tools/list", &json!({"cursor": "x"})).error_code(), -32602);

    let whoami = session.tool("whoami", &json!({})).result();
    assert_eq!(whoami["structuredContent"], claims);
    assert_eq!(whoami["content"][0]["text"], claims.to_string());
    assert_eq!(whoami["isError"], false);

    let other = json!({"uri": "demo://nothing"});
    assert_eq!(session.call("resources/read", &other).error_code(), -32002);
    assert_eq!(session.call("ping", &json!({})).result(), json!({}));

    assert_eq!(session.delete().status, 202);
    assert_eq!(session.call("ping", &json!({})).status, 404);
}

#[test]
fn the_modern_revision_needs_no_session() {
    let server = Server::with(&[]);
    let claims = claims();
    let bearer = bearer(&claims);
    let answer = discover(&server, &bearer);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("mcp-session-id"), None);
    let result = answer.result();
    assert_eq!(result["resultType"], "complete");
    let supported = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"];
    assert_eq!(result["supportedVersions"], json!(supported));
    for capability in ["tools", "resources", "prompts", "completions"] {
        assert!(result["capabilities"][capability].is_object(), "{capability}");
    }

    let whoami = tool(&server, &bearer, "whoami", &json!({}), &[]).result();
    assert_eq!(whoami["structuredContent"], claims);
    assert_eq!(whoami["content"][0]["text"], claims.to_string());

    let first = modern(&server, &bearer, "tools/list", &json!({}), &[]).result();
    assert_eq!(first["tools"].as_array().unwrap().len(), 3);
    assert!(first["nextCursor"].is_string());

    for method in ["GET", "DELETE"] {
        let headers = [
            ("Authorization", bearer.as_str()),
            ("Accept", "text/event-stream"),
            ("MCP-Protocol-Version", MODERN),
        ];
        assert_eq!(server.request(method, "/mcp", &headers).status, 405, "{method}");
    }
}

#[test]
fn tools_do_what_they_say() {
    let server = Server::with(&["--era", "modern"]);
    let bearer = bearer(&claims());
    let call = |name: &str, arguments: Value| tool(&server, &bearer, name, &arguments, &[]);

    let echo = call("echo", json!({"text": "caf\u{e9} \u{1f980} \"\\\n"})).result();
    assert_eq!(echo["content"], json!([{"type": "text", "text": "caf\u{e9} \u{1f980} \"\\\n"}]));

    let add = call("add", json!({"a": 9_007_199_254_740_993_i64, "b": -1})).result();
    assert_eq!(add["structuredContent"], json!({"sum": 9_007_199_254_740_992_i64}));
    assert_eq!(add["content"][0]["text"], r#"{"sum":9007199254740992}"#);

    let fail = call("fail", json!({"message": "as asked"})).result();
    assert_eq!(fail["isError"], true);
    assert_eq!(fail["content"][0]["text"], "as asked");

    for (name, arguments) in [
        ("echo", json!({})),
        ("add", json!({"a": 1, "b": "2"})),
        ("add", json!({"a": i64::MAX, "b": 1})),
        ("big", json!({"size": -1})),
        ("big", json!({"size": 1_u64 << 40})),
        ("slow", json!({"steps": 0, "delay_ms": 0})),
    ] {
        let answer = call(name, arguments);
        assert_eq!(answer.result()["isError"], true, "{name}");
    }
    assert_eq!(call("nothing", json!({})).error_code(), -32602);

    for size in [0, 1, 100_000] {
        let big = call("big", json!({"size": size})).result();
        let text = big["content"][0]["text"].as_str().unwrap();
        let records: Vec<_> = (0..size).step_by(8).map(|at| format!("{at:07x} ")).collect();
        assert_eq!(text, &records.concat()[..size]);
    }

    let arguments = json!({"region": "nord"});
    let region = [("Mcp-Param-Region", "nord")];
    let route = tool(&server, &bearer, "route", &arguments, &region).result();
    assert_eq!(route["structuredContent"], json!({"region": "nord", "header": "nord"}));
    for headers in [&[][..], &[("Mcp-Param-Region", "south")][..]] {
        let answer = tool(&server, &bearer, "route", &arguments, headers);
        assert_eq!((answer.status, answer.error_code()), (400, -32020));
    }
}

#[test]
fn slow_reports_progress_when_asked() {
    let server = Server::with(&[]);
    let bearer = bearer(&claims());
    let arguments = json!({"steps": 3, "delay_ms": 1});

    let quiet = tool(&server, &bearer, "slow", &arguments, &[]);
    assert_eq!(quiet.header("content-type"), Some("application/json"));
    assert_eq!(quiet.messages().len(), 1);

    let session = Session::open(&server, &bearer, LEGACY);
    assert_eq!(session.notify("notifications/initialized").status, 202);
    let params = json!({"name": "slow", "arguments": arguments, "_meta": {"progressToken": "tok"}});
    for answer in [
        modern(&server, &bearer, "tools/call", &params, &[("Mcp-Name", "slow")]),
        session.call("tools/call", &params),
    ] {
        assert_eq!(answer.header("content-type"), Some("text/event-stream"));
        let messages = answer.messages();
        let progress: Vec<_> = messages
            .iter()
            .filter(|message| message["method"] == "notifications/progress")
            .map(|message| {
                assert_eq!(message["params"]["progressToken"], "tok");
                assert_eq!(message["params"]["total"].as_f64(), Some(3.0));
                message["params"]["progress"].as_f64().unwrap()
            })
            .collect();
        assert_eq!(progress, [1.0, 2.0, 3.0]);
        assert_eq!(messages.len(), 4);
        assert_eq!(answer.result()["content"][0]["text"], "3 steps done");
    }
}

#[test]
fn resources_prompts_and_completions_answer() {
    let server = Server::with(&[]);
    let bearer = bearer(&claims());
    let ask = |method: &str, params: Value, name: &str| {
        let headers = if name.is_empty() { vec![] } else { vec![("Mcp-Name", name)] };
        modern(&server, &bearer, method, &params, &headers)
    };

    let listed = ask("resources/list", json!({}), "").result();
    let uris: Vec<_> = listed["resources"].as_array().unwrap().iter().map(|r| &r["uri"]).collect();
    assert_eq!(uris, ["demo://greeting", "demo://readme"]);
    let templates = ask("resources/templates/list", json!({}), "").result();
    assert_eq!(templates["resourceTemplates"][0]["uriTemplate"], "demo://items/{id}");

    let read = |uri: &str| ask("resources/read", json!({"uri": uri}), uri);
    let greeting = &read("demo://greeting").result()["contents"][0];
    assert_eq!(greeting["mimeType"], "text/plain");
    assert_eq!(greeting["text"], "Hello from the mcpico demo server.\n");
    assert_eq!(read("demo://readme").result()["contents"][0]["mimeType"], "text/markdown");
    assert_eq!(read("demo://items/bolt").result()["contents"][0]["text"], r#"{"id":"bolt"}"#);
    assert_eq!(read("demo://items/").error_code(), -32602);

    let prompts = ask("prompts/list", json!({}), "").result();
    assert_eq!(prompts["prompts"][0]["arguments"][0]["required"], true);
    let greet = |arguments: Value| {
        ask("prompts/get", json!({"name": "greet", "arguments": arguments}), "greet")
    };
    let messages = &greet(json!({"name": "Ada"})).result()["messages"];
    assert_eq!(messages[0]["content"]["text"], "Please greet Ada.");
    assert_eq!(greet(json!({})).error_code(), -32602);

    let argument = json!({"name": "name", "value": "A"});
    let params = json!({"ref": {"type": "ref/prompt", "name": "greet"}, "argument": argument});
    let values = &ask("completion/complete", params, "").result()["completion"]["values"];
    assert_eq!(*values, json!(["Ada", "Alan"]));
}

#[test]
fn a_session_belongs_to_its_caller() {
    let server = Server::with(&[]);
    let ada = bearer(&json!({"sub": "ada", "exp": now() + 60}));
    let renewed = bearer(&json!({"sub": "ada", "exp": now() + 90, "jti": "2", "iat": now()}));
    let alan = bearer(&json!({"sub": "alan", "exp": now() + 60}));
    let mut session = Session::open(&server, &ada, LEGACY);
    assert_eq!(session.notify("notifications/initialized").status, 202);

    session.bearer = alan;
    assert_eq!(session.call("ping", &json!({})).status, 404);
    assert_eq!(session.delete().status, 404);
    session.bearer = renewed;
    assert_eq!(session.call("ping", &json!({})).status, 200);
    session.id = "invented".to_owned();
    assert_eq!(session.call("ping", &json!({})).status, 404);
}

#[test]
fn strange_hosts_and_origins_are_refused() {
    let server = Server::with(&["--allow-host", "mcp.example"]);
    let port = server.address.rsplit_once(':').unwrap().1.to_owned();
    let bearer = bearer(&claims());
    let status = |name: &str, value: &str| {
        let headers = [("Authorization", bearer.as_str()), (name, value)];
        modern_with(&server, "server/discover", &json!({}), &headers).status
    };
    assert_eq!(status("Host", &format!("localhost:{port}")), 200);
    assert_eq!(status("Host", "mcp.example"), 200);
    for host in ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80"] {
        assert_eq!(status("Host", host), 403, "{host}");
    }
    assert_eq!(status("Origin", &format!("http://127.0.0.1:{port}")), 200);
    for origin in ["https://evil.example", "http://localhost:1", "null", "http://127.0.0.1"] {
        assert_eq!(status("Origin", origin), 403, "{origin}");
    }
}

#[test]
fn one_legacy_revision() {
    let server = Server::with(&["--revision", LEGACY]);
    let bearer = bearer(&claims());
    let answer = discover(&server, &bearer);
    assert_eq!(answer.status, 400);
    assert!(serde_json::from_str::<Value>(&answer.body).is_err(), "{answer:?}");
    for asked in [LEGACY, "2024-11-05", MODERN, "1999-01-01"] {
        let session = Session::open(&server, &bearer, asked);
        assert_eq!(session.revision, LEGACY, "{asked}");
        assert_eq!(session.notify("notifications/initialized").status, 202);
        assert_eq!(session.call("ping", &json!({})).status, 200);
    }
    let server = Server::with(&["--revision", "2025-03-26"]);
    assert_eq!(Session::open(&server, &bearer, LEGACY).revision, "2025-03-26");
}

#[test]
fn one_modern_revision() {
    let server = Server::with(&["--revision", MODERN]);
    let bearer = bearer(&claims());
    let result = discover(&server, &bearer).result();
    assert_eq!(result["supportedVersions"], json!([MODERN]));
    let answer = server.post(&[("Authorization", &bearer)], &initialize(LEGACY));
    assert_eq!(answer.error_code(), -32022);
    assert_eq!(answer.header("mcp-session-id"), None);
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    assert_eq!(server.post(&[("Authorization", &bearer)], &message).status, 400);
    for method in ["GET", "DELETE"] {
        let headers = [("Authorization", bearer.as_str()), ("Accept", "text/event-stream")];
        let answer = server.request(method, "/mcp", &headers);
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow"), Some("POST"));
    }
}

#[test]
fn streams_can_be_forced() {
    let server = Server::with(&["--always-stream"]);
    let answer = discover(&server, &bearer(&claims()));
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert_eq!(answer.result()["resultType"], "complete");
}

#[test]
fn a_generated_secret_comes_with_a_token_file() {
    let file = scratch("token");
    fs::write(&file, "old").unwrap();
    let mut command = mcpico();
    command.args(["serve", "--issuer", "https://issuer.example", "--audience", "demo"]);
    command.args(["--scope", "a", "--scope", "b", "--token-file"]).arg(&file);
    let server = Server::start(&mut command);
    assert!(server.line.ends_with(&format!(" (a token is in {})\n", file.display())));
    let token = fs::read_to_string(&file).unwrap();
    assert_eq!(token.split('.').count(), 3);
    assert!(!server.line.contains(&token));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let whoami = tool(&server, &format!("Bearer {token}"), "whoami", &json!({}), &[]).result();
    let claims = &whoami["structuredContent"];
    assert_eq!(claims["iss"], "https://issuer.example");
    assert_eq!(claims["aud"], "demo");
    assert_eq!(claims["scope"], "a b");
    let lifetime = claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap();
    assert_eq!(lifetime, 3600);
    assert_eq!(discover(&server, &bearer(&wire::claims())).status, 401);
}

#[test]
fn without_a_token_file_the_line_says_how_to_get_one() {
    let server = Server::start(mcpico().arg("serve"));
    let note = " (the secret was generated; --token-file FILE gives a token)\n";
    assert!(server.line.ends_with(note), "{}", server.line);
    let server = Server::with(&[]);
    assert_eq!(server.line, format!("listening on http://{}/mcp\n", server.address));
}

#[test]
fn a_secret_file_goes_before_the_variable() {
    let file = scratch("secret");
    fs::write(&file, format!("{SECRET}\n")).unwrap();
    let mut command = mcpico();
    command.env("MCP_JWT_SECRET", "another-example-secret-of-forty-eight-bytes-0123");
    command.args(["serve", "--secret-file"]).arg(&file);
    let server = Server::start(&mut command);
    assert_eq!(discover(&server, &bearer(&claims())).status, 200);
}

#[test]
fn what_can_not_be_served_safely_is_refused() {
    let refused = |command: &mut Command, reason: &str| {
        let output = ended(command);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(output.stdout.is_empty());
        assert!(message.starts_with("mcpico: ") && message.contains(reason), "{message}");
        message
    };
    refused(mcpico().args(["serve", "--listen", "0.0.0.0:0"]), "--allow-non-loopback");
    refused(mcpico().args(["serve", "--secret-file", "no/such/file"]), "secret");
    let with_secret = |secret: &str| {
        let mut command = mcpico();
        command.env("MCP_JWT_SECRET", secret).args(["serve", "--listen", "127.0.0.1:0"]);
        refused(&mut command, "secret")
    };
    with_secret("");
    let message = with_secret("too-short");
    assert!(!message.contains("too-short"));
    let server = Server::with(&[]);
    refused(
        mcpico().args(["serve", "--listen", &server.address]).env("MCP_JWT_SECRET", SECRET),
        &server.address,
    );
}

#[cfg(unix)]
#[test]
fn sigterm_ends_it_whatever_its_connections_do() {
    let mut server = Server::with(&[]);
    let session = Session::open(&server, &bearer(&claims()), LEGACY);
    assert_eq!(session.notify("notifications/initialized").status, 202);
    let idle = TcpStream::connect(&server.address).unwrap();
    let mut unfinished = TcpStream::connect(&server.address).unwrap();
    let request = format!(
        "POST /mcp HTTP/1.1\r\nHost: {}\r\nAuthorization: {}\r\nContent-Length: 9\r\n\
         Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\n\r\n{{",
        server.address, session.bearer
    );
    unfinished.write_all(request.as_bytes()).unwrap();
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    let request = format!(
        "GET /mcp HTTP/1.1\r\nHost: {}\r\nAccept: text/event-stream\r\nAuthorization: {}\r\n\
         MCP-Session-Id: {}\r\n\r\n",
        server.address, session.bearer, session.id
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut start = [0; 15];
    stream.read_exact(&mut start).unwrap();
    assert_eq!(&start, b"HTTP/1.1 200 OK");

    let before = Instant::now();
    let id = server.process.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert!(server.process.wait().unwrap().success());
    assert!(before.elapsed() < TIMEOUT);
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert!(rest.ends_with(b"0\r\n\r\n"), "the stream was cut off");
    drop((idle, unfinished));
}

#[test]
fn the_version_is_printed() {
    let output = ended(mcpico().arg("--version"));
    let expected = concat!("mcpico ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
}

/// A session of a revision with `initialize`.
struct Session<'s> {
    server: &'s Server,
    bearer: String,
    id: String,
    /// The revision that the server chose.
    revision: String,
}

impl<'s> Session<'s> {
    fn open(server: &'s Server, bearer: &str, revision: &str) -> Self {
        let answer = server.post(&[("Authorization", bearer)], &initialize(revision));
        assert_eq!(answer.status, 200, "{answer:?}");
        let id = answer.header("mcp-session-id").unwrap().to_owned();
        let revision = answer.result()["protocolVersion"].as_str().unwrap().to_owned();
        Self { server, bearer: bearer.to_owned(), id, revision }
    }

    fn call(&self, method: &str, params: &Value) -> Answer {
        self.post(&json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params}))
    }

    fn tool(&self, name: &str, arguments: &Value) -> Answer {
        self.call("tools/call", &json!({"name": name, "arguments": arguments}))
    }

    fn notify(&self, method: &str) -> Answer {
        self.post(&json!({"jsonrpc": "2.0", "method": method}))
    }

    fn delete(&self) -> Answer {
        self.server.request("DELETE", "/mcp", &self.headers())
    }

    fn post(&self, message: &Value) -> Answer {
        self.server.post(&self.headers(), message)
    }

    fn headers(&self) -> [(&str, &str); 3] {
        [
            ("Authorization", &self.bearer),
            ("MCP-Session-Id", &self.id),
            ("MCP-Protocol-Version", &self.revision),
        ]
    }
}

fn initialize(revision: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": revision,
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "0"},
    }})
}

fn discover(server: &Server, authorization: &str) -> Answer {
    modern(server, authorization, "server/discover", &json!({}), &[])
}

fn tool(
    server: &Server,
    bearer: &str,
    name: &str,
    arguments: &Value,
    headers: &[(&str, &str)],
) -> Answer {
    let params = json!({"name": name, "arguments": arguments});
    modern(server, bearer, "tools/call", &params, &[&[("Mcp-Name", name)], headers].concat())
}

fn modern(
    server: &Server,
    authorization: &str,
    method: &str,
    params: &Value,
    headers: &[(&str, &str)],
) -> Answer {
    let headers = [&[("Authorization", authorization)], headers].concat();
    modern_with(server, method, params, &headers)
}

fn modern_with(server: &Server, method: &str, params: &Value, headers: &[(&str, &str)]) -> Answer {
    let mut params = params.clone();
    params["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!(MODERN);
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!({});
    let own = [("MCP-Protocol-Version", MODERN), ("Mcp-Method", method)];
    let message = json!({"jsonrpc": "2.0", "id": "r-1", "method": method, "params": params});
    server.post(&[&own, headers].concat(), &message)
}
