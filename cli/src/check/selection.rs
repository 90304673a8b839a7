//! Which cases of a configuration run.

use std::collections::BTreeMap;
use std::str::FromStr;

use clap::Args;
use serde_json::{Value, json};

use super::configuration::{Configuration, Loop, PromptCase, ResourceCase, ToolCase};
use crate::failure::Failure;
use crate::output;
use crate::report::{Category, Report, Requirement};
use crate::terminal::escape;

/// Names that an error shows.
const SHOWN: usize = 10;

/// From which similarity on a name is suggested (Jaro and Winkler; 1 is the same).
const SIMILAR: f64 = 0.8;

/// Most cases that run at a time.
const MAX_PARALLEL: i64 = 64;

/// What the command line says about which cases run, and how.
#[derive(Clone, Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(crate) struct Selection {
    /// Cases of tools: all, none, or names with commas between them; the name of a tool takes all its cases
    ///
    /// When one of --tools, --resources, --prompts and --loops is given, the others leave theirs out.
    #[arg(long, value_name = "SELECTOR")]
    tools: Option<Selector>,

    /// Cases of resources: all, none, or names
    #[arg(long, value_name = "SELECTOR")]
    resources: Option<Selector>,

    /// Cases of prompts: all, none, or names
    #[arg(long, value_name = "SELECTOR")]
    prompts: Option<Selector>,

    /// Loops: all, none, or names
    #[arg(long, value_name = "SELECTOR")]
    loops: Option<Selector>,

    /// Print which cases there are and would run, and end
    #[arg(long)]
    pub(super) list: bool,

    /// Leave out everything whose declared effect is not none, and all loops
    #[arg(long)]
    idempotent_only: bool,

    /// Fail when a tool of the server was called by no case and no loop
    #[arg(long)]
    pub(super) validate_coverage: bool,

    /// Run cases whose effect writes also outside of loops
    #[arg(long)]
    pub(super) allow_writes: bool,

    /// Run up to N cases at a time, each in a session of its own; loops run one after the other
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(i64).range(1..=MAX_PARALLEL))]
    max_parallel: i64,

    /// Old spelling of --tools all
    #[arg(long, hide = true, conflicts_with = "tools")]
    tools_test: bool,

    /// Old spelling of --resources all
    #[arg(long, hide = true, conflicts_with = "resources")]
    resources_test: bool,

    /// Old spelling of --tools NAME
    #[arg(
        short = 'T',
        long = "test-tool",
        value_name = "NAME",
        hide = true,
        conflicts_with = "tools"
    )]
    test_tool: Option<String>,

    /// Old spelling of --resources URI
    #[arg(
        short = 'R',
        long = "test-resource",
        value_name = "URI",
        hide = true,
        conflicts_with = "resources"
    )]
    test_resource: Option<String>,
}

/// Some of the cases of a category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Selector {
    All,
    None,
    Names(Vec<String>),
}

impl FromStr for Selector {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "all" => Ok(Self::All),
            "none" => Ok(Self::None),
            names => {
                let names: Vec<_> = names.split(',').map(|name| name.trim().to_owned()).collect();
                if names.iter().any(String::is_empty) {
                    return Err("an empty name: give all, none, or names with commas between them");
                }
                Ok(Self::Names(names))
            }
        }
    }
}

/// What runs, and what is left out.
#[derive(Debug, Default)]
pub(super) struct Plan<'c> {
    pub(super) tools: Vec<(&'c str, &'c ToolCase)>,
    pub(super) resources: Vec<(&'c str, &'c ResourceCase)>,
    pub(super) prompts: Vec<(&'c str, &'c PromptCase)>,
    pub(super) loops: Vec<(&'c str, &'c Loop)>,
    left_out: BTreeMap<Category, Vec<String>>,
    required: Vec<Requirement>,
}

impl Selection {
    /// Whether cases are chosen, for which there has to be a configuration.
    pub(super) fn is_used(&self) -> bool {
        self.chosen().iter().any(|(_, selector)| selector.is_some())
            || self.list
            || self.idempotent_only
            || self.validate_coverage
            || self.allow_writes
            || self.max_parallel > 1
    }

    pub(super) fn max_parallel(&self) -> usize {
        usize::try_from(self.max_parallel).unwrap_or(1)
    }

    /// Says how the old options are spelled now.
    pub(super) fn hint(&self) {
        for (used, old, new) in [
            (self.tools_test, "--tools-test", "--tools all"),
            (self.resources_test, "--resources-test", "--resources all"),
            (self.test_tool.is_some(), "-T NAME", "--tools NAME"),
            (self.test_resource.is_some(), "-R URI", "--resources URI"),
        ] {
            if used {
                output::error_line(&format!("{old} is understood; it is {new} now"));
            }
        }
    }

