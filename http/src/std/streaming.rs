//! Results that are handed out while they come.

use mcpico_core::client::{Call, Client, Event, ResultStream, Streamed};
use mcpico_core::json::StreamEvent;
use mcpico_core::mcp::Method;

use super::answering::Answering;
use super::exchange::{bearer, reserve};
use super::options::{Options, Transport, call};
use super::outcome::{Outcome, Rejection, RpcError, SessionError};
use super::session::Session;
use super::{TokioIo, TokioTimer};
use crate::{Deadline, Endpoint, Error, Reply};

/// What is handed out of a result that does not fit.
#[derive(Clone, Copy, Debug)]
pub enum ResultPart<'p> {
    /// The next part.
    Next(StreamEvent<'p>),
    /// What was handed out belongs to no result of this request: forget it.
    Void,
}

/// How a request ended whose result may be handed out in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamedOutcome {
    /// What was handed out is the result.
    Parts,
    /// It fits. What was handed out, if anything, is void.
    Whole(Outcome),
}

impl Session {
    /// Sends a request; a result that is larger than `room` bytes is handed out while it comes, and never
    /// held. Only [`StreamedOutcome::Parts`] says that what was handed out is the result.
    ///
    /// Nothing is repeated, resumed or kept, and no input is brought; over HTTP+SSE a result has to fit
    /// [`Options::inbox`].
    ///
    /// # Errors
    /// [`SessionError`]; what was handed out is void then.
    pub async fn call_streamed(
        &mut self,
        method: Method<'_>,
        room: usize,
        observe: &mut dyn FnMut(&Event<'_>),
        hand_out: &mut dyn FnMut(ResultPart<'_>),
    ) -> Result<StreamedOutcome, SessionError> {
        self.connect().await?;
        let trace = self.options.trace.clone();
        let trace = trace.as_ref().and_then(|trace| trace.context().ok());
        let call = call(method, self.options.log, trace.as_ref());
        if self.transport == Transport::Sse {
            let outcome = self.call_over_channel(&call, observe).await;
            return outcome.map(StreamedOutcome::Whole);
        }
        self.open().await?;
        let with_bearer = call.bearer(bearer(&self.options)?);
        self.in_flight = Some(reserve(&self.client, &mut self.out, &with_bearer)?);
        let total = self.options.deadlines.total;
        let streamed = self.exchange_streamed(call, room, observe, hand_out);
        let streamed = tokio::time::timeout(total, streamed).await;
        let streamed = streamed.unwrap_or(Err(Error::Deadline(Deadline::Total, total).into()));
        if matches!(streamed, Err(SessionError::Transport(Error::Deadline(..)))) {
            self.cancel(Some("timeout")).await;
        }
        self.in_flight = None;
        streamed
    }

    async fn exchange_streamed(
        &mut self,
        call: Call<'_>,
        room: usize,
        observe: &mut dyn FnMut(&Event<'_>),
        hand_out: &mut dyn FnMut(ResultPart<'_>),
    ) -> Result<StreamedOutcome, SessionError> {
        let endpoint = Endpoint::parse(&self.url).map_err(Error::from)?;
        let call = call.bearer(bearer(&self.options)?);
        let Some(connection) = &mut self.connection else { return Err(SessionError::Interrupted) };
        let (client, out) = (&mut self.client, &mut self.out);
        let room = room.min(self.storage.len());
        let storage = self.storage.get_mut(..room).unwrap_or_default();
        let mut reply = connection.call(&endpoint, client, &call, out, storage).await?;
        self.in_flight = Some(reply.exchange().clone());
        let mut answering = Answering::default();
        let (url, options) = (&self.url, &self.options);
        let streamed =
            read(&mut reply, url, options, client, &mut answering, observe, hand_out).await;
        if !matches!(streamed, Err(SessionError::Transport(_))) {
            self.client.settle(reply.exchange()).map_err(Error::from)?;
        }
        answering.finish().await;
        streamed
    }
}

/// Reads the answer to its end.
async fn read(
    reply: &mut Reply<'_, TokioIo, TokioTimer>,
    url: &str,
    options: &Options,
    client: &Client,
    answering: &mut Answering,
    observe: &mut dyn FnMut(&Event<'_>),
    hand_out: &mut dyn FnMut(ResultPart<'_>),
) -> Result<StreamedOutcome, SessionError> {
    let rejection = Rejection::announced(reply);
    let status = rejection.status;
    let mut stream = ResultStream::new();
    let mut outcome = Err(SessionError::Interrupted);
    loop {
        let event = match reply.next_streamed(&mut stream).await? {
            Streamed::Part(part) => {
                hand_out(ResultPart::Next(part));
                continue;
            }
            Streamed::Complete => {
                outcome = Ok(StreamedOutcome::Parts);
                continue;
            }
            Streamed::Failed { code } => {
                hand_out(ResultPart::Void);
                let message = "the error does not fit".into();
                let error = RpcError { code, message, data: None, status };
                outcome = Ok(StreamedOutcome::Whole(Outcome::Error(error)));
                continue;
            }
            Streamed::Event(event) => event,
            _ => {
                hand_out(ResultPart::Void);
                continue;
            }
        };
        match &event {
            Event::Closed => return outcome,
            Event::Response(response) => {
                outcome = Ok(StreamedOutcome::Whole(Outcome::new(*response, status)));
                continue;
            }
            Event::Rejected { body, .. } => outcome = Err(rejection.with_body(body)),
            Event::ServerRequest(request) => {
                answering.begin(url, options, client, request).await;
            }
            _ => {}
        }
        observe(&event);
    }
}
