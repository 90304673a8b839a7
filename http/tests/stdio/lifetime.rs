//! How servers start and end, what they are given, and that none is left behind.

use std::io;

use mcpico_core::mcp::Method;
use mcpico_http::std::{
    Ending, INHERITED, Outcome, ProcessError, Program, SessionError, StdioOptions,
};
use serde_json::json;

use crate::child::{Child, LIST, SHORT, gone, is_there, options, process_error, program, tools};

#[tokio::test]
async fn a_program_that_is_not_there_is_named_so() {
    for (name, kind) in [
        ("mcpico-no-such-program", io::ErrorKind::NotFound),
        ("/nonexistent/program", io::ErrorKind::NotFound),
        ("/etc/passwd", io::ErrorKind::PermissionDenied),
    ] {
        let mut child = Child::with(Program::new(name), options());
        let error = SessionError::Process(ProcessError::Start(kind));
        assert_eq!(child.list().await, Err(error), "{name}");
        assert_eq!(child.end().await, None);
    }
}

#[tokio::test]
async fn an_exit_is_told_with_its_code_and_the_end_of_standard_error() {
    for (mode, code, stderr) in [
        ("exits_at_once", 3, "cannot read the configuration\u{1b}[31m\n"),
        ("exits_in_an_answer", 7, "the disk is on fire\n"),
    ] {
        let mut child = Child::new(mode);
        let exited = process_error(child.list().await);
        let error = format!("the server exited with code {code} before its response");
        assert_eq!(exited, (error, stderr.to_owned()), "{mode}");
        child.end().await;
        // It was started once: what it said was said once.
        let said = format!("stderr {}", stderr.trim_end());
        let starts = child.take_noise().iter().filter(|noise| **noise == said).count();
        assert!(starts == 1 || cfg!(not(target_os = "linux")), "{mode} was started {starts} times");
    }
    let mut child = Child::new("dies_by_a_signal");
    let (error, _) = process_error(child.list().await);
    assert!(error.contains("signal: 6"), "{error}");
    child.end().await;
}

#[tokio::test]
async fn an_ended_server_is_started_again_only_when_asked() {
    let mut child = Child::new("exits_in_an_answer");
    for _ in 0..2 {
        let (error, _) = process_error(child.list().await);
        assert_eq!(error, "the server exited with code 7 before its response");
    }
    let before = child.session.process_id();
    child.session.restart().await.unwrap();
    let after = child.session.process_id();
    assert!(before != after && after.is_some_and(is_there));
    child.end().await;
}

#[tokio::test]
async fn what_a_server_leaves_behind_is_ended_with_it() {
    let mut child = Child::new("leaves_a_child_with_its_output");
    let (error, stderr) = process_error(child.list().await);
    assert_eq!(error, "the server exited with code 5 before its response");
    let left = stderr.strip_prefix("child ").unwrap().trim_end().parse().unwrap();
    child.end().await;
    gone(left).await;
}

#[tokio::test]
async fn a_closed_stream_is_an_error() {
    let mut child =
        Child::with(program("closes_its_output"), StdioOptions { grace: SHORT, ..options() });
    let (error, _) = process_error(child.list().await);
    assert_eq!(error, "the server closed its standard input or output and did not respond");
    child.end().await;

    let deadlines = mcpico_http::Deadlines { idle: SHORT, ..options().deadlines };
    let options = StdioOptions { deadlines, grace: SHORT, ..options() };
    let mut child = Child::with(program("closes_its_input"), options);
    for _ in 0..3 {
        assert!(matches!(child.list().await, Err(SessionError::Process(_))));
    }
    child.end().await;
}

#[tokio::test]
async fn a_server_is_asked_to_end_before_it_is_forced() {
    for (mode, grace) in [
        ("ends_when_told", None),
        ("ignores_closed_input", Some(SHORT)),
        ("ignores_terminate", Some(SHORT)),
    ] {
        let grace = grace.unwrap_or(options().grace);
        let mut child = Child::with(program(mode), StdioOptions { grace, ..options() });
        assert_eq!(tools(&child.list().await), json!([]), "{mode}");
        let ending = child.end().await.unwrap();
        let as_expected = match mode {
            "ends_when_told" => matches!(ending, Ending::Closed(status) if status.success()),
            "ignores_closed_input" => matches!(ending, Ending::Terminated(_)),
            _ => ending == Ending::Killed,
        };
        assert!(as_expected, "{mode}: {ending:?}");
        assert_eq!(child.end().await, None);
    }
    let mut child = Child::new("ends_with_a_flush");
    assert_eq!(tools(&child.list().await), json!([]));
    let ending = child.end().await.unwrap();
    assert!(matches!(ending, Ending::Closed(status) if status.code() == Some(9)), "{ending:?}");
}

#[tokio::test]
async fn a_dropped_session_leaves_no_process() {
    for mode in ["ends_when_told", "ignores_terminate", "silent", "does_not_read"] {
        let mut child = Child::new(mode);
        if matches!(mode, "silent" | "does_not_read") {
            let begun = tokio::time::timeout(SHORT, child.list()).await;
            assert!(begun.is_err(), "{mode}");
        } else {
            // A child that ignores signals has to have come so far.
            assert_eq!(tools(&child.list().await), json!([]), "{mode}");
        }
        let id = child.session.process_id().unwrap();
        assert!(is_there(id), "{mode}");
        drop(child);
        gone(id).await;
    }
}

#[tokio::test]
async fn the_environment_is_not_handed_on() {
    // Cargo sets it for tests; what a person has set is no different.
    assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some());
    let given = program("environment")
        .variable("MCPICO_GIVEN", "a b")
        .inherit("CARGO_PKG_NAME")
        .inherit("MCPICO_UNSET");
    let mut child = Child::with(given, options());
    let outcome = child.call(LIST).await;
    let Ok(Outcome::Result(text)) = outcome else { panic!("{outcome:?}") };
    child.end().await;
    let seen: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(seen["MCPICO_GIVEN"], "a b");
    assert_eq!(seen["CARGO_PKG_NAME"], "mcpico-http");
    // Python sets LC_CTYPE for itself where it is not set.
    let own = ["resultType", "MCPICO_GIVEN", "CARGO_PKG_NAME", "LC_CTYPE"];
    let strange: Vec<_> = seen
        .keys()
        .filter(|name| !own.contains(&name.as_str()) && !INHERITED.contains(&name.as_str()))
        .collect();
    assert_eq!(strange, Vec::<&String>::new());
    assert!(seen.contains_key("PATH"));
}

#[tokio::test]
async fn nothing_secret_is_in_the_debug_text() {
    let program = Program::new("server").arguments(["--key", "s3cret"]).variable("KEY", "s3cret");
    let mut child = Child::with(program, options());
    let text = format!("{:?}", child.session);
    assert!(text.contains("KEY") && !text.contains("s3cret"), "{text}");
    assert!(child.call(Method::Discover).await.is_err());
}
