//! The `token mask` command.

use mcpico_core::auth::mask;

use super::args::Mask;
use super::print;
use crate::exit::Exit;
use crate::failure::Failure;

/// Prints the mask of a token.
pub(super) fn run(arguments: &Mask) -> Result<Exit, Failure> {
    let token = arguments.token.read(false)?;
    print(mask(token.as_bytes()))?;
    Ok(Exit::Passed)
}
