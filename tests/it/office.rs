//! The school office with Ultranet: a project in a folder, a pretend Ultranet, and the person who carries files between them.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, Stdio};
use std::time::Duration;

use firstbell::edge::Clock;
use firstbell::model::recorded::History;

use crate::binary::{Said, said};
use crate::pretend_ultranet::{Options, PretendUltranet, Summary};
use crate::world::{Crash, Crashed, World, told};

/// What a person at the import screen does with a hand-over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admin {
    Imports,
    ImportsTwice,
    ImportsHalf,
    Forgets,
}

/// A school with Ultranet.
pub(crate) struct Office {
    pub(crate) world: World,
    pub(crate) ultranet: PretendUltranet,
    pub(crate) has_letters: bool,
    /// Every import file that was ever in place, as it was first seen.
    pub(crate) files: BTreeMap<String, String>,
}

impl Office {
    pub(crate) fn new(rollout: &str, rows: &[&str], export: &str, has_letters: bool) -> Self {
        let mut world = World::new(rollout, rows, "");
        world.keeps_lock = true;
        let ultranet = PretendUltranet::of(export);
        let office = Self { world, ultranet, has_letters, files: BTreeMap::new() };
        office.export();
        office
    }

    /// Exports the users, a minute after whatever happened last.
    pub(crate) fn export(&self) {
        let now = self.world.clock.now() + jiff::SignedDuration::from_mins(1);
        self.world.clock.set(now);
        self.put_export(&self.ultranet.export());
    }

    pub(crate) fn put_export(&self, text: &str) {
        self.world.write("ultranet-export.csv", text);
        let file = std::fs::File::options().write(true).open(self.world.path().join("ultranet-export.csv")).unwrap();
        let seconds = u64::try_from(self.world.clock.now().as_second()).unwrap();
        file.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
    }

    /// Runs the real program a minute later.
    pub(crate) fn run(&self, args: &[&str]) -> Said {
        self.world.clock.set(self.world.clock.now() + jiff::SignedDuration::from_mins(1));
        let mut command = Command::new(env!("CARGO_BIN_EXE_firstbell"));
        command.arg("-C").arg(self.world.path()).arg("--now").arg(self.world.clock.now().to_string()).args(args);
        command.env_clear().env("FIRSTBELL_KEY", "07".repeat(32)).env("USER", "mere").env("PATH", "/usr/bin:/bin");
        if let Some(database) = &self.world.database {
            command.env(crate::database::VARIABLE, database.url());
        }
        said(&command.stdin(Stdio::null()).output().unwrap())
    }

    pub(crate) fn confirm(&self, args: &[&str]) -> Said {
        let mut all = vec!["confirm"];
        all.extend(args);
        self.run(&all)
    }

    /// Applies, and holds every hand-over that comes of it against the record from before.
    pub(crate) fn apply(&mut self) {
        let before = self.world.recorded();
        self.world.apply().unwrap();
        self.look(&before);
    }

    pub(crate) fn crashed_at(&mut self, point: usize) -> bool {
        let before = self.world.recorded();
        self.world.crash = Crash::at(point);
        let result = catch_unwind(AssertUnwindSafe(|| self.world.apply().map(drop)));
        self.world.crash = Crash::never();
        self.look(&before);
        match result {
            Ok(applied) => {
                applied.unwrap();
                false
            }
            Err(payload) => {
                assert!(payload.is::<Crashed>(), "the apply panicked by itself");
                true
            }
        }
    }

    /// The laws of every hand-over: nobody active is in it, save by `reissue`; nobody is in two open ones; the same bytes for
    /// ever; readable by the owner only; and nothing that Ultranet's validation would refuse.
    pub(crate) fn look(&mut self, before: &firstbell::model::recorded::Recorded) {
        let recorded = self.world.recorded();
        let known: BTreeSet<_> = before.handovers.iter().map(|handover| handover.number).collect();
        for handover in recorded.handovers.iter().filter(|handover| !known.contains(&handover.number)) {
            for row in &handover.rows {
                let was_active = before.histories.get(&row.caregiver).is_some_and(History::is_active);
                assert!(!was_active || row.activation.0 > 1, "{} is active and in a hand-over", row.caregiver);
            }
        }
        let open: Vec<_> =
            recorded.open_handovers().flat_map(|handover| &handover.rows).map(|row| &row.caregiver).collect();
        assert_eq!(open.iter().collect::<BTreeSet<_>>().len(), open.len(), "somebody stands in two open hand-overs");
        for (name, text) in self.in_place() {
            let mode = std::fs::metadata(self.world.path().join(&name)).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{name}");
            if name.strip_suffix(".csv").is_some_and(|stem| !stem.ends_with("-children")) {
                assert_eq!(self.ultranet.faults(&text), Vec::<String>::new(), "{name}");
                let first = self.files.entry(name.clone()).or_insert_with(|| text.clone());
                assert_eq!(*first, text, "{name} was written anew with other bytes");
            }
        }
    }

