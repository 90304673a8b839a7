//! The parts of one exchange over HTTP, whoever keeps the session.

use mcpico_core::auth::Bearer;
use mcpico_core::client::{Answer, Call, Client, Event, Exchange, ServerRequest};
use mcpico_core::json::{self, Value};

use super::input::respond;
use super::options::Options;
use super::outcome::{Outcome, Rejection, SessionError};
use super::{TokioIo, TokioTimer};
use crate::{Connection, Endpoint, Error, Reply};

/// Room for one request: 64 KiB to start with, grown when a request needs more.
pub(super) const OUT: usize = 64 * 1024;

/// Makes room for a request that is larger than usual; the exchange that it will be.
pub(super) fn reserve(
    client: &Client,
    out: &mut Vec<u8>,
    call: &Call<'_>,
) -> Result<Exchange, SessionError> {
    if let Err(mcpico_core::Error::OutputTooSmall { needed }) =
        client.clone().request(call, &mut [])
    {
        let room = needed.saturating_mul(2).saturating_add(OUT);
        if out.len() < room {
            out.resize(room, 0);
        }
    }
    let written = client.clone().request(call, out).map(|(_, exchange)| exchange);
    written.map_err(|error| Error::from(error).into())
}

pub(super) async fn open(
    url: &str,
    options: &Options,
) -> Result<Connection<TokioIo, TokioTimer>, SessionError> {
    let endpoint = Endpoint::parse(url).map_err(Error::from)?;
    let mut connector = options.connector.clone();
    let timer = TokioTimer::default();
    let mut connection =
        Connection::open(&mut connector, &endpoint, timer, options.deadlines).await?;
    connection.allow_plaintext_bearer(options.allow_plaintext_bearer);
    Ok(connection)
}

pub(super) const NO_INPUT: SessionError =
    SessionError::Transport(Error::Client(mcpico_core::Error::Misuse(mcpico_core::Misuse::Input)));

pub(super) fn parse(text: &str) -> Result<Value<'_>, SessionError> {
    json::parse(text.as_bytes()).map_err(|_| NO_INPUT)
}

/// Reads the answer to a request to its end.
pub(super) async fn read(
    reply: &mut Reply<'_, TokioIo, TokioTimer>,
    url: &str,
    options: &Options,
    client: &mut Client,
    observe: &mut dyn FnMut(&Event<'_>),
) -> Result<Outcome, SessionError> {
    let status = reply.status();
    let challenges = challenges(reply);
    let mut outcome = Err(SessionError::Interrupted);
    loop {
        let event = reply.next_event().await?;
        match event {
            Event::Closed => return outcome,
            Event::Response(response) => {
                outcome = Ok(Outcome::new(response, status));
                continue;
            }
            Event::Rejected { status, body } => {
                outcome = Err(SessionError::Rejected(Rejection {
                    status,
                    challenges: challenges.clone(),
                    body: body.to_vec(),
                    bearer_sent: options.bearer.is_some(),
                }));
            }
            Event::ServerRequest(request) => {
                // The server decides what becomes of a request whose answer does not reach it.
                let _ = answer(url, options, client, &request).await;
            }
            _ => {}
        }
        observe(&event);
    }
}

/// Answers a request of the server. Its stream stays open meanwhile, so that takes a connection of its own.
pub(super) async fn answer(
    url: &str,
    options: &Options,
    client: &mut Client,
    request: &ServerRequest<'_>,
) -> Result<(), SessionError> {
    let endpoint = Endpoint::parse(url).map_err(Error::from)?;
    let mut connection = open(url, options).await?;
    let input = respond(&options.answer_input, options.capabilities, &request.input());
    let input = input.as_ref().and_then(|text| json::parse(text.as_bytes()).ok());
    let answer = input.map_or_else(|| Answer::default_for(request), Answer::Result);
    let bearer = bearer(options)?;
    let (mut out, mut storage) = (vec![0; OUT], vec![0; OUT]);
    let mut consent = connection
        .answer(&endpoint, client, request, answer, bearer, &mut out, &mut storage)
        .await?;
    while consent.next_event().await? != Event::Closed {}
    Ok(())
}

pub(super) fn bearer(options: &Options) -> Result<Option<Bearer<'_>>, SessionError> {
    options.bearer.as_deref().map(Bearer::new).transpose().map_err(|_| SessionError::Token)
}

pub(super) fn challenges(reply: &Reply<'_, TokioIo, TokioTimer>) -> Vec<String> {
    let Some(head) = reply.head() else { return Vec::new() };
    head.header_values("www-authenticate")
        .map(|value| String::from_utf8_lossy(value).into_owned())
        .collect()
}
