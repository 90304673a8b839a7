//! JSON, as far as results and arguments need it.

use core::ffi::c_char;

use mcpico_core::json::{Entries, Items, Kind, Str, Value, parse, write_string};

use crate::boundary::{Output, bytes, entry, mcpico_str, out, text};
use crate::object::{Storage, get_mut, object};
use crate::outcome::{Outcome, Status};
use crate::status::{MCPICO_ERROR_NOT_FOUND, MCPICO_ERROR_OUT_OF_RANGE, MCPICO_ERROR_WRONG_TYPE};

/// `null`
pub const MCPICO_JSON_NULL: u32 = 1;
/// `true` or `false`
pub const MCPICO_JSON_BOOL: u32 = 2;
/// A number.
pub const MCPICO_JSON_NUMBER: u32 = 3;
/// `"…"`
pub const MCPICO_JSON_STRING: u32 = 4;
/// `[…]`
pub const MCPICO_JSON_ARRAY: u32 = 5;
/// `{…}`
pub const MCPICO_JSON_OBJECT: u32 = 6;

/// The kind of a document, MCPICO_JSON_*. It is read whole, so this also says whether it is one.
///
/// Errors: JSON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_json_kind(
    json: *const c_char,
    json_len: usize,
    kind: *mut u32,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe {
        read(json, json_len, kind, |value| {
            Ok(match value.kind() {
                Kind::Null => MCPICO_JSON_NULL,
                Kind::Bool => MCPICO_JSON_BOOL,
                Kind::Number => MCPICO_JSON_NUMBER,
                Kind::String => MCPICO_JSON_STRING,
                Kind::Array => MCPICO_JSON_ARRAY,
                Kind::Object => MCPICO_JSON_OBJECT,
            })
        })
    })
}

/// The member called `name` of an object; a part of `json`, without the white space around it.
///
/// Errors: JSON, WRONG_TYPE when it is no object, NOT_FOUND, JSON_DUPLICATE when two members have that name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_json_member(
    json: *const c_char,
    json_len: usize,
    name: *const c_char,
    name_len: usize,
    member: *mut mcpico_str,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let name = unsafe { text(name, name_len) }?;
        // SAFETY: the same.
        unsafe { read(json, json_len, member, |value| part(of_name(value, name)?)) }
    })
}

/// Element number `index`, from 0, of an array; a part of `json`. For all elements there is mcpico_json_iterator.
///
/// Errors: JSON, WRONG_TYPE when it is no array, NOT_FOUND behind the last one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_json_element(
    json: *const c_char,
    json_len: usize,
    index: usize,
    element: *mut mcpico_str,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe { read(json, json_len, element, |value| part(of_index(value, index)?)) })
}

/// The value that a JSON Pointer (RFC 6901) names, such as `/content/0/text`; a part of `json`. The empty pointer names
/// the document.
///
/// Errors: JSON; NOT_FOUND also where the way leads through a value that has no members or elements, or the pointer is
/// malformed; JSON_DUPLICATE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_json_at(
    json: *const c_char,
    json_len: usize,
    pointer: *const c_char,
    pointer_len: usize,
    value: *mut mcpico_str,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let pointer = unsafe { text(pointer, pointer_len) }?;
        // SAFETY: the same.
        unsafe { read(json, json_len, value, |value| part(at(value, pointer)?)) }
    })
}

/// Copies a string, its escapes resolved.
///
/// Errors: JSON, WRONG_TYPE, BUFFER_TOO_SMALL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_json_string(
    json: *const c_char,
    json_len: usize,
    buf: *mut c_char,
    cap: usize,
    out_len: *mut usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let output = unsafe { Output::new(buf, cap, out_len) }?;
        // SAFETY: the same.
        let json = unsafe { bytes(json, json_len) }?;
        let output = output.apart_from(json)?;
        let string = parse(json)?.as_str().ok_or(WRONG_TYPE)?;
        output.write(|w| string.write(w))
    })
}

