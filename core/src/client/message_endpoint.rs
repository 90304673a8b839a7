//! Where messages are posted over HTTP+SSE: at the origin of the stream, and nowhere else.

use core::fmt;

/// Why a server's endpoint event names no place to post messages to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum MessageEndpointError {
    /// White space, a control character, a backslash or one outside ASCII; also when there is nothing.
    Character {
        /// Position of its first byte.
        at: usize,
    },
    /// The stream ended or a message came before it was named.
    Missing,
    /// Another scheme, host or port than that of the stream.
    Origin,
    /// It was named before. The first one stays.
    Repeated,
    /// Longer than the room for it.
    TooLong {
        /// Bytes that there is room for.
        limit: usize,
    },
    /// A user name or password.
    UserInfo,
}

impl fmt::Display for MessageEndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Character { at } => {
                write!(f, "the endpoint that the server names is no URL, at byte {at}")
            }
            Self::Missing => f.write_str("the event stream does not begin with an endpoint"),
            Self::Origin => {
                f.write_str("the server names an endpoint of another origin: nothing is sent there")
            }
            Self::Repeated => f.write_str("the server names an endpoint once more"),
            Self::TooLong { limit } => {
                write!(f, "the server names an endpoint of more than {limit} bytes")
            }
            Self::UserInfo => {
                f.write_str("the server names an endpoint with a user name or password")
            }
        }
    }
}

impl core::error::Error for MessageEndpointError {}

/// Resolves the `reference` of an endpoint event against the URL of the `stream`, an absolute one with http
/// or https. A fragment is left out.
///
/// Scheme and authority of the result are those of `stream`, byte for byte, so nothing can be sent
/// anywhere else.
///
/// # Errors
/// [`MessageEndpointError`]; `out` is unchanged, except after [`MessageEndpointError::TooLong`].
///
/// [RFC 3986 section 5.2](https://www.rfc-editor.org/rfc/rfc3986#section-5.2)
pub fn message_endpoint<'o>(
    stream: &str,
    reference: &str,
    out: &'o mut [u8],
) -> Result<&'o str, MessageEndpointError> {
    use MessageEndpointError::{Character, Origin, UserInfo};
    let allowed = |byte: &u8| byte.is_ascii_graphic() && *byte != b'\\';
    let reference = reference.as_bytes();
    let first = reference.iter().position(|byte| !allowed(byte));
    if let Some(at) = first.or_else(|| reference.is_empty().then_some(0)) {
        return Err(Character { at });
    }
    let (reference, _) = split_before(reference, b"#");
    let (scheme, rest) = scheme(stream.as_bytes()).ok_or(Origin)?;
    let [b'/', b'/', rest @ ..] = rest else { return Err(Origin) };
    let (authority, target) = split_before(rest, b"/?#");
    let (target, _) = split_before(target, b"#");
    let (base, _) = split_before(target, b"?");
    let reference = match self::scheme(reference) {
        Some((other, rest)) if other.eq_ignore_ascii_case(scheme) && rest.starts_with(b"//") => {
            rest
        }
        Some(_) => return Err(Origin),
        None => reference,
    };
    if let [b'/', b'/', rest @ ..] = reference {
        let (other, _) = split_before(rest, b"/?");
        if other.contains(&b'@') {
            return Err(UserInfo);
        }
        if !same_authority(scheme, authority, other) {
            return Err(Origin);
        }
    }
    let mut room = Room { out, start: 0, len: 0 };
    for part in [scheme, b"://", authority] {
        room.push(part)?;
    }
    room.start = room.len;
    match reference {
        [b'/', b'/', rest @ ..] => {
            let (_, target) = split_before(rest, b"/?");
            room.path(b"", target)?;
        }
        [b'/', ..] => room.path(b"", reference)?,
        [] => room.path(b"", target)?,
        [b'?', ..] => {
            room.path(b"", base)?;
            room.push(reference)?;
        }
        _ => {
            let slash = base.iter().rposition(|byte| *byte == b'/').unwrap_or_default();
            room.path(base.get(..slash).unwrap_or_default(), reference)?;
        }
    }
    let url = room.out.get(..room.len).unwrap_or_default();
    core::str::from_utf8(url).map_err(|error| Character { at: error.valid_up_to() })
}

/// The scheme of a URL, and what stands behind its colon; `None` for a reference without.
fn scheme(url: &[u8]) -> Option<(&[u8], &[u8])> {
    let (scheme, rest) = split_before(url, b":/?#");
    let [b':', rest @ ..] = rest else { return None };
    Some((scheme, rest))
}

/// Splits in front of the first of the bytes `ends`.
fn split_before<'t>(text: &'t [u8], ends: &[u8]) -> (&'t [u8], &'t [u8]) {
    let at = text.iter().position(|byte| ends.contains(byte));
    text.split_at_checked(at.unwrap_or(text.len())).unwrap_or_default()
}

fn same_authority(scheme: &[u8], ours: &[u8], theirs: &[u8]) -> bool {
    let secure = scheme.eq_ignore_ascii_case(b"https");
    host(secure, ours).eq_ignore_ascii_case(host(secure, theirs))
}

/// An authority without the default port of its scheme.
fn host(secure: bool, authority: &[u8]) -> &[u8] {
    match authority {
        [host @ .., b':', b'4', b'4', b'3'] if secure => host,
        [host @ .., b':', b'8', b'0'] if !secure => host,
        _ => authority,
    }
}

/// The URL that is being written.
struct Room<'o> {
    out: &'o mut [u8],
    /// Where the path begins.
    start: usize,
    len: usize,
}

impl Room<'_> {
    fn push(&mut self, text: &[u8]) -> Result<(), MessageEndpointError> {
        let limit = self.out.len();
        let room = self.out.get_mut(self.len..).and_then(|room| room.get_mut(..text.len()));
        let room = room.ok_or(MessageEndpointError::TooLong { limit })?;
        for (to, from) in room.iter_mut().zip(text) {
            *to = *from;
        }
        self.len = self.len.saturating_add(text.len());
        Ok(())
    }

    /// Writes `directory`, which ends before a slash, and `reference` below it: dots resolved, the query
    /// as it is.
    fn path(&mut self, directory: &[u8], reference: &[u8]) -> Result<(), MessageEndpointError> {
        let (path, query) = split_before(reference, b"?");
        let mut last: &[u8] = b"";
        for text in [directory, path] {
            let inside = if let [b'/', inside @ ..] = text { inside } else { text };
            if text.is_empty() {
                continue;
            }
            for segment in inside.split(|byte| *byte == b'/') {
                self.segment(segment)?;
                last = segment;
            }
        }
        if matches!(last, b"." | b"..") || self.len == self.start {
            self.push(b"/")?;
        }
        self.push(query)
    }

    fn segment(&mut self, segment: &[u8]) -> Result<(), MessageEndpointError> {
        match segment {
            b"." => Ok(()),
            b".." => {
                let written = self.out.get(self.start..self.len).unwrap_or_default();
                let slash = written.iter().rposition(|byte| *byte == b'/').unwrap_or_default();
                self.len = self.start.saturating_add(slash);
                Ok(())
            }
            segment => {
                self.push(b"/")?;
                self.push(segment)
            }
        }
    }
}
