//! The `mcpico` command.

mod args;
mod serve;
mod terminal;

use std::process::ExitCode;

use args::{Arguments, Command};
use clap::Parser;

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Serve(arguments) => serve::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("mcpico: {}", terminal::escape_lines(&failure.to_string()));
            ExitCode::FAILURE
        }
    }
}
