//! The time by which tokens are judged and made.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970 by the system's clock; one that reads a time before that counts as 0.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
