//! A request, written as it goes over the wire.

use mcpico_core::auth::Bearer;
use mcpico_core::client::{Client, Exchange, Post, Verb};
use mcpico_core::http1::{Method, RequestError, RequestHead};

use crate::{Endpoint, Error};

/// What the connection has to say before something is written.
#[derive(Clone, Copy)]
pub(crate) struct Consent {
    pub(crate) open: bool,
    pub(crate) plaintext_bearer: bool,
}

impl Consent {
    fn check(self, endpoint: &Endpoint<'_>, bearer: Option<Bearer<'_>>) -> Result<(), Error> {
        if !self.open {
            return Err(Error::NotOpen);
        }
        let safe = endpoint.is_tls() || endpoint.is_loopback() || self.plaintext_bearer;
        if bearer.is_some() && !safe { Err(Error::BearerOverPlaintext) } else { Ok(()) }
    }
}

/// A request, ready to be sent by one write or by two.
pub(crate) struct Composed<'o> {
    pub(crate) exchange: Exchange,
    /// The head, with the message behind it where there was room.
    pub(crate) first: &'o [u8],
    /// The message, where there was none.
    pub(crate) second: &'o [u8],
}

/// Writes a request into `out`; `None` when `write` writes nothing. The client changes only when the whole request
/// has been written.
///
/// No future has this in it: there would be one more for every kind of connection and request.
#[inline(never)]
pub(crate) fn compose<'o>(
    consent: Consent,
    endpoint: &Endpoint<'_>,
    client: &mut Client,
    bearer: Option<Bearer<'_>>,
    out: &'o mut [u8],
    write: &Compose<'_>,
) -> Result<Option<Composed<'o>>, Error> {
    let mut next = client.clone();
    let message = match write(&mut next, &mut []) {
        Ok(None) => return Ok(None),
        Ok(Some(_)) => 0,
        Err(mcpico_core::Error::OutputTooSmall { needed }) => needed,
        Err(error) => return Err(error.into()),
    };
    consent.check(endpoint, bearer)?;
    let too_small = too_small(endpoint, message)?;
    let (text, room) = out.split_at_mut_checked(message).ok_or(too_small)?;
    next.clone_from(client);
    let Some((post, exchange)) = write(&mut next, text)? else { return Ok(None) };
    let head = match request_head(endpoint, post.verb()).write(
        post.headers(),
        (post.verb() == Verb::Post).then_some(post.body().len() as u64),
        room,
    ) {
        Ok(head) => head.len(),
        Err(RequestError::OutputTooSmall(_)) => return Err(too_small),
        Err(error) => return Err(error.into()),
    };
    // One write is one packet; two are sent only when there is no room to join them.
    let joined = head.saturating_add(post.body().len());
    let (first, second) = match room.get_mut(head..joined) {
        Some(behind) => {
            behind.copy_from_slice(post.body());
            (room.get(..joined).unwrap_or_default(), &[][..])
        }
        None => (room.get(..head).unwrap_or_default(), post.body()),
    };
    client.clone_from(&next);
    Ok(Some(Composed { exchange, first, second }))
}

/// Writes a message, if there is one to write.
type Compose<'w> = dyn for<'o> Fn(&mut Client, &'o mut [u8]) -> Written<'o> + 'w;

/// What a client has written, if there was anything to write.
type Written<'o> = Result<Option<(Post<'o>, Exchange)>, mcpico_core::Error>;

/// For requests, which always write something.
pub(crate) const NOTHING_TO_SEND: Error =
    Error::Client(mcpico_core::Error::Misuse(mcpico_core::Misuse::NotReady));

const fn request_head<'e>(endpoint: &Endpoint<'e>, verb: Verb) -> RequestHead<'e> {
    let method = match verb {
        Verb::Post => Method::Post,
        Verb::Delete => Method::Delete,
        Verb::Get => Method::Get,
    };
    RequestHead { method, target: endpoint.target(), host: endpoint.authority() }
}

/// The error for a buffer that cannot take a message of that length, headers included, and its
/// head.
fn too_small(endpoint: &Endpoint<'_>, message: usize) -> Result<Error, Error> {
    // No verb is longer, and the body is no longer than the message.
    let head = request_head(endpoint, Verb::Delete);
    let lines = match head.write([], Some(message as u64), &mut []) {
        Ok(lines) => lines.len(),
        Err(RequestError::OutputTooSmall(small)) => small.needed,
        Err(error) => return Err(error.into()),
    };
    // The head repeats the headers of the message, and the body stands once more behind it.
    let needed = message.saturating_mul(2).saturating_add(lines);
    Ok(Error::Client(mcpico_core::Error::OutputTooSmall { needed }))
}
