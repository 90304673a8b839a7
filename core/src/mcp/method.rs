//! The methods that a client calls, with their parameters.

use crate::json::{Object, Value};

/// Who calls: goes into `initialize` or, since 2026-07-28, into every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientInfo {
    /// Name of the program.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

impl ClientInfo {
    pub(crate) fn write(self, object: &mut Object<'_, '_>, name: &str) {
        let mut info = object.object(name);
        info.str("name", self.name);
        info.str("version", self.version);
        info.end();
    }
}

/// What an argument is completed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionReference<'a> {
    /// The prompt of that name.
    Prompt(&'a str),
    /// The resource template of that URI template.
    ResourceTemplate(&'a str),
}

/// A request of the client, without what the protocol adds to it.
///
/// A cursor is opaque; an empty one is a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Method<'a> {
    /// `completion/complete`
    Complete {
        /// What the argument belongs to.
        reference: CompletionReference<'a>,
        /// Name of the argument.
        argument: &'a str,
        /// What has been typed of its value.
        value: &'a str,
        /// The values that other arguments have by now, an object of strings. Servers heed them since 2025-06-18.
        arguments: Option<Value<'a>>,
    },
    /// `server/discover`, since 2026-07-28
    Discover,
    /// `ping`, up to 2025-11-25
    Ping,
    /// `prompts/get`
    GetPrompt {
        /// Name of the prompt.
        name: &'a str,
        /// An object of strings.
        arguments: Option<Value<'a>>,
    },
    /// `prompts/list`
    ListPrompts {
        /// Where the page before ended.
        cursor: Option<&'a str>,
    },
    /// `resources/list`
    ListResources {
        /// Where the page before ended.
        cursor: Option<&'a str>,
    },
    /// `resources/templates/list`
    ListResourceTemplates {
        /// Where the page before ended.
        cursor: Option<&'a str>,
    },
    /// `resources/read`
    ReadResource {
        /// Which resource.
        uri: &'a str,
    },
    /// `tools/call`
    CallTool {
        /// Name of the tool.
        name: &'a str,
        /// An object.
        arguments: Option<Value<'a>>,
        /// The tool's `inputSchema`. Since 2026-07-28 it tells which arguments go into headers too, so a
        /// tool that has `x-mcp-header` in it cannot be called without.
        input_schema: Option<Value<'a>>,
    },
    /// `tools/list`
    ListTools {
        /// Where the page before ended.
        cursor: Option<&'a str>,
    },
    /// A method of an extension.
    Other {
        /// Its name.
        name: &'a str,
        /// An object; a `_meta` in it is refused, because the client writes that.
        params: Option<Value<'a>>,
        /// What `Mcp-Name` says, where the extension wants one.
        mcp_name: Option<&'a str>,
    },
}

impl<'a> Method<'a> {
    /// The name on the wire.
    pub const fn name(&self) -> &'a str {
        match self {
            Self::Complete { .. } => "completion/complete",
            Self::Discover => "server/discover",
            Self::Ping => "ping",
            Self::GetPrompt { .. } => "prompts/get",
            Self::ListPrompts { .. } => "prompts/list",
            Self::ListResources { .. } => "resources/list",
            Self::ListResourceTemplates { .. } => "resources/templates/list",
            Self::ReadResource { .. } => "resources/read",
            Self::CallTool { .. } => "tools/call",
            Self::ListTools { .. } => "tools/list",
            Self::Other { name, .. } => name,
        }
    }

    /// What the `Mcp-Name` header says, where there is one.
    ///
    /// [Standard request headers](https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#standard-request-headers)
    pub const fn mcp_name(&self) -> Option<&'a str> {
        match self {
            Self::CallTool { name, .. } | Self::GetPrompt { name, .. } => Some(name),
            Self::ReadResource { uri } => Some(uri),
            Self::Other { mcp_name, .. } => *mcp_name,
            _ => None,
        }
    }

    /// Whether a server may answer that it needs input first.
    pub const fn may_require_input(&self) -> bool {
        matches!(self, Self::CallTool { .. } | Self::GetPrompt { .. } | Self::ReadResource { .. })
    }

    /// Appends the members of `params`, except `_meta`.
    pub(crate) fn write_params(&self, params: &mut Object<'_, '_>) {
        match self {
            Self::Discover | Self::Ping => {}
            Self::ListPrompts { cursor }
            | Self::ListResources { cursor }
            | Self::ListResourceTemplates { cursor }
            | Self::ListTools { cursor } => {
                if let Some(cursor) = cursor {
                    params.str("cursor", cursor);
                }
            }
            Self::ReadResource { uri } => params.str("uri", uri),
            Self::GetPrompt { name, arguments } | Self::CallTool { name, arguments, .. } => {
                params.str("name", name);
                if let Some(arguments) = arguments {
                    params.value("arguments", *arguments);
                }
            }
            Self::Complete { reference, argument, value, arguments } => {
                let mut of = params.object("ref");
                match reference {
                    CompletionReference::Prompt(name) => {
                        of.str("type", "ref/prompt");
                        of.str("name", name);
                    }
                    CompletionReference::ResourceTemplate(uri) => {
                        of.str("type", "ref/resource");
                        of.str("uri", uri);
                    }
                }
                of.end();
                let mut typed = params.object("argument");
                typed.str("name", argument);
                typed.str("value", value);
                typed.end();
                if let Some(arguments) = arguments {
                    let mut context = params.object("context");
                    context.value("arguments", *arguments);
                    context.end();
                }
            }
            Self::Other { params: members, .. } => {
                for (name, value) in members.unwrap_or(Value::empty_object()).entries() {
                    params.entry(name, value);
                }
            }
        }
    }
}
