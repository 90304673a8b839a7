//! Responses at every cut: heads against `httparse`, chunked bodies against a reader of whole ones.

use core::hint::black_box;
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

use super::input::{Input, pieces};
use crate::http1::{Head, HeadReader, HttpError, MAX_HEADERS};

/// The input is a way to cut and a response, informational ones before it included.
pub fn http1(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let cut = input.byte();
    let response = input.rest();
    let whole = read(response, 0);
    assert_eq!(read(response, cut), whole, "cut {cut}");
    if cut != 1 && response.len() < 256 {
        assert_eq!(read(response, 1), whole, "byte by byte");
    }
    if let Ok(read) = &whole {
        let mut rest = response;
        for head in &read.heads {
            let (text, after) = rest.split_at(head.length);
            agrees_with_httparse(text, head);
            rest = after;
        }
        if read.chunked && read.complete {
            assert_eq!(dechunked(rest), Some((read.body.clone(), read.excess)));
        }
        if let Some(length) = read.length {
            let length = usize::try_from(length).unwrap_or(usize::MAX).min(rest.len());
            let (body, excess) = rest.split_at(length);
            assert_eq!((&*read.body, read.excess), (body, excess.len()));
        }
    }
}

/// What a response was read as.
#[derive(Debug, PartialEq)]
struct Read {
    heads: Vec<Shown>,
    body: Vec<u8>,
    excess: usize,
    complete: bool,
    may_reuse: bool,
    chunked: bool,
    length: Option<u64>,
    end: Result<(), HttpError>,
}

#[derive(Debug, PartialEq)]
struct Shown {
    length: usize,
    status: u16,
    minor_version: u8,
    headers: Vec<(String, Vec<u8>)>,
}

fn shown(head: &Head<'_>, length: usize) -> Shown {
    let headers: Vec<_> =
        head.headers().map(|(name, value)| (String::from(name), value.to_vec())).collect();
    assert!(headers.len() <= MAX_HEADERS);
    for (name, value) in &headers {
        assert_eq!(head.header_values(name).count(), {
            headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name)).count()
        });
        assert!(!value.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t'));
        assert_eq!(value.trim_ascii(), &**value);
    }
    black_box(&(head.media_type(), head.is_keep_alive(), head.sole_header("location")));
    assert_eq!(head.is_informational(), head.status() < 200);
    Shown { length, status: head.status(), minor_version: head.minor_version(), headers }
}

fn read(response: &[u8], cut: u8) -> Result<Read, HttpError> {
    let mut pieces = pieces(response, cut);
    let mut received: Vec<u8> = Vec::new();
    let mut reader = HeadReader::new();
    let mut heads = Vec::new();
    let (mut body, chunked, length) = loop {
        match reader.read(&received) {
            Ok(Some((head, length))) => {
                heads.push(shown(&head, length));
                let informational = head.is_informational();
                let body = head.body();
                let chunked = head.header("transfer-encoding").is_some();
                let empty = matches!(head.status(), 202 | 204 | 304);
                received.drain(..length);
                let body = body.map_err(told)?;
                if !informational {
                    let declared = body.remaining().filter(|_| !empty);
                    break (body, chunked && !empty, declared);
                }
            }
            Ok(None) => match pieces.next() {
                Some(piece) => received.extend(piece),
                None => return Err(HttpError::Truncated),
            },
            Err(error) => {
                assert_eq!(reader.read(&received).map(|_| ()), Err(error), "errors are repeated");
                return Err(told(error));
            }
        }
    };
    let (mut content, mut excess) = (Vec::new(), 0);
    let mut piece = received;
    loop {
        let before = piece.clone();
        let decoded = match body.decode(&mut piece) {
            Ok(decoded) => decoded,
            Err(error) => {
                assert_eq!(body.decode(&mut []), Err(error), "errors are repeated");
                assert_eq!(body.end_of_input(), Err(error));
                return Err(told(error));
            }
        };
        assert!(decoded.len + decoded.excess <= before.len());
        content.extend(piece.get(..decoded.len).expect("no more than there was"));
        excess += decoded.excess;
        match pieces.next() {
            Some(next) => piece = next.to_vec(),
            None => break,
        }
    }
    let (complete, may_reuse) = (body.is_complete(), body.may_reuse());
    assert!(!may_reuse || (complete && excess == 0));
    let end = body.end_of_input();
    assert!(!body.may_reuse());
    assert!(end.is_ok() || !complete);
    Ok(Read { heads, body: content, excess, complete, may_reuse, chunked, length, end })
}

fn told(error: HttpError) -> HttpError {
    black_box(&(error.to_string(), error.is_limit()));
    error
}

fn agrees_with_httparse(text: &[u8], head: &Shown) {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut theirs = httparse::Response::new(&mut headers);
    let status = theirs.parse(text).expect("httparse reads what we read");
    assert_eq!(status, httparse::Status::Complete(head.length));
    assert_eq!(theirs.code, Some(head.status));
    assert_eq!(theirs.version, Some(head.minor_version));
    let theirs: Vec<_> = theirs
        .headers
        .iter()
        .map(|header| (String::from(header.name), header.value.trim_ascii().to_vec()))
        .collect();
    assert_eq!(theirs, head.headers);
}

/// The content of a whole chunked body and the number of bytes behind it, read as it stands in
/// <https://www.rfc-editor.org/rfc/rfc9112#section-7.1.3>.
fn dechunked(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut rest = bytes;
    let mut content = vec![];
    loop {
        let line = line(&mut rest)?;
        let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let digits = core::str::from_utf8(line.get(..digits)?).ok()?;
        let size = usize::from_str_radix(digits, 16).ok()?;
        if size == 0 {
            break;
        }
        content.extend(rest.get(..size)?);
        rest = rest.get(size..)?.strip_prefix(b"\r\n")?;
    }
    while !line(&mut rest)?.is_empty() {}
    Some((content, rest.len()))
}

fn line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
    let line = rest.get(..end)?;
    *rest = rest.get(end + 2..)?;
    Some(line)
}
