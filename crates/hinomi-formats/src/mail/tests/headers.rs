//! Subjects, addresses, dates, and the first lines of a message.

use super::*;

#[track_caller]
fn subject(raw: &[u8], expected: &str) {
    let mail = parse(&bytes(&[b"Subject: ", raw, b"\r\nFrom: a@a.example\r\n\r\nbody\r\n"])).value;
    assert_eq!(mail.subject, expected);
    assert_eq!(mail.from.len(), 1, "the next field is its own");
}

const SEIKYU: &str = "請求書の件です。 17447 20200723";

#[test]
fn raw_jis_without_any_label() {
    subject(&encode("iso-2022-jp", SEIKYU), SEIKYU);
    // 0x3D 0x3F, "=?", is a kanji in JIS: 十.
    subject(&encode("iso-2022-jp", "十十十月十日"), "十十十月十日");
    let folded =
        bytes(&[&encode("iso-2022-jp", "会議開催通知"), b"\r\n ", &encode("iso-2022-jp", "（重要）")]);
    subject(&folded, "会議開催通知 （重要）");
}

#[test]
fn raw_eight_bit() {
    subject(&encode("shift_jis", SEIKYU), SEIKYU);
    subject(&encode("euc-jp", SEIKYU), SEIKYU);
    subject(SEIKYU.as_bytes(), SEIKYU);
    subject(b"caf\xe9 menu", "café menu");
}

#[test]
fn encoded_words() {
    for (label, charset) in [
        ("iso-2022-jp", "iso-2022-jp"),
        ("ISO-2022-JP", "iso-2022-jp"),
        ("cp932", "shift_jis"),
        ("Windows-31J", "shift_jis"),
        ("euc-jp", "euc-jp"),
        ("UTF-8", "utf-8"),
        ("utf-8*ja", "utf-8"),
        ("x-unknown", "shift_jis"),
    ] {
        let raw = encode(charset, SEIKYU);
        subject(format!("=?{label}?B?{}?=", base64(&raw)).as_bytes(), SEIKYU);
        let quoted: String = raw.iter().map(|byte| format!("={byte:02X}")).collect();
        subject(format!("=?{label}?q?{quoted}?=").as_bytes(), SEIKYU);
    }
    subject(b"=?us-ascii?Q?a_b=3Dc?= d", "a b=c d");
    subject(b"Re: =?utf-8?B?44GC?=: =?utf-8?B?44GE?=", "Re: あ: い");
}

#[test]
fn encoded_words_split_inside_a_character() {
    for (label, charset) in
        [("UTF-8", "utf-8"), ("Shift_JIS", "shift_jis"), ("ISO-2022-JP", "iso-2022-jp"), ("euc-jp", "euc-jp")]
    {
        let raw = encode(charset, SEIKYU);
        for at in 1..raw.len() {
            let (a, b) = raw.split_at(at);
            let words = format!("=?{label}?B?{}?=\r\n =?{label}?B?{}?=", base64(a), base64(b));
            subject(words.as_bytes(), SEIKYU);
        }
    }
}

#[test]
fn encoded_words_that_break_the_rules() {
    // Touching, with blanks inside, folded inside, without padding, with raw bytes inside.
    subject(b"=?utf-8?B?44GC?==?utf-8?B?44GE?=", "あい");
    subject(b"=?utf-8?Q?a b c?=", "a b c");
    subject(b"=?utf-8?B?44GC\r\n 44GE?=", "あい");
    subject(b"=?utf-8?B?44GC44G?=", "あ\u{FFFD}");
    subject(b"=?iso-8859-1?Q?Fr\xc3\xb6sche?=", "Frösche");
    // No word at all.
    for plain in ["=?", "=?utf-8?B?44GC", "=?utf-8?X?abc?=", "a =?= b ?=", "=??B?44GC?=", "1 =? 2 ?= 3"] {
        subject(plain.as_bytes(), plain);
    }
    subject(b"=?utf-8?B??=x", "x");
    subject(b"=?utf-8?Q?a?= =?shift_jis?B?gqA=?=  b", "aあ  b");
}

