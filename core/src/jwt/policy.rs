//! What a token has to say to be accepted.

use super::VerifyError;
use super::claims::{Audiences, ClaimName, Claims};
use super::header::JoseHeader;

/// What a token has to say to be accepted.
///
/// [`Policy::new`] is the strict start: `exp` is required, no leeway, no token that is issued in the
/// future, no token that is meant for an audience, at most [`Policy::DEFAULT_MAX_TOKEN_LEN`] bytes.
/// Times are seconds since 1970 without leap seconds; sums saturate.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Policy<'a> {
    max_token_len: usize,
    typ: Option<&'a str>,
    exp_required: bool,
    future_iat: bool,
    leeway: u32,
    max_lifetime: Option<u32>,
    issuer: Option<&'a str>,
    subject: Option<&'a str>,
    audience: Audience<'a>,
    required: &'a [&'a str],
    allowed: Option<&'a [&'a str]>,
}

#[derive(Clone, Copy, Debug)]
enum Audience<'a> {
    Unexpected,
    Any,
    One(&'a str),
    OneOf(&'a [&'a str]),
}

impl<'a> Policy<'a> {
    /// Bytes of the longest token that is read by default.
    pub const DEFAULT_MAX_TOKEN_LEN: usize = 8192;

    /// The strict start.
    pub const fn new() -> Self {
        Self {
            max_token_len: Self::DEFAULT_MAX_TOKEN_LEN,
            typ: None,
            exp_required: true,
            future_iat: false,
            leeway: 0,
            max_lifetime: None,
            issuer: None,
            subject: None,
            audience: Audience::Unexpected,
            required: &[],
            allowed: None,
        }
    }

    /// Reads tokens of up to `bytes` bytes.
    pub const fn max_token_len(mut self, bytes: usize) -> Self {
        self.max_token_len = bytes;
        self
    }

    /// Asks for this media type in the header member `typ`, compared by [`JoseHeader::is_typ`].
    ///
    /// It keeps kinds of tokens apart that one key signs
    /// ([RFC 8725 section 3.11](https://www.rfc-editor.org/rfc/rfc8725#section-3.11)).
    pub const fn typ(mut self, typ: &'a str) -> Self {
        self.typ = Some(typ);
        self
    }

    /// Accepts a token without `exp`, which never expires.
    pub const fn exp_optional(mut self) -> Self {
        self.exp_required = false;
        self
    }

    /// Bears with clocks that differ by up to `seconds`: a token is expired when
    /// `now >= exp + leeway`, and not yet valid when `nbf > now + leeway`.
    pub const fn leeway(mut self, seconds: u32) -> Self {
        self.leeway = seconds;
        self
    }

    /// Accepts a token whose `iat` is further in the future than the leeway.
    pub const fn future_iat(mut self) -> Self {
        self.future_iat = true;
        self
    }

    /// Refuses a token that is valid for longer: `exp - iat` where it has `iat`, and
    /// `exp - now` beyond the leeway. It asks for `exp`.
    pub const fn max_lifetime(mut self, seconds: u32) -> Self {
        self.max_lifetime = Some(seconds);
        self
    }

    /// Asks for exactly this `iss`.
    pub const fn issuer(mut self, issuer: &'a str) -> Self {
        self.issuer = Some(issuer);
        self
    }

    /// Asks for exactly this `sub`.
    pub const fn subject(mut self, subject: &'a str) -> Self {
        self.subject = Some(subject);
        self
    }

    /// Asks for exactly this string in `aud`.
    ///
    /// A token with `aud` is refused by whoever does not name an audience
    /// ([RFC 7519 section 4.1.3](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3)).
    pub const fn audience(mut self, audience: &'a str) -> Self {
        self.audience = Audience::One(audience);
        self
    }

