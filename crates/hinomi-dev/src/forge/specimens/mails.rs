//! Mail of the shapes E5, E10 and E11, as `.eml` and as Outlook messages.

use super::{Specimen, Truth, word};
use crate::forge::Chance;
use crate::forge::archive::zip;
use crate::forge::carrier::outlook::Message;
use crate::forge::document::Container;
use crate::forge::letter::{Attachment, Charset, Letter, Moment, Naming, Person, Route};
use crate::forge::macros::{self, Forged, Shape, Style};
use anyhow::Result;

/// Strangers whose mail servers were taken over, under the names they show.
const STRANGERS: [Person; 6] = [
    Person { name: "山川精機 鈴木 一郎", address: "contact@boulangerie-lumiere.example" },
    Person { name: "みどり印刷 中村", address: "ventas@ferreteria-luna.example" },
    Person { name: "経理担当", address: "admin@vivaio-rossi.example" },
    Person { name: "", address: "office@autoteile-brandt.example" },
    Person { name: "購買部", address: "info@cafe-miramar.example" },
    Person { name: "Linh Tran", address: "post@gasthof-adler.example" },
];
const US: [Person; 3] = [
    Person { name: "例示商事 代表", address: "info@reiji.example" },
    Person { name: "例示商事 営業部", address: "sales@reiji.example" },
    Person { name: "例示商事 経理部", address: "keiri@reiji.example" },
];
const CHARSETS: [Charset; 6] = [
    Charset::Jis,
    Charset::Utf8,
    Charset::JisUnlabelled,
    Charset::Cp932,
    Charset::Utf8Quoted,
    Charset::Utf8Raw,
];

fn letter(from: Person, round: usize, subject: &str, body: &str, chance: &mut Chance) -> Letter {
    const ADDRESSES: [&str; 4] = ["198.51.100.131", "198.51.100.164", "203.0.113.201", "203.0.113.222"];
    let at = Moment {
        day: chance.between(20, 24) as u8,
        hour: chance.between(7, 19) as u8,
        minute: chance.below(60) as u8,
    };
    Letter {
        from,
        to: vec![US[round % US.len()]],
        cc: Vec::new(),
        reply_to: None,
        subject: subject.to_owned(),
        at,
        charset: CHARSETS[round % CHARSETS.len()],
        body: body.to_owned(),
        html: None,
        attachments: Vec::new(),
        message_id: format!("{:016x}@{}", chance.bits(), from.domain()),
        references: Vec::new(),
        route: Some(Route {
            host: from.domain(),
            ip: ADDRESSES[chance.below(ADDRESSES.len())],
            envelope: from.address,
            spf: "pass",
            dkim: None,
            dmarc: "none",
        }),
        mailer: "Microsoft Outlook 16.0",
        extra: Vec::new(),
    }
}

fn document(round: usize, chance: &mut Chance) -> Result<Forged> {
    const STYLES: [Style; 4] =
        [Style::LineByLine, Style::Concatenation, Style::SplitJoin, Style::CharacterLoop];
    let container = if round % 3 == 2 { Container::Docm } else { Container::Doc };
    let urls = macros::script::urls(chance);
    macros::attack(container, Shape::E1, STYLES[round % STYLES.len()], &urls, chance)
}

fn truth(shape: &str, forged: &Forged, check: &'static str) -> Truth {
    let inner = &forged.truth;
    let mut checks = inner.checks.clone();
    checks.insert(0, check);
    Truth {
        verdict: "attack",
        shape: shape.to_owned(),
        style: word(inner.style),
        place: Some("attachment".to_owned()),
        container: inner.container.extension().to_owned(),
        entry_point: inner.entry_point.clone(),
        command: inner.command.clone(),
        script: inner.script.clone(),
        urls: inner.urls.clone(),
        checks,
        ..Truth::default()
    }
}

fn attached(name: &str, container: Container, bytes: Vec<u8>, round: usize) -> Attachment {
    const NAMINGS: [Naming; 3] = [Naming::EncodedWord, Naming::Rfc2231, Naming::Rfc2231Split];
    let name = format!("{name}.{}", container.extension());
    Attachment { naming: NAMINGS[round % 3], ..Attachment::new(&name, container.media_type(), bytes) }
}

/// E5: the document in a locked archive, the password in the text.
pub(super) fn locked(round: usize, chance: &mut Chance) -> Result<Specimen> {
    let password = match chance.below(3) {
        0 => chance.between(100, 99_999_999).to_string(),
        1 => format!("{}{}{}", chance.identifier(), chance.below(100), chance.word(1, 3)),
        _ => chance.bytes(5).iter().map(|byte| format!("{byte:02x}")).collect(),
    };
    let forged = document(round, chance)?;
    let name = format!("{}_{}", *chance.pick(&["請求書", "納品書", "見積書"]), chance.between(1_000, 9_999));
    let inside = format!("{name}.{}", forged.truth.container.extension());
    let entry = match round % 2 {
        0 => zip::Entry::locked(&inside, forged.bytes.clone(), &password),
        _ => zip::Entry {
            name: inside,
            name_in: zip::NameIn::Cp932,
            bytes: forged.bytes.clone(),
            lock: zip::Lock::Aes256(password.clone()),
        },
    };
    let archive = zip::write(&[entry], chance);
    let said = match chance.below(4) {
        0 => format!("解凍パスワード: {password}"),
        1 => format!("パスワードは {password} です。"),
        2 => format!("ﾊﾟｽﾜｰﾄﾞ：{password}"),
        _ => format!("Password - {password}"),
    };
    let body = format!(
        "お世話になっております。\n\n添付ファイルをご確認ください。\n{said}\n\nよろしくお願いいたします。\n"
    );
    let from = STRANGERS[round % STRANGERS.len()];
    let mut letter = letter(from, round, &format!("{name}の送付"), &body, chance);
    // Half-width kana has no place in ISO-2022-JP.
    if said.contains('ﾊ') {
        letter.charset = Charset::Utf8;
    }
    letter.attachments.push(Attachment::new(&format!("{name}.zip"), "application/zip", archive));
    let mut truth = truth("e5", &forged, "mail.password-beside-archive");
    truth.password = Some(password);
    Ok(Specimen { extension: "eml", bytes: letter.write(chance), truth })
}

