//! Receive storage.

use core::ffi::c_char;

use mcpico_core::inbox::Inbox;
use mcpico_core::json::Str;

use crate::boundary::{Written, entry, mcpico_str, out, room};
use crate::object::{Storage, get, get_mut, object};
use crate::outcome::Status;
use crate::status::MCPICO_ERROR_LENGTH;

/// Words of an inbox.
pub const MCPICO_INBOX_WORDS: usize = 12;

/// Receive storage over bytes of the caller, which it borrows. A message has to fit; 8 KiB is a good size for a device.
///
/// What is handed out of it (events, frames, room to read into) is valid until the next call on the same inbox.
#[repr(C)]
pub struct mcpico_inbox {
    /// Not to be touched.
    opaque: [u64; MCPICO_INBOX_WORDS],
}

pub(crate) struct Receiving {
    pub(crate) inbox: Inbox<'static>,
    pub(crate) lent: Lent,
}

/// The whole storage, as it was lent.
#[derive(Clone, Copy)]
pub(crate) struct Lent {
    start: *const u8,
    capacity: usize,
}

object!(mcpico_inbox, Receiving, b"minb");

/// An empty inbox over `cap` bytes at `storage`, which are the inbox's as long as it is used: nobody else writes
/// there but into the room of mcpico_inbox_spare.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_inbox_init(
    inbox: *mut mcpico_inbox,
    storage: *mut c_char,
    cap: usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let place = unsafe { Storage::new(inbox) }?;
        // SAFETY: the same.
        let storage = unsafe { room(storage, cap) }?;
        let lent = Lent { start: storage.as_ptr(), capacity: storage.len() };
        place.init(Receiving { inbox: Inbox::new(storage), lent });
        Ok(())
    })
}

/// Forgets everything, so that the storage can serve the next exchange.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_inbox_reset(inbox: *mut mcpico_inbox) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let receiving = unsafe { get_mut(inbox) }?;
        receiving.lent.open();
        receiving.inbox.reset();
        Ok(())
    })
}

/// The room to read into. Empty only when a message fills the whole storage, or that has no byte: read nothing then,
/// since 0 bytes stand for a connection that has closed, and ask for the next event, which frees the room or is
/// MESSAGE_TOO_LARGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_inbox_spare(
    inbox: *mut mcpico_inbox,
    data: *mut *mut c_char,
    len: *mut usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let data = unsafe { out(data) }?;
        // SAFETY: as above.
        let len = unsafe { out(len) }?;
        // SAFETY: as above.
        let receiving = unsafe { get_mut(inbox) }?;
        receiving.lent.open();
        let spare = receiving.inbox.spare();
        data.write(spare.as_mut_ptr().cast());
        len.write(spare.len());
        let spare = (spare.as_ptr(), spare.len());
        receiving.lent.close_but(spare);
        Ok(())
    })
}

/// Declares the first `count` bytes of the room as filled. For HTTP call mcpico_response_received in its place.
///
/// Errors: LENGTH when there is less room.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_inbox_commit(inbox: *mut mcpico_inbox, count: usize) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let receiving = unsafe { get_mut(inbox) }?;
        receiving.lent.open();
        if count > receiving.inbox.spare().len() {
            return Err(Status(MCPICO_ERROR_LENGTH));
        }
        receiving.inbox.commit(count);
        Ok(())
    })
}

/// Declares that no more bytes will come.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_inbox_close(inbox: *mut mcpico_inbox) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        unsafe { get_mut(inbox) }?.inbox.close();
        Ok(())
    })
}

/// The bytes that have come and are in no message, for a look at an answer that is no MCP.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_inbox_unread(
    inbox: *const mcpico_inbox,
    unread: *mut mcpico_str,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let unread = unsafe { out(unread) }?;
        // SAFETY: the same.
        let receiving = unsafe { get(inbox) }?;
        let bytes = receiving.inbox.unread();
        receiving.lent.close_but((bytes.as_ptr(), bytes.len()));
        unread.write(mcpico_str::of(bytes));
        Ok(())
    })
}

/// Drops the first `count` unread bytes, such as a head that has been read by mcpico_head_read.
///
/// Errors: LENGTH when there are fewer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_inbox_discard(inbox: *mut mcpico_inbox, count: usize) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let receiving = unsafe { get_mut(inbox) }?;
        receiving.lent.open();
        if count > receiving.inbox.unread().len() {
            return Err(Status(MCPICO_ERROR_LENGTH));
        }
        receiving.inbox.discard(count);
        Ok(())
    })
}

impl Lent {
    /// A text in place of an inbox.
    pub(crate) const fn over(text: &[u8]) -> Self {
        Self { start: text.as_ptr(), capacity: text.len() }
    }

    /// A string that stands in the storage, with the quotes around it; without them should it stand elsewhere.
    pub(crate) fn quoted(self, string: Str<'_>) -> mcpico_str {
        let raw = string.raw();
        let offset = self.offset(raw.as_ptr());
        let end = offset.wrapping_add(raw.len());
        if offset == 0 || offset >= self.capacity || end >= self.capacity {
            return mcpico_str::of(raw);
        }
        crate::json::with_quotes(self.start.cast(), string)
    }

    /// Whether the text stands in the storage.
    pub(crate) fn holds(self, text: mcpico_str) -> bool {
        self.reach(text).is_some()
    }

    /// A text that stands in the storage, reached from its start.
    pub(crate) fn reach(self, text: mcpico_str) -> Option<mcpico_str> {
        let offset = self.offset(text.data.cast());
        let inside = offset < self.capacity && text.len <= self.capacity.wrapping_sub(offset);
        inside.then_some(mcpico_str { data: self.start.wrapping_add(offset).cast(), ..text })
    }

    fn offset(self, at: *const u8) -> usize {
        (at as usize).wrapping_sub(self.start as usize)
    }

    /// All of it, and other room, as what a call writes to.
    pub(crate) fn and_room(self, room: &[u8]) -> Written {
        Written::room(room).and(self.start, self.capacity)
    }

    /// Ends what was handed out of the storage before.
    pub(crate) fn open(self) {
        crate::asan::unpoison(self.start, self.capacity);
    }

    /// Makes all of the storage but `shown` unreadable to a program that is built with AddressSanitizer.
    pub(crate) fn close_but(self, shown: (*const u8, usize)) {
        crate::asan::poison(self.start, self.capacity);
        crate::asan::unpoison(shown.0, shown.1);
    }
}
