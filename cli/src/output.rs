//! What reaches stdout: text of a server is escaped, JSON stays JSON.

use std::io::{self, IsTerminal, Write};

use serde_json::Value;

use crate::failure::Failure;
use crate::surface::Kind;
use crate::terminal::{escape, escape_lines, is_unseen};

/// How the texts of a result are printed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Print {
    raw: bool,
}

impl Print {
    /// `raw` prints texts as they came.
    ///
    /// # Errors
    /// `raw` on a terminal, where a server could then do what it likes.
    pub(crate) fn new(raw: bool) -> Result<Self, Failure> {
        if raw && io::stdout().is_terminal() {
            return Err(Failure::usage("--raw is for files and pipes, not for a terminal"));
        }
        Ok(Self { raw })
    }

    /// Prints content items, each in the way of its kind.
    pub(crate) fn contents(self, items: &Value) {
        for item in items.as_array().into_iter().flatten() {
            let nested = &item["resource"]["text"];
            match (item["text"].as_str().or(nested.as_str()), item["type"].as_str()) {
                (Some(text), _) if self.raw => {
                    let _ = io::stdout().write_all(text.as_bytes());
                }
                (Some(text), _) => line(&escape_lines(text)),
                (None, kind) => {
                    let data = item["data"].as_str().or(item["blob"].as_str()).unwrap_or_default();
                    let mime = item["mimeType"].as_str().unwrap_or("no MIME type");
                    let kind = kind.unwrap_or("blob");
                    let size = data.len();
                    line(&escape(&format!("[{kind}, {mime}, {size} characters of Base64]")));
                }
            }
        }
    }
}

/// Prints one entry of a list.
pub(crate) fn entry(entry: &Value, kind: Kind) {
    let name = entry[kind.key()].as_str().unwrap_or_default();
    let about = entry["description"].as_str().or(entry["title"].as_str()).unwrap_or_default();
    let about = about.lines().next().unwrap_or_default();
    let separator = if about.is_empty() { "" } else { "  " };
    line(&format!("{}{separator}{}", escape(name), escape(about)));
}

/// Prints JSON, indented. Characters that a terminal would obey or hide stay in it as `\u` escapes.
pub(crate) fn json(value: &Value) {
    line(&visible_json(value));
}

/// Prints a line. A reader that has gone away is no error.
pub(crate) fn line(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

fn visible_json(value: &Value) -> String {
    let mut visible = String::new();
    for c in format!("{value:#}").chars() {
        // Outside of strings JSON is ASCII, so whatever is hidden stands in a string.
        if c != '\n' && is_unseen(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                visible.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            visible.push(c);
        }
    }
    visible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_stays_the_same_value_and_hides_nothing() {
        let value = serde_json::json!({"a\u{202e}": "\u{9b}31m\u{1b}[0m\u{e0041}\u{200b}ok\n"});
        let text = visible_json(&value);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        assert!(text.chars().all(|c| c == '\n' || !is_unseen(c)), "{text}");
    }
}
