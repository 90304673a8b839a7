//! Puts `memory.x` where the linker script of `cortex-m-rt` looks for it, and tells whether there is Thumb-2.

use std::{env, fs, path::PathBuf};

fn main() {
    println!("cargo:rerun-if-changed=memory.x");
    println!("cargo:rustc-check-cfg=cfg(thumb2)");
    let target = env::var("TARGET").expect("cargo names the target");
    if target.starts_with("thumbv7") {
        println!("cargo:rustc-cfg=thumb2");
    }
    if target.starts_with("thumb") {
        let out = PathBuf::from(env::var("OUT_DIR").expect("cargo names the folder"));
        fs::write(out.join("memory.x"), include_str!("memory.x")).expect("the folder is there");
        println!("cargo:rustc-link-search={}", out.display());
        println!("cargo:rustc-link-arg-bins=--nmagic");
        println!("cargo:rustc-link-arg-bins=-Tlink.x");
    }
}
