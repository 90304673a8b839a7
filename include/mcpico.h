/*
 * mcpico.h: JSON Web Tokens (HS256), bearer credentials, and the client side of the Model Context Protocol.
 *
 * Generated from the Rust sources of mcpico-ffi by `cargo test -p mcpico-ffi --test header`; do not edit.
 *
 * RULES, kept by every function
 *
 *  1. Status. Functions return an int32_t: 0 (MCPICO_OK) is success, everything else is an error and negative. Codes are
 *     never changed or used again; mcpico_strerror says what one means and is never NULL. "Errors: KEY_EMPTY" stands for
 *     MCPICO_ERROR_KEY_EMPTY. What any function may return besides is not repeated: NULL_POINTER, MISALIGNED, LENGTH (more
 *     bytes than PTRDIFF_MAX), STRUCT_SIZE, UNINITIALIZED, OVERLAP of rule 5, NOT_UTF8 for a text that is none where the
 *     function has no error of its own for that, and INTERNAL.
 *  2. Texts go in as pointer and length. They need no NUL and may have one inside. NULL with length 0 is the empty text,
 *     or none where the function says so; NULL with another length is an error.
 *  3. Texts come out in two ways. Into your buffer: `buf`, `cap`, `out_len`. When the text does not fit, the status is
 *     BUFFER_TOO_SMALL, `*out_len` is the size that suffices, and `buf` is as it was; so NULL and 0 ask for the size. No
 *     NUL is appended. On success bytes of `buf` behind `*out_len` may have been written to, too. Or as a mcpico_str, which borrows what the function names and must not outlive it.
 *  4. Outputs are written on success and otherwise not at all, but for those whose function says when: `*out_len` of
 *     rule 3, the denial of mcpico_guard_check, what mcpico_lines_next and its like say of a line that was dropped, `used`
 *     of mcpico_json_stream_next, `needed` of mcpico_run, and the buffer of a token that got no MAC. `scratch` holds
 *     anything after a failure. A function that fails changes no object, unless it says so, or has read on: what reads
 *     from a peer by and by (its reader, the exchange, the inbox) has changed with INCOMPLETE and when the peer is wrong.
 *  5. Every pointer is checked for NULL and for its alignment. A text that a call is given, as an argument or within a
 *     structure or list, must not lie where the call writes to, which is its `buf` or `scratch`: the status is OVERLAP then,
 *     and nothing has happened. Any other overlap of what is written with something else that the call is given is not
 *     looked for, unless the function says so, and must not be.
 *  6. Structures that you fill begin with `struct_size`: make them zeros, set it to sizeof of the structure, then set
 *     what you need. Zero is the default, unless a field says that it is needed. The same for structures that are filled
 *     for you.
 *  7. Objects (mcpico_key, mcpico_client, ...) live where you put them: on the stack, in static storage, in memory of
 *     your own. Their size is MCPICO_..._SIZE, their alignment at most MCPICO_OBJECT_ALIGN. Call the function ..._init
 *     first; an object that was not initialised is told from one that was as long as its storage held zeros or another
 *     object. They hold no pointer to themselves, so they may be moved by memcpy, after which the old place is not used
 *     any more; where a key was, call mcpico_wipe. An object may be initialised anew at any time. mcpico_key is ended by
 *     mcpico_key_wipe; the others hold nothing that has to be freed or wiped.
 *  8. Nothing is allocated; there are no global variables, no errno, no locale, no clock and no random numbers: the time
 *     is an argument. Functions are reentrant, and distinct objects may be used on distinct threads at the same time. An
 *     object that is passed as a pointer to const may be used by several threads as long as none changes it.
 *  9. What is handed out of an inbox (events, messages, room to read into) is valid until the next call on that inbox.
 *     A library that is built with the feature `asan` poisons it then, so that AddressSanitizer tells on whoever looks;
 *     with that one call mcpico_inbox_reset before the storage is used for something else.
 * 10. No callback is needed; only mcpico_run and mcpico_key_init_mac take some. A callback must not throw or jump out
 *     (longjmp), and must not touch what the call was given that it is called from; it may call any function for others.
 *
 * Call mcpico_check_header() once at the start: it says whether the library is the one that this header belongs to.
 */

#ifndef MCPICO_H
#define MCPICO_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this header; mcpico_version_number() is that of the library. */
#define MCPICO_VERSION_MAJOR 0
#define MCPICO_VERSION_MINOR 1
#define MCPICO_VERSION_PATCH 0
#define MCPICO_VERSION_NUMBER ((MCPICO_VERSION_MAJOR << 16) | (MCPICO_VERSION_MINOR << 8) | MCPICO_VERSION_PATCH)
#define MCPICO_VERSION "0.1.0"

/* Define MCPICO_DLL where the library is a DLL of Windows. */
#if defined(_WIN32) && defined(MCPICO_DLL)
#define MCPICO_API __declspec(dllimport)
#elif defined(__GNUC__)
#define MCPICO_API __attribute__((visibility("default")))
#else
#define MCPICO_API
#endif

#if defined(__GNUC__)
#define MCPICO_NODISCARD __attribute__((warn_unused_result))
#else
#define MCPICO_NODISCARD
#endif

/* A literal as pointer and length, for two parameters in a row: mcpico_claim_int64(&token, MCPICO_LIT("exp"), &exp) */
#define MCPICO_LIT(literal) ("" literal), (sizeof(literal) - 1u)

/* A literal as the initialiser of a mcpico_str. */
#define MCPICO_STR(literal) { ("" literal), (sizeof(literal) - 1u) }

/* Bytes of scratch that always suffice for a token of that length. */
#define MCPICO_SCRATCH_SIZE(token_len) (((size_t)(token_len) / 4u + 1u) * 3u)

/* Bytes of the token that is written for a header and claims of these lengths, as JSON. The header of a zeroed
 * mcpico_jose_header has 27. */
#define MCPICO_SIGN_MAX(header_len, claims_len) \
  (((size_t)(header_len) * 4u + 2u) / 3u + ((size_t)(claims_len) * 4u + 2u) / 3u + 45u)

typedef struct mcpico_str mcpico_str;
typedef struct mcpico_key mcpico_key;
typedef struct mcpico_named_key mcpico_named_key;
typedef struct mcpico_policy mcpico_policy;
typedef struct mcpico_token mcpico_token;
typedef struct mcpico_jose_header mcpico_jose_header;
typedef struct mcpico_claim mcpico_claim;
typedef struct mcpico_claims mcpico_claims;
typedef struct mcpico_unverified mcpico_unverified;
typedef struct mcpico_challenge mcpico_challenge;
typedef struct mcpico_challenge_fields mcpico_challenge_fields;
typedef struct mcpico_guard mcpico_guard;
typedef struct mcpico_grant mcpico_grant;
typedef struct mcpico_denial mcpico_denial;
typedef struct mcpico_json_iterator mcpico_json_iterator;
typedef struct mcpico_json_pointer mcpico_json_pointer;
typedef struct mcpico_inbox mcpico_inbox;
typedef struct mcpico_client_options mcpico_client_options;
typedef struct mcpico_client mcpico_client;
typedef struct mcpico_call mcpico_call;
typedef struct mcpico_post mcpico_post;
typedef struct mcpico_event mcpico_event;
typedef struct mcpico_exchange mcpico_exchange;
typedef struct mcpico_json_part mcpico_json_part;
typedef struct mcpico_result_stream mcpico_result_stream;
typedef struct mcpico_lines mcpico_lines;
typedef struct mcpico_head_reader mcpico_head_reader;
typedef struct mcpico_head mcpico_head;
typedef struct mcpico_body mcpico_body;
typedef struct mcpico_header_field mcpico_header_field;
typedef struct mcpico_request_head mcpico_request_head;
typedef struct mcpico_response mcpico_response;
typedef struct mcpico_framing mcpico_framing;
typedef struct mcpico_io mcpico_io;
typedef struct mcpico_subscription mcpico_subscription;
typedef struct mcpico_update mcpico_update;
typedef struct mcpico_channel mcpico_channel;
typedef struct mcpico_progress mcpico_progress;
typedef struct mcpico_task mcpico_task;
typedef struct mcpico_json_stream mcpico_json_stream;

/* ---- Texts ------------------------------------------------------------------------------------------------------- */

/**
 * A piece of text or bytes that somebody else owns. It does not end with a NUL.
 *
 * As an input, `data` NULL means that there is none; an empty text is a `data` that is not NULL with `len` 0. As an
 * output it borrows from what the function says and lives as long as that.
 */
struct mcpico_str {
  /** The first byte. */
  const char *data;
  /** Bytes. */
  size_t len;
};

/* ---- Status ------------------------------------------------------------------------------------------------------ */

/** Success. */
#define MCPICO_OK 0

/** The library has a fault: a panic was caught at the boundary. Please report it. */
#define MCPICO_ERROR_INTERNAL (-1)

/** A pointer is NULL that must not be, or is NULL with a length above 0. */
#define MCPICO_ERROR_NULL_POINTER (-2)

/** A pointer is not aligned for its type. */
#define MCPICO_ERROR_MISALIGNED (-3)

/** A length is larger than any object, or than the room it speaks of. */
#define MCPICO_ERROR_LENGTH (-4)

/** `struct_size` is not the size that this library knows: it was not set, or header and library differ. */
#define MCPICO_ERROR_STRUCT_SIZE (-5)

/** The object has not been initialised, was wiped, or is of another kind. */
#define MCPICO_ERROR_UNINITIALIZED (-6)

/** A text is not UTF-8. */
#define MCPICO_ERROR_NOT_UTF8 (-7)

/** A constant, flag or combination of options that does not exist. */
#define MCPICO_ERROR_OPTION (-8)

/** The output buffer is too small; `*out_len` is the size that suffices. */
#define MCPICO_ERROR_BUFFER_TOO_SMALL (-9)

/** The scratch is too small for the token; see MCPICO_SCRATCH_SIZE. */
#define MCPICO_ERROR_SCRATCH_TOO_SMALL (-10)

/** A list has more entries than are taken; the limit stands at its field. */
#define MCPICO_ERROR_TOO_MANY (-11)

/** Header and library do not belong together. */
#define MCPICO_ERROR_ABI (-12)

/** There is no such claim, member, element, header or parameter; the end of an iteration. */
#define MCPICO_ERROR_NOT_FOUND (-13)

/** The value is there and has another type than asked for. */
#define MCPICO_ERROR_WRONG_TYPE (-14)

/** The number is out of the range of the type asked for. */
#define MCPICO_ERROR_OUT_OF_RANGE (-15)

/** More bytes are needed before there is anything; not a fault. */
#define MCPICO_ERROR_INCOMPLETE (-16)

/** There is nothing to send: the client is ready, or what was to be ended is over; not a fault. */
#define MCPICO_ERROR_NOTHING_TO_SEND (-17)

/** A text, or an object, lies where the call writes to. */
#define MCPICO_ERROR_OVERLAP (-18)

/** The secret is empty: anyone could sign. */
#define MCPICO_ERROR_KEY_EMPTY (-30)

/** The secret has fewer than MCPICO_MIN_SECRET bytes. */
#define MCPICO_ERROR_KEY_TOO_SHORT (-31)

/** The secret holds a PEM block, such as a public key that everyone knows. */
#define MCPICO_ERROR_KEY_PEM (-32)

/** The header of the token would be longer than 1024 bytes. */
#define MCPICO_ERROR_HEADER_TOO_LONG (-33)

/** Two claims to be signed have the same name. */
#define MCPICO_ERROR_DUPLICATE_CLAIM (-34)

/** The value of a claim nests deeper than 64 levels with the claims around it. */
#define MCPICO_ERROR_CLAIM_TOO_DEEP (-35)

/** The payload is not one strict JSON object. */
#define MCPICO_ERROR_PAYLOAD (-36)

/** Not exactly three parts. */
#define MCPICO_ERROR_TOKEN_MALFORMED (-40)

/** A part that is not canonical base64url. */
#define MCPICO_ERROR_TOKEN_BASE64 (-41)

/** Longer, deeper or with more members than is read. */
#define MCPICO_ERROR_TOKEN_LIMIT (-42)

/** A header that is not one strict JSON object. */
#define MCPICO_ERROR_TOKEN_HEADER (-43)

/** `typ` or `kid` is not a string. */
#define MCPICO_ERROR_TOKEN_HEADER_TYPE (-44)

/** `alg` is not exactly HS256. */
#define MCPICO_ERROR_TOKEN_ALG (-45)

/** `crit` or `b64`: an extension, and none is understood. */
#define MCPICO_ERROR_TOKEN_CRIT (-46)

/** `typ` is not what the policy asks for. */
#define MCPICO_ERROR_TOKEN_TYP (-47)

/** No key of the set is for the `kid` of the token. */
#define MCPICO_ERROR_TOKEN_KEY (-48)

/** The signature does not match. */
#define MCPICO_ERROR_TOKEN_SIGNATURE (-49)

/** The MAC could not be computed, so nothing is known about the token. */
#define MCPICO_ERROR_MAC_UNAVAILABLE (-50)

/** Claims that are not one strict JSON object. */
#define MCPICO_ERROR_TOKEN_CLAIMS (-51)

/** Two members with one name, in the header or in the claims. */
#define MCPICO_ERROR_TOKEN_DUPLICATE (-52)

/** A registered claim of the wrong type. */
#define MCPICO_ERROR_CLAIM_TYPE (-53)

/** A time that is out of range. */
#define MCPICO_ERROR_CLAIM_RANGE (-54)

/** A claim that the policy asks for is absent. */
#define MCPICO_ERROR_CLAIM_MISSING (-55)

/** A claim that the policy does not allow. */
#define MCPICO_ERROR_CLAIM_NOT_ALLOWED (-56)

/** The token has expired. */
#define MCPICO_ERROR_TOKEN_EXPIRED (-57)

/** The token is not valid yet (`nbf`). */
#define MCPICO_ERROR_TOKEN_NOT_YET_VALID (-58)

/** `iat` lies in the future. */
#define MCPICO_ERROR_TOKEN_ISSUED_IN_FUTURE (-59)

/** Never valid, or valid for longer than the policy allows. */
#define MCPICO_ERROR_TOKEN_LIFETIME (-60)

/** `iss` is not the expected one. */
#define MCPICO_ERROR_TOKEN_ISSUER (-61)

/** `aud` is not the expected one, or is there and none is expected. */
#define MCPICO_ERROR_TOKEN_AUDIENCE (-62)

/** `sub` is not the expected one. */
#define MCPICO_ERROR_TOKEN_SUBJECT (-63)

/** The guard denies the request; the denial has been written and says what to answer. */
#define MCPICO_ERROR_DENIED (-70)

/** The credentials are for another scheme than Bearer. */
#define MCPICO_ERROR_OTHER_SCHEME (-71)

/** There is no Authorization header, or no token in it. */
#define MCPICO_ERROR_NO_TOKEN (-72)

/** A byte of the bearer credentials is not allowed where it stands. */
#define MCPICO_ERROR_BEARER (-73)

