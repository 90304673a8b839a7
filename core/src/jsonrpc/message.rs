//! Messages, read in one pass and written all or nothing.

use core::fmt;

use super::{ErrorObject, Id};
use crate::json::{JsonError, JsonErrorKind, NameError, Object, Scanner, Str, Value};
use crate::writer::Writer;

/// One message from the peer. It borrows the text that it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message<'a> {
    /// A response that says why the request failed. MCP allows it without an id when the server could
    /// not tell which request it answers.
    Error {
        /// The id of the request.
        id: Option<Id<'a>>,
        /// What went wrong.
        error: ErrorObject<'a>,
    },
    /// A message that wants no answer.
    Notification {
        /// What happened.
        method: Str<'a>,
        /// An object or array, when it is there.
        params: Option<Value<'a>>,
    },
    /// A message that wants an answer.
    Request {
        /// To be repeated in the answer.
        id: Id<'a>,
        /// What is wanted.
        method: Str<'a>,
        /// An object or array, when it is there.
        params: Option<Value<'a>>,
    },
    /// A response with the result of the request.
    Result {
        /// The id of the request.
        id: Id<'a>,
        /// Any JSON value; MCP has objects only.
        result: Value<'a>,
    },
}

impl<'a> Message<'a> {
    /// Reads one message.
    ///
    /// # Errors
    /// [`MessageError`]: the text is no JSON, an array (a batch), or no JSON-RPC 2.0 message.
    pub fn parse(text: &'a [u8]) -> Result<Self, MessageError> {
        let mut members = Members::default();
        let mut scanner = Scanner::new(text);
        if !scanner.open(b'{') {
            let value = scanner.document()?;
            let batch = value.items().next().is_some();
            return Err(if batch { MessageError::Batch } else { MessageError::NotAnObject });
        }
        while let Some(name) = scanner.next_name() {
            let Some(value) = scanner.inner_value() else { break };
            members.take(name, value)?;
        }
        scanner.end()?;
        members.message()
    }
}

/// The members that a message can have; others are passed over.
const MEMBERS: [&str; 6] = ["jsonrpc", "id", "method", "params", "result", "error"];

/// The members of a message as they stand in the text.
#[derive(Default)]
struct Members<'a>([Option<Value<'a>>; MEMBERS.len()]);

impl<'a> Members<'a> {
    fn take(&mut self, name: Str<'a>, value: Value<'a>) -> Result<(), MessageError> {
        for (known, slot) in MEMBERS.iter().zip(&mut self.0) {
            if name == **known && slot.replace(value).is_some() {
                return Err(MessageError::Duplicate);
            }
        }
        Ok(())
    }

    fn message(self) -> Result<Message<'a>, MessageError> {
        let [version, id, method, params, result, error] = self.0;
        let version = version.and_then(|version| version.as_str());
        if version.is_none_or(|version| version != *"2.0") {
            return Err(MessageError::Version);
        }
        let id = match id {
            // An error may have a null id when the server could not read the request.
            Some(id) if id.is_null() && error.is_some() => None,
            Some(id) => Some(Id::from_value(id).ok_or(MessageError::Id)?),
            None => None,
        };
        match (method, result, error) {
            (Some(method), None, None) => {
                let method = method.as_str().ok_or(MessageError::Method)?;
                if let Some(params) = params {
                    if !matches!(params.raw().first(), Some(b'{' | b'[')) {
                        return Err(MessageError::Params);
                    }
                    params.unique_names()?;
                }
                Ok(match id {
                    Some(id) => Message::Request { id, method, params },
                    None => Message::Notification { method, params },
                })
            }
            (None, Some(result), None) => {
                let id = id.ok_or(MessageError::Id)?;
                Ok(Message::Result { id, result })
            }
            (None, None, Some(error)) => {
                let error = ErrorObject::from_value(error).ok_or(MessageError::ErrorObject)?;
                Ok(Message::Error { id, error })
            }
            _ => Err(MessageError::Shape),
        }
    }
}

