//! Every public writer: the size that it names suffices and one byte fewer does not, and nothing has
//! changed in between.

mod complete;
mod eras;

use mcpico_core::auth::challenge::ErrorCode;
use mcpico_core::auth::{Bearer, BearerChallenge, Challenges, Guard, Reason, Redactor, mask};
use mcpico_core::client::{Answer, Call, Client, Event, Exchange, Post, ServerRequest};
use mcpico_core::http1::{self, RequestError, RequestHead};
use mcpico_core::inbox::Inbox;
use mcpico_core::json::{self, parse};
use mcpico_core::jsonrpc::{Id, Outgoing};
use mcpico_core::jwt::base64url::{self, Base64Error};
use mcpico_core::jwt::{
    Claim, Header, Hs256Key, KeySet, NamedKey, Policy, SignError, UnverifiedToken, VerifyError,
    dangerous, sign, sign_payload, verify,
};
use mcpico_core::mcp::{
    ClientInfo, CompletionReference, HeaderValueError, Method, Revision, decode_header_value,
    encode_header_value,
};
use mcpico_core::writer::{OutputTooSmall, Writer, emit};
use mcpico_core::{Error, Misuse};
use proptest::collection::vec;
use proptest::prelude::*;

const FILL: u8 = 0xa5;

/// `write` gives the bytes that it wrote, or how many it needs.
fn check(what: &str, mut write: impl FnMut(&mut [u8]) -> Result<Vec<u8>, usize>) -> Vec<u8> {
    let needed = match write(&mut []) {
        Err(needed) => needed,
        Ok(written) => {
            assert!(written.is_empty(), "{what}: written to nowhere");
            return written;
        }
    };
    assert!(needed > 0, "{what}");
    for room in [1, needed / 2, needed - 1] {
        let mut out = vec![FILL; room.min(needed - 1)];
        assert_eq!(write(&mut out), Err(needed), "{what}");
        assert!(out.iter().all(|byte| *byte == FILL), "{what}: {room} of {needed} bytes changed");
    }
    let mut out = vec![FILL; needed + 3];
    let written = write(&mut out[..needed]).unwrap_or_else(|more| panic!("{what}: {more}"));
    assert_eq!(written.len(), needed, "{what}");
    assert_eq!(out[needed..], [FILL; 3], "{what}");
    written
}

fn needed<T: AsRef<[u8]>>(result: Result<T, OutputTooSmall>) -> Result<Vec<u8>, usize> {
    result.map(|written| written.as_ref().to_vec()).map_err(|error| error.needed)
}

