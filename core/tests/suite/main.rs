//! The tests of core's public interface, in one program: it is linked once, not once per file.

mod channel;
mod client;
mod client_rules;
mod comparisons;
mod debug;
mod errors;
mod exchange;
mod framing;
#[cfg(feature = "fuzzing")]
mod fuzz_regressions;
mod guard;
mod http1;
mod httpauth;
mod json_stream;
mod json_suite;
mod json_text;
mod jsonrpc;
mod jwt_corpora;
mod jwt_properties;
mod lines;
mod masking;
mod mcp_corpus;
mod mcp_headers;
mod mcp_results;
mod outputs;
mod overtaken;
mod patterns;
mod readme;
mod redaction;
mod result_stream;
mod threats;

/// A file that nobody declares would be left out without a word.
#[test]
fn every_file_is_a_module() {
    let suite = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite");
    let this = include_str!("main.rs");
    let mut ran = 0;
    for entry in std::fs::read_dir(suite).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let module = file.trim_end_matches(".rs");
        assert!(module == "main" || this.contains(&format!("\nmod {module};\n")), "{file}");
        ran += 1;
    }
    println!("{ran} files");
}
