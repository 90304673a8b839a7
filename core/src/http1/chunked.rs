//! The chunked transfer coding.

use super::{
    Decoded, HttpError, MAX_LENGTH,
    field::{TCHAR, is_field_byte},
};
use crate::inbox::move_down;

/// Bytes that a chunk-size line may have, with its extensions and without its line end.
///
/// Every line but the last brings at least one byte of the body, so a cap on the body bounds what
/// all lines together can cost.
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
///
/// A byte that leads to `SizeDigit`, or to `BeforeExtension` or what stands behind it, counts for the length of the line or trailer section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
enum Step {
    /// The first digit of a chunk size.
    Size,
    /// Another digit, or the end of the size.
    SizeDigit,
    /// The line feed of a chunk-size line.
    SizeLineFeed,
    /// Bytes of a chunk; at least one is still to come.
    Content,
    /// The carriage return after a chunk.
    ContentReturn,
    /// The line feed after a chunk.
    ContentLineFeed,
    /// The line feed of the last line.
    LastLineFeed,
    Complete,
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
    /// A trailer field, or the carriage return of the last line.
    Trailer,
    TrailerName,
    TrailerValue,
    /// The line feed of a trailer field.
    TrailerLineFeed,
}

/// Stands for every byte of a token in [`RULES`].
const TOKEN: u8 = b'a';
/// Stands for a space and a tab.
const SPACE: u8 = b' ';
/// Stands for every byte that a field value may have.
const FIELD: u8 = 0xff;

/// What follows a step when a byte comes; the first rule that fits holds, and without one the byte is wrong.
///
/// White space is taken only where the grammar has it: around `;` and `=` of an extension.
///
/// Source: [RFC 9112 sections 7.1.1 and 7.1.2](https://www.rfc-editor.org/rfc/rfc9112#section-7.1.1)
const RULES: [(Step, u8, Step); 40] = [
    (Step::SizeDigit, b'\r', Step::SizeLineFeed),
    (Step::SizeLineFeed, b'\n', Step::Trailer),
    (Step::ContentReturn, b'\r', Step::ContentLineFeed),
    (Step::ContentLineFeed, b'\n', Step::Size),
    (Step::LastLineFeed, b'\n', Step::Complete),
    (Step::SizeDigit, b';', Step::BeforeName),
    (Step::SizeDigit, SPACE, Step::BeforeExtension),
    (Step::BeforeExtension, b';', Step::BeforeName),
    (Step::BeforeExtension, SPACE, Step::BeforeExtension),
    (Step::BeforeName, SPACE, Step::BeforeName),
    (Step::BeforeName, TOKEN, Step::Name),
    (Step::Name, b'\r', Step::SizeLineFeed),
    (Step::Name, b';', Step::BeforeName),
    (Step::Name, b'=', Step::BeforeValue),
    (Step::Name, SPACE, Step::AfterName),
    (Step::Name, TOKEN, Step::Name),
    (Step::AfterName, b';', Step::BeforeName),
    (Step::AfterName, b'=', Step::BeforeValue),
    (Step::AfterName, SPACE, Step::AfterName),
    (Step::BeforeValue, b'"', Step::Quoted),
    (Step::BeforeValue, SPACE, Step::BeforeValue),
    (Step::BeforeValue, TOKEN, Step::Token),
    (Step::Token, b'\r', Step::SizeLineFeed),
    (Step::Token, b';', Step::BeforeName),
    (Step::Token, SPACE, Step::BeforeExtension),
    (Step::Token, TOKEN, Step::Token),
    (Step::Quoted, b'"', Step::AfterQuoted),
    (Step::Quoted, b'\\', Step::Escaped),
    (Step::Quoted, FIELD, Step::Quoted),
    (Step::Escaped, FIELD, Step::Quoted),
    (Step::AfterQuoted, b'\r', Step::SizeLineFeed),
    (Step::AfterQuoted, b';', Step::BeforeName),
    (Step::AfterQuoted, SPACE, Step::BeforeExtension),
    (Step::Trailer, b'\r', Step::LastLineFeed),
    (Step::Trailer, TOKEN, Step::TrailerName),
    (Step::TrailerName, b':', Step::TrailerValue),
    (Step::TrailerName, TOKEN, Step::TrailerName),
    (Step::TrailerValue, b'\r', Step::TrailerLineFeed),
    (Step::TrailerValue, FIELD, Step::TrailerValue),
    (Step::TrailerLineFeed, b'\n', Step::Trailer),
];