    /// The selectors, those of the old options among them.
    fn chosen(&self) -> [(Category, Option<Selector>); 4] {
        let old = |all: bool, name: &Option<String>| match name {
            Some(name) => Some(Selector::Names(vec![name.clone()])),
            None => all.then_some(Selector::All),
        };
        let tools = self.tools.clone().or_else(|| old(self.tools_test, &self.test_tool));
        let resources =
            self.resources.clone().or_else(|| old(self.resources_test, &self.test_resource));
        [
            (Category::Tools, tools),
            (Category::Resources, resources),
            (Category::Prompts, self.prompts.clone()),
            (Category::Loops, self.loops.clone()),
        ]
    }

    /// What of `configuration` runs.
    ///
    /// # Errors
    /// A name that no case has, with those that are like it.
    pub(super) fn plan<'c>(&self, configuration: &'c Configuration) -> Result<Plan<'c>, Failure> {
        let mut plan = Plan::default();
        let [tools, resources, prompts, loops] = self.selectors();
        let harmless = |effect: Option<super::configuration::Effect>| {
            !self.idempotent_only || effect.is_some_and(|effect| !effect.writes())
        };
        let cases = configuration.test_tools.iter();
        plan.tools = plan.choose(Category::Tools, &tools, cases.collect(), |key, case| Named {
            names: vec![key, Configuration::tool_of(key, case)],
            is_allowed: harmless(case.effect),
        })?;
        let cases = configuration.test_resources.iter();
        plan.resources =
            plan.choose(Category::Resources, &resources, cases.collect(), |key, case| Named {
                names: vec![key, case.uri.as_deref().unwrap_or(key)],
                is_allowed: !self.idempotent_only
                    || case.effect.is_none_or(|effect| !effect.writes()),
            })?;
        let cases = configuration.test_prompts.iter();
        plan.prompts = plan.choose(Category::Prompts, &prompts, cases.collect(), |key, case| {
            Named { names: vec![key, case.prompt.as_deref().unwrap_or(key)], is_allowed: true }
        })?;
        let cases = configuration.tool_loops.iter();
        plan.loops = plan.choose(Category::Loops, &loops, cases.collect(), |key, _| Named {
            names: vec![key],
            is_allowed: !self.idempotent_only,
        })?;
        Ok(plan)
    }

    /// A category that is not spoken of has all its cases, unless another one is spoken of.
    fn selectors(&self) -> [Selector; 4] {
        let chosen = self.chosen();
        let others = if chosen.iter().any(|(_, selector)| selector.is_some()) {
            Selector::None
        } else {
            Selector::All
        };
        chosen.map(|(_, selector)| selector.unwrap_or_else(|| others.clone()))
    }
}

/// A case as selectors see it.
struct Named<'n> {
    names: Vec<&'n str>,
    is_allowed: bool,
}

impl<'c> Plan<'c> {
    fn choose<T>(
        &mut self,
        category: Category,
        selector: &Selector,
        cases: Vec<(&'c str, &'c T)>,
        describe: impl Fn(&'c str, &'c T) -> Named<'c>,
    ) -> Result<Vec<(&'c str, &'c T)>, Failure> {
        if let Selector::Names(wanted) = selector {
            let known: Vec<_> =
                cases.iter().flat_map(|(key, case)| describe(key, case).names).collect();
            for name in wanted {
                if !known.contains(&name.as_str()) {
                    return Err(unknown(category, name, &known));
                }
            }
        }
        let mut chosen = Vec::new();
        for (key, case) in cases {
            let Named { names, is_allowed } = describe(key, case);
            let is_wanted = match selector {
                Selector::All => true,
                Selector::None => false,
                Selector::Names(wanted) => {
                    names.iter().any(|name| wanted.iter().any(|w| w == name))
                }
            };
            if is_wanted && is_allowed {
                chosen.push((key, case));
                if matches!(selector, Selector::Names(_)) {
                    self.required.push(Requirement::Case(id(category, key)));
                }
            } else {
                self.left_out.entry(category).or_default().push(id(category, key));
            }
        }
        if !chosen.is_empty() {
            self.required.push(Requirement::Category(category));
        }
        Ok(chosen)
    }

    /// Tells the report what is left out and what has to run.
    pub(super) fn announce(&self, report: &mut Report) {
        report.is_configured = true;
        report.left_out.clone_from(&self.left_out);
        report.required.clone_from(&self.required);
        for (key, case) in &self.tools {
            if case.expectation.search.as_ref().is_some_and(super::judge::Search::passes_nothing) {
                report.untested.push(format!(
                    "{}: an answer without results passes (min_results is 0 and must_contain empty)",
                    escape(key)
                ));
            }
        }
    }

