//! Fresh keys: ten thousand of them, and none is called weak.

use super::material::script;
use super::ours;
use crate::command::lab::{Lab, in_guard};
use anyhow::ensure;
use hinomi_formats::Limits;
use hinomi_formats::keys::PublicNumbers;
use hinomi_formats::keys::weak::{shared_primes, weaknesses};
use std::time::Duration;

/// Keys of each kind. RSA takes nearly all the time: the larger share is for whoever has minutes.
const SAMPLE: &[(&str, usize)] = &[
    ("rsa-2048", 240),
    ("rsa-3072", 50),
    ("rsa-4096", 10),
    ("p-256", 3_500),
    ("p-384", 1_500),
    ("p-521", 1_000),
    ("ed25519", 2_500),
    ("ed448", 600),
    ("x25519", 600),
];
const WHOLE: &[(&str, usize)] = &[
    ("rsa-2048", 2_000),
    ("rsa-3072", 400),
    ("rsa-4096", 100),
    ("p-256", 2_500),
    ("p-384", 1_500),
    ("p-521", 1_000),
    ("ed25519", 1_500),
    ("ed448", 500),
    ("x25519", 500),
];
/// Making the larger share, on a machine that is busy.
const GUARD: Duration = Duration::from_secs(3_600);
/// Keys shown of those that are called weak.
const SHOWN_MAX: usize = 10;

pub(super) fn hold(lab: &Lab, whole: bool) -> super::Held {
    let order = if whole { WHOLE } else { SAMPLE };
    let desk = tempfile::tempdir()?;
    let mut command = match script(lab, "keys-python", "fresh.py") {
        Ok(command) => command,
        Err(why) => return Ok(Err(why)),
    };
    command.arg(desk.path()).args(order.iter().map(|(kind, count)| format!("{kind}={count}")));
    let ran = in_guard(&command, GUARD)?;
    ensure!(ran.code == 0, "no keys were made: {}", ran.tail());
    let found = ours::each(&ours::files(desk.path())?, |path| {
        let objects = ours::read(path, &[])?;
        Ok(objects.into_iter().map(|object| (weaknesses(&object), object.public)).collect::<Vec<_>>())
    })?;
    let (mut weak, mut moduli, mut keys) = (Vec::new(), Vec::new(), 0);
    for (weaknesses, public) in found.iter().flatten() {
        keys += 1;
        weak.extend(weaknesses.iter().map(|weakness| format!("{}: {}", weakness.id, weakness.detail)));
        if let PublicNumbers::Rsa { n, .. } = public {
            moduli.push(n.as_slice());
        }
    }
    let wanted: usize = order.iter().map(|(_, count)| count).sum();
    ensure!(keys == wanted, "{keys} of {wanted} fresh keys were read");
    let shared = shared_primes(&moduli, &Limits::desk()).value.len();
    let shown: Vec<&str> = weak.iter().take(SHOWN_MAX).map(String::as_str).collect();
    ensure!(weak.is_empty() && shared == 0, "{} called weak, {shared} by a prime: {shown:?}", weak.len());
    Ok(Ok(format!("{keys} fresh keys, {} of them RSA, none called weak", moduli.len())))
}
