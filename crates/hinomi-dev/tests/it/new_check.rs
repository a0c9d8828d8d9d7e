//! `cargo dev new-check`: what it makes runs at once, and is refused until it is filled in.

use super::copy::Copy;

const FOLDER: &str = "crates/hinomi-checks/src/mail/odd_greeting";
const TESTS: [&str; 4] = ["test", "--package", "hinomi-checks", "--lib"];

#[test]
fn a_new_check_runs_at_once_and_passes_once_it_is_filled_in() {
    let copy = Copy::take();
    let (made, told) = copy.dev(&["new-check", "mail/odd-greeting"]);
    assert!(made, "{told}");
    let line = "    mail::odd_greeting::CHECK,\n";
    assert!(told.contains(line), "{told}");
    copy.replace(
        "crates/hinomi-checks/src/lib.rs",
        "    mail::password_beside_archive::CHECK,\n",
        &format!("{line}    mail::password_beside_archive::CHECK,\n"),
    );

    let (tidy, told) = copy.dev(&["tidy"]);
    assert!(!tidy && told.contains(&format!("{FOLDER}/page.md:4: FILL-IN is still there")), "{told}");
    assert!(told.contains("incidents names \"FILL-IN\", which does not exist"), "{told}");

    for (key, value) in
        [("attack", "T1566"), ("incidents", "2020-07-emotet"), ("measures", "mail.enforce-dmarc")]
    {
        copy.replace(
            &format!("{FOLDER}/check.toml"),
            &format!("{key} = [\"FILL-IN\"]"),
            &format!("{key} = [\"{value}\"]"),
        );
    }
    copy.replace_all(&format!("{FOLDER}/check.toml"), "FILL-IN", "words");
    copy.replace_all(&format!("{FOLDER}/page.md"), "FILL-IN", "Words.");
    let (tidy, told) = copy.dev(&["tidy"]);
    assert!(tidy, "{told}");
    let (tests, told) = copy.cargo(&TESTS);
    assert!(tests, "{told}");
    assert!(told.contains("every_page_example_gives_the_verdict_it_shows ... ok"), "{told}");
}

#[test]
fn a_name_that_is_no_id_or_is_taken_is_refused() {
    let copy = Copy::take();
    for (name, why) in [
        ("mail", "as family/name"),
        ("post/odd", "failed to find the family \"post\""),
        ("mail/Odd_Greeting", "as a name"),
        ("mail/../odd", "as a name"),
        ("mail/reply-type", "it is there already"),
    ] {
        let (made, told) = copy.dev(&["new-check", name]);
        assert!(!made && told.contains(why), "{name}: {told}");
    }
}
