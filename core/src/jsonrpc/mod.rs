//! JSON-RPC 2.0: the four kinds of messages, read and written.
//!
//! Member names are compared byte for byte after unescaping, and a name of JSON-RPC that stands twice, or one
//! of the parameters, makes the message invalid: two readers of one message must not see two meanings. A
//! result is handed on as it came; who reads a member of it by [`Value::member`](crate::json::Value::member)
//! is told of a second one.
//!
//! [JSON-RPC 2.0](https://www.jsonrpc.org/specification)

mod error;
mod id;
mod message;

pub use error::{ErrorObject, code};
pub use id::Id;
pub use message::{Message, MessageError, Outgoing};
