//! What comes over a stream that all exchanges share.

use core::borrow::{Borrow, BorrowMut};

use mcpico_core::client::{Arrivals, Event, Exchange};

use crate::boundary::{fill, list_mut, mcpico_str, out};
use crate::client::mcpico_client;
use crate::event::mcpico_event;
use crate::exchange::mcpico_exchange;
use crate::inbox::{Lent, mcpico_inbox};
use crate::object::{Object, get, get_mut, unchecked};
use crate::outcome::Outcome;

/// The exchanges whose responses are awaited.
pub(crate) struct Among<'a>(&'a mut [Waiting]);

/// An exchange that has been looked at.
#[repr(transparent)]
pub(crate) struct Waiting(*mut mcpico_exchange);

impl Among<'_> {
    /// Each pointer has to be to an exchange; the same one may stand there twice.
    pub(crate) unsafe fn new(first: *mut *mut mcpico_exchange, count: usize) -> Outcome<Self> {
        // SAFETY: the caller of the interface promises that `count` pointers are there, and nobody else's.
        let waiting = unsafe { list_mut(first.cast::<Waiting>(), count) }?;
        for Waiting(exchange) in waiting.iter() {
            // SAFETY: the caller of the interface promises that each is to an exchange.
            unsafe { get_mut(*exchange) }?;
        }
        Ok(Self(waiting))
    }
}

impl Borrow<Exchange> for Waiting {
    fn borrow(&self) -> &Exchange {
        // SAFETY: `Among::new` has looked at it, and one is borrowed at a time.
        unsafe { unchecked(self.0) }
    }
}

impl BorrowMut<Exchange> for Waiting {
    fn borrow_mut(&mut self) -> &mut Exchange {
        // SAFETY: as above.
        unsafe { unchecked(self.0) }
    }
}

/// The same for a list of exchanges, the place in it being what is answered.
pub(crate) unsafe fn next_of<O: Object<Value: Arrivals>>(
    arrivals: *mut O,
    client: *const mcpico_client,
    (exchanges, count): (*mut *mut mcpico_exchange, usize),
    inbox: *mut mcpico_inbox,
    event: *mut mcpico_event,
    answered: *mut isize,
    text: *mut mcpico_str,
) -> Outcome {
    // SAFETY: the caller of the interface keeps the rules of the header; so for all below.
    let answered = unsafe { out(answered) }?;
    // SAFETY: as above.
    let mut among = unsafe { Among::new(exchanges, count) }?;
    let answer = |index: Option<usize>| {
        answered.write(index.and_then(|index| index.try_into().ok()).unwrap_or(-1));
    };
    // SAFETY: as above.
    unsafe { next(arrivals, client, &mut among, inbox, event, text, answer) }
}

/// Hands out the next thing that came, and says through `answer` whose it is.
pub(crate) unsafe fn next<O: Object<Value: Arrivals>>(
    arrivals: *mut O,
    client: *const mcpico_client,
    among: &mut Among<'_>,
    inbox: *mut mcpico_inbox,
    event: *mut mcpico_event,
    text: *mut mcpico_str,
    answer: impl FnOnce(Option<usize>),
) -> Outcome {
    // SAFETY: the caller of the interface keeps the rules of the header; so for all below.
    let event = unsafe { fill(event) }?;
    // SAFETY: as above.
    let text = unsafe { out(text) }?;
    // SAFETY: as above.
    let arrivals = unsafe { get_mut(arrivals) }?;
    // SAFETY: as above.
    let client = unsafe { get(client) }?;
    // SAFETY: as above.
    let receiving = unsafe { get_mut(inbox) }?;
    let lent = receiving.lent;
    lent.open();
    let arrival = arrivals.next_arrival(client, among.0, &mut receiving.inbox);
    lent.close_but((arrival.text.as_ptr(), arrival.text.len()));
    let nothing = matches!(arrival.event, Ok(Event::NeedData | Event::Closed));
    answer(arrival.exchange);
    text.write(if nothing { mcpico_str::ABSENT } else { mcpico_str::of(arrival.text) });
    event.write(mcpico_event::new(&arrival.event?, Lent::over(arrival.text)));
    Ok(())
}
