//! What a server does without a token and with bad ones.

use std::time::Instant;

use mcpico_core::mcp::{Method, Revision};
use mcpico_http::Error;
use mcpico_http::std::{Outcome, SessionError};

use serde_json::json;

use super::Run;
use crate::audit::answer;
use crate::clock;
use crate::failure::challenge;
use crate::mint::forged;
use crate::output;
use crate::peer::Peer;
use crate::report::Verdict;

/// Made of the characters that a bearer may have, and no JWT.
const MALFORMED: &str = "mcpico.this-is-not-a-token";

/// What a stranger must not see. One door may be guarded and the next one forgotten.
const LISTS: [Method<'_>; 4] = [
    Method::ListTools { cursor: None },
    Method::ListResources { cursor: None },
    Method::ListResourceTemplates { cursor: None },
    Method::ListPrompts { cursor: None },
];

/// Names of what no server has: to be asked for it harms nobody.
pub(super) const NO_TOOL: &str = "mcpico-no-such-tool";
const NO_RESOURCE: &str = "mcpico:no-such-resource";
const NO_PROMPT: &str = "mcpico-no-such-prompt";

/// What a stranger must not be told either: that there is no such thing is said behind the door.
const CALLS: [Method<'_>; 3] = [
    Method::CallTool { name: NO_TOOL, arguments: None, input_schema: None },
    Method::ReadResource { uri: NO_RESOURCE },
    Method::GetPrompt { name: NO_PROMPT, arguments: None },
];

/// Codes of errors about what was asked: invalid parameters, and no such resource up to 2025-11-25.
pub(super) const ABOUT_WHAT: [i64; 2] = [-32602, -32002];

/// What came of knocking.
enum Knock {
    /// Refused as it should be, with a remark.
    Refused(String),
    /// What is behind was shown.
    Open(String),
    /// Not refused as it should be, but nothing was shown.
    Odd(String),
    /// The server does not speak so.
    NotSpoken(String),
    /// No answer in time.
    Silent(String),
}

impl Run<'_> {
    /// Shows the server no token and bad ones; each has to be refused with 401.
    pub(super) async fn authentication(&mut self) {
        self.refused("no-token", "a request without a token is refused", Ok(None)).await;
        let malformed = Ok(Some(MALFORMED.to_owned()));
        self.refused("malformed-token", "a malformed token is refused", malformed).await;
        let (token, mint) = (&self.target.token, &self.target.mint);
        let wrong = match token {
            Some(token) => forged(token).map(Some).map_err(|failure| failure.what),
            None => {
                Err("there is no token whose claims could be signed with another secret".into())
            }
        };
        let expired = match (mint, token) {
            (Some(mint), Some(token)) => {
                mint.expired(token, clock::now()).map(Some).map_err(|failure| failure.what)
            }
            _ => Err("no secret was given, so no expired token could be minted".into()),
        };
        self.report.signature = self
            .refused("wrong-secret", "a token signed with another secret is refused", wrong)
            .await;
        self.report.expiry =
            self.refused("expired-token", "an expired token is refused", expired).await;
    }

    /// One token that has to be refused at every door. Whether it was.
    async fn refused(
        &mut self,
        id: &'static str,
        title: &'static str,
        token: Result<Option<String>, String>,
    ) -> bool {
        let started = Instant::now();
        let verdict = match token {
            Err(why) => Verdict::Skipped(why),
            Ok(_) if self.is_silent => {
                Verdict::Skipped("the server did not answer the request before".into())
            }
            Ok(token) => {
                if let Some(token) = token.as_deref().filter(|token| *token != MALFORMED) {
                    output::conceal_token(token);
                }
                self.judge(token.as_deref()).await
            }
        };
        let passed = matches!(verdict, Verdict::Passed(_));
        self.report.add(id, title, verdict, started);
        passed
    }

    async fn judge(&mut self, token: Option<&str>) -> Verdict {
        let note = match knock(&mut self.target.peer(token)).await {
            Knock::Refused(note) => note,
            Knock::Open(why) => {
                self.report.is_open = true;
                return Verdict::Failed(why);
            }
            Knock::Odd(why) | Knock::NotSpoken(why) => return Verdict::Failed(why),
            Knock::Silent(why) => {
                self.is_silent = true;
                return Verdict::Failed(why);
            }
        };
        for (door, peer) in [
            ("initialize", self.target.legacy_peer(token)),
            ("a list without a handshake", self.target.stateless_peer(token)),
        ] {
            let Some(mut peer) = peer else { continue };
            match knock(&mut peer).await {
                Knock::Refused(_) | Knock::NotSpoken(_) => {}
                Knock::Open(why) => {
                    self.report.is_open = true;
                    return Verdict::Failed(format!("{door}: {why}"));
                }
                Knock::Odd(why) | Knock::Silent(why) => {
                    return Verdict::Failed(format!("{door}: {why}"));
                }
            }
        }
        Verdict::Passed(note)
    }
}

