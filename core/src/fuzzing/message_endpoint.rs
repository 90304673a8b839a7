//! Where an endpoint event of HTTP+SSE leads.

use std::string::{String, ToString};
use std::vec;

use core::hint::black_box;

use iri_string::types::{UriAbsoluteStr, UriReferenceStr, UriStr};

use super::input::Input;
use crate::client::{MessageEndpointError, message_endpoint as resolve};

const STREAMS: [&str; 6] = [
    "https://mcp.example/sse",
    "https://mcp.example",
    "http://127.0.0.1:8080/a/b/sse?session=1#part",
    "http://[::1]:80/a//b/",
    "HTTPS://MCP.example:443/a/sse",
    "http://h?query",
];

/// The input says which stream it is, and is the reference.
pub fn message_endpoint(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let stream = STREAMS[input.below(STREAMS.len())];
    let Ok(reference) = core::str::from_utf8(input.rest()) else { return };
    let mut out = vec![7; stream.len() + reference.len() + 2];
    let length = match resolve(stream, reference, &mut out) {
        Ok(url) => {
            let base = UriAbsoluteStr::new(stream.split('#').next().unwrap_or_default());
            let base = base.expect("one of ours");
            let (scheme, host) = (base.scheme_str(), base.authority_str());
            // What is no URI may still be what a server means: `{`, `|`.
            if let Ok(peer) = UriReferenceStr::new(reference) {
                let peer = peer.resolve_against(base).to_string();
                let ours = UriStr::new(url).expect("a URI");
                assert_eq!(
                    (ours.scheme_str(), ours.authority_str()),
                    (scheme, host),
                    "{reference}"
                );
                let peer = UriStr::new(&peer).expect("a URI");
                assert!(ours.scheme_str().eq_ignore_ascii_case(peer.scheme_str()), "{reference}");
                assert_eq!(origin(ours), origin(peer), "{reference}");
                // The peer takes %2e for a dot, which RFC 3986 leaves to a normalisation of its own.
                if !reference.to_ascii_lowercase().contains("%2e") {
                    let path = if peer.path_str().is_empty() { "/" } else { peer.path_str() };
                    assert_eq!(
                        (ours.path_str(), ours.query_str()),
                        (path, peer.query_str()),
                        "{reference}"
                    );
                }
            }
            assert!(url.bytes().all(|byte| byte.is_ascii_graphic() && !b"#\\".contains(&byte)));
            url.len()
        }
        Err(error @ MessageEndpointError::TooLong { .. }) => {
            panic!("{stream} {reference}: {error}")
        }
        Err(error) => {
            black_box(error.to_string());
            return;
        }
    };
    let url = out[..length].to_vec();
    let mut again = vec![7; length + url.len() + 2];
    let text = core::str::from_utf8(&url).expect("a URL");
    assert_eq!(resolve(stream, text, &mut again), Ok(text));
    // Dots need room before they go away, so a URL may need more than it has, but never fits in less.
    let limit = length - 1;
    let short = Err(MessageEndpointError::TooLong { limit });
    assert_eq!(resolve(stream, reference, &mut vec![7; limit]), short);
}

/// The authority in small letters, without the port that the scheme has anyway.
fn origin(url: &UriStr) -> Option<String> {
    let port = if url.scheme_str().eq_ignore_ascii_case("https") { ":443" } else { ":80" };
    let authority = url.authority_str()?.to_ascii_lowercase();
    Some(authority.strip_suffix(port).unwrap_or(&authority).to_string())
}
