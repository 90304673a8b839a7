//! HTTP/1.1 for those who bring their own connection: response heads and bodies, request heads.

use core::ffi::c_char;

use mcpico_core::http1::{Body, Head, HeadReader, Method, RequestHead};

use crate::boundary::{
    Output, Versioned, bytes, entry, list, mcpico_str, out, required, room, text,
};
use crate::object::{Storage, get, get_mut, object};
use crate::outcome::Status;
use crate::status::{MCPICO_ERROR_INCOMPLETE, MCPICO_ERROR_NOT_FOUND, MCPICO_ERROR_OPTION};

/// `POST`
pub const MCPICO_HTTP_POST: u32 = 1;
/// `GET`
pub const MCPICO_HTTP_GET: u32 = 2;
/// `DELETE`
pub const MCPICO_HTTP_DELETE: u32 = 3;

/// Words of a head reader.
pub const MCPICO_HEAD_READER_WORDS: usize = 6;

/// Finds and checks the heads of one response, the informational ones (1xx) before it included.
#[repr(C)]
pub struct mcpico_head_reader {
    /// Not to be touched.
    opaque: [u64; MCPICO_HEAD_READER_WORDS],
}

object!(mcpico_head_reader, HeadReader, b"mhrd");

/// Words of a head.
pub const MCPICO_HEAD_WORDS: usize = 6;

/// A checked response head. It borrows the bytes that it was read from.
#[repr(C)]
pub struct mcpico_head {
    /// Not to be touched.
    opaque: [u64; MCPICO_HEAD_WORDS],
}

object!(mcpico_head, Head<'static>, b"mhea");

/// Words of a body.
pub const MCPICO_BODY_WORDS: usize = 8;

/// Strips the framing of one response body: by length, by chunks or by the end of the connection.
#[repr(C)]
pub struct mcpico_body {
    /// Not to be touched.
    opaque: [u64; MCPICO_BODY_WORDS],
}

object!(mcpico_body, Body, b"mbod");

/// Starts before the first byte of a response.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_head_reader_init(reader: *mut mcpico_head_reader) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        unsafe { Storage::new(reader) }?.init(HeadReader::new());
        Ok(())
    })
}

/// The head at the start of `data`, which is everything that has come from the head's first byte on: each call gives the
/// same bytes with more behind them. `head_len` is the number of its bytes. After a head with a status below 200 drop
/// its bytes and read on with the same reader.
///
/// Errors: INCOMPLETE while it is not whole, HTTP_HEAD, HTTP_LIMIT. As soon as the bytes show it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_head_read(
    reader: *mut mcpico_head_reader,
    data: *const c_char,
    data_len: usize,
    head: *mut mcpico_head,
    head_len: *mut usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let head = unsafe { Storage::new(head) }?;
        // SAFETY: as above.
        let head_len = unsafe { out(head_len) }?;
        // SAFETY: as above.
        let data = unsafe { bytes(data, data_len) }?;
        // SAFETY: as above.
        let read = unsafe { get_mut(reader) }?.read(data)?;
        let (found, len) = read.ok_or(Status(MCPICO_ERROR_INCOMPLETE))?;
        head.init(found);
        head_len.write(len);
        Ok(())
    })
}

/// The status, 100 to 599.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_head_status(
    head: *const mcpico_head,
    http_status: *mut u32,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let status = unsafe { out(http_status) }?;
        // SAFETY: the same.
        status.write(unsafe { get(head) }?.status().into());
        Ok(())
    })
}

/// Header number `index`, from 0: the name as sent, the value without the white space around it.
///
/// Errors: NOT_FOUND behind the last one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_head_header(
    head: *const mcpico_head,
    index: usize,
    name: *mut mcpico_str,
    value: *mut mcpico_str,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let name_out = unsafe { out(name) }?;
        // SAFETY: as above.
        let value_out = unsafe { out(value) }?;
        // SAFETY: as above.
        let header = unsafe { get(head) }?.headers().nth(index);
        let (name, value) = header.ok_or(Status(MCPICO_ERROR_NOT_FOUND))?;
        name_out.write(mcpico_str::of(name.as_bytes()));
        value_out.write(mcpico_str::of(value));
        Ok(())
    })
}

/// The value of the first header called `name`, without regard to case.
///
/// Errors: NOT_FOUND.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_head_find(
    head: *const mcpico_head,
    name: *const c_char,
    name_len: usize,
    value: *mut mcpico_str,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let value_out = unsafe { out(value) }?;
        // SAFETY: as above.
        let name = unsafe { text(name, name_len) }?;
        // SAFETY: as above.
        let value = unsafe { get(head) }?.header(name);
        value_out.write(mcpico_str::of(value.ok_or(Status(MCPICO_ERROR_NOT_FOUND))?));
        Ok(())
    })
}

