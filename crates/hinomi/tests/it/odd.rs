//! What is unusual and allowed: bytes from standard input, names that are no text, no colour, recipes.

use crate::program::{Desk, hijacked_mail, plain_mail, text};
use std::fs;

#[test]
fn standard_input_is_read_like_a_file() {
    let desk = Desk::new();
    let mail = hijacked_mail("Re: piped", 1);
    let piped = desk.fed(["scan", "-", "--format", "json"], mail.as_bytes());
    assert_eq!(piped.code, Some(1), "{}", piped.err);
    desk.write("mail.eml", &mail);
    let file = desk.run(["scan", "mail.eml", "--format", "json"]);
    let ids = |said: &crate::program::Said| -> Vec<String> {
        said.of_type("finding").iter().map(|finding| text(finding, "id").to_owned()).collect()
    };
    assert_eq!(ids(&piped), ids(&file), "the same finding, whichever way it came");
    let nothing = desk.fed(["scan", "-", "--format", "json"], b"");
    assert_eq!(nothing.code, Some(0), "{}", nothing.err);
}

#[test]
fn standard_input_beyond_the_limit_is_refused() {
    let desk = Desk::new();
    desk.write("hinomi.toml", "schema = 1\n[limits]\nfile_bytes_max = 100\n");
    let said = desk.fed(["scan", "-"], &[b'x'; 101]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("file_bytes_max"), "{}", said.err);
    assert_eq!(desk.fed(["scan", "-"], &[b'x'; 100]).code, Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_are_read_and_shown() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let desk = Desk::new();
    // 請求書 in CP932, as it comes from a Windows archive, and a name that would paint the terminal.
    let names: [&[u8]; 2] = [b"mail/\x90\xbf\x8b\x81\x8f\x91.eml", b"mail/\x1b[31mred\x07.eml"];
    for (number, name) in names.iter().enumerate() {
        desk.write(OsStr::from_bytes(name), hijacked_mail("Re: odd", number));
    }
    let json = desk.run(["scan", "mail", "--format", "json"]);
    assert_eq!(json.code, Some(1), "{}", json.err);
    let findings = json.of_type("finding");
    assert_eq!(findings.len(), 2, "{}", json.out);
    let sources: Vec<&str> = findings.iter().map(|finding| text(&finding["evidence"][0], "source")).collect();
    assert!(sources.iter().any(|source| source.contains("\\x90\\xBF")), "{sources:?}");
    for format in ["text", "csv", "html", "json", "sarif", "ocsf"] {
        let said = desk.run(["scan", "mail", "--format", format]);
        assert!(!said.out.contains(['\u{1b}', '\u{7}']), "{format}: control characters reached the output");
    }
    // The path itself, given on the command line.
    let mut direct = desk.hinomi(["scan"]);
    let done = direct.arg(OsStr::from_bytes(names[0])).output().expect("it starts");
    assert_eq!(done.status.code(), Some(1), "{}", String::from_utf8_lossy(&done.stderr));
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_gets_colour_and_nobody_else() {
    let desk = Desk::new();
    desk.write("mail.eml", hijacked_mail("Re: colour", 1));
    let plain = desk.run(["scan", "mail.eml"]);
    assert!(!plain.out.contains('\u{1b}'), "no colour in a pipe: {}", plain.out);

    // `script` gives the program a terminal; without it on this machine there is nothing to ask.
    let on_terminal = |no_color: bool| {
        let line = format!("{} scan mail.eml 2>/dev/null", env!("CARGO_BIN_EXE_hinomi"));
        let mut script = desk.other(std::path::Path::new("script"), ["-qec", &line, "/dev/null"]);
        script.env("TERM", "xterm");
        if no_color {
            script.env("NO_COLOR", "1");
        }
        script.output().ok().map(|done| String::from_utf8_lossy(&done.stdout).into_owned())
    };
    let (Some(coloured), Some(sober)) = (on_terminal(false), on_terminal(true)) else { return };
    assert!(coloured.contains("\u{1b}["), "{coloured:?}");
    let finding = sober.lines().find(|line| line.contains("mail.reply-type")).expect("a finding");
    assert!(!finding.contains('\u{1b}'), "{sober:?}");
}

/// The address that CyberChef's own page makes of the recipe in the article on Emotet's command: base64, UTF-16LE.
#[test]
fn the_recipe_of_the_emotet_article_is_baked_from_its_address() {
    let desk = Desk::new();
    let command = "Write-Output 'https://example.invalid/'";
    let wide: Vec<u8> = command.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let base64 = |bytes: &[u8]| desk.fed(["decode", "--recipe", "To_Base64('A-Za-z0-9+/=')"], bytes).out;
    let encoded = base64(&wide);
    assert!(encoded.starts_with("VwByAGkAdABl"), "{encoded}");
    let input = base64(encoded.as_bytes());
    let address = format!(
        "https://gchq.github.io/CyberChef/#recipe=From_Base64('A-Za-z0-9%2B/%3D',true)Decode_text('UTF-16LE%20(1200)')&input={}",
        input.trim_end_matches('=')
    );
    let said = desk.run(["decode", "--recipe", &address]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(said.out, command);
    // The same recipe as text and as JSON, with the input from a pipe.
    for recipe in [
        "From_Base64('A-Za-z0-9+/=',true)\nDecode_text('UTF-16LE (1200)')",
        r#"[{"op":"From Base64","args":["A-Za-z0-9+/=",true]},{"op":"Decode text","args":["UTF-16LE (1200)"]}]"#,
    ] {
        let said = desk.fed(["decode", "--recipe", recipe], encoded.as_bytes());
        assert_eq!((said.code, said.out.as_str()), (Some(0), command), "{}", said.err);
    }
}

#[test]
fn a_configuration_is_held_to_its_words() {
    let desk = Desk::new();
    for (config, named) in [
        ("schema = 1\ncolour = \"red\"\n", "colour"),
        ("schema = 1\n[limits]\ncpu_seconds = 3\n", "cpu_seconds"),
        ("schema = 1\n[mail]\nusual_passwords = \"hunter2\"\n", "usual_passwords"),
        ("schema = 1\n[mail.usual_passwords]\nvalue = \"hunter2\"\n", "usual_passwords"),
        ("schema = 2\n", "schema is 2"),
        ("[company]\n", "schema"),
        ("schema = 1\n[company]\nsales_yen = -5\n", "sales_yen"),
        ("schema = 1\n[[source]]\nkind = \"ftp\"\npath = \"x\"\n", "mail-folder"),
    ] {
        desk.write("hinomi.toml", config);
        let said = desk.run(["config", "check"]);
        assert_eq!(said.code, Some(2), "{config}: {said:?}");
        assert!(said.err.contains(named), "{config}: {}", said.err);
        assert!(!said.err.contains("hunter2"), "the error repeats the secret: {}", said.err);
    }
}

#[test]
fn what_init_writes_is_what_run_reads() {
    let desk = Desk::new();
    desk.write("post/clean.eml", plain_mail(1));
    desk.write("share/note.txt", "a note");
    let said = desk.run([
        "init",
        "--company",
        "Quote \"and\" 日本",
        "--domain",
        "reiji.example",
        "--sales",
        "100000000000",
        "--mail",
        "post",
        "--documents",
        "share",
    ]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(desk.run(["config", "check"]).code, Some(0));
    assert_eq!(desk.run(["run"]).code, Some(0));
    let before = fs::read(desk.path("hinomi.toml")).expect("it is there");
    assert_eq!(desk.run(["init"]).code, Some(2), "a second init leaves the first alone");
    assert_eq!(fs::read(desk.path("hinomi.toml")).expect("it is there"), before);
}
