//! Server-sent events.

mod piece;

use super::{FrameTooLarge, Step};
use crate::bounded::Bounded;
use crate::decimal;
use crate::inbox::Inbox;
use crate::search::behind;

/// Longest event id that is kept for resuming, in bytes.
pub const MAX_EVENT_ID: usize = 128;

/// Longest event name that is kept, in bytes. MCP uses `message` and, before 2025-03-26, `endpoint`.
pub const MAX_EVENT_NAME: usize = 16;

/// Reads `text/event-stream`; a frame is the joined data of one event.
///
/// Line ends are CR, LF or CR LF, wherever the input was cut. One byte order mark is dropped at the
/// start. Comments and unknown fields are freed as they come, also when they never end. An event
/// without a `data` field is not dispatched, nor is one that the end of the body cuts off. The text is
/// not checked for UTF-8: the reader of the frame does that.
///
/// [WHATWG HTML section 9.2.6](https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation)
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent facts about the position")]
pub struct EventStream {
    past_mark: bool,
    /// The last byte was a CR, so an LF now ends no line of its own.
    after_return: bool,
    /// The rest of this line is of no interest.
    skipping: bool,
    /// The event has a `data` field.
    has_text: bool,
    dispatched: bool,
    name: Field<MAX_EVENT_NAME>,
    /// The name as of the last dispatched event.
    event_name: Field<MAX_EVENT_NAME>,
    /// The event that is being read has an id.
    has_id: bool,
    /// That id, and the one as of the last blank line; the other way round when `swapped`.
    ids: [Field<MAX_EVENT_ID>; 2],
    swapped: bool,
    retry: Option<u64>,
}

/// The value of a field: `None` when it has more than `N` bytes.
#[derive(Clone, Debug)]
struct Field<const N: usize>(Option<Bounded<N>>);

impl<const N: usize> Field<N> {
    fn new(value: &[u8]) -> Self {
        Self(Bounded::new(value))
    }
}

impl<const N: usize> Default for Field<N> {
    fn default() -> Self {
        Self(Some(Bounded::EMPTY))
    }
}

impl EventStream {
    /// Starts at the first byte of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts at the first byte of the stream that goes on where `earlier` ended: the id and the time to
    /// wait stay what they were until the new stream says otherwise.
    pub fn resuming(earlier: &Self) -> Self {
        let Self { swapped, retry, .. } = *earlier;
        Self { ids: earlier.ids.clone(), swapped, retry, ..Self::default() }
    }

    /// The name of the event that was last handed out: empty when it had none, `None` when it had one
    /// of more than [`MAX_EVENT_NAME`] bytes.
    pub fn event_name(&self) -> Option<&[u8]> {
        self.event_name.0.as_ref().map(Bounded::as_bytes)
    }

    /// The id that a reconnecting client sends as `Last-Event-ID`: empty when there is none, `None` when
    /// it has more than [`MAX_EVENT_ID`] bytes and so cannot be resumed from.
    pub fn last_event_id(&self) -> Option<&[u8]> {
        let [first, second] = &self.ids;
        let last = if self.swapped { first } else { second };
        last.0.as_ref().map(Bounded::as_bytes)
    }

    /// Milliseconds that the server wants a client to wait before it reconnects.
    pub const fn retry(&self) -> Option<u64> {
        self.retry
    }

