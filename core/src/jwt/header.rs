//! The JOSE header: read strictly, written in one fixed order.

use core::fmt;

use super::VerifyError;
use super::object::{self, ObjectError};
use crate::json::{Entries, Kind, Object, Str, Value};
use crate::writer::Writer;

/// Most bytes of a header, decoded.
pub const MAX_HEADER_LEN: usize = 1024;

/// Most members of a header.
pub const MAX_HEADER_MEMBERS: usize = 32;

/// The header of a token to be signed; `alg` is always `HS256`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// The type of the token, [`Header::DEFAULT_TYP`] by default; `None` leaves it out.
    pub typ: Option<&'a str>,
    /// The name of the key; `None`, the default, leaves it out.
    pub kid: Option<&'a str>,
}

impl Header<'_> {
    /// The type of a token that names none.
    pub const DEFAULT_TYP: &'static str = "JWT";

    /// Writes `{"alg":"HS256","typ":…,"kid":…}`.
    pub(super) fn write(&self, w: &mut Writer<'_>) {
        let mut object = Object::begin(w);
        object.str("alg", ALG);
        if let Some(typ) = self.typ {
            object.str("typ", typ);
        }
        if let Some(kid) = self.kid {
            object.str("kid", kid);
        }
        object.end();
    }
}

impl Default for Header<'_> {
    fn default() -> Self {
        Self { typ: Some(Self::DEFAULT_TYP), kid: None }
    }
}

/// The header of a token that was read
/// ([RFC 7515 section 4](https://www.rfc-editor.org/rfc/rfc7515#section-4)).
///
/// Members that name or hold keys (`jku`, `jwk`, `x5u`, `x5c`) are never used.
#[derive(Clone, Copy)]
pub struct JoseHeader<'a> {
    object: Value<'a>,
    members: [Option<Value<'a>>; MEMBERS.len()],
}

impl<'a> JoseHeader<'a> {
    /// Reads `json` as a header; what it says is judged by [`JoseHeader::check`].
    ///
    /// # Errors
    /// [`ObjectError`], for more than [`MAX_HEADER_MEMBERS`] members and for duplicate names among
    /// others.
    pub fn parse(json: &'a [u8]) -> Result<Self, ObjectError> {
        let mut members = [None; MEMBERS.len()];
        let object = object::read(json, MAX_HEADER_MEMBERS, &MEMBERS, &mut members)?;
        Ok(Self { object, members })
    }

    /// Makes sure that this is the header of an HS256 token without extensions.
    ///
    /// # Errors
    /// - [`VerifyError::Alg`] unless `alg` is exactly `HS256`
    ///   ([RFC 8725 section 3.1](https://www.rfc-editor.org/rfc/rfc8725#section-3.1)).
    /// - [`VerifyError::Crit`] for every `crit`, since no extension is understood
    ///   ([RFC 7515 section 4.1.11](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.11)).
    /// - [`VerifyError::B64`] for every `b64`
    ///   ([RFC 7797 section 6](https://www.rfc-editor.org/rfc/rfc7797#section-6)).
    /// - [`VerifyError::TypNotString`], [`VerifyError::KidNotString`].
    pub fn check(&self) -> Result<(), VerifyError> {
        let [_, typ, kid, crit, b64] = self.members;
        if self.alg().is_none_or(|alg| alg != *ALG) {
            return Err(VerifyError::Alg);
        }
        if crit.is_some() {
            return Err(VerifyError::Crit);
        }
        if b64.is_some() {
            return Err(VerifyError::B64);
        }
        if typ.is_some_and(|typ| typ.kind() != Kind::String) {
            return Err(VerifyError::TypNotString);
        }
        if kid.is_some_and(|kid| kid.kind() != Kind::String) {
            return Err(VerifyError::KidNotString);
        }
        Ok(())
    }

