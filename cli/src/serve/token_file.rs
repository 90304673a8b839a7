//! The file that hands a token to others.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::process;

/// Puts `token` into the file, without a line end, readable and writable by its owner only.
///
/// The file appears whole or not at all; one that was there before is replaced, and a link is
/// replaced, not followed.
///
/// # Errors
///
/// Those of the operating system.
pub(super) fn write(file: &Path, token: &str) -> io::Result<()> {
    let mut name = file.file_name().ok_or(io::ErrorKind::IsADirectory)?.to_owned();
    name.push(format!(".{}.part", process::id()));
    let part = file.with_file_name(name);
    let result = write_new(&part, token).and_then(|()| fs::rename(&part, file));
    if result.is_err() {
        let _ = fs::remove_file(&part);
    }
    result
}

fn write_new(part: &Path, token: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(part)?.write_all(token.as_bytes())
}