#[test]
fn line_ends_of_every_kind() {
    for end in ["\r\n", "\n", "\r"] {
        let raw = format!("Subject: a{end}\tb{end}From: x@a.example{end}{end}body{end}line");
        let mail = parse(raw.as_bytes()).value;
        assert_eq!((mail.subject.as_str(), mail.from.len()), ("a b", 1), "{end:?}");
        assert!(mail.text.starts_with("body"), "{:?}", mail.text);
    }
}

#[track_caller]
fn from(value: &str, expected: &[(&str, &str)]) {
    let mail = parse(format!("From: {value}\r\n\r\n").as_bytes()).value;
    let found: Vec<(&str, &str)> = mail.from.iter().map(|a| (a.name.as_str(), a.address.as_str())).collect();
    assert_eq!(found, expected, "{value}");
}

#[test]
fn addresses() {
    from("a@a.example", &[("", "a@a.example")]);
    from("<a@a.example>", &[("", "a@a.example")]);
    from("Taro <a@a.example>, \"B, C\" <b@b.example>", &[("Taro", "a@a.example"), ("B, C", "b@b.example")]);
    from("=?iso-2022-jp?B?GyRCOzNFREJATzobKEI=?= <a@a.example>", &[("山田太郎", "a@a.example")]);
    from("\"=?iso-2022-jp?B?GyRCOzNFREJATzobKEI=?=\" <a@a.example>", &[("山田太郎", "a@a.example")]);
    from("=?utf-8?Q?a,_b?= <a@a.example>", &[("a, b", "a@a.example")]);
    from("a@a.example (Taro (T) Y)", &[("Taro (T) Y", "a@a.example")]);
    from(
        "Sales: a@a.example, B <b@b.example>;, c@c.example",
        &[("", "a@a.example"), ("B", "b@b.example"), ("", "c@c.example")],
    );
    from("undisclosed-recipients:;", &[]);
    from("MAILER-DAEMON", &[("", "MAILER-DAEMON")]);
    from("<@r.example,@s.example:a@a.example>", &[("", "a@a.example")]);
    from("\"a\\\"b\" <a@a.example>", &[("a\"b", "a@a.example")]);
    from("A <a@a.example, B <b@b.example>", &[("A", "a@a.example"), ("B", "b@b.example")]);
    from("Taro Yamada a@a.example", &[("Taro Yamada", "a@a.example")]);
    from("", &[]);
}

#[test]
fn an_address_in_the_display_name_stays_visible() {
    from("\"boss@partner.example\" <x@evil.invalid>", &[("boss@partner.example", "x@evil.invalid")]);
    from("boss@partner.example <x@evil.invalid>", &[("boss@partner.example", "x@evil.invalid")]);
    from("<boss@partner.example> <x@evil.invalid>", &[("<boss@partner.example>", "x@evil.invalid")]);
}

#[test]
fn raw_cp932_in_an_address_does_not_break_its_quotes() {
    // The second byte of 表 is a backslash.
    let raw = bytes(&[b"From: \"", &encode("shift_jis", "代表"), b"\" <a@a.example>\r\n\r\n"]);
    let mail = parse(&raw).value;
    assert_eq!(mail.from, [Address { name: "代表".to_owned(), address: "a@a.example".to_owned() }]);
    let raw = bytes(&[b"From: \"", &encode("iso-2022-jp", "三菱"), b"\" <a@a.example>\r\n\r\n"]);
    assert_eq!(parse(&raw).value.from[0].name, "三菱");
}

#[test]
fn two_from_fields_are_both_kept() {
    let mail = parse(b"From: a@a.example\nFrom : b@b.invalid\n\n").value;
    assert_eq!(mail.from.len(), 2);
}

