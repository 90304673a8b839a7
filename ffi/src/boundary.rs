//! Pointers of C turned into references, each checked first.

use core::ffi::c_char;
use core::mem::MaybeUninit;

use mcpico_core::OutputTooSmall;
use mcpico_core::writer::{Writer, emit};

use crate::outcome::{Outcome, Status};
use crate::status::{
    MCPICO_ERROR_BUFFER_TOO_SMALL, MCPICO_ERROR_LENGTH, MCPICO_ERROR_MISALIGNED,
    MCPICO_ERROR_NOT_UTF8, MCPICO_ERROR_NULL_POINTER, MCPICO_ERROR_OVERLAP,
    MCPICO_ERROR_STRUCT_SIZE, MCPICO_OK,
};

/// A piece of text or bytes that somebody else owns. It does not end with a NUL.
///
/// As an input, `data` NULL means that there is none; an empty text is a `data` that is not NULL with `len` 0. As an
/// output it borrows from what the function says and lives as long as that.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct mcpico_str {
    /// The first byte.
    pub data: *const c_char,
    /// Bytes.
    pub len: usize,
}

impl mcpico_str {
    pub(crate) const ABSENT: Self = Self { data: core::ptr::null(), len: 0 };

    pub(crate) const fn of(bytes: &[u8]) -> Self {
        Self { data: bytes.as_ptr().cast(), len: bytes.len() }
    }

    pub(crate) const fn of_optional(bytes: Option<&[u8]>) -> Self {
        match bytes {
            Some(bytes) => Self::of(bytes),
            None => Self::ABSENT,
        }
    }

    /// The bytes, `None` where there is none.
    pub(crate) unsafe fn optional_bytes<'a>(self) -> Outcome<Option<&'a [u8]>> {
        // SAFETY: the caller of the interface promises that `len` bytes are readable at `data`.
        let all = unsafe { bytes(self.data, self.len) }?;
        Ok((!self.data.is_null()).then_some(all))
    }

    /// The text, `None` where there is none.
    pub(crate) unsafe fn optional_text<'a>(self) -> Outcome<Option<&'a str>> {
        // SAFETY: as above.
        unsafe { self.optional_bytes() }?.map(utf8).transpose()
    }

    /// The text, which has to be there.
    pub(crate) unsafe fn text<'a>(self) -> Outcome<&'a str> {
        // SAFETY: as above.
        unsafe { self.optional_text() }?.ok_or(Status(MCPICO_ERROR_NULL_POINTER))
    }
}

/// Runs the body of a function and turns its outcome into a status.
pub(crate) fn entry(body: impl FnOnce() -> Outcome) -> i32 {
    let status = |outcome: Outcome| match outcome {
        Ok(()) => MCPICO_OK,
        Err(Status(code)) => code,
    };
    #[cfg(feature = "std")]
    {
        let caught = std::panic::catch_unwind(core::panic::AssertUnwindSafe(body));
        caught.map_or_else(
            |payload| {
                // Dropping what was thrown could panic again.
                core::mem::forget(payload);
                crate::status::MCPICO_ERROR_INTERNAL
            },
            status,
        )
    }
    #[cfg(not(feature = "std"))]
    status(body())
}

const NULL: Status = Status(MCPICO_ERROR_NULL_POINTER);
const MISALIGNED: Status = Status(MCPICO_ERROR_MISALIGNED);
const LENGTH: Status = Status(MCPICO_ERROR_LENGTH);

/// `len` bytes to read; none where `len` is 0.
pub(crate) unsafe fn bytes<'a>(data: *const c_char, len: usize) -> Outcome<&'a [u8]> {
    // SAFETY: a `c_char` has the layout of a `u8`, and the caller promises as much.
    unsafe { list(data.cast::<u8>(), len) }
}

/// `len` bytes of UTF-8 to read.
pub(crate) unsafe fn text<'a>(data: *const c_char, len: usize) -> Outcome<&'a str> {
    // SAFETY: the caller promises that `len` bytes are readable at `data`.
    utf8(unsafe { bytes(data, len) }?)
}

pub(crate) fn utf8(bytes: &[u8]) -> Outcome<&str> {
    core::str::from_utf8(bytes).map_err(|_| Status(MCPICO_ERROR_NOT_UTF8))
}

/// `count` values to read; none where `count` is 0.
pub(crate) unsafe fn list<'a, T>(first: *const T, count: usize) -> Outcome<&'a [T]> {
    let fits = count.checked_mul(size_of::<T>()).is_some_and(|size| isize::try_from(size).is_ok());
    if !fits {
        return Err(LENGTH);
    }
    if first.is_null() {
        return if count == 0 { Ok(&[]) } else { Err(NULL) };
    }
    if !first.is_aligned() {
        return Err(MISALIGNED);
    }
    // SAFETY: it is not null and aligned, the size fits, and the caller promises that it is readable.
    Ok(unsafe { core::slice::from_raw_parts(first, count) })
}

