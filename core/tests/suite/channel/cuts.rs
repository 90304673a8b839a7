//! How the bytes of an event stream arrive changes nothing.

use mcpico_core::client::Exchange;
use mcpico_core::mcp::Revision;
use proptest::prelude::*;
use serde_json::json;

use super::{endpoint, read, ready_in, waiting};

/// Events of a server, good and bad ones, and what stands between them.
fn stream() -> impl Strategy<Value = String> {
    let result = |id: u32| json!({"jsonrpc": "2.0", "id": id, "result": {"value": id}}).to_string();
    let data = prop_oneof![
        (1..6_u32).prop_map(result),
        (1..6_u32).prop_map(move |id| result(id).replace(',', ",\ndata: ")),
        (1..6_u32).prop_map(move |id| format!("[{},{}]", result(id), result(id + 1))),
        Just(r#"{"jsonrpc":"2.0","method":"notifications/message"}"#.to_owned()),
        Just(r#"{"jsonrpc":"2.0","id":"s","method":"ping"}"#.to_owned()),
        Just(r#"{"jsonrpc":"2.0","id":2,"result":"#.to_owned()),
        "[ -~\u{e9}]{0,80}",
        (200..400_usize).prop_map(|length| format!("{{\"id\":2,\"result\":{}", "x".repeat(length))),
    ];
    let before = prop::sample::select(vec![
        "",
        "event: message\n",
        "event: endpoint\n",
        "event: other\n",
        ": note\n",
        "id: 7\n",
        "retry: 5\n",
    ]);
    let end = prop::sample::select(vec!["\n", "\r\n", "\r"]);
    let event = (before, data, end)
        .prop_map(|(before, data, end)| format!("{before}data: {data}\n\n").replace('\n', end));
    prop::collection::vec(event, 0..8).prop_map(|events| events.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_cut_gives_the_same(
        input in stream(), piece in 1..40_usize, capacity in 40..400_usize, batches: bool,
    ) {
        let revision = if batches { Revision::V2025_03_26 } else { Revision::V2024_11_05 };
        let run = |piece| {
            let mut client = ready_in(revision);
            let mut exchanges = waiting(&mut client, 3);
            let seen = read(&client, &mut exchanges, &input, capacity, piece);
            (seen, exchanges.iter().map(Exchange::is_answered).collect::<Vec<_>>())
        };
        let whole = run(usize::MAX);
        for piece in [1, piece] {
            prop_assert_eq!(run(piece), whole.clone());
        }
        prop_assert_eq!(endpoint(&input, capacity, piece), endpoint(&input, capacity, usize::MAX));
    }
}
