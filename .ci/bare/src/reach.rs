//! One function for each module of core, on inputs that the optimiser cannot know.

use core::hint::black_box;

use mcpico_core::writer::emit;

/// Bounded output.
pub fn writer() {
    let mut out = [0_u8; 32];
    let text = black_box("text");
    let number = black_box(7_i64);
    let written = emit(black_box(&mut out), |w| {
        w.str(text);
        w.byte(b' ');
        w.signed(number);
    });
    let _ = black_box(written.map(|written| written.len()));
}
