//! Sends requests as they are, good or not, and reads whatever comes back.
//!
//! The client of `mcpico_core` sends no request with two `Authorization` headers and none with a token in
//! its query. Messages are written by it even so; only the credentials are added here.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use embedded_io_async::{Read, Write};
use mcpico_core::http1::{Body, HeadReader, Method, RequestError, RequestHead};
use mcpico_http::std::{TokioConnector, TokioIo};
use mcpico_http::{Connect, Endpoint};

use super::answer::{self, Answer, Http};
use super::pace::Pace;

/// Most bytes of a body that are read.
const MAX_BODY: usize = 1024 * 1024;

/// Bytes that are read at once.
const CHUNK: usize = 16 * 1024;

/// A request without its credentials.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) method: Method,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// What a request shows of who sends it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Credential {
    /// The values of its `Authorization` headers.
    pub(crate) headers: Vec<String>,
    /// What is added to the query of the URL.
    pub(crate) query: Option<String>,
    /// The token in it.
    pub(crate) token: Option<String>,
}

impl Credential {
    pub(crate) fn bearer(token: &str) -> Self {
        Self { headers: vec![format!("Bearer {token}")], query: None, token: Some(token.into()) }
    }

    pub(crate) fn header(value: impl Into<String>) -> Self {
        Self { headers: vec![value.into()], ..Self::default() }
    }
}

/// A way to the server.
pub(crate) struct Wire {
    endpoint: String,
    connector: TokioConnector,
    /// The connection that the last exchange has left.
    idle: Option<TokioIo>,
    /// Whether a connection is used again.
    keeps: bool,
    limit: Duration,
    pace: Pace,
}

impl Wire {
    pub(crate) fn new(endpoint: &str, limit: Duration, pace: Pace) -> Self {
        let connector = TokioConnector::new();
        Self { endpoint: endpoint.to_owned(), connector, idle: None, keeps: true, limit, pace }
    }

    /// Requests that were sent.
    pub(crate) const fn sent(&self) -> usize {
        self.pace.sent()
    }

    /// The longest time that an answer is waited for.
    pub(crate) const fn limit(&self) -> Duration {
        self.limit
    }

    /// The next request goes over a connection of its own.
    pub(crate) fn part(&mut self) {
        self.idle = None;
    }

    /// From now on every request goes over a connection of its own.
    pub(crate) fn part_always(&mut self) {
        self.part();
        self.keeps = false;
    }

    /// Whether the next request goes over the connection of the last one.
    pub(crate) const fn is_kept(&self) -> bool {
        self.idle.is_some()
    }

    /// Sends a request and reads the answer.
    pub(crate) async fn send(&mut self, message: &Message, credential: &Credential) -> Answer {
        self.pace.wait().await;
        let reused = self.idle.is_some();
        let answer = self.send_once(message, credential).await;
        match answer {
            // A server may close a connection that nobody uses, at any time.
            Answer::Reset | Answer::Closed if reused => self.send_once(message, credential).await,
            answer => answer,
        }
    }

    async fn send_once(&mut self, message: &Message, credential: &Credential) -> Answer {
        let started = Instant::now();
        let limit = self.limit;
        match tokio::time::timeout(limit, self.exchange(message, credential)).await {
            Ok(Ok(mut http)) => {
                http.took = started.elapsed();
                Answer::Http(Box::new(http))
            }
            Ok(Err(answer)) => answer,
            Err(_) => Answer::Silent,
        }
    }

