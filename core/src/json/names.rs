//! `SeenNames`: which names of an object call for a comparison.

use super::{Str, Value};

/// The names of an object so far, as a Bloom filter of 1024 bits with two of them for a name.
///
/// Names without an escape that were not there before are told without a comparison, but for a few.
#[derive(Default)]
pub(crate) struct SeenNames {
    bits: [u32; 32],
    escaped: bool,
}

impl SeenNames {
    /// Adds the name of `object` that has `earlier` ones before it; `true` when one of them equals it after
    /// unescaping.
    #[inline]
    pub(crate) fn add_repeats(&mut self, name: Str<'_>, object: Value<'_>, earlier: usize) -> bool {
        // Equal names with different escapes have different bits, so that one escape among the names
        // calls for comparing them all.
        self.escaped |= name.is_escaped();
        let hash = hash(name.raw());
        let first = self.set(hash >> 22);
        let second = self.set(hash >> 12);
        (self.escaped || first && second) && repeats(name, object, earlier)
    }

    /// Sets the bit that the low ten bits of `hash` name and tells whether it was set.
    fn set(&mut self, hash: u32) -> bool {
        let bit = 1 << (hash & 31);
        let Some(word) = self.bits.get_mut((hash >> 5 & 31) as usize) else { return true };
        let set = *word & bit != 0;
        *word |= bit;
        set
    }
}

/// Whether `name` is one of the first `count` names of `object`.
#[cold]
fn repeats(name: Str<'_>, object: Value<'_>, count: usize) -> bool {
    object.entries().take(count).any(|(earlier, _)| earlier == name)
}

/// Mixes all bytes into the high bits.
#[cfg(not(target_pointer_width = "64"))]
fn hash(raw: &[u8]) -> u32 {
    let mix = |hash: u32, byte: &u8| (hash ^ u32::from(*byte)).wrapping_mul(0x9e37_79b1);
    raw.iter().fold(0, mix)
}

/// Mixes all bytes into the high bits.
#[cfg(target_pointer_width = "64")]
fn hash(raw: &[u8]) -> u32 {
    let mix = |hash: u64, word: u64| {
        let hash = (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        hash ^ hash >> 32
    };
    let hash = raw.len() as u64;
    // A last or short word overlaps what has been read.
    let hash = if let Some(last) = raw.last_chunk() {
        let (words, _) = raw.as_chunks();
        let words = words.iter().fold(hash, |hash, word| mix(hash, u64::from_le_bytes(*word)));
        mix(words, u64::from_le_bytes(*last))
    } else if let (Some(first), Some(last)) = (raw.first_chunk(), raw.last_chunk()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        mix(hash, u64::from(first) << 32 | u64::from(last))
    } else {
        mix(hash, raw.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)))
    };
    // Differences in a last byte have only reached the highest bits, from where `mix` brought them down.
    (mix(hash, 0) >> 32) as u32
}
