//! An audit in progress: every probe at every door.

use std::time::Duration;

use mcpico_core::http1;
use mcpico_core::mcp::Revision;
use serde_json::Value;

use super::answer::{self, Answer, Baseline, Passage};
use super::args::Audit;
use super::control::baseline_of;
use super::dialogue::{Dialogue, Way};
use super::layer::Class;
use super::leak::Known;
use super::probe::{self, Expects, Kit, Probe, Sequence};
use super::report::{Cell, Report};
use super::surface::Surface;
use super::verdict::{self, Kind, Trial, Verdict};
use super::wire::{Credential, Message, Wire};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::target::Target;
use crate::terminal::escape;

/// Answers that may be missing before no more are waited for.
const MAX_SILENT: usize = 2;

/// Refusals that may be slow before no more are waited for.
const MAX_SLOW: usize = 2;

/// Answers that say that the server is asked too much, or is gone, before no more is asked.
const MAX_TURNED_AWAY: usize = 3;

/// Requests of an audit beside those of the probes, for each revision.
const OTHERS: usize = 100;

/// What was given to work with.
pub(super) struct Given {
    /// A token, not one that was minted.
    pub(super) token: bool,
    pub(super) secret: bool,
    /// The token of another user.
    pub(super) other: Option<String>,
    pub(super) tool: Option<String>,
    pub(super) tool_arguments: Option<Value>,
    pub(super) backend_tool: Option<String>,
    pub(super) only: Vec<String>,
    pub(super) skip: Vec<String>,
}

impl Given {
    pub(super) fn wants(&self, id: &str) -> bool {
        let named = |ids: &[String]| ids.iter().any(|other| other == id);
        if self.only.is_empty() { !named(&self.skip) } else { named(&self.only) }
    }
}

/// One revision, and what the good token gets in it.
pub(super) struct Side {
    pub(super) dialogue: Dialogue,
    pub(super) baselines: Vec<(Class, Baseline)>,
}

impl Side {
    pub(super) fn baseline(&self, class: Class) -> &Baseline {
        let found = self.baselines.iter().find(|(other, _)| *other == class);
        found.map_or(&Baseline::Unknown, |(_, baseline)| baseline)
    }

    pub(super) const fn revision(&self) -> Revision {
        self.dialogue.revision
    }
}

/// An audit in progress.
pub(super) struct Run {
    pub(super) target: Target,
    pub(super) kit: Kit,
    pub(super) known: Known,
    pub(super) given: Given,
    pub(super) wire: Wire,
    pub(super) report: Report,
    pub(super) sides: Vec<Side>,
    pub(super) surface: Surface,
    /// How long good answers took.
    good: Vec<Duration>,
    silent: usize,
    slow: usize,
    /// Answers by which the server said that it is asked too much, and connections that there were none of.
    turned_away: usize,
    /// Why the good token is not let in any more.
    pub(super) lost: Option<String>,
}

impl Run {
    pub(super) fn new(
        target: Target,
        kit: Kit,
        known: Known,
        given: Given,
        wire: Wire,
        report: Report,
    ) -> Self {
        let surface = Surface::unknown("no tool is known: give a good token, or --tool");
        Self {
            target,
            kit,
            known,
            given,
            wire,
            report,
            sides: Vec::new(),
            surface,
            good: Vec::new(),
            silent: 0,
            slow: 0,
            turned_away: 0,
            lost: None,
        }
    }

    /// Finds out what is spoken, what there is to ask for, and what the good token gets.
    ///
    /// # Errors
    /// [`Failure`]: the server is not there, the tool is not there, it would take too many requests.
    pub(super) async fn negotiate(&mut self, command: &Audit) -> Result<(), Failure> {
        let wanted = self.target.wanted_revision();
        let (modern, legacy) = match wanted {
            None => (true, Some((Revision::V2024_11_05, Revision::LATEST_LEGACY))),
            Some(revision) if revision.is_modern() => (true, None),
            Some(revision) => (false, Some((revision, revision))),
        };
        let token = self.target.token.clone();
        if modern {
            self.try_modern(token.as_deref()).await?;
        }
        if let Some((oldest, newest)) = legacy {
            self.try_legacy(token.as_deref(), oldest, newest).await?;
        }
        if self.sides.is_empty() {
            // Nobody lets us in, so nobody tells what is spoken: both are tried.
            let revisions = [modern.then_some(Revision::LATEST), legacy.map(|(_, newest)| newest)];
            for revision in revisions.into_iter().flatten() {
                let dialogue = Dialogue::alone(revision).map_err(|error| misuse(&error))?;
                self.sides.push(Side { dialogue, baselines: Vec::new() });
            }
            if token.is_some() {
                self.surface = Surface::unknown("the good token gets no list of tools");
                self.report.nobody_speaks();
            }
            if let Some(name) = self.given.tool.clone() {
                self.surface.name_tool(&name, self.given.tool_arguments.as_ref());
            }
        } else {
            let mut peer = self.target.peer(token.as_deref());
            let wanted = self.given.tool.as_deref();
            let arguments = self.given.tool_arguments.as_ref();
            self.surface = Surface::of(&mut peer, wanted, arguments).await?;
            peer.end().await;
        }
        if token.is_some() {
            for index in 0..self.sides.len() {
                self.find_baselines(index).await;
            }
        }
        let planned = self.planned();
        self.report.begin(&self.sides, &self.surface, planned);
        if planned > command.max_requests {
            return Err(Failure::usage(format!(
                "the audit would take up to {planned} requests and --max-requests allows {}; \
                 --revision, --only and --skip make it smaller",
                command.max_requests
            )));
        }
        Ok(())
    }

