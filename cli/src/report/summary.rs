//! What a report comes to.

use super::{Category, Check, Counts, ENTRY, Report, Requirement, Verdict};
use crate::exit::Exit;
use crate::terminal::escape;

impl Report {
    /// The exit code: 1 for a failure that stands for itself and for nothing checked, else what stopped
    /// the run, else 0.
    pub(crate) fn finish(&self) -> Exit {
        // That a server listens and that it does not take us in is said by what stopped the run.
        let any = |is: fn(&Verdict) -> bool| {
            let checks = self.checks.iter();
            let mut checks =
                checks.filter(|check| check.id != "reachable" && !ENTRY.contains(&&*check.id));
            checks.any(|check| is(&check.verdict)) || self.accepted
        };
        let passed = any(|verdict| matches!(verdict, Verdict::Passed(_)));
        let failed = self.counts().failed;
        let others = self.checks.iter().filter(|check| !ENTRY.contains(&&*check.id));
        let others = others.filter(|check| matches!(check.verdict, Verdict::Failed(_))).count();
        match self.stopped {
            _ if self.is_open => Exit::Failed,
            // A server that answers strangers well and its friends badly is there.
            Some(Exit::Unreachable) if passed => Exit::Failed,
            Some(Exit::Authentication) if others > 0 => Exit::Failed,
            Some(exit) => exit,
            None if failed > 0 || !passed || !self.missing().is_empty() => Exit::Failed,
            None => Exit::Passed,
        }
    }

    /// What ought to have run and did not, one escaped line each.
    pub(super) fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        for requirement in &self.required {
            match requirement {
                Requirement::Category(category) => {
                    let mut of = self.checks.iter().filter(|check| check.category == *category);
                    if !of.any(Check::ran) {
                        let skipped = match self.counts_of(*category).skipped {
                            1 => "1 case was skipped".to_owned(),
                            skipped => format!("all {skipped} cases were skipped"),
                        };
                        missing.push(format!("{}: nothing ran, {skipped}", category.name()));
                    }
                }
                Requirement::Case(id) => {
                    let check = self.checks.iter().find(|check| check.id == *id);
                    if !check.is_some_and(Check::ran) {
                        missing.push(format!("{}: it was asked for and did not run", escape(id)));
                    }
                }
            }
        }
        let configured = self.checks.iter().filter(|check| {
            Category::CONFIGURED.contains(&check.category) && check.id.contains('/')
        });
        if self.is_configured && !configured.into_iter().any(Check::ran) {
            missing.push("no case of the configuration ran".into());
        }
        missing
    }

    pub(super) fn counts(&self) -> Counts {
        Counts::of(&self.checks)
    }

    pub(crate) fn counts_of(&self, category: Category) -> Counts {
        Counts::of(self.checks.iter().filter(|check| check.category == category))
    }

    /// The categories that there are checks of.
    pub(super) fn categories(&self) -> Vec<Category> {
        let mut categories: Vec<_> = self.checks.iter().map(|check| check.category).collect();
        categories.sort_unstable();
        categories.dedup();
        categories
    }

    /// What the command line leaves out, a line for each category.
    pub(super) fn left_out_lines(&self) -> Vec<String> {
        let lines = self.left_out.iter().filter(|(_, ids)| !ids.is_empty());
        lines
            .map(|(category, ids)| {
                let cases = if ids.len() == 1 { "1 case" } else { &format!("{} cases", ids.len()) };
                format!("{}: {cases}, not selected", category.name())
            })
            .collect()
    }

    /// How far into the server the run got, layer by layer.
    pub(super) fn reached(&self) -> [(&'static str, String); 4] {
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
            1 => "1 tool was called and its result judged".into(),
            tools if self.is_configured => {
                format!("{tools} calls of tools were made and their results judged")
            }
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
}

impl Check {
    /// Whether it came to a verdict.
    pub(super) const fn ran(&self) -> bool {
        !matches!(self.verdict, Verdict::Skipped(_))
    }
}
