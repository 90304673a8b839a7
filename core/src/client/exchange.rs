//! One request and its answer.

mod envelope;
mod result_stream;

use super::Client;
use super::batch::Batch;
use super::event::{Event, Response};
use super::state::Lesson;
use crate::error::{Error, PeerError};
use crate::framing::{BodyFraming, EventStream, Step, WholeBody};
use crate::http1::{Head, HttpError, MediaType};
use crate::inbox::Inbox;
use crate::json::Value;
use crate::jsonrpc::{ErrorObject, Id, Message, code};
use crate::mcp::{ResultError, ResultType, Revision, Task, promised};

pub use result_stream::{ResultStream, Streamed};

/// Shortest time before an event stream is resumed, in milliseconds.
pub const MIN_RETRY: u64 = 100;

/// Time before an event stream is resumed when the server names none, in milliseconds.
pub const DEFAULT_RETRY: u64 = 1_000;

/// Longest time before an event stream is resumed, in milliseconds.
pub const MAX_RETRY: u64 = 60_000;

/// One HTTP exchange: status and headers go in first, then events come out.
///
/// It owns no bytes and does not borrow the client, so it can be stored anywhere.
#[derive(Clone, Debug)]
pub struct Exchange {
    id: u32,
    purpose: Purpose,
    revision: Revision,
    /// The oldest and the newest revision that we speak.
    range: (Revision, Revision),
    /// Whether the request named a session, or the head of its answer.
    in_session: bool,
    /// The agreement of the client under which it was sent.
    agreement: u8,
    status: u16,
    media_type: Option<MediaType>,
    framing: BodyFraming,
    phase: Phase,
    /// What the framing has found and no event has shown.
    found: Option<Step>,
    batch: Batch,
    lesson: Lesson,
}

/// What the request was sent for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// `notifications/initialized`: no response is due.
    Announce,
    /// A request of the caller.
    Call { may_require_input: bool, may_be_task: bool },
    /// `server/discover`, to find out the era.
    Discover,
    /// `initialize`
    Initialize,
    /// A stream of what the server says unasked: no response is due.
    Listen,
    /// A notification, an answer, or the end of a session: no response is due.
    Notify,
}

impl Purpose {
    pub(super) const fn is_handshake(self) -> bool {
        matches!(self, Self::Discover | Self::Initialize)
    }

    /// Whether what is sent is a request, which takes an id.
    pub(super) const fn is_request(self) -> bool {
        !matches!(self, Self::Announce | Self::Notify)
    }
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    /// The response is awaited.
    Waiting,
    /// The response has come; the body may go on.
    Answered,
    Closed,
    /// The event stream ended before the response.
    Interrupted,
    Failed(Error),
}

impl Exchange {
    pub(super) const fn new(
        id: u32,
        purpose: Purpose,
        revision: Revision,
        range: (Revision, Revision),
        in_session: bool,
        agreement: u8,
    ) -> Self {
        Self {
            id,
            purpose,
            revision,
            range,
            in_session,
            agreement,
            status: 0,
            media_type: None,
            framing: BodyFraming::WholeBody(WholeBody::new()),
            phase: Phase::Waiting,
            found: None,
            batch: Batch::NONE,
            lesson: Lesson::Nothing,
        }
    }

    /// Takes status and headers from the final head that [`http1`](crate::http1) has read, not from an
    /// [informational](Head::is_informational) one before it.
    ///
    /// # Errors
    /// [`PeerError::SessionId`], [`PeerError::Http`].
    pub fn on_head(&mut self, client: &mut Client, head: &Head<'_>) -> Result<(), Error> {
        self.on_status(head.status());
        for (name, value) in head.headers() {
            self.on_header(client, name, value)?;
        }
        Ok(())
    }

