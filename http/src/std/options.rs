//! What a session over HTTP is made with.

use std::fmt;
use std::sync::Arc;

use mcpico_core::client::{Call, Notification};
use mcpico_core::mcp::{
    Capabilities, ClientInfo, LogLevel, Method, Revision, TraceContext, TraceError,
};

use super::TokioConnector;
use super::cache::Cache;
use super::input::{AnswerInput, form_defaults};
use crate::Deadlines;

/// Hears what a server tells of its own accord.
pub type Hear = Arc<dyn Fn(&Notification<'_>) + Send + Sync>;

/// How messages go over HTTP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transport {
    /// Streamable HTTP, and HTTP+SSE where `initialize` is refused by 400, 404 or 405 and the server offers
    /// that instead.
    ///
    /// [Backward compatibility](https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#backwards-compatibility)
    #[default]
    Either,
    /// Streamable HTTP alone.
    Streamable,
    /// HTTP+SSE of revision 2024-11-05 alone, for which the URL is that of the event stream. It belongs to
    /// the legacy era.
    Sse,
}

/// What a [`Session`](super::Session) is made with.
#[derive(Clone)]
pub struct Options {
    /// Who we are.
    pub info: ClientInfo,
    /// The oldest revision that is spoken.
    pub oldest: Revision,
    /// The newest revision that is spoken.
    pub newest: Revision,
    /// What the server may ask for.
    pub capabilities: Capabilities,
    /// Answers what the server asks for, as far as that is declared.
    pub answer_input: AnswerInput,
    /// Hears what a server of the legacy era tells while no request is under way.
    pub hear: Option<Hear>,
    /// The least grave log messages that a server of the modern era shall send beside its answers; none without.
    pub log: Option<LogLevel>,
    /// Where the requests stand in a trace.
    pub trace: Option<Trace>,
    /// Keeps results as long as the server allows; nothing is kept without.
    pub cache: Option<Cache>,
    /// How messages go over HTTP.
    pub transport: Transport,
    /// Sent with every request.
    pub bearer: Option<String>,
    /// How long things may take.
    pub deadlines: Deadlines,
    /// Largest message that is received, in bytes.
    pub inbox: usize,
    /// Lets the bearer go over plain http to another machine.
    pub allow_plaintext_bearer: bool,
    /// Makes the connections.
    pub connector: TokioConnector,
}

impl Options {
    /// Every revision, no capabilities, [`form_defaults`] for those that are declared, nothing is heard, no log, no trace, no cache, no bearer, default
    /// deadlines, messages up to 16 MiB.
    pub fn new(info: ClientInfo) -> Self {
        Self {
            info,
            oldest: Revision::V2024_11_05,
            newest: Revision::LATEST,
            capabilities: Capabilities::NONE,
            answer_input: Arc::new(form_defaults),
            hear: None,
            log: None,
            trace: None,
            cache: None,
            transport: Transport::Either,
            bearer: None,
            deadlines: Deadlines::default(),
            inbox: 16 * 1024 * 1024,
            allow_plaintext_bearer: false,
            connector: TokioConnector::new(),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("info", &self.info)
            .field("revisions", &(self.oldest..=self.newest))
            .field("capabilities", &self.capabilities)
            .field("bearer", &self.bearer.is_some())
            .finish_non_exhaustive()
    }
}

/// A [`TraceContext`] of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    parent: String,
    state: Option<String>,
    baggage: Option<String>,
}

impl Trace {
    /// A context of these texts.
    ///
    /// # Errors
    /// [`TraceError`]
    pub fn new(
        parent: &str,
        state: Option<&str>,
        baggage: Option<&str>,
    ) -> Result<Self, TraceError> {
        let own = |text: Option<&str>| text.map(str::to_owned);
        let trace = Self { parent: parent.into(), state: own(state), baggage: own(baggage) };
        trace.context().map(|_| ())?;
        Ok(trace)
    }

    pub(super) fn context(&self) -> Result<TraceContext<'_>, TraceError> {
        let mut context = TraceContext::new(&self.parent)?;
        if let Some(state) = &self.state {
            context = context.state(state)?;
        }
        if let Some(baggage) = &self.baggage {
            context = context.baggage(baggage)?;
        }
        Ok(context)
    }
}

/// A request with what the options want of each.
pub(super) fn call<'c>(
    method: Method<'c>,
    log: Option<LogLevel>,
    trace: Option<&'c TraceContext<'c>>,
) -> Call<'c> {
    let call = Call::new(method).progress();
    let call = log.map_or(call, |level| call.log(level));
    trace.map_or(call, |trace| call.trace(trace))
}
