//! Provisions the key, and tells the linker where memory is.

use std::{env, fs, path::PathBuf};

/// The file with the secret, unless the variable names another.
const KEY: &str = "provision/demo.key";

/// The variable that names the file with the secret.
const VARIABLE: &str = "MCPICO_DEVICE_KEY";

fn main() {
    for changed in ["memory.x", KEY, "build.rs"] {
        println!("cargo:rerun-if-changed={changed}");
    }
    println!("cargo:rerun-if-env-changed={VARIABLE}");
    println!("cargo:rustc-check-cfg=cfg(ethernet_interrupt)");
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo names the folder"));
    let target = env::var("TARGET").expect("cargo names the target");
    // A Cortex-M0 has no interrupt 42.
    if target.starts_with("thumbv7") {
        println!("cargo:rustc-cfg=ethernet_interrupt");
    }
    let file = env::var(VARIABLE).unwrap_or_else(|_| KEY.to_owned());
    println!("cargo:rerun-if-changed={file}");
    let secret = fs::read(&file).unwrap_or_else(|error| panic!("the key {file}: {error}"));
    assert!(secret.len() >= 32, "the key {file} has fewer than 32 bytes");
    fs::write(out.join("secret"), secret).expect("the folder is there");
    fs::write(out.join("memory.x"), include_str!("memory.x")).expect("the folder is there");
    println!("cargo:rustc-link-search={}", out.display());
    println!("cargo:rustc-link-arg-bins=--nmagic");
    println!("cargo:rustc-link-arg-bins=-Tlink.x");
}
