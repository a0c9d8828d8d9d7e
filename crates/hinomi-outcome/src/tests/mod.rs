//! A sample report, made up, and what every format must hold whatever the evidence says.

mod hostile;

use crate::{APP, BudgetInput, Catalog, Counts, Plan, ProblemLine, Report, Reported, Undecided};
use hinomi_model::{
    AssetId, AssetKind, BasisPoints, Confidence, Entry, Evidence, EvidenceId, EvidenceKind, EvidenceRef,
    Fact, Finding, Gate, Grade, Indicator, IndicatorKind, Lang, Locator, Observation, Severity, Status, Step,
    Text, Tlp, Words, Yen, fact,
};
use jiff::Timestamp;

macro_rules! entry {
    ($path:literal) => {
        ($path, include_str!(concat!("../../../../catalog/", $path)))
    };
}

/// The files of the repository's catalogue.
pub(crate) const CATALOG: &[(&str, &str)] = &[
    entry!("benchmarks/incident-rate.toml"),
    entry!("benchmarks/it-ratio.toml"),
    entry!("benchmarks/loss.toml"),
    entry!("benchmarks/security-share.toml"),
    entry!("incidents/2020-05-nttcom-servers.toml"),
    entry!("incidents/2020-05-page-portscan.toml"),
    entry!("incidents/2020-06-kitamura-list-attack.toml"),
    entry!("incidents/2020-06-meti-report.toml"),
    entry!("incidents/2020-07-emocheck-evaded.toml"),
    entry!("incidents/2020-07-emotet.toml"),
    entry!("incidents/2020-07-iot-5g.toml"),
    entry!("incidents/2020-07-nttcom-byod.toml"),
    entry!("incidents/2020-07-subdomain-takeover.toml"),
    entry!("incidents/2020-07-tls-guideline.toml"),
    entry!("incidents/2020-07-vpn-leak.toml"),
    entry!("incidents/2020-no-more-consultants.toml"),
    entry!("incidents/2020-security-budget.toml"),
    entry!("incidents/2020-threat-classes.toml"),
    entry!("indicators/well-known.toml"),
    entry!("measures/countermeasures.toml"),
    entry!("measures/mail-and-documents.toml"),
    entry!("measures/tls-and-keys.toml"),
    entry!("measures/web-pages.toml"),
    entry!("text/en.toml"),
    entry!("text/ja.toml"),
];

pub(crate) fn catalog() -> Catalog {
    Catalog::parse(CATALOG.iter().copied()).unwrap()
}

/// The checks of the sample: id, severity, threat class, measures, and words in both languages.
const CHECKS: &str = include_str!("checks.toml");

#[derive(serde::Deserialize)]
struct Checks {
    check: Vec<Entry>,
}

