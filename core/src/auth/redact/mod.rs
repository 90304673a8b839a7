//! Hides secrets in text that is to be shown or logged.

mod credentials;
mod names;
mod text;

use crate::writer::Writer;
use core::fmt;
use core::iter::Peekable;
use core::ops::Range;
use credentials::Credentials;

/// What may stand for a secret, in order of preference; each is one character three times.
const MARKERS: [&[u8; 3]; 12] = [
    b"***", b"###", b"???", b"---", b"___", b"~~~", b"+++", b"===", b"@@@", b"%%%", b"!!!", b"^^^",
];

/// Replaces secrets in a text by `***`.
///
/// Hidden are the known secrets wherever they stand, and whatever looks like a credential: the values of
/// `Authorization`, cookie, session-id and API-key headers, of parameters, members, variables and flags such as
/// `access_token`, `clientSecret`, `MCP_TOKEN` or `--token`, also an array of them, a token behind a
/// `Bearer`, `Basic` or `DPoP`, the user part of a URL, and every JWT whose header begins with a brace, also
/// one that is wrapped over several lines. Names are compared without case. All other text comes out byte for byte, and ASCII marks keep UTF-8 whole.
///
/// A known secret never survives, whatever surrounds it: the mark is made of a character that no secret
/// holds, and where the secrets hold all characters that could be one, a text with a secret in it gives
/// nothing at all. A secret is known in the form in which it is given: give the base64, percent-encoded
/// or JSON-escaped form too where the text may hold that. Credentials that are not known are recognised by
/// the words around them, so known secrets are the guarantee and the rest is a safety net.
///
/// The text has to be whole: a secret that is divided over two calls is not seen. Time is linear in the
/// text for a fixed set of secrets, at most text length times the total length of the secrets.
#[derive(Clone, Copy)]
pub struct Redactor<'s> {
    secrets: &'s [&'s [u8]],
}

impl<'s> Redactor<'s> {
    /// Hides `secrets` and what looks like a credential; empty secrets are passed over.
    pub const fn new(secrets: &'s [&'s [u8]]) -> Self {
        Self { secrets }
    }

    /// Writes `text` without its secrets.
    pub fn redact(&self, text: &[u8], w: &mut Writer<'_>) {
        for piece in self.pieces(text) {
            w.bytes(piece);
        }
    }

    /// The pieces that make up `text` without its secrets, in order; an iterator of bytes.
    ///
    /// For output that is not a [`Writer`]. Where `text` and the secrets are UTF-8, every piece is.
    pub fn pieces<'t>(&self, text: &'t [u8]) -> Pieces<'s, 't> {
        let mut hidden = Hidden::new(self.secrets, text).peekable();
        let mark = MARKERS.into_iter().find(|mark| self.is_free(**mark));
        let withheld = mark.is_none() && hidden.peek().is_some();
        let text = if withheld { &[] } else { text };
        Pieces { text, at: 0, mark: mark.unwrap_or(&[0; 3]), hidden }
    }

    fn is_free(&self, mark: [u8; 3]) -> bool {
        let [character, ..] = mark;
        !self.secrets.iter().any(|secret| secret.contains(&character))
    }
}

impl fmt::Debug for Redactor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor").field("secrets", &self.secrets.len()).finish()
    }
}

/// What [`Redactor::pieces`] gives.
pub struct Pieces<'s, 't> {
    text: &'t [u8],
    at: usize,
    mark: &'static [u8; 3],
    hidden: Peekable<Hidden<'s, 't>>,
}

impl<'t> Iterator for Pieces<'_, 't> {
    type Item = &'t [u8];

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.text.len() {
            return None;
        }
        let next = self.hidden.peek().map(|range| (range.start, range.end));
        match next {
            Some((start, end)) if start <= self.at => {
                self.at = end;
                self.hidden.next();
                Some(self.mark)
            }
            _ => {
                let end = next.map_or(self.text.len(), |(start, _)| start);
                let piece = self.text.get(self.at..end);
                self.at = end;
                piece
            }
        }
    }
}

impl fmt::Debug for Pieces<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pieces").field("at", &self.at).finish_non_exhaustive()
    }
}

/// The ranges to hide, in order, none empty, none touching another.
struct Hidden<'s, 't> {
    secrets: &'s [&'s [u8]],
    text: &'t [u8],
    at: usize,
    credential: Option<Range<usize>>,
    credentials: Credentials<'t>,
}

