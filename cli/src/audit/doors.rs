//! What strangers get beside the classes of methods: kept connections, other methods, other revisions, and
//! tokens that look like one that was used.

use mcpico_core::http1;
use mcpico_core::mcp::{CompletionReference, Method, Revision};
use serde_json::json;

use super::answer::{self, Answer, Baseline, Passage};
use super::dialogue::Dialogue;
use super::layer::Class;
use super::probe::{self, Missing, SEQUENCES};
use super::run::Run;
use super::verdict::{self, Fault, Kind, Verdict};
use super::wire::{Credential, Message};
use crate::output;

/// The revisions with a handshake, the newest last.
const LEGACY: [Revision; 4] =
    [Revision::V2024_11_05, Revision::V2025_03_26, Revision::V2025_06_18, Revision::V2025_11_25];

/// A request that no class stands for.
struct Door {
    name: String,
    message: Message,
    /// It has no response, but for the status.
    is_notification: bool,
}

impl Run {
    /// Why nothing more is sent, for everything that would have been.
    pub(super) fn nothing_more(&mut self) {
        let why = self.lost.clone().unwrap_or_default();
        for sequence in SEQUENCES {
            if sequence.id != probe::KEPT_CONNECTION.id && !self.is_left_out(sequence) {
                self.add_sequence(sequence, None, Verdict::void(Fault::Lost, why.clone()));
            }
        }
    }

    /// Whether a connection stands for the token that was sent on it. Where it does, no two requests share
    /// one any more: the answers to all others would say nothing.
    pub(super) async fn kept_connection(&mut self) {
        let (sequence, class) = (&probe::KEPT_CONNECTION, Class::ToolsList);
        let Some(token) = self.kit.token.clone() else {
            if !self.is_left_out(sequence) {
                self.add_sequence(sequence, None, Verdict::not_tested(Missing::Token.hint()));
            }
            return;
        };
        if self.is_left_out(sequence) {
            return;
        }
        for index in 0..self.sides.len() {
            let revision = Some(self.sides[index].revision());
            if !matches!(self.sides[index].baseline(class), Baseline::Known(_)) {
                continue;
            }
            self.wire.part();
            self.ask(index, class, &Credential::bearer(&token)).await;
            if !self.wire.is_kept() {
                let why = "the server closes every connection";
                self.add_sequence(sequence, revision, Verdict::not_tested(why));
                continue;
            }
            let kept = self.ask(index, class, &Credential::default()).await;
            self.wire.part();
            let apart = self.ask(index, class, &Credential::default()).await;
            let is_in = |answer: &Option<Answer>| {
                answer.as_ref().is_some_and(|answer| {
                    let baseline = self.sides[index].baseline(class);
                    let passage = answer::passage(answer, class, baseline);
                    matches!(passage, Passage::In | Passage::Shown(_))
                })
            };
            let verdict = match (is_in(&kept), is_in(&apart)) {
                (true, false) => {
                    let what = class.title(self.sides[index].revision());
                    Verdict::new(
                        Kind::Accepted,
                        format!("{what} was answered without a token behind one with a good one"),
                    )
                }
                (true, true) => Verdict::not_tested("the server asks for no token there"),
                (false, _) => Verdict::new(Kind::Refused, "the same as on a connection of its own"),
            };
            if verdict.kind == Kind::Accepted {
                self.wire.part_always();
            }
            self.add_sequence(sequence, revision, verdict);
        }
    }

    /// A forged token with the header and the claims of a good one that was used, ids and all.
    pub(super) async fn forged_like_used(&mut self) {
        let (sequence, class) = (&probe::FORGED_LIKE_USED, Class::ToolsList);
        if self.is_left_out(sequence) {
            return;
        }
        if !self.given.secret {
            self.add_sequence(sequence, None, Verdict::not_tested(Missing::Secret.hint()));
            return;
        }
        for index in 0..self.sides.len() {
            let revision = Some(self.sides[index].revision());
            let mut verdict = Verdict::new(Kind::Inconclusive, "no token of that kind is accepted");
            // A strict server takes no key id, or no claims but its own.
            for (has_kid, has_jti) in [(true, true), (false, true), (true, false), (false, false)] {
                let twins = self.kit.forge.twins(|header, claims| {
                    if has_kid {
                        header.insert("kid".into(), "mcpico-audit".into());
                    }
                    if has_jti {
                        claims.insert("jti".into(), "mcpico-audit-twin".into());
                    }
                });
                let Some((good, forged)) = twins else { break };
                output::conceal_token(&good);
                output::conceal_token(&forged);
                let answer = self.ask(index, class, &Credential::bearer(&good)).await;
                let Some(answer) = answer else { break };
                let baseline = self.sides[index].baseline(class);
                if answer::passage(&answer, class, baseline) != Passage::In {
                    continue;
                }
                let answer = self.ask(index, class, &Credential::bearer(&forged)).await;
                let Some(answer) = answer else { break };
                verdict = self.judge(index, class, probe::Expects::Refusal, &answer, Some(&forged));
                break;
            }
            self.add_sequence(sequence, revision, verdict);
        }
    }

