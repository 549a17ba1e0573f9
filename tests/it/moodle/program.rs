//! The real program over a Moodle, as a school's admin runs it: `examples/moodle` with the stand-in's address.

use super::standin::{Standin, TOKEN, User};
use crate::binary::{Project, Said, said};

fn school() -> (Project, Standin) {
    let moodle = Standin::start(&["S2001", "S2002", "S2003", "S2004"]);
    let project = Project::example("moodle");
    project.edit("rollout.yaml", "https://moodle.kowhai.example.nz", &moodle.url());
    (project, moodle)
}

fn run(project: &Project, args: &[&str]) -> Said {
    let mut command = project.command(args);
    command.env("FIRSTBELL_LMS_HOST", "127.0.0.1").env("FIRSTBELL_LMS_TOKEN", TOKEN);
    said(&command.output().unwrap())
}

/// The commands of examples/moodle/README.md, in their order.
#[test]
fn the_example_runs_as_its_page_says() {
    let (project, moodle) = school();
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/moodle/README.md")).unwrap();
    let commands: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("    firstbell ")).collect();
    assert!(commands.len() >= 4, "{commands:?}");
    for command in commands {
        let args: Vec<&str> = command.split_whitespace().take_while(|word| *word != "#").collect();
        let said = run(&project, &args);
        assert_eq!(said.code, 0, "{command}: {}", said.all());
        assert!(!said.all().contains(TOKEN));
    }
    assert_eq!(project.letters().len(), 4);
    let again = run(&project, &["apply", "--auto-approve"]);
    assert_eq!(again.code, 0, "{}", again.all());
    assert_eq!(project.letters().len(), 4);
    assert!(moodle.site().wrong.is_empty());
    let explained = run(&project, &["explain", "P2001"]);
    let page = format!("{}/login/forgot_password.php", moodle.url());
    assert!(explained.out.contains(&page) && explained.out.contains("reissue"), "{}", explained.all());
}

#[test]
fn check_names_what_an_administrator_must_grant() {
    let (project, moodle) = school();
    let good = run(&project, &["lms", "check"]);
    assert_eq!(good.code, 0, "{}", good.all());
    for (capability, exit) in [
        ("moodle/user:create", 8),
        ("moodle/user:update", 8),
        ("moodle/role:assign", 8),
        ("moodle/user:viewalldetails", 8),
        ("moodle/user:viewdetails", 8),
        ("moodle/site:viewuseridentity", 8),
    ] {
        moodle.site().capabilities.remove(capability);
        let said = run(&project, &["lms", "check"]);
        assert_eq!(said.code, exit, "{}", said.all());
        assert!(said.out.contains("missing") && said.out.contains(capability), "{capability}: {}", said.out);
        moodle.site().capabilities.insert(capability);
    }
    moodle.site().role_is_assignable = false;
    assert!(run(&project, &["lms", "check"]).out.contains("Allow role assignments"));
    assert_eq!(moodle.site().users.len(), 5, "a check creates nobody");
}

#[test]
fn a_wrong_token_or_an_unbound_host_sends_nothing_further() {
    let (project, moodle) = school();
    let mut command = project.command(&["plan"]);
    command.env("FIRSTBELL_LMS_HOST", "127.0.0.1").env("FIRSTBELL_LMS_TOKEN", "wrong");
    let wrong = said(&command.output().unwrap());
    assert_eq!(wrong.code, 69, "{}", wrong.all());
    assert!(wrong.err.contains("does not know this token"), "{}", wrong.err);
    let before = moodle.site().calls.len();
    let mut command = project.command(&["plan"]);
    command.env("FIRSTBELL_LMS_HOST", "moodle.example.nz").env("FIRSTBELL_LMS_TOKEN", TOKEN);
    let unbound = said(&command.output().unwrap());
    assert_eq!(unbound.code, 65, "{}", unbound.all());
    assert_eq!(moodle.site().calls.len(), before);
}

#[test]
fn an_id_number_on_two_accounts_and_an_address_of_somebody_else_are_held() {
    let (project, moodle) = school();
    for name in ["mere.one", "mere.two"] {
        moodle.site().add(User {
            idnumber: "P2001".into(),
            username: name.into(),
            email: format!("{name}@example.nz"),
            ..User::default()
        });
    }
    moodle.site().add(User { username: "elsewhere".into(), email: "hemi.parata@example.nz".into(), ..User::default() });
    let said = run(&project, &["plan"]);
    assert!(said.out.contains("ambiguous-account") && said.out.contains("email-taken"), "{}", said.all());
}

#[test]
fn keys_that_do_not_fit_and_a_policy_that_no_password_keeps_are_said() {
    let project = Project::example("moodle");
    project.edit("rollout.yaml", "  batch: 25", "  batch: 25\n  path: state/lms.json");
    project.edit("rollout.yaml", "upper: 1", "upper: 3");
    let said = run(&project, &["check"]);
    assert_eq!(said.code, 65, "{}", said.all());
    assert!(said.err.contains("rollout::lms-key") && said.err.contains("rollout::password-policy"), "{}", said.err);
    project.edit("rollout.yaml", "https://moodle", "http://moodle");
    assert!(run(&project, &["check"]).err.contains("only https is safe"));
}

/// For a build server, and for a day on which the Moodle is away.
#[test]
fn a_plan_from_what_is_remembered_asks_nobody_and_needs_no_token() {
    let (project, moodle) = school();
    assert_eq!(run(&project, &["apply", "--auto-approve"]).code, 0);
    let before = moodle.site().calls.len();
    let offline = said(&project.command(&["plan", "--offline"]).output().unwrap());
    assert_eq!(offline.code, 0, "{}", offline.all());
    assert!(offline.out.contains("offline, as it was on"), "{}", offline.all());
    assert_eq!(moodle.site().calls.len(), before);
}
