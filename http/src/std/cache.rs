//! Results that a server lets its clients keep for a while.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use mcpico_core::client::Notification;
use mcpico_core::json;
use mcpico_core::jsonrpc::code;
use mcpico_core::mcp::{CacheHint, CacheScope, Method};

use super::options::Options;
use super::outcome::Outcome;

/// A bounded memory of results, as far as their `ttlMs` and `cacheScope` allow: lists, resources and what
/// `server/discover` says, of revision 2026-07-28. Clones share it, and sessions may.
///
/// What is `private`, as is everything that does not say otherwise, is given only to requests with the
/// bearer that it came for. A server that tells of a change, by a notification that a session or a
/// subscription with this cache hears, makes it forget what that concerns; so does a cursor that the server
/// refuses. Nothing that answers a request with input is kept.
///
/// [Caching](https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/caching)
#[derive(Clone)]
pub struct Cache(Arc<Mutex<Memory>>);

struct Memory {
    /// The oldest first.
    entries: VecDeque<Entry>,
    bytes: usize,
    most_entries: usize,
    most_bytes: usize,
    /// How often something was forgotten, so that what was asked for before is not kept after.
    generation: u64,
    now: Arc<dyn Fn() -> Duration + Send + Sync>,
}

struct Entry {
    place: Place,
    /// Whose it is; `None` for everyone.
    owner: Option<Owner>,
    text: String,
    until: Duration,
}

/// The bearer of a request, if it had one.
type Owner = Option<String>;

/// What was asked, and where.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Place {
    url: String,
    method: &'static str,
    /// The URI or the cursor.
    which: Option<String>,
    /// What was declared beside the parameters.
    declared: String,
}

impl Cache {
    /// A cache of at most `entries` results with `bytes` bytes together, by a clock that never goes back.
    pub fn new(
        entries: usize,
        bytes: usize,
        now: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Mutex::new(Memory {
            entries: VecDeque::new(),
            bytes: 0,
            most_entries: entries,
            most_bytes: bytes,
            generation: 0,
            now: Arc::new(now),
        })))
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.forget(|_| true);
    }

    /// Where a result of that request is kept; `None` for one that is not kept.
    pub(super) fn place(url: &str, options: &Options, method: Method<'_>) -> Option<Place> {
        let (method, which) = match method {
            Method::Discover => ("server/discover", None),
            Method::ListPrompts { cursor } => ("prompts/list", cursor),
            Method::ListResources { cursor } => ("resources/list", cursor),
            Method::ListResourceTemplates { cursor } => ("resources/templates/list", cursor),
            Method::ListTools { cursor } => ("tools/list", cursor),
            Method::ReadResource { uri } => ("resources/read", Some(uri)),
            _ => return None,
        };
        let declared = format!("{:?} {:?}", options.info, options.capabilities);
        let which = which.map(str::to_owned);
        options.newest.is_modern().then(|| Place { url: url.into(), method, which, declared })
    }

    /// The result that is kept and fresh, for a request with that bearer.
    pub(super) fn fresh(&self, place: &Place, bearer: Option<&str>) -> Option<String> {
        let memory = self.memory();
        let now = (memory.now)();
        let theirs =
            |owner: &Option<Owner>| owner.as_ref().is_none_or(|owner| owner.as_deref() == bearer);
        let mut entries = memory.entries.iter().rev();
        let found = entries.find(|entry| entry.place == *place && theirs(&entry.owner))?;
        (now < found.until).then(|| found.text.clone())
    }

    /// To be handed to [`learn`](Self::learn) with what is asked for now.
    pub(super) fn generation(&self) -> u64 {
        self.memory().generation
    }

    /// Keeps an outcome, or forgets what it proves wrong.
    pub(super) fn learn(
        &self,
        place: Place,
        bearer: Option<&str>,
        outcome: &Outcome,
        generation: u64,
    ) {
        let text = match outcome {
            Outcome::Result(text) => text,
            // The cursor is of a list that is no more.
            Outcome::Error(error) if error.code == code::INVALID_PARAMS => {
                return self.forget(|kept| kept.url == place.url && kept.method == place.method);
            }
            _ => return,
        };
        let hint = json::parse(text.as_bytes()).map(CacheHint::from_result);
        let Ok(Ok(CacheHint { ttl: ttl @ 1.., scope })) = hint else { return };
        let owner = match scope {
            CacheScope::Public => None,
            CacheScope::Private => Some(bearer.map(str::to_owned)),
        };
        let mut memory = self.memory();
        if memory.generation != generation || text.len() > memory.most_bytes {
            return;
        }
        let until = (memory.now)().saturating_add(Duration::from_millis(ttl));
        memory.retain(|entry| entry.place != place || entry.owner != owner);
        memory.bytes = memory.bytes.saturating_add(text.len());
        memory.entries.push_back(Entry { place, owner, text: text.clone(), until });
        while memory.entries.len() > memory.most_entries || memory.bytes > memory.most_bytes {
            let Some(oldest) = memory.entries.pop_front() else { break };
            memory.bytes = memory.bytes.saturating_sub(oldest.text.len());
        }
    }

    /// Forgets what a server says has changed.
    pub(super) fn hear(&self, url: &str, note: &Notification<'_>) {
        for (told, methods) in [
            ("notifications/prompts/list_changed", &["prompts/list"][..]),
            (
                "notifications/resources/list_changed",
                &["resources/list", "resources/templates/list"],
            ),
            ("notifications/tools/list_changed", &["tools/list"]),
            // It may be a part of one that was read.
            ("notifications/resources/updated", &["resources/read"]),
        ] {
            if note.method == *told {
                self.forget(|kept| kept.url == url && methods.contains(&kept.method));
            }
        }
    }

    /// Forgets the list of tools.
    pub(super) fn forget_tools(&self, url: &str) {
        self.forget(|kept| kept.url == url && kept.method == "tools/list");
    }

    fn forget(&self, wrong: impl Fn(&Place) -> bool) {
        let mut memory = self.memory();
        memory.generation += 1;
        memory.retain(|entry| !wrong(&entry.place));
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        // What a panic elsewhere left behind is whole: nothing in here panics half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn retain(&mut self, keep: impl Fn(&Entry) -> bool) {
        self.entries.retain(keep);
        self.bytes = self.entries.iter().map(|entry| entry.text.len()).sum();
    }
}

impl Default for Cache {
    /// 256 results, 16 MiB, the clock of the system.
    fn default() -> Self {
        let start = Instant::now();
        Self::new(256, 16 * 1024 * 1024, move || start.elapsed())
    }
}

impl fmt::Debug for Cache {
    /// Shows the size only: results and bearers are in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let memory = self.memory();
        write!(f, "Cache({} results, {} bytes)", memory.entries.len(), memory.bytes)
    }
}
