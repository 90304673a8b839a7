//! The claims of a token, read: one strict JSON object with typed access.

use core::fmt;

use super::date;
use super::object::{self, ObjectError};
use crate::json::{Entries, Items, Kind, Str, Value};

/// Most claims that are read and signed.
///
/// Telling duplicates costs time by the square of the number in the worst case.
pub const MAX_CLAIMS: usize = 128;

/// The claims set of a token, borrowed from its decoded text
/// ([RFC 7519 section 4](https://www.rfc-editor.org/rfc/rfc7519#section-4)).
///
/// Every accessor tells a claim that is absent (`Ok(None)`) from one that has the wrong type
/// (`Err`). Names are compared byte for byte after unescaping and only at the top level.
#[derive(Clone, Copy)]
pub struct Claims<'a> {
    object: Value<'a>,
    registered: [Option<Value<'a>>; 7],
}

impl<'a> Claims<'a> {
    /// Reads `json` as a claims set; the types of the claims are checked when they are asked for.
    ///
    /// # Errors
    /// [`ObjectError`], for more than [`MAX_CLAIMS`] claims and for duplicate names among others.
    pub fn parse(json: &'a [u8]) -> Result<Self, ObjectError> {
        let mut registered = [None; 7];
        let object = object::read(json, MAX_CLAIMS, &ClaimName::NAMES, &mut registered)?;
        Ok(Self { object, registered })
    }

    /// The second from which on the token is expired, `exp`; fractions are rounded up.
    ///
    /// # Errors
    /// [`ClaimError`] where it is no number or outside of [`i64`]; so for every time claim.
    ///
    /// [RFC 7519 section 4.1.4](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4)
    pub fn exp(&self) -> Result<Option<i64>, ClaimError> {
        self.registered_date(ClaimName::Exp)
    }

    /// The second from which on the token is valid, `nbf`; fractions are rounded up.
    ///
    /// [RFC 7519 section 4.1.5](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.5)
    pub fn nbf(&self) -> Result<Option<i64>, ClaimError> {
        self.registered_date(ClaimName::Nbf)
    }

    /// The second in which the token was issued, `iat`; fractions are rounded up.
    ///
    /// [RFC 7519 section 4.1.6](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.6)
    pub fn iat(&self) -> Result<Option<i64>, ClaimError> {
        self.registered_date(ClaimName::Iat)
    }

