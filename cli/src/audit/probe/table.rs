//! Every probe that is one request.

use super::{Credential, Expects, Layer, Make, Members, Missing, Probe, bearer, forge, set};

/// Well in the past or in the future, in seconds.
const FAR: i64 = 3_600;

/// Beyond every leeway that a server may grant for clocks that differ, in seconds; that of `mcpico test`.
const LEEWAY: i64 = 600;

/// Passwords that stand in examples and first in every list.
const GUESSES: [(&str, &str); 8] = [
    ("guessed-key-secret", "secret"),
    ("guessed-key-password", "password"),
    ("guessed-key-changeme", "changeme"),
    ("guessed-key-test-secret", "test-secret"),
    ("guessed-key-dev-secret", "dev-secret"),
    ("guessed-key-your-256-bit-secret", "your-256-bit-secret"),
    ("guessed-key-jwt-secret", "jwt-secret"),
    ("guessed-key-key", "key"),
];

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
pub(in crate::audit) const PROBES: &[Probe] = &[
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
    probe("alg-lower-case", Signature, Refusal, "alg hs256, signed by HMAC", |kit| {
        bearer(kit.forge.headed(|header| set(header, "alg", "hs256")), Missing::Secret)
    }),
    probe("alg-hs512", Signature, Refusal, "alg HS512, signed as HS256", |kit| {
        bearer(kit.forge.headed(|header| set(header, "alg", "HS512")), Missing::Secret)
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
        // Three bytes are four characters: it is a start as text and as bytes.
        let half = forge::resigned(kit.jwt()?, |bytes| bytes.truncate(bytes.len() / 6 * 3));
        bearer(half, Missing::NoJwt)
    }),
    probe(
        "signature-last-byte",
        Signature,
        Refusal,
        "the last byte of the signature is wrong",
        |kit| {
            let wrong = forge::resigned(kit.jwt()?, |bytes| {
                bytes.iter_mut().rev().take(1).for_each(|byte| *byte ^= 0xff);
            });
            bearer(wrong, Missing::NoJwt)
        },
    ),
    probe(
        "signature-first-byte",
        Signature,
        Refusal,
        "the first byte of the signature is wrong",
        |kit| {
            let wrong = forge::resigned(kit.jwt()?, |bytes| {
                bytes.iter_mut().take(1).for_each(|byte| *byte ^= 0xff);
            });
            bearer(wrong, Missing::NoJwt)
        },
    ),
    probe("signature-longer", Signature, Refusal, "a further byte behind the signature", |kit| {
        bearer(forge::resigned(kit.jwt()?, |bytes| bytes.push(0)), Missing::NoJwt)
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
    probe("expired", Claims, Refusal, "expired ten minutes ago", |kit| {
        let exp = kit.now.saturating_sub(LEEWAY);
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
    probe(
        "longer-aud",
        Audience,
        Refusal,
        "for an audience that begins like the right one",
        |kit| {
            if !kit.has_audience {
                return Err(Missing::Audience);
            }
            kit.claiming(|claims| lengthen(claims, "aud"))
        },
    ),
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
    probe("longer-iss", Audience, Refusal, "of an issuer that begins like the right one", |kit| {
        if !kit.has_issuer {
            return Err(Missing::Issuer);
        }
        kit.claiming(|claims| lengthen(claims, "iss"))
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

/// Another name that begins with the one that the claim has.
fn lengthen(claims: &mut Members, name: &str) {
    let longer = format!("{}.mcpico-audit.invalid", claims[name].as_str().unwrap_or_default());
    set(claims, name, longer);
}

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
