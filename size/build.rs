//! Links with the script of `cortex-m-rt` and keeps the inputs in a section of their own.

use std::{env, fs, path::PathBuf};

fn main() {
    println!("cargo:rerun-if-changed=inputs.x");
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo names the folder"));
    fs::write(out.join("inputs.x"), include_str!("inputs.x")).expect("the folder is there");
    println!("cargo:rustc-link-search={}", out.display());
    println!("cargo:rustc-link-arg-bins=--nmagic");
    println!("cargo:rustc-link-arg-bins=--icf=all");
    println!("cargo:rustc-link-arg-bins=-Tlink.x");
    println!("cargo:rustc-link-arg-bins=-Tinputs.x");
}
