//! Gives the shared library its soname.

use std::env;

/// Part of the library's name that changes when programs must be compiled anew.
const ABI: &str = "0";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target_os = env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    let elf = !matches!(target_os.as_str(), "macos" | "ios" | "windows");
    // cargo-c sets a soname itself, the same one by `version_suffix_components = 1`.
    let by_cargo_c = env::var_os("CARGO_FEATURE_CAPI").is_some();
    if elf && !by_cargo_c {
        // Cargo gives a cdylib no soname. Without one, a program records the file that it was
        // linked with, libloyalty.so, and would load whatever version bears that name later. With
        // one it asks for libloyalty.so.0, a link that each installed version of this ABI answers
        // to. (Programs linked to target/release need that link too; scripts/install-c makes it.)
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libloyalty.so.{ABI}");
    }
}
