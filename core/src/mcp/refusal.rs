//! The errors of 2026-07-28 that say what to do next.

use super::ResultError;
use super::result::{promised, string};
use crate::json::{Items, Str, Value};
use crate::jsonrpc::{ErrorObject, code};

/// Why a server of the modern era refuses a request that is well-formed otherwise.
///
/// [Error codes](https://modelcontextprotocol.io/specification/2026-07-28/basic#error-codes)
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Refusal<'a> {
    /// -32020: headers and body differ. For a tool call: list the tools again, because its schema says
    /// which arguments are headers, and call it once more.
    HeaderMismatch,
    /// -32021: the client has to declare more.
    MissingCapability {
        /// An object of the form of the client's capabilities.
        required: Value<'a>,
    },
    /// -32022: the server does not speak the revision.
    UnsupportedRevision {
        /// The names of those that it speaks, strings.
        supported: Items<'a>,
        /// The one that it has read.
        requested: Option<Str<'a>>,
    },
}

impl<'a> Refusal<'a> {
    /// Reads an error; `None` when it is another one.
    ///
    /// # Errors
    /// [`ResultError`]: what has to stand in `data` is missing, stands twice or has the wrong type.
    pub fn from_error(error: &ErrorObject<'a>) -> Result<Option<Self>, ResultError> {
        Ok(Some(match error.code {
            code::HEADER_MISMATCH => Self::HeaderMismatch,
            code::MISSING_REQUIRED_CLIENT_CAPABILITY => {
                let (_, required) = datum(error, "requiredCapabilities")?;
                if !required.is_object() {
                    return Err(ResultError::WrongType("requiredCapabilities"));
                }
                Self::MissingCapability { required }
            }
            code::UNSUPPORTED_PROTOCOL_VERSION => {
                let (data, supported) = datum(error, "supported")?;
                if !is_array_of_strings(supported) {
                    return Err(ResultError::WrongType("supported"));
                }
                let requested = string(data, "requested")?;
                Self::UnsupportedRevision { supported: supported.items(), requested }
            }
            _ => return Ok(None),
        }))
    }
}

/// The data of an error and a member of it.
fn datum<'a>(
    error: &ErrorObject<'a>,
    name: &'static str,
) -> Result<(Value<'a>, Value<'a>), ResultError> {
    let data = error.data.ok_or(ResultError::Missing("data"))?;
    Ok((data, promised(data, name)?))
}

pub(super) fn is_array_of_strings(value: Value<'_>) -> bool {
    value.raw().first() == Some(&b'[') && value.items().all(|item| item.as_str().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jsonrpc::Message;
    use std::format;
    use std::string::{String, ToString};
    use std::vec::Vec;

    fn of(code: i64, data: &str) -> Result<String, ResultError> {
        let data = if data.is_empty() { String::new() } else { format!(",\"data\":{data}") };
        let text = format!(
            "{{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{{\"code\":{code},\"message\":\"\"{data}}}}}"
        );
        let Ok(Message::Error { error, .. }) = Message::parse(text.as_bytes()) else { panic!() };
        Ok(match Refusal::from_error(&error)? {
            None => "none".into(),
            Some(Refusal::HeaderMismatch) => "mismatch".into(),
            Some(Refusal::MissingCapability { required }) => required.text().into(),
            Some(Refusal::UnsupportedRevision { supported, requested }) => {
                let names: Vec<_> = supported.map(|name| name.text().to_string()).collect();
                format!("{names:?} {}", requested.is_some())
            }
        })
    }

    // The messages of the schema of 2026-07-28 are read in `tests/mcp_corpus.rs`.
    #[test]
    fn data_is_read_strictly() {
        assert_eq!(of(-32601, ""), Ok("none".into()));
        assert_eq!(of(-32020, ""), Ok("mismatch".into()));
        assert_eq!(of(-32020, "7"), Ok("mismatch".into()));
        let required = |data: &str| of(-32021, data);
        assert_eq!(required(r#"{"requiredCapabilities":{"x":{}}}"#), Ok(r#"{"x":{}}"#.into()));
        assert_eq!(required(""), Err(ResultError::Missing("data")));
        assert_eq!(required("{}"), Err(ResultError::Missing("requiredCapabilities")));
        let wrong = Err(ResultError::WrongType("requiredCapabilities"));
        assert_eq!(required(r#"{"requiredCapabilities":["x"]}"#), wrong);
        let supported = |data: &str| of(-32022, data);
        assert_eq!(supported(r#"{"supported":["a"]}"#), Ok("[\"\\\"a\\\"\"] false".into()));
        let both = supported(r#"{"supported":[],"requested":"b"}"#);
        assert_eq!(both, Ok("[] true".into()));
        assert_eq!(supported(r#"{"supported":[1]}"#), Err(ResultError::WrongType("supported")));
        assert_eq!(supported(r#"{"supported":"a"}"#), Err(ResultError::WrongType("supported")));
        let wrong = supported(r#"{"supported":[],"requested":1}"#);
        assert_eq!(wrong, Err(ResultError::WrongType("requested")));
    }
}
