//! H1 to H17: what HTTP is made of.

use std::sync::atomic::{AtomicUsize, Ordering};

use mcpico_core::PeerError;
use mcpico_core::client::MAX_SESSION_ID;
use mcpico_core::http1::{HttpError, MAX_INFORMATIONAL};
use mcpico_http::Error;
use serde_json::json;

use super::{
    BODY, End, FIRST_BYTE, IDLE, STREAM, Server, TOO_LARGE, TOTAL, event, http, legacy, ok, peer,
    right, wrong,
};
use crate::peer::{Link, Request, pause, whole};

const CHUNKED: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";

pub(super) fn servers() -> Vec<Server> {
    let mut all = elsewhere();
    all.extend(heads());
    all.extend(lengths());
    all.extend(times());
    all.extend(refusals());
    all
}

/// H1, H2, H3, H5, H6: servers that send the client to somebody else.
fn elsewhere() -> Vec<Server> {
    let moved = |status: u16, headers: fn(&str) -> String| {
        move |mut link: Link, stranger: &str| {
            while link.request().is_some() {
                link.send(whole(status, &headers(stranger), "{}"));
            }
        }
    };
    let location = |stranger: &str| format!("Location: {stranger}\r\n");
    let names = [
        "moved for good",
        "found elsewhere",
        "see elsewhere",
        "moved for now, same method",
        "moved for good, same method",
    ];
    let mut all: Vec<_> = [301, 302, 303, 307, 308]
        .into_iter()
        .zip(names)
        .map(|(status, name)| {
            Server::modern(name, &["H1"], End::Rejected(status), moved(status, location))
        })
        .collect();
    all.push(Server::legacy(
        "moved in the middle of a session",
        &["H1"],
        End::Rejected(307),
        |link, stranger| {
            legacy(link, |link, _| {
                link.send(whole(307, &format!("Location: {stranger}\r\n"), "{}"));
            });
        },
    ));
    let away = |_: &str| "Location: http://192.0.2.1/mcp\r\n".to_owned();
    let home = |_: &str| "Location: /mcp\r\n".to_owned();
    let twice = |stranger: &str| format!("Location: /mcp\r\nLocation: {stranger}\r\n");
    let split = |stranger: &str| format!("Location: /mcp\rLocation: {stranger}\r\n");
    let challenge = |stranger: &str| {
        format!(
            "WWW-Authenticate: Bearer resource_metadata=\"{stranger}/.well-known/oauth-protected-resource\"\r\n"
        )
    };
    let inside = |_: &str| {
        "WWW-Authenticate: Bearer resource_metadata=\"http://169.254.169.254/latest/meta-data\"\r\n"
            .to_owned()
    };
    all.extend([
        Server::modern("moved to another machine", &["H2"], End::Rejected(308), moved(308, away)),
        Server::modern(
            "moved to where it is, for ever",
            &["H3"],
            End::Rejected(307),
            moved(307, home),
        ),
        Server::modern("moved to two places", &["H3"], End::Rejected(307), moved(307, twice)),
        Server::modern("moved by half a line end", &["H3"], End::NotHttp, moved(307, split)),
        Server::modern(
            "metadata at somebody else's",
            &["H5"],
            End::Rejected(401),
            moved(401, challenge),
        ),
        Server::modern(
            "metadata at a cloud's own address",
            &["H5"],
            End::Rejected(401),
            moved(401, inside),
        ),
        Server::legacy(
            "an endpoint event for somebody else",
            &["H6"],
            End::Interrupted,
            |link, stranger| {
                legacy(link, |link, _| {
                    link.send(STREAM);
                    link.send(format!("event: endpoint\ndata: {stranger}\n\n"));
                    link.finish();
                });
            },
        ),
    ]);
    all
}

