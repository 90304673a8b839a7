//! A client against any server and any order of calls.

use core::hint::black_box;
use std::format;
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

use super::event_stream::{Seen, events};
use super::input::Input;
use super::server;
use crate::auth::Bearer;
use crate::client::{
    Answer, Call, Client, Event, Exchange, MAX_NEGOTIATION, Post, Response, Subscription, Update,
    Verb,
};
use crate::http1::{HeaderValue, is_token};
use crate::inbox::Inbox;
use crate::json::{self, Value};
use crate::jsonrpc::Message;
use crate::mcp::{
    CacheHint, Capabilities, ClientInfo, LogLevel, Method, Page, Refusal, Revision,
    SubscriptionFilter, Task, ToolResult, TraceContext,
};
use crate::{Error, Misuse, PeerError};

const INFO: ClientInfo = ClientInfo { name: "fuzz", version: "1" };

/// The input is the oldest and the newest revision, a capacity, and steps.
pub fn client(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let revision = |at: usize| Revision::ALL[at % Revision::ALL.len()];
    let (one, other) = (revision(input.below(5)), revision(input.below(5)));
    let range = (one.min(other), one.max(other));
    let capacity = 64 + 8 * usize::from(input.byte());
    let mut run = Run {
        client: Client::with_revisions(INFO, range.0, range.1)
            .declare(Capabilities { tasks: capacity & 8 == 8, ..Capabilities::NONE }),
        range,
        last_id: 0,
        connects: 0,
        done: Vec::new(),
    };
    // Exchanges one after another; what they taught may be told late, twice or in another order.
    for _ in 0..64 {
        if input.is_empty() {
            break;
        }
        match input.below(9) {
            8 => run.cancel(input.byte()),
            0..=2 => run.connect(&mut input, capacity),
            3 | 4 => run.request(&mut input, capacity),
            5 => run.end(&mut input, capacity),
            6 => run.settle(input.byte()),
            _ => run.misuse(),
        }
    }
}

struct Run {
    client: Client,
    range: (Revision, Revision),
    last_id: u32,
    /// Messages of the handshake since the client was last ready.
    connects: u8,
    /// Exchanges that have not been settled, or have.
    done: Vec<Exchange>,
}

impl Run {
    fn connect(&mut self, input: &mut Input<'_>, capacity: usize) {
        let bearer = bearer(input.byte());
        let was_ready = self.client.revision().is_some();
        let made = written(&mut self.client, |client, out| {
            let made = client.connect(bearer, out)?;
            Ok(made.map(|(post, exchange)| (shown(&post, bearer), exchange)))
        });
        match made {
            Ok(None) => assert!(self.client.revision().is_some()),
            Ok(Some((sent, exchange))) => {
                assert!(!was_ready);
                self.connects += 1;
                assert!(self.connects <= MAX_NEGOTIATION, "negotiation goes on");
                self.sent(&sent, &exchange);
                self.answer(input, exchange, capacity);
            }
            Err(error) => {
                assert_eq!(error, PeerError::Negotiation { limit: MAX_NEGOTIATION }.into());
                assert_eq!(self.connects, MAX_NEGOTIATION);
                self.connects = 0;
            }
        }
    }

    fn request(&mut self, input: &mut Input<'_>, capacity: usize) {
        let kind = input.byte();
        let text = if kind & 16 == 0 { String::from("name") } else { input.text() };
        let arguments = json::parse(b"{\"a\":[1,\"\\u00e9\"]}").ok();
        let cursor = (kind & 32 == 32).then_some(&*text);
        let (mut room, texts) = ([0; 256], [&*text]);
        let filter = SubscriptionFilter {
            tools: kind & 32 == 32,
            resource_uris: &texts,
            ..SubscriptionFilter::default()
        };
        let lent = match kind % 14 {
            10 => Method::subscribe(&filter, &mut room),
            11 => Method::get_task(&text, &mut room),
            12 => Method::set_log_level(LogLevel::ALL[usize::from(kind & 7)], &mut room),
            _ => Method::subscribe_resource(&text, &mut room),
        };
        let method = match kind % 14 {
            0 => Method::ListTools { cursor },
            1 => Method::CallTool { name: &text, arguments, input_schema: None },
            2 => Method::GetPrompt { name: &text, arguments },
            3 => Method::ReadResource { uri: &text },
            4 => Method::Ping,
            5 => Method::Discover,
            6 => Method::ListResources { cursor },
            7 => Method::Complete {
                reference: crate::mcp::CompletionReference::Prompt(&text),
                argument: &text,
                value: &text,
                arguments,
            },
            8 => Method::Other { name: &text, params: arguments, mcp_name: cursor },
            9 => Method::ListPrompts { cursor },
            _ => match lent {
                Ok(method) => method,
                Err(small) => return assert!(small.needed > 256),
            },
        };
        let bearer = bearer(kind >> 6);
        let mut call = Call::new(method).bearer(bearer);
        if kind & 64 == 64 {
            call = call.progress().log(LogLevel::Info);
        }
        let context = TraceContext::new("00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01");
        let context = context.and_then(|context| context.state(&text));
        if let Ok(context) = &context {
            call = call.trace(context);
        }
        let ready = self.client.revision().is_some();
        let made = written(&mut self.client, |client, out| {
            let (post, exchange) = client.request(&call, out)?;
            Ok(Some((shown(&post, bearer), exchange)))
        });
        match made {
            Ok(made) => {
                assert!(ready, "a request before the revision is known");
                let (sent, exchange) = made.expect("a request");
                self.sent(&sent, &exchange);
                assert_eq!(sent.id, Some(exchange.id()));
                self.answer(input, exchange, capacity);
            }
            Err(error) => assert!(
                matches!(error, Error::Misuse(Misuse::NotReady)) != ready
                    && matches!(error, Error::Misuse(_)),
                "{error}"
            ),
        }
    }

