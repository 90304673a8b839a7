//! Loops: calls one after the other, whose cleanup runs whatever happens before it.

use std::time::Instant;

use serde_json::{Map, Value};

use super::caller::Caller;
use super::cases::Stop;
use super::configuration::{Loop, LoopStep, Scope, fill};
use super::judge::{self, Answer, locate};
use super::selection::id;
use crate::interruption::{self, Unfinished};
use crate::peer::Peer;
use crate::random;
use crate::report::{Category, Check, Report, Step, Verdict};
use crate::terminal::escape;

/// Runs loops in their order.
pub(super) async fn run(
    report: &mut Report,
    peer: &mut Peer,
    caller: &Caller<'_>,
    loops: &[(&str, &Loop)],
    stop: &Stop,
) {
    report.begin(Category::Loops, loops.len());
    for (key, tool_loop) in loops {
        let started = Instant::now();
        let (verdict, steps) = match stop.reason() {
            Some(why) => (Verdict::Skipped(why), Vec::new()),
            None => caller.tool_loop(peer, tool_loop).await,
        };
        report.executed +=
            steps.iter().filter(|step| matches!(step.verdict, Verdict::Passed(_))).count();
        let check = Check {
            id: id(Category::Loops, key),
            title: escape(key).into_owned(),
            category: Category::Loops,
            verdict,
            took: started.elapsed(),
            retries: Vec::new(),
            steps,
        };
        stop.note(report, &check);
        report.push(check);
    }
}

impl Caller<'_> {
    async fn tool_loop(&self, peer: &mut Peer, tool_loop: &Loop) -> (Verdict, Vec<Step>) {
        let uuid = match random::uuid() {
            Ok(uuid) => uuid,
            Err(failure) => return (Verdict::Failed(failure.what), Vec::new()),
        };
        // From the first step on there may be something to clean up.
        let _unfinished = Unfinished::begin();
        let mut saved = Map::new();
        let mut steps = Vec::new();
        let mut faults: Vec<String> = Vec::new();
        for (index, step) in tool_loop.steps.value.iter().enumerate() {
            let started = Instant::now();
            let number = index + 1;
            let left_out = if faults.is_empty() {
                None
            } else if !step.is_cleanup {
                Some("a step before it failed")
            } else if tool_loop.cleanup_on_failure {
                None
            } else {
                Some("cleanup_on_failure is false: what the loop has made is still there")
            };
            let verdict = match left_out {
                Some(why) => Verdict::Skipped(why.into()),
                None if interruption::is_interrupted() && !step.is_cleanup => {
                    faults.push(format!("step {number}: interrupted"));
                    Verdict::Skipped("interrupted".into())
                }
                None => {
                    peer.goes_on_when_interrupted(step.is_cleanup);
                    match self.step(peer, step, &uuid[..8], &mut saved).await {
                        Ok(note) => Verdict::Passed(note),
                        Err(why) => {
                            let what = if step.is_cleanup { "cleanup" } else { "step" };
                            let tool = escape(&step.tool);
                            faults.push(format!("{what} {number} ({tool}): {why}"));
                            Verdict::Failed(why)
                        }
                    }
                }
            };
            steps.push(Step {
                tool: escape(&step.tool).into_owned(),
                is_cleanup: step.is_cleanup,
                verdict,
                took: started.elapsed(),
            });
        }
        peer.goes_on_when_interrupted(false);
        if faults.is_empty() {
            let plural = if steps.len() == 1 { "" } else { "s" };
            return (Verdict::Passed(format!("{} step{plural}", steps.len())), steps);
        }
        let is_dirty =
            steps.iter().any(|step| step.is_cleanup && !matches!(step.verdict, Verdict::Passed(_)));
        if is_dirty {
            let name = format!(
                "not everything was cleaned up: what the loop made has {} in its name",
                &uuid[..8]
            );
            faults.push(name);
        }
        (Verdict::Failed(faults.join("\n")), steps)
    }

    async fn step(
        &self,
        peer: &mut Peer,
        step: &LoopStep,
        uuid: &str,
        saved: &mut Map<String, Value>,
    ) -> Result<String, String> {
        let tool = self.listed_tool(&step.tool)?;
        let scope = Scope { uuid, variables: &self.configuration.variables, saved };
        let arguments = step.args.as_ref().map(|arguments| arguments.value.clone());
        let arguments = fill(&Value::Object(arguments.unwrap_or_default()), scope)?;
        // A step that got no answer may have been carried out.
        let answer = self.call(peer, tool, &arguments, false, &mut Vec::new()).await;
        let answer = answer.map_err(|fault| self.fault(fault))?;
        let note = judge::tool_result(tool, &answer, &step.expectation, scope)?;
        for (name, pointer) in step.save.iter() {
            let Answer::Result(result) = &answer else {
                return Err(format!("save: there is no result to take {} from", escape(name)));
            };
            let value = locate(result, &pointer.value).ok_or_else(|| {
                format!("save: there is nothing at {} for {}", escape(&pointer.value), escape(name))
            })?;
            saved.insert(name.to_owned(), value.into_owned());
        }
        Ok(note)
    }
}
