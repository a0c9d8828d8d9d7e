//! What no key file shows by itself: what lies around it, keys that are known to others, and primes that keys share.

use super::seen::problem_line;
use super::{Looking, Seen};
use crate::jail::Job;
use crate::reader::{Shared, SharedHead};
use anyhow::{Context, Result};
use hinomi_checks::Observed;
use hinomi_collect::Surroundings;
use hinomi_formats::Limits;
use hinomi_formats::keys::weak::Blocklist;
use hinomi_model::Fact;
use hinomi_model::fact::{KeyFact, KeyKind, KeyWeakness};
use hinomi_outcome::ProblemLine;
use std::collections::{BTreeMap, BTreeSet};

/// Different moduli that are compared, in bytes: sixty thousand keys of 2048 bits, which takes half a minute.
const MODULI_BYTES_MAX: u64 = 16 << 20;
/// More moduli than this take longer than a file may.
const MODULI_QUICK_MAX: usize = 4_000;
/// Partners that are named of one key.
const NAMED_MAX: usize = 3;

/// Adds to the facts what only the run knows. Gives back what could not be compared.
pub(super) fn together(seen: &mut [Seen], how: &mut Looking<'_>) -> Result<Vec<ProblemLine>> {
    let mut surroundings = Surroundings::default();
    for one in seen.iter_mut() {
        look_around(one, &mut surroundings);
    }
    if let Some(list) = how.blocklist.and_then(Blocklist::read) {
        seen.iter_mut().for_each(|one| name_known(&mut one.observed, list));
    }
    let problems = compare(seen, how)?;
    leave_out_roots_of_others(seen);
    Ok(problems)
}

/// So many roots in one file or folder are a list of whom to trust. Nobody has as many authorities of his own.
const ROOTS_OF_OTHERS_MIN: usize = 20;

/// Takes out the certificates of authorities that lie in lists of whom to trust, wherever else they lie: they are not ours
/// to renew. An authority whose private key was found is ours. This is the last step: it moves observations.
fn leave_out_roots_of_others(seen: &mut [Seen]) {
    let mut lists: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut own: BTreeSet<&str> = BTreeSet::new();
    let facts = seen.iter().flat_map(|one| one.observed.observations.iter().map(move |o| (one, o)));
    for (one, key) in facts.filter_map(|(one, observation)| Some((one, observation.fact.as_key()?))) {
        if is_root(key) {
            let folder = one.source.rsplit_once('/').map_or("", |(folder, _)| folder);
            for place in [one.source.as_str(), folder] {
                lists.entry(place).or_default().insert(&key.fingerprint_sha256);
            }
        } else if key.is_secret() {
            own.extend(key.spki_sha256.as_deref());
        }
    }
    let lists = lists.into_values().filter(|list| list.len() >= ROOTS_OF_OTHERS_MIN);
    let others: BTreeSet<String> = lists.flatten().map(str::to_owned).collect();
    let own: BTreeSet<String> = own.into_iter().map(str::to_owned).collect();
    for one in seen.iter_mut() {
        one.observed.publics.clear();
        one.observed.observations.retain(|observation| {
            observation.fact.as_key().is_none_or(|key| {
                let is_own = key.spki_sha256.as_ref().is_some_and(|spki| own.contains(spki));
                !is_root(key) || is_own || !others.contains(&key.fingerprint_sha256)
            })
        });
    }
}

/// The certificate of an authority that vouches for itself.
fn is_root(key: &KeyFact) -> bool {
    key.certificate.as_deref().is_some_and(|seen| seen.is_ca && seen.self_signed)
}

fn key_of(fact: &mut Fact) -> Option<&mut KeyFact> {
    match fact {
        Fact::Key(key) => Some(key),
        _ => None,
    }
}

/// Adds what lies around a file to the secrets in it, and takes back the permissions that a folder above does not let
/// through.
fn look_around(seen: &mut Seen, surroundings: &mut Surroundings) {
    let Some(path) = &seen.path else { return };
    let secret = |key: &KeyFact| key.is_secret() || key.kind == KeyKind::Keystore;
    for key in
        seen.observed.observations.iter_mut().filter_map(|o| key_of(&mut o.fact)).filter(|key| secret(key))
    {
        let inside = key.place.strip_prefix(seen.source.as_str()).unwrap_or_default().trim_start_matches('#');
        let around = surroundings.of(path, inside);
        key.mode = key.mode.map(|mode| mode & around.mode_mask);
        for (bit, word) in [(0o004, "world_readable"), (0o040, "group_readable")] {
            if key.mode.is_some_and(|mode| mode & bit == 0) {
                key.surroundings.retain(|known| known != word);
            }
        }
        let words = around.words.into_iter().map(str::to_owned);
        let mut all: Vec<String> = words.chain(std::mem::take(&mut key.surroundings)).collect();
        all.dedup();
        key.surroundings = all;
    }
}