fn checks() -> Vec<Entry> {
    toml::from_str::<Checks>(CHECKS).unwrap().check
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn mailbox() -> AssetId {
    AssetId::new(AssetKind::Mailbox, "keiri@shop.example").unwrap()
}

/// Evidence of the sample, by name.
pub(crate) fn id(name: &str) -> EvidenceId {
    EvidenceId::of(name.as_bytes())
}

fn evidence(kind: EvidenceKind, name: &str, parent: Option<&str>) -> (EvidenceId, Evidence) {
    let evidence = Evidence {
        id: id(name),
        kind,
        name: name.to_owned(),
        source: "mail/2020-07-23.mbox#12".to_owned(),
        parent: parent.map(id),
        size: 81_920,
        taken_at: Some(time("2020-07-24T00:30:00Z")),
        taken_by: "hinomi 0.1.0".to_owned(),
    };
    (evidence.id.clone(), evidence)
}

fn proof(name: &str, locator: Locator, quote: &str) -> EvidenceRef {
    EvidenceRef {
        sha256: id(name),
        source: "mail/2020-07-23.mbox#12".to_owned(),
        locator,
        quote: quote.to_owned(),
    }
}

fn step(kind: &str, text: &str, place: &str) -> Step {
    Step { kind: kind.to_owned(), text: text.to_owned(), place: place.to_owned() }
}

pub(crate) fn url(value: &str, host: &str) -> Indicator {
    Indicator {
        kind: IndicatorKind::Url,
        value: value.to_owned(),
        host: host.to_owned(),
        found_in: vec![id("請求書の件です。 17447 20200723.doc")],
        layers: vec!["base64".to_owned(), "utf-16le".to_owned(), "split *".to_owned()],
        confidence: Confidence::High,
        tlp: Tlp::Amber,
        valid_from: Some(time("2020-07-23T00:00:00Z")),
        valid_until: Some(time("2020-10-21T00:00:00Z")),
    }
}

const GRAVE: Grade = Grade { severity: Severity::Critical, confidence: Confidence::High };

fn starts_powershell() -> Finding {
    let doc = "請求書の件です。 17447 20200723.doc";
    let at = Locator {
        part: Some(format!("2/{doc}")),
        path: Some("VBA/ThisDocument".to_owned()),
        line: Some(12),
        ..Locator::default()
    };
    let text =
        Text::new("disguised_fetch").with("file", doc).with("program", "powershell.exe").with("urls", 3);
    let quote = "Set w = CreateObject(\"winmgmts:Win32_Process\"): w.Create k, Null, s, p";
    let mut finding =
        Finding::new("document.starts-powershell", mailbox(), GRAVE, text, proof(doc, at, quote))
            .keyed("sha256", id(doc).as_str())
            .keyed("stage", "powershell");
    finding.at = Some(time("2020-07-22T23:30:00Z"));
    finding.story = vec![
        step("mail", "請求書の件です。 17447 20200723", "2020-07-23.mbox#12"),
        step("document", doc, "2"),
        step("entry-point", "Document_Open", "ThisDocument:3"),
        step("call", "Win32_Process.Create", "ThisDocument:12"),
        step("command", "powersheLL -w hidden -e JABNAHkAYgBvAG8AawBzAD0A…", "ThisDocument:12"),
        step("layer", "base64 → utf-16le", ""),
        step("url", "http://news.example/wp-admin/5x/", ""),
        step("url", "https://cdn.shop.invalid/assets/invoice.exe", ""),
        step("url", "http://203.0.113.7:8080/q/", ""),
    ];
    finding.indicators = vec![
        url("http://news.example/wp-admin/5x/", "news.example"),
        url("https://raw.githubusercontent.com/u/r/main/p.exe", "raw.githubusercontent.com"),
        url("http://203.0.113.7:8080/q/", "203.0.113.7"),
        Indicator {
            kind: IndicatorKind::Hash,
            value: id(doc).as_str().to_owned(),
            host: String::new(),
            layers: vec![],
            ..url("", "")
        },
    ];
    finding
}

fn simple(check: &str, grade: Grade, text: Text, file: &str, quote: &str) -> Finding {
    let at = Locator { part: Some(format!("2/{file}")), ..Locator::default() };
    Finding::new(check, mailbox(), grade, text, proof(file, at, quote)).keyed("sha256", id(file).as_str())
}

fn findings() -> Vec<Reported> {
    let grade = |severity, confidence| Grade { severity, confidence };
    let reported = |finding, status| Reported { finding, status, acceptance: None };
    let mut pdf = simple(
        "document.pdf-leads-to-document",
        grade(Severity::High, Confidence::Medium),
        Text::new("leads").with("file", "明細 0721.pdf").with("host", "files.example"),
        "明細 0721.pdf",
        "/URI (https://files.example/d/0721.doc)",
    );
    pdf.story =
        vec![step("pdf", "明細 0721.pdf", "2"), step("url", "https://files.example/d/0721.doc", "obj 14")];
    pdf.indicators = vec![url("https://files.example/d/0721.doc", "files.example")];
    let mut reply = simple(
        "mail.reply-type",
        grade(Severity::High, Confidence::High),
        Text::new("partner")
            .with("shown", "山田 太郎 <yamada@partner.example>")
            .with("real", "info@other.invalid"),
        "Re: 見積のお願い",
        "From: \"山田 太郎 <yamada@partner.example>\" <info@other.invalid>",
    );
    reply.indicators = vec![Indicator {
        kind: IndicatorKind::Email,
        value: "info@other.invalid".to_owned(),
        layers: vec![],
        ..url("", "")
    }];
    let password = simple(
        "mail.password-beside-archive",
        grade(Severity::Medium, Confidence::High),
        Text::new("same_mail").with("file", "20200723.zip"),
        "20200723.zip",
        "パスワード：…",
    );
    let name = simple(
        "mail.deceptive-file-name",
        grade(Severity::High, Confidence::High),
        Text::new("bidi").with("file", "会議開催通知\u{202e}cod.exe"),
        "会議開催通知\u{202e}cod.exe",
        "会議開催通知\u{202e}cod.exe",
    );
    vec![
        reported(pdf, Status::Open),
        reported(reply, Status::New),
        reported(starts_powershell(), Status::New),
        reported(password, Status::Reopened),
        Reported {
            finding: name,
            status: Status::Suppressed,
            acceptance: Some("訓練用の添付（2020-09-30 まで、承認: 情報システム部長）".to_owned()),
        },
    ]
}

/// The sample: five findings, one undecided case, two problems, in the words of `lang`.
pub(crate) fn report(lang: Lang) -> Report {
    let mut words = catalog().words;
    for entry in checks() {
        for (lang, table) in &entry.text {
            let lang = if lang == "ja" { Lang::Ja } else { Lang::En };
            words.add(&entry.id, lang, table.clone());
        }
    }
    let mail = "請求書の件です。 17447 20200723";
    let doc = "請求書の件です。 17447 20200723.doc";
    Report {
        made_at: time("2020-07-24T01:00:00Z"),
        lang,
        findings: findings(),
        undecided: vec![Undecided {
            check: "document.auto-run-macro".to_owned(),
            asset: mailbox(),
            evidence: id("見積.xls"),
            why: Text::new("encrypted").with("file", "見積.xls"),
        }],
        problems: problems(),
        evidence: [
            evidence(EvidenceKind::Mail, mail, None),
            evidence(EvidenceKind::Document, doc, Some(mail)),
            evidence(EvidenceKind::Document, "見積.xls", Some(mail)),
            evidence(EvidenceKind::Pdf, "明細 0721.pdf", None),
            evidence(EvidenceKind::Mail, "Re: 見積のお願い", None),
            evidence(EvidenceKind::Archive, "20200723.zip", None),
            evidence(EvidenceKind::Program, "会議開催通知\u{202e}cod.exe", None),
        ]
        .into(),
        observations: vec![observation(mail)],
        checks: checks().into_iter().map(|entry| (entry.id.clone(), entry)).collect(),
        words,
        counts: Counts { evidence: 37, checked: 128, passed: 122, failed: 5, undecided: 1, unread: 2 },
        not_looked_at: ["host", "dns", "tls"].map(str::to_owned).to_vec(),
        certificates: 0,
        milliseconds: 1_250,
        exit: 1,
    }
}

fn problems() -> Vec<ProblemLine> {
    vec![
        ProblemLine {
            source: "mail/2020-07-23.mbox#31".to_owned(),
            evidence: Some(id("深い.zip")),
            place: "2/深い.zip".to_owned(),
            kind: "limit-reached".to_owned(),
            limit: Some(("depth_max".to_owned(), 5)),
            detail: "nested archives".to_owned(),
        },
        ProblemLine {
            source: "mail/old/broken.msg".to_owned(),
            evidence: None,
            place: String::new(),
            kind: "malformed".to_owned(),
            limit: None,
            detail: "sector chain has a loop".to_owned(),
        },
    ]
}

fn observation(mail: &str) -> Observation {
    let address =
        |name: &str, address: &str| fact::Address { name: name.to_owned(), address: address.to_owned() };
    let fact = fact::MailFact {
        subject: mail.to_owned(),
        from: vec![address("山田 太郎", "info@other.invalid")],
        to: vec![address("", "keiri@shop.example")],
        message_id: Some("<20200723.1@other.invalid>".to_owned()),
        ..fact::MailFact::default()
    };
    Observation {
        asset: mailbox(),
        evidence: id(mail),
        within: None,
        at: Some(time("2020-07-22T23:30:00Z")),
        locator: Locator::default(),
        fact: Fact::Mail(Box::new(fact)),
    }
}

/// The budget of the archive: 100 billion yen of sales, finance, of which the plan gets little.
pub(crate) fn input() -> BudgetInput {
    BudgetInput {
        sales_yen: Some(Yen(100_000_000_000)),
        it_ratio: None,
        it_benchmark: Some("it-ratio.finance.fy2019.trimmed-mean".to_owned()),
        envelope_yen: Some(Yen(1_000_000)),
        envelope_days_tenths: Some(300),
        j_sox_yen: Some(Yen(80_000_000)),
        year: 2020,
        ..BudgetInput::default()
    }
}

pub(crate) fn plan(report: &Report) -> Plan {
    Plan::make(&report.findings, &catalog(), &input())
}

pub(crate) fn gate() -> Gate {
    Gate::new(["shop.example".to_owned()], catalog().well_known_domains())
}

/// Words only the sample needs are there in both languages.
#[test]
fn the_sample_is_sound() {
    let report = report(Lang::Ja);
    let counts = report.counts;
    assert_eq!(counts.checked, counts.passed + counts.failed + counts.undecided);
    for lang in Lang::ALL {
        for finding in report.findings.iter().map(|r| &r.finding) {
            for key in ["title", "why", "fix", finding.text.key.as_str()] {
                assert!(
                    report.words.template(&finding.check, lang, key).is_some(),
                    "{} {key}",
                    finding.check
                );
            }
        }
        assert!(Words::template(&report.words, APP, lang, "section_today").is_some());
    }
    assert_eq!(plan(&report).budget.it_ratio.unwrap().0, BasisPoints(128));
}
