//! `docs/threats.md`: every row names tests that exist and cases that are in the corpora.

use std::{collections::BTreeMap, fs, path::Path, path::PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn page() -> String {
    fs::read_to_string(root().join("docs/threats.md")).unwrap()
}

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

fn tests(text: &str) -> impl Iterator<Item = (&str, &str)> {
    quoted(text).filter_map(|quoted| quoted.split_once("::")).filter(|(file, _)| is_rust(file))
}

fn is_rust(file: &str) -> bool {
    Path::new(file).extension().is_some_and(|extension| extension == "rs")
}

/// Whether `source` has a test of that name. In the programs under valgrind the parts are functions.
fn has_test(file: &str, source: &str, name: &str) -> bool {
    let declaration = format!("fn {name}(");
    let mut before: &[&str] = &[];
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    for (at, line) in lines.iter().enumerate() {
        if line.contains(&declaration) {
            before = lines.get(..at).unwrap();
        }
    }
    let mut head =
        before.iter().rev().take_while(|line| line.starts_with("//") || line.starts_with("#["));
    let is_test = head.any(|line| line.starts_with("#[") && line.contains("test"));
    is_test || (file.starts_with("proofs/") && file.ends_with("main.rs") && !before.is_empty())
}

#[test]
fn every_row_names_tests_that_exist() {
    let page = page();
    let mut ran = 0;
    let mut missing = Vec::new();
    for (file, name) in tests(&page) {
        let source = fs::read_to_string(root().join(file)).unwrap_or_default();
        if !has_test(file, &source, name) {
            missing.push(format!("{file}::{name}"));
        }
        ran += 1;
    }
    assert!(missing.is_empty(), "{missing:#?}");

    let mut rows = BTreeMap::<String, usize>::new();
    for row in page.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let Some((letter, number)) = cells[0].split_at_checked(1) else { continue };
        let Ok(number) = number.parse::<usize>() else { continue };
        let count = rows.entry(letter.to_owned()).or_default();
        *count += 1;
        assert_eq!(number, *count, "{row}");
        assert_eq!(cells.len(), 4, "{row}");
        let shown = tests(cells[3]).count();
        assert!(shown > 0 || cells[2].starts_with("not yet"), "{row}");
    }
    println!("{ran} tests in rows {rows:?}");
    let expected = [("F", 3), ("G", 5), ("H", 17), ("J", 23), ("L", 7), ("R", 17), ("S", 9)];
    assert_eq!(rows, expected.map(|(letter, count)| (letter.to_owned(), count)).into());
}

#[test]
fn every_named_case_is_in_its_corpus() {
    let page = page();
    let mut ran = 0;
    for (folder, name) in quoted(&page).filter_map(|quoted| quoted.split_once(':')) {
        let file = if folder == "jwt" { "hs256-cases.json" } else { "cases.json" };
        if !matches!(folder, "http" | "jwt" | "sse") || name.starts_with(':') {
            continue;
        }
        let file = root().join("core/tests/corpora").join(folder).join(file);
        let corpus: serde_json::Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        let mut cases = corpus["cases"].as_array().unwrap().iter();
        assert!(cases.any(|case| case["name"] == name), "{folder}:{name}");
        ran += 1;
    }
    println!("{ran} cases");
    assert!(ran > 15);
}

/// A page that names nothing would pass everything.
#[test]
fn tests_that_do_not_exist_are_found_out() {
    let source =
        "#[test]\nfn there() {}\nfn no_test() {}\n    #[test]\n    // why\n    fn other(x: u8) {}";
    for (name, exists) in [("there", true), ("other", true), ("no_test", false), ("ther", false)] {
        assert_eq!(has_test("core/tests/suite/x.rs", source, name), exists, "{name}");
    }
    assert_eq!(tests("`a.rs::b`, `C::d`, `e.rs`").collect::<Vec<_>>(), [("a.rs", "b")]);
}
