//! Arguments that are guessed from schemas.

use iri_string::spec::UriSpec;
use iri_string::template::UriTemplateStr;
use iri_string::template::simple_context::SimpleContext;
use serde_json::{Map, Number, Value, json};

/// How deep objects and arrays are made.
const MAX_DEPTH: usize = 8;

/// Arguments that ought to fit `schema`: those that are required, by their examples, defaults and limits.
pub(super) fn guess(schema: &Value) -> Value {
    match value(schema, schema, 0) {
        object @ Value::Object(_) => object,
        _ => json!({}),
    }
}

fn value(schema: &Value, root: &Value, depth: usize) -> Value {
    if let Some(stated) = stated(schema) {
        return stated;
    }
    if depth > MAX_DEPTH {
        return Value::Null;
    }
    if let Some(reference) = schema["$ref"].as_str() {
        let target = reference.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
        return target.map_or(Value::Null, |target| value(target, root, depth + 1));
    }
    for choice in ["anyOf", "oneOf", "allOf"] {
        if let Some(first) = schema[choice].as_array().and_then(|choices| {
            choices.iter().find(|choice| choice["type"] != "null").or(choices.first())
        }) {
            return value(first, root, depth + 1);
        }
    }
    let kind = match &schema["type"] {
        Value::String(kind) => kind.as_str(),
        Value::Array(kinds) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("null")
        }
        _ if schema["properties"].is_object() => "object",
        _ => "string",
    };
    match kind {
        "object" => object(schema, root, depth),
        "array" => {
            let count = schema["minItems"].as_u64().unwrap_or(0).min(10);
            (0..count).map(|_| value(&schema["items"], root, depth + 1)).collect()
        }
        "integer" | "number" => number(schema, kind == "integer"),
        "boolean" => json!(false),
        "null" => Value::Null,
        _ => text(schema).into(),
    }
}

/// The value that a schema names itself.
fn stated(schema: &Value) -> Option<Value> {
    let first = |name: &str| schema[name].as_array().and_then(|values| values.first()).cloned();
    let own = |name: &str| schema.get(name).cloned();
    own("const")
        .or_else(|| first("examples"))
        .or_else(|| own("example"))
        .or_else(|| own("default").filter(|default| !default.is_null()))
        .or_else(|| first("enum"))
}

fn object(schema: &Value, root: &Value, depth: usize) -> Value {
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let members =
        required.map(|name| (name.to_owned(), value(&schema["properties"][name], root, depth + 1)));
    Value::Object(members.collect::<Map<_, _>>())
}

fn number(schema: &Value, is_integer: bool) -> Value {
    let step = if is_integer { 1.0 } else { 0.5 };
    let least = schema["minimum"].as_f64();
    let least = least.or(schema["exclusiveMinimum"].as_f64().map(|least| least + step));
    let most = schema["maximum"].as_f64();
    let most = most.or(schema["exclusiveMaximum"].as_f64().map(|most| most - step));
    let mut guess = 1.0_f64;
    if let Some(least) = least {
        guess = guess.max(least);
    }
    if let Some(most) = most {
        guess = guess.min(most);
    }
    if let Some(multiple) = schema["multipleOf"].as_f64().filter(|multiple| *multiple > 0.0) {
        guess = (guess / multiple).ceil() * multiple;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "limits of arguments are small, and else it saturates"
    )]
    if is_integer || guess.fract() == 0.0 {
        return Value::from(guess.ceil() as i64);
    }
    Number::from_f64(guess).map_or(json!(1), Value::Number)
}

