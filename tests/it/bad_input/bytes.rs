//! Any bytes at all, and good files with bytes changed, in the place of every file that is read: an error or an answer,
//! never a panic. (Rollout, roster, `rollout.lock` and the hand-kept list have theirs beside their readers.)

use std::sync::OnceLock;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use firstbell::edge::{Clock, LmsRead, StateStore};
use firstbell::letter;
use firstbell::lms::sandbox::{SandboxReader, effects_path};
use firstbell::model::recorded::Recorded;
use firstbell::plan::saved;
use firstbell::rollout::Help;
use firstbell::state::record::{Access, Store};
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::sample::Index;

use super::applied;
use crate::binary::Project;

/// Bytes as they come, or a good file with some bytes changed and perhaps its end cut off.
#[derive(Clone, Debug)]
enum Damage {
    Any(Vec<u8>),
    Changed { edits: Vec<(Index, u8)>, cut: Option<Index> },
}

impl Damage {
    fn of(&self, good: &[u8]) -> Vec<u8> {
        match self {
            Self::Any(bytes) => bytes.clone(),
            Self::Changed { edits, cut } => {
                let mut bytes = good.to_vec();
                for (at, byte) in edits {
                    *at.get_mut(&mut bytes) = *byte;
                }
                bytes.truncate(cut.map_or(good.len(), |cut| cut.index(good.len())));
                bytes
            }
        }
    }
}

fn damage() -> impl Strategy<Value = Damage> {
    let any_bytes = prop::collection::vec(any::<u8>(), 0..600).prop_map(Damage::Any);
    let edits = prop::collection::vec((any::<Index>(), any::<u8>()), 1..12);
    let cut = prop::option::weighted(0.3, any::<Index>());
    prop_oneof![1 => any_bytes, 3 => (edits, cut).prop_map(|(edits, cut)| Damage::Changed { edits, cut })]
}

/// A school that has applied once: all its files are good ones.
fn school() -> &'static Project {
    static SCHOOL: OnceLock<Project> = OnceLock::new();
    SCHOOL.get_or_init(|| {
        let project = applied();
        let plan = project.path().join("plan.json");
        assert_eq!(project.run(&["plan", "-o", plan.to_str().unwrap()]).code, 0);
        project
    })
}

fn good(name: &str) -> Vec<u8> {
    std::fs::read(school().path().join(name)).unwrap()
}

struct StandingClock;

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn sleep(&self, _: Duration) {}
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Utf8PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn path(&self) -> &Utf8Path {
        Utf8Path::from_path(self.0.path()).unwrap()
    }
}

/// What a reader of a damaged state may answer: a whole record, or an error.
fn read_state(path: &Utf8Path) -> Option<Recorded> {
    let mut store = Store::open(path, Access::Read).ok()?;
    let _ = store.list();
    let _ = store.verify();
    let _ = store.last_run();
    let _ = store.person(&"C1001".into());
    store.load().ok()
}

fn see_letters(folder: &Folder) {
    let path = folder.path().join("letters/welcome");
    if let Ok(letters) = letter::load(&path, "letters/welcome", "en") {
        let help = Help { email: Some("office@example.nz".to_owned()), phone: None };
        let _ = letters.lint("Kōwhai College", "https://portal.example.nz", &help);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn in_place_of_the_accounts(damage in damage()) {
        let folder = Folder::new();
        let path = folder.put("lms.json", &damage.of(&good("state/lms.json")));
        let _ = SandboxReader::new(path, "lms.json", &StandingClock).observe(&firstbell::edge::Ask::default());
    }

    #[test]
    fn in_place_of_the_effects(damage in damage()) {
        let folder = Folder::new();
        let path = folder.put("lms.json", &good("state/lms.json"));
        folder.put(effects_path(&path).file_name().unwrap(), &damage.of(&good("state/lms.json.effects.jsonl")));
        let _ = SandboxReader::new(path, "lms.json", &StandingClock).observe(&firstbell::edge::Ask::default());
    }

    #[test]
    fn in_place_of_the_state(damage in damage()) {
        let folder = Folder::new();
        let whole = good("state/firstbell.db");
        let bytes = damage.of(&whole);
        let path = folder.put("firstbell.db", &bytes);
        let _ = read_state(&path);
        prop_assert_eq!(std::fs::read(&path).unwrap(), bytes, "reading writes nothing");
    }

    #[test]
    fn in_place_of_a_saved_plan(damage in damage()) {
        let whole = good("plan.json");
        let bytes = damage.of(&whole);
        if bytes != whole && let Ok(plan) = saved::open(&bytes) {
            // Only blanks between the words may differ, and the MAC, which no digest can cover: whether that is ours
            // is asked with the key (`plan::saved::tests::every_edited_byte_is_found`).
            let said = |mut plan: serde_json::Value| plan.as_object_mut().map(|fields| fields.remove("mac")).map(|_| plan);
            prop_assert_eq!(said(plan.document), said(saved::open(&whole).unwrap().document));
        }
    }

    #[test]
    fn in_place_of_a_letter(damage in damage(), part in 0_usize..3) {
        let folder = Folder::new();
        for (at, name) in ["subject.txt", "body.txt", "body.html"].into_iter().enumerate() {
            let bytes = good(&format!("letters/welcome.en/{name}"));
            let bytes = if at == part { damage.of(&bytes) } else { bytes };
            folder.put(&format!("letters/welcome.en/{name}"), &bytes);
        }
        see_letters(&folder);
    }
}
