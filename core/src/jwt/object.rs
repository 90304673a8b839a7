//! One strict JSON object, as the header and the claims of a token have to be.

use core::fmt;

use crate::json::{self, JsonError, Str, Value};

/// Why a text is not one strict JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectError {
    /// It is not one JSON document.
    Json(JsonError),
    /// It is JSON, but no object.
    NotAnObject,
    /// It has more members than are read.
    TooManyMembers {
        /// Members that are read.
        max: usize,
    },
    /// Two members have the same name after unescaping.
    DuplicateName,
}

impl fmt::Display for ObjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => error.fmt(f),
            Self::NotAnObject => f.write_str("it is not a JSON object"),
            Self::TooManyMembers { max } => write!(f, "it has more than {max} members"),
            Self::DuplicateName => f.write_str("two members have the same name"),
        }
    }
}

impl core::error::Error for ObjectError {}

/// Reads `text` as one object of at most `max` members with unique names, handing over each.
pub(super) fn read<'a>(
    text: &'a [u8],
    max: usize,
    mut member: impl FnMut(Name<'a>, Value<'a>),
) -> Result<Value<'a>, ObjectError> {
    let object = json::parse(text).map_err(ObjectError::Json)?;
    if !object.is_object() {
        return Err(ObjectError::NotAnObject);
    }
    let mut seen = Seen::default();
    for (count, (name, value)) in object.entries().enumerate() {
        if count >= max {
            return Err(ObjectError::TooManyMembers { max });
        }
        let (escaped, repeated) = seen.add(name.raw());
        if repeated && object.entries().take(count).any(|(earlier, _)| earlier == name) {
            return Err(ObjectError::DuplicateName);
        }
        member(Name { name, escaped }, value);
    }
    Ok(object)
}

/// The name of a member.
#[derive(Clone, Copy)]
pub(super) struct Name<'a> {
    name: Str<'a>,
    escaped: bool,
}

impl<'a> Name<'a> {
    /// The name, when it has no escape.
    pub(super) fn plain(self) -> Option<&'a [u8]> {
        if self.escaped { None } else { Some(self.name.raw()) }
    }

    /// Whether it is `name` after unescaping.
    pub(super) fn is(self, name: &str) -> bool {
        match self.plain() {
            Some(plain) => plain == name.as_bytes(),
            None => self.name == *name,
        }
    }
}

/// The names so far as a Bloom filter of 1024 bits, two of them for a name.
#[derive(Default)]
struct Seen {
    bits: [u32; 32],
    escaped: bool,
}

impl Seen {
    /// Adds a name; tells whether it has an escape and whether an earlier name may equal it.
    fn add(&mut self, raw: &[u8]) -> (bool, bool) {
        let (words, tail) = raw.as_chunks::<8>();
        let last = tail.iter().fold(0, |word, &byte| word << 8 | u64::from(byte));
        let (mut hash, mut escapes) = (raw.len() as u64, 0);
        for word in words.iter().map(|word| u64::from_le_bytes(*word)).chain([last]) {
            hash = (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            hash ^= hash >> 32;
            let backslash = word ^ u64::from_le_bytes([b'\\'; 8]);
            escapes |= backslash.wrapping_sub(u64::from_le_bytes([0x01; 8]))
                & !backslash
                & u64::from_le_bytes([0x80; 8]);
        }
        // Equal names with different escapes have different bits, so that one escape among the names
        // calls for comparing them all.
        self.escaped |= escapes != 0;
        let first = self.set(hash);
        let second = self.set(hash >> 16);
        (escapes != 0, self.escaped || (first && second))
    }

    /// Sets the bit that the low ten bits of `hash` name and tells whether it was set.
    fn set(&mut self, hash: u64) -> bool {
        let bit = 1 << (hash & 31);
        let Some(word) = self.bits.get_mut((hash >> 5 & 31) as usize) else { return true };
        let set = *word & bit != 0;
        *word |= bit;
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::JsonErrorKind;
    use proptest::prelude::*;
    use std::{format, string::String, vec::Vec};

    fn names(text: &str, max: usize) -> Result<usize, ObjectError> {
        let mut names = 0;
        read(text.as_bytes(), max, |_, _| names += 1).map(|_| names)
    }

    #[test]
    fn only_one_object_with_unique_names_is_read() {
        assert_eq!(names(r#"{"a":1,"A":2,"b":{"a":3}}"#, 3), Ok(3));
        assert_eq!(names(r#"{"a":1,"b":2,"a":3}"#, 3), Err(ObjectError::DuplicateName));
        assert_eq!(names(r#"{"a\u00e9":1,"aé":2}"#, 3), Err(ObjectError::DuplicateName));
        assert_eq!(names(r#"{"\ud83d\ude00":1,"😀":2}"#, 3), Err(ObjectError::DuplicateName));
        assert_eq!(names(r#"{"a":1,"b":2}"#, 1), Err(ObjectError::TooManyMembers { max: 1 }));
        assert_eq!(names("[]", 3), Err(ObjectError::NotAnObject));
        let trailing = JsonError { kind: JsonErrorKind::TrailingBytes, at: 2 };
        assert_eq!(names("{}x", 3), Err(ObjectError::Json(trailing)));
    }

    #[test]
    fn a_name_is_compared_after_unescaping() {
        let mut hits = 0;
        let count = |name: Name<'_>, _| hits += usize::from(name.is("exp"));
        read(br#"{"e\u0078p":1,"exp\u0000":2,"Exp":3,"ex":4}"#, 9, count).unwrap();
        assert_eq!(hits, 1);
    }

    proptest! {
        #[test]
        fn finds_a_duplicate_exactly_where_there_is_one(names_in in prop::collection::vec("[ab]{0,4}", 0..12)) {
            let members: Vec<String> = names_in.iter().map(|name| format!("{name:?}:0")).collect();
            let text = format!("{{{}}}", members.join(","));
            let unique = names_in.iter().collect::<std::collections::HashSet<_>>().len();
            let expected = if unique == names_in.len() { Ok(unique) } else { Err(ObjectError::DuplicateName) };
            prop_assert_eq!(names(&text, 12), expected);
        }
    }
}
