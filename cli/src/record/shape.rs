//! The shape of what came back, as a schema of what has to come back.

use serde_json::{Map, Value, json};

/// Objects with more members are tables, whose names say nothing about the shape.
const MAX_MEMBERS: usize = 50;

/// Members of a text that is JSON, of which the types are expected.
const MAX_TEXT_MEMBERS: usize = 20;

/// Members that belong to the protocol and not to the tool.
const OF_THE_PROTOCOL: [&str; 3] = ["_meta", "resultType", "isError"];

/// A schema of the result of a tool.
pub(super) fn of_result(result: &Value) -> Value {
    let mut schema = shape(result);
    let content = result["content"].as_array().map_or(0, Vec::len);
    if content > 0 {
        schema["properties"]["content"]["minItems"] = 1.into();
    }
    // Which kinds of content there are is part of the shape.
    let mut kinds: Vec<_> = result["content"].as_array().into_iter().flatten().collect();
    kinds.dedup_by(|one, other| one["type"] == other["type"]);
    if let [item] = kinds[..] {
        schema["properties"]["content"]["items"]["properties"]["type"] =
            json!({"const": item["type"]});
    }
    schema
}

/// What is expected of the members of a text that is a JSON object, where nothing else tells them.
pub(super) fn of_texts(result: &Value) -> Vec<Value> {
    if result.get("structuredContent").is_some() {
        return Vec::new();
    }
    let Some(text) = result["content"][0]["text"].as_str() else { return Vec::new() };
    let Ok(Value::Object(members)) = serde_json::from_str(text) else { return Vec::new() };
    if members.len() > MAX_MEMBERS {
        return Vec::new();
    }
    let expected = members.iter().filter(|(_, value)| !value.is_null());
    let expected = expected.take(MAX_TEXT_MEMBERS).map(|(name, value)| {
        let name = name.replace('~', "~0").replace('/', "~1");
        json!({"pointer": format!("/content/0/text/{name}"), "type": kind(value)})
    });
    expected.collect()
}

/// Adds to the entry of a resource what its contents are.
pub(super) fn of_contents(result: &Value, entry: &mut Value) {
    let items = result["contents"].as_array().cloned().unwrap_or_default();
    let Some(first) = items.first() else { return };
    let same =
        |name: &str| items.iter().all(|item| item[name].is_string() == first[name].is_string());
    if first["mimeType"].is_string()
        && items.iter().all(|item| item["mimeType"] == first["mimeType"])
    {
        entry["expected_mime_type"] = first["mimeType"].clone();
    }
    if !same("text") {
        return;
    }
    if first["blob"].is_string() {
        entry["content_validation"] = json!({"type": "blob"});
        return;
    }
    let texts = items.iter().filter_map(|item| item["text"].as_str());
    let parsed: Vec<Option<Value>> = texts.map(|text| serde_json::from_str(text).ok()).collect();
    let is_json = |value: &Option<Value>| {
        value.as_ref().is_some_and(|value| value.is_object() || value.is_array())
    };
    let mut content = if parsed.iter().all(is_json) {
        let shapes = parsed
            .iter()
            .flatten()
            .map(shape)
            .reduce(|one, other| merge(&one, &other))
            .unwrap_or_default();
        json!({"type": "json", "schema": shapes})
    } else {
        json!({"type": "text"})
    };
    if items.iter().all(|item| item["text"] != "") {
        content["min_length"] = 1.into();
    }
    entry["content_validation"] = content;
}

