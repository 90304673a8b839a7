//! A result that goes into a file while it comes.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use mcpico_core::json::StreamEvent;
use mcpico_http::std::ResultPart;

use crate::failure::Failure;
use crate::output;

/// A file with a result as JSON. It has its name only when it is whole; what must not be shown is not in it.
pub(crate) struct SavedResult {
    path: PathBuf,
    unfinished: PathBuf,
    file: BufWriter<File>,
    text: JsonText,
    masking: Masking,
    fault: Option<io::Error>,
    done: bool,
}

impl SavedResult {
    /// A file that is going to be called `path`.
    ///
    /// # Errors
    /// It cannot be written beside it.
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        let mut unfinished = OsString::from(path);
        unfinished.push(".part");
        let unfinished = PathBuf::from(unfinished);
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(&unfinished);
        let file = file.map_err(|error| fault(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            unfinished,
            file: BufWriter::new(file),
            text: JsonText::default(),
            masking: Masking::new(output::concealed_texts()),
            fault: None,
            done: false,
        })
    }

    /// Takes the next part.
    pub(crate) fn part(&mut self, part: ResultPart<'_>) {
        let event = match part {
            ResultPart::Next(event) => event,
            ResultPart::Void => return self.clear(),
        };
        let mut text = String::new();
        self.text.write(&event, &mut text);
        self.write(&text);
    }

    /// Takes a result that is there; what came before is void.
    pub(crate) fn whole(&mut self, json: &str) {
        self.clear();
        self.write(json);
    }

    /// Gives the file its name; whether the result is that of a tool which reports an error.
    ///
    /// # Errors
    /// It could not be written.
    pub(crate) fn finish(mut self) -> Result<bool, Failure> {
        let rest = self.masking.finish();
        self.put(&rest);
        self.put("\n");
        let written = self.fault.take().map_or_else(|| self.file.flush(), Err);
        let named = written.and_then(|()| fs::rename(&self.unfinished, &self.path));
        named.map_err(|error| fault(&self.path, &error))?;
        self.done = true;
        Ok(self.text.is_error)
    }

    fn clear(&mut self) {
        self.text = JsonText::default();
        self.masking = Masking::new(output::concealed_texts());
        let cleared = self.file.flush().and_then(|()| {
            self.file.get_mut().seek(SeekFrom::Start(0))?;
            self.file.get_mut().set_len(0)
        });
        self.keep(cleared);
    }

    fn write(&mut self, text: &str) {
        let safe = self.masking.push(text);
        self.put(&safe);
    }

    fn put(&mut self, text: &str) {
        let put = self.file.write_all(text.as_bytes());
        self.keep(put);
    }

    fn keep(&mut self, outcome: io::Result<()>) {
        if let Err(error) = outcome {
            self.fault.get_or_insert(error);
        }
    }
}

impl Drop for SavedResult {
    fn drop(&mut self) {
        if !self.done {
            // A half of a result is none.
            let _ = fs::remove_file(&self.unfinished);
        }
    }
}

fn fault(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("--output {}: {error}", path.display()))
}

/// Writes JSON as it was read.
#[derive(Default)]
struct JsonText {
    /// A value has been written in each container that is open.
    begun: Vec<bool>,
    /// Inside of a string, a name or a number.
    inside: bool,
    /// The next value belongs to a name.
    named: bool,
    /// The name of the member of the outermost object.
    member: String,
    is_error: bool,
}

impl JsonText {
    fn write(&mut self, event: &StreamEvent<'_>, text: &mut String) {
        match event {
            StreamEvent::Name(part) | StreamEvent::String(part) => {
                let name = matches!(event, StreamEvent::Name(_));
                self.open_text(name, text);
                if name && self.begun.len() == 1 && self.member.len() < 16 {
                    self.member.push_str(part.as_str());
                }
                let quoted = serde_json::Value::from(part.as_str()).to_string();
                text.push_str(quoted.get(1..quoted.len() - 1).unwrap_or_default());
            }
            StreamEvent::EndName | StreamEvent::EndString => {
                let name = matches!(event, StreamEvent::EndName);
                // It may have been empty.
                self.open_text(name, text);
                self.inside = false;
                self.named = name;
                text.push_str(if name { "\":" } else { "\"" });
            }
            StreamEvent::Number(part) => {
                if !self.inside {
                    self.begin(text);
                }
                self.inside = true;
                text.push_str(part.as_str());
            }
            StreamEvent::EndNumber => self.inside = false,
            StreamEvent::Bool(value) => {
                self.is_error |= *value && self.begun.len() == 1 && self.member == "isError";
                self.begin(text);
                text.push_str(if *value { "true" } else { "false" });
            }
            StreamEvent::Null => {
                self.begin(text);
                text.push_str("null");
            }
            StreamEvent::StartArray | StreamEvent::StartObject => {
                self.begin(text);
                self.begun.push(false);
                text.push(if *event == StreamEvent::StartArray { '[' } else { '{' });
            }
            StreamEvent::EndArray | StreamEvent::EndObject => {
                self.begun.pop();
                text.push(if *event == StreamEvent::EndArray { ']' } else { '}' });
            }
        }
    }

