//! Reads the documents as far as the tests about them need it: code spans, fenced blocks, links, headings.

use std::path::{Path, PathBuf};

/// One document.
pub(crate) struct Document {
    /// Its path in the repository.
    pub(crate) name: String,
    pub(crate) text: String,
}

/// All documents of the repository, by name.
pub(crate) fn documents() -> Vec<Document> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["", "docs", "docs/decisions", "examples/quickstart", "examples/kowhai-college", "examples/ci"];
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(root.join(folder)).unwrap());
    let mut paths: Vec<PathBuf> = files.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "md"));
    paths.sort();
    assert!(paths.len() > 15, "the documents were not found");
    paths.iter().map(|path| Document::read(path)).collect()
}

impl Document {
    pub(crate) fn read(path: &Path) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        Self { name, text: std::fs::read_to_string(path).unwrap() }
    }

    pub(crate) fn path(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(&self.name)
    }

    /// The text outside fenced blocks in one line a paragraph, and the lines inside of those blocks that hold commands.
    fn parts(&self) -> (String, Vec<String>) {
        let (mut prose, mut code) = (String::new(), Vec::new());
        let mut fence: Option<String> = None;
        for line in self.text.lines() {
            let trimmed = line.trim_start();
            match (&fence, trimmed.strip_prefix("```")) {
                (None, Some(language)) => fence = Some(language.to_owned()),
                (Some(_), Some(_)) => fence = None,
                (Some(language), None) => {
                    if language == "sh" {
                        code.push(trimmed.to_owned());
                    } else if let Some(command) = trimmed.strip_prefix("$ ").filter(|_| language == "console") {
                        code.push(command.to_owned());
                    }
                }
                (None, None) if line.starts_with("    ") => code.push(trimmed.to_owned()),
                (None, None) if line.is_empty() || line.starts_with('|') => {
                    prose.push_str(line);
                    prose.push('\n');
                }
                (None, None) => {
                    prose.push_str(trimmed);
                    prose.push(' ');
                }
            }
        }
        assert!(fence.is_none(), "{} has a fence that does not end", self.name);
        (prose, code)
    }

    /// What stands between backticks, outside fenced blocks.
    pub(crate) fn spans(&self) -> Vec<String> {
        let (prose, _) = self.parts();
        prose.lines().flat_map(|line| line.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
    }

    /// Where links lead, except to the web.
    pub(crate) fn links(&self) -> Vec<String> {
        let (prose, _) = self.parts();
        let targets = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        targets.filter(|target| !target.contains("://")).map(str::to_owned).collect()
    }

    /// The anchors of its headings, as forges make them.
    pub(crate) fn anchors(&self) -> Vec<String> {
        let headings = self.text.lines().filter(|line| line.starts_with('#'));
        headings
            .map(|heading| {
                let kept = heading.trim_start_matches('#').trim().to_lowercase();
                let kept = kept.chars().filter(|char| char.is_alphanumeric() || [' ', '-', '_'].contains(char));
                kept.collect::<String>().replace(' ', "-")
            })
            .collect()
    }
}

/// Every `firstbell …` in a document, as the words that a shell would make of it.
pub(crate) fn commands(document: &Document) -> Vec<Vec<String>> {
    let (_, code) = document.parts();
    let spans = document.spans();
    let mentioned = spans.iter().filter(|span| span.starts_with("firstbell ")).map(String::as_str);
    let written = code.iter().filter_map(|line| {
        let line = line
            .strip_prefix("cargo run --release -- ")
            .map_or_else(|| line.clone(), |rest| format!("firstbell {rest}"));
        line.find("firstbell ")
            .map(|at| line[at..].to_owned())
            .filter(|_| line.starts_with("firstbell ") || line.contains("| firstbell "))
    });
    let all = mentioned.map(str::to_owned).chain(written);
    all.filter(|command| !command.contains("COMMAND")).flat_map(|command| alternatives(words(&command))).collect()
}

/// The words of a command up to a comment, a pipe or the next command.
pub(crate) fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for char in command.chars() {
        match (quote, char) {
            (Some(open), _) if char == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(char);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(char),
        }
    }
    words.extend(word);
    let end = words.iter().position(|word| ["#", "|", "&&", ">", ">>"].contains(&word.as_str()));
    words.truncate(end.unwrap_or(words.len()));
    words
}

/// `--reset done|not-done` stands for two commands.
fn alternatives(words: Vec<String>) -> Vec<Vec<String>> {
    let Some(at) = words.iter().position(|word| word.contains('|')) else { return vec![words] };
    let with = |choice: &str| {
        let mut words = words.clone();
        choice.clone_into(&mut words[at]);
        words
    };
    words[at].split('|').flat_map(|choice| alternatives(with(choice))).collect()
}
