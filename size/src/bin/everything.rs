//! All of core in one firmware, with the texts of its errors.
#![no_std]
#![no_main]

use core::fmt::{Display, Write as _};
use core::hint::black_box;

use mcpico_core::auth::{Challenges, Redactor, mask};
use mcpico_core::json;
use mcpico_core::jwt::{Hs256Key, KeySet, NamedKey, UnverifiedToken};
use mcpico_core::mcp::param_headers;
use mcpico_core::writer::{Writer, emit};
use mcpico_size::client::{Desk, both_eras};
use mcpico_size::{inputs, run, server};

#[cortex_m_rt::entry]
fn main() -> ! {
    let (mut inbox, mut out, mut head) = ([0; 8192], [0; 1536], [0; 1024]);
    let mut desk = Desk { inbox: &mut inbox, out: &mut out, head: &mut head };
    let (mut token, mut scratch) = ([0; 512], [0; 512]);
    let key = server::key();
    run(&mut || {
        key.as_ref().is_some_and(|key| {
            server::signed(key, &mut token)
                .is_some_and(|token| both_eras(token.as_bytes(), &mut desk))
                && server::verified(key, &inputs::TOKEN, &mut scratch)
                && server::guarded(key, &inputs::AUTHORIZATION, desk.out, &mut scratch)
                && shown(desk.out)
                && looked_at(&mut scratch)
                && schema_read()
        })
    })
}

#[inline(never)]
fn shown(out: &mut [u8]) -> bool {
    let mut list = match Challenges::parse(black_box(&inputs::CHALLENGE)) {
        Ok(list) => list,
        Err(error) => return explain(error),
    };
    let bearer = list.find(|challenge| challenge.is("bearer"));
    let error = bearer.and_then(|bearer| bearer.param("error"));
    let secrets: [&[u8]; 1] = [&inputs::SECRET];
    let redacted = emit(out, |w| {
        Redactor::new(&secrets).redact(black_box(&inputs::AUTHORIZATION), w);
        let _ = write!(w, "{}", mask(black_box(&inputs::TOKEN)));
    });
    error.is_some() && redacted.is_ok()
}

#[inline(never)]
fn looked_at(scratch: &mut [u8]) -> bool {
    let Some(key) = server::key() else { return false };
    let keys: [NamedKey<'_, Hs256Key>; 1] = [NamedKey { kid: Some(b"k1"), key }];
    let keys = KeySet::new(&keys);
    let now = black_box(inputs::NOW);
    if let Err(error) = keys.verify(black_box(&inputs::TOKEN), &server::POLICY, now, scratch) {
        return explain(error);
    }
    match UnverifiedToken::parse(black_box(&inputs::TOKEN), scratch) {
        Ok(token) => token.header().is_ok() && token.claims().is_ok(),
        Err(error) => explain(error),
    }
}

#[inline(never)]
fn schema_read() -> bool {
    let schema =
        black_box(br#"{"type":"object","properties":{"a":{"type":"string","x-mcp-header":"A"}}}"#);
    match json::parse(schema) {
        Ok(schema) => match param_headers(schema) {
            Ok(headers) => headers.count() == 1,
            Err(error) => explain(mcpico_core::Error::from(error)),
        },
        Err(error) => explain(error),
    }
}

/// Writes the text of an error.
fn explain(error: impl Display) -> bool {
    let mut text = [0; 128];
    let mut w = Writer::new(black_box(&mut text));
    black_box(write!(w, "{error}").is_ok()) && black_box(false)
}
