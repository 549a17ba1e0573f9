//! Rosters of every format: the blocks of docs/rosters.md are good, and keys that don't go with a format are refused.

#![expect(clippy::disallowed_methods, reason = "tests look at fixtures by themselves")]

use super::{LEAST, briefs, problems, read_text};

fn with_roster(block: &str) -> String {
    let (before, rest) = LEAST.split_once("roster:\n").unwrap();
    let (_, after) = rest.split_once("sign-in-url").unwrap();
    format!("{before}{block}sign-in-url{after}")
}

fn told(block: &str) -> Vec<String> {
    briefs(&problems(read_text(&with_roster(block))))
}

#[test]
fn every_block_of_the_rosters_page_is_good() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rosters.md")).unwrap();
    let blocks = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let blocks: Vec<&str> = blocks.filter(|block| block.starts_with("roster:")).collect();
    for format in ["csv", "ide", "kamar", "edge", "oneroster", "sds"] {
        let is_there = blocks.iter().any(|block| block.contains(&format!("format: {format}\n")));
        assert!(is_there, "no block for {format}");
    }
    for block in blocks {
        assert_eq!(told(block), Vec::<String>::new(), "{block}");
    }
}

#[test]
fn keys_that_do_not_go_with_a_format_are_refused() {
    let block = |format: &str, more: &str| format!("roster:\n  format: {format}\n  path: roster/x\n  {more}\n");
    assert_eq!(told(&block("csv", "upload: full")), ["rollout::no-columns 4:3"]);
    assert_eq!(told(&block("oneroster", "columns: {email: Email}")), ["rollout::columns-fixed 6:3"]);
    assert_eq!(told(&block("edge", "upload: by-manifest")), ["rollout::no-manifest 6:11"]);
    assert_eq!(told(&block("sds", "year-from: {groups: x}")), ["rollout::year-from 6:3"]);
    assert_eq!(told(&block("ide", "year-from: {groups: x, home-group: y}")), ["rollout::year-from 6:3"]);
    assert_eq!(told(&block("ide", "year-from: {groups: (}")), ["rollout::bad-pattern 6:23"]);
    assert_eq!(told(&block("ide", "upload: full")), ["rollout::no-column 11:29"]);
}
