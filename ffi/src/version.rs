//! Which library this is, and whether the header belongs to it.

use core::ffi::c_char;

use crate::boundary::{Versioned, entry, list};
use crate::call::mcpico_call;
use crate::outcome::Status;
use crate::status::MCPICO_ERROR_ABI;

/// The version of the library, such as "0.1.0". Static, never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn mcpico_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// The version of the library as a number: major * 65536 + minor * 256 + patch. MCPICO_VERSION_NUMBER is that of the
/// header.
#[unsafe(no_mangle)]
pub extern "C" fn mcpico_version_number() -> u32 {
    NUMBER
}

const NUMBER: u32 = {
    let major = decimal(env!("CARGO_PKG_VERSION_MAJOR"));
    let minor = decimal(env!("CARGO_PKG_VERSION_MINOR"));
    let patch = decimal(env!("CARGO_PKG_VERSION_PATCH"));
    assert!(minor < 256 && patch < 256);
    major << 16 | minor << 8 | patch
};

const fn decimal(text: &str) -> u32 {
    let mut rest = text.as_bytes();
    let mut number = 0;
    while let [digit, tail @ ..] = rest {
        number = number * 10 + (*digit - b'0') as u32;
        rest = tail;
    }
    number
}

/// Names the types of the interface that a caller allocates, with their sizes, in the order of the header.
macro_rules! sizes {
    ($($name:ident,)*) => {
        /// cbindgen:ignore
        #[doc(hidden)]
        pub const SIZES: &[(&str, usize)] = &[$((stringify!($name), size_of::<crate::$name>()),)*];
    };
}

sizes! {
    mcpico_str,
    mcpico_key,
    mcpico_named_key,
    mcpico_policy,
    mcpico_token,
    mcpico_jose_header,
    mcpico_claim,
    mcpico_claims,
    mcpico_unverified,
    mcpico_challenge,
    mcpico_challenge_fields,
    mcpico_guard,
    mcpico_grant,
    mcpico_denial,
    mcpico_json_iterator,
    mcpico_json_pointer,
    mcpico_inbox,
    mcpico_client_options,
    mcpico_client,
    mcpico_call,
    mcpico_post,
    mcpico_event,
    mcpico_exchange,
    mcpico_json_part,
    mcpico_result_stream,
    mcpico_lines,
    mcpico_head_reader,
    mcpico_head,
    mcpico_body,
    mcpico_header_field,
    mcpico_request_head,
    mcpico_response,
    mcpico_framing,
    mcpico_io,
    mcpico_subscription,
    mcpico_update,
    mcpico_channel,
    mcpico_progress,
    mcpico_task,
    mcpico_json_stream,
}

/// Whether a header of that version, whose types have these sizes, belongs to this library. A C program calls
/// mcpico_check_header instead, which passes what the header says; other languages may pass `sizes` NULL with 0.
///
/// Errors: ABI when the header is of another major version (before 1.0: of another minor one), is newer than the
/// library, or a size is none that its type has had.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_abi_check(
    version_number: u32,
    sizes: *const usize,
    size_count: usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let sizes = unsafe { list(sizes, size_count) }?;
        let part = if NUMBER >> 16 == 0 { 8 } else { 16 };
        let same = version_number >> part == NUMBER >> part && version_number <= NUMBER;
        // A header of an earlier version has fewer types, and smaller ones where they have grown.
        let known = |(size, (name, known)): (&usize, &(&str, usize))| {
            size == known || *name == "mcpico_call" && mcpico_call::EARLIER.contains(size)
        };
        let fewer = sizes.len() <= SIZES.len();
        if same && fewer && sizes.iter().zip(SIZES).all(known) {
            Ok(())
        } else {
            Err(Status(MCPICO_ERROR_ABI))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{NUMBER, SIZES, decimal, mcpico_abi_check};
    use crate::boundary::Versioned;
    use crate::call::mcpico_call;
    use crate::status::{MCPICO_ERROR_ABI, MCPICO_OK};
    use std::vec::Vec;

    #[test]
    fn a_header_of_an_earlier_version_has_fewer_types_and_smaller_ones() {
        let check = |sizes: &[usize]| {
            // SAFETY: the sizes are there.
            unsafe { mcpico_abi_check(NUMBER, sizes.as_ptr(), sizes.len()) }
        };
        let mut sizes: Vec<usize> = SIZES.iter().map(|(_, size)| *size).collect();
        assert_eq!(check(&sizes), MCPICO_OK);
        assert_eq!(check(&sizes[..34]), MCPICO_OK);
        let call = SIZES.iter().position(|(name, _)| *name == "mcpico_call").unwrap();
        for earlier in mcpico_call::EARLIER {
            assert!(*earlier < sizes[call]);
            let mut sizes = sizes.clone();
            sizes[call] = *earlier;
            assert_eq!(check(&sizes), MCPICO_OK);
            sizes[call] -= 8;
            assert_eq!(check(&sizes), MCPICO_ERROR_ABI);
            sizes[call] = *earlier;
            sizes[call + 1] = *earlier;
            assert_eq!(check(&sizes), MCPICO_ERROR_ABI);
        }
        sizes.push(8);
        assert_eq!(check(&sizes), MCPICO_ERROR_ABI);
    }

    #[test]
    fn parts_of_a_version_are_read() {
        assert_eq!(["0", "7", "10", "255"].map(decimal), [0, 7, 10, 255]);
    }
}
