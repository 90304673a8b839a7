//! Names what a server does wrong.

mod names;

use std::collections::BTreeSet;

use super::layer::{Class, Layer};
use super::report::Cell;
use super::verdict::{Fault, Kind};
pub(super) use names::NAMES;
use names::{
    ALG_IGNORED, ALG_NONE, ANY_BEARER, ANY_SCHEME, AUDIENCE_UNCHECKED, CACHED_ID, CACHED_TOKEN,
    CALLS_OPEN, CLAIM_OPTIONAL, CONNECTION_FOR_TOKEN, CRIT_IGNORED, CROSS_SESSION, DROPS,
    DUPLICATE_CLAIMS, EMPTY_KEY, ENDED_SESSION, ERROR_IN_200, EXECUTION_ONLY, EXP_OPTIONAL,
    EXP_TYPE, EXPIRY_UNCHECKED, FORBIDDEN_FOR_401, FOREIGN_CHALLENGE, HANGS, HTML,
    ISSUER_UNCHECKED, KID_FOLLOWED, LEAKS_LENGTH, LEAKS_SECRET, LEAKS_SIGNATURE, LEAKS_TRACE,
    LENIENT_STRUCTURE, MIXED_IDENTITIES, NBF_UNCHECKED, NO_AUTHENTICATION, NO_CHALLENGE,
    NO_EXCHANGE, NO_REFUSAL, NOT_HTTP, NOT_JSON, Name, ONE_CLASS_OPEN, OTHER_DOORS, OTHER_STATUS,
    PASS_THROUGH, PRESENCE_ONLY, QUERY_TOKEN, RATE_LIMITED, REDIRECT, REFUSES_GOOD,
    REPEATED_HEADER, SCHEME_CASE, SCOPE_UNCHECKED, SERVER_ERROR, SESSION_FOR_TOKEN,
    SIGNATURE_PARTLY, SIGNATURE_UNCHECKED, SLOW, SOME_CLASSES_OPEN, TOKEN_LOST,
    UNAUTHORIZED_FOR_403, WEAK_KEY,
};

/// What is wrong, by name.
#[derive(Clone, Debug)]
pub(super) struct Diagnosis {
    pub(super) name: &'static Name,
    /// Where it was seen.
    pub(super) evidence: String,
    /// The probes that show it.
    pub(super) probes: BTreeSet<&'static str>,
}

impl Diagnosis {
    /// Whether nothing else that is said of the server means much.
    pub(super) fn is_void_of_verification(&self) -> bool {
        [NO_AUTHENTICATION, PRESENCE_ONLY, ANY_BEARER, PASS_THROUGH, SIGNATURE_UNCHECKED]
            .iter()
            .any(|name| name.id == self.name.id)
    }
}