    /// The issuer, `iss`.
    ///
    /// # Errors
    /// [`ClaimError`] where it is no string; so for `sub` and `jti`.
    ///
    /// [RFC 7519 section 4.1.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.1)
    pub fn iss(&self) -> Result<Option<Str<'a>>, ClaimError> {
        self.registered_string(ClaimName::Iss)
    }

    /// The subject, `sub`.
    ///
    /// [RFC 7519 section 4.1.2](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.2)
    pub fn sub(&self) -> Result<Option<Str<'a>>, ClaimError> {
        self.registered_string(ClaimName::Sub)
    }

    /// The identifier of the token, `jti`.
    ///
    /// [RFC 7519 section 4.1.7](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.7)
    pub fn jti(&self) -> Result<Option<Str<'a>>, ClaimError> {
        self.registered_string(ClaimName::Jti)
    }

    /// The audiences, `aud`: one string or an array of strings.
    ///
    /// # Errors
    /// [`ClaimError`] where it is neither, also where one element is no string.
    ///
    /// [RFC 7519 section 4.1.3](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3)
    pub fn aud(&self) -> Result<Option<Audiences<'a>>, ClaimError> {
        let Some(value) = self.registered(ClaimName::Aud) else { return Ok(None) };
        ClaimName::Aud.check(value)?;
        Ok(Some(Audiences::of(value)))
    }

    /// The claim called `name` as it stands, `None` where it is absent.
    pub fn claim(&self, name: &str) -> Option<Value<'a>> {
        self.entries().find(|(entry, _)| *entry == *name).map(|(_, value)| value)
    }

    /// The string called `name`.
    ///
    /// # Errors
    /// [`ClaimError`] where it has another type; so for the accessors below.
    pub fn string(&self, name: &str) -> Result<Option<Str<'a>>, ClaimError> {
        self.typed(name, |value| value.as_str().ok_or(ClaimFault::WrongType))
    }

    /// The integer called `name`, written without fraction and exponent.
    pub fn integer(&self, name: &str) -> Result<Option<i64>, ClaimError> {
        self.typed(name, |value| {
            let number = value.as_number().ok_or(ClaimFault::WrongType)?;
            number.as_i64().ok_or({
                if number.raw().iter().any(|byte| matches!(byte, b'.' | b'e' | b'E')) {
                    ClaimFault::WrongType
                } else {
                    ClaimFault::OutOfRange
                }
            })
        })
    }

    /// The time called `name` in whole seconds since 1970, fractions rounded up.
    pub fn date(&self, name: &str) -> Result<Option<i64>, ClaimError> {
        self.typed(name, date_of)
    }

    /// The truth value called `name`.
    pub fn boolean(&self, name: &str) -> Result<Option<bool>, ClaimError> {
        self.typed(name, |value| value.as_bool().ok_or(ClaimFault::WrongType))
    }

    /// The elements of the array called `name`.
    pub fn array(&self, name: &str) -> Result<Option<Items<'a>>, ClaimError> {
        self.typed(name, |value| match value.kind() {
            Kind::Array => Ok(value.items()),
            _ => Err(ClaimFault::WrongType),
        })
    }

    /// All claims in their order.
    pub fn entries(&self) -> Entries<'a> {
        self.object.entries()
    }

    /// The whole object, for example to hand it to a serde type.
    pub const fn object(&self) -> Value<'a> {
        self.object
    }

    /// Checks the type of every registered claim that is present.
    pub(super) fn check_types(&self) -> Result<(), ClaimError> {
        for (claim, value) in ClaimName::REGISTERED.iter().zip(&self.registered) {
            if let Some(value) = value {
                claim.check(*value)?;
            }
        }
        Ok(())
    }

    pub(super) fn registered(&self, claim: ClaimName) -> Option<Value<'a>> {
        self.registered.get(claim as usize).copied().flatten()
    }

    fn registered_date(&self, claim: ClaimName) -> Result<Option<i64>, ClaimError> {
        let value = self.registered(claim);
        value.map(|value| date_of(value).map_err(|fault| ClaimError { claim, fault })).transpose()
    }

    fn registered_string(&self, claim: ClaimName) -> Result<Option<Str<'a>>, ClaimError> {
        let wrong = ClaimError { claim, fault: ClaimFault::WrongType };
        self.registered(claim).map(|value| value.as_str().ok_or(wrong)).transpose()
    }

    fn typed<T>(
        &self,
        name: &str,
        read: impl FnOnce(Value<'a>) -> Result<T, ClaimFault>,
    ) -> Result<Option<T>, ClaimError> {
        let Some(value) = self.claim(name) else { return Ok(None) };
        let claim = ClaimName::of_text(name);
        read(value).map(Some).map_err(|fault| ClaimError { claim, fault })
    }
}

impl fmt::Debug for Claims<'_> {
    /// Shows the length only: claims can be personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Claims({} bytes)", self.object.raw().len())
    }
}

/// Iterates over the audiences of a token; made by [`Claims::aud`].
#[derive(Clone, Debug)]
pub struct Audiences<'a> {
    one: Option<Str<'a>>,
    more: Items<'a>,
}

impl<'a> Audiences<'a> {
    pub(super) fn of(value: Value<'a>) -> Self {
        Self { one: value.as_str(), more: value.items() }
    }
}

impl<'a> Iterator for Audiences<'a> {
    type Item = Str<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(one) = self.one.take() { Some(one) } else { self.more.next()?.as_str() }
    }
}

