//! What comes over a subscription.

use super::event::{Event, Notification, Response};
use super::exchange::Exchange;
use crate::json::{Str, Value};
use crate::jsonrpc::Id;
use crate::mcp::{AcknowledgedFilter, Cancelled, ResultError, Task};

/// Reads the events of an exchange that was begun with
/// [`Method::subscribe`](crate::mcp::Method::subscribe).
///
/// To end it, close the response stream (HTTP) or [cancel](super::Client::cancel) it (stdio). When it was
/// interrupted, subscribe anew, after a pause that grows: the new request has a new id, and what happened
/// in between is not told.
///
/// [Subscriptions](https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subscription {
    id: u32,
    acknowledged: bool,
}

/// What an event of a subscription says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Update<'i> {
    /// The first one: what the server is going to tell.
    Acknowledged(AcknowledgedFilter<'i>),
    /// It is over; no more will come.
    Ended(Ending),
    /// Nothing about the subscription: another event of the exchange.
    Nothing,
    /// The list of prompts has changed.
    PromptsChanged,
    /// The list of resources has changed.
    ResourcesChanged,
    /// A resource has changed.
    ResourceUpdated {
        /// Which one; it may be a part of one that was asked for.
        uri: Str<'i>,
    },
    /// A message of this stream that belongs to another subscription or to none, or that came before the
    /// acknowledgement. Drop it.
    Stray,
    /// Where a task stands.
    Task(Task<'i>),
    /// The list of tools has changed.
    ToolsChanged,
    /// A notification of a kind that is not known here.
    Unknown {
        /// Its method.
        method: Str<'i>,
    },
}

/// How a subscription ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The server has cancelled it.
    Cancelled,
    /// The server has closed it in good order.
    Completed,
    /// The stream broke. It may be begun anew.
    Interrupted,
    /// The server did not begin it; the event says why.
    Refused,
}

impl Subscription {
    /// The subscription that `exchange` carries.
    pub const fn new(exchange: &Exchange) -> Self {
        Self { id: exchange.id(), acknowledged: false }
    }

    /// Interprets an event of the exchange.
    ///
    /// # Errors
    /// [`ResultError`]: a message of this subscription is malformed.
    pub fn read<'i>(&mut self, event: &Event<'i>) -> Result<Update<'i>, ResultError> {
        let note = match event {
            Event::Notification(note) => note,
            Event::Response(Response::Result(_)) => return Ok(Update::Ended(Ending::Completed)),
            Event::Response(_) | Event::Rejected { .. } => {
                return Ok(Update::Ended(Ending::Refused));
            }
            Event::Interrupted => return Ok(Update::Ended(Ending::Interrupted)),
            Event::Unsolicited { .. } => return Ok(Update::Stray),
            _ => return Ok(Update::Nothing),
        };
        let Some(params) = note.params else { return Ok(Update::Stray) };
        let ours = Id::Number(self.id.into());
        if note.method == *"notifications/cancelled" {
            let cancelled = Cancelled::from_params(params)?.request == ours;
            return Ok(if cancelled { Update::Ended(Ending::Cancelled) } else { Update::Stray });
        }
        if subscription_id(params)? != Some(ours) {
            return Ok(Update::Stray);
        }
        let acknowledgement = note.method == *"notifications/subscriptions/acknowledged";
        if acknowledgement == self.acknowledged {
            return Ok(Update::Stray);
        }
        if acknowledgement {
            let filter = AcknowledgedFilter::from_params(params)?;
            self.acknowledged = true;
            return Ok(Update::Acknowledged(filter));
        }
        note.update()
    }

    /// Whether the server has agreed to tell something.
    pub const fn is_acknowledged(&self) -> bool {
        self.acknowledged
    }
}

impl<'i> Notification<'i> {
    /// What the notification tells, whatever subscription it belongs to: that is how the legacy era tells
    /// changes, beside the answers to requests.
    ///
    /// # Errors
    /// [`ResultError`]: it is malformed.
    pub fn update(&self) -> Result<Update<'i>, ResultError> {
        for (method, update) in [
            ("notifications/prompts/list_changed", Update::PromptsChanged),
            ("notifications/resources/list_changed", Update::ResourcesChanged),
            ("notifications/tools/list_changed", Update::ToolsChanged),
        ] {
            if self.method == *method {
                return Ok(update);
            }
        }
        let params = self.params.unwrap_or(Value::empty_object());
        if self.method == *"notifications/resources/updated" {
            let uri = params.member("uri").map_err(|_| ResultError::Duplicate("uri"))?;
            let uri = uri.ok_or(ResultError::Missing("uri"))?;
            return match uri.as_str() {
                Some(uri) => Ok(Update::ResourceUpdated { uri }),
                None => Err(ResultError::WrongType("uri")),
            };
        }
        if self.method == *"notifications/tasks" {
            return Task::from_value(params).map(Update::Task);
        }
        Ok(Update::Unknown { method: self.method })
    }
}

/// The id of the request that a notification belongs to.
fn subscription_id(params: Value<'_>) -> Result<Option<Id<'_>>, ResultError> {
    let name = "io.modelcontextprotocol/subscriptionId";
    let meta = params.member("_meta").map_err(|_| ResultError::Duplicate("_meta"))?;
    let Some(meta) = meta else { return Ok(None) };
    match meta.member(name).map_err(|_| ResultError::Duplicate(name))? {
        Some(id) => Id::from_value(id).map(Some).ok_or(ResultError::WrongType(name)),
        None => Ok(None),
    }
}
