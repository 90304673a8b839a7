//! Requests and answers of the caller.

use super::event::ServerRequest;
use crate::auth::Bearer;
use crate::error::Misuse;
use crate::json::{Object, Str, Value};
use crate::jsonrpc::code;
use crate::mcp::{LogLevel, Method, TraceContext};

/// A request of the caller.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    pub(super) method: Method<'a>,
    pub(super) bearer: Option<Bearer<'a>>,
    pub(super) progress: bool,
    pub(super) log: Option<LogLevel>,
    pub(super) trace: Option<&'a TraceContext<'a>>,
    pub(super) input: Input<'a>,
}

/// What a request carries that is sent again with the input that the server asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Input<'a> {
    pub(super) responses: Option<Value<'a>>,
    state: Option<Str<'a>>,
}

impl<'a> Call<'a> {
    /// A request without a bearer.
    pub const fn new(method: Method<'a>) -> Self {
        let input = Input { responses: None, state: None };
        Self { method, bearer: None, progress: false, log: None, trace: None, input }
    }

    /// Sends this bearer.
    #[must_use]
    pub const fn bearer(mut self, bearer: Option<Bearer<'a>>) -> Self {
        self.bearer = bearer;
        self
    }

    /// The bearer that is sent.
    pub const fn bearer_token(&self) -> Option<Bearer<'a>> {
        self.bearer
    }

    /// Asks for notifications of progress; their token is the id of the request.
    #[must_use]
    pub const fn progress(mut self) -> Self {
        self.progress = true;
        self
    }

    /// Asks for the log messages of this request from that level on. Revisions up to 2025-11-25 are told by
    /// [`Method::set_log_level`], and this does nothing there.
    #[must_use]
    pub const fn log(mut self, least: LogLevel) -> Self {
        self.log = Some(least);
        self
    }

    /// Sends where the request stands in a trace.
    #[must_use]
    pub const fn trace(mut self, context: &'a TraceContext<'a>) -> Self {
        self.trace = Some(context);
        self
    }

    /// Sends the same request once more, as the server has answered that it needs input first:
    /// `responses` is an object with an answer under each key of its requests, `state` what it sent as
    /// `requestState`, which goes back as it stood in its message. Leave out what it has not sent.
    ///
    /// [Multi-round-trip requests](https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr)
    #[must_use]
    pub const fn input(mut self, responses: Option<Value<'a>>, state: Option<Str<'a>>) -> Self {
        self.input = Input { responses, state };
        self
    }
}

impl Input<'_> {
    pub(super) const fn is_empty(&self) -> bool {
        self.responses.is_none() && self.state.is_none()
    }

    pub(super) fn write(&self, params: &mut Object<'_, '_>) {
        if let Some(responses) = self.responses {
            params.value("inputResponses", responses);
        }
        if let Some(state) = self.state {
            let w = params.key("requestState");
            w.byte(b'"');
            w.bytes(state.raw());
            w.byte(b'"');
        }
    }
}

/// What a request of the server is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    /// An error.
    Error {
        /// See [`code`].
        code: i64,
        /// One sentence.
        message: &'a str,
    },
    /// A result; in MCP it is an object.
    Result(Value<'a>),
}

impl Answer<'_> {
    /// The answer of a client without capabilities: `ping` is answered, anything else does not exist.
    pub fn default_for(request: &ServerRequest<'_>) -> Self {
        if request.method == *"ping" {
            Self::Result(Value::empty_object())
        } else {
            Self::Error { code: code::METHOD_NOT_FOUND, message: "method not found" }
        }
    }
}

/// Whether a method can be written.
pub(super) fn check_arguments(method: &Method<'_>) -> Result<(), Misuse> {
    let (arguments, reserved) = match method {
        Method::CallTool { arguments, .. } | Method::GetPrompt { arguments, .. } => {
            (arguments, false)
        }
        Method::Other { params, .. } => {
            (params, params.is_some_and(|params| params.lookup("_meta").is_some()))
        }
        _ => return Ok(()),
    };
    if reserved || arguments.is_some_and(|arguments| !arguments.is_object()) {
        return Err(Misuse::Arguments);
    }
    let name = method.name();
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Misuse::Method);
    }
    Ok(())
}
