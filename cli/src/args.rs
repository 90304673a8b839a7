//! The command line.

use std::env;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use mcpico_core::auth::Redactor;

use crate::secret::SecretSource;
use crate::serve::{Era, Lie, Revision};
use crate::terminal;
use crate::token;

/// Tests JWT-protected MCP servers and proves what was authenticated
#[derive(Debug, Parser)]
#[command(name = "mcpico", version, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Arguments {
    /// Reads the command line; ends the process after help, and where the command line is wrong.
    ///
    /// The message shows no token, and no long argument that nothing takes: it can be a secret.
    pub(crate) fn read() -> Self {
        Self::parsed().unwrap_or_else(|error| {
            if !error.use_stderr() {
                error.exit();
            }
            let misplaced = match error.kind() {
                ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand => misplaced(),
                _ => Vec::new(),
            };
            let secrets: Vec<&[u8]> = misplaced.iter().map(String::as_bytes).collect();
            let text = error.render().to_string();
            let shown: Vec<u8> =
                Redactor::new(&secrets).pieces(text.as_bytes()).flatten().copied().collect();
            let text = String::from_utf8_lossy(&shown);
            // A reader that has gone away does not change the exit code.
            let _ = write!(io::stderr(), "{}", terminal::escape_lines(&text));
            process::exit(error.exit_code())
        })
    }
}

impl Arguments {
    fn parsed() -> Result<Self, clap::Error> {
        let arguments = Self::try_parse()?;
        // What was to be a server must not become the demo server.
        if env::args_os().next_back().is_some_and(|last| last == "--") {
            let text = "nothing stands behind --: the program that is the server is missing";
            return Err(Self::command().error(ErrorKind::MissingRequiredArgument, text));
        }
        Ok(arguments)
    }
}

/// Arguments that are no flags, and values of flags, when they are long enough to be secrets.
fn misplaced() -> Vec<String> {
    let arguments = env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    let value = |argument: String| match argument.strip_prefix('-') {
        Some(flag) => flag.split_once('=').map(|(_, value)| value.to_owned()),
        None => Some(argument),
    };
    arguments.filter_map(value).filter(|value| value.len() >= SECRET_LEN).collect()
}

/// Bytes from which on an argument can be a secret and not a slip.
const SECRET_LEN: usize = 12;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Audit(Box<crate::audit::Audit>),
    Call(crate::client::Call),
    Complete(crate::complete::Complete),
    Diagnose(Box<crate::diagnose::Diagnose>),
    Generate(crate::generate::Generate),
    List(crate::client::List),
    Listen(crate::listen::Listen),
    Prompt(crate::client::Prompt),
    Read(crate::client::Read),
    Record(Box<crate::record::Record>),
    Test(Box<crate::check::Test>),
    /// Run a demo MCP server that takes only HS256 bearer tokens
    Serve(Serve),
    /// Make, judge and show HS256 tokens
    Token(token::args::Token),
}

/// Run a demo MCP server that takes only HS256 bearer tokens
///
/// The MCP endpoint is /mcp. GET /health answers without a token. With --stdio it is a server over standard
/// input and output, which takes no token.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,

    /// Serve over standard input and output instead of HTTP; no token is asked for
    ///
    /// Whoever can start a program needs no token for it.
    #[arg(long, conflicts_with_all = ["listen", "allow_non_loopback", "allowed_hosts", "token_file",
        "issuer", "audience", "required_claims", "scopes", "always_stream"])]
    pub(crate) stdio: bool,

    /// Listen on an address that other machines can reach; the traffic is not encrypted
    #[arg(long)]
    pub(crate) allow_non_loopback: bool,

    /// Accept this name in the Host header too (loopback names and the listen address always are)
    #[arg(long = "allow-host", value_name = "HOST")]
    pub(crate) allowed_hosts: Vec<String>,

    /// The secret that tokens are signed with; without one it is random
    #[command(flatten)]
    pub(crate) secret: SecretSource,

    /// Write a token for this server, good for one hour, to FILE, readable by its owner only
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,

    /// Demand this issuer (`iss`) in tokens
    #[arg(long, value_name = "ISSUER")]
    pub(crate) issuer: Option<String>,

    /// Demand this audience (`aud`) in tokens; without it, tokens for any audience are refused
    #[arg(long, value_name = "AUDIENCE")]
    pub(crate) audience: Option<String>,

    /// Demand this claim in tokens, whatever it says; may be given several times
    #[arg(long = "require-claim", value_name = "NAME")]
    pub(crate) required_claims: Vec<String>,

    /// Demand this scope (`scope`) in tokens; may be given several times
    #[arg(long = "scope", value_name = "SCOPE")]
    pub(crate) scopes: Vec<String>,

    /// Revisions to speak: with initialize and sessions (legacy), stateless (modern), or both
    #[arg(long, value_enum, default_value_t = Era::Both)]
    pub(crate) era: Era,

    /// Speak this revision only, for example 2025-11-25
    #[arg(long, value_name = "REVISION", conflicts_with = "era")]
    pub(crate) revision: Option<Revision>,

    /// Answer every modern request by an event stream, also where one JSON body would do
    #[arg(long)]
    pub(crate) always_stream: bool,

    /// Do one thing wrong on purpose, to see whether a tester notices
    #[arg(long, value_enum, value_name = "KIND")]
    pub(crate) lie: Option<Lie>,
}
