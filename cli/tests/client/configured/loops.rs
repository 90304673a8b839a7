//! Loops: order, values of earlier steps, and cleanup in any case.

use serde_json::{Value, json};

use super::{obedient, test};
use crate::house::{House, Report, file, run, secret_file};

/// The arguments of all calls of tools, of the run in text and of that in JSON.
fn calls(house: &House) -> Vec<Value> {
    let calls = house.calls().into_iter();
    calls.map(|request| request.body["params"]["arguments"].clone()).collect()
}

fn steps<'r>(report: &'r Report, id: &str) -> Vec<(&'r str, bool)> {
    let checks = report.json["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["id"] == id).unwrap();
    let steps = check["steps"].as_array().unwrap().iter();
    steps.map(|step| (step["verdict"].as_str().unwrap(), step["cleanup"] == true)).collect()
}

#[test]
fn steps_get_what_earlier_ones_gave() {
    let configuration = r#"
environment: {BUCKET: b, FROM_OUTSIDE: }
tool_loops:
  lifecycle:
    steps:
      - tool: writes
        args: {name: "s3://{env.BUCKET}/{uuid}", give: {content: [], structuredContent: {id: 7, rows: [{key: k}]}}}
        save: {id: /structuredContent/id, key: /structuredContent/rows/0/key}
      - tool: t
        args: {id: "{saved.id}", text: "{env.FROM_OUTSIDE}/{saved.id}/{saved.key}", give: {content: []}}
      - {tool: writes, args: {remove: "{uuid}", give: {content: []}}, is_cleanup: true}
"#;
    let house = obedient();
    let config = file("config.yaml", configuration);
    let mut command = crate::wire::mcpico();
    command.args(["test", &house.url, "--config", &config, "--secret-file", &secret_file()]);
    let run = crate::house::run_command(command.env("FROM_OUTSIDE", "outside"));
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("lifecycle: 3 steps"), "{run:?}");
    let calls = calls(&house);
    let uuid = calls[2]["remove"].as_str().unwrap();
    assert!(uuid.len() == 8 && uuid.chars().all(|c| c.is_ascii_hexdigit()), "{uuid}");
    assert_eq!(calls[0]["name"], format!("s3://b/{uuid}"));
    assert_eq!((&calls[1]["id"], &calls[1]["text"]), (&json!(7), &json!("outside/7/k")));
    // Without the variable there is nothing to put there.
    let run = crate::house::run(&["test", &house.url, "--config", &config]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains(":2:") && run.err.contains("FROM_OUTSIDE"), "{run:?}");
}

const FAILING: &str = r"
tool_loops:
  failing:
    cleanup_on_failure: ALWAYS
    steps:
      - {tool: writes, args: {n: 1, give: {content: []}}}
      - {tool: writes, args: {n: 2, give: {content: [], isError: true}}}
      - {tool: writes, args: {n: 3, give: {content: []}}}
      - {tool: writes, args: {n: 4, CLEANUP}, is_cleanup: true}
      - {tool: writes, args: {n: 5, give: {content: []}}, is_cleanup: true}
";

#[test]
fn cleanup_runs_after_a_failure() {
    let configuration = FAILING.replace("ALWAYS", "true").replace("CLEANUP", "give: {content: []}");
    let house = obedient();
    let report = test(&house, &configuration, &[]);
    assert_eq!(report.code, 1);
    let (passed, failed, skipped) = ("passed", "failed", "skipped");
    let expected =
        [(passed, false), (failed, false), (skipped, false), (passed, true), (passed, true)];
    assert_eq!(steps(&report, "loops/failing"), expected);
    assert!(report.note("loops/failing").contains("step 2 (writes): isError is true"));
    assert!(!report.note("loops/failing").contains("not everything was cleaned up"));
    let numbers: Vec<_> = calls(&house).iter().map(|call| call["n"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 4, 5, 1, 2, 4, 5]);
}