    /// Takes the status.
    pub fn on_status(&mut self, status: u16) {
        self.status = status;
        if !self.is_success() {
            // A refusal is a page, also where a stream was to go on.
            self.framing = BodyFraming::WholeBody(WholeBody::new());
        }
        if status == 404 && self.in_session {
            self.lesson = Lesson::SessionLost;
        }
    }

    /// Takes one header, after the status; which ones matter is decided here.
    ///
    /// # Errors
    /// [`PeerError::SessionId`], [`PeerError::Http`] for a malformed content type and for a repeated one, or a
    /// repeated session id.
    pub fn on_header(
        &mut self,
        client: &mut Client,
        name: &str,
        value: &[u8],
    ) -> Result<(), Error> {
        self.take_header(client, name, value).map_err(|error| self.fail(error))
    }

    #[inline(never)]
    fn take_header(&mut self, client: &mut Client, name: &str, value: &[u8]) -> Result<(), Error> {
        if name.eq_ignore_ascii_case("content-type") {
            if self.media_type.is_some() {
                return Err(HttpError::RepeatedHeader { name: "Content-Type" }.into());
            }
            match MediaType::parse(value) {
                Ok(media_type) => self.media_type = Some(media_type),
                Err(error) if self.is_success() => return Err(error.into()),
                Err(_) => {}
            }
            if self.is_success() {
                self.choose_framing();
            }
        }
        let opens_session = self.purpose == Purpose::Initialize && self.is_success();
        // An answer that another has overtaken names a session that nobody uses.
        if opens_session && client.is_initializing() && name.eq_ignore_ascii_case("mcp-session-id")
        {
            // Two readers of one head must not take two sessions from it.
            if core::mem::replace(&mut self.in_session, true) {
                return Err(HttpError::RepeatedHeader { name: "Mcp-Session-Id" }.into());
            }
            client.open_session(value)?;
        }
        Ok(())
    }

    /// Says that the message has gone out as a line, or over HTTP+SSE has been accepted by a status: what
    /// has no response is accepted with that. Responses come by [`Lines`](super::Lines) or a
    /// [`Channel`](super::Channel).
    pub fn on_line_sent(&mut self) {
        self.status = 200;
        if self.is_consent() {
            self.accept();
        }
    }

    /// The server has taken what has no response.
    fn accept(&mut self) {
        self.phase = Phase::Closed;
        if self.purpose == Purpose::Announce {
            self.lesson = Lesson::Accepted;
        }
    }

    /// Says that no response to a line came in time, or that the server ended without one: one that
    /// leaves `server/discover` unanswered is of the legacy era. [Settle](Client::settle) it then. While it
    /// is still given to [`Lines`](super::Lines), a late response counts, and is settled once more.
    ///
    /// [Revision 2026-07-28, backward compatibility](https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio#backward-compatibility)
    pub fn on_line_unanswered(&mut self) {
        if self.is_waiting() && self.purpose == Purpose::Discover {
            self.lesson = Lesson::Legacy;
        }
    }

    /// Whether bytes have to be read before [`next_event`](Self::next_event) has anything but
    /// [`Event::NeedData`]. A loop can read on this without holding a borrow.
    ///
    /// # Errors
    /// As [`next_event`](Self::next_event).
    pub fn needs_data(&mut self, inbox: &mut Inbox<'_>) -> Result<bool, Error> {
        let over = match self.phase {
            Phase::Failed(error) => return Err(error),
            Phase::Closed | Phase::Interrupted => true,
            Phase::Waiting | Phase::Answered => self.is_consent(),
        };
        if over || self.batch.goes_on() || self.found.is_some() {
            return Ok(false);
        }
        match self.next_frame(inbox) {
            Ok(Step::NeedData) => Ok(true),
            Ok(found) => {
                self.found = Some(found);
                Ok(false)
            }
            Err(error) => Err(self.fail(error)),
        }
    }

