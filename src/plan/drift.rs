//! Drift as a value: what the LMS shows that neither the last run nor the record would let one expect.

use jiff::Timestamp;

use crate::model::ids::{CaregiverId, Username};

/// Everything that drifted.
#[derive(Clone, Debug)]
pub struct Drift {
    /// When the LMS was read.
    pub read_at: Timestamp,
    /// When a run saw it last; `None` where no run has kept that.
    pub since: Option<Timestamp>,
    /// Ordered by kind, id, account.
    pub findings: Vec<Finding>,
}

impl Drift {
    /// Whether the LMS holds an activation that this state does not know: it may be older than the LMS, or another one.
    pub fn has_foreign_marker(&self) -> bool {
        self.findings.iter().any(|finding| finding.kind == DriftKind::ForeignMarker)
    }
}

/// One thing that drifted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub kind: DriftKind,
    /// Whose account, where it carries an id.
    pub caregiver: Option<CaregiverId>,
    /// The account, where there is one.
    pub username: Option<Username>,
    /// What changed, for [`DriftKind::Changed`].
    pub fields: Vec<DriftField>,
}

/// One changed field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriftField {
    /// `email`, `first name`, `sms-id`, …
    pub field: &'static str,
    /// What the last run saw.
    pub old: String,
    /// What the LMS shows now.
    pub new: String,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $title:literal, $fix:literal;)*) => {
        /// What drifted. The order is that of reports: first what stops a plan.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum DriftKind {
            $($(#[$doc])* $variant,)*
        }

        impl DriftKind {
            /// All kinds, in the order of reports.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code, as reports and documents write it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            /// What it means.
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$variant => $title,)*
                }
            }

            /// What a person does about it.
            pub fn fix(self) -> &'static str {
                match self {
                    $(Self::$variant => $fix,)*
                }
            }
        }
    };
}

kinds! {
    /// An activation of another state.
    ForeignMarker = "foreign-marker", "the password was set under a record that is not this one",
        "Put the newest copy of the state in place; accounts from before it: `firstbell adopt ID --because …`.";
    /// An activation before the last.
    OlderMarker = "older-marker", "the LMS shows an earlier activation than the record",
        "Ask whether the LMS was restored from a backup; if so the last password is gone, and a `reissue:` line gives another.";
    /// Gone.
    Vanished = "vanished", "the account is gone from the LMS",
        "Ask who removed it. Nobody who is recorded as active gets another by itself; a `reissue:` line does it.";
    /// Disabled, and not by us.
    Disabled = "disabled", "the account is disabled, not by firstbell",
        "Enable it in the LMS, or write a `hold:` line for them.";
    /// Disabled by us, and it is not any more.
    Enabled = "enabled", "we disabled the account, somebody enabled it",
        "Nothing, if they are back; else disable it in the LMS.";
    /// Two accounts under one id.
    SeveralAccounts = "several-accounts", "several accounts carry the same SMS id",
        "Keep one in the LMS and take the id off the others.";
    /// Other than it was.
    Changed = "changed", "the account is not as the last run saw it",
        "Nothing, if the change is right in the SMS too; the next plan corrects name and address from there.";
    /// In without us.
    SignedIn = "signed-in", "signed in without a letter of ours",
        "Nothing: the LMS's own mails did it; the plan adopts them when their cohort is open.";
    /// Nobody's.
    Stray = "stray", "neither the roster nor the record knows the id",
        "Ask whose it is; firstbell leaves it alone.";
    /// Without an id.
    NoId = "no-id", "the account carries no SMS id",
        "If it is a parent's, write the SMS id on it; firstbell leaves it alone.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_apart() {
        let mut codes: Vec<&str> = DriftKind::ALL.iter().map(|kind| kind.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), DriftKind::ALL.len());
    }
}
