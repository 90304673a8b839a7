//! The server that a command talks to, and what it is shown.

use std::time::Duration;

use clap::{Args, ValueEnum};
use mcpico_core::auth::{Bearer, mask};
use mcpico_core::mcp::{Capabilities, ClientInfo, LogLevel, Revision};
use mcpico_http::std::{
    Options, Program, Session, SessionError, StdioOptions, StdioSession, Trace,
};
use mcpico_http::{Deadlines, Endpoint, Error};
use serde_json::Value;

use crate::clock;
use crate::failure::Failure;
use crate::mint::Mint;
use crate::output;
use crate::peer::Peer;
use crate::program::{Hearing, ProgramArguments};
use crate::secret::{Secret, SecretSource};
use crate::serve::{self, Guard, Running, Server};
use crate::terminal::escape;
use crate::token::source::TokenSource;

pub(crate) const INFO: ClientInfo =
    ClientInfo { name: "mcpico", version: env!("CARGO_PKG_VERSION") };

/// Time limit for one request where none is given, in seconds.
const TIMEOUT: u64 = 60;

/// `endpoint` as it is shown: escaped, and without its query, which may hold a key.
pub(crate) fn shown(endpoint: &str) -> String {
    match endpoint.split_once('?') {
        Some((path, _)) if endpoint.starts_with("http") => format!("{}?***", escape(path)),
        _ => escape(endpoint).into_owned(),
    }
}

/// How the server is reached and what it is shown.
#[derive(Clone, Debug, Args)]
pub(crate) struct TargetArguments {
    #[command(flatten)]
    pub(crate) token: TokenSource,

    #[command(flatten)]
    pub(crate) secret: SecretSource,

    /// Issuer (`iss`) of minted tokens
    #[arg(long, value_name = "ISSUER")]
    pub(crate) iss: Option<String>,

    /// Audience (`aud`) of minted tokens
    #[arg(long, value_name = "AUDIENCE")]
    pub(crate) aud: Option<String>,

    /// Subject (`sub`) of minted tokens
    #[arg(long, value_name = "SUBJECT")]
    pub(crate) sub: Option<String>,

    /// Scopes (`scope`) of minted tokens, with spaces between them
    #[arg(long, value_name = "SCOPES")]
    pub(crate) scope: Option<String>,

    /// A further claim of minted tokens, its value as JSON
    #[arg(long = "claim", value_name = "NAME=JSON")]
    pub(crate) claims: Vec<String>,

    /// Claims of minted tokens that a configuration gives; those of the command line stand above them.
    #[arg(skip)]
    pub(crate) configured_claims: Vec<(String, Value)>,

    /// Speak this revision only, for example 2025-11-25
    #[arg(long, value_name = "REVISION", value_parser = revision)]
    pub(crate) revision: Option<Revision>,

    /// How messages go over HTTP
    #[arg(long, value_enum, default_value_t = Transport::Auto)]
    pub(crate) transport: Transport,

    /// Time limit for one request [default: 60]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) timeout: Option<u64>,

    /// Send a token over plain http to another machine
    #[arg(long)]
    pub(crate) allow_plaintext_bearer: bool,

    /// How results are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    /// Say on stderr what is sent and received; secrets stay masked
    #[arg(long, short)]
    pub(crate) verbose: bool,

    /// Ask for log messages from this level on, and show them
    #[arg(long, value_name = "LEVEL", value_parser = log_level)]
    pub(crate) log_level: Option<LogLevel>,

    /// Send this W3C trace context with every request
    ///
    /// For example 00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01
    #[arg(long, value_name = "TRACEPARENT", value_parser = trace)]
    pub(crate) traceparent: Option<Trace>,

    #[command(flatten)]
    pub(crate) program: ProgramArguments,
}

fn log_level(name: &str) -> Result<LogLevel, String> {
    LogLevel::ALL.into_iter().find(|level| level.name() == name).ok_or_else(|| {
        let known = LogLevel::ALL.map(LogLevel::name).join(", ");
        format!("not one of {known}")
    })
}