/// A claim that is present but malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ClaimError {
    /// Which claim.
    pub claim: ClaimName,
    /// What is wrong with it.
    pub fault: ClaimFault,
}

impl fmt::Display for ClaimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fault = match self.fault {
            ClaimFault::WrongType => "has the wrong type",
            ClaimFault::OutOfRange => "is out of range",
        };
        write!(f, "the claim {} {fault}", self.claim.name())
    }
}

impl core::error::Error for ClaimError {}

/// What is wrong with a claim that is present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[repr(usize)]
pub enum ClaimFault {
    /// It has another JSON type than it has to have.
    WrongType,
    /// It is a number outside of [`i64`].
    OutOfRange,
}

/// The registered claims, and all others as one
/// ([RFC 7519 section 4.1](https://www.rfc-editor.org/rfc/rfc7519#section-4.1)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[repr(usize)]
pub enum ClaimName {
    /// `exp`, when the token expires.
    Exp,
    /// `nbf`, not before.
    Nbf,
    /// `iat`, when the token was issued.
    Iat,
    /// `iss`, the issuer.
    Iss,
    /// `sub`, the subject.
    Sub,
    /// `jti`, the identifier of the token.
    Jti,
    /// `aud`, the audiences.
    Aud,
    /// A claim that the standard does not name.
    Other,
}

impl ClaimName {
    const REGISTERED: [Self; 7] =
        [Self::Exp, Self::Nbf, Self::Iat, Self::Iss, Self::Sub, Self::Jti, Self::Aud];

    /// The names of those.
    const NAMES: [&'static str; 7] = {
        let [exp, nbf, iat, iss, sub, jti, aud] = Self::REGISTERED;
        [exp.name(), nbf.name(), iat.name(), iss.name(), sub.name(), jti.name(), aud.name()]
    };

    /// The name as it stands in a token; `(other)` for [`ClaimName::Other`].
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exp => "exp",
            Self::Nbf => "nbf",
            Self::Iat => "iat",
            Self::Iss => "iss",
            Self::Sub => "sub",
            Self::Jti => "jti",
            Self::Aud => "aud",
            Self::Other => "(other)",
        }
    }

    pub(super) fn of_text(name: &str) -> Self {
        let same = |claim: &Self| name == claim.name();
        Self::REGISTERED.iter().copied().find(same).unwrap_or(Self::Other)
    }

    /// Whether `value` has the type that the standard asks for.
    pub(super) fn check(self, value: Value<'_>) -> Result<(), ClaimError> {
        let result = match self {
            Self::Exp | Self::Nbf | Self::Iat => date_of(value).map(|_| ()),
            Self::Iss | Self::Sub | Self::Jti | Self::Aud if value.kind() == Kind::String => Ok(()),
            Self::Aud
                if value.kind() == Kind::Array
                    && value.items().all(|item| item.kind() == Kind::String) =>
            {
                Ok(())
            }
            Self::Other => Ok(()),
            _ => Err(ClaimFault::WrongType),
        };
        result.map_err(|fault| ClaimError { claim: self, fault })
    }
}

