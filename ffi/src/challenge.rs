//! The WWW-Authenticate header, read and written.

use core::ffi::c_char;

use mcpico_core::auth::challenge::{ErrorCode, bearer};
use mcpico_core::auth::{BearerChallenge, Challenge, ChallengeError, Challenges};

use crate::boundary::{Output, Versioned, bytes, entry, list, mcpico_str, out, required, text};
use crate::object::{Storage, get, object};
use crate::outcome::{Outcome, Status};
use crate::status::{MCPICO_ERROR_CHALLENGE, MCPICO_ERROR_NOT_FOUND, MCPICO_ERROR_OPTION};

/// No error: the request had no credentials.
pub const MCPICO_CHALLENGE_NO_ERROR: u32 = 0;
/// `invalid_request`: the request is malformed.
pub const MCPICO_CHALLENGE_INVALID_REQUEST: u32 = 1;
/// `invalid_token`: the token is expired, revoked, malformed or invalid for another reason.
pub const MCPICO_CHALLENGE_INVALID_TOKEN: u32 = 2;
/// `insufficient_scope`: the token is valid and does not allow this request.
pub const MCPICO_CHALLENGE_INSUFFICIENT_SCOPE: u32 = 3;

/// Words of a challenge.
pub const MCPICO_CHALLENGE_WORDS: usize = 10;

/// One challenge of a response: a scheme with parameters, or with one value, or with neither. It borrows the header
/// line that it was read from.
#[repr(C)]
pub struct mcpico_challenge {
    /// Not to be touched.
    opaque: [u64; MCPICO_CHALLENGE_WORDS],
}

object!(mcpico_challenge, Challenge<'static>, b"mcha");

impl From<ChallengeError> for Status {
    fn from(_: ChallengeError) -> Self {
        Self(MCPICO_ERROR_CHALLENGE)
    }
}

/// The first Bearer challenge of a response, out of the values of all its WWW-Authenticate lines.
///
/// Errors: CHALLENGE when any of the lines is malformed, NOT_FOUND when none has such a challenge.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_challenge_bearer(
    lines: *const mcpico_str,
    line_count: usize,
    challenge: *mut mcpico_challenge,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let storage = unsafe { Storage::new(challenge) }?;
        // SAFETY: as above.
        let lines: &'static [mcpico_str] = unsafe { list(lines, line_count) }?;
        for line in lines {
            // SAFETY: as above.
            unsafe { line.optional_bytes() }?;
        }
        let texts = lines.iter().map(|line| {
            // SAFETY: as above; and each has just been read without a fault.
            unsafe { bytes(line.data, line.len) }.unwrap_or_default()
        });
        storage.init(bearer(texts)?.ok_or(Status(MCPICO_ERROR_NOT_FOUND))?);
        Ok(())
    })
}

/// Challenge number `index`, from 0, of one header line.
///
/// Errors: CHALLENGE, NOT_FOUND behind the last one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_challenge_at(
    line: *const c_char,
    line_len: usize,
    index: usize,
    challenge: *mut mcpico_challenge,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let storage = unsafe { Storage::new(challenge) }?;
        // SAFETY: the same.
        let line: &'static [u8] = unsafe { bytes(line, line_len) }?;
        let found = Challenges::parse(line)?.nth(index);
        storage.init(found.ok_or(Status(MCPICO_ERROR_NOT_FOUND))?);
        Ok(())
    })
}

/// The scheme as it was sent; compare it without regard to case.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_challenge_scheme(
    challenge: *const mcpico_challenge,
    scheme: *mut mcpico_str,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe { part(challenge, scheme, |challenge| Some(challenge.scheme())) })
}

/// The single value that stands in place of parameters, as Negotiate has one.
///
/// Errors: NOT_FOUND.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_challenge_token68(
    challenge: *const mcpico_challenge,
    value: *mut mcpico_str,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe { part(challenge, value, Challenge::token68) })
}

/// The name of parameter number `index`, from 0.
///
/// Errors: NOT_FOUND behind the last one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_challenge_param_name(
    challenge: *const mcpico_challenge,
    index: usize,
    name: *mut mcpico_str,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe {
        part(challenge, name, |challenge| challenge.params().nth(index).map(|(name, _)| name))
    })
}

