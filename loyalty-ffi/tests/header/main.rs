//! `include/loyalty.h` is what the crate says. `LOYALTY_UPDATE_HEADER=1` writes it anew.

use std::path::PathBuf;
use std::{env, fs};

use cbindgen::{Builder, Config};
use loyalty_core::contracts::ContractKind;
use loyalty_core::estimation::Parameter;
use loyalty_core::purchase::PurchaseKind;
use loyalty_core::spend::SpendKind;

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

/// A kind of model as the header names it: name, code, title and parameters.
type Kind = (&'static str, u32, &'static str, Vec<Parameter>);

/// An enumeration of the kinds of a family of models, of which cbindgen knows nothing.
fn enumeration(name: &str, comment: &str, kinds: impl Iterator<Item = Kind>) -> String {
    let prefix = name.to_uppercase();
    let constant = |(name, code, title, layout): Kind| {
        let name = name.to_uppercase().replace('-', "_");
        let parameters: Vec<_> = layout.into_iter().map(|parameter| parameter.name).collect();
        let parameters = parameters.join(", ");
        format!("    /** {title}: {parameters}. */\n    {prefix}_{name} = {code},\n")
    };
    let constants: String = kinds.map(constant).collect();
    format!("\n{comment}\nenum {name} {{\n{constants}}};\n")
}

/// The kinds of models, of which the core has one list each.
fn kinds() -> String {
    let purchases = PurchaseKind::ALL.iter();
    let purchases = purchases.map(|kind| (kind.name(), kind.code(), kind.title(), kind.layout()));
    let spend = SpendKind::ALL.iter();
    let spend = spend.map(|kind| (kind.name(), kind.code(), kind.title(), kind.layout()));
    let contracts = ContractKind::ALL.iter();
    let contracts = contracts.map(|kind| (kind.name(), kind.code(), kind.title(), kind.layout()));
    enumeration(
        "loyalty_purchase_kind",
        "/** Kinds of models of purchases, with the parameters of each in their order. They go in and out\n \
         * as int32_t; later versions may add some. */",
        purchases,
    ) + &enumeration(
        "loyalty_spend_kind",
        "/** Kinds of models of spend, with the parameters of each in their order; as above. */",
        spend,
    ) + &enumeration(
        "loyalty_contract_kind",
        "/** Kinds of models of contracts, with the parameters of each in their order; as above. */",
        contracts,
    )
}

/// The header as it should be.
fn generated() -> String {
    let mut config = Config::from_file(format!("{CRATE}/cbindgen.toml")).expect("cbindgen.toml");
    config.after_includes = Some(version_macros() + &kinds());
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

/// Who calls a function must be able to look up how it can fail.
#[test]
fn every_function_that_can_fail_says_how() {
    let header = generated();
    let mut functions = 0;
    for (comment, declaration) in
        header.split("/**").skip(1).filter_map(|part| part.split_once("*/"))
    {
        let Some(call) = declaration.trim_start().strip_prefix("loyalty_status ") else { continue };
        let name = call.split('(').next().unwrap_or_default();
        // It gives the status of another call.
        if name != "loyalty_error_status" {
            assert!(comment.contains("Errors: "), "{name} has no line of errors");
            functions += 1;
        }
    }
    assert!(functions > 100, "{functions}");
}

/// A struct tells its size, so that it can grow, or is named among those that never change.
#[test]
fn every_struct_can_grow_or_is_frozen() {
    let header = generated();
    let (_, frozen) = header.split_once("Structs without one").expect("a list of frozen structs");
    let (frozen, _) = frozen.split_once('.').expect("a sentence");
    let frozen: Vec<&str> = frozen.split([' ', ',', ':', '\n']).collect();
    let mut structs = 0;
    for part in header.split("typedef struct ").skip(1) {
        let Some((name, rest)) = part.split_once(" {\n") else { continue };
        // An opaque one ends before any brace.
        if name.contains(';') {
            continue;
        }
        let (fields, _) = rest.split_once("\n}").expect("an end");
        let first = fields.lines().map(str::trim).find(|line| line.ends_with(';'));
        assert_ne!(first == Some("size_t struct_size;"), frozen.contains(&name), "{name}");
        structs += 1;
    }
    assert!(structs > 10, "{structs}");
}