#[test]
fn a_failed_cleanup_is_a_failure_and_the_next_one_runs() {
    let configuration = FAILING.replace("ALWAYS", "true").replace("CLEANUP", "error: -32000");
    let configuration = configuration.replace(", isError: true", "");
    let report = test(&obedient(), &configuration, &[]);
    assert_eq!(report.code, 1);
    assert_eq!(steps(&report, "loops/failing")[3..], [("failed", true), ("passed", true)]);
    let note = report.note("loops/failing");
    assert!(note.contains("cleanup 4 (writes): JSON-RPC error -32000"), "{note}");
    assert!(note.contains("not everything was cleaned up"), "{note}");
}

#[test]
fn cleanup_is_left_out_where_the_file_says_so_and_that_is_told() {
    let configuration =
        FAILING.replace("ALWAYS", "false").replace("CLEANUP", "give: {content: []}");
    let report = test(&obedient(), &configuration, &[]);
    assert_eq!(steps(&report, "loops/failing")[3..], [("skipped", true), ("skipped", true)]);
    let checks = report.json["checks"].to_string();
    assert!(checks.contains("cleanup_on_failure is false"), "{checks}");
    assert!(report.note("loops/failing").contains("not everything was cleaned up"));
}

#[test]
fn a_step_that_has_to_fail_and_succeeds_is_a_failure() {
    let step = |what: &str| {
        format!(
            "tool_loops: {{l: {{steps: [{{tool: t, expect_success: false, args: {{{what}}}}}]}}}}"
        )
    };
    for (what, code, why) in [
        ("give: {content: [], isError: true}", 0, ""),
        ("error: -32000", 0, ""),
        ("give: {content: []}", 1, "it has to fail"),
        ("status: 500", 1, "answered 500"),
    ] {
        let report = test(&obedient(), &step(what), &[]);
        assert_eq!(report.code, code, "{}", report.text);
        assert!(report.note("loops/l").contains(why), "{}", report.text);
    }
}

#[test]
fn what_cannot_be_saved_is_a_failure() {
    let configuration = "
tool_loops: {l: {steps: [{tool: t, args: {give: {content: []}}, save: {x: /content/0/text}}]}}
";
    let report = test(&obedient(), configuration, &[]);
    assert!(report.note("loops/l").contains("save: there is nothing at /content/0/text for x"));
}

#[test]
fn a_loop_calls_only_what_is_listed() {
    let report = test(&obedient(), "tool_loops: {l: {steps: [{tool: vanished}]}}", &[]);
    assert!(report.note("loops/l").contains("does not list the tool vanished"), "{}", report.text);
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_nothing_behind() {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    let house = obedient();
    let configuration = "
tool_loops:
  l:
    steps:
      - {tool: writes, args: {n: 1, give: {content: []}}}
      - {tool: writes, args: {n: 2, silence: true}}
      - {tool: writes, args: {n: 3, give: {content: []}}}
      - {tool: writes, args: {n: 4, give: {content: []}}, is_cleanup: true}
";
    let config = file("config.yaml", configuration);
    let mut command = crate::wire::mcpico();
    command.args(["test", &house.url, "--config", &config, "--secret-file", &secret_file()]);
    let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let end = Instant::now() + Duration::from_secs(20);
    while calls(&house).len() < 2 {
        assert!(Instant::now() < end);
        std::thread::sleep(Duration::from_millis(5));
    }
    let interrupt = Command::new("kill").args(["-INT", &process.id().to_string()]).status();
    assert!(interrupt.unwrap().success());
    while process.try_wait().unwrap().is_none() {
        if Instant::now() > end {
            process.kill().unwrap();
            panic!("it does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = process.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{err}");
    assert!(err.contains("interrupted: cleaning up"), "{err}");
    let numbers: Vec<_> = calls(&house).iter().map(|call| call["n"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 4], "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn a_template_that_nothing_fills_is_found_before_anything_is_sent() {
    for (step, why) in [
        ("args: {x: '{saved.id}'}", "no earlier step has saved id"),
        ("args: {x: '{env.NONE}'}", "environment has no NONE"),
    ] {
        let config = file(
            "c.yaml",
            &format!("tool_loops:\n  l:\n    steps:\n      - {{tool: t, {step}}}\n"),
        );
        let run = run(&["test", "http://127.0.0.1:1/mcp", "--config", &config]);
        assert_eq!((run.code, &*run.out), (2, ""), "{run:?}");
        assert!(run.err.contains(":4:") && run.err.contains(why), "{run:?}");
    }
}
