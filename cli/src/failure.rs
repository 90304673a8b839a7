//! What is told to a person when something went wrong: what happened, why, and what to try.

use std::fmt::{self, Write};
use std::io::ErrorKind;

use mcpico_core::auth::challenge::bearer;
use mcpico_core::auth::mask;
use mcpico_http::std::{ProcessError, Refused, Rejection, RpcError, SessionError};
use mcpico_http::{ConnectError, Error};

use crate::exit::Exit;
use crate::output::concealed;
use crate::target;
use crate::terminal::escape;

/// Longest part of a body that is shown, in characters.
const EXCERPT: usize = 200;

/// Lines at the end of standard error that are shown.
const STDERR_LINES: usize = 5;

/// Something went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    /// What happened; further lines are evidence.
    pub(crate) what: String,
    /// What to try, a line each.
    pub(crate) hints: Vec<String>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self { exit, what: what.into(), hints: Vec::new() }
    }

    /// The command line cannot be used.
    pub(crate) fn usage(what: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what)
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Explains what a request to `endpoint` with `token` ended in.
    pub(crate) fn explain(error: &SessionError, endpoint: &str, token: Option<&str>) -> Self {
        let shown = mask(token.unwrap_or_default().as_bytes());
        match error {
            SessionError::Rejected(rejection) => Self::rejected(rejection, endpoint, token),
            SessionError::Handshake(error) => {
                let what = format!("the server refused the handshake with {}", rpc(error));
                let failure = Self::new(Exit::Unreachable, what);
                match token {
                    _ if error.status == 0 => failure,
                    Some(_) => failure.hint(format!(
                        "some servers refuse a token so, instead of by 401: it was {shown}"
                    )),
                    None => failure.hint("some servers ask for a token so, instead of by 401"),
                }
            }
            SessionError::Process(error) => Self::process(error, endpoint),
            SessionError::Token => Self::usage(format!(
                "the token {shown} has a character that no bearer token has (RFC 6750 section 2.1)"
            ))
            .hint("look for quotes, spaces or a line end in the file or variable"),
            SessionError::Transport(error) => Self::transport(*error, endpoint, token),
            _ => Self::new(Exit::Unreachable, error.to_string()),
        }
    }

    fn rejected(rejection: &Rejection, endpoint: &str, token: Option<&str>) -> Self {
        let shown = mask(token.unwrap_or_default().as_bytes());
        let why = challenge(rejection);
        match (rejection.status, rejection.bearer_sent) {
            (401, true) => Self::new(
                Exit::Authentication,
                format!("authentication rejected: the server answered 401 to the token {shown}{why}"),
            )
            .hint("`mcpico token inspect` shows whether the token has expired and what it claims")
            .hint("compare secret, issuer and audience with those of the server"),
            (401, false) => Self::new(
                Exit::Authentication,
                format!("authentication required: the server answered 401 to a request without a token{why}"),
            )
            .hint("pass a token with --jwt-token-file or MCP_JWT_TOKEN")
            .hint("or the server's secret with --secret-file, and one is minted"),
            (403, true) => Self::new(
                Exit::Authentication,
                format!("permission denied: the server answered 403 to the token {shown}{why}"),
            )
            .hint("the token was understood but does not allow this: look at its scope and roles")
            .hint("some servers answer 403 to a wrong Host or Origin header"),
            (403, false) => Self::new(
                Exit::Authentication,
                format!("permission denied: the server answered 403 to a request without a token{why}"),
            )
            .hint("pass a token with --jwt-token-file or MCP_JWT_TOKEN")
            .hint("some servers answer 403 to a wrong Host or Origin header"),
            (status @ 300..=399, _) => Self::new(
                Exit::Unreachable,
                format!("the server answered {status}: redirects are not followed"),
            )
            .hint("use the address that it redirects to, if you trust it with your token"),
            (status, _) => {
                let body = excerpt(&rejection.body);
                let failure = Self::new(
                    Exit::Unreachable,
                    format!("the server answered {status} and no MCP message{body}"),
                );
                if status == 404 {
                    failure.hint(format!("is {} the path of the MCP endpoint?", target::shown(endpoint)))
                } else {
                    failure
                }
            }
        }
    }

    fn process(error: &ProcessError, program: &str) -> Self {
        let program = escape(program);
        let stderr = match error {
            ProcessError::Start(ErrorKind::NotFound) => {
                let failure = Self::usage(format!("there is no program {program}"))
                    .hint("is it installed, and in a directory of PATH?");
                return if program.contains(char::is_whitespace) {
                    failure.hint("name and arguments are words of their own: no shell reads them")
                } else {
                    failure
                };
            }
            ProcessError::Start(kind) => {
                return Self::usage(format!("the program {program} cannot be started: {kind}"));
            }
            ProcessError::Closed { stderr }
            | ProcessError::Exited { stderr, .. }
            | ProcessError::Silent { stderr, .. } => stderr,
            _ => &Vec::new(),
        };
        let mut what = error.to_string();
        let text = String::from_utf8_lossy(stderr);
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        for line in lines.iter().skip(lines.len().saturating_sub(STDERR_LINES)) {
            let start: String = concealed(line).chars().take(EXCERPT).collect();
            let _ = write!(what, "\n  stderr: {}", escape(&start));
        }
        let failure = Self::new(Exit::Unreachable, what);
        match error {
            ProcessError::Silent { .. } => {
                failure.hint("--timeout sets the time limit in seconds").hint(
                    "does it speak MCP over its standard input and output? some programs need an \
                     argument for that, such as stdio",
                )
            }
            ProcessError::Exited { .. } => failure.hint(
                "a program has only a small part of our environment: --env NAME gives it a variable",
            ),
            _ => failure,
        }
    }

    fn transport(error: Error, endpoint: &str, token: Option<&str>) -> Self {
        let shown = mask(token.unwrap_or_default().as_bytes());
        let failure = Self::new(Exit::Unreachable, error.to_string());
        match error {
            Error::Reset { bearer_sent: true, response_begun: false }
            | Error::ClosedUnanswered { bearer_sent: true } => {
                Self::new(Exit::Unreachable, format!("{error}: the token was {shown}"))
                    .hint(
                        "some servers reset the connection on a bad token instead of answering 401",
                    )
                    .hint(
                        "compare with a fresh token, and with none; then look at the server's log",
                    )
            }
            Error::Reset { bearer_sent: false, response_begun: false }
            | Error::ClosedUnanswered { bearer_sent: false } => failure
                .hint("this may be how the server refuses a request without a token")
                .hint("pass a token with --jwt-token-file or MCP_JWT_TOKEN"),
            Error::BearerOverPlaintext => {
                Self::usage(format!("{error}: anyone on the way could read {shown}"))
                    .hint("use https, or --allow-plaintext-bearer if the network is yours")
            }
            Error::Endpoint(_) | Error::Request(_) => Self::usage(error.to_string()),
            Error::Client(mcpico_core::Error::Misuse(misuse)) => Self::usage(misuse.to_string()),
            Error::Connect(ConnectError::Refused | ConnectError::Dns) => {
                failure.hint(format!("is a server running at {}?", target::shown(endpoint)))
            }
            Error::Connect(ConnectError::Tls(_)) => {
                failure.hint("certificates are checked against this machine's trust store").hint(
                    "a private issuer has to be added there; there is no switch to skip the check",
                )
            }
            Error::Deadline(..) => failure.hint("--timeout sets the time limit in seconds"),
            _ => failure,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&concealed(&self.what))?;
        self.hints.iter().try_for_each(|hint| write!(f, "\n  try: {}", concealed(hint)))
    }
}

