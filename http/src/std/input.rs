//! What a session answers when the server asks for something.

use std::sync::Arc;

use mcpico_core::json::{self, Object, Str, Value};
use mcpico_core::mcp::{
    Capabilities, InputRequest, InputRequired, elicitation_defaults, elicitation_form,
};
use mcpico_core::writer::{Writer, emit};

use super::outcome::{Outcome, SessionError};
use crate::Error;

/// Times that a request is sent again because the server needs more input.
pub const MAX_ROUNDS: usize = 8;

/// Answers what a server asks for: the result as a JSON object, or `None` to refuse.
///
/// It is asked only for what the capabilities of the options declare.
pub type AnswerInput = Arc<dyn Fn(&InputRequest<'_>) -> Option<String> + Send + Sync>;

/// What the server needs before it can answer; the texts are JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// An object of requests by key.
    pub requests: Option<String>,
    /// A string with its quotes and escapes, not to be read but to be sent back.
    pub state: Option<String>,
}

/// What a request is sent again with; the texts are JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// An object with an answer under each key of [`Input::requests`].
    pub responses: Option<String>,
    /// [`Input::state`] as it came.
    pub state: Option<String>,
}

const NO_INPUT: SessionError =
    SessionError::Transport(Error::Client(mcpico_core::Error::Misuse(mcpico_core::Misuse::Input)));

impl Answers {
    /// What a request is sent with: the responses and the state.
    pub(super) fn parsed(&self) -> Result<(Option<Value<'_>>, Option<Str<'_>>), SessionError> {
        fn value(text: &str) -> Result<Value<'_>, SessionError> {
            json::parse(text.as_bytes()).map_err(|_| NO_INPUT)
        }
        let responses = self.responses.as_deref().map(value).transpose()?;
        let state = self.state.as_deref().map(value).transpose()?;
        let state = state.map(|state| state.as_str().ok_or(NO_INPUT)).transpose()?;
        Ok((responses, state))
    }
}

/// Accepts a form with the defaults that it names, cancels other elicitations and refuses the rest.
///
/// [SEP-1034](https://modelcontextprotocol.io/specification/2026-07-28/client/elicitation#requested-schema)
pub fn form_defaults(request: &InputRequest<'_>) -> Option<String> {
    if request.method != *"elicitation/create" {
        return None;
    }
    let cancel = || r#"{"action":"cancel"}"#.to_owned();
    let Ok(schema) = elicitation_form(request.params) else { return Some(cancel()) };
    if elicitation_defaults(schema, &mut Writer::measure()).is_err() {
        return Some(cancel());
    }
    written(|w| {
        let mut result = Object::begin(w);
        result.str("action", "accept");
        // What can fail has been tried above.
        let _ = elicitation_defaults(schema, result.key("content"));
        result.end();
    })
}

/// The answer to a request of the server, an object; `None` when it is refused.
pub(super) fn respond(
    answer: &AnswerInput,
    capabilities: Capabilities,
    request: &InputRequest<'_>,
) -> Option<String> {
    let text = capabilities.allows(request).then(|| answer(request))??;
    json::parse(text.as_bytes()).is_ok_and(|result| result.is_object()).then_some(text)
}

/// What a request is sent again with whose outcome is that; `None` when it is the last word.
pub(super) fn next_round(
    answer: &AnswerInput,
    capabilities: Capabilities,
    outcome: &Outcome,
    rounds: &mut usize,
) -> Option<Answers> {
    let Outcome::InputRequired(input) = outcome else { return None };
    *rounds += 1;
    if *rounds > MAX_ROUNDS {
        return None;
    }
    respond_to_all(answer, capabilities, input)
}

/// The answers to everything that is asked for; `None` when one is refused.
fn respond_to_all(
    answer: &AnswerInput,
    capabilities: Capabilities,
    input: &Input,
) -> Option<Answers> {
    let state = input.state.clone();
    let Some(requests) = &input.requests else { return Some(Answers { responses: None, state }) };
    let requests = json::parse(requests.as_bytes()).ok()?;
    let required = InputRequired { requests: Some(requests), state: None };
    let mut answers = Vec::new();
    for (key, request) in required.entries() {
        answers.push((key, respond(answer, capabilities, &request)?));
    }
    Some(Answers { responses: object(&answers), state })
}

/// The object of the answers under their keys.
pub(super) fn object(answers: &[(Str<'_>, String)]) -> Option<String> {
    written(|w| {
        let mut responses = Object::begin(w);
        for (key, text) in answers {
            if let Ok(result) = json::parse(text.as_bytes()) {
                responses.entry(*key, result);
            }
        }
        responses.end();
    })
}

/// Measures, makes room and writes.
fn written(text: impl Fn(&mut Writer<'_>)) -> Option<String> {
    let mut measure = Writer::measure();
    text(&mut measure);
    let mut out = vec![0; measure.len()];
    emit(&mut out, text).ok()?;
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mcpico_core::mcp::Elicitation;

    const FORMS: Capabilities =
        Capabilities { elicitation: Elicitation { form: true, url: false }, ..Capabilities::NONE };

    fn input(requests: &str) -> Input {
        Input { requests: Some(requests.into()), state: Some(r#""s\/""#.into()) }
    }

    #[test]
    fn every_key_is_answered_or_none() {
        let answer: AnswerInput = Arc::new(form_defaults);
        let form = r#"{"method":"elicitation/create","params":{"requestedSchema":{"properties":
            {"a":{"type":"integer","default":3}}}}}"#;
        let requests = format!("{{\"x\":{form},\"\\u0079\":{form}}}");
        let answers = respond_to_all(&answer, FORMS, &input(&requests)).unwrap();
        let accept = r#"{"action":"accept","content":{"a":3}}"#;
        assert_eq!(answers.responses.unwrap(), format!("{{\"x\":{accept},\"\\u0079\":{accept}}}"));
        assert_eq!(answers.state.unwrap(), r#""s\/""#);
        assert_eq!(respond_to_all(&answer, Capabilities::NONE, &input(&requests)), None);
        let roots = format!("{{\"x\":{form},\"r\":{{\"method\":\"roots/list\"}}}}");
        assert_eq!(respond_to_all(&answer, FORMS, &input(&roots)), None);
        let state_only = Input { requests: None, state: None };
        assert_eq!(respond_to_all(&answer, FORMS, &state_only), Some(Answers::default()));
    }

    #[test]
    fn what_the_defaults_do_not_fill_is_cancelled() {
        let answer = |text: &str| {
            form_defaults(&InputRequest::from_value(json::parse(text.as_bytes()).unwrap()).unwrap())
        };
        let required = r#"{"method":"elicitation/create","params":{"requestedSchema":{"properties":
            {"a":{"type":"string"}},"required":["a"]}}}"#;
        assert_eq!(answer(required).unwrap(), r#"{"action":"cancel"}"#);
        let url =
            r#"{"method":"elicitation/create","params":{"mode":"url","url":"https://a.example"}}"#;
        assert_eq!(answer(url).unwrap(), r#"{"action":"cancel"}"#);
        assert_eq!(answer(r#"{"method":"sampling/createMessage"}"#), None);
    }

    #[test]
    fn an_answer_that_is_no_object_is_a_refusal() {
        let request =
            InputRequest::from_value(json::parse(br#"{"method":"elicitation/create"}"#).unwrap())
                .unwrap();
        for (text, taken) in [("{}", true), ("[]", false), ("{", false), ("{} {}", false)] {
            let answer: AnswerInput = Arc::new(move |_| Some(text.to_owned()));
            assert_eq!(respond(&answer, FORMS, &request).is_some(), taken, "{text}");
        }
    }
}