    /// The ids of all cases that run.
    pub(super) fn ids(&self) -> Vec<(Category, &'c str)> {
        let of = |category| move |key: &'c str| (category, key);
        let tools = self.tools.iter().map(|(key, _)| *key).map(of(Category::Tools));
        let resources = self.resources.iter().map(|(key, _)| *key).map(of(Category::Resources));
        let prompts = self.prompts.iter().map(|(key, _)| *key).map(of(Category::Prompts));
        let loops = self.loops.iter().map(|(key, _)| *key).map(of(Category::Loops));
        tools.chain(resources).chain(prompts).chain(loops).collect()
    }

    /// What runs, as JSON.
    pub(super) fn json(&self) -> Value {
        let effect = |effect: Option<super::configuration::Effect>| {
            effect.map(super::configuration::Effect::name)
        };
        let tools = self.tools.iter().map(|(key, case)| {
            json!({"name": key, "tool": Configuration::tool_of(key, case), "effect": effect(case.effect)})
        });
        let resources = self.resources.iter().map(|(key, case)| {
            json!({"name": key, "uri": case.uri.as_deref().unwrap_or(key), "effect": effect(case.effect)})
        });
        let prompts = self.prompts.iter().map(
            |(key, case)| json!({"name": key, "prompt": case.prompt.as_deref().unwrap_or(key)}),
        );
        let loops = self.loops.iter().map(|(key, case)| {
            let steps = case.steps.value.iter().map(|step| step.tool.as_str());
            json!({"name": key, "tools": steps.collect::<Vec<_>>()})
        });
        let left_out =
            self.left_out.iter().map(|(category, ids)| (category.name().to_owned(), json!(ids)));
        json!({
            "tools": tools.collect::<Vec<_>>(),
            "resources": resources.collect::<Vec<_>>(),
            "prompts": prompts.collect::<Vec<_>>(),
            "loops": loops.collect::<Vec<_>>(),
            "left_out": left_out.collect::<serde_json::Map<_, _>>(),
        })
    }

    /// Prints what runs.
    pub(super) fn print(&self) {
        for category in Category::CONFIGURED {
            let listed = &self.json()[category.name()];
            let listed = listed.as_array().cloned().unwrap_or_default();
            let left_out = self.left_out.get(&category);
            if listed.is_empty() && left_out.is_none() {
                continue;
            }
            output::line(category.name());
            for entry in listed {
                let words =
                    ["tool", "uri", "prompt"].iter().filter_map(|name| entry[name].as_str());
                let name = entry["name"].as_str().unwrap_or_default();
                let mut about: Vec<_> =
                    words.filter(|word| *word != name).map(str::to_owned).collect();
                match (&entry["effect"], category) {
                    (Value::String(effect), _) => about.push(format!("effect {effect}")),
                    (_, Category::Tools) => about.push("no effect declared".into()),
                    _ => {}
                }
                if let Some(tools) = entry["tools"].as_array() {
                    let tools = tools.iter().filter_map(Value::as_str).collect::<Vec<_>>();
                    about.push(tools.join(", "));
                }
                let about = about.join("; ");
                let separator = if about.is_empty() { "" } else { "  " };
                output::line(&format!("  {}{separator}{}", escape(name), escape(&about)));
            }
            for id in left_out.into_iter().flatten() {
                let name = id.split_once('/').map_or(id.as_str(), |(_, name)| name);
                output::line(&format!("  {}  left out", escape(name)));
            }
        }
    }
}

/// The id of the check of a case.
pub(super) fn id(category: Category, key: &str) -> String {
    format!("{}/{key}", category.name())
}

fn unknown(category: Category, name: &str, known: &[&str]) -> Failure {
    let what = format!("--{}: the configuration has no {}", category.name(), escape(name));
    let failure = Failure::usage(what);
    match similar(name, known) {
        Some(similar) => failure.hint(format!("did you mean {}?", escape(similar))),
        None => failure.hint(format!("it has {}", first(known))),
    }
}

/// The name that is most like `name`, if one is.
pub(super) fn similar<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let scored = known.iter().map(|other| (strsim::jaro_winkler(name, other), *other));
    let best = scored.max_by(|(one, _), (other, _)| one.total_cmp(other));
    best.filter(|(score, _)| *score >= SIMILAR).map(|(_, name)| name)
}

/// The first names, and how many more there are.
pub(super) fn first(names: &[&str]) -> String {
    let mut distinct = names.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let shown = distinct.iter().take(SHOWN).map(|name| escape(name).into_owned());
    let shown = shown.collect::<Vec<_>>().join(", ");
    match distinct.len().checked_sub(SHOWN) {
        _ if distinct.is_empty() => "none".into(),
        None | Some(0) => shown,
        Some(more) => format!("{shown} and {more} more"),
    }
}
