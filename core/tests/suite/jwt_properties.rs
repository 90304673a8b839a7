//! What holds for every key, every set of claims and every text.

use mcpico_core::jwt::{
    Claim, ErrorClass, Header, HmacSha256, Hs256Key, KeySet, MacUnavailable, NamedKey, ObjectError,
    Policy, SignError, UnverifiedToken, VerifyError, base64url, dangerous, sign, sign_payload,
    verify,
};
use mcpico_core::{OutputTooSmall, json};
use proptest::collection::vec;
use proptest::prelude::*;

const NOW: i64 = 1_800_000_000;

/// Any policy of ours accepts these tokens but for what the test is about.
const OPEN: Policy<'_> =
    Policy::new().exp_optional().future_iat().any_audience().max_token_len(1 << 20);

#[derive(Clone, Debug)]
enum Owned {
    String(String),
    Integer(i64),
    Bool(bool),
    Strings(Vec<String>),
    Raw(String),
}

fn value() -> impl Strategy<Value = Owned> {
    prop_oneof![
        any::<String>().prop_map(Owned::String),
        any::<i64>().prop_map(Owned::Integer),
        any::<bool>().prop_map(Owned::Bool),
        vec(any::<String>(), 0..4).prop_map(Owned::Strings),
        "(\\[ *|\\{\"[ab]\": ){0,3}".prop_map(|open| {
            let close: String = open
                .chars()
                .rev()
                .filter_map(|c| match c {
                    '[' => Some(']'),
                    '{' => Some('}'),
                    _ => None,
                })
                .collect();
            Owned::Raw(format!("{open}1.5e3{close}"))
        }),
    ]
}

fn claims() -> impl Strategy<Value = Vec<(String, Owned)>> {
    // Names that no registered claim has.
    vec(("x[a-z\"\\\\é\u{1}😀]{0,4}", value()), 0..8).prop_map(|mut claims| {
        let mut seen = std::collections::HashSet::new();
        claims.retain(|(name, _)| seen.insert(name.clone()));
        claims
    })
}

/// The claims as the signer takes them.
fn borrowed<'a>(claims: &'a [(String, Owned)], texts: &'a [Vec<&'a str>]) -> Vec<Claim<'a>> {
    let claim = |((name, value), texts): (&'a (String, Owned), &'a Vec<&'a str>)| match value {
        Owned::String(text) => Claim::string(name, text),
        Owned::Integer(number) => Claim::integer(name, *number),
        Owned::Bool(value) => Claim::boolean(name, *value),
        Owned::Strings(_) => Claim::strings(name, texts),
        Owned::Raw(text) => Claim::raw(name, json::parse(text.as_bytes()).unwrap()),
    };
    claims.iter().zip(texts).map(claim).collect()
}

fn texts(claims: &[(String, Owned)]) -> Vec<Vec<&str>> {
    claims
        .iter()
        .map(|(_, value)| match value {
            Owned::Strings(texts) => texts.iter().map(String::as_str).collect(),
            _ => vec![],
        })
        .collect()
}

fn expected(claims: &[(String, Owned)]) -> serde_json::Value {
    let value = |value: &Owned| -> serde_json::Value {
        match value {
            Owned::String(text) => text.as_str().into(),
            Owned::Integer(number) => (*number).into(),
            Owned::Bool(value) => (*value).into(),
            Owned::Strings(texts) => texts.clone().into(),
            Owned::Raw(text) => serde_json::from_str(text).unwrap(),
        }
    };
    claims.iter().map(|(name, owned)| (name.clone(), value(owned))).collect()
}

fn signed(secret: &[u8], payload: &str) -> String {
    let mut out = vec![0; 2 * payload.len() + 256];
    let key = Hs256Key::new(secret).unwrap();
    sign_payload(&key, &Header::default(), payload.as_bytes(), &mut out).unwrap().to_owned()
}