    async fn try_modern(&mut self, token: Option<&str>) -> Result<(), Failure> {
        let mut dialogue = Dialogue::alone(Revision::LATEST).map_err(|error| misuse(&error))?;
        let Some(message) = dialogue.message(Class::Discover, &self.surface) else { return Ok(()) };
        let credential = token.map(Credential::bearer).unwrap_or_default();
        match self.wire.send(&message, &credential).await {
            Answer::Unreachable(what) => Err(Failure::new(Exit::Unreachable, what)),
            answer => {
                let passage = answer::passage(&answer, Class::Discover, &Baseline::Unknown);
                // A server of the past answers an error, which is a way of not letting in.
                let speaks = matches!(&answer, Answer::Http(http) if http.reply.as_ref()
                    .is_some_and(|reply| reply["result"]["supportedVersions"].is_array()));
                if passage == Passage::In && speaks {
                    self.sides.push(Side { dialogue, baselines: Vec::new() });
                }
                Ok(())
            }
        }
    }

    async fn try_legacy(
        &mut self,
        token: Option<&str>,
        oldest: Revision,
        newest: Revision,
    ) -> Result<(), Failure> {
        let way = way(&self.target, token);
        match Dialogue::open(way, oldest, newest).await {
            Ok(Some(dialogue)) => self.sides.push(Side { dialogue, baselines: Vec::new() }),
            Err(mcpico_http::Error::Connect(error)) => {
                return Err(Failure::new(Exit::Unreachable, error.to_string()));
            }
            // A server that answers nobody well is what an audit is for.
            Ok(None) | Err(_) => {}
        }
        Ok(())
    }

    async fn find_baselines(&mut self, index: usize) {
        let credential = self.kit.token.as_deref().map(Credential::bearer).unwrap_or_default();
        let is_modern = self.sides[index].revision().is_modern();
        for class in Class::ALL {
            if self.has_given_up() {
                self.sides[index].baselines.push((class, Baseline::Refused));
                continue;
            }
            let answer = self.ask(index, class, &credential).await;
            self.silent += usize::from(matches!(answer, Some(Answer::Silent)));
            let baseline = match answer {
                None => Baseline::NotOffered("this revision has none".into()),
                Some(Answer::Http(http)) => {
                    self.good.push(http.took);
                    baseline_of(http, class, is_modern, self.report.is_mute())
                }
                // That is no answer to a good token.
                Some(_) => Baseline::Refused,
            };
            self.sides[index].baselines.push((class, baseline));
        }
        // Bad tokens may fare better.
        self.silent = 0;
    }

    /// Most requests that are still to be sent.
    fn planned(&self) -> usize {
        let wanted = probe::PROBES.iter().filter(|probe| self.given.wants(probe.id));
        let made = wanted.filter(|probe| probe.make(&self.kit).is_ok()).count();
        let doors = self.sides.iter().map(|side| {
            let offered = |class: &Class| !matches!(side.baseline(*class), Baseline::NotOffered(_));
            Class::ALL.iter().filter(|class| offered(class)).count()
        });
        // A request that is let in may open or end a session, which is put right by three more. After every
        // probe the good token is shown.
        let doors: usize = doors.sum();
        made.saturating_mul(doors.saturating_add(1))
            .saturating_add(self.sides.len().saturating_mul(OTHERS))
            .saturating_add(self.wire.sent())
    }

    /// Every probe at every door.
    pub(super) async fn matrix(&mut self) {
        self.kept_connection().await;
        for probe in probe::PROBES {
            if !self.given.wants(probe.id) {
                self.add(probe, None, None, Verdict::not_tested("left out (--only, --skip)"));
                continue;
            }
            match probe.make(&self.kit) {
                Err(missing) => {
                    self.add(probe, None, None, Verdict::not_tested(missing.hint()));
                }
                Ok(credential) => {
                    if let Some(token) = &credential.token {
                        output::conceal_token(token);
                    }
                    let mut verdicts = Vec::new();
                    for index in 0..self.sides.len() {
                        for class in Class::ALL {
                            let verdict = self.knock(probe, index, class, &credential).await;
                            verdicts.push((self.sides[index].revision(), class, verdict));
                        }
                    }
                    self.control().await;
                    for (revision, class, verdict) in verdicts {
                        let verdict = self.in_doubt(verdict);
                        self.add(probe, Some(revision), Some(class), verdict);
                    }
                }
            }
        }
    }

