//! The floors, the module docs, and the one file that each outside crate may be named in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// From the lowest floor to the highest; a module imports only from floors below its own (and from itself).
pub(crate) const FLOORS: [&[&str]; 11] = [
    &["model", "diagnostic", "files", "both"],
    &["roster", "rollout"],
    &["plan"],
    &["reconcile", "letter"],
    &["edge"],
    &["apply"],
    &["lms", "mail", "state"],
    &["report"],
    &["command"],
    &["cli"],
    &["lib", "main"],
];

/// Crates that stand behind one wall each: the file or folder that may name them.
const WALLS: &[(&str, &str)] = &[
    ("clap_complete", "src/command/completions.rs"),
    ("clap_mangen", "src/command/man.rs"),
    ("mail_parser", "src/mail/"),
    ("annotate_snippets", "src/diagnostic/"),
    ("serde_yaml", "src/rollout/"),
    ("saphyr_parser", "src/rollout/"),
    ("csv", "src/"),
    ("encoding_rs", "src/roster/utf8.rs"),
    ("calamine", "src/roster/xlsx.rs"),
    ("rusqlite", "src/state/sql"),
    ("::postgres", "src/state/postgres/"),
    ("tokio_postgres_rustls", "src/state/postgres/tls.rs"),
    ("krilla", "src/letter/page/pdf.rs"),
    ("skrifa", "src/letter/page/layout.rs"),
    ("lettre::message", "src/letter/"),
    ("lettre::transport", "src/mail/smtp/"),
    ("minijinja", "src/letter/"),
    ("chacha20poly1305", "src/apply/seal.rs"),
    ("lz4_flex", "src/apply/form.rs"),
    ("rand", "src/cli/system.rs"),
    ("indicatif", "src/cli/terminal.rs"),
    ("fs_err", "src/files/"),
    ("ctrlc", "src/cli/terminal.rs"),
    ("ureq", "src/lms/moodle/client.rs"),
];

fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(root).unwrap().to_owned(), text));
            }
        }
    }
    assert!(found.len() > 80, "the sources were not found");
    found
}

/// The module at the top that a file belongs to.
fn module(path: &Path) -> String {
    path.components().nth(1).unwrap().as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
}

fn floor(module: &str) -> usize {
    FLOORS.iter().position(|floor| floor.contains(&module)).unwrap_or_else(|| panic!("`{module}` has no floor"))
}

/// The program's part of a file: what stands above its unit tests.
fn program(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap()
}

#[test]
fn a_module_imports_only_from_lower_floors() {
    let mut breaches = Vec::new();
    for (path, text) in sources() {
        let own = module(&path);
        for (number, line) in
            program(&text).lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"))
        {
            for used in line.match_indices("crate::").map(|(at, found)| &line[at + found.len()..]) {
                let used: String =
                    used.chars().take_while(|char| char.is_ascii_alphanumeric() || *char == '_').collect();
                if !used.is_empty() && used != own && floor(&used) >= floor(&own) && !line.contains("pub(crate)") {
                    breaches.push(format!("{}:{}: {own} imports {used}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn every_module_says_what_it_is() {
    let silent: Vec<_> =
        sources().into_iter().filter(|(_, text)| !text.starts_with("//! ")).map(|(path, _)| path).collect();
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn each_outside_crate_is_named_behind_its_wall() {
    let mut breaches = Vec::new();
    for (path, text) in sources() {
        for (name, wall) in WALLS.iter().filter(|(_, wall)| !path.to_str().unwrap().starts_with(wall)) {
            let is_named = program(&text).lines().any(|line| {
                let line = line.trim_start();
                line.starts_with(&format!("use {name}::"))
                    || (!line.starts_with("//") && line.contains(&format!(" {name}::")))
            });
            if is_named {
                breaches.push(format!("{} names {name}, which belongs behind {wall}", path.display()));
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn files_stay_small() {
    let mut sizes: Vec<usize> = Vec::new();
    let mut large = BTreeMap::new();
    for (path, text) in sources().into_iter().filter(|(path, _)| !path.to_str().unwrap().contains("tests")) {
        let lines = program(&text).lines().count();
        sizes.push(lines);
        if lines > 400 {
            large.insert(path, lines);
        }
    }
    sizes.sort_unstable();
    assert!(large.is_empty(), "split these: {large:?}");
    assert!(sizes[sizes.len() / 2] <= 130, "the median file has {} lines", sizes[sizes.len() / 2]);
    assert!(sizes[sizes.len() * 9 / 10] <= 260, "one in ten files has more than {} lines", sizes[sizes.len() * 9 / 10]);
}
