//! Saved plans: reviewed, applied, never repeated, and refused when something else is true by then.

use serde_json::Value;

use crate::binary::{Project, Said};

fn saved(project: &Project, more: &[&str]) -> String {
    let path = project.path().join("plan.json");
    let path = path.to_str().unwrap().to_owned();
    let said = project.run(&[&["plan", "-o", &path][..], more].concat());
    assert_eq!(said.code, 0, "{}", said.all());
    path
}

fn refused(said: &Said, code: i32, why: &str) {
    assert_eq!(said.code, code, "{}", said.all());
    assert!(said.err.contains(why), "`{why}` is not said: {}", said.all());
}

fn json(project: &Project) -> Value {
    serde_json::from_str(&project.read("plan.json")).unwrap()
}

#[test]
fn a_reviewed_plan_is_carried_out_once() {
    let project = Project::example("quickstart");
    let path = saved(&project, &[]);
    let digest = json(&project)["digest"].as_str().unwrap().to_owned();
    let said = project.run(&["apply", &path, "--expect-digest", &digest]);
    assert_eq!(said.code, 0, "{}", said.all());
    let effects = project.read("state/lms.json.effects.jsonl");
    let again = project.run(&["apply", &path]);
    assert_eq!(again.code, 0, "{}", again.all());
    assert!(again.err.contains("All of this plan (23 changes) is done already"), "{}", again.all());
    assert!(!again.all().contains("partial"), "{}", again.all());
    let for_machines = project.run(&["apply", &path, "--format", "json"]);
    let plan: Value = serde_json::from_str(&for_machines.out).unwrap();
    assert_eq!((for_machines.code, &plan["changes"]), (0, &serde_json::json!([])));
    assert_eq!(effects, project.read("state/lms.json.effects.jsonl"), "the same plan again does nothing");
}

/// What waits for the printer is nothing that an apply could do: the plan is carried out.
#[test]
fn a_plan_whose_pages_wait_to_be_printed_is_done() {
    let project = Project::example("quickstart");
    project.edit("rollout.yaml", "no-email: hold", "no-email: paper");
    let path = saved(&project, &[]);
    assert_eq!(project.run(&["apply", &path]).code, 8, "a person is to print");
    let effects = project.read("state/lms.json.effects.jsonl");
    for made in [false, true] {
        if made {
            assert_eq!(project.run(&["letters", "--cohort", "year-7"]).code, 0);
        }
        let again = project.run(&["apply", &path]);
        assert!(again.code == 0 && again.err.contains("is done already"), "{}", again.all());
    }
    assert_eq!(effects, project.read("state/lms.json.effects.jsonl"));
}

/// A correction that is not made any more because its person is held was not made.
#[test]
fn a_correction_of_somebody_who_is_held_by_now_is_stale() {
    let project = Project::example("quickstart");
    assert_eq!(project.run(&["apply", "--auto-approve"]).code, 0);
    project.edit("roster/caregivers.csv", "C1001,Aroha,Tamihana,aroha.tamihana@", "C1001,Aroha,Tamihana,a.tamihana@");
    assert_eq!(project.run(&["apply", "--auto-approve", "--cohort", "year-8"]).code, 0);
    let path = saved(&project, &["--caregiver", "C1001"]);
    let row = "C1001,Aroha,Tamihana,a.tamihana@post.example.nz,S2001,Kahu,Tamihana,";
    project.edit("roster/caregivers.csv", row, "C1001,Iosefa,Leota,iosefa@post.example.nz,S9901,Sina,Leota,");
    refused(&project.run(&["apply", &path]), 5, "stale: C1001");
    let again = project.run(&["apply", &path, "--stale", "skip"]);
    assert!(!again.err.contains("is done already"), "{}", again.all());
}

/// The letter is in their language, and names the children.
#[test]
fn another_language_or_childs_name_makes_a_change_stale() {
    for (row, other) in [(",Mother,mi,Yes,1,No", ",Mother,en,Yes,1,No"), ("S2001,Kahu,", "S2001,Kaku,")] {
        let project = Project::example("quickstart");
        let path = saved(&project, &[]);
        project.write("roster/caregivers.csv", project.read("roster/caregivers.csv").replace(row, other));
        refused(&project.run(&["apply", &path]), 5, "stale: C1001");
        assert!(project.effects().is_empty());
    }
}