/** There is more than one Authorization header. */
#define MCPICO_ERROR_REPEATED_AUTHORIZATION (-74)

/** The token is valid and lacks a scope. */
#define MCPICO_ERROR_INSUFFICIENT_SCOPE (-75)

/** A WWW-Authenticate header is malformed. */
#define MCPICO_ERROR_CHALLENGE (-76)

/** A text cannot stand in a challenge: empty, or with a byte that is not allowed. */
#define MCPICO_ERROR_CHALLENGE_FIELD (-77)

/** The text is not one strict JSON document (RFC 8259, UTF-8, 64 levels). */
#define MCPICO_ERROR_JSON (-80)

/** Two members of one object have that name. */
#define MCPICO_ERROR_JSON_DUPLICATE (-81)

/** A JSON Pointer neither is empty nor begins with `/`, or has a `~` that is followed by neither 0 nor 1. */
#define MCPICO_ERROR_JSON_POINTER (-82)

/** A message does not fit the inbox; the exchange is over, the client is not. */
#define MCPICO_ERROR_MESSAGE_TOO_LARGE (-90)

/** The arguments are not a JSON object, or parameters have a `_meta`. */
#define MCPICO_ERROR_ARGUMENTS (-91)

/** Input for a request that takes none, or responses that are not a JSON object. */
#define MCPICO_ERROR_INPUT (-92)

/** The method name is empty or not printable ASCII. */
#define MCPICO_ERROR_METHOD (-93)

/** The client is not ready: call mcpico_client_connect first. */
#define MCPICO_ERROR_NOT_READY (-94)

/** The `x-mcp-header` annotations of the tool, or the arguments, do not allow the call. */
#define MCPICO_ERROR_PARAM_HEADER (-95)

/** The trace context is malformed. */
#define MCPICO_ERROR_TRACE (-96)

/** The server sent a batch of more messages than are read. */
#define MCPICO_ERROR_BATCH_TOO_LARGE (-97)

/** A success whose content type is neither application/json nor text/event-stream. */
#define MCPICO_ERROR_CONTENT_TYPE (-98)

/** The server sent something that is no JSON-RPC message. */
#define MCPICO_ERROR_PEER_MESSAGE (-99)

/** Client and server have no protocol revision in common. */
#define MCPICO_ERROR_NO_COMMON_REVISION (-100)

/** The server's answer holds no response to the request. */
#define MCPICO_ERROR_NO_RESPONSE (-101)

/** The server let the client negotiate in circles. */
#define MCPICO_ERROR_NEGOTIATION (-102)

/** The server sent a result that is not what its method promises. */
#define MCPICO_ERROR_PEER_RESULT (-103)

/** The session id is empty, longer than 128 bytes or not visible ASCII. */
#define MCPICO_ERROR_SESSION_ID (-104)

/** An error of the client that this interface does not know. */
#define MCPICO_ERROR_CLIENT (-105)

/** What the server names as the place to post messages to is no URL, or has a user name in it. */
#define MCPICO_ERROR_ENDPOINT (-106)

/** The server wants messages to be posted to another origin than that of its stream: send nothing there. */
#define MCPICO_ERROR_ENDPOINT_ORIGIN (-107)

/** The stream ended, or a message came, before the server named where messages are posted. */
#define MCPICO_ERROR_ENDPOINT_MISSING (-108)

/** The server names once more where messages are posted; the first one stays. */
#define MCPICO_ERROR_ENDPOINT_REPEATED (-109)

/** The status line or a header line is malformed, or too long. */
#define MCPICO_ERROR_HTTP_HEAD (-110)

/** Too many headers, too long a head, too many informational responses, too large a length. */
#define MCPICO_ERROR_HTTP_LIMIT (-111)

/** Content-Length, Transfer-Encoding or Content-Encoding that is malformed, contradictory or not supported. */
#define MCPICO_ERROR_HTTP_FRAMING (-112)

/** A malformed chunk or trailer. */
#define MCPICO_ERROR_HTTP_CHUNK (-113)

/** The connection closed before the response was whole. */
#define MCPICO_ERROR_HTTP_TRUNCATED (-114)

/** A header that matters is malformed or stands twice. */
#define MCPICO_ERROR_HTTP_HEADER (-115)

/** The request target does not begin with `/`, or has a byte that is not allowed. */
#define MCPICO_ERROR_REQUEST_TARGET (-116)

/** The host is empty or has a byte that no host has. */
#define MCPICO_ERROR_REQUEST_HOST (-117)

/** A request header has a malformed name or value, or is one that the writer sets itself. */
#define MCPICO_ERROR_REQUEST_HEADER (-118)

/** A form cannot be filled with its defaults: a required property has none, or the form is malformed. */
#define MCPICO_ERROR_ELICITATION (-119)

/** The read callback failed. */
#define MCPICO_ERROR_READ (-130)

/** The write callback failed, or wrote nothing. */
#define MCPICO_ERROR_WRITE (-131)

/** The connection closed before any byte of an answer. The request may have been carried out. */
#define MCPICO_ERROR_CLOSED_UNANSWERED (-132)

/** The connection is used up: open another one and call again; nothing of the call has been sent. */
#define MCPICO_ERROR_RECONNECT (-133)

/**
 * What a status means: one clause of ASCII, such as "the token has expired". Never NULL, also for a number
 * that is no status; static, so it is never to be freed.
 */
MCPICO_API const char *mcpico_strerror(int32_t status);

/**
 * The name of a status without its prefix, such as "TOKEN_EXPIRED", for a log that machines read. Never
 * NULL, static; "UNKNOWN" for a number that is no status.
 */
MCPICO_API const char *mcpico_status_name(int32_t status);

/* ---- Version ----------------------------------------------------------------------------------------------------- */

/** The version of the library, such as "0.1.0". Static, never NULL. */
MCPICO_API const char *mcpico_version(void);

/**
 * The version of the library as a number: major * 65536 + minor * 256 + patch. MCPICO_VERSION_NUMBER is that of the
 * header.
 */
MCPICO_API
uint32_t mcpico_version_number(void);

/**
 * Whether a header of that version, whose types have these sizes, belongs to this library. A C program calls
 * mcpico_check_header instead, which passes what the header says; other languages may pass `sizes` NULL with 0.
 *
 * Errors: ABI when the header is of another major version (before 1.0: of another minor one), is newer than the
 * library, or a size is none that its type has had.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_abi_check(uint32_t version_number,
                         const size_t *sizes,
                         size_t size_count);

/* ---- Keys -------------------------------------------------------------------------------------------------------- */

/** Bytes that a secret has at least (RFC 7518 section 3.2). */
#define MCPICO_MIN_SECRET 32

/** Most keys of a set. */
#define MCPICO_MAX_KEYS 16

/** Words of a key. */
#define MCPICO_KEY_WORDS 24

/** Bytes of a MAC. */
#define MCPICO_MAC_LEN 32

/**
 * An HS256 key: the hash states behind both pads, not the secret. It is a secret all the same.
 *
 * Make it by mcpico_key_init, or by mcpico_key_init_mac where hardware keeps the secret; end it by mcpico_key_wipe. While
 * nobody initialises or wipes it, any number of threads may sign and verify with it.
 */
struct mcpico_key {
  /** Not to be touched. */
  uint64_t opaque[MCPICO_KEY_WORDS];
};

/**
 * Computes HMAC-SHA256 (RFC 2104) of `message` with a key that only it knows, and writes the MCPICO_MAC_LEN bytes to
 * `tag`. 0, or another number when there was no answer: then nothing is known about a token, and nothing is signed. The
 * message may lie in the buffer that the token is written into. Rule 10 holds; other keys may be used meanwhile.
 */
typedef int32_t (*mcpico_mac)(void *context, const char *message, size_t message_len, uint8_t *tag);

/** A key and the name that tokens may give it. */
struct mcpico_named_key {
  /** The name, compared byte for byte with the `kid` of a token and used for nothing else. NULL: none. */
  mcpico_str kid;
  /** The key, which outlives every use of the set. */
  const mcpico_key *key;
};

/**
 * Makes a key out of a secret, of which nothing is kept: wipe it with mcpico_wipe when it is not needed any more.
 *
 * Errors: KEY_EMPTY, KEY_TOO_SHORT (fewer than MCPICO_MIN_SECRET bytes), KEY_PEM. `key` is unchanged then.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_key_init(mcpico_key *key,
                        const char *secret,
                        size_t secret_len);

/**
 * Makes a key out of a secret that is too short to be safe, for test rigs whose server is set up with one.
 *
 * Whoever sees one token signed with a short secret can search for the secret offline (RFC 8725 section 3.5).
 *
 * Errors: KEY_EMPTY, KEY_PEM. `key` is unchanged then.
 */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_dangerous_key_init(mcpico_key *key, const char *secret, size_t secret_len);

/**
 * Overwrites a key with zeros. It is no key from then on and may be initialised anew; whoever still uses it is told
 * UNINITIALIZED. Wipe a key before its place is given to another one, since a shorter one does not cover it.
 *
 * Errors: UNINITIALIZED, also when it has been wiped before.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_key_wipe(mcpico_key *key);

/**
 * Makes a key out of a function that computes MACs, so that the secret never lies in the memory of the program. It goes
 * wherever a key goes: signing, verifying, sets of keys, the guard. `context` is handed to the function and outlives
 * the key.
 *
 * The function is called once for each token that is signed, not for a buffer that is too small, and at most once for
 * each key that a token is tried with.
 * The MAC that it gives is compared in constant time. Threads may share the key when the function allows it.
 * That the secret has at least MCPICO_MIN_SECRET bytes is not looked at.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_key_init_mac(mcpico_key *key,
                            mcpico_mac mac,
                            void *context);

/* ---- Policies and verified tokens -------------------------------------------------------------------------------- */

/** Accepts a token without `exp`, which never expires. */
#define MCPICO_POLICY_EXP_OPTIONAL 1

/** Accepts a token whose `iat` lies further in the future than the leeway. */
#define MCPICO_POLICY_FUTURE_IAT 2

/** Accepts a token for any audience, and one for none. */
#define MCPICO_POLICY_ANY_AUDIENCE 4

/** Most entries of each list of a policy. */
#define MCPICO_MAX_LIST 16

/** Words of a token. */
#define MCPICO_TOKEN_WORDS 32

/**
 * What a token has to say to be accepted. Zeros, with `struct_size` set, or NULL in its place, are the strict start:
 * `exp` is required, no leeway, no `iat` in the future, no token with `aud`, at most 8192 bytes.
 *
 * Texts and lists are read during the call only.
 */
struct mcpico_policy {
  /** sizeof(mcpico_policy) */
  uint32_t struct_size;
  /** MCPICO_POLICY_* added together. */
  uint32_t flags;
  /** Seconds by which clocks may differ. */
  uint32_t leeway;
  /** Refuses a token that is valid for more seconds; 0: any. */
  uint32_t max_lifetime;
  /** Bytes of the longest token that is read; 0: 8192. */
  size_t max_token_len;
  /** The media type that `typ` names, such as `at+jwt`; NULL: any or none. */
  mcpico_str typ;
  /** Exactly this `iss`; NULL: any or none. */
  mcpico_str issuer;
  /** Exactly this `sub`; NULL: any or none. */
  mcpico_str subject;
  /** One of these in `aud`; NULL: a token with `aud` is refused. A list of none that is not NULL refuses all tokens. */
  const mcpico_str *audiences;
  /** Up to MCPICO_MAX_LIST. */
  size_t audience_count;
  /** Claims that have to be there, of whatever type. */
  const mcpico_str *required;
  /** Up to MCPICO_MAX_LIST. */
  size_t required_count;
  /** The only claims that may be there; NULL: any. A list of none that is not NULL allows none. */
  const mcpico_str *allowed;
  /** Up to MCPICO_MAX_LIST. */
  size_t allowed_count;
};

/**
 * A token that has been verified; only mcpico_verify and mcpico_grant_token make one. It borrows the scratch that it
 * was decoded into, and needs no end.
 */
struct mcpico_token {
  /** Not to be touched. */
  uint64_t opaque[MCPICO_TOKEN_WORDS];
};

/**
 * Verifies a token with a set of keys and judges it by a policy.
 *
 * The `kid` of the token only chooses among the keys: one that names keys of the set has exactly those tried; one that
 * names none, the keys without a name; a token without `kid` has every key tried. `policy` NULL is the strict start;
 * `now` is in seconds since 1970. `scratch` takes the decoded token: MCPICO_SCRATCH_SIZE(token_len) bytes always
 * suffice. On success `verified` borrows `scratch`, and nothing borrows `token`.
 *
 * Errors, the first one of them in this order:
 * of the arguments, TOO_MANY and OPTION for the lists and the policy;
 * of the form, TOKEN_LIMIT, TOKEN_MALFORMED, TOKEN_BASE64 or SCRATCH_TOO_SMALL, TOKEN_SIGNATURE for one of another
 * length;
 * of the header, TOKEN_HEADER, TOKEN_LIMIT or TOKEN_DUPLICATE, TOKEN_ALG, TOKEN_CRIT, TOKEN_HEADER_TYPE, TOKEN_TYP;
 * of the signature, TOKEN_KEY, MAC_UNAVAILABLE, TOKEN_SIGNATURE;
 * of the claims, TOKEN_CLAIMS, TOKEN_LIMIT or TOKEN_DUPLICATE, CLAIM_TYPE or CLAIM_RANGE;
 * of the times, CLAIM_MISSING for `exp`, TOKEN_EXPIRED, TOKEN_LIFETIME where `exp` is not after `nbf`,
 * TOKEN_NOT_YET_VALID, TOKEN_ISSUED_IN_FUTURE, TOKEN_LIFETIME above `max_lifetime`;
 * of the policy, TOKEN_ISSUER, TOKEN_AUDIENCE, TOKEN_SUBJECT, CLAIM_MISSING, CLAIM_NOT_ALLOWED.
 * `verified` is unchanged then, and what `scratch` holds is unspecified.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_verify(const mcpico_named_key *key_list,
                      size_t key_count,
                      const mcpico_policy *policy,
                      int64_t now,
                      const char *token,
                      size_t token_len,
                      char *scratch,
                      size_t scratch_len,
                      mcpico_token *verified);

/** The header of a verified token, as JSON. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_token_header(const mcpico_token *token, mcpico_str *json);

/** All claims of a verified token, as JSON. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_token_claims(const mcpico_token *token, mcpico_str *json);

/**
 * Copies the claim called `name`, a string, its escapes resolved.
 *
 * Errors: NOT_FOUND when the token has no such claim, WRONG_TYPE when it is no string, BUFFER_TOO_SMALL; OVERLAP also
 * when the claim lies in `buf`, which is then the scratch of the token.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_claim_string(const mcpico_token *token,
                            const char *name,
                            size_t name_len,
                            char *buf,
                            size_t cap,
                            size_t *out_len);

/**
 * The claim called `name`, an integer that is written without fraction and exponent.
 *
 * Errors: NOT_FOUND, WRONG_TYPE, OUT_OF_RANGE for one that 64 bits do not hold.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_claim_int64(const mcpico_token *token,
                           const char *name,
                           size_t name_len,
                           int64_t *value);

/**
 * The claim called `name`, a time such as `exp`, in whole seconds since 1970; fractions are rounded up.
 *
 * Errors: NOT_FOUND, WRONG_TYPE, OUT_OF_RANGE.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_claim_time(const mcpico_token *token,
                          const char *name,
                          size_t name_len,
                          int64_t *seconds);

/**
 * The claim called `name`, a truth value: 0 or 1.
 *
 * Errors: NOT_FOUND, WRONG_TYPE.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_claim_bool(const mcpico_token *token,
                          const char *name,
                          size_t name_len,
                          int32_t *value);

/**
 * Element number `index`, from 0, of the claim called `name`, an array; as JSON. A lone string counts as the only
 * element of `aud`.
 *
 * Errors: NOT_FOUND also behind the last element, WRONG_TYPE.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_claim_element(const mcpico_token *token,
                             const char *name,
                             size_t name_len,
                             size_t index,
                             mcpico_str *json);

/**
 * The claim called `name` as it stands, as JSON of any type.
 *
 * Errors: NOT_FOUND.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_claim_json(const mcpico_token *token,
                          const char *name,
                          size_t name_len,
                          mcpico_str *json);

/* ---- Signing ----------------------------------------------------------------------------------------------------- */

