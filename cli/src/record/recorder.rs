//! Asks a server for everything that it offers.

use std::time::{Duration, Instant};

use mcpico_core::json;
use mcpico_core::mcp::{CompletionReference, Method};
use serde_json::{Map, Value, json};

use super::document::Document;
use super::{Record, arguments, redact, shape};
use crate::check::judge::{self, Answer};
use crate::client::failure;
use crate::exit::Exit;
use crate::failure::{Failure, rpc};
use crate::peer::Peer;
use crate::surface::{self, Fault, Kind, Listing};
use crate::target::Target;
use crate::terminal::escape;

/// Most resources that are read: some servers list everything that they have.
const MAX_RESOURCES: usize = 100;

/// A recording under way.
pub(super) struct Recorder<'r> {
    pub(super) command: &'r Record,
    pub(super) target: &'r Target,
    /// Arguments by the names of tools.
    pub(super) given: Map<String, Value>,
    pub(super) document: Document,
}

impl Recorder<'_> {
    /// # Errors
    /// [`Failure`]: the lists cannot be read, or the server does not let us in.
    pub(super) async fn record(&mut self, peer: &mut Peer) -> Result<(), Failure> {
        let tools = self.list(peer, Kind::Tools).await?;
        let known: Vec<_> = tools.entries.iter().filter_map(|tool| tool["name"].as_str()).collect();
        let named = self.command.called.iter().chain(&self.command.skipped);
        if let Some(name) =
            named.chain(self.given.keys()).find(|name| !known.contains(&name.as_str()))
        {
            return Err(Failure::usage(format!("the server has no tool {}", escape(name))));
        }
        for dropped in &tools.dropped {
            self.document.note(&format!("tool {dropped}"));
        }
        for tool in &tools.entries {
            self.tool(peer, tool).await?;
        }
        let resources = self.list(peer, Kind::Resources).await?;
        for resource in resources.entries.iter().take(MAX_RESOURCES) {
            self.resource(peer, resource).await?;
        }
        if let Some(more) =
            resources.entries.len().checked_sub(MAX_RESOURCES).filter(|more| *more > 0)
        {
            self.document.note(&format!("{more} resources after the first {MAX_RESOURCES}"));
        }
        for template in self.list(peer, Kind::ResourceTemplates).await?.entries {
            self.template(peer, &template).await?;
        }
        for prompt in self.list(peer, Kind::Prompts).await?.entries {
            self.prompt(peer, &prompt).await?;
        }
        Ok(())
    }

    async fn list(&self, peer: &mut Peer, kind: Kind) -> Result<Listing, Failure> {
        match surface::list(peer, kind).await {
            Ok(listing) => Ok(listing),
            Err(Fault::NotOffered) => Ok(Listing::default()),
            Err(fault) => Err(failure(self.target, fault)),
        }
    }

    async fn tool(&mut self, peer: &mut Peer, tool: &Value) -> Result<(), Failure> {
        let name = tool["name"].as_str().unwrap_or_default();
        let listed = |names: &[String]| names.iter().any(|other| other == name);
        let hints = &tool["annotations"];
        let is_harmless = hints["readOnlyHint"] == true && hints["destructiveHint"] != true;
        if listed(&self.command.skipped) {
            return Ok(());
        }
        if !is_harmless && !listed(&self.command.called) {
            self.document.note(&format!("tool {}: it is not declared harmless", escape(name)));
            return Ok(());
        }
        let arguments = self.given.get(name).cloned();
        let arguments = arguments.unwrap_or_else(|| arguments::guess(&tool["inputSchema"]));
        if redact::value(&arguments) != arguments {
            let what = format!("tool {}: its arguments look like a credential", escape(name));
            self.document.note(&what);
            return Ok(());
        }
        let (text, schema) = (arguments.to_string(), tool["inputSchema"].to_string());
        let invalid = |error: json::JsonError| Failure::usage(error.to_string());
        let method = Method::CallTool {
            name,
            arguments: Some(json::parse(text.as_bytes()).map_err(invalid)?),
            input_schema: Some(json::parse(schema.as_bytes()).map_err(invalid)?),
        };
        let Some((answer, time)) = self.ask(peer, method, "tool", name).await? else {
            return Ok(());
        };
        if let Err(why) = judge::succeeded(tool, &answer) {
            let hint = format!("--args {}='{{…}}' gives it arguments", escape(name));
            self.document.note(&format!("tool {}: {why} ({hint})", escape(name)));
            return Ok(());
        }
        let Answer::Result(result) = answer else { return Ok(()) };
        let mut entry = json!({});
        // Of a tool that was called on request nobody has said what it changes.
        if is_harmless {
            entry["effect"] = "none".into();
        }
        if arguments != json!({}) {
            entry["arguments"] = arguments;
        }
        entry["response_schema"] = shape::of_result(&result);
        let expect = shape::of_texts(&result);
        if !expect.is_empty() {
            entry["expect"] = expect.into();
        }
        entry["discovery"] = discovery(time, Some(&result));
        self.document.tool(name, entry);
        Ok(())
    }

    async fn resource(&mut self, peer: &mut Peer, resource: &Value) -> Result<(), Failure> {
        let uri = resource["uri"].as_str().unwrap_or_default();
        let mime = resource["mimeType"].as_str();
        let entry = json!({"effect": "none"});
        if let Some(entry) = self.read(peer, uri, uri, mime, entry).await? {
            self.document.resource(uri, entry);
        }
        Ok(())
    }

    /// Reads `uri`, and adds to `entry` what its contents are.
    async fn read(
        &mut self,
        peer: &mut Peer,
        name: &str,
        uri: &str,
        mime: Option<&str>,
        mut entry: Value,
    ) -> Result<Option<Value>, Failure> {
        if redact::text(uri) != uri {
            self.document.note(&format!(
                "resource {}: it looks like a credential",
                escape(&redact::text(name))
            ));
            return Ok(None);
        }
        let method = Method::ReadResource { uri };
        let Some((answer, time)) = self.ask(peer, method, "resource", name).await? else {
            return Ok(None);
        };
        let result = match answer {
            Answer::Result(result) => result,
            Answer::Error(error) => {
                self.document.note(&format!("resource {}: {}", escape(name), rpc(&error)));
                return Ok(None);
            }
        };
        if let Err(why) = judge::readable(&result, mime) {
            self.document.note(&format!("resource {}: {why}", escape(name)));
            return Ok(None);
        }
        shape::of_contents(&result, &mut entry);
        entry["discovery"] = discovery(time, None);
        Ok(Some(entry))
    }

    /// Reads the resource that a template gives with values which the server offers.
    async fn template(&mut self, peer: &mut Peer, template: &Value) -> Result<(), Failure> {
        let uri = template["uriTemplate"].as_str().unwrap_or_default();
        let Some(names) = arguments::variables(uri) else {
            self.document
                .note(&format!("resource template {}: it is no URI template", escape(uri)));
            return Ok(());
        };
        let mut variables = Map::new();
        for name in names {
            let reference = CompletionReference::ResourceTemplate(uri);
            if let Some(value) = self.completed(peer, reference, &name).await? {
                variables.insert(name, value.into());
            } else {
                variables.insert(name.clone(), format!("CONFIGURE_{}", name.to_uppercase()).into());
            }
        }
        let is_known = variables
            .values()
            .all(|value| value.as_str().is_some_and(|value| !value.starts_with("CONFIGURE_")));
        let entry = json!({"effect": "none", "uri": uri, "uri_variables": variables});
        let mime = template["mimeType"].as_str();
        if !is_known {
            // The run will say that it skips this, until somebody has filled it.
            let what =
                format!("resource template {}: its variables have to be filled", escape(uri));
            self.document.note(&what);
            self.document.resource(uri, entry);
            return Ok(());
        }
        let Some(address) = arguments::expand(uri, &variables) else { return Ok(()) };
        if let Some(entry) = self.read(peer, uri, &address, mime, entry).await? {
            self.document.resource(uri, entry);
        }
        Ok(())
    }

    async fn prompt(&mut self, peer: &mut Peer, prompt: &Value) -> Result<(), Failure> {
        let name = prompt["name"].as_str().unwrap_or_default();
        let mut arguments = Map::new();
        for argument in prompt["arguments"].as_array().into_iter().flatten() {
            let of = argument["name"].as_str().unwrap_or_default();
            if argument["required"] == true {
                let completed = self.completed(peer, CompletionReference::Prompt(name), of).await?;
                arguments
                    .insert(of.to_owned(), completed.unwrap_or_else(|| "example".into()).into());
            }
        }
        let text = Value::from(arguments.clone()).to_string();
        let parsed =
            json::parse(text.as_bytes()).map_err(|error| Failure::usage(error.to_string()))?;
        let method = Method::GetPrompt { name, arguments: Some(parsed) };
        let Some((answer, time)) = self.ask(peer, method, "prompt", name).await? else {
            return Ok(());
        };
        let judged = match answer {
            Answer::Error(error) => Err(rpc(&error)),
            Answer::Result(result) => judge::messages(&result).map(|()| result),
        };
        match judged {
            Err(why) => self.document.note(&format!("prompt {}: {why}", escape(name))),
            Ok(result) => {
                let mut entry = json!({"expect": shape::of_messages(&result)});
                if !arguments.is_empty() {
                    entry["arguments"] = arguments.into();
                }
                entry["discovery"] = discovery(time, None);
                self.document.prompt(name, entry);
            }
        }
        Ok(())
    }

    /// The first value that the server offers for an argument.
    async fn completed(
        &self,
        peer: &mut Peer,
        reference: CompletionReference<'_>,
        argument: &str,
    ) -> Result<Option<String>, Failure> {
        let method = Method::Complete { reference, argument, value: "", arguments: None };
        match surface::result(peer, method, &mut |_| {}).await {
            Ok(result) => {
                let value = result["completion"]["values"][0].as_str().map(str::to_owned);
                Ok(value.filter(|value| redact::text(value) == *value))
            }
            // Not every server completes.
            Err(Fault::NotOffered | Fault::Answer(_)) => Ok(None),
            Err(fault) => Err(failure(self.target, fault)),
        }
    }

    /// Sends a request; `None` when its answer cannot be used, which is noted.
    async fn ask(
        &mut self,
        peer: &mut Peer,
        method: Method<'_>,
        what: &str,
        name: &str,
    ) -> Result<Option<(Answer, Duration)>, Failure> {
        let started = Instant::now();
        let answer = match peer.call(method, &mut |_| {}).await {
            Ok(outcome) => Answer::of(outcome),
            Err(error) => Err(Fault::Session(error)),
        };
        match answer {
            Ok(answer) => Ok(Some((answer, started.elapsed()))),
            Err(fault) => {
                let failure = failure(self.target, fault);
                // Without the right to enter nothing else can be recorded.
                if failure.exit == Exit::Authentication {
                    return Err(failure);
                }
                self.document.note(&format!("{what} {}: {}", escape(name), failure.what));
                Ok(None)
            }
        }
    }
}

/// What was seen; nothing of it is expected.
fn discovery(took: Duration, result: Option<&Value>) -> Value {
    let mut discovery = json!({
        "status": "PASSED",
        "duration_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
    });
    if let Some(result) = result {
        discovery["response_example"] = redact::example(result);
    }
    discovery
}
