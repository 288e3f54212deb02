//! The modules of a crate and which file uses what of which, read from the source with `syn`.
//!
//! Paths are followed through re-exports to the file that defines the item. What only type inference
//! knows stays unseen: a method called on a value does not name the file it comes from.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// The names from the crate's root to a module, or the parts of a path in the source.
pub(crate) type Names = Vec<String>;

/// One path that a file names, and the file that defines what it leads to.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mention {
    pub(crate) from: String,
    pub(crate) to: String,
    /// The path from the crate's root, as far as the source spells it.
    pub(crate) path: Names,
}

/// Every module of a crate, unit tests left out.
#[derive(Debug, Default)]
pub(crate) struct Crate {
    modules: BTreeMap<Names, Module>,
}

/// What one module holds and names.
#[derive(Debug, Default)]
struct Module {
    file: String,
    documented: bool,
    children: BTreeSet<String>,
    items: BTreeSet<String>,
    /// Names that a `use` brings in, with what each stands for.
    bindings: BTreeMap<String, Names>,
    globs: Vec<Names>,
    /// Imports for the module's own use; re-exports are no use.
    imports: BTreeSet<Names>,
    /// Paths in code.
    paths: BTreeSet<Names>,
}

enum Place {
    Module(Names),
    File(String),
}

impl Crate {
    /// Reads the files of a crate, given by their path below `src` and their text.
    pub(crate) fn read(files: &BTreeMap<String, String>) -> Self {
        let mut graph = Self::default();
        for (file, text) in files {
            let parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("{file}: {error}"));
            let path = file.trim_end_matches(".rs").split('/');
            let path = path.filter(|part| !matches!(*part, "mod" | "lib")).map(str::to_owned);
            graph.module(path.collect(), file, &parsed.attrs, &parsed.items);
        }
        graph
    }

    fn module(&mut self, path: Names, file: &str, attrs: &[syn::Attribute], items: &[syn::Item]) {
        let mut module = Module { file: file.to_owned(), ..Module::default() };
        module.documented = attrs.iter().any(|attr| attr.path().is_ident("doc"));
        for item in items {
            if let syn::Item::Mod(child) = item {
                if is_test(&child.attrs) {
                    continue;
                }
                module.children.insert(child.ident.to_string());
                if let Some((_, items)) = &child.content {
                    let inner = [&path[..], &[child.ident.to_string()]].concat();
                    self.module(inner, file, &child.attrs, items);
                }
            } else {
                module.visit_item(item);
                module.items.extend(defined(item));
            }
        }
        self.modules.insert(path, module);
    }

    /// The files of modules without a word of documentation.
    pub(crate) fn undocumented(&self) -> Vec<&str> {
        let without = self.modules.values().filter(|module| !module.documented);
        without.map(|module| &module.file[..]).collect()
    }

    /// Every path within the crate that a file other than the root names.
    pub(crate) fn mentions(&self) -> BTreeSet<Mention> {
        let mut found = BTreeSet::new();
        for (at, module) in self.modules.iter().filter(|(at, _)| !at.is_empty()) {
            for path in module.imports.iter().chain(&module.paths) {
                let to = match self.locate(at, path, 0) {
                    Some(Place::File(file)) => file,
                    // A module by itself is no use of what is in it.
                    Some(Place::Module(_)) | None => continue,
                };
                let path = self.spelt(at, path);
                found.insert(Mention { from: module.file.clone(), to, path });
            }
        }
        found
    }

    /// The path from the root where it begins with `crate`, `self`, `super` or a name brought in.
    fn spelt(&self, at: &[String], path: &[String]) -> Names {
        let (start, rest) = climb(at, path);
        if rest.len() < path.len() {
            return [start, rest.to_vec()].concat();
        }
        match self.modules[at].bindings.get(&path[0]) {
            Some(target) if target != path => [self.spelt(at, target), path[1..].to_vec()].concat(),
            _ => [at, path].concat(),
        }
    }

    fn locate(&self, at: &[String], path: &[String], depth: usize) -> Option<Place> {
        if depth > 20 {
            return None;
        }
        let (start, rest) = climb(at, path);
        let inside = rest.len() < path.len();
        let mut place = start;
        for (position, name) in rest.iter().enumerate() {
            let last = position + 1 == rest.len();
            match self.lookup(&place, name, last, depth) {
                Some(Place::Module(next)) => place = next,
                Some(file) => return Some(file),
                // A name from outside, or one that a macro makes in a module of the crate.
                None if inside || position > 0 => {
                    return Some(Place::File(self.modules.get(&place)?.file.clone()));
                }
                None => return None,
            }
        }
        Some(Place::Module(place))
    }

    fn lookup(&self, at: &[String], name: &str, last: bool, depth: usize) -> Option<Place> {
        let module = self.modules.get(at)?;
        let child = || {
            let inner = || Place::Module([at, &[name.to_owned()]].concat());
            module.children.contains(name).then(inner)
        };
        let item = || {
            if module.items.contains(name) {
                return Some(Place::File(module.file.clone()));
            }
            self.locate(at, module.bindings.get(name)?, depth + 1)
        };
        // `a::b` goes through the module `a`, but its end may be an item of a module's name.
        let found = if last { item().or_else(child) } else { child().or_else(item) };
        found.or_else(|| {
            let mut globs = module.globs.iter();
            globs.find_map(|glob| match self.locate(at, glob, depth + 1)? {
                Place::Module(other) if other != at => self.lookup(&other, name, last, depth + 1),
                _ => None,
            })
        })
    }
}

