//! `mcpico test`: checks a server, and says what was proved and what was not.

mod after;
mod auth;
mod caller;
mod cases;
mod configuration;
mod configured;
mod coverage;
mod demo;
pub(crate) mod judge;
mod loops;
mod offer;
mod program;
mod reads;
mod selection;
mod session;

use std::fmt::Write;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use mcpico_core::mcp::Method;
use mcpico_http::std::{Outcome, SessionError};
use mcpico_http::{Connection, Endpoint};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::peer::Peer;
use crate::report::{Baseline, Files, Report, Verdict};
use crate::surface::{self, Fault, Kind, Listing};
use crate::target::{Format, Target, TargetArguments};

use configuration::Configuration;
use offer::Offer;
use selection::{Plan, Selection};

/// Check a server: is a token demanded, are bad ones refused, does what is behind work
///
/// Without an endpoint the demo server is started on a free loopback port, with a freshly minted token. A program
/// behind -- is started and spoken to over its standard input and output; that has no tokens.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// URL of the MCP endpoint
    #[arg(conflicts_with = "started")]
    endpoint: Option<String>,

    /// Call and read what FILE describes, and judge what comes back (YAML, see docs/testing.md)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// The server is meant to be open to everyone; authentication is not checked
    #[arg(long)]
    open: bool,

    #[command(flatten)]
    selection: Selection,

    #[command(flatten)]
    files: Files,

    /// Failures that are known, with their reasons (YAML); one that passes is a failure
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,

    #[command(flatten)]
    target: TargetArguments,
}

/// The code of JSON-RPC for a method that a server does not have.
const METHOD_NOT_FOUND: i64 = -32601;

/// Why no tool of a server is called that is not our own.
const EXECUTION: &str = "execution: no tool was called and nothing was read; what is harmless on this \
    server only its owner knows (--config says it, `mcpico record` writes one)";

/// Runs all checks that can be run and prints the report.
///
/// # Errors
/// [`Failure`] when no run is possible: the command line cannot be used.
pub(crate) async fn run(command: &Test) -> Result<Exit, Failure> {
    command.selection.hint();
    let configuration = command.config.as_deref().map(Configuration::read).transpose()?;
    let plan = match &configuration {
        Some(configuration) => command.selection.plan(configuration)?,
        None if command.selection.is_used() => {
            return Err(Failure::usage("cases are chosen, and there is no configuration of any")
                .hint("--config FILE names one; `mcpico record` writes one from a server"));
        }
        None => Plan::default(),
    };
    if command.selection.list {
        match command.target.format {
            Format::Json => output::json(&plan.json()),
            Format::Text => plan.print(),
        }
        return Ok(Exit::Passed);
    }
    let baseline = command.baseline.as_deref().map(Baseline::read).transpose()?;
    command.files.open()?;
    let mut arguments = command.target.clone();
    if let Some(configuration) = &configuration {
        configuration.apply(&mut arguments);
    }
    let target = Target::new(command.endpoint.as_deref(), &arguments)?;
    let report = Report::new(&target, command.target.format, baseline.unwrap_or_default());
    let (configuration, selection) = (configuration.as_ref(), &command.selection);
    let mut run = Run { report, target, configuration, selection, is_silent: false };
    if configuration.is_some() {
        plan.announce(&mut run.report);
    }
    if run.target.program.is_some() {
        run.program(&plan).await;
    } else if run.reach().await {
        if command.open {
            run.untested("authentication: the server is said to be open (--open)");
        } else {
            run.authentication().await;
        }
        run.behind(command.open, &plan).await;
    } else {
        run.not_configured(&plan, NOT_ENTERED);
    }
    run.report.close();
    let exit = run.report.finish();
    if command.target.format == Format::Json {
        output::json(&run.report.json(exit));
    } else {
        run.report.print_end(exit);
    }
    command.files.write(&run.report, exit)?;
    Ok(exit)
}

/// Why cases were skipped.
const NOT_ENTERED: &str = "the server was not entered";

/// A run in progress.
struct Run<'r> {
    report: Report,
    target: Target,
    configuration: Option<&'r Configuration>,
    selection: &'r Selection,
    /// A request had no answer in time, and more of its kind would have none either.
    is_silent: bool,
}

