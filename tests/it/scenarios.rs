//! Stories of schools, each with the transcript that must come of it (`tests/scenarios/`), and what they cover together.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use firstbell::plan::HoldCode;
use firstbell::rollout::GuardName;
use similar::TextDiff;

use crate::story::{self, Played};

/// Holds that no story can reach, because neither the sandbox nor the outbox brings them about. Each is covered by unit
/// tests of `reconcile` with a record made by hand.
const OUT_OF_REACH: [(HoldCode, &str); 9] = [
    (HoldCode::ChildNotLinked, "only a Moodle links children: tests/it/moodle/applies.rs"),
    (HoldCode::FullUploadNeeded, "only an import screen has it: tests/it/hand_over.rs"),
    (HoldCode::RowRefused, "only an import screen has it: tests/it/hand_over.rs"),
    (HoldCode::ResetUnknown, "the sandbox writes markers, so it can always say whether a password was set"),
    (HoldCode::LetterUnknown, "the outbox takes the same letter again without harm, so it is simply sent again"),
    (HoldCode::AwaitingConfirmation, "the sandbox sets passwords itself and hands nothing over"),
    (HoldCode::SecretLost, "a sealed password is wiped when its letter is sent, never before"),
    (HoldCode::Bounced, "nothing comes back from a folder"),
    (HoldCode::ReissueNeeded, "it follows upon a letter that came back"),
];

/// The first column of a plan.
const SYMBOLS: [char; 8] = ['+', '*', '@', '~', '-', '=', '?', '!'];

#[test]
fn every_story_has_its_transcript() {
    let names = story::names();
    assert!(!names.is_empty(), "the stories were not found");
    let wrong: Vec<String> = names.iter().filter_map(|name| difference(&story::play(name))).collect();
    assert!(wrong.is_empty(), "{} of {} stories end otherwise\n\n{}", wrong.len(), names.len(), wrong.join("\n"));
}

/// What differs from the transcript in the story's folder, and how to take the new one.
fn difference(played: &Played) -> Option<String> {
    let expected = story::folder().join(&played.name).join("transcript.txt");
    let before = fs::read_to_string(&expected).unwrap_or_default();
    if before == played.transcript {
        return None;
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scenarios");
    fs::create_dir_all(&target).unwrap();
    let actual = target.join(format!("{}.txt", played.name));
    fs::write(&actual, &played.transcript).unwrap();
    let diff = TextDiff::from_lines(&before, &played.transcript);
    let diff = diff.unified_diff().context_radius(3).header("expected", "played").to_string();
    Some(format!("=== {}\n{diff}\nIf that is right:  cp {} {}\n", played.name, actual.display(), expected.display()))
}

#[test]
fn a_story_played_twice_has_the_same_transcript() {
    let name = &story::names()[0];
    assert_eq!(story::play(name).transcript, story::play(name).transcript);
}

/// All transcripts, as they are committed.
fn transcripts() -> String {
    let read = |name: &String| fs::read_to_string(story::folder().join(name).join("transcript.txt")).unwrap();
    story::names().iter().map(read).collect()
}

#[test]
fn every_hold_is_in_a_story_or_out_of_reach() {
    let text = transcripts();
    let is_told = |code: &HoldCode| {
        let group = format!("  {code} (");
        text.lines().any(|line| line.strip_prefix(&group).is_some_and(|rest| rest.contains("): ")))
    };
    let told: BTreeSet<HoldCode> = HoldCode::ALL.iter().copied().filter(is_told).collect();
    let unreachable: BTreeSet<HoldCode> = OUT_OF_REACH.iter().map(|(code, _)| *code).collect();
    let missing: Vec<_> =
        HoldCode::ALL.iter().filter(|code| !told.contains(code) && !unreachable.contains(code)).collect();
    assert!(missing.is_empty(), "no story tells of {missing:?}");
    let wrong: Vec<_> = told.intersection(&unreachable).collect();
    assert!(wrong.is_empty(), "told in a story, so within reach: {wrong:?}");
}

/// Guards that no plan can trip: they stand behind it, should a plan ever be wrong.
const BEHIND_THE_PLAN: [(GuardName, &str); 2] = [
    (GuardName::SecondResets, "no plan has a second reset without its line: src/reconcile/tests/guards.rs"),
    (GuardName::SignedInReset, "no plan resets who has signed in without a line: src/reconcile/tests/guards.rs"),
];

#[test]
fn every_guard_blocks_in_a_story_or_stands_behind_the_plan() {
    let text = transcripts();
    let is_told = |name: &GuardName| text.contains(&format!("BLOCKED  {} is ", name.as_str()));
    let told: Vec<GuardName> = GuardName::ALL.iter().copied().filter(is_told).collect();
    let behind = |name: &GuardName| BEHIND_THE_PLAN.iter().any(|(one, _)| one == name);
    let missing: Vec<_> = GuardName::ALL.iter().filter(|name| !told.contains(name) && !behind(name)).collect();
    assert!(missing.is_empty(), "no story tells of {missing:?}");
    assert!(!told.iter().any(behind), "told in a story, so within reach: {told:?}");
}

#[test]
fn every_symbol_is_in_a_story() {
    let text = transcripts();
    for symbol in SYMBOLS {
        let line = format!("  {symbol} C");
        assert!(text.lines().any(|told| told.starts_with(&line)), "no plan of a story has a line with `{symbol}`");
    }
}

#[test]
fn the_list_of_stories_names_every_one() {
    let list = fs::read_to_string(story::folder().join("README.md")).unwrap();
    let rows = list.lines().filter_map(|line| line.strip_prefix("| "));
    let listed: BTreeSet<&str> = rows.flat_map(|row| row.split([',', '|', ' '])).collect();
    let missing: Vec<_> = story::names().into_iter().filter(|name| !listed.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn no_transcript_holds_a_password_or_a_path_of_this_machine() {
    let text = transcripts();
    for word in text.split_whitespace() {
        let word = word.trim_matches(|char: char| !char.is_ascii_alphanumeric());
        assert!(!crate::world::looks_like_a_password(word), "{word}");
        assert!(!word.starts_with("/tmp") && !word.contains("/shm/"), "{word}");
    }
}

#[test]
fn in_no_story_does_a_letter_carry_a_password_that_does_not_sign_in() {
    assert!(!transcripts().contains("does NOT sign in"));
}
