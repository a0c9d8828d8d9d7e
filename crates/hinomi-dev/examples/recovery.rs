//! What is recovered of forged attacks, by the way their command is hidden and the place it lies in:
//! `cargo run --release -p hinomi-dev --example recovery -- [SEEDS] [FOLDER]`. What was not recovered is written to
//! the folder, source and findings beside each other.

use hinomi_dev::forge::Chance;
use hinomi_dev::forge::document::Container;
use hinomi_dev::forge::macros::{Forged, Place, Plan, Shape, Style, planned};
use hinomi_formats::script::{Command, Survey, survey_vba_with};
use hinomi_formats::{Budget, Limits, office};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

const CONTAINERS: [Container; 4] = [Container::Doc, Container::Docm, Container::Xls, Container::Xlsm];

/// Figures of one style or place.
#[derive(Default)]
struct Share {
    all: usize,
    command: usize,
    urls: usize,
    /// URLs found that are none of the command's.
    more_urls: usize,
    took: Duration,
    slowest: Duration,
}

fn main() -> anyhow::Result<()> {
    let seeds: u64 = std::env::args().nth(1).and_then(|word| word.parse().ok()).unwrap_or(2);
    let folder = std::env::args().nth(2);
    let mut rows: BTreeMap<String, Share> = BTreeMap::new();
    for plan in plans() {
        for seed in 0..seeds {
            let shape = if seed % 2 == 0 { Shape::E1 } else { Shape::E2 };
            let plan = Plan { shape, ..plan };
            let urls: Vec<String> =
                (1..=6).map(|at| format!("http://host{at}.example/wp-content/x{at}q/")).collect();
            let forged = planned(plan, &urls, &mut Chance::new(seed * 77 + 5))?;
            let started = Instant::now();
            let surveys = surveys(&forged.bytes);
            let missed = count(&mut rows, plan, &forged, &surveys, started.elapsed());
            if let Some(folder) = folder.as_ref().filter(|_| missed) {
                let name = format!("{:?}-{:?}-{:?}-{seed}.txt", plan.style, plan.place, plan.container);
                std::fs::write(Path::new(folder).join(name), beside(&forged, &surveys)?)?;
            }
        }
    }
    print(&rows)
}

fn plans() -> impl Iterator<Item = Plan> {
    let styles = Style::all().flat_map(|style| Place::ALL.map(|place| (style, place)));
    styles.flat_map(|(style, place)| {
        let fitting = CONTAINERS.into_iter().filter(move |container| place.is_in(*container));
        fitting.map(move |container| Plan { place, ..Plan::new(container, Shape::E1, style) })
    })
}

fn surveys(bytes: &[u8]) -> Vec<Survey> {
    let limits = Limits::desk();
    let budget = || Budget::new(&limits);
    let around = || {
        let mut around = office::surroundings(bytes, &limits, &mut budget()).value;
        around.workbook = office::workbook(bytes, &limits, &mut budget()).map(|parsed| parsed.value);
        around
    };
    let read = office::read(bytes, &limits, &mut budget()).map(|parsed| parsed.value.projects);
    let projects = read.unwrap_or_default();
    projects.iter().map(|project| survey_vba_with(&project.modules, &limits, around).value).collect()
}

fn texts(command: &Command) -> Vec<&str> {
    command.urls.iter().map(|url| url.text.as_str()).collect()
}

/// Counts one document; gives whether anything of it was missed.
fn count(
    rows: &mut BTreeMap<String, Share>,
    plan: Plan,
    forged: &Forged,
    surveys: &[Survey],
    took: Duration,
) -> bool {
    let commands = || surveys.iter().flat_map(|survey| &survey.commands);
    let command = commands().any(|command| Some(&command.text) == forged.truth.command.as_ref());
    let exact = commands().any(|command| texts(command) == forged.truth.urls);
    let others = commands().filter(|command| texts(command) != forged.truth.urls);
    let more_urls = surveys.iter().map(|survey| survey.urls.len()).sum::<usize>()
        + others.map(|command| command.urls.len()).sum::<usize>();
    for name in [format!("style {:?}", plan.style), format!("place {:?}", plan.place), "all".to_owned()] {
        let share = rows.entry(name).or_default();
        share.all += 1;
        share.command += usize::from(command);
        share.urls += usize::from(exact);
        share.more_urls += more_urls;
        share.took += took;
        share.slowest = share.slowest.max(took);
    }
    !(command && exact)
}

fn beside(forged: &Forged, surveys: &[Survey]) -> Result<String, std::fmt::Error> {
    let mut out = String::new();
    for module in &forged.truth.modules {
        writeln!(out, "' {}\n{}", module.name, module.code)?;
    }
    writeln!(out, "wanted: {:?}\nfound: {surveys:#?}", forged.truth.command)?;
    Ok(out)
}

fn print(rows: &BTreeMap<String, Share>) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for (name, share) in rows {
        let part = |count: usize| count as f64 * 100.0 / share.all as f64;
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        writeln!(
            out,
            "{name:24} {:5} command {:5.1} % urls {:5.1} % further urls {:4} mean {:6.2} ms slowest {:6.2} ms",
            share.all,
            part(share.command),
            part(share.urls),
            share.more_urls,
            milliseconds(share.took) / share.all as f64,
            milliseconds(share.slowest),
        )?;
    }
    Ok(())
}
