//! What results say.

use core::fmt;

use crate::json::{Items, Str, Value};

/// Whether a result is the answer or asks for more.
///
/// [Result type](https://modelcontextprotocol.io/specification/2026-07-28/basic#result-type)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultType<'a> {
    /// The answer. Up to 2025-11-25 every result is one.
    Complete(Value<'a>),
    /// The server needs input from the client before it can answer.
    InputRequired(InputRequired<'a>),
}

/// What a server needs before it can answer.
///
/// [Multi-round-trip requests](https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputRequired<'a> {
    /// An object of requests by key.
    pub requests: Option<Value<'a>>,
    /// To be sent back byte for byte, and never to be read.
    pub state: Option<Str<'a>>,
}

impl<'a> ResultType<'a> {
    /// Reads a result of revision 2026-07-28.
    ///
    /// # Errors
    /// [`ResultError`]: no object, an unknown `resultType`, members of the wrong type, requests that are
    /// none, neither requests nor a state.
    pub fn from_result(result: Value<'a>) -> Result<Self, ResultError> {
        if !result.is_object() {
            return Err(ResultError::NotAnObject);
        }
        let Some(kind) = member(result, "resultType")? else { return Ok(Self::Complete(result)) };
        let kind = kind.as_str().ok_or(ResultError::WrongType("resultType"))?;
        if kind == *"complete" {
            return Ok(Self::Complete(result));
        }
        if kind != *"input_required" {
            return Err(ResultError::UnknownResultType);
        }
        let requests = member(result, "inputRequests")?;
        let state = string(result, "requestState")?;
        if requests.is_none() && state.is_none() {
            return Err(ResultError::Missing("inputRequests"));
        }
        InputRequired { requests, state }.checked().map(Self::InputRequired)
    }
}

impl<'a> InputRequired<'a> {
    /// Makes sure that every request is one and that no key stands twice.
    pub(super) fn checked(self) -> Result<Self, ResultError> {
        let Some(requests) = self.requests else { return Ok(self) };
        if !requests.is_object() {
            return Err(ResultError::WrongType("inputRequests"));
        }
        requests.unique_names().map_err(|_| ResultError::Duplicate("inputRequests"))?;
        for (_, request) in requests.entries() {
            InputRequest::from_value(request)?;
        }
        Ok(self)
    }

    /// The requests with their keys. Each wants an answer under its key.
    pub fn entries(&self) -> impl Iterator<Item = (Str<'a>, InputRequest<'a>)> + use<'a> {
        let entries = self.requests.unwrap_or(Value::empty_object()).entries();
        entries.filter_map(|(key, request)| Some((key, InputRequest::from_value(request).ok()?)))
    }
}

/// One thing that a server asks of the client: `elicitation/create`, `sampling/createMessage` or
/// `roots/list`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputRequest<'a> {
    /// What is wanted.
    pub method: Str<'a>,
    /// More about it.
    pub params: Option<Value<'a>>,
}

impl<'a> InputRequest<'a> {
    /// Reads a value of `inputRequests`.
    ///
    /// # Errors
    /// [`ResultError`]: it is no object, has no method or has parameters that are no object.
    pub fn from_value(request: Value<'a>) -> Result<Self, ResultError> {
        if !request.is_object() {
            return Err(ResultError::WrongType("inputRequests"));
        }
        let method = string(request, "method")?.ok_or(ResultError::Missing("method"))?;
        let params = member(request, "params")?;
        if params.is_some_and(|params| !params.is_object()) {
            return Err(ResultError::WrongType("params"));
        }
        Ok(Self { method, params })
    }
}

/// One page of a list.
///
/// [Pagination](https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/pagination)
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// The entries of this page.
    pub items: Items<'a>,
    /// Where the next page begins; an empty string is a cursor, too.
    pub next_cursor: Option<Str<'a>>,
}

