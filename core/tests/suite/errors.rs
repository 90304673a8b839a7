//! Every error as its reader meets it: one lower-case clause that names the place, the size and the word
//! of the standard, unlike the clauses of its siblings.

use std::collections::BTreeSet;
use std::error::Error;

use mcpico_core::auth::BearerError;
use mcpico_core::auth::challenge::{ChallengeError, ChallengeErrorKind, FieldError, MAX_PARAMS};
use mcpico_core::client::MessageEndpointError;
use mcpico_core::framing::FrameTooLarge;
use mcpico_core::http1::{HttpError, InvalidHeaderValue, RequestError};
use mcpico_core::json::{
    DuplicateName, InvalidPointer, JsonError, JsonErrorKind, MAX_NAMES, NameError, Pointer,
};
use mcpico_core::jsonrpc::MessageError;
use mcpico_core::jwt::base64url::Base64Error;
use mcpico_core::jwt::{
    ClaimError, ClaimFault, ClaimName, ErrorClass, Hs256Key, KeyError, MAX_CLAIMS, MAX_HEADER_LEN,
    MacUnavailable, ObjectError, Part, SignError, VerifyError,
};
use mcpico_core::mcp::{
    ElicitationError, HeaderValueError, MAX_BAGGAGE, MAX_PARAM_HEADERS, MAX_TRACE_STATE,
    ParamHeaderError, ResultError, TraceError,
};
use mcpico_core::{Misuse, OutputTooSmall, PeerError};

/// Numbers that no message has by itself.
const AT: usize = 4711;
const NEEDED: OutputTooSmall = OutputTooSmall { needed: 4712 };

