//! The `mcpico` command.

mod args;
mod audit;
mod check;
mod client;
mod clock;
mod complete;
mod confidential;
mod diagnose;
mod exit;
mod failure;
mod generate;
mod interruption;
mod listen;
mod mint;
mod output;
mod peer;
mod program;
mod random;
mod record;
mod report;
mod saved;
mod secret;
mod serve;
mod surface;
mod target;
mod terminal;
mod token;
mod yaml;

use std::process::ExitCode;

use args::{Arguments, Command};
use exit::Exit;
use failure::Failure;
use interruption::{abandonable, interruptible};

fn main() -> ExitCode {
    let outcome = match Arguments::read().command {
        Command::Audit(command) => wait(abandonable(audit::run(&command))),
        Command::Call(command) => wait(interruptible(client::call(&command))),
        Command::Complete(command) => wait(interruptible(complete::complete(&command))),
        Command::Diagnose(command) => wait(abandonable(diagnose::run(&command))),
        Command::Generate(command) => generate::run(&command),
        Command::List(command) => wait(interruptible(client::list(&command))),
        Command::Listen(command) => wait(interruptible(listen::listen(&command))),
        Command::Prompt(command) => wait(interruptible(client::prompt(&command))),
        Command::Read(command) => wait(interruptible(client::read(&command))),
        Command::Record(command) => wait(interruptible(record::run(&command))),
        Command::Serve(command) => serve::run(&command)
            .map(|()| Exit::Passed)
            .map_err(|failure| Failure::new(failure.exit(), failure.to_string())),
        Command::Test(command) => wait(abandonable(check::run(&command))),
        Command::Token(command) => token::run(&command),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output::error_line(&terminal::escape_lines(&failure.to_string()));
            failure.exit.into()
        }
    }
}

/// Runs a command that talks to a server.
fn wait<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime
        .map_err(|error| Failure::new(Exit::Failed, format!("no runtime: {error}")))?
        .block_on(command)
}
