//! Expectations of one place in a result.

use std::borrow::Cow;

use regex::Regex;
use serde::Deserialize;
use serde_json::Value;
use serde_saphyr::{Location, Spanned};

use super::excerpt;
use crate::check::configuration::{Scope, fill};

/// What has to stand at a JSON pointer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Matcher {
    pointer: Spanned<String>,
    #[serde(default, deserialize_with = "present")]
    equals: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    contains: Option<Value>,
    matches: Option<String>,
    length: Option<Length>,
    #[serde(rename = "type")]
    kind: Option<Type>,
}

/// `null` is a value that can be expected.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// How many characters, items or members there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Length {
    Exactly(usize),
    Between { min: Option<usize>, max: Option<usize> },
}

/// What JSON calls a type, and integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Type {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

impl Matcher {
    /// Where it stands in its file.
    pub(crate) const fn at(&self) -> Location {
        self.pointer.referenced
    }

    /// The matcher with its templates filled.
    ///
    /// # Errors
    /// The template that stands for nothing, a pointer or a pattern that is none, nothing to expect.
    pub(crate) fn filled(&self, scope: Scope<'_>) -> Result<Self, String> {
        let pointer = &self.pointer.value;
        if !(pointer.is_empty() || pointer.starts_with('/')) {
            return Err(format!("{pointer} is no JSON pointer: it begins with / (RFC 6901)"));
        }
        if let Some(pattern) = &self.matches {
            Regex::new(pattern).map_err(|error| {
                let error = error.to_string();
                format!("matches is no pattern: {}", error.lines().last().unwrap_or_default())
            })?;
        }
        let expects = [self.equals.is_some(), self.contains.is_some(), self.matches.is_some()];
        if !expects.contains(&true) && self.length.is_none() && self.kind.is_none() {
            return Err(
                "nothing is expected there: give equals, contains, matches, length or type"
                    .to_owned(),
            );
        }
        if matches!(self.length, Some(Length::Between { min: None, max: None })) {
            return Err("every length is right: give length a number, min or max".to_owned());
        }
        let fill =
            |value: &Option<Value>| value.as_ref().map(|value| fill(value, scope)).transpose();
        Ok(Self { equals: fill(&self.equals)?, contains: fill(&self.contains)?, ..self.clone() })
    }

    /// # Errors
    /// What stands there instead.
    pub(crate) fn check(&self, result: &Value) -> Result<(), String> {
        let pointer = &self.pointer.value;
        let shown = if pointer.is_empty() { "the result" } else { pointer };
        let Some(found) = locate(result, pointer) else {
            return Err(format!("{shown}: there is nothing"));
        };
        let found = &*found;
        let fault = |what: String| format!("{shown}: {what}");
        if let Some(expected) = self.equals.as_ref().filter(|expected| !equal(found, expected)) {
            let (found, expected) = (excerpt(&found.to_string()), excerpt(&expected.to_string()));
            return Err(fault(format!("{found} instead of {expected}")));
        }
        if let Some(part) = self.contains.as_ref().filter(|part| !contains(found, part)) {
            let (found, part) = (excerpt(&found.to_string()), excerpt(&part.to_string()));
            return Err(fault(format!("{found} does not contain {part}")));
        }
        if let Some(pattern) = &self.matches {
            let text = text_of(found);
            let pattern = Regex::new(pattern).map_err(|error| error.to_string())?;
            if !text.is_some_and(|text| pattern.is_match(&text)) {
                let found = excerpt(&found.to_string());
                return Err(fault(format!("{found} does not match {}", excerpt(pattern.as_str()))));
            }
        }
        if let Some(length) = self.length {
            check_length(found, length).map_err(fault)?;
        }
        match self.kind {
            Some(kind) if !kind.is_of(found) => {
                let found = excerpt(&found.to_string());
                Err(fault(format!("{found} is not of type {}", kind.name())))
            }
            _ => Ok(()),
        }
    }
}