    /// What lies in the hand-over folder: names and texts.
    pub(crate) fn in_place(&self) -> Vec<(String, String)> {
        let Ok(entries) = std::fs::read_dir(self.world.path().join("handover")) else { return Vec::new() };
        let names = entries.map(|entry| format!("handover/{}", entry.unwrap().file_name().to_string_lossy()));
        let mut files: Vec<_> = names.map(|name| (name.clone(), self.world.read(&name))).collect();
        files.sort();
        files
    }

    /// The numbers and names of the hand-overs in place.
    pub(crate) fn waiting(&self) -> Vec<(String, String)> {
        let names = self.in_place().into_iter().map(|(name, _)| name);
        let names = names.filter_map(|name| name.strip_suffix(".md").map(|name| name["handover/".len()..].to_owned()));
        names.map(|name| (name[..4].to_owned(), name)).collect()
    }

    /// Follows the page beside a hand-over; only those users are ticked.
    pub(crate) fn import(&mut self, name: &str, is_ticked: impl Fn(&str) -> bool) {
        let file = self.world.read(&format!("handover/{name}.csv"));
        let note = self.world.read(&format!("handover/{name}.md"));
        let Summary { add, update } = self.ultranet.summary(&file);
        assert!(note.contains(&format!("**Add {add}, Update {update}, Delete 0**")), "{note}\n{file}");
        self.ultranet.import(&file, Options::of(&note), is_ticked);
    }

    pub(crate) fn link_children(&mut self, name: &str) {
        let file = self.world.read(&format!("handover/{name}-children.csv"));
        self.ultranet.import_children(&file);
    }

    /// What this person does with all that waits, and says afterwards.
    pub(crate) fn acts(&mut self, admin: Admin) {
        for (number, name) in self.waiting() {
            let recorded = self.world.recorded();
            let handover = recorded.handovers.iter().find(|handover| handover.name == name).unwrap();
            let ids: Vec<String> = handover.rows.iter().map(|row| row.caregiver.to_string()).collect();
            let left_out: Vec<String> = ids.into_iter().skip(1).step_by(2).collect();
            let said = match admin {
                Admin::Forgets => continue,
                Admin::Imports => {
                    self.import(&name, |_| true);
                    self.confirm(&[&number, "--imported"])
                }
                Admin::ImportsTwice => {
                    self.import(&name, |_| true);
                    let file = self.world.read(&format!("handover/{name}.csv"));
                    let note = self.world.read(&format!("handover/{name}.md"));
                    self.ultranet.import(&file, Options::of(&note), |_| true);
                    self.confirm(&[&number, "--imported"])
                }
                Admin::ImportsHalf => {
                    self.import(&name, |sms_id| !left_out.iter().any(|left| left == sms_id));
                    self.world.write("left-out.csv", &format!("# not ticked\n{}\n", left_out.join("\n")));
                    let except = self.world.path().join("left-out.csv");
                    if left_out.is_empty() {
                        self.confirm(&[&number, "--imported"])
                    } else {
                        self.confirm(&[&number, "--imported", "--except", except.as_str()])
                    }
                }
            };
            assert_eq!(said.code, 0, "{}", said.all());
            assert!(
                self.in_place().iter().all(|(file, _)| !file.contains(&name)),
                "{name} is deleted at the confirmation"
            );
        }
        self.export();
    }

    /// Goes on until nothing is left to do by this person and the program.
    pub(crate) fn settle(&mut self, admin: Admin) {
        for _ in 0..12 {
            let plan = self.world.plan();
            if !plan.has_records() && (self.waiting().is_empty() || admin == Admin::Forgets) {
                return;
            }
            if plan.has_records() {
                self.apply();
            }
            self.acts(admin);
        }
        panic!("it never comes to rest: {:#?}", self.world.plan().changes);
    }

    /// Letters by recipient: the different passwords that they tell.
    pub(crate) fn letters(&self) -> BTreeMap<String, BTreeSet<(String, String)>> {
        let names: Vec<String> = self.ultranet.users.keys().cloned().collect();
        let mut letters: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
        for (_, bytes) in self.world.outbox() {
            let told = told(&bytes, &names);
            letters.entry(told.to).or_default().insert((told.username, told.password));
        }
        letters
    }
}
