//! The Stellaris Ethernet controller as a driver of embassy-net. On another board this file is replaced.
//!
//! Received: the first half-word is the length of the frame plus 6, then the frame, then four bytes of CRC, filled
//! up to a word. Sent: the first half-word is the length less the 14 bytes of the header.

use core::task::Context;

use embassy_net_driver::{Capabilities, Driver, HardwareAddress, LinkState, RxToken, TxToken};
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::waitqueue::GenericAtomicWaker;

use super::registers::{Controller, RECEIVED, Register};

/// Longest frame: 1500 bytes behind a header of 14.
pub const MTU: usize = 1514;

/// Header of a frame: two addresses and the type.
const HEADER: usize = 14;

static WAKER: GenericAtomicWaker<CriticalSectionRawMutex> =
    GenericAtomicWaker::new(CriticalSectionRawMutex::new());

/// The controller, with room for a frame each way: an answer is written while what it answers is read.
pub struct Ethernet {
    controller: Controller,
    address: [u8; 6],
    received: [u8; MTU],
    sent: [u8; MTU],
}

impl Ethernet {
    /// Sets the controller up.
    pub fn new(mut controller: Controller, address: [u8; 6]) -> Self {
        let [low @ .., fifth, sixth] = address;
        // Empty the queue, then receive.
        controller.write(Register::Receive, 0x10);
        controller.write(Register::AddressLow, u32::from_le_bytes(low));
        controller.write(Register::AddressHigh, u32::from_le_bytes([fifth, sixth, 0, 0]));
        controller.write(Register::Receive, 0x01);
        // On, with padding and CRC.
        controller.write(Register::Transmit, 0x07);
        #[cfg(ethernet_interrupt)]
        super::registers::unmask();
        Self { controller, address, received: [0; MTU], sent: [0; MTU] }
    }
}

/// Whether there is a frame.
fn is_waiting(controller: &mut Controller) -> bool {
    controller.read(Register::Waiting) & 0x3F != 0
}

/// Takes a frame off the queue; 0 for one that is too long or too short for Ethernet.
fn load(controller: &mut Controller, frame: &mut [u8; MTU]) -> usize {
    let [low, high, first, second] = controller.read(Register::Data).to_le_bytes();
    let length = usize::from(u16::from_le_bytes([low, high])).saturating_sub(6);
    // Two bytes came with the length; the CRC stands behind the frame.
    let words = (length + 4).saturating_sub(2).div_ceil(4);
    let mut room = frame.iter_mut();
    room.by_ref().zip([first, second]).for_each(|(to, from)| *to = from);
    for _ in 0..words {
        let word = controller.read(Register::Data).to_le_bytes();
        // The word comes first: zip would take a place too many.
        for from in word {
            if let Some(to) = room.next() {
                *to = from;
            }
        }
    }
    if (HEADER..=MTU).contains(&length) { length } else { 0 }
}

/// Puts a frame onto the queue and sends it.
fn store(controller: &mut Controller, frame: &[u8]) {
    // Until the frame before is gone.
    while controller.read(Register::Send) & 1 != 0 {}
    let Some((first, rest)) = frame.split_first_chunk::<2>() else { return };
    let payload = u16::try_from(frame.len().saturating_sub(HEADER)).unwrap_or_default();
    let [low, high] = payload.to_le_bytes();
    controller.write(Register::Data, u32::from_le_bytes([low, high, first[0], first[1]]));
    for part in rest.chunks(4) {
        let mut word = [0; 4];
        word.iter_mut().zip(part).for_each(|(to, from)| *to = *from);
        controller.write(Register::Data, u32::from_le_bytes(word));
    }
    controller.write(Register::Send, 1);
}

/// Says that there may be a frame, from an interrupt.
pub fn wake() {
    WAKER.wake();
}

#[cfg(ethernet_interrupt)]
mod interrupt {
    use lm3s6965::interrupt;

    #[allow(
        non_snake_case,
        unsafe_code,
        reason = "the macro makes an entry of the vector table of it"
    )]
    #[interrupt]
    fn ETHERNET() {
        super::super::registers::silence();
        super::wake();
    }
}

impl Driver for Ethernet {
    type RxToken<'a> = Received<'a>;
    type TxToken<'a> = Sent<'a>;

    fn receive(&mut self, cx: &mut Context<'_>) -> Option<(Received<'_>, Sent<'_>)> {
        if !is_waiting(&mut self.controller) {
            WAKER.register(cx.waker());
            self.controller.write(Register::Status, RECEIVED);
            self.controller.write(Register::Mask, RECEIVED);
            // One may have come before the acknowledgement.
            if !is_waiting(&mut self.controller) {
                return None;
            }
        }
        let length = load(&mut self.controller, &mut self.received);
        let frame = self.received.get_mut(..length).unwrap_or_default();
        let sent = Sent { controller: &mut self.controller, frame: &mut self.sent };
        Some((Received { frame }, sent))
    }

    fn transmit(&mut self, _: &mut Context<'_>) -> Option<Sent<'_>> {
        Some(Sent { controller: &mut self.controller, frame: &mut self.sent })
    }

    fn link_state(&mut self, _: &mut Context<'_>) -> LinkState {
        LinkState::Up
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = MTU;
        // No `max_burst_size`, as QEMU's queue takes 31 frames: with 1 the window is one segment, and each of them
        // waits 10 ms for smoltcp's delayed acknowledgement.
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet(self.address)
    }
}

/// A frame that has come.
pub struct Received<'d> {
    frame: &'d mut [u8],
}

impl RxToken for Received<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, read: F) -> R {
        read(self.frame)
    }
}

/// Leave to send a frame.
pub struct Sent<'d> {
    controller: &'d mut Controller,
    frame: &'d mut [u8; MTU],
}

impl TxToken for Sent<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, write: F) -> R {
        // The stack asks for no more than the MTU.
        let frame = self.frame.get_mut(..length).unwrap_or_default();
        let written = write(frame);
        store(self.controller, frame);
        written
    }
}
