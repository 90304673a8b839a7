//! A server that runs as a child process: its streams, its end.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::process::ExitStatus;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use embedded_io_async::{ErrorKind, ErrorType, Read, Write};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::noise::{HearNoise, Noise};
use super::program::Program;

/// Messages that wait for the child to read them.
const QUEUE: usize = 16;

/// Bytes at the end of standard error that are kept.
pub const STDERR_TAIL: usize = 8 * 1024;

/// Longest line of standard error that is passed on in one piece.
const STDERR_LINE: usize = 4 * 1024;

/// How long a stream is read on when the child has ended: a child of its own may hold it open.
pub(super) const AFTER_EXIT: Duration = Duration::from_millis(200);

/// A running child. Dropped, it is killed with the programs that it has started.
pub(super) struct Process {
    id: Option<u32>,
    exit: watch::Receiver<Option<ExitStatus>>,
    stderr: Tail,
    /// Waits for the end of the child, which it owns.
    waiter: JoinHandle<()>,
    /// Gives the child what is sent.
    feeder: JoinHandle<()>,
    /// Whether standard input was given anything.
    fed: Arc<AtomicBool>,
    /// A second handle to standard input, to look whether the child reads it.
    #[cfg(target_os = "linux")]
    stdin: Option<std::os::fd::OwnedFd>,
    /// Reads standard error, until it has been read to its end.
    listener: Option<JoinHandle<()>>,
}

/// What [`StdioSession::end`](super::StdioSession::end) had to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ending {
    /// It ended when its standard input was closed, or before.
    Closed(ExitStatus),
    /// It ended on SIGTERM.
    Terminated(ExitStatus),
    /// It was killed.
    Killed,
}

impl Process {
    /// Starts `program`.
    pub(super) fn start(
        program: &Program,
        hear: Option<HearNoise>,
    ) -> io::Result<(Self, Output, Input)> {
        let mut child = program.command().spawn()?;
        let id = child.id();
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        let stdin = child.stdin.take().ok_or_else(gone)?;
        let stdout = child.stdout.take().ok_or_else(gone)?;
        let stderr = child.stderr.take().ok_or_else(gone)?;
        let (exited, exit) = watch::channel(None);
        let (queue, messages) = mpsc::channel(QUEUE);
        let tail = Tail::default();
        let fed = Arc::new(AtomicBool::new(false));
        let process = Self {
            id,
            exit: exit.clone(),
            stderr: tail.clone(),
            waiter: tokio::spawn(wait(child, id, exited)),
            #[cfg(target_os = "linux")]
            stdin: Some(std::os::fd::AsFd::as_fd(&stdin).try_clone_to_owned()?),
            feeder: tokio::spawn(feed(stdin, messages, fed.clone())),
            fed,
            listener: Some(tokio::spawn(listen(stderr, tail, hear))),
        };
        let output = Output { stream: stdout, exit };
        Ok((process, output, Input { queue, line: Vec::new() }))
    }

    /// The id of the process.
    pub(super) const fn id(&self) -> Option<u32> {
        self.id
    }

    /// How it has ended, or ends within `limit`.
    pub(super) async fn exit(&mut self, limit: Duration) -> Option<ExitStatus> {
        let exited = timeout(limit, self.exit.wait_for(Option::is_some)).await;
        exited.ok()?.ok().and_then(|status| *status)
    }

    /// Whether it has read what it was given, as far as that can be seen.
    pub(super) fn has_read(&self) -> bool {
        #[cfg(target_os = "linux")]
        if let Some(stdin) = &self.stdin {
            let left = rustix::io::ioctl_fionread(stdin).unwrap_or_default();
            return self.fed.load(Ordering::Relaxed) && left == 0;
        }
        true
    }

    /// The end of what it wrote to standard error.
    pub(super) async fn stderr(&mut self) -> Vec<u8> {
        if self.exit.borrow().is_some() {
            self.hear_out().await;
        }
        self.stderr.bytes()
    }

    /// Reads what is left of standard error once it has ended.
    async fn hear_out(&mut self) {
        if let Some(listener) = &mut self.listener
            && timeout(AFTER_EXIT, listener).await.is_ok()
        {
            self.listener = None;
        }
    }

    /// Ends it: closes its standard input and waits, then SIGTERM and waits, then SIGKILL.
    ///
    /// [Revision 2026-07-28, shutdown](https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio#shutdown)
    pub(super) async fn end(mut self, output: Output, input: Input, grace: Duration) -> Ending {
        drop(input);
        #[cfg(target_os = "linux")]
        {
            self.stdin = None;
        }
        let drained = tokio::spawn(drain(output.stream));
        let mut ending = self.exit(grace).await.map(Ending::Closed);
        #[cfg(unix)]
        if ending.is_none() {
            self.signal(rustix::process::Signal::TERM);
            ending = self.exit(grace).await.map(Ending::Terminated);
        }
        if ending.is_none() {
            self.kill();
            self.exit(grace.max(AFTER_EXIT)).await;
        }
        self.hear_out().await;
        drained.abort();
        ending.unwrap_or(Ending::Killed)
    }

