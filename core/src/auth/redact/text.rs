//! Looking around in a text by offset; past the end there is nothing.

/// The text that is searched.
#[derive(Clone, Copy)]
pub(super) struct Text<'t>(pub(super) &'t [u8]);

impl<'t> Text<'t> {
    pub(super) fn byte(self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }

    pub(super) fn before(self, at: usize) -> Option<u8> {
        self.byte(at.checked_sub(1)?)
    }

    pub(super) fn slice(self, start: usize, end: usize) -> &'t [u8] {
        self.0.get(start..end).unwrap_or_default()
    }

    pub(super) fn rest(self, at: usize) -> &'t [u8] {
        self.0.get(at..).unwrap_or_default()
    }

    pub(super) fn starts_with(self, at: usize, what: &[u8]) -> bool {
        self.rest(at).starts_with(what)
    }

    /// The end of the run of bytes of `class` that starts at `at`.
    pub(super) fn run(self, at: usize, class: impl Fn(u8) -> bool) -> usize {
        let len = self.rest(at).iter().take_while(|byte| class(**byte)).count();
        at.saturating_add(len)
    }

    /// `end` without the bytes of `class` before it, not below `start`.
    pub(super) fn trim_end(self, start: usize, end: usize, class: impl Fn(u8) -> bool) -> usize {
        let run = self.slice(start, end);
        let trimmed = run.iter().rev().take_while(|byte| class(**byte)).count();
        end.saturating_sub(trimmed)
    }

    /// Where the line goes on that is folded at `at`, `at` itself where none is
    /// ([RFC 9112 section 5.2](https://www.rfc-editor.org/rfc/rfc9112#section-5.2)).
    pub(super) fn unfolded(self, at: usize) -> usize {
        let ends = usize::from(self.starts_with(at, b"\r\n"));
        let line = at.saturating_add(ends);
        let next = line.saturating_add(usize::from(self.byte(line).is_some_and(is_line_end)));
        let inside = self.run(next, is_blank);
        if next > at && inside > next { inside } else { at }
    }

    /// What follows the line ends at `at` and the white space around them, when there is one; an escaped one counts.
    pub(super) fn next_line(self, at: usize) -> Option<usize> {
        let mut next = at;
        loop {
            let length = match self.rest(next) {
                [b'\r' | b'\n', ..] => 1,
                [b'\\', b'r' | b'n', ..] => 2,
                [b' ' | b'\t', ..] if next > at => 1,
                _ => return (next > at).then_some(next),
            };
            next = next.saturating_add(length);
        }
    }

    /// The quote at `at`, behind the backslashes that it has inside of an outer string.
    pub(super) fn quote(self, at: usize) -> Option<Quote> {
        let end = self.run(at, |byte| byte == b'\\');
        let mark = self.byte(end).filter(|byte| is_quote(*byte))?;
        let backslashes = end.saturating_sub(at);
        Some(Quote { mark, backslashes, end: end.saturating_add(1) })
    }

    /// The quote directly before `at`.
    pub(super) fn quote_before(self, at: usize) -> Option<Quote> {
        let mark = self.before(at).filter(|byte| is_quote(*byte))?;
        let start = at.saturating_sub(1);
        let backslashes = self.backslashes_before(start);
        Some(Quote { mark, backslashes, end: at })
    }

    /// Where the string that `quote` opened ends, at latest at the end of the line.
    pub(super) fn string_end(self, at: usize, quote: Quote) -> usize {
        let mut from = at;
        loop {
            let end = self.run(from, |byte| byte != quote.mark && !is_line_end(byte));
            if self.byte(end) != Some(quote.mark) {
                return end;
            }
            let backslashes = self.backslashes_before(end).min(end.saturating_sub(at));
            if quote.backslashes == 0 {
                // An even run of backslashes is text of the string and escapes no quote.
                if backslashes.is_multiple_of(2) {
                    return end;
                }
            } else if backslashes <= quote.backslashes {
                return end.saturating_sub(backslashes);
            }
            from = end.saturating_add(1);
        }
    }

    fn backslashes_before(self, at: usize) -> usize {
        let before = self.0.get(..at).unwrap_or_default();
        before.iter().rev().take_while(|byte| **byte == b'\\').count()
    }
}

/// A quotation mark; `end` is the offset behind it.
#[derive(Clone, Copy)]
pub(super) struct Quote {
    mark: u8,
    backslashes: usize,
    pub(super) end: usize,
}

impl Quote {
    /// The offset of the quote's first backslash, or of its mark.
    pub(super) fn start(self) -> usize {
        self.end.saturating_sub(1).saturating_sub(self.backslashes)
    }

    pub(super) fn is_same(self, other: Self) -> bool {
        self.mark == other.mark
    }
}

pub(super) const fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

pub(super) const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// White space of JSON.
pub(super) const fn is_space(byte: u8) -> bool {
    is_blank(byte) || is_line_end(byte)
}

pub(super) const fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}
