//! What a program does that is a server over its standard input and output.

use std::time::Instant;

use mcpico_http::std::Ending;

use super::selection::Plan;
use super::{NOT_ENTERED, Run, enter};
use crate::failure::Failure;
use crate::report::{Category, Verdict};

/// The checks that need a bearer.
const AUTHENTICATION: [(&str, &str); 5] = [
    ("no-token", "a request without a token is refused"),
    ("malformed-token", "a malformed token is refused"),
    ("wrong-secret", "a token signed with another secret is refused"),
    ("expired-token", "an expired token is refused"),
    ("valid-token", "a valid token is accepted"),
];

impl Run<'_> {
    /// Starts the program, looks at what it offers, and ends it.
    pub(super) async fn program(&mut self, plan: &Plan<'_>) {
        for (id, title) in AUTHENTICATION {
            let why = "stdio has no bearer: a program has its credentials from its environment";
            self.report.add(id, title, Verdict::Skipped(why.into()), Instant::now());
        }
        let started = Instant::now();
        let mut peer = self.target.peer(None);
        let entered = enter(&mut peer).await;
        let verdict = match &entered {
            Ok(entered) => entered.clone(),
            Err(error) => Verdict::Failed(self.explain(error)),
        };
        self.report.add("entry", "the program starts and answers", verdict, started);
        if let Err(error) = &entered {
            let exit = Failure::explain(error, &self.target.endpoint, None).exit;
            self.report.stopped = Some(exit);
            peer.end().await;
            self.not_configured(plan, NOT_ENTERED);
            return;
        }
        self.era(&mut peer).await;
        let offer = self.lists(&mut peer).await;
        self.execution(&mut peer, &offer, plan).await;
        if self.configuration.is_some() {
            self.report.begin(Category::Protocol, 2);
        }
        let started = Instant::now();
        let ending = peer.end().await;
        let title = "the program ends when its standard input is closed";
        self.report.add("ending", title, judge(ending), started);
        let verdict = match self.target.hearing.lines() {
            0 => Verdict::Passed(String::new()),
            1 => Verdict::Failed("one line was something else".into()),
            lines => Verdict::Failed(format!("{lines} lines were something else")),
        };
        let title = "standard output has nothing but messages";
        self.report.add("messages-only", title, verdict, Instant::now());
    }
}

/// [Revision 2026-07-28, shutdown](https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio#shutdown)
fn judge(ending: Option<Ending>) -> Verdict {
    match ending {
        Some(Ending::Closed(status)) if status.success() => Verdict::Passed(String::new()),
        Some(Ending::Closed(status)) => Verdict::Passed(status.to_string()),
        Some(Ending::Terminated(_)) => Verdict::Failed("it went on until SIGTERM".into()),
        Some(_) => Verdict::Failed("it went on until it was killed".into()),
        None => Verdict::Failed("it was not there any more".into()),
    }
}
