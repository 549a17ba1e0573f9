//! The desk where letters are made: draws the password, renders the letter, seals both. Nothing leaves from here.

use secrecy::zeroize::Zeroizing;

use crate::edge::Random;
use crate::letter::page::PageError;
use crate::letter::{Context, Frame, LetterError, Rendered, message, page};
use crate::model::activation::ActivationKind;
use crate::model::email::EmailAddress;
use crate::model::entry::{Entry, NewLetter, Prepared, Subject};
use crate::model::fingerprint::Fingerprint;
use crate::model::ids::{ActivationKey, CaregiverId, LetterNumber, MessageId, Username};
use crate::model::secret::Password;
use crate::plan::{Act, Change, Person, Recipient};

use super::form::Forms;
use super::seal::{NONCE, Seal, SealContext, SealError, SealPurpose};
use super::{Failure, Order, Worker, password};

/// So many passwords are drawn before it is said that none will do.
const MOST_DRAWN: usize = 100;

/// Password and letter of one activation, ready to go.
pub(crate) struct Fresh {
    pub(crate) subject: Subject,
    pub(crate) key: ActivationKey,
    pub(crate) username: Username,
    pub(crate) password: Password,
    pub(crate) letter: ReadyLetter,
}

/// A letter, ready to be handed over.
pub(crate) struct ReadyLetter {
    pub(crate) number: LetterNumber,
    pub(crate) message_id: MessageId,
    pub(crate) recipient: String,
    pub(crate) bytes: Vec<u8>,
}

/// What preparing a change came to; `None` stands for changes that need no preparing.
pub(crate) enum Ready {
    Fresh(Box<Fresh>),
    Failed(Failure),
}

/// What is to be made for one change, with all that was drawn for it: making it is left to nothing, so it may be done anywhere.
pub(crate) struct Slip<'a> {
    change: &'a Change,
    kind: ActivationKind,
    subject: Subject,
    username: &'a Username,
    recipient: &'a Recipient,
    fingerprint: Fingerprint,
    key: ActivationKey,
    password: Result<Password, Failure>,
    drawn: Drawn,
    at: jiff::Timestamp,
}

/// What was made of a slip.
pub(crate) struct Made {
    ready: Ready,
    /// For the record; nothing where it failed.
    recorded: Option<Box<Prepared>>,
}

/// Chance that was drawn before: the Message-ID, the boundary of a message, a nonce for the letter and one for the password.
struct Drawn {
    bytes: Zeroizing<[u8; Self::MOST]>,
    used: usize,
}

impl Drawn {
    const ID: usize = 16;
    const MOST: usize = 2 * Self::ID + 2 * NONCE;

    fn of(recipient: &Recipient, random: &mut dyn Random) -> Self {
        let used = if *recipient == Recipient::Paper { Self::ID } else { 0 };
        let mut bytes = Zeroizing::new([0; Self::MOST]);
        random.fill(bytes.get_mut(used..).unwrap_or_default());
        Self { bytes, used }
    }
}

impl Random for Drawn {
    #[expect(clippy::expect_used, reason = "a letter takes what was drawn for it, byte for byte; never one twice")]
    fn fill(&mut self, bytes: &mut [u8]) {
        let end = self.used + bytes.len();
        bytes.copy_from_slice(self.bytes.get(self.used..end).expect("as much is drawn as a letter takes"));
        self.used = end;
    }
}

/// Everything that a letter is made of, except the person.
#[derive(Clone)]
pub(crate) struct Desk<'a> {
    order: Order<'a>,
    seal: Seal,
    forms: Forms,
}

