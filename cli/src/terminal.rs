//! Text that others wrote, made safe for a terminal, and colours where they are wanted.

use std::borrow::Cow;
use std::env;
use std::fmt;
use std::io::{self, IsTerminal, Write};

/// Most combining marks in a row that are shown as they are.
const MARKS: usize = 4;

/// Invisible characters and those that change how others are shown: the default ignorable ones of
/// Unicode 16 with the variation selectors and tags among them, all bidirectional controls, the line
/// and paragraph separators, the interlinear marks, a braille cell without dots and everything for
/// private use.
///
/// [UAX #44, `Default_Ignorable_Code_Point`](https://www.unicode.org/reports/tr44/)
const UNSEEN: &[(char, char)] = &[
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{e000}', '\u{f8ff}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
    ('\u{f0000}', '\u{10ffff}'),
];

/// `text` as it may stand on one line of a terminal.
///
/// Every character that a terminal would obey, not show, or show elsewhere stands as `\u{1b}`, its
/// code point in braces: C0, DEL and C1 controls, line ends among them, bidirectional controls,
/// invisible and private characters, and combining marks after the fourth in a row. Backslashes are
/// left alone, so the text tells what was sent to people, not to programs.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    escape_unless(text, |_| false)
}

/// `text` as it may stand on lines of a terminal: [`escape`] that keeps LF.
pub(crate) fn escape_lines(text: &str) -> Cow<'_, str> {
    escape_unless(text, |c| c == '\n')
}

/// `text`, which is JSON, as it may stand on one line of a terminal: the same JSON.
///
/// Strings hold the characters that [`escape`] hides as JSON escapes, and line ends between values
/// stand as spaces.
pub(crate) fn escape_json(text: &str) -> Cow<'_, str> {
    rewrite(text, |_| false, push_json_escape)
}

/// `text`, which is JSON, as it may stand on lines of a terminal: [`escape_json`] that keeps LF.
pub(crate) fn escape_json_lines(text: &str) -> Cow<'_, str> {
    rewrite(text, |c| c == '\n', push_json_escape)
}

fn push_json_escape(c: char, shown: &mut String) {
    match c {
        // JSON has these between values only.
        '\t' | '\n' | '\r' => shown.push(' '),
        c => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| {
            shown.extend(format!("\\u{unit:04x}").chars());
        }),
    }
}

/// Says something on standard error that does not end the command.
pub(crate) fn warn(text: &str) {
    let label = Style::of_stderr().paint(Tone::Doubtful, "warning");
    // Nothing is left to be done where not even this can be said.
    let _ = writeln!(io::stderr(), "mcpico: {label}: {}", escape(text));
}

fn escape_unless(text: &str, kept: impl Fn(char) -> bool) -> Cow<'_, str> {
    rewrite(text, kept, |c, shown| shown.extend(c.escape_unicode()))
}

/// Has `escape` append every character that may not be shown and is not `kept`.
fn rewrite(
    text: &str,
    kept: impl Fn(char) -> bool,
    escape: impl Fn(char, &mut String),
) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~') || kept(char::from(byte))) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut marks = 0;
    for c in text.chars() {
        marks = if may_combine(c) { marks + 1 } else { 0 };
        if !kept(c) && (is_unseen(c) || marks > MARKS) {
            escape(c, &mut shown);
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

fn is_unseen(c: char) -> bool {
    let noncharacter = matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe;
    c.is_control() || noncharacter || UNSEEN.iter().any(|&(first, last)| first <= c && c <= last)
}

/// Tells combining marks, and takes characters that are not assigned for such.
fn may_combine(c: char) -> bool {
    !c.is_ascii() && c.escape_debug().len() > 1
}

/// Whether text gets colours: where it goes to a terminal that knows them, unless `NO_COLOR` is set.
///
/// [no-color.org](https://no-color.org)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    colours: bool,
}

/// What a text means, told by its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// As it should be.
    Good,
    /// Wrong.
    Bad,
    /// To be looked at.
    Doubtful,
    /// Beside the point.
    Faint,
}

impl Style {
    /// No colours.
    pub(crate) const PLAIN: Self = Self { colours: false };

    /// The style of standard output.
    pub(crate) fn of_stdout() -> Self {
        Self { colours: io::stdout().is_terminal() && colours_wanted() }
    }

    /// The style of standard error.
    pub(crate) fn of_stderr() -> Self {
        Self { colours: io::stderr().is_terminal() && colours_wanted() }
    }

    /// `text`, which has to be safe already, in the colour of `tone`.
    pub(crate) fn paint<T: fmt::Display>(self, tone: Tone, text: T) -> Painted<T> {
        Painted { tone: self.colours.then_some(tone), text }
    }
}

fn colours_wanted() -> bool {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty());
    set("NO_COLOR").is_none() && set("TERM").is_some_and(|terminal| terminal != "dumb")
}

/// A text in its colour; made by [`Style::paint`].
pub(crate) struct Painted<T> {
    tone: Option<Tone>,
    text: T,
}

