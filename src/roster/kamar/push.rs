//! The JSON of a push, taken apart student by student, each with the line that it begins on; what is in one of them is for
//! `student`.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::io::{self, Read};
use std::rc::Rc;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::diagnostic::Diagnostic;

use super::student::{Student, items, text};

/// A push.
#[derive(Debug, Default)]
pub(super) struct Push {
    /// `full`, `part`, `check` …
    pub(super) sync: String,
    /// 14 digits.
    pub(super) datetime: Option<String>,
    /// How many students it says there are.
    pub(super) count: Option<u64>,
    /// They.
    pub(super) students: Vec<Student>,
    /// Names of schools by index.
    pub(super) schools: HashMap<String, String>,
    /// Addresses of staff.
    pub(super) staff: Vec<String>,
    is_there: bool,
}

impl Push {
    /// Reads a push; what is wrong comes with its line.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, (u32, Box<Diagnostic>)> {
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        if let Some(problem) = not_json(text) {
            return Err((1, Box::new(problem)));
        }
        let line = Rc::new(Cell::new(1));
        let mut json = serde_json::Deserializer::from_reader(Lines { input: text, line: Rc::clone(&line) });
        let mut push = Self::default();
        let read = Top { push: &mut push, line: &line }.deserialize(&mut json).and_then(|()| json.end());
        if let Err(error) = read {
            return Err(broken(&error));
        }
        if push.is_there {
            return Ok(push);
        }
        let message = "there is no `SMSDirectoryData` in it";
        let help = "this is JSON, but no push of KAMAR's Directory Services; save the push as it came";
        Err((1, Box::new(Diagnostic::error("roster::no-push", message).with_help(help))))
    }
}

fn not_json(text: &[u8]) -> Option<Diagnostic> {
    let start = text.trim_ascii_start();
    if start.is_empty() {
        return Some(super::super::shape::empty());
    }
    let kind = match start {
        [b'<', ..] => "XML",
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "UTF-16",
        [b'{', ..] => return None,
        _ => "no JSON object",
    };
    let message = format!("this is {kind}, and a push is read as JSON in UTF-8");
    Some(Diagnostic::error("roster::not-json", message).with_help("choose JSON in KAMAR's Directory Services"))
}

fn broken(error: &serde_json::Error) -> (u32, Box<Diagnostic>) {
    let line = u32::try_from(error.line()).unwrap_or(u32::MAX).max(1);
    let problem = if error.is_eof() {
        Diagnostic::error("roster::cut-short", "the push ends in the middle")
            .with_help("it was cut short: let KAMAR push it again")
    } else {
        // The reason may quote a value; where it is, is enough.
        Diagnostic::error("roster::not-json", format!("this is no JSON from column {} on", error.column()))
            .with_help("the file is damaged or was changed by hand: let KAMAR push it again")
    };
    (line, Box::new(problem))
}

/// Counts lines as they are read, one byte at a time as the parser asks.
struct Lines<'a> {
    input: &'a [u8],
    line: Rc<Cell<u32>>,
}

impl Read for Lines<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        let ends = buffer[..count].split(|&byte| byte == b'\n').count() - 1;
        self.line.set(self.line.get().saturating_add(u32::try_from(ends).unwrap_or(u32::MAX)));
        Ok(count)
    }
}

/// The outermost object.
struct Top<'a> {
    push: &'a mut Push,
    line: &'a Cell<u32>,
}

impl<'de> DeserializeSeed<'de> for Top<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Top<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a push")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "SMSDirectoryData" {
                self.push.is_there = true;
                map.next_value_seed(Body { push: self.push, line: self.line })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// What is in `SMSDirectoryData`.
struct Body<'a> {
    push: &'a mut Push,
    line: &'a Cell<u32>,
}

impl<'de> DeserializeSeed<'de> for Body<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Body<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body of a push")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "sync" => self.push.sync = text(&map.next_value()?).to_lowercase(),
                "datetime" => self.push.datetime = Some(text(&map.next_value()?)),
                "schools" => self.push.schools = schools(&map.next_value()?),
                "staff" => self.push.staff = staff(&map.next_value()?),
                "students" => map.next_value_seed(Students { push: self.push, line: self.line })?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// `students`: their count, and they.
struct Students<'a> {
    push: &'a mut Push,
    line: &'a Cell<u32>,
}

impl<'de> DeserializeSeed<'de> for Students<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Students<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("students")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "count" => self.push.count = text(&map.next_value()?).parse().ok(),
                "data" => map.next_value_seed(Students { push: self.push, line: self.line })?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some((line, value)) = list.next_element_seed(Placed(self.line))? {
            self.push.students.push(Student::of(&value, line));
        }
        Ok(())
    }
}

/// A value with the line on which it begins: the parser has just seen its first byte.
struct Placed<'a>(&'a Cell<u32>);

impl<'de> DeserializeSeed<'de> for Placed<'_> {
    type Value = (u32, Value);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let line = self.0.get();
        Value::deserialize(deserializer).map(|value| (line, value))
    }
}

fn schools(value: &Value) -> HashMap<String, String> {
    let name = |school: &Value| {
        let index = school.get("schoolindex").or_else(|| school.get("index")).map(text)?;
        Some((index, school.get("name").map(text)?))
    };
    items(Some(value)).into_iter().filter_map(name).collect()
}

fn staff(value: &Value) -> Vec<String> {
    let list = items(value.get("data"));
    list.into_iter().filter_map(|person| person.get("email").map(text)).filter(|email| !email.is_empty()).collect()
}
