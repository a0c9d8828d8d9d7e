//! Passwords told in the text of a message.

use super::*;

/// The password is among the first `within` candidates.
#[track_caller]
fn told(text: &str, password: &str, within: usize) {
    let found = password_candidates(text, &limits());
    let at = found.iter().position(|candidate| candidate == password);
    assert!(at.is_some_and(|at| at < within), "{password} at {at:?} of {found:?}");
}

#[test]
fn passwords_behind_their_keyword() {
    for (text, password) in [
        ("パスワード：abc123", "abc123"),
        ("パスワード: 20200723", "20200723"),
        ("ﾊﾟｽﾜｰﾄﾞ：Xy7!kq", "Xy7!kq"),
        ("解凍パスワードは「s8Fk2」です。", "s8Fk2"),
        ("【パスワード】qW3rty", "qW3rty"),
        ("ＰＷ：ａｂｃ１２３", "abc123"),
        ("PW=Zt9_kd", "Zt9_kd"),
        ("Password: hello", "hello"),
        ("The password is S3cret.", "S3cret"),
        ("archive pass - 777", "777"),
        ("Archive password: 0723", "0723"),
        ("パスワードは以下です。\n\n   kT5#mm2\n\n以上", "kT5#mm2"),
        ("添付ファイルのパスワードをお知らせします。\r\n\r\nパスワード\r\n　gh4Kw9xs\r\n", "gh4Kw9xs"),
        ("開封用暗号キー→ Pq77zz", "Pq77zz"),
        ("■解凍ＰＡＳＳ：ｔｅｓｔ99", "test99"),
        ("合言葉は『あいことば』", "あいことば"),
        ("パスワードは\"a b c\"です", "a b c"),
    ] {
        told(text, password, 3);
    }
}

#[test]
fn passwords_without_a_keyword() {
    told("お世話になっております。\n添付の件です。\n\nk9Lm2p\n\nよろしくお願いします。", "k9Lm2p", 1);
    told("Dear sir, use 4417 to open it. Bye", "4417", 6);
    told("メールをご確認ください：Abcd1234です。http://a.example/long/path a@a.example", "Abcd1234", 1);
}

#[test]
fn candidates_are_bounded_and_stable() {
    let text: String = (0..5_000).map(|n| format!("token{n} パスワード: pw{n}x\n")).collect();
    let found = password_candidates(&text, &limits());
    assert_eq!(found.len(), 500);
    assert_eq!(found, password_candidates(&text, &limits()));
    assert_eq!(found[0], "pw0x");
    let distinct: std::collections::HashSet<&String> = found.iter().collect();
    assert_eq!(distinct.len(), found.len());
}

#[test]
fn ordinary_text_offers_little() {
    assert_eq!(password_candidates("", &limits()), Vec::<String>::new());
    assert_eq!(
        password_candidates("お世話になっております。\n---------\n====\n", &limits()),
        Vec::<String>::new()
    );
    assert_eq!(password_candidates("https://a.example/x?y=zzzz", &limits()), Vec::<String>::new());
}
