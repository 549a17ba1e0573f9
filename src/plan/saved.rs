//! A plan in a file: the JSON plan with a name, a time to live, a digest, and a MAC under the state's key, so that what is
//! applied is what was reviewed.
//!
//! It never holds names, addresses or passwords: a change is bound to its inputs by a keyed hash, its precondition. What the
//! JSON says about people is `report`'s business; whether a saved plan still holds is decided in `command`.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::model::fingerprint::Fingerprinter;
use crate::model::ids::CaregiverId;

use super::{Change, Plan};

/// The largest major version of the JSON's form that is understood.
const MAJOR: u32 = 1;
/// The tool that a plan must come from.
const TOOL: &str = "firstbell";

/// What makes a plan a saved one.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// A random name (32 hexadecimal digits).
    pub plan_id: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// From then on it is not begun any more; a run begun under it may always be resumed.
    pub expires_at: Timestamp,
}

/// A plan read back from a file.
#[derive(Clone, Debug)]
pub struct SavedPlan {
    /// Its random name.
    pub plan_id: String,
    /// SHA-256 of the canonical form (64 hexadecimal digits).
    pub digest: String,
    mac: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it goes stale.
    pub expires_at: Timestamp,
    /// What it was made from.
    pub inputs: SavedInputs,
    /// What is done for whom.
    pub changes: Vec<SavedChange>,
    /// All of it, for showing.
    pub document: Value,
}

/// What a saved plan was made from, as far as that decides whether it holds.
#[derive(Clone, Debug, Deserialize)]
pub struct SavedInputs {
    /// The state.
    pub state: SavedState,
    /// The rollout.
    pub rollout: Sum,
    /// The letters.
    pub letters: Sum,
}

/// A file by its SHA-256.
#[derive(Clone, Debug, Deserialize)]
pub struct Sum {
    /// 64 hexadecimal digits.
    pub sha256: String,
}

/// The state that a saved plan was made on.
#[derive(Clone, Debug, Deserialize)]
pub struct SavedState {
    /// Which.
    pub lineage: Option<String>,
    /// Its last run then.
    pub run: u32,
}

/// One change of a saved plan.
#[derive(Clone, Debug, Deserialize)]
pub struct SavedChange {
    /// Whom, as the plan shows them (an id that is an address is cut short).
    pub caregiver: String,
    /// Whom, as a keyed hash of the id.
    pub subject: String,
    /// What.
    pub actions: Vec<String>,
    /// Which activation, where it is about one.
    pub activation: Option<u32>,
    /// The keyed hash of everything it was decided from.
    pub precondition: String,
}

/// A file that is no plan to be applied.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SavedError {
    /// Not JSON, or not the JSON of a plan.
    #[error("it is not a saved plan: {0}")]
    NotAPlan(String),
    /// Another tool's.
    #[error("it was written by `{0}`, not by firstbell")]
    OtherTool(String),
    /// A newer form.
    #[error("its form is version {0}; this firstbell understands {MAJOR}: use the newer one")]
    Newer(String),
    /// Its content is not what its digest says.
    #[error("it was edited after it was made")]
    Edited,
}

/// The keyed hash that binds a change to everything it was decided from.
pub fn precondition(change: &Change, fingerprinter: &Fingerprinter) -> String {
    fingerprinter.authenticate(&change.canonical())
}

/// The keyed hash that stands for a caregiver in a saved plan.
pub fn subject(caregiver: &CaregiverId, fingerprinter: &Fingerprinter) -> String {
    fingerprinter.authenticate(&format!("caregiver {caregiver}"))
}

/// Makes a saved plan of the JSON plan.
pub fn seal(document: Map<String, Value>, plan: &Plan, stamp: &Stamp, fingerprinter: &Fingerprinter) -> Value {
    let mut sealed = document;
    bind(&mut sealed, plan, fingerprinter);
    stamped(sealed, stamp, fingerprinter)
}

/// Writes beside each change what binds it; the document lists the changes in the plan's order.
fn bind(document: &mut Map<String, Value>, plan: &Plan, fingerprinter: &Fingerprinter) {
    let changes = document.get_mut("changes").and_then(Value::as_array_mut).into_iter().flatten();
    for (written, change) in changes.zip(&plan.changes) {
        if let Some(fields) = written.as_object_mut() {
            fields.insert("subject".to_owned(), subject(&change.caregiver, fingerprinter).into());
            fields.insert("precondition".to_owned(), precondition(change, fingerprinter).into());
        }
    }
}

fn stamped(mut sealed: Map<String, Value>, stamp: &Stamp, fingerprinter: &Fingerprinter) -> Value {
    sealed.insert("plan_id".to_owned(), stamp.plan_id.clone().into());
    sealed.insert("created_at".to_owned(), stamp.created_at.to_string().into());
    sealed.insert("expires_at".to_owned(), stamp.expires_at.to_string().into());
    let digest = digest(&sealed);
    sealed.insert("mac".to_owned(), fingerprinter.authenticate(&digest).into());
    sealed.insert("digest".to_owned(), digest.into());
    Value::Object(sealed)
}

