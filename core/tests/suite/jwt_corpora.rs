//! Tokens and MACs whose verdict or value others have fixed.

use std::{collections::BTreeMap, fs, path::Path};

use mcpico_core::jwt::{
    Claim, ErrorClass, Header, HmacSha256, Hs256Key, KeySet, NamedKey, Policy, UnverifiedToken,
    VerifyError, base64url, dangerous, sign, verify,
};
use serde_json::Value;

fn corpus(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpora").join(name);
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn text<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().unwrap_or_else(|| panic!("{name} in {case}"))
}

fn unhex(hex: &str) -> Vec<u8> {
    let digit = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digit).collect()
}

fn unbase64(text: &str) -> Vec<u8> {
    let mut out = vec![0; text.len()];
    base64url::decode(text.as_bytes(), &mut out).unwrap().to_vec()
}

/// Standard base64 with padding, as the corpus writes bytes.
fn unbase64_std(text: &str) -> Vec<u8> {
    unbase64(&text.trim_end_matches('=').replace('+', "-").replace('/', "_"))
}

/// The verdict of `verify`, made sure to be the one of a key set too.
fn judge(key: &Hs256Key, token: &[u8], policy: &Policy<'_>, now: i64) -> Result<(), VerifyError> {
    let mut scratch = vec![0; token.len()];
    let alone = verify(key, token, policy, now, &mut scratch).map(|_| ());
    let keys = [NamedKey { kid: None, key }];
    let in_set = KeySet::new(&keys).verify(token, policy, now, &mut scratch).map(|_| ());
    assert_eq!(alone, in_set);
    alone
}

fn token_of(case: &Value) -> Vec<u8> {
    if let Some(token) = case["token"].as_str() {
        return token.as_bytes().to_vec();
    }
    if let Some(token) = case["token_b64"].as_str() {
        return unbase64_std(token);
    }
    let generator = &case["token_gen"];
    let count = usize::try_from(generator["count"].as_u64().unwrap()).unwrap();
    text(generator, "unit").repeat(count).into_bytes()
}

/// Whether a class of ours is what the corpus expects.
fn is_expected(expected: &str, verdict: Result<(), ErrorClass>) -> bool {
    use ErrorClass as C;
    matches!(
        (expected, verdict),
        ("ok" | "ok-or-range" | "ok-or-strict", Ok(()))
            | ("reject" | "ok-or-strict", Err(_))
            | ("json", Err(C::HeaderJson | C::ClaimsJson))
            | ("alg", Err(C::Alg))
            | ("crit", Err(C::Crit))
            | ("dup", Err(C::Duplicate))
            | ("type" | "expired-or-type", Err(C::ClaimType))
            | ("expired" | "expired-or-type", Err(C::Expired))
            | ("range" | "ok-or-range", Err(C::ClaimRange))
            | ("format" | "base64-or-format", Err(C::Malformed))
            | ("base64" | "base64-or-format", Err(C::Base64))
            | ("signature", Err(C::Signature))
            | ("limit", Err(C::Limit))
            | ("missing", Err(C::Missing))
            | ("not_yet", Err(C::NotYetValid))
            | ("iss", Err(C::Issuer))
            | ("aud", Err(C::Audience))
    )
}