/// H4, H10, H17: heads.
fn heads() -> Vec<Server> {
    let headed = |headers: &'static str| {
        move |request: &Request| {
            let body = right(request);
            let length = body.len();
            format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
                .into_bytes()
        }
    };
    let session = |id: &'static [u8]| {
        move |mut link: Link, _: &str| {
            while link.request().is_some() {
                link.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nMcp-Session-Id: ");
                link.send(id);
                link.send("\r\nContent-Length: 2\r\n\r\n{}");
            }
        }
    };
    let id = peer(PeerError::SessionId { limit: MAX_SESSION_ID });
    let untyped = peer(PeerError::ContentType { status: 200 });
    vec![
        Server::legacy("a session id with a tab", &["H4"], id, session(b"a\tb")),
        Server::legacy("a session id that is not ASCII", &["H4"], id, session(b"\xc3\xa9")),
        Server::legacy("a session id with a space", &["H4"], id, session(b"a b")),
        Server::legacy("an empty session id", &["H4"], id, session(b"")),
        Server::legacy("a session id of 2,000 bytes", &["H4"], id, session(&[b'a'; 2000])),
        Server::legacy(
            "a session id with a carriage return",
            &["H4"],
            End::NotHttp,
            session(b"a\rAuthorization: x"),
        ),
        Server::answering(
            "compressed unasked",
            &["H10"],
            http(HttpError::ContentEncoding),
            headed("Content-Type: application/json\r\nContent-Encoding: gzip\r\n"),
        ),
        Server::modern(
            "compressed in transfer",
            &["H10"],
            http(HttpError::TransferEncoding),
            |mut link, _| {
                link.request();
                link.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n");
                link.send("Transfer-Encoding: gzip, chunked\r\n\r\n");
                link.send(b"3\r\n\x1f\x8b\x08\r\n0\r\n\r\n");
            },
        ),
        Server::answering(
            "a content type in capitals",
            &["H17"],
            End::Right,
            headed("CONTENT-TYPE: Application/JSON ; charset=UTF-8\r\n"),
        ),
        Server::answering("a page", &["H17"], untyped, headed("Content-Type: text/html\r\n")),
        Server::answering(
            "a type that only begins alike",
            &["H17"],
            untyped,
            headed("Content-Type: application/jsonp\r\n"),
        ),
        Server::answering(
            "a parameter that looks like a type",
            &["H17"],
            untyped,
            headed("Content-Type: text/html; x=\"application/json\"\r\n"),
        ),
        Server::answering("no content type", &["H17"], untyped, headed("")),
        Server::answering(
            "two content types",
            &["H17"],
            http(HttpError::RepeatedHeader { name: "Content-Type" }),
            headed("Content-Type: text/html\r\nContent-Type: application/json\r\n"),
        ),
    ]
}

