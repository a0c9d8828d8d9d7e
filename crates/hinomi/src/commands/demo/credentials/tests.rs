//! The keys are keys, and our own readers and rustls take what was made for what it is meant to be.

use super::*;
use dashu_int::UBig;
use dashu_int::fast_div::ConstDivisor;
use hinomi_formats::Limits;
use hinomi_formats::keys::{KeyKind, OpenedBy, read};

fn made() -> Credentials {
    Credentials::new("2026-11-24T00:00:00Z".parse().unwrap())
}

/// Miller and Rabin's test to twelve bases; what passes by chance is no prime of ours.
fn is_prime(number: &UBig) -> bool {
    let one = UBig::ONE;
    let before = number - &one;
    let twos = before.trailing_zeros().unwrap();
    let ring = ConstDivisor::new(number.clone());
    [2_u32, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37].into_iter().all(|base| {
        let mut power = ring.reduce(UBig::from(base)).pow(&(&before >> twos));
        if power.residue() == one || power.residue() == before {
            return true;
        }
        (1..twos).any(|_| {
            power = power.sqr();
            power.residue() == before
        })
    })
}

#[test]
fn the_primes_are_prime() {
    let made = made();
    for (key, bytes) in [(&made.web, 256), (&made.edi, 128), (&made.groupware, 256), (&made.export, 64)] {
        assert!(key.primes().iter().all(is_prime));
        assert_eq!(key.modulus().len(), bytes);
        assert!(key.modulus()[0] >= 0x80);
    }
}

#[test]
fn the_same_day_gives_the_same_bytes() {
    assert_eq!(files(&made()), files(&made()));
    assert_eq!(made().authority, made().authority);
}

/// Each object in a file: place, kind, algorithm, bits, how it was opened, and the first digits of its public key.
fn told(file: &File) -> Vec<String> {
    let name = file.path.rsplit('/').next().unwrap();
    let read = read(name, &file.bytes, &[], &Limits::desk());
    assert_eq!(read.problems, [], "{}", file.path);
    let told = read.value.iter().map(|object| {
        let opened = match object.opened_by {
            OpenedBy::NoneNeeded => "open",
            OpenedBy::Closed => "closed",
            _ => "by a default password",
        };
        let bits = object.bits.map_or(String::new(), |bits| bits.to_string());
        format!("{} {}{bits} {opened}", object.kind.name(), object.algorithm)
    });
    told.collect()
}

#[test]
fn the_files_are_what_people_leave() {
    let made = made();
    let files = files(&made);
    let of = |end: &str| files.iter().find(|file| file.path.ends_with(end)).expect("there");
    assert_eq!(told(of("reiji_wildcard.key")), ["private_key rsa2048 open"]);
    assert_eq!(told(of("old/server.key")), ["private_key rsa2048 open"]);
    assert_eq!(told(of("reiji_wildcard.crt")), ["certificate rsa2048 open"]);
    assert_eq!(told(of("社内認証局.crt")), ["certificate rsa2048 open"]);
    assert_eq!(
        told(of("groupware.jks")),
        [
            "keystore  by a default password",
            "private_key rsa2048 by a default password",
            "certificate rsa2048 open"
        ]
    );
    assert_eq!(of("reiji_wildcard.key").bytes, of("old/server.key").bytes);
}

#[test]
fn keys_and_certificates_belong_together() {
    let made = made();
    let digest = |bytes: &[u8], kind: KeyKind| {
        let objects = read("", bytes, &[], &Limits::desk()).value;
        objects
            .into_iter()
            .find(|object| object.kind == kind)
            .and_then(|object| object.spki_sha256)
            .expect("a key")
    };
    for (key, certificate) in [
        (&made.web, &made.web_certificate),
        (&made.edi, &made.edi_certificate),
        (&made.groupware, &made.groupware_certificate),
    ] {
        assert_eq!(digest(&key.pkcs8(), KeyKind::PrivateKey), digest(certificate, KeyKind::Certificate));
        assert_eq!(digest(&key.pkcs1(), KeyKind::PrivateKey), digest(certificate, KeyKind::Certificate));
    }
}

#[test]
fn the_certificates_say_what_they_should() {
    let made = made();
    let certificate = |der: &[u8]| {
        let object = read("", der, &[], &Limits::desk()).value.pop().expect("a certificate");
        *object.certificate.expect("a certificate")
    };
    let web = certificate(&made.web_certificate);
    assert_eq!(web.dns_names, ["*.reiji.example", "reiji.example"]);
    assert!(!web.is_ca && !web.self_issued);
    let edi = certificate(&made.edi_certificate);
    assert!(edi.self_issued);
    assert!(edi.signature_algorithm.contains("sha1"), "{}", edi.signature_algorithm);
    assert!(certificate(&made.authority).is_ca);
}

#[test]
fn the_zip_holds_the_old_key() {
    let made = made();
    let files = files(&made);
    let zip = files.iter().find(|file| file.path.ends_with(".zip")).expect("there");
    let inside = pem_of(&zip.bytes);
    let objects = read("server.pem", inside.as_bytes(), &[], &Limits::desk()).value;
    let bits: Vec<_> = objects.iter().map(|object| (object.kind, object.bits)).collect();
    assert_eq!(bits, [(KeyKind::PrivateKey, Some(1024)), (KeyKind::Certificate, Some(1024))]);
}

/// The only member, which is not compressed.
fn pem_of(zip: &[u8]) -> String {
    let text = String::from_utf8_lossy(zip);
    let (from, to) = (text.find("-----BEGIN").unwrap(), text.rfind("-----\n").unwrap());
    text[from..to + 6].to_owned()
}
