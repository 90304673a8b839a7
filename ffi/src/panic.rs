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
