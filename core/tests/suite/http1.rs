//! Whole responses from the corpora, in every split: status, body, excess and refusals.

use std::{collections::BTreeMap, fs, path::Path};

use base64ct::{Base64, Encoding};
use mcpico_core::http1::{Body, HeadReader, HttpError, MediaType};
use serde_json::Value;

/// What a client that closes the connection at the end makes of a response.
#[derive(Clone, Debug, PartialEq)]
struct Response {
    status: u16,
    media_type: Result<Option<MediaType>, HttpError>,
    body: Vec<u8>,
    excess: usize,
    /// Whether the connection could have been used again had the peer not closed it.
    reusable: bool,
    /// Informational responses that came before.
    informational: usize,
}

/// Receives `bytes` in the pieces that end at `cuts`, then the end of input.
///
/// A split must not change the verdict, so a refusal stands for the whole response.
fn receive(bytes: &[u8], cuts: impl IntoIterator<Item = usize>) -> Result<Response, HttpError> {
    let mut cuts = cuts.into_iter().chain([bytes.len()]);
    let mut reader = HeadReader::new();
    let (mut start, mut informational) = (0, 0);
    let mut cut = cuts.next().unwrap();
    let (head, mut received) = loop {
        match reader.read(&bytes[start..cut])? {
            Some((head, len)) => {
                start += len;
                if !head.is_informational() {
                    break (head, start);
                }
                informational += 1;
            }
            None => cut = cuts.next().ok_or(HttpError::Truncated)?,
        }
    };
    let mut body: Body = head.body()?;
    let mut response = Response {
        status: head.status(),
        media_type: head.media_type(),
        body: Vec::new(),
        excess: 0,
        reusable: false,
        informational,
    };
    for end in [cut].into_iter().chain(cuts) {
        let mut piece = bytes[received..end].to_vec();
        received = end;
        let decoded = body.decode(&mut piece)?;
        assert!(decoded.len + decoded.excess <= piece.len());
        assert!(decoded.excess == 0 || (body.is_complete() && !body.may_reuse()));
        response.body.extend_from_slice(&piece[..decoded.len]);
        response.excess += decoded.excess;
    }
    response.reusable = body.may_reuse();
    body.end_of_input()?;
    assert!(body.is_complete() && !body.may_reuse());
    Ok(response)
}

/// The verdict on `bytes`, after making sure that no split changes it.
fn receive_in_every_split(name: &str, bytes: &[u8]) -> Result<Response, HttpError> {
    const EVERY: usize = 4096;
    let whole = receive(bytes, []);
    assert_eq!(receive(bytes, 1..bytes.len()), whole, "{name}: byte by byte");
    // Long cases repeat one unit: both ends in full, and every 997th place between them.
    let near_an_end = |at: usize| at < EVERY || bytes.len() - at < EVERY;
    for cut in (0..=bytes.len()).filter(|&at| near_an_end(at) || at % 997 == 0) {
        assert_eq!(receive(bytes, [cut]), whole, "{name}: split at {cut}");
    }
    whole
}

