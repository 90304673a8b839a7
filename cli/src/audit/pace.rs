//! Requests at a rate that a server in use can bear.

use std::time::Duration;

use tokio::time::Instant;

/// Waits between requests.
pub(crate) struct Pace {
    /// None: as fast as it goes.
    interval: Option<Duration>,
    next: Instant,
    sent: usize,
}

impl Pace {
    /// At most `rate` requests in a second.
    pub(crate) fn new(rate: Option<u32>) -> Self {
        let interval = rate.map(|rate| Duration::from_secs(1) / rate.max(1));
        Self { interval, next: Instant::now(), sent: 0 }
    }

    /// Returns when the next request may be sent, and counts it.
    pub(crate) async fn wait(&mut self) {
        self.sent = self.sent.saturating_add(1);
        if let Some(interval) = self.interval {
            tokio::time::sleep_until(self.next).await;
            self.next = Instant::now() + interval;
        }
    }

    pub(crate) const fn sent(&self) -> usize {
        self.sent
    }
}
