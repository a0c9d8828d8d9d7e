//! Mail as it is really sent in Japan: RFC 5322 and MIME, with the character sets and file names in use.

mod header;

use super::Chance;
use super::macros::script::base64;
use header::{encoded, parameter};

/// A person or a role with an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// Display name.
    pub name: &'static str,
    /// Address.
    pub address: &'static str,
}

impl Person {
    /// The part after the `@`.
    pub fn domain(&self) -> &'static str {
        self.address.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// A time of the week of 20 July 2020, in Japan (+0900).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Day of July, 20 (Monday) to 24.
    pub day: u8,
    /// Hour.
    pub hour: u8,
    /// Minute.
    pub minute: u8,
}

impl Moment {
    /// The day's English abbreviation.
    fn weekday(self) -> &'static str {
        // 19 July 2020 was a Sunday.
        ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][usize::from((self.day - 19) % 7)]
    }

    /// As header fields write it (RFC 5322 §3.3).
    pub fn rfc5322(self, second: u8) -> String {
        let Self { day, hour, minute } = self;
        format!("{}, {day} Jul 2020 {hour:02}:{minute:02}:{second:02} +0900", self.weekday())
    }

    /// As the `From ` line of an mbox writes it.
    pub fn asctime(self) -> String {
        format!("{} Jul {} {:02}:{:02}:07 2020", self.weekday(), self.day, self.hour, self.minute)
    }
}

/// How the text travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// ISO-2022-JP, 7 bit: the old way.
    Jis,
    /// ISO-2022-JP that nobody declared, raw in the header too.
    JisUnlabelled,
    /// Code page 932 under the label `cp932`, base64.
    Cp932,
    /// UTF-8, base64.
    Utf8,
    /// UTF-8, quoted-printable.
    Utf8Quoted,
    /// UTF-8, 8 bit, raw in the header too (RFC 6532).
    Utf8Raw,
}

impl Charset {
    /// The bytes of a text.
    fn encode(self, text: &str) -> Vec<u8> {
        let encoding = match self {
            Self::Jis | Self::JisUnlabelled => encoding_rs::ISO_2022_JP,
            Self::Cp932 => encoding_rs::SHIFT_JIS,
            _ => encoding_rs::UTF_8,
        };
        encoding.encode(text).0.into_owned()
    }

    /// Its label; `None` when it goes without.
    fn label(self) -> Option<&'static str> {
        match self {
            Self::Jis => Some("ISO-2022-JP"),
            Self::JisUnlabelled => None,
            Self::Cp932 => Some("cp932"),
            _ => Some("UTF-8"),
        }
    }
}

/// How the file name of an attachment is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// Encoded words inside quotes: forbidden by RFC 2047 and everywhere.
    EncodedWord,
    /// RFC 2231, one piece, UTF-8.
    Rfc2231,
    /// RFC 2231 in ISO-2022-JP, cut into segments inside the escape sequences.
    Rfc2231Split,
}

/// A file that travels along.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// File name.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Content.
    pub bytes: Vec<u8>,
    /// How its name is written.
    pub naming: Naming,
}

impl Attachment {
    /// An attachment with its name in encoded words.
    pub fn new(name: &str, media_type: &str, bytes: Vec<u8>) -> Self {
        let naming = Naming::EncodedWord;
        Self { name: name.to_owned(), media_type: media_type.to_owned(), bytes, naming }
    }
}

/// The last hop before our server, and what it found.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// Name of the sending server.
    pub host: &'static str,
    /// Its address (RFC 5737).
    pub ip: &'static str,
    /// Envelope sender.
    pub envelope: &'static str,
    /// Result of SPF.
    pub spf: &'static str,
    /// Domain that signed, when one did.
    pub dkim: Option<&'static str>,
    /// Result of DMARC.
    pub dmarc: &'static str,
}