fn corpus(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpora/http");
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

struct Case {
    name: String,
    bytes: Vec<u8>,
    expect: Value,
}

fn cases() -> Vec<Case> {
    let file: Value = serde_json::from_str(&corpus("cases.json")).unwrap();
    let cases = file["cases"].as_array().unwrap().iter().map(|case| {
        let encoded = case["response_b64"].as_str().unwrap();
        let mut bytes = vec![0; encoded.len()];
        let len = Base64::decode(encoded, &mut bytes).unwrap().len();
        bytes.truncate(len);
        let name = case["name"].as_str().unwrap().to_owned();
        Case { name, bytes, expect: case["expect"].clone() }
    });
    cases.collect()
}

/// Where the corpus leaves a choice: `true` for the cases that we accept.
const CHOICES: [(&str, bool); 13] = [
    ("no-reason-no-space", true),
    ("length-two-same", false),
    ("length-list-same", false),
    ("chunk-size-space-after", false),
    ("chunk-ext-64k", false),
    ("chunk-trailer-64k", false),
    ("chunk-trailer-length", true),
    ("chunk-size-17-digits", true),
    ("lf-only", false),
    ("space-before-colon", false),
    ("obs-fold", false),
    ("line-version-1.2", false),
    ("encoding-identity", true),
];

#[test]
fn the_corpus_is_judged_as_it_expects() {
    let mut ran = BTreeMap::<String, usize>::new();
    for Case { name, bytes, expect } in cases() {
        let verdict = receive_in_every_split(&name, &bytes);
        let refused = |limit: bool| match verdict {
            Err(error) => error != HttpError::Truncated && (!limit || error.is_limit()),
            Ok(_) => false,
        };
        let class = expect.as_str().unwrap_or("ok").to_owned();
        let right = match class.as_str() {
            "ok" => verdict.as_ref().is_ok_and(|response| {
                let body = expect["body"].as_str().unwrap().as_bytes();
                let body_is_right = match response.media_type {
                    Ok(Some(MediaType::EventStream)) => {
                        response.body.windows(body.len()).any(|window| window == body)
                    }
                    Ok(_) => response.body == body,
                    Err(_) => false,
                };
                body_is_right && u64::from(response.status) == expect["status"].as_u64().unwrap()
            }),
            "ok-or-error" | "error-or-ok" | "limit-or-ok" => {
                let (_, accept) = CHOICES.iter().find(|(choice, _)| *choice == name).unwrap();
                if *accept { verdict.is_ok() } else { refused(class.starts_with("limit")) }
            }
            "error" => refused(false),
            "limit" => refused(true),
            "truncated" => verdict == Err(HttpError::Truncated),
            "truncated-or-limit" => verdict == Err(HttpError::Truncated) || refused(true),
            "json-error" => verdict.as_ref().is_ok_and(|response| {
                let is_json = serde_json::from_slice::<Value>(&response.body).is_ok();
                !is_json && response.excess > 0 && !response.reusable
            }),
            "type-error" => verdict.as_ref().is_ok_and(|response| {
                matches!(response.media_type, Err(_) | Ok(None | Some(MediaType::Other)))
            }),
            "status-408" => verdict.as_ref().is_ok_and(|response| response.status == 408),
            "status-500" => verdict.as_ref().is_ok_and(|response| response.status == 500),
            other => panic!("{name}: no rule for {other}"),
        };
        assert!(right, "{name}: {expect} expected, got {verdict:?}");
        *ran.entry(class).or_default() += 1;
    }
    println!("{} cases: {ran:?}", ran.values().sum::<usize>());
    assert_eq!(ran.values().sum::<usize>(), 74);
}

#[test]
fn what_follows_a_whole_response_is_excess() {
    const NEXT: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
    let (mut ran, mut until_close) = (0, 0);
    for Case { name, mut bytes, .. } in cases() {
        let Ok(alone) = receive(&bytes, []) else { continue };
        bytes.extend_from_slice(NEXT);
        let followed = receive_in_every_split(&name, &bytes).unwrap();
        if followed.excess == 0 {
            assert_eq!(followed.body, [&*alone.body, NEXT].concat(), "{name}");
            until_close += 1;
        } else {
            let expected = Response { excess: alone.excess + NEXT.len(), reusable: false, ..alone };
            assert_eq!(followed, expected, "{name}");
        }
        ran += 1;
    }
    println!("{ran} responses, {until_close} of them until the peer closes");
    assert!(ran > 15 && until_close == 3, "{ran} responses, {until_close} until close");
}

#[test]
fn every_prefix_wants_more_or_is_refused() {
    let mut ran = 0;
    for Case { name, bytes, .. } in cases() {
        let Ok(Response { excess: 0, body, .. }) = receive(&bytes, []) else { continue };
        for end in 0..bytes.len() {
            match receive(&bytes[..end], []) {
                Err(error) => assert_eq!(error, HttpError::Truncated, "{name} up to {end}"),
                // Only a body that lasts until the peer closes is whole at any length.
                Ok(response) => {
                    assert!(!response.reusable && body.starts_with(&response.body), "{name}");
                    assert!(
                        name.contains("close") || ["ok-http10", "sse-charset"].contains(&&*name)
                    );
                }
            }
        }
        ran += 1;
    }
    println!("{ran} responses");
    assert!(ran > 15);
}

/// The cases on which other client libraries were found to differ or fail.
#[test]
fn the_cases_that_other_clients_get_wrong() {
    const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let ok = |text: &str, status, body: &str, excess, reusable| {
        let response = receive_in_every_split(text, text.as_bytes()).unwrap();
        assert_eq!(response.status, status, "{text}");
        assert_eq!(response.body, body.as_bytes(), "{text}");
        assert_eq!((response.excess, response.reusable), (excess, reusable), "{text}");
    };
    let refused = |text: &str, error| {
        assert_eq!(receive_in_every_split(text, text.as_bytes()), Err(error), "{text}");
    };
    // Bodies by length.
    ok("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200, "hi", 0, true);
    ok("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi!!", 200, "hi", 2, false);
    refused("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", HttpError::Truncated);
    ok("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi", 200, "hi", 0, false);
    ok(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: a, Close\r\n\r\nhi",
        200,
        "hi",
        0,
        false,
    );
    // Chunks.
    ok(&format!("{CHUNKED}1\r\nh\r\n1\r\ni\r\n0\r\n\r\n"), 200, "hi", 0, true);
    refused(&format!("{CHUNKED}5\r\nhi"), HttpError::Truncated);
    refused(&format!("{CHUNKED}2\r\nhi\r\n0\r\n"), HttpError::Truncated);
    ok(&format!("{CHUNKED}2;x=\"\\\";\"; y\r\nhi\r\n0;z\r\n\r\n"), 200, "hi", 0, true);
    ok(&format!("{CHUNKED}2\r\nhi\r\n0\r\nDigest: x\r\nB:\r\n\r\n"), 200, "hi", 0, true);
    ok(&format!("{CHUNKED}2\r\nhi\r\n0\r\n\r\nHTTP"), 200, "hi", 4, false);
    ok(
        &CHUNKED.replace("chunked\r\n\r\n", "CHUNKED\r\n\r\n2\r\nhi\r\n0\r\n\r\n"),
        200,
        "hi",
        0,
        true,
    );
    refused(&format!("{CHUNKED}2\r\nhi\r\n\r\n\r\n"), HttpError::ChunkSize { at: 7 });
    refused(&format!("{CHUNKED}\r\n"), HttpError::ChunkSize { at: 0 });
    // No body, and no length.
    ok("HTTP/1.1 202 Accepted\r\n\r\n", 202, "", 0, false);
    ok("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", 202, "", 0, true);
    ok("HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 202, "", 0, true);
    ok("HTTP/1.1 200 OK\r\n\r\nhi", 200, "hi", 0, false);
    ok("HTTP/1.1 204 No Content\r\n\r\n", 204, "", 0, true);
    ok("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", 204, "", 0, false);
    ok("HTTP/1.1 304 Not Modified\r\n\r\n", 304, "", 0, true);
    ok("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, "", 0, true);
    ok("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 x\r\n\r\n", 204, "", 0, true);
    // HTTP/1.0.
    ok("HTTP/1.0 200 OK\r\n\r\nhi", 200, "hi", 0, false);
    ok("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200, "hi", 0, false);
    let keep_alive = "Connection: Keep-Alive\r\nContent-Length: 2";
    ok(&format!("HTTP/1.0 200 OK\r\n{keep_alive}\r\n\r\nhi"), 200, "hi", 0, true);
    refused("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", HttpError::TransferEncoding);
    // Framing that two readers would read differently.
    let both = CHUNKED.replace("\r\n\r\n", "\r\nContent-Length: 2\r\n\r\nhi");
    refused(&both, HttpError::LengthAndTransferEncoding);
    let gzip = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nhi";
    refused(gzip, HttpError::ContentEncoding);
    // Headers that are no UTF-8 are kept.
    let head = b"HTTP/1.1 200 OK\r\nX: \xE9t\xE9\r\nContent-Length: 0\r\n\r\n";
    let (head, _) = HeadReader::new().read(head).unwrap().unwrap();
    assert_eq!(head.header("x"), Some(b"\xE9t\xE9".as_slice()));
}

/// One text of llhttp with its log.
struct Text {
    name: String,
    kind: String,
    bytes: Vec<u8>,
    log: String,
}

/// Reads the texts of one file; the escapes are those of llhttp's own test reader.
fn llhttp_texts(folder: &str, file: &str) -> Vec<Text> {
    let markdown = corpus(&format!("llhttp/{folder}/{file}"));
    let mut texts = Vec::new();
    let mut name = String::new();
    let mut kind = String::new();
    let mut blocks = markdown.split_inclusive('\n').peekable();
    let mut bytes = Vec::new();
    while let Some(line) = blocks.next() {
        if let Some(title) = line.strip_prefix("## ").or_else(|| line.strip_prefix("### ")) {
            name = format!("{file}: {}", title.trim());
        } else if let Some(meta) = line.trim().strip_prefix("<!-- meta=") {
            let meta: Value = serde_json::from_str(meta.trim_end_matches("-->").trim()).unwrap();
            let suffix = if meta["skipBody"] == true { "-to-head" } else { "" };
            kind = format!("{}{suffix}", meta["type"].as_str().unwrap());
        } else if let Some(fence) =
            line.trim().strip_prefix("```").filter(|fence| !fence.is_empty())
        {
            let block: String = blocks.by_ref().take_while(|line| line.trim() != "```").collect();
            match fence {
                "http" => bytes = unescape(block.strip_suffix('\n').unwrap_or(&block)),
                "log" => texts.push(Text {
                    name: name.clone(),
                    kind: kind.clone(),
                    bytes: std::mem::take(&mut bytes),
                    log: block,
                }),
                other => panic!("{name}: no rule for {other}"),
            }
        }
    }
    texts
}

fn unescape(block: &str) -> Vec<u8> {
    let text = block.replace("\\\n", "").replace('\n', "\r\n");
    text.replace("\\r", "\r")
        .replace("\\n", "\n")
        .replace("\\t", "\t")
        .replace("\\f", "\x0c")
        .into_bytes()
}

/// What llhttp's log says of the first final response, or of the first request as if it were one.
struct Log {
    refused: bool,
    status: u16,
    body: Vec<u8>,
    /// Whether a length or chunks say where the body ends.
    framed: bool,
    /// Where it ends; `None` while it lasts.
    end: Option<usize>,
}

impl Log {
    fn read(text: &Text) -> Self {
        let mut log =
            Self { refused: false, status: 0, body: Vec::new(), framed: false, end: None };
        let number = |line: &str, key: &str| {
            let digits = line.split(key).nth(1)?;
            digits.split(|c: char| !c.is_ascii_digit()).next()?.parse::<usize>().ok()
        };
        for line in text.log.lines() {
            if line.contains(" error code=") {
                log.refused = true;
            } else if line.contains("headers complete") {
                // The flags are those of `F_CONTENT_LENGTH` and `F_CHUNKED`.
                let flags = line.split("flags=").nth(1).and_then(|hex| hex.split(' ').next());
                log.framed = u16::from_str_radix(flags.unwrap(), 16).unwrap() & 0x28 != 0;
                log.status =
                    number(line, "status=").map_or(200, |status| status.try_into().unwrap());
            } else if line.contains("span[body]") {
                let (at, len) = (number(line, "off=").unwrap(), number(line, "len=").unwrap());
                log.body.extend_from_slice(&text.bytes[at..at + len]);
            } else if line.contains("message complete") {
                // An informational response is not the answer yet.
                if log.status >= 200 {
                    log.end = number(line, "off=");
                    break;
                }
            }
        }
        log
    }
}

/// Where we refuse what llhttp accepts, and why.
const STRICTER: [(&str, &str); 14] = [
    ("connection.md: HTTP 100 first, then 400", "an empty line before the status line"),
    ("invalid.md: Bare CR after response line (lenient)", "lenient mode"),
    ("invalid.md: Only LFs present (lenient)", "lenient mode"),
    ("invalid.md: Only LFs present and no body (lenient)", "lenient mode"),
    ("lenient-version.md: Invalid HTTP version (lenient)", "lenient mode"),
    ("sample.md: HTTP version 0.9", "neither 1.0 nor 1.1"),
    ("sample.md: ICE response", "not HTTP"),
    ("sample.md: No carriage ret (lenient)", "lenient mode"),
    ("sample.md: RTSP response", "not HTTP"),
    ("sample.md: Response starting with CRLF", "an empty line before the status line"),
    ("transfer-encoding.md: Invalid OBS fold after chunked value", "a folded line"),
    ("transfer-encoding.md: `chunked` before other transfer-encoding", "not only chunked"),
    (
        "transfer-encoding.md: `chunkedchunked` transfer-encoding does not enable chunked enconding",
        "not only chunked",
    ),
    (
        "transfer-encoding.md: multiple transfer-encoding where chunked is not the last one",
        "not only chunked",
    ),
];

#[test]
fn the_llhttp_responses_are_judged_alike() {
    let (mut ran, mut stricter) = (0, 0);
    for file in [
        "connection.md",
        "content-length.md",
        "finish.md",
        "invalid.md",
        "lenient-version.md",
        "pausing.md",
        "pipelining.md",
        "sample.md",
        "transfer-encoding.md",
    ] {
        for text in llhttp_texts("response", file) {
            // The answer to a HEAD request, which this client never sends.
            if text.kind.ends_with("-to-head") {
                continue;
            }
            let verdict = receive_in_every_split(&text.name, &text.bytes);
            let log = Log::read(&text);
            let stricter_because = STRICTER.iter().find(|(name, _)| *name == text.name);
            let right = match (&verdict, log.end) {
                (Err(HttpError::Truncated), None) => stricter_because.is_none(),
                (Err(_), _) if log.refused => stricter_because.is_none(),
                (Err(_), _) => stricter_because.is_some(),
                (Ok(response), end) => {
                    let excess = end.map_or(0, |end| text.bytes.len() - end);
                    let same = (response.status, response.excess) == (log.status, excess);
                    // What has no end in the log lasts until the peer closes.
                    same && response.body == log.body && (end.is_some() || !response.reusable)
                }
            };
            assert!(right, "{}: {verdict:?}\n{}", text.name, text.log);
            if let Some((name, why)) = stricter_because {
                println!("refused, though llhttp accepts it: {name}: {why}");
                stricter += 1;
            }
            ran += 1;
        }
    }
    println!("{ran} texts, {stricter} of them refused though llhttp accepts them");
    assert_eq!((ran, stricter), (84, STRICTER.len()));
}

/// The fields and bodies of requests under a status line: requests and responses share them, but for a body that nothing
/// frames, which a request does not have and a response ends by closing.
#[test]
fn fields_and_bodies_of_the_llhttp_requests_are_judged_alike() {
    let not_only_chunked = [
        "transfer-encoding.md: POST with `chunked` as last transfer-encoding",
        "transfer-encoding.md: POST with `chunked` as last transfer-encoding (multiple headers)",
    ];
    let (mut ran, mut stricter, mut lenient) = (0, 0, 0);
    for file in [
        "content-length.md",
        "invalid.md",
        "lenient-header-value-relaxed.md",
        "lenient-headers.md",
        "transfer-encoding.md",
    ] {
        for text in llhttp_texts("request", file) {
            let request_line_is_whole = text.log.contains("version complete");
            if !request_line_is_whole || text.kind.ends_with("-to-head") {
                continue;
            }
            let log = Log::read(&text);
            let fields = text.bytes.windows(2).position(|end| end == b"\r\n").unwrap_or(0);
            let mut response = [b"HTTP/1.1 200 OK", &text.bytes[fields..]].concat();
            if !response.windows(4).any(|end| end == b"\r\n\r\n") {
                // We judge a head when it is whole.
                response.extend_from_slice(b"\r\n\r\n");
            }
            let verdict = receive_in_every_split(&text.name, &response);
            let refused = matches!(verdict, Err(error) if error != HttpError::Truncated);
            let right = match (&verdict, log.end) {
                _ if log.refused => refused,
                _ if not_only_chunked.contains(&text.name.as_str()) => {
                    stricter += 1;
                    verdict == Err(HttpError::TransferEncoding)
                }
                _ if refused && text.kind.contains("lenient") => {
                    lenient += 1;
                    true
                }
                (Err(_), end) => !refused && end.is_none(),
                (Ok(response), Some(end)) => {
                    let rest = &text.bytes[end..];
                    if log.framed {
                        response.body == log.body && response.excess == rest.len()
                    } else {
                        response.body == rest && !response.reusable
                    }
                }
                (Ok(_), None) => false,
            };
            assert!(right, "{}: {verdict:?}\n{}", text.name, text.log);
            ran += 1;
        }
    }
    println!("{ran} texts, {lenient} of them accepted by llhttp in a lenient mode only");
    assert_eq!((ran, stricter, lenient), (75, not_only_chunked.len(), 15));
}
