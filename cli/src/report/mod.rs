//! The report of `mcpico test`: checks with their verdicts, what was reached, what was not tested.

mod baseline;
mod files;
mod html;
mod json;
mod junit;
mod markdown;
mod summary;
mod terminal;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use mcpico_core::auth::mask;
use mcpico_core::mcp::Revision;

use crate::clock;
use crate::exit::Exit;
use crate::output::concealed;
use crate::target::{self, Format, Target};
use crate::terminal::escape;

pub(crate) use baseline::Baseline;
pub(crate) use files::Files;
pub(crate) use terminal::Terminal;

/// What came of a check, with a note or a reason. The texts are escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// As it should be; the note may be empty.
    Passed(String),
    /// Not as it should be.
    Failed(String),
    /// Failed, as the baseline says that it does; the reason of the baseline stands behind it.
    Known(String, String),
    /// Could not be checked.
    Skipped(String),
}

impl Verdict {
    /// The verdict in one word, as programs get it.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Passed(_) => "passed",
            Self::Failed(_) => "failed",
            Self::Known(..) => "known",
            Self::Skipped(_) => "skipped",
        }
    }

    /// The same without what must not be shown.
    fn concealed(self) -> Self {
        let clean = |text: String| concealed(&text).into_owned();
        match self {
            Self::Passed(note) => Self::Passed(clean(note)),
            Self::Failed(note) => Self::Failed(clean(note)),
            Self::Known(note, reason) => Self::Known(clean(note), clean(reason)),
            Self::Skipped(note) => Self::Skipped(clean(note)),
        }
    }

    /// The note or the reason.
    pub(crate) fn note(&self) -> &str {
        match self {
            Self::Passed(note)
            | Self::Failed(note)
            | Self::Known(note, _)
            | Self::Skipped(note) => note,
        }
    }
}

/// What a check is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Category {
    /// The connection, the revision, the lists and how a program ends.
    Protocol,
    /// Who is let in.
    Authentication,
    Tools,
    Resources,
    Prompts,
    /// Tools called one after the other.
    Loops,
    /// Whether every tool is tested.
    Coverage,
    /// Whether the baseline is true.
    Baseline,
}

impl Category {
    /// Those that a configuration has cases of, in the order in which they run.
    pub(crate) const CONFIGURED: [Self; 4] =
        [Self::Tools, Self::Resources, Self::Prompts, Self::Loops];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Protocol => "protocol",
            Self::Authentication => "authentication",
            Self::Tools => "tools",
            Self::Resources => "resources",
            Self::Prompts => "prompts",
            Self::Loops => "loops",
            Self::Coverage => "coverage",
            Self::Baseline => "baseline",
        }
    }

    /// The category of a check that needs no configuration.
    fn of(id: &str) -> Self {
        match id {
            "no-token"
            | "malformed-token"
            | "wrong-secret"
            | "expired-token"
            | "valid-token"
            | "session-without-token"
            | "after-valid-token" => Self::Authentication,
            "resource" | "template" => Self::Resources,
            "prompt" => Self::Prompts,
            "coverage" => Self::Coverage,
            "baseline" => Self::Baseline,
            id if id.starts_with("tool-") => Self::Tools,
            _ => Self::Protocol,
        }
    }
}

/// One check of a run.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    /// Stays the same from run to run.
    pub(crate) id: String,
    /// One escaped line.
    pub(crate) title: String,
    pub(crate) category: Category,
    pub(crate) verdict: Verdict,
    pub(crate) took: Duration,
    /// Why it was done again, once for each time that it was; escaped.
    pub(crate) retries: Vec<String>,
    /// The steps of a loop.
    pub(crate) steps: Vec<Step>,
}

/// One step of a loop.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// The tool, one escaped line.
    pub(crate) tool: String,
    pub(crate) is_cleanup: bool,
    pub(crate) verdict: Verdict,
    pub(crate) took: Duration,
}

/// How many checks have which verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) known: usize,
    pub(crate) skipped: usize,
}

impl Counts {
    fn of<'c>(checks: impl IntoIterator<Item = &'c Check>) -> Self {
        let mut counts = Self::default();
        for check in checks {
            *match check.verdict {
                Verdict::Passed(_) => &mut counts.passed,
                Verdict::Failed(_) => &mut counts.failed,
                Verdict::Known(..) => &mut counts.known,
                Verdict::Skipped(_) => &mut counts.skipped,
            } += 1;
        }
        counts
    }
}

