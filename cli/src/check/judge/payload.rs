//! Errors that come as if they were results.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::excerpt;

/// How a text begins that says nothing but that something went wrong.
static COMPLAINT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)^\s*(?i: (error|exception|fatal\ error|internal\ server\ error)\s*[:!-]
        | traceback\ \(most\ recent\ call\ last\)
        | (unauthori[sz]ed|forbidden|access\ ?denied|permission\ denied|invalid\ token|not\ authenticated
            |authentication\ (failed|required)|token\ (has\ )?expired|unable\ to\ locate\ credentials
            |(http\ )?(status\ |error\ )*40[13]\b[\s:,-]*(client\ error|unauthori[sz]ed|forbidden)
            |request\ failed\ with\ status\ code\ [45]\d\d)\b )
        | (\w+\.)*[A-Z]\w*(Error|Exception)\s*:
        # botocore says so, in whatever text it is put
        | An\ error\ occurred\ \(\w[\w.]*\)\ when\ calling\ the\ \w+\ operation",
    )
    .expect("it is fixed")
});

/// The error that stands in structured content or in a content item, with its place; escaped.
///
/// An error is an object with a member `error` that holds something, or with `success: false`, also as
/// JSON in a text, errors of GraphQL, a message that is alone and complains, and a text that begins as error
/// messages do.
pub(crate) fn error_payload(result: &Value, items: &str) -> Option<String> {
    if let Some(why) = result.get("structuredContent").and_then(error_in) {
        return Some(format!("structuredContent {why}"));
    }
    let items_found = result[items].as_array().into_iter().flatten().enumerate();
    items_found.into_iter().find_map(|(index, item)| {
        let text = item["text"].as_str().or(item["resource"]["text"].as_str())?;
        let why = match serde_json::from_str::<Value>(text) {
            Ok(value) => error_in(&value)?,
            Err(_) if COMPLAINT.is_match(text) => format!("is an error message: {}", excerpt(text)),
            Err(_) => return None,
        };
        Some(format!("{items}/{index} {why}"))
    })
}

fn error_in(value: &Value) -> Option<String> {
    let object = value.as_object()?;
    let holds = |error: &Value| match error {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => true,
    };
    if let Some(error) = object.get("error").filter(|error| holds(error)) {
        return Some(format!("has an error: {}", excerpt(&error.to_string())));
    }
    if object.get("success") == Some(&Value::Bool(false)) {
        return Some(format!("has success: false: {}", excerpt(&value.to_string())));
    }
    // GraphQL answers so, with status 200.
    let errors = object.get("errors").and_then(Value::as_array).into_iter().flatten();
    if let Some(error) = errors.into_iter().find(|error| error["message"].is_string()) {
        return Some(format!("has errors: {}", excerpt(&error.to_string())));
    }
    // Gateways and frameworks say nothing but that.
    let said = ["message", "Message", "detail"].iter().find_map(|name| object.get(*name)?.as_str());
    if let Some(said) = said.filter(|said| object.len() == 1 && COMPLAINT.is_match(said)) {
        return Some(format!("is an error message: {}", excerpt(said)));
    }
    // Some servers wrap what a tool gives.
    match object.get("result") {
        Some(result) if object.len() == 1 => error_in(result),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(text: &str) -> Value {
        json!({"content": [{"type": "text", "text": "fine"}, {"type": "text", "text": text}]})
    }

    #[test]
    fn errors_are_found_in_every_place() {
        for result in [
            text(r#"{"error": "no such bucket"}"#),
            text(r#"{"error": {"code": 5}}"#),
            text(r#"{"error": true}"#),
            text(r#"{"success": false, "reason": "x"}"#),
            text(r#"{"result": {"error": "x"}}"#),
            text("Error: access denied"),
            text("Traceback (most recent call last):\n  File"),
            text("Unauthorized"),
            text("Permission denied for user"),
            // botocore, its exceptions, requests, axios, API Gateway, FastAPI, GraphQL
            text(
                "Failed: An error occurred (AccessDenied) when calling the ListBuckets operation: Access Denied",
            ),
            text("botocore.exceptions.NoCredentialsError: Unable to locate credentials"),
            text("AccessDenied: no"),
            text("401 Client Error: Unauthorized for url: https://example/"),
            text("HTTP 403 Forbidden"),
            text("Request failed with status code 403"),
            text(r#"{"message": "Unauthorized"}"#),
            text(r#"{"detail": "Not authenticated"}"#),
            text(r#"{"data": null, "errors": [{"message": "not authorized"}]}"#),
            json!({"content": [], "structuredContent": {"error": "x"}}),
            json!({"content": [], "structuredContent": {"result": {"success": false}}}),
            json!({"content": [{"type": "resource", "resource": {"text": "{\"error\":1}"}}]}),
        ] {
            assert!(error_payload(&result, "content").is_some(), "{result}");
        }
    }

    #[test]
    fn what_only_speaks_of_errors_is_none() {
        for result in [
            text("no errors found"),
            text(r#"{"error": null, "data": 1}"#),
            text(r#"{"error": false}"#),
            text(r#"{"error": ""}"#),
            text(r#"{"errors": 0, "success": true}"#),
            text("Errors are described in chapter 5"),
            text("the text says Error: in the middle"),
            text("forbiddenness"),
            text("terror: a film"),
            text("401 rows"),
            text("an error occurred in 1912"),
            text(r#"{"message": "hello"}"#),
            text(r#"{"message": "Unauthorized", "code": 401, "page": 7}"#),
            text(r#"{"errors": []}"#),
            text(r#"{"errors": [{"line": 7}]}"#),
            json!({"content": [], "structuredContent": {"result": "x", "error": null}}),
            json!({"content": []}),
        ] {
            assert_eq!(error_payload(&result, "content"), None, "{result}");
        }
    }
}
