//! The nouns keep their invariants.

use crate::*;
use std::collections::BTreeMap;

#[track_caller]
fn asset(text: &str, expected: Option<&str>) {
    let id = AssetId::try_from(text.to_owned()).ok();
    assert_eq!(id.as_ref().map(AssetId::as_str), expected, "{text}");
}

#[test]
fn assets_have_one_spelling() {
    asset("dns:WWW.Example.JP.", Some("dns:www.example.jp"));
    asset("dns:例え.example", Some("dns:xn--r8jz45g.example"));
    asset("mailbox:Info@Reiji.EXAMPLE", Some("mailbox:info@reiji.example"));
    asset("host:[2001:DB8::0:1]:443", Some("host:[2001:db8::1]:443"));
    asset("host:A.example:8443", Some("host:a.example:8443"));
    asset("store:Share/売上", Some("store:Share/売上"));
    asset("mailbox:nobody", None);
    asset("dns:a..b", None);
    asset("dns:", None);
    asset("planet:mars", None);
    asset("store:a\u{1b}[31m", None);
}

#[test]
fn an_asset_stays_what_it_is_when_read_again() {
    for text in ["dns:例え.example", "mailbox:A@B.example", "host:[::1]:80", "store:/a/B"] {
        let once = AssetId::try_from(text.to_owned()).unwrap();
        assert_eq!(AssetId::try_from(String::from(once.clone())).unwrap(), once);
    }
}

fn finding(severity: Severity, key: &str) -> Finding {
    let asset = AssetId::new(AssetKind::Mailbox, "a@b.example").unwrap();
    let proof = EvidenceRef {
        sha256: EvidenceId::of(b"x"),
        source: String::new(),
        locator: Locator::default(),
        quote: String::new(),
    };
    let grade = Grade { severity, confidence: Confidence::High };
    Finding::new("mail.reply-type", asset, grade, Text::new(key), proof).keyed("mail", "1")
}

#[test]
fn a_fingerprint_ignores_severity_title_and_time() {
    let mut one = finding(Severity::Low, "partner");
    one.at = Some(jiff::Timestamp::UNIX_EPOCH);
    let other = finding(Severity::High, "forged_reply");
    assert_eq!(one.fingerprint(), other.fingerprint());
    assert_ne!(one.fingerprint(), finding(Severity::Low, "partner").keyed("mail", "2").fingerprint());
}

#[test]
fn a_fingerprint_is_what_it_was_in_the_first_version() {
    let asset = AssetId::new(AssetKind::Dns, "www.example.jp").unwrap();
    let key = BTreeMap::from([("a".to_owned(), "1".to_owned())]);
    let canonical = r#"["dns.x","dns:www.example.jp",{"a":"1"}]"#;
    let expected: String = EvidenceId::of(canonical.as_bytes()).as_str().chars().take(32).collect();
    assert_eq!(Fingerprint::of("dns.x", &asset, &key).as_str(), format!("hnm1:{expected}"));
}

#[test]
fn money_is_exact() {
    let sales = Yen(100_000_000_000);
    let it = sales.share(BasisPoints(128));
    assert_eq!(it, Yen(1_280_000_000));
    assert_eq!(it.share(BasisPoints(1_500)), Yen(192_000_000));
    assert_eq!(it.share(BasisPoints(1_000)), Yen(128_000_000));
    assert_eq!(Yen(192_000_000).to_string(), "192,000,000");
    assert_eq!(Yen(0).to_string(), "0");
    assert_eq!(Yen(999).to_string(), "999");
    assert_eq!(Yen(u64::MAX).share(BasisPoints(20_000)), Yen(u64::MAX));
    assert_eq!(BasisPoints(128).to_string(), "1.28 %");
    assert_eq!(BasisPoints(750).to_string(), "7.5 %");
    assert_eq!(BasisPoints(1500).to_string(), "15 %");
}

