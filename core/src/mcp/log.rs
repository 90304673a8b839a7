//! Log messages of a server.

use super::ResultError;
use super::result::{promised, string};
use crate::json::{Str, Value};

/// How grave a log message is, the least grave first.
///
/// [Log levels](https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/logging#log-levels)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogLevel {
    /// Details for whoever looks for a fault.
    Debug,
    /// What happens.
    Info,
    /// What happens and is worth a look.
    Notice,
    /// What may lead to a fault.
    Warning,
    /// A fault.
    Error,
    /// A part has failed.
    Critical,
    /// Somebody has to act at once.
    Alert,
    /// Nothing works any more.
    Emergency,
}

impl LogLevel {
    /// All levels, the least grave first.
    pub const ALL: [Self; 8] = [
        Self::Debug,
        Self::Info,
        Self::Notice,
        Self::Warning,
        Self::Error,
        Self::Critical,
        Self::Alert,
        Self::Emergency,
    ];

    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
            Self::Alert => "alert",
            Self::Emergency => "emergency",
        }
    }
}

/// `notifications/message`
///
/// [Log message notifications](https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/logging#log-message-notifications)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogMessage<'a> {
    /// How grave it is.
    pub level: LogLevel,
    /// Which part of the server says it.
    pub logger: Option<Str<'a>>,
    /// What it says, any JSON: escape it before it reaches a terminal.
    pub data: Value<'a>,
}

impl<'a> LogMessage<'a> {
    /// Reads the parameters.
    ///
    /// # Errors
    /// [`ResultError`]: `level` or `data` is missing, a member stands twice or has the wrong type, or the
    /// level is none.
    pub fn from_params(params: Value<'a>) -> Result<Self, ResultError> {
        let level = string(params, "level")?.ok_or(ResultError::Missing("level"))?;
        let level = LogLevel::ALL.into_iter().find(|known| level == *known.name());
        Ok(Self {
            level: level.ok_or(ResultError::WrongType("level"))?,
            logger: string(params, "logger")?,
            data: promised(params, "data")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    // RFC 5424, table 2, from the gravest.
    #[test]
    fn levels_are_those_of_syslog() {
        let names: std::vec::Vec<_> =
            LogLevel::ALL.iter().rev().map(|level| level.name()).collect();
        let syslog =
            ["emergency", "alert", "critical", "error", "warning", "notice", "info", "debug"];
        assert_eq!(names, syslog);
        assert!(LogLevel::ALL.is_sorted());
    }

    #[test]
    fn a_message_is_read_strictly() {
        let of = |text: &str| LogMessage::from_params(parse(text.as_bytes()).unwrap()).map(|_| ());
        for (text, expected) in [
            (r#"{"level":"info","data":null}"#, Ok(())),
            (r#"{"level":"info","logger":"x","data":[1]}"#, Ok(())),
            (r#"{"level":"info"}"#, Err(ResultError::Missing("data"))),
            (r#"{"data":1}"#, Err(ResultError::Missing("level"))),
            (r#"{"level":"Info","data":1}"#, Err(ResultError::WrongType("level"))),
            (r#"{"level":6,"data":1}"#, Err(ResultError::WrongType("level"))),
            (r#"{"level":"info","logger":1,"data":1}"#, Err(ResultError::WrongType("logger"))),
            (r#"{"level":"info","data":1,"data":2}"#, Err(ResultError::Duplicate("data"))),
        ] {
            assert_eq!(of(text), expected, "{text}");
        }
    }
}
