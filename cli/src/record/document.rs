//! The file that a recording becomes.

use std::fmt::Write;

use chrono::{DateTime, SecondsFormat};
use serde_json::{Map, Value, json};

use crate::clock;
use crate::failure::Failure;
use crate::terminal::escape;

/// The sections of a configuration, and what could not be put into them.
pub(super) struct Document {
    endpoint: String,
    tools: Map<String, Value>,
    resources: Map<String, Value>,
    prompts: Map<String, Value>,
    notes: Vec<String>,
}

impl Document {
    pub(super) fn new(endpoint: &str) -> Self {
        // A query may hold a key.
        let endpoint = endpoint.split(['?', '#']).next().unwrap_or_default();
        Self {
            endpoint: escape(endpoint).into_owned(),
            tools: Map::new(),
            resources: Map::new(),
            prompts: Map::new(),
            notes: Vec::new(),
        }
    }

    pub(super) fn tool(&mut self, name: &str, entry: Value) {
        self.tools.insert(name.to_owned(), entry);
    }

    pub(super) fn resource(&mut self, uri: &str, entry: Value) {
        self.resources.insert(uri.to_owned(), entry);
    }

    pub(super) fn prompt(&mut self, name: &str, entry: Value) {
        self.prompts.insert(name.to_owned(), entry);
    }

    /// Remembers what is not recorded, and why; escaped.
    pub(super) fn note(&mut self, what: &str) {
        self.notes.push(what.lines().collect::<Vec<_>>().join(" "));
    }

    pub(super) fn notes(&self) -> &[String] {
        &self.notes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tools.is_empty() && self.resources.is_empty() && self.prompts.is_empty()
    }

    /// What there is, in one line.
    pub(super) fn summary(&self) -> String {
        format!(
            "{} tools, {} resources, {} prompts; {} not recorded",
            self.tools.len(),
            self.resources.len(),
            self.prompts.len(),
            self.notes.len()
        )
    }

    /// The file.
    ///
    /// # Errors
    /// It cannot be written so that it is read again as it is.
    pub(super) fn text(&self) -> Result<String, Failure> {
        let time = DateTime::from_timestamp(clock::now(), 0).unwrap_or_default();
        let time = time.to_rfc3339_opts(SecondsFormat::Secs, true);
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "# Recorded by mcpico {} from {} at {time}.",
            env!("CARGO_PKG_VERSION"),
            self.endpoint
        );
        text.push_str(
            "# What came back has become what has to come back: its shape, not its values. Look through it,\n\
             # sharpen what matters (expect), and add loops for what writes. `discovery` is not looked at.\n",
        );
        if !self.notes.is_empty() {
            text.push_str("#\n# Not recorded:\n");
        }
        for note in &self.notes {
            let _ = writeln!(text, "#   {note}");
        }
        let sections = [
            ("test_tools", &self.tools),
            ("test_resources", &self.resources),
            ("test_prompts", &self.prompts),
        ];
        let mut document = Map::new();
        for (name, entries) in sections.into_iter().filter(|(_, entries)| !entries.is_empty()) {
            document.insert(name.to_owned(), entries.clone().into());
        }
        document.insert(
            "test_config".to_owned(),
            json!({"timeout": 30, "retry_attempts": 2, "fail_fast": false}),
        );
        let document = Value::Object(document);
        let broken = |what: String| Failure::usage(format!("the recording is no YAML: {what}"));
        let yaml = serde_saphyr::to_string(&document).map_err(|error| broken(error.to_string()))?;
        // A string that is read as something else would be another test.
        let options = serde_saphyr::options! { strict_booleans: true, with_snippet: false };
        let read: Value = serde_saphyr::from_str_with_options(&yaml, options)
            .map_err(|error| broken(error.render()))?;
        if read != document {
            return Err(broken("it is read in another way than it was written".into()));
        }
        let _ = write!(text, "\n{yaml}");
        Ok(text)
    }
}
