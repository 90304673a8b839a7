//! A response that is larger than the inbox.

use super::envelope::{Envelope, Finding, Kind};
use super::{Event, Exchange, Phase, Purpose};
use crate::error::{Error, PeerError};
use crate::framing::{BodyFraming, FrameTooLarge, Piece, Pieces};
use crate::inbox::Inbox;
use crate::json::{JsonError, Lexeme, Step, Str, Stream, StreamEvent};
use crate::jsonrpc::{ErrorObject, MessageError};
use crate::mcp::ResultError;

/// Reads the answer to a request, also where a message is larger than the inbox.
///
/// What fits comes as the [`Event`] that [`Exchange::next_event`] would give. A message that does not
/// fit is read as it comes, by the same rules, and its `result` is handed out in
/// [parts](Streamed::Part). A server may write `id` behind `result`, so **parts are nothing yet**: only
/// [`Streamed::Complete`] says that they were the whole result of this request. After anything else they
/// are void. What is known to be no such result (another id, a method) before it begins, shows no parts.
///
/// What cannot be read so is an error as before: a batch of revision 2025-03-26, a result that asks for
/// input, and a task. Of a JSON-RPC error only the code is kept.
///
/// ```
/// use mcpico_core::client::{Call, Client, Exchange, Event, ResultStream, Streamed};
/// use mcpico_core::inbox::Inbox;
/// use mcpico_core::json::{Pointer, StreamEvent};
///
/// fn text(
///     exchange: &mut Exchange,
///     inbox: &mut Inbox<'_>,
///     read: impl Fn(&mut [u8]) -> usize,
///     mut print: impl FnMut(&str),
/// ) -> Result<bool, Box<dyn core::error::Error>> {
///     let mut stream = ResultStream::new();
///     let mut pointer = Pointer::new("/content/0/text")?;
///     let mut whole = false;
///     loop {
///         match stream.next_event(exchange, inbox)? {
///             Streamed::Event(Event::NeedData) => match read(inbox.spare()) {
///                 0 => inbox.close(),
///                 count => inbox.commit(count),
///             },
///             Streamed::Part(event) => {
///                 if pointer.take(&event)? && let StreamEvent::String(part) = event {
///                     print(part.as_str());
///                 }
///             }
///             Streamed::Complete => whole = true,
///             Streamed::Event(Event::Closed) => return Ok(whole),
///             _ => {}
///         }
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct ResultStream {
    pieces: Pieces,
    json: Stream,
    envelope: Envelope,
    /// A message is being read.
    reading: bool,
    /// Bytes at the front of the piece that are done with.
    done: usize,
    found: Option<Found>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Finding(Finding),
    /// A part of the result; its text is `from..to` of the piece.
    Part {
        lexeme: Lexeme,
        from: usize,
        to: usize,
    },
    /// The body ended.
    End,
}

