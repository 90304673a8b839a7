//! One exchange, and what came of it.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use embedded_io_adapters::tokio_1::FromTokio;
use embedded_io_async::{Read, Write};
use embedded_nal_async::{AddrType, Dns, TcpConnect};
use mcpico_core::client::{Call, Client, Event, Response};
use mcpico_core::mcp::{ClientInfo, Method, Revision};
use mcpico_http::std::{TokioConnector, TokioTimer};
use mcpico_http::{Connect, Connection, Deadlines, Endpoint, Error, Reply, Timer};
use reqwless::client::HttpClient;
use tokio::net::TcpStream;

pub(crate) const INFO: ClientInfo = ClientInfo { name: "test", version: "1.0.0" };
pub(crate) const LIST: Call<'static> = Call::new(Method::ListTools { cursor: None });

/// So generous that only a hang runs into them.
pub(crate) const PATIENT: Deadlines = Deadlines {
    connect: Duration::from_secs(20),
    first_byte: Duration::from_secs(20),
    idle: Duration::from_secs(20),
    total: Duration::from_mins(1),
};

/// Short enough for a test to run into it. Only one deadline of a test is, so that a busy machine
/// cannot bring about another one.
pub(crate) const SHORT: Duration = Duration::from_millis(150);

pub(crate) const CONNECT: Deadlines = Deadlines { connect: SHORT, ..PATIENT };
pub(crate) const FIRST_BYTE: Deadlines = Deadlines { first_byte: SHORT, ..PATIENT };
pub(crate) const IDLE: Deadlines = Deadlines { idle: SHORT, ..PATIENT };
pub(crate) const TOTAL: Deadlines = Deadlines { total: Duration::from_secs(1), ..PATIENT };

/// An event without what it borrows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Seen {
    Accepted,
    Error(i64),
    Interrupted,
    Notification(String),
    Rejected(u16, String),
    Request(String),
    Result(String),
    Unsolicited,
    Other,
}

impl Seen {
    pub(crate) fn of(event: &Event<'_>) -> Self {
        match event {
            Event::Accepted => Self::Accepted,
            Event::Interrupted => Self::Interrupted,
            Event::Notification(notification) => {
                Self::Notification(notification.method.to_string())
            }
            Event::Rejected { status, body } => {
                Self::Rejected(*status, String::from_utf8_lossy(body).into())
            }
            Event::ServerRequest(request) => Self::Request(request.method.to_string()),
            Event::Response(Response::Result(result)) => Self::Result(result.text().into()),
            Event::Response(Response::Error(error)) => Self::Error(error.code),
            Event::Unsolicited { .. } => Self::Unsolicited,
            _ => Self::Other,
        }
    }
}

/// What came of an exchange.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outcome {
    /// 0 when no head came.
    pub(crate) status: u16,
    pub(crate) seen: Vec<Seen>,
    pub(crate) error: Option<Error>,
    /// Whether the connection can carry another exchange.
    pub(crate) open: bool,
}

impl Outcome {
    /// The one event of an exchange without an error.
    #[track_caller]
    pub(crate) fn sole(&self) -> &Seen {
        assert_eq!((self.error, self.seen.len()), (None, 1), "{self:?}");
        &self.seen[0]
    }
}

/// A client of the modern revision alone: ready at once, its first id is 1.
pub(crate) const fn modern() -> Client {
    Client::with_revisions(INFO, Revision::LATEST, Revision::LATEST)
}

/// Reads a reply to its end; what was seen, and the error that ended it.
pub(crate) async fn read<Io: Read + Write, T: Timer>(
    reply: &mut Reply<'_, Io, T>,
) -> (Vec<Seen>, Option<Error>) {
    let mut seen = Vec::new();
    loop {
        match reply.next_event().await {
            Ok(Event::Closed) => return (seen, None),
            Ok(event) => seen.push(Seen::of(&event)),
            Err(error) => return (seen, Some(error)),
        }
    }
}

/// Makes one call on a connection.
pub(crate) async fn ask<Io: Read + Write, T: Timer>(
    connection: &mut Connection<Io, T>,
    endpoint: &Endpoint<'_>,
    client: &mut Client,
    call: &Call<'_>,
) -> Outcome {
    let (mut out, mut storage) = (vec![0; 4096], vec![0; 64 * 1024]);
    let (status, seen, error) =
        match connection.call(endpoint, client, call, &mut out, &mut storage).await {
            Ok(mut reply) => {
                let (seen, error) = read(&mut reply).await;
                (reply.status(), seen, error)
            }
            Err(error) => (0, Vec::new(), Some(error)),
        };
    Outcome { status, seen, error, open: connection.is_open() }
}

/// Connects and makes one call.
pub(crate) async fn ask_over<C: Connect>(
    connector: &mut C,
    url: &str,
    call: &Call<'_>,
    deadlines: Deadlines,
) -> Outcome {
    let endpoint = Endpoint::parse(url).unwrap();
    let timer = TokioTimer::default();
    match Connection::open(connector, &endpoint, timer, deadlines).await {
        Ok(mut connection) => ask(&mut connection, &endpoint, &mut modern(), call).await,
        Err(error) => Outcome { status: 0, seen: Vec::new(), error: Some(error), open: false },
    }
}

/// The same call over tokio and over reqwless: what came of it has to be the same.
pub(crate) async fn ask_both(url: &str, call: &Call<'_>, deadlines: Deadlines) -> Outcome {
    let outcome = ask_over(&mut TokioConnector::new(), url, call, deadlines).await;
    let mut reqwless = HttpClient::new(&Net, &Net);
    let other = ask_over(&mut reqwless, url, call, deadlines).await;
    assert_eq!(outcome, other, "tokio, reqwless");
    outcome
}

/// tokio as embedded-nal-async has it, so that reqwless can connect by it.
pub(crate) struct Net;

impl TcpConnect for Net {
    type Error = std::io::Error;
    type Connection<'a> = FromTokio<TcpStream>;

    async fn connect(&self, remote: SocketAddr) -> Result<FromTokio<TcpStream>, Self::Error> {
        TcpStream::connect(remote).await.map(FromTokio::new)
    }
}

impl Dns for Net {
    type Error = std::io::Error;

    async fn get_host_by_name(&self, host: &str, _: AddrType) -> Result<IpAddr, Self::Error> {
        host.parse().map_err(|_| std::io::ErrorKind::NotFound.into())
    }

    async fn get_host_by_address(&self, _: IpAddr, _: &mut [u8]) -> Result<usize, Self::Error> {
        Err(std::io::ErrorKind::Unsupported.into())
    }
}
