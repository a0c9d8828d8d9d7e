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
        organizers: mail.organizers.iter().map(address).collect(),
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
pub(crate) fn split_quoted(text: &str) -> (&str, &str) {
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

/// The mail addresses in a text, lower case, each with the name that stands before its `<`, in order, without
/// duplicates.
pub(crate) fn addresses_in(text: &str) -> Vec<Address> {
    let mut found: Vec<Address> = Vec::new();
    for line in text.lines().filter(|line| line.contains('@')) {
        for address in addresses_of_line(line) {
            if !found.contains(&address) {
                found.push(address);
                if found.len() == QUOTED_MAX {
                    return found;
                }
            }
        }
    }
    found
}

fn addresses_of_line(line: &str) -> Vec<Address> {
    let part_of = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '@');
    let mut found = Vec::new();
    // What stands between two addresses, before the next one.
    let mut before = String::new();
    for piece in line.split_inclusive(|c| !part_of(c)) {
        let word = piece.trim_end_matches(|c| !part_of(c));
        let address = word.trim_matches(['.', '-', '_']).to_ascii_lowercase();
        if is_address(&address) {
            found.push(Address { name: name_before(&before), address });
            before.clear();
        } else {
            before.push_str(piece);
        }
    }
    found
}

fn is_address(word: &str) -> bool {
    word.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !domain.contains('@') && !domain.ends_with('.')
    })
}

/// The display name in `From: 山川精機 鈴木 一郎 <`; empty when no `<` follows it.
fn name_before(text: &str) -> String {
    let Some(text) = text.trim_end().strip_suffix('<') else { return String::new() };
    let name = text.rsplit([':', '：', ',', ';', '>']).next().unwrap_or_default();
    name.trim_matches(|c: char| c.is_whitespace() || c == '"' || c == '\'').to_owned()
}
