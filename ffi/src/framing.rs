//! Framing for those who bring their own transport: one message out of a whole body, an event stream, or lines.

use mcpico_core::framing::{EventStream, Frame, Framing, Line, WholeBody};

use crate::boundary::{entry, mcpico_str, out};
use crate::inbox::mcpico_inbox;
use crate::object::{Storage, get, get_mut, object};
use crate::outcome::{Outcome, Status};
use crate::status::{
    MCPICO_ERROR_INCOMPLETE, MCPICO_ERROR_MESSAGE_TOO_LARGE, MCPICO_ERROR_NOT_FOUND,
    MCPICO_ERROR_OPTION, MCPICO_ERROR_WRONG_TYPE,
};

/// One message per line, as over standard streams.
pub const MCPICO_FRAMING_LINES: u32 = 1;
/// `text/event-stream`: one message per event.
pub const MCPICO_FRAMING_EVENT_STREAM: u32 = 2;
/// The body is one message.
pub const MCPICO_FRAMING_WHOLE_BODY: u32 = 3;

/// Words of a framing.
pub const MCPICO_FRAMING_WORDS: usize = 48;

/// How messages are separated, and how far it has been read.
#[repr(C)]
pub struct mcpico_framing {
    /// Not to be touched.
    opaque: [u64; MCPICO_FRAMING_WORDS],
}

object!(mcpico_framing, Framing, b"mfra");

/// Starts at the first byte of a stream; `kind` is MCPICO_FRAMING_*.
///
/// Errors: OPTION.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_framing_init(framing: *mut mcpico_framing, kind: u32) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let storage = unsafe { Storage::new(framing) }?;
        storage.init(match kind {
            MCPICO_FRAMING_LINES => Framing::Line(Line::new()),
            MCPICO_FRAMING_EVENT_STREAM => Framing::EventStream(EventStream::new()),
            MCPICO_FRAMING_WHOLE_BODY => Framing::WholeBody(WholeBody::new()),
            _ => return Err(Status(MCPICO_ERROR_OPTION)),
        });
        Ok(())
    })
}

/// The next message; it is valid until the next call on the inbox, and freed by it.
///
/// Errors: INCOMPLETE when more bytes are needed, NOT_FOUND when the stream has ended, MESSAGE_TOO_LARGE when a message
/// does not fit; of lines the rest of the line is skipped then and reading can go on, otherwise the error is repeated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_framing_next(
    framing: *mut mcpico_framing,
    inbox: *mut mcpico_inbox,
    message: *mut mcpico_str,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let message = unsafe { out(message) }?;
        // SAFETY: as above.
        let framing = unsafe { get_mut(framing) }?;
        // SAFETY: as above.
        let receiving = unsafe { get_mut(inbox) }?;
        receiving.lent.open();
        let frame = framing.next_frame(&mut receiving.inbox);
        match frame.map_err(|_| Status(MCPICO_ERROR_MESSAGE_TOO_LARGE))? {
            Frame::Complete(frame) => {
                receiving.lent.close_but((frame.as_ptr(), frame.len()));
                message.write(mcpico_str::of(frame));
                Ok(())
            }
            Frame::NeedData => Err(Status(MCPICO_ERROR_INCOMPLETE)),
            Frame::End => Err(Status(MCPICO_ERROR_NOT_FOUND)),
        }
    })
}

/// The name of the event that was last handed out, empty when it had none. It borrows the framing.
///
/// Errors: WRONG_TYPE when it is no event stream, NOT_FOUND for a name of more than 16 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_framing_event_name(
    framing: *const mcpico_framing,
    name: *mut mcpico_str,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let place = unsafe { out(name) }?;
        // SAFETY: the same.
        let name = unsafe { event_stream(framing) }?.event_name();
        place.write(mcpico_str::of(name.ok_or(Status(MCPICO_ERROR_NOT_FOUND))?));
        Ok(())
    })
}

/// The id that a reconnecting client sends as `Last-Event-ID`, empty when there is none. It borrows the framing.
///
/// Errors: WRONG_TYPE when it is no event stream, NOT_FOUND for an id of more than 128 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_framing_last_event_id(
    framing: *const mcpico_framing,
    id: *mut mcpico_str,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let place = unsafe { out(id) }?;
        // SAFETY: the same.
        let id = unsafe { event_stream(framing) }?.last_event_id();
        place.write(mcpico_str::of(id.ok_or(Status(MCPICO_ERROR_NOT_FOUND))?));
        Ok(())
    })
}

/// Milliseconds that the server wants a client to wait before it reconnects.
///
/// Errors: WRONG_TYPE when it is no event stream, NOT_FOUND when the server has not said.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_framing_retry(
    framing: *const mcpico_framing,
    milliseconds: *mut u64,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let place = unsafe { out(milliseconds) }?;
        // SAFETY: the same.
        let retry = unsafe { event_stream(framing) }?.retry();
        place.write(retry.ok_or(Status(MCPICO_ERROR_NOT_FOUND))?);
        Ok(())
    })
}

unsafe fn event_stream<'a>(framing: *const mcpico_framing) -> Outcome<&'a EventStream> {
    // SAFETY: the caller of the interface promises that the framing is one.
    match unsafe { get(framing) }? {
        Framing::EventStream(stream) => Ok(stream),
        _ => Err(Status(MCPICO_ERROR_WRONG_TYPE)),
    }
}
