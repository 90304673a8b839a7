//! The names that credentials go by.

/// Headers whose whole value is a credential.
const HEADERS: [&str; 2] = ["authorization", "cookie"];

/// Parameters, members, variables, flags and headers with one value that is a secret.
const SECRETS: [&str; 17] = [
    "token",
    "jwt",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "apikey",
    "secretkey",
    "secretaccesskey",
    "privatekey",
    "signingkey",
    "bearer",
    "sessionid",
    "clientassertion",
    "codeverifier",
    "xamzsignature",
    "xamzcredential",
];

/// Members of the protocol and of paged interfaces that only sound like secrets.
const PLAIN: [&str; 3] = ["progresstoken", "pagetoken", "continuationtoken"];

/// Schemes whose name before a credential is no secret.
const SCHEMES: [&str; 5] = ["bearer", "basic", "dpop", "digest", "negotiate"];

/// What a name says of the value that it stands before.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    /// All of a header line is a credential.
    Header,
    /// The value is a secret.
    Secret,
}

impl Name {
    /// Reads `word`, in which case, hyphens and underscores do not count.
    pub(super) fn of(word: &[u8]) -> Option<Self> {
        if HEADERS.iter().any(|name| ends_with(word, name)) {
            Some(Self::Header)
        } else if SECRETS.iter().any(|name| ends_with(word, name))
            && !PLAIN.iter().any(|name| ends_with(word, name))
        {
            Some(Self::Secret)
        } else {
            None
        }
    }
}

/// Whether `word` is the name of an authentication scheme.
pub(super) fn is_scheme(word: &[u8]) -> bool {
    SCHEMES.iter().any(|scheme| word.eq_ignore_ascii_case(scheme.as_bytes()))
}

fn ends_with(word: &[u8], name: &str) -> bool {
    let mut letters = word.iter().rev().filter(|byte| !matches!(byte, b'-' | b'_'));
    name.bytes().rev().all(|byte| letters.next().map(u8::to_ascii_lowercase) == Some(byte))
}
