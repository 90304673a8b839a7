//! The messages of one revision, without credentials.

use mcpico_core::auth::Bearer;
use mcpico_core::client::{Call, Client, Event, Exchange, Post, Verb};
use mcpico_core::http1;
use mcpico_core::inbox::Inbox;
use mcpico_core::json;
use mcpico_core::mcp::{self, Revision};
use mcpico_http::std::{TokioConnector, TokioTimer};
use mcpico_http::{Connection, Deadlines, Endpoint, Error};
use serde_json::{Value, json};

use super::layer::Class;
use super::surface::Surface;
use super::wire::Message;
use crate::target::INFO;

/// Room for a request.
const OUT: usize = 256 * 1024;

/// Room for an answer of the handshake.
const INBOX: usize = 256 * 1024;

/// How to reach the server, for a handshake.
#[derive(Clone, Copy)]
pub(crate) struct Way<'w> {
    pub(crate) endpoint: &'w str,
    pub(crate) token: Option<&'w str>,
    pub(crate) deadlines: Deadlines,
    pub(crate) allow_plaintext_bearer: bool,
}

/// What is said in one revision.
pub(crate) struct Dialogue {
    pub(crate) revision: Revision,
    /// A client that is ready, with a session when the server has opened one.
    client: Client,
}

impl Dialogue {
    /// Without a word to the server: there is no session.
    ///
    /// # Errors
    /// The client does not take the answer that is put into its mouth.
    pub(crate) fn alone(revision: Revision) -> Result<Self, Error> {
        let mut client = Client::with_revisions(INFO, revision, revision);
        if !revision.is_modern() {
            let mut out = vec![0; OUT];
            if let Some((_, exchange)) = client.connect(None, &mut out)? {
                settle(&mut client, exchange, Some(&initialized(revision)))?;
            }
            if let Some((_, exchange)) = client.connect(None, &mut out)? {
                settle(&mut client, exchange, None)?;
            }
        }
        Ok(Self { revision, client })
    }

    /// After a handshake with the server, in the newest of these revisions that it speaks.
    ///
    /// # Errors
    /// [`Error`]; `None` when the server does not let us in.
    pub(crate) async fn open(
        way: Way<'_>,
        oldest: Revision,
        newest: Revision,
    ) -> Result<Option<Self>, Error> {
        let mut client = Client::with_revisions(INFO, oldest, newest);
        let endpoint = Endpoint::parse(way.endpoint)?;
        let bearer = way.token.and_then(|token| Bearer::new(token).ok());
        let (mut out, mut storage) = (vec![0; OUT], vec![0; INBOX]);
        while client.revision().is_none() {
            let mut connection = connect(way, &endpoint).await?;
            let step = connection
                .connect_step(&endpoint, &mut client, bearer, &mut out, &mut storage)
                .await?;
            let Some(mut reply) = step else { break };
            loop {
                match reply.next_event().await? {
                    Event::Closed | Event::Accepted => break,
                    Event::Rejected { .. } => return Ok(None),
                    _ => {}
                }
            }
            if !client.settle(reply.exchange())? {
                return Ok(None);
            }
        }
        Ok(client.revision().map(|revision| Self { revision, client }))
    }

    /// Whether the server has opened a session.
    pub(crate) const fn has_session(&self) -> bool {
        self.client.has_session()
    }