fn trace(parent: &str) -> Result<Trace, String> {
    Trace::new(parent, None, None).map_err(|error| error.to_string())
}

impl TargetArguments {
    /// Time limit for one request, in seconds.
    pub(crate) fn time_limit(&self) -> u64 {
        self.timeout.unwrap_or(TIMEOUT)
    }
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs: one JSON document on stdout.
    Json,
}

/// How messages go over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Transport {
    /// Streamable HTTP; HTTP+SSE where the server refuses it and offers that.
    Auto,
    /// Streamable HTTP alone.
    Http,
    /// HTTP+SSE alone, the transport of 2024-11-05: the URL is that of its event stream.
    Sse,
}

impl From<Transport> for mcpico_http::std::Transport {
    fn from(transport: Transport) -> Self {
        match transport {
            Transport::Auto => Self::Either,
            Transport::Http => Self::Streamable,
            Transport::Sse => Self::Sse,
        }
    }
}

fn revision(name: &str) -> Result<Revision, String> {
    Revision::from_name(name).ok_or_else(|| {
        let known = Revision::ALL.map(Revision::name).join(", ");
        format!("not one of {known}")
    })
}

/// A server, reachable or started, and what it is shown.
#[expect(clippy::struct_excessive_bools, reason = "each was asked for on its own")]
pub(crate) struct Target {
    /// The URL, or the name of the program.
    pub(crate) endpoint: String,
    /// The program that is the server, if it is one.
    pub(crate) program: Option<Program>,
    pub(crate) hearing: Hearing,
    /// The server's secret, given or random.
    pub(crate) secret: Option<Secret>,
    /// What mints tokens, when there is a secret.
    pub(crate) mint: Option<Mint>,
    /// The token that ought to be accepted: given, or minted.
    pub(crate) token: Option<String>,
    /// Whether the token was minted, if there is one.
    pub(crate) is_minted: bool,
    /// Whether the server is our own demo server.
    pub(crate) is_demo: bool,
    pub(crate) verbose: bool,
    revision: Option<Revision>,
    transport: Transport,
    pub(crate) log_level: Option<LogLevel>,
    trace: Option<Trace>,
    /// What the server may ask for; nothing unless a command says so.
    pub(crate) capabilities: Capabilities,
    pub(crate) deadlines: Deadlines,
    pub(crate) allow_plaintext_bearer: bool,
    /// Stops the demo server when it is dropped.
    _running: Option<Running>,
}

