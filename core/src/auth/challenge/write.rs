//! The bearer challenge that a server sends.

use crate::writer::Writer;
use core::fmt;

/// A `Bearer` challenge to write into a `WWW-Authenticate` header
/// ([RFC 6750 section 3](https://www.rfc-editor.org/rfc/rfc6750#section-3)).
///
/// Every text is checked when it is given, so that a written challenge is one header line whatever the
/// texts were. Parameters are written in the order realm, error, `error_description`, `error_uri`,
/// scope, `resource_metadata`. The scheme has to be followed by a parameter: when none is set, an empty
/// realm is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct BearerChallenge<'a> {
    realm: Option<&'a str>,
    error: Option<ErrorCode>,
    error_description: Option<&'a str>,
    error_uri: Option<&'a str>,
    scope: Option<&'a str>,
    resource_metadata: Option<&'a str>,
}

impl<'a> BearerChallenge<'a> {
    /// A challenge without any parameter.
    pub const fn new() -> Self {
        Self {
            realm: None,
            error: None,
            error_description: None,
            error_uri: None,
            scope: None,
            resource_metadata: None,
        }
    }

    /// Names the protected space: printable ASCII; quotes and backslashes are escaped.
    ///
    /// # Errors
    /// [`FieldError::IllegalByte`].
    pub const fn realm(mut self, realm: &'a str) -> Result<Self, FieldError> {
        if let Err(error) = check(realm, Class::Quoted) {
            return Err(error);
        }
        self.realm = Some(realm);
        Ok(self)
    }

    /// Says why the request was refused; not for a request that had no credentials
    /// ([RFC 6750 section 3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)).
    pub const fn error(mut self, error: ErrorCode) -> Self {
        self.error = Some(error);
        self
    }

    /// Explains the error to a developer: printable ASCII without quotes and backslashes.
    ///
    /// # Errors
    /// [`FieldError::IllegalByte`].
    pub const fn error_description(mut self, text: &'a str) -> Result<Self, FieldError> {
        if let Err(error) = check(text, Class::Words) {
            return Err(error);
        }
        self.error_description = Some(text);
        Ok(self)
    }

    /// Names a page about the error: a URI reference.
    ///
    /// # Errors
    /// [`FieldError::IllegalByte`], [`FieldError::Empty`].
    pub const fn error_uri(mut self, uri: &'a str) -> Result<Self, FieldError> {
        if let Err(error) = check(uri, Class::Uri) {
            return Err(error);
        }
        self.error_uri = Some(uri);
        Ok(self)
    }

    /// Names the scopes that are needed, divided by single spaces
    /// ([RFC 6749 section 3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)).
    ///
    /// # Errors
    /// [`FieldError::IllegalByte`], also for a space too many; [`FieldError::Empty`].
    pub const fn scope(mut self, scope: &'a str) -> Result<Self, FieldError> {
        if let Err(error) = check(scope, Class::Scope) {
            return Err(error);
        }
        self.scope = Some(scope);
        Ok(self)
    }

    /// Names the protected resource metadata: a URL
    /// ([RFC 9728 section 5.1](https://www.rfc-editor.org/rfc/rfc9728#section-5.1)).
    ///
    /// # Errors
    /// [`FieldError::IllegalByte`], [`FieldError::Empty`].
    pub const fn resource_metadata(mut self, url: &'a str) -> Result<Self, FieldError> {
        if let Err(error) = check(url, Class::Uri) {
            return Err(error);
        }
        self.resource_metadata = Some(url);
        Ok(self)
    }

    /// The scopes one by one.
    pub(in crate::auth) fn scopes(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.scope.into_iter().flat_map(str::split_ascii_whitespace)
    }

