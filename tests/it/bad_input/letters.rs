//! Letters that must not reach anybody.

use super::{fresh, refused, run_untouched};

const TEXT: &str = "letters/welcome.en/body.txt";

#[test]
fn a_part_that_is_missing_is_named() {
    for part in ["body.txt", "body.html", "subject.txt"] {
        let project = fresh();
        std::fs::remove_file(project.path().join("letters/welcome.en").join(part)).unwrap();
        refused(
            &project,
            65,
            &[&format!("`letters/welcome.en/{part}` is missing"), "subject.txt, body.txt and body.html"],
        );
    }
    let project = fresh();
    std::fs::remove_dir_all(project.path().join("letters")).unwrap();
    refused(&project, 65, &["there is no letter `letters/welcome.en`", "make the folder"]);
}

#[test]
fn a_mistake_in_a_template_is_told_at_its_place() {
    for (line, says) in [
        (
            "Hello {{ frist_name }}",
            &["`frist_name` is not defined", "body.txt:LINE:10", "did you mean `caregiver.first_name`?"][..],
        ),
        ("{% if x", &["syntax error", "body.txt:LINE:"]),
        ("{% include \"/etc/passwd\" %}", &["template not found", "body.txt:LINE:4"]),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", &["recursion", "body.txt:LINE:"]),
        (
            "{% for i in range(9999) %}{% for j in range(9999) %}x{% endfor %}{% endfor %}",
            &["this takes too many steps", "body.txt:LINE"],
        ),
        ("{{ \"x\" * 1000000000 }}", &["this takes too many steps", "body.txt:LINE:4"]),
    ] {
        let project = fresh();
        let text = project.read(TEXT);
        let added = (text.lines().count() + 1).to_string();
        project.write(TEXT, text + line + "\n");
        let says: Vec<String> = says.iter().map(|word| word.replace("LINE", &added)).collect();
        refused(&project, 65, &says.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

#[test]
fn a_letter_that_can_not_be_read_or_tells_nothing_is_refused() {
    let cases: [(&[u8], &[&str]); 4] = [
        (b"", &["is empty", "body.txt"]),
        (b"Kia ora\n", &["does not show the password", "body.txt", "{{ password }}"]),
        (b"K\xf4whai {{ password }}\n", &["not UTF-8", "0xf4", "body.txt:1:1", "save the file as UTF-8"]),
        (b"\x00{{ password }", &["body.txt"]),
    ];
    for (bytes, says) in cases {
        let project = fresh();
        project.write(TEXT, bytes);
        refused(&project, 65, says);
    }
}

#[test]
fn a_subject_of_two_lines_adds_no_header() {
    let project = fresh();
    project.write("letters/welcome.en/subject.txt", "Your account\nBcc: thief@example.com\n");
    let said = run_untouched(&project, &["check"]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert_eq!(project.run(&["apply", "--auto-approve"]).code, 0);
    for letter in project.letters() {
        let message = mail_parser::MessageParser::default().parse(&letter).unwrap();
        assert!(message.bcc().is_none() && message.header("Bcc").is_none());
    }
}
