//! Token requests.

use base64ct::{Base64, Encoding};
use mcpico_core::auth::Bearer;
use serde_json::Value;

use super::discovery::AuthorizationServer;
use super::{fetch, origin};
use crate::Fault;

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const ID_JAG: &str = "urn:ietf:params:oauth:token-type:id-jag";
#[cfg(feature = "es256")]
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Asks once for a token, by the grant for which the context has the means. A refusal is final.
pub(super) async fn request(
    server: &AuthorizationServer,
    resource: &str,
    scope: Option<&str>,
    context: &Value,
) -> Result<String, Fault> {
    let given = |name: &str| context[name].as_str();
    let id = given("client_id").ok_or("the client was given no client_id")?;
    let mut form = Form::default();
    let mut authorization = None;
    if let Some(assertion) = given("valid_jwt") {
        // Workload identity federation: the platform has signed for the workload.
        server.wants(JWT_BEARER, "none")?;
        form = form.field("grant_type", JWT_BEARER).field("assertion", assertion);
        form = form.field("client_id", id);
    } else if let Some(identity) = given("idp_id_token") {
        server.wants(JWT_BEARER, "client_secret_basic")?;
        let assertion = exchange(server, resource, identity, context).await?;
        form = form.field("grant_type", JWT_BEARER).field("assertion", &assertion);
        authorization = Some(basic(id, given("client_secret").ok_or("no client_secret")?));
    } else if let Some(secret) = given("client_secret") {
        server.wants("client_credentials", "client_secret_basic")?;
        form = form.field("grant_type", "client_credentials");
        authorization = Some(basic(id, secret));
    } else if let Some(key) = given("private_key_pem") {
        server.wants("client_credentials", "private_key_jwt")?;
        form = form.field("grant_type", "client_credentials");
        form = signed(form, server, id, key, given("signing_algorithm"))?;
    } else {
        return Err("there is no grant without a browser for what the client was given".into());
    }
    form = form.field("resource", resource);
    if let Some(scope) = scope {
        form = form.field("scope", scope);
    }
    let answer = fetch::post(&server.token_endpoint, authorization.as_deref(), &form.0).await?;
    let token = token(&answer, "Bearer")?;
    Bearer::new(&token)?;
    Ok(token)
}

/// Exchanges the identity that the user's organisation has vouched for into an assertion for the
/// authorization server.
async fn exchange(
    server: &AuthorizationServer,
    resource: &str,
    identity: &str,
    context: &Value,
) -> Result<String, Fault> {
    let given = |name: &str| {
        context[name].as_str().ok_or_else(|| format!("the client was given no {name}"))
    };
    let endpoint = given("idp_token_endpoint")?;
    origin::check(given("idp_issuer")?, endpoint)?;
    if origin::of(endpoint)? != origin::of(given("idp_issuer")?)? {
        return Err("the token endpoint of the identity provider is another server's".into());
    }
    let form = Form::default()
        .field("grant_type", TOKEN_EXCHANGE)
        .field("subject_token", identity)
        .field("subject_token_type", ID_TOKEN)
        .field("requested_token_type", ID_JAG)
        .field("audience", &server.issuer)
        .field("resource", resource)
        .field("client_id", given("idp_client_id")?);
    let answer = fetch::post(endpoint, None, &form.0).await?;
    if answer.status == 200 && answer.object()?["issued_token_type"] != ID_JAG {
        return Err("the identity provider issued another type of token".into());
    }
    token(&answer, "N_A")
}

/// The token of an answer whose type is `kind`.
fn token(answer: &fetch::Answer, kind: &str) -> Result<String, Fault> {
    if answer.status != 200 {
        let error = answer.object().ok().and_then(|body| body["error"].as_str().map(str::to_owned));
        let error = error.unwrap_or_else(|| format!("status {}", answer.status));
        return Err(format!("the token request was refused: {error}").into());
    }
    let body = answer.object()?;
    if !body["token_type"].as_str().is_some_and(|named| named.eq_ignore_ascii_case(kind)) {
        return Err(format!("the token is not of the type {kind}").into());
    }
    Ok(body["access_token"].as_str().ok_or("the answer has no access_token")?.to_owned())
}

#[cfg(feature = "es256")]
fn signed(
    form: Form,
    server: &AuthorizationServer,
    id: &str,
    key: &str,
    algorithm: Option<&str>,
) -> Result<Form, Fault> {
    if algorithm != Some("ES256") {
        return Err("client assertions are signed by ES256 only".into());
    }
    let assertion = super::assertion::sign(&server.issuer, id, key)?;
    Ok(form.field("client_assertion_type", ASSERTION).field("client_assertion", &assertion))
}

#[cfg(not(feature = "es256"))]
fn signed(
    _form: Form,
    _server: &AuthorizationServer,
    _id: &str,
    _key: &str,
    _algorithm: Option<&str>,
) -> Result<Form, Fault> {
    Err("built without es256".into())
}

impl AuthorizationServer {
    /// Makes sure that the server takes this grant and way to identify the client, as far as it says.
    fn wants(&self, grant: &str, authentication: &str) -> Result<(), Fault> {
        let grants = self.grants.is_empty() || self.grants.iter().any(|known| known == grant);
        let ways = &self.authentication;
        let ways = ways.is_empty() || ways.iter().any(|known| known == authentication);
        match (grants, ways) {
            (true, true) => Ok(()),
            (false, _) => Err(format!("the authorization server does not take {grant}").into()),
            (_, false) => {
                Err(format!("the authorization server does not take {authentication}").into())
            }
        }
    }
}

/// HTTP Basic as OAuth has it: both parts are encoded as in a form first.
///
/// [RFC 6749 section 2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1)
fn basic(id: &str, secret: &str) -> String {
    let pair = format!("{}:{}", encode(id), encode(secret));
    format!("Basic {}", Base64::encode_string(pair.as_bytes()))
}

/// `application/x-www-form-urlencoded`
#[derive(Default)]
struct Form(String);

impl Form {
    fn field(mut self, name: &str, value: &str) -> Self {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.push_str(&encode(name));
        self.0.push('=');
        self.0.push_str(&encode(value));
        self
    }
}

fn encode(text: &str) -> String {
    let hex = |digit: u8| char::from(b"0123456789ABCDEF"[usize::from(digit)]);
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'*' | b'-' | b'.' | b'_' => {
                encoded.push(byte.into());
            }
            b' ' => encoded.push('+'),
            _ => encoded.extend(['%', hex(byte >> 4), hex(byte & 0xf)]),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_encoded() {
        // Example of RFC 6749 appendix B.
        assert_eq!(encode(" %&+\u{a3}\u{20ac}"), "+%25%26%2B%C2%A3%E2%82%AC");
        assert_eq!(Form::default().field("a", "1").field("b", "x=y").0, "a=1&b=x%3Dy");
    }

    #[test]
    fn a_client_identifies_itself() {
        // Example of RFC 6749 section 2.3.1.
        assert_eq!(
            basic("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw"),
            "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"
        );
    }
}