/** Leaves `typ` out of the header. */
#define MCPICO_HEADER_NO_TYP 1

/** Most claims of mcpico_claims besides the registered ones. mcpico_sign_payload takes more. */
#define MCPICO_MAX_CLAIMS 25

/**
 * The header of a token to be signed; `alg` is always HS256. Zeros, with `struct_size` set, or NULL in its place:
 * `{"alg":"HS256","typ":"JWT"}`.
 */
struct mcpico_jose_header {
  /** sizeof(mcpico_jose_header) */
  uint32_t struct_size;
  /** MCPICO_HEADER_NO_TYP or 0. */
  uint32_t flags;
  /** The type of the token; NULL: `JWT`. */
  mcpico_str typ;
  /** The name of the key; NULL leaves it out. */
  mcpico_str kid;
};

/** A claim of any name and type. */
struct mcpico_claim {
  /** Its name. */
  mcpico_str name;
  /** Its value, a JSON document; mcpico_json_quote makes one out of a text. */
  mcpico_str json;
};

/** The claims of a token to be signed. Zeros, with `struct_size` set, are none. Texts are read during the call only. */
struct mcpico_claims {
  /** sizeof(mcpico_claims) */
  uint32_t struct_size;
  /** 0 */
  uint32_t reserved;
  /** The issuer; NULL leaves it out, as for the other texts. */
  mcpico_str iss;
  /** The subject. */
  mcpico_str sub;
  /** The identifier of the token. */
  mcpico_str jti;
  /** The audiences: one is written as a string, several as an array. */
  const mcpico_str *audiences;
  /** Up to MCPICO_MAX_LIST; 0 leaves `aud` out. */
  size_t audience_count;
  /** The second since 1970 from which on the token is expired; 0 leaves it out, as for the other times. */
  int64_t exp;
  /** The second from which on it is valid. */
  int64_t nbf;
  /** The second in which it is issued. */
  int64_t iat;
  /** Further claims, written behind those above. */
  const mcpico_claim *more;
  /** Up to MCPICO_MAX_CLAIMS. */
  size_t more_count;
};

/**
 * Signs claims and writes the token, all or nothing. `header` NULL is the header of zeros.
 *
 * Errors: NULL_POINTER also for a claim among `more` without a name or a value, DUPLICATE_CLAIM, CLAIM_TYPE and
 * CLAIM_RANGE for a registered claim among `more`, JSON, CLAIM_TOO_DEEP, HEADER_TOO_LONG, TOO_MANY, OPTION,
 * BUFFER_TOO_SMALL; MAC_UNAVAILABLE, after which `buf` holds a token without its signature.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_sign(const mcpico_key *key,
                    const mcpico_jose_header *header,
                    const mcpico_claims *claims,
                    char *buf,
                    size_t cap,
                    size_t *out_len);

/**
 * Signs the JSON text of a claims set, byte for byte as it stands. MCPICO_SIGN_MAX is the size of the token.
 *
 * Errors: PAYLOAD when it is no strict JSON object, or two of its members have one name, CLAIM_TYPE, CLAIM_RANGE,
 * HEADER_TOO_LONG, OPTION, BUFFER_TOO_SMALL; MAC_UNAVAILABLE as above.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_sign_payload(const mcpico_key *key,
                            const mcpico_jose_header *header,
                            const char *payload,
                            size_t payload_len,
                            char *buf,
                            size_t cap,
                            size_t *out_len);

/**
 * Signs any two byte strings as header and payload, for test rigs that need bad tokens with a right signature.
 *
 * Errors: BUFFER_TOO_SMALL; MAC_UNAVAILABLE as above.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_dangerous_sign(const mcpico_key *key,
                              const char *header,
                              size_t header_len,
                              const char *payload,
                              size_t payload_len,
                              char *buf,
                              size_t cap,
                              size_t *out_len);

/* ---- Tokens that nobody has verified ----------------------------------------------------------------------------- */

/** Words of an unverified token. */
#define MCPICO_UNVERIFIED_WORDS 10

/**
 * A token that nobody has verified: anyone can have written what it says. It is for showing and for telling what is
 * wrong with a token; to let somebody in there is mcpico_verify. It borrows the token and the scratch.
 */
struct mcpico_unverified {
  /** Not to be touched. */
  uint64_t opaque[MCPICO_UNVERIFIED_WORDS];
};

/**
 * Cuts a token into its parts and decodes header and claims into `scratch`; MCPICO_SCRATCH_SIZE(token_len) suffices.
 *
 * Errors: TOKEN_MALFORMED, TOKEN_BASE64, TOKEN_LIMIT, SCRATCH_TOO_SMALL. `unverified` is unchanged then.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_unverified_init(mcpico_unverified *unverified,
                               const char *token,
                               size_t token_len,
                               char *scratch,
                               size_t scratch_len);

/** The decoded header, which need not be JSON. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_unverified_header(const mcpico_unverified *unverified, mcpico_str *text);

/** The decoded claims, which need not be JSON. mcpico_json_member reads on. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_unverified_claims(const mcpico_unverified *unverified, mcpico_str *text);

/** The text that the signature covers. */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_unverified_signing_input(const mcpico_unverified *unverified,
                                        mcpico_str *text);

/**
 * Whether it is a well-formed HS256 token: header, claims, the types of the registered claims, the form of the
 * signature.
 *
 * Errors: TOKEN_BASE64, TOKEN_SIGNATURE for one of another length, those of mcpico_verify about the header but
 * TOKEN_TYP, TOKEN_CLAIMS, TOKEN_LIMIT, TOKEN_DUPLICATE, CLAIM_TYPE, CLAIM_RANGE.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_unverified_check_structure(const mcpico_unverified *unverified);

/**
 * Whether the signature is the one that `key` makes, whatever the header says.
 *
 * Errors: TOKEN_SIGNATURE, TOKEN_BASE64, MAC_UNAVAILABLE.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_unverified_check_signature(const mcpico_unverified *unverified,
                                          const mcpico_key *key);

/**
 * Whether it is valid at the time `now`, in seconds since 1970. `policy` NULL is the strict start.
 *
 * Errors: TOKEN_EXPIRED, TOKEN_NOT_YET_VALID, TOKEN_ISSUED_IN_FUTURE, TOKEN_LIFETIME, CLAIM_MISSING; TOKEN_CLAIMS,
 * TOKEN_LIMIT, TOKEN_DUPLICATE, CLAIM_TYPE and CLAIM_RANGE where the claims cannot be read; TOO_MANY and OPTION for the
 * policy.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_unverified_check_times(const mcpico_unverified *unverified,
                                      const mcpico_policy *policy,
                                      int64_t now);

/**
 * Whether `typ` and all claims but the times are what the policy asks for.
 *
 * Errors: TOKEN_TYP, TOKEN_ISSUER, TOKEN_AUDIENCE, TOKEN_SUBJECT, CLAIM_MISSING, CLAIM_NOT_ALLOWED; TOKEN_HEADER,
 * TOKEN_CLAIMS, TOKEN_LIMIT, TOKEN_DUPLICATE and CLAIM_TYPE where they cannot be read; TOO_MANY and OPTION for the policy.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_unverified_check_claims(const mcpico_unverified *unverified,
                                       const mcpico_policy *policy);

/* ---- Secrets in logs and memory ---------------------------------------------------------------------------------- */

/** Bytes of the longest text that mcpico_mask writes. */
#define MCPICO_MASK_MAX 11

/** Most secrets that are hidden at a time. */
#define MCPICO_MAX_SECRETS 16

/**
 * Shows a token as it may be logged: `(none)` when it is empty, `***` up to 12 bytes, otherwise the first four
 * characters, `...` and the last four; stars in place of those where a byte is not printable ASCII.
 *
 * The time depends on the length only. At most MCPICO_MASK_MAX bytes are written.
 *
 * Errors: BUFFER_TOO_SMALL.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_mask(const char *token,
                    size_t token_len,
                    char *buf,
                    size_t cap,
                    size_t *out_len);

/**
 * Copies a text without its secrets: `***` stands for each of the known ones, wherever it stands, and for whatever
 * looks like a credential (headers, parameters, variables, JWTs).
 *
 * The text has to be whole, since a secret that is divided over two calls is not seen. Give a secret in each form in
 * which the text may hold it, such as base64. At most MCPICO_MAX_SECRETS secrets, none of them needed.
 *
 * Errors: TOO_MANY, BUFFER_TOO_SMALL.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_redact(const mcpico_str *secrets,
                      size_t secret_count,
                      const char *text,
                      size_t text_len,
                      char *buf,
                      size_t cap,
                      size_t *out_len);

/** Overwrites `len` bytes with zeros, which no compiler leaves out. NULL with `len` 0 is nothing; there are no errors. */
MCPICO_API
void mcpico_wipe(char *data,
                 size_t len);

/* ---- The Authorization header ------------------------------------------------------------------------------------ */

/**
 * Reads the value of one Authorization header: the scheme, one or more spaces, the token. The token borrows `value`.
 *
 * Errors: OTHER_SCHEME, NO_TOKEN, BEARER.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_bearer_parse(const char *value,
                            size_t value_len,
                            mcpico_str *token);

/**
 * Writes the value of an Authorization header: `Bearer`, a space and the token, of which every byte has been checked.
 *
 * Errors: NO_TOKEN, BEARER, BUFFER_TOO_SMALL.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_bearer_write(const char *token,
                            size_t token_len,
                            char *buf,
                            size_t cap,
                            size_t *out_len);

/**
 * Whether two tokens are the same: 0 or 1. For tokens of one length the time says nothing of where they differ. Both
 * are tokens without a scheme.
 *
 * Errors: NO_TOKEN, BEARER.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_bearer_equal(const char *token,
                            size_t token_len,
                            const char *expected,
                            size_t expected_len,
                            int32_t *equal);

/* ---- The WWW-Authenticate header --------------------------------------------------------------------------------- */

/** No error: the request had no credentials. */
#define MCPICO_CHALLENGE_NO_ERROR 0

/** `invalid_request`: the request is malformed. */
#define MCPICO_CHALLENGE_INVALID_REQUEST 1

/** `invalid_token`: the token is expired, revoked, malformed or invalid for another reason. */
#define MCPICO_CHALLENGE_INVALID_TOKEN 2

/** `insufficient_scope`: the token is valid and does not allow this request. */
#define MCPICO_CHALLENGE_INSUFFICIENT_SCOPE 3

/** Words of a challenge. */
#define MCPICO_CHALLENGE_WORDS 10

/**
 * One challenge of a response: a scheme with parameters, or with one value, or with neither. It borrows the header
 * line that it was read from.
 */
struct mcpico_challenge {
  /** Not to be touched. */
  uint64_t opaque[MCPICO_CHALLENGE_WORDS];
};

/** The parameters of a Bearer challenge to be sent; NULL leaves one out. */
struct mcpico_challenge_fields {
  /** sizeof(mcpico_challenge_fields) */
  uint32_t struct_size;
  /** MCPICO_CHALLENGE_* */
  uint32_t error;
  /** The protected space: printable ASCII. */
  mcpico_str realm;
  /** Explains the error to a developer: printable ASCII without quotes and backslashes. */
  mcpico_str error_description;
  /** A page about the error. */
  mcpico_str error_uri;
  /** The scopes that are needed, divided by single spaces. */
  mcpico_str scope;
  /** The URL of the protected resource metadata (RFC 9728). */
  mcpico_str resource_metadata;
};

/**
 * The first Bearer challenge of a response, out of the values of all its WWW-Authenticate lines.
 *
 * Errors: CHALLENGE when any of the lines is malformed, NOT_FOUND when none has such a challenge.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_challenge_bearer(const mcpico_str *lines,
                                size_t line_count,
                                mcpico_challenge *challenge);

/**
 * Challenge number `index`, from 0, of one header line.
 *
 * Errors: CHALLENGE, NOT_FOUND behind the last one.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_challenge_at(const char *line,
                            size_t line_len,
                            size_t index,
                            mcpico_challenge *challenge);

/** The scheme as it was sent; compare it without regard to case. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_challenge_scheme(const mcpico_challenge *challenge, mcpico_str *scheme);

/**
 * The single value that stands in place of parameters, as Negotiate has one.
 *
 * Errors: NOT_FOUND.
 */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_challenge_token68(const mcpico_challenge *challenge, mcpico_str *value);

/**
 * The name of parameter number `index`, from 0.
 *
 * Errors: NOT_FOUND behind the last one.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_challenge_param_name(const mcpico_challenge *challenge,
                                    size_t index,
                                    mcpico_str *name);

/**
 * Copies the value of the parameter called `name`, which is compared without regard to case; its escapes are resolved.
 * It comes from the peer: check a URL before it is fetched, and escape text before it is shown.
 *
 * Errors: NOT_FOUND, BUFFER_TOO_SMALL; OVERLAP also when the value lies in `buf`.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_challenge_param(const mcpico_challenge *challenge,
                               const char *name,
                               size_t name_len,
                               char *buf,
                               size_t cap,
                               size_t *out_len);

/**
 * Writes the value of a WWW-Authenticate header; one header line whatever the texts were.
 *
 * Errors: CHALLENGE_FIELD for a text that cannot stand there, OPTION, BUFFER_TOO_SMALL.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_challenge_write(const mcpico_challenge_fields *fields,
                               char *buf,
                               size_t cap,
                               size_t *out_len);

/* ---- The guard of a resource ------------------------------------------------------------------------------------- */

/** Words of a grant. */
#define MCPICO_GRANT_WORDS 36

