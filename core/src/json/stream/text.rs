//! The inside of a string, from behind its opening quote.

use super::super::JsonErrorKind;

/// Where a string stands between two pieces.
#[derive(Clone, Copy, Debug)]
pub(super) struct StringState {
    escape: Escape,
    /// The digits of the `\u` escape that is being read.
    unit: u16,
    /// The first half of a surrogate pair.
    high: u16,
    /// The start of a character that the pieces cut.
    carry: [u8; 4],
    carried: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Escape {
    None,
    /// Behind a backslash; of the second half of a pair when `low`.
    Backslash {
        low: bool,
    },
    /// Behind so many digits of a `\u` escape.
    Hex {
        digits: u8,
        low: bool,
    },
    /// Behind the first half of a pair.
    Pair,
}

/// How far a piece takes a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// A character, at the end of so many bytes.
    Char(usize, char),
    /// The closing quote is next.
    End,
    /// Wrong: `back` bytes before the first `done` bytes of the piece.
    Invalid { kind: JsonErrorKind, done: usize, back: usize },
    /// The piece is used up.
    Need,
    /// So many bytes of plain text.
    Run(usize),
}

impl StringState {
    pub(super) const fn new() -> Self {
        Self { escape: Escape::None, unit: 0, high: 0, carry: [0; 4], carried: 0 }
    }

    /// Bytes of a character that is not whole.
    pub(super) fn carried(&self) -> usize {
        self.carried.into()
    }

    /// Reads on; the first byte of `piece` is the next one of the string.
    pub(super) fn read(&mut self, piece: &[u8]) -> Progress {
        if self.escape == Escape::None && self.carried == 0 {
            let plain = plain(piece);
            if plain > 0 {
                return self.run(piece.get(..plain).unwrap_or_default(), plain == piece.len());
            }
        }
        for (at, byte) in piece.iter().enumerate() {
            let done = at.wrapping_add(1);
            let read = if self.carried > 0 { self.continuation(*byte) } else { self.escape(*byte) };
            match read {
                Ok(Some(char)) => return Progress::Char(done, char),
                Ok(None) if self.escape == Escape::None && self.carried == 0 => {
                    return Progress::End;
                }
                Ok(None) => {}
                // Positions are those of the first byte of what is wrong.
                Err((kind, back)) => return Progress::Invalid { kind, done: at, back },
            }
        }
        Progress::Need
    }

    /// Text without quotes, backslashes and control characters; `cut` when the piece ends with it.
    fn run(&mut self, run: &[u8], cut: bool) -> Progress {
        let Err(error) = core::str::from_utf8(run) else { return Progress::Run(run.len()) };
        let valid = error.valid_up_to();
        if valid > 0 {
            return Progress::Run(valid);
        }
        if !cut || error.error_len().is_some() {
            return Progress::Invalid { kind: JsonErrorKind::InvalidUtf8, done: 0, back: 0 };
        }
        for (room, byte) in self.carry.iter_mut().zip(run) {
            *room = *byte;
        }
        self.carried = u8::try_from(run.len()).unwrap_or_default();
        Progress::Need
    }

    /// One more byte of a character that was cut.
    fn continuation(&mut self, byte: u8) -> Result<Option<char>, (JsonErrorKind, usize)> {
        let carried = usize::from(self.carried);
        if let Some(room) = self.carry.get_mut(carried) {
            *room = byte;
        }
        let sequence = self.carry.get(..=carried).unwrap_or_default();
        match core::str::from_utf8(sequence) {
            Ok(text) => {
                self.carried = 0;
                Ok(text.chars().next())
            }
            Err(error) if error.error_len().is_none() => {
                self.carried = self.carried.wrapping_add(1);
                Ok(None)
            }
            Err(_) => Err((JsonErrorKind::InvalidUtf8, carried)),
        }
    }

