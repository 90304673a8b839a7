//! `include/mcpico.h` is what cbindgen makes of the sources, and says what the crate says.
//!
//! `MCPICO_WRITE=1 cargo test -p mcpico-ffi --test header` writes it anew.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

use cbindgen::{Builder, Config, DocumentationStyle, Language, Style};

/// The sections of the header: title, sources.
const SECTIONS: &[(&str, &[&str])] = &[
    ("Texts", &["boundary"]),
    ("Status", &["status"]),
    ("Version", &["version"]),
    ("Keys", &["key", "engine"]),
    ("Policies and verified tokens", &["policy", "token"]),
    ("Signing", &["sign"]),
    ("Tokens that nobody has verified", &["unverified"]),
    ("Secrets in logs and memory", &["secret"]),
    ("The Authorization header", &["bearer"]),
    ("The WWW-Authenticate header", &["challenge"]),
    ("The guard of a resource", &["guard"]),
    ("JSON", &["json", "json_pointer"]),
    ("MCP: where answers are received", &["inbox"]),
    ("MCP: requests", &["call"]),
    ("MCP: events", &["event"]),
    ("MCP: one request and its answer", &["post", "exchange"]),
    ("MCP: results that are larger than the inbox", &["result_stream"]),
    ("JSON that comes in pieces", &["json_stream"]),
    ("MCP: the client", &["client"]),
    ("MCP: what a server tells of its own accord", &["subscription"]),
    ("MCP: what results, errors and notifications say", &["result"]),
    ("MCP: what a server may ask of a client", &["elicitation"]),
    ("JSON-RPC messages alone", &["rpc"]),
    ("HTTP/1.1", &["http1"]),
    ("HTTP/1.1: a response on its way into the inbox", &["response"]),
    ("MCP over a stream of lines", &["lines"]),
    ("MCP over HTTP+SSE of 2024-11-05", &["channel"]),
    ("Framing alone", &["framing"]),
    ("A whole call over two callbacks", &["run"]),
];

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn part(name: &str) -> String {
    fs::read_to_string(root().join("ffi/tests/header").join(name)).unwrap()
}

fn config() -> Config {
    let mut config = Config {
        language: Language::C,
        style: Style::Tag,
        no_includes: true,
        usize_is_size_t: true,
        documentation_style: DocumentationStyle::Doxy,
        line_length: 110,
        ..Config::default()
    };
    config.function.prefix = Some("MCPICO_API".into());
    config.export.include = mcpico::SIZES.iter().map(|(name, _)| (*name).to_owned()).collect();
    config
        .export
        .include
        .extend(["mcpico_read", "mcpico_write", "mcpico_observe", "mcpico_mac"].map(str::to_owned));
    config
}

fn header() -> String {
    let version = part("top.h")
        .replace("@MAJOR@", env!("CARGO_PKG_VERSION_MAJOR"))
        .replace("@MINOR@", env!("CARGO_PKG_VERSION_MINOR"))
        .replace("@PATCH@", env!("CARGO_PKG_VERSION_PATCH"))
        .replace("@VERSION@", env!("CARGO_PKG_VERSION"));
    let mut header = version;
    for (name, _) in mcpico::SIZES {
        writeln!(header, "typedef struct {name} {name};").unwrap();
    }
    header.push('\n');
    for (title, sources) in SECTIONS {
        writeln!(header, "/* ---- {title} {} */\n", "-".repeat(108 - title.len())).unwrap();
        let mut builder = Builder::new().with_config(config());
        for source in *sources {
            builder = builder.with_src(root().join(format!("ffi/src/{source}.rs")));
        }
        let mut text = Vec::new();
        builder.generate().unwrap().write(&mut text);
        let text = String::from_utf8(text).unwrap();
        let text = text
            .replace("MCPICO_API int32_t", "MCPICO_API MCPICO_NODISCARD int32_t")
            .replace("MCPICO_API\nint32_t", "MCPICO_API MCPICO_NODISCARD\nint32_t");
        // Every type has its typedef at the top, which C99 allows once.
        let text = [" ", "("].iter().fold(text, |text, before| {
            text.replace(&format!("{before}struct mcpico_"), &format!("{before}mcpico_"))
        });
        header.push_str(one_line(text.trim_start()).trim_start());
        header.push('\n');
    }
    let names = || mcpico::SIZES.iter().map(|(name, _)| *name);
    let mut sizes = String::new();
    for name in names().filter(|name| header.contains(&format!("{}_WORDS ", name.to_uppercase()))) {
        let upper = name.to_uppercase();
        writeln!(sizes, "#define {upper}_SIZE ({upper}_WORDS * 8)").unwrap();
    }
    let sizeofs = names().map(|name| format!("    sizeof({name}),")).collect::<Vec<_>>().join("\n");
    header + &part("bottom.h").replace("@SIZES@", &sizes).replace("@SIZEOFS@", &sizeofs)
}