impl Type {
    fn is_of(self, value: &Value) -> bool {
        match self {
            Self::Null => value.is_null(),
            Self::Boolean => value.is_boolean(),
            Self::Integer => {
                value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|n| n.fract() == 0.0)
            }
            Self::Number => value.is_number(),
            Self::String => value.is_string(),
            Self::Array => value.is_array(),
            Self::Object => value.is_object(),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

fn check_length(found: &Value, length: Length) -> Result<(), String> {
    let count = match found {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        other => return Err(format!("{other} has no length")),
    };
    match length {
        Length::Exactly(expected) if count != expected => {
            Err(format!("the length is {count} instead of {expected}"))
        }
        Length::Between { min: Some(min), .. } if count < min => {
            Err(format!("the length is {count}, less than {min}"))
        }
        Length::Between { max: Some(max), .. } if count > max => {
            Err(format!("the length is {count}, more than {max}"))
        }
        _ => Ok(()),
    }
}

/// What stands at a JSON pointer, [RFC 6901](https://www.rfc-editor.org/rfc/rfc6901). Where it leads
/// into a string, it goes on in the JSON that the string holds.
pub(crate) fn locate<'v>(value: &'v Value, pointer: &str) -> Option<Cow<'v, Value>> {
    let mut found = Cow::Borrowed(value);
    for token in pointer.split('/').skip(1) {
        if let Value::String(text) = &*found {
            found = Cow::Owned(serde_json::from_str(text).ok()?);
        }
        let step = format!("/{token}");
        found = match found {
            Cow::Borrowed(value) => Cow::Borrowed(value.pointer(&step)?),
            Cow::Owned(value) => Cow::Owned(value.pointer(&step)?.clone()),
        };
    }
    Some(found)
}

/// Whether two values are the same; numbers are compared by their value.
fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(a), Value::Number(b)) => {
            a == b || (a.is_f64() || b.is_f64()) && a.as_f64() == b.as_f64()
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| equal(a, b)))
        }
        (a, b) => a == b,
    }
}

/// A string contains a part of it, an array an item, an object members with these values.
fn contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::String(whole), Value::String(part)) => whole.contains(part.as_str()),
        (Value::Object(whole), Value::Object(part)) => part.iter().all(|(name, part)| {
            whole.get(name).is_some_and(|whole| match part {
                Value::Object(_) => contains(whole, part),
                part => equal(whole, part),
            })
        }),
        (Value::Array(whole), part) => {
            whole.iter().any(|item| equal(item, part) || item.is_object() && contains(item, part))
        }
        _ => false,
    }
}

/// A value as patterns see it.
fn text_of(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.into()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string().into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Members of RFC 6901 section 5.
    #[test]
    fn pointers_are_those_of_the_standard() {
        let document = json!({
            "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5,
            "k\"l": 6, " ": 7, "m~n": 8,
        });
        for (pointer, expected) in [
            ("", document.clone()),
            ("/foo", json!(["bar", "baz"])),
            ("/foo/0", json!("bar")),
            ("/", json!(0)),
            ("/a~1b", json!(1)),
            ("/c%d", json!(2)),
            ("/i\\j", json!(5)),
            ("/ ", json!(7)),
            ("/m~0n", json!(8)),
        ] {
            assert_eq!(locate(&document, pointer).as_deref(), Some(&expected), "{pointer}");
        }
        for pointer in ["/foo/2", "/foo/00", "/foo/-", "/nothing", "/foo/0/x"] {
            assert_eq!(locate(&document, pointer), None, "{pointer}");
        }
    }

    #[test]
    fn a_pointer_goes_on_in_json_that_a_string_holds() {
        let result = json!({"content": [{"type": "text", "text": "{\"rows\":[{\"id\":4}]}"}]});
        let found = locate(&result, "/content/0/text/rows/0/id");
        assert_eq!(found.as_deref(), Some(&json!(4)));
    }

    #[test]
    fn numbers_are_compared_by_value() {
        for (one, other, same) in [
            (json!(1), json!(1.0), true),
            (json!({"a": [1]}), json!({"a": [1.0]}), true),
            (json!(1), json!("1"), false),
            (json!([1, 2]), json!([1]), false),
            // They differ beyond what a double holds.
            (json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_992_u64), false),
        ] {
            assert_eq!(equal(&one, &other), same, "{one} {other}");
        }
    }

    #[test]
    fn containment_is_that_of_the_type() {
        for (whole, part, is) in [
            (json!("house of cards"), json!("of"), true),
            (json!("house"), json!("mouse"), false),
            (json!([1, 2]), json!(2), true),
            (json!([{"id": 1, "name": "x"}]), json!({"id": 1}), true),
            (json!([{"id": 1}]), json!({"id": 2}), false),
            (json!({"a": {"b": 1, "c": 2}}), json!({"a": {"b": 1}}), true),
            (json!({"a": 1}), json!({"b": 1}), false),
            (json!(5), json!(5), false),
        ] {
            assert_eq!(contains(&whole, &part), is, "{whole} {part}");
        }
    }
}