impl<'a> Page<'a> {
    /// Reads the result of a list method; `list` is `tools`, `resources`, `resourceTemplates` or
    /// `prompts`.
    ///
    /// # Errors
    /// [`ResultError`]: the list is missing, stands twice or is no array; the cursor is no string.
    pub fn from_result(result: Value<'a>, list: &'static str) -> Result<Self, ResultError> {
        let entries = promised(result, list)?;
        if entries.raw().first() != Some(&b'[') {
            return Err(ResultError::WrongType(list));
        }
        let next_cursor = match member(result, "nextCursor")? {
            Some(cursor) if cursor.is_null() => None,
            Some(cursor) => Some(cursor.as_str().ok_or(ResultError::WrongType("nextCursor"))?),
            None => None,
        };
        Ok(Self { items: entries.items(), next_cursor })
    }
}

/// The result of `tools/call`.
///
/// [Tools](https://modelcontextprotocol.io/specification/2026-07-28/server/tools)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToolResult<'a> {
    /// An array of content items; revision 2024-11-05 allows it to be missing.
    pub content: Option<Value<'a>>,
    /// Any JSON value that fits the tool's output schema.
    pub structured_content: Option<Value<'a>>,
    /// Whether the tool itself failed.
    pub is_error: bool,
}

impl<'a> ToolResult<'a> {
    /// Reads the result of a tool.
    ///
    /// # Errors
    /// [`ResultError`]: a member stands twice or has the wrong type. A malformed `isError` is an error
    /// and never "no".
    pub fn from_result(result: Value<'a>) -> Result<Self, ResultError> {
        if !result.is_object() {
            return Err(ResultError::NotAnObject);
        }
        let content = member(result, "content")?;
        if content.is_some_and(|content| content.raw().first() != Some(&b'[')) {
            return Err(ResultError::WrongType("content"));
        }
        let is_error = match member(result, "isError")? {
            Some(flag) => flag.as_bool().ok_or(ResultError::WrongType("isError"))?,
            None => false,
        };
        Ok(Self { content, structured_content: member(result, "structuredContent")?, is_error })
    }

    /// The texts among the content items.
    pub fn texts(&self) -> impl Iterator<Item = Str<'a>> + use<'a> {
        self.content.unwrap_or(Value::empty_object()).items().filter_map(|item| {
            let kind = item.lookup("type")?.as_str()?;
            if kind != *"text" {
                return None;
            }
            item.lookup("text")?.as_str()
        })
    }
}

/// Why a result is not what its method promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ResultError {
    /// The named member stands twice.
    Duplicate(&'static str),
    /// The named member is missing.
    Missing(&'static str),
    /// The result is no object.
    NotAnObject,
    /// `resultType` is neither `complete` nor `input_required`, or the method allows only the first.
    UnknownResultType,
    /// The named member has the wrong type.
    WrongType(&'static str),
}

impl fmt::Display for ResultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duplicate(name) => write!(f, "{name} stands twice in the result"),
            Self::Missing(name) => write!(f, "{name} is missing in the result"),
            Self::NotAnObject => f.write_str("the result is not an object"),
            Self::UnknownResultType => f.write_str("the result has a resultType of no known kind"),
            Self::WrongType(name) => write!(f, "{name} has the wrong type in the result"),
        }
    }
}

impl core::error::Error for ResultError {}

pub(super) fn member<'a>(
    result: Value<'a>,
    name: &'static str,
) -> Result<Option<Value<'a>>, ResultError> {
    let found = result.lookup(name);
    if found.is_some_and(Value::stands_twice) {
        Err(ResultError::Duplicate(name))
    } else {
        Ok(found)
    }
}

/// A member that must not be missing.
pub(crate) fn promised<'a>(
    result: Value<'a>,
    name: &'static str,
) -> Result<Value<'a>, ResultError> {
    member(result, name)?.ok_or(ResultError::Missing(name))
}

