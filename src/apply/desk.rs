//! The desk where letters are made: draws the password, renders the letter, seals both. Nothing leaves from here.

use crate::edge::Random;
use crate::letter::page::PageError;
use crate::letter::{Context, Frame, LetterError, Rendered, message, page};
use crate::model::email::EmailAddress;
use crate::model::entry::{NewLetter, Subject};
use crate::model::fingerprint::Fingerprint;
use crate::model::ids::{ActivationKey, CaregiverId, LetterNumber, MessageId, Username};
use crate::model::secret::Password;
use crate::plan::{Person, Recipient};

use super::seal::{Seal, SealContext, SealError, SealPurpose};
use super::{Failure, Order};

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

/// Everything that a letter is made of, except the person.
pub(crate) struct Desk<'a> {
    order: Order<'a>,
    seal: Seal,
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
        Self { order, seal: Seal::new(order.key) }
    }

    pub(crate) fn context(&self, key: ActivationKey, purpose: SealPurpose) -> SealContext<'a> {
        SealContext { lineage: self.order.lineage, key, purpose }
    }

    pub(crate) fn password_style(&self) -> crate::rollout::PasswordStyle {
        self.order.rollout.password
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
        let bytes = match wanted.recipient {
            Recipient::Mail(to) => self.message(wanted, to, &message_id, date, random)?,
            Recipient::Paper => self.page(wanted, date)?,
        };
        let sealed =
            self.seal.seal(&bytes, &self.context(wanted.key, SealPurpose::Letter), random).map_err(cannot_seal)?;
        let recipient = wanted.recipient.as_str().to_owned();
        let recorded = NewLetter {
            number: wanted.number,
            message_id: message_id.clone(),
            recipient: recipient.clone(),
            channel: wanted.recipient.channel(),
            fingerprint: wanted.fingerprint,
            bytes: sealed,
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
        wanted: &LetterOrder<'_>,
        to: &EmailAddress,
        message_id: &MessageId,
        date: jiff::Timestamp,
        random: &mut dyn Random,
    ) -> Result<Vec<u8>, Failure> {
        let rollout = self.order.rollout;
        let rendered = self.render(wanted)?;
        let frame = Frame {
            from: &rollout.mail.from,
            reply_to: rollout.mail.reply_to.as_ref(),
            to,
            to_name: &format!("{} {}", wanted.person.first_name, wanted.person.last_name),
            date,
            message_id,
            boundary: &format!("firstbell{:032x}", random.id()),
        };
        message(&rendered, &frame).map_err(|error| in_words(&error))
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

pub(super) fn cannot_seal(error: SealError) -> Failure {
    Failure::here(format!("password and letter could not be sealed: {error}"))
}
