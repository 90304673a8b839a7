//! Lies about where the door is: methods that everybody may call.

use axum::http::Method;
use axum::http::request::Parts;
use serde_json::Value;

use super::Lie;
use crate::serve::guard::Claims;

/// What a request wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    Discover,
    List,
    Call,
    Read,
    Prompt,
    Stream,
    Delete,
    Other,
}

/// What a request wants, by its HTTP method and the method of its message.
pub(super) fn of(parts: &Parts, body: &[u8]) -> Door {
    match parts.method {
        Method::GET => return Door::Stream,
        Method::DELETE => return Door::Delete,
        _ => {}
    }
    let message: Value = serde_json::from_slice(body).unwrap_or_default();
    match message["method"].as_str().unwrap_or_default() {
        "initialize" | "notifications/initialized" | "server/discover" => Door::Discover,
        "tools/list" => Door::List,
        "tools/call" => Door::Call,
        "resources/read" => Door::Read,
        "prompts/get" => Door::Prompt,
        _ => Door::Other,
    }
}

/// Claims for a stranger whom this lie lets through that door.
pub(super) fn excuse(lie: Lie, door: Door) -> Option<Claims> {
    let open = match lie {
        Lie::OpenDiscover => door == Door::Discover,
        Lie::OpenList => door == Door::List,
        Lie::OpenCall => door == Door::Call,
        Lie::OpenRead => door == Door::Read,
        Lie::OpenPrompt => door == Door::Prompt,
        Lie::OpenStream => door == Door::Stream,
        Lie::OpenDelete => door == Door::Delete,
        Lie::GuardsExecutionOnly => door != Door::Call,
        _ => false,
    };
    open.then(|| Claims::of("{}"))
}
