//! H6: servers of the HTTP+SSE transport of revision 2024-11-05.

use std::sync::{Arc, Mutex, mpsc};

use mcpico_core::PeerError;
use mcpico_core::client::MessageEndpointError;
use serde_json::json;

use super::{
    End, FIRST_BYTE, INBOX, STREAM, Server, TOO_LARGE, TOTAL, event, ok, peer, response, right,
    wrong,
};
use crate::peer::{Link, Request, whole};

/// What a server does when a message is posted to it.
pub(crate) enum Posted {
    /// Accepts it and says this on the stream.
    Says(String),
    /// Says this on the stream, and nothing about the message.
    SaysOnly(String),
    /// Accepts it, says this and ends the stream.
    Ends(String),
    /// Answers so, and says nothing.
    Refuses(Vec<u8>),
}

/// A server of that transport: `opening` is said first on each stream, for the address of somebody else, and
/// each message but those of the handshake is for `posted`.
pub(crate) fn channel(
    opening: impl Fn(&str) -> String + Send + Sync + 'static,
    posted: impl Fn(&Request) -> Posted + Send + Sync + 'static,
) -> impl Fn(Link, &str) + Send + Sync + 'static {
    // What is said goes to the stream that was opened last.
    let stream: Arc<Mutex<Option<mpsc::Sender<Option<String>>>>> = Arc::default();
    move |mut link, stranger| {
        while let Some(request) = link.request() {
            if request.head.starts_with("GET") {
                let (say, said) = mpsc::channel();
                *stream.lock().unwrap() = Some(say);
                link.send(STREAM);
                link.send(opening(stranger));
                while let Ok(Some(text)) = said.recv() {
                    if !link.send(text) {
                        return;
                    }
                }
                return;
            }
            if request.head.starts_with("POST /mcp") {
                link.send(whole(405, "", "{}"));
                continue;
            }
            let say = |text| stream.lock().unwrap().as_ref().unwrap().send(text);
            let accepted = "HTTP/1.1 202 X\r\nContent-Length: 8\r\n\r\nAccepted";
            let posted = match &*request.method() {
                "initialize" => Posted::Says(event(&initialized(&request))),
                "notifications/initialized" => Posted::Says(String::new()),
                _ => posted(&request),
            };
            match posted {
                Posted::Says(text) => {
                    link.send(accepted);
                    let _ = say(Some(text));
                }
                Posted::SaysOnly(text) => {
                    let _ = say(Some(text));
                    link.wait_for_close();
                }
                Posted::Ends(text) => {
                    link.send(accepted);
                    let _ = say(Some(text)).and_then(|()| say(None));
                }
                Posted::Refuses(answer) => {
                    link.send(answer);
                }
            }
        }
    }
}

/// The transport is older than the revision that is agreed on.
fn initialized(request: &Request) -> String {
    json!({"jsonrpc": "2.0", "id": request.json()["id"], "result": {"capabilities": {},
        "protocolVersion": request.json()["params"]["protocolVersion"], "serverInfo": {"name": "s", "version": "1"}}})
    .to_string()
}

/// The first event of a stream.
pub(crate) fn endpoint(text: &str) -> String {
    format!("event: endpoint\ndata: {text}\n\n")
}

pub(super) fn servers() -> Vec<Server> {
    let mut all = endpoints();
    all.extend(channels());
    all
}

