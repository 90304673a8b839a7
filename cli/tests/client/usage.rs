//! Command lines that cannot be used.

use crate::house::{House, Request, file, run, secret_file};

#[test]
fn what_cannot_be_meant_is_a_usage_error() {
    let (secret, short) = (secret_file(), file("short", "too short"));
    let url = "http://127.0.0.1:1/mcp";
    for (arguments, why) in [
        (&[][..], "Usage"),
        (&["no-such-command"], "unrecognized subcommand"),
        (&["test", url, "--no-such-flag"], "--no-such-flag"),
        (&["test", url, "another"], "another"),
        (&["test", url, "--timeout", "0"], "--timeout"),
        (&["test", url, "--revision", "1999-12-31"], "2026-07-28"),
        (&["test", url, "--format", "xml"], "json"),
        (&["test", url, "--secret-file", &short], "32"),
        (&["test", url, "--secret-file", &secret, "--claim", "x"], "no = between"),
        (&["test", url, "--secret-file", &secret, "--claim", "x=y"], "needs quotes"),
        (&["test", url, "--secret-file", &secret, "--claim", "exp=1"], "exp"),
        (&["test", "--claim", "x"], "no = between"),
        (&["call"], "<TOOL>"),
        (&["list", "nothing"], "nothing"),
        (&["read"], "<URI>"),
        (&["test", "--"], "nothing stands behind --"),
        (&["list", "tools", "--"], "nothing stands behind --"),
        (&["list", "tools", "--traceparent", "00-1-2-3"], "traceparent"),
        (&["list", "tools", "--log-level", "loud"], "notice"),
    ] {
        let run = run(arguments);
        assert_eq!((run.code, &run.out[..]), (2, ""), "{arguments:?} {run:?}");
        assert!(run.err.contains(why), "{arguments:?} {run:?}");
    }
}

#[test]
fn what_is_no_endpoint_is_a_usage_error() {
    for url in [
        "",
        "example.com",
        "ftp://127.0.0.1/mcp",
        "http://",
        "http://127.0.0.1:0/mcp",
        "http://127.0.0.1:99999/mcp",
        "http://user:hunter2@127.0.0.1/mcp",
        "http://127.0.0.1/mcp#here",
        "http://127.0.0.1/a b",
        "http://127.0.0.1/\u{1b}[2J",
    ] {
        for command in [&["test", url][..], &["list", "tools", "--endpoint", url]] {
            let run = run(&[command, &["--secret-file", &secret_file()]].concat());
            assert_eq!((run.code, &run.out[..]), (2, ""), "{run:?}");
            assert!(run.err.contains("endpoint") && !run.err.contains("hunter2"), "{run:?}");
        }
    }
}

/// A query may hold a key, so it is not shown; and a name of a file may be a token.
#[test]
fn what_an_endpoint_or_a_name_may_hold_is_not_repeated() {
    let key = "k3y-that-nobody-may-see";
    let url = &format!("http://127.0.0.1:1/mcp?api_key={key}&region=eu");
    let secret = &secret_file();
    let junit = &file("junit.xml", "");
    for arguments in [
        &["test", url, "--junit", junit][..],
        &["test", url, "--format", "json"],
        &["list", "tools", "--endpoint", url, "--verbose"],
        &["audit", url],
        &["diagnose", url, "--jwt-token-file", secret],
        &["audit", "http://127.0.0.1:1/mcp", "--other-token-file", key],
        &["list", "tools", "--jwt-token-file", key],
        &["diagnose", "--jwt-token-file", secret, "--secret-file", key],
    ] {
        let run = run(arguments);
        assert_ne!(run.code, 0, "{arguments:?} {run:?}");
        assert!(!run.out.contains(key) && !run.err.contains(key), "{arguments:?} {run:?}");
    }
    let written = std::fs::read_to_string(junit).unwrap();
    assert!(written.contains("http://127.0.0.1:1/mcp?***"), "{written}");
    assert!(!written.contains(key), "{written}");
}

/// Standard error may be a pipe that nobody reads any more; the exit code says the same.
#[test]
fn errors_that_nobody_reads_keep_their_exit_code() {
    for (arguments, code) in [
        (&["test", "example.com"][..], 2),
        (&["no-such-command"], 2),
        (&["list", "tools", "--endpoint", "http://127.0.0.1:1/mcp"], 4),
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = crate::wire::mcpico();
        let ended = command.args(arguments).stderr(writer).status().unwrap();
        assert_eq!(ended.code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn help_is_no_error() {
    for arguments in [&["--help"][..], &["test", "--help"], &["call", "--help"], &["--version"]] {
        let run = run(arguments);
        assert_eq!((run.code, &run.err[..]), (0, ""), "{run:?}");
        assert!(run.out.contains("mcpico"), "{run:?}");
    }
}

#[test]
fn a_token_does_not_go_to_others_in_the_clear() {
    // An address for documentation: nothing may be sent there, and nothing is.
    for command in [
        &["test", "http://192.0.2.1/mcp"][..],
        &["list", "tools", "--endpoint", "http://192.0.2.1/mcp"],
    ] {
        let run = run(&[command, &["--secret-file", &secret_file()]].concat());
        assert_eq!((run.code, &run.out[..]), (2, ""), "{run:?}");
        assert!(run.err.contains("eyJh...") && run.err.contains("--allow-plaintext-bearer"));
    }
}

#[test]
fn verbose_says_what_is_sent() {
    let house = House::new(Request::honest);
    let run = house.run_friend(&["call", "one", "--verbose"]);
    assert_eq!(run.code, 0, "{run:?}");
    let lines: Vec<_> = run.err.lines().collect();
    let [endpoint, handshake, list, call] = lines[..] else { panic!("{run:?}") };
    assert!(endpoint.contains(&house.url) && endpoint.contains("eyJh..."), "{run:?}");
    assert!(handshake.contains("2026-07-28") && handshake.contains("eyJh..."), "{run:?}");
    assert!(list.contains("tools/list") && list.contains("status 200, a result"), "{run:?}");
    assert!(call.contains("tools/call") && call.contains("status 200, a result"), "{run:?}");
    let quiet = house.run_friend(&["call", "one"]);
    assert_eq!((&quiet.out, &quiet.err[..]), (&run.out, ""), "{quiet:?}");
}
