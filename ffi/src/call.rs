//! A request of the caller.

use core::mem::offset_of;

use mcpico_core::Error;
use mcpico_core::auth::Bearer;
use mcpico_core::client::{Call, Client, Exchange, Post};
use mcpico_core::json::{Str, Value, parse};
use mcpico_core::mcp::{CompletionReference, LogLevel, Method, TraceContext};

use crate::boundary::{Versioned, Written, mcpico_str, of_any_header};
use crate::outcome::{Outcome, Status};
use crate::params::{FilterTexts, Params, filter};
use crate::status::{MCPICO_ERROR_NULL_POINTER, MCPICO_ERROR_OPTION, MCPICO_ERROR_WRONG_TYPE};

/// `tools/list`; `cursor`.
pub const MCPICO_METHOD_LIST_TOOLS: u32 = 1;
/// `tools/call`; `name`, `arguments`, `input_schema`.
pub const MCPICO_METHOD_CALL_TOOL: u32 = 2;
/// `resources/list`; `cursor`.
pub const MCPICO_METHOD_LIST_RESOURCES: u32 = 3;
/// `resources/templates/list`; `cursor`.
pub const MCPICO_METHOD_LIST_RESOURCE_TEMPLATES: u32 = 4;
/// `resources/read`; `name` is the URI.
pub const MCPICO_METHOD_READ_RESOURCE: u32 = 5;
/// `prompts/list`; `cursor`.
pub const MCPICO_METHOD_LIST_PROMPTS: u32 = 6;
/// `prompts/get`; `name`, `arguments`.
pub const MCPICO_METHOD_GET_PROMPT: u32 = 7;
/// `completion/complete` for a prompt; `name`, `argument`, `value`, and in `arguments` the values that others have by
/// now, which servers heed since 2025-06-18.
pub const MCPICO_METHOD_COMPLETE_PROMPT: u32 = 8;
/// `completion/complete` for a resource template; `name` is its URI template, `argument`, `value`, `arguments` as above.
pub const MCPICO_METHOD_COMPLETE_RESOURCE: u32 = 9;
/// `server/discover`, since 2026-07-28.
pub const MCPICO_METHOD_DISCOVER: u32 = 10;
/// `ping`, up to 2025-11-25.
pub const MCPICO_METHOD_PING: u32 = 11;
/// Any other method: `name` on the wire, `arguments` as its parameters, `mcp_name` where it wants such a header.
pub const MCPICO_METHOD_OTHER: u32 = 12;
/// `subscriptions/listen`, since 2026-07-28; `subscribe`, `resource_uris`, `task_ids`. The answer goes on until one side
/// ends it: see mcpico_subscription. While this method or one of those below is written, its parameters take room twice.
pub const MCPICO_METHOD_SUBSCRIBE: u32 = 13;
/// `resources/subscribe`, up to 2025-11-25; `name` is the URI.
pub const MCPICO_METHOD_SUBSCRIBE_RESOURCE: u32 = 14;
/// `resources/unsubscribe`, up to 2025-11-25; `name` is the URI.
pub const MCPICO_METHOD_UNSUBSCRIBE_RESOURCE: u32 = 15;
/// `logging/setLevel`, up to 2025-11-25; `log_level` is the level that is set.
pub const MCPICO_METHOD_SET_LOG_LEVEL: u32 = 16;
/// `tasks/get`, since 2026-07-28; `name` is the id of the task. See mcpico_task_read.
pub const MCPICO_METHOD_GET_TASK: u32 = 17;
/// `tasks/update`; `name` is the id of the task, `input_responses` has an answer under keys that the task asked for.
pub const MCPICO_METHOD_UPDATE_TASK: u32 = 18;
/// `tasks/cancel`; `name` is the id of the task, which may end in any way all the same.
pub const MCPICO_METHOD_CANCEL_TASK: u32 = 19;

/// The server tells when the list of prompts has changed.
pub const MCPICO_SUBSCRIBE_PROMPTS: u32 = 1;
/// The server tells when the list of resources has changed.
pub const MCPICO_SUBSCRIBE_RESOURCES: u32 = 2;
/// The server tells when the list of tools has changed.
pub const MCPICO_SUBSCRIBE_TOOLS: u32 = 4;

/// Asks for notifications of progress.
pub const MCPICO_CALL_PROGRESS: u32 = 1;