fn text(schema: &Value) -> String {
    let guess = match schema["format"].as_str() {
        Some("uri" | "url" | "iri") => "https://example.com/",
        Some("email") => "somebody@example.com",
        Some("date") => "2026-01-01",
        Some("date-time") => "2026-01-01T00:00:00Z",
        Some("time") => "00:00:00Z",
        Some("uuid") => "00000000-0000-4000-8000-000000000000",
        Some("ipv4") => "192.0.2.1",
        Some("ipv6") => "2001:db8::1",
        Some("hostname") => "example.com",
        _ => "example",
    };
    let length = |name: &str| schema[name].as_u64().and_then(|length| usize::try_from(length).ok());
    let mut guess = guess.to_owned();
    // Longer ones than that are no test.
    let least = length("minLength").unwrap_or(0).min(10_000);
    while guess.len() < least {
        guess.push('x');
    }
    if let Some(most) = length("maxLength") {
        guess.truncate(most);
    }
    guess
}

/// The variables of a URI template, each once; `None` when it is none.
pub(super) fn variables(template: &str) -> Option<Vec<String>> {
    let template = UriTemplateStr::new(template).ok()?;
    let mut names: Vec<_> =
        template.variables().map(|variable| variable.as_str().to_owned()).collect();
    names.dedup();
    Some(names)
}

/// The URI that a template gives.
pub(super) fn expand(template: &str, variables: &Map<String, Value>) -> Option<String> {
    let template = UriTemplateStr::new(template).ok()?;
    let mut context = SimpleContext::new();
    for (name, value) in variables {
        context.insert(name.as_str(), value.as_str().unwrap_or_default());
    }
    template.expand::<UriSpec, _>(&context).ok().map(|uri| uri.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every guess fits the schema that it was made from, says the crate `jsonschema`.
    #[test]
    fn guesses_fit_their_schemas() {
        for schema in [
            json!({"type": "object"}),
            json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}),
            json!({"properties": {"a": {"type": "integer", "minimum": 5, "maximum": 7}}, "required": ["a"]}),
            json!({"properties": {"a": {"type": "integer", "exclusiveMinimum": 5}}, "required": ["a"]}),
            json!({"properties": {"a": {"type": "integer", "maximum": -3}}, "required": ["a"]}),
            json!({"properties": {"a": {"type": "number", "exclusiveMaximum": 1}}, "required": ["a"]}),
            json!({"properties": {"a": {"type": "integer", "multipleOf": 7}}, "required": ["a"]}),
            json!({"properties": {"a": {"type": "string", "minLength": 20}}, "required": ["a"]}),
            json!({"properties": {"a": {"type": "string", "maxLength": 3}}, "required": ["a"]}),
            json!({"properties": {"a": {"enum": ["x", "y"]}}, "required": ["a"]}),
            json!({"properties": {"a": {"const": [1]}}, "required": ["a"]}),
            json!({"properties": {"a": {"type": ["null", "boolean"]}}, "required": ["a"]}),
            json!({"properties": {"a": {"anyOf": [{"type": "null"}, {"type": "integer"}]}}, "required": ["a"]}),
            json!({
                "properties": {"a": {"type": "array", "items": {"$ref": "#/$defs/o"}, "minItems": 2}},
                "required": ["a"],
                "$defs": {"o": {"type": "object", "properties": {"b": {"type": "string"}}, "required": ["b"]}},
            }),
        ] {
            let guess = guess(&schema);
            assert!(jsonschema::is_valid(&schema, &guess), "{schema}: {guess}");
        }
    }

    #[test]
    fn what_a_schema_names_is_taken() {
        for (member, expected) in [
            (json!({"type": "string", "examples": ["README.md"]}), json!("README.md")),
            (json!({"type": "integer", "default": 5}), json!(5)),
            (json!({"type": "string", "example": "x", "default": "y"}), json!("x")),
            (json!({"type": "string", "format": "uri"}), json!("https://example.com/")),
        ] {
            let schema = json!({"properties": {"a": member, "b": member}, "required": ["a"]});
            assert_eq!(guess(&schema), json!({"a": expected}));
        }
    }

    #[test]
    fn a_schema_without_an_end_is_no_trap() {
        let schema = json!({"properties": {"a": {"$ref": "#"}}, "required": ["a"]});
        assert!(guess(&schema).is_object());
    }
}