/** Words of a denial. */
#define MCPICO_DENIAL_WORDS 18

/** What guards a resource. Texts of the challenge are borrowed by the denials that it gives. */
struct mcpico_guard {
  /** sizeof(mcpico_guard) */
  uint32_t struct_size;
  /** 0 */
  uint32_t reserved;
  /** The keys that are accepted; none: no token is. */
  const mcpico_named_key *keys;
  /** Up to MCPICO_MAX_KEYS. */
  size_t key_count;
  /** What a token has to say; NULL: the strict start. */
  const mcpico_policy *policy;
  /** The scopes that are needed, divided by single spaces; NULL: none. */
  mcpico_str scope;
  /** The protected space that the challenge names; NULL leaves it out. */
  mcpico_str realm;
  /** The URL of the protected resource metadata that the challenge names; NULL leaves it out. */
  mcpico_str resource_metadata;
};

/** A request that carries a valid token with every scope that is needed. It borrows the scratch. */
struct mcpico_grant {
  /** Not to be touched. */
  uint64_t opaque[MCPICO_GRANT_WORDS];
};

/**
 * The answer to a request that is denied: status, challenge and body. No byte of the request is in it; it borrows the
 * texts of the guard.
 */
struct mcpico_denial {
  /** Not to be touched. */
  uint64_t opaque[MCPICO_DENIAL_WORDS];
};

/**
 * Judges a request by the values of all its Authorization headers: none, one, or more, which is refused.
 *
 * A header whose `data` is NULL is none. `now` is in seconds since 1970, `scratch` takes the decoded token
 * (MCPICO_SCRATCH_SIZE of the longest one); a token that it has no room for is denied as too large. On success
 * `grant` is written and borrows `scratch`; with DENIED, and only then, `denial` is written. Neither may be left
 * out.
 *
 * Errors: DENIED; CHALLENGE_FIELD for texts of the guard, TOO_MANY, OPTION.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_guard_check(const mcpico_guard *guard,
                           const mcpico_str *authorization,
                           size_t authorization_count,
                           int64_t now,
                           char *scratch,
                           size_t scratch_len,
                           mcpico_grant *grant,
                           mcpico_denial *denial);

/**
 * A denial of this guard for a request that is granted and lacks the scopes of `guard` all the same, as one of another
 * route would have asked for them.
 *
 * Errors: CHALLENGE_FIELD, OPTION. Keys and policy are not looked at.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_guard_deny_scope(const mcpico_guard *guard,
                                mcpico_denial *denial);

/** The verified token of a grant. It borrows the same scratch. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_grant_token(const mcpico_grant *grant, mcpico_token *token);

/**
 * Whether the token has a scope, compared byte for byte: 0 or 1. Its scopes are the words of the claim `scope`, or
 * where that is absent those of `scp`, a string or an array.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_grant_allows(const mcpico_grant *grant,
                            const char *scope,
                            size_t scope_len,
                            int32_t *allowed);

/** The HTTP status: 401; 403 for a valid token that lacks a scope; 503 when the MAC could not be computed. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_denial_status(const mcpico_denial *denial, uint32_t *http_status);

/**
 * Why the request is denied, as a status of this interface: what mcpico_verify says of the token, NO_TOKEN,
 * OTHER_SCHEME, BEARER, REPEATED_AUTHORIZATION or INSUFFICIENT_SCOPE.
 */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_denial_reason(const mcpico_denial *denial, int32_t *reason);

/** The reason in one word, such as `expired_token`. Static, never changed or used again. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_denial_code(const mcpico_denial *denial, mcpico_str *code);

/**
 * Writes the value of the WWW-Authenticate header, which belongs to the statuses 401 and 403; leave it out with 503.
 * `buf` is not compared with the texts of the guard.
 *
 * Errors: BUFFER_TOO_SMALL.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_denial_challenge(const mcpico_denial *denial,
                                char *buf,
                                size_t cap,
                                size_t *out_len);

/**
 * Writes the JSON body: `error`, `error_description` and `code`.
 *
 * Errors: BUFFER_TOO_SMALL.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_denial_body(const mcpico_denial *denial,
                           char *buf,
                           size_t cap,
                           size_t *out_len);

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

/** `null` */
#define MCPICO_JSON_NULL 1

/** `true` or `false` */
#define MCPICO_JSON_BOOL 2

/** A number. */
#define MCPICO_JSON_NUMBER 3

/** `"…"` */
#define MCPICO_JSON_STRING 4

/** `[…]` */
#define MCPICO_JSON_ARRAY 5

/** `{…}` */
#define MCPICO_JSON_OBJECT 6

/** Words of an iterator. */
#define MCPICO_JSON_ITERATOR_WORDS 10

/** Words of a pointer. */
#define MCPICO_JSON_POINTER_WORDS 12

/** Pointers that one call takes. */
#define MCPICO_JSON_POINTERS_MAX 64

/** Goes over the members of an object or the elements of an array. It borrows the document. */
struct mcpico_json_iterator {
  /** Not to be touched. */
  uint64_t opaque[MCPICO_JSON_ITERATOR_WORDS];
};

/**
 * Finds the parts of one value among those that mcpico_result_stream_next or mcpico_json_stream_next hands out. It
 * borrows its path.
 */
struct mcpico_json_pointer {
  /** Not to be touched. */
  uint64_t opaque[MCPICO_JSON_POINTER_WORDS];
};

/**
 * The kind of a document, MCPICO_JSON_*. It is read whole, so this also says whether it is one.
 *
 * Errors: JSON.
 */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_json_kind(const char *json, size_t json_len, uint32_t *kind);

/**
 * The member called `name` of an object; a part of `json`, without the white space around it.
 *
 * Errors: JSON, WRONG_TYPE when it is no object, NOT_FOUND, JSON_DUPLICATE when two members have that name.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_json_member(const char *json,
                           size_t json_len,
                           const char *name,
                           size_t name_len,
                           mcpico_str *member);

/**
 * Element number `index`, from 0, of an array; a part of `json`. For all elements there is mcpico_json_iterator.
 *
 * Errors: JSON, WRONG_TYPE when it is no array, NOT_FOUND behind the last one.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_json_element(const char *json,
                            size_t json_len,
                            size_t index,
                            mcpico_str *element);

/**
 * The value that a JSON Pointer (RFC 6901) names, such as `/content/0/text`; a part of `json`. The empty pointer names
 * the document.
 *
 * Errors: JSON; NOT_FOUND also where the way leads through a value that has no members or elements, or the pointer is
 * malformed; JSON_DUPLICATE.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_json_at(const char *json,
                       size_t json_len,
                       const char *pointer,
                       size_t pointer_len,
                       mcpico_str *value);

/**
 * Copies a string, its escapes resolved.
 *
 * Errors: JSON, WRONG_TYPE, BUFFER_TOO_SMALL.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_json_string(const char *json,
                           size_t json_len,
                           char *buf,
                           size_t cap,
                           size_t *out_len);

/**
 * Whether the document is a string that is equal to `expected`, its escapes resolved: 0 or 1.
 *
 * Errors: JSON.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_json_equals(const char *json,
                           size_t json_len,
                           const char *expected,
                           size_t expected_len,
                           int32_t *equal);

/**
 * A truth value: 0 or 1.
 *
 * Errors: JSON, WRONG_TYPE.
 */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_json_bool(const char *json, size_t json_len, int32_t *value);

/**
 * An integer that is written without fraction and exponent. For another number take its text, which is `json`, to strtod
 * or std::from_chars.
 *
 * Errors: JSON, WRONG_TYPE, OUT_OF_RANGE.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_json_int64(const char *json,
                          size_t json_len,
                          int64_t *value);

/**
 * Writes a text as a JSON string, quoted and escaped, to be put into arguments.
 *
 * Errors: NOT_UTF8, BUFFER_TOO_SMALL.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_json_quote(const char *string,
                          size_t string_len,
                          char *buf,
                          size_t cap,
                          size_t *out_len);

/**
 * Starts before the first member or element.
 *
 * Errors: JSON, WRONG_TYPE when it is neither an object nor an array.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_json_iterator_init(mcpico_json_iterator *iterator,
                                  const char *json,
                                  size_t json_len);

/**
 * The next member or element. `name` is the name of the member, as a JSON string, and has `data` NULL for an element;
 * the pointer may be NULL when nobody wants it.
 *
 * Errors: NOT_FOUND behind the last one.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_json_iterator_next(mcpico_json_iterator *iterator,
                                  mcpico_str *name,
                                  mcpico_str *value);

/**
 * Starts before a document, to find the value that a JSON Pointer (RFC 6901) names, such as `/content/0/text`. The
 * empty path names the document.
 *
 * Errors: JSON_POINTER; mcpico_json_at says NOT_FOUND of such a path.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_json_pointer_init(mcpico_json_pointer *pointer,
                                 const char *path,
                                 size_t path_len);

/** Whether the value has begun: 0 or 1. When the document is over and it is 0, the document has no such value. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_json_pointer_is_found(const mcpico_json_pointer *pointer, int32_t *found);

/* ---- MCP: where answers are received ----------------------------------------------------------------------------- */

/** Words of an inbox. */
#define MCPICO_INBOX_WORDS 12

/**
 * Receive storage over bytes of the caller, which it borrows. A message has to fit; 8 KiB is a good size for a device.
 *
 * What is handed out of it (events, frames, room to read into) is valid until the next call on the same inbox.
 */
struct mcpico_inbox {
  /** Not to be touched. */
  uint64_t opaque[MCPICO_INBOX_WORDS];
};

/**
 * An empty inbox over `cap` bytes at `storage`, which are the inbox's as long as it is used: nobody else writes
 * there but into the room of mcpico_inbox_spare.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_inbox_init(mcpico_inbox *inbox,
                          char *storage,
                          size_t cap);

/** Forgets everything, so that the storage can serve the next exchange. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_inbox_reset(mcpico_inbox *inbox);

/**
 * The room to read into. Empty only when a message fills the whole storage, or that has no byte: read nothing then,
 * since 0 bytes stand for a connection that has closed, and ask for the next event, which frees the room or is
 * MESSAGE_TOO_LARGE.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_inbox_spare(mcpico_inbox *inbox,
                           char **data,
                           size_t *len);

/**
 * Declares the first `count` bytes of the room as filled. For HTTP call mcpico_response_received in its place.
 *
 * Errors: LENGTH when there is less room.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_inbox_commit(mcpico_inbox *inbox,
                            size_t count);

/** Declares that no more bytes will come. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_inbox_close(mcpico_inbox *inbox);

/** The bytes that have come and are in no message, for a look at an answer that is no MCP. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_inbox_unread(const mcpico_inbox *inbox, mcpico_str *unread);

/**
 * Drops the first `count` unread bytes, such as a head that has been read by mcpico_head_read.
 *
 * Errors: LENGTH when there are fewer.
 */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_inbox_discard(mcpico_inbox *inbox, size_t count);

/* ---- MCP: requests ----------------------------------------------------------------------------------------------- */

/** `tools/list`; `cursor`. */
#define MCPICO_METHOD_LIST_TOOLS 1

/** `tools/call`; `name`, `arguments`, `input_schema`. */
#define MCPICO_METHOD_CALL_TOOL 2

/** `resources/list`; `cursor`. */
#define MCPICO_METHOD_LIST_RESOURCES 3

/** `resources/templates/list`; `cursor`. */
#define MCPICO_METHOD_LIST_RESOURCE_TEMPLATES 4

/** `resources/read`; `name` is the URI. */
#define MCPICO_METHOD_READ_RESOURCE 5

/** `prompts/list`; `cursor`. */
#define MCPICO_METHOD_LIST_PROMPTS 6

/** `prompts/get`; `name`, `arguments`. */
#define MCPICO_METHOD_GET_PROMPT 7

/**
 * `completion/complete` for a prompt; `name`, `argument`, `value`, and in `arguments` the values that others have by
 * now, which servers heed since 2025-06-18.
 */
#define MCPICO_METHOD_COMPLETE_PROMPT 8

/** `completion/complete` for a resource template; `name` is its URI template, `argument`, `value`, `arguments` as above. */
#define MCPICO_METHOD_COMPLETE_RESOURCE 9

/** `server/discover`, since 2026-07-28. */
#define MCPICO_METHOD_DISCOVER 10

/** `ping`, up to 2025-11-25. */
#define MCPICO_METHOD_PING 11

/** Any other method: `name` on the wire, `arguments` as its parameters, `mcp_name` where it wants such a header. */
#define MCPICO_METHOD_OTHER 12

/**
 * `subscriptions/listen`, since 2026-07-28; `subscribe`, `resource_uris`, `task_ids`. The answer goes on until one side
 * ends it: see mcpico_subscription. While this method or one of those below is written, its parameters take room twice.
 */
#define MCPICO_METHOD_SUBSCRIBE 13

/** `resources/subscribe`, up to 2025-11-25; `name` is the URI. */
#define MCPICO_METHOD_SUBSCRIBE_RESOURCE 14

/** `resources/unsubscribe`, up to 2025-11-25; `name` is the URI. */
#define MCPICO_METHOD_UNSUBSCRIBE_RESOURCE 15

/** `logging/setLevel`, up to 2025-11-25; `log_level` is the level that is set. */
#define MCPICO_METHOD_SET_LOG_LEVEL 16

/** `tasks/get`, since 2026-07-28; `name` is the id of the task. See mcpico_task_read. */
#define MCPICO_METHOD_GET_TASK 17

/** `tasks/update`; `name` is the id of the task, `input_responses` has an answer under keys that the task asked for. */
#define MCPICO_METHOD_UPDATE_TASK 18

/** `tasks/cancel`; `name` is the id of the task, which may end in any way all the same. */
#define MCPICO_METHOD_CANCEL_TASK 19

/** The server tells when the list of prompts has changed. */
#define MCPICO_SUBSCRIBE_PROMPTS 1

/** The server tells when the list of resources has changed. */
#define MCPICO_SUBSCRIBE_RESOURCES 2

/** The server tells when the list of tools has changed. */
#define MCPICO_SUBSCRIBE_TOOLS 4

/** Asks for notifications of progress. */
#define MCPICO_CALL_PROGRESS 1

/** The levels of log messages, the least grave first. */
#define MCPICO_LOG_DEBUG 1

/** What happens. */
#define MCPICO_LOG_INFO 2

/** What happens and is worth a look. */
#define MCPICO_LOG_NOTICE 3

/** What may lead to a fault. */
#define MCPICO_LOG_WARNING 4

/** A fault. */
#define MCPICO_LOG_ERROR 5

/** A part has failed. */
#define MCPICO_LOG_CRITICAL 6

/** Somebody has to act at once. */
#define MCPICO_LOG_ALERT 7

/** Nothing works any more. */
#define MCPICO_LOG_EMERGENCY 8

/**
 * A request. Zeros are none: `struct_size` and `method` are needed, and the texts that the method names, but `cursor`,
 * `arguments`, `input_schema` and `mcp_name`. Texts are read during the call that takes it only; those that the method
 * does not use have to be NULL.
 */
