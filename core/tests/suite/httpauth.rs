//! The corpus of `WWW-Authenticate` lists.

use mcpico_core::auth::{Challenge, Challenges};
use serde_json::{Value, json};

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpora/httpauth/cases.json");

fn text_of(challenge: &Challenge<'_>) -> Value {
    if let Some(token68) = challenge.token68() {
        assert_eq!(challenge.params().count(), 0);
        return json!({"scheme": challenge.scheme(), "token68": token68});
    }
    let params: Vec<_> = challenge
        .params()
        .map(|(name, value)| {
            let mut out = [0; 200];
            let copy = value.copy_to(&mut out).unwrap();
            assert!(value == *copy && challenge.param(name).unwrap() == *copy);
            json!([name, std::str::from_utf8(copy).unwrap()])
        })
        .collect();
    json!({"scheme": challenge.scheme(), "params": params})
}

fn read(lines: &[String]) -> Value {
    let mut all = Vec::new();
    for line in lines {
        match Challenges::parse(line.as_bytes()) {
            Ok(challenges) => all.extend(challenges.map(|challenge| text_of(&challenge))),
            Err(_) => return json!("error"),
        }
    }
    Value::Array(all)
}

fn lines_of(case: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    match &case["headers_gen"] {
        Value::Null => case["headers"].as_array().unwrap().iter().map(text).collect(),
        parts => {
            let count = usize::try_from(parts["count"].as_u64().unwrap()).unwrap();
            vec![
                text(&parts["prefix"])
                    + &text(&parts["unit"]).repeat(count)
                    + &text(&parts["suffix"]),
            ]
        }
    }
}

#[test]
fn every_case_reads_as_the_corpus_says() {
    let corpus: Value = serde_json::from_str(&std::fs::read_to_string(CASES).unwrap()).unwrap();
    let cases = corpus["cases"].as_array().unwrap();
    for case in cases {
        let result = read(&lines_of(case));
        if case["expected"] == "limit-or-ok" {
            assert_eq!(result.as_array().unwrap().len(), 20_001, "{}", case["name"]);
        } else {
            assert_eq!(result, case["expected"], "{}", case["name"]);
        }
    }
    assert_eq!(cases.len(), 57);
    println!("{} cases", cases.len());
}

#[test]
fn every_start_of_a_line_is_read_or_refused() {
    let mut ran = 0;
    let corpus: Value = serde_json::from_str(&std::fs::read_to_string(CASES).unwrap()).unwrap();
    for case in corpus["cases"].as_array().unwrap().iter().filter(|case| case["headers"].is_array())
    {
        for line in lines_of(case) {
            for end in 0..=line.len() {
                if let Err(error) = Challenges::parse(&line.as_bytes()[..end]) {
                    assert!(error.at <= end);
                }
                ran += 1;
            }
        }
    }
    println!("{ran} starts");
    assert!(ran > 1000, "{ran}");
}
