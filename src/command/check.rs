//! `firstbell check`: everything that is wrong with rollout, letters and roster, and the list that the office works through.
//! Looks at no state and no LMS.

use std::collections::{BTreeMap, HashMap};

use camino::Utf8PathBuf;

use crate::files;
use crate::model::access::Access;
use crate::model::email::fold;
use crate::reconcile::sharers;
use crate::report::{self, Personal, count, harmless};
use crate::rollout::{Rollout, UnknownAccess};
use crate::roster::{Caregiver, Duplicate, LeftOut, Likeness, Roster};

use super::exit::Exit;
use super::output;
use super::project::{self, Loaded};
use super::session::Session;
use super::trouble::Trouble;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Write the office's list to this CSV file: id, name, address, students, what is wrong, suggestion
    #[arg(long, value_name = "FILE")]
    fixes: Option<Utf8PathBuf>,
    /// Look at the rollout and the letters alone: needs no roster, no state, no LMS, no secret
    #[arg(long, conflicts_with = "fixes")]
    rollout_only: bool,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How the answer is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs and editors, as schemas/check.schema.json describes it
    Json,
}

/// What the rows of people who are left out lack, as the warnings about them have it.
const NO_ID: &str = "no-caregiver-id";
const NO_ADDRESS: &str = "no-identity";

/// One line of the office's list.
struct Fix {
    caregiver: String,
    name: String,
    address: String,
    student: String,
    code: &'static str,
    problem: String,
    suggestion: String,
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    if args.format == Format::Json {
        return for_programs(args, session);
    }
    let rollout = project::load_rollout(session)?;
    if args.rollout_only {
        return rollout_alone(session, &rollout);
    }
    let (loaded, diagnostics) = project::read_to_check(session, rollout);
    let Some(loaded) = loaded.filter(|_| !diagnostics.has_errors()) else { return Err(diagnostics.into()) };
    session.screen.problems(&diagnostics);
    let fixes = fixes(&loaded);
    session.screen.answer(&summary(&loaded, &fixes, session.screen.personal));
    if let Some(path) = &args.fixes {
        write(path, &fixes)?;
        session.screen.answer(&format!("\nThe list is in `{path}`; it holds personal data.\n"));
    } else if !fixes.is_empty() {
        session.screen.answer("\n`firstbell check --fixes FILE` writes them as a list for the office.\n");
    }
    Ok(Exit::Done)
}

/// The same as one JSON document; mistakes stand in it and nowhere else.
fn for_programs(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let (diagnostics, fixes) = match crate::rollout::read(&session.path("rollout.yaml")) {
        Err(mistakes) => (mistakes, Vec::new()),
        Ok((rollout, mut warnings)) if args.rollout_only => {
            let (Ok((_, found)) | Err(found)) = project::read_letters(&rollout);
            warnings.append(found);
            warnings.append(project::expired(session, &rollout));
            (warnings, Vec::new())
        }
        Ok((rollout, mut warnings)) => {
            let (loaded, found) = project::read_to_check(session, rollout);
            warnings.append(found);
            (warnings, loaded.as_ref().map(fixes).unwrap_or_default())
        }
    };
    if let Some(path) = args.fixes.as_ref().filter(|_| !diagnostics.has_errors()) {
        write(path, &fixes)?;
    }
    let json = report::check_json(&diagnostics, &counts(&fixes), session.screen.personal);
    session.screen.answer(&format!("{json:#}\n"));
    Ok(if diagnostics.has_errors() { Exit::BadInput } else { Exit::Done })
}

fn counts(fixes: &[Fix]) -> BTreeMap<&'static str, u64> {
    let mut counts = BTreeMap::new();
    for fix in fixes {
        *counts.entry(fix.code).or_default() += 1;
    }
    counts
}

/// What can be said of a pull request from anybody: nothing is opened that a stranger should not make us open.
fn rollout_alone(session: &mut Session<'_>, rollout: &Rollout) -> Result<Exit, Trouble> {
    let (Ok((_, mut diagnostics)) | Err(mut diagnostics)) = project::read_letters(rollout);
    diagnostics.append(project::expired(session, rollout));
    if diagnostics.has_errors() {
        return Err(diagnostics.into());
    }
    session.screen.problems(&diagnostics);
    let cohorts = count(rollout.cohorts.len() as u64, "cohort", "cohorts");
    session
        .screen
        .answer(&format!("The rollout and the letters can be used: {cohorts}. The roster was not looked at.\n"));
    Ok(Exit::Done)
}

fn fixes(loaded: &Loaded) -> Vec<Fix> {
    let shared = sharers(&loaded.roster, &loaded.rollout);
    let mut by_address: HashMap<String, Vec<&str>> = HashMap::new();
    for caregiver in loaded.roster.caregivers().filter(|one| shared.contains(one.id())) {
        by_address.entry(fold(caregiver.email_as_written())).or_default().push(caregiver.id());
    }
    let others = |caregiver: Caregiver<'_>| -> Vec<&str> {
        let all = by_address.get(&fold(caregiver.email_as_written()));
        all.into_iter().flatten().copied().filter(|id| *id != caregiver.id()).collect()
    };
    let mut fixes = Vec::new();
    for caregiver in loaded.roster.caregivers() {
        match caregiver.address() {
            Err(problem) => fixes.push(fix(caregiver, problem.code(), problem.sentence().to_string())),
            Ok(_) if shared.contains(caregiver.id()) => {
                let others = others(caregiver);
                let who = if others.is_empty() { "Somebody else".to_owned() } else { report::list(&others) };
                let have = if others.len() > 1 { "have" } else { "has" };
                fixes.push(fix(caregiver, "shared-email", format!("{who} {have} the same address")));
            }
            Ok(_) if caregiver.suggestion().is_some() => {
                fixes.push(fix(caregiver, "likely-typing-error", "The domain looks like a typing error".to_owned()));
            }
            Ok(_) => {}
        }
    }
    fixes.extend(loaded.roster.duplicates().iter().flat_map(twice));
    fixes.extend(loaded.roster.left_out().map(left_out));
    fixes
}

