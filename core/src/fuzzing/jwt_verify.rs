//! Verification against `jsonwebtoken`, HMAC by hand and the claims as `serde_json` reads them.

use core::hint::black_box;
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::Value;

use super::input::Input;
use super::json::has_their_name;
use super::peer;
use crate::jwt::{
    Hs256Key, KeySet, NamedKey, Policy, UnverifiedToken, VerifyError, dangerous, verify,
};

/// The key and the time of the corpus of tokens.
pub(super) const SECRET: [u8; 32] =
    *b"\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\
    \x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x20";
pub(super) const NOW: i64 = 1_800_000_000;

const ISSUER: &str = "https://as.example";
const AUDIENCE: &str = "https://mcp.example/mcp";
const LEEWAY: u32 = 60;

/// The input is a policy, and either a token, or the header and the claims of one, maybe spoilt, or a
/// text to be signed.
pub fn jwt_verify(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let asks = Asks(input.byte());
    let key = Hs256Key::new(&SECRET).expect("32 bytes");
    let token = match input.below(4) {
        0 => input.rest().to_vec(),
        3 => {
            // Any text in front of a right MAC.
            let signing_input = input.rest();
            let tag = peer::hmac_sha256(&SECRET, signing_input);
            let tag = Base64UrlUnpadded::encode_string(&tag);
            [signing_input, b".", tag.as_bytes()].concat()
        }
        kind => {
            let spoilt = (kind == 2).then(|| ([input.byte(), input.byte()], input.byte()));
            let header = input.long_part();
            let claims = input.rest();
            let mut out = vec![0; 2 * bytes.len() + 64];
            let token = dangerous::sign_raw(&key, header, claims, &mut out).expect("room enough");
            let mut token = token.as_bytes().to_vec();
            if let Some((place, byte)) = spoilt {
                let place = usize::from(u16::from_le_bytes(place)) % token.len();
                token[place] = byte;
            }
            token
        }
    };
    judge(&key, asks, &token);
}

/// What the policy asks for, by the bits of a byte.
#[derive(Clone, Copy)]
struct Asks(u8);

impl Asks {
    const fn bit(self, at: u8) -> bool {
        self.0 >> at & 1 == 1
    }

    fn policy(self) -> Policy<'static> {
        let mut policy = Policy::new();
        if self.bit(0) {
            policy = policy.exp_optional();
        }
        if self.bit(1) {
            policy = policy.leeway(LEEWAY);
        }
        policy = if self.bit(2) { policy.any_audience() } else { policy.audience(AUDIENCE) };
        if self.bit(3) {
            policy = policy.issuer(ISSUER);
        }
        if self.bit(4) {
            policy = policy.future_iat();
        }
        if self.bit(5) {
            policy = policy.typ("at+jwt");
        }
        if self.bit(6) {
            policy = policy.required(&["sub"]);
        }
        if self.bit(7) {
            policy = policy.max_lifetime(3_600);
        }
        policy
    }
}

