//! Keys in the files of a run: found with their file, permissions and surroundings, compared with one another, opened
//! with the passwords given, and never shown.

use crate::program::{Desk, Said, text};
use hinomi_model::EvidenceId;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Made-up keys of every format, a name and base64 a line.
const OBJECTS: &str = include_str!("../../../hinomi-formats/src/trust/keys/fixtures/objects.b64");
/// The password of those that have one.
const PASSWORD: &str = "fire-watch";
/// Two made-up RSA keys of 2048 bits with one prime in common (RFC 8017, RSAPublicKey).
const SHARING: [&str; 2] = [
    "MIIBCgKCAQEAsEOswmjvbPTjG1LM7mRSZP16FrZqSREcNjvsOAQVfR5gu5/gStxZYj0YBa+arWetuA3o+V45VOK9+75k63mHyKjrAy/e63CnCNBdcOxKBPxPruyoOuxpMgqEa04KzqFwo9uLEJLsAHu5AKdEwtobvT0tgs9uM60yz9FEBk+JFi4xJ8C+I/oB2aoZJDNuG9R9BLF8/09lfkpGmj9hIxtJbYVnFhhM3H8d/F/ofBA+xnOwS3qGVeMuQ96/bzb6NDygforgTvRGJNlZNs3WhBmGJe460Sc+X66btHSrKrL1TldiVtz357EEhhIwrFSIuPxnmSxqB+FDbJaxR7rQR6TjFwIDAQAB",
    "MIIBCgKCAQEAueqb4hyUmxMjnxpHSNL+nW6VF2P+URXRsgHP8hjeDIVvxtoP/7Mb5sgwo5xxyrqZw7PmP7uGwoxOvQrdXuoaGwaLiQq4+I+99G3ykk3aesZmt+Q7dXTk28UA5SSTKrP/7ahGKdFae9ZM6XFpMj9tw/hK8gQ2204fHaLzrlt2/pBMn6Co9ByZKapUUA9DD6pjeQYJxhmeao/tBBQs2Pr68/X3Env4BFENddY6Hcjm5/sDEd3PIEjbWrQODY4OLIfHvGL3Y/DesyKvT4k36XrTisGkSSLToaykUBQZSnO9cRgeZ87soXTcURN9sHxqhTOz9l34cb4YAiLoTre3OSBtnwIDAQAB",
];

fn object(name: &str) -> Vec<u8> {
    let mut lines = OBJECTS.lines().filter_map(|line| line.split_once(' '));
    let (_, encoded) = lines.find(|(known, _)| *known == name).unwrap_or_else(|| panic!("no object {name}"));
    unbase64(encoded)
}

fn unbase64(text: &str) -> Vec<u8> {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0_u32, 0);
    for digit in text.chars().filter_map(|c| DIGITS.find(c)) {
        held = (held << 6) | u32::try_from(digit).expect("below 64");
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 0xff).expect("a byte"));
        }
    }
    bytes
}

fn pem(label: &str, base64: &str) -> String {
    format!("-----BEGIN {label}-----\n{base64}\n-----END {label}-----\n")
}

/// A desk whose folder anybody may enter, as the folders of a server are.
fn open_desk() -> Desk {
    let desk = Desk::new();
    set_mode(&desk.path("."), 0o755);
    desk
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
}

#[cfg(not(unix))]
fn set_mode(_path: &Path, _mode: u32) {}

/// The findings of the keys, as `check place`, with the first place that a finding names.
fn told(said: &Said) -> BTreeSet<String> {
    let findings = said.of_type("finding");
    let of_keys = findings.iter().filter(|finding| text(finding, "check").starts_with("keys."));
    of_keys.map(|finding| format!("{} {}", text(finding, "check"), text(&finding["data"], "place"))).collect()
}

fn scan(desk: &Desk, arguments: &[&str]) -> Said {
    desk.run([&["scan", "--format", "json", "--observations"], arguments].concat())
}

/// The facts on keys that were seen, by place.
fn facts(said: &Said) -> Vec<Value> {
    let seen = said.of_type("observation");
    let mut facts: Vec<Value> =
        seen.iter().map(|seen| seen["fact"]["key"].clone()).filter(Value::is_object).collect();
    facts.sort_by_key(|fact| text(fact, "place").to_owned());
    facts
}

