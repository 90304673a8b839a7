//! What the shape of a file does not say: names that lead somewhere, schemas that can be used.

use std::env;

use serde_json::{Map, Value};
use serde_saphyr::{Location, Spanned};

use super::auth::{is_token, literal_refused};
use super::{Configuration, ContentKind, Expectation, Loop, Scope, fill};
use crate::check::judge::{Matcher, Schema, Search};
use crate::failure::Failure;
use crate::program;
use crate::yaml::{self, Entries};

/// The time limits of `--timeout`.
const TIMEOUTS: std::ops::RangeInclusive<u64> = 1..=86_400;

/// Most repetitions of a request.
const MAX_RETRIES: u32 = 10;

/// The same text for every string that is only looked at.
const UUID: &str = "00000000";

impl Configuration {
    pub(super) fn verify(&mut self) -> Result<(), Failure> {
        self.auth.verify(&self.file)?;
        self.variables = self.read_variables()?;
        let (timeout, retries) = (self.test_config.timeout, self.test_config.retry_attempts);
        if let Some(timeout) = timeout.filter(|timeout| !TIMEOUTS.contains(timeout)) {
            let (least, most) = TIMEOUTS.into_inner();
            let what = format!("test_config.timeout is {timeout}, not {least} to {most} seconds");
            return Err(yaml::wrong(&self.file, None, what));
        }
        if retries > MAX_RETRIES {
            let what = format!("test_config.retry_attempts is {retries}, more than {MAX_RETRIES}");
            return Err(yaml::wrong(&self.file, None, what));
        }
        let file = self.file.clone();
        let wrong = |at: Location, what: String| yaml::wrong(&file, Some(at), what);
        let variables = self.variables.clone();
        let nothing = Map::new();
        let scope = Scope { uuid: UUID, variables: &variables, saved: &nothing };
        for (_, case) in self.test_tools.iter_mut() {
            verify_arguments(case.arguments.as_ref(), scope, &wrong)?;
            case.expectation = Expectation::new(
                case.expect_success,
                case.allow_error_payload,
                case.response_schema.as_ref(),
                case.validation.take(),
                std::mem::take(&mut case.expect),
                &wrong,
            )?;
            verify_matchers(&case.expectation.matchers, scope, &wrong)?;
        }
        for (_, case) in self.test_resources.iter_mut() {
            if let Some(content) = &mut case.content_validation {
                if let Some(schema) =
                    content.schema.as_ref().filter(|_| content.kind != ContentKind::Json)
                {
                    return Err(wrong(schema.referenced, "a schema needs type: json".into()));
                }
                content.compiled = compiled(content.schema.as_ref(), &wrong)?;
            }
            verify_matchers(&case.expect, scope, &wrong)?;
        }
        for (_, case) in self.test_prompts.iter() {
            verify_matchers(&case.expect, scope, &wrong)?;
        }
        for (name, tool_loop) in self.tool_loops.iter_mut() {
            if tool_loop.steps.value.is_empty() {
                return Err(wrong(tool_loop.steps.referenced, format!("{name} has no steps")));
            }
            tool_loop.verify(&variables, &wrong)?;
        }
        Ok(())
    }

    fn read_variables(&self) -> Result<Entries<String>, Failure> {
        let mut variables = Vec::new();
        for (name, value) in self.environment.iter() {
            let at = value.referenced;
            let value = match &value.value {
                Some(value) if is_token(value) => {
                    let what = "a token";
                    return Err(literal_refused(&self.file, at, what, "token"));
                }
                Some(value) => value.clone(),
                None => env::var(name).map_err(|_| {
                    let what = format!("{name} has no value here, and our environment has none");
                    yaml::wrong(&self.file, Some(at), what)
                })?,
            };
            program::conceal(name.as_ref(), value.as_ref());
            variables.push((name.to_owned(), value));
        }
        Ok(variables.into_iter().collect())
    }
}

type Wrong<'w> = dyn Fn(Location, String) -> Failure + 'w;

impl Expectation {
    fn new(
        success: bool,
        allow_error_payload: bool,
        schema: Option<&Spanned<Value>>,
        search: Option<Search>,
        matchers: Vec<Matcher>,
        wrong: &Wrong<'_>,
    ) -> Result<Self, Failure> {
        let schema = compiled(schema, wrong)?;
        Ok(Self { success, allow_error_payload, schema, search, matchers })
    }
}

impl Loop {
    /// Every template of a step has to be filled by a step before it.
    fn verify(&mut self, variables: &Entries<String>, wrong: &Wrong<'_>) -> Result<(), Failure> {
        let mut saved = Map::new();
        for step in &mut self.steps.value {
            let scope = Scope { uuid: UUID, variables, saved: &saved };
            verify_arguments(step.args.as_ref(), scope, wrong)?;
            step.expectation = Expectation::new(
                step.expect_success,
                step.allow_error_payload,
                step.response_schema.as_ref(),
                step.validation.take(),
                std::mem::take(&mut step.expect),
                wrong,
            )?;
            verify_matchers(&step.expectation.matchers, scope, wrong)?;
            for (name, pointer) in step.save.iter() {
                if !(pointer.value.is_empty() || pointer.value.starts_with('/')) {
                    let what = format!("{} is no JSON pointer: it begins with /", pointer.value);
                    return Err(wrong(pointer.referenced, what));
                }
                saved.insert(name.to_owned(), Value::Null);
            }
        }
        Ok(())
    }
}

fn compiled(schema: Option<&Spanned<Value>>, wrong: &Wrong<'_>) -> Result<Option<Schema>, Failure> {
    let Some(schema) = schema else { return Ok(None) };
    let compiled = Schema::new(&schema.value);
    compiled.map(Some).map_err(|what| wrong(schema.referenced, what))
}

fn verify_arguments(
    arguments: Option<&Spanned<Map<String, Value>>>,
    scope: Scope<'_>,
    wrong: &Wrong<'_>,
) -> Result<(), Failure> {
    let Some(arguments) = arguments else { return Ok(()) };
    let value = Value::Object(arguments.value.clone());
    fill(&value, scope).map(|_| ()).map_err(|what| wrong(arguments.referenced, what))
}

fn verify_matchers(
    matchers: &[Matcher],
    scope: Scope<'_>,
    wrong: &Wrong<'_>,
) -> Result<(), Failure> {
    for matcher in matchers {
        matcher.filled(scope).map_err(|what| wrong(matcher.at(), what))?;
    }
    Ok(())
}
