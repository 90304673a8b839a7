//! `Value`: a span of validated text, and the ways into it.

use core::fmt;

use super::string::Escapes;
use super::{Number, Scanner, SeenNames, Str};
use crate::search;

/// Most names that [`Value::unique_names`] compares with each other.
pub const MAX_NAMES: usize = 256;

/// A JSON value: a span of text that the scanner has validated.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Value<'a> {
    raw: &'a [u8],
}

impl<'a> Value<'a> {
    pub(crate) const fn validated(raw: &'a [u8]) -> Self {
        Self { raw }
    }

    /// The empty object, `{}`.
    pub const fn empty_object() -> Self {
        Self { raw: b"{}" }
    }

    /// What kind of value it is.
    pub fn kind(&self) -> Kind {
        match self.raw.first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            _ => Kind::Null,
        }
    }

    /// Its text, without white space around it.
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// Its text as a string slice.
    pub fn text(&self) -> &'a str {
        core::str::from_utf8(self.raw).unwrap_or_default()
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        self.kind() == Kind::Object
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        self.kind() == Kind::Null
    }

    /// The truth value, when it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.raw {
            b"true" => Some(true),
            b"false" => Some(false),
            _ => None,
        }
    }

    /// The number, when it is one.
    pub fn as_number(&self) -> Option<Number<'a>> {
        (self.kind() == Kind::Number).then_some(Number::validated(self.raw))
    }

    /// The string, when it is one.
    pub fn as_str(&self) -> Option<Str<'a>> {
        let [b'"', inner @ .., b'"'] = self.raw else { return None };
        Some(Str::validated(inner, Escapes::of(inner)))
    }

    /// The members of an object in their order; nothing for another kind.
    pub fn entries(&self) -> Entries<'a> {
        Entries { scanner: Scanner::inside(self.raw, b'{') }
    }

    /// The elements of an array in their order; nothing for another kind.
    pub fn items(&self) -> Items<'a> {
        Items { scanner: Scanner::inside(self.raw, b'[') }
    }

    /// The member called `name`; `None` when there is none or this is no object.
    ///
    /// # Errors
    /// [`DuplicateName`] when two members have that name after unescaping.
    pub fn member(&self, name: &str) -> Result<Option<Self>, DuplicateName> {
        let found = self.lookup(name);
        if found.is_some_and(Self::stands_twice) { Err(DuplicateName) } else { Ok(found) }
    }

    /// As [`member`](Self::member); one that stands twice is a value of no kind, since such a result stays in
    /// registers.
    pub(crate) fn lookup(&self, name: &str) -> Option<Self> {
        let mut found = None;
        for (entry, value) in self.entries() {
            if entry == *name && found.replace(value).is_some() {
                return Some(Self::validated(&[]));
            }
        }
        found
    }

    /// Whether it is what [`lookup`](Self::lookup) gives for a name that stands twice.
    pub(crate) const fn stands_twice(self) -> bool {
        self.raw.is_empty()
    }

    /// The names of all members at every depth.
    pub(crate) const fn names(&self) -> Names<'a> {
        Names { rest: self.raw }
    }

    /// Makes sure that no two members of this object share a name after unescaping.
    ///
    /// # Errors
    /// [`NameError::Duplicate`], or [`NameError::TooMany`] past [`MAX_NAMES`] members: comparing all of
    /// them would take time by the square of a number that the sender chooses.
    pub fn unique_names(&self) -> Result<(), NameError> {
        let mut seen = SeenNames::default();
        for (count, (name, _)) in self.entries().enumerate() {
            if count >= MAX_NAMES {
                return Err(NameError::TooMany);
            }
            if seen.add_repeats(name, *self, count) {
                return Err(NameError::Duplicate);
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Value<'_> {
    /// Shows kind and length only: a value may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({:?}, {} bytes)", self.kind(), self.raw.len())
    }
}

/// The kinds of JSON values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `[…]`
    Array,
    /// `true` or `false`
    Bool,
    /// `null`
    Null,
    /// A number.
    Number,
    /// `{…}`
    Object,
    /// `"…"`
    String,
}

/// Two members of one object have the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DuplicateName;

impl fmt::Display for DuplicateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("two members of one object have the same name")
    }
}

impl core::error::Error for DuplicateName {}

