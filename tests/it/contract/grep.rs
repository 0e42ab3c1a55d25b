//! R7: no code but the contract's own reads or writes the headers of R2 and R6. The probes and the rehearsal send
//! forged ones; they are the only exception.

use std::fs;
use std::path::{Path, PathBuf};

const MAY: [&str; 3] = ["proxy", "probe", "stage"];

/// In lower case. Found as the beginning of a string, or with `_` as part of an identifier: a message may well tell
/// the owner which header to set.
const NAMES: [&str; 18] = [
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-host",
    "x-forwarded-prefix",
    "x-forwarded-port",
    "x-forwarded-server",
    "x-script-name",
    "script-name",
    "x-original-url",
    "x-rewrite-url",
    "forwarded\"",
    "x-real-ip",
    "x-client-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "cf-access-",
    "tailscale-user-",
    "x-webauth-",
];

#[test]
fn only_the_contract_knows_the_names() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut read = 0;
    for file in rust_files(&src) {
        let inside = file.strip_prefix(&src).unwrap();
        let top = inside.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        if MAY.contains(&top.trim_end_matches(".rs")) {
            continue;
        }
        read += 1;
        let text = fs::read_to_string(&file).unwrap();
        found.extend(offences(&text).map(|(line, name)| format!("src/{}:{line}: {name}", inside.display())));
    }
    assert!(read > 5, "only {read} files looked at");
    assert!(found.is_empty(), "use proxy::ClientInfo instead:\n{}", found.join("\n"));
}

#[test]
fn the_search_finds_what_it_looks_for() {
    let bad = "fn f(h: &HeaderMap) {\n    // X-Forwarded-For is for others\n    h.get(\"X-Forwarded-For\");\n    \
               h.get(X_REAL_IP);\n    h.get(header::FORWARDED);\n    \
               h.get(\"forwarded\");\n    warn!(\"set X-Forwarded-Proto\");\n    let forwarded = 1;\n}";
    let lines: Vec<usize> = offences(bad).map(|(line, _)| line).collect();
    assert_eq!(lines, [3, 4, 5, 6]);
}

/// Line numbers and names, comments left out.
fn offences(text: &str) -> impl Iterator<Item = (usize, &'static str)> {
    text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")).flat_map(|(n, line)| {
        let line = line.to_lowercase();
        let constant = line.contains("header::forwarded").then_some("header::forwarded");
        let reads = move |name: &&str| {
            line.contains(&format!("\"{name}"))
                || name.contains('-') && line.contains(&name.replace('-', "_"))
        };
        NAMES.into_iter().filter(reads).chain(constant).map(move |name| (n + 1, name))
    })
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
    files
}
