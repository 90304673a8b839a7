//! Many calls: nothing may grow, and no socket may be lost.

use cortex_m_semihosting::hprintln;
use embassy_time::Timer;
use firmware_selftest::stack;
use mcpico_http::Deadlines;

use crate::conversation::add;
use crate::report::Report;
use crate::session::{Connector, Failure, Session, open};
use crate::token::Tokens;

/// Calls after which the connection is given up and made anew.
const CALLS_PER_CONNECTION: u32 = 10;

/// Calls after which everything has been used once.
const WARM: u32 = 100;

/// Bytes that the frames of interrupts take, which may come at the deepest place sooner or later.
const INTERRUPTS: usize = 256;

/// Makes `calls` calls.
///
/// # Errors
/// [`Failure`]: of the first call that goes wrong.
pub async fn endure(
    connector: &mut Connector<'_, '_>,
    session: &mut Session<'_, '_, '_>,
    tokens: &Tokens<'_>,
    calls: u32,
    report: &mut Report,
) -> Result<(), Failure> {
    let endpoint = session.endpoint;
    let mut done = 0;
    let mut warm = 0;
    while done < calls {
        let mut link = open(connector, &endpoint, Deadlines::default()).await?;
        session.shake_hands(&mut link, tokens.good).await?;
        for _ in 0..CALLS_PER_CONNECTION {
            add(session, &mut link, tokens.good).await?;
            done += 1;
            if done == WARM {
                warm = stack::used();
            }
        }
    }
    hprintln!("{} calls", done);
    // The host counts its connections.
    Timer::after_millis(500).await;
    let grown = stack::used() > warm + INTERRUPTS;
    let outcome = if grown { Err(Failure::Content("the stack has grown")) } else { Ok(()) };
    report.step("endurance", outcome);
    Ok(())
}
