//! Random lives against a model that knows the rules in plain words and nothing of tables.

use super::Stage;
use crate::sample::{day, id};
use hinomi_model::Status;
use proptest::prelude::*;
use std::collections::BTreeMap;

const NAMES: [&str; 6] = ["a1", "a2", "b1", "b2", "n1", "n2"];
const ASSETS: [&str; 3] = ["a", "b", "n"];

#[derive(Debug, Clone)]
enum Step {
    /// Findings seen, assets covered (bit by bit), and whether the run lived to its end.
    Run {
        seen: u8,
        covered: u8,
        finished: bool,
    },
    Accept {
        which: usize,
        days: i64,
    },
    Unaccept {
        which: usize,
    },
    Wait {
        days: i64,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        5 => (0_u8..64, 0_u8..8, prop::bool::weighted(0.8))
            .prop_map(|(seen, covered, finished)| Step::Run { seen, covered, finished }),
        2 => (0_usize..6, 1_i64..40).prop_map(|(which, days)| Step::Accept { which, days }),
        1 => (0_usize..6).prop_map(|which| Step::Unaccept { which }),
        1 => (1_i64..25).prop_map(|days| Step::Wait { days }),
    ];
    prop::collection::vec(step, 1..25)
}

/// What the model knows of a finding.
#[derive(Debug, Clone)]
struct Life {
    status: Status,
    /// A finished run told the status.
    told: bool,
    misses: u8,
    reopened: u64,
    looked: i64,
    until: Option<i64>,
}

#[derive(Debug, Default)]
struct Model {
    lives: BTreeMap<&'static str, Life>,
}

impl Model {
    fn see(&mut self, name: &'static str, today: i64) {
        let fresh =
            Life { status: Status::New, told: false, misses: 0, reopened: 0, looked: today, until: None };
        let Some(life) = self.lives.get_mut(name) else {
            self.lives.insert(name, fresh);
            return;
        };
        let muted = life.until.is_some_and(|until| until > today);
        let status = match life.status {
            Status::Suppressed | Status::Fixed if muted => Status::Suppressed,
            Status::Suppressed | Status::Fixed => Status::Reopened,
            news @ (Status::New | Status::Reopened) if !life.told => news,
            _ => Status::Open,
        };
        if status == Status::Reopened && matches!(life.status, Status::Suppressed | Status::Fixed) {
            life.reopened += 1;
        }
        (life.status, life.misses, life.looked, life.told) = (status, 0, today, false);
    }

    /// The line a finished run says.
    fn finish(&mut self, seen: &[&'static str], covered: &[&str], today: i64) -> String {
        let mut lists: BTreeMap<usize, (&str, Vec<&str>)> = BTreeMap::new();
        let mut tell = |at, word, name| lists.entry(at).or_insert((word, Vec::new())).1.push(name);
        for (name, life) in &mut self.lives {
            if seen.contains(name) {
                life.told = true;
                match life.status {
                    Status::New => tell(0, "new", *name),
                    Status::Open => tell(1, "open", *name),
                    Status::Reopened => tell(2, "reopened", *name),
                    Status::Suppressed => tell(3, "suppressed", *name),
                    Status::Fixed => unreachable!("it was seen"),
                }
            } else if life.status != Status::Fixed {
                let looked = covered.contains(&&name[..1]);
                if looked {
                    (life.misses, life.looked) = (life.misses + 1, today);
                }
                if looked && life.misses >= if name.starts_with('n') { 2 } else { 1 } {
                    life.status = Status::Fixed;
                    tell(4, "fixed", *name);
                } else if life.status != Status::Suppressed {
                    tell(5, "unseen", *name);
                    if today - life.looked >= 30 {
                        tell(6, "stale", *name);
                    }
                }
            }
        }
        let said: Vec<String> =
            lists.values().map(|(word, names)| format!("{word} {}", names.join(" "))).collect();
        if said.is_empty() { "nothing".to_owned() } else { said.join(", ") }
    }
}

fn chosen(all: &[&'static str], bits: u8) -> Vec<&'static str> {
    all.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, name)| *name).collect()
}

fn play(steps: &[Step]) {
    let (mut stage, mut model, mut today) = (Stage::in_memory(), Model::default(), 0);
    for step in steps {
        match step {
            Step::Wait { days } => today += days,
            Step::Run { seen, covered, finished } => {
                let (seen, covered) = (chosen(&NAMES, *seen), chosen(&ASSETS, *covered));
                seen.iter().for_each(|name| model.see(name, today));
                let verb = if *finished { "run" } else { "kill" };
                let tail = if *finished { format!(" | {}", covered.join(" ")) } else { String::new() };
                let said = stage.play(&format!("{today} {verb} {}{tail}", seen.join(" ")));
                if *finished {
                    assert_eq!(said, model.finish(&seen, &covered, today), "{step:?}");
                }
            }
            Step::Accept { which, days } => {
                let said = stage.play(&format!("{today} accept {} {days}", NAMES[*which]));
                let Some(life) = model.lives.get_mut(NAMES[*which]) else {
                    assert!(said.starts_with("failed to find"), "{said}");
                    continue;
                };
                assert_eq!(said, "ok");
                life.until = Some(today + days);
                if life.status != Status::Fixed {
                    life.status = Status::Suppressed;
                }
            }
            Step::Unaccept { which } => {
                stage.play(&format!("{today} unaccept {}", NAMES[*which]));
                let Some(life) = model.lives.get_mut(NAMES[*which]) else { continue };
                life.until = None;
                if life.status == Status::Suppressed {
                    life.status = Status::Open;
                }
            }
        }
        agrees(&stage, &model, today);
    }
    stage.holds();
}

/// Every finding stands where the model says, and its last event says so, too.
fn agrees(stage: &Stage, model: &Model, today: i64) {
    for (name, life) in &model.lives {
        let found = stage.store.finding(&id(name)).unwrap();
        assert_eq!((found.status, found.reopen_count), (life.status, life.reopened), "{name} on day {today}");
        assert_eq!(found.last_looked, day(life.looked), "{name} on day {today}");
        let said = stage.store.history(&id(name)).unwrap().last().map(|event| event.status).unwrap();
        let agreed = if said == Status::New || said == Status::Reopened {
            life.status == said || life.status == Status::Open
        } else {
            life.status == said
        };
        assert!(agreed, "{name} is {:?}, its history says {said:?}", life.status);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_life_follows_the_rules(steps in steps()) {
        play(&steps);
    }
}
