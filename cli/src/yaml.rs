//! YAML files that people write: strict, with errors that say where.

use std::fmt::{self, Display};
use std::fs::File;
use std::io::Read;
use std::marker::PhantomData;
use std::path::Path;

use mcpico_core::auth::Redactor;
use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_saphyr::Location;

use crate::failure::Failure;
use crate::terminal::escape;

/// Most bytes of a file.
const MAX_LEN: u64 = 8 * 1024 * 1024;

/// Reads a file. Only `true` and `false` are booleans, and what is unknown is an error.
///
/// # Errors
/// The name of the file, line and column, and what is wrong there; no token of the file is shown.
pub(crate) fn read<T: DeserializeOwned>(file: &Path) -> Result<T, Failure> {
    let text = text(file).map_err(|error| {
        Failure::usage(escape(&format!("{} cannot be read: {error}", file.display())).into_owned())
    })?;
    // The snippet would show what stands around the fault, a token perhaps.
    let options = serde_saphyr::options! { strict_booleans: true, with_snippet: false };
    serde_saphyr::from_str_with_options(&text, options).map_err(|error| {
        let what = message(&error.render());
        wrong(file, error.location(), &what)
    })
}

/// What is wrong at a place of a file.
pub(crate) fn wrong(file: &Path, at: Option<Location>, what: impl Display) -> Failure {
    let file = file.display();
    let text = match at.filter(|at| *at != Location::UNKNOWN) {
        Some(at) => format!("{file}:{}:{}: {what}", at.line(), at.column()),
        None => format!("{file}: {what}"),
    };
    let shown: Vec<u8> = Redactor::new(&[]).pieces(text.as_bytes()).flatten().copied().collect();
    Failure::usage(escape(&String::from_utf8_lossy(&shown)).into_owned())
}

/// `error` without the place, which stands in front of it in our way.
fn message(error: &str) -> String {
    let line = error.lines().next().unwrap_or_default();
    let line = line.strip_prefix("error: ").unwrap_or(line);
    let what = line.split_once(" at line ").map_or(line, |(what, _)| what);
    // What the library would do about it is nothing that its user could.
    if let Some((name, _)) =
        what.strip_prefix("duplicate mapping key: ").and_then(|rest| rest.split_once(", set "))
    {
        return format!("{name} stands there twice");
    }
    match what.strip_prefix("invalid ") {
        Some("i64" | "u32" | "u64" | "usize") => "a whole number is expected".to_owned(),
        _ => what.to_owned(),
    }
}

fn text(file: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    File::open(file)?.take(MAX_LEN + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_LEN {
        return Err(std::io::Error::other(format!("it has more than {MAX_LEN} bytes")));
    }
    Ok(text)
}

/// What stands there, or the default where nothing does.
pub(crate) fn or_default<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Deserialize<'de> + Default,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A mapping in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entries<T>(Vec<(String, T)>);

impl<T> Entries<T> {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut T)> {
        self.0.iter_mut().map(|(key, value)| (key.as_str(), value))
    }

    pub(crate) fn find(&self, key: &str) -> Option<&T> {
        self.iter().find(|(other, _)| *other == key).map(|(_, value)| value)
    }
}

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> FromIterator<(String, T)> for Entries<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for InOrder<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }

            fn visit_none<E>(self) -> Result<Entries<T>, E> {
                Ok(Entries::default())
            }

            fn visit_unit<E>(self) -> Result<Entries<T>, E> {
                Ok(Entries::default())
            }

            fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Entries<T>, D::Error> {
                inner.deserialize_map(self)
            }
        }

        // A section may be empty.
        deserializer.deserialize_option(InOrder(PhantomData))
    }
}

impl<T: Serialize> Serialize for Entries<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}
