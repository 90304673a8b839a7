//! The self-test as a firmware.
//!
//! On a Cortex-M it prints a line for each check, with the stack that it took, and exits with 1 when one
//! fails. On other bare machines it only has to link.
#![cfg_attr(target_os = "none", no_std)]
#![cfg_attr(target_os = "none", no_main)]

use firmware_selftest::{INBOX, Mismatch, Room, checks};

/// Runs every check through `run`, which is given the name and the work; returns how many failed.
fn all(
    mut run: impl FnMut(&'static str, &mut dyn FnMut() -> Result<(), Mismatch>) -> bool,
) -> usize {
    let (mut inbox, mut side) = ([0; INBOX], [0; 512]);
    let (mut out, mut scratch) = ([0; 2048], [0; 2048]);
    let Some(key) = checks::catalog_key() else { return usize::MAX };
    let mut room = Room {
        key: &key,
        inbox: &mut inbox,
        side: &mut side,
        out: &mut out,
        scratch: &mut scratch,
    };
    checks::CHECKS.iter().filter(|check| !run(check.name, &mut || (check.run)(&mut room))).count()
}

#[cfg(all(target_arch = "arm", target_os = "none"))]
mod cortex_m {
    use core::panic::PanicInfo;

    use cortex_m_rt::entry;
    use cortex_m_semihosting::debug::{EXIT_FAILURE, EXIT_SUCCESS, exit};
    use cortex_m_semihosting::hprintln;
    use firmware_selftest::{checks, stack};

    #[entry]
    fn main() -> ! {
        hprintln!("{:>6}  check", "stack");
        let failed = super::all(|name, work| {
            let mut outcome = Ok(());
            let used = stack::high_water(&mut || outcome = work());
            match outcome {
                Ok(()) => {
                    hprintln!("{:>6}  {}", used, name);
                }
                Err(mismatch) => {
                    hprintln!("FAILED  {}: {}", name, mismatch);
                }
            }
            outcome.is_ok()
        });
        hprintln!("{} checks, {} failed", checks::CHECKS.len(), failed);
        loop {
            exit(if failed == 0 { EXIT_SUCCESS } else { EXIT_FAILURE });
        }
    }

    #[panic_handler]
    fn panic(panic: &PanicInfo<'_>) -> ! {
        hprintln!("{}", panic);
        loop {
            exit(EXIT_FAILURE);
        }
    }
}

#[cfg(all(not(target_arch = "arm"), target_os = "none"))]
mod linked {
    use core::hint::{black_box, spin_loop};

    #[unsafe(no_mangle)]
    extern "C" fn _start() -> ! {
        black_box(super::all(|name, work| black_box((name, work())).1.is_ok()));
        loop {
            spin_loop();
        }
    }

    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        loop {
            spin_loop();
        }
    }
}

/// On a host the same checks run without the measuring.
#[cfg(not(target_os = "none"))]
fn main() -> std::process::ExitCode {
    let failed = all(|name, work| match work() {
        Ok(()) => true,
        Err(mismatch) => {
            eprintln!("FAILED  {name}: {mismatch}");
            false
        }
    });
    println!("{} checks, {failed} failed", checks::CHECKS.len());
    std::process::ExitCode::from(u8::from(failed > 0))
}
