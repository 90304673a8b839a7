//! What an exchange hands out.

use crate::json::{Str, Value};
use crate::jsonrpc::{ErrorObject, Id, Message};
use crate::mcp::{InputRequest, InputRequired, LogMessage, Progress};
use crate::writer::{OutputTooSmall, emit};

/// The next thing that happened. It borrows the inbox, so it is handled before more is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'i> {
    /// The server took a message that has no response.
    Accepted,
    /// The exchange is over; repeated calls repeat this.
    Closed,
    /// The event stream ended before the response came. The request may have been carried out.
    Interrupted,
    /// More bytes are needed: read into `inbox.spare()`, then `commit` or `close`.
    NeedData,
    /// The server tells something: progress, a log line, a changed list.
    Notification(Notification<'i>),
    /// The server did not take the message: any status of 300 and above without a JSON-RPC error for
    /// this request, and always 401 and 403.
    Rejected {
        /// The HTTP status.
        status: u16,
        /// The body, or as much of it as fits the inbox. It may be anything.
        body: &'i [u8],
    },
    /// The response to the request.
    Response(Response<'i>),
    /// The server asks something. Up to revision 2025-11-25 only; answer with `Client::answer`.
    ServerRequest(ServerRequest<'i>),
    /// A message that belongs to no request of this exchange, or one that the revision forbids; it has
    /// been dropped.
    Unsolicited {
        /// The id that it carried.
        id: Option<Id<'i>>,
    },
}

impl<'i> Event<'i> {
    /// What a message is that answers no request of ours.
    pub(super) const fn beside(message: Message<'i>, server_requests: bool) -> Self {
        match message {
            Message::Notification { method, params } => {
                Self::Notification(Notification { method, params })
            }
            Message::Request { id, method, params } if server_requests => {
                Self::ServerRequest(ServerRequest { id, method, params })
            }
            Message::Request { id, .. } | Message::Result { id, .. } => {
                Self::Unsolicited { id: Some(id) }
            }
            Message::Error { id, .. } => Self::Unsolicited { id },
        }
    }
}

/// The response to a request, its id already matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Response<'i> {
    /// The request failed.
    Error(ErrorObject<'i>),
    /// The server needs input first.
    InputRequired(InputRequired<'i>),
    /// The result, an object.
    Result(Value<'i>),
    /// The server works on: read it with [`Task::from_value`](crate::mcp::Task::from_value). Only where
    /// [`Capabilities::tasks`](crate::mcp::Capabilities::tasks) is declared, and only for `tools/call`.
    Task(Value<'i>),
}

/// A message of the server that wants no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notification<'i> {
    /// What happened.
    pub method: Str<'i>,
    /// More about it.
    pub params: Option<Value<'i>>,
}

impl<'i> Notification<'i> {
    /// The log message, when the notification is one and well-formed.
    pub fn log(&self) -> Option<LogMessage<'i>> {
        let log = self.method == *"notifications/message";
        LogMessage::from_params(self.params.filter(|_| log)?).ok()
    }

    /// The progress, when the notification is about that and well-formed.
    pub fn progress(&self) -> Option<Progress<'i>> {
        (self.method == *"notifications/progress").then(|| Progress::from_params(self.params))?
    }
}

/// A request of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerRequest<'i> {
    /// To be repeated in the answer.
    pub id: Id<'i>,
    /// What is wanted.
    pub method: Str<'i>,
    /// More about it.
    pub params: Option<Value<'i>>,
}

impl<'i> ServerRequest<'i> {
    /// What it asks for.
    pub const fn input(&self) -> InputRequest<'i> {
        InputRequest { method: self.method, params: self.params }
    }

    /// What an [answer](super::Client::answer) needs of it, in `room`: everything but the params. It outlives
    /// the inbox, for a client that has to give up the stream before it can answer.
    ///
    /// # Errors
    /// [`OutputTooSmall`] with the exact size; `room` is unchanged then.
    pub fn without_params<'o>(
        &self,
        room: &'o mut [u8],
    ) -> Result<ServerRequest<'o>, OutputTooSmall> {
        let method = self.method.raw();
        let copies = emit(room, |w| {
            w.bytes(method);
            if let Id::String(id) = self.id {
                w.bytes(id.raw());
            }
        })?;
        let (method, id) = copies.split_at_checked(method.len()).unwrap_or_default();
        let id = match self.id {
            Id::Number(number) => Id::Number(number),
            Id::String(text) => Id::String(text.copied(id)),
        };
        Ok(ServerRequest { id, method: self.method.copied(method), params: None })
    }
}
