//! A server that is spoken to over a stream of lines.

use mcpico_core::client::{Event, Lines};

use crate::boundary::{entry, fill, mcpico_str, out};
use crate::client::mcpico_client;
use crate::event::mcpico_event;
use crate::exchange::mcpico_exchange;
use crate::inbox::mcpico_inbox;
use crate::object::{Storage, get, get_mut, object};

/// Words of a stream of lines.
pub const MCPICO_LINES_WORDS: usize = 8;

/// Reads what a server says over a stream of lines: the standard streams of a process, a serial line. A message goes
/// out by mcpico_post_line.
#[repr(C)]
pub struct mcpico_lines {
    /// Not to be touched.
    opaque: [u64; MCPICO_LINES_WORDS],
}

object!(mcpico_lines, Lines, b"mlin");

/// Starts at the first byte of a line.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_lines_init(lines: *mut mcpico_lines) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        unsafe { Storage::new(lines) }?.init(Lines::new());
        Ok(())
    })
}

/// The next thing that came. `exchange` is the one whose response is awaited, NULL when none is; `answered` is 1 when
/// the event is its response. `line` is the message as it came, also when the status is PEER_MESSAGE,
/// MESSAGE_TOO_LARGE or BATCH_TOO_LARGE: then the line has been dropped and the next one can be read, and `line` and
/// `answered`, which is 1 when the exchange is over by it, are the only outputs that are written.
///
/// Fill the inbox by mcpico_inbox_spare and mcpico_inbox_commit; texts are valid until the next call on it.
///
/// Errors: those, and PEER_RESULT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_lines_next(
    lines: *mut mcpico_lines,
    client: *const mcpico_client,
    exchange: *mut mcpico_exchange,
    inbox: *mut mcpico_inbox,
    event: *mut mcpico_event,
    answered: *mut i32,
    line: *mut mcpico_str,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let event = unsafe { fill(event) }?;
        // SAFETY: as above.
        let answered = unsafe { out(answered) }?;
        // SAFETY: as above.
        let line = unsafe { out(line) }?;
        // SAFETY: as above.
        let lines = unsafe { get_mut(lines) }?;
        // SAFETY: as above.
        let client = unsafe { get(client) }?;
        let exchanges = if exchange.is_null() {
            &mut []
        } else {
            // SAFETY: as above.
            core::slice::from_mut(unsafe { get_mut(exchange) }?)
        };
        // SAFETY: as above.
        let receiving = unsafe { get_mut(inbox) }?;
        let lent = receiving.lent;
        lent.open();
        let arrival = lines.next_arrival(client, exchanges, &mut receiving.inbox);
        lent.close_but((arrival.text.as_ptr(), arrival.text.len()));
        let nothing = matches!(arrival.event, Ok(Event::NeedData | Event::Closed));
        answered.write(arrival.exchange.is_some().into());
        line.write(if nothing { mcpico_str::ABSENT } else { mcpico_str::of(arrival.text) });
        event.write(mcpico_event::new(&arrival.event?, lent));
        Ok(())
    })
}