    #[cfg(unix)]
    fn signal(&self, signal: rustix::process::Signal) {
        // Once it has been waited for, its number may be that of another process.
        if self.exit.borrow().is_none() {
            signal_group(self.id, signal);
        }
    }

    fn kill(&self) {
        #[cfg(unix)]
        self.signal(rustix::process::Signal::KILL);
        // The task drops the child, which is killed by that.
        #[cfg(not(unix))]
        self.waiter.abort();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        self.waiter.abort();
        self.feeder.abort();
        if let Some(listener) = &self.listener {
            listener.abort();
        }
    }
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process").field("id", &self.id).finish_non_exhaustive()
    }
}

async fn wait(mut child: Child, id: Option<u32>, exited: watch::Sender<Option<ExitStatus>>) {
    let Ok(status) = child.wait().await else { return };
    // What it has started and left behind.
    #[cfg(unix)]
    signal_group(id, rustix::process::Signal::KILL);
    let _ = (id, exited.send(Some(status)));
}

#[cfg(unix)]
fn signal_group(id: Option<u32>, signal: rustix::process::Signal) {
    let id = id.and_then(|id| i32::try_from(id).ok());
    if let Some(group) = id.and_then(rustix::process::Pid::from_raw) {
        // That it has none left is what is wanted.
        let _ = rustix::process::kill_process_group(group, signal);
    }
}

/// Writes one message after the other; closes the stream when no more can come.
async fn feed(mut stdin: ChildStdin, mut messages: mpsc::Receiver<Vec<u8>>, fed: Arc<AtomicBool>) {
    while let Some(message) = messages.recv().await {
        if stdin.write_all(&message).await.is_err() || stdin.flush().await.is_err() {
            return;
        }
        fed.store(true, Ordering::Relaxed);
    }
}

async fn drain(mut stream: ChildStdout) {
    let mut buffer = vec![0; 16 * 1024];
    while stream.read(&mut buffer).await.is_ok_and(|count| count > 0) {}
}

/// Keeps the end of standard error, and passes on every line of it.
async fn listen(mut stream: ChildStderr, tail: Tail, hear: Option<HearNoise>) {
    let mut line = Vec::new();
    let mut buffer = vec![0; STDERR_LINE];
    let say = |line: &mut Vec<u8>| {
        if let Some(hear) = &hear {
            hear(&Noise::Stderr(line.strip_suffix(b"\r").unwrap_or(line)));
        }
        line.clear();
    };
    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
        let bytes = buffer.get(..count).unwrap_or_default();
        tail.push(bytes);
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            line.extend_from_slice(piece.strip_suffix(b"\n").unwrap_or(piece));
            if piece.ends_with(b"\n") || line.len() >= STDERR_LINE {
                say(&mut line);
            }
        }
    }
    if !line.is_empty() {
        say(&mut line);
    }
}

/// The last bytes of standard error.
#[derive(Clone, Debug, Default)]
struct Tail(Arc<Mutex<VecDeque<u8>>>);

impl Tail {
    fn push(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(bytes);
        let excess = kept.len().saturating_sub(STDERR_TAIL);
        kept.drain(..excess);
    }

    fn bytes(&self) -> Vec<u8> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().copied().collect()
    }
}

/// Standard output of a child.
#[derive(Debug)]
pub(super) struct Output {
    stream: ChildStdout,
    exit: watch::Receiver<Option<ExitStatus>>,
}

impl ErrorType for Output {
    type Error = ErrorKind;
}

impl Read for Output {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        let exited = async {
            let _ = self.exit.wait_for(Option::is_some).await;
            tokio::time::sleep(AFTER_EXIT).await;
        };
        tokio::select! {
            biased;
            read = self.stream.read(buffer) => read.map_err(|error| error.kind().into()),
            () = exited => Ok(0),
        }
    }
}

/// Standard input of a child. A message is on its way when it is flushed, also where the child does not
/// read yet, so that the two never wait for each other.
#[derive(Debug)]
pub(super) struct Input {
    queue: mpsc::Sender<Vec<u8>>,
    line: Vec<u8>,
}

impl ErrorType for Input {
    type Error = ErrorKind;
}

impl Write for Input {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        self.line.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        let line = std::mem::take(&mut self.line);
        self.queue.send(line).await.map_err(|_| ErrorKind::BrokenPipe)
    }
}