    /// The next event; its borrow keeps the inbox still until it is handled.
    ///
    /// # Errors
    /// [`Error::FrameTooLarge`], [`PeerError`]. The exchange is over then, and the error is repeated.
    #[inline(never)]
    pub fn next_event<'i>(&mut self, inbox: &'i mut Inbox<'_>) -> Result<Event<'i>, Error> {
        if self.needs_data(inbox)? {
            return Ok(Event::NeedData);
        }
        if matches!(self.phase, Phase::Closed | Phase::Interrupted) {
            return Ok(Event::Closed);
        }
        if self.is_consent() {
            // Whatever a server adds to its consent is of no interest.
            self.accept();
            return Ok(Event::Accepted);
        }
        let event = match self.found.take() {
            Some(Step::End) => self.end(inbox),
            _ => self.message(inbox.frame()),
        };
        event.map_err(|error| self.fail(error))
    }

    /// The HTTP status, once it is known.
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The id of the request, from 1 on; 0 for what is none.
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// Whether the response has come, or the end in its place: a refusal, a consent, the end of the body.
    pub const fn is_answered(&self) -> bool {
        matches!(self.phase, Phase::Answered | Phase::Closed)
    }

    pub(super) fn fail(&mut self, error: Error) -> Error {
        self.phase = Phase::Failed(error);
        error
    }

