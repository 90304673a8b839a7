//! The Authorization header.

use core::ffi::c_char;

use mcpico_core::auth::Bearer;

use crate::boundary::{Output, bytes, entry, mcpico_str, out, text};

/// Reads the value of one Authorization header: the scheme, one or more spaces, the token. The token borrows `value`.
///
/// Errors: OTHER_SCHEME, NO_TOKEN, BEARER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_bearer_parse(
    value: *const c_char,
    value_len: usize,
    token: *mut mcpico_str,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let token = unsafe { out(token) }?;
        // SAFETY: the same.
        let value = unsafe { bytes(value, value_len) }?;
        token.write(mcpico_str::of(Bearer::parse(value)?.token().as_bytes()));
        Ok(())
    })
}

/// Writes the value of an Authorization header: `Bearer`, a space and the token, of which every byte has been checked.
///
/// Errors: NO_TOKEN, BEARER, BUFFER_TOO_SMALL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_bearer_write(
    token: *const c_char,
    token_len: usize,
    buf: *mut c_char,
    cap: usize,
    out_len: *mut usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let output = unsafe { Output::new(buf, cap, out_len) }?;
        // SAFETY: the same.
        let token = unsafe { text(token, token_len) }?;
        let output = output.apart_from(token.as_bytes())?;
        let bearer = Bearer::new(token)?;
        output.write(|w| bearer.write(w))
    })
}

/// Whether two tokens are the same: 0 or 1. For tokens of one length the time says nothing of where they differ. Both
/// are tokens without a scheme.
///
/// Errors: NO_TOKEN, BEARER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_bearer_equal(
    token: *const c_char,
    token_len: usize,
    expected: *const c_char,
    expected_len: usize,
    equal: *mut i32,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let equal = unsafe { out(equal) }?;
        // SAFETY: as above.
        let token = unsafe { text(token, token_len) }?;
        // SAFETY: as above.
        let expected = unsafe { text(expected, expected_len) }?;
        equal.write(Bearer::new(token)?.matches(&Bearer::new(expected)?).into());
        Ok(())
    })
}
