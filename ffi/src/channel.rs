//! HTTP+SSE, the transport of revision 2024-11-05.

use core::ffi::c_char;

use mcpico_core::client::{Channel, message_endpoint};
use mcpico_core::writer::OutputTooSmall;

use crate::arrivals::next_of;
use crate::boundary::{Output, Refusal, entry, mcpico_str, out, text};
use crate::client::mcpico_client;
use crate::event::mcpico_event;
use crate::exchange::mcpico_exchange;
use crate::inbox::mcpico_inbox;
use crate::object::{Storage, get, get_mut, object};
use crate::outcome::Status;
use crate::post::{Sending, mcpico_post};
use crate::status::{MCPICO_ERROR_INCOMPLETE, MCPICO_ERROR_OVERLAP};

/// Words of a channel.
pub const MCPICO_CHANNEL_WORDS: usize = 48;

/// Reads what a server says over HTTP+SSE: one event stream that names at its start where messages are posted, and on
/// which the responses to all requests come. The client has to be one of revisions up to 2025-11-25.
///
/// 1. Send what mcpico_channel_open writes, and read the answer by mcpico_response_received. When it is no stream
///    (mcpico_exchange_is_stream), mcpico_exchange_next says why.
/// 2. Take mcpico_channel_endpoint out of the inbox and resolve it by mcpico_message_endpoint.
/// 3. Post each message that the client writes there, by mcpico_channel_submit, over a connection of its own. When the
///    answer to that is MCPICO_EVENT_ACCEPTED, call mcpico_exchange_on_line_sent for the exchange of the message; its
///    response comes by mcpico_channel_next.
///
/// When the stream ends, so does the session: begin anew with a new client.
#[repr(C)]
pub struct mcpico_channel {
    /// Not to be touched.
    opaque: [u64; MCPICO_CHANNEL_WORDS],
}

object!(mcpico_channel, Channel, b"mchn");

/// Starts at the first byte of the body of the stream.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_channel_init(channel: *mut mcpico_channel) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        unsafe { Storage::new(channel) }?.init(Channel::new());
        Ok(())
    })
}

/// Writes the request that opens the stream. A server is asked so that has refused `initialize` with 400, 404 or 405.
///
/// Errors: BEARER, NO_TOKEN, BUFFER_TOO_SMALL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_channel_open(
    bearer: *const c_char,
    bearer_len: usize,
    buf: *mut c_char,
    cap: usize,
    out_len: *mut usize,
    post: *mut mcpico_post,
    exchange: *mut mcpico_exchange,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let sending = unsafe { Sending::new(buf, cap, out_len, post, exchange) }?;
        // SAFETY: as above.
        let bearer = unsafe { sending.bearer(bearer, bearer_len) }?;
        sending.write(|room| Channel::open(bearer, room).map(Some))
    })
}

/// Writes the request that posts `message`, which the client has written. Its exchange ends with MCPICO_EVENT_ACCEPTED or
/// says why not.
///
/// Errors: BEARER, NO_TOKEN, BUFFER_TOO_SMALL; OVERLAP also when `post` is the storage of `message`, or `buf` its buffer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_channel_submit(
    message: *const mcpico_post,
    bearer: *const c_char,
    bearer_len: usize,
    buf: *mut c_char,
    cap: usize,
    out_len: *mut usize,
    post: *mut mcpico_post,
    exchange: *mut mcpico_exchange,
) -> i32 {
    entry(|| {
        if core::ptr::eq(message, post) {
            return Err(Status(MCPICO_ERROR_OVERLAP));
        }
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let sending = unsafe { Sending::new(buf, cap, out_len, post, exchange) }?;
        // SAFETY: as above.
        let bearer = unsafe { sending.bearer(bearer, bearer_len) }?;
        // SAFETY: as above.
        let body = unsafe { get(message) }?.body();
        sending.written().apart_from(mcpico_str::of(body))?;
        sending.write(|room| Channel::submit(body, bearer, room).map(Some))
    })
}

/// The text of the first event of the stream, which says where messages are posted. Ask for it once; it is valid until
/// the next call on the inbox.
///
/// Errors: INCOMPLETE when more bytes are needed, ENDPOINT_MISSING, ENDPOINT, MESSAGE_TOO_LARGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_channel_endpoint(
    channel: *mut mcpico_channel,
    inbox: *mut mcpico_inbox,
    reference: *mut mcpico_str,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let place = unsafe { out(reference) }?;
        // SAFETY: as above.
        let channel = unsafe { get_mut(channel) }?;
        // SAFETY: as above.
        let receiving = unsafe { get_mut(inbox) }?;
        let lent = receiving.lent;
        lent.open();
        let reference = channel.endpoint(&mut receiving.inbox)?;
        let reference = reference.ok_or(Status(MCPICO_ERROR_INCOMPLETE))?;
        lent.close_but((reference.as_ptr(), reference.len()));
        place.write(mcpico_str::of(reference.as_bytes()));
        Ok(())
    })
}

/// Resolves what mcpico_channel_endpoint has given against the URL of the stream, an absolute one with http or https.
/// Scheme and authority are those of the stream, byte for byte: nothing can be sent anywhere else. `target` (it may be
/// NULL) borrows `buf`: path and query, as mcpico_post_request takes them.
///
/// The room is that of both texts and one byte more; what stands in it behind the result is void.
///
/// Errors: ENDPOINT, ENDPOINT_ORIGIN, BUFFER_TOO_SMALL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_message_endpoint(
    stream: *const c_char,
    stream_len: usize,
    reference: *const c_char,
    reference_len: usize,
    buf: *mut c_char,
    cap: usize,
    out_len: *mut usize,
    target: *mut mcpico_str,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let output = unsafe { Output::new(buf, cap, out_len) }?;
        // SAFETY: as above.
        let place = if target.is_null() { None } else { Some(unsafe { out(target) }?) };
        // SAFETY: as above.
        let stream = unsafe { text(stream, stream_len) }?;
        // SAFETY: as above.
        let reference = unsafe { text(reference, reference_len) }?;
        let output = output.apart_from(stream.as_bytes())?.apart_from(reference.as_bytes())?;
        let needed = stream.len().saturating_add(reference.len()).saturating_add(1);
        let target = output.finish_with(|room| {
            if room.len() < needed {
                return Err(Refusal::from(OutputTooSmall { needed }));
            }
            let url = message_endpoint(stream, reference, room).map_err(Status::from)?;
            // Behind the authority, which is there.
            let slashes = url.bytes().enumerate().filter(|(_, byte)| *byte == b'/');
            let path = slashes.map(|(at, _)| at).nth(2).unwrap_or(url.len());
            Ok((url.len(), url.as_bytes().get(path..).unwrap_or_default()))
        })?;
        if let Some(place) = place {
            place.write(mcpico_str::of(target));
        }
        Ok(())
    })
}

/// The next thing that came, once the endpoint is known: as by mcpico_lines_next_of, but that an event which does not fit
/// the inbox is the last one.
///
/// Errors: ENDPOINT_REPEATED, after which reading goes on, PEER_MESSAGE, MESSAGE_TOO_LARGE, BATCH_TOO_LARGE, PEER_RESULT;
/// `message` and `answered` are written with all of these.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_channel_next(
    channel: *mut mcpico_channel,
    client: *const mcpico_client,
    exchanges: *mut *mut mcpico_exchange,
    exchange_count: usize,
    inbox: *mut mcpico_inbox,
    event: *mut mcpico_event,
    answered: *mut isize,
    message: *mut mcpico_str,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe {
        next_of(channel, client, (exchanges, exchange_count), inbox, event, answered, message)
    })
}
