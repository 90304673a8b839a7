//! Answers to what a server of the legacy era asks beside a response.

use std::time::Duration;

use mcpico_core::client::{Answer, Client, Event, Exchange, ServerRequest};
use mcpico_core::json;
use tokio::task::JoinSet;

use super::exchange::{OUT, bearer, open};
use super::input::respond;
use super::options::Options;
use super::outcome::SessionError;
use crate::request::{Consent, NOTHING_TO_SEND, compose};
use crate::{Endpoint, Error};

/// Answers that may be under way; more requests are not read before one of them has arrived or failed.
const MOST: usize = 4;

/// Longest time that answers are waited for when the server has nothing more to say.
const COURTESY: Duration = Duration::from_secs(1);

/// Room for what the server says to an answer.
const CONSENT: usize = 16 * 1024;

/// Answers that are on their way, each over a connection of its own: the stream that a request came on is read
/// on meanwhile, as the server may take no answer before. They end with this value.
#[derive(Debug, Default)]
pub(super) struct Answering {
    under_way: JoinSet<()>,
}

impl Answering {
    /// Answers a request of the server, which has the time to connect and that to the first byte to take it.
    pub(super) async fn begin(
        &mut self,
        url: &str,
        options: &Options,
        client: &Client,
        request: &ServerRequest<'_>,
    ) {
        while self.under_way.try_join_next().is_some() {}
        if self.under_way.len() >= MOST {
            self.under_way.join_next().await;
        }
        // The server decides what becomes of a request whose answer does not reach it.
        let Ok((message, exchange)) = composed(url, options, client, request) else { return };
        let (url, options, client) = (url.to_owned(), options.clone(), client.clone());
        self.under_way.spawn(async move {
            let limit = options.deadlines.connect.saturating_add(options.deadlines.first_byte);
            let sent = send(&url, &options, client, &message, exchange);
            let _ = tokio::time::timeout(limit, sent).await;
        });
    }

    /// Waits for the answers to arrive, for a second at most.
    pub(super) async fn finish(mut self) {
        let arrived = async { while self.under_way.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(COURTESY, arrived).await;
    }
}

/// The answer as it goes over the wire.
fn composed(
    url: &str,
    options: &Options,
    client: &Client,
    request: &ServerRequest<'_>,
) -> Result<(Vec<u8>, Exchange), SessionError> {
    let endpoint = Endpoint::parse(url).map_err(Error::from)?;
    let bearer = bearer(options)?;
    let input = respond(&options.answer_input, options.capabilities, &request.input());
    let input = input.as_ref().and_then(|text| json::parse(text.as_bytes()).ok());
    let answer = input.map_or_else(|| Answer::default_for(request), Answer::Result);
    let consent = Consent { open: true, plaintext_bearer: options.allow_plaintext_bearer };
    let mut client = client.clone();
    let mut write = |out: &mut [u8]| {
        let composed = compose(consent, &endpoint, &mut client, bearer, out, &|client, out| {
            client.answer(request, answer, bearer, out).map(Some)
        })?;
        let composed = composed.ok_or(NOTHING_TO_SEND)?;
        Ok(([composed.first, composed.second].concat(), composed.exchange))
    };
    let mut out = vec![0; OUT];
    match write(&mut out) {
        Err(Error::Client(mcpico_core::Error::OutputTooSmall { needed })) => {
            out.resize(needed, 0);
            Ok(write(&mut out)?)
        }
        written => Ok(written?),
    }
}

async fn send(
    url: &str,
    options: &Options,
    mut client: Client,
    message: &[u8],
    exchange: Exchange,
) -> Result<(), SessionError> {
    let mut connection = open(url, options).await?;
    let mut storage = vec![0; CONSENT];
    let mut consent = connection.begin(exchange, bearer(options)?, &mut storage);
    consent.await_head(&mut client, message, &[]).await?;
    while consent.next_event().await? != Event::Closed {}
    Ok(())
}
