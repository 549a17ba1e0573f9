//! The lines of a script. Each is one step; what can't be read is a mistake, never passed over.

use jiff::civil::DateTime;

use crate::accident::{Accident, Effect};

/// One step of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// `# …` or an empty line: told as it is.
    Tell(String),
    /// `now 2027-02-01 09:00`: the school's clock.
    Now(DateTime),
    /// `roster roster-2.csv`, `roster roster-2.csv exported 2027-02-08 07:30`: an export takes the last one's place.
    Roster { file: String, exported: Option<DateTime> },
    /// `file list.csv`: a file of the story's folder is put into the project.
    File(String),
    /// `rollout + TEXT`: a line is added at the end.
    Add(String),
    /// `rollout - TEXT`: the lines that hold the text are taken out.
    Drop(String),
    /// `rollout ~ OLD => NEW`
    Replace(String, String),
    /// `lms C3 last-sign-in "2027-02-02T08:00:00Z"`: somebody changes an account by hand, or its owner signs in. The
    /// value is JSON.
    Lms { caregiver: String, key: String, value: serde_json::Value },
    /// `lms new {…}`: an account that came into being without us.
    NewAccount(serde_json::Value),
    /// `accident: the power fails before the password of C3` (also `after`; `the letter to ana@example.com`, `the
    /// account of C3`), `accident: the answer is lost to …`, `accident: no is the answer to …`: in the next apply.
    Accident(String, Accident),
    /// `accident: Ctrl-C after 1`: in the next apply, once so many are finished.
    Interrupt(usize),
    /// `$ firstbell plan --summary`
    Command(Vec<String>),
}

/// Reads a line.
pub(crate) fn parse(line: &str) -> Result<Step, String> {
    let line = line.trim_end();
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let rest = rest.trim();
    match word {
        "" | "#" => Ok(Step::Tell(line.to_owned())),
        "now" => Ok(Step::Now(time(rest)?)),
        "roster" => roster(rest),
        "file" => Ok(Step::File(rest.to_owned())),
        "rollout" => edit(rest),
        "lms" => lms(rest),
        "accident:" => accident(rest),
        "$" => command(rest),
        other => Err(format!("`{other}` begins no step")),
    }
}

fn time(text: &str) -> Result<DateTime, String> {
    text.replacen(' ', "T", 1).parse().map_err(|error| format!("`{text}` is no time such as 2027-02-01 09:00: {error}"))
}

fn roster(rest: &str) -> Result<Step, String> {
    let (file, exported) = match rest.split_once(" exported ") {
        Some((file, at)) => (file, Some(time(at)?)),
        None => (rest, None),
    };
    Ok(Step::Roster { file: file.to_owned(), exported })
}

fn edit(rest: &str) -> Result<Step, String> {
    match rest.split_once(' ') {
        Some(("+", text)) => Ok(Step::Add(text.to_owned())),
        Some(("-", text)) => Ok(Step::Drop(text.to_owned())),
        Some(("~", text)) => match text.split_once(" => ") {
            Some((old, new)) => Ok(Step::Replace(old.to_owned(), new.to_owned())),
            None => Err("`rollout ~` is followed by `old => new`".to_owned()),
        },
        _ => Err("`rollout` is followed by `+ line`, `- text` or `~ old => new`".to_owned()),
    }
}

fn lms(rest: &str) -> Result<Step, String> {
    if let Some(account) = rest.strip_prefix("new ") {
        return json(account).map(Step::NewAccount);
    }
    let mut words = rest.splitn(3, ' ');
    let (Some(caregiver), Some(key), Some(value)) = (words.next(), words.next(), words.next()) else {
        return Err("`lms` is followed by a caregiver, a key and a value".to_owned());
    };
    Ok(Step::Lms { caregiver: caregiver.to_owned(), key: key.to_owned(), value: json(value)? })
}

fn json(text: &str) -> Result<serde_json::Value, String> {
    serde_json::from_str(text).map_err(|error| format!("`{text}` is no JSON: {error}"))
}

fn accident(rest: &str) -> Result<Step, String> {
    if let Some(many) = rest.strip_prefix("Ctrl-C after ") {
        return many.parse().map(Step::Interrupt).map_err(|error| error.to_string());
    }
    let of = |words: &str| rest.strip_prefix(words).and_then(effect);
    let found = None
        .or_else(|| of("the power fails before ").map(Accident::PowerFailsBefore))
        .or_else(|| of("the power fails after ").map(Accident::PowerFailsAfter))
        .or_else(|| of("the answer is lost to ").map(Accident::AnswerLost))
        .or_else(|| of("no is the answer to ").map(Accident::Refused));
    found.map(|accident| Step::Accident(rest.to_owned(), accident)).ok_or_else(|| format!("`{rest}` is no accident"))
}

fn effect(text: &str) -> Option<Effect> {
    let password = text.strip_prefix("the password of ").map(|id| Effect::Password(id.to_owned()));
    let account = || text.strip_prefix("the account of ").map(|id| Effect::Account(id.to_owned()));
    let letter = || text.strip_prefix("the letter to ").map(|address| Effect::Letter(address.to_owned()));
    password.or_else(account).or_else(letter)
}

/// Splits at spaces outside double quotes.
fn command(rest: &str) -> Result<Step, String> {
    let rest = rest.strip_prefix("firstbell ").ok_or("a command begins with `firstbell`")?;
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    for char in rest.chars() {
        match char {
            '"' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            other => words.last_mut().unwrap().push(other),
        }
    }
    words.retain(|word| !word.is_empty());
    if is_quoted { Err("a quote is not closed".to_owned()) } else { Ok(Step::Command(words)) }
}

#[test]
fn a_line_that_is_no_step_is_a_mistake() {
    for line in ["pln", "now tomorrow", "lms C1 staff", "lms C1 staff yes", "rollout = x", "accident: rain", "$ rm"] {
        assert!(parse(line).is_err(), "{line}");
    }
}

#[test]
fn quoted_words_stay_together() {
    let Step::Command(words) = parse("$ firstbell adopt C1 --because \"done by hand\"").unwrap() else { panic!() };
    assert_eq!(words, ["adopt", "C1", "--because", "done by hand"]);
}

#[test]
fn accidents_name_one_effect() {
    let step = parse("accident: the power fails after the letter to ana@example.com").unwrap();
    let expected = Accident::PowerFailsAfter(Effect::Letter("ana@example.com".into()));
    assert!(matches!(step, Step::Accident(_, accident) if accident == expected));
}
