//! The cases of a configuration: each is sent, and its answer judged.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use iri_string::spec::UriSpec;
use iri_string::template::UriTemplateStr;
use iri_string::template::simple_context::SimpleContext;
use mcpico_core::json;
use mcpico_core::mcp::Method;
use mcpico_http::std::SessionError;
use serde_json::{Map, Value};

use super::configuration::{
    Configuration, Effect, PromptCase, ResourceCase, Scalar, Scope, ToolCase, fill,
};
use super::judge::{self, Answer};
use super::selection::{first, id, similar};
use crate::client::failure;
use crate::interruption;
use crate::peer::Peer;
use crate::report::{Category, Check, Report, Verdict};
use crate::surface::{Fault, Listing};
use crate::target::Target;
use crate::terminal::escape;
use crate::{random, surface};

/// What is waited before a request is sent again, times how often it was sent.
const PAUSE: Duration = Duration::from_millis(200);

/// What stands for a value that nobody has given yet.
const PLACEHOLDER: &str = "CONFIGURE_";

/// What the server lists; `None` where it could not be read.
#[derive(Debug, Default)]
pub(super) struct Offer {
    pub(super) tools: Option<Listing>,
    pub(super) resources: Option<Listing>,
    pub(super) templates: Option<Listing>,
    pub(super) prompts: Option<Listing>,
}

impl Offer {
    pub(super) const fn list(&mut self, kind: surface::Kind) -> &mut Option<Listing> {
        match kind {
            surface::Kind::Tools => &mut self.tools,
            surface::Kind::Resources => &mut self.resources,
            surface::Kind::ResourceTemplates => &mut self.templates,
            surface::Kind::Prompts => &mut self.prompts,
        }
    }
}

/// How a case ended.
pub(super) struct Ended {
    pub(super) verdict: Verdict,
    pub(super) retries: Vec<String>,
}

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
    async fn ask(
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
        let mut retries = Vec::new();
        let verdict = match self.judged_tool(peer, key, case, &mut retries).await {
            Ok(verdict) => verdict,
            Err(why) => Verdict::Failed(why),
        };
        Ended { verdict, retries }
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

    pub(super) async fn resource(&self, peer: &mut Peer, key: &str, case: &ResourceCase) -> Ended {
        let mut retries = Vec::new();
        let verdict = match self.judged_resource(peer, key, case, &mut retries).await {
            Ok(verdict) => verdict,
            Err(why) => Verdict::Failed(why),
        };
        Ended { verdict, retries }
    }

    async fn judged_resource(
        &self,
        peer: &mut Peer,
        key: &str,
        case: &ResourceCase,
        retries: &mut Vec<String>,
    ) -> Result<Verdict, String> {
        let nothing = Map::new();
        // A variable of a URI template may be called uuid.
        let scope =
            Scope { uuid: "{uuid}", variables: &self.configuration.variables, saved: &nothing };
        let uri = fill(&case.uri.as_deref().unwrap_or(key).into(), scope)?;
        let uri = uri.as_str().unwrap_or_default();
        let (entry, address) = if uri.contains('{') {
            let entry = listed_resource(self.offer.templates.as_ref(), TEMPLATE, uri)?;
            match expanded(uri, case, scope)? {
                Ok(address) => (entry, address),
                Err(why) => return Ok(Verdict::Skipped(why)),
            }
        } else {
            (listed_resource(self.offer.resources.as_ref(), RESOURCE, uri)?, uri.to_owned())
        };
        if let Some(effect) =
            case.effect.filter(|effect: &Effect| effect.writes() && !self.allow_writes)
        {
            let why =
                format!("its effect is {}: it is read with --allow-writes only", effect.name());
            return Ok(Verdict::Skipped(why));
        }
        let method = Method::ReadResource { uri: &address };
        let answer = self.ask(peer, method, true, retries).await;
        match answer.map_err(|fault| self.fault(fault))? {
            Answer::Error(error) => Err(crate::failure::rpc(&error)),
            Answer::Result(result) => {
                let listed = entry["mimeType"].as_str();
                judge::contents(&result, case, listed, scope).map(Verdict::Passed)
            }
        }
    }

    pub(super) async fn prompt(&self, peer: &mut Peer, key: &str, case: &PromptCase) -> Ended {
        let mut retries = Vec::new();
        let verdict = match self.judged_prompt(peer, key, case, &mut retries).await {
            Ok(()) => Verdict::Passed(String::new()),
            Err(why) => Verdict::Failed(why),
        };
        Ended { verdict, retries }
    }

    async fn judged_prompt(
        &self,
        peer: &mut Peer,
        key: &str,
        case: &PromptCase,
        retries: &mut Vec<String>,
    ) -> Result<(), String> {
        let name = case.prompt.as_deref().unwrap_or(key);
        let listing = self.offer.prompts.as_ref().ok_or("the list of prompts could not be read")?;
        if listed(listing, surface::Kind::Prompts, name).is_none() {
            return Err(not_listed(listing, surface::Kind::Prompts, "prompt", name));
        }
        let nothing = Map::new();
        let scope = Scope { uuid: "", variables: &self.configuration.variables, saved: &nothing };
        let arguments = case.arguments.iter();
        let arguments: Map<_, _> =
            arguments.map(|(name, value)| (name.to_owned(), Value::from(value.clone()))).collect();
        let text = fill(&arguments.into(), scope)?.to_string();
        let arguments = json::parse(text.as_bytes()).map_err(|error| error.to_string())?;
        let method = Method::GetPrompt { name, arguments: Some(arguments) };
        let answer = self.ask(peer, method, true, retries).await;
        let result = match answer.map_err(|fault| self.fault(fault))? {
            Answer::Error(error) => return Err(crate::failure::rpc(&error)),
            Answer::Result(result) => result,
        };
        judge::messages(&result)?;
        for matcher in &case.expect {
            matcher.filled(scope)?.check(&result).map_err(|why| format!("expect: {why}"))?;
        }
        Ok(())
    }
}

