//! The scopes that a token grants.

use crate::json::{Items, Kind, Str, Value};
use crate::jwt::{ClaimError, ClaimFault, ClaimName, Claims};

const WRONG_TYPE: ClaimError = ClaimError { claim: ClaimName::Other, fault: ClaimFault::WrongType };

/// The scopes of a verified token: its `scope` string, else its `scp` claim.
#[derive(Clone)]
pub(super) enum Scopes<'a> {
    None,
    Text(Str<'a>),
    List(Items<'a>),
}

impl<'a> Scopes<'a> {
    /// Reads the claim `scope`, words divided by spaces
    /// ([RFC 9068 section 2.2.3](https://www.rfc-editor.org/rfc/rfc9068#section-2.2.3)), and where it is
    /// absent `scp`, which issuers that do not follow it send as such a string or as an array.
    ///
    /// # Errors
    /// [`ClaimError`] when either is present with another type.
    pub(super) fn of(claims: &Claims<'a>) -> Result<Self, ClaimError> {
        let (mut scope, mut scp) = (Self::None, Self::None);
        for (name, value) in claims.entries() {
            if name == *"scope" {
                scope = Self::Text(value.as_str().ok_or(WRONG_TYPE)?);
            } else if name == *"scp" {
                scp = Self::of_scp(value).ok_or(WRONG_TYPE)?;
            }
        }
        Ok(if matches!(scope, Self::None) { scp } else { scope })
    }

    fn of_scp(value: Value<'a>) -> Option<Self> {
        let is_list = value.kind() == Kind::Array;
        if is_list && value.items().all(|item| item.kind() == Kind::String) {
            return Some(Self::List(value.items()));
        }
        value.as_str().map(Self::Text)
    }

    /// Whether `scope` is one of them, byte for byte.
    pub(super) fn contains(&self, scope: &str) -> bool {
        match self {
            _ if scope.is_empty() => false,
            Self::None => false,
            Self::Text(text) => has_word(*text, scope),
            Self::List(items) => {
                items.clone().any(|item| item.as_str().is_some_and(|s| s == *scope))
            }
        }
    }
}

fn has_word(text: Str<'_>, word: &str) -> bool {
    let mut chars = text.chars();
    loop {
        let mut expected = word.chars();
        let mut same = true;
        let more = loop {
            match chars.next() {
                None => break false,
                Some(' ') => break true,
                Some(character) => same &= expected.next() == Some(character),
            }
        };
        if same && expected.next().is_none() {
            return true;
        }
        if !more {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::{format, string::String, vec::Vec};

    fn contains(json: &str, scope: &str) -> Option<bool> {
        let claims = Claims::parse(json.as_bytes()).unwrap();
        Scopes::of(&claims).ok().map(|scopes| scopes.contains(scope))
    }

    #[test]
    fn a_scope_is_a_whole_word_of_the_claim() {
        let json = r#"{"scope":"files:read files:write  admin"}"#;
        for (scope, there) in [
            ("files:read", true),
            ("files:write", true),
            ("admin", true),
            ("files", false),
            ("files:readx", false),
            ("Admin", false),
            ("", false),
            ("admin ", false),
            ("files:read files:write", false),
            ("min", false),
        ] {
            assert_eq!(contains(json, scope), Some(there), "{scope}");
        }
        assert_eq!(contains(r#"{"scope":"a\u0062 c"}"#, "ab"), Some(true));
        assert_eq!(contains(r#"{"scope":"a\u0020b"}"#, "b"), Some(true));
        assert_eq!(contains(r#"{"scope":""}"#, "a"), Some(false));
        assert_eq!(contains("{}", "a"), Some(false));
    }

    #[test]
    fn scp_stands_in_for_an_absent_scope() {
        assert_eq!(contains(r#"{"scp":["a","\u0062"]}"#, "b"), Some(true));
        assert_eq!(contains(r#"{"scp":["a b"]}"#, "a"), Some(false));
        assert_eq!(contains(r#"{"scp":["a",""]}"#, ""), Some(false));
        assert_eq!(contains(r#"{"scp":"a b"}"#, "b"), Some(true));
        assert_eq!(contains(r#"{"scp":["a"],"scope":"b"}"#, "a"), Some(false));
        assert_eq!(contains(r#"{"scp":["a"],"scope":"b"}"#, "b"), Some(true));
    }

    #[test]
    fn a_malformed_scope_is_an_error() {
        for json in [
            r#"{"scope":null}"#,
            r#"{"scope":["a"]}"#,
            r#"{"scope":1}"#,
            r#"{"scp":null}"#,
            r#"{"scp":["a",1]}"#,
            r#"{"scp":{}}"#,
            r#"{"scp":1,"scope":"a"}"#,
        ] {
            assert_eq!(contains(json, "a"), None, "{json}");
        }
    }

    proptest! {
        #[test]
        fn words_are_those_between_spaces(text in "[ab ]{0,12}", word in "[ab]{1,3}") {
            let json = format!("{{\"scope\":\"{text}\"}}");
            let words: Vec<String> = text.split(' ').map(String::from).collect();
            prop_assert_eq!(contains(&json, &word), Some(words.contains(&word)));
        }
    }
}
