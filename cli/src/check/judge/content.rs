//! The judgement of the contents of a resource.

use base64ct::{Base64, Encoding};
use serde_json::{Map, Value};

use super::payload::error_payload;
use super::{Schema, excerpt};
use crate::check::configuration::{ContentKind, ContentValidation, ResourceCase, Scope};
use crate::yaml::Entries;

/// Judges every content item of a resource; `listed` is its MIME type in the list.
///
/// # Errors
/// The first thing that is not as it should be, escaped.
pub(crate) fn contents(
    result: &Value,
    case: &ResourceCase,
    listed: Option<&str>,
    scope: Scope<'_>,
) -> Result<String, String> {
    let items = result["contents"].as_array().ok_or("the result has no array contents")?;
    if items.is_empty() {
        return Err("contents is empty".into());
    }
    for (index, item) in items.iter().enumerate() {
        let fault = |why: String| format!("contents/{index}: {why}");
        if !item["uri"].is_string() {
            return Err(fault("it has no uri".into()));
        }
        mime_type(item, case.expected_mime_type.as_deref(), listed).map_err(fault)?;
        match &case.content_validation {
            Some(expected) => content(item, expected).map_err(fault)?,
            None => text_or_blob(item).map(|_| ()).map_err(fault)?,
        }
    }
    if !case.allow_error_payload
        && let Some(why) = error_payload(result, "contents")
    {
        return Err(why);
    }
    for matcher in &case.expect {
        let matcher = matcher.filled(scope)?;
        matcher.check(result).map_err(|why| format!("expect: {why}"))?;
    }
    Ok(if items.len() == 1 { String::new() } else { format!("{} items", items.len()) })
}

/// Judges the contents of a resource where nothing is expected of them but that they can be read.
///
/// # Errors
/// The first thing that is not as it should be, escaped.
pub(crate) fn readable(result: &Value, listed: Option<&str>) -> Result<(), String> {
    let (variables, saved) = (Entries::default(), Map::new());
    let scope = Scope { uuid: "", variables: &variables, saved: &saved };
    contents(result, &ResourceCase::default(), listed, scope).map(|_| ())
}

/// Judges the messages of a prompt.
///
/// # Errors
/// The first thing that is not as it should be.
pub(crate) fn messages(result: &Value) -> Result<(), String> {
    let messages = result["messages"].as_array().ok_or("the result has no array messages")?;
    if messages.is_empty() {
        return Err("messages is empty".into());
    }
    let is_role = |message: &Value| message["role"] == "user" || message["role"] == "assistant";
    for (index, message) in messages.iter().enumerate() {
        if !is_role(message) || !message["content"]["type"].is_string() {
            return Err(format!("messages/{index} has no role or no content of a type"));
        }
    }
    Ok(())
}

fn mime_type(item: &Value, expected: Option<&str>, listed: Option<&str>) -> Result<(), String> {
    let found = item["mimeType"].as_str();
    if let Some(expected) = expected {
        let found = found.ok_or_else(|| format!("it has no MIME type instead of {expected}"))?;
        if !is_same_type(found, expected) {
            return Err(format!("its MIME type is {} instead of {expected}", excerpt(found)));
        }
    }
    match (found, listed) {
        (Some(found), Some(listed)) if !is_same_type(found, listed) => Err(format!(
            "its MIME type is {}, and the list says {}",
            excerpt(found),
            excerpt(listed)
        )),
        _ => Ok(()),
    }
}

/// Parameters count only where they are expected.
fn is_same_type(found: &str, expected: &str) -> bool {
    let essence = |text: &str| {
        let kind = text.split(';').next().unwrap_or_default().trim();
        kind.to_ascii_lowercase()
    };
    if expected.contains(';') {
        let words = |text: &str| text.replace(' ', "").to_ascii_lowercase();
        words(found) == words(expected)
    } else {
        essence(found) == essence(expected)
    }
}

enum Content<'c> {
    Text(&'c str),
    Blob(Vec<u8>),
}

fn text_or_blob(item: &Value) -> Result<Content<'_>, String> {
    match (&item["text"], &item["blob"]) {
        (Value::String(text), Value::Null) => Ok(Content::Text(text)),
        (Value::Null, Value::String(blob)) => {
            let bytes = Base64::decode_vec(blob);
            bytes.map(Content::Blob).map_err(|_| "its blob is no Base64".into())
        }
        (Value::Null, Value::Null) => Err("it has neither text nor blob".into()),
        (Value::String(_), Value::String(_)) => Err("it has text and blob".into()),
        _ => Err("its text or blob is no string".into()),
    }
}

fn content(item: &Value, expected: &ContentValidation) -> Result<(), String> {
    let length = match (text_or_blob(item)?, expected.kind) {
        (Content::Text(text), ContentKind::Text) => text.chars().count(),
        (Content::Text(text), ContentKind::Json) => {
            let value = serde_json::from_str(text)
                .map_err(|error| format!("its text is no JSON: {error}"))?;
            let schema = expected.compiled.as_ref();
            schema.map_or(Ok(()), |schema: &Schema| schema.check(&value))?;
            text.chars().count()
        }
        (Content::Blob(bytes), ContentKind::Blob) if bytes.is_empty() => {
            return Err("its blob is empty".into());
        }
        (Content::Blob(bytes), ContentKind::Blob) => bytes.len(),
        (Content::Text(_), ContentKind::Blob) => return Err("it is text and no blob".into()),
        (Content::Blob(_), _) => return Err("it is a blob and no text".into()),
    };
    match (expected.min_length, expected.max_length) {
        (Some(min), _) if length < min => Err(format!("its length is {length}, less than {min}")),
        (_, Some(max)) if length > max => Err(format!("its length is {length}, more than {max}")),
        _ => Ok(()),
    }
}
