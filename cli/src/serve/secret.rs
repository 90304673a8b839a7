//! Where the server's HS256 secret comes from.

use std::env;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use zeroize::Zeroizing;

/// The environment variable that holds a secret when no file is named.
pub(crate) const SECRET_VARIABLE: &str = "MCP_JWT_SECRET";

/// Length in bytes of a generated secret: that of the hash, [RFC 7518 section 3.2].
///
/// [RFC 7518 section 3.2]: https://www.rfc-editor.org/rfc/rfc7518#section-3.2
const GENERATED_LEN: usize = 32;

/// An HS256 secret, wiped on drop.
pub(crate) struct Secret {
    bytes: Zeroizing<Vec<u8>>,
    generated: bool,
}

impl Secret {
    /// The secret of `file`, else that of `MCP_JWT_SECRET`, else a random one.
    ///
    /// One LF or CR LF at the end of the file is not part of the secret. A variable that is set
    /// counts, even when it is empty, so that a slip never ends in another key.
    ///
    /// # Errors
    ///
    /// The file can not be read, or the operating system gives no random bytes.
    pub(crate) fn find(file: Option<&Path>) -> io::Result<Self> {
        if let Some(file) = file {
            let mut bytes = Zeroizing::new(fs::read(file)?);
            let kept = without_line_end(&bytes).len();
            bytes.truncate(kept);
            return Ok(Self { bytes, generated: false });
        }
        match env::var_os(SECRET_VARIABLE) {
            Some(value) => {
                Ok(Self { bytes: Zeroizing::new(value.into_encoded_bytes()), generated: false })
            }
            None => Self::generate(),
        }
    }

    /// A random secret of 32 bytes.
    ///
    /// # Errors
    ///
    /// The operating system gives no random bytes.
    pub(crate) fn generate() -> io::Result<Self> {
        let mut bytes = Zeroizing::new(vec![0; GENERATED_LEN]);
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        Ok(Self { bytes, generated: true })
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Nobody else can know the secret.
    pub(crate) fn is_generated(&self) -> bool {
        self.generated
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

fn without_line_end(bytes: &[u8]) -> &[u8] {
    let without = bytes.strip_suffix(b"\r\n").or_else(|| bytes.strip_suffix(b"\n"));
    without.unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_end_is_cut() {
        for (file, secret) in [
            (&b""[..], &b""[..]),
            (b"key", b"key"),
            (b"key\n", b"key"),
            (b"key\r\n", b"key"),
            (b"key\n\n", b"key\n"),
            (b"key\r", b"key\r"),
            (b" key \n", b" key "),
        ] {
            assert_eq!(without_line_end(file), secret);
        }
    }

    #[test]
    fn generated_secrets_differ_and_stay_hidden() {
        let (one, two) = (Secret::generate().unwrap(), Secret::generate().unwrap());
        assert_eq!(one.as_bytes().len(), 32);
        assert_ne!(one.as_bytes(), two.as_bytes());
        assert!(one.is_generated());
        assert_eq!(format!("{one:?}"), "Secret(..)");
    }
}
