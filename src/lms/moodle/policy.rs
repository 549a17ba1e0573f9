//! The site's password policy, as the rollout declares it: Moodle does not tell it. Asked before anything is announced.

use crate::model::secret::Password;
use crate::rollout::PasswordPolicy;

/// Whether a password keeps to it; in words why not, without the password.
pub(super) fn judge(policy: &PasswordPolicy, password: &Password) -> Result<(), String> {
    let text = password.reveal();
    let count = |is_one: fn(char) -> bool| text.chars().filter(|letter| is_one(*letter)).count();
    let rules = [
        (text.chars().count(), policy.length, "characters"),
        (count(|c| c.is_ascii_digit()), policy.digits, "digits"),
        (count(char::is_lowercase), policy.lower, "lower-case letters"),
        (count(char::is_uppercase), policy.upper, "capitals"),
        (count(|c| !c.is_alphanumeric()), policy.special, "special characters"),
    ];
    match rules.into_iter().find(|(has, least, _)| *has < *least as usize) {
        Some((has, least, what)) => Err(format!("it has {has} {what}, and `lms.policy` wants {least}")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_of_the_policy_is_asked() {
        let policy = PasswordPolicy::default();
        let refused = |text: &str| judge(&policy, &Password::new(text.to_owned())).unwrap_err();
        assert!(judge(&policy, &Password::new("Parent-1".to_owned())).is_ok());
        assert!(refused("Pa-1").contains("4 characters"));
        assert!(refused("Parent-x").contains("0 digits"));
        assert!(refused("PARENT-1").contains("lower-case"));
        assert!(refused("parent-1").contains("capitals"));
        assert!(refused("Parent11").contains("special"));
    }
}
