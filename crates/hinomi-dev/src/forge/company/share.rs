//! The shared folder: honest documents of every template, and one that somebody saved from a mail.

use super::desk::Planted;
use super::truth::Entry;
use super::week;
use crate::forge::carrier::pdf::{Act, Pdf};
use crate::forge::document::Container;
use crate::forge::macros::{self, Shape, Style};
use crate::forge::pack::Folder;
use crate::forge::{Chance, ovba};
use anyhow::Result;

/// Fills `share/`; returns what is planted in it.
pub(super) fn fill(folder: &mut Folder, chance: &mut Chance) -> Result<Vec<Entry>> {
    const PLACES: [(&str, &str); 9] = [
        ("sales-buttons", "営業/売上集計_2020年7月"),
        ("formatting", "営業/得意先一覧"),
        ("view-on-open", "倉庫/在庫表"),
        ("csv-export", "倉庫/商品マスタ_CSV出力"),
        ("opens-folder", "総務/共有フォルダー一覧"),
        ("tax-functions", "経理/税計算"),
        ("fields-on-open", "営業/見積書雛形"),
        ("letter-date", "総務/送付状"),
        ("mail-merge", "総務/案内状_差し込み"),
    ];
    for (template, place) in PLACES {
        let forged = macros::honest(week::template(template)?, chance)?;
        folder.insert(format!("share/{place}.{}", forged.truth.container.extension()), forged.bytes);
    }
    let site = "https://www.reiji.example/";
    folder.insert("share/総務/会社案内.pdf".into(), week::pdf("会社案内", &["例示商事株式会社"], site, true));
    folder.insert("share/総務/申請書.pdf".into(), form());
    folder.insert("share/総務/連絡先.csv".into(), "会社,担当\r\n山川精機,鈴木\r\n".into());
    folder.insert("share/総務/readme.bin".into(), ovba::utf16("旧システムの控えです。"));

    let urls = macros::script::urls(chance);
    let saved = macros::attack(Container::Doc, Shape::E2, Style::Variables, &urls, chance)?;
    let path = "share/受信保存/文書_20201221.doc";
    folder.insert(path.into(), saved.bytes);
    let planted = Planted {
        name: "document-saved-from-mail",
        class: "attack",
        checks: saved.truth.checks,
        urls,
        note: "The shape of December 2020, saved to the shared folder by somebody.",
    };
    Ok(vec![Entry::file(&planted, path)])
}

/// An honest form: a script that checks a field, and an attached text.
fn form() -> Vec<u8> {
    let lines = vec!["休暇申請書".to_owned(), "氏名".to_owned()];
    let script = "if (this.getField('name') && this.getField('name').value == '') { app.alert('Name?'); }";
    let note = Act::Embedded("記入例.txt".to_owned(), "氏名: 例示 太郎\r\n".into());
    Pdf { lines, acts: vec![Act::Script(script.to_owned()), note], packed: false }.write()
}
