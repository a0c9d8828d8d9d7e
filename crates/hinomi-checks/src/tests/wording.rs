//! Names, subjects and quoted text, as senders write them.

use crate::mail::deceptive_file_name::deceives;
use crate::mail::observe::{addresses_in, split_quoted};
use crate::mail::scatter_type::{TEMPLATES, fits};
use crate::mail::subject::bare_subject;

#[test]
fn templates_fit_their_variants_and_nothing_else() {
    assert!(!TEMPLATES.is_empty(), "templates.toml is not read");
    for (pattern, subject, expected) in [
        ("請求書の件です<3-6><8>", "請求書の件です。 17447 20200723", true),
        ("請求書の件です<3-6><8>", "請求書の件です。17447_20200723", true),
        ("請求書の件です<3-6><8>", "請求書の件です １７４４７ ２０２００７２３", true),
        ("請求書の件です<3-6><8>", "RE: 請求書の件です。 17447 20200723", true),
        ("請求書の件です<3-6><8>", "請求書の件です。 17447 20200723 について", false),
        ("請求書の件です<3-6><8>", "【至急】請求書の件です。 17447 20200723", false),
        ("請求書の件です<3-6><8>", "請求書の件です。 20200723", false),
        ("請求書の件です<3-6><8>", "請求書の件です。 12 20200723", false),
        ("請求書の件です<1-2><8>", "請求書の件です 3_20200723", true),
        ("会議開催通知", "会議開催通知", true),
        ("会議開催通知", "Fw：返信: 会議開催通知 ", true),
        ("会議開催通知", "会議開催通知 (9月)", false),
        ("", "", true),
        ("a<b", "a1", false),
        ("a<x-y>", "a1", false),
    ] {
        assert_eq!(fits(pattern, subject), expected, "{pattern} {subject}");
    }
}

#[test]
fn no_known_template_fits_an_everyday_subject() {
    for subject in ["請求書の件", "請求書の件です", "会議開催通知の訂正", "Invoice 12345 20200723", ""]
    {
        assert!(TEMPLATES.iter().all(|template| !fits(&template.pattern, subject)), "{subject}");
    }
}

#[test]
fn names_deceive_in_three_ways() {
    for (name, expected) in [
        ("請求書.pdf.exe", Some("double_extension")),
        ("請求書.PDF.EXE", Some("double_extension")),
        ("請求書.pdf.exe. ", Some("double_extension")),
        ("a.docx.lnk", Some("double_extension")),
        ("請求書.pdf                    .exe", Some("padded")),
        ("memo\u{202E}fdp.exe", Some("bidi")),
        ("memo\u{2066}.txt", Some("bidi")),
        ("setup.exe", None),
        ("v1.2.exe", None),
        ("report.pdf", None),
        ("archive.tar.gz", None),
        ("a       .exe", None),
        ("", None),
        (".exe", None),
        ("...", None),
    ] {
        assert_eq!(deceives(name), expected, "{name:?}");
    }
}

#[test]
fn a_subject_loses_every_reply_mark_and_nothing_else() {
    for (subject, bare) in [
        ("Re: Fwd: RE：見積", "見積"),
        (" 返信：転送: 見積 ", "見積"),
        ("Re[2]: 見積", "見積"),
        ("RE^3: 見積", "見積"),
        ("Re2: 見積", "見積"),
        ("Report: 見積", "Report: 見積"),
        ("Re 見積", "Re 見積"),
        ("re", "re"),
        ("", ""),
    ] {
        assert_eq!(bare_subject(subject), bare, "{subject}");
    }
}

#[track_caller]
fn quoted(text: &str, expected: &[(&str, &str)]) {
    let (_, behind) = split_quoted(text);
    let found = addresses_in(behind);
    let found: Vec<(&str, &str)> = found.iter().map(|a| (a.name.as_str(), a.address.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn the_quoted_original_says_who_wrote_it() {
    quoted(
        "了解です。\n\nFrom: 山川 <a@b.example>\nTo: Sato <s@reiji.example>\n",
        &[("山川", "a@b.example"), ("Sato", "s@reiji.example")],
    );
    quoted("ok\n> From: \"山川 太郎\" <A@B.example>\n", &[("山川 太郎", "a@b.example")]);
    quoted("ok\n差出人：山川<a@b.example>\n", &[("山川", "a@b.example")]);
    quoted("2020年7月 a@b.example のメール:\n> hello\n", &[("", "a@b.example")]);
    quoted(
        "-----Original Message-----\nFrom: x@y.example; z@y.example\n",
        &[("", "x@y.example"), ("", "z@y.example")],
    );
    quoted("no quote at all, a@b.example\n", &[]);
    quoted("> a@b (no address) a@@b.example a@b. .a@b.example.\n", &[("", "a@b.example")]);
}

#[test]
fn the_same_address_twice_is_one_and_the_number_is_limited() {
    let many: String = (0..200).map(|n| format!("> u{n}@x.example u{n}@x.example\n")).collect();
    let found = addresses_in(&many);
    assert_eq!(found.len(), 50);
    assert_eq!(found[1].address, "u1@x.example");
}

#[test]
fn own_words_end_where_the_quote_begins() {
    for (text, lead) in [
        ("Hi\n> quoted", "Hi\n"),
        ("Hi\nFrom: no address here\nmore", "Hi\nFrom: no address here\nmore"),
        ("Hi\n--\nsignature", "Hi\n--\nsignature"),
        ("On Monday a@b.example wrote:\n> x", ""),
        ("", ""),
    ] {
        assert_eq!(split_quoted(text).0, lead, "{text:?}");
    }
}
