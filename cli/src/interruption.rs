//! Ctrl-C and SIGTERM while a command talks to a server.

use std::io;
use std::sync::LazyLock;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::exit::Exit;
use crate::failure::Failure;

/// How long the server may take to hear that a request is not wanted any more.
const GRACE: Duration = Duration::from_secs(5);

static INTERRUPTED: LazyLock<CancellationToken> = LazyLock::new(CancellationToken::new);

/// Waits for Ctrl-C. For ever, unless this is inside of [`interruptible`].
pub(crate) async fn interrupted() {
    INTERRUPTED.cancelled().await;
}

/// Runs a command, which Ctrl-C ends: what waits for [`interrupted`] has a moment to tell the server,
/// and a second Ctrl-C none.
///
/// # Errors
/// [`Failure`]; also when it was interrupted.
pub(crate) async fn interruptible(
    command: impl Future<Output = Result<Exit, Failure>>,
) -> Result<Exit, Failure> {
    let mut command = std::pin::pin!(command);
    let mut pressed = Pressed::new().map_err(|error| {
        Failure::new(Exit::Failed, format!("Ctrl-C cannot be waited for: {error}"))
    })?;
    tokio::select! {
        biased;
        outcome = &mut command => return outcome,
        () = pressed.wait() => INTERRUPTED.cancel(),
    }
    tokio::select! {
        biased;
        outcome = &mut command => if let Ok(exit) = outcome {
            return Ok(exit);
        },
        () = pressed.wait() => {}
        () = tokio::time::sleep(GRACE) => {}
    }
    Err(Failure::new(Exit::Interrupted, "interrupted"))
}

/// Runs a command, which Ctrl-C ends at once; what it has started is ended with it.
///
/// # Errors
/// [`Failure`]; also when it was interrupted.
pub(crate) async fn abandonable(
    command: impl Future<Output = Result<Exit, Failure>>,
) -> Result<Exit, Failure> {
    let mut pressed = Pressed::new().map_err(|error| {
        Failure::new(Exit::Failed, format!("Ctrl-C cannot be waited for: {error}"))
    })?;
    tokio::select! {
        biased;
        outcome = command => outcome,
        () = pressed.wait() => Err(Failure::new(Exit::Interrupted, "interrupted")),
    }
}

/// Ctrl-C and SIGTERM, from now on: they do not end the process by themselves any more.
#[cfg(unix)]
struct Pressed {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Pressed {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Self { interrupt, terminate: signal(SignalKind::terminate())? })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Pressed;

#[cfg(not(unix))]
impl Pressed {
    #[allow(clippy::unnecessary_wraps)]
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn wait(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
