//! JSON Schema.

use std::fmt;

use jsonschema::Validator;
use serde_json::Value;

use super::excerpt;

/// Most violations that a reason names.
const SHOWN: usize = 3;

/// A schema that values are held against.
pub(crate) struct Schema(Validator);

impl Schema {
    /// # Errors
    /// Why it is no schema.
    pub(crate) fn new(schema: &Value) -> Result<Self, String> {
        let validator = jsonschema::validator_for(schema);
        validator.map(Self).map_err(|error| format!("it is no JSON Schema: {error}"))
    }

    /// # Errors
    /// The first violations, each with the place in `value`.
    pub(crate) fn check(&self, value: &Value) -> Result<(), String> {
        let mut errors = self.0.iter_errors(value);
        let shown: Vec<_> = errors
            .by_ref()
            .take(SHOWN)
            .map(|error| match error.instance_path().as_str() {
                "" => excerpt(&error.to_string()),
                path => format!("{}: {}", excerpt(path), excerpt(&error.to_string())),
            })
            .collect();
        if shown.is_empty() {
            return Ok(());
        }
        let more = match errors.count() {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        Err(format!("{}{more}", shown.join("; ")))
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Schema(..)")
    }
}
