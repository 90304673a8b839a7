//! Signing.

use core::ffi::c_char;

use heapless::Vec;
use mcpico_core::json::parse;
use mcpico_core::jwt::{Claim, Header, SignError, dangerous, sign, sign_payload};

use crate::boundary::{
    Output, Versioned, Written, bytes, entry, list, mcpico_str, options, required,
};
use crate::key::mcpico_key;
use crate::object::get;
use crate::outcome::{Outcome, Status};
use crate::policy::MCPICO_MAX_LIST;
use crate::status::{MCPICO_ERROR_OPTION, MCPICO_ERROR_TOO_MANY};

/// Leaves `typ` out of the header.
pub const MCPICO_HEADER_NO_TYP: u32 = 1;

/// The header of a token to be signed; `alg` is always HS256. Zeros, with `struct_size` set, or NULL in its place:
/// `{"alg":"HS256","typ":"JWT"}`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct mcpico_jose_header {
    /// sizeof(mcpico_jose_header)
    pub struct_size: u32,
    /// MCPICO_HEADER_NO_TYP or 0.
    pub flags: u32,
    /// The type of the token; NULL: `JWT`.
    pub typ: mcpico_str,
    /// The name of the key; NULL leaves it out.
    pub kid: mcpico_str,
}

// SAFETY: it begins with its size.
unsafe impl Versioned for mcpico_jose_header {}

/// Most claims of mcpico_claims besides the registered ones. mcpico_sign_payload takes more.
pub const MCPICO_MAX_CLAIMS: usize = 25;

/// A claim of any name and type.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct mcpico_claim {
    /// Its name.
    pub name: mcpico_str,
    /// Its value, a JSON document; mcpico_json_quote makes one out of a text.
    pub json: mcpico_str,
}

/// The claims of a token to be signed. Zeros, with `struct_size` set, are none. Texts are read during the call only.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct mcpico_claims {
    /// sizeof(mcpico_claims)
    pub struct_size: u32,
    /// 0
    pub reserved: u32,
    /// The issuer; NULL leaves it out, as for the other texts.
    pub iss: mcpico_str,
    /// The subject.
    pub sub: mcpico_str,
    /// The identifier of the token.
    pub jti: mcpico_str,
    /// The audiences: one is written as a string, several as an array.
    pub audiences: *const mcpico_str,
    /// Up to MCPICO_MAX_LIST; 0 leaves `aud` out.
    pub audience_count: usize,
    /// The second since 1970 from which on the token is expired; 0 leaves it out, as for the other times.
    pub exp: i64,
    /// The second from which on it is valid.
    pub nbf: i64,
    /// The second in which it is issued.
    pub iat: i64,
    /// Further claims, written behind those above.
    pub more: *const mcpico_claim,
    /// Up to MCPICO_MAX_CLAIMS.
    pub more_count: usize,
}

// SAFETY: it begins with its size.
unsafe impl Versioned for mcpico_claims {}

/// Signs claims and writes the token, all or nothing. `header` NULL is the header of zeros.
///
/// Errors: NULL_POINTER also for a claim among `more` without a name or a value, DUPLICATE_CLAIM, CLAIM_TYPE and
/// CLAIM_RANGE for a registered claim among `more`, JSON, CLAIM_TOO_DEEP, HEADER_TOO_LONG, TOO_MANY, OPTION,
/// BUFFER_TOO_SMALL; MAC_UNAVAILABLE, after which `buf` holds a token without its signature.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_sign(
    key: *const mcpico_key,
    header: *const mcpico_jose_header,
    claims: *const mcpico_claims,
    buf: *mut c_char,
    cap: usize,
    out_len: *mut usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let output = unsafe { Output::new(buf, cap, out_len) }?;
        // SAFETY: as above.
        let key = unsafe { get(key) }?;
        // SAFETY: as above.
        let header = unsafe { read_header(header, output.written()) }?;
        // SAFETY: as above.
        let claims = unsafe { required(claims) }?;
        // SAFETY: as above.
        let audiences = unsafe { list(claims.audiences, claims.audience_count) }?;
        let written = output.written();
        written.apart_from_each(&[claims.iss, claims.sub, claims.jti])?;
        written.apart_from_each(audiences)?;
        let mut aud = Vec::<&str, MCPICO_MAX_LIST>::new();
        for audience in audiences {
            // SAFETY: as above.
            let audience = unsafe { audience.text() }?;
            aud.push(audience).map_err(|_| Status(MCPICO_ERROR_TOO_MANY))?;
        }
        // SAFETY: as above.
        let claims = unsafe { read_claims(claims, &aud, written) }?;
        output.finish(|room| sign(key, &header, &claims, room).map(str::len))
    })
}