struct mcpico_call {
  /** sizeof(mcpico_call) */
  uint32_t struct_size;
  /** MCPICO_METHOD_* */
  uint32_t method;
  /** MCPICO_CALL_PROGRESS or 0. */
  uint32_t flags;
  /** The least grave log messages to be sent, MCPICO_LOG_*; 0: none. Since 2026-07-28. */
  uint32_t log_level;
  /** Name of the tool or prompt, URI of the resource. */
  mcpico_str name;
  /** A JSON object; NULL: none. */
  mcpico_str arguments;
  /**
   * The `inputSchema` of the tool, which says which arguments go into headers; a tool that has `x-mcp-header` in it
   * cannot be called without since 2026-07-28.
   */
  mcpico_str input_schema;
  /** Where the page before ended, an opaque text; NULL: the first page. */
  mcpico_str cursor;
  /** The argument to be completed. */
  mcpico_str argument;
  /** What has been typed of it. */
  mcpico_str value;
  /** What the header `Mcp-Name` says for MCPICO_METHOD_OTHER. */
  mcpico_str mcp_name;
  /** The token to send, without a scheme; NULL: none. */
  mcpico_str bearer;
  /**
   * For a request that is sent again with the input that the server asked for: a JSON object with an answer under
   * each key; NULL: none.
   */
  mcpico_str input_responses;
  /** `state` of the event that asked, a JSON string with its quotes, copied before the inbox was used again. */
  mcpico_str input_state;
  /** `traceparent` of W3C Trace Context; NULL: none. */
  mcpico_str trace_parent;
  /** `tracestate`; NULL: none. */
  mcpico_str trace_state;
  /** `baggage`; NULL: none. */
  mcpico_str baggage;
  /** For MCPICO_METHOD_SUBSCRIBE: MCPICO_SUBSCRIBE_* added together. A structure that ends before this is taken too. */
  uint32_t subscribe;
  /** 0 */
  uint32_t reserved;
  /** URIs of resources whose changes are to be told; NULL: none. */
  const mcpico_str *resource_uris;
  /** Up to MCPICO_MAX_LIST. */
  size_t resource_uri_count;
  /** Ids of tasks whose progress is to be told, with MCPICO_CAPABILITY_TASKS; NULL: none. */
  const mcpico_str *task_ids;
  /** Up to MCPICO_MAX_LIST. */
  size_t task_id_count;
};

/* ---- MCP: events ------------------------------------------------------------------------------------------------- */

/** The server took a message that has no response. */
#define MCPICO_EVENT_ACCEPTED 1

/** The exchange is over; repeated calls repeat this. */
#define MCPICO_EVENT_CLOSED 2

/** The event stream ended before the response came. The request may have been carried out. */
#define MCPICO_EVENT_INTERRUPTED 3

/** More bytes are needed. */
#define MCPICO_EVENT_NEED_DATA 4

/** The server tells something: `method`, and `json` with its parameters. */
#define MCPICO_EVENT_NOTIFICATION 5

/** The server did not take the message: `http_status` and `body`. Always so for 401 and 403. */
#define MCPICO_EVENT_REJECTED 6

/** The result of the request: `json`, an object. */
#define MCPICO_EVENT_RESULT 7

/** The request failed: `code`, `message`, and `json` with more about it. */
#define MCPICO_EVENT_ERROR 8

/** The server needs input first: `json`, an object of requests by key, and `state`, either of which may be missing. */
#define MCPICO_EVENT_INPUT_REQUIRED 9

/** The server works on: `json`, the task. */
#define MCPICO_EVENT_TASK 10

/**
 * The server asks something, up to 2025-11-25: `id`, `method`, and `json` with its parameters. Answer it by
 * mcpico_client_answer.
 */
#define MCPICO_EVENT_SERVER_REQUEST 11

/** A message that belongs to no request of this exchange, or one that the revision forbids; it has been dropped. */
#define MCPICO_EVENT_UNSOLICITED 12

/**
 * A part of what is the result when MCPICO_EVENT_RESULT_COMPLETE follows; of mcpico_result_stream_next only, as are the
 * two below.
 */
#define MCPICO_EVENT_RESULT_PART 13

/** The parts were the whole result of the request, which is answered. */
#define MCPICO_EVENT_RESULT_COMPLETE 14

/** A message that does not fit the inbox was no response to the request; parts that came of it are void. */
#define MCPICO_EVENT_DROPPED 15

/** There is no id. */
#define MCPICO_ID_NONE 0

/** The id is `id_number`. */
#define MCPICO_ID_NUMBER 1

/** The id is `id`, a JSON string. */
#define MCPICO_ID_STRING 2

/**
 * What happened. Fields that its kind does not name are zeros, and a text that is not there has `data` NULL.
 *
 * Texts borrow the inbox: they are valid until the next call on it. They come from the peer: escape them before they
 * reach a terminal.
 */
struct mcpico_event {
  /** sizeof(mcpico_event); to be set before the call. */
  uint32_t struct_size;
  /** MCPICO_EVENT_* */
  uint32_t kind;
  /** The HTTP status of a MCPICO_EVENT_REJECTED. */
  uint32_t http_status;
  /** MCPICO_ID_* */
  uint32_t id_kind;
  /** The id, when it is a number. */
  int64_t id_number;
  /** The code of a JSON-RPC error. */
  int64_t code;
  /** The id, when it is a string: a JSON string with its quotes. */
  mcpico_str id;
  /** The method, without quotes; one with an escape in it is none that the protocol knows. */
  mcpico_str method;
  /**
   * Result, parameters, error data, input requests or task: a JSON document, to be read by mcpico_json_member and
   * the like.
   */
  mcpico_str json;
  /** The message of an error: a JSON string with its quotes, to be read by mcpico_json_string. */
  mcpico_str message;
  /** What goes back with the input: a JSON string with its quotes. */
  mcpico_str state;
  /** The body of a refusal, or as much of it as fits the inbox. It may be anything. */
  mcpico_str body;
};

/* ---- MCP: one request and its answer ----------------------------------------------------------------------------- */

/** Words of a post. */
#define MCPICO_POST_WORDS 8

/** Words of an exchange. */
#define MCPICO_EXCHANGE_WORDS 56

/**
 * One HTTP request, but for its first line and the headers of the transport: verb, headers and body. It borrows the
 * buffer that it was written into.
 */
struct mcpico_post {
  /** Not to be touched. */
  uint64_t opaque[MCPICO_POST_WORDS];
};

/** One exchange: status and headers go in first, then events come out. It borrows nothing and needs no end. */
struct mcpico_exchange {
  /** Not to be touched. */
  uint64_t opaque[MCPICO_EXCHANGE_WORDS];
};

/** The HTTP method, MCPICO_HTTP_*. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_post_verb(const mcpico_post *post, uint32_t *verb);

/**
 * Header number `index`, from 0. Names are tokens, values printable ASCII; one of them is the bearer.
 *
 * Errors: NOT_FOUND behind the last one.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_post_header(const mcpico_post *post,
                           size_t index,
                           mcpico_str *name,
                           mcpico_str *value);

/** The message; empty unless the verb is MCPICO_HTTP_POST. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_post_body(const mcpico_post *post, mcpico_str *body);

/**
 * Writes the message as one line, its end included, for a stream of lines such as the standard streams of a server.
 *
 * Errors: BUFFER_TOO_SMALL; OVERLAP when `buf` is the one of the post.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_post_line(const mcpico_post *post,
                         char *buf,
                         size_t cap,
                         size_t *out_len);

/**
 * Writes the head of the HTTP/1.1 request: first line, `Host`, `Accept-Encoding: identity`, the headers of the post,
 * `Content-Length`, the empty line. The body goes behind it, best by the same write.
 *
 * `target` is path and query, beginning with `/`; `host` is name or address, with the port when that is not the default
 * one of the scheme.
 *
 * Errors: REQUEST_TARGET, REQUEST_HOST, BUFFER_TOO_SMALL; OVERLAP also when `buf` is the one of the post.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_post_head(const mcpico_post *post,
                         const char *host,
                         size_t host_len,
                         const char *target,
                         size_t target_len,
                         char *buf,
                         size_t cap,
                         size_t *out_len);

/**
 * Writes the whole HTTP/1.1 request: what mcpico_post_head writes, and the body behind it.
 *
 * Errors: as mcpico_post_head.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_post_request(const mcpico_post *post,
                            const char *host,
                            size_t host_len,
                            const char *target,
                            size_t target_len,
                            char *buf,
                            size_t cap,
                            size_t *out_len);

/**
 * Takes status and headers from a head that mcpico_head_read has read. mcpico_response_received does it by itself.
 *
 * Errors: SESSION_ID, HTTP_HEADER.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_exchange_on_head(mcpico_exchange *exchange,
                                mcpico_client *client,
                                const mcpico_head *head);

/**
 * Takes the HTTP status, for those who bring their own HTTP.
 *
 * Errors: OUT_OF_RANGE outside of 100 to 999.
 */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_exchange_on_status(mcpico_exchange *exchange, uint32_t http_status);

/**
 * Takes one header; give it all of them, after the status. The exchange is over when this is an error.
 *
 * Errors: SESSION_ID, HTTP_HEADER.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_exchange_on_header(mcpico_exchange *exchange,
                                  mcpico_client *client,
                                  const char *name,
                                  size_t name_len,
                                  const char *value,
                                  size_t value_len);

/** Says that the message has gone out as a line; responses come by mcpico_lines_next then. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_exchange_on_line_sent(mcpico_exchange *exchange);

/**
 * Says that no response to a line came in time, or that the server ended without one: one that leaves
 * `server/discover` unanswered is of the legacy era. Settle the exchange then.
 */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_exchange_on_line_unanswered(mcpico_exchange *exchange);

/**
 * The next event. Its texts are valid until the next call on the inbox. With MCPICO_EVENT_NEED_DATA read into
 * mcpico_inbox_spare, then call mcpico_response_received, or mcpico_inbox_commit or _close where the body comes by
 * your own HTTP. The response is not the end: read on until MCPICO_EVENT_CLOSED, _ACCEPTED, _REJECTED or
 * _INTERRUPTED where the connection is to be used again.
 *
 * Errors: MESSAGE_TOO_LARGE, CONTENT_TYPE, PEER_MESSAGE, PEER_RESULT, BATCH_TOO_LARGE, NO_RESPONSE. The exchange is
 * over then, and the error is repeated.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_exchange_next(mcpico_exchange *exchange,
                             mcpico_inbox *inbox,
                             mcpico_event *event);

/** The HTTP status; 0 while there is none. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_exchange_status(const mcpico_exchange *exchange, uint32_t *http_status);

/** The id of the request, which a progress token repeats. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_exchange_id(const mcpico_exchange *exchange, uint32_t *id);

/** Whether the response has come: 0 or 1. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_exchange_is_answered(const mcpico_exchange *exchange, int32_t *answered);

/** Whether nothing more is to come: the response has, or the exchange has ended without one. 0 or 1. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_exchange_is_over(const mcpico_exchange *exchange, int32_t *over);

/** Whether the answer comes as an event stream, which may stay open behind the response: 0 or 1. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_exchange_is_stream(const mcpico_exchange *exchange, int32_t *stream);

/**
 * Milliseconds to wait before mcpico_client_resume goes on with this exchange.
 *
 * Errors: NOTHING_TO_SEND when it cannot be resumed.
 */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_exchange_retry(const mcpico_exchange *exchange, uint64_t *milliseconds);

/* ---- MCP: results that are larger than the inbox ----------------------------------------------------------------- */

/** No part: the event is another one. */
#define MCPICO_PART_NONE 0

/** `null` */
#define MCPICO_PART_NULL 1

/** `true` */
#define MCPICO_PART_TRUE 2

/** `false` */
#define MCPICO_PART_FALSE 3

/** Some of the characters of a number: `text`. */
#define MCPICO_PART_NUMBER 4

/** The number has ended. */
#define MCPICO_PART_END_NUMBER 5

/** Some of the characters of the name of a member, escapes resolved: `text`. */
#define MCPICO_PART_NAME 6

/** The name has ended; its value follows. */
#define MCPICO_PART_END_NAME 7

/** Some of the characters of a string, escapes resolved: `text`. */
#define MCPICO_PART_STRING 8

/** The string has ended. */
#define MCPICO_PART_END_STRING 9

/** `[` */
#define MCPICO_PART_START_ARRAY 10

/** `]` */
#define MCPICO_PART_END_ARRAY 11

/** `{` */
#define MCPICO_PART_START_OBJECT 12

/** `}` */
#define MCPICO_PART_END_OBJECT 13

/** Words of a stream. */
#define MCPICO_RESULT_STREAM_WORDS 32

/**
 * Reads the answer to one request, also where a message is larger than the inbox. It takes the place of
 * mcpico_exchange_next.
 */
struct mcpico_result_stream {
  /** Not to be touched. */
  uint64_t opaque[MCPICO_RESULT_STREAM_WORDS];
};

/**
 * The next thing in a document that comes in parts. A name, a string or a number comes in any number of parts, none
 * when it is empty, and then its end; no part cuts a character or an escape.
 */
struct mcpico_json_part {
  /** sizeof(mcpico_json_part); to be set before the call. */
  uint32_t struct_size;
  /** MCPICO_PART_* */
  uint32_t kind;
  /** Bit n is set when the part belongs to the value of pointer n, from 0. */
  uint64_t selected;
  /** UTF-8. It borrows the inbox or the stream: it is valid until the next call on either. */
  mcpico_str text;
};

/** Starts before the first event of an exchange. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_result_stream_init(mcpico_result_stream *stream);

/**
 * The next event. What fits the inbox comes as mcpico_exchange_next would give it. A message that does not fit is read
 * as it comes, and its result is handed out in parts: MCPICO_EVENT_RESULT_PART, with `part`. A server may write the
 * `id` behind the result, so parts are nothing yet: only MCPICO_EVENT_RESULT_COMPLETE says that they were the whole
 * result of this request. After any other event but MCPICO_EVENT_NEED_DATA, and after an error, they are void. A
 * JSON-RPC error that does not fit is a MCPICO_EVENT_ERROR that has a `code` and nothing else.
 *
 * Each of the pointers, of which there may be none, is shown every part; `selected` says whose it is. Use pointers for
 * one result only, and read an exchange with one stream, and by nothing else.
 *
 * Errors: those of mcpico_exchange_next; MESSAGE_TOO_LARGE only for what cannot be read in parts: a batch, a result
 * that asks for input, a task. TOO_MANY above MCPICO_JSON_POINTERS_MAX pointers. JSON_DUPLICATE when a name on the way
 * to a value stands twice, so that what came first is void; it is repeated as long as that pointer is among them, and
 * the exchange goes on.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_result_stream_next(mcpico_result_stream *stream,
                                  mcpico_exchange *exchange,
                                  mcpico_inbox *inbox,
                                  mcpico_json_pointer *pointers,
                                  size_t pointer_count,
                                  mcpico_event *event,
                                  mcpico_json_part *part);

/* ---- JSON that comes in pieces ----------------------------------------------------------------------------------- */

