//! A client of a server that runs as a child process and speaks over its standard streams.

use std::fmt;
use std::slice;
use std::sync::Arc;
use std::time::Duration;

use mcpico_core::client::{
    Answer, Arrival, Call, Client, Event, Exchange, Response, ServerRequest,
};
use mcpico_core::inbox::Inbox;
use mcpico_core::json;
use mcpico_core::jsonrpc::code;
use mcpico_core::mcp::{Capabilities, ClientInfo, Method, Revision};

use super::TokioTimer;
use super::input::{AnswerInput, Answers, form_defaults, next_round, respond};
use super::noise::{HearNoise, Noise};
use super::outcome::{Outcome, ProcessError, SessionError, rpc_error};
use super::process::{AFTER_EXIT, Ending, Input, Output, Process};
use super::program::Program;
use super::session::{NO_INPUT, OUT, parse, reserve};
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
/// is of is, because servers of the legacy era may do that.
///
/// Futures may be dropped at any time; the server may then carry out what it was asked for, and its
/// response is dropped. When the session is dropped, the server is killed; [`end`](Self::end) is kinder.
/// It has to be used inside a tokio runtime.
pub struct StdioSession {
    program: Program,
    options: StdioOptions,
    client: Client,
    running: Option<Running>,
    out: Vec<u8>,
    storage: Vec<u8>,
    /// What has come and was not looked at.
    rest: Vec<u8>,
    /// A request that has been sent and has no response.
    under_way: Option<Exchange>,
}

struct Running {
    line: LineConnection<Output, Input, TokioTimer>,
    process: Process,
}