/// Where messages are posted.
fn endpoints() -> Vec<Server> {
    let fault = |error| peer(PeerError::MessageEndpoint(error));
    let named = |name, end, text: fn(&str) -> String| {
        let opening = move |stranger: &str| endpoint(&text(stranger));
        let answers = |request: &Request| Posted::Says(event(&wrong(request)));
        Server::legacy(name, &["H6"], end, channel(opening, answers)).most(2)
    };
    vec![
        named(
            "an endpoint event where a stream is asked for",
            fault(MessageEndpointError::Origin),
            str::to_owned,
        ),
        named("an endpoint without a scheme", fault(MessageEndpointError::Origin), |stranger| {
            stranger.replace("http:", "")
        }),
        named("an endpoint of another scheme", fault(MessageEndpointError::Origin), |_| {
            "javascript:alert(1)".into()
        }),
        named("an endpoint with a user name", fault(MessageEndpointError::UserInfo), |stranger| {
            format!("http://127.0.0.1@{}", stranger.trim_start_matches("http://"))
        }),
        named(
            "an endpoint with backslashes",
            fault(MessageEndpointError::Character { at: 0 }),
            |stranger| stranger.replace("http://", "\\\\"),
        ),
        named(
            "an endpoint that is empty",
            fault(MessageEndpointError::Character { at: 0 }),
            |_| String::new(),
        ),
        named(
            "an endpoint that starts a header",
            fault(MessageEndpointError::Character { at: 2 }),
            |_| "/m\ndata: X: y".into(),
        ),
        named(
            "an endpoint that is longer than any",
            fault(MessageEndpointError::TooLong { limit: 8192 }),
            |_| format!("/{}", "m".repeat(9_000)),
        ),
        named("an endpoint without an end", TOO_LARGE, |_| format!("/{}", "m".repeat(2 * INBOX))),
        Server::legacy(
            "a stream that names no endpoint",
            &["H6", "H11"],
            FIRST_BYTE,
            channel(|_| ": soon\n\n".into(), |_| Posted::Says(String::new())),
        )
        .most(2),
        Server::legacy(
            "a message where an endpoint is due",
            &["H6"],
            fault(MessageEndpointError::Missing),
            channel(|_| event(&response(&json!(1), "wrong")), |_| Posted::Says(String::new())),
        )
        .most(2),
    ]
}

/// What happens to messages and on the stream.
fn channels() -> Vec<Server> {
    let good = |name, end, posted: fn(&Request) -> Posted| {
        let opening = |_: &str| endpoint("/messages?sessionId=1");
        Server::legacy(name, &["H6"], end, channel(opening, posted)).most(6)
    };
    vec![
        Server::legacy(
            "a second endpoint for somebody else",
            &["H6"],
            End::Right,
            channel(
                |stranger| format!("{}{}", endpoint("/messages"), endpoint(stranger)),
                |request| Posted::Says(format!("{}{}", endpoint("/other"), event(&right(request)))),
            ),
        )
        .most(6),
        good("answers to others on the stream", End::Right, |request| {
            let other = event(&response(&json!(99), "wrong"));
            let text = event(&response(&json!(request.json()["id"].to_string()), "wrong"));
            let (answer, again) = (event(&right(request)), event(&wrong(request)));
            Posted::Says(format!("{other}{text}{answer}{again}"))
        }),
        good("a stream without the answer", TOTAL, |request| {
            let id = request.json()["id"].as_i64().unwrap() + 1;
            Posted::Says(event(&response(&json!(id), "wrong")))
        }),
        good("a channel that breaks before the answer", End::Interrupted, |_| {
            Posted::Ends(String::new())
        }),
        good("a channel that breaks in the answer", End::Interrupted, |request| {
            let answer = event(&wrong(request));
            Posted::Ends(answer[..answer.len() - 5].to_owned())
        }),
        good("a channel that breaks behind the answer", End::Right, |request| {
            Posted::Ends(event(&right(request)))
        }),
        good("a channel with noise", End::NotJson, |_| Posted::Says(event("hello"))),
        good("an answer on a channel that does not fit", TOO_LARGE, |_| {
            Posted::Says(event(&"x".repeat(2 * INBOX)))
        }),
        good("a message that is refused", End::Rejected(403), |_| {
            Posted::Refuses(whole(403, "", "{}"))
        }),
        // It is sent once more, on a new stream.
        good("a message for no stream", End::Rejected(404), |_| {
            Posted::Refuses(whole(404, "", "{}"))
        })
        .most(9),
        good("a message that is answered at once", TOTAL, |request| {
            Posted::Refuses(ok(&wrong(request)))
        }),
        good("an answer before the message is accepted", End::Right, |request| {
            Posted::SaysOnly(event(&right(request)))
        })
        .most(7),
        Server::legacy(
            "a message that is moved to somebody else",
            &["H1", "H6"],
            End::Rejected(307),
            {
                let stranger = Arc::new(Mutex::new(String::new()));
                let kept = stranger.clone();
                channel(
                    move |url| {
                        url.clone_into(&mut kept.lock().unwrap());
                        endpoint("messages")
                    },
                    move |_| {
                        let to = stranger.lock().unwrap().clone();
                        Posted::Refuses(whole(307, &format!("Location: {to}\r\n"), "{}"))
                    },
                )
            },
        )
        .most(6),
    ]
}
