//! The configuration of the examples, and one in the old manner, against the real demo server.

use crate::house::{Report, file, run};

const CONFIG: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/test-configuration/demo.yaml");

fn test(arguments: &[&str]) -> Report {
    let text = run(&[&["test"], arguments].concat());
    Report::new(text, &run(&[&["test", "--format", "json"], arguments].concat()))
}

#[test]
fn the_example_passes_in_both_eras_and_at_once() {
    for more in [
        &[][..],
        &["--revision", "2025-11-25"],
        &["--revision", "2024-11-05", "--max-parallel", "4"],
        &["--max-parallel", "8"],
    ] {
        let report = test(&[&["--config", CONFIG, "--validate-coverage"], more].concat());
        assert_eq!(report.code, 0, "{}", report.text);
        assert_eq!(report.ids("skipped"), [""; 0]);
        assert!(report.ids("passed").contains(&"loops/sums"), "{}", report.text);
        assert!(report.reached("execution").contains("calls of tools were made"));
    }
}

#[test]
fn a_program_is_tested_with_it() {
    let program = env!("CARGO_BIN_EXE_mcpico");
    let spawn = format!("'{program}' serve --stdio");
    // Without a token nobody is told who calls.
    let select =
        ["--config", CONFIG, "--tools", "echo,add", "--loops", "all", "--resources", "all"];
    for server in [&["--spawn", &spawn][..], &["--", program, "serve", "--stdio"]] {
        let report = test(&[&select[..], server].concat());
        assert_eq!(report.code, 0, "{}", report.text);
        assert!(report.ids("passed").contains(&"loops/sums"), "{}", report.text);
    }
    for (command, why) in [("", "names no program"), ("'x", "has no end")] {
        let run = run(&["test", "--spawn", command]);
        assert!(run.code == 2 && run.err.contains(why), "{run:?}");
    }
    let run = run(&["test", "http://127.0.0.1:1/mcp", "--spawn", "x"]);
    assert!(run.code == 2 && run.err.contains("cannot be used with"), "{run:?}");
}

#[test]
fn sections_may_be_empty_and_values_numbers() {
    let text = "auth:\nenvironment: {PORT: 8000, ON: true, NO: no}\ntest_tools:\n\
        \x20 echo: {effect: none, arguments: {text: '{env.PORT} {env.ON} {env.NO}'}, expect: \
        [{pointer: /content/0/text, equals: 8000 true no}]}\n\
        test_resources:\n  demo://greeting:\n    uri_variables:\n    expected_mime_type:\n\
        test_prompts:\ntool_loops:\ntest_config:\n";
    let report = test(&["--config", &file("config.yaml", text)]);
    assert_eq!((report.code, report.ids("skipped")), (0, vec![]), "{}", report.text);
}

#[test]
fn a_program_gets_the_environment_of_the_file() {
    let config =
        file("config.yaml", "environment: {REGION: eu-north}\ntest_tools: {echo: {effect: none}}");
    let program = "import os, sys; sys.stderr.write('in ' + os.environ.get('REGION', 'nowhere')); sys.exit(3)";
    for (more, region) in [(&[][..], "in eu-north"), (&["--env", "REGION=other"], "in other")] {
        let run = run(
            &[&["test", "--config", &config], more, &["--", "python3", "-c", program]].concat()
        );
        assert!(run.code == 4 && run.out.contains(region), "{run:?}");
    }
}

/// Every member that files of mcp-test.py have.
const OLD: &str = r#"
_generated_by: a script
_note: Edit test cases below
environment: {REGION: eu, QUILT_TEST_BUCKET: b}
test_tools:
  echo:
    description: Gives the text back
    effect: none
    category: required-arg
    arguments: {text: hello}
    response_schema:
      type: object
      properties: {content: {type: array, items: {type: object}}}
      required: [content]
    discovery: {status: PASSED, duration_ms: 3500, response_example: {content: []}, error_category: unknown}
  echo.search:
    tool: echo
    effect: none
    arguments: {text: '{"results": [{"id": 1, "type": "file"}]}'}
    validation:
      type: search
      min_results: 1
      must_contain: [{value: "1", field: id, match_type: substring, description: the first}]
      description: finds something
      result_shape: {required_fields: [id, type]}
test_resources:
  demo://greeting:
    description: One line of text
    effect: none
    uri: demo://greeting
    uri_variables: {}
    expected_mime_type: text/plain
    content_validation: {type: text, min_length: 1, max_length: 100000}
  demo://items/{id}:
    effect: none
    uri: demo://items/{id}
    uri_variables: {id: bolt}
    expected_mime_type: application/json
    content_validation:
      type: json
      schema: {type: object, description: Auto-generated basic schema - customize as needed}
tool_loops:
  echo_loop:
    description: says something twice
    cleanup_on_failure: true
    steps:
    - {tool: echo, args: {text: 'test-loop-{uuid} in {env.REGION}'}, expect_success: true}
    - {tool: echo, args: {text: done}, expect_success: true, is_cleanup: true}
test_config: {timeout: 30, retry_attempts: 2, fail_fast: false}
discovered_data: {s3_keys: [], package_names: [], tables: [], catalog_resources: []}
"#;

#[test]
fn a_configuration_of_the_old_script_runs_as_it_is() {
    let report = test(&["--config", &file("mcp-test.yaml", OLD)]);
    assert_eq!((report.code, report.ids("skipped")), (0, vec![]), "{}", report.text);
    let ran: Vec<_> = report.ids("passed").into_iter().filter(|id| id.contains('/')).collect();
    let all = [
        "tools/echo",
        "tools/echo.search",
        "resources/demo://greeting",
        "resources/demo://items/{id}",
        "loops/echo_loop",
    ];
    assert_eq!(ran, all);
}