/// A message.
#[derive(Debug, Clone)]
pub struct Letter {
    /// From.
    pub from: Person,
    /// To.
    pub to: Vec<Person>,
    /// Cc.
    pub cc: Vec<Person>,
    /// Reply-To.
    pub reply_to: Option<Person>,
    /// Subject.
    pub subject: String,
    /// Date.
    pub at: Moment,
    /// Character set.
    pub charset: Charset,
    /// Plain text, or HTML when it starts with `<html`.
    pub body: String,
    /// An HTML alternative.
    pub html: Option<String>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// Message-ID without the angle brackets.
    pub message_id: String,
    /// References, oldest first; the last is also In-Reply-To.
    pub references: Vec<String>,
    /// How it came in; `None` for a message of our own in the folder of sent mail.
    pub route: Option<Route>,
    /// The program that wrote it.
    pub mailer: &'static str,
    /// Further header fields.
    pub extra: Vec<(&'static str, String)>,
}

/// Our mail server.
const OUR_SERVER: &str = "mx.reiji.example";

impl Letter {
    /// The message with LF line ends. `chance` gives boundaries, queue ids and signatures.
    pub fn write(&self, chance: &mut Chance) -> Vec<u8> {
        let mut out = Vec::new();
        if let Some(route) = &self.route {
            self.trace(route, chance, &mut out);
        }
        let field = |out: &mut Vec<u8>, name: &str, value: Vec<u8>| {
            out.extend(name.bytes().chain(*b": ").chain(value).chain(*b"\n"));
        };
        field(&mut out, "Message-ID", format!("<{}>", self.message_id).into());
        if let Some(parent) = self.references.last() {
            field(&mut out, "In-Reply-To", format!("<{parent}>").into());
            let all: Vec<String> = self.references.iter().map(|id| format!("<{id}>")).collect();
            field(&mut out, "References", all.join("\n ").into());
        }
        field(&mut out, "Date", self.at.rfc5322(0).into());
        field(&mut out, "From", self.people(&[self.from]));
        field(&mut out, "To", self.people(&self.to));
        if !self.cc.is_empty() {
            field(&mut out, "Cc", self.people(&self.cc));
        }
        if let Some(person) = self.reply_to {
            field(&mut out, "Reply-To", self.people(&[person]));
        }
        field(&mut out, "Subject", encoded(&self.subject, self.charset));
        field(&mut out, "X-Mailer", self.mailer.into());
        for (name, value) in &self.extra {
            field(&mut out, name, value.clone().into());
        }
        field(&mut out, "MIME-Version", "1.0".into());
        out.extend(self.content(chance));
        out
    }

    /// What the servers on the way put on top.
    fn trace(&self, route: &Route, chance: &mut Chance, out: &mut Vec<u8>) {
        let Route { host, ip, envelope, spf, dkim, dmarc } = route;
        let to = self.to.first().map_or("info@reiji.example", |person| person.address);
        let mut queue = || chance.bytes(5).iter().map(|byte| format!("{byte:02X}")).collect::<String>();
        let (outer, inner) = (queue(), queue());
        let mut text = format!("Return-Path: <{envelope}>\nDelivered-To: {to}\n");
        text.extend([format!(
            "Received: from {host} ({host} [{ip}])\n\tby {OUR_SERVER} (Postfix) with ESMTPS id {outer}\n\
             \tfor <{to}>; {}\n",
            self.at.rfc5322(4)
        )]);
        text.extend([format!(
            "Received: from [192.168.{}.{}] (unknown [198.51.100.{}])\n\tby {host} (Postfix) with ESMTPSA id {inner};\n\t{}\n",
            chance.below(20),
            chance.between(2, 250),
            chance.between(2, 250),
            self.at.rfc5322(2)
        )]);
        let signed = dkim.map_or("dkim=none".to_owned(), |domain| format!("dkim=pass header.d={domain}"));
        text.extend([format!(
            "Authentication-Results: {OUR_SERVER};\n\tspf={spf} smtp.mailfrom={envelope};\n\t{signed};\n\
             \tdmarc={dmarc} header.from={}\n",
            self.from.domain()
        )]);
        if let Some(domain) = dkim {
            text.extend([format!(
                "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=s2020;\n\
                 \th=from:to:subject:date:message-id; bh={};\n\tb={}\n",
                base64(&chance.bytes(32)),
                base64(&chance.bytes(48))
            )]);
        }
        out.extend(text.bytes());
    }