/// The index of a git repository that holds one file (gitformat-index, version 2).
fn index(name: &str) -> Vec<u8> {
    let mut bytes = b"DIRC\0\0\0\x02\0\0\0\x01".to_vec();
    bytes.extend([7; 60]);
    bytes.extend(u16::try_from(name.len()).expect("short").to_be_bytes());
    bytes.extend(name.as_bytes());
    bytes.extend([0; 28]);
    bytes
}

#[cfg(unix)]
#[test]
fn a_key_is_told_with_its_file_its_permissions_and_what_lies_around_it() {
    let desk = open_desk();
    let put = |name: &str, bytes: &[u8], mode: u32| set_mode(&desk.write(name, bytes), mode);
    put("t/ssl/web.key", &object("app.conf"), 0o644);
    put("t/ssl/web.crt", &object("cert.pem"), 0o644);
    put("t/private/open.key", &object("ed25519.pem"), 0o644);
    set_mode(&desk.path("t/private"), 0o700);
    put("t/www/html/shown.key", &object("ec.secp521r1.pem"), 0o600);
    put("t/www/app/public/index.html", b"<h1>a</h1>", 0o644);
    put("t/www/app/public/shown.key", &object("ec.secp256k1.pem"), 0o600);
    put("t/www/app/secret/hidden.key", &object("ec.secp384r1.pem"), 0o600);
    put("t/repo/.git/index", &index("conf/in.key"), 0o644);
    put("t/repo/conf/in.key", &object("dsa.pkcs8.pem"), 0o600);
    put("t/repo/in.key", &object("ec.brainpoolP256r1.pem"), 0o600);
    put("t/backups/old.key", &object("ec.explicit.pem"), 0o600);
    let said = scan(&desk, &["t"]);
    assert_eq!(said.code, Some(1), "{}", said.err);

    let exposed: BTreeSet<String> = told(&said)
        .into_iter()
        .filter_map(|told| told.strip_prefix("keys.private-key-exposed ").map(str::to_owned))
        .collect();
    let expected = [
        "t/backups/old.key",
        "t/repo/conf/in.key",
        "t/ssl/web.key",
        "t/www/app/public/shown.key",
        "t/www/html/shown.key",
    ];
    assert_eq!(exposed, expected.map(str::to_owned).into());

    let facts = facts(&said);
    let of = |place: &str| {
        facts.iter().find(|fact| text(fact, "place") == place).unwrap_or_else(|| panic!("{place}"))
    };
    assert_eq!(of("t/ssl/web.key")["mode"], 0o644);
    assert_eq!(of("t/private/open.key")["mode"], 0o600, "nobody else may enter the folder");
    assert!(of("t/ssl/web.key")["owner"].is_number() && of("t/ssl/web.key")["changed"].is_string());
    assert_eq!(of("t/ssl/web.key")["spki_sha256"], of("t/ssl/web.crt")["spki_sha256"]);
    // One finding names the certificate as well.
    let findings = said.of_type("finding");
    let story = |finding: &&Value| {
        text(finding, "check") == "keys.private-key-exposed" && finding.to_string().contains("t/ssl/web.crt")
    };
    assert_eq!(findings.iter().filter(story).count(), 1);
}

#[test]
fn keys_are_found_where_they_lie_deep_and_once() {
    let desk = open_desk();
    let key = object("app.conf");
    let mail = format!(
        "From: a@partner.example\nTo: b@reiji.example\nSubject: key\nMIME-Version: 1.0\nContent-Type: multipart/mixed; \
         boundary=e\n\n--e\nContent-Type: text/plain\n\nhere\n--e\nContent-Type: application/octet-stream; \
         name=\"k.pem\"\n\n{}\n--e\nContent-Type: application/pkix-cert; name=\"c.pem\"\n\n{}\n--e--\n",
        String::from_utf8_lossy(&key),
        String::from_utf8_lossy(&object("cert.pem")),
    );
    desk.write("m/1.eml", mail);
    let places: Vec<String> = facts(&scan(&desk, &["m"]))
        .iter()
        .map(|fact| format!("{} {}", text(fact, "kind"), text(fact, "place")))
        .collect();
    // The certificate is the sender's affair; the key shows in the mail and in the attachment, and is told once.
    assert_eq!(places, ["private_key m/1.eml#k.pem"]);
}

