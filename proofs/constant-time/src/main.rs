//! Runs signing, verifying, comparing bearers and masking with the secrets marked undefined, under valgrind's memcheck.
//!
//! ```text
//! valgrind --error-limit=no --error-exitcode=99 constant-time silent    no report at all: exit 0
//! valgrind --error-limit=no constant-time verdict                       exactly the reports of a verdict: exit 0
//! valgrind --error-limit=no --error-exitcode=99 constant-time canary    must be reported: exit 99
//! valgrind --error-limit=no constant-time canary-verdict                must be counted: exit 1
//! ```
//!
//! A verdict is public: whether a token is accepted shows in what happens next. Where the core itself jumps
//! on the verdict, that one jump is reported and nothing can mark it as public from outside, so it is
//! counted: exactly one report for each verdict, whether the tags are equal or differ at the front, at the
//! back or everywhere. A comparison that stops early makes as many reports as it looks at parts.
//!
//! Valgrind's processor has no SHA instructions, so `sha2` takes its portable code here. The instructions
//! of real processors have a fixed time; what is left between them is the code that is run here.
//!
//! Not claimed: the check of a bearer's alphabet stops at the first byte that cannot stand in a header, so
//! its time tells where that is, of a text that is no token. Whoever sends it knows it.

mod memcheck;

use std::hint::black_box;
use std::process::ExitCode;

use mcpico_core::auth::{Bearer, mask};
use mcpico_core::jwt::{
    Claim, Header, HmacSha256, Hs256Key, MacUnavailable, Policy, UnverifiedToken, VerifyError,
    sign, verify,
};
use memcheck::{declare_public, reports, taint};

const NOW: i64 = 1_800_000_000;

fn main() -> ExitCode {
    let mode = std::env::args().nth(1).unwrap_or_default();
    if !memcheck::is_on() {
        eprintln!("this program proves nothing without valgrind");
        return ExitCode::from(2);
    }
    let mut expected = Expected { met: true };
    match &*mode {
        "silent" => silent(&mut expected),
        "verdict" => verdict(&mut expected),
        "canary" => canary(&mut expected, 0),
        "canary-verdict" => canary(&mut expected, 1),
        _ => {
            eprintln!("silent, verdict, canary or canary-verdict");
            return ExitCode::from(2);
        }
    }
    if expected.met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Compares the reports that each piece of work makes with those that it may make.
struct Expected {
    met: bool,
}

impl Expected {
    fn reports<T>(&mut self, count: usize, what: &str, work: impl FnOnce() -> T) -> T {
        let before = reports();
        let result = black_box(work());
        let made = reports() - before;
        let verdict = if made == count { "ok" } else { "FAULT" };
        println!("{verdict:5} {what}: {made} reports, {count} expected");
        self.met &= made == count;
        result
    }
}

/// A secret without a pattern, of any length.
fn secret(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = |_| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..len).map(next).collect()
}

/// A key from a secret that is marked, so that everything that comes of it is. What the set-up itself may
/// report is counted elsewhere, by [`verdict`].
fn tainted_key(len: usize) -> Hs256Key {
    let mut secret = secret(len);
    taint(&mut *secret);
    memcheck::unreported(|| Hs256Key::new(&secret)).expect("a long secret")
}

/// Gives tags as public: a signer sends them to others.
struct Signer<'k>(&'k Hs256Key);

impl HmacSha256 for Signer<'_> {
    fn mac(&self, message: &[u8]) -> Result<[u8; 32], MacUnavailable> {
        let mut tag = self.0.mac(message)?;
        declare_public(&mut tag);
        Ok(tag)
    }
}

fn token(key: &Hs256Key, out: &mut [u8]) -> Vec<u8> {
    let claims = [Claim::sub("user"), Claim::exp(NOW + 60)];
    sign(&Signer(key), &Header::default(), &claims, out).expect("room").as_bytes().to_vec()
}

/// What must make no report at all.
fn silent(expected: &mut Expected) {
    for len in [32, 55, 63, 64, 65, 100, 200] {
        let key = tainted_key(len);
        for message in [0, 1, 55, 56, 63, 64, 65, 119, 120, 300] {
            let message = vec![b'a'; message];
            let what = format!("mac of {} bytes", message.len());
            let _ = expected.reports(0, &what, || key.mac(&message));
        }
        expected.reports(0, "sign", || token(&key, &mut [0; 512]));
        expected.reports(0, "drop", || drop(key));
    }
    for len in [0, 1, 12, 13, 14, 100, 1000] {
        let mut text: Vec<u8> = secret(len).iter().map(|byte| b' ' + byte % 95).collect();
        for unprintable in [None, Some(0), Some(len / 2), Some(len.saturating_sub(1))] {
            if let Some(byte) = unprintable.and_then(|at| text.get_mut(at)) {
                *byte = 0x1b;
            }
            taint(&mut *text);
            expected.reports(0, &format!("mask of {len} characters"), || {
                let mut masked = mask(&text);
                // The mask is made to be shown.
                declare_public(&mut masked);
                masked.to_string()
            });
            declare_public(&mut *text);
        }
    }
    bearers(expected);
}

