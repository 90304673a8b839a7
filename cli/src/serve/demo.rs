//! The demo MCP server: its tools, resources, prompt and completions.

mod library;
mod tools;

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CompleteRequestParams, CompleteResult,
    GetPromptRequestParams, GetPromptResponse, Implementation, ListPromptsResult,
    ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
    ProtocolVersion, ReadResourceRequestParams, ReadResourceResponse, ServerCapabilities,
    ServerConfig, Tool,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};

use super::lie::{self, Lie};
use super::revisions::Revisions;

/// Tools in one answer to `tools/list`: few, so that clients must follow the cursor.
const TOOLS_PER_PAGE: usize = 3;

/// One session, or one request of a revision without sessions.
#[derive(Debug, Clone)]
pub(super) struct Demo {
    revisions: Revisions,
    /// Calls of `slow` that were cancelled, in all sessions.
    cancelled: Arc<AtomicU64>,
    /// What is answered wrongly on purpose.
    lie: Option<Lie>,
}

impl Demo {
    pub(super) fn new(revisions: Revisions, lie: Option<Lie>) -> Self {
        Self { revisions, cancelled: Arc::default(), lie }
    }
}

impl ServerHandler for Demo {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_completions()
            .enable_prompts()
            .enable_resources()
            .enable_tools()
            .build();
        ServerConfig::new(capabilities)
            .with_server_info(
                Implementation::new("mcpico-demo", env!("CARGO_PKG_VERSION"))
                    .with_title("mcpico demo server"),
            )
            .with_instructions("Read demo://readme for what the tools do.")
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Cow::Owned(self.revisions.as_slice().to_vec())
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let tools = lie::vanish(self.lie, tools::all());
        let cursor = request.and_then(|request| request.cursor);
        let (page, next) = page_of(&tools, cursor.as_deref())?;
        let mut result = ListToolsResult::with_all_items(page.to_vec());
        result.next_cursor = next;
        Ok(result)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        tools::all().into_iter().find(|tool| tool.name == name)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let honest = tools::call(&request, &context, &self.cancelled).await?;
        lie::tool_result(self.lie, &request.name, honest).map(Into::into)
    }

    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        single_page(request)?;
        Ok(ListResourcesResult::with_all_items(lie::resources_of(self.lie, library::resources())))
    }

    async fn list_resource_templates(
        &self,
        request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        single_page(request)?;
        Ok(ListResourceTemplatesResult::with_all_items(lie::vanish(self.lie, library::templates())))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        lie::resource(self.lie, &request.uri, library::read(&request.uri)?).map(Into::into)
    }

    async fn list_prompts(
        &self,
        request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        single_page(request)?;
        Ok(ListPromptsResult::with_all_items(lie::vanish(self.lie, library::prompts())))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        library::prompt(&request).map(Into::into)
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        library::complete(&request)
    }
}

/// The page that begins at `cursor`, the position of its first item in decimal, and the cursor of
/// the page after it.
fn page_of<'t>(
    tools: &'t [Tool],
    cursor: Option<&str>,
) -> Result<(&'t [Tool], Option<String>), ErrorData> {
    let start = match cursor {
        None => 0,
        Some(text) => text
            .parse()
            .ok()
            .filter(|start| *start < tools.len() && start % TOOLS_PER_PAGE == 0)
            .ok_or_else(unknown_cursor)?,
    };
    let rest = &tools[start..];
    match rest.split_at_checked(TOOLS_PER_PAGE) {
        Some((page, after)) if !after.is_empty() => {
            Ok((page, Some((start + TOOLS_PER_PAGE).to_string())))
        }
        _ => Ok((rest, None)),
    }
}

fn single_page(request: Option<PaginatedRequestParams>) -> Result<(), ErrorData> {
    match request.and_then(|request| request.cursor) {
        None => Ok(()),
        Some(_) => Err(unknown_cursor()),
    }
}

fn unknown_cursor() -> ErrorData {
    ErrorData::invalid_params("unknown cursor", None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_join_to_the_whole_list() {
        let tools = tools::all();
        let (mut names, mut cursor, mut pages) = (Vec::new(), None, 0);
        loop {
            let (page, next) = page_of(&tools, cursor.as_deref()).unwrap();
            assert!((1..=TOOLS_PER_PAGE).contains(&page.len()));
            names.extend(page.iter().map(|tool| tool.name.clone()));
            pages += 1;
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(names, tools.iter().map(|tool| tool.name.clone()).collect::<Vec<_>>());
        assert!(pages > 1);
    }

    #[test]
    fn strange_cursors_are_refused() {
        let tools = tools::all();
        for cursor in ["", "1", "-3", "03x", "9999", "18446744073709551616"] {
            assert!(page_of(&tools, Some(cursor)).is_err(), "{cursor:?}");
        }
    }
}
