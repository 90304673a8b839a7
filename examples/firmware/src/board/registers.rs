//! The registers of the Stellaris Ethernet controller: all of the firmware's access to raw addresses.
//!
//! [LM3S6965 data sheet, chapter 16](https://www.ti.com/lit/ds/symlink/lm3s6965.pdf)
#![allow(unsafe_code, reason = "registers are addresses")]

use core::ptr;

// Its table of interrupts is linked.
use lm3s6965 as _;
use portable_atomic::{AtomicBool, Ordering};

const BASE: usize = 0x4004_8000;

/// A register of the controller. Reading `Data` takes a word off the receive queue.
#[derive(Clone, Copy)]
#[repr(usize)]
pub enum Register {
    /// Raw interrupt status when read, acknowledge when written.
    Status = 0x00,
    /// Which of them interrupt.
    Mask = 0x04,
    /// Receive control.
    Receive = 0x08,
    /// Transmit control.
    Transmit = 0x0C,
    /// Both queues of frames, word by word.
    Data = 0x10,
    /// Bytes 0 to 3 of the own address.
    AddressLow = 0x14,
    /// Bytes 4 and 5.
    AddressHigh = 0x18,
    /// Frames waiting.
    Waiting = 0x34,
    /// Written 1: send. Reads 1 until it is done.
    Send = 0x38,
}

/// A frame has come.
pub const RECEIVED: u32 = 0x01;

/// The controller. There is one, so who holds this is alone.
pub struct Controller {
    base: usize,
}

impl Controller {
    /// The controller, once.
    ///
    /// # Panics
    /// The second time.
    pub fn take() -> Self {
        static TAKEN: AtomicBool = AtomicBool::new(false);
        let first = !TAKEN.swap(true, Ordering::Relaxed);
        assert!(first, "the controller is in use");
        Self { base: BASE }
    }

    /// Reads.
    pub fn read(&mut self, register: Register) -> u32 {
        // SAFETY: the address is that of a register that can be read at any time.
        unsafe { ptr::read_volatile((self.base + register as usize) as *const u32) }
    }

    /// Writes.
    pub fn write(&mut self, register: Register, value: u32) {
        // SAFETY: the address is that of a register, and the controller writes to no memory of ours.
        unsafe { ptr::write_volatile((self.base + register as usize) as *mut u32, value) }
    }
}

/// Lets no frame interrupt any more, from the interrupt itself.
#[cfg(ethernet_interrupt)]
pub fn silence() {
    // SAFETY: as above; the driver writes this register only to let interrupts through again.
    unsafe { ptr::write_volatile((BASE + Register::Mask as usize) as *mut u32, 0) }
}

/// Lets the interrupt of the controller through to the processor.
#[cfg(ethernet_interrupt)]
pub fn unmask() {
    // SAFETY: its handler is there, and no critical section stands on masks.
    unsafe { cortex_m::peripheral::NVIC::unmask(lm3s6965::Interrupt::ETHERNET) }
}
