//! Canned exchanges of both eras, written after the examples of the specification.
//!
//! Chunk sizes are those of the text between them.
//!
//! [Streamable HTTP, 2026-07-28](https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http),
//! [2025-11-25](https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#streamable-http)

use crate::dialogue::{Turn, Wish};
use crate::vectors::catalog_sample;

/// The bytes of a text, as large as the text.
const fn bytes<const N: usize>(text: &str) -> [u8; N] {
    match text.as_bytes().first_chunk() {
        Some(bytes) => *bytes,
        None => [0; N],
    }
}

/// Answers of a server. On a device they lie in a section of their own, so that they do not count as
/// the size of a program.
macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)*) => {
        $(
            $(#[$doc])*
            #[cfg_attr(target_os = "none", unsafe(link_section = ".inputs"))]
            pub static $name: [u8; $text.len()] = bytes($text);
        )*
    };
}

answers! {
    /// A server of the modern era says what it speaks.
    DISCOVERED = concat!(
        "HTTP/1.1 200 OK\r\n",
        "Content-Type: application/json\r\n",
        "Content-Length: 219\r\n",
        "\r\n",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"complete\",\"supportedVersi",
        "ons\":[\"2026-07-28\",\"2025-11-25\"],\"capabilities\":{\"tools\":{}},\"serverInfo\":{",
        "\"name\":\"weather\",\"version\":\"2\"},\"ttlMs\":3600000,\"cacheScope\":\"public\"}}",
    );
    /// The list comes in chunks, with an extension and a trailer.
    TOOLS = concat!(
        "HTTP/1.1 200 OK\r\n",
        "Content-Type: application/json\r\n",
        "Transfer-Encoding: chunked\r\n",
        "\r\n",
        "1\r\n",
        "{\r\n",
        "28\r\n",
        "\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"tools\"\r\n",
        "61\r\n",
        ":[{\"name\":\"get_weather\",\"description\":\"Wetter in \\u00fc\",\"inputSchema\":{\"t",
        "ype\":\"object\",\"properti\r\n",
        "bd\r\n",
        "es\":{\"location\":{\"type\":\"string\"}},\"required\":[\"location\"]}},{\"name\":\"pi",
        "ng\",\"inputSchema\":{\"type\":\"object\"}}],\"nextCursor\":null,\"resultType\":\"comp",
        "lete\",\"ttlMs\":60000,\"cacheScope\":\"public\"}}\r\n",
        "0\r\n",
        "Server-Timing: total\r\n",
        "\r\n",
    );
    /// The result comes as an event stream, in chunks, behind a notification.
    WEATHER = concat!(
        "HTTP/1.1 200 OK\r\n",
        "Content-Type: text/event-stream\r\n",
        "Transfer-Encoding: chunked\r\n",
        "\r\n",
        "5\r\n",
        ": hel\r\n",
        "3c\r\n",
        "lo\r\n",
        "\r\n",
        "id: 1\r\n",
        "event: message\r\n",
        "data: {\"jsonrpc\":\"2.0\",\"method\"\r\n",
        "3\r\n",
        ":\"n\r\n",
        "c8\r\n",
        "otifications/progress\",\"params\":{\"progressToken\":3,\"progress\":0.5,\"total\":1}}",
        "\r\n",
        "\r\n",
        ": keep-alive\n",
        "\n",
        "data: {\"jsonrpc\":\"2.0\",\"id\":3,\n",
        "data: \"result\":{\"content\":[{\"type\":\"text\",\"text\":\"12 \\u00b0C, \\\"sunny\\",
        "\"\"}]\r\n",
        "2c\r\n",
        ",\"isError\":false,\"resultType\":\"complete\"}}\n",
        "\n",
        "\r\n",
        "0\r\n",
        "\r\n",
    );
    /// A server of the legacy era wants a session first.
    REFUSED = concat!(
        "HTTP/1.1 400 Bad Request\r\n",
        "Content-Type: application/json\r\n",
        "Content-Length: 87\r\n",
        "\r\n",
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32000,\"message\":\"Bad Request:",
        " no session\"}}",
    );
    /// It opens one, in an event stream with a priming event.
    INITIALIZED = concat!(
        "HTTP/1.1 200 OK\r\n",
        "Content-Type: text/event-stream\r\n",
        "Mcp-Session-Id: 1868a90c-7f3e\r\n",
        "Transfer-Encoding: chunked\r\n",
        "\r\n",
        "9\r\n",
        "id: 0\n",
        "dat\r\n",
        "1e\r\n",
        "a:\n",
        "\n",
        "event: message\n",
        "data: {\"jso\r\n",
        "9b\r\n",
        "nrpc\":\"2.0\",\"id\":2,\"result\":{\"protocolVersion\":\"2025-11-25\",\"capabilities",
        "\":{\"tools\":{\"listChanged\":true}},\"serverInfo\":{\"name\":\"weather\",\"version\"",
        ":\"1\"}}}\n",
        "\n",
        "\r\n",
        "0\r\n",
        "\r\n",
    );
    /// It takes the notification.
    NOTED = concat!(
        "HTTP/1.1 202 Accepted\r\n",
        "Content-Length: 0\r\n",
        "\r\n",
    );
    /// The list has a length.
    LEGACY_TOOLS = concat!(
        "HTTP/1.1 103 Early Hints\r\n",
        "Link: </a>\r\n",
        "\r\n",
        "HTTP/1.1 200 OK\r\n",
        "Content-Type: application/json\r\n",
        "Content-Length: 267\r\n",
        "\r\n",
        "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{\"tools\":[{\"name\":\"get_weather\",\"descr",
        "iption\":\"Wetter in \\u00fc\",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"",
        "location\":{\"type\":\"string\"}},\"required\":[\"location\"]}},{\"name\":\"ping\",\"i",
        "nputSchema\":{\"type\":\"object\"}}],\"nextCursor\":null}}",
    );
    /// The result comes as an event stream that the server ends by closing, behind a request of its own.
    LEGACY_WEATHER = concat!(
        "HTTP/1.1 200 OK\r\n",
        "Content-Type: text/event-stream\r\n",
        "Connection: close\r\n",
        "\r\n",
        "id: 0\n",
        "data:\n",
        "\n",
        "data: {\"jsonrpc\":\"2.0\",\"id\":\"srv-1\",\"method\":\"ping\"}\n",
        "\n",
        "event: message\n",
        "id: 1\n",
        "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progres",
        "sToken\":4,\"progress\":0.5,\"total\":1}}\n",
        "\n",
        "retry: 3000\n",
        "\n",
        "data: {\"jsonrpc\":\"2.0\",\"id\":4,\n",
        "data: \"result\":{\"content\":[{\"type\":\"text\",\"text\":\"12 \\u00b0C, \\\"sunny\\",
        "\"\"}],\"isError\":false}}\n",
        "\n",
    );
    /// It takes the answer.
    ANSWERED = concat!(
        "HTTP/1.1 202 Accepted\r\n",
        "Content-Length: 0\r\n",
        "\r\n",
    );
    /// The session ends.
    ENDED = concat!(
        "HTTP/1.1 204 No Content\r\n",
        "\r\n",
    );
}

