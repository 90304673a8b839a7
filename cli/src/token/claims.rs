//! The claims to be signed, put together from the command line.

use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;

use mcpico_core::json::{self, JsonError, Kind, Value};
use mcpico_core::jwt::Claim;

use super::args::Sign;
use crate::failure::Failure;
use crate::{random, terminal};

/// Who a token without any claim is for.
const TEST_ID: &str = "mcpico-test";

/// How long a token holds when nothing else is asked for, in seconds.
const LIFETIME: i64 = 600;

/// Claims in the order in which they are signed, each value as valid JSON text, no name twice.
#[derive(Debug, Default)]
pub(super) struct ClaimsSet {
    claims: Vec<(String, String)>,
}

impl ClaimsSet {
    /// The claims that the command line asks for at the time `now`.
    ///
    /// # Errors
    ///
    /// [`ClaimsError`].
    pub(super) fn of(arguments: &Sign, now: i64) -> Result<Self, ClaimsError> {
        let mut set = Self::default();
        set.add_named(arguments)?;
        if let Some(text) = &arguments.claims {
            set.add_object(text)?;
        }
        for claim in &arguments.claim {
            set.add_pair(claim)?;
        }
        if set.claims.is_empty() {
            set.add_string("id", TEST_ID)?;
            set.add_string("uuid", &random::uuid().map_err(ClaimsError::Random)?)?;
        }
        set.add_times(arguments, now)?;
        Ok(set)
    }

    /// Has `sign` use the claims.
    pub(super) fn apply<T>(&self, sign: impl FnOnce(&[Claim<'_>]) -> T) -> T {
        let claims: Vec<Claim<'_>> = self
            .claims
            .iter()
            .filter_map(|(name, text)| {
                json::parse(text.as_bytes()).ok().map(|value| Claim::raw(name, value))
            })
            .collect();
        sign(&claims)
    }

    fn add_named(&mut self, arguments: &Sign) -> Result<(), ClaimsError> {
        for (name, text) in [
            ("id", &arguments.id),
            ("uuid", &arguments.uuid),
            ("iss", &arguments.iss),
            ("sub", &arguments.sub),
        ] {
            self.add_optional(name, text.as_deref())?;
        }
        match arguments.aud.as_slice() {
            [] => {}
            [one] => self.add_string("aud", one)?,
            several => self.add("aud", serde_json::json!(several).to_string())?,
        }
        self.add_optional("role_arn", arguments.role_arn.as_deref())?;
        self.add_optional("external_id", arguments.external_id.as_deref())?;
        if let Some(text) = &arguments.session_tags {
            let tags = json::parse(text.as_bytes()).map_err(ClaimsError::Tags)?;
            if !matches!(tags.kind(), Kind::Object | Kind::Array) {
                return Err(ClaimsError::TagsType);
            }
            self.add("session_tags", tags.text().to_owned())?;
        }
        let scope = Some(arguments.scope.join(" ")).filter(|_| !arguments.scope.is_empty());
        self.add_optional("scope", scope.as_deref())
    }

    fn add_object(&mut self, argument: &str) -> Result<(), ClaimsError> {
        let file = argument.strip_prefix('@').map(PathBuf::from);
        let text = match file {
            Some(file) => fs::read(&file).map_err(|error| ClaimsError::File(file, error))?,
            None => argument.as_bytes().to_vec(),
        };
        let object = json::parse(&text).map_err(ClaimsError::Object)?;
        if !object.is_object() {
            return Err(ClaimsError::ObjectType);
        }
        object.entries().try_for_each(|(name, value)| self.add_value(&name.to_string(), value))
    }

    fn add_pair(&mut self, argument: &str) -> Result<(), ClaimsError> {
        let (name, text) = argument.split_once('=').ok_or(ClaimsError::NoValue)?;
        let value = json::parse(text.as_bytes())
            .map_err(|error| ClaimsError::Value { name: name.to_owned(), error })?;
        self.add_value(name, value)
    }

    fn add_times(&mut self, arguments: &Sign, now: i64) -> Result<(), ClaimsError> {
        if arguments.issued_at {
            self.add("iat", now.to_string())?;
        }
        if let Some(time) = arguments.not_before {
            self.add("nbf", time.0.to_string())?;
        }
        let named = self.has("exp");
        let exp = match (arguments.expires_at, arguments.expires_in) {
            (Some(time), _) => time.0,
            (None, Some(lifetime)) => now.saturating_add(lifetime.0),
            (None, None) if arguments.no_exp && named => return Err(ClaimsError::UnwantedExp),
            (None, None) if arguments.no_exp || named => return Ok(()),
            (None, None) => now.saturating_add(LIFETIME),
        };
        self.add("exp", exp.to_string())
    }

    fn add_optional(&mut self, name: &str, text: Option<&str>) -> Result<(), ClaimsError> {
        text.map_or(Ok(()), |text| self.add_string(name, text))
    }

    fn add_string(&mut self, name: &str, text: &str) -> Result<(), ClaimsError> {
        self.add(name, serde_json::json!(text).to_string())
    }

    fn add_value(&mut self, name: &str, value: Value<'_>) -> Result<(), ClaimsError> {
        self.add(name, value.text().to_owned())
    }

    fn add(&mut self, name: &str, text: String) -> Result<(), ClaimsError> {
        if self.has(name) {
            return Err(ClaimsError::Twice(name.to_owned()));
        }
        self.claims.push((name.to_owned(), text));
        Ok(())
    }

    fn has(&self, name: &str) -> bool {
        self.claims.iter().any(|(other, _)| other == name)
    }
}

/// Why the claims cannot be put together.
#[derive(Debug)]
pub(super) enum ClaimsError {
    /// A claim is given twice.
    Twice(String),
    /// `--claim` without an equals sign.
    NoValue,
    /// The value of `--claim` is no JSON.
    Value { name: String, error: JsonError },
    /// The text of `--claims` is no JSON.
    Object(JsonError),
    /// The text of `--claims` is no object.
    ObjectType,
    /// The file of `--claims` cannot be read.
    File(PathBuf, io::Error),
    /// The text of `--session-tags` is no JSON.
    Tags(JsonError),
    /// The text of `--session-tags` is neither an object nor an array.
    TagsType,
    /// `exp` is among the claims and `--no-exp` is given.
    UnwantedExp,
    /// The operating system gives no random bytes.
    Random(Failure),
}

impl fmt::Display for ClaimsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Twice(name) => write!(f, "the claim {name} is given twice"),
            Self::NoValue => f.write_str("--claim takes NAME=JSON"),
            Self::Value { name, error } => write!(
                f,
                "the value of --claim {name} is not JSON: {error}; strings need quotes: \
                 --claim '{name}=\"text\"'"
            ),
            Self::Object(error) => write!(f, "the value of --claims is not JSON: {error}"),
            Self::ObjectType => f.write_str("the value of --claims is not a JSON object"),
            Self::File(file, error) => {
                write!(f, "the claims cannot be read from {}: {error}", file.display())
            }
            Self::Tags(error) => write!(f, "the value of --session-tags is not JSON: {error}"),
            Self::TagsType => {
                f.write_str("the value of --session-tags is neither a JSON object nor an array")
            }
            Self::UnwantedExp => f.write_str("--no-exp is given, and exp is among the claims"),
            Self::Random(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ClaimsError {}

impl From<ClaimsError> for Failure {
    fn from(error: ClaimsError) -> Self {
        Self::usage(terminal::escape(&error.to_string()))
    }
}
