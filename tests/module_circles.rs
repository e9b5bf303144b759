//! No module of a crate needs one that needs it in turn. A parent may need its children and they their parent; a room
//! counts as one with all that
//! is in it, so that rooms have an order, too.
//!
//! What a module needs is read from its paths: `use` lines, and paths within the code. A path that leads through a
//! re-export counts as one to the
//! module that defines the item. Code under `#[cfg(test)]` does not count.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Crates that have a circle today. One that has none any more must be struck off.
const UNTIL_BROKEN: &[&str] = &[];

type Name = Vec<String>;

/// What a file says of other modules.
#[derive(Default)]
struct Module {
    /// Names that `use` lines bring in, and where they come from.
    imports: BTreeMap<String, Name>,
    /// Every path of the file.
    paths: Vec<Name>,
}

#[test]
fn no_crate_has_a_circle_of_modules() {
    let mut problems = Vec::new();
    for folder in std::fs::read_dir("crates").unwrap().map(|entry| entry.unwrap().path()) {
        let mut modules = BTreeMap::new();
        read_folder(&folder.join("src"), &[], &mut modules);
        let name = folder.file_name().unwrap().to_str().unwrap();
        match (circle(&modules), UNTIL_BROKEN.contains(&name)) {
            (Some(circle), false) => problems.push(format!("{name} has a circle of modules:\n{circle}")),
            (None, true) => problems.push(format!("{name} has no circle any more: strike it off UNTIL_BROKEN")),
            _ => {}
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn planted_circles_are_found() {
    let found = |files: &[(&str, &str)]| {
        let name = |path: &str| path.split("::").filter(|part| !part.is_empty()).map(String::from).collect();
        circle(&files.iter().map(|(path, text)| (name(path), read(text))).collect()).is_some()
    };
    let (root, a) = (("", "mod a; mod b; pub use b::{deep::Thing, other};"), ("a", "use crate::{Thing};"));
    let with = |b: &str, deep: &str, other: &str| found(&[root, a, ("b", b), ("b::deep", deep), ("b::other", other)]);
    assert!(with("mod deep;", "pub struct Thing; fn f() { crate::a::g() }", ""), "a re-export of the root");
    assert!(with("mod deep; mod other;", "", "fn f(_: super::super::a::Kind) {}"), "rooms");
    assert!(with("", "use super::other::Y;", "use super::{deep as x};"), "siblings");
    assert!(!with("mod deep; use deep::Thing;", "use super::X;", ""), "a parent and its child");
    assert!(!with("", "use a_crate::a::A; fn f() { a::b() }", ""), "another crate");
    assert!(!with("", "/// [`crate::a`]\n// crate::a\nconst T: &str = \"\\\"crate::a\";", ""), "comments and texts");
    assert!(!with("", "#[cfg(test)]\nmod tests { use crate::a; }", ""), "tests");
}

/// A circle, an arrow a line, each with one of the paths that make it.
fn circle(modules: &BTreeMap<Name, Module>) -> Option<String> {
    // Of each module those that it needs, each with a reason.
    let mut arrows: BTreeMap<Name, BTreeMap<Name, String>> = BTreeMap::new();
    for (from, module) in modules {
        for path in &module.paths {
            let Some(to) = resolve(modules, from, path, 16) else { continue };
            let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
            if common < from.len() && common < to.len() {
                let reason = format!("  {} needs {}: {}\n", from.join("::"), to.join("::"), path.join("::"));
                arrows.entry(from[..=common].to_vec()).or_default().insert(to[..=common].to_vec(), reason);
            }
        }
    }
    // Modules that need none are taken away, again and again.
    let mut before = usize::MAX;
    while arrows.len() < before {
        before = arrows.len();
        let left: BTreeSet<Name> = arrows.keys().cloned().collect();
        arrows.values_mut().for_each(|needed| needed.retain(|to, _| left.contains(to)));
        arrows.retain(|_, needed| !needed.is_empty());
    }
    // Each that is left needs another that is left.
    let (mut here, mut way) = (arrows.keys().next()?, Vec::new());
    while !way.contains(&here) {
        way.push(here);
        here = arrows[here].keys().next()?;
    }
    let circle = way.iter().skip_while(|module| **module != here);
    Some(circle.filter_map(|module| arrows[*module].values().next()).map(String::as_str).collect())
}

/// The module that a path of module `at` leads to, or that defines what it leads to. None for other crates.
fn resolve(modules: &BTreeMap<Name, Module>, at: &[String], path: &[String], depth: usize) -> Option<Name> {
    let mut here = at.to_vec();
    for (i, name) in path.iter().enumerate() {
        let child = [&here[..], std::slice::from_ref(name)].concat();
        let import = modules.get(&here)?.imports.get(name).filter(|import| import[..] != [name.clone()]);
        match (name.as_str(), import) {
            ("crate", _) => here.clear(),
            ("self", _) => {}
            ("super", _) => drop(here.pop()?),
            _ if modules.contains_key(&child) => here = child,
            (_, Some(import)) => here = resolve(modules, &here, import, depth.checked_sub(1)?)?,
            // An item; or, as the first name of a path, another crate or something of this module.
            _ => return (i > 0).then_some(here),
        }
    }
    Some(here)
}

fn read_folder(folder: &Path, name: &[String], modules: &mut BTreeMap<Name, Module>) {
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let within = if matches!(stem, "mod" | "lib") { name.to_vec() } else { [name, &[stem.into()]].concat() };
        if path.is_dir() {
            read_folder(&path, &within, modules);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            modules.insert(within, read(&std::fs::read_to_string(&path).unwrap()));
        }
    }
}

fn read(text: &str) -> Module {
    let tokens = tokens(text.split("#[cfg(test)]\nmod tests").next().unwrap());
    let (mut module, mut i) = (Module::default(), 0);
    while i < tokens.len() {
        let next = tokens.get(i + 1).map_or("", String::as_str);
        if tokens[i] == "use" && next != "<" {
            i += 1;
            read_tree(&tokens, &mut i, Vec::new(), &mut module);
        } else if is_name(&tokens[i]) && next == "::" && !matches!(tokens[i.max(1) - 1].as_str(), "::" | ".") {
            let all = tokens[i..].chunks(2).take_while(|pair| is_name(&pair[0]));
            let more = all.clone().take_while(|pair| pair.get(1).is_some_and(|colons| colons == "::")).count();
            module.paths.push(all.take(more + 1).map(|pair| pair[0].clone()).collect());
        }
        i += 1;
    }
    module
}

/// Reads a `use` tree up to what ends it: `;`, `,` or `}`.
fn read_tree(tokens: &[String], i: &mut usize, mut path: Name, module: &mut Module) {
    let (mut name, start) = (None, *i);
    while !matches!(tokens[*i].as_str(), ";" | "," | "}") {
        match tokens[*i].as_str() {
            "{" => {
                while tokens[*i] != "}" {
                    *i += 1;
                    read_tree(tokens, i, path.clone(), module);
                }
                *i += 1;
                return;
            }
            "as" => name = Some(tokens[*i + 1].clone()),
            "self" if !path.is_empty() => {}
            part if is_name(part) && name.is_none() => path.push(part.into()),
            _ => {}
        }
        *i += 1;
    }
    // Nothing stands between a last comma and the bracket.
    if *i > start {
        module.imports.insert(name.unwrap_or_else(|| path[path.len() - 1].clone()), path.clone());
        module.paths.push(path);
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Names, `::` and other signs, without comments and texts.
fn tokens(text: &str) -> Vec<String> {
    let (mut tokens, mut rest) = (Vec::new(), text);
    while let Some(first) = rest.chars().next() {
        let end = |from: usize, mark: &str| rest[from..].find(mark).map_or(rest.len(), |at| from + at + mark.len());
        let name = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (length, counts) = match first {
            '/' if rest.starts_with("//") => (end(2, "\n"), false),
            '/' if rest.starts_with("/*") => (end(2, "*/"), false),
            'r' if rest.starts_with("r#\"") => (end(3, "\"#"), false),
            '"' => {
                let mut length = end(1, "\"");
                // An odd number of backslashes before it: the quote belongs to the text.
                while rest[..length - 1].bytes().rev().take_while(|&byte| byte == b'\\').count() % 2 == 1 {
                    length = end(length, "\"");
                }
                (length, false)
            }
            '\'' if rest.starts_with("'\\") => (end(3, "'"), false),
            '\'' if rest.chars().nth(2) == Some('\'') => (rest.char_indices().nth(2).unwrap().0 + 1, false),
            _ if name > 0 => (name, true),
            ':' if rest.starts_with("::") => (2, true),
            _ => (first.len_utf8(), !first.is_whitespace()),
        };
        tokens.extend(counts.then(|| rest[..length].into()));
        rest = &rest[length..];
    }
    tokens
}
