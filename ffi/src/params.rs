//! Requests whose parameters core writes into room.

use mcpico_core::json::Value;
use mcpico_core::mcp::{LogLevel, Method, SubscriptionFilter};
use mcpico_core::{Error, OutputTooSmall};

use crate::boundary::Written;
use crate::call::{
    MCPICO_METHOD_CANCEL_TASK, MCPICO_METHOD_GET_TASK, MCPICO_METHOD_SET_LOG_LEVEL,
    MCPICO_METHOD_SUBSCRIBE_RESOURCE, MCPICO_METHOD_UNSUBSCRIBE_RESOURCE,
    MCPICO_METHOD_UPDATE_TASK, MCPICO_SUBSCRIBE_PROMPTS, MCPICO_SUBSCRIBE_RESOURCES,
    MCPICO_SUBSCRIBE_TOOLS, OPTION, json, log_level, mcpico_call,
};
use crate::outcome::{Outcome, Status};
use crate::policy::{Texts, optional_texts};
use crate::status::MCPICO_ERROR_NULL_POINTER;

/// A method and what its parameters say.
#[expect(clippy::large_enum_variant, reason = "there is no heap to put the filter on")]
pub(crate) enum Params {
    Subscribe(FilterTexts),
    SubscribeResource(&'static str),
    UnsubscribeResource(&'static str),
    SetLogLevel(LogLevel),
    GetTask(&'static str),
    UpdateTask { id: &'static str, responses: Value<'static> },
    CancelTask(&'static str),
}

/// What a server shall tell.
pub(crate) struct FilterTexts {
    flags: u32,
    resource_uris: Texts,
    task_ids: Texts,
}

impl Params {
    /// Those of a method that has a name, or a level, and no more.
    pub(crate) unsafe fn named(call: &mcpico_call) -> Outcome<Self> {
        let needed = Status(MCPICO_ERROR_NULL_POINTER);
        if call.method == MCPICO_METHOD_SET_LOG_LEVEL {
            return Ok(Self::SetLogLevel(log_level(call.log_level)?.ok_or(OPTION)?));
        }
        // SAFETY: the caller of the interface promises that texts are readable.
        let name = unsafe { call.name.optional_text() }?.ok_or(needed);
        Ok(match call.method {
            MCPICO_METHOD_SUBSCRIBE_RESOURCE => Self::SubscribeResource(name?),
            MCPICO_METHOD_UNSUBSCRIBE_RESOURCE => Self::UnsubscribeResource(name?),
            MCPICO_METHOD_GET_TASK => Self::GetTask(name?),
            MCPICO_METHOD_UPDATE_TASK => {
                // SAFETY: as above.
                let responses = unsafe { json(call.input_responses) }?.ok_or(needed)?;
                Self::UpdateTask { id: name?, responses }
            }
            MCPICO_METHOD_CANCEL_TASK => Self::CancelTask(name?),
            _ => return Err(OPTION),
        })
    }

    /// Has the request written, all or nothing. Its parameters stand at the end of `out` meanwhile.
    pub(crate) fn request<'o, T>(
        &self,
        out: &'o mut [u8],
        mut write: impl for<'m> FnMut(Method<'m>, &'o mut [u8]) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Err(OutputTooSmall { needed: params }) = self.write(&mut []) else {
            return Err(NO_ROOM.into());
        };
        // What the message takes is known from one whose parameters are short.
        let mut room = [0; SHORT];
        let Method::Other { name, params: Some(short), .. } = self.short().write(&mut room)? else {
            return Err(NO_ROOM.into());
        };
        let method = Method::Other { name, params: Some(short), mcp_name: self.mcp_name() };
        let message = match write(method, &mut []) {
            Err(Error::OutputTooSmall { needed }) => needed.saturating_sub(short.raw().len()),
            other => return other,
        };
        let needed = message.saturating_add(params).saturating_add(params);
        let at = out.len().checked_sub(params).filter(|_| out.len() >= needed);
        let at = at.ok_or(OutputTooSmall { needed })?;
        let (out, room) = out.split_at_mut_checked(at).ok_or(OutputTooSmall { needed })?;
        write(self.write(room)?, out)
    }

    fn write<'r>(&self, room: &'r mut [u8]) -> Result<Method<'r>, OutputTooSmall> {
        match self {
            Self::Subscribe(filter) => Method::subscribe(&filter.filter(), room),
            Self::SubscribeResource(uri) => Method::subscribe_resource(uri, room),
            Self::UnsubscribeResource(uri) => Method::unsubscribe_resource(uri, room),
            Self::SetLogLevel(level) => Method::set_log_level(*level, room),
            Self::GetTask(id) => Method::get_task(id, room),
            Self::UpdateTask { id, responses } => Method::update_task(id, *responses, room),
            Self::CancelTask(id) => Method::cancel_task(id, room),
        }
    }

    /// The same method with less to say.
    const fn short(&self) -> Params {
        match self {
            Self::Subscribe(_) => Self::Subscribe(FilterTexts::NONE),
            Self::SubscribeResource(_) => Self::SubscribeResource(""),
            Self::UnsubscribeResource(_) => Self::UnsubscribeResource(""),
            Self::SetLogLevel(level) => Self::SetLogLevel(*level),
            Self::GetTask(_) => Self::GetTask(""),
            Self::UpdateTask { .. } => {
                Self::UpdateTask { id: "", responses: Value::empty_object() }
            }
            Self::CancelTask(_) => Self::CancelTask(""),
        }
    }

    /// The name that goes into a header besides.
    const fn mcp_name(&self) -> Option<&'static str> {
        match self {
            Self::GetTask(id) | Self::UpdateTask { id, .. } | Self::CancelTask(id) => Some(id),
            _ => None,
        }
    }
}

/// Bytes of the longest of the short parameters.
const SHORT: usize = 64;

const NO_ROOM: OutputTooSmall = OutputTooSmall { needed: SHORT };

impl FilterTexts {
    pub(crate) const NONE: Self =
        Self { flags: 0, resource_uris: Texts::new(), task_ids: Texts::new() };

    /// The filter of core, which borrows the texts.
    pub(crate) fn filter(&self) -> SubscriptionFilter<'_> {
        SubscriptionFilter {
            prompts: self.flags & MCPICO_SUBSCRIBE_PROMPTS != 0,
            resources: self.flags & MCPICO_SUBSCRIBE_RESOURCES != 0,
            tools: self.flags & MCPICO_SUBSCRIBE_TOOLS != 0,
            resource_uris: &self.resource_uris,
            task_ids: &self.task_ids,
        }
    }
}

/// The filter of a call; `None` where it has none.
pub(crate) unsafe fn filter(call: &mcpico_call, written: Written) -> Outcome<Option<FilterTexts>> {
    let all = MCPICO_SUBSCRIBE_PROMPTS | MCPICO_SUBSCRIBE_RESOURCES | MCPICO_SUBSCRIBE_TOOLS;
    if call.subscribe & !all != 0 || call.reserved != 0 {
        return Err(OPTION);
    }
    // SAFETY: the caller of the interface promises that lists and texts are readable.
    let texts = |first, count| unsafe { optional_texts(first, count, written) };
    let resource_uris = texts(call.resource_uris, call.resource_uri_count)?;
    let task_ids = texts(call.task_ids, call.task_id_count)?;
    if call.subscribe == 0 && resource_uris.is_none() && task_ids.is_none() {
        return Ok(None);
    }
    Ok(Some(FilterTexts {
        flags: call.subscribe,
        resource_uris: resource_uris.unwrap_or_default(),
        task_ids: task_ids.unwrap_or_default(),
    }))
}
