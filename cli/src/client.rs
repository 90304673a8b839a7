//! `call`, `list`, `read` and `prompt`: one thing each, from one server.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use mcpico_core::client::Event;
use mcpico_core::json;
use mcpico_core::mcp::{Capabilities, Elicitation, LogLevel, Method, Task, ToolResult};
use mcpico_http::std::{Outcome, StreamedOutcome, TaskEnd};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::failure::{Failure, rpc};
use crate::output::{self, Print};
use crate::peer::Peer;
use crate::saved::SavedResult;
use crate::surface::{self, Fault, Kind};
use crate::target::{Format, Target, TargetArguments};
use crate::terminal::escape;

/// Where the server of a one-thing command is.
#[derive(Debug, Args)]
pub(crate) struct Server {
    /// URL of the MCP endpoint; without it, the demo server is started for this command
    #[arg(long, short, value_name = "URL", conflicts_with = "started")]
    endpoint: Option<String>,

    #[command(flatten)]
    target: TargetArguments,
}

/// Call a tool
#[derive(Debug, Args)]
pub(crate) struct Call {
    /// Name of the tool
    tool: String,

    /// Arguments, a JSON object
    #[arg(long, value_name = "JSON", default_value = "{}")]
    args: String,

    /// Do not escape the text of the result; refused on a terminal
    #[arg(long)]
    raw: bool,

    /// Write the result to FILE as JSON, however large it is, instead of printing it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["raw", "task"])]
    output: Option<PathBuf>,

    /// Let the server make a task of it, and wait for its end; Ctrl-C cancels it
    #[arg(long)]
    task: bool,

    /// Time limit for a task
    #[arg(long, value_name = "SECONDS", default_value_t = 600, requires = "task", value_parser = clap::value_parser!(u64).range(1..=604_800))]
    task_timeout: u64,

    /// Fill forms that the server asks for with their defaults
    #[arg(long)]
    form_defaults: bool,

    #[command(flatten)]
    server: Server,
}

/// List what the server offers
#[derive(Debug, Args)]
pub(crate) struct List {
    /// What is listed
    what: What,

    #[command(flatten)]
    server: Server,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum What {
    /// Tools with their descriptions.
    Tools,
    /// Resources and resource templates.
    Resources,
    /// Resource templates alone.
    Templates,
    /// Prompts with their arguments.
    Prompts,
}

/// Read a resource
#[derive(Debug, Args)]
pub(crate) struct Read {
    /// URI of the resource
    uri: String,

    /// Do not escape the text of the result; refused on a terminal
    #[arg(long)]
    raw: bool,

    /// Write the result to FILE as JSON, however large it is, instead of printing it
    #[arg(long, value_name = "FILE", conflicts_with = "raw")]
    output: Option<PathBuf>,

    #[command(flatten)]
    server: Server,
}

/// Get a prompt
#[derive(Debug, Args)]
pub(crate) struct Prompt {
    /// Name of the prompt
    name: String,

    /// Arguments, a JSON object of strings
    #[arg(long, value_name = "JSON", default_value = "{}")]
    args: String,

    /// Do not escape the text of the result; refused on a terminal
    #[arg(long)]
    raw: bool,

