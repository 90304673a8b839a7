//! What goes to the server: headers and body, all inside the caller's buffer.

use core::fmt;

use crate::search;

/// One HTTP request, except for its first line and the headers of the transport.
#[derive(Clone, Copy)]
pub struct Post<'o> {
    pub(super) verb: Verb,
    /// Lines of `Name: value` with CR LF behind each.
    pub(super) headers: &'o [u8],
    pub(super) body: &'o [u8],
}

/// The HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Ends a session of the legacy era.
    Delete,
    /// Opens or resumes an event stream of the legacy era.
    Get,
    /// Sends a message.
    Post,
}

impl<'o> Post<'o> {
    /// The HTTP method.
    pub const fn verb(&self) -> Verb {
        self.verb
    }

    /// Names and values of the headers; the names are tokens and the values printable ASCII. One of
    /// them is the bearer.
    pub fn headers(&self) -> impl Iterator<Item = (&'o str, &'o str)> + Clone + use<'o> {
        let mut rest = self.headers;
        core::iter::from_fn(move || {
            let name = search::first(b':', rest)?;
            let (name, value) = rest.split_at_checked(name)?;
            let [b':', b' ', value @ ..] = value else { return None };
            let end = search::first(b'\r', value)?;
            let (value, after) = value.split_at_checked(end)?;
            let [b'\r', b'\n', next @ ..] = after else { return None };
            rest = next;
            Some((core::str::from_utf8(name).ok()?, core::str::from_utf8(value).ok()?))
        })
    }

    /// The message as one line, its end included: pieces that are written one after the other. There is
    /// more than one only where values that were handed in had line breaks.
    pub fn pieces_of_line(&self) -> impl Iterator<Item = &'o [u8]> + Clone + use<'o> {
        // In JSON a line break is white space beside punctuation, so nothing is lost with it.
        self.body.split(|byte| matches!(byte, b'\n' | b'\r')).chain([&b"\n"[..]])
    }

    /// The message; empty unless the method is [`Verb::Post`].
    pub const fn body(&self) -> &'o [u8] {
        self.body
    }
}

impl fmt::Debug for Post<'_> {
    /// Shows verb and lengths only: the headers hold the bearer.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (headers, body) = (self.headers.len(), self.body.len());
        write!(f, "Post({:?}, {headers} bytes of headers, {body} bytes)", self.verb)
    }
}
