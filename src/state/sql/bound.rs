//! The values that a statement is carried out with.

use super::ToSql;

/// Values, in the order of their places.
pub(in crate::state) trait Params {
    /// Hands them on as a list.
    fn with<T>(self, work: impl FnOnce(&[&dyn ToSql]) -> T) -> T;
}

impl Params for &[&dyn ToSql] {
    fn with<T>(self, work: impl FnOnce(&[&dyn ToSql]) -> T) -> T {
        work(self)
    }
}

/// What `[]` is: no values.
impl Params for [&dyn ToSql; 0] {
    fn with<T>(self, work: impl FnOnce(&[&dyn ToSql]) -> T) -> T {
        work(&[])
    }
}

impl<V: ToSql> Params for [V; 1] {
    fn with<T>(self, work: impl FnOnce(&[&dyn ToSql]) -> T) -> T {
        work(&[&self[0]])
    }
}
