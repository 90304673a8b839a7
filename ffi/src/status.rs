//! Status codes: 0 is success, every error is negative, and a number is never changed or used again.

use core::ffi::c_char;

/// Success.
pub const MCPICO_OK: i32 = 0;
/// The library has a fault: a panic was caught at the boundary. Please report it.
pub const MCPICO_ERROR_INTERNAL: i32 = -1;
/// A pointer is NULL that must not be, or is NULL with a length above 0.
pub const MCPICO_ERROR_NULL_POINTER: i32 = -2;
/// A pointer is not aligned for its type.
pub const MCPICO_ERROR_MISALIGNED: i32 = -3;
/// A length is larger than any object, or than the room it speaks of.
pub const MCPICO_ERROR_LENGTH: i32 = -4;
/// `struct_size` is not the size that this library knows: it was not set, or header and library differ.
pub const MCPICO_ERROR_STRUCT_SIZE: i32 = -5;
/// The object has not been initialised, was wiped, or is of another kind.
pub const MCPICO_ERROR_UNINITIALIZED: i32 = -6;
/// A text is not UTF-8.
pub const MCPICO_ERROR_NOT_UTF8: i32 = -7;
/// A constant, flag or combination of options that does not exist.
pub const MCPICO_ERROR_OPTION: i32 = -8;
/// The output buffer is too small; `*out_len` is the size that suffices.
pub const MCPICO_ERROR_BUFFER_TOO_SMALL: i32 = -9;
/// The scratch is too small for the token; see MCPICO_SCRATCH_SIZE.
pub const MCPICO_ERROR_SCRATCH_TOO_SMALL: i32 = -10;
/// A list has more entries than are taken; the limit stands at its field.
pub const MCPICO_ERROR_TOO_MANY: i32 = -11;
/// Header and library do not belong together.
pub const MCPICO_ERROR_ABI: i32 = -12;
/// There is no such claim, member, element, header or parameter; the end of an iteration.
pub const MCPICO_ERROR_NOT_FOUND: i32 = -13;
/// The value is there and has another type than asked for.
pub const MCPICO_ERROR_WRONG_TYPE: i32 = -14;
/// The number is out of the range of the type asked for.
pub const MCPICO_ERROR_OUT_OF_RANGE: i32 = -15;
/// More bytes are needed before there is anything; not a fault.
pub const MCPICO_ERROR_INCOMPLETE: i32 = -16;
/// There is nothing to send: the client is ready, or what was to be ended is over; not a fault.
pub const MCPICO_ERROR_NOTHING_TO_SEND: i32 = -17;
/// A text, or an object, lies where the call writes to.
pub const MCPICO_ERROR_OVERLAP: i32 = -18;
/// The secret is empty: anyone could sign.
pub const MCPICO_ERROR_KEY_EMPTY: i32 = -30;
/// The secret has fewer than MCPICO_MIN_SECRET bytes.
pub const MCPICO_ERROR_KEY_TOO_SHORT: i32 = -31;
/// The secret holds a PEM block, such as a public key that everyone knows.
pub const MCPICO_ERROR_KEY_PEM: i32 = -32;
/// The header of the token would be longer than 1024 bytes.
pub const MCPICO_ERROR_HEADER_TOO_LONG: i32 = -33;
/// Two claims to be signed have the same name.
pub const MCPICO_ERROR_DUPLICATE_CLAIM: i32 = -34;
/// The value of a claim nests deeper than 64 levels with the claims around it.
pub const MCPICO_ERROR_CLAIM_TOO_DEEP: i32 = -35;
/// The payload is not one strict JSON object.
pub const MCPICO_ERROR_PAYLOAD: i32 = -36;
/// Not exactly three parts.
pub const MCPICO_ERROR_TOKEN_MALFORMED: i32 = -40;
/// A part that is not canonical base64url.
pub const MCPICO_ERROR_TOKEN_BASE64: i32 = -41;
/// Longer, deeper or with more members than is read.
pub const MCPICO_ERROR_TOKEN_LIMIT: i32 = -42;
/// A header that is not one strict JSON object.
pub const MCPICO_ERROR_TOKEN_HEADER: i32 = -43;
/// `typ` or `kid` is not a string.
pub const MCPICO_ERROR_TOKEN_HEADER_TYPE: i32 = -44;
/// `alg` is not exactly HS256.
pub const MCPICO_ERROR_TOKEN_ALG: i32 = -45;
/// `crit` or `b64`: an extension, and none is understood.
pub const MCPICO_ERROR_TOKEN_CRIT: i32 = -46;
/// `typ` is not what the policy asks for.
pub const MCPICO_ERROR_TOKEN_TYP: i32 = -47;
/// No key of the set is for the `kid` of the token.
pub const MCPICO_ERROR_TOKEN_KEY: i32 = -48;
/// The signature does not match.
pub const MCPICO_ERROR_TOKEN_SIGNATURE: i32 = -49;
/// The MAC could not be computed, so nothing is known about the token.
pub const MCPICO_ERROR_MAC_UNAVAILABLE: i32 = -50;
/// Claims that are not one strict JSON object.
pub const MCPICO_ERROR_TOKEN_CLAIMS: i32 = -51;
/// Two members with one name, in the header or in the claims.
pub const MCPICO_ERROR_TOKEN_DUPLICATE: i32 = -52;
/// A registered claim of the wrong type.
pub const MCPICO_ERROR_CLAIM_TYPE: i32 = -53;
/// A time that is out of range.
pub const MCPICO_ERROR_CLAIM_RANGE: i32 = -54;
/// A claim that the policy asks for is absent.
pub const MCPICO_ERROR_CLAIM_MISSING: i32 = -55;
/// A claim that the policy does not allow.
pub const MCPICO_ERROR_CLAIM_NOT_ALLOWED: i32 = -56;
/// The token has expired.
pub const MCPICO_ERROR_TOKEN_EXPIRED: i32 = -57;
/// The token is not valid yet (`nbf`).
pub const MCPICO_ERROR_TOKEN_NOT_YET_VALID: i32 = -58;
/// `iat` lies in the future.
pub const MCPICO_ERROR_TOKEN_ISSUED_IN_FUTURE: i32 = -59;
/// Never valid, or valid for longer than the policy allows.
pub const MCPICO_ERROR_TOKEN_LIFETIME: i32 = -60;
/// `iss` is not the expected one.
pub const MCPICO_ERROR_TOKEN_ISSUER: i32 = -61;
/// `aud` is not the expected one, or is there and none is expected.
pub const MCPICO_ERROR_TOKEN_AUDIENCE: i32 = -62;
/// `sub` is not the expected one.
pub const MCPICO_ERROR_TOKEN_SUBJECT: i32 = -63;
/// The guard denies the request; the denial has been written and says what to answer.
pub const MCPICO_ERROR_DENIED: i32 = -70;
/// The credentials are for another scheme than Bearer.
pub const MCPICO_ERROR_OTHER_SCHEME: i32 = -71;
/// There is no Authorization header, or no token in it.
pub const MCPICO_ERROR_NO_TOKEN: i32 = -72;
/// A byte of the bearer credentials is not allowed where it stands.
pub const MCPICO_ERROR_BEARER: i32 = -73;
/// There is more than one Authorization header.
pub const MCPICO_ERROR_REPEATED_AUTHORIZATION: i32 = -74;
/// The token is valid and lacks a scope.
pub const MCPICO_ERROR_INSUFFICIENT_SCOPE: i32 = -75;
/// A WWW-Authenticate header is malformed.
pub const MCPICO_ERROR_CHALLENGE: i32 = -76;
/// A text cannot stand in a challenge: empty, or with a byte that is not allowed.
pub const MCPICO_ERROR_CHALLENGE_FIELD: i32 = -77;
/// The text is not one strict JSON document (RFC 8259, UTF-8, 64 levels).
pub const MCPICO_ERROR_JSON: i32 = -80;
/// Two members of one object have that name.
pub const MCPICO_ERROR_JSON_DUPLICATE: i32 = -81;
/// A JSON Pointer neither is empty nor begins with `/`, or has a `~` that is followed by neither 0 nor 1.
pub const MCPICO_ERROR_JSON_POINTER: i32 = -82;
/// A message does not fit the inbox; the exchange is over, the client is not.
pub const MCPICO_ERROR_MESSAGE_TOO_LARGE: i32 = -90;
/// The arguments are not a JSON object, or parameters have a `_meta`.
pub const MCPICO_ERROR_ARGUMENTS: i32 = -91;
/// Input for a request that takes none, or responses that are not a JSON object.
pub const MCPICO_ERROR_INPUT: i32 = -92;
/// The method name is empty or not printable ASCII.
pub const MCPICO_ERROR_METHOD: i32 = -93;
/// The client is not ready: call mcpico_client_connect first.
pub const MCPICO_ERROR_NOT_READY: i32 = -94;
/// The `x-mcp-header` annotations of the tool, or the arguments, do not allow the call.
pub const MCPICO_ERROR_PARAM_HEADER: i32 = -95;
/// The trace context is malformed.
pub const MCPICO_ERROR_TRACE: i32 = -96;
/// The server sent a batch of more messages than are read.
pub const MCPICO_ERROR_BATCH_TOO_LARGE: i32 = -97;
/// A success whose content type is neither application/json nor text/event-stream.
pub const MCPICO_ERROR_CONTENT_TYPE: i32 = -98;
/// The server sent something that is no JSON-RPC message.
pub const MCPICO_ERROR_PEER_MESSAGE: i32 = -99;
/// Client and server have no protocol revision in common.
pub const MCPICO_ERROR_NO_COMMON_REVISION: i32 = -100;
/// The server's answer holds no response to the request.
pub const MCPICO_ERROR_NO_RESPONSE: i32 = -101;
/// The server let the client negotiate in circles.
pub const MCPICO_ERROR_NEGOTIATION: i32 = -102;
/// The server sent a result that is not what its method promises.
pub const MCPICO_ERROR_PEER_RESULT: i32 = -103;
/// The session id is empty, longer than 128 bytes or not visible ASCII.
pub const MCPICO_ERROR_SESSION_ID: i32 = -104;
/// An error of the client that this interface does not know.
pub const MCPICO_ERROR_CLIENT: i32 = -105;
/// What the server names as the place to post messages to is no URL, or has a user name in it.
pub const MCPICO_ERROR_ENDPOINT: i32 = -106;
/// The server wants messages to be posted to another origin than that of its stream: send nothing there.
pub const MCPICO_ERROR_ENDPOINT_ORIGIN: i32 = -107;
/// The stream ended, or a message came, before the server named where messages are posted.
pub const MCPICO_ERROR_ENDPOINT_MISSING: i32 = -108;
/// The server names once more where messages are posted; the first one stays.
pub const MCPICO_ERROR_ENDPOINT_REPEATED: i32 = -109;
/// The status line or a header line is malformed, or too long.
pub const MCPICO_ERROR_HTTP_HEAD: i32 = -110;
/// Too many headers, too long a head, too many informational responses, too large a length.
pub const MCPICO_ERROR_HTTP_LIMIT: i32 = -111;
/// Content-Length, Transfer-Encoding or Content-Encoding that is malformed, contradictory or not supported.
pub const MCPICO_ERROR_HTTP_FRAMING: i32 = -112;
/// A malformed chunk or trailer.
pub const MCPICO_ERROR_HTTP_CHUNK: i32 = -113;
/// The connection closed before the response was whole.
pub const MCPICO_ERROR_HTTP_TRUNCATED: i32 = -114;
/// A header that matters is malformed or stands twice.
pub const MCPICO_ERROR_HTTP_HEADER: i32 = -115;
/// The request target does not begin with `/`, or has a byte that is not allowed.
pub const MCPICO_ERROR_REQUEST_TARGET: i32 = -116;
/// The host is empty or has a byte that no host has.
pub const MCPICO_ERROR_REQUEST_HOST: i32 = -117;
/// A request header has a malformed name or value, or is one that the writer sets itself.
pub const MCPICO_ERROR_REQUEST_HEADER: i32 = -118;
/// A form cannot be filled with its defaults: a required property has none, or the form is malformed.
pub const MCPICO_ERROR_ELICITATION: i32 = -119;
/// The read callback failed.
pub const MCPICO_ERROR_READ: i32 = -130;
/// The write callback failed, or wrote nothing.
pub const MCPICO_ERROR_WRITE: i32 = -131;
/// The connection closed before any byte of an answer. The request may have been carried out.
pub const MCPICO_ERROR_CLOSED_UNANSWERED: i32 = -132;
/// The connection is used up: open another one and call again; nothing of the call has been sent.
pub const MCPICO_ERROR_RECONNECT: i32 = -133;

