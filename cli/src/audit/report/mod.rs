//! What is told of an audit, to people and to programs.

mod json;

use std::time::Instant;

use mcpico_core::auth::mask;
use mcpico_core::mcp::Revision;

use super::args::Audit;
use super::diagnosis::{self, Diagnosis, State};
use super::layer::{Class, Layer};
use super::probe::{PROBES, SEQUENCES};
use super::run::{Given, Side};
use super::surface::Surface;
use super::verdict::{Kind, Verdict};
use crate::exit::Exit;
use crate::output::line;
use crate::report::Baseline;
use crate::target::{self, Format, Target};
use crate::terminal::{Style, Tone, escape};

/// One probe at one door.
pub(super) struct Cell {
    pub(super) id: &'static str,
    pub(super) layer: Layer,
    pub(super) title: &'static str,
    pub(super) revision: Option<Revision>,
    pub(super) class: Option<Class>,
    pub(super) verdict: Verdict,
}

impl Cell {
    /// Where it was.
    pub(super) fn place(&self) -> String {
        match (self.class, self.revision) {
            (Some(class), Some(revision)) => format!("{} ({revision})", class.title(revision)),
            (None, Some(revision)) => revision.to_string(),
            _ => "the server".into(),
        }
    }
}

/// Everything that was found.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Report {
    endpoint: String,
    token: String,
    is_demo: bool,
    /// What was given, in words.
    given: Vec<&'static str>,
    has_secret: bool,
    has_token: bool,
    rate: Option<u32>,
    prints: bool,
    /// Nobody answered the good token as a server of MCP does.
    is_mute: bool,
    style: Style,
    sides: Vec<(Revision, bool)>,
    tool: String,
    planned: usize,
    cells: Vec<Cell>,
    diagnoses: Vec<Diagnosis>,
    unmet: Vec<&'static str>,
    baseline: Baseline,
    started: Instant,
}

impl Report {
    pub(super) fn new(
        command: &Audit,
        target: &Target,
        given: &Given,
        rate: Option<u32>,
        baseline: Baseline,
    ) -> Self {
        let is_text = command.target.format == Format::Text;
        let arguments = &command.target;
        let mut words = Vec::new();
        for (is_given, word) in [
            (given.token, "a good token"),
            (given.secret, "the secret"),
            (given.other.is_some(), "a token of another user"),
            (arguments.iss.is_some(), "the issuer"),
            (arguments.aud.is_some(), "the audience"),
            (arguments.scope.is_some(), "the scopes"),
            (command.require_claim.is_some(), "a claim that is demanded"),
            (given.tool.is_some(), "a tool"),
            (given.backend_tool.is_some(), "a tool that needs credentials"),
        ] {
            if is_given {
                words.push(word);
            }
        }
        Self {
            endpoint: target::shown(&target.endpoint),
            token: mask(target.token.as_deref().unwrap_or_default().as_bytes()).as_str().to_owned(),
            is_demo: target.is_demo,
            given: words,
            has_secret: given.secret,
            has_token: target.token.is_some(),
            rate,
            prints: is_text,
            is_mute: false,
            style: if is_text { Style::of_stdout() } else { Style::PLAIN },
            sides: Vec::new(),
            tool: String::new(),
            planned: 0,
            cells: Vec::new(),
            diagnoses: Vec::new(),
            unmet: Vec::new(),
            baseline,
            started: Instant::now(),
        }
    }

