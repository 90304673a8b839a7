//! A document that comes in pieces and is never held.

mod pointer;
mod text;

use core::fmt;

use super::{JsonError, JsonErrorKind, MAX_DEPTH};
use text::{Progress, StringState};

pub use pointer::{InvalidPointer, Pointer};

/// Reads a document of any length piece by piece, with the verdict of [`parse`](super::parse).
///
/// It allocates nothing and looks at every byte once. Events come before it is known whether the
/// document is one: nothing is, until [`finish`](Self::finish) has said so.
///
/// ```
/// use mcpico_core::json::{Stream, StreamEvent};
///
/// let mut stream = Stream::new();
/// let mut text = String::new();
/// for mut piece in [&b"[\"caf\xc3"[..], b"\xa9\\u0020n", b"oir\"]"] {
///     while let Some(event) = stream.next_event(&mut piece)? {
///         if let StreamEvent::String(part) = event {
///             text.push_str(part.as_str());
///         }
///     }
/// }
/// assert_eq!(stream.finish()?, None);
/// assert_eq!(text, "café noir");
/// # Ok::<(), mcpico_core::json::JsonError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Stream {
    state: State,
    /// Bit 0 is the innermost container; 1 is an object.
    objects: u64,
    depth: u8,
    /// The string that is being read is a name.
    name: bool,
    string: StringState,
    /// Bytes before the piece.
    at: usize,
}

/// What may stand next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Behind a value: a comma, a closing bracket, or the end.
    After,
    Colon,
    /// The first element of an array, or its end.
    FirstItem,
    /// The first name of an object, or its end.
    FirstName,
    Failed(JsonErrorKind),
    /// The rest of a word, and what it is.
    Literal(&'static [u8], Lexeme),
    Name,
    Number(Digits),
    String,
    Value,
}

/// The place in a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Digits {
    Start,
    Sign,
    Zero,
    Integer,
    Point,
    Fraction,
    Exponent,
    PowerSign,
    Power,
}

/// What was read, without a borrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lexeme {
    Bool(bool),
    Char { name: bool, char: char },
    Digits,
    EndArray,
    EndNumber,
    EndObject,
    EndString { name: bool },
    Null,
    Run { name: bool },
    StartArray,
    StartObject,
}

/// What stands at the start of a piece, and where: `from..to` is its text, `to` bytes are done with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) lexeme: Option<Lexeme>,
    pub(crate) from: usize,
    pub(crate) to: usize,
}

impl Stream {
    /// Starts at the first byte of a document.
    pub const fn new() -> Self {
        Self {
            state: State::Value,
            objects: 0,
            depth: 0,
            name: false,
            string: StringState::new(),
            at: 0,
        }
    }

