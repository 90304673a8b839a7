//! Expected values of the standards and of the catalog.

/// The catalog's sample token as a literal.
macro_rules! catalog_sample {
    () => {
        concat!(
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.",
            "eyJpZCI6IjgxYTM1MjgyLTAxNDktNGViMy1iYjhlLTYyNzM3OWRiNmExYyIsInV1aWQiOiIzY2FhNDlh",
            "OS0zNzUyLTQ4NmUtYjk3OS01MWEzNjlkNmRmNjkiLCJleHAiOjE3NzY4MTcxMDR9.",
            "jJ-162LQHV3472kIEsvhyP3Dzbw_-7yV7CR5V0vL6nc"
        )
    };
}
pub(crate) use catalog_sample;

/// The catalog's sample token: a public test token, long expired.
pub const CATALOG_SAMPLE: &str = catalog_sample!();
/// The secret of the catalog's test tokens.
pub const CATALOG_SECRET: &[u8] = b"test-secret";
/// `id` of the catalog's test tokens.
pub const CATALOG_ID: &str = "81a35282-0149-4eb3-bb8e-627379db6a1c";
/// `uuid` of the catalog's test tokens.
pub const CATALOG_UUID: &str = "3caa49a9-3752-486e-b979-51a369d6df69";
/// `exp` of the sample token.
pub const CATALOG_EXP: i64 = 1_776_817_104;

/// The catalog's other test tokens: `exp`, `sub` and the signature.
pub const CATALOG: [(Option<i64>, Option<&str>, &str); 4] = [
    (Some(CATALOG_EXP), None, SAMPLE_SIGNATURE),
    (Some(1), None, "77XGt3EKnduJV-WTvEBXtK6rZPZAMmdE6KJSJYaH3hQ"),
    (None, None, "M9F6HfIZnpuVU73nOEdKowOQjAvVFPTb7PxBqPqaHFc"),
    (Some(CATALOG_EXP), Some("user-1"), "tGqqbAKMIfKeiVqYW-KKeheLDMSN9UnHgGTFm0X52qE"),
];

#[cfg(not(feature = "spoiled"))]
const SAMPLE_SIGNATURE: &str = "jJ-162LQHV3472kIEsvhyP3Dzbw_-7yV7CR5V0vL6nc";
#[cfg(feature = "spoiled")]
const SAMPLE_SIGNATURE: &str = "jJ-162LQHV3472kIEsvhyP3Dzbw_-7yV7CR5V0vL6nd";

/// A JWS of an RFC: key, header and payload as they are signed, token.
pub struct Jws {
    /// The secret, base64url.
    pub key: &'static str,
    /// The header, byte for byte.
    pub header: &'static str,
    /// The payload, byte for byte.
    pub payload: &'static str,
    /// The whole token.
    pub token: &'static str,
}

const RFC7515_KEY: &str =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

/// [RFC 7515 A.1](https://www.rfc-editor.org/rfc/rfc7515#appendix-A.1)
pub const RFC7515_A1: Jws = Jws {
    key: RFC7515_KEY,
    header: "{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}",
    payload: "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}",
    token: "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQo\
        gImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
};

/// [RFC 7797 4.1](https://www.rfc-editor.org/rfc/rfc7797#section-4.1)
pub const RFC7797_4_1: Jws = Jws {
    key: RFC7515_KEY,
    header: "{\"alg\":\"HS256\"}",
    payload: "$.02",
    token: "eyJhbGciOiJIUzI1NiJ9.JC4wMg.5mvfOroL-g7HyqJoozehmsaqmvTYGEq5jTI1gVvoEoQ",
};

