//! `mcpico audit`: what a server authenticates, layer by layer.

pub(crate) mod answer;
mod args;
mod control;
mod diagnosis;
pub(crate) mod dialogue;
mod doors;
mod forge;
mod identity;
pub(crate) mod layer;
mod leak;
mod list;
pub(crate) mod pace;
mod probe;
mod report;
mod run;
mod sequence;
pub(crate) mod surface;
mod verdict;
pub(crate) mod wire;

use std::env;
use std::path::Path;
use std::time::Duration;

use mcpico_core::auth::Bearer;
use mcpico_core::jwt::Hs256Key;
use mcpico_core::jwt::dangerous::short_key;
use mcpico_http::Endpoint;
use serde_json::{Map, Value};

pub(crate) use args::Audit;

use crate::clock;
use crate::confidential::{Contents, unread};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::mint;
use crate::output;
use crate::random;
use crate::report::Baseline;
use crate::target::{Format, Target};
use crate::terminal;
use crate::yaml;

use forge::{Forge, Members};
use leak::Known;
use pace::Pace;
use probe::Kit;
use report::Report;
use run::{Given, Run};
use wire::Wire;

/// Requests in a second, where somebody else may need the server.
const RATE: u32 = 20;

/// The environment variable with the token of another user.
const OTHER_VARIABLE: &str = "MCP_OTHER_JWT_TOKEN";

/// Audits a server and prints the report.
///
/// # Errors
/// [`Failure`] when no audit is possible.
pub(crate) async fn run(command: &Audit) -> Result<Exit, Failure> {
    if command.list {
        match command.target.format {
            Format::Json => output::json(&list::json()),
            Format::Text => list::print(),
        }
        return Ok(Exit::Passed);
    }
    if command.target.program.find().is_some() {
        return Err(Failure::usage(
            "a program over stdio has no tokens: there is nothing to audit",
        ));
    }
    let baseline = command.baseline.as_deref().map(baseline).transpose()?.unwrap_or_default();
    let target = Target::new(command.endpoint.as_deref(), &command.target)?;
    let kit = kit(command, &target)?;
    let given = Given {
        token: target.token.is_some() && !target.is_minted,
        secret: target.mint.is_some(),
        other: other_token(command)?,
        tool: command.tool.clone(),
        tool_arguments: tool_arguments(command)?,
        backend_tool: command.backend_tool.clone(),
        only: command.only.clone(),
        skip: command.skip.clone(),
    };
    let limit = Duration::from_secs(command.patience.min(command.target.time_limit()));
    let is_ours = Endpoint::parse(&target.endpoint).is_ok_and(|endpoint| endpoint.is_loopback());
    let rate = command.rate.or((!is_ours).then_some(RATE));
    let wire = Wire::new(&target.endpoint, limit, Pace::new(rate));
    let known = known(&target);
    let report = Report::new(command, &target, &given, rate, baseline);
    let mut run = Run::new(target, kit, known, given, wire, report);
    run.negotiate(command).await?;
    run.matrix().await;
    run.sequences().await;
    let exit = run.report.finish(&command.require);
    match command.target.format {
        Format::Json => output::json(&run.report.json(exit, run.wire.sent())),
        Format::Text => run.report.print(exit, run.wire.sent(), command.all),
    }
    Ok(exit)
}

/// Reads faults that are known.
///
/// # Errors
/// The file cannot be read, or lists what is no probe.
fn baseline(file: &Path) -> Result<Baseline, Failure> {
    let baseline = Baseline::read(file)?;
    for id in baseline.ids() {
        args::probe(id).map_err(|error| yaml::wrong(file, None, format!("{id}: {error}")))?;
    }
    Ok(baseline)
}

fn kit(command: &Audit, target: &Target) -> Result<Kit, Failure> {
    let now = clock::now();
    let (header, claims) = match &target.token {
        Some(token) => mint::parts_of(token).unwrap_or_else(|_| usual(now)),
        None => usual(now),
    };
    let required = command.require_claim.clone();
    if let Some(name) = &required
        && !claims.contains_key(name)
    {
        return Err(Failure::usage(format!(
            "--require-claim {name}: the good token does not have it either; --claim sets it"
        )));
    }
    let minted = target.is_minted && target.mint.is_some();
    Ok(Kit {
        has_issuer: command.target.iss.is_some() && minted,
        has_audience: command.target.aud.is_some() && minted,
        has_scope: command.target.scope.is_some() && minted,
        forge: Forge::new(header, claims, key_of(target))?,
        token: target.token.clone(),
        now,
        required_claim: required,
        guesses: command.guess_keys,
    })
}

/// The header and claims of a token that nobody has signed.
fn usual(now: i64) -> (Members, Members) {
    let mut header = Map::new();
    header.insert("alg".into(), "HS256".into());
    header.insert("typ".into(), "JWT".into());
    let mut claims = Map::new();
    for name in ["id", "sub"] {
        claims.insert(name.into(), "mcpico-audit".into());
    }
    claims.insert("uuid".into(), random::uuid().unwrap_or_default().into());
    claims.insert("exp".into(), now.saturating_add(600).into());
    (header, claims)
}

/// The key of the secret; whether that is long enough was judged before.
fn key_of(target: &Target) -> Option<Hs256Key> {
    target.secret.as_ref().and_then(|secret| short_key(secret.as_bytes()).ok())
}

fn known(target: &Target) -> Known {
    Known {
        key: key_of(target),
        secret: target.secret.as_ref().map(|secret| secret.as_bytes().to_vec()),
        tokens: target.token.iter().cloned().collect(),
    }
}

/// The token of another user, when one is given.
fn other_token(command: &Audit) -> Result<Option<String>, Failure> {
    let bytes = match &command.other_token_file {
        Some(file) => {
            let contents = Contents::of_file(file).map_err(|error| {
                let why = unread("the token of the other user", file, &error);
                Failure::usage(terminal::escape(&why))
            })?;
            if contents.open_to_others {
                terminal::warn(&format!("other users can read the token in {}", name_of(file)));
            }
            contents.bytes.to_vec()
        }
        None => match env::var_os(OTHER_VARIABLE) {
            Some(value) => value.into_encoded_bytes(),
            None => return Ok(None),
        },
    };
    let token = String::from_utf8(bytes)
        .map_err(|_| Failure::usage("the token of the other user is not UTF-8"))?;
    output::conceal_credential(&token);
    if Bearer::new(&token).is_err() {
        return Err(Failure::usage(
            "the token of the other user has a character that no bearer token has",
        ));
    }
    Ok(Some(token))
}

fn name_of(file: &Path) -> String {
    file.display().to_string()
}

fn tool_arguments(command: &Audit) -> Result<Option<Value>, Failure> {
    let Some(text) = &command.tool_args else { return Ok(None) };
    match serde_json::from_str(text) {
        Ok(value @ Value::Object(_)) => Ok(Some(value)),
        Ok(_) => Err(Failure::usage("--tool-args is not a JSON object")),
        Err(error) => Err(Failure::usage(format!("--tool-args is not JSON: {error}"))),
    }
}
