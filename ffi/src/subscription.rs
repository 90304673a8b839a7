//! What a server tells of its own accord, in both eras.

use mcpico_core::client::{Ending, Event, Notification, Response, Subscription, Update};
use mcpico_core::json::{Str, Value};
use mcpico_core::mcp::AcknowledgedFilter;

use crate::boundary::{Versioned, Written, entry, fill, mcpico_str, of_any_header, out, required};
use crate::call::{
    MCPICO_SUBSCRIBE_PROMPTS, MCPICO_SUBSCRIBE_RESOURCES, MCPICO_SUBSCRIBE_TOOLS, OPTION, json,
    mcpico_call,
};
use crate::event::{
    MCPICO_EVENT_ERROR, MCPICO_EVENT_INPUT_REQUIRED, MCPICO_EVENT_INTERRUPTED,
    MCPICO_EVENT_NOTIFICATION, MCPICO_EVENT_REJECTED, MCPICO_EVENT_RESULT, MCPICO_EVENT_TASK,
    MCPICO_EVENT_UNSOLICITED, mcpico_event,
};
use crate::exchange::mcpico_exchange;
use crate::json::with_quotes;
use crate::object::{Storage, get, get_mut, object};
use crate::outcome::{Outcome, Status};
use crate::params::{FilterTexts, filter};
use crate::status::MCPICO_ERROR_WRONG_TYPE;

/// Words of a subscription.
pub const MCPICO_SUBSCRIPTION_WORDS: usize = 4;

/// Reads the events of an exchange that was begun with MCPICO_METHOD_SUBSCRIBE. It borrows nothing.
///
/// To end it, close the response stream (HTTP) or send what mcpico_client_cancel_line writes (lines). When it was
/// interrupted, subscribe anew, after a pause that grows: what happened in between is not told.
#[repr(C)]
pub struct mcpico_subscription {
    /// Not to be touched.
    opaque: [u64; MCPICO_SUBSCRIPTION_WORDS],
}

object!(mcpico_subscription, Subscription, b"msub");

/// Nothing about the subscription: another event of the exchange.
pub const MCPICO_UPDATE_NOTHING: u32 = 0;
/// The first one, what the server is going to tell: `granted`, and `json`, where `/notifications/resourceSubscriptions`
/// and `/notifications/taskIds` are arrays of strings. mcpico_update_is_granted compares it with what was asked for.
pub const MCPICO_UPDATE_ACKNOWLEDGED: u32 = 1;
/// It is over, as `ending` says; no more will come.
pub const MCPICO_UPDATE_ENDED: u32 = 2;
/// The list of prompts has changed.
pub const MCPICO_UPDATE_PROMPTS_CHANGED: u32 = 3;
/// The list of resources has changed.
pub const MCPICO_UPDATE_RESOURCES_CHANGED: u32 = 4;
/// The list of tools has changed.
pub const MCPICO_UPDATE_TOOLS_CHANGED: u32 = 5;
/// A resource has changed: `uri`, which may be a part of one that was asked for.
pub const MCPICO_UPDATE_RESOURCE_UPDATED: u32 = 6;
/// Where a task stands: `json`.
pub const MCPICO_UPDATE_TASK: u32 = 7;
/// A message that belongs to another subscription or to none, or that came before the acknowledgement. Drop it.
pub const MCPICO_UPDATE_STRAY: u32 = 8;
/// A notification of a kind that is not known here: `method`, and `json` with its parameters.
pub const MCPICO_UPDATE_UNKNOWN: u32 = 9;

/// The server has cancelled it.
pub const MCPICO_ENDING_CANCELLED: u32 = 1;
/// The server has closed it in good order.
pub const MCPICO_ENDING_COMPLETED: u32 = 2;
/// The stream broke. It may be begun anew.
pub const MCPICO_ENDING_INTERRUPTED: u32 = 3;
/// The server did not begin it; the event says why.
pub const MCPICO_ENDING_REFUSED: u32 = 4;

