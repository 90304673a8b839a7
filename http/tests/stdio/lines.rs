//! What stands on the lines: noise, ends of lines, lengths, floods, ids.

use mcpico_core::json;
use mcpico_core::mcp::Method;
use mcpico_core::{Error as CoreError, PeerError};
use mcpico_http::std::{Outcome, SessionError, StdioOptions};
use mcpico_http::{Deadlines, Error};
use serde_json::json;

use crate::child::{Child, INBOX, PATIENT, SHORT, options, process_error, program, tools};

const TOTAL: Deadlines = Deadlines { total: SHORT, ..PATIENT };
const IDLE: Deadlines = Deadlines { idle: SHORT, ..PATIENT };

/// Calls once it is connected, as starting takes its time on a busy machine.
async fn list_within(child: &mut Child, deadlines: Deadlines) -> String {
    child.session.connect().await.unwrap();
    child.session.set_deadlines(deadlines);
    let (error, _) = process_error(child.list().await);
    child.session.set_deadlines(PATIENT);
    error
}

#[tokio::test]
async fn noise_is_told_and_skipped() {
    let mut child = Child::new("noise_before");
    assert_eq!(tools(&child.list().await), json!([]));
    let noise = child.take_noise();
    assert_eq!(noise.len(), 2, "{noise:?}");
    assert!(noise[0].starts_with("line Server listening on stdio: the server sent no JSON-RPC"));
    assert!(noise[1].starts_with("line {not json: "), "{noise:?}");
    child.end().await;

    let mut child = Child::new("noise_between");
    for _ in 0..2 {
        assert_eq!(tools(&child.list().await), json!([]));
    }
    child.end().await;
    let noise = child.take_noise().join("\n");
    for line in ["DEBUG: tools are listed: ", "{\"jsonrpc\":\"2.0\"}: ", "have been listed: "] {
        assert!(noise.contains(line), "{noise}");
    }
}

#[tokio::test]
async fn lines_may_end_with_carriage_returns_or_with_the_stream() {
    for mode in ["crlf", "no_newline_at_the_end"] {
        let mut child = Child::new(mode);
        assert_eq!(tools(&child.list().await), json!([]), "{mode}");
        child.end().await;
        assert_eq!(child.take_noise(), Vec::<String>::new(), "{mode}");
    }
}

#[tokio::test]
async fn an_over_long_line_is_skipped() {
    let mut child = Child::new("over_long_noise");
    assert_eq!(tools(&child.list().await), json!([]));
    assert_eq!(child.take_noise(), [format!("too long {INBOX}, {INBOX} bytes shown")]);
    child.end().await;
}

#[tokio::test]
async fn an_over_long_response_is_an_error_and_the_next_call_works() {
    let mut child = Child::new("over_long_response");
    for _ in 0..2 {
        let too_large = Error::Client(CoreError::FrameTooLarge { limit: INBOX, needed: INBOX + 1 });
        assert_eq!(child.list().await, Err(SessionError::Transport(too_large)));
    }
    child.end().await;
}

#[tokio::test]
async fn floods_end_with_the_deadline() {
    for mode in ["over_long_and_endless", "flood_of_noise", "flood_of_notifications"] {
        let options = StdioOptions { grace: SHORT, ..options() };
        let mut child = Child::with(program(mode), options);
        let error = list_within(&mut child, TOTAL).await;
        assert_eq!(error, "the server has not responded within 500ms", "{mode}");
        child.end().await;
    }
}

#[tokio::test]
async fn requests_whose_answers_nobody_reads_end_with_a_deadline() {
    let options = StdioOptions { grace: SHORT, ..options() };
    let mut child = Child::with(program("flood_of_requests"), options);
    let error = list_within(&mut child, IDLE).await;
    assert_eq!(error, "the server has said nothing for 500ms and not responded");
    child.end().await;
}

#[tokio::test]
async fn what_fills_the_pipes_is_read() {
    let mut child = Child::new("flood_before_it_reads");
    let big = format!("{{\"big\":\"{}\"}}", "x".repeat(300_000));
    let method = Method::CallTool {
        name: "any",
        arguments: Some(json::parse(big.as_bytes()).unwrap()),
        input_schema: None,
    };
    assert_eq!(tools(&child.call(method).await), json!([]));
    child.end().await;

    let mut child = Child::new("flood_on_stderr");
    assert_eq!(tools(&child.list().await), json!([]));
    child.end().await;
    let lines = child.take_noise();
    assert_eq!(lines.len(), 50_000);
    assert_eq!(lines[49_999], "stderr stderr 49999");
}

