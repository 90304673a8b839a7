//! The report: checks with their verdicts, what was reached, what was not tested.

use std::time::{Duration, Instant};

use mcpico_core::auth::mask;
use mcpico_core::mcp::Revision;
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::output::line;
use crate::target::{Format, Target};
use crate::terminal::{Style, Tone, escape};

/// What came of a check, with a note or a reason. The texts are escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// As it should be; the note may be empty.
    Passed(String),
    /// Not as it should be.
    Failed(String),
    /// Could not be checked.
    Skipped(String),
}

struct Check {
    id: &'static str,
    title: &'static str,
    verdict: Verdict,
    took: Duration,
}

/// The checks that say whether we were let in.
const ENTRY: [&str; 2] = ["valid-token", "entry"];

/// Everything that is said at the end.
#[expect(clippy::struct_excessive_bools, reason = "each is a finding of its own")]
pub(super) struct Report {
    endpoint: String,
    token: String,
    is_demo: bool,
    is_program: bool,
    style: Style,
    prints: bool,
    checks: Vec<Check>,
    /// Why the server was not entered.
    pub(super) stopped: Option<Exit>,
    /// What is behind was shown to somebody without a valid token.
    pub(super) is_open: bool,
    pub(super) revision: Option<Revision>,
    /// A token with another signature was refused.
    pub(super) signature: bool,
    /// An expired token was refused.
    pub(super) expiry: bool,
    /// The valid token was accepted.
    pub(super) accepted: bool,
    /// The server showed the claims of the token.
    pub(super) claims_arrived: bool,
    /// Tools that were called and did what they should.
    pub(super) executed: usize,
    /// What was not tested, and why.
    pub(super) untested: Vec<&'static str>,
    started: Instant,
}

impl Report {
    pub(super) fn new(target: &Target, format: Format) -> Self {
        let token = mask(target.token.as_deref().unwrap_or_default().as_bytes());
        let report = Self {
            endpoint: escape(&target.endpoint).into_owned(),
            token: token.as_str().to_owned(),
            is_demo: target.is_demo,
            is_program: target.program.is_some(),
            style: if format == Format::Text { Style::of_stdout() } else { Style::PLAIN },
            prints: format == Format::Text,
            checks: Vec::new(),
            stopped: None,
            is_open: false,
            revision: None,
            signature: false,
            expiry: false,
            accepted: false,
            claims_arrived: false,
            executed: 0,
            untested: Vec::new(),
            started: Instant::now(),
        };
        if report.prints && report.is_program {
            line(&format!("testing the program {} over stdio\n", report.endpoint));
        } else if report.prints {
            let server = if report.is_demo { "the embedded demo server" } else { "the server" };
            line(&format!("testing {server} at {}", report.endpoint));
            let origin = if target.is_minted { "minted" } else { "given" };
            let origin = if target.token.is_some() { origin } else { "no secret to mint one" };
            line(&format!("token {} ({origin})\n", report.token));
        }
        report
    }

    /// Adds a check that began at `started`, and prints it.
    pub(super) fn add(
        &mut self,
        id: &'static str,
        title: &'static str,
        verdict: Verdict,
        started: Instant,
    ) {
        let check = Check { id, title, verdict, took: started.elapsed() };
        if self.prints {
            self.print(&check);
        }
        self.checks.push(check);
    }

    /// The exit code: 1 for a failure that stands for itself and for nothing checked, else what stopped
    /// the run, else 0.
    pub(super) fn finish(&self) -> Exit {
        // That a server listens and that it does not take us in is said by what stopped the run.
        let any = |is: fn(&Verdict) -> bool| {
            let checks = self.checks.iter();
            let mut checks =
                checks.filter(|check| check.id != "reachable" && !ENTRY.contains(&check.id));
            checks.any(|check| is(&check.verdict)) || self.accepted
        };
        let passed = any(|verdict| matches!(verdict, Verdict::Passed(_)));
        let (_, failed, _) = self.counts();
        let others = self.checks.iter().filter(|check| !ENTRY.contains(&check.id));
        let others = others.filter(|check| matches!(check.verdict, Verdict::Failed(_))).count();
        match self.stopped {
            _ if self.is_open => Exit::Failed,
            // A server that answers strangers well and its friends badly is there.
            Some(Exit::Unreachable) if passed => Exit::Failed,
            Some(Exit::Authentication) if others > 0 => Exit::Failed,
            Some(exit) => exit,
            None if failed > 0 || !passed => Exit::Failed,
            None => Exit::Passed,
        }
    }

