//! HS256 keys and sets of them.

use core::ffi::c_char;

use heapless::Vec;
use mcpico_core::jwt::{HmacSha256, Hs256Key, KeySet, MacUnavailable, NamedKey, dangerous};

use crate::boundary::{Written, bytes, entry, list, mcpico_str};
use crate::engine::Engine;
use crate::object::{Storage, get, object, take};
use crate::outcome::{Outcome, Status};
use crate::status::MCPICO_ERROR_TOO_MANY;

/// Bytes that a secret has at least (RFC 7518 section 3.2).
pub const MCPICO_MIN_SECRET: usize = 32;

/// Most keys of a set.
pub const MCPICO_MAX_KEYS: usize = 16;

const _: () = assert!(MCPICO_MIN_SECRET == Hs256Key::MIN_SECRET);

/// Words of a key.
pub const MCPICO_KEY_WORDS: usize = 24;

/// An HS256 key: the hash states behind both pads, not the secret. It is a secret all the same.
///
/// Make it by mcpico_key_init, or by mcpico_key_init_mac where hardware keeps the secret; end it by mcpico_key_wipe. While
/// nobody initialises or wipes it, any number of threads may sign and verify with it.
#[repr(C)]
pub struct mcpico_key {
    /// Not to be touched.
    opaque: [u64; MCPICO_KEY_WORDS],
}

object!(mcpico_key, Key, b"mkey");

/// Who computes the MACs.
pub(crate) enum Key {
    Secret(Hs256Key),
    Engine(Engine),
}

impl HmacSha256 for Key {
    fn mac(&self, message: &[u8]) -> Result<[u8; 32], MacUnavailable> {
        match self {
            Self::Secret(key) => key.mac(message),
            Self::Engine(engine) => engine.mac(message),
        }
    }
}

/// A key and the name that tokens may give it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct mcpico_named_key {
    /// The name, compared byte for byte with the `kid` of a token and used for nothing else. NULL: none.
    pub kid: mcpico_str,
    /// The key, which outlives every use of the set.
    pub key: *const mcpico_key,
}

/// Makes a key out of a secret, of which nothing is kept: wipe it with mcpico_wipe when it is not needed any more.
///
/// Errors: KEY_EMPTY, KEY_TOO_SHORT (fewer than MCPICO_MIN_SECRET bytes), KEY_PEM. `key` is unchanged then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_key_init(
    key: *mut mcpico_key,
    secret: *const c_char,
    secret_len: usize,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe { init(key, secret, secret_len, Hs256Key::new) })
}

/// Makes a key out of a secret that is too short to be safe, for test rigs whose server is set up with one.
///
/// Whoever sees one token signed with a short secret can search for the secret offline (RFC 8725 section 3.5).
///
/// Errors: KEY_EMPTY, KEY_PEM. `key` is unchanged then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_dangerous_key_init(
    key: *mut mcpico_key,
    secret: *const c_char,
    secret_len: usize,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe { init(key, secret, secret_len, dangerous::short_key) })
}

unsafe fn init(
    key: *mut mcpico_key,
    secret: *const c_char,
    secret_len: usize,
    make: fn(&[u8]) -> Result<Hs256Key, mcpico_core::jwt::KeyError>,
) -> Outcome {
    // SAFETY: the caller of the interface promises that the storage is writable.
    let storage = unsafe { Storage::new(key) }?;
    // SAFETY: and that the secret is readable.
    let secret = unsafe { bytes(secret, secret_len) }?;
    storage.init(Key::Secret(make(secret)?));
    Ok(())
}

/// Overwrites a key with zeros. It is no key from then on and may be initialised anew; whoever still uses it is told
/// UNINITIALIZED. Wipe a key before its place is given to another one, since a shorter one does not cover it.
///
/// Errors: UNINITIALIZED, also when it has been wiped before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_key_wipe(key: *mut mcpico_key) -> i32 {
    entry(|| {
        // SAFETY: the caller promises that the storage is a key's, or zeros.
        let value = unsafe { take(key) }?;
        drop(value);
        // SAFETY: `take` has found the pointer good, and nothing is read from the storage any more.
        unsafe { crate::secret::wipe(key.cast(), size_of::<mcpico_key>()) };
        Ok(())
    })
}

/// The keys of a set, as core has them.
///
/// cbindgen:ignore
pub(crate) type Keys = Vec<NamedKey<'static, &'static Key>, MCPICO_MAX_KEYS>;

/// Reads a set of keys.
pub(crate) unsafe fn keys(
    first: *const mcpico_named_key,
    count: usize,
    written: Written,
) -> Outcome<Keys> {
    // SAFETY: the caller of the interface promises that `count` of them are readable.
    let named = unsafe { list(first, count) }?;
    let mut keys = Keys::new();
    for mcpico_named_key { kid, key } in named {
        written.apart_from(*kid)?;
        // SAFETY: and that each name is readable,
        let kid = unsafe { kid.optional_bytes() }?;
        // SAFETY: and each key is one.
        let key = unsafe { get(*key) }?;
        keys.push(NamedKey { kid, key }).map_err(|_| Status(MCPICO_ERROR_TOO_MANY))?;
    }
    Ok(keys)
}

pub(crate) fn set(keys: &Keys) -> KeySet<'_, &'static Key> {
    KeySet::new(keys.as_slice())
}
