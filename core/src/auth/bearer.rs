//! The `Authorization: Bearer` header value.

use super::grammar::{is_token, split_run, token68_len};
use super::mask::mask;
use crate::writer::Writer;
use core::fmt;
use subtle::ConstantTimeEq;

/// The authentication scheme, as it is written; it is read without regard to case.
pub const SCHEME: &str = "Bearer";

/// A bearer token whose alphabet has been checked, so that it can stand in a header.
///
/// The token is one or more of `A-Z a-z 0-9 - . _ ~ + /`, then any number of `=`
/// ([RFC 6750 section 2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)). `Debug` shows its mask.
/// There is no `PartialEq`: tokens are compared in constant time, by [`matches`](Self::matches).
#[derive(Clone, Copy)]
pub struct Bearer<'a> {
    token: &'a str,
}

impl<'a> Bearer<'a> {
    /// A token to send.
    ///
    /// # Errors
    /// [`BearerError::MissingToken`] when it is empty, [`BearerError::IllegalByte`] when a byte is
    /// outside of the alphabet: white space, a line break or a second header can not come in this way.
    pub fn new(token: &'a str) -> Result<Self, BearerError> {
        Self::checked(token.as_bytes(), 0)
    }

    /// Reads the value of one `Authorization` header: the scheme, one or more spaces, the token.
    ///
    /// `value` is a field value, without the white space around it that belongs to the header line
    /// ([RFC 9110 section 5.5](https://www.rfc-editor.org/rfc/rfc9110#section-5.5)).
    ///
    /// # Errors
    /// [`BearerError::OtherScheme`] when the credentials are not for this scheme,
    /// [`BearerError::MissingToken`] when nothing stands after it, [`BearerError::IllegalByte`]
    /// otherwise.
    pub fn parse(value: &'a [u8]) -> Result<Self, BearerError> {
        let (scheme, rest) = split_run(value, is_token);
        match rest.first() {
            None if scheme.is_empty() => return Err(BearerError::MissingToken),
            None | Some(b' ') if !scheme.is_empty() => {}
            _ => return Err(BearerError::IllegalByte { at: scheme.len() }),
        }
        if !scheme.eq_ignore_ascii_case(SCHEME.as_bytes()) {
            return Err(BearerError::OtherScheme);
        }
        let (spaces, token) = split_run(rest, |byte| byte == b' ');
        Self::checked(token, scheme.len().saturating_add(spaces.len()))
    }

    /// Whether this is the token that is `expected`, such as a fixed one, or the one that opened a session.
    ///
    /// For tokens of one length the time says nothing of where they differ; other lengths end at once.
    #[must_use]
    pub fn matches(&self, expected: &Bearer<'_>) -> bool {
        let (token, expected) = (self.token.as_bytes(), expected.token.as_bytes());
        let pairs = token.iter().zip(expected);
        let difference = pairs.fold(0, |difference, (left, right)| difference | (left ^ right));
        token.len() == expected.len() && difference.ct_eq(&0).into()
    }

    /// The token, a secret.
    pub const fn token(&self) -> &'a str {
        self.token
    }

    /// Writes the header value: `Bearer`, a space and the token.
    pub fn write(&self, w: &mut Writer<'_>) {
        w.str(SCHEME);
        w.byte(b' ');
        w.str(self.token);
    }

    fn checked(token: &'a [u8], offset: usize) -> Result<Self, BearerError> {
        let len = token68_len(token);
        if token.is_empty() {
            return Err(BearerError::MissingToken);
        }
        match str::from_utf8(token) {
            Ok(token) if token.len() == len => Ok(Self { token }),
            _ => Err(BearerError::IllegalByte { at: offset.saturating_add(len) }),
        }
    }
}

impl fmt::Debug for Bearer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Bearer").field(&mask(self.token.as_bytes())).finish()
    }
}

/// Why a header value or a token is not a bearer credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum BearerError {
    /// The value is for another authentication scheme.
    OtherScheme,
    /// There is no token: the value is empty or ends after the scheme.
    MissingToken,
    /// The byte at this offset can not stand there.
    IllegalByte {
        /// Offset in the header value, or in the token that was to be sent.
        at: usize,
    },
}

impl fmt::Display for BearerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherScheme => f.write_str("the credentials are not for the bearer scheme"),
            Self::MissingToken => f.write_str("there is no bearer token"),
            Self::IllegalByte { at } => {
                write!(f, "byte {at} of the bearer credentials is not allowed there")
            }
        }
    }
}

impl core::error::Error for BearerError {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::{format, vec};

    #[test]
    fn the_example_of_rfc_6750_reads_and_writes() {
        // Section 2.1.
        let bearer = Bearer::parse(b"Bearer mF_9.B5f-4.1JqM").unwrap();
        assert_eq!(bearer.token(), "mF_9.B5f-4.1JqM");
        let mut out = [0; 22];
        let mut w = Writer::new(&mut out);
        bearer.write(&mut w);
        assert_eq!(w.finish().unwrap(), b"Bearer mF_9.B5f-4.1JqM");
        assert_eq!(format!("{bearer:?}"), "Bearer(mF_9...1JqM)");
    }

