//! Deadlines by embassy-time.

use core::future::{pending, ready};
use core::time::Duration;

use mcpico_http::{EmbassyTimer, TimedOut, Timer};

use crate::wire::block_on;

#[test]
fn a_future_is_raced_against_the_clock() {
    let timer = EmbassyTimer;
    let start = timer.now();
    let limit = Duration::from_millis(20);
    assert_eq!(block_on(timer.timeout(limit, pending::<()>())), Err(TimedOut));
    assert!(timer.now() >= start + limit);
    assert_eq!(block_on(timer.timeout(Duration::ZERO, pending::<()>())), Err(TimedOut));
    assert_eq!(block_on(timer.timeout(Duration::from_mins(1), ready(7))), Ok(7));
}

#[test]
fn no_limit_is_too_long() {
    for limit in [Duration::MAX, Duration::from_micros(u64::MAX), Duration::from_secs(1 << 40)] {
        assert_eq!(block_on(EmbassyTimer.timeout(limit, ready(7))), Ok(7));
    }
}
