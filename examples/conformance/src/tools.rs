//! The tools of a server.

use std::collections::BTreeMap;

use mcpico_core::client::Event;
use mcpico_core::json::{self, Value};
use mcpico_core::mcp::{Method, Page, param_headers};
use mcpico_http::std::{Outcome, Session};

use crate::Fault;

/// Most pages of the list.
const MAX_PAGES: usize = 100;

/// Input schemas by the name of the tool, as they came.
pub(crate) type Tools = BTreeMap<String, String>;

/// All tools that can be used; the others are named on stderr with the reason.
pub(crate) async fn list(session: &mut Session) -> Result<Tools, Fault> {
    let mut tools = Tools::new();
    let mut cursor: Option<String> = None;
    for _ in 0..MAX_PAGES {
        let method = Method::ListTools { cursor: cursor.as_deref() };
        let result = result(session, method).await?;
        let page = Page::from_result(parse(&result)?, "tools")?;
        for tool in page.items {
            let Some(name) = text(tool, "name")? else { return Err("a tool has no name".into()) };
            let schema = member(tool, "inputSchema")?.ok_or("a tool has no inputSchema")?;
            match param_headers(schema) {
                Ok(_) => {
                    tools.insert(name, schema.text().into());
                }
                Err(reason) => eprintln!("left out: {name}: {reason}"),
            }
        }
        match page.next_cursor {
            Some(next) => cursor = Some(next.to_string()),
            None => return Ok(tools),
        }
    }
    Err("the list of tools has no end".into())
}

/// Calls a tool that is in the list; its result.
pub(crate) async fn call(
    session: &mut Session,
    tools: &Tools,
    name: &str,
    arguments: &str,
) -> Result<String, Fault> {
    let schema = tools.get(name).ok_or_else(|| format!("the server has no tool {name}"))?;
    let method = Method::CallTool {
        name,
        arguments: Some(parse(arguments)?),
        input_schema: Some(parse(schema)?),
    };
    result(session, method).await
}

/// The result of a request.
pub(crate) async fn result(session: &mut Session, method: Method<'_>) -> Result<String, Fault> {
    let observe = &mut |event: &Event<'_>| eprintln!("{event:?}");
    match session.call(method, observe).await? {
        Outcome::Result(result) => Ok(result),
        Outcome::Error(error) => Err(format!("error {}: {}", error.code, error.message).into()),
        Outcome::InputRequired(_) | Outcome::Task(_) => {
            Err("the server asks for more than there is".into())
        }
    }
}

pub(crate) fn parse(text: &str) -> Result<Value<'_>, Fault> {
    Ok(json::parse(text.as_bytes())?)
}

pub(crate) fn member<'a>(object: Value<'a>, name: &str) -> Result<Option<Value<'a>>, Fault> {
    Ok(object.member(name)?)
}

pub(crate) fn text(object: Value<'_>, name: &str) -> Result<Option<String>, Fault> {
    Ok(member(object, name)?.and_then(|value| value.as_str()).map(|text| text.to_string()))
}