/// What an event tells. Fields that its kind does not name are zeros; texts borrow what the event borrows.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct mcpico_update {
    /// sizeof(mcpico_update); to be set before the call.
    pub struct_size: u32,
    /// MCPICO_UPDATE_*
    pub kind: u32,
    /// MCPICO_ENDING_*
    pub ending: u32,
    /// MCPICO_SUBSCRIBE_* added together.
    pub granted: u32,
    /// The URI of a resource: a JSON string with its quotes.
    pub uri: mcpico_str,
    /// The method, without quotes.
    pub method: mcpico_str,
    /// A JSON document.
    pub json: mcpico_str,
}

// SAFETY: it begins with its size.
unsafe impl Versioned for mcpico_update {}

/// The subscription that an exchange carries.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_subscription_init(
    subscription: *mut mcpico_subscription,
    exchange: *const mcpico_exchange,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let storage = unsafe { Storage::new(subscription) }?;
        // SAFETY: the same.
        storage.init(Subscription::new(unsafe { get(exchange) }?));
        Ok(())
    })
}

/// What an event of the exchange, while it is valid, says about the subscription.
///
/// Errors: PEER_RESULT when a message of this subscription is malformed; the next one can be read. JSON when `json` of
/// the event is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_subscription_read(
    subscription: *mut mcpico_subscription,
    event: *const mcpico_event,
    update: *mut mcpico_update,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let place = unsafe { fill(update) }?;
        // SAFETY: as above.
        let subscription = unsafe { get_mut(subscription) }?;
        // SAFETY: as above.
        let event = unsafe { required(event) }?;
        // SAFETY: as above.
        let read = unsafe { read(event) }?;
        place.write(mcpico_update::new(&subscription.read(&read)?, event));
        Ok(())
    })
}

/// Whether the server has agreed to tell something: 0 or 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_subscription_is_acknowledged(
    subscription: *const mcpico_subscription,
    acknowledged: *mut i32,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let place = unsafe { out(acknowledged) }?;
        // SAFETY: the same.
        place.write(unsafe { get(subscription) }?.is_acknowledged().into());
        Ok(())
    })
}

/// Whether an update of the kind MCPICO_UPDATE_ACKNOWLEDGED grants everything that `call`, with its `subscribe`,
/// `resource_uris` and `task_ids`, has asked for: 0 or 1.
///
/// Errors: OPTION for an update of another kind or a flag that does not exist, TOO_MANY, JSON and PEER_RESULT when its
/// `json` has been changed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_update_is_granted(
    update: *const mcpico_update,
    call: *const mcpico_call,
    granted: *mut i32,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let place = unsafe { out(granted) }?;
        // SAFETY: as above.
        let update = unsafe { required(update) }?;
        // SAFETY: as above.
        let call = unsafe { of_any_header(call) }?;
        // SAFETY: as above.
        let asked = unsafe { filter(&call, Written::NOTHING) }?.unwrap_or(FilterTexts::NONE);
        // SAFETY: as above.
        let answer = unsafe { json(update.json) }?;
        let answer = answer.filter(|_| update.kind == MCPICO_UPDATE_ACKNOWLEDGED).ok_or(OPTION)?;
        let answer = AcknowledgedFilter::from_params(answer)?;
        place.write(asked.filter().is_granted(&answer).into());
        Ok(())
    })
}

/// What a notification tells, whatever subscription it belongs to: up to 2025-11-25 changes are told beside the answers
/// to requests, and on the stream of mcpico_client_listen. `event` is one of the kind MCPICO_EVENT_NOTIFICATION, while
/// it is valid.
///
/// Errors: WRONG_TYPE for an event of another kind, PEER_RESULT when it is malformed, JSON when `json` of the event is
/// none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_event_update(
    event: *const mcpico_event,
    update: *mut mcpico_update,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let place = unsafe { fill(update) }?;
        // SAFETY: as above.
        let event = unsafe { required(event) }?;
        // SAFETY: as above.
        let note = unsafe { notification(event) }?;
        place.write(mcpico_update::new(&note.update()?, event));
        Ok(())
    })
}

