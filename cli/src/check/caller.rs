//! Sends what cases want, and judges what tools answer.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use mcpico_core::json;
use mcpico_core::mcp::Method;
use mcpico_http::std::SessionError;
use serde_json::{Map, Value};

use super::cases::Ended;
use super::configuration::{Configuration, Scope, ToolCase, fill};
use super::judge::{self, Answer};
use super::offer::{Offer, listed, not_listed};
use crate::client::failure;
use crate::interruption;
use crate::peer::Peer;
use crate::report::Verdict;
use crate::surface::Fault;
use crate::target::Target;
use crate::terminal::escape;
use crate::{random, surface};

/// What is waited before a request is sent again, times how often it was sent.
const PAUSE: Duration = Duration::from_millis(200);

/// Sends what cases want, and judges what comes back.
pub(super) struct Caller<'e> {
    pub(super) target: &'e Target,
    pub(super) configuration: &'e Configuration,
    pub(super) offer: &'e Offer,
    pub(super) allow_writes: bool,
    /// The tools that were called and whose answers were judged.
    pub(super) called: RefCell<BTreeSet<String>>,
}

impl Caller<'_> {
    /// The tool as the server lists it.
    ///
    /// # Errors
    /// It is not listed, or not so that it can be used; escaped.
    pub(super) fn listed_tool(&self, name: &str) -> Result<&Value, String> {
        let listing = self.offer.tools.as_ref().ok_or("the list of tools could not be read")?;
        listed(listing, surface::Kind::Tools, name).ok_or_else(|| {
            let start = format!("{}: ", escape(name));
            match listing.dropped.iter().find(|dropped| dropped.starts_with(&start)) {
                Some(dropped) => format!("the tool cannot be used: {dropped}"),
                None => not_listed(listing, surface::Kind::Tools, "tool", name),
            }
        })
    }

    /// Calls a tool whose arguments are filled.
    ///
    /// # Errors
    /// [`Fault`]
    pub(super) async fn call(
        &self,
        peer: &mut Peer,
        tool: &Value,
        arguments: &Value,
        repeats: bool,
        retries: &mut Vec<String>,
    ) -> Result<Answer, Fault> {
        let name = tool["name"].as_str().unwrap_or_default();
        let (arguments, schema) = (arguments.to_string(), tool["inputSchema"].to_string());
        let invalid = |error: json::JsonError| Fault::Answer(error.to_string());
        let method = Method::CallTool {
            name,
            arguments: Some(json::parse(arguments.as_bytes()).map_err(invalid)?),
            input_schema: Some(json::parse(schema.as_bytes()).map_err(invalid)?),
        };
        let answer = self.ask(peer, method, repeats, retries).await?;
        self.called.borrow_mut().insert(name.to_owned());
        Ok(answer)
    }

    /// Sends a request, and again when it got no answer, nothing can have been done and the
    /// configuration allows it. An answer is never asked for twice, however wrong it is.
    pub(super) async fn ask(
        &self,
        peer: &mut Peer,
        method: Method<'_>,
        repeats: bool,
        retries: &mut Vec<String>,
    ) -> Result<Answer, Fault> {
        let most = if repeats { self.configuration.test_config.retry_attempts } else { 0 };
        let mut sent = 0;
        loop {
            sent += 1;
            match peer.call(method, &mut |_| {}).await {
                Ok(outcome) => return Answer::of(outcome),
                Err(error)
                    if sent <= most && is_transient(&error) && !interruption::is_interrupted() =>
                {
                    let why = failure(self.target, Fault::Session(error)).what;
                    retries.push(why.lines().next().unwrap_or_default().to_owned());
                    tokio::time::sleep(PAUSE * sent).await;
                }
                Err(error) => return Err(Fault::Session(error)),
            }
        }
    }

    pub(super) fn fault(&self, fault: Fault) -> String {
        if interruption::is_interrupted() {
            return "interrupted".into();
        }
        failure(self.target, fault).to_string()
    }

    pub(super) async fn tool(&self, peer: &mut Peer, key: &str, case: &ToolCase) -> Ended {
        let judge =
            async |retries: &mut Vec<String>| self.judged_tool(peer, key, case, retries).await;
        Ended::of(judge).await
    }

    async fn judged_tool(
        &self,
        peer: &mut Peer,
        key: &str,
        case: &ToolCase,
        retries: &mut Vec<String>,
    ) -> Result<Verdict, String> {
        let name = Configuration::tool_of(key, case);
        // Before what is skipped: that something has vanished must not be hidden by it.
        let tool = self.listed_tool(name)?;
        let writes = match case.effect {
            Some(effect) if effect.writes() => Some(format!("its effect is {}", effect.name())),
            Some(_) => None,
            None if tool["annotations"]["readOnlyHint"] == true => None,
            None => Some("no effect is declared, neither here nor by the server".into()),
        };
        if let Some(why) = writes.as_ref().filter(|_| !self.allow_writes) {
            let loops = self.configuration.tool_loops.iter();
            let in_loop = loops
                .filter(|(_, tool_loop)| tool_loop.steps.value.iter().any(|step| step.tool == name))
                .map(|(loop_name, _)| format!("; the loop {} calls it", escape(loop_name)))
                .next();
            let how = "it is called in loops and with --allow-writes only";
            return Ok(Verdict::Skipped(format!("{why}: {how}{}", in_loop.unwrap_or_default())));
        }
        let (uuid, nothing) = (random::uuid().map_err(|failure| failure.what)?, Map::new());
        let variables = &self.configuration.variables;
        let scope = Scope { uuid: &uuid[..8], variables, saved: &nothing };
        let arguments = case.arguments.as_ref().map(|arguments| arguments.value.clone());
        let arguments = fill(&Value::Object(arguments.unwrap_or_default()), scope)?;
        let repeats = writes.is_none();
        let answer = self.call(peer, tool, &arguments, repeats, retries).await;
        let answer = answer.map_err(|fault| self.fault(fault))?;
        judge::tool_result(tool, &answer, &case.expectation, scope).map(Verdict::Passed)
    }
}

/// Whether the request may go better the next time: the server did not answer, or said that it cannot now.
fn is_transient(error: &SessionError) -> bool {
    match error {
        SessionError::Rejected(rejection) => {
            matches!(rejection.status, 408 | 429 | 500..=599)
        }
        SessionError::Interrupted | SessionError::Process(_) => true,
        SessionError::Transport(_) => !error.is_misuse() && error.peer_error().is_none(),
        _ => false,
    }
}
