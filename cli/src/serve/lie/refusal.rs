//! Lies about how a request is refused.

use std::future::pending;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::sever::Severing;
use super::{Lie, credentials};
use crate::mint::signature_under;
use crate::serve::guard::{Guard, Refusal};

/// How long `slow` takes.
const DELAY: Duration = Duration::from_millis(1_200);

const PAGE: &str = "<!DOCTYPE html><html><title>Sign in</title><h1>Please sign in</h1></html>";

const TRACE: &str = "Traceback (most recent call last):\n  File \"/srv/app/auth/middleware.py\", line 118, in dispatch\n    claims = self.decoder.decode(token)\nJwtDecodeError: invalid token\n";

/// The answer of a server that tells this lie; an honest one where it is about something else.
pub(super) async fn answer(
    lie: Lie,
    guard: &Guard,
    secret_len: usize,
    request: &Parts,
    refusal: Refusal,
) -> Response {
    let for_scope = refusal.status == StatusCode::FORBIDDEN;
    match lie {
        Lie::UnauthorizedForScope if for_scope => {
            let status = StatusCode::UNAUTHORIZED;
            return Refusal { status, ..refusal }.into_response();
        }
        // These are about tokens that are refused as such.
        _ if for_scope => return refusal.into_response(),
        _ => {}
    }
    let status = StatusCode::UNAUTHORIZED;
    match lie {
        Lie::ErrorInResult => message(&json!({"result": {
            "isError": true, "content": [{"type": "text", "text": "Error: authentication required"}],
        }})),
        Lie::ErrorIn200 => {
            message(&json!({"error": {"code": -32001, "message": "Unauthorized: invalid token"}}))
        }
        Lie::Forbidden => Refusal { status: StatusCode::FORBIDDEN, ..refusal }.into_response(),
        Lie::ServerError => {
            (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error").into_response()
        }
        Lie::Redirects => {
            (StatusCode::FOUND, [(header::LOCATION, "/login")], String::new()).into_response()
        }
        Lie::HtmlBody => {
            let challenge = refusal.challenge.unwrap_or_default();
            let headers = [
                (header::CONTENT_TYPE, "text/html".to_owned()),
                (header::WWW_AUTHENTICATE, challenge),
            ];
            (status, headers, PAGE).into_response()
        }
        Lie::NoChallenge => Refusal { challenge: None, ..refusal }.into_response(),
        Lie::ForeignChallenge => {
            let challenge = Some("Basic realm=\"mcpico\"".to_owned());
            Refusal { challenge, ..refusal }.into_response()
        }
        Lie::Resets => {
            if let Some(ConnectInfo(severing)) = request.extensions.get::<ConnectInfo<Severing>>() {
                severing.sever();
            }
            refusal.into_response()
        }
        Lie::Hangs => pending().await,
        Lie::Slow => {
            tokio::time::sleep(DELAY).await;
            refusal.into_response()
        }
        Lie::LeaksSignature => match expected(guard, request) {
            Some(expected) => {
                let detail = format!("signature mismatch: expected {expected}");
                let body = json!({"error": "invalid_token", "detail": detail}).to_string();
                Refusal { body, ..refusal }.into_response()
            }
            None => refusal.into_response(),
        },
        Lie::LeaksTrace => {
            let body = json!({"error": "invalid_token", "detail": TRACE}).to_string();
            Refusal { body, ..refusal }.into_response()
        }
        Lie::LeaksKeyLength => {
            let detail = format!("verification with the secret of {secret_len} bytes failed");
            let body = json!({"error": "invalid_token", "detail": detail}).to_string();
            Refusal { body, ..refusal }.into_response()
        }
        _ => refusal.into_response(),
    }
}

/// A JSON-RPC answer with status 200. It names no id: what asks is not read here.
fn message(member: &serde_json::Value) -> Response {
    let mut message = json!({"jsonrpc": "2.0", "id": null});
    if let (Some(message), Some(member)) = (message.as_object_mut(), member.as_object()) {
        message.extend(member.clone());
    }
    ([(header::CONTENT_TYPE, "application/json")], message.to_string()).into_response()
}

/// The signature that the token of the request ought to have.
fn expected(guard: &Guard, request: &Parts) -> Option<String> {
    let value = request.headers.get(header::AUTHORIZATION)?;
    signature_under(guard.key(), credentials(value, "Bearer")?)
}
