//! Honest documents: macros as offices keep them, and what else lies in mailboxes and shares beside them.

use super::{Specimen, Truth};
use crate::forge::archive::{iso, zip};
use crate::forge::carrier::link::Link;
use crate::forge::carrier::pdf::{Act, Pdf};
use crate::forge::carrier::{fields, onenote, rich, xlm};
use crate::forge::letter::{Attachment, Charset, Letter, Moment, Person, Route};
use crate::forge::macros::script::base64;
use crate::forge::{Chance, macros};
use anyhow::Result;

fn benign(kind: &str, extension: &'static str, bytes: impl Into<Vec<u8>>) -> Specimen {
    let truth = Truth {
        verdict: "benign",
        shape: kind.to_owned(),
        container: extension.to_owned(),
        ..Truth::default()
    };
    Specimen { extension, bytes: bytes.into(), truth }
}

/// A template of macros, every other one with compiled code beside its source; or every twelfth an old workbook with
/// formulas of its own macro sheet.
pub(super) fn macros(number: usize, chance: &mut Chance) -> Result<Specimen> {
    if number % 12 == 11 {
        let container = xlm::Container::ALL[(number / 12) % 3];
        let workbook = xlm::honest(chance);
        let mut specimen =
            benign("old-macro-sheet", container.extension(), workbook.write(container, chance)?);
        specimen.truth.shows = workbook.page.first_text();
        return Ok(specimen);
    }
    let templates: Vec<_> = macros::templates().collect();
    let template = templates[(number - number / 12) % templates.len()];
    macros::honest_compiled(template, number % 2 == 1, chance).map(Specimen::of_macro)
}

type Kind = fn(&mut Chance) -> Result<Specimen>;

/// Documents, mail and files without macros.
const CARRIERS: [Kind; 18] = [
    price_list,
    meeting,
    picture_in_page,
    table_for_download,
    invoice_mail,
    answer,
    mailed_workbook,
    shortcut_to_folder,
    shortcut_to_console,
    notes,
    packaged_text,
    own_template,
    electronic_invoice,
    form_with_checks,
    logon_script,
    backup_batch,
    inventory_powershell,
    image_of_drawings,
];

/// One of them in turn.
pub(super) fn carrier(number: usize, chance: &mut Chance) -> Result<Specimen> {
    CARRIERS[number % CARRIERS.len()](chance)
}

fn pdf(lines: &[&str], acts: Vec<Act>, chance: &mut Chance) -> Vec<u8> {
    let lines = lines.iter().map(|line| (*line).to_owned()).collect();
    Pdf { lines, acts, packed: chance.one_in(2) }.write()
}

/// A PDF with links to web pages, as catalogues have them.
fn price_list(chance: &mut Chance) -> Result<Specimen> {
    let host = format!("www.{}-{}.example", chance.word(3, 7), chance.word(4, 8));
    let acts = ["", "catalog/2020/", "news.html", "contact?from=pdf", "ir/2020q1.pdf"]
        .map(|path| Act::Link(format!("https://{host}/{path}")));
    Ok(benign("pdf-price-list", "pdf", pdf(&["価格表", "2020年7月改定"], acts.to_vec(), chance)))
}

/// A PDF that carries its invoice as data.
fn electronic_invoice(chance: &mut Chance) -> Result<Specimen> {
    let total = chance.between(1_000, 900_000);
    let data =
        format!("<?xml version=\"1.0\"?>\n<Invoice><Total currency=\"JPY\">{total}</Total></Invoice>\n");
    let acts = vec![Act::Embedded("invoice.xml".to_owned(), data.into_bytes())];
    Ok(benign("pdf-with-invoice-data", "pdf", pdf(&["御請求書"], acts, chance)))
}

/// A PDF form that checks what is typed.
fn form_with_checks(chance: &mut Chance) -> Result<Specimen> {
    let script = "AFNumber_Format(0, 0, 0, 0, \"\", true); if (event.value < 0) app.alert(\"0 以上\");";
    let acts = vec![Act::Script(script.to_owned())];
    Ok(benign("pdf-form", "pdf", pdf(&["休暇届"], acts, chance)))
}

const PARTNER: Person = Person { name: "山川精機 鈴木", address: "suzuki@yamakawa-seiki.example" };
const US: Person = Person { name: "例示商事 営業部", address: "sales@reiji.example" };

/// A letter of the partner to us that passed every test on the way.
fn letter(subject: &str, body: &str, chance: &mut Chance) -> Letter {
    Letter {
        from: PARTNER,
        to: vec![US],
        cc: Vec::new(),
        reply_to: None,
        subject: subject.to_owned(),
        at: Moment { day: chance.between(20, 24) as u8, hour: 10, minute: chance.below(60) as u8 },
        charset: *chance.pick(&[Charset::Jis, Charset::Utf8, Charset::Cp932]),
        body: body.to_owned(),
        html: None,
        attachments: Vec::new(),
        message_id: format!("{:016x}@{}", chance.bits(), PARTNER.domain()),
        references: Vec::new(),
        route: Some(Route {
            host: PARTNER.domain(),
            ip: "192.0.2.25",
            envelope: PARTNER.address,
            spf: "pass",
            dkim: Some(PARTNER.domain()),
            dmarc: "pass",
        }),
        mailer: "Microsoft Outlook 16.0",
        extra: Vec::new(),
    }
}