/// The same, of values that are nobody else's.
pub(crate) unsafe fn list_mut<'a, T>(first: *mut T, count: usize) -> Outcome<&'a mut [T]> {
    // SAFETY: the caller promises as much.
    if unsafe { list(first.cast_const(), count) }?.is_empty() {
        return Ok(&mut []);
    }
    // SAFETY: `list` has found it good, and the caller promises that nobody else uses it.
    Ok(unsafe { core::slice::from_raw_parts_mut(first, count) })
}

/// `len` bytes to write.
pub(crate) unsafe fn room<'a>(data: *mut c_char, len: usize) -> Outcome<&'a mut [u8]> {
    if isize::try_from(len).is_err() {
        return Err(LENGTH);
    }
    if data.is_null() {
        return if len == 0 { Ok(&mut []) } else { Err(NULL) };
    }
    // SAFETY: it is not null, the size fits, and the caller promises that it is writable and nobody else's.
    Ok(unsafe { core::slice::from_raw_parts_mut(data.cast(), len) })
}

/// Where one value is to be written.
pub(crate) unsafe fn out<'a, T>(value: *mut T) -> Outcome<&'a mut MaybeUninit<T>> {
    if value.is_null() {
        return Err(NULL);
    }
    if !value.is_aligned() {
        return Err(MISALIGNED);
    }
    // SAFETY: it is not null and aligned, and the caller promises that it is writable and nobody else's.
    Ok(unsafe { &mut *value.cast() })
}

/// A structure that begins with its size.
pub(crate) unsafe trait Versioned: Sized {
    /// The sizes that it had in earlier headers.
    const EARLIER: &'static [usize] = &[];
}

/// A structure of options; `None` for NULL.
pub(crate) unsafe fn options<'a, T: Versioned>(options: *const T) -> Outcome<Option<&'a T>> {
    if options.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller promises that at least the size is readable.
    unsafe { check_size(options) }?;
    // SAFETY: it is not null and aligned, and by its size it is what this library knows.
    Ok(Some(unsafe { &*options }))
}

/// A structure that has to be there.
pub(crate) unsafe fn required<'a, T: Versioned>(structure: *const T) -> Outcome<&'a T> {
    // SAFETY: as `options` asks.
    unsafe { options(structure) }?.ok_or(NULL)
}

/// A copy of a structure that has to be there, which may be of an earlier header: what that had not is zeros.
pub(crate) unsafe fn of_any_header<T: Versioned + Copy>(structure: *const T) -> Outcome<T> {
    if structure.is_null() {
        return Err(NULL);
    }
    // SAFETY: the caller promises that at least the size is readable.
    let size = unsafe { size(structure) }?;
    if size != size_of::<T>() && !T::EARLIER.contains(&size) {
        return Err(Status(MCPICO_ERROR_STRUCT_SIZE));
    }
    let mut copy = MaybeUninit::<T>::zeroed();
    // SAFETY: the caller promises that a structure of that size is readable, and no header had a larger one.
    unsafe {
        core::ptr::copy_nonoverlapping(structure.cast::<u8>(), copy.as_mut_ptr().cast(), size);
    };
    // SAFETY: such structures are numbers and pointers, and zeros are both.
    Ok(unsafe { copy.assume_init() })
}

/// A structure to be filled, whose size the caller has set.
pub(crate) unsafe fn fill<'a, T: Versioned>(structure: *mut T) -> Outcome<&'a mut MaybeUninit<T>> {
    if structure.is_null() {
        return Err(NULL);
    }
    // SAFETY: the caller promises that at least the size is readable.
    unsafe { check_size(structure) }?;
    // SAFETY: by its size the structure is what this library knows; the caller promises that it is writable.
    unsafe { out(structure) }
}

unsafe fn check_size<T: Versioned>(structure: *const T) -> Outcome {
    // SAFETY: the caller promises that at least the size is readable.
    let size = unsafe { size(structure) }?;
    if size == size_of::<T>() { Ok(()) } else { Err(Status(MCPICO_ERROR_STRUCT_SIZE)) }
}

/// The size that the caller has set.
unsafe fn size<T: Versioned>(structure: *const T) -> Outcome<usize> {
    if !structure.is_aligned() {
        return Err(MISALIGNED);
    }
    // SAFETY: a versioned structure begins with its size, and the pointer is aligned for the whole of it.
    let size = unsafe { structure.cast::<u32>().read() };
    usize::try_from(size).map_err(|_| Status(MCPICO_ERROR_STRUCT_SIZE))
}

/// Memory that a call writes to while it reads texts of the caller, none of which may lie there: what is read would
/// change under the reader.
#[derive(Clone, Copy)]
pub(crate) struct Written([(usize, usize); 2]);

impl Written {
    pub(crate) const NOTHING: Self = Self([(0, 0); 2]);

    pub(crate) fn room(room: &[u8]) -> Self {
        Self([(room.as_ptr().addr(), room.len()), (0, 0)])
    }

    /// The same, and other room besides.
    pub(crate) fn and(self, start: *const u8, len: usize) -> Self {
        let Self([own, _]) = self;
        Self([own, (start.addr(), len)])
    }

