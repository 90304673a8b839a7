//! Reports in every format, and failures that are known.

use std::fs;

use super::{obedient, test};
use crate::house::{file, run, run_command, secret_file};
use crate::wire;

const CONFIGURATION: &str = r#"
test_tools:
  "good <b>&": {tool: t, effect: none, arguments: {give: {content: []}}}
  bad|`x`: {tool: t, effect: none, arguments: {give: {content: [{type: text, text: "Error: <script>alert(1)</script>|\u001b[31m & \"]]>"}]}}}
  skipped: {tool: t, effect: create}
tool_loops:
  l: {steps: [{tool: t, args: {give: {content: []}}}, {tool: t, args: {error: 1}, is_cleanup: true}]}
"#;

/// The files of a run, by their ends.
fn written() -> [String; 3] {
    let paths =
        ["r.xml", "r.md", "r.html"].map(|name| wire::scratch(name).to_str().unwrap().to_owned());
    let [junit, markdown, html] = &paths;
    let arguments = ["--junit", junit, "--markdown", markdown, "--html", html];
    let report = test(&obedient(), CONFIGURATION, &arguments);
    assert_eq!(report.code, 1, "{}", report.text);
    paths.map(|path| fs::read_to_string(path).unwrap())
}

#[test]
fn reports_say_the_same_and_nothing_in_them_is_obeyed() {
    let [junit, markdown, html] = written();
    // Another implementation reads the XML.
    let script = "
import sys, xml.etree.ElementTree as tree
root = tree.fromstring(sys.argv[1])
cases = {case.get('name'): case for case in root.iter('testcase')}
print(root.get('tests'), root.get('failures'), root.get('errors'))
for name in ['tools/good <b>&', 'tools/bad|`x`', 'tools/skipped', 'loops/l']:
    case = cases[name]
    child = [c for c in case if c.tag != 'system-out']
    print(name, case.get('classname'), child[0].tag if child else 'passed')
print(cases['tools/bad|`x`'].find('failure').get('message'))
print(cases['loops/l'].find('system-out').text)
";
    let output =
        std::process::Command::new("python3").args(["-c", script, &junit]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}\n{junit}", String::from_utf8_lossy(&output.stderr));
    for line in [
        "tools/good <b>& mcpico.tools passed",
        "tools/bad|`x` mcpico.tools failure",
        "tools/skipped mcpico.tools skipped",
        "loops/l mcpico.loops failure",
        "<script>alert(1)</script>",
        "passed t",
        "failed t JSON-RPC error 1: as asked",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    // A row has four cells, whatever stands in it.
    let rows: Vec<_> = markdown.lines().filter(|line| line.starts_with("| ")).collect();
    assert!(rows.len() > 10, "{markdown}");
    for row in rows {
        let bars = row.replace("\\|", "").matches('|').count();
        assert_eq!(bars, 5, "{row}");
    }
    assert!(markdown.contains("**failed** | bad\\|\\`x\\`") && !markdown.contains("<script>"));
    // Tags are ours, and nothing is fetched.
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !html.contains("<script"));
    assert!(html.contains("good &lt;b&gt;&amp;"), "{html}");
    for fetched in ["src=", "href=", "url(", "@import", "http-equiv=\"refresh\""] {
        assert!(!html.contains(fetched), "{fetched}");
    }
    assert!(html.contains("default-src 'none'"), "{html}");
    for text in [&junit, &markdown, &html] {
        assert!(!text.contains('\u{1b}') && !text.contains(wire::SECRET));
        let tokens: Vec<_> = text.split("eyJ").skip(1).collect();
        assert!(tokens.iter().all(|rest| rest.chars().nth(1) == Some('.')), "{text}");
    }
}

#[test]
fn a_report_that_cannot_be_written_is_told_before_the_run() {
    let house = obedient();
    for option in ["--junit", "--markdown", "--html"] {
        let arguments =
            ["test", &house.url, "--secret-file", &secret_file(), option, "/nonexistent/report"];
        let run = run(&arguments);
        assert_eq!((run.code, &*run.out), (2, ""), "{run:?}");
        assert!(run.err.contains("/nonexistent/report"), "{run:?}");
    }
    assert_eq!(house.requests().len(), 0);
}

