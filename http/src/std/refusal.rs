//! What a server of the modern era asks for when it refuses a request.

use mcpico_core::json::{self, Str};
use mcpico_core::jsonrpc::ErrorObject;
use mcpico_core::mcp::{Refusal, ResultError};

use super::outcome::RpcError;

/// What an error asks for; see [`Refusal`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refused {
    /// -32020: headers and body differ.
    HeaderMismatch,
    /// -32021: the client has to declare more.
    MissingCapability {
        /// JSON: an object of the form of the client's capabilities.
        required: String,
    },
    /// -32022: the server does not speak the revision.
    UnsupportedRevision {
        /// The names of those that it speaks.
        supported: Vec<String>,
        /// The one that it has read.
        requested: Option<String>,
    },
}

impl RpcError {
    /// What the error asks for, when it is one that does. The texts are the server's: escape them before
    /// they reach a terminal.
    ///
    /// # Errors
    /// [`ResultError`]: what has to stand in `data` is missing, stands twice or has the wrong type.
    pub fn refusal(&self) -> Result<Option<Refused>, ResultError> {
        let data = self.data.as_deref().map(|data| json::parse(data.as_bytes()));
        let data = data.transpose().map_err(|_| ResultError::WrongType("data"))?;
        let Some(message) = json::parse(b"\"\"").ok().and_then(|message| message.as_str()) else {
            return Ok(None);
        };
        let refusal = Refusal::from_error(&ErrorObject { code: self.code, message, data })?;
        Ok(match refusal {
            Some(Refusal::HeaderMismatch) => Some(Refused::HeaderMismatch),
            Some(Refusal::MissingCapability { required }) => {
                Some(Refused::MissingCapability { required: required.text().into() })
            }
            Some(Refusal::UnsupportedRevision { supported, requested }) => {
                let text = |text: Str<'_>| text.to_string();
                Some(Refused::UnsupportedRevision {
                    supported: supported.filter_map(|name| name.as_str().map(text)).collect(),
                    requested: requested.map(text),
                })
            }
            _ => None,
        })
    }
}
