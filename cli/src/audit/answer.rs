//! What came back, and what it says.

use std::time::Duration;

use chrono::DateTime;
use mcpico_core::framing::{EventStream, Frame, Framing};
use mcpico_core::http1::Head;
use mcpico_core::inbox::Inbox;
use serde_json::Value;

use super::layer::Class;
use crate::check::judge::error_payload;

/// How an exchange ended.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Http(Box<Http>),
    /// The connection was reset before an answer.
    Reset,
    /// The connection was closed before an answer.
    Closed,
    /// Nothing came in time.
    Silent,
    /// What came is no HTTP, or the request could not be written.
    Garbled(String),
    /// There is no connection.
    Unreachable(String),
}

/// An HTTP response.
#[derive(Clone, Debug, Default)]
pub(crate) struct Http {
    pub(crate) status: u16,
    /// Values of `WWW-Authenticate`.
    pub(crate) challenges: Vec<Vec<u8>>,
    /// Values of all headers, for a search.
    pub(crate) header_text: String,
    pub(crate) content_type: Option<String>,
    /// The server's clock, in seconds since 1970.
    pub(crate) date: Option<i64>,
    /// The session that was opened.
    pub(crate) session: Option<String>,
    pub(crate) body: Vec<u8>,
    /// The JSON-RPC response in the body.
    pub(crate) reply: Option<Value>,
    pub(crate) took: Duration,
}

impl Http {
    pub(crate) fn of(head: &Head<'_>) -> Self {
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        Self {
            status: head.status(),
            challenges: head.header_values("www-authenticate").map(<[u8]>::to_vec).collect(),
            header_text: head.headers().map(|(_, value)| text(value) + "\n").collect(),
            content_type: head.header("content-type").map(text),
            date: head.header("date").map(text).and_then(|date| {
                DateTime::parse_from_rfc2822(&date).ok().map(|date| date.timestamp())
            }),
            session: head.header("mcp-session-id").map(text),
            ..Self::default()
        }
    }

    pub(crate) fn is_stream(&self) -> bool {
        self.media_type() == "text/event-stream"
    }