    /// Writes the header value.
    pub fn write(&self, w: &mut Writer<'_>) {
        w.str(crate::auth::bearer::SCHEME);
        let mut params = [
            ("realm", self.realm),
            ("error", self.error.map(ErrorCode::as_str)),
            ("error_description", self.error_description),
            ("error_uri", self.error_uri),
            ("scope", self.scope),
            ("resource_metadata", self.resource_metadata),
        ];
        if params.iter().all(|(_, value)| value.is_none()) {
            params = params.map(|(name, _)| (name, (name == "realm").then_some("")));
        }
        let set = params.into_iter().filter_map(|(name, value)| Some((name, value?)));
        for (at, (name, value)) in set.enumerate() {
            w.str(if at == 0 { " " } else { ", " });
            w.str(name);
            w.str("=\"");
            for byte in value.bytes() {
                if matches!(byte, b'"' | b'\\') {
                    w.byte(b'\\');
                }
                w.byte(byte);
            }
            w.byte(b'"');
        }
    }
}

/// The `error` of a challenge
/// ([RFC 6750 section 3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// The request is malformed.
    InvalidRequest,
    /// The token is expired, revoked, malformed or invalid for another reason.
    InvalidToken,
    /// The token is valid and does not allow this request.
    InsufficientScope,
}

impl ErrorCode {
    /// The code as it is sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
        }
    }
}

/// Why a text can not stand in a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum FieldError {
    /// The text is empty where a value is needed.
    Empty,
    /// The byte at this offset of the text is not allowed in this parameter.
    IllegalByte {
        /// Offset in the text.
        at: usize,
    },
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the challenge parameter is empty"),
            Self::IllegalByte { at } => {
                write!(f, "byte {at} of the challenge parameter is not allowed")
            }
        }
    }
}

impl core::error::Error for FieldError {}

#[derive(Clone, Copy)]
enum Class {
    Quoted,
    Words,
    Uri,
    Scope,
}

