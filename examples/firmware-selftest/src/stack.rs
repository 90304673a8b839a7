//! How much stack a piece of work takes: paint, work, look how far the paint is gone.
//!
//! A word that the work reserves and never writes keeps its paint. Only words at the far end count, so
//! the result can be too small by the unwritten end of the deepest frame.

use core::arch::asm;
use core::ptr::addr_of;

/// An odd word that no address and no small number is.
const PAINT: u32 = 0xA5C3_5A3D;

unsafe extern "C" {
    /// The lowest word of the stack, from the linker script of `cortex-m-rt`.
    static _stack_end: u32;
    /// The word above the highest.
    static _stack_start: u32;
}

/// Runs `work` and returns the bytes of stack that it took below the caller, calls included.
///
/// No interrupt may be enabled, or its frame counts.
#[inline(never)]
pub fn high_water(work: &mut dyn FnMut()) -> usize {
    // Behind a black box the compiler can not merge the frame of the work into this one.
    let work = core::hint::black_box(work);
    let bottom = addr_of!(_stack_end) as usize;
    let top: usize;
    // SAFETY: everything from the end of the static variables to the stack pointer is free memory, and
    // nothing is pushed in between.
    unsafe {
        asm!(
            "mov {top}, sp",
            "2:",
            "cmp {at}, {top}",
            "bhs 3f",
            "str {paint}, [{at}]",
            "adds {at}, #4",
            "b 2b",
            "3:",
            at = inout(reg) bottom => _,
            top = out(reg) top,
            paint = in(reg) PAINT,
            options(nostack),
        );
    }
    work();
    used_below(top)
}

/// The bytes of stack below `top` that have been used since the memory was painted.
#[inline(always)]
fn used_below(top: usize) -> usize {
    let mut lowest = addr_of!(_stack_end) as usize;
    // SAFETY: the same memory is read; what a function has left there is any initialised word.
    unsafe {
        asm!(
            "2:",
            "cmp {at}, {top}",
            "bhs 3f",
            "ldr {word}, [{at}]",
            "cmp {word}, {paint}",
            "bne 3f",
            "adds {at}, #4",
            "b 2b",
            "3:",
            at = inout(reg) lowest,
            top = in(reg) top,
            word = out(reg) _,
            paint = in(reg) PAINT,
            options(nostack, readonly),
        );
    }
    top.saturating_sub(lowest)
}

/// The bytes of the whole stack that have been used since [`high_water`] painted it, from within its work.
#[inline(never)]
pub fn used() -> usize {
    used_below(addr_of!(_stack_start) as usize)
}