/// Copies the value of the parameter called `name`, which is compared without regard to case; its escapes are resolved.
/// It comes from the peer: check a URL before it is fetched, and escape text before it is shown.
///
/// Errors: NOT_FOUND, BUFFER_TOO_SMALL; OVERLAP also when the value lies in `buf`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_challenge_param(
    challenge: *const mcpico_challenge,
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
        let challenge = unsafe { get(challenge) }?;
        // SAFETY: as above.
        let name = unsafe { text(name, name_len) }?;
        let output = output.apart_from(name.as_bytes())?;
        let value = challenge.param(name).ok_or(Status(MCPICO_ERROR_NOT_FOUND))?;
        let output = output.apart_from(value.raw())?;
        output.finish(|room| value.copy_to(room).map(<[u8]>::len))
    })
}

unsafe fn part(
    challenge: *const mcpico_challenge,
    text: *mut mcpico_str,
    part: impl FnOnce(&Challenge<'static>) -> Option<&'static str>,
) -> Outcome {
    // SAFETY: the caller of the interface promises that it is writable,
    let text = unsafe { out(text) }?;
    // SAFETY: and that the challenge is one.
    let challenge = unsafe { get(challenge) }?;
    let part = part(challenge).ok_or(Status(MCPICO_ERROR_NOT_FOUND))?;
    text.write(mcpico_str::of(part.as_bytes()));
    Ok(())
}

/// The parameters of a Bearer challenge to be sent; NULL leaves one out.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct mcpico_challenge_fields {
    /// sizeof(mcpico_challenge_fields)
    pub struct_size: u32,
    /// MCPICO_CHALLENGE_*
    pub error: u32,
    /// The protected space: printable ASCII.
    pub realm: mcpico_str,
    /// Explains the error to a developer: printable ASCII without quotes and backslashes.
    pub error_description: mcpico_str,
    /// A page about the error.
    pub error_uri: mcpico_str,
    /// The scopes that are needed, divided by single spaces.
    pub scope: mcpico_str,
    /// The URL of the protected resource metadata (RFC 9728).
    pub resource_metadata: mcpico_str,
}

// SAFETY: it begins with its size.
unsafe impl Versioned for mcpico_challenge_fields {}

/// Writes the value of a WWW-Authenticate header; one header line whatever the texts were.
///
/// Errors: CHALLENGE_FIELD for a text that cannot stand there, OPTION, BUFFER_TOO_SMALL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_challenge_write(
    fields: *const mcpico_challenge_fields,
    buf: *mut c_char,
    cap: usize,
    out_len: *mut usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let output = unsafe { Output::new(buf, cap, out_len) }?;
        // SAFETY: as above.
        let fields = unsafe { required(fields) }?;
        let mcpico_challenge_fields { realm, error_description, error_uri, scope, .. } = *fields;
        let url = fields.resource_metadata;
        output.written().apart_from_each(&[realm, error_description, error_uri, scope, url])?;
        let mut challenge = BearerChallenge::new();
        // SAFETY: as above.
        if let Some(realm) = unsafe { fields.realm.optional_text() }? {
            challenge = challenge.realm(realm)?;
        }
        // SAFETY: as above.
        if let Some(description) = unsafe { fields.error_description.optional_text() }? {
            challenge = challenge.error_description(description)?;
        }
        // SAFETY: as above.
        if let Some(uri) = unsafe { fields.error_uri.optional_text() }? {
            challenge = challenge.error_uri(uri)?;
        }
        // SAFETY: as above.
        if let Some(scope) = unsafe { fields.scope.optional_text() }? {
            challenge = challenge.scope(scope)?;
        }
        // SAFETY: as above.
        if let Some(url) = unsafe { fields.resource_metadata.optional_text() }? {
            challenge = challenge.resource_metadata(url)?;
        }
        challenge = match fields.error {
            MCPICO_CHALLENGE_NO_ERROR => challenge,
            MCPICO_CHALLENGE_INVALID_REQUEST => challenge.error(ErrorCode::InvalidRequest),
            MCPICO_CHALLENGE_INVALID_TOKEN => challenge.error(ErrorCode::InvalidToken),
            MCPICO_CHALLENGE_INSUFFICIENT_SCOPE => challenge.error(ErrorCode::InsufficientScope),
            _ => return Err(Status(MCPICO_ERROR_OPTION)),
        };
        output.write(|w| challenge.write(w))
    })
}