/// Knocks, and goes in where the door is open, to say how far one gets.
async fn knock(peer: &mut Peer) -> Knock {
    // A peer that needs no handshake has not sent anything yet.
    let handshake = peer.revision().is_none();
    let revision = match peer.connect().await {
        Ok(revision) => revision,
        Err(error) => return refusal(&error),
    };
    let knock = look_around(peer, revision, handshake).await;
    peer.end().await;
    knock
}

async fn look_around(peer: &mut Peer, revision: Revision, handshake: bool) -> Knock {
    let mut refused = None;
    let mut errors = None;
    for method in LISTS {
        match peer.call(method, &mut |_| {}).await {
            Ok(Outcome::Result(_) | Outcome::InputRequired(_) | Outcome::Task(_)) => {
                let what = method.name();
                return Knock::Open(format!(
                    "accepted: the server spoke {revision} and answered {what}"
                ));
            }
            Ok(Outcome::Error(error)) => {
                errors.get_or_insert(format!(
                    "{} gave JSON-RPC error {}",
                    method.name(),
                    error.code
                ));
            }
            Err(error) => match refusal(&error) {
                Knock::Refused(note) => refused = refused.or(Some(note)),
                other => return other,
            },
        }
    }
    for method in CALLS {
        match peer.call(method, &mut |_| {}).await {
            Ok(outcome) if was_looked_at(&outcome) => {
                let what = method.name();
                return Knock::Open(format!(
                    "accepted: the server spoke {revision} and looked at what {what} asks for"
                ));
            }
            Ok(_) => {}
            Err(error) => match refusal(&error) {
                // Success with something else than a message is no refusal where there are any.
                Knock::NotSpoken(why)
                    if refused.is_some() && matches!(error, SessionError::Transport(_)) =>
                {
                    return Knock::Odd(format!("{}: {why}", method.name()));
                }
                // A call that there is not is answered in many ways, none of which gives anything away.
                Knock::Refused(_) | Knock::NotSpoken(_) => {}
                other => return other,
            },
        }
    }
    match (refused, errors) {
        // What opens a conversation is given away, what counts is not.
        (Some(note), _) if handshake => {
            Knock::Refused(format!("{note}; the handshake was allowed, the lists were not"))
        }
        (Some(note), _) => Knock::Refused(note),
        (None, errors) => {
            let errors = errors.unwrap_or_default();
            if handshake {
                Knock::Open(format!(
                    "accepted: the server spoke {revision}; {errors} without 401, so a client cannot know \
                     that it has to authenticate"
                ))
            } else {
                Knock::NotSpoken(format!("{errors} instead of 401"))
            }
        }
    }
}

/// Whether the answer to a call of what no server has is about what was asked, and not about who asks.
fn was_looked_at(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Result(text) => serde_json::from_str::<serde_json::Value>(text)
            .is_ok_and(|result| !answer::is_complaint(&json!({"result": result}))),
        Outcome::Error(error) => {
            let said = json!({"error": {"code": error.code, "message": error.message}});
            ABOUT_WHAT.contains(&error.code) && !answer::is_complaint(&said)
        }
        Outcome::InputRequired(_) | Outcome::Task(_) => true,
    }
}

/// Whether an error is a refusal as it should be.
fn refusal(error: &SessionError) -> Knock {
    match error {
        SessionError::Rejected(rejection) if answer::gives_away(&rejection.body) => {
            Knock::Open(format!("accepted: status {}, and the result all the same", rejection.status))
        }
        SessionError::Rejected(rejection) => match rejection.status {
            401 if rejection.challenges.is_empty() => Knock::Refused(
                "401, but without WWW-Authenticate (RFC 9110 section 15.5.2)".into(),
            ),
            401 => Knock::Refused(format!("401{}", challenge(rejection))),
            status @ (400 | 403) => {
                Knock::Refused(format!("refused with {status}; RFC 6750 section 3.1 asks for 401"))
            }
            status @ (404..=406 | 415) => {
                Knock::NotSpoken(format!("the server answered {status} instead of 401"))
            }
            status => Knock::Odd(format!("the server answered {status} instead of 401")),
        },
        SessionError::Transport(
            Error::Reset { response_begun: false, .. } | Error::ClosedUnanswered { .. },
        ) => Knock::Odd(
            "the server dropped the connection instead of answering 401: to a client that looks like \
             a network fault"
                .into(),
        ),
        SessionError::Transport(Error::Deadline(..)) => {
            Knock::Silent(format!("no refusal, but: {error}"))
        }
        SessionError::Handshake(error) => Knock::NotSpoken(format!(
            "JSON-RPC error {} with status {} instead of 401",
            error.code, error.status
        )),
        error if error.peer_error().is_some() => {
            Knock::NotSpoken(format!("no refusal, but: {error}"))
        }
        error => Knock::Odd(format!("no refusal, but: {error}")),
    }
}
