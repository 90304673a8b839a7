//! A client of a server that runs as a child process and speaks over its standard streams.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use mcpico_core::client::{Call, Client, Event, Lines};
use mcpico_core::inbox::Parked;
use mcpico_core::jsonrpc::code;
use mcpico_core::mcp::{Capabilities, ClientInfo, LogLevel, Method, Revision, SubscriptionFilter};

use super::TokioTimer;
use super::calls::Calls;
use super::dialogue::{Dialogue, Manner};
use super::input::{AnswerInput, Answers, form_defaults};
use super::listener::Tell;
use super::listening::TellUpdate;
use super::noise::HearNoise;
use super::options::{Trace, call};
use super::outcome::{Outcome, ProcessError, SessionError};
use super::process::{AFTER_EXIT, Ending, Input, Output, Process};
use super::program::Program;
use super::subscription::{Ended, method, params};
use crate::line::{LineConnection, PROBE};
use crate::{Deadlines, Error};

/// What a [`StdioSession`] is made with.
#[derive(Clone)]
pub struct StdioOptions {
    /// Who we are.
    pub info: ClientInfo,
    /// The oldest revision that is spoken.
    pub oldest: Revision,
    /// The newest revision that is spoken.
    pub newest: Revision,
    /// What the server may ask for.
    pub capabilities: Capabilities,
    /// Answers what the server asks for, as far as that is declared.
    pub answer_input: AnswerInput,
    /// As [`Options::log`](super::Options::log).
    pub log: Option<LogLevel>,
    /// Where the requests stand in a trace.
    pub trace: Option<Trace>,
    /// How long a response may take: [`Deadlines::idle`] without a line, [`Deadlines::total`] in all.
    pub deadlines: Deadlines,
    /// How long a server may leave `server/discover` unanswered before it is asked as one of the legacy era
    /// is. Should the answer still come before that to `initialize`, it counts.
    pub probe: Duration,
    /// How long a server has to end when its standard input is closed, and once more after SIGTERM.
    pub grace: Duration,
    /// Longest line that is received, in bytes.
    pub inbox: usize,
    /// Hears what the server says beside its messages.
    pub hear_noise: Option<HearNoise>,
}

impl StdioOptions {
    /// Every revision, no capabilities, [`form_defaults`] for those that are declared, default deadlines,
    /// 5 s for the probe, 2 s of grace, lines up to 16 MiB, noise is not heard.
    pub fn new(info: ClientInfo) -> Self {
        Self {
            info,
            oldest: Revision::V2024_11_05,
            newest: Revision::LATEST,
            capabilities: Capabilities::NONE,
            answer_input: Arc::new(form_defaults),
            log: None,
            trace: None,
            deadlines: Deadlines::default(),
            probe: PROBE,
            grace: Duration::from_secs(2),
            inbox: 16 * 1024 * 1024,
            hear_noise: None,
        }
    }
}

impl fmt::Debug for StdioOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StdioOptions")
            .field("info", &self.info)
            .field("revisions", &(self.oldest..=self.newest))
            .field("capabilities", &self.capabilities)
            .finish_non_exhaustive()
    }
}

/// A client of one server that it starts.
///
/// There is no bearer: such a server has its credentials from its environment. A server that has ended is
/// not started again unless [`restart`](Self::restart) says so; one that ends on the question which era it
/// is of is, because servers of the legacy era may do that. On Linux it has to have read that question.
///
/// Futures may be dropped at any time; the server may then carry out what it was asked for, and its
/// response is dropped. When the session is dropped, the server is killed; [`end`](Self::end) is kinder.
/// It has to be used inside a tokio runtime.
pub struct StdioSession {
    program: Program,
    pub(super) options: StdioOptions,
    client: Client,
    running: Option<Running>,
}

struct Running {
    dialogue: Dialogue<Output, Input, Lines>,
    process: Process,
}

impl StdioSession {
    /// A session whose server has not been started yet.
    pub fn new(program: Program, options: StdioOptions) -> Self {
        let client = client(&options);
        Self { program, options, client, running: None }
    }

