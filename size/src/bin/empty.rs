//! Nothing: what this image holds is taken off every other one.
#![no_std]
#![no_main]

#[cortex_m_rt::entry]
fn main() -> ! {
    mcpico_size::run(&mut || true)
}
