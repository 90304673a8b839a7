//! Verified tokens and their claims.

use core::ffi::c_char;

use mcpico_core::jwt::{ClaimError, ClaimFault, VerifiedToken};

use crate::boundary::{Output, Written, bytes, entry, mcpico_str, out, room, text};
use crate::key::{keys, mcpico_named_key, set};
use crate::object::{Storage, get, object};
use crate::outcome::{Outcome, Status};
use crate::policy::{PolicyTexts, mcpico_policy};
use crate::status::{MCPICO_ERROR_NOT_FOUND, MCPICO_ERROR_OUT_OF_RANGE, MCPICO_ERROR_WRONG_TYPE};

/// Words of a token.
pub const MCPICO_TOKEN_WORDS: usize = 32;

/// A token that has been verified; only mcpico_verify and mcpico_grant_token make one. It borrows the scratch that it
/// was decoded into, and needs no end.
#[repr(C)]
pub struct mcpico_token {
    /// Not to be touched.
    opaque: [u64; MCPICO_TOKEN_WORDS],
}

object!(mcpico_token, VerifiedToken<'static>, b"mtok");

/// Verifies a token with a set of keys and judges it by a policy.
///
/// The `kid` of the token only chooses among the keys: one that names keys of the set has exactly those tried; one that
/// names none, the keys without a name; a token without `kid` has every key tried. `policy` NULL is the strict start;
/// `now` is in seconds since 1970. `scratch` takes the decoded token: MCPICO_SCRATCH_SIZE(token_len) bytes always
/// suffice. On success `verified` borrows `scratch`, and nothing borrows `token`.
///
/// Errors, the first one of them in this order:
/// of the arguments, TOO_MANY and OPTION for the lists and the policy;
/// of the form, TOKEN_LIMIT, TOKEN_MALFORMED, TOKEN_BASE64 or SCRATCH_TOO_SMALL, TOKEN_SIGNATURE for one of another
/// length;
/// of the header, TOKEN_HEADER, TOKEN_LIMIT or TOKEN_DUPLICATE, TOKEN_ALG, TOKEN_CRIT, TOKEN_HEADER_TYPE, TOKEN_TYP;
/// of the signature, TOKEN_KEY, MAC_UNAVAILABLE, TOKEN_SIGNATURE;
/// of the claims, TOKEN_CLAIMS, TOKEN_LIMIT or TOKEN_DUPLICATE, CLAIM_TYPE or CLAIM_RANGE;
/// of the times, CLAIM_MISSING for `exp`, TOKEN_EXPIRED, TOKEN_LIFETIME where `exp` is not after `nbf`,
/// TOKEN_NOT_YET_VALID, TOKEN_ISSUED_IN_FUTURE, TOKEN_LIFETIME above `max_lifetime`;
/// of the policy, TOKEN_ISSUER, TOKEN_AUDIENCE, TOKEN_SUBJECT, CLAIM_MISSING, CLAIM_NOT_ALLOWED.
/// `verified` is unchanged then, and what `scratch` holds is unspecified.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_verify(
    key_list: *const mcpico_named_key,
    key_count: usize,
    policy: *const mcpico_policy,
    now: i64,
    token: *const c_char,
    token_len: usize,
    scratch: *mut c_char,
    scratch_len: usize,
    verified: *mut mcpico_token,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let storage = unsafe { Storage::new(verified) }?;
        // SAFETY: as above.
        let scratch = unsafe { room(scratch, scratch_len) }?;
        let written = Written::room(scratch);
        // SAFETY: as above.
        let keys = unsafe { keys(key_list, key_count, written) }?;
        // SAFETY: as above.
        let texts = unsafe { PolicyTexts::new(policy, written) }?;
        // SAFETY: as above.
        let token = unsafe { bytes(token, token_len) }?;
        written.apart_from(mcpico_str::of(token))?;
        storage.init(set(&keys).verify(token, &texts.policy(), now, scratch)?);
        Ok(())
    })
}

/// The header of a verified token, as JSON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_token_header(
    token: *const mcpico_token,
    json: *mut mcpico_str,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe { part(token, json, |token| token.header().object().raw()) })
}

/// All claims of a verified token, as JSON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_token_claims(
    token: *const mcpico_token,
    json: *mut mcpico_str,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe { part(token, json, |token| token.claims().object().raw()) })
}

