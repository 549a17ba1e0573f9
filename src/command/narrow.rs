//! The flags that make a plan one for some only, the same for `plan` and `apply`.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;

use crate::model::ids::{CaregiverId, CohortName};
use crate::plan::Narrowing;
use crate::report::Personal;
use crate::rollout::{Rollout, read_ids};
use crate::roster::Roster;

use super::exit::Exit;
use super::trouble::Trouble;

/// So many ids that nobody has are named.
const NAMED: usize = 20;

/// The flags.
#[derive(Debug, Default, clap::Args)]
#[group(id = "narrow")]
pub struct Args {
    /// Only members of this cohort (may be given several times)
    #[arg(long, value_name = "NAME")]
    cohort: Vec<String>,
    /// Only this caregiver (may be given several times)
    #[arg(long, value_name = "ID")]
    caregiver: Vec<String>,
    /// Only the caregivers in this file, an id a line
    #[arg(long, value_name = "FILE")]
    from_file: Option<Utf8PathBuf>,
    /// Not this caregiver (may be given several times)
    #[arg(long, value_name = "ID")]
    exclude: Vec<String>,
}

impl Args {
    /// Whether any was given.
    pub fn is_given(&self) -> bool {
        !(self.cohort.is_empty() && self.caregiver.is_empty() && self.from_file.is_none() && self.exclude.is_empty())
    }

    /// Whom the plan is for. A name that nobody has is an error: a typing error must not make a plan that does nothing.
    pub(super) fn narrowing(
        &self,
        rollout: &Rollout,
        roster: &Roster,
        is_recorded: impl Fn(&str) -> bool,
        personal: Personal,
    ) -> Result<Narrowing, Trouble> {
        let is_known = |id: &CaregiverId| roster.caregiver(id.as_str()).is_some() || is_recorded(id.as_str());
        let mut named: Option<BTreeSet<CaregiverId>> = None;
        if !self.caregiver.is_empty() || self.from_file.is_some() {
            let from_file =
                self.from_file.as_ref().map(|path| read(path, rollout.id_heading(), is_known, personal)).transpose()?;
            let from_file = from_file.unwrap_or_default();
            named = Some(self.caregiver.iter().map(|id| CaregiverId::new(id.trim())).chain(from_file).collect());
        }
        let exclude: BTreeSet<CaregiverId> = self.exclude.iter().map(|id| CaregiverId::new(id.trim())).collect();
        let cohorts: BTreeSet<CohortName> = self.cohort.iter().map(|name| CohortName::new(name.trim())).collect();
        if let Some(unknown) = cohorts.iter().find(|name| rollout.cohort(name).is_none()) {
            let known: Vec<&str> = rollout.cohorts.iter().map(|cohort| cohort.name.as_str()).collect();
            return Err(usage(format!("there is no cohort `{unknown}`; there are: {}", known.join(", "))));
        }
        let unknown = named.iter().flatten().chain(&exclude).find(|id| !is_known(id));
        match unknown {
            Some(id) => Err(usage(format!("neither the roster nor the record has a caregiver `{id}`"))),
            None => Ok(Narrowing { cohorts, caregivers: named, exclude }),
        }
    }
}

fn usage(what: String) -> Trouble {
    Trouble::new(Exit::Usage, what)
}

/// The ids in a file; all that nobody has are told at once.
fn read(
    path: &Utf8PathBuf,
    heading: Option<&str>,
    is_known: impl Fn(&CaregiverId) -> bool,
    personal: Personal,
) -> Result<Vec<CaregiverId>, Trouble> {
    let ids = read_ids(path, heading).map_err(|why| Trouble::new(Exit::BadInput, format!("`{path}` {why}")))?;
    let (known, mut unknown): (Vec<_>, Vec<_>) =
        ids.into_iter().map(|(id, line)| (CaregiverId::new(id), line)).partition(|(id, _)| is_known(id));
    unknown.sort_unstable_by_key(|(_, line)| *line);
    let Some((_, first)) = unknown.first() else { return Ok(known.into_iter().map(|(id, _)| id).collect()) };
    let named: Vec<String> =
        unknown.iter().take(NAMED).map(|(id, line)| format!("`{}` (line {line})", personal.unknown_id(id))).collect();
    let more = if unknown.len() > NAMED { ", …" } else { "" };
    let these = if unknown.len() == 1 { "this caregiver".to_owned() } else { format!("these {}", unknown.len()) };
    Err(usage(format!(
        "`{path}`, line {first}: neither the roster nor the record has {these}: {}{more}",
        named.join(", ")
    )))
}
