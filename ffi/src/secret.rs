//! How secrets are shown, hidden and wiped.

use core::ffi::c_char;

use heapless::Vec;
use mcpico_core::auth::{Redactor, mask};

use crate::boundary::{Output, bytes, entry, list, mcpico_str};
use crate::outcome::Status;
use crate::status::MCPICO_ERROR_TOO_MANY;

/// Bytes of the longest text that mcpico_mask writes.
pub const MCPICO_MASK_MAX: usize = 11;

/// Most secrets that are hidden at a time.
pub const MCPICO_MAX_SECRETS: usize = 16;

/// Shows a token as it may be logged: `(none)` when it is empty, `***` up to 12 bytes, otherwise the first four
/// characters, `...` and the last four; stars in place of those where a byte is not printable ASCII.
///
/// The time depends on the length only. At most MCPICO_MASK_MAX bytes are written.
///
/// Errors: BUFFER_TOO_SMALL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_mask(
    token: *const c_char,
    token_len: usize,
    buf: *mut c_char,
    cap: usize,
    out_len: *mut usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let out = unsafe { Output::new(buf, cap, out_len) }?;
        // SAFETY: the same.
        let token = unsafe { bytes(token, token_len) }?;
        let shown = mask(token);
        out.apart_from(token)?.write(|w| shown.write(w))
    })
}

/// Copies a text without its secrets: `***` stands for each of the known ones, wherever it stands, and for whatever
/// looks like a credential (headers, parameters, variables, JWTs).
///
/// The text has to be whole, since a secret that is divided over two calls is not seen. Give a secret in each form in
/// which the text may hold it, such as base64. At most MCPICO_MAX_SECRETS secrets, none of them needed.
///
/// Errors: TOO_MANY, BUFFER_TOO_SMALL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_redact(
    secrets: *const mcpico_str,
    secret_count: usize,
    text: *const c_char,
    text_len: usize,
    buf: *mut c_char,
    cap: usize,
    out_len: *mut usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let out = unsafe { Output::new(buf, cap, out_len) }?;
        // SAFETY: the same.
        let list = unsafe { list(secrets, secret_count) }?;
        // SAFETY: the same.
        let text = unsafe { bytes(text, text_len) }?;
        let mut out = out.apart_from(text)?;
        let mut secrets = Vec::<&[u8], MCPICO_MAX_SECRETS>::new();
        for secret in list {
            // SAFETY: the same.
            let secret = unsafe { secret.optional_bytes() }?.unwrap_or_default();
            out = out.apart_from(secret)?;
            secrets.push(secret).map_err(|_| Status(MCPICO_ERROR_TOO_MANY))?;
        }
        let redactor = Redactor::new(&secrets);
        out.write(|w| redactor.redact(text, w))
    })
}

/// Overwrites `len` bytes with zeros, which no compiler leaves out. NULL with `len` 0 is nothing; there are no errors.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_wipe(data: *mut c_char, len: usize) {
    if !data.is_null() {
        // SAFETY: the caller promises that `len` bytes are writable.
        unsafe { wipe(data, len) };
    }
}

pub(crate) unsafe fn wipe(data: *mut c_char, len: usize) {
    for at in 0..len {
        // SAFETY: `at` is below the length that the caller promises.
        let byte = unsafe { data.add(at) };
        // SAFETY: the same; a volatile write stays although nothing reads the byte.
        unsafe { byte.write_volatile(0) };
    }
    core::sync::atomic::compiler_fence(core::sync::atomic::Ordering::SeqCst);
}
