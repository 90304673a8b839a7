//! What a token is expected to say.

use clap::Args;
use mcpico_core::jwt::{Claims, Policy, VerifyError};

use super::date::Time;
use crate::clock;

#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Expectations {
    /// Expect this issuer, the claim `iss`
    #[arg(long, value_name = "TEXT")]
    iss: Option<String>,

    /// Expect this audience among `aud`; given several times, one of them
    #[arg(long, value_name = "TEXT")]
    aud: Vec<String>,

    /// Accept every audience
    #[arg(long, conflicts_with = "aud")]
    any_aud: bool,

    /// Expect this subject, the claim `sub`
    #[arg(long, value_name = "TEXT")]
    sub: Option<String>,

    /// Expect this type, the header member `typ`
    #[arg(long, value_name = "TEXT")]
    typ: Option<String>,

    /// Bear with clocks that differ by up to this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    leeway: u32,

    /// Expect these claims; several with commas between them or by several flags
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    require: Vec<String>,

    /// Refuse all other claims; several with commas between them or by several flags
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    allow_only: Vec<String>,

    /// Accept a token without `exp`
    #[arg(long)]
    no_exp: bool,

    /// Judge as at this time instead of now: seconds since 1970, or a date
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<Time>,
}

impl Expectations {
    /// Has `judge` apply the policy at its time.
    pub(crate) fn apply<T>(&self, judge: impl FnOnce(&Policy<'_>, i64) -> T) -> T {
        let audiences: Vec<&str> = self.aud.iter().map(String::as_str).collect();
        let required: Vec<&str> = self.require.iter().map(String::as_str).collect();
        let allowed: Vec<&str> = self.allow_only.iter().map(String::as_str).collect();
        let mut policy = Policy::new().leeway(self.leeway).required(&required);
        if let Some(issuer) = &self.iss {
            policy = policy.issuer(issuer);
        }
        if self.any_aud {
            policy = policy.any_audience();
        } else if !audiences.is_empty() {
            policy = policy.audiences(&audiences);
        }
        if let Some(subject) = &self.sub {
            policy = policy.subject(subject);
        }
        if let Some(typ) = &self.typ {
            policy = policy.typ(typ);
        }
        if !allowed.is_empty() {
            policy = policy.allowed(&allowed);
        }
        if self.no_exp {
            policy = policy.exp_optional();
        }
        judge(&policy, self.now())
    }

    /// The time at which the token is judged.
    pub(crate) fn now(&self) -> i64 {
        self.at.map_or_else(clock::now, |time| time.0)
    }

    /// Nothing is expected of the claims.
    pub(crate) fn is_empty(&self) -> bool {
        self.iss.is_none()
            && self.aud.is_empty()
            && self.sub.is_none()
            && self.typ.is_none()
            && self.require.is_empty()
            && self.allow_only.is_empty()
    }

    /// Every audience is fine where none is named.
    pub(crate) fn or_any_audience(mut self) -> Self {
        self.any_aud |= self.aud.is_empty();
        self
    }

    /// One sentence on why a token with `claims` is refused; the names in it can be hostile.
    pub(crate) fn explain(&self, error: VerifyError, claims: Option<&Claims<'_>>) -> String {
        let name = match error {
            VerifyError::MissingRequired { index } => self.require.get(index).cloned(),
            VerifyError::NotAllowed { index } => claims
                .and_then(|claims| claims.entries().nth(index))
                .map(|(name, _)| name.to_string()),
            _ => None,
        };
        match (error, name) {
            (VerifyError::MissingRequired { .. }, Some(name)) => {
                format!("the claim {name} is missing")
            }
            (VerifyError::NotAllowed { .. }, Some(name)) => {
                format!("the claim {name} is not allowed")
            }
            (VerifyError::UnexpectedAudience, _) => {
                format!("{error}; --aud names one, --any-aud accepts all")
            }
            _ => error.to_string(),
        }
    }
}
