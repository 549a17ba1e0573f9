//! The pure parts, without processes and disks: reading and folding a roster, deciding, rendering a letter and its message, laying
//! out a page. `cargo bench`; figures are this machine's, and compare with one another only.

#![expect(clippy::unwrap_used, reason = "a bench that meets the unexpected fails")]
#![expect(clippy::disallowed_methods, reason = "a bench writes its own files")]

use std::fmt::Write as _;
use std::hint::black_box;

use camino::Utf8Path;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use firstbell::letter::page::{self, Margin, Page};
use firstbell::letter::{self, Frame, Letters, sample};
use firstbell::model::capability::{Carrier, LmsCapabilities, MailCapabilities};
use firstbell::model::email::EmailAddress;
use firstbell::model::fingerprint::Fingerprinter;
use firstbell::model::ids::MessageId;
use firstbell::model::observed::Observed;
use firstbell::model::recorded::Recorded;
use firstbell::model::secret::SealingKey;
use firstbell::plan::Narrowing;
use firstbell::reconcile::{self, Context, Desired};
use firstbell::rollout::{self, Rollout};
use firstbell::roster::{self, Roster};
use jiff::Timestamp;

const CAREGIVERS: usize = 10_000;

const ROLLOUT: &str = "version: 1
school: Kōwhai College
timezone: Pacific/Auckland
roster:
  path: roster.csv
  columns: {caregiver-id: ID, first-name: First, last-name: Last, email: Email, student-id: Student,
    student-first-name: Child, student-last-name: Surname, year: Year, class: Class}
sign-in-url: https://portal.kowhai.example.nz
help: {email: office@kowhai.example.nz}
mail: {from: Kōwhai College <office@kowhai.example.nz>, letter: letters/welcome}
cohorts:
  - {name: year-7, select: {years: [7]}}
  - {name: everyone-else, select: all}
";

/// A project in a folder of its own.
struct School {
    folder: tempfile::TempDir,
    now: Timestamp,
}

impl School {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("rollout.yaml", ROLLOUT);
        for (name, text) in letter::default_letters() {
            write(&format!("letters/{name}"), text);
        }
        let mut rows = String::from("ID,First,Last,Email,Student,Child,Surname,Year,Class\n");
        for number in 0..CAREGIVERS {
            // Every second has two children, and every fiftieth no address.
            let email = if number % 50 == 0 { String::new() } else { format!("p{number}@home.example.nz") };
            for child in 0..=number % 2 {
                let year = 7 + (number + child) % 7;
                let _ = writeln!(
                    rows,
                    "C{number},Mere,Tūī{number},{email},S{number}-{child},Aroha,Tūī{number},{year},{year}A"
                );
            }
        }
        write("roster.csv", &rows);
        let modified = std::fs::metadata(folder.path().join("roster.csv")).unwrap().modified().unwrap();
        Self { now: Timestamp::try_from(modified).unwrap(), folder }
    }

    fn path(&self) -> &Utf8Path {
        Utf8Path::from_path(self.folder.path()).unwrap()
    }

    fn rollout(&self) -> Rollout {
        rollout::read(&self.path().join("rollout.yaml")).unwrap().0
    }
}

fn load(rollout: &Rollout) -> Letters {
    letter::load(&rollout.mail.letter_path, &rollout.mail.letter, &rollout.mail.default_language).unwrap()
}

fn rosters(criterion: &mut Criterion) {
    let school = School::new();
    let rollout = school.rollout();
    let mut group = criterion.benchmark_group("roster");
    group.throughput(Throughput::Elements(CAREGIVERS as u64)).sample_size(20);
    group.bench_function("read and fold 10,000 caregivers", |bencher| {
        bencher.iter(|| roster::read(black_box(&rollout.roster), school.now).unwrap().0.len());
    });
    group.finish();
}

fn context<'a>(fingerprinter: &'a Fingerprinter, narrowing: &'a Narrowing, now: Timestamp) -> Context<'a> {
    Context {
        now,
        fingerprinter,
        lms: LmsCapabilities {
            has_marker: true,
            can_update: true,
            can_disable: true,
            batch: 1,
            can_link: false,
            works_on: false,
            needs_email: false,
            carrier: Carrier::Program,
        },
        mail: MailCapabilities { is_idempotent: true, sessions: 1 },
        state_path: "state/firstbell.db",
        state_schema: firstbell::state::sqlite::SCHEMA,
        letters_sha256: "",
        timetable: None,
        retry_unknown: false,
        git: None,
        narrowing,
        lms_description: "sandbox",
    }
}

fn deciding(criterion: &mut Criterion) {
    let school = School::new();
    let rollout = school.rollout();
    let roster: Roster = roster::read(&rollout.roster, school.now).unwrap().0;
    let (recorded, observed) = (Recorded::default(), Observed::new(Vec::new(), school.now));
    let (fingerprinter, narrowing) = (Fingerprinter::new(&SealingKey::new([7; 32])), Narrowing::default());
    let context = context(&fingerprinter, &narrowing, school.now);
    let desired = || Desired { rollout: &rollout, roster: &roster };
    let mut group = criterion.benchmark_group("reconcile");
    group.throughput(Throughput::Elements(CAREGIVERS as u64)).sample_size(20);
    group.bench_function("a plan of 10,000, written down", |bencher| {
        bencher
            .iter(|| reconcile::reconcile(desired(), &recorded, &observed, black_box(&context)).unwrap().changes.len());
    });
    group.bench_function("the same in figures", |bencher| {
        bencher
            .iter(|| reconcile::outline(desired(), &recorded, &observed, black_box(&context)).unwrap().totals.changes);
    });
    group.finish();
}

fn letters(criterion: &mut Criterion) {
    let school = School::new();
    let rollout = school.rollout();
    let letters = load(&rollout);
    let (person, password) = (sample::person_with_children(), sample::password());
    let context = letter::Context {
        school: &rollout.school,
        sign_in_url: &rollout.sign_in_url,
        help: &rollout.help,
        person: &person,
        username: sample::USERNAME,
        password: &password,
        on_paper: false,
    };
    let mut group = criterion.benchmark_group("letter");
    group.bench_function("render text and HTML", |bencher| {
        bencher.iter(|| letters.render(black_box("en"), &context).unwrap().html.len());
    });
    let rendered = letters.render("en", &context).unwrap();
    let (to, message_id) = (EmailAddress::from_judged("mere@example.nz"), MessageId::from("1@kowhai.example.nz"));
    let frame = Frame {
        from: &rollout.mail.from,
        reply_to: None,
        to: &to,
        to_name: "Mere Kahurangi",
        date: school.now,
        message_id: &message_id,
        boundary: "firstbell0",
    };
    group.bench_function("the message's bytes", |bencher| {
        bencher.iter(|| letter::message(black_box(&rendered), &frame).unwrap().len());
    });
    let page = Page::new(&rendered, &context, Margin { date: "2027-02-01", foot: "C1001" });
    group.bench_function("lay out a page", |bencher| bencher.iter(|| black_box(&page).check().unwrap()));
    group.sample_size(20).bench_function("a PDF of 40 pages", |bencher| {
        bencher.iter_batched(
            || vec![page.clone(); 40],
            |pages| page::print(&pages, "x").unwrap().len(),
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

criterion_group!(benches, rosters, deciding, letters);
criterion_main!(benches);
