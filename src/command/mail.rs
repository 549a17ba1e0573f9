//! `firstbell mail test`: sends one sample letter, with a made-up password, the way that real ones go, and says in a sentence
//! what is in the way.

use crate::edge::Envelope;
use crate::letter::{Frame, message, sample};
use crate::model::email::EmailAddress;
use crate::model::ids::MessageId;
use crate::model::outcome::Outcome;
use crate::rollout::{Rollout, Transport};

use super::exit::Exit;
use super::session::Session;
use super::trouble::Trouble;
use super::{doors, project};

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub enum What {
    /// Send one sample letter, with a made-up password, to yourself
    #[command(after_help = "Example:\n  firstbell mail test --to me@kowhai.example.nz")]
    Test {
        /// Where it goes
        #[arg(long, value_name = "ADDRESS")]
        to: String,
    },
}

/// Runs it.
pub fn run(args: &Args, session: &mut Session<'_>) -> Result<Exit, Trouble> {
    let What::Test { to } = &args.what;
    let to = address(to)?;
    let rollout = project::load_rollout(session)?;
    let (id, bytes) = sample_letter(session, &rollout, &to)?;
    let mut mail = doors::mail(session, &rollout)?;
    mail.check().map_err(|what| Trouble::new(Exit::Unreachable, what))?;
    let envelope =
        Envelope { sender: &rollout.mail.from.email, recipient: to.as_str(), message_id: &id, bytes: &bytes };
    match mail.send(&envelope) {
        Outcome::Done(()) => {
            session.screen.answer(&sent(&rollout, &id));
            Ok(Exit::Done)
        }
        Outcome::Refused(refusal) => {
            Err(Trouble::new(Exit::Error, format!("the sample was not sent: {}", refusal.reason)))
        }
        Outcome::Unknown(what) => Err(Trouble::new(
            Exit::Unknown,
            format!("perhaps the sample was sent: {what}. Look into your mailbox, and try again later"),
        )),
    }
}

fn sent(rollout: &Rollout, id: &MessageId) -> String {
    match &rollout.mail.transport {
        Transport::Outbox { .. } => {
            let name = id.as_str().split('@').next().unwrap_or_default();
            format!(
                "The sample is `{name}.eml` in the outbox folder, among the letters; nothing was sent. Remove it when you have seen it. \
                 `transport: smtp` sends.\n"
            )
        }
        Transport::Smtp(settings) => format!(
            "`{}` took the sample. Look whether it arrived, also among the spam, and how it looks on a phone. User name and \
             password in it are made up.\n",
            settings.host
        ),
    }
}

fn address(text: &str) -> Result<EmailAddress, Trouble> {
    let text = text.trim();
    let is_address = text.is_ascii()
        && text.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
        && !text.contains(|char: char| char.is_whitespace() || char.is_control() || "<>,;\"".contains(char));
    is_address
        .then(|| EmailAddress::from_judged(text))
        .ok_or_else(|| Trouble::new(Exit::Usage, format!("`{text}` is not an email address")))
}

fn sample_letter(session: &Session<'_>, rollout: &Rollout, to: &EmailAddress) -> Result<(MessageId, Vec<u8>), Trouble> {
    let (letters, _) = project::read_letters(rollout)?;
    let (person, password) = (sample::person(), sample::password());
    let context = sample::context(rollout, &person, &password);
    let in_words = |error: crate::letter::LetterError| {
        Trouble::new(Exit::BadInput, format!("the letter can't be written: {error}"))
    };
    let rendered = letters.render("", &context).map_err(in_words)?;
    let mut random = (session.random)();
    let domain = crate::model::email::domain(&rollout.mail.from.email);
    let id = MessageId::new(format!("{:032x}@{domain}", random.id()));
    let frame = Frame {
        from: &rollout.mail.from,
        reply_to: rollout.mail.reply_to.as_ref(),
        to,
        to_name: "",
        date: session.clock.now(),
        message_id: &id,
        boundary: &format!("firstbell{:032x}", random.id()),
    };
    let bytes = message(&rendered, &frame).map_err(in_words)?;
    Ok((id, bytes))
}
