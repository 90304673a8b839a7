//! A claim to be signed.

use super::claims::{ClaimError, ClaimFault, ClaimName};
use crate::json::{Array, Object, Value};
use crate::writer::Writer;

/// A claim to be signed: its name and its value.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// The name; it may need escapes.
    pub name: &'a str,
    /// The value.
    pub value: ClaimValue<'a>,
}

/// The value of a claim to be signed.
#[derive(Clone, Copy, Debug)]
pub enum ClaimValue<'a> {
    /// A string.
    String(&'a str),
    /// An integer; times are seconds since 1970.
    Integer(i64),
    /// A truth value.
    Bool(bool),
    /// An array of strings.
    Strings(&'a [&'a str]),
    /// Any JSON value, copied as it stands.
    Raw(Value<'a>),
}

impl<'a> Claim<'a> {
    /// The issuer, `iss`.
    pub const fn iss(issuer: &'a str) -> Self {
        Self::string("iss", issuer)
    }

    /// The subject, `sub`.
    pub const fn sub(subject: &'a str) -> Self {
        Self::string("sub", subject)
    }

    /// The audiences, `aud`, as an array.
    pub const fn aud(audiences: &'a [&'a str]) -> Self {
        Self { name: "aud", value: ClaimValue::Strings(audiences) }
    }

    /// The only audience, `aud`, as a string.
    pub const fn audience(audience: &'a str) -> Self {
        Self::string("aud", audience)
    }

    /// The identifier of the token, `jti`.
    pub const fn jti(id: &'a str) -> Self {
        Self::string("jti", id)
    }

    /// The second from which on the token is expired, `exp`.
    pub const fn exp(seconds: i64) -> Self {
        Self::integer("exp", seconds)
    }

    /// The second from which on the token is valid, `nbf`.
    pub const fn nbf(seconds: i64) -> Self {
        Self::integer("nbf", seconds)
    }

    /// The second in which the token is issued, `iat`.
    pub const fn iat(seconds: i64) -> Self {
        Self::integer("iat", seconds)
    }

    /// A string.
    pub const fn string(name: &'a str, text: &'a str) -> Self {
        Self { name, value: ClaimValue::String(text) }
    }

    /// An integer.
    pub const fn integer(name: &'a str, number: i64) -> Self {
        Self { name, value: ClaimValue::Integer(number) }
    }

    /// A truth value.
    pub const fn boolean(name: &'a str, value: bool) -> Self {
        Self { name, value: ClaimValue::Bool(value) }
    }

    /// An array of strings.
    pub const fn strings(name: &'a str, texts: &'a [&'a str]) -> Self {
        Self { name, value: ClaimValue::Strings(texts) }
    }

    /// Any JSON value.
    pub const fn raw(name: &'a str, value: Value<'a>) -> Self {
        Self { name, value: ClaimValue::Raw(value) }
    }

    /// Checks the type of a registered claim.
    pub(super) fn check(&self) -> Result<(), ClaimError> {
        let claim = ClaimName::of_text(self.name);
        let fits = match (claim, self.value) {
            (_, ClaimValue::Raw(value)) => return claim.check(value),
            (ClaimName::Other, _)
            | (ClaimName::Exp | ClaimName::Nbf | ClaimName::Iat, ClaimValue::Integer(_))
            | (ClaimName::Aud, ClaimValue::Strings(_))
            | (
                ClaimName::Iss | ClaimName::Sub | ClaimName::Jti | ClaimName::Aud,
                ClaimValue::String(_),
            ) => true,
            _ => false,
        };
        if fits { Ok(()) } else { Err(ClaimError { claim, fault: ClaimFault::WrongType }) }
    }

    /// Appends the claim to `object`.
    fn write(&self, object: &mut Object<'_, '_>) {
        match self.value {
            ClaimValue::String(text) => object.str(self.name, text),
            ClaimValue::Integer(number) => object.signed(self.name, number),
            ClaimValue::Bool(value) => object.bool(self.name, value),
            ClaimValue::Strings(texts) => {
                let mut array = Array::begin(object.key(self.name));
                for text in texts {
                    array.str(text);
                }
                array.end();
            }
            ClaimValue::Raw(value) => object.value(self.name, value),
        }
    }
}

/// Appends the claims set in the order given.
pub(super) fn write(claims: &[Claim<'_>], w: &mut Writer<'_>) {
    let mut object = Object::begin(w);
    for claim in claims {
        claim.write(&mut object);
    }
    object.end();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;
    use crate::writer::emit;

    #[test]
    fn claims_stand_in_the_order_given() {
        let raw = parse(b"{\"x\": [1]}").unwrap();
        let claims = [
            Claim::sub("a\"b"),
            Claim::aud(&["x", "y"]),
            Claim::exp(-1),
            Claim::boolean("t", true),
            Claim::strings("none", &[]),
            Claim::raw("r\n", raw),
        ];
        let mut out = [0; 256];
        let text = emit(&mut out, |w| write(&claims, w)).unwrap();
        let expected =
            r#"{"sub":"a\"b","aud":["x","y"],"exp":-1,"t":true,"none":[],"r\n":{"x": [1]}}"#;
        assert_eq!(core::str::from_utf8(text), Ok(expected));
    }

    #[test]
    fn registered_claims_keep_their_types() {
        let raw = |name, text| Claim::raw(name, parse(text).unwrap());
        let wrong = |claim| Err(ClaimError { claim, fault: ClaimFault::WrongType });
        assert_eq!(Claim::string("exp", "1").check(), wrong(ClaimName::Exp));
        assert_eq!(Claim::integer("sub", 1).check(), wrong(ClaimName::Sub));
        assert_eq!(Claim::boolean("aud", true).check(), wrong(ClaimName::Aud));
        assert_eq!(Claim::strings("iss", &["a"]).check(), wrong(ClaimName::Iss));
        assert_eq!(Claim::strings("sub", &["a"]).check(), wrong(ClaimName::Sub));
        assert_eq!(Claim::strings("jti", &["a"]).check(), wrong(ClaimName::Jti));
        assert_eq!(raw("nbf", b"\"1\"").check(), wrong(ClaimName::Nbf));
        assert_eq!(raw("aud", b"[1]").check(), wrong(ClaimName::Aud));
        let range = ClaimError { claim: ClaimName::Iat, fault: ClaimFault::OutOfRange };
        assert_eq!(raw("iat", b"1e400").check(), Err(range));
        assert_eq!(raw("iat", b"1.5").check(), Ok(()));
        assert_eq!(raw("aud", b"\"a\"").check(), Ok(()));
        assert_eq!(Claim::audience("a").check(), Ok(()));
        assert_eq!(Claim::boolean("other", true).check(), Ok(()));
    }
}
