//! How the nouns stand in columns. Ids and words are text, numbers are integers, times are microseconds since 1970.

use crate::state::sql::{self, FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use jiff::Timestamp;

use crate::model::activation::{ActivationKind, ActivationStage, Channel, LetterStage};
use crate::model::fingerprint::Fingerprint;
use crate::model::handover::{HandOverNumber, HandOverOutcome};
use crate::model::ids::{
    ActivationKey, ActivationNumber, CaregiverId, CohortName, LetterNumber, Lineage, MessageId, RosterNumber,
    RunNumber, Username,
};
use crate::model::secret::Sealed;
use crate::state::chain::Hash;

macro_rules! text {
    ($($name:ident),*) => {$(
        impl ToSql for $name {
            fn to_sql(&self) -> sql::Result<ToSqlOutput<'_>> {
                Ok(self.as_str().into())
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                Ok(Self::new(value.as_str()?))
            }
        }
    )*};
}

macro_rules! number {
    ($($name:ident),*) => {$(
        impl ToSql for $name {
            fn to_sql(&self) -> sql::Result<ToSqlOutput<'_>> {
                Ok(i64::from(self.0).into())
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                u32::column_result(value).map(Self)
            }
        }
    )*};
}

macro_rules! word {
    ($($name:ident),*) => {$(
        impl ToSql for $name {
            fn to_sql(&self) -> sql::Result<ToSqlOutput<'_>> {
                Ok(self.as_str().into())
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                Self::parse(value.as_str()?).ok_or(FromSqlError::InvalidType)
            }
        }
    )*};
}

text!(CaregiverId, CohortName, Username, Lineage, MessageId);
number!(ActivationNumber, LetterNumber, RunNumber, RosterNumber, HandOverNumber);
word!(ActivationStage, Channel, LetterStage, ActivationKind, HandOverOutcome);

impl ToSql for Fingerprint {
    fn to_sql(&self) -> sql::Result<ToSqlOutput<'_>> {
        Ok(self.0.cast_signed().into())
    }
}

impl FromSql for Fingerprint {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(Self(value.as_i64()?.cast_unsigned()))
    }
}

impl ToSql for Sealed {
    fn to_sql(&self) -> sql::Result<ToSqlOutput<'_>> {
        Ok(self.as_bytes().into())
    }
}

impl FromSql for Sealed {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(Self::new(value.as_blob()?.to_vec()))
    }
}

impl ToSql for Hash {
    fn to_sql(&self) -> sql::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_slice().into())
    }
}

impl FromSql for Hash {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        blob(value).map(Self)
    }
}

impl ToSql for ActivationKey {
    fn to_sql(&self) -> sql::Result<ToSqlOutput<'_>> {
        Ok(self.0.to_be_bytes().to_vec().into())
    }
}

impl FromSql for ActivationKey {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        blob(value).map(u128::from_be_bytes).map(Self)
    }
}

fn blob<const N: usize>(value: ValueRef<'_>) -> FromSqlResult<[u8; N]> {
    value.as_blob()?.try_into().map_err(|_| FromSqlError::InvalidType)
}

/// A time as it stands in a column; what is finer than a microsecond is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::state) struct At(pub(in crate::state) Timestamp);

impl At {
    /// The stored number.
    pub(in crate::state) fn micros(self) -> i64 {
        self.0.as_microsecond()
    }
}

impl ToSql for At {
    fn to_sql(&self) -> sql::Result<ToSqlOutput<'_>> {
        Ok(self.micros().into())
    }
}

impl FromSql for At {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let micros = value.as_i64()?;
        Timestamp::from_microsecond(micros).map(Self).map_err(|_| FromSqlError::OutOfRange(micros))
    }
}

/// A count, which SQLite keeps signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::state) struct Count(pub(super) u64);

impl ToSql for Count {
    fn to_sql(&self) -> sql::Result<ToSqlOutput<'_>> {
        match i64::try_from(self.0) {
            Ok(count) => Ok(count.into()),
            Err(error) => Err(sql::Error::ToSqlConversionFailure(Box::new(error))),
        }
    }
}

impl FromSql for Count {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let count = value.as_i64()?;
        u64::try_from(count).map(Self).map_err(|_| FromSqlError::OutOfRange(count))
    }
}

/// Fingerprints of students, one behind the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::state) struct Students(pub(super) Box<[Fingerprint]>);

impl ToSql for Students {
    fn to_sql(&self) -> sql::Result<ToSqlOutput<'_>> {
        Ok(self.0.iter().flat_map(|student| student.0.to_le_bytes()).collect::<Vec<u8>>().into())
    }
}

impl FromSql for Students {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let (students, rest) = value.as_blob()?.as_chunks::<8>();
        if !rest.is_empty() {
            return Err(FromSqlError::InvalidType);
        }
        Ok(Self(students.iter().map(|bytes| Fingerprint(u64::from_le_bytes(*bytes))).collect()))
    }
}
