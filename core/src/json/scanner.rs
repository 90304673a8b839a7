//! The validating scanner: every byte is looked at once, nesting is a bit stack.

#[cfg(target_pointer_width = "64")]
mod words;

use super::string::{Escapes, SHORT_ESCAPES};
use super::{JsonError, JsonErrorKind, MAX_DEPTH, Str, Value};

/// A position in a text, moved forward by validating what stands there.
///
/// What is wrong is kept until [`end`](Self::end), so that values are handed out in registers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    /// Those of the string that was read last.
    escapes: Escapes,
    /// What stands wrong at `at`; nothing is read behind it.
    fault: Option<JsonErrorKind>,
    /// Whether nothing has been read of the array or object that was entered.
    first: bool,
}

impl<'a> Scanner<'a> {
    pub(crate) const fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0, escapes: Escapes::NONE, fault: None, first: false }
    }

    /// Inside the object or array that `text` is by its bracket `open`; nowhere for another text.
    pub(crate) fn inside(text: &'a [u8], open: u8) -> Self {
        let mut scanner = Self::new(text);
        // No other value starts with a comma or a closing bracket, so nothing follows where this fails.
        scanner.open(open);
        scanner
    }

    /// Validates what is left as one value.
    pub(crate) fn document(&mut self) -> Result<Value<'a>, JsonError> {
        // Without a value there is a fault.
        let value = self.value().unwrap_or(Value::empty_object());
        self.end().map(|()| value)
    }

    /// Validates one value with the white space around it.
    pub(crate) fn value(&mut self) -> Option<Value<'a>> {
        self.value_within(MAX_DEPTH)
    }

    /// Validates one value of the object or array that was entered.
    #[cfg_attr(
        target_pointer_width = "64",
        expect(
            clippy::inline_always,
            reason = "a call copies the result through memory, piecemeal"
        ),
        inline(always)
    )]
    pub(crate) fn inner_value(&mut self) -> Option<Value<'a>> {
        self.value_within(MAX_DEPTH.wrapping_sub(1))
    }

    /// Enters the object or array that starts with `open`; `false` when something else stands here.
    pub(crate) fn open(&mut self, open: u8) -> bool {
        self.skip_space();
        let opens = self.accept(open);
        if opens {
            self.first = true;
            self.skip_space();
        }
        opens
    }

    /// The next name of the entered object, its colon consumed; `None` at the closing brace.
    #[cfg_attr(
        target_pointer_width = "64",
        expect(
            clippy::inline_always,
            reason = "a call copies the result through memory, piecemeal"
        ),
        inline(always)
    )]
    pub(crate) fn next_name(&mut self) -> Option<Str<'a>> {
        if !self.next_element(b'}') {
            return None;
        }
        let start = self.at.wrapping_add(1);
        match self.name() {
            Ok(end) => {
                let raw = self.text.get(start..end).unwrap_or_default();
                Some(Str::validated(raw, self.escapes))
            }
            Err(kind) => self.fail(kind),
        }
    }

    /// Whether another element follows in the entered array or object; consumes the comma or `close`.
    #[inline]
    pub(crate) fn next_element(&mut self, close: u8) -> bool {
        let first = core::mem::take(&mut self.first);
        if self.accept(close) {
            return false;
        }
        if first && !self.is_at_end() {
            return true;
        }
        if !self.accept(b',') {
            self.fault = Some(self.unexpected());
            return false;
        }
        self.skip_space();
        true
    }

    /// What has not been read.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Nothing has been wrong, and nothing but white space may be left.
    pub(crate) fn end(&mut self) -> Result<(), JsonError> {
        let kind = self.fault.or_else(|| {
            self.skip_space();
            (!self.is_at_end()).then_some(JsonErrorKind::TrailingBytes)
        });
        kind.map_or(Ok(()), |kind| Err(JsonError { kind, at: self.at }))
    }

    fn fail<T>(&mut self, kind: JsonErrorKind) -> Option<T> {
        self.fault = Some(kind);
        None
    }

    #[cfg_attr(
        target_pointer_width = "64",
        expect(
            clippy::inline_always,
            reason = "a call copies the result through memory, piecemeal"
        ),
        inline(always)
    )]
    fn value_within(&mut self, max_depth: u32) -> Option<Value<'a>> {
        self.skip_space();
        let start = self.at;
        if let Err(kind) = self.nested(max_depth) {
            return self.fail(kind);
        }
        let raw = self.text.get(start..self.at).unwrap_or_default();
        self.skip_space();
        Some(Value::validated(raw))
    }

    /// A value from its first to its last byte.
    ///
    /// Here and everywhere, an error stands at the position where the scanner is left.
    fn nested(&mut self, max_depth: u32) -> Result<(), JsonErrorKind> {
        // Bit 0 is the innermost container; 1 is an object.
        let mut objects = 0_u64;
        let mut depth = 0_u32;
        'value: loop {
            match self.byte() {
                b'"' => self.string()?,
                open @ (b'{' | b'[') => {
                    if depth >= max_depth {
                        return Err(JsonErrorKind::DepthExceeded);
                    }
                    self.step();
                    self.skip_space();
                    // In ASCII both brackets are closed by the symbol after the next.
                    if !self.accept(open.wrapping_add(2)) {
                        depth = depth.wrapping_add(1);
                        let object = open == b'{';
                        objects = objects << 1 | u64::from(object);
                        if object {
                            self.name()?;
                        }
                        continue 'value;
                    }
                }
                b'-' | b'0'..=b'9' => self.number()?,
                b't' => self.literal(b"true")?,
                b'f' => self.literal(b"false")?,
                b'n' => self.literal(b"null")?,
                byte if (byte | 0x20).is_ascii_lowercase() => {
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
                if self.accept(b',') {
                    self.skip_space();
                    if object {
                        self.name()?;
                    }
                    continue 'value;
                }
                if !self.accept(if object { b'}' } else { b']' }) {
                    return Err(self.unexpected());
                }
                depth = depth.wrapping_sub(1);
                objects >>= 1;
            }
        }
    }

    /// A name, the colon after it and the white space around; the end of what stands in the quotes.
    fn name(&mut self) -> Result<usize, JsonErrorKind> {
        if self.byte() != b'"' {
            return Err(self.unexpected());
        }
        self.string()?;
        let end = self.at.wrapping_sub(1);
        self.skip_space();
        if !self.accept(b':') {
            return Err(self.unexpected());
        }
        self.skip_space();
        Ok(end)
    }

    /// A string from its opening to its closing quote.
    #[cfg(not(target_pointer_width = "64"))]
    fn string(&mut self) -> Result<(), JsonErrorKind> {
        self.escapes = Escapes::NONE;
        self.step();
        self.string_tail()
    }

    /// The rest of a string, byte by byte.
    fn string_tail(&mut self) -> Result<(), JsonErrorKind> {
        loop {
            match self.byte() {
                b'"' => {
                    self.step();
                    return Ok(());
                }
                b'\\' => self.escape()?,
                0..=0x1f => return Err(self.unless_at_end(JsonErrorKind::ControlInString)),
                0x20..=0x7f => self.step(),
                _ => self.multibyte()?,
            }
        }
    }

    /// One escape, with both halves of a surrogate pair.
    #[inline]
    fn escape(&mut self) -> Result<(), JsonErrorKind> {
        self.escapes = Escapes::SOME;
        self.step();
        let symbol = self.byte();
        if symbol == b'u' {
            return self.unicode_escape();
        }
        if !SHORT_ESCAPES.iter().any(|(short, _)| *short == symbol) {
            return Err(self.unless_at_end(JsonErrorKind::InvalidEscape));
        }
        self.step();
        Ok(())
    }

    /// A `\u` escape from its `u` on, with the second half of a pair.
    fn unicode_escape(&mut self) -> Result<(), JsonErrorKind> {
        let start = self.at.wrapping_sub(1);
        let half = self.hex4()? >> 10;
        let whole = if half == HIGH_HALF {
            let paired = self.accept(b'\\') && self.byte() == b'u';
            if !paired && self.is_at_end() {
                return Err(JsonErrorKind::UnexpectedEnd);
            }
            paired && self.hex4()? >> 10 == LOW_HALF
        } else {
            half != LOW_HALF
        };
        if whole {
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
            let Some(digit) = char::from(self.byte()).to_digit(16) else {
                return Err(self.unless_at_end(JsonErrorKind::InvalidEscape));
            };
            unit = unit << 4 | digit;
            self.step();
        }
        Ok(unit)
    }

    /// A run of characters outside ASCII.
    fn multibyte(&mut self) -> Result<(), JsonErrorKind> {
        let rest = self.rest();
        let run = rest.iter().position(u8::is_ascii).unwrap_or(rest.len());
        let run = rest.get(..run).unwrap_or_default();
        let checked = core::str::from_utf8(run);
        let valid = checked.map_or_else(|error| error.valid_up_to(), str::len);
        self.at = self.at.wrapping_add(valid);
        match checked {
            Ok(_) => Ok(()),
            // A cut sequence may still become whole.
            Err(error) if error.error_len().is_none() && run.len() == rest.len() => {
                Err(JsonErrorKind::UnexpectedEnd)
            }
            Err(_) => Err(JsonErrorKind::InvalidUtf8),
        }
    }

    /// A number by RFC 8259 section 6.
    fn number(&mut self) -> Result<(), JsonErrorKind> {
        self.accept(b'-');
        if !self.accept(b'0') {
            self.digits()?;
        } else if self.byte().is_ascii_digit() {
            return Err(JsonErrorKind::InvalidNumber);
        }
        if self.accept(b'.') {
            self.digits()?;
        }
        if self.byte() | 0x20 == b'e' {
            self.step();
            if !self.accept(b'+') {
                self.accept(b'-');
            }
            self.digits()?;
        }
        Ok(())
    }

    /// One digit or more.
    fn digits(&mut self) -> Result<(), JsonErrorKind> {
        let start = self.at;
        while self.byte().is_ascii_digit() {
            self.step();
        }
        if self.at == start {
            return Err(self.unless_at_end(JsonErrorKind::InvalidNumber));
        }
        Ok(())
    }

    fn literal(&mut self, word: &'static [u8]) -> Result<(), JsonErrorKind> {
        for expected in word {
            if !self.accept(*expected) {
                return Err(self.unless_at_end(JsonErrorKind::InvalidLiteral));
            }
        }
        Ok(())
    }

    #[inline]
    pub(crate) fn skip_space(&mut self) {
        while matches!(self.byte(), b' ' | b'\t' | b'\n' | b'\r') {
            self.step();
        }
    }

    /// Passes `byte` where it stands here.
    fn accept(&mut self, byte: u8) -> bool {
        let stands = self.byte() == byte;
        if stands {
            self.step();
        }
        stands
    }

    /// Passes the byte that was looked at, so that `at` never passes the end of the text.
    fn step(&mut self) {
        self.at = self.at.wrapping_add(1);
    }

    /// The byte that stands here. At the end of the text it is zero, which is as invalid everywhere.
    fn byte(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    fn unexpected(&self) -> JsonErrorKind {
        self.unless_at_end(JsonErrorKind::UnexpectedByte)
    }

    /// What is wrong where the byte that stands here is not the right one.
    fn unless_at_end(&self, kind: JsonErrorKind) -> JsonErrorKind {
        if self.is_at_end() { JsonErrorKind::UnexpectedEnd } else { kind }
    }
}

/// The upper six bits of the first and of the second half of a surrogate pair.
const HIGH_HALF: u32 = 0xd800 >> 10;
const LOW_HALF: u32 = 0xdc00 >> 10;

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
