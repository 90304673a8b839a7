//! The tokens that the device mints for itself.

use mcpico_core::auth::Bearer;
use mcpico_core::jwt::{Claim, Header, Hs256Key, sign};

/// Who issues.
pub const ISSUER: &str = "https://devices.example";
/// Whom the tokens are for.
pub const AUDIENCE: &str = "mcpico-firmware";
/// Who this is.
pub const SUBJECT: &str = "device-7";
/// How long a token holds, in seconds: a conversation.
pub const LIFETIME: i64 = 300;
/// Bytes that suffice for a token.
pub const MAX_LEN: usize = 256;

/// The secret that was provisioned when the firmware was built. On a board it lies where it cannot be read out
/// together with the firmware, or in a chip that signs.
pub static SECRET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/secret"));

/// A key of someone else.
const FOREIGN: &[u8; 32] = b"this is not the provisioned key!";

/// Signs a token that holds from `now`, in seconds since 1970.
pub fn mint<'o>(key: &Hs256Key, now: i64, out: &'o mut [u8; MAX_LEN]) -> Option<Bearer<'o>> {
    let claims = [
        Claim::iss(ISSUER),
        Claim::audience(AUDIENCE),
        Claim::sub(SUBJECT),
        Claim::iat(now),
        Claim::exp(now.saturating_add(LIFETIME)),
    ];
    Bearer::new(sign(key, &Header::default(), &claims, out).ok()?).ok()
}

/// A token that holds, and two that do not.
#[derive(Clone, Copy)]
pub struct Tokens<'t> {
    /// Holds.
    pub good: Bearer<'t>,
    /// Has held some time ago.
    pub expired: Bearer<'t>,
    /// Is signed with another key.
    pub forged: Bearer<'t>,
}

impl<'t> Tokens<'t> {
    /// Mints them.
    pub fn mint(key: &Hs256Key, now: i64, room: &'t mut [[u8; MAX_LEN]; 3]) -> Option<Self> {
        let [good, expired, forged] = room;
        Some(Self {
            good: mint(key, now, good)?,
            expired: mint(key, now - 3 * LIFETIME, expired)?,
            forged: mint(&Hs256Key::new(FOREIGN).ok()?, now, forged)?,
        })
    }
}
