//! The client: what to send next and what the answers mean.

use core::ffi::c_char;

use mcpico_core::client::{Answer, Client, ServerRequest};
use mcpico_core::json::Value;
use mcpico_core::jsonrpc::Id;
use mcpico_core::mcp::{Capabilities, ClientInfo, Elicitation, Revision};

use crate::boundary::{Versioned, entry, mcpico_str, out, required, text};
use crate::call::{CallTexts, json, mcpico_call};
use crate::event::{MCPICO_EVENT_SERVER_REQUEST, MCPICO_ID_NUMBER, MCPICO_ID_STRING, mcpico_event};
use crate::exchange::mcpico_exchange;
use crate::object::{Storage, get, get_mut, object};
use crate::outcome::{Outcome, Status};
use crate::post::{Sending, mcpico_post};
use crate::status::{
    MCPICO_ERROR_NOT_READY, MCPICO_ERROR_NULL_POINTER, MCPICO_ERROR_OPTION, MCPICO_ERROR_OVERLAP,
};

/// Revision 2024-11-05.
pub const MCPICO_REVISION_2024_11_05: u32 = 20_241_105;
/// Revision 2025-03-26.
pub const MCPICO_REVISION_2025_03_26: u32 = 20_250_326;
/// Revision 2025-06-18.
pub const MCPICO_REVISION_2025_06_18: u32 = 20_250_618;
/// Revision 2025-11-25, the last one with a handshake.
pub const MCPICO_REVISION_2025_11_25: u32 = 20_251_125;
/// Revision 2026-07-28, stateless.
pub const MCPICO_REVISION_2026_07_28: u32 = 20_260_728;

/// The server may ask for `roots/list`.
pub const MCPICO_CAPABILITY_ROOTS: u32 = 1;
/// The server may ask for `sampling/createMessage`.
pub const MCPICO_CAPABILITY_SAMPLING: u32 = 2;
/// The server may ask for `elicitation/create` by a form.
pub const MCPICO_CAPABILITY_ELICITATION_FORM: u32 = 4;
/// The server may ask for `elicitation/create` by a page that the user opens.
pub const MCPICO_CAPABILITY_ELICITATION_URL: u32 = 8;
/// A call of a tool may be answered with a task.
pub const MCPICO_CAPABILITY_TASKS: u32 = 16;

/// Who the client is and what it speaks.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct mcpico_client_options {
    /// sizeof(mcpico_client_options)
    pub struct_size: u32,
    /// MCPICO_CAPABILITY_* added together; 0: the server may ask nothing.
    pub capabilities: u32,
    /// The oldest revision that is spoken, MCPICO_REVISION_*; 0: all.
    pub oldest: u32,
    /// The newest one; 0: all.
    pub newest: u32,
    /// Name of the program, which is needed. It is borrowed as long as the client is used: mostly a literal.
    pub name: mcpico_str,
    /// Its version, needed and borrowed likewise.
    pub version: mcpico_str,
}

// SAFETY: it begins with its size.
unsafe impl Versioned for mcpico_client_options {}

/// Words of a client.
pub const MCPICO_CLIENT_WORDS: usize = 28;

/// Who we are, what we speak and what has been agreed with one server. It needs no end.
#[repr(C)]
pub struct mcpico_client {
    /// Not to be touched.
    opaque: [u64; MCPICO_CLIENT_WORDS],
}

object!(mcpico_client, Client, b"mcli");

/// A client that knows nothing of the server yet.
///
/// Errors: OPTION for an unknown revision or capability, or an oldest revision that is newer than the newest.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_client_init(
    client: *mut mcpico_client,
    options: *const mcpico_client_options,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let storage = unsafe { Storage::new(client) }?;
        // SAFETY: as above.
        let options = unsafe { required(options) }?;
        // SAFETY: as above.
        let name = unsafe { options.name.text() }?;
        // SAFETY: as above.
        let version = unsafe { options.version.text() }?;
        let oldest = revision(options.oldest, Revision::V2024_11_05)?;
        let newest = revision(options.newest, Revision::LATEST)?;
        if oldest > newest {
            return Err(Status(MCPICO_ERROR_OPTION));
        }
        let client = Client::with_revisions(ClientInfo { name, version }, oldest, newest);
        storage.init(client.declare(capabilities(options.capabilities)?));
        Ok(())
    })
}

