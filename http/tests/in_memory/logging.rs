//! What is logged by defmt: nothing that is sent, and nothing that comes.

use defmt::Format;
use mcpico_core::auth::Bearer;
use mcpico_core::client::{Call, Client};
use mcpico_core::mcp::{ClientInfo, Method, Revision};
use mcpico_http::{Connection, Endpoint, Error};

use crate::wire::{DEADLINES, NoTime, Wire, block_on};

const SECRET: &str = "eyJsecret";

fn logged(what: &impl Format) -> Vec<u8> {
    let _ = defmt::export::fetch_bytes();
    what.format(defmt::export::make_formatter());
    defmt::export::fetch_bytes()
}

fn shows_secret(bytes: &[u8]) -> bool {
    bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes())
}

const fn borrows_nothing<T: Copy + 'static>(what: T) -> T {
    what
}

/// The search finds: or the other test could not fail.
#[test]
fn a_text_that_is_logged_is_seen() {
    assert!(shows_secret(&logged(&SECRET)));
}

#[test]
fn a_reply_logs_its_status_and_an_error_has_no_text() {
    // The server sends the token back wherever it can.
    let responses = [
        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer eyJsecret\r\nMcp-Session-Id: eyJsecret\r\n\
         Content-Length: 9\r\n\r\neyJsecret",
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n\"eyJsecret\"",
    ];
    let responses = responses.map(str::as_bytes);
    let info = ClientInfo { name: "test", version: "1.0.0" };
    let mut client = Client::with_revisions(info, Revision::LATEST, Revision::LATEST);
    let endpoint = Endpoint::parse("http://localhost/mcp?key=eyJsecret").unwrap();
    let arguments = mcpico_core::json::parse(br#"{"key":"eyJsecret"}"#).ok();
    let method = Method::CallTool { name: "t", arguments, input_schema: None };
    let call = Call::new(method).bearer(Bearer::new(SECRET).ok());
    let (mut out, mut storage) = ([0; 2048], [0; 512]);
    let mut connection = Connection::new(Wire::new(&responses), NoTime, DEADLINES);
    let error = block_on(async {
        let sent = connection.call(&endpoint, &mut client, &call, &mut out, &mut storage);
        let mut reply = sent.await.unwrap();
        let bytes = logged(&reply);
        assert!(bytes.windows(2).any(|window| window == 401_u16.to_le_bytes()));
        assert!(!shows_secret(&bytes));
        while reply.next_event().await.unwrap() != mcpico_core::client::Event::Closed {}
        let sent = connection.call(&endpoint, &mut client, &call, &mut out, &mut storage);
        let mut reply = sent.await.unwrap();
        reply.next_event().await.unwrap_err()
    });
    // Its derived `Format` runs on a device only. It borrows nothing, so there is no text in it to be logged.
    let Error::Client(_) = borrows_nothing(error) else { panic!("{error}") };
}
