//! Requests, whatever they go over.

use mcpico_core::client::Event;
use mcpico_core::mcp::{Capabilities, Method};

use super::input::{AnswerInput, Answers, next_round};
use super::listener::Tell;
use super::outcome::{Outcome, SessionError};
use super::session::Session;
use super::stdio::StdioSession;

/// What sends requests and waits for their responses.
pub(super) trait Calls {
    /// The status of its responses; 0 where there is no HTTP.
    const STATUS: u16;

    /// Sends a request with the input that the server has asked for before; `observe` sees every event but the
    /// response.
    async fn ask(
        &mut self,
        method: Method<'_>,
        answers: &Answers,
        observe: &mut dyn FnMut(&Event<'_>),
    ) -> Result<Outcome, SessionError>;

    /// What answers the server's questions, and which.
    fn answering(&self) -> (&AnswerInput, Capabilities);

    /// Hears what the server tells unasked, as in the legacy era, until `tell` has heard enough.
    async fn hear_unasked(&mut self, tell: &mut Tell<'_>) -> Result<(), SessionError>;

    /// Sends a request, and again with the input that the server needs as long as there is an answer to it.
    async fn request(
        &mut self,
        method: Method<'_>,
        observe: &mut dyn FnMut(&Event<'_>),
    ) -> Result<Outcome, SessionError> {
        let mut answers = Answers::default();
        let mut rounds = 0;
        loop {
            let outcome = self.ask(method, &answers, observe).await?;
            let (answer, capabilities) = self.answering();
            match next_round(answer, capabilities, &outcome, &mut rounds) {
                Some(next) => answers = next,
                None => return Ok(outcome),
            }
        }
    }
}

impl Calls for Session {
    const STATUS: u16 = 200;

    async fn ask(
        &mut self,
        method: Method<'_>,
        answers: &Answers,
        observe: &mut dyn FnMut(&Event<'_>),
    ) -> Result<Outcome, SessionError> {
        self.call_with_input(method, answers, observe).await
    }

    fn answering(&self) -> (&AnswerInput, Capabilities) {
        (&self.options.answer_input, self.options.capabilities)
    }

    async fn hear_unasked(&mut self, tell: &mut Tell<'_>) -> Result<(), SessionError> {
        self.hear(tell).await
    }
}

impl Calls for StdioSession {
    const STATUS: u16 = 0;

    async fn ask(
        &mut self,
        method: Method<'_>,
        answers: &Answers,
        observe: &mut dyn FnMut(&Event<'_>),
    ) -> Result<Outcome, SessionError> {
        self.call_with_input(method, answers, observe).await
    }

    fn answering(&self) -> (&AnswerInput, Capabilities) {
        (&self.options.answer_input, self.options.capabilities)
    }

    async fn hear_unasked(&mut self, tell: &mut Tell<'_>) -> Result<(), SessionError> {
        self.hear(tell).await
    }
}
