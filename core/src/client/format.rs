//! What is logged of events by defmt: what happened, statuses, codes, lengths. No text of a server, because servers
//! send tokens back, and none of ours that may be one.
#![allow(
    clippy::match_same_arms,
    reason = "the texts become names of symbols, which clippy does not compare"
)]

use defmt::{Format, Formatter, write};

use super::{Call, Event, Notification, Post, Response, ServerRequest, Streamed, Verb};
use crate::auth::Bearer;
use crate::json::Value;

impl Format for Bearer<'_> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "Bearer({=usize} bytes)", self.token().len());
    }
}

impl Format for Call<'_> {
    fn format(&self, f: Formatter<'_>) {
        let bearer = self.bearer.is_some();
        write!(f, "Call({=str}, bearer: {=bool})", kind(&self.method), bearer);
    }
}

impl Format for Event<'_> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Accepted => write!(f, "Accepted"),
            Self::Closed => write!(f, "Closed"),
            Self::Interrupted => write!(f, "Interrupted"),
            Self::NeedData => write!(f, "NeedData"),
            Self::Notification(notification) => notification.format(f),
            Self::Rejected { status, body } => {
                write!(f, "Rejected({=u16}, {=usize} bytes)", *status, body.len());
            }
            Self::Response(response) => response.format(f),
            Self::ServerRequest(request) => request.format(f),
            Self::Unsolicited { .. } => write!(f, "Unsolicited"),
        }
    }
}

impl Format for Notification<'_> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "Notification({=usize} bytes)", length(self.params));
    }
}

impl Format for Post<'_> {
    fn format(&self, f: Formatter<'_>) {
        let (headers, body) = (self.headers.len(), self.body.len());
        write!(f, "Post({}, {=usize} bytes of headers, {=usize} bytes)", self.verb, headers, body);
    }
}

impl Format for Response<'_> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Error(error) => write!(f, "Error({=i64})", error.code),
            Self::InputRequired(_) => write!(f, "InputRequired"),
            Self::Result(result) => write!(f, "Result({=usize} bytes)", result.raw().len()),
            Self::Task(task) => write!(f, "Task({=usize} bytes)", task.raw().len()),
        }
    }
}

impl Format for ServerRequest<'_> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "ServerRequest({=usize} bytes)", length(self.params));
    }
}

impl Format for Streamed<'_> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Complete => write!(f, "Complete"),
            Self::Dropped => write!(f, "Dropped"),
            Self::Event(event) => event.format(f),
            Self::Failed { code } => write!(f, "Failed({=i64})", *code),
            Self::Part(_) => write!(f, "Part"),
        }
    }
}

impl Format for Verb {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Delete => write!(f, "DELETE"),
            Self::Get => write!(f, "GET"),
            Self::Post => write!(f, "POST"),
        }
    }
}

fn length(params: Option<Value<'_>>) -> usize {
    params.map_or(0, |params| params.raw().len())
}

/// The name of the method, where it is one of ours.
const fn kind<'a>(method: &crate::mcp::Method<'a>) -> &'a str {
    match method {
        crate::mcp::Method::Other { .. } => "(other)",
        method => method.name(),
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::client::Client;
    use crate::json::{StreamEvent, parse};
    use crate::jsonrpc::{ErrorObject, Id};
    use crate::mcp::{ClientInfo, InputRequired, Method, Revision};

    const SECRET: &str = "eyJsecret";

    fn logged(what: &impl Format) -> Vec<u8> {
        let _ = defmt::export::fetch_bytes();
        what.format(defmt::export::make_formatter());
        defmt::export::fetch_bytes()
    }

    fn shows_secret(bytes: &[u8]) -> bool {
        bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes())
    }

    #[test]
    fn a_text_that_is_logged_is_seen() {
        assert!(shows_secret(&logged(&SECRET)));
    }

    #[test]
    fn no_event_logs_what_a_server_says() {
        let value = parse(
            br#"{"resultType":"input_required","requestState":"eyJsecret","inputRequests":{}}"#,
        )
        .unwrap();
        let text = parse(br#""eyJsecret""#).unwrap().as_str().unwrap();
        let id = Id::String(text);
        let error = ErrorObject { code: -32_001, message: text, data: Some(value) };
        let input = InputRequired { requests: None, state: Some(text) };
        let events = [
            Event::Accepted,
            Event::Closed,
            Event::Interrupted,
            Event::NeedData,
            Event::Notification(Notification { method: text, params: Some(value) }),
            Event::Rejected { status: 401, body: SECRET.as_bytes() },
            Event::Response(Response::Error(error)),
            Event::Response(Response::Result(value)),
            Event::Response(Response::Task(value)),
            Event::Response(Response::InputRequired(input)),
            Event::ServerRequest(ServerRequest { id, method: text, params: Some(value) }),
            Event::Unsolicited { id: Some(id) },
        ];
        for event in events {
            let bytes = logged(&event);
            assert!(!bytes.is_empty() && !shows_secret(&bytes), "{event:?}");
            assert!(!logged(&Streamed::Event(event)).is_empty());
        }
        let part = Streamed::Part(StreamEvent::Null);
        for streamed in [Streamed::Complete, Streamed::Dropped, Streamed::Failed { code: 1 }, part]
        {
            assert!(!logged(&streamed).is_empty());
        }
        // Numbers are logged as they are.
        assert!(logged(&events[5]).windows(2).any(|window| window == 401_u16.to_le_bytes()));
    }

    #[test]
    fn no_request_logs_its_bearer_or_arguments() {
        let bearer = Bearer::new(SECRET).unwrap();
        let arguments = Some(parse(br#"{"key":"eyJsecret"}"#).unwrap());
        let info = ClientInfo { name: "test", version: "1" };
        let mut client = Client::with_revisions(info, Revision::LATEST, Revision::LATEST);
        for method in [
            Method::CallTool { name: SECRET, arguments, input_schema: None },
            Method::Other { name: SECRET, params: arguments, mcp_name: None },
        ] {
            let call = Call::new(method).bearer(Some(bearer));
            let bytes = logged(&call);
            assert!(!bytes.is_empty() && !shows_secret(&bytes));
            let mut out = [0; 1024];
            let (post, _) = client.request(&call, &mut out).unwrap();
            let bytes = logged(&post);
            assert!(!bytes.is_empty() && !shows_secret(&bytes));
        }
        assert!(!shows_secret(&logged(&bearer)));
        for verb in [Verb::Delete, Verb::Get] {
            assert!(!logged(&verb).is_empty());
        }
    }
}
