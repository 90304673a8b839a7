//! Who opened which session.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::HeaderValue;

/// The most sessions that are remembered; beyond it the oldest is forgotten, which ends it for its
/// owner too.
const MAX_SESSIONS: usize = 1024;

/// The owners of the open sessions.
#[derive(Default)]
pub(super) struct Owners(Mutex<VecDeque<Owned>>);

struct Owned {
    session: HeaderValue,
    caller: String,
}

impl Owners {
    pub(super) fn record(&self, caller: String, session: HeaderValue) {
        let mut owned = self.lock();
        if owned.len() >= MAX_SESSIONS {
            owned.pop_front();
        }
        owned.push_back(Owned { session, caller });
    }

    pub(super) fn forget(&self, session: &HeaderValue) {
        self.lock().retain(|owned| owned.session != session);
    }

    pub(super) fn owns(&self, caller: &str, session: &HeaderValue) -> bool {
        self.lock().iter().any(|owned| owned.session == session && owned.caller == caller)
    }

    /// Whether the session is open, whoever owns it.
    pub(super) fn know(&self, session: &HeaderValue) -> bool {
        self.lock().iter().any(|owned| owned.session == session)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Owned>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_owner_owns() {
        let owners = Owners::default();
        let (one, two) = (HeaderValue::from_static("1"), HeaderValue::from_static("2"));
        owners.record("ada".to_owned(), one.clone());
        assert!(owners.owns("ada", &one));
        assert!(!owners.owns("alan", &one));
        assert!(!owners.owns("ada", &two));
        owners.forget(&one);
        assert!(!owners.owns("ada", &one));
    }

    #[test]
    fn the_number_is_bounded() {
        let owners = Owners::default();
        let first = HeaderValue::from_static("first");
        owners.record("ada".to_owned(), first.clone());
        for number in 0..MAX_SESSIONS {
            owners.record("ada".to_owned(), HeaderValue::from(number));
        }
        assert!(!owners.owns("ada", &first));
        assert!(owners.owns("ada", &HeaderValue::from(MAX_SESSIONS - 1)));
        assert_eq!(owners.lock().len(), MAX_SESSIONS);
    }
}