const fn check(text: &str, class: Class) -> Result<(), FieldError> {
    let mut rest = text.as_bytes();
    if rest.is_empty() && matches!(class, Class::Uri | Class::Scope) {
        return Err(FieldError::Empty);
    }
    let mut at = 0_usize;
    let mut after_space = true;
    while let Some((byte, tail)) = rest.split_first() {
        let space = *byte == b' ';
        let allowed = match (class, *byte) {
            (Class::Quoted | Class::Words, b' ') | (Class::Quoted, b'"' | b'\\') => true,
            (Class::Scope, b' ') => !after_space && !tail.is_empty(),
            (_, b'"' | b'\\') => false,
            (_, byte) => byte.is_ascii_graphic(),
        };
        if !allowed {
            return Err(FieldError::IllegalByte { at });
        }
        after_space = space;
        rest = tail;
        at = at.saturating_add(1);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::challenge::Challenges;
    use proptest::prelude::*;
    use std::{string::String, vec, vec::Vec};

    fn written(challenge: &BearerChallenge<'_>) -> String {
        let mut measure = Writer::measure();
        challenge.write(&mut measure);
        let mut out = vec![0; measure.len()];
        let mut w = Writer::new(&mut out);
        challenge.write(&mut w);
        String::from_utf8(w.finish().unwrap().to_vec()).unwrap()
    }

    #[test]
    fn the_examples_of_the_standards() {
        let new = BearerChallenge::new;
        // RFC 6750 section 3.
        assert_eq!(written(&new().realm("example").unwrap()), r#"Bearer realm="example""#);
        assert_eq!(
            written(
                &new()
                    .error_description("The access token expired")
                    .unwrap()
                    .error(ErrorCode::InvalidToken)
                    .realm("example")
                    .unwrap()
            ),
            "Bearer realm=\"example\", error=\"invalid_token\", \
             error_description=\"The access token expired\""
        );
        // RFC 9728 section 5.1.
        let metadata = "https://resource.example.com/.well-known/oauth-protected-resource";
        assert_eq!(
            written(&new().resource_metadata(metadata).unwrap()),
            "Bearer resource_metadata=\
             \"https://resource.example.com/.well-known/oauth-protected-resource\""
        );
        // RFC 6750 section 3: the scheme MUST be followed by one or more values.
        assert_eq!(written(&new()), "Bearer realm=\"\"");
        assert_eq!(
            written(&new().error(ErrorCode::InsufficientScope).scope("files:read x").unwrap()),
            "Bearer error=\"insufficient_scope\", scope=\"files:read x\""
        );
        assert_eq!(
            written(&new().error(ErrorCode::InvalidRequest).error_uri("https://a/b?c#d").unwrap()),
            "Bearer error=\"invalid_request\", error_uri=\"https://a/b?c#d\""
        );
    }

    #[test]
    fn texts_that_do_not_fit_are_refused() {
        let new = BearerChallenge::new;
        let at = |at| Err(FieldError::IllegalByte { at });
        assert_eq!(new().realm("a\r\nb").map(|_| ()), at(1));
        assert_eq!(new().realm("a\tb").map(|_| ()), at(1));
        assert_eq!(new().realm("ab\u{7f}").map(|_| ()), at(2));
        assert_eq!(new().realm("\u{e4}").map(|_| ()), at(0));
        assert_eq!(new().error_description("a\"b").map(|_| ()), at(1));
        assert_eq!(new().error_description("a\\b").map(|_| ()), at(1));
        assert_eq!(new().error_uri("a b").map(|_| ()), at(1));
        assert_eq!(new().resource_metadata("a\"b").map(|_| ()), at(1));
        assert_eq!(new().resource_metadata("").map(|_| ()), Err(FieldError::Empty));
        assert_eq!(new().error_uri("").map(|_| ()), Err(FieldError::Empty));
        assert_eq!(new().scope("").map(|_| ()), Err(FieldError::Empty));
        assert_eq!(new().scope(" a").map(|_| ()), at(0));
        assert_eq!(new().scope("a ").map(|_| ()), at(1));
        assert_eq!(new().scope("a  b").map(|_| ()), at(2));
        assert_eq!(new().scope("a\tb").map(|_| ()), at(1));
        assert!(new().realm("").is_ok() && new().error_description("").is_ok());
    }

    proptest! {
        #[test]
        fn written_then_read_is_the_same(
            realm in "[ -~]{0,20}",
            description in "[ !#-\\[\\]-~]{0,20}",
            uri in "[!#-\\[\\]-~]{1,20}",
            scope in "[!#-\\[\\]-~]{1,9}( [!#-\\[\\]-~]{1,9}){0,3}",
        ) {
            let challenge = BearerChallenge::new()
                .realm(&realm).unwrap()
                .error(ErrorCode::InvalidToken)
                .error_description(&description).unwrap()
                .error_uri(&uri).unwrap()
                .scope(&scope).unwrap()
                .resource_metadata(&uri).unwrap();
            let line = written(&challenge);
            prop_assert!(line.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            let read: Vec<_> = Challenges::parse(line.as_bytes()).unwrap().collect();
            prop_assert_eq!(read.len(), 1);
            prop_assert!(read[0].is("bearer"));
            let names: Vec<_> = read[0].params().map(|(name, _)| name).collect();
            prop_assert_eq!(names, [
                "realm", "error", "error_description", "error_uri", "scope", "resource_metadata",
            ]);
            let expected: [&str; 6] = [&realm, "invalid_token", &description, &uri, &scope, &uri];
            for ((_, value), expected) in read[0].params().zip(expected) {
                prop_assert!(value == *expected);
            }
        }

        #[test]
        fn any_text_gives_one_clean_line_or_an_error(text: String) {
            let new = BearerChallenge::new;
            for challenge in [
                new().realm(&text),
                new().error_description(&text),
                new().error_uri(&text),
                new().scope(&text),
                new().resource_metadata(&text),
            ].into_iter().flatten() {
                let line = written(&challenge);
                prop_assert!(line.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
                prop_assert_eq!(Challenges::parse(line.as_bytes()).unwrap().count(), 1);
            }
        }
    }
}