/// Writes the next message that has to be exchanged before requests can be sent. Read the answer to its end, call
/// mcpico_client_settle, and come again until the status is NOTHING_TO_SEND: then the client is ready.
///
/// `bearer` is the token to send, without a scheme; NULL with length 0 sends none. `buf` takes headers and body, and
/// `post` and `exchange` are written on success; `post` borrows `buf`. So for all functions that write a message. The
/// bearer stands in `buf` then: wipe it where that matters.
///
/// Errors: NOTHING_TO_SEND, NEGOTIATION, BEARER, NO_TOKEN, BUFFER_TOO_SMALL. Nothing has changed then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_client_connect(
    client: *mut mcpico_client,
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
        // SAFETY: as above.
        let client = unsafe { get_mut(client) }?;
        sending.write(|room| client.connect(bearer, room))
    })
}

/// Writes a request.
///
/// Errors: NOT_READY, ARGUMENTS, INPUT, METHOD, PARAM_HEADER, JSON, WRONG_TYPE for an `input_state` that is no string,
/// TRACE, TOO_MANY, OPTION for a text that the method does not use, NULL_POINTER for one that it needs, BEARER, NO_TOKEN,
/// BUFFER_TOO_SMALL. Nothing has changed then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_client_request(
    client: *mut mcpico_client,
    call: *const mcpico_call,
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
        let call = unsafe { CallTexts::new(call, sending.written()) }?;
        // SAFETY: as above.
        let client = unsafe { get_mut(client) }?;
        sending.write(|room| call.request(client, room).map(Some))
    })
}

/// Writes the request for a stream of what the server says unasked, up to 2025-11-25; the server may refuse it with
/// 405.
///
/// Errors: NOT_READY, also since 2026-07-28; BEARER, NO_TOKEN, BUFFER_TOO_SMALL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_client_listen(
    client: *const mcpico_client,
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
        // SAFETY: as above.
        let client = unsafe { get(client) }?;
        sending.write(|room| client.listen(bearer, room).map(Some))
    })
}

/// Writes the request that resumes an event stream which ended before the response; wait for mcpico_exchange_retry
/// before it is sent. The response comes in the new exchange.
///
/// Errors: NOTHING_TO_SEND when the exchange cannot be resumed, NOT_READY, BEARER, NO_TOKEN, BUFFER_TOO_SMALL; OVERLAP
/// also when the new exchange is the storage of `interrupted`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_client_resume(
    client: *const mcpico_client,
    interrupted: *const mcpico_exchange,
    bearer: *const c_char,
    bearer_len: usize,
    buf: *mut c_char,
    cap: usize,
    out_len: *mut usize,
    post: *mut mcpico_post,
    exchange: *mut mcpico_exchange,
) -> i32 {
    entry(|| {
        if core::ptr::eq(interrupted, exchange) {
            return Err(Status(MCPICO_ERROR_OVERLAP));
        }
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let sending = unsafe { Sending::new(buf, cap, out_len, post, exchange) }?;
        // SAFETY: as above.
        let bearer = unsafe { sending.bearer(bearer, bearer_len) }?;
        // SAFETY: as above.
        let client = unsafe { get(client) }?;
        // SAFETY: as above.
        let interrupted = unsafe { get(interrupted) }?;
        sending.write(|room| client.resume(interrupted, bearer, room))
    })
}

/// Writes the answer to a request of the server, up to 2025-11-25. `request` is the event, while it is valid.
///
/// `result` is a JSON document; with NULL the answer is the error `code` (JSON-RPC) with `message`, one sentence.
///
/// Errors: OPTION when the event is no MCPICO_EVENT_SERVER_REQUEST or there are both a result and a message, NULL_POINTER
/// when there is neither, JSON, NOT_READY, BEARER, NO_TOKEN, BUFFER_TOO_SMALL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_client_answer(
    client: *mut mcpico_client,
    request: *const mcpico_event,
    result: *const c_char,
    result_len: usize,
    code: i64,
    message: *const c_char,
    message_len: usize,
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
        let written = sending.written();
        let result = mcpico_str { data: result, len: result_len };
        written.apart_from_each(&[result, mcpico_str { data: message, len: message_len }])?;
        // SAFETY: as above.
        let result = unsafe { json(result) }?;
        let no_message = message.is_null();
        // SAFETY: as above.
        let message = unsafe { text(message, message_len) }?;
        // SAFETY: as above.
        let event = unsafe { required(request) }?;
        written.apart_from(event.id)?;
        // SAFETY: as above.
        let request = unsafe { server_request(event) }?;
        // SAFETY: as above.
        let client = unsafe { get_mut(client) }?;
        let answer = match result {
            Some(result) if no_message => Answer::Result(result),
            Some(_) => return Err(Status(MCPICO_ERROR_OPTION)),
            None if no_message => return Err(Status(MCPICO_ERROR_NULL_POINTER)),
            None => Answer::Error { code, message },
        };
        sending.write(|room| client.answer(&request, answer, bearer, room).map(Some))
    })
}

