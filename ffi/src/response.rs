//! An HTTP/1.1 response on its way into the inbox.

use mcpico_core::client::{Client, Exchange};
use mcpico_core::http1::{Body, HeadReader, HttpError};

use crate::boundary::{entry, out};
use crate::client::mcpico_client;
use crate::exchange::mcpico_exchange;
use crate::inbox::{Receiving, mcpico_inbox};
use crate::object::{Storage, get, get_mut, object};
use crate::outcome::{Outcome, Status};
use crate::status::{
    MCPICO_ERROR_CLOSED_UNANSWERED, MCPICO_ERROR_LENGTH, MCPICO_ERROR_MESSAGE_TOO_LARGE,
};

/// Words of a response.
pub const MCPICO_RESPONSE_WORDS: usize = 12;

/// Reads one HTTP/1.1 response: its head goes to the exchange, its body to the inbox, the framing stripped.
#[repr(C)]
pub struct mcpico_response {
    /// Not to be touched.
    opaque: [u64; MCPICO_RESPONSE_WORDS],
}

object!(mcpico_response, Response, b"mres");

/// The response of one exchange, as far as it has come.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    reader: HeadReader,
    body: Option<Body>,
    begun: bool,
}

/// Starts before the first byte of a response. The inbox is to be empty: reset it before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_response_init(response: *mut mcpico_response) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        unsafe { Storage::new(response) }?.init(Response::new());
        Ok(())
    })
}

/// Takes `count` bytes that were read into mcpico_inbox_spare; 0 says that the peer has closed the connection. Then ask
/// mcpico_exchange_next.
///
/// A refusal (a status of 300 and above) whose body does not come whole stays one.
///
/// Errors: CLOSED_UNANSWERED, HTTP_HEAD, HTTP_LIMIT, HTTP_FRAMING, HTTP_CHUNK, HTTP_TRUNCATED, HTTP_HEADER, SESSION_ID,
/// MESSAGE_TOO_LARGE when the head does not fit the inbox, LENGTH when there is less room. But for LENGTH the
/// connection has to be closed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_response_received(
    response: *mut mcpico_response,
    client: *mut mcpico_client,
    exchange: *mut mcpico_exchange,
    inbox: *mut mcpico_inbox,
    count: usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let response = unsafe { get_mut(response) }?;
        // SAFETY: as above.
        let client = unsafe { get_mut(client) }?;
        // SAFETY: as above.
        let exchange = unsafe { get_mut(exchange) }?;
        // SAFETY: as above.
        let receiving = unsafe { get_mut(inbox) }?;
        response.received(client, exchange, receiving, count)
    })
}

/// Whether the response is whole (0 or 1), and whether the connection can carry another request (0 or 1).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_response_state(
    response: *const mcpico_response,
    complete: *mut i32,
    reusable: *mut i32,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let complete = unsafe { out(complete) }?;
        // SAFETY: as above.
        let reusable = unsafe { out(reusable) }?;
        // SAFETY: as above.
        let response = unsafe { get(response) }?;
        complete.write(response.is_complete().into());
        reusable.write(response.may_reuse().into());
        Ok(())
    })
}

impl Response {
    pub(crate) const fn new() -> Self {
        Self { reader: HeadReader::new(), body: None, begun: false }
    }

    pub(crate) fn received(
        &mut self,
        client: &mut Client,
        exchange: &mut Exchange,
        receiving: &mut Receiving,
        count: usize,
    ) -> Outcome {
        receiving.lent.open();
        let inbox = &mut receiving.inbox;
        if count == 0 {
            let ended = match &mut self.body {
                Some(body) => body.end_of_input(),
                None if self.begun => Err(HttpError::Truncated),
                None => return Err(Status(MCPICO_ERROR_CLOSED_UNANSWERED)),
            };
            inbox.close();
            return bear(exchange, ended);
        }
        let bytes = inbox.spare().get_mut(..count).ok_or(Status(MCPICO_ERROR_LENGTH))?;
        self.begun = true;
        let Some(body) = &mut self.body else {
            inbox.commit(count);
            return self.read_head(client, exchange, receiving);
        };
        let decoded = body.decode(bytes);
        inbox.commit(decoded.map_or(0, |decoded| decoded.len));
        if body.is_complete() || decoded.is_err() {
            inbox.close();
        }
        bear(exchange, decoded.map(|_| ()))
    }

    fn read_head(
        &mut self,
        client: &mut Client,
        exchange: &mut Exchange,
        receiving: &mut Receiving,
    ) -> Outcome {
        let inbox = &mut receiving.inbox;
        loop {
            let Some((head, len)) = self.reader.read(inbox.unread())? else {
                let full = inbox.spare().is_empty();
                return if full { Err(Status(MCPICO_ERROR_MESSAGE_TOO_LARGE)) } else { Ok(()) };
            };
            if head.is_informational() {
                inbox.discard(len);
                continue;
            }
            exchange.on_head(client, &head)?;
            let mut body = head.body()?;
            inbox.discard(len);
            let decoded = body.decode(inbox.unread_mut());
            inbox.truncate(decoded.map_or(0, |decoded| decoded.len));
            if body.is_complete() || decoded.is_err() {
                inbox.close();
            }
            self.body = Some(body);
            return bear(exchange, decoded.map(|_| ()));
        }
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.body.is_some_and(|body| body.is_complete())
    }

    pub(crate) fn may_reuse(&self) -> bool {
        self.body.is_some_and(|body| body.may_reuse())
    }
}

/// A refusal stays one when its page is cut.
fn bear(exchange: &Exchange, outcome: Result<(), HttpError>) -> Outcome {
    match outcome {
        Err(_) if exchange.status() >= 300 => Ok(()),
        outcome => Ok(outcome?),
    }
}
