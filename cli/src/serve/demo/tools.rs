//! The tools: what they are called, what they take and what they do.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::request::Parts;
use rmcp::model::{
    CallToolRequestParams, CallToolResult, ContentBlock, JsonObject, ProgressNotificationParam,
    Tool, ToolAnnotations,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer};
use serde_json::{Value, json};

use crate::serve::guard::Claims;

/// The most bytes that `big` gives.
const MAX_SIZE: u64 = 16 * 1024 * 1024;

/// The most steps that `slow` takes.
const MAX_STEPS: u64 = 1_000;

/// The longest step of `slow`, in milliseconds.
const MAX_DELAY_MS: u64 = 10_000;

/// The header that `route` asks for, without `Mcp-Param-`.
const REGION_HEADER: &str = "Region";

/// Every tool, in the order in which they are listed.
pub(super) fn all() -> Vec<Tool> {
    let text = json!({"type": "string"});
    let integer = json!({"type": "integer"});
    vec![
        tool("echo", "Gives the text back", &json!({"text": text}), &["text"]),
        tool(
            "add",
            "Adds two integers of 64 bits",
            &json!({"a": integer, "b": integer}),
            &["a", "b"],
        )
        .with_raw_output_schema(schema(&json!({"sum": integer}), &["sum"])),
        tool("whoami", "Gives the claims of the token that came with the call", &json!({}), &[])
            .with_raw_output_schema(schema(&json!({}), &[])),
        tool(
            "slow",
            "Takes its time and reports progress after every step",
            &json!({
                "steps": {"type": "integer", "minimum": 1, "maximum": MAX_STEPS},
                "delay_ms": {"type": "integer", "minimum": 0, "maximum": MAX_DELAY_MS},
            }),
            &["steps", "delay_ms"],
        ),
        tool("cancellations", "Gives how many calls of slow have been cancelled", &json!({}), &[])
            .with_raw_output_schema(schema(&json!({"cancelled": integer}), &["cancelled"])),
        tool("fail", "Fails with the message", &json!({"message": text}), &["message"]),
        tool(
            "big",
            "Gives a text of the size in bytes: 8-byte records, each its own offset as 7 lower-case \
             hexadecimal digits and a space, the last one cut to fit",
            &json!({"size": {"type": "integer", "minimum": 0, "maximum": MAX_SIZE}}),
            &["size"],
        ),
        tool(
            "route",
            "Gives the region as the argument and as the request header had it",
            &json!({"region": {"type": "string", "x-mcp-header": REGION_HEADER}}),
            &["region"],
        )
        .with_raw_output_schema(schema(
            &json!({"region": text, "header": {"type": ["string", "null"]}}),
            &["region", "header"],
        )),
    ]
}

/// Runs a tool.
///
/// Arguments that do not fit are a result with `isError`, so that the caller sees why. Calls of `slow`
/// that end before they are done are counted in `cancelled`.
///
/// # Errors
///
/// -32602 when no tool has the name.
pub(super) async fn call(
    request: &CallToolRequestParams,
    context: &RequestContext<RoleServer>,
    cancelled: &AtomicU64,
) -> Result<CallToolResult, ErrorData> {
    let arguments = Arguments(request.arguments.as_ref());
    let outcome = match request.name.as_ref() {
        "echo" => arguments.text("text").map(text),
        "add" => add(arguments),
        "whoami" => whoami(context),
        "slow" => slow(arguments, context, cancelled).await,
        "cancellations" => {
            Ok(CallToolResult::structured(json!({"cancelled": cancelled.load(Ordering::Relaxed)})))
        }
        "fail" => arguments.text("message").and_then(|message| Err(message.to_owned())),
        "big" => arguments.up_to("size", MAX_SIZE).map(|size| text(&big(size))),
        "route" => route(arguments, context),
        _ => return Err(ErrorData::invalid_params("unknown tool", None)),
    };
    Ok(outcome.unwrap_or_else(|message| CallToolResult::error(vec![ContentBlock::text(message)])))
}

fn add(arguments: Arguments<'_>) -> Outcome {
    let (a, b) = (arguments.integer("a")?, arguments.integer("b")?);
    let sum = a.checked_add(b).ok_or("the sum does not fit 64 bits")?;
    Ok(CallToolResult::structured(json!({"sum": sum})))
}

fn whoami(context: &RequestContext<RoleServer>) -> Outcome {
    let claims = parts(context).and_then(|parts| parts.extensions.get::<Claims>());
    let claims = claims.ok_or("the request came past the guard")?;
    let value = claims.value().ok_or("the claims have a number that is too large")?;
    let mut result = CallToolResult::structured(value);
    result.content = vec![ContentBlock::text(&*claims.text)];
    Ok(result)
}

/// Counts when it is dropped with `done` unset, which is also how a future ends that nobody polls.
struct Started<'c> {
    cancelled: &'c AtomicU64,
    done: bool,
}

impl Drop for Started<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.cancelled.fetch_add(1, Ordering::Relaxed);
        }
    }
}

