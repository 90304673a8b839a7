//! Tasks: work that a server goes on with after it has answered. An extension, used only where it is
//! declared.

use super::request::request;
use super::result::{member, string};
use super::{InputRequired, Method, ResultError, ResultType};
use crate::json::{Str, Value};
use crate::jsonrpc::ErrorObject;
use crate::writer::OutputTooSmall;

/// Where a task stands: what `tools/call` is answered with instead of a result, what `tasks/get` is
/// answered with, and what `notifications/tasks` tells.
///
/// The server may drop a task when [`ttl`](Self::ttl) milliseconds have passed since it was made.
///
/// [Tasks extension](https://github.com/modelcontextprotocol/ext-tasks/blob/main/specification/2026-07-28/tasks.md)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task<'a> {
    /// The name by which the server knows it.
    pub id: Str<'a>,
    /// Where it stands.
    pub status: TaskStatus,
    /// More about that: escape it before it reaches a terminal.
    pub message: Option<Str<'a>>,
    /// Milliseconds from when it was made; `None` without a limit.
    pub ttl: Option<u64>,
    /// Milliseconds that the server asks to let pass before it is asked again.
    pub poll_interval: Option<u64>,
    whole: Value<'a>,
}

/// Where a task stands. The last three are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskStatus {
    /// The server works on it.
    Working,
    /// The server needs input, which `tasks/update` brings.
    InputRequired,
    /// The result is there, also that of a tool which reports an error.
    Completed,
    /// The request has failed with a JSON-RPC error.
    Failed,
    /// The request was cancelled.
    Cancelled,
}

