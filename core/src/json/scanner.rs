//! The validating scanner: every byte is looked at once, nesting is a bit stack.

use super::{JsonError, JsonErrorKind, MAX_DEPTH, Str, Value};

/// A position in a text, moved forward by validating what stands there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

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

impl<'a> Scanner<'a> {
    pub(crate) const fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    /// Validates one value with the white space around it.
    pub(crate) fn value(&mut self) -> Result<Value<'a>, JsonError> {
        self.value_within(MAX_DEPTH)
    }

    /// Validates one value of the object or array that was entered.
    #[expect(clippy::inline_always, reason = "a call copies the result through memory, piecemeal")]
    #[inline(always)]
    pub(crate) fn inner_value(&mut self) -> Result<Value<'a>, JsonError> {
        self.value_within(MAX_DEPTH.saturating_sub(1))
    }

    /// Enters the object or array that starts with `open`; `false` when something else stands here.
    pub(crate) fn open(&mut self, open: u8) -> bool {
        self.skip_space();
        let opens = self.peek() == Some(open);
        if opens {
            self.step();
            self.skip_space();
        }
        opens
    }

    /// The next name of the entered object, its colon consumed; `None` at the closing brace.
    #[expect(clippy::inline_always, reason = "a call copies the result through memory, piecemeal")]
    #[inline(always)]
    pub(crate) fn next_name(&mut self, first: bool) -> Result<Option<Str<'a>>, JsonError> {
        if !self.next_element(first, b'}')? {
            return Ok(None);
        }
        let start = self.at.wrapping_add(1);
        match self.name() {
            Ok(Name { end, escaped }) => {
                let raw = self.text.get(start..end).unwrap_or_default();
                Ok(Some(Str::validated(raw, escaped)))
            }
            Err(kind) => Err(self.error(kind)),
        }
    }

    /// Whether another element follows in the entered array or object; consumes the comma or `close`.
    #[inline]
    pub(crate) fn next_element(&mut self, first: bool, close: u8) -> Result<bool, JsonError> {
        match self.peek() {
            Some(byte) if byte == close => {
                self.step();
                self.skip_space();
                Ok(false)
            }
            Some(b',') if !first => {
                self.step();
                self.skip_space();
                Ok(true)
            }
            Some(_) if first => Ok(true),
            _ => Err(self.error(self.unexpected())),
        }
    }

    /// What has not been read.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Nothing but white space may be left.
    pub(crate) fn end(&mut self) -> Result<(), JsonError> {
        self.skip_space();
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.error(JsonErrorKind::TrailingBytes)),
        }
    }

    #[expect(clippy::inline_always, reason = "a call copies the result through memory, piecemeal")]
    #[inline(always)]
    fn value_within(&mut self, max_depth: u32) -> Result<Value<'a>, JsonError> {
        self.skip_space();
        let start = self.at;
        if let Err(kind) = self.nested(max_depth) {
            return Err(self.error(kind));
        }
        let raw = self.text.get(start..self.at).unwrap_or_default();
        self.skip_space();
        Ok(Value::validated(raw))
    }

    /// A value from its first to its last byte.
    ///
    /// Here and below, an error stands at the position where the scanner is left.
    fn nested(&mut self, max_depth: u32) -> Result<(), JsonErrorKind> {
        // Bit 0 is the innermost container; 1 is an object.
        let mut objects = 0_u64;
        let mut depth = 0_u32;
        'value: loop {
            match self.peek() {
                Some(b'"') => {
                    self.string()?;
                }
                Some(open @ (b'{' | b'[')) => {
                    if depth >= max_depth {
                        return Err(JsonErrorKind::DepthExceeded);
                    }
                    self.step();
                    self.skip_space();
                    let object = open == b'{';
                    if self.peek() == Some(if object { b'}' } else { b']' }) {
                        self.step();
                    } else {
                        depth = depth.wrapping_add(1);
                        objects = objects << 1 | u64::from(object);
                        if object {
                            self.name()?;
                        }
                        continue 'value;
                    }
                }
                Some(b'-' | b'0'..=b'9') => self.number()?,
                Some(b't') => self.literal(b"true")?,
                Some(b'f') => self.literal(b"false")?,
                Some(b'n') => self.literal(b"null")?,
                Some(byte) if byte.is_ascii_alphabetic() => {
                    return Err(JsonErrorKind::InvalidLiteral);
                }
                _ => return Err(self.unexpected()),
            }
            loop {
                if depth == 0 {
                    return Ok(());
                }
                self.skip_space();
                let object = objects & 1 == 1;
                match self.peek() {
                    Some(b',') => {
                        self.step();
                        self.skip_space();
                        if object {
                            self.name()?;
                        }
                        continue 'value;
                    }
                    Some(b'}') if object => {}
                    Some(b']') if !object => {}
                    _ => return Err(self.unexpected()),
                }
                self.step();
                depth = depth.wrapping_sub(1);
                objects >>= 1;
            }
        }
    }

    /// A name, the colon after it and the white space around.
    fn name(&mut self) -> Result<Name, JsonErrorKind> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected());
        }
        let escaped = self.string()?;
        let end = self.at.wrapping_sub(1);
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(self.unexpected());
        }
        self.step();
        self.skip_space();
        Ok(Name { end, escaped })
    }

    /// A string from its opening to its closing quote; whether it has an escape.
    fn string(&mut self) -> Result<bool, JsonErrorKind> {
        self.step();
        let mut escaped = false;
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
                        return Ok(escaped);
                    }
                    [b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => {
                        escaped = true;
                        2
                    }
                    [0xc2..=0xdf, 0x80..=0xbf, ..] => 2,
                    [0xe1..=0xec | 0xee..=0xef, 0x80..=0xbf, 0x80..=0xbf, ..] => 3,
                    [byte, ..] => {
                        self.at = at;
                        match byte {
                            b'\\' => {
                                escaped = true;
                                self.escape()?;
                            }
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
        self.string_tail(escaped)
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

    /// The rest of a string that ends less than a word before the end of the text.
    fn string_tail(&mut self, mut escaped: bool) -> Result<bool, JsonErrorKind> {
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.step();
                    return Ok(escaped);
                }
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(0..=0x1f) => return Err(JsonErrorKind::ControlInString),
                Some(0x20..=0x7f) => self.step(),
                Some(_) => self.multibyte()?,
                None => return Err(JsonErrorKind::UnexpectedEnd),
            }
        }
    }

    /// One escape, with both halves of a surrogate pair.
    #[inline]
    fn escape(&mut self) -> Result<(), JsonErrorKind> {
        self.step();
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.step();
                Ok(())
            }
            Some(b'u') => self.unicode_escape(),
            None => Err(JsonErrorKind::UnexpectedEnd),
            Some(_) => Err(JsonErrorKind::InvalidEscape),
        }
    }

    /// A `\u` escape from its `u` on, with the second half of a pair.
    fn unicode_escape(&mut self) -> Result<(), JsonErrorKind> {
        let start = self.at.wrapping_sub(1);
        let low = match self.hex4()? {
            0xdc00..=0xdfff => false,
            0xd800..=0xdbff => {
                for expected in [b'\\', b'u'] {
                    match self.peek() {
                        Some(byte) if byte == expected => {}
                        None => return Err(JsonErrorKind::UnexpectedEnd),
                        Some(_) => {
                            self.at = start;
                            return Err(JsonErrorKind::LoneSurrogate);
                        }
                    }
                    if expected == b'\\' {
                        self.step();
                    }
                }
                matches!(self.hex4()?, 0xdc00..=0xdfff)
            }
            _ => true,
        };
        if low {
            Ok(())
        } else {
            self.at = start;
            Err(JsonErrorKind::LoneSurrogate)
        }
    }

    /// The `u` and four hexadecimal digits.
    fn hex4(&mut self) -> Result<u32, JsonErrorKind> {
        self.step();
        let mut unit = 0;
        for _ in 0..4 {
            let Some(byte) = self.peek() else {
                return Err(JsonErrorKind::UnexpectedEnd);
            };
            let Some(digit) = char::from(byte).to_digit(16) else {
                return Err(JsonErrorKind::InvalidEscape);
            };
            unit = unit << 4 | digit;
            self.step();
        }
        Ok(unit)
    }

    /// A run of characters outside ASCII, well-formed by Unicode table 3-7.
    fn multibyte(&mut self) -> Result<(), JsonErrorKind> {
        let continuation = |byte: u8| byte & 0xc0 == 0x80;
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let length = match *rest {
                [0xc2..=0xdf, b, ..] if continuation(b) => 2,
                [0xe0, 0xa0..=0xbf, c, ..] if continuation(c) => 3,
                [0xe1..=0xec | 0xee..=0xef, b, c, ..] if continuation(b) && continuation(c) => 3,
                [0xed, 0x80..=0x9f, c, ..] if continuation(c) => 3,
                [0xf0, 0x90..=0xbf, c, d, ..] if continuation(c) && continuation(d) => 4,
                [0xf1..=0xf3, b, c, d, ..]
                    if continuation(b) && continuation(c) && continuation(d) =>
                {
                    4
                }
                [0xf4, 0x80..=0x8f, c, d, ..] if continuation(c) && continuation(d) => 4,
                [0x80..=0xff, ..] => {
                    // A cut sequence may still become whole; anything else never does.
                    let cut = matches!(
                        *rest,
                        [0xc2..=0xf4]
                            | [0xe0, 0xa0..=0xbf]
                            | [0xe1..=0xec | 0xee..=0xef | 0xf1..=0xf3, 0x80..=0xbf]
                            | [0xed, 0x80..=0x9f]
                            | [0xf0, 0x90..=0xbf]
                            | [0xf4, 0x80..=0x8f]
                            | [0xf0, 0x90..=0xbf, 0x80..=0xbf]
                            | [0xf1..=0xf3, 0x80..=0xbf, 0x80..=0xbf]
                            | [0xf4, 0x80..=0x8f, 0x80..=0xbf]
                    );
                    let kind =
                        if cut { JsonErrorKind::UnexpectedEnd } else { JsonErrorKind::InvalidUtf8 };
                    return Err(kind);
                }
                _ => return Ok(()),
            };
            self.at = self.at.wrapping_add(length);
        }
    }

    /// A number by RFC 8259 section 6.
    fn number(&mut self) -> Result<(), JsonErrorKind> {
        if self.peek() == Some(b'-') {
            self.step();
        }
        match self.peek() {
            Some(b'0') => self.step(),
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(self.bad_number()),
        }
        if matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(JsonErrorKind::InvalidNumber);
        }
        if self.peek() == Some(b'.') {
            self.step();
            self.some_digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.step();
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.step();
            }
            self.some_digits()?;
        }
        Ok(())
    }

    fn some_digits(&mut self) -> Result<(), JsonErrorKind> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.bad_number());
        }
        self.digits();
        Ok(())
    }

    fn digits(&mut self) {
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.step();
        }
    }

    fn literal(&mut self, word: &'static [u8]) -> Result<(), JsonErrorKind> {
        for expected in word {
            match self.peek() {
                Some(byte) if byte == *expected => self.step(),
                None => return Err(JsonErrorKind::UnexpectedEnd),
                Some(_) => return Err(JsonErrorKind::InvalidLiteral),
            }
        }
        Ok(())
    }

    #[inline]
    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.step();
        }
    }

    /// Passes the byte that was peeked at, so that `at` never passes the end of the text.
    fn step(&mut self) {
        self.at = self.at.wrapping_add(1);
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// The next eight bytes, the first one lowest.
    fn word(&self) -> Option<u64> {
        let word = self.text.get(self.at..)?.first_chunk()?;
        Some(u64::from_le_bytes(*word))
    }

    fn bad_number(&self) -> JsonErrorKind {
        match self.peek() {
            Some(_) => JsonErrorKind::InvalidNumber,
            None => JsonErrorKind::UnexpectedEnd,
        }
    }

    fn unexpected(&self) -> JsonErrorKind {
        match self.peek() {
            Some(_) => JsonErrorKind::UnexpectedByte,
            None => JsonErrorKind::UnexpectedEnd,
        }
    }

    const fn error(&self, kind: JsonErrorKind) -> JsonError {
        JsonError { kind, at: self.at }
    }
}