#[test]
fn keys_of_a_run_are_compared_with_one_another_and_with_a_block_list() {
    let desk = open_desk();
    for (name, base64) in ["a", "b"].into_iter().zip(SHARING) {
        desk.write(format!("k/{name}.pem"), pem("RSA PUBLIC KEY", base64));
    }
    desk.write("k/c.pem", object("cert.pem"));
    // A record of badkeys: fifteen bytes of the SHA-256 of the modulus, and the number of the list.
    let modulus = unbase64(SHARING[0])[9..9 + 256].to_vec();
    let hash = EvidenceId::of(&modulus).as_str().to_owned();
    let mut record: Vec<u8> =
        (0..15).map(|at| u8::from_str_radix(&hash[at * 2..at * 2 + 2], 16).expect("hex")).collect();
    record.push(3);
    desk.write("list.dat", [[0_u8; 16].to_vec(), record].concat());
    desk.write("hinomi.toml", "schema = 1\n[keys]\nblocklist = \"list.dat\"\n");
    let weak: Vec<String> = facts(&scan(&desk, &["k"]))
        .iter()
        .map(|fact| {
            let ids = fact["weaknesses"].as_array().into_iter().flatten();
            let ids: Vec<String> =
                ids.map(|weak| format!("{}: {}", text(weak, "id"), text(weak, "detail"))).collect();
            format!("{} {}", text(fact, "place"), ids.join("; "))
        })
        .collect();
    let expected = [
        "k/a.pem blocklisted: on the block list, list 3; shared_prime: shares a prime with the key in k/b.pem",
        "k/b.pem shared_prime: shares a prime with the key in k/a.pem",
        "k/c.pem ",
    ];
    assert_eq!(weak, expected);

    desk.write("list.dat", "no records");
    let said = scan(&desk, &["k"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("block list of badkeys"), "{}", said.err);
}

#[test]
fn an_encrypted_key_is_opened_by_the_passwords_given_which_are_shown_nowhere() {
    let desk = open_desk();
    desk.write("k/modern.p12", object("modern.p12"));
    desk.write("k/locked.asc", object("pgp.locked.asc"));
    let closed = facts(&scan(&desk, &["k"]));
    assert_eq!(closed.iter().filter(|fact| fact["opened_by"].is_string()).count(), 0, "{closed:?}");

    desk.write("words", format!("another\n{PASSWORD}\n"));
    desk.write("hinomi.toml", "schema = 1\n[keys.passwords]\nfile = \"words\"\n");
    let said = scan(&desk, &["k"]);
    let opened = facts(&said);
    assert!(
        opened.len() > closed.len() && opened.iter().all(|fact| fact["opened_by"].is_string()),
        "{opened:?}"
    );
    assert!(!said.out.contains(PASSWORD) && !said.err.contains(PASSWORD));
    let shown = desk.run(["config", "show"]);
    assert!(!shown.out.contains(PASSWORD), "{}", shown.out);

    desk.write("hinomi.toml", format!("schema = 1\n[keys]\npasswords = [\"{PASSWORD}\"]\n"));
    let refused = desk.run(["config", "check"]);
    assert_eq!(refused.code, Some(2));
    assert!(
        refused.err.contains("keys.passwords takes") && !refused.err.contains(PASSWORD),
        "{}",
        refused.err
    );
}

/// No byte of a private key leaves the program, whatever the form.
#[test]
fn what_is_private_of_a_key_stands_in_nothing_that_is_written() {
    let desk = open_desk();
    let known = ["app.conf", "ed25519.pem", "rsa.pkcs8.pem", "modern.p12", "ssh.ed25519"];
    for name in &known {
        desk.write(format!("k/{name}"), object(name));
    }
    desk.write("words", PASSWORD);
    desk.write("hinomi.toml", "schema = 1\n[keys.passwords]\nfile = \"words\"\n[[source]]\nkind = \"document-folder\"\npath = \"k\"\n");
    // Every line of base64 between the marks is private.
    let secrets: BTreeSet<String> = known
        .iter()
        .flat_map(|name| {
            String::from_utf8_lossy(&object(name)).lines().map(str::to_owned).collect::<Vec<_>>()
        })
        .filter(|line| {
            line.len() >= 40 && line.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))
        })
        .collect();
    assert!(secrets.len() >= 2, "{secrets:?}");
    let run = desk.run(["run", "--format", "json"]);
    assert_eq!(run.code, Some(1), "{}", run.err);
    for format in ["text", "json", "html", "csv", "sarif", "ocsf"] {
        for command in [&["report"][..], &["scan", "k"]] {
            let said = desk.run([command, &["--format", format]].concat());
            for secret in &secrets {
                assert!(!said.out.contains(secret.as_str()), "{command:?} {format}");
                let hex: String = unbase64(secret).iter().map(|b| format!("{b:02x}")).collect();
                assert!(hex.is_empty() || !said.out.contains(&hex), "{command:?} {format}");
            }
        }
    }
    let store = fs::read(desk.path("hinomi.db")).expect("kept");
    for secret in &secrets {
        assert!(!store.windows(secret.len()).any(|window| window == secret.as_bytes()));
    }
}

