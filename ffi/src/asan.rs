//! What AddressSanitizer is told in a library that is built for it. A file of its own: the header is made of the others.

#[cfg(feature = "asan")]
use core::ffi::c_void;

#[cfg(feature = "asan")]
unsafe extern "C" {
    fn __asan_poison_memory_region(start: *const c_void, size: usize);
    fn __asan_unpoison_memory_region(start: *const c_void, size: usize);
}

/// Makes memory unreadable to the program.
#[cfg(feature = "asan")]
pub(crate) fn poison(start: *const u8, size: usize) {
    // SAFETY: the sanitizer marks addresses and touches no memory; those of an inbox are marked by nobody else.
    unsafe { __asan_poison_memory_region(start.cast(), size) };
}

/// Makes it readable again.
#[cfg(feature = "asan")]
pub(crate) fn unpoison(start: *const u8, size: usize) {
    // SAFETY: as above.
    unsafe { __asan_unpoison_memory_region(start.cast(), size) };
}

#[cfg(not(feature = "asan"))]
pub(crate) const fn poison(_: *const u8, _: usize) {}

#[cfg(not(feature = "asan"))]
pub(crate) const fn unpoison(_: *const u8, _: usize) {}
