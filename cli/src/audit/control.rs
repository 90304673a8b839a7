//! What the good token gets, and whether it still does.

use std::time::Duration;

use super::answer::{self, Baseline, Http, Passage};
use super::layer::Class;
use super::run::{Run, Side};
use super::verdict::{self, Kind, Verdict};
use super::wire::Credential;

/// What is waited before the good token is shown again that was not let in.
const PAUSE: Duration = Duration::from_millis(500);

impl Run {
    /// Shows the good token to see whether the server still takes it: one that refuses everybody by now, or
    /// is gone, refuses bad tokens for nothing.
    pub(super) async fn control(&mut self) {
        let class = Class::ToolsList;
        let is_known = |side: &Side| matches!(side.baseline(class), Baseline::Known(_));
        let Some(index) = self.sides.iter().position(is_known).filter(|_| self.lost.is_none())
        else {
            return;
        };
        let credential = self.kit.token.as_deref().map(Credential::bearer).unwrap_or_default();
        for is_last in [false, true] {
            let Some(answer) = self.ask(index, class, &credential).await else { return };
            let passage = answer::passage(&answer, class, self.sides[index].baseline(class));
            if passage == Passage::In {
                return;
            }
            if is_last {
                let (number, said) = (self.wire.sent(), verdict::outcome(&answer, &passage));
                let place = class.title(self.sides[index].revision());
                self.lost =
                    Some(format!("at request {number} {place} with the good token got {said}"));
            } else {
                tokio::time::sleep(PAUSE).await;
                // The session may be what is gone.
                if !self.sides[index].revision().is_modern() {
                    self.renew(index).await;
                }
            }
        }
    }

    /// What a verdict is worth now that the good token may be lost.
    pub(super) fn in_doubt(&self, verdict: Verdict) -> Verdict {
        match (&self.lost, verdict.kind) {
            (Some(why), Kind::Refused | Kind::WrongRefusal | Kind::Inconclusive) => {
                let status = verdict.status;
                Verdict { status, ..Verdict::void(verdict::Fault::Lost, why.clone()) }
            }
            _ => verdict,
        }
    }
}

/// What an answer to the good token is worth. Of a server that `is_mute` no method is known to be there.
pub(super) fn baseline_of(
    http: Box<Http>,
    class: Class,
    is_modern: bool,
    is_mute: bool,
) -> Baseline {
    let is_message = !matches!(class, Class::Stream | Class::End);
    // An error inside of a result is told behind the door: it may be the backend that complains.
    let has_error = http.reply.as_ref().is_some_and(|reply| reply.get("error").is_some());
    let complains = has_error && http.reply.as_ref().is_some_and(answer::is_complaint);
    match http.status {
        200..300 if !is_message && is_modern => {
            Baseline::NotOffered("this revision has none".into())
        }
        200..300 if complains => Baseline::Refused,
        200..300 => Baseline::Known(http),
        401 | 403 | 408 | 429 => Baseline::Refused,
        // Errors about what was asked have statuses of their own since 2026-07-28.
        400..=499 if has_error && is_message && !complains => Baseline::Known(http),
        405 | 501 => Baseline::NotOffered(format!("status {} to the good token", http.status)),
        status @ 400..=499 if !is_message || is_mute => {
            Baseline::NotOffered(format!("status {status} to the good token"))
        }
        _ => Baseline::Refused,
    }
}
