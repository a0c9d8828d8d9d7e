//! Writing the company's mail: notes, replies with their quotes, and where each one lies.

use super::people;
use crate::forge::letter::{Attachment, Charset, Letter, Moment, Person};
use crate::forge::macros::Forged;

/// A folder of mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Box {
    /// `mail/info.mbox`.
    Info,
    /// `mail/keiri.mbox`.
    Keiri,
    /// `mail/sales`, a Maildir.
    Sales,
    /// `mail/sales/.Sent`, a Maildir.
    SalesSent,
    /// `mail/reported`, a folder of `.eml`.
    Reported,
}

/// A thing planted to be found.
#[derive(Debug, Clone)]
pub(super) struct Planted {
    /// Its name in the truth file.
    pub name: &'static str,
    /// `attack`, or `practice`: a habit to be given up.
    pub class: &'static str,
    /// Checks that should fail on it.
    pub checks: Vec<&'static str>,
    /// URLs that should be recovered from it, in order.
    pub urls: Vec<String>,
    /// What it shows, in a sentence.
    pub note: &'static str,
}

/// A message and where it lies.
#[derive(Debug, Clone)]
pub(super) struct Posted {
    pub inbox: Box,
    pub letter: Letter,
    pub planted: Option<Planted>,
}

impl Posted {
    pub(super) fn new(inbox: Box, letter: Letter) -> Self {
        Self { inbox, letter, planted: None }
    }
}

/// Day, hour, minute.
pub(super) type At = (u8, u8, u8);

/// A plain note with the sender's signature, over the sender's own server.
pub(super) fn note(from: Person, to: Person, at: At, charset: Charset, subject: &str, body: &str) -> Letter {
    let (day, hour, minute) = at;
    let local = from.address.split('@').next().unwrap_or_default();
    let gap = if people::signature(&from).is_empty() { "" } else { "\n" };
    Letter {
        from,
        to: vec![to],
        cc: Vec::new(),
        reply_to: None,
        subject: subject.to_owned(),
        at: Moment { day, hour, minute },
        charset,
        body: format!("{body}{gap}{}", people::signature(&from)),
        html: None,
        attachments: Vec::new(),
        message_id: format!(
            "202007{day:02}{hour:02}{minute:02}.{}@{}",
            local.replace('.', ""),
            from.domain()
        ),
        references: Vec::new(),
        route: Some(people::route(&from)),
        mailer: mailer(charset),
        extra: Vec::new(),
    }
}

fn mailer(charset: Charset) -> &'static str {
    match charset {
        Charset::Jis => "Microsoft Outlook 16.0",
        Charset::JisUnlabelled => "AL-Mail32 Version 1.13d",
        Charset::Cp932 => "Shuriken 2018",
        Charset::Utf8 | Charset::Utf8Raw => "Thunderbird 68.10",
        Charset::Utf8Quoted => "MailHaishin 4.2",
    }
}

/// A reply inside its conversation: the parent's ids, its text quoted below.
pub(super) fn reply(parent: &Letter, from: Person, at: At, charset: Charset, body: &str) -> Letter {
    let subject = match parent.subject.strip_prefix("Re: ") {
        Some(_) => parent.subject.clone(),
        None => format!("Re: {}", parent.subject),
    };
    let mut letter = note(from, parent.from, at, charset, &subject, body);
    letter.references = parent.references.clone();
    letter.references.push(parent.message_id.clone());
    letter.body += &quote(parent, charset == Charset::Jis);
    letter
}

/// The parent's text as Outlook (a header block) or others (`>`) quote it.
pub(super) fn quote(parent: &Letter, outlook: bool) -> String {
    let Person { name, address } = parent.from;
    let Moment { day, hour, minute } = parent.at;
    if outlook {
        return format!(
            "\n-----Original Message-----\nFrom: {name} <{address}>\nSent: 2020/07/{day} {hour:02}:{minute:02}\n\
             To: {}\nSubject: {}\n\n{}",
            parent.to[0].address, parent.subject, parent.body
        );
    }
    let lines: Vec<String> = parent.body.lines().map(|line| format!("> {line}\n")).collect();
    format!("\n2020/07/{day} {hour:02}:{minute:02}、{name} <{address}>:\n{}", lines.concat())
}

/// The letter with a forged document under that name.
pub(super) fn with_document(mut letter: Letter, stem: &str, forged: &Forged) -> Letter {
    let container = forged.truth.container;
    let name = format!("{stem}.{}", container.extension());
    letter.attachments.push(Attachment::new(&name, container.media_type(), forged.bytes.clone()));
    letter
}

/// The letter with a file.
pub(super) fn with_file(mut letter: Letter, name: &str, media_type: &str, bytes: Vec<u8>) -> Letter {
    letter.attachments.push(Attachment::new(name, media_type, bytes));
    letter
}