    fn end(&mut self, input: &mut Input<'_>, capacity: usize) {
        let had_session = self.client.has_session();
        let bearer = bearer(input.byte());
        let made = written(&mut self.client, |client, out| {
            let made = client.end(bearer, out)?;
            Ok(made.map(|(post, exchange)| (shown(&post, bearer), exchange)))
        });
        if let Some((sent, exchange)) = made.expect("only the room can be missing") {
            assert!(had_session && !self.client.has_session());
            assert_eq!(sent.verb, Verb::Delete);
            assert!(self.client.revision().is_none());
            // Ending a session of a client that was ready starts a negotiation of its own.
            self.answer(input, exchange, capacity);
        }
    }

    /// What may be cancelled is a request of the legacy era without a response; nothing else is written.
    fn cancel(&mut self, which: u8) {
        let Some(exchange) = self.done.get(usize::from(which) % self.done.len().max(1)) else {
            return;
        };
        let (exchange, bearer) = (exchange.clone(), bearer(which));
        let made = written(&mut self.client, |client, out| {
            let made = client.cancel(&exchange, Some("r\"\n"), bearer, out)?;
            Ok(made.map(|(post, _)| shown(&post, bearer)))
        });
        if let Some(sent) = made.expect("only the room can be missing") {
            assert!(!exchange.is_answered() && exchange.id() <= self.last_id);
            assert!(sent.id.is_none() && sent.verb == Verb::Post);
        }
    }

    fn settle(&mut self, which: u8) {
        let Some(exchange) = self.done.get(usize::from(which) % self.done.len().max(1)) else {
            return;
        };
        let before = format!("{:?}", self.client);
        match self.client.settle(exchange) {
            Ok(_) => {}
            Err(error) => {
                assert_eq!(error, PeerError::NoCommonRevision.into());
                assert_eq!(format!("{:?}", self.client), before, "an error changed the client");
            }
        }
        if let Some(revision) = self.client.revision() {
            assert!(self.range.0 <= revision && revision <= self.range.1, "{revision}");
            self.connects = 0;
        }
    }

    /// What must not work before the client is ready.
    fn misuse(&mut self) {
        if self.client.revision().is_none() {
            let call = Call::new(Method::Ping);
            let made = self.client.request(&call, &mut [0; 1024]).map(|_| ());
            assert_eq!(made, Err(Misuse::NotReady.into()));
        }
    }

    fn sent(&mut self, sent: &Sent, exchange: &Exchange) {
        if let Some(id) = sent.id {
            assert_eq!(id, exchange.id());
            assert!(id > self.last_id, "ids increase");
            self.last_id = id;
        }
        assert!(!sent.in_session || self.client.has_session());
    }

