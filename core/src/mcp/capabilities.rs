//! What the client lets a server ask of it.

use super::{InputRequest, Revision};
use crate::json::Object;

/// What a server may ask of the client. Nothing is declared unless the caller does.
///
/// A request for something else is answered with an error.
///
/// [Capabilities](https://modelcontextprotocol.io/specification/2026-07-28/basic#capabilities)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// `elicitation/create`, since 2025-06-18.
    pub elicitation: Elicitation,
    /// `roots/list`
    pub roots: bool,
    /// `sampling/createMessage`
    pub sampling: bool,
    /// The extension `io.modelcontextprotocol/tasks`, since 2026-07-28: `tools/call` may be answered with a
    /// [task](super::Task).
    pub tasks: bool,
}

/// How a server may ask the user for something; with neither, not at all.
///
/// [Elicitation](https://modelcontextprotocol.io/specification/2026-07-28/client/elicitation)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Elicitation {
    /// By a form that the client shows.
    pub form: bool,
    /// By a page that the user opens, since 2025-11-25.
    pub url: bool,
}

impl Capabilities {
    /// Nothing.
    pub const NONE: Self = Self {
        elicitation: Elicitation { form: false, url: false },
        roots: false,
        sampling: false,
        tasks: false,
    };

    /// Whether a server may ask for this.
    #[must_use]
    pub fn allows(self, request: &InputRequest<'_>) -> bool {
        if request.method == *"elicitation/create" {
            let mode = request.params.and_then(|params| params.member("mode").transpose());
            return match mode.map(|mode| mode.ok().and_then(|mode| mode.as_str())) {
                // Without a mode it is a form.
                None => self.elicitation.form,
                Some(Some(mode)) if mode == *"form" => self.elicitation.form,
                Some(Some(mode)) if mode == *"url" => self.elicitation.url,
                Some(_) => false,
            };
        }
        (self.roots && request.method == *"roots/list")
            || (self.sampling && request.method == *"sampling/createMessage")
    }

    /// Appends them as the member `name`, as far as the revision has them.
    pub(crate) fn write(self, revision: Revision, object: &mut Object<'_, '_>, name: &str) {
        let mut declared = object.object(name);
        let Elicitation { form, url } = self.elicitation;
        let modes = revision >= Revision::V2025_11_25;
        let asks = revision >= Revision::V2025_06_18;
        if asks && form || modes && url {
            let mut elicitation = declared.object("elicitation");
            // Before there were modes, every elicitation was a form.
            if form && modes {
                elicitation.object("form").end();
            }
            if url && modes {
                elicitation.object("url").end();
            }
            elicitation.end();
        }
        if self.roots {
            declared.object("roots").end();
        }
        if self.sampling {
            declared.object("sampling").end();
        }
        if self.tasks && revision.is_modern() {
            let mut extensions = declared.object("extensions");
            extensions.object("io.modelcontextprotocol/tasks").end();
            extensions.end();
        }
        declared.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;
    use crate::writer::emit;

    fn written(capabilities: Capabilities, revision: Revision) -> std::string::String {
        let mut out = [0; 128];
        let text = emit(&mut out, |w| {
            let mut object = Object::begin(w);
            capabilities.write(revision, &mut object, "c");
            object.end();
        });
        std::str::from_utf8(text.unwrap()).unwrap().into()
    }

    // The shapes are those of `ClientCapabilities` in the schema of each revision.
    #[test]
    fn only_what_is_declared_and_known_is_written() {
        let modes = |form, url| Capabilities {
            elicitation: Elicitation { form, url },
            ..Capabilities::NONE
        };
        for (capabilities, revision, expected) in [
            (Capabilities::NONE, Revision::LATEST, "{}"),
            (modes(true, false), Revision::LATEST, r#"{"elicitation":{"form":{}}}"#),
            (modes(false, true), Revision::V2025_11_25, r#"{"elicitation":{"url":{}}}"#),
            (modes(true, true), Revision::LATEST, r#"{"elicitation":{"form":{},"url":{}}}"#),
            (modes(true, true), Revision::V2025_06_18, r#"{"elicitation":{}}"#),
            (modes(false, true), Revision::V2025_06_18, "{}"),
            (
                Capabilities { roots: true, sampling: true, ..Capabilities::NONE },
                Revision::V2024_11_05,
                r#"{"roots":{},"sampling":{}}"#,
            ),
            // As the page of the extension has it.
            (
                Capabilities { tasks: true, ..Capabilities::NONE },
                Revision::LATEST,
                r#"{"extensions":{"io.modelcontextprotocol/tasks":{}}}"#,
            ),
            (Capabilities { tasks: true, ..Capabilities::NONE }, Revision::LATEST_LEGACY, "{}"),
        ] {
            assert_eq!(written(capabilities, revision), std::format!("{{\"c\":{expected}}}"));
        }
    }

    #[test]
    fn what_is_not_declared_is_not_allowed() {
        let elicitation = |form, url| Capabilities {
            elicitation: Elicitation { form, url },
            ..Capabilities::NONE
        };
        let roots = Capabilities { roots: true, ..Capabilities::NONE };
        let sampling = Capabilities { sampling: true, ..Capabilities::NONE };
        let all = [elicitation(true, false), elicitation(false, true), roots, sampling];
        for (request, allowed) in [
            (r#"{"method":"elicitation/create"}"#, Some(0)),
            (r#"{"method":"elicitation/create","params":{}}"#, Some(0)),
            (r#"{"method":"elicitation/create","params":{"mode":"form"}}"#, Some(0)),
            (r#"{"method":"elicitation/create","params":{"mode":"url"}}"#, Some(1)),
            (r#"{"method":"elicitation/create","params":{"mode":"page"}}"#, None),
            (r#"{"method":"elicitation/create","params":{"mode":null}}"#, None),
            (r#"{"method":"elicitation/create","params":{"mode":"url","mode":"url"}}"#, None),
            (r#"{"method":"roots/list"}"#, Some(2)),
            (r#"{"method":"sampling/createMessage"}"#, Some(3)),
            (r#"{"method":"ping"}"#, None),
        ] {
            let parsed = InputRequest::from_value(parse(request.as_bytes()).unwrap()).unwrap();
            assert!(!Capabilities::NONE.allows(&parsed));
            for (index, capabilities) in all.iter().enumerate() {
                assert_eq!(capabilities.allows(&parsed), allowed == Some(index), "{request}");
            }
        }
    }
}
