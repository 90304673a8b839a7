//! The `serve` command.

use std::fmt;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;

use mcpico_core::jwt::SignError;
use tokio::runtime;

use super::guard::{Guard, GuardError};
use super::revisions::Revisions;
use super::{Liar, Options, Running, Server, stdio, token_file};
use crate::args;
use crate::clock;
use crate::exit::Exit;
use crate::secret::{Secret, SecretError};

/// Why `serve` ended.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The address can be reached from other machines.
    NotLoopback(SocketAddr),
    /// What a lie is about does not exist over stdio.
    LieOverStdio,
    /// The secret cannot be read or used.
    Secret(SecretError),
    /// The scopes cannot be used.
    Guard(GuardError),
    /// The server's own token cannot be made.
    Token(SignError),
    /// The token cannot be written.
    TokenFile(PathBuf, io::Error),
    /// The server cannot start.
    Start(SocketAddr, io::Error),
    /// Anything else of the operating system.
    System(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLoopback(address) => write!(
                f,
                "{address} can be reached from other machines; --allow-non-loopback permits it"
            ),
            Self::LieOverStdio => f.write_str(
                "this lie is about tokens, sessions or HTTP, and there are none over stdio",
            ),
            Self::Secret(error) => error.fmt(f),
            Self::Guard(error) => error.fmt(f),
            Self::Token(error) => write!(f, "no token can be made: {error}"),
            Self::TokenFile(file, error) => {
                write!(f, "the token cannot be written to {}: {error}", file.display())
            }
            Self::Start(address, error) => write!(f, "cannot listen on {address}: {error}"),
            Self::System(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}

impl Failure {
    /// All but the faults of the operating system are those of the command line and of what it names.
    pub(crate) fn exit(&self) -> Exit {
        if matches!(self, Self::System(_)) { Exit::Failed } else { Exit::Usage }
    }
}

/// Serves until Ctrl-C or SIGTERM, over stdio also until standard input ends.
pub(crate) fn run(arguments: &args::Serve) -> Result<(), Failure> {
    let revisions =
        arguments.revision.clone().map_or_else(|| Revisions::from(arguments.era), Revisions::only);
    if arguments.stdio {
        return match arguments.lie {
            Some(lie) if !lie.is_of_content() => Err(Failure::LieOverStdio),
            lie => stdio::run(revisions, lie).map_err(Failure::System),
        };
    }
    if !arguments.listen.ip().is_loopback() && !arguments.allow_non_loopback {
        return Err(Failure::NotLoopback(arguments.listen));
    }
    let secret = match arguments.secret.find().map_err(Failure::Secret)? {
        Some(secret) => secret,
        None => Secret::generate().map_err(Failure::System)?,
    };
    let key = arguments.secret.key_of(&secret).map_err(Failure::Secret)?;
    let guard = Guard::new(key)
        .issuer(arguments.issuer.clone())
        .audience(arguments.audience.clone())
        .required(arguments.required_claims.clone())
        .scopes(&arguments.scopes)
        .map_err(Failure::Guard)?;
    let token = guard.token(clock::now()).map_err(Failure::Token)?;
    let options = Options {
        listen: arguments.listen,
        allowed_hosts: arguments.allowed_hosts.clone(),
        revisions,
        always_stream: arguments.always_stream,
        liar: arguments.lie.map(|lie| Liar::new(lie, secret.as_bytes().len())),
        ..Options::new(guard)
    };
    let runtime =
        runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::System)?;
    let running = {
        let _entered = runtime.enter();
        let interrupted = Interruption::new().map_err(Failure::System)?;
        let running =
            Server::start(options).map_err(|error| Failure::Start(arguments.listen, error))?;
        if let Some(file) = &arguments.token_file {
            token_file::write(file, &token)
                .map_err(|error| Failure::TokenFile(file.clone(), error))?;
        }
        announce(&running, &secret, arguments).map_err(Failure::System)?;
        runtime.block_on(async {
            tokio::select! {
                () = interrupted.wait() => {}
                () = running.ended() => {}
            }
        });
        running
    };
    running.stop().map_err(Failure::System)
}

fn announce(running: &Running, secret: &Secret, arguments: &args::Serve) -> io::Result<()> {
    let mut out = io::stdout().lock();
    write!(out, "listening on {}", running.url())?;
    if let Some(file) = &arguments.token_file {
        write!(out, " (a token is in {})", file.display())?;
    } else if secret.is_generated() {
        write!(out, " (the secret was generated; --token-file FILE gives a token)")?;
    }
    writeln!(out)?;
    out.flush()
}

/// Ctrl-C, and SIGTERM where there is one.
struct Interruption {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Interruption {
    /// From here on the signals no longer end the process by themselves.
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn wait(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Interruption {
    #[allow(clippy::unnecessary_wraps)]
    fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    async fn wait(self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