/// H7, H8, H9, H12: lengths.
#[expect(clippy::too_many_lines, reason = "a table")]
fn lengths() -> Vec<Server> {
    let raw = |headers: &'static str, body: fn(&Request) -> String| {
        move |mut link: Link, _: &str| {
            if let Some(request) = link.request() {
                link.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n");
                link.send(headers);
                link.send("\r\n");
                link.send(body(&request));
            }
        }
    };
    let flood = |start: &'static str, then: &'static str, again: &'static str| {
        move |mut link: Link, _: &str| {
            link.request();
            link.send(start);
            link.send(then);
            while link.send(again.repeat(64)) {}
        }
    };
    let cut = http(HttpError::Truncated);
    vec![
        Server::modern(
            "a length with a sign",
            &["H7"],
            http(HttpError::ContentLength),
            raw("Content-Length: +9\r\n", wrong),
        ),
        Server::modern(
            "a length of twenty-one digits",
            &["H7"],
            End::HttpTooLarge,
            raw("Content-Length: 184467440737095516160\r\n", wrong),
        ),
        Server::modern(
            "two lengths",
            &["H7"],
            http(HttpError::RepeatedHeader { name: "content-length" }),
            raw("Content-Length: 9\r\nContent-Length: 10\r\n", wrong),
        ),
        Server::modern(
            "a length and chunks",
            &["H7"],
            http(HttpError::LengthAndTransferEncoding),
            raw("Content-Length: 9\r\nTransfer-Encoding: chunked\r\n", wrong),
        ),
        Server::modern(
            "a transfer coding of no kind",
            &["H7"],
            http(HttpError::TransferEncoding),
            raw("Transfer-Encoding: xchunked\r\n", wrong),
        ),
        Server::modern(
            "a length that is too short",
            &["H7"],
            End::NotJson,
            raw("Content-Length: 30\r\n", wrong),
        ),
        Server::modern(
            "a length that is too long",
            &["H7", "half-close"],
            cut,
            raw("Content-Length: 9999\r\n", wrong),
        ),
        Server::modern(
            "chunks that are cut",
            &["H7"],
            cut,
            raw("Transfer-Encoding: chunked\r\n", |request| {
                let body = wrong(request);
                format!("{:x}\r\n{body}", body.len() + 1)
            }),
        ),
        Server::modern("closed behind the head", &["H7", "half-close"], cut, |mut link, _| {
            link.request();
            link.send(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n",
            );
            link.finish();
            link.wait_for_close();
        }),
        Server::modern(
            "another response behind the response",
            &["H8"],
            End::Right,
            |mut link, _| {
                while let Some(request) = link.request() {
                    let next = request.json()["id"].as_u64().unwrap() + 1;
                    let mut bytes = ok(&right(&request));
                    bytes.extend(ok(&super::response(&json!(next), "wrong")));
                    link.send(bytes);
                }
            },
        ),
        Server::modern(
            "closed after every response",
            &["H8", "close-per-request"],
            End::Right,
            |mut link, _| {
                if let Some(request) = link.request() {
                    link.send(ok(&right(&request)));
                }
            },
        ),
        Server::modern(
            "extensions for ever",
            &["H9"],
            End::HttpTooLarge,
            flood(CHUNKED, "1", ";a=b"),
        ),
        Server::modern(
            "trailers for ever",
            &["H9"],
            End::HttpTooLarge,
            flood(CHUNKED, "0\r\n", "a: b\r\n"),
        ),
        Server::modern(
            "headers for ever",
            &["H9"],
            End::HttpTooLarge,
            flood("HTTP/1.1 200 OK\r\n", "", "a: b\r\n"),
        ),
        Server::modern(
            "a header for ever",
            &["H9"],
            End::HttpTooLarge,
            flood("HTTP/1.1 200 OK\r\na: ", "", "aaaa"),
        ),
        Server::modern(
            "a status line for ever",
            &["H9"],
            End::HttpTooLarge,
            flood("HTTP/1.1 200 ", "", "aaaa"),
        ),
        Server::modern(
            "informational responses for ever",
            &["H9", "endless-1xx"],
            http(HttpError::TooManyInformational { limit: MAX_INFORMATIONAL }),
            flood("", "", "HTTP/1.1 100 Continue\r\n\r\n"),
        ),
        Server::modern("a body for ever", &["H12"], TOO_LARGE, flood(BODY, "", "        ")),
        Server::modern(
            "chunks of one byte for ever",
            &["H12", "endless-chunks"],
            TOO_LARGE,
            flood(CHUNKED, "", "1\r\n \r\n"),
        ),
        Server::modern(
            "a failure's page for ever",
            &["H12"],
            End::Rejected(500),
            flood("HTTP/1.1 500 X\r\nContent-Type: text/html\r\n\r\n", "", "wrong "),
        ),
        Server::modern(
            "a refusal's page for ever",
            &["H12", "H13"],
            End::Rejected(401),
            flood("HTTP/1.1 401 X\r\nWWW-Authenticate: Bearer\r\n\r\n", "", "wrong "),
        ),
        Server::modern(
            "a redirect's page for ever",
            &["H12"],
            End::Rejected(302),
            flood("HTTP/1.1 302 X\r\nLocation: /\r\n\r\n", "", "wrong "),
        ),
    ]
}

