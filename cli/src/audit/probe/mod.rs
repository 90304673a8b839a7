//! What is shown to a server, one bad credential at a time.
//!
//! The ids are stable: they are never changed or used again.

mod table;

use super::forge::{self, Forge, Members};
use super::layer::Layer;
use super::wire::Credential;

pub(super) use table::PROBES;

/// What a server has to do about a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expects {
    /// 401.
    Refusal,
    /// 401, or 400 because the request itself is malformed.
    RefusalOr400,
    /// 403: the token is good and not enough.
    Forbidden,
    /// To let it in.
    Acceptance,
    /// One or the other, in an orderly way.
    Either,
}

/// One bad credential, or a good one in another form.
pub(super) struct Probe {
    pub(super) id: &'static str,
    pub(super) layer: Layer,
    pub(super) title: &'static str,
    pub(super) expects: Expects,
    make: Make,
}

type Make = fn(&Kit) -> Made;

/// The credential, or what has to be given so that there is one.
pub(super) type Made = Result<Credential, Missing>;

/// What has to be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    Token,
    Secret,
    Issuer,
    Audience,
    Scope,
    RequiredClaim,
    GuessKeys,
    /// It cannot be made of this token.
    NoJwt,
}

impl Missing {
    pub(super) const fn hint(self) -> &'static str {
        match self {
            Self::Token => {
                "give a good token (--jwt-token-file, MCP_JWT_TOKEN) or the server's secret"
            }
            Self::Secret => "give the server's secret (--secret-file, MCP_JWT_SECRET)",
            Self::Issuer => "give the secret and the issuer that the server demands (--iss)",
            Self::Audience => "give the secret and the audience that the server demands (--aud)",
            Self::Scope => "give the secret and the scopes that the server demands (--scope)",
            Self::RequiredClaim => {
                "give the secret and a claim that the server demands (--require-claim)"
            }
            Self::GuessKeys => "ask for it (--guess-keys)",
            Self::NoJwt => "give a token that is an HS256 JWT, or the server's secret",
        }
    }
}

/// What credentials are made of.
#[expect(clippy::struct_excessive_bools, reason = "each was given or not on its own")]
pub(super) struct Kit {
    pub(super) forge: Forge,
    /// The token that ought to be accepted.
    pub(super) token: Option<String>,
    pub(super) now: i64,
    pub(super) has_issuer: bool,
    pub(super) has_audience: bool,
    pub(super) has_scope: bool,
    pub(super) required_claim: Option<String>,
    pub(super) guesses: bool,
}

impl Kit {
    fn token(&self) -> Result<&str, Missing> {
        self.token.as_deref().ok_or(Missing::Token)
    }

    /// The parts of the good token, when it looks like a JWT.
    fn jwt(&self) -> Result<&str, Missing> {
        let token = self.token()?;
        if token.matches('.').count() == 2 { Ok(token) } else { Err(Missing::NoJwt) }
    }

    fn claiming(&self, change: impl FnOnce(&mut Members)) -> Made {
        bearer(self.forge.claiming(change), Missing::Secret)
    }

    /// The claims as text, with another text for `exp`.
    fn expiring(&self, exp: &str) -> Made {
        let mut claims = self.forge.claims().clone();
        claims.insert("exp".into(), 0.into());
        // Numbers that no `Value` holds are put in as text.
        let text = forge::text(&claims);
        let with = text.replacen("\"exp\":0", &format!("\"exp\":{exp}"), 1);
        bearer(self.forge.saying(&with), Missing::Secret)
    }

    /// The claims as text, with `exp` twice.
    fn expiring_twice(&self, first: i64, last: i64) -> Made {
        self.expiring(&format!("{first},\"exp\":{last}"))
    }

    fn unsigned(&self, alg: &str) -> Credential {
        Credential::bearer(&self.forge.unsigned(alg))
    }
}

fn bearer(token: Option<String>, missing: Missing) -> Made {
    token.map(|token| Credential::bearer(&token)).ok_or(missing)
}

