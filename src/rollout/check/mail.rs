//! Rules about the mail server.

use crate::diagnostic::Diagnostics;

use super::super::form::is_this_machine;
use super::Page;

/// Letters can't go through a server that nobody has named.
pub(super) fn server_is_named(page: &Page<'_>, problems: &mut Diagnostics) {
    let Some(mail) = page.root.get("mail") else { return };
    let Some(transport) = mail.get("transport").filter(|transport| transport.text() == Some("smtp")) else { return };
    if mail.get("smtp").is_none() {
        let problem =
            page.error("rollout::no-mail-server", transport.span, "`transport: smtp` needs to know the server");
        problems
            .push(problem.with_help(
                "add `smtp: {host: …, username: …, password: {env: FIRSTBELL_SMTP_PASSWORD}}` below `mail`",
            ));
    }
}

/// Passwords travel in these letters: in clear they go to a program on the same machine only.
pub(super) fn clear_text_stays_here(page: &Page<'_>, problems: &mut Diagnostics) {
    let Some(smtp) = page.root.at(&["mail", "smtp"]) else { return };
    let Some(tls) = smtp.get("tls").filter(|tls| tls.text() == Some("none")) else { return };
    if smtp.text_of("host").is_some_and(|host| !is_this_machine(host.trim())) {
        let message = "letters hold passwords: without TLS they may go to this machine only";
        let problem = page.error("rollout::clear-text", tls.span, message);
        problems.push(problem.with_help("write `tls: starttls` (port 587) or `tls: implicit` (port 465)"));
    }
}

/// A password is of no use without a name, and a token needs one too.
pub(super) fn sign_in_is_whole(page: &Page<'_>, problems: &mut Diagnostics) {
    let Some(smtp) = page.root.at(&["mail", "smtp"]).filter(|smtp| smtp.get("username").is_none()) else { return };
    for key in ["password", "sign-in"] {
        let Some(entry) = smtp.entry(key) else { continue };
        let message = format!("`{key}` needs a `username` beside it");
        let problem = page.error("rollout::no-username", entry.key_span, message);
        problems.push(problem.with_help("write the name that the mail server knows, often the whole address"));
    }
}
