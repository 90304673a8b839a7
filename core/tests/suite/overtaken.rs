//! Exchanges that another one has overtaken: what they say is about a session, a handshake or an agreement
//! that is over.

use mcpico_core::client::{
    Answer, Call, Client, Event, Exchange, Lines, MAX_NEGOTIATION, Response, ServerRequest,
};
use mcpico_core::inbox::Inbox;
use mcpico_core::jsonrpc::Message;
use mcpico_core::mcp::{ClientInfo, Method, Revision};
use mcpico_core::{Error, Misuse, PeerError};
use serde_json::{Value, json};

const INFO: ClientInfo = ClientInfo { name: "test", version: "1" };
const LIST: Call<'static> = Call::new(Method::ListTools { cursor: None });
const JSON: (&str, &str) = ("Content-Type", "application/json");

/// Lets `exchange` read the answer of a server to its end.
fn read(
    client: &mut Client,
    exchange: &mut Exchange,
    status: u16,
    headers: &[(&str, &str)],
    body: &str,
) {
    let mut storage = vec![0; 1024];
    let mut inbox = Inbox::new(&mut storage);
    inbox.spare()[..body.len()].copy_from_slice(body.as_bytes());
    inbox.commit(body.len());
    inbox.close();
    exchange.on_status(status);
    for (name, value) in headers {
        exchange.on_header(client, name, value.as_bytes()).unwrap();
    }
    while exchange.next_event(&mut inbox).unwrap() != Event::Closed {}
}

/// The next message of the handshake, and its exchange.
fn connect(client: &mut Client) -> (Value, Exchange) {
    let mut out = [0; 1024];
    let (post, exchange) = client.connect(None, &mut out).unwrap().unwrap();
    (serde_json::from_slice(post.body()).unwrap(), exchange)
}

fn request(client: &mut Client) -> Exchange {
    client.request(&LIST, &mut [0; 1024]).unwrap().1
}

/// Answers `initialize` and opens a session.
fn welcome(client: &mut Client, exchange: &mut Exchange, session: &str) {
    let body = json!({"jsonrpc": "2.0", "id": exchange.id(),
        "result": {"protocolVersion": "2025-11-25"}});
    read(client, exchange, 200, &[JSON, ("Mcp-Session-Id", session)], &body.to_string());
}

/// Shakes hands with a server that opens a session.
fn shake_hands(client: &mut Client, session: &str) {
    let (sent, mut initialize) = connect(client);
    assert_eq!(sent["method"], "initialize");
    welcome(client, &mut initialize, session);
    assert!(client.settle(&initialize).unwrap());
    let (sent, mut initialized) = connect(client);
    assert_eq!(sent["method"], "notifications/initialized");
    read(client, &mut initialized, 202, &[], "");
    assert!(client.settle(&initialized).unwrap());
    assert_eq!(client.revision(), Some(Revision::V2025_11_25));
}

/// A client of both eras in the session `one` of a legacy server.
fn in_session() -> Client {
    let mut client = Client::new(INFO);
    let (_, mut discover) = connect(&mut client);
    read(&mut client, &mut discover, 404, &[], "");
    assert!(client.settle(&discover).unwrap());
    shake_hands(&mut client, "one");
    client
}

/// A client of both eras that has found a modern server.
fn modern() -> Client {
    let mut client = Client::new(INFO);
    let (_, mut discover) = connect(&mut client);
    let body = r#"{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2026-07-28"]}}"#;
    read(&mut client, &mut discover, 200, &[JSON], body);
    assert!(client.settle(&discover).unwrap());
    client
}

/// The server refuses the revision of the request and names another.
fn refuse(client: &mut Client, exchange: &mut Exchange, supported: &str) {
    let body = json!({"jsonrpc": "2.0", "id": exchange.id(), "error": {"code": -32022,
        "message": "", "data": {"supported": [supported]}}});
    read(client, exchange, 400, &[JSON], &body.to_string());
}

/// The session that requests name.
fn session(client: &mut Client) -> Option<String> {
    let mut out = [0; 1024];
    let (post, _) = client.request(&LIST, &mut out).unwrap();
    let mut headers = post.headers();
    headers.find(|header| header.0 == "Mcp-Session-Id").map(|header| header.1.to_owned())
}