    /// Refuses a text that lies there, even in part. What is no text is refused by whoever reads it.
    #[inline(never)]
    pub(crate) fn apart_from(self, text: mcpico_str) -> Outcome {
        let start = text.data.addr();
        let text_len = if isize::try_from(text.len).is_ok() { text.len } else { 0 };
        let overlaps = |(own, len): (usize, usize)| {
            let (first, second) = (own.wrapping_sub(start), start.wrapping_sub(own));
            len > 0 && text_len > 0 && start != 0 && (first < text_len || second < len)
        };
        if self.0.into_iter().any(overlaps) { Err(Status(MCPICO_ERROR_OVERLAP)) } else { Ok(()) }
    }

    #[inline(never)]
    pub(crate) fn apart_from_each(self, texts: &[mcpico_str]) -> Outcome {
        texts.iter().try_for_each(|text| self.apart_from(*text))
    }
}

/// The room for an output of any size, and where its size goes.
pub(crate) struct Output<'a> {
    room: &'a mut [u8],
    len: &'a mut MaybeUninit<usize>,
}

impl<'a> Output<'a> {
    pub(crate) unsafe fn new(buf: *mut c_char, cap: usize, out_len: *mut usize) -> Outcome<Self> {
        // SAFETY: the caller of the interface promises that `out_len` is writable.
        let len = unsafe { out(out_len) }?;
        // SAFETY: and that `cap` bytes are writable at `buf`.
        let room = unsafe { room(buf, cap) }?;
        Ok(Self { room, len })
    }

    /// Where it writes.
    pub(crate) fn written(&self) -> Written {
        Written::room(self.room)
    }

    /// Refuses an output that overlaps `input`.
    pub(crate) fn apart_from(self, input: &[u8]) -> Outcome<Self> {
        self.written().apart_from(mcpico_str::of(input))?;
        Ok(self)
    }

    /// Writes `text`, all or nothing.
    pub(crate) fn write(self, text: impl FnMut(&mut Writer<'_>)) -> Outcome {
        self.finish(|room| emit(room, text).map(|text| text.len()))
    }

    /// Has the room filled; the size comes from there.
    pub(crate) fn finish<E: Into<Refusal>>(
        self,
        fill: impl FnOnce(&'a mut [u8]) -> Result<usize, E>,
    ) -> Outcome {
        self.finish_with(|room| fill(room).map(|len| (len, ())))
    }

    /// The same, with something else besides.
    pub(crate) fn finish_with<T, E: Into<Refusal>>(
        self,
        fill: impl FnOnce(&'a mut [u8]) -> Result<(usize, T), E>,
    ) -> Outcome<T> {
        match fill(self.room) {
            Ok((len, more)) => {
                self.len.write(len);
                Ok(more)
            }
            Err(error) => {
                let Refusal { status, needed } = error.into();
                if let Some(needed) = needed {
                    self.len.write(needed);
                }
                Err(status)
            }
        }
    }
}

/// Why an output was not written: the status, and the size that suffices where it was too small.
pub(crate) struct Refusal {
    pub(crate) status: Status,
    pub(crate) needed: Option<usize>,
}

impl From<Status> for Refusal {
    fn from(status: Status) -> Self {
        Self { status, needed: None }
    }
}

impl From<OutputTooSmall> for Refusal {
    fn from(OutputTooSmall { needed }: OutputTooSmall) -> Self {
        Self { status: Status(MCPICO_ERROR_BUFFER_TOO_SMALL), needed: Some(needed) }
    }
}

impl From<mcpico_core::Error> for Refusal {
    fn from(error: mcpico_core::Error) -> Self {
        match error {
            mcpico_core::Error::OutputTooSmall { needed } => OutputTooSmall { needed }.into(),
            error => Status::from(error).into(),
        }
    }
}

impl From<mcpico_core::jwt::SignError> for Refusal {
    fn from(error: mcpico_core::jwt::SignError) -> Self {
        match error {
            mcpico_core::jwt::SignError::OutputTooSmall(small) => small.into(),
            error => Status::from(error).into(),
        }
    }
}

impl From<mcpico_core::http1::RequestError> for Refusal {
    fn from(error: mcpico_core::http1::RequestError) -> Self {
        match error {
            mcpico_core::http1::RequestError::OutputTooSmall(small) => small.into(),
            error => Status::from(error).into(),
        }
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;

    /// Panics once more when it is dropped.
    struct Thrown;

    impl Drop for Thrown {
        fn drop(&mut self) {
            panic!("what was thrown has been dropped");
        }
    }

    #[test]
    fn a_panic_becomes_a_status() {
        let status = entry(|| std::panic::panic_any(Thrown));
        assert_eq!(status, crate::status::MCPICO_ERROR_INTERNAL);
        assert_eq!(entry(|| Err(NULL)), MCPICO_ERROR_NULL_POINTER);
        assert_eq!(entry(|| Ok(())), MCPICO_OK);
    }
}
