//! The client in every revision, with HTTP/1.1, signing its tokens and verifying others.
#![no_std]
#![no_main]

use mcpico_size::client::{Desk, both_eras};
use mcpico_size::{inputs, run, server};

#[cortex_m_rt::entry]
fn main() -> ! {
    let (mut inbox, mut out, mut head) = ([0; 8192], [0; 1536], [0; 1024]);
    let mut desk = Desk { inbox: &mut inbox, out: &mut out, head: &mut head };
    let (mut token, mut scratch) = ([0; 512], [0; 512]);
    let key = server::key();
    run(&mut || {
        key.as_ref().is_some_and(|key| {
            server::signed(key, &mut token)
                .is_some_and(|token| both_eras(token.as_bytes(), &mut desk))
                && server::verified(key, &inputs::TOKEN, &mut scratch)
        })
    })
}
