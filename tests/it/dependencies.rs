//! What may come in with a dependency: the licences, bans and sources of `deny.toml`, checked with cargo alone.

use std::collections::HashSet;
use std::process::Command;

use serde::Deserialize;

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    license: Option<String>,
    source: Option<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
}

/// The packages that a build for Linux uses, its tests and build scripts included; not this one.
fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--offline"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let Metadata { packages, resolve } = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let used: HashSet<String> = resolve.nodes.into_iter().map(|node| node.id).collect();
    packages
        .into_iter()
        .filter(|package| used.contains(&package.id) && package.name != "safeharbor")
        .collect()
}

/// All quoted words of the list `name = [` of `deny.toml`, line by line.
fn list(name: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/deny.toml")).expect("deny.toml");
    let lines = text
        .lines()
        .skip_while(|line| *line != format!("{name} = ["))
        .skip(1)
        .take_while(|line| *line != "]");
    let list: Vec<Vec<String>> = lines
        .filter(|line| !line.trim_start().starts_with('#'))
        .map(|line| line.split('"').skip(1).step_by(2).map(str::to_owned).collect())
        .collect();
    assert!(!list.is_empty(), "deny.toml has no list {name}");
    list
}

/// Whether an SPDX expression can be satisfied with the allowed licences. `/` is an old way to write OR.
fn is_allowed(expression: &str, allowed: &dyn Fn(&str) -> bool) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    either(&mut rest, allowed) && rest.is_empty()
}

fn either(words: &mut &[&str], allowed: &dyn Fn(&str) -> bool) -> bool {
    let mut fine = both(words, allowed);
    while let ["OR", rest @ ..] = *words {
        *words = rest;
        fine |= both(words, allowed);
    }
    fine
}

fn both(words: &mut &[&str], allowed: &dyn Fn(&str) -> bool) -> bool {
    let mut fine = one(words, allowed);
    while let ["AND", rest @ ..] = *words {
        *words = rest;
        fine &= one(words, allowed);
    }
    fine
}

fn one(words: &mut &[&str], allowed: &dyn Fn(&str) -> bool) -> bool {
    match *words {
        ["(", rest @ ..] => {
            *words = rest;
            let fine = either(words, allowed);
            let Some((&")", rest)) = words.split_first() else { return false };
            *words = rest;
            fine
        }
        [licence, "WITH", exception, rest @ ..] => {
            *words = rest;
            allowed(&format!("{licence} WITH {exception}"))
        }
        [licence, rest @ ..] => {
            *words = rest;
            allowed(licence)
        }
        [] => false,
    }
}

#[test]
fn licences_are_allowed() {
    let allowed: HashSet<String> = list("allow").into_iter().flatten().collect();
    let exceptions = list("exceptions");
    for Package { name, license, .. } in packages() {
        let excepted = |licence: &str| exceptions.iter().any(|line| line[0] == name && line[1] == licence);
        let license = license.unwrap_or_default();
        let fine = is_allowed(&license, &|licence| allowed.contains(licence) || excepted(licence));
        assert!(fine, "{name} is under {license:?}: see deny.toml");
    }
}

#[test]
fn no_banned_crate_and_no_other_registry() {
    let banned: HashSet<String> = list("deny").into_iter().flatten().collect();
    for Package { name, source, .. } in packages() {
        assert!(!banned.contains(&name), "{name} is banned in deny.toml");
        let source = source.unwrap_or_default();
        assert!(
            source.starts_with("registry+") && source.contains("crates.io-index"),
            "{name} comes from {source:?}"
        );
    }
}

#[test]
fn expressions() {
    let allowed = |licence: &str| ["MIT", "ISC"].contains(&licence);
    for (expression, fine) in [
        ("MIT", true),
        ("GPL-3.0-only", false),
        ("GPL-3.0-only OR MIT", true),
        ("GPL-3.0-only/MIT", true),
        ("MIT AND ISC", true),
        ("MIT AND GPL-3.0-only", false),
        ("(MIT OR GPL-3.0-only) AND ISC", true),
        ("MIT WITH strange-exception", false),
        ("MIT WITH strange-exception OR ISC", true),
        ("(MIT", false),
        ("", false),
    ] {
        assert_eq!(is_allowed(expression, &allowed), fine, "{expression}");
    }
}
