//! The documents: their commands are run or at least understood, what they name is there, their tables are the code's.

use std::path::Path;

use clap::Parser;
use clap::error::ErrorKind;
use firstbell::cli::Cli;
use firstbell::plan::{DriftKind, HoldCode};

use crate::binary::Project;
use crate::markdown::{Document, commands, documents};
use crate::tidy::FLOORS;

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A document by its path in the repository.
fn document(name: &str) -> Document {
    documents().into_iter().find(|one| one.name == name).unwrap_or_else(|| panic!("there is no {name}"))
}

/// Runs the `console` blocks of documents, each in a copy of the quick start of its own, as somebody at a terminal sees
/// them: there, names and addresses are shown without asking.
#[test]
fn what_the_documents_show_is_what_is_printed() {
    let scratch = tempfile::tempdir().unwrap();
    let cases = trycmd::TestCases::new();
    cases.register_bin("firstbell", Path::new(env!("CARGO_BIN_EXE_firstbell")));
    cases.env("HOME", scratch.path().join("home").to_str().unwrap());
    for nobodys in ["XDG_CONFIG_HOME", "FIRSTBELL_KEY"] {
        cases.env(nobodys, "");
    }
    let mut run = 0;
    for document in documents().iter().filter(|document| document.text.contains("\n```console")) {
        let case = scratch.path().join(document.name.replace('/', "-"));
        std::fs::write(&case, as_a_case(&document.text)).unwrap();
        std::fs::rename(Project::example("quickstart").path(), case.with_extension("in")).unwrap();
        cases.case(case);
        run += 1;
    }
    assert!(run >= 3, "only {run} documents show what is printed");
    cases.run();
}

/// A document as trycmd wants it: a blank line ends what is printed, unless a line of dots does.
fn as_a_case(text: &str) -> String {
    let (mut case, mut is_console, mut last) = (String::new(), false, "");
    for line in text.lines() {
        let is_fence = line.starts_with("```");
        if is_console && (is_fence || line.starts_with("$ ")) && !last.starts_with("```") && last != "..." {
            case.push('\n');
        }
        is_console = if is_fence { line == "```console" } else { is_console };
        case.push_str(&line.replacen("$ firstbell ", "$ firstbell --personal full ", 1));
        case.push('\n');
        last = line;
    }
    case
}

