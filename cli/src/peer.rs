//! A session that says what it does, when that is wanted.

use mcpico_core::auth::mask;
use mcpico_core::client::Event;
use mcpico_core::mcp::{Method, Revision};
use mcpico_http::std::{Outcome, Session, SessionError};

use crate::interruption::interrupted;
use crate::output;
use crate::terminal::escape;

/// A server, as the holder of one token or of none sees it.
pub(crate) struct Peer {
    session: Session,
    /// The token as it may be shown.
    shown: String,
    verbose: bool,
}

impl Peer {
    /// Talks over `session`, which sends `token`.
    pub(crate) fn new(session: Session, token: Option<&str>, verbose: bool) -> Self {
        let shown = mask(token.unwrap_or_default().as_bytes()).as_str().to_owned();
        Self { session, shown, verbose }
    }

    /// Finds out what the server speaks and shakes hands where that is due.
    ///
    /// # Errors
    /// [`SessionError`]
    pub(crate) async fn connect(&mut self) -> Result<Revision, SessionError> {
        if let Some(revision) = self.session.revision() {
            return Ok(revision);
        }
        let connected = self.session.connect().await;
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
        let outcome = tokio::select! {
            biased;
            outcome = self.session.call(method, observe) => outcome,
            () = interrupted() => Err(SessionError::Interrupted),
        };
        // Nothing is left to give up when the call has ended.
        self.session.cancel(Some("interrupted by the user")).await;
        self.log(method.name(), || match &outcome {
            Ok(Outcome::Result(_)) => "status 2xx, a result".into(),
            Ok(Outcome::InputRequired(_)) => "status 2xx, input is required".into(),
            Ok(Outcome::Task(_)) => "status 2xx, a task".into(),
            Ok(Outcome::Error(error)) => {
                format!("status {}, JSON-RPC error {}", error.status, error.code)
            }
            Err(error) => ending(error),
        });
        outcome
    }

    /// Ends the session, when the server has opened one.
    pub(crate) async fn end(&mut self) {
        self.session.end().await;
    }

    /// The revision that is spoken, once it is known.
    pub(crate) const fn revision(&self) -> Option<Revision> {
        self.session.revision()
    }

    /// Whether the server has opened a session of the legacy era.
    pub(crate) const fn has_session(&self) -> bool {
        self.session.has_session()
    }

    fn log(&self, what: &str, came: impl FnOnce() -> String) {
        if self.verbose {
            let came = came();
            output::error_line(&escape(&format!("{what}, token {}: {came}", self.shown)));
        }
    }
}

fn ending(error: &SessionError) -> String {
    match error {
        SessionError::Rejected(rejection) => format!("status {}", rejection.status),
        SessionError::Handshake(error) => {
            format!("status {}, JSON-RPC error {}", error.status, error.code)
        }
        error => error.to_string(),
    }
}