    pub(super) fn print_end(&self, exit: Exit) {
        line("\nreached");
        for (what, state) in self.reached() {
            line(&format!("  {what:<20} {state}"));
        }
        if !self.untested.is_empty() {
            line("\nnot tested");
            self.untested.iter().for_each(|what| line(&format!("  {what}")));
        }
        let (passed, failed, skipped) = self.counts();
        let tone = if exit == Exit::Passed { Tone::Good } else { Tone::Bad };
        let summary = format!(
            "{passed} passed, {failed} failed, {skipped} skipped in {:.2} s",
            self.started.elapsed().as_secs_f64()
        );
        line(&format!("\n{}", self.style.paint(tone, summary)));
    }

    /// The same for programs.
    pub(super) fn json(&self, exit: Exit) -> Value {
        let (passed, failed, skipped) = self.counts();
        let checks: Vec<_> = self
            .checks
            .iter()
            .map(|check| {
                let (verdict, note) = match &check.verdict {
                    Verdict::Passed(note) => ("passed", note),
                    Verdict::Failed(why) => ("failed", why),
                    Verdict::Skipped(why) => ("skipped", why),
                };
                json!({
                    "id": check.id, "title": check.title, "verdict": verdict, "note": note,
                    "duration_ms": check.took.as_secs_f64() * 1_000.0,
                })
            })
            .collect();
        let reached: serde_json::Map<_, _> = self
            .reached()
            .into_iter()
            .map(|(what, state)| (what.to_owned(), Value::from(state)))
            .collect();
        json!({
            "schema": "mcpico-test/1",
            "endpoint": self.endpoint,
            "token": self.token,
            "revision": self.revision.map(Revision::name),
            "checks": checks,
            "reached": reached,
            "not_tested": self.untested,
            "summary": {"passed": passed, "failed": failed, "skipped": skipped},
            "exit_code": exit as u8,
        })
    }

    fn print(&self, check: &Check) {
        let (tone, word, note) = match &check.verdict {
            Verdict::Passed(note) => (Tone::Good, "passed ", note),
            Verdict::Failed(why) => (Tone::Bad, "FAILED ", why),
            Verdict::Skipped(why) => (Tone::Doubtful, "skipped", why),
        };
        let took = check.took.as_secs_f64() * 1_000.0;
        // A remark stands behind the title, a reason on lines of its own.
        let (remark, reason) = match tone {
            Tone::Good if !note.is_empty() => (format!(": {note}"), ""),
            Tone::Good => (String::new(), ""),
            _ => (String::new(), note.as_str()),
        };
        let word = self.style.paint(tone, word);
        line(&format!("{word} {took:>7.1} ms  {}{remark}", check.title));
        reason.lines().for_each(|reason| line(&format!("        {}", reason.trim_start())));
    }

    /// How far into the server the run got, layer by layer.
    fn reached(&self) -> [(&'static str, String); 4] {
        let proof = |refused: bool, what: &str| match (refused, self.accepted) {
            _ if self.is_program => "not tested: stdio has no bearer".into(),
            (true, true) => format!("checked: {what} was refused and the valid token accepted"),
            (true, false) => format!(
                "not shown: {what} was refused, but no token was accepted, and a server that refuses \
                 everything does the same"
            ),
            (false, _) => format!("not shown: {what} was not seen to be refused"),
        };
        let mut claims = proof(self.expiry, "an expired token");
        if self.claims_arrived {
            claims.push_str("; the claims of the token arrived");
        }
        let execution = match self.executed {
            0 => "not tested: no tool was called".into(),
            tools => format!("{tools} tools were called and their results compared"),
        };
        [
            ("signature", proof(self.signature, "a token with another signature")),
            ("claims", claims),
            ("execution", execution),
            (
                "credential exchange",
                "not tested: what a server does with the token behind MCP (exchange it for cloud \
                 credentials, pass it on) cannot be seen from here"
                    .into(),
            ),
        ]
    }

    fn counts(&self) -> (usize, usize, usize) {
        let count = |is: fn(&Verdict) -> bool| {
            self.checks.iter().filter(|check| is(&check.verdict)).count()
        };
        (
            count(|verdict| matches!(verdict, Verdict::Passed(_))),
            count(|verdict| matches!(verdict, Verdict::Failed(_))),
            count(|verdict| matches!(verdict, Verdict::Skipped(_))),
        )
    }
}
