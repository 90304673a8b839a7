//! Guarding a resource.
#![no_std]
#![no_main]

use mcpico_size::{inputs, run, server};

#[cortex_m_rt::entry]
fn main() -> ! {
    let (mut out, mut scratch) = ([0; 512], [0; 512]);
    let key = server::key();
    run(&mut || {
        key.as_ref()
            .is_some_and(|key| server::guarded(key, &inputs::AUTHORIZATION, &mut out, &mut scratch))
    })
}