impl<'s, 't> Hidden<'s, 't> {
    fn new(secrets: &'s [&'s [u8]], text: &'t [u8]) -> Self {
        let mut credentials = Credentials::new(text);
        Self { secrets, text, at: 0, credential: credentials.next(), credentials }
    }

    /// The end of the longest thing to hide that starts at `at`; `at` when there is none.
    fn end_at(&mut self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        let known = self
            .secrets
            .iter()
            .filter(|secret| secret.first() == rest.first() && rest.starts_with(secret))
            .map(|secret| secret.len())
            .max()
            .unwrap_or_default();
        let end = at.saturating_add(known);
        match self.credential.take() {
            Some(credential) if credential.start <= at => {
                self.credential = self.credentials.next();
                end.max(credential.end)
            }
            later => {
                self.credential = later;
                end
            }
        }
    }
}

impl Iterator for Hidden<'_, '_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut start = self.at;
        let mut end = self.end_at(start);
        while end <= start {
            if start >= self.text.len() {
                return None;
            }
            start = start.saturating_add(1);
            end = self.end_at(start);
        }
        // What starts inside or directly behind belongs to the same range.
        let mut inside = start;
        while inside < end {
            inside = inside.saturating_add(1);
            end = end.max(self.end_at(inside));
        }
        self.at = end;
        Some(start..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::{format, string::String, vec::Vec};

    fn redact(secrets: &[&str], text: &str) -> String {
        let secrets: Vec<_> = secrets.iter().map(|secret| secret.as_bytes()).collect();
        let pieces: Vec<u8> =
            Redactor::new(&secrets).pieces(text.as_bytes()).flatten().copied().collect();
        String::from_utf8(pieces).unwrap()
    }

    #[test]
    fn known_secrets_are_hidden_wherever_they_stand() {
        assert_eq!(redact(&["s3"], "s3, as3b and s3s3"), "***, a***b and ***");
        assert_eq!(redact(&["aba"], "xababay"), "x***y");
        assert_eq!(redact(&["ab", "abcd"], "abcde ab"), "***e ***");
        assert_eq!(redact(&["abcd", "cdef"], "1abcdef2"), "1***2");
        assert_eq!(redact(&["", "\u{e4}"], "a\u{e4}\u{f6}"), "a***\u{f6}");
        assert_eq!(redact(&["longer than the text"], "short"), "short");
        assert_eq!(redact(&["s3"], ""), "");
    }

    #[test]
    fn the_mark_holds_no_secret() {
        assert_eq!(redact(&["*"], "a*b"), "a###b");
        assert_eq!(redact(&["a***b", "#"], "aa***bb"), "a???b");
        let all = "*#?-_~+=@%!^";
        assert_eq!(redact(&[all, "s3"], "a s3 b"), "");
        assert_eq!(redact(&[all, "s3"], "no secret"), "no secret");
    }

    #[test]
    fn credentials_are_known_by_the_words_around_them() {
        for (text, shown) in [
            ("Authorization: Bearer abc", "Authorization: Bearer ***"),
            ("Authorization: Bearer a b c\nHost: x", "Authorization: Bearer ***\nHost: x"),
            ("Authorization: abc", "Authorization: ***"),
            ("Authorization: Bearer \"ab\"", "Authorization: Bearer ***"),
            ("X-Auth-Token: abc", "X-Auth-Token: ***"),
            ("mcp-session-id: 1868a90c-6a2b-4d3e\r\nHost: x", "mcp-session-id: ***\r\nHost: x"),
            ("api_key=ab client-secret=cd", "api_key=*** client-secret=***"),
            ("token: abcdefghijklmnopqrstuvwxy", "token: ***"),
            ("Cookie: a=b; c=d\r\nHost: x", "Cookie: ***\r\nHost: x"),
            ("-H 'Authorization: Basic YWI=' -v", "-H 'Authorization: Basic ***' -v"),
            ("\"Cookie: a=b\", \"x\"", "\"Cookie: ***\", \"x\""),
            (
                r#"{"msg":"sent Authorization: Bearer ab","level":1}"#,
                r#"{"msg":"sent Authorization: Bearer ***","level":1}"#,
            ),
            (r#"{"token":"a\"b","x":1}"#, r#"{"token":"***","x":1}"#),
            (r#"{"token":"a\\","x":1}"#, r#"{"token":"***","x":1}"#),
            (r#"{"a":"{\"token\":\"ab\",\"x\":1}"}"#, r#"{"a":"{\"token\":\"***\",\"x\":1}"}"#),
            (r#"{"SecretAccessKey": "a/b", "b": 1}"#, r#"{"SecretAccessKey": "***", "b": 1}"#),
            (r#"{"a":1,"password":12}"#, r#"{"a":1,"password":***}"#),
            ("{'Authorization': 'Bearer ab'}", "{'Authorization': 'Bearer ***'}"),
            ("clientSecret=ab&x=1", "clientSecret=***&x=1"),
            ("?u=access_token%3Dab%26x", "?u=access_token%3D***%26x"),
            ("(token=ab), x", "(token=***), x"),
            ("export MCP_TOKEN='a b'", "export MCP_TOKEN='***'"),
            ("--token 4bcdef --url x", "--token *** --url x"),
            ("https://name:pa@ss@host/@x", "https://name:***@host/@x"),
            ("wss://t0k@host", "wss://***@host"),
            ("Bearer%20abc123&x", "Bearer%20***&x"),
            ("say Bearer abcDEF.", "say Bearer ***"),
            ("X-Amz-Signature=0a&X-Amz-Date=1", "X-Amz-Signature=***&X-Amz-Date=1"),
            ("at eyJhIjoxfQ.eyJiIjoyfQ.", "at ***."),
            ("eyJh.eyJi.0123456789012345678901234567890123456789012\nabc123", "***\nabc123"),
            ("eyJh.eyJi.012345678901234567890123456789012345678901\nabc123", "***"),
            (r#"{"a":"{\"token\":\"a\\\"b\",\"x\":1}"}"#, r#"{"a":"{\"token\":\"***\",\"x\":1}"}"#),
            ("eyJhbGciOiJIUzI1NiJ9.eyJh\r\n  IjoxfQ.c2ln\r\nrejected", "***\r\nrejected"),
            ("token=eyJhIjoxfQ.eyJi\nIjoyfQ.c2ln x", "token=*** x"),
            ("[\"host\", \"x\", \"cookie\" , \"a=b\"]", "[\"host\", \"x\", \"cookie\" , \"***\"]"),
            // As the headers of a request are logged that are lists of values.
            (r#"{"Cookie":["a=b","c=d"],"Host":["x"]}"#, r#"{"Cookie":["***"],"Host":["x"]}"#),
            (
                r#"{"Authorization":["Bearer ab"],"a":["b"]}"#,
                r#"{"Authorization":["Bearer ***"],"a":["b"]}"#,
            ),
            (
                "{\"X-Api-Key\": [\n  \"ab\",\n  \"c\"\n], \"b\": 1}",
                "{\"X-Api-Key\": [\n  \"***\"\n], \"b\": 1}",
            ),
            (r#"{\"Cookie\":[\"a=b\", \"c\"],\"x\":1}"#, r#"{\"Cookie\":[\"***\"],\"x\":1}"#),
            (
                "Authorization: Digest username=\"me\", response=\"ab\"\nHost: x",
                "Authorization: Digest ***\nHost: x",
            ),
            ("Authorization: Bearer\r\n ab\r\nHost: x", "Authorization: Bearer\r\n ***\r\nHost: x"),
            ("Cookie:\n\ta=b\nHost: x", "Cookie:\n\t***\nHost: x"),
            (r#"{"m":"eyJh.eyJi\n  IjoyfQ.c2ln\nrejected"}"#, r#"{"m":"***\nrejected"}"#),
            (r#""Authorization: Bearer ab\nHost: x""#, r#""Authorization: Bearer ***\nHost: x""#),
        ] {
            assert_eq!(redact(&[], text), shown, "{text}");
        }
    }

    /// The headers are `{"alg":"HS256"}` and the claims `{"sub":"a"}`, white space behind the brace, by Python's base64.
    #[test]
    fn a_jwt_may_have_white_space_in_its_header() {
        let signature = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";
        for header in [
            "eyAiYWxnIjoiSFMyNTYifQ",
            "ewoiYWxnIjoiSFMyNTYifQ",
            "ew0KICJhbGciOiJIUzI1NiJ9",
            "ewkiYWxnIjoiSFMyNTYifQ",
        ] {
            for claims in ["eyAic3ViIjoiYSJ9", "eyJzdWIiOiJhIn0"] {
                let text = format!("got {header}.{claims}.{signature}, ewo");
                assert_eq!(redact(&[], &text), "got ***, ewo");
            }
            // Without a signature it is a name like any other.
            let text = format!("at {header}.example.com");
            assert_eq!(redact(&[], &text), text);
        }
        assert_eq!(redact(&[], "ewok.eyJhIjoxfQ.eyJiIjoyfQ.c2ln"), "ewok.***");
    }

    #[test]
    fn text_without_a_credential_stays() {
        for text in [
            "Bearer realm=\"example\", error=\"invalid_token\", error_description=\"The token expired\"",
            "WWW-Authenticate: Bearer scope=\"a b\", resource_metadata=\"https://a.example/m\"",
            r#"{"error":"invalid_token","error_description":"the token has expired"}"#,
            r#"{"_meta":{"progressToken":"abc123","nextPageToken":"p2"},"token_type":"Bearer"}"#,
            r#"{"access_token":null,"password":false}"#,
            "token: expired",
            "token: abcdefghijklmnopqrstuvwx",
            "a token 'abc123\" here",
            r#"{"a":"cookie","b":"c"}"#,
            "the token 'abc' is short",
            "use --token FILE",
            "secret: none",
            "unexpected token '}' in line 4",
            "grant_type=refresh_token&x=1",
            "Basic usage",
            "Authorization: Bearer ",
            "Authorization: ",
            "token=",
            "token:",
            "\"token\":\"\"",
            "mail://me at home",
            "https://host/a@b",
            "://",
            "eyJ",
            "eyJhIjoxfQ",
            "eyJhIjoxfQ.",
            "authorization and cookie",
            "Authorization:\nHost: x",
            "the bearer of this",
            "a::b://c",
            "\"",
            "\\\"",
            "",
        ] {
            assert_eq!(redact(&[], text), text);
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?}", Redactor::new(&[b"s3cret"]));
        assert_eq!(shown, "Redactor { secrets: 1 }");
    }

    #[test]
    fn hostile_repetition_takes_linear_time() {
        let units = "eyJ|eyJ.|eyJa\n|eyJaB1\n|token|token |token=\"|token=\\\"|token '|token=\\\\\" |://|\
            ://@|Authorization:|Authorization: Bearer |Authorization: Bearer a\"|Bearer |[\"cookie\",|\
            \\|\"|%3D|token%3D|token%3Da%26|a:|cookie:\"|cookie:\\\\\"|cookie:[|cookie:[\"|\"cookie\":[\"a\",|\
            cookie:\n |ewo|ewo.|ewoB1\n|eyJaB1\\n|=|bearer+|token: a |token:,|'|%";
        for unit in units.split('|') {
            let text = unit.repeat(200_000 / unit.len());
            let start = std::time::Instant::now();
            let shown: usize =
                Redactor::new(&[b"s3cret"]).pieces(text.as_bytes()).map(<[u8]>::len).sum();
            assert!(shown > 0, "{unit:?}");
            // Linear work takes a fiftieth of this without optimisation, quadratic work minutes.
            let seconds = start.elapsed().as_secs();
            assert!(seconds < 5, "{unit:?} takes {seconds} s");
        }
    }

    proptest! {
        #[test]
        fn known_secrets_never_survive(
            secrets in proptest::collection::vec("[ab*#=:\"\u{e4}]{0,4}", 0..4),
            parts in proptest::collection::vec((0..4_usize, "[ab*#=:\" \u{e4}]{0,3}"), 0..8),
        ) {
            let known: Vec<&str> = secrets.iter().map(String::as_str).collect();
            let text: String = parts.iter()
                .flat_map(|(at, part)| [part, *known.get(*at).unwrap_or(&"")])
                .collect();
            let shown = redact(&known, &text);
            for secret in known.iter().filter(|secret| !secret.is_empty()) {
                prop_assert!(!shown.contains(secret), "{secret:?} is in {shown:?}");
            }
        }

        #[test]
        fn binary_secrets_never_survive(
            secret in proptest::collection::vec(any::<u8>(), 1..300),
            before in proptest::collection::vec(any::<u8>(), 0..20),
            after in proptest::collection::vec(any::<u8>(), 0..20),
        ) {
            let text = [&before[..], &secret, &after].concat();
            let secrets = [&secret[..]];
            let redactor = Redactor::new(&secrets);
            let mut out = std::vec![0; text.len() * 3];
            let mut w = Writer::new(&mut out);
            redactor.redact(&text, &mut w);
            let shown = w.finish().unwrap();
            prop_assert!(!shown.windows(secret.len()).any(|run| run == secret));
        }

        #[test]
        fn a_header_value_is_hidden_in_any_text(
            before in "[ -~\n]{0,20}", token in "[A-Za-z0-9._~+/-]{1,30}={0,2}",
        ) {
            let text = format!("{before}\nAuthorization: Bearer {token}");
            let shown = redact(&[], &text);
            prop_assert!(shown.ends_with("\nAuthorization: Bearer ***"), "{shown:?}");
        }

        #[test]
        fn prose_stays_as_it_is(text in "([a-z]{1,10}[ ,.!?\n]{1,2}){0,12}") {
            prop_assert_eq!(redact(&[], &text), text);
        }
    }
}
