//! Session ids of the legacy era.

use core::fmt;

use crate::bounded::Bounded;

/// Longest session id that is kept, in bytes.
pub const MAX_SESSION_ID: usize = 128;

/// What the server calls the session: 1 to [`MAX_SESSION_ID`] visible ASCII characters.
///
/// [Revision 2025-11-25, session management](https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#session-management)
#[derive(Clone)]
pub(super) struct SessionId(Bounded<MAX_SESSION_ID>);

impl SessionId {
    pub(super) fn new(value: &[u8]) -> Option<Self> {
        let visible = !value.is_empty() && value.iter().all(u8::is_ascii_graphic);
        if visible { Bounded::new(value).map(Self) } else { None }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for SessionId {
    /// Shows nothing: who knows the id can use the session.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(..)")
    }
}