/// What [`ResultStream::next_event`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Streamed<'i> {
    /// The parts were the whole result of this request, which is answered.
    Complete,
    /// A message that does not fit was no response to this request, and has been dropped: parts that
    /// came of it are void.
    Dropped,
    /// What [`Exchange::next_event`] gives.
    Event(Event<'i>),
    /// The request failed, with an error that does not fit.
    Failed {
        /// The kind of error; see [`code`](crate::jsonrpc::code).
        code: i64,
    },
    /// The next part of what is the result when [`Complete`](Self::Complete) follows; the first one is
    /// [`StreamEvent::StartObject`].
    Part(StreamEvent<'i>),
}

impl ResultStream {
    /// Starts before the first event of an exchange.
    pub const fn new() -> Self {
        Self {
            pieces: Pieces::new(),
            json: Stream::new(),
            envelope: Envelope::new(0),
            reading: false,
            done: 0,
            found: None,
        }
    }

    /// Whether bytes have to be read before [`next_event`](Self::next_event) has anything but
    /// [`Event::NeedData`].
    ///
    /// # Errors
    /// As [`next_event`](Self::next_event).
    pub fn needs_data(
        &mut self,
        exchange: &mut Exchange,
        inbox: &mut Inbox<'_>,
    ) -> Result<bool, Error> {
        if !self.reading {
            let phase = exchange.phase;
            let open = matches!(phase, Phase::Waiting | Phase::Answered);
            let call = matches!(exchange.purpose, Purpose::Call { .. }) && exchange.is_success();
            match exchange.needs_data(inbox) {
                Err(Error::FrameTooLarge { .. }) if open && call => {}
                answer => return answer,
            }
            exchange.phase = phase;
            *self = Self { reading: true, ..Self::new() };
            self.envelope = Envelope::new(exchange.id);
        }
        if let Phase::Failed(error) = exchange.phase {
            return Err(error);
        }
        while self.found.is_none() {
            inbox.discard_frame(core::mem::take(&mut self.done));
            match self.read(exchange, inbox) {
                Ok(true) => {}
                Ok(false) => return Ok(true),
                Err(error) => return Err(exchange.fail(error)),
            }
        }
        Ok(false)
    }

    /// The next event; its borrow keeps the inbox still until it is handled. Read each exchange with a
    /// stream of its own, and by nothing else.
    ///
    /// # Errors
    /// As [`Exchange::next_event`]. [`Error::FrameTooLarge`] only for what cannot be read in parts.
    pub fn next_event<'i>(
        &mut self,
        exchange: &mut Exchange,
        inbox: &'i mut Inbox<'_>,
    ) -> Result<Streamed<'i>, Error> {
        if self.needs_data(exchange, inbox)? {
            return Ok(Streamed::Event(Event::NeedData));
        }
        match self.found.take() {
            Some(Found::Part { lexeme, from, to }) => {
                let text = inbox.frame().get(from..to).unwrap_or_default();
                Ok(Streamed::Part(StreamEvent::new(lexeme, text)))
            }
            Some(Found::Finding(finding)) => {
                self.reading = false;
                Ok(conclude(exchange, finding))
            }
            Some(Found::End) => {
                self.reading = false;
                exchange.end(inbox).map(Streamed::Event)
            }
            None => exchange.next_event(inbox).map(Streamed::Event),
        }
    }

    /// Reads on in the message; `false` when it takes more bytes.
    fn read(&mut self, exchange: &mut Exchange, inbox: &mut Inbox<'_>) -> Result<bool, Error> {
        match self.pieces.next(&mut exchange.framing, inbox)? {
            Piece::NeedData => return Ok(false),
            Piece::End => self.found = Some(Found::End),
            Piece::EndOfFrame => self.found = Some(Found::Finding(self.finish(exchange, inbox)?)),
            // What is not for JSON-RPC is not looked at.
            Piece::Bytes if !exchange.is_message() => self.done = inbox.frame().len(),
            Piece::LineFeed if !exchange.is_message() => {}
            Piece::Bytes => {
                let step = self.json.step(inbox.frame()).map_err(invalid)?;
                self.done = step.to;
                self.take(exchange, step, inbox)?;
            }
            Piece::LineFeed => {
                let step = self.json.step(b"\n").map_err(invalid)?;
                self.take(exchange, step, inbox)?;
                if step.to == 0 {
                    self.json.step(b"\n").map_err(invalid)?;
                }
            }
        }
        Ok(true)
    }

    fn take(&mut self, exchange: &Exchange, step: Step, inbox: &Inbox<'_>) -> Result<(), Error> {
        let Step { lexeme: Some(lexeme), from, to } = step else { return Ok(()) };
        let text = inbox.frame().get(from..to).unwrap_or_default();
        match self.envelope.take(lexeme, text, self.json.depth()) {
            Ok(true) if matches!(exchange.phase, Phase::Waiting) => {
                self.found = Some(Found::Part { lexeme, from, to });
                Ok(())
            }
            Ok(_) => Ok(()),
            Err(MessageError::Batch) if exchange.revision.differences().batches => {
                Err(FrameTooLarge::full(inbox).into())
            }
            Err(error) => Err(PeerError::Message(error).into()),
        }
    }

    /// The message is whole.
    fn finish(&mut self, exchange: &Exchange, inbox: &Inbox<'_>) -> Result<Finding, Error> {
        if let BodyFraming::EventStream(stream) = &exchange.framing
            && !matches!(stream.event_name(), Some(b"" | b"message"))
        {
            return Ok(Finding::Other);
        }
        if self.json.finish().map_err(invalid)?.is_some() {
            return Err(PeerError::Message(MessageError::NotAnObject).into());
        }
        let finding = match self.envelope.finding(exchange.revision.is_modern()) {
            Err(error @ PeerError::Message(_)) => return Err(error.into()),
            // What is wrong with a result matters in an answer only.
            _ if !matches!(exchange.phase, Phase::Waiting) => return Ok(Finding::Other),
            finding => finding?,
        };
        let expected = match (finding, exchange.purpose) {
            (
                Finding::Result { kind: Kind::InputRequired },
                Purpose::Call { may_require_input, .. },
            ) => may_require_input,
            (Finding::Result { kind: Kind::Task }, Purpose::Call { may_be_task, .. }) => {
                may_be_task
            }
            _ => return Ok(finding),
        };
        if !expected {
            return Err(ResultError::UnknownResultType.into());
        }
        // Whoever is to go on with it has to hold it.
        let limit = inbox.capacity();
        // In an event stream the message may be shorter than the line that it came in.
        let needed = self.json.position().max(limit.saturating_add(1));
        Err(Error::FrameTooLarge { limit, needed })
    }
}

impl Default for ResultStream {
    fn default() -> Self {
        Self::new()
    }
}

impl Exchange {
    /// Whether the frame, as far as it has come, is for JSON-RPC.
    fn is_message(&self) -> bool {
        match &self.framing {
            BodyFraming::EventStream(stream) => stream.is_message(),
            BodyFraming::WholeBody(_) => true,
        }
    }
}

fn conclude<'i>(exchange: &mut Exchange, finding: Finding) -> Streamed<'i> {
    match finding {
        Finding::Other => Streamed::Dropped,
        Finding::Result { .. } => {
            exchange.phase = Phase::Answered;
            Streamed::Complete
        }
        Finding::Error { code } => {
            exchange.phase = Phase::Answered;
            exchange.learn_from_error(&ErrorObject { code, message: Str::EMPTY, data: None });
            Streamed::Failed { code }
        }
    }
}

fn invalid(error: JsonError) -> Error {
    PeerError::Message(error.into()).into()
}
