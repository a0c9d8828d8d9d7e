//! What a PDF would open, run or carry, from files built here.

use super::*;
use crate::{Problem, ProblemKind};
use flate2::{Compression, write::ZlibEncoder};
use proptest::prelude::*;
use std::io::Write as _;

fn read_all(bytes: &[u8]) -> Parsed<Pdf> {
    let limits = Limits::desk();
    read(bytes, &limits, &mut Budget::new(&limits))
}

fn describe(pdf: &Pdf) -> String {
    let mut lines = Vec::new();
    for (kind, targets) in [("link", &pdf.links), ("launch", &pdf.launches), ("script", &pdf.scripts)] {
        lines.extend(targets.iter().map(|target| format!("{kind} {}", target.text)));
    }
    for file in &pdf.embedded {
        lines.push(format!("file {}: {}", file.name, String::from_utf8_lossy(&file.bytes)));
    }
    for (is, word) in [(pdf.open_action, "opens"), (pdf.encrypted, "encrypted")] {
        lines.extend(is.then(|| word.to_owned()));
    }
    lines.join("\n")
}

/// Reads objects without header, table or trailer: none is needed.
#[track_caller]
fn check(objects: &str, expected: &str) {
    let parsed = read_all(objects.as_bytes());
    assert_eq!(parsed.problems, []);
    assert_eq!(describe(&parsed.value), expected);
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn stream(number: u32, dictionary: &str, bytes: &[u8]) -> Vec<u8> {
    let mut out =
        format!("{number} 0 obj\n<< /Length {} {dictionary} >>\nstream\r\n", bytes.len()).into_bytes();
    out.extend_from_slice(bytes);
    out.extend_from_slice(b"\nendstream\nendobj\n");
    out
}

/// Everything at once, packed: what the mutations start from.
fn sample() -> Vec<u8> {
    let inner = b"9 0 10 46 << /S /URI /URI (http://packed.example/) >>   << /S /Launch /F (calc.exe) >>";
    let mut out = b"%PDF-1.7\n1 0 obj << /Type /Catalog /OpenAction 2 0 R >> endobj\n\
        2 0 obj << /S /JavaScript /JS 3 0 R >> endobj\n\
        4 0 obj << /A << /S /URI /URI (http:\\057/a.example\\\n/x) >> /Next [ 9 0 R ] >> endobj\n\
        5 0 obj << /Type /Filespec /UF <FEFF0078> /F (x) /EF << /F 6 0 R >> >> endobj\n"
        .to_vec();
    out.extend(stream(3, "/Filter /FlateDecode", &deflated(b"app.alert(1)")));
    out.extend(stream(
        6,
        "/Type /EmbeddedFile /Filter [/ASCIIHexDecode /FlateDecode]",
        hex(&deflated(b"inside")).as_bytes(),
    ));
    out.extend(stream(8, "/Type /ObjStm /N 2 /First 10 /Filter /FlateDecode", &deflated(inner)));
    out.extend_from_slice(b"trailer << /Root 1 0 R >>\n%%EOF\n");
    out
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>() + ">"
}

#[test]
fn tells_a_pdf_by_its_first_kilobyte() {
    assert!(looks_like_pdf(b"%PDF-1.4"));
    assert!(looks_like_pdf(&[&[b' '; 1_024][..], b"%PDF-"].concat()));
    assert!(!looks_like_pdf(&[&[b' '; 1_025][..], b"%PDF-"].concat()));
    assert!(!looks_like_pdf(b""));
}

#[test]
fn the_sample_is_read_whole() {
    let parsed = read_all(&sample());
    assert_eq!(parsed.problems, []);
    assert_eq!(
        describe(&parsed.value),
        "link http://a.example/x\nlink http://packed.example/\nlaunch calc.exe\nscript app.alert(1)\nfile x: inside\nopens"
    );
    let offset = usize::try_from(parsed.value.links[0].offset).unwrap();
    assert!(sample()[offset..].starts_with(b"4 0 obj"));
}

#[test]
fn finds_links_however_they_are_spelled() {
    check("1 0 obj<</S/URI/URI(http://a.example/(x))>>endobj", "link http://a.example/(x)");
    check("1 0 obj << /#55R#49 (http://a.example) >>", "link http://a.example");
    check(
        "1 0 obj << /URI <68 7474703a2f2F612e6578616d706c652> >> endobj",
        "link http://a.example ".trim_end(),
    );
    check(
        "1 0 obj << /URI 2 0 R >> endobj 2 0 obj 3 0 R endobj 3 0 obj (http://a.example) endobj",
        "link http://a.example",
    );
    check("1 0 obj << /URI << /Base (http://base.example) >> >> endobj", "");
    check(
        "1 0 obj << /S /SubmitForm /F << /FS /URL /F (http://f.example/in) >> >> endobj",
        "link http://f.example/in",
    );
    check(
        "% 1 0 obj\n7 0 obj [ << /URI (http://a.example) >> << /URI (http://b.example) >> ] endobj",
        "link http://a.example\nlink http://b.example",
    );
    check("1 0 obj << /URI (\u{8cc7}\u{6599}) >> endobj", "link \u{8cc7}\u{6599}");
}

#[test]
fn finds_what_would_be_launched() {
    check(
        "1 0 obj << /S /Launch /Win << /F (cmd.exe) /P (/c start http://a.example) >> >> endobj",
        "launch cmd.exe /c start http://a.example",
    );
    check("1 0 obj << /S /Launch /F << /UF (x.exe) >> >> endobj", "launch x.exe");
    check(
        "1 0 obj << /S /GoToR /F (\\\\\\\\host.example\\\\share) >> endobj",
        "launch \\\\host.example\\share",
    );
    check("1 0 obj << /S /GoToR /F (other.pdf) >> endobj", "");
}

#[test]
fn tells_opening_from_going_to_a_page() {
    check("1 0 obj << /OpenAction [2 0 R /Fit] >> endobj", "");
    check("1 0 obj << /OpenAction << /S /GoTo /D [2 0 R /Fit] >> >> endobj", "");
    check("1 0 obj << /OpenAction 2 0 R >> endobj 2 0 obj << /S /Named /N /Print >> endobj", "opens");
    check("1 0 obj << /Type /Page /AA << /O << /S /JavaScript /JS (x) >> >> >> endobj", "script x\nopens");
    check("1 0 obj << /Type /Annot /AA << /K << /S /JavaScript /JS (x) >> >> >> endobj", "script x");
    check(
        "1 0 obj << /Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (x) >>] >> >> >> endobj",
        "script x\nopens",
    );
}

#[test]
fn the_last_revision_is_referred_to_and_earlier_ones_are_told() {
    check(
        "1 0 obj << /URI 2 0 R >> endobj 2 0 obj (http://old.example) endobj 2 0 obj (http://new.example) endobj",
        "link http://new.example",
    );
    check(
        "1 0 obj << /URI (http://a.example) >> endobj 1 0 obj << /URI (http://b.example) >> endobj",
        "link http://a.example\nlink http://b.example",
    );
    check(
        "1 0 obj << /URI (http://a.example) >> endobj 1 0 obj << /URI (http://a.example) >> endobj",
        "link http://a.example",
    );
}

#[test]
fn what_stands_in_a_stream_is_no_object() {
    let mut file = stream(1, "", b"5 0 obj << /URI (http://no.example) >> endobj");
    file.extend_from_slice(b"2 0 obj << /URI (http://yes.example) >> endobj");
    assert_eq!(describe(&read_all(&file).value), "link http://yes.example");
}

#[test]
fn an_object_in_a_stream_counts_when_a_table_points_there() {
    let mut file = stream(1, "", b"5 0 obj << /URI (http://hidden.example) >> endobj");
    let offset = file.windows(7).position(|window| window == b"5 0 obj").unwrap();
    file.extend_from_slice(format!("xref\n0 1\n{offset:010} 00000 n \ntrailer << >>").as_bytes());
    assert_eq!(describe(&read_all(&file).value), "link http://hidden.example");
}

#[test]
fn a_stream_without_an_end_does_not_hide_what_follows() {
    let file = b"1 0 obj << >> stream\nxx 2 0 obj << /URI (http://a.example) >> endobj";
    let parsed = read_all(file);
    assert_eq!(describe(&parsed.value), "link http://a.example");
    assert_eq!(parsed.problems.iter().map(|p| p.kind).collect::<Vec<_>>(), [ProblemKind::Truncated]);
}

#[test]
fn a_wrong_length_does_not_hide_the_script() {
    for length in ["/Length 3", "/Length 99999", "/Length 7 0 R", ""] {
        let file = format!(
            "1 0 obj << /JS 2 0 R >> endobj 2 0 obj << {length} >>\nstream\nscript\nendstream endobj"
        );
        assert_eq!(read_all(file.as_bytes()).value.scripts[0].text.trim(), "script", "{length}");
    }
}

#[test]
fn predictors_and_ascii85_are_undone() {
    // Rows of eight bytes under PNG filter 2 (up), the first of them under 0.
    let text = b"4 0 << /URI (http://row.example) >>     ";
    let mut rows = Vec::new();
    let mut above = [0u8; 8];
    for (index, row) in text.chunks(8).enumerate() {
        rows.push(if index == 0 { 0 } else { 2 });
        rows.extend(
            row.iter().zip(above).map(|(byte, up)| if index == 0 { *byte } else { byte.wrapping_sub(up) }),
        );
        above = row.try_into().unwrap();
    }
    let dictionary =
        "/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 8 >>";
    assert_eq!(
        describe(&read_all(&stream(1, dictionary, &deflated(&rows))).value),
        "link http://row.example"
    );

    let mut file = b"1 0 obj << /JS 2 0 R >> endobj\n".to_vec();
    file.extend(stream(2, "/Filter /A85", b"87cURD]i,\"Ebo80~>"));
    assert_eq!(read_all(&file).value.scripts[0].text, "Hello World!");
}

#[test]
fn embedded_files_without_a_name_are_carried_too() {
    let file = stream(4, "/Type /EmbeddedFile", b"MZ");
    assert_eq!(describe(&read_all(&file).value), "file : MZ");
}

#[test]
fn encryption_is_told_and_nothing_is_made_up() {
    let file = b"1 0 obj << /URI (\x8f\x01\x7f) >> endobj trailer << /Encrypt 9 0 R >>";
    let parsed = read_all(file);
    assert_eq!(describe(&parsed.value), "encrypted");
    assert_eq!(parsed.problems.iter().map(|p| p.kind).collect::<Vec<_>>(), [ProblemKind::Encrypted]);
}

#[test]
fn a_file_without_objects_is_not_called_clean() {
    for file in [&b""[..], b"%PDF-1.7\n%%EOF", b"version https://lfs.example/spec"] {
        let kinds: Vec<ProblemKind> = read_all(file).problems.iter().map(|problem| problem.kind).collect();
        assert_eq!(kinds, [ProblemKind::Unreadable]);
    }
}

#[test]
fn a_bomb_meets_its_limit() {
    let bomb = stream(1, "/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode", &deflated(&vec![b' '; 8 << 20]));
    let limits = Limits { expanded_bytes_max: 1 << 19, ..Limits::desk() };
    let parsed = read(&bomb, &limits, &mut Budget::new(&limits));
    assert_eq!(parsed.problems, [Problem::limit("object 1", "expanded_bytes_max", 1 << 19)]);
    assert_eq!(read_all(&bomb).problems, [Problem::limit("object 1", "ratio_max", 200)]);
}

#[test]
fn too_many_links_are_told() {
    let limits = Limits { urls_max: 3, ..Limits::desk() };
    let file: String =
        (0..9).map(|number| format!("{number} 0 obj << /URI (http://{number}.example) >> endobj ")).collect();
    let parsed = read(file.as_bytes(), &limits, &mut Budget::new(&limits));
    assert_eq!(parsed.value.links.len(), 3);
    assert_eq!(parsed.problems, [Problem::limit("pdf: links", "urls_max", 3)]);
}

#[test]
fn other_filters_are_said_to_be_unread() {
    let mut file = b"1 0 obj << /JS 2 0 R >> endobj\n".to_vec();
    file.extend(stream(2, "/Filter /LZWDecode", b"x"));
    assert_eq!(
        read_all(&file).problems,
        [Problem::new(ProblemKind::Unsupported, "object 2", "the filter LZWDecode")]
    );
}

#[test]
fn ends_anywhere() {
    let sample = sample();
    for at in 0..sample.len() {
        let (front, back) = sample.split_at(at);
        read_all(front);
        read_all(back);
    }
}

#[test]
fn nests_and_repeats_without_end() {
    let limits = Limits { steps_max: 1_000, ..Limits::desk() };
    for unit in [
        "<<",
        "[",
        "(",
        "\\",
        "<",
        "/",
        "1 0 obj",
        "1 0 obj(",
        "1 0 obj<",
        "1 0 obj[",
        "1 0 obj<<",
        "1 0 obj<</A",
        "1 0 obj<<>>stream\n",
        "endstream",
        "obj ",
        "1 ",
        "trailer<<",
        "trailer(",
        "xref 1 1 n ",
        "1 0 R ",
        "%",
        "1 0 obj<</URI 1 0 R>>",
        "1 0 obj<</EF 1 0 R/Names 1 0 R/OpenAction 1 0 R>>",
        "1 0 obj %",
        "1 0 obj /#",
        "1 0 obj 1 1 1 1 ",
    ] {
        for before in ["", "1 0 obj ", "1 0 obj << /URI "] {
            let file = format!("{before}{}", unit.repeat(100_000 / unit.len()));
            read(file.as_bytes(), &limits, &mut Budget::new(&limits));
        }
    }
    let deep = format!("1 0 obj {} endobj 2 0 obj << /URI (http://a.example) >>", "<<".repeat(100_000));
    assert_eq!(describe(&read_all(deep.as_bytes()).value), "link http://a.example");
}

proptest! {
    #[test]
    fn any_mutation_is_survived(at in 0usize..900, len in 0usize..40, with in proptest::collection::vec(any::<u8>(), 0..8)) {
        let mut file = sample();
        let at = at.min(file.len());
        let end = (at + len).min(file.len());
        file.splice(at..end, with);
        read_all(&file);
    }

    #[test]
    fn any_bytes_are_survived(text in "(1 0 obj|<<|>>|/URI|/JS|/EF|stream\n|endstream|\\(|\\)|<|\\[|\\]|1 0 R|/F|/S|/Launch|trailer|/Encrypt|[0-9 ]|\\PC){0,60}") {
        read_all(text.as_bytes());
    }
}
