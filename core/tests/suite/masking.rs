//! The corpus of texts with secrets, with those secrets and with any others of their shape.

use mcpico_core::auth::{Bearer, Redactor, mask};
use proptest::prelude::*;
use serde_json::Value;

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpora/masking/cases.json");

fn redact(secrets: &[&[u8]], text: &str) -> String {
    let pieces: Vec<u8> =
        Redactor::new(secrets).pieces(text.as_bytes()).flatten().copied().collect();
    String::from_utf8(pieces).unwrap()
}

fn assert_hidden(output: &str, secrets: &[&str], name: &Value) {
    for secret in secrets {
        assert!(!output.contains(secret), "{name}: {output}");
        for run in secret.as_bytes().windows(5) {
            let run = std::str::from_utf8(run).unwrap();
            assert!(!output.contains(run), "{name}: {run} is left in {output}");
        }
    }
}

#[test]
fn every_case_hides_its_secrets_known_or_not() {
    let corpus: Value = serde_json::from_str(&std::fs::read_to_string(CASES).unwrap()).unwrap();
    let cases = corpus["cases"].as_array().unwrap();
    for case in cases {
        let input = case["input"].as_str().unwrap();
        let secrets: Vec<_> =
            case["secrets"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
        let known: Vec<_> = secrets.iter().map(|secret| secret.as_bytes()).collect();
        let unknown = redact(&[], input);
        assert_hidden(&unknown, &secrets, &case["name"]);
        assert_hidden(&redact(&known, input), &secrets, &case["name"]);
        assert_eq!(unknown == input, secrets.is_empty(), "{}: {unknown}", case["name"]);
    }
    assert_eq!(cases.len(), 32);
    println!("{} cases", cases.len());
}

/// `secret` with other letters and digits where it has some; what makes it a JWT stays.
fn another(secret: &str, letters: &[char]) -> String {
    let mut letters = letters.iter().copied().cycle();
    let mut before = String::new();
    for character in secret.chars() {
        let starts_jwt = ["e", "ey", "eyJ"].iter().any(|start| {
            let part = before.rsplit('.').next().unwrap_or_default();
            start[..start.len() - 1] == *part && start.ends_with(character)
        });
        let replace = character.is_ascii_alphanumeric() && !starts_jwt;
        before.push(if replace { letters.next().unwrap() } else { character });
    }
    before
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_case_hides_other_secrets_of_the_same_shape(
        letters in proptest::collection::vec(proptest::char::range('a', 'z'), 40..60),
        digits in proptest::collection::vec(proptest::char::range('0', '9'), 40..60),
    ) {
        let corpus: Value = serde_json::from_str(&std::fs::read_to_string(CASES).unwrap()).unwrap();
        let alphabet: Vec<char> =
            letters.iter().zip(&digits).flat_map(|(letter, digit)| [*letter, *digit]).collect();
        for case in corpus["cases"].as_array().unwrap() {
            let mut input = case["input"].as_str().unwrap().to_owned();
            let mut secrets = Vec::new();
            for secret in case["secrets"].as_array().unwrap() {
                let secret = secret.as_str().unwrap();
                let other = another(secret, &alphabet);
                input = input.replace(secret, &other);
                // A shorter one could stand in the rest of the text by chance.
                if other.len() >= 8 {
                    secrets.push(other);
                }
            }
            let secrets: Vec<&str> = secrets.iter().map(String::as_str).collect();
            let known: Vec<&[u8]> = secrets.iter().map(|secret| secret.as_bytes()).collect();
            assert_hidden(&redact(&[], &input), &secrets, &case["name"]);
            assert_hidden(&redact(&known, &input), &secrets, &case["name"]);
        }
    }

    #[test]
    fn a_mask_shows_at_most_eight_characters(token in "[A-Za-z0-9_~+/-]{1,80}") {
        let masked = mask(token.as_bytes());
        let shown = masked.as_str();
        let ends = shown.split_once("...");
        let count = ends.map_or(0, |(head, tail)| head.len() + tail.len());
        prop_assert!(count <= 8 && count < token.len(), "{shown}");
        // No run of the token is longer than its ends.
        for run in token.as_bytes().windows(5) {
            prop_assert!(!shown.as_bytes().windows(5).any(|part| part == run), "{shown}");
        }
        if token.len() <= 12 {
            prop_assert_eq!(shown, "***");
        }
        let bearer = Bearer::new(&token).unwrap();
        prop_assert_eq!(format!("{bearer:?}"), format!("Bearer({shown})"));
    }
}