#[test]
fn every_hs256_case_has_its_verdict() {
    let corpus = corpus("jwt/hs256-cases.json");
    let now = corpus["now"].as_i64().unwrap();
    let leeway = u32::try_from(corpus["leeway"].as_u64().unwrap()).unwrap();
    let policy = Policy::new()
        .issuer(text(&corpus, "iss"))
        .audience(text(&corpus, "aud"))
        .leeway(leeway)
        .max_token_len(1 << 20);
    let mut counts = BTreeMap::<&str, usize>::new();
    for case in corpus["cases"].as_array().unwrap() {
        let (name, expected) = (text(case, "name"), text(case, "expect"));
        let hex = case.get("key_hex").unwrap_or(&corpus["key_hex"]).as_str().unwrap();
        let token = token_of(case);
        let secret = unhex(hex);
        let key = Hs256Key::new(&secret);
        *counts.entry(expected).or_default() += 1;
        if matches!(expected, "key" | "key-or-strict") {
            assert!(key.is_err(), "{name}");
            continue;
        }
        let key = key.unwrap();
        let judge = |policy| judge(&key, &token, policy, now).map_err(|error| error.class());
        let verdict = judge(&policy);
        match name {
            "typ-other" => {
                assert_eq!(verdict, Ok(()), "{name}");
                assert_eq!(judge(&policy.typ("JWT")), Err(ErrorClass::Typ), "{name}");
            }
            "iat-future" => {
                assert_eq!(verdict, Err(ErrorClass::IssuedInFuture), "{name}");
                assert_eq!(judge(&policy.future_iat()), Ok(()), "{name}");
            }
            _ => assert!(is_expected(expected, verdict), "{name}: {expected}, {verdict:?}"),
        }
        let mut scratch = vec![0; token.len()];
        if let Ok(shown) = UnverifiedToken::parse(&token, &mut scratch) {
            let whole = shown
                .check_structure()
                .and_then(|()| shown.check_signature(&key))
                .and_then(|()| shown.check_times(&policy, now))
                .and_then(|()| shown.check_claims(&policy));
            let same = verify(&key, &token, &policy, now, &mut vec![0; token.len()]).is_ok();
            assert_eq!(whole.is_ok(), same, "{name}");
        } else {
            assert!(verdict.is_err(), "{name}");
        }
    }
    let total: usize = counts.values().sum();
    println!("{total} cases: {counts:?}");
    assert_eq!(total, 226);
}

/// The payloads of these vectors are no claims sets, so a right signature shows in that nothing is
/// wrong before the claims.
#[test]
fn every_wycheproof_hs256_vector_has_its_verdict() {
    let corpus = corpus("wycheproof/hs256-flat.json");
    let mut counts = BTreeMap::<&str, usize>::new();
    for case in corpus["tests"].as_array().unwrap() {
        let result = text(case, "strict_result");
        let valid = Hs256Key::new(&unbase64(text(case, "k"))).is_ok_and(|key| {
            let policy = Policy::new().max_token_len(1 << 16);
            judge(&key, text(case, "jws").as_bytes(), &policy, 0)
                .is_err_and(|error| error.class() == ErrorClass::ClaimsJson)
        });
        assert_eq!(valid, result == "valid", "{case}");
        *counts.entry(result).or_default() += 1;
    }
    println!("{counts:?}");
    assert_eq!(counts, BTreeMap::from([("invalid", 32), ("valid", 11)]));
}

#[test]
fn every_wycheproof_mac_is_right() {
    let corpus = corpus("wycheproof/testvectors_v1/hmac_sha256_test.json");
    let mut count = 0;
    for group in corpus["testGroups"].as_array().unwrap() {
        for case in group["tests"].as_array().unwrap() {
            let key = dangerous::short_key(&unhex(text(case, "key"))).unwrap();
            let tag = unhex(text(case, "tag"));
            let mac = key.mac(&unhex(text(case, "msg"))).unwrap();
            let valid = text(case, "result") == "valid";
            assert_eq!(mac[..tag.len()] == tag, valid, "{case}");
            count += 1;
        }
    }
    println!("{count} cases");
    assert_eq!(count, 174);
}

