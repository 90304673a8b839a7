//! The `WWW-Authenticate` header: reading any challenge, writing the bearer one.

mod cursor;
mod value;
mod write;

pub use value::ParamValue;
pub use write::{BearerChallenge, ErrorCode, FieldError};

use core::fmt;
use cursor::Cursor;

/// Parameters that one challenge may have; the schemes in use have nine at most.
pub const MAX_PARAMS: usize = 16;

/// The challenges of one `WWW-Authenticate` header line, in order; an iterator.
///
/// The whole line is checked by [`Challenges::parse`], so that no challenge of a malformed line is ever
/// seen. A response may have several such lines: each is a list of its own, see [`bearer`].
#[derive(Clone, Debug)]
pub struct Challenges<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Challenges<'a> {
    /// Reads one field value
    /// ([RFC 9110 section 11.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1)).
    ///
    /// Takes time linear in its length. Empty list elements are skipped and an empty value has no
    /// challenge. Folded lines are refused, the HTTP layer has to have joined them.
    ///
    /// # Errors
    /// [`ChallengeError`] with what is wrong and where; among others a parameter that stands twice in
    /// one challenge, since one of the two values would win silently.
    pub fn parse(value: &'a [u8]) -> Result<Self, ChallengeError> {
        let whole = Self { cursor: Cursor::new(value) };
        let mut check = whole.clone();
        while check.read()?.is_some() {}
        Ok(whole)
    }

    fn read(&mut self) -> Result<Option<Challenge<'a>>, ChallengeError> {
        let cursor = &mut self.cursor;
        cursor.skip_empty_elements();
        if cursor.at_end() {
            return Ok(None);
        }
        let scheme = cursor.token().ok_or(cursor.error(ChallengeErrorKind::Scheme))?;
        let mut challenge = Challenge { scheme, token68: None, params: Cursor::new(&[]) };
        if cursor.skip_spaces() {
            challenge.token68 = cursor.token68();
            if challenge.token68.is_none() {
                challenge.params = cursor.clone();
                read_params(cursor)?;
            }
        }
        cursor.end_of_element()?;
        Ok(Some(challenge))
    }
}

impl<'a> Iterator for Challenges<'a> {
    type Item = Challenge<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().ok().flatten()
    }
}

impl core::iter::FusedIterator for Challenges<'_> {}

/// The first `Bearer` challenge of a response, out of the values of all its `WWW-Authenticate` lines.
///
/// A parameter of another scheme's challenge is never part of the answer.
///
/// # Errors
/// [`ChallengeError`] when any of the lines is malformed, also one after the answer: such a response
/// is a refusal without a usable challenge.
pub fn bearer<'a>(
    lines: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Option<Challenge<'a>>, ChallengeError> {
    let mut found = None;
    for line in lines {
        let mut challenges = Challenges::parse(line)?;
        found = found.or_else(|| challenges.find(|challenge| challenge.is(super::bearer::SCHEME)));
    }
    Ok(found)
}

/// One challenge: a scheme with either a `token68` or parameters, or with neither.
#[derive(Clone, Debug)]
pub struct Challenge<'a> {
    scheme: &'a str,
    token68: Option<&'a str>,
    params: Cursor<'a>,
}

impl<'a> Challenge<'a> {
    /// The scheme as it was sent; compare it with [`Challenge::is`].
    pub const fn scheme(&self) -> &'a str {
        self.scheme
    }

    /// Whether the challenge is for `scheme`, which is compared without regard to case.
    pub fn is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }

    /// The single value that stands in place of parameters, as Negotiate has one.
    pub const fn token68(&self) -> Option<&'a str> {
        self.token68
    }

    /// The parameters as (name, value), in order; at most [`MAX_PARAMS`], no name twice.
    pub fn params(&self) -> Params<'a> {
        Params { cursor: self.params.clone() }
    }

    /// The value of the parameter `name`, which is compared without regard to case.
    pub fn param(&self, name: &str) -> Option<ParamValue<'a>> {
        self.params().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// The parameters of a [`Challenge`]; an iterator of (name, value).
#[derive(Clone, Debug)]
pub struct Params<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Iterator for Params<'a> {
    type Item = (&'a str, ParamValue<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.cursor.param().ok().flatten()
    }
}

