//! Outlook messages: received ones, sent ones, Japanese ones, and what is attached to them.

use super::*;
use crate::office::forge;

/// A storage of a message to be: small properties, then a stream each for the others.
#[derive(Default, Clone)]
struct Storage {
    small: Vec<(u32, u64)>,
    streams: Vec<(String, Vec<u8>)>,
}

impl Storage {
    fn text(mut self, id: u16, text: &str) -> Self {
        let wide = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        self.streams.push((format!("__substg1.0_{id:04X}001F"), wide));
        self
    }

    fn bytes(mut self, id: u16, kind: u16, bytes: &[u8]) -> Self {
        self.streams.push((format!("__substg1.0_{id:04X}{kind:04X}"), bytes.to_vec()));
        self
    }

    fn number(mut self, id: u16, kind: u16, value: u64) -> Self {
        self.small.push((u32::from(id) << 16 | u32::from(kind), value));
        self
    }

    fn holding(mut self, name: &str, storage: Self, header: usize) -> Self {
        for (path, bytes) in storage.streams(header) {
            self.streams.push((format!("{name}/{path}"), bytes));
        }
        self
    }

    fn recipient(self, kind: u64, name: &str, address: &str) -> Self {
        let number = self.streams.len();
        let recipient = Self::default().text(0x3001, name).text(0x39FE, address).number(0x0C15, 3, kind);
        self.holding(&format!("__recip_version1.0_#{number:08X}"), recipient, 8)
    }

    fn attachment(self, number: usize, attachment: Self) -> Self {
        self.holding(&format!("__attach_version1.0_#{number:08X}"), attachment, 8)
    }

    fn streams(&self, header: usize) -> Vec<(String, Vec<u8>)> {
        let mut list = vec![0; header];
        for (tag, value) in &self.small {
            list.extend([&tag.to_le_bytes()[..], &6_u32.to_le_bytes(), &value.to_le_bytes()].concat());
        }
        let mut streams = self.streams.clone();
        if header > 0 {
            streams.push(("__properties_version1.0".to_owned(), list));
        }
        streams
    }

    fn file(&self) -> Vec<u8> {
        let streams = self.streams(32);
        let streams: Vec<(&str, &[u8])> =
            streams.iter().map(|(path, s)| (path.as_str(), s.as_slice())).collect();
        forge::compound(::cfb::Version::V3, &streams)
    }
}

fn file_attachment(name: &str, content: &[u8]) -> Storage {
    Storage::default().text(0x3707, name).bytes(0x3701, 0x0102, content).number(0x3705, 3, 1)
}

fn sent() -> Storage {
    Storage::default()
        .text(0x0037, "請求書の件です")
        .text(0x0C1A, "山田 太郎")
        .text(0x5D01, "yamada@reiji.example")
        .text(0x0C1F, "/O=REIJI/CN=YAMADA")
        .text(0x1000, "添付をご確認ください。\r\n")
        .text(0x1035, "<1@reiji.example>")
        // 2020-07-23T00:15:00Z
        .number(0x0039, 0x40, (1_595_463_300 + 11_644_473_600) * 10_000_000)
}

#[test]
fn a_sent_message_is_told_by_its_properties() {
    let file = sent()
        .recipient(1, "鈴木", "suzuki@partner.example")
        .recipient(2, "", "cc@partner.example")
        .recipient(3, "", "hidden@partner.example")
        .attachment(0, file_attachment("請求書.xls", b"cells"))
        .file();
    assert!(looks_like_msg(&file));
    let parsed = parse(&file);
    let mail = parsed.value;
    assert_eq!(parsed.problems, []);
    assert_eq!(mail.subject, "請求書の件です");
    assert_eq!(mail.from, [Address { name: "山田 太郎".into(), address: "yamada@reiji.example".into() }]);
    assert_eq!(mail.to, [Address { name: "鈴木".into(), address: "suzuki@partner.example".into() }]);
    assert_eq!(mail.cc, [Address { name: String::new(), address: "cc@partner.example".into() }]);
    assert_eq!(
        (mail.date_unix_s, mail.message_id.as_deref()),
        (Some(1_595_463_300), Some("1@reiji.example"))
    );
    assert_eq!(mail.text, "添付をご確認ください。");
    let part = &mail.parts[0];
    assert_eq!((part.path.as_str(), part.name.as_deref()), ("1", Some("請求書.xls")));
    assert_eq!((part.bytes.as_slice(), part.attachment), (&b"cells"[..], true));
}

#[test]
fn a_received_message_is_told_by_its_header_block() {
    let headers = "Microsoft Mail Internet Headers Version 2.0\r\nReceived: from mx.partner.example ([192.0.2.1]) \
        by mx.reiji.example; Thu, 23 Jul 2020 09:15:00 +0900\r\nFrom: \"Boss\" <boss@reiji.example>\r\n\
        Reply-To: other@evil.invalid\r\nTo: a@reiji.example, b@reiji.example\r\n\
        Authentication-Results: mx.reiji.example; spf=fail\r\nReturn-Path: <x@evil.invalid>\r\n\r\n";
    let parsed = parse(&sent().text(0x007D, headers).recipient(1, "", "c@reiji.example").file());
    let mail = parsed.value;
    assert_eq!(parsed.problems, []);
    assert_eq!(mail.from[0].address, "boss@reiji.example");
    assert_eq!(mail.reply_to[0].address, "other@evil.invalid");
    assert_eq!(
        mail.to.iter().map(|to| to.address.as_str()).collect::<Vec<_>>(),
        ["a@reiji.example", "b@reiji.example"]
    );
    assert_eq!(mail.return_path.as_deref(), Some("x@evil.invalid"));
    assert_eq!(mail.received[0].from_ip.as_deref(), Some("192.0.2.1"));
    assert_eq!(mail.authentication[0].result, "fail");
}

