//! A state written down as text, for a move to another machine or another store: JSON lines, streamed, in one version of a form
//! that no store owns.
//!
//! The first line says which state it is and how far it has come, then come the tables, each with its columns and its rows, and
//! the last line holds a MAC over all lines before it: a file that was cut short or edited by a byte is refused, and so is
//! anybody's who has not the key. What is sealed stays sealed; ids and addresses stand in it in clear. It reads and writes lines,
//! and knows no database.

use std::io::{self, BufRead, Read, Write};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::edge::StateError;
use crate::model::fingerprint::{Authenticator, Fingerprinter};

const FORMAT: &str = "firstbell-state";
const VERSION: &str = "1.0";
const MAJOR: &str = "1.";
/// A longer line is no row of ours: a letter has a few kilobytes.
const LONGEST_LINE: u64 = 256 << 20;

/// What the first line says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    format: String,
    format_version: String,
    /// The number of the last migration that the tables have gone through.
    pub schema: u32,
    /// Which state.
    pub lineage: String,
    /// The value by which a wrong sealing key is found, in hexadecimal digits.
    pub key_check: String,
    /// The key of the fingerprints, sealed, where it is not the sealing key itself; in hexadecimal digits.
    #[serde(default, with = "optional_hex", skip_serializing_if = "Option::is_none")]
    pub fingerprint_key: Option<Vec<u8>>,
    /// The last run begun; 0 where there was none.
    pub run: u32,
    /// How many commits.
    pub serial: u64,
    /// The hash of the last event.
    pub head: String,
}

impl Header {
    /// The header of an export that is made now.
    pub fn new(schema: u32, lineage: String, key_check: String, (run, serial, head): (u32, u64, String)) -> Self {
        Self {
            fingerprint_key: None,
            format: FORMAT.to_owned(),
            format_version: VERSION.to_owned(),
            schema,
            lineage,
            key_check,
            run,
            serial,
            head,
        }
    }
}

/// A value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// A line between the first and the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// From here on rows are of this table, with these columns.
    Table {
        /// Its name.
        table: String,
        /// Its columns, in the order of the rows' values.
        columns: Vec<String>,
    },
    /// A row.
    Row(Vec<Value>),
}

/// Why a file is no export that can be taken in.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// It can't be read or written.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The store.
    #[error(transparent)]
    State(#[from] StateError),
    /// Something else.
    #[error("it is not a state that firstbell exported")]
    NotOurs,
    /// Of a version to come.
    #[error("it was written by a newer firstbell ({0}): use that one")]
    Newer(String),
    /// Sealed under another key.
    #[error(
        "it was exported under another sealing key: bring the key file of the machine that it comes from, or set FIRSTBELL_KEY"
    )]
    OtherKey,
    /// Its last line is missing.
    #[error("it ends before its last line: the file was cut short; copy it again")]
    Cut,
    /// Its MAC is not the one of these lines.
    #[error("it was edited, or damaged on the way, after it was exported: copy it again")]
    Edited,
    /// It has something that this program has no place for.
    #[error("line {line} does not fit: {what}")]
    Misfit {
        /// Which line, from 1.
        line: u64,
        /// What and why.
        what: String,
    },
}

#[derive(Serialize, Deserialize)]
struct End {
    #[serde(rename = "end")]
    is_last: bool,
    lines: u64,
    mac: String,
}

#[derive(Serialize, Deserialize)]
struct TableLine {
    table: String,
    columns: Vec<String>,
}

/// Writes an export, line by line.
pub struct Writer<W: Write> {
    out: W,
    mac: Authenticator,
    lines: u64,
}

impl<W: Write> Writer<W> {
    /// Writes the first line.
    pub fn begin(out: W, header: &Header, fingerprinter: &Fingerprinter) -> io::Result<Self> {
        let mut writer = Self { out, mac: fingerprinter.export(), lines: 0 };
        writer.line(&serde_json::to_string(header)?)?;
        Ok(writer)
    }

    /// Begins a table.
    pub fn table(&mut self, table: &str, columns: &[String]) -> io::Result<()> {
        let line = TableLine { table: table.to_owned(), columns: columns.to_vec() };
        self.line(&serde_json::to_string(&line)?)
    }

