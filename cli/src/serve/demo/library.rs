//! The resources, the resource template, the prompt and the completions.

use rmcp::ErrorData;
use rmcp::model::{
    CompleteRequestParams, CompleteResult, CompletionInfo, GetPromptRequestParams, GetPromptResult,
    Prompt, PromptArgument, PromptMessage, ReadResourceResult, Reference, Resource,
    ResourceContents, ResourceTemplate, Role,
};
use serde_json::json;

const GREETING_URI: &str = "demo://greeting";
const GREETING: &str = "Hello from the mcpico demo server.\n";

const README_URI: &str = "demo://readme";
const README: &str = include_str!("readme.md");

const ITEM_URI_PREFIX: &str = "demo://items/";
const ITEM_TEMPLATE: &str = "demo://items/{id}";

/// The longest `{id}`, in bytes.
const MAX_ITEM_ID: usize = 64;

/// The values that completion offers for `{id}`; reading takes any other too.
const KNOWN_ITEMS: [&str; 3] = ["anvil", "antenna", "bolt"];

/// The values that completion offers for the prompt's `name`.
const KNOWN_NAMES: [&str; 3] = ["Ada", "Alan", "Grace"];

pub(super) fn resources() -> Vec<Resource> {
    vec![
        Resource::new(GREETING_URI, "greeting")
            .with_description("One line of text")
            .with_mime_type("text/plain")
            .with_size(GREETING.len() as u64),
        Resource::new(README_URI, "readme")
            .with_description("What this server offers")
            .with_mime_type("text/markdown")
            .with_size(README.len() as u64),
    ]
}

pub(super) fn templates() -> Vec<ResourceTemplate> {
    vec![
        ResourceTemplate::new(ITEM_TEMPLATE, "item")
            .with_description("A JSON object that names its id: letters, digits, `-` and `_`")
            .with_mime_type("application/json"),
    ]
}

/// The contents behind `uri`.
///
/// # Errors
///
/// -32002 (from 2026-07-28 on: -32602) when nothing is there.
pub(super) fn read(uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let (text, mime_type) = match uri {
        GREETING_URI => (GREETING.to_owned(), "text/plain"),
        README_URI => (README.to_owned(), "text/markdown"),
        _ => match uri.strip_prefix(ITEM_URI_PREFIX).filter(|id| is_item_id(id)) {
            Some(id) => (json!({"id": id}).to_string(), "application/json"),
            None => {
                return Err(ErrorData::resource_not_found(
                    "resource not found",
                    Some(json!({"uri": uri})),
                ));
            }
        },
    };
    let contents = ResourceContents::text(text, uri).with_mime_type(mime_type);
    Ok(ReadResourceResult::new(vec![contents]))
}

pub(super) fn prompts() -> Vec<Prompt> {
    let name = PromptArgument::new("name").with_description("Whom to greet").with_required(true);
    vec![Prompt::new("greet", Some("Asks for a greeting"), Some(vec![name]))]
}

/// The messages of a prompt.
///
/// # Errors
///
/// -32602 when no prompt has the name, or its argument `name` is missing or no string.
pub(super) fn prompt(request: &GetPromptRequestParams) -> Result<GetPromptResult, ErrorData> {
    if request.name != "greet" {
        return Err(ErrorData::invalid_params("unknown prompt", None));
    }
    let name = request
        .arguments
        .as_ref()
        .and_then(|arguments| arguments.get("name"))
        .and_then(|name| name.as_str())
        .ok_or_else(|| ErrorData::invalid_params("the argument name is missing", None))?;
    let message = PromptMessage::new_text(Role::User, format!("Please greet {name}."));
    Ok(GetPromptResult::new(vec![message]).with_description("Asks for a greeting"))
}

/// The known values that begin with what has been typed.
///
/// # Errors
///
/// -32602 when the reference or the argument is unknown.
pub(super) fn complete(request: &CompleteRequestParams) -> Result<CompleteResult, ErrorData> {
    let known = match (&request.r#ref, request.argument.name.as_str()) {
        (Reference::Prompt(prompt), "name") if prompt.name == "greet" => KNOWN_NAMES,
        (Reference::Resource(template), "id") if template.uri == ITEM_TEMPLATE => KNOWN_ITEMS,
        _ => return Err(ErrorData::invalid_params("nothing to complete", None)),
    };
    let typed = request.argument.value.as_str();
    let values =
        known.iter().filter(|value| value.starts_with(typed)).map(ToString::to_string).collect();
    CompletionInfo::with_all_values(values)
        .map(CompleteResult::new)
        .map_err(|reason| ErrorData::internal_error(reason, None))
}

fn is_item_id(id: &str) -> bool {
    (1..=MAX_ITEM_ID).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_resource_can_be_read_and_has_its_size() {
        for resource in resources() {
            let result = read(&resource.uri).unwrap();
            let ResourceContents::TextResourceContents { uri, mime_type, text, .. } =
                &result.contents[0]
            else {
                panic!("not a text")
            };
            assert_eq!(*uri, resource.uri);
            assert_eq!(*mime_type, resource.mime_type);
            assert_eq!(Some(text.len() as u64), resource.size);
        }
    }

    #[test]
    fn items_take_only_plain_ids() {
        assert!(read("demo://items/a-1_Z").is_ok());
        assert!(read(&format!("demo://items/{}", "x".repeat(64))).is_ok());
        for uri in ["demo://items/", "demo://items/a/b", "demo://items/%41", "demo://items/é", ""]
        {
            assert!(read(uri).is_err(), "{uri:?}");
        }
        assert!(read(&format!("demo://items/{}", "x".repeat(65))).is_err());
    }
}
