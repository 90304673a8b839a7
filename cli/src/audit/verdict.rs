//! Judges an answer by what the server had to do.

use std::time::Duration;

use mcpico_core::auth::challenge;

use super::answer::{Answer, Baseline, Http, Passage};
use super::leak::Leak;
use super::probe::Expects;
use crate::terminal::escape;

/// From here on a refusal is slow, if good answers are ten times as fast.
const SLOW: Duration = Duration::from_secs(1);

/// What came of a probe.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    pub(super) kind: Kind,
    /// Why, escaped.
    pub(super) note: String,
    /// What is wrong with a refusal.
    pub(super) fault: Option<Fault>,
    /// The HTTP status, when there was one.
    pub(super) status: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Let in, as it has to be.
    Proved,
    /// Refused, as it has to be.
    Refused,
    /// Let in, and must not be.
    Accepted,
    /// Refused, and not as it has to be, or refused and good.
    WrongRefusal,
    NotTested,
    Inconclusive,
}

impl Kind {
    /// Stable: reports name it so.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Refused => "refused",
            Self::Accepted => "accepted",
            Self::WrongRefusal => "wrong-refusal",
            Self::NotTested => "not-tested",
            Self::Inconclusive => "inconclusive",
        }
    }

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Refused => "refused as it should",
            Self::Accepted => "ACCEPTED BUT MUST NOT BE",
            Self::WrongRefusal => "wrong refusal",
            Self::NotTested => "not tested",
            Self::Inconclusive => "inconclusive",
        }
    }

    /// One character for a table.
    pub(super) const fn mark(self) -> char {
        match self {
            Self::Proved => '+',
            Self::Refused => '.',
            Self::Accepted => 'A',
            Self::WrongRefusal => 'w',
            Self::NotTested => '-',
            Self::Inconclusive => '?',
        }
    }
}

/// What is wrong with a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    ErrorInside,
    Forbidden,
    UnauthorizedForScope,
    ServerError,
    Redirect,
    Html,
    NotJson,
    NoChallenge,
    ForeignChallenge,
    Dropped,
    Silent,
    Slow,
    LeaksSignature,
    LeaksSecret,
    LeaksSecretLength,
    LeaksTrace,
    NotHttp,
    OtherStatus,
    RefusesGood,
    /// Success without a result.
    NoRefusal,
    /// 429: nothing was judged.
    RateLimited,
    /// From here on the good token is not let in either.
    Lost,
}

/// What an answer is judged by.
pub(super) struct Trial<'t> {
    pub(super) expects: Expects,
    pub(super) answer: &'t Answer,
    pub(super) passage: Passage,
    pub(super) baseline: &'t Baseline,
    pub(super) leak: Option<Leak>,
    /// The request was part of a session, which need not exist for somebody else.
    pub(super) in_session: bool,
    /// How long a good answer takes.
    pub(super) usual: Duration,
    /// The longest time that an answer is waited for.
    pub(super) limit: Duration,
}

impl Verdict {
    pub(super) fn new(kind: Kind, note: impl Into<String>) -> Self {
        Self { kind, note: note.into(), fault: None, status: None }
    }

    pub(super) fn not_tested(needs: &str) -> Self {
        Self::new(Kind::NotTested, needs)
    }

    /// Nothing follows from the answer, because of `fault`.
    pub(super) fn void(fault: Fault, note: impl Into<String>) -> Self {
        Self { fault: Some(fault), ..Self::new(Kind::Inconclusive, note) }
    }

    pub(super) fn wrong(fault: Fault, note: impl Into<String>) -> Self {
        Self { fault: Some(fault), ..Self::new(Kind::WrongRefusal, note) }
    }
}

/// The verdict on one answer.
pub(super) fn judge(trial: &Trial<'_>) -> Verdict {
    let status = match trial.answer {
        Answer::Http(http) => Some(http.status),
        _ => None,
    };
    Verdict { status, ..judged(trial) }
}

fn judged(trial: &Trial<'_>) -> Verdict {
    if let Baseline::NotOffered(what) = trial.baseline {
        return Verdict::not_tested(&format!("the server does not offer it: {what}"));
    }
    match (trial.expects, &trial.passage) {
        (Expects::Acceptance, Passage::In) => Verdict::new(Kind::Proved, ""),
        (Expects::Either, Passage::In) => {
            Verdict::new(Kind::Proved, "let in, which the standards allow")
        }
        (Expects::Acceptance, passage) => {
            let fault = match trial.answer {
                Answer::Silent => Fault::Silent,
                Answer::Reset | Answer::Closed => Fault::Dropped,
                _ => Fault::RefusesGood,
            };
            Verdict::wrong(fault, format!("refused: {}", seen(trial, passage)))
        }
        (_, passage @ (Passage::In | Passage::Shown(_))) => {
            Verdict::new(Kind::Accepted, seen(trial, passage))
        }
        (_, Passage::Out(429)) => Verdict::void(
            Fault::RateLimited,
            "429: the server limits how much it is asked, and looked at nothing",
        ),
        (expects, passage) => refusal(trial, expects, passage),
    }
}

/// What was seen, in a few words.
fn seen(trial: &Trial<'_>, passage: &Passage) -> String {
    match trial.answer {
        Answer::Silent => format!("no answer within {:?}", trial.limit),
        answer => outcome(answer, passage),
    }
}

/// What an answer is, in a few escaped words.
pub(super) fn outcome(answer: &Answer, passage: &Passage) -> String {
    match (answer, passage) {
        (_, Passage::Inside(what) | Passage::Unclear(what)) => escape(what).into_owned(),
        (_, Passage::Shown(status)) => format!("status {status}, and the result all the same"),
        (Answer::Http(http), _) => format!("status {}", http.status),
        (Answer::Reset, _) => "the connection was reset".into(),
        (Answer::Closed, _) => "the connection was closed without an answer".into(),
        (Answer::Silent, _) => "no answer in time".into(),
        (Answer::Garbled(what) | Answer::Unreachable(what), _) => escape(what).into_owned(),
    }
}

