//! The `mcpico` command.

mod args;
mod clock;
mod confidential;
mod secret;
mod serve;
mod terminal;
mod token;

use std::process::ExitCode;

use args::{Arguments, Command};

fn main() -> ExitCode {
    let outcome = match Arguments::read().command {
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Token(arguments) => return token::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("mcpico: {}", terminal::escape_lines(&failure.to_string()));
            ExitCode::FAILURE
        }
    }
}