/// A row of somebody who can't be told from others, and is on nobody's plan.
fn left_out(row: LeftOut<'_>) -> Fix {
    let (code, lacks) = if row.is_address { (NO_ADDRESS, "usable address") } else { (NO_ID, "caregiver id") };
    let who = if row.caregiver.is_empty() { String::new() } else { format!("{}: ", row.caregiver) };
    Fix {
        caregiver: String::new(),
        name: String::new(),
        address: String::new(),
        student: row.student.to_owned(),
        code,
        problem: format!("{who}left out, without a {lacks} (line {} of {})", row.line, row.file),
        suggestion: String::new(),
    }
}

/// Both records of somebody who may be in the SMS twice.
fn twice(two: &Duplicate<'_>) -> [Fix; 2] {
    let mark = if two.is_by_address { "address" } else { "telephone number" };
    let how = match two.likeness {
        Likeness::Exact => "the same name",
        Likeness::Likely => "a name that is much like it",
    };
    [(two.first, two.second), (two.second, two.first)].map(|(one, other)| {
        let problem = format!("May be in the SMS twice: {} has {how} and the same {mark}", other.id());
        Fix { suggestion: String::new(), ..fix(one, "possible-duplicate", problem) }
    })
}

fn fix(caregiver: Caregiver<'_>, code: &'static str, problem: String) -> Fix {
    let students: Vec<String> = caregiver
        .children()
        .map(|child| format!("{} {} ({})", child.first_name(), child.last_name(), child.id()).trim_start().to_owned())
        .collect();
    Fix {
        caregiver: caregiver.id().to_owned(),
        name: format!("{} {}", caregiver.first_name(), caregiver.last_name()).trim().to_owned(),
        address: caregiver.email_as_written().to_owned(),
        student: students.join("; "),
        code,
        problem,
        suggestion: caregiver.suggestion().unwrap_or_default(),
    }
}

fn summary(loaded: &Loaded, fixes: &[Fix], personal: Personal) -> String {
    use std::fmt::Write as _;
    let roster: &Roster = &loaded.roster;
    let mut text = format!(
        "The rollout, the letters and the roster can be used: {} in {}, {}.\n",
        count(roster.len() as u64, "caregiver", "caregivers"),
        count(roster.facts().rows, "row", "rows"),
        count(loaded.rollout.cohorts.len() as u64, "cohort", "cohorts"),
    );
    let unknown = unknown(loaded);
    if unknown > 0 {
        let _ = writeln!(
            text,
            "Of {} {} the export does not say whether they may see a child: they would be held, as `unknown-access: hold` says.",
            report::roughly(unknown, personal),
            if unknown == 1 && personal != Personal::None { "caregiver" } else { "caregivers" }
        );
    }
    let counts = counts(fixes);
    if counts.is_empty() {
        return text + "Every caregiver has a usable address of their own.\n";
    }
    text.push_str("\nFor the office to mend in the SMS:\n");
    for (code, many) in counts {
        let figure = if report::is_too_few(code, many, personal) { "few".to_owned() } else { many.to_string() };
        let _ = writeln!(text, "  {figure:>6}  {code}");
    }
    let beyond = roster.left_out_beyond();
    if beyond > 0 {
        let _ = writeln!(text, "  {beyond:>6}  more rows that are left out, and are not in the list");
    }
    text
}

/// How many caregivers have children, and none of whom it is known whether they may see them, where those are held.
fn unknown(loaded: &Loaded) -> u64 {
    let of_none = |one: &Caregiver<'_>| {
        one.children().next().is_some() && one.children().all(|child| child.access() == Access::Unknown)
    };
    match loaded.rollout.unknown_access {
        UnknownAccess::Hold => loaded.roster.caregivers().filter(of_none).count() as u64,
        UnknownAccess::Allow => 0,
    }
}

const BOM: &[u8] = b"\xEF\xBB\xBF";

fn write(path: &Utf8PathBuf, fixes: &[Fix]) -> Result<(), Trouble> {
    let failed = |error| Trouble::file(format!("writing `{path}`"), error);
    let mut csv = csv::Writer::from_writer(Vec::new());
    let rows = fixes
        .iter()
        .map(|fix| [&*fix.caregiver, &fix.name, &fix.address, &fix.student, fix.code, &fix.problem, &fix.suggestion]);
    let heading = ["caregiver-id", "name", "address", "student", "code", "what is wrong", "suggestion"];
    for row in std::iter::once(heading).chain(rows) {
        csv.write_record(row.map(harmless)).map_err(|error| failed(std::io::Error::other(error)))?;
    }
    let bytes = csv.into_inner().map_err(|error| failed(std::io::Error::other(error.to_string())))?;
    // Those of earlier builds had no names.
    let headings = [heading[..4].join(","), "caregiver-id,student,code".to_owned()];
    let is_list = |there: &[u8]| headings.iter().any(|one| there.starts_with(&[BOM, one.as_bytes()].concat()));
    output::check(path, "a list of what to mend", is_list)?;
    // Excel takes a file for UTF-8 only by its byte order mark; macrons would be lost without.
    files::replace_private(path, &[BOM, bytes.as_slice()].concat()).map_err(failed)
}