/// Starts before the first byte of the body that follows `head`, as it says.
///
/// Errors: HTTP_FRAMING, HTTP_HEADER, HTTP_LIMIT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_body_init(body: *mut mcpico_body, head: *const mcpico_head) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let storage = unsafe { Storage::new(body) }?;
        // SAFETY: the same.
        storage.init(unsafe { get(head) }?.body()?);
        Ok(())
    })
}

/// Strips the framing from `data` in place and moves the bytes of the body to its front: `kept` of them. All of `data`
/// is consumed; `excess` bytes came after the end of the response: never use them, and close the connection.
///
/// Errors: HTTP_CHUNK, HTTP_LIMIT. What `data` then holds is unspecified, and the error is repeated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_body_decode(
    body: *mut mcpico_body,
    data: *mut c_char,
    data_len: usize,
    kept: *mut usize,
    excess: *mut usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let kept = unsafe { out(kept) }?;
        // SAFETY: as above.
        let excess = unsafe { out(excess) }?;
        // SAFETY: as above.
        let data = unsafe { room(data, data_len) }?;
        // SAFETY: as above.
        let decoded = unsafe { get_mut(body) }?.decode(data)?;
        kept.write(decoded.len);
        excess.write(decoded.excess);
        Ok(())
    })
}

/// Notes that the peer has closed the connection; this completes a body that lasts until then.
///
/// Errors: HTTP_TRUNCATED, or the error that mcpico_body_decode gave before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_body_end(body: *mut mcpico_body) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        Ok(unsafe { get_mut(body) }?.end_of_input()?)
    })
}

/// Whether the body is whole (0 or 1), and whether the connection can carry another request (0 or 1).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_body_state(
    body: *const mcpico_body,
    complete: *mut i32,
    reusable: *mut i32,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let complete = unsafe { out(complete) }?;
        // SAFETY: as above.
        let reusable = unsafe { out(reusable) }?;
        // SAFETY: as above.
        let body = unsafe { get(body) }?;
        complete.write(body.is_complete().into());
        reusable.write(body.may_reuse().into());
        Ok(())
    })
}

/// A header of a request.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct mcpico_header_field {
    /// A token.
    pub name: mcpico_str,
    /// Printable ASCII without white space at its ends.
    pub value: mcpico_str,
}

/// The head of a request of your own. For a post there is mcpico_post_head.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct mcpico_request_head {
    /// sizeof(mcpico_request_head)
    pub struct_size: u32,
    /// MCPICO_HTTP_*
    pub verb: u32,
    /// Path and query, beginning with `/`; needed, as is the next one.
    pub target: mcpico_str,
    /// Host name or address, with its port when that is not the default one of the scheme.
    pub host: mcpico_str,
    /// Headers besides `Host`, `Accept-Encoding` and `Content-Length`, which are written by the function.
    pub headers: *const mcpico_header_field,
    /// Their number.
    pub header_count: usize,
    /// Bytes of the body; below 0: no `Content-Length`.
    pub content_length: i64,
}

// SAFETY: it begins with its size.
unsafe impl Versioned for mcpico_request_head {}

/// Writes a request head, so that nothing in it can start another line.
///
/// Errors: REQUEST_TARGET, REQUEST_HOST, REQUEST_HEADER, OPTION, BUFFER_TOO_SMALL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_request_head_write(
    head: *const mcpico_request_head,
    buf: *mut c_char,
    cap: usize,
    out_len: *mut usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header; so for all below.
        let output = unsafe { Output::new(buf, cap, out_len) }?;
        // SAFETY: as above.
        let head = unsafe { required(head) }?;
        let written = output.written();
        written.apart_from_each(&[head.target, head.host])?;
        // SAFETY: as above.
        let target = unsafe { head.target.text() }?;
        // SAFETY: as above.
        let host = unsafe { head.host.text() }?;
        // SAFETY: as above.
        let fields = unsafe { list(head.headers, head.header_count) }?;
        for mcpico_header_field { name, value } in fields {
            written.apart_from_each(&[*name, *value])?;
            // SAFETY: as above.
            unsafe { name.text() }?;
            // SAFETY: as above.
            unsafe { value.text() }?;
        }
        let headers = fields.iter().map(|field| {
            // SAFETY: as above; each has just been read without a fault, so for both.
            let name = unsafe { field.name.text() }.unwrap_or_default();
            // SAFETY: as above.
            (name, unsafe { field.value.text() }.unwrap_or_default())
        });
        let method = match head.verb {
            MCPICO_HTTP_POST => Method::Post,
            MCPICO_HTTP_GET => Method::Get,
            MCPICO_HTTP_DELETE => Method::Delete,
            _ => return Err(Status(MCPICO_ERROR_OPTION)),
        };
        let length = u64::try_from(head.content_length).ok();
        let head = RequestHead { method, target, host };
        output.finish(|room| head.write(headers, length, room).map(|head| head.len()))
    })
}