    pub(crate) fn step(&mut self, inbox: &mut Inbox<'_>) -> Result<Step, FrameTooLarge> {
        if self.dispatched {
            self.dispatched = false;
            inbox.free_frame();
        }
        if !self.past_mark && !self.skip_mark(inbox) {
            return Step::need_data(inbox);
        }
        loop {
            if self.after_return && !inbox.unseen().is_empty() {
                self.after_return = false;
                if inbox.unseen().first() == Some(&b'\n') {
                    inbox.drop_line(1);
                }
            }
            let unseen = inbox.unseen();
            // Every event ends with a line of nothing else.
            let end = match unseen {
                [b'\n', ..] => Some(0),
                _ => crate::search::first_of(b'\n', b'\r', unseen),
            };
            let Some(end) = end else {
                let unseen = unseen.len();
                inbox.saw(unseen);
                self.skipping = self.skipping || is_of_no_interest(inbox.partial());
                if self.skipping {
                    inbox.drop_line(0);
                }
                if !self.has_text {
                    // Everything before the line is freed, so it may move to the front.
                    inbox.free_frame();
                }
                return Step::need_data(inbox);
            };
            self.after_return = unseen.get(end) == Some(&b'\r');
            inbox.saw(end);
            let skipped = core::mem::take(&mut self.skipping);
            let blank = inbox.partial().is_empty() && !skipped;
            if !blank && !skipped {
                self.field(inbox);
            }
            inbox.drop_line(1);
            if blank && self.dispatch() {
                return Ok(Step::Complete);
            }
        }
    }

    /// Drops the byte order mark; `false` while it cannot be told whether there is one.
    fn skip_mark(&mut self, inbox: &mut Inbox<'_>) -> bool {
        const MARK: &[u8] = b"\xef\xbb\xbf";
        let unread = inbox.unread();
        if unread.len() < MARK.len() && MARK.starts_with(unread) {
            return false;
        }
        if unread.starts_with(MARK) {
            inbox.discard(MARK.len());
        }
        self.past_mark = true;
        true
    }

    /// Interprets the line that has been searched to its end.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    fn field(&mut self, inbox: &mut Inbox<'_>) {
        let line = inbox.partial();
        // Most lines are data, and no name is long enough to be searched for its colon.
        if let Some(value) = value_of(line, b"data") {
            let skip = line.len().wrapping_sub(value.len());
            inbox.take_line(skip, !self.has_text);
            self.has_text = true;
        } else if let Some(value) = value_of(line, b"id") {
            if crate::search::first(0, value).is_none() {
                self.set_id(value);
            }
        } else if let Some(value) = value_of(line, b"event") {
            self.name = Field::new(value);
        } else if let Some(value) = value_of(line, b"retry")
            && decimal::is_number(value)
        {
            self.retry = Some(decimal::number(value).unwrap_or(u64::MAX));
        }
    }

    fn set_id(&mut self, value: &[u8]) {
        let [next, _] = self.ids_mut();
        *next = Field::new(value);
        self.has_id = true;
    }

    /// The id that is being read and the last one.
    const fn ids_mut(&mut self) -> [&mut Field<MAX_EVENT_ID>; 2] {
        let [first, second] = &mut self.ids;
        if self.swapped { [second, first] } else { [first, second] }
    }

    /// Ends the event at a blank line; whether there is something to hand out.
    fn dispatch(&mut self) -> bool {
        // Copying an id would cost more than the rest of a short event.
        self.swapped ^= core::mem::take(&mut self.has_id);
        self.event_name = core::mem::take(&mut self.name);
        self.dispatched = core::mem::take(&mut self.has_text);
        self.dispatched
    }
}

/// The value of a line that is the field `name`.
fn value_of<'l>(line: &'l [u8], name: &[u8]) -> Option<&'l [u8]> {
    match behind(name, line)? {
        [b':', b' ', value @ ..] | [b':', value @ ..] => Some(value),
        [] => Some(&[]),
        _ => None,
    }
}

/// Whether a line that starts with `partial` is a comment or an unknown field.
fn is_of_no_interest(partial: &[u8]) -> bool {
    const FIELDS: [&[u8]; 4] = [b"data", b"event", b"id", b"retry"];
    let name = partial.get(..6).unwrap_or(partial);
    match crate::search::first(b':', name) {
        Some(colon) => !FIELDS.iter().any(|field| name.get(..colon) == Some(*field)),
        None => !FIELDS.iter().any(|field| field.starts_with(name)),
    }
}
