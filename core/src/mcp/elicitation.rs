//! Answering a form with the defaults that it names.

use core::fmt;

use crate::json::{Kind, Object, Value};
use crate::writer::Writer;

/// The schema of the form that an `elicitation/create` asks for; `params` are its parameters.
///
/// # Errors
/// [`ElicitationError::Mode`] when it is no form, [`ElicitationError::Schema`] when the form has no
/// schema, [`ElicitationError::Duplicate`].
///
/// [Elicitation requests](https://modelcontextprotocol.io/specification/2026-07-28/client/elicitation#elicitation-requests)
pub fn elicitation_form(params: Option<Value<'_>>) -> Result<Value<'_>, ElicitationError> {
    let params = params.ok_or(ElicitationError::Schema)?;
    match member(params, "mode")? {
        // A request without a mode is one for a form.
        None => {}
        Some(mode) if mode.as_str().is_some_and(|mode| mode == *"form") => {}
        Some(_) => return Err(ElicitationError::Mode),
    }
    let schema = member(params, "requestedSchema")?.filter(Value::is_object);
    schema.ok_or(ElicitationError::Schema)
}

/// Appends the object that fills a form with the default of each of its properties; `schema` is the
/// `requestedSchema`. Properties without a default are left out.
///
/// Nothing is written when the defaults do not suffice.
///
/// # Errors
/// [`ElicitationError`]: a required property has no default, a default is not of its property's type or
/// none of its `enum`, a name stands twice, `properties` is no object of objects.
///
/// [SEP-1034](https://modelcontextprotocol.io/specification/2026-07-28/client/elicitation#requested-schema)
pub fn elicitation_defaults(schema: Value<'_>, w: &mut Writer<'_>) -> Result<(), ElicitationError> {
    let properties = member(schema, "properties")?;
    let properties = properties.filter(Value::is_object).ok_or(ElicitationError::Schema)?;
    properties.unique_names().map_err(|_| ElicitationError::Duplicate)?;
    for (_, property) in properties.entries() {
        if let Some(default) = member(property, "default")? {
            check(property, default)?;
        } else if !property.is_object() {
            return Err(ElicitationError::Schema);
        }
    }
    if let Some(required) = member(schema, "required")? {
        if required.kind() != Kind::Array {
            return Err(ElicitationError::Schema);
        }
        // So few properties can be looked up one by one.
        if required.items().count() > properties.entries().count() {
            return Err(ElicitationError::Required);
        }
        for name in required.items() {
            let name = name.as_str().ok_or(ElicitationError::Schema)?;
            let property = properties.entries().find(|(property, _)| *property == name);
            let property = property.ok_or(ElicitationError::Required)?.1;
            member(property, "default")?.ok_or(ElicitationError::Required)?;
        }
    }
    let mut content = Object::begin(w);
    for (name, property) in properties.entries() {
        if let Some(default) = member(property, "default")? {
            content.entry(name, default);
        }
    }
    content.end();
    Ok(())
}

/// Makes sure that a default is of the type that its property has, and one of its `enum`.
fn check(property: Value<'_>, default: Value<'_>) -> Result<(), ElicitationError> {
    let kind = member(property, "type")?.and_then(|kind| kind.as_str());
    let kind = kind.ok_or(ElicitationError::Schema)?;
    let fits = match default.kind() {
        Kind::String => kind == *"string",
        Kind::Bool => kind == *"boolean",
        Kind::Number if kind == *"integer" => {
            default.as_number().is_some_and(|number| number.as_i64().is_some())
        }
        Kind::Number => kind == *"number",
        Kind::Array => kind == *"array" && default.items().all(|item| item.kind() == Kind::String),
        Kind::Null | Kind::Object => false,
    };
    let listed = match (member(property, "enum")?, default.as_str()) {
        (Some(values), Some(text)) => values.items().any(|value| value.as_str() == Some(text)),
        _ => true,
    };
    if fits && listed { Ok(()) } else { Err(ElicitationError::Default) }
}

fn member<'a>(object: Value<'a>, name: &str) -> Result<Option<Value<'a>>, ElicitationError> {
    object.member(name).map_err(|_| ElicitationError::Duplicate)
}

/// Why a form cannot be filled with its defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ElicitationError {
    /// A default is not of the type of its property, or none of its `enum`.
    Default,
    /// A name stands twice, or there are too many to compare.
    Duplicate,
    /// What is asked for is no form.
    Mode,
    /// A required property has no default.
    Required,
    /// The form has no schema, or its schema is not one of objects with a type.
    Schema,
}