/// Reads a saved plan and holds its content against its digest. Whether the digest is ours, [`SavedPlan::is_ours`] says.
pub fn open(bytes: &[u8]) -> Result<SavedPlan, SavedError> {
    let document: Value = serde_json::from_slice(bytes).map_err(not_a_plan)?;
    let fields = document.as_object().ok_or_else(|| SavedError::NotAPlan("no JSON object".to_owned()))?;
    check_origin(fields)?;
    if !fields.contains_key("digest") {
        return Err(SavedError::NotAPlan("it has no digest; `firstbell plan -o FILE` writes one that has".to_owned()));
    }
    let head: Head = serde_json::from_value(document.clone()).map_err(not_a_plan)?;
    if digest(fields) != head.digest {
        return Err(SavedError::Edited);
    }
    let Head { plan_id, digest, mac, created_at, expires_at, inputs, changes } = head;
    let moment = |text: &str| text.parse().map_err(|_| SavedError::NotAPlan(format!("`{text}` is no time")));
    let (created_at, expires_at) = (moment(&created_at)?, moment(&expires_at)?);
    Ok(SavedPlan { plan_id, digest, mac, created_at, expires_at, inputs, changes, document })
}

#[derive(Deserialize)]
struct Head {
    plan_id: String,
    digest: String,
    mac: String,
    created_at: String,
    expires_at: String,
    inputs: SavedInputs,
    changes: Vec<SavedChange>,
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
fn not_a_plan(error: serde_json::Error) -> SavedError {
    // What serde says may quote the file: only the place is passed on.
    SavedError::NotAPlan(format!("line {}, column {} can't be read; was it cut short?", error.line(), error.column()))
}

fn check_origin(fields: &Map<String, Value>) -> Result<(), SavedError> {
    let tool = fields.get("tool").and_then(|tool| tool.get("name")).and_then(Value::as_str);
    match tool {
        Some(TOOL) => {}
        Some(other) => return Err(SavedError::OtherTool(other.chars().take(40).collect())),
        None => return Err(SavedError::NotAPlan("it does not say which tool wrote it".to_owned())),
    }
    let version = fields.get("format_version").and_then(Value::as_str).unwrap_or_default();
    match version.split('.').next().and_then(|major| major.parse::<u32>().ok()) {
        Some(major) if major <= MAJOR => Ok(()),
        Some(_) => Err(SavedError::Newer(version.to_owned())),
        None => Err(SavedError::NotAPlan("it does not say the version of its form".to_owned())),
    }
}

impl SavedPlan {
    /// Whether it was made with the state's key.
    pub fn is_ours(&self, fingerprinter: &Fingerprinter) -> bool {
        fingerprinter.authenticate(&self.digest) == self.mac
    }
}

/// SHA-256 over the canonical form: keys in order, no white space, without digest and MAC themselves.
fn digest(fields: &Map<String, Value>) -> String {
    let mut hasher = Sha256::new();
    let kept = fields.iter().filter(|(key, _)| *key != "digest" && *key != "mac");
    let canonical: Map<String, Value> = kept.map(|(key, value)| (key.clone(), value.clone())).collect();
    hasher.update(canonical_text(&Value::Object(canonical)));
    hasher.finalize().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

fn canonical_text(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut keys: Vec<&String> = fields.keys().collect();
            keys.sort();
            let parts: Vec<String> = keys
                .into_iter()
                .map(|key| format!("{}:{}", Value::from(key.as_str()), canonical_text(&fields[key])))
                .collect();
            format!("{{{}}}", parts.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical_text).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::secret::SealingKey;

    fn saved() -> Value {
        let document = serde_json::json!({
            "format_version": "1.0", "tool": {"name": "firstbell", "version": "0"},
            "inputs": {"state": {"lineage": null, "run": 0}, "rollout": {"sha256": "a"}, "letters": {"sha256": "b"}},
            "changes": [{"caregiver": "C1", "subject": "ee", "actions": ["reset"], "activation": 1, "precondition": "ff"}],
        });
        let stamp = Stamp {
            plan_id: "1".repeat(32),
            created_at: "2027-02-01T09:00:00Z".parse().unwrap(),
            expires_at: "2027-02-02T09:00:00Z".parse().unwrap(),
        };
        stamped(document.as_object().unwrap().clone(), &stamp, &fingerprinter(1))
    }

    fn fingerprinter(byte: u8) -> Fingerprinter {
        Fingerprinter::new(&SealingKey::new([byte; 32]))
    }

    #[test]
    fn a_saved_plan_comes_back_and_knows_its_key() {
        let plan = open(saved().to_string().as_bytes()).unwrap();
        assert_eq!(plan.changes[0].caregiver, "C1");
        assert!(plan.is_ours(&fingerprinter(1)) && !plan.is_ours(&fingerprinter(2)));
    }

    #[test]
    fn white_space_and_the_order_of_keys_do_not_matter() {
        let pretty = format!("{:#}", saved());
        assert!(open(pretty.as_bytes()).is_ok());
    }

    #[test]
    fn every_edited_byte_is_found() {
        let text = saved().to_string();
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'7' { b'8' } else { b'7' };
            if let Ok(plan) = open(&bytes) {
                assert!(!plan.is_ours(&fingerprinter(1)), "byte {at}");
            }
        }
    }

    #[test]
    fn what_is_no_plan_of_ours_is_told_apart() {
        assert!(matches!(open(b"{"), Err(SavedError::NotAPlan(_))));
        assert!(matches!(open(b"[]"), Err(SavedError::NotAPlan(_))));
        let other = saved().to_string().replace("\"firstbell\"", "\"terraform\"");
        assert_eq!(open(other.as_bytes()).unwrap_err(), SavedError::OtherTool("terraform".to_owned()));
        let newer = saved().to_string().replace("\"1.0\"", "\"2.0\"");
        assert_eq!(open(newer.as_bytes()).unwrap_err(), SavedError::Newer("2.0".to_owned()));
    }
}
