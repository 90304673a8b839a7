//! Files and standard input that hold a secret or a token.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

/// Most bytes that are read.
const MAX_LEN: usize = 64 * 1024;

/// What stood in a file or came from standard input, wiped on drop.
pub(crate) struct Contents {
    /// Without one LF or CR LF at the end.
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    /// Other users of this machine may read the file.
    pub(crate) open_to_others: bool,
}

impl Contents {
    /// Reads `file`.
    ///
    /// # Errors
    ///
    /// Those of the operating system; [`io::ErrorKind::FileTooLarge`] for more than 64 KiB.
    pub(crate) fn of_file(file: &Path) -> io::Result<Self> {
        let file = File::open(file)?;
        let open_to_others = is_open_to_others(&file.metadata()?);
        Ok(Self { open_to_others, ..Self::read(file)? })
    }

    /// Every byte of `file`.
    ///
    /// # Errors
    ///
    /// As [`Contents::of_file`].
    pub(crate) fn raw_of_file(file: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
        Self::read_raw(File::open(file)?)
    }

    /// Every byte of standard input.
    ///
    /// # Errors
    ///
    /// As [`Contents::of_file`].
    pub(crate) fn raw_of_stdin() -> io::Result<Zeroizing<Vec<u8>>> {
        Self::read_raw(io::stdin().lock())
    }

    /// Reads standard input to its end.
    ///
    /// # Errors
    ///
    /// As [`Contents::of_file`].
    pub(crate) fn of_stdin() -> io::Result<Self> {
        Self::read(io::stdin().lock())
    }

    fn read(from: impl Read) -> io::Result<Self> {
        let mut bytes = Self::read_raw(from)?;
        let kept = without_line_end(&bytes).len();
        bytes.truncate(kept);
        Ok(Self { bytes, open_to_others: false })
    }

    fn read_raw(from: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
        // Room for everything from the start: a buffer that grows leaves copies behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_LEN + 64));
        from.take(MAX_LEN as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() > MAX_LEN {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(bytes)
    }
}

#[cfg(unix)]
fn is_open_to_others(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.is_file() && metadata.mode() & 0o044 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Metadata) -> bool {
    false
}

/// Why `what` cannot be read from `file`. A name that leads nowhere is not repeated: it can be the secret or the token
/// itself, given by mistake.
pub(crate) fn unread(what: &str, file: &Path, error: &io::Error) -> String {
    use io::ErrorKind::{InvalidFilename, NotADirectory, NotFound};
    if matches!(error.kind(), InvalidFilename | NotADirectory | NotFound) {
        format!(
            "{what} cannot be read from the file that is named: {error}; the name is not repeated, as it \
             may be what should be in it"
        )
    } else {
        format!("{what} cannot be read from {}: {error}", file.display())
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
        for (file, kept) in [
            (&b""[..], &b""[..]),
            (b"key", b"key"),
            (b"key\n", b"key"),
            (b"key\r\n", b"key"),
            (b"key\n\n", b"key\n"),
            (b"key\r", b"key\r"),
            (b" key \n", b" key "),
        ] {
            assert_eq!(*Contents::read(file).unwrap().bytes, kept);
        }
    }

    #[test]
    fn endless_input_is_refused() {
        assert!(Contents::read(io::repeat(0).take(MAX_LEN as u64)).is_ok());
        let error = Contents::read(io::repeat(0)).err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    }
}
