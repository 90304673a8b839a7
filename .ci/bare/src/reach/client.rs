//! MCP: the client through both eras, results, headers.

use core::hint::black_box;

use mcpico_core::Error;
use mcpico_core::auth::Bearer;
use mcpico_core::client::{
    Answer, Call, Client, Event, Exchange, Post, Response, ResultStream, Streamed,
};
use mcpico_core::http1::HeadReader;
use mcpico_core::inbox::Inbox;
use mcpico_core::json;
use mcpico_core::mcp::{
    Capabilities, ClientInfo, CompletionReference, Elicitation, InputRequired, Method, Page,
    Progress, Revision, ToolResult, decode_header_value, elicitation_defaults, elicitation_form,
};
use mcpico_core::writer::Writer;

use super::{bytes, input, keep, room, show};

#[inline(never)]
pub(super) fn all() {
    if let Err(error) = session() {
        show(error);
    }
    let mut out = [0_u8; 64];
    match decode_header_value(input("value"), room(&mut out)) {
        Ok(text) => keep(text.len()),
        Err(error) => show(error),
    }
    keep(Revision::from_name(input("2026-07-28")));
}

#[inline(never)]
fn session() -> Result<(), Error> {
    let yes = black_box(true);
    let elicitation = Elicitation { form: yes, url: yes };
    let capabilities = Capabilities { elicitation, roots: yes, sampling: yes, tasks: yes };
    let client = Client::new(ClientInfo { name: "bare", version: "0" });
    let mut client = client.declare(capabilities);
    let mut out = [0_u8; 512];
    let bearer = Bearer::new(input("token")).ok();
    while let Some((post, mut exchange)) = client.connect(bearer, room(&mut out))? {
        send(&post);
        read(&mut client, &mut exchange)?;
    }
    for method in methods() {
        let call = Call::new(method).bearer(bearer).progress();
        let (post, mut exchange) = client.request(&call, room(&mut out))?;
        send(&post);
        read(&mut client, &mut exchange)?;
        read_large(&mut exchange)?;
        if let Some((post, mut exchange)) = client.resume(&exchange, bearer, room(&mut out))? {
            send(&post);
            read(&mut client, &mut exchange)?;
        }
    }
    let (post, mut exchange) = client.listen(bearer, room(&mut out))?;
    send(&post);
    read(&mut client, &mut exchange)?;
    if let Some((post, mut exchange)) = client.end(bearer, room(&mut out))? {
        send(&post);
        read(&mut client, &mut exchange)?;
    }
    keep((client.revision().map(Revision::name), client.has_session()));
    Ok(())
}

#[inline(never)]
fn methods() -> impl Iterator<Item = Method<'static>> {
    let object = json::parse(bytes()).ok();
    let name = input("name");
    let reference = CompletionReference::Prompt(name);
    [
        Method::CallTool { name, arguments: object, input_schema: object },
        Method::Complete { reference, argument: name, value: name, arguments: object },
        Method::GetPrompt { name, arguments: object },
        Method::ListTools { cursor: black_box(Some("cursor")) },
        Method::ReadResource { uri: name },
        Method::Other { name, params: object, mcp_name: Some(name) },
    ]
    .into_iter()
}

#[inline(never)]
fn send(post: &Post<'_>) {
    for (name, value) in post.headers() {
        keep((name, value));
    }
    keep((post.verb(), post.body().len()));
}

/// Fills the forms that the server asks for and sends the request again.
#[inline(never)]
fn again(client: &mut Client, input: InputRequired<'_>) -> Result<(), Error> {
    let mut out = [0_u8; 256];
    for (key, request) in input.entries() {
        keep((key, client.capabilities().allows(&request)));
        let mut w = Writer::new(room(&mut out));
        match elicitation_form(request.params) {
            Ok(schema) => keep(elicitation_defaults(schema, &mut w).is_ok()),
            Err(error) => show(error),
        }
        keep(w.finish().map(|content| content.len()));
    }
    let responses = json::parse(bytes()).ok();
    let call = Call::new(Method::ReadResource { uri: "uri" }).input(responses, input.state);
    let (post, _) = client.request(&call, room(&mut out))?;
    send(&post);
    Ok(())
}

/// Reads an answer of any size.
#[inline(never)]
fn read_large(exchange: &mut Exchange) -> Result<(), Error> {
    let mut storage = [0_u8; 256];
    let mut inbox = Inbox::new(room(&mut storage));
    let mut stream = ResultStream::new();
    loop {
        match stream.next_event(exchange, &mut inbox)? {
            Streamed::Event(Event::NeedData) => {
                let count = black_box(inbox.spare().len());
                inbox.commit(count);
                if count == 0 {
                    inbox.close();
                }
            }
            Streamed::Part(event) => keep(event),
            Streamed::Event(Event::Closed) => return Ok(()),
            other => keep(other),
        }
    }
}

/// Reads an answer to its end and answers what the server asks.
#[inline(never)]
fn read(client: &mut Client, exchange: &mut Exchange) -> Result<(), Error> {
    if let Ok(Some((head, _))) = HeadReader::new().read(bytes()) {
        exchange.on_head(client, &head)?;
    } else {
        exchange.on_status(black_box(200));
        exchange.on_header(client, input("Content-Type"), bytes())?;
    }
    let mut storage = [0_u8; 256];
    let mut inbox = Inbox::new(room(&mut storage));
    loop {
        match exchange.next_event(&mut inbox)? {
            Event::NeedData => {
                let count = black_box(inbox.spare().len());
                inbox.commit(count);
                if count == 0 {
                    inbox.close();
                }
            }
            Event::Notification(notification) => {
                keep(notification.progress().map(|Progress { token, .. }| token));
            }
            Event::ServerRequest(request) => {
                let (mut out, mut copy) = ([0_u8; 256], [0_u8; 64]);
                let request = request.without_params(room(&mut copy))?;
                let answer = Answer::default_for(&request);
                let (post, _) = client.answer(&request, answer, None, room(&mut out))?;
                send(&post);
            }
            Event::Response(Response::Result(result)) => {
                match ToolResult::from_result(result) {
                    Ok(result) => keep((result.is_error, result.texts().count())),
                    Err(error) => show(error),
                }
                keep(Page::from_result(result, "tools").map(|page| page.items.count()).is_ok());
            }
            Event::Response(Response::InputRequired(input)) => again(client, input)?,
            Event::Response(response) => keep(response),
            Event::Rejected { status, body } => keep((status, body.len())),
            Event::Accepted | Event::Closed | Event::Interrupted => break,
            _ => {}
        }
    }
    client.settle(exchange)?;
    Ok(())
}
