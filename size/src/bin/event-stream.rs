//! Reading an event stream.
#![no_std]
#![no_main]

use core::hint::black_box;

use mcpico_core::framing::{EventStream, Frame, Framing};
use mcpico_core::inbox::Inbox;
use mcpico_size::{inputs, run};

#[cortex_m_rt::entry]
fn main() -> ! {
    let mut storage = [0; 1024];
    run(&mut || read(black_box(&inputs::EVENTS), &mut storage) == 3)
}

#[inline(never)]
fn read(mut wire: &[u8], storage: &mut [u8]) -> usize {
    let mut inbox = Inbox::new(storage);
    let mut framing = Framing::EventStream(EventStream::new());
    let mut frames = 0;
    loop {
        match framing.next_frame(&mut inbox) {
            Ok(Frame::NeedData) => {
                let spare = inbox.spare();
                let count = spare.len().min(wire.len()).min(black_box(16));
                let (now, later) = wire.split_at_checked(count).unwrap_or_default();
                for (to, from) in spare.iter_mut().zip(now) {
                    *to = *from;
                }
                wire = later;
                inbox.commit(count);
                if count == 0 {
                    inbox.close();
                }
            }
            Ok(Frame::Complete(frame)) => frames += usize::from(!frame.is_empty()),
            Ok(Frame::End) => return frames,
            Err(_) => return 0,
        }
    }
}
