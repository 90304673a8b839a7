//! One value of a document that is never held.

use core::fmt;

use super::StreamEvent;
use crate::json::DuplicateName;

/// Finds the events of one value among those of a document.
///
/// `/content/0/text` is the member `text` of the first element of the member `content`. An empty pointer
/// is the whole document.
///
/// ```
/// use mcpico_core::json::{Pointer, Stream, StreamEvent};
///
/// let mut piece = &br#"{"content":[{"type":"text","text":"Hello"}]}"#[..];
/// let (mut stream, mut pointer) = (Stream::new(), Pointer::new("/content/0/text")?);
/// let mut text = String::new();
/// while let Some(event) = stream.next_event(&mut piece)? {
///     if pointer.take(&event)? && let StreamEvent::String(part) = event {
///         text.push_str(part.as_str());
///     }
/// }
/// assert_eq!(text, "Hello");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// [RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)
#[derive(Clone, Debug)]
pub struct Pointer<'p> {
    path: &'p [u8],
    /// Containers that are open.
    depth: u32,
    /// How many of them lead to the value, from the outermost on.
    matched: u32,
    /// The element that is next in the innermost of those, when it is an array.
    index: Option<u32>,
    /// The member or element on the way has been passed there.
    passed: bool,
    name: Name,
    /// Containers that were open when the value began.
    inside: Option<u32>,
    found: bool,
}

/// The name of the member that is next, or its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    /// The first bytes are those of the wanted name.
    Start(usize),
    Other,
    Wanted,
}

impl<'p> Pointer<'p> {
    /// Starts before the document.
    ///
    /// # Errors
    /// [`InvalidPointer`]
    pub fn new(path: &'p str) -> Result<Self, InvalidPointer> {
        let mut bytes = path.bytes();
        if bytes.next().is_some_and(|first| first != b'/') {
            return Err(InvalidPointer);
        }
        while let Some(byte) = bytes.next() {
            if byte == b'~' && !matches!(bytes.next(), Some(b'0' | b'1')) {
                return Err(InvalidPointer);
            }
        }
        Ok(Self {
            path: path.as_bytes(),
            depth: 0,
            matched: 0,
            index: None,
            passed: false,
            name: Name::Start(0),
            inside: None,
            found: false,
        })
    }

    /// Whether `event`, the next one of the document, belongs to the value.
    ///
    /// # Errors
    /// [`DuplicateName`] when a name on the way to the value stands twice: what came first is void then.
    pub fn take(&mut self, event: &StreamEvent<'_>) -> Result<bool, DuplicateName> {
        let on_way = self.depth == self.matched && self.inside.is_none();
        match event {
            StreamEvent::Name(part) if on_way => self.compare(part.as_bytes()),
            StreamEvent::EndName if on_way => {
                if self.is_wanted() && self.passed {
                    return Err(DuplicateName);
                }
                self.name = if self.is_wanted() { Name::Wanted } else { Name::Other };
            }
            _ => {}
        }
        if matches!(event, StreamEvent::Name(_) | StreamEvent::EndName) {
            return Ok(self.inside.is_some());
        }
        let close = matches!(event, StreamEvent::EndArray | StreamEvent::EndObject);
        if on_way && !close && self.leads_on() {
            if self.is_last() {
                self.inside = Some(self.depth);
                self.found = true;
            } else if matches!(event, StreamEvent::StartArray | StreamEvent::StartObject) {
                self.matched = self.matched.saturating_add(1);
                self.index = (*event == StreamEvent::StartArray).then_some(0);
                self.passed = false;
            }
        }
        let selected = self.inside.is_some();
        match event {
            StreamEvent::StartArray | StreamEvent::StartObject => {
                self.depth = self.depth.saturating_add(1);
                self.name = Name::Start(0);
                return Ok(selected);
            }
            StreamEvent::EndArray | StreamEvent::EndObject => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth < self.matched {
                    self.matched = self.depth;
                    self.passed = true;
                }
            }
            StreamEvent::Number(_) | StreamEvent::String(_) => return Ok(selected),
            _ => {}
        }
        self.end_value();
        Ok(selected)
    }

    /// Whether the value has begun.
    pub const fn is_found(&self) -> bool {
        self.found
    }

    /// A value has ended.
    fn end_value(&mut self) {
        if self.inside.is_some_and(|depth| depth == self.depth) {
            self.inside = None;
            self.passed = true;
        }
        if self.depth == self.matched {
            self.passed |= self.name == Name::Wanted;
            self.name = Name::Start(0);
            self.index = self.index.and_then(|index| index.checked_add(1));
        }
    }

    /// Whether the value that begins here is on the way.
    fn leads_on(&self) -> bool {
        if self.passed {
            return false;
        }
        match (self.depth, self.index) {
            (0, _) => true,
            (_, Some(index)) => self.reference().is_some_and(|wanted| is_index(wanted, index)),
            (_, None) => self.name == Name::Wanted,
        }
    }

    /// Compares the next part of a name.
    fn compare(&mut self, part: &[u8]) {
        let Name::Start(length) = self.name else { return };
        let Some(wanted) = self.reference() else { return };
        let mut rest = unescaped(wanted).skip(length);
        self.name = if part.iter().all(|byte| rest.next() == Some(*byte)) {
            Name::Start(length.saturating_add(part.len()))
        } else {
            Name::Other
        };
    }

    /// The reference token for the children of the container that was entered last.
    fn reference(&self) -> Option<&'p [u8]> {
        let rest = behind_slashes(self.path, self.matched)?;
        rest.get(..crate::search::first(b'/', rest).unwrap_or(rest.len()))
    }

    /// Whether that is the last one, or there is none.
    fn is_last(&self) -> bool {
        behind_slashes(self.path, self.matched.saturating_add(1)).is_none()
    }

    /// Whether the name that has ended is the wanted one.
    fn is_wanted(&self) -> bool {
        let Name::Start(length) = self.name else { return false };
        self.reference().is_some_and(|wanted| unescaped(wanted).nth(length).is_none())
    }
}

/// What stands behind so many slashes.
fn behind_slashes(path: &[u8], count: u32) -> Option<&[u8]> {
    (0..count)
        .try_fold(path, |rest, _| rest.get(crate::search::first(b'/', rest)?.wrapping_add(1)..))
}

/// The bytes that a reference token stands for.
fn unescaped(token: &[u8]) -> impl Iterator<Item = u8> {
    let mut bytes = token.iter().copied();
    core::iter::from_fn(move || {
        let byte = bytes.next()?;
        if byte != b'~' {
            return Some(byte);
        }
        bytes.next().map(|escape| if escape == b'0' { b'~' } else { b'/' })
    })
}

/// Whether the token is that index, without leading zeros.
fn is_index(token: &[u8], index: u32) -> bool {
    let number = token.iter().try_fold(0_u32, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| u32::from(byte & 0xf))?;
        number.checked_mul(10)?.checked_add(digit)
    });
    let leading = token.len() > 1 && token.first() == Some(&b'0');
    !token.is_empty() && !leading && number == Some(index)
}

/// The text is neither empty nor starts with a slash, or has a `~` that is followed by neither 0 nor 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct InvalidPointer;

impl fmt::Display for InvalidPointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON pointer is empty or starts with a slash, and ~ is followed by 0 or 1")
    }
}

impl core::error::Error for InvalidPointer {}
