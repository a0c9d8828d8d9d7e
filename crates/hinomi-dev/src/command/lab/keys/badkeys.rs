//! The test keys of badkeys: each in its class, those that are sound called nothing.

use super::material;
use super::ours;
use crate::command::lab::{Lab, in_guard};
use anyhow::{Context, ensure};
use hinomi_formats::Limits;
use hinomi_formats::keys::weak::{Blocklist, shared_primes, weaknesses};
use hinomi_formats::keys::{KeyObject, PublicNumbers};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// Every key file of theirs and the classes of its key, by what badkeys' own tests say of it and by its numbers: sizes that
/// nobody allows any more are ours to tell, and so are signatures with MD5.
const CLASSES: &[(&str, &[&str])] = &[
    ("defect/dh0.key", &["size"]),
    ("dh-ok.key", &["size"]),
    ("dsa-sshpub-ietf-example.key", &["blocklisted", "size"]),
    ("ec-p256-rfc-example.key", &["blocklisted"]),
    ("ecdsa-explicit-pub.key", &["blocklisted"]),
    ("ed25519-rfc-example.key", &["blocklisted"]),
    // It certifies the example key of RFC 6979.
    ("fallback/invalidver.crt", &["blocklisted"]),
    ("fallback/rootagency.crt", &["signature_hash", "size"]),
    ("fallback/rsa-fido.crt", &[]),
    ("jwk-ecp256-rfc7517.json", &["blocklisted"]),
    ("jwk-ed25519-rfc8037.json", &["blocklisted"]),
    ("jwk-rsa-ok.json", &[]),
    ("jwk-rsa-rfc7517.json", &["blocklisted"]),
    ("mldsa44.key", &["blocklisted"]),
    ("mldsa65-cert.crt", &[]),
    ("mlkem768-private.key", &["blocklisted"]),
    ("rsa-debianweak.key", &["blocklisted"]),
    ("rsa-e-larger-n.key", &["exponent", "size"]),
    ("rsa-e1.key", &["exponent"]),
    ("rsa-fermat-pkcs1.key", &["fermat"]),
    ("rsa-fermat-pkcs8.key", &["fermat"]),
    ("rsa-fermat.crt", &["fermat"]),
    ("rsa-fermat.csr", &["fermat"]),
    ("rsa-large-e.key", &["exponent"]),
    // Its modulus is a prime. badkeys says nothing of it either: telling that costs more than all other tests together.
    ("rsa-nprime.key", &[]),
    ("rsa-ok.key", &[]),
    ("rsa-pattern.key", &["pattern"]),
    ("rsa-roca.key", &["roca"]),
    ("rsa-sharedprimes.key", &["shared_prime"]),
    ("rsa-small-d.key", &["exponent", "small_private_exponent"]),
    ("rsa-smallfactors-corrupt.key", &["small_factor"]),
    ("rsa-smallfactors-valid.key", &["small_factor"]),
    ("rsa-vanity.key", &["pattern"]),
    ("rsanzero.key", &["size"]),
    ("rsapoly128.key", &["pattern"]),
    ("rsapoly32.key", &["exponent", "pattern", "size"]),
    ("rsazerozero.key", &["size"]),
    ("unsupported/gost.crt", &[]),
    ("unsupported/gost.csr", &[]),
    ("unsupported/mldsa44-both.key", &["blocklisted"]),
    // Without its seed its public half is not computed, here or there.
    ("unsupported/mldsa44-expanded.key", &[]),
    ("unsupported/slhdsa.key", &[]),
    ("unsupported/sm2-priv.key", &[]),
    ("unsupported/sm2-pub.key", &[]),
    ("x448-ok.key", &[]),
];
/// Files that hold no key in any format of files: fragments, an invalid curve, a number alone, and records of DNS.
const NO_KEY: &[&str] = &[
    "defect/invalidver.csr",
    "defect/private-fragment.key",
    "defect/public-fragment.key",
    "jwk-curvename-invalid.json",
    "rsa-fermat-hexmodulus.txt",
];
const NO_KEY_FOLDERS: &[&str] = &["dkim", "dnssec"];
const GUARD: Duration = Duration::from_secs(120);

pub(super) fn hold(lab: &Lab) -> super::Held {
    let folder = match material::badkeys(lab) {
        Ok(folder) => folder,
        Err(why) => return Ok(Err(why)),
    };
    let mut command = match material::script(lab, "badkeys-python", "badkeys_company.py") {
        Ok(command) => command,
        Err(why) => return Ok(Err(why)),
    };
    let desk = tempfile::tempdir()?;
    command.arg(&folder).arg(desk.path());
    let ran = in_guard(&command, GUARD)?;
    ensure!(ran.code == 0, "no company for the keys of badkeys: {}", ran.tail());
    let mut files = ours::files(&folder)?;
    files.push(desk.path().join("partner.pem"));
    let read = ours::each(&files, |path| ours::read(path, &[]))?;
    let list = fs::read(desk.path().join("blocklist.dat"))?;
    let list = Blocklist::read(&list).context("failed to read the block list")?;
    let found: Vec<BTreeSet<&str>> = classes(&read, list);
    let mut wrong = Vec::new();
    for (at, path) in files.iter().enumerate().take(files.len() - 1) {
        let name = path.strip_prefix(&folder)?.to_string_lossy();
        let problem = fault(&name, read[at].len(), &found[at]);
        wrong.extend(problem.map(|problem| format!("{name}: {problem}")));
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    let weak = CLASSES.iter().filter(|(_, classes)| !classes.is_empty()).count();
    Ok(Ok(format!(
        "{} key files, {weak} of them weak, all in their classes; {} without a key, none found there",
        CLASSES.len(),
        files.len() - 1 - CLASSES.len()
    )))
}

/// The classes of each file.
fn classes<'c>(read: &[Vec<KeyObject>], list: Blocklist<'_>) -> Vec<BTreeSet<&'c str>> {
    let mut found: Vec<BTreeSet<&str>> = Vec::new();
    let (mut moduli, mut places): (Vec<&[u8]>, Vec<usize>) = (Vec::new(), Vec::new());
    for (at, objects) in read.iter().enumerate() {
        let mut classes = BTreeSet::new();
        for object in objects {
            classes.extend(weaknesses(object).into_iter().map(|weakness| weakness.id));
            classes.extend(list.lists(object).map(|_| "blocklisted"));
            if let PublicNumbers::Rsa { n, .. } = &object.public {
                moduli.push(n);
                places.push(at);
            }
        }
        found.push(classes);
    }
    for shared in shared_primes(&moduli, &Limits::desk()).value {
        found[places[shared.index]].insert("shared_prime");
    }
    found
}

/// What is wrong with what was found in a file.
pub(super) fn fault(name: &str, objects: usize, found: &BTreeSet<&str>) -> Option<String> {
    let Some((_, wanted)) = CLASSES.iter().find(|(known, _)| *known == name) else {
        let is_known = NO_KEY.contains(&name)
            || PathBuf::from(name)
                .parent()
                .is_some_and(|folder| NO_KEY_FOLDERS.iter().any(|one| folder == *one));
        return match (is_known, objects) {
            (true, 0) => None,
            (true, _) => Some(format!("{objects} keys found where none is")),
            (false, _) => Some("nobody knows this file".to_owned()),
        };
    };
    let wanted: BTreeSet<&str> = wanted.iter().copied().collect();
    if objects == 0 {
        return Some("no key found".to_owned());
    }
    (wanted != *found).then(|| format!("found {found:?}, wanted {wanted:?}"))
}