/// [RFC 7520 4.4](https://www.rfc-editor.org/rfc/rfc7520#section-4.4)
pub const RFC7520_4_4: Jws = Jws {
    key: "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg",
    header: "{\"alg\":\"HS256\",\"kid\":\"018c0ae5-4d9b-471b-bfd6-eef314bc7037\"}",
    payload: "It\u{2019}s a dangerous business, Frodo, going out your door. You step onto the road, and \
        if you don't keep your feet, there\u{2019}s no knowing where you might be swept off to.",
    token: "eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVlZjMxNGJjNzAzNyJ9.SXTigJlz\
        IGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUg\
        cm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91\
        IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0",
};

/// Tokens that no verifier may take: unsecured
/// ([RFC 7515 A.5](https://www.rfc-editor.org/rfc/rfc7515#appendix-A.5)) and with an extension
/// ([RFC 7797 4.2](https://www.rfc-editor.org/rfc/rfc7797#section-4.2)).
pub const REFUSED: [&str; 2] = [
    "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9p\
     c19yb290Ijp0cnVlfQ.",
    "eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19..A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLP\
     ff6dmDY",
];

/// [RFC 4648 section 10](https://www.rfc-editor.org/rfc/rfc4648#section-10), without padding.
pub const BASE64URL: [(&str, &str); 7] = [
    ("", ""),
    ("f", "Zg"),
    ("fo", "Zm8"),
    ("foo", "Zm9v"),
    ("foob", "Zm9vYg"),
    ("fooba", "Zm9vYmE"),
    ("foobar", "Zm9vYmFy"),
];

/// A key, a text and its tag.
pub struct Mac {
    /// The key: its bytes, or one byte and how often it stands there.
    pub key: Repeated,
    /// The text, in the same way.
    pub text: Repeated,
    /// The tag; the RFC gives half of one of them.
    pub tag: &'static [u8],
}

/// A short text a number of times.
pub struct Repeated(pub &'static [u8], pub usize);

/// [RFC 4231 section 4](https://www.rfc-editor.org/rfc/rfc4231#section-4)
pub const RFC4231: [Mac; 7] = [
    Mac {
        key: Repeated(&[0x0b], 20),
        text: Repeated(b"Hi There", 1),
        tag: &hex::<32>("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    },
    Mac {
        key: Repeated(b"Jefe", 1),
        text: Repeated(b"what do ya want for nothing?", 1),
        tag: &hex::<32>("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    },
    Mac {
        key: Repeated(&[0xaa], 20),
        text: Repeated(&[0xdd], 50),
        tag: &hex::<32>("773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    },
    Mac {
        key: Repeated(&hex::<25>("0102030405060708090a0b0c0d0e0f10111213141516171819"), 1),
        text: Repeated(&[0xcd], 50),
        tag: &hex::<32>("82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
    },
    Mac {
        key: Repeated(&[0x0c], 20),
        text: Repeated(b"Test With Truncation", 1),
        tag: &hex::<16>("a3b6167473100ee06e0c796c2955552b"),
    },
    Mac {
        key: Repeated(&[0xaa], 131),
        text: Repeated(b"Test Using Larger Than Block-Size Key - Hash Key First", 1),
        tag: &hex::<32>("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
    },
    Mac {
        key: Repeated(&[0xaa], 131),
        text: Repeated(
            b"This is a test using a larger than block-size key and a larger than block-size data. \
              The key needs to be hashed before being used by the HMAC algorithm.",
            1,
        ),
        tag: &hex::<32>("9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    },
];

/// Reads hexadecimal digits while compiling; a wrong one stops the compiler.
const fn hex<const N: usize>(text: &str) -> [u8; N] {
    let digits = text.as_bytes();
    assert!(digits.len() == 2 * N, "two digits a byte");
    let mut out = [0; N];
    let mut at = 0;
    while at < N {
        out[at] = digit(digits[2 * at]) << 4 | digit(digits[2 * at + 1]);
        at += 1;
    }
    out
}

const fn digit(symbol: u8) -> u8 {
    match symbol {
        b'0'..=b'9' => symbol - b'0',
        b'a'..=b'f' => symbol - b'a' + 10,
        _ => panic!("no hexadecimal digit"),
    }
}
