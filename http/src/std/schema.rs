//! The schema of a tool, fetched again.

use mcpico_core::json;
use mcpico_core::mcp::{Method, Page};

use super::outcome::Outcome;
use super::session::Session;

/// Most pages of a list of tools that are searched.
const MAX_PAGES: usize = 1_000;

impl Session {
    /// The input schema of a tool as the server lists it now; `None` when it is not listed, or the list
    /// cannot be read.
    pub(super) async fn input_schema(&mut self, tool: &str) -> Option<String> {
        // What is kept has just been proved wrong.
        self.forget_tools();
        let mut cursor: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let list = Method::ListTools { cursor: cursor.as_deref() };
            let listed = self.repeat(list, None, None, &mut |_| {}).await;
            let Ok(Outcome::Result(text)) = listed else { return None };
            let page = Page::from_result(json::parse(text.as_bytes()).ok()?, "tools").ok()?;
            for entry in page.items {
                let name = entry.member("name").ok()??.as_str()?;
                if name == *tool {
                    return Some(entry.member("inputSchema").ok()??.text().into());
                }
            }
            let next = page.next_cursor?.to_string();
            if cursor.as_ref() == Some(&next) {
                return None;
            }
            cursor = Some(next);
        }
        None
    }
}
