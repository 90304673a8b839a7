//! `complete`: what an argument of a prompt or a resource template may be.

use clap::{Args, ValueEnum};
use mcpico_core::mcp::{CompletionReference, Method};
use serde_json::Value;

use crate::client::{Server, failure, object, parse};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::surface;
use crate::target::Format;
use crate::terminal::escape;

/// Complete an argument of a prompt or of a resource template
#[derive(Debug, Args)]
pub(crate) struct Complete {
    /// What the argument belongs to
    of: Of,

    /// Name of the prompt, or the URI template
    name: String,

    /// Name of the argument
    argument: String,

    /// What has been typed of its value
    #[arg(default_value = "", allow_hyphen_values = true)]
    value: String,

    /// Values that other arguments have by now, a JSON object of strings; servers heed them since 2025-06-18
    #[arg(long, value_name = "JSON")]
    args: Option<String>,

    #[command(flatten)]
    server: Server,
}

/// What has arguments that can be completed.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Of {
    /// A prompt.
    Prompt,
    /// A resource template.
    Template,
}

/// Prints the values that the server offers, a line each.
///
/// # Errors
/// [`Failure`]
pub(crate) async fn complete(command: &Complete) -> Result<Exit, Failure> {
    let arguments = command.args.as_deref().map(object).transpose()?;
    command
        .server
        .with(async |target, peer| {
            let reference = match command.of {
                Of::Prompt => CompletionReference::Prompt(&command.name),
                Of::Template => CompletionReference::ResourceTemplate(&command.name),
            };
            let method = Method::Complete {
                reference,
                argument: &command.argument,
                value: &command.value,
                arguments: arguments.as_deref().map(parse).transpose()?,
            };
            let result = surface::result(peer, method, &mut |_| {}).await;
            let result = result.map_err(|fault| failure(target, fault))?;
            let values = result["completion"]["values"].as_array();
            let values: Option<Vec<&str>> =
                values.and_then(|values| values.iter().map(Value::as_str).collect());
            let values = values.ok_or_else(|| {
                Failure::new(
                    Exit::Failed,
                    "the server answers badly: no array of strings completion.values",
                )
            })?;
            match command.server.format() {
                Format::Json => output::json(&result),
                Format::Text => {
                    for value in values {
                        output::line(&escape(value));
                    }
                    if result["completion"]["hasMore"] == true {
                        output::error_line("the server has more values than it gives");
                    }
                }
            }
            Ok(Exit::Passed)
        })
        .await
}
