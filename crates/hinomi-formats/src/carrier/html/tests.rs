//! Pages that hand out files, pages that ask for passwords, and ordinary pages.

use super::*;
use crate::archive::forge as zips;
use crate::office::forge;
use crate::{ProblemKind, tree};
use std::fmt::Write;

fn parse(source: &str) -> Parsed<Page> {
    read(source, &Limits::desk(), &mut Budget::new(&Limits::desk()))
}

/// Base64 in one line, as scripts have it.
fn base64(bytes: &[u8]) -> String {
    forge::base64(bytes).split_whitespace().collect()
}

/// An archive with a script, as droppers hand out.
fn zip() -> Vec<u8> {
    zips::zip(&[zips::file("請求書.js", b"WScript.Echo(1)")])
}

/// Wraps a script that ends in `data` (bytes or base64) being offered.
fn page(script: &str) -> String {
    format!(
        "<!DOCTYPE html><html><body><script>{script}\nvar blob = new Blob([data], {{type: 'octet/stream'}});\
         var a = document.createElement('a'); a.href = window.URL.createObjectURL(blob);\
         a.download = fileName; a.click();</script></body></html>"
    )
}

/// Names and lengths of the files, then problems.
#[track_caller]
fn gives(source: &str, name: Option<&str>, bytes: &[u8]) {
    let parsed = parse(source);
    assert_eq!(parsed.problems, [], "{source}");
    let files: Vec<_> =
        parsed.value.files.iter().map(|file| (file.name.as_deref(), file.bytes.as_slice())).collect();
    assert_eq!(files, [(name, bytes)], "{}", source.get(..200).unwrap_or(source));
}

#[test]
fn a_file_comes_out_however_it_is_hidden() {
    let zip = zip();
    let b64 = base64(&zip);
    let (head, tail) = b64.split_at(b64.len() / 2);
    let back: String = b64.chars().rev().collect();
    let numbers = zip.iter().map(u8::to_string).collect::<Vec<_>>().join(",");
    let hex: String = zip.iter().map(|byte| format!("{byte:02x}")).collect();
    let escaped = zip.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "\\x{byte:02X}");
        out
    });
    let percent = zip.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "%{byte:02x}");
        out
    });
    let pieces = b64.as_bytes().chunks(10).map(|piece| format!("'{}'", String::from_utf8_lossy(piece)));
    let pieces = pieces.collect::<Vec<_>>().join(",");
    let xored = base64(&zip.iter().map(|byte| byte ^ 0x5A).collect::<Vec<u8>>());
    for script in [
        format!("var data = atob('{b64}');"),
        format!(
            "function decode(s) {{ var bin = window.atob(s); return bin; }} var file = '{b64}'; var data = decode(file);"
        ),
        format!("var data = decode('{b64}');"),
        format!("var x = '{head}' + \"{tail}\"; var data = atob(x);"),
        format!("var x = '{head}'; x += '{tail}'; var data = atob(x);"),
        format!("var parts = ['{head}', '{tail}']; var data = atob(parts.join(''));"),
        format!("let parts = [{pieces}]; const data = decode(parts.join(''));"),
        format!("var data = atob('{back}'.split('').reverse().join(''));"),
        format!("var s = '{back}'; var data = flip(s);"),
        format!("var data = atob('{}'.replace(/!/g, ''));", b64.replace('A', "A!")),
        format!("var data = new Uint8Array([{numbers}]);"),
        format!("var data = String.fromCharCode({numbers});"),
        format!("var data = fromHex('{hex}');"),
        format!("var data = bytes(\"{escaped}\");"),
        format!("var data = unescape('{percent}');"),
        format!(
            "var b = atob('{xored}'); var data = []; for (i = 0; i < b.length; i++) data[i] = b.charCodeAt(i) ^ 0x5A;"
        ),
    ] {
        gives(&page(&format!("var fileName = '請求書.zip'; {script}")), Some("請求書.zip"), &zip);
    }
}

#[test]
fn the_name_is_found_however_it_is_given() {
    let (zip, b64) = (zip(), base64(&zip()));
    let name = Some("請求書.zip");
    let html = |script: &str| format!("<html><script>var data = atob('{b64}'); {script}</script></html>");
    gives(&html("navigator.msSaveOrOpenBlob(new Blob([data]), '請求書.zip');"), name, &zip);
    gives(&html("a.setAttribute('download', '請求書' + '.zip');"), name, &zip);
    gives(&html("saveAs(blob, \"請求書.zip\");"), name, &zip);
    gives(&html("f = new File([data], '請求書.zip', {type: 'x'});"), name, &zip);
    gives(&format!("<a href='data:application/zip;base64,{b64}' download=請求書.zip>see</a>"), name, &zip);
    gives(&format!("<html><body onload=\"location.href='data:application/zip;base64,{b64}'\">"), None, &zip);
    gives(
        &format!(
            "<svg xmlns='http://www.w3.org/2000/svg'><script><![CDATA[var data = atob('{b64}'); a.download = '請求書.zip'; URL.createObjectURL(x)]]></script></svg>"
        ),
        name,
        &zip,
    );
}

