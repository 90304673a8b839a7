//! The program that README.md shows is the one that is compiled and run, and its figures are those of the pages.

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

/// Numbers of three digits and more, as they are written: `8,156`.
fn figures(text: &str) -> Vec<&str> {
    let parts = text.split(|c: char| !(c.is_ascii_digit() || c == ','));
    parts.map(|part| part.trim_matches(',')).filter(|part| part.len() > 2).collect()
}

/// What a command has measured stands on the page that the command writes or checks.
#[test]
fn the_figures_are_those_of_the_pages() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |page: &str| fs::read_to_string(root.join(page)).unwrap();
    let readme = read("README.md");
    let (_, numbers) = readme.split_once("\n## Numbers\n").unwrap();
    let (numbers, _) = numbers.split_once("\n## ").unwrap();
    let mut ran = 0;
    for row in numbers.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let page = match *cells.last().unwrap() {
            "`size/measure`" => "docs/size.md",
            "`proofs/coverage`" => "docs/coverage.md",
            "`interop/run matrix`" => "docs/interop.md",
            _ => continue,
        };
        let text = read(page);
        let measured = figures(&text);
        for figure in figures(cells[1]) {
            assert!(measured.contains(&figure), "{figure} of README.md is not in {page}: {row}");
            ran += 1;
        }
    }
    println!("{ran} figures");
    assert!(ran > 10, "{ran}");
}
