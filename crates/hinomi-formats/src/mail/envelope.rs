//! From header fields to the values of [`Mail`].

use super::fields::Block;
use super::mime::words;
use super::{Address, Mail, address, date, trace};
use crate::{Limits, Problem};

/// Fills everything of a message but its text and parts.
pub(super) fn fill(mail: &mut Mail, block: &Block, limits: &Limits, problems: &mut Vec<Problem>) {
    let text = |name: &str| block.get(name).map(|field| field.text());
    // Two From fields are against the rules, and one of them is what the reader shows.
    let addresses = |name: &str| -> Vec<Address> {
        block.all(name).flat_map(|field| address::list(&field.text())).collect()
    };
    mail.subject = block.get("subject").map(|field| field.decoded().trim().to_owned()).unwrap_or_default();
    mail.from = addresses("from");
    mail.sender = addresses("sender").into_iter().next();
    mail.reply_to = addresses("reply-to");
    mail.to = addresses("to");
    mail.cc = addresses("cc");
    mail.return_path = text("return-path").and_then(|value| address::bare(&value));
    mail.delivered_to = block
        .fields
        .iter()
        .filter(|field| ["delivered-to", "x-original-to", "envelope-to"].iter().any(|name| field.is(name)))
        .filter_map(|field| address::bare(&field.text()))
        .collect();
    mail.message_id = text("message-id").and_then(|value| trace::ids(&value).into_iter().next());
    mail.in_reply_to = text("in-reply-to").map(|value| trace::ids(&value)).unwrap_or_default();
    mail.references = text("references").map(|value| trace::ids(&value)).unwrap_or_default();
    mail.date_unix_s = text("date").and_then(|value| date::parse(&value));
    mail.received = block.all("received").map(|field| trace::received(&field.text())).collect();
    mail.authentication =
        block.all("authentication-results").flat_map(|field| trace::authentication(&field.text())).collect();
    headers(mail, block, limits, problems);
}

fn headers(mail: &mut Mail, block: &Block, limits: &Limits, problems: &mut Vec<Problem>) {
    let mut kept = 0_usize;
    for field in &block.fields {
        let value = words::decode(&field.text());
        kept = kept.saturating_add(value.len());
        if kept > limits.text_bytes_max {
            problems.push(Problem::limit("", "text_bytes_max", limits.text_bytes_max as u64));
            return;
        }
        mail.headers.push((field.name.to_owned(), value));
    }
}
