//! What a read of a resource and a prompt have to come to.

use super::verdicts;

#[test]
fn every_content_item_of_a_resource_is_judged() {
    let configuration = r#"
environment: {HOST: text}
test_resources:
  r://text: {effect: none, expected_mime_type: text/plain, content_validation: {type: text, min_length: 5}}
  by_variable: {uri: "r://{env.HOST}"}
  mime: {uri: r://text, expected_mime_type: application/json}
  parameters: {uri: r://text, expected_mime_type: text/plain; charset=utf-8}
  other_parameters: {uri: r://text, expected_mime_type: text/plain; charset=latin1}
  no_mime: {uri: r://blob, expected_mime_type: application/octet-stream}
  against_the_list: {uri: r://lying}
  short: {uri: r://text, content_validation: {type: text, min_length: 6}}
  long: {uri: r://text, content_validation: {type: text, max_length: 4}}
  unlisted: {uri: r://vanished}
  gone: {uri: r://gone}
  r://empty: {}
  second: {uri: r://two, expected_mime_type: text/plain}
  json: {uri: r://json, content_validation: {type: json, schema: {type: object, required: [id]}}}
  schema: {uri: r://json, content_validation: {type: json, schema: {type: object, required: [name]}}}
  no_json: {uri: r://text, content_validation: {type: json}}
  blob: {uri: r://blob, content_validation: {type: blob, min_length: 3, max_length: 3}}
  no_blob: {uri: r://text, content_validation: {type: blob}}
  no_text: {uri: r://blob, content_validation: {type: text}}
  r://broken: {}
  r://failing: {}
  failing_allowed: {uri: r://failing, allow_error_payload: true}
  matched: {uri: r://json, expect: [{pointer: /contents/0/text/id, equals: x}]}
  not_matched: {uri: r://json, expect: [{pointer: /contents/0/text/id, equals: y}]}
  writing: {uri: r://text, effect: create}
  template: {uri: "r://items/{id}", uri_variables: {id: b c}, expected_mime_type: application/json}
  operators: {uri: "r://files{/path*}{?v}", uri_variables: {path: a, v: 1}}
  unfilled: {uri: "r://items/{id}"}
  placeholder: {uri: "r://items/{id}", uri_variables: {id: CONFIGURE_ID}}
  unknown_template: {uri: "r://things/{id}", uri_variables: {id: 1}}
"#;
    let (passed, failed, skipped) = ("passed", "failed", "skipped");
    verdicts(
        configuration,
        "resources",
        &[
            ("r://text", passed, ""),
            ("by_variable", passed, ""),
            (
                "mime",
                failed,
                "its MIME type is text/plain; charset=utf-8 instead of application/json",
            ),
            ("parameters", passed, ""),
            ("other_parameters", failed, "instead of text/plain; charset=latin1"),
            ("no_mime", failed, "it has no MIME type"),
            ("against_the_list", failed, "the list says application/json"),
            ("short", failed, "less than 6"),
            ("long", failed, "more than 4"),
            ("unlisted", failed, "does not list the resource r://vanished"),
            ("gone", failed, "JSON-RPC error -32002"),
            ("r://empty", failed, "contents is empty"),
            ("second", failed, "contents/1: its MIME type is text/html"),
            ("json", passed, ""),
            ("schema", failed, "name"),
            ("no_json", failed, "its text is no JSON"),
            ("blob", passed, ""),
            ("no_blob", failed, "text and no blob"),
            ("no_text", failed, "blob and no text"),
            ("r://broken", failed, "no Base64"),
            ("r://failing", failed, "contents/0 has an error"),
            ("failing_allowed", passed, ""),
            ("matched", passed, ""),
            ("not_matched", failed, "instead of"),
            ("writing", skipped, "its effect is create"),
            ("template", passed, ""),
            // A list is not what was given, so the server does not have it: the address was filled.
            ("operators", failed, "JSON-RPC error -32002"),
            ("unfilled", failed, "uri_variables has no id"),
            ("placeholder", skipped, "still CONFIGURE_ID"),
            ("unknown_template", failed, "does not list the resource template"),
        ],
    );
}

#[test]
fn prompts_are_judged() {
    let configuration = "
test_prompts:
  good: {expect: [{pointer: /messages/0/content/text, equals: hello}]}
  other: {prompt: good, expect: [{pointer: /messages, length: 2}]}
  unlisted: {}
  silent: {}
  odd: {}
  failing: {}
";
    verdicts(
        configuration,
        "prompts",
        &[
            ("good", "passed", ""),
            ("other", "failed", "the length is 1"),
            ("unlisted", "failed", "does not list the prompt unlisted"),
            ("silent", "failed", "messages is empty"),
            ("odd", "failed", "messages/1 has no role"),
            ("failing", "failed", "JSON-RPC error -32602"),
        ],
    );
}
