//! What results, errors and notifications say, read by their kind.

use core::ffi::c_char;

use mcpico_core::json::{Number, Str, Value, parse};
use mcpico_core::jsonrpc::ErrorObject;
use mcpico_core::mcp::{
    CacheHint, CacheScope, LogLevel, LogMessage, Page, Progress, Refusal, Task, TaskOutcome,
    TaskStatus, ToolResult,
};

use crate::boundary::{Versioned, bytes, entry, fill, mcpico_str, out, required, text};
use crate::call::{OPTION, json};
use crate::event::{
    MCPICO_EVENT_CLOSED, MCPICO_EVENT_ERROR, MCPICO_EVENT_INPUT_REQUIRED, MCPICO_EVENT_RESULT,
    MCPICO_EVENT_TASK, mcpico_event,
};
use crate::json::with_quotes;
use crate::outcome::{Outcome, Status};
use crate::status::{MCPICO_ERROR_PEER_RESULT, MCPICO_ERROR_WRONG_TYPE};
use crate::subscription::notification;

/// How far a request is.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct mcpico_progress {
    /// sizeof(mcpico_progress); to be set before the call.
    pub struct_size: u32,
    /// MCPICO_ID_*
    pub id_kind: u32,
    /// The id of the request, mcpico_exchange_id.
    pub id_number: i64,
    /// A token that is a string, with its quotes; ours are numbers.
    pub id: mcpico_str,
    /// How far it is: a JSON number.
    pub progress: mcpico_str,
    /// How far it goes: a JSON number; NULL when nobody knows.
    pub total: mcpico_str,
    /// What is being done: a JSON string with its quotes; NULL: none.
    pub message: mcpico_str,
}

// SAFETY: it begins with its size.
unsafe impl Versioned for mcpico_progress {}

/// The server works on it.
pub const MCPICO_TASK_WORKING: u32 = 1;
/// The server needs input, which MCPICO_METHOD_UPDATE_TASK brings.
pub const MCPICO_TASK_INPUT_REQUIRED: u32 = 2;
/// The result is there.
pub const MCPICO_TASK_COMPLETED: u32 = 3;
/// The request has failed with a JSON-RPC error.
pub const MCPICO_TASK_FAILED: u32 = 4;
/// The request was cancelled.
pub const MCPICO_TASK_CANCELLED: u32 = 5;

/// Where a task stands. Texts borrow the document.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct mcpico_task {
    /// sizeof(mcpico_task); to be set before the call.
    pub struct_size: u32,
    /// MCPICO_TASK_*; it does not change any more from MCPICO_TASK_COMPLETED on.
    pub status: u32,
    /// Milliseconds from when it was made after which the server may drop it; UINT64_MAX: no limit.
    pub ttl: u64,
    /// Milliseconds that the server asks to let pass before it is asked again; 0: it does not say.
    pub poll_interval: u64,
    /// The name by which the server knows it: a JSON string with its quotes.
    pub id: mcpico_str,
    /// More about the status: a JSON string with its quotes; NULL: none.
    pub message: mcpico_str,
}

// SAFETY: it begins with its size.
unsafe impl Versioned for mcpico_task {}

/// The error is another one.
pub const MCPICO_REFUSAL_NONE: u32 = 0;
/// -32020: headers and body differ. For a tool: list the tools again, since a schema says which arguments are headers,
/// and call it once more.
pub const MCPICO_REFUSAL_HEADER_MISMATCH: u32 = 1;
/// -32021: the client has to declare more, as `wanted` says, an object of the form of its capabilities.
pub const MCPICO_REFUSAL_MISSING_CAPABILITY: u32 = 2;
/// -32022: the server does not speak the revision. `wanted` is an array of those that it speaks.
pub const MCPICO_REFUSAL_UNSUPPORTED_REVISION: u32 = 3;

