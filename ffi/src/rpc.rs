//! JSON-RPC messages by themselves, for those who stand between a client and a server.

use core::ffi::c_char;

use mcpico_core::client::{Event, Notification, Response, ServerRequest};
use mcpico_core::jsonrpc::{Message, code};

use crate::boundary::{bytes, entry, fill};
use crate::event::mcpico_event;
use crate::inbox::Lent;
use crate::outcome::Status;
use crate::status::MCPICO_ERROR_PEER_MESSAGE;

/// No JSON.
pub const MCPICO_RPC_PARSE_ERROR: i64 = -32700;
/// No request.
pub const MCPICO_RPC_INVALID_REQUEST: i64 = -32600;
/// There is no such method.
pub const MCPICO_RPC_METHOD_NOT_FOUND: i64 = -32601;
/// The parameters are not those of the method.
pub const MCPICO_RPC_INVALID_PARAMS: i64 = -32602;
/// A fault of the one who answers.
pub const MCPICO_RPC_INTERNAL_ERROR: i64 = -32603;

const _: () = assert!(
    MCPICO_RPC_PARSE_ERROR == code::PARSE_ERROR
        && MCPICO_RPC_INVALID_REQUEST == code::INVALID_REQUEST
        && MCPICO_RPC_METHOD_NOT_FOUND == code::METHOD_NOT_FOUND
        && MCPICO_RPC_INVALID_PARAMS == code::INVALID_PARAMS
        && MCPICO_RPC_INTERNAL_ERROR == code::INTERNAL_ERROR
);

/// Reads one JSON-RPC message, of whoever: MCPICO_EVENT_SERVER_REQUEST, _NOTIFICATION, _RESULT or _ERROR, with its id.
/// Texts borrow `text`. A member that stands twice, or a batch, is no message.
///
/// Errors: PEER_MESSAGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_rpc_parse(
    text: *const c_char,
    text_len: usize,
    event: *mut mcpico_event,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let place = unsafe { fill(event) }?;
        // SAFETY: the same.
        let text = unsafe { bytes(text, text_len) }?;
        let message = Message::parse(text).map_err(|_| Status(MCPICO_ERROR_PEER_MESSAGE))?;
        let (event, id) = match message {
            Message::Request { id, method, params } => {
                (Event::ServerRequest(ServerRequest { id, method, params }), Some(id))
            }
            Message::Notification { method, params } => {
                (Event::Notification(Notification { method, params }), None)
            }
            Message::Result { id, result } => (Event::Response(Response::Result(result)), Some(id)),
            Message::Error { id, error } => (Event::Response(Response::Error(error)), id),
        };
        let lent = Lent::over(text);
        place.write(mcpico_event::new(&event, lent).with_id(id, |id| lent.quoted(id)));
        Ok(())
    })
}
