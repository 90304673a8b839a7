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

    /// Whether it is a page for people.
    pub(crate) fn is_page(&self) -> bool {
        let text = self.text();
        let start = text.trim_start().get(..9).unwrap_or_default().to_ascii_lowercase();
        self.media_type() == "text/html" || start == "<!doctype" || start.starts_with("<html")
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

/// The response in `text`, in a batch too. What stands around it, such as the version of JSON-RPC, does not
/// matter: data that is given away is given away.
fn response(text: &[u8]) -> Option<Value> {
    let is_response = |message: &Value| {
        message.get("result").is_some_and(|result| !result.is_null())
            || message.get("error").is_some_and(Value::is_object)
    };
    match serde_json::from_slice(text).ok()? {
        Value::Array(messages) => messages.into_iter().find(is_response),
        message => is_response(&message).then_some(message),
    }
}

/// Whether the body of a refusal holds a result.
pub(crate) fn gives_away(body: &[u8]) -> bool {
    let result = response(body).and_then(|mut reply| reply.get_mut("result").map(Value::take));
    result.is_some_and(|result| !has_error(&result))
}

/// What an answer means for whoever asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Passage {
    /// Let in: the answer is that of what was asked.
    In,
    /// Turned away with that status.
    Out(u16),
    /// Turned away with that status, and given the result all the same.
    Shown(u16),
    /// Turned away inside of an answer with status 2xx.
    Inside(String),
    /// No HTTP answer.
    Lost,
    /// Success, and neither a result nor an error.
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
    let known = match baseline {
        Baseline::Known(known) => Some(&**known),
        _ => None,
    };
    if !(200..300).contains(&http.status) {
        return outside(http, known);
    }
    let is_success = match class {
        Class::Stream => http.is_stream(),
        Class::End => !http.is_page(),
        // What the good token gets is no more than that either.
        _ => known.is_some_and(|known| known.reply.is_none() && known.status == http.status),
    };
    match &http.reply {
        None if is_success => Passage::In,
        None if http.is_page() => {
            Passage::Unclear(format!("status {} with a page of HTML", http.status))
        }
        None => Passage::Unclear(format!("status {} and no result", http.status)),
        Some(reply) => inside(reply, known),
    }
}

/// An answer with a status that is no success.
fn outside(http: &Http, known: Option<&Http>) -> Passage {
    let Some(reply) = &http.reply else { return Passage::Out(http.status) };
    if reply.get("result").is_some_and(|result| !has_error(result)) {
        return Passage::Shown(http.status);
    }
    // Errors about what was asked have statuses of their own since 2026-07-28: who gets the error that the
    // good token gets was let in.
    let is_known = known.is_some_and(|known| {
        known.status == http.status
            && known.reply.as_ref().is_some_and(|known| same_error(known, reply))
    });
    if is_known { Passage::In } else { Passage::Out(http.status) }
}

fn inside(reply: &Value, known: Option<&Http>) -> Passage {
    let known_reply = known.and_then(|known| known.reply.as_ref());
    if let Some(error) = reply.get("error") {
        let code = error["code"].as_i64().unwrap_or_default();
        let said = format!("JSON-RPC error {code} with status 200");
        let is_known = known_reply.is_some_and(|known| same_error(known, reply));
        let from_within = CODES_FROM_WITHIN.contains(&code) && !is_about_auth(error);
        return if is_known || known.is_none() && from_within {
            Passage::In
        } else {
            Passage::Inside(said)
        };
    }
    let result = &reply["result"];
    if has_error(result) {
        let is_known = known_reply.is_some_and(|known| {
            has_error(&known["result"])
                && (is_about_auth(&known["result"]) || !is_about_auth(result))
        });
        return if is_known || known.is_none() && !is_about_auth(result) {
            Passage::In
        } else {
            Passage::Inside("a result that holds an error, with status 200".into())
        };
    }
    Passage::In
}

/// Whether both are the same error, and the second one is about who asks only if the first one is.
fn same_error(known: &Value, reply: &Value) -> bool {
    let (known, reply) = (&known["error"], &reply["error"]);
    !known.is_null()
        && known["code"] == reply["code"]
        && (is_about_auth(known) || !is_about_auth(reply))
}

/// Whether what the good token gets is a complaint about who asks.
pub(crate) fn is_complaint(reply: &Value) -> bool {
    match reply.get("error") {
        Some(error) => is_about_auth(error),
        None => has_error(&reply["result"]) && is_about_auth(&reply["result"]),
    }
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
