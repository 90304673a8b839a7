//! What the demo server has to do, call by call.

use std::cell::RefCell;
use std::fmt::Write;
use std::time::Instant;

use mcpico_core::client::Event;
use mcpico_core::json;
use mcpico_core::mcp::{Method, ToolResult};
use serde_json::{Value, json};

use super::Run;
use crate::mint::claims_of;
use crate::peer::Peer;
use crate::report::Verdict;
use crate::surface::{self, Kind, Listing};
use crate::terminal::escape;

const TOOLS: &[&str] = &["add", "big", "cancellations", "echo", "fail", "route", "slow", "whoami"];
const RESOURCES: &[&str] = &["demo://greeting", "demo://readme"];
const TEMPLATES: &[&str] = &["demo://items/{id}"];
const PROMPTS: &[&str] = &["greet"];

/// Bytes that `big` has to give: more than the server writes in one go.
const BIG: usize = 100_000;

/// Text that suffers where somebody does not care about encodings.
const TEXT: &str = "M\u{fc}nchen \u{2014} \u{4e16}\u{754c} \u{1f600} \"quoted\\\" \t\r\n\u{1}";

/// A list as it should be: complete, and for the demo server with the very names that it has.
pub(super) fn compare(listing: &Listing, kind: Kind, is_demo: bool) -> Verdict {
    let expected = match kind {
        Kind::Tools => TOOLS,
        Kind::Resources => RESOURCES,
        Kind::ResourceTemplates => TEMPLATES,
        Kind::Prompts => PROMPTS,
    };
    let names = listing.entries.iter().filter_map(|entry| entry[kind.key()].as_str());
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    if is_demo && names != expected {
        return Verdict::Failed(escape(&format!("listed are {names:?}")).into_owned());
    }
    let mut note = match (names.len(), listing.pages) {
        (count, 1) => format!("{count}"),
        (count, pages) => format!("{count} on {pages} pages"),
    };
    if !listing.dropped.is_empty() {
        let _ = write!(note, "; left out: {}", listing.dropped.join("; "));
    }
    Verdict::Passed(note)
}

/// Calls every tool, reads resources and the prompt, and compares what comes back.
pub(super) async fn run(run: &mut Run<'_>, peer: &mut Peer, tools: &[Value]) {
    let text = |text: &str| json!([{"type": "text", "text": text}]);
    let echo = |result: &Value| same(&result["content"], &text(TEXT));
    run.tool(peer, tools, "echo", "echo gives text back unchanged", json!({"text": TEXT}), &echo)
        .await;
    let add = |result: &Value| same(&result["structuredContent"], &json!({"sum": 42}));
    run.tool(peer, tools, "add", "add gives structured content", json!({"a": 44, "b": -2}), &add)
        .await;
    let sent = run.target.token.as_deref().and_then(|token| claims_of(token).ok());
    let whoami = |result: &Value| match &sent {
        Some(sent) => same(&result["structuredContent"], &Value::from(sent.clone())),
        None => Err("the token is no JWT, so nobody knows what should arrive".into()),
    };
    run.report.claims_arrived = run
        .tool(peer, tools, "whoami", "whoami shows the claims of the token", json!({}), &whoami)
        .await;
    let slow = |result: &Value| same(&result["content"], &text("3 steps done"));
    let arguments = json!({"steps": 3, "delay_ms": 10});
    run.tool(peer, tools, "slow", "slow reports progress", arguments, &slow).await;
    let fail = |result: &Value| {
        same(&result["isError"], &json!(true))?;
        same(&result["content"], &text("as asked"))
    };
    let arguments = json!({"message": "as asked"});
    run.tool(peer, tools, "fail", "fail is seen to fail (isError)", arguments, &fail).await;
    let big = |result: &Value| {
        let text = result["content"][0]["text"].as_str().unwrap_or_default();
        let pattern = (0..BIG).step_by(8).map(|offset| format!("{offset:07x} "));
        let expected: String = pattern.collect();
        if text == &expected[..BIG] {
            Ok(())
        } else {
            Err(format!("{} bytes, or others", text.len()))
        }
    };
    run.tool(peer, tools, "big", "big arrives whole", json!({"size": BIG}), &big).await;
    let modern = peer.revision().is_some_and(mcpico_core::mcp::Revision::is_modern);
    let header = if modern { json!("=?base64?TcO8bmNoZW4=?=") } else { Value::Null };
    let route = |result: &Value| {
        let expected = json!({"region": "M\u{fc}nchen", "header": header});
        same(&result["structuredContent"], &expected)
    };
    let arguments = json!({"region": "M\u{fc}nchen"});
    run.tool(peer, tools, "route", "route gets its argument as a header", arguments, &route).await;
    run.reads(peer).await;
}

