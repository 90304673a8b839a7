//! No writer of the sources is left out.

use std::{fs, path::Path};

/// Functions that write into lent room and are not called in these files, with the reason.
const ELSEWHERE: [&str; 5] = [
    "finish",           // of `Writer`, which every `check_emit` ends by
    "from_value",       // of the feature `serde`, beside its source
    "message_endpoint", // names its limit: `channel.rs`
    "new",              // of `Writer`
    "string",           // is `json::write_string` outside
];

/// Public functions of `text` that write into lent room.
fn writers(text: &str) -> Vec<&str> {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let functions = code.split("pub fn ").skip(1).chain(code.split("pub const fn ").skip(1));
    let writes = |signature: &str| {
        ["&'o mut [u8]", "&'r mut [u8]", "&'s mut [u8]", "Writer<'_>", "TooSmall"]
            .iter()
            .any(|part| signature.contains(part))
    };
    functions
        .filter(|text| writes(text.split(['{', ';']).next().unwrap()))
        .map(|text| text.split(['(', '<']).next().unwrap())
        .collect()
}

fn sources(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("fuzzing") {
            all.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push(fs::read_to_string(path).unwrap());
        }
    }
    all
}

/// A writer that is added has to be held to the same.
#[test]
fn every_writer_of_the_sources_is_called_here() {
    let these = [include_str!("../outputs.rs"), include_str!("eras.rs")];
    let sources = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let mut names: Vec<&str> = sources.iter().flat_map(|text| writers(text)).collect();
    names.sort_unstable();
    names.dedup();
    let missing: Vec<_> = names
        .iter()
        .filter(|name| !ELSEWHERE.contains(name))
        .filter(|name| !these.iter().any(|text| text.contains(&format!("{name}("))))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    for name in ELSEWHERE {
        assert!(names.contains(&name), "{name} is no writer");
    }
    println!("{} writers", names.len());
    assert!(names.len() > 30, "{names:?}");
}
