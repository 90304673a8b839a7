//! What a call of a tool has to come to.

use super::{obedient, test, verdicts};

const PASSED: &str = "passed";
const FAILED: &str = "failed";
const SKIPPED: &str = "skipped";

#[test]
fn a_call_is_judged_by_its_answer() {
    let configuration = r#"
test_tools:
  good: {tool: t, effect: none, arguments: {give: {content: [{type: text, text: fine}]}}}
  empty: {tool: t, effect: none, arguments: {give: {content: []}}}
  unlisted: {effect: none}
  misspelt: {tool: typd, effect: none}
  rpc_error: {tool: t, effect: none, arguments: {error: -32000}}
  unknown_method: {tool: t, effect: none, arguments: {error: -32601}}
  is_error: {tool: t, effect: none, arguments: {give: {content: [{type: text, text: broken}], isError: true}}}
  not_error: {tool: t, effect: none, arguments: {give: {content: [], isError: false}}}
  no_result: {tool: t, effect: none, arguments: {give: {isError: "yes"}}}
  error_text: {tool: t, effect: none, arguments: {give: {content: [{type: text, text: "Error: access denied"}]}}}
  error_json: {tool: t, effect: none, arguments: {give: {content: [{type: text, text: '{"error":"x"}'}]}}}
  error_object: {tool: t, effect: none, arguments: {give: {content: [{type: text, text: '{"error":{"code":5}}'}]}}}
  success_false: {tool: t, effect: none, arguments: {give: {content: [{type: text, text: '{"success":false}'}]}}}
  second_item:
    {tool: t, effect: none, arguments: {give: {content: [{type: text, text: fine}, {type: text, text: '{"error":"x"}'}]}}}
  structured: {tool: t, effect: none, arguments: {give: {content: [], structuredContent: {success: false}}}}
  allowed:
    tool: t
    effect: none
    allow_error_payload: true
    arguments: {give: {content: [{type: text, text: '{"error":"x"}'}]}}
  server_error: {tool: t, effect: none, arguments: {status: 500}}
  forbidden: {tool: t, effect: none, arguments: {status: 403}}
"#;
    let report = verdicts(
        configuration,
        "tools",
        &[
            ("good", PASSED, ""),
            ("empty", PASSED, ""),
            ("unlisted", FAILED, "does not list the tool unlisted"),
            ("misspelt", FAILED, "it lists typed"),
            ("rpc_error", FAILED, "JSON-RPC error -32000"),
            ("unknown_method", FAILED, "JSON-RPC error -32601"),
            ("is_error", FAILED, "isError is true: broken"),
            ("not_error", PASSED, ""),
            ("no_result", FAILED, "no result of a tool"),
            ("error_text", FAILED, "is an error message"),
            ("error_json", FAILED, "content/0 has an error"),
            ("error_object", FAILED, "content/0 has an error"),
            ("success_false", FAILED, "content/0 has success: false"),
            ("second_item", FAILED, "content/1 has an error"),
            ("structured", FAILED, "structuredContent has success: false"),
            ("allowed", PASSED, ""),
            ("server_error", FAILED, "the server answered 500"),
            ("forbidden", FAILED, "permission denied"),
        ],
    );
    assert_eq!(report.code, 1);
}

#[test]
fn what_has_to_fail_really_fails() {
    let configuration = r#"
test_tools:
  rpc: {tool: t, effect: none, expect_success: false, arguments: {error: -32000}}
  flag: {tool: t, effect: none, expect_success: false, arguments: {give: {content: [], isError: true}}}
  payload:
    {tool: t, effect: none, expect_success: false, arguments: {give: {content: [{type: text, text: '{"error":1}'}]}}}
  succeeds: {tool: t, effect: none, expect_success: false, arguments: {give: {content: []}}}
  # That the server is broken is not what was expected.
  status: {tool: t, effect: none, expect_success: false, arguments: {status: 500}}
  wrong_text:
    tool: t
    effect: none
    expect_success: false
    arguments: {give: {content: [{type: text, text: another reason}], isError: true}}
    expect: [{pointer: /content/0/text, contains: no such bucket}]
"#;
    verdicts(
        configuration,
        "tools",
        &[
            ("rpc", PASSED, "as expected"),
            ("flag", PASSED, "as expected"),
            ("payload", PASSED, "as expected"),
            ("succeeds", FAILED, "it has to fail"),
            ("status", FAILED, "answered 500"),
            ("wrong_text", FAILED, "does not contain"),
        ],
    );
}

