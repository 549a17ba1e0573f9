//! Rules about Ultranet: what it needs, and what would send parents two mails or none.

use crate::diagnostic::Diagnostics;

use super::Page;

const CODE: &str = "rollout::ultranet";

fn is_ultranet(page: &Page<'_>) -> bool {
    page.root.at(&["lms", "driver"]).and_then(|driver| driver.text()) == Some("ultranet")
}

/// Without an export nobody's account can be seen.
pub(super) fn has_its_export(page: &Page<'_>, problems: &mut Diagnostics) {
    let Some(lms) = page.root.entry("lms").filter(|_| is_ultranet(page)) else { return };
    let needed = [
        (
            "export",
            "add `export: ultranet-export.csv`: in Ultranet, Administration > Import/Export > Export Users, for all users",
        ),
        ("passwords", "add `passwords: firstbell` (your letters) or `passwords: ultranet` (Ultranet's own mails)"),
    ];
    for (key, help) in needed {
        if lms.value.get(key).is_none() {
            let problem = page.error(CODE, lms.key_span, format!("the driver `ultranet` needs `{key}`"));
            problems.push(problem.with_help(help));
        }
    }
}

/// One of the two columns is the SMS id, the other the year level.
pub(super) fn columns_differ(page: &Page<'_>, problems: &mut Diagnostics) {
    let Some(columns) = page.root.at(&["lms", "columns"]) else { return };
    let (Some(g), Some(h)) = (columns.text_of("g"), columns.text_of("h")) else { return };
    if g == h {
        let problem = page.error(CODE, columns.span, format!("columns G and H can't both hold `{g}`"));
        problems
            .push(problem.with_help("look into the export: write `{g: sms-id, h: year-level}` or the other way round"));
    }
}

/// Its import takes no row without an address, and its own mails can't be printed.
pub(super) fn paper_has_an_address(page: &Page<'_>, problems: &mut Diagnostics) {
    let node = page.root.get("no-email").filter(|node| is_ultranet(page) && node.text() == Some("paper"));
    let Some(node) = node else { return };
    let text_of = |key: &str| page.root.at(&["lms", key]).and_then(|node| node.text().map(str::to_owned));
    if text_of("passwords").as_deref() == Some("ultranet") {
        let problem = page.error(CODE, node.span, "Ultranet mails the passwords that it draws: none can be printed");
        problems.push(problem.with_help("write `passwords: firstbell` under `lms:`, or `no-email: hold`"));
    } else if text_of("default-email").is_none() {
        let problem = page.error(CODE, node.span, "Ultranet takes no row without an address");
        problems.push(problem.with_help(
            "add `default-email:` under `lms:`, the default address of the gateway's settings: it stands in their rows",
        ));
    }
}

/// The gateway's mails and ours exclude each other, and one of them must go out.
pub(super) fn gateway_mails_once(page: &Page<'_>, problems: &mut Diagnostics) {
    if !is_ultranet(page) {
        return;
    }
    let notification = page.root.at(&["lms", "email-notification"]);
    let arrivals = page.root.get("new-arrivals").and_then(|node| node.text()).unwrap_or("activate");
    let mails = notification.and_then(|node| node.text()) == Some("true");
    match (mails, arrivals, notification, page.root.get("new-arrivals")) {
        (true, "activate", Some(node), _) => {
            let message =
                "the gateway mails parents who come later, and `new-arrivals: activate` would reset them again";
            let problem = page.error(CODE, node.span, message);
            problems.push(problem.with_help("write `new-arrivals: gateway`: they are recorded, not reset"));
        }
        (false, "gateway", _, Some(node)) => {
            let message = "nobody would mail parents who come later: the gateway's email notification is off";
            let problem = page.error(CODE, node.span, message);
            problems.push(problem.with_help(
                "switch it to True in Ultranet and write `email-notification: true`, or write `new-arrivals: activate`",
            ));
        }
        _ => {}
    }
}