/// Where `crate`, `self` and `super` lead from a module, and the rest of the path.
fn climb<'a>(at: &[String], path: &'a [String]) -> (Names, &'a [String]) {
    let (mut start, mut rest) = (at.to_vec(), path);
    while let Some((first, others)) = rest.split_first() {
        match &first[..] {
            "crate" => start.clear(),
            "self" => {}
            "super" => drop(start.pop()),
            _ => break,
        }
        rest = others;
    }
    (start, rest)
}

/// Whether an item is there in tests only.
fn is_test(attrs: &[syn::Attribute]) -> bool {
    let test = |attr: &syn::Attribute| {
        attr.path().is_ident("cfg")
            && attr.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    };
    attrs.iter().any(test)
}

/// The name that an item gives to the module.
fn defined(item: &syn::Item) -> Option<String> {
    let name = match item {
        syn::Item::Const(item) => &item.ident,
        syn::Item::Enum(item) => &item.ident,
        syn::Item::Fn(item) => &item.sig.ident,
        syn::Item::Macro(item) => item.ident.as_ref()?,
        syn::Item::Static(item) => &item.ident,
        syn::Item::Struct(item) => &item.ident,
        syn::Item::Trait(item) => &item.ident,
        syn::Item::Type(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}

impl<'ast> Visit<'ast> for Module {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if is_test(&item.attrs) {
            return;
        }
        let own = matches!(item.vis, syn::Visibility::Inherited);
        for (name, path) in leaves(&item.tree) {
            if own {
                self.imports.insert(path.clone());
            }
            match name {
                Some(name) => drop(self.bindings.insert(name, path)),
                None => self.globs.push(path),
            }
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_test(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            let names = path.segments.iter().map(|segment| segment.ident.to_string());
            self.paths.insert(names.collect());
        }
        visit::visit_path(self, path);
    }

    /// The paths in what a macro is called with; what `macro_rules` holds belongs to its callers.
    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if !call.path.is_ident("macro_rules") {
            self.visit_path(&call.path);
            tokens(&call.tokens, &mut self.paths);
        }
    }
}

/// Every name that a use tree brings in, with its path; a glob brings in no name.
fn leaves(tree: &syn::UseTree) -> Vec<(Option<String>, Names)> {
    match tree {
        syn::UseTree::Path(path) => {
            let inner = leaves(&path.tree).into_iter();
            let longer = |(name, rest): (Option<String>, Names)| {
                (name, [vec![path.ident.to_string()], rest].concat())
            };
            inner.map(longer).map(close).collect()
        }
        syn::UseTree::Name(name) => {
            vec![(Some(name.ident.to_string()), vec![name.ident.to_string()])]
        }
        syn::UseTree::Rename(name) => {
            vec![(Some(name.rename.to_string()), vec![name.ident.to_string()])]
        }
        syn::UseTree::Glob(_) => vec![(None, Vec::new())],
        syn::UseTree::Group(group) => group.items.iter().flat_map(leaves).collect(),
    }
}

/// `a::{self}` brings in `a`.
fn close((name, mut path): (Option<String>, Names)) -> (Option<String>, Names) {
    if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
        path.pop();
        let name =
            name.map(|name| if name == "self" { path[path.len() - 1].clone() } else { name });
        return (name, path);
    }
    (name, path)
}

