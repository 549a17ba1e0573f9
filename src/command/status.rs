//! `firstbell status`: how far each cohort has come; or, of several projects, how far each school has.

use std::collections::HashSet;

use camino::Utf8PathBuf;

use crate::files;
use crate::plan::Plan;
use crate::report::{self, SchoolStatus};

use super::doors;
use super::exit::Exit;
use super::looking;
use super::project::{self, Scope};
use super::session::Session;
use super::trouble::Trouble;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folders of several schools: a line for each, and what they come to together
    #[arg(value_name = "SCHOOL")]
    schools: Vec<Utf8PathBuf>,
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    if !args.schools.is_empty() {
        return several(&args.schools, session);
    }
    let plan = planned(session)?;
    let text = report::status(&plan, &session.screen.view(false));
    session.screen.answer(&text);
    Ok(exit(&plan))
}

fn planned(session: &mut Session<'_>) -> Result<Plan, Trouble> {
    let (loaded, mut state) = project::load_to_look(session)?;
    let mut lms = looking::in_order(&loaded, &mut state, doors::lms_reader(session, &loaded.rollout)?)?;
    project::make_plan(session, &loaded, &state.recorded, &state.fingerprinter, &mut *lms, &Scope::default())
}

fn exit(plan: &Plan) -> Exit {
    if plan.has_unknown() { Exit::Unknown } else { Exit::Done }
}

/// One school that can't be read does not hide the others.
fn several(schools: &[Utf8PathBuf], session: &mut Session<'_>) -> Result<Exit, Trouble> {
    if session.lock.is_some() {
        return Err(Trouble::new(Exit::Usage, "`--lock` names the lock of one school, and here are several"));
    }
    let here = session.dir.clone();
    let mut rows = Vec::with_capacity(schools.len());
    let mut exits = Vec::with_capacity(schools.len());
    let mut seen = HashSet::new();
    for school in schools {
        // `schools/*` has what lies beside them, too; and one named twice is one.
        let is_file = files::exists(&here.join(school)) && !files::is_dir(&here.join(school));
        if is_file {
            session.screen.say(&format!("`{school}` is a file and no school's folder: passed over"));
        }
        if is_file || !seen.insert(files::canonical(&here.join(school)).unwrap_or_else(|_| school.clone())) {
            continue;
        }
        let folder = if here == "." { school.clone() } else { here.join(school) };
        session.dir.clone_from(&folder);
        session.hosts.project = folder;
        match planned(session) {
            Ok(plan) => {
                exits.push(exit(&plan));
                rows.push(SchoolStatus::of(&plan));
            }
            Err(trouble) => {
                session.screen.say(&format!("{school}:"));
                session.screen.trouble(&trouble);
                exits.push(trouble.exit());
                rows.push(SchoolStatus::unread(school.as_str()));
            }
        }
    }
    if rows.is_empty() {
        return Err(Trouble::new(Exit::Usage, "none of these is the folder of a school"));
    }
    let text = report::schools(&rows, &session.screen.view(false));
    session.screen.answer(&text);
    Ok(Exit::worst(exits))
}