/// An invitation with its calendar part, under the very subject that attacks used.
fn meeting(chance: &mut Chance) -> Result<Specimen> {
    let day = chance.between(20, 30);
    let calendar = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Calendar//JA\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n\
         UID:{:016x}@yamakawa-seiki.example\r\nDTSTAMP:20200717T010000Z\r\nDTSTART:202007{day}T050000Z\r\n\
         DTEND:202007{day}T060000Z\r\nSUMMARY:定例会議\r\nLOCATION:第2会議室\r\nORGANIZER:mailto:{}\r\n\
         ATTENDEE:mailto:{}\r\nURL:https://meet.yamakawa-seiki.example/{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        chance.bits(),
        PARTNER.address,
        US.address,
        chance.word(8, 10)
    );
    let mut letter =
        letter("会議開催通知", "いつもお世話になっております。\n定例会議をご案内します。\n", chance);
    letter.attachments.push(Attachment::new("invite.ics", "text/calendar", calendar.into_bytes()));
    Ok(benign("mail-meeting", "eml", letter.write(chance)))
}

/// A month's invoice as PDF.
fn invoice_mail(chance: &mut Chance) -> Result<Specimen> {
    let subject = format!("請求書の件（{}月分）", chance.between(4, 7));
    let mut letter = letter(&subject, "お世話になっております。\n請求書をお送りします。\n", chance);
    let name = format!("請求書_{}.pdf", chance.between(1_000, 9_999));
    let file = pdf(&["御請求書"], Vec::new(), chance);
    letter.attachments.push(Attachment::new(&name, "application/pdf", file));
    Ok(benign("mail-invoice", "eml", letter.write(chance)))
}

/// A true answer within a conversation.
fn answer(chance: &mut Chance) -> Result<Specimen> {
    let body = format!(
        "お世話になっております。山川精機の鈴木です。\n承知しました。\n\n> 差出人: {} <{}>\n> 宛先: {}\n>\n> 納期は{}日で\
         お願いいたします。\n",
        US.name,
        US.address,
        PARTNER.address,
        chance.between(24, 31)
    );
    let mut letter = letter("Re: 7月納品分の件", &body, chance);
    letter.references.push(format!("{:012x}.{}@reiji.example", chance.bits() >> 16, chance.word(4, 8)));
    Ok(benign("mail-answer", "eml", letter.write(chance)))
}

/// A workbook with macros that a partner sends every month.
fn mailed_workbook(chance: &mut Chance) -> Result<Specimen> {
    let forged = macros::honest_compiled(chance.pick(&macros::HONEST), true, chance)?;
    let container = forged.truth.container;
    let mut letter = letter("集計表", "お世話になっております。\n今月の集計表です。\n", chance);
    let name = format!("集計表.{}", container.extension());
    letter.attachments.push(Attachment::new(&name, container.media_type(), forged.bytes));
    Ok(benign("mail-with-workbook", "eml", letter.write(chance)))
}

/// A page with its pictures inside.
fn picture_in_page(chance: &mut Chance) -> Result<Specimen> {
    let picture = base64(&[b"\x89PNG\r\n\x1a\n".as_slice(), &chance.bytes(600)].concat());
    let html = format!(
        "<!DOCTYPE html>\n<html><head><title>社内報</title></head><body><h1>社内報</h1>\
         <img alt=\"写真\" src=\"data:image/png;base64,{picture}\"><a href=\"https://intra.reiji.example/\">続き</a>\
         </body></html>\n"
    );
    Ok(benign("html-picture", "html", html))
}

/// A report page that offers its table as a file.
fn table_for_download(chance: &mut Chance) -> Result<Specimen> {
    let rows: String =
        (1..30).map(|row| format!("{row},{},{}\\n", chance.word(4, 8), chance.below(9_999))).collect();
    let html = format!(
        "<!DOCTYPE html>\n<html><head><title>日報</title></head><body><button onclick=\"save()\">CSV</button>\n<script>\n\
         function save() {{\n  var text = \"No,Item,Count\\n{rows}\";\n  var link = document.createElement(\"a\");\n  \
         link.href = URL.createObjectURL(new Blob([text], {{type: \"text/csv\"}}));\n  link.download = \"report.csv\";\n  \
         link.click();\n}}\n</script></body></html>\n"
    );
    Ok(benign("html-table-download", "html", html))
}

fn shortcut(kind: &str, name: &str, program: &str, arguments: &str) -> Specimen {
    let link = Link {
        name: name.to_owned(),
        program: program.to_owned(),
        arguments: arguments.to_owned(),
        icon: "%windir%\\System32\\shell32.dll".to_owned(),
        appended: Vec::new(),
    };
    benign(kind, "lnk", link.write())
}