    /// The server's answer to `exchange`, by steps of the input.
    fn answer(&mut self, input: &mut Input<'_>, mut exchange: Exchange, capacity: usize) {
        let mut storage = vec![0; capacity];
        let mut inbox = Inbox::new(&mut storage);
        let status = server::status(input);
        exchange.on_status(status);
        assert_eq!(exchange.status(), status);
        for _ in 0..input.below(4) {
            let (name, value) = server::header(input);
            if let Err(error) = exchange.on_header(&mut self.client, name, &value) {
                self.told(&mut exchange, &mut inbox, &[], Some(error));
                self.done.push(exchange);
                return;
            }
        }
        let mut body: Vec<u8> = Vec::new();
        let steps = input.below(8);
        for step in 0..=steps {
            if step == steps {
                inbox.close();
            } else {
                let piece = server::piece(input, &exchange);
                let mut piece = &*piece;
                while !piece.is_empty() {
                    let spare = inbox.spare();
                    assert!(!spare.is_empty(), "data is wanted but there is no room");
                    let (now, later) = piece.split_at(piece.len().min(spare.len()));
                    spare.iter_mut().zip(now).for_each(|(room, byte)| *room = *byte);
                    inbox.commit(now.len());
                    body.extend(now);
                    piece = later;
                    let over = self.told(&mut exchange, &mut inbox, &body, None);
                    if over {
                        break;
                    }
                }
            }
            if self.told(&mut exchange, &mut inbox, &body, None) {
                break;
            }
        }
        self.done.push(exchange);
        if input.byte() & 1 == 0 {
            self.settle(u8::try_from(self.done.len() - 1).unwrap_or(u8::MAX));
        }
    }

    /// Takes all events that there are; whether the exchange is over. `body` is what was fed.
    fn told(
        &mut self,
        exchange: &mut Exchange,
        inbox: &mut Inbox<'_>,
        body: &[u8],
        failed: Option<Error>,
    ) -> bool {
        let mut subscription = Subscription::new(exchange);
        let mut answered = exchange.is_answered();
        let mut over = false;
        // An event takes at least a byte of the body, or it is one of the last two.
        for _ in 0..body.len() + 4 {
            let needs = exchange.needs_data(inbox);
            assert_eq!(exchange.needs_data(inbox), needs);
            let status = exchange.status();
            let event = exchange.next_event(inbox);
            assert_eq!(
                matches!(event, Ok(Event::NeedData)),
                needs == Ok(true),
                "needs_data says {needs:?}"
            );
            let event = match event {
                Ok(event) => event,
                Err(error) => {
                    black_box(error.to_string());
                    assert!(needs == Ok(false) || needs == Err(error));
                    assert!(failed.is_none_or(|failed| failed == error));
                    let message = matches!(error, Error::Peer(PeerError::Message(_)));
                    assert!(!message || !self.is_batch(exchange, body), "{error} in a batch");
                    assert_eq!(exchange.next_event(inbox), Err(error), "errors are repeated");
                    assert_eq!(exchange.needs_data(inbox), Err(error), "errors are repeated");
                    return true;
                }
            };
            assert!(failed.is_none(), "an error is not repeated");
            assert!(!over || event == Event::Closed, "{event:?} behind the end");
            let acknowledged = subscription.is_acknowledged();
            match subscription.read(&event) {
                Ok(Update::Acknowledged(_)) => assert!(!acknowledged),
                Ok(Update::Ended(_) | Update::Nothing | Update::Stray) | Err(_) => {}
                Ok(_) => assert!(acknowledged, "told before the acknowledgement"),
            }
            match event {
                Event::NeedData => return false,
                Event::Closed => {
                    if over {
                        return true;
                    }
                    over = true;
                }
                Event::Accepted | Event::Interrupted => over = true,
                Event::Rejected { status: said, body: text } => {
                    assert!(said == status && !(200..300).contains(&said));
                    assert!(text.is_empty() || stands_in(body, text), "a body of another exchange");
                    over = true;
                }
                Event::Response(response) => {
                    assert!(!answered, "two responses");
                    answered = true;
                    responded(exchange.id(), status, exchange.is_stream(), body, &response);
                }
                Event::ServerRequest(request) => {
                    assert!(!self.range.0.is_modern());
                    let answer = Answer::default_for(&request);
                    black_box(answer);
                    let made = written(&mut self.client, |client, out| {
                        let (post, _) = client.answer(&request, answer, None, out)?;
                        Ok(Some(shown(&post, None).id))
                    });
                    assert!(made.is_ok() || made == Err(Misuse::NotReady.into()));
                }
                Event::Notification(note) => {
                    black_box(&(note.method.to_string(), note.progress(), note.log()));
                }
                Event::Unsolicited { id } => {
                    black_box(format!("{id:?}"));
                }
            }
        }
        panic!("no end of events");
    }

    /// Whether `body` is a batch of messages, in the one revision that has batches.
    fn is_batch(&self, exchange: &Exchange, body: &[u8]) -> bool {
        let batches = self.client.revision() == Some(Revision::V2025_03_26);
        let whole = !exchange.is_stream() && (200..300).contains(&exchange.status());
        let batch = json::parse(body).ok().filter(|_| batches && whole);
        batch.is_some_and(|batch| {
            batch.items().next().is_some()
                && batch.items().all(|message| Message::parse(message.raw()).is_ok())
        })
    }
}

