//! S1 to S9: what event streams are made of.

use std::time::Duration;

use serde_json::json;

use super::{End, IDLE, STREAM, Server, TOO_LARGE, TOTAL, event, legacy, response, right, wrong};
use crate::peer::{Link, Request, chunk, pause, whole};

/// Sends `start`, then `again` for as long as the client reads.
fn endless(start: &'static str, again: &'static str) -> impl Fn(Link, &str) + Send + Sync {
    move |mut link, _| {
        link.request();
        link.send(STREAM);
        link.send(start);
        while link.send(again.repeat(4096 / again.len())) {}
    }
}

pub(super) fn servers() -> Vec<Server> {
    let mut all = floods();
    all.extend(texts());
    all.extend(resumed());
    all
}

/// S1.
fn floods() -> Vec<Server> {
    vec![
        Server::modern(
            "a line for ever",
            &["S1", "endless-sse-line"],
            TOO_LARGE,
            endless("data: ", "a"),
        ),
        Server::modern("an event for ever", &["S1"], TOO_LARGE, endless("", "data: aaaa\n")),
        Server::modern("lines of empty data for ever", &["S1"], TOO_LARGE, endless("", "data\n")),
        Server::modern("a comment for ever", &["S1"], TOTAL, endless(": ", "a")),
        Server::modern("comments for ever", &["S1"], TOTAL, endless("", ":\n")),
        Server::modern("empty events for ever", &["S1"], TOTAL, endless("", "data:\n\n")),
        Server::modern("the name of a field for ever", &["S1"], TOTAL, endless("", "x")),
        Server::modern("a stream that falls silent", &["S1", "H11"], IDLE, |mut link, _| {
            link.request();
            link.send(STREAM);
            link.send(": x\n\n");
            link.wait_for_close();
        }),
        Server::modern(
            "a stream that goes on behind the response",
            &["S1"],
            End::Right,
            |mut link, _| {
                if let Some(request) = link.request() {
                    link.send(STREAM);
                    link.send(event(&right(&request)));
                    while link.send(":\n") {
                        pause(5);
                    }
                }
            },
        ),
    ]
}

/// S2, S3, S6, S7, S8.
fn texts() -> Vec<Server> {
    let pieces = |pieces: fn(&Request) -> Vec<Vec<u8>>| {
        move |mut link: Link, _: &str| {
            if let Some(request) = link.request() {
                link.send(STREAM);
                for piece in pieces(&request) {
                    link.send(piece);
                    pause(5);
                }
            }
        }
    };
    let text = |text: String| text.into_bytes();
    vec![
        Server::modern(
            "a byte-order mark in parts",
            &["S2"],
            End::Right,
            pieces(|request| {
                vec![b"\xef".into(), b"\xbb".into(), b"\xbf".into(), event(&right(request)).into()]
            }),
        ),
        Server::streaming("two byte-order marks", &["S2"], End::Right, move |request| {
            text(format!("\u{feff}\u{feff}{}{}", event(&wrong(request)), event(&right(request))))
        }),
        Server::modern(
            "line ends in parts",
            &["S3"],
            End::Right,
            pieces(|request| {
                let data = format!("data: {}", right(request));
                vec![data.into(), b"\r".into(), b"\n".into(), b"\r".into(), b"\n".into()]
            }),
        ),
        Server::streaming("carriage returns alone", &["S3"], End::Right, move |request| {
            text(format!("data: {}\r\r", right(request)))
        }),
        Server::streaming("line ends of every kind", &["S3"], End::Right, move |request| {
            text(format!(": x\r: y\n: z\r\ndata: {}\n\r", right(request)))
        }),
        Server::streaming("data that is no JSON", &["S6"], End::NotJson, |_| {
            b"data: hello\n\n".into()
        }),
        Server::streaming("data that is cut", &["S6"], End::Interrupted, |request| {
            // The end of the stream is no end of an event.
            format!("data: {}", wrong(request)).into_bytes()
        })
        .most(2),
        Server::streaming("an empty event first", &["S6"], End::Right, move |request| {
            text(format!("id: 1\ndata:\n\n{}", event(&right(request))))
        }),
        Server::streaming("an event of another name", &["S6"], End::Right, move |request| {
            text(format!("event: note\n{}{}", event(&wrong(request)), event(&right(request))))
        }),
        Server::streaming("an overlong line end", &["S7"], End::NotJson, |_| {
            b"data: {\"jsonrpc\":\"2.0\",\"id\":1,\xc0\x8a\"result\":{}}\n\n".into()
        }),
        Server::streaming("a byte that no UTF-8 has", &["S7"], End::NotJson, |request| {
            let mut text = event(&wrong(request)).into_bytes();
            let at = text.len() - 20;
            text[at] = 0xff;
            text
        }),
        Server::modern("chunks of one byte", &["S8", "H16"], End::Right, |mut link, _| {
            while let Some(request) = link.request() {
                link.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n");
                link.send("Transfer-Encoding: chunked\r\n\r\n");
                for byte in event(&right(&request)).chars() {
                    link.send(chunk(&byte.to_string()));
                }
                link.send("0\r\n\r\n");
            }
        }),
        Server::modern(
            "a chunk that ends in the middle of a line",
            &["S8"],
            End::Right,
            |mut link, _| {
                while let Some(request) = link.request() {
                    link.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n");
                    link.send("Transfer-Encoding: chunked\r\n\r\n");
                    let text = event(&right(&request));
                    let (start, rest) = text.split_at(30);
                    link.send(chunk(start));
                    pause(5);
                    link.send(chunk(rest));
                    link.send("0\r\n\r\n");
                }
            },
        ),
    ]
}

