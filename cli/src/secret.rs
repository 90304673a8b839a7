//! Where an HS256 secret comes from.

use std::env;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use mcpico_core::jwt::{Hs256Key, KeyError, dangerous};
use zeroize::Zeroizing;

use crate::confidential::{Contents, unread};
use crate::failure::Failure;
use crate::terminal;
use crate::token::source::Place;

/// The environment variable that holds a secret when no file is named.
pub(crate) const SECRET_VARIABLE: &str = "MCP_JWT_SECRET";

/// Length in bytes of a generated secret: that of the hash, [RFC 7518 section 3.2].
///
/// [RFC 7518 section 3.2]: https://www.rfc-editor.org/rfc/rfc7518#section-3.2
const GENERATED_LEN: usize = 32;

#[derive(Args, Clone, Debug, Default)]
pub(crate) struct SecretSource {
    /// File with the HS256 secret; one line end at its end is not part of the secret
    ///
    /// Without it the secret is the value of the environment variable `MCP_JWT_SECRET`.
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,

    /// Read the secret from standard input; one line end at its end is not part of it
    #[arg(long, conflicts_with = "secret_file")]
    secret_stdin: bool,

    /// Take a secret of fewer than 32 bytes, which can be guessed from one token; for tests only
    #[arg(long)]
    pub(crate) allow_short_secret: bool,

    /// Where a configuration says that the secret is; it stands above the environment.
    #[arg(skip)]
    pub(crate) place: Option<Place>,
}

impl SecretSource {
    /// The secret, when one is named; warns where other users can read its file.
    ///
    /// # Errors
    ///
    /// [`SecretError::File`], [`SecretError::Stdin`].
    pub(crate) fn find(&self) -> Result<Option<Secret>, SecretError> {
        if self.secret_stdin {
            let contents = Contents::of_stdin().map_err(SecretError::Stdin)?;
            return Ok(Some(Secret { bytes: contents.bytes, generated: false }));
        }
        let file = match (&self.secret_file, &self.place) {
            (Some(file), _) | (None, Some(Place::File(file))) => Some(file.as_path()),
            (None, Some(Place::Variable(name))) => {
                let value = env::var_os(name).ok_or_else(|| SecretError::Variable(name.clone()))?;
                let bytes = Zeroizing::new(value.into_encoded_bytes());
                return Ok(Some(Secret { bytes, generated: false }));
            }
            (None, None) => None,
        };
        Secret::find(file)
            .map_err(|error| SecretError::File(file.map(Path::to_owned).unwrap_or_default(), error))
    }

    /// The key of the secret, when one is named.
    ///
    /// # Errors
    ///
    /// [`SecretError`].
    pub(crate) fn key(&self) -> Result<Option<Hs256Key>, SecretError> {
        self.find()?.map(|secret| self.key_of(&secret)).transpose()
    }

    /// The key of `secret`, which may be short where the command line says so.
    ///
    /// # Errors
    ///
    /// [`SecretError::Key`].
    pub(crate) fn key_of(&self, secret: &Secret) -> Result<Hs256Key, SecretError> {
        let key = if self.allow_short_secret {
            dangerous::short_key(secret.as_bytes())
        } else {
            Hs256Key::new(secret.as_bytes())
        };
        key.map_err(SecretError::Key)
    }

    /// The command line or the environment names a secret.
    pub(crate) fn is_named(&self) -> bool {
        self.secret_stdin
            || self.secret_file.is_some()
            || self.place.is_some()
            || env::var_os(SECRET_VARIABLE).is_some()
    }

    /// The secret takes up standard input.
    pub(crate) fn reads_stdin(&self) -> bool {
        self.secret_stdin
    }
}

/// Why there is no key.
#[derive(Debug)]
pub(crate) enum SecretError {
    /// The file cannot be read.
    File(PathBuf, io::Error),
    /// Standard input cannot be read.
    Stdin(io::Error),
    /// The variable that the configuration names is not set.
    Variable(String),
    /// The secret is no HS256 key.
    Key(KeyError),
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file, error) => f.write_str(&unread("the secret", file, error)),
            Self::Stdin(error) => {
                write!(f, "the secret cannot be read from standard input: {error}")
            }
            Self::Variable(name) => {
                write!(f, "the configuration takes the secret from {name}, which is not set")
            }
            Self::Key(error @ KeyError::TooShort) => write!(
                f,
                "{error}, so that it could be guessed from one token (RFC 7518 section 3.2); \
                 --allow-short-secret takes it for tests"
            ),
            Self::Key(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SecretError {}

impl From<SecretError> for Failure {
    fn from(error: SecretError) -> Self {
        Self::usage(terminal::escape(&error.to_string()))
    }
}

/// An HS256 secret, wiped on drop.
pub(crate) struct Secret {
    bytes: Zeroizing<Vec<u8>>,
    generated: bool,
}

impl Secret {
    /// The secret of `file`, else that of `MCP_JWT_SECRET`; warns where other users can read the file.
    ///
    /// One LF or CR LF at the end of the file is not part of the secret. A variable that is set
    /// counts, even when it is empty, so that a slip never ends in another key.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub(crate) fn find(file: Option<&Path>) -> io::Result<Option<Self>> {
        if let Some(file) = file {
            let contents = Contents::of_file(file)?;
            if contents.open_to_others {
                let file = file.display();
                terminal::warn(&format!("other users can read the secret in {file}"));
            }
            return Ok(Some(Self { bytes: contents.bytes, generated: false }));
        }
        let value = env::var_os(SECRET_VARIABLE);
        let bytes = value.map(|value| Zeroizing::new(value.into_encoded_bytes()));
        Ok(bytes.map(|bytes| Self { bytes, generated: false }))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_secrets_differ_and_stay_hidden() {
        let (one, two) = (Secret::generate().unwrap(), Secret::generate().unwrap());
        assert_eq!(one.as_bytes().len(), 32);
        assert_ne!(one.as_bytes(), two.as_bytes());
        assert!(one.is_generated());
        assert_eq!(format!("{one:?}"), "Secret(..)");
    }
}
