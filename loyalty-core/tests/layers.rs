//! Data flows one way: no stage of the source names a later one.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The modules of the crate's root, from the foundation to the last stage. A module may name its own
/// stage and those before.
const STAGES: [&[&str]; 14] = [
    &["error", "time", "parallel", "math", "files"],
    &["orders", "simulate"],
    &["interop", "summary"],
    &["estimation"],
    &["purchase", "spend"],
    &["returns"],
    &["ledger"],
    &["behaviours", "rfm"],
    &["value"],
    &["evaluation"],
    &["portfolio"],
    &["decisions"],
    &["models"],
    &["prelude"],
];

/// What the one error type carries of later stages: (file, module, item).
const EXCEPTIONS: [(&str, &str, &str); 1] = [("estimation/facts.rs", "models", "Model")];

/// No file is longer than this, unit tests included.
const MOST_LINES: usize = 400;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Every Rust file below a folder, with its path from there.
fn files(name: &str) -> Vec<(String, String)> {
    fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(root, &path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let place = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                files.push((place, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let (root, mut found) = (folder(name), Vec::new());
    collect(&root, &root, &mut found);
    found.sort();
    found
}

/// The code without comments and, as `super` means something else there, without unit tests.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let lines = code.lines().map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// The module path of a file: `models/fit/mod.rs` is `models`, `fit`.
fn module_path(file: &str) -> Vec<&str> {
    let path = file.strip_suffix(".rs").unwrap();
    path.split('/').filter(|part| !matches!(*part, "mod" | "lib")).collect()
}

fn word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    &text[..end]
}

/// First and second name of every path in a use tree or expression: `a::b`, or `{a::b, c}`.
fn heads(tree: &str) -> Vec<(&str, &str)> {
    let Some(group) = tree.strip_prefix('{') else {
        let first = word(tree);
        let rest = tree[first.len()..].strip_prefix("::").unwrap_or_default();
        return vec![(first, word(rest))];
    };
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                found.extend(heads(group[start..at].trim()));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    found.retain(|(first, _)| !first.is_empty());
    found
}

/// Every path from the crate's root that a file names, as first and second name.
fn named(file: &str, text: &str) -> Vec<(String, String)> {
    let (code, depth) = (code(text), module_path(file).len());
    let root = |position: usize, word: &str| code[position + word.len()..].trim_start();
    let absolute = code.match_indices("crate::").map(|(at, word)| root(at, word));
    // As many `super` as the module is deep lead to the root.
    let climb = "super::".repeat(depth);
    let relative = code.match_indices(&climb).map(|(at, word)| root(at, word));
    let trees = absolute.chain(relative.filter(|_| depth > 0));
    let owned = |(a, b): (&str, &str)| (a.to_owned(), b.to_owned());
    trees.flat_map(heads).map(owned).collect()
}

fn stage(module: &str) -> Option<usize> {
    STAGES.iter().position(|stage| stage.contains(&module))
}

/// The names that lib.rs re-exports, and the module each comes from.
fn reexports(lib: &str) -> BTreeMap<String, String> {
    let code = code(lib);
    let statements = code.split(';').filter_map(|part| part.trim().strip_prefix("pub use "));
    let mut found = BTreeMap::new();
    for statement in statements {
        let (module, names) = statement.split_once("::").unwrap();
        for name in names.trim_matches(['{', '}']).split(',') {
            found.insert(name.trim().to_owned(), module.to_owned());
        }
    }
    found
}

#[test]
fn no_stage_names_a_later_one() {
    let source = files("src");
    let lib = &source.iter().find(|(file, _)| file == "lib.rs").unwrap().1;
    let reexports = reexports(lib);
    let (mut excused, mut checked) = (BTreeSet::new(), 0);
    for (file, text) in source.iter().filter(|(file, _)| file != "lib.rs") {
        let own = stage(module_path(file)[0]).unwrap_or_else(|| panic!("{file} is in no stage"));
        for (first, second) in named(file, text) {
            let module = reexports.get(&first).unwrap_or(&first);
            let Some(named) = stage(module) else { panic!("{file} names crate::{first}") };
            checked += 1;
            if named <= own {
                continue;
            }
            let exception = EXCEPTIONS.iter().find(|e| **e == (file, module, &second));
            excused.insert(exception.unwrap_or_else(|| {
                panic!(
                    "{file} is in stage {own} and names crate::{first}::{second} of stage {named}"
                )
            }));
        }
    }
    assert!(checked > 60, "only {checked} paths were found");
    assert_eq!(excused.len(), EXCEPTIONS.len(), "an exception is no longer needed");
}

#[test]
fn every_module_of_the_root_has_a_stage() {
    let source = files("src");
    let roots: BTreeSet<&str> =
        source.iter().filter_map(|(file, _)| module_path(file).first().copied()).collect();
    let stages: BTreeSet<&str> = STAGES.into_iter().flatten().copied().collect();
    assert_eq!(roots, stages);
}

#[test]
fn paths_are_found_in_every_form() {
    let text = "use crate::{Error, models::{fit, file::Model}, time::Unit};\n\
                fn f() -> crate::orders::Orders { super::super::scores::g() } // crate::segments\n\
                /// crate::segments\n\
                #[cfg(test)]\nmod tests { use super::super::segments; }";
    let found = named("models/fit.rs", text);
    let expected =
        [("Error", ""), ("models", ""), ("time", "Unit"), ("orders", "Orders"), ("scores", "g")];
    let expected = expected.map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(found, expected);
    assert_eq!(heads("models::fit"), [("models", "fit")]);
}

#[test]
fn no_file_is_too_long_to_read() {
    for name in ["src", "tests"] {
        for (file, text) in files(name) {
            let lines = text.lines().count();
            assert!(lines < MOST_LINES, "{name}/{file} has {lines} lines");
        }
    }
}

#[test]
fn lib_holds_the_story_the_modules_and_the_names_and_nothing_else() {
    let (_, text) = files("src").into_iter().find(|(file, _)| file == "lib.rs").unwrap();
    let code = code(&text);
    // Attributes stand on lines of their own.
    let lines = code.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut attribute = 0;
    let bare = lines.filter(|line| {
        let inside = attribute > 0 || line.starts_with('#');
        if inside {
            attribute += line.matches('[').count();
            attribute -= line.matches(']').count();
        }
        !inside
    });
    for statement in bare {
        let allowed = ["mod ", "pub mod ", "pub use "];
        assert!(allowed.iter().any(|start| statement.starts_with(start)), "{statement}");
    }
}