/// What is expected of the messages of a prompt.
pub(super) fn of_messages(result: &Value) -> Value {
    let messages = result["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut expected = vec![json!({"pointer": "/messages", "length": messages.len()})];
    for (index, message) in messages.iter().enumerate().take(MAX_TEXT_MEMBERS) {
        expected
            .push(json!({"pointer": format!("/messages/{index}/role"), "equals": message["role"]}));
        expected.push(json!({
            "pointer": format!("/messages/{index}/content/type"), "equals": message["content"]["type"],
        }));
    }
    expected.into()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// A schema that `value` fits and that values of another shape do not fit.
fn shape(value: &Value) -> Value {
    match value {
        // What is nothing now can be anything later.
        Value::Null => json!({}),
        Value::Array(items) => {
            match items.iter().map(shape).reduce(|one, other| merge(&one, &other)) {
                Some(items) if items != json!({}) => json!({"type": "array", "items": items}),
                _ => json!({"type": "array"}),
            }
        }
        Value::Object(members) if members.len() <= MAX_MEMBERS => {
            let members =
                members.iter().filter(|(name, _)| !OF_THE_PROTOCOL.contains(&name.as_str()));
            let members: Vec<_> = members.collect();
            let properties: Map<_, _> =
                members.iter().map(|(name, value)| ((*name).clone(), shape(value))).collect();
            let required: Vec<_> = members.iter().map(|(name, _)| name.as_str()).collect();
            if required.is_empty() {
                return json!({"type": "object"});
            }
            json!({"type": "object", "properties": properties, "required": required})
        }
        other => json!({"type": kind(other)}),
    }
}

/// A schema for what fits either.
fn merge(one: &Value, other: &Value) -> Value {
    if one == other {
        return one.clone();
    }
    match (one["type"].as_str(), other["type"].as_str()) {
        (Some("object"), Some("object")) => {
            let mut properties = one["properties"].as_object().cloned().unwrap_or_default();
            for (name, schema) in other["properties"].as_object().into_iter().flatten() {
                let merged = match properties.get(name) {
                    Some(before) => merge(before, schema),
                    None => schema.clone(),
                };
                properties.insert(name.clone(), merged);
            }
            let empty = Vec::new();
            let wanted = other["required"].as_array().unwrap_or(&empty);
            let required = one["required"].as_array().unwrap_or(&empty).iter();
            let required: Vec<_> = required.filter(|name| wanted.contains(name)).cloned().collect();
            let mut merged = json!({"type": "object", "properties": properties});
            if !required.is_empty() {
                merged["required"] = required.into();
            }
            merged
        }
        (Some("array"), Some("array")) => match (one.get("items"), other.get("items")) {
            (Some(one), Some(other)) => match merge(one, other) {
                items if items == json!({}) => json!({"type": "array"}),
                items => json!({"type": "array", "items": items}),
            },
            (items, others) => items.or(others).map_or_else(
                || json!({"type": "array"}),
                |items| json!({"type": "array", "items": items}),
            ),
        },
        (Some("integer" | "number"), Some("integer" | "number")) => json!({"type": "number"}),
        _ => json!({}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each value fits its shape and others do not, says the crate `jsonschema`.
    #[test]
    fn a_shape_tells_values_apart() {
        let rows =
            json!([{"id": 1, "name": "a"}, {"id": 2.5, "note": null}, {"id": 3, "name": "b"}]);
        for (value, fitting, others) in [
            (
                json!({"a": 1}),
                vec![json!({"a": 7, "b": 1})],
                vec![json!({}), json!({"a": "1"}), json!([])],
            ),
            (
                rows,
                vec![json!([]), json!([{"id": 1, "note": 5}])],
                vec![json!([{}]), json!([{"id": "1"}]), json!({})],
            ),
            (json!({"a": null}), vec![json!({"a": 1})], vec![json!({})]),
            (json!([1, "a"]), vec![json!([true])], vec![json!("a")]),
            (json!([[1], [], ["a"]]), vec![json!([[null]])], vec![json!([1])]),
            (json!([[], [1]]), vec![json!([[2]])], vec![json!([["a"]])]),
        ] {
            let schema = shape(&value);
            assert!(jsonschema::is_valid(&schema, &value), "{schema}: {value}");
            for fitting in fitting {
                assert!(jsonschema::is_valid(&schema, &fitting), "{schema}: {fitting}");
            }
            for other in others {
                assert!(!jsonschema::is_valid(&schema, &other), "{schema}: {other}");
            }
        }
    }

    #[test]
    fn kinds_of_content_are_part_of_the_shape() {
        let text = json!({"content": [{"type": "text", "text": "x"}], "resultType": "complete"});
        let schema = of_result(&text);
        assert!(jsonschema::is_valid(&schema, &text));
        for other in [
            json!({"content": []}),
            json!({"content": [{"type": "image", "data": ""}]}),
            json!({"content": [{"type": "text"}]}),
        ] {
            assert!(!jsonschema::is_valid(&schema, &other), "{other}");
        }
    }
}
