//! A session with one server: what is lent to the client, and the loops around it.

use core::time::Duration;

use embassy_net::dns::DnsSocket;
use mcpico_core::auth::Bearer;
use mcpico_core::client::{
    Answer, Call, Client, Event, Notification, Response, ResultStream, ServerRequest, Streamed,
};
use mcpico_core::json::{self, StreamEvent, Value};
use mcpico_core::mcp::Method;
use mcpico_http::{Connection, Deadlines, EmbassyTimer, Endpoint, Error};
use reqwless::client::{HttpClient, HttpConnection};

use crate::socket::{Lent, Socket};

/// What makes connections.
pub type Connector<'a, 'n> = HttpClient<'a, Socket<'n>, DnsSocket<'n>>;

/// A connection.
pub type Link<'c, 'n> = Connection<HttpConnection<'c, Lent<'c, 'n>>, EmbassyTimer>;

/// Connects. A link that is lost has to be dropped before the next one is made.
///
/// # Errors
/// As [`Connection::open`].
pub async fn open<'c, 'n>(
    connector: &'c mut Connector<'_, 'n>,
    endpoint: &Endpoint<'c>,
    deadlines: Deadlines,
) -> Result<Link<'c, 'n>, Error> {
    let mut link = Connection::open(connector, endpoint, EmbassyTimer, deadlines).await?;
    // QEMU's own network has no TLS. On a board the connection is TLS and this line goes.
    link.allow_plaintext_bearer(true);
    Ok(link)
}

/// Bytes for what the server says to an answer: a head and nothing behind it.
const CONSENT: usize = 512;

/// How long a server may take to take an answer: the call waits meanwhile, and its own deadlines go on.
const ANSWERING: Deadlines = Deadlines {
    connect: Duration::from_secs(2),
    first_byte: Duration::from_secs(2),
    idle: Duration::from_secs(2),
    total: Duration::from_secs(2),
};

/// What one conversation needs; nothing of it is allocated.
pub struct Session<'s, 'c, 'n> {
    /// Where the server is.
    pub endpoint: Endpoint<'s>,
    /// What has been agreed.
    pub client: Client,
    /// Takes requests.
    pub out: &'s mut [u8],
    /// Takes answers.
    pub inbox: &'s mut [u8],
    /// Connects beside the link, over a socket of its own, to answer what the server asks.
    pub beside: &'s mut Connector<'c, 'n>,
}

/// Why a call came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The answer is not what was expected.
    Content(&'static str),
    /// The adapter or the client says so.
    Http(Error),
    /// The stream ended before the response.
    Interrupted,
    /// The server did not take the request; the HTTP status.
    Rejected(u16),
    /// The server answered by an error; its code.
    Rpc(i64),
}

/// The server wants input first, or does the work as a task: this client offers neither.
const OTHER_RESULT: Failure = Failure::Content("another kind of result");

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Http(error.into())
    }
}

