//! A whole call over two blocking callbacks.

use core::ffi::{c_char, c_void};

use mcpico_core::client::{Client, Exchange, Post};
use mcpico_core::http1::RequestError;
use mcpico_core::writer::OutputTooSmall;

use crate::boundary::{Refusal, Versioned, Written, entry, fill, mcpico_str, out, required, room};
use crate::call::{CallTexts, mcpico_call};
use crate::client::mcpico_client;
use crate::event::{
    MCPICO_EVENT_ACCEPTED, MCPICO_EVENT_CLOSED, MCPICO_EVENT_ERROR, MCPICO_EVENT_INPUT_REQUIRED,
    MCPICO_EVENT_INTERRUPTED, MCPICO_EVENT_NEED_DATA, MCPICO_EVENT_REJECTED, MCPICO_EVENT_RESULT,
    MCPICO_EVENT_TASK, mcpico_event,
};
use crate::exchange::next;
use crate::inbox::{Receiving, mcpico_inbox};
use crate::object::get_mut;
use crate::outcome::{Outcome, Status};
use crate::post::request;
use crate::response::Response;
use crate::status::{
    MCPICO_ERROR_MESSAGE_TOO_LARGE, MCPICO_ERROR_NO_RESPONSE, MCPICO_ERROR_NOT_READY,
    MCPICO_ERROR_NULL_POINTER, MCPICO_ERROR_OPTION, MCPICO_ERROR_READ, MCPICO_ERROR_RECONNECT,
    MCPICO_ERROR_WRITE,
};

/// Reads up to `len` bytes into `data` and waits for at least one. The number of bytes, 0 when the peer has closed, below
/// 0 when it failed.
pub type mcpico_read =
    Option<unsafe extern "C" fn(context: *mut c_void, data: *mut c_char, len: usize) -> isize>;

/// Writes up to `len` bytes of `data` and waits until at least one is written. The number of bytes, 0 or below when it
/// failed.
pub type mcpico_write =
    Option<unsafe extern "C" fn(context: *mut c_void, data: *const c_char, len: usize) -> isize>;

/// Sees each event that is not the end of a call: notifications, requests of the server. It may read the event by all
/// functions that take one or its texts, which are valid until it returns.
pub type mcpico_observe =
    Option<unsafe extern "C" fn(context: *mut c_void, event: *const mcpico_event)>;

/// A connection of the caller: plain, TLS, whatever reads and writes. Rule 10 holds for the callbacks.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct mcpico_io {
    /// sizeof(mcpico_io)
    pub struct_size: u32,
    /// 0
    pub reserved: u32,
    /// Handed to the callbacks.
    pub context: *mut c_void,
    /// Reads; needed.
    pub read: mcpico_read,
    /// Writes; needed.
    pub write: mcpico_write,
    /// May be NULL.
    pub observe: mcpico_observe,
    /// Host name or address, with its port when that is not the default one of the scheme; needed.
    pub host: mcpico_str,
    /// Path and query, beginning with `/`; needed.
    pub target: mcpico_str,
}

// SAFETY: it begins with its size.
unsafe impl Versioned for mcpico_io {}

