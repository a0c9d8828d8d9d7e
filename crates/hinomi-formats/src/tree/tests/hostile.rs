//! Depth, number, size: each limit stops the walk, and each loss is told.

use super::*;
use crate::ProblemKind;

fn limits_told(parsed: &Parsed<Tree>) -> Vec<(&str, &str)> {
    let limits =
        parsed.problems.iter().filter_map(|p| Some((p.limit.as_ref()?.name.as_str(), p.place.as_str())));
    limits.collect()
}

fn nested(depth: usize) -> Vec<u8> {
    (0..depth).fold(macro_document(), |inner, n| forge::zip(&[file(&format!("{n}.zip"), &inner)]))
}

#[test]
fn what_lies_deeper_than_allowed_is_a_node_that_was_not_read() {
    let limits = Limits { depth_max: 2, ..Limits::desk() };
    let parsed = read("a.zip", &nested(4), Hints::default(), &limits);
    assert_eq!(limits_told(&parsed), [("depth_max", "3.zip/2.zip/1.zip")]);
    let last = parsed.value.nodes.last().expect("nodes");
    assert!(last.partly && matches!(last.content, Content::Plain), "{}", last.place);
}

#[test]
fn a_document_one_step_too_deep_is_still_known_to_be_one() {
    let limits = Limits { depth_max: 0, ..Limits::desk() };
    let parsed = read(
        "a.zip",
        &forge::zip(&[file("a.doc", &macro_document()), file("b.txt", b"b")]),
        Hints::default(),
        &limits,
    );
    let told: Vec<_> = parsed.value.nodes.iter().map(|node| (node.kind, node.partly)).collect();
    assert_eq!(told, [(Kind::Zip, false), (Kind::Document, true), (Kind::Other, false)]);
}

#[test]
fn the_number_of_nodes_is_limited_over_the_whole_tree() {
    let limits = Limits { entries_max: 5, ..Limits::desk() };
    let inner = forge::zip(&[file("1", b"1"), file("2", b"2"), file("3", b"3")]);
    let parsed = read(
        "a.zip",
        &forge::zip(&[file("x.zip", &inner), file("y.zip", &inner)]),
        Hints::default(),
        &limits,
    );
    assert_eq!(parsed.value.nodes.len(), 5);
    assert_eq!(limits_told(&parsed), [("entries_max", "y.zip")]);
}

#[test]
fn one_purse_pays_for_everything_in_one_file() {
    let limits = Limits { expanded_bytes_max: 3_000, ..Limits::desk() };
    let noise: Vec<u8> = (0..2_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let half = forge::zip(&[file("a.bin", &noise[..1_000])]);
    let parsed =
        read("a.zip", &forge::zip(&[file("x.zip", &half), file("y.zip", &half)]), Hints::default(), &limits);
    assert!(
        limits_told(&parsed).iter().any(|(name, _)| *name == "expanded_bytes_max"),
        "{:?}",
        told(&parsed)
    );
    let read: u64 = parsed.value.nodes.iter().skip(1).map(|node| node.size).sum();
    assert!(read <= 3_000, "{read}");
}

#[test]
fn an_entry_cut_by_the_ratio_is_kept_and_marked() {
    let limits = Limits { ratio_max: 20, ..Limits::desk() };
    let padded = [macro_document(), vec![0; 4 << 20]].concat();
    let parsed = read("a.zip", &forge::zip(&[file("a.doc", &padded)]), Hints::default(), &limits);
    assert_eq!(limits_told(&parsed), [("ratio_max", "a.doc")]);
    let node = &parsed.value.nodes[1];
    assert!(node.partly && node.size < padded.len() as u64);
}

#[test]
fn an_entry_that_was_not_read_is_listed() {
    let zip = forge::zip(&[file("a.doc", b"x").sealed(Seal::ZipCrypto(b"unknown".to_vec()))]);
    let parsed = look("a.zip", &zip);
    assert_eq!(container(&parsed.value).unread, [("a.doc".to_owned(), 1)]);
    assert_eq!(parsed.problems[0].kind, ProblemKind::Encrypted);
}

#[test]
fn ten_thousand_messages_in_messages_cost_no_more_than_their_bytes() {
    // Each message is the body of the one around it.
    let head = "From: a@b.example\r\nTo: c@d.example\r\nSubject: s\r\nContent-Type: message/rfc822; name=\"long-name\"\r\n\r\n";
    let parsed = look("m.eml", head.repeat(10_000).as_bytes());
    assert!(parsed.value.nodes.len() <= 10);
    assert!(limits_told(&parsed).iter().any(|(name, _)| *name == "depth_max"));
}

#[test]
fn long_names_are_not_written_out_for_every_file_below_them() {
    let leaves: Vec<_> = (0..2_000).map(|n| file(&format!("{n}"), b"x")).collect();
    let name = "n".repeat(60_000);
    let zip =
        (0..7).fold(forge::zip(&leaves), |inner, n| forge::zip(&[file(&format!("{name}{n}.zip"), &inner)]));
    let parsed = look("a.zip", &zip);
    assert_eq!(parsed.value.nodes.len(), 2_008);
    let written: usize = parsed.value.nodes.iter().map(|node| node.place.len()).sum();
    assert!(written < 4 << 20, "{written}");
}

#[test]
fn candidates_of_many_messages_do_not_add_up() {
    let words: String = (0..400).map(|n| format!("Token{n:04}x\r\n")).collect();
    let inner = mail("inner", &words, &[]);
    let parts: Vec<(&str, &[u8])> = (0..20).map(|_| ("", inner.as_slice())).collect();
    let parsed = look("m.eml", &mail("outer", "", &parts));
    assert_eq!(parsed.value.nodes.iter().filter(|node| node.kind == Kind::Mail).count(), 21);
    assert_eq!(parsed.value.candidates.len(), Limits::desk().passwords_max);
}

#[test]
fn any_prefix_of_a_message_is_survived() {
    let zip = forge::zip(&[file("a.doc", &macro_document())]);
    let whole = mail("s", "text", &[("a.zip", &zip)]);
    for cut in (0..whole.len()).step_by(97) {
        let parsed = look("m.eml", &whole[..cut]);
        assert!(!parsed.value.nodes.is_empty());
    }
}