/// Revision 2025-11-25, session management: a new session begins after a 404, once.
#[test]
fn a_session_is_lost_once() {
    let mut client = in_session();
    let mut lost = [request(&mut client), request(&mut client), request(&mut client)];
    for exchange in &mut lost {
        read(&mut client, exchange, 404, &[], "");
    }
    assert_eq!(client.settle(&lost[0]), Ok(true));
    assert!(!client.has_session());
    // In the middle of the next handshake, whose answer has opened a session.
    let (_, mut initialize) = connect(&mut client);
    welcome(&mut client, &mut initialize, "two");
    assert_eq!(client.settle(&lost[1]), Ok(false));
    assert_eq!(client.settle(&initialize), Ok(true));
    let (_, mut initialized) = connect(&mut client);
    read(&mut client, &mut initialized, 202, &[], "");
    assert_eq!(client.settle(&initialized), Ok(true));
    // In the next session.
    assert_eq!(client.settle(&lost[2]), Ok(false));
    assert_eq!(session(&mut client).as_deref(), Some("two"));
    // That one can be lost, too.
    let mut exchange = request(&mut client);
    read(&mut client, &mut exchange, 404, &[], "");
    assert_eq!(client.settle(&exchange), Ok(true));
    assert_eq!((client.has_session(), client.revision()), (false, None));
}

#[test]
fn what_was_begun_in_a_session_ends_with_it() {
    let mut client = in_session();
    let mut cut = request(&mut client);
    read(&mut client, &mut cut, 200, &[("Content-Type", "text/event-stream")], "id: 7\ndata:\n\n");
    let mut out = [0; 1024];
    assert!(client.resume(&cut, None, &mut out).unwrap().is_some());
    assert!(client.cancel(&cut, None, None, &mut out).unwrap().is_some());
    assert!(client.end(None, &mut out).unwrap().is_some());
    for _ in 0..2 {
        assert_eq!(client.resume(&cut, None, &mut out).map(|_| ()), Err(Misuse::NotReady.into()));
        assert!(client.cancel(&cut, None, None, &mut out).unwrap().is_none());
        if client.revision().is_none() {
            shake_hands(&mut client, "two");
        }
    }
}

#[test]
fn a_handshake_that_is_over_teaches_nothing() {
    let mut client = Client::new(INFO);
    let (_, mut discover) = connect(&mut client);
    discover.on_line_sent();
    discover.on_line_unanswered();
    assert_eq!(client.settle(&discover), Ok(true));
    let (_, mut slow) = connect(&mut client);
    let (_, mut initialize) = connect(&mut client);
    welcome(&mut client, &mut initialize, "two");
    assert_eq!(client.settle(&initialize), Ok(true));
    // `notifications/initialized` is next, whoever answers late, and it comes once.
    let body = r#"{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2026-07-28"]}}"#;
    read(&mut client, &mut discover, 200, &[JSON], body);
    welcome(&mut client, &mut slow, "one");
    for late in [&discover, &initialize, &slow] {
        assert_eq!(client.settle(late), Ok(false));
    }
    let (sent, mut initialized) = connect(&mut client);
    assert_eq!(sent["method"], "notifications/initialized");
    read(&mut client, &mut initialized, 202, &[], "");
    assert_eq!(client.settle(&initialized), Ok(true));
    for late in [&discover, &initialize, &slow, &initialized] {
        assert_eq!(client.settle(late), Ok(false));
    }
    // The session is the one that the answer opened which was taken.
    assert_eq!(session(&mut client).as_deref(), Some("two"));
}

#[test]
fn calls_that_are_refused_alike_lead_to_one_handshake() {
    let mut client = modern();
    let mut refused = [request(&mut client), request(&mut client), request(&mut client)];
    for exchange in &mut refused {
        refuse(&mut client, exchange, "2025-11-25");
    }
    assert_eq!(client.settle(&refused[0]), Ok(true));
    assert_eq!(client.settle(&refused[1]), Ok(false));
    shake_hands(&mut client, "one");
    assert_eq!(client.settle(&refused[2]), Ok(false));
    assert_eq!(session(&mut client).as_deref(), Some("one"));
}

