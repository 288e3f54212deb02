//! The header's chapters: banners between its parts, a table of contents, and what stands before a function.
//!
//! A section goes from the module named here to the next one that is named, in the order of `src/lib.rs`. So
//! a function more, or a module more, is in a section without a word here; a section more is a line.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{fs, iter};

/// The first module of each section of functions, and the section's title.
const SECTIONS: [(&str, &str); 14] = [
    ("version", "Version and errors"),
    ("orders", "Orders"),
    ("summarize", "Summaries of customers"),
    ("prior", "Fits"),
    ("model_kind", "Models of purchases and spend"),
    ("contracts", "Contracts"),
    ("forecast", "Forecasts"),
    ("order_lines", "Order lines and returns"),
    ("discounting", "Discounting"),
    ("covariates", "What else is known of customers"),
    ("clv", "Lifetime value, and intervals"),
    ("correlation", "Scores and segments"),
    ("selection", "Treatments and behaviours"),
    ("opened", "Models' files"),
];
/// Where `cbindgen.toml` wants the table of contents.
const CONTENTS: &str = " * @contents@\n";
/// The one function whose status is not that of its own call.
const NO_CALL: &str = "loyalty_error_status";

/// A section's title, and the handles that its functions free.
type Section<'a> = (&'static str, Vec<&'a str>);

/// The section of each function that a module of the crate declares.
fn sections_of_functions(source: &Path) -> BTreeMap<String, &'static str> {
    let library = fs::read_to_string(source.join("lib.rs")).expect("src/lib.rs");
    let modules =
        library.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let mut functions = BTreeMap::new();
    let mut section = None;
    let mut titles = SECTIONS.iter().peekable();
    for module in modules {
        if let Some((_, title)) = titles.next_if(|(first, _)| *first == module) {
            section = Some(*title);
        }
        for name in functions_of(&source.join(module)) {
            functions.insert(name, section.expect("the first module begins a section"));
        }
    }
    assert_eq!(titles.next(), None, "a section begins with a module that src/lib.rs lacks there");
    functions
}

/// The C functions of a module, which is a file or a folder of files.
fn functions_of(module: &Path) -> Vec<String> {
    let file = module.with_extension("rs");
    let folder =
        fs::read_dir(module).into_iter().flatten().map(|entry| entry.expect("a file").path());
    let files = folder.chain(iter::once(file).filter(|file| file.exists()));
    let text = |file| fs::read_to_string(file).expect("a source file");
    let text: String = files.map(text).collect();
    let name = |part: &str| part.split('(').next().unwrap_or_default().to_owned();
    text.split("extern \"C\" fn ").skip(1).map(name).collect()
}

fn banner(title: &str) -> String {
    let rule = "-".repeat(95);
    format!("/*\n * {rule}\n * {title}\n * {rule}\n */\n\n")
}

/// The declaration of a block: what follows its comment.
fn declaration(block: &str) -> &str {
    let block = block.trim_start();
    let after_comment = block.strip_prefix("/**").and_then(|rest| rest.split_once("*/"));
    after_comment.map_or(block, |(_, declaration)| declaration.trim_start())
}

/// The part before the functions that a declaration belongs to.
fn part(declaration: &str) -> Option<&'static str> {
    let structure = declaration.starts_with("typedef struct ");
    match declaration {
        _ if declaration.starts_with("#define LOYALTY_VERSION ") => Some("Version and codes"),
        _ if structure && declaration.contains(" {\n") => Some("Structs"),
        _ if structure => Some("Handles"),
        _ => None,
    }
}

/// The name of the function that a block declares.
pub(crate) fn function(block: &str) -> Option<&str> {
    let declaration = declaration(block);
    let other = ["typedef", "enum", "struct", "#", "/*", "}", "extern"];
    let open = declaration.find('(').filter(|_| declaration.ends_with(");"))?;
    let name = declaration[..open].rsplit([' ', '*']).next()?;
    (!other.iter().any(|word| declaration.starts_with(word))).then_some(name)
}

/// A function's block with what a compiler is to know of it, on a line of its own.
fn with_attributes(block: &str, name: &str) -> String {
    let declaration = declaration(block);
    let fails = declaration.starts_with("loyalty_status ") && name != NO_CALL;
    let must_use = if fails { "LOYALTY_MUST_USE " } else { "" };
    let comment = &block[..block.len() - declaration.len()];
    format!("{comment}{must_use}LOYALTY_API\n{declaration}")
}

/// The header as cbindgen writes it, in sections.
pub(crate) fn in_sections(header: &str, source: &Path) -> String {
    let of_functions = sections_of_functions(source);
    let mut text = String::new();
    let mut contents: Vec<Section> = Vec::new();
    for block in header.trim_end().split("\n\n") {
        let name = function(block);
        let title =
            name.map_or_else(|| part(declaration(block)), |name| of_functions.get(name).copied());
        if let Some(title) =
            title.filter(|title| contents.iter().all(|(earlier, _)| earlier != title))
        {
            contents.push((title, Vec::new()));
            text += &banner(title);
        }
        if let Some((handle, (last, handles))) =
            name.and_then(|name| name.strip_suffix("_free")).zip(contents.last_mut())
        {
            assert_eq!(Some(*last), title, "{handle}_free is apart from its section");
            handles.push(handle);
        }
        text += &name.map_or_else(|| block.to_owned(), |name| with_attributes(block, name));
        text += "\n\n";
    }
    let contents: String = contents.iter().map(entry).collect();
    assert!(text.contains(CONTENTS), "cbindgen.toml has a place for the contents");
    text.trim_end().replace(CONTENTS, &contents) + "\n"
}

/// A section in the table of contents, with the handles that it makes.
fn entry((title, handles): &Section) -> String {
    let mut lines = format!(" *   {title}\n");
    for few in handles.chunks(3) {
        writeln!(lines, " *     {}", few.join(", ")).expect("text");
    }
    lines
}

/// Each function with the title of the banner above it.
pub(crate) fn titles(header: &str) -> Vec<(String, Option<String>)> {
    let mut title = None;
    let mut found = Vec::new();
    for block in header.split("\n\n") {
        if let Some(rest) = block.trim_start().strip_prefix("/*\n * ---") {
            title =
                rest.lines().nth(1).and_then(|line| line.strip_prefix(" * ")).map(str::to_owned);
        }
        if let Some(name) = function(block) {
            found.push((name.to_owned(), title.clone()));
        }
    }
    found
}
