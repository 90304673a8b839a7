//! Failures that are known: a list that has to stay true.

use std::path::Path;

use serde::Deserialize;

use super::Verdict;
use crate::failure::Failure;
use crate::terminal::escape;
use crate::yaml::{self, Entries};

/// The checks that are known to fail, each with the reason.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Baseline {
    /// Reasons by the ids of checks.
    known_failures: Entries<String>,
}

impl Baseline {
    /// Reads a file of the form `known_failures: {ID: REASON}`.
    ///
    /// # Errors
    /// The file cannot be read, is not of that form, or gives no reason.
    pub(crate) fn read(file: &Path) -> Result<Self, Failure> {
        let baseline: Self = yaml::read(file)?;
        let mut failures = baseline.known_failures.iter();
        if let Some((id, _)) = failures.find(|(_, reason)| reason.trim().is_empty()) {
            return Err(yaml::wrong(file, None, format!("the known failure {id} has no reason")));
        }
        drop(failures);
        Ok(baseline)
    }

    /// The ids that are listed.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.known_failures.iter().map(|(id, _)| id)
    }

    /// Why that failure is known, escaped, if it is.
    pub(crate) fn reason(&self, id: &str) -> Option<String> {
        self.known_failures.find(id).map(|reason| escape(reason).into_owned())
    }

    pub(super) fn lists(&self, id: &str) -> bool {
        self.known_failures.find(id).is_some()
    }

    /// A failure that is listed is known, and a check that is listed and passes is a failure: the list
    /// would hide the next one.
    pub(super) fn judge(&self, id: &str, verdict: Verdict) -> Verdict {
        match (verdict, self.reason(id)) {
            (Verdict::Failed(why), Some(reason)) => Verdict::Known(why, reason),
            (Verdict::Passed(_), Some(reason)) => Verdict::Failed(format!(
                "it passes and is listed as a known failure ({reason}): take it out of the baseline"
            )),
            (verdict, _) => verdict,
        }
    }

    /// The ids that are listed and stand for no check.
    pub(super) fn unknown<'b>(
        &'b self,
        ran: &[&str],
        left_out: impl Iterator<Item = &'b str>,
    ) -> Vec<&'b str> {
        let left_out: Vec<_> = left_out.collect();
        self.ids().filter(|id| !ran.contains(id) && !left_out.contains(id)).collect()
    }
}
