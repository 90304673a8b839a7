//! `Mcp-Param-*`: the arguments of a tool call that go into headers, too.

use core::fmt;

use super::encode_header_value;
use crate::http1::is_token;
use crate::json::{Entries, Str, Value};
use crate::writer::Writer;

/// Most annotated properties of one tool.
pub const MAX_PARAM_HEADERS: usize = 32;

/// Deepest nesting of `properties` that is searched for annotations.
pub const MAX_SCHEMA_DEPTH: usize = 8;

/// Longest name of a header, without `Mcp-Param-`.
const MAX_NAME: usize = 64;

const ANNOTATION: &str = "x-mcp-header";

/// The annotations of a tool's `inputSchema`.
///
/// A client of revision 2026-07-28 has to leave a tool out of the list when this is an error.
///
/// # Errors
/// [`ParamHeaderError`]: an annotation is not a token, stands twice (compared without case), is on a
/// property of another type than string, integer or boolean, or is not reached through `properties`
/// alone.
///
/// [Revision 2026-07-28, schema extension](https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#schema-extension)
pub fn param_headers(input_schema: Value<'_>) -> Result<ParamHeaders<'_>, ParamHeaderError> {
    let annotations = input_schema.names().filter(|name| *name == *ANNOTATION).count();
    let mut headers = ParamHeaders::new();
    if annotations == 0 {
        return Ok(headers);
    }
    headers.descend(input_schema)?;
    let mut names = [Str::EMPTY; MAX_PARAM_HEADERS];
    let mut found = 0_usize;
    while let Some(name) = headers.advance()? {
        // No annotation is empty.
        if names.iter().any(|earlier| same_name(*earlier, name)) {
            return Err(ParamHeaderError::Duplicate);
        }
        *names.get_mut(found).ok_or(ParamHeaderError::TooMany)? = name;
        found = found.wrapping_add(1);
    }
    // A property may itself be called so; every other occurrence is out of reach.
    if annotations != found.wrapping_add(headers.properties) {
        return Err(ParamHeaderError::OutOfReach);
    }
    headers = ParamHeaders::new();
    headers.descend(input_schema)?;
    Ok(headers)
}

/// Iterates over the annotations of a checked schema; made by [`param_headers`].
#[derive(Clone, Debug)]
pub struct ParamHeaders<'a> {
    levels: [Level<'a>; MAX_SCHEMA_DEPTH],
    /// Levels that have been entered and not left.
    depth: usize,
    /// Properties that are called like the annotation.
    properties: usize,
}

/// A `properties` object on the way down, and the property that is being looked at.
#[derive(Clone, Debug)]
struct Level<'a> {
    entries: Entries<'a>,
    name: Option<Str<'a>>,
}

impl<'a> ParamHeaders<'a> {
    fn new() -> Self {
        let level = |_| Level { entries: Value::empty_object().entries(), name: None };
        Self { levels: core::array::from_fn(level), depth: 0, properties: 0 }
    }

