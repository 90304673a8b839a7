//! Who a tool runs as, and whether it gets that one's credentials.

use serde_json::Value;

use super::answer;
use super::probe::{self, Missing};
use super::run::Run;
use super::surface::{self, Tool};
use super::verdict::{Fault, Kind, Verdict};
use crate::mint;

/// Shorter values of claims are too common to tell one user from another.
const MIN_MARK: usize = 6;

/// Claims that do not say who somebody is.
const IMPERSONAL: [&str; 9] =
    ["iss", "aud", "scope", "scp", "typ", "exp", "iat", "nbf", "token_use"];

impl Run {
    /// Whether a tool runs as the one who calls it.
    pub(super) async fn identities(&mut self, other: Option<&str>) {
        let (arrives, apart) = (&probe::IDENTITY_ARRIVES, &probe::IDENTITIES_APART);
        let out = [self.is_left_out(arrives), self.is_left_out(apart)];
        let Some(token) = self.kit.token.clone() else {
            for (sequence, _) in [arrives, apart].iter().zip(out).filter(|(_, out)| !out) {
                self.add_sequence(sequence, None, Verdict::not_tested(Missing::Token.hint()));
            }
            return;
        };
        if let Some(why) = self.surface.no_tool.clone() {
            for (sequence, _) in [arrives, apart].iter().zip(out).filter(|(_, out)| !out) {
                self.add_sequence(sequence, None, Verdict::not_tested(&format!("{why} (--tool)")));
            }
            return;
        }
        let (own, foreign) = (marks(&token, other), other.map(|other| marks(other, Some(&token))));
        let first = self.call_as(&token).await;
        let shows = |result: &Result<Value, String>, marks: &[String]| {
            let text = result.as_ref().map(Value::to_string).unwrap_or_default();
            marks.iter().any(|mark| text.contains(mark))
        };
        let name = crate::terminal::escape(&self.surface.tool.name).into_owned();
        if !out[0] {
            let verdict = match &first {
                Err(why) => Verdict::new(Kind::Inconclusive, format!("{name} failed: {why}")),
                Ok(_) if shows(&first, &own) => {
                    Verdict::new(Kind::Proved, format!("{name} shows claims of the token"))
                }
                Ok(result) if answer::has_error(result) => Verdict::new(
                    Kind::Inconclusive,
                    format!("{name} answered with an error: who calls is told only when it works"),
                ),
                Ok(_) if own.is_empty() => Verdict::new(
                    Kind::Inconclusive,
                    "the token has no claim that could be recognised",
                ),
                Ok(_) => Verdict::new(
                    Kind::Inconclusive,
                    format!(
                        "the result of {name} shows no claim of the token; --tool names one that does"
                    ),
                ),
            };
            self.add_sequence(arrives, None, verdict);
        }
        if out[1] {
            return;
        }
        let verdict = match (other, foreign) {
            (Some(other), Some(foreign)) => {
                let second = self.call_as(other).await;
                match (&second, shows(&second, &own), shows(&second, &foreign)) {
                    (_, true, _) => Verdict::new(
                        Kind::Accepted,
                        format!("{name} answered another user with the claims of this one"),
                    ),
                    (_, _, true) => Verdict::new(
                        Kind::Proved,
                        format!("{name} shows each user their own claims"),
                    ),
                    (Err(why), ..) => {
                        Verdict::new(Kind::Inconclusive, format!("{name} failed: {why}"))
                    }
                    _ => Verdict::new(
                        Kind::Inconclusive,
                        format!("the result of {name} shows no claim of a token"),
                    ),
                }
            }
            _ => Verdict::not_tested(
                "give the token of another user (--other-token-file), or the secret",
            ),
        };
        self.add_sequence(apart, None, verdict);
    }

    async fn call_as(&self, token: &str) -> Result<Value, String> {
        let mut peer = self.target.peer(Some(token));
        let result = surface::call(&mut peer, &self.surface.tool).await;
        peer.end().await;
        result
    }

    /// Whether the server gets credentials for the token, which only a tool that needs them shows.
    pub(super) async fn exchange(&mut self) {
        let (given, unknown) = (&probe::EXCHANGE_GIVEN, &probe::EXCHANGE_UNKNOWN);
        let out = [self.is_left_out(given), self.is_left_out(unknown)];
        let Some(name) = self.given.backend_tool.clone() else {
            let why = "what a server does with the token behind MCP cannot be seen from here; \
                --backend-tool names a tool that shows it";
            for (sequence, _) in [given, unknown].iter().zip(out).filter(|(_, out)| !out) {
                self.add_sequence(sequence, None, Verdict::not_tested(why));
            }
            return;
        };
        let arguments = Value::Object(serde_json::Map::new());
        let schema = serde_json::json!({"type": "object"});
        let tool = Tool { name, arguments, schema };
        if !out[0] {
            let verdict = match (&self.kit.token, self.given.token) {
                (Some(token), true) => match self.call_tool(token, &tool).await {
                    Ok(()) => Verdict::new(Kind::Proved, "the tool did its work"),
                    Err(why) => Verdict::wrong(
                        Fault::RefusesGood,
                        format!("the tool failed with the given token: {why}"),
                    ),
                },
                _ => Verdict::not_tested(
                    "give a token of a real user: minted ones are nobody's (--jwt-token-file)",
                ),
            };
            self.add_sequence(given, None, verdict);
        }
        if !out[1] {
            let verdict = match self.mint_other(true).filter(|_| self.given.other.is_none()) {
                Some(token) => match self.call_tool(&token, &tool).await {
                    Ok(()) => Verdict::new(
                        Kind::Accepted,
                        "the tool did its work for an identity that nobody has: no credentials \
                         depend on who calls",
                    ),
                    Err(why) => Verdict::new(Kind::Refused, format!("the tool failed: {why}")),
                },
                None => Verdict::not_tested(Missing::Secret.hint()),
            };
            self.add_sequence(unknown, None, verdict);
        }
    }

    async fn call_tool(&self, token: &str, tool: &Tool) -> Result<(), String> {
        let mut peer = self.target.peer(Some(token));
        let result = surface::call(&mut peer, tool).await;
        peer.end().await;
        match result? {
            result if answer::has_error(&result) => Err("its result holds an error".into()),
            _ => Ok(()),
        }
    }
}

/// Values of claims that tell the holder of `token` from that of `other`.
fn marks(token: &str, other: Option<&str>) -> Vec<String> {
    let Ok((_, claims)) = mint::parts_of(token) else { return Vec::new() };
    let theirs = other.and_then(|other| mint::parts_of(other).ok()).map(|(_, claims)| claims);
    let theirs: Vec<_> = theirs.iter().flat_map(|claims| claims.values()).collect();
    claims
        .iter()
        .filter(|(name, _)| !IMPERSONAL.contains(&name.as_str()))
        .filter(|(_, value)| !theirs.contains(value))
        .filter_map(|(_, value)| value.as_str())
        .filter(|text| text.len() >= MIN_MARK)
        .map(str::to_owned)
        .collect()
}