impl Step {
    /// Bytes that the line, or the trailer section, may have in which this step is.
    const fn limit(self) -> u16 {
        match self {
            Self::Trailer
            | Self::TrailerName
            | Self::TrailerValue
            | Self::TrailerLineFeed
            | Self::LastLineFeed => MAX_TRAILERS,
            _ => MAX_CHUNK_LINE,
        }
    }

    /// The step that `byte` leads to.
    fn after(self, byte: u8) -> Option<Self> {
        let fits = |sort: u8| match sort {
            TOKEN => TCHAR.has(byte),
            SPACE => matches!(byte, b' ' | b'\t'),
            FIELD => is_field_byte(byte),
            _ => sort == byte,
        };
        let mut rules = RULES.iter();
        let (.., next) = rules.find(|(step, sort, _)| *step == self && fits(*sort))?;
        Some(*next)
    }
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
                    let rest = total.wrapping_sub(read);
                    let run = usize::try_from(self.remaining).unwrap_or(usize::MAX).min(rest);
                    move_down(bytes, read, written, run);
                    read = read.wrapping_add(run);
                    written = written.wrapping_add(run);
                    self.remaining = self.remaining.wrapping_sub(run as u64);
                    if self.remaining == 0 {
                        self.step = Step::ContentReturn;
                    }
                }
                Step::Complete => break,
                _ => {
                    if self.framing(byte).is_none() {
                        return Err(self.error(self.seen.wrapping_add(read as u64)));
                    }
                    read = read.wrapping_add(1);
                }
            }
        }
        self.seen = self.seen.wrapping_add(read as u64);
        Ok(Decoded { len: written, excess: total.wrapping_sub(read) })
    }

    pub(super) const fn is_complete(&self) -> bool {
        matches!(self.step, Step::Complete)
    }

    /// Takes a byte that is not part of a chunk's content; `None` when it, or what it makes longer, is wrong.
    #[inline(never)]
    fn framing(&mut self, byte: u8) -> Option<()> {
        let next = match char::from(byte).to_digit(16) {
            Some(digit) if self.step <= Step::SizeDigit => {
                // It was within the limit, so that no bit is lost.
                self.remaining = self.remaining << 4 | u64::from(digit);
                Step::SizeDigit
            }
            _ => self.step.after(byte)?,
        };
        if self.step == Step::SizeLineFeed {
            self.line = 0;
            self.step = if self.remaining == 0 { next } else { Step::Content };
            return Some(());
        }
        if next == Step::SizeDigit || next >= Step::BeforeExtension {
            self.line = self.line.wrapping_add(1);
        }
        if self.line > self.step.limit() || self.remaining > MAX_LENGTH {
            return None;
        }
        self.step = next;
        Some(())
    }

    /// What is wrong with the byte at position `at`.
    const fn error(&self, at: u64) -> HttpError {
        let limit = self.step.limit();
        match self.step {
            _ if self.line > limit && limit == MAX_TRAILERS => HttpError::TrailersTooLong { limit },
            _ if self.line > limit => HttpError::ChunkLineTooLong { limit },
            _ if self.remaining > MAX_LENGTH => HttpError::LengthTooLarge { limit: MAX_LENGTH },
            Step::Size | Step::SizeDigit => HttpError::ChunkSize { at },
            Step::ContentReturn => HttpError::ChunkEnd { at },
            Step::SizeLineFeed
            | Step::ContentLineFeed
            | Step::LastLineFeed
            | Step::TrailerLineFeed => HttpError::ChunkLineEnd { at },
            Step::Trailer | Step::TrailerName | Step::TrailerValue => HttpError::Trailer { at },
            _ => HttpError::ChunkExtension { at },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};
    use std::{format, iter, string::String, vec::Vec};

    /// Decodes `bytes` in pieces that end at `cuts`; the body, the excess, and whether it is
    /// complete.
    fn decode(bytes: &[u8], cuts: &[usize]) -> Result<(Vec<u8>, usize, bool), HttpError> {
        let mut chunked = Chunked::new();
        let (mut body, mut excess, mut start) = (Vec::new(), 0, 0);
        let mut cuts = cuts.to_vec();
        cuts.sort_unstable();
        for end in cuts.into_iter().chain([bytes.len()]) {
            let mut piece = bytes[start..end].to_vec();
            start = end;
            let decoded = chunked.decode(&mut piece)?;
            body.extend_from_slice(&piece[..decoded.len]);
            excess += decoded.excess;
        }
        Ok((body, excess, chunked.is_complete()))
    }

    /// A chunk-size line without its line end: leading zeros, any case, extensions.
    fn size_line(size: usize, zeros: usize, upper: bool, extensions: &str) -> String {
        let zeros = "0".repeat(zeros);
        if upper {
            format!("{zeros}{size:X}{extensions}")
        } else {
            format!("{zeros}{size:x}{extensions}")
        }
    }

    fn extensions() -> impl Strategy<Value = String> {
        const ONE: &str = "[ \t]{0,2};[ \t]{0,2}[!#$%&'*+.^_`|~0-9A-Za-z-]{1,8}\
            ([ \t]{0,2}=[ \t]{0,2}([a-z0-9]{1,9}|\"([ !#-\\[\\]-~]|\\\\[ -~]){0,9}\"))?";
        vec(ONE, 0..3).prop_map(|all| all.concat())
    }

    fn cut_places(len: usize) -> impl Strategy<Value = Vec<usize>> {
        vec(0..=len, 0..12)
    }

    prop_compose! {
        /// The coded bytes and the body that they carry.
        fn coded()(
            chunks in vec((vec(any::<u8>(), 1..40), 0..4_usize, any::<bool>(), extensions()), 0..8),
            last in (1..4_usize, extensions()),
            trailers in vec("[A-Za-z-]{1,9}:[ -~\t]{0,20}\r\n", 0..4),
        ) -> (Vec<u8>, Vec<u8>) {
            let (mut coded, mut body) = (Vec::new(), Vec::new());
            for (content, zeros, upper, extensions) in chunks {
                let line = size_line(content.len(), zeros, upper, &extensions);
                coded.extend_from_slice(line.as_bytes());
                coded.extend_from_slice(b"\r\n");
                coded.extend_from_slice(&content);
                coded.extend_from_slice(b"\r\n");
                body.extend_from_slice(&content);
            }
            coded.extend_from_slice(size_line(0, last.0 - 1, false, &last.1).as_bytes());
            coded.extend_from_slice(b"\r\n");
            coded.extend_from_slice(trailers.concat().as_bytes());
            coded.extend_from_slice(b"\r\n");
            (coded, body)
        }
    }

    proptest! {
        #[test]
        fn any_chunking_gives_the_body_back(
            ((coded, body), cuts, rest) in coded().prop_flat_map(|coded| {
                let len = coded.0.len();
                (Just(coded), cut_places(len), vec(any::<u8>(), 0..20))
            }),
        ) {
            let bytes = [&*coded, &*rest].concat();
            prop_assert_eq!(decode(&bytes, &cuts), Ok((body, rest.len(), true)));
        }

        #[test]
        fn every_prefix_wants_more((coded, body) in coded()) {
            for end in 0..coded.len() {
                let (part, excess, complete) = decode(&coded[..end], &[]).unwrap();
                prop_assert!(body.starts_with(&part) && excess == 0 && !complete);
            }
        }

        #[test]
        fn a_spoilt_body_is_judged_alike_in_every_split(
            (mut coded, _) in coded(), place: usize, byte: u8,
        ) {
            let place = place % coded.len();
            coded[place] = byte;
            let whole = decode(&coded, &[]);
            let each: Vec<usize> = (0..coded.len()).collect();
            prop_assert_eq!(&decode(&coded, &each), &whole);
            for cut in 0..coded.len() {
                prop_assert_eq!(&decode(&coded, &[cut]), &whole);
            }
        }

        #[test]
        fn any_bytes_are_judged_alike_in_every_split(
            bytes in vec(prop::sample::select(b"012aF;=\"\\ \t\r\n:x\0\x80".as_slice()), 0..40),
        ) {
            let whole = decode(&bytes, &[]);
            for cut in 0..bytes.len() {
                prop_assert_eq!(&decode(&bytes, &[cut]), &whole);
            }
        }
    }

    /// The refusals of [RFC 9112 section 7.1](https://www.rfc-editor.org/rfc/rfc9112#section-7.1),
    /// each with the place where the grammar is left.
    #[test]
    fn malformed_framing_is_refused_where_it_is() {
        for (bytes, error) in [
            ("\r\n", HttpError::ChunkSize { at: 0 }),
            ("g\r\n", HttpError::ChunkSize { at: 0 }),
            ("0x1\r\n", HttpError::ChunkSize { at: 1 }),
            ("1_0\r\n", HttpError::ChunkSize { at: 1 }),
            ("1\nx", HttpError::ChunkSize { at: 1 }),
            ("-1\r\n", HttpError::ChunkSize { at: 0 }),
            (" 1\r\n", HttpError::ChunkSize { at: 0 }),
            (";a\r\n", HttpError::ChunkSize { at: 0 }),
            ("1\rx", HttpError::ChunkLineEnd { at: 2 }),
            ("1 \r\n", HttpError::ChunkExtension { at: 2 }),
            ("1 2\r\n", HttpError::ChunkExtension { at: 2 }),
            ("1;\r\n", HttpError::ChunkExtension { at: 2 }),
            ("1;a=\r\n", HttpError::ChunkExtension { at: 4 }),
            ("1;a b\r\n", HttpError::ChunkExtension { at: 4 }),
            ("1;a=b c\r\n", HttpError::ChunkExtension { at: 6 }),
            ("1;a=\"b\r\n", HttpError::ChunkExtension { at: 6 }),
            ("1;a=\"\\\n", HttpError::ChunkExtension { at: 6 }),
            ("1;a=\"b\"c", HttpError::ChunkExtension { at: 7 }),
            ("1;a\nb\r\n", HttpError::ChunkExtension { at: 3 }),
            ("1;a\0", HttpError::ChunkExtension { at: 3 }),
            ("1\r\nxy", HttpError::ChunkEnd { at: 4 }),
            ("1\r\nx\n", HttpError::ChunkEnd { at: 4 }),
            ("1\r\nx\rx", HttpError::ChunkLineEnd { at: 5 }),
            ("0\r\n\n", HttpError::Trailer { at: 3 }),
            ("0\r\n\rx", HttpError::ChunkLineEnd { at: 4 }),
            ("0\r\n x: y\r\n", HttpError::Trailer { at: 3 }),
            ("0\r\n:y\r\n", HttpError::Trailer { at: 3 }),
            ("0\r\nx\r\n", HttpError::Trailer { at: 4 }),
            ("0\r\nx : y\r\n", HttpError::Trailer { at: 4 }),
            ("0\r\nx: y\n", HttpError::Trailer { at: 7 }),
            ("0\r\nx: \0", HttpError::Trailer { at: 6 }),
            ("0\r\nx: y\rz", HttpError::ChunkLineEnd { at: 8 }),
            ("10000000001\r\n", HttpError::LengthTooLarge { limit: MAX_LENGTH }),
            ("FFFFFFFFFFFFFFFFFFFFF\r\n", HttpError::LengthTooLarge { limit: MAX_LENGTH }),
        ] {
            assert_eq!(decode(bytes.as_bytes(), &[]), Err(error), "{bytes:?}");
        }
    }

    #[test]
    fn limits_are_exact() {
        let line = |len: usize| format!("1;{}\r\nx\r\n0\r\n\r\n", "a".repeat(len - 2));
        let most = usize::from(MAX_CHUNK_LINE);
        assert_eq!(decode(line(most).as_bytes(), &[]), Ok((b"x".to_vec(), 0, true)));
        let error = HttpError::ChunkLineTooLong { limit: MAX_CHUNK_LINE };
        assert_eq!(decode(line(most + 1).as_bytes(), &[]), Err(error));

        // Two fields: `X:\r\n` and `Y:...\r\n`.
        let trailers = |len: usize| format!("0\r\nX:\r\nY:{}\r\n\r\n", "a".repeat(len - 8));
        let most = usize::from(MAX_TRAILERS);
        assert_eq!(decode(trailers(most).as_bytes(), &[]), Ok((Vec::new(), 0, true)));
        let error = HttpError::TrailersTooLong { limit: MAX_TRAILERS };
        assert_eq!(decode(trailers(most + 1).as_bytes(), &[]), Err(error));

        assert_eq!(decode(b"10000000000\r\n", &[]), Ok((Vec::new(), 0, false)));
    }

    #[test]
    fn large_runs_move_down_over_themselves() {
        let body: Vec<u8> = (0..=u8::MAX).cycle().take(50_000).collect();
        let mut coded = Vec::new();
        for chunk in body.chunks(7_777) {
            coded.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
            coded.extend(chunk.iter().chain(b"\r\n"));
        }
        coded.extend_from_slice(b"0\r\n\r\n");
        let every_kilobyte: Vec<usize> = iter::successors(Some(0), |at| Some(at + 1_000))
            .take_while(|&at| at < coded.len())
            .collect();
        assert_eq!(decode(&coded, &[]), Ok((body.clone(), 0, true)));
        assert_eq!(decode(&coded, &every_kilobyte), Ok((body, 0, true)));
    }
}
