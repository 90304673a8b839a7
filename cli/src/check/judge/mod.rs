//! Whether what came back is what ought to have come back.

mod content;
mod matcher;
mod payload;
mod result;
mod schema;
mod search;

pub(super) use content::contents;
pub(crate) use content::{messages, readable};
pub(super) use matcher::{Matcher, locate};
pub(crate) use payload::error_payload;
pub(super) use result::tool_result;
pub(crate) use result::{Answer, succeeded};
pub(super) use schema::Schema;
pub(super) use search::Search;

use crate::output::concealed;
use crate::terminal::escape;

/// Longest part of a text of the server that a reason shows, in characters.
const EXCERPT: usize = 200;

/// The start of a text of the server, on one line.
fn excerpt(text: &str) -> String {
    // Before it is cut: a part of a secret is still too much of it.
    let text = concealed(text);
    let start: String = text.chars().take(EXCERPT).collect();
    let more = if start.len() < text.len() { " …" } else { "" };
    format!("{}{more}", escape(&start))
}
