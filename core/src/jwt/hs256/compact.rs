//! HMAC on the compression function of `sha2`, for devices: a message is there as a whole, so nothing has to
//! be buffered ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)).

use sha2::block_api::compress256;
use zeroize::{Zeroize, Zeroizing};

use super::BLOCK;

/// The hash states behind both pads; wiped on drop.
pub(super) struct States {
    inner: State,
    outer: State,
}

impl States {
    /// Takes a secret that is padded with zeros to a block, which is overwritten.
    pub(super) fn new(block: &mut [u8; BLOCK]) -> Self {
        let mut states = Self { inner: INITIAL, outer: INITIAL };
        // The second pad replaces the first.
        for (state, pad) in [(&mut states.inner, 0x36), (&mut states.outer, 0x36 ^ 0x5c)] {
            for byte in block.iter_mut() {
                *byte ^= pad;
            }
            compress256(state, core::slice::from_ref(&*block));
        }
        states
    }

    /// SHA-256.
    pub(super) fn hash(message: &[u8]) -> [u8; 32] {
        finish(&INITIAL, 0, message)
    }

    /// The tag of `message`.
    pub(super) fn tag(&self, message: &[u8]) -> [u8; 32] {
        finish(&self.outer, BLOCK, &finish(&self.inner, BLOCK, message))
    }
}

impl Drop for States {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

/// The words between two blocks.
type State = [u32; 8];

/// The words before the first block
/// ([FIPS 180-4 section 5.3.3](https://doi.org/10.6028/NIST.FIPS.180-4)).
const INITIAL: State = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// The hash of `message`, with the padding that closes it, behind `before` bytes that led to `state` and
/// are whole blocks (FIPS 180-4 section 5.1.1).
fn finish(state: &State, before: usize, message: &[u8]) -> [u8; 32] {
    let mut state = Zeroizing::new(*state);
    let (blocks, rest) = message.as_chunks();
    compress256(&mut state, blocks);
    let mut block = [0; BLOCK];
    for (to, from) in block.iter_mut().zip(rest) {
        *to = *from;
    }
    if let Some(end) = block.get_mut(rest.len()) {
        *end = 0x80;
    }
    if rest.len() >= BLOCK - size_of::<u64>() {
        compress256(&mut state, core::slice::from_ref(&block));
        block = [0; BLOCK];
    }
    let bits = (message.len() as u64).wrapping_add(before as u64) << 3;
    if let Some(length) = block.last_chunk_mut() {
        *length = bits.to_be_bytes();
    }
    compress256(&mut state, core::slice::from_ref(&block));
    let mut hash = [0; 32];
    let (words, _) = hash.as_chunks_mut();
    for (to, from) in words.iter_mut().zip(state.iter()) {
        *to = from.to_be_bytes();
    }
    hash
}