    /// Starts the server, finds out what it speaks and shakes hands where that is due.
    ///
    /// # Errors
    /// [`SessionError::Process`], [`SessionError::Handshake`], [`SessionError::Transport`].
    pub async fn connect(&mut self) -> Result<Revision, SessionError> {
        loop {
            if self.running.is_none() {
                self.running = Some(self.start()?);
            }
            if let Some(revision) = self.client.revision() {
                return Ok(revision);
            }
            let Some(Running { dialogue, .. }) = &mut self.running else { continue };
            let mut failure = None;
            let hear = self.options.hear_noise.as_ref();
            match dialogue.handshake(&mut self.client, hear, &mut failure).await {
                Ok(Some(revision)) => return Ok(revision),
                // One that has not even read the question does not mind which one it is.
                Ok(None) if !self.has_read() => return Err(self.explain(Error::StreamEnded).await),
                Ok(None) => {
                    self.end_server().await;
                }
                Err(error) => return Err(failure.unwrap_or(self.explain(error).await)),
            }
        }
    }

    /// Sends a request; `observe` sees every event but the response.
    ///
    /// When the server needs input first, [`StdioOptions::answer_input`] is asked for it and the request is
    /// sent again, up to [`MAX_ROUNDS`](super::MAX_ROUNDS) times; what it does not answer is
    /// [`Outcome::InputRequired`].
    ///
    /// # Errors
    /// [`SessionError`].
    pub async fn call(
        &mut self,
        method: Method<'_>,
        observe: &mut dyn FnMut(&Event<'_>),
    ) -> Result<Outcome, SessionError> {
        self.request(method, observe).await
    }

    /// As [`call`](Self::call), with the input that the server has asked for before; input that it asks
    /// for now is always [`Outcome::InputRequired`].
    ///
    /// # Errors
    /// [`SessionError`]; [`mcpico_core::Misuse::Input`] when the answers are no
    /// JSON or belong to no such request.
    pub async fn call_with_input(
        &mut self,
        method: Method<'_>,
        answers: &Answers,
        observe: &mut dyn FnMut(&Event<'_>),
    ) -> Result<Outcome, SessionError> {
        let (responses, state) = answers.parsed()?;
        let trace = self.options.trace.clone();
        let trace = trace.as_ref().and_then(|trace| trace.context().ok());
        let call = call(method, self.options.log, trace.as_ref()).input(responses, state);
        let mut repeated = false;
        loop {
            self.connect().await?;
            self.cancel(None).await;
            let Some(Running { dialogue, .. }) = &mut self.running else { continue };
            dialogue.reserve(&self.client, &call)?;
            let manner = Self::manner(&self.options);
            let outcome = match dialogue.call(&mut self.client, &call, manner, observe).await {
                Ok(outcome) => outcome,
                Err(error) => {
                    self.cancel(None).await;
                    return Err(self.explain(error).await);
                }
            };
            let again = matches!(&outcome, Outcome::Error(error)
                if error.code == code::UNSUPPORTED_PROTOCOL_VERSION);
            if !again || repeated {
                return Ok(outcome);
            }
            repeated = true;
        }
    }

    /// Tells the server that the response to a request is not wanted any more whose future was dropped.
    /// [`call`](Self::call) does it by itself before the next request and when a time limit has passed.
    ///
    /// [Cancellation](https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/cancellation)
    pub async fn cancel(&mut self, reason: Option<&str>) {
        if let Some(Running { dialogue, .. }) = &mut self.running {
            dialogue.cancel(&mut self.client, reason).await;
        }
    }

    pub(super) async fn subscribe(
        &mut self,
        filter: &SubscriptionFilter<'_>,
        tell: &mut TellUpdate<'_>,
    ) -> Result<Ended, SessionError> {
        self.cancel(None).await;
        let params = params(filter)?;
        let call = Call::new(method(&params)?);
        let Some(Running { dialogue, .. }) = &mut self.running else {
            return Err(Error::NotOpen.into());
        };
        dialogue.reserve(&self.client, &call)?;
        let manner = Self::manner(&self.options);
        let ended = dialogue.subscribe(&mut self.client, &call, manner, tell).await;
        // Where one side has ended it there is nothing to cancel.
        self.cancel(None).await;
        match ended {
            Ok(ended) => Ok(ended),
            Err(error) => Err(self.explain(error).await),
        }
    }

    pub(super) async fn hear(&mut self, tell: &mut Tell<'_>) -> Result<(), SessionError> {
        let Some(Running { dialogue, .. }) = &mut self.running else {
            return Err(Error::NotOpen.into());
        };
        let manner = Self::manner(&self.options);
        match dialogue.hear(&mut self.client, manner, tell).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.explain(error).await),
        }
    }