impl Target {
    /// The server at `endpoint`; without one, the demo server on a free loopback port.
    ///
    /// # Errors
    /// The endpoint, the token or the secret cannot be used, or the demo server cannot start.
    pub(crate) fn new(
        endpoint: Option<&str>,
        arguments: &TargetArguments,
    ) -> Result<Self, Failure> {
        if let Some(program) = arguments.program.find() {
            return Ok(Self::of_program(program, arguments));
        }
        if arguments.token.reads_stdin() && arguments.secret.reads_stdin() {
            return Err(Failure::usage("token and secret cannot both come from standard input"));
        }
        let given = arguments.token.find_text()?;
        let secret = arguments.secret.find()?;
        let is_random = endpoint.is_none() && secret.is_none();
        let secret =
            match secret {
                None if is_random => Some(Secret::generate().map_err(|error| {
                    Failure::usage(format!("there are no random bytes: {error}"))
                })?),
                secret => secret,
            };
        let mint = match &secret {
            Some(secret) => {
                let key = arguments.secret.key_of(secret)?;
                Some(Mint::new(key, extra_claims(arguments)?)?)
            }
            None => None,
        };
        if let Some(secret) = &secret {
            output::conceal_secret(secret.as_bytes());
        }
        let given = match given {
            Some(_) if is_random => {
                output::error_line(
                    "the token is not used: the demo server has a random secret (--secret-file sets one)",
                );
                None
            }
            given => given,
        };
        let is_minted = given.is_none();
        let token = match (given, &mint) {
            (Some(token), _) => Some(token),
            (None, Some(mint)) => Some(mint.good(clock::now())?),
            (None, None) => None,
        };
        if let Some(token) = &token {
            output::conceal_credential(token);
            if Bearer::new(token).is_err() {
                return Err(Failure::explain(&SessionError::Token, "", Some(token)));
            }
        }
        let running = match (endpoint, &secret) {
            (None, Some(secret)) => Some(start_demo(secret, arguments)?),
            _ => None,
        };
        let endpoint = match (&running, endpoint) {
            (Some(running), _) => running.url(),
            (None, endpoint) => endpoint.unwrap_or_default().to_owned(),
        };
        let parsed = Endpoint::parse(&endpoint);
        let parsed = parsed.map_err(|error| Failure::usage(format!("the endpoint: {error}")))?;
        // Without a token nothing is sent that anyone could use.
        let allow_plaintext_bearer = arguments.allow_plaintext_bearer || token.is_none();
        if !(parsed.is_tls() || parsed.is_loopback() || allow_plaintext_bearer) {
            let error = SessionError::Transport(Error::BearerOverPlaintext);
            return Err(Failure::explain(&error, &endpoint, token.as_deref()));
        }
        let target = Self {
            endpoint,
            program: None,
            hearing: arguments.program.hearing(arguments.verbose),
            secret,
            mint,
            token,
            is_minted,
            is_demo: running.is_some(),
            verbose: arguments.verbose,
            revision: arguments.revision,
            transport: arguments.transport,
            log_level: arguments.log_level,
            trace: arguments.traceparent.clone(),
            capabilities: Capabilities::NONE,
            deadlines: deadlines(arguments),
            allow_plaintext_bearer,
            _running: running,
        };
        let token = mask(target.token.as_deref().unwrap_or_default().as_bytes());
        target.log(&format!("endpoint {}, token {token}", shown(&target.endpoint)));
        Ok(target)
    }

    /// A program that is the server. It has its credentials from its environment, so tokens are of no use.
    fn of_program(program: Program, arguments: &TargetArguments) -> Self {
        for (is_named, what) in
            [(arguments.token.is_named(), "token"), (arguments.secret.is_named(), "secret")]
        {
            if is_named {
                output::error_line(&format!(
                    "the {what} is not used: a program has its credentials from its environment (--env)"
                ));
            }
        }
        let target = Self {
            endpoint: program.name().to_string_lossy().into_owned(),
            program: Some(program),
            hearing: arguments.program.hearing(arguments.verbose),
            secret: None,
            mint: None,
            token: None,
            is_minted: false,
            is_demo: false,
            verbose: arguments.verbose,
            revision: arguments.revision,
            transport: arguments.transport,
            log_level: arguments.log_level,
            trace: arguments.traceparent.clone(),
            capabilities: Capabilities::NONE,
            deadlines: deadlines(arguments),
            allow_plaintext_bearer: false,
            _running: None,
        };
        target.log(&escape(&format!("program {}", target.endpoint)));
        target
    }

    /// The server as the holder of `token` sees it, in the revisions that were asked for.
    pub(crate) fn peer(&self, token: Option<&str>) -> Peer {
        let oldest = self.revision.unwrap_or(Revision::V2024_11_05);
        let newest = self.revision.unwrap_or(Revision::LATEST);
        self.peer_in(token, oldest, newest)
    }

    /// A peer that begins with `initialize`; `None` when a revision was asked for.
    pub(crate) fn legacy_peer(&self, token: Option<&str>) -> Option<Peer> {
        let oldest = Revision::V2024_11_05;
        self.revision.is_none().then(|| self.peer_in(token, oldest, Revision::LATEST_LEGACY))
    }