    /// Methods that no class stands for, and revisions that were not agreed on. Only what is given away
    /// counts: such a door need not be there.
    pub(super) async fn other_doors(&mut self) {
        let sequence = &probe::OTHER_DOORS;
        if self.is_left_out(sequence) {
            return;
        }
        let mut credentials = vec![Credential::default()];
        if let Some(token) = self.kit.forge.strayed(|_| {}) {
            output::conceal_token(&token);
            credentials.push(Credential::bearer(&token));
        }
        let doors = self.doors();
        let (mut open, mut refused, mut lost) = (Vec::new(), 0_usize, None);
        for door in &doors {
            for credential in &credentials {
                let answer = self.wire.send(&door.message, credential).await;
                match &answer {
                    Answer::Http(http) if door.is_notification && http.status == 202 => {
                        open.push(door.name.as_str());
                    }
                    Answer::Http(http) => {
                        let shown = http.reply.as_ref().and_then(|reply| reply.get("result"));
                        if shown.is_some_and(|result| !answer::has_error(result)) {
                            open.push(door.name.as_str());
                        } else if matches!(http.status, 401 | 403) {
                            refused = refused.saturating_add(1);
                        }
                    }
                    Answer::Unreachable(_) => {
                        lost = Some(verdict::outcome(&answer, &Passage::Lost));
                    }
                    _ => {}
                }
            }
        }
        open.dedup();
        let verdict = match (open.as_slice(), lost) {
            ([], None) if refused == 0 => Verdict::not_tested("the server has none of them"),
            ([], None) => Verdict::new(Kind::Refused, format!("nothing at {} doors", doors.len())),
            ([], Some(why)) => Verdict::void(Fault::Lost, why),
            (open, _) => Verdict::new(Kind::Accepted, open.join(", ")),
        };
        self.add_sequence(sequence, None, verdict);
    }

    fn doors(&mut self) -> Vec<Door> {
        let mut doors = Vec::new();
        for index in 0..self.sides.len() {
            let revision = self.sides[index].revision();
            let of = |method: &str| format!("{method} ({revision})");
            let dialogue = &mut self.sides[index].dialogue;
            for method in methods(revision) {
                if let Some(message) = dialogue.request(method) {
                    doors.push(Door { name: of(method.name()), message, is_notification: false });
                }
            }
            let list = dialogue.request(Method::ListTools { cursor: None });
            if let Some(list) = list.filter(|_| !revision.is_modern()) {
                let body = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {
                    "requestId": "mcpico-audit-no-such-request",
                }});
                let message = Message { body: body.to_string().into_bytes(), ..list };
                let name = of("notifications/cancelled");
                doors.push(Door { name, message, is_notification: true });
            }
        }
        if self.target.wanted_revision().is_some() {
            return doors;
        }
        for revision in LEGACY {
            let Ok(mut dialogue) = Dialogue::alone(revision) else { continue };
            let open = dialogue.message(Class::Discover, &self.surface);
            let list = dialogue.message(Class::ToolsList, &self.surface);
            for (message, name) in [(open, "initialize"), (list, "tools/list without a session")] {
                let name = format!("{name} ({revision})");
                doors.extend(message.map(|message| Door { name, message, is_notification: false }));
            }
        }
        if let Ok(mut dialogue) = Dialogue::alone(Revision::LATEST_LEGACY)
            && let Some(mut message) = dialogue.message(Class::ToolsList, &self.surface)
        {
            message.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("mcp-protocol-version"));
            debug_assert!(message.method == http1::Method::Post);
            let name = "tools/list without MCP-Protocol-Version".to_owned();
            doors.push(Door { name, message, is_notification: false });
        }
        if let Ok(mut dialogue) = Dialogue::alone(Revision::LATEST)
            && let Some(message) = dialogue.message(Class::ToolsList, &self.surface)
        {
            let name = format!("tools/list ({})", Revision::LATEST);
            doors.push(Door { name, message, is_notification: false });
        }
        doors
    }
}

/// Harmless methods that no class stands for.
fn methods(revision: Revision) -> Vec<Method<'static>> {
    let mut methods = vec![
        Method::ListResources { cursor: None },
        Method::ListResourceTemplates { cursor: None },
        Method::ListPrompts { cursor: None },
        Method::Complete {
            reference: CompletionReference::Prompt("mcpico-audit-no-such-prompt"),
            argument: "mcpico",
            value: "",
            arguments: None,
        },
    ];
    if !revision.is_modern() {
        methods.push(Method::Ping);
    }
    methods
}
