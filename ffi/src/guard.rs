//! The guard of a resource: from the Authorization header to a grant or a denial.

use core::ffi::c_char;

use mcpico_core::auth::{Denial, Grant, Guard, Reason};
use mcpico_core::jwt::VerifyError;

use crate::boundary::{
    Output, Versioned, Written, entry, list, mcpico_str, out, required, room, text,
};
use crate::key::{keys, mcpico_named_key, set};
use crate::object::{Storage, get, object};
use crate::outcome::{Outcome, Status};
use crate::policy::{PolicyTexts, mcpico_policy};
use crate::status::{
    MCPICO_ERROR_BEARER, MCPICO_ERROR_DENIED, MCPICO_ERROR_INSUFFICIENT_SCOPE,
    MCPICO_ERROR_NO_TOKEN, MCPICO_ERROR_OTHER_SCHEME, MCPICO_ERROR_REPEATED_AUTHORIZATION,
};
use crate::token::mcpico_token;

/// What guards a resource. Texts of the challenge are borrowed by the denials that it gives.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct mcpico_guard {
    /// sizeof(mcpico_guard)
    pub struct_size: u32,
    /// 0
    pub reserved: u32,
    /// The keys that are accepted; none: no token is.
    pub keys: *const mcpico_named_key,
    /// Up to MCPICO_MAX_KEYS.
    pub key_count: usize,
    /// What a token has to say; NULL: the strict start.
    pub policy: *const mcpico_policy,
    /// The scopes that are needed, divided by single spaces; NULL: none.
    pub scope: mcpico_str,
    /// The protected space that the challenge names; NULL leaves it out.
    pub realm: mcpico_str,
    /// The URL of the protected resource metadata that the challenge names; NULL leaves it out.
    pub resource_metadata: mcpico_str,
}

// SAFETY: it begins with its size.
unsafe impl Versioned for mcpico_guard {}

/// Words of a grant.
pub const MCPICO_GRANT_WORDS: usize = 36;

/// A request that carries a valid token with every scope that is needed. It borrows the scratch.
#[repr(C)]
pub struct mcpico_grant {
    /// Not to be touched.
    opaque: [u64; MCPICO_GRANT_WORDS],
}

object!(mcpico_grant, Grant<'static>, b"mgra");

/// Words of a denial.
pub const MCPICO_DENIAL_WORDS: usize = 18;

/// The answer to a request that is denied: status, challenge and body. No byte of the request is in it; it borrows the
/// texts of the guard.
#[repr(C)]
pub struct mcpico_denial {
    /// Not to be touched.
    opaque: [u64; MCPICO_DENIAL_WORDS],
}

object!(mcpico_denial, Denial<'static>, b"mden");

/// Judges a request by the values of all its Authorization headers: none, one, or more, which is refused.
///
/// A header whose `data` is NULL is none. `now` is in seconds since 1970, `scratch` takes the decoded token
/// (MCPICO_SCRATCH_SIZE of the longest one); a token that it has no room for is denied as too large. On success
/// `grant` is written and borrows `scratch`; with DENIED, and only then, `denial` is written. Neither may be left
/// out.
///
/// Errors: DENIED; CHALLENGE_FIELD for texts of the guard, TOO_MANY, OPTION.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_guard_check(
    guard: *const mcpico_guard,
    authorization: *const mcpico_str,
    authorization_count: usize,
    now: i64,
    scratch: *mut c_char,
    scratch_len: usize,
    grant: *mut mcpico_grant,
    denial: *mut mcpico_denial,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let grant = unsafe { Storage::new(grant) }?;
        // SAFETY: as above.
        let denied = unsafe { Storage::new(denial) }?;
        // SAFETY: as above.
        let guard = unsafe { required(guard) }?;
        // SAFETY: as above.
        let scratch = unsafe { room(scratch, scratch_len) }?;
        let written = Written::room(scratch);
        written.apart_from_each(&[guard.scope, guard.realm, guard.resource_metadata])?;
        // SAFETY: as above.
        let values = unsafe { list(authorization, authorization_count) }?;
        written.apart_from_each(values)?;
        let mut only = None;
        let mut repeated = false;
        for value in values {
            // SAFETY: as above.
            if let Some(value) = unsafe { value.optional_bytes() }? {
                repeated |= only.replace(value).is_some();
            }
        }
        // SAFETY: as above.
        let keys = unsafe { keys(guard.keys, guard.key_count, written) }?;
        // SAFETY: as above.
        let texts = unsafe { PolicyTexts::new(guard.policy, written) }?;
        let policy = texts.policy();
        let set = set(&keys);
        // SAFETY: as above.
        let judge = unsafe { fields(guard, Guard::new(&set, &policy)) }?;
        let verdict = if repeated {
            Err(Reason::RepeatedHeader)
        } else {
            judge.check(only, now, scratch).map_err(|denial| denial.reason())
        };
        match verdict {
            Ok(granted) => {
                grant.init(granted);
                Ok(())
            }
            Err(reason) => {
                // SAFETY: as above.
                denied.init(unsafe { deny(guard, reason) }?);
                Err(Status(MCPICO_ERROR_DENIED))
            }
        }
    })
}

/// A denial of this guard for a request that is granted and lacks the scopes of `guard` all the same, as one of another
/// route would have asked for them.
///
/// Errors: CHALLENGE_FIELD, OPTION. Keys and policy are not looked at.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_guard_deny_scope(
    guard: *const mcpico_guard,
    denial: *mut mcpico_denial,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let denied = unsafe { Storage::new(denial) }?;
        // SAFETY: as above.
        let guard = unsafe { required(guard) }?;
        // SAFETY: as above.
        denied.init(unsafe { deny(guard, Reason::InsufficientScope) }?);
        Ok(())
    })
}

