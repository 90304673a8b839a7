//! Whether every tool of the server was called.

use std::time::Instant;

use super::caller::Caller;
use super::configuration::Configuration;
use crate::report::{Report, Verdict};
use crate::terminal::escape;

/// Adds the check that `--validate-coverage` asks for.
pub(super) fn check(report: &mut Report, caller: &Caller<'_>) {
    let started = Instant::now();
    let verdict = match &caller.offer.tools {
        None => Verdict::Failed("the list of tools could not be read".into()),
        Some(listing) => {
            let names = listing.entries.iter().filter_map(|tool| tool["name"].as_str());
            let names: Vec<_> = names.collect();
            let judged = caller.called.borrow();
            let missing: Vec<_> = names
                .iter()
                .filter(|name| !judged.contains(**name))
                .map(|name| why(caller, name))
                .collect();
            if missing.is_empty() {
                Verdict::Passed(format!("{} tools", names.len()))
            } else {
                Verdict::Failed(missing.join("\n"))
            }
        }
    };
    report.add("coverage", "every tool of the server was called", verdict, started);
}

/// Why a tool was not called.
fn why(caller: &Caller<'_>, name: &str) -> String {
    let configuration = caller.configuration;
    let has_case = configuration
        .test_tools
        .iter()
        .any(|(key, case)| Configuration::tool_of(key, case) == name);
    let mut steps =
        configuration.tool_loops.iter().flat_map(|(_, tool_loop)| &tool_loop.steps.value);
    let why = if has_case || steps.any(|step| step.tool == name) {
        "what calls it was left out, skipped, or got no answer"
    } else {
        "no case and no loop calls it"
    };
    format!("{}: {why}", escape(name))
}
