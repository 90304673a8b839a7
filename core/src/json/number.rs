//! `Number`: the digits of a JSON number, read exactly.

use core::fmt;

use crate::decimal;

/// A JSON number by its digits; nothing is rounded until a caller asks for it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Number<'a> {
    raw: &'a [u8],
}

impl<'a> Number<'a> {
    pub(super) const fn validated(raw: &'a [u8]) -> Self {
        Self { raw }
    }

    /// The digits with sign, fraction and exponent as they were sent.
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The digits as a string slice.
    pub fn text(&self) -> &'a str {
        core::str::from_utf8(self.raw).unwrap_or_default()
    }

    /// The integer, when it is written without fraction and exponent and fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self.raw {
            [b'-', digits @ ..] => {
                let magnitude = decimal::number(digits)?;
                0_i64.checked_sub_unsigned(magnitude)
            }
            digits => decimal::number(digits)?.try_into().ok(),
        }
    }

    /// The integer, when it is written without fraction and exponent, is not negative and fits.
    pub fn as_u64(&self) -> Option<u64> {
        match self.raw {
            [b'-', digits @ ..] => decimal::number(digits).filter(|magnitude| *magnitude == 0),
            digits => decimal::number(digits),
        }
    }

    /// The nearest double; infinite when it is out of range.
    pub fn as_f64(&self) -> f64 {
        self.text().parse().unwrap_or(f64::NAN)
    }
}

impl fmt::Display for Number<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl fmt::Debug for Number<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Number({} bytes)", self.raw.len())
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use proptest::prelude::*;

    #[test]
    fn integers_are_exact_or_absent() {
        let i64_of = |text: &str| parse(text.as_bytes()).unwrap().as_number().unwrap().as_i64();
        let u64_of = |text: &str| parse(text.as_bytes()).unwrap().as_number().unwrap().as_u64();
        assert_eq!(i64_of("9223372036854775807"), Some(i64::MAX));
        assert_eq!(i64_of("9223372036854775808"), None);
        assert_eq!(i64_of("-9223372036854775808"), Some(i64::MIN));
        assert_eq!(i64_of("-9223372036854775809"), None);
        assert_eq!(u64_of("18446744073709551615"), Some(u64::MAX));
        assert_eq!(u64_of("18446744073709551616"), None);
        assert_eq!(u64_of("-0"), Some(0));
        assert_eq!(u64_of("-1"), None);
        assert_eq!(i64_of("1.0"), None);
        assert_eq!(i64_of("1e3"), None);
    }

    proptest! {
        #[test]
        fn agrees_with_std(signed: i64, unsigned: u64, float in proptest::num::f64::NORMAL) {
            let number = |text: &std::string::String| {
                let value = parse(text.as_bytes()).unwrap().as_number().unwrap();
                (value.as_i64(), value.as_u64(), value.as_f64())
            };
            prop_assert_eq!(number(&std::format!("{signed}")).0, Some(signed));
            prop_assert_eq!(number(&std::format!("{unsigned}")).1, Some(unsigned));
            prop_assert_eq!(number(&std::format!("{float:e}")).2.to_bits(), float.to_bits());
        }
    }
}
