//! A child that misbehaves in one way, and what is seen of it.

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use mcpico_core::client::Event;
use mcpico_core::mcp::{ClientInfo, Method};
use mcpico_http::Deadlines;
use mcpico_http::std::{
    Ending, Noise, Outcome, ProcessError, Program, SessionError, StdioOptions, StdioSession,
};
use rustix::process::{Pid, test_kill_process};

pub(crate) const INFO: ClientInfo = ClientInfo { name: "test", version: "1.0.0" };
pub(crate) const LIST: Method<'static> = Method::ListTools { cursor: None };

/// Longest line in most tests.
pub(crate) const INBOX: usize = 64 * 1024;

/// So long that only a hang runs into it.
const HANG: Duration = Duration::from_mins(2);

pub(crate) const PATIENT: Deadlines = Deadlines {
    connect: Duration::from_mins(1),
    first_byte: Duration::from_mins(1),
    idle: Duration::from_mins(1),
    total: Duration::from_mins(1),
};

/// What a test that waits for a time limit waits for.
pub(crate) const SHORT: Duration = Duration::from_millis(500);

/// A session, and the noise that its server makes.
pub(crate) struct Child {
    pub(crate) session: StdioSession,
    noise: Arc<Mutex<Vec<String>>>,
    events: Vec<String>,
}

pub(crate) fn program(mode: &str) -> Program {
    static PYTHON: OnceLock<String> = OnceLock::new();
    // Where `python3` is a script that looks for one, that adds to the environment.
    let python = PYTHON.get_or_init(|| {
        let ask = ["-c", "import sys; print(sys.executable)"];
        let asked = Command::new("python3").args(ask).output().expect("there is python3");
        String::from_utf8(asked.stdout).unwrap().trim_end().to_owned()
    });
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stdio/child.py");
    Program::new(python).arguments([script.into_os_string(), mode.into()])
}

pub(crate) fn options() -> StdioOptions {
    let (deadlines, probe) = (PATIENT, PATIENT.total);
    let grace = Duration::from_secs(20);
    StdioOptions { deadlines, grace, probe, inbox: INBOX, ..StdioOptions::new(INFO) }
}

impl Child {
    pub(crate) fn new(mode: &str) -> Self {
        Self::with(program(mode), options())
    }

    pub(crate) fn with(program: Program, options: StdioOptions) -> Self {
        let noise = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&noise);
        let hear = move |noise: &Noise<'_>| {
            let text = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
            let said = match noise {
                Noise::Line { text: line, error } => format!("line {}: {error}", text(line)),
                Noise::Stderr(line) => format!("stderr {}", text(line)),
                Noise::TooLong { start, limit } => {
                    format!("too long {limit}, {} bytes shown", start.len())
                }
                other => format!("{other:?}"),
            };
            heard.lock().unwrap().push(said);
        };
        let options = StdioOptions { hear_noise: Some(Arc::new(hear)), ..options };
        Self { session: StdioSession::new(program, options), noise, events: Vec::new() }
    }

    pub(crate) async fn list(&mut self) -> Result<Outcome, SessionError> {
        self.call(LIST).await
    }

    pub(crate) async fn call(&mut self, method: Method<'_>) -> Result<Outcome, SessionError> {
        let events = &mut self.events;
        let mut observe = |event: &Event<'_>| {
            // A flood is not kept.
            if events.len() < 100 {
                events.push(match event {
                    Event::Notification(note) => format!("notification {}", note.method),
                    Event::ServerRequest(request) => format!("request {}", request.method),
                    Event::Unsolicited { id } => format!("unsolicited {id:?}"),
                    event => format!("{event:?}"),
                });
            }
        };
        let called = self.session.call(method, &mut observe);
        tokio::time::timeout(HANG, called).await.expect("a call hangs")
    }

    /// Ends the server and makes sure that it is gone.
    pub(crate) async fn end(&mut self) -> Option<Ending> {
        let id = self.session.process_id();
        let ended = tokio::time::timeout(HANG, self.session.end()).await.expect("the end hangs");
        assert!(id.is_none_or(|id| !is_there(id)), "the server is left behind");
        ended
    }

    pub(crate) fn take_noise(&self) -> Vec<String> {
        std::mem::take(&mut self.noise.lock().unwrap())
    }

    pub(crate) fn take_events(&mut self) -> Vec<String> {
        std::mem::take(&mut self.events)
    }
}

/// Whether a process of that number is there, a dead one that nobody has waited for included.
pub(crate) fn is_there(id: u32) -> bool {
    test_kill_process(Pid::from_raw(id.try_into().unwrap()).unwrap()).is_ok()
}

/// Waits until the process is gone.
pub(crate) async fn gone(id: u32) {
    let gone = async {
        while is_there(id) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(HANG, gone).await.expect("a process is left behind");
}

/// The member `tools` of the result.
pub(crate) fn tools(outcome: &Result<Outcome, SessionError>) -> serde_json::Value {
    let Ok(Outcome::Result(text)) = outcome else { panic!("no result but {outcome:?}") };
    serde_json::from_str::<serde_json::Value>(text).unwrap()["tools"].clone()
}

/// Why there is no response, with the end of standard error as text.
pub(crate) fn process_error(outcome: Result<Outcome, SessionError>) -> (String, String) {
    let Err(SessionError::Process(error)) = outcome else { panic!("{outcome:?}") };
    let stderr = match &error {
        ProcessError::Closed { stderr }
        | ProcessError::Exited { stderr, .. }
        | ProcessError::Silent { stderr, .. } => String::from_utf8_lossy(stderr).into_owned(),
        _ => String::new(),
    };
    (error.to_string(), stderr)
}
