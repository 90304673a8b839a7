//! The size of every public type of core, a line each.
#![no_std]
#![no_main]
#![expect(clippy::too_many_lines, reason = "it is a list")]

use core::mem::size_of;

use cortex_m_semihosting::{debug, hprintln};
use mcpico_core::jwt::Hs256Key;
#[expect(clippy::wildcard_imports, reason = "the names are printed with their modules")]
use mcpico_core::*;
use mcpico_size as _;

macro_rules! types {
    ($($name:ty,)*) => {
        $(hprintln!("{} {}", size_of::<$name>(), stringify!($name));)*
    };
}

#[cortex_m_rt::entry]
fn main() -> ! {
    types! {
        Error,
        Misuse,
        PeerError,
        auth::Bearer<'static>,
        auth::BearerChallenge<'static>,
        auth::BearerError,
        auth::Challenge<'static>,
        auth::ChallengeError,
        auth::challenge::ChallengeErrorKind,
        auth::Challenges<'static>,
        auth::Denial<'static>,
        auth::challenge::ErrorCode,
        auth::challenge::FieldError,
        auth::Grant<'static>,
        auth::Guard<'static, Hs256Key>,
        auth::Masked,
        auth::ParamValue<'static>,
        auth::challenge::Params<'static>,
        auth::redact::Pieces<'static, 'static>,
        auth::Reason,
        auth::Redactor<'static>,
        client::Answer<'static>,
        client::Call<'static>,
        client::Client,
        client::Event<'static>,
        client::Exchange,
        client::Notification<'static>,
        client::Post<'static>,
        client::Response<'static>,
        client::ServerRequest<'static>,
        client::Verb,
        framing::EventStream,
        framing::Frame<'static>,
        framing::FrameTooLarge,
        framing::Framing,
        framing::Line,
        framing::WholeBody,
        http1::Body,
        http1::Decoded,
        http1::Head<'static>,
        http1::HeadReader,
        http1::HeaderValue<'static>,
        http1::Headers<'static>,
        http1::HttpError,
        http1::InvalidHeaderValue,
        http1::MediaType,
        http1::Method,
        http1::RequestError,
        http1::RequestHead<'static>,
        inbox::Inbox<'static>,
        json::Array<'static, 'static>,
        json::Chars<'static>,
        json::DuplicateName,
        json::Entries<'static>,
        json::Items<'static>,
        json::JsonError,
        json::JsonErrorKind,
        json::Kind,
        json::NameError,
        json::Number<'static>,
        json::Object<'static, 'static>,
        json::Str<'static>,
        json::Value<'static>,
        jsonrpc::ErrorObject<'static>,
        jsonrpc::Id<'static>,
        jsonrpc::Message<'static>,
        jsonrpc::MessageError,
        jsonrpc::Outgoing<'static>,
        jwt::Audiences<'static>,
        jwt::base64url::Base64Error,
        jwt::Claim<'static>,
        jwt::ClaimError,
        jwt::ClaimFault,
        jwt::ClaimName,
        jwt::ClaimValue<'static>,
        jwt::Claims<'static>,
        jwt::Header<'static>,
        jwt::Hs256Key,
        jwt::JoseHeader<'static>,
        jwt::KeyError,
        jwt::KeySet<'static, Hs256Key>,
        jwt::MacUnavailable,
        jwt::NamedKey<'static, Hs256Key>,
        jwt::ObjectError,
        jwt::Part,
        jwt::Policy<'static>,
        jwt::SignError,
        jwt::UnverifiedToken<'static, 'static>,
        jwt::VerifiedToken<'static>,
        jwt::VerifyError,
        mcp::Capabilities,
        mcp::ClientInfo,
        mcp::CompletionReference<'static>,
        mcp::Differences,
        mcp::Elicitation,
        mcp::ElicitationError,
        mcp::HeaderValueError,
        mcp::InputRequest<'static>,
        mcp::InputRequired<'static>,
        mcp::Method<'static>,
        mcp::Page<'static>,
        mcp::ParamHeader<'static>,
        mcp::ParamHeaderError,
        mcp::ParamHeaders<'static>,
        mcp::Progress<'static>,
        mcp::ResultError,
        mcp::ResultType<'static>,
        mcp::Revision,
        mcp::ToolResult<'static>,
        writer::OutputTooSmall,
        writer::Writer<'static>,
    }
    loop {
        debug::exit(debug::EXIT_SUCCESS);
    }
}
