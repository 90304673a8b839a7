//! What an exchange hands out.

use mcpico_core::client::{Event, Response};
use mcpico_core::json::Str;
use mcpico_core::jsonrpc::Id;

use crate::boundary::{Versioned, mcpico_str};
use crate::inbox::Lent;

/// The server took a message that has no response.
pub const MCPICO_EVENT_ACCEPTED: u32 = 1;
/// The exchange is over; repeated calls repeat this.
pub const MCPICO_EVENT_CLOSED: u32 = 2;
/// The event stream ended before the response came. The request may have been carried out.
pub const MCPICO_EVENT_INTERRUPTED: u32 = 3;
/// More bytes are needed.
pub const MCPICO_EVENT_NEED_DATA: u32 = 4;
/// The server tells something: `method`, and `json` with its parameters.
pub const MCPICO_EVENT_NOTIFICATION: u32 = 5;
/// The server did not take the message: `http_status` and `body`. Always so for 401 and 403.
pub const MCPICO_EVENT_REJECTED: u32 = 6;
/// The result of the request: `json`, an object.
pub const MCPICO_EVENT_RESULT: u32 = 7;
/// The request failed: `code`, `message`, and `json` with more about it.
pub const MCPICO_EVENT_ERROR: u32 = 8;
/// The server needs input first: `json`, an object of requests by key, and `state`, either of which may be missing.
pub const MCPICO_EVENT_INPUT_REQUIRED: u32 = 9;
/// The server works on: `json`, the task.
pub const MCPICO_EVENT_TASK: u32 = 10;
/// The server asks something, up to 2025-11-25: `id`, `method`, and `json` with its parameters. Answer it by
/// mcpico_client_answer.
pub const MCPICO_EVENT_SERVER_REQUEST: u32 = 11;
/// A message that belongs to no request of this exchange, or one that the revision forbids; it has been dropped.
pub const MCPICO_EVENT_UNSOLICITED: u32 = 12;
/// A part of what is the result when MCPICO_EVENT_RESULT_COMPLETE follows; of mcpico_result_stream_next only, as are the
/// two below.
pub const MCPICO_EVENT_RESULT_PART: u32 = 13;
/// The parts were the whole result of the request, which is answered.
pub const MCPICO_EVENT_RESULT_COMPLETE: u32 = 14;
/// A message that does not fit the inbox was no response to the request; parts that came of it are void.
pub const MCPICO_EVENT_DROPPED: u32 = 15;

/// There is no id.
pub const MCPICO_ID_NONE: u32 = 0;
/// The id is `id_number`.
pub const MCPICO_ID_NUMBER: u32 = 1;
/// The id is `id`, a JSON string.
pub const MCPICO_ID_STRING: u32 = 2;

/// What happened. Fields that its kind does not name are zeros, and a text that is not there has `data` NULL.
///
/// Texts borrow the inbox: they are valid until the next call on it. They come from the peer: escape them before they
/// reach a terminal.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct mcpico_event {
    /// sizeof(mcpico_event); to be set before the call.
    pub struct_size: u32,
    /// MCPICO_EVENT_*
    pub kind: u32,
    /// The HTTP status of a MCPICO_EVENT_REJECTED.
    pub http_status: u32,
    /// MCPICO_ID_*
    pub id_kind: u32,
    /// The id, when it is a number.
    pub id_number: i64,
    /// The code of a JSON-RPC error.
    pub code: i64,
    /// The id, when it is a string: a JSON string with its quotes.
    pub id: mcpico_str,
    /// The method, without quotes; one with an escape in it is none that the protocol knows.
    pub method: mcpico_str,
    /// Result, parameters, error data, input requests or task: a JSON document, to be read by mcpico_json_member and
    /// the like.
    pub json: mcpico_str,
    /// The message of an error: a JSON string with its quotes, to be read by mcpico_json_string.
    pub message: mcpico_str,
    /// What goes back with the input: a JSON string with its quotes.
    pub state: mcpico_str,
    /// The body of a refusal, or as much of it as fits the inbox. It may be anything.
    pub body: mcpico_str,
}

// SAFETY: it begins with its size.
unsafe impl Versioned for mcpico_event {}

