//! Work that a server goes on with after it has answered, to its end.

use std::collections::HashSet;
use std::time::Duration;

use mcpico_core::json::{self, Str};
use mcpico_core::mcp::{InputRequired, Method, Task, TaskOutcome};

use super::calls::Calls;
use super::input::{Input, object, respond};
use super::outcome::{Outcome, RpcError, SessionError, rpc_error};
use super::session::Session;
use super::stdio::StdioSession;
use crate::{Deadline, Error};

/// Shortest time between two questions where a task stands, whatever the server asks for.
const MIN_POLL: Duration = Duration::from_millis(50);

/// Longest time between two questions.
const MAX_POLL: Duration = Duration::from_mins(1);

/// Time between two questions when the server does not say.
const POLL: Duration = Duration::from_secs(1);

/// Questions in a row that may be lost on the way.
const MAX_LOST: usize = 3;

/// How a task ended; the texts are JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskEnd {
    /// The request was cancelled.
    Cancelled,
    /// The request failed, or the server does not know the task any more.
    Error(RpcError),
    /// The server needs input, and [`Options::answer_input`](super::Options::answer_input) has none. The
    /// task goes on: bring it by [`Method::update_task`] and wait again, or cancel it.
    InputRequired(Input),
    /// The result of the request.
    Result(String),
}

