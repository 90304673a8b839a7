//! Time from `SysTick`: a tick of a millisecond for embassy-time, and the cycles between.

use core::cell::{Cell, RefCell};
use core::task::Waker;

use cortex_m::peripheral::{SYST, syst::SystClkSource};
use cortex_m_rt::exception;
use critical_section::Mutex;
use embassy_time_driver::Driver;
use embassy_time_queue_utils::Queue;

/// Cycles of the processor in a tick: it runs at 12.5 MHz after reset.
pub const CYCLES_PER_TICK: u32 = 12_500;

struct Clock {
    ticks: Mutex<Cell<u64>>,
    alarm: Mutex<Cell<u64>>,
    queue: Mutex<RefCell<Queue>>,
}

embassy_time_driver::time_driver_impl!(static CLOCK: Clock = Clock {
    ticks: Mutex::new(Cell::new(0)),
    alarm: Mutex::new(Cell::new(u64::MAX)),
    queue: Mutex::new(RefCell::new(Queue::new())),
});

/// Starts the ticking.
pub fn start(mut timer: SYST) {
    timer.set_clock_source(SystClkSource::Core);
    timer.set_reload(CYCLES_PER_TICK - 1);
    timer.clear_current();
    timer.enable_counter();
    timer.enable_interrupt();
}

/// Cycles since the start.
pub fn cycles() -> u64 {
    critical_section::with(|cs| {
        let mut ticks = CLOCK.ticks.borrow(cs).get();
        let mut left = SYST::get_current();
        // The counter has begun anew and its interrupt waits for us.
        if cortex_m::peripheral::SCB::is_pendst_pending() {
            ticks += 1;
            left = SYST::get_current();
        }
        ticks * u64::from(CYCLES_PER_TICK) + u64::from(CYCLES_PER_TICK - 1 - left)
    })
}

impl Driver for Clock {
    fn now(&self) -> u64 {
        critical_section::with(|cs| self.ticks.borrow(cs).get())
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        critical_section::with(|cs| {
            let mut queue = self.queue.borrow(cs).borrow_mut();
            if queue.schedule_wake(at, waker) {
                // One that has passed is found at the next tick.
                let next = queue.next_expiration(self.now());
                self.alarm.borrow(cs).set(next);
            }
        });
    }
}

#[allow(non_snake_case, unsafe_code, reason = "the macro makes an entry of the vector table of it")]
#[exception]
fn SysTick() {
    critical_section::with(|cs| {
        let now = CLOCK.ticks.borrow(cs).get() + 1;
        CLOCK.ticks.borrow(cs).set(now);
        if now >= CLOCK.alarm.borrow(cs).get() {
            let next = CLOCK.queue.borrow(cs).borrow_mut().next_expiration(now);
            CLOCK.alarm.borrow(cs).set(next);
        }
    });
    #[cfg(not(ethernet_interrupt))]
    super::ethernet::wake();
}