pub(super) fn string<'a>(
    result: Value<'a>,
    name: &'static str,
) -> Result<Option<Str<'a>>, ResultError> {
    match member(result, name)? {
        Some(value) => value.as_str().map(Some).ok_or(ResultError::WrongType(name)),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    fn value(text: &str) -> Value<'_> {
        parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn result_types_are_told_apart() {
        let of = |text| ResultType::from_result(value(text));
        let plain = value("{\"x\":1}");
        assert_eq!(ResultType::from_result(plain), Ok(ResultType::Complete(plain)));
        assert!(matches!(of("{\"resultType\":\"complete\"}"), Ok(ResultType::Complete(_))));
        assert_eq!(of("{\"resultType\":\"task\"}"), Err(ResultError::UnknownResultType));
        assert_eq!(of("{\"resultType\":1}"), Err(ResultError::WrongType("resultType")));
        assert_eq!(of("[]"), Err(ResultError::NotAnObject));
        let text =
            "{\"resultType\":\"input_required\",\"inputRequests\":{},\"requestState\":\"s\"}";
        let Ok(ResultType::InputRequired(input)) = of(text) else { panic!() };
        assert!(input.state.unwrap() == *"s" && input.requests.is_some());
    }

    #[test]
    fn requests_for_input_are_read_strictly() {
        let of = |requests: &str| {
            let text =
                std::format!("{{\"resultType\":\"input_required\",\"inputRequests\":{requests}}}");
            match ResultType::from_result(value(&text)) {
                Ok(ResultType::InputRequired(input)) => Ok(input
                    .entries()
                    .map(|(key, _)| std::format!("{key}"))
                    .collect::<std::vec::Vec<_>>()),
                Ok(ResultType::Complete(_)) => panic!(),
                Err(error) => Err(error),
            }
        };
        // The example `InputRequiredResult` of the schema of 2026-07-28, shortened.
        let text = r#"{"github_login":{"method":"elicitation/create","params":{"mode":"form",
            "requestedSchema":{"type":"object"}}},"roots":{"method":"roots/list"}}"#;
        assert_eq!(of(text).unwrap(), ["github_login", "roots"]);
        for (text, error) in [
            ("{\"a\":1}", ResultError::WrongType("inputRequests")),
            ("{\"a\":{}}", ResultError::Missing("method")),
            ("{\"a\":{\"method\":1}}", ResultError::WrongType("method")),
            ("{\"a\":{\"method\":\"m\",\"params\":[]}}", ResultError::WrongType("params")),
            (
                "{\"a\":{\"method\":\"m\"},\"\\u0061\":{\"method\":\"m\"}}",
                ResultError::Duplicate("inputRequests"),
            ),
        ] {
            assert_eq!(of(text), Err(error), "{text}");
        }
        assert_eq!(
            ResultType::from_result(value("{\"resultType\":\"input_required\"}")),
            Err(ResultError::Missing("inputRequests"))
        );
    }

    #[test]
    fn an_empty_cursor_is_a_cursor() {
        let page = |text| Page::from_result(value(text), "tools");
        assert!(page("{\"tools\":[],\"nextCursor\":\"\"}").unwrap().next_cursor.unwrap() == *"");
        assert_eq!(page("{\"tools\":[1,2]}").unwrap().items.count(), 2);
        assert!(page("{\"tools\":[],\"nextCursor\":null}").unwrap().next_cursor.is_none());
        assert_eq!(page("{}").unwrap_err(), ResultError::Missing("tools"));
        assert_eq!(page("{\"tools\":{}}").unwrap_err(), ResultError::WrongType("tools"));
        let bad = page("{\"tools\":[],\"nextCursor\":1}").unwrap_err();
        assert_eq!(bad, ResultError::WrongType("nextCursor"));
    }

    #[test]
    fn is_error_is_read_strictly() {
        let result = |text| ToolResult::from_result(value(text));
        assert!(result("{\"content\":[],\"isError\":true}").unwrap().is_error);
        assert!(!result("{\"content\":[]}").unwrap().is_error);
        assert_eq!(result("{\"isError\":\"true\"}"), Err(ResultError::WrongType("isError")));
        assert_eq!(
            result("{\"isError\":false,\"isError\":true}"),
            Err(ResultError::Duplicate("isError"))
        );
        let text = "{\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"image\"}]}";
        assert_eq!(result(text).unwrap().texts().count(), 1);
    }
}
