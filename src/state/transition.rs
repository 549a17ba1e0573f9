//! Which stage may follow which: the safety net under everything above it.
//!
//! Deciding is `reconcile`'s business and the order of commits is `apply`'s; but whatever they get wrong, a store that
//! asks here can't be told to set a second password under one activation number.

use crate::model::activation::{ActivationStage, LetterStage};

/// What an entry does to an activation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivationStep {
    /// Password and letter are sealed under this number.
    Prepare,
    /// The password is about to be set.
    Announce,
    /// The LMS has it.
    Set,
    /// The LMS certainly does not have it.
    Refuse,
    /// Nobody knows.
    Doubt,
    /// Given up while nothing was announced.
    Void,
    /// Somebody was active already.
    Adopt,
    /// A repair found that somebody has access.
    Recover,
    /// A repair found that somebody may have access.
    Suspect,
    /// A person says that it was set.
    ResolveSet,
    /// A person says that it was not set.
    ResolveNotSet,
    /// It stands in a file that a person imports.
    HandOver,
    /// That person says that it was imported.
    Confirm,
    /// That person says that it was not: the same password goes into the next file.
    HandBack,
    /// The same, of a password that the LMS was to draw: there is none to keep.
    GiveBack,
}

impl ActivationStep {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Prepare,
        Self::Announce,
        Self::Set,
        Self::Refuse,
        Self::Doubt,
        Self::Void,
        Self::Adopt,
        Self::Recover,
        Self::Suspect,
        Self::ResolveSet,
        Self::ResolveNotSet,
        Self::HandOver,
        Self::Confirm,
        Self::HandBack,
        Self::GiveBack,
    ];

    /// The stage it leads to.
    pub fn leads_to(self) -> ActivationStage {
        match self {
            Self::Prepare => ActivationStage::Prepared,
            Self::Announce | Self::HandBack => ActivationStage::Setting,
            Self::Set | Self::ResolveSet | Self::Confirm => ActivationStage::Set,
            Self::Refuse | Self::ResolveNotSet | Self::GiveBack => ActivationStage::Refused,
            Self::HandOver => ActivationStage::HandedOver,
            Self::Doubt | Self::Suspect => ActivationStage::ResetUnknown,
            Self::Void => ActivationStage::Voided,
            Self::Adopt | Self::Recover => ActivationStage::Adopted,
        }
    }

    /// Whether it may happen at this stage (`None`: there is no such activation yet).
    pub fn may_follow(self, now: Option<ActivationStage>) -> bool {
        use ActivationStage::{HandedOver, Prepared, Refused, ResetUnknown, Setting, Voided};
        match self {
            // Nothing of these was ever in the LMS, so the number may be used again.
            Self::Prepare | Self::Adopt => matches!(now, None | Some(Prepared | Refused | Voided)),
            // Neither ever leads to a password: from every stage that does not give access already.
            Self::Recover | Self::Suspect => {
                matches!(now, None | Some(Prepared | Setting | Refused | ResetUnknown | Voided))
            }
            // Again, while settling: the same password under the same number.
            Self::Announce => matches!(now, Some(Prepared | Setting)),
            Self::Set | Self::Refuse | Self::ResolveSet | Self::ResolveNotSet => {
                matches!(now, Some(Setting | ResetUnknown))
            }
            Self::HandOver => now == Some(Setting),
            Self::Doubt | Self::Confirm | Self::HandBack | Self::GiveBack => {
                matches!(now, Some(Setting | HandedOver | ResetUnknown))
            }
            Self::Void => now == Some(Prepared),
        }
    }
}

/// Whether the activation after one at this stage may be prepared.
pub fn may_have_successor(now: Option<ActivationStage>) -> bool {
    matches!(now, Some(ActivationStage::Set | ActivationStage::Adopted))
}

/// What an entry does to a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterStep {
    /// It is about to be handed to the transport.
    Announce,
    /// The transport has it.
    Send,
    /// The transport has it; its sealed parts stay for now.
    SendAndKeep,
    /// It came back.
    Bounce,
    /// The transport refused its recipient.
    Reject,
    /// It was certainly not taken, for now.
    Defer,
    /// Perhaps it was taken.
    Doubt,
    /// A later letter takes its place.
    Supersede,
    /// It is ready to be printed.
    Ready,
    /// What was to be printed was not.
    TakeBack,
}

impl LetterStep {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Announce,
        Self::Send,
        Self::SendAndKeep,
        Self::Bounce,
        Self::Reject,
        Self::Defer,
        Self::Doubt,
        Self::Supersede,
        Self::Ready,
        Self::TakeBack,
    ];

    /// The stage it leads to from `now`.
    pub fn leads_to(self, now: LetterStage) -> LetterStage {
        match self {
            Self::Announce => LetterStage::Sending,
            Self::Send | Self::SendAndKeep => LetterStage::Sent,
            Self::Bounce => LetterStage::Bounced,
            Self::Reject => LetterStage::Rejected,
            Self::Defer => LetterStage::Prepared,
            Self::Doubt => LetterStage::Unknown,
            // What the mail server said of a letter stays on record; only an unsent one is replaced.
            Self::Supersede if matches!(now, LetterStage::Prepared | LetterStage::ToPrint) => LetterStage::Replaced,
            Self::Supersede => now,
            Self::Ready | Self::TakeBack => LetterStage::ToPrint,
        }
    }

    /// Whether it may happen to a letter at this stage.
    pub fn may_follow(self, now: LetterStage) -> bool {
        use LetterStage::{Bounced, Prepared, Rejected, Sending, Sent, ToPrint, Unknown};
        match self {
            Self::Announce => matches!(now, Prepared | ToPrint | Sending | Unknown),
            // A person says that what came back was only a copy, or a mistake.
            Self::Send => matches!(now, Sending | Unknown | Bounced),
            Self::SendAndKeep | Self::Doubt => matches!(now, Sending | Unknown),
            // What was refused is put off, until it shows that the refusal was about its address.
            Self::Reject => matches!(now, Sending | Unknown | Prepared),
            // A person says that the address is right.
            Self::Defer => matches!(now, Sending | Unknown | Rejected | Bounced),
            // What comes back has gone out, whether we knew it or not.
            Self::Bounce => matches!(now, Sent | Sending | Unknown),
            Self::Supersede => matches!(now, Prepared | ToPrint | Rejected | Bounced),
            Self::Ready => now == Prepared,
            Self::TakeBack => now == Sending,
        }
    }
}