/// Where a name ends, and whether it has an escape.
struct Name {
    end: usize,
    escaped: bool,
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use proptest::prelude::*;
    use std::{format, string::String, vec::Vec};

    fn kind(text: &str) -> JsonErrorKind {
        parse(text.as_bytes()).unwrap_err().kind
    }

    #[test]
    fn errors_name_kind_and_position() {
        let at = |text: &str| parse(text.as_bytes()).unwrap_err();
        assert_eq!(at("[1,]"), JsonError { kind: JsonErrorKind::UnexpectedByte, at: 3 });
        assert_eq!(at("{\"a\" 1}"), JsonError { kind: JsonErrorKind::UnexpectedByte, at: 5 });
        assert_eq!(at("\"a\\q\""), JsonError { kind: JsonErrorKind::InvalidEscape, at: 3 });
        assert_eq!(at("\"a\\ud800b\""), JsonError { kind: JsonErrorKind::LoneSurrogate, at: 2 });
        assert_eq!(at("\"a\\udc00\""), JsonError { kind: JsonErrorKind::LoneSurrogate, at: 2 });
        assert_eq!(at("1 2"), JsonError { kind: JsonErrorKind::TrailingBytes, at: 2 });
        assert_eq!(kind("nul"), JsonErrorKind::UnexpectedEnd);
        assert_eq!(kind("nope"), JsonErrorKind::InvalidLiteral);
        assert_eq!(kind("NaN"), JsonErrorKind::InvalidLiteral);
        assert_eq!(kind("01"), JsonErrorKind::InvalidNumber);
        assert_eq!(kind("1.e1"), JsonErrorKind::InvalidNumber);
        assert_eq!(kind("\"\n\""), JsonErrorKind::ControlInString);
    }

