//! Turns the document as written into the rollout as meant: defaults filled in, paths on this machine, names looked up.
//! Every rule has been applied before; what can still go wrong is the machine (a file gone in between), said as such.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use crate::diagnostic::{Diagnostic, Place};
use crate::model::ids::CohortName;

use super::document::{self, DEFAULT_STATE, DEFAULT_ZONE, Document};
use super::form::{Form, Spelled, Zone};
use super::node::Node;
use super::project::Project;
use super::source::Source;
use super::{
    Canary, Help, PasswordStyle, Rollout, StateSettings, id_file, mean_lms, mean_mail, mean_people, mean_roster,
};

/// What the conversion needs besides the document.
pub(super) struct Setting<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) root: &'a Node,
    pub(super) project: &'a Project,
    pub(super) sha256: String,
}

/// Why a document whose rules all hold has no meaning here and now.
pub(super) type Failure = Box<Diagnostic>;

impl Setting<'_> {
    pub(super) fn resolve(&self, written: &str) -> Result<Utf8PathBuf, Failure> {
        self.project
            .resolve(written)
            .map_err(|why| self.failure("rollout::outside-project", format!("`{written}` {}", why.why())))
    }

    pub(super) fn failure(&self, code: &'static str, message: String) -> Failure {
        Box::new(Diagnostic::error(code, message).with_place(Place::file(self.source.file())))
    }

    /// Where a value stands in an item of a list at the document's top.
    pub(super) fn place_of(&self, list: &str, index: usize, key: &str) -> Place {
        match self.root.items(list).get(index).and_then(|item| item.get(key)) {
            Some(node) => self.source.place(node.span),
            None => Place::file(self.source.file()),
        }
    }
}

