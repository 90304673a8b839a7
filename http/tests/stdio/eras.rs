//! Which era the server is of.

use mcpico_core::mcp::Revision;
use mcpico_http::std::{SessionError, StdioOptions};
use serde_json::json;

use crate::child::{Child, SHORT, options, program, tools};

#[tokio::test]
async fn every_way_to_be_of_the_legacy_era_is_understood() {
    for mode in ["legacy_by_error", "legacy_by_another_error", "legacy_by_exit"] {
        let mut child = Child::new(mode);
        let connected = child.session.connect().await;
        assert_eq!(connected, Ok(Revision::V2025_11_25), "{mode}");
        assert_eq!(tools(&child.list().await), json!([]), "{mode}");
        child.end().await;
    }
    for mode in ["legacy_by_silence", "answers_when_initialized", "slow_to_exit"] {
        let options = StdioOptions { probe: SHORT, ..options() };
        let mut child = Child::with(program(mode), options);
        let connected = child.session.connect().await;
        assert_eq!(connected, Ok(Revision::V2025_11_25), "{mode}");
        assert_eq!(tools(&child.list().await), json!([]), "{mode}");
        assert_eq!(child.session.revision(), Some(Revision::V2025_11_25), "{mode}");
        child.end().await;
    }
}

/// A server may ask for a sign of life before it answers `initialize`.
#[tokio::test]
async fn a_ping_in_the_middle_of_the_handshake_is_answered() {
    let mut child = Child::new("pings_in_the_handshake");
    assert_eq!(child.session.connect().await, Ok(Revision::V2025_11_25));
    assert_eq!(tools(&child.list().await), json!([]));
    child.end().await;
}

#[tokio::test]
async fn a_late_answer_counts_until_the_handshake_is_done() {
    let mut child =
        Child::with(program("slow_to_start"), StdioOptions { probe: SHORT, ..options() });
    assert_eq!(child.session.connect().await, Ok(Revision::V2026_07_28));
    for _ in 0..2 {
        assert_eq!(tools(&child.list().await), json!([]));
    }
    child.end().await;
}

#[tokio::test]
async fn a_modern_server_is_asked_no_more_than_that() {
    let mut child = Child::new("ends_when_told");
    assert_eq!(child.session.connect().await, Ok(Revision::V2026_07_28));
    child.end().await;
}

#[tokio::test]
async fn one_revision_alone_is_spoken_without_a_probe() {
    for (mode, revision) in [
        ("legacy_by_error", Revision::V2025_11_25),
        // It exits when it is probed.
        ("legacy_by_exit", Revision::V2025_11_25),
        ("silent", Revision::V2026_07_28),
    ] {
        let options = StdioOptions { oldest: revision, newest: revision, ..options() };
        let mut child = Child::with(program(mode), options);
        assert_eq!(child.session.connect().await, Ok(revision), "{mode}");
        child.end().await;
    }
}

#[tokio::test]
async fn a_refused_handshake_says_with_what() {
    let mut child = Child::new("refuses_the_handshake");
    let refused = child.list().await;
    let Err(SessionError::Handshake(error)) = refused else { panic!("{refused:?}") };
    assert_eq!((error.code, error.message.as_str(), error.status), (-32603, "no", 0));
    child.end().await;
}
