//! The scenarios.

use mcpico_core::json::Value;
use mcpico_core::mcp::{Method, Page};
use mcpico_http::std::{Session, SessionError};

use crate::environment::Environment;
use crate::tools::Tools;
use crate::{Fault, oauth, skills, tools};

pub(crate) async fn run(environment: &Environment) -> Result<(), Fault> {
    let mut session = connect(environment).await?;
    let done = steps(environment, &mut session).await;
    session.end().await;
    done
}

/// A session that is ready, with a token when the server wants one.
async fn connect(environment: &Environment) -> Result<Session, Fault> {
    let url = &environment.url;
    let mut session = Session::new(url, environment.options(None))?;
    let rejection = match session.connect().await {
        Err(SessionError::Rejected(rejection)) if rejection.status == 401 => rejection,
        connected => {
            connected?;
            return Ok(session);
        }
    };
    let token = oauth::token(url, &rejection, &environment.context).await?;
    let mut session = Session::new(url, environment.options(Some(token)))?;
    session.connect().await?;
    Ok(session)
}

async fn steps(environment: &Environment, session: &mut Session) -> Result<(), Fault> {
    if let Some(wanted) = environment.scenario.strip_prefix("sep-2640-client-") {
        let skills = skills::list(session).await?;
        // Without somebody who wants a skill, none is loaded.
        let wanted = if wanted == "no-prefetch" { &[] } else { &*skills };
        for skill in wanted {
            skill.load(session).await?;
        }
        return Ok(());
    }
    let tools = tools::list(session).await?;
    match &*environment.scenario {
        "initialize" | "json-schema-ref-no-deref" | "request-metadata" => {}
        "sep-2322-client-request-state" => call_all(session, &tools).await?,
        "sse-retry" => {
            tools::call(session, &tools, "test_reconnection", "{}").await?;
        }
        "http-standard-headers" => {
            call_all(session, &tools).await?;
            use_library(session).await?;
        }
        "tools_call" => {
            tools::call(session, &tools, "add_numbers", r#"{"a":5,"b":3}"#).await?;
        }
        "elicitation-sep1034-client-defaults" => {
            tools::call(session, &tools, "test_client_elicitation_defaults", "{}").await?;
        }
        "http-custom-headers" => {
            let calls = environment.context["toolCalls"].as_array().ok_or("no toolCalls")?;
            for call in calls {
                let name = call["name"].as_str().ok_or("a call without a name")?;
                tools::call(session, &tools, name, &call["arguments"].to_string()).await?;
            }
        }
        "http-invalid-tool-headers" => {
            call_all(session, &tools).await?;
        }
        "json-schema-2020-12-preservation" => {
            let schema = tools.get("json_schema_2020_12_tool").ok_or("no such tool")?;
            let arguments = format!("{{\"schema\":{schema}}}");
            tools::call(session, &tools, "json_schema_echo", &arguments).await?;
        }
        other if other.starts_with("auth/") => call_all(session, &tools).await?,
        other => return Err(format!("unknown scenario {other}").into()),
    }
    Ok(())
}

/// Calls every tool without arguments.
async fn call_all(session: &mut Session, tools: &Tools) -> Result<(), Fault> {
    for name in tools.keys() {
        tools::call(session, tools, name, "{}").await?;
    }
    Ok(())
}

/// Reads every resource and gets every prompt of the first page.
async fn use_library(session: &mut Session) -> Result<(), Fault> {
    let result = tools::result(session, Method::ListResources { cursor: None }).await?;
    for resource in Page::from_result(tools::parse(&result)?, "resources")?.items {
        let uri = tools::text(resource, "uri")?.ok_or("a resource has no uri")?;
        tools::result(session, Method::ReadResource { uri: &uri }).await?;
    }
    let result = tools::result(session, Method::ListPrompts { cursor: None }).await?;
    for prompt in Page::from_result(tools::parse(&result)?, "prompts")?.items {
        let name = tools::text(prompt, "name")?.ok_or("a prompt has no name")?;
        let arguments = Some(Value::empty_object());
        tools::result(session, Method::GetPrompt { name: &name, arguments }).await?;
    }
    Ok(())
}
