//! The accounts in memory, findable by username and caregiver, and what each effect does to them.
//!
//! Looks nothing up in a file and decides nothing: whether an effect may happen is asked in `writer`.

use std::collections::HashMap;

use crate::model::account::{Account, SignIn, SignInMethod};
use crate::model::ids::CaregiverId;

use super::effect::{Effect, Op};
use super::password::PasswordHash;

/// An account with its password.
#[derive(Clone, Debug)]
pub(super) struct Holding {
    pub(super) account: Account,
    pub(super) password: Option<PasswordHash>,
}

/// All accounts, in the order of the file, then of the log.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    list: Vec<Holding>,
    by_username: HashMap<String, usize>,
    by_caregiver: HashMap<CaregiverId, Vec<usize>>,
}

impl Accounts {
    /// Indexes the accounts of a file; the indices of two with one username are an error.
    pub(super) fn new(holdings: impl ExactSizeIterator<Item = Holding>) -> Result<Self, (usize, usize)> {
        let mut accounts = Self {
            list: Vec::with_capacity(holdings.len()),
            by_username: HashMap::with_capacity(holdings.len()),
            by_caregiver: HashMap::with_capacity(holdings.len()),
        };
        for holding in holdings {
            accounts.add(holding)?;
        }
        Ok(accounts)
    }

    fn add(&mut self, holding: Holding) -> Result<(), (usize, usize)> {
        let at = self.list.len();
        if let Some(first) = self.by_username.insert(key(holding.account.username.as_str()), at) {
            return Err((first, at));
        }
        if let Some(caregiver) = &holding.account.caregiver {
            self.by_caregiver.entry(caregiver.clone()).or_default().push(at);
        }
        self.list.push(holding);
        Ok(())
    }

    /// The account that signs in with this name; capitals make no difference.
    pub(super) fn named(&self, username: &str) -> Option<&Holding> {
        self.by_username.get(&key(username)).map(|&at| &self.list[at])
    }

    /// The accounts that carry this caregiver's id.
    pub(super) fn of(&self, caregiver: &CaregiverId) -> impl Iterator<Item = &Holding> {
        self.by_caregiver.get(caregiver).into_iter().flatten().map(|&at| &self.list[at])
    }

    /// All of them.
    pub(super) fn into_holdings(self) -> Vec<Holding> {
        self.list
    }

    /// All of them, without passwords.
    pub(super) fn to_observe(&self) -> Vec<Account> {
        self.list.iter().map(|holding| holding.account.clone()).collect()
    }

    /// Carries one effect out, in memory. The error says why it can't be one of these accounts.
    pub(super) fn apply(&mut self, effect: &Effect) -> Result<(), String> {
        if effect.op == Op::Create {
            return self.add(created(effect)).map_err(|_| "creates an account that exists already".to_owned());
        }
        let Some(&at) = self.by_username.get(&key(effect.username.as_str())) else {
            return Err("is about an account that does not exist".to_owned());
        };
        change(&mut self.list[at], effect);
        Ok(())
    }
}

fn key(username: &str) -> String {
    username.to_lowercase()
}

fn created(effect: &Effect) -> Holding {
    let text = |field: &Option<String>| field.clone().unwrap_or_default().into_boxed_str();
    let account = Account {
        caregiver: Some(effect.caregiver.clone()),
        username: effect.username.clone(),
        first_name: text(&effect.first_name),
        last_name: text(&effect.last_name),
        email: text(&effect.email),
        is_disabled: false,
        is_staff: false,
        method: SignInMethod::Password,
        sign_in: SignIn::Never,
        // The marker comes with the password, never before it: it is the proof that the password was set.
        marker: None,
    };
    Holding { account, password: None }
}

fn change(holding: &mut Holding, effect: &Effect) {
    let account = &mut holding.account;
    match effect.op {
        Op::SetPassword => {
            holding.password.clone_from(&effect.password);
            account.marker = effect.activation;
        }
        Op::Disable => account.is_disabled = true,
        Op::Enable => account.is_disabled = false,
        Op::Update | Op::Create => {
            replace(&mut account.first_name, effect.first_name.as_deref());
            replace(&mut account.last_name, effect.last_name.as_deref());
            replace(&mut account.email, effect.email.as_deref());
        }
    }
}

fn replace(field: &mut Box<str>, value: Option<&str>) {
    if let Some(value) = value {
        *field = value.into();
    }
}
