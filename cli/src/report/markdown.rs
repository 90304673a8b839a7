//! The report as Markdown, for summaries of CI runs and issues.

use std::fmt::Write;

use super::{Counts, Report, Verdict};
use crate::exit::Exit;

impl Report {
    pub(super) fn markdown(&self, exit: Exit) -> String {
        let Counts { passed, failed, known, skipped } = self.counts();
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "# mcpico test: exit code {}\n", exit as u8);
        let _ = writeln!(
            text,
            "{} at {}: **{passed} passed, {failed} failed, {known} known to fail, {skipped} skipped**\n",
            inline(&self.endpoint),
            self.started_text()
        );
        for category in self.categories() {
            let _ = writeln!(text, "## {}\n", category.name());
            text.push_str("| verdict | check | ms | why |\n|---|---|---:|---|\n");
            for check in self.checks.iter().filter(|check| check.category == category) {
                let verdict = match check.verdict {
                    Verdict::Failed(_) => "**failed**",
                    _ => check.verdict.name(),
                };
                let mut why = check.verdict.note().lines().map(str::trim).collect::<Vec<_>>();
                let known;
                if let Verdict::Known(_, reason) = &check.verdict {
                    known = format!("known: {reason}");
                    why.push(&known);
                }
                let _ = writeln!(
                    text,
                    "| {verdict} | {} | {:.1} | {} |",
                    inline(&check.title),
                    check.took.as_secs_f64() * 1_000.0,
                    inline(&why.join(" — "))
                );
            }
            text.push('\n');
        }
        text.push_str("## reached\n\n");
        for (what, state) in self.reached() {
            let _ = writeln!(text, "- {what}: {}", inline(&state));
        }
        for (title, lines) in [
            ("not tested", self.untested.clone()),
            ("left out", self.left_out_lines()),
            ("not run", self.missing()),
        ] {
            if !lines.is_empty() {
                let _ = writeln!(text, "\n## {title}\n");
                for line in lines {
                    let _ = writeln!(text, "- {}", inline(&line));
                }
            }
        }
        text
    }
}

/// `text` as plain words of Markdown: nothing in it makes a cell, a link, a page or HTML.
///
/// [CommonMark, backslash escapes](https://spec.commonmark.org/0.31.2/#backslash-escapes)
fn inline(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '\n' | '\r' => shown.push(' '),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '&' => shown.push_str("&amp;"),
            // An address would be made a link of.
            '/' if before == ':' => shown.push_str("\\/"),
            c if c.is_ascii_punctuation() && !",.:-/()=;'\"%?".contains(c) => {
                shown.push('\\');
                shown.push(c);
            }
            c => shown.push(c),
        }
        before = c;
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::inline;

    #[test]
    fn nothing_of_markdown_is_left() {
        for (text, shown) in [
            ("plain, words", "plain, words"),
            ("a|b", "a\\|b"),
            ("[x](y) `z` *b* _i_", "\\[x\\](y) \\`z\\` \\*b\\* \\_i\\_"),
            ("<script>&amp;", "&lt;script&gt;&amp;amp;"),
            ("a\nb", "a b"),
            ("at https://a.example/b", "at https:\\//a.example/b"),
        ] {
            assert_eq!(inline(text), shown);
        }
    }
}
