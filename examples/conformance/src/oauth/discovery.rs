//! What the resource and the authorization server say about themselves.

use serde_json::Value;

use super::{fetch, origin};
use crate::Fault;

/// What an MCP server says about itself.
///
/// [RFC 9728](https://www.rfc-editor.org/rfc/rfc9728)
pub(super) struct Resource {
    /// What a token is asked for.
    pub(super) identifier: String,
    pub(super) authorization_server: String,
    /// All scopes that it knows, when it names any.
    pub(super) scope: Option<String>,
}

/// Where an authorization server is and what it can do.
///
/// [RFC 8414](https://www.rfc-editor.org/rfc/rfc8414)
pub(super) struct AuthorizationServer {
    pub(super) issuer: String,
    pub(super) token_endpoint: String,
    pub(super) grants: Vec<String>,
    pub(super) authentication: Vec<String>,
}

/// Reads what the MCP server at `url` says about itself; `named` is where its challenge says that it
/// stands.
pub(super) async fn resource(url: &str, named: Option<&str>) -> Result<Resource, Fault> {
    let (base, path) = (origin::of(url)?, origin::path(url)?);
    let places = match named {
        Some(named) if origin::of(named)? == base => vec![named.to_owned()],
        Some(named) => return Err(format!("the metadata at {named} is another server's").into()),
        None => {
            let known = format!("{base}/.well-known/oauth-protected-resource");
            vec![format!("{known}{path}"), known]
        }
    };
    let metadata = first(url, &places).await?;
    let identifier = string(&metadata, "resource")?;
    if !covers(&identifier, url)? {
        return Err(format!("the metadata is for {identifier}, not for {url}").into());
    }
    let servers = strings(&metadata, "authorization_servers")?;
    let authorization_server = servers.into_iter().next().ok_or("no authorization server")?;
    let scopes = strings(&metadata, "scopes_supported")?;
    let scope = (!scopes.is_empty()).then(|| scopes.join(" "));
    Ok(Resource { identifier, authorization_server, scope })
}

/// Reads what the authorization server `issuer` of the MCP server at `url` says about itself.
pub(super) async fn authorization_server(
    url: &str,
    issuer: &str,
) -> Result<AuthorizationServer, Fault> {
    origin::check(url, issuer)?;
    let metadata = first(url, &well_known(issuer)?).await?;
    // Compared as text: what is written differently is another issuer.
    if string(&metadata, "issuer")? != issuer {
        return Err(format!("the metadata of {issuer} names another issuer").into());
    }
    let token_endpoint = string(&metadata, "token_endpoint")?;
    origin::check(url, &token_endpoint)?;
    Ok(AuthorizationServer {
        issuer: issuer.to_owned(),
        token_endpoint,
        grants: strings(&metadata, "grant_types_supported")?,
        authentication: strings(&metadata, "token_endpoint_auth_methods_supported")?,
    })
}

/// Where the metadata of an issuer may stand, in the order in which it is looked for.
fn well_known(issuer: &str) -> Result<Vec<String>, Fault> {
    let (base, path) = (origin::of(issuer)?, origin::path(issuer)?);
    let mut places = vec![
        format!("{base}/.well-known/oauth-authorization-server{path}"),
        format!("{base}/.well-known/openid-configuration{path}"),
    ];
    if !path.is_empty() {
        places.push(format!("{base}{path}/.well-known/openid-configuration"));
    }
    Ok(places)
}

/// Whether metadata for `resource` is for the server at `url`: the same, or above it on the same origin.
fn covers(resource: &str, url: &str) -> Result<bool, Fault> {
    if origin::of(resource)? != origin::of(url)? {
        return Ok(false);
    }
    let (above, below) = (origin::path(resource)?, origin::path(url)?);
    Ok(below.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// The first of the documents that is there.
async fn first(url: &str, places: &[String]) -> Result<Value, Fault> {
    for place in places {
        origin::check(url, place)?;
        let answer = fetch::get(place).await?;
        match answer.status {
            200 => return answer.object(),
            400..500 => {}
            status => return Err(format!("{place} was answered with status {status}").into()),
        }
    }
    Err(format!("no metadata at {}", places.join(", ")).into())
}

fn string(metadata: &Value, name: &str) -> Result<String, Fault> {
    let value = metadata[name].as_str().ok_or_else(|| format!("the metadata has no {name}"))?;
    Ok(value.to_owned())
}

/// An array of strings; empty when it is absent.
fn strings(metadata: &Value, name: &str) -> Result<Vec<String>, Fault> {
    let wrong = || format!("{name} of the metadata is no array of strings");
    let Some(value) = metadata.get(name) else { return Ok(Vec::new()) };
    let values = value.as_array().ok_or_else(wrong)?;
    let texts = values.iter().map(|value| value.as_str().map(str::to_owned));
    Ok(texts.collect::<Option<_>>().ok_or_else(wrong)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_for_its_own_server() {
        let url = "https://mcp.example/tenant/mcp";
        for (resource, own) in [
            (url, true),
            ("https://mcp.example/tenant/mcp/", true),
            ("https://mcp.example/tenant", true),
            ("https://mcp.example", true),
            ("https://mcp.example/ten", false),
            ("https://mcp.example/tenant/mcp/deeper", false),
            ("https://mcp.example:8443/tenant/mcp", false),
            ("http://mcp.example/tenant/mcp", false),
            ("https://evil.example/tenant/mcp", false),
            ("https://mcp.example.evil.example/", false),
        ] {
            assert_eq!(covers(resource, url).unwrap(), own, "{resource}");
        }
    }

    // Section "Authorization Server Metadata Discovery" of the specification, 2025-11-25 and later.
    #[test]
    fn metadata_is_looked_for_in_order() {
        assert_eq!(
            well_known("https://as.example/tenant1").unwrap(),
            [
                "https://as.example/.well-known/oauth-authorization-server/tenant1",
                "https://as.example/.well-known/openid-configuration/tenant1",
                "https://as.example/tenant1/.well-known/openid-configuration",
            ]
        );
        assert_eq!(
            well_known("https://as.example").unwrap(),
            [
                "https://as.example/.well-known/oauth-authorization-server",
                "https://as.example/.well-known/openid-configuration",
            ]
        );
    }
}
