//! Whether a session stands in for the token.

use std::time::Instant;

use mcpico_core::auth::Bearer;
use mcpico_core::client::{Call, Client, Event, Response};
use mcpico_core::mcp::Method;
use mcpico_http::std::{TokioConnector, TokioIo, TokioTimer};
use mcpico_http::{Connection, Endpoint, Error, Reply};

use super::Run;
use super::auth::{ABOUT_WHAT, NO_TOOL};
use crate::report::Verdict;
use crate::target::INFO;

/// Room for the requests, which are small.
const OUT: usize = 64 * 1024;

/// Room for an answer.
const INBOX: usize = 1024 * 1024;

/// What is asked for without a token.
const METHODS: [Method<'static>; 2] = [
    Method::ListTools { cursor: None },
    Method::CallTool { name: NO_TOOL, arguments: None, input_schema: None },
];

/// How an exchange ended.
enum End {
    /// With what was asked for, by the name of the method.
    Result(&'static str),
    Error(i64),
    Status(u16),
}

impl Run<'_> {
    /// Opens a session with the valid token and goes on in it without one: every request needs the
    /// token, because a session id is no secret that anyone vouches for.
    ///
    /// [Access token usage](https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization#token-requirements)
    pub(super) async fn in_session(&mut self) {
        let started = Instant::now();
        let verdict = match self.without_token().await {
            Ok(None) => return,
            Ok(Some(End::Result(what))) => {
                self.report.is_open = true;
                Verdict::Failed(format!(
                    "accepted: in a session that the valid token had opened, {what} was answered \
                     without a token"
                ))
            }
            Ok(Some(End::Status(401))) => Verdict::Passed("401".into()),
            // To a stranger the session does not exist.
            Ok(Some(End::Status(status @ (400 | 403 | 404)))) => {
                Verdict::Passed(format!("refused with {status}"))
            }
            Ok(Some(End::Status(status))) => {
                Verdict::Failed(format!("the server answered {status} instead of 401"))
            }
            Ok(Some(End::Error(code))) => {
                Verdict::Failed(format!("JSON-RPC error {code} instead of 401"))
            }
            Err(error) => Verdict::Failed(format!("no refusal, but: {error}")),
        };
        let title = "a session without a token is refused";
        self.report.add("session-without-token", title, verdict, started);
    }

    /// `None` when the server opens no session, or none for this token.
    async fn without_token(&self) -> Result<Option<End>, Error> {
        let Some((oldest, newest)) = self.target.legacy_revisions() else { return Ok(None) };
        let Some(Ok(bearer)) = self.target.token.as_deref().map(Bearer::new) else {
            return Ok(None);
        };
        let endpoint = Endpoint::parse(&self.target.endpoint)?;
        let mut client = Client::with_revisions(INFO, oldest, newest);
        let (mut out, mut storage) = (vec![0; OUT], vec![0; INBOX]);
        while client.revision().is_none() {
            let mut connection = self.connection(&endpoint).await?;
            let step = connection
                .connect_step(&endpoint, &mut client, Some(bearer), &mut out, &mut storage)
                .await;
            // A server may have no sessions and say so in any way.
            let Ok(Some(mut reply)) = step else { return Ok(None) };
            let ended = end(&mut reply, Method::Ping).await;
            if ended.is_err() || !client.settle(reply.exchange()).unwrap_or(false) {
                return Ok(None);
            }
        }
        if !client.has_session() {
            return Ok(None);
        }
        let mut end_of_calls = Ok(End::Status(401));
        for method in METHODS {
            let mut connection = self.connection(&endpoint).await?;
            let call = Call::new(method);
            let mut reply =
                connection.call(&endpoint, &mut client, &call, &mut out, &mut storage).await?;
            let ended = end(&mut reply, method).await;
            self.target.log(&format!("{} in a session, token (none)", method.name()));
            // The list says how strangers are refused; a call may only show that it is open.
            if matches!(method, Method::ListTools { .. }) {
                end_of_calls = ended;
            } else if matches!(ended, Ok(End::Result(_))) {
                end_of_calls = ended;
                break;
            }
        }
        let mut connection = self.connection(&endpoint).await?;
        // Tidying up: whether the server agrees does not matter.
        let reply =
            connection.end(&endpoint, &mut client, Some(bearer), &mut out, &mut storage).await;
        if let Ok(Some(mut reply)) = reply {
            let _ = end(&mut reply, Method::Ping).await;
        }
        end_of_calls.map(Some)
    }

    async fn connection(
        &self,
        endpoint: &Endpoint<'_>,
    ) -> Result<Connection<TokioIo, TokioTimer>, Error> {
        let deadlines = self.target.deadlines;
        let timer = TokioTimer::default();
        // What the connector makes does not borrow it.
        let mut connector = TokioConnector::new();
        let mut connection = Connection::open(&mut connector, endpoint, timer, deadlines).await?;
        connection.allow_plaintext_bearer(self.target.allow_plaintext_bearer);
        Ok(connection)
    }
}

/// Reads a reply to its end.
async fn end(
    reply: &mut Reply<'_, TokioIo, TokioTimer>,
    method: Method<'static>,
) -> Result<End, Error> {
    let mut end = End::Status(reply.status());
    loop {
        match reply.next_event().await? {
            Event::Closed | Event::Accepted => return Ok(end),
            Event::Response(Response::Error(error)) => {
                let is_call = matches!(method, Method::CallTool { .. });
                end = if is_call && ABOUT_WHAT.contains(&error.code) {
                    End::Result(method.name())
                } else {
                    End::Error(error.code)
                };
            }
            Event::Response(_) => end = End::Result(method.name()),
            Event::Rejected { status, .. } => end = End::Status(status),
            _ => {}
        }
    }
}
