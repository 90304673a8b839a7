//! Signing a token.
#![no_std]
#![no_main]

use mcpico_size::{run, server};

#[cortex_m_rt::entry]
fn main() -> ! {
    let mut out = [0; 512];
    let key = server::key();
    run(&mut || key.as_ref().is_some_and(|key| server::signed(key, &mut out).is_some()))
}
