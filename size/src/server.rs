//! Tokens and the guard.

use core::hint::black_box;

use mcpico_core::auth::Guard;
use mcpico_core::jwt::{Claim, Header, Hs256Key, Policy, sign, verify};
use mcpico_core::writer::emit;

use crate::inputs;

/// What a careful caller asks of a token.
pub const POLICY: Policy<'static> =
    Policy::new().issuer(inputs::ISSUER).audience(inputs::AUDIENCE).leeway(60);

/// The key of the inputs.
pub fn key() -> Option<Hs256Key> {
    Hs256Key::new(black_box(&inputs::SECRET)).ok()
}

/// Signs a token of five claims.
#[inline(never)]
pub fn signed<'o>(key: &Hs256Key, out: &'o mut [u8]) -> Option<&'o str> {
    let claims = [
        Claim::iss(black_box(inputs::ISSUER)),
        Claim::audience(black_box(inputs::AUDIENCE)),
        Claim::sub(black_box("device-7")),
        Claim::iat(black_box(inputs::NOW)),
        Claim::exp(black_box(inputs::NOW + 60)),
    ];
    sign(key, &Header::default(), &claims, out).ok()
}

/// Verifies a token and reads its claims.
#[inline(never)]
pub fn verified(key: &Hs256Key, token: &[u8], scratch: &mut [u8]) -> bool {
    match verify(key, black_box(token), &POLICY, black_box(inputs::NOW), scratch) {
        Ok(token) => {
            token.claims().sub().ok().flatten().is_some_and(|sub| !sub.is_empty())
                && token.claims().exp().is_ok_and(|exp| exp > Some(inputs::NOW))
        }
        Err(_) => false,
    }
}

/// Grants one request and denies another.
#[inline(never)]
pub fn guarded(key: &Hs256Key, value: &[u8], out: &mut [u8], scratch: &mut [u8]) -> bool {
    let policy = POLICY;
    let guard = Guard::new(key, &policy);
    let now = black_box(inputs::NOW);
    let granted = guard.check(Some(black_box(value)), now, scratch).is_ok();
    let Ok(guard) = guard.scope("files:read") else { return false };
    let Err(denial) = guard.check(Some(black_box(value)), now, scratch) else { return false };
    let written = emit(out, |w| {
        denial.write_challenge(w);
        denial.write_body(w);
    });
    granted && denial.status() == 403 && written.is_ok()
}