#[test]
fn broken_keys_cost_a_problem_at_most() {
    let desk = open_desk();
    for (number, line) in OBJECTS.lines().enumerate() {
        let Some((_, encoded)) = line.split_once(' ') else { continue };
        let bytes = unbase64(encoded);
        desk.write(format!("k/{number}.half"), &bytes[..bytes.len() / 2]);
        let mut flipped = bytes;
        let middle = flipped.len() / 2;
        flipped[middle] ^= 0x55;
        desk.write(format!("k/{number}.flip"), flipped);
    }
    let said = scan(&desk, &["k"]);
    assert!(matches!(said.code, Some(1 | 3)), "{:?} {}", said.code, said.err);
    let bad = said.of_type("problem");
    let lost: Vec<&Value> =
        bad.iter().filter(|line| matches!(text(line, "kind"), "crashed" | "timed-out")).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

#[test]
fn a_profile_is_one_that_exists_or_a_file_that_can_be_read() {
    let desk = Desk::new();
    let check = |tls: &str| {
        desk.write("hinomi.toml", format!("schema = 1\n[tls]\n{tls}\n"));
        desk.run(["config", "check", "--lang", "en"])
    };
    let said = check("profile = \"mozilla\"");
    assert_eq!(said.code, Some(2));
    assert!(
        said.err.contains("no profile is called mozilla; there are: ipa-gl3001-3.0.1-exception, "),
        "{}",
        said.err
    );
    let said = check("profile = \"own.toml\"");
    assert!(said.code == Some(2) && said.err.contains("own.toml"), "{}", said.err);
    desk.write("own.toml", "id = 1");
    assert_eq!(check("profile = \"own.toml\"").code, Some(2));
    desk.write("own.toml", include_str!("../../../../catalog/profiles/tls/mozilla-5.7-modern.toml"));
    assert_eq!(check("profile = \"own.toml\"").code, Some(0));
    let said = check("profile = \"nist-sp800-52r2\"\ninterim_until = \"soon\"");
    assert!(said.code == Some(2) && said.err.contains("tls.interim_until is no day"), "{}", said.err);
    assert_eq!(check("interim_until = \"2027-03-31\"\n[keys]\nin_use_until = 2032").code, Some(0));
}

/// In place of the two schemas that the official one refers to: licences and signatures, of which we write neither.
struct Others;

impl jsonschema::Retrieve for Others {
    fn retrieve(
        &self,
        _: &jsonschema::Uri<String>,
    ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        Ok(serde_json::json!({"definitions": {"signature": false}}))
    }
}

#[test]
fn the_inventory_is_a_cbom_that_the_official_schema_accepts() {
    const SCHEMA: &str =
        include_str!("../../../hinomi-outcome/src/machine/fixtures/cyclonedx/bom-1.6.schema.json");
    let desk = open_desk();
    let names: Vec<&str> = OBJECTS.lines().filter_map(|line| Some(line.split_once(' ')?.0)).collect();
    for name in &names {
        desk.write(format!("k/{name}"), object(name));
    }
    desk.write("words", PASSWORD);
    desk.write("hinomi.toml", "schema = 1\n[keys.passwords]\nfile = \"words\"\n");
    let said = desk.run(["keys", "cbom", "k", "--output", "bom.json", "--allow-incomplete"]);
    assert_eq!((said.code, said.out.as_str()), (Some(0), ""), "{}", said.err);
    let written = fs::read_to_string(desk.path("bom.json")).expect("written");
    let bom: Value = serde_json::from_str(&written).expect("JSON");
    let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
    let validator = jsonschema::options().with_retriever(Others).build(&schema).expect("a schema");
    let errors: Vec<String> =
        validator.iter_errors(&bom).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    // One public key is one component, wherever it lies, and every place is told.
    let components = bom["components"].as_array().expect("components");
    let of_spki =
        components.iter().find(|one| text(one, "bom-ref").starts_with("crypto/key/private-key/8e39f517"));
    let places = of_spki.expect("the key of app.conf")["evidence"]["occurrences"].to_string();
    for place in ["k/app.conf", "k/ec.prime256v1.pem", "k/modern.p12#front", "k/legacy.p12#old"] {
        assert!(places.contains(&format!("\"{place}\"")), "{place}: {places}");
    }
    assert!(!written.contains("\"value\":\"M") && !written.contains(PASSWORD));
}

#[test]
fn the_list_shows_a_key_a_line_in_both_languages() {
    let desk = open_desk();
    desk.write("k/app.conf", object("app.conf"));
    desk.write("k/legacy.p12", object("legacy.p12"));
    desk.write("k/note.txt", "nothing");
    #[cfg(unix)]
    for name in ["app.conf", "legacy.p12"] {
        set_mode(&desk.path(format!("k/{name}")), 0o600);
    }
    let said = desk.run(["keys", "list", "k", "--lang", "en"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let lines: Vec<Vec<&str>> = said
        .out
        .lines()
        .map(|line| line.split("  ").map(str::trim).filter(|c| !c.is_empty()).collect())
        .collect();
    assert_eq!(lines[0], ["kind", "key", "until", "mode", "protection", "place"]);
    assert_eq!(lines[1], ["private key", "EC P-256", "–", "0600", "in clear", "k/app.conf"]);
    assert_eq!(lines[2], ["keystore", "PKCS12", "–", "0600", "default password", "k/legacy.p12"]);
    assert!(said.out.ends_with("4 objects, 2 different: 2 with a secret, 1 certificates\n"), "{}", said.out);
    let said = desk.run(["keys", "list", "k", "--lang", "ja"]);
    assert!(said.out.starts_with("種類        鍵        期限        権限  保護"), "{}", said.out);
    assert!(desk.run(["keys", "list", "--lang", "en"]).err.contains("[[source]]"));
    assert_eq!(desk.run(["keys", "list", "nowhere"]).code, Some(2));
}

#[test]
fn the_questionnaire_is_answered_by_evidence_and_by_people_and_keeps_their_answers() {
    let desk = open_desk();
    desk.write("k/app.conf", object("app.conf"));
    desk.write("hinomi.toml", "schema = 1\n[keys]\nquestionnaire = \"ckms.toml\"\n");
    // The file is named before it is there.
    assert_eq!(desk.run(["keys", "questionnaire", "k"]).code, Some(2));
    desk.write("ckms.toml", "");
    let form = desk.run(["keys", "questionnaire", "k", "--form", "--lang", "en"]);
    assert_eq!(form.code, Some(0), "{}", form.err);
    assert!(form.out.contains("# item = \"G-1\"") && !form.out.contains("item = \"K-1\""), "{}", form.out);
    // As it comes, it can be read: nothing is answered.
    desk.write("ckms.toml", &form.out);
    let page = desk.run(["keys", "questionnaire", "k", "--lang", "en"]);
    assert!(
        page.out.contains("By evidence: Seen: 1 private keys")
            && page.out.contains(" 0 by people, 0 overdue"),
        "{}",
        page.out
    );
    let answers = "[[answer]]\nitem = \"G-1\"\nowner = \"sato\"\ndate = \"2020-07-01\"\ntext = \"See \\\"keys\\\".\\nPage 2\"\n\
                   [[answer]]\nitem = \"R-1\"\nowner = \"ito\"\ndate = \"2020-07-01\"\ntext = \"The owner.\"\nagain = \"2020-08-01\"\n";
    desk.write("ckms.toml", answers);
    let page = desk.run(["keys", "questionnaire", "k", "--lang", "en"]);
    assert!(page.out.contains("Overdue since 2020-08-01: The owner. — ito, 2020-07-01"), "{}", page.out);
    assert!(page.out.contains(" 1 by people, 1 overdue"), "{}", page.out);
    // Who answers more takes the form with the answers in it.
    let form = desk.run(["keys", "questionnaire", "k", "--form", "-o", "ckms.toml"]);
    assert_eq!(form.code, Some(0), "{}", form.err);
    assert_eq!(desk.run(["keys", "questionnaire", "k", "--lang", "en"]).out, page.out);
    desk.write("ckms.toml", "[[answer]]\nitem = \"Z-9\"\nowner = \"\"\ndate = \"2020-07-01\"\ntext = \"\"\n");
    let said = desk.run(["config", "check", "--lang", "en"]);
    assert!(said.code == Some(2) && said.err.contains("no item is called Z-9"), "{}", said.err);
}