    /// Moves on to the next annotation, and gives the name in it; its path is that of the levels.
    fn advance(&mut self) -> Result<Option<Str<'a>>, ParamHeaderError> {
        while let Some(last) = self.depth.checked_sub(1) {
            let Some(level) = self.levels.get_mut(last) else { break };
            let next = level.entries.next();
            level.name = next.map(|(name, _)| name);
            let Some((name, schema)) = next else {
                self.depth = last;
                continue;
            };
            if name == *ANNOTATION {
                self.properties = self.properties.wrapping_add(1);
            }
            let annotation = member(schema, ANNOTATION)?;
            self.descend(schema)?;
            if let Some(annotation) = annotation {
                let name = annotation.as_str().filter(|name| is_name(*name));
                let name = name.ok_or(ParamHeaderError::Name)?;
                let kind = member(schema, "type")?.and_then(|kind| kind.as_str());
                let allowed = ["string", "integer", "boolean"];
                if !kind.is_some_and(|kind| allowed.iter().any(|allowed| kind == **allowed)) {
                    return Err(ParamHeaderError::Type);
                }
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    fn descend(&mut self, schema: Value<'a>) -> Result<(), ParamHeaderError> {
        if let Some(properties) = member(schema, "properties")? {
            let level = self.levels.get_mut(self.depth).ok_or(ParamHeaderError::TooDeep)?;
            *level = Level { entries: properties.entries(), name: None };
            self.depth = self.depth.wrapping_add(1);
        }
        Ok(())
    }
}

impl<'a> Iterator for ParamHeaders<'a> {
    type Item = ParamHeader<'a>;

    fn next(&mut self) -> Option<ParamHeader<'a>> {
        let name = self.advance().ok()??;
        // A level that has just been entered has no name yet.
        let path = self.levels.each_ref().map(|level| level.name);
        Some(ParamHeader { name, path })
    }
}

/// One annotated property.
#[derive(Clone, Debug)]
pub struct ParamHeader<'a> {
    /// The name of the header after `Mcp-Param-`, a token.
    pub name: Str<'a>,
    /// The names on the way to it.
    path: [Option<Str<'a>>; MAX_SCHEMA_DEPTH],
}

impl ParamHeader<'_> {
    /// Appends the header line for the value in `arguments`; nothing when it is absent or null.
    ///
    /// # Errors
    /// [`ParamHeaderError::Argument`] when it is neither string, boolean nor an integer within 2^53 - 1,
    /// [`ParamHeaderError::Duplicate`] when a name on the way to it stands twice.
    pub(crate) fn write(
        &self,
        w: &mut Writer<'_>,
        arguments: Option<Value<'_>>,
    ) -> Result<(), ParamHeaderError> {
        const SAFE: u64 = (1 << 53) - 1;
        let Some(mut value) = arguments else { return Ok(()) };
        for step in self.path.iter().flatten() {
            let mut found = value.entries().filter(|(name, _)| name == step);
            let Some((_, inner)) = found.next() else { return Ok(()) };
            if found.next().is_some() {
                return Err(ParamHeaderError::Duplicate);
            }
            value = inner;
        }
        if value.is_null() {
            return Ok(());
        }
        let number = value.as_number().and_then(|number| number.as_i64());
        let number = number.filter(|number| number.unsigned_abs() <= SAFE);
        let text = value.as_str();
        if text.is_none() && value.as_bool().is_none() && number.is_none() {
            return Err(ParamHeaderError::Argument);
        }
        w.str("Mcp-Param-");
        self.name.write(w);
        w.str(": ");
        match (text, number) {
            (Some(text), _) => encode_header_value(w, text.chars()),
            // Not as it stands: `-0` is 0 to whoever compares the header with the body.
            (None, Some(number)) => w.signed(number),
            (None, None) => w.bytes(value.raw()),
        }
        w.str("\r\n");
        Ok(())
    }
}

/// Why a tool cannot be used, or an argument not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ParamHeaderError {
    /// An annotated argument is neither string, boolean nor an integer within 2^53 - 1.
    Argument,
    /// Two annotations are equal without case, or a name in the schema stands twice.
    Duplicate,
    /// An annotation is no token of 1 to 64 characters.
    Name,
    /// An annotation is not reached through `properties` alone.
    OutOfReach,
    /// `properties` nest deeper than [`MAX_SCHEMA_DEPTH`].
    TooDeep,
    /// More than [`MAX_PARAM_HEADERS`] annotations.
    TooMany,
    /// An annotated property is of another type than string, integer or boolean.
    Type,
}

impl fmt::Display for ParamHeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Argument => {
                "an argument that goes into a header is not a string, boolean or safe integer"
            }
            Self::Duplicate => "an x-mcp-header or a property of the schema stands twice",
            Self::Name => "an x-mcp-header is not a token of 1 to 64 characters",
            Self::OutOfReach => "an x-mcp-header is not reached through properties alone",
            Self::TooDeep => "the properties of the schema nest deeper than 8 levels",
            Self::TooMany => "the schema has more than 32 x-mcp-header annotations",
            Self::Type => "an x-mcp-header is on a property that is no string, integer or boolean",
        })
    }
}

impl core::error::Error for ParamHeaderError {}

fn member<'a>(schema: Value<'a>, name: &str) -> Result<Option<Value<'a>>, ParamHeaderError> {
    schema.member(name).map_err(|_| ParamHeaderError::Duplicate)
}

fn same_name(a: Str<'_>, b: Str<'_>) -> bool {
    a.chars().map(|c| c.to_ascii_lowercase()).eq(b.chars().map(|c| c.to_ascii_lowercase()))
}

fn is_name(name: Str<'_>) -> bool {
    name.copy_to(&mut [0; MAX_NAME]).is_ok_and(|name| is_token(name.as_bytes()))
}
