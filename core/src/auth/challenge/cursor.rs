//! The elements of a challenge list, one after another.

use super::value::ParamValue;
use super::{ChallengeError, ChallengeErrorKind};
use crate::auth::grammar::{is_token, split_run, token68_len};

/// The unread part of a header line.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(line: &'a [u8]) -> Self {
        Self { rest: line, at: 0 }
    }

    /// Skips commas and the white space around them.
    pub(super) fn skip_empty_elements(&mut self) {
        self.take(|byte| matches!(byte, b' ' | b'\t' | b','));
    }

    /// Skips the spaces that divide a scheme from what follows it; whether there are any.
    pub(super) fn skip_spaces(&mut self) -> bool {
        !self.take(|byte| byte == b' ').is_empty()
    }

    pub(super) fn token(&mut self) -> Option<&'a str> {
        let token = self.take(is_token);
        str::from_utf8(token).ok().filter(|token| !token.is_empty())
    }

    /// The `token68` here, when nothing else stands in its list element.
    pub(super) fn token68(&mut self) -> Option<&'a str> {
        let (value, rest) = self.rest.split_at_checked(token68_len(self.rest))?;
        let after = Self { rest, at: self.at.saturating_add(value.len()) };
        if value.is_empty() || after.peek_separator().is_err() {
            return None;
        }
        *self = after;
        str::from_utf8(value).ok()
    }

    /// The parameter here, behind any empty elements.
    ///
    /// `None`, with nothing consumed, at the end of the line and where the next challenge begins.
    pub(super) fn param(&mut self) -> Result<Option<(&'a str, ParamValue<'a>)>, ChallengeError> {
        let mut ahead = self.clone();
        ahead.skip_list_gap()?;
        let Some(name) = ahead.token() else { return Ok(None) };
        ahead.skip_white_space();
        if ahead.next_if(b'=').is_none() {
            return Ok(None);
        }
        ahead.skip_white_space();
        let value = if ahead.next_if(b'"').is_some() {
            ahead.quoted()?
        } else {
            let token = ahead.token().ok_or(ahead.error(ChallengeErrorKind::Value))?;
            ParamValue::new(token.as_bytes(), false)
        };
        *self = ahead;
        Ok(Some((name, value)))
    }

    /// Checks that the list element ends here; consumes nothing.
    pub(super) fn peek_separator(&self) -> Result<(), ChallengeError> {
        self.clone().end_of_element()
    }

    /// Consumes the white space to the next comma or the end of the line.
    pub(super) fn end_of_element(&mut self) -> Result<(), ChallengeError> {
        self.skip_white_space();
        match self.rest.first() {
            None | Some(b',') => Ok(()),
            Some(_) => Err(self.error(ChallengeErrorKind::Separator)),
        }
    }

    pub(super) const fn at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) const fn error(&self, kind: ChallengeErrorKind) -> ChallengeError {
        ChallengeError { kind, at: self.at }
    }

    /// An error about the element that follows.
    pub(super) fn error_at_element(&self, kind: ChallengeErrorKind) -> ChallengeError {
        let mut ahead = self.clone();
        ahead.skip_empty_elements();
        ahead.error(kind)
    }

    /// Skips to the next element; white space alone does not lead to one.
    fn skip_list_gap(&mut self) -> Result<(), ChallengeError> {
        if self.rest.first().is_some_and(|byte| !is_token(*byte)) {
            self.end_of_element()?;
            self.skip_empty_elements();
        }
        Ok(())
    }

    fn skip_white_space(&mut self) {
        self.take(|byte| matches!(byte, b' ' | b'\t'));
    }

    /// The text of a quoted string whose first quote has been read, without its last.
    fn quoted(&mut self) -> Result<ParamValue<'a>, ChallengeError> {
        let whole = self.rest;
        let mut escaped = false;
        loop {
            self.take(|byte| !matches!(byte, b'"' | b'\\' | 0x7f | ..b' ') || byte == b'\t');
            let end = whole.len().saturating_sub(self.rest.len());
            if self.next_if(b'"').is_some() {
                return Ok(ParamValue::new(whole.get(..end).unwrap_or_default(), escaped));
            }
            if self.next_if(b'\\').is_some() {
                escaped = true;
                if self.rest.first().is_some_and(|byte| !byte.is_ascii_control() || *byte == b'\t')
                {
                    self.skip_one();
                    continue;
                }
            }
            let kind = if self.at_end() {
                ChallengeErrorKind::OpenQuote
            } else {
                ChallengeErrorKind::ControlByte
            };
            return Err(self.error(kind));
        }
    }

    fn next_if(&mut self, byte: u8) -> Option<u8> {
        (self.rest.first() == Some(&byte)).then(|| self.skip_one())?
    }

    fn skip_one(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        self.at = self.at.saturating_add(1);
        Some(*first)
    }

    fn take(&mut self, class: impl Fn(u8) -> bool) -> &'a [u8] {
        let (run, rest) = split_run(self.rest, class);
        self.rest = rest;
        self.at = self.at.saturating_add(run.len());
        run
    }
}