#[test]
fn schemas_are_held_against_the_result() {
    let configuration = r"
test_tools:
  fits:
    tool: t
    effect: none
    arguments: {give: {content: [{type: text, text: x}]}}
    response_schema: {type: object, properties: {content: {type: array, minItems: 1}}, required: [content]}
  does_not_fit:
    tool: t
    effect: none
    arguments: {give: {content: []}}
    response_schema: {type: object, properties: {content: {type: array, minItems: 1}}, required: [content]}
  own_fits: {tool: typed, effect: none, arguments: {give: {content: [], structuredContent: {sum: 1}}}}
  own_missing: {tool: typed, effect: none, arguments: {give: {content: []}}}
  own_does_not_fit: {tool: typed, effect: none, arguments: {give: {content: [], structuredContent: {sum: x}}}}
";
    verdicts(
        configuration,
        "tools",
        &[
            ("fits", PASSED, ""),
            ("does_not_fit", FAILED, "response_schema: /content"),
            ("own_fits", PASSED, ""),
            ("own_missing", FAILED, "structuredContent is missing"),
            ("own_does_not_fit", FAILED, "does not fit the output schema"),
        ],
    );
}

#[test]
fn every_matcher_can_fail() {
    let result = "arguments: {give: {content: [{type: text, text: '{\"rows\":[{\"id\":4}]}'}], structuredContent: \
        {n: 42, s: München, list: [1, 2], o: {a: null}}}}";
    let case = |name: &str, expect: &str| {
        format!("  {name}: {{tool: t, effect: none, {result}, expect: [{expect}]}}\n")
    };
    let rows = [
        ("equals", "{pointer: /structuredContent/n, equals: 42.0}", PASSED, ""),
        ("equals-null", "{pointer: /structuredContent/o/a, equals: null}", PASSED, ""),
        ("equals-not", "{pointer: /structuredContent/n, equals: '42'}", FAILED, "42 instead of"),
        ("contains", "{pointer: /structuredContent/s, contains: nch}", PASSED, ""),
        ("contains-item", "{pointer: /structuredContent/list, contains: 2}", PASSED, ""),
        (
            "contains-not",
            "{pointer: /structuredContent/list, contains: 3}",
            FAILED,
            "does not contain",
        ),
        ("matches", "{pointer: /structuredContent/s, matches: '^M.nchen$'}", PASSED, ""),
        ("matches-not", "{pointer: /structuredContent/s, matches: '^nchen'}", FAILED, "not match"),
        ("length", "{pointer: /structuredContent/s, length: 7}", PASSED, ""),
        (
            "length-range",
            "{pointer: /structuredContent/list, length: {min: 1, max: 2}}",
            PASSED,
            "",
        ),
        ("length-not", "{pointer: /structuredContent/list, length: 3}", FAILED, "the length is 2"),
        ("length-below", "{pointer: /content, length: {min: 2}}", FAILED, "less than 2"),
        (
            "length-above",
            "{pointer: /structuredContent/list, length: {max: 1}}",
            FAILED,
            "more than 1",
        ),
        ("length-none", "{pointer: /structuredContent/n, length: 2}", FAILED, "has no length"),
        ("type", "{pointer: /structuredContent/n, type: integer}", PASSED, ""),
        ("type-not", "{pointer: /structuredContent/n, type: string}", FAILED, "not of type string"),
        ("nothing", "{pointer: /structuredContent/x, type: 'null'}", FAILED, "there is nothing"),
        ("inside", "{pointer: /content/0/text/rows/0/id, equals: 4}", PASSED, ""),
        ("inside-not", "{pointer: /content/0/text/rows/1, type: object}", FAILED, "nothing"),
        (
            "second",
            "{pointer: /structuredContent/n, equals: 42}, {pointer: /structuredContent/n, equals: 1}",
            FAILED,
            "42 instead of 1",
        ),
    ];
    let cases = rows.iter().map(|(name, expect, ..)| case(name, expect));
    let configuration = format!("test_tools:\n{}", cases.collect::<String>());
    let expected: Vec<_> =
        rows.iter().map(|(name, _, verdict, why)| (*name, *verdict, *why)).collect();
    verdicts(&configuration, "tools", &expected);
}

