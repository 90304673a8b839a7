//! What the server lists.

use serde_json::Value;

use super::selection::{first, similar};
use crate::surface::{self, Listing};
use crate::terminal::escape;

/// The lists of a server; `None` where it could not be read.
#[derive(Debug, Default)]
pub(super) struct Offer {
    pub(super) tools: Option<Listing>,
    pub(super) resources: Option<Listing>,
    pub(super) templates: Option<Listing>,
    pub(super) prompts: Option<Listing>,
}

impl Offer {
    pub(super) const fn list(&mut self, kind: surface::Kind) -> &mut Option<Listing> {
        match kind {
            surface::Kind::Tools => &mut self.tools,
            surface::Kind::Resources => &mut self.resources,
            surface::Kind::ResourceTemplates => &mut self.templates,
            surface::Kind::Prompts => &mut self.prompts,
        }
    }
}

/// The entry of that name.
pub(super) fn listed<'l>(
    listing: &'l Listing,
    kind: surface::Kind,
    name: &str,
) -> Option<&'l Value> {
    listing.entries.iter().find(|entry| entry[kind.key()] == name)
}

/// That there is no such entry, and what there is.
pub(super) fn not_listed(listing: &Listing, kind: surface::Kind, what: &str, name: &str) -> String {
    let names: Vec<_> =
        listing.entries.iter().filter_map(|entry| entry[kind.key()].as_str()).collect();
    let hint = match similar(name, &names) {
        Some(similar) => format!("; it lists {}", escape(similar)),
        None => format!("; it lists {}", first(&names)),
    };
    format!("the server does not list the {what} {}{hint}", escape(name))
}