    /// Writes a row of the table begun last.
    pub fn row(&mut self, values: Vec<Value>) -> io::Result<()> {
        let row: Vec<Json> = values.into_iter().map(to_json).collect();
        self.line(&serde_json::to_string(&row)?)
    }

    /// Writes the last line. Without it nobody takes the file in.
    pub fn end(mut self) -> io::Result<()> {
        let end = End { is_last: true, lines: self.lines, mac: self.mac.finish() };
        writeln!(self.out, "{}", serde_json::to_string(&end)?)?;
        self.out.flush()
    }

    fn line(&mut self, line: &str) -> io::Result<()> {
        for part in [line, "\n"] {
            self.mac.update(part.as_bytes());
            self.out.write_all(part.as_bytes())?;
        }
        self.lines += 1;
        Ok(())
    }
}

/// Reads an export, line by line. What it gives is to be trusted only when [`Reader::read_on`] has come to the end.
pub struct Reader<R: BufRead> {
    input: R,
    mac: Authenticator,
    /// What the first line said.
    pub header: Header,
    /// How many lines have been read.
    pub line: u64,
    is_over: bool,
}

impl<R: BufRead> Reader<R> {
    /// Reads the first line. `schema` is the newest form of the tables that this program knows; `unlock` finds the fingerprints
    /// under which the file was written, where there is a key for it.
    pub fn begin(
        mut input: R,
        schema: u32,
        unlock: impl FnOnce(&Header) -> Option<Fingerprinter>,
    ) -> Result<Self, DumpError> {
        // A file that is none of ours may be one endless line.
        let mut bytes = Vec::new();
        input.by_ref().take(64 << 10).read_until(b'\n', &mut bytes)?;
        let first: Json = serde_json::from_slice(&bytes).map_err(|_| DumpError::NotOurs)?;
        let version = first.get("format_version").and_then(Json::as_str).unwrap_or_default();
        match first.get("format").and_then(Json::as_str) {
            Some(FORMAT) if version.starts_with(MAJOR) => {}
            Some(FORMAT) => return Err(DumpError::Newer(format!("form {version}, this one knows {VERSION}"))),
            _ => return Err(DumpError::NotOurs),
        }
        let header: Header = serde_json::from_value(first).map_err(|_| DumpError::Edited)?;
        if header.schema > schema {
            return Err(DumpError::Newer(format!("schema {}, this one knows {schema}", header.schema)));
        }
        let mut mac = unlock(&header).ok_or(DumpError::OtherKey)?.export();
        mac.update(&bytes);
        Ok(Self { input, mac, header, line: 1, is_over: false })
    }

    /// The next line; `None` at the end, when all lines are proven to be what was written.
    pub fn read_on(&mut self) -> Result<Option<Line>, DumpError> {
        if self.is_over {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        self.input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut bytes)?;
        if bytes.last() != Some(&b'\n') {
            return Err(if bytes.len() as u64 >= LONGEST_LINE { DumpError::Edited } else { DumpError::Cut });
        }
        let line: Json = serde_json::from_slice(&bytes).map_err(|_| DumpError::Edited)?;
        if line.get("end").is_some() {
            return self.end(line).map(|()| None);
        }
        self.mac.update(&bytes);
        self.line += 1;
        understood(line).map(Some).ok_or(DumpError::Edited)
    }

    fn end(&mut self, line: Json) -> Result<(), DumpError> {
        let end: End = serde_json::from_value(line).map_err(|_| DumpError::Edited)?;
        let mac = std::mem::replace(&mut self.mac, Authenticator::none()).finish();
        let mut more = [0; 1];
        let is_last = self.input.read(&mut more)? == 0;
        if !end.is_last || end.lines != self.line || end.mac != mac || !is_last {
            return Err(DumpError::Edited);
        }
        self.is_over = true;
        Ok(())
    }
}

fn understood(line: Json) -> Option<Line> {
    if let Json::Array(values) = line {
        return values.into_iter().map(from_json).collect::<Option<Vec<_>>>().map(Line::Row);
    }
    let TableLine { table, columns } = serde_json::from_value(line).ok()?;
    Some(Line::Table { table, columns })
}

fn to_json(value: Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Integer(number) => number.into(),
        Value::Text(text) => text.into(),
        Value::Blob(bytes) => serde_json::json!({ "hex": hex(&bytes) }),
    }
}