/// Whether the document is a string that is equal to `expected`, its escapes resolved: 0 or 1.
///
/// Errors: JSON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_json_equals(
    json: *const c_char,
    json_len: usize,
    expected: *const c_char,
    expected_len: usize,
    equal: *mut i32,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let expected = unsafe { text(expected, expected_len) }?;
        // SAFETY: the same.
        unsafe {
            read(json, json_len, equal, |value| {
                Ok(value.as_str().is_some_and(|string| string == *expected).into())
            })
        }
    })
}

/// A truth value: 0 or 1.
///
/// Errors: JSON, WRONG_TYPE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_json_bool(
    json: *const c_char,
    json_len: usize,
    value: *mut i32,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe {
        read(json, json_len, value, |value| value.as_bool().map(i32::from).ok_or(WRONG_TYPE))
    })
}

/// An integer that is written without fraction and exponent. For another number take its text, which is `json`, to strtod
/// or std::from_chars.
///
/// Errors: JSON, WRONG_TYPE, OUT_OF_RANGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_json_int64(
    json: *const c_char,
    json_len: usize,
    value: *mut i64,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe {
        read(json, json_len, value, |value| {
            let number = value.as_number().ok_or(WRONG_TYPE)?;
            let whole = number.raw().iter().all(|byte| matches!(byte, b'-' | b'0'..=b'9'));
            if whole { number.as_i64().ok_or(OUT_OF_RANGE) } else { Err(WRONG_TYPE) }
        })
    })
}

/// Writes a text as a JSON string, quoted and escaped, to be put into arguments.
///
/// Errors: NOT_UTF8, BUFFER_TOO_SMALL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_json_quote(
    string: *const c_char,
    string_len: usize,
    buf: *mut c_char,
    cap: usize,
    out_len: *mut usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let output = unsafe { Output::new(buf, cap, out_len) }?;
        // SAFETY: the same.
        let string = unsafe { text(string, string_len) }?;
        output.apart_from(string.as_bytes())?.write(|w| write_string(w, string))
    })
}

/// Words of an iterator.
pub const MCPICO_JSON_ITERATOR_WORDS: usize = 10;

/// Goes over the members of an object or the elements of an array. It borrows the document.
#[repr(C)]
pub struct mcpico_json_iterator {
    /// Not to be touched.
    opaque: [u64; MCPICO_JSON_ITERATOR_WORDS],
}

pub(crate) struct Iteration {
    document: *const c_char,
    left: Left,
}

enum Left {
    Members(Entries<'static>),
    Elements(Items<'static>),
}

object!(mcpico_json_iterator, Iteration, b"mjit");

/// Starts before the first member or element.
///
/// Errors: JSON, WRONG_TYPE when it is neither an object nor an array.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_json_iterator_init(
    iterator: *mut mcpico_json_iterator,
    json: *const c_char,
    json_len: usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let storage = unsafe { Storage::new(iterator) }?;
        // SAFETY: the same.
        let value = parse(unsafe { bytes(json, json_len) }?)?;
        let left = match value.kind() {
            Kind::Object => Left::Members(value.entries()),
            Kind::Array => Left::Elements(value.items()),
            _ => return Err(WRONG_TYPE),
        };
        storage.init(Iteration { document: json, left });
        Ok(())
    })
}

/// The next member or element. `name` is the name of the member, as a JSON string, and has `data` NULL for an element;
/// the pointer may be NULL when nobody wants it.
///
/// Errors: NOT_FOUND behind the last one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_json_iterator_next(
    iterator: *mut mcpico_json_iterator,
    name: *mut mcpico_str,
    value: *mut mcpico_str,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let value_out = unsafe { out(value) }?;
        // SAFETY: as above.
        let name_out = if name.is_null() { None } else { Some(unsafe { out(name) }?) };
        // SAFETY: as above.
        let iteration = unsafe { get_mut(iterator) }?;
        let (name, value) = match &mut iteration.left {
            Left::Members(members) => members.next().map(|(name, value)| (Some(name), value)),
            Left::Elements(elements) => elements.next().map(|value| (None, value)),
        }
        .ok_or(NOT_FOUND)?;
        if let Some(to) = name_out {
            let quoted = |name| with_quotes(iteration.document, name);
            to.write(name.map_or(mcpico_str::ABSENT, quoted));
        }
        value_out.write(mcpico_str::of(value.raw()));
        Ok(())
    })
}

