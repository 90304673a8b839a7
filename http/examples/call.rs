//! Calls a tool with a token of its own making: `call URL SECRET_FILE`.

use std::error::Error;
use std::time::{SystemTime, UNIX_EPOCH};

use mcpico_core::json::parse;
use mcpico_core::jwt::{Claim, Header, Hs256Key, sign};
use mcpico_core::mcp::{ClientInfo, Method, ToolResult};
use mcpico_http::std::{Options, Outcome, Session};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let (Some(url), Some(secret)) = (words.next(), words.next()) else {
        return Err("call URL SECRET_FILE".into());
    };
    let key = Hs256Key::new(&std::fs::read(secret)?)?;
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
    let claims = [Claim::sub("example"), Claim::aud(&["demo"]), Claim::exp(now + 600)];
    let mut out = [0; 512];
    let token = sign(&key, &Header::default(), &claims, &mut out)?;

    let mut options = Options::new(ClientInfo { name: "example", version: "1.0.0" });
    options.bearer = Some(token.to_owned());
    let mut session = Session::new(&url, options)?;
    println!("speaking {}", session.connect().await?);

    let arguments = Some(parse(br#"{"a":44,"b":-2}"#)?);
    let add = Method::CallTool { name: "add", arguments, input_schema: None };
    match session.call(add, &mut |_| {}).await? {
        Outcome::Result(result) => {
            let result = ToolResult::from_result(parse(result.as_bytes())?)?;
            let what = if result.is_error { "the tool failed:" } else { "the sum is" };
            result.texts().for_each(|text| println!("{what} {text}"));
        }
        Outcome::Error(error) => return Err(format!("the server says {}", error.code).into()),
        _ => return Err("the server wants more than an answer to a call".into()),
    }
    session.end().await;
    Ok(())
}
