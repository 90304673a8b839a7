//! Two faults in one place must not cancel out: MACs, bearers, keys and texts of base64url.

use mcpico_core::auth::Bearer;
use mcpico_core::jwt::base64url::{Base64Error, decode, encode};
use mcpico_core::jwt::{
    Header, HmacSha256, Hs256Key, KeyError, Policy, UnverifiedToken, VerifyError, sign, verify,
};

fn key() -> Hs256Key {
    Hs256Key::new(&[7; 32]).unwrap()
}

#[test]
fn two_equal_differences_in_a_mac_are_seen() {
    let mut out = [0; 256];
    let token = sign(&key(), &Header::default(), &[], &mut out).unwrap().to_owned();
    let (signing_input, tag) = token.rsplit_once('.').unwrap();
    let mut right = [0; 32];
    decode(tag.as_bytes(), &mut right).unwrap();
    let policy = Policy::new();
    let mut ran = 0;
    for first in 0..32 {
        for second in 0..first {
            for bit in [0x01, 0x80] {
                let mut wrong = right;
                wrong[first] ^= bit;
                wrong[second] ^= bit;
                let mut text = [0; 43];
                let text = encode(&wrong, &mut text).unwrap();
                let token = format!("{signing_input}.{text}");
                let mut scratch = [0; 256];
                let verdict = verify(&key(), token.as_bytes(), &policy, 0, &mut scratch);
                assert_eq!(verdict.err(), Some(VerifyError::Signature), "{first} and {second}");
                let mut scratch = [0; 256];
                let unverified = UnverifiedToken::parse(token.as_bytes(), &mut scratch).unwrap();
                let verdict = unverified.check_signature(&key());
                assert_eq!(verdict, Err(VerifyError::Signature), "{first} and {second}");
                ran += 1;
            }
        }
    }
    println!("{ran} tags");
}

#[test]
fn two_equal_differences_in_a_bearer_are_seen() {
    let token = b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".map(char::from);
    let right: String = token.iter().collect();
    let right = Bearer::new(&right).unwrap();
    for first in 0..token.len() {
        for second in 0..first {
            let mut wrong = token;
            wrong[first] = 'C';
            wrong[second] = 'C';
            let wrong: String = wrong.iter().collect();
            assert!(!Bearer::new(&wrong).unwrap().matches(&right), "{first} and {second}");
        }
    }
}

#[test]
fn two_symbols_that_are_none_are_seen() {
    for length in [2, 3, 4, 6, 7, 8] {
        for first in 0..length {
            for second in 0..=first {
                let mut text = vec![b'A'; length];
                text[first] = b'!';
                text[second] = b'!';
                let expected = Err(Base64Error::Symbol { at: second });
                let decoded = decode(&text, &mut [0; 8]).map(|_| ());
                assert_eq!(decoded, expected, "{length}: {first} and {second}");
            }
        }
    }
}

/// The signature is judged by its form, too, where nothing is verified.
#[test]
fn the_form_of_a_signature_is_judged_without_a_key() {
    let structure = |signature: &str| {
        let token = format!("eyJhbGciOiJIUzI1NiJ9.e30.{signature}");
        let mut scratch = [0; 256];
        let unverified = UnverifiedToken::parse(token.as_bytes(), &mut scratch).unwrap();
        unverified.check_structure()
    };
    for (signature, expected) in [
        // What is base64url, but not of 32 bytes.
        ("AA", None),
        ("AAA", None),
        ("AAAA", None),
        ("A", Some(Base64Error::Length)),
        ("AAAAA", Some(Base64Error::Length)),
        ("AB", Some(Base64Error::TrailingBits)),
        ("AAB", Some(Base64Error::TrailingBits)),
        ("A!", Some(Base64Error::Symbol { at: 1 })),
    ] {
        let error = match structure(signature).unwrap_err() {
            VerifyError::Base64 { error, .. } => Some(error),
            VerifyError::Signature => None,
            other => panic!("{signature}: {other}"),
        };
        assert_eq!(error, expected, "{signature}");
    }
}

#[test]
fn two_pem_blocks_are_no_better_than_one() {
    let block = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n";
    for count in 1..4 {
        let secret = block.repeat(count);
        assert_eq!(Hs256Key::new(secret.as_bytes()).err(), Some(KeyError::Pem), "{count}");
    }
}

/// RFC 2104, section 2: a key longer than a block of 64 bytes is hashed, one of exactly a block is not.
/// The MACs are those of Python's `hmac.new(bytes(range(n)), b"message", "sha256")`.
#[test]
fn keys_around_one_block() {
    for (length, mac) in [
        (63, "b86ea50d9f23f008fd5904193ccdc892ff333e26cf44153a03dfae39c8d0eafb"),
        (64, "eb97f15211c02e38e3213edb045e8301601867c1cd49df01c687eb04f8909e98"),
        (65, "2d55f05a56fff8d5ba47a50eb1c006240377002f70e09d8862f8a5cb1c880e4a"),
        (128, "1f35d140ad4e844e42f6521610e2b89f4ef6da56d91965486875ff828970574f"),
    ] {
        let secret: Vec<u8> = (0..length).collect();
        let key = Hs256Key::new(&secret).unwrap();
        let expected: Vec<u8> =
            (0..32).map(|at| u8::from_str_radix(&mac[2 * at..2 * at + 2], 16).unwrap()).collect();
        assert_eq!(key.mac(b"message").unwrap()[..], expected, "{length}");
    }
}
