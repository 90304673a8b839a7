//! Receive storage that the caller lends.
//!
//! ```text
//!      start      kept      line      seen      tail
//!  ......|  frame   |  freed  | partial | unseen  |  room
//! ```
//!
//! Bytes go in at the tail, frames come out at the head. The inbox remembers how far it has been
//! searched, so a message that arrives byte by byte costs no more than one that arrives whole, and it
//! frees what was consumed by itself.

/// Receive storage: [`spare`](Self::spare), [`commit`](Self::commit), [`close`](Self::close).
///
/// A message has to fit; 8 KiB is a good size for a device.
#[derive(Debug)]
pub struct Inbox<'b> {
    storage: &'b mut [u8],
    /// First byte of the frame that is being assembled or was handed out.
    start: usize,
    /// End of that frame.
    kept: usize,
    /// Start of what has not become part of a frame yet.
    line: usize,
    /// Bytes before it hold no end of the current line.
    seen: usize,
    /// End of the committed bytes.
    tail: usize,
    closed: bool,
}

/// Where an [`Inbox`] stood in its storage, while nothing is borrowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parked {
    start: usize,
    kept: usize,
    line: usize,
    seen: usize,
    tail: usize,
    closed: bool,
}

impl<'b> Inbox<'b> {
    /// An empty inbox over `storage`.
    pub const fn new(storage: &'b mut [u8]) -> Self {
        Self { storage, start: 0, kept: 0, line: 0, seen: 0, tail: 0, closed: false }
    }

    /// The inbox that was [parked](Self::parked), over the same storage with the same bytes in it. What a
    /// smaller one does not hold is forgotten.
    pub fn unparked(storage: &'b mut [u8], parked: Parked) -> Self {
        let Parked { start, kept, line, seen, tail, closed } = parked;
        if tail > storage.len() {
            return Self::new(storage);
        }
        Self { storage, start, kept, line, seen, tail, closed }
    }

    /// Where it stands, for [`unparked`](Self::unparked): so its owner can let go of the borrow between
    /// two messages, and in the middle of one.
    pub const fn parked(&self) -> Parked {
        let Self { start, kept, line, seen, tail, closed, .. } = *self;
        Parked { start, kept, line, seen, tail, closed }
    }

    /// Forgets everything, so that the storage can serve the next exchange.
    pub const fn reset(&mut self) {
        self.start = 0;
        self.free_all();
        self.closed = false;
    }

    /// The room to read into; empty only when a frame fills the whole storage.
    pub fn spare(&mut self) -> &mut [u8] {
        let room = self.storage.len().wrapping_sub(self.tail);
        let used = self.used();
        let freed = self.tail.wrapping_sub(used);
        // Moving is worth it when it gains as much as it costs, and needed when there is no room.
        if used == 0 || room == 0 || freed >= used && room < self.storage.len() / 4 {
            self.compact();
        }
        self.storage.get_mut(self.tail..).unwrap_or_default()
    }

    /// Declares the first `count` bytes of [`spare`](Self::spare) as filled; more than there is room
    /// for counts as all of it.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub fn commit(&mut self, count: usize) {
        self.tail = self.tail.saturating_add(count).min(self.storage.len());
    }

    /// Declares that no more bytes will come.
    pub const fn close(&mut self) {
        self.closed = true;
    }

    /// Bytes that the storage holds.
    pub const fn capacity(&self) -> usize {
        self.storage.len()
    }

    /// Whether no more bytes will come.
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    /// The committed bytes that no frame has taken.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub fn unread(&self) -> &[u8] {
        self.storage.get(self.line..self.tail).unwrap_or_default()
    }

    /// The same bytes, to be changed in place: body framing is stripped this way.
    pub fn unread_mut(&mut self) -> &mut [u8] {
        self.storage.get_mut(self.line..self.tail).unwrap_or_default()
    }

    /// Drops the last unread bytes so that `count` are left.
    pub fn truncate(&mut self, count: usize) {
        self.tail = self.tail.min(self.line.saturating_add(count));
        self.seen = self.seen.min(self.tail);
    }

    /// Drops the first `count` unread bytes.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub fn discard(&mut self, count: usize) {
        self.line = self.line.saturating_add(count).min(self.tail);
        self.seen = self.seen.max(self.line);
        if self.kept == self.start {
            self.start = self.line;
            self.kept = self.line;
        }
    }

    /// The frame that was handed out last, while nothing else has been done with the inbox.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub fn frame(&self) -> &[u8] {
        self.storage.get(self.start..self.kept).unwrap_or_default()
    }

    /// Frees the frame that was handed out.
    pub(crate) const fn free_frame(&mut self) {
        self.start = self.line;
        self.kept = self.line;
    }

    /// Whether the storage is full and nothing in it can be freed.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn is_full(&self) -> bool {
        self.used() >= self.storage.len()
    }

    /// The unsearched bytes of the current line.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn unseen(&self) -> &[u8] {
        self.storage.get(self.seen..self.tail).unwrap_or_default()
    }

    /// Notes that `count` further bytes of the current line have been searched.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn saw(&mut self, count: usize) {
        self.seen = self.seen.saturating_add(count).min(self.tail);
    }

    /// What has been searched of the current line.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn partial(&self) -> &[u8] {
        self.storage.get(self.line..self.seen).unwrap_or_default()
    }

    /// Frees the searched part of the current line and the `ending` bytes after it.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn drop_line(&mut self, ending: usize) {
        self.saw(ending);
        self.line = self.seen;
    }

    /// Takes the searched part of the current line, without its first `skip` bytes, into the frame:
    /// after a line feed unless it is the first part.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn take_line(&mut self, skip: usize, first: bool) {
        let from = self.line.saturating_add(skip).min(self.seen);
        let length = self.seen.wrapping_sub(from);
        if first {
            self.start = from;
            self.kept = self.seen;
            return;
        }
        if let Some(feed) = self.storage.get_mut(self.kept) {
            *feed = b'\n';
        }
        let to = self.kept.wrapping_add(1);
        move_down(self.storage, from, to, length);
        self.kept = to.wrapping_add(length);
    }

    /// Frees the first `count` bytes of the frame.
    pub(crate) fn discard_frame(&mut self, count: usize) {
        self.start = self.start.saturating_add(count).min(self.kept);
    }

    /// Drops the last `count` bytes of the frame.
    pub(crate) fn shorten_frame(&mut self, count: usize) {
        self.kept = self.kept.saturating_sub(count).max(self.start);
    }

    fn compact(&mut self) {
        let frame = self.kept.wrapping_sub(self.start);
        move_down(self.storage, self.start, 0, frame);
        let partial = self.tail.wrapping_sub(self.line);
        move_down(self.storage, self.line, frame, partial);
        self.seen = frame.wrapping_add(self.seen.wrapping_sub(self.line));
        self.start = 0;
        self.kept = frame;
        self.line = frame;
        self.tail = frame.wrapping_add(partial);
    }

    const fn free_all(&mut self) {
        self.kept = self.start;
        self.line = self.start;
        self.seen = self.start;
        self.tail = self.start;
    }

    const fn used(&self) -> usize {
        self.kept.wrapping_sub(self.start).wrapping_add(self.tail.wrapping_sub(self.line))
    }
}

