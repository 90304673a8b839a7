//! One strict JSON object, as the header and the claims of a token have to be.

use core::fmt;

use crate::json::{JsonError, Scanner, SeenNames, Value};

/// Why a text is not one strict JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
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

/// Reads `text` in one pass as one object of at most `max` members with unique names.
///
/// A member that has one of `names` goes into the slot of that name; what the slots hold after an error is
/// worth nothing.
#[cfg_attr(
    target_pointer_width = "64",
    expect(clippy::inline_always, reason = "a slot is found without a call then"),
    inline(always)
)]
pub(super) fn read<'a>(
    text: &'a [u8],
    max: usize,
    names: &[&str],
    slots: &mut [Option<Value<'a>>],
) -> Result<Value<'a>, ObjectError> {
    let mut scanner = Scanner::new(text);
    scanner.skip_space();
    let object = scanner.rest();
    if !scanner.open(b'{') {
        scanner.document().map_err(ObjectError::Json)?;
        return Err(ObjectError::NotAnObject);
    }
    let mut seen = SeenNames::default();
    // A text that is no JSON is told as such, whatever else is wrong with it.
    let mut fault = None;
    let mut count = 0_usize;
    while let Some(name) = scanner.next_name() {
        let Some(value) = scanner.inner_value() else { break };
        if fault.is_none() {
            if count >= max {
                fault = Some(ObjectError::TooManyMembers { max });
            } else if seen.add_repeats(name, Value::validated(object), count) {
                fault = Some(ObjectError::DuplicateName);
            } else if let Some((_, slot)) =
                names.iter().zip(&mut *slots).find(|(known, _)| name == **known)
            {
                *slot = Some(value);
            }
        }
        count = count.wrapping_add(1);
    }
    scanner.end().map_err(ObjectError::Json)?;
    fault.map_or(Ok(Value::validated(object.trim_ascii_end())), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{self, JsonErrorKind};
    use proptest::prelude::*;
    use std::{format, string::String, vec::Vec};

    fn names(text: &str, max: usize) -> Result<usize, ObjectError> {
        read(text.as_bytes(), max, &[], &mut []).map(|object| object.entries().count())
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
        let trailing = JsonError { at: 14, ..trailing };
        assert_eq!(names(r#"{"a":1,"a":2} x"#, 1), Err(ObjectError::Json(trailing)));
        assert_eq!(names(" \n{\"a\":1}\t\r", 1), Ok(1));
    }

    #[test]
    fn the_object_counts_as_a_level_of_nesting() {
        let nested = |depth: usize| {
            let (open, close) = ("[".repeat(depth - 1), "]".repeat(depth - 1));
            names(&format!("{{\"a\":{open}{close}}}"), 1)
        };
        assert_eq!(nested(json::MAX_DEPTH as usize), Ok(1));
        let deep = JsonError { kind: JsonErrorKind::DepthExceeded, at: 5 + 63 };
        assert_eq!(nested(json::MAX_DEPTH as usize + 1), Err(ObjectError::Json(deep)));
    }

    #[test]
    fn a_name_is_compared_after_unescaping() {
        let mut slots = [None; 2];
        let text = br#"{"e\u0078p":1,"exp\u0000":2,"Exp":3,"ex":4}"#;
        read(text, 9, &["ex", "exp"], &mut slots).unwrap();
        assert_eq!(slots.map(|value| value.unwrap().text()), ["4", "1"]);
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
