//! Inputs that fuzzing has found, and the corpora as they are, through the bodies of the fuzz targets.

use std::{fs, path::Path};

use mcpico_core::fuzzing::TARGETS;

/// Runs `body` on `input` and says which one it was when that panics.
fn run(body: fn(&[u8]), input: &[u8], name: &str) {
    let result = std::panic::catch_unwind(|| body(input));
    assert!(result.is_ok(), "{name}");
}

#[test]
fn what_was_found_stays_mended() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz_regressions");
    let mut count = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let known = TARGETS.iter().any(|(target, _)| *target == name);
        assert!(known || name == "README.md", "{name} is no target");
    }
    for (name, body) in TARGETS {
        for entry in fs::read_dir(folder.join(name)).into_iter().flatten() {
            let path = entry.unwrap().path();
            run(body, &fs::read(&path).unwrap(), &path.display().to_string());
            count += 1;
        }
    }
    println!("inputs: {count}");
    assert!(count > 0);
}

#[test]
fn every_body_takes_every_short_input_and_every_file_of_a_corpus() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpora");
    let mut inputs: Vec<Vec<u8>> = (0..=255).map(|byte| vec![byte]).collect();
    inputs.extend((0..=255).map(|byte| vec![byte; 64]));
    inputs.push(Vec::new());
    let files = fs::read_dir(folder.join("jsontestsuite/test_parsing")).unwrap();
    inputs.extend(files.map(|file| fs::read(file.unwrap().path()).unwrap()));
    inputs.retain(|input| input.len() < 10_000);
    for (name, body) in TARGETS {
        for input in &inputs {
            run(body, input, name);
        }
    }
    println!("inputs: {} for each of {} bodies", inputs.len(), TARGETS.len());
    assert!(inputs.len() > 700);
}
