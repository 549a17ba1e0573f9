//! A YAML document as a tree in which every piece knows its place. Rules and the shape check read this, so that they
//! can point at what is wrong also where the document as a whole can't be understood.

use crate::diagnostic::Span;

/// A piece of the document.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// What to mark: a scalar itself, a mapping's first key, a list's first item.
    pub(super) span: Span,
    pub(super) value: Value,
}

/// What a piece is.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Entry>),
    /// Something that was complained about already.
    Broken,
}

/// A single value.
#[derive(Clone, Debug)]
pub(super) struct Scalar {
    pub(super) text: String,
    /// Without quotes: numbers, `true` and nothing are told from text by their looks.
    pub(super) is_plain: bool,
}

/// A line of a mapping.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_span: Span,
    pub(super) value: Node,
}

/// What a scalar is by the rules of YAML 1.2: `no`, `on` and `09:00` are text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Nothing,
    Truth,
    Integer,
    Float,
    Text,
}

impl Node {
    /// The entry with this key; `None` also where this is no mapping.
    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The value under this key.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value under these keys, one within the other.
    pub(super) fn at(&self, route: &[&str]) -> Option<&Node> {
        route.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The lines of a mapping; none where this is no mapping.
    pub(super) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of the list under this key; none where there is no such list.
    pub(super) fn items(&self, key: &str) -> &[Node] {
        match self.get(key).map(|node| &node.value) {
            Some(Value::List(items)) => items,
            _ => &[],
        }
    }

    /// The text of a scalar, as it is written (without quotes).
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// The text of the scalar under this key.
    pub(super) fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }
}

impl Scalar {
    /// What it is, by its looks.
    pub(super) fn kind(&self) -> Kind {
        if !self.is_plain {
            return Kind::Text;
        }
        match self.text.as_str() {
            "" | "~" | "null" | "Null" | "NULL" => Kind::Nothing,
            "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Kind::Truth,
            ".inf" | ".Inf" | ".INF" | "-.inf" | "-.Inf" | "-.INF" | ".nan" | ".NaN" | ".NAN" => Kind::Float,
            text => number_kind(text),
        }
    }
}

fn number_kind(text: &str) -> Kind {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Kind::Text;
    }
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        // `0123` is an id, not a number: its zero must stay.
        return if digits.len() > 1 && digits.starts_with('0') { Kind::Text } else { Kind::Integer };
    }
    if is_radix(digits) {
        return Kind::Integer;
    }
    // `parse` knows more than YAML does (`infinity`), but nothing that begins with a digit or a point.
    if text.parse::<f64>().is_ok() { Kind::Float } else { Kind::Text }
}

fn is_radix(digits: &str) -> bool {
    [("0x", 16), ("0o", 8), ("0b", 2)].iter().any(|(prefix, radix)| {
        let rest = digits.strip_prefix(prefix);
        rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_digit(*radix)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_are_what_yaml_1_2_says() {
        let cases = [
            ("no", Kind::Text),
            ("on", Kind::Text),
            ("09:00", Kind::Text),
            ("00123", Kind::Text),
            ("8A", Kind::Text),
            ("-", Kind::Text),
            ("7", Kind::Integer),
            ("-7", Kind::Integer),
            ("0x1F", Kind::Integer),
            ("8E1", Kind::Float),
            ("1.5", Kind::Float),
            (".5", Kind::Float),
            ("1.2.3", Kind::Text),
            ("True", Kind::Truth),
            ("", Kind::Nothing),
            ("~", Kind::Nothing),
        ];
        for (text, kind) in cases {
            assert_eq!(Scalar { text: text.into(), is_plain: true }.kind(), kind, "{text}");
            assert_eq!(Scalar { text: text.into(), is_plain: false }.kind(), Kind::Text, "{text} in quotes");
        }
    }
}
