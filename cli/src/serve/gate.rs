//! What every request to the MCP endpoint passes before MCP begins.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{AppendHeaders, IntoResponse, Response};

use super::guard::{Claims, Guard, Refusal};
use super::lie::{Admitted, Liar};
use super::owners::Owners;
use super::revisions::Revisions;
use crate::clock;

const REVISION_HEADER: HeaderName = HeaderName::from_static("mcp-protocol-version");
pub(super) const SESSION_HEADER: HeaderName = HeaderName::from_static("mcp-session-id");

/// What admission is judged by.
pub(super) struct Gate {
    guard: Guard,
    revisions: Revisions,
    owners: Owners,
    liar: Option<Liar>,
}

impl Gate {
    pub(super) fn new(guard: Guard, revisions: Revisions, liar: Option<Liar>) -> Self {
        Self { guard, revisions, owners: Owners::default(), liar }
    }

    async fn judge(&self, request: Request) -> (Request, Result<Admitted, Refusal>) {
        let now = clock::now();
        let verdict = self.guard.check(request.headers(), now);
        if let Some(liar) = &self.liar {
            return liar.judge(&self.guard, &self.owners, request, verdict, now).await;
        }
        let admitted = |claims: Claims| Admitted { caller: Some(claims.caller()), claims };
        (request, verdict.map(admitted))
    }

    async fn refuse(&self, request: Request, refusal: Refusal) -> Response {
        match &self.liar {
            Some(liar) => {
                let (parts, _) = request.into_parts();
                liar.refuse(&self.guard, &parts, refusal).await
            }
            None => refusal.into_response(),
        }
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
pub(super) async fn admit(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let (mut request, verdict) = gate.judge(request).await;
    let Admitted { claims, caller } = match verdict {
        Ok(admitted) => admitted,
        Err(refusal) => return gate.refuse(request, refusal).await,
    };
    if !gate.knows_revision(request.headers()) {
        let body = "Bad Request: unsupported MCP-Protocol-Version";
        return (StatusCode::BAD_REQUEST, body).into_response();
    }
    let session = request.headers().get(SESSION_HEADER).cloned();
    if let Some(session) = &session
        && let Some(caller) = &caller
        && !gate.owners.owns(caller, session)
    {
        return (StatusCode::NOT_FOUND, "Not Found: Session not found").into_response();
    }
    let ends_session = *request.method() == Method::DELETE;
    if ends_session && gate.liar.as_ref().is_some_and(Liar::keeps_sessions) {
        return StatusCode::NO_CONTENT.into_response();
    }
    request.extensions_mut().insert(claims);
    let response = next.run(request).await;
    match session {
        None => {
            if let Some(opened) = response.headers().get(SESSION_HEADER) {
                let owner = caller.unwrap_or_default();
                gate.owners.record(owner, opened.clone());
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
