//! Limits and shares of a hundred.

use serde_json::{Value, json};

use super::super::Limit;
use super::{Form, Misfit};

/// A limit: a number, or a share.
pub(in crate::rollout) struct Share;

impl Form for Share {
    type Meaning = Limit;
    const FORMAT: &'static str = "number-or-percent";
    const CODE: &'static str = "rollout::bad-limit";
    const MAY_BE_NUMBER: bool = true;

    fn read(text: &str) -> Result<Limit, Misfit> {
        let number = || text.parse().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit())).map(Limit::Number);
        percent(text).map(Limit::Percent).or_else(number).ok_or_else(|| {
            Misfit::new(format!("`{text}` is not a limit"), "write a number (300) or a share from 0% to 100% (10%)")
        })
    }

    fn schema() -> Value {
        json!({"type": ["integer", "string"], "minimum": 0, "pattern": "^[0-9]+$|^[0-9]+(\\.[0-9]+)?%$", "examples": [300, "10%"]})
    }
}

/// A share of a hundred.
pub(in crate::rollout) struct Percent;

impl Form for Percent {
    type Meaning = f64;
    const FORMAT: &'static str = "percent";
    const CODE: &'static str = "rollout::bad-limit";

    fn read(text: &str) -> Result<f64, Misfit> {
        percent(text)
            .ok_or_else(|| Misfit::new(format!("`{text}` is not a share"), "write a share from 0% to 100%: 5%"))
    }

    fn schema() -> Value {
        json!({"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?%$", "examples": ["5%"]})
    }
}

fn percent(text: &str) -> Option<f64> {
    let number = text.strip_suffix('%')?;
    let is_plain = number.starts_with(|c: char| c.is_ascii_digit())
        && number.ends_with(|c: char| c.is_ascii_digit())
        && number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    number.parse().ok().filter(|share| is_plain && (0.0..=100.0).contains(share))
}

#[cfg(test)]
mod tests {
    use super::super::refused;
    use super::*;

    #[test]
    fn a_limit_is_a_number_or_a_share() {
        assert_eq!(Share::read("300").unwrap(), Limit::Number(300));
        assert_eq!(Share::read("2.5%").unwrap(), Limit::Percent(2.5));
        for text in ["-1", "+1", "101%", "%", "10 %", "1e1%", ".5%", "inf%", "", "99999999999999999999999"] {
            assert!(refused::<Share>(text), "{text}");
        }
        assert!(refused::<Percent>("5"));
    }
}