    /// In lower case, without parameters.
    pub(crate) fn media_type(&self) -> String {
        let value = self.content_type.as_deref().unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Looks for the JSON-RPC response in the body that has come.
pub(crate) fn understand(http: &mut Http) {
    http.reply = if http.is_stream() {
        let mut storage = vec![0; http.body.len().saturating_add(64)];
        let mut inbox = Inbox::new(&mut storage);
        let count = http.body.len();
        if let Some(room) = inbox.spare().get_mut(..count) {
            room.copy_from_slice(&http.body);
        }
        inbox.commit(count);
        let mut framing = Framing::EventStream(EventStream::new());
        let mut found = None;
        while let Ok(Frame::Complete(frame)) = framing.next_frame(&mut inbox) {
            found = found.or_else(|| response(frame));
        }
        found
    } else {
        response(&http.body)
    };
}

fn response(text: &[u8]) -> Option<Value> {
    let message: Value = serde_json::from_slice(text).ok()?;
    let is_response = message.get("result").is_some() || message.get("error").is_some();
    (message["jsonrpc"] == "2.0" && is_response).then_some(message)
}

/// What an answer means for whoever asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Passage {
    /// Let in: the answer is that of what was asked.
    In,
    /// Turned away with that status.
    Out(u16),
    /// Turned away inside of an answer with status 2xx.
    Inside(String),
    /// No HTTP answer.
    Lost,
    /// It cannot be told.
    Unclear(String),
}

/// What the good token gets from a class of methods.
#[derive(Clone, Debug)]
pub(crate) enum Baseline {
    /// There is no good token.
    Unknown,
    /// This answer.
    Known(Box<Http>),
    /// The server does not offer it.
    NotOffered(String),
    /// The good token is refused.
    Refused,
}

/// Words of an error that is about who asks, not about what is asked.
const AUTH_WORDS: [&str; 12] = [
    "auth",
    "token",
    "jwt",
    "bearer",
    "credential",
    "unauthori",
    "forbidden",
    "denied",
    "login",
    "sign in",
    "signature",
    "permission",
];

/// Codes of errors that only somebody gives who has looked at what was asked.
const CODES_FROM_WITHIN: [i64; 7] = [-32601, -32602, -32002, -32603, -32020, -32021, -32022];

/// What the answer says of the way in.
pub(crate) fn passage(answer: &Answer, class: Class, baseline: &Baseline) -> Passage {
    let Answer::Http(http) = answer else { return Passage::Lost };
    if !(200..300).contains(&http.status) {
        return Passage::Out(http.status);
    }
    let known = match baseline {
        Baseline::Known(known) => known.reply.as_ref(),
        _ => None,
    };
    match &http.reply {
        None if matches!(class, Class::Stream | Class::End) => Passage::In,
        None => Passage::Unclear(format!("status {} and no JSON-RPC response", http.status)),
        Some(reply) => inside(reply, known, matches!(baseline, Baseline::Known(_))),
    }
}

fn inside(reply: &Value, known: Option<&Value>, has_known: bool) -> Passage {
    if let Some(error) = reply.get("error") {
        let code = error["code"].as_i64().unwrap_or_default();
        let said = format!("JSON-RPC error {code} with status 200");
        let is_known = known.is_some_and(|known| known["error"]["code"] == error["code"]);
        let from_within = CODES_FROM_WITHIN.contains(&code) && !is_about_auth(error);
        return if is_known || !has_known && from_within {
            Passage::In
        } else {
            Passage::Inside(said)
        };
    }
    let result = &reply["result"];
    if has_error(result) {
        let is_known = known.is_some_and(|known| has_error(&known["result"]));
        return if is_known || !has_known && !is_about_auth(result) {
            Passage::In
        } else {
            Passage::Inside("a result that holds an error, with status 200".into())
        };
    }
    Passage::In
}

fn is_about_auth(value: &Value) -> bool {
    let text = value.to_string().to_ascii_lowercase();
    AUTH_WORDS.iter().any(|word| text.contains(word))
}

/// Whether a result is an error in disguise: `isError`, or what [`error_payload`] finds in the items of a
/// tool or a resource.
pub(crate) fn has_error(result: &Value) -> bool {
    result["isError"] == true
        || ["content", "contents"].iter().any(|items| error_payload(result, items).is_some())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn http(result: &Value) -> Box<Http> {
        let reply = json!({"jsonrpc": "2.0", "id": 1, "result": result});
        Box::new(Http { status: 200, reply: Some(reply), ..Http::default() })
    }

    #[test]
    fn an_error_inside_of_a_result_is_no_passage() {
        let good = json!({"content": [{"type": "text", "text": "hello"}]});
        let read = json!({"contents": [{"uri": "demo://a", "text": "hello"}]});
        let baseline = |result| Baseline::Known(http(result));
        for (class, good, refused) in [
            (Class::ToolsCall, &good, json!({"isError": true, "content": []})),
            (Class::ToolsCall, &good, json!({"content": [{"text": "{\"success\": false}"}]})),
            (Class::ToolsCall, &good, json!({"content": [{"text": "Unauthorized: no token"}]})),
            (
                Class::ToolsCall,
                &good,
                json!({"structuredContent": {"result": {"error": "no token"}}}),
            ),
            (
                Class::ResourcesRead,
                &read,
                json!({"contents": [{"text": "{\"error\": \"no token\"}"}]}),
            ),
        ] {
            let answer = Answer::Http(http(&refused));
            let passage = passage(&answer, class, &baseline(good));
            assert!(matches!(passage, Passage::Inside(_)), "{refused}: {passage:?}");
            let answer = Answer::Http(http(good));
            assert_eq!(super::passage(&answer, class, &baseline(good)), Passage::In);
        }
        let answer = Answer::Http(http(&json!({"content": [{"text": "{\"error\": null}"}]})));
        assert_eq!(passage(&answer, Class::ToolsCall, &baseline(&good)), Passage::In);
    }
}