fn date_of(value: Value<'_>) -> Result<i64, ClaimFault> {
    let number = value.as_number().ok_or(ClaimFault::WrongType)?;
    date::whole_seconds(number).ok_or(ClaimFault::OutOfRange)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{format, string::ToString, vec::Vec};

    fn claims(json: &str) -> Claims<'_> {
        Claims::parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn registered_claims_are_found_however_they_are_escaped() {
        let claims = claims(
            r#"{"\u0065xp":3,"nbf":1,"iat":2.5,"iss":"i","s\u0075b":"\u0073","jti":"j","aud":["a","b"]}"#,
        );
        assert_eq!(claims.exp(), Ok(Some(3)));
        assert_eq!(claims.nbf(), Ok(Some(1)));
        assert_eq!(claims.iat(), Ok(Some(3)));
        assert!(claims.iss().unwrap().unwrap() == "i");
        assert!(claims.sub().unwrap().unwrap() == "s");
        assert!(claims.jti().unwrap().unwrap() == "j");
        let audiences: Vec<_> =
            claims.aud().unwrap().unwrap().map(|audience| audience.to_string()).collect();
        assert_eq!(audiences, ["a", "b"]);
        assert_eq!(claims.check_types(), Ok(()));
    }

    #[test]
    fn a_malformed_claim_is_never_absent() {
        for value in ["null", "true", "\"1\"", "[1]", "{}"] {
            for name in ["exp", "nbf", "iat"] {
                let json = format!("{{\"{name}\":{value}}}");
                let claims = claims(&json);
                let claim = ClaimName::of_text(name);
                let wrong = ClaimError { claim, fault: ClaimFault::WrongType };
                assert_eq!(claims.check_types(), Err(wrong));
                let read = match name {
                    "exp" => claims.exp(),
                    "nbf" => claims.nbf(),
                    _ => claims.iat(),
                };
                assert_eq!(read, Err(wrong));
                assert_eq!(claims.date(name), Err(wrong));
            }
        }
        for value in ["null", "true", "1", "[\"x\"]", "{}"] {
            for name in ["iss", "sub", "jti"] {
                let json = format!("{{\"{name}\":{value}}}");
                let claim = ClaimName::of_text(name);
                let wrong = ClaimError { claim, fault: ClaimFault::WrongType };
                assert_eq!(claims(&json).check_types(), Err(wrong));
                assert_eq!(claims(&json).string(name).unwrap_err(), wrong);
            }
        }
        for value in ["null", "true", "1", "{}", "[1]", "[\"x\",null]", "[[\"x\"]]"] {
            let json = format!("{{\"aud\":{value}}}");
            let wrong = ClaimError { claim: ClaimName::Aud, fault: ClaimFault::WrongType };
            assert_eq!(claims(&json).aud().unwrap_err(), wrong);
            assert_eq!(claims(&json).check_types(), Err(wrong));
        }
    }

    #[test]
    fn other_claims_are_read_by_type() {
        let claims = claims(
            r#"{"s":"x","i":-7,"t":true,"a":[1,2],"f":1.0,"big":9223372036854775808,"n":null}"#,
        );
        let wrong = ClaimError { claim: ClaimName::Other, fault: ClaimFault::WrongType };
        assert!(claims.string("s").unwrap().unwrap() == "x");
        assert_eq!(claims.integer("i"), Ok(Some(-7)));
        assert_eq!(claims.integer("f"), Err(wrong));
        assert_eq!(claims.integer("s"), Err(wrong));
        let range = ClaimError { claim: ClaimName::Other, fault: ClaimFault::OutOfRange };
        assert_eq!(claims.integer("big"), Err(range));
        assert_eq!(claims.boolean("t"), Ok(Some(true)));
        assert_eq!(claims.boolean("n"), Err(wrong));
        assert_eq!(claims.array("a").unwrap().unwrap().count(), 2);
        assert_eq!(claims.array("s").unwrap_err(), wrong);
        assert_eq!(claims.claim("n").unwrap().kind(), Kind::Null);
        assert_eq!(claims.claim("S"), None);
        assert_eq!(claims.string("missing").unwrap(), None);
        assert_eq!(claims.entries().count(), 7);
    }

    #[test]
    fn the_number_of_claims_is_limited() {
        let object = |count: usize| {
            let members: Vec<_> = (0..count).map(|n| format!("\"c{n}\":{n}")).collect();
            format!("{{{}}}", members.join(","))
        };
        assert!(Claims::parse(object(MAX_CLAIMS).as_bytes()).is_ok());
        assert_eq!(
            Claims::parse(object(MAX_CLAIMS + 1).as_bytes()).unwrap_err(),
            ObjectError::TooManyMembers { max: MAX_CLAIMS }
        );
    }

    #[test]
    fn debug_shows_no_claim() {
        assert_eq!(format!("{:?}", claims(r#"{"sub":"alice"}"#)), "Claims(15 bytes)");
    }
}
