//! What is asked of the server: something harmless of each kind.

use mcpico_core::mcp::Method;
use serde_json::{Map, Value, json};

use crate::failure::Failure;
use crate::peer::Peer;
use crate::surface::{self, Fault, Kind};
use crate::terminal::escape;

/// Names of what no server has: to be asked for it harms nobody.
const NO_TOOL: &str = "mcpico-audit-no-such-tool";
const NO_RESOURCE: &str = "mcpico-audit:no-such-resource";
const NO_PROMPT: &str = "mcpico-audit-no-such-prompt";

/// A tool and what it is called with.
pub(crate) struct Tool {
    pub(crate) name: String,
    pub(crate) arguments: Value,
    pub(crate) schema: Value,
}

/// What is asked for.
pub(crate) struct Surface {
    pub(crate) tool: Tool,
    /// Why there is no tool that can be called, when there is none.
    pub(crate) no_tool: Option<String>,
    pub(crate) resource: String,
    pub(crate) prompt: String,
    pub(crate) prompt_arguments: Value,
}

impl Surface {
    /// What nobody has.
    pub(crate) fn unknown(why: &str) -> Self {
        let schema = json!({"type": "object"});
        Self {
            tool: Tool { name: NO_TOOL.into(), arguments: json!({}), schema },
            no_tool: Some(why.to_owned()),
            resource: NO_RESOURCE.into(),
            prompt: NO_PROMPT.into(),
            prompt_arguments: json!({}),
        }
    }

    /// What the server lists: the tool `wanted`, or one that is said to be harmless.
    ///
    /// # Errors
    /// The server has no tool of that name, or none can be called with `arguments`.
    pub(crate) async fn of(
        peer: &mut Peer,
        wanted: Option<&str>,
        arguments: Option<&Value>,
    ) -> Result<Self, Failure> {
        let mut found = Self::unknown("the server lists no tool that it declares as harmless");
        if let Ok(tools) = surface::list(peer, Kind::Tools).await {
            found.take_tool(&tools.entries, wanted, arguments)?;
        } else if let Some(name) = wanted {
            found.name_tool(name, arguments);
        }
        if let Ok(resources) = surface::list(peer, Kind::Resources).await
            && let Some(uri) = resources.entries.first().and_then(|entry| entry["uri"].as_str())
        {
            uri.clone_into(&mut found.resource);
        }
        if let Ok(prompts) = surface::list(peer, Kind::Prompts).await
            && let Some(prompt) = prompts.entries.first()
        {
            prompt["name"].as_str().unwrap_or_default().clone_into(&mut found.prompt);
            found.prompt_arguments = prompt_arguments(prompt);
        }
        Ok(found)
    }

    /// A tool whose schema is not known.
    pub(crate) fn name_tool(&mut self, name: &str, arguments: Option<&Value>) {
        name.clone_into(&mut self.tool.name);
        self.tool.arguments = arguments.cloned().unwrap_or_else(|| json!({}));
        self.no_tool = None;
    }

    fn take_tool(
        &mut self,
        tools: &[Value],
        wanted: Option<&str>,
        arguments: Option<&Value>,
    ) -> Result<(), Failure> {
        let callable = |tool: &&Value| guess(&tool["inputSchema"]).is_some();
        let harmless = || {
            let declared = |tool: &&Value| tool["annotations"]["readOnlyHint"] == true;
            tools.iter().filter(declared).filter(callable)
        };
        let tool = if let Some(name) = wanted {
            let named = tools.iter().find(|tool| tool["name"] == name);
            let missing = || format!("--tool: the server has no tool {}", escape(name));
            Some(named.ok_or_else(|| Failure::usage(missing()))?)
        } else {
            // One that takes nothing is most likely to say something about the caller.
            harmless()
                .find(|tool| required(&tool["inputSchema"]).is_empty())
                .or_else(|| harmless().next())
        };
        let Some(tool) = tool else { return Ok(()) };
        let guessed = arguments.cloned().or_else(|| guess(&tool["inputSchema"]));
        let name = tool["name"].as_str().unwrap_or_default();
        let guessed = guessed.ok_or_else(|| {
            let name = escape(name);
            Failure::usage(format!("--tool {name}: give its arguments with --tool-args"))
        })?;
        self.tool =
            Tool { name: name.to_owned(), arguments: guessed, schema: tool["inputSchema"].clone() };
        self.no_tool = None;
        Ok(())
    }
}

