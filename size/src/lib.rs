//! What the images have in common: they do one piece of work, tell the stack that it took, and exit.
#![no_std]

pub mod client;
pub mod inputs;
pub mod server;

use cortex_m_semihosting::debug::{EXIT_FAILURE, EXIT_SUCCESS, exit};
use cortex_m_semihosting::{nr, syscall1};
use firmware_selftest::stack::high_water;

/// Does `work` once, writes the bytes of its stack as eight hexadecimal digits, and exits with 1 when
/// the work says that it went wrong.
///
/// Nothing here is shared with the work: what the empty image holds is taken off every other one.
pub fn run(work: &mut dyn FnMut() -> bool) -> ! {
    let mut well = false;
    let used = high_water(&mut || well = work());
    let mut text = [0; 10];
    for (place, symbol) in text.iter_mut().take(8).enumerate() {
        let digit = used.to_be_bytes()[place / 2] >> (4 - place % 2 * 4) & 15;
        *symbol = if digit < 10 { b'0' + digit } else { b'a' - 10 + digit };
    }
    text[8] = b'\n';
    // SAFETY: the text ends with a zero, as this operation wants it.
    unsafe { syscall1(nr::WRITE0, text.as_ptr() as usize) };
    loop {
        exit(if well { EXIT_SUCCESS } else { EXIT_FAILURE });
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        exit(EXIT_FAILURE);
    }
}