#[test]
fn failures_that_are_known_do_not_fail_and_the_list_stays_true() {
    let configuration = "
test_tools:
  good: {tool: t, effect: none, arguments: {give: {content: []}}}
  bad: {tool: t, effect: none, arguments: {error: 1}}
test_prompts: {good: {}}
";
    let with = |list: &str, arguments: &[&str]| {
        let baseline = file("known.yaml", &format!("known_failures:\n{list}"));
        test(&obedient(), configuration, &[&["--baseline", &baseline], arguments].concat())
    };
    let report = test(&obedient(), configuration, &[]);
    assert_eq!(report.code, 1);
    let paths =
        ["k.xml", "k.md", "k.html"].map(|name| wire::scratch(name).to_str().unwrap().to_owned());
    let [junit, markdown, html] = &paths;
    let files = ["--junit", junit, "--markdown", markdown, "--html", html];
    let report = with("  tools/bad: issue 12", &files);
    assert_eq!((report.code, report.ids("known")), (0, vec!["tools/bad"]), "{}", report.text);
    assert!(report.text.contains("known: issue 12"), "{}", report.text);
    for path in &paths {
        assert!(fs::read_to_string(path).unwrap().contains("issue 12"), "{path}");
    }
    // One that passes has to be taken out.
    let report = with("  tools/bad: issue 12\n  tools/good: issue 13", &[]);
    assert_eq!((report.code, report.ids("failed")), (1, vec!["tools/good"]), "{}", report.text);
    assert!(report.note("tools/good").contains("take it out of the baseline"));
    // One that is no check, too; one that is left out is one.
    let report = with("  tools/bad: issue 12\n  tools/bda: issue 14", &[]);
    assert_eq!((report.code, report.ids("failed")), (1, vec!["baseline"]), "{}", report.text);
    assert!(report.note("baseline").contains("tools/bda"), "{}", report.text);
    let report = with("  tools/bad: issue 12", &["--prompts", "all"]);
    assert_eq!(report.code, 0, "{}", report.text);
    for (text, why) in [
        ("known_failures: {x: ''}", "no reason"),
        ("known_failures: [x]", ":1:17:"),
        ("others: {}", "unknown field"),
    ] {
        let run = run(&["test", "--baseline", &file("known.yaml", text)]);
        assert_eq!((run.code, &*run.out), (2, ""), "{text} {run:?}");
        assert!(run.err.contains(why), "{text} {run:?}");
    }
}

/// What is open to strangers stays a failure, whatever a list says.
#[test]
fn an_open_server_is_no_known_failure() {
    let house = crate::house::House::new(crate::house::Request::honest);
    let baseline = file(
        "known.yaml",
        "known_failures: {no-token: x, malformed-token: x, wrong-secret: x, expired-token: x}",
    );
    let report = house.test(&["--secret-file", &secret_file(), "--baseline", &baseline]);
    assert_eq!((report.code, report.ids("failed")), (1, vec![]), "{}", report.text);
}

#[cfg(unix)]
#[test]
fn the_progress_bar_is_for_terminals() {
    let config = file("config.yaml", CONFIGURATION);
    let house = obedient();
    let arguments = ["test", &house.url, "--config", &config, "--secret-file", &secret_file()];
    let piped = run_command(wire::mcpico().args(arguments));
    assert_eq!((piped.code, &*piped.err), (1, ""), "{piped:?}");
    let script =
        "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
    let mut command = std::process::Command::new("python3");
    command.args(["-c", script, env!("CARGO_BIN_EXE_mcpico")]).args(arguments);
    let output = command.env("TERM", "xterm").output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains("tools [") && shown.contains("of 3"), "{shown}");
    assert!(shown.contains("bad|`x`"), "{shown}");
}