/** Words of a stream. */
#define MCPICO_JSON_STREAM_WORDS 16

/** Reads one JSON document of any size that comes in pieces of any size. */
struct mcpico_json_stream {
  /** Not to be touched. */
  uint64_t opaque[MCPICO_JSON_STREAM_WORDS];
};

/** Starts at the first byte of a document. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_json_stream_init(mcpico_json_stream *stream);

/**
 * The next part of the document, taken off the front of a piece: `used` bytes are done with, and the rest of the piece
 * is given again. `text` of the part borrows the piece or the stream. With INCOMPLETE all of the piece is done with.
 * The pointers are those of mcpico_result_stream_next.
 *
 * Errors: INCOMPLETE, JSON, which is repeated, TOO_MANY; JSON_DUPLICATE as mcpico_result_stream_next has it: the part is
 * lost, but `used` is written, so that the rest can be read, without that pointer.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_json_stream_next(mcpico_json_stream *stream,
                                const char *piece,
                                size_t piece_len,
                                mcpico_json_pointer *pointers,
                                size_t pointer_count,
                                size_t *used,
                                mcpico_json_part *part);

/**
 * Says that no more pieces will come. `part` is the end of a number that is the whole document, mostly
 * MCPICO_PART_NONE.
 *
 * Errors: JSON when the document is not whole, TOO_MANY, JSON_DUPLICATE.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_json_stream_finish(mcpico_json_stream *stream,
                                  mcpico_json_pointer *pointers,
                                  size_t pointer_count,
                                  mcpico_json_part *part);

/* ---- MCP: the client --------------------------------------------------------------------------------------------- */

/** Revision 2024-11-05. */
#define MCPICO_REVISION_2024_11_05 20241105

/** Revision 2025-03-26. */
#define MCPICO_REVISION_2025_03_26 20250326

/** Revision 2025-06-18. */
#define MCPICO_REVISION_2025_06_18 20250618

/** Revision 2025-11-25, the last one with a handshake. */
#define MCPICO_REVISION_2025_11_25 20251125

/** Revision 2026-07-28, stateless. */
#define MCPICO_REVISION_2026_07_28 20260728

/** The server may ask for `roots/list`. */
#define MCPICO_CAPABILITY_ROOTS 1

/** The server may ask for `sampling/createMessage`. */
#define MCPICO_CAPABILITY_SAMPLING 2

/** The server may ask for `elicitation/create` by a form. */
#define MCPICO_CAPABILITY_ELICITATION_FORM 4

/** The server may ask for `elicitation/create` by a page that the user opens. */
#define MCPICO_CAPABILITY_ELICITATION_URL 8

/** A call of a tool may be answered with a task. */
#define MCPICO_CAPABILITY_TASKS 16

/** Words of a client. */
#define MCPICO_CLIENT_WORDS 28

/** Who we are, what we speak and what has been agreed with one server. It needs no end. */
struct mcpico_client {
  /** Not to be touched. */
  uint64_t opaque[MCPICO_CLIENT_WORDS];
};

/** Who the client is and what it speaks. */
struct mcpico_client_options {
  /** sizeof(mcpico_client_options) */
  uint32_t struct_size;
  /** MCPICO_CAPABILITY_* added together; 0: the server may ask nothing. */
  uint32_t capabilities;
  /** The oldest revision that is spoken, MCPICO_REVISION_*; 0: all. */
  uint32_t oldest;
  /** The newest one; 0: all. */
  uint32_t newest;
  /** Name of the program, which is needed. It is borrowed as long as the client is used: mostly a literal. */
  mcpico_str name;
  /** Its version, needed and borrowed likewise. */
  mcpico_str version;
};

/**
 * A client that knows nothing of the server yet.
 *
 * Errors: OPTION for an unknown revision or capability, or an oldest revision that is newer than the newest.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_client_init(mcpico_client *client,
                           const mcpico_client_options *options);

/**
 * Writes the next message that has to be exchanged before requests can be sent. Read the answer to its end, call
 * mcpico_client_settle, and come again until the status is NOTHING_TO_SEND: then the client is ready.
 *
 * `bearer` is the token to send, without a scheme; NULL with length 0 sends none. `buf` takes headers and body, and
 * `post` and `exchange` are written on success; `post` borrows `buf`. So for all functions that write a message. The
 * bearer stands in `buf` then: wipe it where that matters.
 *
 * Errors: NOTHING_TO_SEND, NEGOTIATION, BEARER, NO_TOKEN, BUFFER_TOO_SMALL. Nothing has changed then.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_client_connect(mcpico_client *client,
                              const char *bearer,
                              size_t bearer_len,
                              char *buf,
                              size_t cap,
                              size_t *out_len,
                              mcpico_post *post,
                              mcpico_exchange *exchange);

/**
 * Writes a request.
 *
 * Errors: NOT_READY, ARGUMENTS, INPUT, METHOD, PARAM_HEADER, JSON, WRONG_TYPE for an `input_state` that is no string,
 * TRACE, TOO_MANY, OPTION for a text that the method does not use, NULL_POINTER for one that it needs, BEARER, NO_TOKEN,
 * BUFFER_TOO_SMALL. Nothing has changed then.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_client_request(mcpico_client *client,
                              const mcpico_call *call,
                              char *buf,
                              size_t cap,
                              size_t *out_len,
                              mcpico_post *post,
                              mcpico_exchange *exchange);

/**
 * Writes the request for a stream of what the server says unasked, up to 2025-11-25; the server may refuse it with
 * 405.
 *
 * Errors: NOT_READY, also since 2026-07-28; BEARER, NO_TOKEN, BUFFER_TOO_SMALL.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_client_listen(const mcpico_client *client,
                             const char *bearer,
                             size_t bearer_len,
                             char *buf,
                             size_t cap,
                             size_t *out_len,
                             mcpico_post *post,
                             mcpico_exchange *exchange);

/**
 * Writes the request that resumes an event stream which ended before the response; wait for mcpico_exchange_retry
 * before it is sent. The response comes in the new exchange.
 *
 * Errors: NOTHING_TO_SEND when the exchange cannot be resumed, NOT_READY, BEARER, NO_TOKEN, BUFFER_TOO_SMALL; OVERLAP
 * also when the new exchange is the storage of `interrupted`.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_client_resume(const mcpico_client *client,
                             const mcpico_exchange *interrupted,
                             const char *bearer,
                             size_t bearer_len,
                             char *buf,
                             size_t cap,
                             size_t *out_len,
                             mcpico_post *post,
                             mcpico_exchange *exchange);

/**
 * Writes the answer to a request of the server, up to 2025-11-25. `request` is the event, while it is valid.
 *
 * `result` is a JSON document; with NULL the answer is the error `code` (JSON-RPC) with `message`, one sentence.
 *
 * Errors: OPTION when the event is no MCPICO_EVENT_SERVER_REQUEST or there are both a result and a message, NULL_POINTER
 * when there is neither, JSON, NOT_READY, BEARER, NO_TOKEN, BUFFER_TOO_SMALL.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_client_answer(mcpico_client *client,
                             const mcpico_event *request,
                             const char *result,
                             size_t result_len,
                             int64_t code,
                             const char *message,
                             size_t message_len,
                             const char *bearer,
                             size_t bearer_len,
                             char *buf,
                             size_t cap,
                             size_t *out_len,
                             mcpico_post *post,
                             mcpico_exchange *exchange);

/**
 * Writes that the answer to a request is not wanted any more. Over HTTP only up to 2025-11-25: since 2026-07-28
 * closing the response stream says so. `reason` is a sentence; NULL: none.
 *
 * Errors: NOTHING_TO_SEND, BEARER, NO_TOKEN, BUFFER_TOO_SMALL; OVERLAP also when the new exchange is the storage of
 * `cancelled`.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_client_cancel(mcpico_client *client,
                             const mcpico_exchange *cancelled,
                             const char *reason,
                             size_t reason_len,
                             const char *bearer,
                             size_t bearer_len,
                             char *buf,
                             size_t cap,
                             size_t *out_len,
                             mcpico_post *post,
                             mcpico_exchange *exchange);

/**
 * The same over a stream of lines, which has this message in every revision.
 *
 * Errors: NOTHING_TO_SEND, BUFFER_TOO_SMALL; OVERLAP as there.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_client_cancel_line(mcpico_client *client,
                                  const mcpico_exchange *cancelled,
                                  const char *reason,
                                  size_t reason_len,
                                  char *buf,
                                  size_t cap,
                                  size_t *out_len,
                                  mcpico_post *post,
                                  mcpico_exchange *exchange);

/**
 * Writes the request that ends the session, when there is one; the server may refuse it.
 *
 * Errors: NOTHING_TO_SEND, BEARER, NO_TOKEN, BUFFER_TOO_SMALL.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_client_end(mcpico_client *client,
                          const char *bearer,
                          size_t bearer_len,
                          char *buf,
                          size_t cap,
                          size_t *out_len,
                          mcpico_post *post,
                          mcpico_exchange *exchange);

/**
 * Takes over what an exchange has taught; call it at the end of each. `progressed` (it may be NULL) is 1 when the
 * handshake has got further: when the answer to one of its messages taught nothing, it is stuck.
 *
 * Errors: NO_COMMON_REVISION.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_client_settle(mcpico_client *client,
                             const mcpico_exchange *exchange,
                             int32_t *progressed);

/**
 * Makes a client that has agreed on the same and runs beside this one, on connections of its own. The next `ids`
 * requests are its: this one leaves their ids out. `other` borrows what this client borrows, and not this client.
 *
 * Errors: OVERLAP also when `other` is `client`.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_client_beside(mcpico_client *client,
                             uint32_t ids,
                             mcpico_client *other);

/**
 * The revision that is spoken, MCPICO_REVISION_*.
 *
 * Errors: NOT_READY while it has not been found out.
 */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_client_revision(const mcpico_client *client, uint32_t *revision);

/**
 * Whether the next message of the handshake is `initialize`: 0 or 1. A server that has refused that with 400, 404 or 405
 * may be one of HTTP+SSE; see mcpico_channel.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_client_is_initializing(const mcpico_client *client,
                                      int32_t *initializing);

/** Whether the server has opened a session: 0 or 1. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_client_has_session(const mcpico_client *client, int32_t *has_session);

/* ---- MCP: what a server tells of its own accord ------------------------------------------------------------------ */

/** Words of a subscription. */
#define MCPICO_SUBSCRIPTION_WORDS 4

/** Nothing about the subscription: another event of the exchange. */
#define MCPICO_UPDATE_NOTHING 0

/**
 * The first one, what the server is going to tell: `granted`, and `json`, where `/notifications/resourceSubscriptions`
 * and `/notifications/taskIds` are arrays of strings. mcpico_update_is_granted compares it with what was asked for.
 */
#define MCPICO_UPDATE_ACKNOWLEDGED 1

/** It is over, as `ending` says; no more will come. */
#define MCPICO_UPDATE_ENDED 2

/** The list of prompts has changed. */
#define MCPICO_UPDATE_PROMPTS_CHANGED 3

/** The list of resources has changed. */
#define MCPICO_UPDATE_RESOURCES_CHANGED 4

/** The list of tools has changed. */
#define MCPICO_UPDATE_TOOLS_CHANGED 5

/** A resource has changed: `uri`, which may be a part of one that was asked for. */
#define MCPICO_UPDATE_RESOURCE_UPDATED 6

/** Where a task stands: `json`. */
#define MCPICO_UPDATE_TASK 7

/** A message that belongs to another subscription or to none, or that came before the acknowledgement. Drop it. */
#define MCPICO_UPDATE_STRAY 8

/** A notification of a kind that is not known here: `method`, and `json` with its parameters. */
#define MCPICO_UPDATE_UNKNOWN 9

/** The server has cancelled it. */
#define MCPICO_ENDING_CANCELLED 1

/** The server has closed it in good order. */
#define MCPICO_ENDING_COMPLETED 2

/** The stream broke. It may be begun anew. */
#define MCPICO_ENDING_INTERRUPTED 3

/** The server did not begin it; the event says why. */
#define MCPICO_ENDING_REFUSED 4

/**
 * Reads the events of an exchange that was begun with MCPICO_METHOD_SUBSCRIBE. It borrows nothing.
 *
 * To end it, close the response stream (HTTP) or send what mcpico_client_cancel_line writes (lines). When it was
 * interrupted, subscribe anew, after a pause that grows: what happened in between is not told.
 */
struct mcpico_subscription {
  /** Not to be touched. */
  uint64_t opaque[MCPICO_SUBSCRIPTION_WORDS];
};

/** What an event tells. Fields that its kind does not name are zeros; texts borrow what the event borrows. */
struct mcpico_update {
  /** sizeof(mcpico_update); to be set before the call. */
  uint32_t struct_size;
  /** MCPICO_UPDATE_* */
  uint32_t kind;
  /** MCPICO_ENDING_* */
  uint32_t ending;
  /** MCPICO_SUBSCRIBE_* added together. */
  uint32_t granted;
  /** The URI of a resource: a JSON string with its quotes. */
  mcpico_str uri;
  /** The method, without quotes. */
  mcpico_str method;
  /** A JSON document. */
  mcpico_str json;
};

/** The subscription that an exchange carries. */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_subscription_init(mcpico_subscription *subscription,
                                 const mcpico_exchange *exchange);

/**
 * What an event of the exchange, while it is valid, says about the subscription.
 *
 * Errors: PEER_RESULT when a message of this subscription is malformed; the next one can be read. JSON when `json` of
 * the event is none.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_subscription_read(mcpico_subscription *subscription,
                                 const mcpico_event *event,
                                 mcpico_update *update);

/** Whether the server has agreed to tell something: 0 or 1. */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_subscription_is_acknowledged(const mcpico_subscription *subscription,
                                            int32_t *acknowledged);

/**
 * Whether an update of the kind MCPICO_UPDATE_ACKNOWLEDGED grants everything that `call`, with its `subscribe`,
 * `resource_uris` and `task_ids`, has asked for: 0 or 1.
 *
 * Errors: OPTION for an update of another kind or a flag that does not exist, TOO_MANY, JSON and PEER_RESULT when its
 * `json` has been changed.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_update_is_granted(const mcpico_update *update,
                                 const mcpico_call *call,
                                 int32_t *granted);

/**
 * What a notification tells, whatever subscription it belongs to: up to 2025-11-25 changes are told beside the answers
 * to requests, and on the stream of mcpico_client_listen. `event` is one of the kind MCPICO_EVENT_NOTIFICATION, while
 * it is valid.
 *
 * Errors: WRONG_TYPE for an event of another kind, PEER_RESULT when it is malformed, JSON when `json` of the event is
 * none.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_event_update(const mcpico_event *event,
                            mcpico_update *update);

/* ---- MCP: what results, errors and notifications say ------------------------------------------------------------- */

