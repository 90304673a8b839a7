//! Random bytes of the operating system.

use crate::failure::Failure;

/// `N` random bytes.
///
/// # Errors
/// The operating system gives none.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::usage(format!("there are no random bytes: {error}")))?;
    Ok(bytes)
}

/// A random UUID, [RFC 9562 section 5.4](https://www.rfc-editor.org/rfc/rfc9562#section-5.4).
///
/// # Errors
/// The operating system gives no random bytes.
pub(crate) fn uuid() -> Result<String, Failure> {
    let random = u128::from_be_bytes(bytes()?);
    let version = random & !(0xf << 76) | 4 << 76;
    let variant = version & !(0b11 << 62) | 0b10 << 62;
    let digits = format!("{variant:032x}");
    let (time_low, rest) = digits.split_at(8);
    let (time_mid, rest) = rest.split_at(4);
    let (time_high, rest) = rest.split_at(4);
    let (clock, node) = rest.split_at(4);
    Ok(format!("{time_low}-{time_mid}-{time_high}-{clock}-{node}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_has_its_version_and_variant() {
        let uuid = uuid().unwrap();
        assert_eq!(uuid.len(), 36);
        assert_eq!(uuid.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert_eq!(uuid.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&uuid.as_bytes()[19]));
        assert_ne!(super::uuid().unwrap(), uuid);
    }
}
