//! A server process, a minimal HTTP client over TCP, and tokens made without `mcpico_core`.
#![allow(dead_code)] // every test file takes what it needs

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// The secret of the servers that [`Server::with`] starts.
pub(crate) const SECRET: &str = "an-example-secret-of-forty-eight-bytes-0123456789";

pub(crate) const TIMEOUT: Duration = Duration::from_mins(1);

/// `mcpico serve` in a process of its own, ended on drop.
pub(crate) struct Server {
    pub(crate) process: Child,
    pub(crate) address: String,
    /// The line on standard output.
    pub(crate) line: String,
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    /// On a free port, with [`SECRET`] and `arguments`.
    pub(crate) fn with(arguments: &[&str]) -> Self {
        Self::start(mcpico().env("MCP_JWT_SECRET", SECRET).arg("serve").args(arguments))
    }

    /// The command with a free port.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut process =
            command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let url = line.split_whitespace().nth(2).unwrap_or_default();
        let address = url.strip_prefix("http://").and_then(|rest| rest.strip_suffix("/mcp"));
        let address = address.unwrap_or_else(|| panic!("no URL in {line:?}")).to_owned();
        Self { process, address, line, _stdout: stdout }
    }

    /// Sends `head` lines and body on a connection of their own.
    pub(crate) fn exchange(&self, request: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        Answer::parse(&answer)
    }

    pub(crate) fn request(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(method, path, headers, "")
    }

    /// POSTs a JSON-RPC message to the MCP endpoint.
    pub(crate) fn post(&self, headers: &[(&str, &str)], message: &Value) -> Answer {
        let fixed = [
            ("Accept", "application/json, text/event-stream"),
            ("Content-Type", "application/json"),
        ];
        self.send("POST", "/mcp", &[&fixed, headers].concat(), &message.to_string())
    }

    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut lines = vec![format!("{method} {path} HTTP/1.1"), "Connection: close".to_owned()];
        if !headers.iter().any(|(name, _)| *name == "Host") {
            lines.push(format!("Host: {}", self.address));
        }
        lines.extend(headers.iter().map(|(name, value)| format!("{name}: {value}")));
        lines.push(format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        self.exchange(lines.join("\r\n").as_bytes())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The command under test, with nothing of the caller's environment that could change it.
pub(crate) fn mcpico() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mcpico"));
    command.env_remove("MCP_JWT_SECRET").env_remove("MCP_JWT_TOKEN");
    command
}

/// What a command gives that ends by itself; one that does not within [`TIMEOUT`] fails the test.
pub(crate) fn ended(command: &mut Command) -> Output {
    let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    while process.try_wait().unwrap().is_none() {
        if start.elapsed() > TIMEOUT {
            process.kill().unwrap();
            panic!("{command:?} does not end: {:?}", process.wait_with_output());
        }
        thread::sleep(Duration::from_millis(5));
    }
    process.wait_with_output().unwrap()
}

/// A response, its body without transfer coding.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Self {
        let split = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let split = split.unwrap_or_else(|| panic!("no head in {bytes:?}"));
        let head = std::str::from_utf8(&bytes[..split]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers: Vec<_> = lines
            .map(|line| line.split_once(':').unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let mut answer = Self { status, headers, body: String::new() };
        let body = &bytes[split + 4..];
        answer.body = if answer.header("transfer-encoding") == Some("chunked") {
            unchunked(body)
        } else {
            String::from_utf8(body.to_vec()).unwrap()
        };
        answer
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(candidate, _)| candidate == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON in {self:?}"))
    }

    /// The JSON-RPC messages, of one JSON body or of an event stream.
    pub(crate) fn messages(&self) -> Vec<Value> {
        if self.header("content-type") != Some("text/event-stream") {
            return vec![self.json()];
        }
        let mut messages = Vec::new();
        for line in self.body.lines() {
            let value = line.strip_prefix("data:").map(str::trim).unwrap_or_default();
            if !value.is_empty() {
                messages.push(serde_json::from_str(value).unwrap());
            }
        }
        messages
    }

    /// The `result` of the last message.
    pub(crate) fn result(&self) -> Value {
        let last = self.messages().pop().unwrap_or_else(|| panic!("no message in {self:?}"));
        last.get("result").cloned().unwrap_or_else(|| panic!("no result in {self:?}"))
    }

    /// The `error.code` of the last message.
    pub(crate) fn error_code(&self) -> i64 {
        let last = self.messages().pop().unwrap_or_else(|| panic!("no message in {self:?}"));
        last["error"]["code"].as_i64().unwrap_or_else(|| panic!("no error in {self:?}"))
    }
}

fn unchunked(mut rest: &[u8]) -> String {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n").unwrap();
        let size = std::str::from_utf8(&rest[..end]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        rest = &rest[end + 2..];
        if size == 0 {
            return String::from_utf8(body).unwrap();
        }
        body.extend_from_slice(&rest[..size]);
        rest = &rest[size + 2..];
    }
}

/// A header value `Bearer <token>` for the claims and [`SECRET`].
pub(crate) fn bearer(claims: &Value) -> String {
    format!("Bearer {}", token(SECRET, &json!({"alg": "HS256", "typ": "JWT"}), claims))
}

pub(crate) fn token(secret: &str, header: &Value, claims: &Value) -> String {
    let encode = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    let signed = format!("{}.{}", encode(header), encode(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    let tag = Base64UrlUnpadded::encode_string(&mac.finalize().into_bytes());
    format!("{signed}.{tag}")
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Claims that hold for a minute.
pub(crate) fn claims() -> Value {
    json!({"sub": "ada", "iat": now(), "exp": now() + 60})
}

/// A path in a new folder of this test run.
pub(crate) fn scratch(name: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{number}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}
