//! What a client wants to be told, and what a server agrees to tell.

use super::refusal::is_array_of_strings;
use super::request::request;
use super::result::{member, promised};
use super::{Method, ResultError};
use crate::json::{Object, Str, Value};
use crate::writer::OutputTooSmall;

/// What the server shall tell.
///
/// [Subscriptions](https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SubscriptionFilter<'a> {
    /// That the list of prompts has changed.
    pub prompts: bool,
    /// That the list of resources has changed.
    pub resources: bool,
    /// That the list of tools has changed.
    pub tools: bool,
    /// That one of these resources has changed, by their URIs.
    pub resource_uris: &'a [&'a str],
    /// Where these tasks stand, by their ids; only with
    /// [`Capabilities::tasks`](super::Capabilities::tasks).
    pub task_ids: &'a [&'a str],
}

/// What the server has agreed to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcknowledgedFilter<'a>(Value<'a>);

const PROMPTS: &str = "promptsListChanged";
const RESOURCES: &str = "resourcesListChanged";
const TOOLS: &str = "toolsListChanged";
const RESOURCE_URIS: &str = "resourceSubscriptions";
const TASK_IDS: &str = "taskIds";

impl SubscriptionFilter<'_> {
    fn write(&self, filter: &mut Object<'_, '_>) {
        let lists = [(PROMPTS, self.prompts), (RESOURCES, self.resources), (TOOLS, self.tools)];
        for (name, wanted) in lists {
            if wanted {
                filter.bool(name, true);
            }
        }
        for (name, texts) in [(RESOURCE_URIS, self.resource_uris), (TASK_IDS, self.task_ids)] {
            if !texts.is_empty() {
                let mut array = filter.array(name);
                for text in texts {
                    array.str(text);
                }
                array.end();
            }
        }
    }

    /// Whether the server has agreed to everything.
    #[must_use]
    pub fn is_granted(&self, granted: &AcknowledgedFilter<'_>) -> bool {
        let has = |texts: &[&str], name| {
            texts.iter().all(|text| granted.strings(name).any(|granted| granted == **text))
        };
        (!self.prompts || granted.prompts())
            && (!self.resources || granted.resources())
            && (!self.tools || granted.tools())
            && has(self.resource_uris, RESOURCE_URIS)
            && has(self.task_ids, TASK_IDS)
    }
}

impl<'a> AcknowledgedFilter<'a> {
    /// Reads the parameters of `notifications/subscriptions/acknowledged`.
    ///
    /// # Errors
    /// [`ResultError`]: `notifications` is missing or no object; a member stands twice or has the wrong
    /// type.
    pub fn from_params(params: Value<'a>) -> Result<Self, ResultError> {
        let name = "notifications";
        let filter = promised(params, name)?;
        if !filter.is_object() {
            return Err(ResultError::WrongType(name));
        }
        for name in [PROMPTS, RESOURCES, TOOLS] {
            if member(filter, name)?.is_some_and(|granted| granted.as_bool().is_none()) {
                return Err(ResultError::WrongType(name));
            }
        }
        for name in [RESOURCE_URIS, TASK_IDS] {
            if member(filter, name)?.is_some_and(|granted| !is_array_of_strings(granted)) {
                return Err(ResultError::WrongType(name));
            }
        }
        Ok(Self(filter))
    }

    /// Whether changes of the list of prompts are told.
    pub fn prompts(&self) -> bool {
        self.flag(PROMPTS)
    }

    /// Whether changes of the list of resources are told.
    pub fn resources(&self) -> bool {
        self.flag(RESOURCES)
    }

    /// Whether changes of the list of tools are told.
    pub fn tools(&self) -> bool {
        self.flag(TOOLS)
    }

    /// The URIs of the resources whose changes are told.
    pub fn resource_uris(&self) -> impl Iterator<Item = Str<'a>> + use<'a> {
        self.strings(RESOURCE_URIS)
    }

    /// The ids of the tasks of which is told.
    pub fn task_ids(&self) -> impl Iterator<Item = Str<'a>> + use<'a> {
        self.strings(TASK_IDS)
    }

    fn flag(&self, name: &str) -> bool {
        matches!(self.0.member(name), Ok(Some(granted)) if granted.as_bool() == Some(true))
    }

    fn strings(&self, name: &str) -> impl Iterator<Item = Str<'a>> + use<'a> {
        let texts = self.0.member(name).ok().flatten();
        texts.unwrap_or(Value::empty_object()).items().filter_map(|text| text.as_str())
    }
}

