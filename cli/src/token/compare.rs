//! The `token compare-secrets` command.

use std::env;
use std::ffi::OsStr;
use std::path::Path;

use mcpico_core::jwt::dangerous::short_key;
use mcpico_core::jwt::{HmacSha256, Hs256Key};

use super::args::{CompareSecrets, Format};
use super::reading::{self, Bytes, Reading};
use super::{print, print_json};
use crate::confidential::Contents;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::random;
use crate::terminal::{self, Style, Tone};

/// Characters of a fingerprint.
const FINGERPRINT: usize = 16;

/// What is told of one secret.
struct Described {
    bytes: Bytes,
    fingerprint: String,
}

/// What is told, in this order.
const NAMES: [&str; 5] = ["bytes", "line end", "white space", "looks like", "fingerprint"];

impl Described {
    fn words(&self) -> [String; 5] {
        [
            self.bytes.len().to_string(),
            reading::line_end(&self.bytes).into(),
            reading::white_space(&self.bytes),
            reading::encoding(&self.bytes),
            self.fingerprint.clone(),
        ]
    }
}

/// Compares two secrets and shows neither.
pub(super) fn run(arguments: &CompareSecrets) -> Result<Exit, Failure> {
    let mut stdin = false;
    let first = read(&arguments.first, "the first secret", &mut stdin)?;
    let second = match &arguments.second {
        Some(place) => Some(read(place, "the second secret", &mut stdin)?),
        None if arguments.fingerprint_key.is_some() => None,
        None => {
            return Err(Failure::usage(
                "one secret alone is told by its fingerprint only: --fingerprint-key names a key \
                 that another machine has too",
            ));
        }
    };
    let key = match &arguments.fingerprint_key {
        Some(place) => {
            let key = read(place, "the key of the fingerprints", &mut stdin)?;
            let key = Reading::WithoutLineEnd.of(&key).unwrap_or(key);
            short_key(&key)
        }
        None => Hs256Key::new(&random::bytes::<32>()?),
    };
    let key = key.map_err(|error| {
        Failure::usage(format!("the key of the fingerprints cannot be used: {error}"))
    })?;
    let describe = |bytes: Bytes| {
        let fingerprint = fingerprint(&key, &bytes);
        Described { bytes, fingerprint }
    };
    let (first, second) = (describe(first), second.map(describe));
    let equal = second.as_ref().map(|second| first.bytes == second.bytes);
    let relations = match (&second, equal) {
        (Some(second), Some(false)) => relations(&first.bytes, &second.bytes),
        _ => Vec::new(),
    };
    match arguments.format {
        Format::Text => print(lines(&first, second.as_ref(), equal, &relations))?,
        Format::Json => json(&first, second.as_ref(), equal, &relations)?,
    }
    Ok(if equal == Some(false) { Exit::Failed } else { Exit::Passed })
}

/// The bytes at `place`, all of them: a file, `env:NAME` or `-`.
fn read(place: &OsStr, what: &str, stdin: &mut bool) -> Result<Bytes, Failure> {
    let text = place.to_string_lossy();
    if text == "-" {
        if std::mem::replace(stdin, true) {
            return Err(Failure::usage("only one of them can come from standard input"));
        }
        return Contents::raw_of_stdin()
            .map_err(|error| Failure::usage(format!("{what} cannot be read: {error}")));
    }
    if let Some(name) = text.strip_prefix("env:") {
        let value = env::var_os(name).ok_or_else(|| {
            Failure::usage(format!("{what}: the variable {} is not set", terminal::escape(name)))
        })?;
        return Ok(Bytes::new(value.into_encoded_bytes()));
    }
    // The place is not repeated: it can be the secret itself, given by mistake.
    Contents::raw_of_file(Path::new(place)).map_err(|error| {
        Failure::usage(format!(
            "{what} cannot be read: {error}; a secret is named by a file, env:NAME or -, and never \
             stands on the command line"
        ))
    })
}

/// The start of a MAC of the secret, which tells nothing of it to those without the key.
fn fingerprint(key: &Hs256Key, bytes: &[u8]) -> String {
    // The key of software gives an answer.
    let tag = key.mac(bytes).unwrap_or_default();
    let digits: String = tag
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|half| char::from_digit(half.into(), 16))
        .collect();
    digits.chars().take(FINGERPRINT).collect()
}

/// How two different secrets can be taken for one, the plainest first.
fn relations(first: &Bytes, second: &Bytes) -> Vec<String> {
    let mut found = Vec::new();
    for one in Reading::ALL {
        for two in Reading::ALL {
            let read = (one.of(first), two.of(second));
            let (Some(left), Some(right)) = read else { continue };
            if left.is_empty() || left != right {
                continue;
            }
            found.push(match (one, two) {
                (Reading::AsItStands, two) => format!("the first is the second {}", two.title()),
                (one, Reading::AsItStands) => format!("the second is the first {}", one.title()),
                (one, two) => {
                    format!("the first {} is the second {}", one.title(), two.title())
                }
            });
        }
    }
    let case = first.to_ascii_lowercase() == second.to_ascii_lowercase();
    if case {
        found.push("they differ in upper and lower case only".into());
    }
    // One way to say it is enough, and the plainest stands first.
    found.sort_by_key(String::len);
    found.truncate(1);
    found
}

fn lines(
    first: &Described,
    second: Option<&Described>,
    equal: Option<bool>,
    relations: &[String],
) -> String {
    let style = Style::of_stdout();
    let mut lines = match equal {
        Some(true) => format!("{}\n", style.paint(Tone::Good, "equal")),
        Some(false) => format!("{}\n", style.paint(Tone::Bad, "different")),
        None => String::new(),
    };
    for relation in relations {
        lines.push_str(relation);
        lines.push('\n');
    }
    let two = second.map_or_else(Default::default, Described::words);
    for ((name, one), two) in NAMES.iter().zip(first.words()).zip(two) {
        lines.push_str(format!("{name:<12} {one:<34} {two}").trim_end());
        lines.push('\n');
    }
    lines.pop();
    lines
}

fn json(
    first: &Described,
    second: Option<&Described>,
    equal: Option<bool>,
    relations: &[String],
) -> Result<(), Failure> {
    print_json(|object| {
        if let Some(equal) = equal {
            object.bool("equal", equal);
        }
        if let Some(relation) = relations.first() {
            object.str("relation", relation);
        }
        for (name, one) in [("first", Some(first)), ("second", second)] {
            let Some(one) = one else { continue };
            let mut member = object.object(name);
            member.unsigned("bytes", one.bytes.len() as u64);
            member.str("line_end", reading::line_end(&one.bytes));
            member.str("white_space", &reading::white_space(&one.bytes));
            member.str("looks_like", &reading::encoding(&one.bytes));
            member.str("fingerprint", &one.fingerprint);
            member.end();
        }
    })
}
