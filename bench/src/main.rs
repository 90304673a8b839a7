//! Compares `mcpico-core` with its peers: `cargo run --release -- [token] [json] [stream]`.
//!
//! The rivals of a table run interleaved in one process, in rotated order. The time of a rival in a
//! round is the best of five short samples, so that few hold another program's time slice. A ratio is
//! the median of the ratios of the rounds, so that slower phases of the machine hit both sides of it.

mod document;
mod stream;
mod token;

use std::time::Instant;

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |name: &str| asked.is_empty() || asked.iter().any(|asked| asked == name);
    if wanted("token") {
        token::run();
    }
    if wanted("json") {
        document::run();
    }
    if wanted("stream") {
        stream::run();
    }
}

/// Alternatives that do the same work; the first one is what the others are compared with.
struct Table<'a> {
    title: String,
    /// Bytes that one call works on.
    bytes: usize,
    rivals: Vec<(&'a str, Call<'a>)>,
}

type Call<'a> = Box<dyn FnMut() + 'a>;

impl<'a> Table<'a> {
    fn new(title: impl Into<String>, bytes: usize) -> Self {
        Self { title: title.into(), bytes, rivals: Vec::new() }
    }

    fn add<T>(&mut self, name: &'a str, mut call: impl FnMut() -> T + 'a) {
        let call = move || {
            std::hint::black_box(call());
        };
        self.rivals.push((name, Box::new(call)));
    }

    fn run(mut self, rounds: usize) {
        const SAMPLE_NANOSECONDS: f64 = 200_000.0;
        const SAMPLES: usize = 5;
        let count = self.rivals.len();
        let calls: Vec<u32> = self
            .rivals
            .iter_mut()
            .map(|(_, call)| {
                let mut calls = 1;
                loop {
                    let nanoseconds = time(call, calls);
                    if nanoseconds * f64::from(calls) >= SAMPLE_NANOSECONDS || calls > 1 << 20 {
                        return calls;
                    }
                    calls *= 2;
                }
            })
            .collect();
        let mut times = vec![Vec::new(); count];
        for round in 0..rounds {
            let mut best = vec![f64::INFINITY; count];
            for turn in 0..count * SAMPLES {
                let rival = (round + turn) % count;
                let sample = time(&mut self.rivals[rival].1, calls[rival]);
                best[rival] = best[rival].min(sample);
            }
            for (times, best) in times.iter_mut().zip(best) {
                times.push(best);
            }
        }
        println!("\n{} ({} bytes, {rounds} rounds)", self.title, self.bytes);
        println!("| | ratio | median ns | MB/s |\n|---|---|---|---|");
        for (rival, (name, _)) in self.rivals.iter().enumerate() {
            let ratios = times[rival].iter().zip(&times[0]).map(|(own, first)| own / first);
            let ratio = median(ratios.collect());
            let nanoseconds = median(times[rival].clone());
            let speed = self.bytes as f64 / nanoseconds * 1000.0;
            println!("| {name} | {ratio:.3} | {nanoseconds:.0} | {speed:.0} |");
        }
    }
}

/// Nanoseconds of one call.
fn time(call: &mut Call<'_>, calls: u32) -> f64 {
    let start = Instant::now();
    for _ in 0..calls {
        call();
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
