//! The command line that QEMU hands over by semihosting: `name=value` with spaces between.
#![allow(unsafe_code, reason = "semihosting takes addresses")]

use cortex_m_semihosting::{nr, syscall};

/// Reads the command line; `None` where there is none, or one that is longer than `room`.
pub fn read(room: &mut [u8]) -> Option<&str> {
    let block = [room.as_mut_ptr() as usize, room.len()];
    // SAFETY: the host writes at most as many bytes as the block says to where it says, and the length into the block.
    let answer = unsafe { syscall(nr::GET_CMDLINE, &block) };
    if answer != 0 {
        return None;
    }
    let end = room.iter().position(|byte| *byte == 0)?;
    core::str::from_utf8(room.get(..end)?).ok()
}

/// The value behind `name=`.
pub fn value<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    line.split(' ').find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
}