fn shortcut_to_folder(_: &mut Chance) -> Result<Specimen> {
    Ok(shortcut(
        "shortcut-to-folder",
        "共有",
        "..\\..\\..\\Windows\\explorer.exe",
        "\\\\filesv\\share\\営業部",
    ))
}

fn shortcut_to_console(_: &mut Chance) -> Result<Specimen> {
    Ok(shortcut("shortcut-to-console", "作業用", "..\\..\\Windows\\System32\\cmd.exe", "/k cd /d D:\\work"))
}

/// Notes of a meeting with a photograph and the agenda.
fn notes(chance: &mut Chance) -> Result<Specimen> {
    let picture = [b"\x89PNG\r\n\x1a\n".as_slice(), &chance.bytes(300)].concat();
    let agenda = pdf(&["議題"], Vec::new(), chance);
    let files = [("photo.png".to_owned(), picture), ("agenda.pdf".to_owned(), agenda)];
    Ok(benign("onenote-notes", "one", onenote::write("7月20日 定例会議 出席者4名", &files, chance)))
}

/// RTF with a text file laid into it.
fn packaged_text(chance: &mut Chance) -> Result<Specimen> {
    let lines = ["作業手順書".to_owned(), "添付の一覧を参照のこと。".to_owned()];
    let list: String = (0..20).map(|_| format!("{}\r\n", chance.word(4, 9))).collect();
    let bytes = rich::with_package(rich::Style::RtfPlain, &lines, "list.txt", list.as_bytes(), chance);
    let mut specimen = benign("rtf-packaged-text", "rtf", bytes);
    specimen.truth.shows.clone_from(&lines[0]);
    Ok(specimen)
}

/// A letter on the company's own template.
fn own_template(chance: &mut Chance) -> Result<Specimen> {
    let lines = ["送付状".to_owned(), "下記のとおりお送りいたします。".to_owned()];
    let template = "file:///C:\\Users\\tanaka\\AppData\\Roaming\\Microsoft\\Templates\\letter.dotm";
    let mut specimen = benign("docx-own-template", "docx", fields::remote_template(&lines, template, chance));
    specimen.truth.shows.clone_from(&lines[0]);
    Ok(specimen)
}

/// Drives and printers at logon.
fn logon_script(chance: &mut Chance) -> Result<Specimen> {
    let share = chance.word(4, 8);
    let code = format!(
        "Option Explicit\r\nDim net, shell\r\nSet net = CreateObject(\"WScript.Network\")\r\nOn Error Resume Next\r\n\
         net.RemoveNetworkDrive \"S:\", True, True\r\nnet.MapNetworkDrive \"S:\", \"\\\\filesv\\{share}\"\r\n\
         net.AddWindowsPrinterConnection \"\\\\printsv\\2F-color\"\r\nSet shell = CreateObject(\"WScript.Shell\")\r\n\
         shell.RegWrite \"HKCU\\Software\\Reiji\\LastLogon\", Now, \"REG_SZ\"\r\n"
    );
    Ok(benign("script-logon", "vbs", code))
}

/// A copy of a folder every evening.
fn backup_batch(chance: &mut Chance) -> Result<Specimen> {
    let folder = chance.word(4, 8);
    let code = format!(
        "@echo off\r\nsetlocal\r\nset DEST=\\\\filesv\\backup\\%COMPUTERNAME%\\%date:~0,4%%date:~5,2%\r\n\
         if not exist \"%DEST%\" mkdir \"%DEST%\"\r\nrobocopy D:\\{folder} \"%DEST%\" /MIR /R:2 /W:5 /LOG+:%TEMP%\\backup.log\r\n\
         if errorlevel 8 echo failed & pause\r\nendlocal\r\n"
    );
    Ok(benign("script-backup", "bat", code))
}

/// A list of installed programs.
fn inventory_powershell(chance: &mut Chance) -> Result<Specimen> {
    let file = chance.word(4, 8);
    let code = format!(
        "# 資産一覧\r\n$out = Join-Path $env:TEMP '{file}.csv'\r\nGet-CimInstance Win32_Product | Select-Object Name, Version |\r\n    \
         Sort-Object Name | Export-Csv -Path $out -NoTypeInformation -Encoding UTF8\r\n\
         Copy-Item $out \"\\\\filesv\\inventory\\$env:COMPUTERNAME.csv\" -Force\r\n"
    );
    Ok(benign("script-inventory", "ps1", code))
}

/// Drawings on a disk's image, or in an archive.
fn image_of_drawings(chance: &mut Chance) -> Result<Specimen> {
    let drawing = pdf(&["組立図"], Vec::new(), chance);
    if chance.one_in(2) {
        let archive = zip::write(&[zip::Entry::open("組立図.pdf", drawing)], chance);
        return Ok(benign("archive-of-drawings", "zip", archive));
    }
    Ok(benign("image-of-drawings", "iso", iso::write("DRAWINGS", &[("drawing.pdf".to_owned(), drawing)])))
}