impl mcpico_event {
    #[expect(clippy::cast_possible_truncation, reason = "a structure is no 4 GiB")]
    pub(crate) const fn of_kind(kind: u32) -> Self {
        const NOTHING: mcpico_str = mcpico_str::ABSENT;
        Self {
            struct_size: size_of::<Self>() as u32,
            kind,
            http_status: 0,
            id_kind: MCPICO_ID_NONE,
            id_number: 0,
            code: 0,
            id: NOTHING,
            method: NOTHING,
            json: NOTHING,
            message: NOTHING,
            state: NOTHING,
            body: NOTHING,
        }
    }

    pub(crate) fn with_id(
        self,
        id: Option<Id<'_>>,
        quoted: impl FnOnce(Str<'_>) -> mcpico_str,
    ) -> Self {
        match id {
            None => self,
            Some(Id::Number(number)) => {
                Self { id_kind: MCPICO_ID_NUMBER, id_number: number, ..self }
            }
            Some(Id::String(id)) => Self { id_kind: MCPICO_ID_STRING, id: quoted(id), ..self },
        }
    }

    /// An event that borrows `inbox`.
    pub(crate) fn new(event: &Event<'_>, inbox: Lent) -> Self {
        let json = |value: Option<mcpico_core::json::Value<'_>>| {
            mcpico_str::of_optional(value.as_ref().map(mcpico_core::json::Value::raw))
        };
        match *event {
            Event::Accepted => Self::of_kind(MCPICO_EVENT_ACCEPTED),
            Event::Interrupted => Self::of_kind(MCPICO_EVENT_INTERRUPTED),
            Event::NeedData => Self::of_kind(MCPICO_EVENT_NEED_DATA),
            Event::Notification(note) => Self {
                method: mcpico_str::of(note.method.raw()),
                json: json(note.params),
                ..Self::of_kind(MCPICO_EVENT_NOTIFICATION)
            },
            Event::Rejected { status, body } => Self {
                http_status: status.into(),
                body: mcpico_str::of(body),
                ..Self::of_kind(MCPICO_EVENT_REJECTED)
            },
            Event::Response(Response::Result(result)) => {
                Self { json: json(Some(result)), ..Self::of_kind(MCPICO_EVENT_RESULT) }
            }
            Event::Response(Response::Error(error)) => Self {
                code: error.code,
                message: inbox.quoted(error.message),
                json: json(error.data),
                ..Self::of_kind(MCPICO_EVENT_ERROR)
            },
            Event::Response(Response::InputRequired(required)) => Self {
                json: json(required.requests),
                state: required.state.map_or(mcpico_str::ABSENT, |state| inbox.quoted(state)),
                ..Self::of_kind(MCPICO_EVENT_INPUT_REQUIRED)
            },
            Event::Response(Response::Task(task)) => {
                Self { json: json(Some(task)), ..Self::of_kind(MCPICO_EVENT_TASK) }
            }
            Event::ServerRequest(request) => Self {
                method: mcpico_str::of(request.method.raw()),
                json: json(request.params),
                ..Self::of_kind(MCPICO_EVENT_SERVER_REQUEST)
            }
            .with_id(Some(request.id), |id| inbox.quoted(id)),
            Event::Unsolicited { id } => {
                Self::of_kind(MCPICO_EVENT_UNSOLICITED).with_id(id, |id| inbox.quoted(id))
            }
            // Core's enum may grow; what is not known is over.
            _ => Self::of_kind(MCPICO_EVENT_CLOSED),
        }
    }

    /// The same, its texts with quotes reached from the frame that they stand in.
    pub(crate) fn within(self, frame: &[u8]) -> Self {
        let lent = Lent::over(frame);
        let [id, message, state] =
            [self.id, self.message, self.state].map(|text| lent.reach(text).unwrap_or(text));
        Self { id, message, state, ..self }
    }

    /// The part of the inbox that holds its texts: where it begins, and its length.
    pub(crate) fn shown(&self) -> (*const u8, usize) {
        let mut shown = (core::ptr::null::<u8>(), 0);
        for text in [self.id, self.method, self.json, self.message, self.state, self.body] {
            let from = text.data.cast::<u8>();
            if text.len == 0 {
                continue;
            }
            let end = (from as usize).wrapping_add(text.len);
            let end = end.max((shown.0 as usize).wrapping_add(shown.1));
            let start = if shown.0.is_null() || from < shown.0 { from } else { shown.0 };
            shown = (start, end.wrapping_sub(start as usize));
        }
        shown
    }
}