/// Signs the JSON text of a claims set, byte for byte as it stands. MCPICO_SIGN_MAX is the size of the token.
///
/// Errors: PAYLOAD when it is no strict JSON object, or two of its members have one name, CLAIM_TYPE, CLAIM_RANGE,
/// HEADER_TOO_LONG, OPTION, BUFFER_TOO_SMALL; MAC_UNAVAILABLE as above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_sign_payload(
    key: *const mcpico_key,
    header: *const mcpico_jose_header,
    payload: *const c_char,
    payload_len: usize,
    buf: *mut c_char,
    cap: usize,
    out_len: *mut usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let output = unsafe { Output::new(buf, cap, out_len) }?;
        // SAFETY: as above.
        let key = unsafe { get(key) }?;
        // SAFETY: as above.
        let header = unsafe { read_header(header, output.written()) }?;
        // SAFETY: as above.
        let payload = unsafe { bytes(payload, payload_len) }?;
        let output = output.apart_from(payload)?;
        output.finish(|room| sign_payload(key, &header, payload, room).map(str::len))
    })
}

/// Signs any two byte strings as header and payload, for test rigs that need bad tokens with a right signature.
///
/// Errors: BUFFER_TOO_SMALL; MAC_UNAVAILABLE as above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_dangerous_sign(
    key: *const mcpico_key,
    header: *const c_char,
    header_len: usize,
    payload: *const c_char,
    payload_len: usize,
    buf: *mut c_char,
    cap: usize,
    out_len: *mut usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let output = unsafe { Output::new(buf, cap, out_len) }?;
        // SAFETY: as above.
        let key = unsafe { get(key) }?;
        // SAFETY: as above.
        let header = unsafe { bytes(header, header_len) }?;
        // SAFETY: as above.
        let payload = unsafe { bytes(payload, payload_len) }?;
        let output = output.apart_from(header)?.apart_from(payload)?;
        output.finish(|room| dangerous::sign_raw(key, header, payload, room).map(str::len))
    })
}

unsafe fn read_header(
    header: *const mcpico_jose_header,
    written: Written,
) -> Outcome<Header<'static>> {
    // SAFETY: the caller of the interface promises that it is readable.
    let Some(header) = (unsafe { options(header) })? else { return Ok(Header::default()) };
    written.apart_from_each(&[header.typ, header.kid])?;
    // SAFETY: and so are its texts.
    let typ = unsafe { header.typ.optional_text() }?;
    // SAFETY: the same.
    let kid = unsafe { header.kid.optional_text() }?;
    match header.flags {
        0 => Ok(Header { typ: typ.or(Header::default().typ), kid }),
        MCPICO_HEADER_NO_TYP if typ.is_none() => Ok(Header { typ: None, kid }),
        _ => Err(Status(MCPICO_ERROR_OPTION)),
    }
}

const REGISTERED: usize = 7;

unsafe fn read_claims<'a>(
    claims: &mcpico_claims,
    aud: &'a [&'a str],
    written: Written,
) -> Outcome<Vec<Claim<'a>, { MCPICO_MAX_CLAIMS + REGISTERED }>> {
    if claims.reserved != 0 {
        return Err(Status(MCPICO_ERROR_OPTION));
    }
    let mut read = Vec::new();
    let mut push = |claim| read.push(claim).map_err(|_| Status::from(SignError::TooManyClaims));
    for (name, value) in [("iss", claims.iss), ("sub", claims.sub)] {
        // SAFETY: the caller of the interface promises that texts are readable.
        if let Some(value) = unsafe { value.optional_text() }? {
            push(Claim::string(name, value))?;
        }
    }
    match aud {
        [] => {}
        [one] => push(Claim::audience(one))?,
        several => push(Claim::aud(several))?,
    }
    for (name, seconds) in [("exp", claims.exp), ("nbf", claims.nbf), ("iat", claims.iat)] {
        if seconds != 0 {
            push(Claim::integer(name, seconds))?;
        }
    }
    // SAFETY: as above.
    if let Some(id) = unsafe { claims.jti.optional_text() }? {
        push(Claim::jti(id))?;
    }
    // SAFETY: and that the list is.
    let more = unsafe { list(claims.more, claims.more_count) }?;
    for mcpico_claim { name, json } in more {
        written.apart_from_each(&[*name, *json])?;
        // SAFETY: and its texts.
        let name = unsafe { name.text() }?;
        // SAFETY: the same.
        let json = unsafe { json.text() }?;
        push(Claim::raw(name, parse(json.as_bytes())?))?;
    }
    Ok(read)
}