impl Run<'_> {
    /// Whether something listens there.
    async fn reach(&mut self) -> bool {
        let started = Instant::now();
        let verdict = match self.connect().await {
            Ok(()) => Verdict::Passed(String::new()),
            Err(failure) => {
                self.report.stopped = Some(Exit::Unreachable);
                Verdict::Failed(failure.to_string())
            }
        };
        let passed = matches!(verdict, Verdict::Passed(_));
        self.report.add("reachable", "the server is reachable", verdict, started);
        passed
    }

    async fn connect(&self) -> Result<(), Failure> {
        let explain = |error: mcpico_http::Error| {
            Failure::explain(&SessionError::Transport(error), &self.target.endpoint, None)
        };
        let endpoint = Endpoint::parse(&self.target.endpoint).map_err(|e| explain(e.into()))?;
        let mut connector = mcpico_http::std::TokioConnector::new();
        let timer = mcpico_http::std::TokioTimer::default();
        let deadlines = self.target.deadlines;
        let opened = Connection::open(&mut connector, &endpoint, timer, deadlines).await;
        opened.map(|_| ()).map_err(explain)
    }

    /// Everything that needs the server to take us in.
    async fn behind(&mut self, open: bool, plan: &Plan<'_>) {
        let token = self.target.token.clone();
        let started = Instant::now();
        if token.is_none() && !open {
            let why = "no token and no secret were given";
            self.report.add(
                "valid-token",
                "a valid token is accepted",
                Verdict::Skipped(why.into()),
                started,
            );
            self.report.stopped = Some(Exit::Authentication);
            self.not_configured(plan, NOT_ENTERED);
            return;
        }
        let mut peer = self.target.peer(token.as_deref());
        let connected = enter(&mut peer).await;
        let (id, title) = if open {
            ("entry", "the server lets everyone in")
        } else {
            ("valid-token", "a valid token is accepted")
        };
        let verdict = match &connected {
            Ok(entered) => entered.clone(),
            Err(error) => Verdict::Failed(self.explain(error)),
        };
        self.report.accepted = matches!(verdict, Verdict::Passed(_)) && !open;
        self.report.add(id, title, verdict, started);
        match connected {
            Ok(_) => {
                self.era(&mut peer).await;
                if !open {
                    self.in_session().await;
                    self.after_valid(&mut peer).await;
                }
                let offer = self.lists(&mut peer).await;
                self.execution(&mut peer, &offer, plan).await;
                peer.end().await;
            }
            Err(error) => {
                let exit = Failure::explain(&error, &self.target.endpoint, token.as_deref()).exit;
                self.report.stopped = Some(exit);
                self.not_configured(plan, NOT_ENTERED);
            }
        }
    }

    /// Calls and reads: what the configuration says, or what our own server has.
    async fn execution(&mut self, peer: &mut Peer, offer: &Offer, plan: &Plan<'_>) {
        if self.configuration.is_some() {
            self.configured(peer, offer, plan).await;
        } else if self.target.is_demo {
            let tools = offer.tools.as_ref().map(|listing| listing.entries.clone());
            demo::run(self, peer, &tools.unwrap_or_default()).await;
        } else {
            self.untested(EXECUTION);
        }
    }

    fn untested(&mut self, what: &str) {
        self.report.untested.push(what.to_owned());
    }

    /// Which revision is spoken, and whether the other era is spoken, too.
    async fn era(&mut self, peer: &mut Peer) {
        let started = Instant::now();
        let Some(revision) = peer.revision() else { return };
        let era = if revision.is_modern() { "modern" } else { "legacy" };
        let mut note = format!("{revision}, {era}");
        if peer.has_session() {
            note.push_str(", with a session");
        }
        if revision.is_modern()
            && let Some(mut legacy) = self.target.legacy_peer(self.target.token.as_deref())
        {
            match legacy.connect().await {
                Ok(revision) => {
                    let with = if legacy.has_session() { " with a session" } else { "" };
                    let _ = write!(note, "; also {revision}, legacy{with}");
                }
                Err(_) => note.push_str("; no legacy revision"),
            }
            legacy.end().await;
        }
        self.report.revision = Some(revision);
        self.report.add("era", "era and revision are found", Verdict::Passed(note), started);
    }

    /// Reads all pages of all lists.
    async fn lists(&mut self, peer: &mut Peer) -> Offer {
        let mut offer = Offer::default();
        for (id, title, kind) in [
            ("tools-list", "the list of tools is complete", Kind::Tools),
            ("resources-list", "the list of resources is complete", Kind::Resources),
            (
                "templates-list",
                "the list of resource templates is complete",
                Kind::ResourceTemplates,
            ),
            ("prompts-list", "the list of prompts is complete", Kind::Prompts),
        ] {
            let started = Instant::now();
            let verdict = match surface::list(peer, kind).await {
                Ok(listing) => {
                    let verdict = demo::compare(&listing, kind, self.target.is_demo);
                    *offer.list(kind) = Some(listing);
                    verdict
                }
                Err(Fault::NotOffered) if !self.target.is_demo => {
                    *offer.list(kind) = Some(Listing::default());
                    Verdict::Skipped("the server does not offer it".into())
                }
                Err(fault) => Verdict::Failed(self.fault(fault)),
            };
            self.report.add(id, title, verdict, started);
        }
        offer
    }

    fn explain(&self, error: &SessionError) -> String {
        let token = self.target.token.as_deref();
        Failure::explain(error, &self.target.endpoint, token).to_string()
    }

    fn fault(&self, fault: Fault) -> String {
        match fault {
            Fault::Session(error) => self.explain(&error),
            Fault::Answer(what) => what,
            Fault::NotOffered => "the server does not have this method".into(),
        }
    }
}

/// Shakes hands and asks for a list, because a handshake may be open to everyone. A server without tools says
/// that it has no such method; every other error is none of somebody who was let in.
async fn enter(peer: &mut Peer) -> Result<Verdict, SessionError> {
    peer.connect().await?;
    Ok(match peer.call(Method::ListTools { cursor: None }, &mut |_| {}).await? {
        Outcome::Error(error) if error.code == METHOD_NOT_FOUND => {
            Verdict::Passed("it was let in, and there are no tools".into())
        }
        Outcome::Error(error) => Verdict::Failed(format!(
            "the handshake was answered, and tools/list by {}",
            crate::failure::rpc(&error)
        )),
        _ => Verdict::Passed(String::new()),
    })
}
