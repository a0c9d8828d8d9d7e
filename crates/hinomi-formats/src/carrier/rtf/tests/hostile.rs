//! RTF that wants to break its reader.

use super::*;

#[test]
fn every_cut_and_every_changed_byte_is_survived() {
    let mut rtf = with_object(&hex(&package("run.js", b"var a;")));
    rtf.extend(br"{\field{\*\fldinst DDEAUTO a b}}{\*\template http://a.example/t}\u-1?\bin3 }}}");
    for at in 0..rtf.len() {
        parse(&rtf[..at]);
        for byte in [0, b'{', b'}', b'\\', b'\'', b'9', 0xFF] {
            let mut changed = rtf.clone();
            changed[at] = byte;
            parse(&changed);
        }
    }
}

#[test]
fn a_million_groups_are_no_recursion() {
    let deep = [br"{\rtf1".to_vec(), vec![b'{'; 1 << 20], b"text".to_vec()].concat();
    assert_eq!(parse(&deep).value.text, "text");
    let open = [br"{\rtf1".to_vec(), br"{\*\fldinst ".repeat(100_000)].concat();
    assert_eq!(parse(&open).value.links, []);
    assert_eq!(parse(&b"}".repeat(1 << 20)).value, Rtf::default());
}

#[test]
fn numbers_beyond_all_bounds_are_cut() {
    check(br"{\rtf1\bin99999999999 text", &[]);
    check(br"{\rtf1\bin-5 text\uc-99999999999\u99999999999", &[]);
    check(
        &with_object(&hex(&[&[1, 5, 0, 0, 2, 0, 0, 0][..], &[0xFF; 4]].concat())),
        &[
            "Package - - \u{1}\u{5}\0\0\u{2}\0\0\0\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}",
            "! Malformed the data of the object is no OLE 1.0 object",
        ],
    );
}

#[test]
fn limits_are_told() {
    let limits =
        Limits { entries_max: 2, urls_max: 1, text_bytes_max: 5, expanded_bytes_max: 200, ..Limits::desk() };
    let object = format!(r"{{\object{{\*\objdata {}}}}}", hex(&package("a.js", b"1")));
    let rtf = format!(
        r"{{\rtf1 more than five{}{{\*\template http://a.example/}}{{\*\template http://b.example/}}}}",
        object.repeat(3)
    );
    let parsed = read(rtf.as_bytes(), &limits, &mut Budget::new(&limits));
    let names: Vec<&str> =
        parsed.problems.iter().map(|p| p.limit.as_ref().map_or("", |limit| limit.name.as_str())).collect();
    assert_eq!(names, ["text_bytes_max", "entries_max", "urls_max"]);
    assert_eq!(parsed.value.text, "more ");
    let long = with_object(&hex(&package("a.js", &[b'x'; 300])));
    let parsed = read(&long, &limits, &mut Budget::new(&limits));
    assert_eq!(parsed.problems[0].limit.as_ref().unwrap().name, "expanded_bytes_max");
}
