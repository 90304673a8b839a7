//! The report as one HTML page that needs nothing else: no script, no font, no other file.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Check, Counts, Report, Step, Verdict};
use crate::exit::Exit;

/// Colours by what the reader prefers; words say the same as colours.
const STYLE: &str = include_str!("page.css");

/// Nothing may be fetched and no script may run, whatever a server puts into its texts.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

impl Report {
    pub(super) fn html(&self, exit: Exit) -> String {
        let Counts { passed, failed, known, skipped } = self.counts();
        let state = match exit {
            Exit::Passed if skipped + known == 0 => "passed",
            Exit::Passed => "skipped",
            _ => "failed",
        };
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { "mcpico test: " (passed) " passed, " (failed) " failed" }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    header {
                        h1 { "mcpico test" }
                        p { code { (self.endpoint) } }
                        p.facts {
                            "token " code { (self.token) }
                            @if let Some(revision) = self.revision { " · revision " (revision.name()) }
                            " · " time datetime=(self.started_text()) { (self.started_text()) }
                            " · " (seconds(self.started.elapsed().as_secs_f64()))
                            " · exit code " (exit as u8)
                        }
                        p.summary.(state) {
                            (passed) " passed, " (failed) " failed, "
                            @if known > 0 { (known) " known to fail, " }
                            (skipped) " skipped"
                        }
                    }
                    main {
                        @for category in self.categories() {
                            section {
                                h2 { (category.name()) }
                                table {
                                    thead { tr {
                                        th scope="col" { "verdict" }
                                        th scope="col" { "check" }
                                        th.time scope="col" { "time" }
                                    } }
                                    tbody {
                                        @for check in &self.checks {
                                            @if check.category == category { (row(check)) }
                                        }
                                    }
                                }
                            }
                        }
                        section {
                            h2 { "reached" }
                            dl {
                                @for (what, state) in self.reached() { dt { (what) } dd { (state) } }
                            }
                        }
                        (list("not tested", &self.untested))
                        (list("left out", &self.left_out_lines()))
                        (list("not run", &self.missing()))
                    }
                    footer { "mcpico " (env!("CARGO_PKG_VERSION")) }
                }
            }
        };
        page.into_string()
    }
}

fn row(check: &Check) -> Markup {
    let note = check.verdict.note();
    html! {
        tr id=(check.id) {
            td { (badge(&check.verdict)) }
            td {
                (check.title)
                @if let Verdict::Known(_, reason) = &check.verdict {
                    p.note { "known: " (reason) }
                }
                @if !note.is_empty() { p.note { (note) } }
                @for retry in &check.retries { p.note { "done again after: " (retry) } }
                @if !check.steps.is_empty() {
                    details open[!matches!(check.verdict, Verdict::Passed(_))] {
                        summary { (check.steps.len()) " steps" }
                        ol { @for step in &check.steps { (item(step)) } }
                    }
                }
            }
            td.time { (seconds(check.took.as_secs_f64())) }
        }
    }
}

fn item(step: &Step) -> Markup {
    html! {
        li {
            (badge(&step.verdict)) " " code { (step.tool) }
            @if step.is_cleanup { " (cleanup)" }
            " " span.time { (seconds(step.took.as_secs_f64())) }
            @if !step.verdict.note().is_empty() { p.note { (step.verdict.note()) } }
        }
    }
}

fn badge(verdict: &Verdict) -> Markup {
    let name = verdict.name();
    html! { span.badge.(name) { (name) } }
}

fn list(title: &str, lines: &[String]) -> Markup {
    html! {
        @if !lines.is_empty() {
            section {
                h2 { (title) }
                ul { @for line in lines { li { (line) } } }
            }
        }
    }
}

fn seconds(seconds: f64) -> String {
    if seconds < 1.0 { format!("{:.1} ms", seconds * 1_000.0) } else { format!("{seconds:.2} s") }
}
