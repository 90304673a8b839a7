//! The parts of one exchange over HTTP, whoever keeps the session.

use mcpico_core::auth::Bearer;
use mcpico_core::client::{Call, Client, Event, Exchange};

use super::answering::Answering;
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

/// Reads the answer to a request to its end.
pub(super) async fn read(
    reply: &mut Reply<'_, TokioIo, TokioTimer>,
    url: &str,
    options: &Options,
    client: &Client,
    answering: &mut Answering,
    observe: &mut dyn FnMut(&Event<'_>),
) -> Result<Outcome, SessionError> {
    let rejection = Rejection::announced(reply);
    let mut outcome = Err(SessionError::Interrupted);
    loop {
        let event = reply.next_event().await?;
        match event {
            Event::Closed => return outcome,
            Event::Response(response) => {
                outcome = Ok(Outcome::new(response, rejection.status));
                continue;
            }
            Event::Rejected { body, .. } => outcome = Err(rejection.with_body(body)),
            Event::ServerRequest(request) => {
                answering.begin(url, options, client, &request).await;
            }
            _ => {}
        }
        observe(&event);
    }
}

pub(super) fn bearer(options: &Options) -> Result<Option<Bearer<'_>>, SessionError> {
    options.bearer.as_deref().map(Bearer::new).transpose().map_err(|_| SessionError::Token)
}
