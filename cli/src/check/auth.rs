//! What a server does without a token and with bad ones.

use std::time::Instant;

use mcpico_core::client::Event;
use mcpico_core::mcp::Method;
use mcpico_http::Error;
use mcpico_http::std::{Outcome, Session, SessionError};

use super::Run;
use super::report::Verdict;
use crate::clock;
use crate::failure::challenge;
use crate::mint::forged;

/// Made of the characters that a bearer may have, and no JWT.
const MALFORMED: &str = "mcpico.this-is-not-a-token";

impl Run {
    /// Shows the server no token and bad ones; each has to be refused with 401.
    pub(super) async fn authentication(&mut self) {
        let now = clock::now();
        self.refused("no-token", "a request without a token is refused", Ok(None)).await;
        let malformed = Ok(Some(MALFORMED.to_owned()));
        self.refused("malformed-token", "a malformed token is refused", malformed).await;
        let forged = match &self.target.token {
            Some(token) => forged(token).map(Some).map_err(|failure| failure.what),
            None => {
                Err("there is no token whose claims could be signed with another secret".into())
            }
        };
        let passed = self
            .refused("wrong-secret", "a token signed with another secret is refused", forged)
            .await;
        self.report.signature = passed;
        let expired = match &self.target.mint {
            Some(mint) => mint.expired(now).map(Some).map_err(|failure| failure.what),
            None => Err("no secret was given, so no expired token could be minted".into()),
        };
        let passed = self.refused("expired-token", "an expired token is refused", expired).await;
        self.report.expiry = passed;
    }

    /// One token that has to be refused, shown to `server/discover` and to `initialize`. Whether it was.
    async fn refused(
        &mut self,
        id: &'static str,
        title: &'static str,
        token: Result<Option<String>, String>,
    ) -> bool {
        let started = Instant::now();
        let verdict = match token {
            Err(why) => Verdict::Skipped(why),
            Ok(token) => {
                let mut session = self.target.session(token.as_deref());
                let mut verdict = judge(&mut session).await;
                // A server may guard the one door and forget the other.
                if let (Verdict::Passed(_), Some(mut legacy)) =
                    (&verdict, self.target.legacy_session(token.as_deref()))
                    && let failed @ Verdict::Failed(_) = judge(&mut legacy).await
                {
                    verdict = failed;
                }
                verdict
            }
        };
        let passed = matches!(verdict, Verdict::Passed(_));
        self.report.add(id, title, verdict, started);
        passed
    }
}

/// Knocks, and goes in where the door is open, to say how far one gets.
async fn judge(session: &mut Session) -> Verdict {
    let error = match session.connect().await {
        Err(error) => error,
        Ok(revision) => {
            let call =
                session.call(Method::ListTools { cursor: None }, &mut |_: &Event<'_>| {}).await;
            session.end().await;
            return match call {
                Ok(Outcome::Result(_)) => Verdict::Failed(format!(
                    "accepted: the server spoke {revision} and listed its tools"
                )),
                // What opens a conversation is given away, what counts is not.
                Err(error) => match refusal(&error) {
                    Verdict::Passed(note) => Verdict::Passed(format!(
                        "{note}; the handshake was allowed, tools/list was not"
                    )),
                    failed => failed,
                },
                Ok(Outcome::Error(error)) => Verdict::Failed(format!(
                    "accepted: the server spoke {revision}; tools/list gave JSON-RPC error {} without \
                     401, so a client cannot know that it has to authenticate",
                    error.code
                )),
                Ok(Outcome::InputRequired(_)) => {
                    Verdict::Failed(format!("accepted: the server spoke {revision}"))
                }
            };
        }
    };
    refusal(&error)
}

/// Whether an error is a refusal as it should be.
fn refusal(error: &SessionError) -> Verdict {
    match error {
        SessionError::Rejected(rejection) => match rejection.status {
            401 if rejection.challenges.is_empty() => {
                Verdict::Passed("401, but without WWW-Authenticate (RFC 9110 section 15.5.2)".into())
            }
            401 => Verdict::Passed(format!("401{}", challenge(rejection))),
            status @ (400 | 403) => Verdict::Passed(format!(
                "refused with {status}; RFC 6750 section 3.1 asks for 401"
            )),
            status => Verdict::Failed(format!("the server answered {status} instead of 401")),
        },
        SessionError::Transport(
            Error::Reset { response_begun: false, .. } | Error::ClosedUnanswered { .. },
        ) => Verdict::Failed(
            "the server dropped the connection instead of answering 401: to a client that looks like \
             a network fault"
                .into(),
        ),
        SessionError::Handshake(error) => Verdict::Failed(format!(
            "JSON-RPC error {} with status {} instead of 401",
            error.code, error.status
        )),
        error => Verdict::Failed(format!("no refusal, but: {error}")),
    }
}