    /// The next event, taken off the front of `piece`; `None` when the piece is used up.
    ///
    /// # Errors
    /// [`JsonError`] with the position in the document; it is repeated.
    pub fn next_event<'t>(
        &mut self,
        piece: &mut &'t [u8],
    ) -> Result<Option<StreamEvent<'t>>, JsonError> {
        let text = *piece;
        let Step { lexeme, from, to } = self.step(text)?;
        *piece = text.get(to..).unwrap_or_default();
        let run = text.get(from..to).unwrap_or_default();
        Ok(lexeme.map(|lexeme| StreamEvent::new(lexeme, run)))
    }

    /// Declares that no more pieces will come: the end of a number that is the whole document, if it is
    /// one.
    ///
    /// # Errors
    /// [`JsonError`], as [`parse`](super::parse) would give it for all pieces joined.
    pub fn finish(&mut self) -> Result<Option<StreamEvent<'static>>, JsonError> {
        match self.state {
            State::After if self.depth == 0 => Ok(None),
            State::Number(digits) if self.depth == 0 && digits.is_whole() => {
                self.state = State::After;
                Ok(Some(StreamEvent::EndNumber))
            }
            State::Failed(_) => self.step(&[]).map(|_| None),
            _ => {
                let cut = self.string.carried();
                self.at = self.at.wrapping_sub(cut);
                self.fail(JsonErrorKind::UnexpectedEnd).map(|_| None)
            }
        }
    }

    /// Bytes of the document that have been read; for an error, its position.
    pub const fn position(&self) -> usize {
        self.at
    }

    /// Objects and arrays that are open.
    pub(crate) const fn depth(&self) -> u8 {
        self.depth
    }

    pub(crate) fn step(&mut self, piece: &[u8]) -> Result<Step, JsonError> {
        let mut at = 0_usize;
        while let Some(byte) = piece.get(at).copied() {
            let next = at.wrapping_add(1);
            match self.state {
                State::Failed(_) => break,
                State::String => return self.string(piece, at),
                State::Number(digits) => return self.number(digits, piece, at),
                State::Literal(word, lexeme) => match word.split_first() {
                    Some((expected, [])) if *expected == byte => {
                        self.state = State::After;
                        return Ok(self.found(lexeme, next, next));
                    }
                    Some((expected, rest)) if *expected == byte => {
                        self.state = State::Literal(rest, lexeme);
                    }
                    _ => return self.fail_at(at, JsonErrorKind::InvalidLiteral),
                },
                _ if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') => {}
                _ => match self.structure(byte) {
                    Ok(None) if matches!(self.state, State::Number(_)) => continue,
                    Ok(None) => {}
                    Ok(Some(lexeme)) => return Ok(self.found(lexeme, next, next)),
                    Err(kind) => return self.fail_at(at, kind),
                },
            }
            at = next;
        }
        match self.state {
            State::Failed(kind) => self.fail(kind),
            _ => Ok(self.nothing(at)),
        }
    }

    /// A byte outside strings, numbers, words and white space.
    fn structure(&mut self, byte: u8) -> Result<Option<Lexeme>, JsonErrorKind> {
        let object = self.objects & 1 == 1;
        match (self.state, byte) {
            (State::FirstName | State::Name, b'"') => self.open_string(true),
            (State::Colon, b':') => self.state = State::Value,
            (State::After, _) if self.depth == 0 => return Err(JsonErrorKind::TrailingBytes),
            (State::After, b',') => self.state = if object { State::Name } else { State::Value },
            (State::FirstName, b'}') => return Ok(Some(self.close(Lexeme::EndObject))),
            (State::FirstItem, b']') => return Ok(Some(self.close(Lexeme::EndArray))),
            (State::After, b'}') if object => return Ok(Some(self.close(Lexeme::EndObject))),
            (State::After, b']') if !object => return Ok(Some(self.close(Lexeme::EndArray))),
            (State::Value | State::FirstItem, _) => return self.value(byte),
            _ => return Err(JsonErrorKind::UnexpectedByte),
        }
        Ok(None)
    }

    /// The first byte of a value.
    fn value(&mut self, byte: u8) -> Result<Option<Lexeme>, JsonErrorKind> {
        match byte {
            b'{' => return self.open(State::FirstName, Lexeme::StartObject).map(Some),
            b'[' => return self.open(State::FirstItem, Lexeme::StartArray).map(Some),
            b'"' => self.open_string(false),
            b'-' | b'0'..=b'9' => self.state = State::Number(Digits::Start),
            b't' => self.state = State::Literal(b"rue", Lexeme::Bool(true)),
            b'f' => self.state = State::Literal(b"alse", Lexeme::Bool(false)),
            b'n' => self.state = State::Literal(b"ull", Lexeme::Null),
            byte if byte.is_ascii_alphabetic() => return Err(JsonErrorKind::InvalidLiteral),
            _ => return Err(JsonErrorKind::UnexpectedByte),
        }
        Ok(None)
    }

    fn open(&mut self, state: State, lexeme: Lexeme) -> Result<Lexeme, JsonErrorKind> {
        if u32::from(self.depth) >= MAX_DEPTH {
            return Err(JsonErrorKind::DepthExceeded);
        }
        self.depth = self.depth.wrapping_add(1);
        self.objects = self.objects << 1 | u64::from(state == State::FirstName);
        self.state = state;
        Ok(lexeme)
    }

    const fn close(&mut self, lexeme: Lexeme) -> Lexeme {
        self.depth = self.depth.wrapping_sub(1);
        self.objects >>= 1;
        self.state = State::After;
        lexeme
    }

    const fn open_string(&mut self, name: bool) {
        self.name = name;
        self.state = State::String;
    }

    fn string(&mut self, piece: &[u8], from: usize) -> Result<Step, JsonError> {
        let name = self.name;
        let rest = piece.get(from..).unwrap_or_default();
        match self.string.read(rest) {
            Progress::Need => Ok(self.nothing(piece.len())),
            Progress::Run(length) => {
                Ok(self.found(Lexeme::Run { name }, from, from.wrapping_add(length)))
            }
            Progress::Char(length, char) => {
                let to = from.wrapping_add(length);
                Ok(self.found(Lexeme::Char { name, char }, to, to))
            }
            Progress::End => {
                self.state = if name { State::Colon } else { State::After };
                let to = from.wrapping_add(1);
                Ok(self.found(Lexeme::EndString { name }, to, to))
            }
            Progress::Invalid { kind, done, back } => {
                self.fail_at(from.wrapping_add(done).wrapping_sub(back), kind)
            }
        }
    }

    fn number(&mut self, digits: Digits, piece: &[u8], from: usize) -> Result<Step, JsonError> {
        let mut digits = digits;
        let mut at = from;
        while let Some(byte) = piece.get(at) {
            let Some(next) = digits.after(*byte) else { break };
            digits = next;
            at = at.wrapping_add(1);
        }
        self.state = State::Number(digits);
        if at > from {
            return Ok(self.found(Lexeme::Digits, from, at));
        }
        // `01` is not the end of a number, although `0` is one.
        let ends = digits.is_whole()
            && (digits != Digits::Zero || !matches!(piece.get(at), Some(b'0'..=b'9')));
        if !ends {
            return self.fail_at(at, JsonErrorKind::InvalidNumber);
        }
        self.state = State::After;
        Ok(self.found(Lexeme::EndNumber, at, at))
    }

    const fn found(&mut self, lexeme: Lexeme, from: usize, to: usize) -> Step {
        self.at = self.at.wrapping_add(to);
        Step { lexeme: Some(lexeme), from, to }
    }

    const fn nothing(&mut self, to: usize) -> Step {
        self.at = self.at.wrapping_add(to);
        Step { lexeme: None, from: to, to }
    }

    fn fail_at(&mut self, at: usize, kind: JsonErrorKind) -> Result<Step, JsonError> {
        self.at = self.at.wrapping_add(at);
        self.fail(kind)
    }

    const fn fail(&mut self, kind: JsonErrorKind) -> Result<Step, JsonError> {
        self.state = State::Failed(kind);
        Err(JsonError { kind, at: self.at })
    }
}

