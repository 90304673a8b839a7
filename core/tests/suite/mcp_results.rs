//! Results, progress and schemas that a careless or hostile server writes.

use mcpico_core::json::{Value, parse};
use mcpico_core::mcp::{
    MAX_PARAM_HEADERS, ParamHeaderError, Progress, ResultError, ResultType, Task, TaskOutcome,
    ToolResult, param_headers,
};

fn value(text: &str) -> Value<'_> {
    parse(text.as_bytes()).unwrap()
}

#[test]
fn members_of_the_wrong_type_are_named() {
    for (text, expected) in [
        ("[]", ResultError::NotAnObject),
        ("1", ResultError::NotAnObject),
        (r#"{"content":{}}"#, ResultError::WrongType("content")),
        (r#"{"content":null}"#, ResultError::WrongType("content")),
        (r#"{"content":[],"isError":"no"}"#, ResultError::WrongType("isError")),
        (r#"{"content":[],"content":[]}"#, ResultError::Duplicate("content")),
    ] {
        assert_eq!(ToolResult::from_result(value(text)).unwrap_err(), expected, "{text}");
    }
    for (text, expected) in [
        ("[]", ResultError::NotAnObject),
        (r#"{"resultType":1}"#, ResultError::WrongType("resultType")),
        (r#"{"resultType":"task"}"#, ResultError::UnknownResultType),
        (r#"{"resultType":"input_required"}"#, ResultError::Missing("inputRequests")),
        (
            r#"{"resultType":"input_required","inputRequests":[]}"#,
            ResultError::WrongType("inputRequests"),
        ),
        (
            r#"{"resultType":"input_required","inputRequests":{"a":1}}"#,
            ResultError::WrongType("inputRequests"),
        ),
        (
            r#"{"resultType":"input_required","inputRequests":{"a":{}}}"#,
            ResultError::Missing("method"),
        ),
        (
            r#"{"resultType":"input_required","inputRequests":{"a":{"method":"x","params":[]}}}"#,
            ResultError::WrongType("params"),
        ),
        (
            r#"{"resultType":"input_required","inputRequests":{"a":{"method":"x"},"\u0061":{"method":"y"}}}"#,
            ResultError::Duplicate("inputRequests"),
        ),
    ] {
        assert_eq!(ResultType::from_result(value(text)).unwrap_err(), expected, "{text}");
    }
}

/// `ProgressNotificationParams`: token and progress are there, total and message may be.
#[test]
fn progress_may_lack_its_total_and_its_message() {
    let read = |text: &'static str| Progress::from_params(Some(value(text)));
    let whole = read(r#"{"progressToken":7,"progress":1.5,"total":10,"message":"half"}"#).unwrap();
    assert_eq!(whole.progress.raw(), b"1.5");
    assert_eq!(whole.total.unwrap().as_i64(), Some(10));
    assert!(whole.message.unwrap() == *"half");
    let short = read(r#"{"progressToken":"t","progress":1}"#).unwrap();
    assert_eq!((short.total, short.message), (None, None));
    for text in [
        r#"{"progress":1}"#,
        r#"{"progressToken":7}"#,
        r#"{"progressToken":7,"progress":"1"}"#,
        r#"{"progressToken":7,"progress":1,"total":"10"}"#,
        r#"{"progressToken":7,"progress":1,"message":1}"#,
        r#"{"progressToken":7,"progress":1,"progress":2}"#,
        r#"{"progressToken":7,"progress":1,"total":1,"total":2}"#,
        r#"{"progressToken":null,"progress":1}"#,
    ] {
        assert_eq!(read(text), None, "{text}");
    }
    assert_eq!(Progress::from_params(None), None);
}

/// A schema with `count` annotated properties.
fn annotated(count: usize) -> String {
    let properties: Vec<_> = (0..count)
        .map(|at| format!(r#""p{at}":{{"type":"string","x-mcp-header":"H{at}"}}"#))
        .collect();
    format!(r#"{{"properties":{{{}}}}}"#, properties.join(","))
}

/// `depth` objects around one annotated property.
fn nested(depth: usize) -> String {
    let inner = r#"{"type":"string","x-mcp-header":"H"}"#.to_owned();
    (0..depth).fold(inner, |inner, _| format!(r#"{{"properties":{{"p":{inner}}}}}"#))
}

#[test]
fn annotations_have_limits() {
    assert_eq!(param_headers(value("{}")).unwrap().count(), 0);
    let text = annotated(MAX_PARAM_HEADERS);
    let names: Vec<_> = param_headers(value(&text)).unwrap().map(|header| header.name).collect();
    assert_eq!(names.len(), 32);
    for (at, name) in names.into_iter().enumerate() {
        assert!(name == *format!("H{at}"), "{at}");
    }
    let text = annotated(MAX_PARAM_HEADERS + 1);
    assert_eq!(param_headers(value(&text)).unwrap_err(), ParamHeaderError::TooMany);
    let text = nested(8);
    assert_eq!(param_headers(value(&text)).unwrap().count(), 1);
    let text = nested(9);
    assert_eq!(param_headers(value(&text)).unwrap_err(), ParamHeaderError::TooDeep);
}

#[test]
fn annotations_are_found_where_they_are_and_nowhere_else() {
    for (schema, expected) in [
        // A property may itself be called so.
        (r#"{"properties":{"x-mcp-header":{"type":"string"}}}"#, Ok(0)),
        (r#"{"properties":{"x-mcp-header":{"type":"string","x-mcp-header":"A"}}}"#, Ok(1)),
        (
            r#"{"properties":{"a":{"type":"string","x-mcp-header":"A"},"x-mcp-header":{"type":"string"}}}"#,
            Ok(1),
        ),
        (
            r#"{"x-mcp-header":"A","properties":{"a":{"type":"string"}}}"#,
            Err(ParamHeaderError::OutOfReach),
        ),
        (
            r#"{"properties":{"a":{"items":{"type":"string","x-mcp-header":"A"}}}}"#,
            Err(ParamHeaderError::OutOfReach),
        ),
        (
            r#"{"properties":{"a":{"type":"string","x-mcp-header":"Aa"},"b":{"type":"string","x-mcp-header":"aA"}}}"#,
            Err(ParamHeaderError::Duplicate),
        ),
        (
            r#"{"properties":{"a":{"type":"string","x-mcp-header":"A","x-mcp-header":"B"}}}"#,
            Err(ParamHeaderError::Duplicate),
        ),
        (
            r#"{"properties":{"a":{"type":"string","x-mcp-header":""}}}"#,
            Err(ParamHeaderError::Name),
        ),
        (r#"{"properties":{"a":{"type":"string","x-mcp-header":1}}}"#, Err(ParamHeaderError::Name)),
        (r#"{"properties":{"a":{"x-mcp-header":"A"}}}"#, Err(ParamHeaderError::Type)),
        (
            r#"{"properties":{"a":{"type":"number","x-mcp-header":"A"}}}"#,
            Err(ParamHeaderError::Type),
        ),
        (
            r#"{"properties":{"a":{"type":["string"],"x-mcp-header":"A"}}}"#,
            Err(ParamHeaderError::Type),
        ),
    ] {
        let found = param_headers(value(schema)).map(Iterator::count);
        assert_eq!(found, expected, "{schema}");
    }
}

/// What a completed task holds is the result of the call, which has all the input it needs.
#[test]
fn a_completed_task_asks_for_nothing() {
    let outcome = |result: &str| {
        let task = format!(
            r#"{{"taskId":"t","status":"completed","createdAt":"2026-07-28T00:00:00Z",
                "lastUpdatedAt":"2026-07-28T00:00:00Z","ttlMs":null,"result":{result}}}"#
        );
        let task = Task::from_value(value(&task)).unwrap();
        match task.outcome() {
            Ok(TaskOutcome::Completed(result)) => Ok(result.text().to_owned()),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error),
        }
    };
    assert_eq!(outcome(r#"{"content":[]}"#), Ok(r#"{"content":[]}"#.to_owned()));
    let asks = r#"{"resultType":"input_required","requestState":"s"}"#;
    assert_eq!(outcome(asks), Err(ResultError::UnknownResultType));
    assert_eq!(outcome("[]"), Err(ResultError::WrongType("result")));
}
