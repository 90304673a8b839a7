//! Bearers, challenges, the guard, masks.

use core::hint::black_box;

use mcpico_core::auth::challenge::bearer;
use mcpico_core::auth::{Bearer, Challenges, Guard, Redactor, mask};
use mcpico_core::jwt::{Hs256Key, Policy};
use mcpico_core::writer::emit;

use super::{bytes, input, keep, room, show};

#[inline(never)]
pub(super) fn all() {
    bearers();
    challenges();
    guard();
    shown();
}

#[inline(never)]
fn bearers() {
    match Bearer::parse(bytes()) {
        Ok(bearer) => {
            let mut out = [0_u8; 64];
            keep(emit(room(&mut out), |w| bearer.write(w)).map(|written| written.len()));
        }
        Err(error) => show(error),
    }
    let sent = Bearer::parse(bytes());
    let known = Bearer::new(input("token"));
    keep(sent.is_ok_and(|sent| known.is_ok_and(|known| sent.matches(&known))));
}

#[inline(never)]
fn challenges() {
    let challenges = match Challenges::parse(bytes()) {
        Ok(challenges) => challenges,
        Err(error) => return show(error),
    };
    for challenge in challenges {
        keep((challenge.is(input("Bearer")), challenge.token68()));
        for (name, value) in challenge.params() {
            let mut out = [0_u8; 64];
            keep((name, value.as_str(), value.copy_to(room(&mut out)).map(<[u8]>::len)));
        }
        keep(challenge.param(input("realm")).map(|value| value.bytes().count()));
    }
    keep(bearer([bytes()]).is_ok());
}

#[inline(never)]
fn guard() {
    let Ok(key) = Hs256Key::new(bytes()) else { return };
    let policy = Policy::new();
    let guard = Guard::new(&key, &policy).realm(input("realm"));
    let guard = guard.and_then(|guard| guard.scope(input("read write")));
    let guard = guard.and_then(|guard| guard.resource_metadata(input("https://mcp.example")));
    let guard = match guard {
        Ok(guard) => guard,
        Err(error) => return show(error),
    };
    let mut scratch = [0_u8; 256];
    match guard.check_all([bytes()], black_box(7), room(&mut scratch)) {
        Ok(grant) => keep((grant.allows(input("read")), grant.claims().sub())),
        Err(denial) => {
            keep((denial.status(), denial.code()));
            let mut out = [0_u8; 256];
            let written = emit(room(&mut out), |w| {
                denial.write_challenge(w);
                denial.write_body(w);
            });
            keep(written.map(|written| written.len()));
        }
    }
}

#[inline(never)]
fn shown() {
    let masked = mask(bytes());
    show(masked);
    keep(masked.as_str().len());
    let secrets = [bytes(), bytes()];
    let redactor = Redactor::new(black_box(secrets.as_slice()));
    let mut out = [0_u8; 256];
    keep(emit(room(&mut out), |w| redactor.redact(bytes(), w)).map(|written| written.len()));
}