    fn open_text(&mut self, name: bool, text: &mut String) {
        if !core::mem::replace(&mut self.inside, true) {
            self.begin(text);
            text.push('"');
            if name && self.begun.len() == 1 {
                self.member.clear();
            }
        }
    }

    /// Separates what is next from what was before.
    fn begin(&mut self, text: &mut String) {
        let named = core::mem::take(&mut self.named);
        if let Some(begun) = self.begun.last_mut()
            && core::mem::replace(begun, true)
            && !named
        {
            text.push(',');
        }
    }
}

/// Puts masks in place of what must not be shown, however the text is cut.
struct Masking {
    /// Each with what stands in its place, the longest first.
    concealed: Vec<(String, String)>,
    /// What may be the start of one.
    held: String,
}

impl Masking {
    const fn new(concealed: Vec<(String, String)>) -> Self {
        Self { concealed, held: String::new() }
    }

    /// The text that is safe now.
    fn push(&mut self, text: &str) -> String {
        self.held.push_str(text);
        let mut safe = self.replaced();
        let longest = self.concealed.first().map_or(0, |(text, _)| text.len());
        let mut at = self.held.len().saturating_sub(longest.saturating_sub(1));
        while !self.held.is_char_boundary(at) {
            at -= 1;
        }
        safe.extend(self.held.drain(..at));
        safe
    }

    fn finish(&mut self) -> String {
        let safe = self.replaced();
        safe + &core::mem::take(&mut self.held)
    }

    /// Takes everything up to the last of what is concealed out of what is held.
    fn replaced(&mut self) -> String {
        let mut safe = String::new();
        loop {
            let found = self.concealed.iter().filter_map(|(text, shown)| {
                let at = self.held.find(text.as_str())?;
                Some((at, core::cmp::Reverse(text.len()), shown))
            });
            let Some((at, length, shown)) = found.min() else { return safe };
            safe.push_str(&self.held[..at]);
            safe.push_str(shown);
            self.held.drain(..at + length.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mcpico_core::json::Stream;

    /// The text again, read in pieces of `piece` bytes.
    fn again(text: &str, piece: usize) -> (String, bool) {
        let (mut stream, mut json, mut written) =
            (Stream::new(), JsonText::default(), String::new());
        for mut piece in text.as_bytes().chunks(piece) {
            while let Some(event) = stream.next_event(&mut piece).unwrap() {
                json.write(&event, &mut written);
            }
        }
        while let Some(event) = stream.finish().unwrap() {
            json.write(&event, &mut written);
        }
        (written, json.is_error)
    }

    #[test]
    fn json_is_written_as_it_was_read() {
        let text = r#"{"":"","a":[],"b":{},"c":[1,-2.5e3,[true,false,null],{"x":"y"},"z"],"é\n\"":"\u0001\\🙂","isError":true}"#;
        for piece in [1, 2, 3, 7, 1000] {
            let (written, is_error) = again(text, piece);
            assert_eq!(written, text, "{piece}");
            assert!(is_error);
        }
        for text in [r#"{"isError":false}"#, r#"{"a":{"isError":true}}"#, r#"{"isErrors":true}"#] {
            assert_eq!(again(text, 1), (text.into(), false));
        }
    }

    #[test]
    fn secrets_are_masked_however_they_are_cut() {
        let concealed =
            vec![("head.body.tail".into(), "head...tail".into()), ("tail".into(), "***".into())];
        let text = "a head.body.tail, é tail and head.body.tai and ttailtail head.body.tail";
        let expected = "a head...tail, é *** and head.body.tai and t****** head...tail";
        let chars: Vec<char> = text.chars().collect();
        for piece in 1..=chars.len() {
            let mut masking = Masking::new(concealed.clone());
            let mut safe = String::new();
            for part in chars.chunks(piece) {
                safe += &masking.push(&part.iter().collect::<String>());
            }
            safe += &masking.finish();
            assert_eq!(safe, expected, "{piece}");
        }
    }
}
