//! What a panic does without std: nothing comes after it. Core has none, and that none is linked is a gate.

use core::panic::PanicInfo;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    #[cfg(target_os = "none")]
    loop {
        core::hint::spin_loop();
    }
    #[cfg(not(target_os = "none"))]
    {
        unsafe extern "C" {
            safe fn abort() -> !;
        }
        abort()
    }
}

// The objects of core that come with the compiler name the personality of std, which nothing here unwinds with. Weak, so
// that another Rust library in the program may bring it, and hidden, so that nobody else sees it.
#[cfg(target_os = "linux")]
core::arch::global_asm!(
    ".weak rust_eh_personality",
    ".hidden rust_eh_personality",
    "rust_eh_personality:"
);
