//! The scenarios.

use mcpico_http::std::Session;

use crate::environment::Environment;
use crate::{Fault, tools};

pub(crate) async fn run(environment: &Environment) -> Result<(), Fault> {
    let mut session = Session::new(&environment.url, environment.options())?;
    let done = steps(environment, &mut session).await;
    session.end().await;
    done
}

async fn steps(environment: &Environment, session: &mut Session) -> Result<(), Fault> {
    session.connect().await?;
    let tools = tools::list(session).await?;
    match &*environment.scenario {
        "initialize" | "json-schema-ref-no-deref" => {}
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
            for name in tools.keys() {
                tools::call(session, &tools, name, "{}").await?;
            }
        }
        "json-schema-2020-12-preservation" => {
            let schema = tools.get("json_schema_2020_12_tool").ok_or("no such tool")?;
            let arguments = format!("{{\"schema\":{schema}}}");
            tools::call(session, &tools, "json_schema_echo", &arguments).await?;
        }
        other => return Err(format!("unknown scenario {other}").into()),
    }
    Ok(())
}
