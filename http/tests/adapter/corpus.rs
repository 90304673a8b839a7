//! The corpus of raw responses over a socket, and the servers that misbehave in time.

use std::collections::BTreeMap;
use std::path::Path;

use base64ct::{Base64, Encoding};
use mcpico_core::http1::HttpError;
use mcpico_core::{Error as CoreError, PeerError};
use mcpico_http::Error;
use mcpico_http::std::TokioConnector;
use serde_json::Value;

use crate::ask::{LIST, Outcome, PATIENT, Seen, ask_over};
use crate::peer::Peer;

pub(crate) fn corpus() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/tests/corpora/http/cases.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Where the corpus leaves a choice: `true` for the cases that are accepted.
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

#[derive(Debug, PartialEq)]
enum Verdict {
    /// Status and body.
    Whole(u16, String),
    Truncated,
    Limit,
    Framing,
    Json,
    Type,
}

/// What the caller is told.
fn verdict(outcome: &Outcome) -> Verdict {
    let peer_error = match outcome.error {
        None => match outcome.sole() {
            Seen::Result(result) => {
                let body = format!(r#"{{"jsonrpc":"2.0","id":1,"result":{result}}}"#);
                return Verdict::Whole(outcome.status, body);
            }
            Seen::Rejected(status, body) => return Verdict::Whole(*status, body.clone()),
            other => panic!("{other:?}"),
        },
        Some(Error::Client(CoreError::Peer(error))) => error,
        Some(error) => panic!("{error:?}"),
    };
    match peer_error {
        // A success without a body answers no request.
        PeerError::NoResponse => Verdict::Whole(outcome.status, String::new()),
        PeerError::Message(_) => Verdict::Json,
        PeerError::ContentType { .. }
        | PeerError::Http(
            HttpError::ContentType | HttpError::RepeatedHeader { name: "Content-Type" },
        ) => Verdict::Type,
        PeerError::Http(HttpError::Truncated) => Verdict::Truncated,
        PeerError::Http(error) if error.is_limit() => Verdict::Limit,
        PeerError::Http(_) => Verdict::Framing,
        error => panic!("{error:?}"),
    }
}

#[tokio::test]
async fn every_raw_response_of_the_corpus_gets_its_verdict() {
    const OK: &str = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
    let mut ran = BTreeMap::<String, usize>::new();
    for case in corpus()["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let mut response = case["response_b64"].as_str().unwrap().as_bytes().to_vec();
        let length = Base64::decode_in_place(&mut response).unwrap().len();
        response.truncate(length);
        let peer = Peer::answering(response);
        let outcome = ask_over(&mut TokioConnector::new(), &peer.url(), &LIST, PATIENT).await;
        let verdict = verdict(&outcome);
        let refused = matches!(verdict, Verdict::Framing | Verdict::Limit);
        let class = case["expect"].as_str().unwrap_or("ok");
        let right = match class {
            "ok" => {
                let status = case["expect"]["status"].as_u64().unwrap();
                let body = case["expect"]["body"].as_str().unwrap();
                verdict == Verdict::Whole(status.try_into().unwrap(), body.into())
            }
            "ok-or-error" | "error-or-ok" | "limit-or-ok" => {
                let (_, accepted) = CHOICES.iter().find(|(choice, _)| *choice == name).unwrap();
                if *accepted { verdict == Verdict::Whole(200, OK.into()) } else { refused }
            }
            "error" => refused,
            "limit" => verdict == Verdict::Limit,
            "truncated" => verdict == Verdict::Truncated,
            "truncated-or-limit" => matches!(verdict, Verdict::Truncated | Verdict::Limit),
            // A body of length 0 is a message as little as a cut one.
            "json-error" => {
                matches!(&verdict, Verdict::Json)
                    || (name == "length-zero" && verdict == Verdict::Whole(200, String::new()))
            }
            "type-error" => verdict == Verdict::Type,
            "status-408" => verdict == Verdict::Whole(408, String::new()),
            "status-500" => verdict == Verdict::Whole(500, String::new()),
            other => panic!("{name}: no rule for {other}"),
        };
        assert!(right, "{name}: {} expected, got {verdict:?}: {outcome:?}", case["expect"]);
        // An error and what came behind the response both use the connection up.
        let keeps =
            ["ok-chunk", "ok-100", "ok-103", "ok-header-case", "no-reason", "length-leading"];
        let keeps = keeps.iter().any(|kept| name.starts_with(kept))
            || ["chunk-trailer-length", "chunk-size-17-digits", "encoding-identity"]
                .contains(&name)
            || name == "line-reason-latin1";
        assert_eq!(outcome.open, keeps, "{name}: {outcome:?}");
        *ran.entry(class.into()).or_default() += 1;
    }
    println!("{} cases: {ran:?}", ran.values().sum::<usize>());
    assert_eq!(ran.values().sum::<usize>(), 74);
}
