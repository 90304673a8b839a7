//! What goes to the server.

use core::ffi::c_char;

use mcpico_core::auth::Bearer;
use mcpico_core::client::{Exchange, Post, Verb};
use mcpico_core::http1::{Method, RequestError, RequestHead};
use mcpico_core::writer::{OutputTooSmall, Writer};

use crate::boundary::{Output, Refusal, Written, entry, mcpico_str, out, text};
use crate::exchange::mcpico_exchange;
use crate::http1::{MCPICO_HTTP_DELETE, MCPICO_HTTP_GET, MCPICO_HTTP_POST};
use crate::object::{Storage, get, object};
use crate::outcome::{Outcome, Status};
use crate::status::{MCPICO_ERROR_NOT_FOUND, MCPICO_ERROR_NOTHING_TO_SEND};

/// Words of a post.
pub const MCPICO_POST_WORDS: usize = 8;

/// One HTTP request, but for its first line and the headers of the transport: verb, headers and body. It borrows the
/// buffer that it was written into.
#[repr(C)]
pub struct mcpico_post {
    /// Not to be touched.
    opaque: [u64; MCPICO_POST_WORDS],
}

object!(mcpico_post, Post<'static>, b"mpos");

/// The HTTP method, MCPICO_HTTP_*.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_post_verb(post: *const mcpico_post, verb: *mut u32) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let verb = unsafe { out(verb) }?;
        // SAFETY: the same.
        verb.write(match unsafe { get(post) }?.verb() {
            Verb::Post => MCPICO_HTTP_POST,
            Verb::Get => MCPICO_HTTP_GET,
            Verb::Delete => MCPICO_HTTP_DELETE,
        });
        Ok(())
    })
}

/// Header number `index`, from 0. Names are tokens, values printable ASCII; one of them is the bearer.
///
/// Errors: NOT_FOUND behind the last one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_post_header(
    post: *const mcpico_post,
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
        let header = unsafe { get(post) }?.headers().nth(index);
        let (name, value) = header.ok_or(Status(MCPICO_ERROR_NOT_FOUND))?;
        name_out.write(mcpico_str::of(name.as_bytes()));
        value_out.write(mcpico_str::of(value.as_bytes()));
        Ok(())
    })
}

/// The message; empty unless the verb is MCPICO_HTTP_POST.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_post_body(post: *const mcpico_post, body: *mut mcpico_str) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let body = unsafe { out(body) }?;
        // SAFETY: the same.
        body.write(mcpico_str::of(unsafe { get(post) }?.body()));
        Ok(())
    })
}

/// Writes the message as one line, its end included, for a stream of lines such as the standard streams of a server.
///
/// Errors: BUFFER_TOO_SMALL; OVERLAP when `buf` is the one of the post.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_post_line(
    post: *const mcpico_post,
    buf: *mut c_char,
    cap: usize,
    out_len: *mut usize,
) -> i32 {
    entry(|| {
        // SAFETY: the caller keeps the rules of the header.
        let output = unsafe { Output::new(buf, cap, out_len) }?;
        // SAFETY: the same.
        let post = unsafe { get(post) }?;
        output.apart_from(post.body())?.write(|w| {
            for piece in post.pieces_of_line() {
                w.bytes(piece);
            }
        })
    })
}

/// Writes the head of the HTTP/1.1 request: first line, `Host`, `Accept-Encoding: identity`, the headers of the post,
/// `Content-Length`, the empty line. The body goes behind it, best by the same write.
///
/// `target` is path and query, beginning with `/`; `host` is name or address, with the port when that is not the default
/// one of the scheme.
///
/// Errors: REQUEST_TARGET, REQUEST_HOST, BUFFER_TOO_SMALL; OVERLAP also when `buf` is the one of the post.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_post_head(
    post: *const mcpico_post,
    host: *const c_char,
    host_len: usize,
    target: *const c_char,
    target_len: usize,
    buf: *mut c_char,
    cap: usize,
    out_len: *mut usize,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe {
        write_request(post, (host, host_len), (target, target_len), (buf, cap, out_len), |_| &[])
    })
}

/// Writes the whole HTTP/1.1 request: what mcpico_post_head writes, and the body behind it.
///
/// Errors: as mcpico_post_head.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mcpico_post_request(
    post: *const mcpico_post,
    host: *const c_char,
    host_len: usize,
    target: *const c_char,
    target_len: usize,
    buf: *mut c_char,
    cap: usize,
    out_len: *mut usize,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    entry(|| unsafe {
        write_request(post, (host, host_len), (target, target_len), (buf, cap, out_len), Post::body)
    })
}

