//! Servers at fault, servers that are right, and near misses.

use super::*;

/// The point at which a probe acts: ServerHelloDone.
const DONE: &[u8] = &[22, 3, 1, 0, 4, 14, 0, 0, 0];

#[track_caller]
fn check(fault: Fault, answer: impl Fn(&[u8]) -> Vec<u8>, expected: &Poked) {
    let mut poke = Poke::new(fault, [0; 32]);
    let sent = poke.heard(DONE).expect("the probe acts");
    let poked = match poke.heard(&answer(&sent)) {
        Ok(_) => poke.ended(false),
        Err(poked) => poked,
    };
    assert_eq!(poked, *expected);
}

/// The payload of the heartbeat that was sent.
fn payload(sent: &[u8]) -> Vec<u8> {
    sent[8..8 + usize::from(PAYLOAD)].to_vec()
}

fn beat(payload: &[u8], padding: usize) -> Vec<u8> {
    let mut content = vec![2];
    content.extend(PAYLOAD.to_be_bytes());
    content.extend(payload);
    content.extend(vec![0xEE; padding]);
    record(24, 0x0301, &content)
}

#[test]
fn a_heartbeat_claims_no_more_than_it_carries() {
    let sent = Poke::new(Fault::Heartbleed, [0; 32]).heard(DONE).unwrap();
    assert_eq!(sent[..8], [24, 3, 1, 0x3E, 0x83, 1, 0x3E, 0x80], "16,003 bytes, of which 16,000 claimed");
    let right = &sent[5 + 3 + usize::from(PAYLOAD)..];
    assert_eq!(right[..8], [24, 3, 1, 0x3E, 0x93, 1, 0x3E, 0x80], "16,019 bytes, padding included");
    assert_eq!(right.len(), 5 + 3 + usize::from(PAYLOAD) + PADDING);
}

#[test]
fn heartbleed_is_proven_by_our_own_bytes() {
    let proof = Poked::Vulnerable("sent back 16000 bytes, all of them ours".to_owned());
    check(Fault::Heartbleed, |sent| beat(&payload(sent), 16), &proof);
}

#[test]
fn a_server_that_drops_the_heartbeat_is_not_vulnerable() {
    check(Fault::Heartbleed, |_| Vec::new(), &Poked::NotVulnerable);
    let right = |sent: &[u8]| beat(&payload(&sent[8 + usize::from(PAYLOAD)..]), 16);
    check(Fault::Heartbleed, right, &Poked::NotVulnerable);
    check(Fault::Heartbleed, |_| vec![21, 3, 1, 0, 2, 1, 0], &Poked::NotVulnerable);
    check(Fault::Heartbleed, |_| vec![21, 3, 1, 0, 2, 2, 10], &Poked::NotVulnerable);
}

#[test]
fn bytes_that_are_not_ours_prove_nothing() {
    let other = Poked::Unclear("sent back other bytes than ours".to_owned());
    check(Fault::Heartbleed, |sent| beat(&vec![0; payload(sent).len()], 16), &other);
    check(
        Fault::Heartbleed,
        |sent| beat(&payload(sent)[..100], 0),
        &Poked::Unclear("part of a heartbeat came back".to_owned()),
    );
}

/// A server that answers the early message with the first, and the noise that follows silence with the second.
#[track_caller]
fn check_ccs(first: &[u8], second: &[u8], expected: &Poked) {
    let mut poke = Poke::new(Fault::Ccs, [0; 32]);
    assert_eq!(poke.silent(), None, "nothing is sent before the server has said all");
    assert_eq!(poke.heard(DONE), Ok(vec![20, 3, 1, 0, 1, 1]));
    let poked = poke.heard(first).and_then(|_| match first {
        [] => {
            assert_eq!(poke.silent().map(|noise| noise.len()), Some(69));
            assert_eq!(poke.silent(), None, "noise is sent once");
            poke.heard(second)
        }
        _ => Ok(Vec::new()),
    });
    assert_eq!(poked.err().unwrap_or_else(|| poke.ended(false)), *expected);
}