fn refusal(trial: &Trial<'_>, expects: Expects, passage: &Passage) -> Verdict {
    let wrong = |fault, note: &str| Verdict::wrong(fault, note);
    let http = match (trial.answer, passage) {
        (_, Passage::Inside(what)) => {
            let note =
                format!("{what} instead of 401: clients do not see that they have to authenticate");
            return wrong(Fault::ErrorInside, &note);
        }
        (_, Passage::Unclear(what)) => {
            let note = format!("{} instead of 401: what became of it cannot be told", escape(what));
            return wrong(Fault::NoRefusal, &note);
        }
        (Answer::Http(http), _) => http,
        (Answer::Reset | Answer::Closed, _) => {
            return wrong(Fault::Dropped, "the connection was dropped instead of 401");
        }
        (Answer::Silent, _) => {
            return wrong(Fault::Silent, &format!("{} instead of 401", seen(trial, passage)));
        }
        (Answer::Garbled(_), _) => return wrong(Fault::NotHttp, &seen(trial, passage)),
        (Answer::Unreachable(_), _) => {
            return Verdict::void(Fault::Lost, seen(trial, passage));
        }
    };
    if let Some(verdict) = leak(trial.leak) {
        return verdict;
    }
    if http.took > SLOW && http.took > trial.usual.saturating_mul(10) {
        let note = format!(
            "refused after {:.1} s, where a good answer takes {:.3} s",
            http.took.as_secs_f64(),
            trial.usual.as_secs_f64()
        );
        return wrong(Fault::Slow, &note);
    }
    match (http.status, expects) {
        (403, Expects::Forbidden) => challenged(http, "403"),
        (401, Expects::Forbidden) => wrong(
            Fault::UnauthorizedForScope,
            "401 where 403 belongs: the token is good and lacks a scope (RFC 6750 section 3.1)",
        ),
        (401, _) => challenged(http, "401"),
        (400, Expects::RefusalOr400 | Expects::Either) => well_formed(http, "400"),
        // A head that is too long need not be read.
        (413 | 414 | 431, Expects::Either) => Verdict::new(Kind::Refused, seen(trial, passage)),
        (404, _) if trial.in_session => {
            Verdict::new(Kind::Refused, "404: for this token the session does not exist")
        }
        (403, _) => wrong(
            Fault::Forbidden,
            "403 where 401 belongs (RFC 6750 section 3.1): clients do not authenticate anew",
        ),
        (status @ 500.., _) => wrong(Fault::ServerError, &format!("{status} instead of 401")),
        (status @ 300..=399, _) => {
            wrong(Fault::Redirect, &format!("{status}, a redirect, instead of 401"))
        }
        // Before a token is looked at, or behind it: without a good token nobody knows.
        (status, _) if matches!(trial.baseline, Baseline::Unknown) => Verdict::new(
            Kind::Inconclusive,
            format!("{status} instead of 401: a good token would show what stands in the way"),
        ),
        (status, _) => wrong(Fault::OtherStatus, &format!("{status} instead of 401")),
    }
}

fn leak(leak: Option<Leak>) -> Option<Verdict> {
    let (fault, note) = match leak? {
        Leak::Signature => (
            Fault::LeaksSignature,
            "the refusal holds the signature that the token ought to have: with it the token is good",
        ),
        Leak::Secret => (Fault::LeaksSecret, "the refusal holds the secret"),
        Leak::SecretLength => {
            (Fault::LeaksSecretLength, "the refusal tells how long the secret is")
        }
        Leak::Trace => (Fault::LeaksTrace, "the refusal holds a trace of the server's program"),
    };
    Some(Verdict::wrong(fault, note))
}

/// A 401 or 403 has a challenge for Bearer.
fn challenged(http: &Http, status: &str) -> Verdict {
    if http.challenges.is_empty() {
        let note = if status == "401" {
            "401 without WWW-Authenticate (RFC 9110 section 15.5.2)"
        } else {
            // No standard demands it, so this is as it should be.
            return well_formed(http, "403 without WWW-Authenticate");
        };
        return Verdict::wrong(Fault::NoChallenge, note);
    }
    match challenge::bearer(http.challenges.iter().map(Vec::as_slice)) {
        Ok(Some(_)) => well_formed(http, status),
        Ok(None) => Verdict::wrong(
            Fault::ForeignChallenge,
            format!("{status} whose WWW-Authenticate is not for Bearer (RFC 6750 section 3)"),
        ),
        Err(error) => Verdict::wrong(
            Fault::ForeignChallenge,
            format!("{status} whose WWW-Authenticate cannot be read: {error}"),
        ),
    }
}

/// What a program can read: JSON, or nothing, or plain text.
fn well_formed(http: &Http, status: &str) -> Verdict {
    let media_type = http.media_type();
    let text = http.text();
    if http.is_page() {
        return Verdict::wrong(Fault::Html, format!("{status} with a page of HTML"));
    }
    let is_json = serde_json::from_str::<serde_json::Value>(&text).is_ok();
    if media_type.ends_with("json") && !is_json && !text.is_empty() {
        return Verdict::wrong(
            Fault::NotJson,
            format!("{status} with a body that is not the JSON it says"),
        );
    }
    let note = if is_json || text.is_empty() {
        status.to_owned()
    } else {
        format!("{status}; the body is no JSON but {}", escape(&media_type))
    };
    Verdict::new(Kind::Refused, note)
}
