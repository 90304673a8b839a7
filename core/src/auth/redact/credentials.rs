//! Finds what looks like a credential by its shape and by the words before it.

use super::names::{Name, is_scheme};
use super::text::{Text, is_blank, is_line_end, is_quote, is_space};
use crate::auth::grammar::token68_len;
use core::ops::Range;

/// Shorter words are not taken for a token on the strength of their letters.
const MIN_RANDOM: usize = 6;

/// Longer words are taken for a token whatever their letters are.
const MAX_PLAIN: usize = 24;

/// The signature of an HS256 token takes this many characters.
const SIGNATURE: usize = 43;

/// What the encoded header of a JWT begins with: a brace and a quote.
const COMPACT: &[u8] = b"eyJ";

/// The ranges of a text that look like credentials: an iterator, in order, none empty or overlapping.
pub(super) struct Credentials<'t> {
    text: Text<'t>,
    at: usize,
    /// Before this offset no JWT begins: the lines up to here have been read and hold no dot.
    no_jwt_before: usize,
    /// The same of one with white space in its header: what has been read is no such JWT.
    no_spaced_before: usize,
}

impl<'t> Credentials<'t> {
    pub(super) const fn new(text: &'t [u8]) -> Self {
        Self { text: Text(text), at: 0, no_jwt_before: 0, no_spaced_before: 0 }
    }

    fn credential_at_word(&mut self, start: usize, end: usize) -> Option<Range<usize>> {
        let text = self.text;
        let word = text.slice(start, end);
        if let Some(range) = self.jwt_in_word(start, end) {
            return Some(range);
        }
        let named = Name::of(word).and_then(|name| match name {
            Name::Header => header_value(text, start, end),
            Name::Secret => secret_value(text, start, end),
        });
        named.or_else(|| is_scheme(word).then(|| token_of_scheme(text, end))?)
    }

    /// A JWT that begins in the word: an encoded object, a dot and more of it.
    fn jwt_in_word(&mut self, start: usize, end: usize) -> Option<Range<usize>> {
        let mut threes = self.text.slice(start, end).windows(COMPACT.len());
        let first = threes.clone().position(begins_object)?;
        let spaced = self.spaced_jwt(start.saturating_add(first));
        if spaced.is_some() {
            return spaced;
        }
        let start = start.saturating_add(threes.position(|three| three == COMPACT)?);
        if start < self.no_jwt_before {
            return None;
        }
        let Jwt { end, .. } = jwt(self.text, start);
        if self.text.slice(start, end).contains(&b'.') {
            return Some(start..end);
        }
        self.no_jwt_before = end;
        None
    }

    /// A JWT with white space in its header, which its signature shows.
    fn spaced_jwt(&mut self, start: usize) -> Option<Range<usize>> {
        if start < self.no_spaced_before || self.text.starts_with(start, COMPACT) {
            return None;
        }
        let Jwt { end, signed } = jwt(self.text, start);
        self.no_spaced_before = end;
        signed.then_some(start..end)
    }
}

impl Iterator for Credentials<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let start = self.text.run(self.at, |byte| !is_word(byte) && byte != b':');
            let end = self.text.run(start, is_word);
            let found = if end > start {
                self.at = end;
                self.credential_at_word(start, end)
            } else {
                self.text.byte(start)?;
                self.at = start.saturating_add(1);
                user_of_url(self.text, start)
            };
            if let Some(range) = found.filter(|range| range.start < range.end) {
                self.at = range.end;
                return Some(range);
            }
        }
    }
}

/// Whether an encoded object begins so: with a brace and a quote, or a brace and a space, a line feed, a carriage return
/// or a tab. Words of a language begin like the latter, too.
const fn begins_object(three: &[u8]) -> bool {
    matches!(three, [b'e', b'y', b'J' | b'A'] | [b'e', b'w', b'o' | b'0' | b'k'])
}

struct Jwt {
    end: usize,
    /// It has three parts, the last of which is long enough for a signature.
    signed: bool,
}

