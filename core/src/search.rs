//! Searches for a byte: by vectors where there are any, by a small loop where flash is what counts.

#[cfg(target_pointer_width = "64")]
pub(crate) use memchr::{memchr as first, memchr2 as first_of};

/// Position of the first `byte`.
#[cfg(not(target_pointer_width = "64"))]
#[inline(never)]
pub(crate) fn first(byte: u8, text: &[u8]) -> Option<usize> {
    text.iter().position(|other| *other == byte)
}

/// Position of the first byte that is one or the other.
#[cfg(not(target_pointer_width = "64"))]
pub(crate) fn first_of(one: u8, other: u8, text: &[u8]) -> Option<usize> {
    text.iter().position(|byte| *byte == one || *byte == other)
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

/// What stands behind `prefix`, where `text` begins with it. That of the standard library divides slices in a way that
/// could panic, and does not lose the panic where a compiler for size leaves it uninlined.
pub(crate) fn behind<'t>(prefix: &[u8], text: &'t [u8]) -> Option<&'t [u8]> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    same(start, prefix).then_some(rest)
}
