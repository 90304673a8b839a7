//! `mcpico diagnose`: why a token is not accepted.

mod finding;
mod server;
mod token;

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use mcpico_http::Endpoint;

use crate::confidential::{Contents, unread};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::secret::SECRET_VARIABLE;
use crate::target::Format;
use crate::terminal;
use crate::token::policy::Expectations;
use crate::token::reading::Bytes;
use crate::token::source::TokenSource;

use finding::{Report, State};
use server::Server;

/// Say why a token is not accepted, and what to do
///
/// Looks at one token (its structure, kid, signature under each secret, times by the server's clock, claims) and asks
/// the server once without it and once with it. Exit code 0: nothing is wrong. 1: something is. 2: the command line
/// cannot be used. 4: the server cannot be reached.
#[derive(Debug, Args)]
pub(crate) struct Diagnose {
    /// URL of the MCP endpoint; without it only the token is looked at
    endpoint: Option<String>,

    #[command(flatten)]
    token: TokenSource,

    /// File with a secret that may be the server's; may be given several times
    ///
    /// Without one the secret is the value of the environment variable `MCP_JWT_SECRET`.
    #[arg(long = "secret-file", value_name = "FILE")]
    secret_files: Vec<PathBuf>,

    /// Environment variable with a secret that may be the server's; may be given several times
    #[arg(long = "secret-env", value_name = "NAME")]
    secret_variables: Vec<OsString>,

    #[command(flatten)]
    expected: Expectations,

    /// Time limit for one request
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,

    /// Send the token over plain http to another machine
    #[arg(long)]
    allow_plaintext_bearer: bool,

    /// How results are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// A secret that may be the server's.
struct Candidate {
    /// Where it stood.
    name: String,
    /// Every byte of it.
    bytes: Bytes,
}

/// Looks at token and server and prints what is wrong.
///
/// # Errors
/// [`Failure`]: there is no token, a secret cannot be read, the server is not there.
pub(crate) async fn run(command: &Diagnose) -> Result<Exit, Failure> {
    let token = command.token.find()?.ok_or_else(|| {
        Failure::usage(
            "no token: give --jwt-token-file FILE, MCP_JWT_TOKEN or - for standard input",
        )
    })?;
    let token = String::from_utf8_lossy(token.as_bytes()).into_owned();
    output::conceal_credential(&token);
    let secrets = secrets(command)?;
    for secret in &secrets {
        output::conceal_secret(secret.bytes.trim_ascii());
    }
    let (server, unreachable) = match &command.endpoint {
        Some(endpoint) => {
            let parsed = Endpoint::parse(endpoint)
                .map_err(|error| Failure::usage(format!("the endpoint: {error}")))?;
            if !(parsed.is_tls() || parsed.is_loopback() || command.allow_plaintext_bearer) {
                return Err(Failure::usage(
                    "the token is not sent over plain http to another machine: anyone on the way could \
                     read it; use https, or --allow-plaintext-bearer if the network is yours",
                ));
            }
            match Server::ask(endpoint, &token, command.timeout).await {
                Ok(server) => (Some(server), None),
                // There is a token to look at all the same.
                Err(failure) if failure.exit == Exit::Unreachable => (None, Some(failure)),
                Err(failure) => return Err(failure),
            }
        }
        None => (None, None),
    };
    let mut report = Report::new(command.endpoint.as_deref(), &token);
    let clock = server.as_ref().and_then(Server::clock);
    let seen = token::look(&mut report, &token, &secrets, &command.expected, clock);
    if let Some(server) = &server {
        server::look(&mut report, server, &seen);
    }
    if let Some(failure) = &unreachable {
        report.add("server", State::Wrong, &failure.what);
        report.hint("is a server running there?");
    }
    let exit = unreachable.map_or_else(|| report.exit(), |failure| failure.exit);
    match command.format {
        Format::Text => report.print(),
        Format::Json => output::json(&report.json(exit)),
    }
    Ok(exit)
}

fn secrets(command: &Diagnose) -> Result<Vec<Candidate>, Failure> {
    let mut found = Vec::new();
    for file in &command.secret_files {
        let name = terminal::escape(&file.display().to_string()).into_owned();
        let bytes = Contents::raw_of_file(file).map_err(|error| {
            Failure::usage(terminal::escape(&unread("the secret", file, &error)))
        })?;
        found.push(Candidate { name, bytes });
    }
    let variables = command.secret_variables.iter().map(|name| (name.clone(), true));
    let usual = found.is_empty().then(|| (OsString::from(SECRET_VARIABLE), false));
    for (variable, is_named) in variables.chain(usual) {
        let name = terminal::escape(&variable.to_string_lossy()).into_owned();
        match env::var_os(&variable) {
            Some(value) => {
                found.push(Candidate { name, bytes: Bytes::new(value.into_encoded_bytes()) });
            }
            None if is_named => {
                return Err(Failure::usage(format!("--secret-env {name}: it is not set")));
            }
            None => {}
        }
    }
    Ok(found)
}
