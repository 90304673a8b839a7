//! The `token` commands: make tokens, judge them, show them.

pub(crate) mod args;
mod claims;
mod compare;
pub(crate) mod date;
mod inspect;
mod mask;
pub(crate) mod policy;
pub(crate) mod reading;
mod sign;
pub(crate) mod source;
mod verify;

use std::fmt;
use std::io::{self, Write};

use mcpico_core::json::Object;
use mcpico_core::jwt::Hs256Key;
use mcpico_core::writer::Writer;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::secret::SecretSource;
use crate::terminal;
use args::TokenCommand;
use source::{Token, TokenArgument};

/// Runs one of the commands.
///
/// [`Exit::Failed`] says that the token was judged and is refused.
///
/// # Errors
///
/// The command cannot be done as it is asked for, so nothing was judged.
pub(crate) fn run(arguments: &args::Token) -> Result<Exit, Failure> {
    match &arguments.command {
        TokenCommand::Sign(arguments) => sign::run(arguments),
        TokenCommand::Verify(arguments) => verify::run(arguments),
        TokenCommand::Inspect(arguments) => inspect::run(arguments),
        TokenCommand::CompareSecrets(arguments) => compare::run(arguments),
        TokenCommand::Mask(arguments) => mask::run(arguments),
    }
}

/// The key of the one secret that a command cannot do without.
fn key_of(secret: &SecretSource) -> Result<Hs256Key, Failure> {
    secret.key()?.ok_or_else(|| {
        Failure::usage("no secret: give --secret-file FILE, MCP_JWT_SECRET or --secret-stdin")
    })
}

/// The token, where standard input holds no more than one of it and the secret.
///
/// The secret has to be read after this.
fn token_of(token: &TokenArgument, secret: &SecretSource) -> Result<Token, Failure> {
    if token.reads_stdin() && secret.reads_stdin() {
        let twice = "the secret and the token cannot both come from standard input";
        return Err(Failure::usage(twice));
    }
    Ok(token.read(secret.reads_stdin())?)
}

/// Writes lines, which have to be safe already, to standard output.
fn print(lines: impl fmt::Display) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{lines}")
        .and_then(|()| out.flush())
        .map_err(|error| Failure::usage(format!("the result cannot be written: {error}")))
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
