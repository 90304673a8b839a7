//! The report for programs: `docs/report.schema.json` describes it.

use chrono::{DateTime, SecondsFormat};
use mcpico_core::mcp::Revision;
use serde_json::{Map, Value, json};

use super::{Check, Counts, Report, Step, Verdict};
use crate::exit::Exit;

/// The name of the schema, whose number goes up when a member goes away or gets another meaning.
const SCHEMA: &str = "mcpico-test/1";

impl Report {
    /// The report as one document.
    pub(crate) fn json(&self, exit: Exit) -> Value {
        let reached: Map<_, _> = self
            .reached()
            .into_iter()
            .map(|(what, state)| (what.to_owned(), Value::from(state)))
            .collect();
        let categories: Map<_, _> = self
            .categories()
            .into_iter()
            .map(|category| (category.name().to_owned(), counts(self.counts_of(category))))
            .collect();
        let left_out: Map<_, _> = self
            .left_out
            .iter()
            .map(|(category, ids)| (category.name().to_owned(), ids.clone().into()))
            .collect();
        json!({
            "schema": SCHEMA,
            "mcpico": env!("CARGO_PKG_VERSION"),
            "started": self.started_text(),
            "duration_ms": self.started.elapsed().as_secs_f64() * 1_000.0,
            "endpoint": self.endpoint,
            "token": self.token,
            "revision": self.revision.map(Revision::name),
            "checks": self.checks.iter().map(check).collect::<Vec<_>>(),
            "categories": categories,
            "reached": reached,
            "not_tested": self.untested,
            "left_out": left_out,
            "not_run": self.missing(),
            "summary": counts(self.counts()),
            "exit_code": exit as u8,
        })
    }

    /// When the run began, by [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339).
    pub(super) fn started_text(&self) -> String {
        let time = DateTime::from_timestamp(self.started_at, 0).unwrap_or_default();
        time.to_rfc3339_opts(SecondsFormat::Secs, true)
    }
}

fn counts(counts: Counts) -> Value {
    let Counts { passed, failed, known, skipped } = counts;
    json!({"passed": passed, "failed": failed, "known": known, "skipped": skipped})
}

fn check(check: &Check) -> Value {
    let mut shown = json!({
        "id": check.id,
        "category": check.category.name(),
        "title": check.title,
        "verdict": check.verdict.name(),
        "note": check.verdict.note(),
        "duration_ms": check.took.as_secs_f64() * 1_000.0,
    });
    if let Verdict::Known(_, reason) = &check.verdict {
        shown["known"] = reason.as_str().into();
    }
    if !check.retries.is_empty() {
        shown["retries"] = check.retries.clone().into();
    }
    if !check.steps.is_empty() {
        shown["steps"] = check.steps.iter().map(step).collect();
    }
    shown
}

fn step(step: &Step) -> Value {
    json!({
        "tool": step.tool,
        "cleanup": step.is_cleanup,
        "verdict": step.verdict.name(),
        "note": step.verdict.note(),
        "duration_ms": step.took.as_secs_f64() * 1_000.0,
    })
}