/// Everything that is wrong, the most general first.
pub(super) fn diagnose(cells: &[Cell]) -> Vec<Diagnosis> {
    let view = View(cells);
    let mut found = Vec::new();
    let mut say = |name, probe, probes| found.push(view.diagnosis(name, probe, probes));
    let open = view.accepted("no-header");
    let is_open = !open.is_empty() && view.refused("no-header").is_empty();
    if is_open {
        say(NO_AUTHENTICATION, "no-header", BTreeSet::from(["no-header"]));
    } else if !open.is_empty() {
        say(of_open_doors(&view, &open), "no-header", BTreeSet::from(["no-header"]));
    }
    // Behind doors that are open to everybody no token is looked at.
    let rest = Shut { view: &view, open: &open };
    let unverified = if is_open { None } else { unverified(&rest) };
    if let Some((name, probe)) = unverified {
        say(name, probe, BTreeSet::from([probe]));
    }
    if !is_open && unverified.is_none() {
        for (name, probes) in SINGLE {
            // What is signed with the empty key is good there, whatever its kid says.
            if name.id == KID_FOLLOWED.id && rest.accepts("empty-key") {
                continue;
            }
            let mut accepted =
                probes.iter().copied().filter(|probe| rest.accepts(probe)).peekable();
            if let Some(probe) = accepted.peek().copied() {
                say(name, probe, accepted.collect());
            }
        }
        // One that was never used and expired with it has to be refused, or expiry is what is wrong.
        let fresh = view.any("expired-one-second", Kind::Accepted);
        if !fresh && view.any("used-then-expired", Kind::Accepted) {
            say(CACHED_TOKEN, "used-then-expired", BTreeSet::from(["used-then-expired"]));
        }
        // Where every forged token is accepted, ids are nothing special.
        let forged = view.any("other-secret", Kind::Accepted);
        if !forged && view.any("forged-like-used", Kind::Accepted) {
            say(CACHED_ID, "forged-like-used", BTreeSet::from(["forged-like-used"]));
        }
        // One door is more than enough to be named.
        if open.is_empty() && !forged && view.any("other-doors", Kind::Accepted) {
            say(OTHER_DOORS, "other-doors", BTreeSet::from(["other-doors"]));
        }
    }
    if !is_open && view.any("kept-connection", Kind::Accepted) {
        say(CONNECTION_FOR_TOKEN, "kept-connection", BTreeSet::from(["kept-connection"]));
    }
    for (name, probe) in [
        (CROSS_SESSION, "cross-session"),
        (ENDED_SESSION, "ended-session"),
        (MIXED_IDENTITIES, "identities-apart"),
        (NO_EXCHANGE, "exchange-unknown"),
    ] {
        let follows = probe == "cross-session" && found_session(&found);
        if view.any(probe, Kind::Accepted) && !follows && !is_open {
            found.push(view.diagnosis(name, probe, BTreeSet::from([probe])));
        }
    }
    refusals(&view, &mut found);
    found
}

/// In a session that is open to everybody other users are nothing special.
fn found_session(found: &[Diagnosis]) -> bool {
    found.iter().any(|diagnosis| diagnosis.name.id == SESSION_FOR_TOKEN.id)
}

/// Probes that stand for one thing each.
const SINGLE: &[(&Name, &[&str])] = &[
    (ANY_SCHEME, &["token-as-basic", "token-alone"]),
    (REPEATED_HEADER, &["two-headers-good-first", "two-headers-good-last"]),
    (QUERY_TOKEN, &["token-in-query"]),
    (LENIENT_STRUCTURE, &["padding", "four-segments"]),
    (
        ALG_NONE,
        &[
            "alg-none",
            "alg-none-title-case",
            "alg-none-upper-case",
            "alg-none-mixed-case",
            "alg-empty",
        ],
    ),
    (ALG_IGNORED, &["alg-rs256-hmac", "alg-lower-case", "alg-hs512", "alg-missing"]),
    (
        SIGNATURE_PARTLY,
        &[
            "signature-truncated",
            "signature-last-byte",
            "signature-first-byte",
            "signature-longer",
            "signature-stripped",
            "unsigned",
            "signature-zero",
        ],
    ),
    (KID_FOLLOWED, &["kid-path", "kid-injection"]),
    (CRIT_IGNORED, &["crit"]),
    (EMPTY_KEY, &["empty-key"]),
    (
        WEAK_KEY,
        &[
            "guessed-key-secret",
            "guessed-key-password",
            "guessed-key-changeme",
            "guessed-key-test-secret",
            "guessed-key-dev-secret",
            "guessed-key-your-256-bit-secret",
            "guessed-key-jwt-secret",
            "guessed-key-key",
        ],
    ),
    (EXPIRY_UNCHECKED, &["expired", "exp-float-past"]),
    (NBF_UNCHECKED, &["not-yet-valid"]),
    (EXP_OPTIONAL, &["no-exp"]),
    (EXP_TYPE, &["exp-string"]),
    (DUPLICATE_CLAIMS, &["exp-twice-last-past"]),
    (CLAIM_OPTIONAL, &["missing-claim"]),
    (AUDIENCE_UNCHECKED, &["wrong-aud", "longer-aud", "missing-aud"]),
    (ISSUER_UNCHECKED, &["wrong-iss", "longer-iss", "missing-iss"]),
    (SCOPE_UNCHECKED, &["missing-scope"]),
];

