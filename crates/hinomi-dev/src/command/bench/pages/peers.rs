//! Extensions of others and ours, each alone in a Firefox over the same pages; what truly arrived, the targets tell.

use crate::command::bench::Bench;
use crate::command::bench::table::{Table, held, where_and_when};
use crate::command::lab::{PageLab, browsers, page_peers};
use anyhow::{Error, Result, ensure};
use serde::Deserialize;

/// Ways that arrive when nobody is there to stop them: fewer, and the lab is broken.
const REACHING_MIN: usize = 45;

#[derive(Deserialize)]
struct Told {
    version: String,
    techniques: usize,
    reaching: Vec<String>,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    name: String,
    version: String,
    does: String,
    handled: Vec<String>,
    missed: Vec<String>,
    alarm: Option<bool>,
}

/// The section: one browser with nobody, then one with each.
pub(in crate::command::bench) fn section(bench: &Bench) -> Result<String> {
    browsers().map_err(Error::msg)?;
    let peers = page_peers(&bench.lab).map_err(Error::msg)?;
    let pages = PageLab::build(&bench.lab)?.map_err(Error::msg)?;
    let peers = peers.display().to_string();
    let told: Told =
        pages.visit("firefox", "peers", &["--lna", "off"], &[("HINOMI_PAGE_PEERS", peers.as_str())])?;
    let reaching = told.reaching.len();
    ensure!(reaching >= REACHING_MIN, "only {reaching} of {} arrived", told.techniques);
    let mut table = Table::new(&["", "does", "of what arrives", "missed", "portal with two addresses"]);
    for row in &told.rows {
        // One that does nothing at all was not started as its makers mean it.
        ensure!(!row.handled.is_empty(), "{} did nothing: it does not run", row.name);
        table.row(&[
            format!("{} {}", row.name, row.version),
            row.does.clone(),
            format!("{} of {reaching}", row.handled.len()),
            if row.missed.is_empty() { "–".to_owned() } else { row.missed.join(", ") },
            match row.alarm {
                Some(true) => "false alarm",
                Some(false) => "calm",
                None => "–",
            }
            .to_owned(),
        ]);
    }
    let ours: Vec<&Row> = told.rows.iter().filter(|row| row.id == "ours").collect();
    let all = ours.len() == 1 && ours.iter().all(|row| row.missed.is_empty() && row.alarm == Some(false));
    ensure!(all, "ours missed {:?}", ours.iter().flat_map(|row| &row.missed).collect::<Vec<_>>());
    let browser = told.version.replace("firefox/", "Firefox ESR ");
    Ok(format!(
        "{}\n\n`HINOMI_PAGE_PEERS=DIR cargo dev bench page-peers`: {} pages of the lab in {browser}, its own protection off \
         (`network.lna.blocking=false`), a browser of its own for each extension. {reaching} techniques arrive at their \
         target when no extension is there; only those count. *Detects*: what the extension says it found (Behave!: its \
         own list, read by a script beside it). *Stops*: what no longer arrives. uBlock Origin has three rules by managed \
         storage: its `ipaddress=lan` and `ipaddress=loopback` for requests to other hosts, and `localhost`. Behave! and Port Authority do not load in Chromium (manifest version 2). The portal has a public \
         address outside and a private one inside, and is visited from both: nobody attacks anybody.\n\n{}\nBar: ours finds \
         every technique that arrives; held: {}.",
        where_and_when(&[]),
        told.techniques,
        table.end(),
        held(all)
    ))
}