    /// Says what is going to happen.
    pub(super) fn begin(&mut self, sides: &[Side], surface: &Surface, planned: usize) {
        let of = |side: &Side| (side.revision(), side.dialogue.has_session());
        self.sides = sides.iter().map(of).collect();
        self.tool = escape(&surface.tool.name).into_owned();
        self.planned = planned;
        if !self.prints {
            return;
        }
        let server = if self.is_demo { "the embedded demo server" } else { "the server" };
        line(&format!("auditing {server} at {}", self.endpoint));
        let given = if self.given.is_empty() {
            "nothing but its address".into()
        } else {
            self.given.join(", ")
        };
        line(&format!("given: {given}; token {}", self.token));
        let revisions = self.sides.iter().map(|(revision, has_session)| {
            format!("{revision}{}", if *has_session { " with a session" } else { "" })
        });
        let revisions: Vec<_> = revisions.collect();
        let tool = match &surface.no_tool {
            None => format!("calling {}", self.tool),
            Some(why) => format!("calling no real tool: {why}"),
        };
        line(&format!("speaking {}; {tool}", revisions.join(" and ")));
        let rate = match self.rate {
            Some(rate) => format!("{rate} in a second"),
            None => "as fast as it answers".into(),
        };
        line(&format!("at most {planned} requests, {rate}\n"));
    }

    /// No revision was agreed on with the good token.
    pub(super) fn nobody_speaks(&mut self) {
        self.is_mute = true;
    }

    pub(super) const fn is_mute(&self) -> bool {
        self.is_mute
    }

    pub(super) fn add(&mut self, cell: Cell) {
        self.cells.push(cell);
    }

    /// Whether a probe was accepted anywhere.
    pub(super) fn accepts(&self, id: &str) -> bool {
        self.cells.iter().any(|cell| cell.id == id && cell.verdict.kind == Kind::Accepted)
    }

    /// The exit code.
    pub(super) fn finish(&mut self, required: &[Layer]) -> Exit {
        self.diagnoses = diagnosis::diagnose(&self.cells);
        let untested =
            |state| matches!(state, State::NotTested | State::Inconclusive | State::NotShown);
        let required = required.iter().chain(&[Layer::Presence]);
        let mut unmet: Vec<_> = required
            .filter(|layer| untested(self.state(**layer)))
            .map(|layer| layer.id())
            .collect();
        unmet.dedup();
        // A server that refuses everything proves nothing; without a token that is all there is to see.
        if !self.has_token {
            unmet.retain(|layer| {
                *layer != Layer::Presence.id() || self.state(Layer::Presence) != State::NotShown
            });
        }
        self.unmet = unmet;
        let tried = |cell: &&Cell| cell.id == "good-token" && cell.verdict.kind != Kind::NotTested;
        let mut good = self.cells.iter().filter(tried).peekable();
        let any = |kind| {
            let mut cells = self.cells.iter().filter(|cell| cell.verdict.kind == kind);
            cells.any(|cell| self.known(cell).is_none())
        };
        let is_seen = [Kind::Proved, Kind::Refused, Kind::Accepted, Kind::WrongRefusal];
        let refused_everywhere = good.peek().is_some()
            && good.all(|cell| matches!(cell.verdict.status, Some(401 | 403)));
        if any(Kind::Accepted) {
            Exit::Failed
        } else if refused_everywhere {
            Exit::Authentication
        } else if self.is_mute && !is_seen.into_iter().any(|kind| self.count(kind) > 0) {
            Exit::Unreachable
        } else if any(Kind::WrongRefusal)
            || !self.unmet.is_empty()
            || !self.mended().is_empty()
            || !self.diagnoses.iter().all(|diagnosis| self.is_known(diagnosis))
        {
            Exit::Failed
        } else {
            Exit::Passed
        }
    }

    fn state(&self, layer: Layer) -> State {
        let state = diagnosis::state(&self.cells, layer);
        let is_wrong = |cell: &&Cell| {
            cell.layer == layer && matches!(cell.verdict.kind, Kind::Accepted | Kind::WrongRefusal)
        };
        match state {
            State::Broken | State::WrongRefusals
                if self.cells.iter().filter(is_wrong).all(|cell| self.known(cell).is_some()) =>
            {
                State::Known
            }
            state => state,
        }
    }

