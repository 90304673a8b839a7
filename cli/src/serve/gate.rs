//! What every request to the MCP endpoint passes before MCP begins.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{AppendHeaders, IntoResponse, Response};

use super::guard::{Guard, Refusal};
use super::owners::Owners;
use super::revisions::Revisions;
use crate::clock;

const REVISION_HEADER: HeaderName = HeaderName::from_static("mcp-protocol-version");
const SESSION_HEADER: HeaderName = HeaderName::from_static("mcp-session-id");

/// What admission is judged by.
pub(super) struct Gate {
    guard: Guard,
    revisions: Revisions,
    owners: Owners,
}

impl Gate {
    pub(super) fn new(guard: Guard, revisions: Revisions) -> Self {
        Self { guard, revisions, owners: Owners::default() }
    }

    /// A server of the past answers a revision that it does not know by a bare 400, not by an
    /// error code of the present ([transports of 2025-11-25]).
    ///
    /// [transports of 2025-11-25]: https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#protocol-version-header
    fn knows_revision(&self, headers: &HeaderMap) -> bool {
        self.revisions.have_modern()
            || headers
                .get_all(REVISION_HEADER)
                .iter()
                .all(|value| self.revisions.contain(value.as_bytes()))
    }
}

/// Lets a request through that the guard grants, with the verified claims as an extension of it.
///
/// A session belongs to the caller who opened it; to others it does not exist.
pub(super) async fn admit(
    State(gate): State<Arc<Gate>>,
    mut request: Request,
    next: Next,
) -> Response {
    let claims = match gate.guard.check(request.headers(), clock::now()) {
        Ok(claims) => claims,
        Err(refusal) => return refusal.into_response(),
    };
    if !gate.knows_revision(request.headers()) {
        let body = "Bad Request: unsupported MCP-Protocol-Version";
        return (StatusCode::BAD_REQUEST, body).into_response();
    }
    let caller = claims.caller();
    let session = request.headers().get(SESSION_HEADER).cloned();
    if let Some(session) = &session
        && !gate.owners.owns(&caller, session)
    {
        return (StatusCode::NOT_FOUND, "Not Found: Session not found").into_response();
    }
    let ends_session = *request.method() == Method::DELETE;
    request.extensions_mut().insert(claims);
    let response = next.run(request).await;
    match session {
        None => {
            if let Some(opened) = response.headers().get(SESSION_HEADER) {
                gate.owners.record(caller, opened.clone());
            }
        }
        Some(session) => {
            if ends_session && response.status().is_success() {
                gate.owners.forget(&session);
            }
        }
    }
    response
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let challenge = self.challenge.map(|challenge| [(header::WWW_AUTHENTICATE, challenge)]);
        let headers =
            [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
        (self.status, headers, challenge.map(AppendHeaders), self.body).into_response()
    }
}
