//! What there is: probes and diagnoses.

use serde_json::{Value, json};

use super::diagnosis::NAMES;
use super::layer::{Class, Layer};
use super::probe::{PROBES, SEQUENCES};
use crate::output::line;

/// A table for people.
pub(super) fn print() {
    for layer in Layer::ALL {
        line(&format!("{} ({})", layer.title(), layer.id()));
        for probe in PROBES.iter().filter(|probe| probe.layer == layer) {
            line(&format!("  {:<32} {:<11} {}", probe.id, probe.expects.title(), probe.title));
        }
        for sequence in SEQUENCES.iter().filter(|sequence| sequence.layer == layer) {
            line(&format!("  {:<32} {:<11} {}", sequence.id, "", sequence.title));
        }
    }
    line("\ndiagnoses");
    for name in NAMES {
        line(&format!("  {:<32} {}", name.id, name.what));
    }
}

/// The same for programs.
pub(super) fn json() -> Value {
    let single = PROBES.iter().map(|probe| {
        json!({
            "id": probe.id, "layer": probe.layer.id(), "title": probe.title,
            "expects": probe.expects.title(),
        })
    });
    let several = SEQUENCES.iter().map(|sequence| {
        json!({
            "id": sequence.id, "layer": sequence.layer.id(), "title": sequence.title,
            "expects": null,
        })
    });
    let diagnoses: Vec<_> = NAMES
        .iter()
        .map(|name| json!({"id": name.id, "what": name.what, "advice": name.advice}))
        .collect();
    json!({
        "layers": Layer::ALL.map(|layer| json!({"id": layer.id(), "title": layer.title()})),
        "classes": Class::ALL.map(Class::id),
        "probes": single.chain(several).collect::<Vec<_>>(),
        "diagnoses": diagnoses,
    })
}
