//! Names what a server does wrong.
//!
//! The ids are stable: they are never changed or used again.

use std::collections::BTreeSet;

use super::layer::{Class, Layer};
use super::report::Cell;
use super::verdict::{Fault, Kind};

/// What is wrong, by name.
#[derive(Clone, Debug)]
pub(super) struct Diagnosis {
    pub(super) name: &'static Name,
    /// Where it was seen.
    pub(super) evidence: String,
}

/// A diagnosis that there is.
#[derive(Debug)]
pub(super) struct Name {
    pub(super) id: &'static str,
    /// What the server does.
    pub(super) what: &'static str,
    /// What to do about it.
    pub(super) advice: &'static str,
}

macro_rules! names {
    ($($constant:ident $id:literal $what:literal $advice:literal)*) => {
        $(const $constant: &Name = &Name { id: $id, what: $what, advice: $advice };)*

        /// Every diagnosis that there is.
        pub(super) const NAMES: &[&Name] = &[$($constant),*];
    };
}

names! {
    NO_AUTHENTICATION "no-authentication"
        "the server answers everybody: it does not look at tokens"
        "put the check in front of the MCP endpoint; is it switched off by a setting?"
    PRESENCE_ONLY "header-presence-only"
        "the server only looks whether there is an Authorization header"
        "verify the token in it"
    ANY_BEARER "accepts-any-bearer"
        "the server takes any text behind Bearer for a token"
        "verify the token"
    PASS_THROUGH "pass-through-unverified"
        "the server takes whatever has two dots in it, and passes it on unverified at best"
        "verify the signature where the request arrives; what stands behind may be asked never or too late"
    SIGNATURE_UNCHECKED "signature-unchecked"
        "the server reads the claims and does not check the signature: everybody can be anybody"
        "verify the signature before reading the claims"
    EXECUTION_ONLY "authenticates-at-execution-only"
        "only tools/call asks for a token: lists and the rest are open"
        "put the check in front of the MCP endpoint, not into the tools"
    CALLS_OPEN "lists-guarded-calls-open"
        "the lists are guarded and tools/call is open"
        "put the check in front of the MCP endpoint, for every method"
    ONE_CLASS_OPEN "one-method-class-open"
        "one class of methods is open to everybody"
        "put the check in front of the MCP endpoint, for every method"
    SOME_CLASSES_OPEN "some-method-classes-open"
        "some classes of methods are open to everybody"
        "put the check in front of the MCP endpoint, for every method"
    SESSION_FOR_TOKEN "session-instead-of-token"
        "in a session no token is asked for: whoever learns its id has it"
        "verify the token of every request; a session id is no credential"
    CROSS_SESSION "cross-session"
        "a user can use the session of another one"
        "remember who opened a session, and answer 404 to everybody else"
    ENDED_SESSION "session-outlives-its-end"
        "a session can be used after DELETE has ended it"
        "forget the session, and answer 404"
    MIXED_IDENTITIES "identities-mixed"
        "a tool answers one user with the identity of another"
        "hand the claims on with each request; keep them in no variable that requests share"
    CACHED_TOKEN "caches-token-past-expiry"
        "a token that was used before is accepted after it has expired"
        "let what is cached expire with the token"
    ANY_SCHEME "scheme-ignored"
        "a token counts behind any word, or none, in the header"
        "take the scheme Bearer only"
    SCHEME_CASE "scheme-case-sensitive"
        "a good token is refused when bearer is written in another case"
        "compare the scheme without case (RFC 9110 section 11.1)"
    REPEATED_HEADER "repeated-header"
        "one good token among several Authorization headers is enough: proxies may read another one"
        "refuse requests with several Authorization headers"
    QUERY_TOKEN "token-in-query"
        "a token in the URL is accepted, where logs and histories keep it"
        "take tokens from the header only (MCP authorization, token requirements)"
    LENIENT_STRUCTURE "lenient-structure"
        "malformed tokens are accepted"
        "decode strictly: three parts, base64url without padding, JSON objects"
    ALG_NONE "accepts-alg-none"
        "unsigned tokens are accepted when they say so"
        "fix the algorithm in the server, and never take it from the token (RFC 8725 section 3.1)"
    ALG_IGNORED "algorithm-ignored"
        "the algorithm that the token names is ignored"
        "refuse tokens that name another algorithm than the server's"
    SIGNATURE_PARTLY "signature-partly-compared"
        "a part of the signature, or none, is enough"
        "compare all 32 bytes, and refuse other lengths"
    KID_FOLLOWED "kid-followed"
        "the key id of the token is used as a path or a query"
        "look keys up in a fixed set"
    CRIT_IGNORED "crit-ignored"
        "extensions that the server does not know are ignored (crit)"
        "refuse tokens with crit (RFC 7515 section 4.1.11)"
    EMPTY_KEY "accepts-empty-key"
        "tokens signed with the empty key are accepted: the server may have no secret at all"
        "refuse to start without a secret of at least 32 bytes"
    WEAK_KEY "guessable-secret"
        "the secret is one that everybody tries"
        "use 32 random bytes or more (RFC 7518 section 3.2)"
    EXPIRY_UNCHECKED "expiry-unchecked"
        "expired tokens are accepted"
        "compare exp with the clock, for every request"
    NBF_UNCHECKED "not-before-unchecked"
        "tokens are accepted before they are valid (nbf)"
        "compare nbf with the clock"
    EXP_OPTIONAL "expiry-optional"
        "tokens without exp are accepted: they hold for ever"
        "demand exp"
    EXP_TYPE "expiry-of-wrong-type"
        "exp of another type than a number counts as absent"
        "refuse malformed claims"
    DUPLICATE_CLAIMS "duplicate-claims"
        "of a claim that stands twice, not the last one counts"
        "refuse tokens with duplicate names (RFC 7519 section 4)"
    CLAIM_OPTIONAL "required-claim-unchecked"
        "tokens without a claim that is demanded are accepted"
        "check that the claim is there"
    AUDIENCE_UNCHECKED "audience-unchecked"
        "tokens for other services are accepted"
        "compare aud with the server's own name (RFC 7519 section 4.1.3)"
    ISSUER_UNCHECKED "issuer-unchecked"
        "tokens of other issuers are accepted"
        "compare iss with the issuer that is trusted"
    SCOPE_UNCHECKED "scope-unchecked"
        "tokens without the scope that is needed are accepted"
        "check the scope of the token for every method and tool"
    NO_EXCHANGE "credentials-without-identity"
        "a tool gets its credentials for an identity that nobody has"
        "get credentials for the token, not for the server"
    ERROR_IN_200 "error-in-200"
        "the refusal is an error inside of a response with status 200"
        "answer 401 and WWW-Authenticate, so that clients know that they have to authenticate"
    FORBIDDEN_FOR_401 "403-for-401"
        "bad tokens are refused with 403"
        "answer 401; 403 says that the token is good and not enough"
    UNAUTHORIZED_FOR_403 "401-for-403"
        "a good token without the scope is refused with 401"
        "answer 403 and insufficient_scope; after 401 clients ask for the same token for ever"
    SERVER_ERROR "server-error"
        "bad tokens end in a server error"
        "catch every error of the verification, and answer 401"
    REDIRECT "redirects"
        "the refusal is a redirect"
        "answer 401: a program cannot sign in on a page"
    HTML "html-refusal"
        "the refusal is a page of HTML"
        "answer JSON or nothing"
    NOT_JSON "malformed-body"
        "the body of the refusal is not the JSON that it says"
        "write the body by a JSON library"
    NO_CHALLENGE "no-challenge"
        "401 comes without WWW-Authenticate"
        "send WWW-Authenticate: Bearer with it (RFC 9110 section 15.5.2, RFC 6750 section 3)"
    FOREIGN_CHALLENGE "foreign-challenge"
        "WWW-Authenticate is not a challenge for Bearer"
        "send WWW-Authenticate: Bearer (RFC 6750 section 3)"
    DROPS "drops-connection"
        "the connection is dropped instead of a refusal: to clients that looks like a network fault"
        "catch every error of the verification, and answer 401"
    HANGS "hangs"
        "requests that it does not like get no answer"
        "answer 401 at once; is a lookup waited for without a time limit?"
    SLOW "slow-refusal"
        "bad tokens are refused late"
        "verify before anything is looked up; a delay on purpose ties up connections"
    LEAKS_SIGNATURE "leaks-signature"
        "the refusal holds the signature that was expected, with which the token is good"
        "say that the signature is wrong, and nothing more"
    LEAKS_SECRET "leaks-secret"
        "the refusal holds the secret"
        "say that the token is wrong, and nothing more; then change the secret"
    LEAKS_LENGTH "leaks-secret-length"
        "the refusal tells how long the secret is"
        "say that the token is wrong, and nothing more"
    LEAKS_TRACE "leaks-trace"
        "the refusal holds a trace of the program"
        "log the trace, and answer without it"
    NOT_HTTP "malformed-response"
        "the refusal is no valid HTTP response"
        "look at what stands in front of the server"
    OTHER_STATUS "other-status"
        "the refusal has a status that does not say that the client has to authenticate"
        "answer 401"
    REFUSES_GOOD "refuses-good-token"
        "the good token is refused"
        "compare secret, issuer and audience with those of the server; `mcpico diagnose` shows each"
}

