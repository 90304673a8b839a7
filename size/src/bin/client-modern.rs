//! The client in revision 2026-07-28 only, with HTTP/1.1.
#![no_std]
#![no_main]

use mcpico_size::client::{Desk, modern};
use mcpico_size::{inputs, run};

#[cortex_m_rt::entry]
fn main() -> ! {
    let (mut inbox, mut out, mut head) = ([0; 8192], [0; 1536], [0; 1024]);
    let mut desk = Desk { inbox: &mut inbox, out: &mut out, head: &mut head };
    run(&mut || modern(&inputs::TOKEN, &mut desk))
}
