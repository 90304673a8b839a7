//! The whole conversation with a server.

use core::fmt::Write;

use cortex_m_semihosting::hprintln;
use mcpico_core::auth::Bearer;
use mcpico_core::json::{self, Object, Pointer, Str, StreamEvent, Value};
use mcpico_core::jsonrpc::code;
use mcpico_core::mcp::{Method, Page, ToolResult};
use mcpico_core::writer::emit;
use mcpico_http::Deadlines;
use sha2::{Digest, Sha256};

use crate::report::{Line, Report};
use crate::session::{Connector, Failure, Link, Session, open};
use crate::token::{AUDIENCE, ISSUER, LIFETIME, SUBJECT, Tokens};

/// What `big` is asked for: a text that fits the inbox, and one that does not.
const SIZES: [&[u8]; 2] = [br#"{"size":1024}"#, br#"{"size":1048576}"#];

/// Text with characters of one to four bytes and all that JSON escapes.
const UNUSUAL: &str = "Z\u{fc}rich \u{6771}\u{4eac} \u{1f680} \"\\/\u{1}\n";

/// The parts of the conversation, in their order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Handshake,
    Tools,
    Resources,
    Add,
    Echo,
    Whoami,
    Slow,
    Fail,
    Ask,
    Resource,
    Big,
    Expired,
    Forged,
    AddAgain,
    End,
}

const STEPS: [(Step, &str); 15] = [
    (Step::Handshake, "handshake"),
    (Step::Tools, "tools"),
    (Step::Resources, "resources"),
    (Step::Add, "add"),
    (Step::Echo, "echo"),
    (Step::Whoami, "whoami"),
    (Step::Slow, "slow"),
    (Step::Fail, "fail"),
    (Step::Ask, "ask"),
    (Step::Resource, "resource"),
    (Step::Big, "big"),
    (Step::Expired, "expired token"),
    (Step::Forged, "wrong key"),
    (Step::AddAgain, "add again"),
    (Step::End, "end"),
];

/// Holds the conversation: handshake, lists, calls, a resource, and the refusal of bad tokens. `now` is when the
/// tokens were minted; `left_out` names the steps that the server has nothing for.
///
/// # Errors
/// [`Failure`]: there is no connection.
pub async fn hold(
    connector: &mut Connector<'_, '_>,
    session: &mut Session<'_, '_, '_>,
    tokens: &Tokens<'_>,
    now: i64,
    left_out: &dyn Fn(Step) -> bool,
    report: &mut Report,
) -> Result<(), Failure> {
    let endpoint = session.endpoint;
    let deadlines = Deadlines::default();
    let mut link = open(connector, &endpoint, deadlines).await?;
    for (step, name) in STEPS {
        if left_out(step) {
            continue;
        }
        // A server may close the connection behind any answer.
        if !link.is_open() {
            drop(link);
            link = open(connector, &endpoint, deadlines).await?;
        }
        let bearer = match step {
            Step::Expired => tokens.expired,
            Step::Forged => tokens.forged,
            _ => tokens.good,
        };
        let link = &mut link;
        let outcome = match step {
            Step::Handshake => handshake(session, link, bearer).await,
            Step::Tools => list(session, link, bearer, "tools", "name").await,
            Step::Resources => list(session, link, bearer, "resources", "uri").await,
            Step::Add | Step::AddAgain => add(session, link, bearer).await,
            Step::Echo => echo(session, link, bearer).await,
            Step::Whoami => whoami(session, link, bearer, now).await,
            Step::Slow => slow(session, link, bearer).await,
            Step::Fail => fail(session, link, bearer).await,
            Step::Ask => ask(session, link, bearer).await,
            Step::Resource => resource(session, link, bearer).await,
            Step::Big => big(session, link, bearer).await,
            Step::Expired | Step::Forged => refused(session, link, bearer).await,
            Step::End => session.end(link, bearer).await,
        };
        report.step(name, outcome);
    }
    Ok(())
}

async fn handshake(
    session: &mut Session<'_, '_, '_>,
    link: &mut Link<'_, '_>,
    bearer: Bearer<'_>,
) -> Result<(), Failure> {
    session.shake_hands(link, bearer).await?;
    let revision = session.client.revision().ok_or(Failure::Content("no revision"))?;
    hprintln!("revision {}, session {}", revision.name(), session.client.has_session());
    Ok(())
}

