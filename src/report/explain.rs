//! One page about one caregiver, for the help desk: where they belong, what is planned or why not, all that was done, and
//! their letters with Message-IDs. Never a password.

use std::fmt::Write as _;

use crate::edge::PersonRecord;
use crate::model::account::{Account, SignIn, SignInMethod};
use crate::model::ids::{CaregiverId, CohortName};
use crate::model::moment;
use crate::model::recorded::History;
use crate::plan::{Held, Idle, Person, Plan};

use super::blocks::today;
use super::clean::clean;
use super::held::fix;
use super::names::short_date;
use super::page::folded;
use super::sensitive::{FIX, is_hidden};
use super::view::{Personal, View};

/// The columns of what stands in front: `Account   `.
const LABEL: usize = 10;

/// Everything that the page is made of.
pub struct Explained<'a> {
    /// Whom.
    pub id: &'a CaregiverId,
    /// The id they had before, where it was asked by that.
    pub asked_as: Option<&'a CaregiverId>,
    /// The plan as it is now.
    pub plan: &'a Plan,
    /// Who they are in the roster; `None` where it does not have them.
    pub person: Option<Person>,
    /// The cohort they belong to.
    pub cohort: Option<CohortName>,
    /// Their latest activation.
    pub history: Option<&'a History>,
    /// The accounts that carry their id.
    pub accounts: &'a [Account],
    /// All that was done.
    pub record: &'a PersonRecord,
    /// Whether they had access and were forgotten; what was done is erased.
    pub is_forgotten: bool,
    /// Whether the account of somebody who has left is disabled.
    pub leavers_are_disabled: bool,
    /// Where the LMS lets people ask for a new password by themselves.
    pub forgotten_page: Option<String>,
}

/// The page.
pub fn explain(explained: &Explained<'_>, view: &View) -> String {
    let mut text = String::new();
    if let Some(before) = explained.asked_as {
        let (before, now) = (view.personal.id(before), view.personal.id(explained.id));
        let _ = writeln!(text, "{before}  is {now} now, by a line under `moved:`");
    }
    who(explained, view, &mut text);
    accounts(explained, view, &mut text);
    now(explained, view, &mut text);
    events(explained, view, &mut text);
    letters(explained, view, &mut text);
    folded(&text, view, LABEL)
}

fn who(explained: &Explained<'_>, view: &View, text: &mut String) {
    let Some(person) = &explained.person else {
        let _ = writeln!(text, "{}  not in the roster", view.personal.id(explained.id));
        return;
    };
    let line = format!("{}  {}", view.personal.id(explained.id), clean(&view.personal.name(person)));
    let _ = writeln!(text, "{}", line.trim_end());
    // Address, children and cohort would tell a reason that is not shown beside an id.
    if hold(explained).is_some_and(|held| is_hidden(held.code, view.personal)) {
        return;
    }
    let _ = writeln!(text, "Address   {}", clean(&view.personal.address(&person.email)));
    if view.personal == Personal::Full && !person.postal.is_empty() {
        let _ = writeln!(text, "Post      {}", clean(&person.postal));
    }
    for child in &person.children {
        let name = if view.personal == Personal::Full {
            format!("{} {}, ", child.first_name, child.last_name)
        } else {
            String::new()
        };
        let known = [("year", &child.year), ("class", &child.class)].into_iter().filter(|(_, value)| !value.is_empty());
        let place: Vec<String> = known.map(|(word, value)| format!("{word} {}", clean(value))).collect();
        let _ = writeln!(text, "Child     {}  {}{}", child.id, clean(&name), place.join(", "));
    }
    let cohort = explained.cohort.as_ref().map_or("none", CohortName::as_str);
    let _ = writeln!(text, "Cohort    {cohort}");
}

fn hold<'a>(explained: &Explained<'a>) -> Option<&'a Held> {
    explained.plan.held.iter().find(|held| held.caregiver == *explained.id)
}

fn accounts(explained: &Explained<'_>, view: &View, text: &mut String) {
    if explained.accounts.is_empty() {
        text.push_str("Account   none in the LMS\n");
    }
    let zone = &explained.plan.inputs.timezone;
    for account in explained.accounts {
        let username = if view.personal == Personal::Full { account.username.as_str() } else { "…" };
        let signed_in = match account.sign_in {
            SignIn::Never => "never signed in".to_owned(),
            SignIn::At(at) => format!("signed in {}", moment::local(at, zone)),
            SignIn::Unknown => "the LMS can't say whether they have signed in".to_owned(),
        };
        let disabled = if account.is_disabled { ", disabled" } else { "" };
        let staff = if account.is_staff && view.personal == Personal::Full { ", staff" } else { "" };
        let _ = writeln!(text, "Account   {}, {signed_in}{disabled}{staff}", clean(username));
    }
}

/// Why now, why held, or why nothing.
fn now(explained: &Explained<'_>, view: &View, text: &mut String) {
    let id = explained.id;
    if let Some(change) = explained.plan.changes.iter().find(|change| change.caregiver == *id) {
        let words: Vec<&str> = change.acts.iter().flat_map(crate::plan::Act::words).copied().collect();
        let reason =
            if view.personal == Personal::None { String::new() } else { format!(": {}", clean(&change.reason)) };
        let _ = writeln!(text, "Now       {}{reason}", words.join(", "));
    } else if let Some(held) = hold(explained) {
        let why = if is_hidden(held.code, view.personal) { "the reason is not shown here" } else { held.code.as_str() };
        let _ = writeln!(text, "Now       held: {why}");
        if let Some(sentence) = view.personal.sentence(&held.sentence, &held.person) {
            let _ = writeln!(text, "          {}", clean(&sentence));
        }
        let fix = if is_hidden(held.code, view.personal) { FIX.to_owned() } else { fix(held, view) };
        let _ = writeln!(text, "Fix       {}", clean(&fix));
    } else if let Some(history) = explained.history.filter(|history| history.is_active()) {
        let _ = writeln!(text, "Now       nothing: {}", active(explained, history));
    } else if explained.is_forgotten {
        text.push_str(
            "Now       nothing: they had access and were forgotten, so they count as active and are not reset\n",
        );
    } else {
        let _ = writeln!(text, "Now       nothing: {}", later(explained));
    }
}

