//! Man pages and completions, for those who package the command.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, CommandFactory, Subcommand};
use clap_complete::Shell;

use crate::args::Arguments;
use crate::exit::Exit;
use crate::failure::Failure;

/// Write man pages or shell completions, for packages
#[derive(Debug, Args)]
#[command(hide = true)]
pub(crate) struct Generate {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Write the man page of every command into DIRECTORY, which is made
    Man {
        /// Where they go
        #[arg(value_name = "DIRECTORY")]
        directory: PathBuf,
    },
    /// Print the completions of a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
}

/// Writes them.
///
/// # Errors
/// The files cannot be written.
pub(crate) fn run(command: &Generate) -> Result<Exit, Failure> {
    let written = match &command.what {
        What::Man { directory } => fs::create_dir_all(directory)
            .and_then(|()| clap_mangen::generate_to(Arguments::command(), directory)),
        What::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "mcpico", &mut script);
            io::stdout().write_all(&script)
        }
    };
    written
        .map(|()| Exit::Passed)
        .map_err(|error| Failure::usage(format!("what was generated cannot be written: {error}")))
}
