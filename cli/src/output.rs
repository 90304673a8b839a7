//! What reaches stdout and stderr: text of a server is escaped, JSON stays JSON, and what must not be
//! shown is masked, also where a server sends it back.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

use mcpico_core::auth::mask;
use mcpico_core::jwt::base64url;

use serde_json::Value;

use crate::failure::Failure;
use crate::surface::Kind;
use crate::terminal::{escape, escape_json_lines, escape_lines};

/// Shorter tokens are not looked for: words are as short.
const MIN_TOKEN: usize = 8;

/// Shorter parts of a token and shorter secrets are not looked for.
const MIN_SECRET: usize = 16;

/// Texts that are not printed, and what is printed in their place. Kept here, where all output passes,
/// so that no path can forget about them.
static CONCEALED: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

/// From now on `token` is printed as its mask, and its signature alone as `***`.
pub(crate) fn conceal_token(token: &str) {
    conceal(token, MIN_TOKEN, mask(token.as_bytes()).as_str());
    if let Some((_, signature)) = token.rsplit_once('.') {
        conceal(signature, MIN_SECRET, "***");
    }
}

/// From now on `token`, with which one gets in, is not printed in the encodings of [`encodings`] either.
pub(crate) fn conceal_credential(token: &str) {
    conceal_token(token);
    for encoding in encodings(token.as_bytes()) {
        conceal(&encoding, MIN_SECRET, "***");
    }
}

/// From now on `secret` is printed as `***`, also as it stands in JSON and in the encodings of [`encodings`].
pub(crate) fn conceal_secret(secret: &[u8]) {
    for encoding in encodings(secret) {
        conceal(&encoding, MIN_SECRET, "***");
    }
    let Ok(secret) = str::from_utf8(secret) else { return };
    conceal(secret, MIN_SECRET, "***");
    let quoted = Value::from(secret).to_string();
    if let Some(quoted) = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        conceal(quoted, MIN_SECRET, "***");
    }
}

/// The spellings in which servers and their libraries send a secret back: hexadecimal, percent-encoded, and
/// Base64 in both alphabets, also in the middle of something longer, such as `NAME:SECRET` of Basic.
fn encodings(bytes: &[u8]) -> Vec<String> {
    let each =
        |spell: &dyn Fn(u8) -> String| bytes.iter().map(|byte| spell(*byte)).collect::<String>();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let mut found = vec![
        each(&|byte| format!("{byte:02x}")),
        each(&|byte| format!("{byte:02X}")),
        each(&|byte| if is_plain(byte) { char::from(byte).into() } else { format!("%{byte:02X}") }),
        each(&|byte| if is_plain(byte) { char::from(byte).into() } else { format!("%{byte:02x}") }),
    ];
    // Three bytes are four characters; where the first of them begins depends on what stands before.
    for skipped in 0..3 {
        let rest = bytes.get(skipped..).unwrap_or_default();
        let whole = rest.get(..rest.len() / 3 * 3).unwrap_or_default();
        let mut out = vec![0; base64url::encoded_len(whole.len())];
        if let Ok(text) = base64url::encode(whole, &mut out) {
            found.push(text.replace('-', "+").replace('_', "/"));
            found.push(text.to_owned());
        }
    }
    found
}

fn conceal(text: &str, shortest: usize, shown: &str) {
    let mut concealed = CONCEALED.lock().unwrap_or_else(PoisonError::into_inner);
    if text.len() >= shortest && concealed.iter().all(|(other, _)| other != text) {
        concealed.push((text.to_owned(), shown.to_owned()));
        // A token comes before the signature that it ends in.
        concealed.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
    }
}

/// What must not be shown, each with what is shown in its place; the longest first.
pub(crate) fn concealed_texts() -> Vec<(String, String)> {
    CONCEALED.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// `text` without what must not be shown.
pub(crate) fn concealed(text: &str) -> Cow<'_, str> {
    let concealed = CONCEALED.lock().unwrap_or_else(PoisonError::into_inner);
    let mut shown = Cow::Borrowed(text);
    for (text, instead) in concealed.iter() {
        if shown.contains(text) {
            shown = Cow::Owned(shown.replace(text, instead));
        }
    }
    shown
}

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
                    let _ = io::stdout().write_all(concealed(text).as_bytes());
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
    line(&escape_json_lines(&format!("{value:#}")));
}

/// Prints a line. A reader that has gone away is no error.
pub(crate) fn line(text: &str) {
    let _ = writeln!(io::stdout(), "{}", concealed(text));
}

/// Prints a line to standard error, behind the name of the command.
pub(crate) fn error_line(text: &str) {
    let _ = writeln!(io::stderr(), "mcpico: {}", concealed(text));
}

#[cfg(test)]
mod tests {
    use super::*;

    // By Python: base64.b64encode, urlsafe_b64encode, bytes.hex, urllib.parse.quote.
    #[test]
    fn a_secret_is_found_in_every_spelling() {
        let encodings = encodings(b"a/secret?of~26-bytes\xff\xfe\xfd+=.");
        for text in [
            "612f7365637265743f6f667e32362d6279746573fffefd2b3d2e",
            "612F7365637265743F6F667E32362D6279746573FFFEFD2B3D2E",
            "a%2Fsecret%3Fof~26-bytes%FF%FE%FD%2B%3D.",
            "YS9zZWNyZXQ/b2Z+MjYtYnl0ZXP//v0rPS4=",
            "YS9zZWNyZXQ_b2Z-MjYtYnl0ZXP__v0rPS4=",
            // "ada:" and "me:" before it.
            "YWRhOmEvc2VjcmV0P29mfjI2LWJ5dGVz//79Kz0u",
            "bWU6YS9zZWNyZXQ/b2Z+MjYtYnl0ZXP//v0rPS4=",
        ] {
            let rest = encodings
                .iter()
                .fold(text.to_owned(), |text, encoding| text.replace(encoding.as_str(), ""));
            assert!(rest.len() <= 8, "{text}: {rest}");
        }
    }
}