impl Session<'_, '_, '_> {
    /// Finds out what the server speaks, opens a session where there are some.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn shake_hands(
        &mut self,
        link: &mut Link<'_, '_>,
        bearer: Bearer<'_>,
    ) -> Result<(), Failure> {
        loop {
            let step = link.connect_step(
                &self.endpoint,
                &mut self.client,
                Some(bearer),
                self.out,
                self.inbox,
            );
            let Some(mut reply) = step.await? else { return Ok(()) };
            let mut failure = Failure::Interrupted;
            loop {
                match reply.next_event().await? {
                    Event::Closed => break,
                    Event::Rejected { status, .. } => failure = Failure::Rejected(status),
                    Event::Response(Response::Error(error)) => failure = Failure::Rpc(error.code),
                    _ => {}
                }
            }
            if !self.client.settle(reply.exchange())? {
                return Err(failure);
            }
        }
    }

    /// Calls, and has `read` look at the result.
    ///
    /// # Errors
    /// [`Failure`]; what `read` says.
    pub async fn call(
        &mut self,
        link: &mut Link<'_, '_>,
        bearer: Bearer<'_>,
        method: Method<'_>,
        read: &mut dyn FnMut(Value<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.exchange(link, bearer, Call::new(method), &mut |_| {}, read).await
    }

    /// Calls, and has `hear` look at what is told before the result, too.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub async fn call_hearing(
        &mut self,
        link: &mut Link<'_, '_>,
        bearer: Bearer<'_>,
        method: Method<'_>,
        hear: &mut dyn FnMut(&Notification<'_>),
        read: &mut dyn FnMut(Value<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.exchange(link, bearer, Call::new(method).progress(), hear, read).await
    }

    async fn exchange(
        &mut self,
        link: &mut Link<'_, '_>,
        bearer: Bearer<'_>,
        call: Call<'_>,
        hear: &mut dyn FnMut(&Notification<'_>),
        read: &mut dyn FnMut(Value<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let call = call.bearer(Some(bearer));
        let sent = link.call(&self.endpoint, &mut self.client, &call, self.out, self.inbox);
        let mut reply = sent.await?;
        let mut outcome = Err(Failure::Interrupted);
        loop {
            match reply.next_event().await? {
                Event::Closed => break,
                Event::Notification(notification) => hear(&notification),
                Event::ServerRequest(request) => {
                    let (endpoint, client) = (&self.endpoint, &mut self.client);
                    answer(self.beside, endpoint, client, &request, bearer, self.out).await;
                }
                Event::Rejected { status, .. } => outcome = Err(Failure::Rejected(status)),
                Event::Response(Response::Error(error)) => outcome = Err(Failure::Rpc(error.code)),
                Event::Response(Response::Result(result)) => outcome = read(result),
                Event::Response(_) => outcome = Err(OTHER_RESULT),
                _ => {}
            }
        }
        self.client.settle(reply.exchange())?;
        outcome
    }

    /// Calls where the result may be larger than the inbox, and hands it out in parts, be it large or small. They are
    /// nothing before this says `Ok`.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn stream(
        &mut self,
        link: &mut Link<'_, '_>,
        bearer: Bearer<'_>,
        method: Method<'_>,
        take: &mut dyn FnMut(&StreamEvent<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let call = Call::new(method).bearer(Some(bearer));
        let sent = link.call(&self.endpoint, &mut self.client, &call, self.out, self.inbox);
        let mut reply = sent.await?;
        let mut stream = ResultStream::new();
        let mut outcome = Err(Failure::Interrupted);
        loop {
            match reply.next_streamed(&mut stream).await? {
                Streamed::Part(event) => take(&event)?,
                Streamed::Complete => outcome = Ok(()),
                Streamed::Failed { code } => outcome = Err(Failure::Rpc(code)),
                Streamed::Event(Event::Closed) => break,
                Streamed::Event(Event::ServerRequest(request)) => {
                    let (endpoint, client) = (&self.endpoint, &mut self.client);
                    answer(self.beside, endpoint, client, &request, bearer, self.out).await;
                }
                Streamed::Event(Event::Rejected { status, .. }) => {
                    outcome = Err(Failure::Rejected(status));
                }
                Streamed::Event(Event::Response(Response::Error(error))) => {
                    outcome = Err(Failure::Rpc(error.code));
                }
                Streamed::Event(Event::Response(Response::Result(result))) => {
                    // It has been read once, so there is no error in it.
                    let (mut parts, mut text) = (json::Stream::new(), result.raw());
                    while let Ok(Some(part)) = parts.next_event(&mut text) {
                        take(&part)?;
                    }
                    outcome = Ok(());
                }
                Streamed::Event(Event::Response(_)) => outcome = Err(OTHER_RESULT),
                _ => {}
            }
        }
        self.client.settle(reply.exchange())?;
        outcome
    }

    /// Ends the session, where there is one.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn end(
        &mut self,
        link: &mut Link<'_, '_>,
        bearer: Bearer<'_>,
    ) -> Result<(), Failure> {
        let bearer = Some(bearer);
        let end = link.end(&self.endpoint, &mut self.client, bearer, self.out, self.inbox);
        let Some(mut reply) = end.await? else { return Ok(()) };
        while reply.next_event().await? != Event::Closed {}
        Ok(())
    }
}

/// Answers a request of a legacy server while the stream that it came on waits. Only `ping` is answered with a result:
/// this client has no capabilities. The server decides what becomes of a request whose answer does not reach it.
async fn answer(
    beside: &mut Connector<'_, '_>,
    endpoint: &Endpoint<'_>,
    client: &mut Client,
    request: &ServerRequest<'_>,
    bearer: Bearer<'_>,
    out: &mut [u8],
) {
    let Ok(mut link) = open(beside, endpoint, ANSWERING).await else { return };
    let mut consent = [0; CONSENT];
    let (answer, bearer) = (Answer::default_for(request), Some(bearer));
    let sent = link.answer(endpoint, client, request, answer, bearer, out, &mut consent);
    if let Ok(mut reply) = sent.await {
        while reply.next_event().await.is_ok_and(|event| event != Event::Closed) {}
    }
}
