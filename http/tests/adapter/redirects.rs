//! The corpus of redirects: none is followed, also not to where the request came from.

use std::path::Path;

use mcpico_core::mcp::{Method, Revision};
use mcpico_http::std::{Options, Session, SessionError};
use serde_json::Value;

use crate::ask::{INFO, PATIENT};
use crate::peer::{Peer, whole};

const CALL: Method<'static> = Method::CallTool { name: "t", arguments: None, input_schema: None };

/// The `Location` lines of a case, with the peer in place of the server that it is about.
fn locations(case: &Value, peer: &Peer) -> String {
    let url = peer.url();
    let origin = url.strip_suffix("/mcp").unwrap();
    let line = |location: &Value| {
        let there = location.as_str().unwrap();
        let there = ["https://mcp.example:443", "https://mcp.example/", "http://mcp.example"]
            .into_iter()
            .find_map(|other| Some((other, there.strip_prefix(other)?)))
            .map_or(there.to_owned(), |(other, rest)| {
                let slash = if other.ends_with('/') { "/" } else { "" };
                format!("{origin}{slash}{rest}")
            });
        format!("Location: {there}\r\n")
    };
    match &case["location"] {
        Value::Null => String::new(),
        Value::Array(several) => several.iter().map(line).collect(),
        one => line(one),
    }
}

#[tokio::test]
async fn no_redirect_of_the_corpus_is_followed() {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/tests/corpora/redirect/cases.json");
    let corpus: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let cases = corpus["redirects"].as_array().unwrap();
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let status = u16::try_from(case["status"].as_u64().unwrap()).unwrap();
        // Its own address is known only when it is there.
        let own = std::sync::Arc::new(std::sync::OnceLock::<Vec<u8>>::new());
        let answer = own.clone();
        let peer = Peer::new(move |mut link| {
            while link.request().is_some() {
                link.send(answer.get().unwrap());
            }
        });
        own.set(whole(status, &locations(case, &peer), "")).unwrap();
        let mut options = Options::new(INFO);
        options.oldest = Revision::LATEST;
        options.deadlines = PATIENT;
        options.bearer = Some("abc.def".into());
        let mut session = Session::new(&peer.url(), options).unwrap();
        match session.call(CALL, &mut |_| {}).await {
            Err(SessionError::Rejected(rejection)) => {
                assert_eq!(rejection.status, status, "{name}");
            }
            // The head is no head.
            Err(SessionError::Transport(_)) => assert_eq!(name, "nul-location"),
            other => panic!("{name}: {other:?}"),
        }
        assert_eq!(peer.requests().len(), 1, "{name}");
    }
    println!("{} redirects", cases.len());
    assert_eq!(cases.len(), 34);
}
