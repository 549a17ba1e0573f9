//! Which tables there are, which columns they have: asked of the database itself.

use super::Connection;
use crate::state::record::Fault;

impl Connection {
    /// All tables, by name.
    pub(in crate::state) fn tables(&self) -> Result<Vec<String>, Fault> {
        let sql = match self {
            Self::Sqlite(_) => {
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'told_%'
                 ORDER BY name"
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => {
                "SELECT relname::text FROM pg_class
                 WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY relname::text COLLATE \"C\""
            }
        };
        let names = self.prepare(sql)?.query_map([], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// The columns of a table, in their order.
    pub(in crate::state) fn columns(&self, table: &str) -> Result<Vec<String>, Fault> {
        let sql = match self {
            Self::Sqlite(_) => "SELECT name FROM pragma_table_info(?) ORDER BY cid",
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => {
                "SELECT attname::text FROM pg_attribute
                 WHERE attrelid = to_regclass(?::text) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
            }
        };
        let names = self.prepare(sql)?.query_map([table], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    /// The columns of a table's primary key, one behind the other as a list in SQL.
    pub(in crate::state) fn key(&self, table: &str) -> Result<String, Fault> {
        let sql = match self {
            Self::Sqlite(_) => "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk",
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => {
                "SELECT a.attname::text FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid
                 WHERE i.indrelid = to_regclass(?::text) AND i.indisprimary AND a.attnum = ANY (i.indkey)
                 ORDER BY array_position(i.indkey::int2[], a.attnum)"
            }
        };
        let names = self.prepare(sql)?.query_map([table], |row| row.get::<_, String>(0))?;
        Ok(names.collect::<Result<Vec<String>, _>>()?.join(", "))
    }
}