unsafe fn server_request(event: &mcpico_event) -> Outcome<ServerRequest<'static>> {
    // SAFETY: the caller of the interface promises that the event is valid.
    let string = unsafe { json(event.id) }?;
    let id = match (event.id_kind, string.and_then(|id| id.as_str())) {
        (MCPICO_ID_NUMBER, None) => Id::Number(event.id_number),
        (MCPICO_ID_STRING, Some(id)) => Id::String(id),
        _ => return Err(Status(MCPICO_ERROR_OPTION)),
    };
    if event.kind != MCPICO_EVENT_SERVER_REQUEST {
        return Err(Status(MCPICO_ERROR_OPTION));
    }
    // Core answers by the id alone.
    let nothing = mcpico_core::json::parse(b"\"\"")?.as_str();
    let method = nothing.ok_or(Status(MCPICO_ERROR_OPTION))?;
    Ok(ServerRequest { id, method, params: None::<Value<'static>> })
}

/// Writes that the answer to a request is not wanted any more. Over HTTP only up to 2025-11-25: since 2026-07-28
/// closing the response stream says so. `reason` is a sentence; NULL: none.
///
/// Errors: NOTHING_TO_SEND, BEARER, NO_TOKEN, BUFFER_TOO_SMALL; OVERLAP also when the new exchange is the storage of
/// `cancelled`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_client_cancel(
    client: *mut mcpico_client,
    cancelled: *const mcpico_exchange,
    reason: *const c_char,
    reason_len: usize,
    bearer: *const c_char,
    bearer_len: usize,
    buf: *mut c_char,
    cap: usize,
    out_len: *mut usize,
    post: *mut mcpico_post,
    exchange: *mut mcpico_exchange,
) -> i32 {
    entry(|| {
        if core::ptr::eq(cancelled, exchange) {
            return Err(Status(MCPICO_ERROR_OVERLAP));
        }
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let sending = unsafe { Sending::new(buf, cap, out_len, post, exchange) }?;
        // SAFETY: as above.
        let bearer = unsafe { sending.bearer(bearer, bearer_len) }?;
        // SAFETY: as above.
        let reason = unsafe { read_reason(reason, reason_len, &sending) }?;
        // SAFETY: as above.
        let client = unsafe { get_mut(client) }?;
        // SAFETY: as above.
        let cancelled = unsafe { get(cancelled) }?;
        sending.write(|room| client.cancel(cancelled, reason, bearer, room))
    })
}

/// The same over a stream of lines, which has this message in every revision.
///
/// Errors: NOTHING_TO_SEND, BUFFER_TOO_SMALL; OVERLAP as there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_client_cancel_line(
    client: *mut mcpico_client,
    cancelled: *const mcpico_exchange,
    reason: *const c_char,
    reason_len: usize,
    buf: *mut c_char,
    cap: usize,
    out_len: *mut usize,
    post: *mut mcpico_post,
    exchange: *mut mcpico_exchange,
) -> i32 {
    entry(|| {
        if core::ptr::eq(cancelled, exchange) {
            return Err(Status(MCPICO_ERROR_OVERLAP));
        }
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let sending = unsafe { Sending::new(buf, cap, out_len, post, exchange) }?;
        // SAFETY: as above.
        let reason = unsafe { read_reason(reason, reason_len, &sending) }?;
        // SAFETY: as above.
        let client = unsafe { get_mut(client) }?;
        // SAFETY: as above.
        let cancelled = unsafe { get(cancelled) }?;
        sending.write(|room| client.cancel_line(cancelled, reason, None, room))
    })
}

unsafe fn read_reason(
    reason: *const c_char,
    reason_len: usize,
    sending: &Sending,
) -> Outcome<Option<&'static str>> {
    let text = mcpico_str { data: reason, len: reason_len };
    sending.written().apart_from(text)?;
    // SAFETY: the caller of the interface promises that it is readable.
    unsafe { text.optional_text() }
}

/// Writes the request that ends the session, when there is one; the server may refuse it.
///
/// Errors: NOTHING_TO_SEND, BEARER, NO_TOKEN, BUFFER_TOO_SMALL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_client_end(
    client: *mut mcpico_client,
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
        // SAFETY: as above.
        let client = unsafe { get_mut(client) }?;
        sending.write(|room| client.end(bearer, room))
    })
}

