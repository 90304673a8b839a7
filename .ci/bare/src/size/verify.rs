//! What a device needs that checks tokens: a key, `verify`, two claims.
#![no_std]
#![no_main]

use core::hint::black_box;

use mcpico_core::jwt::{Hs256Key, Policy, verify};

#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    let (mut scratch, now) = ([0_u8; 512], black_box(7));
    let policy = Policy::new().audience(black_box("https://mcp.example")).leeway(black_box(5));
    if let Ok(key) = Hs256Key::new(black_box(b"secret".as_slice())) {
        let token = black_box(b"token".as_slice());
        match verify(&key, token, &policy, now, black_box(scratch.as_mut_slice())) {
            Ok(token) => drop(black_box((token.claims().sub(), token.claims().integer("level")))),
            Err(error) => drop(black_box(error)),
        }
    }
    loop {
        core::hint::spin_loop();
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