#[test]
fn the_vectors_of_the_rfcs() {
    let rfc = corpus("jwt/rfc-vectors.json");
    let mut count = 0;
    for case in rfc["rfc4231_hmac_sha256"].as_array().unwrap() {
        let key = dangerous::short_key(&unhex(text(case, "key_hex"))).unwrap();
        let mac = key.mac(&unhex(text(case, "data_hex"))).unwrap();
        assert_eq!(mac.as_slice(), unhex(text(case, "mac_hex")));
        count += 1;
    }
    for case in rfc["rfc4648_base64url"].as_array().unwrap() {
        let (bytes, encoded) = (text(case, "in"), text(case, "out"));
        assert_eq!(base64url::encode(bytes.as_bytes(), &mut [0; 8]), Ok(encoded));
        assert_eq!(unbase64(encoded), bytes.as_bytes());
        count += 1;
    }

    let key = |case: &Value| Hs256Key::new(&unbase64(text(case, "key_b64url"))).unwrap();
    let a1 = &rfc["rfc7515_a1"];
    let (exp, token) = (1_300_819_380, text(a1, "token"));
    let mut out = [0; 256];
    let (header, payload) = (text(a1, "header").as_bytes(), text(a1, "payload").as_bytes());
    assert_eq!(dangerous::sign_raw(&key(a1), header, payload, &mut out), Ok(token));
    let policy = Policy::new().issuer("joe");
    assert_eq!(judge(&key(a1), token.as_bytes(), &policy, exp - 1), Ok(()));
    assert_eq!(judge(&key(a1), token.as_bytes(), &policy, exp), Err(VerifyError::Expired));
    let a5 = text(&rfc["rfc7515_a5_unsecured"], "token").as_bytes();
    assert!(judge(&key(a1), a5, &policy, exp - 1).is_err());
    for name in ["rfc7797_4_1_attached", "rfc7520_4_4_hs256"] {
        let case = &rfc[name];
        let verdict = judge(&key(case), text(case, "token").as_bytes(), &policy, 0);
        assert_eq!(verdict.unwrap_err().class(), ErrorClass::ClaimsJson, "{name}");
    }
    let detached = &rfc["rfc7797_4_2_b64false_detached"];
    let verdict = judge(&key(detached), text(detached, "token").as_bytes(), &policy, 0);
    assert_eq!(verdict, Err(VerifyError::Crit));
    count += 5;
    println!("{count} vectors");
    assert_eq!(count, 19);
}

/// Tokens that another implementation signed with a secret that is too short to be safe.
#[test]
fn tokens_of_the_quilt_platform_are_reproduced() {
    const ID: Claim<'_> = Claim::string("id", "81a35282-0149-4eb3-bb8e-627379db6a1c");
    const UUID: Claim<'_> = Claim::string("uuid", "3caa49a9-3752-486e-b979-51a369d6df69");
    const EXP: i64 = 1_776_817_104;
    let key = dangerous::short_key(b"test-secret").unwrap();
    let policy = Policy::new().required(&["id", "uuid"]).allowed(&["id", "uuid", "exp"]);
    let extra = [ID, UUID, Claim::exp(EXP), Claim::sub("user-1")];
    for (claims, tag, verdict) in [
        (&[ID, UUID, Claim::exp(EXP)][..], "jJ-162LQHV3472kIEsvhyP3Dzbw_-7yV7CR5V0vL6nc", None),
        (
            &[ID, UUID, Claim::exp(1)],
            "77XGt3EKnduJV-WTvEBXtK6rZPZAMmdE6KJSJYaH3hQ",
            Some(ErrorClass::Expired),
        ),
        (&[ID, UUID], "M9F6HfIZnpuVU73nOEdKowOQjAvVFPTb7PxBqPqaHFc", Some(ErrorClass::Missing)),
        (&extra, "tGqqbAKMIfKeiVqYW-KKeheLDMSN9UnHgGTFm0X52qE", Some(ErrorClass::NotAllowed)),
    ] {
        let mut out = [0; 512];
        let token = sign(&key, &Header::default(), claims, &mut out).unwrap();
        assert_eq!(token.rsplit('.').next(), Some(tag));
        let judged = judge(&key, token.as_bytes(), &policy, EXP - 1);
        assert_eq!(judged.err().map(|error| error.class()), verdict);
    }
}