/// The cells of a report.
struct View<'c>(&'c [Cell]);

type Doors = BTreeSet<(bool, Class)>;

impl View<'_> {
    fn of<'v>(&'v self, probe: &'v str) -> impl Iterator<Item = &'v Cell> {
        self.0.iter().filter(move |cell| cell.id == probe)
    }

    fn any(&self, probe: &str, kind: Kind) -> bool {
        self.of(probe).any(|cell| cell.verdict.kind == kind)
    }

    fn doors(&self, probe: &str, is: impl Fn(Kind) -> bool) -> Doors {
        let cells = self.of(probe).filter(|cell| is(cell.verdict.kind));
        cells.filter_map(|cell| Some((cell.revision?.is_modern(), cell.class?))).collect()
    }

    fn accepted(&self, probe: &str) -> Doors {
        self.doors(probe, |kind| kind == Kind::Accepted)
    }

    fn refused(&self, probe: &str) -> Doors {
        self.doors(probe, |kind| matches!(kind, Kind::Refused | Kind::WrongRefusal))
    }

    /// One that `probes` show, with the places where the first of them was accepted.
    fn diagnosis(
        &self,
        name: &'static Name,
        first: &str,
        probes: BTreeSet<&'static str>,
    ) -> Diagnosis {
        let cells = self.of(first).filter(|cell| cell.verdict.kind == Kind::Accepted);
        // What takes more than one request says itself where it was.
        let place = |cell: &Cell| match cell.class {
            None if !cell.verdict.note.is_empty() => cell.verdict.note.clone(),
            _ => cell.place(),
        };
        let mut places: Vec<String> = cells.map(place).collect();
        places.dedup();
        Diagnosis { name, evidence: format!("{first}: {}", places.join(", ")), probes }
    }
}

/// The doors that are not open to everybody.
struct Shut<'c> {
    view: &'c View<'c>,
    open: &'c Doors,
}

impl Shut<'_> {
    fn accepts(&self, probe: &str) -> bool {
        self.view.accepted(probe).difference(self.open).next().is_some()
    }

    fn refuses(&self, probe: &str) -> bool {
        self.view.refused(probe).difference(self.open).next().is_some()
    }
}

