//! `mcpico audit` against servers that lie, each in one way, and against honest ones.

mod forgetful;
mod guard;
mod honest;
#[path = "../client/house.rs"]
#[allow(dead_code, reason = "the tests of the other commands take more of it")]
mod house;
mod known;
mod lies;
mod page;
#[path = "../client/schema.rs"]
mod schema;
mod unclear;
mod usage;
#[path = "../wire/mod.rs"]
mod wire;

use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;

use wire::{SECRET, Server};

/// Probes that wait for a token to expire.
const WAITING: &str = "used-then-expired,expired-one-second";

/// What an audit said.
struct Audited {
    code: i32,
    report: Value,
    err: String,
}

impl Audited {
    fn ids(&self) -> Vec<&str> {
        let diagnoses = self.report["diagnoses"].as_array().unwrap().iter();
        diagnoses.map(|diagnosis| diagnosis["id"].as_str().unwrap()).collect()
    }

    fn count(&self, kind: &str) -> u64 {
        self.report["summary"][kind].as_u64().unwrap()
    }

    fn state(&self, layer: &str) -> &str {
        let mut layers = self.report["layers"].as_array().unwrap().iter();
        layers.find(|found| found["id"] == layer).unwrap()["state"].as_str().unwrap()
    }

    /// The verdicts on a probe, at all doors.
    fn verdicts(&self, probe: &str) -> Vec<&str> {
        let probes = self.report["probes"].as_array().unwrap().iter();
        let cells = probes.filter(|cell| cell["id"] == probe);
        cells.map(|cell| cell["verdict"].as_str().unwrap()).collect()
    }
}

/// Audits a server with what `command` is given. No token and no secret may be seen.
fn audit(server: &Server, arguments: &[&str], given: impl FnOnce(&mut Command)) -> Audited {
    audit_at(&format!("http://{}/mcp", server.address), arguments, given)
}

fn audit_at(url: &str, arguments: &[&str], given: impl FnOnce(&mut Command)) -> Audited {
    let mut command = wire::mcpico();
    command.args(["audit", url]);
    command.args(arguments).args(["--format", "json"]);
    given(&mut command);
    let output = command.stdin(Stdio::null()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(!out.contains(SECRET) && !err.contains(SECRET), "the secret is shown");
    for word in out.split("eyJ").skip(1) {
        let in_a_token = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
        assert!(word.chars().take_while(in_a_token).count() <= 8, "a token is shown: {out}");
    }
    let code = output.status.code().unwrap();
    let report = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{code}\n{out}\n{err}"));
    conforms(&report);
    assert_eq!(report["exit_code"], code);
    Audited { code, report, err }
}

fn with_secret(command: &mut Command) {
    command.env("MCP_JWT_SECRET", SECRET);
}

/// Every report is as the published schema says.
fn conforms(report: &Value) {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/audit.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
}