/// Bearers that are equal, or differ at the front, in the middle, at the back or in their length.
fn bearers(expected: &mut Expected) {
    let known: Vec<u8> = secret(180).iter().map(|byte| b'a' + byte % 26).collect();
    let cases = [None, Some(0), Some(1), Some(90), Some(178), Some(179)];
    let mut texts: Vec<_> = cases
        .iter()
        .map(|spoilt| {
            let mut text = known.clone();
            if let Some(at) = *spoilt {
                text[at] = b'A';
            }
            (format!("{spoilt:?} changed"), text, spoilt.is_none())
        })
        .collect();
    texts.push(("one byte less".into(), known[..179].to_vec(), false));
    let mut known = known;
    taint(&mut *known);
    for (what, mut text, same) in texts {
        taint(&mut *text);
        let (known, sent) = memcheck::unreported(|| (bearer(&known), bearer(&text)));
        let what = format!("compare bearers, {what}");
        let mut matches = expected.reports(0, &what, || sent.matches(&known));
        declare_public(&mut matches);
        assert_eq!(matches, same);
    }
}

fn bearer(text: &[u8]) -> Bearer<'_> {
    Bearer::new(std::str::from_utf8(text).expect("letters")).expect("letters")
}

/// What may report its verdict, once.
fn verdict(expected: &mut Expected) {
    // Whether the secret is one: a PEM block is refused.
    for len in [32, 64, 100] {
        let mut secret = secret(len);
        for pem in [None, Some(0), Some(len - 10)] {
            if let Some(at) = pem {
                secret[at..at + 10].copy_from_slice(b"-----BEGIN");
            }
            taint(&mut *secret);
            let what = format!("set-up of a key of {len} bytes, PEM at {pem:?}");
            let key = expected.reports(1, &what, || Hs256Key::new(&secret));
            assert_eq!(key.is_ok(), pem.is_none());
            if let Ok(key) = key {
                // Here the marks have come through the set-up by themselves.
                expected.reports(0, "sign with that key", || token(&key, &mut [0; 512]));
            }
            declare_public(&mut *secret);
        }
    }
    let key = tainted_key(40);
    let token = token(&key, &mut [0; 512]);
    let dot = token.iter().rposition(|byte| *byte == b'.').expect("a token");
    let policy = Policy::new();
    let mut scratch = [0; 512];
    for spoilt in [None, Some(1), Some(2), Some(11), Some(22), Some(33), Some(42)] {
        let mut token = token.clone();
        if let Some(at) = spoilt {
            let symbol = &mut token[dot + at];
            *symbol = if *symbol == b'A' { b'B' } else { b'A' };
        }
        let what = format!("verify with symbol {spoilt:?} of the tag changed");
        let error = expected.reports(1, &what, || {
            verify(&key, &token, &policy, NOW, &mut scratch).map(|_| ()).err()
        });
        assert_eq!(error, spoilt.map(|_| VerifyError::Signature));
        let shown = UnverifiedToken::parse(&token, &mut scratch).expect("the parts of a token");
        let what = format!("check_signature with symbol {spoilt:?} of the tag changed");
        let error = expected.reports(1, &what, || {
            let error = shown.check_signature(&key).err();
            // The core may choose its answer without a jump; the one on the verdict is here then.
            if error.is_some() {
                black_box(0_u8);
            }
            error
        });
        assert_eq!(error, spoilt.map(|_| VerifyError::Signature));
    }
    let wrong = [&token[..=dot], &[b'A'; 43]].concat();
    let error = expected.reports(1, "verify with another tag", || {
        verify(&key, &wrong, &policy, NOW, &mut scratch).map(|_| ()).err()
    });
    assert_eq!(error, Some(VerifyError::Signature));
}

/// A comparison as it must not be, which the same checks have to find.
fn canary(expected: &mut Expected, count: usize) {
    let key = tainted_key(32);
    let right = key.mac(b"message").expect("software never fails");
    let mut same = right;
    declare_public(&mut same);
    expected.reports(count, "a comparison that stops early", || {
        right.iter().zip(black_box(&same)).all(|(right, tag)| black_box(right) == black_box(tag))
    });
}
