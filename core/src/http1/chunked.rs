//! The chunked transfer coding.

use super::{
    Decoded, HttpError, MAX_LENGTH,
    field::{is_field_byte, is_tchar},
};

/// Bytes that a chunk-size line may have, with its extensions and without its line end.
///
/// Every line but the last brings at least one byte of the body, so a cap on the body bounds what all
/// lines together can cost.
pub const MAX_CHUNK_LINE: u16 = 1024;

/// Bytes that all trailer fields together may have, with their line ends.
pub const MAX_TRAILERS: u16 = 8 * 1024;

/// Where a chunked body stands. Extensions and trailers are checked and dropped.
///
/// Source: [RFC 9112 section 7.1](https://www.rfc-editor.org/rfc/rfc9112#section-7.1)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chunked {
    step: Step,
    /// Size of the chunk as read so far, then its bytes that are still to come.
    remaining: u64,
    /// Bytes of the line or of the trailer section so far.
    line: u16,
    /// Bytes of the earlier calls, for positions.
    seen: u64,
}

/// What the next byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The first digit of a chunk size.
    Size,
    /// Another digit, or the end of the size.
    SizeDigit,
    /// White space or the semicolon before an extension.
    BeforeExtension,
    /// White space or the name of an extension.
    BeforeName,
    Name,
    /// White space after a name.
    AfterName,
    /// White space or the value of an extension.
    BeforeValue,
    Token,
    Quoted,
    /// The byte after a backslash in a quoted string.
    Escaped,
    /// The byte after a quoted string.
    AfterQuoted,
    /// The line feed of a chunk-size line.
    SizeLineFeed,
    /// Bytes of a chunk; at least one is still to come.
    Content,
    /// The carriage return after a chunk.
    ContentReturn,
    /// The line feed after a chunk.
    ContentLineFeed,
    /// A trailer field, or the carriage return of the last line.
    Trailer,
    TrailerName,
    TrailerValue,
    /// The line feed of a trailer field.
    TrailerLineFeed,
    /// The line feed of the last line.
    LastLineFeed,
    Complete,
}

impl Chunked {
    pub(super) const fn new() -> Self {
        Self { step: Step::Size, remaining: 0, line: 0, seen: 0 }
    }

    pub(super) fn decode(&mut self, bytes: &mut [u8]) -> Result<Decoded, HttpError> {
        let total = bytes.len();
        let mut read = 0_usize;
        let mut written = 0_usize;
        while let Some(&byte) = bytes.get(read) {
            match self.step {
                Step::Content => {
                    let rest = total.saturating_sub(read);
                    let run = usize::try_from(self.remaining).unwrap_or(usize::MAX).min(rest);
                    if written != read {
                        move_down(bytes, written, read, run);
                    }
                    read = read.saturating_add(run);
                    written = written.saturating_add(run);
                    self.remaining = self.remaining.saturating_sub(run as u64);
                    if self.remaining == 0 {
                        self.step = Step::ContentReturn;
                    }
                }
                Step::Complete => break,
                _ => {
                    self.framing(byte, self.seen.saturating_add(read as u64))?;
                    read = read.saturating_add(1);
                }
            }
        }
        self.seen = self.seen.saturating_add(read as u64);
        Ok(Decoded { len: written, excess: total.saturating_sub(read) })
    }

    pub(super) const fn is_complete(&self) -> bool {
        matches!(self.step, Step::Complete)
    }

    /// Takes the byte at position `at`, which is not part of a chunk's content.
    fn framing(&mut self, byte: u8, at: u64) -> Result<(), HttpError> {
        self.step = match self.step {
            Step::Size | Step::SizeDigit => self.size(byte, at)?,
            Step::SizeLineFeed => {
                expect(byte == b'\n', HttpError::ChunkLineEnd { at })?;
                self.line = 0;
                if self.remaining == 0 { Step::Trailer } else { Step::Content }
            }
            Step::ContentReturn => {
                expect(byte == b'\r', HttpError::ChunkEnd { at })?;
                Step::ContentLineFeed
            }
            Step::ContentLineFeed => {
                expect(byte == b'\n', HttpError::ChunkLineEnd { at })?;
                Step::Size
            }
            Step::Trailer
            | Step::TrailerName
            | Step::TrailerValue
            | Step::TrailerLineFeed
            | Step::LastLineFeed => self.trailer(byte, at)?,
            _ => self.extension(byte, at)?,
        };
        Ok(())
    }

