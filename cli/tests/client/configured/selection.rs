//! Which cases run, and what is said of the others.

use super::{obedient, test};
use crate::house::{House, Request, file, run};

const CONFIGURATION: &str = "
test_tools:
  one: {tool: t, effect: none, arguments: {give: {content: []}}}
  one.variant: {tool: t, effect: none, arguments: {give: {content: [], v: 1}}}
  reads: {effect: none, arguments: {give: {content: []}}}
  writes: {effect: create, arguments: {give: {content: []}}}
  typed: {arguments: {give: {content: [], structuredContent: {sum: 1}}}}
test_resources: {r://text: {}, second: {uri: r://json}}
test_prompts: {good: {}}
tool_loops: {lifecycle: {steps: [{tool: writes, args: {give: {content: []}}}]}}
";

#[test]
fn selectors_choose_and_what_they_leave_out_is_told() {
    let all = ["tools/one", "tools/one.variant", "tools/reads"];
    let (resources, prompt, tool_loop) =
        (["resources/r://text", "resources/second"], "prompts/good", "loops/lifecycle");
    for (arguments, ran, left_out) in [
        (
            &[][..],
            vec![all[0], all[1], all[2], resources[0], resources[1], prompt, tool_loop],
            vec![],
        ),
        (
            &["--tools", "reads"],
            vec!["tools/reads"],
            vec!["tools", "resources", "prompts", "loops"],
        ),
        // The name of a tool takes all its cases.
        (&["--tools", "t"], vec![all[0], all[1]], vec!["tools", "resources", "prompts", "loops"]),
        (
            &["--tools", "one.variant, reads"],
            vec![all[1], all[2]],
            vec!["tools", "resources", "prompts", "loops"],
        ),
        (
            &["--resources", "r://json"],
            vec![resources[1]],
            vec!["tools", "resources", "prompts", "loops"],
        ),
        (&["--loops", "all"], vec![tool_loop], vec!["tools", "resources", "prompts"]),
        (
            &["--prompts", "good", "--loops", "none", "--resources", "all"],
            vec![resources[0], resources[1], prompt],
            vec!["tools", "loops"],
        ),
        (
            &["--idempotent-only"],
            vec![all[0], all[1], all[2], resources[0], resources[1], prompt],
            vec!["tools", "loops"],
        ),
    ] {
        let report = test(&obedient(), CONFIGURATION, arguments);
        let passed: Vec<_> =
            report.ids("passed").into_iter().filter(|id| id.contains('/')).collect();
        assert_eq!(passed, ran, "{arguments:?} {}", report.text);
        let said: Vec<_> = report.json["left_out"].as_object().unwrap().keys().collect();
        assert_eq!(said.len(), left_out.len(), "{arguments:?} {}", report.text);
        for category in left_out {
            assert!(report.text.contains(&format!("\n  {category}: ")), "{}", report.text);
        }
        assert_eq!(report.code, 0, "{}", report.text);
    }
}

#[test]
fn old_options_work_and_say_what_they_are_now() {
    for (arguments, ran, hint) in [
        (&["--resources-test"][..], "resources/second", "--resources all"),
        (&["-R", "r://text"], "resources/r://text", "--resources URI"),
        (&["-T", "reads"], "tools/reads", "--tools NAME"),
        (&["--tools-test"], "tools/one", "--tools all"),
        (&["--tools-test", "--resources-test"], "resources/second", "--resources all"),
    ] {
        let report = test(&obedient(), CONFIGURATION, arguments);
        assert!(report.ids("passed").contains(&ran), "{arguments:?} {}", report.text);
        assert!(report.err.contains(hint), "{arguments:?} {}", report.err);
    }
}

#[test]
fn names_that_there_are_not_are_errors_with_suggestions() {
    let config = file("config.yaml", CONFIGURATION);
    for (arguments, why) in [
        (&["--tools", "raeds"][..], "did you mean reads?"),
        (&["--tools", "xyz"], "it has one, one.variant, reads, t, typed, writes"),
        (&["--loops", "lifecycel"], "did you mean lifecycle?"),
        (&["--resources", "r://txt"], "did you mean r://text?"),
        (&["--tools", ""], "an empty name"),
        (&["--tools", "one,,reads"], "an empty name"),
        (&["--tools", "all", "--tools-test"], "cannot be used with"),
        (&["--max-parallel", "0"], "--max-parallel"),
        (&["--max-parallel", "65"], "--max-parallel"),
    ] {
        let url = "http://127.0.0.1:1/mcp";
        let run = run(&[&["test", url, "--config", &config], arguments].concat());
        assert_eq!((run.code, &*run.out), (2, ""), "{arguments:?} {run:?}");
        assert!(run.err.contains(why), "{arguments:?} {run:?}");
    }
    for arguments in
        [&["--tools", "all"][..], &["--list"], &["--validate-coverage"], &["--tools-test"]]
    {
        let run = run(&[&["test"], arguments].concat());
        assert_eq!((run.code, &*run.out), (2, ""), "{arguments:?} {run:?}");
        assert!(run.err.contains("--config FILE"), "{arguments:?} {run:?}");
    }
}

#[test]
fn the_list_needs_no_server() {
    let config = file("config.yaml", CONFIGURATION);
    let list = ["test", "http://127.0.0.1:1/mcp", "--config", &config, "--list"];
    let listed = run(&[&list[..], &["--idempotent-only"]].concat());
    assert_eq!((listed.code, &*listed.err), (0, ""), "{listed:?}");
    let expected = "\
tools
  one  t; effect none
  one.variant  t; effect none
  reads  effect none
  writes  left out
  typed  left out
resources
  r://text
  second  r://json
prompts
  good
loops
  lifecycle  left out
";
    assert_eq!(listed.out, expected);
    let listed = run(&[&list[..], &["--format", "json", "--loops", "all"]].concat());
    let json: serde_json::Value = serde_json::from_str(&listed.out).unwrap();
    assert_eq!(json["loops"][0]["tools"][0], "writes");
    assert_eq!(json["left_out"]["prompts"][0], "prompts/good");
}

#[test]
fn what_was_skipped_is_never_green() {
    let writes = "test_tools: {writes: {effect: create, arguments: {give: {content: []}}}}\n";
    // A category of which nothing ran.
    let report = test(&obedient(), &format!("{writes}test_prompts: {{good: {{}}}}"), &[]);
    assert_eq!(report.code, 1, "{}", report.text);
    assert!(
        report.json["not_run"][0]
            .as_str()
            .unwrap()
            .starts_with("tools: nothing ran, 1 case was skipped")
    );
    // One case that was asked for by its name.
    let two = "test_tools:
  writes: {effect: create, arguments: {give: {content: []}}}
  reads: {effect: none, arguments: {give: {content: []}}}
";
    let report = test(&obedient(), two, &[]);
    assert_eq!((report.code, report.ids("skipped")), (0, vec!["tools/writes"]), "{}", report.text);
    let report = test(&obedient(), two, &["--tools", "writes,reads"]);
    assert_eq!(report.code, 1, "{}", report.text);
    assert!(report.text.contains("tools/writes: it was asked for and did not run"));
    // Nothing at all.
    for (configuration, arguments) in
        [("{}", &[][..]), (two, &["--tools", "none"]), (two, &["--prompts", "all"])]
    {
        let report = test(&obedient(), configuration, arguments);
        assert_eq!(report.code, 1, "{}", report.text);
        assert!(report.text.contains("no case of the configuration ran"), "{}", report.text);
    }
}

#[test]
fn a_server_that_is_not_entered_leaves_all_skipped() {
    let house = House::guarded(|_| false, |_| crate::house::Reply::challenge(401, "Bearer"));
    let report = test(&house, CONFIGURATION, &[]);
    assert_eq!(report.code, 3, "{}", report.text);
    assert_eq!(report.note("tools/one"), "the server was not entered");
    assert!(report.ids("skipped").contains(&"loops/lifecycle"), "{}", report.text);
    assert!(house.calls().is_empty());
}

#[test]
fn coverage_is_of_what_was_called() {
    let all = "test_tools:
  one: {tool: t, effect: none, arguments: {give: {content: []}}}
  reads: {effect: none, arguments: {give: {content: []}}}
  typed: {effect: none, arguments: {give: {content: [], structuredContent: {sum: 1}}}}
tool_loops: {l: {steps: [{tool: writes, args: {give: {content: []}}}]}}
";
    let report = test(&obedient(), all, &["--validate-coverage"]);
    assert_eq!((report.code, report.note("coverage")), (0, "4 tools"), "{}", report.text);
    let report = test(&obedient(), all, &["--validate-coverage", "--tools", "all"]);
    assert_eq!(report.code, 1, "{}", report.text);
    assert_eq!(
        report.note("coverage"),
        "writes: what calls it was left out, skipped, or got no answer"
    );
    let less = all.replace(
        "  typed: {effect: none, arguments: {give: {content: [], structuredContent: {sum: 1}}}}\n",
        "",
    );
    let report = test(&obedient(), &less, &["--validate-coverage"]);
    assert_eq!(report.note("coverage"), "typed: no case and no loop calls it");
    let report = test(&obedient(), &less, &[]);
    assert_eq!(report.code, 0, "{}", report.text);
}

#[test]
fn cases_run_at_a_time_and_are_reported_in_order() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::Duration;

    // Three calls wait for each other, so that one at a time would never end.
    static ARRIVED: AtomicUsize = AtomicUsize::new(0);
    let house = House::answering("tools/call", |request: &Request| {
        let three = (ARRIVED.fetch_add(1, Ordering::SeqCst) / 3 + 1) * 3;
        for _ in 0..2_000 {
            if ARRIVED.load(Ordering::SeqCst) >= three {
                return request.honest();
            }
            thread::sleep(Duration::from_millis(1));
        }
        crate::house::Reply::status(500, "alone")
    });
    let cases = ["f", "e", "d", "c", "b", "a"];
    let lines = cases.map(|name| format!("  {name}: {{tool: one, effect: none}}\n")).concat();
    let report = test(&house, &format!("test_tools:\n{lines}"), &["--max-parallel", "3"]);
    assert_eq!(report.code, 0, "{}", report.text);
    let ran: Vec<_> =
        report.ids("passed").into_iter().filter(|id| id.starts_with("tools/")).collect();
    assert_eq!(ran, cases.map(|name| format!("tools/{name}")));
    let alone =
        test(&house, "test_tools: {a: {tool: one, effect: none}}", &["--max-parallel", "3"]);
    assert_eq!(alone.code, 1, "{}", alone.text);
}
