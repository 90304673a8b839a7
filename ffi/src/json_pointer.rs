//! One value of a document that comes in parts.

use core::ffi::c_char;

use mcpico_core::json::{Pointer, StreamEvent};

use crate::boundary::{entry, list, out, text};
use crate::object::{Storage, get, get_mut, object};
use crate::outcome::{Outcome, Status};
use crate::status::{
    MCPICO_ERROR_JSON_DUPLICATE, MCPICO_ERROR_JSON_POINTER, MCPICO_ERROR_TOO_MANY,
};

/// Words of a pointer.
pub const MCPICO_JSON_POINTER_WORDS: usize = 12;

/// Pointers that one call takes.
pub const MCPICO_JSON_POINTERS_MAX: usize = 64;

/// Finds the parts of one value among those that mcpico_result_stream_next or mcpico_json_stream_next hands out. It
/// borrows its path.
#[repr(C)]
pub struct mcpico_json_pointer {
    /// Not to be touched.
    opaque: [u64; MCPICO_JSON_POINTER_WORDS],
}

pub(crate) struct Search {
    pointer: Pointer<'static>,
    /// A name on the way stands twice.
    ambiguous: bool,
}

object!(mcpico_json_pointer, Search, b"mjpt");

/// Starts before a document, to find the value that a JSON Pointer (RFC 6901) names, such as `/content/0/text`. The
/// empty path names the document.
///
/// Errors: JSON_POINTER; mcpico_json_at says NOT_FOUND of such a path.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_json_pointer_init(
    pointer: *mut mcpico_json_pointer,
    path: *const c_char,
    path_len: usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let storage = unsafe { Storage::new(pointer) }?;
        // SAFETY: the same.
        let path = unsafe { text(path, path_len) }?;
        let pointer = Pointer::new(path).map_err(|_| Status(MCPICO_ERROR_JSON_POINTER))?;
        storage.init(Search { pointer, ambiguous: false });
        Ok(())
    })
}

/// Whether the value has begun: 0 or 1. When the document is over and it is 0, the document has no such value.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_json_pointer_is_found(
    pointer: *const mcpico_json_pointer,
    found: *mut i32,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let place = unsafe { out(found) }?;
        // SAFETY: the same.
        place.write(unsafe { get(pointer) }?.pointer.is_found().into());
        Ok(())
    })
}

/// Pointers of the caller, each of which has been checked.
pub(crate) struct Searches {
    first: *mut mcpico_json_pointer,
    count: usize,
}

impl Searches {
    /// The pointers stay the caller's, who promises that nobody else uses them during the call.
    pub(crate) unsafe fn new(first: *mut mcpico_json_pointer, count: usize) -> Outcome<Self> {
        // SAFETY: the caller of the interface promises that they are readable.
        unsafe { list(first.cast_const(), count) }?;
        if count > MCPICO_JSON_POINTERS_MAX {
            return Err(Status(MCPICO_ERROR_TOO_MANY));
        }
        for index in 0..count {
            // SAFETY: the same.
            unsafe { get(first.wrapping_add(index).cast_const()) }?;
        }
        Ok(Self { first, count })
    }

    /// Shows all of them the next event of the document; bit 0 is set when it belongs to the value of the first one,
    /// and so on.
    pub(crate) unsafe fn take(&self, event: &StreamEvent<'_>) -> Outcome<u64> {
        let (mut selected, mut ambiguous) = (0, false);
        for index in 0..self.count {
            // SAFETY: it has been checked, and is nobody else's during the call.
            let search = unsafe { get_mut(self.first.wrapping_add(index)) }?;
            match search.pointer.take(event) {
                Ok(inside) => selected |= u64::from(inside) << index,
                Err(_) => search.ambiguous = true,
            }
            ambiguous |= search.ambiguous;
        }
        if ambiguous { Err(Status(MCPICO_ERROR_JSON_DUPLICATE)) } else { Ok(selected) }
    }
}