/// Follows the cursor from page to page.
async fn list(
    session: &mut Session<'_, '_, '_>,
    link: &mut Link<'_, '_>,
    bearer: Bearer<'_>,
    what: &'static str,
    member: &'static str,
) -> Result<(), Failure> {
    let mut names = Line::<160>::new();
    let mut cursor = Line::<64>::new();
    let (mut pages, mut more) = (0, false);
    loop {
        let at = more.then_some(cursor.as_str());
        let method = if what == "tools" {
            Method::ListTools { cursor: at }
        } else {
            Method::ListResources { cursor: at }
        };
        // The cursor is in the request until that is sent, so the next one is kept beside it.
        let mut next = Line::<64>::new();
        let mut has_next = false;
        session
            .call(link, bearer, method, &mut |result| {
                let page = Page::from_result(result, what).map_err(mcpico_core::Error::from)?;
                for item in page.items {
                    let name = text(item, member)?;
                    let _ = write!(names, " ");
                    copy(name, &mut names)?;
                }
                if let Some(cursor) = page.next_cursor {
                    copy(cursor, &mut next)?;
                    has_next = true;
                }
                Ok(())
            })
            .await?;
        pages += 1;
        (cursor, more) = (next, has_next);
        if !more {
            break;
        }
    }
    hprintln!("{} on {} pages:{}", what, pages, names.as_str());
    Ok(())
}

/// Adds numbers that a floating-point number cannot hold.
///
/// # Errors
/// [`Failure`].
pub async fn add(
    session: &mut Session<'_, '_, '_>,
    link: &mut Link<'_, '_>,
    bearer: Bearer<'_>,
) -> Result<(), Failure> {
    let arguments = br#"{"a":9007199254740993,"b":-2}"#;
    let method = tool("add", arguments)?;
    session
        .call(link, bearer, method, &mut |result| {
            let sum = structured(result)?.member("sum").ok().flatten();
            let sum = sum.and_then(|sum| sum.as_number()?.as_i64());
            expect(sum == Some(9_007_199_254_740_991), "another sum")
        })
        .await
}

async fn echo(
    session: &mut Session<'_, '_, '_>,
    link: &mut Link<'_, '_>,
    bearer: Bearer<'_>,
) -> Result<(), Failure> {
    let mut room = [0; 128];
    let written = emit(&mut room, |w| {
        let mut arguments = Object::begin(w);
        arguments.str("text", UNUSUAL);
        arguments.end();
    });
    let method = tool("echo", written.map_err(mcpico_core::Error::from)?)?;
    session
        .call(link, bearer, method, &mut |result| {
            let result = ToolResult::from_result(result).map_err(mcpico_core::Error::from)?;
            let same = result.texts().next().is_some_and(|text| text == *UNUSUAL);
            expect(same, "another text")
        })
        .await
}

async fn whoami(
    session: &mut Session<'_, '_, '_>,
    link: &mut Link<'_, '_>,
    bearer: Bearer<'_>,
    now: i64,
) -> Result<(), Failure> {
    session
        .call(link, bearer, tool("whoami", b"{}")?, &mut |result| {
            let claims = structured(result)?;
            for (name, expected) in [("iss", ISSUER), ("aud", AUDIENCE), ("sub", SUBJECT)] {
                expect(text(claims, name)? == *expected, name)?;
            }
            for (name, expected) in [("iat", now), ("exp", now + LIFETIME)] {
                let number = claims.member(name).ok().flatten();
                let number = number.and_then(|number| number.as_number()?.as_i64());
                expect(number == Some(expected), name)?;
            }
            expect(claims.entries().count() == 5, "more claims than were signed")
        })
        .await
}

