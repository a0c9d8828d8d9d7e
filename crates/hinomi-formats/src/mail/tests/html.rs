//! HTML parts.

use super::*;

#[track_caller]
fn check(html: &str, text: &str, links: &[(&str, &str)]) {
    let mail = parse(format!("Content-Type: text/html; charset=utf-8\n\n{html}").as_bytes()).value;
    assert_eq!(mail.text, text, "{html}");
    let found: Vec<(&str, &str)> = mail.links.iter().map(|l| (l.href.as_str(), l.text.as_str())).collect();
    assert_eq!(found, links, "{html}");
}

#[test]
fn text_is_what_a_person_reads() {
    check(
        "<html><head><title>t</title><style>p{}</style></head><body><p>a  b\n c</p><p>d<br>e</p>",
        "t\na b c\n\nd\ne",
        &[],
    );
    check("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc", &[]);
    check("a<script>var x = '<p>';</script>b<!-- c --> d", "ab d", &[]);
    check(
        "1 &lt; 2 &amp; 3 &#x3042;&#12356;&nbsp;&yen;&hellip; &nosuch; &#128; &",
        "1 < 2 & 3 あい ¥… &nosuch; € &",
        &[],
    );
    check("1 < 2 <3> a", "1 < 2 <3> a", &[]);
    check("<div>a</div>b<img src=x alt=\"pic\">c", "a\nb pic c", &[]);
}

#[test]
fn links_have_target_and_text() {
    check(
        "<a href=\"http://a.example/?x=1&amp;y=2\">http://bank.example/</a>",
        "http://bank.example/",
        &[("http://a.example/?x=1&y=2", "http://bank.example/")],
    );
    check("<A class=x HREF=http://a.example/>a <b>b</b></A> c", "a b c", &[("http://a.example/", "a b")]);
    check("<a href='h&#116;tps&colon;&sol;&sol;a.example'>x</a>", "x", &[("https://a.example", "x")]);
    check("<a href=\"http://a.example/\"><img alt=\"見る\"></a>", "見る", &[("http://a.example/", "見る")]);
    check(
        "<a href='http://a.example/'>x<a href='http://b.example/'>y",
        "xy",
        &[("http://a.example/", "x"), ("http://b.example/", "y")],
    );
    check("<a name=x>a</a><a href='#top'>b</a>", "ab", &[]);
    check(
        "<form action=http://f.example/><iframe src='//i.example'></iframe><meta http-equiv=Refresh content='0; url=http://r.example/'>",
        "",
        &[("http://f.example/", ""), ("//i.example", ""), ("http://r.example/", "")],
    );
}

#[test]
fn broken_html_loses_nothing_that_matters() {
    check("<a href=\"http://a.example/>x</a>y", "xy", &[("http://a.example/", "x")]);
    check("a<!-- never closed <p>b", "a", &[]);
    check("a<b", "a", &[]);
    check("<script>x", "", &[]);
    check("<p =\"x\" / / y=>a</p>", "a", &[]);
}

#[test]
fn the_charset_of_the_document_counts_when_the_part_has_none() {
    let html = "<html><head><meta charset=\"Shift_JIS\"></head><body>ｱｲｳｴ</body>";
    let raw = bytes(&[b"Content-Type: text/html\n\n", &encode("shift_jis", html)]);
    assert_eq!(parse(&raw).value.text, "ｱｲｳｴ");
    let html = "<meta http-equiv=Content-Type content=\"text/html; charset=EUC-JP\">渦";
    assert_eq!(parse(&bytes(&[b"Content-Type: text/html\n\n", &encode("euc-jp", html)])).value.text, "渦");
}
