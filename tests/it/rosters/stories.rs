//! From export to letters, for each format: the `roster:` blocks of docs/rosters.md as somebody would paste them, with an
//! export at the place that the block names, through the real program. Each letter names the right children and no other,
//! and a second apply does nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, UNIX_EPOCH};

use serde_json::Value;

use crate::binary::Project;
use crate::markdown::documents;

use super::exports::{self, fixture, text, workbook, zipped};
use super::{good, school};

/// When the exports were written: an hour before the plan.
const WRITTEN: Duration = Duration::from_hours(500_395);
const NOW: &str = "2027-02-01T09:00:00+13:00";

/// An export, and what must come of it.
struct Story {
    /// The `path:` of the block in the document.
    block: &'static str,
    /// Where the export lies; the block's path is changed to it.
    place: &'static str,
    files: Vec<(String, Vec<u8>)>,
    /// To whom, from which cohort, naming which children.
    letters: &'static [(&'static str, &'static str, &'static str)],
    /// Children whom no letter may name.
    unnamed: &'static [&'static str],
}

impl Story {
    fn of(block: &'static str, letters: &'static [(&str, &str, &str)]) -> Self {
        Self { block, place: block, files: Vec::new(), letters, unnamed: &[] }
    }

    /// One file at the block's path.
    fn file(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.files.push((self.place.to_owned(), bytes.as_ref().to_vec()));
        self
    }

    /// Files in a folder, which the block is made to name.
    fn folder(mut self, place: &'static str, files: Vec<(String, Vec<u8>)>) -> Self {
        self.place = place;
        self.files.extend(files.into_iter().map(|(name, bytes)| (format!("{place}/{name}"), bytes)));
        self
    }

    fn beside(mut self, path: &str, bytes: &str) -> Self {
        self.files.push((path.to_owned(), bytes.as_bytes().to_vec()));
        self
    }

    fn unnamed(mut self, children: &'static [&str]) -> Self {
        self.unnamed = children;
        self
    }
}

/// Mere has a child in year 7 and one in year 8.
const MERE: (&str, &str, &str) = ("mere@example.nz", "year-7", "Ana Tama");

fn stories() -> Vec<Story> {
    let edge = || fixture("edge");
    let edge_letters: &[_] = &[MERE, ("sione@example.nz", "everyone-else", "Ana")];
    vec![
        Story::of("roster/caregivers.csv", exports::ROWS_LETTERS).file(exports::ROWS),
        Story::of("roster/caregivers.csv", exports::ROWS_LETTERS)
            .folder("roster/caregivers.zip", Vec::new())
            .file(zipped(&[("caregivers.csv".to_owned(), exports::ROWS.into())])),
        Story::of("roster/students.csv", &[MERE, ("rua@example.nz", "everyone-else", "Ana")]).file(exports::TWO_A_ROW),
        Story::of("roster/contacts.csv", &[MERE]).file(exports::CONTINUED).unnamed(&["Kahu"]),
        Story::of("roster/caregivers.xlsx", &[MERE]).file(workbook(exports::SHEET)).unnamed(&["Kahu"]),
        Story::of("roster/junior.csv", &[("mere@example.nz", "year-7", ""), ("rua@example.nz", "everyone-else", "")])
            .file("ID,Email,Student,Year\nC1,mere@example.nz,S1,7\n")
            .beside("roster/senior.csv", "ID,Email,Student,Year\nC1,mere@example.nz,S2,9\nC2,rua@,S2,9\n")
            .beside("roster/corrections.csv", "ID,Email,Why,Until\nC2,rua@example.nz,T-1,2099-01-01\n"),
        Story::of("roster/SMSIAM.csv", &[MERE]).file(text("ide/SMSIAM.csv")),
        Story::of("roster/full.json", &[MERE]).file(text("kamar/full.json")),
        Story::of("roster/edge.zip", edge_letters).file(zipped(&edge())),
        Story::of("roster/edge.zip", edge_letters).folder("roster/edge", edge()),
        Story::of("roster/oneroster.zip", &[MERE]).file(zipped(&fixture("oneroster-1.1"))),
        Story::of("roster/oneroster.zip", &[MERE]).folder("roster/oneroster", fixture("oneroster-1.1")),
        Story::of("roster/oneroster.zip", &[("mere@example.nz", "year-7", "Tama")])
            .file(zipped(&fixture("oneroster-1.2"))),
        Story::of("roster/oneroster.zip", &[("mere@example.nz", "year-7", "Tama")])
            .folder("roster/oneroster", fixture("oneroster-1.2")),
        Story::of("roster/sds", &[MERE]).folder("roster/sds", fixture("sds-2.1")),
        Story::of("roster/sds", &[MERE]).folder("roster/sds.zip", Vec::new()).file(zipped(&fixture("sds-2.1"))),
        Story::of("roster/sds-1", &[MERE]).folder("roster/sds-1", fixture("sds-1")),
        Story::of("roster/sims.csv", &[MERE]).file(exports::SIMS).unnamed(&["Kahu"]),
    ]
}