fn set(members: &mut Members, name: &str, value: impl Into<serde_json::Value>) {
    members.insert(name.to_owned(), value.into());
}

impl Expects {
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Refusal => "401",
            Self::RefusalOr400 => "401 or 400",
            Self::Forbidden => "403",
            Self::Acceptance => "let in",
            Self::Either => "either",
        }
    }
}

impl Probe {
    pub(super) fn make(&self, kit: &Kit) -> Made {
        (self.make)(kit)
    }
}

/// A probe that takes more than one request.
pub(super) struct Sequence {
    pub(super) id: &'static str,
    pub(super) layer: Layer,
    pub(super) title: &'static str,
}

use Layer::{Claims, Exchange, Execution, Presence, Signature};

/// A request without a token on a connection that a good one was sent on.
pub(super) const KEPT_CONNECTION: Sequence = Sequence {
    id: "kept-connection",
    layer: Presence,
    title: "no header, on the connection of a good token",
};
/// Strangers at doors that no class of methods stands for.
pub(super) const OTHER_DOORS: Sequence = Sequence {
    id: "other-doors",
    layer: Presence,
    title: "no header and a stranger's token, at other methods and in other revisions",
};
/// A forged token that looks like a good one that was used.
pub(super) const FORGED_LIKE_USED: Sequence = Sequence {
    id: "forged-like-used",
    layer: Signature,
    title: "signed with another secret, with the ids of a token that was used",
};

/// A token that the server has seen before it expired.
pub(super) const USED_THEN_EXPIRED: Sequence =
    Sequence { id: "used-then-expired", layer: Claims, title: "expired after it was used" };
/// A token that expired a second ago.
pub(super) const EXPIRED_ONE_SECOND: Sequence =
    Sequence { id: "expired-one-second", layer: Claims, title: "expired a second ago" };
/// Another user's token in a session.
pub(super) const CROSS_SESSION: Sequence =
    Sequence { id: "cross-session", layer: Execution, title: "another user in this session" };
/// A session that was ended.
pub(super) const ENDED_SESSION: Sequence =
    Sequence { id: "ended-session", layer: Execution, title: "a session after its end" };
/// Whether the tool knows who calls.
pub(super) const IDENTITY_ARRIVES: Sequence =
    Sequence { id: "identity-arrives", layer: Execution, title: "the tool knows who calls" };
/// Whether one user gets the answer of the other.
pub(super) const IDENTITIES_APART: Sequence =
    Sequence { id: "identities-apart", layer: Execution, title: "two users are told apart" };
/// Whether the given token gets the credentials that a tool needs.
pub(super) const EXCHANGE_GIVEN: Sequence =
    Sequence { id: "exchange-given", layer: Exchange, title: "the given token gets credentials" };
/// Whether a made-up identity gets them, too.
pub(super) const EXCHANGE_UNKNOWN: Sequence =
    Sequence { id: "exchange-unknown", layer: Exchange, title: "an unknown identity gets none" };

/// Every probe that takes more than one request.
pub(super) const SEQUENCES: [&Sequence; 11] = [
    &KEPT_CONNECTION,
    &OTHER_DOORS,
    &FORGED_LIKE_USED,
    &EXPIRED_ONE_SECOND,
    &USED_THEN_EXPIRED,
    &CROSS_SESSION,
    &ENDED_SESSION,
    &IDENTITY_ARRIVES,
    &IDENTITIES_APART,
    &EXCHANGE_GIVEN,
    &EXCHANGE_UNKNOWN,
];

/// The ids of all probes.
pub(super) fn ids() -> Vec<&'static str> {
    PROBES.iter().map(|probe| probe.id).chain(SEQUENCES.map(|sequence| sequence.id)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_are_distinct_and_plain() {
        let ids = ids();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(ids.iter().all(|id| id.chars().all(plain)), "{ids:?}");
    }
}