    /// Why a fault is known. Of a server that verifies no token nothing is.
    fn known(&self, cell: &Cell) -> Option<String> {
        let is_wrong = matches!(cell.verdict.kind, Kind::Accepted | Kind::WrongRefusal);
        let is_void = self.diagnoses.iter().any(Diagnosis::is_void_of_verification);
        self.baseline.reason(cell.id).filter(|_| is_wrong && !is_void)
    }

    /// Whether all that shows it is known.
    fn is_known(&self, diagnosis: &Diagnosis) -> bool {
        let shown = self.cells.iter().filter(|cell| diagnosis.probes.contains(cell.id));
        // What is inconclusive for a reason of the server's is known to nobody.
        let mut wrong = shown.filter(|cell| {
            matches!(cell.verdict.kind, Kind::Accepted | Kind::WrongRefusal)
                || cell.verdict.fault.is_some()
        });
        wrong.all(|cell| self.known(cell).is_some())
    }

    /// The probes that are listed as known faults, were sent, and show none.
    fn mended(&self) -> Vec<&str> {
        let shows = |id: &str, kinds: &[Kind]| {
            self.cells.iter().any(|cell| cell.id == id && kinds.contains(&cell.verdict.kind))
        };
        let good = [Kind::Proved, Kind::Refused];
        let bad = [Kind::Accepted, Kind::WrongRefusal, Kind::Inconclusive];
        self.baseline.ids().filter(|id| shows(id, &good) && !shows(id, &bad)).collect()
    }

