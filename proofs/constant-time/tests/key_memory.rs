//! Looks through all memory of the process for a key that has been dropped: its secret, the secret under both
//! pads, and the hash states behind the pads, each of which is as good as the key.
//!
//! For an optimised build; an unoptimised one leaves copies on the stack.
#![cfg(all(target_os = "linux", not(debug_assertions)))]

use std::collections::HashMap;
use std::fs::{self, File};
use std::hint::black_box;
use std::os::unix::fs::FileExt;

use mcpico_core::jwt::{Claim, Header, HmacSha256, Hs256Key, Policy, sign, verify};
use sha2::block_api::compress256;
use sha2::{Digest, Sha256};

const BLOCK: usize = 64;

/// Eight bytes make a place that nothing else fills by chance.
type Place = [u8; 8];

/// What is looked for, each place inverted so that this list is not found itself.
struct Needles(HashMap<Place, &'static str>);

impl Needles {
    #[inline(never)]
    fn of(len: usize) -> Self {
        let mut secret = secret(len);
        let mut needles = HashMap::new();
        let mut add = |what: &'static str, bytes: &[u8]| {
            for place in bytes.windows(8) {
                let place: Place = place.try_into().unwrap();
                // The padding behind a short secret is no secret.
                if place.iter().any(|byte| *byte != place[0]) {
                    needles.insert(place.map(|byte| !byte), what);
                }
            }
        };
        add("secret", &secret);
        if len > BLOCK {
            let mut hash = Sha256::digest(&secret);
            wipe(&mut secret);
            secret.truncate(hash.len());
            secret.copy_from_slice(&hash);
            wipe(&mut hash);
            add("secret", &secret);
        }
        for (what, state, pad) in
            [("inner pad", "inner state", 0x36), ("outer pad", "outer state", 0x5c)]
        {
            let mut block = [pad; BLOCK];
            for (byte, secret) in block.iter_mut().zip(&secret) {
                *byte ^= secret;
            }
            add(what, &block);
            let mut words: [u32; 8] = [
                0x6a09_e667,
                0xbb67_ae85,
                0x3c6e_f372,
                0xa54f_f53a,
                0x510e_527f,
                0x9b05_688c,
                0x1f83_d9ab,
                0x5be0_cd19,
            ];
            compress256(&mut words, &[block]);
            let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
            add(state, &bytes);
            wipe(&mut bytes);
        }
        wipe(&mut secret);
        Self(needles)
    }

    /// What is found in the writable memory of this process, with how often.
    fn found(&self) -> HashMap<&'static str, usize> {
        let memory = File::open("/proc/self/mem").unwrap();
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        let mut window = vec![0; 1 << 16];
        let mut found = HashMap::new();
        let mut scanned = 0;
        for line in maps.lines().filter(|line| line.split(' ').nth(1).unwrap().starts_with("rw")) {
            let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
            let [start, end] = [start, end].map(|text| u64::from_str_radix(text, 16).unwrap());
            let mut at = start;
            while at < end {
                let own = window.as_ptr() as u64;
                let len = (end - at).min(window.len() as u64);
                if at < own + window.len() as u64 && own < at + len {
                    // A page at a time, without what this very loop reads into.
                    let page = 4096.min(end - at);
                    let inside = own < at + page && at < own + window.len() as u64;
                    if !inside {
                        self.search(
                            &memory,
                            at,
                            &mut window[..usize::try_from(page).unwrap()],
                            &mut found,
                        );
                    }
                    at += page;
                    continue;
                }
                let len = usize::try_from(len).unwrap();
                self.search(&memory, at, &mut window[..len], &mut found);
                scanned += len;
                // A place may stand across two windows.
                at += if at + (len as u64) < end { len as u64 - 7 } else { len as u64 };
            }
        }
        wipe(&mut window);
        assert!(scanned > 100_000, "{scanned} bytes");
        found
    }

    fn search(
        &self,
        memory: &File,
        at: u64,
        window: &mut [u8],
        found: &mut HashMap<&'static str, usize>,
    ) {
        if memory.read_exact_at(window, at).is_err() {
            return;
        }
        for place in window.windows(8) {
            let place: &Place = place.try_into().unwrap();
            // Most of the memory is zero.
            if *place != [0; 8]
                && let Some(what) = self.0.get(&place.map(|byte| !byte))
            {
                *found.entry(*what).or_default() += 1;
            }
        }
        wipe(window);
    }
}

/// A secret without a pattern; made of registers, so that only the result is in memory.
#[inline(never)]
fn secret(len: usize) -> Vec<u8> {
    let mut secret = vec![0; len];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for byte in &mut secret {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *byte = (state >> 56) as u8;
    }
    secret
}

fn wipe(bytes: &mut [u8]) {
    bytes.fill(0);
    black_box(bytes);
}

/// What the test itself has left on the stack.
#[inline(never)]
fn wipe_stack() {
    black_box([0_u8; 1 << 14]);
}

/// Leaves a copy of the secret behind, as a careless function does.
#[inline(never)]
fn careless(secret: &[u8]) -> u8 {
    let mut copy = [0; 128];
    copy[..secret.len()].copy_from_slice(secret);
    black_box(&copy)[secret.len() - 1]
}

type Work = fn(&Hs256Key);

const WORK: [(&str, Work); 3] = [
    ("after the set-up", |_| ()),
    ("after a MAC", mac),
    ("after sign and verify", sign_and_verify),
];

#[inline(never)]
fn mac(key: &Hs256Key) {
    black_box(key.mac(&[b'a'; 200]).unwrap());
}

#[inline(never)]
fn sign_and_verify(key: &Hs256Key) {
    let mut out = [0; 512];
    let claims = [Claim::sub("user"), Claim::exp(100)];
    let token = sign(key, &Header::default(), &claims, &mut out).unwrap();
    verify(key, token.as_bytes(), &Policy::new(), 0, &mut [0; 512]).unwrap();
}

/// Uses a key where it was made: whoever moves a key leaves copies of it.
#[inline(never)]
fn with_key<T>(secret: &mut [u8], alive: impl FnOnce() -> T, work: Work) -> T {
    let key = Hs256Key::new(secret);
    wipe(secret);
    work(key.as_ref().unwrap());
    alive()
}

#[test]
fn a_dropped_key_is_nowhere_in_memory() {
    for len in [32, 48, 64, 100] {
        let needles = Needles::of(len);
        wipe_stack();
        let nothing = HashMap::new();
        assert_eq!(needles.found(), nothing, "the test itself leaves copies");

        let mut bytes = secret(len);
        assert!(needles.found().contains_key("secret"), "what is there is found");
        black_box(careless(&bytes));
        wipe(&mut bytes);
        assert!(needles.found().contains_key("secret"), "what is left on the stack is found");
        wipe_stack();
        assert_eq!(needles.found(), nothing);

        for (what, work) in WORK {
            let mut bytes = secret(len);
            let alive = with_key(&mut bytes, || needles.found(), work);
            println!("{len} bytes, {what}, while the key lives: {alive:?}");
            assert!(!alive.contains_key("secret") && !alive.contains_key("inner pad"), "{alive:?}");
            let states = ["inner state", "outer state"].map(|state| alive.get(state).copied());
            assert!(states.iter().all(|count| *count >= Some(25)), "{alive:?}");
            assert_eq!(needles.found(), nothing, "{len} bytes, {what}");
        }
    }
}
