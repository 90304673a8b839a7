//! Every parser on n and 2n bytes of its worst case, once each, for `run` to count instructions.
//!
//! Each call of `measured` prints a line with the name of the case and the bytes of its input. Names on
//! the command line choose cases by their start.

mod auth;
mod http;
mod json;
mod jwt;
mod stream;

use std::hint::black_box;

/// A case: its name, n, and the work on so many bytes, ready to be called.
struct Case {
    name: &'static str,
    size: usize,
    /// The count that may be squared, because a limit bounds it.
    bounded: Option<&'static str>,
    prepare: Box<dyn Fn(usize) -> Work>,
}

impl Case {
    /// Doubles the number of `what`, which has a limit, and so may cost its square.
    fn bounded(self, what: &'static str) -> Self {
        Self { bounded: Some(what), ..self }
    }
}

/// The bytes that are really there, and what is counted.
struct Work {
    bytes: usize,
    run: Box<dyn FnOnce()>,
}

/// A case whose input is a text.
fn on_text(
    name: &'static str,
    size: usize,
    make: impl Fn(usize) -> Vec<u8> + 'static,
    work: impl Fn(&mut [u8]) + Clone + 'static,
) -> Case {
    let prepare = move |size| {
        let mut text = make(size);
        let work = work.clone();
        Work { bytes: text.len(), run: Box::new(move || work(&mut text)) }
    };
    Case { name, size, bounded: None, prepare: Box::new(prepare) }
}

/// `unit` until there are about `size` bytes, between `start` and `end`.
fn repeated(start: &str, unit: &str, end: &str, size: usize) -> Vec<u8> {
    let count = size.saturating_sub(start.len() + end.len()) / unit.len();
    format!("{start}{}{end}", unit.repeat(count)).into_bytes()
}

/// What callgrind counts.
#[unsafe(no_mangle)]
#[inline(never)]
fn measured(run: Box<dyn FnOnce()>) {
    run();
    black_box(());
}

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let cases = [json::cases(), stream::cases(), http::cases(), auth::cases(), jwt::cases()];
    for case in cases.into_iter().flatten() {
        if !asked.is_empty() && !asked.iter().any(|name| case.name.starts_with(&**name)) {
            continue;
        }
        for size in [case.size, 2 * case.size] {
            let work = (case.prepare)(size);
            measured(work.run);
            println!("{}\t{}\t{}", case.name, work.bytes, case.bounded.unwrap_or_default());
        }
    }
}