#[test]
fn early_change_cipher_spec() {
    let alert = |code| [21, 3, 1, 0, 2, 2, code];
    check_ccs(&alert(10), &[], &Poked::NotVulnerable);
    check_ccs(&alert(20), &[], &Poked::NotVulnerable);
    check_ccs(&[], &alert(10), &Poked::NotVulnerable);
    check_ccs(&[], &alert(20), &Poked::Vulnerable("answered with alert 20".to_owned()));
    check_ccs(&[], &alert(21), &Poked::Vulnerable("answered with alert 21".to_owned()));
    let words = "took it in silence, and ended without a word at the record behind it";
    check_ccs(&[], &[], &Poked::Unclear(words.to_owned()));
}

#[test]
fn a_server_that_closes_without_a_word_is_told_by_keys_of_nothing() {
    for suite in [0x9C, 0x2F] {
        check_silent(suite);
    }
}

#[track_caller]
fn check_silent(suite: u8) {
    let mut hello = vec![2, 0, 0, 38, 3, 3];
    hello.extend([1; 32]);
    hello.extend([0, 0, suite, 0]);
    let flight = [record(22, 0x0303, &hello), record(22, 0x0303, &[14, 0, 0, 0])].concat();
    let silent = |times: usize| {
        let mut poke = Poke::new(Fault::Ccs, [7; 32]);
        poke.heard(&flight).unwrap();
        let said: Vec<u8> = (0..times).map(|_| poke.silent().expect("led on")[0]).collect();
        (poke, said)
    };
    // closed at the beginning of a message: it was not read
    let (poke, said) = silent(1);
    assert_eq!(said, [22]);
    assert!(matches!(poke.ended(false), Poked::Unclear(_)));
    // read in silence, closed at the noise
    let (mut poke, said) = silent(2);
    assert_eq!((said, poke.silent()), (vec![22, 22], None));
    assert!(matches!(poke.ended(false), Poked::Vulnerable(_)));
    assert!(matches!(poke.ended(true), Poked::Unclear(_)), "silent at everything");
}

#[test]
fn a_server_that_refuses_the_hello_is_not_judged() {
    let mut poke = Poke::new(Fault::Heartbleed, [0; 32]);
    assert_eq!(poke.heard(&[21, 3, 1, 0, 2, 2, 40]), Err(Poked::NotReached));
    assert_eq!(Poke::new(Fault::Ccs, [0; 32]).ended(false), Poked::NotReached);
}

#[test]
fn records_carry_the_version_that_was_agreed() {
    for version in [0x0301_u16, 0x0303] {
        let mut hello = vec![2, 0, 0, 38];
        hello.extend(version.to_be_bytes());
        hello.extend([1; 32]);
        hello.extend([0, 0, 0x2F, 0]);
        let flight = [record(22, version, &hello), record(22, version, &[14, 0, 0, 0])].concat();
        for fault in [Fault::Heartbleed, Fault::Ccs] {
            let sent = Poke::new(fault, [0; 32]).heard(&flight).unwrap();
            assert_eq!(sent[1..3], version.to_be_bytes());
        }
    }
}

/// A certificate that is only a public key: the modulus 0x80…01 of 64 bytes, exponent 65537.
fn leaf() -> Vec<u8> {
    let mut modulus = vec![0x80];
    modulus.resize(63, 0);
    modulus.push(1);
    let mut der = vec![0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00, 0x03];
    der.extend([0x4B, 0x00, 0x30, 0x48, 0x02, 0x41, 0x00]);
    der.extend(modulus);
    der.extend([0x02, 0x03, 0x01, 0x00, 0x01]);
    der
}

#[test]
fn a_key_is_found_and_a_number_raised() {
    let key = rsa::PublicKey::of(&leaf()).expect("a key");
    assert_eq!(key.modulus.len(), 64);
    let mut two = vec![0; 64];
    two[63] = 2;
    // 2^65537 modulo 2^511 + 1: 2^511 is minus one there, and 65537 = 128 * 511 + 129
    let mut expected = vec![0; 64];
    expected[64 - 1 - 129 / 8] = 1 << (129 % 8);
    assert_eq!(key.raise(&two), expected);
    assert_eq!(rsa::PublicKey::of(b"no key"), None);
}

