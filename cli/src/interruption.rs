//! Ctrl-C and SIGTERM while a command talks to a server.

use std::io;
use std::pin::pin;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;

/// How long the server may take to hear that a request is not wanted any more.
const GRACE: Duration = Duration::from_secs(5);

/// How long what is [`Unfinished`] may take after Ctrl-C.
const CLEANUP: Duration = Duration::from_secs(30);

static INTERRUPTED: LazyLock<CancellationToken> = LazyLock::new(CancellationToken::new);

/// Waits for Ctrl-C. For ever, unless this is inside of [`interruptible`].
pub(crate) async fn interrupted() {
    INTERRUPTED.cancelled().await;
}

/// Whether Ctrl-C was pressed.
pub(crate) fn is_interrupted() -> bool {
    INTERRUPTED.is_cancelled()
}

static UNFINISHED: AtomicUsize = AtomicUsize::new(0);

/// While this lives, Ctrl-C asks [`abandonable`] commands to come to an end and waits for it.
pub(crate) struct Unfinished(());

impl Unfinished {
    pub(crate) fn begin() -> Self {
        UNFINISHED.fetch_add(1, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        UNFINISHED.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Runs a command, which Ctrl-C ends: what waits for [`interrupted`] has a moment to tell the server,
/// and a second Ctrl-C none.
///
/// # Errors
/// [`Failure`]; also when it was interrupted.
pub(crate) async fn interruptible(
    command: impl Future<Output = Result<Exit, Failure>>,
) -> Result<Exit, Failure> {
    let mut command = pin!(command);
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

/// Runs a command, which Ctrl-C ends at once; what it has started is ended with it, and what is
/// [`Unfinished`] has half a minute to be finished, unless Ctrl-C is pressed again.
///
/// # Errors
/// [`Failure`]; also when it was interrupted.
pub(crate) async fn abandonable(
    command: impl Future<Output = Result<Exit, Failure>>,
) -> Result<Exit, Failure> {
    let mut command = pin!(command);
    let mut pressed = Pressed::new().map_err(|error| {
        Failure::new(Exit::Failed, format!("Ctrl-C cannot be waited for: {error}"))
    })?;
    tokio::select! {
        biased;
        outcome = &mut command => return outcome,
        () = pressed.wait() => {}
    }
    if UNFINISHED.load(Ordering::Relaxed) > 0 {
        output::error_line("interrupted: cleaning up (Ctrl-C again leaves it undone)");
        INTERRUPTED.cancel();
        tokio::select! {
            biased;
            _ = &mut command => {}
            () = pressed.wait() => {}
            () = tokio::time::sleep(CLEANUP) => {}
        }
    }
    Err(Failure::new(Exit::Interrupted, "interrupted"))
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
