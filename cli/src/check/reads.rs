//! The cases of resources and prompts.

use iri_string::spec::UriSpec;
use iri_string::template::UriTemplateStr;
use iri_string::template::simple_context::SimpleContext;
use mcpico_core::json;
use mcpico_core::mcp::Method;
use serde_json::{Map, Value};

use super::caller::Caller;
use super::cases::Ended;
use super::configuration::{Effect, PromptCase, ResourceCase, Scalar, Scope, fill};
use super::judge::{self, Answer};
use super::offer::{listed, not_listed};
use crate::peer::Peer;
use crate::report::Verdict;
use crate::surface::{self, Listing};
use crate::terminal::escape;

/// What stands for a value that nobody has given yet.
const PLACEHOLDER: &str = "CONFIGURE_";

impl Caller<'_> {
    pub(super) async fn resource(&self, peer: &mut Peer, key: &str, case: &ResourceCase) -> Ended {
        let judge =
            async |retries: &mut Vec<String>| self.judged_resource(peer, key, case, retries).await;
        Ended::of(judge).await
    }

    async fn judged_resource(
        &self,
        peer: &mut Peer,
        key: &str,
        case: &ResourceCase,
        retries: &mut Vec<String>,
    ) -> Result<Verdict, String> {
        let nothing = Map::new();
        // A variable of a URI template may be called uuid.
        let scope =
            Scope { uuid: "{uuid}", variables: &self.configuration.variables, saved: &nothing };
        let uri = fill(&case.uri.as_deref().unwrap_or(key).into(), scope)?;
        let uri = uri.as_str().unwrap_or_default();
        let (entry, address) = if uri.contains('{') {
            let entry = listed_resource(self.offer.templates.as_ref(), TEMPLATE, uri)?;
            match expanded(uri, case, scope)? {
                Ok(address) => (entry, address),
                Err(why) => return Ok(Verdict::Skipped(why)),
            }
        } else {
            (listed_resource(self.offer.resources.as_ref(), RESOURCE, uri)?, uri.to_owned())
        };
        if let Some(effect) =
            case.effect.filter(|effect: &Effect| effect.writes() && !self.allow_writes)
        {
            let why =
                format!("its effect is {}: it is read with --allow-writes only", effect.name());
            return Ok(Verdict::Skipped(why));
        }
        let method = Method::ReadResource { uri: &address };
        let answer = self.ask(peer, method, true, retries).await;
        match answer.map_err(|fault| self.fault(fault))? {
            Answer::Error(error) => Err(crate::failure::rpc(&error)),
            Answer::Result(result) => {
                let listed = entry["mimeType"].as_str();
                judge::contents(&result, case, listed, scope).map(Verdict::Passed)
            }
        }
    }

    pub(super) async fn prompt(&self, peer: &mut Peer, key: &str, case: &PromptCase) -> Ended {
        let judge =
            async |retries: &mut Vec<String>| self.judged_prompt(peer, key, case, retries).await;
        Ended::of(judge).await
    }

    async fn judged_prompt(
        &self,
        peer: &mut Peer,
        key: &str,
        case: &PromptCase,
        retries: &mut Vec<String>,
    ) -> Result<Verdict, String> {
        let name = case.prompt.as_deref().unwrap_or(key);
        let listing = self.offer.prompts.as_ref().ok_or("the list of prompts could not be read")?;
        if listed(listing, surface::Kind::Prompts, name).is_none() {
            return Err(not_listed(listing, surface::Kind::Prompts, "prompt", name));
        }
        let nothing = Map::new();
        let scope = Scope { uuid: "", variables: &self.configuration.variables, saved: &nothing };
        let arguments = case.arguments.iter();
        let arguments: Map<_, _> =
            arguments.map(|(name, value)| (name.to_owned(), Value::from(value.clone()))).collect();
        let text = fill(&arguments.into(), scope)?.to_string();
        let arguments = json::parse(text.as_bytes()).map_err(|error| error.to_string())?;
        let method = Method::GetPrompt { name, arguments: Some(arguments) };
        let answer = self.ask(peer, method, true, retries).await;
        let result = match answer.map_err(|fault| self.fault(fault))? {
            Answer::Error(error) => return Err(crate::failure::rpc(&error)),
            Answer::Result(result) => result,
        };
        judge::messages(&result)?;
        for matcher in &case.expect {
            matcher.filled(scope)?.check(&result).map_err(|why| format!("expect: {why}"))?;
        }
        Ok(Verdict::Passed(String::new()))
    }
}

const RESOURCE: (surface::Kind, &str) = (surface::Kind::Resources, "resource");
const TEMPLATE: (surface::Kind, &str) = (surface::Kind::ResourceTemplates, "resource template");

fn listed_resource<'l>(
    listing: Option<&'l Listing>,
    (kind, what): (surface::Kind, &str),
    uri: &str,
) -> Result<&'l Value, String> {
    let listing = listing.ok_or_else(|| format!("the list of {what}s could not be read"))?;
    listed(listing, kind, uri).ok_or_else(|| not_listed(listing, kind, what, uri))
}

/// The address that a template stands for; the inner error is why it cannot be known yet.
///
/// [RFC 6570](https://www.rfc-editor.org/rfc/rfc6570)
fn expanded(
    template: &str,
    case: &ResourceCase,
    scope: Scope<'_>,
) -> Result<Result<String, String>, String> {
    let parsed =
        UriTemplateStr::new(template).map_err(|error| format!("it is no URI template: {error}"))?;
    let mut context = SimpleContext::new();
    for variable in parsed.variables() {
        let name = variable.as_str();
        let Some(value) = case.uri_variables.find(name) else {
            return Err(format!("uri_variables has no {}, which the template needs", escape(name)));
        };
        let value = match value {
            Scalar::Integer(number) => number.to_string(),
            Scalar::Text(text) => match fill(&text.as_str().into(), scope)? {
                Value::String(text) => text,
                other => other.to_string(),
            },
        };
        if value.starts_with(PLACEHOLDER) {
            let why = format!("uri_variables.{} is still {}", escape(name), escape(&value));
            return Ok(Err(why));
        }
        context.insert(name, value);
    }
    let expanded = parsed.expand::<UriSpec, _>(&context);
    let expanded = expanded.map_err(|error| format!("the template cannot be filled: {error}"))?;
    Ok(Ok(expanded.to_string()))
}