    /// A peer that sends its requests without any handshake; `None` when a revision was asked for.
    pub(crate) fn stateless_peer(&self, token: Option<&str>) -> Option<Peer> {
        self.revision.is_none().then(|| self.peer_in(token, Revision::LATEST, Revision::LATEST))
    }

    /// The oldest and the newest revision with a session that may be spoken.
    pub(crate) fn legacy_revisions(&self) -> Option<(Revision, Revision)> {
        match self.revision {
            None => Some((Revision::V2024_11_05, Revision::LATEST_LEGACY)),
            Some(revision) => (!revision.is_modern()).then_some((revision, revision)),
        }
    }

    /// The only revision that may be spoken, when one was asked for.
    pub(crate) const fn wanted_revision(&self) -> Option<Revision> {
        self.revision
    }

    /// Says on stderr what happens, when that is wanted. `line` is escaped.
    pub(crate) fn log(&self, line: &str) {
        if self.verbose {
            output::error_line(line);
        }
    }

    fn peer_in(&self, token: Option<&str>, oldest: Revision, newest: Revision) -> Peer {
        if let Some(program) = &self.program {
            let options = StdioOptions {
                oldest,
                newest,
                capabilities: self.capabilities,
                log: self.log_level,
                trace: self.trace.clone(),
                deadlines: self.deadlines,
                hear_noise: Some(self.hearing.hear()),
                ..StdioOptions::new(INFO)
            };
            return Peer::of_program(StdioSession::new(program.clone(), options), self.verbose);
        }
        let options = Options {
            oldest,
            newest,
            capabilities: self.capabilities,
            log: self.log_level,
            trace: self.trace.clone(),
            transport: self.transport.into(),
            bearer: token.map(str::to_owned),
            deadlines: self.deadlines,
            allow_plaintext_bearer: self.allow_plaintext_bearer,
            ..Options::new(INFO)
        };
        // The endpoint was parsed when the target was made.
        let session = Session::new(&self.endpoint, options).expect("the endpoint is a URL");
        Peer::new(session, token, self.verbose)
    }
}

fn deadlines(arguments: &TargetArguments) -> Deadlines {
    let total = Duration::from_secs(arguments.time_limit());
    let connect = total.min(Deadlines::default().connect);
    Deadlines { connect, first_byte: total, idle: total, total }
}

/// The demo server on a free loopback port; it wants what the minted tokens have.
fn start_demo(secret: &Secret, arguments: &TargetArguments) -> Result<Running, Failure> {
    let scopes = arguments.scope.iter().flat_map(|scopes| scopes.split(' '));
    let scopes: Vec<String> = scopes.map(str::to_owned).collect();
    let guard = Guard::new(arguments.secret.key_of(secret)?)
        .issuer(arguments.iss.clone())
        .audience(arguments.aud.clone())
        .scopes(&scopes)
        .map_err(|error| Failure::usage(error.to_string()))?;
    Server::start(serve::Options::new(guard))
        .map_err(|error| Failure::usage(format!("the demo server: {error}")))
}

fn extra_claims(arguments: &TargetArguments) -> Result<Vec<(String, Value)>, Failure> {
    let text = |name: &str, value: &Option<String>| {
        value.as_ref().map(|value| (name.to_owned(), Value::from(value.clone())))
    };
    let own = [
        text("iss", &arguments.iss),
        text("aud", &arguments.aud),
        text("sub", &arguments.sub),
        text("scope", &arguments.scope),
    ]
    .into_iter()
    .flatten();
    let mut claims: Vec<_> = arguments.configured_claims.iter().cloned().chain(own).collect();
    for claim in &arguments.claims {
        let (name, value) = claim.split_once('=').ok_or_else(|| {
            Failure::usage(format!("--claim {claim}: no = between name and value"))
        })?;
        let value = serde_json::from_str(value).map_err(|_| {
            Failure::usage(format!("--claim {name}: the value is not JSON; a string needs quotes"))
        })?;
        claims.push((name.to_owned(), value));
    }
    Ok(claims)
}
