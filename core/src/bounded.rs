//! Text of a bounded length that is kept by value.

/// Up to `N` bytes, `N` at most 255.
#[derive(Clone, Debug)]
pub(crate) struct Bounded<const N: usize> {
    bytes: [u8; N],
    len: u8,
}

impl<const N: usize> Bounded<N> {
    pub(crate) const EMPTY: Self = Self { bytes: [0; N], len: 0 };

    /// Keeps `text`; `None` when it is longer.
    pub(crate) fn new(text: &[u8]) -> Option<Self> {
        let mut kept = Self::EMPTY;
        let room = kept.bytes.get_mut(..text.len())?;
        for (to, from) in room.iter_mut().zip(text) {
            *to = *from;
        }
        kept.len = text.len().try_into().ok()?;
        Some(kept)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len.into()).unwrap_or_default()
    }
}
