//! Probes that take more than one request: tokens that were used before, sessions, identities.

use std::time::Duration;

use serde_json::Value;

use super::answer::{self, Answer, Baseline, Passage};
use super::dialogue::Dialogue;
use super::layer::Class;
use super::probe::{self, Missing, Sequence};
use super::run::{Run, way};
use super::surface::{self, Tool};
use super::verdict::{Fault, Kind, Verdict};
use super::wire::Credential;
use crate::clock;
use crate::mint;
use crate::output;
use crate::random;

/// How long the token holds that is used and then expires, in seconds.
const SHORT: i64 = 2;

/// Shorter values of claims are too common to tell one user from another.
const MIN_MARK: usize = 6;

/// Claims that do not say who somebody is.
const IMPERSONAL: [&str; 9] =
    ["iss", "aud", "scope", "scp", "typ", "exp", "iat", "nbf", "token_use"];

/// Two tokens that expire in the same second.
struct Expiring {
    at: i64,
    used: String,
    fresh: String,
}

impl Run {
    /// Every probe that takes more than one request.
    pub(super) async fn sequences(&mut self) {
        let expiring = self.use_short_token().await;
        let other = self.other_token();
        for index in 0..self.sides.len() {
            self.sessions(index, other.as_deref()).await;
        }
        self.identities(other.as_deref()).await;
        self.exchange().await;
        self.expired(expiring).await;
    }

    /// Adds why a probe is not tested, when that is so.
    fn is_left_out(&mut self, sequence: &Sequence) -> bool {
        let left_out = !self.given.wants(sequence.id);
        if left_out {
            self.add_sequence(sequence, None, Verdict::not_tested("left out (--only, --skip)"));
        }
        left_out
    }

    /// Uses a token that expires soon everywhere, so that a server that keeps it in mind knows it.
    async fn use_short_token(&mut self) -> Option<Expiring> {
        let wants = |id| self.given.wants(id);
        if !(wants(probe::USED_THEN_EXPIRED.id) || wants(probe::EXPIRED_ONE_SECOND.id)) {
            return None;
        }
        let at = clock::now().saturating_add(SHORT);
        let with_id = |id: &str| {
            self.kit.forge.claiming(|claims| {
                claims.insert("exp".into(), at.into());
                claims.insert("jti".into(), id.into());
            })
        };
        let (used, fresh) = (with_id("mcpico-audit-used")?, with_id("mcpico-audit-fresh")?);
        output::conceal_token(&used);
        output::conceal_token(&fresh);
        for index in 0..self.sides.len() {
            self.ask(index, Class::ToolsList, &Credential::bearer(&used)).await;
        }
        Some(Expiring { at, used, fresh })
    }

    async fn expired(&mut self, expiring: Option<Expiring>) {
        let (one_second, used_then) = (&probe::EXPIRED_ONE_SECOND, &probe::USED_THEN_EXPIRED);
        let out = [self.is_left_out(one_second), self.is_left_out(used_then)];
        let Some(Expiring { at, used, fresh }) = expiring else {
            for (sequence, out) in [one_second, used_then].into_iter().zip(out) {
                if !out {
                    let why = Verdict::not_tested(Missing::Secret.hint());
                    self.add_sequence(sequence, None, why);
                }
            }
            return;
        };
        while clock::now() <= at {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        for index in 0..self.sides.len() {
            let revision = Some(self.sides[index].revision());
            let class = Class::ToolsList;
            if !matches!(self.sides[index].baseline(class), Baseline::Known(_)) {
                let why = "the good token is not accepted there";
                for (sequence, _) in [one_second, used_then].iter().zip(out).filter(|(_, out)| !out)
                {
                    self.add_sequence(sequence, revision, Verdict::new(Kind::Inconclusive, why));
                }
                continue;
            }
            let mut verdicts = Vec::new();
            for token in [&fresh, &used] {
                let credential = Credential::bearer(token);
                let Some(answer) = self.ask(index, class, &credential).await else { continue };
                let expects = probe::Expects::Refusal;
                verdicts.push(self.judge(index, class, expects, &answer, Some(token)));
            }
            let [first, second] = verdicts.as_slice() else { continue };
            let is_lenient = first.kind == Kind::Accepted;
            let far = self.report.accepts("expired");
            let excused = |verdict: &Verdict, is_lenient: bool| match verdict.kind {
                Kind::Accepted if is_lenient && !far => Verdict::new(
                    Kind::Inconclusive,
                    "accepted: within a leeway for clocks, which RFC 7519 section 4.1.4 allows",
                ),
                _ => verdict.clone(),
            };
            let (first, second) = (excused(first, true), excused(second, is_lenient));
            if !out[0] {
                self.add_sequence(one_second, revision, first);
            }
            if !out[1] {
                self.add_sequence(used_then, revision, second);
            }
        }
    }

    /// The token of another user: given, or minted.
    fn other_token(&self) -> Option<String> {
        if let Some(other) = &self.given.other {
            return Some(other.clone());
        }
        let token = self.kit.forge.claiming(|claims| {
            for name in ["id", "sub"] {
                if claims.contains_key(name) {
                    claims.insert(name.into(), "mcpico-audit-other".into());
                }
            }
            claims.insert("uuid".into(), random::uuid().unwrap_or_default().into());
        })?;
        output::conceal_token(&token);
        Some(token)
    }

    async fn sessions(&mut self, index: usize, other: Option<&str>) {
        let revision = self.sides[index].revision();
        if revision.is_modern() {
            return;
        }
        let has_session = self.sides[index].dialogue.has_session();
        if !self.is_left_out(&probe::CROSS_SESSION) {
            let verdict = match (has_session, other) {
                (false, _) => Verdict::not_tested(self.no_session()),
                (_, None) => Verdict::not_tested(
                    "give the token of another user (--other-token-file), or the secret",
                ),
                (true, Some(other)) => self.cross_session(index, other).await,
            };
            self.add_sequence(&probe::CROSS_SESSION, Some(revision), verdict);
        }
        if !self.is_left_out(&probe::ENDED_SESSION) {
            let verdict = if has_session {
                self.ended_session(index).await
            } else {
                Verdict::not_tested(self.no_session())
            };
            self.add_sequence(&probe::ENDED_SESSION, Some(revision), verdict);
        }
    }

    fn no_session(&self) -> &'static str {
        match self.kit.token {
            Some(_) => "the server opens no session",
            None => Missing::Token.hint(),
        }
    }

