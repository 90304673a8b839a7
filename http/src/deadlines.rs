//! How long things may take.

use core::fmt;
use core::time::Duration;

/// How long the parts of an exchange may take. All of them have a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Deadlines {
    /// From the start of connecting until the connection, with TLS, is there.
    pub connect: Duration,
    /// From the end of the request until the first byte of the response.
    pub first_byte: Duration,
    /// Between two reads of a response, and for each write of a request.
    pub idle: Duration,
    /// From the start of the request until the end of the response.
    pub total: Duration,
}

impl Deadlines {
    pub(crate) const fn of(&self, which: Deadline) -> Duration {
        match which {
            Deadline::Connect => self.connect,
            Deadline::FirstByte => self.first_byte,
            Deadline::Idle => self.idle,
            Deadline::Total => self.total,
        }
    }
}

impl Default for Deadlines {
    /// 10 s to connect, 30 s to the first byte, 30 s between reads, 5 minutes in all.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(30),
            idle: Duration::from_secs(30),
            total: Duration::from_mins(5),
        }
    }
}

/// Which deadline passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Deadline {
    /// [`Deadlines::connect`]
    Connect,
    /// [`Deadlines::first_byte`]
    FirstByte,
    /// [`Deadlines::idle`]
    Idle,
    /// [`Deadlines::total`]
    Total,
}

impl fmt::Display for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connecting",
            Self::FirstByte => "waiting for the first byte",
            Self::Idle => "waiting for more bytes",
            Self::Total => "the whole exchange",
        })
    }
}

/// The time limit passed before the future was ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct TimedOut;

/// A clock that futures can be raced against.
pub trait Timer {
    /// Time since some fixed moment; it never goes backwards.
    fn now(&self) -> Duration;

    /// Runs `future` for at most `limit`, then drops it.
    ///
    /// # Errors
    /// [`TimedOut`].
    async fn timeout<F: Future>(&self, limit: Duration, future: F) -> Result<F::Output, TimedOut>;
}

/// Longest time that an embassy timer is set for: a year is for ever.
#[cfg(feature = "embassy-time")]
const LONGEST: Duration = Duration::from_hours(365 * 24);

/// Deadlines by embassy-time. A limit of more than a year counts as a year.
#[cfg(feature = "embassy-time")]
#[derive(Clone, Copy, Debug, Default)]
pub struct EmbassyTimer;

#[cfg(feature = "embassy-time")]
impl Timer for EmbassyTimer {
    fn now(&self) -> Duration {
        Duration::from_micros(embassy_time::Instant::now().as_micros())
    }

    async fn timeout<F: Future>(&self, limit: Duration, future: F) -> Result<F::Output, TimedOut> {
        // Its arithmetic panics on what is not far from the end of its range.
        let seconds = limit.min(LONGEST).as_secs();
        let limit = embassy_time::Duration::from_secs(seconds)
            + embassy_time::Duration::from_micros(limit.subsec_micros().into());
        embassy_time::with_timeout(limit, future).await.map_err(|_| TimedOut)
    }
}
