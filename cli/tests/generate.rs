//! `mcpico generate`: what a package of the command has beside it.

mod wire;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use wire::{ended, mcpico, scratch};

/// Every command that is shown has a page, and the page tells its flags.
#[test]
fn every_command_has_a_man_page() {
    let directory = scratch("man");
    let output = ended(mcpico().args(["generate", "man"]).arg(&directory));
    assert!(output.status.success(), "{output:?}");
    let names = fs::read_dir(&directory).unwrap().map(|file| file.unwrap().file_name());
    let pages: BTreeSet<String> = names.map(|name| name.into_string().unwrap()).collect();
    let help = ended(mcpico().arg("--help"));
    let help = String::from_utf8(help.stdout).unwrap();
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let (list, _) = list.split_once("\n\n").unwrap();
    let commands = list.lines().filter_map(|line| line.split_whitespace().next());
    let commands: Vec<_> = commands.filter(|command| *command != "help").collect();
    assert!(commands.contains(&"audit") && !commands.contains(&"generate"), "{commands:?}");
    for command in commands {
        assert!(pages.contains(&format!("mcpico-{command}.1")), "{command}: {pages:?}");
    }
    assert!(pages.contains("mcpico.1") && pages.contains("mcpico-token-compare-secrets.1"));
    let page = fs::read_to_string(directory.join("mcpico-audit.1")).unwrap();
    assert!(page.contains("backend") && page.contains("readOnlyHint"), "{page}");
}

/// It is more than a pipe holds.
fn completions(shell: &str) -> Output {
    let output = mcpico().args(["generate", "completions", shell]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    output
}

#[test]
fn every_shell_has_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = completions(shell);
        let script = String::from_utf8(output.stdout).unwrap();
        for word in ["audit", "compare-secrets", "patience", "leaks-signature"] {
            // PowerShell and elvish complete no values.
            let values = ["powershell", "elvish"].contains(&shell) && word == "leaks-signature";
            assert!(values || script.contains(word), "{shell}: {word}");
        }
    }
}

/// The script for bash is one that bash reads.
#[test]
fn bash_reads_its_completions() {
    let output = completions("bash");
    let mut bash = Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn().unwrap();
    bash.stdin.take().unwrap().write_all(&output.stdout).unwrap();
    assert!(bash.wait().unwrap().success());
}
