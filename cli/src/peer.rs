//! A session that says what it does, when that is wanted.

use std::ops::ControlFlow;
use std::time::Duration;

use mcpico_core::auth::mask;
use mcpico_core::client::{Event, Update};
use mcpico_core::mcp::{Method, Revision, SubscriptionFilter, Task};
use mcpico_http::std::{
    Ended, Ending, Outcome, ResultPart, RpcError, Session, SessionError, StdioSession,
    StreamedOutcome, TaskEnd,
};

use crate::interruption::interrupted;
use crate::output;
use crate::terminal::escape;

/// A server, as the holder of one token or of none sees it.
pub(crate) struct Peer {
    session: Transport,
    /// How it is reached: the token as it may be shown, or that there is none.
    shown: String,
    verbose: bool,
    /// Ctrl-C does not end what is sent.
    goes_on: bool,
}

/// What the messages go over.
enum Transport {
    Http(Box<Session>),
    Stdio(Box<StdioSession>),
}

impl Peer {
    /// Talks over `session`, which sends `token`.
    pub(crate) fn new(session: Session, token: Option<&str>, verbose: bool) -> Self {
        let shown = format!("token {}", mask(token.unwrap_or_default().as_bytes()));
        Self { session: Transport::Http(Box::new(session)), shown, verbose, goes_on: false }
    }

    /// Talks to the program of `session`.
    pub(crate) fn of_program(session: StdioSession, verbose: bool) -> Self {
        let session = Transport::Stdio(Box::new(session));
        Self { session, shown: "stdio".into(), verbose, goes_on: false }
    }

    /// Finds out what the server speaks and shakes hands where that is due.
    ///
    /// # Errors
    /// [`SessionError`]
    pub(crate) async fn connect(&mut self) -> Result<Revision, SessionError> {
        if let Some(revision) = self.revision()
            && matches!(self.session, Transport::Http(_))
        {
            return Ok(revision);
        }
        let known = self.revision();
        let connected = match &mut self.session {
            Transport::Http(session) => session.connect().await,
            Transport::Stdio(session) => tokio::select! {
                biased;
                connected = session.connect() => connected,
                () = interrupted(), if !self.goes_on => Err(SessionError::Interrupted),
            },
        };
        if known.is_some() && connected.is_ok() {
            return connected;
        }
        self.log("handshake", || match &connected {
            Ok(revision) if self.has_session() => format!("{revision}, with a session"),
            Ok(revision) => revision.to_string(),
            Err(error) => ending(error),
        });
        connected
    }

