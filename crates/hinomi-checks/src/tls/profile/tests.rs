//! The profiles inside, the names in them, and what is refused.

use super::*;
use hinomi_formats::tls::names::{Exchange, Mode};

#[test]
fn every_profile_inside_is_read_and_has_the_id_of_its_file() {
    let all = profiles([]).unwrap();
    assert_eq!(all.len(), Profile::builtin_ids().count());
    for id in Profile::builtin_ids() {
        let profile = Profile::builtin(id).unwrap();
        assert_eq!(profile.id, id);
        assert!(!profile.title(Lang::Ja).is_empty() && !profile.title(Lang::En).is_empty(), "{id}");
        assert!(!profile.configuration.versions.is_empty(), "{id}");
        for item in &profile.items {
            assert!(!item.words(Lang::Ja).is_ascii(), "{id} {}", item.id);
            assert!(item.words(Lang::En).is_ascii(), "{id} {}", item.id);
            let told = item.to_transcribe(Lang::Ja).is_some();
            assert_eq!(told, item.confidence == Reading::Unconfirmed, "{id} {}", item.id);
        }
    }
    assert_eq!(Profile::default().id, DEFAULT_PROFILE);
}

#[track_caller]
fn refused(from: &str, to: &str, why: &str) {
    let (_, text) = BUILTIN.iter().find(|(id, _)| *id == DEFAULT_PROFILE).unwrap();
    let broken = text.replacen(from, to, 1);
    assert_ne!(broken, *text, "the sabotage did not apply");
    let told = Profile::parse("own.toml", &broken).map(|_| ()).expect_err("must be refused").to_string();
    assert!(told.contains(why) && told.contains("own.toml"), "{told}");
}

#[test]
fn a_profile_that_cannot_be_is_refused() {
    refused("\"R-P2\"", "\"R-P1\"", "stands twice");
    refused("TLS_AES_128_GCM_SHA256", "TLS_AES_129_GCM_SHA256", "no suite is called");
    refused("\"x25519\"", "\"x25518\"", "no group is called");
    refused("\"tls1.2\"", "\"tls1.4\"", "unknown variant");
    refused("level = \"mandatory\"", "level = \"must\"", "unknown variant");
    refused("kind = \"versions-on\"", "kind = \"versions-in\"", "unknown variant");
    refused("transcribe_en", "transcribed_en", "unknown field");
    refused("\nconfidence = \"confirmed\"", "\nconfidence = \"unconfirmed\"", "transcribed");
    refused("title_ja", "titel_ja", "unknown field");
}

#[test]
fn a_profile_of_the_user_takes_the_place_of_one_inside() {
    let (_, text) = BUILTIN.iter().find(|(id, _)| *id == DEFAULT_PROFILE).unwrap();
    let own = text.replacen("3.0.1 推奨セキュリティ型\"", "自社版\"", 1);
    let all = profiles([("own.toml", own.as_str())]).unwrap();
    assert!(all[DEFAULT_PROFILE].title(Lang::Ja).ends_with("自社版"));
    assert!(profiles([("own.toml", "id = 1")]).is_err());
}

/// Ids in the order of the printed examples (facts of the guideline, expanded by OpenSSL).
fn ids(groups: &[Vec<SuiteName>]) -> Vec<u16> {
    groups.iter().flatten().map(|suite| suite.0.id).collect()
}

#[test]
fn the_suites_of_the_japanese_profiles_are_those_of_the_printed_examples() {
    let high = Profile::builtin("ipa-gl3001-3.0.1-high").unwrap();
    assert_eq!(
        ids(&high.suites.tls12),
        [
            0xC02C, 0xC030, 0xC0AF, 0xC0AD, 0xCCA9, 0xCCA8, 0xC02B, 0xC02F, 0xC0AE, 0xC0AC, 0x009F, 0xC0A3,
            0xC09F, 0xCCAA, 0x009E, 0xC0A2, 0xC09E
        ]
    );
    assert_eq!(ids(&high.suites.tls13), [0x1302, 0x1303, 0x1301, 0x1304, 0x1305]);
    let safe = |suite: &SuiteName| suite.0.mode == Mode::Aead && suite.0.exchange != Exchange::Rsa;
    assert!(high.suites.tls12.iter().flatten().all(safe));
    let recommended = Profile::default();
    assert_eq!(
        ids(&recommended.suites.tls12),
        [
            0xC02B, 0xC02F, 0xC0AE, 0xC0AC, 0xC02C, 0xC030, 0xC0AF, 0xC0AD, 0xCCA9, 0xCCA8, 0x009E, 0xC0A2,
            0xC09E, 0x009F, 0xC0A3, 0xC09F, 0xCCAA, 0xC023, 0xC027, 0xC072, 0xC076, 0xC024, 0xC028, 0xC073,
            0xC077, 0xC009, 0xC013, 0xC00A, 0xC014, 0x0067, 0x00BE, 0x006B, 0x00C4, 0x0033, 0x0045, 0x0039,
            0x0088
        ]
    );
    assert!(recommended.suites.tls12.iter().flatten().all(|suite| suite.0.is_forward_secret()));
}

#[track_caller]
fn spelled(iana: &str, openssl: &str) {
    let suite = SuiteName::try_from(iana.to_owned()).unwrap();
    assert_eq!((suite.iana().as_str(), suite.openssl().as_str()), (iana, openssl));
}

#[test]
fn openssl_spells_suites_its_own_way() {
    spelled("TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256");
    spelled("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256");
    spelled("TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8", "ECDHE-ECDSA-AES256-CCM8");
    spelled("TLS_ECDHE_ECDSA_WITH_AES_256_CCM", "ECDHE-ECDSA-AES256-CCM");
    spelled("TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "DHE-RSA-CHACHA20-POLY1305");
    spelled("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", "ECDHE-RSA-AES256-SHA384");
    spelled("TLS_DHE_RSA_WITH_AES_128_CBC_SHA", "DHE-RSA-AES128-SHA");
    spelled("TLS_RSA_WITH_AES_128_CBC_SHA", "AES128-SHA");
    spelled("TLS_RSA_WITH_3DES_EDE_CBC_SHA", "DES-CBC3-SHA");
    spelled("TLS_ECDHE_RSA_WITH_CAMELLIA_128_CBC_SHA256", "ECDHE-RSA-CAMELLIA128-SHA256");
}

/// Number, name of the registry and name of OpenSSL of all suites of OpenSSL 3.0.19, as
/// `openssl ciphers -stdname -V ALL:COMPLEMENTOFALL:@SECLEVEL=0` prints them, with the two of TLS 1.3 that it has off.
const OPENSSL: &str = include_str!("fixtures/openssl-names.txt");

#[test]
fn every_suite_of_every_profile_is_spelled_as_openssl_spells_it() {
    let known: BTreeMap<u16, (&str, &str)> = OPENSSL
        .lines()
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            (u16::from_str_radix(words[0], 16).unwrap(), (words[1], words[2]))
        })
        .collect();
    let mut missing = BTreeSet::new();
    for id in Profile::builtin_ids() {
        let profile = Profile::builtin(id).unwrap();
        for suite in profile.suites.tls12.iter().chain(&profile.suites.tls13).flatten() {
            match known.get(&suite.0.id) {
                Some(names) => assert_eq!((suite.iana().as_str(), suite.openssl().as_str()), *names, "{id}"),
                None => {
                    missing.insert(suite.iana());
                }
            }
        }
    }
    // That build leaves triple DES out.
    assert_eq!(missing.into_iter().collect::<Vec<_>>(), ["TLS_RSA_WITH_3DES_EDE_CBC_SHA"]);
}