#[test]
fn a_stray_line_does_not_end_the_header() {
    let read = parse(b"Subject: a\nthis is no field\nFrom: a@a.example\n\nbody");
    assert_eq!(read.value.from.len(), 1);
    assert_eq!(read.value.text, "body");
    assert_eq!(read.problems[0].detail, "a header line that is no field");
    let read = parse(b"Subject: a\nthis is the body\nand more");
    assert_eq!(read.value.text, "this is the body\nand more");
    assert_eq!(read.problems[0].detail, "the header block ends without an empty line");
}

#[test]
fn ids_and_receivers() {
    let mail = parse(
        b"Return-Path: <bounce@a.example>\nDelivered-To: me@b.example\nX-Original-To: info@b.example\n\
          Message-ID: <1@a.example>\nIn-Reply-To: Your message of today <0@b.example>\n\
          References: <x@b.example>\n <0@\n b.example>\nReply-To: r@r.invalid\nCc: c@c.example\n\n",
    )
    .value;
    assert_eq!(mail.return_path.as_deref(), Some("bounce@a.example"));
    assert_eq!(mail.delivered_to, ["me@b.example", "info@b.example"]);
    assert_eq!(mail.message_id.as_deref(), Some("1@a.example"));
    assert_eq!(mail.in_reply_to, ["0@b.example"]);
    assert_eq!(mail.references, ["x@b.example", "0@b.example"]);
    assert_eq!(
        (mail.reply_to[0].address.as_str(), mail.cc[0].address.as_str()),
        ("r@r.invalid", "c@c.example")
    );
    assert_eq!(mail.headers.len(), 8);
    assert_eq!(parse(b"Return-Path: <>\n\n").value.return_path, None);
}

#[track_caller]
fn date(value: &str, expected: Option<i64>) {
    assert_eq!(parse(format!("Date: {value}\n\n").as_bytes()).value.date_unix_s, expected, "{value}");
}

#[test]
fn dates() {
    let then = Some(1_595_463_300);
    date("Thu, 23 Jul 2020 09:15:00 +0900", then);
    date("Thu, 23 Jul 2020 09:15:00 +0900 (JST)", then);
    date("23 Jul 2020 00:15:00 GMT", then);
    date("23 Jul 20 09:15 JST", then);
    date("Thu Jul 23 00:15:00 2020", then);
    date("23-Jul-2020 09:15:00 +0900", then);
    date("Wed, 22 Jul 2020 19:15:00 -0500", then);
    date("2020-07-23T09:15:00+09:00", then);
    date("2020-07-23 00:15:00", then);
    date("1 Jan 1970 00:00:00 +0000", Some(0));
    date("29 Feb 2000 00:00:00 +0000", Some(951_782_400));
    for none in [
        "",
        "yesterday",
        "32 Jul 2020 00:00:00",
        "29 Feb 2001 00:00:00",
        "23 Jul 2020 25:00:00",
        "99999999999999999999 Jul 2020 1:1:1",
    ] {
        date(none, None);
    }
}

#[test]
fn tells_mail_from_other_texts() {
    for mail in [
        "From: a@a.example\nTo: b@b.example\n\nhello",
        "Received: from x\n by y\nSubject: a\n\n",
        "From x Thu Jul 23 00:15:00 2020\nReturn-Path: <a@a.example>\nDate: x\n\n",
        "X-A: 1\nMIME-Version: 1.0\nContent-Type: text/plain\n\n",
        "\u{FEFF}Message-ID: <a@b>\r\nSubject: x\r\n\r\n",
    ] {
        assert!(looks_like_mail(mail.as_bytes()), "{mail}");
    }
    for other in [
        "",
        "Subject: a talk about mail\n\nFrom: here on",
        "title: x\nreferences:\n  - https://a.example\ndate: 2020/01/01\nauthor: y\n",
        "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Type: text/html\r\n\r\n",
        "Content-Type: text/html\nDate: now\n\n",
        "#!/bin/sh\necho From: a@b.example\necho Received: x\n",
        "From: a\nTo: b\n",
        "Package: x\nVersion: 1\nMaintainer: a <a@a.example>\n",
        "import email\nMessage-ID: x\nFrom: y\n",
    ] {
        assert!(!looks_like_mail(other.as_bytes()), "{other}");
    }
}