/// What looks like a JWT from `start` on, also where it goes on in the next lines.
fn jwt(text: Text<'_>, start: usize) -> Jwt {
    let mut end = start;
    let mut dots = 0_usize;
    let mut last_part = 0_usize;
    loop {
        let line_end = text.run(end, is_jwt);
        for byte in text.slice(end, line_end) {
            let dot = *byte == b'.';
            dots = dots.saturating_add(usize::from(dot));
            last_part = if dot { 0 } else { last_part.saturating_add(1) };
        }
        end = line_end;
        let signed = dots == 2 && last_part >= SIGNATURE;
        let next = text.next_line(end).filter(|next| {
            let more = text.slice(*next, text.run(*next, is_jwt));
            dots <= 2 && !signed && looks_random(more)
        });
        let Some(next) = next else {
            return Jwt { end: text.trim_end(start, end, |byte| byte == b'.'), signed };
        };
        end = next;
    }
}

/// The value of a header whose name stands from `start` to `end`, without its scheme.
fn header_value(text: Text<'_>, start: usize, end: usize) -> Option<Range<usize>> {
    let from = value_start(text, end).or_else(|| next_in_list(text, start, end))?;
    let from = text.unfolded(from);
    let own = quoted(text, from);
    let from = own.as_ref().map_or(from, |own| own.start);
    let scheme_end = text.run(from, is_word);
    let has_scheme = is_scheme(text.slice(from, scheme_end));
    let from = if has_scheme { text.unfolded(text.run(scheme_end, is_blank)) } else { from };
    if has_scheme && own.is_none() {
        let to = from.saturating_add(token68_len(text.rest(from)));
        let token = text.slice(from, to);
        if to > from
            && !is_param(token)
            && text.byte(to).is_some_and(|byte| is_quote(byte) || byte == b'\\')
        {
            return Some(extended(text, from, to));
        }
    }
    let line_end = match (own, text.quote_before(start)) {
        (Some(own), _) => own.end,
        (None, Some(quote)) => text.string_end(from, quote),
        (None, None) => text.run(from, |byte| !is_line_end(byte)),
    };
    Some(extended(text, from, text.trim_end(from, line_end, is_blank)))
}

/// The inside of the string that begins at `at`, or what stands from the first to the last string of the array there.
fn quoted(text: Text<'_>, at: usize) -> Option<Range<usize>> {
    let is_array = text.byte(at) == Some(b'[');
    let first = if is_array { text.run(at.saturating_add(1), is_space) } else { at };
    let quote = text.quote(first)?;
    let mut end = text.string_end(quote.end, quote);
    while let Some(close) = text.quote(end).filter(|_| is_array) {
        let comma = text.run(close.end, is_space);
        let next = text.run(comma.saturating_add(1), is_space);
        let Some(quote) = text.quote(next).filter(|_| text.byte(comma) == Some(b',')) else {
            break;
        };
        end = text.string_end(quote.end, quote);
    }
    Some(quote.end..end)
}

/// The value of a parameter, member, variable, flag or header that is named from `start` to `end`.
fn secret_value(text: Text<'_>, start: usize, end: usize) -> Option<Range<usize>> {
    let Some(from) = value_start(text, end) else {
        return unsigned_value(text, start, end);
    };
    if let Some(inside) = quoted(text, from) {
        return Some(extended(text, inside.start, inside.end));
    }
    let to = bare_end(text, from);
    let value = text.slice(from, to);
    if matches!(value, b"null" | b"true" | b"false" | b"None") {
        return None;
    }
    // `token: expired` is prose, `X-Token: expired` and `token=expired` are not.
    let prose = text.before(from).is_some_and(is_blank) && text.slice(end, from).contains(&b':');
    let header = text.slice(start, end).get(..2).is_some_and(|x| x.eq_ignore_ascii_case(b"x-"));
    (!prose || header || looks_random(value)).then(|| extended(text, from, to))
}

/// A value that no sign divides from its name: `--token abc1` and `token 'abc1'`.
fn unsigned_value(text: Text<'_>, start: usize, end: usize) -> Option<Range<usize>> {
    let from = text.run(end, is_blank);
    if from == end {
        return None;
    }
    let range = match text.quote(from) {
        Some(quote) => {
            let to = text.run(quote.end, |byte| !is_bare_end(byte));
            text.quote(to).filter(|other| other.is_same(quote))?;
            quote.end..to
        }
        None if text.starts_with(start, b"--") => from..bare_end(text, from),
        None => return None,
    };
    looks_random(text.slice(range.start, range.end)).then_some(range)
}

