//! The company must be rich enough, small enough, the same every time, and name nobody real.

use super::super::pack;
use super::*;

/// Every host of every text file ends in a reserved name.
fn hosts(text: &str) -> impl Iterator<Item = &str> {
    text.split("://").skip(1).map(|rest| {
        let end =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-')).unwrap_or(rest.len());
        &rest[..end]
    })
}

#[test]
fn the_company_is_the_same_every_time() {
    let (one, two) = (build().unwrap(), build().unwrap());
    assert_eq!(one.folder, two.folder);
    assert_eq!(one.truth, two.truth);
}

#[test]
fn every_planted_thing_is_where_the_truth_says() {
    let company = build().unwrap();
    let truth: toml::Table = company.truth.parse().unwrap();
    let planted = truth["planted"].as_array().unwrap();
    assert!(planted.len() >= 12, "{}", planted.len());
    for entry in planted {
        let file = &company.folder[entry["path"].as_str().unwrap()];
        if let Some(id) = entry.get("message_id").and_then(toml::Value::as_str) {
            let line = format!("Message-ID: <{id}>");
            assert_eq!(
                file.windows(line.len()).filter(|window| *window == line.as_bytes()).count(),
                1,
                "{id}"
            );
        }
        assert!(!entry["checks"].as_array().unwrap().is_empty());
    }
    let benign = truth["mails"].as_integer().unwrap() as usize - planted.len();
    assert!(benign >= 30, "{benign} benign mails");
}

#[test]
fn what_is_checked_in_is_fresh() {
    let demo = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../hinomi/demo");
    let company = build().unwrap();
    let packed = std::fs::read(demo.join("company.pack")).unwrap();
    assert!(pack::read(&packed).unwrap() == company.folder, "run `cargo dev fixtures`");
    assert!(
        std::fs::read_to_string(demo.join("truth.toml")).unwrap() == company.truth,
        "run `cargo dev fixtures`"
    );
}

#[test]
fn the_pack_stays_below_one_megabyte() {
    let packed = pack::write(&build().unwrap().folder).unwrap();
    assert!(packed.len() <= 1 << 20, "{} bytes", packed.len());
}

#[test]
fn every_host_is_a_reserved_name() {
    let company = build().unwrap();
    let mut seen = 0;
    // Compressed streams of documents cut hosts; the macros' own test looks at their source.
    for (name, bytes) in
        company.folder.iter().filter(|(name, _)| !name.contains(".xls") && !name.contains(".doc"))
    {
        // Soft line breaks of quoted-printable may stand inside a host.
        let text = String::from_utf8_lossy(bytes).replace("=\n", "").replace("=\r\n", "");
        for host in hosts(&text) {
            // The one address is that of the company's own printer.
            assert!(host.ends_with(".example") || host == "192.168.10.40", "{host} in {name}");
            seen += 1;
        }
    }
    assert!(seen > 10, "only {seen} hosts seen");
    assert!(hosts(&company.truth).all(|host| host.ends_with(".example")));
}
