//! Lines about single caregivers, guards and choices as they are meant. Part of `mean`.

use crate::model::ids::{ActivationNumber, CaregiverId};

use super::document;
use super::form::{Id, Spelled};
use super::mean::Setting;
use super::{
    AccessRevoked, Bounced, Distinct, GuardName, Guards, HoldRule, Leavers, Moved, NewArrivals, Override, Reissue,
    SharedEmail, UnknownAccess,
};

fn id(id: Spelled<Id>) -> CaregiverId {
    CaregiverId::new(id.meaning)
}

/// People to leave alone.
pub(super) fn hold(lines: Vec<document::Hold>, setting: &Setting<'_>) -> Vec<HoldRule> {
    let rule = |(index, hold): (usize, document::Hold)| HoldRule {
        caregiver: id(hold.caregiver),
        because: hold.because.meaning,
        until: hold.until.map(|day| day.meaning),
        place: setting.place_of("hold", index, "caregiver"),
    };
    lines.into_iter().enumerate().map(rule).collect()
}

/// People whose id changed.
pub(super) fn moved(lines: Vec<document::Moved>, setting: &Setting<'_>) -> Vec<Moved> {
    let rule = |(index, moved): (usize, document::Moved)| Moved {
        from: id(moved.from),
        to: id(moved.to),
        because: moved.because.meaning,
        place: setting.place_of("moved", index, "from"),
    };
    lines.into_iter().enumerate().map(rule).collect()
}

/// People who are not one.
pub(super) fn distinct(lines: Vec<document::Distinct>, setting: &Setting<'_>) -> Vec<Distinct> {
    let rule = |(index, line): (usize, document::Distinct)| Distinct {
        caregivers: line.caregivers.into_iter().map(id).collect(),
        because: line.because.meaning,
        place: setting.place_of("distinct", index, "caregivers"),
    };
    lines.into_iter().enumerate().map(rule).collect()
}

/// People who get another password.
pub(super) fn reissue(lines: Vec<document::Reissue>, setting: &Setting<'_>) -> Vec<Reissue> {
    let rule = |(index, reissue): (usize, document::Reissue)| Reissue {
        caregiver: id(reissue.caregiver),
        activation: ActivationNumber(reissue.activation.meaning),
        because: reissue.because.meaning,
        place: setting.place_of("reissue", index, "caregiver"),
    };
    lines.into_iter().enumerate().map(rule).collect()
}

/// Guards overridden.
pub(super) fn overrides(lines: Vec<document::Override>, setting: &Setting<'_>) -> Vec<Override> {
    let rule = |(index, line): (usize, document::Override)| Override {
        guard: line.guard.into(),
        value: line.value.meaning,
        because: line.because.meaning,
        expires: line.expires.meaning,
        place: setting.place_of("override", index, "guard"),
    };
    lines.into_iter().enumerate().map(rule).collect()
}

/// The limits.
pub(super) fn guards(guards: &document::Guards) -> Guards {
    Guards {
        resets: guards.resets.meaning,
        emails: guards.emails.meaning,
        creates: guards.creates.meaning,
        withdrawals: guards.withdrawals.meaning,
        roster_change: guards.roster_change.meaning,
    }
}

macro_rules! same_names {
    ($($name:ident { $($variant:ident),* })*) => {
        $(impl From<document::$name> for $name {
            fn from(written: document::$name) -> Self {
                match written {
                    $(document::$name::$variant => Self::$variant,)*
                }
            }
        })*
    };
}

same_names! {
    SharedEmail { Hold, First }
    Bounced { Hold, Resend }
    Leavers { Keep, Disable }
    AccessRevoked { Report, Unlink }
    NewArrivals { Activate, Hold, Gateway }
    UnknownAccess { Hold, Allow }
    GuardName { Resets, Emails, Creates, Withdrawals, RosterChange }
}
