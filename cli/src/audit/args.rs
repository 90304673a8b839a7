//! The command line of `audit`.

use std::path::PathBuf;

use clap::Args;

use super::layer::Layer;
use crate::target::TargetArguments;

/// Find out what a server really authenticates: which bad tokens it lets in, where, and how it refuses
///
/// Without an endpoint the demo server is started on a free loopback port. What can be sent depends on what is given:
/// nothing (requests without a token and with made-up ones), a good token (what can be done to it), the server's secret
/// (every bad token there is), claims (--iss, --aud, --scope, --claim), a second identity. Nothing is changed on the
/// server: only tools are called that it declares as harmless (readOnlyHint), or the one of --tool.
///
/// Exit code 0: nothing was accepted that must not be, every refusal was right, and what was required was tested. 1: not
/// so. 2: the command line cannot be used. 3: the good token is refused everywhere. 4: the server cannot be reached, or
/// what answers does not speak MCP.
#[derive(Debug, Args)]
pub(crate) struct Audit {
    /// URL of the MCP endpoint
    #[arg(conflicts_with = "program")]
    pub(super) endpoint: Option<String>,

    /// Print the probes and the diagnoses that there are, and send nothing
    #[arg(long)]
    pub(super) list: bool,

    /// A harmless tool that is called; one that shows who calls proves most
    #[arg(long, value_name = "NAME")]
    pub(super) tool: Option<String>,

    /// Arguments of --tool, a JSON object; without it they are made up from its schema
    #[arg(long, value_name = "JSON", requires = "tool")]
    pub(super) tool_args: Option<String>,

    /// A harmless tool without arguments that works only with credentials that the server gets for the token
    #[arg(long, value_name = "NAME")]
    pub(super) backend_tool: Option<String>,

    /// File with a good token of another user; without it `MCP_OTHER_JWT_TOKEN`, or a minted one
    #[arg(long, value_name = "FILE")]
    pub(super) other_token_file: Option<PathBuf>,

    /// A claim that the server demands and that minted tokens have; a token without it has to be refused
    #[arg(long, value_name = "NAME", requires = "endpoint")]
    pub(super) require_claim: Option<String>,

    /// Try a short list of secrets that are often used, and the empty one
    #[arg(long)]
    pub(super) guess_keys: bool,

    /// Faults that are known: probes with reasons (YAML); one that the server does not have any more is a failure
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,

    /// Fail unless this layer was tested; several with commas between them or by several flags
    #[arg(long, value_name = "LAYER", value_delimiter = ',', value_parser = layer)]
    pub(super) require: Vec<Layer>,

    /// Send this probe only; several with commas between them or by several flags
    #[arg(long, value_name = "ID", value_delimiter = ',', value_parser = probe, conflicts_with = "skip")]
    pub(super) only: Vec<String>,

    /// Leave this probe out; several with commas between them or by several flags
    #[arg(long, value_name = "ID", value_delimiter = ',', value_parser = probe)]
    pub(super) skip: Vec<String>,

    /// Requests in a second, at most; 20 unless the server is on this machine, which gets as many as it answers
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(super) rate: Option<u32>,

    /// Requests in all, at most; nothing is sent when more were needed
    #[arg(long, value_name = "NUMBER", default_value_t = 2_000)]
    pub(super) max_requests: usize,

    /// Time limit for the answer to one probe
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(super) patience: u64,

    /// Print a line for every probe, not only for those that say something
    #[arg(long)]
    pub(super) all: bool,

    #[command(flatten)]
    pub(super) target: TargetArguments,
}

fn layer(id: &str) -> Result<Layer, String> {
    Layer::from_id(id)
        .ok_or_else(|| format!("the layers are {}", Layer::ALL.map(Layer::id).join(", ")))
}

/// # Errors
/// There is no such probe; the text names those that are meant, perhaps.
pub(super) fn probe(id: &str) -> Result<String, String> {
    let known = super::probe::ids();
    if known.contains(&id) {
        return Ok(id.to_owned());
    }
    let word = id.split('-').next().unwrap_or_default();
    let near: Vec<_> = known.iter().copied().filter(|known| known.contains(word)).collect();
    let list = if near.is_empty() { &known } else { &near };
    Err(format!("no such probe; there are {}", list.join(", ")))
}
