//! The loop around the client that a firmware writes: bytes from the wire into the inbox, events out.

use mcpico_core::Error;
use mcpico_core::client::{Client, Event, Exchange, Post, Verb};
use mcpico_core::http1::{Body, HeadReader, HttpError, Method, RequestError, RequestHead};
use mcpico_core::inbox::Inbox;

/// Where requests go.
pub const HOST: &str = "mcp.example";
/// Path of the endpoint.
pub const TARGET: &str = "/mcp";

/// Writes the request head of `post`.
///
/// # Errors
/// As [`RequestHead::write`].
pub fn request_head<'o>(post: &Post<'_>, out: &'o mut [u8]) -> Result<&'o [u8], RequestError> {
    let method = match post.verb() {
        Verb::Post => Method::Post,
        Verb::Get => Method::Get,
        Verb::Delete => Method::Delete,
    };
    let head = RequestHead { method, target: TARGET, host: HOST };
    let length = (post.verb() == Verb::Post).then_some(post.body().len() as u64);
    Ok(head.write(post.headers(), length, out)?)
}

/// An answer that comes in pieces, as a socket would hand them out.
pub struct Carrier<'s> {
    inbox: Inbox<'s>,
    body: Body,
    wire: Wire<'s>,
}

impl<'s> Carrier<'s> {
    /// Reads the head of `answer` into `storage`, at most `piece` bytes at a time.
    ///
    /// # Errors
    /// [`Error`]
    pub fn open(
        client: &mut Client,
        exchange: &mut Exchange,
        answer: &'s [u8],
        piece: usize,
        storage: &'s mut [u8],
    ) -> Result<Self, Error> {
        let mut wire = Wire { rest: answer, piece };
        let mut inbox = Inbox::new(storage);
        let mut reader = HeadReader::new();
        let (mut body, length) = loop {
            if let Some((head, length)) = reader.read(inbox.unread())? {
                if head.is_informational() {
                    inbox.discard(length);
                    continue;
                }
                exchange.on_head(client, &head)?;
                break (head.body()?, length);
            }
            let limit = inbox.capacity();
            let spare = inbox.spare();
            if spare.is_empty() {
                let needed = limit.saturating_add(1);
                return Err(Error::FrameTooLarge { limit, needed });
            }
            match wire.read(spare) {
                0 => return Err(HttpError::Truncated.into()),
                count => inbox.commit(count),
            }
        };
        inbox.discard(length);
        let decoded = body.decode(inbox.unread_mut())?;
        inbox.truncate(decoded.len);
        if body.is_complete() {
            inbox.close();
        }
        Ok(Self { inbox, body, wire })
    }

    /// The next event; [`Event::NeedData`] does not occur.
    ///
    /// # Errors
    /// [`Error`]
    pub fn next_event(&mut self, exchange: &mut Exchange) -> Result<Event<'_>, Error> {
        while exchange.needs_data(&mut self.inbox)? {
            let spare = self.inbox.spare();
            let count = self.wire.read(spare);
            if count == 0 {
                self.body.end_of_input()?;
            } else {
                let decoded = self.body.decode(spare.get_mut(..count).unwrap_or_default())?;
                self.inbox.commit(decoded.len);
            }
            if self.body.is_complete() {
                self.inbox.close();
            }
        }
        exchange.next_event(&mut self.inbox)
    }

    /// Whether every byte of the answer was read and the connection could serve on.
    pub const fn may_reuse(&self) -> bool {
        self.wire.rest.is_empty() && self.body.may_reuse()
    }
}

struct Wire<'s> {
    rest: &'s [u8],
    piece: usize,
}

impl Wire<'_> {
    fn read(&mut self, room: &mut [u8]) -> usize {
        let count = self.rest.len().min(self.piece).min(room.len());
        let Some((now, later)) = self.rest.split_at_checked(count) else { return 0 };
        for (to, from) in room.iter_mut().zip(now) {
            *to = *from;
        }
        self.rest = later;
        count
    }
}