/// Revision 2026-07-28 has no sessions.
#[test]
fn a_session_does_not_outlive_its_era() {
    let mut client = in_session();
    let mut exchange = request(&mut client);
    refuse(&mut client, &mut exchange, "2026-07-28");
    assert_eq!(client.settle(&exchange), Ok(true));
    assert_eq!(client.revision(), Some(Revision::V2026_07_28));
    assert_eq!((client.has_session(), session(&mut client)), (false, None));
    // So a 404 is no loss of one.
    let mut exchange = request(&mut client);
    read(&mut client, &mut exchange, 404, &[], "");
    assert_eq!(client.settle(&exchange), Ok(false));
}

/// Revision 2025-11-25, initialization: the client must send `notifications/initialized`.
#[test]
fn an_answer_that_is_accepted_does_not_end_the_handshake() {
    let mut client = Client::with_revisions(INFO, Revision::V2024_11_05, Revision::V2025_11_25);
    let (_, mut initialize) = connect(&mut client);
    welcome(&mut client, &mut initialize, "one");
    assert_eq!(client.settle(&initialize), Ok(true));
    let ping = Message::parse(br#"{"jsonrpc":"2.0","id":"p","method":"ping"}"#).unwrap();
    let Message::Request { id, method, params } = ping else { panic!("it is a request") };
    let ping = ServerRequest { id, method, params };
    let answer = Answer::default_for(&ping);
    for over_http in [true, false] {
        let mut out = [0; 1024];
        let (_, mut exchange) = client.answer(&ping, answer, None, &mut out).unwrap();
        if over_http {
            read(&mut client, &mut exchange, 202, &[], "");
        } else {
            exchange.on_line_sent();
        }
        assert!(exchange.is_answered());
        assert_eq!(client.settle(&exchange), Ok(false));
        assert_eq!(client.revision(), None);
    }
    assert_eq!(connect(&mut client).0["method"], "notifications/initialized");
}

/// JSON-RPC: the id of a request is that of no other that is under way.
#[test]
fn what_is_no_request_has_no_id_that_a_request_has() {
    let mut client = in_session();
    let begun = request(&mut client);
    let notification = client.cancel_line(&begun, None, None, &mut [0; 1024]).unwrap().unwrap().1;
    let mut call = request(&mut client);
    assert_eq!((notification.id(), call.id()), (0, begun.id() + 1));
    call.on_line_sent();
    let line = json!({"jsonrpc": "2.0", "id": call.id(), "error": {"code": -1, "message": ""}});
    let line = format!("{line}\n");
    let mut storage = [0; 256];
    let mut inbox = Inbox::new(&mut storage);
    inbox.spare()[..line.len()].copy_from_slice(line.as_bytes());
    inbox.commit(line.len());
    let mut exchanges = [notification, call];
    let arrival = Lines::new().next_arrival(&client, &mut exchanges, &mut inbox);
    assert_eq!(arrival.exchange, Some(1));
    assert!(
        matches!(arrival.event, Ok(Event::Response(Response::Error(error))) if error.code == -1)
    );
}

#[test]
fn clients_beside_each_other_have_ids_of_their_own_also_at_the_last_ones() {
    for (used, given) in [(u32::MAX - 5, 10), (u32::MAX - 1, 10), (u32::MAX - 5, 4)] {
        let mut client = modern();
        let _ = client.beside(used - 2);
        let mut other = client.beside(given);
        let theirs: Vec<_> = (0..given).map(|_| request(&mut other).id()).collect();
        let ours: Vec<_> = (0..10).map(|_| request(&mut client).id()).collect();
        let both: std::collections::HashSet<_> = theirs.iter().chain(&ours).collect();
        assert_eq!(both.len(), theirs.len() + ours.len(), "{theirs:?} {ours:?}");
        assert!(!both.contains(&0));
    }
}

/// A server that is down for a while is no reason to give up for good.
#[test]
fn a_client_that_has_given_up_can_be_asked_again() {
    let mut client = Client::new(INFO);
    for _ in 0..3 {
        for _ in 0..MAX_NEGOTIATION {
            let (sent, mut discover) = connect(&mut client);
            assert_eq!(sent["method"], "server/discover");
            read(&mut client, &mut discover, 503, &[], "");
            assert_eq!(client.settle(&discover), Ok(false));
        }
        let given_up = Error::Peer(PeerError::Negotiation { limit: MAX_NEGOTIATION });
        assert_eq!(client.connect(None, &mut [0; 1024]).map(|_| ()), Err(given_up));
    }
    assert_eq!(connect(&mut client).0["method"], "server/discover");
}
