//! How times, markers and other values stand in the sandbox's files, for serde. The types themselves live in `model`,
//! which knows no file format.

use std::borrow::Cow;

use serde::de::{Error as _, IgnoredAny};
use serde::{Deserialize, Deserializer, Serializer};

/// Reads a text, and says what was wanted without repeating what was found: it may be a secret.
pub(super) fn read<'de, D: Deserializer<'de>>(from: D, wanted: &str) -> Result<Cow<'de, str>, D::Error> {
    String::deserialize(from).map(Cow::Owned).map_err(|_| D::Error::custom(format!("expected {wanted}")))
}

/// The mistake in the JSON itself, where there is one: it is the better explanation than what a field missed by it.
pub(super) fn syntax_error(bytes: &[u8]) -> Option<serde_json::Error> {
    serde_json::from_slice::<IgnoredAny>(bytes).err()
}

/// A time in RFC 3339.
pub(super) mod time {
    use super::{Deserializer, Serializer, read};
    use jiff::Timestamp;
    use serde::de::Error as _;

    const WANTED: &str = "a time like \"2027-02-01T09:00:00Z\"";

    pub(in super::super) fn serialize<S: Serializer>(time: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(time)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        read(from, WANTED)?.parse().map_err(|_| D::Error::custom(format!("expected {WANTED}")))
    }
}

/// An activation's id, or none.
pub(super) mod marker {
    use super::{Deserialize, Deserializer, Serializer};
    use crate::model::ids::ActivationKey;
    use serde::de::Error as _;

    #[expect(clippy::ref_option, reason = "serde hands the field over like this")]
    pub(in super::super) fn serialize<S: Serializer>(marker: &Option<ActivationKey>, to: S) -> Result<S::Ok, S::Error> {
        match marker {
            Some(key) => to.collect_str(key),
            None => to.serialize_none(),
        }
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<ActivationKey>, D::Error> {
        let wanted = || D::Error::custom("expected null or the 32 hexadecimal digits of an activation");
        match Option::<String>::deserialize(from).map_err(|_| wanted())? {
            Some(text) => ActivationKey::parse(&text).map(Some).ok_or_else(wanted),
            None => Ok(None),
        }
    }
}

/// Whether somebody has signed in: null for never, a time, or `"unknown"`.
pub(super) mod sign_in {
    use super::{Deserialize, Deserializer, Serializer};
    use crate::model::account::SignIn;
    use serde::de::Error as _;

    pub(in super::super) fn serialize<S: Serializer>(sign_in: &SignIn, to: S) -> Result<S::Ok, S::Error> {
        match sign_in {
            SignIn::Never => to.serialize_none(),
            SignIn::At(time) => to.collect_str(time),
            SignIn::Unknown => to.serialize_str("unknown"),
        }
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<SignIn, D::Error> {
        let wanted = || D::Error::custom("expected null (never), \"unknown\" or a time like \"2027-02-01T09:00:00Z\"");
        match Option::<String>::deserialize(from).map_err(|_| wanted())?.as_deref() {
            None => Ok(SignIn::Never),
            Some("unknown") => Ok(SignIn::Unknown),
            Some(text) => text.parse().map(SignIn::At).map_err(|_| wanted()),
        }
    }
}