/// Why nothing is done for somebody who is active, and what would give them another password.
fn active(explained: &Explained<'_>, history: &History) -> String {
    match &explained.person {
        None if history.is_withdrawn && explained.accounts.iter().any(|account| !account.is_disabled) => {
            "gone from the roster; firstbell disabled the account, and somebody has enabled it since".to_owned()
        }
        None if history.is_withdrawn => "gone from the roster; firstbell has disabled the account".to_owned(),
        None if explained.leavers_are_disabled => {
            "missing from the roster; once two full rosters in a row, at least 20 hours apart, miss them, the account is disabled".to_owned()
        }
        None => "gone from the roster, the account stays as it is".to_owned(),
        Some(person) if person.children.is_empty() => "active, without a child they may see any more".to_owned(),
        // A new password would not help.
        Some(_) if let Some(why) = shut_out(explained) => format!("active, but they can't sign in: {why}"),
        Some(_) if let Some(page) = &explained.forgotten_page => format!(
            "active, and never reset again by itself\nLost it?  They can ask the LMS for a new one by themselves: {page}\n          Or \
             `reissue: [{{caregiver: {}, activation: {}, because: …}}]` in rollout.yaml",
            explained.id,
            history.number.next()
        ),
        Some(_) => format!(
            "active, and never reset again by itself\nLost it?  `reissue: [{{caregiver: {}, activation: {}, because: …}}]` \
             in rollout.yaml gives another password",
            explained.id,
            history.number.next()
        ),
    }
}

/// Why somebody who is active has no way in, for all that the LMS shows.
fn shut_out(explained: &Explained<'_>) -> Option<&'static str> {
    match explained.accounts {
        [] => Some("the LMS has no account of theirs; somebody has removed it, or given it another SMS id"),
        [account] if account.is_disabled => Some("their account is disabled in the LMS; enable it there"),
        [account] if account.method == SignInMethod::Other => {
            Some("their account signs in through another system, where a password of the LMS does nothing")
        }
        _ => None,
    }
}

fn later(explained: &Explained<'_>) -> String {
    use crate::plan::CohortState;
    let cohort = explained.plan.cohorts.iter().find(|cohort| Some(&cohort.name) == explained.cohort.as_ref());
    match cohort.map(|cohort| &cohort.state) {
        Some(CohortState::Later(day)) => {
            format!("the cohort opens {}", short_date(*day, today(&explained.plan.inputs)))
        }
        Some(CohortState::After(before)) => {
            let before: Vec<&str> = before.iter().map(CohortName::as_str).collect();
            format!("the cohort waits for {}", before.join(" and "))
        }
        Some(CohortState::Open(_) | CohortState::Opens) => canary(explained).to_owned(),
        None => "they are in no cohort".to_owned(),
    }
}

/// In an open cohort, with nothing due and nothing held: only the cohort's canary keeps somebody waiting.
fn canary(explained: &Explained<'_>) -> &'static str {
    let own = |name: &CohortName| Some(name) == explained.cohort.as_ref();
    let mut reasons = explained.plan.unchanged.keys().filter_map(|idle| match idle {
        Idle::Canary(name, _) if own(name) => Some("the cohort's canary: the first letters are to arrive before"),
        Idle::CanaryStopped(name, ..) if own(name) => Some("the cohort's canary: too many first letters came back"),
        _ => None,
    });
    reasons.next().unwrap_or("there is nothing to do")
}

fn events(explained: &Explained<'_>, view: &View, text: &mut String) {
    if explained.is_forgotten {
        text.push_str("\nWhat was done before they were forgotten is erased.\n");
    }
    match explained.record.events.is_empty() {
        true if explained.is_forgotten => (),
        true => text.push_str("\nNothing was done yet.\n"),
        false => text.push_str("\nWhat was done\n"),
    }
    for event in &explained.record.events {
        let at = moment::local(event.at, &explained.plan.inputs.timezone);
        let activation = event.activation.map_or_else(String::new, |number| format!("  activation {number}"));
        let detail = if view.personal == Personal::Full && !event.detail.is_empty() {
            format!("  {}", clean(&event.detail))
        } else {
            String::new()
        };
        let _ = writeln!(text, "  {at}  {}{activation}  (run {}){detail}", event.kind, event.run);
    }
}

fn letters(explained: &Explained<'_>, view: &View, text: &mut String) {
    if explained.record.letters.is_empty() {
        return;
    }
    text.push_str("\nLetters\n");
    for letter in &explained.record.letters {
        let at = moment::local(letter.stage_at, &explained.plan.inputs.timezone);
        let to = clean(&view.personal.address(&letter.recipient));
        let to = if letter.recipient.is_empty() { "on paper".to_owned() } else { format!("to {to}") };
        let _ = writeln!(text, "  {at}  {to}: {}", letter.stage);
        let _ = writeln!(text, "    Message-ID <{}>", letter.message_id);
    }
}
