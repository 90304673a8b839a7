//! What things cost.

use core::hint::black_box;

use cortex_m_semihosting::hprintln;
use mcpico_core::client::Call;
use mcpico_core::jwt::{Hs256Key, Policy, verify};
use mcpico_http::Deadlines;

use crate::board::clock::cycles;
use crate::board::executor::asleep;
use crate::conversation::{add, tool};
use crate::report::Report;
use crate::session::{Connector, Failure, Link, Session, open};
use crate::socket::Socket;
use crate::token::{self, AUDIENCE, ISSUER, Tokens};

/// Runs that are averaged.
const RUNS: u32 = 16;

/// Tells the cycles of a signature, a verification with its claims, and of a call, and the bytes of a call.
///
/// # Errors
/// [`Failure`]: a call goes wrong.
pub async fn weigh(
    connector: &mut Connector<'_, '_>,
    socket: &Socket<'_>,
    session: &mut Session<'_, '_, '_>,
    key: &Hs256Key,
    tokens: &Tokens<'_>,
    now: i64,
    report: &mut Report,
) -> Result<(), Failure> {
    let policy = Policy::new().issuer(ISSUER).audience(AUDIENCE);
    let mut room = [0; token::MAX_LEN];
    let mut well = true;
    let took = busy(|| {
        well &= token::mint(key, black_box(now), &mut room).is_some();
    });
    hprintln!("sign {} cycles", took);
    let text = tokens.good.token().as_bytes();
    let took = busy(|| well &= verify(key, black_box(text), &policy, now, &mut room).is_ok());
    hprintln!("verify {} cycles", took);
    report.step("tokens", if well { Ok(()) } else { Err(Failure::Content("a bad token")) });

    let endpoint = session.endpoint;
    let mut link = open(connector, &endpoint, Deadlines::default()).await?;
    session.shake_hands(&mut link, tokens.good).await?;
    add(session, &mut link, tokens.good).await?;
    let (before, from, slept) = (socket.traffic(), cycles(), asleep());
    for _ in 0..RUNS {
        add(session, &mut link, tokens.good).await?;
    }
    let took = (cycles() - from - (asleep() - slept)) / u64::from(RUNS);
    let traffic = socket.traffic();
    hprintln!("call {} cycles", took);
    hprintln!(
        "call {} bytes sent, {} received",
        (traffic.sent - before.sent) / RUNS,
        (traffic.received - before.received) / RUNS
    );
    report.step("calls", Ok(()));
    weigh_futures(session, &mut link, tokens).await
}

/// Tells the bytes of what a call keeps while it waits.
async fn weigh_futures(
    session: &mut Session<'_, '_, '_>,
    link: &mut Link<'_, '_>,
    tokens: &Tokens<'_>,
) -> Result<(), Failure> {
    let call = Call::new(tool("whoami", b"{}")?).bearer(Some(tokens.good));
    let (endpoint, client) = (&session.endpoint, &mut session.client);
    hprintln!("size client {}", size_of_val(client));
    hprintln!("size inbox {}", session.inbox.len());
    hprintln!("size output {}", session.out.len());
    let sent = link.call(endpoint, client, &call, session.out, session.inbox);
    hprintln!("size call {}", size_of_val(&sent));
    let mut reply = sent.await?;
    hprintln!("size reply {}", size_of_val(&reply));
    hprintln!("size event {}", size_of_val(&reply.next_event()));
    Ok(())
}

/// Cycles of `work`, on average and without interrupts.
fn busy(mut work: impl FnMut()) -> u64 {
    let mut sum = 0;
    for _ in 0..RUNS {
        cortex_m::interrupt::free(|_| {
            let from = cycles();
            work();
            sum += cycles() - from;
        });
    }
    sum / u64::from(RUNS)
}
