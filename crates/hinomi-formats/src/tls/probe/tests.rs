//! Servers at fault, servers that are right, and near misses.

use super::*;

/// The point at which a probe acts: ServerHelloDone.
const DONE: &[u8] = &[22, 3, 1, 0, 4, 14, 0, 0, 0];

#[track_caller]
fn check(fault: Fault, answer: impl Fn(&[u8]) -> Vec<u8>, expected: &Poked) {
    let mut poke = Poke::new(fault);
    let sent = poke.heard(DONE).expect("the probe acts");
    let poked = match poke.heard(&answer(&sent)) {
        Ok(_) => poke.ended(),
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
    let sent = Poke::new(Fault::Heartbleed).heard(DONE).unwrap();
    assert_eq!(sent[..8], [24, 3, 1, 0x3E, 0x83, 1, 0x3E, 0x80], "16,003 bytes, of which 16,000 claimed");
    assert_eq!(sent.len(), 5 + 3 + usize::from(PAYLOAD) + 7);
}

#[test]
fn heartbleed_is_proven_by_our_own_bytes() {
    let proof = Poked::Vulnerable("sent back 16000 bytes, all of them ours".to_owned());
    check(Fault::Heartbleed, |sent| beat(&payload(sent), 16), &proof);
}

#[test]
fn a_server_that_drops_the_heartbeat_is_not_vulnerable() {
    check(Fault::Heartbleed, |_| Vec::new(), &Poked::NotVulnerable);
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

#[test]
fn early_change_cipher_spec() {
    let alert = |code| move |_: &[u8]| vec![21, 3, 1, 0, 2, 2, code];
    check(Fault::Ccs, alert(10), &Poked::NotVulnerable);
    check(Fault::Ccs, alert(40), &Poked::NotVulnerable);
    check(Fault::Ccs, |_| Vec::new(), &Poked::NotVulnerable);
    check(Fault::Ccs, alert(20), &Poked::Vulnerable("answered with alert 20".to_owned()));
    check(Fault::Ccs, alert(21), &Poked::Vulnerable("answered with alert 21".to_owned()));
}

#[test]
fn a_server_that_refuses_the_hello_is_not_judged() {
    let mut poke = Poke::new(Fault::Heartbleed);
    assert_eq!(poke.heard(&[21, 3, 1, 0, 2, 2, 40]), Err(Poked::NotReached));
    assert_eq!(Poke::new(Fault::Ccs).ended(), Poked::NotReached);
}
