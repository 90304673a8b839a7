//! A server that a command starts and speaks to over its standard input and output.

use std::ffi::{OsStr, OsString};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Args;
use mcpico_http::std::{HearNoise, Noise, Program};

use crate::output;
use crate::terminal::escape;

/// Lines that are no messages and are shown without `--verbose`.
const SHOWN: usize = 5;

/// Longest part of such a line that is shown, in characters.
const EXCERPT: usize = 200;

/// A program that is started as the server.
#[derive(Clone, Debug, Args)]
pub(crate) struct ProgramArguments {
    /// Give the program this variable of our environment, or set it to a value; may stand several times
    ///
    /// Without it the program gets only what tells it about user, paths, language and time zone. A value that
    /// stands here can be seen in the list of processes, that of a variable named alone cannot.
    #[arg(long = "env", value_name = "NAME[=VALUE]", requires = "started")]
    variables: Vec<OsString>,

    /// Show what the program writes to standard error
    #[arg(long, requires = "started")]
    show_stderr: bool,

    /// Start this program and speak MCP over its standard input and output; no shell reads its arguments
    #[arg(last = true, value_name = "PROGRAM", group = "started")]
    program: Vec<OsString>,

    /// Start this program, as behind --; it and its arguments are one text, split into words as a shell would
    ///
    /// Quotes and backslashes keep words together. Nothing is run by a shell: no variable, pattern or pipe is one.
    #[arg(long, value_name = "COMMAND", group = "started", value_parser = words)]
    spawn: Option<Words>,

    /// Variables that a configuration gives the program.
    #[arg(skip)]
    pub(crate) configured: Vec<(String, String)>,
}

/// The words of a command.
#[derive(Clone, Debug)]
struct Words(Vec<OsString>);

fn words(command: &str) -> Result<Words, &'static str> {
    let words = shlex::split(command).ok_or("a quote or an escape has no end")?;
    if words.is_empty() {
        Err("it names no program")
    } else {
        Ok(Words(words.into_iter().map(OsString::from).collect()))
    }
}

impl ProgramArguments {
    /// The program, when there is one.
    pub(crate) fn find(&self) -> Option<Program> {
        let words = self.spawn.as_ref().map_or(&self.program, |Words(words)| words);
        let (name, arguments) = words.split_first()?;
        let mut program = Program::new(name).arguments(arguments);
        for (name, value) in &self.configured {
            program = program.variable(name, value);
        }
        for variable in &self.variables {
            if let Some((name, value)) = split(variable) {
                conceal(name, value);
                program = program.variable(name, value);
                continue;
            }
            if let Some(value) = std::env::var_os(variable) {
                conceal(variable, &value);
            } else {
                let name = variable.to_string_lossy();
                output::error_line(&escape(&format!("--env {name}: it is not set")));
            }
            program = program.inherit(variable);
        }
        Some(program)
    }

    /// What hears its noise.
    pub(crate) fn hearing(&self, verbose: bool) -> Hearing {
        Hearing { lines: Arc::default(), verbose, stderr: self.show_stderr }
    }
}

/// Splits `NAME=VALUE`.
fn split(variable: &OsStr) -> Option<(&OsStr, &OsStr)> {
    // Names of variables are text.
    let text = variable.to_str()?;
    let (name, value) = text.split_once('=')?;
    Some((name.as_ref(), value.as_ref()))
}

/// The values of what is named like a credential are not printed.
pub(crate) fn conceal(name: &OsStr, value: &OsStr) {
    let name = name.to_string_lossy().to_ascii_uppercase();
    if ["KEY", "PASS", "SECRET", "TOKEN", "CREDENTIAL", "AUTH"]
        .iter()
        .any(|part| name.contains(part))
    {
        output::conceal_secret(value.as_encoded_bytes());
    }
}

/// Tells on stderr what a program says beside its messages, and counts it.
#[derive(Clone, Debug)]
pub(crate) struct Hearing {
    lines: Arc<AtomicUsize>,
    verbose: bool,
    stderr: bool,
}

impl Hearing {
    /// Lines on standard output that were no messages.
    pub(crate) fn lines(&self) -> usize {
        self.lines.load(Ordering::Relaxed)
    }

    pub(crate) fn hear(&self) -> HearNoise {
        let hearing = self.clone();
        Arc::new(move |noise| hearing.tell(noise))
    }

    fn tell(&self, noise: &Noise<'_>) {
        let text = match noise {
            Noise::Stderr(line) => {
                if self.stderr {
                    output::error_line(&format!(
                        "stderr: {}",
                        escape(&String::from_utf8_lossy(line))
                    ));
                }
                return;
            }
            Noise::Line { text, error } => format!("a line is skipped: {error}: {}", excerpt(text)),
            Noise::TooLong { start, limit } => {
                let start = excerpt(start);
                format!("a line of more than {limit} bytes is skipped: {start}")
            }
            _ => return,
        };
        let before = self.lines.fetch_add(1, Ordering::Relaxed);
        if self.verbose || before < SHOWN {
            output::error_line(&text);
        } else if before == SHOWN {
            output::error_line("further lines are skipped (--verbose shows all)");
        }
    }
}

fn excerpt(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    // Before it is cut: a part of a secret is still too much of it.
    let text = output::concealed(&text);
    let start: String = text.chars().take(EXCERPT).collect();
    let more = if start.len() < text.len() { " …" } else { "" };
    format!("{}{more}", escape(&start))
}
