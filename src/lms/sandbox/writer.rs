//! The writing half: what `apply` is given. Each call is one effect, and is done when its line is on the disk.
//!
//! Refusals say no to what no real LMS should do either: touching staff accounts, accounts of somebody else, or
//! passwords that are kept elsewhere. Their sentences name no person.

use camino::{Utf8Path, Utf8PathBuf};

use crate::edge::{AccountChange, Ask, Clock, How, LmsError, LmsRead, LmsWrite, NewAccount, Random, Wanted};
use crate::model::account::{Account, SignInMethod};
use crate::model::capability::LmsCapabilities;
use crate::model::ids::{ActivationKey, CaregiverId, Username};
use crate::model::observed::Observed;
use crate::model::outcome::{Outcome, Reach};
use crate::model::secret::Password;

use super::accounts::{Accounts, Holding};
use super::effect::{Effect, Op};
use super::log::Log;
use super::password::PasswordHash;
use super::reader::CAPABILITIES;
use super::source::{self, Version, effects_path};

/// The sandbox, to be read and written. One at a time.
pub struct SandboxWriter<'a> {
    path: Utf8PathBuf,
    written_path: String,
    clock: &'a dyn Clock,
    random: Box<dyn Random + 'a>,
    accounts: Accounts,
    log: Log,
    version: Option<Version>,
}

impl<'a> SandboxWriter<'a> {
    /// Opens a sandbox for writing: loads it, and leaves it as it is until the first effect.
    pub fn open(
        path: impl Into<Utf8PathBuf>,
        written_path: impl Into<String>,
        clock: &'a dyn Clock,
        random: Box<dyn Random + 'a>,
    ) -> Result<Self, LmsError> {
        let path = path.into();
        let version = source::version(&path);
        let loaded = source::load(&path)?;
        let log = Log::open(&effects_path(&path), loaded.whole)?;
        let written_path = written_path.into();
        Ok(Self { path, written_path, clock, random, accounts: loaded.accounts, log, version })
    }

    /// The accounts file, on this machine.
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// Reads everything again if somebody wrote the accounts file meanwhile (as a rehearsal does).
    fn refresh(&mut self) -> Result<(), LmsError> {
        let version = source::version(&self.path);
        if version != self.version {
            self.accounts = source::load(&self.path)?.accounts;
            self.version = version;
        }
        Ok(())
    }

    /// The same before an effect, where somebody else had one meanwhile.
    fn catch_up(&mut self) -> Result<(), Outcome> {
        let cannot = |what: String| Outcome::refused(what, Reach::Everybody);
        if self.log.is_changed().map_err(|error| cannot(format!("can't read the sandbox's log: {error}")))? {
            self.load_again().map_err(|error| cannot(error.to_string()))?;
        }
        Ok(())
    }

    fn load_again(&mut self) -> Result<(), LmsError> {
        let loaded = source::load(&self.path)?;
        self.log.go_on(Log::open(&effects_path(&self.path), loaded.whole)?);
        self.accounts = loaded.accounts;
        Ok(())
    }

    fn carry_out(&mut self, effects: &[Effect]) -> Outcome {
        if effects.is_empty() {
            return Outcome::Done(());
        }
        let outcome = self.log.write(effects);
        if outcome == Outcome::Done(()) {
            for effect in effects {
                if let Err(what) = self.accounts.apply(effect) {
                    return Outcome::Unknown(format!("the sandbox logged an effect that {what}"));
                }
            }
        }
        outcome
    }

    /// The account as it stands now, if it is one that may be touched for this caregiver.
    fn theirs(&mut self, caregiver: &CaregiverId, username: &Username) -> Result<&Holding, Outcome> {
        self.catch_up()?;
        let no = |reason: &str| Err(Outcome::refused(reason, Reach::Caregiver));
        match self.accounts.named(username.as_str()) {
            None => no("no account has this username"),
            Some(holding) if holding.account.caregiver.as_ref() != Some(caregiver) => {
                no("the account with this username does not carry this caregiver's id")
            }
            Some(holding) if holding.account.is_staff => no("it is a staff account"),
            Some(holding) => Ok(holding),
        }
    }

    fn activate(&mut self, wanted: &Wanted<'_>) -> Outcome {
        match wanted.how {
            How::Create(account) => self.create(account, wanted.password, wanted.marker),
            How::Reset { caregiver, username } => {
                self.set_password(caregiver, username, wanted.password, wanted.marker)
            }
        }
    }

    fn set(&mut self, of: &Effect, password: &Password, replay: bool) -> Effect {
        let hash = PasswordHash::of(password, &mut *self.random);
        Effect { activation: of.activation, replay, password: Some(hash), ..bare(of, Op::SetPassword) }
    }
}

fn bare(of: &Effect, op: Op) -> Effect {
    Effect::new(of.at, op, &of.caregiver, &of.username)
}

impl LmsRead for SandboxWriter<'_> {
    fn capabilities(&self) -> LmsCapabilities {
        CAPABILITIES
    }

    fn describe(&self) -> String {
        format!("sandbox {}", self.written_path)
    }

    fn observe(&mut self, _: &Ask) -> Result<Observed, LmsError> {
        self.refresh()?;
        Ok(Observed::new(self.accounts.to_observe(), self.clock.now()))
    }

    fn observe_one(&mut self, caregiver: &CaregiverId) -> Result<Vec<Account>, LmsError> {
        self.refresh()?;
        Ok(self.accounts.of(caregiver).map(|holding| holding.account.clone()).collect())
    }
}

