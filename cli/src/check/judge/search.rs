//! The expectations `validation` of search tools.

use std::borrow::Cow;

use regex::Regex;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::{excerpt, locate};

/// What the `results` of a search have to be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Search {
    #[serde(rename = "type")]
    _kind: Kind,
    #[serde(default)]
    min_results: usize,
    #[serde(default)]
    must_contain: Vec<MustContain>,
    #[serde(default)]
    result_shape: Shape,
    #[serde(default, rename = "description")]
    _description: IgnoredAny,
}

/// What kinds there are. One that is unknown would pass everything.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Search,
}

/// One result at least has to have this value in that field.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MustContain {
    value: Value,
    field: String,
    #[serde(default)]
    match_type: MatchType,
    description: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum MatchType {
    #[default]
    Substring,
    Exact,
    Regex,
}

/// What every result has to have.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Shape {
    required_fields: Vec<String>,
    #[serde(rename = "optional_fields")]
    _optional_fields: IgnoredAny,
}

impl Search {
    /// Whether an answer without results passes.
    pub(crate) const fn passes_nothing(&self) -> bool {
        self.min_results == 0 && self.must_contain.is_empty()
    }

    /// # Errors
    /// What is missing.
    pub(crate) fn check(&self, result: &Value) -> Result<(), String> {
        let results = results(result).ok_or("the result has no array results")?;
        if results.len() < self.min_results {
            return Err(format!(
                "{} results, fewer than min_results {}",
                results.len(),
                self.min_results
            ));
        }
        for rule in &self.must_contain {
            if !rule.is_met(&results)? {
                let about = rule.description.as_deref().map(excerpt);
                let about = about.map(|about| format!(" ({about})")).unwrap_or_default();
                return Err(format!(
                    "none of {} results has {} in the field {}{about}",
                    results.len(),
                    excerpt(&rule.value.to_string()),
                    excerpt(&rule.field)
                ));
            }
        }
        for (index, result) in results.iter().enumerate() {
            for field in &self.result_shape.required_fields {
                if result.get(field).is_none() {
                    return Err(format!("results/{index} has no {}", excerpt(field)));
                }
            }
        }
        Ok(())
    }
}

impl MustContain {
    fn is_met(&self, results: &[Value]) -> Result<bool, String> {
        let expected = match &self.value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let pattern = match self.match_type {
            MatchType::Regex => Some(
                Regex::new(&expected)
                    .map_err(|_| format!("must_contain: {} is no pattern", excerpt(&expected)))?,
            ),
            _ => None,
        };
        let mut fields = results.iter().filter_map(|result| result.get(&self.field));
        Ok(fields.any(|found| {
            let text = match found {
                Value::String(text) => Cow::Borrowed(text),
                other => Cow::Owned(other.to_string()),
            };
            match (&pattern, self.match_type) {
                (Some(pattern), _) => pattern.is_match(&text),
                (None, MatchType::Exact) => *found == self.value,
                (None, _) => text.contains(&expected),
            }
        }))
    }
}

/// The array of results: in structured content, in the first text that is JSON, or in the result.
fn results(result: &Value) -> Option<Vec<Value>> {
    let places = [
        "/structuredContent/results",
        "/structuredContent/result/results",
        "/content/0/text/results",
        "/results",
    ];
    let mut found = places.iter().filter_map(|place| locate(result, place));
    found.find_map(|found| found.as_array().cloned())
}