impl Run<'_> {
    /// Calls a tool; `judge` looks at its result. Whether it passed.
    async fn tool(
        &mut self,
        peer: &mut Peer,
        tools: &[Value],
        name: &str,
        title: &'static str,
        arguments: Value,
        judge: &dyn Fn(&Value) -> Result<(), String>,
    ) -> bool {
        let started = Instant::now();
        let outcome = self.call(peer, tools, name, &arguments, judge).await;
        let passed = outcome.is_ok();
        self.report.executed += usize::from(passed);
        let verdict = match outcome {
            Ok(note) => Verdict::Passed(note),
            Err(why) => Verdict::Failed(why),
        };
        self.report.add(id(name), title, verdict, started);
        passed
    }

    async fn call(
        &self,
        peer: &mut Peer,
        tools: &[Value],
        name: &str,
        arguments: &Value,
        judge: &dyn Fn(&Value) -> Result<(), String>,
    ) -> Result<String, String> {
        let tool = tools.iter().find(|tool| tool["name"] == name).ok_or("it is not listed")?;
        let (arguments, schema) = (arguments.to_string(), tool["inputSchema"].to_string());
        let invalid = |error: json::JsonError| error.to_string();
        let method = Method::CallTool {
            name,
            arguments: Some(json::parse(arguments.as_bytes()).map_err(invalid)?),
            input_schema: Some(json::parse(schema.as_bytes()).map_err(invalid)?),
        };
        let progress = RefCell::new(Vec::new());
        let mut observe = |event: &Event<'_>| {
            if let Event::Notification(note) = event
                && let Some(step) = note.progress()
            {
                progress.borrow_mut().push(step.progress.as_f64());
            }
        };
        let result = surface::result(peer, method, &mut observe).await;
        let result = result.map_err(|fault| self.fault(fault))?;
        let text = result.to_string();
        let read = ToolResult::from_result(json::parse(text.as_bytes()).map_err(invalid)?);
        let is_error = read.map_err(|error| error.to_string())?.is_error;
        if is_error != (name == "fail") {
            return Err(escape(&format!("isError is {is_error}: {}", result["content"])).into());
        }
        surface::fits_output_schema(tool, &result)?;
        judge(&result)?;
        let progress = progress.into_inner();
        if name != "slow" {
            return Ok(String::new());
        }
        if progress.is_empty() || !progress.is_sorted_by(|before, after| before < after) {
            return Err(format!("the steps reported are {progress:?}"));
        }
        Ok(format!("{} notifications", progress.len()))
    }

    async fn reads(&mut self, peer: &mut Peer) {
        let text = "Hello from the mcpico demo server.\n";
        let greeting = json!([{"uri": "demo://greeting", "mimeType": "text/plain", "text": text}]);
        let item = json!([{"uri": "demo://items/bolt", "mimeType": "application/json",
            "text": "{\"id\":\"bolt\"}"}]);
        for (id, title, uri, expected) in [
            ("resource", "a resource is read", "demo://greeting", greeting),
            ("template", "a resource of a template is read", "demo://items/bolt", item),
        ] {
            let method = Method::ReadResource { uri };
            self.read(peer, id, title, method, "contents", &expected).await;
        }
        let arguments = json::parse(br#"{"name":"Ada"}"#).ok();
        let prompt = Method::GetPrompt { name: "greet", arguments };
        let expected = json!([{"role": "user",
            "content": {"type": "text", "text": "Please greet Ada."}}]);
        self.read(peer, "prompt", "a prompt is read", prompt, "messages", &expected).await;
    }

    async fn read(
        &mut self,
        peer: &mut Peer,
        id: &'static str,
        title: &'static str,
        method: Method<'_>,
        member: &str,
        expected: &Value,
    ) {
        let started = Instant::now();
        let verdict = match surface::result(peer, method, &mut |_| {}).await {
            Err(fault) => Verdict::Failed(self.fault(fault)),
            Ok(result) => match same(&result[member], expected) {
                Ok(()) => Verdict::Passed(String::new()),
                Err(why) => Verdict::Failed(why),
            },
        };
        self.report.add(id, title, verdict, started);
    }
}

fn same(found: &Value, expected: &Value) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    Err(escape(&format!("{found} instead of {expected}")).into_owned())
}

/// The id of a tool's check.
fn id(tool: &str) -> &'static str {
    match tool {
        "add" => "tool-add",
        "big" => "tool-big",
        "echo" => "tool-echo",
        "fail" => "tool-fail",
        "route" => "tool-route",
        "slow" => "tool-slow",
        _ => "tool-whoami",
    }
}
