//! Tokens that nobody has verified.

use core::ffi::c_char;

use mcpico_core::jwt::{UnverifiedToken, VerifyError};

use crate::boundary::{Written, bytes, entry, mcpico_str, out, room};
use crate::key::mcpico_key;
use crate::object::{Storage, get, object};
use crate::outcome::Outcome;
use crate::policy::{PolicyTexts, mcpico_policy};

/// Words of an unverified token.
pub const MCPICO_UNVERIFIED_WORDS: usize = 10;

/// A token that nobody has verified: anyone can have written what it says. It is for showing and for telling what is
/// wrong with a token; to let somebody in there is mcpico_verify. It borrows the token and the scratch.
#[repr(C)]
pub struct mcpico_unverified {
    /// Not to be touched.
    opaque: [u64; MCPICO_UNVERIFIED_WORDS],
}

type Unverified = UnverifiedToken<'static, 'static>;

object!(mcpico_unverified, Unverified, b"munv");

/// Cuts a token into its parts and decodes header and claims into `scratch`; MCPICO_SCRATCH_SIZE(token_len) suffices.
///
/// Errors: TOKEN_MALFORMED, TOKEN_BASE64, TOKEN_LIMIT, SCRATCH_TOO_SMALL. `unverified` is unchanged then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_unverified_init(
    unverified: *mut mcpico_unverified,
    token: *const c_char,
    token_len: usize,
    scratch: *mut c_char,
    scratch_len: usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let storage = unsafe { Storage::new(unverified) }?;
        // SAFETY: as above.
        let scratch = unsafe { room(scratch, scratch_len) }?;
        // SAFETY: as above.
        let token = unsafe { bytes(token, token_len) }?;
        Written::room(scratch).apart_from(mcpico_str::of(token))?;
        storage.init(Unverified::parse(token, scratch)?);
        Ok(())
    })
}

/// The decoded header, which need not be JSON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_unverified_header(
    unverified: *const mcpico_unverified,
    text: *mut mcpico_str,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe { part(unverified, text, Unverified::header_json) })
}

/// The decoded claims, which need not be JSON. mcpico_json_member reads on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_unverified_claims(
    unverified: *const mcpico_unverified,
    text: *mut mcpico_str,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe { part(unverified, text, Unverified::claims_json) })
}

/// The text that the signature covers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_unverified_signing_input(
    unverified: *const mcpico_unverified,
    text: *mut mcpico_str,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe { part(unverified, text, Unverified::signing_input) })
}

/// Whether it is a well-formed HS256 token: header, claims, the types of the registered claims, the form of the
/// signature.
///
/// Errors: TOKEN_BASE64, TOKEN_SIGNATURE for one of another length, those of mcpico_verify about the header but
/// TOKEN_TYP, TOKEN_CLAIMS, TOKEN_LIMIT, TOKEN_DUPLICATE, CLAIM_TYPE, CLAIM_RANGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_unverified_check_structure(
    unverified: *const mcpico_unverified,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe { check(unverified, Unverified::check_structure) })
}

/// Whether the signature is the one that `key` makes, whatever the header says.
///
/// Errors: TOKEN_SIGNATURE, TOKEN_BASE64, MAC_UNAVAILABLE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_unverified_check_signature(
    unverified: *const mcpico_unverified,
    key: *const mcpico_key,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let key = unsafe { get(key) }?;
        // SAFETY: the same.
        unsafe { check(unverified, |token| token.check_signature(key)) }
    })
}

/// Whether it is valid at the time `now`, in seconds since 1970. `policy` NULL is the strict start.
///
/// Errors: TOKEN_EXPIRED, TOKEN_NOT_YET_VALID, TOKEN_ISSUED_IN_FUTURE, TOKEN_LIFETIME, CLAIM_MISSING; TOKEN_CLAIMS,
/// TOKEN_LIMIT, TOKEN_DUPLICATE, CLAIM_TYPE and CLAIM_RANGE where the claims cannot be read; TOO_MANY and OPTION for the
/// policy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_unverified_check_times(
    unverified: *const mcpico_unverified,
    policy: *const mcpico_policy,
    now: i64,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let texts = unsafe { PolicyTexts::new(policy, Written::NOTHING) }?;
        // SAFETY: the same.
        unsafe { check(unverified, |token| token.check_times(&texts.policy(), now)) }
    })
}

/// Whether `typ` and all claims but the times are what the policy asks for.
///
/// Errors: TOKEN_TYP, TOKEN_ISSUER, TOKEN_AUDIENCE, TOKEN_SUBJECT, CLAIM_MISSING, CLAIM_NOT_ALLOWED; TOKEN_HEADER,
/// TOKEN_CLAIMS, TOKEN_LIMIT, TOKEN_DUPLICATE and CLAIM_TYPE where they cannot be read; TOO_MANY and OPTION for the policy.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_unverified_check_claims(
    unverified: *const mcpico_unverified,
    policy: *const mcpico_policy,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let texts = unsafe { PolicyTexts::new(policy, Written::NOTHING) }?;
        // SAFETY: the same.
        unsafe { check(unverified, |token| token.check_claims(&texts.policy())) }
    })
}

unsafe fn part(
    unverified: *const mcpico_unverified,
    text: *mut mcpico_str,
    part: fn(&Unverified) -> &'static [u8],
) -> Outcome {
    // SAFETY: the caller of the interface promises that it is writable,
    let text = unsafe { out(text) }?;
    // SAFETY: and that the token is one.
    let token = unsafe { get(unverified) }?;
    text.write(mcpico_str::of(part(token)));
    Ok(())
}

unsafe fn check(
    unverified: *const mcpico_unverified,
    check: impl FnOnce(&Unverified) -> Result<(), VerifyError>,
) -> Outcome {
    // SAFETY: the caller of the interface promises that the token is one.
    let token = unsafe { get(unverified) }?;
    Ok(check(token)?)
}
