//! One HTTP request, for a small answer.

use std::time::Duration;

use embedded_io_async::{Read, Write};
use mcpico_core::http1::{HeadReader, Method, RequestHead};
use mcpico_http::std::TokioConnector;
use mcpico_http::{Connect, Endpoint};
use serde_json::Value;

use crate::Fault;

/// Longest time for the whole of it.
const LIMIT: Duration = Duration::from_secs(10);

/// Most bytes of an answer.
const MAX_ANSWER: usize = 64 * 1024;

/// An answer. Redirects are answers, too: they are not followed.
pub(super) struct Answer {
    pub(super) status: u16,
    body: Vec<u8>,
}

impl Answer {
    /// The body, a JSON object.
    pub(super) fn object(&self) -> Result<Value, Fault> {
        let value: Value = serde_json::from_slice(&self.body)?;
        if value.is_object() { Ok(value) } else { Err("the answer is no JSON object".into()) }
    }
}

pub(super) async fn get(url: &str) -> Result<Answer, Fault> {
    let headers = [("Accept", "application/json")];
    tokio::time::timeout(LIMIT, exchange(Method::Get, url, &headers, &[])).await?
}

/// Posts a form.
pub(super) async fn post(
    url: &str,
    authorization: Option<&str>,
    form: &str,
) -> Result<Answer, Fault> {
    let mut headers =
        vec![("Accept", "application/json"), ("Content-Type", "application/x-www-form-urlencoded")];
    headers.extend(authorization.map(|value| ("Authorization", value)));
    tokio::time::timeout(LIMIT, exchange(Method::Post, url, &headers, form.as_bytes())).await?
}

async fn exchange(
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<Answer, Fault> {
    let endpoint = Endpoint::parse(url)?;
    let mut connector = TokioConnector::new();
    let mut io = connector.connect(&endpoint).await?;
    let head = RequestHead { method, target: endpoint.target(), host: endpoint.authority() };
    let length = (method == Method::Post).then_some(body.len() as u64);
    let headers = headers.iter().copied().chain([("Connection", "close")]);
    let mut out = vec![0; MAX_ANSWER];
    io.write_all(head.write(headers, length, &mut out)?).await.map_err(broken)?;
    io.write_all(body).await.map_err(broken)?;
    io.flush().await.map_err(broken)?;

    let mut reader = HeadReader::new();
    let mut bytes = Vec::new();
    let (status, mut framing, length) = loop {
        if let Some((head, length)) = reader.read(&bytes)? {
            if !head.is_informational() {
                head.refuse_content_encoding()?;
                break (head.status(), head.body()?, length);
            }
            bytes.drain(..length);
            continue;
        }
        let mut piece = [0; 2048];
        let count = io.read(&mut piece).await.map_err(broken)?;
        if count == 0 || bytes.len() > MAX_ANSWER {
            return Err(format!("{url} gave no answer").into());
        }
        bytes.extend_from_slice(&piece[..count]);
    };
    let mut rest = bytes.split_off(length);
    let decoded = framing.decode(&mut rest)?.len;
    rest.truncate(decoded);
    let mut body = rest;
    while !framing.is_complete() {
        let mut piece = [0; 2048];
        let count = io.read(&mut piece).await.map_err(broken)?;
        if count == 0 {
            framing.end_of_input()?;
            break;
        }
        let decoded = framing.decode(&mut piece[..count])?.len;
        body.extend_from_slice(&piece[..decoded]);
        if body.len() > MAX_ANSWER {
            return Err(format!("{url} gave an answer of more than {MAX_ANSWER} bytes").into());
        }
    }
    Ok(Answer { status, body })
}

fn broken(error: impl std::fmt::Debug) -> Fault {
    format!("the connection failed: {error:?}").into()
}
