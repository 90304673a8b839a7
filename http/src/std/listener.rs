//! What a server of the legacy era asks while no request is under way.

use std::time::{Duration, Instant};

use mcpico_core::client::{Client, DEFAULT_RETRY, Event, Exchange};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::exchange::{answer, bearer, open};
use super::options::Options;
use super::outcome::SessionError;
use super::subscription::endless;
use crate::{Endpoint, Error};

/// Longest time that is waited for the server to open the stream.
const OPENING: Duration = Duration::from_secs(1);

/// Streams in a row that may end within [`OPENING`] without a word of the server.
const MAX_SILENCE: u32 = 5;

/// Room for one message of the server.
const INBOX: usize = 64 * 1024;

/// A task that reads the stream of what the server says unasked and answers its requests. It ends with
/// this value.
#[derive(Debug)]
pub(super) struct Listener(JoinHandle<()>);

impl Listener {
    /// Starts listening, and waits a moment for the stream so that nothing is missed.
    pub(super) async fn start(url: &str, options: &Options, client: &Client) -> Self {
        let (opened, opening) = oneshot::channel();
        let task = tokio::spawn(listen(url.to_owned(), options.clone(), client.clone(), opened));
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

/// Listens until the server refuses, or has nothing to say for too many streams.
async fn listen(url: String, options: Options, mut client: Client, opened: oneshot::Sender<()>) {
    let mut opened = Some(opened);
    let mut earlier: Option<Exchange> = None;
    let mut silence = 0;
    while silence < MAX_SILENCE {
        if let Some(exchange) = &earlier {
            let wait = exchange.retry().unwrap_or(DEFAULT_RETRY);
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
        silence += 1;
        let mut spoken = false;
        match stream(&url, &options, &mut client, earlier.as_ref(), &mut opened, &mut spoken).await
        {
            Ok(Some(exchange)) => earlier = Some(exchange),
            // A server that does not want to be asked.
            Ok(None) => return,
            Err(_) if earlier.is_none() => return,
            Err(_) => {}
        }
        if spoken {
            silence = 0;
        }
    }
}

/// One stream to its end; `None` when the server refuses it.
async fn stream(
    url: &str,
    options: &Options,
    client: &mut Client,
    earlier: Option<&Exchange>,
    opened: &mut Option<oneshot::Sender<()>>,
    spoken: &mut bool,
) -> Result<Option<Exchange>, SessionError> {
    let endpoint = Endpoint::parse(url).map_err(Error::from)?;
    let mut connection = open(url, &endless(options)).await?;
    let bearer = bearer(options)?;
    let (mut out, mut storage) = (vec![0; INBOX], vec![0; INBOX]);
    let resumable = earlier.filter(|exchange| exchange.retry().is_some());
    let reply = match resumable {
        Some(exchange) => {
            connection.resume(&endpoint, client, exchange, bearer, &mut out, &mut storage).await?
        }
        None => Some(connection.listen(&endpoint, client, bearer, &mut out, &mut storage).await?),
    };
    let Some(mut reply) = reply else { return Ok(None) };
    if let Some(opened) = opened.take() {
        // Whoever waits may have gone.
        let _ = opened.send(());
    }
    let started = Instant::now();
    loop {
        let event = reply.next_event().await;
        *spoken |= started.elapsed() > OPENING;
        match event {
            // What broke can be resumed, too.
            Ok(Event::Closed) | Err(_) => return Ok(Some(reply.exchange().clone())),
            Ok(Event::Rejected { .. }) => return Ok(None),
            Ok(Event::ServerRequest(request)) => {
                *spoken = true;
                let _ = answer(url, options, client, &request).await;
            }
            Ok(_) => *spoken = true,
        }
    }
}
