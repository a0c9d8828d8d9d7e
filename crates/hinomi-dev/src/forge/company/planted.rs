//! What the week's attackers sent. Every sender's host is a stranger whose mail server was taken over; the
//! names shown are those of partners.

use super::desk::{At, Box, Planted, Posted, note, quote, with_document, with_file};
use super::people::{INFO, KEIRI, SALES};
use super::week::Week;
use crate::forge::Chance;
use crate::forge::archive::zip;
use crate::forge::carrier::pdf::{Act, Pdf};
use crate::forge::document::Container;
use crate::forge::letter::{Attachment, Charset, Letter, Naming, Person, Route};
use crate::forge::macros::{self, Forged, Shape, Style};
use anyhow::Result;

const MACRO_CHECKS: [&str; 2] = ["document.auto-run-macro", "document.starts-powershell"];

const fn stranger(name: &'static str, address: &'static str) -> Person {
    Person { name, address }
}

/// Everything planted in the mail.
pub(super) fn posts(week: &Week, chance: &mut Chance) -> Result<Vec<Posted>> {
    let mut posts = reply_with_locked_archive(week, chance)?;
    posts.push(reply_with_document(week, chance)?);
    posts.push(reported(chance)?);
    posts.extend(scattered(chance)?);
    posts.push(pdf_to_document());
    posts.extend(programs(chance));
    posts.push(workbook(chance)?);
    Ok(posts)
}

/// A note from a stranger: his own server passes SPF, for he owns the mailbox he writes from.
fn foreign(
    from: Person,
    to: Person,
    at: At,
    charset: Charset,
    subject: &str,
    body: &str,
    chance: &mut Chance,
) -> Letter {
    const ADDRESSES: [&str; 4] = ["198.51.100.131", "198.51.100.164", "203.0.113.201", "203.0.113.222"];
    let mut letter = note(from, to, at, charset, subject, body);
    let (host, dmarc) = (from.domain(), "none");
    let ip = chance.pick(&ADDRESSES);
    letter.route = Some(Route { host, ip, envelope: from.address, spf: "pass", dkim: None, dmarc });
    letter.message_id = format!("{:016x}@{}", chance.bits(), from.domain());
    letter
}

fn forged(container: Container, shape: Shape, style: Style, chance: &mut Chance) -> Result<Forged> {
    let urls = macros::script::urls(chance);
    macros::attack(container, shape, style, &urls, chance)
}

fn plant(name: &'static str, checks: &[&'static str], urls: &[String], note: &'static str) -> Planted {
    Planted { name, class: "attack", checks: checks.to_vec(), urls: urls.to_vec(), note }
}

fn post(inbox: Box, letter: Letter, planted: Planted) -> Posted {
    Posted { inbox, letter, planted: Some(planted) }
}

/// E10 with E5: a stolen conversation goes on, a locked archive, its password in the next mail.
fn reply_with_locked_archive(week: &Week, chance: &mut Chance) -> Result<Vec<Posted>> {
    const PASSWORD: &str = "8mZ4kq72";
    let from = stranger("山川精機 鈴木 一郎", "contact@boulangerie-lumiere.example");
    let forged = forged(Container::Doc, Shape::E1, Style::LineByLine, chance)?;
    let archive = zip::write(&[zip::Entry::locked("7月納品分_変更.doc", forged.bytes, PASSWORD)], chance);
    let subject = "Re: 7月納品分の件";
    let text = "田中様\n\n添付をご確認ください。\nパスワードは別途お送りします。\n\n山川精機 鈴木 一郎\n";
    let mut first = foreign(from, SALES, (22, 16, 2), Charset::Utf8, subject, text, chance);
    first.body += &quote(&week.thread, true);
    let first = with_file(first, "7月納品分_変更.zip", "application/zip", archive);
    let text = format!(
        "田中様\n\n先ほどのファイルのパスワードです。\n\nパスワード: {PASSWORD}\n\n山川精機 鈴木 一郎\n"
    );
    let mut second = foreign(from, SALES, (22, 16, 4), Charset::Utf8, subject, &text, chance);
    second.body += &quote(&week.thread, true);
    let checks = ["mail.reply-type", "mail.password-beside-archive", MACRO_CHECKS[0], MACRO_CHECKS[1]];
    Ok(vec![
        post(
            Box::Sales,
            first,
            plant(
                "reply-with-locked-archive",
                &checks,
                &forged.truth.urls,
                "A stolen conversation goes on from a stranger's address; the document is inside a locked ZIP.",
            ),
        ),
        post(
            Box::Sales,
            second,
            plant(
                "reply-with-password",
                &["mail.reply-type"],
                &[],
                "The password of the archive above, from the same stranger.",
            ),
        ),
    ])
}

