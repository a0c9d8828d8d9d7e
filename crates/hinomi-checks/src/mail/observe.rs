//! A message becomes a fact.

use hinomi_formats::mail::{Address as ReadAddress, Mail};
use hinomi_model::fact::{Address, AuthenticationFact, MailFact};
use jiff::Timestamp;

/// Quoted addresses kept of one message.
const QUOTED_MAX: usize = 50;

/// The fact of a message. The text itself is not kept.
pub(crate) fn mail(mail: &Mail) -> MailFact {
    let (lead, quoted) = split_quoted(&mail.text);
    let mut references = mail.references.clone();
    references.extend(mail.in_reply_to.iter().filter(|id| !mail.references.contains(id)).cloned());
    MailFact {
        subject: mail.subject.clone(),
        from: mail.from.iter().map(address).collect(),
        reply_to: mail.reply_to.iter().map(address).collect(),
        to: mail.to.iter().chain(&mail.cc).map(address).collect(),
        return_path: mail.return_path.clone(),
        message_id: mail.message_id.clone(),
        references,
        date: mail.date_unix_s.and_then(|s| Timestamp::from_second(s).ok()),
        authentication: authentication(mail),
        from_ip: mail.received.iter().rev().find_map(|hop| hop.from_ip.clone()),
        attachments: mail.parts.iter().filter_map(|part| part.name.clone()).collect(),
        quoted: addresses_in(quoted),
        lead_chars: u64::try_from(lead.trim().chars().count()).unwrap_or(u64::MAX),
    }
}

fn address(read: &ReadAddress) -> Address {
    Address { name: read.name.clone(), address: read.address.clone() }
}

/// Authentication-Results of the receiving server only: the topmost server's fields. Fields further down may
/// have been written by the sender (RFC 8601 5).
fn authentication(mail: &Mail) -> Vec<AuthenticationFact> {
    let Some(server) = mail.authentication.first().map(|a| a.authserv_id.clone()) else { return Vec::new() };
    mail.authentication
        .iter()
        .take_while(|a| a.authserv_id == server)
        .map(|a| {
            let domain = a
                .properties
                .iter()
                .find(|(name, _)| {
                    matches!(name.as_str(), "smtp.mailfrom" | "header.d" | "header.from" | "header.i")
                })
                .map(|(_, value)| value.rsplit('@').next().unwrap_or_default().to_lowercase());
            AuthenticationFact {
                server: a.authserv_id.clone(),
                method: a.method.clone(),
                result: a.result.clone(),
                domain: domain.unwrap_or_default(),
            }
        })
        .collect()
}

/// The sender's own words, and the quoted original behind them.
fn split_quoted(text: &str) -> (&str, &str) {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if starts_quote(line.trim()) {
            return text.split_at_checked(at).unwrap_or((text, ""));
        }
        at = at.saturating_add(line.len());
    }
    (text, "")
}

/// Lines with which mail programs introduce or mark a quoted original.
fn starts_quote(line: &str) -> bool {
    const HEADS: &[&str] = &["From:", "差出人:", "差出人：", "送信者:", "送信者：", "送信元:"];
    const RULES: &[&str] = &["Original Message", "元のメッセージ", "Forwarded message", "転送メッセージ"];
    line.starts_with('>')
        || HEADS.iter().any(|head| line.starts_with(head) && line.contains('@'))
        || (line.starts_with("--") && RULES.iter().any(|rule| line.contains(rule)))
        || (line.contains('@') && (line.ends_with("wrote:") || line.ends_with("のメール:")))
}

/// The mail addresses in a text, lower case, in order, without duplicates.
fn addresses_in(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let part_of = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '@');
    for word in text.split(|c| !part_of(c)).filter(|word| word.contains('@')) {
        let word = word.trim_matches(['.', '-', '_']).to_ascii_lowercase();
        let plausible = word.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && domain.contains('.') && !domain.contains('@') && !domain.ends_with('.')
        });
        if plausible && !found.contains(&word) {
            found.push(word);
            if found.len() == QUOTED_MAX {
                break;
            }
        }
    }
    found
}
