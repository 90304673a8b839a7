//! What a token has to say to be accepted.

use heapless::Vec;
use mcpico_core::jwt::Policy;

use crate::boundary::{Versioned, Written, list, mcpico_str, options};
use crate::outcome::{Outcome, Status};
use crate::status::{MCPICO_ERROR_OPTION, MCPICO_ERROR_TOO_MANY};

/// Accepts a token without `exp`, which never expires.
pub const MCPICO_POLICY_EXP_OPTIONAL: u32 = 1;
/// Accepts a token whose `iat` lies further in the future than the leeway.
pub const MCPICO_POLICY_FUTURE_IAT: u32 = 2;
/// Accepts a token for any audience, and one for none.
pub const MCPICO_POLICY_ANY_AUDIENCE: u32 = 4;

/// Most entries of each list of a policy.
pub const MCPICO_MAX_LIST: usize = 16;

/// What a token has to say to be accepted. Zeros, with `struct_size` set, or NULL in its place, are the strict start:
/// `exp` is required, no leeway, no `iat` in the future, no token with `aud`, at most 8192 bytes.
///
/// Texts and lists are read during the call only.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct mcpico_policy {
    /// sizeof(mcpico_policy)
    pub struct_size: u32,
    /// MCPICO_POLICY_* added together.
    pub flags: u32,
    /// Seconds by which clocks may differ.
    pub leeway: u32,
    /// Refuses a token that is valid for more seconds; 0: any.
    pub max_lifetime: u32,
    /// Bytes of the longest token that is read; 0: 8192.
    pub max_token_len: usize,
    /// The media type that `typ` names, such as `at+jwt`; NULL: any or none.
    pub typ: mcpico_str,
    /// Exactly this `iss`; NULL: any or none.
    pub issuer: mcpico_str,
    /// Exactly this `sub`; NULL: any or none.
    pub subject: mcpico_str,
    /// One of these in `aud`; NULL: a token with `aud` is refused. A list of none that is not NULL refuses all tokens.
    pub audiences: *const mcpico_str,
    /// Up to MCPICO_MAX_LIST.
    pub audience_count: usize,
    /// Claims that have to be there, of whatever type.
    pub required: *const mcpico_str,
    /// Up to MCPICO_MAX_LIST.
    pub required_count: usize,
    /// The only claims that may be there; NULL: any. A list of none that is not NULL allows none.
    pub allowed: *const mcpico_str,
    /// Up to MCPICO_MAX_LIST.
    pub allowed_count: usize,
}

// SAFETY: it begins with its size.
unsafe impl Versioned for mcpico_policy {}

/// cbindgen:ignore
pub(crate) type Texts = Vec<&'static str, MCPICO_MAX_LIST>;

/// The texts of a policy, which core borrows.
#[derive(Default)]
pub(crate) struct PolicyTexts {
    typ: Option<&'static str>,
    issuer: Option<&'static str>,
    subject: Option<&'static str>,
    audiences: Option<Texts>,
    required: Texts,
    allowed: Option<Texts>,
    flags: u32,
    leeway: u32,
    max_lifetime: u32,
    max_token_len: usize,
}

impl PolicyTexts {
    pub(crate) unsafe fn new(policy: *const mcpico_policy, written: Written) -> Outcome<Self> {
        // SAFETY: the caller of the interface promises that the policy is readable.
        let Some(policy) = (unsafe { options(policy) })? else { return Ok(Self::default()) };
        let all =
            MCPICO_POLICY_EXP_OPTIONAL | MCPICO_POLICY_FUTURE_IAT | MCPICO_POLICY_ANY_AUDIENCE;
        let contradiction =
            policy.flags & MCPICO_POLICY_ANY_AUDIENCE != 0 && !policy.audiences.is_null();
        if policy.flags & !all != 0 || contradiction {
            return Err(Status(MCPICO_ERROR_OPTION));
        }
        written.apart_from_each(&[policy.typ, policy.issuer, policy.subject])?;
        // SAFETY: its lists and texts are readable as well; so for all below.
        let texts = |first, count| unsafe { optional_texts(first, count, written) };
        Ok(Self {
            // SAFETY: as above.
            typ: unsafe { policy.typ.optional_text() }?,
            // SAFETY: as above.
            issuer: unsafe { policy.issuer.optional_text() }?,
            // SAFETY: as above.
            subject: unsafe { policy.subject.optional_text() }?,
            audiences: texts(policy.audiences, policy.audience_count)?,
            required: texts(policy.required, policy.required_count)?.unwrap_or_default(),
            allowed: texts(policy.allowed, policy.allowed_count)?,
            flags: policy.flags,
            leeway: policy.leeway,
            max_lifetime: policy.max_lifetime,
            max_token_len: policy.max_token_len,
        })
    }

    pub(crate) fn policy(&self) -> Policy<'_> {
        let mut policy = Policy::new().leeway(self.leeway).required(&self.required);
        if self.flags & MCPICO_POLICY_EXP_OPTIONAL != 0 {
            policy = policy.exp_optional();
        }
        if self.flags & MCPICO_POLICY_FUTURE_IAT != 0 {
            policy = policy.future_iat();
        }
        if self.flags & MCPICO_POLICY_ANY_AUDIENCE != 0 {
            policy = policy.any_audience();
        }
        if self.max_lifetime != 0 {
            policy = policy.max_lifetime(self.max_lifetime);
        }
        if self.max_token_len != 0 {
            policy = policy.max_token_len(self.max_token_len);
        }
        if let Some(typ) = self.typ {
            policy = policy.typ(typ);
        }
        if let Some(issuer) = self.issuer {
            policy = policy.issuer(issuer);
        }
        if let Some(subject) = self.subject {
            policy = policy.subject(subject);
        }
        if let Some(audiences) = &self.audiences {
            policy = policy.audiences(audiences);
        }
        if let Some(allowed) = &self.allowed {
            policy = policy.allowed(allowed);
        }
        policy
    }
}

/// A list of texts; `None` for NULL.
pub(crate) unsafe fn optional_texts(
    first: *const mcpico_str,
    count: usize,
    written: Written,
) -> Outcome<Option<Texts>> {
    // SAFETY: the caller promises that `count` of them are readable.
    let list = unsafe { list(first, count) }?;
    let mut texts = Texts::new();
    written.apart_from_each(list)?;
    for text in list {
        // SAFETY: and each text.
        let text = unsafe { text.text() }?;
        texts.push(text).map_err(|_| Status(MCPICO_ERROR_TOO_MANY))?;
    }
    Ok((!first.is_null()).then_some(texts))
}