#[tokio::test]
async fn a_response_counts_once_and_only_with_its_id() {
    let mut child = Child::new("answers_twice");
    for _ in 0..3 {
        assert_eq!(tools(&child.list().await), json!([]));
    }
    child.end().await;
    let second = child.take_events();
    assert!(second.len() >= 2 && second.iter().all(|event| event.starts_with("unsolicited Some")));

    let mut child = Child::new("wrong_ids");
    for _ in 0..2 {
        assert_eq!(tools(&child.list().await), json!([]));
    }
    // Three are ids, but of nothing that is under way; the other five are none.
    assert_eq!(child.take_events().len(), 6);
    assert_eq!(child.take_noise().len(), 10);
    child.end().await;
}

#[tokio::test]
async fn a_late_response_is_not_that_to_the_next_request() {
    let mut child = Child::new("late");
    let error = list_within(&mut child, TOTAL).await;
    assert_eq!(error, "the server has not responded within 500ms");
    assert_eq!(tools(&child.list().await), json!([]));
    let events = child.take_events();
    assert_eq!(events.len(), 1, "{events:?}");
    assert!(events[0].starts_with("unsolicited Some"), "{events:?}");
    child.end().await;
}

#[tokio::test]
async fn a_dropped_call_loses_nothing_but_its_response() {
    let mut child = Child::new("late");
    child.session.connect().await.unwrap();
    let dropped = tokio::time::timeout(SHORT, child.list()).await;
    assert!(dropped.is_err());
    assert_eq!(tools(&child.list().await), json!([]));
    child.end().await;
}

#[tokio::test]
async fn what_is_given_up_is_cancelled() {
    let mut child = Child::new("waits_for_cancellation");
    list_within(&mut child, TOTAL).await;
    assert_eq!(tools(&child.list().await), json!([]));
    child.end().await;

    let mut child = Child::new("waits_for_cancellation");
    child.session.connect().await.unwrap();
    assert!(tokio::time::timeout(SHORT, child.list()).await.is_err());
    assert_eq!(tools(&child.list().await), json!([]));
    child.end().await;
}

#[tokio::test]
async fn batches_are_read_in_the_revision_that_has_them() {
    let mut child = Child::new("batch");
    for _ in 0..2 {
        assert_eq!(tools(&child.list().await), json!([]));
        assert_eq!(child.take_events(), ["notification notifications/message"; 2]);
    }
    child.end().await;
    let mut child = Child::new("batch_where_there_is_none");
    let error = list_within(&mut child, TOTAL).await;
    assert_eq!(error, "the server has not responded within 500ms");
    let noise = child.take_noise();
    assert!(noise[0].contains("an array of messages where one is allowed"), "{noise:?}");
    child.end().await;
}

#[tokio::test]
async fn an_invalid_result_is_an_error() {
    let mut child = Child::new("invalid_result");
    let outcome = child.list().await;
    let Err(SessionError::Transport(Error::Client(CoreError::Peer(PeerError::Result(_))))) =
        outcome
    else {
        panic!("{outcome:?}")
    };
    child.end().await;
}

#[tokio::test]
async fn what_the_server_asks_is_answered() {
    let mut child = Child::new("pings");
    for _ in 0..2 {
        assert_eq!(tools(&child.list().await), json!([]));
        assert_eq!(child.take_events(), ["request ping", "request sampling/createMessage"]);
    }
    child.end().await;
}

#[tokio::test]
async fn values_with_line_breaks_stay_one_line() {
    let mut child = Child::new("echo");
    let arguments = "{\r\n  \"text\": \"a\\nb\",\n  \"n\":\n[1,\n2]}";
    let method = Method::CallTool {
        name: "echo",
        arguments: Some(json::parse(arguments.as_bytes()).unwrap()),
        input_schema: None,
    };
    let outcome = child.call(method).await;
    let Ok(Outcome::Result(text)) = outcome else { panic!("{outcome:?}") };
    let result: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(result["structuredContent"], json!({"text": "a\nb", "n": [1, 2]}));
    child.end().await;
}

#[tokio::test]
async fn a_server_that_says_nothing_is_silent() {
    let mut child = Child::new("silent");
    let error = list_within(&mut child, IDLE).await;
    assert_eq!(error, "the server has said nothing for 500ms and not responded");
    child.end().await;

    let deadlines = Deadlines { total: SHORT, ..PATIENT };
    let options = StdioOptions { deadlines, probe: SHORT, grace: SHORT, ..options() };
    let mut child = Child::with(program("does_not_read"), options);
    let (error, _) = process_error(child.list().await);
    assert_eq!(error, "the server has not responded within 500ms");
    child.end().await;
}
