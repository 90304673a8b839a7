//! Files that cannot be used: what is wrong, and where.

use crate::house::{file, run, run_command, secret_file};
use crate::wire::{self, SECRET, Server};

/// A token that nobody has signed.
const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlLW9mLXRoZS10ZXN0";

#[test]
fn faults_are_named_with_line_and_column() {
    // The fault stands behind the mark.
    for (text, why) in [
        ("^test_tols: {}", "unknown field"),
        ("test_tools:\n  a: {^efect: none}", "efect"),
        ("test_tools:\n  a: {effect: ^nothing}", "nothing"),
        ("test_tools:\n  a: {expect_success: ^yes}", "boolean"),
        ("test_config: {fail_fast: ^on}", "boolean"),
        ("test_config: {timeout: ^soon}", "a whole number is expected"),
        ("test_config: {timeout: 0}", "test_config.timeout is 0"),
        ("test_config: {retry_attempts: 11}", "more than 10"),
        ("test_tools:\n  a: {}\n  ^a: {}", "a stands there twice\n"),
        ("test_tools:\n  a: {validation: {type: ^serach}}", "serach"),
        ("test_tools:\n  a: {response_schema: ^{type: 7}}", "no JSON Schema"),
        ("test_tools:\n  a: {expect: [{pointer: ^x, equals: 1}]}", "no JSON pointer"),
        ("test_tools:\n  a: {expect: [{pointer: ^/x}]}", "nothing is expected"),
        ("test_tools:\n  a: {expect: [{pointer: ^/x, length: {}}]}", "every length is right"),
        ("test_tools:\n  a: {expect: [{pointer: /x, ^equal: 1}]}", "equal"),
        ("test_tools:\n  a: {expect: [{pointer: ^/x, matches: '('}]}", "no pattern"),
        ("test_tools:\n  a: {expect: [{pointer: /x, type: ^text}]}", "text"),
        ("test_tools:\n  a: {arguments: ^{b: '{env.NO}'}}", "environment has no NO"),
        ("test_resources:\n  a: {content_validation: {type: ^xml}}", "xml"),
        (
            "test_resources:\n  a: {content_validation: {type: text, schema: ^{}}}",
            "a schema needs type: json",
        ),
        ("tool_loops:\n  l: {steps: ^[]}", "has no steps"),
        ("tool_loops:\n  l: {steps: [{^args: {}}]}", "tool"),
        ("auth: {token_env: A, token_file: ^b}", "cannot both be given"),
        ("auth: {^tokens: x}", "tokens"),
    ] {
        let at = match text.split_once('^') {
            Some((before, _)) => {
                let last = before.rsplit('\n').next().unwrap();
                format!(":{}:{}: ", before.matches('\n').count() + 1, last.len() + 1)
            }
            None => ": ".to_owned(),
        };
        let config = file("config.yaml", &text.replace('^', ""));
        let run = run(&["test", "http://127.0.0.1:1/mcp", "--config", &config]);
        assert_eq!((run.code, &*run.out), (2, ""), "{text} {run:?}");
        assert!(run.err.starts_with(&format!("mcpico: {config}{at}")), "{text}, {at} {run:?}");
        assert!(run.err.contains(why), "{text} {run:?}");
    }
    let run = run(&["test", "--config", "/nonexistent/config.yaml"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.err.contains("/nonexistent/config.yaml cannot be read"), "{run:?}");
}

#[test]
fn a_literal_token_is_refused_with_the_reason_and_not_shown() {
    for (text, at) in [
        (format!("auth:\n  token: {TOKEN}"), ":2:10:"),
        (format!("auth:\n  jwt_token: {TOKEN}"), ":2:14:"),
        (format!("auth:\n  bearer: {TOKEN}"), ":2:11:"),
        (format!("auth:\n  token_env: {TOKEN}"), ":2:14:"),
        (format!("auth:\n  token_file: 'Bearer {TOKEN}'"), ":2:15:"),
        (format!("auth:\n  secret: {SECRET}"), ":2:11:"),
        (format!("environment:\n  X: {TOKEN}"), ":2:6:"),
    ] {
        let config = file("config.yaml", &text);
        let run = run(&["test", "http://127.0.0.1:1/mcp", "--config", &config]);
        assert_eq!((run.code, &*run.out), (2, ""), "{run:?}");
        assert!(run.err.contains(at) && run.err.contains("whoever reads it can use it"), "{run:?}");
        assert!(!run.err.contains("eyJhbGci"), "{run:?}");
    }
    // One that stands where it is a fault of another kind is not shown either.
    let config = file("config.yaml", &format!("test_tools:\n  a: {{effect: {TOKEN}}}"));
    let run = run(&["test", "http://127.0.0.1:1/mcp", "--config", &config]);
    assert!(run.code == 2 && !run.err.contains("c2lnbmF0"), "{run:?}");
}

#[test]
fn the_file_says_where_token_and_secret_are() {
    let token_file = wire::scratch("minted");
    let token_path = token_file.to_str().unwrap();
    let server = Server::with(&["--token-file", token_path, "--issuer", "me"]);
    let url = format!("http://{}/mcp", server.address);
    let case = "test_tools: {echo: {effect: none, arguments: {text: x}}}\n";
    let secret = secret_file();
    let claims = "claims: {iss: me, sub: ada, role: [x]}";
    let test = |auth: &str, variable: Option<(&str, &str)>| {
        let config = file("config.yaml", &format!("auth: {{{auth}}}\n{case}"));
        let mut command = wire::mcpico();
        command.args(["test", &url, "--config", &config]);
        command.envs(variable);
        run_command(&mut command)
    };
    let token = std::fs::read_to_string(&token_file).unwrap();
    for (auth, variable, code) in [
        (format!("token_file: {token_path}"), None, 0),
        ("token_env: MY_TOKEN".into(), Some(("MY_TOKEN", token.trim())), 0),
        (format!("secret_file: {secret}, {claims}"), None, 0),
        (format!("secret_env: MY_SECRET, {claims}"), Some(("MY_SECRET", SECRET)), 0),
        // The issuer is wanted.
        (format!("secret_file: {secret}"), None, 3),
        ("token_env: MY_TOKEN".into(), None, 2),
        ("secret_env: MY_SECRET".into(), None, 2),
        (format!("token_file: {token_path}.not"), None, 2),
        (format!("secret_file: {secret}, claims: {{exp: 1}}"), None, 2),
    ] {
        let run = test(&auth, variable);
        assert_eq!(run.code, code, "{auth} {run:?}");
    }
    // What the command line says stands above the file, and that above the environment.
    let config = file("config.yaml", &format!("auth: {{secret_file: {secret}, {claims}}}\n{case}"));
    let mut command = wire::mcpico();
    command.args(["test", &url, "--config", &config, "--iss", "other"]);
    assert_eq!(run_command(&mut command).code, 3);
    let mut command = wire::mcpico();
    command.args(["test", &url, "--config", &config]).env("MCP_JWT_SECRET", "x".repeat(40));
    assert_eq!(run_command(&mut command).code, 0);
    // A file is looked for beside the configuration.
    let name = std::path::Path::new(&secret).file_name().unwrap().to_str().unwrap();
    let beside = std::path::Path::new(&secret).with_file_name("beside.yaml");
    std::fs::write(&beside, format!("auth: {{secret_file: {name}, {claims}}}\n{case}")).unwrap();
    let mut command = wire::mcpico();
    command.args(["test", &url, "--config", beside.to_str().unwrap()]);
    assert_eq!(run_command(&mut command).code, 0);
}
