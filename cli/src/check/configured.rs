//! The part of a run that a configuration describes.

use super::caller::Caller;
use super::cases::{self, Stop};
use super::offer::Offer;
use super::selection::{Plan, id};
use super::{Run, coverage, loops};
use crate::peer::Peer;
use crate::report::{Category, Check, Verdict};
use crate::terminal::escape;

use std::time::Duration;

impl Run<'_> {
    /// Runs what `plan` holds with as many sessions as the command line allows.
    pub(super) async fn configured(&mut self, peer: &mut Peer, offer: &Offer, plan: &Plan<'_>) {
        let Some(configuration) = self.configuration else { return };
        let parallel =
            if self.target.program.is_some() { 1 } else { self.selection.max_parallel() };
        let caller = Caller {
            target: &self.target,
            configuration,
            offer,
            allow_writes: self.selection.allow_writes,
            called: std::cell::RefCell::default(),
        };
        let stop = Stop::new(configuration.test_config.fail_fast);
        let mut further: Vec<Peer> =
            (1..parallel).map(|_| self.target.peer(self.target.token.as_deref())).collect();
        let report = &mut self.report;
        // The session that there is comes first, the others connect when they are needed.
        let mut peers = Vec::with_capacity(parallel);
        peers.push(std::mem::replace(peer, self.target.peer(self.target.token.as_deref())));
        peers.append(&mut further);
        if !plan.tools.is_empty() {
            let before = report.counts_of(Category::Tools).passed;
            let work =
                async |peer: &mut Peer, key: &str, case: &_| caller.tool(peer, key, case).await;
            cases::run(report, &mut peers, Category::Tools, &plan.tools, &stop, work).await;
            report.executed += report.counts_of(Category::Tools).passed - before;
        }
        if !plan.resources.is_empty() {
            let work =
                async |peer: &mut Peer, key: &str, case: &_| caller.resource(peer, key, case).await;
            cases::run(report, &mut peers, Category::Resources, &plan.resources, &stop, work).await;
        }
        if !plan.prompts.is_empty() {
            let work =
                async |peer: &mut Peer, key: &str, case: &_| caller.prompt(peer, key, case).await;
            cases::run(report, &mut peers, Category::Prompts, &plan.prompts, &stop, work).await;
        }
        if !plan.loops.is_empty() {
            loops::run(report, &mut peers[0], &caller, &plan.loops, &stop).await;
        }
        if self.selection.validate_coverage {
            report.begin(Category::Coverage, 1);
            coverage::check(report, &caller);
        }
        let mut peers = peers.into_iter();
        if let Some(first) = peers.next() {
            *peer = first;
        }
        for mut other in peers {
            other.end().await;
        }
    }

    /// Nothing of `plan` could run.
    pub(super) fn not_configured(&mut self, plan: &Plan<'_>, why: &str) {
        let mut before = None;
        for (category, key) in plan.ids() {
            if before != Some(category) {
                self.report.begin(category, 1);
                before = Some(category);
            }
            self.report.push(Check {
                id: id(category, key),
                title: escape(key).into_owned(),
                category,
                verdict: Verdict::Skipped(why.to_owned()),
                took: Duration::ZERO,
                retries: Vec::new(),
                steps: Vec::new(),
            });
        }
    }
}
