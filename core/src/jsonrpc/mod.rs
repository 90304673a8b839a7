//! JSON-RPC 2.0: the four kinds of messages, read and written.
//!
//! Member names are compared byte for byte after unescaping, and a name that stands twice makes the
//! message invalid: two readers of one message must not see two meanings.
//!
//! [JSON-RPC 2.0](https://www.jsonrpc.org/specification)

mod error;
mod id;
mod message;

pub use error::{ErrorObject, code};
pub use id::Id;
pub use message::{Message, MessageError, Outgoing};
