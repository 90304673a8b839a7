//! Lies about what is answered.

use rmcp::ErrorData;
use rmcp::model::{CallToolResult, ContentBlock, ReadResourceResult, Resource, ResourceContents};
use serde_json::json;

use super::Lie;

/// What a call of `tool` gives in place of `honest`.
///
/// # Errors
/// -32602 for a tool that is listed and then not known.
pub(in crate::serve) fn tool_result(
    lie: Option<Lie>,
    tool: &str,
    honest: CallToolResult,
) -> Result<CallToolResult, ErrorData> {
    let with = |content: Vec<ContentBlock>| {
        let mut result = honest.clone();
        result.content = content;
        result
    };
    let error = || json!({"error": "the backend refused the credentials"}).to_string();
    Ok(match lie {
        Some(Lie::ErrorText) => with(vec![ContentBlock::text(error())]),
        Some(Lie::SuccessFalse) => {
            let failed = json!({"success": false, "message": "nothing was done"});
            with(vec![ContentBlock::text(failed.to_string())])
        }
        Some(Lie::IsError) => {
            CallToolResult::error(vec![ContentBlock::text("the backend refused the credentials")])
        }
        Some(Lie::SecondContent) => {
            let first = honest.content.clone().into_iter();
            with(first.chain([ContentBlock::text(error())]).collect())
        }
        Some(Lie::UncallableTool) if tool == "add" => {
            return Err(ErrorData::invalid_params("unknown tool", None));
        }
        _ => honest,
    })
}

/// What a list holds: nothing where the lie is that there is nothing.
pub(in crate::serve) fn vanish<T>(lie: Option<Lie>, list: Vec<T>) -> Vec<T> {
    if lie == Some(Lie::EmptyLists) { Vec::new() } else { list }
}

/// The resources that are listed.
pub(in crate::serve) fn resources_of(lie: Option<Lie>, honest: Vec<Resource>) -> Vec<Resource> {
    let mut resources = vanish(lie, honest);
    if lie == Some(Lie::VanishingResource) {
        resources.retain(|resource| resource.uri != "demo://greeting");
    }
    resources
}

/// What a resource reads as.
///
/// # Errors
/// The resource is lost.
pub(in crate::serve) fn resource(
    lie: Option<Lie>,
    uri: &str,
    mut honest: ReadResourceResult,
) -> Result<ReadResourceResult, ErrorData> {
    match lie {
        Some(Lie::VanishingResource) if uri == "demo://greeting" => {
            let data = Some(json!({"uri": uri}));
            return Err(ErrorData::resource_not_found("resource not found", data));
        }
        Some(Lie::WrongMime) => {
            for content in &mut honest.contents {
                if let ResourceContents::TextResourceContents { mime_type, .. } = content {
                    *mime_type = Some("application/octet-stream".to_owned());
                }
            }
        }
        _ => {}
    }
    Ok(honest)
}