/// Declares number, name and text of every status: the numbers as a list, names and texts as one piece of bytes, so that
/// the table costs no pointer, and no relocation where the program can be loaded anywhere.
macro_rules! texts {
    ($($code:ident $name:literal $text:literal)*) => {
        const CODES: &[i32] = &[$($code,)*];
        const TEXTS: &str = concat!($($name, "\0", $text, "\0",)*);
    };
}

texts! {
    MCPICO_OK "OK" "success"
    MCPICO_ERROR_INTERNAL "INTERNAL" "a fault of the library itself, caught at its boundary"
    MCPICO_ERROR_NULL_POINTER "NULL_POINTER" "a pointer is NULL that must not be"
    MCPICO_ERROR_MISALIGNED "MISALIGNED" "a pointer is not aligned for its type"
    MCPICO_ERROR_LENGTH "LENGTH" "a length is larger than any object"
    MCPICO_ERROR_STRUCT_SIZE "STRUCT_SIZE" "struct_size is not the size that this library knows"
    MCPICO_ERROR_UNINITIALIZED "UNINITIALIZED" "the object has not been initialised as what it is used as"
    MCPICO_ERROR_NOT_UTF8 "NOT_UTF8" "a text is not UTF-8"
    MCPICO_ERROR_OPTION "OPTION" "an option has a value that does not exist"
    MCPICO_ERROR_BUFFER_TOO_SMALL "BUFFER_TOO_SMALL" "the output buffer is too small"
    MCPICO_ERROR_SCRATCH_TOO_SMALL "SCRATCH_TOO_SMALL" "the scratch is too small for this token"
    MCPICO_ERROR_TOO_MANY "TOO_MANY" "a list has more entries than are taken"
    MCPICO_ERROR_ABI "ABI" "header and library do not belong together"
    MCPICO_ERROR_NOT_FOUND "NOT_FOUND" "there is no such entry"
    MCPICO_ERROR_WRONG_TYPE "WRONG_TYPE" "the value has another type"
    MCPICO_ERROR_OUT_OF_RANGE "OUT_OF_RANGE" "the number is out of range"
    MCPICO_ERROR_INCOMPLETE "INCOMPLETE" "more bytes are needed"
    MCPICO_ERROR_NOTHING_TO_SEND "NOTHING_TO_SEND" "there is nothing to send"
    MCPICO_ERROR_OVERLAP "OVERLAP" "an input lies where the call writes to"
    MCPICO_ERROR_KEY_EMPTY "KEY_EMPTY" "the secret is empty"
    MCPICO_ERROR_KEY_TOO_SHORT "KEY_TOO_SHORT" "the secret is shorter than 32 bytes"
    MCPICO_ERROR_KEY_PEM "KEY_PEM" "the secret holds a PEM block, which is no HMAC secret"
    MCPICO_ERROR_HEADER_TOO_LONG "HEADER_TOO_LONG" "the header of the token would be too long"
    MCPICO_ERROR_DUPLICATE_CLAIM "DUPLICATE_CLAIM" "two claims have the same name"
    MCPICO_ERROR_CLAIM_TOO_DEEP "CLAIM_TOO_DEEP" "the value of a claim nests too deep"
    MCPICO_ERROR_PAYLOAD "PAYLOAD" "the payload is not one strict JSON object"
    MCPICO_ERROR_TOKEN_MALFORMED "TOKEN_MALFORMED" "the token does not have exactly three parts"
    MCPICO_ERROR_TOKEN_BASE64 "TOKEN_BASE64" "a part of the token is not canonical base64url"
    MCPICO_ERROR_TOKEN_LIMIT "TOKEN_LIMIT" "the token is longer, deeper or has more members than is read"
    MCPICO_ERROR_TOKEN_HEADER "TOKEN_HEADER" "the header of the token is not one strict JSON object"
    MCPICO_ERROR_TOKEN_HEADER_TYPE "TOKEN_HEADER_TYPE" "a header member of the token has the wrong type"
    MCPICO_ERROR_TOKEN_ALG "TOKEN_ALG" "the token is not of the algorithm HS256"
    MCPICO_ERROR_TOKEN_CRIT "TOKEN_CRIT" "the token asks for an extension"
    MCPICO_ERROR_TOKEN_TYP "TOKEN_TYP" "the token is of another type"
    MCPICO_ERROR_TOKEN_KEY "TOKEN_KEY" "no key is known for the kid of the token"
    MCPICO_ERROR_TOKEN_SIGNATURE "TOKEN_SIGNATURE" "the signature of the token does not match"
    MCPICO_ERROR_MAC_UNAVAILABLE "MAC_UNAVAILABLE" "the MAC could not be computed"
    MCPICO_ERROR_TOKEN_CLAIMS "TOKEN_CLAIMS" "the claims are not one strict JSON object"
    MCPICO_ERROR_TOKEN_DUPLICATE "TOKEN_DUPLICATE" "two members of the token have one name"
    MCPICO_ERROR_CLAIM_TYPE "CLAIM_TYPE" "a claim has the wrong type"
    MCPICO_ERROR_CLAIM_RANGE "CLAIM_RANGE" "a claim is out of range"
    MCPICO_ERROR_CLAIM_MISSING "CLAIM_MISSING" "a claim is missing that is asked for"
    MCPICO_ERROR_CLAIM_NOT_ALLOWED "CLAIM_NOT_ALLOWED" "the token has a claim that is not allowed"
    MCPICO_ERROR_TOKEN_EXPIRED "TOKEN_EXPIRED" "the token has expired"
    MCPICO_ERROR_TOKEN_NOT_YET_VALID "TOKEN_NOT_YET_VALID" "the token is not valid yet"
    MCPICO_ERROR_TOKEN_ISSUED_IN_FUTURE "TOKEN_ISSUED_IN_FUTURE" "the token is issued in the future"
    MCPICO_ERROR_TOKEN_LIFETIME "TOKEN_LIFETIME" "the token is never valid, or valid for too long"
    MCPICO_ERROR_TOKEN_ISSUER "TOKEN_ISSUER" "the token is of another issuer"
    MCPICO_ERROR_TOKEN_AUDIENCE "TOKEN_AUDIENCE" "the token is for another audience"
    MCPICO_ERROR_TOKEN_SUBJECT "TOKEN_SUBJECT" "the token is for another subject"
    MCPICO_ERROR_DENIED "DENIED" "the request is denied; see the denial"
    MCPICO_ERROR_OTHER_SCHEME "OTHER_SCHEME" "the credentials are not for the bearer scheme"
    MCPICO_ERROR_NO_TOKEN "NO_TOKEN" "there is no bearer token"
    MCPICO_ERROR_BEARER "BEARER" "the bearer credentials have a byte that is not allowed"
    MCPICO_ERROR_REPEATED_AUTHORIZATION "REPEATED_AUTHORIZATION" "there is more than one authorization header"
    MCPICO_ERROR_INSUFFICIENT_SCOPE "INSUFFICIENT_SCOPE" "the token lacks a scope that is needed"
    MCPICO_ERROR_CHALLENGE "CHALLENGE" "the challenge header is malformed"
    MCPICO_ERROR_CHALLENGE_FIELD "CHALLENGE_FIELD" "a text cannot stand in a challenge"
    MCPICO_ERROR_JSON "JSON" "the text is not one strict JSON document"
    MCPICO_ERROR_JSON_DUPLICATE "JSON_DUPLICATE" "two members of one object have the same name"
    MCPICO_ERROR_JSON_POINTER "JSON_POINTER" "the JSON Pointer is malformed"
    MCPICO_ERROR_MESSAGE_TOO_LARGE "MESSAGE_TOO_LARGE" "a message does not fit the inbox"
    MCPICO_ERROR_ARGUMENTS "ARGUMENTS" "the arguments are not a JSON object without _meta"
    MCPICO_ERROR_INPUT "INPUT" "the input does not belong to a request that can take any"
    MCPICO_ERROR_METHOD "METHOD" "the method name is empty or not printable ASCII"
    MCPICO_ERROR_NOT_READY "NOT_READY" "the client has not found out the server's revision yet"
    MCPICO_ERROR_PARAM_HEADER "PARAM_HEADER" "the tool's schema or the arguments do not allow the call"
    MCPICO_ERROR_TRACE "TRACE" "the trace context is malformed"
    MCPICO_ERROR_BATCH_TOO_LARGE "BATCH_TOO_LARGE" "the server sent a batch of too many messages"
    MCPICO_ERROR_CONTENT_TYPE "CONTENT_TYPE" "the server answered with neither JSON nor an event stream"
    MCPICO_ERROR_PEER_MESSAGE "PEER_MESSAGE" "the server sent something that is no JSON-RPC message"
    MCPICO_ERROR_NO_COMMON_REVISION "NO_COMMON_REVISION" "the server speaks no protocol revision that this client speaks"
    MCPICO_ERROR_NO_RESPONSE "NO_RESPONSE" "the server's answer holds no response to the request"
    MCPICO_ERROR_NEGOTIATION "NEGOTIATION" "the server and the client did not agree"
    MCPICO_ERROR_PEER_RESULT "PEER_RESULT" "the server sent a result that is not what its method promises"
    MCPICO_ERROR_SESSION_ID "SESSION_ID" "the session id of the server is malformed or too long"
    MCPICO_ERROR_CLIENT "CLIENT" "the client gives an error that this interface does not know"
    MCPICO_ERROR_ENDPOINT "ENDPOINT" "the endpoint that the server names is no URL"
    MCPICO_ERROR_ENDPOINT_ORIGIN "ENDPOINT_ORIGIN" "the server names an endpoint of another origin"
    MCPICO_ERROR_ENDPOINT_MISSING "ENDPOINT_MISSING" "the event stream does not begin with an endpoint"
    MCPICO_ERROR_ENDPOINT_REPEATED "ENDPOINT_REPEATED" "the server names an endpoint once more"
    MCPICO_ERROR_HTTP_HEAD "HTTP_HEAD" "the response head is not to be trusted"
    MCPICO_ERROR_HTTP_LIMIT "HTTP_LIMIT" "the response head or its framing is beyond a limit"
    MCPICO_ERROR_HTTP_FRAMING "HTTP_FRAMING" "the framing of the response is ambiguous or not supported"
    MCPICO_ERROR_HTTP_CHUNK "HTTP_CHUNK" "the chunks of the response are malformed"
    MCPICO_ERROR_HTTP_TRUNCATED "HTTP_TRUNCATED" "the connection closed before the response was whole"
    MCPICO_ERROR_HTTP_HEADER "HTTP_HEADER" "a header that must stand once is malformed or repeated"
    MCPICO_ERROR_REQUEST_TARGET "REQUEST_TARGET" "the request target is malformed"
    MCPICO_ERROR_REQUEST_HOST "REQUEST_HOST" "the host is malformed"
    MCPICO_ERROR_REQUEST_HEADER "REQUEST_HEADER" "a request header is malformed or reserved"
    MCPICO_ERROR_ELICITATION "ELICITATION" "the form cannot be filled with its defaults"
    MCPICO_ERROR_READ "READ" "the read callback failed"
    MCPICO_ERROR_WRITE "WRITE" "the write callback failed"
    MCPICO_ERROR_CLOSED_UNANSWERED "CLOSED_UNANSWERED" "the connection closed before any answer"
    MCPICO_ERROR_RECONNECT "RECONNECT" "the connection is used up, open another and call again"
}

/// What a status means: one clause of ASCII, such as "the token has expired". Never NULL, also for a number
/// that is no status; static, so it is never to be freed.
#[unsafe(no_mangle)]
pub extern "C" fn mcpico_strerror(status: i32) -> *const c_char {
    entry(status, 1).unwrap_or(c"unknown status".as_ptr())
}

/// The name of a status without its prefix, such as "TOKEN_EXPIRED", for a log that machines read. Never
/// NULL, static; "UNKNOWN" for a number that is no status.
#[unsafe(no_mangle)]
pub extern "C" fn mcpico_status_name(status: i32) -> *const c_char {
    entry(status, 0).unwrap_or(c"UNKNOWN".as_ptr())
}

/// Name (0) or text (1) of a status, which ends with a NUL.
fn entry(status: i32, which: usize) -> Option<*const c_char> {
    let place = CODES.iter().position(|code| *code == status)?;
    let mut rest = TEXTS.as_bytes();
    for _ in 0..place.wrapping_mul(2).wrapping_add(which) {
        let end = rest.iter().position(|byte| *byte == 0)?;
        rest = rest.get(end.wrapping_add(1)..)?;
    }
    Some(rest.as_ptr().cast())
}