    /// A byte that ends a run or belongs to an escape. An error says how far back it stands.
    fn escape(&mut self, byte: u8) -> Result<Option<char>, (JsonErrorKind, usize)> {
        let char = match (self.escape, byte) {
            (Escape::None, b'"') => return Ok(None),
            (Escape::None, b'\\') => {
                self.escape = Escape::Backslash { low: false };
                return Ok(None);
            }
            (Escape::None, _) => return Err((JsonErrorKind::ControlInString, 0)),
            (Escape::Pair, b'\\') => {
                self.escape = Escape::Backslash { low: true };
                return Ok(None);
            }
            (Escape::Pair, _) => return Err((JsonErrorKind::LoneSurrogate, 6)),
            (Escape::Backslash { low }, b'u') => {
                self.unit = 0;
                self.escape = Escape::Hex { digits: 0, low };
                return Ok(None);
            }
            (Escape::Backslash { low: true }, _) => return Err((JsonErrorKind::LoneSurrogate, 7)),
            (Escape::Backslash { low: false }, _) => match byte {
                b'"' | b'\\' | b'/' => char::from(byte),
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                _ => return Err((JsonErrorKind::InvalidEscape, 0)),
            },
            (Escape::Hex { digits, low }, _) => match self.digit(byte, digits, low)? {
                Some(char) => char,
                None => return Ok(None),
            },
        };
        self.escape = Escape::None;
        Ok(Some(char))
    }

    /// One digit of a `\u` escape; the character with the last one.
    fn digit(
        &mut self,
        byte: u8,
        digits: u8,
        low: bool,
    ) -> Result<Option<char>, (JsonErrorKind, usize)> {
        let Some(digit) = char::from(byte).to_digit(16) else {
            return Err((JsonErrorKind::InvalidEscape, 0));
        };
        self.unit = self.unit << 4 | u16::try_from(digit).unwrap_or_default();
        if digits < 3 {
            self.escape = Escape::Hex { digits: digits.wrapping_add(1), low };
            return Ok(None);
        }
        match (low, self.unit) {
            (true, 0xdc00..=0xdfff) => {
                let high = u32::from(self.high & 0x3ff);
                let code = 0x1_0000 + (high << 10 | u32::from(self.unit & 0x3ff));
                Ok(char::from_u32(code))
            }
            (true, _) => Err((JsonErrorKind::LoneSurrogate, 11)),
            (false, 0xd800..=0xdbff) => {
                self.high = self.unit;
                self.escape = Escape::Pair;
                Ok(None)
            }
            (false, unit) => match char::from_u32(unit.into()) {
                Some(char) => Ok(Some(char)),
                None => Err((JsonErrorKind::LoneSurrogate, 5)),
            },
        }
    }
}

/// A byte in every lane of a word.
const fn lanes(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The high bit of every lane with a quote, a backslash or a control character.
const fn stops(word: u64) -> u64 {
    // Without the high bits no sum reaches into the next lane.
    let low = word & lanes(0x7f);
    let printable = low.wrapping_add(lanes(0x60));
    let no_quote = (low ^ lanes(b'"')).wrapping_add(lanes(0x7f));
    let no_backslash = (low ^ lanes(b'\\')).wrapping_add(lanes(0x7f));
    !(printable & no_quote & no_backslash | word) & lanes(0x80)
}

/// Bytes before the first quote, backslash or control character.
fn plain(text: &[u8]) -> usize {
    let (words, tail) = text.as_chunks::<8>();
    let mut at = 0_usize;
    for word in words {
        let stops = stops(u64::from_le_bytes(*word));
        if stops != 0 {
            return at.wrapping_add((stops.trailing_zeros() / 8) as usize);
        }
        at = at.wrapping_add(8);
    }
    let stop = tail.iter().position(|byte| matches!(byte, 0..=0x1f | b'"' | b'\\'));
    at.wrapping_add(stop.unwrap_or(tail.len()))
}
