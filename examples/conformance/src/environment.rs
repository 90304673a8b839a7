//! What the suite hands over.

use std::env;

use mcpico_core::mcp::{Capabilities, ClientInfo, Elicitation, Revision};
use mcpico_http::std::Options;
use serde_json::Value;

use crate::Fault;

/// What the suite hands over.
pub(crate) struct Environment {
    pub(crate) url: String,
    pub(crate) scenario: String,
    pub(crate) revision: Revision,
    /// What the scenario gives to the client: null, or an object.
    pub(crate) context: Value,
}

impl Environment {
    pub(crate) fn read() -> Result<Self, Fault> {
        let url = env::args().nth(1).ok_or("usage: mcpico-conformance URL")?;
        let scenario = env::var("MCP_CONFORMANCE_SCENARIO")?;
        let revision = env::var("MCP_CONFORMANCE_PROTOCOL_VERSION")?;
        let revision =
            Revision::from_name(&revision).ok_or_else(|| format!("unknown revision {revision}"))?;
        let context = match env::var("MCP_CONFORMANCE_CONTEXT") {
            Ok(context) => serde_json::from_str(&context)?,
            Err(env::VarError::NotPresent) => Value::Null,
            Err(error) => return Err(error.into()),
        };
        Ok(Self { url, scenario, revision, context })
    }

    /// Every revision up to the one that is tested, so that finding out the era is tested, too.
    pub(crate) fn options(&self, bearer: Option<String>) -> Options {
        let info = ClientInfo { name: "mcpico-conformance", version: env!("CARGO_PKG_VERSION") };
        // Forms are answered with their defaults; there is nobody to ask.
        let elicitation = Elicitation { form: true, url: false };
        let capabilities = Capabilities { elicitation, ..Capabilities::NONE };
        Options { newest: self.revision, capabilities, bearer, ..Options::new(info) }
    }
}