    #[command(flatten)]
    server: Server,
}

/// Calls the tool and prints its result.
///
/// # Errors
/// [`Failure`]; a tool that reports an error is none, but has an exit code of its own.
pub(crate) async fn call(command: &Call) -> Result<Exit, Failure> {
    let print = Print::new(command.raw)?;
    let arguments = object(&command.args)?;
    let elicitation = Elicitation { form: command.form_defaults, url: false };
    let capabilities = Capabilities { elicitation, tasks: command.task, ..Capabilities::NONE };
    command
        .server
        .with_capabilities(capabilities, async |target, peer| {
            // The schema says which arguments go into headers, too.
            let tools = surface::list(peer, Kind::Tools).await;
            let tools = tools.map_err(|fault| failure(target, fault))?;
            let Some(tool) = tools.entries.iter().find(|tool| tool["name"] == *command.tool) else {
                let named = format!("{}: ", escape(&command.tool));
                let dropped = tools.dropped.iter().find(|dropped| dropped.starts_with(&named));
                return Err(Failure::usage(match dropped {
                    Some(dropped) => format!("the tool cannot be used: {dropped}"),
                    None => format!("the server has no tool {}", escape(&command.tool)),
                }));
            };
            let schema = tool["inputSchema"].to_string();
            let invalid = |error: &dyn Display| {
                Failure::new(
                    Exit::Failed,
                    format!("the server describes or answers the tool badly: {error}"),
                )
            };
            let method = Method::CallTool {
                name: &command.tool,
                arguments: Some(parse(&arguments)?),
                input_schema: Some(
                    json::parse(schema.as_bytes()).map_err(|error| invalid(&error))?,
                ),
            };
            if let Some(path) = &command.output {
                return save(target, peer, method, path).await;
            }
            let result = if command.task {
                let limit = Duration::from_secs(command.task_timeout);
                task_result(target, peer, method, limit).await?
            } else {
                result(target, peer, method).await?
            };
            let text = result.to_string();
            let parsed = json::parse(text.as_bytes()).map_err(|error| invalid(&error))?;
            let is_error =
                ToolResult::from_result(parsed).map_err(|error| invalid(&error))?.is_error;
            match command.server.target.format {
                Format::Json => output::json(&result),
                Format::Text => {
                    if is_error {
                        output::error_line("the tool reported an error");
                    }
                    print.contents(&result["content"]);
                    if !result["structuredContent"].is_null() {
                        output::json(&result["structuredContent"]);
                    }
                }
            }
            // The result is shown even so: it tells what is wrong with it.
            surface::fits_output_schema(tool, &result)
                .map_err(|what| Failure::new(Exit::Failed, what))?;
            Ok(if is_error { Exit::ToolError } else { Exit::Passed })
        })
        .await
}

/// Prints the list.
///
/// # Errors
/// [`Failure`]
pub(crate) async fn list(command: &List) -> Result<Exit, Failure> {
    command
        .server
        .with(async |target, peer| {
            let kinds = match command.what {
                What::Tools => &[Kind::Tools][..],
                What::Resources => &[Kind::Resources, Kind::ResourceTemplates],
                What::Templates => &[Kind::ResourceTemplates],
                What::Prompts => &[Kind::Prompts],
            };
            let mut listed = json!({});
            for kind in kinds {
                let listing = match surface::list(peer, *kind).await {
                    Ok(listing) => listing,
                    // A server with resources may have no templates.
                    Err(Fault::NotOffered)
                        if matches!(command.what, What::Resources)
                            && *kind == Kind::ResourceTemplates =>
                    {
                        continue;
                    }
                    Err(fault) => return Err(failure(target, fault)),
                };
                for dropped in &listing.dropped {
                    output::error_line(&format!("left out, as it cannot be used: {dropped}"));
                }
                if command.server.target.format == Format::Text {
                    for entry in &listing.entries {
                        output::entry(entry, *kind);
                    }
                }
                listed[kind.member()] = listing.entries.into();
            }
            if command.server.target.format == Format::Json {
                output::json(&listed);
            }
            Ok(Exit::Passed)
        })
        .await
}

/// Prints the contents of a resource.
///
/// # Errors
/// [`Failure`]
pub(crate) async fn read(command: &Read) -> Result<Exit, Failure> {
    let print = Print::new(command.raw)?;
    command
        .server
        .with(async |target, peer| {
            let method = Method::ReadResource { uri: &command.uri };
            if let Some(path) = &command.output {
                return save(target, peer, method, path).await;
            }
            let result = result(target, peer, method).await?;
            match command.server.target.format {
                Format::Json => output::json(&result),
                Format::Text => print.contents(&result["contents"]),
            }
            Ok(Exit::Passed)
        })
        .await
}

/// Prints the messages of a prompt.
///
/// # Errors
/// [`Failure`]
pub(crate) async fn prompt(command: &Prompt) -> Result<Exit, Failure> {
    let print = Print::new(command.raw)?;
    let arguments = object(&command.args)?;
    command
        .server
        .with(async |target, peer| {
            let method =
                Method::GetPrompt { name: &command.name, arguments: Some(parse(&arguments)?) };
            let result = result(target, peer, method).await?;
            match command.server.target.format {
                Format::Json => output::json(&result),
                Format::Text => {
                    for message in result["messages"].as_array().into_iter().flatten() {
                        output::line(&format!(
                            "{}:",
                            escape(message["role"].as_str().unwrap_or("?"))
                        ));
                        print.contents(&Value::from(vec![message["content"].clone()]));
                    }
                }
            }
            Ok(Exit::Passed)
        })
        .await
}

impl Server {
    pub(crate) const fn format(&self) -> Format {
        self.target.format
    }

    /// Lets `run` talk to the server.
    ///
    /// # Errors
    /// [`Failure`]: there is no server, and those of `run`.
    pub(crate) async fn with(
        &self,
        run: impl AsyncFnOnce(&Target, &mut Peer) -> Result<Exit, Failure>,
    ) -> Result<Exit, Failure> {
        self.with_capabilities(Capabilities::NONE, run).await
    }