impl StdioSession {
    /// A session whose server has not been started yet.
    pub fn new(program: Program, options: StdioOptions) -> Self {
        let client = client(&options);
        let storage = vec![0; options.inbox];
        let (out, rest) = (Vec::new(), Vec::new());
        Self { program, options, client, running: None, out, storage, rest, under_way: None }
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
            let mut failure = None;
            match self.handshake(&mut failure).await {
                Ok(Some(revision)) => return Ok(revision),
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
        let mut answers = Answers::default();
        let mut rounds = 0;
        loop {
            let outcome = self.call_with_input(method, &answers, observe).await?;
            let options = &self.options;
            match next_round(&options.answer_input, options.capabilities, &outcome, &mut rounds) {
                Some(next) => answers = next,
                None => return Ok(outcome),
            }
        }
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
        let responses = answers.responses.as_deref().map(parse).transpose()?;
        let state = answers.state.as_deref().map(parse).transpose()?;
        let state = state.map(|state| state.as_str().ok_or(NO_INPUT)).transpose()?;
        let call = Call::new(method).input(responses, state).progress();
        let mut repeated = false;
        loop {
            self.connect().await?;
            reserve(&self.client, &mut self.out, &call)?;
            self.cancel(None).await;
            let outcome = match self.call_once(&call, observe).await {
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
        let Some(exchange) = self.under_way.take() else { return };
        let Some(Running { line, .. }) = &mut self.running else { return };
        let cancelled = self.client.cancel_line(&exchange, reason, None, &mut self.out);
        if let Ok(Some((post, mut told))) = cancelled {
            // It is a courtesy: what is wrong with the connection shows elsewhere.
            let _ = line.send(&post, &mut told).await;
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
            running.line.set_deadlines(deadlines);
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
        self.rest.clear();
        self.under_way = None;
        Ok(Running { line, process })
    }

    async fn handshake(
        &mut self,
        failure: &mut Option<SessionError>,
    ) -> Result<Option<Revision>, Error> {
        let Some(Running { line, .. }) = &mut self.running else { return Err(Error::NotOpen) };
        if self.out.is_empty() {
            self.out.resize(OUT, 0);
        }
        let mut kept = Kept::new(&mut self.storage, &mut self.rest);
        let hear = self.options.hear_noise.as_ref();
        let mut observe = |arrival: &Arrival<'_>| match arrival.event {
            Ok(Event::Response(Response::Error(error))) => {
                *failure = Some(SessionError::Handshake(rpc_error(&error, 0)));
            }
            Ok(_) => {}
            Err(error) => tell(hear, arrival.text, error),
        };
        let (client, out) = (&mut self.client, &mut self.out);
        let shaken = line.handshake(client, &mut kept.inbox, out, &mut observe).await;
        if !matches!(shaken, Err(Error::Handshake { .. })) {
            *failure = None;
        }
        shaken
    }

    async fn call_once(
        &mut self,
        call: &Call<'_>,
        observe: &mut dyn FnMut(&Event<'_>),
    ) -> Result<Outcome, Error> {
        let Some(Running { line, .. }) = &mut self.running else { return Err(Error::NotOpen) };
        let Self { client, options, out, storage, rest, under_way, .. } = self;
        let mut kept = Kept::new(storage, rest);
        let (post, mut exchange) = client.request(call, out)?;
        line.send(&post, &mut exchange).await?;
        *under_way = Some(exchange.clone());
        let since = line.now();
        let mut outcome = Err(Error::StreamEnded);
        loop {
            let over = exchange.is_over();
            let exchanges = slice::from_mut(&mut exchange);
            let arrival = if over {
                // What came with the response is told as well.
                let Some(arrival) = line.arrived(client, exchanges, &mut kept.inbox) else { break };
                arrival
            } else {
                line.next_arrival(client, exchanges, &mut kept.inbox, since).await?
            };
            let event = match arrival.event {
                Ok(Event::Closed) => break,
                Ok(Event::Response(response)) => {
                    *under_way = None;
                    outcome = Ok(Outcome::new(response, 0));
                    continue;
                }
                Ok(event) => event,
                Err(error) => {
                    tell(options.hear_noise.as_ref(), arrival.text, error);
                    if arrival.exchange.is_some() {
                        *under_way = None;
                        outcome = Err(error.into());
                    }
                    continue;
                }
            };
            if let Event::ServerRequest(request) = &event {
                answer(line, client, options, request, out).await?;
            }
            observe(&event);
        }
        client.settle(&exchange)?;
        outcome
    }

    /// Ends the server and leaves what the client has learned.
    async fn end_server(&mut self) -> Option<Ending> {
        let Running { line, process } = self.running.take()?;
        let (output, input) = line.into_streams();
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

/// Answers a request of the server.
async fn answer(
    line: &mut LineConnection<Output, Input, TokioTimer>,
    client: &mut Client,
    options: &StdioOptions,
    request: &ServerRequest<'_>,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let input = respond(&options.answer_input, options.capabilities, &request.input());
    let input = input.as_ref().and_then(|text| json::parse(text.as_bytes()).ok());
    let answer = input.map_or_else(|| Answer::default_for(request), Answer::Result);
    if let Err(mcpico_core::Error::OutputTooSmall { needed }) =
        client.answer(request, answer, None, out).map(|_| ())
    {
        out.resize(needed, 0);
    }
    let (post, mut consent) = client.answer(request, answer, None, out)?;
    line.send(&post, &mut consent).await
}

fn tell(hear: Option<&HearNoise>, text: &[u8], error: mcpico_core::Error) {
    let Some(hear) = hear else { return };
    match error {
        mcpico_core::Error::FrameTooLarge { limit, .. } => {
            hear(&Noise::TooLong { start: text, limit });
        }
        error => hear(&Noise::Line { text, error }),
    }
}

fn client(options: &StdioOptions) -> Client {
    let client = Client::with_revisions(options.info, options.oldest, options.newest);
    client.declare(options.capabilities)
}

/// An inbox whose unread bytes outlive it.
struct Kept<'s> {
    inbox: Inbox<'s>,
    rest: &'s mut Vec<u8>,
}

impl<'s> Kept<'s> {
    fn new(storage: &'s mut [u8], rest: &'s mut Vec<u8>) -> Self {
        let mut inbox = Inbox::new(storage);
        if let Some(room) = inbox.spare().get_mut(..rest.len()) {
            room.copy_from_slice(rest);
            inbox.commit(rest.len());
        }
        rest.clear();
        Self { inbox, rest }
    }
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        self.rest.extend_from_slice(self.inbox.unread());
    }
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