/// Comments of one line on one line, and negative numbers in parentheses.
fn one_line(text: &str) -> String {
    let mut lines = text.lines().peekable();
    let mut out = String::new();
    while let Some(line) = lines.next() {
        let indent = &line[..line.len() - line.trim_start().len()];
        if line.trim() != "/**" {
            match line.split_once(" -").filter(|_| line.starts_with("#define")) {
                Some((name, number)) => writeln!(out, "{name} (-{number})").unwrap(),
                None => writeln!(out, "{line}").unwrap(),
            }
            continue;
        }
        let mut comment = Vec::new();
        for line in lines.by_ref().take_while(|line| line.trim() != "*/") {
            comment.push(line.trim().strip_prefix('*').unwrap().trim());
        }
        if let [only] = comment[..] {
            writeln!(out, "{indent}/** {only} */").unwrap();
        } else {
            writeln!(out, "{indent}/**").unwrap();
            for line in comment {
                writeln!(out, "{}", format!("{indent} * {line}").trim_end()).unwrap();
            }
            writeln!(out, "{indent} */").unwrap();
        }
    }
    out
}

#[test]
fn the_committed_header_is_the_generated_one() {
    let path = root().join("include/mcpico.h");
    let header = header();
    if env::var_os("MCPICO_WRITE").is_some() {
        fs::write(&path, &header).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    let differs = committed.lines().zip(header.lines()).position(|(old, new)| old != new);
    assert!(
        committed == header,
        "include/mcpico.h differs from line {:?} on; write it anew by \
         `MCPICO_WRITE=1 cargo test -p mcpico-ffi --test header`",
        differs.map(|line| line + 1)
    );
}

#[test]
fn the_version_number_has_all_three_parts() {
    let number = mcpico::mcpico_version_number();
    let part = |text: &str| text.parse::<u32>().unwrap();
    assert_eq!(number >> 16, part(env!("CARGO_PKG_VERSION_MAJOR")));
    assert_eq!(number >> 8 & 0xff, part(env!("CARGO_PKG_VERSION_MINOR")));
    assert_eq!(number & 0xff, part(env!("CARGO_PKG_VERSION_PATCH")));
    for (macro_name, value) in [
        ("MAJOR", env!("CARGO_PKG_VERSION_MAJOR")),
        ("MINOR", env!("CARGO_PKG_VERSION_MINOR")),
        ("PATCH", env!("CARGO_PKG_VERSION_PATCH")),
    ] {
        assert!(header().contains(&format!("#define MCPICO_VERSION_{macro_name} {value}\n")));
    }
}

/// The functions that a header declares.
fn declared(header: &str) -> Vec<String> {
    let mut names: Vec<_> = header
        .split("\nMCPICO_API")
        .skip(1)
        .filter_map(|declaration| declaration.split_once('('))
        .filter_map(|(before, _)| before.split([' ', '*', '\n']).next_back())
        .filter(|name| name.starts_with("mcpico_"))
        .map(str::to_owned)
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn the_committed_symbols_are_the_declared_functions() {
    let path = root().join("ffi/symbols.txt");
    let names = declared(&header()).join("\n") + "\n";
    if env::var_os("MCPICO_WRITE").is_some() {
        fs::write(&path, &names).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), names);
}

/// Pages that say how many there are.
#[test]
fn the_number_of_functions_is_that_of_the_pages() {
    let count = declared(&header()).len();
    for page in ["README.md", "docs/c.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        assert!(text.contains(&format!("{count} functions")), "{page}: there are {count}");
    }
}

#[test]
fn every_function_of_the_sources_is_declared() {
    let (mut defined, mut paths) = (Vec::new(), vec![root().join("ffi/src")]);
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            paths.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let source = fs::read_to_string(path).unwrap();
        for after in source.split("#[unsafe(no_mangle)]").skip(1) {
            let (_, after) = after.split_once("fn ").unwrap();
            defined.push(after.split_once('(').unwrap().0.to_owned());
        }
    }
    defined.sort_unstable();
    assert_eq!(defined, declared(&header()));
}

