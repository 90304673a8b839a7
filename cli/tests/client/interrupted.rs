//! Ctrl-C.
#![cfg(unix)]

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::house::{House, Reply, secret_file};
use crate::wire;

/// Starts `call one`, and interrupts it when the server has got the call.
fn interrupt(house: &House, more: &[&str]) -> (i32, String) {
    let secret = secret_file();
    let arguments = ["call", "one", "--endpoint", &house.url, "--secret-file", &secret];
    let mut command = wire::mcpico();
    command.args(arguments).args(more).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let end = Instant::now() + Duration::from_mins(1);
    while !house.requests().iter().any(|request| request.method() == "tools/call") {
        assert!(Instant::now() < end, "{:?}", process.try_wait());
        thread::sleep(Duration::from_millis(5));
    }
    let interrupt = Command::new("kill").args(["-INT", &process.id().to_string()]).status();
    assert!(interrupt.unwrap().success());
    while process.try_wait().unwrap().is_none() {
        if Instant::now() >= end {
            process.kill().unwrap();
            panic!("it does not end: {:?}", process.wait_with_output());
        }
        thread::sleep(Duration::from_millis(5));
    }
    let output = process.wait_with_output().unwrap();
    assert_eq!(output.stdout, b"");
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn ctrl_c_ends_a_call() {
    let house = House::answering("tools/call", |_| Reply::Silence);
    assert_eq!(interrupt(&house, &[]), (130, "mcpico: interrupted\n".to_owned()));
    // The closed connection says it all.
    assert_eq!(house.requests().last().unwrap().method(), "tools/call");
}

/// A server of the past takes a closed connection for an accident, so it is told.
#[test]
fn a_server_of_the_legacy_era_is_told() {
    let house = House::answering("tools/call", |_| Reply::Silence);
    let (code, _) = interrupt(&house, &["--revision", "2025-11-25"]);
    assert_eq!(code, 130);
    let requests = house.requests();
    let call = requests.iter().find(|request| request.method() == "tools/call").unwrap();
    let told = requests.last().unwrap();
    assert_eq!(told.method(), "notifications/cancelled");
    assert_eq!(told.body["params"]["requestId"], call.body["id"]);
    assert_eq!(told.bearer(), call.bearer());
}
