//! A result that is larger than the inbox.

use mcpico_core::client::{Exchange, ResultStream, Streamed};
use mcpico_core::json::{Part, StreamEvent};

use crate::boundary::{Versioned, entry, fill, mcpico_str};
use crate::event::{
    MCPICO_EVENT_DROPPED, MCPICO_EVENT_ERROR, MCPICO_EVENT_NEED_DATA, MCPICO_EVENT_RESULT_COMPLETE,
    MCPICO_EVENT_RESULT_PART, mcpico_event,
};
use crate::exchange::mcpico_exchange;
use crate::inbox::{Lent, Receiving, mcpico_inbox};
use crate::json_pointer::{Searches, mcpico_json_pointer};
use crate::object::{Storage, get_mut, object};
use crate::outcome::Outcome;

/// No part: the event is another one.
pub const MCPICO_PART_NONE: u32 = 0;
/// `null`
pub const MCPICO_PART_NULL: u32 = 1;
/// `true`
pub const MCPICO_PART_TRUE: u32 = 2;
/// `false`
pub const MCPICO_PART_FALSE: u32 = 3;
/// Some of the characters of a number: `text`.
pub const MCPICO_PART_NUMBER: u32 = 4;
/// The number has ended.
pub const MCPICO_PART_END_NUMBER: u32 = 5;
/// Some of the characters of the name of a member, escapes resolved: `text`.
pub const MCPICO_PART_NAME: u32 = 6;
/// The name has ended; its value follows.
pub const MCPICO_PART_END_NAME: u32 = 7;
/// Some of the characters of a string, escapes resolved: `text`.
pub const MCPICO_PART_STRING: u32 = 8;
/// The string has ended.
pub const MCPICO_PART_END_STRING: u32 = 9;
/// `[`
pub const MCPICO_PART_START_ARRAY: u32 = 10;
/// `]`
pub const MCPICO_PART_END_ARRAY: u32 = 11;
/// `{`
pub const MCPICO_PART_START_OBJECT: u32 = 12;
/// `}`
pub const MCPICO_PART_END_OBJECT: u32 = 13;

/// The next thing in a document that comes in parts. A name, a string or a number comes in any number of parts, none
/// when it is empty, and then its end; no part cuts a character or an escape.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct mcpico_json_part {
    /// sizeof(mcpico_json_part); to be set before the call.
    pub struct_size: u32,
    /// MCPICO_PART_*
    pub kind: u32,
    /// Bit n is set when the part belongs to the value of pointer n, from 0.
    pub selected: u64,
    /// UTF-8. It borrows the inbox or the stream: it is valid until the next call on either.
    pub text: mcpico_str,
}

// SAFETY: it begins with its size.
unsafe impl Versioned for mcpico_json_part {}

/// Words of a stream.
pub const MCPICO_RESULT_STREAM_WORDS: usize = 32;

/// Reads the answer to one request, also where a message is larger than the inbox. It takes the place of
/// mcpico_exchange_next.
#[repr(C)]
pub struct mcpico_result_stream {
    /// Not to be touched.
    opaque: [u64; MCPICO_RESULT_STREAM_WORDS],
}

pub(crate) struct Streaming {
    stream: ResultStream,
    /// A character that stands nowhere as it is: it was escaped, or came in two pieces.
    char: [u8; 4],
}

object!(mcpico_result_stream, Streaming, b"mrst");

/// Starts before the first event of an exchange.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_result_stream_init(stream: *mut mcpico_result_stream) -> i32 {
    entry(|| {
        let streaming = Streaming { stream: ResultStream::new(), char: [0; 4] };
        // SAFETY: the caller keeps the rules of the header.
        unsafe { Storage::new(stream) }?.init(streaming);
        Ok(())
    })
}

/// The next event. What fits the inbox comes as mcpico_exchange_next would give it. A message that does not fit is read
/// as it comes, and its result is handed out in parts: MCPICO_EVENT_RESULT_PART, with `part`. A server may write the
/// `id` behind the result, so parts are nothing yet: only MCPICO_EVENT_RESULT_COMPLETE says that they were the whole
/// result of this request. After any other event but MCPICO_EVENT_NEED_DATA, and after an error, they are void. A
/// JSON-RPC error that does not fit is a MCPICO_EVENT_ERROR that has a `code` and nothing else.
///
/// Each of the pointers, of which there may be none, is shown every part; `selected` says whose it is. Use pointers for
/// one result only, and read an exchange with one stream, and by nothing else.
///
/// Errors: those of mcpico_exchange_next; MESSAGE_TOO_LARGE only for what cannot be read in parts: a batch, a result
/// that asks for input, a task. TOO_MANY above MCPICO_JSON_POINTERS_MAX pointers. JSON_DUPLICATE when a name on the way
/// to a value stands twice, so that what came first is void; it is repeated as long as that pointer is among them, and
/// the exchange goes on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_result_stream_next(
    stream: *mut mcpico_result_stream,
    exchange: *mut mcpico_exchange,
    inbox: *mut mcpico_inbox,
    pointers: *mut mcpico_json_pointer,
    pointer_count: usize,
    event: *mut mcpico_event,
    part: *mut mcpico_json_part,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let event = unsafe { fill(event) }?;
        // SAFETY: as above.
        let part = unsafe { fill(part) }?;
        // SAFETY: as above.
        let streaming = unsafe { get_mut(stream) }?;
        // SAFETY: as above.
        let exchange = unsafe { get_mut(exchange) }?;
        // SAFETY: as above.
        let receiving = unsafe { get_mut(inbox) }?;
        // SAFETY: as above.
        let searches = unsafe { Searches::new(pointers, pointer_count) }?;
        let (what, of_result) = streaming.next(exchange, receiving, &searches)?;
        event.write(what);
        part.write(of_result);
        Ok(())
    })
}

