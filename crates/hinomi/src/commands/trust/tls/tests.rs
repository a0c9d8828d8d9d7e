//! Sheets and settings, from a recording.

use super::*;
use crate::config::Found;
use hinomi_checks::tls::Server;
use hinomi_formats::tls::names::Version;
use hinomi_formats::tls::survey::{Known, Order, Surveyed, VersionSeen, Why};
use std::path::PathBuf;
use tempfile::TempDir;

fn app() -> App {
    App::for_test(Found { config: config::Config::default(), path: None })
}

/// A server of TLS 1.2 and 1.0; whether it speaks SSL 3.0 is not known.
fn recording(folder: &TempDir) -> PathBuf {
    written(folder, Known::Seen(()))
}

/// The same, with what is known of TLS 1.0.
fn written(folder: &TempDir, old: Known<()>) -> PathBuf {
    let seen = |version, suites: &[u32], offered| VersionSeen {
        version,
        offered,
        suites: suites.to_vec(),
        order: Known::Seen(Order::Server),
        complete: Known::Seen(()),
        groups: vec![0x1D, 0x17],
        groups_order: Known::Untested(Why::NotAsked),
        groups_complete: Known::Seen(()),
    };
    let surveyed = Surveyed {
        versions: vec![
            seen(Version::Tls13, &[], Known::Absent),
            seen(Version::Tls12, &[0xC02F, 0xC030], Known::Seen(())),
            seen(Version::Tls11, &[], Known::Absent),
            seen(Version::Tls10, if old == Known::Seen(()) { &[0xC013] } else { &[] }, old),
            seen(Version::SslV3, &[], Known::Untested(Why::Timeout)),
        ],
        connections: 9,
        ..Surveyed::untested(&Why::NotAsked)
    };
    let recording = Recording::new("www.reiji.example", 443, "192.0.2.1", "https", 1_600_000_000, surveyed);
    let path = folder.path().join("survey.json");
    fs::write(&path, recording.to_json()).unwrap();
    path
}

fn sheet_of(path: &Path, json: bool, server: Option<Server>) -> (u8, String) {
    let out = path.with_extension("out");
    let args = TlsSheet {
        targets: vec![path.display().to_string()],
        profile: None,
        server,
        how: ServerFlags::default(),
        json,
        output: Some(out.clone()),
    };
    let code = sheets(&app(), &args, &JudgeFlags { no_jail: true, ..JudgeFlags::usual() }).unwrap();
    (code, fs::read_to_string(out).unwrap())
}

#[test]
fn a_sheet_tells_what_was_seen_what_was_not_and_what_fails() {
    let folder = TempDir::new().unwrap();
    let path = recording(&folder);
    let (code, text) = sheet_of(&path, false, Some(Server::Nginx));
    assert_eq!(code, 1, "TLS 1.0 fails the usual profile");
    for line in [
        "━━ www.reiji.example:443 ━━",
        "  TLS 1.2                     2 suites (the server decides)",
        "  TLS 1.3                     not offered",
        "  SSL 3.0                     not tested: no answer in time",
        "  R-P3 mandatory              FAILS",
        "  ssl_protocols TLSv1.2 TLSv1.3;",
    ] {
        assert!(text.lines().any(|found| found.starts_with(line)), "{line}\n{text}");
    }
    assert!(text.contains("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"));
}

#[test]
fn the_json_of_a_sheet_holds_every_item_and_client() {
    let folder = TempDir::new().unwrap();
    let (_, text) = sheet_of(&recording(&folder), true, None);
    let sheet: serde_json::Value = serde_json::from_str(&text).unwrap();
    let one = &sheet[0];
    assert_eq!(one["conformity"], "fails");
    assert_eq!(one["items"].as_array().unwrap().len(), Profile::default().items.len());
    let failed: Vec<_> =
        one["items"].as_array().unwrap().iter().filter(|item| item["outcome"] == "fail").collect();
    assert_eq!(failed[0]["id"], "R-P3");
    assert_eq!(failed[0]["seen"], "tls1.0");
    assert!(one["clients"].as_array().unwrap().iter().any(|client| client["outcome"] == "agreed"));
    assert_eq!(one["tls"]["versions"][1]["suites"], serde_json::json!([0xC02F, 0xC030]));
}

#[test]
fn settings_answer_only_what_is_not_met() {
    let all = told(&app(), &Profile::default(), &configuration(&Profile::default(), Server::Nginx));
    assert!(all.contains("ssl_ciphers") && all.contains("ssl_protocols"), "{all}");
    let rules: Vec<Rule> =
        Profile::default().items.into_iter().filter(|item| item.id == "R-P3").map(|item| item.rule).collect();
    let few = configuration(&Profile::default(), Server::Nginx).answering(&rules);
    let few = told(&app(), &Profile::default(), &few);
    assert!(few.contains("ssl_protocols") && !few.contains("ssl_ciphers"), "{few}");
}

#[test]
fn what_is_neither_file_nor_server_nor_profile_is_refused() {
    let app = app();
    let refused = |error: anyhow::Error| error.to_string();
    assert!(
        refused(places(&app, &["nothing".to_owned()], &ServerFlags::default()).unwrap_err())
            .contains("neither a file nor a server")
    );
    let outside = places(&app, &["www.reiji.example:443".to_owned()], &ServerFlags::default()).unwrap_err();
    assert!(refused(outside).contains("[scope]"));
    let profile = profile(&app, Some("gold")).unwrap_err();
    assert!(refused(profile).contains(DEFAULT_PROFILE));
    let folder = TempDir::new().unwrap();
    let mail = folder.path().join("a.eml");
    fs::write(&mail, "From: a@reiji.example\n\nx").unwrap();
    let error = places(&app, &[mail.display().to_string()], &ServerFlags::default()).unwrap_err();
    assert!(refused(error).contains("not a file of"));
}

#[test]
fn what_could_not_be_decided_is_no_success() {
    let folder = TempDir::new().unwrap();
    let (code, text) = sheet_of(&written(&folder, Known::Absent), false, None);
    assert_eq!(code, 3, "nothing fails, and SSL 3.0 is not known: {text}");
}
