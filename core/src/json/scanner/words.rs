//! Strings on processors with registers of 64 bits: eight bytes at a time.

use super::Scanner;
use crate::json::JsonErrorKind;
use crate::json::string::Escapes;

/// A run of one byte in every lane of a word.
const fn lanes(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The high bit of every lane whose byte ends a run of plain text: a control character, a quote, a
/// backslash or a byte outside ASCII.
const fn stops(word: u64) -> u64 {
    // Without the high bits no sum reaches into the next lane.
    let low = word & lanes(0x7f);
    let printable = low.wrapping_add(lanes(0x60));
    let no_quote = (low ^ lanes(b'"')).wrapping_add(lanes(0x7f));
    let no_backslash = (low ^ lanes(b'\\')).wrapping_add(lanes(0x7f));
    (!(printable & no_quote & no_backslash) | word) & lanes(0x80)
}

/// All lanes but the first `count`.
const fn lanes_from(count: usize) -> u64 {
    if count < 8 { u64::MAX << (8 * count) } else { 0 }
}

impl Scanner<'_> {
    /// A string from its opening to its closing quote.
    pub(super) fn string(&mut self) -> Result<(), JsonErrorKind> {
        self.step();
        self.escapes = Escapes::NONE;
        // Words stand on a grid, so that where the next one is read does not depend on what was found
        // in this one. `open` are the lanes of the word that have not been dealt with.
        let mut open = u64::MAX;
        let mut plain_words = 0_u8;
        while let Some(word) = self.word() {
            let mut stops = stops(word) & open;
            open = u64::MAX;
            let base = self.at;
            if stops == 0 {
                self.at = base.wrapping_add(8);
                plain_words = plain_words.wrapping_add(1);
                // Short strings would look at a block in vain.
                if plain_words == 4 {
                    self.skip_plain_blocks();
                    plain_words = 0;
                }
                continue;
            }
            plain_words = 0;
            let mut done = 0;
            while stops != 0 {
                let lane = stops.trailing_zeros() / 8;
                let at = base.wrapping_add(lane as usize);
                // What lies beyond the word reads as zero and matches nothing here.
                let length = match (word >> (8 * lane)).to_le_bytes() {
                    [b'"', ..] => {
                        self.at = at.wrapping_add(1);
                        return Ok(());
                    }
                    [b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => {
                        self.escapes = Escapes::SOME;
                        2
                    }
                    [0xc2..=0xdf, 0x80..=0xbf, ..] => 2,
                    [0xe1..=0xec | 0xee..=0xef, 0x80..=0xbf, 0x80..=0xbf, ..] => 3,
                    [byte, ..] => {
                        self.at = at;
                        match byte {
                            b'\\' => self.escape()?,
                            0..=0x1f => return Err(JsonErrorKind::ControlInString),
                            _ => self.multibyte()?,
                        }
                        self.at.wrapping_sub(at)
                    }
                };
                done = at.wrapping_add(length).wrapping_sub(base);
                stops &= lanes_from(done);
            }
            if done < 16 {
                self.at = base.wrapping_add(8);
                open = lanes_from(done.saturating_sub(8));
            } else {
                self.at = base.wrapping_add(done);
            }
        }
        // Less than a word is left; what of it has been dealt with is plain or whole.
        let dealt = (open.trailing_zeros() / 8) as usize;
        self.at = self.at.wrapping_add(dealt);
        self.string_tail()
    }

    /// Runs over blocks of plain text, several words at a time.
    #[inline]
    fn skip_plain_blocks(&mut self) {
        while let Some(block) = self.text.get(self.at..).and_then(<[u8]>::first_chunk::<32>) {
            let (words, _) = block.as_chunks::<8>();
            let any = words.iter().fold(0, |any, word| any | stops(u64::from_le_bytes(*word)));
            if any != 0 {
                return;
            }
            self.at = self.at.wrapping_add(block.len());
        }
    }

    /// The next eight bytes, the first one lowest.
    fn word(&self) -> Option<u64> {
        let word = self.text.get(self.at..)?.first_chunk()?;
        Some(u64::from_le_bytes(*word))
    }
}
