//! What a server of the legacy era asks and tells while no request is under way.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use mcpico_core::client::{Client, DEFAULT_RETRY, Event, Exchange, Notification};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::answering::Answering;
use super::exchange::{bearer, open};
use super::options::Options;
use super::outcome::{Rejection, SessionError};
use super::subscription::endless;
use crate::{Endpoint, Error};

/// Longest time that is waited for the server to open the stream.
const OPENING: Duration = Duration::from_secs(1);

/// Streams in a row that may end within [`OPENING`] without a word of the server.
const MAX_SILENCE: u32 = 5;

/// Room for one message of the server.
const INBOX: usize = 64 * 1024;

/// Hears a notification; says whether that was enough.
pub(super) type Tell<'t> = dyn FnMut(&Notification<'_>) -> ControlFlow<()> + Send + 't;

/// A task that reads the stream of what the server says unasked, answers its requests and hands on what it
/// tells. It ends with this value.
#[derive(Debug)]
pub(super) struct Listener(JoinHandle<()>);

impl Listener {
    /// Starts listening, and waits a moment for the stream so that nothing is missed.
    pub(super) async fn start(url: &str, options: &Options, client: &Client) -> Self {
        let (opened, opening) = oneshot::channel();
        let (url, options, mut client) = (url.to_owned(), options.clone(), client.clone());
        let task = tokio::spawn(async move {
            let heard = options.hear.clone();
            let mut tell = |note: &Notification<'_>| {
                if let Some(hear) = &heard {
                    hear(note);
                }
                ControlFlow::Continue(())
            };
            // What is wrong with it shows in what is asked for.
            let _ = hear(&url, &options, &mut client, Some(opened), &mut tell).await;
        });
        // A server may open the stream with its first message only.
        let _ = tokio::time::timeout(OPENING, opening).await;
        Self(task)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Listens until `tell` has heard enough.
///
/// # Errors
/// The server refuses, or has nothing to say for too many streams.
pub(super) async fn hear(
    url: &str,
    options: &Options,
    client: &mut Client,
    mut opened: Option<oneshot::Sender<()>>,
    tell: &mut Tell<'_>,
) -> Result<(), SessionError> {
    let mut earlier: Option<Exchange> = None;
    let mut silence = 0;
    let mut answering = Answering::default();
    loop {
        if let Some(exchange) = &earlier {
            let wait = exchange.retry().unwrap_or(DEFAULT_RETRY);
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
        silence += 1;
        let mut spoken = false;
        let stream = Stream { url, options, opened: &mut opened, spoken: &mut spoken };
        let ended = stream.read(client, earlier.as_ref(), &mut answering, tell).await;
        if spoken {
            silence = 0;
        }
        match ended {
            Ok(End::Enough) => {
                answering.finish().await;
                return Ok(());
            }
            Ok(End::Over(exchange)) => earlier = Some(*exchange),
            // A server that does not want to be asked.
            Err(error @ SessionError::Rejected(_)) if !error.is_away() => return Err(error),
            Err(error) if earlier.is_none() || silence >= MAX_SILENCE => return Err(error),
            Err(_) => {}
        }
        if silence >= MAX_SILENCE {
            return Err(SessionError::Interrupted);
        }
    }
}

/// How one stream ended.
enum End {
    /// Enough has been heard.
    Enough,
    /// It may be resumed, or asked for anew.
    Over(Box<Exchange>),
}

/// One stream.
struct Stream<'s> {
    url: &'s str,
    options: &'s Options,
    opened: &'s mut Option<oneshot::Sender<()>>,
    spoken: &'s mut bool,
}

impl Stream<'_> {
    /// Reads it to its end.
    async fn read(
        self,
        client: &mut Client,
        earlier: Option<&Exchange>,
        answering: &mut Answering,
        tell: &mut Tell<'_>,
    ) -> Result<End, SessionError> {
        let Self { url, options, opened, spoken } = self;
        let endpoint = Endpoint::parse(url).map_err(Error::from)?;
        let mut connection = open(url, &endless(options)).await?;
        let bearer = bearer(options)?;
        let (mut out, mut storage) = (vec![0; INBOX], vec![0; INBOX]);
        let resumable = earlier.filter(|exchange| exchange.retry().is_some());
        let resumed = match resumable {
            Some(exchange) => {
                let (out, storage) = (&mut out, &mut storage);
                connection.resume(&endpoint, client, exchange, bearer, out, storage).await?
            }
            None => {
                Some(connection.listen(&endpoint, client, bearer, &mut out, &mut storage).await?)
            }
        };
        let mut reply = resumed.ok_or(SessionError::Interrupted)?;
        if let Some(opened) = opened.take() {
            // Whoever waits may have gone.
            let _ = opened.send(());
        }
        let rejection = Rejection::announced(&reply);
        let started = Instant::now();
        loop {
            let event = reply.next_event().await;
            *spoken |= started.elapsed() > OPENING;
            match event {
                // What broke can be resumed, too.
                Ok(Event::Closed) | Err(_) => {
                    return Ok(End::Over(Box::new(reply.exchange().clone())));
                }
                Ok(Event::Rejected { body, .. }) => return Err(rejection.with_body(body)),
                Ok(Event::ServerRequest(request)) => {
                    *spoken = true;
                    answering.begin(url, options, client, &request).await;
                }
                Ok(Event::Notification(note)) => {
                    *spoken = true;
                    if let Some(cache) = &options.cache {
                        cache.hear(url, &note);
                    }
                    if tell(&note).is_break() {
                        return Ok(End::Enough);
                    }
                }
                Ok(_) => *spoken = true,
            }
        }
    }
}