fn judge(key: &Hs256Key, asks: Asks, token: &[u8]) {
    let policy = asks.policy();
    let mut scratch = vec![0; token.len()];
    let verdict = verify(key, token, &policy, NOW, &mut scratch);
    let keys = [NamedKey { kid: None, key }];
    let mut other = vec![0; token.len()];
    let in_set = KeySet::new(&keys).verify(token, &policy, NOW, &mut other).map(|_| ());
    assert_eq!(in_set, verdict.map(|_| ()));
    assert!(!matches!(verdict, Err(VerifyError::ScratchTooSmall { .. })), "it always suffices");
    one_by_one(key, &policy, token, verdict.map(|_| ()));
    let verified = match verdict {
        Ok(verified) => verified,
        Err(error) => {
            black_box(&(error.to_string(), error.class()));
            return;
        }
    };
    black_box(std::format!("{verified:?}"));

    // One text for one meaning, and a right MAC.
    let parts: Vec<&[u8]> = token.split(|byte| *byte == b'.').collect();
    let [header, claims, tag] = parts[..] else { panic!("{} parts", parts.len()) };
    let texts = [header, claims, tag].map(|part| {
        let text = core::str::from_utf8(part).expect("ASCII");
        let bytes = Base64UrlUnpadded::decode_vec(text).expect("base64ct reads what we read");
        assert_eq!(Base64UrlUnpadded::encode_string(&bytes), text, "two texts for one part");
        bytes
    });
    let [header, claims, tag] = &texts;
    let signing_input = &token[..token.len() - 44];
    assert_eq!(**tag, peer::hmac_sha256(&SECRET, signing_input), "another MAC");
    assert_eq!(verified.claims().object().raw(), claims.trim_ascii());
    assert_eq!(verified.header().object().raw(), header.trim_ascii());

    if peer::reads_header(header) {
        let theirs = peer::decode(&SECRET, token).expect("jsonwebtoken accepts what we accept");
        assert_eq!(theirs.claims.get().as_bytes(), claims.trim_ascii());
    } else {
        // It gives types to members that we never look at, and numbers to doubles.
        let known =
            ["cty", "jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "enc", "zip", "url", "nonce"];
        let names = verified.header().entries().any(|(name, value)| {
            known.iter().any(|known| name == **known) || !is_double(value.text())
        });
        assert!(names, "jsonwebtoken cannot read the header");
    }
    if let (Ok(header), Ok(claims)) =
        (serde_json::from_slice::<Value>(header), serde_json::from_slice::<Value>(claims))
    {
        let objects = [verified.header().object(), verified.claims().object()];
        if !objects.into_iter().any(has_their_name) {
            follows(asks, &header, &claims);
        }
    }
}

fn is_double(text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok()
}

/// Whether the policy lets a token with these claims pass.
fn follows(asks: Asks, header: &Value, claims: &Value) {
    assert_eq!(header["alg"], "HS256");
    assert!(header.get("crit").is_none() && header.get("b64").is_none());
    let leeway = if asks.bit(1) { i64::from(LEEWAY) } else { 0 };
    // Doubles tell seconds apart up to 2^53.
    let time = |name: &str| {
        let value = claims.get(name)?;
        Some(value.as_f64().expect("a number"))
    };
    let now = seconds(NOW);
    let leeway = seconds(leeway);
    let (exp, nbf, iat) = (time("exp"), time("nbf"), time("iat"));
    assert!(exp.is_some() || (asks.bit(0) && !asks.bit(7)));
    // A double may lose the fraction by which a time is still to come.
    assert!(exp.is_none_or(|exp| now <= exp + leeway), "expired");
    let whole = claims.get("exp").and_then(Value::as_i64);
    assert!(whole.is_none_or(|exp| seconds(NOW) < seconds(exp) + leeway), "expired");
    assert!(nbf.is_none_or(|nbf| nbf <= now + leeway), "not valid yet");
    assert!(asks.bit(4) || iat.is_none_or(|iat| iat <= now + leeway), "issued in the future");
    if let (Some(exp), Some(nbf)) = (exp, nbf) {
        assert!(nbf <= exp, "never valid");
    }
    if asks.bit(7) {
        let exp = exp.expect("asked for");
        assert!(exp <= now + leeway + 3_600.0, "valid for too long");
        assert!(iat.is_none_or(|iat| exp <= iat + 3_601.0), "valid for too long since iat");
    }
    if asks.bit(3) {
        assert_eq!(claims["iss"], ISSUER);
    }
    if !asks.bit(2) {
        let named = match &claims["aud"] {
            Value::Array(all) => all.iter().any(|aud| aud == AUDIENCE),
            one => one == AUDIENCE,
        };
        assert!(named, "another audience");
    }
    if asks.bit(5) {
        let typ: String = header["typ"].as_str().expect("a string").to_ascii_lowercase();
        assert!(matches!(&*typ, "at+jwt" | "application/at+jwt"), "{typ}");
    }
    assert!(!asks.bit(6) || claims.get("sub").is_some());
    for name in ["iss", "sub", "jti"] {
        assert!(claims.get(name).is_none_or(Value::is_string), "{name}");
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
const fn seconds(time: i64) -> f64 {
    time as f64
}

/// The verdicts of an unverified token add up to the one of `verify`.
fn one_by_one(key: &Hs256Key, policy: &Policy<'_>, token: &[u8], verdict: Result<(), VerifyError>) {
    let mut scratch = vec![0; token.len()];
    let shown = match UnverifiedToken::parse(token, &mut scratch) {
        Ok(shown) => shown,
        Err(error) => {
            assert!(
                verdict == Err(error) || matches!(verdict, Err(VerifyError::TokenTooLong { .. }))
            );
            return;
        }
    };
    let all = [
        shown.check_structure(),
        shown.check_signature(key),
        shown.check_times(policy, NOW),
        shown.check_claims(policy),
    ];
    let long = token.len() > Policy::DEFAULT_MAX_TOKEN_LEN;
    assert_eq!(verdict.is_ok(), !long && all.iter().all(Result::is_ok), "{all:?}");
    if let (Err(error), false) = (verdict, long) {
        assert!(all.contains(&Err(error)), "{error} is in none of {all:?}");
    }
    black_box(&(shown.header_json().len(), shown.claims_json().len()));
    assert!(token.starts_with(shown.signing_input()));
    if let Ok(claims) = shown.claims() {
        for (name, value) in claims.entries().take(16) {
            let name = name.to_string();
            assert_eq!(claims.claim(&name), Some(value));
            black_box(&(claims.string(&name), claims.integer(&name), claims.date(&name)));
            black_box(&(claims.boolean(&name), claims.array(&name).is_ok()));
        }
        black_box(&(claims.exp(), claims.iat(), claims.aud().map(|aud| aud.map(Iterator::count))));
    }
}
