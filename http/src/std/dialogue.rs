//! Requests and responses over one stream that all exchanges share.

use std::slice;
use std::time::Duration;

use embedded_io_async::{Read, Write};
use mcpico_core::PeerError;
use mcpico_core::client::{
    self, Answer, Arrival, Arrivals, Call, Client, Ending, Event, Exchange, Response,
    ServerRequest, Update,
};
use mcpico_core::inbox::{Inbox, Parked};
use mcpico_core::json;
use mcpico_core::mcp::{Capabilities, Revision};

use super::TokioTimer;
use super::exchange::OUT;
use super::input::{AnswerInput, respond};
use super::listener::Tell;
use super::listening::TellUpdate;
use super::noise::{HearNoise, Noise};
use super::outcome::{Outcome, SessionError, rpc_error};
use super::subscription::Ended;
use crate::line::LineConnection;
use crate::{Deadlines, Error};

type Line<R, W, A> = LineConnection<R, W, TokioTimer, A>;

/// One server that answers on one stream, and what has come of that.
pub(super) struct Dialogue<R, W, A> {
    line: Line<R, W, A>,
    out: Vec<u8>,
    storage: Vec<u8>,
    parked: Parked,
    /// A request that has been sent and has no response.
    under_way: Option<Exchange>,
    /// For requests.
    deadlines: Deadlines,
}

/// For what has no end of its own.
const ENDLESS: Deadlines = Deadlines {
    connect: Duration::MAX,
    first_byte: Duration::MAX,
    idle: Duration::MAX,
    total: Duration::MAX,
};

/// How what the server asks and says beside its responses is met.
#[derive(Clone, Copy)]
pub(super) struct Manner<'o> {
    pub(super) answer_input: &'o AnswerInput,
    pub(super) capabilities: Capabilities,
    pub(super) hear_noise: Option<&'o HearNoise>,
    /// Something that is no message fails the request that waits, whoever it was for.
    pub(super) strict: bool,
}

impl<R: Read, W: Write, A: Arrivals> Dialogue<R, W, A> {
    /// `storage` holds what `parked` says has come already.
    pub(super) const fn new(
        line: Line<R, W, A>,
        storage: Vec<u8>,
        parked: Parked,
        deadlines: Deadlines,
    ) -> Self {
        Self { line, out: Vec::new(), storage, parked, under_way: None, deadlines }
    }

