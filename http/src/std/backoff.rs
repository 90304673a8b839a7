//! Pauses that grow.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

/// A source of random numbers.
pub(super) type Random = Arc<dyn Fn() -> u64 + Send + Sync>;

/// The pauses between attempts: each twice as long as the one before up to a longest one, and of each a
/// random part of its second half, so that clients which lost a server together do not come back together.
#[derive(Clone)]
pub(super) struct Backoff {
    first: Duration,
    longest: Duration,
    next: Duration,
    random: Random,
}

impl Backoff {
    pub(super) fn new(first: Duration, longest: Duration, random: Random) -> Self {
        Self { first, longest, next: first.min(longest), random }
    }

    /// Begins anew.
    pub(super) const fn reset(&mut self) {
        self.next = self.first;
    }

    /// How long to wait now.
    pub(super) fn pause(&mut self) -> Duration {
        let whole = self.next.min(self.longest);
        self.next = whole.saturating_mul(2).min(self.longest);
        let half = whole / 2;
        let nanoseconds = u64::try_from(half.as_nanos()).unwrap_or(u64::MAX);
        let part = (self.random)() % nanoseconds.saturating_add(1).max(1);
        whole.saturating_sub(half).saturating_add(Duration::from_nanos(part))
    }
}

/// Numbers by the keys that the standard library makes for its hash tables: good enough to spread clients.
pub(super) fn random() -> Random {
    Arc::new(|| RandomState::new().hash_one(0))
}

impl fmt::Debug for Backoff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Backoff({:?} to {:?})", self.first, self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Duration = Duration::from_secs(2);
    const LONGEST: Duration = Duration::from_secs(9);

    fn pauses(random: u64) -> Vec<Duration> {
        let mut backoff = Backoff::new(FIRST, LONGEST, Arc::new(move || random));
        (0..4).map(|_| backoff.pause()).collect()
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_vary_by_half() {
        let seconds = |all: [f64; 4]| all.map(Duration::from_secs_f64).to_vec();
        assert_eq!(pauses(0), seconds([1.0, 2.0, 4.0, 4.5]));
        // The last of the numbers that are different.
        assert_eq!(pauses(1_000_000_000)[0], FIRST);
        assert_eq!(pauses(500_000_000)[0], Duration::from_millis(1_500));
        let mut backoff = Backoff::new(FIRST, LONGEST, random());
        for _ in 0..100 {
            let pause = backoff.pause();
            assert!(pause >= FIRST / 2 && pause <= LONGEST, "{pause:?}");
        }
        backoff.reset();
        assert!(backoff.pause() <= FIRST);
        assert_ne!(random()(), random()());
    }

    #[test]
    fn the_ends_of_the_range_are_no_overflow() {
        let mut backoff = Backoff::new(Duration::MAX, Duration::MAX, Arc::new(|| u64::MAX));
        assert!(backoff.pause() >= Duration::MAX / 2);
        let mut none = Backoff::new(Duration::ZERO, Duration::ZERO, Arc::new(|| 7));
        assert_eq!((none.pause(), none.pause()), (Duration::ZERO, Duration::ZERO));
        let mut less = Backoff::new(LONGEST, FIRST, Arc::new(|| 0));
        assert_eq!(less.pause(), FIRST / 2);
    }
}
