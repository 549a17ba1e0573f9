//! The command line: exit codes, what is said, what is left alone.

use camino::Utf8PathBuf;
use firstbell::state::run_lock;

use crate::binary::Project;
use crate::world::actor;

fn names_and_addresses() -> Vec<String> {
    let roster = Project::example("quickstart").read("roster/caregivers.csv");
    let mut personal: Vec<String> = Vec::new();
    for row in roster.lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        personal.push(format!("{} {}", cells[1], cells[2]));
        personal.extend(cells[3].contains('@').then(|| cells[3].to_owned()));
    }
    assert!(personal.len() > 100);
    personal
}

#[test]
fn the_quick_start_plans_applies_and_has_nothing_to_do_then() {
    let project = Project::example("quickstart");
    let plan = project.run(&["plan", "--detailed-exitcode"]);
    assert_eq!(plan.code, 2, "{}", plan.all());
    assert!(!project.path().join("state/firstbell.db").exists(), "plan writes nothing");
    for _ in 0..3 {
        let applied = project.run(&["apply", "--auto-approve"]);
        assert_eq!(applied.code, 0, "{}", applied.all());
    }
    let plan = project.run(&["plan", "--detailed-exitcode"]);
    assert_eq!(plan.code, 0, "{}", plan.all());
    assert!(plan.out.contains("nothing to do"), "{}", plan.all());
}

#[test]
fn without_a_terminal_apply_wants_to_be_told() {
    let project = Project::example("quickstart");
    let said = project.run(&["apply"]);
    assert_eq!(said.code, 64, "{}", said.all());
    assert!(said.err.contains("--auto-approve"), "{}", said.all());
    assert!(!project.path().join("outbox").exists());
}

#[test]
fn bad_usage_is_64_and_help_is_0() {
    let project = Project::empty();
    assert_eq!(project.run(&["plan", "--colour"]).code, 64);
    assert_eq!(project.run(&["frobnicate"]).code, 64);
    assert_eq!(project.run(&[]).code, 64);
    assert_eq!(project.run(&["--help"]).code, 0);
    for command in
        ["init", "check", "plan", "apply", "status", "explain", "adopt", "resolve", "preview", "state", "sandbox"]
    {
        let help = project.run(&[command, "--help"]);
        assert_eq!(help.code, 0);
        assert!(
            help.out.contains("Example:") || help.out.contains("Commands:"),
            "`{command}` has no example:\n{}",
            help.out
        );
    }
}

#[test]
fn without_a_terminal_no_name_and_no_address_is_shown() {
    let project = Project::example("quickstart");
    let personal = names_and_addresses();
    let mut said = String::new();
    for args in [
        &["check"][..],
        &["plan"],
        &["plan", "--format", "json"],
        &["apply", "--auto-approve"],
        &["plan"],
        &["status"],
        &["explain", "C1001"],
        &["explain", "C1019"],
        &["state", "list"],
        &["state", "show"],
    ] {
        let one = project.run(args);
        said.push_str(&one.all());
    }
    for text in &personal {
        assert!(!said.contains(text.as_str()), "`{text}` is shown where nobody may see it");
    }
}

#[test]
fn a_second_run_says_who_holds_the_lock() {
    let project = Project::example("quickstart");
    assert_eq!(project.run(&["apply", "--auto-approve"]).code, 0);
    let state = Utf8PathBuf::from_path_buf(project.path().join("state/firstbell.db")).unwrap();
    let since = "2027-02-01T09:12:00+13:00[Pacific/Auckland]".parse().unwrap();
    let lock = run_lock::acquire(&state, &actor(), &since).unwrap();
    for args in [&["apply", "--auto-approve"][..], &["plan"]] {
        let said = project.run(args);
        assert_eq!(said.code, 6, "{}", said.all());
        for part in ["mere@office", "4711", "09:12"] {
            assert!(said.err.contains(part), "{part}: {}", said.all());
        }
    }
    drop(lock);
    assert_eq!(project.run(&["plan"]).code, 0);
}

