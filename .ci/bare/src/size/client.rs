//! What a device needs that calls tools: sign its token, verify one, both eras of MCP over HTTP.
#![no_std]
#![no_main]

use core::hint::black_box;

use mcpico_core::auth::Bearer;
use mcpico_core::client::{Answer, Call, Client, Event, Exchange, Post};
use mcpico_core::http1::{HeadReader, Method as Verb, RequestHead};
use mcpico_core::inbox::Inbox;
use mcpico_core::json;
use mcpico_core::jwt::{Claim, Header, Hs256Key, Policy, sign, verify};
use mcpico_core::mcp::{ClientInfo, Method, ToolResult};

#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    black_box(run());
    loop {
        core::hint::spin_loop();
    }
}

fn run() -> Option<()> {
    let key = Hs256Key::new(bytes()).ok()?;
    let (mut token, mut scratch, mut out) = ([0_u8; 512], [0_u8; 512], [0_u8; 1024]);
    let audiences = [text()];
    let claims = [Claim::sub(text()), Claim::aud(&audiences), Claim::exp(black_box(2_000))];
    let token = sign(&key, &Header::default(), &claims, black_box(token.as_mut_slice())).ok()?;
    let policy = Policy::new().audience(text());
    black_box(verify(&key, token.as_bytes(), &policy, black_box(7), &mut scratch).ok()?);

    let bearer = Bearer::new(token).ok();
    let mut client = Client::new(ClientInfo { name: "size", version: "0" });
    while let Some((post, exchange)) = client.connect(bearer, &mut out).ok()? {
        converse(&mut client, &post, exchange)?;
    }
    let arguments = json::parse(bytes()).ok();
    let call = Method::CallTool { name: text(), arguments, input_schema: arguments };
    let (post, exchange) = client.request(&Call::new(call).bearer(bearer), &mut out).ok()?;
    converse(&mut client, &post, exchange)?;
    let (post, exchange) = client.end(bearer, &mut out).ok()??;
    converse(&mut client, &post, exchange)
}

fn converse(client: &mut Client, post: &Post<'_>, mut exchange: Exchange) -> Option<()> {
    let mut out = [0_u8; 512];
    let head = RequestHead { method: Verb::Post, target: text(), host: text() };
    let length = Some(post.body().len() as u64);
    black_box(head.write(post.headers(), length, black_box(out.as_mut_slice())).ok()?);
    let (head, _) = HeadReader::new().read(bytes()).ok()??;
    let mut body = head.body().ok()?;
    exchange.on_head(client, &head).ok()?;
    let mut storage = [0_u8; 1024];
    let mut inbox = Inbox::new(black_box(storage.as_mut_slice()));
    loop {
        match exchange.next_event(&mut inbox).ok()? {
            Event::NeedData => {
                let decoded = body.decode(black_box(inbox.spare())).ok()?;
                inbox.commit(decoded.len);
            }
            Event::ServerRequest(request) => {
                let mut out = [0_u8; 256];
                let answer = Answer::default_for(&request);
                black_box(client.answer(&request, answer, None, &mut out).ok()?);
            }
            Event::Response(mcpico_core::client::Response::Result(result)) => {
                black_box(ToolResult::from_result(result).ok()?.texts().count());
            }
            Event::Closed => break,
            event => drop(black_box(event)),
        }
    }
    client.settle(&exchange).ok()?;
    Some(())
}

/// Bytes of unknown length and content.
fn bytes() -> &'static [u8] {
    black_box(b"{}".as_slice())
}

/// A text of unknown length and content.
fn text() -> &'static str {
    black_box("text")
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
