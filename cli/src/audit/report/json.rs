//! What is told to programs.

use mcpico_core::mcp::Revision;
use serde_json::{Value, json};

use super::Report;
use crate::audit::layer::{Class, Layer};
use crate::audit::verdict::Kind;
use crate::exit::Exit;

impl Report {
    /// The same for programs, by `docs/audit.schema.json`.
    pub(in crate::audit) fn json(&self, exit: Exit, sent: usize) -> Value {
        let probes: Vec<_> = self
            .cells
            .iter()
            .map(|cell| {
                json!({
                    "id": cell.id, "layer": cell.layer.id(), "title": cell.title,
                    "revision": cell.revision.map(Revision::name),
                    "class": cell.class.map(Class::id),
                    "verdict": cell.verdict.kind.id(),
                    "note": cell.verdict.note,
                    "status": cell.verdict.status,
                    "known": self.known(cell),
                })
            })
            .collect();
        let layers = Layer::ALL.map(|layer| {
            json!({"id": layer.id(), "title": layer.title(), "state": self.state(layer).id()})
        });
        let diagnoses: Vec<_> = self
            .diagnoses
            .iter()
            .map(|diagnosis| {
                json!({
                    "id": diagnosis.name.id, "what": diagnosis.name.what,
                    "evidence": diagnosis.evidence, "advice": diagnosis.name.advice,
                    "known": self.is_known(diagnosis),
                })
            })
            .collect();
        let untested: Vec<_> = self
            .untested()
            .into_iter()
            .map(|(needs, probes)| json!({"needs": needs, "probes": probes}))
            .collect();
        let revisions: Vec<_> = self
            .sides
            .iter()
            .map(|(revision, has_session)| json!({"name": revision.name(), "session": has_session}))
            .collect();
        json!({
            "schema": "mcpico-audit/1",
            "endpoint": self.endpoint,
            "token": self.token,
            "given": self.given,
            "revisions": revisions,
            "tool": self.tool,
            "requests": {"sent": sent, "planned": self.planned, "rate": self.rate},
            "probes": probes,
            "layers": layers,
            "diagnoses": diagnoses,
            "not_tested": untested,
            "required_and_not_tested": self.unmet,
            "known_and_not_seen": self.mended(),
            "summary": {
                "proved": self.count(Kind::Proved), "refused": self.count(Kind::Refused),
                "accepted": self.count(Kind::Accepted),
                "wrong_refusals": self.count(Kind::WrongRefusal),
                "inconclusive": self.count(Kind::Inconclusive),
                "known": self.count_known(),
            },
            "conclusion": self.conclusion(exit),
            "exit_code": exit as u8,
        })
    }
}