fn of_open_doors(view: &View<'_>, open: &Doors) -> &'static Name {
    let shut = view.refused("no-header");
    let classes: BTreeSet<Class> = open.iter().map(|(_, class)| *class).collect();
    let shut_classes: BTreeSet<Class> = shut.iter().map(|(_, class)| *class).collect();
    let in_sessions = open.iter().all(|(is_modern, class)| !is_modern && *class != Class::Discover);
    let everything_in_sessions =
        shut.iter().all(|(is_modern, class)| *is_modern || *class == Class::Discover);
    if in_sessions && everything_in_sessions {
        SESSION_FOR_TOKEN
    } else if shut_classes.iter().eq([Class::ToolsCall].iter()) {
        EXECUTION_ONLY
    } else if classes.iter().eq([Class::ToolsCall].iter()) {
        CALLS_OPEN
    } else if classes.len() == 1 {
        ONE_CLASS_OPEN
    } else {
        SOME_CLASSES_OPEN
    }
}

/// A server that does not verify tokens, by how far it looks.
fn unverified(rest: &Shut<'_>) -> Option<(&'static Name, &'static str)> {
    if rest.accepts("wrong-scheme") && rest.accepts("one-segment") {
        Some((PRESENCE_ONLY, "wrong-scheme"))
    } else if rest.accepts("one-segment") {
        Some((ANY_BEARER, "one-segment"))
    } else if rest.accepts("not-json") || rest.accepts("not-base64") {
        Some((PASS_THROUGH, "not-json"))
    } else if rest.accepts("other-secret") && !rest.refuses("other-secret") {
        Some((SIGNATURE_UNCHECKED, "other-secret"))
    } else {
        None
    }
}

fn refusals(view: &View<'_>, found: &mut Vec<Diagnosis>) {
    let mut faults: BTreeSet<Fault> = BTreeSet::new();
    let good = |cell: &&Cell| cell.verdict.fault != Some(Fault::RefusesGood);
    faults.extend(view.0.iter().filter(good).filter_map(|cell| cell.verdict.fault));
    for fault in faults {
        let name = match fault {
            Fault::ErrorInside => ERROR_IN_200,
            Fault::Forbidden => FORBIDDEN_FOR_401,
            Fault::UnauthorizedForScope => UNAUTHORIZED_FOR_403,
            Fault::ServerError => SERVER_ERROR,
            Fault::Redirect => REDIRECT,
            Fault::Html => HTML,
            Fault::NotJson => NOT_JSON,
            Fault::NoChallenge => NO_CHALLENGE,
            Fault::ForeignChallenge => FOREIGN_CHALLENGE,
            Fault::Dropped => DROPS,
            Fault::Silent => HANGS,
            Fault::Slow => SLOW,
            Fault::LeaksSignature => LEAKS_SIGNATURE,
            Fault::LeaksSecret => LEAKS_SECRET,
            Fault::LeaksSecretLength => LEAKS_LENGTH,
            Fault::LeaksTrace => LEAKS_TRACE,
            Fault::NotHttp => NOT_HTTP,
            Fault::OtherStatus => OTHER_STATUS,
            Fault::NoRefusal => NO_REFUSAL,
            Fault::RateLimited => RATE_LIMITED,
            Fault::Lost => TOKEN_LOST,
            Fault::RefusesGood => continue,
        };
        let cells: Vec<&Cell> =
            view.0.iter().filter(|cell| cell.verdict.fault == Some(fault)).collect();
        let Some(first) = cells.first() else { continue };
        let more = match cells.len() {
            1 => String::new(),
            count => format!(" and {} more", count.saturating_sub(1)),
        };
        let evidence = format!("{}: {}{more}: {}", first.id, first.place(), first.verdict.note);
        let probes = cells.iter().map(|cell| cell.id).collect();
        found.push(Diagnosis { name, evidence, probes });
    }
    for (name, probes) in [
        (REFUSES_GOOD, &["good-token", "exchange-given"][..]),
        (SCHEME_CASE, &["scheme-lower-case", "scheme-upper-case"]),
    ] {
        let is_refused = |cell: &&Cell| {
            probes.contains(&cell.id) && cell.verdict.fault == Some(Fault::RefusesGood)
        };
        // Where the good token itself is refused, other spellings of it say nothing.
        let known = found.iter().any(|diagnosis| diagnosis.name.id == REFUSES_GOOD.id);
        if let Some(cell) = view.0.iter().find(is_refused).filter(|_| !known) {
            let evidence = format!("{}: {}: {}", cell.id, cell.place(), cell.verdict.note);
            let probes = view.0.iter().filter(is_refused).map(|cell| cell.id).collect();
            found.push(Diagnosis { name, evidence, probes });
        }
    }
}

/// What a layer comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Proved,
    Broken,
    WrongRefusals,
    /// All that is wrong is known.
    Known,
    /// Everything was refused, the good token too, or there was none.
    NotShown,
    NotTested,
    Inconclusive,
}

impl State {
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Broken => "broken",
            Self::WrongRefusals => "wrong-refusals",
            Self::Known => "known",
            Self::NotShown => "not-shown",
            Self::NotTested => "not-tested",
            Self::Inconclusive => "inconclusive",
        }
    }
}

/// What `layer` comes to.
pub(super) fn state(cells: &[Cell], layer: Layer) -> State {
    let has =
        |kind: Kind| cells.iter().any(|cell| cell.layer == layer && cell.verdict.kind == kind);
    let let_in =
        cells.iter().any(|cell| cell.id == "good-token" && cell.verdict.kind == Kind::Proved);
    if has(Kind::Accepted) {
        State::Broken
    } else if has(Kind::WrongRefusal) {
        State::WrongRefusals
    } else if has(Kind::Refused) && !let_in {
        State::NotShown
    } else if has(Kind::Refused) || has(Kind::Proved) {
        State::Proved
    } else if has(Kind::Inconclusive) {
        State::Inconclusive
    } else {
        State::NotTested
    }
}