/// A file of ids may be one of names: where nothing personal is shown, nor are these.
#[test]
fn what_stands_in_a_file_of_ids_is_shown_only_where_it_looks_like_one() {
    let project = Project::example("quickstart");
    let ids = project.path().join("ids.txt");
    project.write("ids.txt", "C1001 Aroha Tamihana\nC9999\n");
    let ask = |how: &str| project.run(&["plan", "--from-file", ids.to_str().unwrap(), "--personal", how]);
    refused(&ask("full"), 64, "`C1001 Aroha Tamihana` (line 1), `C9999` (line 2)");
    refused(&ask("none"), 64, "`…` (line 1), `C9999` (line 2)");
    project.write("done.csv", "caregiver-id\nAroha Tamihana\n");
    let list = project.path().join("done.csv");
    let said = project.run(&["adopt", "--file", list.to_str().unwrap(), "--because", "x", "--personal", "none"]);
    assert!(said.code == 0 && !said.all().contains("Aroha"), "{}", said.all());
}

#[test]
fn a_saved_plan_names_nobody_whatever_the_flags() {
    let project = Project::example("quickstart");
    saved(&project, &["--personal", "full"]);
    let plan = project.read("plan.json");
    for row in project.read("roster/caregivers.csv").lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        assert!(!plan.contains(&format!("{} {}", cells[1], cells[2])), "{} {}", cells[1], cells[2]);
        assert!(cells[3].is_empty() || !plan.contains(cells[3]), "{}", cells[3]);
    }
    assert!(!plan.contains(project.path().to_str().unwrap()), "the folder on this machine is in the plan");
}

#[test]
fn a_saved_plan_tells_what_it_was_made_from() {
    let project = Project::example("quickstart");
    assert_eq!(project.run(&["apply", "--auto-approve"]).code, 0);
    saved(&project, &[]);
    let inputs = &json(&project)["inputs"];
    assert_eq!(
        (&inputs["lms"]["driver"], &inputs["state"]["schema"]),
        (&"sandbox".into(), &firstbell::state::sqlite::SCHEMA.into())
    );
    assert_eq!((&inputs["roster"]["format"], inputs["roster"]["rows"].is_u64()), (&"csv".into(), true));
    assert_eq!(inputs["roster"]["previous_rows"], inputs["roster"]["rows"]);
    for sum in ["roster", "rollout", "letters"] {
        assert_eq!(inputs[sum]["sha256"].as_str().unwrap().len(), 64, "{sum}");
    }
    let state = &inputs["state"];
    let lineage = state["lineage"].as_str().unwrap();
    assert!(project.read("rollout.lock").contains(lineage), "{lineage}");
    assert!(state["serial"].as_u64() > Some(0) && state["head"].as_str().unwrap().len() == 64, "{state}");
}

#[test]
fn another_digest_than_the_reviewed_one_is_refused() {
    let project = Project::example("quickstart");
    let path = saved(&project, &[]);
    refused(&project.run(&["apply", &path, "--expect-digest", "abc"]), 5, "digest");
    assert!(project.effects().is_empty());
}

#[test]
fn an_edited_plan_is_refused() {
    let project = Project::example("quickstart");
    let path = saved(&project, &[]);
    project.edit("plan.json", "\"year-7\"", "\"year-8\"");
    refused(&project.run(&["apply", &path]), 5, "edited");
    project.write("plan.json", &project.read("plan.json")[..200]);
    refused(&project.run(&["apply", &path]), 65, "not a saved plan");
    refused(&project.run(&["show", &path]), 65, "not a saved plan");
}

