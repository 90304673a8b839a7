//! Signs a token, verifies it, and sees it refused when it has expired.

use mcpico_core::auth::mask;
use mcpico_core::jwt::{Claim, Header, Hs256Key, Policy, VerifyError, sign, verify};

const AUDIENCE: &str = "https://mcp.example";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Hs256Key::new(b"an example secret of 32 bytes...")?; // at least 32; wiped on drop
    let now = 1_800_000_000; // seconds since 1970: core has no clock

    let claims = [Claim::sub("device-7"), Claim::aud(&[AUDIENCE]), Claim::exp(now + 600)];
    let mut out = [0; 512];
    let token = sign(&key, &Header::default(), &claims, &mut out)?; // all of it, or nothing
    println!("signed {}", mask(token.as_bytes())); // never the token itself

    let policy = Policy::new().audience(AUDIENCE).leeway(30);
    let mut scratch = [0; 512]; // what is read borrows from it
    let verified = verify(&key, token.as_bytes(), &policy, now, &mut scratch)?;
    if let Some(subject) = verified.claims().sub()? {
        println!("welcome, {subject}");
    }

    let late = verify(&key, token.as_bytes(), &policy, now + 630, &mut scratch);
    assert_eq!(late.err(), Some(VerifyError::Expired));
    Ok(())
}