    /// The probes whose faults are known.
    fn known_probes(&self) -> Vec<&'static str> {
        let known = self.cells.iter().filter(|cell| self.known(cell).is_some());
        let mut ids: Vec<_> = known.map(|cell| cell.id).collect();
        ids.dedup();
        ids
    }

    fn count_known(&self) -> usize {
        self.cells.iter().filter(|cell| self.known(cell).is_some()).count()
    }

    fn count(&self, kind: Kind) -> usize {
        self.cells.iter().filter(|cell| cell.verdict.kind == kind).count()
    }

    pub(super) fn print(&self, exit: Exit, sent: usize, all: bool) {
        for layer in Layer::ALL {
            self.print_layer(layer, all);
        }
        if self.cells.iter().any(|cell| self.row_is_shown(cell.id, all) && cell.class.is_some()) {
            line(
                "\n  . refused  + proved  A ACCEPTED  w wrong refusal  ? inconclusive  - not tested",
            );
            let classes: Vec<_> = Class::ALL.iter().map(|class| class.id()).collect();
            line(&format!("  columns: {}", classes.join(", ")));
        }
        if !self.diagnoses.is_empty() {
            line("\nwhat is wrong");
        }
        for diagnosis in &self.diagnoses {
            let is_known = self.is_known(diagnosis);
            let tone = if is_known { Tone::Doubtful } else { Tone::Bad };
            let name = self.style.paint(tone, diagnosis.name.id);
            let known = if is_known { " (known)" } else { "" };
            line(&format!("  {name}{known}: {}", diagnosis.name.what));
            line(&format!("      seen: {}", diagnosis.evidence));
            line(&format!("      try:  {}", diagnosis.name.advice));
        }
        for id in self.mended() {
            let reason = self.baseline.reason(id).unwrap_or_default();
            line(&format!(
                "\n{id} is listed as known ({reason}) and is not seen any more: take it out of the baseline"
            ));
        }
        let untested = self.untested();
        if !untested.is_empty() {
            line("\nnot tested");
            for (needs, probes) in untested {
                line(&format!("  {}: {needs}", shortened(&probes)));
            }
        }
        if !self.unmet.is_empty() {
            line(&format!("\nrequired and not tested: {}", self.unmet.join(", ")));
        }
        line(&format!("\n{}", self.conclusion(exit)));
        let tone = if exit == Exit::Passed { Tone::Good } else { Tone::Bad };
        let summary = format!(
            "{} requests in {:.2} s: {} proved, {} refused as they should, {} accepted but must not be, \
             {} wrong refusals, {} inconclusive{}",
            sent,
            self.started.elapsed().as_secs_f64(),
            self.count(Kind::Proved),
            self.count(Kind::Refused),
            self.count(Kind::Accepted),
            self.count(Kind::WrongRefusal),
            self.count(Kind::Inconclusive),
            match self.count_known() {
                0 => String::new(),
                count => format!("; {count} of them known"),
            },
        );
        line(&format!("{}", self.style.paint(tone, summary)));
    }

    fn print_layer(&self, layer: Layer, all: bool) {
        let count = |kinds: &[Kind]| {
            let cells = self.cells.iter().filter(|cell| cell.layer == layer);
            cells.filter(|cell| kinds.contains(&cell.verdict.kind)).count()
        };
        let (tone, word) = match self.state(layer) {
            State::Proved => (Tone::Good, "proved"),
            State::Broken => (Tone::Bad, "BROKEN"),
            State::WrongRefusals => (Tone::Bad, "refuses wrongly"),
            State::Known => (Tone::Doubtful, "known faults"),
            State::NotShown => (Tone::Doubtful, "not shown"),
            State::NotTested => (Tone::Doubtful, "not tested"),
            State::Inconclusive => (Tone::Doubtful, "inconclusive"),
        };
        let mut note = Vec::new();
        for (kinds, what) in [
            (&[Kind::Proved][..], "let in as it has to be"),
            (&[Kind::Refused], "refused as it should"),
            (&[Kind::Accepted], "ACCEPTED BUT MUST NOT BE"),
            (&[Kind::WrongRefusal], "wrong refusals"),
            (&[Kind::Inconclusive], "inconclusive"),
        ] {
            let count = count(kinds);
            if count > 0 {
                note.push(format!("{count} {what}"));
            }
        }
        if self.state(layer) == State::NotShown {
            note.push("a server that refuses everything does the same".into());
        }
        let word = self.style.paint(tone, format!("{word:<15}"));
        line(format!("{:<30} {word} {}", layer.title(), note.join(", ")).trim_end());
        let (mut follow, mut told) = (0_usize, String::new());
        let ids = PROBES.iter().map(|probe| probe.id);
        let ids = ids.chain(SEQUENCES.iter().map(|sequence| sequence.id));
        for id in ids {
            let is_here = self.cells.iter().any(|cell| cell.id == id && cell.layer == layer);
            if is_here && self.row_is_shown(id, all) {
                if !all && self.follows_from_open_doors(id) {
                    follow = follow.saturating_add(1);
                } else {
                    told = self.print_row(id, &told);
                }
            }
        }
        if follow > 0 {
            let probes = if follow == 1 { "probe is" } else { "probes are" };
            line(&format!("  {follow} {probes} let in where everybody is, and nowhere else"));
        }
    }

    /// Whether a probe is let in at doors that are open to everybody and no other, and there is no more to
    /// tell of it.
    fn follows_from_open_doors(&self, id: &str) -> bool {
        let doors = |id: &str| {
            let cells = self.cells.iter().filter(move |cell| cell.id == id);
            let accepted = cells.filter(|cell| cell.verdict.kind == Kind::Accepted);
            accepted.map(|cell| (cell.revision, cell.class)).collect::<Vec<_>>()
        };
        let open = doors("no-header");
        let mut cells = self.cells.iter().filter(|cell| cell.id == id);
        id != "no-header"
            && !cells
                .any(|cell| matches!(cell.verdict.kind, Kind::WrongRefusal | Kind::Inconclusive))
            && doors(id).iter().all(|door| open.contains(door))
    }

    /// Rows that say something, or all that were tested.
    fn row_is_shown(&self, id: &str, all: bool) -> bool {
        self.cells.iter().filter(|cell| cell.id == id).any(|cell| match cell.verdict.kind {
            Kind::Accepted | Kind::WrongRefusal | Kind::Inconclusive => true,
            Kind::Proved | Kind::Refused => all,
            Kind::NotTested => false,
        })
    }

    /// Prints one probe, and the reason of its worst verdict unless that was just told; gives the reason.
    fn print_row(&self, id: &str, told: &str) -> String {
        let cells: Vec<&Cell> = self.cells.iter().filter(|cell| cell.id == id).collect();
        let Some(first) = cells.first() else { return String::new() };
        let mut marks = String::new();
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 && cell.revision != cells[index - 1].revision {
                marks.push(' ');
            }
            marks.push(cell.verdict.kind.mark());
        }
        line(&format!("  {id:<24} {marks:<16} {}", first.title));
        let worst = [Kind::Accepted, Kind::WrongRefusal, Kind::Inconclusive];
        let worst =
            worst.iter().find_map(|kind| cells.iter().find(|cell| cell.verdict.kind == *kind));
        let Some(cell) = worst else { return String::new() };
        let what = if cell.verdict.note.is_empty() { "" } else { ": " };
        let reason =
            format!("{}: {}{what}{}", cell.place(), cell.verdict.kind.title(), cell.verdict.note);
        if reason != told {
            line(&format!("      {reason}"));
        }
        if let Some(known) = self.known(cell) {
            line(&format!("      known: {known}"));
        }
        reason
    }

    /// What has to be given, with the probes that need it.
    fn untested(&self) -> Vec<(&str, Vec<&'static str>)> {
        let mut found: Vec<(&str, Vec<&'static str>)> = Vec::new();
        for cell in &self.cells {
            // A class that a server does not offer is no gap.
            if cell.verdict.kind != Kind::NotTested || cell.class.is_some() {
                continue;
            }
            match found.iter_mut().find(|(needs, _)| *needs == cell.verdict.note) {
                Some((_, probes)) if !probes.contains(&cell.id) => probes.push(cell.id),
                Some(_) => {}
                None => found.push((&cell.verdict.note, vec![cell.id])),
            }
        }
        found
    }

    /// What this result does and does not prove.
    fn conclusion(&self, exit: Exit) -> String {
        let proves = match (self.has_token, self.has_secret) {
            _ if exit == Exit::Authentication => {
                "This proves nothing: the good token was refused, and a server that refuses everything \
                 refuses bad tokens, too."
            }
            _ if exit == Exit::Unreachable => {
                return format!(
                    "Nothing was tested: what answers does not speak MCP to the good token. Is {} the path \
                     of the MCP endpoint?",
                    self.endpoint
                );
            }
            _ if exit != Exit::Passed => "The server is not what it has to be: see above.",
            (false, _) => {
                "This proves that strangers and made-up tokens are turned away; nothing about tokens that \
                 are nearly good, and nothing about who is let in."
            }
            (true, false) => {
                "This proves that what can be made of one good token without the secret is turned away; \
                 nothing about expired tokens or those for others, and nothing about whose token it is."
            }
            (true, true) => {
                "This proves the check, not the identity: the tester holds the secret itself, and so can \
                 everybody be whom it lets in."
            }
        };
        let exchange = match self.state(Layer::Exchange) {
            State::Proved => "",
            _ => " What the server does with the token behind MCP was not seen.",
        };
        let known = self.known_probes();
        let known = if known.is_empty() || exit != Exit::Passed {
            String::new()
        } else {
            format!(" It does not hold for what is known to be wrong: {}.", known.join(", "))
        };
        format!("{proves}{known}{exchange}")
    }
}

fn shortened(probes: &[&str]) -> String {
    match probes {
        [first, second, third, rest @ ..] if rest.len() >= 2 => {
            format!("{first}, {second}, {third} and {} more", rest.len())
        }
        _ => probes.join(", "),
    }
}
