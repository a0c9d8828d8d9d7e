//! `keiri@`: invoices, the accountant, the bank, and a partner who still sends the password after the ZIP.

use super::super::desk::{Box, Planted, Posted, note, reply, with_document, with_file};
use super::people::{BANK, CARD, KATO, KEIRI, KOBAYASHI, NAKAMURA, SATO, TAKAHASHI, TANAKA, WATANABE};
use super::{bulletin, pdf, plain_zip, template};
use crate::forge::archive::zip;
use crate::forge::letter::{Charset, Letter, Naming};
use crate::forge::{Chance, macros};
use anyhow::Result;

/// The posts, and the accountant's question that an attacker will quote.
pub(super) fn posts(chance: &mut Chance) -> Result<(Vec<Posted>, Letter)> {
    let (accounts, answers) = accountant();
    let letters = [answers, invoices(chance), notices(chance)?].concat();
    let mut posts: Vec<Posted> = letters.into_iter().map(|letter| Posted::new(Box::Keiri, letter)).collect();
    posts.push(Posted::new(Box::Keiri, accounts.clone()));
    posts.extend(password_after_archive(chance));
    Ok((posts, accounts))
}

fn accountant() -> (Letter, Vec<Letter>) {
    let ask = "例示商事株式会社\n経理部 佐藤様\n\nお世話になっております。さくら会計事務所の加藤です。\n6月分の月次資料(①売掛金一覧 ②経費明細)を今週中にお送りください。\n";
    let accounts = note(KATO, KEIRI, (20, 13, 5), Charset::Cp932, "6月分月次資料のお願い", ask);
    let ours = reply(
        &accounts,
        KEIRI,
        (20, 16, 40),
        Charset::Jis,
        "加藤様\n\nお世話になっております。佐藤です。\n資料は明日お届けします。\n",
    );
    let thanks = "佐藤様\n\nご連絡ありがとうございます。\nお待ちしております。\n";
    let answer = reply(&ours, KATO, (21, 10, 15), Charset::Jis, thanks);
    (accounts, vec![answer])
}

fn invoices(chance: &mut Chance) -> Vec<Letter> {
    let invoice = |number: &str, sum: &str, site: &str| {
        pdf("御請求書", &["例示商事株式会社 御中", number, sum, "お支払期限: 2020年8月31日"], site, false)
    };
    let text = "例示商事株式会社\n経理ご担当者様\n\nいつもお世話になっております。\n7月分の請求書をPDFでお送りいたします。原本は別途郵送いたします。\n";
    let printed = with_file(
        note(NAKAMURA, KEIRI, (20, 9, 31), Charset::Utf8, "請求書送付の件(2020年7月分)", text),
        "請求書_202007_みどり印刷.pdf",
        "application/pdf",
        invoice("No. 2020-0719", "ご請求金額 132,000円", "https://www.midori-print.example/"),
    );
    let files = [
        ("請求書_運賃_202007.pdf", invoice("K-5521", "88,000円", "https://www.kitahama-unyu.example/")),
        ("明細_202007.pdf", invoice("K-5521 明細", "88,000円", "https://www.kitahama-unyu.example/")),
    ];
    let text = "経理ご担当者様\n\n北浜運輸の小林です。\n7月分の運賃請求書と明細をお送りします。\n";
    let mut freight = with_file(
        note(KOBAYASHI, KEIRI, (22, 13, 35), Charset::Jis, "運賃請求書(7月分)", text),
        "北浜運輸_7月請求.zip",
        "application/zip",
        plain_zip(&files, chance),
    );
    freight.attachments[0].naming = Naming::Rfc2231;
    vec![printed, freight]
}

fn notices(chance: &mut Chance) -> Result<Vec<Letter>> {
    let expenses = macros::honest(template("tax-functions")?, chance)?;
    let paid = "例示商事株式会社 様\n\n下記の通り振込入金がございました。\n\n  振込人: カ)ヤマカワセイキ\n  金額: 1,540,000円\n\n本メールは送信専用です。\n";
    let training = "佐藤さん\n\n高橋です。\nマイナンバー研修の受講が未了です。今月中にお願いします。\n";
    let claim =
        "佐藤さん\n\n田中です。7月前半の経費精算書を送ります。\n税込の計算はマクロの関数を使っています。\n";
    let mut statement = bulletin(
        CARD,
        KEIRI,
        (23, 11, 0),
        Charset::Utf8Quoted,
        "【オーロラカード】7月ご利用代金明細のお知らせ",
        &[("会員ページで明細を見る", "https://www.aurora-card.example/member/")],
    );
    // HTML alone, as card companies like it.
    statement.body = statement.html.take().unwrap_or_default();
    Ok(vec![
        note(BANK, KEIRI, (22, 9, 45), Charset::Utf8, "【例示中央銀行】振込入金のお知らせ", paid),
        note(TAKAHASHI, KEIRI, (22, 15, 0), Charset::Jis, "研修の受講について", training),
        with_document(
            note(TANAKA, SATO, (22, 10, 50), Charset::Jis, "経費精算書(7月前半)", claim),
            "経費精算書_田中_202007前半",
            &expenses,
        ),
        statement,
    ])
}

/// Honest, and still a finding: whoever reads the first mail reads the second.
fn password_after_archive(chance: &mut Chance) -> Vec<Posted> {
    const PASSWORD: &str = "Aoba#0721";
    let report = pdf(
        "保守作業報告書",
        &["作業日: 2020年7月18日", "結果: 異常なし"],
        "https://www.aoba-systems.example/",
        true,
    );
    let archive = zip::write(&[zip::Entry::locked("保守作業報告書_0718.pdf", report, PASSWORD)], chance);
    let text = "佐藤様\n\nお世話になっております。青葉システムズの渡辺です。\n7月分の保守作業報告書をお送りします。\nセキュリティのため添付ファイルは暗号化しております。\nパスワードは別メールでお知らせします。\n";
    let first = with_file(
        note(WATANABE, KEIRI, (21, 14, 25), Charset::Jis, "保守作業報告書の送付", text),
        "保守作業報告書_0718.zip",
        "application/zip",
        archive,
    );
    let text = format!(
        "佐藤様\n\n先ほどお送りした添付ファイルのパスワードは以下の通りです。\n\nパスワード:{PASSWORD}\n"
    );
    let second =
        note(WATANABE, KEIRI, (21, 14, 26), Charset::Jis, "【パスワード通知】保守作業報告書の送付", &text);
    let planted = Planted {
        name: "partner-sends-password-after-archive",
        class: "practice",
        checks: vec!["mail.password-beside-archive"],
        urls: Vec::new(),
        note: "A real partner; the password follows in the next mail.",
    };
    vec![Posted { inbox: Box::Keiri, letter: first, planted: Some(planted) }, Posted::new(Box::Keiri, second)]
}
