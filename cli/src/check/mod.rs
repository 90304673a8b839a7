//! `mcpico test`: checks a server, and says what was proved and what was not.

mod auth;
mod demo;
mod program;
mod report;
mod session;

use std::fmt::Write;
use std::time::Instant;

use clap::Args;
use mcpico_core::mcp::Method;
use mcpico_http::std::SessionError;
use mcpico_http::{Connection, Endpoint};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::peer::Peer;
use crate::surface::{self, Fault, Kind};
use crate::target::{Format, Target, TargetArguments};

use report::{Report, Verdict};

/// Check a server: is a token demanded, are bad ones refused, does what is behind work
///
/// Without an endpoint the demo server is started on a free loopback port, with a freshly minted token. A program
/// behind -- is started and spoken to over its standard input and output; that has no tokens.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// URL of the MCP endpoint
    #[arg(conflicts_with = "program")]
    endpoint: Option<String>,

    /// The server is meant to be open to everyone; authentication is not checked
    #[arg(long)]
    open: bool,

    #[command(flatten)]
    target: TargetArguments,
}

/// Why no tool of a server is called that is not our own.
const EXECUTION: &str = "execution: no tool was called and nothing was read; what is harmless on this \
    server only its owner knows (`mcpico call` and `mcpico read` do one at a time)";

/// Runs all checks that can be run and prints the report.
///
/// # Errors
/// [`Failure`] when no run is possible: the command line cannot be used.
pub(crate) async fn run(command: &Test) -> Result<Exit, Failure> {
    let target = Target::new(command.endpoint.as_deref(), &command.target)?;
    let mut run =
        Run { report: Report::new(&target, command.target.format), target, is_silent: false };
    if run.target.program.is_some() {
        run.program().await;
    } else if run.reach().await {
        if command.open {
            run.report.untested.push("authentication: the server is said to be open (--open)");
        } else {
            run.authentication().await;
        }
        run.behind(command.open).await;
    }
    let exit = run.report.finish();
    if command.target.format == Format::Json {
        output::json(&run.report.json(exit));
    } else {
        run.report.print_end(exit);
    }
    Ok(exit)
}

/// A run in progress.
struct Run {
    report: Report,
    target: Target,
    /// A request had no answer in time, and more of its kind would have none either.
    is_silent: bool,
}

impl Run {
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
    async fn behind(&mut self, open: bool) {
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
            Ok(()) => Verdict::Passed(String::new()),
            Err(error) => Verdict::Failed(self.explain(error)),
        };
        self.report.accepted = connected.is_ok() && !open;
        self.report.add(id, title, verdict, started);
        match connected {
            Ok(()) => {
                self.era(&mut peer).await;
                if !open {
                    self.in_session().await;
                }
                let tools = self.lists(&mut peer).await;
                if self.target.is_demo {
                    demo::run(self, &mut peer, &tools).await;
                } else {
                    self.report.untested.push(EXECUTION);
                }
                peer.end().await;
            }
            Err(error) => {
                let exit = Failure::explain(&error, &self.target.endpoint, token.as_deref()).exit;
                self.report.stopped = Some(exit);
            }
        }
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

    /// Reads all pages of all lists; gives the tools.
    async fn lists(&mut self, peer: &mut Peer) -> Vec<serde_json::Value> {
        let mut tools = Vec::new();
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
                    if kind == Kind::Tools {
                        tools = listing.entries;
                    }
                    verdict
                }
                Err(Fault::NotOffered) if !self.target.is_demo => {
                    Verdict::Skipped("the server does not offer it".into())
                }
                Err(fault) => Verdict::Failed(self.fault(fault)),
            };
            self.report.add(id, title, verdict, started);
        }
        tools
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

/// Shakes hands and asks for a list, because a handshake may be open to everyone.
async fn enter(peer: &mut Peer) -> Result<(), SessionError> {
    peer.connect().await?;
    let entered = peer.call(Method::ListTools { cursor: None }, &mut |_| {}).await;
    entered.map(|_| ())
}