    async fn exchange(
        &mut self,
        message: &Message,
        credential: &Credential,
    ) -> Result<Http, Answer> {
        let url = self.endpoint.clone();
        let garbled = |what: &dyn std::fmt::Display| Answer::Garbled(what.to_string());
        let endpoint = Endpoint::parse(&url).map_err(|error| garbled(&error))?;
        let request = write(&endpoint, message, credential).map_err(|error| garbled(&error))?;
        let mut io = match self.idle.take() {
            Some(io) => io,
            None => self
                .connector
                .connect(&endpoint)
                .await
                .map_err(|error| Answer::Unreachable(error.to_string()))?,
        };
        let mut rest = request.as_slice();
        while !rest.is_empty() {
            match io.write(rest).await {
                Ok(0) => break,
                Ok(count) => rest = rest.get(count..).unwrap_or_default(),
                // A server may answer before it has read everything.
                Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
                Err(error) => return Err(lost(error.kind())),
            }
        }
        let _ = io.flush().await;
        let (http, may_reuse) = read(&mut io, message).await?;
        self.idle = (may_reuse && self.keeps).then_some(io);
        Ok(http)
    }
}

fn write(
    endpoint: &Endpoint<'_>,
    message: &Message,
    credential: &Credential,
) -> Result<Vec<u8>, RequestError> {
    let target = match &credential.query {
        Some(query) => {
            let separator = if endpoint.target().contains('?') { '&' } else { '?' };
            format!("{}{separator}{query}", endpoint.target())
        }
        None => endpoint.target().to_owned(),
    };
    let head = RequestHead { method: message.method, target: &target, host: endpoint.authority() };
    let own = message.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let shown = credential.headers.iter().map(|value| ("Authorization", value.as_str()));
    let length = (message.method == Method::Post).then_some(message.body.len() as u64);
    let headers = own.chain(shown);
    let needed = match head.write(headers.clone(), length, &mut []) {
        Err(RequestError::OutputTooSmall(small)) => small.needed,
        Err(error) => return Err(error),
        Ok(_) => 0,
    };
    let mut request = vec![0; needed];
    head.write(headers, length, &mut request)?;
    request.extend_from_slice(&message.body);
    Ok(request)
}

/// Reads an answer, as far as it says something.
async fn read(io: &mut TokioIo, message: &Message) -> Result<(Http, bool), Answer> {
    let garbled = |error: &dyn std::fmt::Display| Answer::Garbled(error.to_string());
    let mut bytes = Vec::new();
    let mut reader = HeadReader::new();
    let (mut http, mut framing, mut chunk) = loop {
        if let Some((head, length)) = reader.read(&bytes).map_err(|error| garbled(&error))? {
            if head.is_informational() {
                bytes.drain(..length);
                reader = HeadReader::new();
                continue;
            }
            let framing: Body = head.body().map_err(|error| garbled(&error))?;
            break (Http::of(&head), framing, bytes.split_off(length));
        }
        more(io, &mut bytes).await?.ok_or(Answer::Closed)?;
    };
    // An error in the middle of a body leaves what has come.
    while let Ok(decoded) = framing.decode(&mut chunk) {
        http.body.extend_from_slice(chunk.get(..decoded.len).unwrap_or_default());
        if framing.is_complete() {
            answer::understand(&mut http);
            return Ok((http, framing.may_reuse()));
        }
        if http.is_stream() {
            answer::understand(&mut http);
            // A stream that was opened says nothing more until something happens.
            if http.reply.is_some() || message.method == Method::Get {
                return Ok((http, false));
            }
        }
        chunk.clear();
        if http.body.len() > MAX_BODY || !matches!(more(io, &mut chunk).await, Ok(Some(()))) {
            break;
        }
    }
    answer::understand(&mut http);
    Ok((http, false))
}

/// Reads once; `None` at the end.
async fn more(io: &mut TokioIo, bytes: &mut Vec<u8>) -> Result<Option<()>, Answer> {
    let begun = bytes.len();
    bytes.resize(begun.saturating_add(CHUNK), 0);
    let read = io.read(bytes.get_mut(begun..).unwrap_or_default()).await;
    bytes.truncate(begun.saturating_add(*read.as_ref().unwrap_or(&0)));
    match read {
        Ok(0) => Ok(None),
        Ok(_) => Ok(Some(())),
        Err(error) => Err(lost(error.kind())),
    }
}

fn lost(kind: ErrorKind) -> Answer {
    match kind {
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            Answer::Reset
        }
        _ => Answer::Closed,
    }
}
