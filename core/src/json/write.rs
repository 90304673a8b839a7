//! Writing JSON onto a [`Writer`].

use super::{Str, Value};
use crate::writer::Writer;

/// Appends `text` as a JSON string, quoted and escaped.
pub fn string(w: &mut Writer<'_>, text: &str) {
    w.byte(b'"');
    let mut rest = text.as_bytes();
    loop {
        let plain = rest
            .iter()
            .position(|byte| matches!(byte, 0..=0x1f | b'"' | b'\\'))
            .unwrap_or(rest.len());
        let (run, after) = rest.split_at_checked(plain).unwrap_or((rest, &[]));
        w.bytes(run);
        let Some((byte, after)) = after.split_first() else { break };
        escape(w, *byte);
        rest = after;
    }
    w.byte(b'"');
}

fn escape(w: &mut Writer<'_>, byte: u8) {
    let short = match byte {
        b'"' | b'\\' => byte,
        0x08 => b'b',
        0x0c => b'f',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        _ => {
            let hex = |digit: u8| if digit < 10 { b'0' + digit } else { b'a' + digit - 10 };
            w.bytes(b"\\u00");
            w.byte(hex(byte >> 4));
            w.byte(hex(byte & 0xf));
            return;
        }
    };
    w.byte(b'\\');
    w.byte(short);
}

/// Writes an object member by member; [`Object::end`] closes it.
#[derive(Debug)]
#[must_use = "an object is open until `end`"]
pub struct Object<'w, 'o> {
    w: &'w mut Writer<'o>,
}

// Nothing but a writer, and methods that are inlined down to functions of one: so it stays in a register.
impl<'w, 'o> Object<'w, 'o> {
    /// Opens an object.
    #[inline]
    pub fn begin(w: &'w mut Writer<'o>) -> Self {
        w.open(b'{');
        Self { w }
    }

    /// Appends a name; the caller writes one value onto the returned writer.
    #[inline]
    pub fn key(&mut self, name: &str) -> &mut Writer<'o> {
        key(self.w, name);
        self.w
    }

    /// Appends a member with a string.
    #[inline]
    pub fn str(&mut self, name: &str, text: &str) {
        str_member(self.w, name, text);
    }

    /// Appends a member with a truth value.
    pub fn bool(&mut self, name: &str, value: bool) {
        self.key(name).str(if value { "true" } else { "false" });
    }

    /// Appends a member with a signed integer.
    pub fn signed(&mut self, name: &str, number: i64) {
        self.key(name).signed(number);
    }

    /// Appends a member with an unsigned integer.
    #[inline]
    pub fn unsigned(&mut self, name: &str, number: u64) {
        self.key(name).unsigned(number);
    }

    /// Appends a member with the text of `value`.
    #[inline]
    pub fn value(&mut self, name: &str, value: Value<'_>) {
        value_member(self.w, name, value);
    }

    /// Appends a member as it stood in another object.
    #[inline]
    pub fn entry(&mut self, name: Str<'_>, value: Value<'_>) {
        self.w.separate();
        self.w.byte(b'"');
        self.w.bytes(name.raw());
        self.w.bytes(b"\":");
        self.w.bytes(value.raw());
    }

    /// Opens an object as a member.
    #[inline]
    pub fn object(&mut self, name: &str) -> Object<'_, 'o> {
        key(self.w, name);
        self.w.open(b'{');
        Object { w: self.w }
    }

    /// Appends an object as a member, unless `members` writes none.
    pub(crate) fn object_unless_empty(
        &mut self,
        name: &str,
        members: &dyn Fn(&mut Object<'_, '_>),
    ) {
        let before = self.w.mark();
        let mut object = self.object(name);
        let opened = object.w.len();
        members(&mut object);
        let empty = object.w.len() == opened;
        object.end();
        if empty {
            self.w.take_back(before);
        }
    }

    /// Opens an array as a member.
    pub fn array(&mut self, name: &str) -> Array<'_, 'o> {
        Array::begin(self.key(name))
    }

    /// Closes the object.
    #[inline]
    pub fn end(self) {
        self.w.close(b'}');
    }
}

fn key(w: &mut Writer<'_>, name: &str) {
    w.separate();
    string(w, name);
    w.byte(b':');
}

fn str_member(w: &mut Writer<'_>, name: &str, text: &str) {
    key(w, name);
    string(w, text);
}

fn value_member(w: &mut Writer<'_>, name: &str, value: Value<'_>) {
    key(w, name);
    w.bytes(value.raw());
}

/// Writes an array element by element; [`Array::end`] closes it.
#[derive(Debug)]
#[must_use = "an array is open until `end`"]
pub struct Array<'w, 'o> {
    w: &'w mut Writer<'o>,
}

impl<'w, 'o> Array<'w, 'o> {
    /// Opens an array.
    #[inline]
    pub fn begin(w: &'w mut Writer<'o>) -> Self {
        w.open(b'[');
        Self { w }
    }

    /// The caller writes one value onto the returned writer.
    #[inline]
    pub fn item(&mut self) -> &mut Writer<'o> {
        self.w.separate();
        self.w
    }

    /// Appends a string.
    #[inline]
    pub fn str(&mut self, text: &str) {
        string(self.item(), text);
    }

    /// Closes the array.
    #[inline]
    pub fn end(self) {
        self.w.close(b']');
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use crate::writer::emit;

    #[test]
    fn serde_json_reads_what_is_written() {
        let mut out = [0; 256];
        let text = emit(&mut out, |w| {
            let mut object = Object::begin(w);
            object.str("name", "a\"b\\\u{1}\u{1f}\n\u{7f}é");
            object.signed("min", i64::MIN);
            object.unsigned("max", u64::MAX);
            object.bool("yes", true);
            object.value("raw", parse(b" [1, 2] ").unwrap());
            let mut inner = object.object("inner");
            inner.bool("no", false);
            inner.end();
            let mut array = object.array("list");
            array.str("x");
            array.item().signed(-1);
            array.end();
            object.object("empty").end();
            object.end();
        })
        .unwrap();
        let expected = serde_json::json!({
            "name": "a\"b\\\u{1}\u{1f}\n\u{7f}é", "min": i64::MIN, "max": u64::MAX, "yes": true,
            "raw": [1, 2], "inner": {"no": false}, "list": ["x", -1], "empty": {}
        });
        assert_eq!(serde_json::from_slice::<serde_json::Value>(text).unwrap(), expected);
        assert!(parse(text).is_ok());
    }
}