/// The levels of log messages, the least grave first.
pub const MCPICO_LOG_DEBUG: u32 = 1;
/// What happens.
pub const MCPICO_LOG_INFO: u32 = 2;
/// What happens and is worth a look.
pub const MCPICO_LOG_NOTICE: u32 = 3;
/// What may lead to a fault.
pub const MCPICO_LOG_WARNING: u32 = 4;
/// A fault.
pub const MCPICO_LOG_ERROR: u32 = 5;
/// A part has failed.
pub const MCPICO_LOG_CRITICAL: u32 = 6;
/// Somebody has to act at once.
pub const MCPICO_LOG_ALERT: u32 = 7;
/// Nothing works any more.
pub const MCPICO_LOG_EMERGENCY: u32 = 8;

/// A request. Zeros are none: `struct_size` and `method` are needed, and the texts that the method names, but `cursor`,
/// `arguments`, `input_schema` and `mcp_name`. Texts are read during the call that takes it only; those that the method
/// does not use have to be NULL.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct mcpico_call {
    /// sizeof(mcpico_call)
    pub struct_size: u32,
    /// MCPICO_METHOD_*
    pub method: u32,
    /// MCPICO_CALL_PROGRESS or 0.
    pub flags: u32,
    /// The least grave log messages to be sent, MCPICO_LOG_*; 0: none. Since 2026-07-28.
    pub log_level: u32,
    /// Name of the tool or prompt, URI of the resource.
    pub name: mcpico_str,
    /// A JSON object; NULL: none.
    pub arguments: mcpico_str,
    /// The `inputSchema` of the tool, which says which arguments go into headers; a tool that has `x-mcp-header` in it
    /// cannot be called without since 2026-07-28.
    pub input_schema: mcpico_str,
    /// Where the page before ended, an opaque text; NULL: the first page.
    pub cursor: mcpico_str,
    /// The argument to be completed.
    pub argument: mcpico_str,
    /// What has been typed of it.
    pub value: mcpico_str,
    /// What the header `Mcp-Name` says for MCPICO_METHOD_OTHER.
    pub mcp_name: mcpico_str,
    /// The token to send, without a scheme; NULL: none.
    pub bearer: mcpico_str,
    /// For a request that is sent again with the input that the server asked for: a JSON object with an answer under
    /// each key; NULL: none.
    pub input_responses: mcpico_str,
    /// `state` of the event that asked, a JSON string with its quotes, copied before the inbox was used again.
    pub input_state: mcpico_str,
    /// `traceparent` of W3C Trace Context; NULL: none.
    pub trace_parent: mcpico_str,
    /// `tracestate`; NULL: none.
    pub trace_state: mcpico_str,
    /// `baggage`; NULL: none.
    pub baggage: mcpico_str,
    /// For MCPICO_METHOD_SUBSCRIBE: MCPICO_SUBSCRIBE_* added together. A structure that ends before this is taken too.
    pub subscribe: u32,
    /// 0
    pub reserved: u32,
    /// URIs of resources whose changes are to be told; NULL: none.
    pub resource_uris: *const mcpico_str,
    /// Up to MCPICO_MAX_LIST.
    pub resource_uri_count: usize,
    /// Ids of tasks whose progress is to be told, with MCPICO_CAPABILITY_TASKS; NULL: none.
    pub task_ids: *const mcpico_str,
    /// Up to MCPICO_MAX_LIST.
    pub task_id_count: usize,
}

// SAFETY: it begins with its size.
unsafe impl Versioned for mcpico_call {
    const EARLIER: &'static [usize] = &[offset_of!(Self, subscribe)];
}

impl mcpico_call {
    /// All texts but those in its lists.
    const fn texts(&self) -> [mcpico_str; 13] {
        [
            self.name,
            self.arguments,
            self.input_schema,
            self.cursor,
            self.argument,
            self.value,
            self.mcp_name,
            self.bearer,
            self.input_responses,
            self.input_state,
            self.trace_parent,
            self.trace_state,
            self.baggage,
        ]
    }
}

/// What a call borrows of itself.
pub(crate) struct CallTexts {
    method: Wanted,
    pub(crate) bearer: Option<Bearer<'static>>,
    progress: bool,
    log: Option<LogLevel>,
    trace: Option<TraceContext<'static>>,
    responses: Option<Value<'static>>,
    state: Option<Str<'static>>,
}