/// The rollout as it is meant.
pub(super) fn mean(document: Document, setting: &Setting<'_>) -> Result<Rollout, Failure> {
    let rosters = document.roster.all();
    if document.version.meaning != 1 {
        return Err(setting.failure("rollout::not-available", "this asks for what is not available".to_owned()));
    }
    let heading = rosters.iter().find_map(|roster| roster.columns.caregiver_id.as_ref());
    let heading = heading.map(|heading| heading.meaning.clone());
    let unknown_access = rosters.iter().find_map(|roster| roster.unknown_access);
    let timezone = timezone(document.timezone, setting)?;
    // Nothing comes back from a folder, so nothing is waited for.
    let comes_back = matches!(document.mail.transport, document::Transport::Smtp);
    let unlinks = matches!(document.access_revoked, document::AccessRevoked::Unlink);
    let staff = rosters.iter().flat_map(|roster| &roster.staff_domains).map(|domain| domain.meaning.clone()).collect();
    let lms = mean_lms::lms(document.lms, mean_lms::Elsewhere { staff, unlinks }, setting)?;
    let mut roster = mean_roster::sources(rosters, &timezone, setting)?;
    // The gateway's default address is nobody's own, whichever of the two systems has it.
    if let Some(address) = lms.ultranet().and_then(|ultranet| ultranet.default_email.clone()) {
        for source in &mut roster {
            source.placeholder_emails.push(address.clone());
        }
    }
    Ok(Rollout {
        file: setting.source.file().to_owned(),
        sha256: setting.sha256.clone(),
        school: document.school.meaning,
        roster,
        timezone,
        lms,
        state: state(&document.state, setting)?,
        sign_in_url: document.sign_in_url.meaning,
        help: Help {
            email: document.help.email.map(|email| email.meaning),
            phone: document.help.phone.map(|phone| phone.meaning),
        },
        password: password(&document.password),
        mail: mean_mail::mail(document.mail, setting)?,
        guards: mean_people::guards(&document.guards),
        shared_email: document.shared_email.into(),
        no_email: match document.no_email {
            document::NoEmail::Hold => super::NoEmail::Hold,
            document::NoEmail::Paper => super::NoEmail::Paper,
        },
        bounced: document.bounced.into(),
        leavers: document.leavers.into(),
        access_revoked: document.access_revoked.into(),
        new_arrivals: document.new_arrivals.into(),
        // Where it is not written, no access is unknown: the roster is refused else.
        unknown_access: unknown_access.unwrap_or(document::UnknownAccess::Hold).into(),
        assume_never_signed_in: names(&document.assume_never_signed_in).collect(),
        cohorts: cohorts(document.cohorts, comes_back, heading.as_deref(), setting)?,
        hold: mean_people::hold(document.hold, setting),
        moved: mean_people::moved(document.moved, setting),
        distinct: mean_people::distinct(document.distinct, setting),
        reissue: mean_people::reissue(document.reissue, setting),
        overrides: mean_people::overrides(document.r#override, setting),
    })
}

fn state(written: &document::State, setting: &Setting<'_>) -> Result<StateSettings, Failure> {
    match (written.store, &written.url) {
        (document::Store::Sqlite, _) => {
            let path = written.path.as_ref().map_or(DEFAULT_STATE, |path| path.text.as_str());
            Ok(StateSettings::File(setting.resolve(path)?))
        }
        (document::Store::Postgres, Some(url)) => Ok(StateSettings::Database { variable: url.env.meaning.clone() }),
        (document::Store::Postgres, None) => {
            Err(setting.failure("rollout::state-key", "the database's address is missing".to_owned()))
        }
    }
}

fn names<F: Form<Meaning = String>>(list: &[Spelled<F>]) -> impl Iterator<Item = CohortName> {
    list.iter().map(|name| CohortName::new(name.meaning.as_str()))
}

fn timezone(written: Option<Spelled<Zone>>, setting: &Setting<'_>) -> Result<jiff::tz::TimeZone, Failure> {
    match written {
        Some(zone) => Ok(zone.meaning),
        None => Zone::read(DEFAULT_ZONE).map_err(|misfit| setting.failure(Zone::CODE, misfit.message)),
    }
}

fn password(password: &document::Password) -> PasswordStyle {
    match password.style {
        document::PasswordStyle::Words => PasswordStyle::Words { words: password.words.unwrap_or(4) },
        document::PasswordStyle::Characters => PasswordStyle::Characters { length: password.length.unwrap_or(12) },
    }
}

fn cohorts(
    written: Vec<document::Cohort>,
    comes_back: bool,
    heading: Option<&str>,
    setting: &Setting<'_>,
) -> Result<Vec<super::Cohort>, Failure> {
    let order: BTreeMap<String, usize> =
        written.iter().enumerate().map(|(index, cohort)| (cohort.name.meaning.clone(), index)).collect();
    let cohort = |(index, cohort): (usize, document::Cohort)| {
        let mut after: Vec<usize> =
            cohort.after.iter().flatten().filter_map(|name| order.get(&name.meaning).copied()).collect();
        after.sort_unstable();
        after.dedup();
        Ok(super::Cohort {
            name: CohortName::new(cohort.name.meaning),
            select: select(cohort.select, index, heading, setting)?,
            opens: cohort.opens.map(|day| day.meaning),
            after,
            canary: cohort.canary.filter(|_| comes_back).map(|canary| Canary {
                first: canary.first,
                wait: canary.wait.meaning.as_secs(),
                bounces_below: canary.bounces_below.meaning,
            }),
            place: setting.place_of("cohorts", index, "select"),
        })
    };
    written.into_iter().enumerate().map(cohort).collect()
}

fn select(
    select: document::Select,
    index: usize,
    heading: Option<&str>,
    setting: &Setting<'_>,
) -> Result<super::Select, Failure> {
    let document::Select::Criteria(criteria) = select else {
        return Ok(super::Select { all: true, ..super::Select::default() });
    };
    let ids = |list: Option<&Vec<_>>| list.map(|list| document::ids(list));
    let (mut caregivers, mut lines) = (ids(criteria.caregivers.as_ref()), BTreeMap::new());
    if let Some(file) = &criteria.id_file {
        let unusable =
            |why: id_file::Unusable| setting.failure("rollout::id-file", format!("`{}` {}", file.text, why.why()));
        let named = id_file::read(&setting.resolve(&file.meaning)?, heading).map_err(unusable)?;
        caregivers.get_or_insert_default().extend(named.keys().cloned());
        lines = named;
    }
    Ok(super::Select {
        all: false,
        years: ids(criteria.years.as_ref()),
        classes: ids(criteria.classes.as_ref()),
        schools: ids(criteria.schools.as_ref()),
        students: ids(criteria.students.as_ref()),
        caregivers,
        place: place_of_ids(index, setting),
        lines,
    })
}

/// Where a cohort names its caregivers, or their file.
fn place_of_ids(index: usize, setting: &Setting<'_>) -> Option<Place> {
    let select = setting.root.items("cohorts").get(index)?.get("select")?;
    let entry = select.entry("caregivers").or_else(|| select.entry("id-file"))?;
    Some(setting.source.place(entry.key_span))
}