    fn people(&self, people: &[Person]) -> Vec<u8> {
        let mut out = Vec::new();
        for (number, person) in people.iter().enumerate() {
            if number > 0 {
                out.extend(b",\n ");
            }
            if person.name.is_empty() {
                out.extend(person.address.bytes());
                continue;
            }
            // A display name with special characters must be quoted; encoded words must not.
            let quoted = person.name.is_ascii() && person.name.contains(['@', '.', ',', '(']);
            let name = if quoted {
                format!("\"{}\"", person.name).into_bytes()
            } else {
                encoded(person.name, self.charset)
            };
            out.extend(name.into_iter().chain(format!(" <{}>", person.address).bytes()));
        }
        out
    }

    /// The MIME tree with its header fields.
    fn content(&self, chance: &mut Chance) -> Vec<u8> {
        let subtype = if self.body.starts_with("<html") { "html" } else { "plain" };
        let mut text = text_part(subtype, &self.body, self.charset);
        if let Some(html) = &self.html {
            text = multipart("alternative", &[text, text_part("html", html, self.charset)], chance);
        }
        if self.attachments.is_empty() {
            return text;
        }
        let mut parts = vec![text];
        parts.extend(self.attachments.iter().map(file_part));
        multipart("mixed", &parts, chance)
    }
}

fn text_part(subtype: &str, text: &str, charset: Charset) -> Vec<u8> {
    let bytes = charset.encode(text);
    let label = charset.label().map_or(String::new(), |label| format!("; charset={label}"));
    let (encoding, body) = match charset {
        Charset::Jis | Charset::JisUnlabelled => ("7bit", bytes),
        Charset::Utf8Raw => ("8bit", bytes),
        Charset::Utf8Quoted => ("quoted-printable", header::quoted_printable(&bytes)),
        Charset::Cp932 | Charset::Utf8 => ("base64", wrapped(&bytes)),
    };
    let mut out = format!("Content-Type: text/{subtype}{label}\nContent-Transfer-Encoding: {encoding}\n\n")
        .into_bytes();
    out.extend(body);
    if !out.ends_with(b"\n") {
        out.push(b'\n');
    }
    out
}

fn file_part(file: &Attachment) -> Vec<u8> {
    // A message inside a message goes as it is (RFC 2046 §5.2.1).
    let nested = file.media_type == "message/rfc822";
    let (encoding, body) =
        if nested { ("8bit", file.bytes.clone()) } else { ("base64", wrapped(&file.bytes)) };
    let mut out = format!(
        "Content-Type: {}{}\nContent-Transfer-Encoding: {encoding}\nContent-Disposition: attachment{}\n\n",
        file.media_type,
        parameter("name", &file.name, file.naming),
        parameter("filename", &file.name, file.naming),
    )
    .into_bytes();
    out.extend(body);
    out
}

fn multipart(subtype: &str, parts: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let boundary = format!("----=_Part_{:016X}", chance.bits());
    let mut out = format!("Content-Type: multipart/{subtype};\n boundary=\"{boundary}\"\n\n").into_bytes();
    for part in parts {
        out.extend(format!("--{boundary}\n").bytes());
        out.extend(part);
        out.push(b'\n');
    }
    out.extend(format!("--{boundary}--\n").bytes());
    out
}

/// Base64 in lines of 76 characters (RFC 2045 §6.8).
fn wrapped(bytes: &[u8]) -> Vec<u8> {
    bytes.chunks(57).flat_map(|line| (base64(line) + "\n").into_bytes()).collect()
}

#[cfg(test)]
mod tests;
