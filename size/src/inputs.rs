//! What stands for bytes from outside. It lies in a section of its own, which does not count.

/// The bytes of a text, as large as the text.
const fn bytes<const N: usize>(text: &str) -> [u8; N] {
    match text.as_bytes().first_chunk() {
        Some(bytes) => *bytes,
        None => [0; N],
    }
}

macro_rules! inputs {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)*) => {
        $(
            $(#[$doc])*
            #[unsafe(link_section = ".inputs")]
            pub static $name: [u8; $text.len()] = bytes($text);
        )*
    };
}

inputs! {
    /// A secret.
    SECRET = "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\
        \x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x20";
    /// A token with `iss`, `aud`, `sub`, `iat`, `nbf` and `exp`, signed with the secret by another
    /// implementation.
    TOKEN = concat!(
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUiLCJhdWQiOiJ",
        "odHRwczovL21jcC5leGFtcGxlL21jcCIsInN1YiI6InUxIiwiaWF0IjoxNzk5OTk5OTAwLCJuYmYiOjE3OTk",
        "5OTk5MDAsImV4cCI6MTgwMDAwMzYwMH0.7ONHjfGwZhQtqVkz5_zmuanywA07wnMWSU3jxjmFP70",
    );
    /// The same in a header.
    AUTHORIZATION = concat!(
        "Bearer ",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUiLCJhdWQiOiJ",
        "odHRwczovL21jcC5leGFtcGxlL21jcCIsInN1YiI6InUxIiwiaWF0IjoxNzk5OTk5OTAwLCJuYmYiOjE3OTk",
        "5OTk5MDAsImV4cCI6MTgwMDAwMzYwMH0.7ONHjfGwZhQtqVkz5_zmuanywA07wnMWSU3jxjmFP70",
    );
    /// A JSON text.
    JSON = concat!(
        r#"{"jsonrpc":"2.0","id":7,"result":{"tools":[{"name":"get_weather","title":"Z\u00fcrich"},"#,
        r#"{"name":"ping"}],"ttlMs":60000,"nested":[[1,-2.5e3,true,null],{"a":{}}]}}"#
    );
    /// An event stream of three messages.
    EVENTS = ": hello\r\n\r\nid: 1\r\nevent: message\r\ndata: {\"a\":1}\r\n\r\ndata: {\ndata: }\n\n\
        retry: 10\n\ndata:{}\n\n";
    /// A challenge.
    CHALLENGE = "Bearer realm=\"x\", error=\"invalid_token\", scope=\"a b\"";
}

/// When the token is valid, in seconds since 1970.
pub const NOW: i64 = 1_800_000_000;
/// Whom the token comes from.
pub const ISSUER: &str = "https://as.example";
/// Whom the token is for.
pub const AUDIENCE: &str = "https://mcp.example/mcp";
