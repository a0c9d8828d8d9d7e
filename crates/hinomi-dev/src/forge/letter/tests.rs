//! Fields and bodies must come out as mail programs write them.

use super::*;

const SENDER: Person = Person { name: "鈴木 一郎", address: "suzuki@yamakawa.example" };

fn letter(charset: Charset) -> Letter {
    Letter {
        from: SENDER,
        to: vec![Person { name: "", address: "info@reiji.example" }],
        cc: Vec::new(),
        reply_to: None,
        subject: "請求書の件です。".to_owned(),
        at: Moment { day: 23, hour: 9, minute: 5 },
        charset,
        body: "お世話になっております。\nFrom here = 1\n".to_owned(),
        html: None,
        attachments: Vec::new(),
        message_id: "1@yamakawa.example".to_owned(),
        references: Vec::new(),
        route: None,
        mailer: "test",
        extra: Vec::new(),
    }
}

#[track_caller]
fn check(charset: Charset, expected: &[&[u8]]) {
    let written = letter(charset).write(&mut Chance::new(1));
    for piece in expected {
        let found = written.windows(piece.len()).any(|window| window == *piece);
        assert!(found, "{} lacks {}", written.escape_ascii(), piece.escape_ascii());
    }
}

#[test]
fn each_character_set_is_written_its_own_way() {
    check(Charset::Jis, &[b"Subject: =?ISO-2022-JP?B?GyRC", b"charset=ISO-2022-JP\n", b"\x1B$B$*@$OC"]);
    check(Charset::JisUnlabelled, &[b"Subject: \x1B$B@A5a=q", b"Content-Type: text/plain\n"]);
    check(Charset::Cp932, &[b"=?cp932?B?kL+LgY+R", b"charset=cp932\nContent-Transfer-Encoding: base64\n"]);
    check(Charset::Utf8Quoted, &[b"=?UTF-8?B?6KuL5rGC", b"=E3=81=8A", b"\nFrom=20here=20=3D=201\n"]);
    check(Charset::Utf8Raw, &["Subject: 請求書の件です。\n".as_bytes(), "お世話".as_bytes()]);
}

#[test]
fn the_date_names_the_right_day() {
    check(Charset::Utf8, &[b"Date: Thu, 23 Jul 2020 09:05:00 +0900\n"]);
}

#[track_caller]
fn check_name(naming: Naming, expected: &str) {
    assert_eq!(parameter("name", "請求書.doc", naming), expected);
}

#[test]
fn file_names_are_written_in_three_ways() {
    check_name(Naming::EncodedWord, ";\n name=\"=?ISO-2022-JP?B?GyRCQEE1YT1xGyhCLmRvYw==?=\"");
    check_name(Naming::Rfc2231, ";\n name*=UTF-8''%E8%AB%8B%E6%B1%82%E6%9B%B8.doc");
    let split = ";\n name*0*=ISO-2022-JP'ja'%1B%24B%40A5a%3Dq%1B%28B.;\n name*1*=doc";
    check_name(Naming::Rfc2231Split, split);
}