/// What has come of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskOutcome<'a> {
    /// Nothing yet.
    Working,
    /// The server needs input. A key is asked for until it is answered, so remember those that were.
    InputRequired(InputRequired<'a>),
    /// The result of the request, an object.
    Completed(Value<'a>),
    /// The error of the request.
    Failed(ErrorObject<'a>),
    /// The request was cancelled.
    Cancelled,
}

impl TaskStatus {
    /// Whether it will not change any more.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }

    fn from_name(name: Str<'_>) -> Option<Self> {
        const ALL: [(&str, TaskStatus); 5] = [
            ("working", TaskStatus::Working),
            ("input_required", TaskStatus::InputRequired),
            ("completed", TaskStatus::Completed),
            ("failed", TaskStatus::Failed),
            ("cancelled", TaskStatus::Cancelled),
        ];
        ALL.into_iter().find(|(known, _)| name == **known).map(|(_, status)| status)
    }
}

impl<'a> Task<'a> {
    /// Reads a task: a result, or the parameters of `notifications/tasks`.
    ///
    /// # Errors
    /// [`ResultError`]: no object; `taskId` or `status` is missing; a member stands twice or has the wrong
    /// type; the status is none.
    pub fn from_value(whole: Value<'a>) -> Result<Self, ResultError> {
        if !whole.is_object() {
            return Err(ResultError::NotAnObject);
        }
        let status = string(whole, "status")?.ok_or(ResultError::Missing("status"))?;
        Ok(Self {
            id: string(whole, "taskId")?.ok_or(ResultError::Missing("taskId"))?,
            status: TaskStatus::from_name(status).ok_or(ResultError::WrongType("status"))?,
            message: string(whole, "statusMessage")?,
            ttl: milliseconds(whole, "ttlMs")?,
            poll_interval: milliseconds(whole, "pollIntervalMs")?,
            whole,
        })
    }

    /// What has come of it: the answer to `tasks/get` and `notifications/tasks` hold it, the answer to
    /// `tools/call` need not.
    ///
    /// # Errors
    /// [`ResultError`]: what the status promises is missing, stands twice or has the wrong type.
    pub fn outcome(&self) -> Result<TaskOutcome<'a>, ResultError> {
        let promised = |name| member(self.whole, name)?.ok_or(ResultError::Missing(name));
        Ok(match self.status {
            TaskStatus::Working => TaskOutcome::Working,
            TaskStatus::Cancelled => TaskOutcome::Cancelled,
            TaskStatus::InputRequired => {
                let requests = promised("inputRequests")?;
                let input = InputRequired { requests: Some(requests), state: None };
                TaskOutcome::InputRequired(input.checked()?)
            }
            TaskStatus::Completed => {
                let result = promised("result")?;
                if !result.is_object() {
                    return Err(ResultError::WrongType("result"));
                }
                match ResultType::from_result(result)? {
                    ResultType::Complete(result) => TaskOutcome::Completed(result),
                    ResultType::InputRequired(_) => return Err(ResultError::UnknownResultType),
                }
            }
            TaskStatus::Failed => {
                let error = ErrorObject::from_value(promised("error")?);
                TaskOutcome::Failed(error.ok_or(ResultError::WrongType("error"))?)
            }
        })
    }

    /// Whether a result is a task.
    pub(crate) fn is_one(result: Value<'_>) -> bool {
        matches!(string(result, "resultType"), Ok(Some(kind)) if kind == *"task")
    }
}

fn milliseconds(task: Value<'_>, name: &'static str) -> Result<Option<u64>, ResultError> {
    match member(task, name)?.filter(|value| !value.is_null()) {
        Some(time) => {
            let time = time.as_number().and_then(|time| time.as_u64());
            time.map(Some).ok_or(ResultError::WrongType(name))
        }
        None => Ok(None),
    }
}

impl<'r> Method<'r> {
    /// `tasks/get`: asks where a task stands. Let its [`poll_interval`](Task::poll_interval) pass before.
    ///
    /// # Errors
    /// [`OutputTooSmall`] when the parameters do not fit `room`.
    pub fn get_task(id: &'r str, room: &'r mut [u8]) -> Result<Self, OutputTooSmall> {
        request("tasks/get", Some(id), room, |params| params.str("taskId", id))
    }

    /// `tasks/update`: brings the input that a task needs; `responses` is an object with an answer under
    /// the keys of its requests, or some of them. The result says nothing.
    ///
    /// # Errors
    /// [`OutputTooSmall`] when the parameters do not fit `room`.
    pub fn update_task(
        id: &'r str,
        responses: Value<'_>,
        room: &'r mut [u8],
    ) -> Result<Self, OutputTooSmall> {
        request("tasks/update", Some(id), room, |params| {
            params.str("taskId", id);
            params.value("inputResponses", responses);
        })
    }

    /// `tasks/cancel`: tells that the result is not wanted any more. The result says nothing, and the
    /// task may end in any way.
    ///
    /// # Errors
    /// [`OutputTooSmall`] when the parameters do not fit `room`.
    pub fn cancel_task(id: &'r str, room: &'r mut [u8]) -> Result<Self, OutputTooSmall> {
        request("tasks/cancel", Some(id), room, |params| params.str("taskId", id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;
    use std::format;
    use std::string::{String, ToString};

    fn value(text: &str) -> Value<'_> {
        parse(text.as_bytes()).unwrap()
    }

    // The results on the page of the extension, shortened where they repeat.
    const CREATED: &str = r#"{"resultType":"task","taskId":"786512e2-9e0d-44bd-8f29-789f320fe840",
        "status":"working","statusMessage":"The operation is now in progress.",
        "createdAt":"2025-11-25T10:30:00Z","lastUpdatedAt":"2025-11-25T10:40:00Z","ttlMs":60000,
        "pollIntervalMs":5000}"#;
    const ASKING: &str = r#"{"resultType":"complete","taskId":"786512e2","status":"input_required",
        "createdAt":"2025-11-25T10:30:00Z","lastUpdatedAt":"2025-11-25T10:50:00Z","ttlMs":3600000,
        "pollIntervalMs":5000,"inputRequests":{"name":{"method":"elicitation/create","params":{
        "mode":"form","message":"Please enter your name.","requestedSchema":{"type":"object",
        "properties":{"name":{"type":"string"}},"required":["name"]}}}}}"#;
    const COMPLETED: &str = r#"{"resultType":"complete","taskId":"786512e2","status":"completed",
        "createdAt":"2025-11-25T10:30:00Z","lastUpdatedAt":"2025-11-25T10:50:00Z","ttlMs":3600000,
        "pollIntervalMs":5000,"result":{"content":[{"type":"text","text":"Hello, Luca!"}],
        "isError":false}}"#;
    const FAILED: &str = r#"{"resultType":"complete","taskId":"786512e2","status":"failed",
        "createdAt":"2025-11-25T10:30:00Z","lastUpdatedAt":"2025-11-25T10:40:00Z","ttlMs":3600000,
        "statusMessage":"Tool execution failed: API rate limit exceeded","error":{"code":-32603,
        "message":"API rate limit exceeded"}}"#;

    #[test]
    fn tasks_of_the_page_are_read() {
        let task = Task::from_value(value(CREATED)).unwrap();
        assert!(task.id == *"786512e2-9e0d-44bd-8f29-789f320fe840");
        assert!(task.message.unwrap() == *"The operation is now in progress.");
        assert_eq!((task.ttl, task.poll_interval), (Some(60_000), Some(5_000)));
        assert_eq!(task.outcome(), Ok(TaskOutcome::Working));
        assert!(Task::is_one(value(CREATED)) && !Task::is_one(value(ASKING)));
        assert!(!task.status.is_final());

        let task = Task::from_value(value(ASKING)).unwrap();
        let Ok(TaskOutcome::InputRequired(input)) = task.outcome() else { panic!() };
        let keys: std::vec::Vec<_> = input.entries().map(|(key, _)| format!("{key}")).collect();
        assert_eq!((keys, input.state), (std::vec!["name".into()], None));
        assert!(!task.status.is_final());

        let task = Task::from_value(value(COMPLETED)).unwrap();
        let Ok(TaskOutcome::Completed(result)) = task.outcome() else { panic!() };
        assert!(result.text().contains("Hello, Luca!") && task.status.is_final());

        let task = Task::from_value(value(FAILED)).unwrap();
        let Ok(TaskOutcome::Failed(error)) = task.outcome() else { panic!() };
        assert_eq!((error.code, task.poll_interval), (-32603, None));
        assert!(task.status.is_final());

        let cancelled = r#"{"taskId":"a","status":"cancelled","ttlMs":null}"#;
        let task = Task::from_value(value(cancelled)).unwrap();
        assert_eq!((task.outcome(), task.ttl), (Ok(TaskOutcome::Cancelled), None));
        assert!(task.status.is_final());
    }

    #[test]
    fn a_malformed_task_is_an_error() {
        let of = |members: &str| {
            let text = format!("{{{members}}}");
            Task::from_value(value(&text)).and_then(|task| task.outcome()).map(|_| ())
        };
        let id = r#""taskId":"a","status":"#;
        for (members, error) in [
            (String::new(), ResultError::Missing("status")),
            (r#""status":"working""#.into(), ResultError::Missing("taskId")),
            (format!("{id}\"done\""), ResultError::WrongType("status")),
            (format!("{id}1"), ResultError::WrongType("status")),
            (format!("{id}\"working\",\"taskId\":\"b\""), ResultError::Duplicate("taskId")),
            (format!("{id}\"working\",\"ttlMs\":-1"), ResultError::WrongType("ttlMs")),
            (
                format!("{id}\"working\",\"pollIntervalMs\":\"5\""),
                ResultError::WrongType("pollIntervalMs"),
            ),
            (format!("{id}\"completed\""), ResultError::Missing("result")),
            (format!("{id}\"completed\",\"result\":[]"), ResultError::WrongType("result")),
            (
                format!("{id}\"completed\",\"result\":{{\"resultType\":\"task\"}}"),
                ResultError::UnknownResultType,
            ),
            (format!("{id}\"failed\",\"error\":{{}}"), ResultError::WrongType("error")),
            (
                format!(
                    "{id}\"failed\",\"error\":{{\"code\":1,\"message\":\"m\",\"data\":1,\"data\":2}}"
                ),
                ResultError::WrongType("error"),
            ),
            (format!("{id}\"input_required\""), ResultError::Missing("inputRequests")),
            (
                format!("{id}\"input_required\",\"inputRequests\":{{\"a\":1}}"),
                ResultError::WrongType("inputRequests"),
            ),
        ] {
            assert_eq!(of(&members), Err(error), "{members}");
        }
        assert_eq!(Task::from_value(value("[]")), Err(ResultError::NotAnObject));
    }

    #[test]
    fn requests_name_the_task_in_a_header() {
        for (method, name, params) in [
            (Method::get_task("a\"b", &mut [0; 64]), "tasks/get", r#"{"taskId":"a\"b"}"#),
            (Method::cancel_task("a\"b", &mut [0; 64]), "tasks/cancel", r#"{"taskId":"a\"b"}"#),
            (
                Method::update_task("a\"b", value(r#"{"k":{}}"#), &mut [0; 64]),
                "tasks/update",
                r#"{"taskId":"a\"b","inputResponses":{"k":{}}}"#,
            ),
        ] {
            let method = method.unwrap();
            assert_eq!((method.name(), method.mcp_name()), (name, Some("a\"b")));
            let Method::Other { params: Some(written), .. } = method else { panic!() };
            assert_eq!(written.text().to_string(), params);
        }
        let mut room = [0; 13];
        assert_eq!(Method::get_task("a", &mut room), Err(OutputTooSmall { needed: 14 }));
    }
}
