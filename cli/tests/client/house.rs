//! A house of servers that can lie in any way, and runs of the command against them.
//!
//! Every run is looked through for secrets and for characters that a terminal would obey.

use std::fmt::{self, Write as _};
use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::schema;
use crate::wire::{self, SECRET};

/// What a server does with one request.
pub(crate) enum Reply {
    /// Status, further headers, body.
    Http(u16, Vec<(String, String)>, Vec<u8>),
    /// These bytes, then the end of the connection.
    Raw(Vec<u8>),
    /// The connection is reset.
    Reset,
    /// The connection is closed.
    Close,
    /// Nothing at all.
    Silence,
}

/// One request as the server got it.
#[derive(Clone)]
pub(crate) struct Request {
    head: String,
    pub(crate) body: Value,
    /// Which connection it came on; the first is 0.
    pub(crate) connection: usize,
}

/// What a bearer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "guards look at some of them")]
pub(crate) struct Token {
    pub(crate) shown: bool,
    pub(crate) formed: bool,
    pub(crate) signed: bool,
    pub(crate) alive: bool,
}

impl Token {
    pub(crate) fn is_good(self) -> bool {
        self.shown && self.formed && self.signed && self.alive
    }
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// The values of all headers of that name.
    #[allow(dead_code, reason = "the tests of the audit look at more than one")]
    pub(crate) fn headers(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        let named = lines.filter(|(found, _)| found.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.trim()).collect()
    }

    /// The method of JSON-RPC; of HTTP where there is no message.
    pub(crate) fn method(&self) -> &str {
        let http = self.head.split(' ').next().unwrap();
        self.body["method"].as_str().unwrap_or(http)
    }

    pub(crate) fn is_handshake(&self) -> bool {
        let method = self.method();
        matches!(method, "server/discover" | "initialize" | "notifications/initialized")
    }

    pub(crate) fn bearer(&self) -> Option<&str> {
        self.header("authorization")?.strip_prefix("Bearer ")
    }

    /// Judges the bearer by a second implementation of HS256.
    pub(crate) fn token(&self) -> Token {
        let Some(token) = self.bearer() else {
            return Token { shown: false, formed: false, signed: false, alive: false };
        };
        let parts: Vec<_> = token.split('.').collect();
        let claims = parts.get(1).and_then(|claims| Base64UrlUnpadded::decode_vec(claims).ok());
        let claims: Option<Value> = claims.and_then(|text| serde_json::from_slice(&text).ok());
        let (Some(claims), [header, payload, tag]) = (claims, &parts[..]) else {
            return Token { shown: true, formed: false, signed: false, alive: false };
        };
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(format!("{header}.{payload}").as_bytes());
        Token {
            shown: true,
            formed: true,
            signed: Base64UrlUnpadded::encode_string(&mac.finalize().into_bytes()) == *tag,
            alive: claims["exp"].as_u64().is_some_and(|exp| exp > wire::now()),
        }
    }

    /// What an honest server of both eras answers to somebody whom it lets in.
    pub(crate) fn honest(&self) -> Reply {
        let result = match self.method() {
            "server/discover" => json!({"supportedVersions": ["2026-07-28", "2025-11-25"]}),
            "initialize" => json!({
                "protocolVersion": "2025-11-25", "capabilities": {},
                "serverInfo": {"name": "house", "version": "1"},
            }),
            "tools/list" => json!({"tools": [{"name": "one", "inputSchema": {"type": "object"}}]}),
            "tools/call" => json!({"content": [{"type": "text", "text": "done"}]}),
            "resources/list" => json!({"resources": []}),
            "prompts/list" => json!({"prompts": []}),
            "notifications/initialized" | "DELETE" => return Reply::status(202, ""),
            _ => return self.error(200, -32601, "method not found"),
        };
        self.result(&result)
    }

    pub(crate) fn result(&self, result: &Value) -> Reply {
        Reply::json(200, &json!({"jsonrpc": "2.0", "id": self.body["id"], "result": result}))
    }

    pub(crate) fn error(&self, status: u16, code: i64, message: &str) -> Reply {
        let error = json!({"code": code, "message": message});
        Reply::json(status, &json!({"jsonrpc": "2.0", "id": self.body["id"], "error": error}))
    }
}

impl Reply {
    pub(crate) fn status(status: u16, body: &str) -> Self {
        Self::Http(status, Vec::new(), body.as_bytes().to_vec())
    }

    pub(crate) fn json(status: u16, message: &Value) -> Self {
        Self::status(status, &message.to_string()).with("Content-Type", "application/json")
    }

