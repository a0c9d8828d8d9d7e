//! Runs that follow each other: ids that stay, findings that are fixed, and those that must not be.

use super::*;
use crate::cli::args::SeverityArg;
use crate::config;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const FLAGS: JudgeFlags =
    JudgeFlags { fail_on: SeverityArg::Low, allow_incomplete: false, no_jail: true, workers: Some(1) };

/// A mail with a program in disguise.
fn bad_mail() -> String {
    "From: a@partner.example\nTo: sato@reiji.example\nSubject: s\nDate: Thu, 23 Jul 2020 10:00:00 +0900\n\
     MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=e\n\n--e\nContent-Type: text/plain\n\nhi\n--e\n\
     Content-Type: application/octet-stream; name=\"invoice.pdf.exe\"\nContent-Transfer-Encoding: base64\n\nTVqQAAMAAAA=\n\
     --e--\n"
        .to_owned()
}

fn company() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::create_dir_all(folder.path().join("mail")).unwrap();
    fs::create_dir_all(folder.path().join("share")).unwrap();
    fs::write(folder.path().join("mail/1.eml"), bad_mail()).unwrap();
    fs::write(folder.path().join("share/invoice.pdf.exe"), b"MZ\x90\0").unwrap();
    let text = "schema = 1\n[[source]]\nkind = \"mail-folder\"\npath = \"mail\"\n\
        [[source]]\nkind = \"document-folder\"\npath = \"./share/\"\n";
    fs::write(folder.path().join("hinomi.toml"), text).unwrap();
    folder
}

fn run_in(config: &Path) -> Report {
    let app = App::for_test(config::find(Some(config)).unwrap());
    run_and_keep(&app, &FLAGS).unwrap()
}

fn told(report: &Report) -> Vec<String> {
    let line = |r: &Reported| {
        format!("{} {} {}", r.status.as_str(), r.finding.check, r.finding.evidence()[0].source)
    };
    let mut told: Vec<String> = report.findings.iter().map(line).collect();
    told.sort();
    told
}

fn with_status<'a>(told: &'a [String], status: &str) -> Vec<&'a String> {
    told.iter().filter(|line| line.starts_with(status)).collect()
}

#[test]
fn ids_and_places_do_not_depend_on_the_way_to_the_configuration() {
    let folder = company();
    let first = run_in(&folder.path().join("hinomi.toml"));
    assert!(
        told(&first).contains(&"new mail.deceptive-file-name share/invoice.pdf.exe".to_owned()),
        "{:?}",
        told(&first)
    );
    // The same file by another way.
    let roundabout = folder.path().join("mail/../hinomi.toml");
    let second = run_in(&roundabout);
    assert!(with_status(&told(&second), "new").is_empty(), "{:?}", told(&second));
    assert_eq!(with_status(&told(&second), "open").len(), first.findings.len());
}

#[test]
fn what_is_gone_is_fixed_and_what_could_not_be_read_is_not() {
    let folder = company();
    let config = folder.path().join("hinomi.toml");
    let first = run_in(&config);
    fs::remove_file(folder.path().join("share/invoice.pdf.exe")).unwrap();
    let second = told(&run_in(&config));
    assert_eq!(with_status(&second, "fixed"), ["fixed mail.deceptive-file-name share/invoice.pdf.exe"]);
    // The folder itself is away: nobody looked.
    fs::rename(folder.path().join("mail"), folder.path().join("elsewhere")).unwrap();
    let third = run_in(&config);
    assert!(with_status(&told(&third), "fixed").is_empty(), "{:?}", told(&third));
    assert_eq!(third.exit, 3);
    assert!(first.exit == 1);
}

#[test]
fn a_run_without_sources_says_so() {
    let folder = TempDir::new().unwrap();
    let config = folder.path().join("hinomi.toml");
    fs::write(&config, "schema = 1\n").unwrap();
    let app = App::for_test(config::find(Some(&config)).unwrap());
    assert!(run_and_keep(&app, &FLAGS).is_err());
    assert!(!folder.path().join("hinomi.db").exists());
}
