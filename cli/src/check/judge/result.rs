//! The judgement of a call of a tool.

use mcpico_core::json;
use mcpico_core::mcp::ToolResult;
use mcpico_http::std::{Outcome, RpcError};
use serde_json::{Map, Value};

use super::excerpt;
use super::payload::error_payload;
use crate::check::configuration::{Expectation, Scope};
use crate::failure::rpc;
use crate::surface::{self, Fault};
use crate::yaml::Entries;

/// How a server answered a request.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Result(Value),
    Error(RpcError),
}

impl Answer {
    /// The answer of an outcome.
    ///
    /// # Errors
    /// [`Fault::Answer`]: it cannot be read, or the server needs input first.
    pub(crate) fn of(outcome: Outcome) -> Result<Self, Fault> {
        match outcome {
            Outcome::Result(text) => {
                let value = serde_json::from_str(&text);
                value.map(Self::Result).map_err(|error| Fault::Answer(error.to_string()))
            }
            Outcome::Error(error) => Ok(Self::Error(error)),
            Outcome::InputRequired(_) | Outcome::Task(_) => {
                Err(Fault::Answer("the server needs input that this command does not give".into()))
            }
        }
    }
}

/// Judges the answer of `tool` where nothing is expected of it but that it succeeds.
///
/// # Errors
/// The first thing that is not as it should be, escaped.
pub(crate) fn succeeded(tool: &Value, answer: &Answer) -> Result<(), String> {
    let (variables, saved) = (Entries::default(), Map::new());
    let scope = Scope { uuid: "", variables: &variables, saved: &saved };
    tool_result(tool, answer, &Expectation::default(), scope).map(|_| ())
}

/// Judges the answer of `tool`, as it is listed; gives a remark.
///
/// # Errors
/// The first thing that is not as it should be, escaped.
pub(crate) fn tool_result(
    tool: &Value,
    answer: &Answer,
    expectation: &Expectation,
    scope: Scope<'_>,
) -> Result<String, String> {
    let failed = failed(answer, expectation)?;
    match (failed, expectation.success) {
        (Some(why), true) => return Err(why),
        (None, false) => {
            return Err("it succeeded, and expect_success is false: it has to fail".into());
        }
        _ => {}
    }
    // A JSON-RPC error has nothing more to look at.
    let Answer::Result(result) = answer else { return Ok("it failed, as expected".into()) };
    if let Some(schema) = &expectation.schema {
        schema.check(result).map_err(|why| format!("response_schema: {why}"))?;
    }
    if expectation.success {
        surface::fits_output_schema(tool, result)?;
    }
    if let Some(search) = &expectation.search {
        search.check(result).map_err(|why| format!("validation: {why}"))?;
    }
    for matcher in &expectation.matchers {
        let matcher = matcher.filled(scope)?;
        matcher.check(result).map_err(|why| format!("expect: {why}"))?;
    }
    Ok(if expectation.success { String::new() } else { "it failed, as expected".into() })
}

/// Why the call failed, if it did.
fn failed(answer: &Answer, expectation: &Expectation) -> Result<Option<String>, String> {
    let result = match answer {
        Answer::Error(error) => return Ok(Some(rpc(error))),
        Answer::Result(result) => result,
    };
    let text = result.to_string();
    let unreadable = |error: &dyn std::fmt::Display| format!("it is no result of a tool: {error}");
    let parsed = json::parse(text.as_bytes()).map_err(|error| unreadable(&error))?;
    let read = ToolResult::from_result(parsed).map_err(|error| unreadable(&error))?;
    if read.is_error {
        return Ok(Some(format!("isError is true: {}", excerpt(&said(result)))));
    }
    if expectation.allow_error_payload {
        return Ok(None);
    }
    Ok(error_payload(result, "content"))
}

/// What the texts of a result say.
fn said(result: &Value) -> String {
    let items = result["content"].as_array().into_iter().flatten();
    let texts: Vec<_> = items.filter_map(|item| item["text"].as_str()).collect();
    if texts.is_empty() { result.to_string() } else { texts.join(" ") }
}
