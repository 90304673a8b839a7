//! Reading a JSON text.
#![no_std]
#![no_main]

use core::hint::black_box;

use mcpico_core::json::{Value, parse};
use mcpico_size::{inputs, run};

#[cortex_m_rt::entry]
fn main() -> ! {
    let mut out = [0; 64];
    run(&mut || parse(black_box(&inputs::JSON)).is_ok_and(|text| read(text, &mut out)))
}

#[inline(never)]
fn read(text: Value<'_>, out: &mut [u8]) -> bool {
    let number = |value: Value<'_>| value.as_number()?.as_i64();
    let id = text.member(black_box("id")).ok().flatten().and_then(number);
    let Ok(Some(result)) = text.member(black_box("result")) else { return false };
    let Ok(Some(tools)) = result.member(black_box("tools")) else { return false };
    let mut copied = 0;
    for tool in tools.items() {
        for (name, value) in tool.entries() {
            copied += usize::from(name == *black_box("title"));
            copied +=
                value.as_str().and_then(|text| Some(text.copy_to(out).ok()?.len())).unwrap_or(0);
        }
    }
    id == Some(7) && result.is_object() && copied == 23
}
