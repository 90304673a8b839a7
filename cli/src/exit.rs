//! What the exit code says.

use std::process::ExitCode;

/// The exit codes of every command that talks to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything that was asked for went well.
    Passed = 0,
    /// A check failed, or nothing was checked.
    Failed = 1,
    /// The command line or what it names cannot be used.
    Usage = 2,
    /// Authentication is required or was rejected before anything could be checked.
    Authentication = 3,
    /// The server cannot be reached, or what answers does not speak MCP.
    Unreachable = 4,
    /// The tool itself reported an error.
    ToolError = 5,
    /// Ctrl-C or SIGTERM ended it.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
