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
    first: bool,
}

impl<'w, 'o> Object<'w, 'o> {
    /// Opens an object.
    pub fn begin(w: &'w mut Writer<'o>) -> Self {
        w.byte(b'{');
        Self { w, first: true }
    }

    /// Appends a name; the caller writes one value onto the returned writer.
    pub fn key(&mut self, name: &str) -> &mut Writer<'o> {
        if !self.first {
            self.w.byte(b',');
        }
        self.first = false;
        string(self.w, name);
        self.w.byte(b':');
        self.w
    }

    /// Appends a member with a string.
    pub fn str(&mut self, name: &str, text: &str) {
        string(self.key(name), text);
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
    pub fn unsigned(&mut self, name: &str, number: u64) {
        self.key(name).unsigned(number);
    }

    /// Appends a member with the text of `value`.
    pub fn value(&mut self, name: &str, value: Value<'_>) {
        self.key(name).bytes(value.raw());
    }

    /// Appends a member as it stood in another object.
    pub fn entry(&mut self, name: Str<'_>, value: Value<'_>) {
        if !self.first {
            self.w.byte(b',');
        }
        self.first = false;
        self.w.byte(b'"');
        self.w.bytes(name.raw());
        self.w.bytes(b"\":");
        self.w.bytes(value.raw());
    }

    /// Opens an object as a member.
    pub fn object(&mut self, name: &str) -> Object<'_, 'o> {
        Object::begin(self.key(name))
    }

    /// Appends an object as a member, unless `members` writes none.
    pub(crate) fn object_unless_empty(
        &mut self,
        name: &str,
        members: &dyn Fn(&mut Object<'_, '_>),
    ) {
        let (before, first) = (self.w.len(), self.first);
        let mut object = self.object(name);
        members(&mut object);
        let empty = object.first;
        object.end();
        if empty {
            self.w.take_back(before);
            self.first = first;
        }
    }

    /// Opens an array as a member.
    pub fn array(&mut self, name: &str) -> Array<'_, 'o> {
        Array::begin(self.key(name))
    }

    /// Closes the object.
    pub fn end(self) {
        self.w.byte(b'}');
    }
}

/// Writes an array element by element; [`Array::end`] closes it.
#[derive(Debug)]
#[must_use = "an array is open until `end`"]
pub struct Array<'w, 'o> {
    w: &'w mut Writer<'o>,
    first: bool,
}

impl<'w, 'o> Array<'w, 'o> {
    /// Opens an array.
    pub fn begin(w: &'w mut Writer<'o>) -> Self {
        w.byte(b'[');
        Self { w, first: true }
    }

    /// The caller writes one value onto the returned writer.
    pub fn item(&mut self) -> &mut Writer<'o> {
        if !self.first {
            self.w.byte(b',');
        }
        self.first = false;
        self.w
    }

    /// Appends a string.
    pub fn str(&mut self, text: &str) {
        string(self.item(), text);
    }

    /// Closes the array.
    pub fn end(self) {
        self.w.byte(b']');
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
