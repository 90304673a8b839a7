//! The report as people see it: a row for each check while they are done, then what it comes to.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Category, Check, Counts, Report, Verdict};
use crate::exit::Exit;
use crate::output;
use crate::target::{Format, Target};
use crate::terminal::{Style, Tone};

/// Where the rows go.
pub(crate) struct Terminal {
    style: Style,
    prints: bool,
    /// On standard error, and only where that is a terminal.
    bar: ProgressBar,
}

impl Terminal {
    pub(super) fn new(format: Format) -> Self {
        let prints = format == Format::Text;
        let style = if prints { Style::of_stdout() } else { Style::PLAIN };
        Self { style, prints, bar: ProgressBar::hidden() }
    }

    /// Rows of `category` follow, `cases` of them.
    pub(super) fn begin(&mut self, category: Category, cases: usize) {
        self.end();
        if !self.prints {
            return;
        }
        output::line(&format!("\n{}", category.name()));
        if io::stderr().is_terminal() {
            self.bar = ProgressBar::with_draw_target(
                u64::try_from(cases).ok(),
                ProgressDrawTarget::stderr(),
            );
            let style = ProgressStyle::with_template("{prefix} [{bar:30}] {pos} of {len}");
            if let Ok(style) = style {
                self.bar.set_style(style.progress_chars("=> "));
            }
            self.bar.set_prefix(category.name());
            // It shows before the first case has ended.
            self.bar.tick();
        }
    }

    /// Takes the bar away.
    pub(super) fn end(&mut self) {
        self.bar.finish_and_clear();
        self.bar = ProgressBar::hidden();
    }

    fn line(&self, text: &str) {
        if self.prints {
            self.bar.suspend(|| output::line(text));
        }
    }
}

impl Report {
    pub(super) fn print_start(&self, target: &Target) {
        let line = |text: &str| self.terminal.line(text);
        if self.is_program {
            line(&format!("testing the program {} over stdio\n", self.endpoint));
            return;
        }
        let server = if target.is_demo { "the embedded demo server" } else { "the server" };
        line(&format!("testing {server} at {}", self.endpoint));
        let origin = if target.is_minted { "minted" } else { "given" };
        let origin = if target.token.is_some() { origin } else { "no secret to mint one" };
        line(&format!("token {} ({origin})\n", self.token));
    }

    pub(super) fn print_check(&self, check: &Check) {
        let (tone, word) = match &check.verdict {
            Verdict::Passed(_) => (Tone::Good, "passed "),
            Verdict::Failed(_) => (Tone::Bad, "FAILED "),
            Verdict::Known(..) => (Tone::Doubtful, "known  "),
            Verdict::Skipped(_) => (Tone::Doubtful, "skipped"),
        };
        let note = check.verdict.note();
        let took = check.took.as_secs_f64() * 1_000.0;
        // A remark stands behind the title, a reason on lines of its own.
        let (remark, reason) = match tone {
            Tone::Good if !note.is_empty() => (format!(": {note}"), ""),
            Tone::Good => (String::new(), ""),
            _ => (String::new(), note),
        };
        let word = self.terminal.style.paint(tone, word);
        self.terminal.line(&format!("{word} {took:>7.1} ms  {}{remark}", check.title));
        let further = |text: &str| self.terminal.line(&format!("        {}", text.trim_start()));
        reason.lines().for_each(further);
        if let Verdict::Known(_, why) = &check.verdict {
            further(&format!("known: {why}"));
        }
        for retry in &check.retries {
            further(&format!("done again after: {retry}"));
        }
        for step in check.steps.iter().filter(|_| !matches!(check.verdict, Verdict::Passed(_))) {
            let of = if step.is_cleanup { " (cleanup)" } else { "" };
            further(&format!("{:<7} {}{of}", step.verdict.name(), step.tool));
        }
        self.terminal.bar.inc(1);
    }

    /// Prints what the run comes to.
    pub(crate) fn print_end(&self, exit: Exit) {
        let line = |text: &str| self.terminal.line(text);
        let list = |title: &str, lines: &[String]| {
            if !lines.is_empty() {
                line(&format!("\n{title}"));
                for what in lines {
                    line(&format!("  {what}"));
                }
            }
        };
        line("\nreached");
        for (what, state) in self.reached() {
            line(&format!("  {what:<20} {state}"));
        }
        list("not tested", &self.untested);
        list("left out", &self.left_out_lines());
        list("not run", &self.missing());
        let Counts { passed, failed, known, skipped } = self.counts();
        let known = if known > 0 { format!("{known} known to fail, ") } else { String::new() };
        // What was skipped was not seen to be right.
        let tone = match exit {
            Exit::Passed if skipped == 0 && known.is_empty() => Tone::Good,
            Exit::Passed => Tone::Doubtful,
            _ => Tone::Bad,
        };
        let summary = format!(
            "{passed} passed, {failed} failed, {known}{skipped} skipped in {:.2} s",
            self.started.elapsed().as_secs_f64()
        );
        line(&format!("\n{}", self.terminal.style.paint(tone, summary)));
    }
}
