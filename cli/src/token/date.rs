//! Times and spans as people write and read them.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

/// A time in seconds since 1970, written as such or by RFC 3339.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Time(pub(crate) i64);

impl FromStr for Time {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let seconds = text.parse().ok();
        seconds
            .or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|date| date.timestamp()))
            .map(Self)
            .ok_or("neither seconds since 1970 nor a date such as 2030-01-31T12:00:00Z")
    }
}

/// A span in seconds, written as such or with a unit: `90`, `90s`, `10m`, `1h`, `2d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lifetime(pub(crate) i64);

impl FromStr for Lifetime {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let units = [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400)];
        let unit =
            units.iter().find_map(|(unit, seconds)| Some((text.strip_suffix(*unit)?, *seconds)));
        let (number, unit) = unit.unwrap_or((text, 1));
        let number: Option<i64> = number.parse().ok();
        let seconds = number.and_then(|number| number.checked_mul(unit));
        seconds.map(Self).ok_or("not a number of seconds, and not one with s, m, h or d")
    }
}

/// The date in UTC by RFC 3339, for years that it can write.
pub(crate) fn utc(seconds: i64) -> Option<String> {
    let years = ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"].map(Time::from_str);
    let [Ok(first), Ok(last)] = years else { return None };
    let date = DateTime::<Utc>::from_timestamp(seconds, 0)?;
    (first.0..=last.0).contains(&seconds).then(|| date.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// How long a span is, in its largest whole unit.
pub(crate) struct Span(pub(crate) u64);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, unit) = match self.0 {
            seconds @ ..60 => (seconds, "second"),
            seconds @ ..3_600 => (seconds / 60, "minute"),
            seconds @ ..86_400 => (seconds / 3_600, "hour"),
            seconds => (seconds / 86_400, "day"),
        };
        write!(f, "{number} {unit}{}", if number == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // `date -u -d @SECONDS`
    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, date) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_300_819_380, "2011-03-22T18:43:00Z"),
            (1_776_817_104, "2026-04-22T00:18:24Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(utc(seconds).as_deref(), Some(date));
            assert_eq!(date.parse(), Ok(Time(seconds)));
        }
        for seconds in [253_402_300_800, -62_167_219_201, i64::MAX, i64::MIN] {
            assert_eq!(utc(seconds), None);
            assert_eq!(seconds.to_string().parse(), Ok(Time(seconds)));
        }
        assert_eq!("2011-03-22T20:43:00+02:00".parse(), Ok(Time(1_300_819_380)));
        for text in
            ["", "tomorrow", "2011-03-22", "1e9", "2011-02-29T00:00:00Z", "9223372036854775808"]
        {
            assert!(text.parse::<Time>().is_err(), "{text}");
        }
    }

    #[test]
    fn spans_have_units() {
        for (text, seconds) in [
            ("0", 0),
            ("90", 90),
            ("90s", 90),
            ("10m", 600),
            ("1h", 3_600),
            ("2d", 172_800),
            ("-60", -60),
            ("-1h", -3_600),
        ] {
            assert_eq!(text.parse(), Ok(Lifetime(seconds)));
        }
        for text in ["", "m", "1.5h", "10 m", "1w", "10mm", "ten", "9223372036854775807m"] {
            assert!(text.parse::<Lifetime>().is_err(), "{text}");
        }
        for (seconds, span) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (59, "59 seconds"),
            (60, "1 minute"),
            (3_599, "59 minutes"),
            (3_600, "1 hour"),
            (86_399, "23 hours"),
            (86_400, "1 day"),
            (172_800, "2 days"),
        ] {
            assert_eq!(Span(seconds).to_string(), span);
        }
    }
}
