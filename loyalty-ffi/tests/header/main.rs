//! `include/loyalty.h` is what the crate says. `LOYALTY_UPDATE_HEADER=1` writes it anew.

mod sections;

use std::path::{Path, PathBuf};
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

/// Macros before every function, from where the compiler is told: a program may define its own.
const ATTRIBUTES: &str = "
/**
 * Before every function: it comes from a library. Define LOYALTY_STATIC on Windows to link statically.
 */
#ifndef LOYALTY_API
#if defined(_WIN32) && !defined(LOYALTY_STATIC)
#define LOYALTY_API __declspec(dllimport)
#elif defined(__GNUC__) && !defined(_WIN32)
#define LOYALTY_API __attribute__((visibility(\"default\")))
#else
#define LOYALTY_API
#endif
#endif

/** Before every function that can fail: a compiler warns where its status is not looked at. */
#ifndef LOYALTY_MUST_USE
#if (defined(__cplusplus) && __cplusplus >= 201703L) || (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 202311L)
#define LOYALTY_MUST_USE [[nodiscard]]
#elif defined(__GNUC__)
#define LOYALTY_MUST_USE __attribute__((warn_unused_result))
#else
#define LOYALTY_MUST_USE
#endif
#endif
";

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
    config.after_includes = Some(version_macros() + ATTRIBUTES + &kinds());
    let bindings = Builder::new().with_crate(CRATE).with_config(config).generate();
    let mut text = Vec::new();
    bindings.expect("the crate as C").write(&mut text);
    let header = tidy(&String::from_utf8(text).expect("a header in UTF-8"));
    sections::in_sections(&header, &Path::new(CRATE).join("src"))
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
        let call =
            declaration.trim_start().strip_prefix("LOYALTY_MUST_USE LOYALTY_API\nloyalty_status ");
        let Some(call) = call else { continue };
        let name = call.split('(').next().unwrap_or_default();
        assert!(comment.contains("Errors: "), "{name} has no line of errors");
        functions += 1;
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

/// A banner says where a function belongs, and the contents at the top say which handles there are.
#[test]
fn every_function_is_in_a_section_and_every_handle_in_the_contents() {
    let header = generated();
    let functions = sections::titles(&header);
    assert!(functions.len() > 200, "{}", functions.len());
    let (top, _) = header.split_once("#ifndef LOYALTY_H").expect("a guard");
    let (_, contents) = top.split_once(" * Contents\n").expect("contents");
    for (name, title) in &functions {
        let title = title.as_deref().unwrap_or_else(|| panic!("{name} has no section"));
        assert!(
            !["Version and codes", "Handles", "Structs"].contains(&title),
            "{name} has no section"
        );
        assert!(
            contents.contains(&format!(" *   {title}\n")),
            "{title}, of {name}, is not in the contents"
        );
    }
    let words: Vec<&str> = contents.split([' ', ',', '\n']).collect();
    for line in
        header.lines().filter(|line| line.starts_with("typedef struct ") && line.ends_with(';'))
    {
        let handle = line.trim_end_matches(';').rsplit(' ').next().unwrap_or_default();
        assert!(words.contains(&handle), "{handle} is not in the contents");
    }
}

/// A status that nobody looks at is a failure that nobody sees.
#[test]
fn every_status_must_be_used_and_every_function_comes_from_a_library() {
    let header = generated();
    let blocks = header.split("\n\n").filter(|block| sections::function(block).is_some());
    for block in blocks {
        let must_use =
            block.contains("\nloyalty_status ") && !block.contains("loyalty_error_status(");
        assert_eq!(block.contains("LOYALTY_MUST_USE LOYALTY_API\n"), must_use, "{block}");
        assert!(block.contains("LOYALTY_API\n"), "{block}");
    }
}
