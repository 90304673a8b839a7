//! Servers that do one thing wrong on purpose, for testing testers: `mcpico serve --lie KIND`.
//!
//! The honest server is never changed by this: a lie is asked only after the guard has spoken, and in
//! places of its own.

mod admission;
mod content;
mod door;
mod refusal;
mod session;
mod sever;

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::request::Parts;
use axum::response::Response;
use clap::ValueEnum;

use super::guard::{Claims, Guard, Refusal};
use super::owners::Owners;
pub(super) use content::{resource, resources_of, tool_result, vanish};
use session::Memory;
pub(super) use sever::{Severable, Severing};

/// Longest request of which the method is looked at.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// What a server does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lie {
    // Who is let in.
    /// Let in: everybody, with any token and with none
    AlwaysOpen,
    /// Let in: every request with an Authorization header
    PresenceOnly,
    /// Let in: every text behind the word Bearer
    AnyBearer,
    /// Let in: every bearer with two dots in it, to be judged by somebody else
    ShapeOnly,
    /// Let in: good tokens behind any other word than Bearer, too
    AnyScheme,
    /// Let in: requests with several Authorization headers, one of which is good
    RepeatedHeader,
    /// Let in: good tokens in the query of the URL, too
    QueryToken,
    /// Let in: tokens with any signature
    SkipsSignature,
    /// Let in: tokens whose signature is only a beginning of the right one
    SignaturePrefix,
    /// Let in: tokens that name another algorithm than the one they are signed by
    IgnoresAlgorithm,
    /// Let in: unsigned tokens that say so (`alg` is none, in any spelling)
    AcceptsNone,
    /// Let in: tokens with extensions that the server does not know (`crit`)
    IgnoresCrit,
    /// Let in: tokens signed with the empty key, too
    EmptyKey,
    /// Let in: tokens signed with the word secret, too
    WeakSecret,
    /// Let in: tokens signed with the empty key whose `kid` is a path
    FollowsKid,
    /// Let in: tokens with padding behind their Base64
    LenientBase64,
    /// Let in: expired tokens
    SkipsExpiry,
    /// Let in: tokens that are not valid yet
    SkipsNotBefore,
    /// Let in: tokens without `exp`
    ExpiryOptional,
    /// Let in: tokens whose `exp` is no number
    ExpiryText,
    /// Let in: tokens with a claim that stands twice, of which the first counts
    TakesDuplicates,
    /// Let in: tokens for any audience
    IgnoresAudience,
    /// Let in: tokens of any issuer
    IgnoresIssuer,
    /// Let in: tokens without a claim that is required
    IgnoresRequired,
    /// Let in: tokens without the scope that is needed
    IgnoresScope,

    // Where the door is.
    /// Open to everybody: initialize and server/discover
    OpenDiscover,
    /// Open to everybody: tools/list
    OpenList,
    /// Open to everybody: tools/call, while the lists are guarded
    OpenCall,
    /// Open to everybody: resources/read
    OpenRead,
    /// Open to everybody: prompts/get
    OpenPrompt,
    /// Open to everybody: the stream of a session (GET)
    OpenStream,
    /// Open to everybody: ending a session (DELETE)
    OpenDelete,
    /// Open to everybody: everything but tools/call
    GuardsExecutionOnly,

    // What a session is worth.
    /// A session is enough: in one no token is asked for
    SessionWithoutToken,
    /// A session is anybody's: every valid token may use it
    CrossSession,
    /// A session goes on after its end
    SessionOutlivesEnd,
    /// A token that was good once is good for ever
    CachesToken,
    /// Tools run as whoever came first
    MixesIdentities,

    // How it refuses.
    /// Refuses by a result that holds an error, with status 200
    ErrorInResult,
    /// Refuses by a JSON-RPC error with status 200
    #[value(name = "error-in-200")]
    ErrorIn200,
    /// Refuses by 403 where 401 belongs
    Forbidden,
    /// Refuses by 401 where 403 belongs: for want of a scope
    UnauthorizedForScope,
    /// Refuses by 500
    ServerError,
    /// Refuses by a redirect to a page
    Redirects,
    /// Refuses by a page of HTML
    HtmlBody,
    /// Refuses without WWW-Authenticate
    NoChallenge,
    /// Refuses by a challenge for another scheme than Bearer
    ForeignChallenge,
    /// Refuses by resetting the connection
    Resets,
    /// Refuses by not answering
    Hangs,
    /// Refuses after more than a second
    Slow,
    /// Refuses and tells the signature that it had expected
    LeaksSignature,
    /// Refuses and shows where in its program
    LeaksTrace,
    /// Refuses and tells how long its secret is
    LeaksKeyLength,
    /// Refuses everybody, good tokens too
    RefusesEverybody,

    // What it answers to those whom it lets in; `mcpico test` looks at that.
    /// Answers calls by a text that is an error
    ErrorText,
    /// Answers calls by `success: false`
    SuccessFalse,
    /// Answers calls by `isError`
    IsError,
    /// Answers calls rightly, and by an error in a second content item
    SecondContent,
    /// Lists a tool, add, that it does not know when it is called
    UncallableTool,
    /// Lists nothing
    EmptyLists,
    /// Sends a resource with another MIME type than it lists
    WrongMime,
    /// Has lost a resource, the greeting
    VanishingResource,
}