#[test]
fn every_command_in_the_documents_is_one_that_the_program_takes() {
    let mut mistakes = Vec::new();
    let mut seen = 0;
    for document in documents() {
        for command in commands(&document) {
            seen += 1;
            let Err(error) = Cli::try_parse_from(&command) else { continue };
            // `firstbell resolve` alone, in a sentence, is the command's name.
            let is_name = error.kind() == ErrorKind::MissingRequiredArgument && command.len() < 4;
            if error.use_stderr() && !is_name {
                mistakes.push(format!("{}: {}\n{error}", document.name, command.join(" ")));
            }
        }
    }
    assert!(seen > 80, "only {seen} commands were found");
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn every_link_leads_somewhere() {
    let mut dead = Vec::new();
    for document in documents() {
        for link in document.links() {
            let (path, anchor) = link.split_once('#').unwrap_or((link.as_str(), ""));
            let target = if path.is_empty() { document.path() } else { document.path().with_file_name("").join(path) };
            if !target.exists() {
                dead.push(format!("{}: {link}", document.name));
            } else if !anchor.is_empty() && !Document::read(&target).anchors().iter().any(|known| known == anchor) {
                dead.push(format!("{}: {link} (no such heading)", document.name));
            }
        }
    }
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

#[test]
fn every_file_that_a_document_names_is_there() {
    const PLACES: [&str; 9] =
        ["src/", "tests/", "docs/", "examples/", "schemas/", "benches/", ".ci/", "Cargo.toml", "clippy.toml"];
    let mut missing = Vec::new();
    for document in documents() {
        for span in document.spans() {
            let path = span.split_whitespace().next().unwrap_or_default();
            if PLACES.iter().any(|place| path.starts_with(place)) && !root().join(path).exists() {
                missing.push(format!("{}: {path}", document.name));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn the_readme_leads_to_every_page() {
    let links = document("README.md").links();
    for page in documents().iter().map(|document| &document.name) {
        let is_reached = page == "README.md" || page.starts_with("docs/decisions/0") || links.contains(page);
        assert!(is_reached, "README.md does not lead to {page}");
    }
}

#[test]
fn the_table_of_holds_is_the_codes() {
    let page = document("docs/plan.md");
    let rows = page.text.lines().filter_map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let code = cells.get(1)?.strip_prefix('`')?.strip_suffix('`')?;
        HoldCode::parse(code).map(|_| (code.to_owned(), cells[2].to_owned()))
    });
    let expected = HoldCode::ALL.iter().map(|code| (code.as_str().to_owned(), code.title().to_owned()));
    assert_eq!(rows.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}

#[test]
fn the_table_of_drift_is_the_codes() {
    let page = document("docs/machine.md");
    let section = page.text.split("## Drift").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let rows: Vec<(&str, &str)> = rows.map(|(code, title)| (code, title.trim_end_matches(" |"))).collect();
    assert_eq!(rows.len(), DriftKind::ALL.len());
    for (row, kind) in rows.iter().zip(DriftKind::ALL) {
        assert!(row.0 == kind.as_str() && row.1.starts_with(kind.title()), "{row:?} is not {kind:?}");
    }
}

#[test]
fn the_table_of_events_is_the_schemas() {
    let page = document("docs/machine.md");
    let section = page.text.split("## Events").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let rows: Vec<String> = rows.filter(|name| *name != "type").map(str::to_owned).collect();
    let schema = firstbell::report::events_schema();
    let types = schema["oneOf"].as_array().unwrap().iter().map(|one| &one["properties"]["type"]["const"]);
    assert_eq!(rows, types.map(|name| name.as_str().unwrap().to_owned()).collect::<Vec<_>>());
}

#[test]
fn the_architectures_table_of_stops_has_every_code_in_its_order() {
    let page = document("ARCHITECTURE.md");
    let rows = page.text.lines().filter(|line| line.starts_with("| S"));
    let codes: Vec<&str> = rows.flat_map(|row| row.split('`').skip(1).step_by(2)).collect();
    assert_eq!(codes, HoldCode::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>());
}

#[test]
fn the_floors_in_the_documents_are_those_that_are_held() {
    let expected: Vec<Vec<String>> = FLOORS
        .iter()
        .take(FLOORS.len() - 1)
        .rev()
        .map(|floor| floor.iter().map(|module| (*module).to_owned()).collect())
        .collect();
    let crate_docs = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    for text in [document("ARCHITECTURE.md").text, crate_docs.replace("//! ", "").replace("[`", "`").replace("`]", "`")]
    {
        let rows = text.lines().filter(|line| {
            let number = line.trim_start_matches("| ").split(' ').next().unwrap_or_default();
            line.starts_with("| ") && number.parse::<u8>().is_ok()
        });
        let modules = |row: &str| -> Vec<String> {
            row.split('|').nth(2).unwrap().split('`').skip(1).step_by(2).map(str::to_owned).collect()
        };
        assert_eq!(rows.map(modules).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn every_decision_has_its_number_and_is_in_the_index() {
    let index = document("docs/decisions/README.md");
    let pages: Vec<Document> =
        documents().into_iter().filter(|page| page.name.starts_with("docs/decisions/0")).collect();
    for (page, number) in pages.iter().zip(1..) {
        let name = page.name.trim_start_matches("docs/decisions/");
        assert!(name.starts_with(&format!("{number:04}-")), "{name} is not number {number}");
        assert!(page.text.starts_with(&format!("# {number}. ")), "{name} does not begin with its number");
        assert!(index.text.contains(&format!("| [{number:04}]({name}) |")), "{name} is not in the index");
    }
    assert!(pages.len() >= 8);
}

#[test]
fn the_help_of_every_command_gives_an_example_that_runs() {
    let page = document("docs/commands.md");
    let project = Project::example("quickstart");
    assert_eq!(
        project.command(&["plan", "-o", "plan.json"]).current_dir(project.path()).status().unwrap().code(),
        Some(0)
    );
    let mut run = 0;
    for block in page.text.split("```sh\nfirstbell ").skip(1) {
        let words = crate::markdown::words(block.lines().next().unwrap());
        // In its folder and not by `-C`, as a reader would: so that a file it writes lies there too.
        let output = project.command(&[]).args(&words).current_dir(project.path()).output().unwrap();
        // Nobody is there to ask, nothing is open about anybody's password, nothing was handed over, no mail has come back, and nobody's id has become
        // another: the roster has the old one still.
        let is_move = words.get(1).is_some_and(|word| word == "move");
        let expected = match words[0].as_str() {
            "apply" | "resolve" | "confirm" => 64,
            _ if is_move => 64,
            "bounces" => 65,
            // No database is at hand.
            _ if words.get(1).is_some_and(|word| word == "migrate") => 64,
            // There is a state already.
            _ if words.get(1).is_some_and(|word| word == "import") => 1,
            _ => 0,
        };
        assert_eq!(output.status.code(), Some(expected), "firstbell {}\n{output:?}", words.join(" "));
        run += 1;
    }
    assert!(run >= 11, "only {run} examples were found");
    assert!(project.path().join("fixes.csv").exists() && !root().join("fixes.csv").exists());
}

/// The tables of the performance page are written by a script: those that it measures are those that the page has marks for.
#[test]
fn what_is_measured_has_its_place_on_the_performance_page() {
    let script = std::fs::read_to_string(root().join("benches/compare/all.sh")).unwrap();
    let lines = script.lines().map(str::trim_start).filter_map(|line| line.strip_prefix("measure "));
    let names: Vec<&str> = lines.filter_map(|rest| rest.split(' ').next()).collect();
    assert!(names.len() > 4, "{names:?}");
    let folder = tempfile::tempdir().unwrap();
    let (tables, page) = (folder.path().join("tables"), folder.path().join("page.md"));
    std::fs::create_dir(&tables).unwrap();
    for name in &names {
        let rows = format!(
            "a line of progress\n| 100k | duckdb | {name} | 2.0 / 4.0 s |\n| 5m | duckdb | {name} | 100.0 / 4.0 s |\n"
        );
        std::fs::write(tables.join(name), rows).unwrap();
    }
    let before = document("docs/performance.md").text;
    std::fs::write(&page, &before).unwrap();
    let write = || {
        let script = root().join("benches/compare/write.py");
        std::process::Command::new("python3").arg(script).arg(&tables).arg(&page).current_dir(root()).output().unwrap()
    };
    let written = write();
    assert!(written.status.success(), "{written:?}");
    let after = std::fs::read_to_string(&page).unwrap();
    for name in names.iter().filter(|name| **name != "plan-5m") {
        assert!(after.contains(&format!("| {name} |")), "{name}: {after}");
    }
    assert!(after.contains("| DuckDB | plan |") && after.contains("power 1.00 of the caregivers"), "{after}");
    assert!(!after.contains("a line of progress"), "{after}");
    let unmeasured = |text: &str| {
        text.split("<!-- measured: ")
            .map(|part| part.split("<!-- end -->").last().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(unmeasured(&before), unmeasured(&after), "only what stands between the marks");
    std::fs::remove_file(tables.join("letters")).unwrap();
    assert_eq!(write().status.code(), Some(1), "a table is missing");
    assert_eq!(std::fs::read_to_string(&page).unwrap(), after);
}