impl Default for Stream {
    fn default() -> Self {
        Self::new()
    }
}

impl Digits {
    /// Whether a number may end here.
    const fn is_whole(self) -> bool {
        matches!(self, Self::Zero | Self::Integer | Self::Fraction | Self::Power)
    }

    /// The place behind `byte`; `None` when it does not belong to the number.
    const fn after(self, byte: u8) -> Option<Self> {
        Some(match (self, byte) {
            (Self::Start, b'-') => Self::Sign,
            (Self::Start | Self::Sign, b'0') => Self::Zero,
            (Self::Start | Self::Sign, b'1'..=b'9') | (Self::Integer, b'0'..=b'9') => Self::Integer,
            (Self::Zero | Self::Integer, b'.') => Self::Point,
            (Self::Point | Self::Fraction, b'0'..=b'9') => Self::Fraction,
            (Self::Zero | Self::Integer | Self::Fraction, b'e' | b'E') => Self::Exponent,
            (Self::Exponent, b'+' | b'-') => Self::PowerSign,
            (Self::Exponent | Self::PowerSign | Self::Power, b'0'..=b'9') => Self::Power,
            _ => return None,
        })
    }
}

/// The next thing in a document. A name, a string or a number comes in any number of parts, none when
/// it is empty, and then its end; no part cuts a character or an escape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamEvent<'t> {
    /// `true` or `false`
    Bool(bool),
    /// `]`
    EndArray,
    /// The name has ended; its value follows.
    EndName,
    /// The number has ended.
    EndNumber,
    /// `}`
    EndObject,
    /// The string has ended.
    EndString,
    /// Part of the name of a member, escapes resolved.
    Name(Part<'t>),
    /// `null`
    Null,
    /// Some of the characters of a number.
    Number(Part<'t>),
    /// `[`
    StartArray,
    /// `{`
    StartObject,
    /// Part of a string, escapes resolved.
    String(Part<'t>),
}

impl<'t> StreamEvent<'t> {
    pub(crate) fn new(lexeme: Lexeme, run: &'t [u8]) -> Self {
        match lexeme {
            Lexeme::Bool(value) => Self::Bool(value),
            Lexeme::Char { name, char } => Self::text(name, Part::from_char(char)),
            Lexeme::Digits => Self::Number(Part::from_run(run)),
            Lexeme::EndArray => Self::EndArray,
            Lexeme::EndNumber => Self::EndNumber,
            Lexeme::EndObject => Self::EndObject,
            Lexeme::EndString { name: true } => Self::EndName,
            Lexeme::EndString { name: false } => Self::EndString,
            Lexeme::Null => Self::Null,
            Lexeme::Run { name } => Self::text(name, Part::from_run(run)),
            Lexeme::StartArray => Self::StartArray,
            Lexeme::StartObject => Self::StartObject,
        }
    }

    const fn text(name: bool, part: Part<'t>) -> Self {
        if name { Self::Name(part) } else { Self::String(part) }
    }
}

/// Part of a name, a string or a number: whole characters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Part<'t>(Source<'t>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Source<'t> {
    /// A character that was escaped, or cut by the pieces.
    Char([u8; 4], u8),
    /// Text as it stands in the document.
    Run(&'t [u8]),
}

impl<'t> Part<'t> {
    fn from_char(char: char) -> Self {
        let mut bytes = [0; 4];
        let length = char.encode_utf8(&mut bytes).len();
        Self(Source::Char(bytes, u8::try_from(length).unwrap_or_default()))
    }

    const fn from_run(run: &'t [u8]) -> Self {
        Self(Source::Run(run))
    }

    /// Its bytes, which are UTF-8.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Source::Char(bytes, length) => bytes.get(..usize::from(*length)).unwrap_or_default(),
            Source::Run(run) => run,
        }
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

impl fmt::Debug for Part<'_> {
    /// Shows the length only: a string may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Part({} bytes)", self.as_bytes().len())
    }
}