impl Lie {
    /// Whether it is about what is answered, so that it can be told without HTTP, too.
    pub(crate) const fn is_of_content(self) -> bool {
        matches!(
            self,
            Self::ErrorText
                | Self::SuccessFalse
                | Self::IsError
                | Self::SecondContent
                | Self::UncallableTool
                | Self::EmptyLists
                | Self::WrongMime
                | Self::VanishingResource
        )
    }
}

/// Tells one lie.
pub(crate) struct Liar {
    pub(super) lie: Lie,
    /// Bytes of the server's secret.
    secret_len: usize,
    memory: Mutex<Memory>,
}

/// Whom a lie lets in.
pub(super) struct Admitted {
    /// What tools see.
    pub(super) claims: Claims,
    /// Whose sessions may be used; of everybody when it is nobody's.
    pub(super) caller: Option<String>,
}

impl Liar {
    pub(crate) fn new(lie: Lie, secret_len: usize) -> Self {
        Self { lie, secret_len, memory: Mutex::default() }
    }

    /// What the guard's verdict becomes. The request is given back whole.
    pub(super) async fn judge(
        &self,
        guard: &Guard,
        owners: &Owners,
        request: Request,
        verdict: Result<Claims, Refusal>,
        now: i64,
    ) -> (Request, Result<Admitted, Refusal>) {
        let (parts, body) = request.into_parts();
        // What is too long is refused by whoever reads it next.
        let body = to_bytes(body, MAX_BODY).await.unwrap_or_default();
        let door = door::of(&parts, &body);
        let verdict = match verdict {
            Ok(claims) => {
                self.lock().remember(self.lie, &parts.headers, &claims);
                self.welcome(claims)
            }
            Err(refusal) => admission::excuse(self.lie, guard, &parts, now)
                .or_else(|| door::excuse(self.lie, door))
                .or_else(|| self.lock().excuse(self.lie, &parts.headers, owners))
                .map(|claims| Admitted { claims, caller: None })
                .ok_or(refusal),
        };
        (Request::from_parts(parts, Body::from(body)), verdict)
    }

    fn welcome(&self, claims: Claims) -> Result<Admitted, Refusal> {
        if self.lie == Lie::RefusesEverybody {
            return Err(Refusal::unknown());
        }
        let caller = (self.lie != Lie::CrossSession).then(|| claims.caller());
        let claims = self.lock().identity(self.lie, claims);
        Ok(Admitted { claims, caller })
    }

    /// Whether the end of a session is only pretended.
    pub(super) fn keeps_sessions(&self) -> bool {
        self.lie == Lie::SessionOutlivesEnd
    }

    /// The answer to a request that is refused.
    pub(super) async fn refuse(
        &self,
        guard: &Guard,
        request: &Parts,
        refusal: Refusal,
    ) -> Response {
        refusal::answer(self.lie, guard, self.secret_len, request, refusal).await
    }

    fn lock(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The credentials behind `scheme`, in any case.
fn credentials<'v>(value: &'v HeaderValue, scheme: &str) -> Option<&'v str> {
    let (word, rest) = value.to_str().ok()?.split_once(' ')?;
    word.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}