/** The server works on it. */
#define MCPICO_TASK_WORKING 1

/** The server needs input, which MCPICO_METHOD_UPDATE_TASK brings. */
#define MCPICO_TASK_INPUT_REQUIRED 2

/** The result is there. */
#define MCPICO_TASK_COMPLETED 3

/** The request has failed with a JSON-RPC error. */
#define MCPICO_TASK_FAILED 4

/** The request was cancelled. */
#define MCPICO_TASK_CANCELLED 5

/** The error is another one. */
#define MCPICO_REFUSAL_NONE 0

/**
 * -32020: headers and body differ. For a tool: list the tools again, since a schema says which arguments are headers,
 * and call it once more.
 */
#define MCPICO_REFUSAL_HEADER_MISMATCH 1

/** -32021: the client has to declare more, as `wanted` says, an object of the form of its capabilities. */
#define MCPICO_REFUSAL_MISSING_CAPABILITY 2

/** -32022: the server does not speak the revision. `wanted` is an array of those that it speaks. */
#define MCPICO_REFUSAL_UNSUPPORTED_REVISION 3

/** How far a request is. */
struct mcpico_progress {
  /** sizeof(mcpico_progress); to be set before the call. */
  uint32_t struct_size;
  /** MCPICO_ID_* */
  uint32_t id_kind;
  /** The id of the request, mcpico_exchange_id. */
  int64_t id_number;
  /** A token that is a string, with its quotes; ours are numbers. */
  mcpico_str id;
  /** How far it is: a JSON number. */
  mcpico_str progress;
  /** How far it goes: a JSON number; NULL when nobody knows. */
  mcpico_str total;
  /** What is being done: a JSON string with its quotes; NULL: none. */
  mcpico_str message;
};

/** Where a task stands. Texts borrow the document. */
struct mcpico_task {
  /** sizeof(mcpico_task); to be set before the call. */
  uint32_t struct_size;
  /** MCPICO_TASK_*; it does not change any more from MCPICO_TASK_COMPLETED on. */
  uint32_t status;
  /** Milliseconds from when it was made after which the server may drop it; UINT64_MAX: no limit. */
  uint64_t ttl;
  /** Milliseconds that the server asks to let pass before it is asked again; 0: it does not say. */
  uint64_t poll_interval;
  /** The name by which the server knows it: a JSON string with its quotes. */
  mcpico_str id;
  /** More about the status: a JSON string with its quotes; NULL: none. */
  mcpico_str message;
};

/**
 * Reads a notification of progress, while its event is valid.
 *
 * Errors: WRONG_TYPE when it is none, PEER_RESULT when it is malformed, JSON when `json` of the event is none.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_event_progress(const mcpico_event *event,
                              mcpico_progress *progress);

/**
 * Reads a log message, while its event is valid: MCPICO_LOG_*; the part of the server that says it, a JSON string with
 * its quotes, `data` NULL when it has no name; and any JSON.
 *
 * Errors: WRONG_TYPE when it is none, PEER_RESULT when it is malformed, JSON when `json` of the event is none.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_event_log(const mcpico_event *event,
                         uint32_t *level,
                         mcpico_str *logger,
                         mcpico_str *message);

/**
 * Reads why a server of 2026-07-28 refuses a request, out of a MCPICO_EVENT_ERROR, while it is valid:
 * MCPICO_REFUSAL_*, and what it has read, a JSON string with its quotes, `data` NULL where there is none.
 *
 * Errors: WRONG_TYPE for another event, PEER_RESULT when the data of the error are not what its code promises, JSON when
 * `json` of the event is none.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_event_refusal(const mcpico_event *event,
                             uint32_t *refusal,
                             mcpico_str *wanted,
                             mcpico_str *requested);

/**
 * Reads the result of MCPICO_METHOD_CALL_TOOL: whether the tool itself has failed (0 or 1), an array of content items,
 * and any JSON; `data` is NULL for what is not there. A malformed `isError` is an error and never "no".
 *
 * Errors: JSON, PEER_RESULT.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_result_tool(const char *json,
                           size_t json_len,
                           int32_t *is_error,
                           mcpico_str *content,
                           mcpico_str *structured_content);

/**
 * Reads one page of a list: an array, and where the next page begins, a JSON string with its quotes, `data` NULL when
 * there is none. `list` is tools, resources, resourceTemplates or prompts. The cursor goes into mcpico_call by way of
 * mcpico_json_string.
 *
 * Errors: OPTION for another list, JSON, PEER_RESULT.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_result_page(const char *json,
                           size_t json_len,
                           const char *list,
                           size_t list_len,
                           mcpico_str *items,
                           mcpico_str *next_cursor);

/**
 * Reads how long a result may be kept, in milliseconds since it came, 0 when the server says nothing; and whether for
 * everyone (1) or only for requests with the same token (0). What answers a request with input is not to be kept.
 *
 * Errors: JSON, PEER_RESULT.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_result_cache(const char *json,
                            size_t json_len,
                            uint64_t *ttl,
                            int32_t *is_public);

/**
 * Reads a task: `json` of a MCPICO_EVENT_TASK, of the result of MCPICO_METHOD_GET_TASK, or of a MCPICO_UPDATE_TASK.
 *
 * Errors: JSON, PEER_RESULT.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_task_read(const char *json,
                         size_t json_len,
                         mcpico_task *task);

/**
 * What has come of a task, as the event that the call would have ended with: MCPICO_EVENT_RESULT, _ERROR or
 * _INPUT_REQUIRED; _TASK while it works, _CLOSED when it was cancelled. Texts borrow the document. The result of
 * MCPICO_METHOD_GET_TASK and a MCPICO_UPDATE_TASK hold it, a MCPICO_EVENT_TASK need not.
 *
 * Errors: JSON, PEER_RESULT.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_task_outcome(const char *json,
                            size_t json_len,
                            mcpico_event *event);

/* ---- MCP: what a server may ask of a client ---------------------------------------------------------------------- */

/**
 * Whether a server may ask for this, by the capabilities of the client: 0 or 1. `method` is that of a
 * MCPICO_EVENT_SERVER_REQUEST, or of one of the requests of a MCPICO_EVENT_INPUT_REQUIRED without its quotes; `params`
 * its parameters, NULL with length 0 for none. What it may not is answered with MCPICO_RPC_METHOD_NOT_FOUND.
 *
 * Errors: JSON.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_client_allows(const mcpico_client *client,
                             const char *method,
                             size_t method_len,
                             const char *params,
                             size_t params_len,
                             int32_t *allowed);

/**
 * Writes the object that fills a form with the defaults that it names, for `content` of the answer to an
 * `elicitation/create` with these parameters: `{"action":"accept","content":...}`.
 *
 * Errors: JSON; WRONG_TYPE when it is no form; ELICITATION when a required property has no default, or the form is
 * malformed; BUFFER_TOO_SMALL.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_elicitation_defaults(const char *params,
                                    size_t params_len,
                                    char *buf,
                                    size_t cap,
                                    size_t *out_len);

/**
 * Counts the arguments of a tool that go into headers, by its `inputSchema`. Since 2026-07-28 a tool whose schema is
 * refused here has to be left out of what is offered.
 *
 * Errors: JSON, PARAM_HEADER.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_param_header_count(const char *input_schema,
                                  size_t input_schema_len,
                                  size_t *header_count);

/* ---- JSON-RPC messages alone ------------------------------------------------------------------------------------- */

/** No JSON. */
#define MCPICO_RPC_PARSE_ERROR (-32700)

/** No request. */
#define MCPICO_RPC_INVALID_REQUEST (-32600)

/** There is no such method. */
#define MCPICO_RPC_METHOD_NOT_FOUND (-32601)

/** The parameters are not those of the method. */
#define MCPICO_RPC_INVALID_PARAMS (-32602)

/** A fault of the one who answers. */
#define MCPICO_RPC_INTERNAL_ERROR (-32603)

/**
 * Reads one JSON-RPC message, of whoever: MCPICO_EVENT_SERVER_REQUEST, _NOTIFICATION, _RESULT or _ERROR, with its id.
 * Texts borrow `text`. A member that stands twice, or a batch, is no message.
 *
 * Errors: PEER_MESSAGE.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_rpc_parse(const char *text,
                         size_t text_len,
                         mcpico_event *event);

/* ---- HTTP/1.1 ---------------------------------------------------------------------------------------------------- */

/** `POST` */
#define MCPICO_HTTP_POST 1

/** `GET` */
#define MCPICO_HTTP_GET 2

/** `DELETE` */
#define MCPICO_HTTP_DELETE 3

/** Words of a head reader. */
#define MCPICO_HEAD_READER_WORDS 6

/** Words of a head. */
#define MCPICO_HEAD_WORDS 6

/** Words of a body. */
#define MCPICO_BODY_WORDS 8

/** Finds and checks the heads of one response, the informational ones (1xx) before it included. */
struct mcpico_head_reader {
  /** Not to be touched. */
  uint64_t opaque[MCPICO_HEAD_READER_WORDS];
};

/** A checked response head. It borrows the bytes that it was read from. */
struct mcpico_head {
  /** Not to be touched. */
  uint64_t opaque[MCPICO_HEAD_WORDS];
};

/** Strips the framing of one response body: by length, by chunks or by the end of the connection. */
struct mcpico_body {
  /** Not to be touched. */
  uint64_t opaque[MCPICO_BODY_WORDS];
};

/** A header of a request. */
struct mcpico_header_field {
  /** A token. */
  mcpico_str name;
  /** Printable ASCII without white space at its ends. */
  mcpico_str value;
};

/** The head of a request of your own. For a post there is mcpico_post_head. */
struct mcpico_request_head {
  /** sizeof(mcpico_request_head) */
  uint32_t struct_size;
  /** MCPICO_HTTP_* */
  uint32_t verb;
  /** Path and query, beginning with `/`; needed, as is the next one. */
  mcpico_str target;
  /** Host name or address, with its port when that is not the default one of the scheme. */
  mcpico_str host;
  /** Headers besides `Host`, `Accept-Encoding` and `Content-Length`, which are written by the function. */
  const mcpico_header_field *headers;
  /** Their number. */
  size_t header_count;
  /** Bytes of the body; below 0: no `Content-Length`. */
  int64_t content_length;
};

/** Starts before the first byte of a response. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_head_reader_init(mcpico_head_reader *reader);

/**
 * The head at the start of `data`, which is everything that has come from the head's first byte on: each call gives the
 * same bytes with more behind them. `head_len` is the number of its bytes. After a head with a status below 200 drop
 * its bytes and read on with the same reader.
 *
 * Errors: INCOMPLETE while it is not whole, HTTP_HEAD, HTTP_LIMIT. As soon as the bytes show it.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_head_read(mcpico_head_reader *reader,
                         const char *data,
                         size_t data_len,
                         mcpico_head *head,
                         size_t *head_len);

/** The status, 100 to 599. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_head_status(const mcpico_head *head, uint32_t *http_status);

/**
 * Header number `index`, from 0: the name as sent, the value without the white space around it.
 *
 * Errors: NOT_FOUND behind the last one.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_head_header(const mcpico_head *head,
                           size_t index,
                           mcpico_str *name,
                           mcpico_str *value);

/**
 * The value of the first header called `name`, without regard to case.
 *
 * Errors: NOT_FOUND.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_head_find(const mcpico_head *head,
                         const char *name,
                         size_t name_len,
                         mcpico_str *value);

/**
 * Starts before the first byte of the body that follows `head`, as it says.
 *
 * Errors: HTTP_FRAMING, HTTP_HEADER, HTTP_LIMIT.
 */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_body_init(mcpico_body *body, const mcpico_head *head);

/**
 * Strips the framing from `data` in place and moves the bytes of the body to its front: `kept` of them. All of `data`
 * is consumed; `excess` bytes came after the end of the response: never use them, and close the connection.
 *
 * Errors: HTTP_CHUNK, HTTP_LIMIT. What `data` then holds is unspecified, and the error is repeated.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_body_decode(mcpico_body *body,
                           char *data,
                           size_t data_len,
                           size_t *kept,
                           size_t *excess);

/**
 * Notes that the peer has closed the connection; this completes a body that lasts until then.
 *
 * Errors: HTTP_TRUNCATED, or the error that mcpico_body_decode gave before.
 */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_body_end(mcpico_body *body);

/** Whether the body is whole (0 or 1), and whether the connection can carry another request (0 or 1). */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_body_state(const mcpico_body *body, int32_t *complete, int32_t *reusable);

/**
 * Writes a request head, so that nothing in it can start another line.
 *
 * Errors: REQUEST_TARGET, REQUEST_HOST, REQUEST_HEADER, OPTION, BUFFER_TOO_SMALL.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_request_head_write(const mcpico_request_head *head,
                                  char *buf,
                                  size_t cap,
                                  size_t *out_len);

/* ---- HTTP/1.1: a response on its way into the inbox -------------------------------------------------------------- */

/** Words of a response. */
#define MCPICO_RESPONSE_WORDS 12

/** Reads one HTTP/1.1 response: its head goes to the exchange, its body to the inbox, the framing stripped. */
struct mcpico_response {
  /** Not to be touched. */
  uint64_t opaque[MCPICO_RESPONSE_WORDS];
};

/** Starts before the first byte of a response. The inbox is to be empty: reset it before. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_response_init(mcpico_response *response);

/**
 * Takes `count` bytes that were read into mcpico_inbox_spare; 0 says that the peer has closed the connection. Then ask
 * mcpico_exchange_next.
 *
 * A refusal (a status of 300 and above) whose body does not come whole stays one.
 *
 * Errors: CLOSED_UNANSWERED, HTTP_HEAD, HTTP_LIMIT, HTTP_FRAMING, HTTP_CHUNK, HTTP_TRUNCATED, HTTP_HEADER, SESSION_ID,
 * MESSAGE_TOO_LARGE when the head does not fit the inbox, LENGTH when there is less room. But for LENGTH the
 * connection has to be closed.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_response_received(mcpico_response *response,
                                 mcpico_client *client,
                                 mcpico_exchange *exchange,
                                 mcpico_inbox *inbox,
                                 size_t count);

/** Whether the response is whole (0 or 1), and whether the connection can carry another request (0 or 1). */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_response_state(const mcpico_response *response,
                              int32_t *complete,
                              int32_t *reusable);

/* ---- MCP over a stream of lines ---------------------------------------------------------------------------------- */

/** Words of a stream of lines. */
#define MCPICO_LINES_WORDS 8

/**
 * Reads what a server says over a stream of lines: the standard streams of a process, a serial line. A message goes
 * out by mcpico_post_line.
 */
struct mcpico_lines {
  /** Not to be touched. */
  uint64_t opaque[MCPICO_LINES_WORDS];
};

