//! Bombs one by one, damage by the ten thousand, and runs that die.

use super::table::{Table, held, mebibytes, seconds, where_and_when};
use super::{Bench, TIMES, median};
use crate::command::test::{bombs, damage, death};
use anyhow::{Context, Result};
use hinomi_dev::forge::bombs::{BOMBS, Ends};

/// The bars on one bomb: seconds, and bytes of one process.
const SECONDS_MAX: f64 = 10.0;
const PEAK_BYTES_MAX: u64 = 256 << 20;

pub(super) fn each_bomb(bench: &Bench) -> Result<String> {
    let mut table = Table::new(&["bomb", "what it tries", "wall", "peak", "exit", "told", "held"]);
    for bomb in BOMBS {
        let defused = (0..TIMES)
            .map(|_| bombs::defuse(bench.hinomi()?, bomb))
            .collect::<Result<Vec<_>>>()
            .with_context(|| format!("failed to scan {}", bomb.name))?;
        let wall = median(defused.iter().map(|one| one.used.wall_s))?;
        let peak = defused.iter().map(|one| one.used.peak_bytes).max().unwrap_or_default();
        let last = defused.last().context("failed to find a measurement")?;
        let told: Vec<String> = last.told.iter().map(|told| format!("`{told}`")).collect();
        table.row(&[
            format!("`{}`", bomb.name),
            bomb.tries.to_owned(),
            seconds(wall),
            mebibytes(peak),
            last.code.to_string(),
            match bomb.ends {
                Ends::Behind(_) if told.is_empty() => "read whole".to_owned(),
                _ => told.join(", "),
            },
            held(wall <= SECONDS_MAX && peak <= PEAK_BYTES_MAX && bombs::judge(bomb, last).is_ok()),
        ]);
    }
    Ok(format!(
        "{}\n\n`hinomi scan BOMB --format json`, each bomb on its own (`cargo dev forge bombs DIR` writes them). Wall is a \
         median of {TIMES}, peak is the largest of them. Bars: ≤ 10 s, ≤ 256 MiB, and the limit named that this bomb has to meet; \
         where it was read whole, what stands behind the trap was found.\n\n{}",
        where_and_when(&[]),
        table.end()
    ))
}

pub(super) fn campaigns(bench: &Bench) -> Result<String> {
    let hinomi = bench.hinomi()?;
    let damage = damage::run(hinomi, &bench.documents()?, 50_000)?;
    let deaths = death::run(hinomi, 200)?;
    let kinds: Vec<String> = damage.problems.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    let mut table = Table::new(&["what", "count"]);
    let mut row = |what: &str, count: String| table.row(&[what.to_owned(), count]);
    row("damaged files through `hinomi scan DIR --format json --observations`", damage.files.to_string());
    row("what was told as not read, or not whole", kinds.join(", "));
    row("most memory of one process", mebibytes(damage.peak_bytes));
    row("runs killed with SIGKILL at a random moment", deaths.killed.to_string());
    row("of those, killed after their first finding was said", deaths.mid_word.to_string());
    row("runs that were done before the signal", deaths.done.to_string());
    row("findings said before a kill, all kept", deaths.acknowledged.to_string());
    Ok(format!(
        "{}\n\n{}\nIn no case did the program or a reader crash or hang, was a file neither seen nor told as not read, was a \
         finding lost that had been said, or was a store left with a broken page, reference or audit chain: any of these \
         ends the measurement, and fails `cargo dev test`.",
        where_and_when(&[]),
        table.end()
    ))
}
