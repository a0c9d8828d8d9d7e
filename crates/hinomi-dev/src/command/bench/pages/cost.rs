//! What the page watch costs the pages that people open: processor time of whole loads, in turns with a browser that has
//! no extension, with a listener that does nothing, and with the extensions of others; and the price of one hooked call.

use crate::command::bench::Bench;
use crate::command::bench::table::{Table, held, where_and_when};
use crate::command::lab::{PageLab, browsers, page_peers};
use anyhow::{Error, Result, ensure};
use serde::Deserialize;

/// What a hooked call that is not local may cost more, in microseconds, and a load more than without, in percent.
const CALL_MAX: f64 = 5.0;
const LOAD_MAX: f64 = 3.0;
/// Rounds; each visits every page with every side.
const ROUNDS: &str = "4";

#[derive(Deserialize)]
struct Loads {
    rows: Vec<Load>,
}

#[derive(Deserialize)]
struct Load {
    page: String,
    side: String,
    seconds: f64,
    more: f64,
}

#[derive(Deserialize)]
struct Calls {
    rows: Vec<Call>,
}

#[derive(Deserialize)]
struct Call {
    act: String,
    without: f64,
    with: f64,
    more: f64,
}

/// The section.
pub(in crate::command::bench) fn section(bench: &Bench) -> Result<String> {
    browsers().map_err(Error::msg)?;
    let peers = page_peers(&bench.lab).map_err(Error::msg)?.display().to_string();
    let pages = PageLab::as_shipped(&bench.lab)?.map_err(Error::msg)?;
    let mut loads = Table::new(&["page", "extension", "Chromium", "Firefox"]);
    let of = |browser: &str| -> Result<Loads> {
        let with = [("LAB_PAIRS", ROUNDS), ("HINOMI_PAGE_PEERS", peers.as_str())];
        pages.visit(browser, "load", &[], &with)
    };
    let (chromium, firefox) = (of("chromium")?, of("firefox")?);
    for row in &firefox.rows {
        let same = chromium.rows.iter().find(|other| other.page == row.page && other.side == row.side);
        loads.row(&[
            row.page.clone(),
            named(&row.side),
            same.map_or_else(|| "–".to_owned(), cell),
            cell(row),
        ]);
    }
    let mut calls = Table::new(&["call", "Chromium", "Firefox"]);
    let [chromium_calls, firefox_calls] =
        ["chromium", "firefox"].map(|browser| pages.visit::<Calls>(browser, "cost", &[], &[]));
    let (chromium_calls, firefox_calls) = (chromium_calls?, firefox_calls?);
    for row in &chromium_calls.rows {
        let same = firefox_calls.rows.iter().find(|other| other.act == row.act);
        calls.row(&[row.act.clone(), call(row), same.map_or_else(|| "–".to_owned(), call)]);
    }
    let ours: Vec<&Load> =
        [&chromium, &firefox].iter().flat_map(|of| &of.rows).filter(|row| row.side == "ours").collect();
    ensure!(ours.len() == 4, "ours was measured {} times", ours.len());
    let most = ours.iter().filter(|row| row.page == "everyday").map(|row| row.more).fold(f64::MIN, f64::max);
    let dearest = [&chromium_calls, &firefox_calls]
        .iter()
        .flat_map(|of| &of.rows)
        .map(|row| row.more)
        .fold(f64::MIN, f64::max);
    Ok(format!(
        "{}\n\n`HINOMI_PAGE_PEERS=DIR cargo dev bench page-cost`: processor time of all the browser's processes for one load of \
         a page of 300 requests, {ROUNDS} rounds of 5 loads with every side in turn; the median, and the median of what it \
         is more than without an extension in the same round. *everyday* has the proportions and sizes of the median page \
         of the Web Almanac 2024 times 300/71, but runs little script; *pictures* is 300 pictures of some bytes, all from \
         the same machine without TLS: next to nothing else is done. *A listener that does nothing* is an extension with an \
         empty function on `webRequest.onResponseStarted`: what the browser itself takes for telling anybody of each \
         request.\n\n{}\nBar: at most {LOAD_MAX} % more on the everyday page; the most is {most:.1} %; held: {}.\n\n\
         Microseconds of one call with an address that is not local, without and with the page watch:\n\n{}\n\
         Bar: at most {CALL_MAX} µs more; the most is {dearest:.1} µs; held: {}.",
        where_and_when(&[]),
        loads.end(),
        held(most <= LOAD_MAX),
        calls.end(),
        held(dearest <= CALL_MAX),
    ))
}

fn named(side: &str) -> String {
    match side {
        "without" => "none",
        "listener" => "a listener that does nothing",
        "ours" => "Hinomi page watch",
        "behave" => "Behave!",
        "port-authority" => "Port Authority",
        "ublock" => "uBlock Origin with LAN rules",
        other => other,
    }
    .to_owned()
}

fn cell(row: &Load) -> String {
    if row.side == "without" {
        format!("{:.2} s", row.seconds)
    } else {
        format!("{:.2} s ({:+.1} %)", row.seconds, row.more)
    }
}

fn call(row: &Call) -> String {
    format!("{:.1} → {:.1} ({:+.1})", row.without, row.with, row.more)
}
