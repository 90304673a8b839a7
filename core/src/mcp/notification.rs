//! What notifications say.

use super::ResultError;
use super::result::{promised, string};
use crate::json::{Number, Str, Value};
use crate::jsonrpc::Id;

/// `notifications/progress`
///
/// [Progress](https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/progress)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The token that the request carried; ours are the ids of the requests.
    pub token: Id<'a>,
    /// How far it is.
    pub progress: Number<'a>,
    /// How far it goes, when that is known.
    pub total: Option<Number<'a>>,
    /// What is being done: escape it before it reaches a terminal.
    pub message: Option<Str<'a>>,
}

impl<'a> Progress<'a> {
    /// Reads the parameters; `None` when a member is missing, stands twice or has the wrong type.
    pub fn from_params(params: Option<Value<'a>>) -> Option<Self> {
        let params = params?;
        // One that stands twice has the wrong type.
        let total = match params.lookup("total") {
            Some(total) => Some(total.as_number()?),
            None => None,
        };
        let message = match params.lookup("message") {
            Some(message) => Some(message.as_str()?),
            None => None,
        };
        Some(Self {
            token: Id::from_value(params.lookup("progressToken")?)?,
            progress: params.lookup("progress")?.as_number()?,
            total,
            message,
        })
    }
}

/// `notifications/cancelled`: the sender does not want the answer to a request any more.
///
/// From a server it concerns a request of its own, or, since 2026-07-28, ends a subscription.
///
/// [Cancellation](https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/cancellation)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled<'a> {
    /// The id of the request.
    pub request: Id<'a>,
    /// Why: escape it before it reaches a terminal.
    pub reason: Option<Str<'a>>,
}

impl<'a> Cancelled<'a> {
    /// Reads the parameters.
    ///
    /// # Errors
    /// [`ResultError`]: `requestId` is missing, a member stands twice or has the wrong type.
    pub fn from_params(params: Value<'a>) -> Result<Self, ResultError> {
        let request = promised(params, "requestId")?;
        let request = Id::from_value(request).ok_or(ResultError::WrongType("requestId"))?;
        Ok(Self { request, reason: string(params, "reason")? })
    }
}
