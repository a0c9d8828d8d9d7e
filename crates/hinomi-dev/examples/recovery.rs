//! What is recovered of forged attacks, by the way their command is hidden and the place it lies in:
//! `cargo run --release -p hinomi-dev --example recovery [SEEDS]`.

use hinomi_dev::forge::Chance;
use hinomi_dev::forge::document::Container;
use hinomi_dev::forge::macros::{Place, Plan, Shape, Style, planned};
use hinomi_formats::{Budget, Limits, office, script};
use std::collections::BTreeMap;
use std::io::Write;
use std::time::{Duration, Instant};

#[derive(Default)]
struct Share {
    all: usize,
    command: usize,
    urls: usize,
    more_urls: usize,
    took: Duration,
    slowest: Duration,
}

fn main() -> anyhow::Result<()> {
    let seeds: u64 = std::env::args().nth(1).and_then(|word| word.parse().ok()).unwrap_or(2);
    let keep = std::env::args().nth(2);
    let urls: Vec<String> = (1..=6).map(|at| format!("http://host{at}.example/wp-content/x{at}q/")).collect();
    let mut rows: BTreeMap<String, Share> = BTreeMap::new();
    for style in Style::all() {
        for place in Place::ALL {
            for container in [Container::Doc, Container::Docm, Container::Xls, Container::Xlsm] {
                if !place.is_in(container) {
                    continue;
                }
                for seed in 0..seeds {
                    let mut chance = Chance::new(seed * 77 + 5);
                    let shape = if seed % 2 == 0 { Shape::E1 } else { Shape::E2 };
                    let plan = Plan { container, shape, style, place, stomped: false };
                    let forged = planned(plan, &urls, &mut chance)?;
                    let limits = Limits::desk();
                    let Some(read) = office::read(&forged.bytes, &limits, &mut Budget::new(&limits)) else {
                        continue;
                    };
                    let started = Instant::now();
                    let surveys: Vec<_> = read
                        .value
                        .projects
                        .iter()
                        .map(|project| {
                            let around = || {
                                office::surroundings(&forged.bytes, &limits, &mut Budget::new(&limits)).value
                            };
                            script::survey_vba_with(&project.modules, &limits, around).value
                        })
                        .collect();
                    let took = started.elapsed();
                    let commands = || surveys.iter().flat_map(|survey| &survey.commands);
                    let texts = |command: &script::Command| {
                        command.urls.iter().map(|url| url.text.clone()).collect::<Vec<_>>()
                    };
                    let command =
                        commands().any(|command| Some(&command.text) == forged.truth.command.as_ref());
                    let exact = commands().any(|command| texts(command) == forged.truth.urls);
                    let more = surveys.iter().map(|survey| survey.urls.len()).sum::<usize>()
                        + commands()
                            .filter(|command| texts(command) != forged.truth.urls)
                            .map(|command| command.urls.len())
                            .sum::<usize>();
                    if !(command && exact)
                        && let Some(keep) = &keep
                    {
                        let name = format!("{style:?}-{place:?}-{container:?}-{seed}");
                        let mut file = std::fs::File::create(format!("{keep}/{name}.txt"))?;
                        for module in &forged.truth.modules {
                            writeln!(file, "'{}\n{}", module.name, module.code)?;
                        }
                        writeln!(
                            file,
                            "truth: {:?}\nfound: {:?}\nunfollowed: {:?}",
                            forged.truth.command,
                            commands().map(|c| &c.text).collect::<Vec<_>>(),
                            surveys.iter().map(|s| &s.unfollowed).collect::<Vec<_>>()
                        )?;
                        for call in surveys.iter().flat_map(|s| &s.calls) {
                            writeln!(file, "{call:?}")?;
                        }
                    }
                    for name in [format!("style {style:?}"), format!("place {place:?}"), "all".to_owned()] {
                        let share = rows.entry(name).or_default();
                        share.all += 1;
                        share.command += usize::from(command);
                        share.urls += usize::from(exact);
                        share.more_urls += more;
                        share.took += took;
                        share.slowest = share.slowest.max(took);
                    }
                }
            }
        }
    }
    let mut out = std::io::stdout().lock();
    for (name, share) in rows {
        let part = |count: usize| count as f64 * 100.0 / share.all as f64;
        writeln!(
            out,
            "{name:28} {:5} command {:6.1} urls {:6.1} more {:4} mean {:6.2} ms slowest {:6.2} ms",
            share.all,
            part(share.command),
            part(share.urls),
            share.more_urls,
            share.took.as_secs_f64() * 1e3 / share.all as f64,
            share.slowest.as_secs_f64() * 1e3,
        )?;
    }
    Ok(())
}
