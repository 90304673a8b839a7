//! The Model Context Protocol: revisions, methods, headers and results.
//!
//! What differs between the revisions stands in one table, [`Revision::differences`]. The methods stand
//! in one enum, [`Method`], with their parameters and headers.
//!
//! [Specification](https://modelcontextprotocol.io/specification/2026-07-28)

mod cache;
mod capabilities;
mod elicitation;
mod header_value;
mod log;
mod method;
mod notification;
mod param_headers;
mod refusal;
mod request;
mod result;
mod revision;
mod subscription;
mod task;
mod trace;

pub use cache::{CacheHint, CacheScope};
pub use capabilities::{Capabilities, Elicitation};
pub use elicitation::{ElicitationError, elicitation_defaults, elicitation_form};
pub(crate) use header_value::encode_header_text;
pub use header_value::{HeaderValueError, decode_header_value, encode_header_value};
pub use log::{LogLevel, LogMessage};
pub use method::{ClientInfo, CompletionReference, Method};
pub use notification::{Cancelled, Progress};
pub use param_headers::{
    MAX_PARAM_HEADERS, MAX_SCHEMA_DEPTH, ParamHeader, ParamHeaderError, ParamHeaders, param_headers,
};
pub use refusal::Refusal;
pub(crate) use result::promised;
pub use result::{InputRequest, InputRequired, Page, ResultError, ResultType, ToolResult};
pub use revision::{Differences, Revision};
pub use subscription::{AcknowledgedFilter, SubscriptionFilter};
pub use task::{Task, TaskOutcome, TaskStatus};
pub use trace::{MAX_BAGGAGE, MAX_TRACE_STATE, TraceContext, TraceError};
