//! Servers that are programs, spoken to over their standard input and output.
#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::house::{Run, run, run_command, secret_file};
use crate::wire;

const CHILD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../http/tests/stdio/child.py");
const DEMO: [&str; 3] = [env!("CARGO_BIN_EXE_mcpico"), "serve", "--stdio"];

/// A value that is no secret by its looks.
const KEY: &str = "an-api-key-of-thirty-two-bytes-00";

/// Runs `arguments` on the child that misbehaves so.
fn on(mode: &str, arguments: &[&str]) -> Run {
    run(&[arguments, &["--", "python3", CHILD, mode]].concat())
}

/// Verdict and note of a check.
fn check<'r>(report: &'r Value, id: &str) -> (&'r str, &'r str) {
    let checks = report["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["id"] == id).unwrap();
    (check["verdict"].as_str().unwrap(), check["note"].as_str().unwrap())
}

#[test]
fn every_command_speaks_to_a_program() {
    for (arguments, text) in [
        (&["list", "tools"][..], "echo  Gives the text back\n"),
        (&["call", "echo", "--args", "{\"text\":\n\"a b\"}"], "a b\n"),
        (&["read", "demo://greeting"], "\n"),
        (&["prompt", "greet", "--args", "{\"name\": \"Ada\"}"], "Ada"),
        (&["complete", "prompt", "greet", "name", ""], "\n"),
    ] {
        for revision in ["2025-11-25", "2026-07-28"] {
            let all = [arguments, &["--revision", revision, "--"], &DEMO].concat();
            let run = run(&all);
            assert_eq!((run.code, &*run.err), (0, ""), "{all:?} {run:?}");
            assert!(run.out.contains(text), "{all:?} {run:?}");
        }
    }
}

#[test]
fn what_cannot_be_started_is_named() {
    for command in ["list", "test"] {
        let arguments: &[&str] = if command == "list" { &["list", "tools"] } else { &["test"] };
        let run = run(&[arguments, &["--", "no such program"]].concat());
        assert_eq!(run.code, 2, "{run:?}");
        let said = run.out + &run.err;
        for text in ["there is no program no such program", "PATH", "no shell reads them"] {
            assert!(said.contains(text), "{said}");
        }
    }
    let run = run(&["list", "tools", "--", "/etc/passwd"]);
    assert!(run.code == 2 && run.err.contains("permission denied"), "{run:?}");
}

#[test]
fn endings_and_silence_are_told_apart() {
    for (mode, why) in [
        ("exits_at_once", "exited with code 3 before its response\n  stderr: cannot read the"),
        ("exits_in_an_answer", "exited with code 7 before its response\n  stderr: the disk is"),
        ("dies_by_a_signal", "ended before its response: signal: 6"),
        ("silent", "the server has not responded within 2s"),
        ("closes_its_output", "closed its standard input or output"),
        ("refuses_the_handshake", "refused the handshake with JSON-RPC error -32603: no\n"),
    ] {
        let run = on(mode, &["list", "tools", "--timeout", "2"]);
        assert_eq!((run.code, &*run.out), (4, ""), "{mode} {run:?}");
        assert!(run.err.contains(why), "{mode} {run:?}");
    }
}

#[test]
fn noise_is_reported_and_skipped() {
    let run = on("noise_before", &["list", "tools"]);
    assert_eq!((run.code, &*run.out), (0, ""), "{run:?}");
    assert_eq!(run.err.matches("mcpico: a line is skipped: ").count(), 2, "{run:?}");
    assert!(run.err.contains(": Server listening on stdio\n"), "{run:?}");
    let run = on("flood_of_noise", &["list", "tools", "--timeout", "1"]);
    assert_eq!(run.code, 4, "{run:?}");
    assert_eq!(run.err.matches("a line is skipped").count(), 5, "{run:?}");
    assert!(run.err.contains("further lines are skipped"), "{run:?}");
}

#[test]
fn standard_error_is_shown_on_request() {
    let stderr = "mcpico: stderr: cannot read the configuration\\u{1b}[31m\n";
    let hidden = on("exits_at_once", &["list", "tools"]);
    assert!(!hidden.err.contains(stderr), "{hidden:?}");
    let shown = on("exits_at_once", &["list", "tools", "--show-stderr"]);
    assert!(shown.err.contains(stderr), "{shown:?}");
}

#[test]
fn the_environment_is_given_by_name_and_credentials_are_not_used() {
    let mut command = wire::mcpico();
    command.env("MCP_JWT_TOKEN", "a.token.of-the-environment").env("MCP_JWT_SECRET", "no secret");
    command.env("ONE_API_KEY", KEY).env("TWO", "two");
    command.args(["read", "a:b", "--format", "json", "--env", "ONE_API_KEY", "--env", "TWO"]);
    command.args(["--env", "THREE=3 = 3", "--env", "FOUR", "--", "python3", CHILD, "environment"]);
    let run = run_command(&mut command);
    assert_eq!(run.code, 0, "{run:?}");
    let seen: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((&seen["TWO"], &seen["THREE"]), (&"two".into(), &"3 = 3".into()));
    // It got there, and is not shown.
    assert_eq!(seen["ONE_API_KEY"], "***");
    for name in ["FOUR", "MCP_JWT_TOKEN", "MCP_JWT_SECRET"] {
        assert!(seen[name].is_null(), "{name}: {run:?}");
    }
    for text in ["the token is not used", "the secret is not used", "--env FOUR: it is not set"] {
        assert!(run.err.contains(text), "{run:?}");
    }
}

#[test]
fn test_checks_what_needs_no_token() {
    let tested = run(&[&["test", "--format", "json", "--"][..], &DEMO].concat());
    let report: Value = serde_json::from_str(&tested.out).unwrap();
    assert_eq!((tested.code, &report["revision"]), (0, &"2026-07-28".into()), "{tested:?}");
    for id in ["no-token", "malformed-token", "wrong-secret", "expired-token", "valid-token"] {
        let (verdict, note) = check(&report, id);
        assert_eq!(verdict, "skipped", "{id}");
        assert!(note.contains("stdio has no bearer"), "{id}: {note}");
    }
    for id in ["entry", "era", "tools-list", "prompts-list", "ending", "messages-only"] {
        assert_eq!(check(&report, id).0, "passed", "{id}");
    }
    assert!(report["reached"]["signature"].as_str().unwrap().contains("not tested"), "{report}");
}

#[test]
fn test_finds_what_is_wrong_with_a_program() {
    for (mode, id, why) in [
        ("noise_before", "messages-only", "lines were something else"),
        ("ignores_closed_input", "ending", "it went on until SIGTERM"),
        ("ignores_terminate", "ending", "it went on until it was killed"),
    ] {
        let run = on(mode, &["test", "--format", "json"]);
        let report: Value = serde_json::from_str(&run.out).unwrap();
        let (verdict, note) = check(&report, id);
        assert_eq!((run.code, verdict), (1, "failed"), "{mode} {run:?}");
        assert!(note.contains(why), "{mode} {run:?}");
    }
    let run = on("exits_at_once", &["test", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((run.code, check(&report, "entry").0), (4, "failed"), "{run:?}");
}

#[test]
fn what_does_not_go_together_is_a_usage_error() {
    for (arguments, why) in [
        (
            &["list", "tools", "--endpoint", "http://127.0.0.1:1/mcp", "--", "true"][..],
            "--endpoint",
        ),
        (&["test", "http://127.0.0.1:1/mcp", "--", "true"], "ENDPOINT"),
        (&["list", "tools", "--env", "A=B"], "PROGRAM"),
        (&["list", "tools", "--show-stderr"], "PROGRAM"),
        (&["serve", "--stdio", "--listen", "127.0.0.1:0"], "--listen"),
        (&["serve", "--stdio", "--token-file", "x"], "--token-file"),
    ] {
        let run = run(arguments);
        assert_eq!((run.code, &*run.out), (2, ""), "{arguments:?} {run:?}");
        assert!(run.err.contains(why), "{arguments:?} {run:?}");
    }
    let ignored =
        run(&[&["list", "tools", "--secret-file", &secret_file(), "--"][..], &DEMO].concat());
    assert!(ignored.code == 0 && ignored.err.contains("the secret is not used"), "{ignored:?}");
}

#[test]
fn nothing_is_left_behind_when_the_command_is_stopped() {
    // It says its number, and neither reads nor heeds anything.
    let script = "trap '' TERM INT HUP PIPE; echo $$ >&2; while :; do sleep 1; done";
    for (signal, command) in [("INT", "list"), ("TERM", "list"), ("INT", "test"), ("TERM", "test")]
    {
        let mut mcpico = wire::mcpico();
        mcpico.arg(command).args((command == "list").then_some("tools"));
        mcpico.args(["--show-stderr", "--", "sh", "-c", script]);
        mcpico.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = mcpico.spawn().unwrap();
        let mut stderr = BufReader::new(process.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        let child = line.trim_end().strip_prefix("mcpico: stderr: ").expect("a number").to_owned();
        assert!(is_there(&child), "{line}");
        kill(&["-s", signal, &process.id().to_string()]);
        let status = process.wait().unwrap();
        assert_eq!(status.code(), Some(130), "{command} and SIG{signal}");
        let end = Instant::now() + Duration::from_mins(1);
        while is_there(&child) {
            assert!(Instant::now() < end, "the program is left behind: {command} and SIG{signal}");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

fn is_there(id: &str) -> bool {
    kill(&["-0", id])
}

fn kill(arguments: &[&str]) -> bool {
    let mut kill = Command::new("kill");
    kill.args(arguments).stderr(Stdio::null()).status().unwrap().success()
}