/// H11, H16: time.
fn times() -> Vec<Server> {
    let drip = |start: &'static str, again: &'static str| {
        move |mut link: Link, _: &str| {
            link.request();
            link.send(start);
            while link.send(again) {
                pause(20);
            }
        }
    };
    vec![
        Server::modern("silence", &["H11", "silent"], FIRST_BYTE, |mut link, _| {
            link.wait_for_close();
        }),
        Server::modern(
            "a slow head",
            &["H11", "slow-header"],
            TOTAL,
            drip("HTTP/1.1 200 OK\r\nX: ", "a"),
        ),
        Server::modern("a slow body", &["H11", "slow-body"], TOTAL, drip(BODY, " ")),
        Server::modern("a slow stream", &["H11", "sse-never-answers"], TOTAL, drip(STREAM, ": \n")),
        Server::modern("silence in the head", &["H11"], IDLE, |mut link, _| {
            link.request();
            link.send("HTTP/1.1 200");
            link.wait_for_close();
        }),
        Server::modern("silence in the body", &["H11"], IDLE, |mut link, _| {
            link.request();
            link.send(BODY);
            link.send("{");
            link.wait_for_close();
        }),
        Server::modern(
            "closed at once",
            &["H11"],
            End::Fault(Error::ClosedUnanswered { bearer_sent: true }),
            |mut link, _| {
                link.request();
            },
        ),
        Server::modern(
            "reset",
            &["H11"],
            End::Fault(Error::Reset { bearer_sent: true, response_begun: false }),
            |mut link, _| {
                link.request();
                link.reset();
            },
        ),
        Server::modern("byte by byte", &["H16"], End::Right, |mut link, _| {
            while let Some(request) = link.request() {
                for byte in ok(&right(&request)) {
                    link.send([byte]);
                }
            }
        }),
        Server::modern("a stream byte by byte", &["H16"], End::Right, |mut link, _| {
            if let Some(request) = link.request() {
                link.send(STREAM);
                for byte in event(&right(&request)).bytes() {
                    link.send([byte]);
                }
            }
        }),
    ]
}

/// H13, H14: refusals.
fn refusals() -> Vec<Server> {
    let refusing =
        |status: u16, headers: &'static str| move |_: &Request| whole(status, headers, "{}");
    let count = AtomicUsize::new(0);
    let anew = move |_: &Request| {
        let nonce = count.fetch_add(1, Ordering::Relaxed);
        whole(
            401,
            &format!("WWW-Authenticate: Bearer realm=\"{nonce}\", error=\"invalid_token\"\r\n"),
            "{}",
        )
    };
    let count = AtomicUsize::new(0);
    let step = move |_: &Request| {
        let scope = count.fetch_add(1, Ordering::Relaxed);
        whole(
            403,
            &format!(
                "WWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"s{scope}\"\r\n"
            ),
            "{}",
        )
    };
    let long = |_: &Request| {
        whole(401, &format!("WWW-Authenticate: Bearer realm=\"{}\"\r\n", "\\a".repeat(6000)), "{}")
    };
    vec![
        Server::answering(
            "a new challenge each time",
            &["H13", "401-loop"],
            End::Rejected(401),
            anew,
        ),
        Server::answering("a new scope each time", &["H13"], End::Rejected(403), step),
        Server::answering(
            "come back in thirty years",
            &["H13", "429-retry-after-huge"],
            End::Rejected(429),
            refusing(429, "Retry-After: 999999999\r\n"),
        ),
        Server::answering(
            "come back in 1970",
            &["H13", "503-retry-after-date-past"],
            End::Rejected(503),
            refusing(503, "Retry-After: Thu, 01 Jan 1970 00:00:00 GMT\r\n"),
        ),
        Server::answering(
            "come back at no time",
            &["H13"],
            End::Rejected(503),
            refusing(503, "Retry-After: -1\r\nRetry-After: soon\r\n"),
        ),
        Server::answering(
            "a challenge without an end",
            &["H14"],
            End::Rejected(401),
            refusing(401, "WWW-Authenticate: Bearer realm=\"x\r\n"),
        ),
        Server::answering(
            "a parameter of another scheme",
            &["H14"],
            End::Rejected(401),
            refusing(401, "WWW-Authenticate: Basic error=\"insufficient_scope\", Bearer\r\n"),
        ),
        Server::answering(
            "a parameter twice",
            &["H14"],
            End::Rejected(401),
            refusing(401, "WWW-Authenticate: Bearer error=\"a\", error=\"b\"\r\n"),
        ),
        Server::answering(
            "a challenge of commas",
            &["H14"],
            End::Rejected(401),
            refusing(401, "WWW-Authenticate: ,,,,\r\n"),
        ),
        Server::answering("a challenge of 12,000 bytes", &["H14"], End::Rejected(401), long),
    ]
}
