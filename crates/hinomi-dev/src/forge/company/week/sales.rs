//! `sales@` and its folder of sent mail: conversations with customers, drawings, estimates.

use super::super::desk::{Box, Posted, note, reply, with_document, with_file};
use super::people::{ISHIKAWA, KOBAYASHI, NAKAMURA, SALES, SATO, SUPPLIER, SUZUKI, TANAKA};
use super::{pdf, plain_zip, template};
use crate::forge::letter::{Charset, Letter, Naming};
use crate::forge::{Chance, macros};
use anyhow::Result;

/// The posts, and the message of a conversation that an attacker will quote.
pub(super) fn posts(chance: &mut Chance) -> Result<(Vec<Posted>, Letter)> {
    let (delivery, thread) = delivery();
    let posts = [delivery, proofs(), estimate(chance)?, files(chance)?, others(chance, &thread)].concat();
    Ok((posts, thread))
}

fn incoming(letter: Letter) -> Posted {
    Posted::new(Box::Sales, letter)
}

/// What we sent has not come through our mail exchanger.
fn sent(mut letter: Letter) -> Posted {
    letter.route = None;
    Posted::new(Box::SalesSent, letter)
}

fn delivery() -> (Vec<Posted>, Letter) {
    let first = note(
        SUZUKI,
        SALES,
        (20, 9, 20),
        Charset::Jis,
        "7月納品分の件",
        "例示商事株式会社\n田中様\n\nいつもお世話になっております。山川精機の鈴木です。\n7月納品分のベアリング(型番 RJ-6204)ですが、\n納期を27日から29日に変更していただくことは可能でしょうか。\n",
    );
    let ours = reply(
        &first,
        TANAKA,
        (20, 10, 2),
        Charset::Jis,
        "山川精機株式会社\n鈴木様\n\nお世話になっております。例示商事の田中です。\n29日納品で承知いたしました。数量は200個でお間違いないでしょうか。\n",
    );
    let last = reply(
        &ours,
        SUZUKI,
        (20, 14, 18),
        Charset::Jis,
        "田中様\n\nご対応ありがとうございます。\n数量は200個で間違いございません。よろしくお願いいたします。\n",
    );
    (vec![incoming(first), sent(ours), incoming(last.clone())], last)
}

fn proofs() -> Vec<Posted> {
    let proof = pdf(
        "総合カタログ2020 校正刷り",
        &["P.12 ベアリング", "P.13 六角ボルト"],
        "https://www.midori-print.example/proof/2020/",
        true,
    );
    let text =
        "田中様\n\nみどり印刷の中村です。\nカタログの校正をお送りします。金曜までにご確認をお願いします。\n";
    let mut first = with_file(
        note(NAKAMURA, SALES, (20, 15, 50), Charset::Utf8, "カタログ校正のお願い", text),
        "総合カタログ2020年版_校正刷り_第二稿.pdf",
        "application/pdf",
        proof,
    );
    first.attachments[0].naming = Naming::Rfc2231Split;
    let ours = reply(
        &first,
        TANAKA,
        (21, 9, 40),
        Charset::Utf8,
        "中村様\n\n田中です。P.13の型番を M8 から M10 に修正してください。\n他は問題ありません。\n",
    );
    let last = reply(
        &ours,
        NAKAMURA,
        (21, 11, 55),
        Charset::Utf8,
        "田中様\n\n修正いたしました。このまま入稿します。\n",
    );
    let away = "メールをありがとうございます。\n7月23日から26日まで休暇をいただいております。\n27日以降にご連絡いたします。\n";
    let mut automatic = note(NAKAMURA, SALES, (23, 10, 0), Charset::Utf8, "自動応答: 入稿日の確認", away);
    automatic.extra.push(("Auto-Submitted", "auto-replied".to_owned()));
    vec![incoming(first), sent(ours), incoming(last), incoming(automatic)]
}

