//! What a message says about itself, while it goes by.

use heapless::Vec;

use crate::error::PeerError;
use crate::json::Lexeme;
use crate::jsonrpc::MessageError;
use crate::mcp::ResultError;

/// Longest name and value that matters: an `i64` with its sign.
const WORD: usize = 20;

/// Gathers the envelope of one message from its lexemes, as strict as `Message::parse`.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent facts about the message")]
pub(super) struct Envelope {
    ours: u32,
    member: Option<Member>,
    /// The member of the result or the error.
    inner: Option<Inner>,
    /// A bit for each [`Member`] that has been named.
    seen: u8,
    /// The same for [`Inner`].
    seen_inner: u8,
    version: bool,
    /// The parameters are an object or an array, if there are any.
    params_valid: bool,
    id: Option<Owner>,
    code: Option<i64>,
    /// The error has a message, and that is a string.
    explained: bool,
    /// The result or the error is an object.
    object: bool,
    kind: Kind,
    /// The name or value that is being read; `None` when it is longer than any that matters.
    word: Option<Vec<u8, WORD, u8>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Member {
    Version = 1,
    Id = 2,
    Method = 4,
    Params = 8,
    Result = 16,
    Error = 32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Inner {
    Code = 1,
    Message = 2,
    Other = 4,
    ResultType = 8,
}

/// Whose request an id belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Nobody,
    Other,
    Us,
}

/// What the result says that it is. Only one that is complete can be handed out in parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Complete,
    InputRequired,
    Invalid(ResultError),
    Task,
}

/// What a message has turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// The error that answers our request.
    Error { code: i64 },
    /// No response to our request.
    Other,
    /// The result of our request.
    Result { kind: Kind },
}

impl Envelope {
    pub(super) const fn new(ours: u32) -> Self {
        Self {
            ours,
            member: None,
            inner: None,
            seen: 0,
            seen_inner: 0,
            version: false,
            params_valid: true,
            id: None,
            code: None,
            explained: false,
            object: false,
            kind: Kind::Complete,
            word: None,
        }
    }

    /// Takes the next lexeme; `depth` counts the containers that are open behind it. Whether it belongs
    /// to a result that may be ours.
    pub(super) fn take(
        &mut self,
        lexeme: Lexeme,
        text: &[u8],
        depth: u8,
    ) -> Result<bool, MessageError> {
        let mut shown = self.object && self.member == Some(Member::Result);
        match (depth, lexeme) {
            (0, Lexeme::EndObject) | (1, Lexeme::StartObject) => {}
            (0, _) => return Err(MessageError::NotAnObject),
            (1, Lexeme::StartArray) => return Err(MessageError::Batch),
            (2, Lexeme::StartObject) if self.answers() => {
                self.object = true;
                shown = self.member == Some(Member::Result);
            }
            (2, Lexeme::StartObject | Lexeme::StartArray) | (3.., _) => {}
            (_, Lexeme::Run { .. } | Lexeme::Digits) => self.gather(text),
            (_, Lexeme::Char { char, .. }) => {
                self.gather(char.encode_utf8(&mut [0; 4]).as_bytes());
            }
            (1, Lexeme::EndString { name: true }) => self.name()?,
            (1, _) => self.value(lexeme)?,
            (_, Lexeme::EndString { name: true }) if self.answers() => self.inner_name(),
            (_, _) => self.inner_value(lexeme),
        }
        let ends = !matches!(lexeme, Lexeme::Run { .. } | Lexeme::Char { .. } | Lexeme::Digits);
        if ends {
            self.word = Some(Vec::new());
        }
        Ok(shown && self.id != Some(Owner::Other))
    }

    /// What the whole message is; of the results of a modern revision the type is looked at.
    pub(super) fn finding(&self, modern: bool) -> Result<Finding, PeerError> {
        if !self.version {
            return Err(PeerError::Message(MessageError::Version));
        }
        if self.has(Member::Method) {
            return match (self.id, self.params_valid) {
                (Some(Owner::Nobody), _) => Err(PeerError::Message(MessageError::Id)),
                (_, false) => Err(PeerError::Message(MessageError::Params)),
                _ => Ok(Finding::Other),
            };
        }
        if self.has(Member::Error) {
            let whole = self.object && self.explained && self.kind == Kind::Complete;
            let code = self.code.filter(|_| whole);
            let code = code.ok_or(PeerError::Message(MessageError::ErrorObject))?;
            let others = self.id == Some(Owner::Other);
            return Ok(if others { Finding::Other } else { Finding::Error { code } });
        }
        if !self.has(Member::Result) {
            return Err(PeerError::Message(MessageError::Shape));
        }
        match self.id {
            Some(Owner::Us) if !self.object => Err(PeerError::Result(ResultError::NotAnObject)),
            Some(Owner::Us) if !modern => Ok(Finding::Result { kind: Kind::Complete }),
            Some(Owner::Us) => match self.kind {
                Kind::Invalid(error) => Err(PeerError::Result(error)),
                kind => Ok(Finding::Result { kind }),
            },
            Some(Owner::Other) => Ok(Finding::Other),
            Some(Owner::Nobody) | None => Err(PeerError::Message(MessageError::Id)),
        }
    }