#[test]
fn an_expired_plan_is_refused_but_a_run_begun_under_it_is_resumed() {
    let project = Project::example("quickstart");
    let now = ["--now", "2027-02-01T00:00:00Z"];
    let later = ["--now", "2027-02-05T00:00:00Z"];
    let path = saved(&project, &now);
    refused(&project.run(&[&["apply", &path][..], &later].concat()), 5, "expired");
    let early = ["--now", "2027-01-31T00:00:00Z"];
    refused(&project.run(&[&["apply", &path][..], &early].concat()), 5, "clock");
    let begun = project.run(&[&["apply", &path][..], &now].concat());
    assert_eq!(begun.code, 0, "{}", begun.all());
    let resumed = project.run(&[&["apply", &path][..], &later].concat());
    assert_eq!(resumed.code, 0, "{}", resumed.all());
    let shown = project.run(&[&["show", &path][..], &later].concat());
    assert_eq!(shown.code, 0);
    assert!(shown.err.contains("were not looked at: `apply` does"), "{}", shown.all());
    assert!(shown.err.contains("stale: it expired"), "{}", shown.all());
}

#[test]
fn a_plan_that_a_guard_blocks_is_not_offered_to_be_applied() {
    let project = Project::example("quickstart");
    project.edit("rollout.yaml", "resets: 300", "resets: 3");
    let said = project.run(&["plan", "-o", "p.json"]);
    assert_eq!(said.code, 3, "{}", said.all());
    assert!(
        said.err.contains("a guard blocks it, so `apply` refuses it") && said.err.contains("Digest: "),
        "{}",
        said.err
    );
    assert!(!said.err.contains("carries it out"), "{}", said.err);
}

#[test]
fn how_long_a_plan_may_be_begun_is_written_as_in_the_rollout() {
    let project = Project::example("quickstart");
    let now = ["--now", "2027-02-01T09:00:00Z"];
    for (written, until) in [("7d", "8 Feb 2027 22:00"), ("90m", "1 Feb 2027 23:30"), ("24h", "2 Feb 2027 22:00")] {
        let said = project.run(&[&["plan", "-o", "my plan.json", "--expires-in", written][..], &now].concat());
        assert!(
            said.err.contains(&format!("`firstbell apply 'my plan.json'` carries it out until {until}.")),
            "{}",
            said.all()
        );
    }
    for written in ["2w", "48", "soon"] {
        let said = project.run(&["plan", "-o", "p.json", "--expires-in", written]);
        refused(&said, 64, &format!("`{written}` is not a length of time: write `90m`, `24h` or `7d`"));
    }
}

#[test]
fn a_plan_for_another_rollout_or_letter_is_refused() {
    let project = Project::example("quickstart");
    let path = saved(&project, &[]);
    project.write("letters/welcome.en/body.txt", project.read("letters/welcome.en/body.txt") + "\nPS\n");
    refused(&project.run(&["apply", &path]), 5, "letters have changed");
    let project = Project::example("quickstart");
    let path = saved(&project, &[]);
    project.edit("rollout.yaml", "resets: 300", "resets: 299");
    refused(&project.run(&["apply", &path]), 5, "rollout.yaml has changed");
}

#[test]
fn a_letter_that_broke_after_the_plan_touches_no_password() {
    let project = Project::example("quickstart");
    let path = saved(&project, &[]);
    project.write("letters/welcome.en/body.txt", project.read("letters/welcome.en/body.txt") + "{{ pasword }}");
    for args in [&["apply", &path][..], &["apply", "--auto-approve"]] {
        refused(&project.run(args), 65, "did you mean `password`?");
    }
    assert!(project.effects().is_empty() && project.letters().is_empty());
}