/// The paths among the tokens of a macro's call.
fn tokens(stream: &TokenStream, paths: &mut BTreeSet<Names>) {
    let (mut path, mut colons, mut is_field) = (Names::new(), 0, false);
    for token in stream.clone() {
        match token {
            TokenTree::Ident(name) => {
                if colons != 2 {
                    paths.extend((!path.is_empty()).then(|| std::mem::take(&mut path)));
                }
                if !is_field {
                    path.push(name.to_string());
                }
                (colons, is_field) = (0, false);
            }
            TokenTree::Punct(mark) => {
                colons = if mark.as_char() == ':' { colons + 1 } else { 0 };
                is_field = mark.as_char() == '.';
                if colons == 0 {
                    paths.extend((!path.is_empty()).then(|| std::mem::take(&mut path)));
                }
            }
            TokenTree::Group(group) => {
                tokens(&group.stream(), paths);
                (colons, is_field) = (0, false);
            }
            TokenTree::Literal(_) => (colons, is_field) = (0, false),
        }
    }
    paths.extend((!path.is_empty()).then_some(path));
}

/// The sets of more than one file that all use each other, by Tarjan (1972), "Depth-first search and
/// linear graph algorithms".
pub(crate) fn circles<'a>(mentions: impl IntoIterator<Item = &'a Mention>) -> Vec<Vec<&'a str>> {
    let mut search = Search::default();
    for mention in mentions.into_iter().filter(|mention| mention.from != mention.to) {
        search.arrows.entry(&mention.from).or_default().insert(&mention.to);
    }
    let files: Vec<&str> = search.arrows.keys().copied().collect();
    for file in files {
        if !search.number.contains_key(file) {
            search.visit(file);
        }
    }
    search.circles
}

#[derive(Default)]
struct Search<'a> {
    arrows: BTreeMap<&'a str, BTreeSet<&'a str>>,
    number: BTreeMap<&'a str, usize>,
    stack: Vec<&'a str>,
    circles: Vec<Vec<&'a str>>,
}

impl<'a> Search<'a> {
    /// Visits what can be reached from a file; gives the lowest number of a file on the stack reached.
    fn visit(&mut self, file: &'a str) -> usize {
        let own = self.number.len();
        let (mut lowest, height) = (own, self.stack.len());
        self.number.insert(file, own);
        self.stack.push(file);
        for next in self.arrows.get(file).cloned().unwrap_or_default() {
            if !self.number.contains_key(next) {
                lowest = lowest.min(self.visit(next));
            } else if self.stack.contains(&next) {
                lowest = lowest.min(self.number[next]);
            }
        }
        if lowest == own {
            let mut circle = self.stack.split_off(height);
            circle.sort_unstable();
            if circle.len() > 1 {
                self.circles.push(circle);
            }
        }
        lowest
    }
}
