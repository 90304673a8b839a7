//! The client over one stream that all exchanges share: of lines, and over HTTP+SSE.

use core::hint::black_box;
use core::slice;

use mcpico_core::Error;
use mcpico_core::client::{
    Answer, Arrivals, Call, Channel, Client, Event, Exchange, Lines, Post, message_endpoint,
};
use mcpico_core::inbox::Inbox;
use mcpico_core::mcp::{ClientInfo, Method};

use super::{bytes, input, keep, room, show};

#[inline(never)]
pub(super) fn all() {
    if let Err(error) = dialogue(Lines::new()) {
        show(error);
    }
    if let Err(error) = open().and_then(dialogue) {
        show(error);
    }
}

#[inline(never)]
fn open() -> Result<Channel, Error> {
    let (mut out, mut storage) = ([0_u8; 512], [0_u8; 256]);
    let (post, mut exchange) = Channel::open(None, room(&mut out))?;
    keep(post.headers().count());
    exchange.on_line_sent();
    keep(Channel::submit(bytes(), None, room(&mut out))?.0.body().len());
    let mut inbox = Inbox::new(room(&mut storage));
    let mut channel = Channel::new();
    while channel.needs_data(&mut inbox) {
        let count = black_box(inbox.spare().len());
        inbox.commit(count);
        if count == 0 {
            inbox.close();
        }
    }
    keep(Inbox::unparked(&mut [], inbox.parked()).unread().len());
    if let Some(text) = channel.endpoint(&mut inbox)? {
        match message_endpoint(input("https://h/sse"), text, room(&mut out)) {
            Ok(url) => keep(url.len()),
            Err(error) => show(error),
        }
    }
    Ok(channel)
}

#[inline(never)]
fn dialogue(mut arrivals: impl Arrivals) -> Result<(), Error> {
    let mut client = Client::new(ClientInfo { name: "bare", version: "0" });
    let (mut out, mut storage) = ([0_u8; 512], [0_u8; 256]);
    let mut inbox = Inbox::new(room(&mut storage));
    while let Some((post, mut exchange)) = client.connect(None, room(&mut out))? {
        send(&post, &mut exchange);
        read(&mut client, &mut arrivals, &mut inbox, slice::from_mut(&mut exchange))?;
    }
    let call = Call::new(Method::ListTools { cursor: None });
    let mut exchanges =
        [client.request(&call, room(&mut out))?.1, client.request(&call, room(&mut out))?.1];
    read(&mut client, &mut arrivals, &mut inbox, &mut exchanges)
}

#[inline(never)]
fn send(post: &Post<'_>, exchange: &mut Exchange) {
    post.pieces_of_line().for_each(keep);
    exchange.on_line_sent();
}

#[inline(never)]
fn read(
    client: &mut Client,
    arrivals: &mut impl Arrivals,
    inbox: &mut Inbox<'_>,
    exchanges: &mut [Exchange],
) -> Result<(), Error> {
    loop {
        if arrivals.needs_data(inbox) {
            let count = black_box(inbox.spare().len());
            inbox.commit(count);
            if count == 0 {
                inbox.close();
            }
            continue;
        }
        let arrival = arrivals.next_arrival(client, exchanges, inbox);
        keep((arrival.exchange, arrival.text.len()));
        match arrival.event {
            Ok(Event::Closed) => break,
            Ok(Event::ServerRequest(request)) => {
                let mut out = [0_u8; 256];
                let answer = Answer::default_for(&request);
                let (post, mut exchange) = client.answer(&request, answer, None, room(&mut out))?;
                send(&post, &mut exchange);
            }
            Ok(event) => keep(event),
            Err(error) => show(error),
        }
    }
    for exchange in exchanges {
        exchange.on_line_unanswered();
        client.settle(exchange)?;
    }
    Ok(())
}
