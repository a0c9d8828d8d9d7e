//! `hinomi.toml`: what is accepted, what is refused, and what an error must not tell.

use super::*;
use tempfile::TempDir;

#[track_caller]
fn refused(text: &str, why: &str) -> String {
    let error = parse(text).expect_err("must be refused");
    let told = format!("{error:#}");
    assert!(told.contains(why), "{told}");
    told
}

#[test]
fn a_configuration_says_only_what_it_wants_to_change() {
    let config = parse("schema = 1\n").unwrap();
    assert_eq!(config, Config::default());
}

#[test]
fn an_unknown_key_is_named_with_its_line() {
    refused("schema = 1\n[company]\nnmae = \"x\"\n", "line 3, nmae: unknown field `nmae`");
    refused("schema = 1\n[scope]\nnetwork = []\n", "line 3, network: unknown field `network`");
}

#[test]
fn another_version_is_told_as_such_also_when_it_has_other_keys() {
    refused("schema = 2\n[future]\nx = 1\n", "schema is 2, this version knows 1");
    refused("[company]\n", "missing field `schema`");
}

#[test]
fn a_secret_in_the_file_is_refused_and_not_repeated() {
    for value in ["\"Canary-7781\"", "[\"Canary-7781\"]", "{ value = \"Canary-7781\" }"] {
        let text = format!("schema = 1\n[mail]\nusual_passwords = {value}\n");
        let told = refused(&text, "mail.usual_passwords takes");
        assert!(!told.contains("Canary"), "{told}");
        assert!(!format!("{:?}", parse(&text).unwrap_err()).contains("Canary"));
    }
    for text in [
        "schema = 1\n[mail]\nusual_passwords = { env = [\"Canary-7781\"] }\n",
        "schema = 1\n[mail]\nusual_passwords = { env = \"Canary-7781\n",
        "schema = 1\nsource = \"Canary-7781\"\n",
        "schema = 1\n[[source]]\nkind = \"x`, expected Canary-7781\"\npath = \"a\"\n",
        "schema = \"Canary-7781\"\n",
    ] {
        let told = refused(text, "line ");
        assert!(!told.contains("Canary"), "{told}");
        assert!(!format!("{:?}", parse(text).unwrap_err()).contains("Canary"));
    }
}

#[test]
fn a_limit_of_nothing_is_refused() {
    for name in ["file_bytes_max", "expanded_bytes_max", "cpu_seconds_max", "memory_bytes_max"] {
        refused(&format!("schema = 1\n[limits]\n{name} = 0\n"), &format!("limits.{name} is 0"));
    }
}

fn found(folder: &Path, text: &str) -> Found {
    let path = folder.join("hinomi.toml");
    fs::write(&path, text).unwrap();
    find(Some(&path)).unwrap()
}

#[test]
fn paths_start_at_the_folder_of_the_file_and_stand_as_written() {
    let folder = TempDir::new().unwrap();
    let found = found(folder.path(), "schema = 1\n[[source]]\nkind = \"mail-folder\"\npath = \"mail/\"\n");
    assert_eq!(found.config.source[0].path, Path::new("mail/"));
    assert_eq!(found.inside(&found.config.source[0].path), folder.path().join("mail/"));
    assert_eq!(found.inside(Path::new("/var/mail")), Path::new("/var/mail"));
    let none = Found { config: Config::default(), path: None };
    assert_eq!(none.inside(Path::new("hinomi.db")), Path::new("hinomi.db"));
}

#[test]
fn a_file_that_was_asked_for_and_is_not_there_is_an_error() {
    let error = find(Some(Path::new("/nonexistent/hinomi.toml"))).unwrap_err();
    assert!(format!("{error:#}").contains("/nonexistent/hinomi.toml"));
}

#[test]
fn usual_passwords_come_from_a_file_line_by_line() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("pw.txt"), "\n Tsubame72 \r\n\nSuzume\n").unwrap();
    let found = found(folder.path(), "schema = 1\n[mail]\nusual_passwords = { file = \"pw.txt\" }\n");
    assert_eq!(usual_passwords(&found).unwrap(), ["Tsubame72", "Suzume"]);
}

#[test]
fn a_source_of_passwords_that_is_not_there_is_an_error_that_names_it() {
    let folder = TempDir::new().unwrap();
    let by_file = found(folder.path(), "schema = 1\n[mail]\nusual_passwords = { file = \"none.txt\" }\n");
    assert!(format!("{:#}", usual_passwords(&by_file).unwrap_err()).contains("none.txt"));
    let by_env =
        found(folder.path(), "schema = 1\n[mail]\nusual_passwords = { env = \"HINOMI_TEST_UNSET\" }\n");
    let told = format!("{:#}", usual_passwords(&by_env).unwrap_err());
    assert_eq!(told, "read the variable HINOMI_TEST_UNSET: it is not set");
}

#[test]
fn usual_passwords_come_from_a_variable_that_is_set() {
    // PATH is set wherever tests run; what it holds does not matter here.
    let folder = TempDir::new().unwrap();
    let by_env = found(folder.path(), "schema = 1\n[mail]\nusual_passwords = { env = \"PATH\" }\n");
    assert_eq!(usual_passwords(&by_env).unwrap(), [env::var("PATH").unwrap().trim()]);
}

#[test]
fn what_is_shown_is_what_is_read() {
    let text = toml::to_string_pretty(&Config::default()).unwrap();
    assert_eq!(parse(&text).unwrap(), Config::default());
}

#[test]
fn what_is_expected_of_pages_is_read_and_reaches_the_watch() {
    let text = "schema = 1\n[page]\nspace_overrides = [\"100.64.0.0/10=public\"]\nproxies = [\"10.0.0.1:3128\"]\n\
                [[page.allow]]\nid = \"sso\"\npage = \"[*.]shop.example\"\ntarget = \"127.0.0.1\"\nports = [5900, \"8000-8010\"]\n\
                reason = \"sign-in agent\"\nowner = \"IT\"\nexpires = \"2027-03-31\"\n";
    let watch = parse(text).unwrap().page.for_watch();
    assert_eq!(watch.overrides, ["100.64.0.0/10=public"]);
    assert_eq!(watch.proxies, ["10.0.0.1:3128"]);
    let rule = &watch.allow[0];
    assert_eq!(
        (rule.id.as_str(), &rule.ports[..]),
        ("sso", &["5900".to_owned(), "8000-8010".to_owned()][..])
    );
    assert_eq!(rule.expires.as_deref(), Some("2027-03-31"));
    let shown = toml::to_string(&parse(text).unwrap()).unwrap();
    assert_eq!(parse(&shown).unwrap(), parse(text).unwrap(), "what `config show` prints is read again");
}

#[test]
fn a_rule_that_cannot_be_used_is_refused_with_its_place() {
    let rule = |more: &str| {
        format!("schema = 1\n[[page.allow]]\npage = \"a.example\"\ntarget = \"127.0.0.1\"\n{more}\n")
    };
    refused(&rule("reason = \"\""), "page.allow[0]: no reason is given");
    refused(&rule("reason = \"x\"\nexpires = \"soon\""), "page.allow[0]: \"soon\" is no day");
    refused(&rule("reason = \"x\"\nports = [\"http\"]"), "page.allow[0]");
    refused(&rule("resaon = \"x\""), "unknown field `resaon`");
    refused(&rule(""), "missing field `reason`");
    refused("schema = 1\n[page]\nspace_overrides = [\"office\"]\n", "page.space_overrides[0]");
    refused("schema = 1\n[page]\nproxies = [\"proxy.example\"]\n", "page.proxies[0]");
}