impl LmsWrite for SandboxWriter<'_> {
    fn create(&mut self, account: &NewAccount, password: &Password, marker: ActivationKey) -> Outcome {
        if let Err(answer) = self.catch_up().and_then(|()| may_create(&self.accounts, account, marker)) {
            return answer;
        }
        let create = Effect {
            activation: Some(marker),
            first_name: Some(account.first_name.clone()),
            last_name: Some(account.last_name.clone()),
            email: Some(account.email.clone()),
            ..Effect::new(self.clock.now(), Op::Create, &account.caregiver, &account.username)
        };
        let set = self.set(&create, password, false);
        self.carry_out(&[create, set])
    }

    fn set_password(
        &mut self,
        caregiver: &CaregiverId,
        username: &Username,
        password: &Password,
        marker: ActivationKey,
    ) -> Outcome {
        let replay = match self.theirs(caregiver, username).and_then(|holding| {
            may_set(&holding.account)?;
            Ok(holding.password.as_ref().is_some_and(|hash| hash.verify(password)))
        }) {
            Ok(replay) => replay,
            Err(answer) => return answer,
        };
        let mut effect = Effect::new(self.clock.now(), Op::SetPassword, caregiver, username);
        effect.activation = Some(marker);
        let set = self.set(&effect, password, replay);
        self.carry_out(&[set])
    }

    /// One flush for all of them: none is told as done before.
    fn activate_all(&mut self, wanted: &[Wanted<'_>]) -> Vec<Outcome> {
        if wanted.len() < 2 {
            return wanted.iter().map(|one| self.activate(one)).collect();
        }
        if let Err(answer) = self.catch_up() {
            return vec![answer; wanted.len()];
        }
        self.log.gather();
        let outcomes: Vec<(Outcome, bool)> = wanted
            .iter()
            .map(|one| {
                let before = self.log.gathered();
                (self.activate(one), self.log.gathered() > before)
            })
            .collect();
        let flushed = self.log.flush();
        if flushed != Outcome::Done(()) {
            // What is known of the accounts is ahead of the log now; where that can't be mended nothing more is written.
            let _ = self.load_again();
        }
        outcomes.into_iter().map(|(one, has_written)| if has_written { flushed.clone() } else { one }).collect()
    }

    fn update(&mut self, caregiver: &CaregiverId, username: &Username, change: &AccountChange) -> Outcome {
        let at = self.clock.now();
        let effects = match self.theirs(caregiver, username) {
            Ok(holding) => differences(&holding.account, change, &Effect::new(at, Op::Update, caregiver, username)),
            Err(answer) => return answer,
        };
        self.carry_out(&effects)
    }

    fn disable(&mut self, caregiver: &CaregiverId, username: &Username) -> Outcome {
        match self.theirs(caregiver, username) {
            Ok(holding) if holding.account.is_disabled => Outcome::Done(()),
            Ok(_) => {
                let effect = Effect::new(self.clock.now(), Op::Disable, caregiver, username);
                self.carry_out(&[effect])
            }
            Err(answer) => answer,
        }
    }
}

/// `Err` is the answer where nothing is to be created: done already, or a certain no.
fn may_create(accounts: &Accounts, account: &NewAccount, marker: ActivationKey) -> Result<(), Outcome> {
    let no = |reason: &str| Err(Outcome::refused(reason, Reach::Caregiver));
    match accounts.named(account.username.as_str()).map(|holding| &holding.account) {
        Some(there) if there.caregiver.as_ref() != Some(&account.caregiver) => {
            no("somebody else's account has this username")
        }
        Some(there) if there.marker == Some(marker) => Err(Outcome::Done(())),
        Some(_) => no("this caregiver's account exists already"),
        None if account.username.as_str().trim().is_empty() => no("an account needs a username"),
        None if accounts.of(&account.caregiver).next().is_some() => {
            no("this caregiver has an account with another username already")
        }
        None => Ok(()),
    }
}

fn may_set(account: &Account) -> Result<(), Outcome> {
    let no = |reason: &str| Err(Outcome::refused(reason, Reach::Caregiver));
    match account.method {
        _ if account.is_disabled => no("the account is disabled"),
        SignInMethod::Other => no("the account signs in through another system"),
        SignInMethod::Password => Ok(()),
    }
}

/// One effect for the corrected values, one for enabling; values that stand already are none.
fn differences(account: &Account, change: &AccountChange, update: &Effect) -> Vec<Effect> {
    let new = |old: &str, wanted: &Option<String>| wanted.clone().filter(|wanted| wanted != old);
    let corrected = Effect {
        first_name: new(&account.first_name, &change.first_name),
        last_name: new(&account.last_name, &change.last_name),
        email: new(&account.email, &change.email),
        ..update.clone()
    };
    let mut effects = Vec::new();
    if change.enable && account.is_disabled {
        effects.push(bare(update, Op::Enable));
    }
    if corrected != *update {
        effects.push(corrected);
    }
    effects
}