fn check_emit(what: &str, mut text: impl FnMut(&mut Writer<'_>)) -> Vec<u8> {
    check(what, |out| needed(emit(out, &mut text)))
}

fn check_sign(
    what: &str,
    mut sign: impl FnMut(&mut [u8]) -> Result<Vec<u8>, SignError>,
) -> Vec<u8> {
    check(what, |out| {
        sign(out).map_err(|error| match error {
            SignError::OutputTooSmall(OutputTooSmall { needed }) => needed,
            other => panic!("{what}: {other}"),
        })
    })
}

/// A writer of the client: no try with too little room changes the client, and the one that fits does what
/// it would have done at once.
fn check_client(
    what: &str,
    client: &mut Client,
    write: impl for<'o> Fn(&mut Client, &'o mut [u8]) -> Result<(Post<'o>, Exchange), Error>,
) -> Exchange {
    let before = client.clone();
    let mut exchange = None;
    check(what, |out| match write(client, out) {
        Ok((post, made)) => {
            exchange = Some(made);
            Ok(as_long_as(&post))
        }
        Err(Error::OutputTooSmall { needed }) => {
            assert_eq!(format!("{client:?}"), format!("{before:?}"), "{what}");
            Err(needed)
        }
        Err(other) => panic!("{what}: {other}"),
    });
    let exchange = exchange.unwrap();
    let mut fresh = before;
    let mut out = vec![0; 1 << 16];
    let (_, at_once) = write(&mut fresh, &mut out).unwrap();
    assert_eq!(format!("{client:?}"), format!("{fresh:?}"), "{what}");
    assert_eq!(exchange.id(), at_once.id(), "{what}");
    exchange
}

/// As many bytes as the headers and the body of `post` take.
fn as_long_as(post: &Post<'_>) -> Vec<u8> {
    let headers = post.headers().map(|(name, value)| name.len() + value.len() + 4);
    vec![0; post.body().len() + headers.sum::<usize>()]
}

/// Lets `exchange` read an answer.
fn settle(client: &mut Client, exchange: &mut Exchange, status: u16, body: &str) {
    let mut storage = vec![0; 512];
    let mut inbox = Inbox::new(&mut storage);
    inbox.spare()[..body.len()].copy_from_slice(body.as_bytes());
    inbox.commit(body.len());
    inbox.close();
    exchange.on_status(status);
    exchange.on_header(client, "Content-Type", b"application/json").unwrap();
    exchange.on_header(client, "Mcp-Session-Id", b"session-1").unwrap();
    assert_ne!(exchange.next_event(&mut inbox), Ok(Event::NeedData));
    client.settle(exchange).unwrap();
}

fn token() -> impl Strategy<Value = String> {
    "[A-Za-z0-9._~+/-]{1,40}={0,2}"
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tokens(texts in vec(any::<String>(), 3), number: i64, bytes: Vec<u8>) {
        let [text, kid, name] = &texts[..] else { unreachable!() };
        let key = Hs256Key::new(&[7; 32]).unwrap();
        let header = Header { kid: Some(kid), ..Header::default() };
        let audiences = [&**text, &**kid];
        let own = format!("x{name}");
        let claims = [
            Claim::iss(text), Claim::aud(&audiences), Claim::exp(number.max(0)),
            Claim::string(&own, text),
        ];
        check_sign("sign", |out| {
            sign(&key, &header, &claims, out).map(|token| token.as_bytes().to_vec())
        });
        let payload = serde_json::json!({"exp": 1, "x": text}).to_string();
        check_sign("sign_payload", |out| {
            sign_payload(&key, &header, payload.as_bytes(), out).map(|token| token.as_bytes().to_vec())
        });
        check_sign("sign_raw", |out| {
            dangerous::sign_raw(&key, text.as_bytes(), &bytes, out)
                .map(|token| token.as_bytes().to_vec())
        });
        let encoded =
            check("base64url::encode", |out| needed(base64url::encode(&bytes, out)));
        let decoded = check("base64url::decode", |out| {
            match base64url::decode(&encoded, out) {
                Ok(decoded) => Ok(decoded.to_vec()),
                Err(Base64Error::Output(OutputTooSmall { needed })) => Err(needed),
                Err(other) => panic!("{other}"),
            }
        });
        prop_assert_eq!(decoded, bytes);
    }

    #[test]
    fn requests_of_both_eras(
        texts in vec(any::<String>(), 3), number in -1000..1000_i64, bearer in token(), progress: bool,
    ) {
        let [name, value, cursor] = &texts[..] else { unreachable!() };
        let arguments = serde_json::json!({"n": number, "t": value}).to_string();
        let arguments = parse(arguments.as_bytes()).unwrap();
        let schema = parse(br#"{"properties":{"n":{"type":"integer","x-mcp-header":"N"},
            "t":{"type":"string","x-mcp-header":"T"}}}"#).unwrap();
        let bearer = Some(Bearer::new(&bearer).unwrap());
        let info = ClientInfo { name: "a\"b", version: "1" };
        let mut modern = Client::with_revisions(info, Revision::LATEST, Revision::LATEST);
        let mut legacy =
            Client::with_revisions(info, Revision::V2024_11_05, Revision::V2025_11_25);
        let connect = |client: &mut Client, what: &str| {
            check_client(what, client, |client, out| {
                client.connect(bearer, out).map(|message| message.unwrap())
            })
        };
        let mut unknown = Client::new(info);
        connect(&mut unknown, "server/discover");
        let mut exchange = connect(&mut legacy, "initialize");
        let accepted = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\"2025-11-25\"}}";
        settle(&mut legacy, &mut exchange, 200, accepted);
        prop_assert!(legacy.has_session());
        let mut exchange = connect(&mut legacy, "notifications/initialized");
        settle(&mut legacy, &mut exchange, 202, "");
        for client in [&mut modern, &mut legacy] {
            for method in [
                Method::CallTool { name, arguments: Some(arguments), input_schema: Some(schema) },
                Method::GetPrompt { name, arguments: Some(arguments) },
                Method::ReadResource { uri: name },
                Method::ListTools { cursor: Some(cursor) },
                Method::ListResourceTemplates { cursor: None },
                Method::Complete {
                    reference: CompletionReference::Prompt(name), argument: name, value, arguments: None,
                },
                Method::Ping,
                Method::Other { name: "x/y", params: Some(arguments), mcp_name: Some(name) },
            ] {
                let mut call = Call::new(method).bearer(bearer);
                if progress {
                    call = call.progress();
                }
                check_client(method.name(), client, |client, out| client.request(&call, out));
            }
        }
        let text = |text| parse(text).unwrap().as_str().unwrap();
        let ping =
            ServerRequest { id: Id::String(text(b"\"i\\n\"")), method: text(b"\"ping\""), params: None };
        for answer in
            [Answer::Result(arguments), Answer::Error { code: -1, message: value }]
        {
            check_client("answer", &mut legacy, |client, out| {
                client.answer(&ping, answer, bearer, out)
            });
        }
        check("ServerRequest::without_params", |out| {
            let copied = ping.without_params(out).map_err(|error| error.needed)?;
            assert_eq!(copied, ping);
            Ok([copied.method.raw(), b"i\\n"].concat())
        });
        check_client("end", &mut legacy, |client, out| {
            client.end(bearer, out).map(|message| message.unwrap())
        });
        prop_assert!(!legacy.has_session());
        prop_assert_eq!(
            legacy.request(&Call::new(Method::Ping), &mut []).unwrap_err(),
            Error::Misuse(Misuse::NotReady)
        );
    }

    /// Whoever decodes a token into lent room, names the size alike.
    #[test]
    fn scratch(sub in "[ -~é]{0,40}") {
        let key = Hs256Key::new(&[7; 32]).unwrap();
        let mut out = vec![0; 1024];
        let claims = [Claim::sub(&sub), Claim::exp(1)];
        let token = sign(&key, &Header::default(), &claims, &mut out).unwrap().as_bytes();
        let policy = Policy::new();
        let judged = |verdict: Result<(), VerifyError>, room: usize| match verdict {
            Ok(()) => Ok(vec![0; room]),
            Err(VerifyError::ScratchTooSmall { needed }) => Err(needed),
            Err(other) => panic!("{other}"),
        };
        let needed = check("verify", |room| {
            judged(verify(&key, token, &policy, 0, room).map(|_| ()), room.len())
        });
        let keys = [NamedKey { kid: None, key: &key }];
        let by_set = check("KeySet::verify", |room| {
            judged(KeySet::new(&keys).verify(token, &policy, 0, room).map(|_| ()), room.len())
        });
        let unverified = check("UnverifiedToken::parse", |room| {
            judged(UnverifiedToken::parse(token, room).map(|_| ()), room.len())
        });
        let guard = Guard::new(&key, &policy);
        let header = [b"Bearer ", token].concat();
        let denied = |reason| match reason {
            Reason::Token(error) => error,
            other => panic!("{other}"),
        };
        let by_guard = check("Guard::check", |room| {
            let verdict = guard.check(Some(&header), 0, room).map(|_| ());
            judged(verdict.map_err(|denial| denied(denial.reason())), room.len())
        });
        let by_all = check("Guard::check_all", |room| {
            let verdict = guard.check_all([&header[..]], 0, room).map(|_| ());
            judged(verdict.map_err(|denial| denied(denial.reason())), room.len())
        });
        for other in [by_set, unverified, by_guard, by_all] {
            prop_assert_eq!(other.len(), needed.len());
        }
    }

    #[test]
    fn request_heads(
        target in "/[a-z0-9?=&%]{0,20}", value in "([!-~][ -~]{0,20}[!-~])?", length: Option<u64>,
    ) {
        let head = RequestHead { method: http1::Method::Post, target: &target, host: "h.example:8" };
        check("RequestHead::write", |out| {
            match head.write([("X-A", &*value), ("Accept", "*/*")], length, out) {
                Ok(written) => Ok(written.to_vec()),
                Err(RequestError::OutputTooSmall(OutputTooSmall { needed })) => Err(needed),
                Err(other) => panic!("{other}"),
            }
        });
    }

    #[test]
    fn challenges_and_bodies(realm in "[ -~]{0,20}", scope in "[a-z]{1,5}( [a-z]{1,5}){0,3}", token in token()) {
        let challenge = BearerChallenge::new()
            .realm(&realm).unwrap()
            .error(ErrorCode::InsufficientScope)
            .scope(&scope).unwrap()
            .resource_metadata("https://a.example/m").unwrap();
        let line = check_emit("BearerChallenge::write", |w| challenge.write(w));
        let read = Challenges::parse(&line).unwrap().next().unwrap();
        let value = read.param("realm").unwrap();
        let copied = check("ParamValue::copy_to", |out| needed(value.copy_to(out)));
        prop_assert_eq!(copied, realm.as_bytes());

        let key = Hs256Key::new(&[7; 32]).unwrap();
        let policy = Policy::new();
        let guard = Guard::new(&key, &policy).realm(&realm).unwrap().scope(&scope).unwrap();
        let bearer = Bearer::new(&token).unwrap();
        let value = check_emit("Bearer::write", |w| bearer.write(w));
        for header in [None, Some(&value[..])] {
            let denial = guard.check(header, 0, &mut [0; 64]).unwrap_err();
            check_emit("Denial::write_challenge", |w| denial.write_challenge(w));
            let body = check_emit("Denial::write_body", |w| denial.write_body(w));
            prop_assert!(parse(&body).is_ok());
        }
        check_emit("Masked::write", |w| mask(token.as_bytes()).write(w));
        let secrets = [token.as_bytes()];
        let text = format!("{realm}{token}{realm}");
        check_emit("Redactor::redact", |w| Redactor::new(&secrets).redact(text.as_bytes(), w));
    }

    #[test]
    fn json_and_header_values(text: String, number: i64) {
        let quoted = check_emit("json::write_string", |w| json::write_string(w, &text));
        let string = parse(&quoted).unwrap().as_str().unwrap();
        let copied = check("Str::copy_to", |out| needed(string.copy_to(out)));
        prop_assert_eq!(copied, text.as_bytes());
        let message = Outgoing::Request { id: Id::Number(number), method: &text };
        check_emit("Outgoing::write", |w| message.write(w, |params| params.str("a", &text)));

        let value = check_emit("encode_header_value", |w| encode_header_value(w, text.chars()));
        let value = std::str::from_utf8(&value).unwrap();
        prop_assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
        let decoded = check("decode_header_value", |out| {
            match decode_header_value(value, out) {
                Ok(decoded) => Ok(decoded.as_bytes().to_vec()),
                Err(HeaderValueError::TooSmall { needed }) => Err(needed),
                Err(other) => panic!("{other}"),
            }
        });
        prop_assert_eq!(decoded, text.as_bytes());
    }
}
