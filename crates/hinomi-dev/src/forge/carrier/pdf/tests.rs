//! A file's tables must point at its objects.

use super::*;

fn sample(packed: bool) -> Vec<u8> {
    let acts = vec![
        Act::Link("http://a.example/x.doc".to_owned()),
        Act::Launch("cmd.exe".to_owned()),
        Act::OpenScript("app.alert(1)".to_owned()),
        Act::Embedded("請求書.txt".to_owned(), b"harmless".to_vec()),
    ];
    Pdf { lines: vec!["請求書".to_owned()], acts, packed }.write()
}

fn contains(bytes: &[u8], piece: &str) -> bool {
    bytes.windows(piece.len()).any(|window| window == piece.as_bytes())
}

#[test]
fn the_table_gives_the_place_of_every_object() {
    let bytes = sample(false);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let start: usize = text.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
    let rows =
        std::str::from_utf8(&bytes[start..]).unwrap().lines().skip(3).take_while(|row| row.ends_with("n "));
    let mut seen = 0;
    for (index, row) in rows.enumerate() {
        let place: usize = row[..10].parse().unwrap();
        assert!(bytes[place..].starts_with(format!("{} 0 obj", index + 1).as_bytes()), "{row}");
        seen += 1;
    }
    assert_eq!(seen, 6 + 5);
    for act in
        ["/URI (http://a.example/x.doc)", "/S /Launch /F (cmd.exe)", "/OpenAction 9 0 R", "/EmbeddedFiles"]
    {
        assert!(contains(&bytes, act), "{act}");
    }
}

#[test]
fn an_object_stream_hides_the_link() {
    let bytes = sample(true);
    assert!(!contains(&bytes, "a.example"));
    assert!(contains(&bytes, "/Type /ObjStm") && contains(&bytes, "/Type /XRef"));
}
