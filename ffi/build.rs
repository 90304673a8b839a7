//! Gives the shared library a name that programs can rely on.

use std::env::var;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // Before 1.0 every minor version may change the interface.
    let (major, minor) = (var("CARGO_PKG_VERSION_MAJOR"), var("CARGO_PKG_VERSION_MINOR"));
    let (major, minor) = (major.unwrap_or_default(), minor.unwrap_or_default());
    let abi = if major == "0" { format!("{major}.{minor}") } else { major };
    if var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libmcpico.so.{abi}");
        // Without std nothing names the C library, whose memcpy is needed all the same.
        println!("cargo:rustc-cdylib-link-arg=-lc");
    }
}
