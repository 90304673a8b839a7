//! Numbers of decimal digits, as they stand in headers, event streams and JSON.

/// Whether `text` is one digit or more, and nothing else.
#[inline(never)]
pub(crate) fn is_number(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

/// The number; `None` where a byte is no digit, or where it does not fit.
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
pub(crate) fn number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |value, digit| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit & 0xf))?;
        value.checked_mul(10)?.checked_add(digit)
    })
}
