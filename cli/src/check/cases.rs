//! Runs the cases of a category, and reports them in the order of the file.

use std::cell::{Cell, RefCell};
use std::time::Instant;

use futures_util::future::join_all;

use super::selection::id;
use crate::interruption;
use crate::peer::Peer;
use crate::report::{Category, Check, Report, Verdict};
use crate::terminal::escape;

/// How a case ended.
pub(super) struct Ended {
    pub(super) verdict: Verdict,
    pub(super) retries: Vec<String>,
}

impl Ended {
    /// How what `judge` does ends; it is given where to write why it was done again.
    pub(super) async fn of(
        judge: impl AsyncFnOnce(&mut Vec<String>) -> Result<Verdict, String>,
    ) -> Self {
        let mut retries = Vec::new();
        let verdict = judge(&mut retries).await.unwrap_or_else(Verdict::Failed);
        Self { verdict, retries }
    }
}

/// What keeps further cases from running.
#[derive(Debug, Default)]
pub(super) struct Stop {
    fail_fast: bool,
    /// The id of the case that failed.
    failed: RefCell<Option<String>>,
}

impl Stop {
    pub(super) fn new(fail_fast: bool) -> Self {
        Self { fail_fast, failed: RefCell::default() }
    }

    /// Why the next case does not run, escaped.
    pub(super) fn reason(&self) -> Option<String> {
        if interruption::is_interrupted() {
            return Some("interrupted".into());
        }
        let failed = self.failed.borrow();
        failed.as_ref().map(|id| format!("fail_fast: {} failed", escape(id)))
    }

    /// A failure that is known stops nothing.
    pub(super) fn note(&self, report: &Report, check: &Check) {
        let failed = matches!(check.verdict, Verdict::Failed(_)) && !report.is_known(&check.id);
        if failed && self.fail_fast {
            self.failed.borrow_mut().get_or_insert_with(|| check.id.clone());
        }
    }
}

/// Runs the cases of a category, as many at a time as there are peers, and reports them in their order.
pub(super) async fn run<T>(
    report: &mut Report,
    peers: &mut [Peer],
    category: Category,
    cases: &[(&str, &T)],
    stop: &Stop,
    work: impl AsyncFn(&mut Peer, &str, &T) -> Ended,
) {
    report.begin(category, cases.len());
    let report = RefCell::new(report);
    let next = Cell::new(0);
    let done: RefCell<Vec<Option<Check>>> = RefCell::new(cases.iter().map(|_| None).collect());
    let reported = Cell::new(0);
    let (report, next, done, reported, work) = (&report, &next, &done, &reported, &work);
    join_all(peers.iter_mut().map(|peer| async move {
        while let Some((key, case)) = cases.get(next.replace(next.get() + 1)) {
            let index = next.get() - 1;
            let started = Instant::now();
            let ended = match stop.reason() {
                Some(why) => Ended { verdict: Verdict::Skipped(why), retries: Vec::new() },
                None => work(peer, key, case).await,
            };
            let check = Check {
                id: id(category, key),
                title: escape(key).into_owned(),
                category,
                verdict: ended.verdict,
                took: started.elapsed(),
                retries: ended.retries,
                steps: Vec::new(),
            };
            stop.note(&report.borrow(), &check);
            done.borrow_mut()[index] = Some(check);
            // In the order of the file, whatever ends first.
            while let Some(check) = done.borrow_mut().get_mut(reported.get()).and_then(Option::take)
            {
                reported.set(reported.get() + 1);
                report.borrow_mut().push(check);
            }
        }
    }))
    .await;
}
