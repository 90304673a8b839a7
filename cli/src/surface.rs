//! What a server offers: its lists, page by page.

use std::collections::HashSet;

use mcpico_core::client::Event;
use mcpico_core::json;
use mcpico_core::mcp::{Method, param_headers};
use mcpico_http::std::{Outcome, SessionError};
use serde_json::Value;

use crate::failure::rpc;
use crate::peer::Peer;
use crate::terminal::escape;

/// Most pages of one list.
const MAX_PAGES: usize = 1_000;

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Tools,
    Resources,
    ResourceTemplates,
    Prompts,
}

impl Kind {
    /// The member of the result that is the list.
    pub(crate) const fn member(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Resources => "resources",
            Self::ResourceTemplates => "resourceTemplates",
            Self::Prompts => "prompts",
        }
    }

    /// The member of an entry by which it is called.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Tools | Self::Prompts => "name",
            Self::Resources => "uri",
            Self::ResourceTemplates => "uriTemplate",
        }
    }

    const fn method(self, cursor: Option<&str>) -> Method<'_> {
        match self {
            Self::Tools => Method::ListTools { cursor },
            Self::Resources => Method::ListResources { cursor },
            Self::ResourceTemplates => Method::ListResourceTemplates { cursor },
            Self::Prompts => Method::ListPrompts { cursor },
        }
    }
}

/// A whole list.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listing {
    pub(crate) entries: Vec<Value>,
    pub(crate) pages: usize,
    /// Tools that must not be used, with the reason.
    pub(crate) dropped: Vec<String>,
}

/// Why there is no result to look at.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// The request had no response.
    Session(SessionError),
    /// The server answered, and the answer is wrong. One escaped line.
    Answer(String),
    /// The server does not have the method (-32601).
    NotOffered,
}

impl From<SessionError> for Fault {
    fn from(error: SessionError) -> Self {
        Self::Session(error)
    }
}

/// The result of a request, as JSON.
///
/// # Errors
/// [`Fault`]; a JSON-RPC error is one.
pub(crate) async fn result(
    peer: &mut Peer,
    method: Method<'_>,
    observe: &mut dyn FnMut(&Event<'_>),
) -> Result<Value, Fault> {
    value(peer.call(method, observe).await?)
}

/// The result that an outcome is, as JSON.
///
/// # Errors
/// [`Fault`]
pub(crate) fn value(outcome: Outcome) -> Result<Value, Fault> {
    match outcome {
        Outcome::Result(text) => {
            // The core has checked the syntax; what serde_json still refuses are numbers past f64.
            serde_json::from_str(&text).map_err(|error| Fault::Answer(error.to_string()))
        }
        Outcome::Error(error) if error.code == mcpico_core::jsonrpc::code::METHOD_NOT_FOUND => {
            Err(Fault::NotOffered)
        }
        Outcome::Error(error) => Err(Fault::Answer(rpc(&error))),
        // Where no task is declared, the core lets none through.
        Outcome::InputRequired(_) | Outcome::Task(_) => {
            Err(Fault::Answer("the server needs input that this command does not give".into()))
        }
    }
}

/// All pages of a list.
///
/// A tool whose `x-mcp-header` annotations are invalid is left out and named, as revision 2026-07-28
/// demands of a client.
///
/// # Errors
/// [`Fault`]; also for entries without a name, names that stand twice, and cursors that repeat.
pub(crate) async fn list(peer: &mut Peer, kind: Kind) -> Result<Listing, Fault> {
    let mut listing = Listing::default();
    let mut cursors = HashSet::new();
    let mut names = HashSet::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = result(peer, kind.method(cursor.as_deref()), &mut |_| {}).await?;
        listing.pages += 1;
        let wrong = |what: &str| Fault::Answer(format!("page {}: {what}", listing.pages));
        let entries = page[kind.member()].as_array();
        let entries = entries.ok_or_else(|| wrong(&format!("no array {}", kind.member())))?;
        let modern = peer.revision().is_some_and(mcpico_core::mcp::Revision::is_modern);
        for entry in entries {
            let name = entry[kind.key()].as_str();
            let name = name.ok_or_else(|| wrong(&format!("an entry has no {}", kind.key())))?;
            if !names.insert(name.to_owned()) {
                return Err(wrong(&format!("{} stands twice", escape(name))));
            }
            match invalid_headers(entry) {
                Some(reason) if modern && kind == Kind::Tools => {
                    listing.dropped.push(format!("{}: {reason}", escape(name)));
                }
                _ => listing.entries.push(entry.clone()),
            }
        }
        cursor = match &page["nextCursor"] {
            Value::Null => return Ok(listing),
            Value::String(next) => Some(next.clone()),
            _ => return Err(wrong("nextCursor is not a string")),
        };
        if !cursors.insert(cursor.clone()) {
            return Err(wrong("nextCursor is one that came before: the list has no end"));
        }
        if listing.pages >= MAX_PAGES {
            return Err(wrong(&format!("more than {MAX_PAGES} pages")));
        }
    }
}

/// Structured content has to fit the tool's output schema, and to be there when there is one.
///
/// # Errors
/// What does not fit, escaped.
pub(crate) fn fits_output_schema(tool: &Value, result: &Value) -> Result<(), String> {
    let schema = &tool["outputSchema"];
    if schema.is_null() || result["isError"] == true {
        return Ok(());
    }
    let content = result.get("structuredContent").ok_or("structuredContent is missing")?;
    let validator = jsonschema::validator_for(schema)
        .map_err(|error| escape(&format!("the output schema is invalid: {error}")).into_owned())?;
    validator.validate(content).map_err(|error| {
        escape(&format!("structured content does not fit the output schema: {error}")).into_owned()
    })
}

/// What is wrong with the annotations of a tool.
fn invalid_headers(tool: &Value) -> Option<String> {
    let schema = tool["inputSchema"].to_string();
    let schema = json::parse(schema.as_bytes()).ok()?;
    param_headers(schema).err().map(|error| error.to_string())
}