/// What is asked for.
#[expect(clippy::large_enum_variant, reason = "there is no heap to put parameters on")]
enum Wanted {
    Method(Method<'static>),
    /// A method whose parameters core writes into room.
    Params(Params),
}

impl CallTexts {
    pub(crate) unsafe fn new(call: *const mcpico_call, written: Written) -> Outcome<Self> {
        // SAFETY: the caller of the interface promises that it is readable, as are all its texts; so for all below.
        let call = &unsafe { of_any_header(call) }?;
        written.apart_from_each(&call.texts())?;
        // SAFETY: as above.
        let bearer = unsafe { bearer(call.bearer) }?;
        // SAFETY: as above.
        let trace = unsafe { trace(call) }?;
        // SAFETY: as above.
        let responses = unsafe { json(call.input_responses) }?;
        // SAFETY: as above.
        let state = match unsafe { json(call.input_state) }? {
            Some(state) => Some(state.as_str().ok_or(Status(MCPICO_ERROR_WRONG_TYPE))?),
            None => None,
        };
        let log = log_level(call.log_level)?;
        if call.flags & !MCPICO_CALL_PROGRESS != 0 {
            return Err(OPTION);
        }
        let progress = call.flags == MCPICO_CALL_PROGRESS;
        // SAFETY: as above.
        let method = unsafe { method(call, written) }?;
        let mut texts = Self { method, bearer, progress, log, trace, responses, state };
        match &texts.method {
            // What goes into the parameters is nothing besides.
            Wanted::Params(Params::SetLogLevel(_)) => texts.log = None,
            Wanted::Params(Params::UpdateTask { .. }) => texts.responses = None,
            _ => {}
        }
        Ok(texts)
    }

    /// Has the client write the request.
    pub(crate) fn request<'o>(
        &self,
        client: &mut Client,
        out: &'o mut [u8],
    ) -> Result<(Post<'o>, Exchange), Error> {
        match &self.method {
            Wanted::Method(method) => client.request(&self.call(*method), out),
            Wanted::Params(params) => {
                params.request(out, |method, out| client.request(&self.call(method), out))
            }
        }
    }

    fn call<'a>(&'a self, method: Method<'a>) -> Call<'a> {
        let mut call = Call::new(method).bearer(self.bearer).input(self.responses, self.state);
        if self.progress {
            call = call.progress();
        }
        if let Some(level) = self.log {
            call = call.log(level);
        }
        if let Some(trace) = &self.trace {
            call = call.trace(trace);
        }
        call
    }
}

pub(crate) const OPTION: Status = Status(MCPICO_ERROR_OPTION);

/// The bearer that a text is; `None` for NULL.
pub(crate) unsafe fn bearer(token: mcpico_str) -> Outcome<Option<Bearer<'static>>> {
    // SAFETY: the caller of the interface promises that it is readable.
    match unsafe { token.optional_text() }? {
        Some(token) => Ok(Some(Bearer::new(token)?)),
        None => Ok(None),
    }
}

/// The document that a text is; `None` for NULL.
pub(crate) unsafe fn json(text: mcpico_str) -> Outcome<Option<Value<'static>>> {
    // SAFETY: the caller of the interface promises that it is readable.
    match unsafe { text.optional_bytes() }? {
        Some(text) => Ok(Some(parse(text)?)),
        None => Ok(None),
    }
}

unsafe fn trace(call: &mcpico_call) -> Outcome<Option<TraceContext<'static>>> {
    // SAFETY: the caller of the interface promises that texts are readable; so for all below.
    let parent = unsafe { call.trace_parent.optional_text() }?;
    // SAFETY: as above.
    let state = unsafe { call.trace_state.optional_text() }?;
    // SAFETY: as above.
    let baggage = unsafe { call.baggage.optional_text() }?;
    let Some(parent) = parent else {
        return if state.or(baggage).is_some() { Err(OPTION) } else { Ok(None) };
    };
    let mut trace = TraceContext::new(parent)?;
    if let Some(state) = state {
        trace = trace.state(state)?;
    }
    if let Some(baggage) = baggage {
        trace = trace.baggage(baggage)?;
    }
    Ok(Some(trace))
}