/// The power went off between the making of the state and its first run.
#[test]
fn a_state_that_was_made_and_never_used_is_used() {
    let project = Project::example("quickstart");
    let mut kills = 0;
    while !project.path().join("state/firstbell.db").exists() {
        let mut child = project.command(&["apply", "--auto-approve"]).spawn().unwrap();
        while !project.path().join("state/firstbell.db").exists() && child.try_wait().unwrap().is_none() {}
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        assert!(kills < 50, "the state is never made");
    }
    for _ in 0..3 {
        let applied = project.run(&["apply", "--auto-approve"]);
        assert_eq!(applied.code, 0, "{}", applied.all());
    }
    let lineage = |text: &str| {
        text.lines()
            .find(|line| line.to_lowercase().starts_with("lineage"))
            .map(|line| line.split_whitespace().last().unwrap().to_owned())
    };
    assert_eq!(lineage(&project.read("rollout.lock")), lineage(&project.run(&["state", "show"]).out));
}

#[test]
fn an_older_copy_of_the_state_is_refused() {
    let project = Project::example("quickstart");
    assert_eq!(project.run(&["apply", "--auto-approve"]).code, 0);
    let backup = std::fs::read(project.path().join("state/firstbell.db")).unwrap();
    assert_eq!(project.run(&["apply", "--auto-approve"]).code, 0);
    project.write("state/firstbell.db", backup);
    for args in [&["plan"][..], &["apply", "--auto-approve"]] {
        let said = project.run(args);
        assert_eq!(said.code, 5, "{}", said.all());
    }
    std::fs::remove_file(project.path().join("state/firstbell.db")).unwrap();
    let said = project.run(&["plan"]);
    assert_eq!(said.code, 5, "a lock without a state: {}", said.all());
    std::fs::remove_file(project.path().join("rollout.lock")).unwrap();
    let said = project.run(&["plan"]);
    assert_eq!(said.code, 5, "markers in the LMS that no state knows: {}", said.all());
}

#[test]
fn the_lock_counts_what_the_state_knows() {
    let project = Project::example("quickstart");
    assert_eq!(project.run(&["apply", "--auto-approve"]).code, 0);
    assert!(project.read("rollout.lock").contains("caregivers-active: 23\nletters-sent: 21\n"));
    // A run that was cut short leaves a lock that has not counted; here it has gone altogether.
    std::fs::remove_file(project.path().join("rollout.lock")).unwrap();
    assert_eq!(project.run(&["apply", "--auto-approve"]).code, 0);
    let lock = project.read("rollout.lock");
    assert!(lock.contains("caregivers-active: 34\nletters-sent: 31\n"), "{lock}");
    let reissue = "reissue: [{caregiver: C1008, activation: 2, because: T-131}]\n";
    project.write("rollout.yaml", project.read("rollout.yaml") + reissue);
    assert_eq!(project.run(&["apply", "--auto-approve"]).code, 0);
    let lock = project.read("rollout.lock");
    assert!(lock.contains("caregivers-active: 34\nletters-sent: 32\n"), "a second letter is no second person: {lock}");
}

