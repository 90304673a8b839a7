//! A program that is a server: what is started, and what it is given.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;
use std::process::Stdio;

use tokio::process::Command;

/// The variables of our environment that every program gets: nothing that programs are given secrets by.
///
/// The same ones as by the official SDKs, and what decides about language, time zone and temporary files.
#[cfg(not(windows))]
pub const INHERITED: &[&str] = &[
    "HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "TZ",
    "USER",
];

/// The variables of our environment that every program gets: nothing that programs are given secrets by.
#[cfg(windows)]
pub const INHERITED: &[&str] = &[
    "APPDATA",
    "HOMEDRIVE",
    "HOMEPATH",
    "LOCALAPPDATA",
    "PATH",
    "PROCESSOR_ARCHITECTURE",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
    "TEMP",
    "USERNAME",
    "USERPROFILE",
];

/// A program to be started, without a shell.
///
/// Of our environment it gets [`INHERITED`] and what [`inherit`](Self::inherit) names, and no other open
/// files than its three standard streams.
#[derive(Clone, PartialEq, Eq)]
pub struct Program {
    name: OsString,
    arguments: Vec<OsString>,
    variables: Vec<(OsString, OsString)>,
    directory: Option<PathBuf>,
}

impl Program {
    /// The program of that name, looked for in `PATH` unless it has a `/`.
    pub fn new(name: impl Into<OsString>) -> Self {
        let (arguments, variables) = (Vec::new(), Vec::new());
        Self { name: name.into(), arguments, variables, directory: None }
    }

    /// Adds arguments.
    #[must_use]
    pub fn arguments<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Sets a variable of its environment. Other users of the machine cannot see it, as they can see
    /// arguments.
    #[must_use]
    pub fn variable(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Gives it a variable of our environment, when that is set now.
    #[must_use]
    pub fn inherit(self, name: impl AsRef<OsStr>) -> Self {
        match env::var_os(name.as_ref()) {
            Some(value) => self.variable(name.as_ref(), value),
            None => self,
        }
    }

    /// Starts it in this directory instead of ours.
    #[must_use]
    pub fn directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = Some(directory.into());
        self
    }

    /// The name as it was given.
    pub fn name(&self) -> &OsStr {
        &self.name
    }

    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.name);
        command.args(&self.arguments).env_clear();
        for name in INHERITED {
            // What begins so is a function of a shell, which runs what stands in it.
            if let Some(value) =
                env::var_os(name).filter(|value| !value.as_encoded_bytes().starts_with(b"()"))
            {
                command.env(name, value);
            }
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        if let Some(directory) = &self.directory {
            command.current_dir(directory);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.kill_on_drop(true);
        // With it go the programs that it starts, and Ctrl-C is ours alone.
        #[cfg(unix)]
        command.process_group(0);
        command
    }
}

impl fmt::Debug for Program {
    /// Leaves out arguments and the values of variables: they may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let variables: Vec<_> = self.variables.iter().map(|(name, _)| name).collect();
        f.debug_struct("Program")
            .field("name", &self.name)
            .field("variables", &variables)
            .finish_non_exhaustive()
    }
}