/// Whatever the three ways in say about `token`, none panics and the strict ways agree.
fn judge(key: &Hs256Key, token: &[u8], room: usize) -> Result<(), VerifyError> {
    let mut scratch = vec![0; room];
    if let Ok(shown) = UnverifiedToken::parse(token, &mut scratch) {
        let _ = (shown.check_structure(), shown.check_signature(key));
        let _ = (shown.check_times(&OPEN, NOW), shown.check_claims(&OPEN));
    }
    let keys = [NamedKey { kid: None, key }];
    let in_set = KeySet::new(&keys).verify(token, &OPEN, NOW, &mut vec![0; room]).map(|_| ());
    let alone = verify(key, token, &OPEN, NOW, &mut scratch).map(|_| ());
    assert_eq!(in_set, alone);
    alone
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_signed_verifies_and_reads_back(
        secret in vec(any::<u8>(), 32..100),
        kid: Option<String>,
        typ: Option<String>,
        claims in claims(),
    ) {
        let key = Hs256Key::new(&secret).unwrap();
        let header = Header { kid: kid.as_deref(), typ: typ.as_deref() };
        let texts = texts(&claims);
        let borrowed = borrowed(&claims, &texts);
        let mut out = vec![0; 1 << 16];
        let token = sign(&key, &header, &borrowed, &mut out).unwrap();
        let mut scratch = vec![0; token.len()];
        let verified = verify(&key, token.as_bytes(), &OPEN, NOW, &mut scratch).unwrap();
        let json = verified.claims().object().raw();
        let read: serde_json::Value = serde_json::from_slice(json).unwrap();
        prop_assert_eq!(read, expected(&claims));
        prop_assert_eq!(verified.header().kid().map(|kid| kid.to_string()), kid.clone());
        prop_assert_eq!(verified.header().typ().map(|typ| typ.to_string()), typ.clone());

        let again = sign_payload(&key, &header, json, &mut vec![0; 1 << 16]).unwrap().to_owned();
        prop_assert_eq!(again, token);
    }

    #[test]
    fn the_needed_sizes_suffice_and_one_fewer_does_not(claims in claims(), fill: u8) {
        let key = Hs256Key::new(&[7; 32]).unwrap();
        let texts = texts(&claims);
        let borrowed = borrowed(&claims, &texts);
        let small = sign(&key, &Header::default(), &borrowed, &mut []).unwrap_err();
        let SignError::OutputTooSmall(OutputTooSmall { needed }) = small else { panic!("{small}") };
        let mut out = vec![fill; needed - 1];
        prop_assert_eq!(sign(&key, &Header::default(), &borrowed, &mut out), Err(small));
        prop_assert!(out.iter().all(|&byte| byte == fill));
        out.extend([fill; 2]);
        let token = sign(&key, &Header::default(), &borrowed, &mut out).unwrap().to_owned();
        prop_assert_eq!(token.len(), needed);
        prop_assert_eq!(out[needed], fill);

        let small = verify(&key, token.as_bytes(), &OPEN, NOW, &mut []).unwrap_err();
        let VerifyError::ScratchTooSmall { needed } = small else { panic!("{small}") };
        prop_assert_eq!(judge(&key, token.as_bytes(), needed - 1), Err(small));
        prop_assert_eq!(judge(&key, token.as_bytes(), needed), Ok(()));
    }

    #[test]
    fn no_prefix_of_a_token_passes(sub in ".{0,8}") {
        let payload = serde_json::json!({"sub": sub, "exp": NOW + 1}).to_string();
        let token = signed(&[7; 32], &payload);
        let key = Hs256Key::new(&[7; 32]).unwrap();
        prop_assert_eq!(judge(&key, token.as_bytes(), token.len()), Ok(()));
        for end in 0..token.len() {
            prop_assert!(judge(&key, &token.as_bytes()[..end], token.len()).is_err());
        }
    }

    #[test]
    fn one_other_bit_of_any_token_is_refused(
        secret in vec(any::<u8>(), 32..80),
        claims in claims(),
        kid: Option<String>,
        bit: prop::sample::Index,
    ) {
        let key = Hs256Key::new(&secret).unwrap();
        let header = Header { kid: kid.as_deref(), ..Header::default() };
        let texts = texts(&claims);
        let mut out = vec![0; 1 << 16];
        let token = sign(&key, &header, &borrowed(&claims, &texts), &mut out).unwrap();
        let mut token = token.as_bytes().to_vec();
        prop_assert_eq!(judge(&key, &token, token.len()), Ok(()));
        let bit = bit.index(token.len() * 8);
        token[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(judge(&key, &token, token.len()).is_err(), "bit {}", bit);
    }

    #[test]
    fn any_bytes_are_refused_and_nothing_panics(token: Vec<u8>, room in 0_usize..200) {
        let key = Hs256Key::new(&[7; 32]).unwrap();
        prop_assert!(judge(&key, &token, room).is_err());
    }

    #[test]
    fn any_parts_are_refused_and_nothing_panics(
        token in "[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{43}",
        room in 0_usize..80,
    ) {
        let key = Hs256Key::new(&[7; 32]).unwrap();
        prop_assert!(judge(&key, token.as_bytes(), room).is_err());
    }

    #[test]
    fn with_a_right_mac_our_readers_accept_no_more_than_serde(
        header in "\\{\"alg\":\"HS256\"[,:\"{}\\[\\]a-c0-9\\\\u ]{0,12}\\}",
        payload in "\\{[,:\"{}\\[\\]a-c0-9eE.+\\\\u -]{0,16}\\}",
    ) {
        let key = Hs256Key::new(&[7; 32]).unwrap();
        let mut out = [0; 512];
        let token = dangerous::sign_raw(&key, header.as_bytes(), payload.as_bytes(), &mut out);
        if judge(&key, token.unwrap().as_bytes(), 512).is_ok() {
            prop_assert!(serde_json::from_str::<serde_json::Value>(&header).is_ok());
            prop_assert!(serde_json::from_str::<serde_json::Value>(&payload).is_ok());
        }
    }

    #[test]
    fn errors_show_nothing_of_key_mac_or_token(
        secret in vec(any::<u8>(), 32..64),
        payload in prop_oneof![
            Just("{\"sub\":\"secret-subject\",\"exp\":1234567}"),
            Just("{\"sub\":12345678901}"),
            Just("{\"aud\":\"secret-audience\",\"exp\":9999999999}"),
            Just("{\"secret-name\":1,\"secret-name\":2}"),
            Just("[\"secret-text\"]"),
            Just("secret-text"),
        ],
        kid in prop_oneof![Just("\"secret-kid\""), Just("12345678901")],
        forged: bool,
    ) {
        let key = Hs256Key::new(&secret).unwrap();
        let header = format!("{{\"alg\":\"HS256\",\"kid\":{kid}}}");
        let mut out = [0; 512];
        let mut token = dangerous::sign_raw(&key, header.as_bytes(), payload.as_bytes(), &mut out)
            .unwrap()
            .to_owned();
        let parts: Vec<String> = token.split('.').map(str::to_owned).collect();
        let mac = key.mac(token.rsplit_once('.').unwrap().0.as_bytes()).unwrap();
        if forged {
            let first = if parts[2].starts_with('A') { "B" } else { "A" };
            token = format!("{}.{}.{first}{}", parts[0], parts[1], &parts[2][1..]);
        }
        let error = verify(&key, token.as_bytes(), &Policy::new(), NOW, &mut [0; 512]).map(|_| ());
        let error = error.unwrap_err();
        let keyed = dangerous::short_key(&[]).unwrap_err();
        let shown = format!("{error} {error:?} {} {keyed} {keyed:?} {key:?}", error.class());
        let hex = |bytes: &[u8]| -> String {
            let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
            digits.map(|digit| char::from_digit(digit.into(), 16).unwrap()).collect()
        };
        let list = |bytes: &[u8]| format!("{bytes:?}").trim_matches(['[', ']']).to_owned();
        for needle in [&parts[0], &parts[1], &parts[2], &hex(&secret), &hex(&mac), &list(&mac[..4])] {
            prop_assert!(!shown.contains(needle.as_str()), "{}", shown);
        }
        let words = ["secret-", "12345678901", "1234567", "9999999999"];
        prop_assert!(!words.iter().any(|word| shown.contains(word)), "{}", shown);
    }
}

/// Every bit of a token: some text has one meaning only, so no change is without effect.
#[test]
fn every_token_that_differs_in_one_bit_is_refused() {
    let key = Hs256Key::new(&[7; 32]).unwrap();
    let mut count = 0;
    for payload in ["{\"sub\":\"a\"}", "{\"sub\":\"ab\"}", "{\"sub\":\"abc\"}"] {
        let mut token = signed(&[7; 32], payload).into_bytes();
        assert_eq!(judge(&key, &token, 256), Ok(()));
        for bit in 0..token.len() * 8 {
            token[bit / 8] ^= 1 << (bit % 8);
            assert!(judge(&key, &token, 256).is_err(), "bit {bit}");
            token[bit / 8] ^= 1 << (bit % 8);
            count += 1;
        }
    }
    println!("{count} tokens");
}

#[test]
fn the_first_fault_in_the_fixed_order_is_named() {
    struct Silent;
    impl HmacSha256 for Silent {
        fn mac(&self, _: &[u8]) -> Result<[u8; 32], MacUnavailable> {
            Err(MacUnavailable)
        }
    }
    let key = Hs256Key::new(&[7; 32]).unwrap();
    let class = |key: &dyn HmacSha256, token: &str| {
        let mut scratch = [0; 512];
        let verdict =
            verify(key, token.as_bytes(), &Policy::new().max_token_len(400), 0, &mut scratch);
        verdict.map(|_| ()).unwrap_err().class()
    };
    let raw = |header: &str, payload: &str| {
        let mut out = [0; 512];
        dangerous::sign_raw(&key, header.as_bytes(), payload.as_bytes(), &mut out)
            .unwrap()
            .to_owned()
    };
    let wrong_everywhere = raw("{\"alg\":\"none\"}", "no json");
    assert_eq!(class(&Silent, &format!("{}..", "?".repeat(401))), ErrorClass::Limit);
    assert_eq!(class(&Silent, &format!("{wrong_everywhere}.")), ErrorClass::Malformed);
    assert_eq!(class(&Silent, &format!("{wrong_everywhere}=")), ErrorClass::Base64);
    assert_eq!(class(&Silent, &wrong_everywhere), ErrorClass::Alg);
    assert_eq!(class(&Silent, &raw("{\"alg\":\"HS256\"}", "no json")), ErrorClass::MacUnavailable);
    let forged = raw("{\"alg\":\"HS256\"}", "no json");
    assert_eq!(class(&Hs256Key::new(&[8; 32]).unwrap(), &forged), ErrorClass::Signature);
    assert_eq!(class(&key, &forged), ErrorClass::ClaimsJson);
    assert_eq!(
        class(&key, &raw("{\"alg\":\"HS256\"}", "{\"exp\":0,\"sub\":1}")),
        ErrorClass::ClaimType
    );
    assert_eq!(
        class(&key, &raw("{\"alg\":\"HS256\"}", "{\"exp\":0,\"aud\":\"x\"}")),
        ErrorClass::Expired
    );
}

#[test]
fn the_longest_token_is_as_long_as_the_policy_says() {
    let token = signed(&[7; 32], "{\"exp\":100}");
    let key = Hs256Key::new(&[7; 32]).unwrap();
    let (len, max) = (token.len(), token.len() - 1);
    let judge =
        |policy: Policy<'_>| verify(&key, token.as_bytes(), &policy, 0, &mut [0; 256]).map(|_| ());
    assert_eq!(judge(Policy::new().max_token_len(len)), Ok(()));
    let error = VerifyError::TokenTooLong { len, max };
    assert_eq!(judge(Policy::new().max_token_len(max)), Err(error));
}

/// Each verdict on a token stands on its own.
#[test]
fn the_signature_of_an_expired_token_can_be_told() {
    let token = signed(&[7; 32], "{\"exp\":100,\"aud\":\"a\"}");
    let mut scratch = [0; 256];
    let shown = UnverifiedToken::parse(token.as_bytes(), &mut scratch).unwrap();
    let policy = Policy::new().audience("a");
    assert_eq!(shown.check_structure(), Ok(()));
    assert_eq!(shown.check_signature(&Hs256Key::new(&[7; 32]).unwrap()), Ok(()));
    let other = Hs256Key::new(&[8; 32]).unwrap();
    assert_eq!(shown.check_signature(&other), Err(VerifyError::Signature));
    assert_eq!(shown.check_times(&policy, 100), Err(VerifyError::Expired));
    assert_eq!(shown.check_times(&policy, 99), Ok(()));
    assert_eq!(shown.check_claims(&policy), Ok(()));
    assert_eq!(shown.check_claims(&Policy::new()), Err(VerifyError::UnexpectedAudience));
    assert_eq!(shown.check_claims(&policy.typ("jwt")), Ok(()));
    assert_eq!(shown.check_claims(&policy.typ("at+jwt")), Err(VerifyError::Typ));
    assert_eq!(shown.header().unwrap().alg().unwrap().to_string(), "HS256");
    assert_eq!(shown.claims().unwrap().exp(), Ok(Some(100)));

    let mut foreign = [0; 256];
    let header = b"{\"alg\":\"RS256\"}";
    let token = dangerous::sign_raw(&other, header, b"not json", &mut foreign).unwrap();
    let shown = UnverifiedToken::parse(token.as_bytes(), &mut scratch).unwrap();
    assert_eq!(shown.check_structure(), Err(VerifyError::Alg));
    assert_eq!(shown.header_json(), header);
    assert!(matches!(shown.claims().unwrap_err(), VerifyError::Claims(ObjectError::Json(_))));
    assert_eq!(shown.claims_json(), b"not json");
    let tag = token.rsplit_once('.').unwrap();
    assert_eq!(shown.signing_input(), tag.0.as_bytes());
    assert_eq!(base64url::decoded_len(tag.1.len()), Some(32));
}