/// Moves `cursor` behind the last parameter of a challenge and refuses a name that stands twice.
fn read_params(cursor: &mut Cursor<'_>) -> Result<(), ChallengeError> {
    let mut names: [&str; MAX_PARAMS] = [""; MAX_PARAMS];
    let mut free = 0_usize;
    loop {
        let before = cursor.clone();
        let Some((name, _)) = cursor.param()? else { return Ok(()) };
        if names.iter().take(free).any(|earlier| earlier.eq_ignore_ascii_case(name)) {
            return Err(before.error_at_element(ChallengeErrorKind::DuplicateParam));
        }
        let slot = names
            .get_mut(free)
            .ok_or(before.error_at_element(ChallengeErrorKind::TooManyParams))?;
        *slot = name;
        free = free.saturating_add(1);
        cursor.peek_separator()?;
    }
}

/// A header line that is not a list of challenges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ChallengeError {
    /// What is wrong.
    pub kind: ChallengeErrorKind,
    /// Offset in the header line.
    pub at: usize,
}

/// What is wrong with a header line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ChallengeErrorKind {
    /// A scheme has to stand here.
    Scheme,
    /// Only a comma or the end can stand here.
    Separator,
    /// A parameter has no value.
    Value,
    /// A quoted string has no end.
    OpenQuote,
    /// A control byte stands in a quoted string.
    ControlByte,
    /// The name of this parameter has stood in the same challenge before.
    DuplicateParam,
    /// The challenge has more than [`MAX_PARAMS`] parameters.
    TooManyParams,
}

impl fmt::Display for ChallengeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            ChallengeErrorKind::Scheme => "an authentication scheme is missing",
            ChallengeErrorKind::Separator => "a comma is missing",
            ChallengeErrorKind::Value => "a parameter has no value",
            ChallengeErrorKind::OpenQuote => "a quoted string has no end",
            ChallengeErrorKind::ControlByte => "a quoted string has a control byte",
            ChallengeErrorKind::DuplicateParam => "a parameter stands twice",
            ChallengeErrorKind::TooManyParams => "a challenge has more than 16 parameters",
        };
        write!(f, "{what} at byte {} of the challenge header", self.at)
    }
}

impl core::error::Error for ChallengeError {}

#[cfg(test)]
mod tests {
    use super::*;
    use ChallengeErrorKind as Kind;
    use proptest::prelude::*;
    use std::{format, string::String, vec, vec::Vec};

    fn error(line: &[u8]) -> (Kind, usize) {
        let error = Challenges::parse(line).unwrap_err();
        (error.kind, error.at)
    }

