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
    mut member: impl FnMut(Str<'a>, Value<'a>),
) -> Result<Value<'a>, ObjectError> {
    let object = json::parse(text).map_err(ObjectError::Json)?;
    if !object.is_object() {
        return Err(ObjectError::NotAnObject);
    }
    let mut seen = [0_u64; 4];
    for (count, (name, value)) in object.entries().enumerate() {
        if count >= max {
            return Err(ObjectError::TooManyMembers { max });
        }
        // Only a fingerprint that was seen calls for a comparison with the earlier names.
        let fingerprint = fingerprint(name);
        let bit = 1 << (fingerprint & 63);
        if let Some(word) = seen.get_mut(usize::from(fingerprint >> 6)) {
            if *word & bit != 0 && object.entries().take(count).any(|(earlier, _)| earlier == name)
            {
                return Err(ObjectError::DuplicateName);
            }
            *word |= bit;
        }
        member(name, value);
    }
    Ok(object)
}

/// Whether `name` is `plain`, which has no backslash, after unescaping.
pub(super) fn is_named(name: Str<'_>, plain: &str) -> bool {
    name.raw() == plain.as_bytes() || (name.raw().contains(&b'\\') && name == *plain)
}

/// The same for equal names, however they are escaped.
fn fingerprint(name: Str<'_>) -> u8 {
    let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    let hash = if name.raw().contains(&b'\\') {
        let mut utf8 = [0; 4];
        name.chars().fold(0, |hash, c| c.encode_utf8(&mut utf8).bytes().fold(hash, step))
    } else {
        name.raw().iter().copied().fold(0, step)
    };
    hash.to_le_bytes().iter().fold(0, |mix, byte| mix ^ byte)
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
        let count = |name, _| hits += usize::from(is_named(name, "exp"));
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