/// The blocks of the document that name a roster, by their first path.
fn blocks() -> BTreeMap<String, String> {
    let page = documents().into_iter().find(|page| page.name == "docs/rosters.md").unwrap();
    let blocks = page.text.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let rosters = blocks.filter(|block| block.starts_with("roster:\n"));
    let named = rosters.map(|block| {
        let path = block.lines().find_map(|line| line.trim_start_matches([' ', '-']).strip_prefix("path: ")).unwrap();
        (path.to_owned(), block.to_owned())
    });
    let mut all = BTreeMap::new();
    for (path, block) in named {
        assert!(all.insert(path.clone(), block).is_none(), "two blocks of the document have the path {path}");
    }
    all
}

#[test]
fn every_block_of_the_document_leads_from_an_export_to_letters() {
    let (blocks, stories) = (blocks(), stories());
    let told: BTreeSet<&str> = stories.iter().map(|story| story.block).collect();
    assert_eq!(
        told,
        blocks.keys().map(String::as_str).collect(),
        "a block without a story, or a story without a block"
    );
    for story in stories {
        play(&story, &blocks[story.block]);
    }
}

fn play(story: &Story, block: &str) {
    let project = school(&block.replace(&format!("path: {}\n", story.block), &format!("path: {}\n", story.place)));
    project.edit("rollout.yaml", "school:", "timezone: Pacific/Auckland\nschool:");
    project.edit("rollout.yaml", ", after: [year-7]", "");
    for (path, bytes) in &story.files {
        project.write(path, bytes);
        let file = std::fs::File::options().write(true).open(project.path().join(path)).unwrap();
        file.set_modified(UNIX_EPOCH + WRITTEN).unwrap();
    }
    look(&project, story, block);
    let plan = good(&project, &["--now", NOW, "plan", "--format", "json"]).out;
    let applied = good(&project, &["--now", NOW, "apply", "--auto-approve"]);
    let expected: BTreeSet<(String, String, String)> =
        story.letters.iter().map(|&(to, cohort, children)| (to.into(), cohort.into(), children.into())).collect();
    assert_eq!(letters(&project, story, &plan), expected, "{} at {}: {}", story.block, story.place, applied.all());
    let again = good(&project, &["--now", NOW, "apply", "--auto-approve"]);
    assert!(again.out.contains("Plan: nothing to do"), "{} at {}: {}", story.block, story.place, again.all());
    assert_eq!(project.letters().len(), story.letters.len(), "{}", again.all());
}

/// What an office looks at first: each format has a list of what to mend, names the lines that made somebody, and does not
/// differ from itself.
fn look(project: &Project, story: &Story, block: &str) {
    let path = |name: &str| project.path().join(name).to_str().unwrap().to_owned();
    good(project, &["--now", NOW, "check", "--fixes", &path("fixes.csv")]);
    assert!(project.read("fixes.csv").contains("caregiver-id,name,address,student,code"), "{}", story.block);
    let shown = good(project, &["--now", NOW, "roster", "show"]).out;
    let first = shown.split_whitespace().next().unwrap();
    let why = good(project, &["--now", NOW, "roster", "show", "--why", first]).out;
    assert!(why.contains(story.place), "{why}");
    if !block.contains("- path:") {
        let place = path(story.place);
        let diff = good(project, &["--now", NOW, "roster", "diff", &place, &place]).out;
        assert!(diff.ends_with("Nothing differs.\n"), "{diff}");
    }
}

/// To whom, from which cohort, and which of the story's children are named, in order.
fn letters(project: &Project, story: &Story, plan: &str) -> BTreeSet<(String, String, String)> {
    let plan: Value = serde_json::from_str(plan).unwrap();
    let cohorts: BTreeMap<&str, &str> = plan["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| (change["caregiver"].as_str().unwrap(), change["cohort"].as_str().unwrap()))
        .collect();
    let shown: Value =
        serde_json::from_str(&good(project, &["--now", NOW, "roster", "show", "--format", "json"]).out).unwrap();
    let owner = |to: &str| {
        let people = shown.as_array().unwrap();
        let one = people.iter().find(|one| one["email"].as_str().is_some_and(|email| email.eq_ignore_ascii_case(to)));
        one.unwrap_or_else(|| panic!("nobody has {to}"))["caregiver"].as_str().unwrap().to_owned()
    };
    let children: BTreeSet<&str> =
        story.letters.iter().flat_map(|(.., names)| names.split(' ')).chain(story.unnamed.iter().copied()).collect();
    let mut seen = BTreeSet::new();
    for bytes in project.letters() {
        let message = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        let to = message.to().unwrap().first().unwrap().address().unwrap().to_lowercase();
        let body = [message.subject().unwrap().into(), message.body_text(0).unwrap(), message.body_html(0).unwrap()]
            .join("\n");
        let words: BTreeSet<&str> = body.split(|letter: char| !letter.is_alphabetic()).collect();
        let named: Vec<&str> =
            children.iter().copied().filter(|child| !child.is_empty() && words.contains(child)).collect();
        let cohort = cohorts[owner(&to).as_str()].to_owned();
        seen.insert((to, cohort, named.join(" ")));
    }
    seen
}