/// Revision 2026-07-28: discover, list, call.
pub const MODERN: &[Turn] = &[
    Turn {
        wish: Wish::Connect,
        head: concat!(
            "POST /mcp HTTP/1.1\r\n",
            "Host: mcp.example\r\n",
            "Accept-Encoding: identity\r\n",
            "Accept: application/json, text/event-stream\r\n",
            "Content-Type: application/json\r\n",
            "Mcp-Method: server/discover\r\n",
            "MCP-Protocol-Version: 2026-07-28\r\n",
            "Authorization: Bearer ",
            catalog_sample!(),
        ),
        body: concat!(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server/discover\",\"params\":{\"_meta\"",
            ":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprot",
            "ocol/clientInfo\":{\"name\":\"selftest\",\"version\":\"1\"},\"io.modelcontextproto",
            "col/clientCapabilities\":{}}}}",
        ),
        answer: &DISCOVERED,
        events: concat!(
            "result {\"resultType\":\"complete\",\"supportedVersions\":[\"2026-07-28\",\"2025-1",
            "1-25\"],\"capabilities\":{\"tools\":{}},\"serverInfo\":{\"name\":\"weather\",\"ver",
            "sion\":\"2\"},\"ttlMs\":3600000,\"cacheScope\":\"public\"}\n",
        ),
    },
    Turn {
        wish: Wish::List,
        head: concat!(
            "POST /mcp HTTP/1.1\r\n",
            "Host: mcp.example\r\n",
            "Accept-Encoding: identity\r\n",
            "Accept: application/json, text/event-stream\r\n",
            "Content-Type: application/json\r\n",
            "Mcp-Method: tools/list\r\n",
            "MCP-Protocol-Version: 2026-07-28\r\n",
            "Authorization: Bearer ",
            catalog_sample!(),
        ),
        body: concat!(
            "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\",\"params\":{\"_meta\":{\"i",
            "o.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/",
            "clientInfo\":{\"name\":\"selftest\",\"version\":\"1\"},\"io.modelcontextprotocol/c",
            "lientCapabilities\":{}}}}",
        ),
        answer: &TOOLS,
        events: concat!(
            "result {\"tools\":[{\"name\":\"get_weather\",\"description\":\"Wetter in \\u00fc\"",
            ",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"location\":{\"type\":\"str",
            "ing\"}},\"required\":[\"location\"]}},{\"name\":\"ping\",\"inputSchema\":{\"type\"",
            ":\"object\"}}],\"nextCursor\":null,\"resultType\":\"complete\",\"ttlMs\":60000,\"c",
            "acheScope\":\"public\"}\n",
        ),
    },
    Turn {
        wish: Wish::Call,
        head: concat!(
            "POST /mcp HTTP/1.1\r\n",
            "Host: mcp.example\r\n",
            "Accept-Encoding: identity\r\n",
            "Accept: application/json, text/event-stream\r\n",
            "Content-Type: application/json\r\n",
            "Mcp-Method: tools/call\r\n",
            "Mcp-Name: get_weather\r\n",
            "MCP-Protocol-Version: 2026-07-28\r\n",
            "Authorization: Bearer ",
            catalog_sample!(),
        ),
        body: concat!(
            "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/call\",\"params\":{\"name\":\"get",
            "_weather\",\"arguments\":{\"location\":\"New York\"},\"_meta\":{\"io.modelcontextp",
            "rotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientInfo\":{",
            "\"name\":\"selftest\",\"version\":\"1\"},\"io.modelcontextprotocol/clientCapabilit",
            "ies\":{},\"progressToken\":3}}}",
        ),
        answer: &WEATHER,
        events: concat!(
            "notification notifications/progress 0.5\n",
            "result {\"content\":[{\"type\":\"text\",\"text\":\"12 \\u00b0C, \\\"sunny\\\"\"}],",
            "\"isError\":false,\"resultType\":\"complete\"}\n",
        ),
    },
];

