//! A server that is spoken to over a stream of lines.

use mcpico_core::client::Lines;

use crate::arrivals::{Among, next, next_of};
use crate::boundary::{entry, mcpico_str, out};
use crate::client::mcpico_client;
use crate::event::mcpico_event;
use crate::exchange::mcpico_exchange;
use crate::inbox::mcpico_inbox;
use crate::object::{Storage, object};

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
/// the event is its response. `line` is the message as it came, `data` NULL while there is none.
///
/// Fill the inbox by mcpico_inbox_spare and mcpico_inbox_commit; texts are valid until the next call on it.
///
/// Errors: PEER_MESSAGE, PEER_RESULT, MESSAGE_TOO_LARGE, BATCH_TOO_LARGE. The line has been dropped then, and the
/// next one can be read; `line` and `answered`, which is 1 when the exchange is over by it, are written, and `event`
/// is not.
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
        let mut exchange = exchange;
        let count = usize::from(!exchange.is_null());
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let answered = unsafe { out(answered) }?;
        // SAFETY: as above.
        let mut among = unsafe { Among::new(&raw mut exchange, count) }?;
        let answer = |index: Option<usize>| {
            answered.write(index.is_some().into());
        };
        // SAFETY: as above.
        unsafe { next(lines, client, &mut among, inbox, event, line, answer) }
    })
}

/// The next thing that came, where several responses are awaited, which come in any order: `exchanges` points to as many
/// pointers, none of them NULL; one exchange may stand there twice. `answered` is the place of the one whose response the
/// event is, -1 for none. An exchange that is over stays where it is, or is left out of the next call.
///
/// A response without an id, such as the error about a message that the server could not read, is taken when one alone
/// is waiting. All else, and the errors, as by mcpico_lines_next.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_lines_next_of(
    lines: *mut mcpico_lines,
    client: *const mcpico_client,
    exchanges: *mut *mut mcpico_exchange,
    exchange_count: usize,
    inbox: *mut mcpico_inbox,
    event: *mut mcpico_event,
    answered: *mut isize,
    line: *mut mcpico_str,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe {
        next_of(lines, client, (exchanges, exchange_count), inbox, event, answered, line)
    })
}