/// Whom a letter is for, and what it must say.
pub(crate) struct LetterOrder<'a> {
    pub(crate) key: ActivationKey,
    pub(crate) number: LetterNumber,
    pub(crate) recipient: &'a Recipient,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) caregiver: &'a CaregiverId,
    pub(crate) person: &'a Person,
    pub(crate) username: &'a Username,
    pub(crate) password: &'a Password,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(order: Order<'a>) -> Self {
        Self { order, seal: Seal::new(order.key), forms: Forms::of(&order) }
    }

    pub(crate) fn context(&self, key: ActivationKey, purpose: SealPurpose) -> SealContext<'a> {
        SealContext { lineage: self.order.lineage, key, purpose }
    }

    pub(crate) fn seal(&self) -> &Seal {
        &self.seal
    }

    /// Renders one letter, fixes its bytes, and seals a copy for the record.
    pub(crate) fn write(
        &self,
        wanted: &LetterOrder<'_>,
        date: jiff::Timestamp,
        random: &mut dyn Random,
    ) -> Result<(ReadyLetter, NewLetter), Failure> {
        let message_id = self.message_id(random);
        let (bytes, packed) = match wanted.recipient {
            Recipient::Mail(to) => {
                let rendered = self.render(wanted)?;
                let bytes = self.message(&rendered, wanted, to, &message_id, date, random)?;
                let packed = self.forms.pack(&bytes, &rendered.language);
                (bytes, packed)
            }
            Recipient::Paper => (self.page(wanted, date)?, None),
        };
        let (to_seal, form) = packed.unzip();
        let context = self.context(wanted.key, SealPurpose::Letter);
        let sealed = self.seal.seal(to_seal.as_deref().unwrap_or(&bytes), &context, random).map_err(cannot_seal)?;
        let recipient = wanted.recipient.as_str().to_owned();
        let recorded = NewLetter {
            number: wanted.number,
            message_id: message_id.clone(),
            recipient: recipient.clone(),
            channel: wanted.recipient.channel(),
            fingerprint: wanted.fingerprint,
            bytes: sealed,
            form,
        };
        Ok((ReadyLetter { number: wanted.number, message_id, recipient, bytes }, recorded))
    }

    /// The page that will be printed. What can't be printed is found here, before any password is set.
    fn page(&self, wanted: &LetterOrder<'_>, date: jiff::Timestamp) -> Result<Vec<u8>, Failure> {
        let day = date.to_zoned_datetime(self.order.rollout.timezone.clone()).date().to_string();
        let margin = page::Margin { date: &day, foot: wanted.caregiver.as_str() };
        let context = self.letter_context(wanted);
        let page_in = |rendered: &Rendered| {
            let page = page::Page::new(rendered, &context, margin);
            page.check().map(|()| page)
        };
        let own = page_in(&self.render(wanted)?);
        // A language whose letters can't be printed is read in the default one, rather than not at all.
        let page = match own {
            Err(PageError::Character(_)) => {
                page_in(&self.order.letters.render("", &context).map_err(|error| in_words(&error))?)
            }
            own => own,
        };
        let page = page.map_err(|error| Failure::here(format!("the letter can't be printed: {error}")))?;
        Ok(page.to_bytes())
    }

    fn letter_context<'w>(&'w self, wanted: &LetterOrder<'w>) -> Context<'w> {
        let rollout = self.order.rollout;
        Context {
            school: &rollout.school,
            sign_in_url: &rollout.sign_in_url,
            help: &rollout.help,
            person: wanted.person,
            username: wanted.username.as_str(),
            password: wanted.password,
            on_paper: *wanted.recipient == Recipient::Paper,
        }
    }

    fn render(&self, wanted: &LetterOrder<'_>) -> Result<Rendered, Failure> {
        let by_language = self.order.rollout.mail.by_language;
        let language = if by_language { wanted.person.language.as_str() } else { "" };
        self.order.letters.render(language, &self.letter_context(wanted)).map_err(|error| in_words(&error))
    }

    fn message(
        &self,
        rendered: &Rendered,
        wanted: &LetterOrder<'_>,
        to: &EmailAddress,
        message_id: &MessageId,
        date: jiff::Timestamp,
        random: &mut dyn Random,
    ) -> Result<Vec<u8>, Failure> {
        let rollout = self.order.rollout;
        let frame = Frame {
            from: &rollout.mail.from,
            reply_to: rollout.mail.reply_to.as_ref(),
            to,
            to_name: &format!("{} {}", wanted.person.first_name, wanted.person.last_name),
            date,
            message_id,
            boundary: &format!("firstbell{:032x}", random.id()),
        };
        message(rendered, &frame).map_err(|error| in_words(&error))
    }

    /// 128 random bits at the school's domain.
    fn message_id(&self, random: &mut dyn Random) -> MessageId {
        let domain = crate::model::email::domain(&self.order.rollout.mail.from.email);
        MessageId::new(format!("{:032x}@{domain}", random.id()))
    }
}

fn in_words(error: &LetterError) -> Failure {
    Failure::here(format!("the letter could not be written: {error}"))
}

fn cannot_seal(error: SealError) -> Failure {
    Failure::here(format!("password and letter could not be sealed: {error}"))
}