/// The token behind the name of a scheme in a text that is no header.
fn token_of_scheme(text: Text<'_>, end: usize) -> Option<Range<usize>> {
    let from = match text.byte(end)? {
        b'%' if text.starts_with(end, b"%20") => end.saturating_add(3),
        b'+' => end.saturating_add(1),
        _ => text.run(end, is_blank),
    };
    if from == end {
        return None;
    }
    let to = from.saturating_add(token68_len(text.rest(from)));
    let token = text.slice(from, to);
    (!is_param(token) && looks_random(token)).then(|| extended(text, from, to))
}

/// Whether a word is the name of a parameter and its sign.
fn is_param(word: &[u8]) -> bool {
    let name = if let [name @ .., b'='] = word { name } else { &[] };
    !name.is_empty() && name.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_')
}

/// The password in `://user:password@host`, or all that stands before the `@` when there is no colon.
fn user_of_url(text: Text<'_>, start: usize) -> Option<Range<usize>> {
    if !text.starts_with(start, b"://") {
        return None;
    }
    let from = start.saturating_add(3);
    let end = text.run(from, |byte| !is_bare_end(byte) && !matches!(byte, b'/' | b'?' | b'#'));
    let authority = text.slice(from, end);
    let at = authority.iter().rposition(|byte| *byte == b'@')?;
    let colon = authority.iter().take(at).position(|byte| *byte == b':');
    let skipped = colon.map_or(0, |colon| colon.saturating_add(1));
    Some(from.saturating_add(skipped)..from.saturating_add(at))
}

/// Where the value starts when a colon or an equals sign stands behind the name and its quote.
fn value_start(text: Text<'_>, name_end: usize) -> Option<usize> {
    let at = text.quote(name_end).map_or(name_end, |quote| quote.end);
    let at = text.run(at, is_blank);
    let encoded = [&b"%3D"[..], b"%3d", b"%3A", b"%3a"];
    if encoded.into_iter().any(|sign| text.starts_with(at, sign)) {
        return Some(at.saturating_add(3));
    }
    let end = text.run(at, |byte| matches!(byte, b':' | b'=' | b'>'));
    let signed = matches!(text.slice(at, end), b":" | b"=" | b"=>" | b":=" | b"==");
    signed.then(|| text.run(end, is_blank))
}

/// Where the value starts in a flat list of names and values, `["name","value"]`.
fn next_in_list(text: Text<'_>, name_start: usize, name_end: usize) -> Option<usize> {
    let open = text.quote_before(name_start)?.start();
    let blanks =
        text.0.get(..open)?.iter().rev().take(8).take_while(|byte| is_blank(**byte)).count();
    let is_item = matches!(text.before(open.saturating_sub(blanks)), Some(b'[' | b','));
    let comma = text.run(text.quote(name_end).filter(|_| is_item)?.end, is_blank);
    let value = text.run(comma.saturating_add(1), is_blank);
    (text.byte(comma) == Some(b',') && text.quote(value).is_some()).then_some(value)
}

/// The range, and the rest of the JWT when one starts there and is wrapped.
fn extended(text: Text<'_>, start: usize, end: usize) -> Range<usize> {
    let is_jwt = text.starts_with(start, COMPACT);
    start..if is_jwt { end.max(jwt(text, start).end) } else { end }
}

/// The end of a value without quotes, without the punctuation of the sentence around it.
fn bare_end(text: Text<'_>, start: usize) -> usize {
    let mut end = start;
    loop {
        end = text.run(end, |byte| !is_bare_end(byte) && byte != b'%');
        if text.byte(end) != Some(b'%') || text.starts_with(end, b"%26") {
            break;
        }
        end = end.saturating_add(1);
    }
    text.trim_end(start, end, |byte| matches!(byte, b',' | b';' | b'.' | b')' | b']' | b'}'))
}

/// Whether a word has what words of a language do not have.
fn looks_random(word: &[u8]) -> bool {
    let odd = word.iter().any(|byte| byte.is_ascii_digit() || matches!(byte, b'=' | b'+' | b'~'));
    let mixed = word
        .iter()
        .zip(word.iter().skip(1))
        .any(|(a, b)| a.is_ascii_lowercase() && b.is_ascii_uppercase());
    word.len() > MAX_PLAIN || (word.len() >= MIN_RANDOM && (odd || mixed))
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

const fn is_jwt(byte: u8) -> bool {
    is_word(byte) || byte == b'.'
}

const fn is_bare_end(byte: u8) -> bool {
    byte.is_ascii_whitespace()
        || byte.is_ascii_control()
        || is_quote(byte)
        || matches!(byte, b'&' | b'<' | b'>' | b'|')
}
