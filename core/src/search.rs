//! Where a byte stands in a text.
//!
//! `memchr` looks at several words at a time, which pays on processors with registers of 64 bits. On smaller
//! ones it is a hundred bytes of code and more for little.

#[cfg(target_pointer_width = "64")]
pub(crate) use memchr::{memchr as position, memchr2 as position_of_either};

/// The first place of `byte` in `text`.
#[cfg(not(target_pointer_width = "64"))]
pub(crate) fn position(byte: u8, text: &[u8]) -> Option<usize> {
    text.iter().position(|other| *other == byte)
}

/// The first place of one of two bytes in `text`.
#[cfg(not(target_pointer_width = "64"))]
pub(crate) fn position_of_either(one: u8, two: u8, text: &[u8]) -> Option<usize> {
    text.iter().position(|other| *other == one || *other == two)
}

/// Whether two texts are the same.
#[cfg(target_pointer_width = "64")]
pub(crate) fn same(one: &[u8], two: &[u8]) -> bool {
    one == two
}

/// Whether two texts are the same.
#[cfg(not(target_pointer_width = "64"))]
pub(crate) fn same(one: &[u8], two: &[u8]) -> bool {
    one.len() == two.len() && one.iter().zip(two).all(|(one, two)| one == two)
}