/// A denial that borrows the texts of the guard and nothing else.
unsafe fn deny(guard: &mcpico_guard, reason: Reason) -> Outcome<Denial<'static>> {
    static POLICY: mcpico_core::jwt::Policy<'static> = mcpico_core::jwt::Policy::new();
    static NO_KEYS: mcpico_core::jwt::KeySet<'static, &'static mcpico_core::jwt::Hs256Key> =
        mcpico_core::jwt::KeySet::new(&[]);
    // SAFETY: the caller of the interface promises that the texts are readable.
    Ok(unsafe { fields(guard, Guard::new(&NO_KEYS, &POLICY)) }?.deny(reason))
}

unsafe fn fields<'g, V: mcpico_core::auth::Verifier>(
    guard: &mcpico_guard,
    mut to: Guard<'g, V>,
) -> Outcome<Guard<'g, V>> {
    if guard.reserved != 0 {
        return Err(Status(crate::status::MCPICO_ERROR_OPTION));
    }
    // SAFETY: the caller of the interface promises that the texts are readable.
    if let Some(scope) = unsafe { guard.scope.optional_text() }? {
        to = to.scope(scope)?;
    }
    // SAFETY: the same.
    if let Some(realm) = unsafe { guard.realm.optional_text() }? {
        to = to.realm(realm)?;
    }
    // SAFETY: the same.
    if let Some(url) = unsafe { guard.resource_metadata.optional_text() }? {
        to = to.resource_metadata(url)?;
    }
    Ok(to)
}

/// The verified token of a grant. It borrows the same scratch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_grant_token(
    grant: *const mcpico_grant,
    token: *mut mcpico_token,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let storage = unsafe { Storage::new(token) }?;
        // SAFETY: the same.
        storage.init(*unsafe { get(grant) }?.token());
        Ok(())
    })
}

/// Whether the token has a scope, compared byte for byte: 0 or 1. Its scopes are the words of the claim `scope`, or
/// where that is absent those of `scp`, a string or an array.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_grant_allows(
    grant: *const mcpico_grant,
    scope: *const c_char,
    scope_len: usize,
    allowed: *mut i32,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let allowed = unsafe { out(allowed) }?;
        // SAFETY: as above.
        let grant = unsafe { get(grant) }?;
        // SAFETY: as above.
        let scope = unsafe { text(scope, scope_len) }?;
        allowed.write(grant.allows(scope).into());
        Ok(())
    })
}

/// The HTTP status: 401; 403 for a valid token that lacks a scope; 503 when the MAC could not be computed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_denial_status(
    denial: *const mcpico_denial,
    http_status: *mut u32,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let status = unsafe { out(http_status) }?;
        // SAFETY: the same.
        status.write(unsafe { get(denial) }?.status().into());
        Ok(())
    })
}

/// Why the request is denied, as a status of this interface: what mcpico_verify says of the token, NO_TOKEN,
/// OTHER_SCHEME, BEARER, REPEATED_AUTHORIZATION or INSUFFICIENT_SCOPE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_denial_reason(
    denial: *const mcpico_denial,
    reason: *mut i32,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let reason = unsafe { out(reason) }?;
        // SAFETY: the same.
        let denial = unsafe { get(denial) }?;
        reason.write(match denial.reason() {
            Reason::MissingToken => MCPICO_ERROR_NO_TOKEN,
            Reason::UnsupportedScheme => MCPICO_ERROR_OTHER_SCHEME,
            Reason::MalformedHeader => MCPICO_ERROR_BEARER,
            Reason::RepeatedHeader => MCPICO_ERROR_REPEATED_AUTHORIZATION,
            Reason::Token(error) => <Status as From<VerifyError>>::from(error).0,
            Reason::InsufficientScope => MCPICO_ERROR_INSUFFICIENT_SCOPE,
        });
        Ok(())
    })
}

/// The reason in one word, such as `expired_token`. Static, never changed or used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_denial_code(
    denial: *const mcpico_denial,
    code: *mut mcpico_str,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let code = unsafe { out(code) }?;
        // SAFETY: the same.
        code.write(mcpico_str::of(unsafe { get(denial) }?.code().as_bytes()));
        Ok(())
    })
}

/// Writes the value of the WWW-Authenticate header, which belongs to the statuses 401 and 403; leave it out with 503.
/// `buf` is not compared with the texts of the guard.
///
/// Errors: BUFFER_TOO_SMALL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_denial_challenge(
    denial: *const mcpico_denial,
    buf: *mut c_char,
    cap: usize,
    out_len: *mut usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let output = unsafe { Output::new(buf, cap, out_len) }?;
        // SAFETY: the same.
        let denial = unsafe { get(denial) }?;
        output.write(|w| denial.write_challenge(w))
    })
}

/// Writes the JSON body: `error`, `error_description` and `code`.
///
/// Errors: BUFFER_TOO_SMALL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_denial_body(
    denial: *const mcpico_denial,
    buf: *mut c_char,
    cap: usize,
    out_len: *mut usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let output = unsafe { Output::new(buf, cap, out_len) }?;
        // SAFETY: the same.
        let denial = unsafe { get(denial) }?;
        output.write(|w| denial.write_body(w))
    })
}
