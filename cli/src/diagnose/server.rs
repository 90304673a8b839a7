//! What the server says to a request without the token and to one with it.

use std::time::Duration;

use mcpico_core::auth::challenge;
use mcpico_core::mcp::Revision;

use super::finding::{Report, State};
use super::token::Seen;
use crate::audit::answer::{self, Answer, Baseline, Http, Passage};
use crate::audit::dialogue::Dialogue;
use crate::audit::layer::Class;
use crate::audit::pace::Pace;
use crate::audit::surface::Surface;
use crate::audit::wire::{Credential, Wire};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::concealed;

/// Longest part of what a server says that is shown, in characters.
const EXCERPT: usize = 200;

/// The answers of a server.
pub(super) struct Server {
    without: Answer,
    with: Answer,
}

impl Server {
    /// Asks twice.
    ///
    /// # Errors
    /// [`Failure`]: the server is not there.
    pub(super) async fn ask(endpoint: &str, token: &str, timeout: u64) -> Result<Self, Failure> {
        let limit = Duration::from_secs(timeout);
        let mut wire = Wire::new(endpoint, limit, Pace::new(None));
        let surface = Surface::unknown("nothing is called");
        let mut answers = Vec::new();
        for credential in [Credential::default(), Credential::bearer(token)] {
            let mut answer = Answer::Closed;
            // A server of the past wants another first message, and says so to those whom it lets in.
            for revision in [Revision::LATEST, Revision::LATEST_LEGACY] {
                let mut dialogue =
                    Dialogue::alone(revision).map_err(|error| Failure::usage(error.to_string()))?;
                let Some(message) = dialogue.message(Class::Discover, &surface) else { continue };
                answer = wire.send(&message, &credential).await;
                match &answer {
                    Answer::Unreachable(what) => {
                        return Err(Failure::new(Exit::Unreachable, what.clone()));
                    }
                    Answer::Http(http) if is_final(http) => break,
                    _ => {}
                }
            }
            answers.push(answer);
        }
        let with = answers.pop().unwrap_or(Answer::Closed);
        Ok(Self { with, without: answers.pop().unwrap_or(Answer::Closed) })
    }

    /// The time of the server, in seconds since 1970.
    pub(super) fn clock(&self) -> Option<i64> {
        [&self.with, &self.without].iter().find_map(|answer| match answer {
            Answer::Http(http) => http.date,
            _ => None,
        })
    }
}

/// Whether another first message cannot lead further.
fn is_final(http: &Http) -> bool {
    let has_result = http.reply.as_ref().is_some_and(|reply| reply.get("result").is_some());
    matches!(http.status, 401 | 403) || has_result
}

/// What the answers mean, with what was seen of the token.
pub(super) fn look(report: &mut Report, server: &Server, seen: &Seen) {
    let passage = |answer| answer::passage(answer, Class::Discover, &Baseline::Unknown);
    let without = passage(&server.without);
    match &without {
        Passage::In => {
            report.add("no token", State::Wrong, "the server answers without a token, too");
            report.hint(
                "then nothing that it does depends on the token; `mcpico audit` shows where else",
            );
        }
        Passage::Out(401) => report.add("no token", State::Fine, "401, as it has to be"),
        _ => report.add("no token", State::Doubtful, said(&server.without)),
    }
    let with = passage(&server.with);
    match &with {
        Passage::In => accepted(report, seen, &without),
        Passage::Out(status @ (401 | 403)) => refused(report, server, *status, seen),
        _ => {
            report.add("server", State::Wrong, said(&server.with));
            match &server.with {
                Answer::Reset | Answer::Closed => report.hint(
                    "some servers drop the connection on a bad token: look at the server's log",
                ),
                Answer::Silent => report.hint("--timeout sets the time limit in seconds"),
                Answer::Http(http) if http.status == 404 => {
                    report.hint("is this the path of the MCP endpoint?");
                }
                Answer::Http(http) if http.status >= 500 => {
                    report.hint("look at the server's log");
                }
                _ => {}
            }
        }
    }
}

fn accepted(report: &mut Report, seen: &Seen, without: &Passage) {
    report.add("server", State::Fine, "the server accepts the token");
    if *without == Passage::In {
        return;
    }
    let strange = match (seen.is_well_formed, seen.is_signed, seen.holds) {
        (false, ..) => "the server accepts a token that is malformed",
        (_, Some(false), _) => {
            "the server accepts it, though it is signed with none of the secrets that were given: they are \
             not the server's, or the server does not look at the signature"
        }
        (_, _, false) => "the server accepts a token that does not hold now",
        _ => return,
    };
    report.add("server", State::Wrong, strange);
    report.hint("`mcpico audit` shows what the server checks");
}

fn refused(report: &mut Report, server: &Server, status: u16, seen: &Seen) {
    let why = match &server.with {
        Answer::Http(http) => reason(http),
        _ => String::new(),
    };
    report.add("server", State::Wrong, format!("{status} to the token{why}"));
    if status == 403 {
        report.hint(if seen.has_scope {
            "the token is good and not enough: compare its scope with what the server asks for"
        } else {
            "the token has no scope: if the server asks for one, that is missing"
        });
        report.hint(
            "some servers answer 403 to a wrong Host or Origin header, or to every bad token",
        );
        return;
    }
    match (seen.is_well_formed, seen.is_signed, seen.holds) {
        (false, ..) => report.hint("the structure is wrong: see above"),
        (_, Some(false), _) => report.hint("the signature is wrong under every secret: see above"),
        (_, _, false) => report.hint("the token does not hold at the server's time: see above"),
        (_, None, _) => report.hint(
            "give the secret that the server ought to have, and the signature is checked, too",
        ),
        (true, Some(true), true) => {
            report.hint("signature and time are right, so the server has another secret, or demands other claims");
            if seen.has_audience {
                report
                    .hint("the token is for an audience: is it the name that the server goes by?");
            } else {
                report.hint("the token has no aud: servers that know their own name demand it");
            }
            if seen.has_kid {
                report.hint("the token names a key (kid): does the server know it by that name?");
            }
        }
    }
}

/// What the server says about its refusal.
fn reason(http: &Http) -> String {
    let mut said = Vec::new();
    let challenge = challenge::bearer(http.challenges.iter().map(Vec::as_slice));
    if let Ok(Some(challenge)) = &challenge {
        for name in ["error", "error_description", "scope", "resource_metadata"] {
            if let Some(value) = challenge.param(name) {
                let value: Vec<u8> = value.bytes().collect();
                said.push(format!("{name}: {}", String::from_utf8_lossy(&value)));
            }
        }
    } else {
        said.push("without WWW-Authenticate for Bearer".into());
    }
    let body: String = concealed(&http.text()).chars().take(EXCERPT).collect();
    if said.is_empty() && !body.trim().is_empty() {
        said.push(body);
    }
    if said.is_empty() { String::new() } else { format!(" ({})", said.join(", ")) }
}

fn said(answer: &Answer) -> String {
    match answer {
        Answer::Http(http) => {
            let body: String = concealed(&http.text()).chars().take(EXCERPT).collect();
            let body = if body.trim().is_empty() { String::new() } else { format!(": {body}") };
            format!("status {}{body}", http.status)
        }
        Answer::Reset => "the connection was reset".into(),
        Answer::Closed => "the connection was closed without an answer".into(),
        Answer::Silent => "no answer in time".into(),
        Answer::Garbled(what) | Answer::Unreachable(what) => what.clone(),
    }
}
