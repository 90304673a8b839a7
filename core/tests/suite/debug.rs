//! `Debug` names the type and shows nothing of what came in.

use std::fmt::Debug;

use mcpico_core::auth::{Bearer, Guard, Redactor, mask};
use mcpico_core::client::{Call, Client};
use mcpico_core::http1::{HeadReader, HeaderValue};
use mcpico_core::json::parse;
use mcpico_core::jsonrpc::ErrorObject;
use mcpico_core::jwt::{Claim, Header, Hs256Key, Policy, UnverifiedToken, sign, verify};
use mcpico_core::mcp::{ClientInfo, Method, Revision};

/// Stands in everything that must not be shown; as a number it is 271828182.
const CONTENT: &str = "c0ntent-that-stays-hidden";

fn hold(name: &str, value: &dyn Debug) {
    for text in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(text.starts_with(name), "{name}: {text}");
        for hidden in [CONTENT, "ntent", "271828182"] {
            assert!(!text.contains(hidden), "{name} shows {hidden}: {text}");
        }
    }
}

#[test]
fn contents_stay_hidden() {
    let key = Hs256Key::new(b"c0ntent-that-stays-hidden-0123456789").unwrap();
    let mut out = vec![0; 1024];
    let header = Header { kid: Some(CONTENT), ..Header::default() };
    let claims = [Claim::sub(CONTENT), Claim::exp(271_828_182)];
    let token = sign(&key, &header, &claims, &mut out).unwrap().to_owned();
    hold("Hs256Key", &key);
    let mut scratch = vec![0; 512];
    let policy = Policy::new();
    let verified = verify(&key, token.as_bytes(), &policy, 271_828_181, &mut scratch).unwrap();
    hold("VerifiedToken", &verified);
    hold("JoseHeader", &verified.header());
    hold("Claims", &verified.claims());
    let mut scratch = vec![0; 512];
    hold("UnverifiedToken", &UnverifiedToken::parse(token.as_bytes(), &mut scratch).unwrap());
    hold("Guard", &Guard::new(&key, &policy));
    hold("Bearer", &Bearer::new(CONTENT).unwrap());
    hold("HeaderValue", &HeaderValue::new(CONTENT).unwrap());

    let response = format!("HTTP/1.1 200 OK\r\nSession: {CONTENT}\r\n\r\n");
    let (head, _) = HeadReader::new().read(response.as_bytes()).unwrap().unwrap();
    hold("Head", &head);
    hold("Headers", &head.headers());

    let secrets = [CONTENT.as_bytes()];
    let redactor = Redactor::new(&secrets);
    hold("Redactor", &redactor);
    hold("Pieces", &redactor.pieces(CONTENT.as_bytes()));

    let text = format!(r#"{{"code":-1,"message":"{CONTENT}","number":271828182}}"#);
    let value = parse(text.as_bytes()).unwrap();
    hold("Value", &value);
    hold("Number", &value.member("number").unwrap().unwrap().as_number().unwrap());
    let message = value.member("message").unwrap().unwrap().as_str().unwrap();
    hold("Str", &message);
    hold("ErrorObject", &ErrorObject { code: -1, message, data: Some(value) });

    let info = ClientInfo { name: "test", version: "1" };
    let mut client = Client::with_revisions(info, Revision::LATEST, Revision::LATEST);
    let method = Method::CallTool { name: CONTENT, arguments: Some(value), input_schema: None };
    let call = Call::new(method).bearer(Some(Bearer::new(CONTENT).unwrap()));
    let (post, _) = client.request(&call, &mut out).unwrap();
    hold("Post", &post);
    let shown = format!("{post:?}");
    let size = post.body().len().to_string();
    assert!(shown.contains("Post") && shown.contains(&size), "{shown}");
}

#[test]
fn a_mask_reads_the_same_in_every_way() {
    let masked = mask(CONTENT.as_bytes());
    assert_eq!(masked.to_string(), "c0nt...dden");
    assert!(format!("{masked:?}").contains("c0nt...dden"));
}
