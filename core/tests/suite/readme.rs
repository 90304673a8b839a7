//! The program that README.md shows is the one that is compiled and run.

use std::{fs, path::Path};

#[test]
fn the_program_that_is_shown_is_the_one_that_runs() {
    let core = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(core.join("../README.md")).unwrap();
    let (_, after) = page.split_once("<!-- file: core/examples/token.rs -->\n```rust\n").unwrap();
    let (shown, _) = after.split_once("```").unwrap();
    let program = fs::read_to_string(core.join("examples/token.rs")).unwrap();
    // What it is for stands around it on the page.
    let text = program.split_once("\n\n").unwrap().1;
    assert_eq!(shown, text);
}
