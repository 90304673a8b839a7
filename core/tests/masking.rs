//! The corpus of texts with secrets.

use mcpico_core::auth::Redactor;
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