unsafe fn write_request(
    post: *const mcpico_post,
    (host, host_len): (*const c_char, usize),
    (target, target_len): (*const c_char, usize),
    (buf, cap, out_len): (*mut c_char, usize, *mut usize),
    behind: fn(&Post<'static>) -> &'static [u8],
) -> Outcome {
    // SAFETY: the caller of the interface keeps the rules of the header; so for all below.
    let output = unsafe { Output::new(buf, cap, out_len) }?;
    // SAFETY: as above.
    let post = unsafe { get(post) }?;
    // SAFETY: as above.
    let host = unsafe { text(host, host_len) }?;
    // SAFETY: as above.
    let target = unsafe { text(target, target_len) }?;
    let body = behind(post);
    let output = output.apart_from(host.as_bytes())?.apart_from(target.as_bytes())?;
    let mut output = output.apart_from(post.body())?;
    for (name, value) in post.headers() {
        output = output.apart_from(name.as_bytes())?.apart_from(value.as_bytes())?;
    }
    output.finish(|room| request(post, host, target, body, room))
}

/// Writes head and `behind`, all or nothing; the size.
pub(crate) fn request(
    post: &Post<'_>,
    host: &str,
    target: &str,
    behind: &[u8],
    room: &mut [u8],
) -> Result<usize, RequestError> {
    let method = match post.verb() {
        Verb::Post => Method::Post,
        Verb::Get => Method::Get,
        Verb::Delete => Method::Delete,
    };
    let head = RequestHead { method, target, host };
    let length = (post.verb() == Verb::Post).then_some(post.body().len() as u64);
    // Measured first, so that nothing is written where the whole does not fit.
    let head_len = match head.write(post.headers(), length, &mut []) {
        Err(RequestError::OutputTooSmall(OutputTooSmall { needed })) => needed,
        Err(error) => return Err(error),
        Ok(written) => written.len(),
    };
    let needed = head_len.saturating_add(behind.len());
    let room = room.get_mut(..needed).ok_or(OutputTooSmall { needed })?;
    let (head_room, body_room) =
        room.split_at_mut_checked(head_len).ok_or(OutputTooSmall { needed })?;
    head.write(post.headers(), length, head_room)?;
    Writer::new(body_room).bytes(behind);
    Ok(needed)
}

/// Where a message and its exchange go.
pub(crate) struct Sending {
    output: Output<'static>,
    post: Storage<'static, mcpico_post>,
    exchange: Storage<'static, mcpico_exchange>,
}

impl Sending {
    pub(crate) unsafe fn new(
        buf: *mut c_char,
        cap: usize,
        out_len: *mut usize,
        post: *mut mcpico_post,
        exchange: *mut mcpico_exchange,
    ) -> Outcome<Self> {
        // SAFETY: the caller of the interface keeps the rules of the header; so for all below.
        let output = unsafe { Output::new(buf, cap, out_len) }?;
        // SAFETY: as above.
        let post = unsafe { Storage::new(post) }?;
        // SAFETY: as above.
        let exchange = unsafe { Storage::new(exchange) }?;
        Ok(Self { output, post, exchange })
    }

    /// Where it writes.
    pub(crate) fn written(&self) -> Written {
        self.output.written()
    }

    /// The bearer that is sent; `None` for NULL.
    pub(crate) unsafe fn bearer(
        &self,
        bearer: *const c_char,
        bearer_len: usize,
    ) -> Outcome<Option<Bearer<'static>>> {
        let text = mcpico_str { data: bearer, len: bearer_len };
        self.written().apart_from(text)?;
        // SAFETY: the caller of the interface promises that it is readable.
        unsafe { crate::call::bearer(text) }
    }

    /// Has the message written; `None` when there is nothing to send.
    pub(crate) fn write(self, write: impl FnOnce(&'static mut [u8]) -> Sent) -> Outcome {
        let (post, exchange) = self.output.finish_with(|room| {
            let sent = write(room).map_err(Refusal::from)?;
            let (post, exchange) =
                sent.ok_or(Refusal::from(Status(MCPICO_ERROR_NOTHING_TO_SEND)))?;
            // Each header has a colon and a space behind its name, and CR LF behind its value.
            let line = |(name, value): (&str, &str)| name.len().saturating_add(value.len()) + 4;
            let headers: usize = post.headers().map(line).sum();
            Ok::<_, Refusal>((headers.saturating_add(post.body().len()), (post, exchange)))
        })?;
        self.post.init(post);
        self.exchange.init(exchange);
        Ok(())
    }
}

/// What core has written, if there was anything to write.
pub(crate) type Sent = Result<Option<(Post<'static>, Exchange)>, mcpico_core::Error>;
