//! What was found, and what to do about it.

use mcpico_core::auth::mask;
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::output::line;
use crate::target;
use crate::terminal::{Style, Tone, escape};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Fine,
    Wrong,
    Doubtful,
    Unknown,
}

impl State {
    const fn id(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Wrong => "wrong",
            Self::Doubtful => "doubtful",
            Self::Unknown => "not-checked",
        }
    }
}

struct Finding {
    /// Stable.
    about: &'static str,
    state: State,
    what: String,
    hints: Vec<String>,
}

/// Everything that was found.
pub(super) struct Report {
    endpoint: Option<String>,
    token: String,
    findings: Vec<Finding>,
}

impl Report {
    pub(super) fn new(endpoint: Option<&str>, token: &str) -> Self {
        let endpoint = endpoint.map(target::shown);
        let token = format!("{} ({} bytes)", mask(token.as_bytes()), token.len());
        Self { endpoint, token, findings: Vec::new() }
    }

    /// Adds a finding; `what` may be hostile.
    pub(super) fn add(&mut self, about: &'static str, state: State, what: impl AsRef<str>) {
        let what = escape(what.as_ref()).into_owned();
        self.findings.push(Finding { about, state, what, hints: Vec::new() });
    }

    /// Says what to do about the last finding.
    pub(super) fn hint(&mut self, hint: impl AsRef<str>) {
        if let Some(last) = self.findings.last_mut() {
            last.hints.push(escape(hint.as_ref()).into_owned());
        }
    }

    pub(super) fn exit(&self) -> Exit {
        let wrong = self.findings.iter().any(|finding| finding.state == State::Wrong);
        if wrong { Exit::Failed } else { Exit::Passed }
    }

    pub(super) fn print(&self) {
        let style = Style::of_stdout();
        line(&format!("token        {}", self.token));
        if let Some(endpoint) = &self.endpoint {
            line(&format!("server       {endpoint}"));
        }
        for finding in &self.findings {
            let (tone, word) = match finding.state {
                State::Fine => (Tone::Good, "ok"),
                State::Wrong => (Tone::Bad, "WRONG"),
                State::Doubtful => (Tone::Doubtful, "doubtful"),
                State::Unknown => (Tone::Faint, "not checked"),
            };
            let word = style.paint(tone, word);
            line(&format!("{:<12} {word}: {}", finding.about, finding.what));
            for hint in &finding.hints {
                line(&format!("             try: {hint}"));
            }
        }
    }

    pub(super) fn json(&self, exit: Exit) -> Value {
        let findings: Vec<_> = self
            .findings
            .iter()
            .map(|finding| {
                json!({
                    "about": finding.about, "state": finding.state.id(), "what": finding.what,
                    "try": finding.hints,
                })
            })
            .collect();
        json!({
            "schema": "mcpico-diagnose/1",
            "token": self.token,
            "endpoint": self.endpoint,
            "findings": findings,
            "exit_code": exit as u8,
        })
    }
}
