//! docs/commands.md, made from the arguments that the program takes. Nothing is written here that `--help` does not say.

use std::fmt::Write as _;

use clap::{Arg, Command, CommandFactory};

use super::{Cli, EVERYWHERE};

/// The page about all commands.
pub fn commands_page() -> String {
    let mut program = Cli::command();
    program.build();
    let mut page = String::from(
        "# Commands\n\n<!-- Made from the program's arguments by `cargo run --example bless`. Don't edit it by hand. -->\n\n\
         The same as `firstbell --help` and `firstbell COMMAND --help` say. How a command ends: [exit codes](exit-codes.md).\n\n\
         | command | |\n| --- | --- |\n",
    );
    for command in leaves(&program) {
        let _ = writeln!(page, "| [`{}`](#{}) | {} |", name(command), anchor(command), about(command));
    }
    for command in leaves(&program) {
        describe(command, &mut page);
    }
    let _ = writeln!(page, "\n## {EVERYWHERE}\n\n{}", table(&program, true));
    page.truncate(page.trim_end().len());
    page + "\n"
}

/// The commands that do something, those of groups behind each other.
fn leaves(program: &Command) -> Vec<&Command> {
    let mut found = Vec::new();
    for command in program.get_subcommands().filter(|command| command.get_name() != "help") {
        if command.has_subcommands() {
            found.extend(leaves(command));
        } else {
            found.push(command);
        }
    }
    found
}

fn name(command: &Command) -> &str {
    command.get_bin_name().unwrap_or_else(|| command.get_name())
}

/// The anchor that forges make of a heading.
fn anchor(command: &Command) -> String {
    name(command).replace(' ', "-")
}

fn about(command: &Command) -> String {
    command.get_about().map(ToString::to_string).unwrap_or_default()
}

fn describe(command: &Command, page: &mut String) {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    let _ = write!(page, "\n## {}\n\n{}.\n\n```text\n{usage}\n```\n", name(command), about(command));
    let table = table(command, false);
    if !table.is_empty() {
        let _ = write!(page, "\n{table}");
    }
    if let Some(example) = command.get_after_help() {
        let lines: Vec<String> = example.to_string().lines().skip(1).map(|line| line.trim().to_owned()).collect();
        let _ = write!(page, "\nFor example:\n\n```sh\n{}\n```\n", lines.join("\n"));
    }
}

/// The arguments of one command, or those of all.
fn table(command: &Command, everywhere: bool) -> String {
    let own = command
        .get_arguments()
        .filter(|arg| (arg.get_help_heading() == Some(EVERYWHERE)) == everywhere)
        .filter(|arg| !arg.is_hide_set() && !["help", "version"].contains(&arg.get_id().as_str()));
    let rows: String = own.map(row).collect();
    if rows.is_empty() { rows } else { format!("| | |\n| --- | --- |\n{rows}") }
}

fn row(arg: &Arg) -> String {
    let what = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let values: Vec<String> = arg
        .get_possible_values()
        .iter()
        .filter(|_| arg.get_action().takes_values())
        .map(|value| format!("`{}`: {}", value.get_name(), lower(value.get_help().map(ToString::to_string))))
        .collect();
    let values = if values.is_empty() { String::new() } else { format!(". {}", values.join("; ")) };
    let default = arg.get_default_values().first().filter(|_| arg.get_action().takes_values());
    let default = default.map_or_else(String::new, |value| format!(". Unless said: `{}`", value.to_string_lossy()));
    format!("| `{}` | {what}{values}{default} |\n", written(arg))
}

/// As it is written on the command line: `-o, --output <FILE>`.
fn written(arg: &Arg) -> String {
    let value = arg.get_value_names().and_then(|names| names.first()).map(|name| format!("<{name}>"));
    let short = arg.get_short().map(|short| format!("-{short}"));
    let long = arg.get_long().map(|long| format!("--{long}"));
    let flag = short.into_iter().chain(long).collect::<Vec<_>>().join(", ");
    let value = value.filter(|_| arg.get_action().takes_values());
    [flag].into_iter().filter(|flag| !flag.is_empty()).chain(value).collect::<Vec<_>>().join(" ")
}

fn lower(text: Option<String>) -> String {
    let text = text.unwrap_or_default();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[test]
    fn the_page_in_the_documents_is_what_the_program_takes() {
        let page = include_str!("../../docs/commands.md");
        assert_eq!(page, commands_page(), "`cargo run --example bless` writes it anew");
    }

    #[test]
    fn the_folder_of_init_is_not_that_of_every_command() {
        let cli = Cli::try_parse_from(["firstbell", "init", "kowhai-college"]).unwrap();
        assert_eq!(cli.dir, ".");
    }

    #[test]
    fn every_command_has_one_sentence_and_an_example_that_parses() {
        let mut program = Cli::command();
        program.build();
        for command in leaves(&program) {
            let about = about(command);
            assert!(!about.is_empty() && !about.ends_with('.') && about.len() < 100, "{}: {about}", name(command));
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let example = help.strip_prefix("Example:\n").unwrap_or_else(|| panic!("{} has no example", name(command)));
            let line = &example[example.find("firstbell").unwrap()..];
            assert!(line.starts_with(name(command)), "{line} is no example of {}", name(command));
        }
    }
}
