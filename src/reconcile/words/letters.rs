//! What is said where a letter can't go on its way as it was written.

use crate::model::ids::ActivationNumber;

/// Recipient or children are others than those of a letter that may have gone out.
pub(super) fn changed(next: ActivationNumber, id: &str, may_see_nobody: bool) -> (String, String) {
    if may_see_nobody {
        return (
            "They may see no child any more, and their letter may have gone out before".to_owned(),
            format!(
                "Nothing more goes out to them. What became of that letter, `firstbell resolve {id} --letter arrived|send-again \
                 --evidence …` records"
            ),
        );
    }
    (
        "Address or children changed in the SMS after the letter may have gone out".to_owned(),
        format!(
            "Ask them whether the letter arrived: `firstbell resolve {id} --letter arrived|send-again --evidence …`. Sent again, the \
             same password goes to the address that they have now; for another one, `reissue: [{{caregiver: {id}, activation: {next}, \
             because: …}}]`"
        ),
    )
}

pub(super) fn came_back(next: ActivationNumber, is_kept: bool, id: &str) -> (String, String) {
    let again = if is_kept {
        format!("`firstbell resolve {id} --letter send-again|arrived --evidence …`")
    } else {
        format!("`reissue: [{{caregiver: {id}, activation: {next}, because: …}}]`")
    };
    (
        "The last letter came back".to_owned(),
        format!("Correct the address in the SMS and export again. If the address is right, {again}"),
    )
}

/// Since the last letter came back.
pub(super) fn address_has_changed(next: ActivationNumber, is_kept: bool, id: &str) -> (String, String) {
    if is_kept {
        return (
            "The letter came back, the address has changed since, and `bounced: hold` sends nothing again".to_owned(),
            format!(
                "`firstbell resolve {id} --letter send-again --evidence …`, or `bounced: resend` in the rollout for all of them: \
                 the same password goes to the new address"
            ),
        );
    }
    (
        "The letter came back, the address has changed since, and the password is wiped".to_owned(),
        format!("`reissue: [{{caregiver: {id}, activation: {next}, because: …}}]`"),
    )
}

pub(super) fn page_changed(cohort: &str, next: ActivationNumber, id: &str, may_see_nobody: bool) -> (String, String) {
    if may_see_nobody {
        return (
            "They may see no child any more, and their page was made to be printed".to_owned(),
            format!(
                "Shred the page, then `firstbell letters --cohort {cohort} --not-printed`; nothing is written anew"
            ),
        );
    }
    (
        "Address or children changed in the SMS after their page was made to be printed".to_owned(),
        format!(
            "If the page has not gone out, `firstbell letters --cohort {cohort} --not-printed`: it is written anew. If it \
             has, `--printed`; another password is `reissue: [{{caregiver: {id}, activation: {next}, because: …}}]`"
        ),
    )
}