#[test]
fn an_archive_in_a_page_in_a_mail_is_opened() {
    let html = page(&format!("var fileName = 'a.zip'; var data = atob('{}');", base64(&zip())));
    let places = |name: &str| -> Vec<String> {
        let tree = tree::read(name, html.as_bytes(), tree::Hints::default(), &Limits::desk()).value;
        tree.nodes.iter().map(|node| format!("{} {:?}", node.place, node.kind)).collect()
    };
    assert_eq!(places("請求書.html"), [" Html", "a.zip Zip", "a.zip/請求書.js Script"]);
    assert_eq!(places("請求書.hta"), [" Script", "a.zip Zip", "a.zip/請求書.js Script"]);
}

#[test]
fn a_text_file_is_given_when_the_page_offers_it() {
    let script = "var x = new ActiveXObject('WScript.Shell'); x.Run('calc.exe'); // and so on, and so on";
    gives(
        &page(&format!("var fileName = 'a.js'; var data = atob('{}');", base64(script.as_bytes()))),
        Some("a.js"),
        script.as_bytes(),
    );
}

#[test]
fn what_is_put_together_otherwise_is_told() {
    let parsed = parse(&page("var fileName = 'a.zip'; var data = magic(1);"));
    assert_eq!(parsed.value.files, []);
    assert_eq!(parsed.problems[0].kind, ProblemKind::Unsupported);
}

#[test]
fn ordinary_pages_carry_nothing() {
    let picture = base64(&[&b"\x89PNG\r\n\x1a\n"[..], &[7; 100]].concat());
    for source in [
        format!("<html><img src='data:image/png;base64,{picture}'></html>"),
        format!("<html><script>var icon = '{picture}'; show(icon);</script></html>"),
        "<html><script>var words = 'a long text that is nothing but words and goes on and on, as texts do';</script></html>".to_owned(),
        "<html><a href='report.pdf' download='report.pdf'>report</a></html>".to_owned(),
        "<p>if a < b and b > c</p>".to_owned(),
    ] {
        assert_eq!(parse(&source), Parsed::whole(Page::default()), "{source}");
    }
}

#[test]
fn pages_say_where_they_send_people() {
    let source = "<html><meta http-equiv=refresh content=\"0; url='https://a.invalid/x'\">\
        <form method=post action=\"https://b.invalid/login.php\"><input type=password></form>\
        <form action='/search'></form><script>window.location.href = 'https://c.inv' + 'alid/';</script></html>";
    let targets: Vec<_> =
        parse(source).value.targets.into_iter().map(|target| (target.kind, target.url)).collect();
    assert_eq!(
        targets,
        [
            (TargetKind::Refresh, "https://a.invalid/x".to_owned()),
            (TargetKind::Form, "https://b.invalid/login.php".to_owned()),
            (TargetKind::Script, "https://c.invalid/".to_owned()),
        ]
    );
}

#[test]
fn scripts_that_leave_the_browser_are_kept() {
    let source = "<html><script language=VBScript>Sub Window_OnLoad\nEnd Sub</script>\
        <script>new ActiveXObject('WScript.Shell').Run('calc')</script><script>alert(1)</script></html>";
    assert_eq!(parse(source).value.scripts.len(), 2);
}

#[test]
fn a_page_is_known_by_its_first_tag() {
    for page in [
        "<!DOCTYPE HTML>",
        "\u{FEFF}<html>",
        "<!-- x --><!-- y -->\n<head>",
        "<?xml version='1.0'?><svg>",
        "<script>",
    ] {
        assert!(looks_like_html(page.as_bytes()), "{page}");
    }
    let wide: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain("<html>".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert!(looks_like_html(&wide));
    for other in ["", "text", "<", "<?xml version='1.0'?><pkg:package>", "<b>", "<!--", "<!", "a <html>"] {
        assert!(!looks_like_html(other.as_bytes()), "{other}");
    }
}

#[test]
fn every_cut_and_every_changed_character_is_survived() {
    let source = page(
        "var fileName = 'a.zip', k = [1, 2]; k.push(3); var data = unescape('%u0041%4') + /a[/]b/g + `t` + atob('QUJD');",
    );
    for at in 0..source.len() {
        parse(source.get(..at).unwrap_or_default());
        for with in ["(", "[", "'", "\\", "<", "=", "+"] {
            let mut changed = source.clone();
            changed.replace_range(at..=at, with);
            parse(&changed);
        }
    }
}

#[test]
fn nesting_and_doubling_end_at_their_limits() {
    let deep = format!("<script>x = {}1;</script>", "(".repeat(100_000));
    assert!(parse(&deep).problems.iter().any(|p| p.limit.as_ref().is_some_and(|l| l.name == "nesting_max")));
    let mut doubling = String::from("<script>a = 'aaaaaaaaaaaaaaaa';");
    for _ in 0..60 {
        doubling.push_str("a = a + a;");
    }
    let problems = parse(&doubling).problems;
    assert!(
        problems.iter().any(|p| p.limit.as_ref().is_some_and(|l| l.name == "expanded_bytes_max")),
        "{problems:?}"
    );
    for piece in ["a=[", "a=f(", "<a b='", "<!--<script>", "x=y=", "a+=a;", "'", "/*", "[1,", "a.b("] {
        parse(&format!("<script>{}", piece.repeat(100_000)));
    }
}
