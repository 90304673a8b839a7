//! What is shown to a server, one bad credential at a time.
//!
//! The ids are stable: they are never changed or used again.

use super::forge::{self, Forge, Members};
use super::layer::Layer;
use super::wire::Credential;

/// Beyond every leeway that a server may grant, in seconds.
const FAR: i64 = 3_600;

/// Passwords that stand in examples and first in every list.
pub(super) const GUESSES: [(&str, &str); 8] = [
    ("guessed-key-secret", "secret"),
    ("guessed-key-password", "password"),
    ("guessed-key-changeme", "changeme"),
    ("guessed-key-test-secret", "test-secret"),
    ("guessed-key-dev-secret", "dev-secret"),
    ("guessed-key-your-256-bit-secret", "your-256-bit-secret"),
    ("guessed-key-jwt-secret", "jwt-secret"),
    ("guessed-key-key", "key"),
];

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

const fn probe(
    id: &'static str,
    layer: Layer,
    expects: Expects,
    title: &'static str,
    make: Make,
) -> Probe {
    Probe { id, layer, title, expects, make }
}

use Expects::{Acceptance, Either, Forbidden, Refusal, RefusalOr400};
use Layer::{Audience, Authorization, Claims, Presence, Signature, Structure, Transport};

/// Every probe that is one request, in the order in which they are sent.
pub(super) const PROBES: &[Probe] = &[
    probe("good-token", Presence, Acceptance, "the good token", |kit| {
        Ok(Credential::bearer(kit.token()?))
    }),
    probe("no-header", Presence, Refusal, "no Authorization header", |_| Ok(Credential::default())),
    probe("empty-header", Presence, RefusalOr400, "an empty Authorization header", |_| {
        Ok(Credential::header(""))
    }),
    probe("bare-scheme", Presence, RefusalOr400, "Bearer and no token", |_| {
        Ok(Credential::header("Bearer"))
    }),
    probe("wrong-scheme", Presence, RefusalOr400, "Basic with a name and a password", |_| {
        Ok(Credential::header("Basic bWNwaWNvOmF1ZGl0"))
    }),
    probe("token-as-basic", Presence, RefusalOr400, "the good token behind Basic", |kit| {
        Ok(Credential::header(format!("Basic {}", kit.token()?)))
    }),
    probe("token-alone", Presence, RefusalOr400, "the good token without a scheme", |kit| {
        Ok(Credential::header(kit.token()?))
    }),
    probe("scheme-lower-case", Presence, Acceptance, "bearer in lower case", |kit| {
        Ok(Credential::header(format!("bearer {}", kit.token()?)))
    }),
    probe("scheme-upper-case", Presence, Acceptance, "BEARER in upper case", |kit| {
        Ok(Credential::header(format!("BEARER {}", kit.token()?)))
    }),
    probe(
        "two-headers-good-first",
        Presence,
        RefusalOr400,
        "two headers, the first one good",
        |kit| {
            let headers = vec![format!("Bearer {}", kit.token()?), "Bearer mcpico.audit.x".into()];
            Ok(Credential { headers, ..Credential::default() })
        },
    ),
    probe(
        "two-headers-good-last",
        Presence,
        RefusalOr400,
        "two headers, the last one good",
        |kit| {
            let headers = vec!["Bearer mcpico.audit.x".into(), format!("Bearer {}", kit.token()?)];
            Ok(Credential { headers, ..Credential::default() })
        },
    ),
    probe(
        "token-in-query",
        Transport,
        RefusalOr400,
        "the good token in the query of the URL",
        |kit| {
            let query = Some(format!("access_token={}", kit.token()?));
            Ok(Credential { query, ..Credential::default() })
        },
    ),
    probe("one-segment", Structure, Refusal, "a text without a dot", |_| {
        Ok(Credential::bearer("mcpico-audit-no-token"))
    }),
    probe("two-segments", Structure, Refusal, "a text with one dot", |_| {
        Ok(Credential::bearer("mcpico-audit.no-token"))
    }),
    probe("four-segments", Structure, Refusal, "a fourth part behind the token", |kit| {
        let token = kit.token().unwrap_or("mcpico.audit.token");
        Ok(Credential::bearer(&format!("{token}.mcpico")))
    }),
    probe("empty-segments", Structure, Refusal, "two dots and nothing else", |_| {
        Ok(Credential::bearer(".."))
    }),
    probe("not-base64", Structure, Refusal, "three parts that are not base64url", |_| {
        Ok(Credential::bearer("a~a.b~b.c~c"))
    }),
    probe("not-json", Structure, Refusal, "three parts that are not JSON", |_| {
        let part = forge::encode("mcpico audit");
        Ok(Credential::bearer(&format!("{part}.{part}.{part}")))
    }),
    probe("padding", Structure, Refusal, "the good token with padding behind it", |kit| {
        Ok(Credential::bearer(&format!("{}=", kit.jwt()?)))
    }),
    probe("other-spelling", Structure, Either, "the good token with unused bits set", |kit| {
        bearer(forge::respelled(kit.jwt()?), Missing::NoJwt)
    }),
    probe("over-long", Structure, Either, "a token of 16 KiB", |_| {
        Ok(Credential::bearer(&format!("mcpico.{}.audit", "A".repeat(16 * 1024))))
    }),
    probe("alg-none", Signature, Refusal, "unsigned, alg none", |kit| Ok(kit.unsigned("none"))),
    probe("alg-none-title-case", Signature, Refusal, "unsigned, alg None", |kit| {
        Ok(kit.unsigned("None"))
    }),
    probe("alg-none-upper-case", Signature, Refusal, "unsigned, alg NONE", |kit| {
        Ok(kit.unsigned("NONE"))
    }),
    probe("alg-none-mixed-case", Signature, Refusal, "unsigned, alg nOnE", |kit| {
        Ok(kit.unsigned("nOnE"))
    }),
    probe("alg-empty", Signature, Refusal, "unsigned, alg empty", |kit| Ok(kit.unsigned(""))),
    probe("alg-none-signed", Signature, Refusal, "alg none, with a signature", |kit| {
        let none = |header: &mut Members| set(header, "alg", "none");
        bearer(kit.forge.headed(none).or_else(|| kit.forge.strayed(none)), Missing::Secret)
    }),
    probe("alg-rs256-hmac", Signature, Refusal, "alg RS256, signed by HMAC", |kit| {
        bearer(kit.forge.headed(|header| set(header, "alg", "RS256")), Missing::Secret)
    }),
    probe("alg-missing", Signature, Refusal, "no alg, signed by HMAC", |kit| {
        let without = |header: &mut Members| {
            header.shift_remove("alg");
        };
        bearer(kit.forge.headed(without), Missing::Secret)
    }),
    probe("unsigned", Signature, Refusal, "the good token without its third part", |kit| {
        let token = kit.jwt()?;
        Ok(Credential::bearer(forge::signed(token).trim_end_matches('.')))
    }),
    probe(
        "signature-stripped",
        Signature,
        Refusal,
        "the good token with an empty signature",
        |kit| Ok(Credential::bearer(forge::signed(kit.jwt()?))),
    ),
    probe("signature-truncated", Signature, Refusal, "half of the signature", |kit| {
        let token = kit.jwt()?;
        let signature = forge::signature(token);
        let half = signature.get(..signature.len() / 2).ok_or(Missing::NoJwt)?;
        Ok(Credential::bearer(&format!("{}{half}", forge::signed(token))))
    }),
    probe("signature-zero", Signature, Refusal, "a signature of zeros", |kit| {
        let zeros = "A".repeat(43);
        Ok(Credential::bearer(&format!("{}{zeros}", forge::signed(kit.jwt()?))))
    }),
    probe("signature-of-another", Signature, Refusal, "the signature of another token", |kit| {
        let token = kit.jwt()?;
        let other = kit.forge.claiming(|claims| set(claims, "jti", "mcpico-audit-another"));
        let other = other.ok_or(Missing::Secret)?;
        let (signed, signature) = (forge::signed(token), forge::signature(&other));
        Ok(Credential::bearer(&format!("{signed}{signature}")))
    }),
    probe("payload-changed", Signature, Refusal, "other claims under a good signature", |kit| {
        bearer(kit.forge.promoted(kit.jwt()?), Missing::NoJwt)
    }),
    probe(
        "other-secret",
        Signature,
        Refusal,
        "the same claims, signed with another secret",
        |kit| bearer(kit.forge.strayed(|_| {}), Missing::Secret),
    ),
    probe("kid-path", Signature, Refusal, "kid is a path, signed with the empty key", |kit| {
        let path = |header: &mut Members| set(header, "kid", "../../../../../../dev/null");
        bearer(kit.forge.signed_with(b"", path), Missing::Secret)
    }),
    probe("kid-injection", Signature, Refusal, "kid is SQL that gives the key", |kit| {
        let kid = "mcpico' UNION SELECT 'mcpico-audit-key' -- ";
        let signed = kit.forge.signed_with(b"mcpico-audit-key", |header| set(header, "kid", kid));
        bearer(signed, Missing::Secret)
    }),
    probe("crit", Signature, Refusal, "an extension that nobody knows (crit)", |kit| {
        let extended = |header: &mut Members| {
            set(header, "crit", serde_json::json!(["mcpico-audit"]));
            set(header, "mcpico-audit", true);
        };
        bearer(kit.forge.headed(extended), Missing::Secret)
    }),
    probe("empty-key", Signature, Refusal, "signed with the empty key", |kit| {
        if !kit.guesses {
            return Err(Missing::GuessKeys);
        }
        bearer(kit.forge.signed_with(b"", |_| {}), Missing::Secret)
    }),
    guess::<0>(),
    guess::<1>(),
    guess::<2>(),
    guess::<3>(),
    guess::<4>(),
    guess::<5>(),
    guess::<6>(),
    guess::<7>(),
    probe("expired", Claims, Refusal, "expired an hour ago", |kit| {
        let exp = kit.now.saturating_sub(FAR);
        kit.claiming(|claims| {
            set(claims, "exp", exp);
            for name in ["iat", "nbf"] {
                if claims.contains_key(name) {
                    set(claims, name, exp.saturating_sub(FAR));
                }
            }
        })
    }),
    probe("not-yet-valid", Claims, Refusal, "valid in an hour (nbf)", |kit| {
        let nbf = kit.now.saturating_add(FAR);
        kit.claiming(|claims| {
            set(claims, "nbf", nbf);
            set(claims, "exp", nbf.saturating_add(FAR));
        })
    }),
    probe("no-exp", Claims, Refusal, "without exp", |kit| {
        kit.claiming(|claims| {
            claims.shift_remove("exp");
        })
    }),
    probe("exp-string", Claims, Refusal, "exp is a string", |kit| {
        let exp = kit.now.saturating_add(FAR).to_string();
        kit.claiming(|claims| set(claims, "exp", exp))
    }),
    probe("exp-float-past", Claims, Refusal, "exp is a fraction in the past", |kit| {
        kit.expiring(&format!("{}.5", kit.now.saturating_sub(FAR)))
    }),
    probe("exp-float", Claims, Either, "exp is a fraction in the future", |kit| {
        kit.expiring(&format!("{}.5", kit.now.saturating_add(FAR)))
    }),
    probe("exp-huge", Claims, Either, "exp is larger than 64 bits", |kit| {
        kit.expiring("1000000000000000000000000000000")
    }),
    probe("exp-infinite", Claims, Either, "exp is 1e400", |kit| kit.expiring("1e400")),
    probe("exp-twice-last-past", Claims, Refusal, "exp twice, the last one past", |kit| {
        kit.expiring_twice(kit.now.saturating_add(FAR), kit.now.saturating_sub(FAR))
    }),
    probe("exp-twice-last-future", Claims, Either, "exp twice, the last one to come", |kit| {
        kit.expiring_twice(kit.now.saturating_sub(FAR), kit.now.saturating_add(FAR))
    }),
    probe("missing-claim", Claims, Refusal, "without a claim that is demanded", |kit| {
        let name = kit.required_claim.as_deref().ok_or(Missing::RequiredClaim)?;
        kit.claiming(|claims| {
            claims.shift_remove(name);
        })
    }),
    probe("wrong-aud", Audience, Refusal, "for another audience", |kit| {
        kit.claiming(|claims| set(claims, "aud", "https://mcpico-audit.invalid/other"))
    }),
    probe("missing-aud", Audience, Refusal, "for no audience", |kit| {
        if !kit.has_audience {
            return Err(Missing::Audience);
        }
        kit.claiming(|claims| {
            claims.shift_remove("aud");
        })
    }),
    probe("wrong-iss", Audience, Refusal, "of another issuer", |kit| {
        if !kit.has_issuer {
            return Err(Missing::Issuer);
        }
        kit.claiming(|claims| set(claims, "iss", "https://mcpico-audit.invalid/issuer"))
    }),
    probe("missing-iss", Audience, Refusal, "of no issuer", |kit| {
        if !kit.has_issuer {
            return Err(Missing::Issuer);
        }
        kit.claiming(|claims| {
            claims.shift_remove("iss");
        })
    }),
    probe("missing-scope", Authorization, Forbidden, "without the scope that is needed", |kit| {
        if !kit.has_scope {
            return Err(Missing::Scope);
        }
        kit.claiming(|claims| {
            claims.shift_remove("scope");
        })
    }),
];

const fn guess<const N: usize>() -> Probe {
    let (id, _) = GUESSES[N];
    probe(id, Signature, Refusal, "signed with a word that everybody tries", |kit| {
        if !kit.guesses {
            return Err(Missing::GuessKeys);
        }
        let (_, word) = GUESSES[N];
        bearer(kit.forge.signed_with(word.as_bytes(), |_| {}), Missing::Secret)
    })
}

/// A probe that takes more than one request.
pub(super) struct Sequence {
    pub(super) id: &'static str,
    pub(super) layer: Layer,
    pub(super) title: &'static str,
}

use Layer::{Exchange, Execution};

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
pub(super) const SEQUENCES: [&Sequence; 8] = [
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