async fn slow(
    session: &mut Session<'_, '_, '_>,
    link: &mut Link<'_, '_>,
    bearer: Bearer<'_>,
) -> Result<(), Failure> {
    let method = tool("slow", br#"{"steps":4,"delay_ms":50}"#)?;
    let mut heard = 0;
    session
        .call_hearing(
            link,
            bearer,
            method,
            &mut |notification| {
                if let Some(progress) = notification.progress() {
                    heard += 1;
                    let total = progress.total.map_or("?", |total| total.text());
                    hprintln!("progress {} of {}", progress.progress.text(), total);
                }
            },
            &mut |_| Ok(()),
        )
        .await?;
    expect(heard == 4, "not every step was told")
}

async fn fail(
    session: &mut Session<'_, '_, '_>,
    link: &mut Link<'_, '_>,
    bearer: Bearer<'_>,
) -> Result<(), Failure> {
    session
        .call(link, bearer, tool("fail", br#"{"message":"on purpose"}"#)?, &mut |result| {
            let result = ToolResult::from_result(result).map_err(mcpico_core::Error::from)?;
            expect(result.is_error, "isError is not set")?;
            let told = result.texts().next().is_some_and(|text| text == *"on purpose");
            expect(told, "another message")
        })
        .await
}

/// A tool that asks for things itself before it answers, and tells what came of that: 0, or the code of an error.
async fn ask(
    session: &mut Session<'_, '_, '_>,
    link: &mut Link<'_, '_>,
    bearer: Bearer<'_>,
) -> Result<(), Failure> {
    session
        .call(link, bearer, tool("ask", b"{}")?, &mut |result| {
            let came = structured(result)?;
            for (method, expected) in [
                ("ping", 0),
                ("sampling/createMessage", code::METHOD_NOT_FOUND),
                ("elicitation/create", code::METHOD_NOT_FOUND),
                ("roots/list", code::METHOD_NOT_FOUND),
            ] {
                let came = came.member(method).ok().flatten();
                let came = came.and_then(|came| came.as_number()?.as_i64());
                expect(came == Some(expected), method)?;
            }
            Ok(())
        })
        .await
}

async fn resource(
    session: &mut Session<'_, '_, '_>,
    link: &mut Link<'_, '_>,
    bearer: Bearer<'_>,
) -> Result<(), Failure> {
    let mut greeting = Line::<64>::new();
    session
        .call(link, bearer, Method::ReadResource { uri: "demo://greeting" }, &mut |result| {
            let contents = result.member("contents").ok().flatten();
            let first = contents.and_then(|contents| contents.items().next());
            copy(text(first.ok_or(Failure::Content("no contents"))?, "text")?, &mut greeting)
        })
        .await?;
    hprintln!("greeting {}", greeting.as_str().trim_end());
    Ok(())
}

async fn big(
    session: &mut Session<'_, '_, '_>,
    link: &mut Link<'_, '_>,
    bearer: Bearer<'_>,
) -> Result<(), Failure> {
    for size in SIZES {
        let mut pointer =
            Pointer::new("/content/0/text").map_err(|_| Failure::Content("no pointer"))?;
        let (mut digest, mut length) = (Sha256::new(), 0);
        session
            .stream(link, bearer, tool("big", size)?, &mut |event| {
                let ours = pointer.take(event).map_err(|_| Failure::Content("a name twice"))?;
                if ours && let StreamEvent::String(part) = event {
                    digest.update(part.as_bytes());
                    length += part.as_bytes().len();
                }
                Ok(())
            })
            .await?;
        let mut digits = Line::<64>::new();
        for byte in digest.finalize() {
            let _ = write!(digits, "{byte:02x}");
        }
        hprintln!("big {} bytes, sha256 {}", length, digits.as_str());
    }
    Ok(())
}

/// A bad token is refused by the server with 401, which is no fault of the network.
async fn refused(
    session: &mut Session<'_, '_, '_>,
    link: &mut Link<'_, '_>,
    bearer: Bearer<'_>,
) -> Result<(), Failure> {
    match session.call(link, bearer, tool("whoami", b"{}")?, &mut |_| Ok(())).await {
        Err(Failure::Rejected(401)) => Ok(()),
        Err(failure) => Err(failure),
        Ok(()) => Err(Failure::Content("a bad token was accepted")),
    }
}

/// A call of a tool that has no `x-mcp-header` in its schema.
///
/// # Errors
/// The arguments are no JSON.
pub fn tool<'a>(name: &'a str, arguments: &'a [u8]) -> Result<Method<'a>, Failure> {
    let arguments = json::parse(arguments).map_err(|_| Failure::Content("no arguments"))?;
    Ok(Method::CallTool { name, arguments: Some(arguments), input_schema: None })
}

fn structured(result: Value<'_>) -> Result<Value<'_>, Failure> {
    let result = ToolResult::from_result(result).map_err(mcpico_core::Error::from)?;
    expect(!result.is_error, "isError is set")?;
    result.structured_content.ok_or(Failure::Content("no structured content"))
}

fn text<'a>(object: Value<'a>, name: &'static str) -> Result<Str<'a>, Failure> {
    object.member(name).ok().flatten().and_then(|text| text.as_str()).ok_or(Failure::Content(name))
}

fn copy<const N: usize>(text: Str<'_>, line: &mut Line<N>) -> Result<(), Failure> {
    for character in text.chars() {
        line.write_char(character).map_err(|_| Failure::Content("a text is too long"))?;
    }
    Ok(())
}

fn expect(holds: bool, otherwise: &'static str) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(Failure::Content(otherwise)) }
}
