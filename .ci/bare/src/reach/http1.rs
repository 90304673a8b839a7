//! The HTTP/1.1 codec.

use mcpico_core::http1::{HeadReader, HeaderValue, MediaType, Method, RequestHead, is_token};

use super::{bytes, input, keep, room, show};

#[inline(never)]
pub(super) fn all() {
    request();
    response();
    keep((is_token(bytes()), HeaderValue::new(input("value")).is_ok()));
    keep(MediaType::parse(bytes()).is_ok());
}

#[inline(never)]
fn request() {
    let head = RequestHead { method: Method::Post, target: input("/"), host: input("localhost") };
    let mut out = [0_u8; 64];
    let headers = [(input("Name"), input("value"))];
    match head.write(headers, Some(bytes().len() as u64), room(&mut out)) {
        Ok(written) => keep(written.len()),
        Err(error) => show(error),
    }
}

#[inline(never)]
fn response() {
    let mut reader = HeadReader::new();
    loop {
        let head = match reader.read(bytes()) {
            Ok(Some((head, _))) => head,
            Ok(None) => continue,
            Err(error) => return show(error),
        };
        for (name, value) in head.headers() {
            keep((name, value));
        }
        keep((head.header(input("name")), head.sole_header(input("name")).is_ok()));
        keep((head.media_type().is_ok(), head.refuse_content_encoding().is_ok()));
        let mut body = match head.body() {
            Ok(body) => body,
            Err(error) => return show(error),
        };
        let mut received = [0_u8; 64];
        match body.decode(room(&mut received)) {
            Ok(decoded) => keep((decoded.len, body.is_complete(), body.may_reuse())),
            Err(error) => show(error),
        }
        keep((body.end_of_input().is_ok(), body.remaining()));
    }
}
