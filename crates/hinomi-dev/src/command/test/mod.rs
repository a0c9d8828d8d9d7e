//! `cargo dev test`: the tests of the workspace, then the lab: our output before other people's tools, damage by the
//! ten thousand, bombs, sudden death. What cannot run here is skipped in plain sight.

pub(crate) mod bombs;
pub(crate) mod damage;
pub(crate) mod death;
mod forged;
mod formats;
mod keys;
mod life;
mod pages;
mod peers;
mod recovery;
mod workspace;

use crate::command::lab::{Lab, say, tls};
use anyhow::Result;
use std::ops::AddAssign;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Which tests, and how many rounds.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A tenth of the rounds or less, for the desk.
    #[arg(long)]
    quick: bool,
    /// Says the names of the tests and runs none.
    #[arg(long)]
    list: bool,
    /// Only tests whose name holds one of these.
    filter: Vec<String>,
}

/// How long campaigns go on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rounds {
    /// Damaged files.
    pub(crate) damaged: usize,
    /// Kills.
    pub(crate) kills: usize,
    /// Runs over the same input.
    pub(crate) repeats: usize,
}

const WHOLE: Rounds = Rounds { damaged: 50_000, kills: 200, repeats: 50 };
const QUICK: Rounds = Rounds { damaged: 1_000, kills: 10, repeats: 5 };

/// What a test of the lab came to. A failure is an error.
pub(crate) enum Outcome {
    /// It held; what was counted.
    Passed(String),
    /// It could not run here; why.
    Skipped(String),
}

/// Unwraps what a test needs, or skips the test with the reason.
macro_rules! needed {
    ($thing:expr) => {
        match $thing {
            Ok(thing) => thing,
            Err(why) => return Ok(crate::command::test::Outcome::Skipped(why)),
        }
    };
}
pub(crate) use needed;

type Test = fn(&Lab, Rounds) -> Result<Outcome>;

/// The tests of the lab: name, test.
const TESTS: &[(&str, Test)] = &[
    ("corpus-mail-is-read", peers::every_mail_is_read),
    ("olevba-parity", peers::olevba),
    ("cyberchef-parity", peers::cyberchef_pairs),
    ("cyberchef-own-cases", peers::cyberchef_cases),
    ("json-lines", formats::json_lines),
    ("ocsf-schema", formats::ocsf),
    ("sarif-multitool", formats::sarif),
    ("spreadsheet-without-formulas", formats::spreadsheets),
    ("same-input-fifty-times", life::same_input),
    ("forged-documents-before-oletools", forged::by_oletools),
    ("forged-documents-before-libreoffice", forged::by_office),
    ("forged-documents-recovered", recovery::forged),
    ("page-watch-in-chromium", pages::watch::seen_in_chromium),
    ("page-watch-in-firefox", pages::watch::seen_in_firefox),
    ("page-watch-honest-in-protected-chromium", pages::watch::honest_in_protected_chromium),
    ("page-watch-honest-in-chromium", pages::watch::honest_in_chromium),
    ("page-watch-honest-in-firefox", pages::watch::honest_in_firefox),
    ("page-watch-rebinding", pages::watch::rebinding),
    ("page-watch-robust", pages::watch::robust),
    ("page-watch-popup", pages::watch::popup),
    ("page-watch-stops", pages::watch::stopping),
    ("page-watch-by-policy", pages::watch::by_policy),
    ("page-scan-techniques", pages::scanned::techniques),
    ("page-scan-honest-and-hostile", pages::scanned::honest_and_hostile),
    ("page-scan-rebinding", pages::scanned::rebinding),
    ("page-scan-large-network-log", pages::scanned::large_log),
    ("page-watch-recordings", pages::recordings::alike),
    ("resolver-settings", pages::resolvers::measured),
    ("tls-lab-tables", tls_tables),
    ("tls-lab-prober", tls_prober),
    ("tls-lab-join", tls_join),
    ("keys-vectors", keys::vectors),
    ("keys-badkeys", keys::badkeys),
    ("keys-nothing-else", keys::nothing_else),
    ("keys-fresh", keys::fresh),
    ("bombs", bombs::each),
    ("damaged-files", damage::campaign),
    ("killed-at-any-moment", death::kills),
];