/// Revision 2025-11-25: the server refuses to be discovered; initialize, list, call with a request of the
/// server on the way, end of the session.
pub const LEGACY: &[Turn] = &[
    Turn {
        wish: Wish::Connect,
        head: concat!(
            "POST /mcp HTTP/1.1\r\n",
            "Host: mcp.example\r\n",
            "Accept-Encoding: identity\r\n",
            "Accept: application/json, text/event-stream\r\n",
            "Content-Type: application/json\r\n",
            "Mcp-Method: server/discover\r\n",
            "MCP-Protocol-Version: 2026-07-28\r\n",
            "Authorization: Bearer ",
            catalog_sample!(),
        ),
        body: concat!(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server/discover\",\"params\":{\"_meta\"",
            ":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprot",
            "ocol/clientInfo\":{\"name\":\"selftest\",\"version\":\"1\"},\"io.modelcontextproto",
            "col/clientCapabilities\":{}}}}",
        ),
        answer: &REFUSED,
        events: "error -32000\n",
    },
    Turn {
        wish: Wish::Connect,
        head: concat!(
            "POST /mcp HTTP/1.1\r\n",
            "Host: mcp.example\r\n",
            "Accept-Encoding: identity\r\n",
            "Accept: application/json, text/event-stream\r\n",
            "Content-Type: application/json\r\n",
            "Authorization: Bearer ",
            catalog_sample!(),
        ),
        body: concat!(
            "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"initialize\",\"params\":{\"protocolVers",
            "ion\":\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"selftest\",\"v",
            "ersion\":\"1\"}}}",
        ),
        answer: &INITIALIZED,
        events: concat!(
            "result {\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{\"listChan",
            "ged\":true}},\"serverInfo\":{\"name\":\"weather\",\"version\":\"1\"}}\n",
        ),
    },
    Turn {
        wish: Wish::Connect,
        head: concat!(
            "POST /mcp HTTP/1.1\r\n",
            "Host: mcp.example\r\n",
            "Accept-Encoding: identity\r\n",
            "Accept: application/json, text/event-stream\r\n",
            "Content-Type: application/json\r\n",
            "MCP-Protocol-Version: 2025-11-25\r\n",
            "Mcp-Session-Id: 1868a90c-7f3e\r\n",
            "Authorization: Bearer ",
            catalog_sample!(),
        ),
        body: "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}",
        answer: &NOTED,
        events: "accepted\n",
    },
    Turn {
        wish: Wish::List,
        head: concat!(
            "POST /mcp HTTP/1.1\r\n",
            "Host: mcp.example\r\n",
            "Accept-Encoding: identity\r\n",
            "Accept: application/json, text/event-stream\r\n",
            "Content-Type: application/json\r\n",
            "MCP-Protocol-Version: 2025-11-25\r\n",
            "Mcp-Session-Id: 1868a90c-7f3e\r\n",
            "Authorization: Bearer ",
            catalog_sample!(),
        ),
        body: "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/list\"}",
        answer: &LEGACY_TOOLS,
        events: concat!(
            "result {\"tools\":[{\"name\":\"get_weather\",\"description\":\"Wetter in \\u00fc\"",
            ",\"inputSchema\":{\"type\":\"object\",\"properties\":{\"location\":{\"type\":\"str",
            "ing\"}},\"required\":[\"location\"]}},{\"name\":\"ping\",\"inputSchema\":{\"type\"",
            ":\"object\"}}],\"nextCursor\":null}\n",
        ),
    },
    Turn {
        wish: Wish::Call,
        head: concat!(
            "POST /mcp HTTP/1.1\r\n",
            "Host: mcp.example\r\n",
            "Accept-Encoding: identity\r\n",
            "Accept: application/json, text/event-stream\r\n",
            "Content-Type: application/json\r\n",
            "MCP-Protocol-Version: 2025-11-25\r\n",
            "Mcp-Session-Id: 1868a90c-7f3e\r\n",
            "Authorization: Bearer ",
            catalog_sample!(),
        ),
        body: concat!(
            "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"tools/call\",\"params\":{\"name\":\"get",
            "_weather\",\"arguments\":{\"location\":\"New York\"},\"_meta\":{\"progressToken\":",
            "4}}}",
        ),
        answer: &LEGACY_WEATHER,
        events: concat!(
            "request ping\n",
            "notification notifications/progress 0.5\n",
            "result {\"content\":[{\"type\":\"text\",\"text\":\"12 \\u00b0C, \\\"sunny\\\"\"}],",
            "\"isError\":false}\n",
        ),
    },
    Turn {
        wish: Wish::Answer,
        head: concat!(
            "POST /mcp HTTP/1.1\r\n",
            "Host: mcp.example\r\n",
            "Accept-Encoding: identity\r\n",
            "Accept: application/json, text/event-stream\r\n",
            "Content-Type: application/json\r\n",
            "MCP-Protocol-Version: 2025-11-25\r\n",
            "Mcp-Session-Id: 1868a90c-7f3e\r\n",
            "Authorization: Bearer ",
            catalog_sample!(),
        ),
        body: "{\"jsonrpc\":\"2.0\",\"id\":\"srv-1\",\"result\":{}}",
        answer: &ANSWERED,
        events: "",
    },
    Turn {
        wish: Wish::End,
        head: concat!(
            "DELETE /mcp HTTP/1.1\r\n",
            "Host: mcp.example\r\n",
            "Accept-Encoding: identity\r\n",
            "MCP-Protocol-Version: 2025-11-25\r\n",
            "Mcp-Session-Id: 1868a90c-7f3e\r\n",
            "Authorization: Bearer ",
            catalog_sample!(),
        ),
        body: "",
        answer: &ENDED,
        events: "accepted\n",
    },
];
