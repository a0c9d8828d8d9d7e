//! What the probers of others print, read into one form.

use super::super::heard::Heard;
use super::{badkeys, sslscan, testssl};
use crate::command::lab::Ran;
use crate::command::measure::Used;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

fn versions(heard: &Heard) -> Vec<(&str, &[u32])> {
    heard.versions.iter().map(|spoken| (spoken.name.as_str(), &spoken.suites[..])).collect()
}

#[test]
fn a_report_of_sslscan() {
    let desk = tempfile::tempdir().unwrap();
    let report = desk.path().join("report");
    let xml = r#"<ssltest host="127.0.0.1" port="1">
  <protocol type="ssl" version="2" enabled="1" />
  <protocol type="ssl" version="3" enabled="0" />
  <heartbleed sslversion="TLSv1.2" vulnerable="1" />
  <cipher status="preferred" sslversion="TLSv1.2" bits="256" cipher="A" id="0xC030" strength="strong" />
  <cipher status="accepted" sslversion="TLSv1.2" bits="128" cipher="B" id="0x002F" strength="acceptable" />
  <group sslversion="TLSv1.2" bits="128" name="secp256r1 (NIST P-256)" id="0x0017" />"#;
    std::fs::write(&report, xml).unwrap();
    let heard = sslscan::read(&report).unwrap();
    assert_eq!(versions(&heard), [("ssl2", &[][..]), ("tls1.2", &[0x2F, 0xC030][..])]);
    assert_eq!(heard.versions[1].groups, Some(vec![0x17]));
    assert!(heard.vulnerable.contains("heartbleed") && heard.not_vulnerable.is_empty());
}

#[track_caller]
fn by_testssl(rows: &str) -> Result<Heard, String> {
    let desk = tempfile::tempdir().unwrap();
    let report = desk.path().join("report");
    std::fs::write(&report, rows).unwrap();
    let used = Used { wall_s: 0.0, cpu_s: 0.0, peak_bytes: 0, signal: None };
    let ran = Ran { code: 0, stdout: String::new(), stderr: String::new(), used };
    testssl::read(&report, true, &ran).map_err(|error| format!("{error:#}"))
}

#[test]
fn a_report_of_testssl() {
    let heard = by_testssl(
        r#"[
        {"id": "cipher-ssl2_x010080", "severity": "INFO", "finding": "SSLv2   x010080 RC4-MD5"},
        {"id": "cipher-tls1_2_xc030", "severity": "INFO", "finding": "TLS 1.2   xc030   A"},
        {"id": "CCS", "severity": "OK", "finding": "not vulnerable"},
        {"id": "FREAK", "severity": "CRITICAL", "finding": "VULNERABLE, uses EXPORT RSA ciphers"},
        {"id": "LOGJAM", "severity": "MEDIUM", "finding": "not vulnerable, but: unknown DH group (1024 bits)"},
        {"id": "ticketbleed", "severity": "INFO", "finding": "not applicable, not HTTP"}
    ]"#,
    )
    .unwrap();
    assert_eq!(versions(&heard), [("ssl2", &[0x01_0080][..]), ("tls1.2", &[0xC030][..])]);
    assert!(heard.vulnerable.contains("freak") && heard.not_vulnerable.contains("ccs"));
    assert!(heard.not_vulnerable.contains("logjam"));
    assert_eq!(heard.untested, ["ticketbleed: not applicable, not HTTP"]);
}

#[test]
fn a_testssl_that_gave_up_found_nothing_and_says_so() {
    let rows = r#"[{"id": "scanProblem", "severity": "FATAL", "finding": "no dig"}]"#;
    assert_eq!(by_testssl(rows), Err("testssl gave up: no dig".to_owned()));
}

#[test]
fn a_report_of_badkeys() {
    let out = "rsa[2048] key ok, a.key\nWARNING: No key found, c.txt\nfermat/close vulnerability, rsa[1024], b.pem\n";
    let (mut with_key, mut weak) = (BTreeSet::new(), BTreeMap::new());
    badkeys::read(out, &mut with_key, &mut weak);
    assert_eq!(with_key, BTreeSet::from(["a.key", "b.pem"].map(PathBuf::from)));
    assert_eq!(weak, BTreeMap::from([("fermat/close".to_owned(), BTreeSet::from([PathBuf::from("b.pem")]))]));
}