/// E10: a stolen conversation, the document attached as it is.
fn reply_with_document(week: &Week, chance: &mut Chance) -> Result<Posted> {
    let from = stranger("さくら会計事務所 加藤", "info@ferme-du-lac.example");
    let forged = forged(Container::Doc, Shape::E1, Style::Concatenation, chance)?;
    let text = "お世話になっております。\n\n添付ファイルをご確認いただけますでしょうか。\nよろしくお願いいたします。\n";
    let subject = "Re: 6月分月次資料のお願い";
    let mut letter = foreign(from, KEIRI, (23, 9, 17), Charset::Jis, subject, text, chance);
    letter.body += &quote(&week.accounts, false);
    let letter = with_document(letter, "月次資料_20200723", &forged);
    Ok(post(
        Box::Keiri,
        letter,
        plant(
            "reply-with-document",
            &["mail.reply-type", MACRO_CHECKS[0], MACRO_CHECKS[1]],
            &forged.truth.urls,
            "The accountant's name with a stranger's address, quoting our own conversation.",
        ),
    ))
}

/// E10 in English with our own address as display name, saved by the recipient for the help desk.
fn reported(chance: &mut Chance) -> Result<Posted> {
    let from = stranger("kenichi.tanaka@reiji.example", "ventas@ferreteria-luna.example");
    let forged = forged(Container::Docm, Shape::E1, Style::Markers, chance)?;
    let text = "Hello,\n\nPlease see the attached invoice.\n\nThanks\nkenichi.tanaka@reiji.example\n\n\
                > From: Linh Tran <linh@saigon-bearing.example>\n> To: kenichi.tanaka@reiji.example\n\
                > Subject: Invoice\n>\n> Could you confirm the bank account?\n";
    let subject = "RE: Invoice";
    let letter = foreign(from, SALES, (21, 18, 40), Charset::Utf8Quoted, subject, text, chance);
    let letter = with_document(letter, "Invoice 07-21-2020", &forged);
    Ok(post(
        Box::Reported,
        letter,
        plant(
            "reported-reply",
            &["mail.reply-type", MACRO_CHECKS[0], MACRO_CHECKS[1]],
            &forged.truth.urls,
            "Our own address as display name before a stranger's; saved as .eml by the recipient.",
        ),
    ))
}

/// E11: the Japanese template, number and date, document of the same name.
fn scattered(chance: &mut Chance) -> Result<Vec<Posted>> {
    let checks = ["mail.scatter-type", MACRO_CHECKS[0], MACRO_CHECKS[1]];
    let text =
        "お世話になっております。\n\n請求書をお送りいたします。\nご確認のほどよろしくお願いいたします。\n";
    let mut posts = Vec::new();
    for (name, from, to, inbox, at, number, style, naming) in [
        (
            "scatter-info",
            ("", "office@autoteile-brandt.example"),
            INFO,
            Box::Info,
            (23, 8, 51),
            "17447 20200723",
            Style::CharacterCodes,
            Naming::EncodedWord,
        ),
        (
            "scatter-keiri",
            ("経理担当", "admin@vivaio-rossi.example"),
            KEIRI,
            Box::Keiri,
            (22, 18, 33),
            "20831 20200722",
            Style::SplitJoin,
            Naming::Rfc2231,
        ),
    ] {
        let forged = forged(Container::Doc, Shape::E1, style, chance)?;
        let subject = format!("請求書の件です。 {number}");
        let letter = foreign(stranger(from.0, from.1), to, at, Charset::Utf8, &subject, text, chance);
        let mut letter = with_document(letter, &subject, &forged);
        letter.attachments[0].naming = naming;
        let note = "The template of July 2020: subject and document share number and date.";
        posts.push(post(inbox, letter, plant(name, &checks, &forged.truth.urls, note)));
    }
    Ok(posts)
}

