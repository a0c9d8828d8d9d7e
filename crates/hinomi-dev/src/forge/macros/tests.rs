//! What goes in must be in the file, hidden, and the same for the same seed.

use super::*;
use std::io::{Cursor, Read};

/// Reads a compressed container back, chunk by chunk, as MS-OVBA 2.4.1.3 says.
fn decompress(bytes: &[u8]) -> Vec<u8> {
    assert_eq!(bytes[0], 1);
    let (mut out, mut at) = (Vec::new(), 1);
    while at < bytes.len() {
        let header = u16::from_le_bytes([bytes[at], bytes[at + 1]]);
        assert_eq!(header >> 12 & 7, 3, "chunk signature");
        let end = at + usize::from(header & 0xFFF) + 3;
        let start = out.len();
        at += 2;
        if header >> 15 == 0 {
            out.extend(&bytes[at..end]);
            at = end;
        }
        while at < end {
            let flags = bytes[at];
            at += 1;
            for bit in 0..8 {
                if at >= end {
                    break;
                }
                if flags >> bit & 1 == 0 {
                    out.push(bytes[at]);
                    at += 1;
                    continue;
                }
                let token = u16::from_le_bytes([bytes[at], bytes[at + 1]]);
                at += 2;
                let mut width = 4;
                while 1 << width < out.len() - start {
                    width += 1;
                }
                let from = out.len() - 1 - usize::from(token >> (16 - width));
                (0..usize::from(token & (0xFFFF >> width)) + 3).for_each(|step| out.push(out[from + step]));
            }
        }
    }
    out
}

/// The streams of an OLE document.
fn stream(bytes: &[u8], path: &str) -> Vec<u8> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes.to_vec())).unwrap();
    let mut out = Vec::new();
    file.open_stream(path).unwrap().read_to_end(&mut out).unwrap();
    out
}

#[track_caller]
fn check_compression(bytes: &[u8]) {
    assert_eq!(decompress(&ovba::compress(bytes)), bytes);
}

#[test]
fn compression_is_read_back() {
    check_compression(b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa");
    check_compression(&b"Sub a()\r\nEnd Sub\r\n".repeat(1_000));
    check_compression(&Chance::new(3).bytes(2 * 4_096));
    check_compression(b"");
}

#[test]
fn the_source_of_every_module_is_in_the_file() {
    let mut seen = 0;
    for number in 0..40 {
        let forged = any(number, 11).unwrap();
        let storage = match forged.truth.container {
            Container::Doc => "Macros",
            Container::Xls => "_VBA_PROJECT_CUR",
            _ => continue,
        };
        for module in &forged.truth.modules {
            let source = decompress(&stream(&forged.bytes, &format!("{storage}/VBA/{}", module.name)));
            let encoding = if forged.truth.code_page == 932 {
                encoding_rs::SHIFT_JIS
            } else {
                encoding_rs::WINDOWS_1252
            };
            assert_eq!(encoding.decode(&source).0, module.code);
            seen += 1;
        }
    }
    assert!(seen > 20, "only {seen} modules looked at");
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    for number in 0..12 {
        assert_eq!(any(number, 5).unwrap().bytes, any(number, 5).unwrap().bytes);
        assert_ne!(any(number, 5).unwrap().bytes, any(number, 6).unwrap().bytes);
    }
}

#[test]
fn attacks_hide_what_they_start_and_start_nothing() {
    for number in (0..120).step_by(2) {
        let truth = any(number, 2).unwrap().truth;
        let source: String = truth.modules.iter().map(|module| module.code.as_str()).collect();
        assert!(!source.contains(truth.command.as_ref().unwrap()), "the command stands in the source");
        let script = truth.script.unwrap();
        assert!(script.contains(".Length -lt 0)"), "{script}");
        assert!((5..=7).contains(&truth.urls.len()));
        for url in &truth.urls {
            let host = url.split('/').nth(2).unwrap();
            assert!(host.ends_with(".example"), "{host}");
            assert!(script.contains(url.as_str()));
        }
    }
}

#[test]
fn no_line_is_longer_than_vba_allows() {
    for number in 0..60 {
        for module in any(number, 9).unwrap().truth.modules {
            let longest = module.code.lines().map(|line| line.chars().count()).max().unwrap_or(0);
            assert!(longest <= 1_023, "{longest} characters in {}", module.name);
        }
    }
}

#[test]
fn honest_documents_expect_no_finding() {
    for template in &HONEST {
        let truth = honest(template, &mut Chance::new(1)).unwrap().truth;
        assert_eq!((truth.verdict, truth.checks.len(), truth.urls.len()), ("benign", 0, 0));
    }
}

fn forged(container: Container, style: Style, place: Place, seed: u64) -> Forged {
    let mut chance = Chance::new(seed);
    let shape = if matches!(place, Place::FormTag) { Shape::E3 } else { Shape::E1 };
    let plan = Plan { container, shape, style, place, stomped: false };
    let urls = script::urls(&mut chance);
    planned(plan, &urls, &mut chance).unwrap()
}

/// Every style with every place and container that it goes with.
fn everything() -> impl Iterator<Item = Forged> {
    let containers = [Container::Doc, Container::Docm, Container::Xls, Container::Xlsm];
    Style::all().enumerate().flat_map(move |(number, style)| {
        Place::ALL.into_iter().enumerate().filter_map(move |(turn, place)| {
            let container = containers.into_iter().cycle().skip(number + turn).find(|c| place.is_in(*c))?;
            Some(forged(container, style, place, (number * 100 + turn) as u64))
        })
    })
}

#[test]
fn no_style_leaves_its_command_in_the_source() {
    let mut seen = 0;
    for forged in everything() {
        let truth = &forged.truth;
        let source: String = truth.modules.iter().map(|module| module.code.as_str()).collect();
        let command = truth.command.as_ref().unwrap();
        assert!(!source.contains(command), "{:?} in {:?}", truth.style, truth.place);
        for line in source.lines() {
            assert!(line.chars().count() <= 1_023, "{:?} in {:?}: {line}", truth.style, truth.place);
        }
        for line in source.lines().filter(|line| line.contains("://")) {
            assert!(line.contains(".invalid/"), "{line}");
        }
        seen += 1;
    }
    assert_eq!(seen, Style::all().count() * Place::ALL.len());
}

#[test]
fn a_stomped_document_keeps_its_names_and_loses_its_source() {
    let plan = Plan { stomped: true, ..Plan::new(Container::Doc, Shape::E1, Style::XorKey) };
    let forged = planned(plan, &script::urls(&mut Chance::new(4)), &mut Chance::new(5)).unwrap();
    let compiled = stream(&forged.bytes, "Macros/VBA/_VBA_PROJECT");
    assert_eq!(compiled[..4], [0xCC, 0x61, 0xAF, 0]);
    for module in &forged.truth.modules {
        assert!(!module.code.contains("UBound"), "{}", module.code);
        let (names, _) = ovba::words(module.compiled.as_ref().unwrap());
        for name in names {
            let held = compiled.windows(name.len()).any(|window| window == name.as_bytes());
            assert!(held || !name.is_ascii(), "{name} is not in the table");
        }
    }
}