#[track_caller]
fn hex(text: &str) -> Vec<u8> {
    let digit = |at: u8| u8::try_from(char::from(at).to_digit(16).expect("a digit")).unwrap();
    text.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

#[test]
fn a_number_is_raised_as_elsewhere() {
    // three numbers made at random, the third by another implementation
    let modulus = hex(
        "bfd4235992edcf451a1afe878b33e968617959ce3f1f65a8de5271007814e8a25f2dd97f1cfb10f62827688de6a16a3b\
                     0d464138a62332553fc1ea36f17fd374c6a5387777330bdbd7210dff076ce2ef87b0b125ec1d7da0a6eb8c9ebd69fe29\
                     d76d4330f1446beab0c11fdecb91ce375bc8fbbcbde5c0994164d8399f767c45",
    );
    let message = hex(
        "02a9eba0df561d802a759159fb7ff337f5cae3bf3729c619c60a3cab359eeefb015c33b2df1461aaf8eb18b900745130\
                     21da8978206f5c6671e0c07e9e115e4b9e30691c238642ea126a1e48cc11d357c30d8b7628dbd25e63b229f1c4069545\
                     de11cc9dea959c212e9c82b1478c281d687c966c377b9aa2bb2edb20035b7399",
    );
    let expected = hex(
        "ba3c45f2bbde193f13f75481db729e60af73d26464e7a0b0165abcb482cb2b70db38160af1974241e5337cca5f973368\
                     a4c0218d57c48ef850f3a718a929d9121d2994fed35c85160e9483553a1bbe8adb1d3e60e69be9095689164de2fa7f30\
                     f93858e6cf9d9463611c120216195dfd16ac87d9bb7687e210f52b5713fc9bf6",
    );
    let mut der = leaf()[..14].to_vec();
    der.extend([0x81, 0x8D, 0x00, 0x30, 0x81, 0x89, 0x02, 0x81, 0x81, 0x00]);
    der.extend(modulus);
    der.extend([0x02, 0x03, 0x01, 0x00, 0x01]);
    assert_eq!(rsa::PublicKey::of(&der).expect("a key").raise(&message), expected);
}

/// How a server that reacts like this to each form is judged.
#[track_caller]
fn check_robot(reactions: [&[u8]; 5], expected: bool) {
    let mut certificate = vec![11, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let leaf = leaf();
    let length = u8::try_from(leaf.len()).unwrap();
    (certificate[3], certificate[6], certificate[9]) = (length + 6, length + 3, length);
    certificate.extend(leaf);
    certificate.extend([14, 0, 0, 0]);
    let mut seen = Vec::new();
    let mut sent = Vec::new();
    for (form, reaction) in reactions.iter().enumerate() {
        let mut robot = Robot::new(u8::try_from(form).unwrap(), 0x0303);
        let bytes = robot.heard(&record(22, 0x0303, &certificate)).expect("it acts");
        assert_eq!(bytes.len(), 5 + 4 + 2 + 64 + 6 + 69);
        assert!(!sent.contains(&bytes), "five different ciphertexts");
        sent.push(bytes);
        robot.heard(reaction).expect("it listens");
        seen.push(robot.ended("closed").expect("it came to that"));
    }
    assert_eq!(differ(&seen), expected);
}

#[test]
fn an_oracle_is_known_by_different_answers() {
    let alert: &[u8] = &[21, 3, 3, 0, 2, 2, 20];
    let other: &[u8] = &[21, 3, 3, 0, 2, 2, 47];
    check_robot([alert; 5], false);
    check_robot([&[]; 5], false);
    check_robot([alert, other, alert, alert, alert], true);
    check_robot([alert, alert, alert, alert, &[]], true);
    assert_eq!(Robot::new(0, 0x0303).ended("closed"), None);
}