/// Holds the errors of one type to the rules; each comes with what its text has to name.
fn hold<E: Error + Copy + PartialEq>(errors: &[(E, &[&str])]) {
    let mut texts = BTreeSet::new();
    for (error, parts) in errors {
        let text = error.to_string();
        assert!(text.len() > 10 && text.len() < 160, "{error:?}: {text}");
        assert!(text.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{error:?}: {text}");
        let first = text.chars().next().unwrap();
        assert!(first.is_lowercase(), "{error:?}: {text}");
        assert!(!text.ends_with(['.', ' ', ':']), "{error:?}: {text}");
        for part in *parts {
            assert!(text.contains(part), "{error:?}: {text} does not name {part}");
        }
        assert!(texts.insert(text), "{error:?} reads like another");
    }
    println!("{} errors", errors.len());
}

fn json(kind: JsonErrorKind) -> JsonError {
    JsonError { kind, at: AT }
}

#[test]
fn errors_of_bearers_and_challenges() {
    hold::<BearerError>(&[
        (BearerError::OtherScheme, &["bearer scheme"]),
        (BearerError::MissingToken, &["token"]),
        (BearerError::IllegalByte { at: AT }, &["byte 4711"]),
    ]);
    let max_params = MAX_PARAMS.to_string();
    let kinds: [(_, &[&str]); 7] = [
        (ChallengeErrorKind::Scheme, &["scheme", "4711"]),
        (ChallengeErrorKind::Separator, &["comma", "4711"]),
        (ChallengeErrorKind::Value, &["value", "4711"]),
        (ChallengeErrorKind::OpenQuote, &["quoted", "end", "4711"]),
        (ChallengeErrorKind::ControlByte, &["control", "4711"]),
        (ChallengeErrorKind::DuplicateParam, &["twice", "4711"]),
        (ChallengeErrorKind::TooManyParams, &["parameters", &max_params, "4711"]),
    ];
    hold(&kinds.map(|(kind, parts)| (ChallengeError { kind, at: AT }, parts)));
    hold::<FieldError>(&[
        (FieldError::Empty, &["empty"]),
        (FieldError::IllegalByte { at: AT }, &["byte 4711"]),
    ]);
}

#[test]
fn errors_of_http() {
    let at = AT as u64;
    let errors: [(_, &[&str]); 26] = [
        (HttpError::NotHttp1, &["HTTP/1"]),
        (HttpError::Version, &["HTTP/1.0", "HTTP/1.1"]),
        (HttpError::StatusLine, &["status line"]),
        (HttpError::Status { status: 600 }, &["600", "100", "599"]),
        (HttpError::SwitchingProtocols, &["protocols"]),
        (HttpError::BareLineFeed { at: AT }, &["line feed", "4711"]),
        (HttpError::HeaderName { at: AT }, &["name", "4711"]),
        (HttpError::HeaderValue { at: AT }, &["value", "4711"]),
        (HttpError::HeadTooLong { limit: AT }, &["4711 bytes"]),
        (HttpError::TooManyHeaders { limit: AT }, &["4711 headers"]),
        (HttpError::TooManyInformational { limit: 47 }, &["47 informational"]),
        (HttpError::RepeatedHeader { name: "X-Name" }, &["X-Name", "more than once"]),
        (HttpError::ContentLength, &["content length"]),
        (HttpError::LengthTooLarge { limit: at }, &["4711 bytes"]),
        (HttpError::TransferEncoding, &["transfer encoding", "chunked"]),
        (HttpError::LengthAndTransferEncoding, &["content length", "transfer encoding"]),
        (HttpError::ContentEncoding, &["coding"]),
        (HttpError::ContentType, &["content type"]),
        (HttpError::ChunkSize { at }, &["chunk size", "4711"]),
        (HttpError::ChunkExtension { at }, &["chunk extension", "4711"]),
        (HttpError::ChunkLineEnd { at }, &["line feed", "4711"]),
        (HttpError::ChunkEnd { at }, &["chunk", "4711"]),
        (HttpError::Trailer { at }, &["trailer", "4711"]),
        (HttpError::ChunkLineTooLong { limit: 1024 }, &["1024 bytes"]),
        (HttpError::TrailersTooLong { limit: 8192 }, &["8192 bytes"]),
        (HttpError::Truncated, &["closed"]),
    ];
    hold(&errors);
    for (error, _) in errors {
        assert_eq!(error.is_limit(), format!("{error:?}").contains("limit:"), "{error:?}");
    }

    hold::<RequestError>(&[
        (RequestError::Target { at: AT }, &["target", "4711"]),
        (RequestError::Host { at: AT }, &["host", "4711"]),
        (RequestError::HeaderName { index: 53, at: AT }, &["name", "53", "4711"]),
        (RequestError::HeaderValue { index: 53, at: AT }, &["value", "53", "4711"]),
        (RequestError::ReservedHeader { index: 53 }, &["53"]),
        (RequestError::OutputTooSmall(NEEDED), &["4712 bytes"]),
    ]);
    hold::<InvalidHeaderValue>(&[(InvalidHeaderValue { at: AT }, &["4711"])]);
}

#[test]
fn errors_of_json_and_json_rpc() {
    let kinds: [(_, &[&str]); 10] = [
        (JsonErrorKind::ControlInString, &["control character", "4711"]),
        (JsonErrorKind::DepthExceeded, &["64", "4711"]),
        (JsonErrorKind::InvalidEscape, &["escape", "4711"]),
        (JsonErrorKind::InvalidLiteral, &["true, false", "null", "4711"]),
        (JsonErrorKind::InvalidNumber, &["number", "4711"]),
        (JsonErrorKind::InvalidUtf8, &["UTF-8", "4711"]),
        (JsonErrorKind::LoneSurrogate, &["surrogate", "4711"]),
        (JsonErrorKind::TrailingBytes, &["follows", "4711"]),
        (JsonErrorKind::UnexpectedByte, &["4711"]),
        (JsonErrorKind::UnexpectedEnd, &["incomplete", "4711"]),
    ];
    hold(&kinds.map(|(kind, parts)| (json(kind), parts)));
    let pointer = Pointer::new("x").unwrap_err();
    hold::<InvalidPointer>(&[(pointer, &["pointer", "slash"])]);
    hold::<DuplicateName>(&[(DuplicateName, &["same name"])]);
    let names = MAX_NAMES.to_string();
    hold::<NameError>(&[
        (NameError::Duplicate, &["same name"]),
        (NameError::TooMany, &["members", &names]),
    ]);
    hold::<MessageError>(&[
        (MessageError::Batch, &["array"]),
        (MessageError::Duplicate, &["twice"]),
        (MessageError::ErrorObject, &["error", "code", "message"]),
        (MessageError::Id, &["id"]),
        (MessageError::Json(json(JsonErrorKind::InvalidUtf8)), &["UTF-8", "4711"]),
        (MessageError::Method, &["method"]),
        (MessageError::NotAnObject, &["object"]),
        (MessageError::Params, &["params", "object", "array"]),
        (MessageError::Shape, &["method", "result", "error"]),
        (MessageError::TooManyParams, &["members", &names]),
        (MessageError::Version, &["2.0"]),
    ]);
}

#[test]
fn errors_of_tokens_and_their_classes() {
    let header_len = MAX_HEADER_LEN.to_string();
    let claim = ClaimError { claim: ClaimName::Exp, fault: ClaimFault::OutOfRange };
    let wrong_type = ClaimError { claim: ClaimName::Sub, fault: ClaimFault::WrongType };
    let depth = ObjectError::Json(json(JsonErrorKind::DepthExceeded));
    let errors: [(_, &[&str], _); 36] = [
        (VerifyError::TokenTooLong { len: AT, max: 53 }, &["4711", "53"], ErrorClass::Limit),
        (VerifyError::ScratchTooSmall { needed: AT }, &["4711 bytes"], ErrorClass::Scratch),
        (VerifyError::NotThreeParts, &["three parts"], ErrorClass::Malformed),
        (
            VerifyError::Base64 { part: Part::Header, error: Base64Error::Length },
            &["header"],
            ErrorClass::Base64,
        ),
        (
            VerifyError::Base64 { part: Part::Claims, error: Base64Error::TrailingBits },
            &["claims"],
            ErrorClass::Base64,
        ),
        (
            VerifyError::Base64 { part: Part::Signature, error: Base64Error::Symbol { at: AT } },
            &["signature", "4711"],
            ErrorClass::Base64,
        ),
        (
            VerifyError::HeaderTooLong { len: AT },
            &["header", "4711", &header_len],
            ErrorClass::Limit,
        ),
        (VerifyError::Header(ObjectError::NotAnObject), &["header"], ErrorClass::HeaderJson),
        (VerifyError::Header(ObjectError::DuplicateName), &["header"], ErrorClass::Duplicate),
        (
            VerifyError::Header(ObjectError::TooManyMembers { max: 53 }),
            &["header", "53"],
            ErrorClass::Limit,
        ),
        (VerifyError::Header(depth), &["header", "64", "4711"], ErrorClass::Limit),
        (VerifyError::Alg, &["alg", "HS256"], ErrorClass::Alg),
        (VerifyError::Crit, &["crit"], ErrorClass::Crit),
        (VerifyError::B64, &["b64"], ErrorClass::Crit),
        (VerifyError::TypNotString, &["typ", "string"], ErrorClass::HeaderType),
        (VerifyError::KidNotString, &["kid", "string"], ErrorClass::HeaderType),
        (VerifyError::Typ, &["typ"], ErrorClass::Typ),
        (VerifyError::UnknownKey, &["kid"], ErrorClass::Key),
        (VerifyError::Signature, &["signature"], ErrorClass::Signature),
        (VerifyError::MacUnavailable, &["MAC"], ErrorClass::MacUnavailable),
        (VerifyError::Claims(ObjectError::NotAnObject), &["claims"], ErrorClass::ClaimsJson),
        (
            VerifyError::Claims(ObjectError::Json(json(JsonErrorKind::InvalidUtf8))),
            &["claims", "UTF-8", "4711"],
            ErrorClass::ClaimsJson,
        ),
        (VerifyError::Claims(depth), &["claims", "64"], ErrorClass::Limit),
        (VerifyError::Claim(wrong_type), &["sub"], ErrorClass::ClaimType),
        (VerifyError::Claim(claim), &["exp"], ErrorClass::ClaimRange),
        (VerifyError::Missing(ClaimName::Jti), &["jti", "missing"], ErrorClass::Missing),
        (VerifyError::MissingRequired { index: 53 }, &["53", "missing"], ErrorClass::Missing),
        (VerifyError::NotAllowed { index: 53 }, &["53", "not allowed"], ErrorClass::NotAllowed),
        (VerifyError::Expired, &["expired"], ErrorClass::Expired),
        (VerifyError::NotYetValid, &["not valid yet"], ErrorClass::NotYetValid),
        (VerifyError::IssuedInFuture, &["issued"], ErrorClass::IssuedInFuture),
        (VerifyError::NeverValid, &["expires before"], ErrorClass::Lifetime),
        (VerifyError::LifetimeTooLong { max: 53 }, &["53 seconds"], ErrorClass::Lifetime),
        (VerifyError::Issuer, &["iss"], ErrorClass::Issuer),
        (VerifyError::Audience, &["aud"], ErrorClass::Audience),
        (VerifyError::Subject, &["sub"], ErrorClass::Subject),
    ];
    hold(&errors.map(|(error, parts, _)| (error, parts)));
    for (error, _, class) in errors {
        assert_eq!(error.class(), class, "{error:?}");
    }
    assert_eq!(VerifyError::UnexpectedAudience.class(), ErrorClass::Audience);
    assert!(VerifyError::UnexpectedAudience.to_string().contains("none is expected"));
    for class in ErrorClass::ALL {
        assert_eq!(class.to_string(), class.code());
    }
}

#[test]
fn errors_of_claims_keys_and_signing() {
    let names = [
        (ClaimName::Exp, "exp"),
        (ClaimName::Nbf, "nbf"),
        (ClaimName::Iat, "iat"),
        (ClaimName::Iss, "iss"),
        (ClaimName::Sub, "sub"),
        (ClaimName::Jti, "jti"),
        (ClaimName::Aud, "aud"),
        (ClaimName::Other, "other"),
    ];
    for (claim, name) in names {
        hold::<ClaimError>(&[
            (ClaimError { claim, fault: ClaimFault::WrongType }, &[name, "wrong type"]),
            (ClaimError { claim, fault: ClaimFault::OutOfRange }, &[name, "out of range"]),
        ]);
    }
    hold::<Base64Error>(&[
        (Base64Error::Length, &["length"]),
        (Base64Error::Symbol { at: AT }, &["4711"]),
        (Base64Error::TrailingBits, &["bits", "zero"]),
        (Base64Error::Output(NEEDED), &["4712 bytes"]),
    ]);
    hold::<ObjectError>(&[
        (ObjectError::Json(json(JsonErrorKind::InvalidUtf8)), &["UTF-8", "4711"]),
        (ObjectError::NotAnObject, &["object"]),
        (ObjectError::TooManyMembers { max: 53 }, &["53 members"]),
        (ObjectError::DuplicateName, &["same name"]),
    ]);
    let secret = Hs256Key::MIN_SECRET.to_string();
    hold::<KeyError>(&[
        (KeyError::Empty, &["empty"]),
        (KeyError::TooShort, &["bytes", &secret]),
        (KeyError::Pem, &["PEM"]),
    ]);
    hold::<MacUnavailable>(&[(MacUnavailable, &["MAC"])]);
    let claim = ClaimError { claim: ClaimName::Exp, fault: ClaimFault::OutOfRange };
    hold::<SignError>(&[
        (SignError::OutputTooSmall(NEEDED), &["4712 bytes"]),
        (SignError::HeaderTooLong { len: AT }, &["4711", &MAX_HEADER_LEN.to_string()]),
        (SignError::TooManyClaims, &["claims", &MAX_CLAIMS.to_string()]),
        (SignError::DuplicateClaim { index: 53 }, &["53", "name"]),
        (SignError::Claim(claim), &["exp"]),
        (SignError::TooDeep { index: 53 }, &["53", "deep"]),
        (SignError::Payload(ObjectError::DuplicateName), &["claims", "same name"]),
        (SignError::MacUnavailable, &["MAC"]),
    ]);
}

#[test]
fn errors_of_mcp() {
    hold::<ElicitationError>(&[
        (ElicitationError::Default, &["default"]),
        (ElicitationError::Duplicate, &["twice"]),
        (ElicitationError::Mode, &["form"]),
        (ElicitationError::Required, &["required"]),
        (ElicitationError::Schema, &["schema"]),
    ]);
    hold::<HeaderValueError>(&[
        (HeaderValueError::Base64, &["Base64"]),
        (NEEDED.into(), &["4712 bytes"]),
        (HeaderValueError::Utf8, &["UTF-8"]),
    ]);
    hold::<ParamHeaderError>(&[
        (ParamHeaderError::Argument, &["argument"]),
        (ParamHeaderError::Duplicate, &["x-mcp-header", "twice"]),
        (ParamHeaderError::Name, &["x-mcp-header", "token"]),
        (ParamHeaderError::OutOfReach, &["x-mcp-header", "properties"]),
        (ParamHeaderError::TooDeep, &["properties", "8 levels"]),
        (ParamHeaderError::TooMany, &["x-mcp-header", &MAX_PARAM_HEADERS.to_string()]),
        (ParamHeaderError::Type, &["x-mcp-header", "string, integer or boolean"]),
    ]);
    hold::<TraceError>(&[
        (TraceError::Baggage, &["baggage", &MAX_BAGGAGE.to_string()]),
        (TraceError::Parent, &["traceparent", "00-"]),
        (TraceError::State, &["tracestate", &MAX_TRACE_STATE.to_string()]),
    ]);
    hold::<ResultError>(&[
        (ResultError::Duplicate("tools"), &["tools", "twice"]),
        (ResultError::Missing("tools"), &["tools", "missing"]),
        (ResultError::NotAnObject, &["object"]),
        (ResultError::UnknownResultType, &["resultType"]),
        (ResultError::WrongType("tools"), &["tools", "wrong type"]),
    ]);
}

fn endpoint(error: MessageEndpointError) -> mcpico_core::Error {
    PeerError::MessageEndpoint(error).into()
}

#[test]
fn errors_of_the_client_say_whose_fault_it_is() {
    let errors: [(mcpico_core::Error, &[&str]); 22] = [
        (FrameTooLarge { limit: AT, needed: 5822 }.into(), &["4711 bytes", "5822 bytes"]),
        (NEEDED.into(), &["4712 bytes"]),
        (Misuse::Arguments.into(), &["arguments", "object"]),
        (Misuse::Input.into(), &["input"]),
        (Misuse::Method.into(), &["method", "ASCII"]),
        (Misuse::NotReady.into(), &["revision"]),
        (ParamHeaderError::Name.into(), &["x-mcp-header"]),
        (PeerError::BatchTooLarge { limit: AT }.into(), &["4711 messages"]),
        (
            PeerError::ContentType { status: 201 }.into(),
            &["201", "application/json", "text/event-stream"],
        ),
        (HttpError::HeadTooLong { limit: 4713 }.into(), &["4713 bytes"]),
        (PeerError::Message(MessageError::Version).into(), &["JSON-RPC", "2.0"]),
        (endpoint(MessageEndpointError::Character { at: AT }), &["endpoint", "4711"]),
        (endpoint(MessageEndpointError::Missing), &["begin", "endpoint"]),
        (endpoint(MessageEndpointError::Origin), &["another origin"]),
        (endpoint(MessageEndpointError::Repeated), &["endpoint", "once more"]),
        (endpoint(MessageEndpointError::TooLong { limit: AT }), &["endpoint", "4711 bytes"]),
        (endpoint(MessageEndpointError::UserInfo), &["password"]),
        (PeerError::NoCommonRevision.into(), &["revision"]),
        (PeerError::NoResponse.into(), &["no response"]),
        (PeerError::Negotiation { limit: 47 }.into(), &["47 exchanges"]),
        (ResultError::Missing("tools").into(), &["tools"]),
        (PeerError::SessionId { limit: AT }.into(), &["session id", "4711"]),
    ];
    hold(&errors);
    for (error, _) in errors {
        // What is inside reads the same on its own.
        match error {
            mcpico_core::Error::Misuse(misuse) => assert_eq!(misuse.to_string(), error.to_string()),
            mcpico_core::Error::Peer(peer) => assert_eq!(peer.to_string(), error.to_string()),
            _ => {}
        }
    }
}

/// What users size their buffers and servers by: to change one is a change of the interface.
#[test]
fn limits_keep_their_numbers() {
    use mcpico_core::{client, framing, http1, json, jwt, mcp};
    assert_eq!((json::MAX_DEPTH, MAX_NAMES), (64, 256));
    assert_eq!((http1::MAX_HEAD, http1::MAX_HEADERS), (16_384, 64));
    assert_eq!((http1::MAX_CHUNK_LINE, http1::MAX_TRAILERS), (1024, 8192));
    assert_eq!((http1::MAX_INFORMATIONAL, http1::MAX_LENGTH), (16, 1_099_511_627_776));
    assert_eq!((framing::MAX_EVENT_ID, framing::MAX_EVENT_NAME), (128, 16));
    assert_eq!((MAX_CLAIMS, MAX_HEADER_LEN, jwt::MAX_HEADER_MEMBERS), (128, 1024, 32));
    assert_eq!((client::MAX_NEGOTIATION, client::MAX_BATCH), (8, 256));
    assert_eq!((client::MAX_RETRY, client::MAX_SESSION_ID), (60_000, 128));
    assert_eq!((MAX_PARAM_HEADERS, mcp::MAX_SCHEMA_DEPTH), (32, 8));
    assert_eq!((MAX_TRACE_STATE, MAX_BAGGAGE), (512, 8192));
    assert_eq!(MAX_PARAMS, 16);
}