    /// The request of a class; `None` where this revision has none.
    pub(crate) fn message(&mut self, class: Class, surface: &Surface) -> Option<Message> {
        let mut out = vec![0; OUT];
        let schema = surface.tool.schema.to_string();
        let arguments = surface.tool.arguments.to_string();
        let prompt_arguments = surface.prompt_arguments.to_string();
        let method = match class {
            Class::Discover if self.revision.is_modern() => mcp::Method::Discover,
            Class::Discover => return self.initialize(),
            Class::ToolsList => mcp::Method::ListTools { cursor: None },
            Class::ToolsCall => mcp::Method::CallTool {
                name: &surface.tool.name,
                arguments: json::parse(arguments.as_bytes()).ok(),
                input_schema: json::parse(schema.as_bytes()).ok(),
            },
            Class::ResourcesRead => mcp::Method::ReadResource { uri: &surface.resource },
            Class::PromptsGet => mcp::Method::GetPrompt {
                name: &surface.prompt,
                arguments: json::parse(prompt_arguments.as_bytes()).ok(),
            },
            Class::Stream if !self.revision.is_modern() => {
                let (post, _) = self.client.listen(None, &mut out).ok()?;
                return Some(of(post));
            }
            Class::End if !self.revision.is_modern() => {
                // The client goes on as if the session were there.
                let mut client = self.client.clone();
                return match client.end(None, &mut out) {
                    Ok(Some((post, _))) => Some(of(post)),
                    _ => Some(self.bare(http1::Method::Delete)),
                };
            }
            Class::Stream => return Some(self.bare(http1::Method::Get)),
            Class::End => return Some(self.bare(http1::Method::Delete)),
        };
        self.request(method)
    }

    /// A request of any method; `None` where this revision has none.
    pub(crate) fn request(&mut self, method: mcp::Method<'_>) -> Option<Message> {
        let mut out = vec![0; OUT];
        let (post, _) = self.client.request(&Call::new(method), &mut out).ok()?;
        Some(of(post))
    }

    /// Opens a session of its own.
    fn initialize(&self) -> Option<Message> {
        let mut client = Client::with_revisions(INFO, self.revision, self.revision);
        let mut out = vec![0; OUT];
        client.connect(None, &mut out).ok()?.map(|(post, _)| of(post))
    }

    fn bare(&self, method: http1::Method) -> Message {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let headers = vec![
            header("Accept", "text/event-stream"),
            header("MCP-Protocol-Version", self.revision.name()),
        ];
        Message { method, headers, body: Vec::new() }
    }
}

async fn connect(
    way: Way<'_>,
    endpoint: &Endpoint<'_>,
) -> Result<Connection<mcpico_http::std::TokioIo, TokioTimer>, Error> {
    // What the connector makes does not borrow it.
    let mut connector = TokioConnector::new();
    let timer = TokioTimer::default();
    let mut connection = Connection::open(&mut connector, endpoint, timer, way.deadlines).await?;
    connection.allow_plaintext_bearer(way.allow_plaintext_bearer);
    Ok(connection)
}

fn of(post: Post<'_>) -> Message {
    let method = match post.verb() {
        Verb::Post => http1::Method::Post,
        Verb::Get => http1::Method::Get,
        Verb::Delete => http1::Method::Delete,
    };
    let headers = post.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Message { method, headers, body: post.body().to_vec() }
}

/// Answers the exchange of a handshake without a server.
fn settle(
    client: &mut Client,
    mut exchange: Exchange,
    result: Option<&Value>,
) -> Result<(), Error> {
    let mut storage = vec![0; INBOX];
    let mut inbox = Inbox::new(&mut storage);
    exchange.on_status(if result.is_some() { 200 } else { 202 });
    exchange.on_header(client, "content-type", b"application/json")?;
    if let Some(result) = result {
        let body = json!({"jsonrpc": "2.0", "id": exchange.id(), "result": result}).to_string();
        if let Some(room) = inbox.spare().get_mut(..body.len()) {
            room.copy_from_slice(body.as_bytes());
        }
        inbox.commit(body.len());
    }
    inbox.close();
    while !matches!(exchange.next_event(&mut inbox)?, Event::Closed | Event::Accepted) {}
    client.settle(&exchange)?;
    Ok(())
}

fn initialized(revision: Revision) -> Value {
    json!({
        "protocolVersion": revision.name(),
        "capabilities": {"tools": {}, "resources": {}, "prompts": {}},
        "serverInfo": {"name": "nobody", "version": "0"},
    })
}