/// Why the names of an object are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum NameError {
    /// Two members have the same name.
    Duplicate,
    /// More than [`MAX_NAMES`] members.
    TooMany,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duplicate => DuplicateName.fmt(f),
            Self::TooMany => write!(f, "an object has more than {MAX_NAMES} members"),
        }
    }
}

impl core::error::Error for NameError {}

/// Iterates over the members of an object; made by [`Value::entries`].
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    scanner: Scanner<'a>,
}

impl<'a> Iterator for Entries<'a> {
    type Item = (Str<'a>, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let name = self.scanner.next_name()?;
        Some((name, self.scanner.value()?))
    }
}

/// Iterates over the elements of an array; made by [`Value::items`].
#[derive(Clone, Debug)]
pub struct Items<'a> {
    scanner: Scanner<'a>,
}

impl<'a> Iterator for Items<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.scanner.next_element(b']') { self.scanner.value() } else { None }
    }
}

/// Iterates over names at every depth; made by [`Value::names`].
#[derive(Clone, Debug)]
pub(crate) struct Names<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Names<'a> {
    type Item = Str<'a>;

    fn next(&mut self) -> Option<Str<'a>> {
        loop {
            let opening = search::first(b'"', self.rest)?;
            let text = self.rest.get(opening.checked_add(1)?..)?;
            let mut end = 0_usize;
            let mut escapes = Escapes::NONE;
            loop {
                end = end.checked_add(search::first_of(b'"', b'\\', text.get(end..)?)?)?;
                if text.get(end) == Some(&b'"') {
                    break;
                }
                escapes = Escapes::SOME;
                end = end.checked_add(2)?;
            }
            let (raw, rest) = text.split_at_checked(end)?;
            self.rest = rest.get(1..)?;
            if self.rest.trim_ascii_start().first() == Some(&b':') {
                return Some(Str::validated(raw, escapes));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use std::{format, string::String, vec::Vec};

    #[test]
    fn members_keep_their_text_and_order() {
        let value = parse(b" {\"a\":[1, {\"b\":2}],\"c\" : null , \"d\":\"x\"} ").unwrap();
        let members: Vec<_> = value.entries().map(|(name, value)| (name, value.text())).collect();
        assert_eq!(members.len(), 3);
        assert_eq!(members[0].1, "[1, {\"b\":2}]");
        assert!(members[1].0 == *"c" && members[1].1 == "null");
        let items: Vec<_> =
            value.member("a").unwrap().unwrap().items().map(|item| item.text()).collect();
        assert_eq!(items, ["1", "{\"b\":2}"]);
        assert_eq!(value.items().count(), 0);
        assert_eq!(parse(b"[]").unwrap().items().count(), 0);
        assert_eq!(parse(b"{}").unwrap().entries().count(), 0);
    }

    #[test]
    fn duplicates_are_found_after_unescaping() {
        let value = parse(b"{\"exp\":1,\"x\":{\"exp\":2},\"e\\u0078p\":3}").unwrap();
        assert_eq!(value.member("exp"), Err(DuplicateName));
        assert_eq!(value.unique_names(), Err(NameError::Duplicate));
        assert!(value.member("x").unwrap().unwrap().member("exp").unwrap().is_some());
        assert_eq!(value.member("y"), Ok(None));
    }

    #[test]
    fn names_are_found_at_every_depth() {
        let text = br#"{"a":[{"b\"":1,"c\\" : "d"}],"e":"f\":","g":{}}"#;
        let names: Vec<_> = parse(text).unwrap().names().map(|name| format!("{name}")).collect();
        assert_eq!(names, ["a", "b\"", "c\\", "e", "g"]);
    }

    #[test]
    fn the_number_of_compared_names_is_limited() {
        let object = |names: usize| {
            let members: Vec<String> = (0..names).map(|n| format!("\"n{n}\":0")).collect();
            format!("{{{}}}", members.join(","))
        };
        assert_eq!(parse(object(MAX_NAMES).as_bytes()).unwrap().unique_names(), Ok(()));
        assert_eq!(
            parse(object(MAX_NAMES + 1).as_bytes()).unwrap().unique_names(),
            Err(NameError::TooMany)
        );
    }

    #[test]
    fn debug_does_not_show_the_content() {
        assert_eq!(format!("{:?}", parse(b"\"secret\"").unwrap()), "Value(String, 8 bytes)");
    }
}