/// The tag at the start of an object is what tells it from one of another kind.
#[test]
fn every_kind_of_object_has_a_tag_of_its_own() {
    let mut tags = Vec::new();
    for entry in fs::read_dir(root().join("ffi/src")).unwrap() {
        let path = entry.unwrap().path();
        let source = if path.is_file() { fs::read_to_string(path).unwrap() } else { continue };
        for after in source.split("\nobject!(mcpico_").skip(1) {
            let (declared, _) = after.split_once(");").unwrap();
            tags.push(declared.rsplit_once(", ").unwrap().1.to_owned());
        }
    }
    let objects = header().matches("uint64_t opaque[").count();
    assert_eq!(tags.len(), objects);
    tags.sort_unstable();
    tags.dedup();
    assert_eq!(tags.len(), objects, "two kinds have one tag: {tags:?}");
}

#[test]
fn every_declaration_is_documented() {
    let header = header();
    let mut before = "";
    for line in header.lines() {
        let opens = ["MCPICO_API", "struct mcpico_", "#define MCPICO_ERROR"];
        if opens.iter().any(|open| line.starts_with(open)) {
            assert!(before.trim_end().ends_with("*/"), "no comment before: {line}");
        }
        before = line;
    }
}

#[test]
fn every_status_has_a_name_and_a_text_of_its_own() {
    use std::collections::HashSet;
    use std::ffi::CStr;

    // SAFETY: both functions give static strings.
    let text = |status| unsafe { CStr::from_ptr(mcpico::mcpico_strerror(status)) };
    // SAFETY: as above.
    let name = |status| unsafe { CStr::from_ptr(mcpico::mcpico_status_name(status)) };
    let header = header();
    let (mut names, mut texts, mut codes) = (HashSet::new(), HashSet::new(), HashSet::new());
    for line in header.lines().filter_map(|line| line.strip_prefix("#define MCPICO_ERROR_")) {
        let (symbol, code) = line.split_once(' ').unwrap();
        let code: i32 = code.trim_matches(['(', ')']).parse().unwrap();
        assert!(code < 0);
        assert_eq!(name(code).to_str(), Ok(symbol));
        assert!(text(code).to_bytes().is_ascii());
        assert!(codes.insert(code) && names.insert(name(code)) && texts.insert(text(code)));
    }
    assert!(codes.len() > 80);
    assert_eq!((name(0).to_str(), text(0).to_str()), (Ok("OK"), Ok("success")));
    for unknown in [1, i32::MAX, i32::MIN, -1000] {
        assert_eq!(name(unknown).to_str(), Ok("UNKNOWN"));
        assert_eq!(text(unknown).to_str(), Ok("unknown status"));
    }
}