    /// Finds out what the server speaks and shakes hands where that is due; `None` when the stream ended
    /// before `server/discover` was answered. `failure` is the error that the server has answered with.
    pub(super) async fn handshake(
        &mut self,
        client: &mut Client,
        hear: Option<&HearNoise>,
        failure: &mut Option<SessionError>,
    ) -> Result<Option<Revision>, Error> {
        self.line.set_deadlines(self.deadlines);
        if self.out.is_empty() {
            self.out.resize(OUT, 0);
        }
        let mut kept = Kept::new(&mut self.storage, &mut self.parked);
        let mut observe = |arrival: &Arrival<'_>| match arrival.event {
            Ok(Event::Response(Response::Error(error))) => {
                *failure = Some(SessionError::Handshake(rpc_error(&error, 0)));
            }
            Ok(_) => {}
            Err(error) => tell_noise(hear, arrival.text, error),
        };
        let out = &mut self.out;
        let shaken = self.line.handshake(client, &mut kept.inbox, out, &mut observe).await;
        if !matches!(shaken, Err(Error::Handshake { .. })) {
            *failure = None;
        }
        shaken
    }

    /// Makes room for a request.
    pub(super) fn reserve(&mut self, client: &Client, call: &Call<'_>) -> Result<(), SessionError> {
        super::exchange::reserve(client, &mut self.out, call).map(|_| ())
    }

    /// Sends a request, for which there [is room](Self::reserve), and waits for its response; `observe` sees
    /// every other event.
    pub(super) async fn call(
        &mut self,
        client: &mut Client,
        call: &Call<'_>,
        manner: Manner<'_>,
        observe: &mut dyn FnMut(&Event<'_>),
    ) -> Result<Outcome, Error> {
        self.line.set_deadlines(self.deadlines);
        let Self { line, out, storage, parked, under_way, .. } = self;
        let mut kept = Kept::new(storage, parked);
        let (post, mut exchange) = client.request(call, out)?;
        line.send(&post, &mut exchange).await?;
        *under_way = Some(exchange.clone());
        let since = line.now();
        let mut outcome = Err(Error::StreamEnded);
        loop {
            let over = exchange.is_over();
            let exchanges = slice::from_mut(&mut exchange);
            let arrival = if over {
                // What came with the response is told as well.
                let Some(arrival) = line.arrived(client, exchanges, &mut kept.inbox) else { break };
                arrival
            } else {
                line.next_arrival(client, exchanges, &mut kept.inbox, since).await?
            };
            let event = match arrival.event {
                Ok(Event::Closed) => break,
                Ok(Event::Response(response)) => {
                    *under_way = None;
                    outcome = Ok(Outcome::new(response, 0));
                    continue;
                }
                Ok(event) => event,
                Err(error) => {
                    tell_noise(manner.hear_noise, arrival.text, error);
                    if manner.strict && !over && is_fatal(error) {
                        return Err(error.into());
                    }
                    if arrival.exchange.is_some() {
                        *under_way = None;
                        outcome = Err(error.into());
                    }
                    continue;
                }
            };
            if let Event::ServerRequest(request) = &event {
                answer(line, client, manner, request, out).await?;
            }
            observe(&event);
        }
        client.settle(&exchange)?;
        outcome
    }

    /// Subscribes with a request, for which there [is room](Self::reserve), and hands on what the server
    /// tells until one side ends it.
    pub(super) async fn subscribe(
        &mut self,
        client: &mut Client,
        call: &Call<'_>,
        manner: Manner<'_>,
        tell: &mut TellUpdate<'_>,
    ) -> Result<Ended, Error> {
        self.line.set_deadlines(ENDLESS);
        let Self { line, out, storage, parked, under_way, .. } = self;
        let mut kept = Kept::new(storage, parked);
        let (post, mut exchange) = client.request(call, out)?;
        line.send(&post, &mut exchange).await?;
        *under_way = Some(exchange.clone());
        let mut subscription = client::Subscription::new(&exchange);
        let since = line.now();
        loop {
            let exchanges = slice::from_mut(&mut exchange);
            let arrival = line.next_arrival(client, exchanges, &mut kept.inbox, since).await?;
            let event = match arrival.event {
                Ok(Event::Closed) => return Err(Error::StreamEnded),
                Ok(event) => event,
                Err(error) => {
                    tell_noise(manner.hear_noise, arrival.text, error);
                    if arrival.exchange.is_some() {
                        *under_way = None;
                        return Err(error.into());
                    }
                    continue;
                }
            };
            let update = subscription.read(&event).map_err(|error| Error::Client(error.into()))?;
            let ended = match update {
                Update::Nothing | Update::Stray => continue,
                Update::Ended(Ending::Completed) => Ended::Completed,
                Update::Ended(Ending::Cancelled) => Ended::Cancelled,
                Update::Ended(_) => match event {
                    Event::Response(Response::Error(error)) => Ended::Refused(rpc_error(&error, 0)),
                    _ => return Err(Error::StreamEnded),
                },
                // The server is told when it is cancelled.
                update if tell(&update).is_break() => return Ok(Ended::Stopped),
                _ => continue,
            };
            *under_way = None;
            return Ok(ended);
        }
    }

    /// Hands on what the server tells while no request is under way, and answers what it asks, until `tell`
    /// has heard enough.
    pub(super) async fn hear(
        &mut self,
        client: &mut Client,
        manner: Manner<'_>,
        tell: &mut Tell<'_>,
    ) -> Result<(), Error> {
        self.line.set_deadlines(ENDLESS);
        let Self { line, out, storage, parked, .. } = self;
        let mut kept = Kept::new(storage, parked);
        let since = line.now();
        loop {
            let arrival = line.next_arrival(client, &mut [], &mut kept.inbox, since).await?;
            match arrival.event {
                Ok(Event::Closed) => return Err(Error::StreamEnded),
                Ok(Event::ServerRequest(request)) => {
                    answer(line, client, manner, &request, out).await?;
                }
                Ok(Event::Notification(note)) => {
                    if tell(&note).is_break() {
                        return Ok(());
                    }
                }
                Ok(_) => {}
                Err(error) => tell_noise(manner.hear_noise, arrival.text, error),
            }
        }
    }

    /// Tells the server that the response to a request is not wanted any more whose future was dropped or
    /// has failed.
    pub(super) async fn cancel(&mut self, client: &mut Client, reason: Option<&str>) {
        let Some(exchange) = self.under_way.take() else { return };
        self.line.set_deadlines(self.deadlines);
        let cancelled = client.cancel_line(&exchange, reason, None, &mut self.out);
        if let Ok(Some((post, mut told))) = cancelled {
            // It is a courtesy: what is wrong with the connection shows elsewhere.
            let _ = self.line.send(&post, &mut told).await;
        }
    }

    /// Handles what has come since the last request, without waiting; whether the stream goes on.
    pub(super) async fn catch_up(
        &mut self,
        client: &mut Client,
        manner: Manner<'_>,
        observe: &mut dyn FnMut(&Event<'_>),
    ) -> bool {
        let Self { line, out, storage, parked, .. } = self;
        let mut kept = Kept::new(storage, parked);
        let since = line.now();
        loop {
            // What is there is taken before the time is looked at.
            let arrival = line.next_arrival(client, &mut [], &mut kept.inbox, since);
            let Ok(arrival) = tokio::time::timeout(Duration::ZERO, arrival).await else {
                return true;
            };
            match arrival.map(|arrival| arrival.event) {
                Err(_) | Ok(Ok(Event::Closed)) => return false,
                Ok(Ok(event)) => {
                    if let Event::ServerRequest(request) = &event
                        && answer(line, client, manner, request, out).await.is_err()
                    {
                        return false;
                    }
                    observe(&event);
                }
                Ok(Err(_)) => {}
            }
        }
    }

    pub(super) const fn set_deadlines(&mut self, deadlines: Deadlines) {
        self.deadlines = deadlines;
    }

    pub(super) fn into_streams(self) -> (R, W) {
        self.line.into_streams()
    }
}

/// Answers a request of the server.
async fn answer<R: Read, W: Write, A: Arrivals>(
    line: &mut Line<R, W, A>,
    client: &mut Client,
    manner: Manner<'_>,
    request: &ServerRequest<'_>,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let input = respond(manner.answer_input, manner.capabilities, &request.input());
    let input = input.as_ref().and_then(|text| json::parse(text.as_bytes()).ok());
    let answer = input.map_or_else(|| Answer::default_for(request), Answer::Result);
    if let Err(mcpico_core::Error::OutputTooSmall { needed }) =
        client.answer(request, answer, None, out).map(|_| ())
    {
        out.resize(needed, 0);
    }
    let (post, mut consent) = client.answer(request, answer, None, out)?;
    line.send(&post, &mut consent).await
}

/// Whether nobody can say for whom a message was.
const fn is_fatal(error: mcpico_core::Error) -> bool {
    !matches!(error, mcpico_core::Error::Peer(PeerError::MessageEndpoint(_)))
}

fn tell_noise(hear: Option<&HearNoise>, text: &[u8], error: mcpico_core::Error) {
    let Some(hear) = hear else { return };
    match error {
        mcpico_core::Error::FrameTooLarge { limit, .. } => {
            hear(&Noise::TooLong { start: text, limit });
        }
        error => hear(&Noise::Line { text, error }),
    }
}

/// An inbox that is parked when it is dropped.
struct Kept<'s> {
    inbox: Inbox<'s>,
    parked: &'s mut Parked,
}

impl<'s> Kept<'s> {
    fn new(storage: &'s mut [u8], parked: &'s mut Parked) -> Self {
        Self { inbox: Inbox::unparked(storage, *parked), parked }
    }
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        *self.parked = self.inbox.parked();
    }
}