impl mcpico_update {
    fn new(update: &Update<'_>, event: &mcpico_event) -> Self {
        match *update {
            Update::Acknowledged(filter) => {
                let mut granted = 0;
                for (told, flag) in [
                    (filter.prompts(), MCPICO_SUBSCRIBE_PROMPTS),
                    (filter.resources(), MCPICO_SUBSCRIBE_RESOURCES),
                    (filter.tools(), MCPICO_SUBSCRIBE_TOOLS),
                ] {
                    granted |= if told { flag } else { 0 };
                }
                Self { granted, json: event.json, ..Self::of_kind(MCPICO_UPDATE_ACKNOWLEDGED) }
            }
            Update::Ended(ending) => {
                let ending = match ending {
                    Ending::Cancelled => MCPICO_ENDING_CANCELLED,
                    Ending::Completed => MCPICO_ENDING_COMPLETED,
                    Ending::Interrupted => MCPICO_ENDING_INTERRUPTED,
                    Ending::Refused => MCPICO_ENDING_REFUSED,
                };
                Self { ending, ..Self::of_kind(MCPICO_UPDATE_ENDED) }
            }
            Update::PromptsChanged => Self::of_kind(MCPICO_UPDATE_PROMPTS_CHANGED),
            Update::ResourcesChanged => Self::of_kind(MCPICO_UPDATE_RESOURCES_CHANGED),
            Update::ToolsChanged => Self::of_kind(MCPICO_UPDATE_TOOLS_CHANGED),
            Update::ResourceUpdated { uri } => Self {
                uri: with_quotes(event.json.data, uri),
                ..Self::of_kind(MCPICO_UPDATE_RESOURCE_UPDATED)
            },
            // The parameters are the task.
            Update::Task(_) => Self { json: event.json, ..Self::of_kind(MCPICO_UPDATE_TASK) },
            Update::Nothing => Self::of_kind(MCPICO_UPDATE_NOTHING),
            Update::Stray => Self::of_kind(MCPICO_UPDATE_STRAY),
            // Also one that core knows and this interface does not.
            _ => Self {
                method: event.method,
                json: event.json,
                ..Self::of_kind(MCPICO_UPDATE_UNKNOWN)
            },
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "a structure is no 4 GiB")]
    pub(crate) const fn of_kind(kind: u32) -> Self {
        const NOTHING: mcpico_str = mcpico_str::ABSENT;
        Self {
            struct_size: size_of::<Self>() as u32,
            kind,
            ending: 0,
            granted: 0,
            uri: NOTHING,
            method: NOTHING,
            json: NOTHING,
        }
    }
}

/// The event of core, as far as a subscription looks at it.
unsafe fn read(event: &mcpico_event) -> Outcome<Event<'static>> {
    const REFUSED: Event<'_> = Event::Rejected { status: 0, body: &[] };
    Ok(match event.kind {
        // SAFETY: the caller of the interface promises that the event is valid.
        MCPICO_EVENT_NOTIFICATION => Event::Notification(unsafe { notification(event) }?),
        MCPICO_EVENT_RESULT => Event::Response(Response::Result(Value::empty_object())),
        MCPICO_EVENT_ERROR
        | MCPICO_EVENT_INPUT_REQUIRED
        | MCPICO_EVENT_TASK
        | MCPICO_EVENT_REJECTED => REFUSED,
        MCPICO_EVENT_INTERRUPTED => Event::Interrupted,
        MCPICO_EVENT_UNSOLICITED => Event::Unsolicited { id: None },
        _ => Event::NeedData,
    })
}

/// The notification that an event is.
pub(crate) unsafe fn notification(event: &mcpico_event) -> Outcome<Notification<'static>> {
    if event.kind != MCPICO_EVENT_NOTIFICATION {
        return Err(Status(MCPICO_ERROR_WRONG_TYPE));
    }
    // SAFETY: the caller of the interface promises that the event is valid.
    let method = unsafe { event.method.optional_bytes() }?.unwrap_or_default();
    // SAFETY: as above.
    Ok(Notification { method: known(method)?, params: unsafe { json(event.json) }? })
}

/// The method among those that core reads; the empty one for others.
fn known(method: &[u8]) -> Outcome<Str<'static>> {
    const METHODS: [&str; 9] = [
        "\"notifications/cancelled\"",
        "\"notifications/message\"",
        "\"notifications/progress\"",
        "\"notifications/prompts/list_changed\"",
        "\"notifications/resources/list_changed\"",
        "\"notifications/resources/updated\"",
        "\"notifications/subscriptions/acknowledged\"",
        "\"notifications/tasks\"",
        "\"notifications/tools/list_changed\"",
    ];
    crate::json::known(&METHODS, method).ok_or(OPTION)
}