    async fn cross_session(&mut self, index: usize, other: &str) -> Verdict {
        let revision = self.sides[index].revision();
        let way = way(&self.target, Some(other));
        let opened = Dialogue::open(way, revision, revision).await;
        let Ok(Some(mut theirs)) = opened else {
            let why = "the token of the other user is refused by itself";
            return Verdict::new(Kind::Inconclusive, why);
        };
        self.farewell(&mut theirs, other).await;
        let credential = Credential::bearer(other);
        let mut verdict = Verdict::new(Kind::Inconclusive, "no request could be made");
        for class in [Class::ToolsList, Class::ToolsCall] {
            let Some(answer) = self.ask(index, class, &credential).await else { continue };
            verdict = match answer::passage(&answer, class, self.sides[index].baseline(class)) {
                Passage::In => {
                    let what = class.title(revision);
                    return Verdict::new(
                        Kind::Accepted,
                        format!("{what} was answered in the session of another user"),
                    );
                }
                Passage::Out(status @ (400 | 401 | 403 | 404)) => {
                    Verdict::new(Kind::Refused, status.to_string())
                }
                Passage::Out(status) => Verdict::wrong(
                    if status >= 500 { Fault::ServerError } else { Fault::OtherStatus },
                    format!("{status} instead of 404"),
                ),
                Passage::Inside(what) => {
                    Verdict::wrong(Fault::ErrorInside, format!("{what} instead of 404"))
                }
                Passage::Lost => {
                    Verdict::wrong(Fault::Dropped, "the connection was dropped instead of 404")
                }
                Passage::Unclear(why) => Verdict::new(Kind::Inconclusive, why),
            };
        }
        verdict
    }

    async fn farewell(&mut self, theirs: &mut Dialogue, token: &str) {
        if let Some(message) = theirs.message(Class::End, &self.surface) {
            self.wire.send(&message, &Credential::bearer(token)).await;
        }
    }

    async fn ended_session(&mut self, index: usize) -> Verdict {
        let Some(token) = self.kit.token.clone() else {
            return Verdict::not_tested(Missing::Token.hint());
        };
        let credential = Credential::bearer(&token);
        let dialogue = &mut self.sides[index].dialogue;
        let Some(end) = dialogue.message(Class::End, &self.surface) else {
            return Verdict::not_tested("the session cannot be ended");
        };
        let ended = self.wire.send(&end, &credential).await;
        if !matches!(&ended, Answer::Http(http) if (200..300).contains(&http.status)) {
            return Verdict::not_tested("the server lets no client end a session");
        }
        let dialogue = &mut self.sides[index].dialogue;
        let Some(list) = dialogue.message(Class::ToolsList, &self.surface) else {
            return Verdict::not_tested("the session cannot be used");
        };
        let answer = self.wire.send(&list, &credential).await;
        let verdict = match answer::passage(
            &answer,
            Class::ToolsList,
            self.sides[index].baseline(Class::ToolsList),
        ) {
            Passage::In => Verdict::new(
                Kind::Accepted,
                "tools/list was answered in a session that DELETE had ended",
            ),
            Passage::Out(status @ (400 | 401 | 404 | 410)) => {
                Verdict::new(Kind::Refused, status.to_string())
            }
            _ => Verdict::new(Kind::Inconclusive, "the answer is neither a result nor 404"),
        };
        self.renew(index).await;
        verdict
    }

    /// Whether a tool runs as the one who calls it.
    async fn identities(&mut self, other: Option<&str>) {
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
    async fn exchange(&mut self) {
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
            let verdict = match self.other_token().filter(|_| self.given.other.is_none()) {
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