impl std::error::Error for Failure {}

/// A JSON-RPC error on one line, with what it asks for.
pub(crate) fn rpc(error: &RpcError) -> String {
    let said = format!("JSON-RPC error {}: {}", error.code, escape(&error.message));
    match error.refusal() {
        Ok(Some(Refused::MissingCapability { required })) => {
            format!("{said} (it needs a client that declares {})", escape(&required))
        }
        Ok(Some(Refused::UnsupportedRevision { supported, .. })) => {
            format!("{said} (it speaks {})", escape(&supported.join(", ")))
        }
        _ => said,
    }
}

/// What the server says about its refusal, as far as it can be read.
pub(crate) fn challenge(rejection: &Rejection) -> String {
    let mut said = String::new();
    let lines = rejection.challenges.iter().map(String::as_bytes);
    let Ok(Some(challenge)) = bearer(lines) else { return said };
    for name in ["error", "error_description", "scope"] {
        if let Some(value) = challenge.param(name) {
            let value = String::from_utf8_lossy(&value.bytes().collect::<Vec<_>>()).into_owned();
            let before = if said.is_empty() { " (" } else { ", " };
            let _ = write!(said, "{before}{name}: {}", escape(&value));
        }
    }
    if !said.is_empty() {
        said.push(')');
    }
    said
}

fn excerpt(body: &[u8]) -> String {
    // Before it is cut: a part of a secret is still too much of it.
    let text = String::from_utf8_lossy(body);
    let text: String = concealed(&text).chars().take(EXCERPT).collect();
    if text.trim().is_empty() { String::new() } else { format!(": {}", escape(&text)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The data are those of the official examples of 2026-07-28.
    #[test]
    fn an_error_shows_what_it_asks_for() {
        for (code, data, expected) in [
            (
                -32021,
                Some(r#"{"requiredCapabilities":{"elicitation":{}}}"#),
                r#" (it needs a client that declares {"elicitation":{}})"#,
            ),
            (
                -32022,
                Some(r#"{"supported":["2026-07-28","2025-11-25"],"requested":"1900-01-01"}"#),
                " (it speaks 2026-07-28, 2025-11-25)",
            ),
            (-32022, Some(r#"{"supported":["\u001b[31m"]}"#), " (it speaks \\u{1b}[31m)"),
            (-32022, None, ""),
            (-32603, Some(r#"{"supported":["x"]}"#), ""),
        ] {
            let (message, data) = ("m".to_owned(), data.map(str::to_owned));
            let shown = rpc(&RpcError { code, message, data, status: 400 });
            assert_eq!(shown, format!("JSON-RPC error {code}: m{expected}"));
        }
    }
}
