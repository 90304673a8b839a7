//! A firmware that mints its own token and holds a whole MCP conversation over TCP.
//!
//! What it is to do comes on the command line, as `name=value`; see [`plan`].
#![no_std]
#![no_main]

mod board;
mod conversation;
mod endurance;
mod faults;
mod measure;
mod plan;
mod report;
mod session;
mod socket;
mod token;

use core::panic::PanicInfo;

use cortex_m_rt::entry;
use cortex_m_semihosting::debug::{EXIT_FAILURE, EXIT_SUCCESS, exit};
use cortex_m_semihosting::hprintln;
use embassy_executor::Spawner;
use embassy_net::{Config, DhcpConfig, Runner, Stack, StackResources};
use firmware_selftest::stack;
use portable_atomic::{AtomicBool, Ordering};
use static_cell::StaticCell;

use board::command_line;
use board::ethernet::Ethernet;
use board::registers::Controller;
use plan::Plan;

/// An address of the range for local use.
const ADDRESS: [u8; 6] = [0x02, 0x00, 0x00, 0x12, 0x34, 0x56];

/// Sockets of the stack: DHCP, DNS, TCP for calls, TCP for answers beside them.
const SOCKETS: usize = 4;

static OVER: AtomicBool = AtomicBool::new(false);
static WELL: AtomicBool = AtomicBool::new(false);

#[entry]
fn main() -> ! {
    let Some(peripherals) = cortex_m::Peripherals::take() else {
        fail("the peripherals are taken")
    };
    board::start_clock(peripherals.SYST);
    let used = stack::high_water(&mut || {
        board::executor::run(start, || OVER.load(Ordering::Relaxed));
    });
    hprintln!("stack {} bytes", used);
    let well = WELL.load(Ordering::Relaxed);
    loop {
        exit(if well { EXIT_SUCCESS } else { EXIT_FAILURE });
    }
}

/// Out of line: what it takes of the stack is free again while the tasks run.
#[inline(never)]
fn start(spawner: Spawner) {
    static LINE: StaticCell<[u8; 512]> = StaticCell::new();
    static ETHERNET: StaticCell<Ethernet> = StaticCell::new();
    static RESOURCES: StaticCell<StackResources<SOCKETS>> = StaticCell::new();
    let Some(line) = command_line::read(LINE.init([0; 512])) else { fail("no command line") };
    let Some(plan) = Plan::read(line) else { fail("the command line has no plan") };
    let ethernet = ETHERNET.init(Ethernet::new(Controller::take(), ADDRESS));
    let resources = RESOURCES.init(StackResources::new());
    let seed = plan.seed();
    let (stack, runner) =
        embassy_net::new(ethernet, Config::dhcpv4(DhcpConfig::default()), resources, seed);
    let (Ok(network), Ok(device)) = (network(runner), device(stack, plan)) else {
        fail("the tasks run already")
    };
    spawner.spawn(network);
    spawner.spawn(device);
}

#[embassy_executor::task]
async fn network(mut runner: Runner<'static, &'static mut Ethernet>) -> ! {
    runner.run().await
}

#[embassy_executor::task]
async fn device(stack: Stack<'static>, plan: Plan) {
    WELL.store(plan.carry_out(stack).await, Ordering::Relaxed);
    OVER.store(true, Ordering::Relaxed);
}

fn fail(why: &str) -> ! {
    hprintln!("FAILED  {}", why);
    loop {
        exit(EXIT_FAILURE);
    }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    fail("panic")
}