#[test]
fn a_changed_row_makes_only_its_own_change_stale() {
    let project = Project::example("quickstart");
    let path = saved(&project, &[]);
    project.edit("roster/caregivers.csv", "emma.obrien@post.example.nz", "emma@post.example.nz");
    refused(&project.run(&["apply", &path]), 5, "stale: C1005");
    assert!(project.effects().is_empty());
    let said = project.run(&["apply", &path, "--stale", "skip"]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(project.effects().iter().all(|effect| effect["caregiver"] != "C1005"));
    assert_eq!(project.letters().len(), 20);
}

#[test]
fn last_nights_export_alone_is_no_reason_to_refuse() {
    let project = Project::example("quickstart");
    let path = saved(&project, &[]);
    let mut rows: Vec<String> = project.read("roster/caregivers.csv").lines().map(str::to_owned).collect();
    rows[1..].reverse();
    project.write("roster/caregivers.csv", rows.join("\n") + "\n");
    let said = project.run(&["apply", &path]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert_eq!(project.letters().len(), 21);
}

#[test]
fn a_plan_on_an_empty_state_is_for_that_state_alone() {
    let (here, there) = (Project::example("quickstart"), Project::example("quickstart"));
    let path = saved(&here, &[]);
    crate::binary::copy(&here.home(), &there.home());
    refused(&there.run(&["apply", &path]), 5, "another state");
    assert_eq!(here.run(&["apply", &path]).code, 0);
    for gone in ["state/firstbell.db", "rollout.lock", "state/lms.json.effects.jsonl"] {
        std::fs::remove_file(here.path().join(gone)).unwrap();
    }
    refused(&here.run(&["apply", &path]), 5, "another state");
}

#[test]
fn what_is_no_plan_of_ours_is_told_apart() {
    let project = Project::example("quickstart");
    let path = saved(&project, &[]);
    let link = project.path().join("link.json");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    refused(&project.run(&["apply", link.to_str().unwrap()]), 65, "link");
    let plan = project.read("plan.json");
    project.write("plan.json", plan.replace("\"1.0\"", "\"2.0\""));
    refused(&project.run(&["apply", &path]), 65, "newer");
    project.write("plan.json", plan.replace("\"firstbell\"", "\"terraform\""));
    refused(&project.run(&["apply", &path]), 65, "terraform");
    refused(&project.run(&["apply", project.path().join("none.json").to_str().unwrap()]), 65, "none.json");
    let huge = std::fs::File::create(project.path().join("huge.json")).unwrap();
    huge.set_len(2 << 30).unwrap();
    refused(&project.run(&["apply", project.path().join("huge.json").to_str().unwrap()]), 65, "too large");
    assert!(project.effects().is_empty());
}

/// Nothing was done: no effect, no letter, no state, no `rollout.lock`.
fn nothing_done(project: &Project, about: &str) {
    assert!(project.effects().is_empty() && project.letters().is_empty(), "{about}");
    assert!(!project.path().join("rollout.lock").exists(), "{about}");
}

#[test]
fn no_byte_of_a_plan_can_be_edited() {
    let project = Project::example("quickstart");
    let path = saved(&project, &["--caregiver", "C1001"]);
    let plan = project.read("plan.json").into_bytes();
    let is_space = |byte: u8| byte.is_ascii_whitespace();
    let places: Vec<usize> = (0..plan.len()).step_by(40).filter(|at| !is_space(plan[*at])).collect();
    assert!(places.len() > 40, "{} places", places.len());
    for at in places {
        let mut edited = plan.clone();
        edited[at] = if edited[at] == b'7' { b'8' } else { b'7' };
        project.write("plan.json", &edited);
        let said = project.run(&["apply", &path]);
        assert!([5, 65].contains(&said.code), "byte {at}: {}", said.all());
        assert!(said.err.contains("nothing was done") || said.err.contains("Nothing was done"), "{}", said.all());
        nothing_done(&project, &format!("byte {at}"));
    }
    project.write("plan.json", &plan);
    assert_eq!(project.run(&["apply", &path]).code, 0, "as it was made it is applied");
    assert_eq!(project.letters().len(), 1);
}

#[test]
fn a_plan_that_was_cut_short_is_refused_wherever() {
    let project = Project::example("quickstart");
    let path = saved(&project, &["--caregiver", "C1001"]);
    let plan = project.read("plan.json");
    for kept in [0, 1, plan.len() / 3, plan.len() - 3] {
        project.write("plan.json", &plan[..kept]);
        refused(&project.run(&["apply", &path]), 65, "cut short");
        nothing_done(&project, &format!("{kept} bytes"));
    }
}

#[test]
fn what_is_no_file_at_all_is_no_plan() {
    let project = Project::example("quickstart");
    let folder = project.path().join("folder.json");
    std::fs::create_dir(&folder).unwrap();
    let pipe = project.path().join("pipe.json");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    for path in [folder, pipe] {
        for command in ["apply", "show"] {
            // A pipe that nobody writes to would hold up a program that opens it.
            refused(&project.run(&[command, path.to_str().unwrap()]), 65, "is no file; nothing was done");
        }
    }
    nothing_done(&project, "no file");
}

#[test]
fn a_killed_run_is_resumed_by_its_plan() {
    let project = Project::example("quickstart");
    let path = saved(&project, &[]);
    for wait in [5, 15, 25, 35, 45] {
        let mut child = project.command(&["apply", &path]).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let said = project.run(&["apply", &path]);
    assert_eq!(said.code, 0, "{}", said.all());
    let set =
        project.effects().iter().filter(|effect| effect["op"] == "set-password" && effect["replay"] == false).count();
    assert_eq!((set, project.letters().len()), (21, 21));
}

#[test]
fn a_plan_can_be_narrowed() {
    let project = Project::example("quickstart");
    let said = project.run(&["plan", "--cohort", "pilot"]);
    assert!(said.out.contains("partial: only cohort pilot") && !said.out.contains("C1008"), "{}", said.all());
    refused(&project.run(&["plan", "--cohort", "pillot"]), 64, "no cohort");
    refused(&project.run(&["plan", "--caregiver", "C9"]), 64, "C9");
    project.write("ids.csv", "CaregiverID,Name\nC1001,x\nC9,y\n\n# c\nC8\n");
    let ids = project.path().join("ids.csv");
    let said = project.run(&["plan", "--from-file", ids.to_str().unwrap()]);
    refused(&said, 64, "ids.csv`, line 3: neither the roster nor the record has these 2: `C9` (line 3), `C8` (line 6)");
    let said = project.run(&["plan", "--caregiver", "C1001"]).out;
    assert!(said.contains("pilot: opens with this plan, 5 caregivers, 1 in this plan\n"), "{said}");
    assert!(!said.contains("year-7: "), "of the others it says nothing: {said}");
    let said = project.run(&["plan", "--cohort", "year-9"]).out;
    assert!(said.contains("year-9: opens 1 Jan 2999, 5 caregivers, ") && !said.contains("pilot: "), "{said}");
    project.write("ids.txt", "# those who rang\nC1001\nC1008,again\n");
    let ids = project.path().join("ids.txt");
    let applied = project.run(&["apply", "--auto-approve", "--from-file", ids.to_str().unwrap(), "--exclude", "C1008"]);
    assert_eq!(applied.code, 0, "{}", applied.all());
    assert_eq!(project.letters().len(), 1);
    let rest = project.run(&["apply", "--auto-approve"]);
    assert_eq!(rest.code, 0, "{}", rest.all());
    assert_eq!(project.letters().len(), 21, "the others are not forgotten");
}

#[test]
fn a_plan_can_be_made_without_the_lms() {
    let project = Project::example("quickstart");
    refused(&project.run(&["plan", "--offline"]), 69, "earlier look");
    assert_eq!(project.run(&["apply", "--auto-approve"]).code, 0);
    let online = project.run(&["plan"]);
    std::fs::rename(project.path().join("state/lms.json"), project.path().join("state/away.json")).unwrap();
    project.write("state/lms.json", "out of reach");
    assert_eq!(project.run(&["plan"]).code, 65);
    let offline = project.run(&["plan", "--offline"]);
    assert_eq!(offline.code, 0, "{}", offline.all());
    let but_the_lms = |text: &str| text.lines().filter(|line| !line.starts_with("LMS")).collect::<Vec<_>>().join("\n");
    assert_eq!(but_the_lms(&online.out), but_the_lms(&offline.out));
    assert!(offline.out.contains("offline, as it was on"), "{}", offline.all());
}
