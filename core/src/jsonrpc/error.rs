//! Error objects and their codes.

use core::fmt;

use crate::json::{Str, Value};

/// Codes of JSON-RPC and of MCP.
pub mod code {
    /// The text is not JSON.
    pub const PARSE_ERROR: i64 = -32700;
    /// The JSON is not a request.
    pub const INVALID_REQUEST: i64 = -32600;
    /// There is no such method.
    pub const METHOD_NOT_FOUND: i64 = -32601;
    /// The parameters are wrong; MCP also: unknown tool, resource or prompt.
    pub const INVALID_PARAMS: i64 = -32602;
    /// The server failed.
    pub const INTERNAL_ERROR: i64 = -32603;
    /// Revisions up to 2025-11-25: there is no such resource.
    pub const RESOURCE_NOT_FOUND: i64 = -32002;
    /// Revision 2026-07-28: a header and the body differ.
    pub const HEADER_MISMATCH: i64 = -32020;
    /// Revision 2026-07-28: the client lacks a capability that the request needs.
    pub const MISSING_REQUIRED_CLIENT_CAPABILITY: i64 = -32021;
    /// Revision 2026-07-28: the server does not speak the revision of the request.
    pub const UNSUPPORTED_PROTOCOL_VERSION: i64 = -32022;
}

/// The `error` member of a response.
///
/// [JSON-RPC 2.0 section 5.1](https://www.jsonrpc.org/specification#error_object)
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ErrorObject<'a> {
    /// The kind of error; see [`code`].
    pub code: i64,
    /// One sentence from the peer: escape it before it reaches a terminal.
    pub message: Str<'a>,
    /// More about the error.
    pub data: Option<Value<'a>>,
}

impl<'a> ErrorObject<'a> {
    /// Reads an error object; `None` when a member is missing, stands twice or has the wrong type.
    pub(crate) fn from_value(value: Value<'a>) -> Option<Self> {
        let code = value.lookup("code")?.as_number()?.as_i64()?;
        let message = value.lookup("message")?.as_str()?;
        let data = value.lookup("data");
        if data.is_some_and(Value::stands_twice) {
            None
        } else {
            Some(Self { code, message, data })
        }
    }

    /// Whether only a server of revision 2026-07-28 or later sends this code.
    pub const fn is_modern(&self) -> bool {
        matches!(
            self.code,
            code::HEADER_MISMATCH
                | code::MISSING_REQUIRED_CLIENT_CAPABILITY
                | code::UNSUPPORTED_PROTOCOL_VERSION
        )
    }
}

impl fmt::Debug for ErrorObject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ErrorObject({}, {:?})", self.code, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;
    use std::format;

    #[test]
    fn no_member_may_stand_twice() {
        let more = br#"{"code":1,"message":"m","data":2,"more":3,"more":4}"#;
        assert!(ErrorObject::from_value(parse(more).unwrap()).is_some());
        for member in [r#""code":1"#, r#""message":"m""#, r#""data":2"#] {
            let text = format!(r#"{{"code":1,"message":"m","data":2,{member}}}"#);
            assert!(ErrorObject::from_value(parse(text.as_bytes()).unwrap()).is_none(), "{text}");
        }
    }
}