/// Adds a weakness to the fact of an observation.
fn add(observed: &mut Observed, observation: usize, id: &str, detail: String) {
    if let Some(key) = observed.observations.get_mut(observation).and_then(|seen| key_of(&mut seen.fact)) {
        key.weaknesses.push(KeyWeakness { id: id.to_owned(), detail });
    }
}

/// Keys that somebody else holds as well.
fn name_known(observed: &mut Observed, list: Blocklist<'_>) {
    let publics = observed.publics.clone();
    for (public, number) in publics.iter().filter_map(|p| Some((p, list.lists_mark(&p.mark_bytes()?)?))) {
        add(observed, public.observation, "blocklisted", format!("on the block list, list {number}"));
    }
}

/// Looks for primes that RSA keys of the run share: in the jail, for whoever made the keys made the numbers.
fn compare(seen: &mut [Seen], how: &mut Looking<'_>) -> Result<Vec<ProblemLine>> {
    // The same modulus in many places is compared once.
    let mut moduli: BTreeMap<Vec<u8>, Vec<(usize, usize)>> = BTreeMap::new();
    for (at, one) in seen.iter().enumerate() {
        for public in one.observed.publics.iter().filter(|public| !public.modulus.is_empty()) {
            moduli.entry(public.modulus_bytes()).or_default().push((at, public.observation));
        }
    }
    if moduli.len() < 2 {
        return Ok(Vec::new());
    }
    let limits = Limits { expanded_bytes_max: MODULI_BYTES_MAX, ..how.limits.clone() };
    let head = SharedHead { moduli: moduli.keys().map(Vec::len).collect(), limits };
    let (places, bytes): (Vec<_>, Vec<_>) =
        moduli.into_iter().map(|(modulus, places)| (places, modulus)).unzip();
    let job = Job { head: serde_json::to_vec(&head).unwrap_or_default(), bytes: bytes.concat() };
    let mut answer = None;
    let mut patient = if head.moduli.len() > MODULI_QUICK_MAX { Some((how.patient_jail)()?) } else { None };
    let jail = patient.as_mut().unwrap_or(&mut *how.jail);
    jail.run(std::iter::once(job), |_, given| answer = Some(given))
        .context("compare the keys in the jail")?;
    let shared = match answer.map(|given| given.map(|bytes| serde_json::from_slice::<Shared>(&bytes))) {
        Some(Ok(Ok(shared))) => shared,
        Some(Err(lost)) => {
            return Ok(vec![ProblemLine {
                source: String::new(),
                evidence: None,
                place: String::new(),
                kind: lost.kind().to_owned(),
                limit: lost.limit().map(|(name, value)| (name.to_owned(), value)),
                detail: format!("the keys of this run were not compared for shared primes: {lost}"),
            }]);
        }
        _ => Shared::default(),
    };
    for (index, with) in &shared.found {
        let detail = told(with, &places, seen);
        for (at, observation) in places.get(*index).into_iter().flatten() {
            if let Some(one) = seen.get_mut(*at) {
                add(&mut one.observed, *observation, "shared_prime", detail.clone());
            }
        }
    }
    Ok(shared.problems.into_iter().map(|problem| problem_line("", None, problem)).collect())
}

/// `shares a prime with the key in a.pem, b.pem`.
fn told(with: &[usize], places: &[Vec<(usize, usize)>], seen: &[Seen]) -> String {
    let place = |index: &usize| {
        let (at, observation) = *places.get(*index)?.first()?;
        Some(seen.get(at)?.observed.observations.get(observation)?.fact.as_key()?.place.clone())
    };
    let named: Vec<String> = with.iter().take(NAMED_MAX).filter_map(place).collect();
    match named.len() {
        0 => "shares a prime with other keys".to_owned(),
        _ => format!("shares a prime with the key in {}", named.join(", ")),
    }
}
