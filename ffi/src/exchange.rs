//! One request and its answer.

use core::ffi::c_char;

use mcpico_core::client::{Client, Exchange};

use crate::boundary::{bytes, entry, fill, out, text};
use crate::client::mcpico_client;
use crate::event::{MCPICO_EVENT_NEED_DATA, mcpico_event};
use crate::http1::mcpico_head;
use crate::inbox::{Receiving, mcpico_inbox};
use crate::object::{get, get_mut, object};
use crate::outcome::{Outcome, Status};
use crate::status::{MCPICO_ERROR_NOTHING_TO_SEND, MCPICO_ERROR_OUT_OF_RANGE};

/// Words of an exchange.
pub const MCPICO_EXCHANGE_WORDS: usize = 56;

/// One exchange: status and headers go in first, then events come out. It borrows nothing and needs no end.
#[repr(C)]
pub struct mcpico_exchange {
    /// Not to be touched.
    opaque: [u64; MCPICO_EXCHANGE_WORDS],
}

object!(mcpico_exchange, Exchange, b"mexc");

/// Takes status and headers from a head that mcpico_head_read has read. mcpico_response_received does it by itself.
///
/// Errors: SESSION_ID, HTTP_HEADER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_exchange_on_head(
    exchange: *mut mcpico_exchange,
    client: *mut mcpico_client,
    head: *const mcpico_head,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let exchange = unsafe { get_mut(exchange) }?;
        // SAFETY: as above.
        let client: &mut Client = unsafe { get_mut(client) }?;
        // SAFETY: as above.
        Ok(exchange.on_head(client, unsafe { get(head) }?)?)
    })
}

/// Takes the HTTP status, for those who bring their own HTTP.
///
/// Errors: OUT_OF_RANGE outside of 100 to 999.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_exchange_on_status(
    exchange: *mut mcpico_exchange,
    http_status: u32,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let exchange = unsafe { get_mut(exchange) }?;
        match u16::try_from(http_status) {
            Ok(status @ 100..=999) => {
                exchange.on_status(status);
                Ok(())
            }
            _ => Err(Status(MCPICO_ERROR_OUT_OF_RANGE)),
        }
    })
}

/// Takes one header; give it all of them, after the status. The exchange is over when this is an error.
///
/// Errors: SESSION_ID, HTTP_HEADER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_exchange_on_header(
    exchange: *mut mcpico_exchange,
    client: *mut mcpico_client,
    name: *const c_char,
    name_len: usize,
    value: *const c_char,
    value_len: usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let exchange = unsafe { get_mut(exchange) }?;
        // SAFETY: as above.
        let client = unsafe { get_mut(client) }?;
        // SAFETY: as above.
        let name = unsafe { text(name, name_len) }?;
        // SAFETY: as above.
        let value = unsafe { bytes(value, value_len) }?;
        Ok(exchange.on_header(client, name, value)?)
    })
}

/// Says that the message has gone out as a line; responses come by mcpico_lines_next then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_exchange_on_line_sent(exchange: *mut mcpico_exchange) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        unsafe { get_mut(exchange) }?.on_line_sent();
        Ok(())
    })
}

/// Says that no response to a line came in time, or that the server ended without one: one that leaves
/// `server/discover` unanswered is of the legacy era. Settle the exchange then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_exchange_on_line_unanswered(exchange: *mut mcpico_exchange) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        unsafe { get_mut(exchange) }?.on_line_unanswered();
        Ok(())
    })
}

/// The next event. Its texts are valid until the next call on the inbox. With MCPICO_EVENT_NEED_DATA read into
/// mcpico_inbox_spare, then call mcpico_response_received, or mcpico_inbox_commit or _close where the body comes by
/// your own HTTP. The response is not the end: read on until MCPICO_EVENT_CLOSED, _ACCEPTED, _REJECTED or
/// _INTERRUPTED where the connection is to be used again.
///
/// Errors: MESSAGE_TOO_LARGE, CONTENT_TYPE, PEER_MESSAGE, PEER_RESULT, BATCH_TOO_LARGE, NO_RESPONSE. The exchange is
/// over then, and the error is repeated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_exchange_next(
    exchange: *mut mcpico_exchange,
    inbox: *mut mcpico_inbox,
    event: *mut mcpico_event,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let place = unsafe { fill(event) }?;
        // SAFETY: as above.
        let exchange = unsafe { get_mut(exchange) }?;
        // SAFETY: as above.
        let receiving = unsafe { get_mut(inbox) }?;
        place.write(next(exchange, receiving)?);
        Ok(())
    })
}

/// The next event of an exchange, over the storage of its inbox.
pub(crate) fn next(exchange: &mut Exchange, receiving: &mut Receiving) -> Outcome<mcpico_event> {
    // Before there is a status, what has come is no body.
    if exchange.status() == 0 {
        return Ok(mcpico_event::of_kind(MCPICO_EVENT_NEED_DATA));
    }
    let lent = receiving.lent;
    lent.open();
    let event = mcpico_event::new(&exchange.next_event(&mut receiving.inbox)?, lent);
    let event = event.within(receiving.inbox.frame());
    lent.close_but(event.shown());
    Ok(event)
}

/// The HTTP status; 0 while there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_exchange_status(
    exchange: *const mcpico_exchange,
    http_status: *mut u32,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe { fact(exchange, http_status, |exchange| exchange.status().into()) })
}

/// The id of the request, which a progress token repeats.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_exchange_id(exchange: *const mcpico_exchange, id: *mut u32) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe { fact(exchange, id, Exchange::id) })
}

/// Whether the response has come: 0 or 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_exchange_is_answered(
    exchange: *const mcpico_exchange,
    answered: *mut i32,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe { fact(exchange, answered, |exchange| exchange.is_answered().into()) })
}

/// Whether nothing more is to come: the response has, or the exchange has ended without one. 0 or 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_exchange_is_over(
    exchange: *const mcpico_exchange,
    over: *mut i32,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe { fact(exchange, over, |exchange| exchange.is_over().into()) })
}

/// Whether the answer comes as an event stream, which may stay open behind the response: 0 or 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_exchange_is_stream(
    exchange: *const mcpico_exchange,
    stream: *mut i32,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe { fact(exchange, stream, |exchange| exchange.is_stream().into()) })
}

/// Milliseconds to wait before mcpico_client_resume goes on with this exchange.
///
/// Errors: NOTHING_TO_SEND when it cannot be resumed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_exchange_retry(
    exchange: *const mcpico_exchange,
    milliseconds: *mut u64,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let place = unsafe { out(milliseconds) }?;
        // SAFETY: the same.
        let retry = unsafe { get(exchange) }?.retry();
        place.write(retry.ok_or(Status(MCPICO_ERROR_NOTHING_TO_SEND))?);
        Ok(())
    })
}

unsafe fn fact<T>(
    exchange: *const mcpico_exchange,
    place: *mut T,
    fact: fn(&Exchange) -> T,
) -> Outcome {
    // SAFETY: the caller of the interface promises that it is writable,
    let place = unsafe { out(place) }?;
    // SAFETY: and that the exchange is one.
    place.write(fact(unsafe { get(exchange) }?));
    Ok(())
}
