//! An executor that sleeps by WFI.
//!
//! That of embassy-executor's `platform-cortex-m` sleeps by WFE, which QEMU takes for a yield: the machine would spin.
//! On a board `#[embassy_executor::main]` does.
#![allow(unsafe_code, reason = "whoever polls an executor promises not to do so from within")]

use embassy_executor::{Spawner, raw};
use portable_atomic::{AtomicBool, AtomicU64, Ordering};
use static_cell::StaticCell;

use super::clock::cycles;

static EXECUTOR: StaticCell<raw::Executor> = StaticCell::new();
static PENDING: AtomicBool = AtomicBool::new(false);
static ASLEEP: AtomicU64 = AtomicU64::new(0);

/// Runs tasks until `is_over` says so.
///
/// # Panics
/// The second time.
pub fn run(start: impl FnOnce(Spawner), is_over: impl Fn() -> bool) {
    let executor: &'static raw::Executor = EXECUTOR.init(raw::Executor::new(core::ptr::null_mut()));
    start(executor.spawner());
    while !is_over() {
        PENDING.store(false, Ordering::Relaxed);
        // SAFETY: no task calls this function.
        unsafe { executor.poll() };
        // An interrupt that comes between the question and the sleep ends the sleep.
        cortex_m::interrupt::free(|_| {
            if !PENDING.load(Ordering::Relaxed) {
                let from = cycles();
                cortex_m::asm::wfi();
                ASLEEP.add(cycles() - from, Ordering::Relaxed);
            }
        });
    }
}

/// Cycles that were slept away.
pub fn asleep() -> u64 {
    ASLEEP.load(Ordering::Relaxed)
}

/// The executor has something to poll.
#[unsafe(export_name = "__pender")]
fn pend(_: *mut ()) {
    PENDING.store(true, Ordering::Relaxed);
}