impl Streaming {
    fn next(
        &mut self,
        exchange: &mut Exchange,
        receiving: &mut Receiving,
        searches: &Searches,
    ) -> Outcome<(mcpico_event, mcpico_json_part)> {
        let none = mcpico_json_part::of_kind(MCPICO_PART_NONE);
        // Before there is a status, what has come is no body.
        if exchange.status() == 0 {
            return Ok((mcpico_event::of_kind(MCPICO_EVENT_NEED_DATA), none));
        }
        let lent = receiving.lent;
        lent.open();
        let event = match self.stream.next_event(exchange, &mut receiving.inbox)? {
            Streamed::Part(found) => {
                // SAFETY: the caller of the interface promises that the pointers are nobody else's during the call.
                let selected = unsafe { searches.take(&found) }?;
                let part = mcpico_json_part { selected, ..self.part(&found, lent) };
                return Ok((mcpico_event::of_kind(MCPICO_EVENT_RESULT_PART), part));
            }
            Streamed::Complete => mcpico_event::of_kind(MCPICO_EVENT_RESULT_COMPLETE),
            Streamed::Failed { code } => {
                mcpico_event { code, ..mcpico_event::of_kind(MCPICO_EVENT_ERROR) }
            }
            Streamed::Event(event) => mcpico_event::new(&event, lent),
            // Core's enum may grow; what is not known completes nothing.
            _ => mcpico_event::of_kind(MCPICO_EVENT_DROPPED),
        };
        let event = event.within(receiving.inbox.frame());
        lent.close_but(event.shown());
        Ok((event, none))
    }

    fn part(&mut self, event: &StreamEvent<'_>, lent: Lent) -> mcpico_json_part {
        let (kind, text) = kind_and_text(event);
        let text = text.map_or(mcpico_str::ABSENT, |text| keep(&mut self.char, text, lent));
        let in_inbox = lent.holds(text);
        lent.close_but(if in_inbox {
            (text.data.cast(), text.len)
        } else {
            (core::ptr::null(), 0)
        });
        mcpico_json_part { text, ..mcpico_json_part::of_kind(kind) }
    }
}

/// What a part is, and its text.
pub(crate) const fn kind_and_text<'e, 't>(
    event: &'e StreamEvent<'t>,
) -> (u32, Option<&'e Part<'t>>) {
    match event {
        StreamEvent::Null => (MCPICO_PART_NULL, None),
        StreamEvent::Bool(true) => (MCPICO_PART_TRUE, None),
        StreamEvent::Bool(false) => (MCPICO_PART_FALSE, None),
        StreamEvent::Number(text) => (MCPICO_PART_NUMBER, Some(text)),
        StreamEvent::EndNumber => (MCPICO_PART_END_NUMBER, None),
        StreamEvent::Name(text) => (MCPICO_PART_NAME, Some(text)),
        StreamEvent::EndName => (MCPICO_PART_END_NAME, None),
        StreamEvent::String(text) => (MCPICO_PART_STRING, Some(text)),
        StreamEvent::EndString => (MCPICO_PART_END_STRING, None),
        StreamEvent::StartArray => (MCPICO_PART_START_ARRAY, None),
        StreamEvent::EndArray => (MCPICO_PART_END_ARRAY, None),
        StreamEvent::StartObject => (MCPICO_PART_START_OBJECT, None),
        StreamEvent::EndObject => (MCPICO_PART_END_OBJECT, None),
    }
}

/// A text that stays where it is; else it is a character, which is kept in `char`.
pub(crate) fn keep(char: &mut [u8; 4], text: &Part<'_>, lent: Lent) -> mcpico_str {
    let bytes = text.as_bytes();
    let text = mcpico_str::of(bytes);
    if lent.holds(text) {
        return text;
    }
    for (to, byte) in char.iter_mut().zip(bytes) {
        *to = *byte;
    }
    mcpico_str::of(char.get(..bytes.len()).unwrap_or_default())
}

impl mcpico_json_part {
    #[expect(clippy::cast_possible_truncation, reason = "a structure is no 4 GiB")]
    pub(crate) const fn of_kind(kind: u32) -> Self {
        Self { struct_size: size_of::<Self>() as u32, kind, selected: 0, text: mcpico_str::ABSENT }
    }
}
