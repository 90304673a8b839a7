//! Keys that lie elsewhere: in a secure element, a crypto engine, another process.

use core::ffi::{c_char, c_void};

use mcpico_core::jwt::{HmacSha256, MacUnavailable};

use crate::boundary::entry;
use crate::key::{Key, mcpico_key};
use crate::object::Storage;
use crate::outcome::Status;
use crate::status::MCPICO_ERROR_NULL_POINTER;

/// Bytes of a MAC.
pub const MCPICO_MAC_LEN: usize = 32;

/// Computes HMAC-SHA256 (RFC 2104) of `message` with a key that only it knows, and writes the MCPICO_MAC_LEN bytes to
/// `tag`. 0, or another number when there was no answer: then nothing is known about a token, and nothing is signed. The
/// message may lie in the buffer that the token is written into. Rule 10 holds; other keys may be used meanwhile.
pub type mcpico_mac = Option<
    unsafe extern "C" fn(
        context: *mut c_void,
        message: *const c_char,
        message_len: usize,
        tag: *mut u8,
    ) -> i32,
>;

/// Makes a key out of a function that computes MACs, so that the secret never lies in the memory of the program. It goes
/// wherever a key goes: signing, verifying, sets of keys, the guard. `context` is handed to the function and outlives
/// the key.
///
/// The function is called once for each token that is signed, not for a buffer that is too small, and at most once for
/// each key that a token is tried with.
/// The MAC that it gives is compared in constant time. Threads may share the key when the function allows it.
/// That the secret has at least MCPICO_MIN_SECRET bytes is not looked at.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_key_init_mac(
    key: *mut mcpico_key,
    mac: mcpico_mac,
    context: *mut c_void,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let storage = unsafe { Storage::new(key) }?;
        let mac = mac.ok_or(Status(MCPICO_ERROR_NULL_POINTER))?;
        storage.init(Key::Engine(Engine { mac, context }));
        Ok(())
    })
}

/// What computes MACs for the caller.
pub(crate) struct Engine {
    mac: unsafe extern "C" fn(*mut c_void, *const c_char, usize, *mut u8) -> i32,
    context: *mut c_void,
}

impl HmacSha256 for Engine {
    fn mac(&self, message: &[u8]) -> Result<[u8; MCPICO_MAC_LEN], MacUnavailable> {
        let mut tag = [0; MCPICO_MAC_LEN];
        let (start, len) = (message.as_ptr().cast(), message.len());
        // SAFETY: the caller of the interface promises that it is such a function; the message is readable and the tag
        // writable.
        let status = unsafe { (self.mac)(self.context, start, len, tag.as_mut_ptr()) };
        if status == 0 { Ok(tag) } else { Err(MacUnavailable) }
    }
}