    /// The algorithm that the header names, to be shown; it never chooses anything.
    pub fn alg(&self) -> Option<Str<'a>> {
        let [alg, ..] = self.members;
        alg?.as_str()
    }

    /// The type of the token.
    pub fn typ(&self) -> Option<Str<'a>> {
        let [_, typ, ..] = self.members;
        typ?.as_str()
    }

    /// The name of the key, which is opaque: it chooses among known keys and nothing else.
    pub fn kid(&self) -> Option<Str<'a>> {
        let [_, _, kid, ..] = self.members;
        kid?.as_str()
    }

    /// Whether `typ` names the media type `expected`, without case; `application/` stands in front of
    /// every type that has no slash
    /// ([RFC 7515 section 4.1.9](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.9)).
    pub fn is_typ(&self, expected: &str) -> bool {
        let Some(typ) = self.typ() else { return false };
        media_type(typ.chars()).eq(media_type(expected.chars()))
    }

    /// All members in their order.
    pub fn entries(&self) -> Entries<'a> {
        self.object.entries()
    }

    /// The whole object.
    pub const fn object(&self) -> Value<'a> {
        self.object
    }
}

impl fmt::Debug for JoseHeader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoseHeader({} bytes)", self.object.raw().len())
    }
}

/// The characters of a whole media type in lower case; one without a slash is an application type.
fn media_type(typ: impl Iterator<Item = char> + Clone) -> impl Iterator<Item = char> {
    let prefix = if typ.clone().any(|c| c == '/') { "" } else { "application/" };
    prefix.chars().chain(typ).map(|c| c.to_ascii_lowercase())
}

const ALG: &str = "HS256";

/// The members that mean something here, by their slots.
const MEMBERS: [&str; 5] = ["alg", "typ", "kid", "crit", "b64"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::writer::emit;
    use proptest::prelude::*;
    use std::{format, string::String};

    fn check(json: &str) -> Result<(), VerifyError> {
        JoseHeader::parse(json.as_bytes()).unwrap().check()
    }

    #[test]
    fn only_hs256_without_extensions_passes() {
        assert_eq!(check(r#"{"alg":"HS256"}"#), Ok(()));
        assert_eq!(check(r#"{"x":{"alg":"none"},"al\u0067":"\u0048S256"}"#), Ok(()));
        for alg in ["\"none\"", "\"hs256\"", "\"HS256 \"", "\"HS2560\"", "null", "[\"HS256\"]"] {
            assert_eq!(check(&format!("{{\"alg\":{alg}}}")), Err(VerifyError::Alg), "{alg}");
        }
        assert_eq!(check("{}"), Err(VerifyError::Alg));
        assert_eq!(check(r#"{"ALG":"HS256"}"#), Err(VerifyError::Alg));
        assert_eq!(check(r#"{"alg":"HS256","cr\u0069t":null}"#), Err(VerifyError::Crit));
        assert_eq!(check(r#"{"alg":"HS256","b64":true}"#), Err(VerifyError::B64));
        assert_eq!(check(r#"{"alg":"HS256","typ":null}"#), Err(VerifyError::TypNotString));
        assert_eq!(check(r#"{"alg":"HS256","kid":7}"#), Err(VerifyError::KidNotString));
    }

    #[test]
    fn typ_is_compared_as_a_media_type() {
        for (typ, expected, same) in [
            ("JWT", "jwt", true),
            ("at+jwt", "application/AT+JWT", true),
            ("Application/at+jwt", "at+jwt", true),
            ("application/a/b", "a/b", false),
            ("a/b", "a/b", true),
            ("at+jwt ", "at+jwt", false),
            ("jwt", "at+jwt", false),
            ("application/", "application", false),
        ] {
            let json = format!("{{\"typ\":\"{typ}\"}}");
            let header = JoseHeader::parse(json.as_bytes()).unwrap();
            assert_eq!(header.is_typ(expected), same, "{typ} {expected}");
        }
        assert!(!JoseHeader::parse(b"{}").unwrap().is_typ("jwt"));
    }

    #[test]
    fn the_default_header_is_the_customary_one() {
        let mut out = [0; 64];
        let text = emit(&mut out, |w| Header::default().write(w)).unwrap();
        assert_eq!(text, br#"{"alg":"HS256","typ":"JWT"}"#);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(typ: Option<String>, kid: Option<String>) {
            let header = Header { typ: typ.as_deref(), kid: kid.as_deref() };
            let mut out = [0; 4096];
            let text = emit(&mut out, |w| header.write(w)).unwrap();
            let read = JoseHeader::parse(text).unwrap();
            prop_assert_eq!(read.check(), Ok(()));
            prop_assert_eq!(read.typ().map(|typ| format!("{typ}")), typ);
            prop_assert_eq!(read.kid().map(|kid| format!("{kid}")), kid);
        }
    }
}
