//! Templates in strings: `{uuid}`, `{env.NAME}` and `{saved.NAME}`.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::{Map, Value};

use crate::yaml::Entries;

static TEMPLATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\{(?:(uuid)|env\.([A-Za-z0-9_]+)|saved\.([A-Za-z0-9_]+))\}").expect("it is fixed")
});

/// What templates stand for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'s> {
    /// The same in a whole loop, another one in the next.
    pub(crate) uuid: &'s str,
    pub(crate) variables: &'s Entries<String>,
    /// What earlier steps have saved.
    pub(crate) saved: &'s Map<String, Value>,
}

/// `value` with what its templates stand for. A string that is one template and nothing else becomes
/// what was saved, of any type.
///
/// # Errors
/// The template that stands for nothing.
pub(crate) fn fill(value: &Value, scope: Scope<'_>) -> Result<Value, String> {
    Ok(match value {
        Value::String(text) => return fill_text(text, scope),
        Value::Array(items) => {
            items.iter().map(|item| fill(item, scope)).collect::<Result<_, _>>()?
        }
        Value::Object(members) => {
            let members = members.iter();
            let members = members.map(|(name, value)| Ok((name.clone(), fill(value, scope)?)));
            Value::Object(members.collect::<Result<_, String>>()?)
        }
        other => other.clone(),
    })
}

fn fill_text(text: &str, scope: Scope<'_>) -> Result<Value, String> {
    let mut missing = None;
    let mut whole = None;
    let filled = TEMPLATE.replace_all(text, |found: &Captures<'_>| {
        let value = stands_for(found, scope);
        match value {
            Ok(value) if found[0] == *text => {
                whole = Some(value);
                String::new()
            }
            Ok(Value::String(text)) => text,
            Ok(other) => other.to_string(),
            Err(why) => {
                missing.get_or_insert(why);
                String::new()
            }
        }
    });
    let filled = filled.into_owned();
    match missing {
        Some(why) => Err(why),
        None => Ok(whole.unwrap_or_else(|| filled.into())),
    }
}

fn stands_for(found: &Captures<'_>, scope: Scope<'_>) -> Result<Value, String> {
    if let Some(name) = found.get(2) {
        let name = name.as_str();
        let value = scope.variables.find(name).cloned().map(Value::from);
        value.ok_or_else(|| format!("{{env.{name}}}: environment has no {name}"))
    } else if let Some(name) = found.get(3) {
        let name = name.as_str();
        let value = scope.saved.get(name).cloned();
        value.ok_or_else(|| format!("{{saved.{name}}}: no earlier step has saved {name}"))
    } else {
        Ok(scope.uuid.into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filled(value: &Value) -> Result<Value, String> {
        let variables = [("BUCKET".to_owned(), "b".to_owned())].into_iter().collect();
        let saved = json!({"id": 7, "name": "n"});
        let saved = saved.as_object().unwrap();
        fill(value, Scope { uuid: "0123abcd", variables: &variables, saved })
    }

    #[test]
    fn templates_are_filled_at_any_depth() {
        let value = json!({
            "a": ["t-{uuid}.txt", {"b": "s3://{env.BUCKET}/{uuid}"}], "n": 1, "x": null,
            "typed": "{saved.id}", "text": "item {saved.id} {saved.name}",
        });
        let expected = json!({
            "a": ["t-0123abcd.txt", {"b": "s3://b/0123abcd"}], "n": 1, "x": null,
            "typed": 7, "text": "item 7 n",
        });
        assert_eq!(filled(&value), Ok(expected));
    }

    #[test]
    fn other_braces_stay() {
        for text in ["{}", "{\"a\":1}", "{UUID}", "{env}", "{env.}", "{ uuid }", "{uuid", "%7Buuid"]
        {
            assert_eq!(filled(&json!(text)), Ok(json!(text)));
        }
    }

    #[test]
    fn what_stands_for_nothing_is_named() {
        for (text, name) in [("a{env.NO}", "{env.NO}"), ("{saved.no}", "{saved.no}")] {
            let why = filled(&json!([text])).unwrap_err();
            assert!(why.starts_with(name), "{why}");
        }
    }
}
