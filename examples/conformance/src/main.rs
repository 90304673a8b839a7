//! The client that the official conformance suite drives: `mcpico-conformance URL`.
//!
//! The suite names the scenario, the revision and what the scenario gives in `MCP_CONFORMANCE_*`. Each
//! scenario does what a program would do with the same server; nothing in here knows what is checked.

mod environment;
mod oauth;
mod scenario;
mod skills;
mod tools;

use std::process::ExitCode;

use environment::Environment;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let environment = match Environment::read() {
        Ok(environment) => environment,
        Err(fault) => {
            eprintln!("mcpico-conformance: {fault}");
            return ExitCode::from(2);
        }
    };
    match scenario::run(&environment).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("mcpico-conformance: {fault}");
            ExitCode::FAILURE
        }
    }
}

/// Why a scenario was not gone through; one line.
type Fault = Box<dyn std::error::Error>;
