//! Rules about the state: keys that belong to its store, an address for a database, which goes nowhere else.

use crate::diagnostic::Diagnostics;

use super::super::form::{Environment, Form};
use super::super::node::{Node, Value};
use super::Page;

const CODE: &str = "rollout::state-key";

/// Which keys mean something with which store.
const KEYS: &[(&str, &[&str])] = &[("sqlite", &["path"]), ("postgres", &["url"])];

fn store<'n>(page: &Page<'n>) -> &'n str {
    page.root.at(&["state", "store"]).and_then(Node::text).unwrap_or("sqlite")
}

/// A key for the other store would be ignored in silence.
pub(super) fn keys_fit_the_store(page: &Page<'_>, problems: &mut Diagnostics) {
    let store = store(page);
    let Some((_, own)) = KEYS.iter().find(|(name, _)| *name == store) else { return };
    let Some(state) = page.root.get("state").filter(|state| matches!(state.value, Value::Map(_))) else { return };
    for entry in state.entries().iter().filter(|entry| entry.key != "store" && !own.contains(&entry.key.as_str())) {
        if KEYS.iter().any(|(_, keys)| keys.contains(&entry.key.as_str())) {
            let message = format!("this key has no meaning for the store `{store}`");
            let problem = page.error(CODE, entry.key_span, message);
            problems.push(problem.with_help("take it out, or choose the store that it is for"));
        }
    }
}

/// A database has an address, which holds a password and so comes from the environment.
pub(super) fn database_has_an_address(page: &Page<'_>, problems: &mut Diagnostics) {
    if store(page) != "postgres" {
        return;
    }
    let Some(entry) = page.root.entry("state") else { return };
    if entry.value.get("url").is_none() {
        let problem = page.error(CODE, entry.key_span, "`state` does not say where the database's address is");
        problems.push(problem.with_help(
            "add `url: {env: FIRSTBELL_STATE_URL}`, and set that variable to postgres://user:password@host/database",
        ));
    }
}

/// The variable that `docs/postgres.md` has everybody set.
const USUAL: &str = "FIRSTBELL_STATE_URL";

/// The address holds the database's password: no rollout has it sent to a mail server or an LMS.
pub(super) fn its_address_goes_nowhere_else(page: &Page<'_>, problems: &mut Diagnostics) {
    let own = page.root.at(&["state", "url", "env"]).and_then(Node::text);
    for entry in page.root.entries() {
        if entry.key == "state" {
            continue;
        }
        look_for(&entry.value, &mut |node, name| {
            if name == USUAL || Some(name) == own {
                let message = format!("{name} is the database's address, with its password, and nobody else's");
                let problem = page.error(Environment::CODE, node.span, message);
                problems.push(problem.with_help("name another"));
            }
        });
    }
}

/// Every name that stands behind an `env`.
fn look_for<'n>(node: &'n Node, found: &mut impl FnMut(&'n Node, &'n str)) {
    if let Value::List(items) = &node.value {
        for item in items {
            look_for(item, found);
        }
    }
    for entry in node.entries() {
        match entry.value.text() {
            Some(name) if entry.key == "env" => found(&entry.value, name),
            _ => look_for(&entry.value, found),
        }
    }
}