    #[test]
    fn the_scheme_has_no_case_and_one_or_more_spaces() {
        for value in ["bearer ab", "BEARER ab", "bEaReR ab", "Bearer   ab", "Bearer ab"] {
            assert_eq!(Bearer::parse(value.as_bytes()).unwrap().token(), "ab", "{value}");
        }
        for token in ["a", "=", "a=", "a==", "A/+~._-0=", "==", "a=b"] {
            let value = format!("Bearer {token}");
            let right = !token.starts_with('=') && !token.contains("=b");
            assert_eq!(Bearer::parse(value.as_bytes()).is_ok(), right, "{value}");
        }
    }

    #[test]
    fn faults_are_named() {
        use BearerError::{IllegalByte, MissingToken, OtherScheme};
        for (value, error) in [
            (&b""[..], MissingToken),
            (b"Bearer", MissingToken),
            (b"Bearer ", MissingToken),
            (b"bearer    ", MissingToken),
            (b"Basic dXNlcjpwYXNz", OtherScheme),
            (b"Bearerx abc", OtherScheme),
            (b"BearerabcToken", OtherScheme),
            (b"Bear abc", OtherScheme),
            (b" Bearer abc", IllegalByte { at: 0 }),
            (b"\"Bearer\" abc", IllegalByte { at: 0 }),
            (b"Bearer\tabc", IllegalByte { at: 6 }),
            (b"Basic\tabc", IllegalByte { at: 5 }),
            (b"Bearer:abc", IllegalByte { at: 6 }),
            (b"Bearer,abc", IllegalByte { at: 6 }),
            (b"Bearer \tabc", IllegalByte { at: 7 }),
            (b"Bearer abc ", IllegalByte { at: 10 }),
            (b"Bearer a b", IllegalByte { at: 8 }),
            (b"Bearer a,b", IllegalByte { at: 8 }),
            (b"Bearer abc\0", IllegalByte { at: 10 }),
            (b"Bearer abc\r\nX: y", IllegalByte { at: 10 }),
            (b"Bearer \xffabc", IllegalByte { at: 7 }),
            (b"Bearer a\xc3\xa4", IllegalByte { at: 8 }),
            (b"Bearer \"abc\"", IllegalByte { at: 7 }),
            (b"Bearer ===", IllegalByte { at: 7 }),
        ] {
            assert_eq!(Bearer::parse(value).unwrap_err(), error, "{value:?}");
        }
        for token in ["a\r\nX-Evil: 1", "a b", "a\0", "\u{e4}", "a\n", " a", "a="] {
            assert_eq!(Bearer::new(token).is_ok(), token == "a=", "{token:?}");
        }
        assert_eq!(Bearer::new("").unwrap_err(), MissingToken);
    }

    #[test]
    fn only_the_same_token_matches() {
        let token = "mF_9.B5f-4.1JqM=";
        let bearer = Bearer::new(token).unwrap();
        assert!(bearer.matches(&Bearer::parse(format!("bearer {token}").as_bytes()).unwrap()));
        for at in 0..token.len() {
            // Any other letter, and only its case changed.
            for other in ["a", "A", "m", "q"].into_iter().filter(|other| *other != &token[at..=at])
            {
                let spoilt = format!("{}{other}{}", &token[..at], &token[at + 1..]);
                if let Ok(spoilt) = Bearer::new(&spoilt) {
                    assert!(!bearer.matches(&spoilt) && !spoilt.matches(&bearer), "{spoilt:?}");
                }
            }
            for part in [&token[..at], &token[at + 1..]] {
                if let Ok(part) = Bearer::new(part) {
                    assert!(!bearer.matches(&part) && !part.matches(&bearer), "{part:?}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn written_then_read_is_the_token(token in "[A-Za-z0-9._~+/-]{1,40}={0,3}") {
            let mut out = vec![0; token.len() + 7];
            let mut w = Writer::new(&mut out);
            Bearer::new(&token).unwrap().write(&mut w);
            prop_assert_eq!(Bearer::parse(w.finish().unwrap()).unwrap().token(), token);
        }

        #[test]
        fn what_is_read_can_be_sent(value in "([Bb]earer {0,2})?[ -~\\PC]{0,9}") {
            if let Ok(bearer) = Bearer::parse(value.as_bytes()) {
                prop_assert!(Bearer::new(bearer.token()).is_ok());
                prop_assert!(bearer.token().bytes().all(|byte| byte.is_ascii_graphic()));
            }
        }

        #[test]
        fn any_bytes_get_an_answer(mut value: vec::Vec<u8>, prefix: bool) {
            if prefix {
                value.splice(..0, *b"Bearer ");
            }
            if let Err(BearerError::IllegalByte { at }) = Bearer::parse(&value) {
                prop_assert!(at < value.len());
            }
        }
    }
}
