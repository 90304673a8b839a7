//! A subscription that begins anew when its stream breaks.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use mcpico_core::client::{self, Call, Client, Ending, Event, Response, Update};
use mcpico_core::json;
use mcpico_core::mcp::{Method, SubscriptionFilter};

use super::backoff::{Backoff, Random, random};
use super::exchange::{bearer, open};
use super::options::Options;
use super::outcome::{Rejection, RpcError, SessionError, rpc_error};
use super::session::Session;
use crate::{Deadlines, Endpoint, Error};

/// Streams in a row that may end without an acknowledgement before a subscription gives up.
pub const MAX_ATTEMPTS: u32 = 8;

/// Streams of one subscription; each takes an id.
const MAX_STREAMS: u32 = 10_000;

/// Room for one message of the server.
const INBOX: usize = 256 * 1024;

/// What a server tells of its own accord, since 2026-07-28. It has a connection of its own, so the
/// session can be used beside it. Dropping the future of [`run`](Self::run) ends it: the server sees its
/// stream closed.
///
/// [Subscriptions](https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions)
pub struct Subscription {
    url: String,
    options: Options,
    client: Client,
    /// JSON.
    params: String,
    pauses: (Duration, Duration),
    random: Random,
}

/// Why a subscription is over.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ended {
    /// The server has cancelled it.
    Cancelled,
    /// The server has closed it in good order.
    Completed,
    /// The server has refused it.
    Refused(RpcError),
    /// The caller wants no more.
    Stopped,
}

impl Session {
    /// Prepares a subscription; connects where that has not been done.
    ///
    /// # Errors
    /// [`SessionError::NoSubscriptions`] in the legacy era, and those of [`connect`](Self::connect).
    pub async fn subscribe(
        &mut self,
        filter: &SubscriptionFilter<'_>,
    ) -> Result<Subscription, SessionError> {
        if !self.connect().await?.is_modern() {
            return Err(SessionError::NoSubscriptions);
        }
        let params = params(filter)?;
        let (url, options, client) = self.beside(MAX_STREAMS);
        let pauses = (Duration::from_secs(1), Duration::from_mins(1));
        Ok(Subscription { url, options, client, params, pauses, random: random() })
    }
}

impl Subscription {
    /// Waits `first` before a stream that broke is begun anew, twice as long each time that one ends
    /// without an acknowledgement, and `longest` at most; 1 s and a minute unless told otherwise. Each pause
    /// is shorter by a random part of its half.
    #[must_use]
    pub const fn pauses(mut self, first: Duration, longest: Duration) -> Self {
        self.pauses = (first, longest);
        self
    }

    /// Where the random part of the pauses comes from, instead of the standard library.
    #[must_use]
    pub fn random(mut self, random: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        self.random = Arc::new(random);
        self
    }

    /// Hands on what the server tells, until one side ends the subscription. What happened while a stream
    /// was broken is not told: each begins with [`Update::Acknowledged`], so look at everything then.
    ///
    /// Of the deadlines, those to connect and for the first byte hold.
    ///
    /// # Errors
    /// [`SessionError`]: the server did not take the request, sent what is no MCP, or was not there (no connection,
    /// 429, 502 to 504) [`MAX_ATTEMPTS`] times in a row.
    pub async fn run(
        &mut self,
        tell: &mut (dyn FnMut(&Update<'_>) -> ControlFlow<()> + Send),
    ) -> Result<Ended, SessionError> {
        let (first, longest) = self.pauses;
        let mut backoff = Backoff::new(first, longest, self.random.clone());
        let mut attempts = 0;
        for _ in 0..MAX_STREAMS {
            let mut acknowledged = false;
            let broken = match self.stream(tell, &mut acknowledged).await {
                Ok(Some(ended)) => return Ok(ended),
                Ok(None) => SessionError::Interrupted,
                Err(error) if error.is_cut() || error.is_unanswered() || error.is_away() => error,
                Err(error) => return Err(error),
            };
            if acknowledged {
                attempts = 0;
                backoff.reset();
            }
            attempts += 1;
            if attempts >= MAX_ATTEMPTS {
                return Err(broken);
            }
            tokio::time::sleep(backoff.pause()).await;
        }
        Err(SessionError::Interrupted)
    }

    /// One stream to its end; `None` when it broke.
    async fn stream(
        &mut self,
        tell: &mut (dyn FnMut(&Update<'_>) -> ControlFlow<()> + Send),
        acknowledged: &mut bool,
    ) -> Result<Option<Ended>, SessionError> {
        let endpoint = Endpoint::parse(&self.url).map_err(Error::from)?;
        let mut connection = open(&self.url, &self.options).await?;
        let bearer = bearer(&self.options)?;
        let call = Call::new(method(&self.params)?).bearer(bearer);
        // The message, its head, and both once more.
        let mut out = vec![0; self.params.len().saturating_mul(2).saturating_add(64 * 1024)];
        let mut storage = vec![0; INBOX.min(self.options.inbox)];
        let mut reply =
            connection.call(&endpoint, &mut self.client, &call, &mut out, &mut storage).await?;
        let rejection = Rejection::announced(&reply);
        let mut subscription = client::Subscription::new(reply.exchange());
        loop {
            let event = reply.next_event().await?;
            match &event {
                Event::Notification(note) => {
                    if let Some(cache) = &self.options.cache {
                        cache.hear(&self.url, note);
                    }
                }
                Event::Response(Response::Error(error)) => {
                    return Ok(Some(Ended::Refused(rpc_error(error, rejection.status))));
                }
                Event::Rejected { body, .. } => return Err(rejection.with_body(body)),
                Event::Closed => return Ok(None),
                _ => {}
            }
            let update = subscription.read(&event).map_err(|error| Error::Client(error.into()))?;
            *acknowledged = subscription.is_acknowledged();
            match update {
                Update::Nothing => {}
                Update::Ended(Ending::Completed) => return Ok(Some(Ended::Completed)),
                Update::Ended(Ending::Cancelled) => return Ok(Some(Ended::Cancelled)),
                Update::Ended(_) => return Ok(None),
                update => {
                    if tell(&update).is_break() {
                        return Ok(Some(Ended::Stopped));
                    }
                }
            }
        }
    }
}

/// The parameters of the request for a subscription, as JSON.
pub(super) fn params(filter: &SubscriptionFilter<'_>) -> Result<String, SessionError> {
    let needed = match Method::subscribe(filter, &mut []) {
        Err(small) => small.needed,
        Ok(_) => 0,
    };
    let mut room = vec![0; needed];
    match Method::subscribe(filter, &mut room) {
        Ok(Method::Other { params: Some(params), .. }) => Ok(params.text().to_owned()),
        _ => Err(SessionError::Interrupted),
    }
}

/// The request for a subscription with these parameters.
pub(super) fn method(params: &str) -> Result<Method<'_>, SessionError> {
    let params = json::parse(params.as_bytes()).map_err(|_| SessionError::Interrupted)?;
    Ok(Method::Other { name: "subscriptions/listen", params: Some(params), mcp_name: None })
}

/// The options of what has no end of its own.
pub(super) fn endless(options: &Options) -> Options {
    let deadlines = Deadlines { idle: Duration::MAX, total: Duration::MAX, ..options.deadlines };
    Options { deadlines, ..options.clone() }
}

impl fmt::Debug for Subscription {
    /// Leaves out the query of the URL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("endpoint", &Endpoint::parse(&self.url))
            .field("params", &self.params)
            .finish_non_exhaustive()
    }
}