/// S4, S5, S9: streams that end, and are asked for again.
fn resumed() -> Vec<Server> {
    // Answers the request and each time that the stream is asked for again by this text, and ends it.
    let ending = |text: &'static str| {
        move |link: Link, _: &str| {
            legacy(link, |link, _| {
                link.send(STREAM);
                link.send(text);
                link.finish();
            });
        }
    };
    let soon = Duration::from_secs(1);
    vec![
        Server::modern(
            "a stream that ends and wants a retry",
            &["S5", "sse-retry-0-close"],
            End::Interrupted,
            |mut link, _| {
                link.request();
                link.send(STREAM);
                link.send("retry: 0\nid: 1\ndata:\n\n");
            },
        )
        .most(2),
        // A tenth of a second at least between two of them.
        Server::legacy(
            "streams that end at once for ever",
            &["S5", "S9", "sse-retry-0-close"],
            End::GivenUp,
            ending("retry: 0\nid: 1\ndata:\n\n"),
        )
        .within(soon)
        .most(4 + 10),
        Server::legacy(
            "a retry in a thousand years",
            &["S5"],
            End::Interrupted,
            ending("retry: 31536000000000\nid: 1\ndata:\n\n"),
        )
        .within(soon),
        Server::legacy(
            "a retry of forty digits",
            &["S5"],
            End::Interrupted,
            ending("retry: 1000000000000000000000000000000000000000\nid: 1\ndata:\n\n"),
        )
        .within(soon),
        Server::legacy(
            "an event id with a NUL",
            &["S4"],
            End::Interrupted,
            ending("retry: 0\nid: a\0b\ndata:\n\n"),
        ),
        Server::legacy("an event id that is longer than any", &["S4"], End::GivenUp, |link, _| {
            legacy(link, |link, _| {
                link.send(STREAM);
                link.send(format!("retry: 0\nid: {}\ndata:\n\n", "a".repeat(60_000)));
                link.finish();
            });
        })
        .within(soon)
        .most(14),
        // What it sends back may not start another header.
        Server::legacy("an event id that is no header value", &["S4"], End::GivenUp, |link, _| {
            legacy(link, |link, request| {
                let harmless = |id: &str| id.bytes().all(|byte| matches!(byte, b' '..=b'~'));
                link.send(STREAM);
                if request.header("last-event-id").is_some_and(|id| !harmless(id)) {
                    link.send(event(&response(&json!(2), "wrong")));
                }
                link.send("retry: 0\nid: \u{1}\u{e9}\u{7f}\ndata:\n\n");
                link.finish();
            });
        })
        .within(soon)
        .most(14),
        Server::legacy(
            "a stream that goes on at somebody else's",
            &["S9", "H1"],
            End::Interrupted,
            |link, stranger| {
                legacy(link, |link, request| {
                    if request.method() == "tools/list" {
                        link.send(STREAM);
                        link.send("retry: 0\nid: 1\ndata:\n\n");
                        link.finish();
                    } else {
                        link.send(whole(307, &format!("Location: {stranger}\r\n"), "{}"));
                    }
                });
            },
        )
        .most(4),
    ]
}
