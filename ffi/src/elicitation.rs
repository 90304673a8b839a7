//! What a server may ask of a client, and answers that need nobody.

use core::ffi::c_char;

use mcpico_core::json::{Str, parse};
use mcpico_core::mcp::{
    ElicitationError, InputRequest, elicitation_defaults, elicitation_form, param_headers,
};
use mcpico_core::writer::Writer;

use crate::boundary::{Output, bytes, entry, mcpico_str, out};
use crate::call::{OPTION, json};
use crate::client::mcpico_client;
use crate::object::get;
use crate::outcome::{Outcome, Status};
use crate::status::{MCPICO_ERROR_ELICITATION, MCPICO_ERROR_PARAM_HEADER, MCPICO_ERROR_WRONG_TYPE};

/// Whether a server may ask for this, by the capabilities of the client: 0 or 1. `method` is that of a
/// MCPICO_EVENT_SERVER_REQUEST, or of one of the requests of a MCPICO_EVENT_INPUT_REQUIRED without its quotes; `params`
/// its parameters, NULL with length 0 for none. What it may not is answered with MCPICO_RPC_METHOD_NOT_FOUND.
///
/// Errors: JSON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_client_allows(
    client: *const mcpico_client,
    method: *const c_char,
    method_len: usize,
    params: *const c_char,
    params_len: usize,
    allowed: *mut i32,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let place = unsafe { out(allowed) }?;
        // SAFETY: as above.
        let client = unsafe { get(client) }?;
        // SAFETY: as above.
        let method = known(unsafe { bytes(method, method_len) }?)?;
        // SAFETY: as above.
        let params = unsafe { json(mcpico_str { data: params, len: params_len }) }?;
        let allowed = client.capabilities().allows(&InputRequest { method, params });
        place.write(allowed.into());
        Ok(())
    })
}

/// Writes the object that fills a form with the defaults that it names, for `content` of the answer to an
/// `elicitation/create` with these parameters: `{"action":"accept","content":...}`.
///
/// Errors: JSON; WRONG_TYPE when it is no form; ELICITATION when a required property has no default, or the form is
/// malformed; BUFFER_TOO_SMALL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_elicitation_defaults(
    params: *const c_char,
    params_len: usize,
    buf: *mut c_char,
    cap: usize,
    out_len: *mut usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let output = unsafe { Output::new(buf, cap, out_len) }?;
        // SAFETY: the same.
        let params = unsafe { bytes(params, params_len) }?;
        let output = output.apart_from(params)?;
        let schema = elicitation_form(Some(parse(params)?))?;
        elicitation_defaults(schema, &mut Writer::measure())?;
        output.write(|w| {
            let _ = elicitation_defaults(schema, w);
        })
    })
}

/// Counts the arguments of a tool that go into headers, by its `inputSchema`. Since 2026-07-28 a tool whose schema is
/// refused here has to be left out of what is offered.
///
/// Errors: JSON, PARAM_HEADER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_param_header_count(
    input_schema: *const c_char,
    input_schema_len: usize,
    header_count: *mut usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let place = unsafe { out(header_count) }?;
        // SAFETY: the same.
        let schema = parse(unsafe { bytes(input_schema, input_schema_len) }?)?;
        let headers = param_headers(schema).map_err(|_| Status(MCPICO_ERROR_PARAM_HEADER))?;
        place.write(headers.count());
        Ok(())
    })
}

impl From<ElicitationError> for Status {
    fn from(error: ElicitationError) -> Self {
        Self(match error {
            ElicitationError::Mode => MCPICO_ERROR_WRONG_TYPE,
            _ => MCPICO_ERROR_ELICITATION,
        })
    }
}

/// The method among those that a client can be asked for; the empty one for others.
fn known(method: &[u8]) -> Outcome<Str<'static>> {
    const METHODS: [&str; 3] =
        ["\"elicitation/create\"", "\"roots/list\"", "\"sampling/createMessage\""];
    crate::json::known(&METHODS, method).ok_or(OPTION)
}