/// Moves the `length` bytes at `from` towards the front, to `to`.
///
/// `copy_within` would do, but its panic is not always optimised out, and `memmove` is large. Every
/// block is read before anything is written over it, since it is written to where bytes have been read
/// before.
pub(crate) fn move_down(bytes: &mut [u8], from: usize, to: usize, length: usize) {
    const BLOCK: usize = if cfg!(target_pointer_width = "64") { 32 } else { 1 };
    if from <= to {
        return;
    }
    let mut done = 0;
    if BLOCK > 1 {
        for _ in 0..length / BLOCK {
            move_block::<BLOCK>(bytes, from.wrapping_add(done), to.wrapping_add(done));
            done = done.wrapping_add(BLOCK);
        }
    }
    while done < length {
        move_block::<1>(bytes, from.wrapping_add(done), to.wrapping_add(done));
        done = done.wrapping_add(1);
    }
}

fn move_block<const N: usize>(bytes: &mut [u8], from: usize, to: usize) {
    let block = bytes.get(from..).and_then(<[u8]>::first_chunk::<N>).copied();
    let room = bytes.get_mut(to..).and_then(<[u8]>::first_chunk_mut);
    if let (Some(block), Some(room)) = (block, room) {
        *room = block;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commit_is_clamped_and_discard_makes_room() {
        let mut storage = [0; 8];
        let mut inbox = Inbox::new(&mut storage);
        inbox.spare().copy_from_slice(b"12345678");
        inbox.commit(100);
        assert_eq!(inbox.unread(), b"12345678");
        assert!(inbox.spare().is_empty());
        inbox.discard(3);
        assert_eq!(inbox.spare().len(), 3);
        assert_eq!(inbox.unread(), b"45678");
        inbox.truncate(2);
        assert_eq!(inbox.unread(), b"45");
        inbox.reset();
        assert_eq!(inbox.spare().len(), 8);
    }

    #[test]
    fn a_frame_that_is_held_outlives_unread_bytes() {
        let mut storage = [0; 8];
        let mut inbox = Inbox::new(&mut storage);
        inbox.spare().copy_from_slice(b"ab\ncdefg");
        inbox.commit(8);
        inbox.saw(2);
        inbox.take_line(0, true);
        inbox.drop_line(1);
        inbox.discard(2);
        assert_eq!((inbox.frame(), inbox.unread()), (&b"ab"[..], &b"efg"[..]));
        // Room is made around the frame.
        assert_eq!(inbox.spare().len(), 3);
        assert_eq!((inbox.frame(), inbox.unread()), (&b"ab"[..], &b"efg"[..]));
    }

    #[test]
    fn a_parked_inbox_goes_on_where_it_stood() {
        let mut storage = [0; 8];
        let mut inbox = Inbox::new(&mut storage);
        assert_eq!(inbox.parked(), Parked::default());
        inbox.spare().copy_from_slice(b"ab\ncdefg");
        inbox.commit(8);
        inbox.saw(2);
        inbox.take_line(0, true);
        inbox.drop_line(1);
        inbox.saw(2);
        inbox.close();
        let parked = inbox.parked();
        let mut inbox = Inbox::unparked(&mut storage, parked);
        assert_eq!((inbox.frame(), inbox.unread()), (&b"ab"[..], &b"cdefg"[..]));
        assert_eq!((inbox.partial(), inbox.unseen()), (&b"cd"[..], &b"efg"[..]));
        assert!(inbox.is_closed() && inbox.spare().len() == 1);
        let mut smaller = [0; 7];
        assert_eq!(Inbox::unparked(&mut smaller, parked).parked(), Parked::default());
    }

    #[test]
    fn bytes_move_as_copy_within_moves_them() {
        for length in 0..100 {
            for gap in 0..70 {
                let mut storage: std::vec::Vec<u8> = (0..200).collect();
                let mut expected = storage.clone();
                expected.copy_within(7 + gap..7 + gap + length, 7);
                move_down(&mut storage, 7 + gap, 7, length);
                assert_eq!(storage, expected, "{length} bytes over {gap}");
            }
        }
    }
}
