//! The command line of the `token` commands.

use std::ffi::OsString;

use clap::{Args, Subcommand, ValueEnum};
use mcpico_core::jwt::Policy;

use super::date::{Lifetime, Time};
use super::policy::Expectations;
use super::source::TokenArgument;
use crate::secret::SecretSource;

/// Make, judge and show HS256 tokens
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct Token {
    #[command(subcommand)]
    pub(crate) command: TokenCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Sign claims and print the token
    Sign(Box<Sign>),
    /// Judge a token: exit code 0 when it is valid, 1 when it is refused
    Verify(Verify),
    /// Show what a token says, also when it is expired or the secret is not known
    Inspect(Inspect),
    /// Tell whether two secrets are equal, and how they differ, without showing them
    CompareSecrets(CompareSecrets),
    /// Print the only form of a token that may be shown: its first and last four characters
    Mask(Mask),
}

/// Sign claims and print the token
///
/// Without any claim the token says who it is for the tests of a server: `id` is mcpico-test and `uuid`
/// is random. It expires in ten minutes unless another time is given.
#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// The claim `id`
    #[arg(long, value_name = "TEXT")]
    pub(crate) id: Option<String>,

    /// The claim `uuid`
    #[arg(long, value_name = "TEXT")]
    pub(crate) uuid: Option<String>,

    /// The subject, the claim `sub`
    #[arg(long, value_name = "TEXT")]
    pub(crate) sub: Option<String>,

    /// The issuer, the claim `iss`
    #[arg(long, value_name = "TEXT")]
    pub(crate) iss: Option<String>,

    /// The audience, the claim `aud`; given several times, it is an array
    #[arg(long, value_name = "TEXT")]
    pub(crate) aud: Vec<String>,

    /// The role to assume, the claim `role_arn`
    #[arg(long, value_name = "ARN")]
    pub(crate) role_arn: Option<String>,

    /// The external identifier for the role, the claim `external_id`
    #[arg(long, value_name = "TEXT")]
    pub(crate) external_id: Option<String>,

    /// The tags of the session, the claim `session_tags`: a JSON object or array
    #[arg(long, value_name = "JSON")]
    pub(crate) session_tags: Option<String>,

    /// The claim `scope`; given several times, it holds all with spaces between them
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Vec<String>,

    /// Any claim, its value in JSON, so that strings need quotes; may be given several times
    #[arg(long, value_name = "NAME=JSON")]
    pub(crate) claim: Vec<String>,

    /// Many claims as one JSON object, or from a file as @FILE
    #[arg(long, value_name = "JSON|@FILE")]
    pub(crate) claims: Option<String>,

    /// When the token expires, from now: seconds, or a number with s, m, h or d; negative is past [default: 10m]
    #[arg(long, value_name = "SECONDS|10m|1h", allow_hyphen_values = true)]
    pub(crate) expires_in: Option<Lifetime>,

    /// When the token expires, instead: seconds since 1970, or a date such as 2030-01-31T12:00:00Z
    #[arg(long, value_name = "TIME", conflicts_with = "expires_in", allow_hyphen_values = true)]
    pub(crate) expires_at: Option<Time>,

    /// Leave `exp` out, so that the token holds for ever
    #[arg(long, conflicts_with_all = ["expires_in", "expires_at"])]
    pub(crate) no_exp: bool,

    /// When the token starts to be valid, the claim `nbf`
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) not_before: Option<Time>,

    /// Say that the token is issued now, the claim `iat`
    #[arg(long)]
    pub(crate) issued_at: bool,

    /// The name of the key, the header member `kid`
    #[arg(long, value_name = "TEXT")]
    pub(crate) kid: Option<String>,

    /// The type of the token, the header member `typ`
    #[arg(long, value_name = "TEXT", default_value = "JWT")]
    pub(crate) typ: String,

    #[command(flatten)]
    pub(crate) secret: SecretSource,

    /// What is printed: only the token, or a JSON object with the token, its claims and its end
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// Judge a token: exit code 0 when it is valid, 1 when it is refused
///
/// Exit code 2 says that nothing was judged: the secret, the token or the command line is not there or
/// cannot be used. A token must have `exp`, and one for an audience is refused unless --aud names it.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) token: TokenArgument,

    #[command(flatten)]
    pub(crate) secret: SecretSource,

    #[command(flatten)]
    pub(crate) expected: Expectations,

    /// Refuse tokens of more bytes
    #[arg(long, value_name = "BYTES", default_value_t = Policy::DEFAULT_MAX_TOKEN_LEN)]
    pub(crate) max_len: usize,

    /// What is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// Show what a token says, also when it is expired or the secret is not known
///
/// Structure, signature, time and claims are judged each on its own. The exit code is 0 when the token
/// could be shown, whatever the verdicts are, and 1 when its structure is broken.
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    #[command(flatten)]
    pub(crate) token: TokenArgument,

    #[command(flatten)]
    pub(crate) secret: SecretSource,

    #[command(flatten)]
    pub(crate) expected: Expectations,

    /// What is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// Tell whether two secrets are equal, and how they differ, without showing them
///
/// Every byte counts, a line end at the end of a file too. Exit code 0: equal. 1: different. 2: nothing was compared.
#[derive(Debug, Args)]
pub(crate) struct CompareSecrets {
    /// Where the first secret is: a file, env:NAME for a variable, - for standard input
    #[arg(value_name = "FILE|env:NAME|-")]
    pub(crate) first: OsString,

    /// Where the second secret is; without it only the first one is described
    #[arg(value_name = "FILE|env:NAME|-")]
    pub(crate) second: Option<OsString>,

    /// A key for fingerprints that another machine has, too, so that secrets need not travel; else it is random
    #[arg(long, value_name = "FILE|env:NAME|-")]
    pub(crate) fingerprint_key: Option<OsString>,

    /// What is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// Print the only form of a token that may be shown: its first and last four characters
#[derive(Debug, Args)]
pub(crate) struct Mask {
    #[command(flatten)]
    pub(crate) token: TokenArgument,
}

/// The form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Lines for people
    Text,
    /// One JSON object
    Json,
}