fn required(schema: &Value) -> Vec<&str> {
    schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Arguments that fit a simple schema.
fn guess(schema: &Value) -> Option<Value> {
    let mut arguments = Map::new();
    for name in required(schema) {
        arguments.insert(name.to_owned(), guess_value(&schema["properties"][name])?);
    }
    Some(Value::Object(arguments))
}

fn guess_value(schema: &Value) -> Option<Value> {
    let first = |name: &str| schema[name].as_array().and_then(|values| values.first()).cloned();
    let given = [schema.get("const").cloned(), schema.get("default").cloned()];
    if let Some(value) =
        given.into_iter().flatten().next().or_else(|| first("examples")).or_else(|| first("enum"))
    {
        return Some(value);
    }
    Some(match schema["type"].as_str()? {
        "string" => "mcpico".into(),
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or_else(|| 1.into()),
        "boolean" => false.into(),
        "array" => json!([]),
        "object" => guess(schema)?,
        _ => return None,
    })
}

fn prompt_arguments(prompt: &Value) -> Value {
    let arguments = prompt["arguments"].as_array().into_iter().flatten();
    let required = arguments.filter(|argument| argument["required"] == true);
    let named = required.filter_map(|argument| argument["name"].as_str());
    named.map(|name| (name.to_owned(), Value::from("mcpico"))).collect::<Map<_, _>>().into()
}

/// The result of a call, or why there is none.
///
/// # Errors
/// One escaped line.
pub(crate) async fn call(peer: &mut Peer, tool: &Tool) -> Result<Value, String> {
    let (arguments, schema) = (tool.arguments.to_string(), tool.schema.to_string());
    let parse = |text| mcpico_core::json::parse(text).map_err(|error| error.to_string());
    let method = Method::CallTool {
        name: &tool.name,
        arguments: Some(parse(arguments.as_bytes())?),
        input_schema: Some(parse(schema.as_bytes())?),
    };
    surface::result(peer, method, &mut |_| {}).await.map_err(|fault| match fault {
        Fault::Session(error) => escape(&error.to_string()).into_owned(),
        Fault::Answer(what) => what,
        Fault::NotOffered => "the server has no tools".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(tools: &[Value]) -> Option<String> {
        let mut surface = Surface::unknown("none");
        surface.take_tool(tools, None, None).unwrap();
        surface.no_tool.is_none().then_some(surface.tool.name)
    }

    #[test]
    fn only_what_is_declared_to_be_harmless_is_called_unasked() {
        let schema = json!({"type": "object"});
        let mut tools = vec![
            json!({"name": "says_nothing", "inputSchema": schema}),
            json!({"name": "writes", "inputSchema": schema, "annotations": {"readOnlyHint": false}}),
            json!({"name": "as_text", "inputSchema": schema, "annotations": {"readOnlyHint": "true"}}),
            json!({"name": "idempotent", "inputSchema": schema,
                "annotations": {"destructiveHint": false, "idempotentHint": true}}),
        ];
        assert_eq!(taken(&tools), None);
        let schema =
            json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}});
        let annotations = json!({"readOnlyHint": true});
        tools.push(json!({"name": "reads", "inputSchema": schema, "annotations": annotations}));
        assert_eq!(taken(&tools).as_deref(), Some("reads"));
        let mut surface = Surface::unknown("none");
        surface.take_tool(&tools, Some("writes"), None).unwrap();
        assert_eq!(surface.tool.name, "writes");
    }
}