/// The checks that say whether we were let in.
const ENTRY: [&str; 2] = ["valid-token", "entry"];

/// Everything that is said at the end.
#[expect(clippy::struct_excessive_bools, reason = "each is a finding of its own")]
pub(crate) struct Report {
    endpoint: String,
    token: String,
    is_program: bool,
    terminal: Terminal,
    checks: Vec<Check>,
    baseline: Baseline,
    /// Why the server was not entered.
    pub(crate) stopped: Option<Exit>,
    /// What is behind was shown to somebody without a valid token.
    pub(crate) is_open: bool,
    pub(crate) revision: Option<Revision>,
    /// A token with another signature was refused.
    pub(crate) signature: bool,
    /// An expired token was refused.
    pub(crate) expiry: bool,
    /// The valid token was accepted.
    pub(crate) accepted: bool,
    /// The server showed the claims of the token.
    pub(crate) claims_arrived: bool,
    /// Tools that were called and did what they should.
    pub(crate) executed: usize,
    /// What was not tested, and why; escaped.
    pub(crate) untested: Vec<String>,
    /// The ids of cases that the command line leaves out, by category.
    pub(crate) left_out: BTreeMap<Category, Vec<String>>,
    /// Cases of a configuration are run, so at least one has to be.
    pub(crate) is_configured: bool,
    /// Categories and cases that may not be skipped, by their ids.
    pub(crate) required: Vec<Requirement>,
    started: Instant,
    /// Seconds since 1970.
    started_at: i64,
}

/// What may not be skipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Requirement {
    /// At least one case of the category has to run.
    Category(Category),
    /// The case was asked for by its name; it is known by its id.
    Case(String),
}

impl Report {
    pub(crate) fn new(target: &Target, format: Format, baseline: Baseline) -> Self {
        let token = mask(target.token.as_deref().unwrap_or_default().as_bytes());
        let report = Self {
            endpoint: target::shown(&target.endpoint),
            token: token.as_str().to_owned(),
            is_program: target.program.is_some(),
            terminal: Terminal::new(format),
            checks: Vec::new(),
            baseline,
            stopped: None,
            is_open: false,
            revision: None,
            signature: false,
            expiry: false,
            accepted: false,
            claims_arrived: false,
            executed: 0,
            untested: Vec::new(),
            left_out: BTreeMap::new(),
            is_configured: false,
            required: Vec::new(),
            started: Instant::now(),
            started_at: clock::now(),
        };
        report.print_start(target);
        report
    }

    /// Adds a check that began at `started` and needs no configuration, and prints it.
    pub(crate) fn add(
        &mut self,
        id: &'static str,
        title: &'static str,
        verdict: Verdict,
        started: Instant,
    ) {
        self.push(Check {
            id: id.to_owned(),
            title: title.to_owned(),
            category: Category::of(id),
            verdict,
            took: started.elapsed(),
            retries: Vec::new(),
            steps: Vec::new(),
        });
    }

    /// Adds a check and prints it; the baseline has the last word on it.
    pub(crate) fn push(&mut self, mut check: Check) {
        check.verdict = self.baseline.judge(&check.id, check.verdict).concealed();
        // Before a format spells it in its own way.
        for text in check.retries.iter_mut().chain([&mut check.title]) {
            *text = concealed(text).into_owned();
        }
        for step in &mut check.steps {
            step.verdict = step.verdict.clone().concealed();
        }
        self.print_check(&check);
        self.checks.push(check);
    }

    /// Whether a failure of that check is known.
    pub(crate) fn is_known(&self, id: &str) -> bool {
        self.baseline.lists(id)
    }

    /// What is written next is about `category`, `cases` checks of it.
    pub(crate) fn begin(&mut self, category: Category, cases: usize) {
        self.terminal.begin(category, cases);
    }

    /// Adds what the baseline says of checks that there are none of.
    pub(crate) fn close(&mut self) {
        let known: Vec<_> = self.checks.iter().map(|check| check.id.as_str()).collect();
        let left_out = self.left_out.values().flatten().map(String::as_str);
        let unknown = self.baseline.unknown(&known, left_out);
        if !unknown.is_empty() {
            let why = escape(&format!(
                "no check of this run has the id {}: take it out of the baseline",
                unknown.join(", ")
            ))
            .into_owned();
            let title = "the baseline lists only checks that there are";
            self.add("baseline", title, Verdict::Failed(why), Instant::now());
        }
        self.terminal.end();
    }
}