#[track_caller]
fn defanged(text: &str, expected: &str) {
    assert_eq!(defang(text), expected);
}

#[test]
fn what_is_shown_cannot_be_followed() {
    defanged("http://a.example/x.doc", "hxxp://a[.]example/x.doc");
    defanged("HTTPS://a.b.example:8080?q=1.2", "hxxps://a[.]b[.]example:8080?q=1.2");
    defanged("http://a.example/?q=http://b.example/x", "hxxp://a[.]example/?q=hxxp://b[.]example/x");
    defanged("a.example", "a[.]example");
    defanged("192.0.2.1", "192[.]0[.]2[.]1");
    defanged("2001:db8::1", "2001[:]db8[:][:]1");
    defanged("x@a.example", "x[@]a[.]example");
}

fn indicator(kind: IndicatorKind, value: &str, host: &str) -> Indicator {
    Indicator {
        kind,
        value: value.to_owned(),
        host: host.to_owned(),
        found_in: vec![],
        layers: vec![],
        confidence: Confidence::High,
        tlp: Tlp::Amber,
        valid_from: None,
        valid_until: Some(jiff::Timestamp::UNIX_EPOCH),
    }
}

#[track_caller]
fn gate(kind: IndicatorKind, value: &str, host: &str, expected: Result<(), &str>) {
    let gate = Gate::new(["reiji.example".to_owned()], ["hoster.example".to_owned()]);
    assert_eq!(gate.admit(&indicator(kind, value, host)).map(|_| ()), expected, "{value}");
}

#[test]
fn the_gate_keeps_our_own_and_everybodys_services_off_block_lists() {
    use IndicatorKind::{Email, Host, Ip, Url};
    gate(Host, "evil.example", "", Ok(()));
    gate(Host, "www.Reiji.example.", "", Err("own"));
    gate(Host, "notreiji.example", "", Ok(()));
    gate(Url, "http://mail.reiji.example/x", "mail.reiji.example", Err("own"));
    gate(Host, "files.hoster.example", "", Err("well-known"));
    gate(Url, "http://files.hoster.example/x", "files.hoster.example", Ok(()));
    gate(Ip, "10.1.2.3", "", Err("reserved"));
    gate(Ip, "100.64.0.1", "", Err("reserved"));
    gate(Ip, "::ffff:127.0.0.1", "", Err("reserved"));
    gate(Ip, "fe80::1", "", Err("reserved"));
    gate(Ip, "203.0.113.9", "", Ok(()));
    gate(Host, "localhost", "", Err("reserved"));
    gate(Email, "a@evil.example", "evil.example", Err("not-a-destination"));
    let mut endless = indicator(Host, "evil.example", "");
    endless.valid_until = None;
    assert_eq!(Gate::default().admit(&endless).map(|_| ()), Err("no-end-date"));
}

#[test]
fn stix_patterns_quote_what_must_be_quoted() {
    assert_eq!(
        indicator(IndicatorKind::Url, "http://a.example/'x\\", "").pattern(),
        r"[url:value = 'http://a.example/\'x\\']"
    );
    assert_eq!(
        indicator(IndicatorKind::Ip, "2001:db8::1", "").pattern(),
        "[ipv6-addr:value = '2001:db8::1']"
    );
}

#[test]
fn a_secret_shows_its_end_only_when_that_gives_nothing_away() {
    assert_eq!(Secret::new("hunter2").masked(), "…");
    assert_eq!(Secret::new("correct-horse-battery").masked(), "…tery");
}

#[test]
fn an_argument_is_never_taken_for_a_slot() {
    let mut words = Words::default();
    words.add("x", Lang::En, [("k".to_owned(), "{a} and {b}{".to_owned())]);
    let text = Text::new("k").with("a", "{b}").with("b", "2");
    assert_eq!(words.say("x", Lang::En, &text), "{b} and 2{");
    assert_eq!(words.say("x", Lang::Ja, &text), "x.k");
}
