//! The rooms of the source stand in an order, and none uses one above it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use crate::common::modules::{Crate, Mention, circles};

/// The modules of the crate's root, from the ground up. A room may use those before it and those it
/// shares a line with.
const ROOMS: [&[&str]; 18] = [
    &["error", "time", "parallel", "math", "memory", "files"],
    &["orders"],
    &["interop"],
    &["simulate"],
    &["summary"],
    &["estimation"],
    &["purchase", "spend", "contracts"],
    &["models"],
    &["forecast"],
    &["returns"],
    &["ledger"],
    &["rfm", "behaviours"],
    &["value"],
    &["evaluation"],
    &["portfolio"],
    &["decisions"],
    &["pipeline"],
    &["prelude"],
];

/// What still uses a room above it: file, and the room it uses.
const EXCEPTIONS: [(&str, &str); 0] = [];

/// Sets of files within one folder that use each other in a circle. May fall, never rise: most are a
/// constant or a helper of ten lines in the wrong one of two files.
const MOST_CIRCLES_WITHIN_A_FOLDER: usize = 10;

/// Every file of the source, by its path below `src`.
fn source() -> BTreeMap<String, String> {
    fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(root, &path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let place = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                files.insert(place, fs::read_to_string(&path).unwrap());
            }
        }
    }
    let (root, mut files) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), BTreeMap::new());
    collect(&root, &root, &mut files);
    files
}

/// The modules of the source and what they name, read once.
static SOURCE: LazyLock<(Crate, BTreeSet<Mention>)> = LazyLock::new(|| {
    let graph = Crate::read(&source());
    let mentions = graph.mentions();
    (graph, mentions)
});

/// The room of a file: the first name of its path.
fn room(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

fn folder(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn height(room: &str) -> Option<usize> {
    ROOMS.iter().position(|rooms| rooms.contains(&room))
}

/// The rooms above its own that a path leads to: the one it names and the one that defines the item.
fn rooms_above(mention: &Mention) -> BTreeSet<&str> {
    let named = mention.path.first().map(|name| &name[..]).filter(|name| height(name).is_some());
    let own = height(room(&mention.from));
    named.into_iter().chain([room(&mention.to)]).filter(|used| height(used) > own).collect()
}

#[test]
fn no_room_uses_one_above_it() {
    let mentions = &SOURCE.1;
    assert!(mentions.len() > 1000, "only {} paths were found", mentions.len());
    let mut above = BTreeSet::new();
    for mention in mentions {
        above.extend(rooms_above(mention).into_iter().map(|used| (&mention.from[..], used)));
    }
    assert_eq!(above, BTreeSet::from(EXCEPTIONS), "file and the room above that it uses");
}

#[test]
fn every_module_of_the_root_is_a_room() {
    let source = source();
    let rooms: BTreeSet<&str> = source.keys().map(|file| room(file)).collect();
    let unknown: Vec<&&str> =
        rooms.iter().filter(|room| **room != "lib" && height(room).is_none()).collect();
    assert!(unknown.is_empty(), "{unknown:?} stand in no order");
}

#[test]
fn files_use_each_other_in_no_circle() {
    let excused = |mention: &Mention| {
        let named = |used: &&str| EXCEPTIONS.contains(&(&mention.from[..], *used));
        rooms_above(mention).iter().any(named)
    };
    let circles = circles(SOURCE.1.iter().filter(|mention| !excused(mention)));
    let one_folder = |circle: &&Vec<&str>| circle.iter().all(|f| folder(f) == folder(circle[0]));
    let (within, across): (Vec<_>, Vec<_>) = circles.iter().partition(one_folder);
    assert!(across.is_empty(), "circles through several folders: {across:#?}");
    assert!(within.len() <= MOST_CIRCLES_WITHIN_A_FOLDER, "circles in a folder: {within:#?}");
}

#[test]
fn every_module_says_what_it_is() {
    assert_eq!(SOURCE.0.undocumented(), [""; 0]);
}

/// `pub mod name;` or `mod name;`, `pub use …;`, and a prelude that holds nothing else.
fn is_listing(item: &syn::Item) -> bool {
    match item {
        syn::Item::Mod(module) => match &module.content {
            None => true,
            Some((_, items)) => module.ident == "prelude" && items.iter().all(is_reexport),
        },
        other => is_reexport(other),
    }
}

fn is_reexport(item: &syn::Item) -> bool {
    matches!(item, syn::Item::Use(item) if matches!(item.vis, syn::Visibility::Public(_)))
}

#[test]
fn the_root_holds_docs_modules_and_names_and_nothing_else() {
    let root = syn::parse_file(&source()["lib.rs"]).unwrap();
    assert!(root.items.iter().all(is_listing));
}

#[test]
fn paths_are_found_in_every_form() {
    let files = [
        ("lib.rs", "//! A\nmod a; mod b; pub use a::Deep as Renamed;"),
        ("a/mod.rs", "//! A\nmod deep; mod other; pub use deep::Deep; pub(crate) struct Own;"),
        ("a/deep.rs", "//! D\npub struct Deep; impl Deep { fn f() -> super::Own { g!() } }"),
        (
            "a/other.rs",
            "//! O\nmacro_rules! unused { () => { $crate::b::never() } }\n\
             // crate::b::comment\n\
             fn f() { vec![1, (crate::b::inner(), x.own)]; \"crate::b::text\"; }",
        ),
        (
            "b.rs",
            "use crate::{Renamed, a::{self, *}};\n\
             fn inner(x: Renamed) -> a::Own { super::a::other::f() }\n\
             #[cfg(test)]\nmod tests { use super::super::a::deep::Tested; }",
        ),
    ];
    let files = files.map(|(file, text)| (file.to_owned(), text.to_owned())).into();
    let graph = Crate::read(&files);
    assert_eq!(graph.undocumented(), ["b.rs"]);
    let mentions = graph.mentions();
    let shown =
        |mention: &Mention| format!("{} {} {}", mention.from, mention.to, mention.path.join("::"));
    let between = mentions.iter().filter(|mention| mention.from != mention.to).map(shown);
    assert_eq!(
        between.collect::<Vec<_>>(),
        [
            "a/deep.rs a/mod.rs a::Own",
            "a/other.rs b.rs b::inner",
            "b.rs a/deep.rs Renamed",
            "b.rs a/mod.rs a::Own",
            "b.rs a/other.rs a::other::f",
        ]
    );
    assert_eq!(circles(&mentions), [["a/other.rs", "b.rs"]]);
}