unsafe fn method(call: &mcpico_call, written: Written) -> Outcome<Wanted> {
    // SAFETY: the caller of the interface promises that texts are readable; so for all below.
    let name = unsafe { call.name.optional_text() }?;
    // SAFETY: as above.
    let arguments = unsafe { json(call.arguments) }?;
    // SAFETY: as above.
    let input_schema = unsafe { json(call.input_schema) }?;
    // SAFETY: as above.
    let cursor = unsafe { call.cursor.optional_text() }?;
    // SAFETY: as above.
    let argument = unsafe { call.argument.optional_text() }?;
    // SAFETY: as above.
    let value = unsafe { call.value.optional_text() }?;
    // SAFETY: as above.
    let mcp_name = unsafe { call.mcp_name.optional_text() }?;

    // SAFETY: as above.
    let filter = unsafe { filter(call, written) }?;

    let needed = |text: Option<&'static str>| text.ok_or(Status(MCPICO_ERROR_NULL_POINTER));
    let (lists, tool, prompt, resource, completes, other) = match call.method {
        MCPICO_METHOD_LIST_TOOLS
        | MCPICO_METHOD_LIST_RESOURCES
        | MCPICO_METHOD_LIST_RESOURCE_TEMPLATES
        | MCPICO_METHOD_LIST_PROMPTS => (true, false, false, false, false, false),
        MCPICO_METHOD_CALL_TOOL => (false, true, false, false, false, false),
        MCPICO_METHOD_GET_PROMPT => (false, false, true, false, false, false),
        MCPICO_METHOD_READ_RESOURCE => (false, false, false, true, false, false),
        MCPICO_METHOD_COMPLETE_PROMPT | MCPICO_METHOD_COMPLETE_RESOURCE => {
            (false, false, false, false, true, false)
        }
        MCPICO_METHOD_OTHER => (false, false, false, false, false, true),
        _ => (false, false, false, false, false, false),
    };
    let named = matches!(
        call.method,
        MCPICO_METHOD_SUBSCRIBE_RESOURCE..=MCPICO_METHOD_UNSUBSCRIBE_RESOURCE
            | MCPICO_METHOD_GET_TASK..=MCPICO_METHOD_CANCEL_TASK
    );
    // A text that the method does not use is a mistake that would go unseen.
    for (given, used) in [
        (name.is_some(), tool || prompt || resource || completes || other || named),
        (arguments.is_some(), tool || prompt || completes || other),
        (input_schema.is_some(), tool),
        (cursor.is_some(), lists),
        (argument.is_some(), completes),
        (value.is_some(), completes),
        (mcp_name.is_some(), other),
        (filter.is_some(), call.method == MCPICO_METHOD_SUBSCRIBE),
    ] {
        if given && !used {
            return Err(OPTION);
        }
    }
    let method = match call.method {
        MCPICO_METHOD_LIST_TOOLS => Method::ListTools { cursor },
        MCPICO_METHOD_CALL_TOOL => {
            Method::CallTool { name: needed(name)?, arguments, input_schema }
        }
        MCPICO_METHOD_LIST_RESOURCES => Method::ListResources { cursor },
        MCPICO_METHOD_LIST_RESOURCE_TEMPLATES => Method::ListResourceTemplates { cursor },
        MCPICO_METHOD_READ_RESOURCE => Method::ReadResource { uri: needed(name)? },
        MCPICO_METHOD_LIST_PROMPTS => Method::ListPrompts { cursor },
        MCPICO_METHOD_GET_PROMPT => Method::GetPrompt { name: needed(name)?, arguments },
        MCPICO_METHOD_COMPLETE_PROMPT => Method::Complete {
            reference: CompletionReference::Prompt(needed(name)?),
            argument: needed(argument)?,
            value: needed(value)?,
            arguments,
        },
        MCPICO_METHOD_COMPLETE_RESOURCE => Method::Complete {
            reference: CompletionReference::ResourceTemplate(needed(name)?),
            argument: needed(argument)?,
            value: needed(value)?,
            arguments,
        },
        MCPICO_METHOD_DISCOVER => Method::Discover,
        MCPICO_METHOD_PING => Method::Ping,
        MCPICO_METHOD_OTHER => Method::Other { name: needed(name)?, params: arguments, mcp_name },
        MCPICO_METHOD_SUBSCRIBE => {
            return Ok(Wanted::Params(Params::Subscribe(filter.unwrap_or(FilterTexts::NONE))));
        }
        // SAFETY: as above.
        _ => return unsafe { Params::named(call) }.map(Wanted::Params),
    };
    Ok(Wanted::Method(method))
}

/// A level of log messages; `None` for 0.
pub(crate) fn log_level(level: u32) -> Outcome<Option<LogLevel>> {
    let Some(index) = level.checked_sub(1) else { return Ok(None) };
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    LogLevel::ALL.get(index).copied().map(Some).ok_or(OPTION)
}
