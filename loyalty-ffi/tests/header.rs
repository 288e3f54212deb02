//! `include/loyalty.h` is what the crate says. `LOYALTY_UPDATE_HEADER=1` writes it anew.

use std::path::PathBuf;
use std::{env, fs};

use cbindgen::{Builder, Config};

const CRATE: &str = env!("CARGO_MANIFEST_DIR");
const WIDTH: usize = 100;

fn committed() -> PathBuf {
    PathBuf::from(CRATE).join("../include/loyalty.h")
}

fn version_macros() -> String {
    let macros = [
        ("LOYALTY_VERSION", concat!("\"", env!("CARGO_PKG_VERSION"), "\"")),
        ("LOYALTY_VERSION_MAJOR", env!("CARGO_PKG_VERSION_MAJOR")),
        ("LOYALTY_VERSION_MINOR", env!("CARGO_PKG_VERSION_MINOR")),
        ("LOYALTY_VERSION_PATCH", env!("CARGO_PKG_VERSION_PATCH")),
    ];
    let define = |(name, value)| format!("#define {name} {value}\n");
    let lines: String = macros.map(define).concat();
    format!("\n/** The version of this header; see also loyalty_version. */\n{lines}")
}

/// The header as it should be.
fn generated() -> String {
    let mut config = Config::from_file(format!("{CRATE}/cbindgen.toml")).expect("cbindgen.toml");
    config.after_includes = Some(version_macros());
    let bindings = Builder::new().with_crate(CRATE).with_config(config).generate();
    let mut text = Vec::new();
    bindings.expect("the crate as C").write(&mut text);
    tidy(&String::from_utf8(text).expect("a header in UTF-8"))
}

/// Drops the fences around formulas, which serve rustdoc, and puts short comments on one line.
fn tidy(header: &str) -> String {
    let fence = |line: &&str| line.trim_start().starts_with("* ```");
    let lines: Vec<&str> = header.lines().filter(|line| !fence(line)).collect();
    let mut tidy = String::new();
    let mut rest = &lines[..];
    while let [line, after @ ..] = rest {
        let (line, after) = one_line(rest).unwrap_or(((*line).to_owned(), after));
        tidy.push_str(&line);
        tidy.push('\n');
        rest = after;
    }
    tidy
}

/// A comment of one line that takes three, as one, and the lines after it.
fn one_line<'a, 'b>(lines: &'b [&'a str]) -> Option<(String, &'b [&'a str])> {
    let [open, text, close, after @ ..] = lines else { return None };
    let text = text.trim_start().strip_prefix("* ")?;
    let line = format!("{open} {text} */");
    let fits = open.trim() == "/**" && close.trim() == "*/" && line.chars().count() <= WIDTH;
    fits.then_some((line, after))
}

#[test]
fn the_committed_header_is_the_generated_one() {
    let generated = generated();
    if env::var_os("LOYALTY_UPDATE_HEADER").is_some() {
        fs::write(committed(), &generated).expect("include/loyalty.h is writable");
    }
    let committed = fs::read_to_string(committed()).expect("include/loyalty.h");
    for (number, (committed, generated)) in committed.lines().zip(generated.lines()).enumerate() {
        assert_eq!(committed, generated, "line {} of include/loyalty.h is out of date", number + 1);
    }
    assert_eq!(committed, generated, "include/loyalty.h is out of date");
}
