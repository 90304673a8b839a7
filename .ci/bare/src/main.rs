//! A program without an allocator that reaches every module of `mcpico-core`.
//!
//! It is linked and not run: a dependency that needs `alloc` leaves it without a global allocator,
//! which is an error, and with the feature `no-panic` a panic that survives the optimiser leaves an
//! undefined symbol.
#![no_std]
#![no_main]

mod reach;

#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    reach::all();
    loop {
        core::hint::spin_loop();
    }
}

#[cfg(not(feature = "no-panic"))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}

#[cfg(feature = "no-panic")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        fn a_panic_can_be_reached() -> !;
    }
    // SAFETY: there is no such function, so a program with this call does not link.
    unsafe { a_panic_can_be_reached() }
}
