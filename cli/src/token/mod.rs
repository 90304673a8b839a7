//! The `token` commands: make tokens, judge them, show them.

pub(crate) mod args;
mod claims;
mod date;
mod inspect;
mod mask;
mod policy;
mod sign;
pub(crate) mod source;
mod verify;

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use mcpico_core::json::Object;
use mcpico_core::jwt::{Hs256Key, SignError};
use mcpico_core::writer::Writer;

use crate::secret::{SecretError, SecretSource};
use crate::terminal;
use args::TokenCommand;
use claims::ClaimsError;
use source::TokenError;

/// The token was judged, and is refused.
const REFUSED: u8 = 1;

/// The command can not be done as it is asked for, so nothing was judged.
const USAGE: u8 = 2;

/// Runs one of the commands, and tells on standard error why it can not be done.
pub(crate) fn run(arguments: &args::Token) -> ExitCode {
    let outcome = match &arguments.command {
        TokenCommand::Sign(arguments) => sign::run(arguments),
        TokenCommand::Verify(arguments) => verify::run(arguments),
        TokenCommand::Inspect(arguments) => inspect::run(arguments),
        TokenCommand::Mask(arguments) => mask::run(arguments),
    };
    outcome.unwrap_or_else(|failure| {
        // Nothing is left to be done where not even this can be said.
        let _ = writeln!(io::stderr(), "mcpico: {}", terminal::escape(&failure.to_string()));
        ExitCode::from(USAGE)
    })
}

/// Why a command can not be done.
#[derive(Debug)]
enum Failure {
    /// No secret is named.
    NoSecret,
    /// The secret can not be used.
    Secret(SecretError),
    /// There is no token to look at.
    Token(TokenError),
    /// The secret and the token can not both come from standard input.
    StdinTwice,
    /// The claims can not be put together.
    Claims(ClaimsError),
    /// The token can not be made.
    Sign(SignError),
    /// The result can not be written.
    Output(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSecret => {
                f.write_str("no secret: give --secret-file FILE, MCP_JWT_SECRET or --secret-stdin")
            }
            Self::Secret(error) => error.fmt(f),
            Self::Token(error) => error.fmt(f),
            Self::StdinTwice => {
                f.write_str("the secret and the token can not both come from standard input")
            }
            Self::Claims(error) => error.fmt(f),
            Self::Sign(error) => write!(f, "the token can not be made: {error}"),
            Self::Output(error) => write!(f, "the result can not be written: {error}"),
        }
    }
}

impl std::error::Error for Failure {}

/// The key of the one secret that a command can not do without.
fn key_of(secret: &SecretSource) -> Result<Hs256Key, Failure> {
    secret.key().map_err(Failure::Secret)?.ok_or(Failure::NoSecret)
}

/// Writes lines, which have to be safe already, to standard output.
fn print(lines: impl fmt::Display) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{lines}").and_then(|()| out.flush()).map_err(Failure::Output)
}

/// Writes a JSON object to standard output, safe for terminals.
fn print_json(write: impl Fn(&mut Object<'_, '_>)) -> Result<(), Failure> {
    let write = |w: &mut Writer<'_>| {
        let mut object = Object::begin(w);
        write(&mut object);
        object.end();
    };
    let mut measure = Writer::measure();
    write(&mut measure);
    let mut text = vec![0; measure.len()];
    write(&mut Writer::new(&mut text));
    print(terminal::escape_json(&String::from_utf8_lossy(&text)))
}