/// Makes a call and waits for its end: the handshake as far as it is needed, then the request, over one connection.
///
/// `buf` takes each request, headers and body (1 to 2 KiB for small arguments), `inbox` the answers, whatever it held
/// before. The bearer stands in `buf` afterwards. `event` is the end: MCPICO_EVENT_RESULT, _ERROR, _INPUT_REQUIRED,
/// _TASK, _REJECTED or _INTERRUPTED; its texts are valid until the next call on the inbox. `reusable` is 1 when the
/// connection can carry another call. An answer to a message of the handshake that does not get further is the end,
/// too: mostly a rejection or an error; of any other the texts are left out.
///
/// Errors: OVERLAP also for a text that lies in the inbox, such as a cursor of the page before: copy it. RECONNECT
/// when the connection is used up between two messages (open another one and call again; the client keeps what it has
/// learnt), READ, WRITE, CLOSED_UNANSWERED, those of mcpico_client_connect, mcpico_client_request,
/// mcpico_post_request, mcpico_response_received and mcpico_exchange_next. But for errors of the arguments the
/// connection has to be closed. With BUFFER_TOO_SMALL `*needed` (it may be NULL) is a size that suffices.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_run(
    io: *const mcpico_io,
    client: *mut mcpico_client,
    call: *const mcpico_call,
    buf: *mut c_char,
    cap: usize,
    needed: *mut usize,
    inbox: *mut mcpico_inbox,
    event: *mut mcpico_event,
    reusable: *mut i32,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let event = unsafe { fill(event) }?;
        // SAFETY: as above.
        let reusable = unsafe { out(reusable) }?;
        // SAFETY: as above.
        let needed = if needed.is_null() { None } else { Some(unsafe { out(needed) }?) };
        // SAFETY: as above.
        let room = unsafe { room(buf, cap) }?;
        // SAFETY: as above.
        let client = unsafe { get_mut(client) }?;
        // SAFETY: as above.
        let receiving = unsafe { get_mut(inbox) }?;
        // The handshake comes before the request is written, so its answers may lie over no text of the call.
        let written = receiving.lent.and_room(room);
        // SAFETY: as above.
        let io = unsafe { Io::new(io, written) }?;
        // SAFETY: as above.
        let call = unsafe { CallTexts::new(call, written) }?;
        match (Run { io, client, receiving }).call(&call, room) {
            Ok((end, open)) => {
                event.write(end);
                reusable.write(open.into());
                Ok(())
            }
            Err(refusal) => {
                if let (Some(place), Some(size)) = (needed, refusal.needed) {
                    place.write(size);
                }
                Err(refusal.status)
            }
        }
    })
}

/// The callbacks of a connection, checked.
struct Io {
    context: *mut c_void,
    read: unsafe extern "C" fn(*mut c_void, *mut c_char, usize) -> isize,
    write: unsafe extern "C" fn(*mut c_void, *const c_char, usize) -> isize,
    observe: mcpico_observe,
    host: &'static str,
    target: &'static str,
}

impl Io {
    unsafe fn new(io: *const mcpico_io, written: Written) -> Outcome<Self> {
        // SAFETY: the caller of the interface promises that it is readable; so for all below.
        let io = unsafe { required(io) }?;
        if io.reserved != 0 {
            return Err(Status(MCPICO_ERROR_OPTION));
        }
        written.apart_from_each(&[io.host, io.target])?;
        let missing = Status(MCPICO_ERROR_NULL_POINTER);
        Ok(Self {
            context: io.context,
            read: io.read.ok_or(missing)?,
            write: io.write.ok_or(missing)?,
            observe: io.observe,
            // SAFETY: as above.
            host: unsafe { io.host.text() }?,
            // SAFETY: as above.
            target: unsafe { io.target.text() }?,
        })
    }

    fn write(&self, mut bytes: &[u8]) -> Outcome {
        while !bytes.is_empty() {
            // SAFETY: the caller of the interface promises that it is such a function; the bytes are readable.
            let count = unsafe { (self.write)(self.context, bytes.as_ptr().cast(), bytes.len()) };
            let count = usize::try_from(count).ok().filter(|count| *count > 0);
            bytes = count.and_then(|count| bytes.get(count..)).ok_or(Status(MCPICO_ERROR_WRITE))?;
        }
        Ok(())
    }

    fn read(&self, room: &mut [u8]) -> Outcome<usize> {
        // SAFETY: the caller of the interface promises that it is such a function; the room is writable.
        let count = unsafe { (self.read)(self.context, room.as_mut_ptr().cast(), room.len()) };
        let count = usize::try_from(count).ok().filter(|count| *count <= room.len());
        count.ok_or(Status(MCPICO_ERROR_READ))
    }

    fn observe(&self, event: &mcpico_event) {
        if let Some(observe) = self.observe {
            // SAFETY: the caller of the interface promises that it is such a function; the event is readable.
            unsafe { observe(self.context, event) };
        }
    }
}

struct Run<'a> {
    io: Io,
    client: &'a mut Client,
    receiving: &'a mut Receiving,
}

/// An exchange has ended, or its response has come.
struct Ended {
    event: mcpico_event,
    /// Whether the connection can carry another exchange.
    open: bool,
    /// Whether the handshake has got further.
    progressed: bool,
}