/// A first contact with an honest macro document, and an answer by a mail program that forgets References.
fn estimate(chance: &mut Chance) -> Result<Vec<Posted>> {
    let request = loop {
        let forged = macros::honest(template("fields-on-open")?, chance)?;
        if forged.truth.container.extension() == "doc" {
            break forged;
        }
    };
    let book = macros::honest(template("sales-buttons")?, chance)?;
    let first = with_document(
        note(
            ISHIKAWA,
            SALES,
            (21, 13, 10),
            Charset::Utf8,
            "見積依頼の件",
            "例示商事株式会社 営業ご担当者様\n\nはじめてご連絡いたします。北斗電機の石川と申します。\n添付の依頼書の通りお見積りをお願いいたします。\n",
        ),
        "見積依頼書",
        &request,
    );
    let text = "石川様\n\nお問い合わせありがとうございます。例示商事の田中です。\n見積の内訳をお送りします。集計ボタンで合計が出ます。\n";
    let ours =
        with_document(reply(&first, TANAKA, (21, 17, 5), Charset::Jis, text), "見積内訳_北斗電機様", &book);
    let text = "田中様\n\n内訳を拝見しました。社内で検討のうえご連絡します。\n";
    let mut last = reply(&ours, ISHIKAWA, (22, 9, 12), Charset::Utf8, text);
    last.references.clear();
    Ok(vec![incoming(first), sent(ours), incoming(last)])
}

fn files(chance: &mut Chance) -> Result<Vec<Posted>> {
    let stock = macros::honest(template("view-on-open")?, chance)?;
    let drawing = pdf("図面 RJ-6204 rev2.1", &["材質 SUJ2"], "https://www.yamakawa-seiki.example/", true);
    let archive = plain_zip(
        &[("図面\\RJ-6204_rev2.1.pdf", drawing), ("はじめに.txt", "差し替えです。\r\n".into())],
        chance,
    );
    let inside =
        "営業部の皆さん\n\n佐藤です。今月の在庫表を更新しました。\n開くと一覧の先頭が表示されます。\n";
    let swap = "田中様\n\n山川精機の鈴木です。\n図面を差し替えました。旧版は破棄をお願いいたします。\n";
    Ok(vec![
        incoming(with_document(
            note(SATO, SALES, (22, 9, 50), Charset::Jis, "在庫表の更新", inside),
            "在庫表_2020年7月",
            &stock,
        )),
        incoming(with_file(
            note(SUZUKI, SALES, (22, 11, 30), Charset::Jis, "図面差し替えの件", swap),
            "図面差し替え.zip",
            "application/x-zip-compressed",
            archive,
        )),
    ])
}

fn others(chance: &mut Chance, thread: &Letter) -> Vec<Posted> {
    let forward = with_file(
        note(
            TANAKA,
            SALES,
            (22, 14, 14),
            Charset::Utf8,
            "Fwd: 7月納品分の件",
            "営業部各位\n\n山川精機様の納期変更です。元のメールを添付します。\n",
        ),
        "7月納品分の件.eml",
        "message/rfc822",
        thread.write(chance),
    );
    let kana = "営業部 御中\n\n北浜運輸の小林です。\n配達完了ﾃﾞｰﾀは月曜にお送りします。(ｶﾌﾞ)北斗電機様向け3個口です。\n";
    let english = "Dear Mr. Tanaka,\n\nPlease find attached the shipment schedule for August.\nThe vessel leaves Cat Lai on August 3.\n\nBest regards,\nLinh Tran\nSaigon Bearing Co.\n";
    let schedule = pdf(
        "Shipment schedule, August 2020",
        &["ETD 3 Aug", "ETA 12 Aug Tokyo"],
        "https://www.saigon-bearing.example/schedule",
        false,
    );
    vec![
        incoming(forward),
        incoming(note(KOBAYASHI, SALES, (24, 9, 30), Charset::Cp932, "配達完了ﾃﾞｰﾀの件", kana)),
        incoming(with_file(
            note(SUPPLIER, SALES, (24, 10, 20), Charset::Utf8Quoted, "Shipment schedule for August", english),
            "schedule_2020-08.pdf",
            "application/pdf",
            schedule,
        )),
    ]
}