const RESOURCE: (surface::Kind, &str) = (surface::Kind::Resources, "resource");
const TEMPLATE: (surface::Kind, &str) = (surface::Kind::ResourceTemplates, "resource template");

fn listed_resource<'l>(
    listing: Option<&'l Listing>,
    (kind, what): (surface::Kind, &str),
    uri: &str,
) -> Result<&'l Value, String> {
    let listing = listing.ok_or_else(|| format!("the list of {what}s could not be read"))?;
    listed(listing, kind, uri).ok_or_else(|| not_listed(listing, kind, what, uri))
}

fn listed<'l>(listing: &'l Listing, kind: surface::Kind, name: &str) -> Option<&'l Value> {
    listing.entries.iter().find(|entry| entry[kind.key()] == name)
}

fn not_listed(listing: &Listing, kind: surface::Kind, what: &str, name: &str) -> String {
    let names: Vec<_> =
        listing.entries.iter().filter_map(|entry| entry[kind.key()].as_str()).collect();
    let hint = match similar(name, &names) {
        Some(similar) => format!("; it lists {}", escape(similar)),
        None => format!("; it lists {}", first(&names)),
    };
    format!("the server does not list the {what} {}{hint}", escape(name))
}

/// The address that a template stands for; the inner error is why it cannot be known yet.
///
/// [RFC 6570](https://www.rfc-editor.org/rfc/rfc6570)
fn expanded(
    template: &str,
    case: &ResourceCase,
    scope: Scope<'_>,
) -> Result<Result<String, String>, String> {
    let parsed =
        UriTemplateStr::new(template).map_err(|error| format!("it is no URI template: {error}"))?;
    let mut context = SimpleContext::new();
    for variable in parsed.variables() {
        let name = variable.as_str();
        let Some(value) = case.uri_variables.find(name) else {
            return Err(format!("uri_variables has no {}, which the template needs", escape(name)));
        };
        let value = match value {
            Scalar::Integer(number) => number.to_string(),
            Scalar::Text(text) => match fill(&text.as_str().into(), scope)? {
                Value::String(text) => text,
                other => other.to_string(),
            },
        };
        if value.starts_with(PLACEHOLDER) {
            let why = format!("uri_variables.{} is still {}", escape(name), escape(&value));
            return Ok(Err(why));
        }
        context.insert(name, value);
    }
    let expanded = parsed.expand::<UriSpec, _>(&context);
    let expanded = expanded.map_err(|error| format!("the template cannot be filled: {error}"))?;
    Ok(Ok(expanded.to_string()))
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

/// What keeps further cases from running.
#[derive(Debug, Default)]
pub(super) struct Stop {
    fail_fast: bool,
    /// The id of the case that failed.
    failed: RefCell<Option<String>>,
}

impl Stop {
    pub(super) fn new(fail_fast: bool) -> Self {
        Self { fail_fast, failed: RefCell::default() }
    }

    /// Why the next case does not run, escaped.
    pub(super) fn reason(&self) -> Option<String> {
        if interruption::is_interrupted() {
            return Some("interrupted".into());
        }
        let failed = self.failed.borrow();
        failed.as_ref().map(|id| format!("fail_fast: {} failed", escape(id)))
    }

    /// A failure that is known stops nothing.
    pub(super) fn note(&self, report: &Report, check: &Check) {
        let failed = matches!(check.verdict, Verdict::Failed(_)) && !report.is_known(&check.id);
        if failed && self.fail_fast {
            self.failed.borrow_mut().get_or_insert_with(|| check.id.clone());
        }
    }
}

/// Runs the cases of a category, as many at a time as there are peers, and reports them in their order.
pub(super) async fn run<T>(
    report: &mut Report,
    peers: &mut [Peer],
    category: Category,
    cases: &[(&str, &T)],
    stop: &Stop,
    work: impl AsyncFn(&mut Peer, &str, &T) -> Ended,
) {
    report.begin(category, cases.len());
    let report = RefCell::new(report);
    let next = Cell::new(0);
    let done: RefCell<Vec<Option<Check>>> = RefCell::new(cases.iter().map(|_| None).collect());
    let reported = Cell::new(0);
    let (report, next, done, reported, work) = (&report, &next, &done, &reported, &work);
    join_all(peers.iter_mut().map(|peer| async move {
        while let Some((key, case)) = cases.get(next.replace(next.get() + 1)) {
            let index = next.get() - 1;
            let started = Instant::now();
            let ended = match stop.reason() {
                Some(why) => Ended { verdict: Verdict::Skipped(why), retries: Vec::new() },
                None => work(peer, key, case).await,
            };
            let check = Check {
                id: id(category, key),
                title: escape(key).into_owned(),
                category,
                verdict: ended.verdict,
                took: started.elapsed(),
                retries: ended.retries,
                steps: Vec::new(),
            };
            stop.note(&report.borrow(), &check);
            done.borrow_mut()[index] = Some(check);
            // In the order of the file, whatever ends first.
            while let Some(check) = done.borrow_mut().get_mut(reported.get()).and_then(Option::take)
            {
                reported.set(reported.get() + 1);
                report.borrow_mut().push(check);
            }
        }
    }))
    .await;
}
