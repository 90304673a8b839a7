//! What a server does with bad tokens once it has seen a good one.

use std::time::{Duration, Instant};

use super::Run;
use crate::audit::answer::{Answer, Baseline, Passage, passage};
use crate::audit::dialogue::{Dialogue, Way};
use crate::audit::layer::Class;
use crate::audit::pace::Pace;
use crate::audit::surface::Surface;
use crate::audit::wire::{Credential, Wire};
use crate::mint::forged;
use crate::output;
use crate::peer::Peer;
use crate::report::Verdict;

/// The longest time that an answer is waited for.
const LIMIT: Duration = Duration::from_secs(10);

impl Run<'_> {
    /// Shows no token and a forged one behind the valid one, on its connection and on another: a server may
    /// know a connection, or a token by its claims, and verify nothing any more.
    pub(super) async fn after_valid(&mut self, peer: &mut Peer) {
        let started = Instant::now();
        let Some(verdict) = self.behind_valid(peer).await else { return };
        if matches!(verdict, Verdict::Failed(_)) {
            self.report.is_open = true;
        }
        let title = "bad tokens are refused after a valid one, too";
        self.report.add("after-valid-token", title, verdict, started);
    }

    /// `None` when the valid token gets no list, or another check has told the same.
    async fn behind_valid(&self, peer: &mut Peer) -> Option<Verdict> {
        let token = self.target.token.as_deref()?;
        let revision = peer.revision()?;
        if self.report.is_open {
            return None;
        }
        let way = Way {
            endpoint: &self.target.endpoint,
            token: Some(token),
            deadlines: self.target.deadlines,
            allow_plaintext_bearer: self.target.allow_plaintext_bearer,
        };
        let mut dialogue = if revision.is_modern() {
            Dialogue::alone(revision).ok()?
        } else {
            Dialogue::open(way, revision, revision).await.ok()??
        };
        let limit = LIMIT.min(self.target.deadlines.total);
        let mut wire = Wire::new(&self.target.endpoint, limit, Pace::new(None));
        let surface = Surface::unknown("nothing is called");
        let mut bad = vec![("no token", Credential::default())];
        if let Ok(forged) = forged(token) {
            output::conceal_token(&forged);
            bad.push(("a token signed with another secret", Credential::bearer(&forged)));
        }
        let mut found = None;
        for (what, credential) in &bad {
            for is_kept in [true, false] {
                wire.part();
                let (good, ask) = (Credential::bearer(token), Class::ToolsList);
                let answer = wire.send(&dialogue.message(ask, &surface)?, &good).await;
                let baseline = match answer {
                    Answer::Http(http) if (200..300).contains(&http.status) => {
                        Baseline::Known(http)
                    }
                    _ => return None,
                };
                if !is_kept {
                    wire.part();
                }
                let answer = wire.send(&dialogue.message(ask, &surface)?, credential).await;
                let passage = passage(&answer, ask, &baseline);
                let place = if is_kept { "on its connection" } else { "on another connection" };
                self.target.log(&format!("tools/list behind a valid token, {place}, {what}"));
                if matches!(passage, Passage::In | Passage::Shown(_)) {
                    found.get_or_insert(format!(
                        "accepted: behind a valid token, {place}, tools/list was answered to {what}, \
                         which was refused before"
                    ));
                }
            }
        }
        if let Some(end) = dialogue.message(Class::End, &surface).filter(|_| dialogue.has_session())
        {
            wire.send(&end, &Credential::bearer(token)).await;
        }
        Some(found.map_or_else(|| Verdict::Passed(String::new()), Verdict::Failed))
    }
}
