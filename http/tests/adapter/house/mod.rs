//! A house of servers that misbehave, and what the adapter comes to with each: what it should, in the time
//! and the memory that it was given, without a busy loop, and without a word to somebody else.

mod counted;
pub(crate) mod servers;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use mcpico_core::auth::Bearer;
use mcpico_core::client::{Call, Client};
use mcpico_core::mcp::{Method, Revision};
use mcpico_core::{Error as CoreError, PeerError};
use mcpico_http::std::{Options, Outcome, Session, SessionError, TokioConnector, TokioTimer};
use mcpico_http::{Connect, Connection, Deadline, Endpoint, Error};

use crate::ask::{INFO, Seen, ask};
use crate::corpus::corpus;
use crate::peer::{Peer, whole};
use counted::Counted;
use servers::{End, Era, INBOX, Server, servers};

/// Far more than any of these may take on a busy machine; a hang takes longer.
const SLACK: Duration = Duration::from_secs(50);

/// Most memory of a session at any time: its buffers, and below a mebibyte for everything else.
const MEMORY: u64 = (INBOX as u64) + 64 * 1024 + (1 << 20);

/// Servers that are played at the same time.
const AT_ONCE: usize = 6;

const LIST: Method<'static> = Method::ListTools { cursor: None };

const BEARER: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl";

/// What is played by a test of its own, which is told by its file and name.
const ELSEWHERE: [(&str, &str); 9] = [
    ("R5", "http/tests/adapter/house/mod.rs::two_clients_get_their_own_answers"),
    ("R13", "http/tests/adapter/input.rs::a_server_that_is_never_content_is_given_up"),
    ("R15", "cli/tests/client/lists.rs::tools_with_invalid_headers_are_left_out_and_named"),
    ("R16", "core/tests/suite/mcp_headers.rs::values_are_coded_as_the_table_says"),
    (
        "H2",
        "http/tests/in_memory/request_bytes.rs::a_bearer_does_not_go_over_plain_http_to_another_machine",
    ),
    ("H15", "http/tests/adapter/failures.rs::faults_of_certificates_are_told_apart"),
    ("tls-then-close", "http/tests/adapter/failures.rs::a_peer_that_closes_in_the_tls_handshake"),
    ("tls-wrong-name", "http/tests/adapter/failures.rs::faults_of_certificates_are_told_apart"),
    ("tls-expired", "http/tests/adapter/failures.rs::faults_of_certificates_are_told_apart"),
];

#[test]
fn every_attack_and_every_behaviour_of_the_corpus_is_played() {
    let servers = servers();
    let names: BTreeSet<_> = servers.iter().map(|server| server.name).collect();
    assert_eq!(names.len(), servers.len(), "a name stands twice");
    let corpus = corpus();
    let behaviours = corpus["server_behaviours"].as_array().unwrap().iter();
    let behaviours = behaviours.map(|behaviour| behaviour["name"].as_str().unwrap().to_owned());
    let attacks = [('R', 17), ('S', 9), ('H', 17)].into_iter();
    let attacks =
        attacks.flat_map(|(letter, last)| (1..=last).map(move |n| format!("{letter}{n}")));
    let due: BTreeSet<String> = behaviours.chain(attacks).collect();
    assert_eq!(due.len(), 18 + 17 + 9 + 17);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let played = servers.iter().flat_map(|server| server.plays.iter().copied());
    let elsewhere = ELSEWHERE.iter().map(|(id, test)| {
        let (file, name) = test.split_once("::").unwrap();
        let source = fs::read_to_string(root.join(file)).unwrap();
        assert!(source.contains(&format!("fn {name}(")), "{test}");
        *id
    });
    let played: BTreeSet<String> = played.chain(elsewhere).map(str::to_owned).collect();
    assert_eq!(due, played);
    println!("{} servers play {} attacks and behaviours", servers.len(), due.len());
}

/// A server that plays, and somebody else to whom nothing may be sent.
struct House {
    server: Peer,
    stranger: Peer,
}