/// Reads a notification of progress, while its event is valid.
///
/// Errors: WRONG_TYPE when it is none, PEER_RESULT when it is malformed, JSON when `json` of the event is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_event_progress(
    event: *const mcpico_event,
    progress: *mut mcpico_progress,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let place = unsafe { fill(progress) }?;
        // SAFETY: the same.
        let (document, params) = unsafe { params_of(event, "notifications/progress") }?;
        let read = Progress::from_params(params).ok_or(Status(MCPICO_ERROR_PEER_RESULT))?;
        let number = |number: Number<'_>| mcpico_str::of(number.raw());
        let quoted = |string: Str<'_>| with_quotes(document, string);
        let event = mcpico_event::of_kind(0).with_id(Some(read.token), quoted);
        place.write(mcpico_progress {
            struct_size: size_of_structure::<mcpico_progress>(),
            id_kind: event.id_kind,
            id_number: event.id_number,
            id: event.id,
            progress: number(read.progress),
            total: read.total.map_or(mcpico_str::ABSENT, number),
            message: read.message.map_or(mcpico_str::ABSENT, quoted),
        });
        Ok(())
    })
}

/// Reads a log message, while its event is valid: MCPICO_LOG_*; the part of the server that says it, a JSON string with
/// its quotes, `data` NULL when it has no name; and any JSON.
///
/// Errors: WRONG_TYPE when it is none, PEER_RESULT when it is malformed, JSON when `json` of the event is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_event_log(
    event: *const mcpico_event,
    level: *mut u32,
    logger: *mut mcpico_str,
    message: *mut mcpico_str,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let level = unsafe { out(level) }?;
        // SAFETY: as above.
        let logger = unsafe { out(logger) }?;
        // SAFETY: as above.
        let message = unsafe { out(message) }?;
        // SAFETY: as above.
        let (document, params) = unsafe { params_of(event, "notifications/message") }?;
        let read = LogMessage::from_params(params.unwrap_or(Value::empty_object()))?;
        let index = LogLevel::ALL.iter().position(|level| *level == read.level);
        let index = index.and_then(|index| u32::try_from(index).ok()).unwrap_or_default();
        level.write(index.wrapping_add(1));
        let quoted = |string: Str<'_>| with_quotes(document, string);
        logger.write(read.logger.map_or(mcpico_str::ABSENT, quoted));
        message.write(mcpico_str::of(read.data.raw()));
        Ok(())
    })
}

/// Reads why a server of 2026-07-28 refuses a request, out of a MCPICO_EVENT_ERROR, while it is valid:
/// MCPICO_REFUSAL_*, and what it has read, a JSON string with its quotes, `data` NULL where there is none.
///
/// Errors: WRONG_TYPE for another event, PEER_RESULT when the data of the error are not what its code promises, JSON when
/// `json` of the event is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_event_refusal(
    event: *const mcpico_event,
    refusal: *mut u32,
    wanted: *mut mcpico_str,
    requested: *mut mcpico_str,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let refusal = unsafe { out(refusal) }?;
        // SAFETY: as above.
        let wanted_place = unsafe { out(wanted) }?;
        // SAFETY: as above.
        let requested_place = unsafe { out(requested) }?;
        // SAFETY: as above.
        let event = unsafe { required(event) }?;
        if event.kind != MCPICO_EVENT_ERROR {
            return Err(Status(MCPICO_ERROR_WRONG_TYPE));
        }
        // SAFETY: as above.
        let data = unsafe { json(event.json) }?;
        let message = parse(b"\"\"")?.as_str().ok_or(OPTION)?;
        let error = ErrorObject { code: event.code, message, data };
        let absent = mcpico_str::ABSENT;
        let wanted = |name| {
            let value = data.and_then(|data| data.member(name).ok().flatten());
            value.map_or(absent, |value| mcpico_str::of(value.raw()))
        };
        let (kind, wanted, requested) = match Refusal::from_error(&error)? {
            Some(Refusal::HeaderMismatch) => (MCPICO_REFUSAL_HEADER_MISMATCH, absent, absent),
            Some(Refusal::MissingCapability { .. }) => {
                (MCPICO_REFUSAL_MISSING_CAPABILITY, wanted("requiredCapabilities"), absent)
            }
            Some(Refusal::UnsupportedRevision { requested, .. }) => {
                let quoted = |string: Str<'_>| with_quotes(event.json.data, string);
                let requested = requested.map_or(absent, quoted);
                (MCPICO_REFUSAL_UNSUPPORTED_REVISION, wanted("supported"), requested)
            }
            _ => (MCPICO_REFUSAL_NONE, absent, absent),
        };
        refusal.write(kind);
        wanted_place.write(wanted);
        requested_place.write(requested);
        Ok(())
    })
}

