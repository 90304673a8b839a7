//! The `token mask` command.

use std::process::ExitCode;

use mcpico_core::auth::mask;

use super::args::Mask;
use super::{Failure, print};

/// Prints the mask of a token.
pub(super) fn run(arguments: &Mask) -> Result<ExitCode, Failure> {
    let token = arguments.token.read(false).map_err(Failure::Token)?;
    print(mask(token.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}
