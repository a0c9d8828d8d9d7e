//! `info@`: what reaches every company: news, notices, enquiries, machines.

use super::super::desk::{Box, Posted, note, reply, with_file};
use super::people::{
    CHAMBER, DAEMON, FORM, INFO, KOBAYASHI, NAKAMURA, PRESS, SEMINAR, STORAGE, TAKAHASHI, VISITOR, WATANABE,
};
use super::{bulletin, pdf};
use crate::forge::Chance;
use crate::forge::letter::{Charset, Letter};

const CALENDAR: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:20200728-1@aoba-systems.example\r\nDTSTAMP:20200721T043000Z\r\nDTSTART:20200728T050000Z\r\nDTEND:20200728T060000Z\r\nSUMMARY:保守定例会\r\nLOCATION:貴社会議室\r\nORGANIZER:mailto:watanabe@aoba-systems.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

pub(super) fn posts(chance: &mut Chance) -> Vec<Posted> {
    let letters = [news(), notices(), enquiry(), partners(chance), machines()].concat();
    letters.into_iter().map(|letter| Posted::new(Box::Info, letter)).collect()
}

fn news() -> Vec<Letter> {
    let issue = |day: u8, items: &[(&str, &str)]| {
        let subject = format!("業界新報メール便 7月{day}日号");
        bulletin(PRESS, INFO, (day, 8, 5), Charset::Utf8, &subject, items)
    };
    vec![
        issue(
            20,
            &[
                ("軸受の国内出荷、6月は前年比2割減", "https://www.gyokai-shimpo.example/news/200720-1"),
                ("テレワークと請求書の電子化", "https://www.gyokai-shimpo.example/news/200720-2"),
            ],
        ),
        issue(
            22,
            &[
                ("海外からの添付ファイル付きメールに注意", "https://www.gyokai-shimpo.example/news/200722-1"),
                ("鋼材価格、据え置き", "https://www.gyokai-shimpo.example/news/200722-2"),
            ],
        ),
        issue(23, &[("祝日特集: 町工場の夏", "https://www.gyokai-shimpo.example/news/200723-1")]),
        issue(24, &[("来週の予定", "https://www.gyokai-shimpo.example/news/200724-1")]),
        bulletin(
            SEMINAR,
            INFO,
            (20, 15, 15),
            Charset::Utf8Quoted,
            "【無料】オンラインセミナー「中小企業の資金繰り」のご案内",
            &[("お申し込みはこちら", "https://www.keiei-seminar.example/apply?id=2007")],
        ),
    ]
}

fn notices() -> Vec<Letter> {
    let holiday = "皆さん\n\n総務の高橋です。\n23日(木)と24日(金)は祝日のため休業です。\n電話は留守番電話に切り替えます。\n";
    let password = "皆さん\n\n情報システム担当の高橋です。\nパソコンのログインパスワードの変更期限が今月末に迫っています。\nパスワードは10文字以上とし、他の人に教えないでください。\n変更方法: https://www.reiji.example/manual/password.html\n";
    let monthly = "会員各位\n\n7月の例会は中止とし、資料を郵送いたします。\n会費の口座振替日は27日です。\n\n商工会事務局\n";
    let mut chamber =
        note(CHAMBER, INFO, (22, 11, 11), Charset::Jis, "[shoko:00412] 7月例会中止のお知らせ", monthly);
    chamber.reply_to = Some(CHAMBER);
    chamber.extra.push(("List-Id", "<shoko.shokokai.example>".to_owned()));
    chamber.extra.push(("Precedence", "list".to_owned()));
    vec![
        note(TAKAHASHI, INFO, (20, 9, 10), Charset::Jis, "連休のお知らせ", holiday),
        note(TAKAHASHI, INFO, (22, 10, 5), Charset::Utf8, "パスワード定期変更のお願い", password),
        chamber,
    ]
}

/// A form that writes in our own name, the visitor in Reply-To, and the visitor's answer to our answer.
fn enquiry() -> Vec<Letter> {
    let text = "お名前: 森 あゆみ\nメール: ayumi.mori@studio-mori.example\n内容: 展示会用の什器部品を10個から購入できますか。\n";
    let mut form =
        note(FORM, INFO, (20, 10, 22), Charset::Utf8, "【お問い合わせ】部品の小口購入について", text);
    form.reply_to = Some(VISITOR);
    let ours = note(
        INFO,
        VISITOR,
        (20, 13, 0),
        Charset::Utf8,
        "お問い合わせの件(例示商事)",
        "森様\n\nお問い合わせありがとうございます。\n10個から承ります。担当の田中よりご連絡いたします。\n",
    );
    let thanks =
        "例示商事 ご担当者様\n\n早速のご返信ありがとうございます。\nご連絡をお待ちしております。\n\n森\n";
    vec![form, reply(&ours, VISITOR, (21, 16, 48), Charset::Utf8, thanks)]
}

fn partners(_chance: &mut Chance) -> Vec<Letter> {
    let pickup = "例示商事株式会社 御中\n\nいつもお世話になっております。\n22日(水)の集荷は道路工事のため15時に変更いたします。\nご不便をおかけしますがよろしくお願いいたします。\n";
    let upkeep = "例示商事株式会社\n高橋様\n\nお世話になっております。青葉システムズの渡辺です。\n8月の定期保守のご案内をお送りします。ご確認ください。\n";
    let guide = pdf(
        "定期保守のご案内",
        &["日時: 2020年8月8日 22:00-24:00", "対象: ファイルサーバー"],
        "https://www.aoba-systems.example/support/",
        false,
    );
    let invite = "高橋様\n\n次回定例会の予定をお送りします。\n";
    let closed = "お取引先各位\n\n誠に勝手ながら8月13日から16日まで夏季休業とさせていただきます。\n";
    vec![
        note(KOBAYASHI, INFO, (20, 11, 40), Charset::Jis, "集荷時間変更のお知らせ", pickup),
        with_file(
            note(WATANABE, INFO, (21, 9, 2), Charset::Jis, "8月定期保守のご案内", upkeep),
            "定期保守のご案内_2020.08.pdf",
            "application/pdf",
            guide,
        ),
        with_file(
            note(WATANABE, INFO, (21, 13, 30), Charset::Utf8, "保守定例会", invite),
            "invite.ics",
            "text/calendar; method=REQUEST; charset=UTF-8",
            CALENDAR.as_bytes().to_vec(),
        ),
        note(NAKAMURA, INFO, (22, 17, 20), Charset::JisUnlabelled, "夏季休業のお知らせ", closed),
    ]
}

fn machines() -> Vec<Letter> {
    let backup = "Backup job 'share-daily' finished.\n\nStatus: OK\nFiles: 48,210\nDuration: 01:12:40\n";
    let bounced = "This is the mail system at host mx.reiji.example.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n<old-address@studio-mori.example>: host mail.hosting-asahi.example said:\n    550 5.1.1 User unknown\n";
    let report = "Reporting-MTA: dns; mx.reiji.example\n\nFinal-Recipient: rfc822; old-address@studio-mori.example\nAction: failed\nStatus: 5.1.1\n";
    let bounce =
        note(DAEMON, INFO, (24, 2, 13), Charset::Utf8Raw, "Undelivered Mail Returned to Sender", bounced);
    let mut bounce = with_file(bounce, "details.txt", "message/delivery-status", report.as_bytes().to_vec());
    bounce.extra.push(("Auto-Submitted", "auto-replied".to_owned()));
    vec![note(STORAGE, INFO, (23, 9, 0), Charset::Utf8Raw, "[nas01] Backup completed", backup), bounce]
}