#[test]
fn the_expectations_of_searches_are_those_of_old_files_and_stricter() {
    let results = r#"{"results":[{"id":1,"name":"README.md"},{"id":2}]}"#;
    let case = |name: &str, validation: &str| {
        format!(
            "  {name}:\n    tool: t\n    effect: none\n    arguments: {{give: {{content: [{{type: text, text: \
             '{results}'}}]}}}}\n    validation: {{type: search, {validation}}}\n"
        )
    };
    let rows = [
        ("enough", "min_results: 2", PASSED, ""),
        ("too_few", "min_results: 3", FAILED, "2 results, fewer than min_results 3"),
        ("substring", "must_contain: [{value: README, field: name}]", PASSED, ""),
        ("exact", "must_contain: [{value: README.md, field: name, match_type: exact}]", PASSED, ""),
        (
            "exact_not",
            "must_contain: [{value: README, field: name, match_type: exact}]",
            FAILED,
            "none",
        ),
        (
            "regex",
            "must_contain: [{value: '^READ.*md$', field: name, match_type: regex}]",
            PASSED,
            "",
        ),
        (
            "absent",
            "must_contain: [{value: x, field: name, description: the x}]",
            FAILED,
            "(the x)",
        ),
        ("shape", "result_shape: {required_fields: [id]}", PASSED, ""),
        // Only the first result has it.
        (
            "shape_of_all",
            "result_shape: {required_fields: [name]}",
            FAILED,
            "results/1 has no name",
        ),
    ];
    let cases = rows.iter().map(|(name, validation, ..)| case(name, validation));
    let mut configuration = format!("test_tools:\n{}", cases.collect::<String>());
    configuration.push_str(
        "  no_array: {tool: t, effect: none, arguments: {give: {content: []}}, validation: {type: search, \
         min_results: 0}}\n",
    );
    let mut expected: Vec<_> =
        rows.iter().map(|(name, _, verdict, why)| (*name, *verdict, *why)).collect();
    expected.push(("no_array", FAILED, "no array results"));
    let report = verdicts(&configuration, "tools", &expected);
    let weak = report.json["not_tested"].to_string();
    assert!(weak.contains("no_array: an answer without results passes"), "{weak}");
    assert!(!weak.contains("enough:"), "{weak}");
}

#[test]
fn effects_are_declared_and_writes_are_not_called() {
    let configuration = r"
test_tools:
  harmless: {tool: writes, effect: none, arguments: {give: {content: []}}}
  creates: {tool: writes, effect: create, arguments: {give: {content: []}}}
  configures: {tool: t, effect: configure, arguments: {give: {content: []}}}
  undeclared: {tool: writes, arguments: {give: {content: []}}}
  by_server: {tool: reads, arguments: {give: {content: []}}}
  # The name says nothing.
  create_delete_update: {tool: t, effect: none-context-required, arguments: {give: {content: []}}}
tool_loops:
  lifecycle: {steps: [{tool: writes, args: {give: {content: []}}}]}
";
    let report = verdicts(
        configuration,
        "tools",
        &[
            ("harmless", PASSED, ""),
            (
                "creates",
                SKIPPED,
                "its effect is create: it is called in loops and with --allow-writes",
            ),
            ("configures", SKIPPED, "its effect is configure"),
            ("undeclared", SKIPPED, "no effect is declared"),
            ("by_server", PASSED, ""),
            ("create_delete_update", PASSED, ""),
        ],
    );
    assert_eq!(report.code, 0, "{}", report.text);
    assert!(
        report.note("tools/creates").contains("the loop lifecycle calls it"),
        "{}",
        report.text
    );
    let report = test(&obedient(), configuration, &["--allow-writes"]);
    assert_eq!((report.code, report.ids("skipped")), (0, vec![]), "{}", report.text);
}