    #[test]
    fn depth_is_limited_without_recursion() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(MAX_DEPTH as usize).as_bytes()).is_ok());
        let error = parse(nested(MAX_DEPTH as usize + 1).as_bytes()).unwrap_err();
        assert_eq!(error, JsonError { kind: JsonErrorKind::DepthExceeded, at: 64 });
        assert_eq!(kind(&"[".repeat(100_000)), JsonErrorKind::DepthExceeded);
    }

    /// JSON as `serde_json` writes it, with every kind of value.
    fn document() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<f64>().prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                proptest::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_serde_json_writes_is_accepted_and_every_prefix_is_incomplete(value in document()) {
            let text = serde_json::to_vec(&value).unwrap();
            prop_assert!(parse(&text).is_ok());
            let pretty = serde_json::to_vec_pretty(&value).unwrap();
            prop_assert!(parse(&pretty).is_ok());
            for end in 0..text.len() {
                match parse(&text[..end]) {
                    // A cut number may still be a number.
                    Ok(cut) => prop_assert!(cut.as_number().is_some()),
                    Err(error) => prop_assert_eq!(error.kind, JsonErrorKind::UnexpectedEnd),
                }
            }
        }

        #[test]
        fn accepts_what_serde_json_accepts(mut text: Vec<u8>, seed in document(), edits in
            proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..3)) {
            if text.len() % 2 == 0 {
                text = serde_json::to_vec(&seed).unwrap();
                for (at, byte) in edits {
                    let at = at.index(text.len());
                    text[at] = byte;
                }
            }
            let ours = parse(&text);
            match serde_json::from_slice::<&serde_json::value::RawValue>(&text) {
                Ok(_) => {
                    // RawValue lets lone surrogates and huge numbers pass.
                    if let Err(error) = ours {
                        prop_assert_eq!(error.kind, JsonErrorKind::LoneSurrogate);
                    }
                }
                Err(_) => prop_assert!(ours.is_err()),
            }
        }
    }
}
