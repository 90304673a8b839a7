//! Challenges, bearers, masks and the redactor.

use std::hint::black_box;

use mcpico_core::auth::{Bearer, Challenges, Redactor, mask};

use crate::{Case, on_text, repeated};

const SIZE: usize = 32 * 1024;

/// What the redactor has to look at again and again; each is repeated to fill the text.
const HOSTILE: [(&str, &str); 34] = [
    ("redactor eyJ", "eyJ"),
    ("redactor eyJ.", "eyJ."),
    ("redactor eyJa LF", "eyJa\n"),
    ("redactor eyJaB1 LF", "eyJaB1\n"),
    ("redactor eyJa.b.", "eyJa.b."),
    ("redactor token", "token"),
    ("redactor token and space", "token "),
    ("redactor token=\"", "token=\""),
    ("redactor token=\\\"", "token=\\\""),
    ("redactor token '", "token '"),
    ("redactor token=\\\\\"", "token=\\\\\" "),
    ("redactor token: a", "token: a "),
    ("redactor token:,", "token:,"),
    ("redactor token%3D", "token%3D"),
    ("redactor token%3Da%26", "token%3Da%26"),
    ("redactor ://", "://"),
    ("redactor ://@", "://@"),
    ("redactor a:", "a:"),
    ("redactor Authorization:", "Authorization:"),
    ("redactor Authorization: Bearer", "Authorization: Bearer "),
    ("redactor Authorization: Bearer a\"", "Authorization: Bearer a\""),
    ("redactor Bearer", "Bearer "),
    ("redactor bearer+", "bearer+"),
    ("redactor [\"cookie\",", "[\"cookie\","),
    ("redactor cookie:\"", "cookie:\""),
    ("redactor cookie:\\\\\"", "cookie:\\\\\""),
    ("redactor backslashes", "\\"),
    ("redactor backslash and quote", "\\\""),
    ("redactor quotes", "\""),
    ("redactor =", "="),
    ("redactor %", "%"),
    ("redactor part of a secret", "s3cre"),
    ("redactor secrets", "s3cret"),
    ("redactor one word", "a"),
];

pub(crate) fn cases() -> Vec<Case> {
    let challenge = |text: &mut [u8]| {
        let challenges = Challenges::parse(black_box(text)).expect("a list of challenges");
        black_box(challenges.map(|challenge| challenge.params().count()).sum::<usize>());
    };
    let refused = |text: &mut [u8]| assert!(Challenges::parse(black_box(text)).is_err());
    let quoted = |size| repeated("A b=\"", "\\\"", "\"", size);
    let full = |size: usize| {
        let pad = "x".repeat(size / 16 - 6);
        let all: Vec<String> = (10..26).map(|at| format!("{at}{pad}=v")).collect();
        format!("A {}", all.join(",")).into_bytes()
    };
    let mut cases = vec![
        on_text("challenges, short ones", SIZE, |size| repeated("", "A,", "A", size), challenge),
        on_text(
            "challenges with a parameter",
            SIZE,
            |size| repeated("", "A b=c,", "A", size),
            challenge,
        ),
        on_text("challenge and commas", SIZE, |size| repeated("A ", ",", "", size), challenge),
        on_text("challenges and spaces", SIZE, |size| repeated("", "A ,  ", "", size), challenge),
        on_text("challenge with a quoted string", SIZE, quoted, challenge),
        on_text("challenge with 16 long names", SIZE, full, challenge),
        on_text(
            "challenge with a long token68",
            SIZE,
            |size| repeated("A ", "a", "=", size),
            challenge,
        ),
        on_text(
            "challenge without an end",
            SIZE,
            |size| repeated("A b=\"", "x", "", size),
            refused,
        ),
        on_text(
            "bearer",
            SIZE,
            |size| repeated("Bearer ", "a", "=", size),
            |text| {
                assert!(Bearer::parse(black_box(text)).is_ok());
            },
        ),
        on_text(
            "mask",
            SIZE,
            |size| vec![b'a'; size],
            |text| {
                black_box(mask(text));
            },
        ),
    ];
    cases.extend(HOSTILE.map(|(name, unit)| {
        on_text(
            name,
            SIZE,
            |size| repeated("", unit, "", size),
            |text| {
                let secrets: [&[u8]; 2] = [b"s3cret", b"s3cres3cres3cret"];
                let redactor = Redactor::new(&secrets);
                black_box(redactor.pieces(black_box(text)).map(<[u8]>::len).sum::<usize>());
            },
        )
    }));
    cases
}
