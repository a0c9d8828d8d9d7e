//! Pages looked at with a real browser: the system's Chromium opens them, and everything they ask for becomes events.
//!
//! Three sources, because each is blind somewhere: the DevTools protocol (all requests, with the script's place, no
//! WebRTC), a script of ours in the page (WebRTC, and places the protocol does not know) and the network log (every
//! packet, no place). What is kept is where a page reached and by which script; nothing it shows, sends or is sent.
//!
//! Invariants: the browser goes to the address it is given and where the page itself leads; its profile and logs are
//! gone with it; every wait and every list is bounded.

mod address;
mod cdp;
mod chromium;
mod join;
mod netlog;
mod tape;
#[cfg(test)]
mod tests;
mod visit;

pub use address::host as host_of;
pub use chromium::{chromium_sandboxed, find_chromium};

use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;
use std::time::Duration;

/// How to look at pages.
#[derive(Debug, Clone)]
pub struct Browse {
    /// The browser; without one, the system's.
    pub program: Option<PathBuf>,
    /// A page is done when nothing has happened for this long.
    pub quiet: Duration,
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
    /// Where its links lead; only when crawling.
    pub links: Vec<String>,
    /// The browser and its version.
    pub browser: String,
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
    /// It was still busy when its time was over.
    #[error("the page was still busy after {seconds} s")]
    TimeOver {
        /// The limit.
        seconds: u64,
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

/// Looks at a page, and at up to [`Browse::crawl`] pages that it and they link to. A link is followed when `ours`
/// admits its host.
///
/// # Errors
/// [`BrowseError`] when there is no browser, or it does not start. What costs one page only is told with that page.
pub fn browse(
    url: &str,
    how: &Browse,
    ours: &dyn Fn(&str) -> bool,
    progress: &dyn Fn(&str),
) -> Result<Vec<PageSeen>, BrowseError> {
    let program = find_chromium(how.program.as_deref()).ok_or(BrowseError::NoBrowser)?;
    let mut waiting = VecDeque::from([url.to_owned()]);
    let mut known = BTreeSet::from([address::cut(url, true)]);
    let mut seen = Vec::new();
    while let Some(url) = waiting.pop_front().filter(|_| seen.len() <= how.crawl) {
        progress(&url);
        let page = visit::visit(&url, &program, how)?;
        for link in &page.links {
            let web = link.starts_with("http://") || link.starts_with("https://");
            let link = address::cut(link, true);
            if web
                && address::host(&link).is_some_and(ours)
                && known.len() <= how.crawl
                && known.insert(link.clone())
            {
                waiting.push_back(link);
            }
        }
        seen.push(page);
    }
    Ok(seen)
}