unsafe fn part(
    token: *const mcpico_token,
    json: *mut mcpico_str,
    part: fn(&VerifiedToken<'static>) -> &'static [u8],
) -> Outcome {
    // SAFETY: the caller of the interface promises that it is writable.
    let json = unsafe { out(json) }?;
    // SAFETY: and that the token is one.
    let token = unsafe { get(token) }?;
    json.write(mcpico_str::of(part(token)));
    Ok(())
}

/// Copies the claim called `name`, a string, its escapes resolved.
///
/// Errors: NOT_FOUND when the token has no such claim, WRONG_TYPE when it is no string, BUFFER_TOO_SMALL; OVERLAP also
/// when the claim lies in `buf`, which is then the scratch of the token.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_claim_string(
    token: *const mcpico_token,
    name: *const c_char,
    name_len: usize,
    buf: *mut c_char,
    cap: usize,
    out_len: *mut usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let output = unsafe { Output::new(buf, cap, out_len) }?;
        // SAFETY: as above.
        let token = unsafe { get(token) }?;
        // SAFETY: as above.
        let name = unsafe { text(name, name_len) }?;
        let output = output.apart_from(name.as_bytes())?;
        let string = found(token.claims().string(name))?;
        output.apart_from(string.raw())?.write(|w| string.write(w))
    })
}

/// The claim called `name`, an integer that is written without fraction and exponent.
///
/// Errors: NOT_FOUND, WRONG_TYPE, OUT_OF_RANGE for one that 64 bits do not hold.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_claim_int64(
    token: *const mcpico_token,
    name: *const c_char,
    name_len: usize,
    value: *mut i64,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe {
        typed(token, name, name_len, value, |token, name| token.claims().integer(name))
    })
}

/// The claim called `name`, a time such as `exp`, in whole seconds since 1970; fractions are rounded up.
///
/// Errors: NOT_FOUND, WRONG_TYPE, OUT_OF_RANGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_claim_time(
    token: *const mcpico_token,
    name: *const c_char,
    name_len: usize,
    seconds: *mut i64,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe {
        typed(token, name, name_len, seconds, |token, name| token.claims().date(name))
    })
}

/// The claim called `name`, a truth value: 0 or 1.
///
/// Errors: NOT_FOUND, WRONG_TYPE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_claim_bool(
    token: *const mcpico_token,
    name: *const c_char,
    name_len: usize,
    value: *mut i32,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe {
        typed(token, name, name_len, value, |token, name| {
            token.claims().boolean(name).map(|value| value.map(i32::from))
        })
    })
}

/// Element number `index`, from 0, of the claim called `name`, an array; as JSON. A lone string counts as the only
/// element of `aud`.
///
/// Errors: NOT_FOUND also behind the last element, WRONG_TYPE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_claim_element(
    token: *const mcpico_token,
    name: *const c_char,
    name_len: usize,
    index: usize,
    json: *mut mcpico_str,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe {
        typed(token, name, name_len, json, |token, name| {
            let claims = token.claims();
            let element = match claims.claim(name) {
                Some(value) if name == "aud" && value.as_str().is_some() => {
                    (index == 0).then_some(value)
                }
                _ => claims.array(name)?.and_then(|mut items| items.nth(index)),
            };
            Ok(element.map(|element| mcpico_str::of(element.raw())))
        })
    })
}

/// The claim called `name` as it stands, as JSON of any type.
///
/// Errors: NOT_FOUND.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_claim_json(
    token: *const mcpico_token,
    name: *const c_char,
    name_len: usize,
    json: *mut mcpico_str,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe {
        typed(token, name, name_len, json, |token, name| {
            Ok(token.claims().claim(name).map(|value| mcpico_str::of(value.raw())))
        })
    })
}

/// Reads a claim into `value`.
unsafe fn typed<T>(
    token: *const mcpico_token,
    name: *const c_char,
    name_len: usize,
    value: *mut T,
    read: impl FnOnce(&VerifiedToken<'static>, &str) -> Result<Option<T>, ClaimError>,
) -> Outcome {
    // SAFETY: the caller of the interface promises that it is writable,
    let value = unsafe { out(value) }?;
    // SAFETY: that the token is one,
    let token = unsafe { get(token) }?;
    // SAFETY: and that the name is readable.
    let name = unsafe { text(name, name_len) }?;
    value.write(found(read(token, name))?);
    Ok(())
}

fn found<T>(claim: Result<Option<T>, ClaimError>) -> Outcome<T> {
    match claim {
        Ok(claim) => claim.ok_or(Status(MCPICO_ERROR_NOT_FOUND)),
        Err(ClaimError { fault: ClaimFault::WrongType, .. }) => {
            Err(Status(MCPICO_ERROR_WRONG_TYPE))
        }
        Err(ClaimError { fault: ClaimFault::OutOfRange, .. }) => {
            Err(Status(MCPICO_ERROR_OUT_OF_RANGE))
        }
    }
}