    fn size(&mut self, byte: u8, at: u64) -> Result<Step, HttpError> {
        let malformed = HttpError::ChunkSize { at };
        match byte {
            b'\r' if self.step == Step::SizeDigit => return Ok(Step::SizeLineFeed),
            b';' | b' ' | b'\t' if self.step == Step::SizeDigit => {
                self.step = Step::BeforeExtension;
                return self.extension(byte, at);
            }
            _ => {}
        }
        let digit = char::from(byte).to_digit(16).ok_or(malformed)?;
        self.lengthen_line()?;
        self.remaining = self.remaining.saturating_mul(16).saturating_add(u64::from(digit));
        if self.remaining > MAX_LENGTH {
            return Err(HttpError::LengthTooLarge { limit: MAX_LENGTH });
        }
        Ok(Step::SizeDigit)
    }

    /// White space is taken only where the grammar has it: around `;` and `=`.
    ///
    /// Source: [RFC 9112 section 7.1.1](https://www.rfc-editor.org/rfc/rfc9112#section-7.1.1)
    fn extension(&mut self, byte: u8, at: u64) -> Result<Step, HttpError> {
        let next = match (self.step, byte) {
            (Step::Name | Step::Token | Step::AfterQuoted, b'\r') => return Ok(Step::SizeLineFeed),
            (
                Step::BeforeExtension
                | Step::Name
                | Step::AfterName
                | Step::Token
                | Step::AfterQuoted,
                b';',
            )
            | (Step::BeforeName, b' ' | b'\t') => Step::BeforeName,
            (Step::BeforeExtension | Step::Token | Step::AfterQuoted, b' ' | b'\t') => {
                Step::BeforeExtension
            }
            (Step::Name | Step::AfterName, b' ' | b'\t') => Step::AfterName,
            (Step::Name | Step::AfterName, b'=') | (Step::BeforeValue, b' ' | b'\t') => {
                Step::BeforeValue
            }
            (Step::BeforeValue, b'"') => Step::Quoted,
            (Step::Quoted, b'"') => Step::AfterQuoted,
            (Step::Quoted, b'\\') => Step::Escaped,
            (Step::Quoted | Step::Escaped, _) if is_field_byte(byte) => Step::Quoted,
            (Step::BeforeName | Step::Name, _) if is_tchar(byte) => Step::Name,
            (Step::BeforeValue | Step::Token, _) if is_tchar(byte) => Step::Token,
            _ => return Err(HttpError::ChunkExtension { at }),
        };
        self.lengthen_line()?;
        Ok(next)
    }

    /// Source: [RFC 9112 section 7.1.2](https://www.rfc-editor.org/rfc/rfc9112#section-7.1.2)
    fn trailer(&mut self, byte: u8, at: u64) -> Result<Step, HttpError> {
        let next = match (self.step, byte) {
            (Step::Trailer, b'\r') => return Ok(Step::LastLineFeed),
            (Step::LastLineFeed, b'\n') => return Ok(Step::Complete),
            (Step::TrailerValue, b'\r') => Step::TrailerLineFeed,
            (Step::TrailerLineFeed, b'\n') => Step::Trailer,
            (Step::LastLineFeed | Step::TrailerLineFeed, _) => {
                return Err(HttpError::ChunkLineEnd { at });
            }
            (Step::TrailerName, b':') => Step::TrailerValue,
            (Step::Trailer | Step::TrailerName, _) if is_tchar(byte) => Step::TrailerName,
            (Step::TrailerValue, _) if is_field_byte(byte) => Step::TrailerValue,
            _ => return Err(HttpError::Trailer { at }),
        };
        self.line = self.line.saturating_add(1);
        expect(self.line <= MAX_TRAILERS, HttpError::TrailersTooLong { limit: MAX_TRAILERS })?;
        Ok(next)
    }

    fn lengthen_line(&mut self) -> Result<(), HttpError> {
        self.line = self.line.saturating_add(1);
        expect(self.line <= MAX_CHUNK_LINE, HttpError::ChunkLineTooLong { limit: MAX_CHUNK_LINE })
    }
}

fn expect(holds: bool, error: HttpError) -> Result<(), HttpError> {
    if holds { Ok(()) } else { Err(error) }
}

/// Moves the `len` bytes at `from` down to `to`.
///
/// The window begins at `to`, which leaves one comparison for both bounds of the copy: the compiler
/// can see that it never fails.
fn move_down(bytes: &mut [u8], to: usize, from: usize, len: usize) {
    let gap = from.saturating_sub(to);
    let Some(window) = bytes.get_mut(to..from.saturating_add(len)) else { return };
    if gap <= window.len() {
        window.copy_within(gap.., 0);
    }
}
