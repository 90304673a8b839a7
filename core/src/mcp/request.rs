//! Requests whose parameters are written into room that the caller lends.
//!
//! They become [`Method::Other`], so a program that sends none of them does not hold the code for them.

use super::{LogLevel, Method};
use crate::json::{Object, Value};
use crate::writer::{OutputTooSmall, emit};

/// Writes the parameters of `name` into `room`.
pub(super) fn request<'r>(
    name: &'static str,
    mcp_name: Option<&'r str>,
    room: &'r mut [u8],
    members: impl Fn(&mut Object<'_, '_>),
) -> Result<Method<'r>, OutputTooSmall> {
    let text: &'r [u8] = emit(room, |w| {
        let mut params = Object::begin(w);
        members(&mut params);
        params.end();
    })?;
    Ok(Method::Other { name, params: Some(Value::validated(text)), mcp_name })
}

impl<'r> Method<'r> {
    /// `logging/setLevel`, up to 2025-11-25: the least grave messages that the server shall send from now
    /// on. Since 2026-07-28 each request says so for itself, by [`Call::log`](crate::client::Call::log).
    ///
    /// # Errors
    /// [`OutputTooSmall`] when the parameters do not fit `room`.
    ///
    /// [Revision 2025-11-25, logging](https://modelcontextprotocol.io/specification/2025-11-25/server/utilities/logging)
    pub fn set_log_level(level: LogLevel, room: &'r mut [u8]) -> Result<Self, OutputTooSmall> {
        request("logging/setLevel", None, room, |params| params.str("level", level.name()))
    }

    /// `resources/subscribe`, up to 2025-11-25: the server tells changes of that resource, until
    /// [`unsubscribe_resource`](Self::unsubscribe_resource). Since 2026-07-28 it is [`subscribe`](Self::subscribe).
    ///
    /// # Errors
    /// [`OutputTooSmall`] when the parameters do not fit `room`.
    ///
    /// [Revision 2025-11-25, subscriptions](https://modelcontextprotocol.io/specification/2025-11-25/server/resources#subscriptions)
    pub fn subscribe_resource(uri: &str, room: &'r mut [u8]) -> Result<Self, OutputTooSmall> {
        request("resources/subscribe", None, room, |params| params.str("uri", uri))
    }

    /// `resources/unsubscribe`, up to 2025-11-25: the end of
    /// [`subscribe_resource`](Self::subscribe_resource).
    ///
    /// # Errors
    /// [`OutputTooSmall`] when the parameters do not fit `room`.
    pub fn unsubscribe_resource(uri: &str, room: &'r mut [u8]) -> Result<Self, OutputTooSmall> {
        request("resources/unsubscribe", None, room, |params| params.str("uri", uri))
    }
}
