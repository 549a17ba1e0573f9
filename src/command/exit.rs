//! The exit codes: one table, from which the documents and the process's answer both come.

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exit {
    /// 0
    Done,
    /// 1
    Error,
    /// 2
    Changes,
    /// 3
    Blocked,
    /// 4
    Unknown,
    /// 5
    Stale,
    /// 6
    Locked,
    /// 7
    Declined,
    /// 8
    PersonNeeded,
    /// 10
    WorkLeft,
    /// 64
    Usage,
    /// 65
    BadInput,
    /// 69
    Unreachable,
    /// 130
    Interrupted,
}

impl Exit {
    /// All, in the order of their codes.
    pub const ALL: [Self; 14] = [
        Self::Done,
        Self::Error,
        Self::Changes,
        Self::Blocked,
        Self::Unknown,
        Self::Stale,
        Self::Locked,
        Self::Declined,
        Self::PersonNeeded,
        Self::WorkLeft,
        Self::Usage,
        Self::BadInput,
        Self::Unreachable,
        Self::Interrupted,
    ];

    /// Where several hold, the first of these is the answer.
    pub const PRECEDENCE: [Self; 14] = [
        Self::Interrupted,
        Self::Usage,
        Self::BadInput,
        Self::Stale,
        Self::Locked,
        Self::Unreachable,
        Self::Error,
        Self::Blocked,
        Self::Unknown,
        Self::Declined,
        Self::WorkLeft,
        Self::PersonNeeded,
        Self::Changes,
        Self::Done,
    ];

    /// The number the process answers with.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Error => 1,
            Self::Changes => 2,
            Self::Blocked => 3,
            Self::Unknown => 4,
            Self::Stale => 5,
            Self::Locked => 6,
            Self::Declined => 7,
            Self::PersonNeeded => 8,
            Self::WorkLeft => 10,
            Self::Usage => 64,
            Self::BadInput => 65,
            Self::Unreachable => 69,
            Self::Interrupted => 130,
        }
    }

    /// What it means.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Done => {
                "All is done; for `plan`: nothing to do, or changes (without `--detailed-exitcode`). Holds alone are 0."
            }
            Self::Error => "An error; no effect was made.",
            Self::Changes => "`plan` has changes, or `drift` found something (with `--detailed-exitcode`).",
            Self::Blocked => "A guard blocks. The plan was shown; nothing was done.",
            Self::Unknown => {
                "Something is unknown, or the record could not be written after an effect. Run again, or see `docs/operating.md`."
            }
            Self::Stale => {
                "The state is older than `rollout.lock` or than the LMS, or another one; or a saved plan does not hold any more. Nothing was done."
            }
            Self::Locked => "Another run is under way. Nothing was done.",
            Self::Declined => "Declined at the prompt. Nothing was done.",
            Self::PersonNeeded => "All is done that can be; a person must act (a rejected address, a refused account).",
            Self::WorkLeft => {
                "Work is left that running again will do (the pace or the hours, a passing fault, a stopped run)."
            }
            Self::Usage => "Bad usage: an unknown flag, a missing argument, no terminal to ask at.",
            Self::BadInput => "Bad roster, rollout, letter or other file. Nothing was done.",
            Self::Unreachable => "The LMS, the mail or the state is out of reach. No effect was made.",
            Self::Interrupted => "Interrupted; what was in flight is settled.",
        }
    }

    /// When `plan` ends so; empty where it never does.
    pub fn in_plan(self) -> &'static str {
        match self {
            Self::Done => "nothing to do; or changes, without `--detailed-exitcode`; holds alone are 0",
            Self::Changes => "changes, with `--detailed-exitcode`",
            Self::Declined | Self::PersonNeeded | Self::WorkLeft => "",
            _ => "x",
        }
    }

    /// When `apply` ends so; empty where it never does.
    pub fn in_apply(self) -> &'static str {
        match self {
            Self::Done => "all done",
            Self::Changes => "",
            Self::Blocked | Self::Stale => "before any effect",
            Self::Interrupted => "after settling",
            _ => "x",
        }
    }

    /// When `drift` ends so; empty where it never does.
    pub fn in_drift(self) -> &'static str {
        match self {
            Self::Done => "no drift; or drift, without `--detailed-exitcode`",
            Self::Changes => "drift, with `--detailed-exitcode`",
            Self::Stale => "x; also where the LMS holds an activation that the state does not know",
            Self::Blocked | Self::Unknown | Self::Declined | Self::PersonNeeded | Self::WorkLeft => "",
            _ => "x",
        }
    }

    /// The answer where several hold.
    #[must_use]
    pub fn worst(exits: impl IntoIterator<Item = Self>) -> Self {
        let exits: Vec<Self> = exits.into_iter().collect();
        Self::PRECEDENCE.into_iter().find(|exit| exits.contains(exit)).unwrap_or(Self::Done)
    }
}

/// `docs/exit-codes.md`, from the table.
pub fn reference_page() -> String {
    use std::fmt::Write as _;
    let mut page = String::from(
        "# Exit codes\n\nWritten by the program itself (`src/command/exit.rs`); a test compares.\n\n| code | means | plan | apply | drift |\n| --- | --- | --- | --- | --- |\n",
    );
    for exit in Exit::ALL {
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {} |",
            exit.code(),
            exit.meaning(),
            exit.in_plan(),
            exit.in_apply(),
            exit.in_drift()
        );
    }
    let order: Vec<String> = Exit::PRECEDENCE.iter().map(|exit| exit.code().to_string()).collect();
    let _ = writeln!(page, "\nWhere several hold, the first of: {}.", order.join(", "));
    page.push_str("\n`firstbell sandbox sign-in` answers 0 where the password is right, 1 where it is not.\n");
    page.push_str("`firstbell selftest` answers 0 where all held, 1 where something did not or nothing was tried.\n");
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precedence_names_every_code_once() {
        let mut sorted = Exit::PRECEDENCE.map(Exit::code);
        sorted.sort_unstable();
        assert_eq!(sorted, Exit::ALL.map(Exit::code));
    }

    #[test]
    fn unknown_comes_before_work_left() {
        assert_eq!(Exit::worst([Exit::Done, Exit::WorkLeft, Exit::Unknown]), Exit::Unknown);
        assert_eq!(Exit::worst([]), Exit::Done);
    }

    #[test]
    fn the_page_in_the_documents_is_this_table() {
        let page = include_str!("../../docs/exit-codes.md");
        assert_eq!(page, reference_page(), "`cargo run --example bless` writes it anew");
    }
}