impl<T: fmt::Display> fmt::Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = match self.tone {
            None => return self.text.fmt(f),
            Some(Tone::Good) => 32,
            Some(Tone::Bad) => 31,
            Some(Tone::Doubtful) => 33,
            Some(Tone::Faint) => 2,
        };
        write!(f, "\u{1b}[{code}m{}\u{1b}[0m", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CORPUS: &str = include_str!("../tests/corpora/terminal/strings.json");

    /// The strings of the corpus by name, the one that stands for raw bytes as those bytes.
    fn hostile() -> Vec<(String, String)> {
        let corpus: serde_json::Value = serde_json::from_str(CORPUS).unwrap();
        let strings = corpus["strings"].as_object().unwrap().iter();
        let text = |name: &str, text: &serde_json::Value| match name {
            "split-utf8-c2" => String::from_utf8(b"\xc2\x9b".to_vec()).unwrap(),
            _ => text.as_str().unwrap().to_owned(),
        };
        strings.map(|(name, value)| (name.clone(), text(name, value))).collect()
    }

    /// The property of the corpus, by ranges that stand in the Unicode data files.
    fn is_safe(c: char) -> bool {
        let control = matches!(c, '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}');
        let bidirectional = matches!(
            c,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        );
        let separator = matches!(c, '\u{2028}' | '\u{2029}');
        let invisible = matches!(
            c,
            '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{fe0f}' | '\u{e0041}'
                | '\u{fff9}'..='\u{fffb}' | '\u{e000}' | '\u{fffe}'
        );
        !(control || bidirectional || separator || invisible)
    }

    #[test]
    fn hostile_strings_are_shown_not_obeyed() {
        let strings = hostile();
        for (name, text) in &strings {
            let shown = escape(text);
            assert!(shown.chars().all(is_safe), "{name}: {shown:?}");
            assert_eq!(escape(&shown), shown, "{name}");
            assert_eq!(escape_lines(text), shown, "{name} has no LF");
            let plain = name == "unicode-confusable";
            assert_eq!(matches!(shown, Cow::Owned(_)) && shown == *text, plain, "{name}");
        }
        println!("{} strings", strings.len());
        assert_eq!(strings.len(), 31);
    }

    #[test]
    fn escapes_name_the_code_point() {
        for (text, shown) in [
            ("", ""),
            ("plain ~", "plain ~"),
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("a\tb\r\nc", "a\\u{9}b\\u{d}\\u{a}c"),
            ("\u{9b}2J", "\\u{9b}2J"),
            ("a\u{7f}", "a\\u{7f}"),
            ("abc\u{202e}fed", "abc\\u{202e}fed"),
            ("\u{85}\u{2028}", "\\u{85}\\u{2028}"),
            ("C:\\dir", "C:\\dir"),
            ("Grüße, 東京 🙂 हिन्दी", "Grüße, 東京 🙂 हिन्दी"),
            (
                "e\u{301}\u{301}\u{301}\u{301}\u{301}x\u{301}",
                "e\u{301}\u{301}\u{301}\u{301}\\u{301}x\u{301}",
            ),
        ] {
            assert_eq!(escape(text), shown);
        }
        assert_eq!(escape_lines("a\r\n\n\u{1b}"), "a\\u{d}\n\n\\u{1b}");
    }

    #[test]
    fn json_stays_the_same_json_on_one_line() {
        assert_eq!(escape_json("{\r\n\t\"a\": 1}"), "{   \"a\": 1}");
        assert_eq!(
            escape_json("\"\u{202e}\u{e0041}\u{7f}ü\\n\""),
            "\"\\u202e\\udb40\\udc41\\u007fü\\n\""
        );
        for (name, text) in hostile() {
            let json = serde_json::to_string_pretty(&serde_json::json!({ &text: [text] })).unwrap();
            let shown = escape_json(&json);
            assert!(shown.chars().all(is_safe), "{name}: {shown:?}");
            let (shown, json) = (serde_json::from_str(&shown), serde_json::from_str(&json));
            let (shown, json): (serde_json::Value, serde_json::Value) =
                (shown.unwrap(), json.unwrap());
            assert_eq!(shown, json, "{name}");
        }
    }

    #[test]
    fn plain_text_is_not_copied() {
        assert!(matches!(escape("plain"), Cow::Borrowed("plain")));
        assert!(matches!(escape_lines("a\nb"), Cow::Borrowed("a\nb")));
    }

    #[test]
    fn no_character_passes_that_is_not_safe() {
        for c in '\0'..=char::MAX {
            let text = c.to_string();
            let shown = escape(&text);
            assert!(shown.chars().all(is_safe), "{c:?}");
            assert!(shown == text || shown == c.escape_unicode().to_string(), "{c:?}");
        }
    }

    #[test]
    fn colours_are_left_out_where_they_are_not_wanted() {
        let colourful = Style { colours: true };
        assert_eq!(colourful.paint(Tone::Bad, "no").to_string(), "\u{1b}[31mno\u{1b}[0m");
        assert_eq!(Style::PLAIN.paint(Tone::Bad, "no").to_string(), "no");
    }
}