    /// The name of a member has ended.
    fn name(&mut self) -> Result<(), MessageError> {
        const ROLES: u8 = Member::Method as u8 | Member::Result as u8 | Member::Error as u8;
        self.member = match self.word.as_deref() {
            Some(b"jsonrpc") => Some(Member::Version),
            Some(b"id") => Some(Member::Id),
            Some(b"method") => Some(Member::Method),
            Some(b"params") => Some(Member::Params),
            Some(b"result") => Some(Member::Result),
            Some(b"error") => Some(Member::Error),
            _ => None,
        };
        let Some(member) = self.member else { return Ok(()) };
        if self.has(member) {
            return Err(MessageError::Duplicate);
        }
        self.seen |= member as u8;
        if (self.seen & ROLES).count_ones() > 1 {
            return Err(MessageError::Shape);
        }
        Ok(())
    }

    /// The value of a member has ended.
    fn value(&mut self, lexeme: Lexeme) -> Result<(), MessageError> {
        let word = self.word.as_deref();
        match (self.member.take(), lexeme) {
            (Some(Member::Version), Lexeme::EndString { .. }) if word == Some(b"2.0") => {
                self.version = true;
            }
            (Some(Member::Version), _) => return Err(MessageError::Version),
            (Some(Member::Id), Lexeme::EndString { .. }) => self.id = Some(Owner::Other),
            (Some(Member::Id), Lexeme::Null) => self.id = Some(Owner::Nobody),
            (Some(Member::Id), Lexeme::EndNumber) => {
                let id = integer(word).ok_or(MessageError::Id)?;
                let us = id == i64::from(self.ours);
                self.id = Some(if us { Owner::Us } else { Owner::Other });
            }
            (Some(Member::Id), _) => return Err(MessageError::Id),
            (Some(Member::Method), Lexeme::EndString { .. })
            | (Some(Member::Params), Lexeme::EndObject | Lexeme::EndArray) => {}
            (Some(Member::Method), _) => return Err(MessageError::Method),
            (Some(Member::Params), _) => self.params_valid = false,
            _ => {}
        }
        Ok(())
    }

    /// The name of a member of the result or the error has ended.
    fn inner_name(&mut self) {
        let result = self.member == Some(Member::Result);
        self.inner = match self.word.as_deref() {
            Some(b"resultType") if result => Some(Inner::ResultType),
            Some(b"code") if !result => Some(Inner::Code),
            Some(b"message") if !result => Some(Inner::Message),
            Some(b"data") if !result => Some(Inner::Other),
            _ => None,
        };
        let Some(inner) = self.inner else { return };
        if self.seen_inner & inner as u8 != 0 {
            self.inner = None;
            self.kind = Kind::Invalid(ResultError::Duplicate("resultType"));
        }
        self.seen_inner |= inner as u8;
    }

    /// The value of a member of the result or the error has ended.
    fn inner_value(&mut self, lexeme: Lexeme) {
        let word = self.word.as_deref();
        match (self.inner.take(), lexeme) {
            (Some(Inner::Code), Lexeme::EndNumber) => self.code = integer(word),
            (Some(Inner::Message), Lexeme::EndString { .. }) => self.explained = true,
            (Some(Inner::ResultType), Lexeme::EndString { .. }) => {
                self.kind = match word {
                    Some(b"complete") => Kind::Complete,
                    Some(b"input_required") => Kind::InputRequired,
                    Some(b"task") => Kind::Task,
                    _ => Kind::Invalid(ResultError::UnknownResultType),
                };
            }
            (Some(Inner::ResultType), _) => {
                self.kind = Kind::Invalid(ResultError::WrongType("resultType"));
            }
            _ => {}
        }
    }

    fn gather(&mut self, text: &[u8]) {
        if let Some(word) = &mut self.word
            && word.extend_from_slice(text).is_err()
        {
            self.word = None;
        }
    }

    const fn has(&self, member: Member) -> bool {
        self.seen & member as u8 != 0
    }

    /// Whether the current member is the result or the error.
    const fn answers(&self) -> bool {
        matches!(self.member, Some(Member::Result | Member::Error))
    }
}

fn integer(digits: Option<&[u8]>) -> Option<i64> {
    core::str::from_utf8(digits?).ok()?.parse().ok()
}