/// Reads the result of MCPICO_METHOD_CALL_TOOL: whether the tool itself has failed (0 or 1), an array of content items,
/// and any JSON; `data` is NULL for what is not there. A malformed `isError` is an error and never "no".
///
/// Errors: JSON, PEER_RESULT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_result_tool(
    json: *const c_char,
    json_len: usize,
    is_error: *mut i32,
    content: *mut mcpico_str,
    structured_content: *mut mcpico_str,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let is_error = unsafe { out(is_error) }?;
        // SAFETY: as above.
        let content = unsafe { out(content) }?;
        // SAFETY: as above.
        let structured = unsafe { out(structured_content) }?;
        // SAFETY: as above.
        let read = ToolResult::from_result(parse(unsafe { bytes(json, json_len) }?)?)?;
        let raw =
            |value: Option<Value<'_>>| mcpico_str::of_optional(value.as_ref().map(Value::raw));
        is_error.write(read.is_error.into());
        content.write(raw(read.content));
        structured.write(raw(read.structured_content));
        Ok(())
    })
}

/// Reads one page of a list: an array, and where the next page begins, a JSON string with its quotes, `data` NULL when
/// there is none. `list` is tools, resources, resourceTemplates or prompts. The cursor goes into mcpico_call by way of
/// mcpico_json_string.
///
/// Errors: OPTION for another list, JSON, PEER_RESULT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_result_page(
    json: *const c_char,
    json_len: usize,
    list: *const c_char,
    list_len: usize,
    items: *mut mcpico_str,
    next_cursor: *mut mcpico_str,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let items = unsafe { out(items) }?;
        // SAFETY: as above.
        let next_cursor = unsafe { out(next_cursor) }?;
        // SAFETY: as above.
        let list = unsafe { text(list, list_len) }?;
        // SAFETY: as above.
        let result = parse(unsafe { bytes(json, json_len) }?)?;
        let lists = ["tools", "resources", "resourceTemplates", "prompts"];
        let list = *lists.iter().find(|known| **known == list).ok_or(OPTION)?;
        let page = Page::from_result(result, list)?;
        let entries = result.member(list)?.unwrap_or(Value::empty_object());
        items.write(mcpico_str::of(entries.raw()));
        let quoted = |string: Str<'_>| with_quotes(json, string);
        next_cursor.write(page.next_cursor.map_or(mcpico_str::ABSENT, quoted));
        Ok(())
    })
}

/// Reads how long a result may be kept, in milliseconds since it came, 0 when the server says nothing; and whether for
/// everyone (1) or only for requests with the same token (0). What answers a request with input is not to be kept.
///
/// Errors: JSON, PEER_RESULT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_result_cache(
    json: *const c_char,
    json_len: usize,
    ttl: *mut u64,
    is_public: *mut i32,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let ttl = unsafe { out(ttl) }?;
        // SAFETY: as above.
        let is_public = unsafe { out(is_public) }?;
        // SAFETY: as above.
        let read = CacheHint::from_result(parse(unsafe { bytes(json, json_len) }?)?)?;
        ttl.write(read.ttl);
        is_public.write((read.scope == CacheScope::Public).into());
        Ok(())
    })
}