    async fn knock(
        &mut self,
        probe: &Probe,
        index: usize,
        class: Class,
        credential: &Credential,
    ) -> Verdict {
        if let Baseline::NotOffered(what) = self.sides[index].baseline(class) {
            return Verdict::not_tested(&format!("the server does not offer it: {what}"));
        }
        if let Some(why) = &self.lost {
            return Verdict::void(verdict::Fault::Lost, why.clone());
        }
        if self.has_given_up() {
            let why =
                "not sent: earlier answers did not come, or came late, or said that it is too much";
            return Verdict::new(Kind::Inconclusive, why);
        }
        let token = credential.token.as_deref();
        let mut verdict = Verdict::not_tested("this revision has none");
        // What is late once may be so by chance.
        for _ in 0..2 {
            let Some(answer) = self.ask(index, class, credential).await else { break };
            verdict = self.judge(index, class, probe.expects, &answer, token);
            if verdict.fault != Some(verdict::Fault::Slow) {
                break;
            }
        }
        self.slow += usize::from(verdict.fault == Some(verdict::Fault::Slow));
        verdict
    }

    /// How long a good answer takes: the median, which one late answer does not move.
    fn usual(&self) -> Duration {
        let mut sorted = self.good.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().unwrap_or_default()
    }

    const fn has_given_up(&self) -> bool {
        self.silent >= MAX_SILENT || self.slow >= MAX_SLOW || self.turned_away >= MAX_TURNED_AWAY
    }

    /// Judges an answer, and takes note of those that did not come.
    pub(super) fn judge(
        &mut self,
        index: usize,
        class: Class,
        expects: Expects,
        answer: &Answer,
        token: Option<&str>,
    ) -> Verdict {
        let side = &self.sides[index];
        let baseline = side.baseline(class);
        let leak = match answer {
            Answer::Http(http) if http.status >= 300 => self.known.find(http, token),
            _ => None,
        };
        let verdict = verdict::judge(&Trial {
            expects,
            answer,
            passage: answer::passage(answer, class, baseline),
            baseline,
            leak,
            in_session: side.dialogue.has_session() && class != Class::Discover,
            usual: self.usual(),
            limit: self.wire.limit(),
        });
        self.silent += usize::from(matches!(answer, Answer::Silent));
        let is_turned_away = matches!(answer, Answer::Unreachable(_))
            || verdict.fault == Some(verdict::Fault::RateLimited);
        self.turned_away += usize::from(is_turned_away);
        verdict
    }

    /// Sends a request of that class; `None` where the revision has none. What it opens or ends is put
    /// right again.
    pub(super) async fn ask(
        &mut self,
        index: usize,
        class: Class,
        credential: &Credential,
    ) -> Option<Answer> {
        let message = self.sides[index].dialogue.message(class, &self.surface)?;
        let answer = self.wire.send(&message, credential).await;
        let is_in = answer::passage(&answer, class, &Baseline::Unknown) == Passage::In;
        let is_legacy = !self.sides[index].revision().is_modern();
        if let Answer::Http(http) = &answer
            && let Some(session) = &http.session
            && class == Class::Discover
            && is_legacy
        {
            let version = self.sides[index].revision().name().to_owned();
            let headers = vec![
                ("MCP-Session-Id".to_owned(), session.clone()),
                ("MCP-Protocol-Version".to_owned(), version),
            ];
            let end = Message { method: http1::Method::Delete, headers, body: Vec::new() };
            self.wire.send(&end, credential).await;
        }
        if is_in && class == Class::End && is_legacy {
            self.renew(index).await;
        }
        Some(answer)
    }

    /// Opens a new session in place of one that has ended.
    pub(super) async fn renew(&mut self, index: usize) {
        let revision = self.sides[index].revision();
        let token = self.kit.token.clone();
        let way = way(&self.target, token.as_deref());
        if let Ok(Some(dialogue)) = Dialogue::open(way, revision, revision).await {
            self.sides[index].dialogue = dialogue;
        }
    }

    fn add(
        &mut self,
        probe: &Probe,
        revision: Option<Revision>,
        class: Option<Class>,
        verdict: Verdict,
    ) {
        let Probe { id, layer, title, .. } = *probe;
        self.report.add(Cell { id, layer, title, revision, class, verdict });
    }

    pub(super) fn add_sequence(
        &mut self,
        sequence: &Sequence,
        revision: Option<Revision>,
        verdict: Verdict,
    ) {
        let Sequence { id, layer, title } = *sequence;
        self.report.add(Cell { id, layer, title, revision, class: None, verdict });
    }
}

/// How to reach the server with this token.
pub(super) fn way<'w>(target: &'w Target, token: Option<&'w str>) -> Way<'w> {
    Way {
        endpoint: &target.endpoint,
        token,
        deadlines: target.deadlines,
        allow_plaintext_bearer: target.allow_plaintext_bearer,
    }
}

fn misuse(error: &mcpico_http::Error) -> Failure {
    Failure::usage(escape(&error.to_string()))
}