/// Everything that is wrong, the most general first.
pub(super) fn diagnose(cells: &[Cell]) -> Vec<Diagnosis> {
    let view = View(cells);
    let mut found = Vec::new();
    let mut say = |name: &'static Name, evidence: String| found.push(Diagnosis { name, evidence });
    let open = view.accepted("no-header");
    let is_open = !open.is_empty() && view.refused("no-header").is_empty();
    if is_open {
        say(NO_AUTHENTICATION, view.evidence("no-header"));
    } else if !open.is_empty() {
        say(of_open_doors(&view, &open), view.evidence("no-header"));
    }
    // Behind doors that are open to everybody no token is looked at.
    let rest = Shut { view: &view, open: &open };
    let unverified = if is_open { None } else { unverified(&rest) };
    if let Some((name, probe)) = unverified {
        say(name, view.evidence(probe));
    }
    if !is_open && unverified.is_none() {
        for (name, probes) in SINGLE {
            // What is signed with the empty key is good there, whatever its kid says.
            if name.id == KID_FOLLOWED.id && rest.accepts("empty-key") {
                continue;
            }
            if let Some(probe) = probes.iter().find(|probe| rest.accepts(probe)) {
                say(name, view.evidence(probe));
            }
        }
        // One that was never used and expired with it has to be refused, or expiry is what is wrong.
        let fresh = view.any("expired-one-second", Kind::Accepted);
        if !fresh && view.any("used-then-expired", Kind::Accepted) {
            say(CACHED_TOKEN, view.evidence("used-then-expired"));
        }
    }
    for (name, probe) in [
        (CROSS_SESSION, "cross-session"),
        (ENDED_SESSION, "ended-session"),
        (MIXED_IDENTITIES, "identities-apart"),
        (NO_EXCHANGE, "exchange-unknown"),
    ] {
        let follows = probe == "cross-session" && found_session(&found);
        if view.any(probe, Kind::Accepted) && !follows && !is_open {
            found.push(Diagnosis { name, evidence: view.evidence(probe) });
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
    (ALG_IGNORED, &["alg-rs256-hmac", "alg-missing"]),
    (
        SIGNATURE_PARTLY,
        &["signature-truncated", "signature-stripped", "unsigned", "signature-zero"],
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
    (AUDIENCE_UNCHECKED, &["wrong-aud", "missing-aud"]),
    (ISSUER_UNCHECKED, &["wrong-iss", "missing-iss"]),
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

    /// Where a probe was accepted.
    fn evidence(&self, probe: &str) -> String {
        let cells = self.of(probe).filter(|cell| cell.verdict.kind == Kind::Accepted);
        let mut places: Vec<String> = cells.map(Cell::place).collect();
        places.dedup();
        format!("{probe}: {}", places.join(", "))
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
        found.push(Diagnosis { name, evidence });
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
            found.push(Diagnosis { name, evidence });
        }
    }
}

/// What a layer comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Proved,
    Broken,
    WrongRefusals,
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
