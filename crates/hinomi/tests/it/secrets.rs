//! A password that opened an archive is used and forgotten: it stands in nothing that is kept or written.

use crate::program::{Desk, text};
use std::fs;

/// The passwords of the sample company's archives that stand in no date or number by chance.
const PASSWORDS: &[&str] = &["8mZ4kq72", "Aoba#0721"];
/// A password that the configuration gives away.
const USUAL: &str = "usual-Kotori-7391";

/// A secret in the forms it could travel in.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let plain = secret.as_bytes().to_vec();
    let wide = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let hex = plain.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes();
    let reversed = plain.iter().rev().copied().collect();
    vec![plain, wide, hex, reversed]
}

#[track_caller]
fn check(where_: &str, bytes: &[u8], secret: &str) {
    for form in forms(secret) {
        let found = bytes.windows(form.len()).position(|window| window == form);
        assert_eq!(found, None, "{secret} stands in {where_}");
    }
}

#[test]
fn a_planted_password_is_kept_nowhere() {
    let desk = Desk::with_demo();
    desk.write("d/words", format!("{USUAL}\n"));
    let config = fs::read_to_string(desk.path("d/hinomi.toml")).expect("it is there");
    let mail = fs::read_to_string(desk.path("d/mail/keiri.mbox"))
        .map_or_else(|_| fs::read(desk.path("d/mail/keiri.mbox")).expect("it is there"), String::into_bytes);
    assert!(
        PASSWORDS.iter().any(|password| String::from_utf8_lossy(&mail).contains(password)),
        "they are planted"
    );
    desk.write("d/hinomi.toml", format!("{config}\n[mail]\nusual_passwords = {{ file = \"words\" }}\n"));

    // They did their work: what lay behind them was seen.
    let run = desk.run(["run", "--config", "d/hinomi.toml", "--format", "json"]);
    let seen = |name: &str| run.of_type("finding").iter().any(|finding| text(finding, "text").contains(name));
    assert!(seen("7月納品分_変更.doc"), "the document inside the locked archive was read");

    for password in PASSWORDS.iter().chain([&USUAL]) {
        for name in ["hinomi.db", "hinomi.db-wal", "hinomi.db-shm", "report.html"] {
            if let Ok(bytes) = fs::read(desk.path(format!("d/{name}"))) {
                check(name, &bytes, password);
            }
        }
        check("what the run said on standard error", run.err.as_bytes(), password);
        for format in ["text", "json", "html", "csv", "sarif", "ocsf", "xlsx"] {
            for command in [&["run"][..], &["report"], &["plan"], &["scan", "d/mail", "--observations"]] {
                let arguments =
                    [command, &["--config", "d/hinomi.toml", "--format", format, "-o", "out"]].concat();
                let said = desk.run(&arguments);
                assert!(matches!(said.code, Some(0 | 1)), "{arguments:?}: {}", said.err);
                check(
                    &format!("{command:?} --format {format}"),
                    &fs::read(desk.path("out")).expect("written"),
                    password,
                );
            }
        }
        for command in [&["config", "show"][..], &["config", "check"], &["finding", "list"], &["doctor"]] {
            let said = desk.run([command, &["--config", "d/hinomi.toml"]].concat());
            check(&format!("{command:?}"), (said.out + &said.err).as_bytes(), password);
        }
        assert_eq!(desk.run(["backup", "--config", "d/hinomi.toml", "copy.db"]).code, Some(0));
        check("the backup", &fs::read(desk.path("copy.db")).expect("written"), password);
    }
}