    /// Sends a request; `observe` sees every event but the response.
    ///
    /// # Errors
    /// [`SessionError`]
    pub(crate) async fn call(
        &mut self,
        method: Method<'_>,
        observe: &mut dyn FnMut(&Event<'_>),
    ) -> Result<Outcome, SessionError> {
        self.connect().await?;
        let call = async {
            match &mut self.session {
                Transport::Http(session) => session.call(method, observe).await,
                Transport::Stdio(session) => session.call(method, observe).await,
            }
        };
        let outcome = tokio::select! {
            biased;
            outcome = call => outcome,
            () = interrupted(), if !self.goes_on => Err(SessionError::Interrupted),
        };
        // Nothing is left to give up when the call has ended.
        let why = Some("interrupted by the user");
        match &mut self.session {
            Transport::Http(session) => session.cancel(why).await,
            Transport::Stdio(session) => session.cancel(why).await,
        }
        self.log(method.name(), || match &outcome {
            Ok(Outcome::Result(_)) => self.came("a result"),
            Ok(Outcome::InputRequired(_)) => self.came("input is required"),
            Ok(Outcome::Task(_)) => self.came("a task"),
            Ok(Outcome::Error(error)) => rpc_error(error),
            Err(error) => ending(error),
        });
        outcome
    }

    /// Sends a request; a result of more than `room` bytes is handed out while it comes, over HTTP.
    ///
    /// # Errors
    /// [`SessionError`]
    pub(crate) async fn call_streamed(
        &mut self,
        method: Method<'_>,
        room: usize,
        observe: &mut dyn FnMut(&Event<'_>),
        hand_out: &mut dyn FnMut(ResultPart<'_>),
    ) -> Result<StreamedOutcome, SessionError> {
        if let Transport::Stdio(_) = self.session {
            return self.call(method, observe).await.map(StreamedOutcome::Whole);
        }
        self.connect().await?;
        let Transport::Http(session) = &mut self.session else {
            return Err(SessionError::Interrupted);
        };
        let streamed = tokio::select! {
            biased;
            streamed = session.call_streamed(method, room, observe, hand_out) => streamed,
            () = interrupted(), if !self.goes_on => Err(SessionError::Interrupted),
        };
        session.cancel(Some("interrupted by the user")).await;
        streamed
    }

    /// Waits for the end of a task, for no longer than `limit`; Ctrl-C cancels it.
    ///
    /// # Errors
    /// [`SessionError`]
    pub(crate) async fn finish_task(
        &mut self,
        task: &str,
        limit: Duration,
        observe: &mut dyn FnMut(&Task<'_>),
    ) -> Result<TaskEnd, SessionError> {
        let mut id = String::new();
        let mut observe = |task: &Task<'_>| {
            id = task.id.to_string();
            observe(task);
        };
        let finish = async {
            match &mut self.session {
                Transport::Http(session) => session.finish_task(task, limit, &mut observe).await,
                Transport::Stdio(session) => session.finish_task(task, limit, &mut observe).await,
            }
        };
        let ended = tokio::select! {
            biased;
            ended = finish => ended,
            () = interrupted(), if !self.goes_on => Err(SessionError::Interrupted),
        };
        if ended.is_err() && !id.is_empty() {
            // The server goes on with it otherwise.
            let _ = match &mut self.session {
                Transport::Http(session) => session.cancel_task(&id).await,
                Transport::Stdio(session) => session.cancel_task(&id).await,
            };
        }
        ended
    }

    /// Hands on what the server tells of its own accord, until one side ends it or Ctrl-C does.
    ///
    /// # Errors
    /// [`SessionError`]
    pub(crate) async fn listen(
        &mut self,
        filter: &SubscriptionFilter<'_>,
        tell: &mut (dyn FnMut(&Update<'_>) -> ControlFlow<()> + Send),
    ) -> Result<Ended, SessionError> {
        self.connect().await?;
        let listen = async {
            match &mut self.session {
                Transport::Http(session) => session.listen(filter, tell).await,
                Transport::Stdio(session) => session.listen(filter, tell).await,
            }
        };
        tokio::select! {
            biased;
            ended = listen => ended,
            () = interrupted(), if !self.goes_on => Err(SessionError::Interrupted),
        }
    }

    /// Whether Ctrl-C leaves what is sent from now on alone, because it tidies up.
    pub(crate) const fn goes_on_when_interrupted(&mut self, goes_on: bool) {
        self.goes_on = goes_on;
    }

    /// Ends the session, when the server has opened one, or the program, and says how it ended.
    pub(crate) async fn end(&mut self) -> Option<Ending> {
        match &mut self.session {
            Transport::Http(session) => {
                session.end().await;
                None
            }
            Transport::Stdio(session) => session.end().await,
        }
    }

    /// The revision that is spoken, once it is known.
    pub(crate) const fn revision(&self) -> Option<Revision> {
        match &self.session {
            Transport::Http(session) => session.revision(),
            Transport::Stdio(session) => session.revision(),
        }
    }

    /// Whether the server has opened a session of the legacy era.
    pub(crate) const fn has_session(&self) -> bool {
        match &self.session {
            Transport::Http(session) => session.has_session(),
            Transport::Stdio(_) => false,
        }
    }

    fn came(&self, what: &str) -> String {
        match &self.session {
            Transport::Http(session) => match session.status() {
                Some(status) => format!("status {status}, {what}"),
                None => what.to_owned(),
            },
            Transport::Stdio(_) => what.to_owned(),
        }
    }

    fn log(&self, what: &str, came: impl FnOnce() -> String) {
        if self.verbose {
            let came = came();
            output::error_line(&escape(&format!("{what}, {}: {came}", self.shown)));
        }
    }
}

fn ending(error: &SessionError) -> String {
    match error {
        SessionError::Rejected(rejection) => format!("status {}", rejection.status),
        SessionError::Handshake(error) => rpc_error(error),
        error => error.to_string(),
    }
}

fn rpc_error(error: &RpcError) -> String {
    match error.status {
        0 => format!("JSON-RPC error {}", error.code),
        status => format!("status {status}, JSON-RPC error {}", error.code),
    }
}
