//! Values in the common language ([`sql`](crate::state::sql)), given to the server and taken from it.

use std::borrow::Cow;
use std::error::Error;

use postgres::Row;
use postgres::types::private::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::state::record::Fault;
use crate::state::sql::{self, ToSqlOutput, ValueRef};

type Anything = Box<dyn Error + Sync + Send>;

/// A value on its way to the server.
#[derive(Debug)]
pub(super) enum Bound<'v> {
    Null,
    Integer(i64),
    Text(Cow<'v, str>),
    Bytes(Cow<'v, [u8]>),
}

/// Takes a value as the record gives it.
pub(super) fn bound(value: &dyn sql::ToSql) -> Result<Bound<'_>, Fault> {
    let odd = || Fault::rule("a value of a kind that no table has");
    match value.to_sql()? {
        ToSqlOutput::Borrowed(value) => Ok(match value {
            ValueRef::Null => Bound::Null,
            ValueRef::Integer(number) => Bound::Integer(number),
            ValueRef::Text(text) => Bound::Text(String::from_utf8_lossy(text)),
            ValueRef::Blob(bytes) => Bound::Bytes(bytes.into()),
            ValueRef::Real(_) => return Err(odd()),
        }),
        ToSqlOutput::Owned(value) => Ok(match ValueRef::from(&value) {
            ValueRef::Null => Bound::Null,
            ValueRef::Integer(number) => Bound::Integer(number),
            ValueRef::Text(text) => Bound::Text(String::from_utf8_lossy(text).into_owned().into()),
            ValueRef::Blob(bytes) => Bound::Bytes(bytes.to_vec().into()),
            ValueRef::Real(_) => return Err(odd()),
        }),
        _ => Err(odd()),
    }
}

impl ToSql for Bound<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Anything> {
        match (self, kind) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Integer(number), &Type::INT8) => number.to_sql(kind, out),
            (Self::Integer(number), &Type::INT4) => i32::try_from(*number)?.to_sql(kind, out),
            (Self::Integer(number), &Type::BOOL) => (*number != 0).to_sql(kind, out),
            (Self::Text(text), &Type::TEXT | &Type::VARCHAR) => text.as_ref().to_sql(kind, out),
            (Self::Bytes(bytes), &Type::BYTEA) => bytes.as_ref().to_sql(kind, out),
            _ => Err(format!("a column is {kind}, which the value for it is not").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A value from the server.
struct Stored<'v>(ValueRef<'v>);

impl<'v> FromSql<'v> for Stored<'v> {
    fn from_sql(kind: &Type, raw: &'v [u8]) -> Result<Self, Anything> {
        Ok(Self(match *kind {
            Type::INT8 => ValueRef::Integer(i64::from_sql(kind, raw)?),
            Type::INT4 => ValueRef::Integer(i32::from_sql(kind, raw)?.into()),
            Type::BOOL => ValueRef::Integer(bool::from_sql(kind, raw)?.into()),
            Type::BYTEA => ValueRef::Blob(raw),
            _ => ValueRef::Text(raw),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Anything> {
        Ok(Self(ValueRef::Null))
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8, Type::INT4, Type::BOOL, Type::BYTEA, Type::TEXT, Type::VARCHAR].contains(kind)
    }
}

/// The value of a column.
pub(in crate::state) fn value(row: &Row, place: usize) -> Result<ValueRef<'_>, Anything> {
    Ok(row.try_get::<_, Stored<'_>>(place)?.0)
}
