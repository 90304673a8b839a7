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
#define MCPICO_VERSION_MAJOR @MAJOR@
#define MCPICO_VERSION_MINOR @MINOR@
#define MCPICO_VERSION_PATCH @PATCH@
#define MCPICO_VERSION_NUMBER ((MCPICO_VERSION_MAJOR << 16) | (MCPICO_VERSION_MINOR << 8) | MCPICO_VERSION_PATCH)
#define MCPICO_VERSION "@VERSION@"

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