    /// The id of the request as it stands in messages.
    pub(super) fn message_id(&self) -> Id<'static> {
        Id::Number(self.id.into())
    }

    /// Whether the response is still to come.
    pub(super) const fn is_waiting(&self) -> bool {
        matches!(self.phase, Phase::Waiting)
    }

    /// Whether nothing more is to come: the response has, or the exchange has ended without one.
    pub const fn is_over(&self) -> bool {
        !self.is_waiting()
    }

    /// Whether it is about which era the server is of, which some servers do not answer at all.
    pub const fn is_probe(&self) -> bool {
        matches!(self.purpose, Purpose::Discover)
    }

    /// Whether the answer comes as an event stream, which may stay open behind the response.
    pub const fn is_stream(&self) -> bool {
        matches!(self.framing, BodyFraming::EventStream(_))
    }

    /// Milliseconds to wait before [`Client::resume`] goes on with this exchange: what the server has
    /// asked for, at least [`MIN_RETRY`], and [`DEFAULT_RETRY`] when it has not. `None` when the exchange
    /// cannot be resumed: only one of the legacy era can whose event stream had an id that fits a header
    /// and ended, or broke, before the response if there is one; nor is a server waited for that asks for more than
    /// [`MAX_RETRY`].
    ///
    /// [Revision 2025-11-25, resumability](https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#resumability-and-redelivery)
    pub fn retry(&self) -> Option<u64> {
        let (stream, _) = self.resumption()?;
        let retry = stream.retry().unwrap_or(DEFAULT_RETRY);
        (retry <= MAX_RETRY).then_some(retry.max(MIN_RETRY))
    }

    /// The event stream that can be resumed, and the id to resume it from.
    fn resumption(&self) -> Option<(&EventStream, &str)> {
        let cut = matches!(self.phase, Phase::Waiting | Phase::Interrupted);
        let call = matches!(self.purpose, Purpose::Call { .. } | Purpose::Listen);
        let BodyFraming::EventStream(stream) = &self.framing else { return None };
        if !cut || !call || self.revision.is_modern() {
            return None;
        }
        let id = core::str::from_utf8(stream.last_event_id()?).ok()?;
        let printable = id.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        (printable && !id.is_empty() && id.trim_ascii() == id).then_some((stream, id))
    }

    /// The exchange that goes on with this one, and the id of the last event.
    pub(super) fn resumed(&self) -> Option<(Self, &str)> {
        self.retry()?;
        let (stream, last_event_id) = self.resumption()?;
        let range = self.range;
        let (in_session, agreement) = (self.in_session, self.agreement);
        let mut next =
            Self::new(self.id, self.purpose, self.revision, range, in_session, agreement);
        next.framing = BodyFraming::EventStream(EventStream::resuming(stream));
        Some((next, last_event_id))
    }

    /// Whether a response is due that somebody could do without.
    pub(super) const fn is_cancellable(&self) -> bool {
        matches!(self.purpose, Purpose::Call { .. }) && !self.is_answered()
    }

    pub(super) const fn lesson(&self) -> Lesson {
        self.lesson
    }

    pub(super) const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// The agreement of the client under which it was sent.
    pub(super) const fn agreement(&self) -> u8 {
        self.agreement
    }

    /// Reads the body of a success as its media type says.
    fn choose_framing(&mut self) {
        let stream = self.media_type == Some(MediaType::EventStream);
        match (stream, self.is_stream()) {
            (true, false) => self.framing = BodyFraming::EventStream(EventStream::new()),
            (false, true) => self.framing = BodyFraming::WholeBody(WholeBody::new()),
            _ => {}
        }
    }

    /// Moves on to the next frame that holds a message.
    fn next_frame(&mut self, inbox: &mut Inbox<'_>) -> Result<Step, Error> {
        let json = matches!(self.media_type, Some(MediaType::Json | MediaType::EventStream));
        // Whether there is a body shows in its first byte, not in what came with the head.
        if self.is_success() && !json && !inbox.unread().is_empty() {
            return Err(PeerError::ContentType { status: self.status }.into());
        }
        loop {
            let step = match self.framing.step(inbox) {
                Ok(step) => step,
                // The start of an error page says enough.
                Err(_) if !self.is_success() => return Ok(Step::End),
                Err(error) => return Err(error.into()),
            };
            if step == Step::Complete
                && let BodyFraming::EventStream(stream) = &self.framing
                && (inbox.frame().is_empty()
                    || !matches!(stream.event_name(), Some(b"" | b"message")))
            {
                // An event that only carries an id, or one that is not for JSON-RPC.
                continue;
            }
            return Ok(step);
        }
    }

    /// The body has ended, or an error page fills the inbox.
    fn end<'i>(&mut self, inbox: &'i mut Inbox<'_>) -> Result<Event<'i>, Error> {
        let answered = matches!(self.phase, Phase::Answered);
        self.phase = Phase::Closed;
        if !self.is_success() && !answered {
            self.learn_from_status();
            return Ok(Event::Rejected { status: self.status, body: inbox.unread() });
        }
        if answered {
            return Ok(Event::Closed);
        }
        if self.is_stream() {
            self.phase = Phase::Interrupted;
            let listening = self.purpose == Purpose::Listen;
            return Ok(if listening { Event::Closed } else { Event::Interrupted });
        }
        Err(PeerError::NoResponse.into())
    }

    /// Interprets the current frame, or the next message of the batch in it.
    fn message<'i>(&mut self, frame: &'i [u8]) -> Result<Event<'i>, Error> {
        // A denial stays one, whatever its body looks like.
        if matches!(self.status, 401 | 403) {
            return Ok(self.reject(frame));
        }
        let batches = self.revision.differences().batches && self.is_success();
        let text = if batches { self.batch.next(frame)? } else { frame };
        let message = match Message::parse(text) {
            Ok(message) => message,
            Err(_) if !self.is_success() => return Ok(self.reject(frame)),
            Err(error) => return Err(PeerError::Message(error).into()),
        };
        match self.take(&message) {
            Some(event) => event,
            None if !self.is_success() => Ok(self.reject(frame)),
            None => Ok(Event::beside(message, self.revision.differences().server_requests)),
        }
    }

    /// Takes the response to the request; `None` when the message is not that.
    #[inline(never)]
    pub(super) fn take<'i>(&mut self, message: &Message<'i>) -> Option<Result<Event<'i>, Error>> {
        let waiting = self.is_waiting() && self.purpose != Purpose::Listen;
        let ours = self.message_id();
        match *message {
            Message::Result { id, result } if waiting && id == ours && self.is_success() => {
                self.phase = Phase::Answered;
                Some(self.result(result).map_err(|error| self.fail(error)).map(Event::Response))
            }
            Message::Error { id, error } if waiting && id.is_none_or(|id| id == ours) => {
                self.phase = Phase::Answered;
                self.learn_from_error(&error);
                Some(Ok(Event::Response(Response::Error(error))))
            }
            _ => None,
        }
    }

    fn result<'i>(&mut self, result: Value<'i>) -> Result<Response<'i>, Error> {
        if !result.is_object() {
            return Err(ResultError::NotAnObject.into());
        }
        match self.purpose {
            Purpose::Discover => {
                let offered = promised(result, "supportedVersions")?;
                self.lesson = Lesson::Offered(self.best_of(offered));
            }
            Purpose::Initialize => {
                let chosen = promised(result, "protocolVersion")?;
                let chosen = self.common(chosen).filter(|revision| !revision.is_modern());
                self.lesson = Lesson::Initialized(chosen);
            }
            Purpose::Announce | Purpose::Call { .. } | Purpose::Listen | Purpose::Notify => {}
        }
        if !self.revision.is_modern() {
            return Ok(Response::Result(result));
        }
        let (input, task) = match self.purpose {
            Purpose::Call { may_require_input, may_be_task } => (may_require_input, may_be_task),
            _ => (false, false),
        };
        if task && Task::is_one(result) {
            return Ok(Response::Task(result));
        }
        match ResultType::from_result(result)? {
            ResultType::Complete(result) => Ok(Response::Result(result)),
            ResultType::InputRequired(required) if input => Ok(Response::InputRequired(required)),
            ResultType::InputRequired(_) => Err(ResultError::UnknownResultType.into()),
        }
    }

    /// What a JSON-RPC error says about the era.
    fn learn_from_error(&mut self, error: &ErrorObject<'_>) {
        let supported = || error.data?.lookup("supported").filter(|value| !value.stands_twice());
        self.lesson = match self.purpose {
            _ if self.lesson == Lesson::SessionLost => Lesson::SessionLost,
            _ if error.code == code::UNSUPPORTED_PROTOCOL_VERSION => match supported() {
                Some(offered) => Lesson::Offered(self.best_of(offered)),
                None => Lesson::Modern,
            },
            Purpose::Discover if error.is_modern() => Lesson::Modern,
            // A server that fails says nothing about what it speaks.
            Purpose::Discover if self.status < 500 => Lesson::Legacy,
            Purpose::Initialize => match supported() {
                Some(offered) => Lesson::Offered(self.best_of(offered)),
                None => Lesson::Nothing,
            },
            _ => Lesson::Nothing,
        };
    }

    /// What a status without a JSON-RPC error says about the era.
    fn learn_from_status(&mut self) {
        let denied = matches!(self.status, 401 | 403);
        if self.purpose == Purpose::Discover && (400..500).contains(&self.status) && !denied {
            self.lesson = Lesson::Legacy;
        }
    }

    /// The newest revision of an array of names that we speak.
    fn best_of(&self, offered: Value<'_>) -> Option<Revision> {
        offered.items().filter_map(|name| self.common(name)).max()
    }

    /// The revision of that name, if we speak it.
    fn common(&self, name: Value<'_>) -> Option<Revision> {
        let revision = Revision::from_name(name.as_str()?.as_plain()?)?;
        (self.range.0..=self.range.1).contains(&revision).then_some(revision)
    }

    fn reject<'i>(&mut self, body: &'i [u8]) -> Event<'i> {
        self.phase = Phase::Closed;
        self.learn_from_status();
        Event::Rejected { status: self.status, body }
    }

    /// Whether the server has taken a message that has no response.
    fn is_consent(&self) -> bool {
        self.is_success() && !self.purpose.is_request()
    }

    const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }
}
