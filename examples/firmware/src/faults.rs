//! Servers that go wrong in every way, and one that is well after each.

use core::fmt::Write;
use core::time::Duration;

use cortex_m_semihosting::hprintln;
use mcpico_core::client::Client;
use mcpico_core::mcp::Revision;
use mcpico_http::{Deadlines, Endpoint};

use crate::conversation::{add, tool};
use crate::plan::INFO;
use crate::report::{Line, Name, Report};
use crate::session::{Connector, Failure, Session, open};
use crate::token::Tokens;

/// What goes wrong; names of the paths of the server that does so.
const FAULTS: [&str; 17] = [
    "unknown-name",
    "unreachable",
    "refused",
    "silent",
    "half-head",
    "half-body",
    "dripping",
    "killed",
    "killed-in-stream",
    "reset",
    "reset-in-answer",
    "garbage",
    "length-too-small",
    "length-too-large",
    "large-event",
    "other-id",
    "unauthorized",
];

/// What a call may take whose answer to the server is not taken: more than that, less than this server's patience.
const PATIENT: Deadlines = Deadlines {
    connect: Duration::from_secs(5),
    first_byte: Duration::from_secs(5),
    idle: Duration::from_secs(5),
    total: Duration::from_secs(8),
};

/// Short ones, so that missing all of them takes seconds.
const DEADLINES: Deadlines = Deadlines {
    connect: Duration::from_secs(1),
    first_byte: Duration::from_millis(800),
    idle: Duration::from_millis(600),
    total: Duration::from_millis(1500),
};

/// Calls each of the servers below `base`, tells what came of it, and then calls the one that is well.
///
/// # Errors
/// [`Failure`]: the server that is well cannot be reached.
pub async fn survive(
    connector: &mut Connector<'_, '_>,
    session: &mut Session<'_, '_, '_>,
    tokens: &Tokens<'_>,
    base: &str,
    report: &mut Report,
) -> Result<(), Failure> {
    let well = session.endpoint;
    for fault in FAULTS {
        let mut url = Line::<96>::new();
        let written = match fault {
            // Nobody has this address.
            "unreachable" => write!(url, "http://10.0.2.99:9/mcp"),
            // Nothing listens on this port.
            "refused" => write!(url, "http://10.0.2.2:9/mcp"),
            "unknown-name" => write!(url, "http://unknown.test/mcp"),
            path => write!(url, "{base}/{path}"),
        };
        written.map_err(|_| Failure::Content("the URL is too long"))?;
        let failure = meet(connector, session, tokens, url.as_str()).await;
        match failure {
            Ok(()) => report.step(fault, Err(Failure::Content("nothing went wrong"))),
            Err(failure) => {
                report.step(fault, Ok(()));
                hprintln!("fault   {}: {}", fault, Name(failure));
            }
        }
        let mut link = open(connector, &well, Deadlines::default()).await?;
        session.client = Client::with_revisions(INFO, Revision::LATEST, Revision::LATEST);
        report.step("the next call", add(session, &mut link, tokens.good).await);
    }
    report.step("an answer that is not taken", ask(connector, session, tokens, base).await);
    Ok(())
}

/// Calls a server of the legacy era that asks in the middle of the call and does not take the answer.
async fn ask(
    connector: &mut Connector<'_, '_>,
    session: &mut Session<'_, '_, '_>,
    tokens: &Tokens<'_>,
    base: &str,
) -> Result<(), Failure> {
    let mut url = Line::<96>::new();
    write!(url, "{base}/deaf").map_err(|_| Failure::Content("the URL is too long"))?;
    let legacy = Revision::LATEST_LEGACY;
    let mut session = Session {
        endpoint: Endpoint::parse(url.as_str())?,
        client: Client::with_revisions(INFO, legacy, legacy),
        out: session.out,
        inbox: session.inbox,
        beside: session.beside,
    };
    let endpoint = session.endpoint;
    let mut link = open(connector, &endpoint, PATIENT).await?;
    session.shake_hands(&mut link, tokens.good).await?;
    session.call(&mut link, tokens.good, tool("add", b"{}")?, &mut |_| Ok(())).await
}

async fn meet(
    connector: &mut Connector<'_, '_>,
    session: &mut Session<'_, '_, '_>,
    tokens: &Tokens<'_>,
    url: &str,
) -> Result<(), Failure> {
    let endpoint = Endpoint::parse(url)?;
    let mut link = open(connector, &endpoint, DEADLINES).await?;
    let mut session = Session {
        endpoint,
        client: Client::with_revisions(INFO, Revision::LATEST, Revision::LATEST),
        out: session.out,
        inbox: session.inbox,
        beside: session.beside,
    };
    session.call(&mut link, tokens.good, tool("add", b"{}")?, &mut |_| Ok(())).await
}
