//! `NumericDate` in whole seconds, without floating point.

use crate::json::Number;
use crate::search;

/// The first whole second at which the time is reached, `None` outside of [`i64`].
///
/// A clock in whole seconds has reached a time exactly when it has reached that second, so a
/// fraction is rounded up and nothing else about it can matter
/// ([RFC 7519 section 2](https://www.rfc-editor.org/rfc/rfc7519#section-2)).
pub(super) fn whole_seconds(number: Number<'_>) -> Option<i64> {
    // Nearly every token writes its times without fraction and exponent.
    #[cfg(target_pointer_width = "64")]
    if let Some(seconds) = number.as_i64() {
        return Some(seconds);
    }
    let text = number.raw();
    let (negative, text) = match text {
        [b'-', text @ ..] => (true, text),
        text => (false, text),
    };
    let end = text.iter().position(|byte| byte | 0x20 == b'e').unwrap_or(text.len());
    let (mantissa, exponent) = text.split_at_checked(end)?;
    let point = search::first(b'.', mantissa).unwrap_or(mantissa.len());
    // How many digits stand before the point once the exponent has moved it.
    let mut before = Places::try_from(point).ok()?.checked_add(exponent_of(exponent))?;
    let mut digits = mantissa.iter().filter(|byte| **byte != b'.');
    let mut whole = 0_u64;
    loop {
        let digit = match digits.next() {
            Some(digit) => digit & 0x0f,
            // A zero that the exponent appends; twenty of them lead out of the range.
            None if before > 0 && whole != 0 => 0,
            None => break,
        };
        if before > 0 {
            if whole > LAST_TO_GROW {
                return None;
            }
            whole = whole.wrapping_mul(10).wrapping_add(u64::from(digit));
            before = before.wrapping_sub(1);
        } else if digit != 0 {
            whole = whole.wrapping_add(u64::from(!negative));
            break;
        }
    }
    let seconds = if negative { whole.wrapping_neg() } else { whole }.cast_signed();
    // Outside of the range the sign bit is the wrong one.
    (whole == 0 || (seconds < 0) == negative).then_some(seconds)
}

/// The exponent, cut off far outside of what any text of a token could make up for.
fn exponent_of(text: &[u8]) -> Places {
    let mut exponent: Places = 0;
    let mut negative = false;
    for byte in text.iter().skip(1) {
        match byte {
            b'-' => negative = true,
            b'+' => {}
            digit => {
                exponent = exponent.wrapping_mul(10).wrapping_add(Places::from(digit & 0x0f));
                exponent = exponent.min(FAR);
            }
        }
    }
    if negative { exponent.wrapping_neg() } else { exponent }
}

/// Counts digits.
#[cfg(target_pointer_width = "64")]
type Places = i64;
#[cfg(not(target_pointer_width = "64"))]
type Places = i32;

const FAR: Places = Places::MAX / 16;

/// The largest number that can have one more digit and stay within the range.
const LAST_TO_GROW: u64 = i64::MIN.unsigned_abs() / 10;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;
    use proptest::prelude::*;
    use std::{format, string::String};

    fn seconds(text: &str) -> Option<i64> {
        whole_seconds(parse(text.as_bytes()).unwrap().as_number().unwrap())
    }

    #[test]
    fn every_way_to_write_a_time() {
        for text in ["1800003600", "1800003600.0", "1.8000036e9", "1.8000036E+9", "18000036e2"] {
            assert_eq!(seconds(text), Some(1_800_003_600));
        }
        assert_eq!(seconds("180000360000e-2"), Some(1_800_003_600));
        assert_eq!(seconds("1800003600.5"), Some(1_800_003_601));
        assert_eq!(seconds("18000036005e-1"), Some(1_800_003_601));
        assert_eq!(seconds("1800003600.000000000000000000000000001"), Some(1_800_003_601));
        assert_eq!(seconds("-1.5"), Some(-1));
        assert_eq!(seconds("-0"), Some(0));
        assert_eq!(seconds("1e-400"), Some(1));
        assert_eq!(seconds("-1e-400"), Some(0));
        assert_eq!(seconds("0e99999999999999999999999"), Some(0));
        assert_eq!(seconds("0.0e-99999999999999999999999"), Some(0));
        assert_eq!(seconds("7e-99999999999999999999999"), Some(1));
    }

    #[test]
    fn the_ends_of_the_range() {
        assert_eq!(seconds("9223372036854775807"), Some(i64::MAX));
        assert_eq!(seconds("9223372036854775806.5"), Some(i64::MAX));
        assert_eq!(seconds("9223372036854775807.5"), None);
        assert_eq!(seconds("9223372036854775808"), None);
        assert_eq!(seconds("-9223372036854775808"), Some(i64::MIN));
        assert_eq!(seconds("-9223372036854775808.5"), Some(i64::MIN));
        assert_eq!(seconds("-9223372036854775809"), None);
        for text in ["18446744073709551616", "1e19", "1e308", "1e400", "1e99999999999999999999"] {
            assert_eq!(seconds(text), None, "{text}");
            assert_eq!(seconds(&format!("-{text}")), None, "{text}");
        }
    }

    #[test]
    fn long_texts_keep_their_exact_value() {
        let zeros = "0".repeat(3000);
        assert_eq!(seconds(&format!("1{zeros}e-3000")), Some(1));
        assert_eq!(seconds(&format!("0.{zeros}1e3001")), Some(1));
        assert_eq!(seconds(&format!("0.{zeros}11e3001")), Some(2));
        assert_eq!(seconds(&"9".repeat(400)), None);
    }

    proptest! {
        #[test]
        fn moving_the_point_changes_nothing(value in 0_i64..=i64::MAX, shift in 0_usize..30, zeros in 0_usize..5) {
            let padded = format!("{value}{}e-{zeros}", "0".repeat(zeros));
            prop_assert_eq!(seconds(&padded), Some(value));
            let digits = format!("{value:0>31}");
            let (head, tail) = digits.split_at(digits.len() - shift);
            let head = head.trim_start_matches('0');
            let head = if head.is_empty() { "0" } else { head };
            let tail: String = if tail.is_empty() { "0".into() } else { tail.into() };
            prop_assert_eq!(seconds(&format!("{head}.{tail}e{shift}")), Some(value));
            prop_assert_eq!(seconds(&format!("-{head}.{tail}e+{shift}")), Some(-value));
        }

        #[test]
        fn a_fraction_rounds_up(value in 0_i64..1 << 60, millis in 1_u32..1000) {
            prop_assert_eq!(seconds(&format!("{value}.{millis:03}")), Some(value + 1));
            prop_assert_eq!(seconds(&format!("-{value}.{millis:03}")), Some(-value));
        }
    }
}
