//! The report as `JUnit` XML, the way CI systems read it: a suite for each category.

use chrono::DateTime;
use quick_junit::{
    NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestRerun, TestSuite,
};

use super::{Check, Report, Verdict};
use crate::exit::Exit;

impl Report {
    /// # Errors
    /// It cannot be written as XML.
    pub(super) fn junit(&self, exit: Exit) -> Result<String, String> {
        let mut junit = Junit::new("mcpico test");
        let started = DateTime::from_timestamp(self.started_at, 0).unwrap_or_default();
        junit.set_timestamp(started.fixed_offset()).set_time(self.started.elapsed());
        for category in self.categories() {
            let mut suite = TestSuite::new(category.name());
            suite.set_timestamp(started.fixed_offset());
            suite.add_property(("endpoint", self.endpoint.as_str()));
            let checks = self.checks.iter().filter(|check| check.category == category);
            let checks: Vec<_> = checks.collect();
            suite.set_time(checks.iter().map(|check| check.took).sum());
            suite.add_test_cases(checks.into_iter().map(case));
            junit.add_test_suite(suite);
        }
        let missing = self.missing();
        // Readers of XML do not see the exit code.
        if !missing.is_empty() {
            let mut suite = TestSuite::new("not run");
            for what in missing {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
                status.set_message(what.as_str()).set_type("skipped");
                suite.add_test_case(TestCase::new(what.as_str(), status));
            }
            junit.add_test_suite(suite);
        }
        if self.counts().failed == 0 && exit != Exit::Passed && junit.failures + junit.errors == 0 {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(format!("the run ended with exit code {}", exit as u8));
            let mut suite = TestSuite::new("run");
            suite.add_test_case(TestCase::new("the run", status));
            junit.add_test_suite(suite);
        }
        junit.to_string().map_err(|error| error.to_string())
    }
}

fn case(check: &Check) -> TestCase {
    let note = check.verdict.note();
    let status = match &check.verdict {
        Verdict::Passed(_) => {
            let mut status = TestCaseStatus::success();
            for retry in &check.retries {
                let mut rerun = TestRerun::new(NonSuccessKind::Error);
                rerun.set_message(retry.as_str());
                status.add_rerun(rerun);
            }
            status
        }
        Verdict::Failed(_) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(note.lines().next().unwrap_or_default()).set_description(note);
            status
        }
        Verdict::Known(_, reason) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("known failure ({reason}): {note}"));
            status
        }
        Verdict::Skipped(_) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(note);
            status
        }
    };
    let mut case = TestCase::new(check.id.as_str(), status);
    case.set_classname(format!("mcpico.{}", check.category.name())).set_time(check.took);
    let steps: Vec<_> = check
        .steps
        .iter()
        .map(|step| format!("{} {} {}", step.verdict.name(), step.tool, step.verdict.note()))
        .collect();
    let mut said = steps.join("\n");
    if matches!(check.verdict, Verdict::Passed(_)) && !note.is_empty() {
        said = format!("{note}\n{said}");
    }
    if !said.trim().is_empty() {
        case.set_system_out(said.trim());
    }
    case
}
