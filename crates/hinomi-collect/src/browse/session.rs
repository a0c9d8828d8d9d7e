//! One browser, and the pages it opens one after the other; at its end its network log is read, once for all of them.
//!
//! Pages of one start share cookies and cache, as they do for a visitor who walks through a site; before the next start
//! everything that a page may have left is taken away.

use super::chromium::Chromium;
use super::join::{Written, lines};
use super::netlog;
use super::tape::Tape;
use super::visit::{Seen, Visit, now};
use super::{Browse, BrowseError, PageSeen, PageTrouble, address};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::time::Duration;

const STARTS_WITHIN: Duration = Duration::from_secs(30);
/// Pages of one browser, requests and calls that are held of them, and the size of its log, before a new one is started.
const PAGES_MAX: usize = 32;
const HELD_MAX: usize = 30_000;
const LOG_BYTES_KEPT: u64 = 256 << 20;
/// Origins whose storage is emptied between two starts.
const ORIGINS_MAX: usize = 200;

/// A browser at work.
pub(super) struct Session<'a> {
    browser: Chromium,
    how: &'a Browse,
    /// Hosts that the browser may go to; any when it is none.
    within: Option<&'a dyn Fn(&str) -> bool>,
    product: String,
    pages: Vec<Page>,
    /// It has ended, or one of its pages broke.
    over: bool,
}

/// A page, and all that was told of it.
struct Page {
    start: usize,
    url: String,
    from: i64,
    seen: Seen,
}

impl<'a> Session<'a> {
    /// Starts a browser.
    pub(super) fn start(
        program: &Path,
        how: &'a Browse,
        within: Option<&'a dyn Fn(&str) -> bool>,
    ) -> Result<Self, BrowseError> {
        let mut browser = Chromium::start(program, &how.arguments)?;
        let first = browser.peer.call(None, "Browser.getVersion", json!({}), STARTS_WITHIN);
        let version = first.map_err(|error| BrowseError::NotStarted {
            program: program.display().to_string(),
            why: format!("{error} {}", browser.last_words()).trim().to_owned(),
        })?;
        let product = version.get("product").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Self { browser, how, within, product, pages: Vec::new(), over: false })
    }

    /// Looks at a page; gives where its links lead.
    pub(super) fn visit(&mut self, start: usize, url: &str) -> Vec<String> {
        let log = self.browser.log();
        let stale = if self.pages.last().is_some_and(|page| page.start != start) {
            self.origins()
        } else {
            BTreeSet::new()
        };
        let from = now();
        let visit = Visit::new(&mut self.browser.peer, self.how, self.within);
        let mut seen = visit.see(url, &stale, &log);
        let links = std::mem::take(&mut seen.links);
        self.over |= seen.broken;
        self.pages.push(Page { start, url: url.to_owned(), from, seen });
        links
    }

    /// The origins of all documents so far.
    fn origins(&self) -> BTreeSet<String> {
        let documents = self.pages.iter().flat_map(|page| page.seen.tape.documents.values());
        documents.filter_map(|document| address::origin(&document.url)).take(ORIGINS_MAX).collect()
    }

    /// Whether another page may be opened in this browser.
    pub(super) fn may_go_on(&self) -> bool {
        let held = |tape: &Tape| tape.rows.len() + tape.calls.len();
        let held: usize = self.pages.iter().map(|page| held(&page.seen.tape)).sum();
        let log = self.browser.log().metadata().map_or(0, |log| log.len());
        !self.over && self.pages.len() < PAGES_MAX && held < HELD_MAX && log < LOG_BYTES_KEPT
    }

    /// Ends the browser, and gives its pages with what its log adds to them.
    pub(super) fn end(mut self) -> Vec<(usize, PageSeen)> {
        let ended = self.browser.end();
        let log = File::open(self.browser.log()).map(netlog::read).unwrap_or_default();
        let until = now();
        let ends: Vec<i64> = self.pages.iter().skip(1).map(|page| page.from - 1).chain([until]).collect();
        let count = self.pages.len();
        let mut told = Vec::new();
        for (at, (page, until)) in self.pages.into_iter().zip(ends).enumerate() {
            let Seen { tape, mut troubles, outside, .. } = page.seen;
            if at + 1 == count && !ended {
                troubles.push(PageTrouble::Crashed { why: "the browser did not end by itself".to_owned() });
            }
            if tape.cut || log.cut {
                troubles.push(PageTrouble::Cut);
            }
            troubles.extend(log.problems.iter().map(|why| PageTrouble::Log { why: why.clone() }));
            let during = page.from..=until;
            let keep_query = self.how.keep_query;
            let events = lines(&Written { tape: &tape, log: &log, during, keep_query });
            let browser = self.product.clone();
            told.push((page.start, PageSeen { url: page.url, events, troubles, outside, left: 0, browser }));
        }
        told
    }
}
