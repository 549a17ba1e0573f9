//! How user ids of accounts to be are put together.

use serde_json::{Value, json};

use super::{Form, Misfit};
use crate::rollout::{UserIdPart, UserIdRecipe};

/// `{first}.{last}`.
pub(in crate::rollout) struct UserId;

const HELP: &str =
    "put it together from {first}, {last}, {f}, {l}, {id}, and letters, digits, `.`, `-`, `_` between them";

impl Form for UserId {
    type Meaning = UserIdRecipe;
    const FORMAT: &'static str = "user-id";
    const CODE: &'static str = "rollout::bad-user-id";

    fn read(text: &str) -> Result<UserIdRecipe, Misfit> {
        let mut parts = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let (part, behind) = part(rest)?;
            parts.push(part);
            rest = behind;
        }
        let names_somebody = parts.iter().any(|part| !matches!(part, UserIdPart::Text(_)));
        if !names_somebody {
            return Err(Misfit::new(format!("`{text}` would be the same for everybody"), HELP));
        }
        Ok(UserIdRecipe(parts))
    }

    fn schema() -> Value {
        json!({"type": "string", "minLength": 1, "examples": ["{first}.{last}"]})
    }
}

/// The part that a text begins with, and what comes behind it.
fn part(text: &str) -> Result<(UserIdPart, &str), Misfit> {
    if let Some(inside) = text.strip_prefix('{') {
        let (name, behind) = inside.split_once('}').ok_or_else(|| Misfit::new("a `{` is not closed", HELP))?;
        let part = match name {
            "first" => UserIdPart::First,
            "last" => UserIdPart::Last,
            "f" => UserIdPart::FirstInitial,
            "l" => UserIdPart::LastInitial,
            "id" => UserIdPart::Id,
            other => return Err(Misfit::new(format!("there is no `{{{other}}}` in a user id"), HELP)),
        };
        return Ok((part, behind));
    }
    let end = text.find('{').unwrap_or(text.len());
    let (fixed, behind) = text.split_at(end);
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    if let Some(bad) = fixed.chars().find(|&c| !u8::try_from(c).is_ok_and(is_legal)) {
        return Err(Misfit::new(format!("`{bad}` can't stand in a user id of Ultranet"), HELP));
    }
    Ok((UserIdPart::Text(fixed.to_ascii_lowercase()), behind))
}

#[cfg(test)]
mod tests {
    use super::super::refused;
    use super::*;

    #[test]
    fn a_recipe_is_read_part_by_part() {
        let read = UserId::read("p-{f}.{last}").ok();
        let parts =
            [UserIdPart::Text("p-".into()), UserIdPart::FirstInitial, UserIdPart::Text(".".into()), UserIdPart::Last];
        assert_eq!(read, Some(UserIdRecipe(parts.into())));
    }

    #[test]
    fn what_would_be_no_user_id_is_refused() {
        for text in ["", "parent", "{first", "{surname}", "{first}@{last}", "{first} {last}", "mā.{last}"] {
            assert!(refused::<UserId>(text), "{text}");
        }
    }
}