/** Starts at the first byte of a line. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_lines_init(mcpico_lines *lines);

/**
 * The next thing that came. `exchange` is the one whose response is awaited, NULL when none is; `answered` is 1 when
 * the event is its response. `line` is the message as it came, `data` NULL while there is none.
 *
 * Fill the inbox by mcpico_inbox_spare and mcpico_inbox_commit; texts are valid until the next call on it.
 *
 * Errors: PEER_MESSAGE, PEER_RESULT, MESSAGE_TOO_LARGE, BATCH_TOO_LARGE. The line has been dropped then, and the
 * next one can be read; `line` and `answered`, which is 1 when the exchange is over by it, are written, and `event`
 * is not.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_lines_next(mcpico_lines *lines,
                          const mcpico_client *client,
                          mcpico_exchange *exchange,
                          mcpico_inbox *inbox,
                          mcpico_event *event,
                          int32_t *answered,
                          mcpico_str *line);

/**
 * The next thing that came, where several responses are awaited, which come in any order: `exchanges` points to as many
 * pointers, none of them NULL; one exchange may stand there twice. `answered` is the place of the one whose response the
 * event is, -1 for none. An exchange that is over stays where it is, or is left out of the next call.
 *
 * A response without an id, such as the error about a message that the server could not read, is taken when one alone
 * is waiting. All else, and the errors, as by mcpico_lines_next.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_lines_next_of(mcpico_lines *lines,
                             const mcpico_client *client,
                             mcpico_exchange **exchanges,
                             size_t exchange_count,
                             mcpico_inbox *inbox,
                             mcpico_event *event,
                             ptrdiff_t *answered,
                             mcpico_str *line);

/* ---- MCP over HTTP+SSE of 2024-11-05 ----------------------------------------------------------------------------- */

/** Words of a channel. */
#define MCPICO_CHANNEL_WORDS 48

/**
 * Reads what a server says over HTTP+SSE: one event stream that names at its start where messages are posted, and on
 * which the responses to all requests come. The client has to be one of revisions up to 2025-11-25.
 *
 * 1. Send what mcpico_channel_open writes, and read the answer by mcpico_response_received. When it is no stream
 * (mcpico_exchange_is_stream), mcpico_exchange_next says why.
 * 2. Take mcpico_channel_endpoint out of the inbox and resolve it by mcpico_message_endpoint.
 * 3. Post each message that the client writes there, by mcpico_channel_submit, over a connection of its own. When the
 * answer to that is MCPICO_EVENT_ACCEPTED, call mcpico_exchange_on_line_sent for the exchange of the message; its
 * response comes by mcpico_channel_next.
 *
 * When the stream ends, so does the session: begin anew with a new client.
 */
struct mcpico_channel {
  /** Not to be touched. */
  uint64_t opaque[MCPICO_CHANNEL_WORDS];
};

/** Starts at the first byte of the body of the stream. */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_channel_init(mcpico_channel *channel);

/**
 * Writes the request that opens the stream. A server is asked so that has refused `initialize` with 400, 404 or 405.
 *
 * Errors: BEARER, NO_TOKEN, BUFFER_TOO_SMALL.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_channel_open(const char *bearer,
                            size_t bearer_len,
                            char *buf,
                            size_t cap,
                            size_t *out_len,
                            mcpico_post *post,
                            mcpico_exchange *exchange);

/**
 * Writes the request that posts `message`, which the client has written. Its exchange ends with MCPICO_EVENT_ACCEPTED or
 * says why not.
 *
 * Errors: BEARER, NO_TOKEN, BUFFER_TOO_SMALL; OVERLAP also when `post` is the storage of `message`, or `buf` its buffer.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_channel_submit(const mcpico_post *message,
                              const char *bearer,
                              size_t bearer_len,
                              char *buf,
                              size_t cap,
                              size_t *out_len,
                              mcpico_post *post,
                              mcpico_exchange *exchange);

/**
 * The text of the first event of the stream, which says where messages are posted. Ask for it once; it is valid until
 * the next call on the inbox.
 *
 * Errors: INCOMPLETE when more bytes are needed, ENDPOINT_MISSING, ENDPOINT, MESSAGE_TOO_LARGE.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_channel_endpoint(mcpico_channel *channel,
                                mcpico_inbox *inbox,
                                mcpico_str *reference);

/**
 * Resolves what mcpico_channel_endpoint has given against the URL of the stream, an absolute one with http or https.
 * Scheme and authority are those of the stream, byte for byte: nothing can be sent anywhere else. `target` (it may be
 * NULL) borrows `buf`: path and query, as mcpico_post_request takes them.
 *
 * The room is that of both texts and one byte more; what stands in it behind the result is void.
 *
 * Errors: ENDPOINT, ENDPOINT_ORIGIN, BUFFER_TOO_SMALL.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_message_endpoint(const char *stream,
                                size_t stream_len,
                                const char *reference,
                                size_t reference_len,
                                char *buf,
                                size_t cap,
                                size_t *out_len,
                                mcpico_str *target);

/**
 * The next thing that came, once the endpoint is known: as by mcpico_lines_next_of, but that an event which does not fit
 * the inbox is the last one.
 *
 * Errors: ENDPOINT_REPEATED, after which reading goes on, PEER_MESSAGE, MESSAGE_TOO_LARGE, BATCH_TOO_LARGE, PEER_RESULT;
 * `message` and `answered` are written with all of these.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_channel_next(mcpico_channel *channel,
                            const mcpico_client *client,
                            mcpico_exchange **exchanges,
                            size_t exchange_count,
                            mcpico_inbox *inbox,
                            mcpico_event *event,
                            ptrdiff_t *answered,
                            mcpico_str *message);

/* ---- Framing alone ----------------------------------------------------------------------------------------------- */

/** One message per line, as over standard streams. */
#define MCPICO_FRAMING_LINES 1

/** `text/event-stream`: one message per event. */
#define MCPICO_FRAMING_EVENT_STREAM 2

/** The body is one message. */
#define MCPICO_FRAMING_WHOLE_BODY 3

/** Words of a framing. */
#define MCPICO_FRAMING_WORDS 48

/** How messages are separated, and how far it has been read. */
struct mcpico_framing {
  /** Not to be touched. */
  uint64_t opaque[MCPICO_FRAMING_WORDS];
};

/**
 * Starts at the first byte of a stream; `kind` is MCPICO_FRAMING_*.
 *
 * Errors: OPTION.
 */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_framing_init(mcpico_framing *framing, uint32_t kind);

/**
 * The next message; it is valid until the next call on the inbox, and freed by it.
 *
 * Errors: INCOMPLETE when more bytes are needed, NOT_FOUND when the stream has ended, MESSAGE_TOO_LARGE when a message
 * does not fit; of lines the rest of the line is skipped then and reading can go on, otherwise the error is repeated.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_framing_next(mcpico_framing *framing,
                            mcpico_inbox *inbox,
                            mcpico_str *message);

/**
 * The name of the event that was last handed out, empty when it had none. It borrows the framing.
 *
 * Errors: WRONG_TYPE when it is no event stream, NOT_FOUND for a name of more than 16 bytes.
 */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_framing_event_name(const mcpico_framing *framing, mcpico_str *name);

/**
 * The id that a reconnecting client sends as `Last-Event-ID`, empty when there is none. It borrows the framing.
 *
 * Errors: WRONG_TYPE when it is no event stream, NOT_FOUND for an id of more than 128 bytes.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_framing_last_event_id(const mcpico_framing *framing,
                                     mcpico_str *id);

/**
 * Milliseconds that the server wants a client to wait before it reconnects.
 *
 * Errors: WRONG_TYPE when it is no event stream, NOT_FOUND when the server has not said.
 */
MCPICO_API MCPICO_NODISCARD int32_t mcpico_framing_retry(const mcpico_framing *framing, uint64_t *milliseconds);

/* ---- A whole call over two callbacks ----------------------------------------------------------------------------- */

/**
 * Reads up to `len` bytes into `data` and waits for at least one. The number of bytes, 0 when the peer has closed, below
 * 0 when it failed.
 */
typedef ptrdiff_t (*mcpico_read)(void *context, char *data, size_t len);

/**
 * Writes up to `len` bytes of `data` and waits until at least one is written. The number of bytes, 0 or below when it
 * failed.
 */
typedef ptrdiff_t (*mcpico_write)(void *context, const char *data, size_t len);

/**
 * Sees each event that is not the end of a call: notifications, requests of the server. It may read the event by all
 * functions that take one or its texts, which are valid until it returns.
 */
typedef void (*mcpico_observe)(void *context, const mcpico_event *event);

/** A connection of the caller: plain, TLS, whatever reads and writes. Rule 10 holds for the callbacks. */
struct mcpico_io {
  /** sizeof(mcpico_io) */
  uint32_t struct_size;
  /** 0 */
  uint32_t reserved;
  /** Handed to the callbacks. */
  void *context;
  /** Reads; needed. */
  mcpico_read read;
  /** Writes; needed. */
  mcpico_write write;
  /** May be NULL. */
  mcpico_observe observe;
  /** Host name or address, with its port when that is not the default one of the scheme; needed. */
  mcpico_str host;
  /** Path and query, beginning with `/`; needed. */
  mcpico_str target;
};

/**
 * Makes a call and waits for its end: the handshake as far as it is needed, then the request, over one connection.
 *
 * `buf` takes each request, headers and body (1 to 2 KiB for small arguments), `inbox` the answers, whatever it held
 * before. The bearer stands in `buf` afterwards. `event` is the end: MCPICO_EVENT_RESULT, _ERROR, _INPUT_REQUIRED,
 * _TASK, _REJECTED or _INTERRUPTED; its texts are valid until the next call on the inbox. `reusable` is 1 when the
 * connection can carry another call. An answer to a message of the handshake that does not get further is the end,
 * too: mostly a rejection or an error; of any other the texts are left out.
 *
 * Errors: OVERLAP also for a text that lies in the inbox, such as a cursor of the page before: copy it. RECONNECT
 * when the connection is used up between two messages (open another one and call again; the client keeps what it has
 * learnt), READ, WRITE, CLOSED_UNANSWERED, those of mcpico_client_connect, mcpico_client_request,
 * mcpico_post_request, mcpico_response_received and mcpico_exchange_next. But for errors of the arguments the
 * connection has to be closed. With BUFFER_TOO_SMALL `*needed` (it may be NULL) is a size that suffices.
 */
MCPICO_API MCPICO_NODISCARD
int32_t mcpico_run(const mcpico_io *io,
                   mcpico_client *client,
                   const mcpico_call *call,
                   char *buf,
                   size_t cap,
                   size_t *needed,
                   mcpico_inbox *inbox,
                   mcpico_event *event,
                   int32_t *reusable);

/* ---- Sizes -------------------------------------------------------------------------------------------------------- */

/* The alignment that is enough for every object. */
#define MCPICO_OBJECT_ALIGN 8

#define MCPICO_KEY_SIZE (MCPICO_KEY_WORDS * 8)
#define MCPICO_TOKEN_SIZE (MCPICO_TOKEN_WORDS * 8)
#define MCPICO_UNVERIFIED_SIZE (MCPICO_UNVERIFIED_WORDS * 8)
#define MCPICO_CHALLENGE_SIZE (MCPICO_CHALLENGE_WORDS * 8)
#define MCPICO_GRANT_SIZE (MCPICO_GRANT_WORDS * 8)
#define MCPICO_DENIAL_SIZE (MCPICO_DENIAL_WORDS * 8)
#define MCPICO_JSON_ITERATOR_SIZE (MCPICO_JSON_ITERATOR_WORDS * 8)
#define MCPICO_JSON_POINTER_SIZE (MCPICO_JSON_POINTER_WORDS * 8)
#define MCPICO_INBOX_SIZE (MCPICO_INBOX_WORDS * 8)
#define MCPICO_CLIENT_SIZE (MCPICO_CLIENT_WORDS * 8)
#define MCPICO_POST_SIZE (MCPICO_POST_WORDS * 8)
#define MCPICO_EXCHANGE_SIZE (MCPICO_EXCHANGE_WORDS * 8)
#define MCPICO_RESULT_STREAM_SIZE (MCPICO_RESULT_STREAM_WORDS * 8)
#define MCPICO_LINES_SIZE (MCPICO_LINES_WORDS * 8)
#define MCPICO_HEAD_READER_SIZE (MCPICO_HEAD_READER_WORDS * 8)
#define MCPICO_HEAD_SIZE (MCPICO_HEAD_WORDS * 8)
#define MCPICO_BODY_SIZE (MCPICO_BODY_WORDS * 8)
#define MCPICO_RESPONSE_SIZE (MCPICO_RESPONSE_WORDS * 8)
#define MCPICO_FRAMING_SIZE (MCPICO_FRAMING_WORDS * 8)
#define MCPICO_SUBSCRIPTION_SIZE (MCPICO_SUBSCRIPTION_WORDS * 8)
#define MCPICO_CHANNEL_SIZE (MCPICO_CHANNEL_WORDS * 8)
#define MCPICO_JSON_STREAM_SIZE (MCPICO_JSON_STREAM_WORDS * 8)

/* MCPICO_OK when this header belongs to the library that is linked, MCPICO_ERROR_ABI when not. */
static inline int32_t mcpico_check_header(void)
{
  const size_t sizes[] = {
    sizeof(mcpico_str),
    sizeof(mcpico_key),
    sizeof(mcpico_named_key),
    sizeof(mcpico_policy),
    sizeof(mcpico_token),
    sizeof(mcpico_jose_header),
    sizeof(mcpico_claim),
    sizeof(mcpico_claims),
    sizeof(mcpico_unverified),
    sizeof(mcpico_challenge),
    sizeof(mcpico_challenge_fields),
    sizeof(mcpico_guard),
    sizeof(mcpico_grant),
    sizeof(mcpico_denial),
    sizeof(mcpico_json_iterator),
    sizeof(mcpico_json_pointer),
    sizeof(mcpico_inbox),
    sizeof(mcpico_client_options),
    sizeof(mcpico_client),
    sizeof(mcpico_call),
    sizeof(mcpico_post),
    sizeof(mcpico_event),
    sizeof(mcpico_exchange),
    sizeof(mcpico_json_part),
    sizeof(mcpico_result_stream),
    sizeof(mcpico_lines),
    sizeof(mcpico_head_reader),
    sizeof(mcpico_head),
    sizeof(mcpico_body),
    sizeof(mcpico_header_field),
    sizeof(mcpico_request_head),
    sizeof(mcpico_response),
    sizeof(mcpico_framing),
    sizeof(mcpico_io),
    sizeof(mcpico_subscription),
    sizeof(mcpico_update),
    sizeof(mcpico_channel),
    sizeof(mcpico_progress),
    sizeof(mcpico_task),
    sizeof(mcpico_json_stream),
  };
  return mcpico_abi_check((uint32_t)MCPICO_VERSION_NUMBER, sizes, sizeof sizes / sizeof sizes[0]);
}

/* The text up to its NUL; NULL is none. */
static inline mcpico_str mcpico_str_of(const char *text)
{
  mcpico_str str = { text, 0 };
  while (text != NULL && text[str.len] != '\0') {
    str.len++;
  }
  return str;
}

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* MCPICO_H */