    /// Ends the server: closes its standard input and waits, then SIGTERM and waits, then SIGKILL. `None`
    /// when none was started.
    pub async fn end(&mut self) -> Option<Ending> {
        let ending = self.end_server().await;
        self.client = client(&self.options);
        ending
    }

    /// Ends the server if it still runs, and starts it anew. What was under way is lost.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn restart(&mut self) -> Result<Revision, SessionError> {
        self.end().await;
        self.connect().await
    }

    /// Sets how long responses may take from now on.
    pub const fn set_deadlines(&mut self, deadlines: Deadlines) {
        self.options.deadlines = deadlines;
        if let Some(running) = &mut self.running {
            running.dialogue.set_deadlines(deadlines);
        }
    }

    /// The revision that is spoken, once it is known.
    pub const fn revision(&self) -> Option<Revision> {
        self.client.revision()
    }

    /// The id of the server's process, while there is one.
    pub fn process_id(&self) -> Option<u32> {
        self.running.as_ref()?.process.id()
    }

    fn start(&mut self) -> Result<Running, SessionError> {
        let started = Process::start(&self.program, self.options.hear_noise.clone());
        let (process, output, input) =
            started.map_err(|error| SessionError::Process(ProcessError::Start(error.kind())))?;
        let timer = TokioTimer::default();
        let mut line = LineConnection::new(output, input, timer, self.options.deadlines);
        line.set_probe(self.options.probe);
        let storage = vec![0; self.options.inbox];
        Ok(Running {
            dialogue: Dialogue::new(line, storage, Parked::default(), self.options.deadlines),
            process,
        })
    }

    fn has_read(&self) -> bool {
        self.running.as_ref().is_none_or(|running| running.process.has_read())
    }

    fn manner(options: &StdioOptions) -> Manner<'_> {
        let StdioOptions { answer_input, capabilities, hear_noise, .. } = options;
        Manner {
            answer_input,
            capabilities: *capabilities,
            hear_noise: hear_noise.as_ref(),
            strict: false,
        }
    }

    /// Ends the server and leaves what the client has learned.
    async fn end_server(&mut self) -> Option<Ending> {
        let Running { dialogue, process } = self.running.take()?;
        let (output, input) = dialogue.into_streams();
        Some(process.end(output, input, self.options.grace).await)
    }

    /// What a fault of the streams says about the process.
    async fn explain(&mut self, error: Error) -> SessionError {
        let Some(Running { process, .. }) = &mut self.running else { return error.into() };
        SessionError::Process(match error {
            Error::StreamEnded | Error::Io(_) | Error::NotOpen => {
                match process.exit(AFTER_EXIT).await {
                    Some(status) => ProcessError::Exited { status, stderr: process.stderr().await },
                    None => ProcessError::Closed { stderr: process.stderr().await },
                }
            }
            Error::Deadline(which, limit) => {
                ProcessError::Silent { which, limit, stderr: process.stderr().await }
            }
            error => return error.into(),
        })
    }
}

fn client(options: &StdioOptions) -> Client {
    let client = Client::with_revisions(options.info, options.oldest, options.newest);
    client.declare(options.capabilities)
}

impl fmt::Debug for StdioSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StdioSession")
            .field("program", &self.program)
            .field("options", &self.options)
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}
