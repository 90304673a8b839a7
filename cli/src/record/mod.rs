//! `mcpico record`: writes a configuration for `mcpico test` from what a server offers and answers.

mod arguments;
mod document;
mod recorder;
mod redact;
mod shape;

use std::fs::OpenOptions;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::target::{Target, TargetArguments};
use crate::terminal::{escape, escape_lines};

use document::Document;
use recorder::Recorder;

/// Write a configuration for `test` from what a server offers
///
/// Tools that the server declares harmless (readOnlyHint) are called with arguments that are guessed from
/// their schemas, resources are read and prompts got. What comes back is stored as what has to come back:
/// its shape, not its values. Without an endpoint the demo server is recorded.
#[derive(Debug, Args)]
pub(crate) struct Record {
    /// URL of the MCP endpoint
    #[arg(conflicts_with = "started")]
    endpoint: Option<String>,

    /// Write to FILE instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Write over FILE when it is there
    #[arg(long, requires = "output")]
    force: bool,

    /// Call this tool too, though the server does not declare it harmless; may stand several times
    #[arg(long = "call", value_name = "TOOL")]
    called: Vec<String>,

    /// Do not call this tool; may stand several times
    #[arg(long = "skip", value_name = "TOOL")]
    skipped: Vec<String>,

    /// Call the tool with these arguments, a JSON object, instead of guessed ones; may stand several times
    #[arg(long = "args", value_name = "TOOL=JSON")]
    arguments: Vec<String>,

    #[command(flatten)]
    target: TargetArguments,
}

/// Records the server.
///
/// # Errors
/// [`Failure`]; also when nothing could be recorded, and when the file is there already.
pub(crate) async fn run(command: &Record) -> Result<Exit, Failure> {
    if let Some(file) = command.output.as_ref().filter(|file| file.exists() && !command.force) {
        let what = format!("{} is there already", file.display());
        return Err(Failure::usage(escape(&what).into_owned()).hint("--force writes over it"));
    }
    // Found out before the server is asked for anything.
    let folder = command.output.as_ref().and_then(|file| file.parent());
    if let Some(folder) =
        folder.filter(|folder| !(folder.as_os_str().is_empty() || folder.is_dir()))
    {
        let what = format!("there is no directory {} to write to", folder.display());
        return Err(Failure::usage(escape(&what).into_owned()));
    }
    let given = given_arguments(&command.arguments)?;
    let target = Target::new(command.endpoint.as_deref(), &command.target)?;
    let mut peer = target.peer(target.token.as_deref());
    let mut recorder =
        Recorder { command, target: &target, given, document: Document::new(&target.endpoint) };
    let outcome = recorder.record(&mut peer).await;
    peer.end().await;
    outcome?;
    let document = recorder.document;
    for note in document.notes() {
        output::error_line(&format!("not recorded: {note}"));
    }
    if document.is_empty() {
        return Err(Failure::new(Exit::Failed, "there is nothing that could be recorded")
            .hint("--call TOOL calls a tool that is not declared harmless"));
    }
    let text = document.text()?;
    match &command.output {
        // In a pipe the file has to be what it is.
        None if io::stdout().is_terminal() => output::line(escape_lines(&text).trim_end()),
        None => output::line(text.trim_end()),
        Some(file) => {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true).create_new(!command.force);
            let text = output::concealed(&text);
            let written = options.open(file).and_then(|mut file| file.write_all(text.as_bytes()));
            written.map_err(|error| {
                let what = format!("{} cannot be written: {error}", file.display());
                Failure::usage(escape(&what).into_owned())
            })?;
            output::line(&escape(&format!("{}: {}", file.display(), document.summary())));
        }
    }
    Ok(Exit::Passed)
}

fn given_arguments(arguments: &[String]) -> Result<Map<String, Value>, Failure> {
    let mut given = Map::new();
    for argument in arguments {
        let (tool, text) = argument
            .split_once('=')
            .ok_or_else(|| Failure::usage("--args: no = between the tool and its arguments"))?;
        let Ok(value @ Value::Object(_)) = serde_json::from_str(text) else {
            let what = format!("--args {tool}: the arguments are no JSON object");
            return Err(Failure::usage(escape(&what).into_owned()));
        };
        given.insert(tool.to_owned(), value);
    }
    Ok(given)
}
