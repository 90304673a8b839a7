//! Probes that take more than one request: tokens that were used before, sessions, identities.

use std::time::Duration;

use super::answer::{self, Answer, Baseline, Passage};
use super::dialogue::Dialogue;
use super::layer::Class;
use super::probe::{self, Missing, Sequence};
use super::run::{Run, way};
use super::verdict::{Fault, Kind, Verdict};
use super::wire::Credential;
use crate::clock;
use crate::output;
use crate::random;

/// How long the token holds that is used and then expires, in seconds.
const SHORT: i64 = 2;

/// The token of another user.
struct Other {
    token: String,
    /// They differ in a claim that names users by the standard.
    is_certain: bool,
}

/// Two tokens that expire in the same second.
struct Expiring {
    at: i64,
    used: String,
    fresh: String,
}

impl Run {
    /// Every probe that takes more than one request.
    pub(super) async fn sequences(&mut self) {
        if self.lost.is_some() {
            self.nothing_more();
            return;
        }
        let expiring = self.use_short_token().await;
        self.forged_like_used().await;
        self.other_doors().await;
        let other = self.find_other().await;
        for index in 0..self.sides.len() {
            self.sessions(index, other.as_ref()).await;
        }
        self.identities(other.as_ref().map(|other| other.token.as_str())).await;
        self.exchange().await;
        self.expired(expiring).await;
    }

    /// Adds why a probe is not tested, when that is so.
    pub(super) fn is_left_out(&mut self, sequence: &Sequence) -> bool {
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

    /// The token of another user: given, or minted. A server that takes no other claims gets one that
    /// differs in those only that there are.
    async fn find_other(&mut self) -> Option<Other> {
        if let Some(token) = self.given.other.clone() {
            return Some(Other { token, is_certain: true });
        }
        let token = self.mint_other(true)?;
        let named = self.kit.forge.claims().contains_key("sub");
        let answer = self.ask(0, Class::Discover, &Credential::bearer(&token)).await;
        let accepted = answer.is_some_and(|answer| {
            answer::passage(&answer, Class::Discover, self.sides[0].baseline(Class::Discover))
                == Passage::In
        });
        if accepted || named {
            return Some(Other { token, is_certain: true });
        }
        self.mint_other(false).map(|token| Other { token, is_certain: false })
    }

    /// A token of another user, who has a name (`sub`) in any case or only where the good one has.
    pub(super) fn mint_other(&self, always_named: bool) -> Option<String> {
        let token = self.kit.forge.claiming(|claims| {
            for (name, always) in [("id", false), ("sub", always_named)] {
                if always || claims.contains_key(name) {
                    claims.insert(name.into(), "mcpico-audit-other".into());
                }
            }
            claims.insert("uuid".into(), random::uuid().unwrap_or_default().into());
        })?;
        output::conceal_token(&token);
        Some(token)
    }

    async fn sessions(&mut self, index: usize, other: Option<&Other>) {
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

    async fn cross_session(&mut self, index: usize, other: &Other) -> Verdict {
        let Other { token: other, is_certain } = other;
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
                Passage::In | Passage::Shown(_) => {
                    let what = class.title(revision);
                    if !is_certain {
                        let why = "answered, but to the server the two tokens may be of one user: they \
                            differ in id and uuid only; --sub gives them names";
                        return Verdict::new(Kind::Inconclusive, why);
                    }
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
            Passage::In | Passage::Shown(_) => Verdict::new(
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
}
