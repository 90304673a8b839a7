//! What is to be done, from the command line:
//!
//! | name | is | without it |
//! |---|---|---|
//! | `now` | seconds since 1970 at the start: the machine has no calendar | nothing is done |
//! | `url` | endpoint of a server that is well | nothing is done |
//! | `run` | `conversation`, `faults`, `endurance` or `measure` | `conversation` |
//! | `revision` | the only revision that is spoken | all of them |
//! | `faults` | base URL of the server that goes wrong | there are none |
//! | `calls` | how many `endurance` makes | 1000 |
//! | `asks` | `yes` where the server has the tool `ask`, which needs a legacy revision | `no` |
//! | `big` | `no` where the server has no tool of that name | `yes` |

use embassy_net::Stack;
use embassy_net::dns::DnsSocket;
use embassy_time::Instant;
use mcpico_core::client::Client;
use mcpico_core::jwt::Hs256Key;
use mcpico_core::mcp::{ClientInfo, Revision};
use mcpico_http::Endpoint;
use reqwless::client::HttpClient;

use crate::board::command_line::value;
use crate::conversation::Step;
use crate::report::{Name, Report};
use crate::session::{Failure, Session};
use crate::socket::Socket;
use crate::token::{self, Tokens};
use crate::{conversation, endurance, faults, measure};
use cortex_m_semihosting::hprintln;

/// Bytes of the inbox: the largest message that is held whole.
const INBOX: usize = 8 * 1024;

/// Bytes for a request: message, head and the message once more.
const OUT: usize = 2 * 1024;

/// Bytes that the peer may send before they are read: two full packets.
const RECEIVE: usize = 2 * 1460;

/// Bytes that are written before they are acknowledged.
const SEND: usize = 2 * 1024;

/// The same for the connection beside, which carries an answer and the consent to it.
const RECEIVE_BESIDE: usize = 512;

/// The same.
const SEND_BESIDE: usize = 1024;

/// Who calls.
pub const INFO: ClientInfo = ClientInfo { name: "firmware", version: "1.0.0" };

/// The command line, read.
pub struct Plan {
    line: &'static str,
    now: i64,
    url: &'static str,
}

impl Plan {
    /// Reads the command line; `None` when something is missing.
    pub fn read(line: &'static str) -> Option<Self> {
        Some(Self { line, now: value(line, "now")?.parse().ok()?, url: value(line, "url")? })
    }

    /// A number for ports and the like, which is another one at each start.
    pub fn seed(&self) -> u64 {
        self.now.unsigned_abs()
    }

    /// Seconds since 1970.
    fn now(&self) -> i64 {
        self.now.saturating_add(i64::try_from(Instant::now().as_secs()).unwrap_or_default())
    }

    /// Does it; whether all went well.
    pub async fn carry_out(&self, stack: Stack<'static>) -> bool {
        let mut report = Report::default();
        match self.work(stack, &mut report).await {
            Ok(()) => report.conclude(),
            Err(failure) => {
                hprintln!("FAILED  {}", Name(failure));
                false
            }
        }
    }

    async fn work(&self, stack: Stack<'static>, report: &mut Report) -> Result<(), Failure> {
        stack.wait_config_up().await;
        if let Some(config) = stack.config_v4() {
            hprintln!("address {}", config.address);
        }
        let (mut receive, mut send) = ([0; RECEIVE], [0; SEND]);
        let (mut inbox, mut out) = ([0; INBOX], [0; OUT]);
        let socket = Socket::new(stack, &mut receive, &mut send);
        let dns = DnsSocket::new(stack);
        let mut connector = HttpClient::new(&socket, &dns);
        let (mut receive, mut send) = ([0; RECEIVE_BESIDE], [0; SEND_BESIDE]);
        let second = Socket::new(stack, &mut receive, &mut send);
        let mut beside = HttpClient::new(&second, &dns);

        let key = Hs256Key::new(token::SECRET).map_err(|_| Failure::Content("the key is short"))?;
        let mut room = [[0; token::MAX_LEN]; 3];
        let now = self.now();
        let tokens = Tokens::mint(&key, now, &mut room).ok_or(Failure::Content("no token"))?;

        let client = match value(self.line, "revision").and_then(Revision::from_name) {
            Some(revision) => Client::with_revisions(INFO, revision, revision),
            None => Client::new(INFO),
        };
        let mut session = Session {
            endpoint: Endpoint::parse(self.url)?,
            client,
            out: &mut out,
            inbox: &mut inbox,
            beside: &mut beside,
        };
        let (connector, session) = (&mut connector, &mut session);
        match value(self.line, "run") {
            Some("faults") => {
                let base = value(self.line, "faults").ok_or(Failure::Content("no faults"))?;
                faults::survive(connector, session, &tokens, base, report).await?;
            }
            Some("endurance") => {
                let calls = value(self.line, "calls").and_then(|calls| calls.parse().ok());
                let calls = calls.unwrap_or(1000);
                endurance::endure(connector, session, &tokens, calls, report).await?;
            }
            Some("measure") => {
                measure::weigh(connector, &socket, session, &key, &tokens, now, report).await?;
            }
            Some("conversation") | None => {
                let left_out = |step| match step {
                    Step::Ask => value(self.line, "asks") != Some("yes"),
                    Step::Big => value(self.line, "big") == Some("no"),
                    _ => false,
                };
                conversation::hold(connector, session, &tokens, now, &left_out, report).await?;
            }
            Some(_) => return Err(Failure::Content("no such run")),
        }
        let traffic = socket.traffic();
        hprintln!(
            "traffic {} connections, {} bytes received, {} sent",
            traffic.connections,
            traffic.received,
            traffic.sent
        );
        Ok(())
    }
}