    /// Asks for one of these strings, exactly as it stands here, in `aud`; an empty list accepts no token.
    pub const fn audiences(mut self, audiences: &'a [&'a str]) -> Self {
        self.audience = Audience::OneOf(audiences);
        self
    }

    /// Accepts a token for any audience, and one for none.
    pub const fn any_audience(mut self) -> Self {
        self.audience = Audience::Any;
        self
    }

    /// Asks for these claims, of whatever type.
    pub const fn required(mut self, names: &'a [&'a str]) -> Self {
        self.required = names;
        self
    }

    /// Refuses every claim that is not named here.
    pub const fn allowed(mut self, names: &'a [&'a str]) -> Self {
        self.allowed = Some(names);
        self
    }

    pub(super) const fn token_limit(&self) -> usize {
        self.max_token_len
    }

    pub(super) fn check_header(&self, header: &JoseHeader<'_>) -> Result<(), VerifyError> {
        match self.typ {
            Some(typ) if !header.is_typ(typ) => Err(VerifyError::Typ),
            _ => Ok(()),
        }
    }

    pub(super) fn check_times(&self, claims: &Claims<'_>, now: i64) -> Result<(), VerifyError> {
        let leeway = i64::from(self.leeway);
        let latest = now.saturating_add(leeway);
        let (exp, nbf, iat) = (claims.exp()?, claims.nbf()?, claims.iat()?);
        if exp.is_none() && (self.exp_required || self.max_lifetime.is_some()) {
            return Err(VerifyError::Missing(ClaimName::Exp));
        }
        if exp.is_some_and(|exp| now >= exp.saturating_add(leeway)) {
            return Err(VerifyError::Expired);
        }
        if let (Some(exp), Some(nbf)) = (exp, nbf)
            && exp <= nbf
        {
            return Err(VerifyError::NeverValid);
        }
        if nbf.is_some_and(|nbf| nbf > latest) {
            return Err(VerifyError::NotYetValid);
        }
        if !self.future_iat && iat.is_some_and(|iat| iat > latest) {
            return Err(VerifyError::IssuedInFuture);
        }
        if let (Some(max), Some(exp)) = (self.max_lifetime, exp) {
            let last = |start: i64| start.saturating_add(i64::from(max));
            if exp > last(latest) || iat.is_some_and(|iat| exp > last(iat)) {
                return Err(VerifyError::LifetimeTooLong { max });
            }
        }
        Ok(())
    }

    pub(super) fn check_claims(&self, claims: &Claims<'_>) -> Result<(), VerifyError> {
        if let Some(issuer) = self.issuer
            && claims.iss()?.is_none_or(|iss| iss != *issuer)
        {
            return Err(VerifyError::Issuer);
        }
        self.check_audience(claims)?;
        if let Some(subject) = self.subject
            && claims.sub()?.is_none_or(|sub| sub != *subject)
        {
            return Err(VerifyError::Subject);
        }
        for (index, name) in self.required.iter().enumerate() {
            if claims.claim(name).is_none() {
                return Err(VerifyError::MissingRequired { index });
            }
        }
        if let Some(allowed) = self.allowed {
            for (index, (name, _)) in claims.entries().enumerate() {
                if !allowed.iter().any(|allowed| name == **allowed) {
                    return Err(VerifyError::NotAllowed { index });
                }
            }
        }
        Ok(())
    }

    fn check_audience(&self, claims: &Claims<'_>) -> Result<(), VerifyError> {
        let one;
        let expected = match self.audience {
            Audience::Any => return Ok(()),
            Audience::Unexpected => &[],
            Audience::One(audience) => {
                one = [audience];
                one.as_slice()
            }
            Audience::OneOf(audiences) => audiences,
        };
        let unexpected = matches!(self.audience, Audience::Unexpected);
        let Some(value) = claims.registered(ClaimName::Aud) else {
            return if unexpected { Ok(()) } else { Err(VerifyError::Audience) };
        };
        ClaimName::Aud.check(value)?;
        if unexpected {
            return Err(VerifyError::UnexpectedAudience);
        }
        for audience in Audiences::of(value) {
            if expected.iter().any(|expected| audience == **expected) {
                return Ok(());
            }
        }
        Err(VerifyError::Audience)
    }
}