/// Reads a task: `json` of a MCPICO_EVENT_TASK, of the result of MCPICO_METHOD_GET_TASK, or of a MCPICO_UPDATE_TASK.
///
/// Errors: JSON, PEER_RESULT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_task_read(
    json: *const c_char,
    json_len: usize,
    task: *mut mcpico_task,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let place = unsafe { fill(task) }?;
        // SAFETY: as above.
        let task = unsafe { read_task(json, json_len) }?;
        place.write(mcpico_task {
            struct_size: size_of_structure::<mcpico_task>(),
            status: match task.status {
                TaskStatus::Working => MCPICO_TASK_WORKING,
                TaskStatus::InputRequired => MCPICO_TASK_INPUT_REQUIRED,
                TaskStatus::Completed => MCPICO_TASK_COMPLETED,
                TaskStatus::Failed => MCPICO_TASK_FAILED,
                TaskStatus::Cancelled => MCPICO_TASK_CANCELLED,
            },
            ttl: task.ttl.unwrap_or(u64::MAX),
            poll_interval: task.poll_interval.unwrap_or_default(),
            id: with_quotes(json, task.id),
            message: task.message.map_or(mcpico_str::ABSENT, |message| with_quotes(json, message)),
        });
        Ok(())
    })
}

/// What has come of a task, as the event that the call would have ended with: MCPICO_EVENT_RESULT, _ERROR or
/// _INPUT_REQUIRED; _TASK while it works, _CLOSED when it was cancelled. Texts borrow the document. The result of
/// MCPICO_METHOD_GET_TASK and a MCPICO_UPDATE_TASK hold it, a MCPICO_EVENT_TASK need not.
///
/// Errors: JSON, PEER_RESULT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_task_outcome(
    json: *const c_char,
    json_len: usize,
    event: *mut mcpico_event,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let place = unsafe { fill(event) }?;
        // SAFETY: as above.
        let task = unsafe { read_task(json, json_len) }?;
        let whole = mcpico_str { data: json, len: json_len };
        let raw =
            |value: Option<Value<'_>>| mcpico_str::of_optional(value.as_ref().map(Value::raw));
        let of = |kind, json| mcpico_event { json, ..mcpico_event::of_kind(kind) };
        place.write(match task.outcome()? {
            TaskOutcome::Working => of(MCPICO_EVENT_TASK, whole),
            TaskOutcome::InputRequired(input) => {
                of(MCPICO_EVENT_INPUT_REQUIRED, raw(input.requests))
            }
            TaskOutcome::Completed(result) => of(MCPICO_EVENT_RESULT, raw(Some(result))),
            TaskOutcome::Failed(error) => mcpico_event {
                code: error.code,
                message: with_quotes(json, error.message),
                ..of(MCPICO_EVENT_ERROR, raw(error.data))
            },
            TaskOutcome::Cancelled => mcpico_event::of_kind(MCPICO_EVENT_CLOSED),
        });
        Ok(())
    })
}

unsafe fn read_task(json: *const c_char, json_len: usize) -> Outcome<Task<'static>> {
    // SAFETY: the caller of the interface promises that the document is readable.
    Ok(Task::from_value(parse(unsafe { bytes(json, json_len) }?)?)?)
}

/// The parameters of an event that is this notification, and where they begin.
unsafe fn params_of(
    event: *const mcpico_event,
    method: &str,
) -> Outcome<(*const c_char, Option<Value<'static>>)> {
    // SAFETY: the caller of the interface promises that the event is readable,
    let event = unsafe { required(event) }?;
    // SAFETY: and valid.
    let note = unsafe { notification(event) }?;
    if note.method != *method {
        return Err(Status(MCPICO_ERROR_WRONG_TYPE));
    }
    Ok((event.json.data, note.params))
}

#[expect(clippy::cast_possible_truncation, reason = "a structure is no 4 GiB")]
const fn size_of_structure<T>() -> u32 {
    size_of::<T>() as u32
}
