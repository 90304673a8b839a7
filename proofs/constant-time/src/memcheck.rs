//! Requests to valgrind's memcheck.
//!
//! Memcheck follows every undefined bit and reports a jump or an address that depends on one. A secret that
//! is marked undefined is therefore a secret whose way into the timing of the program is reported.

use core::arch::asm;

const RUNNING_ON_VALGRIND: usize = 0x1001;
const CHANGE_ERROR_DISABLEMENT: usize = 0x1801;
const COUNT_ERRORS: usize = 0x1201;
const MAKE_UNDEFINED: usize = 0x4d43_0001;
const MAKE_DEFINED: usize = 0x4d43_0002;

/// Whether memcheck looks on; without it nothing is checked.
pub fn is_on() -> bool {
    request(RUNNING_ON_VALGRIND, 0, 0) > 0
}

/// Reports so far, each occurrence counted.
pub fn reports() -> usize {
    request(COUNT_ERRORS, 0, 0)
}

/// Does `work` without reports.
pub fn unreported<T>(work: impl FnOnce() -> T) -> T {
    request(CHANGE_ERROR_DISABLEMENT, 1, 0);
    let result = work();
    request(CHANGE_ERROR_DISABLEMENT, usize::MAX, 0);
    result
}

/// Marks the bytes of `secret` as undefined; they stay what they are.
pub fn taint<T: ?Sized>(secret: &mut T) {
    request(MAKE_UNDEFINED, (&raw mut *secret).cast::<u8>() as usize, size_of_val(secret));
}

/// Marks the bytes of `public` as defined again. Each use says why they are public.
pub fn declare_public<T: ?Sized>(public: &mut T) {
    request(MAKE_DEFINED, (&raw mut *public).cast::<u8>() as usize, size_of_val(public));
}

/// The client request of valgrind.h for x86-64: four rotations that add up to nothing, and an exchange of
/// a register with itself. Anywhere else than under valgrind the answer is 0.
fn request(code: usize, first: usize, second: usize) -> usize {
    let arguments = [code, first, second, 0, 0, 0];
    let mut answer = 0_usize;
    // SAFETY: the instructions change nothing but rdx, and rdi back to what it was. Valgrind reads the
    // six words behind rax and changes its own books only. Without `nomem` the compiler takes memory as
    // read and written, so that values are in place before.
    unsafe {
        asm!(
            "rol rdi, 3",
            "rol rdi, 13",
            "rol rdi, 61",
            "rol rdi, 51",
            "xchg rbx, rbx",
            in("rax") arguments.as_ptr(),
            inout("rdx") answer,
            options(nostack),
        );
    }
    answer
}
