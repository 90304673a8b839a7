//! MCP beside the one request: subscriptions, tasks, logs, cancellation, traces, what to keep.

use core::hint::black_box;

use mcpico_core::Error;
use mcpico_core::client::{Call, Client, Exchange, Subscription, Update};
use mcpico_core::inbox::Inbox;
use mcpico_core::json;
use mcpico_core::jsonrpc::Message;
use mcpico_core::mcp::{
    CacheHint, Cancelled, ClientInfo, LogLevel, LogMessage, Method, Refusal, SubscriptionFilter,
    Task, TraceContext,
};
use mcpico_core::writer::OutputTooSmall;

use super::{bytes, input, keep, room, show};

#[inline(never)]
pub(super) fn all() {
    if let Err(error) = exchanges() {
        show(error);
    }
    if let Ok(Message::Error { error, .. }) = Message::parse(bytes()) {
        match Refusal::from_error(&error) {
            Ok(refusal) => keep(refusal),
            Err(error) => show(error),
        }
    }
    if let Ok(value) = json::parse(bytes()) {
        keep(CacheHint::from_result(value));
        keep(Cancelled::from_params(value));
        keep(LogMessage::from_params(value));
    }
}

#[inline(never)]
fn exchanges() -> Result<(), Error> {
    let mut client = Client::new(ClientInfo { name: "bare", version: "0" });
    let mut out = [0_u8; 512];
    let Some((_, mut exchange)) = client.connect(None, room(&mut out))? else { return Ok(()) };
    let mut storage = [0_u8; 256];
    subscription(&mut exchange, &mut Inbox::new(room(&mut storage)))?;
    client.settle(&exchange)?;
    let uris = [input("uri")];
    let filter = SubscriptionFilter {
        tools: black_box(true),
        resource_uris: &uris,
        ..SubscriptionFilter::default()
    };
    for which in 0..black_box(6_u8) {
        let mut params = [0_u8; 128];
        let call = Call::new(method(which, &filter, room(&mut params))?).log(LogLevel::Info);
        let context =
            TraceContext::new(input("00-")).and_then(|context| context.state(input("a=1")));
        let context = context.and_then(|context| context.baggage(input("b=2")));
        let call = match &context {
            Ok(context) => call.trace(context),
            Err(error) => {
                show(error);
                call
            }
        };
        let (_, exchange) = client.request(&call, room(&mut out))?;
        let cancelled = client.cancel(&exchange, Some(input("reason")), None, room(&mut out))?;
        keep(cancelled.map(|(post, _)| post.body().len()));
        let mut other = client.beside(black_box(3));
        let cancelled = other.cancel_line(&exchange, None, None, room(&mut out))?;
        keep(cancelled.map(|(post, _)| post.body().len()));
    }
    Ok(())
}

#[inline(never)]
fn method<'r>(
    which: u8,
    filter: &SubscriptionFilter<'_>,
    room: &'r mut [u8],
) -> Result<Method<'r>, OutputTooSmall> {
    let id = input("id");
    match which {
        0 => Method::subscribe(filter, room),
        1 => Method::get_task(id, room),
        2 => Method::cancel_task(id, room),
        3 => Method::set_log_level(LogLevel::Alert, room),
        4 => Method::subscribe_resource(id, room),
        _ => Method::update_task(id, json::Value::empty_object(), room),
    }
}

#[inline(never)]
fn subscription(exchange: &mut Exchange, inbox: &mut Inbox<'_>) -> Result<(), Error> {
    let mut subscription = Subscription::new(exchange);
    exchange.on_status(black_box(200));
    inbox.commit(black_box(64));
    inbox.close();
    while !exchange.needs_data(inbox)? {
        match subscription.read(&exchange.next_event(inbox)?) {
            Ok(Update::Acknowledged(granted)) => {
                keep((
                    granted.tools(),
                    granted.resource_uris().count(),
                    granted.task_ids().count(),
                ));
                keep(SubscriptionFilter::default().is_granted(&granted));
            }
            Ok(Update::Task(task)) => task_outcome(task),
            Ok(Update::Ended(ending)) => {
                keep(ending);
                break;
            }
            Ok(update) => keep(update),
            Err(error) => show(error),
        }
    }
    Ok(())
}

#[inline(never)]
fn task_outcome(task: Task<'_>) {
    match task.outcome() {
        Ok(outcome) => keep((outcome, task.status.is_final(), task.poll_interval)),
        Err(error) => show(error),
    }
}
