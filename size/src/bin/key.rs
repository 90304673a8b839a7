//! Taking a secret as a key.
#![no_std]
#![no_main]

use mcpico_size::{run, server};

#[cortex_m_rt::entry]
fn main() -> ! {
    run(&mut || server::key().is_some())
}