    pub(crate) fn challenge(status: u16, challenge: &str) -> Self {
        Self::status(status, "").with("WWW-Authenticate", challenge)
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        if let Self::Http(_, headers, _) = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

type Script = dyn Fn(&Request) -> Reply + Send + Sync;

/// A server on a free loopback port.
pub(crate) struct House {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl House {
    pub(crate) fn new(script: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/mcp", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (script, log): (Arc<Script>, _) = (Arc::new(script), Arc::clone(&seen));
        thread::spawn(move || {
            for (connection, stream) in listener.incoming().enumerate() {
                let (script, log) = (Arc::clone(&script), Arc::clone(&log));
                thread::spawn(move || serve(stream.unwrap(), connection, &*script, &log));
            }
        });
        Self { url, seen }
    }

    /// Lets in whom `admits` admits, and answers the others by `refusal`.
    pub(crate) fn guarded(
        admits: impl Fn(&Request) -> bool + Send + Sync + 'static,
        refusal: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::new(move |request| if admits(request) { request.honest() } else { refusal(request) })
    }

    /// Answers `method` so, and is honest and well guarded otherwise.
    pub(crate) fn answering(
        method: &'static str,
        answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::new(move |request| match request.token().is_good() {
            false => Reply::challenge(401, "Bearer"),
            true if request.method() == method => answer(request),
            true => request.honest(),
        })
    }

    /// Answers `method` with this result.
    pub(crate) fn with(method: &'static str, result: Value) -> Self {
        Self::answering(method, move |request| request.result(&result))
    }

    /// The calls of tools that there are, which nobody makes to knock.
    pub(crate) fn calls(&self) -> Vec<Request> {
        let is_call = |request: &Request| {
            request.method() == "tools/call"
                && request.body["params"]["name"] != "mcpico-no-such-tool"
        };
        self.requests().into_iter().filter(is_call).collect()
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Runs `mcpico test` in both formats; gives the report.
    pub(crate) fn test(&self, arguments: &[&str]) -> Report {
        self.test_with(arguments, &[])
    }

    /// The same; nothing of `concealed` may be printed either.
    pub(crate) fn test_with(&self, arguments: &[&str], concealed: &[&str]) -> Report {
        let mut all = vec!["test", &self.url];
        all.extend(arguments);
        let text = self.look_through(run(&all), concealed);
        all.extend(["--format", "json", "--verbose"]);
        let run = self.look_through(run(&all), concealed);
        let report = Report::new(text, &run);
        assert_eq!(report.json["endpoint"], json!(self.url));
        report
    }

    /// Runs a command of the kind of `call`.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let all = [arguments, &["--endpoint", &self.url]].concat();
        self.look_through(run(&all), &[])
    }

    /// Runs it with the right secret.
    pub(crate) fn run_friend(&self, arguments: &[&str]) -> Run {
        self.run(&[arguments, &["--secret-file", &secret_file()]].concat())
    }

    /// No token that was ever sent here may be seen.
    fn look_through(&self, run: Run, concealed: &[&str]) -> Run {
        let seen = self.requests();
        let tokens = seen.iter().filter_map(Request::bearer);
        // The made-up one is no secret.
        for token in
            tokens.filter(|token| !token.starts_with("mcpico.")).chain(concealed.iter().copied())
        {
            let signature = token.rsplit('.').next().unwrap();
            assert!(!run.contains(token) && !run.contains(signature), "a token is shown: {run:?}");
        }
        run
    }
}

/// The file with the secret of the houses.
pub(crate) fn secret_file() -> String {
    file("secret", SECRET)
}

/// A new file that only its owner can read.
pub(crate) fn file(name: &str, content: &str) -> String {
    let path = wire::scratch(name);
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.write(true).create_new(true).open(&path).unwrap();
    file.write_all(content.as_bytes()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// How a command ended.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    fn contains(&self, text: &str) -> bool {
        self.out.contains(text) || self.err.contains(text)
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit code {}\n{}\n{}", self.code, self.out, self.err)
    }
}

pub(crate) fn run(arguments: &[&str]) -> Run {
    run_command(wire::mcpico().args(arguments))
}

/// Runs a command, which may not show the secret, a whole token, or a character that a terminal obeys.
pub(crate) fn run_command(command: &mut Command) -> Run {
    let output = wire::ended(command);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap_or_else(|| panic!("{output:?}"));
    let run = Run { code, out: text(output.stdout), err: text(output.stderr) };
    for line in run.out.split('\n').chain(run.err.split('\n')) {
        assert!(line.chars().all(is_harmless), "{line:?}");
    }
    assert!(!run.contains(SECRET), "the secret is shown: {run:?}");
    for start in ["eyJ", &SECRET[..16]] {
        let words = run.out.split(start).skip(1).chain(run.err.split(start).skip(1));
        let in_a_token = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        for word in words {
            // The mask shows four characters, three dots and four characters.
            let length = word.chars().take_while(|c| in_a_token(*c)).count();
            assert!(length <= 8, "a token is shown: {run:?}");
        }
    }
    run
}

/// No control character, nothing that changes direction, nothing invisible.
fn is_harmless(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        && !matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// What `mcpico test` reported, after a look at what every report has to keep.
pub(crate) struct Report {
    pub(crate) code: i32,
    pub(crate) text: String,
    pub(crate) err: String,
    pub(crate) json: Value,
}

impl Report {
    pub(crate) fn new(text: Run, run: &Run) -> Self {
        let json: Value = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{run:?}"));
        assert_eq!(text.code, run.code, "{text:?}\n{run:?}");
        assert_eq!(json["schema"], "mcpico-test/1");
        assert_eq!(json["exit_code"], run.code, "{run:?}");
        schema::check(&json);
        let report = Self { code: run.code, text: text.out, err: run.err.clone(), json };
        let count = |verdict| report.ids(verdict).len();
        let (passed, failed, known) = (count("passed"), count("failed"), count("known"));
        let skipped = count("skipped");
        let counted =
            json!({"passed": passed, "failed": failed, "known": known, "skipped": skipped});
        assert_eq!(report.json["summary"], counted);
        let known = if known > 0 { format!("{known} known to fail, ") } else { String::new() };
        let summary = format!("{passed} passed, {failed} failed, {known}{skipped} skipped in ");
        assert!(report.text.lines().last().unwrap().starts_with(&summary), "{}", report.text);
        let words = report.text.lines().filter(|line| line.starts_with("FAILED ")).count();
        assert_eq!(words, failed, "{}", report.text);
        for check in report.json["checks"].as_array().unwrap() {
            assert!(check["duration_ms"].as_f64().unwrap() >= 0.0);
            assert!(report.text.contains(check["title"].as_str().unwrap()));
            if check["verdict"] != "passed" {
                assert_ne!(check["note"], "", "a verdict without a reason: {check}");
            }
        }
        for layer in ["signature", "claims", "execution", "credential exchange"] {
            assert!(report.json["reached"][layer].is_string(), "{layer}");
            assert!(report.text.contains(layer), "{}", report.text);
        }
        if report.code == 0 {
            assert!(failed == 0 && passed > 1, "{}", report.text);
        }
        report
    }

    /// The checks with that verdict.
    pub(crate) fn ids(&self, verdict: &str) -> Vec<&str> {
        let checks = self.json["checks"].as_array().unwrap().iter();
        let checks = checks.filter(|check| check["verdict"] == verdict);
        checks.map(|check| check["id"].as_str().unwrap()).collect()
    }

    pub(crate) fn note(&self, id: &str) -> &str {
        let checks = self.json["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["id"] == id);
        check.unwrap_or_else(|| panic!("no {id} in {}", self.text))["note"].as_str().unwrap()
    }

    pub(crate) fn reached(&self, layer: &str) -> &str {
        self.json["reached"][layer].as_str().unwrap()
    }
}

fn serve(mut stream: TcpStream, connection: usize, script: &Script, seen: &Mutex<Vec<Request>>) {
    while let Some((mut request, length)) = peek(&stream) {
        request.connection = connection;
        seen.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
        let reply = script(&request);
        if matches!(reply, Reply::Reset) {
            // What has not been read makes a reset of the close.
            return;
        }
        stream.read_exact(&mut vec![0; length]).unwrap();
        match reply {
            Reply::Http(status, headers, body) => {
                let mut head = format!("HTTP/1.1 {status} Status\r\n");
                for (name, value) in headers {
                    write!(head, "{name}: {value}\r\n").unwrap();
                }
                write!(head, "Content-Length: {}\r\n\r\n", body.len()).unwrap();
                if stream.write_all(&[head.as_bytes(), &body].concat()).is_err() {
                    return;
                }
            }
            Reply::Raw(bytes) => {
                let _ = stream.write_all(&bytes);
                return;
            }
            Reply::Reset | Reply::Close => return,
            Reply::Silence => {
                let _ = stream.read(&mut [0]);
                return;
            }
        }
    }
}

/// Waits for a whole request and leaves it where it is; its length on the wire.
fn peek(stream: &TcpStream) -> Option<(Request, usize)> {
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let count = stream.peek(&mut buffer).ok().filter(|count| *count > 0)?;
        let bytes = &buffer[..count];
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let mut request = Request { head, body: Value::Null, connection: 0 };
            let length = request.header("content-length").map_or(0, |value| value.parse().unwrap());
            if let Some(body) = bytes.get(end + 4..end + 4 + length) {
                request.body = serde_json::from_slice(body).unwrap_or_default();
                return Some((request, end + 4 + length));
            }
        }
        thread::sleep(Duration::from_millis(1));
    }
}