#[test]
fn init_makes_the_folder_that_it_is_told() {
    let project = Project::empty();
    let said = project.run(&["init", "kowhai-college"]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(project.path().join("kowhai-college/rollout.yaml").exists(), "{}", said.all());
}

#[test]
fn init_leaves_a_gitignore_as_it_is_and_adds_what_must_not_be_committed() {
    let project = Project::empty();
    project.write(".gitignore", "*.bak\n/state/\n# mine");
    assert_eq!(project.run(&["init"]).code, 0);
    let ignored = project.read(".gitignore");
    assert!(ignored.starts_with("*.bak\n/state/\n# mine\n# What must not be committed"), "{ignored}");
    for line in ["/roster/", "/state/", "/outbox/", "/handover/", "/paper/", "/fixes.csv", "*-state.jsonl"] {
        assert_eq!(ignored.lines().filter(|there| *there == line).count(), 1, "{line} in {ignored}");
    }
}

#[test]
fn init_writes_nothing_where_a_file_stands_in_the_way_of_a_folder() {
    for taken in ["letters", "roster"] {
        let project = Project::empty();
        project.write(taken, "a file");
        let said = project.run(&["init"]);
        assert_eq!(said.code, 1, "{}", said.all());
        assert!(said.err.contains(&format!("{taken}` is there already")), "{}", said.all());
        assert!(!project.path().join("rollout.yaml").exists());
    }
}

#[test]
fn explain_finds_a_parent_by_what_is_said_at_the_telephone() {
    let project = Project::example("quickstart");
    let page = project.run(&["explain", "C1008"]);
    assert_eq!(page.code, 0, "{}", page.all());
    for wanted in ["c1008", " C1008 ", "Priya.Nair@MAIL.example.nz", "priya nair", "Priya  NAIR"] {
        assert_eq!(project.run(&["explain", wanted]).out, page.out, "{wanted}");
    }
    let macrons = project.run(&["explain", "Hemi Potae"]);
    assert!(
        macrons.code == 0 && macrons.out == project.run(&["explain", "H\u{113}mi P\u{14D}tae"]).out,
        "{}",
        macrons.all()
    );
    let several = project.run(&["explain", "tamihana"]);
    assert_eq!(several.code, 64, "{}", several.all());
    assert!(several.err.contains("`tamihana` could be ") && several.err.contains("C1001, C1002"), "{}", several.err);
    let nobody = project.run(&["explain", "C9999"]);
    assert_eq!(nobody.code, 64);
    assert!(
        nobody.err.contains("the roster has nobody with the id, the address or the name `C9999`"),
        "{}",
        nobody.err
    );
    // An id is an id, even where it is somebody else's in another case.
    assert!(project.run(&["roster", "show", "--why", "c1008"]).err.contains("no caregiver with the id `c1008`"));
}

/// Who has been given another id is still asked for by the old one, before and after the apply that follows the line.
#[test]
fn explain_follows_a_moved_line() {
    let project = Project::example("quickstart");
    assert_eq!(project.run(&["apply", "--auto-approve"]).code, 0);
    project.edit("roster/caregivers.csv", "C1001,", "C7001,");
    let held = project.run(&["explain", "C7001"]);
    assert!(
        held.out.contains("held: possible-rename\nFix       If it is the same person, add a `moved`"),
        "{}",
        held.all()
    );
    let line = "moved: [{from: C1001, to: C7001, because: T-1}]\n";
    project.write("rollout.yaml", project.read("rollout.yaml") + line);
    for _ in 0..2 {
        let now = project.run(&["explain", "C7001"]);
        let before = project.run(&["explain", "C1001"]);
        assert_eq!((now.code, before.code), (0, 0), "{}", before.all());
        assert_eq!(before.out, format!("C1001  is C7001 now, by a line under `moved:`\n{}", now.out));
        assert!(now.out.contains("active, and never reset again"), "{}", now.all());
        assert_eq!(project.run(&["apply", "--auto-approve"]).code, 0);
    }
}

#[test]
fn explain_does_not_say_why_where_nothing_personal_may_be_shown() {
    let project = Project::example("quickstart");
    let said = project.run(&["explain", "C1033"]);
    assert!(said.out.contains("Now       held: the reason is not shown here\n"), "{}", said.all());
    let said = project.run(&["explain", "C1033", "--personal", "full"]);
    assert!(said.out.contains("Now       held: no-access\n"), "{}", said.all());
}

#[test]
fn a_guard_that_blocks_does_not_hide_the_plan() {
    let project = Project::example("quickstart");
    project.edit("rollout.yaml", "resets: 300", "resets: 3");
    for args in [&["plan"][..], &["apply", "--auto-approve"]] {
        let said = project.run(args);
        assert_eq!(said.code, 3, "{}", said.all());
        assert!(said.out.contains("C1001") && said.out.contains("resets"), "{}", said.all());
    }
    assert!(!project.path().join("outbox").exists());
    project.write(
        "rollout.yaml",
        project.read("rollout.yaml") + "override: [{guard: resets, value: 20, because: T-9, expires: 2027-06-01}]\n",
    );
    let expired = project.run(&["apply", "--auto-approve", "--now", "2027-06-02T00:00:00Z"]);
    assert_eq!(expired.code, 65, "{}", expired.all());
    let line = project.read("rollout.yaml").lines().count();
    let place = format!("rollout.yaml:{line}:20");
    for part in ["rollout::override-expired", "expired on 2027-06-01", &place, "help: remove the line"] {
        assert!(expired.err.contains(part), "`{part}` is not said: {}", expired.all());
    }
    assert!(project.effects().is_empty());
    let said = project.run(&["apply", "--auto-approve", "--now", "2027-05-01T00:00:00Z"]);
    assert_eq!(said.code, 0, "{}", said.all());
}

#[test]
fn a_wrong_or_missing_key_is_found_at_the_start() {
    let project = Project::example("quickstart");
    assert_eq!(project.run(&["apply", "--auto-approve"]).code, 0);
    let other = project.command(&["plan"]).env("FIRSTBELL_KEY", "ab".repeat(32)).output().unwrap();
    assert_eq!(other.status.code(), Some(5), "{}", String::from_utf8_lossy(&other.stderr));
    std::fs::remove_dir_all(project.home()).unwrap();
    let said = project.run(&["apply", "--auto-approve"]);
    assert_eq!(said.code, 1, "{}", said.all());
    assert!(said.err.contains("FIRSTBELL_KEY"), "{}", said.all());
}

#[test]
fn two_first_runs_at_once_make_one_key() {
    for _ in 0..5 {
        let projects = [Project::example("quickstart"), Project::example("quickstart")];
        let home = projects[0].home();
        let firstbell = |project: &Project, args: &[&str]| {
            let mut command = project.command(args);
            command.env("HOME", &home);
            command
        };
        let started =
            projects.each_ref().map(|project| firstbell(project, &["apply", "--auto-approve"]).spawn().unwrap());
        for child in started {
            let output = child.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{output:?}");
        }
        for project in &projects {
            let output = firstbell(project, &["plan"]).output().unwrap();
            assert_eq!(output.status.code(), Some(0), "its key is gone: {output:?}");
        }
        let left = std::fs::read_dir(home.join(".config/firstbell")).unwrap().count();
        assert_eq!(left, 1, "nothing lies beside the key");
    }
}

#[test]
fn adopting_the_hand_kept_record_spares_those_people() {
    let project = Project::example("quickstart");
    project.write("done.csv", "caregiver-id,email,date\nC1001,,2026-02-01\n,emma.obrien@post.example.nz,2026-02-01\n");
    let path = project.path().join("done.csv");
    let said = project.run(&["adopt", "--file", path.to_str().unwrap(), "--because", "the list in the office"]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(said.out.starts_with("2 recorded"), "{}", said.all());
    assert_eq!(project.run(&["apply", "--auto-approve"]).code, 0);
    let touched = project
        .effects()
        .iter()
        .filter(|effect| ["C1001", "C1005"].iter().any(|id| effect["caregiver"] == *id))
        .count();
    assert_eq!(touched, 0, "those who were done by hand are left alone");
    let again = project.run(&["adopt", "C1001", "--because", "again"]);
    assert!(
        again.out.contains("1 were recorded before") || again.out.contains("1 was recorded before"),
        "{}",
        again.all()
    );
}

#[test]
fn a_row_of_the_hand_kept_record_that_names_nobody_stops_all_of_it() {
    let project = Project::example("quickstart");
    project.write("done.csv", "email,date\nnobody@example.com,2026-02-01\nemma.obrien@post.example.nz,yesterday\n");
    let path = project.path().join("done.csv");
    let said = project.run(&["adopt", "--file", path.to_str().unwrap(), "--because", "the list"]);
    assert_eq!(said.code, 65, "{}", said.all());
    assert!(said.err.contains("done.csv:2") && said.err.contains("done.csv:3"), "{}", said.all());
    assert!(!project.path().join("state/firstbell.db").exists());
}

#[test]
fn init_lays_out_a_project_that_check_understands() {
    let project = Project::empty();
    let said = project.run(&["init"]);
    assert_eq!(said.code, 0, "{}", said.all());
    project.write(
        "roster/caregivers.csv",
        "CaregiverID,FirstName,LastName,Email,StudentID,StudentFirstName,StudentLastName,Year,Class\n\
         C1,Mere,Tamihana,mere@example.nz,S1,Kahu,Tamihana,7,7A\n",
    );
    let checked = project.run(&["check"]);
    assert_eq!(checked.code, 0, "{}", checked.all());
    assert!(
        checked.err.contains("rollout::as-laid-out") && checked.err.contains("`sign-in-url` (line 28)"),
        "{}",
        checked.err
    );
    let applied = project.run(&["apply", "--auto-approve"]);
    assert_eq!(applied.code, 0, "{}", applied.all());
    assert_eq!(project.letters().len(), 1);
    let again = project.run(&["init"]);
    assert_eq!(again.code, 1, "init never overwrites: {}", again.all());
}

#[test]
fn the_office_gets_a_list_to_work_through() {
    let project = Project::example("quickstart");
    let list = project.path().join("fixes.csv");
    let said = project.run(&["check", "--fixes", list.to_str().unwrap()]);
    assert_eq!(said.code, 0, "{}", said.all());
    let text = project.read("fixes.csv");
    for code in
        ["no-email", "malformed-email", "conflicting-emails", "placeholder-email", "staff-email", "shared-email"]
    {
        assert!(text.contains(code), "{code} is not in the list:\n{text}");
    }
}

/// One teacher among the parents is soon known by name; which line of a file is wrong, nobody should have to search for.
#[test]
fn a_check_counts_no_few_out_and_names_the_lines_of_a_file_of_ids() {
    let project = Project::example("quickstart");
    assert!(project.run(&["check", "--personal", "full"]).out.contains("       1  staff-email"));
    let none = project.run(&["check", "--personal", "none"]);
    assert!(
        none.out.contains("     few  staff-email") && none.out.contains("Of fewer than 5 caregivers"),
        "{}",
        none.all()
    );
    let json = |how: &str| -> serde_json::Value {
        serde_json::from_str(&project.run(&["check", "--format", "json", "--personal", how]).out).unwrap()
    };
    assert_eq!(json("full")["to_mend"]["staff-email"], 1);
    assert!(json("none")["to_mend"].get("staff-email").is_none());
    project.write("ids.txt", "# the pilot\nC1001\nC9999\nC1002 Wiremu\n");
    project.edit("rollout.yaml", "{caregivers: [C1001, C1002, C1003, C1004, C1005]}", "{id-file: ids.txt}");
    let said = project.run(&["check", "--personal", "full"]);
    let lines = "nobody for 2 of the 3 ids of cohort `pilot`: line 4 of the file, C9999 (line 3 of the file)";
    assert!(said.err.contains(lines), "{}", said.all());
}

#[test]
fn preview_shows_the_letter_without_sending_it() {
    let project = Project::example("quickstart");
    let said = project.run(&["preview", "C1001"]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(said.out.starts_with("Subject: ") && said.out.contains("Kahu"), "{}", said.all());
    assert!(!project.path().join("outbox").exists());
}

#[test]
fn preview_writes_a_page_for_each_language() {
    let project = Project::example("quickstart");
    let at = |name: &str| project.path().join(name).to_str().unwrap().to_owned();
    let said = project.run(&["preview", "--html", &at("letter.html")]);
    assert_eq!(said.code, 0, "{}", said.all());
    for (language, words) in [("en", "Your parent account"), ("mi", "Kupuhipa")] {
        let page = project.read(&format!("letter.{language}.html"));
        assert!(page.contains(&format!("<html lang=\"{language}\">")) && page.contains(words), "{page}");
        assert!(said.out.contains(&format!("letter.{language}.html: {language}")), "{}", said.all());
    }
    let said = project.run(&["preview", "--html", &at("one.html"), "--language", "mi-NZ"]);
    assert_eq!((said.code, project.read("one.html").contains("Kupuhipa")), (0, true), "{}", said.all());
    let said = project.run(&["preview", "--html", "-"]);
    assert!(said.out.contains("<!doctype html>"), "{}", said.all());
    let said = project.run(&["preview", "--html", &at("nowhere/letter.html")]);
    assert_eq!(said.code, 1, "{}", said.all());
    assert_eq!(project.letters().len(), 0, "nothing was sent");
}

/// A script whose variable is unset.
#[test]
fn nothing_on_the_command_line_is_empty() {
    let project = Project::example("quickstart");
    for (args, says) in [
        (&["plan", "--lock", ""][..], "the value of `--lock` is empty"),
        (&["plan", "--lock="], "the value of `--lock` is empty"),
        (&["plan", "-o", ""], "the value of `-o` is empty"),
        (&["apply", ""], "an argument is empty"),
        (&["explain", ""], "an argument is empty"),
    ] {
        let said = project.run(args);
        assert_eq!(said.code, 64, "{args:?}: {}", said.all());
        assert!(said.err.contains(says) && said.out.is_empty(), "{args:?}: {}", said.all());
    }
}

/// A misplaced word under `hold:` can be a family's story.
#[test]
fn a_mistake_in_the_lists_of_people_is_told_without_its_line() {
    for (lines, code) in [
        ("  - {caregiver: C1011, becuase: father violent}", 65),
        ("  - father violent", 65),
        ("  - {caregiver: father violent C1011, because: x}", 0),
    ] {
        let project = Project::example("quickstart");
        let rollout = project.read("rollout.yaml");
        let hold = rollout.find("hold:").unwrap();
        project.write("rollout.yaml", format!("{}hold:\n{lines}\n", &rollout[..hold]));
        for args in [&["check"][..], &["check", "--format", "json"], &["plan"]] {
            let said = project.run(args);
            assert_eq!(said.code, code, "{args:?}: {}", said.all());
            assert!(!said.all().contains("violent") && said.all().contains("rollout.yaml"), "{args:?}: {}", said.all());
        }
        let full = project.run(&["check", "--personal", "full"]);
        assert!(full.err.contains("violent"), "{}", full.all());
    }
}
