//! The `token inspect` command.

use std::fmt::Write;

use mcpico_core::auth::{Masked, mask};
use mcpico_core::json::{Object, Value};
use mcpico_core::jwt::{Claims, Hs256Key, UnverifiedToken, VerifyError};

use super::args::{Format, Inspect};
use super::date::{self, Span};
use super::policy::Expectations;
use super::{print, print_json, token_of};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::terminal::{Style, Tone, escape, escape_json};

/// Shows a token and each verdict on it.
pub(super) fn run(arguments: &Inspect) -> Result<Exit, Failure> {
    let token = token_of(&arguments.token, &arguments.secret)?;
    let key = arguments.secret.key()?;
    let token = token.as_bytes();
    let mut scratch = vec![0; token.len()];
    let mut report = Report::new(token, arguments.expected.now());
    match UnverifiedToken::parse(token, &mut scratch) {
        Ok(parsed) => report.read(&parsed, key.as_ref(), &arguments.expected),
        Err(error) => report.verdicts.structure = Verdict::refused(error, error.to_string()),
    }
    match arguments.format {
        Format::Text => print(report.lines(Style::of_stdout()))?,
        Format::Json => print_json(|object| report.write(object))?,
    }
    let broken = !matches!((&report.header, &report.claims), (Part::Object(_), Part::Object(_)));
    Ok(if broken { Exit::Failed } else { Exit::Passed })
}

/// What there is to show; its texts can be hostile.
struct Report<'s> {
    mask: Masked,
    len: usize,
    now: i64,
    header: Part<'s>,
    claims: Part<'s>,
    times: Vec<Moment>,
    verdicts: Verdicts,
}