async fn slow(
    arguments: Arguments<'_>,
    context: &RequestContext<RoleServer>,
    cancelled: &AtomicU64,
) -> Outcome {
    let steps = arguments.up_to("steps", MAX_STEPS)?;
    let delay = Duration::from_millis(arguments.up_to("delay_ms", MAX_DELAY_MS)?);
    if steps == 0 {
        return Err("steps is 0".to_owned());
    }
    let mut started = Started { cancelled, done: false };
    let token = context.meta.get_progress_token();
    #[allow(clippy::cast_precision_loss)] // MAX_STEPS is far below 2^53
    let total = steps as f64;
    let mut done = 0.0;
    while done < total {
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = context.ct.cancelled() => return Err("cancelled".to_owned()),
        }
        done += 1.0;
        if let Some(token) = &token {
            let progress = ProgressNotificationParam::new(token.clone(), done)
                .with_total(total)
                .with_message(format!("step {done} of {total}"));
            // A client that has gone away is no reason to stop: the result has the same fate.
            let _ = context.peer.notify_progress(progress).await;
        }
    }
    started.done = true;
    Ok(text(&format!("{steps} steps done")))
}

fn big(size: u64) -> String {
    let size = usize::try_from(size).unwrap_or(0);
    let mut text = String::with_capacity(size.saturating_add(8));
    while text.len() < size {
        let offset = text.len();
        let _ = write!(text, "{offset:07x} ");
    }
    text.truncate(size);
    text
}

fn route(arguments: Arguments<'_>, context: &RequestContext<RoleServer>) -> Outcome {
    let region = arguments.text("region")?;
    let header = parts(context)
        .and_then(|parts| parts.headers.get(format!("mcp-param-{REGION_HEADER}")))
        .map(|value| String::from_utf8_lossy(value.as_bytes()));
    Ok(CallToolResult::structured(json!({"region": region, "header": header})))
}

/// What a tool gives, or the message of a result with `isError`.
type Outcome = Result<CallToolResult, String>;

/// The arguments of a call.
#[derive(Clone, Copy)]
struct Arguments<'a>(Option<&'a JsonObject>);

impl<'a> Arguments<'a> {
    fn text(self, name: &str) -> Result<&'a str, String> {
        self.value(name)?.as_str().ok_or_else(|| format!("{name} is not a string"))
    }

    fn integer(self, name: &str) -> Result<i64, String> {
        self.value(name)?.as_i64().ok_or_else(|| format!("{name} is not an integer of 64 bits"))
    }

    fn up_to(self, name: &str, limit: u64) -> Result<u64, String> {
        let value = self.value(name)?.as_u64().filter(|value| *value <= limit);
        value.ok_or_else(|| format!("{name} is not an integer from 0 to {limit}"))
    }

    fn value(self, name: &str) -> Result<&'a Value, String> {
        let value = self.0.and_then(|arguments| arguments.get(name));
        value.ok_or_else(|| format!("{name} is missing"))
    }
}

fn parts(context: &RequestContext<RoleServer>) -> Option<&Parts> {
    context.extensions.get::<Parts>()
}

fn text(text: &str) -> CallToolResult {
    CallToolResult::success(vec![ContentBlock::text(text)])
}

fn tool(
    name: &'static str,
    description: &'static str,
    properties: &Value,
    required: &[&str],
) -> Tool {
    let annotations = ToolAnnotations::new().read_only(true).idempotent(true).open_world(false);
    Tool::new(name, description, schema(properties, required)).with_annotations(annotations)
}

fn schema(properties: &Value, required: &[&str]) -> Arc<JsonObject> {
    let mut schema = JsonObject::new();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), properties.clone());
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    Arc::new(schema)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn big_has_the_size_and_every_record_its_offset() {
        for size in [0, 1, 7, 8, 9, 20, 4096, 65_537] {
            let text = big(size);
            assert_eq!(text.len() as u64, size);
            for (index, record) in text.as_bytes().chunks_exact(8).enumerate() {
                let digits = std::str::from_utf8(&record[..7]).unwrap();
                assert_eq!(usize::from_str_radix(digits, 16), Ok(index * 8));
                assert_eq!(record[7], b' ');
            }
        }
        assert_eq!(big(20), "0000000 0000008 0000");
        assert_eq!(big(MAX_SIZE).len() as u64, MAX_SIZE);
        assert!(big(MAX_SIZE).ends_with(" 0fffff8 "));
    }

    #[test]
    fn arguments_that_do_not_fit_are_named() {
        let object = json!({"a": 1, "b": 2.5, "text": null});
        let arguments = Arguments(object.as_object());
        assert_eq!(arguments.integer("a"), Ok(1));
        for message in [
            arguments.integer("b").unwrap_err(),
            arguments.text("text").unwrap_err(),
            arguments.up_to("a", 0).unwrap_err(),
            arguments.text("absent").unwrap_err(),
            Arguments(None).text("absent").unwrap_err(),
        ] {
            assert!(!message.is_empty());
        }
        let extreme = json!({"a": i64::MAX, "b": 1});
        assert!(add(Arguments(extreme.as_object())).is_err());
    }
}
