//! The reading half: the export, as old as it is.

use camino::Utf8PathBuf;
use jiff::Timestamp;

use crate::edge::{Ask, Clock, LmsError, LmsRead};
use crate::files;
use crate::model::account::Account;
use crate::model::capability::LmsCapabilities;
use crate::model::ids::CaregiverId;
use crate::model::observed::Observed;
use crate::rollout::Ultranet;

use super::capabilities;
use super::export::{self, Export, Layout};

/// Ultranet, as its export shows it.
pub struct UltranetReader<'a> {
    path: Utf8PathBuf,
    written_path: String,
    layout: Layout,
    has_letters: bool,
    clock: &'a dyn Clock,
    /// What was found when it was read last, for the header.
    seen: Option<Seen>,
}

struct Seen {
    exported_at: Timestamp,
    parents: usize,
    staff: usize,
}

impl<'a> UltranetReader<'a> {
    /// An export on this machine. Nothing is read yet.
    pub fn new(settings: &Ultranet, clock: &'a dyn Clock) -> Self {
        Self {
            path: settings.export.clone(),
            written_path: settings.written_export.clone(),
            layout: Layout::new(settings.is_sms_id_first),
            has_letters: settings.has_letters,
            clock,
            seen: None,
        }
    }

    fn read(&self) -> Result<(Export, Timestamp), LmsError> {
        let path = &self.written_path;
        let unreachable = |error: std::io::Error| LmsError::Unreachable {
            what: format!(
                "Ultranet's export `{path}` can't be read; in Ultranet, Administration > Import/Export > Export Users, for all \
                 users, and save it there"
            ),
            source: Some(Box::new(error)),
        };
        let bytes = files::read(&self.path).map_err(unreachable)?;
        let modified = files::modified(&self.path).map_err(unreachable)?;
        let export = export::read(&bytes, self.layout)
            .map_err(|what| LmsError::Garbled { what: format!("Ultranet's export `{path}` can't be used: {what}") })?;
        // A file that claims to be from the future is as good as one written now.
        Ok((export, modified.min(self.clock.now())))
    }
}

impl LmsRead for UltranetReader<'_> {
    fn capabilities(&self) -> LmsCapabilities {
        capabilities(self.has_letters)
    }

    fn describe(&self) -> String {
        let file = &self.written_path;
        let Some(Seen { exported_at, parents, staff }) = &self.seen else { return format!("Ultranet, {file}") };
        let staff = match staff {
            0 => ", but no staff: a parent who works here could not be told".to_owned(),
            some => format!(" and {some} of staff"),
        };
        format!("Ultranet, {file}, exported {}, with {parents} parents{staff}", age(*exported_at, self.clock.now()))
    }

    fn observe(&mut self, _: &Ask) -> Result<Observed, LmsError> {
        let (export, exported_at) = self.read()?;
        self.seen = Some(Seen { exported_at, parents: export.parents, staff: export.staff });
        Ok(Observed::new(export.accounts, exported_at))
    }

    fn observe_one(&mut self, caregiver: &CaregiverId) -> Result<Vec<Account>, LmsError> {
        let (export, _) = self.read()?;
        let is_theirs = |account: &Account| account.caregiver.as_ref() == Some(caregiver);
        Ok(export.accounts.into_iter().filter(is_theirs).collect())
    }
}

fn age(then: Timestamp, now: Timestamp) -> String {
    let hours = now.duration_since(then).as_hours();
    match hours {
        0 => "within the hour".to_owned(),
        1 => "1 hour ago".to_owned(),
        2..48 => format!("{hours} hours ago"),
        _ => format!("{} days ago", hours / 24),
    }
}