    #[test]
    fn the_example_of_rfc_9110_reads() {
        // Section 11.6.1.
        let line =
            br#"Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\"""#;
        let [basic, newauth] = &Challenges::parse(line).unwrap().collect::<Vec<_>>()[..] else {
            panic!("there are two challenges");
        };
        assert!(basic.is("BASIC") && basic.param("Realm").unwrap() == "simple");
        assert_eq!(newauth.scheme(), "Newauth");
        assert_eq!(newauth.param("realm").unwrap().as_str(), Some("apps"));
        assert_eq!(newauth.param("type").unwrap().as_str(), Some("1"));
        let title = newauth.param("TITLE").unwrap();
        assert!(title == "Login to \"apps\"" && title != "Login to \\\"apps\\\"");
        assert_eq!(title.as_str(), None);
        assert_eq!(title.copy_to(&mut [0; 14]).unwrap_err().needed, 15);
        assert_eq!(title.copy_to(&mut [0; 15]).unwrap(), b"Login to \"apps\"");
        assert_eq!(title.raw(), br#"Login to \"apps\""#);
        assert!(newauth.param("titl").is_none());
    }

    #[test]
    fn faults_are_named_with_their_place() {
        assert_eq!(error(b"=x"), (Kind::Scheme, 0));
        assert_eq!(error(b"A, \"b\""), (Kind::Scheme, 3));
        assert_eq!(error(b"Bearer realm=\"a\" scope=\"b\""), (Kind::Separator, 17));
        assert_eq!(error(b"Bearer\trealm=a"), (Kind::Separator, 7));
        assert_eq!(error(b"Bearer \trealm=a"), (Kind::Separator, 8));
        assert_eq!(error(b"Bearer realm=;"), (Kind::Value, 13));
        assert_eq!(error(b"Bearer a=b, realm="), (Kind::Value, 18));
        assert_eq!(error(b"Bearer realm=\"a"), (Kind::OpenQuote, 15));
        assert_eq!(error(b"Bearer realm=\"a\\"), (Kind::OpenQuote, 16));
        assert_eq!(error(b"Bearer realm=\"a\\\n\""), (Kind::ControlByte, 16));
        assert_eq!(error(b"Bearer realm=\"a\x1b\""), (Kind::ControlByte, 15));
        assert_eq!(error(b"Bearer realm=\"a\", ,REALM=b"), (Kind::DuplicateParam, 19));
        assert_eq!(error(b"Bearer abc=, d=e"), (Kind::Separator, 14));
        let params = |count: usize| {
            let list: Vec<_> = (0..count).map(|at| format!("p{at}=v")).collect();
            format!("Bearer {}", list.join(","))
        };
        assert_eq!(Challenges::parse(params(16).as_bytes()).unwrap().count(), 1);
        assert_eq!(error(params(17).as_bytes()).0, Kind::TooManyParams);
    }

    #[test]
    fn white_space_and_empty_elements_mean_nothing() {
        for line in
            ["Bearer a=b,c=\"d\"", ",, Bearer a\t= b ,\t, c =\t\"d\",, ", "bearer , a=b, c=d"]
        {
            let challenge = bearer([line.as_bytes()]).unwrap().unwrap();
            let params: Vec<_> = challenge.params().map(|(n, v)| (n, v.as_str())).collect();
            assert_eq!(params, [("a", Some("b")), ("c", Some("d"))], "{line}");
        }
        assert_eq!(Challenges::parse(b"").unwrap().count(), 0);
        assert_eq!(Challenges::parse(b" ,\t, ").unwrap().count(), 0);
    }

    #[test]
    fn the_bearer_challenge_is_found_in_any_line() {
        let lines = [&b"Basic resource_metadata=x"[..], b"Digest a=b, bearer realm=y", b"Bearer"];
        let found = bearer(lines).unwrap().unwrap();
        assert!(found.param("resource_metadata").is_none());
        assert!(found.param("realm").unwrap() == "y");
        assert!(bearer([&b"Basic"[..]]).unwrap().is_none());
        assert!(bearer(core::iter::empty()).unwrap().is_none());
        assert!(bearer([&b"Bearer realm=y"[..], b"Basic a"[..].as_ref(), b"\0"]).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_get_an_answer(line in proptest::collection::vec(
            prop_oneof![any::<u8>(), proptest::sample::select(&b"aB=, \t\"\\"[..])], 0..40,
        )) {
            match Challenges::parse(&line) {
                Ok(challenges) => {
                    for challenge in challenges {
                        for (name, value) in challenge.params() {
                            let found = challenge.param(name).unwrap();
                            prop_assert!(found.bytes().eq(value.bytes()));
                        }
                    }
                }
                Err(error) => prop_assert!(error.at <= line.len()),
            }
        }

        #[test]
        fn what_is_composed_is_read(
            list in proptest::collection::vec(
                ("[A-Z]{1,4}", proptest::collection::btree_map("[a-z]{1,3}", "[ -~]{0,6}", 0..4)),
                0..4,
            ),
            escape_all: bool,
        ) {
            let quote = |text: &str| -> String {
                text.chars().map(|c| match c {
                    '"' | '\\' => format!("\\{c}"),
                    c if escape_all => format!("\\{c}"),
                    c => format!("{c}"),
                }).collect()
            };
            let mut parts = vec![];
            for (scheme, params) in &list {
                let params: Vec<_> =
                    params.iter().map(|(n, v)| format!("{n}=\"{}\"", quote(v))).collect();
                parts.push(format!("{scheme} {}", params.join(", ")));
            }
            let line = parts.join(", ");
            let read: Vec<_> = Challenges::parse(line.as_bytes()).unwrap().collect();
            prop_assert_eq!(read.len(), list.len());
            for (challenge, (scheme, params)) in read.iter().zip(&list) {
                prop_assert_eq!(challenge.scheme(), scheme);
                prop_assert_eq!(challenge.params().count(), params.len());
                for ((name, value), (n, v)) in challenge.params().zip(params) {
                    prop_assert_eq!(name, n);
                    prop_assert!(value == **v);
                }
            }
        }
    }
}
