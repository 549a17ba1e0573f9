//! One account of the LMS as it was observed.

use jiff::Timestamp;

use super::ids::{ActivationKey, CaregiverId, Username};

/// Whether somebody has signed in with an account. Not knowing is never counted as "no".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// The LMS says: never.
    Never,
    /// The LMS says when last.
    At(Timestamp),
    /// The LMS can't say.
    Unknown,
}

/// How an account signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInMethod {
    /// With a password that the LMS keeps: the only kind that is ever reset.
    Password,
    /// Through another system (single sign-on); its password is not ours to set.
    Other,
}

/// An account as the LMS shows it: what a driver reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The SMS id written on the account, where there is one: what accounts are matched by.
    pub caregiver: Option<CaregiverId>,
    /// The name it signs in with.
    pub username: Username,
    /// Given name as the LMS has it.
    pub first_name: Box<str>,
    /// Family name as the LMS has it.
    pub last_name: Box<str>,
    /// Address as the LMS has it; may be empty or a placeholder.
    pub email: Box<str>,
    /// Disabled accounts can't sign in.
    pub is_disabled: bool,
    /// Staff accounts are never touched.
    pub is_staff: bool,
    /// How it signs in.
    pub method: SignInMethod,
    /// Whether somebody has.
    pub sign_in: SignIn,
    /// The activation that last set its password, where the LMS can hold such a marker.
    pub marker: Option<ActivationKey>,
}

/// The same, lent: what an observation hands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountView<'a> {
    /// The SMS id written on the account.
    pub caregiver: Option<&'a str>,
    /// The name it signs in with.
    pub username: &'a str,
    /// Given name as the LMS has it.
    pub first_name: &'a str,
    /// Family name as the LMS has it.
    pub last_name: &'a str,
    /// Address as the LMS has it; may be empty or a placeholder.
    pub email: &'a str,
    /// Disabled accounts can't sign in.
    pub is_disabled: bool,
    /// Staff accounts are never touched.
    pub is_staff: bool,
    /// How it signs in.
    pub method: SignInMethod,
    /// Whether somebody has.
    pub sign_in: SignIn,
    /// The activation that last set its password.
    pub marker: Option<ActivationKey>,
}

impl Account {
    /// Lends it.
    pub fn view(&self) -> AccountView<'_> {
        AccountView {
            caregiver: self.caregiver.as_ref().map(CaregiverId::as_str),
            username: self.username.as_str(),
            first_name: &self.first_name,
            last_name: &self.last_name,
            email: &self.email,
            is_disabled: self.is_disabled,
            is_staff: self.is_staff,
            method: self.method,
            sign_in: self.sign_in,
            marker: self.marker,
        }
    }
}

impl From<AccountView<'_>> for Account {
    fn from(view: AccountView<'_>) -> Self {
        Self {
            caregiver: view.caregiver.map(CaregiverId::new),
            username: Username::new(view.username),
            first_name: view.first_name.into(),
            last_name: view.last_name.into(),
            email: view.email.into(),
            is_disabled: view.is_disabled,
            is_staff: view.is_staff,
            method: view.method,
            sign_in: view.sign_in,
            marker: view.marker,
        }
    }
}