/// The header or the claims.
enum Part<'s> {
    /// It cannot be decoded.
    Unread,
    /// It is decoded and is not one strict JSON object.
    Text(&'s [u8]),
    Object(Value<'s>),
}

impl<'s> Part<'s> {
    fn new(text: &'s [u8], object: Result<Value<'s>, VerifyError>) -> Self {
        object.map_or(Self::Text(text), Self::Object)
    }
}

/// A time that the claims name.
struct Moment {
    claim: &'static str,
    seconds: i64,
    /// How far away it is.
    note: String,
}

struct Verdicts {
    structure: Verdict,
    signature: Verdict,
    time: Verdict,
    claims: Verdict,
}

enum Verdict {
    Fine,
    Refused { class: &'static str, reason: String },
    NotChecked(&'static str),
}

impl Verdict {
    fn refused(error: VerifyError, reason: String) -> Self {
        Self::Refused { class: error.class().code(), reason }
    }
}

impl<'s> Report<'s> {
    /// What is known of a token that cannot be read.
    fn new(token: &[u8], now: i64) -> Self {
        let unread = || Verdict::NotChecked("the token cannot be read");
        let (structure, signature, time, claims) = (unread(), unread(), unread(), unread());
        Self {
            mask: mask(token),
            len: token.len(),
            now,
            header: Part::Unread,
            claims: Part::Unread,
            times: Vec::new(),
            verdicts: Verdicts { structure, signature, time, claims },
        }
    }

    fn read(
        &mut self,
        token: &UnverifiedToken<'_, 's>,
        key: Option<&Hs256Key>,
        expected: &Expectations,
    ) {
        let (header, claims) = (token.header(), token.claims());
        self.header = Part::new(token.header_json(), header.map(|header| header.object()));
        self.claims = Part::new(token.claims_json(), claims.map(|claims| claims.object()));
        if let Ok(claims) = &claims {
            self.times = moments(claims, self.now);
        }
        let verdict = |result: Result<(), VerifyError>| match result {
            Ok(()) => Verdict::Fine,
            Err(error) => Verdict::refused(error, expected.explain(error, claims.as_ref().ok())),
        };
        let unread = || Verdict::NotChecked("the claims cannot be read");
        let lenient = expected.clone().or_any_audience();
        self.verdicts = Verdicts {
            structure: verdict(token.check_structure()),
            signature: match key {
                Some(key) => verdict(token.check_signature(key)),
                None => Verdict::NotChecked("no secret"),
            },
            time: match &claims {
                Ok(_) => verdict(expected.apply(|policy, now| token.check_times(policy, now))),
                Err(_) => unread(),
            },
            claims: match &claims {
                Ok(_) if expected.is_empty() => Verdict::NotChecked("nothing is expected of them"),
                Ok(_) => verdict(lenient.apply(|policy, _| token.check_claims(policy))),
                Err(_) => unread(),
            },
        };
    }

    fn lines(&self, style: Style) -> String {
        let mut lines = format!("token      {} ({} bytes)", self.mask, self.len);
        // Writing to a string does not fail.
        let _ = match &self.header {
            Part::Unread => Ok(()),
            Part::Text(text) => {
                write!(lines, "\nheader     {} (not one strict JSON object)", shown(text))
            }
            Part::Object(header) => write!(lines, "\nheader     {}", escape_json(header.text())),
        };
        let _ = match &self.claims {
            Part::Unread => Ok(()),
            Part::Text(text) => {
                write!(lines, "\nclaims     {} (not one strict JSON object)", shown(text))
            }
            Part::Object(claims) => self.write_claims(&mut lines, *claims, style),
        };
        for (name, verdict) in self.verdicts() {
            let _ = match verdict {
                Verdict::Fine => write!(lines, "\n{name:10} {}", style.paint(Tone::Good, "ok")),
                Verdict::Refused { class, reason } => {
                    let refused = style.paint(Tone::Bad, "refused");
                    write!(lines, "\n{name:10} {refused} ({class}): {}", escape(reason))
                }
                Verdict::NotChecked(reason) => {
                    let unchecked = style.paint(Tone::Doubtful, "not checked");
                    write!(lines, "\n{name:10} {unchecked}: {reason}")
                }
            };
        }
        lines
    }

    fn write_claims(
        &self,
        lines: &mut String,
        claims: Value<'_>,
        style: Style,
    ) -> std::fmt::Result {
        lines.push_str("\nclaims");
        if claims.entries().next().is_none() {
            lines.push_str("     {}");
        }
        for (name, value) in claims.entries() {
            let name = name.to_string();
            write!(lines, "\n  {:8} {}", escape(&name), escape_json(value.text()))?;
            if let Some(time) = self.times.iter().find(|time| time.claim == name) {
                let date = date::utc(time.seconds).map(|date| format!("{date}, "));
                let note = format!("({}{})", date.unwrap_or_default(), time.note);
                write!(lines, " {}", style.paint(Tone::Faint, note))?;
            }
        }
        Ok(())
    }

    fn write(&self, object: &mut Object<'_, '_>) {
        object.str("token", self.mask.as_str());
        object.unsigned("bytes", self.len as u64);
        for (name, part) in [("header", &self.header), ("claims", &self.claims)] {
            match part {
                Part::Unread => object.key(name).str("null"),
                Part::Text(text) => object.str(name, &String::from_utf8_lossy(text)),
                Part::Object(value) => object.value(name, *value),
            }
        }
        let mut times = object.object("times");
        for time in &self.times {
            let mut member = times.object(time.claim);
            member.signed("seconds", time.seconds);
            match date::utc(time.seconds) {
                Some(date) => member.str("utc", &date),
                None => member.key("utc").str("null"),
            }
            member.str("note", &time.note);
            member.end();
        }
        times.end();
        let mut verdicts = object.object("verdicts");
        for (name, verdict) in self.verdicts() {
            let mut member = verdicts.object(name);
            match verdict {
                Verdict::Fine => member.str("verdict", "ok"),
                Verdict::Refused { class, reason } => {
                    member.str("verdict", "refused");
                    member.str("class", class);
                    member.str("reason", reason);
                }
                Verdict::NotChecked(reason) => {
                    member.str("verdict", "not_checked");
                    member.str("reason", reason);
                }
            }
            member.end();
        }
        verdicts.end();
    }

    fn verdicts(&self) -> [(&'static str, &Verdict); 4] {
        let Verdicts { structure, signature, time, claims } = &self.verdicts;
        [("structure", structure), ("signature", signature), ("time", time), ("claims", claims)]
    }
}

/// The times that can be read.
fn moments(claims: &Claims<'_>, now: i64) -> Vec<Moment> {
    let away = |seconds: i64| Span(seconds.abs_diff(now));
    let exp = claims.exp().ok().flatten().map(|exp| {
        let note = if now < exp {
            format!("valid for {}", away(exp))
        } else {
            format!("expired {} ago", away(exp))
        };
        Moment { claim: "exp", seconds: exp, note }
    });
    let nbf = claims.nbf().ok().flatten().map(|nbf| {
        let note = if now < nbf {
            format!("not valid for another {}", away(nbf))
        } else {
            format!("valid since {} ago", away(nbf))
        };
        Moment { claim: "nbf", seconds: nbf, note }
    });
    let iat = claims.iat().ok().flatten().map(|iat| {
        let note = if now < iat {
            format!("issued {} in the future", away(iat))
        } else {
            format!("issued {} ago", away(iat))
        };
        Moment { claim: "iat", seconds: iat, note }
    });
    [iat, nbf, exp].into_iter().flatten().collect()
}

/// Text that need not be UTF-8, safe for a terminal.
fn shown(text: &[u8]) -> String {
    escape(&String::from_utf8_lossy(text)).into_owned()
}