/// Whether a further letter with the same password may be prepared while the activation is at this stage.
pub fn may_have_another_letter(now: ActivationStage) -> bool {
    use ActivationStage::{Prepared, ResetUnknown, Set, Setting};
    matches!(now, Prepared | Setting | ResetUnknown | Set)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: steps. Columns: none, then the stages in the order of their declaration.
    const ACTIVATION: &[(ActivationStep, &str)] = &[
        //                               - prep sett set refu unkn hand adop void
        (ActivationStep::Prepare, "      y y    .    .   y    .    .    .    y"),
        (ActivationStep::Announce, "     . y    y    .   .    .    .    .    ."),
        (ActivationStep::Set, "          . .    y    .   .    y    .    .    ."),
        (ActivationStep::Refuse, "       . .    y    .   .    y    .    .    ."),
        (ActivationStep::Doubt, "        . .    y    .   .    y    y    .    ."),
        (ActivationStep::Void, "         . y    .    .   .    .    .    .    ."),
        (ActivationStep::Adopt, "        y y    .    .   y    .    .    .    y"),
        (ActivationStep::Recover, "      y y    y    .   y    y    .    .    y"),
        (ActivationStep::Suspect, "      y y    y    .   y    y    .    .    y"),
        (ActivationStep::ResolveSet, "   . .    y    .   .    y    .    .    ."),
        (ActivationStep::ResolveNotSet, ". .    y    .   .    y    .    .    ."),
        (ActivationStep::HandOver, "     . .    y    .   .    .    .    .    ."),
        (ActivationStep::Confirm, "      . .    y    .   .    y    y    .    ."),
        (ActivationStep::HandBack, "     . .    y    .   .    y    y    .    ."),
        (ActivationStep::GiveBack, "     . .    y    .   .    y    y    .    ."),
    ];

    /// Rows: steps. Columns: the stages in the order of their declaration.
    const LETTER: &[(LetterStep, &str)] = &[
        //                        prep sending sent unknown rejected bounced replaced to-print
        (LetterStep::Announce, "  y    y       .    y       .        .       .        y"),
        (LetterStep::Send, "      .    y       .    y       .        y       .        ."),
        (LetterStep::SendAndKeep, ".   y       .    y       .        .       .        ."),
        (LetterStep::Bounce, "    .    y       y    y       .        .       .        ."),
        (LetterStep::Reject, "    y    y       .    y       .        .       .        ."),
        (LetterStep::Defer, "     .    y       .    y       y        y       .        ."),
        (LetterStep::Doubt, "     .    y       .    y       .        .       .        ."),
        (LetterStep::Supersede, " y    .       .    .       y        y       .        y"),
        (LetterStep::Ready, "     y    .       .    .       .        .       .        ."),
        (LetterStep::TakeBack, "  .    y       .    .       .        .       .        ."),
    ];

    fn cells(row: &str) -> Vec<bool> {
        row.split_whitespace().map(|cell| cell == "y").collect()
    }

    #[test]
    fn activations_follow_the_table() {
        let columns: Vec<_> = std::iter::once(None).chain(ActivationStage::ALL.iter().copied().map(Some)).collect();
        assert_eq!(ACTIVATION.len(), ActivationStep::ALL.len());
        for (step, row) in ACTIVATION {
            assert_eq!(cells(row).len(), columns.len());
            for (now, expected) in columns.iter().zip(cells(row)) {
                assert_eq!(step.may_follow(*now), expected, "{step:?} at {now:?}");
            }
        }
    }

    #[test]
    fn letters_follow_the_table() {
        assert_eq!(LETTER.len(), LetterStep::ALL.len());
        for (step, row) in LETTER {
            assert_eq!(cells(row).len(), LetterStage::ALL.len());
            for (now, expected) in LetterStage::ALL.iter().zip(cells(row)) {
                assert_eq!(step.may_follow(*now), expected, "{step:?} at {now:?}");
            }
        }
    }

    #[test]
    fn no_road_leads_from_set_or_adopted() {
        for end in [ActivationStage::Set, ActivationStage::Adopted] {
            assert!(ActivationStep::ALL.iter().all(|step| !step.may_follow(Some(end))), "{end}");
        }
    }

    #[test]
    fn only_a_given_access_has_a_successor() {
        assert!(!may_have_successor(None));
        for stage in ActivationStage::ALL {
            let expected = matches!(stage, ActivationStage::Set | ActivationStage::Adopted);
            assert_eq!(may_have_successor(Some(*stage)), expected, "{stage}");
        }
    }

    #[test]
    fn a_letter_that_the_server_refused_keeps_that_stage() {
        assert_eq!(LetterStep::Supersede.leads_to(LetterStage::Prepared), LetterStage::Replaced);
        assert_eq!(LetterStep::Supersede.leads_to(LetterStage::Rejected), LetterStage::Rejected);
    }
}
