//! How long an archive takes whose password stands among many words of its mail.

use super::speed::{cpu, wall};
use super::table::{Table, held, seconds, where_and_when};
use super::{Bench, TIMES, once};
use crate::command::lab::letters;
use anyhow::{Result, ensure};
use hinomi_dev::forge::Chance;
use hinomi_dev::forge::archive::zip::{self, Entry, Lock, NameIn};
use hinomi_dev::forge::letter::Attachment;
use std::fs;

/// Words that are offered; the last one fits. `Limits::passwords_max` has the same number.
const CANDIDATES: usize = 500;
const BAR_S: f64 = 0.5;

/// Both ciphers of ZIP.
pub(super) fn section(bench: &Bench) -> Result<String> {
    let desk = tempfile::tempdir()?;
    let last = word(CANDIDATES - 1);
    let locks = [("ZipCrypto", Lock::ZipCrypto(last.clone())), ("AES-256 (AE-2)", Lock::Aes256(last))];
    let mut table = Table::new(&["cipher", "wall", "processor", "bar", "held"]);
    for (name, lock) in locks {
        fs::write(desk.path().join("mail.eml"), mail(lock))?;
        let command = bench.command(&["scan", "mail.eml", "--format", "json"], desk.path())?;
        let mut runs = Vec::new();
        for _ in 0..TIMES {
            runs.push(once(&command, &[1])?);
        }
        let opened = runs.iter().all(|ran| ran.stdout.contains("mail.program-in-archive"));
        ensure!(opened, "the archive behind {name} was not opened");
        let took = wall(&runs)?;
        table.row(&[
            name.to_owned(),
            seconds(took),
            seconds(cpu(&runs)?),
            format!("≤ {BAR_S} s"),
            held(took <= BAR_S),
        ]);
    }
    Ok(format!(
        "{}\n\n`hinomi scan mail.eml`: a mail with an encrypted archive and {CANDIDATES} words that look like a password, of \
         which the last one fits; a program in the archive is found.\n\n{}",
        where_and_when(&[]),
        table.end()
    ))
}

fn word(number: usize) -> String {
    format!("Kx{number:04}-vQ7")
}

fn mail(lock: Lock) -> Vec<u8> {
    let bytes = b"MZ, and nothing behind it\n".repeat(40);
    let entry = Entry { name: "invoice.exe".to_owned(), name_in: NameIn::Utf8, bytes, lock };
    let archive = zip::write(&[entry], &mut Chance::new(1));
    let attached = vec![Attachment::new("invoice.zip", "application/zip", archive)];
    let words: Vec<String> = (0..CANDIDATES).map(word).collect();
    let letter = letters::in_a_colleagues_name("Invoice", 1, attached);
    let text = format!("Password:\n{}\n", words.join("\n"));
    String::from_utf8_lossy(&letter).replacen("Please see what is attached.\n", &text, 1).into_bytes()
}