    /// As [`with`](Self::with), where the server may ask for something.
    ///
    /// # Errors
    /// [`Failure`]
    pub(crate) async fn with_capabilities(
        &self,
        capabilities: Capabilities,
        run: impl AsyncFnOnce(&Target, &mut Peer) -> Result<Exit, Failure>,
    ) -> Result<Exit, Failure> {
        let mut target = Target::new(self.endpoint.as_deref(), &self.target)?;
        target.capabilities = capabilities;
        let mut peer = target.peer(target.token.as_deref());
        if let Some(level) = target.log_level {
            set_log_level(&target, &mut peer, level).await;
        }
        let outcome = run(&target, &mut peer).await;
        // After a failure a session over HTTP may be as broken as the request was.
        if outcome.is_ok() || target.program.is_some() {
            peer.end().await;
        }
        outcome
    }
}

/// What is told of a fault.
pub(crate) fn failure(target: &Target, fault: Fault) -> Failure {
    match fault {
        Fault::Session(error) => {
            Failure::explain(&error, &target.endpoint, target.token.as_deref())
        }
        Fault::Answer(what) => Failure::new(Exit::Failed, what),
        Fault::NotOffered => Failure::new(Exit::Failed, "the server does not have this method"),
    }
}

/// Tells a server of the legacy era which log messages are wanted; one of the modern era hears it with each
/// request. What is wrong with the server shows in what is asked for.
async fn set_log_level(target: &Target, peer: &mut Peer, level: LogLevel) {
    let Ok(revision) = peer.connect().await else { return };
    let mut room = [0; 64];
    if revision.is_modern() {
        return;
    }
    if let Ok(method) = Method::set_log_level(level, &mut room)
        && let Ok(Outcome::Error(error)) = peer.call(method, &mut |_| {}).await
    {
        target.log(&escape(&format!("the server takes no log level: error {}", error.code)));
    }
}

async fn result(target: &Target, peer: &mut Peer, method: Method<'_>) -> Result<Value, Failure> {
    let outcome = surface::result(peer, method, &mut |event| observe(target, event)).await;
    outcome.map_err(|fault| failure(target, fault))
}

/// Largest result that is held when it goes into a file.
const HELD: usize = 64 * 1024;

/// Writes the result into a file while it comes. It is not held, so it is not compared with an output schema.
async fn save(
    target: &Target,
    peer: &mut Peer,
    method: Method<'_>,
    path: &Path,
) -> Result<Exit, Failure> {
    let mut saved = SavedResult::create(path)?;
    let mut observe = |event: &Event<'_>| observe(target, event);
    let streamed =
        peer.call_streamed(method, HELD, &mut observe, &mut |part| saved.part(part)).await;
    let streamed = streamed.map_err(|error| failure(target, Fault::Session(error)))?;
    let mut is_error = false;
    if let StreamedOutcome::Whole(outcome) = streamed {
        let value = surface::value(outcome).map_err(|fault| failure(target, fault))?;
        is_error = value["isError"] == true;
        saved.whole(&value.to_string());
    }
    is_error |= saved.finish()?;
    if is_error {
        output::error_line("the tool reported an error");
    }
    Ok(if is_error { Exit::ToolError } else { Exit::Passed })
}

/// The result of a request that the server may make a task of.
async fn task_result(
    target: &Target,
    peer: &mut Peer,
    method: Method<'_>,
    limit: Duration,
) -> Result<Value, Failure> {
    let session = |error| failure(target, Fault::Session(error));
    let outcome = peer.call(method, &mut |event| observe(target, event)).await.map_err(session)?;
    let Outcome::Task(task) = outcome else {
        return surface::value(outcome).map_err(|fault| failure(target, fault));
    };
    let mut watch = |task: &Task<'_>| {
        let message = task.message.map(|message| format!(": {message}")).unwrap_or_default();
        target.log(&escape(&format!("task {}, {:?}{message}", task.id, task.status)));
    };
    match peer.finish_task(&task, limit, &mut watch).await.map_err(session)? {
        TaskEnd::Result(text) => {
            surface::value(Outcome::Result(text)).map_err(|fault| failure(target, fault))
        }
        TaskEnd::Error(error) => Err(Failure::new(Exit::Failed, rpc(&error))),
        TaskEnd::Cancelled => Err(Failure::new(Exit::Failed, "the server has cancelled the task")),
        _ => {
            let what = "the task needs input that this command does not give (--form-defaults)";
            Err(Failure::new(Exit::Failed, what))
        }
    }
}

/// Says what the server tells during a request: log messages that were asked for always, the rest with
/// `--verbose`.
fn observe(target: &Target, event: &Event<'_>) {
    let Event::Notification(note) = event else { return };
    if let (Some(_), Some(log)) = (target.log_level, note.log()) {
        let logger = log.logger.map(|logger| format!("{logger}: ")).unwrap_or_default();
        let shown = format!("log {}: {logger}{}", log.level.name(), log.data.text());
        return output::error_line(&escape(&shown));
    }
    let shown = match note.progress() {
        Some(progress) => format!(
            "progress {}{}",
            progress.progress,
            progress.message.map(|text| format!(": {text}")).unwrap_or_default()
        ),
        None => format!("notification {}", note.method),
    };
    target.log(&escape(&shown));
}

/// Checks that `text` is a JSON object and gives it on one line.
pub(crate) fn object(text: &str) -> Result<String, Failure> {
    match serde_json::from_str::<Value>(text) {
        Ok(value @ Value::Object(_)) => Ok(value.to_string()),
        Ok(_) => Err(Failure::usage("--args is not a JSON object")),
        Err(error) => Err(Failure::usage(format!("--args is not JSON: {error}"))),
    }
}

pub(crate) fn parse(text: &str) -> Result<json::Value<'_>, Failure> {
    json::parse(text.as_bytes()).map_err(|error| Failure::usage(error.to_string()))
}