#[test]
fn eight_bit_strings_are_read_in_the_code_page_locale_or_what_they_are() {
    let subject = |bytes: &[u8], page: Option<u64>, locale: Option<u64>| {
        let mut storage = Storage::default().bytes(0x0037, 0x1E, bytes);
        if let Some(page) = page {
            storage = storage.number(0x3FFD, 3, page);
        }
        if let Some(locale) = locale {
            storage = storage.number(0x3FF1, 3, locale);
        }
        parse(&storage.file()).value.subject
    };
    let japanese = encode("shift_jis", "請求書の件");
    assert_eq!(subject(&japanese, Some(932), None), "請求書の件");
    assert_eq!(subject(&japanese, None, Some(1041)), "請求書の件");
    assert_eq!(subject(&japanese, None, None), "請求書の件");
    assert_eq!(subject(&encode("big5", "格式測試"), None, Some(1028)), "格式測試");
    assert_eq!(subject("日本".as_bytes(), Some(65001), None), "日本");
    // Says UTF-8 and is not.
    assert_eq!(subject(b"Subject \xF6\xE4\xFC", Some(65001), Some(1031)), "Subject öäü");
}

#[test]
fn html_gives_text_and_links_wherever_it_is_kept() {
    let html = "<p>Click <a href=\"http://a.example/x\">here</a></p>";
    let as_bytes = Storage::default().bytes(0x1013, 0x0102, html.as_bytes());
    let as_text = Storage::default().text(0x1013, html);
    let rtf = br#"{\rtf1\fromhtml1{\*\htmltag <p>}Click {\*\htmltag <a href="http://a.example/x">}here{\*\htmltag </a></p>}}"#;
    let len = (rtf.len() as u32).to_le_bytes();
    let stored = [&len[..], &len, b"MELA", &[0; 4], rtf].concat();
    let as_rtf = Storage::default().bytes(0x1009, 0x0102, &stored);
    for storage in [as_bytes, as_text, as_rtf] {
        let mail = parse(&storage.file()).value;
        assert_eq!(mail.text, "Click here");
        assert_eq!(mail.links, [Link { href: "http://a.example/x".into(), text: "here".into() }]);
    }
}

#[test]
fn an_attached_message_is_a_message_of_its_own() {
    let long = "x".repeat(10_000);
    let inner = sent().text(0x1000, &long).attachment(0, file_attachment("deep.doc", &[7; 9_000]));
    let holder = Storage::default().text(0x3001, "inner").number(0x3705, 3, 5).holding(
        "__substg1.0_3701000D",
        inner,
        24,
    );
    let mail = parse(&sent().attachment(0, holder).file()).value;
    let part = &mail.parts[0];
    assert_eq!(part.name.as_deref(), Some("inner.msg"));
    assert!(looks_like_msg(&part.bytes));
    let again = parse(&part.bytes);
    assert_eq!(again.problems, []);
    assert_eq!(again.value.subject, "請求書の件です");
    assert_eq!(again.value.date_unix_s, Some(1_595_463_300), "the list of properties starts where it should");
    assert_eq!(again.value.parts[0].bytes, [7; 9_000]);
    // Another reader takes it, too.
    let file =
        ::cfb::CompoundFile::open_strict(std::io::Cursor::new(&part.bytes)).expect("a sound compound file");
    assert!(file.exists("/__attach_version1.0_#00000000/__substg1.0_37010102"));
}

#[test]
fn an_attached_object_is_a_compound_file_of_its_own() {
    let object = Storage { streams: vec![("WordDocument".into(), vec![5; 700])], ..Storage::default() };
    let holder = Storage::default().number(0x3705, 3, 6).holding("__substg1.0_3701000D", object, 0);
    let part = parse(&sent().attachment(0, holder).file()).value.parts.remove(0);
    let file =
        ::cfb::CompoundFile::open_strict(std::io::Cursor::new(&part.bytes)).expect("a sound compound file");
    assert!(file.is_stream("/WordDocument"));
}

#[test]
fn what_is_not_there_or_sealed_is_told() {
    let told = |storage: Storage| {
        let problems = parse(&storage.file()).problems;
        problems.into_iter().map(|p| format!("{:?} {}: {}", p.kind, p.place, p.detail)).collect::<Vec<_>>()
    };
    let elsewhere = Storage::default().text(0x3707, "a.doc").number(0x3705, 3, 7);
    assert_eq!(
        told(sent().attachment(0, elsewhere)),
        ["Unsupported part 1: the attachment has no content of its own"]
    );
    assert_eq!(told(sent().text(0x001A, "IPM.Note.SMIME")), ["Encrypted : S/MIME encryption"]);
}

#[test]
fn a_document_that_holds_a_message_stays_a_document() {
    let file = forge::compound(
        ::cfb::Version::V3,
        &[("ObjectPool/__properties_version1.0", b"x"), ("WordDocument", b"")],
    );
    assert!(!looks_like_msg(&file));
}

#[test]
fn every_cut_and_many_changed_bytes_are_survived() {
    let file = sent()
        .recipient(1, "a", "a@b.example")
        .attachment(0, Storage::default().holding("__substg1.0_3701000D", sent(), 24))
        .file();
    for at in (0..file.len()).step_by(7) {
        parse(&file[..at]);
        let mut changed = file.clone();
        changed[at] ^= 0xFF;
        parse(&changed);
        changed[at] = 0;
        parse(&changed);
    }
}