fn from_json(value: Json) -> Option<Value> {
    match value {
        Json::Null => Some(Value::Null),
        Json::Number(number) => number.as_i64().map(Value::Integer),
        Json::String(text) => Some(Value::Text(text)),
        Json::Object(object) if object.len() == 1 => object.get("hex")?.as_str().and_then(unhex).map(Value::Blob),
        Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes = text.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    });
    bytes.collect()
}

/// Bytes in the first line.
mod optional_hex {
    use serde::{Deserialize as _, Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "the form that serde calls")]
    pub(super) fn serialize<S: Serializer>(bytes: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::hex(bytes.as_deref().unwrap_or_default()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<u8>>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = super::unhex(&text).ok_or_else(|| serde::de::Error::custom("no hexadecimal digits"))?;
        Ok(Some(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::secret::SealingKey;

    fn fingerprinter() -> Fingerprinter {
        Fingerprinter::new(&SealingKey::new([7; 32]))
    }

    fn header() -> Header {
        Header::new(3, "l1".to_owned(), "c1".to_owned(), (4, 9, "ff".to_owned()))
    }

    fn rows() -> Vec<Vec<Value>> {
        let text = Value::Text("Māia \"M\"\n, 1".to_owned());
        vec![
            vec![Value::Null, Value::Integer(i64::MIN), text],
            vec![Value::Blob(vec![]), Value::Blob(vec![0, 255, 16]), Value::Integer(0)],
        ]
    }

    fn written() -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = Writer::begin(&mut bytes, &header(), &fingerprinter()).unwrap();
        writer.table("one", &["a".to_owned(), "b".to_owned(), "c".to_owned()]).unwrap();
        for row in rows() {
            writer.row(row).unwrap();
        }
        writer.end().unwrap();
        bytes
    }

    fn read(bytes: &[u8]) -> Result<Vec<Line>, DumpError> {
        let mut reader = Reader::begin(bytes, 3, |_| Some(fingerprinter()))?;
        let mut lines = Vec::new();
        while let Some(line) = reader.read_on()? {
            lines.push(line);
        }
        Ok(lines)
    }

    #[test]
    fn what_was_written_is_read() {
        let lines = read(&written()).unwrap();
        let expected: Vec<Line> = rows().into_iter().map(Line::Row).collect();
        assert_eq!((lines.len(), &lines[1..]), (3, &expected[..]));
    }

    #[test]
    fn no_byte_can_be_changed_and_no_line_left_out() {
        let whole = written();
        for at in 0..whole.len() {
            for to in [b'0', b'"', b'\n', b' '] {
                let mut edited = whole.clone();
                edited[at] = to;
                assert!(edited == whole || read(&edited).is_err(), "byte {at} as {to}");
            }
            assert!(read(&whole[..at]).is_err(), "cut at {at}");
        }
        let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
        for left_out in 0..lines.len() {
            let fewer: Vec<u8> = lines
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != left_out)
                .flat_map(|(_, line)| line.to_vec())
                .collect();
            assert!(read(&fewer).is_err(), "without line {left_out}");
        }
        assert!(matches!(read(&[whole.as_slice(), b"x"].concat()), Err(DumpError::Edited)));
    }

    #[test]
    fn each_kind_of_wrong_file_is_told_apart() {
        assert!(matches!(read(b"caregiver,email\n"), Err(DumpError::NotOurs)));
        assert!(matches!(read(b"{\"format\": \"terraform\"}\n"), Err(DumpError::NotOurs)));
        assert!(matches!(read(b""), Err(DumpError::NotOurs)));
        let newer = String::from_utf8(written()).unwrap().replace("\"1.0\"", "\"2.0\"");
        assert!(matches!(read(newer.as_bytes()), Err(DumpError::Newer(_))));
        let whole = written();
        let begin = |schema, key: Option<Fingerprinter>| Reader::begin(&*whole, schema, |_| key).map(drop);
        assert!(matches!(begin(2, Some(fingerprinter())), Err(DumpError::Newer(_))));
        assert!(matches!(begin(3, None), Err(DumpError::OtherKey)));
        let last = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap();
        assert!(matches!(read(&whole[..=last]), Err(DumpError::Cut)));
    }
}