impl House {
    fn new(server: &Arc<Server>) -> Self {
        let stranger = Peer::new(|mut link| {
            while link.request().is_some() {
                link.send(whole(200, "", "{}"));
            }
        });
        let (playing, url) = (Arc::clone(server), stranger.url());
        Self { server: Peer::new(move |link| (playing.script)(link, &url)), stranger }
    }

    /// Nothing has come to the stranger: a connection of our own is the first one.
    fn check(&self, faults: &mut Vec<String>) {
        let _connection = std::net::TcpStream::connect(self.stranger.address()).unwrap();
        while self.stranger.connections() == 0 {
            thread::yield_now();
        }
        if self.stranger.connections() > 1 || !self.stranger.requests().is_empty() {
            faults.push("somebody else was connected to".into());
        }
    }
}

#[test]
fn each_server_is_come_through() {
    let servers: Vec<_> = servers().into_iter().map(Arc::new).collect();
    let (next, faults) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(server) = servers.get(next.fetch_add(1, Ordering::Relaxed)) {
                    for (how, found) in [
                        ("session", come_through(server)),
                        ("either era", find_out(server)),
                        ("connection", exchange(server)),
                    ] {
                        let mut faults = faults.lock().unwrap();
                        faults.extend(
                            found.iter().map(|fault| format!("{}, {how}: {fault}", server.name)),
                        );
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    println!("{} servers", servers.len());
}

fn session(server: &Server, house: &House, either: bool) -> Session {
    let mut options = Options::new(INFO);
    match server.era {
        _ if either => {}
        Era::Modern => options.oldest = Revision::LATEST,
        Era::Legacy => options.newest = Revision::LATEST_LEGACY,
    }
    options.inbox = INBOX;
    options.deadlines = server.deadlines;
    options.bearer = Some(BEARER.into());
    Session::new(&house.server.url(), options).unwrap()
}

/// Runs on this thread, in the memory and the time that are allowed; `None` when it hangs.
fn bounded<T>(future: impl Future<Output = T>, faults: &mut Vec<String>) -> Option<T> {
    let (output, memory) = measured(future, faults);
    if memory > MEMORY {
        faults.push(format!("{memory} bytes were in use at once"));
    }
    output
}

/// Runs on this thread in the time that is allowed; also the most memory that was in use.
fn measured<T>(future: impl Future<Output = T>, faults: &mut Vec<String>) -> (Option<T>, u64) {
    let mut output = None;
    let memory = allocation_counter::measure(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        output = runtime.block_on(async { tokio::time::timeout(SLACK, future).await.ok() });
    });
    if output.is_none() {
        faults.push("it hangs".into());
    }
    (output, memory.bytes_max)
}

/// A session of the server's era comes to the end that the table has.
fn come_through(server: &Arc<Server>) -> Vec<String> {
    let mut faults = Vec::new();
    let house = House::new(server);
    let calls = if server.end == End::Right { 2 } else { 1 };
    let mut session = session(server, &house, false);
    let outcomes = bounded(
        async {
            let mut outcomes = Vec::new();
            for _ in 0..calls {
                outcomes.push(session.call(LIST, &mut |_| {}).await);
            }
            outcomes
        },
        &mut faults,
    );
    for outcome in outcomes.into_iter().flatten() {
        if !is(&outcome, server.end) {
            faults.push(format!("{:?} expected, got {outcome:?}", server.end));
        }
    }
    let requests = house.server.requests();
    if requests.len() > server.most * calls {
        faults.push(format!("{} requests", requests.len()));
    }
    house.check(&mut faults);
    faults
}

/// A session that has to find out the era meets it there, and comes to some end: no wrong answer, no hang.
fn find_out(server: &Arc<Server>) -> Vec<String> {
    let mut faults = Vec::new();
    let house = House::new(server);
    let mut session = session(server, &house, true);
    let outcome = bounded(session.call(LIST, &mut |_| {}), &mut faults);
    if let Some(Ok(Outcome::Result(result))) = outcome
        && result.contains("wrong")
    {
        faults.push(format!("a wrong answer was taken: {result}"));
    }
    house.check(&mut faults);
    faults
}

/// One exchange over a connection that counts how often it is polled.
fn exchange(server: &Arc<Server>) -> Vec<String> {
    let mut faults = Vec::new();
    if server.era == Era::Legacy {
        return faults;
    }
    let house = House::new(server);
    let url = house.server.url();
    // The test keeps every event, so its memory says nothing.
    let (outcome, _) = measured(
        async {
            let endpoint = Endpoint::parse(&url).unwrap();
            let io = TokioConnector::new().connect(&endpoint).await.unwrap();
            let timer = TokioTimer::default();
            let mut connection = Connection::new(Counted::new(io), timer, server.deadlines);
            let mut client = Client::with_revisions(INFO, Revision::LATEST, Revision::LATEST);
            let call = Call::new(LIST).bearer(Some(Bearer::new(BEARER).unwrap()));
            let outcome = ask(&mut connection, &endpoint, &mut client, &call).await;
            (outcome, connection.io().polls, connection.io().bytes)
        },
        &mut faults,
    );
    if let Some((outcome, polls, bytes)) = outcome {
        let wrong = |seen: &Seen| matches!(seen, Seen::Result(result) if result.contains("wrong"));
        if outcome.seen.iter().any(wrong) {
            faults.push(format!("a wrong answer was taken: {outcome:?}"));
        }
        // Each byte can come alone, and be waited for once; the end and each deadline are waited for too.
        if polls > 2 * bytes + 8 {
            faults.push(format!("{polls} polls for {bytes} bytes"));
        }
    }
    house.check(&mut faults);
    faults
}

fn is(outcome: &Result<Outcome, SessionError>, end: End) -> bool {
    let http = |error: &SessionError| match error {
        SessionError::Transport(Error::Client(CoreError::Peer(PeerError::Http(error)))) => {
            Some(*error)
        }
        _ => None,
    };
    match (outcome, end) {
        (Ok(Outcome::Result(result)), End::Right) => {
            result.contains("right") && !result.contains("wrong")
        }
        (Ok(Outcome::Error(error)), End::Error(code)) => error.code == code,
        (Err(SessionError::Interrupted), End::Interrupted | End::GivenUp)
        | (Err(SessionError::Transport(Error::Deadline(Deadline::Total, _))), End::GivenUp) => true,
        (Err(SessionError::Rejected(rejection)), End::Rejected(status)) => {
            rejection.status == status && rejection.body.len() <= INBOX
        }
        (Err(SessionError::Transport(error)), End::Fault(expected)) => *error == expected,
        (Err(error), End::NotJson) => matches!(
            error.peer_error(),
            Some(PeerError::Message(mcpico_core::jsonrpc::MessageError::Json(_)))
        ),
        (Err(error), End::NotHttp) => http(error).is_some_and(|error| !error.is_limit()),
        (Err(error), End::HttpTooLarge) => http(error).is_some_and(|error| error.is_limit()),
        _ => false,
    }
}

/// R5: both ask with the same id at the same time, and the answers come in the other order.
#[tokio::test]
async fn two_clients_get_their_own_answers() {
    let waiting = Arc::new(Mutex::new(0));
    let peer = Peer::new(move |mut link| {
        let Some(request) = link.request() else { return };
        *waiting.lock().unwrap() += 1;
        while *waiting.lock().unwrap() < 2 {
            thread::yield_now();
        }
        if request.header("authorization") == Some("Bearer first-client") {
            thread::sleep(Duration::from_millis(20));
        }
        let name = request.header("authorization").unwrap();
        link.send(request.result(&serde_json::json!({"for": name})));
    });
    let ask = async |bearer: &str| {
        let mut options = Options::new(INFO);
        options.oldest = Revision::LATEST;
        options.bearer = Some(bearer.into());
        let mut session = Session::new(&peer.url(), options).unwrap();
        match session.call(LIST, &mut |_| {}).await {
            Ok(Outcome::Result(result)) => result,
            other => panic!("{other:?}"),
        }
    };
    let (first, second) = tokio::join!(ask("first-client"), ask("second-client"));
    assert_eq!(first, r#"{"for":"Bearer first-client"}"#);
    assert_eq!(second, r#"{"for":"Bearer second-client"}"#);
    let ids: Vec<_> = peer.requests().iter().map(|request| request.json()["id"].clone()).collect();
    assert_eq!(ids, [1, 1]);
}
