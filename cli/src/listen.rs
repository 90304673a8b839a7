//! `listen`: what a server tells of its own accord.

use std::ops::ControlFlow;

use clap::Args;
use mcpico_core::client::Update;
use mcpico_core::jsonrpc::code::METHOD_NOT_FOUND;
use mcpico_core::mcp::SubscriptionFilter;
use mcpico_http::std::{Ended, SessionError};
use serde_json::{Value, json};

use crate::client::{Server, failure};
use crate::exit::Exit;
use crate::failure::{Failure, rpc};
use crate::output;
use crate::surface::Fault;
use crate::target::Format;
use crate::terminal::{escape, escape_json};

/// Listen to what a server tells of its own accord, until Ctrl-C
///
/// Without a choice it is every change of the lists. Each thing that is told is a line; with --format json a JSON
/// object.
#[derive(Debug, Args)]
pub(crate) struct Listen {
    /// Changes of the list of tools
    #[arg(long)]
    tools: bool,

    /// Changes of the lists of resources and templates
    #[arg(long)]
    resources: bool,

    /// Changes of the list of prompts
    #[arg(long)]
    prompts: bool,

    /// Changes of this resource; may stand several times
    #[arg(long = "uri", value_name = "URI")]
    uris: Vec<String>,

    /// End after so many things that were told
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,

    #[command(flatten)]
    server: Server,
}

/// Prints what the server tells.
///
/// # Errors
/// [`Failure`]
pub(crate) async fn listen(command: &Listen) -> Result<Exit, Failure> {
    let uris: Vec<&str> = command.uris.iter().map(String::as_str).collect();
    let all = !(command.tools || command.resources || command.prompts) && uris.is_empty();
    let filter = SubscriptionFilter {
        prompts: all || command.prompts,
        resources: all || command.resources,
        tools: all || command.tools,
        resource_uris: &uris,
        task_ids: &[],
    };
    let format = command.server.format();
    command
        .server
        .with(async |target, peer| {
            let mut left = command.count;
            let mut tell = |update: &Update<'_>| {
                if let Update::Acknowledged(granted) = update {
                    if !filter.is_granted(granted) {
                        output::error_line(
                            "the server does not tell everything that was asked for",
                        );
                    }
                    return ControlFlow::Continue(());
                }
                let Some((text, value)) = shown(update) else { return ControlFlow::Continue(()) };
                match format {
                    Format::Json => output::line(&escape_json(&value.to_string())),
                    Format::Text => output::line(&escape(&text)),
                }
                left = left.map(|left| left - 1);
                if left == Some(0) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            match peer.listen(&filter, &mut tell).await {
                Ok(Ended::Stopped) => Ok(Exit::Passed),
                Ok(Ended::Refused(error)) if error.code == METHOD_NOT_FOUND => {
                    let why = rpc(&error);
                    let what = format!("the server tells nothing of its own accord: {why}");
                    Err(Failure::new(Exit::Failed, what))
                }
                Ok(Ended::Refused(error)) => Err(Failure::new(Exit::Failed, rpc(&error))),
                Ok(_) => Err(Failure::new(Exit::Failed, "the server has ended it")),
                Err(SessionError::Rejected(rejection)) if rejection.status == 405 => {
                    Err(Failure::new(Exit::Failed, "the server tells nothing of its own accord"))
                }
                Err(error) => Err(failure(target, Fault::Session(error))),
            }
        })
        .await
}

/// What was told, for people and for programs; `None` when it is nothing.
fn shown(update: &Update<'_>) -> Option<(String, Value)> {
    let list = |what: &str| (format!("the list of {what} has changed"), json!({"changed": what}));
    Some(match update {
        Update::PromptsChanged => list("prompts"),
        Update::ResourcesChanged => list("resources"),
        Update::ToolsChanged => list("tools"),
        Update::ResourceUpdated { uri } => {
            let uri = uri.to_string();
            (format!("{uri} has changed"), json!({"updated": uri}))
        }
        Update::Unknown { method } => {
            let method = method.to_string();
            (format!("notification {method}"), json!({"notification": method}))
        }
        _ => return None,
    })
}
