//! What is refused before anything is sent, how much is sent, and what the exit code says.

use std::io::Read;
use std::net::TcpListener;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use crate::wire::{self, SECRET, Server};
use crate::{WAITING, audit, with_secret};

fn run(arguments: &[&str]) -> Output {
    let mut command = wire::mcpico();
    command.arg("audit").args(arguments).env("MCP_JWT_SECRET", SECRET);
    command.stdin(Stdio::null()).output().unwrap()
}

fn error(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn more_requests_than_allowed_are_not_sent() {
    let server = Server::with(&["--revision", "2026-07-28"]);
    let url = format!("http://{}/mcp", server.address);
    let output = run(&[&url, "--max-requests", "50"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(error(&output).contains("--max-requests allows 50"), "{output:?}");
}

#[test]
fn what_is_sent_is_no_more_than_was_planned() {
    let server = Server::with(&[]);
    let audited = audit(&server, &["--skip", WAITING], with_secret);
    let requests = &audited.report["requests"];
    let (sent, planned) =
        (requests["sent"].as_u64().unwrap(), requests["planned"].as_u64().unwrap());
    assert!(sent > 300 && sent <= planned, "{requests}");
}

#[test]
fn the_rate_is_kept() {
    let server = Server::with(&["--revision", "2026-07-28"]);
    let started = Instant::now();
    let given = ["--only", "no-header,one-segment,other-secret", "--rate", "40"];
    let audited = audit(&server, &given, with_secret);
    let sent = u32::try_from(audited.report["requests"]["sent"].as_u64().unwrap()).unwrap();
    assert!(started.elapsed() >= Duration::from_secs(1) / 40 * (sent - 1), "{sent}");
}

#[test]
fn a_layer_that_is_required_has_to_be_tested() {
    let server = Server::with(&["--revision", "2026-07-28"]);
    let given = ["--skip", WAITING, "--require", "exchange"];
    let audited = audit(&server, &given, with_secret);
    assert_eq!(audited.code, 1);
    assert_eq!(audited.report["required_and_not_tested"], serde_json::json!(["exchange"]));
}

/// Not the path of the endpoint: that says nothing about what is there.
#[test]
fn what_does_not_speak_mcp_is_not_audited() {
    let server = Server::with(&[]);
    let url = format!("http://{}/not-here", server.address);
    let output = run(&[&url, "--skip", WAITING]);
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(said.contains("does not speak MCP") && said.contains("path"), "{said}");
    assert!(!said.contains("give a good token"), "{said}");
}

#[test]
fn a_backend_that_serves_nobody_special_is_found() {
    let server = Server::with(&["--revision", "2026-07-28"]);
    let given = ["--skip", WAITING, "--backend-tool", "whoami"];
    let audited = audit(&server, &given, with_secret);
    assert_eq!(audited.ids(), ["credentials-without-identity"]);
    let audited = audit(&server, &["--skip", WAITING, "--backend-tool", "fail"], with_secret);
    assert_eq!(audited.verdicts("exchange-unknown"), ["refused"]);
}

#[test]
fn a_wrong_secret_is_no_proof() {
    let server = Server::with(&["--revision", "2026-07-28"]);
    let audited = audit(&server, &["--skip", WAITING], |command| {
        command.env("MCP_JWT_SECRET", SECRET.to_uppercase());
    });
    assert_eq!(audited.code, 3);
    assert_eq!(audited.ids(), ["refuses-good-token"]);
    assert!(audited.report["conclusion"].as_str().unwrap().contains("proves nothing"));
}

#[test]
fn nobody_there_is_unreachable() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let output = run(&[&format!("http://127.0.0.1:{port}/mcp")]);
    assert_eq!(output.status.code(), Some(4), "{output:?}");
}

#[test]
fn the_command_line_is_checked() {
    for (arguments, expected) in [
        (&["--only", "no-such-probe"][..], "no-header"),
        (&["--require", "nothing"], "the layers are"),
        (&["--", "cat"], "a program over stdio has no tokens"),
        (&["--tool", "echo", "--tool-args", "[]"], "not a JSON object"),
        (&["--tool", "nobody"], "the server has no tool nobody"),
        (&["http://10.1.2.3/mcp"], "plain http"),
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
        assert!(error(&output).contains(expected), "{arguments:?}: {}", error(&output));
    }
}

#[test]
fn the_embedded_server_is_audited_in_five_seconds() {
    let started = Instant::now();
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    for part in ["auditing the embedded demo server", "at most", "not tested", "not the identity"] {
        assert!(text.contains(part), "{text}");
    }
    // The aim is five; a busy machine gets more.
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
}

/// A server that never says anything is given up after a few requests.
#[test]
fn a_silent_server_ends_the_audit() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let mut held = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 64]);
            held.push(stream);
        }
    });
    let output = run(&[&url, "--patience", "1", "--timeout", "1", "--skip", WAITING]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(String::from_utf8(output.stdout).unwrap().contains("hangs"));
}