impl Default for Policy<'_> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(policy: Policy<'_>, json: &str, now: i64) -> Result<(), VerifyError> {
        let claims = Claims::parse(json.as_bytes()).unwrap();
        policy.check_times(&claims, now)?;
        policy.check_claims(&claims)
    }

    #[test]
    fn expiry_stands_at_exp_plus_leeway() {
        let json = r#"{"exp":100}"#;
        assert_eq!(judge(Policy::new(), json, 99), Ok(()));
        assert_eq!(judge(Policy::new(), json, 100), Err(VerifyError::Expired));
        assert_eq!(judge(Policy::new().leeway(5), json, 104), Ok(()));
        assert_eq!(judge(Policy::new().leeway(5), json, 105), Err(VerifyError::Expired));
        assert_eq!(judge(Policy::new(), r#"{"exp":99.5}"#, 99), Ok(()));
        assert_eq!(judge(Policy::new(), r#"{"exp":99.5}"#, 100), Err(VerifyError::Expired));
        assert_eq!(judge(Policy::new(), "{}", 0), Err(VerifyError::Missing(ClaimName::Exp)));
        assert_eq!(judge(Policy::new().exp_optional(), "{}", 0), Ok(()));
    }

    #[test]
    fn validity_starts_at_nbf_minus_leeway() {
        let json = r#"{"exp":200,"nbf":100}"#;
        assert_eq!(judge(Policy::new(), json, 99), Err(VerifyError::NotYetValid));
        assert_eq!(judge(Policy::new(), json, 100), Ok(()));
        assert_eq!(judge(Policy::new().leeway(5), json, 94), Err(VerifyError::NotYetValid));
        assert_eq!(judge(Policy::new().leeway(5), json, 95), Ok(()));
        let json = r#"{"exp":100,"nbf":100}"#;
        assert_eq!(judge(Policy::new().leeway(5), json, 100), Err(VerifyError::NeverValid));
    }

    #[test]
    fn a_token_from_the_future_is_refused_unless_allowed() {
        let json = r#"{"exp":200,"iat":100}"#;
        assert_eq!(judge(Policy::new(), json, 99), Err(VerifyError::IssuedInFuture));
        assert_eq!(judge(Policy::new().leeway(1), json, 99), Ok(()));
        assert_eq!(judge(Policy::new().future_iat(), json, 0), Ok(()));
    }

    #[test]
    fn the_lifetime_counts_from_iat_and_from_now() {
        let policy = Policy::new().max_lifetime(60).leeway(10);
        let long = Err(VerifyError::LifetimeTooLong { max: 60 });
        assert_eq!(judge(policy, r#"{"exp":160,"iat":100}"#, 100), Ok(()));
        assert_eq!(judge(policy, r#"{"exp":161,"iat":100}"#, 100), long);
        assert_eq!(judge(policy, r#"{"exp":170}"#, 100), Ok(()));
        assert_eq!(judge(policy, r#"{"exp":171}"#, 100), long);
        let future = r#"{"exp":1060,"iat":1000}"#;
        assert_eq!(judge(policy.future_iat(), future, 100), long);
        let missing = Err(VerifyError::Missing(ClaimName::Exp));
        assert_eq!(judge(policy.exp_optional(), "{}", 100), missing);
    }

    #[test]
    fn sums_saturate_at_both_ends() {
        let policy = Policy::new().leeway(u32::MAX).max_lifetime(u32::MAX).future_iat();
        let wide = r#"{"exp":9223372036854775807,"iat":9223372036854775807}"#;
        assert_eq!(judge(policy, wide, i64::MAX), Err(VerifyError::Expired));
        assert_eq!(judge(policy, wide, i64::MAX - 1), Ok(()));
        let past = r#"{"exp":-9223372036854775808}"#;
        let end = i64::MIN + i64::from(u32::MAX);
        assert_eq!(judge(policy, past, i64::MIN), Ok(()));
        assert_eq!(judge(policy, past, end - 1), Ok(()));
        assert_eq!(judge(policy, past, end), Err(VerifyError::Expired));
    }

    #[test]
    fn an_audience_must_be_expected() {
        let policy = Policy::new().exp_optional();
        let (both, none) = (r#"{"aud":["a","b"]}"#, "{}");
        assert_eq!(judge(policy, both, 0), Err(VerifyError::UnexpectedAudience));
        assert_eq!(judge(policy, none, 0), Ok(()));
        assert_eq!(judge(policy.any_audience(), both, 0), Ok(()));
        assert_eq!(judge(policy.any_audience(), none, 0), Ok(()));
        assert_eq!(judge(policy.audience("b"), both, 0), Ok(()));
        assert_eq!(judge(policy.audience("c"), both, 0), Err(VerifyError::Audience));
        assert_eq!(judge(policy.audience("a"), none, 0), Err(VerifyError::Audience));
        assert_eq!(judge(policy.audiences(&["c", "a"]), both, 0), Ok(()));
        assert_eq!(judge(policy.audiences(&[]), both, 0), Err(VerifyError::Audience));
    }

    #[test]
    fn names_are_required_and_allowed_exactly() {
        let policy = Policy::new().exp_optional();
        let json = r#"{"id":1,"u\u0075id":null}"#;
        assert_eq!(judge(policy.required(&["id", "uuid"]), json, 0), Ok(()));
        let missing = Err(VerifyError::MissingRequired { index: 1 });
        assert_eq!(judge(policy.required(&["id", "Uuid"]), json, 0), missing);
        assert_eq!(judge(policy.allowed(&["uuid", "id", "exp"]), json, 0), Ok(()));
        let refused = Err(VerifyError::NotAllowed { index: 1 });
        assert_eq!(judge(policy.allowed(&["id"]), json, 0), refused);
    }

    #[test]
    fn issuer_and_subject_are_exact() {
        let policy = Policy::new().exp_optional();
        let json = r#"{"iss":"https://as.example","sub":"u1"}"#;
        assert_eq!(judge(policy.issuer("https://as.example").subject("u1"), json, 0), Ok(()));
        assert_eq!(judge(policy.issuer("https://as.example/"), json, 0), Err(VerifyError::Issuer));
        assert_eq!(judge(policy.subject("U1"), json, 0), Err(VerifyError::Subject));
        assert_eq!(judge(policy.issuer("x"), "{}", 0), Err(VerifyError::Issuer));
        assert_eq!(judge(policy.subject("x"), "{}", 0), Err(VerifyError::Subject));
    }
}
