//! The layers of authentication and the classes of methods: the two axes of an audit.

use mcpico_core::mcp::Revision;

/// What a probe is about, from the wire inwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layer {
    Transport,
    Presence,
    Structure,
    Signature,
    Claims,
    Audience,
    Authorization,
    Execution,
    Exchange,
}

impl Layer {
    pub(crate) const ALL: [Self; 9] = [
        Self::Transport,
        Self::Presence,
        Self::Structure,
        Self::Signature,
        Self::Claims,
        Self::Audience,
        Self::Authorization,
        Self::Execution,
        Self::Exchange,
    ];

    /// Stable: reports and `--require` name it so.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Transport => "transport",
            Self::Presence => "presence",
            Self::Structure => "structure",
            Self::Signature => "signature",
            Self::Claims => "claims",
            Self::Audience => "audience",
            Self::Authorization => "authorization",
            Self::Execution => "execution",
            Self::Exchange => "exchange",
        }
    }

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Transport => "transport",
            Self::Presence => "header presence",
            Self::Structure => "token structure",
            Self::Signature => "signature",
            Self::Claims => "claims and time",
            Self::Audience => "audience and issuer",
            Self::Authorization => "authorization per tool",
            Self::Execution => "execution under that identity",
            Self::Exchange => "credential exchange",
        }
    }

    pub(crate) fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layer| layer.id() == id)
    }
}

/// What is asked of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// `server/discover`, or `initialize` in the legacy era.
    Discover,
    ToolsList,
    ToolsCall,
    ResourcesRead,
    PromptsGet,
    /// GET: the stream of a session.
    Stream,
    /// DELETE: the end of a session.
    End,
}

impl Class {
    pub(crate) const ALL: [Self; 7] = [
        Self::Discover,
        Self::ToolsList,
        Self::ToolsCall,
        Self::ResourcesRead,
        Self::PromptsGet,
        Self::Stream,
        Self::End,
    ];

    /// Stable: reports name it so.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Discover => "discover",
            Self::ToolsList => "tools-list",
            Self::ToolsCall => "tools-call",
            Self::ResourcesRead => "resources-read",
            Self::PromptsGet => "prompts-get",
            Self::Stream => "stream",
            Self::End => "delete",
        }
    }

    /// What is sent.
    pub(crate) const fn title(self, revision: Revision) -> &'static str {
        match self {
            Self::Discover if revision.is_modern() => "server/discover",
            Self::Discover => "initialize",
            Self::ToolsList => "tools/list",
            Self::ToolsCall => "tools/call",
            Self::ResourcesRead => "resources/read",
            Self::PromptsGet => "prompts/get",
            Self::Stream => "GET",
            Self::End => "DELETE",
        }
    }
}
