//! What is written in one era alone, beside what every program needs.

use mcpico_core::Error;
use mcpico_core::auth::Bearer;
use mcpico_core::client::{Call, Channel, Client, Exchange, Post};
use mcpico_core::inbox::Inbox;
use mcpico_core::json::parse;
use mcpico_core::mcp::{
    ClientInfo, LogLevel, Method, Revision, SubscriptionFilter, TraceContext, elicitation_defaults,
};
use mcpico_core::writer::OutputTooSmall;
use proptest::collection::vec;
use proptest::prelude::*;

use super::{as_long_as, check, check_client, check_emit, settle, token};

/// A message that no client keeps a record of.
fn check_post(what: &str, write: impl Fn(&mut [u8]) -> Result<(Post<'_>, Exchange), Error>) {
    check(what, |out| match write(out) {
        Ok((post, _)) => Ok(as_long_as(&post)),
        Err(Error::OutputTooSmall { needed }) => Err(needed),
        Err(other) => panic!("{what}: {other}"),
    });
}

/// A constructor of a method, which writes parameters into room that is lent.
fn check_method(what: &str, write: impl Fn(&mut [u8]) -> Result<Method<'_>, OutputTooSmall>) {
    check(what, |room| match write(room) {
        Ok(Method::Other { params: Some(params), .. }) => Ok(params.raw().to_vec()),
        Ok(other) => panic!("{what}: {}", other.name()),
        Err(error) => Err(error.needed),
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_one_era_alone_has(texts in vec("[ -~é]{0,12}", 2), bearer in token()) {
        let [text, other] = &texts[..] else { unreachable!() };
        let bearer = Some(Bearer::new(&bearer).unwrap());
        let info = ClientInfo { name: "a\"b", version: "1" };
        let mut modern = Client::with_revisions(info, Revision::LATEST, Revision::LATEST);
        let mut legacy =
            Client::with_revisions(info, Revision::V2025_11_25, Revision::V2025_11_25);
        let accepted = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\"2025-11-25\"}}";
        for (status, body) in [(200, accepted), (202, "")] {
            let mut out = vec![0; 1024];
            let (_, mut exchange) = legacy.connect(bearer, &mut out).unwrap().unwrap();
            settle(&mut legacy, &mut exchange, status, body);
        }
        let tool = Method::CallTool { name: text, arguments: None, input_schema: None };
        let quoted = serde_json::to_string(other).unwrap();
        let state = parse(quoted.as_bytes()).unwrap().as_str().unwrap();
        let responses = format!("{{{quoted}:{{\"action\":\"cancel\"}}}}");
        let responses = parse(responses.as_bytes()).unwrap();
        let trace = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";
        let trace = TraceContext::new(trace).unwrap().state("a=1").unwrap();
        let call = Call::new(tool).bearer(bearer).log(LogLevel::Debug).trace(&trace);
        let again = call.input(Some(responses), Some(state));
        check_client("input", &mut modern, |client, out| client.request(&again, out));
        let open = check_client("call", &mut modern, |client, out| client.request(&call, out));
        check_client("cancel_line", &mut modern, |client, out| {
            client.cancel_line(&open, Some(text), bearer, out).map(|message| message.unwrap())
        });
        let mut open = check_client("call", &mut legacy, |client, out| client.request(&call, out));
        check_client("cancel", &mut legacy, |client, out| {
            client.cancel(&open, Some(text), bearer, out).map(|message| message.unwrap())
        });
        check_client("listen", &mut legacy, |client, out| client.listen(bearer, out));
        open.on_status(200);
        open.on_header(&mut legacy, "Content-Type", b"text/event-stream").unwrap();
        let mut storage = [0; 64];
        let mut inbox = Inbox::new(&mut storage);
        inbox.spare()[..14].copy_from_slice(b"id: 7\ndata: \n\n");
        inbox.commit(14);
        inbox.close();
        while !open.is_over() {
            open.next_event(&mut inbox).unwrap();
        }
        check_client("resume", &mut legacy, |client, out| {
            client.resume(&open, bearer, out).map(|message| message.unwrap())
        });
        check_post("Channel::open", |out| Channel::open(bearer, out));
        check_post("Channel::submit", |out| Channel::submit(text.as_bytes(), bearer, out));

        let filter = SubscriptionFilter {
            tools: true, resource_uris: &[text, other], ..SubscriptionFilter::default()
        };
        check_method("subscribe", |room| Method::subscribe(&filter, room));
        check_method("set_log_level", |room| Method::set_log_level(LogLevel::Alert, room));
        check_method("subscribe_resource", |room| Method::subscribe_resource(text, room));
        check_method("unsubscribe_resource", |room| Method::unsubscribe_resource(text, room));
        check_method("get_task", |room| Method::get_task("t", room));
        check_method("update_task", |room| Method::update_task("t", responses, room));
        check_method("cancel_task", |room| Method::cancel_task("t", room));
        let schema = format!("{{\"properties\":{{{quoted}:{{\"type\":\"string\",\"default\":{quoted}}}}}}}");
        let schema = parse(schema.as_bytes()).unwrap();
        let form = check_emit("elicitation_defaults", |w| elicitation_defaults(schema, w).unwrap());
        prop_assert_eq!(form, format!("{{{quoted}:{quoted}}}").into_bytes());
    }
}