/// Takes over what an exchange has taught; call it at the end of each. `progressed` (it may be NULL) is 1 when the
/// handshake has got further: when the answer to one of its messages taught nothing, it is stuck.
///
/// Errors: NO_COMMON_REVISION.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_client_settle(
    client: *mut mcpico_client,
    exchange: *const mcpico_exchange,
    progressed: *mut i32,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let place = if progressed.is_null() { None } else { Some(unsafe { out(progressed) }?) };
        // SAFETY: as above.
        let client = unsafe { get_mut(client) }?;
        // SAFETY: as above.
        let progress = client.settle(unsafe { get(exchange) }?)?;
        if let Some(place) = place {
            place.write(progress.into());
        }
        Ok(())
    })
}

/// Makes a client that has agreed on the same and runs beside this one, on connections of its own. The next `ids`
/// requests are its: this one leaves their ids out. `other` borrows what this client borrows, and not this client.
///
/// Errors: OVERLAP also when `other` is `client`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_client_beside(
    client: *mut mcpico_client,
    ids: u32,
    other: *mut mcpico_client,
) -> i32 {
    entry(|| {
        if core::ptr::eq(client, other) {
            return Err(Status(MCPICO_ERROR_OVERLAP));
        }
        // SAFETY: the caller keeps the rules of the header.
        let storage = unsafe { Storage::new(other) }?;
        // SAFETY: the same.
        storage.init(unsafe { get_mut(client) }?.beside(ids));
        Ok(())
    })
}

/// The revision that is spoken, MCPICO_REVISION_*.
///
/// Errors: NOT_READY while it has not been found out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_client_revision(
    client: *const mcpico_client,
    revision: *mut u32,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let number = unsafe { out(revision) }?;
        // SAFETY: the same.
        let revision = unsafe { get(client) }?.revision().ok_or(Status(MCPICO_ERROR_NOT_READY))?;
        let known = REVISIONS.iter().find(|(_, known)| *known == revision);
        number.write(known.ok_or(Status(MCPICO_ERROR_NOT_READY))?.0);
        Ok(())
    })
}

/// Whether the next message of the handshake is `initialize`: 0 or 1. A server that has refused that with 400, 404 or 405
/// may be one of HTTP+SSE; see mcpico_channel.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_client_is_initializing(
    client: *const mcpico_client,
    initializing: *mut i32,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let place = unsafe { out(initializing) }?;
        // SAFETY: the same.
        place.write(unsafe { get(client) }?.is_initializing().into());
        Ok(())
    })
}

/// Whether the server has opened a session: 0 or 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_client_has_session(
    client: *const mcpico_client,
    has_session: *mut i32,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let place = unsafe { out(has_session) }?;
        // SAFETY: the same.
        place.write(unsafe { get(client) }?.has_session().into());
        Ok(())
    })
}

const REVISIONS: [(u32, Revision); 5] = [
    (MCPICO_REVISION_2024_11_05, Revision::V2024_11_05),
    (MCPICO_REVISION_2025_03_26, Revision::V2025_03_26),
    (MCPICO_REVISION_2025_06_18, Revision::V2025_06_18),
    (MCPICO_REVISION_2025_11_25, Revision::V2025_11_25),
    (MCPICO_REVISION_2026_07_28, Revision::V2026_07_28),
];

fn revision(number: u32, default: Revision) -> Outcome<Revision> {
    if number == 0 {
        return Ok(default);
    }
    let known = REVISIONS.iter().find(|(known, _)| *known == number);
    known.map(|(_, revision)| *revision).ok_or(Status(MCPICO_ERROR_OPTION))
}

fn capabilities(flags: u32) -> Outcome<Capabilities> {
    let has = |flag| flags & flag != 0;
    let all = MCPICO_CAPABILITY_ROOTS
        | MCPICO_CAPABILITY_SAMPLING
        | MCPICO_CAPABILITY_ELICITATION_FORM
        | MCPICO_CAPABILITY_ELICITATION_URL
        | MCPICO_CAPABILITY_TASKS;
    if has(!all) {
        return Err(Status(MCPICO_ERROR_OPTION));
    }
    Ok(Capabilities {
        elicitation: Elicitation {
            form: has(MCPICO_CAPABILITY_ELICITATION_FORM),
            url: has(MCPICO_CAPABILITY_ELICITATION_URL),
        },
        roots: has(MCPICO_CAPABILITY_ROOTS),
        sampling: has(MCPICO_CAPABILITY_SAMPLING),
        tasks: has(MCPICO_CAPABILITY_TASKS),
    })
}