const NOT_FOUND: Status = Status(MCPICO_ERROR_NOT_FOUND);
const WRONG_TYPE: Status = Status(MCPICO_ERROR_WRONG_TYPE);
const OUT_OF_RANGE: Status = Status(MCPICO_ERROR_OUT_OF_RANGE);

/// The one of `quoted` that has this text between its quotes, or the empty string.
pub(crate) fn known(quoted: &[&'static str], text: &[u8]) -> Option<Str<'static>> {
    let is = |quoted: &&&str| {
        quoted.len() == text.len().saturating_add(2)
            && quoted.bytes().skip(1).zip(text).all(|(known, byte)| known == *byte)
    };
    let found = quoted.iter().find(is).unwrap_or(&"\"\"");
    parse(found.as_bytes()).ok()?.as_str()
}

/// A string of a document with the quotes that stand around it there. It is reached from the start of the document,
/// since the string of core does not reach as far as its quotes.
pub(crate) fn with_quotes(document: *const c_char, string: Str<'_>) -> mcpico_str {
    let raw = string.raw();
    let offset = raw.as_ptr().addr().wrapping_sub(document.addr()).wrapping_sub(1);
    mcpico_str { data: document.wrapping_add(offset), len: raw.len().saturating_add(2) }
}

unsafe fn read<T>(
    json: *const c_char,
    json_len: usize,
    to: *mut T,
    read: impl FnOnce(Value<'static>) -> Outcome<T>,
) -> Outcome {
    // SAFETY: the caller of the interface promises that it is writable,
    let to = unsafe { out(to) }?;
    // SAFETY: and that the document is readable.
    let json = unsafe { bytes(json, json_len) }?;
    to.write(read(parse(json)?)?);
    Ok(())
}

fn part(value: Option<Value<'_>>) -> Outcome<mcpico_str> {
    value.map(|value| mcpico_str::of(value.raw())).ok_or(NOT_FOUND)
}

fn of_name<'a>(value: Value<'a>, name: &str) -> Outcome<Option<Value<'a>>> {
    if value.is_object() { Ok(value.member(name)?) } else { Err(WRONG_TYPE) }
}

fn of_index(value: Value<'_>, index: usize) -> Outcome<Option<Value<'_>>> {
    if value.kind() == Kind::Array { Ok(value.items().nth(index)) } else { Err(WRONG_TYPE) }
}

/// RFC 6901 section 4.
fn at<'a>(document: Value<'a>, pointer: &str) -> Outcome<Option<Value<'a>>> {
    let Some(tokens) = pointer.strip_prefix('/') else {
        return Ok(pointer.is_empty().then_some(document));
    };
    let mut value = document;
    for token in tokens.split('/') {
        let next = match value.kind() {
            Kind::Object => member_of_token(value, token)?,
            Kind::Array => index_of_token(token).and_then(|index| value.items().nth(index)),
            _ => None,
        };
        match next {
            Some(next) => value = next,
            None => return Ok(None),
        }
    }
    Ok(Some(value))
}

fn member_of_token<'a>(object: Value<'a>, token: &str) -> Outcome<Option<Value<'a>>> {
    let mut found = None;
    for (name, value) in object.entries() {
        if name.chars().map(Ok).eq(unescaped(token)) && found.replace(value).is_some() {
            return Err(Status(crate::status::MCPICO_ERROR_JSON_DUPLICATE));
        }
    }
    Ok(found)
}

/// The characters of a reference token; an error for a tilde that is no escape.
fn unescaped(token: &str) -> impl Iterator<Item = Result<char, ()>> {
    let mut chars = token.chars();
    core::iter::from_fn(move || {
        Some(match chars.next()? {
            '~' => match chars.next() {
                Some('0') => Ok('~'),
                Some('1') => Ok('/'),
                _ => Err(()),
            },
            char => Ok(char),
        })
    })
}

/// Digits without a leading zero.
fn index_of_token(token: &str) -> Option<usize> {
    let plain = token == "0" || !token.starts_with('0');
    let digits = token.bytes().all(|byte| byte.is_ascii_digit());
    if plain && digits { token.parse().ok() } else { None }
}