impl Desk<'_> {
    /// Makes what a slip asks for. Everything that could fail about a letter fails here, before any password is touched.
    pub(crate) fn make(&self, slip: Slip<'_>) -> Made {
        self.try_make(slip).unwrap_or_else(|failure| Made { ready: Ready::Failed(failure), recorded: None })
    }

    fn try_make(&self, slip: Slip<'_>) -> Result<Made, Failure> {
        let Slip { change, kind, subject, username, recipient, fingerprint, key, password, mut drawn, at } = slip;
        let password = password?;
        let wanted = LetterOrder {
            key,
            number: LetterNumber::FIRST,
            recipient,
            fingerprint,
            caregiver: &change.caregiver,
            person: &change.person,
            username,
            password: &password,
        };
        let (letter, recorded) = self.write(&wanted, at, &mut drawn)?;
        let context = self.context(key, SealPurpose::Password);
        let sealed = self.seal.seal(password.reveal().as_bytes(), &context, &mut drawn).map_err(cannot_seal)?;
        // A cohort is only missing for a reissue to somebody who is in none any more.
        let cohort = change.cohort.clone().unwrap_or_else(|| crate::model::ids::CohortName::new(""));
        let recorded = Prepared {
            subject: subject.clone(),
            key,
            kind,
            cohort,
            username: username.clone(),
            password: Some(sealed),
            identity: change.identity.clone(),
            letter: Some(recorded),
        };
        let fresh = Fresh { subject, key, username: username.clone(), password, letter };
        Ok(Made { ready: Ready::Fresh(Box::new(fresh)), recorded: Some(Box::new(recorded)) })
    }
}

impl<'a> Worker<'a> {
    /// Prepares a group. It announces nothing, so it is durable early enough with the commit that announces the first of
    /// these passwords.
    pub(crate) fn prepare(&mut self, changes: &[&'a Change]) -> Vec<Option<Ready>> {
        changes.iter().map(|change| self.prepare_one(change)).collect()
    }

    pub(crate) fn prepare_one(&mut self, change: &Change) -> Option<Ready> {
        let slip = self.slip(change)?;
        let made = self.desk.make(slip);
        Some(self.take(made))
    }

    /// Notes what was made; it becomes durable with the next commit.
    pub(crate) fn take(&mut self, made: Made) -> Ready {
        if let Some(recorded) = made.recorded {
            self.ledger.note(Entry::Prepared(*recorded));
        }
        made.ready
    }

    /// Draws all that is left to chance, and writes down what is to be made; `None` for a change that needs no preparing.
    pub(crate) fn slip<'c>(&mut self, change: &'c Change) -> Option<Slip<'c>> {
        let (kind, activation, username, recipient, fingerprint) =
            match change.acts.iter().find(|act| matches!(act, Act::Create { .. } | Act::Reset { .. }))? {
                Act::Create { activation, username, recipient, letter } => {
                    (ActivationKind::Create, *activation, username, recipient, *letter)
                }
                Act::Reset { activation, username, recipient, letter, .. } => {
                    (ActivationKind::Reset, *activation, username, recipient, *letter)
                }
                _ => return None,
            };
        let subject = Subject { caregiver: change.caregiver.clone(), activation };
        let key = ActivationKey(self.random.id());
        let password = self.draw();
        let drawn = Drawn::of(recipient, self.random);
        let at = self.ledger.now();
        Some(Slip { change, kind, subject, username, recipient, fingerprint, key, password, drawn, at })
    }

    /// A password that the LMS takes. Nothing is announced yet, so as many may be drawn as it needs.
    fn draw(&mut self) -> Result<Password, Failure> {
        let mut why = String::new();
        for _ in 0..MOST_DRAWN {
            let password = password::draw(self.order.rollout.password, self.random);
            match self.lms.takes(&password) {
                Ok(()) => return Ok(password),
                Err(reason) => why = reason,
            }
        }
        Err(Failure::here(format!("none of {MOST_DRAWN} drawn passwords keeps to the LMS's policy: {why}")))
    }

    /// Gives up what was prepared and not begun.
    pub(crate) fn void(&mut self, left: Vec<Ready>) {
        for ready in left {
            if let Ready::Fresh(fresh) = ready {
                self.ledger.note(Entry::Voided(fresh.subject));
            }
        }
    }
}
