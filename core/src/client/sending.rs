//! Messages as they are written.

use super::Client;
use super::call::{Call, check_arguments};
use super::exchange::{Exchange, Purpose};
use super::post::{Post, Verb};
use crate::auth::Bearer;
use crate::error::Error;
use crate::http1::write_header;
use crate::json::Object;
use crate::jsonrpc::{Id, Outgoing};
use crate::mcp::{Method, ParamHeaderError, Revision, encode_header_text, param_headers};
use crate::writer::{Writer, emit};

/// What a POST carries.
pub(super) enum Message<'m> {
    /// `notifications/initialized`
    Announce,
    Call(&'m Call<'m>, Purpose),
    Cancel {
        id: u32,
        reason: Option<&'m str>,
    },
    Initialize,
    /// An answer.
    Other(Outgoing<'m>),
}

impl Client {
    /// Writes a message, all or nothing, and makes the exchange for it; a request takes an id.
    pub(super) fn send<'o>(
        &mut self,
        message: &Message<'_>,
        revision: Revision,
        bearer: Option<Bearer<'_>>,
        out: &'o mut [u8],
    ) -> Result<(Post<'o>, Exchange), Error> {
        let id = Id::Number(self.next_id.into());
        let (outgoing, purpose) = match message {
            Message::Call(call, purpose) => {
                check_arguments(&call.method)?;
                if revision.is_modern() {
                    // Then it cannot fail below.
                    write_method_headers(&mut Writer::measure(), &call.method)?;
                }
                (Outgoing::Request { id, method: call.method.name() }, *purpose)
            }
            Message::Announce => {
                (Outgoing::Notification { method: "notifications/initialized" }, Purpose::Announce)
            }
            Message::Initialize => {
                (Outgoing::Request { id, method: "initialize" }, Purpose::Initialize)
            }
            Message::Cancel { .. } => {
                (Outgoing::Notification { method: "notifications/cancelled" }, Purpose::Notify)
            }
            Message::Other(outgoing) => (*outgoing, Purpose::Notify),
        };
        let mut split = 0;
        let text = emit(out, |w| {
            write_header(w, "Accept", b"application/json, text/event-stream");
            write_header(w, "Content-Type", b"application/json");
            if let Message::Call(call, _) = message
                && revision.is_modern()
            {
                let _ = write_method_headers(w, &call.method);
            }
            let session = if let Message::Initialize = message { None } else { Some(revision) };
            self.write_session_headers(w, session, bearer);
            split = w.len();
            outgoing.write(w, |params| self.write_params(params, message, revision));
        })?;
        let (headers, body) = text.split_at_checked(split).unwrap_or_default();
        if purpose == Purpose::Initialize {
            self.session = None;
        }
        Ok((Post { verb: Verb::Post, headers, body }, self.exchange(purpose, revision)))
    }

    #[inline(never)]
    fn write_params(&self, params: &mut Object<'_, '_>, message: &Message<'_>, revision: Revision) {
        match message {
            Message::Call(call, _) => {
                call.method.write_params(params);
                call.input.write(params);
                let stateless = revision.is_modern();
                if !stateless && !call.progress && call.trace.is_none() {
                    return;
                }
                let mut meta = params.object("_meta");
                if stateless {
                    meta.str("io.modelcontextprotocol/protocolVersion", revision.name());
                    self.info.write(&mut meta, "io.modelcontextprotocol/clientInfo");
                    let name = "io.modelcontextprotocol/clientCapabilities";
                    self.capabilities.write(revision, &mut meta, name);
                    if let Some(least) = call.log {
                        meta.str("io.modelcontextprotocol/logLevel", least.name());
                    }
                }
                if call.progress {
                    meta.unsigned("progressToken", self.next_id.into());
                }
                if let Some(trace) = call.trace {
                    for (name, text) in trace.members() {
                        if let Some(text) = text {
                            meta.str(name, text);
                        }
                    }
                }
                meta.end();
            }
            Message::Initialize => {
                params.str("protocolVersion", revision.name());
                self.capabilities.write(revision, params, "capabilities");
                self.info.write(params, "clientInfo");
            }
            Message::Cancel { id, reason } => {
                params.unsigned("requestId", (*id).into());
                if let Some(reason) = reason {
                    params.str("reason", reason);
                }
            }
            Message::Announce | Message::Other(_) => {}
        }
    }

    pub(super) fn get<'o>(
        &self,
        last_event_id: Option<&str>,
        revision: Revision,
        bearer: Option<Bearer<'_>>,
        out: &'o mut [u8],
    ) -> Result<Post<'o>, Error> {
        let headers = emit(out, |w| {
            write_header(w, "Accept", b"text/event-stream");
            if let Some(id) = last_event_id {
                write_header(w, "Last-Event-ID", id.as_bytes());
            }
            self.write_session_headers(w, Some(revision), bearer);
        })?;
        Ok(Post { verb: Verb::Get, headers, body: &[] })
    }

    /// The exchange for what has just been written; a request takes an id.
    pub(super) fn exchange(&mut self, purpose: Purpose, revision: Revision) -> Exchange {
        let mut id = 0;
        if purpose.is_request() {
            id = self.next_id;
            self.next_id = id.checked_add(1).unwrap_or(1);
        }
        self.exchange_of(id, purpose, revision)
    }

    /// An exchange in the present session.
    pub(super) const fn exchange_of(
        &self,
        id: u32,
        purpose: Purpose,
        revision: Revision,
    ) -> Exchange {
        let range = (self.oldest, self.newest);
        Exchange::new(id, purpose, revision, range, self.session.is_some(), self.agreement)
    }

    /// The headers of the session in this revision, when there may be one, and the bearer.
    pub(super) fn write_session_headers(
        &self,
        w: &mut Writer<'_>,
        revision: Option<Revision>,
        bearer: Option<Bearer<'_>>,
    ) {
        if let Some(revision) = revision {
            if revision.differences().version_header {
                write_header(w, "MCP-Protocol-Version", revision.name().as_bytes());
            }
            if let Some(session) = &self.session {
                write_header(w, "Mcp-Session-Id", session.as_bytes());
            }
        }
        write_bearer(w, bearer);
    }
}

/// The headers that repeat the body.
fn write_method_headers(w: &mut Writer<'_>, method: &Method<'_>) -> Result<(), ParamHeaderError> {
    write_header(w, "Mcp-Method", method.name().as_bytes());
    if let Some(name) = method.mcp_name() {
        w.str("Mcp-Name: ");
        encode_header_text(w, name);
        w.str("\r\n");
    }
    if let Method::CallTool { input_schema: Some(schema), arguments, .. } = method {
        for param in param_headers(*schema)? {
            param.write(w, *arguments)?;
        }
    }
    Ok(())
}

pub(super) fn write_bearer(w: &mut Writer<'_>, bearer: Option<Bearer<'_>>) {
    if let Some(bearer) = bearer {
        w.str("Authorization: ");
        bearer.write(w);
        w.str("\r\n");
    }
}
