//! Pages looked at with a real browser: the system's Chromium opens them, and everything they ask for becomes events.
//!
//! Three sources, because each is blind somewhere: the DevTools protocol (all requests, with the script's place, no
//! WebRTC), a script of ours in the page (WebRTC, and places the protocol does not know) and the network log (every
//! packet, no place). What is kept is where a page reached and by which script; nothing it shows, sends or is sent.
//!
//! Invariants: the browser goes to the address it is given and where the page itself leads, and when crawling to no
//! host that is not ours; its profile and logs are gone with it; every wait and every list is bounded.

mod address;
mod cdp;
mod chromium;
mod join;
mod netlog;
mod session;
mod tape;
#[cfg(test)]
mod tests;
mod visit;
mod ways;

pub use address::host as host_of;
pub use chromium::{chromium_sandboxed, find_chromium};

use session::Session;
use std::path::PathBuf;
use std::time::Duration;
use ways::Ways;

/// How to look at pages.
#[derive(Debug, Clone)]
pub struct Browse {
    /// The browser; without one, the system's.
    pub program: Option<PathBuf>,
    /// A page is done when nothing has happened for this long.
    pub quiet: Duration,
    /// It is looked at for this long at least: what a page does later is not seen otherwise.
    pub stay: Duration,
    /// Longest time for one page.
    pub page_max: Duration,
    /// How many further pages to follow links to.
    pub crawl: usize,
    /// Keep the queries of addresses.
    pub keep_query: bool,
    /// Further arguments for the browser.
    pub arguments: Vec<String>,
}

impl Browse {
    /// What a desk scan uses: quiet for 2 s, at most 30 s a page, one page, no queries.
    pub const fn desk() -> Self {
        Self {
            program: None,
            quiet: Duration::from_secs(2),
            stay: Duration::ZERO,
            page_max: Duration::from_secs(30),
            crawl: 0,
            keep_query: false,
            arguments: Vec::new(),
        }
    }
}

/// What was seen of one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageSeen {
    /// Its address, as it was asked for.
    pub url: String,
    /// Events, a line of JSON each, in the order of time.
    pub events: Vec<u8>,
    /// What could not be seen.
    pub troubles: Vec<PageTrouble>,
    /// Addresses outside of what is ours that it led to, by link or by itself, and that were not gone to; only when
    /// crawling.
    pub outside: Vec<String>,
    /// Links of ours that were not followed because there were more than [`Browse::crawl`]; told with the first page.
    pub left: usize,
    /// The browser and its version.
    pub browser: String,
}

impl PageSeen {
    /// A page that no browser could be had for.
    fn lost(url: &str, why: String) -> Self {
        Self {
            url: url.to_owned(),
            events: Vec::new(),
            troubles: vec![PageTrouble::Crashed { why }],
            outside: Vec::new(),
            left: 0,
            browser: String::new(),
        }
    }
}

/// Why a page was not seen, or not whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PageTrouble {
    /// Nothing came.
    #[error("the page did not load: {why}")]
    NotLoaded {
        /// The browser's word.
        why: String,
    },
    /// It never said that it was complete, and nothing happened any more.
    #[error("the page did not finish loading; it was left after {seconds} s without a sign")]
    NeverLoaded {
        /// How long nothing happened.
        seconds: u64,
    },
    /// Its scripts never come to an end.
    #[error("the page's scripts run without an end; it did not answer for {seconds} s")]
    NotResponding {
        /// How long it was asked.
        seconds: u64,
    },
    /// It was still busy when its time was over.
    #[error("the page was still busy after {seconds} s")]
    TimeOver {
        /// The limit.
        seconds: u64,
    },
    /// The browser's network log could not be read to its end: requests and WebRTC may be missing.
    #[error("the browser's network log: {why}")]
    Log {
        /// Where, and what is wrong there.
        why: String,
    },
    /// More happened than is kept.
    #[error("the page did more than is kept; what was kept was judged")]
    Cut,
    /// The browser, or the page's process, ended.
    #[error("the visit ended early: {why}")]
    Crashed {
        /// How.
        why: String,
    },
}

/// Why no page could be looked at; completes "failed to …".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BrowseError {
    /// No browser.
    #[error("find Chromium")]
    NoBrowser,
    /// It does not run.
    #[error("start {program}: {why}")]
    NotStarted {
        /// The program.
        program: String,
        /// Why.
        why: String,
    },
}

/// Looks at pages, and from each at up to [`Browse::crawl`] further pages that it and they link to. When crawling,
/// `ours` says which hosts may be gone to: no link, redirect, script or window leads the browser to another one.
/// Gives the pages of each start, the start first.
///
/// # Errors
/// [`BrowseError`] when there is no browser, or it does not start. What costs one page only is told with that page.
pub fn browse(
    starts: &[String],
    how: &Browse,
    ours: &dyn Fn(&str) -> bool,
    progress: &dyn Fn(&str),
) -> Result<Vec<Vec<PageSeen>>, BrowseError> {
    let program = find_chromium(how.program.as_deref()).ok_or(BrowseError::NoBrowser)?;
    let mut ways = Ways::new(starts, how.crawl, ours);
    let mut seen: Vec<Vec<PageSeen>> = starts.iter().map(|_| Vec::new()).collect();
    while let Some(first) = ways.next() {
        let within: Option<&dyn Fn(&str) -> bool> = (how.crawl > 0).then_some(ours);
        let mut session = match Session::start(&program, how, within) {
            Ok(session) => session,
            Err(error) if seen.iter().all(Vec::is_empty) => return Err(error),
            // What was seen before stays.
            Err(error) => {
                let lost = PageSeen::lost(&first.1, error.to_string());
                seen.get_mut(first.0).into_iter().for_each(|pages| pages.push(lost.clone()));
                continue;
            }
        };
        let mut next = Some(first);
        while let Some((start, url)) = next {
            progress(&url);
            let links = session.visit(start, &url);
            ways.learn(start, &url, links);
            next = if session.may_go_on() { ways.next() } else { None };
        }
        for (start, page) in session.end() {
            seen.get_mut(start).into_iter().for_each(|pages| pages.push(page.clone()));
        }
    }
    for (at, pages) in seen.iter_mut().enumerate() {
        ways.tell(at, pages);
    }
    Ok(seen)
}
