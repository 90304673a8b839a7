//! The configuration of a test run: what is called and read, and what has to come back.
//!
//! The sections `environment`, `test_tools`, `test_resources`, `tool_loops` and `test_config` are those of
//! files that there are already; the rest is new. `docs/testing.md` describes every member.

mod auth;
mod template;
mod verify;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};
use serde_saphyr::Spanned;

use super::judge::{Matcher, Schema, Search};
use crate::failure::Failure;
use crate::target::TargetArguments;
use crate::yaml::{self, Entries};

pub(crate) use auth::Auth;
pub(super) use template::{Scope, fill};

/// What a file says.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Configuration {
    #[serde(rename = "_generated_by")]
    _generated_by: IgnoredAny,
    #[serde(rename = "_note")]
    _note: IgnoredAny,
    #[serde(deserialize_with = "yaml::or_default")]
    pub(super) auth: Auth,
    /// A variable without a value is taken from our environment.
    environment: Entries<Spanned<Option<String>>>,
    pub(super) test_tools: Entries<ToolCase>,
    pub(super) test_resources: Entries<ResourceCase>,
    pub(super) test_prompts: Entries<PromptCase>,
    pub(super) tool_loops: Entries<Loop>,
    #[serde(deserialize_with = "yaml::or_default")]
    pub(super) test_config: Settings,
    /// What a generator has found; it says nothing about what has to be.
    #[serde(rename = "discovered_data")]
    _discovered_data: IgnoredAny,
    #[serde(skip)]
    pub(super) file: PathBuf,
    /// The variables with their values.
    #[serde(skip)]
    pub(super) variables: Entries<String>,
}

/// How a run goes.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// Time limit for one request, in seconds.
    pub(super) timeout: Option<u64>,
    /// How often a request without an answer is sent again.
    pub(super) retry_attempts: u32,
    /// The first case that fails is the last one that runs.
    pub(super) fail_fast: bool,
}

/// What a call changes, as the author of the file declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Effect {
    None,
    NoneContextRequired,
    Create,
    Update,
    Remove,
    Configure,
}

impl Effect {
    pub(super) const fn writes(self) -> bool {
        !matches!(self, Self::None | Self::NoneContextRequired)
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::NoneContextRequired => "none-context-required",
            Self::Create => "create",
            Self::Update => "update",
            Self::Remove => "remove",
            Self::Configure => "configure",
        }
    }
}

/// One call of a tool. The key of the entry is the name of the tool unless `tool` says another one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ToolCase {
    pub(super) tool: Option<String>,
    #[serde(default, rename = "description")]
    _description: IgnoredAny,
    pub(super) effect: Option<Effect>,
    #[serde(default, rename = "category")]
    _category: IgnoredAny,
    pub(super) arguments: Option<Spanned<Map<String, Value>>>,
    #[serde(default = "yes")]
    expect_success: bool,
    #[serde(default)]
    allow_error_payload: bool,
    response_schema: Option<Spanned<Value>>,
    validation: Option<Search>,
    #[serde(default)]
    expect: Vec<Matcher>,
    #[serde(default, rename = "discovery")]
    _discovery: IgnoredAny,
    #[serde(skip)]
    pub(super) expectation: Expectation,
}

/// What the result of a tool has to be.
#[derive(Debug)]
pub(super) struct Expectation {
    pub(super) success: bool,
    pub(super) allow_error_payload: bool,
    pub(super) schema: Option<Schema>,
    pub(super) search: Option<Search>,
    pub(super) matchers: Vec<Matcher>,
}

impl Default for Expectation {
    fn default() -> Self {
        Self {
            success: true,
            allow_error_payload: false,
            schema: None,
            search: None,
            matchers: Vec::new(),
        }
    }
}

/// One read of a resource. The key of the entry is its URI unless `uri` says another one.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ResourceCase {
    /// A URI, or the template of one.
    pub(super) uri: Option<String>,
    #[serde(default)]
    pub(super) uri_variables: Entries<Scalar>,
    pub(super) expected_mime_type: Option<String>,
    pub(super) content_validation: Option<ContentValidation>,
    #[serde(default, rename = "description")]
    _description: IgnoredAny,
    pub(super) effect: Option<Effect>,
    #[serde(default, rename = "category")]
    _category: IgnoredAny,
    #[serde(default)]
    pub(super) allow_error_payload: bool,
    #[serde(default)]
    pub(super) expect: Vec<Matcher>,
    #[serde(default, rename = "discovery")]
    _discovery: IgnoredAny,
}

/// A value of a URI template.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Scalar {
    Integer(i64),
    Text(String),
}

/// What every content item of a resource has to be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContentValidation {
    #[serde(rename = "type")]
    pub(super) kind: ContentKind,
    /// In characters; of a blob, in bytes.
    pub(super) min_length: Option<usize>,
    pub(super) max_length: Option<usize>,
    schema: Option<Spanned<Value>>,
    #[serde(default, rename = "description")]
    _description: IgnoredAny,
    #[serde(skip)]
    pub(super) compiled: Option<Schema>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ContentKind {
    Text,
    Json,
    Blob,
}

/// One prompt. The key of the entry is its name unless `prompt` says another one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PromptCase {
    pub(super) prompt: Option<String>,
    #[serde(default)]
    pub(super) arguments: Entries<String>,
    #[serde(default)]
    pub(super) expect: Vec<Matcher>,
    #[serde(default, rename = "description")]
    _description: IgnoredAny,
    #[serde(default, rename = "discovery")]
    _discovery: IgnoredAny,
}

/// Calls that belong together: make, look, change, remove.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Loop {
    #[serde(default, rename = "description")]
    _description: IgnoredAny,
    #[serde(default = "yes")]
    pub(super) cleanup_on_failure: bool,
    pub(super) steps: Spanned<Vec<LoopStep>>,
}

/// One call of a loop.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LoopStep {
    pub(super) tool: String,
    #[serde(default, rename = "description")]
    _description: IgnoredAny,
    #[serde(alias = "arguments")]
    pub(super) args: Option<Spanned<Map<String, Value>>>,
    #[serde(default = "yes")]
    expect_success: bool,
    #[serde(default)]
    pub(super) is_cleanup: bool,
    /// What later steps get by `{saved.NAME}`, by JSON pointers into the result.
    #[serde(default)]
    pub(super) save: Entries<Spanned<String>>,
    #[serde(default)]
    allow_error_payload: bool,
    response_schema: Option<Spanned<Value>>,
    validation: Option<Search>,
    #[serde(default)]
    expect: Vec<Matcher>,
    #[serde(skip)]
    pub(super) expectation: Expectation,
}

const fn yes() -> bool {
    true
}

impl Configuration {
    /// Reads a file and finds out that everything in it can be used.
    ///
    /// # Errors
    /// The name of the file, line and column, and what is wrong there.
    pub(crate) fn read(file: &Path) -> Result<Self, Failure> {
        let mut configuration: Self = yaml::read(file)?;
        file.clone_into(&mut configuration.file);
        configuration.verify()?;
        Ok(configuration)
    }

    /// Puts what the file says about the server behind what the command line says.
    pub(super) fn apply(&self, arguments: &mut TargetArguments) {
        self.auth.apply(&self.file, arguments);
        arguments.timeout = arguments.timeout.or(self.test_config.timeout);
        let variables = self.variables.iter();
        arguments.program.configured =
            variables.map(|(name, value)| (name.to_owned(), value.clone())).collect();
    }

    /// The tool that a case calls.
    pub(super) fn tool_of<'c>(key: &'c str, case: &'c ToolCase) -> &'c str {
        case.tool.as_deref().unwrap_or(key)
    }
}