#[test]
fn only_a_request_without_an_answer_is_sent_again() {
    let configuration = r"
test_tools:
  flaky: {tool: t, effect: none, arguments: {status: 503, times: 1, give: {content: []}}}
  broken: {tool: t, effect: none, arguments: {status: 503, times: 9, give: {content: []}}}
  wrong: {tool: t, effect: none, arguments: {error: -32000, times: 1}}
  refused: {tool: t, effect: none, arguments: {status: 403, times: 1, give: {content: []}}}
  writes: {effect: update, arguments: {n: 2, status: 503, times: 1, give: {content: []}}}
test_config: {retry_attempts: 2}
";
    let house = obedient();
    let config = crate::house::file("config.yaml", configuration);
    let arguments = ["--config", &config, "--secret-file", &crate::house::secret_file()];
    let run = crate::house::run(
        &[&["test", &house.url, "--allow-writes", "--format", "json"], &arguments[..]].concat(),
    );
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    crate::schema::check(&report);
    let find = |key: &str| {
        let checks = report["checks"].as_array().unwrap();
        checks.iter().find(|check| check["id"] == format!("tools/{key}")).unwrap().clone()
    };
    assert_eq!(find("flaky")["verdict"], "passed");
    assert_eq!(find("flaky")["retries"].as_array().unwrap().len(), 1);
    assert_eq!(find("broken")["verdict"], "failed");
    assert_eq!(find("broken")["retries"].as_array().unwrap().len(), 2);
    for key in ["wrong", "refused", "writes"] {
        assert_eq!(find(key)["verdict"], "failed", "{key}");
        assert!(find(key)["retries"].is_null(), "{key}");
    }
    assert_eq!(house.calls().len(), 2 + 3 + 1 + 1 + 1);
}

#[test]
fn the_time_limit_of_the_file_holds_unless_the_command_line_has_one() {
    let configuration = "
test_tools: {silent: {tool: t, effect: none, arguments: {silence: true}}}
test_config: {timeout: 1}
";
    let report = test(&obedient(), configuration, &[]);
    assert!(report.note("tools/silent").contains("1s"), "{}", report.text);
    let report = test(&obedient(), configuration, &["--timeout", "2"]);
    assert!(report.note("tools/silent").contains("2s"), "{}", report.text);
}

#[test]
fn fail_fast_stops_at_the_first_failure() {
    let configuration = "
test_tools:
  first: {tool: t, effect: none, arguments: {give: {content: []}}}
  second: {tool: t, effect: none, arguments: {error: 1}}
  third: {tool: t, effect: none, arguments: {give: {content: []}}}
test_prompts: {good: {}}
tool_loops: {l: {steps: [{tool: t, args: {give: {content: []}}}]}}
test_config: {fail_fast: FAST}
";
    let report = test(&obedient(), &configuration.replace("FAST", "true"), &[]);
    assert_eq!(report.ids("failed"), ["tools/second"]);
    for id in ["tools/third", "prompts/good", "loops/l"] {
        assert!(report.ids("skipped").contains(&id), "{}", report.text);
        assert_eq!(report.note(id), "fail_fast: tools/second failed");
    }
    let report = test(&obedient(), &configuration.replace("FAST", "false"), &[]);
    assert_eq!(report.ids("failed"), ["tools/second"]);
    assert!(report.ids("passed").contains(&"loops/l"), "{}", report.text);
}
