//! The reading half: what `plan` is given. It holds no writer, so it cannot harm.

use camino::{Utf8Path, Utf8PathBuf};

use crate::edge::{Ask, Clock, LmsError, LmsRead};
use crate::model::account::{Account, SignInMethod};
use crate::model::capability::{Carrier, LmsCapabilities};
use crate::model::ids::CaregiverId;
use crate::model::observed::Observed;
use crate::model::secret::Password;

use super::source;

/// What the sandbox can do: everything.
pub(super) const CAPABILITIES: LmsCapabilities = LmsCapabilities {
    has_marker: true,
    can_update: true,
    can_disable: true,
    batch: 1,
    can_link: false,
    works_on: false,
    needs_email: false,
    carrier: Carrier::Program,
};

/// The sandbox, to be read only.
pub struct SandboxReader<'a> {
    path: Utf8PathBuf,
    written_path: String,
    clock: &'a dyn Clock,
}

impl<'a> SandboxReader<'a> {
    /// A sandbox on this machine; `written_path` is what the rollout calls it. Nothing is read yet.
    pub fn new(path: impl Into<Utf8PathBuf>, written_path: impl Into<String>, clock: &'a dyn Clock) -> Self {
        Self { path: path.into(), written_path: written_path.into(), clock }
    }
}

impl LmsRead for SandboxReader<'_> {
    fn capabilities(&self) -> LmsCapabilities {
        CAPABILITIES
    }

    fn describe(&self) -> String {
        format!("sandbox {}", self.written_path)
    }

    fn observe(&mut self, _: &Ask) -> Result<Observed, LmsError> {
        let loaded = source::load(&self.path)?;
        let accounts = loaded.accounts.into_holdings().into_iter().map(|holding| holding.account).collect();
        Ok(Observed::new(accounts, self.clock.now()))
    }

    fn observe_one(&mut self, caregiver: &CaregiverId) -> Result<Vec<Account>, LmsError> {
        let loaded = source::load(&self.path)?;
        Ok(loaded.accounts.of(caregiver).map(|holding| holding.account.clone()).collect())
    }
}

/// Whether this name and password would sign in, as a parent would: a disabled account can't, nor one that signs in
/// through another system. Trying changes nothing, the account still counts as never signed in.
pub fn sign_in(path: &Utf8Path, username: &str, password: &Password) -> Result<bool, LmsError> {
    let loaded = source::load(path)?;
    Ok(loaded.accounts.named(username.trim()).is_some_and(|holding| {
        let may = !holding.account.is_disabled && holding.account.method == SignInMethod::Password;
        may && holding.password.as_ref().is_some_and(|hash| hash.verify(password))
    }))
}
