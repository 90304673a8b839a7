//! What a server tells of its own accord, in either era.

use std::ops::ControlFlow;

use mcpico_core::client::{Event, Notification, Update};
use mcpico_core::mcp::{Method, SubscriptionFilter};

use super::calls::Calls;
use super::listener::{Listener, Tell, hear};
use super::outcome::{Outcome, RpcError, SessionError};
use super::session::Session;
use super::stdio::StdioSession;
use super::subscription::Ended;
use super::task::{room, too_small};

/// Hears an update; says whether that was enough.
pub(super) type TellUpdate<'t> = dyn FnMut(&Update<'_>) -> ControlFlow<()> + Send + 't;

impl Session {
    /// Hands on what the server tells of what `filter` names, until one side ends it.
    ///
    /// Since 2026-07-28 that is a [`Subscription`](super::Subscription). A server of the legacy era tells
    /// changes of lists unasked; the resources are subscribed to before and given up after. Nothing is
    /// acknowledged there, and what happened while the stream was broken is not told. It has no tasks to
    /// tell of.
    ///
    /// The session is busy meanwhile; dropping the future ends it.
    ///
    /// # Errors
    /// [`SessionError`]; [`SessionError::Rejected`] with status 405 is a server of the legacy era that tells
    /// nothing.
    pub async fn listen(
        &mut self,
        filter: &SubscriptionFilter<'_>,
        tell: &mut TellUpdate<'_>,
    ) -> Result<Ended, SessionError> {
        if self.connect().await?.is_modern() {
            return self.subscribe(filter).await?.run(tell).await;
        }
        listen_unasked(self, filter, tell).await
    }

    pub(super) async fn hear(&mut self, tell: &mut Tell<'_>) -> Result<(), SessionError> {
        if self.channel.is_some() {
            return self.hear_channel(tell).await;
        }
        // A message comes on one of the streams only.
        let beside = self.listener.take().is_some();
        let mut client = self.client.clone();
        let heard = hear(&self.url, &self.options, &mut client, None, tell).await;
        if beside {
            let listener = Listener::start(&self.url, &self.options, &self.client);
            self.listener = Some(listener.await);
        }
        heard
    }
}

impl StdioSession {
    /// As [`Session::listen`]. A server that ends before is [`SessionError::Process`]; listening goes on when
    /// it has been [started anew](Self::restart) and is asked for once more.
    ///
    /// # Errors
    /// [`SessionError`].
    pub async fn listen(
        &mut self,
        filter: &SubscriptionFilter<'_>,
        tell: &mut TellUpdate<'_>,
    ) -> Result<Ended, SessionError> {
        if self.connect().await?.is_modern() {
            return self.subscribe(filter, tell).await;
        }
        listen_unasked(self, filter, tell).await
    }
}

/// Listens as in the legacy era: a server tells unasked, but of resources that are subscribed to.
async fn listen_unasked(
    session: &mut impl Calls,
    filter: &SubscriptionFilter<'_>,
    tell: &mut TellUpdate<'_>,
) -> Result<Ended, SessionError> {
    let mut tell = |note: &Notification<'_>| hand_on(note, filter, tell);
    let heard = match subscribe(session, filter, &mut tell).await? {
        Subscribed::Refused(error) => return Ok(Ended::Refused(error)),
        Subscribed::Enough => Ok(()),
        Subscribed::Yes => session.hear_unasked(&mut tell).await,
    };
    unsubscribe(session, filter, &heard).await;
    heard.map(|()| Ended::Stopped)
}

/// Tells what is wanted.
fn hand_on(
    note: &Notification<'_>,
    filter: &SubscriptionFilter<'_>,
    tell: &mut TellUpdate<'_>,
) -> ControlFlow<()> {
    // One that is malformed tells nothing.
    let Ok(update) = note.update() else { return ControlFlow::Continue(()) };
    let wanted = match update {
        Update::PromptsChanged => filter.prompts,
        Update::ResourcesChanged => filter.resources,
        Update::ToolsChanged => filter.tools,
        // It may be a part of one that was asked for.
        Update::ResourceUpdated { .. } => !filter.resource_uris.is_empty(),
        _ => false,
    };
    if wanted { tell(&update) } else { ControlFlow::Continue(()) }
}

/// Whether the resources are subscribed to.
enum Subscribed {
    Yes,
    /// Enough was told meanwhile.
    Enough,
    /// The server refuses one.
    Refused(RpcError),
}

/// Subscribes to the resources, as in the legacy era.
async fn subscribe(
    session: &mut impl Calls,
    filter: &SubscriptionFilter<'_>,
    tell: &mut Tell<'_>,
) -> Result<Subscribed, SessionError> {
    let mut subscribed = Subscribed::Yes;
    for uri in filter.resource_uris {
        let mut room = room(uri, "");
        let method = Method::subscribe_resource(uri, &mut room).map_err(too_small)?;
        // A server may tell at once.
        let mut observe = |event: &Event<'_>| {
            if let (Event::Notification(note), Subscribed::Yes) = (event, &subscribed)
                && tell(note).is_break()
            {
                subscribed = Subscribed::Enough;
            }
        };
        if let Outcome::Error(error) = session.request(method, &mut observe).await? {
            return Ok(Subscribed::Refused(error));
        }
    }
    Ok(subscribed)
}

async fn unsubscribe(
    session: &mut impl Calls,
    filter: &SubscriptionFilter<'_>,
    heard: &Result<(), SessionError>,
) {
    if heard.is_err() {
        return;
    }
    for uri in filter.resource_uris {
        let mut room = room(uri, "");
        if let Ok(method) = Method::unsubscribe_resource(uri, &mut room) {
            // The server may go on to tell; nobody hears it.
            let _ = session.request(method, &mut |_| {}).await;
        }
    }
}
