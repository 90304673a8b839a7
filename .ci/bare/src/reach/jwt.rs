//! Tokens: sign, verify, show.

use core::hint::black_box;

use mcpico_core::json;
use mcpico_core::jwt::{
    Claim, ClaimValue, Claims, Header, Hs256Key, JoseHeader, KeySet, NamedKey, Policy,
    UnverifiedToken, base64url, dangerous, sign, sign_payload, verify,
};

use super::{bytes, input, keep, room, show};

#[inline(never)]
pub(super) fn all() {
    let key = match Hs256Key::new(bytes()) {
        Ok(key) => key,
        Err(error) => return show(error),
    };
    signing(&key);
    verifying(&key);
    unverified(&key);
    texts();
    if let Ok(short) = dangerous::short_key(bytes()) {
        let mut out = [0_u8; 64];
        keep(dangerous::sign_raw(&short, bytes(), bytes(), room(&mut out)).is_ok());
    }
}

#[inline(never)]
fn signing(key: &Hs256Key) {
    let mut out = [0_u8; 256];
    let header = Header { kid: black_box(Some("kid")), ..Header::default() };
    let audiences = [input("audience")];
    let Ok(value) = json::parse(bytes()) else { return };
    let claims = [
        Claim::iss(input("issuer")),
        Claim::aud(&audiences),
        Claim::exp(black_box(7)),
        Claim { name: input("truth"), value: ClaimValue::Bool(black_box(true)) },
        Claim { name: input("raw"), value: ClaimValue::Raw(value) },
    ];
    match sign(key, &header, black_box(claims.as_slice()), room(&mut out)) {
        Ok(token) => keep(token.len()),
        Err(error) => show(error),
    }
    match sign_payload(key, &header, bytes(), room(&mut out)) {
        Ok(token) => keep(token.len()),
        Err(error) => show(error),
    }
}

/// Every condition that a policy can have.
#[inline(never)]
fn policy() -> Policy<'static> {
    let names: &[&str] = black_box(&["name"]);
    let policy = Policy::new().typ(input("JWT")).leeway(black_box(7)).max_lifetime(black_box(7));
    let policy = policy.issuer(input("issuer")).subject(input("subject")).audiences(names);
    policy.required(names).allowed(names).max_token_len(black_box(512))
}

#[inline(never)]
fn verifying(key: &Hs256Key) {
    let mut scratch = [0_u8; 256];
    let policy = black_box(policy());
    match verify(key, bytes(), &policy, black_box(7), room(&mut scratch)) {
        Ok(token) => {
            keep((token.header().kid(), token.header().typ()));
            claims(token.claims());
        }
        Err(error) => {
            show(error);
            keep((error.class(), error.class().code()));
        }
    }
    let keys = [NamedKey { kid: Some(bytes()), key }, NamedKey { kid: None, key }];
    let set = KeySet::new(black_box(keys.as_slice()));
    keep(set.verify(bytes(), &policy, black_box(7), room(&mut scratch)).is_ok());
}

#[inline(never)]
fn claims(claims: &Claims<'_>) {
    keep((claims.exp(), claims.nbf(), claims.iat()));
    keep((claims.iss(), claims.sub(), claims.jti()));
    keep(claims.aud().map(|audiences| audiences.map(Iterator::count)));
    let name = input("name");
    keep((claims.string(name), claims.integer(name), claims.boolean(name), claims.date(name)));
    keep(claims.array(name).map(|items| items.map(Iterator::count)));
    keep(claims.entries().count());
}

#[inline(never)]
fn unverified(key: &Hs256Key) {
    let mut scratch = [0_u8; 256];
    let token = match UnverifiedToken::parse(bytes(), room(&mut scratch)) {
        Ok(token) => token,
        Err(error) => return show(error),
    };
    let policy = black_box(policy());
    keep((token.header().is_ok(), token.claims().is_ok(), token.check_structure()));
    keep((token.check_signature(key), token.check_claims(&policy)));
    keep(token.check_times(&policy, black_box(7)));
}

#[inline(never)]
fn texts() {
    let mut out = [0_u8; 64];
    keep(base64url::encode(bytes(), room(&mut out)).map(str::len));
    match base64url::decode(bytes(), room(&mut out)) {
        Ok(decoded) => keep(decoded.len()),
        Err(error) => show(error),
    }
    keep(JoseHeader::parse(bytes()).map(|header| header.is_typ(input("JWT"))));
}