impl fmt::Display for ElicitationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Default => "a default of the form does not fit its property",
            Self::Duplicate => "a name in the form stands twice",
            Self::Mode => "the server asks for something else than a form",
            Self::Required => "a required property of the form has no default",
            Self::Schema => "the form has no schema of properties with a type",
        })
    }
}

impl core::error::Error for ElicitationError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;
    use std::string::String;

    fn filled(schema: &str) -> Result<String, ElicitationError> {
        let mut out = [0; 512];
        let mut w = Writer::new(&mut out);
        let schema = parse(schema.as_bytes()).unwrap();
        let result = elicitation_defaults(schema, &mut w);
        let text = String::from_utf8(w.finish().unwrap().to_vec()).unwrap();
        assert!(result.is_ok() || text.is_empty(), "nothing is written with an error");
        result.map(|()| text)
    }

    // The property kinds are those of `PrimitiveSchemaDefinition` in the schema of 2025-11-25.
    #[test]
    fn every_kind_of_property_takes_its_default() {
        let schema = r#"{"type":"object","properties":{
            "name":{"type":"string","default":"J\u00f6 \"D\""},"age":{"type":"integer","default":30},
            "score":{"type":"number","default":95.5},"ok":{"type":"boolean","default":true},
            "status":{"type":"string","enum":["active","inactive"],"default":"active"},
            "many":{"type":"array","items":{"type":"string","enum":["a","b"]},"default":["a"]},
            "note":{"type":"string"}},"required":["name","age"]}"#;
        assert_eq!(
            filled(schema).unwrap(),
            r#"{"name":"J\u00f6 \"D\"","age":30,"score":95.5,"ok":true,"status":"active","many":["a"]}"#
        );
        assert_eq!(filled(r#"{"properties":{"a":{"type":"boolean"}}}"#).unwrap(), "{}");
    }

    #[test]
    fn a_form_that_its_defaults_do_not_fill_is_refused() {
        for (schema, error) in [
            (
                r#"{"properties":{"a":{"type":"string"}},"required":["a"]}"#,
                ElicitationError::Required,
            ),
            (r#"{"properties":{},"required":["a"]}"#, ElicitationError::Required),
            (
                r#"{"properties":{"a":{},"b":{"type":"string","default":"x"}},"required":["a"]}"#,
                ElicitationError::Required,
            ),
            (r#"{"properties":{"a":{"type":"string","default":1}}}"#, ElicitationError::Default),
            (r#"{"properties":{"a":{"type":"integer","default":1.5}}}"#, ElicitationError::Default),
            (r#"{"properties":{"a":{"type":"object","default":{}}}}"#, ElicitationError::Default),
            (r#"{"properties":{"a":{"type":"array","default":[1]}}}"#, ElicitationError::Default),
            (
                r#"{"properties":{"a":{"type":"string","enum":["x"],"default":"y"}}}"#,
                ElicitationError::Default,
            ),
            (r#"{"properties":{"a":{"default":"y"}}}"#, ElicitationError::Schema),
            (r#"{"properties":{"a":1}}"#, ElicitationError::Schema),
            (r#"{"properties":[]}"#, ElicitationError::Schema),
            (r#"{"properties":{},"required":"a"}"#, ElicitationError::Schema),
            (r#"{"properties":{"a":{}},"required":[1]}"#, ElicitationError::Schema),
            ("{}", ElicitationError::Schema),
            (r#"{"properties":{"a":{"type":"string"},"\u0061":{}}}"#, ElicitationError::Duplicate),
            (
                r#"{"properties":{"a":{"type":"string","default":"x","default":"y"}}}"#,
                ElicitationError::Duplicate,
            ),
        ] {
            assert_eq!(filled(schema), Err(error), "{schema}");
        }
    }

    #[test]
    fn only_forms_have_a_schema() {
        let form =
            |params: &str| elicitation_form(Some(parse(params.as_bytes()).unwrap())).map(|_| ());
        assert_eq!(form(r#"{"message":"m","requestedSchema":{}}"#), Ok(()));
        assert_eq!(form(r#"{"mode":"form","requestedSchema":{}}"#), Ok(()));
        assert_eq!(
            form(r#"{"mode":"url","url":"https://example.com"}"#),
            Err(ElicitationError::Mode)
        );
        assert_eq!(form(r#"{"mode":1,"requestedSchema":{}}"#), Err(ElicitationError::Mode));
        assert_eq!(form(r#"{"requestedSchema":[]}"#), Err(ElicitationError::Schema));
        assert_eq!(elicitation_form(None).map(|_| ()), Err(ElicitationError::Schema));
    }
}