/// Tests of pages wait for browsers most of the time: so many run at once.
const LANES: usize = 3;
const WAITING: &str = "page-";

/// Every server of the TLS lab speaks what its table says.
fn tls_tables(lab: &Lab, _: Rounds) -> Result<Outcome> {
    Ok(Outcome::Passed(needed!(tls::tables_hold(lab)?)))
}

/// A prober says of every server of the TLS lab what its table says, and nothing false of hostile ones.
fn tls_prober(lab: &Lab, _: Rounds) -> Result<Outcome> {
    Ok(Outcome::Passed(needed!(tls::prober_holds(lab)?)))
}

/// The key of every server of the TLS lab is found with its server, certificate, file and permissions.
fn tls_join(lab: &Lab, _: Rounds) -> Result<Outcome> {
    Ok(Outcome::Passed(needed!(tls::keys_are_joined(lab)?)))
}

/// The name under which the tests of the workspace are filtered.
const WORKSPACE: &str = "workspace";

/// Tests by how they ended.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let wanted =
        |name: &str| arguments.filter.is_empty() || arguments.filter.iter().any(|part| name.contains(part));
    if arguments.list {
        std::iter::once(WORKSPACE).chain(TESTS.iter().map(|(name, _)| *name)).for_each(say);
        return Ok(ExitCode::SUCCESS);
    }
    let lab = Lab::find()?;
    let mut tally = Tally::default();
    if wanted(WORKSPACE) {
        tally = workspace::tests(&lab)?;
    }
    let rounds = if arguments.quick { QUICK } else { WHOLE };
    let named: Vec<&(&str, Test)> = TESTS.iter().filter(|(name, _)| wanted(name)).collect();
    for group in named.chunk_by(|one, next| is_waiting(one.0) == is_waiting(next.0)) {
        let lanes = if is_waiting(group[0].0) { LANES } else { 1 };
        tally += in_lanes(&lab, rounds, group, lanes);
    }
    say("");
    say(&tally.to_string());
    Ok(if tally.failed == 0 && tally.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn is_waiting(name: &str) -> bool {
    name.starts_with(WAITING)
}

/// Runs tests, as many at once as there are lanes; each says its line when it is done.
fn in_lanes(lab: &Lab, rounds: Rounds, tests: &[&(&str, Test)], lanes: usize) -> Tally {
    let next = AtomicUsize::new(0);
    let lane = || {
        let mut tally = Tally::default();
        while let Some((name, test)) = tests.get(next.fetch_add(1, Ordering::Relaxed)) {
            tally += one(lab, rounds, name, *test);
        }
        tally
    };
    let mut all = Tally::default();
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..lanes).map(|_| scope.spawn(lane)).collect();
        for lane in running {
            // A test that panics has failed; the other lanes go on with the rest.
            all += lane.join().unwrap_or(Tally { failed: 1, ..Tally::default() });
        }
    });
    all
}

fn one(lab: &Lab, rounds: Rounds, name: &str, test: Test) -> Tally {
    let started = Instant::now();
    let mut tally = Tally::default();
    let (ended, told) = match test(lab, rounds) {
        Ok(Outcome::Passed(counted)) => {
            tally.passed += 1;
            ("passed", counted)
        }
        Ok(Outcome::Skipped(why)) => {
            tally.skipped += 1;
            ("skipped", why)
        }
        Err(error) => {
            tally.failed += 1;
            ("failed", format!("{error:#}"))
        }
    };
    say(&format!("lab {name:30} {ended:8} {:6.1} s  {told}", started.elapsed().as_secs_f64()));
    tally
}

impl AddAssign for Tally {
    fn add_assign(&mut self, more: Self) {
        self.passed += more.passed;
        self.failed += more.failed;
        self.skipped += more.skipped;
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { passed, failed, skipped } = self;
        write!(f, "{passed} passed, {failed} failed")?;
        if *skipped > 0 {
            write!(f, ", {skipped} skipped")?;
        }
        Ok(())
    }
}
