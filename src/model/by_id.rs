//! Values by caregiver id, in the order of the ids: a million of them in three allocations. What is in one order can be
//! read side by side with what is in the same order, without looking anything up.

use std::cmp::Ordering;
use std::ops::Index;

/// Values by caregiver id (bytes ascending).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ById<T> {
    /// All ids, one behind the other.
    ids: String,
    /// Where each id ends: below 4 GiB, which no export reaches.
    ends: Vec<u32>,
    values: Vec<T>,
}

impl<T> Default for ById<T> {
    fn default() -> Self {
        Self { ids: String::new(), ends: Vec::new(), values: Vec::new() }
    }
}

impl<T> ById<T> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Adds a value or replaces the one under this id. Quick where the id is behind all others.
    pub fn insert(&mut self, id: impl AsRef<str>, value: T) {
        let id = id.as_ref();
        match self.place(id) {
            Ok(at) => self.values[at] = value,
            Err(at) => {
                let start = self.start(at);
                self.ids.insert_str(start, id);
                self.ends.insert(at, short(start));
                self.ends[at..].iter_mut().for_each(|end| *end += short(id.len()));
                self.values.insert(at, value);
            }
        }
    }

    /// The value under this id.
    pub fn get(&self, id: impl AsRef<str>) -> Option<&T> {
        self.place(id.as_ref()).ok().map(|at| &self.values[at])
    }

    /// The value under this id, to change.
    pub fn get_mut(&mut self, id: impl AsRef<str>) -> Option<&mut T> {
        self.place(id.as_ref()).ok().map(|at| &mut self.values[at])
    }

    /// Takes out the value under this id.
    pub fn remove(&mut self, id: impl AsRef<str>) -> Option<T> {
        let at = self.place(id.as_ref()).ok()?;
        let (start, end) = (self.start(at), self.ends.remove(at));
        self.ids.replace_range(start..end as usize, "");
        self.ends[at..].iter_mut().for_each(|later| *later -= end - short(start));
        Some(self.values.remove(at))
    }

    /// Whether there is a value under this id.
    pub fn contains_key(&self, id: impl AsRef<str>) -> bool {
        self.place(id.as_ref()).is_ok()
    }

    /// Ids and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.values.iter().enumerate().map(|(at, value)| (self.id(at), value))
    }

    /// The values, to change, in the order of the ids.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.values.iter_mut()
    }

    /// The values, in the order of the ids.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.values.iter()
    }

    fn id(&self, at: usize) -> &str {
        self.ids.get(self.start(at)..self.ends[at] as usize).unwrap_or_default()
    }

    fn start(&self, at: usize) -> usize {
        at.checked_sub(1).map_or(0, |before| self.ends[before] as usize)
    }

    fn place(&self, id: &str) -> Result<usize, usize> {
        let is_last = self.len().checked_sub(1).is_none_or(|last| self.id(last) < id);
        if is_last {
            return Err(self.len());
        }
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.id(middle).cmp(id) {
                Ordering::Equal => return Ok(middle),
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
            }
        }
        Err(low)
    }
}

fn short(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

impl<T> Index<&str> for ById<T> {
    type Output = T;

    fn index(&self, id: &str) -> &T {
        let Ok(at) = self.place(id) else { panic!("there is nothing under this id") };
        &self.values[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_in_the_order_of_ids_whatever_the_order_they_went_in() {
        let mut by_id = ById::default();
        for (id, value) in [("C2", 2), ("C10", 10), ("C3", 3), ("C1", 0), ("", 7), ("C1", 1), ("Cā", 9)] {
            by_id.insert(id, value);
        }
        let all: Vec<_> = by_id.iter().map(|(id, value)| (id.to_owned(), *value)).collect();
        let expected = [("", 7), ("C1", 1), ("C10", 10), ("C2", 2), ("C3", 3), ("Cā", 9)];
        assert_eq!(all, expected.map(|(id, value)| (id.to_owned(), value)));
        assert!(all.iter().all(|(id, value)| by_id.get(id) == Some(value) && by_id[id.as_str()] == *value));
        assert_eq!((by_id.remove("C10"), by_id.remove("C10")), (Some(10), None));
        assert_eq!((by_id.get("C1"), by_id.get("C2"), by_id.get("Cā")), (Some(&1), Some(&2), Some(&9)));
        by_id.insert("C10", 10);
        assert_eq!((by_id.get("C"), by_id.get("C4"), by_id.get("D"), by_id.len()), (None, None, None, 6));
    }
}