impl Run<'_> {
    fn call(&mut self, call: &CallTexts, room: &mut [u8]) -> Result<(mcpico_event, bool), Refusal> {
        let bearer = call.bearer;
        while self.client.revision().is_none() {
            let sent = self.send(room, |client, out| client.connect(bearer, out))?;
            let Some(exchange) = sent else { break };
            let ended = self.receive(exchange, false)?;
            if !ended.progressed {
                return Ok((ended.event, ended.open));
            }
            if !ended.open {
                return Err(Status(MCPICO_ERROR_RECONNECT).into());
            }
        }
        let sent = self.send(room, |client, out| call.request(client, out).map(Some))?;
        let exchange = sent.ok_or(Status(MCPICO_ERROR_NOT_READY))?;
        let ended = self.receive(exchange, true)?;
        Ok((ended.event, ended.open))
    }

    /// Sends what `write` writes; `None` when that is nothing. The client changes only when all of it fits.
    fn send(
        &mut self,
        room: &mut [u8],
        write: impl for<'o> Fn(&mut Client, &'o mut [u8]) -> Sent<'o>,
    ) -> Result<Option<Exchange>, Refusal> {
        let message = match write(&mut self.client.clone(), &mut []) {
            Err(mcpico_core::Error::OutputTooSmall { needed }) => needed,
            Err(error) => return Err(error.into()),
            Ok(_) => return Ok(None),
        };
        // The request repeats headers and body behind the message, with a few lines of its own.
        let lines =
            "DELETE  HTTP/1.1\r\nHost: \r\nAccept-Encoding: identity\r\nContent-Length: \r\n\r\n";
        let needed =
            [message, message, lines.len(), DIGITS, self.io.host.len(), self.io.target.len()]
                .into_iter()
                .fold(0_usize, usize::saturating_add);
        let too_small = OutputTooSmall { needed };
        let (text, rest) = room.split_at_mut_checked(message).ok_or(too_small)?;
        let mut next = self.client.clone();
        let Some((post, exchange)) = write(&mut next, text)? else { return Ok(None) };
        let len = match request(&post, self.io.host, self.io.target, post.body(), rest) {
            Err(RequestError::OutputTooSmall(_)) => return Err(too_small.into()),
            len => len?,
        };
        self.client.clone_from(&next);
        self.io.write(rest.get(..len).unwrap_or_default())?;
        Ok(Some(exchange))
    }

    /// Reads the answer: to its end, or, where `response` says so, to the response.
    fn receive(&mut self, mut exchange: Exchange, response: bool) -> Outcome<Ended> {
        let mut incoming = Response::new();
        self.receiving.lent.open();
        self.receiving.inbox.reset();
        let mut answer = None;
        let event = loop {
            let event = next(&mut exchange, self.receiving)?;
            match event.kind {
                MCPICO_EVENT_NEED_DATA => {
                    self.receiving.lent.open();
                    let spare = self.receiving.inbox.spare();
                    if spare.is_empty() {
                        // A read of no bytes would look like a connection that has closed.
                        return Err(Status(MCPICO_ERROR_MESSAGE_TOO_LARGE));
                    }
                    let read = self.io.read(spare);
                    match read {
                        // The response is there; the rest only decides whether the connection is used again.
                        Err(_) if exchange.is_answered() => break event,
                        read => {
                            let count = read?;
                            let (client, inbox) = (&mut *self.client, &mut *self.receiving);
                            incoming.received(client, &mut exchange, inbox, count)?;
                        }
                    }
                }
                MCPICO_EVENT_RESULT
                | MCPICO_EVENT_ERROR
                | MCPICO_EVENT_INPUT_REQUIRED
                | MCPICO_EVENT_TASK => {
                    if response || event.kind == MCPICO_EVENT_ERROR && incoming.is_complete() {
                        break event;
                    }
                    answer = Some(event.kind);
                }
                MCPICO_EVENT_ACCEPTED | MCPICO_EVENT_REJECTED | MCPICO_EVENT_INTERRUPTED => {
                    break event;
                }
                MCPICO_EVENT_CLOSED if answer.is_none() => {
                    return Err(Status(MCPICO_ERROR_NO_RESPONSE));
                }
                MCPICO_EVENT_CLOSED => break event,
                _ => self.io.observe(&event),
            }
        };
        let progressed = self.client.settle(&exchange)?;
        // The texts of an answer of the handshake are gone; that it was one is said.
        let event = match answer {
            Some(kind) => mcpico_event::of_kind(kind),
            None => event,
        };
        Ok(Ended { event, open: incoming.may_reuse(), progressed })
    }
}

/// Digits of the longest `Content-Length`.
const DIGITS: usize = 20;

/// What core has written, if there was anything to write.
type Sent<'o> = Result<Option<(Post<'o>, Exchange)>, mcpico_core::Error>;
