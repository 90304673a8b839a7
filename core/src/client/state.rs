//! The states of a client and all transitions between them.
//!
//! Everything that decides what is sent next stands in this file. One exchange teaches the client one
//! [`Lesson`]; [`State::after`] is the table.
//!
//! ```text
//!                        discover                  initialize              initialized
//!  Unknown ───────────────┬──────────▶ Initialize ────────────▶ Announce ───────────────┐
//!     │  modern           │  legacy        ▲                                            ▼
//!     └───────────────────┼────────────────┼───────────────────────────────────────▶ Ready
//!                         │                └─────────── session lost ───────────────────┘
//! ```

use crate::error::PeerError;
use crate::mcp::Revision;

/// What has to happen before the client can send requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The era of the server has to be found out by `server/discover`.
    Unknown,
    /// `initialize` has to be answered.
    Initialize(Revision),
    /// `notifications/initialized` has to be accepted.
    Announce(Revision),
    /// Requests can be sent.
    Ready(Revision),
}

/// What an exchange taught.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lesson {
    /// Nothing about the protocol: an ordinary answer, a denial, a failure.
    Nothing,
    /// A notification was accepted.
    Accepted,
    /// The server named its revisions; the best one that we speak.
    Offered(Option<Revision>),
    /// `initialize` was answered with a revision, if it is one that we speak.
    Initialized(Option<Revision>),
    /// Only a modern server answers like this.
    Modern,
    /// No modern server answers like this.
    Legacy,
    /// The server does not know the session any more.
    SessionLost,
}

impl State {
    /// The table of transitions. `legacy` is the newest revision with a handshake that we speak.
    ///
    /// 401, 403 and 5xx teach nothing, so they never lead from one era to the other.
    #[expect(clippy::match_same_arms, reason = "it is a table")]
    pub(super) fn after(self, lesson: Lesson, legacy: Option<Revision>) -> Result<Self, PeerError> {
        let none = PeerError::NoCommonRevision;
        match (self, lesson) {
            // In `Initialize` the answer to `server/discover` has come late, or it was no true one.
            (
                Self::Unknown | Self::Initialize(_) | Self::Ready(_),
                Lesson::Offered(Some(revision)),
            ) if revision.is_modern() => Ok(Self::Ready(revision)),
            (Self::Unknown | Self::Ready(_), Lesson::Offered(Some(revision))) => {
                Ok(Self::Initialize(revision))
            }
            (Self::Unknown, Lesson::Modern) => Ok(Self::Ready(Revision::LATEST)),
            (Self::Unknown, Lesson::Legacy) => legacy.map(Self::Initialize).ok_or(none),
            (Self::Initialize(asked), Lesson::Offered(Some(revision))) if revision != asked => {
                Ok(Self::Initialize(revision))
            }
            (Self::Initialize(_), Lesson::Initialized(Some(revision))) => {
                Ok(Self::Announce(revision))
            }
            (_, Lesson::Offered(_) | Lesson::Initialized(_)) => Err(none),
            (Self::Announce(revision), Lesson::Accepted) => Ok(Self::Ready(revision)),
            (Self::Announce(revision) | Self::Ready(revision), Lesson::SessionLost) => {
                Ok(Self::Initialize(revision))
            }
            (state, _) => Ok(state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEGACY: Revision = Revision::LATEST_LEGACY;
    const MODERN: Revision = Revision::LATEST;

    #[test]
    fn no_lesson_leads_back_to_unknown_or_out_of_the_common_revisions() {
        let revisions = [None, Some(LEGACY), Some(MODERN), Some(Revision::V2024_11_05)];
        let lessons = [
            Lesson::Nothing,
            Lesson::Accepted,
            Lesson::Modern,
            Lesson::Legacy,
            Lesson::SessionLost,
        ]
        .into_iter()
        .chain(revisions.map(Lesson::Offered))
        .chain(revisions.map(Lesson::Initialized));
        for lesson in lessons {
            for from in [State::Initialize(LEGACY), State::Announce(LEGACY), State::Ready(LEGACY)] {
                assert_ne!(from.after(lesson, Some(LEGACY)), Ok(State::Unknown));
            }
            if let Ok(State::Initialize(revision) | State::Announce(revision)) =
                State::Unknown.after(lesson, Some(LEGACY))
            {
                assert!(!revision.is_modern());
            }
        }
    }

    #[test]
    fn denials_never_change_the_era() {
        for state in [State::Unknown, State::Initialize(LEGACY), State::Ready(MODERN)] {
            assert_eq!(state.after(Lesson::Nothing, Some(LEGACY)), Ok(state));
        }
    }

    #[test]
    fn what_was_asked_for_in_vain_is_not_asked_for_again() {
        let asked = State::Initialize(LEGACY);
        let offered = |revision| asked.after(Lesson::Offered(Some(revision)), Some(LEGACY));
        assert_eq!(offered(LEGACY), Err(PeerError::NoCommonRevision));
        assert_eq!(offered(Revision::V2024_11_05), Ok(State::Initialize(Revision::V2024_11_05)));
        assert_eq!(offered(MODERN), Ok(State::Ready(MODERN)));
    }

    #[test]
    fn without_a_legacy_revision_there_is_no_fallback() {
        assert_eq!(State::Unknown.after(Lesson::Legacy, None), Err(PeerError::NoCommonRevision));
    }
}