impl<'r> Method<'r> {
    /// `subscriptions/listen`, since 2026-07-28: a request whose answer goes on until one side ends it.
    /// Read it with a [`Subscription`](crate::client::Subscription).
    ///
    /// # Errors
    /// [`OutputTooSmall`] when the parameters do not fit `room`.
    pub fn subscribe(
        filter: &SubscriptionFilter<'_>,
        room: &'r mut [u8],
    ) -> Result<Self, OutputTooSmall> {
        request("subscriptions/listen", None, room, |params| {
            let mut notifications = params.object("notifications");
            filter.write(&mut notifications);
            notifications.end();
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;
    use std::format;
    use std::vec::Vec;

    const ALL: SubscriptionFilter<'_> = SubscriptionFilter {
        prompts: true,
        resources: true,
        tools: true,
        resource_uris: &["file:///a", "x\"y"],
        task_ids: &["t"],
    };

    // The names are those of `SubscriptionFilter` in the schema of 2026-07-28 and of the tasks extension.
    const WRITTEN: &str = r#"{"notifications":{"promptsListChanged":true,"resourcesListChanged":true,
        "toolsListChanged":true,"resourceSubscriptions":["file:///a","x\"y"],"taskIds":["t"]}}"#;

    fn compact(text: &str) -> std::string::String {
        text.split_ascii_whitespace().collect()
    }

    #[test]
    fn only_what_is_wanted_is_written() {
        for (filter, expected) in [
            (SubscriptionFilter::default(), r#"{"notifications":{}}"#),
            (
                SubscriptionFilter { tools: true, ..SubscriptionFilter::default() },
                r#"{"notifications":{"toolsListChanged":true}}"#,
            ),
            (ALL, WRITTEN),
        ] {
            let mut room = [0; 256];
            let Ok(Method::Other { name, params: Some(params), mcp_name: None }) =
                Method::subscribe(&filter, &mut room)
            else {
                panic!()
            };
            assert_eq!(name, "subscriptions/listen");
            assert_eq!(params.text(), compact(expected));
        }
    }

    #[test]
    fn what_is_granted_is_compared_with_what_was_asked() {
        let granted = |text: &str, filter: &SubscriptionFilter<'_>| {
            let params = parse(text.as_bytes()).unwrap();
            filter.is_granted(&AcknowledgedFilter::from_params(params).unwrap())
        };
        assert!(granted(WRITTEN, &ALL));
        assert!(granted(WRITTEN, &SubscriptionFilter::default()));
        for name in [PROMPTS, RESOURCES, TOOLS] {
            let without = compact(WRITTEN).replace(&format!("\"{name}\":true"), "\"x\":1");
            assert!(!granted(&without, &ALL), "{without}");
            let refused =
                compact(WRITTEN).replace(&format!("\"{name}\":true"), &format!("\"{name}\":false"));
            assert!(!granted(&refused, &ALL), "{refused}");
        }
        assert!(!granted(&compact(WRITTEN).replace("file:///a", "file:///b"), &ALL));
        assert!(!granted(&compact(WRITTEN).replace("[\"t\"]", "[]"), &ALL));
        let params = parse(WRITTEN.as_bytes()).unwrap();
        let read = AcknowledgedFilter::from_params(params).unwrap();
        let texts =
            |texts: Vec<Str<'_>>| texts.iter().map(|text| format!("{text}")).collect::<Vec<_>>();
        assert_eq!(texts(read.resource_uris().collect()), ["file:///a", "x\"y"]);
        assert_eq!(texts(read.task_ids().collect()), ["t"]);
    }

    #[test]
    fn a_malformed_acknowledgement_is_an_error() {
        let of = |text: &str| {
            AcknowledgedFilter::from_params(parse(text.as_bytes()).unwrap()).map(|_| ())
        };
        for (filter, expected) in [
            ("{}", Ok(())),
            ("[]", Err(ResultError::WrongType("notifications"))),
            (r#"{"toolsListChanged":1}"#, Err(ResultError::WrongType(TOOLS))),
            (r#"{"resourceSubscriptions":"a"}"#, Err(ResultError::WrongType(RESOURCE_URIS))),
            (r#"{"resourceSubscriptions":[1]}"#, Err(ResultError::WrongType(RESOURCE_URIS))),
            (r#"{"taskIds":{}}"#, Err(ResultError::WrongType(TASK_IDS))),
            (
                r#"{"toolsListChanged":true,"toolsListChanged":true}"#,
                Err(ResultError::Duplicate(TOOLS)),
            ),
        ] {
            assert_eq!(of(&format!("{{\"notifications\":{filter}}}")), expected, "{filter}");
        }
        assert_eq!(of("{}"), Err(ResultError::Missing("notifications")));
    }
}