/// E4: a PDF whose only purpose is a link to a document.
fn pdf_to_document() -> Posted {
    const LINK: &str = "http://www.atelier-novak.example/wp-content/Rechnung/INV-20200721.doc";
    let lines = ["ご請求書", "下記のリンクから請求書をダウンロードしてください。", "請求書を表示"];
    let acts = vec![Act::Link(LINK.to_owned())];
    let file = Pdf { lines: lines.map(str::to_owned).to_vec(), acts, packed: true }.write();
    let from = stranger("billing", "billing@atelier-novak.example");
    let text = "お客様\n\n請求書を添付いたしました。\n";
    let letter =
        foreign(from, SALES, (21, 15, 20), Charset::Utf8, "ご請求書の送付", text, &mut Chance::new(4));
    let letter = with_file(letter, "ご請求書_20200721.pdf", "application/pdf", file);
    post(
        Box::Sales,
        letter,
        plant(
            "pdf-to-document",
            &["document.pdf-leads-to-document"],
            &[LINK.to_owned()],
            "The PDF is clean; its link fetches a Word document. The object is inside an object stream.",
        ),
    )
}

/// "Programs" in archives: text that only begins like one.
fn programs(chance: &mut Chance) -> Vec<Posted> {
    const PASSWORD: &str = "2407";
    let program = b"MZ harmless: a line of text that begins like a program\r\n".to_vec();
    let script = b"// harmless: a script look-alike that does nothing\r\nvar nothing = 0;\r\n".to_vec();
    // The head of a shell link (MS-SHLLINK 2.1) and no target.
    let mut link = vec![0x4C, 0, 0, 0, 1, 0x14, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];
    link.resize(76, 0);

    let locked = zip::Entry {
        name: "請求書.pdf.exe".to_owned(),
        name_in: zip::NameIn::Cp932,
        bytes: program.clone(),
        lock: zip::Lock::Aes256(PASSWORD.to_owned()),
    };
    let text = format!("ご担当者様\n\n請求書をお送りします。\n解凍パスワードは {PASSWORD} です。\n");
    let from = stranger("経理課", "sales@nordisk-traehandel.example");
    let double = foreign(from, INFO, (24, 7, 44), Charset::Cp932, "請求書(7月)", &text, chance);
    let double = with_file(double, "請求書.zip", "application/zip", zip::write(&[locked], chance));

    let hidden = zip::Entry::open("見積書_\u{202E}fdp.scr", program);
    let text = "営業ご担当者様\n\n見積書をお送りいたします。\n";
    let from = stranger("購買部", "info@cafe-miramar.example");
    let turned = foreign(from, SALES, (23, 13, 13), Charset::Utf8, "お見積りの件", text, chance);
    let turned = with_file(turned, "見積書.zip", "application/zip", zip::write(&[hidden], chance));

    let scripts = [zip::Entry::open("出荷案内_20200722.js", script), zip::Entry::open("出荷案内.lnk", link)];
    let text = "出荷のご案内です。\n添付をご確認ください。\n";
    let from = stranger("出荷センター", "noreply@paketdienst-west.example");
    let mut shipped = foreign(from, INFO, (22, 7, 58), Charset::Utf8, "出荷のご案内", text, chance);
    shipped.attachments.push(Attachment::new(
        "出荷案内.zip",
        "application/zip",
        zip::write(&scripts, chance),
    ));

    vec![
        post(
            Box::Info,
            double,
            plant(
                "program-with-two-extensions",
                &["mail.program-in-archive", "mail.deceptive-file-name", "mail.password-beside-archive"],
                &[],
                "請求書.pdf.exe in a ZIP locked by AES, the password in the same mail.",
            ),
        ),
        post(
            Box::Sales,
            turned,
            plant(
                "program-with-turned-name",
                &["mail.program-in-archive", "mail.deceptive-file-name"],
                &[],
                "A right-to-left override makes a screen saver look like a PDF.",
            ),
        ),
        post(
            Box::Info,
            shipped,
            plant(
                "scripts-in-archive",
                &["mail.program-in-archive"],
                &[],
                "A script and a shell link, each of which a double click would run.",
            ),
        ),
    ]
}

/// E1 in an Excel workbook, from nobody we know.
fn workbook(chance: &mut Chance) -> Result<Posted> {
    let forged = forged(Container::Xls, Shape::E1, Style::Mixed, chance)?;
    let from = stranger("", "post@gasthof-adler.example");
    let text = "ご担当者様\n\nお見積書をご査収ください。\n";
    let letter =
        foreign(from, KEIRI, (24, 10, 41), Charset::JisUnlabelled, "【至急】お見積書の件", text, chance);
    Ok(post(
        Box::Keiri,
        with_document(letter, "お見積書", &forged),
        plant(
            "workbook",
            &MACRO_CHECKS,
            &forged.truth.urls,
            "A workbook whose macro starts on opening; the mail declares no character set.",
        ),
    ))
}
