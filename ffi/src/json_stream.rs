//! A document that comes in pieces.

use core::ffi::c_char;

use mcpico_core::json::{Stream, StreamEvent};

use crate::boundary::{bytes, entry, fill, out};
use crate::inbox::Lent;
use crate::json_pointer::{Searches, mcpico_json_pointer};
use crate::object::{Storage, get_mut, object};
use crate::outcome::Status;
use crate::result_stream::{MCPICO_PART_NONE, keep, kind_and_text, mcpico_json_part};
use crate::status::MCPICO_ERROR_INCOMPLETE;
use crate::{boundary::mcpico_str, outcome::Outcome};

/// Words of a stream.
pub const MCPICO_JSON_STREAM_WORDS: usize = 16;

/// Reads one JSON document of any size that comes in pieces of any size.
#[repr(C)]
pub struct mcpico_json_stream {
    /// Not to be touched.
    opaque: [u64; MCPICO_JSON_STREAM_WORDS],
}

pub(crate) struct Pieces {
    stream: Stream,
    /// A character that stands nowhere as it is: it was escaped, or came in two pieces.
    char: [u8; 4],
}

object!(mcpico_json_stream, Pieces, b"mjst");

/// Starts at the first byte of a document.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_json_stream_init(stream: *mut mcpico_json_stream) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        unsafe { Storage::new(stream) }?.init(Pieces { stream: Stream::new(), char: [0; 4] });
        Ok(())
    })
}

/// The next part of the document, taken off the front of a piece: `used` bytes are done with, and the rest of the piece
/// is given again. `text` of the part borrows the piece or the stream. With INCOMPLETE all of the piece is done with.
/// The pointers are those of mcpico_result_stream_next.
///
/// Errors: INCOMPLETE, JSON, which is repeated, TOO_MANY; JSON_DUPLICATE as mcpico_result_stream_next has it: the part is
/// lost, but `used` is written, so that the rest can be read, without that pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_json_stream_next(
    stream: *mut mcpico_json_stream,
    piece: *const c_char,
    piece_len: usize,
    pointers: *mut mcpico_json_pointer,
    pointer_count: usize,
    used: *mut usize,
    part: *mut mcpico_json_part,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let place = unsafe { fill(part) }?;
        // SAFETY: as above.
        let used = unsafe { out(used) }?;
        // SAFETY: as above.
        let piece = unsafe { bytes(piece, piece_len) }?;
        // SAFETY: as above.
        let searches = unsafe { Searches::new(pointers, pointer_count) }?;
        // SAFETY: as above.
        let pieces = unsafe { get_mut(stream) }?;
        let mut rest = piece;
        let event = pieces.stream.next_event(&mut rest)?;
        let event = event.ok_or(Status(MCPICO_ERROR_INCOMPLETE))?;
        // SAFETY: as above.
        let part = unsafe { pieces.part(&event, &searches, piece) };
        used.write(piece.len().saturating_sub(rest.len()));
        place.write(part?);
        Ok(())
    })
}

/// Says that no more pieces will come. `part` is the end of a number that is the whole document, mostly
/// MCPICO_PART_NONE.
///
/// Errors: JSON when the document is not whole, TOO_MANY, JSON_DUPLICATE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_json_stream_finish(
    stream: *mut mcpico_json_stream,
    pointers: *mut mcpico_json_pointer,
    pointer_count: usize,
    part: *mut mcpico_json_part,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let place = unsafe { fill(part) }?;
        // SAFETY: as above.
        let searches = unsafe { Searches::new(pointers, pointer_count) }?;
        // SAFETY: as above.
        let pieces = unsafe { get_mut(stream) }?;
        place.write(match pieces.stream.finish()? {
            // SAFETY: as above.
            Some(event) => unsafe { pieces.part(&event, &searches, &[]) }?,
            None => mcpico_json_part::of_kind(MCPICO_PART_NONE),
        });
        Ok(())
    })
}

impl Pieces {
    unsafe fn part(
        &mut self,
        event: &StreamEvent<'_>,
        searches: &Searches,
        piece: &[u8],
    ) -> Outcome<mcpico_json_part> {
        // SAFETY: the caller of the interface promises that the pointers are nobody else's during the call.
        let selected = unsafe { searches.take(event) }?;
        let (kind, text) = kind_and_text(event);
        let lent = Lent::over(piece);
        let text = text.map_or(mcpico_str::ABSENT, |text| keep(&mut self.char, text, lent));
        Ok(mcpico_json_part { selected, text, ..mcpico_json_part::of_kind(kind) })
    }
}
