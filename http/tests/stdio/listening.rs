//! What a server tells of its own accord, and tasks, over lines.

use std::ops::ControlFlow;
use std::time::Duration;

use mcpico_core::client::Update;
use mcpico_core::mcp::{Capabilities, Elicitation, Method, SubscriptionFilter};
use mcpico_http::std::{
    Ended, Outcome, ProcessError, RpcError, SessionError, StdioOptions, TaskEnd,
};
use serde_json::json;

use crate::child::{Child, options, program, tools};

const TOOLS: SubscriptionFilter<'static> = SubscriptionFilter {
    tools: true,
    prompts: false,
    resources: false,
    resource_uris: &[],
    task_ids: &[],
};

/// Listens until so many things were told; what they were, and the end.
async fn listen(
    child: &mut Child,
    filter: &SubscriptionFilter<'_>,
    enough: usize,
) -> (Vec<String>, Result<Ended, SessionError>) {
    let mut told = Vec::new();
    let mut tell = |update: &Update<'_>| {
        told.push(match update {
            Update::Acknowledged(granted) => format!("granted {}", filter.is_granted(granted)),
            Update::ResourceUpdated { uri } => format!("{uri} updated"),
            other => format!("{other:?}"),
        });
        if told.len() == enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let listening = child.session.listen(filter, &mut tell);
    let ended = tokio::time::timeout(Duration::from_mins(2), listening).await.expect("it hangs");
    (told, ended)
}

#[tokio::test]
async fn a_subscription_is_demultiplexed_and_cancelled_by_its_id() {
    let mut child = Child::new("subscriptions");
    let (told, ended) = listen(&mut child, &TOOLS, 3).await;
    assert_eq!(told, ["granted true", "ToolsChanged", "file:///a updated"]);
    assert_eq!(ended, Ok(Ended::Stopped));
    assert_eq!(child.take_noise().len(), 1);
    // The discovery was the first request.
    assert_eq!(tools(&child.list().await), json!([{"name": "2"}]));

    // One that the server ends is not cancelled.
    let both = SubscriptionFilter { prompts: true, ..TOOLS };
    let (told, ended) = listen(&mut child, &both, 0).await;
    assert_eq!((told.len(), ended), (3, Ok(Ended::Completed)));
    let refused = SubscriptionFilter { resources: true, ..TOOLS };
    let (told, ended) = listen(&mut child, &refused, 0).await;
    assert!(told.is_empty());
    assert!(matches!(ended, Ok(Ended::Refused(RpcError { code: -32602, .. }))), "{ended:?}");
    assert_eq!(tools(&child.list().await), json!([{"name": "2"}]));

    // One whose future is dropped is.
    let mut ignore = |_: &Update<'_>| ControlFlow::Continue(());
    let dropped = child.session.listen(&TOOLS, &mut ignore);
    assert!(tokio::time::timeout(Duration::from_millis(100), dropped).await.is_err());
    assert_eq!(tools(&child.list().await), json!([{"name": "2"}, {"name": "7"}]));
    child.end().await;
}

#[tokio::test]
async fn a_server_that_exits_ends_a_subscription_and_may_be_started_anew() {
    let mut child = Child::new("subscription_then_exit");
    for _ in 0..2 {
        let (told, ended) = listen(&mut child, &SubscriptionFilter::default(), 0).await;
        assert_eq!(told, ["granted true"]);
        let Err(SessionError::Process(ProcessError::Exited { status, .. })) = ended else {
            panic!("{ended:?}")
        };
        assert_eq!(status.code(), Some(9));
        child.session.restart().await.unwrap();
    }
    child.end().await;
}

#[tokio::test]
async fn a_legacy_server_tells_what_was_subscribed_to() {
    let mut child = Child::new("tells");
    let filter = SubscriptionFilter { resource_uris: &["file:///a", "file:///b"], ..TOOLS };
    for enough in [2, 3, 4] {
        // Some of it comes beside the answers to the subscriptions.
        let (told, ended) = listen(&mut child, &filter, enough).await;
        assert_eq!(ended, Ok(Ended::Stopped));
        let all = ["ToolsChanged", "file:///a updated", "ToolsChanged", "file:///b updated"];
        assert_eq!(told, all[..enough]);
        assert_eq!(tools(&child.list().await), json!([]));
    }
    let bad = SubscriptionFilter { resource_uris: &["bad:"], ..TOOLS };
    let (told, ended) = listen(&mut child, &bad, 0).await;
    assert!(told.is_empty());
    assert!(matches!(ended, Ok(Ended::Refused(RpcError { code: -32002, .. }))), "{ended:?}");
    child.end().await;
}

#[tokio::test]
async fn a_task_goes_on_to_its_end_and_is_brought_what_it_needs() {
    const CALL: Method<'static> =
        Method::CallTool { name: "t", arguments: None, input_schema: None };
    let elicitation = Elicitation { form: true, url: false };
    let capabilities = Capabilities { elicitation, tasks: true, ..Capabilities::NONE };
    let options = StdioOptions { capabilities, ..options() };
    let mut child = Child::with(program("tasks"), options);
    let Ok(Outcome::Task(task)) = child.call(CALL).await else { panic!() };
    let mut seen = 0;
    let limit = Duration::from_mins(1);
    let ended = child.session.finish_task(&task, limit, &mut |_| seen += 1).await;
    assert_eq!(ended, Ok(TaskEnd::Result(r#"{"content": [], "name": "Luca"}"#.into())));
    assert!(seen >= 4, "{seen}");
    assert!(matches!(child.session.cancel_task("t-1").await, Ok(Outcome::Result(_))));
    let ended = child.session.finish_task(&task, limit, &mut |_| {}).await;
    assert_eq!(ended, Ok(TaskEnd::Cancelled));
    child.end().await;

    // Where it is not declared, the answer is none.
    let mut child = Child::new("tasks");
    assert!(child.call(CALL).await.is_err());
    child.end().await;
}