impl Session {
    /// Waits for the end of a task, [`Outcome::Task`], for no longer than `limit`: asks where it stands as
    /// often as the server wants, at most every minute, and brings what input it needs, each key once.
    /// `observe` sees it each time.
    ///
    /// The task goes on when this ends before; [`cancel_task`](Self::cancel_task) tells the server not to.
    ///
    /// # Errors
    /// [`SessionError`]; [`Error::Deadline`] with [`Deadline::Total`] after `limit`.
    ///
    /// [Tasks extension](https://github.com/modelcontextprotocol/ext-tasks/blob/main/specification/2026-07-28/tasks.md#task-polling)
    pub async fn finish_task(
        &mut self,
        task: &str,
        limit: Duration,
        observe: &mut dyn FnMut(&Task<'_>),
    ) -> Result<TaskEnd, SessionError> {
        finish(self, task, limit, observe).await
    }

    /// Tells the server that the result of a task is not wanted any more. It may end in any way.
    ///
    /// # Errors
    /// [`SessionError`].
    pub async fn cancel_task(&mut self, id: &str) -> Result<Outcome, SessionError> {
        cancel(self, id).await
    }
}

impl StdioSession {
    /// As [`Session::finish_task`].
    ///
    /// # Errors
    /// [`SessionError`]; [`Error::Deadline`] with [`Deadline::Total`] after `limit`.
    pub async fn finish_task(
        &mut self,
        task: &str,
        limit: Duration,
        observe: &mut dyn FnMut(&Task<'_>),
    ) -> Result<TaskEnd, SessionError> {
        finish(self, task, limit, observe).await
    }

    /// As [`Session::cancel_task`].
    ///
    /// # Errors
    /// [`SessionError`].
    pub async fn cancel_task(&mut self, id: &str) -> Result<Outcome, SessionError> {
        cancel(self, id).await
    }
}

async fn finish(
    session: &mut impl Calls,
    task: &str,
    limit: Duration,
    observe: &mut dyn FnMut(&Task<'_>),
) -> Result<TaskEnd, SessionError> {
    let over = Error::Deadline(Deadline::Total, limit);
    match tokio::time::timeout(limit, poll(session, task, observe)).await {
        Ok(ended) => ended,
        Err(_) => Err(over.into()),
    }
}

async fn cancel(session: &mut impl Calls, id: &str) -> Result<Outcome, SessionError> {
    let mut room = room(id, "");
    let method = Method::cancel_task(id, &mut room).map_err(too_small)?;
    session.request(method, &mut |_| {}).await
}

async fn poll<S: Calls>(
    session: &mut S,
    task: &str,
    observe: &mut dyn FnMut(&Task<'_>),
) -> Result<TaskEnd, SessionError> {
    let (id, mut wait) = {
        let task = read(task)?;
        observe(&task);
        // What it was answered with holds no result, even where it says that there is one.
        let wait = if task.status.is_final() { Duration::ZERO } else { interval(&task) };
        (task.id.to_string(), wait)
    };
    let mut answered = HashSet::new();
    let mut lost = 0;
    loop {
        tokio::time::sleep(wait).await;
        let mut room = room(&id, "");
        let method = Method::get_task(&id, &mut room).map_err(too_small)?;
        let text = match session.request(method, &mut |_| {}).await {
            Ok(Outcome::Result(text)) => text,
            Ok(Outcome::Error(error)) => return Ok(TaskEnd::Error(error)),
            Ok(_) => return Err(SessionError::Interrupted),
            // To ask where it stands does nothing, so it may be asked twice.
            Err(error) if lost < MAX_LOST && (error.is_unanswered() || error.is_cut()) => {
                lost += 1;
                continue;
            }
            Err(error) => return Err(error),
        };
        lost = 0;
        let task = read(&text)?;
        observe(&task);
        wait = interval(&task);
        match task.outcome().map_err(|error| Error::Client(error.into()))? {
            TaskOutcome::Working => {}
            TaskOutcome::Cancelled => return Ok(TaskEnd::Cancelled),
            TaskOutcome::Completed(result) => return Ok(TaskEnd::Result(result.text().into())),
            TaskOutcome::Failed(error) => return Ok(TaskEnd::Error(rpc_error(&error, S::STATUS))),
            TaskOutcome::InputRequired(input) => match answers(session, &input, &mut answered) {
                // The server has yet to see what it was brought.
                Some(answers) if answers.is_empty() => {}
                Some(answers) => {
                    let responses = object(&answers).ok_or(SessionError::Interrupted)?;
                    update(session, &id, &responses).await?;
                }
                None => {
                    let requests = input.requests.map(|requests| requests.text().into());
                    return Ok(TaskEnd::InputRequired(Input { requests, state: None }));
                }
            },
        }
    }
}

/// The answers to what has not been answered; `None` when there is one that nobody answers.
fn answers<'i>(
    session: &impl Calls,
    input: &InputRequired<'i>,
    answered: &mut HashSet<String>,
) -> Option<Vec<(Str<'i>, String)>> {
    let mut answers = Vec::new();
    for (key, request) in input.entries() {
        if !answered.contains(&key.to_string()) {
            let (answer_input, capabilities) = session.answering();
            let answer = respond(answer_input, capabilities, &request)?;
            answers.push((key, answer));
        }
    }
    answered.extend(answers.iter().map(|(key, _)| key.to_string()));
    Some(answers)
}

async fn update(session: &mut impl Calls, id: &str, responses: &str) -> Result<(), SessionError> {
    let mut room = room(id, responses);
    let responses = json::parse(responses.as_bytes()).map_err(|_| SessionError::Interrupted)?;
    let method = Method::update_task(id, responses, &mut room).map_err(too_small)?;
    // An update that is refused shows in where the task stands.
    session.request(method, &mut |_| {}).await.map(|_| ())
}

fn read(task: &str) -> Result<Task<'_>, SessionError> {
    let value = json::parse(task.as_bytes());
    let value = value.map_err(|_| Error::Client(mcpico_core::Misuse::Arguments.into()))?;
    Ok(Task::from_value(value).map_err(|error| Error::Client(error.into()))?)
}

fn interval(task: &Task<'_>) -> Duration {
    task.poll_interval.map_or(POLL, Duration::from_millis).clamp(MIN_POLL, MAX_POLL)
}

/// Room for the parameters of a request about a task: an escape is six times as long as what it stands
/// for.
pub(super) fn room(id: &str, responses: &str) -> Vec<u8> {
    vec![0; id.len().saturating_mul(6).saturating_add(responses.len()).saturating_add(64)]
}

pub(super) fn too_small(small: mcpico_core::writer::OutputTooSmall) -> SessionError {
    Error::Client(small.into()).into()
}