/// Why a text is no JSON-RPC message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum MessageError {
    /// An array where one message is allowed.
    Batch,
    /// A member stands twice.
    Duplicate,
    /// `error` is no object with an integer `code` and a string `message`.
    ErrorObject,
    /// `id` is missing where it is needed, or neither a string nor an integer.
    Id,
    /// Not JSON.
    Json(JsonError),
    /// `method` is no string.
    Method,
    /// The text is JSON but neither an object nor an array of something.
    NotAnObject,
    /// `params` is neither an object nor an array.
    Params,
    /// Not exactly one of `method`, `result` and `error`.
    Shape,
    /// `params` has more members than are compared.
    TooManyParams,
    /// `jsonrpc` is not `"2.0"`.
    Version,
}

impl MessageError {
    /// Whether more bytes could turn the text into a message.
    pub const fn is_incomplete(&self) -> bool {
        matches!(self, Self::Json(JsonError { kind: JsonErrorKind::UnexpectedEnd, .. }))
    }
}

impl From<JsonError> for MessageError {
    fn from(error: JsonError) -> Self {
        Self::Json(error)
    }
}

impl From<NameError> for MessageError {
    fn from(error: NameError) -> Self {
        match error {
            NameError::Duplicate => Self::Duplicate,
            NameError::TooMany => Self::TooManyParams,
        }
    }
}

impl fmt::Display for MessageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json(error) => return error.fmt(f),
            Self::TooManyParams => return NameError::TooMany.fmt(f),
            Self::Batch => "an array of messages where one is allowed",
            Self::Duplicate => "a member of the message stands twice",
            Self::ErrorObject => "error is not an object with an integer code and a string message",
            Self::Id => "id is missing, or neither a string nor an integer",
            Self::Method => "method is not a string",
            Self::NotAnObject => "the message is not a JSON object",
            Self::Params => "params is neither an object nor an array",
            Self::Shape => "not exactly one of method, result and error",
            Self::Version => "jsonrpc is not \"2.0\"",
        })
    }
}

impl core::error::Error for MessageError {}

/// A message to the peer; [`Outgoing::write`] appends it.
#[derive(Clone, Copy, Debug)]
pub enum Outgoing<'a> {
    /// Answers a request with an error.
    Error {
        /// The id of the request.
        id: Id<'a>,
        /// See [`code`](super::code).
        code: i64,
        /// One sentence.
        message: &'a str,
    },
    /// Wants no answer.
    Notification {
        /// What happened.
        method: &'a str,
    },
    /// Wants an answer.
    Request {
        /// Not equal to that of another request without an answer.
        id: Id<'a>,
        /// What is wanted.
        method: &'a str,
    },
    /// Answers a request.
    Result {
        /// The id of the request.
        id: Id<'a>,
        /// The result.
        result: Value<'a>,
    },
}

impl Outgoing<'_> {
    /// Appends the message; `params` writes the members of a request or notification, and when it
    /// writes none, there is no `params` member.
    pub fn write(&self, w: &mut Writer<'_>, params: impl Fn(&mut Object<'_, '_>)) {
        self.write_with(w, &params);
    }

    fn write_with(&self, w: &mut Writer<'_>, params: &dyn Fn(&mut Object<'_, '_>)) {
        let mut message = Object::begin(w);
        message.str("jsonrpc", "2.0");
        if let Self::Request { id, .. } | Self::Result { id, .. } | Self::Error { id, .. } = self {
            id.write(message.key("id"));
        }
        match self {
            Self::Request { method, .. } | Self::Notification { method } => {
                message.str("method", method);
                message.object_unless_empty("params", params);
            }
            Self::Result { result, .. } => message.value("result", *result),
            Self::Error { code, message: text, .. } => {
                let mut error = message.object("error");
                error.signed("code", *code);
                error.str("message", text);
                error.end();
            }
        }
        message.end();
    }
}
