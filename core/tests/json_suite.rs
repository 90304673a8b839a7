//! `JSONTestSuite`: every must-accept, must-reject and implementation-defined file.

use std::{collections::BTreeMap, fs, path::Path};

use mcpico_core::json::{JsonErrorKind, parse};

#[test]
fn every_file_has_the_required_verdict() {
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpora/jsontestsuite");
    let recommended: BTreeMap<String, String> =
        serde_json::from_slice(&fs::read(suite.join("i-files-recommended.json")).unwrap()).unwrap();
    let mut counts = BTreeMap::<char, usize>::new();
    for entry in fs::read_dir(suite.join("test_parsing")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let verdict = parse(&fs::read(&path).unwrap()).map(|_| ()).map_err(|error| error.kind);
        let class = name.chars().next().unwrap();
        match class {
            'y' => assert_eq!(verdict, Ok(()), "{name}"),
            'n' => assert!(verdict.is_err(), "{name}"),
            _ => match recommended[name].split([' ', ':']).next().unwrap() {
                "accept-syntax" => assert_eq!(verdict, Ok(()), "{name}"),
                "limit" => assert_eq!(verdict, Err(JsonErrorKind::DepthExceeded), "{name}"),
                "surrogate-policy" => {
                    let errors = [JsonErrorKind::LoneSurrogate, JsonErrorKind::InvalidEscape];
                    assert!(errors.map(Err).contains(&verdict), "{name}: {verdict:?}");
                }
                _ => assert!(verdict.is_err(), "{name}"),
            },
        }
        *counts.entry(class).or_default() += 1;
    }
    println!("cases: {counts:?}");
    assert_eq!(counts, BTreeMap::from([('i', 35), ('n', 188), ('y', 95)]));
}