/// The response is among what the server sent, under the id of the request.
fn responded(id: u32, status: u16, stream: bool, body: &[u8], response: &Response<'_>) {
    let frames: Vec<Vec<u8>> = if stream {
        let texts = events(body).into_iter().filter_map(|seen| match seen {
            Seen::Frame { text, .. } => Some(text),
            _ => None,
        });
        texts.collect()
    } else {
        vec![body.to_vec()]
    };
    let mut found = false;
    for frame in &frames {
        let Ok(value) = json::parse(frame) else { continue };
        let whole = [value];
        let batch: Vec<Value<'_>> = value.items().collect();
        for message in whole.into_iter().chain(batch) {
            let of = |name| message.member(name).ok().flatten();
            let named = of("id");
            let ours = named.and_then(|of| of.as_number()?.as_i64()) == Some(i64::from(id));
            found |= match response {
                Response::Error(error) => {
                    let sent = of("error").and_then(|of| of.member("code").ok()?);
                    let code = sent.and_then(|code| code.as_number()?.as_i64());
                    let none = named.is_none_or(|id| id.is_null());
                    (ours || none) && code == Some(error.code)
                }
                Response::Result(result) | Response::Task(result) => {
                    ours && of("result").is_some_and(|of| of.raw() == result.raw())
                }
                Response::InputRequired(input) => {
                    let state = of("result").and_then(|of| of.member("requestState").ok()?);
                    ours && state.and_then(|state| state.as_str()) == input.state
                }
            };
        }
    }
    assert!(found, "a response that was not sent");
    match response {
        Response::Result(result) => {
            assert!((200..300).contains(&status) && result.is_object());
            black_box(&(
                ToolResult::from_result(*result),
                Page::from_result(*result, "tools").is_ok(),
                CacheHint::from_result(*result).is_ok(),
                Task::from_value(*result).and_then(|task| task.outcome()).is_ok(),
            ));
        }
        Response::InputRequired(_) | Response::Task(_) => {
            assert!((200..300).contains(&status));
        }
        Response::Error(error) => {
            assert!(!matches!(status, 401 | 403));
            black_box(format!("{:?}", Refusal::from_error(error)));
        }
    }
}

/// Whether `part` stands somewhere in `whole`.
fn stands_in(whole: &[u8], part: &[u8]) -> bool {
    whole.windows(part.len()).any(|window| window == part)
}

/// What was sent.
struct Sent {
    verb: Verb,
    id: Option<u32>,
    in_session: bool,
}

fn shown(post: &Post<'_>, bearer: Option<Bearer<'_>>) -> Sent {
    let headers: Vec<(&str, &str)> = post.headers().collect();
    for (name, value) in &headers {
        assert!(is_token(name.as_bytes()), "{name:?}");
        assert!(HeaderValue::new(value).is_ok(), "{value:?}");
        assert_eq!(headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name)).count(), 1);
    }
    let has = |name| headers.iter().any(|(other, _)| *other == name);
    assert_eq!(has("Authorization"), bearer.is_some());
    let verb = post.verb();
    let mut id = None;
    if verb == Verb::Post {
        let body: serde_json::Value = serde_json::from_slice(post.body()).expect("JSON");
        assert_eq!(body["jsonrpc"], "2.0");
        if body.get("method").is_some() {
            id = body["id"].as_u64().and_then(|id| u32::try_from(id).ok());
        }
    } else {
        assert!(post.body().is_empty());
    }
    Sent { verb, id, in_session: has("Mcp-Session-Id") }
}

/// Writes into too little room first: nothing changes, and the size that is named suffices.
fn written<T>(
    client: &mut Client,
    write: impl Fn(&mut Client, &mut [u8]) -> Result<Option<T>, Error>,
) -> Result<Option<T>, Error> {
    let before = format!("{client:?}");
    let needed = match write(client, &mut []) {
        Err(Error::OutputTooSmall { needed }) => needed,
        other => return other,
    };
    let mut out = vec![7; needed];
    let (_, short) = out.split_first_mut().expect("no message is empty");
    assert!(matches!(write(client, short), Err(Error::OutputTooSmall { .. })));
    assert!(out.iter().all(|byte| *byte == 7), "something was written");
    assert_eq!(format!("{client:?}"), before, "a failed call changed the client");
    let made = write(client, &mut out).expect("the needed size suffices");
    Ok(Some(made.expect("as before")))
}

fn bearer(flag: u8) -> Option<Bearer<'static>> {
    (flag & 1 == 1).then(|| Bearer::new("to.ke.n").expect("a token"))
}