/// E10: an answer to a stolen conversation, from a stranger under a partner's name.
pub(super) fn reply(round: usize, chance: &mut Chance) -> Result<Specimen> {
    let forged = document(round, chance)?;
    let (letter, _) = stolen(round, &forged, chance);
    let truth = truth("e10", &forged, "mail.reply-type");
    Ok(Specimen { extension: "eml", bytes: letter.write(chance), truth })
}

/// The letter of E10, and the name of its file.
fn stolen(round: usize, forged: &Forged, chance: &mut Chance) -> (Letter, String) {
    let from = STRANGERS[round % 3];
    let to = US[round % US.len()];
    let subject =
        *chance.pick(&["Re: 7月納品分の件", "Fw: お見積りの件", "RE: Invoice", "Re: 6月分月次資料のお願い"]);
    let lead = *chance.pick(&[
        "添付ファイルをご確認ください。",
        "お世話になっております。\n添付をご確認いただけますでしょうか。",
        "Please see attached.",
    ]);
    let quoted = format!(
        "> 差出人: {} <{}>\n> 件名: {}\n>\n> いつもお世話になっております。\n> 例示商事です。\n> 先日の件、{}までにお願いいたします。\n",
        to.name,
        to.address,
        subject.trim_start_matches(|c: char| c != ' ').trim_start(),
        chance.between(24, 31)
    );
    let body = format!("{lead}\n\n{}\n\n{quoted}", from.name);
    let mut letter = letter(from, round, subject, &body, chance);
    letter.references.push(format!("{:012x}.{}@reiji.example", chance.bits() >> 16, chance.word(4, 8)));
    let name = format!("{}_{}", *chance.pick(&["7月納品分", "資料", "INV"]), chance.between(1_000, 9_999));
    letter.attachments.push(attached(&name, forged.truth.container, forged.bytes.clone(), round));
    (letter, name)
}

/// E11: the templates sent to everybody; the file is called like the subject.
pub(super) fn scattered(round: usize, chance: &mut Chance) -> Result<Specimen> {
    let forged = document(round, chance)?;
    let (number, day) = (chance.between(1_000, 99_999), chance.between(20, 24));
    let (subject, body) = match round % 4 {
        0 => (format!("請求書の件です。 {number} 202007{day}"), "請求書をお送りいたします。"),
        1 => (format!("請求書の件です ({number})_(202007{day})"), "ご確認のほどよろしくお願いいたします。"),
        2 => (format!("請求書の件です {number}_202007{day}"), "添付の請求書をご査収ください。"),
        _ => (format!("会議開催通知 {number}"), "会議の開催についてお知らせいたします。"),
    };
    let from = STRANGERS[2 + round % 4];
    let mut letter = letter(from, round, &subject, &format!("お世話になっております。\n\n{body}\n"), chance);
    letter.attachments.push(attached(&subject, forged.truth.container, forged.bytes.clone(), round));
    let mut truth = truth("e11", &forged, "mail.scatter-type");
    if round % 4 == 3 {
        truth.checks.remove(0);
    }
    Ok(Specimen { extension: "eml", bytes: letter.write(chance), truth })
}

/// E10 as Outlook saves it.
pub(super) fn outlook(round: usize, chance: &mut Chance) -> Result<Specimen> {
    let forged = document(round, chance)?;
    let (letter, name) = stolen(round, &forged, chance);
    let to = letter.to[0];
    let headers = format!(
        "Return-Path: <{0}>\r\nReceived: from {1} ({1} [198.51.100.131]) by mx.reiji.example; {2}\r\n\
         Message-ID: <{3}>\r\nDate: {2}\r\nFrom: <{0}>\r\nTo: <{4}>\r\n\
         Authentication-Results: mx.reiji.example; spf=pass smtp.mailfrom={0}; dkim=none\r\n\r\n",
        letter.from.address,
        letter.from.domain(),
        letter.at.rfc5322(4),
        letter.message_id,
        to.address
    );
    let container = forged.truth.container;
    let file = format!("{name}.{}", container.extension());
    let message = Message {
        subject: letter.subject.clone(),
        body: letter.body.replace('\n', "\r\n"),
        from: (letter.from.name.to_owned(), letter.from.address.to_owned()),
        to: (to.name.to_owned(), to.address.to_owned()),
        headers,
        files: vec![(file, container.media_type().to_owned(), forged.bytes.clone())],
    };
    let truth = truth("e10", &forged, "mail.reply-type");
    Ok(Specimen { extension: "msg", bytes: message.write()?, truth })
}
