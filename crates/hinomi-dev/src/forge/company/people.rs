//! Who writes to whom in the sample company, and over which servers.

use crate::forge::letter::{Person, Route};

const fn person(name: &'static str, address: &'static str) -> Person {
    Person { name, address }
}

pub(super) const INFO: Person = person("例示商事 代表", "info@reiji.example");
pub(super) const SALES: Person = person("例示商事 営業部", "sales@reiji.example");
pub(super) const KEIRI: Person = person("例示商事 経理部", "keiri@reiji.example");
pub(super) const TANAKA: Person = person("田中 健一", "kenichi.tanaka@reiji.example");
pub(super) const SATO: Person = person("佐藤 美咲", "misaki.sato@reiji.example");
pub(super) const TAKAHASHI: Person = person("高橋 由美", "yumi.takahashi@reiji.example");
pub(super) const STORAGE: Person = person("NAS", "nas@reiji.example");
pub(super) const FORM: Person = person("お問い合わせフォーム", "form@reiji.example");

pub(super) const SUZUKI: Person = person("山川精機 鈴木 一郎", "i.suzuki@yamakawa-seiki.example");
pub(super) const NAKAMURA: Person = person("みどり印刷 中村", "nakamura@midori-print.example");
pub(super) const KOBAYASHI: Person = person("北浜運輸 小林", "kobayashi@kitahama-unyu.example");
pub(super) const KATO: Person = person("さくら会計事務所 加藤", "kato@sakura-kaikei.example");
pub(super) const WATANABE: Person = person("青葉システムズ 渡辺", "watanabe@aoba-systems.example");
pub(super) const ISHIKAWA: Person = person("北斗電機 石川 浩二", "k.ishikawa@hokuto-denki.example");
pub(super) const VISITOR: Person = person("森 あゆみ", "ayumi.mori@studio-mori.example");
pub(super) const SUPPLIER: Person = person("Linh Tran", "linh@saigon-bearing.example");
pub(super) const CHAMBER: Person = person("商工会事務局", "jimukyoku@shokokai.example");
pub(super) const PRESS: Person = person("業界新報メール便", "news@gyokai-shimpo.example");
pub(super) const SEMINAR: Person = person("経営セミナー事務局", "seminar@keiei-seminar.example");
pub(super) const BANK: Person = person("例示中央銀行", "notice@reiji-chuo-bank.example");
pub(super) const CARD: Person = person("オーロラカード", "info@aurora-card.example");
pub(super) const DAEMON: Person = person("Mail Delivery System", "MAILER-DAEMON@mx.reiji.example");

/// Servers of those who really send; the addresses are from RFC 5737.
pub(super) fn route(from: &Person) -> Route {
    let genuine = |host, ip, envelope, dkim| {
        let dmarc = if dkim { "pass" } else { "none" };
        Route { host, ip, envelope, spf: "pass", dkim: dkim.then_some(from.domain()), dmarc }
    };
    match from.domain() {
        "reiji.example" | "mx.reiji.example" => Route {
            host: "smtp.reiji.example",
            ip: "203.0.113.11",
            envelope: from.address,
            spf: "pass",
            dkim: Some("reiji.example"),
            dmarc: "pass",
        },
        "yamakawa-seiki.example" => genuine("mail.yamakawa-seiki.example", "192.0.2.21", from.address, false),
        "midori-print.example" => genuine("mx1.midori-print.example", "192.0.2.33", from.address, true),
        "kitahama-unyu.example" => genuine("smtp.kitahama-unyu.example", "192.0.2.47", from.address, false),
        "sakura-kaikei.example" => genuine("mail.sakura-kaikei.example", "192.0.2.58", from.address, true),
        "aoba-systems.example" => genuine("out2.aoba-systems.example", "192.0.2.66", from.address, true),
        "hokuto-denki.example" => genuine("gate.hokuto-denki.example", "192.0.2.71", from.address, false),
        "saigon-bearing.example" => {
            genuine("mail.saigon-bearing.example", "198.51.100.12", from.address, true)
        }
        // Bulk mail is sent by somebody else's servers, in the sender's name.
        "gyokai-shimpo.example" | "keiei-seminar.example" => {
            genuine("esp7.mail-haishin.example", "198.51.100.77", "bounce-8812@mail-haishin.example", true)
        }
        _ => genuine("mail.hosting-asahi.example", "192.0.2.90", from.address, true),
    }
}

/// What stands below a person's mail.
pub(super) fn signature(person: &Person) -> &'static str {
    match *person {
        TANAKA => "--\n例示商事株式会社 営業部\n田中 健一\nTEL 03-0000-0101 / kenichi.tanaka@reiji.example\n",
        SATO => "--\n例示商事株式会社 経理部 佐藤 美咲\nTEL 03-0000-0102\n",
        TAKAHASHI => "--\n総務部(情報システム担当) 高橋\n内線 210\n",
        SUZUKI => {
            "--------------------------------\n山川精機株式会社 製造管理課\n鈴木 一郎\ni.suzuki@yamakawa-seiki.example\n--------------------------------\n"
        }
        NAKAMURA => "-- \nみどり印刷株式会社 制作部 中村\nhttps://www.midori-print.example/\n",
        KOBAYASHI => "北浜運輸(株) 配車センター 小林\n",
        KATO => "*************************\nさくら会計事務所\n加藤 直子\n*************************\n",
        WATANABE => {
            "──────────────\n株式会社青葉システムズ 保守サービス部\n渡辺 誠\nhttps://www.aoba-systems.example/\n──────────────\n"
        }
        ISHIKAWA => "--\n北斗電機株式会社 資材部\n石川 浩二\n",
        _ => "",
    }
}
