//! Getting a token for a server that refuses to talk without one.
//!
//! Grants without a browser only: client credentials and JWT bearer. Each URL that a server names is
//! checked before anything is sent there; see [`origin`].

#[cfg(feature = "es256")]
mod assertion;
mod discovery;
mod fetch;
mod grant;
mod origin;

use mcpico_core::auth::challenge;
use mcpico_http::std::Rejection;
use serde_json::Value;

use crate::Fault;

/// A token for the MCP server at `url` that has answered with `rejection`; `context` has what the client
/// was given to identify itself.
///
/// # Errors
/// What a server says about itself contradicts itself or points to where no secret is sent; there is no
/// grant for what the client was given; a refusal.
pub(crate) async fn token(
    url: &str,
    rejection: &Rejection,
    context: &Value,
) -> Result<String, Fault> {
    let challenge = Challenge::read(rejection)?;
    let resource = discovery::resource(url, challenge.metadata.as_deref()).await?;
    let server = discovery::authorization_server(url, &resource.authorization_server).await?;
    let scope = challenge.scope.or(resource.scope);
    grant::request(&server, &resource.identifier, scope.as_deref(), context).await
}

/// What a 401 says about how to get a token.
#[derive(Default)]
struct Challenge {
    metadata: Option<String>,
    scope: Option<String>,
}

impl Challenge {
    fn read(rejection: &Rejection) -> Result<Self, Fault> {
        let lines = rejection.challenges.iter().map(String::as_bytes);
        let Some(challenge) = challenge::bearer(lines)? else { return Ok(Self::default()) };
        let text = |name| {
            let value = challenge.param(name).map(|value| value.bytes().collect());
            value.map(String::from_utf8).transpose()
        };
        Ok(Self { metadata: text("resource_metadata")?, scope: text("scope")? })
    }
}
